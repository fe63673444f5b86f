"""The weekly files in which the made-up counts arrive: some late, some wrong and put right, one doubled for good."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.counts import MISSING, Key
from data.database import as_date, as_day
from data.demonstration.counts import told
from data.demonstration.curves import LAST, Told, World

MORNING, EVENING = 8 * 3600 + 1800, 18 * 3600
DAY = 86_400


@dataclass(frozen=True)
class Delivery:
    """One weekly file: the day on which it arrived, its name, and its figures. series: places in `Deliveries.keys`."""

    day: int
    name: str
    series: np.ndarray
    to_date: np.ndarray
    from_date: np.ndarray
    value: np.ndarray

    @property
    def recorded_at(self) -> int:
        """Seconds since 1970-01-01: a Monday morning, or the evening of the last day."""
        return self.day * DAY + (EVENING if self.day == LAST else MORNING)

    @property
    def digest(self) -> str:
        """What the bytes of the file would be known by."""
        parts = (self.series, self.to_date, self.from_date, self.value)
        return hashlib.sha256(self.name.encode() + b"".join(part.astype("<i8").tobytes() for part in parts)).hexdigest()


@dataclass(frozen=True)
class Deliveries:
    """All files in the order in which they arrived, and the keys of the series that they speak of."""

    keys: list[Key]
    files: list[Delivery]


def deliveries(world: World) -> Deliveries:
    """What arrives, week after week."""
    days = _delivery_days(world.invented["starts"])
    source = world.invented["source"]
    keys: list[Key] = []
    blocks = []
    for block in told(world):
        first = len(keys)
        keys += [(source, code, block.step, block.unit, block.measure, *block.groups) for code in block.codes]
        blocks.append((first, block))
    lateness = _Lateness(world, days)
    columns: list[list[np.ndarray]] = [[], [], [], [], []]
    for first, block in blocks:
        _add(columns, first, block, lateness, days)
    series, to_date, from_date, value, arrives = (np.concatenate(column) for column in columns)
    wrong = _wrong(world, [(first, block) for first, block in blocks], days)
    series, to_date, from_date, value, arrives = _with_errors(wrong, series, to_date, from_date, value, arrives, days)
    order = np.lexsort((from_date, to_date, series, arrives))
    series, to_date, from_date, value, arrives = (a[order] for a in (series, to_date, from_date, value, arrives))
    bounds = np.searchsorted(arrives, np.arange(len(days) + 1))
    files = []
    for at, (start, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        year, week, _ = as_date(int(days[at]) - 1).isocalendar()
        name = world.invented["file_name"].format(year=year, week=week)
        part = slice(int(start), int(end))
        files.append(Delivery(int(days[at]), name, series[part], to_date[part], from_date[part], value[part]))
    return Deliveries(keys, files)


def _delivery_days(starts: dt.date) -> np.ndarray:
    """Every Monday after the start, for the week before; the last file comes on the last day itself."""
    first = as_day(starts)
    monday = first + 8 - as_date(first).isoweekday()
    return np.array([*range(monday, LAST, 7), LAST])


class _Lateness:
    """By how many deliveries each territory's file of each week is late."""

    def __init__(self, world: World, days: np.ndarray):
        rules = world.invented["telling"]
        self.rng, self.days = world.rng, days
        self.one, self.two = rules["one_week_late"], rules["two_weeks_late"]
        self.mine = world.invented["office"]["prefecture"]
        self.never_from = int(np.searchsorted(days, as_day(rules["never_late_from"])))
        self.silent = world.invented["office"]["silent"]
        self.held: dict[str, np.ndarray] = {}

    def of(self, code: str) -> np.ndarray:
        """Per delivery, how many deliveries later the territory's figures come."""
        if code not in self.held:
            drawn = self.rng.random(len(self.days))
            late = np.where(drawn < self.two, 2, np.where(drawn < self.two + self.one, 1, 0))
            if code.startswith(self.mine):
                late[np.arange(len(late)) + late >= self.never_from] = 0
            self.held[code] = late
        return self.held[code]

    def is_silent(self, code: str, to_date: np.ndarray) -> np.ndarray:
        """Which figures of a territory never come."""
        return (to_date >= as_day(self.silent["from"])) & (code == self.silent["code"])


