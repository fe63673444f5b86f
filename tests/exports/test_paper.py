"""Paper: what every page bears, how tables break, two languages side by side, and that a changed digit is caught."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from exports import annexes, paper, papers, tagged
from exports.paper import Paper, Side
from exports.readback import NotReleased
from i18n import words
from panels.slide import Slide, Table
from tests.decks import deck
from tests.papers import record_of, sitting

LOCALES = ("ar", "fr", "en")
ON = dt.date(2023, 9, 18)
HERE = "09.273"


def side(locale, blocks, *, audience="office", demonstration=True, title="T"):
    return paper.side(
        locale,
        title,
        blocks,
        on=ON,
        letterhead=("L1", "L2"),
        audience=audience,
        territory=HERE,
        demonstration=demonstration,
        reference="145/2023",
    )


def long_table(locale):
    rows = [(f"begin{n} " + "w " * 80 + f"end{n}", str(n)) for n in range(60)]
    return paper.pdf(Paper((side(locale, [paper.table(("HEADER", "N"), rows, numeric=(1,))]),), ON))


@pytest.fixture
def backend():
    """What is set on paper does not depend on the database: it is tried on one."""
    return "sqlite"


@pytest.fixture
def held(reference_engine):
    """A meeting and the database it lies in."""
    return reference_engine, sitting(reference_engine)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_document_is_an_archive_file_tagged_and_in_its_language(locale):
    content = paper.pdf(Paper((side(locale, [paper.text("x")]),), ON))
    assert b"<pdfaid:part>2</pdfaid:part>" in content and b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content and b"/Marked true" in content
    assert tagged.language(content) == locale
    assert (b"/Direction/R2L" in content) is (locale == "ar")


def test_only_the_fonts_of_the_house_are_in_it_whatever_is_written():
    content = paper.pdf(Paper((side("ar", [paper.text("Ω ж 中 ▼ ☎ \u200f نص\nسطر e\u0301 \x07")]),), ON))
    # What no font of the house has a sign for is said to be there, and stops nobody.
    said = tagged.elements(content)[-1].text.translate(tagged.SAID_NOTHING)
    assert said == "? ? ? ? ?  نص سطر é  "
    assert {name.partition(b"+")[2][:7] for name in re.findall(rb"/BaseFont/([^/ ]+)", content)} == {b"IBMPlex"}


def test_the_same_paper_has_the_same_bytes():
    made = Paper((side("ar", [paper.panel(one, locale="ar") for one in deck("ar")]),), ON)
    assert paper.pdf(made) == paper.pdf(made)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_page_bears_its_number_of_how_many_and_the_notice_of_the_demonstration(locale):
    content = long_table(locale)
    said, w = tagged.running(content), words(locale)
    notice = w("demo.notice", place_of=w.of_territory(HERE))
    assert len(said) > 2
    for number, text in enumerate(said, 1):
        # Heads and feet are in no structure, so their words are compared in no order.
        page = w("paper.page", page=str(number), pages=str(len(said)))
        wanted = [word.strip(".:,") for word in (*tagged.normal(page).split(), *tagged.normal(notice).split())]
        assert [word for word in wanted if word not in tagged.normal(text)] == []


def test_real_figures_bear_no_notice_and_copies_for_outside_say_that_they_are_rounded():
    w = words("fr")
    real = paper.pdf(Paper((side("fr", [paper.text("x")], demonstration=False),), ON))
    assert w("demo.badge") not in tagged.normal(" ".join(tagged.running(real)))
    outside = paper.pdf(Paper((side("fr", [paper.text("x")], audience="outside"),), ON))
    assert tagged.normal(w("paper.outside")) in [tagged.normal(one.text) for one in tagged.elements(outside)]


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_a_table_repeats_its_header_and_tears_no_row(locale):
    content = long_table(locale)
    pages = [[piece.text for piece in page] for page in tagged.File(content).pages]
    assert len(pages) > 2 and all("HEADER" in page for page in pages)
    for n in range(60):
        inside = [" ".join(page) + " " for page in pages]
        assert len([page for page in inside if f"begin{n} " in page and f"end{n} " in page]) == 1
    # The structure holds the header once: a screen reader is not told it on every page.
    assert [one.text for one in tagged.elements(content)].count("HEADER") == 1


def test_two_languages_stand_side_by_side_each_beside_its_translation():
    texts = {"fr": [f"français {n}" for n in range(40)], "ar": [f"عربية {n}" for n in range(40)]}
    sides = tuple(side(locale, map(paper.text, texts[locale])) for locale in ("ar", "fr"))
    content = paper.pdf(Paper(sides, ON))
    said = [tagged.normal(one.text) for one in tagged.elements(content)]
    body = [text for text in said if text.startswith(("français", "عربية"))]
    assert body == [text for pair in zip(texts["fr"], texts["ar"], strict=True) for text in pair]
    pieces = [piece for page in tagged.File(content).pages for piece in page if piece.mcid is not None]
    middle = 595 / 2
    assert all(piece.at < middle for piece in pieces if "français" in piece.text)
    assert all(piece.at > middle for piece in pieces if "عربية" in tagged.normal(piece.text))


def test_sides_with_other_blocks_are_refused():
    with pytest.raises(paper.NotBesideEachOther):
        paper.pdf(Paper((side("ar", [paper.text("1")]), side("fr", [])), ON))


def test_a_chart_is_told_in_words_to_whoever_does_not_see_it():
    slide = next(one for one in deck("fr") if one.kind == "path")
    content = paper.pdf(Paper((side("fr", [paper.panel(slide, locale="fr")]),), ON))
    assert b"/S/Figure" in content and b"/Alt" in content


@pytest.mark.parametrize("locale", LOCALES)
def test_every_panel_bears_its_id_its_sources_and_their_day(locale):
    slides = deck(locale)
    content = paper.pdf(Paper((side(locale, [paper.panel(one, locale=locale) for one in slides]),), ON))
    said = " ".join(tagged.normal(one.text) for one in tagged.elements(content))
    w = words(locale)
    for slide in slides:
        assert slide.panel in said
    assert said.count(tagged.normal(w.date(ON))) >= len(slides)


# Read back


def spoilt(made, old, new):
    """The paper with a text of its blocks changed."""

    def change(said):
        if isinstance(said, str):
            return said.replace(old, new)
        if isinstance(said, dict):
            return {key: change(one) for key, one in said.items()}
        return [change(one) for one in said] if isinstance(said, list | tuple) else said

    return replace(made, sides=tuple(Side(**{**vars(one), "blocks": tuple(change(one.blocks))}) for one in made.sides))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("drawn", [True, False])
def test_a_changed_digit_is_caught_and_named(locale, drawn):
    slides, w = deck(locale), words(locale)
    made = Paper((side(locale, [paper.panel(one, locale=locale, drawn=drawn) for one in slides]),), ON)
    told = [(locale, slides)]
    assert papers.compared(paper.pdf(made), made, told) == []
    wrong = spoilt(made, w.number(9_743), w.number(9_748))
    differences = papers.compared(paper.pdf(wrong), made, told)
    assert differences
    said = " ".join(f"{one.printed} {one.found} {one.slide}" for one in differences)
    assert "743" in said
    # And of what is only drawn in a chart: the last point of a path.
    only = [one for one in slides if one.kind == "path"]
    path = Paper((side(locale, [paper.panel(one, locale=locale, tabled=False) for one in only]),), ON)
    bare = replace(path, sides=tuple(one for one in path.sides))
    ended = spoilt(bare, w.number(70_000), w.number(70_001))
    assert papers.compared(paper.pdf(ended), path, [(locale, only)])


def test_a_figure_of_a_slide_that_no_text_says_is_caught():
    (slide,) = [one for one in deck("fr") if one.kind == "text" and not one.parent]
    made = Paper((side("fr", [paper.panel(slide, locale="fr")]),), ON)
    other = replace(slide, figures=tuple(replace(one, text="77 777") for one in slide.figures))
    (difference,) = papers.compared(paper.pdf(made), made, [("fr", [other])])
    assert difference.printed == "77 777"


def test_a_document_that_differs_is_not_handed_over(held, monkeypatch):
    real = paper.pdf
    monkeypatch.setattr(paper, "pdf", lambda made: real(spoilt(made, "36\u202f597", "36\u202f579")))
    with pytest.raises(NotReleased) as refused:
        annexes.annexes(record_of(held))
    assert "36 579" in " ".join(one.found + one.printed for one in refused.value.differences).replace(
        "\u202f", " "
    ) or any("597" in one.printed for one in refused.value.differences)


# The documents


@pytest.mark.parametrize("locale", LOCALES)
def test_annexes_hold_every_figure_of_every_panel_with_its_id(held, locale):
    of = record_of(held, locale)
    ((name, content),) = annexes.annexes(of)
    said = " ".join(tagged.normal(one.text) for one in tagged.elements(content))
    shown = [slide for slide in of.slides if slide.kind != "cover"]
    assert len(shown) > 10
    for slide in shown:
        assert slide.panel in said
        for figure in papers.figures_of(slide):
            assert tagged.normal(figure.text) in said
    assert name == f"tatabbu-annexes-{of.meeting.id}-2023-09-18-{locale}.pdf"


def test_what_is_shown_only_when_the_chair_asks_is_on_paper_once_he_has(held):
    of = record_of(held)
    asked, others = of.slides[2], of.slides[3:]
    hidden = replace(of, slides=(*of.slides[:2], replace(asked, screen_only=True, panel="ASKED000"), *others))
    for shown, there in (((), False), ((asked.key,), True)):
        ((_, content),) = annexes.annexes(replace(hidden, shown=shown))
        said = " ".join(tagged.normal(one.text) for one in tagged.elements(content))
        assert ("ASKED000" in said) is there


@pytest.mark.parametrize("locale", LOCALES)
def test_a_service_finds_what_it_is_asked_and_what_is_overdue(held, locale):
    found = dict(papers.services(record_of(held, locale)))
    (mine,) = [content for name, content in found.items() if "service-cnss" in name]
    said = [tagged.normal(one.text) for one in tagged.elements(mine)]
    w = words(locale)
    assert "إضافة محطتين للتسجيل" in said and "فتح شباك إضافي يوم السبت" in said
    assert w("sheet.state_overdue") in said and w("sheet.state_assigned") in said
    assert "موافاة العمالة بلائحة الملفات في الانتظار (قبل نهاية الشهر)" not in said


def test_what_is_for_outside_says_so_in_its_name_and_the_brief_never_is(held):
    of = record_of(held, audience="outside")
    assert annexes.annexes(of)[0][0].endswith("-outside.pdf")
    assert papers.brief(of)[0][0].endswith("-fr.pdf")


def test_both_languages_are_in_one_file(held):
    ((name, content),) = annexes.annexes(record_of(held, "ar", beside="fr"))
    said = [tagged.normal(one.text) for one in tagged.elements(content)]
    assert name.endswith("-ar-fr.pdf")
    assert (
        tagged.normal(words("ar")("papers.annexes")) in said
        and words("fr")("papers.annexes").replace("\u00a0", " ") in said
    )


def test_a_file_that_is_not_tagged_is_refused():
    with pytest.raises(tagged.NotTagged):
        tagged.elements(
            b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
            b"trailer\n<</Root 1 0 R>>\nstartxref\n45\n%%EOF"
        )


def test_the_shape_of_a_verdict_in_a_cell_is_drawn_and_its_word_written():
    rows = (("1", "✔\u00a0منجزة"), ("2", "\u2068■\u00a0انقضى الأجل\u2069 · متعثرة"), ("3", "– بدون"), ("4", "نص ✔"))
    block = paper.panel(Slide("k", "s", "table", "عنوان", table=Table(("أ", "ب"), rows)), locale="ar")
    cells = [row[1] for row in block["table"]["rows"]]
    assert cells[0] == {"tone": "good", "shape": "check", "word": "منجزة"}
    assert cells[1]["shape"] == "square" and cells[1]["word"] == "\u2068انقضى الأجل\u2069 · متعثرة"
    assert cells[2:] == ["– بدون", "نص ✔"]


def test_what_was_typed_in_the_other_language_is_set_from_its_own_side_and_comes_out_as_it_went_in():
    typed = "فتح شباك إضافي يوم السبت (قبل 30 شتنبر 2023)"
    block = paper.table(["Recommandation", "Nombre"], [(typed, "12"), ("Ouvrir un guichet", "3")], numeric=(1,))
    turned = paper._turned(block, rtl=False)
    assert turned["rows"][0][0] == {"against": "rtl", "text": typed} and turned["rows"][1][0] == "Ouvrir un guichet"
    made = Paper((side("fr", [block, paper.lines([typed, "Une phrase en français"])]),), ON)
    said = [tagged.normal(one.text) for one in tagged.elements(paper.pdf(made))]
    assert said.count(tagged.normal(typed)) == 2 and "Une phrase en français" in said
    assert paper._turned(paper.lines(["Ouvrir un guichet"]), rtl=True)["items"][0]["against"] == "ltr"


def test_the_numbers_along_an_axis_are_no_figures_of_a_sheet(held):
    of = record_of(held, "fr")
    for _, content in papers.services(of):
        said = [tagged.normal(one.text) for one in tagged.elements(content)]
        assert words("fr")("papers.measure_other") not in said
