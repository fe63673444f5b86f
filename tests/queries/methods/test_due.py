"""Due: expected days of each periodicity, and where a delivery stands on a day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.methods.due import Calendar, Standing, standing

MONDAYS = Calendar("weekly", 1)
ANY = st.sampled_from(
    [
        Calendar("daily"),
        *(Calendar("weekly", day) for day in range(1, 8)),
        *(Calendar(name, day) for name in ("monthly", "quarterly") for day in (1, 5, 29, 31)),
    ]
)
DAYS = st.integers(min_value=18_000, max_value=22_000)


def day(iso):
    return (dt.date.fromisoformat(iso) - dt.date(1970, 1, 1)).days


def iso(days):
    return [(dt.date(1970, 1, 1) + dt.timedelta(days=d)).isoformat() for d in days]


def stands(on, *, last, when=MONDAYS, starts="2023-01-02", reminder_days=2):
    dates = {office: None if found is None else day(found) for office, found in last.items()}
    return standing(when, starts=day(starts), reminder_days=reminder_days, last_dates=dates, on=day(on))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Calendar("daily"), ["2023-09-14", "2023-09-15", "2023-09-18", "2023-09-19"]),
        (Calendar("weekly", 7), ["2023-09-17"]),
        (Calendar("monthly", 15), ["2023-09-15"]),
        (Calendar("quarterly", 15), []),
    ],
)
def test_expected_days_of_a_week_from_thursday_to_tuesday(when, expected):
    assert iso(when.within(day("2023-09-14"), day("2023-09-19"))) == expected


def test_a_day_that_a_month_does_not_have_is_its_last_one():
    when = Calendar("monthly", 31)
    assert iso(when.within(day("2024-01-15"), day("2024-05-01"))) == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]


def test_a_quarter_is_expected_in_the_month_after_it():
    assert iso(Calendar("quarterly", 10).within(day("2023-01-11"), day("2024-01-10"))) == [
        "2023-04-10",
        "2023-07-10",
        "2023-10-10",
        "2024-01-10",
    ]


@given(ANY, DAYS)
def test_the_expected_day_before_the_next_one_is_before_the_day_asked(when, asked):
    following = when.on_or_after(asked)
    assert when.before(following) < asked <= following
    assert when.on_or_after(following) == following
    assert when.on_or_after(when.before(following) + 1) == following


@pytest.mark.parametrize(
    ("periodicity", "expected_day"), [("hourly", 1), ("weekly", 8), ("monthly", 32), ("weekly", 0)]
)
def test_a_calendar_that_cannot_be_is_refused(periodicity, expected_day):
    with pytest.raises(ValueError, match="is no"):
        Calendar(periodicity, expected_day)


def test_nothing_is_late_before_the_first_expected_day():
    # Thursday; starts on that day; the first Monday after it is the 18th.
    found = stands("2023-09-14", last={"a": None}, starts="2023-09-14")
    assert found == Standing("not_started", day("2023-09-18"), 4)
    assert stands("2023-09-01", last={"a": None}, starts="2023-09-14").state == "not_started"


def test_it_is_due_on_its_day_and_late_from_the_next():
    assert stands("2023-09-18", last={"a": "2023-09-08"}) == Standing("due", day("2023-09-18"), 0, 0, ("a",))
    assert stands("2023-09-19", last={"a": "2023-09-08"}) == Standing("late", day("2023-09-18"), 1, 1, ("a",))


def test_late_days_are_counted_from_the_oldest_day_that_was_missed():
    found = stands("2023-10-03", last={"a": "2023-09-11"})
    assert found == Standing("late", day("2023-09-18"), 15, 3, ("a",))


def test_figures_dated_within_the_cycle_are_what_was_expected():
    # Dated Tuesday to Monday, for Monday.
    for dated in ("2023-09-12", "2023-09-17", "2023-09-18"):
        assert stands("2023-09-19", last={"a": dated}).state == "received"
    assert stands("2023-09-19", last={"a": "2023-09-11"}).state == "late"


def test_a_reminder_is_to_be_sent_the_given_days_before():
    last = {"a": "2023-09-18"}
    assert stands("2023-09-22", last=last).state == "received"
    assert stands("2023-09-23", last=last) == Standing("reminder", day("2023-09-25"), 2)
    # What came before its day is not asked for again.
    assert stands("2023-09-23", last={"a": "2023-09-22"}).state == "received"


def test_a_daily_delivery_is_not_recalled_the_day_before():
    assert stands("2023-09-19", last={"a": "2023-09-19"}, when=Calendar("daily"), reminder_days=2).state == "received"


def test_a_weekend_closes_no_daily_cycle():
    daily = Calendar("daily")
    assert stands("2023-09-17", last={"a": "2023-09-15"}, when=daily).state == "received"
    assert stands("2023-09-19", last={"a": "2023-09-15"}, when=daily) == Standing(
        "late", day("2023-09-18"), 1, 1, ("a",)
    )


def test_who_has_not_reported_is_named_where_others_have():
    found = stands("2023-09-20", last={"a": "2023-09-18", "b": "2023-09-08", "c": None, "d": "2023-09-19"})
    assert found.state == "incomplete"
    assert found.silent == ("b", "c")
    assert iso([found.due]) == ["2023-01-02"]


def test_on_its_day_what_some_have_sent_is_not_late():
    assert stands("2023-09-18", last={"a": "2023-09-18", "b": "2023-09-11"}) == Standing(
        "due", day("2023-09-18"), 0, 0, ("b",)
    )


def test_with_nobody_to_report_nothing_is_late():
    assert stands("2023-09-20", last={}) == Standing("without_offices")


@given(ANY, DAYS, st.dictionaries(st.sampled_from("abcde"), st.none() | DAYS, min_size=1), st.integers(0, 10))
def test_a_delivery_is_late_or_incomplete_only_for_expected_days_that_have_passed(when, on, last, reminder_days):
    last = {office: found if found is None else min(found, on) for office, found in last.items()}
    found = standing(when, starts=18_500, reminder_days=reminder_days, last_dates=last, on=on)
    if found.state in ("late", "incomplete"):
        assert found.due < on and found.days == on - found.due and found.silent
        assert found.missed == len(when.within(found.due, on - 1)) > 0
        assert all(last[office] is None or last[office] <= when.before(on + 1) for office in found.silent)
    else:
        assert found.missed == 0
        assert found.due >= on
    assert (found.state == "due") == (found.due == on and bool(found.silent) and found.days == 0)
