"""What a file says beside what was known already: figures sent again, figures of the past that it corrects, periods
that overlap others of the same count. It is said in the report; the figures are stored as they come."""

import datetime as dt

import numpy as np

from data.counts import current, series_of, unpacked
from data.importer.report import Problem, noted
from data.schema import observation

_LAST_DAY = 1 << 20


def said_before(connection, *, key, value, now, here, place, same, old_ids) -> tuple[Problem, ...]:
    """What to say of the rows (`key` packed and in order, `value`), beside the rows known `now` (packed key, event,
    value): `here`, `place` say where a row's own key stands among these, `same` where it says the same."""
    found = []
    if same.any():
        found.append(_told("resent", key[same]))
    changed = here & ~same
    if changed.any() and len(now):
        # A citation alone may differ, and what was no longer reported is reported again: neither is a correction.
        changed &= (now[place, 2] >= 0) & (now[place, 2] != value)
        if changed.any():
            found.append(_told("corrected", key[changed]))
    found += _overlapping(connection, key, old_ids)
    return tuple(found)


def last_stocks(connection, checked) -> tuple[list[int], list[int]]:
    """The value of each count of a checked file at its first date, and the last stock of it that was known before."""
    stocks = {(*key[:4], "stock", *key[5:]): at for at, key in enumerate(checked.keys)}
    held = series_of(connection, kinds={(key[0], key[2], key[3], "stock") for key in checked.keys})
    ids = {held[key]: at for key, at in stocks.items() if key in held}
    if not ids:
        return [], []
    first, value = {}, {}
    for at, day, number in zip(
        checked.series.tolist(), checked.from_date.tolist(), checked.value.tolist(), strict=True
    ):
        if at not in first or day < first[at]:
            first[at], value[at] = day, number
    rows = current(connection, observation, ids=set(ids), first=0, last=int(checked.to_date.max()))
    rows = rows[rows[:, 2] >= 0]
    last: dict[int, int] = {}
    series, to_date, _ = unpacked(rows[:, 0])
    for one, day, known in zip(series.tolist(), to_date.tolist(), rows[:, 2].tolist(), strict=True):
        # Rows lie in the order of their days: the latest before the file is the last one met.
        if day < first[ids[one]]:
            last[ids[one]] = known
    return [value[at] for at in last], list(last.values())


def _told(what: str, key: np.ndarray) -> Problem:
    _, to_date, from_date = unpacked(key)
    return noted(what, first=_iso(from_date.min()), last=_iso(to_date.max()), n=len(key))


def _iso(day) -> str:
    return (dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).isoformat()


def _overlapping(connection, key: np.ndarray, old_ids) -> list[Problem]:
    series, to_date, from_date = unpacked(key)
    long = from_date < to_date
    if not long.any():
        return []
    ids = {int(one) for one in np.unique(series[long])} & old_ids
    known = np.empty(0, np.int64)
    if ids:
        rows = current(connection, observation, ids=ids, first=int(from_date[long].min()), last=_LAST_DAY)
        known = rows[rows[:, 2] >= 0, 0]
        known = known[~np.isin(known, key)]
    every = np.concatenate([key[np.isin(series, series[long])], known])
    new = np.arange(len(every)) < len(every) - len(known)
    one, end, start = unpacked(every)
    order = np.lexsort((end, start, one))
    one, end, start, new = one[order], end[order], start[order], new[order]
    base = one * (_LAST_DAY << 1)
    reached = np.maximum.accumulate(base + end)
    first = np.minimum.accumulate((base + start)[::-1])[::-1]
    hit = np.zeros(len(one), bool)
    hit[1:] |= (base + start)[1:] <= reached[:-1]
    hit[:-1] |= (one[1:] == one[:-1]) & (first[1:] <= (base + end)[:-1])
    hit &= new
    if not hit.any():
        return []
    at = int(np.flatnonzero(hit)[0])
    return [noted("overlapping", first=_iso(start[at]), last=_iso(end[at]), n=int(hit.sum()))]
