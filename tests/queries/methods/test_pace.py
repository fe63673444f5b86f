"""Pace: needed and recent are exact, every state has a name, and no missing number leaks."""

from dataclasses import fields
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.methods import pace as method
from queries.methods.calendar import working_days, working_time
from queries.methods.pace import CLOSING, STABLE, STATES, WIDENING, direction, gap, needed, pace, recent
from queries.methods.path import Plan, planned

NONE = float("nan")


def day(text):
    return int(np.datetime64(text, "D").astype(int))


FRIDAY = day("2023-06-02")
DUE = day("2023-12-29")


def daily(last=FRIDAY, *, weeks=8, per_day=100, start=0):
    """A stock reported every day up to `last`, that grows by `per_day` on each working day."""
    days = np.arange(last - 7 * weeks, last + 1)
    return days, start + per_day * np.array([working_days(days[0], one) for one in days], dtype=float)


def asked(days, values, *, on=FRIDAY, target=20_000, due=DUE, **choices):
    return pace(days, values, on=on, target=target, due=due, **choices)


def test_the_pace_needed_is_what_remains_over_the_working_days_that_remain():
    days, values = daily(start=1000)
    found = asked(days, values)
    assert found.state == method.RUNNING
    assert found.working_days_left == working_days(FRIDAY, DUE) == 150
    assert found.remaining == 20_000 - 5_000
    assert found.needed == 100
    assert found.times == 1
    assert found.is_enough


def test_in_mid_may_2023_the_register_needed_ten_thousand_households_a_day():
    at = [day("2023-05-15")]
    found = pace(at, [1_800_000], on=at[0], target=3_500_000, due=day("2023-12-31"))
    assert found.state == method.NOT_ENOUGH_HISTORY
    assert found.needed == Fraction(1_700_000, 164)
    assert found.needed_printed == 10_366


