"""The slides for PowerPoint: charts and tables that can be edited, right to left, with nothing computed from data."""

import dataclasses
import io
import re
import shutil
import zipfile

import openpyxl
import pptx
import pytest
from PIL import Image
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE_TYPE, PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.oxml.shapes.autoshape import CT_Shape
from pptx.oxml.shapes.picture import CT_Picture
from pptx.util import Inches

from data.database import engine_for
from exports import presentation
from exports.direction import bare
from exports.office_templates import TemplateRefused
from exports.outlines import outlines
from exports.record import record
from i18n import words
from panels.measure import widest_word
from panels.slide import Table
from queries.cuts import latest_cut
from tests.papers import sitting
from tests.strings import strings

LOCALES = ["ar", "fr", "en"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory, reference_file):
    path = tmp_path_factory.mktemp("presentation") / "office.db"
    shutil.copyfile(reference_file, path)
    engine = engine_for(f"sqlite:///{path}")
    engine.meeting = sitting(engine)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The office's own folder, empty."""
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    return tmp_path


def of(engine, locale="ar", **asked):
    return record(engine, engine.meeting, locale=locale, cut=latest_cut(engine), scope="MA", **asked)


def drawn(found):
    ((_, content),) = presentation.slides(found)
    return pptx.Presentation(io.BytesIO(content))


def only(found, *keys, **changes):
    """The record with these slides alone, each with these fields."""
    slides = tuple(dataclasses.replace(one, **changes) for one in found.slides if one.key in keys)
    return dataclasses.replace(found, slides=slides, recommendations=())


def texts(page):
    """Every text on the face of a slide, tables too, without marks of direction."""
    return [
        bare("".join(run.text or "" for run in p.iter(qn("a:t"))))
        for p in page._element.iter(qn("a:p"))
        if p.findall(f".//{qn('a:t')}")
    ]


def charts(file):
    return [shape.chart for page in file.slides for shape in page.shapes if shape.has_chart]


@pytest.mark.parametrize("locale", LOCALES)
def test_charts_are_charts_of_the_program_with_the_numbers_of_the_panel(engine, locale):
    found = of(engine, locale)
    path, bars = charts(drawn(found))
    chart = next(one for one in found.slides if one.key == "i1/gap").chart
    assert bars.chart_type == XL_CHART_TYPE.BAR_CLUSTERED
    actual, planned = bars.plots[0].series
    assert list(actual.values) == [row["value"] for row in chart["rows"]]
    assert list(planned.values) == [row["planned"] for row in chart["rows"]]
    for name, row in zip(bars.plots[0].categories, chart["rows"], strict=True):
        assert bare(name).startswith(bare(row["name"]))
    line = next(one for one in found.slides if one.key == "i1/pace").chart
    assert path.chart_type == XL_CHART_TYPE.XY_SCATTER_LINES
    assert list(path.plots[0].series[0].values) == line["values"]
    assert list(path.plots[0].series[1].values) == [one["value"] for one in line["planned"]]
    assert list(path.plots[0].series[2].values) == [line["target"]["value"]]


def test_a_place_without_a_figure_says_so_and_a_zero_is_a_zero(engine):
    found = of(engine, "fr")
    _, bars = charts(drawn(found))
    values = list(bars.plots[0].series[0].values)
    names = [bare(name) for name in bars.plots[0].categories]
    assert values[3] == 0 and values[4] is None
    assert names[4].endswith("–") and not names[3].endswith("–")


def test_in_arabic_bars_grow_from_the_right_and_the_scale_of_a_path_stands_there(engine):
    for locale, orientation, crosses in (("ar", "maxMin", "max"), ("fr", "minMax", "autoZero")):
        path, bars = charts(drawn(of(engine, locale)))
        values = bars._chartSpace.find(f".//{qn('c:valAx')}")
        assert _orientation(values) == orientation
        names = bars._chartSpace.find(f".//{qn('c:catAx')}")
        # The first place stands on top in every language.
        assert _orientation(names) == "maxMin"
        _, scale = path._chartSpace.findall(f".//{qn('c:valAx')}")
        assert scale.find(qn("c:crosses")).get("val") == crosses
        # Time runs from left to right.
        assert _orientation(path._chartSpace.find(f".//{qn('c:valAx')}")) == "minMax"


def _orientation(axis):
    said = axis.find(qn("c:scaling")).find(qn("c:orientation"))
    return "minMax" if said is None else said.get("val")


