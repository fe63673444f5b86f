"""Stocks: one history of each count, of the source that speaks, of what may be released."""

import numpy as np
import pytest

from queries.stocks import stocks

PREFECTURE, STEP, UNIT = "09.273", "rsu.registered", "household"
KEY = (PREFECTURE, STEP, UNIT)


@pytest.fixture
def ask(reference_engine, now, day):
    """A function that reads the history of the prefecture's households, None when there is none."""

    def run(on="2023-12-31", territory=PREFECTURE, **more):
        found = stocks(
            reference_engine,
            counts={(STEP, UNIT)},
            territories=[territory],
            on=day(on),
            **{"cut": now(reference_engine), "scope": "MA"} | more,
        )
        return found.get((territory, STEP, UNIT))

    return run


def test_a_history_is_ascending_each_day_once_as_last_said_up_to_the_day_and_cut(book, ask, day):
    first = book.say((PREFECTURE, "2023-06-08", 20), (PREFECTURE, "2023-06-01", 10))
    second = book.say((PREFECTURE, "2023-06-08", 21), (PREFECTURE, "2023-06-15", 30))
    stock = ask()
    assert stock.days.tolist() == [day("2023-06-01"), day("2023-06-08"), day("2023-06-15")]
    assert stock.values.tolist() == [10, 21, 30]
    assert (stock.event, stock.source, stock.basis) == (second, "office", "reported")
    assert ask(cut=first).values.tolist() == [10, 20]
    assert ask("2023-06-10").values.tolist() == [10, 21]
    assert ask(since=day("2023-06-08")).values.tolist() == [21, 30]
    assert ask("2023-05-31") is None


def test_breakdowns_flows_and_other_units_are_no_part_of_it(book, ask):
    book.say((PREFECTURE, "2023-06-01", 1), sex="female")
    book.say((PREFECTURE, ("2023-05-01", "2023-05-31"), 2), measure="flow")
    book.say((PREFECTURE, "2023-06-01", 3), unit="person")
    assert ask() is None


def test_a_sum_over_some_of_the_children_is_left_out(book, ask):
    book.sum((PREFECTURE, "2023-06-01", 500, 6, 6), (PREFECTURE, "2023-06-08", 300, 4, 6))
    stock = ask()
    assert stock.values.tolist() == [500]
    assert stock.basis == "summed"


def test_its_own_report_comes_before_the_sum_of_the_same_day(book, ask):
    book.sum((PREFECTURE, "2023-06-01", 500, 6, 6), (PREFECTURE, "2023-07-08", 600, 6, 6))
    book.say((PREFECTURE, "2023-06-01", 510))
    stock = ask()
    assert stock.values.tolist() == [510, 600]
    assert stock.basis == "summed"


def test_the_history_of_the_source_that_speaks_is_not_mixed_with_another(book, ask):
    book.say((PREFECTURE, "2023-05-01", 100), (PREFECTURE, "2023-06-01", 200))
    book.say((PREFECTURE, "2023-05-15", 120), (PREFECTURE, "2023-06-10", 190), source="published")
    assert ask().values.tolist() == [100, 200]
    assert ask(speaking={KEY: "published"}).values.tolist() == [120, 190]


def test_a_single_figure_of_the_source_is_read_beside_those_of_the_others(book, ask):
    book.say((PREFECTURE, "2023-06-10", 200))
    book.say((PREFECTURE, "2023-05-01", 120), (PREFECTURE, "2023-06-20", 210), source="published")
    stock = ask()
    assert stock.values.tolist() == [120, 200]
    assert stock.source == "office"


def test_a_source_that_has_stopped_no_longer_speaks(book, ask):
    book.say((PREFECTURE, "2023-01-01", 100), (PREFECTURE, "2023-02-01", 110))
    book.say((PREFECTURE, "2023-05-01", 300), (PREFECTURE, "2023-06-10", 310), source="published")
    assert ask().values.tolist() == [300, 310]


def test_what_a_reader_may_not_see_is_not_read(book, ask):
    book.say(("09.001", "2023-06-01", 100))
    book.say(("09.001", "2023-06-02", 90), source="published")
    book.sum(("09", "2023-06-01", 150, 2, 2))
    assert ask(territory="09.001", scope=PREFECTURE).values.tolist() == [90]
    assert ask(territory="09", scope=PREFECTURE) is None
    assert ask(territory="09").values.tolist() == [150]


def test_the_last_believed_report_is_always_one_that_was_received(book, ask):
    values = [100 + 10 * week for week in range(20)]
    days = [str(np.datetime64("2023-01-02") + 7 * week) for week in range(21)]
    # A leap that is moderated, not left out: what would be believed instead was never reported.
    book.say(*((PREFECTURE, at, value) for at, value in zip(days, [*values, 400], strict=True)))
    stock = ask()
    assert stock.is_doubted
    assert stock.believed[stock.last_believed] == stock.values[stock.last_believed] == 290


def test_more_territories_than_an_older_database_takes_at_once_are_read(book, reference_engine, now, day):
    from queries.territories import members

    with reference_engine.connect() as connection:
        codes = list(connection.execute(members(of="MA", level="commune")).scalars())
    assert len(codes) > 1000
    book.say((codes[0], "2023-06-01", 1), (codes[-1], "2023-06-01", 2))
    found = stocks(
        reference_engine,
        counts={(STEP, UNIT)},
        territories=codes,
        on=day("2023-07-01"),
        cut=now(reference_engine),
        scope="MA",
    )
    assert {key[0]: stock.values.tolist() for key, stock in found.items()} == {codes[0]: [1], codes[-1]: [2]}
