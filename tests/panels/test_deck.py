"""Slides out of frames drawn by hand: titles, numbers, states, maps, and the figures that are listed of them."""

import datetime as dt
import math
from types import SimpleNamespace

import pandas as pd
import pytest

from data.database import as_day
from i18n import LOCALES, words
from panels import deck
from panels.deck import Measure, Place, Told
from panels.noted import Said, is_printed, length, noted
from panels.slide import OFFICE, OUTSIDE, Number
from queries.targets import CHILDREN_COLUMNS, PROGRESS_COLUMNS, Course, Standing
from tests.numerals import bare

HERE, COMMUNE = "09.273", "09.273.01.15"
STEP = "rsu.registered"
FLAGS = {"doubted": False, "recomputing": False, "late": False, "held_elsewhere": False}


@pytest.fixture(scope="module")
def told():
    """A function that says what all slides of a deck share."""

    def say(locale="fr", audience=OFFICE, demonstration=False):
        asked = {"audience": audience, "cut": 7, "scope": "MA"}
        return Told(locale, audience, 19_618, 10, demonstration, asked)

    return say


def row(**said):
    """A row of progress: 450 of 692 in a commune, 1,000 by the end of the year."""
    usual = dict.fromkeys(PROGRESS_COLUMNS, math.nan) | FLAGS
    usual |= {
        "indicator": "rsu.registered_share",
        "programme": "rsu",
        "step": STEP,
        "unit": "household",
        "territory_code": COMMUNE,
        "target": 1000.0,
        "starts": 19_358.0,
        "due": 19_722.0,
        "start_value": 0.0,
        "set_by": "assigned",
        "target_address": "",
        "planned": 692.0,
        "planned_today": 714.0,
        "on_date": 19_610.0,
        "actual": 450.0,
        "gap": -242.0,
        "remaining": 550.0,
        "needed_per_day": 7.2,
        "recent_per_day": 2.0,
        "times": 3.6,
        "pace_state": "running",
        "verdict": "below",
        "direction": "",
        "body": "interior",
        "source": "office",
        "reporting": 0,
        "expected": 0,
        "state": "shown",
    }
    return Standing(**usual | said)


def course(values=(100.0, 450.0), days=(19_500, 19_610)):
    """A history and its path."""
    actual = pd.DataFrame({"on_date": days, "value": values, "believed": True, "complete": True})
    planned = pd.DataFrame({"on_date": [19_358, 19_722], "planned": [0.0, 1000.0]})
    return Course(planned, actual, pd.DataFrame({"on_date": [], "median": [], "low": [], "high": []}), None)


def below(*rows):
    """A frame of children."""
    return pd.DataFrame([one._asdict() | {"gap_part": math.nan} for one in rows], columns=CHILDREN_COLUMNS)


PLACE = Place("i1/pace", "pace", "i1", asked={"indicator": "rsu.registered_share", "definition": "d"})


@pytest.mark.parametrize("locale", LOCALES)
def test_words_take_note_of_each_number_once_and_of_nothing_else(locale):
    w = noted(locale)
    assert w("targets.set_assigned", target=w.short(1_800_000), deadline=dt.date(2023, 12, 31))
    assert [one.value for one in w.said] == [1_800_000]
    w.spoken(-3)
    assert [one.value for one in w.said] == [1_800_000, -3]
    assert w.parts("household", 11)[0] == "11" and w.said[-1] == Said("11", 11, "household")
    # What is said by the plain words of the house is not noted: those are shared by all who read.
    assert not hasattr(words(locale), "said")


def test_a_number_is_printed_where_it_stands_by_itself():
    assert is_printed("5", among=["il en reste 5."]) and is_printed("1\u202f005", among=["\u20681\u202f005\u2069"])
    assert not is_printed("5", among=["1\u202f005", "52", "3,5"][:2])


def test_the_usual_chair_is_said_in_the_language_of_the_slide_and_another_as_it_was_typed(told):
    def lines(chair, locale):
        sitting = SimpleNamespace(kind="session", on_date=19_618, territory=HERE, chair=chair, place="")
        return deck.cover(sitting, [], told(locale), PLACE).chart["lines"]

    assert bare(lines("السيد العامل", "fr")[1]) == bare(words("fr")("deck.chaired", chair="Monsieur le Gouverneur"))
    assert "السيد العامل" in lines("Monsieur le Gouverneur", "ar")[1]
    assert "الكاتب العام" in lines("الكاتب العام", "fr")[1]


def test_a_pace_says_where_it_stands_what_was_planned_and_what_is_needed(told):
    slide = deck.pace(row(), course(), told(), PLACE)
    assert [(n.text, n.value) for n in slide.numbers] == [("450", 450.0), ("692", 692.0), ("8", 8.0)]
    assert slide.verdict == {
        "verdict": "below",
        "tone": "bad",
        "shape": "▼",
        "word": "en deçà de la programmation",
    }
    assert slide.asked["indicator"] == "rsu.registered_share" and slide.asked["dates"] == [19_610]
    assert slide.chart["dates"] == ["2023-05-23", "2023-09-10"]


def test_a_slide_of_a_stage_that_another_body_holds_is_not_red(told):
    slide = deck.pace(row(held_elsewhere=True, body="cnss"), course(), told(), PLACE)
    assert slide.verdict["tone"] == "elsewhere"
    assert any("CNSS" in text for text in (slide.title, *slide.lines))


