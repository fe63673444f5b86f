"""`python -m bench.forecast FOLDER`: how good the forecast is on the rollouts of a folder and on simulated ones.

FOLDER holds Parquet files, one rollout each: territory_code, date, registered_cum, target_population. Every figure is
measured at origins between 10 and 97 % of the rollout's final total, 14, 30 and 60 days ahead, relative to the plain
28-day pace on the same cells. Faults are planted in the last report: doubled, halved, missing.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from queries.methods import forecast as method

HORIZONS = (14, 30, 60)
REACH_WITHIN = 120
DAY = np.timedelta64(1, "D")
FAULTS = ("none", "doubled", "halved", "missing")


@dataclass(frozen=True)
class Rollout:
    """The raw reports of one rollout: code → (dates, cumulative, denominator)."""

    name: str
    series: dict[str, tuple[np.ndarray, np.ndarray, float]]


def rollouts_of(folder: Path) -> list[Rollout]:
    """One rollout for each Parquet file of the folder."""
    import pandas as pd

    found = []
    for file in sorted(folder.glob("*.parquet")):
        table = pd.read_parquet(file).dropna(subset=["registered_cum"]).sort_values("date", kind="stable")
        series = {
            str(code): (
                rows["date"].to_numpy().astype("datetime64[D]"),
                rows["registered_cum"].to_numpy(dtype=float),
                float(rows["target_population"].iloc[-1]),
            )
            for code, rows in table.groupby("territory_code")
        }
        found.append(Rollout(file.stem, series))
    return found


# ---------------------------------------------------------------------------------------------- simulated rollouts


def simulated(seed: int) -> Rollout:
    """A rollout that never was, of one of many shapes; the same one for the same seed.

    People become eligible by groups, each with a share that will ever come and a speed at which it does; what a day
    can register is bounded by a capacity that grows. Half of the rollouts are word-of-mouth S-curves instead. On top:
    stalls and campaigns (some common to all, some of one territory), weekdays, noise; then the way of reporting:
    daily, weekly, irregular, in lumps, with late corrections.
    """
    rng = np.random.default_rng(seed)
    territories = int(rng.choice([16, 20, 26, 40, 80]))
    days = int(rng.integers(220, 520))
    saturation = rng.uniform(0.5, 0.95) if rng.random() < 0.85 else rng.uniform(0.95, 1.1)
    spread = rng.uniform(0.01, 0.08)
    by_groups = rng.random() < 0.6
    draw = _groups(rng, days, saturation) if by_groups else _word_of_mouth(rng, days, saturation)
    common = _common_pace(rng, days)
    weekday = 1 + rng.uniform(0, 0.9) * np.array([0.1, 0.2, 0.2, 0.1, 0.2, -0.3, -0.9])
    onset_spread = rng.choice([0, 3, 10, 25, 50])
    noise, unrest = rng.uniform(0.02, 0.5), rng.uniform(0, 1)
    middle_size, jumps = rng.uniform(8, 12), rng.choice([0, 0, 0.5, 2])
    reporting = str(rng.choice(["daily", "daily", "daily", "weekly", "irregular", "lumps"]))
    first = np.datetime64("2021-01-04") + int(rng.integers(0, 700)) * DAY
    t = np.arange(days)
    series = {}
    for n in range(territories):
        pace = common * _own_pace(rng, days, unrest) * weekday[t % 7] * np.exp(rng.normal(0, noise, days))
        top = float(np.clip(rng.normal(1, spread / saturation), 0.6, 1.2))
        share = draw(pace, np.exp(rng.normal(0, 0.25)), top, int(abs(rng.normal(0, onset_spread))))
        for _ in range(rng.poisson(jumps)):  # A stock of files entered in one day, or in a few.
            at_once = rng.uniform(0.002, 0.06) * share[-1]
            share = share + at_once * np.clip((t - rng.integers(10, days)) / rng.choice([0.5, 3]), 0, 1)
        size = float(np.round(np.exp(rng.normal(middle_size, 1.0)) + 400))
        counts = np.cumsum(rng.poisson(np.maximum(np.diff(share, prepend=0), 0) * size)).astype(float)
        series[f"{n:03d}"] = (*_reported(rng, first, counts, reporting), size)
    return Rollout(f"simulated {seed} ({'groups' if by_groups else 'word of mouth'}, {reporting})", series)


def _groups(rng, days: int, saturation: float):
    """Draws a territory whose people become eligible by groups: (pace, own, top, shift) → share on each day."""
    groups = int(rng.integers(1, 6))
    weights = rng.dirichlet(np.full(groups, 4.0))
    opened = np.sort(rng.uniform(0, rng.uniform(20, 0.6 * days), groups))
    opened -= opened[0]
    speed = np.exp(rng.normal(np.log(0.035), 0.5, groups))
    slow = rng.uniform(0.0, 0.5)
    most = min(np.exp(rng.normal(np.log(0.006), 0.5)), 0.012)
    capacity = most * (1.03 - np.exp(-((np.arange(days) / rng.uniform(20, 150)) ** 1.3)))
    uptake = np.clip(saturation + rng.uniform(0, 0.15) * (0.5 - np.arange(groups) / max(groups - 1, 1)), 0.3, 1.1)

    def share(pace, own, top, shift):
        left = np.outer(weights * uptake * top, [1 - slow, slow])
        at = opened + shift
        come = np.zeros(days)
        for day in range(days):
            eligible = np.clip((day - at) / 7, 0, 1)[:, None]
            wanted = left * eligible * np.outer(speed * own, [1, 0.12]) * pace[day]
            asked, limit = wanted.sum(), capacity[day] * own * pace[day]
            if asked > limit:
                wanted *= limit / asked
            left = np.maximum(left - wanted, 0)
            come[day] = wanted.sum()
        return np.cumsum(come)

    return share


def _word_of_mouth(rng, days: int, saturation: float):
    """Draws a territory in which those who came bring others: (pace, own, top, shift) → share on each day."""
    growth = 0.7 * np.exp(rng.normal(np.log(0.06), 0.45))
    shape = np.exp(rng.normal(-0.4, 0.5))
    start = np.exp(rng.normal(np.log(0.004), 0.8))

    def share(pace, own, top, shift):
        peak = saturation * top
        level = start * own * peak
        levels = np.zeros(days)
        for day in range(days):
            if day >= shift:
                come = growth * own**0.3 * level * (1 - (level / peak) ** shape) / max(shape, 0.3)
                level = min(level + min(come, 0.015) * pace[day], peak)
            levels[day] = level
        return levels - 0.9 * levels[0]

    return share


def _bumps(rng, days: int, often: float, log_size: float) -> np.ndarray:
    """A multiplier of the pace: stalls and campaigns of 5 to 50 days, with soft edges."""
    factor = np.zeros(days)
    for _ in range(rng.poisson(often)):
        start, length = rng.uniform(0, days), rng.uniform(5, 50)
        size = rng.normal(0, log_size)
        t = np.arange(days)
        factor += size / (1 + np.exp(-(t - start) / 2)) / (1 + np.exp((t - start - length) / 4))
    return np.exp(np.clip(factor, -4, 1.5))


def _common_pace(rng, days: int) -> np.ndarray:
    """What all share: stalls and campaigns, a slow drift, good and bad weeks, holidays."""
    drift = np.clip(np.cumsum(rng.normal(0, rng.uniform(0, 0.04), days)), -1, 1)
    weeks = np.repeat(rng.normal(0, rng.uniform(0, 0.3), days // 7 + 1), 7)[:days]
    for _ in range(rng.poisson(days / 90)):
        start = int(rng.integers(0, days))
        weeks[start : start + int(rng.integers(2, 9))] -= rng.uniform(0.3, 2.5)
    return _bumps(rng, days, rng.uniform(0, 5), 0.8) * np.exp(drift + weeks)


def _own_pace(rng, days: int, unrest: float) -> np.ndarray:
    """What one territory has of its own: stalls, campaigns, good and bad weeks."""
    weeks = np.repeat(rng.normal(0, 0.3 * unrest, days // 7 + 1), 7)[:days]
    return _bumps(rng, days, 3 * unrest, 0.8) * np.exp(weeks)


def _reported(rng, first, counts: np.ndarray, reporting: str) -> tuple[np.ndarray, np.ndarray]:
    """What of the true counts is reported, and how."""
    days = len(counts)
    if reporting == "weekly":
        at = np.arange(int(rng.integers(0, 7)), days, 7)
    elif reporting == "irregular":
        at = np.unique(np.cumsum(rng.choice([1, 1, 2, 3, 7, 12], days)))
        at = at[at < days]
    else:
        at = np.flatnonzero(rng.random(days) > rng.choice([0, 0.02, 0.1]))
    values = counts.copy()
    if reporting == "lumps":
        # The count stands still and catches up at the end of each stretch.
        ends = np.unique(np.append(np.cumsum(rng.integers(2, 13, days)), days - 1))
        ends = ends[ends < days]
        values = counts[np.maximum(ends[np.searchsorted(ends, np.arange(days), side="right") - 1], 0)]
        values[: ends[0]] = counts[0]
    values = values[at]
    for _ in range(rng.poisson(0.8)):  # A late correction: part of what was counted is taken back.
        n = int(rng.integers(1, len(values)))
        values[:n] = np.round(values[:n] * (1 + rng.uniform(0, 0.04)))
    for _ in range(rng.poisson(0.7)):  # A day counted twice, or half of it missing, mended the day after.
        values[int(rng.integers(1, len(values)))] *= rng.choice([0.5, 2.0, 0.0])
    return first + at * DAY, values


SHAPES = {
    "scarce at first": ((1, 2), (2, 5), (3, 12), (4, 28), (5, 45), (6, 56), (7, 62), (9, 68), (12, 75), (16, 77)),
    "in one wave": ((1, 2), (2, 4), (3, 14), (4, 40), (5, 52), (6, 57), (7, 59), (12, 62)),
    "long tail": ((1, 3), (2, 9), (4, 30), (5, 40), (6, 44), (8, 51), (9, 55), (12, 62), (15, 67), (22, 68)),
    "nearly all": ((1, 1), (2, 3), (4, 14), (5, 20), (6, 32), (7, 48), (8, 65), (10, 80), (12, 91), (18, 97)),
    "a year late": ((2, 2), (5, 7), (7, 18), (9, 37), (11, 58), (13, 75), (16, 84), (20, 87)),
    "few come": ((1, 1), (3, 2), (4, 3), (6, 5), (7, 9), (8, 14), (9, 17), (14, 20)),
    "register": ((1, 1), (3, 4), (5, 12), (6, 22), (8, 38), (9, 45), (11, 55), (13, 62), (20, 71)),
    "rush before the date": ((1, 2), (3, 8), (6, 24), (7, 40), (7.5, 60), (9, 66), (10, 68), (10.7, 80), (14, 82)),
    "campaigns": ((0.5, 20), (2, 30), (3, 32), (3.4, 48), (5, 52), (5.3, 62), (7, 65), (7.4, 72), (13, 76)),
    "stalls": ((1, 4), (3, 20), (3.2, 21), (5.2, 21.5), (7, 42), (8, 52), (9.5, 52.4), (10.5, 60), (15, 70)),
    "straight": ((1, 5), (4, 25), (8, 52), (11, 70), (12, 74), (18, 77)),
    "beyond all": ((1, 3), (2, 9), (4, 30), (5, 52), (7, 86), (9, 101), (11, 107), (14, 110)),
}
"""Invented courses: (months, percent of the reference population). Each is stretched and bent at random."""
STARTS_APART = (0, 5, 15, 45, 90)
"""Days by which the territories of one rollout begin apart."""


def shaped(shape: str, seed: int) -> Rollout:
    """A rollout that never was, along one of SHAPES; the same one for the same seed.

    Its territories go their own ways about it: sooner or later, faster or slower, further or less far, with good and
    bad fortnights, weekdays and noise, and here and there a stock of files that is entered at once and stays.
    """
    rng = np.random.default_rng(list(SHAPES).index(shape) * 100_003 + seed)
    months, shares = (np.array(column, dtype=float) for column in zip((0, 0), *SHAPES[shape], strict=True))
    months = np.append(0, np.cumsum(np.diff(months) * np.exp(rng.normal(0, 0.25, len(months) - 1))))
    steps = np.append(0, np.cumsum(np.diff(shares) * np.exp(rng.normal(0, 0.25, len(shares) - 1))))
    shares = steps / steps[-1] * shares[-1] / 100 * rng.uniform(0.85, 1.1)
    months *= rng.uniform(0.7, 1.25)
    days = int(30.4 * months[-1])
    t = np.arange(days)
    course = np.convolve(np.pad(np.interp(t / 30.4, months, shares), 10, mode="edge"), np.ones(21) / 21, "valid")
    reporting = str(rng.choice(["daily", "daily", "daily", "weekly", "irregular", "lumps"]))
    territories, apart = int(rng.choice([16, 21, 26, 36, 75, 300])), int(rng.choice(STARTS_APART))
    weekday = 1 + rng.uniform(0.2, 1) * np.array([0.2, 0.2, 0.2, 0.1, 0.2, -0.2, -0.8])
    stretch, reach, noise, unrest = (
        rng.uniform(*one) for one in ((0.02, 0.12), (0.04, 0.15), (0.05, 0.35), (0.1, 0.5))
    )
    first, middle_size = np.datetime64("2021-01-04"), rng.uniform(9, 12)
    series = {}
    for n in range(territories):
        own = t * np.exp(rng.normal(0, stretch)) - abs(rng.normal(0, apart))
        share = np.interp(own, t, course, left=0) * np.exp(rng.normal(0, reach))
        fortnights = np.repeat(rng.normal(0, unrest, days // 14 + 1), 14)[:days]
        added = np.diff(share, prepend=0) * weekday[t % 7] * np.exp(fortnights + rng.normal(0, noise, days))
        added *= share[-1] / max(added.sum(), 1e-9)
        size = float(np.round(np.exp(rng.normal(middle_size, 1.0)) + 500))
        dates, counts = _reported(rng, first, np.cumsum(rng.poisson(added * size)).astype(float), reporting)
        if rng.random() < 0.25 and len(counts) > 30:
            counts[int(rng.integers(10, len(counts))) :] += rng.uniform(0.005, 0.08) * counts[-1]
        series[f"{n:03d}"] = (dates, counts, size)
    return Rollout(f"{shape} {seed} ({reporting}, {territories}, {apart} days apart)", series)


# ------------------------------------------------------------------------------------------------------- the harness


@dataclass
class Truth:
    """Daily counts of every territory, spikes and dips taken out, from the first to the last day of the rollout."""

    first: np.datetime64
    counts: np.ndarray
    size: np.ndarray


def _unspiked(values: np.ndarray) -> np.ndarray:
    if len(values) < 7:
        return values
    middle = np.median(np.lib.stride_tricks.sliding_window_view(values, 7), axis=1)
    return np.concatenate([values[:3], middle, values[-3:]])


def truth_of(rollout: Rollout) -> Truth:
    """Each territory's count on each day: the last report up to it."""
    first = min(dates[0] for dates, _, _ in rollout.series.values())
    last = max(dates[-1] for dates, _, _ in rollout.series.values())
    days = first + np.arange((last - first) // DAY + 1) * DAY
    rows = []
    for dates, cumulative, _ in rollout.series.values():
        at = np.searchsorted(dates, days, side="right") - 1
        clean = _unspiked(cumulative)
        rows.append(np.where(at >= 0, clean[np.maximum(at, 0)], 0.0))
    return Truth(first, np.array(rows), np.array([size for _, _, size in rollout.series.values()]))


def origins_of(truth: Truth, every: int = 14, most: int = 12) -> list[int]:
    """Days (from the first) between 10 and 97 % of the final total, with at least 14 days to come."""
    total = truth.counts.sum(axis=0)
    days = np.flatnonzero((total >= 0.10 * total[-1]) & (total <= 0.97 * total[-1]))
    days = days[days <= len(total) - 1 - HORIZONS[0]]
    if not len(days):
        return []
    days = np.arange(days[0], days[-1] + 1, every)
    return list(days[np.unique(np.linspace(0, len(days) - 1, min(most, len(days))).round().astype(int))])


def known(rollout: Rollout, day: np.datetime64) -> dict:
    """The raw series up to a day, of the territories that have two reports by then."""
    panel = {}
    for code, (dates, cumulative, size) in rollout.series.items():
        n = int(np.searchsorted(dates, day, side="right"))
        if n >= 2:
            panel[code] = (dates[:n], cumulative[:n], size)
    return panel


def with_fault(series: tuple, fault: str) -> tuple:
    """The same series with its last report doubled, halved or missing."""
    dates, cumulative, size = series
    if fault == "none" or len(dates) < 4:
        return series
    if fault == "missing":
        return dates[:-1], cumulative[:-1], size
    cumulative = cumulative.copy()
    cumulative[-1] *= 2.0 if fault == "doubled" else 0.5
    return dates, cumulative, size


def plain_pace(dates: np.ndarray, cumulative: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """The last report carried on at the pace of the last 28 days, all of it believed."""
    at = max(int(np.searchsorted(dates, dates[-1] - 28 * DAY, side="right")) - 1, 0)
    span = max(int((dates[-1] - dates[at]) // DAY), 1)
    return cumulative[-1] + (cumulative[-1] - cumulative[at]) / span * ahead


@dataclass
class Score:
    """Sums over the cells of one rollout."""

    name: str
    error: dict = field(default_factory=dict)
    plain: dict = field(default_factory=dict)
    pinball: float = 0.0
    plain_pinball: float = 0.0
    inside: int = 0
    cells: int = 0
    late: list = field(default_factory=list)
    reach: list = field(default_factory=list)
    seconds: float = 0.0
    calls: int = 0

    @property
    def mae(self) -> float:
        return self.error["none"] / max(self.plain["none"], 1e-12)

    def of(self, *faults: str) -> float:
        return sum(self.error[f] for f in faults) / max(sum(self.plain[f] for f in faults), 1e-12)


def score(rollout: Rollout, faults=FAULTS, forecast=None, reach_date=None, with_panel: bool = True) -> Score:
    """Forecast every cell of a rollout and add up what went wrong."""
    forecast, reach_date = forecast or method.forecast, reach_date or method.reach_date
    truth, found = truth_of(rollout), Score(rollout.name, dict.fromkeys(FAULTS, 0.0), dict.fromkeys(FAULTS, 0.0))
    order = {code: n for n, code in enumerate(rollout.series)}
    for origin in origins_of(truth):
        clean = known(rollout, truth.first + int(origin) * DAY)
        for fault in faults:
            panel = {code: with_fault(series, fault) for code, series in clean.items()}
            given = panel if with_panel else None
            for code, (dates, cumulative, size) in panel.items():
                row = order[code]
                last = int((dates[-1] - truth.first) // DAY)
                ahead = np.array([h for h in HORIZONS if last + h < truth.counts.shape[1]], dtype=int)
                if not len(ahead):
                    continue
                start = time.process_time()
                middle, low, high = forecast(dates, cumulative, size, int(ahead[-1]), panel=given)
                found.seconds += time.process_time() - start
                found.calls += 1
                actual = truth.counts[row, last + ahead] / size
                middle, low, high = (path[ahead - 1] / size for path in (middle, low, high))
                plain = plain_pace(dates, cumulative, ahead) / size
                found.error[fault] += np.abs(middle - actual).sum()
                found.plain[fault] += np.abs(plain - actual).sum()
                if fault != "none":
                    continue
                for path, at in ((low, 0.1), (middle, 0.5), (high, 0.9)):
                    found.pinball += _pinball(actual - path, at)
                    found.plain_pinball += _pinball(actual - plain, at)
                found.inside += int(((low - 1e-9 <= actual) & (actual <= high + 1e-9)).sum())
                found.cells += len(ahead)
                found.late.extend((middle - actual)[ahead == 60])
                _score_reach(found, truth, row, last, (dates, cumulative, size), reach_date, given)
    return found


def _pinball(miss: np.ndarray, at: float) -> float:
    return float(np.maximum(at * miss, (at - 1) * miss).sum())


def _score_reach(found: Score, truth: Truth, row: int, last: int, series: tuple, reach_date, panel) -> None:
    dates, cumulative, size = series
    level = truth.counts[row, last] + 0.1 * size
    later = truth.counts[row, last + 1 : last + 1 + REACH_WITHIN]
    hits = np.flatnonzero(later >= level)
    if not len(hits) and len(later) < REACH_WITHIN:
        return
    actual = int(hits[0]) + 1 if len(hits) else None
    date = reach_date(dates, cumulative, size, float(level), panel=panel)[1]
    told = None if date is None else int((date - dates[-1]) // DAY)
    found.reach.append((actual, told))


def simulations(seeds) -> Iterator[Rollout]:
    return (simulated(seed) for seed in seeds)


@dataclass(frozen=True)
class Target:
    """One line of the table: a figure (NaN where there was nothing to measure), its bounds, whether it keeps them."""

    name: str
    value: float
    at_least: float
    at_most: float

    @property
    def ok(self) -> bool:
        return not (self.value < self.at_least or self.value > self.at_most)


def _mean(values: list) -> float:
    return float(np.mean(values)) if values else float("nan")


def targets(scores: list[Score]) -> list[Target]:
    """Every promise of the forecast, measured over a set of rollouts."""
    reach = [pair for found in scores for pair in found.reach]
    days = [abs((actual or REACH_WITHIN) - (told or REACH_WITHIN)) for actual, told in reach]
    promised = [told is not None for actual, told in reach if actual is None]
    missed = [told is None for actual, told in reach if actual is not None]
    cover = [found.inside / found.cells for found in scores]
    return [
        Target("mean absolute error, of the plain pace's", np.mean([max(f.mae, 0.4) for f in scores]), 0, 0.68),
        Target("the same, worst rollout", max(f.mae for f in scores), 0, 1.2),
        Target("pinball loss, of the plain pace's", np.mean([f.pinball / f.plain_pinball for f in scores]), 0, 0.58),
        Target("covered by the 80 % band", np.mean(cover), 0.74, 0.88),
        Target("the same, least covered rollout", min(cover), 0.60, 1),
        Target("the same, most covered rollout", max(cover), 0, 0.98),
        Target("bias at 60 days, points", 100 * _mean([np.mean(f.late) for f in scores if f.late]), -5, 5),
        Target("error after a doubled or halved day", np.mean([f.of("doubled", "halved") for f in scores]), 0, 0.12),
        Target("error after a missing day", np.mean([f.of("missing") for f in scores]), 0, np.inf),
        Target("day of the next +10 points, days off", _mean(days), 0, 21.5),
        Target("promised, and not reached", _mean(promised), 0, 0.15),
        Target("reached, and not promised", _mean(missed), 0, 0.20),
        Target(
            "milliseconds of work a call", 1e3 * sum(f.seconds for f in scores) / sum(f.calls for f in scores), 0, 5
        ),
    ]


def line(found: Score) -> str:
    """One rollout of the table."""
    late = 100 * _mean(found.late)
    return (
        f"  {found.name:<52}{found.mae:6.2f}{found.pinball / found.plain_pinball:6.2f}{found.inside / found.cells:6.2f}"
        f"{late:+7.1f}{found.of('doubled'):6.2f}{found.of('halved'):6.2f}{found.of('missing'):6.2f}"
    )


def main() -> int:
    """Score the folder's rollouts and the simulated ones; 0 when the folder's keep every bound."""
    parser = argparse.ArgumentParser(prog="python -m bench.forecast", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of Parquet files, one rollout each")
    parser.add_argument("--simulated", type=int, default=24, metavar="N", help="how many simulated rollouts as well")
    parser.add_argument("--shaped", type=int, default=2, metavar="N", help="how many of each shape as well")
    parser.add_argument("--seed", type=int, default=1000, help="of the first of them")
    parser.add_argument("--alone", action="store_true", help="do not tell the forecast of the other territories")
    asked = parser.parse_args()
    kept = True
    for title, rollouts in (
        (str(asked.folder), rollouts_of(asked.folder)),
        ("simulated", simulations(range(asked.seed, asked.seed + asked.simulated))),
        ("shaped", (shaped(shape, asked.seed + n) for shape in SHAPES for n in range(asked.shaped))),
    ):
        found = [score(rollout, with_panel=not asked.alone) for rollout in rollouts]
        found = [rollout for rollout in found if rollout.cells]
        if not found:
            continue
        print(f"{title}\n  {'':<52}{'error':>6}{'loss':>6}{'cover':>6}{'bias':>7}{'twice':>6}{'half':>6}{'gone':>6}")
        print("\n".join(line(rollout) for rollout in found))
        for target in targets(found):
            bound = f"{target.at_least:g} to {target.at_most:g}" if target.at_most < np.inf else "no bound"
            print(f"  {target.name:<46}{target.value:8.3f}  {bound:<14}{'ok' if target.ok else 'not'}")
        kept = kept and (title in ("simulated", "shaped") or all(target.ok for target in targets(found)))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