def test_arabic_paragraphs_and_tables_are_right_to_left(engine):
    file = drawn(of(engine))
    tables = [shape.table for page in file.slides for shape in page.shapes if shape.has_table]
    assert len(tables) >= 4 and {table._tbl.tblPr.get("rtl") for table in tables} == {"1"}
    for page in file.slides:
        for part in (page._element, page.notes_slide._element):
            for paragraph in part.iter(qn("a:p")):
                if paragraph.findall(f".//{qn('a:r')}"):
                    assert paragraph.pPr.get("rtl") == "1" and paragraph.pPr.get("algn") in ("r", "ctr", "l")
    assert {t._tbl.tblPr.get("rtl") for p in drawn(of(engine, "fr")).slides for t in _tables(p)} == {None}


def _tables(page):
    return [shape.table for shape in page.shapes if shape.has_table]


def test_nothing_is_a_picture(engine):
    for page in drawn(of(engine)).slides:
        assert not [shape for shape in page.shapes if shape.shape_type == MSO_SHAPE_TYPE.PICTURE]


def test_a_map_is_outlines_that_can_be_moved_or_its_table(engine):
    file = drawn(only(of(engine), "i1/map"))
    (page,) = file.slides
    if presentation.outlines is None:
        assert len(_tables(page)) == 1
    else:
        outlined = [shape for shape in page.shapes if shape.shape_type == MSO_SHAPE_TYPE.FREEFORM]
        assert len({shape.name for shape in outlined}) == 6
    said = " ".join(texts(page))
    assert "21\u202f530" in said and "أولاد دحو" in said


DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")', "http://example.org")


def test_the_workbook_inside_a_chart_holds_no_formula_and_no_link(engine):
    found = of(engine, "fr")
    gap = next(one for one in found.slides if one.key == "i1/gap")
    rows = [row | {"name": name, "shape": ""} for row, name in zip(gap.chart["rows"], DANGEROUS, strict=True)]
    pace = next(one for one in found.slides if one.key == "i1/pace")
    slides = (dataclasses.replace(gap, chart=gap.chart | {"rows": rows, "unit": "=2+2"}), pace)
    ((_, content),) = presentation.slides(dataclasses.replace(found, slides=slides))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        books = [packed.read(name) for name in packed.namelist() if name.endswith(".xlsx")]
    assert len(books) == 2
    cells = []
    for book in books:
        with zipfile.ZipFile(io.BytesIO(book)) as inside:
            assert not any(b"<f>" in inside.read(one) or b"hyperlink" in inside.read(one) for one in inside.namelist())
        cells += [c for row in openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows() for c in row]
    said = {cell.value for cell in cells if isinstance(cell.value, str)}
    assert {"=2+2", "=1+1", "http://example.org"} <= said and any(one.startswith("=HYPERLINK") for one in said)
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}


@pytest.mark.parametrize("locale", LOCALES)
def test_each_slide_says_that_its_figures_are_made_up(engine, locale):
    w = words(locale)
    notice = bare(w("demo.notice", place_of=w.of_territory("09.273")))
    outside = bare(w("letters.outside_notice", step=5))
    assert all(notice in texts(page) for page in drawn(of(engine, locale)).slides)
    for page in drawn(of(engine, locale, audience="outside")).slides:
        assert {notice, outside} <= set(texts(page))


def test_there_are_at_most_three_numbers_and_the_id_of_the_panel_is_in_the_notes_alone(engine):
    found = of(engine, "fr")
    pace = next(one for one in found.slides if one.key == "i1/pace")
    file = drawn(only(found, "i1/pace", numbers=pace.numbers * 3))
    (page,) = file.slides
    assert sum(pace.numbers[0].text == text for text in texts(page)) <= 2
    assert pace.panel not in " ".join(texts(page))
    notes = bare(page.notes_slide.notes_text_frame.text)
    assert pace.panel in notes and bare(pace.sources[0].text) in notes


def test_the_way_is_drawn_then_what_was_recommended_and_a_detail_only_when_it_was_shown(engine):
    found = of(engine, "fr")
    detail = found.details[0]
    assert len(drawn(found).slides) == len(found.way) - 1 + 1
    shown = dataclasses.replace(found, shown=(detail.key,))
    said = [texts(page) for page in drawn(shown).slides]
    assert any(bare(detail.title) in some for some in said)
    assert words("fr")("letters.recommendations") in said[-1]
    assert "cnss, avec education" in said[-1]


