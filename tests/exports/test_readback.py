"""Reading back: a digit that changed in any kind of document is found, and the document is handed to nobody."""

import dataclasses
import io
import re
import shutil
import zipfile

import openpyxl
import pytest

from data.database import engine_for
from exports import letters, presentation
from exports.check import Unreadable, about, checked
from exports.direction import bare
from exports.readback import NotReleased, figures, release
from exports.record import record
from i18n import words
from panels.slide import Figure, Number
from queries.cuts import latest_cut
from tests.papers import sitting

LOCALES = ["ar", "fr", "en"]


@pytest.fixture(scope="module")
def engine(tmp_path_factory, reference_file):
    path = tmp_path_factory.mktemp("readback") / "office.db"
    shutil.copyfile(reference_file, path)
    engine = engine_for(f"sqlite:///{path}")
    engine.meeting = sitting(engine)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _no_template(tmp_path, monkeypatch):
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))


def of(engine, locale="fr", **asked):
    return record(engine, engine.meeting, locale=locale, cut=latest_cut(engine), scope="MA", **asked)


def changed(content, before, after, part=r".*\.xml$", count=0):
    """The same zip with a text changed in the parts that match; at least one is."""
    made, hits = io.BytesIO(), 0
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in packed.namelist():
            body = packed.read(name)
            if re.search(part, name):
                found = body.decode("utf-8", errors="surrogateescape")
                hits += found.count(before)
                limit = count or -1
                body = found.replace(before, after, limit).encode("utf-8", errors="surrogateescape")
            new.writestr(name, body)
    assert hits, f"{before!r} is nowhere in {part}"
    return made.getvalue()


# Figures of a text


@pytest.mark.parametrize(
    ("locale", "text", "found"),
    [
        ("ar", "بلغ العدد 36\u202f597 أسرة", ["36597"]),
        ("ar", "1,8 مليون أسرة من 3,5 مليون", ["1800000", "3500000"]),
        ("fr", "1,8 million de ménages", ["1800000"]),
        ("en", "1.8 million of 3,500", ["1800000", "3500"]),
        ("ar", "\u206635\u00a0%\u2069 و 35", ["35%", "35"]),
        ("fr", "9,4\u00a0%", ["9.4%"]),
        ("en", "9.4%", ["9.4%"]),
        ("ar", "القانون رقم 09.08 بتاريخ 18/09/2023", ["09.08", "18/09/2023"]),
        ("fr", "la loi n° 09-08, le 18 septembre 2023", ["09-08", "18", "2023"]),
        ("ar", "\u2066−35\u2069", ["-35"]),
        ("ar", "٣٥ أسرة", ["35"]),
        ("fr", "1\u202f234\u202f567,5", ["1234567.5"]),
        ("fr", "145/2023, 09.273.01.05", ["145/2023", "09.273.01.05"]),
        ("fr", "de 9\u202f743 à 12, soit 3", ["9743", "12", "3"]),
        ("fr", "aucun chiffre", []),
    ],
)
def test_the_figures_of_a_text_have_one_form_each(locale, text, found):
    assert [canonical for canonical, _ in figures(text, locale=locale)] == found


# A changed digit


@pytest.mark.parametrize("locale", LOCALES)
def test_a_digit_changed_in_word_is_found_and_named(engine, locale):
    found, w = of(engine, locale), words(locale)
    ((_, content),) = letters.minutes(found)
    assert release("docx", content, found) is content
    with pytest.raises(NotReleased) as refused:
        release("docx", changed(content, w.number(36_597), w.number(36_957), count=1), found)
    assert w.number(36_957) in [one.found for one in refused.value.differences]
    assert any(w.number(36_957) in bare(text) for text in refused.value.said(w))


def test_a_digit_changed_in_a_table_or_a_header_of_word_is_found(engine):
    found = of(engine, audience="outside")
    ((_, content),) = letters.minutes(found)
    with pytest.raises(NotReleased):
        release("docx", changed(content, "21\u202f530", "21\u202f350"), found)
    notice = words("fr")("letters.outside_notice", step=5)
    with pytest.raises(NotReleased):
        release("docx", changed(content, notice, notice.replace("5", "77"), part=r"header\d*\.xml"), found)


