"""Figures typed by hand: checked and stored as a file is, with a look at what others did meanwhile."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa

from data.importer import TypedCell, take_typed, withdraw
from data.schema import event

TODAY = dt.date(2026, 11, 23)
LQLIAA, TEMSIA = "09.273.01.17", "09.273.05.27"


def cell(territory, value, day="2023-09-14", step="rsu.registered", unit="household"):
    return TypedCell(territory, step, unit, dt.date.fromisoformat(day), str(value))


@pytest.fixture
def type_in(engine, known, places):
    """A function that stores cells and returns the report."""

    def run(*cells, opened=0, **options):
        return take_typed(
            engine,
            cells,
            source="office",
            label="typed",
            actor="preparer",
            today=TODAY,
            catalogue=known,
            territories=places,
            opened=opened,
            **options,
        )

    return run


def test_typed_cells_become_one_event_that_says_it_was_typed(type_in, engine, figures, day):
    report = type_in(cell(LQLIAA, 120), cell(TEMSIA, 0))
    assert (report.accepted, report.problems) == (2, ())
    assert {key[0]: value for key, value in figures().items()} == {LQLIAA: 120, TEMSIA: 0}
    with engine.connect() as connection:
        row = connection.execute(sa.select(event).where(event.c.number == report.event)).one()
    assert (row.kind, row.file_name, row.source, row.actor) == ("import", "typed", "office", "preparer")
    assert json.loads(row.details)["typed"] == 2


def test_the_sums_above_follow(type_in, figures, day):
    type_in(cell(LQLIAA, 120), cell(TEMSIA, 30))
    assert figures("rollup")["09.273", "rsu.registered", "all", day("2023-09-14")] == 150


def test_an_entry_that_is_taken_back_leaves_what_was_known_before(type_in, engine, known, places, figures):
    first = type_in(cell(LQLIAA, 120))
    second = type_in(cell(LQLIAA, 999), opened=first.event)
    assert list(figures().values()) == [999]
    assert withdraw(engine, second.event, actor="preparer", catalogue=known, territories=places) == second.event + 1
    assert list(figures().values()) == [120]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (cell("09.999", 1), "unknown_territory"),
        (cell(LQLIAA, "1.5"), "decimal"),
        (cell(LQLIAA, -1), "negative"),
        (cell(LQLIAA, 1, day="2026-11-24"), "future_date"),
        (cell(LQLIAA, 1, unit="household", step="rnp.registered"), "unit_not_of_step"),
    ],
)
def test_a_cell_that_is_wrong_keeps_all_from_being_stored_and_is_named_by_its_place(type_in, figures, wrong, code):
    report = type_in(cell(TEMSIA, 5), wrong)
    assert report.event is None
    assert [(problem.code, problem.line) for problem in report.problems] == [(code, 2)]
    assert figures() == {}


def test_nothing_outside_the_scope_is_written(type_in, figures):
    report = type_in(cell(LQLIAA, 1), within={TEMSIA})
    assert [problem.code for problem in report.problems] == ["outside_scope"]
    assert figures() == {}


def test_a_cell_that_somebody_else_touched_meanwhile_is_told_before_it_is_written_over(type_in, figures):
    opened = type_in(cell(LQLIAA, 100)).event
    theirs = type_in(cell(LQLIAA, 110), cell(TEMSIA, 7), opened=opened).event
    report = type_in(cell(TEMSIA, 8, day="2023-09-21"), cell(LQLIAA, 120), opened=opened)
    assert report.event is None
    (problem,) = report.problems
    assert (problem.code, problem.line, problem.seen) == ("typed_meanwhile", 2, "120")
    assert problem.values == {"event": theirs}
    assert figures()[LQLIAA, "rsu.registered", "all", 19614] == 110


def test_it_is_written_over_when_that_is_asked_for(type_in, figures):
    opened = type_in(cell(LQLIAA, 100)).event
    type_in(cell(LQLIAA, 110), opened=opened)
    assert type_in(cell(LQLIAA, 120), opened=opened, over_others=True).accepted == 1
    assert list(figures().values()) == [120]


def test_figures_of_another_source_or_breakdown_do_not_stand_in_the_way(type_in, take_in):
    opened = type_in(cell(LQLIAA, 100)).event
    take_in(
        "territory,step,unit,measure,date,value,sex",
        f"{LQLIAA},rnp.registered,person,stock,2023-09-14,60,female",
        f"{LQLIAA},rnp.registered,person,stock,2023-09-14,50,male",
    )
    report = type_in(cell(LQLIAA, 120, step="rnp.registered", unit="person"), opened=opened)
    assert report.problems == ()


def test_a_second_click_stores_nothing_twice(type_in, rows_in):
    first = type_in(cell(LQLIAA, 120))
    before = rows_in()
    again = type_in(cell(LQLIAA, 120))
    assert (again.already, again.event) == (True, first.event)
    assert rows_in() == before


def test_a_value_may_come_back_to_what_it_was_two_entries_before(type_in, figures):
    first = type_in(cell(LQLIAA, 120))
    second = type_in(cell(LQLIAA, 130), opened=first.event)
    third = type_in(cell(LQLIAA, 120), opened=second.event)
    assert third.event == second.event + 1
    assert list(figures().values()) == [120]
