"""The made-up truth: how many there were of everything, everywhere, on every day.

It is drawn from plan.toml by a fixed seed. The smallest places are communes; those of the office's prefecture are cut
into the parts that its annexes cover. Whatever is larger is a sum of these, so that everything adds up.
"""

import csv
import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from data import chain
from data.catalogue import Catalogue
from data.database import as_date, as_day
from data.demonstration import LAST_DAY

PLAN = Path(__file__).parent / "plan.toml"
CALENDAR = Path(__file__).resolve().parents[1] / "reference" / "calendar"
LAST = as_day(LAST_DAY)
_NO_BREAKDOWN = ("all",) * 5


def plan() -> dict[str, Any]:
    """What the demonstration invents, as plan.toml says it."""
    return tomllib.loads(PLAN.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Told:
    """One kind of count as it would be told without a fault. values: one row per code, one column per period, MISSING
    where there is none; groups: its sex, age band, area, reason and cohort; name: of the curve it tells, so that slips
    can be planted in it; monthly: it is told once a month."""

    step: str
    unit: str
    measure: str
    codes: Sequence[str]
    to_date: np.ndarray
    from_date: np.ndarray
    values: np.ndarray
    groups: tuple[str, ...] = _NO_BREAKDOWN
    name: str = ""
    monthly: bool = False


@dataclass(frozen=True)
class Places:
    """The smallest places, one per row, those of a prefecture together.

    commune, office, prefecture, region: codes ("" for a place without an annex); person, household: of the census of
    2024, cut by the part of the annex; is_urban.
    """

    commune: np.ndarray
    office: np.ndarray
    prefecture: np.ndarray
    region: np.ndarray
    person: np.ndarray
    household: np.ndarray
    is_urban: np.ndarray

    def __len__(self) -> int:
        return len(self.commune)

    @cached_property
    def _kept(self) -> dict[str, tuple[list[str], np.ndarray]]:
        return {}

    def summed(self, values: np.ndarray, by: str) -> tuple[list[str], np.ndarray]:
        """The codes of the column `by` that are not empty, in order, and the sums of their places' rows."""
        if by not in self._kept:
            codes, place = np.unique(getattr(self, by), return_inverse=True)
            self._kept[by] = (codes.tolist(), place)
        codes, place = self._kept[by]
        total = np.zeros((len(codes), *values.shape[1:]), values.dtype)
        np.add.at(total, place, values)
        first = 1 if codes[0] == "" else 0
        return codes[first:], total[first:]


def places(invented: Mapping[str, Any], folder: Path) -> Places:
    """The smallest places of the reference list, those of the office's prefecture cut by its chain of command."""
    held = chain.territories()
    offices = [office for office in chain.offices(folder) if office.level == chain.ANNEX]
    parts = invented["office"]["parts"]
    rows = []
    for code, row in held.items():
        if row["level"] != "commune" or not row["population_2024"]:
            continue
        prefecture = row["parent"]
        region = held[prefecture]["parent"]
        covering = [office.code for office in offices if code in office.covers]
        cut = [parts.get(office, 1) for office in covering] or [1]
        for office, part in zip(covering or [""], cut, strict=True):
            share = part / sum(cut)
            counts = (int(row["population_2024"]) * share, int(row["households_2024"]) * share)
            rows.append((code, office, prefecture, region, *counts, row["kind"] == "urban_commune"))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Places(*columns)


@dataclass(frozen=True)
class Days:
    """The days of the curves, from the opening of the first region on; work: how much of a working day each is."""

    day: np.ndarray
    work: np.ndarray

    def at(self, date: dt.date) -> int:
        """The place of a date."""
        return as_day(date) - int(self.day[0])

    @property
    def told(self) -> int:
        """How many of the days have been lived through: the curves run on to the last published point."""
        return LAST - int(self.day[0]) + 1

    @cached_property
    def sundays(self) -> np.ndarray:
        """The places of the Sundays until the last day."""
        return np.array([at for at in range(self.told) if as_date(int(self.day[at])).isoweekday() == 7])

    def months(self) -> list[tuple[int, int]]:
        """The places of the first and the last day of each month; the last one is not over."""
        dates = [as_date(int(day)) for day in self.day[: self.told]]
        firsts = [at for at, date in enumerate(dates) if at == 0 or date.day == 1]
        return list(zip(firsts, [at - 1 for at in firsts[1:]] + [self.told - 1], strict=True))


def days(invented: Mapping[str, Any]) -> Days:
    """The days with the working week, civil and religious holidays, Ramadan and the summer in them."""
    rules = invented["calendar"]
    first, last = as_day(invented["starts"]), as_day(invented["curves_end"])
    day = np.arange(first, last + 1)
    weekday = np.array([as_date(int(one)).isoweekday() for one in day])
    work = np.where(weekday == 6, rules["saturday"], np.where(weekday == 7, rules["sunday"], 1.0))

    def between(start: dt.date, end: dt.date) -> np.ndarray:
        return (day >= as_day(start)) & (day <= as_day(end))

    for row in _rows("ramadan.csv"):
        work[between(dt.date.fromisoformat(row["first_day"]), dt.date.fromisoformat(row["last_day"]))] *= rules[
            "ramadan"
        ]
    summer = rules["summer"]
    work[between(summer["from"], summer["to"])] *= summer["rate"]
    for row in _rows("holidays.csv"):
        start = dt.date.fromisoformat(row["date"])
        work[between(start, start + dt.timedelta(days=int(row["days"]) - 1))] = 0.0
    for date in rules["civil"]:
        work[between(date, date)] = 0.0
    return Days(day, work)


def _rows(name: str) -> list[dict[str, str]]:
    with (CALENDAR / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class World:
    """Everything that is drawn: one row per place, one column per day in each curve.

    exact: the curves before rounding; whole: as they are counted; lag: mean days of waiting before a step; opening: by
    rollout, the day from which each place has counts.
    """

    invented: dict[str, Any]
    places: Places
    days: Days
    rng: np.random.Generator
    exact: dict[str, np.ndarray] = field(default_factory=dict)
    whole: dict[str, np.ndarray] = field(default_factory=dict)
    lag: dict[str, np.ndarray] = field(default_factory=dict)
    opening: dict[str, np.ndarray] = field(default_factory=dict)

    def varied(self, spread: float) -> np.ndarray:
        """A factor for each place, around one, alike within a prefecture."""
        if not spread:
            return np.ones(len(self.places))
        _, place = np.unique(self.places.prefecture, return_inverse=True)
        common = self.rng.normal(0, spread, place.max() + 1)[place]
        return np.exp(common + self.rng.normal(0, spread / 2, len(self.places)))


def world(known: Catalogue, folder: Path) -> World:
    """All curves of the plan."""
    invented = plan()
    made = World(invented, places(invented, folder), days(invented), np.random.default_rng(invented["seed"]))
    speed = made.varied(0.16)
    reach = np.clip(made.varied(0.1), 0.75, 1.3)
    opened = {programme.id: {o.region: as_day(o.on) for o in programme.openings} for programme in known.programmes}
    for block in invented["rollout"]:
        opening = np.array([opened[block["opens"]][region] for region in made.places.region])
        _roll_out(made, block, opening=opening, speed=speed, reach=reach)
    for block in invented["ratio"]:
        _multiply(made, block)
    for block in invented["after"]:
        _follow(made, block)
    _transfer(made, invented["transfer"])
    return made


def _counted(world: World, exact: np.ndarray) -> np.ndarray:
    """A curve in whole numbers: rounded from another point in each place, so that the sums are not all rounded down."""
    return np.floor(exact + world.rng.random(len(world.places))[:, None]).astype(np.int64)


def _pinned(world: World, exact: np.ndarray, *, at: int, total: int) -> np.ndarray:
    """A curve in whole numbers whose sum on one day is the total, to the unit."""
    start = world.rng.random(len(exact))
    moved = exact[:, at] + start
    missing = total - int(np.floor(moved).sum())
    # The places nearest to the next whole number step over it, or those that have just done so step back.
    part = moved - np.floor(moved)
    order = np.argsort(-part if missing > 0 else part, kind="stable")[: abs(missing)]
    start[order] += np.where(missing > 0, 1 - part[order] + 1e-6, -part[order] - 1e-6)
    return np.maximum(np.floor(exact + start[:, None]), 0).astype(np.int64)


def _roll_out(world: World, block: Mapping[str, Any], *, opening, speed, reach) -> None:
    """A register: it opens, gathers speed, and fills up to a share of whoever there is; through two points."""
    span, people = world.days, getattr(world.places, block["of"])
    stalled = world.invented["office"]["stalled"]
    rate = np.exp(world.rng.normal(0, 0.22, (len(people), len(span.day))))
    weeks = (span.day - span.day[0]) // 7
    rate *= np.exp(world.rng.normal(0, 0.15, (len(people), weeks.max() + 1)))[:, weeks]
    work = span.work[None, :] * rate * (span.day[None, :] >= opening[:, None])
    work[np.ix_(world.places.office == stalled["code"], span.day >= as_day(stalled["from"]))] = 0
    effort = np.cumsum(work, axis=1) * speed[:, None]
    (first, first_value), (second, second_value) = block["points"]
    early, late = effort[:, span.at(first)], effort[:, span.at(second)]
    weight = people * reach

    def filled(worked: np.ndarray, half: float) -> np.ndarray:
        return 1 - np.exp(-((worked / half) ** block["power"]))

    low, high = 5.0, 2000.0
    for _ in range(80):
        # The slower the filling, the smaller the part of it that had been done at the first point.
        half = (low + high) / 2
        done = (weight * filled(early, half)).sum() / (weight * filled(late, half)).sum()
        low, high = (half, high) if done > first_value / second_value else (low, half)
    share = second_value / (weight * filled(late, half)).sum()
    exact = share * weight[:, None] * filled(effort, half)
    world.exact[block["id"]], world.opening[block["id"]] = exact, opening
    world.whole[block["id"]] = _pinned(world, exact, at=span.at(first), total=first_value)


def _multiply(world: World, block: Mapping[str, Any]) -> None:
    """Another count of the same files: so many to each, more in large households."""
    source, people = world.exact[block["from"]], world.places
    size = (people.person / people.household) * world.varied(block["vary"])
    date, total = block["point"]
    exact = source * size[:, None]
    exact *= total / exact[:, world.days.at(date)].sum()
    world.exact[block["id"]], world.opening[block["id"]] = exact, world.opening[block["from"]]
    world.whole[block["id"]] = _counted(world, exact)


def _follow(world: World, block: Mapping[str, Any]) -> None:
    """A later step: a part of those who made the earlier one, some days after it."""
    chosen = np.array(block["lags"])
    codes, place = np.unique(world.places.prefecture, return_inverse=True)
    lag = world.rng.choice(chosen, len(codes))[place]
    share = np.clip(block["share"] * world.varied(block["vary"]), 0, 1)
    exact = delayed(world.exact[block["from"]], lag) * share[:, None]
    world.exact[block["id"]], world.lag[block["id"]] = exact, lag
    world.opening[block["id"]] = world.opening[block["from"]]
    world.whole[block["id"]] = _counted(world, exact)


def delayed(values: np.ndarray, lag: np.ndarray) -> np.ndarray:
    """Cumulated counts as they are after a wait whose mean is `lag` days, by row; few wait half as long, few twice."""
    result = np.empty_like(values)
    for mean in np.unique(lag):
        rows = np.flatnonzero(lag == mean)
        waits, shares = waiting(int(mean))
        part = np.zeros((len(rows), values.shape[1]))
        for wait, share in zip(waits, shares, strict=True):
            part[:, wait:] += share * values[rows, : values.shape[1] - wait]
        result[rows] = part
    return result


def waiting(mean: int) -> tuple[np.ndarray, np.ndarray]:
    """Days of waiting and the share of files that wait so long: a gamma law of shape 6 in whole days."""
    if not mean:
        return np.array([0]), np.array([1.0])
    day = np.arange(0, 3 * mean + 2)
    weight = (day + 0.5) ** 5 * np.exp(-6 * (day + 0.5) / mean)
    kept = weight > weight.max() / 500
    return day[kept], weight[kept] / weight[kept].sum()


def through(span: Days, points: Iterable[Sequence], *, by_work: bool = True) -> np.ndarray:
    """A line through dated values that moves on working days only; flat before the first and after the last."""
    clock = np.cumsum(span.work) if by_work else np.arange(len(span.day), dtype=float)
    marks = [(max(0, min(span.at(date), len(clock) - 1)), value) for date, value in points]
    return np.interp(clock, [clock[at] for at, _ in marks], [value for _, value in marks])


def _transfer(world: World, block: Mapping[str, Any]) -> None:
    """The switch from the former scheme: who was switched, confirmed, left, still waits, and who is new."""
    span, here = world.days, world.places
    poorer = np.where(here.is_urban, block["poorer"]["urban"], block["poorer"]["rural"])
    weight = here.person * poorer * world.varied(0.1)
    weight /= weight.sum()
    size = np.clip(block["persons_per_household"] * world.varied(0.03), 1.5, 5)
    total = through(span, [(block["starts"], block["switched"]), *block["points"]])
    left = through(span, [(block["starts"], 0), *block["above"]])
    new = np.maximum.accumulate(total - block["switched"] + left)
    exact = {
        "switched": np.repeat((block["switched"] * weight)[:, None], len(span.day), axis=1),
        "above": (weight * world.varied(0.12))[:, None] * left[None, :],
        "entrants": (weight * world.varied(0.15))[:, None] * new[None, :],
    }
    for name, line in (("above", left), ("entrants", new)):
        exact[name] *= line[-1] / exact[name][:, -1].sum()
    registered = world.exact[block["confirms"]] / here.household[:, None]
    diligence = np.clip(np.exp(world.rng.normal(0, block["confirmed_vary"], (len(here), 1))), 0.6, 1.3)
    # Families that had the former cover register sooner than others.
    confirmed = exact["switched"] * 0.75 * diligence * (1 - (1 - np.clip(registered, 0, 1)) ** 1.9)
    exact["confirmed"] = np.minimum(confirmed, exact["switched"] - exact["above"])
    exact["former"] = exact["switched"] / block["former_share"]
    at, wanted = span.at(block["exact_on"]), dict(map(tuple, block["points"]))[block["exact_on"]]
    for unit in ("person", "household"):
        whole = {name: _counted(world, v if unit == "person" else v / size[:, None]) for name, v in exact.items()}
        if unit == "person":
            # To the unit on the day of the published point: what is covered is a sum of these three.
            entrants = wanted - int((whole["switched"] - whole["above"])[:, at].sum())
            whole["entrants"] = _pinned(world, exact["entrants"], at=at, total=entrants)
        whole["confirmed"] = np.minimum(whole["confirmed"], whole["switched"] - whole["above"])
        whole["covered"] = whole["switched"] - whole["above"] + whole["entrants"]
        whole["waiting"] = whole["switched"] - whole["above"] - whole["confirmed"]
        for name, values in whole.items():
            world.whole[f"{name}_{unit}"] = values
    # One main insured to each household.
    world.whole["covered_insured"] = world.whole["covered_household"]


def split(total: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Whole numbers that add up to `total` along a new last axis, by largest remainder of the shares."""
    exact = total[..., None] * shares
    part = np.floor(exact).astype(np.int64)
    missing = total - part.sum(axis=-1)
    rank = np.argsort(np.argsort(-(exact - part), axis=-1, kind="stable"), axis=-1, kind="stable")
    return part + (rank < missing[..., None])
