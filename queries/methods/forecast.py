"""Where a count of registrations will stand: a median path, its 80 % band, and the day a level is reached.

The reports are mended first: what is reported twice, half, or taken back must not be carried on (`believed`). The pace
of the last four weeks is then read as a share of those still missing, and that share is carried on by its own
momentum, which fades. Other territories of the same rollout, where given, say most of the momentum (what slows all of
them down will slow this one) and how far the rule has lately been off. Why this rule and not another, and how good it
is, is in docs/decisions/11-forecast.md; `python -m bench.forecast` measures it.
"""

import hashlib
import math
import threading
from typing import NamedTuple

import numpy as np

REACH_WITHIN = 120
"""Days ahead after which a date is no longer told."""
SURE = 0.25
"""A date is told where the level is reached at this part of the way from the median to the tenth percentile too: where
its probability is about five in eight."""
HISTORY_FOR_PROBABILITY = 84
"""Days of history below which no probability is told."""
FARTHEST = 3650
"""Days ahead beyond which a probability no longer changes."""

# The reports.
BIG_FALL, LAST_FALL = 0.1, 0.03
"""A fall by more than this share is a fault of the report; a smaller one is a correction of what came before. The very
last report, which nothing has confirmed yet, is believed less easily."""
LEAP_OVER_RECENT = 2.5
LEAP_OVER_LEVEL = 0.1
"""The last report is not believed when it adds both this many times the most that was added in as many days of the last
eight weeks, and this share of the count."""
JUMP = 5.0
"""What one day adds beyond this many times an ordinary day of the last eight weeks counts, but makes no pace."""
MENDED_WITHIN = 28
"""Days within which a spike or a dip is followed by its undoing."""

# The path.
USUAL_END = 0.85
"""Share of the reference population toward which a rollout goes, unless one in ten of its territories is beyond."""
LEFT_AT_LEAST = 0.1
"""Share of the reference population that may always still come."""
WEEKS = 12
PACE_WEEKS = np.where(np.arange(WEEKS) < 4, np.exp(-np.arange(WEEKS) / 1.5), 0.0)
"""Weight of each past week in the recent pace, the last one first."""
OWN_MOMENTUM, OWN_PACE = 0.2, 0.75
"""What a territory's own reports weigh against those of the others, where others are given."""
BROUGHT_UP = 0.3
"""How much of the momentum is used to bring the pace, which is some days old on average, up to today."""
FASTEST = 0.025
"""Bound of the momentum: the pace changes by at most this share in a day."""
RISE_FADES, FALL_FADES, DRIFT = 25.0, 60.0, 0.001
"""Days over which a rising and a falling momentum fade; share of the pace lost each day in any case."""
EARLY, GATHERS = 0.3, 0.01
"""Share of the reference population below which a rollout gathers more speed than its weeks show, and how much of its
pace a day at its very start."""
LITTLE = 0.001
"""Share in a week below which two weeks are not told apart."""

# The band.
BAND, BAND_OTHERS, BAND_WEEKS = 0.3, 0.7, 0.7
"""Half width (a logarithm) at 30 days; what past errors of the others, and uneven weeks, add to it."""
USUAL_ERROR, USUAL_UNEVENNESS = 0.5, 0.3
"""What stands for these where they cannot be known."""
BAND_GROWTH, BAND_UP = 0.2, 1.2
"""Power of the days ahead with which the band widens; how much wider its upper side is before it bends."""
EARLY_DOWN, LATE_DOWN, HALFWAY = 0.8, 1.4, 0.5
"""How wide its lower side is at the very start and from this share of the reference population on: early, less than
expected is rare; later, a rollout may stop at any moment."""
LEAST_STEP = 0.008
"""Share by which a count may move in 30 days even when it stands still."""
TOP = 0.98
"""Share of the reference population below which the upper side of the band bends."""
TENTH = 1.2815515655446004
"""Distance of the tenth and ninetieth percentile from the median of a normal distribution."""
MOST_OTHERS = 120
"""Of a larger panel, this many territories are looked at."""
LENGTH = 120
"""Days of history that make the path."""


class _Rows(NamedTuple):
    """What is known of n series, as shares of their reference population."""

    level: np.ndarray
    """(n,) the last believed share."""
    weeks: np.ndarray
    """(n, WEEKS) what each past week added, the last week first."""
    known: np.ndarray
    """(n,) weeks of history, 0 to WEEKS."""