def test_a_slide_for_the_screen_only_is_left_out(engine):
    found = of(engine, "fr")
    hidden = dataclasses.replace(next(one for one in found.slides if one.key == "i1/gap"), screen_only=True)
    assert len(drawn(dataclasses.replace(found, slides=(hidden, found.slides[0]), recommendations=())).slides) == 1


def test_a_table_longer_than_a_slide_goes_on_on_the_next_one(engine):
    found = of(engine, "fr")
    gap = next(one for one in found.slides if one.key == "i1/gap")
    rows = tuple((f"{name} {place}", text) for place in (1, 2, 3, 4, 5) for name, text in gap.table.rows)
    file = drawn(only(found, "i1/gap", kind="table", table=Table(gap.table.head, rows, (1,))))
    assert [len(_tables(page)[0].rows) for page in file.slides] == [11, 11, 11]


def test_every_shape_lies_within_its_slide(engine):
    for locale in LOCALES:
        file = drawn(of(engine, locale))
        for page in file.slides:
            for shape in page.shapes:
                assert shape.left >= 0 and shape.left + shape.width <= file.slide_width
                assert shape.top >= 0 and shape.top + shape.height <= file.slide_height


@pytest.mark.parametrize("locale", LOCALES)
def test_five_hundred_mixed_texts_come_out_of_powerpoint_as_they_went_in(engine, locale):
    given = strings()
    found = of(engine, locale)
    words_slide = next(one for one in found.slides if one.key == "i2/words")
    half = len(given) // 2
    lines = dataclasses.replace(words_slide, lines=tuple(given[:half]), title="x")
    rows = tuple((one,) for one in given[half:])
    table = dataclasses.replace(words_slide, key="t", kind="table", title="x", table=Table(("y",), rows))
    file = drawn(dataclasses.replace(found, slides=(lines, table), recommendations=()))
    came = [text for page in file.slides for text in texts(page)]
    wanted = [bare(one) for one in given]
    assert [text for text in came if text in set(wanted)] == wanted


# The office's template


def template(folder):
    made = pptx.Presentation()
    made.slide_width, made.slide_height = 12_192_000, 6_858_000
    made.slide_layouts[5].placeholders[0].name = "عنوان العمالة"
    made.slides.add_slide(made.slide_layouts[0]).shapes.title.text = "شريحة المثال"
    made.save(folder / "template.pptx")
    return folder / "template.pptx"


def test_the_offices_template_gives_its_layouts_and_loses_its_slides(engine, folder):
    template(folder)
    file = drawn(of(engine))
    assert file.slide_width == 12_192_000
    assert "شريحة المثال" not in [text for page in file.slides for text in texts(page)]
    assert all(page.shapes.title is not None for page in file.slides)
    assert [page.slide_layout.name for page in file.slides][0] == "Title Slide"
    assert {page.slide_layout.name for page in list(file.slides)[1:]} == {"Title Only"}
    # What stood in the template's place for a second line is written there, and no empty place is left.
    assert all(shape.text_frame.text.strip() for page in file.slides for shape in page.placeholders)


def dressed(path, *, wide, side, bar):
    """A template as offices have them: a logo on one side, a coloured bar under the title and another at the foot.
    Returns what must not be written on, as (left, top, right, bottom): the logo and the bars."""
    made = pptx.Presentation()
    was, made.slide_width, made.slide_height = made.slide_width, Inches(13.333 if wide else 10), Inches(7.5)
    for part in (made.slide_master, *made.slide_layouts):
        for one in part.placeholders:
            if one._element.spPr.find(qn("a:xfrm")) is not None:
                one.left, one.width = (int(n * made.slide_width / was) for n in (one.left, one.width))
    master, covered = made.slide_master, []
    if bar:
        for top, height in ((0, Inches(1.25)), (Inches(7.15), Inches(0.35))):
            shape = CT_Shape.new_autoshape_sp(90 + top, "bar", "rect", 0, top, made.slide_width, height)
            master.shapes._spTree.insert(2, shape)
            covered.append((0, top, made.slide_width, top + height))
        title = next(one for one in master.placeholders if one.placeholder_format.type == PP_PLACEHOLDER.TITLE)
        title.left, title.top, title.width, title.height = Inches(0.4), Inches(0.1), *_less(made, Inches(0.8))
    logo = io.BytesIO()
    Image.new("RGB", (40, 40), "#C8963E").save(logo, "PNG")
    _, rel = master.part.get_or_add_image_part(logo)
    left = Inches(0.15) if side == "left" else made.slide_width - Inches(1.35)
    place = (left, Inches(0.05), Inches(1.2), Inches(1.15 if bar else 1.4))
    master.shapes._spTree.append(CT_Picture.new_pic(99, "logo", "logo", rel, *place))
    made.save(path)
    return (left, place[1], left + place[2], place[1] + place[3]), covered


