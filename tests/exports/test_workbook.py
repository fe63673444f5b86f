"""The workbook of a panel: real numbers and dates, words where there is no number, what they mean, never a formula."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest

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
