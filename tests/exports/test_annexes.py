"""Annexes: every figure that the minutes do not hold, once, and where it is."""

import dataclasses
import datetime as dt

import pytest

from exports import annexes, letters, paper, tagged
from exports.record import record
from i18n import words
from panels.slide import Figure, Number, Slide, Table
from queries.cuts import latest_cut
from tests.papers import sitting

LOCALES = ["ar", "fr", "en"]


@pytest.fixture
def backend():
    """What is set on paper does not depend on the database: it is tried on one."""
    return "sqlite"


@pytest.fixture
def held(reference_engine):
    """The record of a meeting in a language, of which these slides were shown."""
    meeting = sitting(reference_engine)

    def of(locale, shown=(), slides=None):
        found = record(reference_engine, meeting, locale=locale, cut=latest_cut(reference_engine), scope="MA")
        return dataclasses.replace(found, shown=shown, slides=slides or found.slides)

    return of


def said_by(of):
    ((_, content),) = annexes.annexes(of)
    return [tagged.normal(one.text) for one in tagged.elements(content)]


@pytest.mark.parametrize("locale", LOCALES)
def test_what_the_minutes_tell_whole_is_named_and_not_told_again(held, locale):
    before = held(locale)
    table = next(one for one in before.slides if one.item and one.table.rows and one.kind == "bars")
    after = held(locale, shown=(table.key,))
    assert annexes.in_minutes(before) == set() and annexes.in_minutes(after) == {table.key}
    named = tagged.normal(words(locale)("papers.in_minutes", panels=table.panel))
    first, then = ([text for text in said_by(of) if table.panel in text] for of in (before, after))
    assert then == [named]
    assert len(first) == 1 and first != then


def test_a_figure_that_is_a_part_of_a_longer_number_is_not_said():
    for said in ("1 508", "508 000", "2508", "0,508"):
        assert not annexes._alone("508", said)
    assert annexes._alone("508", "il est de 508, au 17") and annexes._alone("508 élèves", "508 élèves")


def test_a_path_whose_points_the_minutes_leave_out_is_in_the_annexes(held):
    of = held("fr")
    path = next(one for one in of.slides if one.kind == "path" and not one.table.rows)
    assert path.key not in annexes.in_minutes(held("fr", shown=(path.key,)))
    said = said_by(held("fr", shown=(path.key,)))
    for on, text in zip(path.chart["dates"], path.chart["labels"], strict=True):
        assert words("fr").date_short(dt.date.fromisoformat(on)) in said
        assert not text or tagged.normal(text) in said


@pytest.mark.parametrize("locale", LOCALES)
def test_first_of_all_stands_what_is_where(held, locale):
    of, w = held(locale), words(locale)
    blocks = annexes._blocks(of, [one for one in of.slides if one.kind != "cover"], both=False)
    headings = [one["text"] for one in blocks if one["kind"] == "heading"]
    assert blocks[0] == paper.contents(headings)
    assert [letters.item_name(item, of, w) for item in of.meeting.agenda] == headings[-len(of.meeting.agenda) :]
    assert all(said_by(of).count(tagged.normal(heading)) == 2 for heading in headings)


def child(at, *, kind="text", label="Reste", lines=(), chart=None):
    number = Number(label, str(100 + at), "élèves", 100 + at)
    figures = (Figure("minhaty.waiting", f"09.273.01.0{at}", 19_600, 100.0 + at, f"{100 + at} élèves", "student"),)
    return Slide(
        key=f"i1/gap/{at}",
        subject="gap",
        kind=kind,
        title=f"Reste : {100 + at} élèves",
        item="i1",
        parent="i1/gap",
        territory=("09.273.01.05", "09.273.01.13", "09.273.01.15")[at],
        numbers=(number,),
        lines=lines,
        chart=chart or {},
        figures=figures,
        panel=f"PANEL00{at}",
    )


def test_the_panels_below_one_are_a_table_of_a_row_each():
    w = words("fr")
    (block,) = annexes._details([child(0), child(1), child(2)], w, both=False)
    assert block["table"]["head"] == [w("papers.column_territory"), "Reste", w("papers.column_panel")]
    assert [row[1:] for row in block["table"]["rows"]] == [[f"{100 + at} élèves", f"PANEL00{at}"] for at in range(3)]
    assert block["lines"] == []


def test_what_a_row_does_not_say_stands_with_the_name_of_its_territory():
    w = words("fr")
    more = Figure("gap", "09.273.01.13", 19_600, 7.0, "7", "student")
    odd = dataclasses.replace(child(1, lines=("Il en manque 7.",)), figures=(more,))
    (block,) = annexes._details([child(0), odd], w, both=False)
    (line,) = block["lines"]
    assert line == w("letters.number", label=w.territory("09.273.01.13"), text="Il en manque 7.")


def test_the_points_of_paths_are_one_table_of_days_and_territories():
    w = words("fr")
    charts = [
        {"dates": ["2023-09-01", "2023-09-08"], "values": [1, 2], "labels": ["1", "2"]},
        {"dates": ["2023-09-08", "2023-09-15"], "values": [3, 4], "labels": ["3", "4"]},
    ]
    some = [child(at, kind="path", chart=chart) for at, chart in enumerate(charts)]
    _, points = annexes._details(some, w, both=False)
    assert points["rows"] == [["01/09/2023", "1", ""], ["08/09/2023", "2", "3"], ["15/09/2023", "", "4"]]
    assert points["head"][1:] == [w.territory("09.273.01.05"), w.territory("09.273.01.13")]


@pytest.mark.parametrize(("both", "columns"), [(False, 12), (True, 6)])
def test_the_points_of_one_path_stand_in_as_many_columns_as_there_is_room_for(both, columns):
    days = [f"2023-0{1 + at // 28}-{at % 28 + 1:02}" for at in range(60)]
    chart = {"dates": days, "values": list(range(60)), "labels": [str(at) for at in range(60)]}
    block = annexes._panel(child(0, kind="path", chart=chart), words("fr"), both=both)
    assert len(block["table"]["head"]) == columns
    assert {cell for row in block["table"]["rows"] for cell in row[1::2]} == set(chart["labels"])


def test_low_and_narrow_tables_stand_two_by_two_and_long_ones_alone():
    def table(rows, text="x"):
        return Slide("a", "gap", "table", "Titre", table=Table(("A", "B"), ((text, "1"),) * rows, (1,)))

    w = words("fr")
    panels = [annexes._panel(one, w) for one in (table(3), table(30), table(3), table(4), table(3, "long " * 30))]
    found = annexes._paired(panels, both=False)
    assert [one["kind"] for one in found] == ["row", "panel", "row", "panel"]
    assert [len(one["blocks"]) for one in found if one["kind"] == "row"] == [1, 2]
    assert annexes._paired(panels, both=True) == panels