def _less(made, across):
    return made.slide_width - across, Inches(1.05)


def _meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("bar", [True, False])
def test_nothing_is_written_over_the_logo_or_the_bars_of_a_template(engine, folder, wide, side, bar):
    logo, bars = dressed(folder / "template.pptx", wide=wide, side=side, bar=bar)
    file = drawn(of(engine, "fr" if side == "left" else "ar"))
    for page in file.slides:
        for shape in page.shapes:
            area = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
            assert area[0] >= 0 and area[2] <= file.slide_width and area[1] >= 0 and area[3] <= file.slide_height
            assert not _meet(area, logo)
            # A title stands in its bar.
            assert shape.is_placeholder or not any(_meet(area, one) for one in bars)


def sizes(page):
    return {int(run.get("sz")) / 100 for run in page._element.iter(qn("a:rPr")) if run.get("sz")}


@pytest.mark.parametrize("locale", LOCALES)
def test_what_goes_on_says_which_part_it_is_in_letters_of_one_size(engine, locale):
    found, w = of(engine, locale), words(locale)
    gap = next(one for one in found.slides if one.key == "i1/gap")
    long = " ".join([gap.table.rows[0][0]] * 4)
    rows = tuple((f"{place}", long if place < 4 else "x") for place in range(20))
    file = drawn(only(found, "i1/gap", kind="table", table=Table(("a", "b"), rows), numbers=()))
    assert len(file.slides) > 1
    marks = [
        bare(w("recommendations.part_of", title=gap.title, part=part, parts=len(file.slides)))
        for part in range(1, len(file.slides) + 1)
    ]
    assert [texts(page)[0] for page in file.slides] == marks
    tables = [_tables(page)[0] for page in file.slides]
    letters = [{int(run.get("sz")) for run in one._tbl.iter(qn("a:rPr"))} for one in tables]
    assert letters[0] == letters[-1] and len(letters[0]) == 1 and min(letters[0]) >= 1200


def test_the_parts_of_a_table_that_the_wall_parted_are_of_one_size_and_counted_once(engine):
    found, w = of(engine, "fr"), words("fr")
    gap = next(one for one in found.slides if one.key == "i1/gap")
    head = ("a", "b", "c")
    long = tuple((str(at), " ".join([gap.title] * 2), " ".join([gap.title] * 2)) for at in range(3))

    def part(number, rows):
        return dataclasses.replace(
            gap,
            key=f"recommendations/{number}",
            subject="recommendations",
            kind="table",
            title=w("recommendations.part_of", title="Suivi", part=number, parts=2),
            table=Table(head, rows),
            asked={"part": number},
        )

    slides = (part(1, long), part(2, (("4", "x", "y"),)))
    file = drawn(dataclasses.replace(found, slides=slides, recommendations=()))
    titles, many = [texts(page)[0] for page in file.slides], len(file.slides)
    assert titles == [f"Suivi ({at}\u00a0sur\u00a0{many})" for at in range(1, many + 1)]
    letters = [{int(run.get("sz")) for run in _tables(page)[0]._tbl.iter(qn("a:rPr"))} for page in file.slides]
    assert letters[0] == letters[-1] and len(letters[0]) == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_no_letters_are_too_small_to_be_read(engine, locale):
    for page in drawn(of(engine, locale)).slides:
        assert min(sizes(page)) >= 11
        for table in _tables(page):
            assert {int(run.get("sz")) for run in table._tbl.iter(qn("a:rPr"))} <= {1200, 1400, 1600}


