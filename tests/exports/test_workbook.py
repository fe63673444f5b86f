"""The workbook of a panel: real numbers and dates, words where there is no number, what they mean, never a formula."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from exports.named import named, unit_named
from exports.workbook import workbook
from i18n import LOCALES, words
from panels.slide import Figure, Table
from tests.decks import DAY, HERE, STEP, UNIT, deck

INJECTED = (
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x")',
    "http://x.example",
    "mailto:a@b.c",
)


def slide_of(locale, kind, key=None):
    return next(one for one in deck(locale) if one.kind == kind and (key is None or one.key == key))


def opened(slide, locale):
    return openpyxl.load_workbook(io.BytesIO(workbook(slide, locale=locale)))


def cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def row_of(sheet, first):
    return next([c.value for c in row] for row in sheet.iter_rows() if row[0].value == first)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_of_slide_has_a_workbook_with_its_meaning_on_the_second_sheet(locale):
    w = words(locale)
    for slide in deck(locale):
        book = opened(slide, locale)
        assert book.worksheets[1].title == w("workbook.meaning")
        said = [row[0].value for row in book.worksheets[1].iter_rows()]
        assert w("workbook.source") in said and w("workbook.panel") in said


@pytest.mark.parametrize("locale", LOCALES)
def test_numbers_are_numbers_and_a_missing_one_is_a_word(locale):
    slide, w = slide_of(locale, "bars"), words(locale)
    values = {f.territory: f.value for f in slide.figures if f.territory != HERE}
    sheet = opened(slide, locale).worksheets[0]
    for code, value in values.items():
        found = row_of(sheet, w.territory(code))[1]
        assert found == ("–" if value is None else value) and isinstance(found, str if value is None else int)


def test_days_are_days():
    book = opened(slide_of("fr", "path"), "fr")
    days = [row[0].value.date() for row in book.worksheets[0].iter_rows() if isinstance(row[0].value, dt.datetime)]
    assert days == [
        dt.date(2023, 7, 3),
        dt.date(2023, 8, 7),
        dt.date(2023, 9, 18),
        dt.date(2023, 12, 31),
    ]
    assert row_of(book.worksheets[1], "Date des données")[1].date() == dt.date(2023, 9, 18)


def test_a_share_is_a_share_and_a_date_in_a_table_is_a_date():
    table = Table(("a", "b", "c"), (("18 septembre 2023", "35\u00a0%", "−1\u202f350"),), (1, 2))
    slide = replace(slide_of("fr", "table", "i1/options"), table=table, figures=())
    sheet = opened(slide, "fr").worksheets[0]
    (row,) = [row for row in sheet.iter_rows() if isinstance(row[0].value, dt.datetime)]
    assert row[1].value == 0.35 and row[1].number_format == "0.0%"
    assert row[2].value == -1350


def test_the_exact_value_stands_behind_a_number_that_is_printed_short():
    figure = Figure(STEP, HERE, DAY, 1_834_211, "1,83\u00a0million", UNIT)
    slide = replace(
        slide_of("fr", "table", "i1/options"), table=Table(("a",), (("1,83\u00a0million",),)), figures=(figure,)
    )
    assert 1_834_211 in [cell.value for cell in cells(opened(slide, "fr"))]


def test_a_copy_for_outside_holds_the_rounded_numbers_only():
    figure = Figure(STEP, HERE, DAY, 9_743, "9\u202f745", UNIT)
    slide = replace(
        slide_of("fr", "table", "i1/options"),
        table=Table(("a", "b"), (("x", "9\u202f745"),), (1,)),
        figures=(figure,),
        audience="outside",
    )
    values = [cell.value for cell in cells(opened(slide, "fr"))]
    assert 9_745 in values and 9_743 not in values
    assert any("arrondis" in str(value) for value in values)


def test_what_is_withheld_is_a_word():
    said = words("fr")("state.withheld", threshold="10")
    figure = Figure(STEP, HERE, DAY, None, said, UNIT, "withheld")
    slide = replace(
        slide_of("fr", "table", "i1/options"), table=Table(("a", "b"), (("x", said),), (1,)), figures=(figure,)
    )
    found = [cell for cell in cells(opened(slide, "fr")) if cell.value == said]
    assert len(found) == 2 and all(cell.data_type == "s" for cell in found)


@pytest.mark.parametrize("name", INJECTED)
def test_no_cell_is_ever_a_formula_or_a_link(name):
    for kind in ("bars", "map", "chain", "path", "table"):
        slide = slide_of("fr", kind)
        chart = {
            **slide.chart,
            **{
                part: [one | {"name": name, "text": name, "word": name, "body": name} for one in slide.chart[part]]
                for part in ("rows", "territories", "nodes", "passages", "marks")
                if part in slide.chart
            },
        }
        slide = replace(
            slide,
            title=name,
            chart=chart,
            table=Table((name, name), ((name, name),), (0, 1)),
            notes=(name,),
            figures=(Figure(name, HERE, DAY, None, name, name),),
        )
        content = workbook(slide, locale="fr")
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert any(name.strip() in str(cell.value) for cell in cells(book))
        assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells(book))
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            sheets = [packed.read(n).decode() for n in packed.namelist() if n.startswith("xl/worksheets/sheet")]
            assert not any(re.search(r"<f[ >]", sheet) for sheet in sheets)


@pytest.mark.parametrize("locale", LOCALES)
def test_sheets_run_as_the_language_does(locale):
    for sheet in opened(slide_of(locale, "bars"), locale):
        assert bool(sheet.sheet_view.rightToLeft) is (locale == "ar")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_notice_of_the_demonstration_is_on_every_sheet(locale):
    notice = words(locale)("demo.badge")
    for sheet in opened(slide_of(locale, "bars"), locale):
        assert any(cell.value == notice for row in sheet.iter_rows() for cell in row)
    real = replace(slide_of(locale, "bars"), demonstration=False)
    assert notice not in [cell.value for cell in cells(opened(real, locale))]


def test_the_code_is_on_the_first_sheet_and_territories_keep_their_leading_zero():
    slide = slide_of("fr", "map")
    book = opened(slide, "fr")
    assert any(slide.panel in str(row[0].value) for row in book.worksheets[0].iter_rows())
    assert "09.273.01.05" in [cell.value for cell in cells(book)]


def test_the_same_slide_gives_the_same_bytes():
    slide = slide_of("ar", "bars")
    assert workbook(slide, locale="ar") == workbook(slide, locale="ar")


def test_marks_of_direction_stay_out_of_cells():
    slide = replace(slide_of("ar", "bars"), title="\u2068إنزكان\u2069")
    assert not any(re.search("[\u2066-\u2069]", str(cell.value)) for cell in cells(opened(slide, "ar")))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_chain_says_its_stages_by_name_with_units_who_waits_and_since_when(locale):
    w, slide = words(locale), slide_of(locale, "chain")
    waits = Figure("waiting.asd.paid", HERE, DAY, 2_700, w.number(2_700), UNIT)
    paid = Figure("asd.paid", HERE, DAY, 9_700, w.number(9_700), "beneficiary")
    book = opened(replace(slide, figures=(*slide.figures, waits, paid)), locale)
    waiting = w("workbook.column_unit", name=w("workbook.waiting_before"), unit=w(f"unit.{UNIT}.plural"))
    waiting = waiting.translate(dict.fromkeys(range(0x2066, 0x206A)))
    (sheet,) = [one for one in book if any(c.value == waiting for r in one.iter_rows() for c in r)]
    head = row_of(sheet, w("workbook.stage"))
    row = dict(zip(head, row_of(sheet, w.name("step", "asd.paid")), strict=True))
    assert row[w("workbook.value")] == 9_700 and row[waiting] == 2_700
    assert row[w("workbook.oldest")].date() == dt.date(2023, 3, 1)
    assert row[w("workbook.body")] == w.name("body", "cnss")
    assert w("workbook.unit") in head and unit_named("beneficiary", w) in row_of(sheet, w.name("step", "asd.paid"))
    ids = {"asd.paid", "asd.applied", "rnp.registered", STEP, "waiting.asd.paid"}
    assert not ids & {cell.value for cell in cells(book)}


@pytest.mark.parametrize("locale", LOCALES)
def test_the_unit_that_stood_beside_a_number_is_in_the_head_of_its_column_or_beside_it(locale):
    w = words(locale)
    pupils, files = w.count("student", 1_072), w.count("application", 508)
    slide = replace(slide_of(locale, "table", "i1/options"), figures=())
    sheet = opened(replace(slide, table=Table(("a", "b"), (("x", pupils), ("y", pupils)), (1,))), locale).worksheets[0]
    assert row_of(sheet, "x")[1] == 1_072
    assert any(unit_named("student", w, plural=True) in str(said) for said in row_of(sheet, "a"))
    sheet = opened(replace(slide, table=Table(("a", "b"), (("x", pupils), ("y", files)), (1,))), locale).worksheets[0]
    assert row_of(sheet, "a")[2] == w("workbook.unit")
    assert row_of(sheet, "x")[1:3] == [1_072, unit_named("student", w)]
    assert row_of(sheet, "y")[1:3] == [508, unit_named("application", w)]


def test_a_number_whose_unit_is_not_known_keeps_its_word():
    figure = Figure("number", HERE, DAY, 14_500, "14\u202f500\u00a0dirhams")
    slide = replace(
        slide_of("fr", "table", "i1/options"), table=Table(("a",), (("14\u202f500\u00a0dirhams",),)), figures=(figure,)
    )
    sheet = opened(slide, "fr").worksheets[0]
    assert "14\u202f500\u00a0dirhams" in [cell.value for row in sheet.iter_rows() for cell in row]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_share_written_in_words_is_a_share(locale):
    w = words(locale)
    figure = Figure("mendable_share", HERE, DAY, 0.9, w.percent_words(0.9), "share")
    book = opened(replace(slide_of(locale, "table", "i1/options"), table=Table(), figures=(figure,)), locale)
    (cell,) = [cell for cell in cells(book) if cell.value == 0.9]
    assert cell.number_format == "0.0%"


def test_a_copy_for_outside_rounds_what_is_printed_with_its_unit_too():
    w = words("fr")
    told, loss = w.count("household", 9_745), w("number.minus", number="15")
    figures = (Figure(STEP, HERE, DAY, 9_743, told, UNIT), Figure("revision", HERE, DAY, -13, loss, UNIT))
    slide = replace(slide_of("fr", "table", "i1/options"), audience="outside", figures=figures)
    values = [cell.value for cell in cells(opened(replace(slide, table=Table(("a",), ((told,), (loss,)))), "fr"))]
    assert {9_745, -15} <= set(values) and not {9_743, -13} & set(values)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_row_of_broken_words_is_as_high_as_its_lines(locale):
    long = " ".join([words(locale).name("body", "onousc")] * 6)
    table = Table(("a", "b"), ((long, "x"), ("y", "z")))
    sheet = opened(replace(slide_of(locale, "table", "i1/options"), table=table), locale).worksheets[0]
    (at,) = [row[0].row for row in sheet.iter_rows() if row[0].value == long]
    width = sheet.column_dimensions["A"].width
    # A line holds about as many letters as its column is wide in digits, rather more than fewer.
    assert sheet.row_dimensions[at].height >= 14 * len(long) / (width * 1.6)
    assert width < 75 and sheet.row_dimensions[at + 1].height is None


@pytest.mark.parametrize("locale", LOCALES)
def test_a_sheet_is_printed_one_page_across_with_its_head_repeated(locale):
    for slide in deck(locale):
        for sheet in opened(slide, locale):
            assert sheet.page_setup.orientation == "landscape" and int(sheet.page_setup.paperSize) == 9
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
            first, last = re.findall(r"\d+", sheet.print_title_rows)
            assert first == last and sheet.freeze_panes[1:] == str(int(first) + 1)
            assert words(locale)("demo.badge") in sheet.oddHeader.center.text


def test_a_minus_stands_before_its_number_in_a_sheet_from_right_to_left():
    table = Table(("a", "b"), (("x", "\u22121\u202f350"),), (1,))
    sheet = opened(replace(slide_of("ar", "table", "i1/options"), table=table, figures=()), "ar").worksheets[0]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == -1_350]
    assert cell.alignment.readingOrder == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_every_measure_that_a_panel_says_has_words_in_a_sheet(locale):
    w, rooms = words(locale), Path(__file__).resolve().parents[2] / "panels"
    said = {
        what
        for path in rooms.glob("*.py")
        for what in re.findall(r'(?:Figure|Measure)\(\s*"([a-z_]+)"', path.read_text("utf-8"))
    }
    assert {"planned", "gap", "known", "median_weeks"} <= said
    # The marks of an axis say what stands beside them; a number of a sentence is said by the sentence.
    said -= {"scale", "number"}
    assert sorted(what for what in said if not named(Figure(what, HERE, DAY, 1, "1"), w)) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_figure_of_something_says_of_what(locale):
    w = words(locale)
    for what, of in (
        ("waiting.asd.paid", w.name("step", "asd.paid")),
        ("reason.not_in_rsu", w.name("reason", "not_in_rsu")),
        ("gain.desk", w("levers.column_desk")),
        ("unallocated_change", w("since.row_unallocated")),
        ("reason_definition", w("since.reason_definition_undated")),
    ):
        assert of in named(Figure(what, HERE, DAY, 1, "1", UNIT), w)
