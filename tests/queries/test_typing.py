"""Typing: what a grid shows before anything is typed, and which entries may be taken back."""

import json

import pytest

from queries.typing import cells, typed_events

LQLIAA, TEMSIA, PREFECTURE = "09.273.01.17", "09.273.05.27", "09.273"


@pytest.fixture
def grid(reference_engine, now, day):
    """A function that reads the cells of a week: value by (territory, day of the month)."""

    def read(*, cut=None, scope="MA", territories=(LQLIAA, TEMSIA), source="office"):
        frame = cells(
            reference_engine,
            territories=territories,
            step="rsu.registered",
            unit="household",
            source=source,
            first=day("2023-09-11"),
            last=day("2023-09-17"),
            cut=cut or now(reference_engine),
            scope=scope,
        )
        first = day("2023-09-11")
        return {(r.territory_code, r.on_date - first): (r.value, r.event) for r in frame.itertuples(index=False)}

    return read


def test_what_was_reported_stands_in_its_cells_with_its_event(grid, book):
    number = book.say((LQLIAA, "2023-09-14", 120), (TEMSIA, "2023-09-11", 0), (LQLIAA, "2023-09-18", 5))
    assert grid() == {(LQLIAA, 3): (120, number), (TEMSIA, 0): (0, number)}


def test_a_grid_is_read_at_its_cut(grid, book):
    first = book.say((LQLIAA, "2023-09-14", 120))
    book.say((LQLIAA, "2023-09-14", 125))
    assert grid(cut=first) == {(LQLIAA, 3): (120, first)}
    assert grid()[LQLIAA, 3][0] == 125


def test_a_figure_that_was_taken_back_leaves_an_empty_cell(grid, book):
    book.say((LQLIAA, "2023-09-14", 120))
    book.say((LQLIAA, "2023-09-14", None))
    assert grid() == {}


def test_breakdowns_sums_flows_and_other_sources_are_not_in_the_grid(grid, book):
    book.say((LQLIAA, "2023-09-14", 60), sex="female")
    book.say((LQLIAA, ("2023-09-12", "2023-09-14"), 5), measure="flow")
    book.say((LQLIAA, "2023-09-14", 70), source="published")
    book.sum((LQLIAA, "2023-09-14", 80, 1, 1))
    assert grid() == {}
    assert grid(source="published")[LQLIAA, 3][0] == 70


def test_cells_of_territories_outside_the_scope_are_not_read(grid, book):
    book.say((LQLIAA, "2023-09-14", 120), (TEMSIA, "2023-09-14", 30), (PREFECTURE, "2023-09-14", 150))
    assert set(grid(scope=LQLIAA, territories=(LQLIAA, TEMSIA, PREFECTURE))) == {(LQLIAA, 3)}


def test_only_typed_entries_that_still_stand_can_be_taken_back(book, reference_engine, now):
    book.event(file_name="file.csv", details=json.dumps({"unchanged": 0}))
    typed = [book.event(file_name=f"typed {n}", accepted=n, details=json.dumps({"typed": n})) for n in (1, 2, 3)]
    book.event(kind="withdrawal", withdraws=typed[1])
    frame = typed_events(reference_engine, cut=now(reference_engine), scope="MA")
    assert frame["number"].tolist() == [typed[2], typed[0]]
    assert frame["accepted"].tolist() == [3, 1]
    # As it was before the withdrawal.
    assert typed_events(reference_engine, cut=typed[2], scope="MA")["number"].tolist() == typed[::-1]


def test_an_entry_with_figures_of_others_is_not_his_to_take_back(book, reference_engine, now):
    mine = book.event(details=json.dumps({"typed": 1}))
    book.say((LQLIAA, "2023-09-14", 120), event=mine)
    both = book.event(details=json.dumps({"typed": 2}))
    book.say((LQLIAA, "2023-09-14", 121), (TEMSIA, "2023-09-14", 30), event=both)
    cut = now(reference_engine)
    assert typed_events(reference_engine, cut=cut, scope=LQLIAA)["number"].tolist() == [mine]
    assert typed_events(reference_engine, cut=cut, scope=PREFECTURE)["number"].tolist() == [both, mine]
