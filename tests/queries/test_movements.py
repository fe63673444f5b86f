"""Movements: net of a month, and what came and left where that is told."""

import numpy as np
import pytest

from queries.definitions import definitions
from queries.movements import COLUMNS, MONTH, movements

PREFECTURE = "09.273"
COVERED, ENTRANTS, LEFT = "amo_tadamon.covered", "amo_tadamon.new_entrants", "amo_tadamon.above_threshold"


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that asks what a stock did."""

    def run(step=COVERED, unit="person", *, on="2024-06-30", territory=PREFECTURE, scope="MA"):
        cut = now(reference_engine)
        asked = {"on": day(on), "cut": cut, "scope": scope, "known": definitions(reference_engine, cut=cut)}
        frame = movements(reference_engine, territory=territory, step=step, unit=unit, **asked)
        assert list(frame.columns) == COLUMNS
        return frame

    return run


@pytest.fixture
def stock(book):
    """A function that writes a stock on several days."""
    return lambda *points, step=COVERED, unit="person": book.say(
        *((PREFECTURE, on, value) for on, value in points), step=step, unit=unit
    )


def test_net_is_the_difference_of_the_last_stocks_of_two_months(ask, stock, day):
    stock(("2024-03-15", 900), ("2024-03-31", 1000), ("2024-04-30", 960), ("2024-05-31", 970))
    frame = ask()
    assert frame["net"].tolist() == [-40, 10] and frame["value"].tolist() == [960, 970]
    assert frame["from_date"].tolist() == [day("2024-03-31"), day("2024-04-30")]
    assert frame["net_a_month"][0] == pytest.approx(-40 / 30 * MONTH)


def test_a_stock_that_falls_and_comes_back_is_shown_as_it_was_told(ask, stock):
    stock(*[(f"2024-0{m}-28", v) for m, v in enumerate((4000, 4000, 3800, 3800, 4000), 1)])
    assert ask()["net"].tolist() == [0, -200, 0, 200]


def test_entries_and_exits_are_the_flows_that_fill_the_span(ask, stock, book):
    stock(("2024-03-31", 1000), ("2024-04-30", 1050), ("2024-05-31", 1040))
    for step, april in ((ENTRANTS, 80), (LEFT, 20)):
        book.say((PREFECTURE, ("2024-04-01", "2024-04-30"), april), step=step, unit="person", measure="flow")
    book.say((PREFECTURE, ("2024-05-01", "2024-05-12"), 30), step=ENTRANTS, unit="person", measure="flow")
    frame = ask()
    assert frame.loc[0, ["entries", "exits", "unexplained"]].tolist() == [80, 20, -10]
    # May was told for twelve of its days only.
    assert np.isnan(frame.loc[1, "entries"]) and np.isnan(frame.loc[1, "unexplained"])


def test_published_stocks_far_apart_are_spread_over_the_months_between(ask, stock):
    stock(("2023-09-30", 2_800_000), ("2024-09-29", 5_200_000), step="rsu.registered", unit="household")
    frame = ask("rsu.registered", "household", on="2025-01-01")
    assert frame["net_a_month"][0] == pytest.approx(2_400_000 / 365 * MONTH)


def test_one_figure_makes_no_movement(ask, stock):
    stock(("2024-03-31", 1000))
    assert ask().empty


def test_the_kingdom_has_been_flat_since_2024(published, now, day):
    cut = now(published)
    asked = {"on": day("2025-12-31"), "cut": cut, "scope": "MA", "known": definitions(published, cut=cut)}
    frame = movements(published, territory="MA", step="rsu.registered", unit="household", **asked)
    last = frame.iloc[-1]
    assert last["value"] == 5_300_000 and abs(last["net_share"]) < 0.005
    assert frame["net_share"].max() > 0.05 and frame["entries"].isna().all()
