"""Moves on drawn tables: each of the means alone, what it adds by its day, and none without a forecast."""

import datetime as dt
import math

import pytest

from data.capacity import Said, set_means
from data.forecasts import store
from data.targets import Promise, set_targets
from queries.cuts import latest_cut
from queries.forecasts import due_series, foreseen
from queries.levers import outlook
from queries.methods.levers import LEVERS
from queries.moves import COLUMNS, USUAL, moves

RSU, HERE, OFFICE = "rsu.registered_share", "09.273", "09.273.01.15"
ON = "2023-09-10"


@pytest.fixture
def ask(reference_engine, book, day):
    """A function that draws a history, means, a target and its forecast, and asks for the moves."""

    def run(target=22_000, due="2023-12-31", *, forecast=True, **means):
        days = [(dt.date(2023, 1, 8) + dt.timedelta(weeks=at)).isoformat() for at in range(36)]
        book.say(*((HERE, one, 1000 + 400 * at) for at, one in enumerate(days)))
        if means:
            said = [Said(OFFICE, name, day("2023-01-01"), value) for name, value in means.items()]
            set_means(reference_engine, said, actor="preparer")
        promise = Promise(RSU, HERE, day(due), target, day("2023-01-01"), "assigned", "letter 12")
        set_targets(reference_engine, [promise], actor="preparer")
        cut = latest_cut(reference_engine)
        if forecast:
            store(reference_engine, foreseen(reference_engine, cut=cut, counts=due_series(reference_engine, cut=cut)))
        found = outlook(reference_engine, indicator=RSU, territory_code=HERE, on=day(ON), cut=cut, scope="MA")
        frame = moves(found)
        assert list(frame.columns) == COLUMNS
        return found, frame.set_index("lever")

    return run


KNOWN = {"desk": 2, "staff": 3, "hours_a_week": 35, "files_an_hour": 6}


def test_each_of_the_means_adds_its_part_of_the_forecast_by_the_due_date(ask, day):
    found, frame = ask(**KNOWN)
    assert [lever for lever in LEVERS if lever in frame.index] == list(frame.index)
    # One staff more than desks: a desk makes a post, staff alone none.
    assert "staff" not in frame.index and frame.loc["desk", "gain"] > 0
    assert set(frame["by"]) == {day("2023-12-31")}
    desk = frame.loc["desk"]
    assert desk["change"] >= USUAL["desk"] and desk["meets"] == (desk["reach_on"] <= day("2023-12-31"))


def test_a_move_that_is_enough_reaches_the_target_by_its_date(ask, day):
    found, frame = ask(target=22_000, **KNOWN)
    assert found.least > 1
    enough = frame[frame["meets"].astype(bool)]
    assert len(enough) and (enough["reach_on"] <= day("2023-12-31")).all()
    # The least change that does: what is told is that of the lever alone.
    assert frame.loc["hours_a_week", "change"] == found.alone["hours_a_week"]


def test_the_gain_ends_where_the_forecast_does(ask, day):
    found, frame = ask(due="2026-12-31", target=90_000, **KNOWN)
    assert set(frame["by"]) == {found.origin + found.ahead.every * len(found.ahead.median)}
    assert all(math.isnan(one) for one in frame["reach_on"]) and not frame["meets"].any()


@pytest.mark.parametrize("lacking", ["forecast", "means", "target"])
def test_without_forecast_means_or_anything_left_there_is_no_move(ask, lacking):
    if lacking == "forecast":
        _, frame = ask(forecast=False, **KNOWN)
    elif lacking == "means":
        _, frame = ask()
    else:
        _, frame = ask(target=5_000, **KNOWN)
    assert frame.empty
