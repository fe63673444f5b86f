"""From the answers of an engine to counts: stocks, flows, refusals by reason, groups, and the cohorts of each month."""

import calendar
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from data.database import as_date, as_day
from data.importer.check import Checked
from data.importer.records.layout import Layout
from data.importer.records.statements import end_of_week
from data.schema import ALL, BREAKDOWNS

Key = tuple[str, ...]


class Book:
    """The counts of one extract. `codes`: its territories; `cohort_of`: for each, the place in `cohort_codes` of the
    territory that its cohorts are told for; `on`: the day up to which the extract speaks."""

    def __init__(self, layout: Layout, codes: Sequence[str], cohort_codes: Sequence[str], on: dt.date):
        self.layout, self.codes, self.cohort_codes = layout, list(codes), list(cohort_codes)
        self.on = as_day(on)
        self.weekly = layout.every == "week"
        self._places: dict[Key, int] = {}
        self._whole: set[tuple[str, ...]] = set()
        self._blocks: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []

    # Periods

    def _ends(self, periods: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(first, last) day of periods: of weeks by their number, of months by their place since 1970."""
        if self.weekly:
            last = end_of_week(periods)
            return last - 6, last
        starts, ends = [], []
        for month in periods.tolist():
            year, at = divmod(month, 12)
            starts.append(as_day(dt.date(1970 + year, at + 1, 1)))
            ends.append(starts[-1] + calendar.monthrange(1970 + year, at + 1)[1] - 1)
        return np.array(starts, np.int64), np.array(ends, np.int64)

    def _numbered(self, periods: np.ndarray) -> np.ndarray:
        """Periods as the engine names them, as numbers without gaps."""
        if self.weekly or not len(periods):
            return periods
        named, place = np.unique(periods, return_inverse=True)
        days = [as_date(int(day)) for day in named]
        return np.array([12 * (day.year - 1970) + day.month - 1 for day in days], np.int64)[place]

    def _now(self) -> int:
        """The period that `on` lies in."""
        if self.weekly:
            return (self.on + 3) // 7
        day = as_date(self.on)
        return 12 * (day.year - 1970) + day.month - 1

    # Counts

    def _add(self, keys: Iterable[Key], row: np.ndarray, first: np.ndarray, last: np.ndarray, value: np.ndarray):
        """Add one figure per row; `row` is the place of its key in `keys`."""
        places = np.array([self._places.setdefault(key, len(self._places)) for key in keys] or [0], np.int64)
        block = [np.broadcast_to(one, row.shape).astype(np.int64) for one in (first, last, value)]
        self._blocks.append((places[row], *block))

    def _keys(self, codes: Iterable[str], step: str, unit: str, measure: str, **groups: str) -> list[Key]:
        parts = tuple(groups.get(name, ALL) for name in BREAKDOWNS)
        return [(self.layout.source, code, step, unit, measure, *parts) for code in codes]

    def reached(self, step: str, unit: str, code: np.ndarray, period: np.ndarray, count: np.ndarray, *, stock=True):
        """Flows of the closed periods and, if `stock`, stocks at their ends and on the last day, of every territory.

        code: place in `codes`. An extract speaks of all of its territories from the first period in which anyone
        reached the step: a period without anyone is a zero. Returns the table (territory, period) of the flows.
        """
        period, now = self._numbered(period), self._now()
        begin = int(period.min()) if len(period) else now
        table = np.zeros((len(self.codes), max(now - begin + 1, 1)), np.int64)
        np.add.at(table, (code, period - begin), count)
        first, last = self._ends(np.arange(begin, begin + table.shape[1]))
        closed = np.flatnonzero(last <= self.on)
        rows = np.repeat(np.arange(len(self.codes)), len(closed))
        flows = self._keys(self.codes, step, unit, "flow")
        self._add(flows, rows, np.tile(first[closed], len(self.codes)), np.tile(last[closed], len(self.codes)),
                  table[:, closed].ravel())  # fmt: skip
        if stock:
            total = np.cumsum(table, axis=1)
            days = np.append(last[closed], self.on) if not len(closed) or last[closed[-1]] < self.on else last[closed]
            held = np.concatenate([total[:, closed], total[:, -1:]], axis=1)[:, : len(days)]
            rows = np.repeat(np.arange(len(self.codes)), len(days))
            days = np.tile(days, len(self.codes))
            self._add(self._keys(self.codes, step, unit, "stock"), rows, days, days, held.ravel())

    def reasons(self, step: str, unit: str, code, period, reason, count):
        """Flows of refusals by reason (place in the layout; -1 is in the total only), of the closed periods."""
        self._whole.add((self.layout.source, step, unit, "flow", "reason"))
        period = self._numbered(period)
        first, last = self._ends(period)
        for at, name in enumerate(self.layout.refusals.reasons):
            mine = (reason == at) & (last <= self.on)
            # Several spellings of one territory are one.
            place, value = _summed([code[mine], first[mine], last[mine]], count[mine])
            keys = self._keys(self.codes, step, unit, "flow", reason=name)
            self._add(keys, place[0], place[1], place[2], value)

    def groups(self, column: str, names: Sequence[str], step: str, unit: str, code, part, count):
        """Stocks of the last day by group (place in `names`; -1 is in the total only)."""
        for at, name in enumerate(names):
            mine = (part == at) & (count > 0)
            place, value = _summed([code[mine]], count[mine])
            self._add(
                self._keys(self.codes, step, unit, "stock", **{column: name}),
                place[0],
                np.array(self.on),
                np.array(self.on),
                value,
            )

    def cohorts(self, step: str, unit: str, code, month, week, count, entered: Mapping | None = None) -> dict:
        """Weekly flows into a step of those who entered in each month, up to the last closed week.

        code: place in `cohort_codes`; month: its first day. Where nobody came in the last closed week a zero says that
        the count goes so far: who entered and is in no flow still waits. `entered`: the cohorts of the entry, each of
        which is told for later steps too; returns those that are told.
        """
        self._whole.add((self.layout.source, step, unit, "flow", "cohort"))
        now = (self.on + 3) // 7
        closed = now if end_of_week(now) <= self.on else now - 1
        inside = week <= closed
        (code, month, week), count = _summed([code[inside], month[inside], week[inside]], count[inside])
        told = dict.fromkeys(zip(code.tolist(), month.tolist(), strict=True)) if entered is None else dict(entered)
        last = set(zip(*(one[week == closed].tolist() for one in (code, month)), strict=True))
        known = [pair for pair in told if pair not in last]
        code = np.append(code, np.array([pair[0] for pair in known], np.int64))
        month = np.append(month, np.array([pair[1] for pair in known], np.int64))
        week = np.append(week, np.full(len(known), closed))
        count = np.append(count, np.zeros(len(known), np.int64))
        for first in np.unique(month).tolist():
            mine, name = month == first, as_date(first).strftime("%Y-%m")
            ends = end_of_week(week[mine])
            self._add(
                self._keys(self.cohort_codes, step, unit, "flow", cohort=name), code[mine], ends - 6, ends, count[mine]
            )
        return told

    # Together

    def checked(self, *, rows_read: int, refused: int, problems: tuple) -> Checked:
        """The counts as rows that can be stored."""
        row, first, last, value = (
            np.concatenate(parts) if parts else np.empty(0, np.int64)
            for parts in (zip(*self._blocks, strict=True) if self._blocks else ([],) * 4)
        )
        used, series = np.unique(row, return_inverse=True)
        keys = list(self._places)
        return Checked(
            rows_read=rows_read,
            refused=refused,
            problems=problems,
            keys=tuple(keys[at] for at in used.tolist()),
            series=series,
            from_date=first,
            to_date=last,
            value=value,
            cited=np.zeros(len(value), np.int64),
            # Of what a refused record is part of, nobody knows that it is gone.
            unsure=None if refused else frozenset(),
            whole_groups=frozenset() if refused else frozenset(self._whole),
            whole=frozenset() if refused else frozenset((*self.codes, *self.cohort_codes)),
        )


def _summed(columns: Sequence[np.ndarray], count: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The different rows of `columns`, and the sum of `count` over each."""
    if not len(count):
        return [np.empty(0, np.int64) for _ in columns], np.empty(0, np.int64)
    order = np.lexsort(columns[::-1])
    ordered = [np.asarray(column, np.int64)[order] for column in columns]
    new = np.ones(len(order), bool)
    new[1:] = np.logical_or.reduce([column[1:] != column[:-1] for column in ordered])
    starts = np.flatnonzero(new)
    return [column[starts] for column in ordered], np.add.reduceat(count[order].astype(np.int64), starts)


def digest_of(checked: Checked, layout: Layout, on: dt.date) -> str:
    """What stands for the bytes of an extract: SHA-256 of the counts made of it, whatever the order of its rows."""
    found = hashlib.sha256(json.dumps([layout.id, on.isoformat(), checked.rows_read, checked.refused]).encode())
    order = sorted(range(len(checked.keys)), key=checked.keys.__getitem__)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    found.update(json.dumps([checked.keys[at] for at in order]).encode())
    series = rank[checked.series] if len(order) else checked.series
    rows = np.lexsort((checked.from_date, checked.to_date, series))
    for column in (series, checked.from_date, checked.to_date, checked.value):
        found.update(np.ascontiguousarray(column[rows], "<i8").tobytes())
    return found.hexdigest()