def _arrival(to_date: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The delivery that brings what is known of a day: the first one after it, or the last of all."""
    return np.minimum(np.searchsorted(days, to_date, side="right"), len(days) - 1)


def _add(columns: list[list[np.ndarray]], first: int, block: Told, lateness: _Lateness, days: np.ndarray) -> None:
    due = _arrival(_month_ends(block.to_date) if block.monthly else block.to_date, days)
    for row, code in enumerate(block.codes):
        arrives = due + lateness.of(code)[due]
        kept = (block.values[row] != MISSING) & (arrives < len(days)) & ~lateness.is_silent(code, block.to_date)
        n = int(kept.sum())
        for column, array in zip(
            columns,
            (
                np.full(n, first + row),
                block.to_date[kept],
                block.from_date[kept],
                block.values[row][kept],
                arrives[kept],
            ),
            strict=True,
        ):
            column.append(array)


def _month_ends(to_date: np.ndarray) -> np.ndarray:
    """The last day of the month of each day, or the last day of all."""
    dates = (as_date(int(day)) for day in to_date)
    ends = [((date.replace(day=1) + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)) for date in dates]
    return np.minimum(np.array([as_day(end) for end in ends]), LAST)


@dataclass(frozen=True)
class _Error:
    """A figure that is told wrong: `times` the true one; put right so many deliveries later, never at 0."""

    series: int
    day: int
    times: float
    after: int


def _wrong(world: World, blocks: list[tuple[int, Told]], days: np.ndarray) -> Iterator[_Error]:
    rules: Mapping[str, Any] = world.invented["telling"]
    daily = {}
    for first, block in blocks:
        if block.name and len(block.to_date) == world.days.told:
            daily.setdefault(block.name, (first, block))
    planted = set()
    for case in rules["doubled"]:
        first, block = daily[case["of"]]
        error = _Error(first + block.codes.index(case["territory"]), as_day(case["on"]), 2.0, case["corrected_after"])
        planted.add(error.series)
        yield error
    # A slip on a day of a published point would move the kingdom off it until it is put right: that is what slips do.
    for name in rules["slips_of"]:
        first, block = daily[name]
        for _ in range(rules["slips"] // len(rules["slips_of"])):
            row, day = int(world.rng.integers(len(block.codes))), int(world.rng.integers(LAST - 250, LAST - 45))
            times, after = float(world.rng.uniform(0.9, 1.1)), int(world.rng.integers(2, 6))
            if first + row not in planted:
                yield _Error(first + row, day, times, after)


def _with_errors(wrong: Iterator[_Error], series, to_date, from_date, value, arrives, days):
    """The rows with each error in the first telling and, where it is put right, the true figure once more."""
    key = series * (1 << 20) + to_date
    order = np.argsort(key)
    again, spoilt = [], value.copy()
    for error in wrong:
        at = np.searchsorted(key[order], error.series * (1 << 20) + error.day)
        if at == len(order) or key[order[at]] != error.series * (1 << 20) + error.day:
            continue  # this territory had not opened on that day
        row = order[at]
        spoilt[row] = round(float(value[row]) * error.times)
        if error.after and arrives[row] + error.after < len(days):
            again.append((row, arrives[row] + error.after))
    rows = np.array([row for row, _ in again], np.int64)
    later = np.array([number for _, number in again], np.int64)
    return (
        np.concatenate([series, series[rows]]),
        np.concatenate([to_date, to_date[rows]]),
        np.concatenate([from_date, from_date[rows]]),
        np.concatenate([spoilt, value[rows]]),
        np.concatenate([arrives, later]),
    )