def test_a_figure_that_became_another_of_the_meeting_is_found_where_the_maker_says_his_texts(engine):
    found = of(engine)
    said = ["Il y a 36\u202f597 ménages", "et 1\u202f204 ailleurs"]
    from exports.word import Face, Line, written

    wrong = written([Line("Il y a 1\u202f204 ménages"), Line(said[1])], locale="fr", face=Face("x"))
    assert release("docx", wrong, found) is wrong
    with pytest.raises(NotReleased) as refused:
        release("docx", wrong, found, said=said)
    assert {(one.printed, one.found) for one in refused.value.differences} == {
        ("36\u202f597", ""),
        ("", "1\u202f204"),
    }


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        (r"ppt/slides/slide3\.xml", "36\u202f597", "36\u202f579"),
        (r"ppt/slides/slide6\.xml", "61\u202f000", "61\u202f001"),
        (r"ppt/charts/chart\w*\.xml", "<c:v>36597", "<c:v>36579"),
        (r"ppt/charts/chart\w*\.xml", "<c:v>45187", "<c:v>45188"),
        (r"ppt/notesSlides/notesSlide3\.xml", "2023", "2032"),
    ],
)
def test_a_digit_changed_in_powerpoint_is_found(engine, part, before, after):
    found = of(engine)
    ((_, content),) = presentation.slides(found)
    assert release("pptx", content, found) is content
    with pytest.raises(NotReleased):
        release("pptx", changed(content, before, after, part=part), found)


