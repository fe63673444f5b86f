"""The working calendar: which days an office works, and how many there are between two dates.

A day is an integer, days since 1970-01-01 as in the database; datetime64[D] is taken as well. Monday to Friday are
worked, less the holidays (decree n° 2-05-916 of 20 July 2005, article 1). Civil holidays have a fixed day by law and
are computed; the others move with the crescent or are decreed, and come in as arrays of days.

A span is open on the left and closed on the right, (after, until]: a count is what stood in the evening of its day, so
between the counts of two days lie the days after the first, up to the second. Spans that follow each other add up.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

CIVIL_HOLIDAYS = (
    # code, month, day, first year of those served here
    ("new_year", 1, 1, 2001),
    ("independence_manifesto", 1, 11, 2001),
    ("amazigh_new_year", 1, 14, 2024),
    ("labour", 5, 1, 2001),
    ("throne", 7, 30, 2001),
    ("oued_ed_dahab", 8, 14, 2001),
    ("revolution", 8, 20, 2001),
    ("youth", 8, 21, 2001),
    # Announced on 4 November 2025, so that the first one is of 2026.
    ("unity", 10, 31, 2026),
    ("green_march", 11, 6, 2001),
    ("independence", 11, 18, 2001),
)
"""Holidays of fixed date: decree n° 2-77-169 of 28 February 1977, as changed by n° 2-23-688 and n° 2-25-1140."""

FIRST_YEAR = 2001
"""Before it Throne Day and Youth Day had other dates."""

RAMADAN_SHARE = Fraction(360, 450)
"""What a day of Ramadan is of an ordinary one: 09:00 to 15:00 against 08:30 to 16:30 less half an hour."""

WEEKS = 4
"""How many complete weeks the recent pace is taken over."""

_MONDAY = 4
"""1970-01-05: the first Monday, counted in days since 1970-01-01."""


def as_days(days: ArrayLike) -> np.ndarray:
    """Days as int64 since 1970-01-01, of the same shape, from integers or datetime64.

    Raises ValueError for a day that is missing (NaT, NaN) or not whole.
    """
    given = np.asarray(days)
    if given.dtype.kind == "M":
        if np.isnat(given).any():
            raise ValueError("a day is missing (NaT)")
        return given.astype("datetime64[D]").astype(np.int64)
    if given.size and given.dtype.kind == "f" and not np.array_equal(given, np.round(given)):
        raise ValueError(f"a day is a whole number of days since 1970-01-01, not {given[given != np.round(given)][0]}")
    return given.astype(np.int64)


def spans(first: ArrayLike, last: ArrayLike) -> np.ndarray:
    """Every day of the spans from `first` to `last`, both included, as ascending int64 without repetition."""
    pairs = zip(np.atleast_1d(as_days(first)).tolist(), np.atleast_1d(as_days(last)).tolist(), strict=True)
    days = [np.arange(a, b + 1, dtype=np.int64) for a, b in pairs]
    return np.unique(np.concatenate(days)) if days else np.empty(0, dtype=np.int64)


def civil_holidays(first_year: int, last_year: int) -> np.ndarray:
    """The holidays of fixed date from 1 January of `first_year` to 31 December of `last_year`, ascending int64.

    Raises ValueError for a year before 2001, whose list was another.
    """
    if first_year < FIRST_YEAR:
        raise ValueError(f"civil holidays are known from {FIRST_YEAR} on, not for {first_year}")
    days = [
        np.datetime64(f"{year:04d}-{month:02d}-{day:02d}", "D")
        for year in range(first_year, last_year + 1)
        for _, month, day, since in CIVIL_HOLIDAYS
        if year >= since
    ]
    return np.array(days, dtype="datetime64[D]").astype(np.int64)


def is_working(days: ArrayLike, *, holidays: ArrayLike = ()) -> np.ndarray:
    """Whether each day is worked, as booleans of the shape of `days`."""
    return np.is_busday(as_days(days).astype("datetime64[D]"), holidays=_dates(holidays))


def first_working(days: ArrayLike, *, holidays: ArrayLike = ()) -> np.ndarray | int:
    """Each day itself where it is worked, else the next one that is. An int for one day, else int64 of its shape."""
    from_here = np.busday_offset(as_days(days).astype("datetime64[D]"), 0, roll="forward", holidays=_dates(holidays))
    found = from_here.astype(np.int64)
    return found if np.ndim(found) else int(found)


def working_days(after: ArrayLike, until: ArrayLike, *, holidays: ArrayLike = ()) -> np.ndarray | int:
    """How many working days lie in (after, until]; 0 when `until` is not later.

    An int for two days, else int64 of the shape to which `after` and `until` broadcast.
    """
    begin, end = (as_days(bound).astype("datetime64[D]") + 1 for bound in (after, until))
    counted = np.maximum(np.busday_count(begin, end, holidays=_dates(holidays)), 0)
    return counted if np.ndim(counted) else int(counted)


def working_time(
    after: int,
    until: int,
    *,
    holidays: ArrayLike = (),
    ramadan: ArrayLike = (),
    ramadan_share: Fraction = RAMADAN_SHARE,
) -> Fraction:
    """The working time in (after, until], in ordinary working days, exactly: a day of Ramadan counts `ramadan_share`.

    `ramadan`: its days. Without them it is `working_days`. Raises ValueError when the share is not within 0 and 1.
    """
    if not 0 < ramadan_share <= 1:
        raise ValueError(f"a day of Ramadan is a share of a day above 0 and up to 1, not {ramadan_share}")
    days = Fraction(working_days(after, until, holidays=holidays))
    short = np.unique(as_days(ramadan))
    short = short[(short > as_days(after)) & (short <= as_days(until))]
    return days - (1 - Fraction(ramadan_share)) * int(is_working(short, holidays=holidays).sum())


def complete_weeks(on: int, *, weeks: int = WEEKS, holidays: ArrayLike = ()) -> np.ndarray:
    """The last `weeks` weeks that were complete in the evening of `on`: int64 of shape (weeks, 2), oldest first.

    One row is one week as a span (after, until] from Sunday to Sunday. A week is complete from the evening of its last
    working day: of its Friday, or of an earlier day when holidays close it.
    """
    day = int(as_days(on))
    monday = day - (day - _MONDAY) % 7
    left = np.arange(day + 1, monday + 5)
    worked = np.arange(monday, monday + 5)
    if is_working(worked, holidays=holidays).any():
        complete = not is_working(left, holidays=holidays).any()
    else:
        # A week of holidays only has no last working day: it is over when its Friday is.
        complete = not left.size
    last = monday + 6 if complete else monday - 1
    until = last - 7 * np.arange(weeks - 1, -1, -1, dtype=np.int64)
    return np.stack([until - 7, until], axis=1)


def _dates(holidays: ArrayLike) -> np.ndarray:
    return np.atleast_1d(as_days(holidays)).astype("datetime64[D]")