def test_the_pace_needed_is_printed_rounded_up_and_the_recent_one_to_the_nearest():
    days, values = daily(per_day=100)
    found = asked(days, values + np.arange(len(days)) / 7, target=20_001)
    assert found.needed_printed == -(-found.remaining // found.working_days_left)
    assert found.needed_printed - 1 < found.needed <= found.needed_printed
    assert found.recent_printed == 100


def test_the_recent_pace_is_the_mean_of_a_working_day_over_four_complete_weeks():
    days, values = daily(per_day=40)
    found = recent(days, values)
    assert found.per_day == 40
    assert (found.gain, found.time) == (800, 20)
    assert (found.from_date, found.to_date) == (FRIDAY + 2 - 35 + 7, FRIDAY)
    assert found.left_out == ()


def test_the_days_of_a_week_that_is_not_complete_are_left_out_and_said_so():
    days, values = daily(last=FRIDAY + 5, per_day=40)
    values[-3:] = values[-4] + [0, 1, 1]
    found = recent(days, values)
    assert found.per_day == 40
    assert found.to_date == FRIDAY + 2
    assert found.left_out == (FRIDAY + 3, FRIDAY + 4, FRIDAY + 5)


def test_the_weeks_are_counted_from_the_last_figure_so_that_a_late_source_does_not_look_slow():
    days, values = daily(per_day=40)
    late = asked(days, values, on=FRIDAY + 21)
    assert late.recent.per_day == 40
    assert late.on_date == FRIDAY


def test_holidays_and_ramadan_are_no_slowness():
    days, values = daily(per_day=0)
    holidays, ramadan = [FRIDAY - 8], np.arange(FRIDAY - 20, FRIDAY - 10)
    calendar = {"holidays": holidays, "ramadan": ramadan}
    values = np.array([float(50 * working_time(days[0], one, **calendar)) for one in days])
    assert recent(days, values, **calendar).per_day == 50
    assert recent(days, values).per_day < 50


def test_a_source_that_reports_on_wednesdays_is_measured_between_wednesdays():
    days, values = daily(per_day=40)
    wednesdays = (days - (FRIDAY - 2)) % 7 == 0
    found = recent(days[wednesdays], values[wednesdays])
    assert found.per_day == 40
    assert (found.to_date - found.from_date) % 7 == 0


def test_a_monthly_source_is_measured_from_its_last_figure():
    days, values = daily(last=FRIDAY - 4, weeks=10, per_day=40)
    kept = [-1, -31, -61]
    found = recent(days[kept][::-1], values[kept][::-1])
    assert found.per_day == 40
    assert (found.from_date, found.to_date, found.left_out) == (FRIDAY - 34, FRIDAY - 4, ())


def test_two_figures_far_apart_give_no_recent_pace():
    found = recent([FRIDAY - 60, FRIDAY], [0, 6000])
    assert found.per_day is None
    assert found.to_date == FRIDAY


def test_a_doubled_day_does_not_count_where_it_is_not_believed():
    days, values = daily(per_day=40)
    doubled = values.copy()
    doubled[-1] *= 2
    assert recent(days, doubled).per_day > 40
    assert recent(days, doubled, believed=values).per_day == 40
    missing = values.copy()
    missing[-1] = NONE
    found = recent(days, doubled, believed=missing)
    assert (found.per_day, found.to_date) == (40, FRIDAY - 5)
    # Doubled it would have been the target reached.
    assert asked(days, doubled, target=values[-1] * 2).state == method.MET
    assert asked(days, doubled, target=values[-1] * 2, believed=values).state == method.RUNNING


def test_of_two_figures_for_one_day_the_last_counts():
    days, values = daily(per_day=40)
    twice = recent(np.append(days, days[-1]), np.append(values, values[-1] + 20))
    assert twice.gain == 820


def test_figures_after_the_day_asked_are_not_looked_at():
    days, values = daily(per_day=40)
    before = asked(days, values, on=FRIDAY - 7)
    assert before.on_date == FRIDAY - 7
    assert before.actual == values[-8]


def test_a_backlog_that_is_to_fall_gains_by_falling():
    days, values = daily(per_day=-40, start=5000)
    found = asked(days, values, target=2000, higher_is_better=False)
    assert found.state == method.RUNNING
    assert found.recent.per_day == 40
    assert found.remaining == 5000 - 40 * 40 - 2000
    assert asked(days, values, target=4000, higher_is_better=False).state == method.MET
    assert asked(days, -values + 9000, target=2000, higher_is_better=False).state == method.RECENT_BACKWARD


def test_without_a_target_there_are_counts_and_a_recent_pace_only():
    days, values = daily()
    for choices in ({"target": None}, {"target": NONE}, {"due": None}):
        found = asked(days, values, **choices)
        assert found.state == method.NO_TARGET
        assert found.actual == values[-1]
        assert found.recent.per_day == 100
        assert found.remaining is found.needed is found.times is None


def test_a_target_that_is_met_needs_no_pace_even_after_its_date():
    days, values = daily()
    for on in (FRIDAY, DUE + 100):
        found = asked(days, values, on=on, target=values[-1])
        assert (found.state, found.remaining, found.needed) == (method.MET, 0, None)


def test_after_the_date_what_remains_is_said_and_nothing_is_needed():
    days, values = daily()
    found = asked(days, values, due=FRIDAY - 1, target=values[-1] + 7)
    assert (found.state, found.remaining, found.needed, found.times) == (method.DEADLINE_PASSED, 7, None, None)


def test_on_the_due_date_and_on_the_weekend_before_it_no_working_day_is_left():
    days, values = daily()
    for due in (FRIDAY, FRIDAY + 2):
        found = asked(days, values, due=due)
        assert (found.state, found.working_days_left, found.needed) == (method.NO_DAYS_LEFT, 0, None)
    assert asked(days, values, due=FRIDAY + 3).working_days_left == 1


def test_where_nothing_was_counted_yet_the_need_is_said_without_a_ratio():
    days, values = daily(per_day=0)
    found = asked(days, values, target=300)
    assert (found.state, found.needed, found.times) == (method.NOTHING_YET, 2, None)


def test_without_a_figure_of_four_weeks_earlier_there_is_no_ratio():
    days, values = daily(weeks=3)
    found = asked(days, values)
    assert (found.state, found.times, found.recent_printed) == (method.NOT_ENOUGH_HISTORY, None, None)
    assert found.needed is not None


def test_a_recent_pace_of_zero_is_no_division():
    days, values = daily(per_day=0, start=10)
    found = asked(days, values)
    assert (found.state, found.times, found.recent.per_day) == (method.RECENT_ZERO, None, 0)
    assert not found.is_enough


def test_a_count_that_falls_has_no_ratio():
    days, values = daily(per_day=-5, start=5000)
    found = asked(days, values)
    assert (found.state, found.times) == (method.RECENT_BACKWARD, None)
    assert found.recent.per_day == -5


@pytest.mark.parametrize("values", [[], [NONE, NONE]])
def test_without_any_figure_there_is_nothing_to_say(values):
    found = asked(np.arange(len(values)), values)
    assert found.state == method.NO_FIGURE
    assert found.actual is found.needed is found.times is None


def test_a_figure_of_tomorrow_only_is_no_figure():
    assert asked([FRIDAY + 1], [5]).state == method.NO_FIGURE


@pytest.mark.parametrize(
    ("days", "values", "believed"), [([1, 2], [1], None), ([1, 2], [1, 2], [1]), ([2, 1], [1, 2], None)]
)
def test_series_that_do_not_fit_are_refused(days, values, believed):
    with pytest.raises(ValueError, match="days"):
        recent(days, values, believed=believed)


@pytest.mark.parametrize("time_left", [0, -1, None])
def test_no_pace_is_needed_without_time(time_left):
    with pytest.raises(ValueError, match="working time"):
        needed(5, time_left=time_left)


DAYS = st.integers(FRIDAY - 40, FRIDAY + 400)


@given(
    st.integers(0, 10**8), st.integers(FRIDAY, FRIDAY + 3000), st.lists(DAYS, max_size=30), st.lists(DAYS, max_size=40)
)
def test_needed_times_the_time_left_is_what_remains(remaining, due, holidays, ramadan):
    time_left = working_time(FRIDAY, due, holidays=holidays, ramadan=ramadan)
    if time_left:
        assert needed(remaining, time_left=time_left) * time_left == remaining


SERIES = st.lists(st.tuples(st.integers(0, 120), st.just(NONE) | st.integers(0, 10**6).map(float)), max_size=40).map(
    lambda rows: sorted(rows, key=lambda row: row[0])
)


@given(
    SERIES,
    st.integers(-10, 150),
    st.none() | st.integers(0, 10**6),
    st.none() | st.integers(0, 300),
    st.booleans(),
    st.lists(st.integers(-20, 300), max_size=20),
)
def test_every_series_has_a_state_and_no_missing_number_leaks(rows, on, target, due, higher_is_better, holidays):
    days, values = [row[0] for row in rows], [row[1] for row in rows]
    found = pace(
        days,
        values,
        on=on,
        target=target,
        due=due,
        higher_is_better=higher_is_better,
        holidays=holidays,
        ramadan=[5, 6],
    )
    assert found.state in STATES
    for holder in (found, found.recent):
        for field in fields(holder):
            value = getattr(holder, field.name)
            assert value is None or isinstance(value, Fraction | int | str | tuple | method.Recent)
    if found.needed is not None:
        assert found.needed * found.time_left == found.remaining
        assert 0 <= found.needed_printed - found.needed < 1
    if found.state == method.RUNNING:
        assert found.times * found.recent.per_day == found.needed
    else:
        assert found.times is None
    if found.recent.per_day is not None:
        assert found.recent.per_day * found.recent.time == found.recent.gain
        assert found.recent.to_date - found.recent.from_date >= 21


def test_a_gap_is_taken_before_rounding():
    plan = Plan(start=day("2022-11-17"), due=day("2023-12-31"), target=3_500_000)
    ahead = gap(1_800_000, planned=planned(plan, on=day("2023-05-15")))
    assert ahead == 1_800_000 - Fraction(3_500_000 * 179, 409)
    assert round(float(ahead) / 1e6, 2) == 0.27


def test_a_gap_is_turned_where_less_is_better_and_missing_where_a_side_is():
    assert gap(30, planned=50, higher_is_better=False) == 20
    assert gap(None, planned=50) is None
    assert gap(NONE, planned=50) is None
    assert gap(30, planned=None) is None


WEEKLY = [0, 7, 14, 21, 28, 35]


def test_a_shortfall_that_shrank_in_four_weeks_is_closing():
    assert direction(WEEKLY, [-100, -90, -80, -70, -60, -50], distance=1000) == method.Direction(code=CLOSING, since=7)


def test_a_shortfall_that_grew_in_four_weeks_is_widening():
    found = direction(WEEKLY, [0, -10, -20, -30, -40, -50], distance=1000)
    assert (found.code, found.since) == (WIDENING, 7)


def test_a_shortfall_within_the_tolerance_is_stable_since_it_was_so():
    found = direction(WEEKLY, [-90, -52, -48, -51, -50, -50], distance=1000)
    assert (found.code, found.since) == (STABLE, 7)
    # Of a larger target, half a percent is more.
    assert direction(WEEKLY, [-90, -52, -48, -51, -50, -50], distance=10_000).since == 0


def test_a_shortfall_that_strayed_in_between_is_stable_only_since_it_came_back():
    found = direction(WEEKLY, [-50, -50, -90, -50, -50, -50], distance=1000)
    assert (found.code, found.since) == (STABLE, 21)


@pytest.mark.parametrize(
    ("days", "gaps"),
    [
        ([], []),
        ([0, 28], [-50, 0]),
        ([0, 28], [-50, 20]),
        ([20, 28], [-50, -40]),
        ([0, 100], [-50, -40]),
        ([0, 28], [None, -40]),
    ],
)
def test_there_is_no_direction_without_a_shortfall_now_or_a_figure_to_compare_with(days, gaps):
    assert direction(days, gaps, distance=1000) is None


def test_a_missing_gap_is_passed_over():
    assert direction([0, 28, 29], [-50, -90, None], distance=1000).code == WIDENING


@given(
    st.lists(st.tuples(st.integers(0, 20), st.fractions(-500, 500, max_denominator=50)), max_size=25),
    st.integers(0, 5000),
)
def test_a_direction_has_one_of_three_codes_and_a_day_of_the_series(steps, distance):
    days = np.cumsum([step for step, _ in steps]).astype(int).tolist()
    gaps = [one for _, one in steps]
    found = direction(days, gaps, distance=distance)
    if found is not None:
        assert gaps[-1] < 0
        assert found.code in (CLOSING, WIDENING, STABLE)
        assert found.since in days
