"""Transition: what remains, over what, how fast, and what is never shown."""

import numpy as np
import pytest

from queries.definitions import definitions
from queries.transition import PART_COLUMNS, REMAINING_COLUMNS, below, parts, programmes, remaining, units

PREFECTURE = "09.273"
COMMUNES = ("09.273.01.13", "09.273.01.15")
AMO = "amo_tadamon"
FORMER, SWITCHED, CONFIRMED = "ramed.covered", f"{AMO}.switched", f"{AMO}.confirmed"
WAITING, LEFT, BAND = f"{AMO}.waiting", f"{AMO}.above_threshold", f"{AMO}.between_thresholds"


@pytest.fixture
def asked(reference_engine, now, day):
    """A function that gives what every question of a transition is given."""

    def run(on="2023-06-30", scope="MA", role="administrator"):
        cut = now(reference_engine)
        known = definitions(reference_engine, cut=cut).seen_by(role)
        return {"programme": AMO, "unit": "person", "on": day(on), "cut": cut, "scope": scope, "known": known}

    return run


@pytest.fixture
def left(reference_engine, asked):
    """A function that asks what remains in one territory."""

    def run(territory=PREFECTURE, **how):
        frame = remaining(reference_engine, territories=[territory], **asked(**how))
        assert list(frame.columns) == REMAINING_COLUMNS
        return frame.iloc[0]

    return run


@pytest.fixture
def say(book):
    """A function that writes a stock in persons."""
    return lambda step, on, value, territory=PREFECTURE, source="office": book.say(
        (territory, on, value), step=step, unit="person", source=source
    )


def test_without_the_office_s_own_former_stock_there_are_counts_and_no_percentage(left, say):
    say(WAITING, "2023-06-25", 400)
    say(CONFIRMED, "2023-06-25", 500)
    one = left()
    assert (one.remaining, one.confirmed, one.remaining_basis) == (400, 500, "counted")
    assert np.isnan(one.former) and np.isnan(one.remaining_share) and np.isnan(one.confirmed_share)


def test_with_it_what_remains_and_what_is_confirmed_are_shares_of_it(left, say):
    say(FORMER, "2022-11-30", 1000)
    say(WAITING, "2023-06-25", 400)
    say(CONFIRMED, "2023-06-25", 500)
    one = left()
    assert (one.former, one.remaining_share, one.confirmed_share) == (1000, 0.4, 0.5)


def test_a_published_stock_or_one_of_another_day_is_not_the_office_s_of_the_last_day(left, say):
    say(WAITING, "2023-06-25", 400)
    say(FORMER, "2022-11-30", 1000, source="published")
    assert np.isnan(left().remaining_share)
    say(FORMER, "2022-09-30", 1000)
    assert np.isnan(left().remaining_share)


def test_where_nobody_counts_who_waits_it_is_what_was_switched_less_what_was_settled(left, say):
    say(SWITCHED, "2022-12-01", 1000)
    say(CONFIRMED, "2023-06-25", 500)
    # Without who left nothing can be said: they would be counted as waiting.
    assert left().state == "missing"
    say(LEFT, "2023-06-20", 100)
    one = left()
    assert (one.remaining, one.remaining_basis, one.state) == (400, "derived", "shown")


def test_parts_of_days_that_lie_apart_are_not_subtracted(left, say):
    say(SWITCHED, "2022-12-01", 1000)
    say(CONFIRMED, "2023-06-25", 500)
    say(LEFT, "2023-04-01", 100)
    assert left().state == "missing"


def test_at_the_pace_of_the_last_four_weeks_it_is_done_by_a_day(left, say, day):
    # 20 working days from Sunday 28 May to Sunday 25 June 2023, without holidays between: 100 fewer, 5 a day.
    for on, count in (("2023-05-28", 500), ("2023-06-04", 480), ("2023-06-11", 450), ("2023-06-18", 430)):
        say(WAITING, on, count)
    say(WAITING, "2023-06-25", 400)
    one = left()
    assert (one.per_day, one.pace_state) == (5, "falling")
    assert one.since == day("2023-05-28")
    # Eighty working days after the last figure, the feasts of the summer left out.
    assert day("2023-10-13") <= one.done_by <= day("2023-11-03")


def test_what_does_not_fall_has_no_date(left, say):
    for on in ("2023-05-28", "2023-06-04", "2023-06-11", "2023-06-18", "2023-06-25"):
        say(WAITING, on, 500)
    one = left()
    assert one.pace_state == "not_falling" and np.isnan(one.done_by)


def test_a_fall_too_slow_to_date_and_one_without_history_say_so(left, say):
    say(WAITING, "2023-06-25", 40_000)
    assert left().pace_state == "not_enough_history"
    say(WAITING, "2023-05-28", 40_010)
    assert left().pace_state == "far"


def test_nobody_left_is_done(left, say):
    say(WAITING, "2023-06-25", 0)
    assert left().pace_state == "done" and left().remaining == 0


def test_before_the_switch_nothing_applies(left, say):
    say(FORMER, "2022-11-30", 1000)
    assert left(on="2022-11-30").state == "not_applicable"


def test_the_parts_stand_with_their_days_and_what_is_not_told_is_missing(reference_engine, asked, say, day):
    say(FORMER, "2022-11-30", 1000)
    say(SWITCHED, "2022-12-01", 940)
    frame = parts(reference_engine, territory=PREFECTURE, **asked())
    assert list(frame.columns) == PART_COLUMNS
    by = frame.set_index("part")
    assert by.index.tolist() == ["former", "switched", "confirmed", "waiting", "left", "entrants", "band"]
    assert by.loc["switched", ["value", "on_date", "late"]].tolist() == [940, day("2022-12-01"), False]
    assert by.loc["waiting", "state"] == "missing" and np.isnan(by.loc["waiting", "value"])


def test_who_only_reads_is_not_shown_the_band_between_the_thresholds(reference_engine, asked, say):
    say(BAND, "2023-06-25", 77)
    for role, shown in (("reader", False), ("preparer", True), ("administrator", True)):
        frame = parts(reference_engine, territory=PREFECTURE, **asked(role=role))
        assert ("band" in frame["part"].tolist()) is shown


def test_below_every_child_has_its_own_share_in_administrative_order(reference_engine, asked, say):
    for code, former, waiting in zip(COMMUNES, (800, 400), (200, 300), strict=True):
        say(FORMER, "2022-11-30", former, code)
        say(WAITING, "2023-06-25", waiting, code)
    frame = below(reference_engine, parent=PREFECTURE, level=None, **asked()).set_index("territory_code")
    assert len(frame) == 6
    assert frame.loc[list(COMMUNES), "remaining_share"].tolist() == [0.25, 0.75]
    assert frame["state"].value_counts().to_dict() == {"missing": 4, "shown": 2}


def test_a_reader_is_shown_the_children_that_he_may_see(reference_engine, asked, say):
    for code in COMMUNES:
        say(WAITING, "2023-06-25", 200, code)
    frame = below(reference_engine, parent=PREFECTURE, level=None, **asked(scope=COMMUNES[1]))
    assert frame["territory_code"].tolist() == [COMMUNES[1]]


def test_a_partial_sum_has_no_share(left, say, book):
    say(FORMER, "2022-11-30", 1000)
    book.sum((PREFECTURE, "2023-06-25", 400, 4, 6), step=WAITING, unit="person")
    one = left()
    assert one.partial and one.remaining == 400 and np.isnan(one.remaining_share)


def test_programmes_and_units_are_data(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    assert programmes(known) == (AMO,) and units(known, AMO) == ("person", "household")
