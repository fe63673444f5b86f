"""The working calendar: which days are worked, and that spans of them add up."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.methods.calendar import (
    CIVIL_HOLIDAYS,
    RAMADAN_SHARE,
    as_days,
    civil_holidays,
    complete_weeks,
    is_working,
    spans,
    working_days,
    working_time,
)


def day(text):
    return int(np.datetime64(text, "D").astype(int))


def days(*texts):
    return [day(text) for text in texts]


MOMENTS = st.integers(day("2022-01-01"), day("2027-12-31"))
HOLIDAYS = st.lists(MOMENTS, max_size=30)


def test_days_are_taken_as_numbers_and_as_dates():
    assert as_days(np.array(["1970-01-01", "2023-05-15"], dtype="datetime64[D]")).tolist() == [0, 19492]
    assert as_days([0, 19492.0]).tolist() == [0, 19492]
    assert as_days(19492).shape == ()


@pytest.mark.parametrize("wrong", [np.datetime64("NaT"), float("nan"), [19492.5]])
def test_a_day_that_is_missing_or_not_whole_is_refused(wrong):
    with pytest.raises(ValueError, match="day"):
        as_days(wrong)


def test_spans_give_every_day_once_both_ends_included():
    assert spans([10, 12, 30], [12, 14, 30]).tolist() == [10, 11, 12, 13, 14, 30]
    assert spans([], []).tolist() == []


def test_civil_holidays_are_those_of_the_law_in_each_year():
    assert len(civil_holidays(2023, 2023)) == 9
    assert set(civil_holidays(2024, 2024)) >= set(days("2024-01-14", "2024-07-30", "2024-11-18"))
    assert civil_holidays(2022, 2027).tolist() == sorted(set(civil_holidays(2022, 2027).tolist()))


def test_the_amazigh_new_year_is_a_holiday_since_2024():
    assert day("2023-01-14") not in civil_holidays(2023, 2023)
    assert day("2024-01-14") in civil_holidays(2024, 2024)


def test_the_feast_of_unity_was_announced_after_its_day_of_2025_and_is_kept_since_2026():
    assert day("2025-10-31") not in civil_holidays(2025, 2025)
    assert day("2026-10-31") in civil_holidays(2026, 2026)


def test_each_civil_holiday_has_a_code_of_its_own():
    assert len({code for code, *_ in CIVIL_HOLIDAYS}) == len(CIVIL_HOLIDAYS)


def test_years_with_another_list_of_holidays_are_refused():
    with pytest.raises(ValueError, match="2001"):
        civil_holidays(1999, 2003)


def test_no_year_at_all_has_no_holidays():
    assert civil_holidays(2024, 2023).size == 0


def test_saturdays_sundays_and_holidays_are_not_worked():
    week = np.arange(day("2023-05-15"), day("2023-05-22"))
    assert is_working(week).tolist() == [True] * 5 + [False] * 2
    assert is_working(week, holidays=[day("2023-05-17")]).sum() == 4


def test_the_first_day_of_a_span_is_not_counted_and_the_last_one_is():
    friday, monday = days("2023-05-12", "2023-05-15")
    assert working_days(friday, monday) == 1
    assert working_days(friday - 1, friday) == 1
    assert working_days(monday, monday) == 0


def test_a_span_that_runs_backwards_has_no_days():
    assert working_days(day("2023-05-15"), day("2023-05-01")) == 0
    assert working_time(day("2023-05-15"), day("2023-05-01"), ramadan=[day("2023-05-08")]) == 0


def test_many_spans_are_counted_at_once():
    friday = day("2023-05-12")
    assert working_days(friday, [friday + 3, friday + 7]).tolist() == [1, 5]


def test_from_mid_may_to_the_end_of_2023_with_the_holidays_of_that_year():
    moving = days("2023-06-29", "2023-06-30", "2023-07-19", "2023-09-28", "2023-09-29")
    holidays = np.concatenate([civil_holidays(2023, 2023), moving])
    # 164 weekdays, less 14 and 21 August and 6 November, less the five above: the other feasts fell on weekends.
    assert working_days(day("2023-05-15"), day("2023-12-31"), holidays=holidays) == 164 - 3 - 5


def test_a_day_of_ramadan_counts_four_fifths_of_a_day():
    assert Fraction(4, 5) == RAMADAN_SHARE
    friday = day("2023-03-24")
    week = np.arange(friday + 1, friday + 8)
    assert working_time(friday, friday + 7) == 5
    assert working_time(friday, friday + 7, ramadan=week) == 4
    assert working_time(friday, friday + 7, ramadan=week, holidays=[friday + 4]) == Fraction(16, 5)
    assert working_time(friday, friday + 7, ramadan=week, ramadan_share=Fraction(1)) == 5


def test_a_day_of_ramadan_given_twice_counts_once():
    friday = day("2023-03-24")
    assert working_time(friday, friday + 7, ramadan=[friday + 3, friday + 3]) == 5 - Fraction(1, 5)


@pytest.mark.parametrize("share", [Fraction(0), Fraction(-1), Fraction(6, 5)])
def test_a_share_that_is_none_of_a_day_is_refused(share):
    with pytest.raises(ValueError, match="share"):
        working_time(0, 10, ramadan_share=share)


def test_a_week_is_complete_from_the_evening_of_its_friday():
    thursday, friday, sunday = days("2023-05-18", "2023-05-19", "2023-05-21")
    assert complete_weeks(thursday, weeks=1).tolist() == [[sunday - 14, sunday - 7]]
    assert complete_weeks(friday, weeks=1).tolist() == [[sunday - 7, sunday]]
    assert complete_weeks(sunday, weeks=1).tolist() == [[sunday - 7, sunday]]


def test_a_week_whose_friday_is_a_holiday_is_complete_on_thursday():
    thursday, friday, sunday = days("2023-05-18", "2023-05-19", "2023-05-21")
    assert complete_weeks(thursday, weeks=1, holidays=[friday]).tolist() == [[sunday - 7, sunday]]


def test_a_week_of_holidays_only_is_complete_on_its_friday():
    monday, sunday = days("2023-05-15", "2023-05-21")
    closed = np.arange(monday, monday + 5)
    assert complete_weeks(monday, weeks=1, holidays=closed).tolist() == [[sunday - 14, sunday - 7]]
    assert complete_weeks(monday + 4, weeks=1, holidays=closed).tolist() == [[sunday - 7, sunday]]


@given(MOMENTS, HOLIDAYS, st.integers(1, 6))
def test_complete_weeks_follow_each_other_and_end_on_sundays_not_long_ago(on, holidays, weeks):
    found = complete_weeks(on, weeks=weeks, holidays=holidays)
    assert found.shape == (weeks, 2)
    assert (found[:, 1] - found[:, 0] == 7).all()
    assert (found[1:, 0] == found[:-1, 1]).all()
    assert all(date(1970, 1, 1).fromordinal(719163 + end).isoweekday() == 7 for end in found[:, 1].tolist())
    # Nothing of the last week is still to be worked, and the week after it is not over.
    last = int(found[-1, 1])
    assert working_days(on, last, holidays=holidays) == 0
    assert on <= last + 6 + 1


@given(st.lists(MOMENTS, min_size=3, max_size=3), HOLIDAYS, st.lists(MOMENTS, max_size=40))
def test_spans_that_follow_each_other_add_up(moments, holidays, ramadan):
    first, middle, last = sorted(moments)
    calendar = {"holidays": holidays, "ramadan": ramadan}
    assert working_days(first, last, holidays=holidays) == sum(
        working_days(a, b, holidays=holidays) for a, b in [(first, middle), (middle, last)]
    )
    assert working_time(first, last, **calendar) == working_time(first, middle, **calendar) + working_time(
        middle, last, **calendar
    )


@given(MOMENTS, st.integers(0, 400), HOLIDAYS, st.lists(MOMENTS, max_size=40))
def test_the_days_counted_are_those_that_are_worked_one_by_one(first, length, holidays, ramadan):
    inside = np.arange(first + 1, first + length + 1)
    worked = is_working(inside, holidays=holidays)
    assert working_days(first, first + length, holidays=holidays) == worked.sum()
    short = int((worked & np.isin(inside, ramadan)).sum())
    time = working_time(first, first + length, holidays=holidays, ramadan=ramadan)
    assert time == int(worked.sum()) - short * Fraction(1, 5)