def test_names_on_a_map_do_not_lie_over_one_another_and_the_others_are_told_beside_it(engine):
    found = of(engine, "fr")
    here = next(one for one in found.slides if one.kind == "map")
    codes = sorted(outlines("06.141.01.0", "arrondissement"))
    places = [
        {"code": code, "name": words("fr").territory(code), "group": here.chart["groups"][0]["key"], "text": "1"}
        for code in codes
    ]
    chart = here.chart | {"parent": "06.141.01.0", "level": "arrondissement", "territories": places}
    (page,) = drawn(only(found, here.key, chart=chart, numbers=(), verdict=None, notes=())).slides
    names = {one["name"] for one in places}
    boxes = [
        (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
        for shape in page.shapes
        if shape.has_text_frame and shape.text_frame.paragraphs[0].text in names
    ]
    assert len(codes) == 16 and 4 < len(boxes) < 16
    assert not any(_meet(one, other) for at, one in enumerate(boxes) for other in boxes[:at])
    said = " ".join(texts(page))
    assert all(name in said for name in names)


def test_names_of_bars_are_all_written_and_numbers_do_not_meet(engine):
    found = of(engine, "fr")
    gap = next(one for one in found.slides if one.key == "i1/gap")
    row = next(one for one in gap.chart["rows"] if one["planned"] is not None)
    many = gap.chart | {"rows": [row | {"name": f"{row['name']} {at}"} for at in range(16)]}
    (chart,) = charts(drawn(only(found, "i1/gap", chart=many)))
    assert chart._chartSpace.find(f".//{qn('c:catAx')}/{qn('c:tickLblSkip')}").get("val") == "1"
    told = [series._element.find(qn("c:dLbls")) is not None for series in chart.plots[0].series]
    assert told == [True, False]
    (chart,) = charts(drawn(only(found, "i1/gap", chart=gap.chart | {"rows": [row] * 3})))
    assert all(series._element.find(qn("c:dLbls")) is not None for series in chart.plots[0].series)


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        (None, None, "damaged"),
        ("ppt/presentation.xml", b"<broken", "damaged"),
        ("ppt/vbaProject.bin", b"\x00", "macros"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_words(engine, folder, part, content, code):
    path = template(folder)
    if part is None:
        path.write_bytes(path.read_bytes()[:999])
    else:
        with zipfile.ZipFile(path) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()} | {part: content}
        with zipfile.ZipFile(path, "w") as packed:
            for name, body in parts.items():
                packed.writestr(name, body)
    with pytest.raises(TemplateRefused) as refused:
        presentation.slides(of(engine))
    assert refused.value.code == code
    assert all("template.pptx" in bare(refused.value.said(words(locale))) for locale in LOCALES)


def test_no_mark_of_direction_that_powerpoint_draws_as_a_box_is_left(engine):
    ((_, content),) = presentation.slides(of(engine))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            assert not re.search("[\u2066-\u2069]", packed.read(name).decode("utf-8", errors="ignore")), name


def test_a_column_that_is_the_same_throughout_stands_once_at_the_foot_of_the_slide(engine):
    reason = "réception tardive de données (organisme fictif)"
    rows = tuple((f"Commune {at}", str(at), reason) for at in range(5, 9))
    found = of(engine, "fr")
    pace = next(one for one in found.slides if one.key == "i1/pace")
    table = Table(("Commune", "Chiffre", "Motif"), rows, (1,))
    said = [text for page in drawn(only(found, "i1/pace", kind="table", table=table)).slides for text in texts(page)]
    assert pace.title in said
    assert sum(text.count(reason) for text in said) == 1


def test_what_was_typed_in_arabic_is_set_from_the_right_on_a_french_slide(engine):
    pages = drawn(of(engine, "fr")).slides
    cells = [cell for page in pages for table in _tables(page) for row in table.rows for cell in row.cells]
    typed = [
        paragraph
        for cell in cells
        for paragraph in cell.text_frame.paragraphs
        if "إضافة محطتين للتسجيل" in paragraph.text
    ]
    assert typed
    for paragraph in typed:
        assert (paragraph._p.pPr.get("rtl"), paragraph._p.pPr.get("algn")) == ("1", "r")
    others = [p for cell in cells for p in cell.text_frame.paragraphs if p.text.startswith("Indicateur associé")]
    assert others and all(p._p.pPr.get("rtl") == "0" for p in others)


def test_no_word_of_a_table_is_wider_than_its_column_at_the_size_that_it_has(engine):
    found = of(engine, "fr")
    head = ("État", "Type", "Lieu", "Date", "Service", "Coût")
    row = (
        "réalisée",
        "Campagne de sensibilisation ou d'inscription",
        "Inezgane-Aït Melloul",
        "du 28 août 2023",
        "x" * 9,
    )
    table = Table(head, ((*row, "14\u202f500\u00a0dirhams"),), (5,))
    (page,) = drawn(only(found, "i1/gap", kind="table", table=table, numbers=(), verdict=None)).slides
    (made,) = _tables(page)
    size = int(next(made._tbl.iter(qn("a:rPr"))).get("sz")) / 100
    for at, column in enumerate(made.columns):
        room = column.width / 12_700 - 2 * 7.2
        assert all(widest_word(made.cell(line, at).text, size, weight=600) <= room for line in (0, 1))
