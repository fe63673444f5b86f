"""Letters in Word: what stands in them, in which direction, in whose template; texts come out as they went in."""

import dataclasses
import datetime as dt
import io
import re
import zipfile

import docx
import pytest
from docx.oxml.ns import qn

from data.database import as_day
from exports import letters
from exports.direction import bare
from exports.office_templates import TemplateRefused
from exports.readback import paragraph_text
from exports.record import record
from exports.word import Face, Grid, Line, texts_of, written
from i18n import words
from panels.slide import Number, Slide, Table
from queries.cuts import latest_cut
from tests.papers import recommend, sitting
from tests.strings import strings

LOCALES = ["ar", "fr", "en"]


@pytest.fixture(scope="module")
def office(tmp_path_factory, reference_file):
    """An engine with a meeting, on SQLite, shared: nothing here writes to it."""
    import shutil

    from data.database import engine_for

    path = tmp_path_factory.mktemp("letters") / "office.db"
    shutil.copyfile(reference_file, path)
    engine = engine_for(f"sqlite:///{path}")
    engine.meeting = sitting(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The office's own folder, empty."""
    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    return tmp_path


def of(engine, locale="ar", **asked):
    return record(engine, engine.meeting, locale=locale, **{"cut": latest_cut(engine), "scope": "MA"} | asked)


def opened(content):
    return docx.Document(io.BytesIO(content))


def texts(content):
    """The text of each paragraph of the body, tables too, in their order, without marks of direction."""
    return [bare(paragraph_text(p)) for p in opened(content).element.body.iter(qn("w:p"))]


def whole(content):
    return "\n".join(texts(content))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_minutes_hold_what_minutes_have(office, folder, locale):
    w, found = words(locale), of(office, locale)
    ((name, content),) = letters.minutes(found)
    said = whole(content)
    assert name == f"tatabbu-minutes-{office.meeting.id}-2023-09-18-{locale}.docx"
    for key in ("agenda", "figures", "remarks", "recommendations", "copies", "chair_governor"):
        assert w(f"letters.{key}") in said
    signed = opened(content).tables[-1]
    assert [[bare(cell.text) for cell in row.cells] for row in signed.rows] == [
        [w("letters.rapporteur_session"), w("letters.signed_chair_session")],
        [
            w("letters.function_division"),
            bare(w("letters.signs_governor", of=w.place("09.273") if w.rtl else w.of_territory("09.273"))),
        ],
        ["", ""],
    ]
    assert signed.rows[-1].height.cm > 2
    assert bare(f"{w.weekday_date(dt.date(2023, 9, 18))}") in said and bare(w.hour(600)) in said
    assert "قاعة الاجتماعات الكبرى" in said and "مقر العمالة" in said
    for text in ("145/2023", w.date(dt.date(2023, 9, 18)), bare(w.in_territory(found.territory))):
        assert text in said
    for one in letters.slides_told(found):
        assert bare(one.title) in said and one.panel in said
        for number in one.numbers:
            assert number.text in said
        for row in one.table.rows:
            assert all(bare(cell) in said for cell in row)
    assert "إضافة محطتين للتسجيل" in said and w.date(dt.date(2023, 10, 16)) in said
    assert bare(w.number(36_812)) in said


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_not_on_the_way_is_told_only_when_it_was_shown(office, folder, locale):
    found = of(office, locale)
    detail = found.details[0]
    assert bare(detail.panel) not in whole(letters.minutes(found)[0][1])
    shown = dataclasses.replace(found, shown=("i1/pace", detail.key))
    said = whole(letters.minutes(shown)[0][1])
    assert detail.panel in said and found.way[2].panel in said
    assert next(one for one in found.way if one.key == "i1/gap").panel not in said


def test_what_is_for_the_screen_only_is_in_no_document_unless_it_was_shown(office, folder):
    found = of(office)
    hidden = tuple(dataclasses.replace(one, screen_only=one.key == "i1/gap") for one in found.slides)
    gap = next(one for one in hidden if one.screen_only)
    kept = dataclasses.replace(found, slides=hidden)
    assert gap.panel not in whole(letters.minutes(kept)[0][1])
    assert gap.panel in whole(letters.minutes(dataclasses.replace(kept, shown=(gap.key,)))[0][1])


@pytest.mark.parametrize("locale", LOCALES)
def test_every_page_says_that_figures_are_made_up_or_rounded(office, folder, locale):
    w = words(locale)
    for audience, notices in (("office", 1), ("outside", 2)):
        ((name, content),) = letters.minutes(of(office, locale, audience=audience))
        header = [bare(p.text) for p in opened(content).sections[0].header.paragraphs]
        assert header[0] == bare(w("demo.notice", place_of=w.of_territory("09.273")))
        assert len([text for text in header if text]) == notices
        assert ("-outside" in name) == (audience == "outside")
    assert header[1] == bare(w("letters.outside_notice", step=5))


def test_copies_for_outside_tell_the_slides_of_outside(office, folder):
    office_panels = {one.panel for one in of(office).slides}
    said = whole(letters.minutes(of(office, audience="outside"))[0][1])
    assert not any(panel in said for panel in office_panels)
    assert bare(words("ar").number(36_810)) in said and bare(words("ar").number(36_812)) not in said


def test_a_withheld_cell_stays_withheld(office, folder):
    w, found = words("fr"), of(office, "fr")
    said = w("state.withheld", threshold=10)
    gap = next(one for one in found.slides if one.key == "i1/gap")
    rows = ((gap.table.rows[0][0], said), *gap.table.rows[1:])
    blank = dataclasses.replace(gap, table=dataclasses.replace(gap.table, rows=rows))
    slides = tuple(blank if one.key == gap.key else one for one in found.slides)
    content = letters.minutes(dataclasses.replace(found, slides=slides))[0][1]
    table = next(t for t in opened(content).tables if t.rows[1].cells[0].text == rows[0][0])
    assert table.rows[1].cells[1].text == said


def test_arabic_is_right_to_left_at_every_level_that_word_looks_at(office, folder):
    document = opened(letters.minutes(of(office))[0][1])
    body = document.element.body
    assert body.sectPr.find(qn("w:bidi")) is not None
    for table in body.iter(qn("w:tbl")):
        assert table.tblPr.find(qn("w:bidiVisual")) is not None
    said = [p for p in body.iter(qn("w:p")) if "".join(t.text or "" for t in p.iter(qn("w:t"))).strip()]
    for paragraph in said:
        assert paragraph.pPr.find(qn("w:bidi")).get(qn("w:val")) is None
        assert paragraph.pPr.find(qn("w:jc")).get(qn("w:val")) in ("start", "center", "end")
        for run in paragraph.iter(qn("w:r")):
            text = "".join(t.text or "" for t in run.iter(qn("w:t")))
            arabic = re.search("[\u0621-\u064a]", text)
            if text:
                assert (run.rPr.find(qn("w:rtl")) is not None) or not arabic, text
                assert run.rPr.find(qn("w:rtl")) is None or not re.search(r"[A-Za-z0-9]", text), text
                assert run.rPr.find(qn("w:lang")).get(qn("w:bidi")) == "ar-MA"
                assert run.rPr.find(qn("w:rFonts")).get(qn("w:cs"))


def test_a_table_repeats_its_head_and_a_heading_is_a_heading(office, folder):
    document = opened(letters.minutes(of(office, "fr"))[0][1])
    headed = [t for t in document.tables if len(t.rows) > 2 and t.rows[0].cells[0].text]
    heads = [t._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None for t in headed]
    assert heads.count(True) >= 5
    assert {p.style.name for p in document.paragraphs if p.style.name.startswith("Heading")} == {
        "Heading 1",
        "Heading 2",
    }
    footer = document.sections[0].footer._element
    assert [one.text.strip() for one in footer.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_parts_of_a_paragraph_stand_in_the_order_that_the_schema_wants(office, folder, locale):
    from exports.word import _ORDER

    body = opened(letters.minutes(of(office, locale))[0][1]).element.body
    for name, order in _ORDER.items():
        for node in body.iter(qn(f"w:{name}")):
            places = [order.index(child.tag.rpartition("}")[2]) for child in node]
            assert places == sorted(places), [child.tag for child in node]


def test_no_mark_of_direction_that_word_draws_as_a_box_is_left(office, folder):
    for maker in (letters.minutes, letters.convening, letters.note, letters.reminders):
        for _, content in maker(of(office)):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                assert not any(
                    mark.encode() in packed.read(name)
                    for name in packed.namelist()
                    for mark in "\u2066\u2067\u2068\u2069"
                )


@pytest.mark.parametrize("locale", LOCALES)
def test_each_service_that_was_invited_is_written_to_on_a_page_of_its_own(office, folder, locale):
    w = words(locale)
    ((_, content),) = letters.convening(of(office, locale))
    said = whole(content)
    assert said.count(w("letters.greeting")) == 2
    assert len(list(opened(content).element.body.iter(qn("w:br")))) == 1
    for item in office.meeting.agenda:
        assert item.called(locale) in said


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_is_invited_reads_the_day_the_hour_and_the_room(office, folder, locale):
    w, found = words(locale), of(office, locale)
    said = whole(letters.convening(found)[0][1])
    day = bare(w.weekday_date(dt.date(2023, 9, 18)))
    assert bare(w("letters.when_at", day=day, hour=w.hour(600))) in said
    assert bare(w("letters.room_in", room="قاعة الاجتماعات الكبرى", place="مقر العمالة")) in said
    silent = dataclasses.replace(found.meeting, begins=None, room="", place="")
    said = whole(letters.convening(dataclasses.replace(found, meeting=silent))[0][1])
    assert day in said and bare(w.hour(600)) not in said and w("letters.place") not in said


@pytest.mark.parametrize(
    ("typed", "territory", "signs"),
    [
        ("", "09.273", "Le Gouverneur de la préfecture d'Inezgane-Aït Melloul"),
        ("السيد الكاتب العام", "09.273", "Le Secrétaire général de la préfecture d'Inezgane-Aït Melloul"),
        ("Monsieur le Gouverneur", "09", "Le Gouverneur"),
        ("باشا مدينة إنزكان", "09.273", "باشا مدينة إنزكان"),
    ],
)
def test_the_chair_signs_by_his_function(office, folder, typed, territory, signs):
    found = of(office, "fr")
    held = dataclasses.replace(found.meeting, chair=typed, territory=territory, rapporteur="")
    signed = opened(letters.minutes(dataclasses.replace(found, meeting=held))[0][1]).tables[-1]
    assert [[cell.text for cell in row.cells] for row in signed.rows[:2]] == [
        ["", "Le président de séance"],
        ["", signs],
    ]


def test_what_was_typed_in_arabic_is_set_from_the_right_in_french_minutes(office, folder):
    document = opened(letters.minutes(of(office, "fr"))[0][1])
    cells = {
        p.text: p for table in document.tables for row in table.rows for cell in row.cells for p in cell.paragraphs
    }
    typed = next(p for text, p in cells.items() if "إضافة محطتين للتسجيل" in text)
    assert typed._p.pPr.find(qn("w:bidi")).get(qn("w:val")) is None
    assert all(run._r.rPr.find(qn("w:rtl")) is not None for run in typed.runs)
    figure = next(p for text, p in cells.items() if text.startswith("Indicateur associé"))
    assert figure._p.pPr.find(qn("w:bidi")).get(qn("w:val")) == "0"


def test_what_was_typed_in_french_is_set_from_the_left_in_arabic(office, folder):
    content = written(
        [Line("Ouvrir un guichet le samedi"), Grid(("النص",), (("Ouvrir un guichet le samedi",),))],
        locale="ar",
        face=Face("محضر"),
    )
    document = opened(content)
    for typed in (document.paragraphs[0], document.tables[0].rows[1].cells[0].paragraphs[0]):
        assert typed._p.pPr.find(qn("w:bidi")).get(qn("w:val")) == "0"
        assert all(run._r.rPr.find(qn("w:rtl")) is None for run in typed.runs)


def test_a_reminder_tells_a_service_what_is_overdue_and_what_is_due(office, folder):
    w = words("fr")
    files = dict(letters.reminders(of(office, "fr", on=as_day(dt.date(2023, 9, 18)))))
    assert len(files) == 2
    cnss = whole(next(content for name, content in files.items() if "-cnss-" in name))
    assert w("letters.overdue_list", n=1) in cnss and w("letters.due_list", n=1) in cnss
    assert "فتح شباك إضافي يوم السبت" in cnss and "إضافة محطتين للتسجيل" in cnss
    education = whole(next(content for name, content in files.items() if "-education-" in name))
    # What is reported as done is asked of nobody.
    assert "تنظيم حملة للتحسيس" not in education and w("letters.overdue_list", n=1) not in education
    later = dict(letters.reminders(of(office, "fr", on=as_day(dt.date(2023, 12, 1)))))
    assert w("letters.overdue_list", n=2) in whole(next(c for name, c in later.items() if "-cnss-" in name))


def test_minutes_made_years_later_are_the_same(office, folder):
    now, later = (letters.minutes(of(office, on=as_day(dt.date(year, 9, 18))))[0][1] for year in (2023, 2027))
    assert texts(now) == texts(later)


def test_arabic_and_french_stand_side_by_side(office, folder):
    ((name, content),) = letters.minutes(of(office, "ar", beside="fr"))
    assert "-ar-fr." in name
    document = opened(content)
    (outer,) = document.tables
    assert outer._tbl.tblPr.find(qn("w:bidiVisual")) is not None
    titles = [[cell.text for cell in row.cells] for row in outer.rows]
    assert [words("ar")("letters.agenda"), words("fr")("letters.agenda")] in titles
    french = next(row.cells[1] for row in outer.rows if row.cells[1].text == words("fr")("letters.agenda"))
    assert french.paragraphs[0]._p.pPr.find(qn("w:bidi")).get(qn("w:val")) == "0"


def test_side_by_side_each_service_has_its_letter_on_a_page_of_its_own(office, folder):
    found = of(office, "ar", beside="fr")
    document = opened(letters.convening(found)[0][1])
    w = words("fr")
    assert len(document.tables) == len(found.meeting.services) == 2
    for table, service in zip(document.tables, found.meeting.services, strict=True):
        said = [row.cells[1].text for row in table.rows]
        addressed = w("letters.addressee", service=found.other.service(service))
        assert addressed in said and sum(w("letters.greeting") in text for text in said) == 1
    breaks = [p for p in document.paragraphs if p._p.findall(f".//{qn('w:br')}")]
    assert len(breaks) == 1


def test_a_meeting_without_slides_services_or_chair_still_has_its_letters(office, folder):
    from findings import meetings

    for locale in LOCALES:
        earlier = meetings.of_id(office, office.meeting.previous, cut=latest_cut(office), scope="MA")
        bare_one = dataclasses.replace(earlier, chair="", agenda=(), services=())
        found = dataclasses.replace(
            record(office, earlier, locale=locale, cut=latest_cut(office), scope="MA"),
            meeting=bare_one,
            recommendations=(),
            pending=(),
        )
        w = words(locale)
        assert w("letters.not_frozen") in whole(letters.minutes(found)[0][1])
        assert w("letters.addressee_all") in whole(letters.convening(found)[0][1])
        assert letters.reminders(found) == []


# The office's template


def template(folder, *, header="رأسية العمالة"):
    made = docx.Document()
    made.sections[0].header.paragraphs[0].text = header
    made.sections[0].footer.paragraphs[0].text = "ذيل الصفحة"
    made.styles["Normal"].font.name = "Sakkal Majalla"
    made.add_paragraph("نص المثال")
    made.save(folder / "template.docx")


def test_the_offices_template_gives_page_styles_header_and_footer(office, folder):
    template(folder)
    document = opened(letters.minutes(of(office))[0][1])
    header = [p.text for p in document.sections[0].header.paragraphs]
    assert header[0] == "رأسية العمالة" and len(header) == 2
    assert document.sections[0].footer.paragraphs[0].text == "ذيل الصفحة"
    assert document.styles["Normal"].font.name == "Sakkal Majalla"
    assert "نص المثال" not in [p.text for p in document.paragraphs]
    run = next(document.element.body.iter(qn("w:r")))
    assert run.rPr.find(qn("w:rFonts")) is None


def damaged(path):
    path.write_bytes(path.read_bytes()[:2000])


def not_a_document(path):
    path.write_bytes(b"PK\x03\x04 nothing")


def rezipped(path, change):
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


def with_macros(path):
    rezipped(path, lambda parts: parts.update({"word/vbaProject.bin": b"\x00"}))


def as_macro_template(path):
    def change(parts):
        name = "[Content_Types].xml"
        parts[name] = parts[name].replace(
            b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"application/vnd.ms-word.document.macroEnabled.main+xml",
        )

    rezipped(path, change)


def with_a_remote_picture(path):
    link = (
        b'<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        b'Target="http://example.org/x.png" TargetMode="External"/></Relationships>'
    )

    def change(parts):
        name = "word/_rels/document.xml.rels"
        parts[name] = parts[name].replace(b"</Relationships>", link)

    rezipped(path, change)


def without_styles(path):
    rezipped(path, lambda parts: parts.update({"word/document.xml": b"<broken"}))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (damaged, "damaged"),
        (not_a_document, "damaged"),
        (without_styles, "damaged"),
        (with_macros, "macros"),
        (as_macro_template, "macros"),
        (with_a_remote_picture, "fetches"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_in_words(office, folder, spoil, code):
    template(folder)
    spoil(folder / "template.docx")
    with pytest.raises(TemplateRefused) as refused:
        letters.minutes(of(office))
    assert refused.value.code == code
    for locale in LOCALES:
        assert "template.docx" in bare(refused.value.said(words(locale)))


# Texts


@pytest.mark.parametrize("locale", LOCALES)
def test_five_hundred_mixed_texts_come_out_of_word_as_they_went_in(locale):
    given = strings()
    half = len(given) // 2
    rows = tuple((one,) for one in given[half:])
    blocks = [*(Line(text) for text in given[:half]), Grid(("x",), rows)]
    found = [text for text in texts(written(blocks, locale=locale, face=Face("x"))) if text and text != "x"]
    assert found == [bare(one) for one in given]


def test_what_no_xml_may_hold_is_left_out_and_line_breaks_stay():
    content = written([Line("سطر\x00 أول\nسطر ثان\x0b")], locale="ar", face=Face("x"))
    assert texts(content) == ["سطر أول\nسطر ثان"]


def test_a_long_table_is_left_to_the_annex(office, folder):
    found = of(office, "fr")
    gap = next(one for one in found.slides if one.key == "i1/gap")
    long = dataclasses.replace(gap, table=dataclasses.replace(gap.table, rows=gap.table.rows * 7))
    slides = tuple(long if one.key == gap.key else one for one in found.slides)
    content = letters.minutes(dataclasses.replace(found, slides=slides))[0][1]
    assert words("fr")("letters.in_annex", rows=42, panel=gap.panel) in whole(content)


def test_the_annexes_of_a_prefecture_are_in_its_minutes(office, folder):
    found = of(office, "fr")
    gap = next(one for one in found.slides if one.key == "i1/gap")
    rows = tuple((f"Annexe administrative {at}", *row[1:]) for at, row in enumerate(gap.table.rows * 5))
    assert len(rows) == 30
    whole_one = dataclasses.replace(gap, table=dataclasses.replace(gap.table, rows=rows))
    slides = tuple(whole_one if one.key == gap.key else one for one in found.slides)
    said = whole(letters.minutes(dataclasses.replace(found, slides=slides))[0][1])
    assert all(row[0] in said for row in rows)


def test_a_number_that_the_title_says_is_not_said_again():
    numbers = (
        Number("Au 17 septembre", "508", ""),
        Number("Reste", "1 749", "élèves"),
        Number("Jours", "17", ""),
        Number("Part", "17 %", ""),
    )
    slide = Slide("i1/since", "since", "text", "Il est de 508, et de 1 749 élèves, au 17 septembre.", numbers=numbers)
    said = [one.text for one in letters.slide_blocks(slide, words("fr")) if one.style == "bullet"]
    assert said == ["Jours\u00a0: 17 · Part\u00a0: 17 %"]


def test_a_recommendation_of_nobodys_service_is_told_by_its_id(office, folder, reference_engine):
    meeting = sitting(reference_engine)
    recommend(reference_engine, meeting.id, 3, "توصية ثالثة", lead="unknown_service")
    found = record(reference_engine, meeting, locale="fr", cut=latest_cut(reference_engine), scope="MA")
    assert "unknown_service" in whole(letters.minutes(found)[0][1])


@pytest.mark.parametrize("beside", ["", "fr"])
def test_no_two_bookmarks_have_one_name_and_each_is_closed(office, folder, beside):
    body = opened(letters.minutes(of(office, "ar", beside=beside))[0][1]).element.body
    starts = [(one.get(qn("w:id")), one.get(qn("w:name"))) for one in body.iter(qn("w:bookmarkStart"))]
    ends = [one.get(qn("w:id")) for one in body.iter(qn("w:bookmarkEnd"))]
    assert len({name for _, name in starts}) == len(starts) and all(len(name) <= 40 for _, name in starts)
    assert sorted(number for number, _ in starts) == sorted(ends)
    # Word hides the bookmarks that begin with a low line.
    assert all(name.startswith("_T_") for _, name in starts)


def test_the_notice_of_each_language_stands_in_its_own_direction(office, folder):
    header = opened(letters.minutes(of(office, "ar", beside="fr"))[0][1]).sections[0].header
    directions = [p._p.pPr.find(qn("w:bidi")).get(qn("w:val")) for p in header.paragraphs]
    assert directions == [None, "0"]


def of_rows(head, rows, numeric=(), **more):
    return Slide("i1/pace", "pace", "table", "titre", table=Table(head, rows, numeric), panel="ABCD2345", **more)


def test_a_column_that_says_the_same_in_each_row_is_said_once_below():
    reason = "réception tardive de données (organisme fictif)"
    rows = tuple((name, str(at), reason) for at, name in enumerate(("Aït Melloul", "Inezgane", "Temsia"), 5))
    blocks = letters.slide_blocks(of_rows(("Territoire", "Chiffre", "Motif"), rows, (1,)), words("fr"))
    (table,) = [one for one in blocks if isinstance(one, Grid)]
    assert table.head == ("Territoire", "Chiffre") and table.numeric == (1,) and len(table.widths) == 2
    assert [text for text in texts_of(blocks) if reason in text] == [blocks[-1].text]
    # What differs in one row stays a column, and so does a word that takes no room.
    other = (*rows[:2], (*rows[2][:2], "autre motif de ce territoire"))
    for kept in (other, tuple((*row[:2], "en avance") for row in rows)):
        blocks = letters.slide_blocks(of_rows(("Territoire", "Chiffre", "Motif"), kept, (1,)), words("fr"))
        assert [one.head for one in blocks if isinstance(one, Grid)] == [("Territoire", "Chiffre", "Motif")]


@pytest.mark.parametrize("locale", LOCALES)
def test_minutes_for_outside_say_once_a_page_that_they_are_rounded(locale):
    w = words(locale)
    slide = of_rows((), (), lines=("phrase", w("since.rounded")), notes=(w("deck.rounded"), "note"))
    said = [one.text for one in letters.slide_blocks(slide, w)]
    assert "phrase" in said and "note" in said
    assert w("since.rounded") not in said and w("deck.rounded") not in said


def test_a_column_has_room_for_its_longest_word():
    head, row = ("État", "Service", "Coût"), ("réalisée", "Direction provinciale de l'Éducation", "14 500 dirhams")
    widths = letters.slide_tables(of_rows(head, (row,)), words("fr"))[0].widths
    assert all(width > len(word) for width, word in zip(widths, ("réalisée", "l'Éducation", "dirhams"), strict=True))
    assert widths[1] > widths[2]


@pytest.mark.parametrize("style", ["heading", "heading2", "strong"])
def test_a_heading_stays_with_what_it_heads(style):
    content = written([Line("عنوان", style), Line("نص")], locale="ar", face=Face("x"))
    (head,) = [p for p in opened(content).paragraphs if bare(p.text) == "عنوان"]
    assert head.paragraph_format.keep_with_next


def test_no_row_of_a_table_and_nothing_that_it_is_told_by_stands_on_a_page_alone(folder):
    table = Grid(("المجال", "العدد"), tuple((f"جماعة {at}", str(at)) for at in range(5)), (1,))
    content = written([Line("قبل"), table, Line("المصدر", "small"), table, Line("بعد")], locale="ar", face=Face("محضر"))
    document = opened(content)
    first, second = ([row.cells[0].paragraphs[0] for row in table.rows] for table in document.tables)
    held = [one.paragraph_format.keep_with_next for one in first]
    assert held == [True, True, False, False, True, True]
    assert [one.paragraph_format.keep_with_next for one in second] == [True, True, False, False, True, False]
    lines = {p.text: p.paragraph_format.keep_with_next for p in document.paragraphs if p.text}
    assert lines == {"قبل": True, "المصدر": True, "بعد": None}


def test_a_file_of_letters_has_no_pages_of_its_own(office, folder):
    for made, numbered in ((letters.convening, False), (letters.minutes, True)):
        footer = opened(made(of(office))[0][1]).sections[0].footer
        assert bool(footer._element.findall(f".//{qn('w:instrText')}")) is numbered