def test_a_digit_changed_in_the_workbook_inside_a_chart_is_found(engine):
    found = of(engine)
    ((_, content),) = presentation.slides(found)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    name = next(name for name in parts if name.endswith(".xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(parts[name]))
    cell = next(c for row in book.active.iter_rows() for c in row if c.value == 4_120 or c.value == 36_597)
    cell.value += 1
    made = io.BytesIO()
    book.save(made)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for one, body in (parts | {name: made.getvalue()}).items():
            packed.writestr(one, body)
    with pytest.raises(NotReleased) as refused:
        release("pptx", out.getvalue(), found)
    assert "xlsx" in refused.value.differences[0].where


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_a_digit_changed_in_a_workbook_is_found(engine):
    import datetime as dt

    found = of(engine)
    right = workbook([["Territoire", dt.date(2023, 9, 18)], ["Lqliaa", 21_530], ["36\u202f597", 40_000]])
    assert release("xlsx", right, found) is right
    for wrong in (
        [["Territoire", dt.date(2023, 9, 19)]],
        [["Lqliaa", 21_531]],
        [["36\u202f598", 40_000]],
    ):
        with pytest.raises(NotReleased):
            release("xlsx", workbook(wrong), found)


def page(found, number):
    body = "".join(f"<p>{one.title}</p>" for one in found.slides).replace("36\u202f597", number)
    data = f'{{"slides": [{{"title": "{found.slides[1].title}", "key": "i77/pace", "svg": "<text>{number}</text>"}}]}}'
    script = f'<script type="application/json">{data}</script><script>var x = 12345;</script><style>a{{b:99px}}</style>'
    return f"<!doctype html><html><body>{body}{script}</body></html>".encode()


def test_a_digit_changed_in_the_pack_is_found_in_its_text_and_in_its_data(engine):
    found = of(engine)
    assert release("html", page(found, "36\u202f597"), found)
    with pytest.raises(NotReleased) as refused:
        release("html", page(found, "36\u202f579"), found)
    assert len(refused.value.differences) >= 2


def pdf(tmp_path, line):
    """A PDF of one line, by hand."""
    stream = f"BT /F1 12 Tf 50 700 Td ({line}) Tj ET".encode("latin-1")
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj" % number + part + b"endobj\n"
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n%d\n%%%%EOF" % start


def test_a_digit_changed_in_a_pdf_is_found(engine, tmp_path):
    found = of(engine)
    right = pdf(tmp_path, "Il y en a 36\xa0597, le 18/09/2023")
    assert release("pdf", right, found) is right
    with pytest.raises(NotReleased):
        release("pdf", pdf(tmp_path, "Il y en a 36\xa0598"), found)


@pytest.mark.parametrize(
    ("line", "released"),
    [
        ("Ait Melloul 4 120 9 743 1 204", True),
        ("Ait Melloul 4\xa0120 9\xa0743 2 2 1", True),
        ("Ait Melloul 4 120 9 734 1 204", False),
        ("4 120 % 36 597", False),
        ("page 1 / 1, 18/09/2023", True),
    ],
)
def test_cells_of_a_line_of_a_pdf_are_told_from_the_groups_of_a_number(engine, tmp_path, line, released):
    found, content = of(engine), pdf(tmp_path, line)
    if released:
        assert release("pdf", content, found) is content
    else:
        with pytest.raises(NotReleased):
            release("pdf", content, found)


def test_a_picture_has_no_text_and_passes(engine):
    assert release("png", b"\x89PNG", of(engine)) == b"\x89PNG"


@pytest.mark.parametrize("locale", LOCALES)
def test_millions_shares_signs_and_withheld_cells_of_a_slide_may_be_printed(engine, locale):
    found, w = of(engine, locale), words(locale)
    one = next(one for one in found.slides if one.key == "i1/pace")
    numbers = (
        Number("x", w.short(13_600_000), value=13_600_000),
        Number("y", w.share(0.354), value=0.354),
        Number("z", w.signed(-2_610), value=-2_610),
    )
    said = (w.percent_words(0.094), w("state.withheld", threshold=10), w.count("household", 1_800_000, short=True))
    figure = Figure("rnp.registered", one.territory, one.on_date, 13_600_000, w.short(13_600_000))
    wider = dataclasses.replace(one, numbers=numbers, lines=said, figures=(figure,))
    slides = tuple(wider if each.key == one.key else each for each in found.slides)
    ((_, content),) = letters.minutes(dataclasses.replace(found, slides=slides))
    assert content


# Minutes that came back


@pytest.mark.parametrize("locale", LOCALES)
def test_minutes_nobody_touched_equal_the_cut(engine, locale):
    found = of(engine, locale)
    ((_, content),) = letters.minutes(found)
    said = about(content)
    assert (said.kind, said.meeting, said.locale, said.audience) == ("minutes", engine.meeting.id, locale, "office")
    result = checked(content, found)
    assert result.differences == () and result.gone == () and result.read > 40


def test_every_figure_that_was_changed_is_named_with_slide_printed_and_found(engine):
    found = of(engine)
    ((_, content),) = letters.minutes(found)
    edited = changed(content, "40\u202f000", "41\u202f000", part="document.xml")
    edited = changed(edited, "21\u202f530", "21\u202f350", part="document.xml", count=1)
    result = checked(edited, found)
    assert {(one.printed, one.found) for one in result.differences} == {
        ("40\u202f000", "41\u202f000"),
        ("21\u202f530", "21\u202f350"),
    }
    pace = next(one for one in found.slides if one.key == "i1/pace")
    assert bare(pace.title) in [one.slide for one in result.differences]


def test_words_may_be_changed_at_will(engine):
    found = of(engine)
    ((_, content),) = letters.minutes(found)
    edited = changed(content, "ménages inscrits", "foyers enregistrés", part="document.xml")
    assert checked(edited, found).differences == ()


def test_a_passage_without_its_bookmark_is_found_by_the_id_of_its_panel(engine):
    found = of(engine)
    ((_, content),) = letters.minutes(found)
    pace = next(one for one in found.slides if one.key == "i1/pace")
    edited = changed(content, f'w:name="_T_{pace.panel}_', 'w:name="other_', part="document.xml")
    assert checked(edited, found).differences == ()
    edited = changed(edited, "40\u202f000", "41\u202f000", part="document.xml")
    assert [(one.printed, one.found) for one in checked(edited, found).differences] == [("40\u202f000", "41\u202f000")]


def test_a_paragraph_that_was_retyped_within_a_passage_is_still_read(engine):
    found = of(engine)
    ((_, content),) = letters.minutes(found)
    pace = next(one for one in found.slides if one.key == "i1/pace")
    edited = changed(content, f'w:name="_T_{pace.panel}_2"', 'w:name="other"', part="document.xml")
    assert checked(edited, found).differences == ()
    edited = changed(edited, "36\u202f597", "36\u202f598", part="document.xml", count=2)
    assert ("36\u202f597", "36\u202f598") in [(one.printed, one.found) for one in checked(edited, found).differences]


def test_a_changed_recommendation_or_declaration_is_named(engine):
    found = of(engine)
    ((_, content),) = letters.minutes(found)
    edited = changed(content, "36\u202f812", "36\u202f821", part="document.xml")
    edited = changed(edited, "16", "17", part="document.xml", count=0)
    named = {(one.printed, one.found) for one in checked(edited, found).differences}
    assert ("36\u202f812", "36\u202f821") in named and ("16", "17") in named


def test_a_slide_that_was_taken_out_is_told_and_is_no_difference(engine):
    found = of(engine)
    less = dataclasses.replace(found, slides=tuple(one for one in found.slides if one.key != "i1/pace"))
    ((_, content),) = letters.minutes(less)
    result = checked(content, found)
    assert result.differences == () and len(result.gone) == 1


def test_minutes_in_two_languages_are_read_in_both(engine):
    found = of(engine, "ar", beside="fr")
    ((_, content),) = letters.minutes(found)
    assert about(content).beside == "fr" and checked(content, found).differences == ()
    edited = changed(content, "40\u202f000", "41\u202f000", part="document.xml")
    assert len(checked(edited, found).differences) == 2


@pytest.mark.parametrize("content", [b"", b"no zip", workbook([[1]])])
def test_what_is_no_document_of_word_is_said_to_be_none(content):
    with pytest.raises(Unreadable):
        about(content)
