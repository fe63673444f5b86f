"""Due: the days on which a delivery is expected, and where it stands on a day.

Days are whole numbers since 1970-01-01. A delivery is expected every working day from Monday to Friday (daily), on one
day of the week (weekly), of the month (monthly) or of the first month after each quarter (quarterly: January, April,
July, October); a day that a month does not have is its last one. Each expected day closes a cycle, which began the day
after the expected day before it: figures dated in a cycle are what was expected on the day that closes it. What counts
is the date of the figures, not the hour at which they were handed in: the board of a past day can be read again.
"""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

PERIODICITIES = ("daily", "weekly", "monthly", "quarterly")

WITHOUT_OFFICES = "without_offices"
NOT_STARTED, RECEIVED, REMINDER, DUE, INCOMPLETE, LATE = (
    "not_started",
    "received",
    "reminder",
    "due",
    "incomplete",
    "late",
)

_FIRST_DAY = dt.date(1970, 1, 1).toordinal()
_WORKING = 5
_MONTHS = {"monthly": 1, "quarterly": 3}


@dataclass(frozen=True)
class Calendar:
    """When a delivery is expected. expected_day: ISO weekday (weekly), day of the month (monthly, quarterly)."""

    periodicity: str
    expected_day: int = 1

    def __post_init__(self) -> None:
        if self.periodicity not in PERIODICITIES:
            raise ValueError(f"{self.periodicity!r} is none of {', '.join(PERIODICITIES)}")
        if not 1 <= self.expected_day <= (7 if self.periodicity == "weekly" else 31):
            raise ValueError(f"{self.expected_day} is no day of a {self.periodicity} delivery")

    def on_or_after(self, day: int) -> int:
        """The first expected day that is not before `day`."""
        weekday = (day + 3) % 7 + 1
        if self.periodicity == "daily":
            return day + (8 - weekday if weekday > _WORKING else 0)
        if self.periodicity == "weekly":
            return day + (self.expected_day - weekday) % 7
        date = dt.date.fromordinal(day + _FIRST_DAY)
        month = date.year * 12 + date.month - 1
        while (found := self._in_month(month)) is None or found < day:
            month += 1
        return found

    def before(self, day: int) -> int:
        """The last expected day before `day`."""
        weekday = (day + 3) % 7 + 1
        if self.periodicity == "daily":
            return day - {1: 3, 7: 2}.get(weekday, 1)
        if self.periodicity == "weekly":
            return day - ((weekday - self.expected_day) % 7 or 7)
        date = dt.date.fromordinal(day + _FIRST_DAY)
        month = date.year * 12 + date.month - 1
        while (found := self._in_month(month)) is None or found >= day:
            month -= 1
        return found

    def within(self, first: int, last: int) -> list[int]:
        """The expected days from `first` to `last`, both counted, ascending."""
        days = []
        day = self.on_or_after(first)
        while day <= last:
            days.append(day)
            day = self.on_or_after(day + 1)
        return days

    def _in_month(self, month: int) -> int | None:
        """The expected day of a month (years times twelve and months), None where it has none."""
        if month % _MONTHS[self.periodicity]:
            return None
        year, place = divmod(month, 12)
        day = min(self.expected_day, calendar.monthrange(year, place + 1)[1])
        return dt.date(year, place + 1, day).toordinal() - _FIRST_DAY


@dataclass(frozen=True)
class Standing:
    """Where a delivery stands on a day.

    state: without_offices (nobody is there to report), not_started, received, reminder (it is to be recalled), due
    (today), incomplete (some offices have not reported what was expected), late. due: the day that the state is about:
    the oldest one missed (late, incomplete), else the next one. days: how many days late, or until it is due. missed:
    expected days before the day asked for which nothing came. silent: offices that have not reported what was expected
    last, in the order given.
    """

    state: str
    due: int | None = None
    days: int = 0
    missed: int = 0
    silent: tuple[str, ...] = ()


def standing(
    when: Calendar, *, starts: int, reminder_days: int, last_dates: Mapping[str, int | None], on: int
) -> Standing:
    """Where a delivery stands on the day `on`.

    starts: its first day. last_dates: for each office that is to report the date of its last figures by `on`, None
    where it has none; where an office reports several counts, the oldest of their last dates.
    """
    if not last_dates:
        return Standing(WITHOUT_OFFICES)
    first = when.on_or_after(starts)
    needed = {office: _needed(when, first, last) for office, last in last_dates.items()}
    oldest, newest = min(needed.values()), max(needed.values())
    silent = tuple(office for office, day in needed.items() if day <= on)
    if not silent:
        # Everybody has reported up to here: what comes next is that of whoever is furthest behind.
        days = oldest - on
        # What is expected every day is not asked for on the day before.
        begun = when.periodicity != "daily" and on > when.before(oldest)
        if begun and days <= reminder_days and on >= starts:
            return Standing(REMINDER, oldest, days)
        return Standing(NOT_STARTED if oldest == first and on < first else RECEIVED, oldest, days)
    missed = len(when.within(oldest, on - 1))
    if oldest == on:
        return Standing(DUE, on, 0, 0, silent)
    if len(silent) == len(needed) and newest < on:
        # Late since the day that nobody has answered.
        return Standing(LATE, newest, on - newest, len(when.within(newest, on - 1)), silent)
    return Standing(INCOMPLETE, oldest, on - oldest, missed, silent)


def _needed(when: Calendar, first: int, last: int | None) -> int:
    """The expected day for which nothing has come yet, where the last figures are dated `last`."""
    if last is None:
        return first
    return max(first, when.on_or_after(when.on_or_after(last) + 1))