@pytest.mark.parametrize(
    ("state", "said"),
    [("missing", "n'est pas disponible"), ("withheld", "non diffusé"), ("not_applicable", "pas encore commencé")],
)
def test_no_figure_is_said_in_three_ways(told, state, said):
    nothing = {"actual": math.nan, "on_date": math.nan, "gap": math.nan, "planned": math.nan}
    slide = deck.pace(row(state=state, **nothing), None, told(), PLACE)
    assert said in slide.title and slide.kind == "text" and not slide.chart
    (figure,) = [f for f in slide.figures if f.what == STEP]
    assert figure.value is None and figure.state == state


def test_a_title_that_no_wall_holds_is_said_in_full_below(told):
    long = row(territory_code=HERE, actual=123_450.0, planned=234_692.0, gap=-111_242.0, direction="widening")
    slide = deck.pace(long, course(), told(), PLACE)
    assert length(slide.title) <= deck.LONGEST_TITLE
    assert "123\u202f450" in slide.lines[0] and "l'écart se creuse" in slide.lines[0]
    slide = deck.made(
        told(), PLACE, noted("fr"), kind="text", title=f"{'x' * 140} {words('fr').in_territory(HERE)}", territory=HERE
    )
    assert slide.title == "x" * 140 and slide.lines[0].startswith(slide.title)


def test_an_old_figure_and_a_partial_sum_say_so(told):
    slide = deck.pace(row(late=True, reported_on=19_500.0, reporting=3, expected=6), course(), told(), PLACE)
    assert any("donnée ancienne" in note for note in slide.notes)
    assert any("3 sur 6" in note for note in slide.notes)


def test_a_copy_for_outside_says_that_it_is_rounded(told):
    assert any("multiple de cinq" in note for note in deck.pace(row(), course(), told(audience=OUTSIDE), PLACE).notes)
    cover = Place("cover", "cover")
    slide = deck.made(told(audience=OUTSIDE), cover, noted("fr"), kind="cover", title="x", territory=HERE)
    assert slide.notes == ()


def test_many_children_are_a_map_without_a_ranking(told):
    names = [code for code in words("fr")._names.places if code.count(".") == 1 and not code.startswith("0.")][:16]
    assert len(names) > deck.MOST_BARS
    rows = [row(territory_code=code, actual=40.0 * at, gap=40.0 * at - 692) for at, code in enumerate(names)]
    rows[3] = row(territory_code=names[3], state="missing", actual=math.nan, gap=math.nan, on_date=math.nan)
    rows[4] = row(territory_code=names[4], planned=math.nan, gap=math.nan, verdict="no_target")
    slide = deck.gap(below(*rows), row(territory_code="MA"), told(), PLACE, level="prefecture")
    assert slide.kind == "map" and [t["code"] for t in slide.chart["territories"]] == names
    groups = {group["key"]: group for group in slide.chart["groups"]}
    assert {"missing", "no_path"} <= set(groups) and all(group["tone"] == "none" for group in groups.values())
    assert all(t["group"] in groups for t in slide.chart["territories"])
    # Offices have no boundaries: however many, they are bars.
    assert deck.gap(below(*rows), row(territory_code="MA"), told(), PLACE, level="annex").kind == "bars"


def test_a_gap_without_any_path_is_no_slide(told):
    assert deck.gap(below(row(gap=math.nan, planned=math.nan)), row(), told(), PLACE, level="commune") is None


def test_marks_of_a_path_stay_within_it(told):
    days = ("2022-01-01", "2023-06-01", "2024-01-01")
    rows = [
        {"kind": "campaign", "territory_code": COMMUNE, "from_date": on, "to_date": on}
        for on in (as_day(dt.date.fromisoformat(day)) for day in days)
    ]
    under = deck.Under(pd.DataFrame(rows), meeting=19_590, recommended=((3, 19_640),))
    slide = deck.pace(row(), course(), told(), PLACE, under=under)
    marks = [(mark["kind"], mark["date"], mark["until"]) for mark in slide.chart["marks"]]
    assert marks == [
        ("action", "2023-06-01", "2023-06-01"),
        ("meeting", "2023-08-21", "2023-08-21"),
        ("recommendation", "2023-08-21", "2023-10-10"),
    ]
    assert "recommandation n° 3" in bare(slide.chart["marks"][-1]["text"])
    assert 3 in [figure.value for figure in slide.figures]


def test_a_long_history_is_thinned_with_its_first_and_last_point():
    points = list(range(400))
    kept = deck.thinned(points, most=53)
    assert len(kept) <= 53 and kept[0] == 0 and kept[-1] == 399
    assert deck.thinned(points[:20], most=53) == points[:20]


@pytest.mark.parametrize("most", [0, 1, 7, 13, 999, 51_470, 13_600_000])
def test_a_scale_holds_what_is_drawn_in_round_steps(most):
    marks = [mark["value"] for mark in deck.scale(most, words("fr"))]
    assert marks[0] == 0 and marks[-1] >= most and len(marks) <= 6
    assert len({b - a for a, b in zip(marks, marks[1:], strict=False)}) <= 1


def test_figures_are_named_by_what_the_sentence_is_of(told):
    w = noted("fr")
    title = w("deck.step_of", step=w.count("household", 12), name=w.number(7))
    slide = deck.made(
        told(),
        PLACE,
        w,
        kind="text",
        title=title,
        territory=HERE,
        measures=[Measure("gap", -12.4, 19_600, "household")],
        numbers=[Number("x", w.share(0.35), "", 0.35)],
    )
    assert [(f.what, f.value, f.unit) for f in slide.figures] == [
        ("gap", 12.0, "household"),
        ("number", 7.0, ""),
        ("share", 0.35, "share"),
    ]
