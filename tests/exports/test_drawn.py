"""Maps and chains on paper: drawn as on the wall, every text of them set by the page, told apart without colours."""

import datetime as dt
import re
from dataclasses import replace

import pytest

from exports import drawn, paper, papers, tagged
from exports.annexes import annexes
from exports.chain import chain_table
from exports.paper import Paper
from i18n import LOCALES, words
from panels.svg import sheet_of
from tests.decks import COMMUNES, HERE, deck
from tests.panels.drawn import charted, many_bars
from tests.papers import record_of, sitting

ON = dt.date(2023, 9, 18)
ROOMS = {"upright": paper.ROOM, "wide": paper.WIDE, "half": paper.HALF}


def both(locale):
    return [one for one in deck(locale) if one.kind in drawn.KINDS]


def on_paper(slides, locale, **more):
    side = paper.side(
        locale,
        "T",
        [paper.panel(one, locale=locale, **more) for one in slides],
        on=ON,
        letterhead=("L",),
        audience="office",
        territory=HERE,
        demonstration=True,
    )
    return Paper((side,), ON)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_map_and_a_chain_are_drawn_and_every_text_of_them_is_read_back(locale):
    slides = both(locale)
    assert {one.kind for one in slides} == {"map", "chain"}
    made = on_paper(slides, locale)
    content = paper.pdf(made)
    assert papers.compared(content, made, [(locale, slides)]) == []
    figures = [one for one in tagged.elements(content) if one.tag == "Figure"]
    assert len(figures) == 2 and b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    for slide, figure in zip(slides, figures, strict=True):
        for one in drawn.drawing(slide, locale=locale, width=17.6, height=6.5)["texts"]:
            assert tagged.normal(paper.written(one["said"])) in tagged.normal(figure.text)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_letter_stands_in_the_picture_of_the_shapes(locale):
    for slide in both(locale):
        shapes = drawn.drawing(slide, locale=locale, width=17.6, height=6.5)["svg"]
        assert "<text" not in shapes and len(re.findall(r"<(?:path|rect|polyline)", shapes)) > 3


@pytest.mark.parametrize("kind", drawn.KINDS)
def test_a_digit_changed_in_a_drawing_is_caught(kind):
    (slide,) = [one for one in both("fr") if one.kind == kind]
    made = on_paper([slide], "fr", tabled=False)
    block = made.sides[0].blocks[0]
    number = next(one for one in block["chart"]["texts"] if re.search(r"\d{2}$", one["said"]))
    wrong = number | {"said": number["said"][:-1] + str(9 - int(number["said"][-1]))}
    texts = [wrong if one is number else one for one in block["chart"]["texts"]]
    spoilt = block | {"chart": block["chart"] | {"texts": texts}}
    other = replace(made, sides=(replace(made.sides[0], blocks=(spoilt,)),))
    differences = papers.compared(paper.pdf(other), made, [("fr", [slide])])
    assert number["said"] in {one.printed for one in differences}


@pytest.mark.parametrize("locale", LOCALES)
def test_who_does_not_see_it_is_told_names_and_numbers(locale):
    for slide in both(locale):
        told = drawn.told(slide)
        rows = slide.chart.get("territories") or slide.chart["nodes"]
        assert told.startswith(slide.title) and len(rows) > 2
        for row in rows:
            assert row["name"] in told and row["text"] in told


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("room", ROOMS)
def test_the_longest_names_are_read_or_not_drawn_at_all(locale, room):
    width, height = ROOMS[room]
    drawings = 0
    for slide in (*charted(locale).values(), charted(locale, COMMUNES)["map"]):
        made = drawn.drawing(slide, locale=locale, width=width, height=height)
        if made is None:
            continue
        drawings += 1
        points = width * 72 / 2.54 / made["width"]
        assert min(one["size"] for one in made["texts"]) * points >= drawn.LEAST - 1e-6
        # Never higher than a page that lies has room for.
        assert made["height"] * points <= 17.8 * 72 / 2.54
    assert drawings


def test_where_it_cannot_be_drawn_the_table_stands_though_none_was_asked_for():
    (slide,) = [one for one in both("fr") if one.kind == "map"]
    nowhere = replace(slide, chart=slide.chart | {"parent": "", "level": ""})
    block = paper.panel(nowhere, locale="fr", tabled=False)
    assert block["chart"] is None and block["table"]["rows"]


def test_bars_and_paths_are_not_drawn_here():
    for slide in (*deck("fr"), many_bars("fr", 20)):
        if slide.kind not in drawn.KINDS:
            assert drawn.drawing(slide, locale="fr", width=17.6, height=6.5) is None


def filled(slide, *, hatched):
    """The parts of a map of two groups of like grey."""
    from exports.outlines import outlines

    groups = [
        {"key": "on_path", "text": "a", "tint": None, "state": "shown", "tone": "good"},
        {"key": "below", "text": "b", "tint": None, "state": "shown", "tone": "bad"},
        {"key": "missing", "text": "c", "tint": None, "state": "missing", "tone": "none"},
    ]
    places = [one | {"group": groups[at % 3]["key"]} for at, one in enumerate(slide.chart["territories"])]
    made = replace(slide, demonstration=False, chart=slide.chart | {"groups": groups, "territories": places})
    return sheet_of(
        made,
        locale="fr",
        width=1400,
        height=600,
        wall=True,
        hatched=hatched,
        outlines=outlines(slide.chart["parent"], slide.chart["level"]),
    )


def test_groups_are_hatched_for_a_printer_without_colours_and_nowhere_else():
    (slide,) = [one for one in both("fr") if one.kind == "map"]
    on_the_wall, printed = filled(slide, hatched=False), filled(slide, hatched=True)
    assert on_the_wall.texts == printed.texts
    assert set(on_the_wall.parts) < set(printed.parts)
    lines = [part for part in printed.parts if part not in on_the_wall.parts]
    # One of the two verdicts alone, in the territories and in the legend; what has no number wears its mark.
    assert len(lines) > 20 and all(part.startswith("<polyline") for part in lines)


def test_tints_are_plain_at_both_ends_and_hatched_between():
    from panels.drawing.map import _hatches

    groups = {f"tint-{at}": {"tint": at, "state": "shown"} for at in range(5)}
    assert [*_hatches({**groups, "missing": {"tint": None, "state": "missing"}}).items()] == [
        ("tint-0", 0),
        ("tint-1", 1),
        ("tint-2", 2),
        ("tint-3", 3),
        ("tint-4", 0),
    ]


# In the documents


@pytest.fixture
def backend():
    """What is set on paper does not depend on the database: it is tried on one."""
    return "sqlite"


@pytest.fixture
def held(reference_engine):
    return reference_engine, sitting(reference_engine)


@pytest.mark.parametrize("beside", ["", "fr"])
def test_annexes_draw_maps_and_chains_and_say_each_of_their_names_once(held, beside):
    of = record_of(held, "ar", beside=beside)
    ((_, content),) = annexes(of)
    kinds = [slide.kind for slide in of.slides]
    figures = [one for one in tagged.elements(content) if one.tag == "Figure"]
    sides = 2 if beside else 1
    assert len(figures) == sides * sum(kinds.count(one) for one in drawn.KINDS) > 0
    # What a drawing says whole, no table says again; that every figure stands somewhere is read back in any case.
    cells = {tagged.normal(one.text) for one in tagged.elements(content) if one.tag in ("TH", "TD")}
    (chain,) = [slide for slide in of.slides if slide.kind == "chain"]
    stages = {tagged.normal(row[0]) for row in chain_table(chain, words("ar")).rows}
    assert len(stages) > 2 and not stages & cells