class _Others(NamedTuple):
    """What the other territories say."""

    weeks: np.ndarray
    """(WEEKS,) what each past week added on average."""
    known: int
    """Of how many weeks that is known."""
    lead: float
    """The share that one in ten of them has passed."""
    error: float
    """How far off (a logarithm) the rule has lately been in four cases of five."""


class _Ahead(NamedTuple):
    """The distribution of the count on each day ahead, in shares added to the last believed level."""

    level: float
    median: np.ndarray
    width: np.ndarray
    step: np.ndarray
    down: float
    """How much of `width` the lower side has; of the upper side it is BAND_UP."""
    top: float
    cap: float


def believed(dates, cumulative) -> tuple[np.ndarray, np.ndarray]:
    """The reports that are believed, as (dates, cumulative): ascending, each day once, never falling.

    Of several reports of one day the last is valid. Spikes and dips that are undone within four weeks are bridged.
    What was counted before a correction is scaled down to it. A last report that leaps, or falls by more than 3 %, is
    left out until others confirm it (a smaller leap is moderated). Dates that are missing from the answer, or whose
    value differs, are the reports that were not believed.
    """
    days, values = _mended(*_once_a_day(dates, cumulative))
    return days.astype("datetime64[D]"), values


def forecast(dates, cumulative, denominator, horizon, panel=None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The count expected on each of the next `horizon` days, as three arrays (median, low, high) of that length.

    low to high is the 80 % band; day k is counted from the last raw date. dates: datetime64[D], ascending, duplicates
    possible. cumulative: counts as received. denominator: the reference population; without one (zero, NaN) nothing
    can be said and the last believed count is repeated. panel: code → (dates, cumulative, denominator) of all
    territories of the rollout up to the same day. Nothing falls, and nothing is above max(denominator, last believed).
    """
    horizon = max(int(horizon), 0)
    size = _size(denominator)
    raw, days, values = _read(dates, cumulative)
    if not len(days):
        return tuple(np.zeros(horizon) for _ in range(3))
    ahead = _ahead(raw, days, values, size, horizon, panel)
    if ahead is None:
        return tuple(np.full(horizon, values[-1]) for _ in range(3))
    return tuple(_counts(ahead, at, size, values[-1]) for at in (0.0, -1.0, 1.0))


def reach_date(dates, cumulative, denominator, level, panel=None):
    """The day on which `level` is reached, as (early, date, late), each a datetime64[D] or None.

    date is the day on which the median of `forecast` gets there, early and late those of its band. None: not within 120
    days of the last raw date; for date also: less than about five chances in eight to get there within them. A level
    that was reached already has the day of the first believed report that did, three times.
    """
    raw, days, values = _read(dates, cumulative)
    if not len(days):
        return None, None, None
    if values[-1] >= level:
        day = np.datetime64(int(days[np.argmax(values >= level)]), "D")
        return day, day, day
    size = _size(denominator)
    ahead = _ahead(raw, days, values, size, REACH_WITHIN, panel)
    if ahead is None:
        return None, None, None

    def first(at):
        hit = np.flatnonzero(_counts(ahead, at, size, values[-1]) >= level)
        return np.datetime64(raw + 1 + int(hit[0]), "D") if len(hit) else None

    return first(1.0), first(0.0) if first(-SURE) is not None else None, first(-1.0)


def reach_probability(dates, cumulative, denominator, level, by, panel=None) -> float:
    """The probability (0 to 1) that `level` is reached on or before the day `by`, from the same distribution.

    NaN below 12 weeks of history and without a reference population. A day that is not after the last raw date has 1
    or 0: whether the believed count had reached the level by then.
    """
    raw, days, values = _read(dates, cumulative)
    size = _size(denominator)
    if not len(days) or days[-1] - days[0] < HISTORY_FOR_PROBABILITY:
        return math.nan
    by = min(int(np.datetime64(by, "D").astype(np.int64)), raw + FARTHEST)
    if by <= raw or values[-1] >= level:
        return float((values[days <= by] >= level).any())
    if size <= 0:
        return math.nan
    ahead = _ahead(raw, days, values, size, by - raw, panel)
    return 0.0 if ahead is None else _probability(ahead, level / size - ahead.level)


# ------------------------------------------------------------------------------------------------------- the reports


def _size(denominator) -> float:
    """The reference population, 0 when there is none."""
    size = float(denominator) if denominator is not None else 0.0
    return size if math.isfinite(size) and size > 0 else 0.0


def _read(dates, cumulative) -> tuple[int, np.ndarray, np.ndarray]:
    """The last raw day, and the believed days (integers) and counts."""
    days, values = _once_a_day(dates, cumulative)
    raw = int(days[-1]) if len(days) else 0
    return (raw, *_mended(days, values))


def _once_a_day(dates, cumulative) -> tuple[np.ndarray, np.ndarray]:
    """Whole days as integers, ascending, each once with its last value; what is no number is left out."""
    days = np.asarray(dates).astype("datetime64[D]").astype(np.int64)
    values = np.array(cumulative, dtype=float)
    good = np.isfinite(values)
    if not good.all():
        days, values = days[good], values[good]
    if (days[1:] <= days[:-1]).any():
        order = np.argsort(days, kind="stable")
        days, values = days[order], values[order]
        last = np.append(days[1:] > days[:-1], True)
        days, values = days[last], values[last]
    return days, np.maximum(values, 0.0)


def _mended(days: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    for big in (LAST_FALL, BIG_FALL, BIG_FALL):
        if not _ends_in_half(values, big):
            break
        days, values = days[:-1], values[:-1]
    if (values[1:] < values[:-1]).any():
        days, values = _without_big_falls(days, values)
        values = _without_small_falls(_unspiked(values))
    return _without_leap(days, values)


def _ends_in_half(values: np.ndarray, big: float) -> bool:
    """Whether the last report falls far below the one before, and that one was not itself a spike."""
    if len(values) < 3 or values[-1] >= (1 - big) * values[-2]:
        return False
    before, spike, last = values[-3:]
    usual = np.diff(values[-6:-2]).max(initial=0.0)
    return not (0.8 * last <= before <= 1.02 * last and spike - before >= max(0.5 * (spike - last), 2 * usual))


def _unspiked(values: np.ndarray) -> np.ndarray:
    """A running median of seven reports, of fewer towards the ends: a series that never falls is left as it is."""
    n = len(values)
    clean = values.copy()
    if n >= 7:
        clean[3:-3] = np.sort(np.lib.stride_tricks.sliding_window_view(values, 7), axis=1)[:, 3]
    for half in (2, 1):
        if n > 2 * half:
            clean[half] = np.sort(values[: 2 * half + 1])[half]
            clean[n - 1 - half] = np.sort(values[n - 1 - 2 * half :])[half]
    return clean


def _without_big_falls(days: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Dips and spikes bridged, half reports at the end left out, corrections carried back."""
    for _ in range(50):  # Each round mends the latest big fall.
        falls = np.flatnonzero(values[1:] < (1 - BIG_FALL) * values[:-1])
        if not len(falls):
            break
        at = int(falls[-1])
        before, after = values[at], values[at + 1]
        leap = 0.5 * (before - after)
        start = int(np.searchsorted(days, days[at] - MENDED_WITHIN))
        end = int(np.searchsorted(days, days[at] + MENDED_WITHIN, side="right"))
        low = values[start:at]
        up = np.flatnonzero((np.diff(values[start : at + 1]) >= leap) & (0.7 * after <= low) & (low <= 1.02 * after))
        back = np.flatnonzero((np.diff(values[at + 1 : end]) >= leap) & (values[at + 2 : end] >= 0.95 * before))
        if len(back):
            left, right = at, at + 2 + int(back[0])
        elif len(up):
            left, right = start + int(up[-1]), at + 1
        elif len(values) - 1 - at <= 3 and days[-1] - days[at] <= 21:
            days, values = days[: at + 1], values[: at + 1]
            continue
        else:
            values[: at + 1] *= after / before
            continue
        inner = slice(left + 1, right)
        values[inner] = np.interp(days[inner], [days[left], days[right]], [values[left], values[right]])
    return days, values


def _without_small_falls(values: np.ndarray) -> np.ndarray:
    """What came before a fall scaled down to it."""
    kept = np.ones(len(values) - 1)
    np.divide(values[1:], values[:-1], out=kept, where=values[1:] < values[:-1])
    values[:-1] *= np.cumprod(kept[::-1])[::-1]
    return np.maximum.accumulate(values)


def _without_leap(days: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The series without a last report that adds far more than any before it; a moderate leap is cut to size."""
    if len(values) < 4 or values[-2] <= 0:
        return days, values
    rise, gap = values[-1] - values[-2], days[-1] - days[-2]
    if rise <= LEAP_OVER_LEVEL * values[-2]:
        return days, values
    start = min(int(np.searchsorted(days, days[-2] - 56)), len(days) - 4)
    past, counts = days[start:-1], values[start:-1]
    most = LEAP_OVER_RECENT * (counts - np.interp(past - gap, past, counts))[1:].max()
    if rise <= most:
        return days, values
    if rise > 0.5 * values[-2] or most <= 0:
        return days[:-1], values[:-1]
    return days, np.append(values[:-1], values[-2] + most)


def _daily(days: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, int, int]:
    """(counts of the last LENGTH days, days of history, days without a change at the end).

    A count that stands still and then catches up was not reported meanwhile: only changes are looked at. So too at the
    end, unless it has stood still for longer than it ever did lately.
    """
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    still = 0
    if len(changes):
        still = int(days[-1] - days[changes[-1]])
        at = np.append(0, changes)
        if still and still > np.diff(days[at[-9:]]).max():
            still, at = 0, np.append(at, len(days) - 1)
        days, values = days[at], values[at]
    grid = np.interp(np.arange(days[-1] - LENGTH + 1, days[-1] + 1), days, values)
    history = min(int(days[-1] - days[0]), LENGTH - 1)
    return _without_jumps(grid, history) if history >= 14 else grid, history, still


def _without_jumps(grid: np.ndarray, history: int) -> np.ndarray:
    """The same days up to the same last count, as if what came at once had been there before."""
    added = np.diff(grid[-min(history, 56) - 1 :])
    ordinary = max(np.sort(added)[int(0.8 * len(added))], np.sort(added[-7:])[3], np.sort(added[-14:])[7])
    beyond = np.maximum(added - JUMP * ordinary, 0.0)
    if ordinary <= 0 or not beyond.any():
        return grid
    grid = grid.copy()
    grid[-len(added) - 1 : -1] += np.cumsum(beyond[::-1])[::-1]
    grid[: -len(added) - 1] += beyond.sum()
    return grid


# ---------------------------------------------------------------------------------------------------------- the path


def _rows(daily: np.ndarray, history: np.ndarray, back: int = 0) -> _Rows:
    """What was known `back` days before the end of `daily` (n, LENGTH)."""
    marks = daily[:, LENGTH - 1 - back :: -7][:, : WEEKS + 1]
    weeks = np.zeros((len(daily), WEEKS))
    added = np.maximum(marks[:, :-1] - marks[:, 1:], 0.0)
    weeks[:, : added.shape[1]] = added
    return _Rows(daily[:, LENGTH - 1 - back], weeks, np.clip((history - back) // 7, 0, added.shape[1]))


def _momentum(weeks: np.ndarray, known) -> np.ndarray:
    """Change of the logarithm of the pace, per week: two weeks against two, and four against four."""
    two = np.log((weeks[:, 0:2].sum(1) + 2 * LITTLE) / (weeks[:, 2:4].sum(1) + 2 * LITTLE)) / 2
    four = np.log((weeks[:, 0:4].sum(1) + 4 * LITTLE) / (weeks[:, 4:8].sum(1) + 4 * LITTLE)) / 4
    one = np.log((weeks[:, 0] + LITTLE) / (weeks[:, 1] + LITTLE)) / 2
    return np.where(known >= 8, (two + four) / 2, np.where(known >= 4, two, np.where(known >= 2, one, 0.0)))


def _early(level):
    """1 at the very start of a rollout, 0 from the share EARLY on."""
    return np.clip(1 - level / EARLY, 0.0, 1.0)


def _added(rows: _Rows, others: _Others | None, horizon: int) -> np.ndarray:
    """(n, horizon) what is expected to be added to the level by each day ahead."""
    level, weeks, known = rows
    weight = PACE_WEEKS * (np.arange(WEEKS) < np.maximum(known, 1)[:, None])
    total = weight.sum(1)
    pace = (weeks * weight).sum(1) / total
    momentum = _momentum(weeks, known)
    if others is not None and others.known >= 2:
        theirs = others.weeks
        momentum = OWN_MOMENTUM * momentum + (1 - OWN_MOMENTUM) * _momentum(theirs[None], others.known)
        # The pace this territory would have had if it had moved with the others for eight weeks.
        span = np.arange(WEEKS) < np.clip(np.minimum(known, others.known), 1, 8)[:, None]
        ratio = ((weeks * span).sum(1) + LITTLE / 10) / ((theirs * span).sum(1) + LITTLE / 10)
        shared = ratio * (theirs * weight).sum(1) / total
        pace = np.where(known >= 4, pace**OWN_PACE * shared ** (1 - OWN_PACE), pace)
    age = (weight * np.arange(WEEKS)).sum(1) / total
    pace = pace / 7 * np.exp(np.clip(BROUGHT_UP * momentum * age, -1, 1))
    end = USUAL_END if others is None else max(USUAL_END, others.lead)
    left = np.maximum(end - level, LEFT_AT_LEAST)
    daily = np.clip(momentum / 7, -FASTEST, FASTEST) + GATHERS * _early(level)
    fades = np.where(daily > 0, RISE_FADES, FALL_FADES)[:, None]
    day = np.arange(1, horizon + 1)
    speed = np.exp(daily[:, None] * fades * -np.expm1(-day / fades) - DRIFT * day)
    return left[:, None] * -np.expm1(-np.cumsum((pace / left)[:, None] * speed, axis=1))


def _ahead(raw: int, days, values, size: float, horizon: int, panel) -> _Ahead | None:
    """The distribution on each of the days after the last raw one; None when the count can only stay where it is."""
    if size <= 0 or values[-1] >= size or horizon <= 0:
        return None
    daily, history, still = _daily(days, values)
    rows = _rows(daily[None] / size, np.array([history]))
    others = _others(panel) if panel else None
    if history < 7:
        rows = _young(rows, history, others)
    # A report left out is waited for; one that has stood still may come at any moment.
    wait = min(int(raw - days[-1]) + still // 2, 3 * LENGTH)
    added = _added(rows, others, horizon + wait)[0, wait:]
    level = float(values[-1] / size)
    cap = 1.0 - level
    added = np.minimum(added, cap)
    day = np.arange(1 + wait, horizon + wait + 1) / 30
    known = int(rows.known[0])
    recent = np.log(rows.weeks[0, : min(known, 8)] + LITTLE)
    uneven = float(np.std(np.diff(recent))) if known >= 4 else USUAL_UNEVENNESS
    error = others.error if others is not None else USUAL_ERROR
    width = math.sqrt(BAND**2 + (BAND_OTHERS * min(error, 1.5)) ** 2 + (BAND_WEEKS * min(uneven, 1.5)) ** 2)
    top = max(TOP, level + LEFT_AT_LEAST) - level
    width = np.minimum(width * day**BAND_GROWTH, 2.5)
    down = EARLY_DOWN + (LATE_DOWN - EARLY_DOWN) * min(level / HALFWAY, 1.0)
    return _Ahead(level, added, width, LEAST_STEP * np.minimum(day, 1), down, top, cap)


def _young(rows: _Rows, history: int, others: _Others | None) -> _Rows:
    """The first week of a series: its few days stand for the week, with a week of the others where there are some."""
    first = rows.weeks[:, 0] * 7 / max(history, 1)
    if others is not None:
        first = (history * first + 7 * others.weeks[0]) / (history + 7)
    weeks = rows.weeks.copy()
    weeks[:, 0] = first
    return rows._replace(weeks=weeks)


def _quantile(ahead: _Ahead, tenths: float) -> np.ndarray:
    """What is added by each day at a quantile: -1 is the tenth percentile, 0 the median, 1 the ninetieth."""
    if tenths <= 0:
        added = np.maximum((ahead.median + ahead.step) * np.exp(ahead.width * ahead.down * tenths) - ahead.step, 0.0)
    else:
        beyond = (ahead.median + ahead.step) * np.expm1(ahead.width * BAND_UP * tenths)
        room = np.maximum(ahead.top - ahead.median, 1e-9)
        added = np.minimum(ahead.median + room * -np.expm1(-beyond / room), ahead.cap)
    # The band may widen faster than the median rises; what has come does not go.
    return np.maximum.accumulate(added)


def _counts(ahead: _Ahead, tenths: float, size: float, last: float) -> np.ndarray:
    """The counts of a quantile. A share times a population may miss the count it came from by its last digit."""
    return np.clip((ahead.level + _quantile(ahead, tenths)) * size, last, size)


def _probability(ahead: _Ahead, added: float) -> float:
    """The probability that at least `added` has come by the last day: `_quantile` turned round."""
    if added > ahead.cap:
        return 0.0
    median, width, step = ahead.median, ahead.width, ahead.step
    room = np.maximum(ahead.top - median, 1e-9)
    # Of the room above the median, what is used up; all of it is beyond any quantile.
    used = np.clip((added - median) / room, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        above = -np.log1p(-room * np.log1p(-used) / (median + step)) / (width * BAND_UP)
    below = np.log((median + step) / (added + step)) / (width * ahead.down)
    tenths = float(np.max(np.where(added <= median, below, above)))
    return 0.5 * (1 + math.erf(tenths * TENTH / math.sqrt(2)))


# -------------------------------------------------------------------------------------------------------- the others

_KEPT: dict[bytes, _Others | None] = {}
_KEPT_AT_MOST = 8
_LOCK = threading.Lock()


def _others(panel: dict) -> _Others | None:
    """What the territories of a panel say; None when they are fewer than three. Kept by the panel's content."""
    codes = list(panel)
    if len(codes) > MOST_OTHERS:
        codes = [codes[n * len(codes) // MOST_OTHERS] for n in range(MOST_OTHERS)]
    chosen = [panel[code] for code in codes]
    digest = hashlib.blake2b(digest_size=16)
    for dates, cumulative, denominator in chosen:
        days = np.asarray(dates).astype("datetime64[D]").view(np.int64)
        digest.update(np.array([len(days), _size(denominator)]).tobytes())
        digest.update(days.tobytes())
        digest.update(np.asarray(cumulative, dtype=float).tobytes())
    key = digest.digest()
    with _LOCK:
        if key in _KEPT:
            return _KEPT[key]
    found = _others_read(chosen)
    with _LOCK:
        while len(_KEPT) >= _KEPT_AT_MOST:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[key] = found
    return found


def _others_read(chosen: list) -> _Others | None:
    daily, history = [], []
    for dates, cumulative, denominator in chosen:
        size = _size(denominator)
        if size <= 0:
            continue
        dates = np.asarray(dates).astype("datetime64[D]")
        # What came long before does not matter here, and mending it takes time.
        late = int(np.searchsorted(dates, dates[-1] - 2 * LENGTH)) if len(dates) else 0
        _, days, values = _read(dates[late:], cumulative[late:])
        # A territory at several times its population has another's: its shares would drown the rest.
        if len(days) > 1 and values[-1] <= 2 * size:
            counts, known, _ = _daily(days, values)
            daily.append(counts / size)
            history.append(known)
    if len(daily) < 3:
        return None
    daily, history = np.array(daily), np.array(history)
    errors = [_past_error(daily, history, back) for back in (14, 28)]
    errors = [error for error in errors if error is not None]
    found = _common(_rows(daily, history))
    return found._replace(error=float(np.mean(errors))) if errors else found


def _common(rows: _Rows) -> _Others:
    """What n territories have in common, over the most weeks for which at least half of them are known."""
    for least in (WEEKS, 8, 4, 2, 0):
        old = rows.known >= least
        if 2 * old.sum() >= len(old):
            break
    lead = min(float(np.quantile(rows.level, 0.9)), 1.0)
    return _Others(rows.weeks[old].mean(0), least, lead, USUAL_ERROR)


def _past_error(daily: np.ndarray, history: np.ndarray, back: int) -> float | None:
    """How far off the rule was when it forecast today `back` days ago, in four cases of five; None if few can say."""
    rows = _rows(daily, history, back)
    old = rows.known >= 4
    if old.sum() < 8:
        return None
    rows = _Rows(rows.level[old], rows.weeks[old], rows.known[old])
    told = _added(rows, _common(rows), back)[:, -1]
    came = daily[old, -1] - rows.level
    return float(np.quantile(np.abs(np.log((came + 0.002) / (told + 0.002))), 0.8))
