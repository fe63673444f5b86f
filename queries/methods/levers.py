"""Levers: what more means do to the day of a target, the least of them that is enough, and where van-days go.

A forecast says what will be added if work goes on as it does. Means change in proportion: with r times the capacity, r
times as much is added by each day. So no change reproduces the forecast exactly, and more never delays. What the
proportion leaves out (people who do not come, a stage that cannot follow) is said beside it, not computed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

WITHIN = 120
"""Days ahead after which no date is told, as in `queries.methods.forecast`."""

SURE = 0.336
"""How far the path of two chances in three lies from the median towards the tenth percentile, on a log scale: 0.43 of
1.28 deviations."""

BEST_OF = 26
"""Complete weeks that the best ones are looked for in."""

BEST_SHARE = 4
"""The best weeks are the best quarter of them."""

WEEKS_A_MONTH = 52 / 12
DAYS_A_WEEK = 5
MOST_RATIO = 50.0
"""A capacity that would have to be so many times the present one is no plan."""


@dataclass(frozen=True)
class Ahead:
    """A forecast as it is told. base: the count believed at the origin; median, low: the count on every `every`th day
    after it; told: days from the origin to that on which the level is reached, None where the forecast tells none."""

    base: float
    median: tuple[float, ...]
    low: tuple[float, ...]
    told: int | None
    every: int = 7


def scaled(path: Sequence[float], *, base: float, ratio: float) -> np.ndarray:
    """A path with `ratio` times what is added to `base`; the same path, to the digit, for a ratio of 1."""
    values = np.asarray(path, dtype=float)
    return values if ratio == 1 else base + (values - base) * ratio


def completion(ahead: Ahead, *, level: float, ratio: float) -> int | None:
    """Days from the origin until `level` is reached with `ratio` times the capacity; None where no date can be told.

    A ratio of 1 gives the forecast's own date. A date is told as the forecast does: within WITHIN days, and where two
    chances in three are within them.
    """
    if ahead.base >= level:
        return 0
    if ratio == 1:
        return ahead.told
    day, ours = _crossing(ahead, level, ratio), _crossing(ahead, level, 1.0)
    # The forecast is daily, this path weekly: a day between the two is the forecast's.
    if day is not None and ours is not None and ahead.told is not None:
        day += ahead.told - ours
    if ratio > 1:
        if ahead.told is not None:
            return ahead.told if day is None else max(min(day, ahead.told), 1)
        return day if day is not None and _is_sure(ahead, level, ratio) else None
    if ahead.told is None or day is None or day > WITHIN or not _is_sure(ahead, level, ratio):
        return None
    return max(day, ahead.told)


def _crossing(ahead: Ahead, level: float, ratio: float) -> int | None:
    values = np.concatenate([[ahead.base], scaled(ahead.median, base=ahead.base, ratio=ratio)])
    return _first(values, level, ahead.every)


def _first(values: np.ndarray, level: float, every: int) -> int | None:
    hit = np.flatnonzero(values >= level)
    if not hit.size:
        return None
    at = int(hit[0])
    rise = (level - values[at - 1]) / (values[at] - values[at - 1])
    day = ceil(every * (at - 1 + rise) - 1e-9)
    return max(day, 1) if day <= WITHIN else None


def _is_sure(ahead: Ahead, level: float, ratio: float) -> bool:
    gains = np.maximum(np.asarray(ahead.median, float) - ahead.base, 0.0)
    least = np.maximum(np.asarray(ahead.low, float) - ahead.base, 0.0)
    with np.errstate(divide="ignore"):
        sure = np.where(least > 0, np.exp((1 - SURE) * np.log(gains) + SURE * np.log(least)), 0.0)
    values = np.concatenate([[ahead.base], ahead.base + np.maximum.accumulate(sure) * ratio])
    return _first(values, level, ahead.every) is not None


def least_ratio(ahead: Ahead, *, level: float, by: int) -> float | None:
    """The least capacity, as a multiple of the present one, with which `level` is reached within `by` days, to a
    hundredth and never below 1; None where MOST_RATIO times as much is not enough or there is no time left."""

    def enough(ratio: float) -> bool:
        day = completion(ahead, level=level, ratio=ratio)
        return day is not None and day <= by

    if ahead.base >= level or (by > 0 and enough(1.0)):
        return 1.0
    if by <= 0 or not enough(MOST_RATIO):
        return None
    low, high = 100, round(100 * MOST_RATIO)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle / 100) else (middle, high)
    return high / 100


# ------------------------------------------------------------------------------------------------------------ capacity

DESK, STAFF, HOURS, FILES, NO_SHOWS, VAN_DAYS = LEVERS = (
    "desk",
    "staff",
    "hours_a_week",
    "files_an_hour",
    "no_shows",
    "mobile_unit_days",
)
"""desk, staff: at desks; hours_a_week: of opening; files_an_hour: of one desk; no_shows: percent of appointments that
nobody comes to; mobile_unit_days: of a month."""


@dataclass(frozen=True)
class Office:
    """The means of one office; None where one is not known. A van counts as one desk."""

    desk: float | None = None
    staff: float | None = None
    hours_a_week: float | None = None
    files_an_hour: float | None = None
    no_shows: float | None = None
    mobile_unit_days: float | None = None


def posts(office: Office) -> float | None:
    """Desks with somebody at them: the fewer of desks and staff; the one that is known where the other is not."""
    known = [n for n in (office.desk, office.staff) if n is not None]
    return min(known) if known else None


def hours(offices: Sequence[Office]) -> float:
    """The hours of a week for which there is somebody at a desk, of the offices where both are known."""
    return sum(posts(o) * o.hours_a_week for o in offices if posts(o) is not None and o.hours_a_week is not None)


def capacity(
    offices: Sequence[Office], change: Mapping[str, float] | None = None, *, files_an_hour: float | None = None
) -> float | None:
    """How many files a week the offices can take; None where it is not known.

    files_an_hour: for offices that do not say theirs. change: desks, staff and van-days added in all; hours and files
    an hour added in each office; percent points of no-shows taken away in each. Desks and staff that are added are put
    where they make a post: to idle staff or idle desks first, then together. A change of nothing is the same number.
    """
    change = change or {}
    used = [o for o in offices if posts(o) is not None and o.hours_a_week is not None]
    rates = [o.files_an_hour if o.files_an_hour is not None else files_an_hour for o in used]
    kept = [(o, rate) for o, rate in zip(used, rates, strict=True) if rate is not None]
    if not kept:
        return None
    total, of_posts, places = 0.0, 0.0, 0.0
    idle_staff = idle_desks = van = 0.0
    for office, rate in kept:
        here = max(office.hours_a_week + change.get(HOURS, 0), 0.0) * max(rate + change.get(FILES, 0), 0.0)
        came = 1 - min(max((office.no_shows or 0) - change.get(NO_SHOWS, 0), 0.0), 100.0) / 100
        total += posts(office) * here * came
        of_posts += here * came
        places += 1
        if office.desk is not None and office.staff is not None:
            idle_staff += max(office.staff - office.desk, 0)
            idle_desks += max(office.desk - office.staff, 0)
        van += (office.mobile_unit_days or 0) * here / DAYS_A_WEEK / WEEKS_A_MONTH
    desks, staff = change.get(DESK, 0), change.get(STAFF, 0)
    with_staff, with_desks = min(desks, idle_staff), min(staff, idle_desks)
    more = with_staff + with_desks + min(desks - with_staff, staff - with_desks)
    mean = of_posts / places
    return total + more * mean + van + change.get(VAN_DAYS, 0) * mean / DAYS_A_WEEK / WEEKS_A_MONTH


def files_a_day(
    offices: Sequence[Office], change: Mapping[str, float] | None = None, *, files_an_hour: float | None = None
) -> float | None:
    """How many files a desk, or a van, takes in a day: the mean of the offices; None where it is not known."""
    change = change or {}
    found = []
    for office in offices:
        rate = office.files_an_hour if office.files_an_hour is not None else files_an_hour
        if rate is not None and office.hours_a_week is not None:
            hours_a_day = (office.hours_a_week + change.get(HOURS, 0)) / DAYS_A_WEEK
            found.append((rate + change.get(FILES, 0)) * hours_a_day)
    return sum(found) / len(found) if found else None


def best_weeks(gains: Sequence[float]) -> float | None:
    """The mean of the best quarter of the last weeks' gains (a week at least); None without four weeks."""
    known = np.sort(np.asarray([g for g in gains if not np.isnan(g)], dtype=float))[::-1]
    if len(known) < BEST_SHARE:
        return None
    return float(known[: max(len(known) // BEST_SHARE, 1)].mean())


def least_change(
    offices: Sequence[Office], lever: str, *, ratio: float, most: int, files_an_hour: float | None = None
) -> int | None:
    """The least whole change of one lever alone that gives `ratio` times the capacity; None where `most` does not."""
    present = capacity(offices, files_an_hour=files_an_hour)
    if not present:
        return None
    for change in range(most + 1):
        new = capacity(offices, {lever: change}, files_an_hour=files_an_hour)
        if new is not None and new >= present * ratio - 1e-9:
            return change
    return None


# ------------------------------------------------------------------------------------------------------------ van-days


_EXACT = {"mip_rel_gap": 0.0}


def van_days(
    remaining: Sequence[float], sizes: Sequence[float], *, days: int, files_a_day: float
) -> tuple[np.ndarray, np.ndarray]:
    """How many of a month's van-days go to each place, and how many files they bring there; both of the places' length.

    As many files as `days` can bring (a day brings `files_a_day`, and no more than remain there); of all ways to do so,
    the one after which the largest share that remains, of `sizes`, is smallest. Whole days. Solved by HiGHS twice.
    """
    # Here, since a start would wait a third of a second for what only this table needs.
    from scipy.optimize import Bounds, LinearConstraint, milp

    left = np.maximum(np.nan_to_num(np.asarray(remaining, float)), 0.0)
    size = np.asarray(sizes, float)
    n = len(left)
    if not n or days <= 0 or files_a_day <= 0 or not left.any():
        return np.zeros(n, dtype=int), np.zeros(n)
    # Columns: whole days of each place, files of each place, the largest share that remains.
    width = 2 * n + 1
    whole = np.r_[np.ones(n), np.zeros(n), 0]
    none, one = np.zeros((n, n)), np.eye(n)
    zero = np.zeros((n, 1))
    brought = np.hstack([-files_a_day * one, one, zero])
    spent = np.r_[np.ones(n), np.zeros(n), 0][None]
    bounds = Bounds(np.zeros(width), np.r_[np.full(n, days), left, np.inf])
    shared = [LinearConstraint(brought, -np.inf, 0), LinearConstraint(spent, -np.inf, days)]
    first = milp(
        np.r_[np.zeros(n), -np.ones(n), 0], constraints=shared, bounds=bounds, integrality=whole, options=_EXACT
    )
    if not first.success:
        return np.zeros(n, dtype=int), np.zeros(n)
    files = np.r_[np.zeros(n), np.ones(n), 0][None]
    counted = size > 0
    # (left - brought) / size <= t, where the size is known.
    share = np.hstack([none, np.eye(n), np.where(counted, size, 0)[:, None]])[counted]
    fair = [*shared, LinearConstraint(files, -first.fun - 1e-6, np.inf)]
    if counted.any():
        fair.append(LinearConstraint(share, left[counted], np.inf))
    cost = np.r_[np.zeros(2 * n), 1.0]
    second = milp(cost, constraints=fair, bounds=bounds, integrality=whole, options=_EXACT)
    found = second if second.success else first
    # A day that brings nothing is not spent.
    given = np.minimum(np.rint(found.x[:n]), np.ceil(left / files_a_day - 1e-9)).astype(int)
    return given, np.minimum(given * files_a_day, left)
