"""Forecasts: what is expected of the counts that have a target, made once after each event and kept.

A forecast belongs to the cut up to which it was read, and is never changed, so that it can be compared with what came.
Nothing is computed at view: a view reads what was kept at its cut, of a last report that is not after its day.
"""

import json
import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, census, event, forecast, observation, rollup, series, territory
from queries.cuts import Keeper, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.frames import of_rows
from queries.methods import forecast as method
from queries.methods.path import next_milestone
from queries.promises import Target, count_of, in_force, rises, targets, word
from queries.stocks import Count, Stock, stocks
from queries.territories import KINGDOM, mixed, visible

EVERY, STEPS = 7, 26
"""A forecast is kept for every seventh day of half a year."""

KEPT = 6
"""How many of the last forecasts of a count say whether its verdict is steady."""

WITHIN = method.REACH_WITHIN
"""Days ahead after which no date is told."""

HORIZONS = (14, 28, 56)
"""Days ahead at which forecasts are compared with what came."""

JUDGED_DAYS = 400
"""Forecasts whose last report is older are no longer judged."""

NEAR = 10
"""What came on a day is read between two figures at most so many days from it."""

_ALWAYS = 1 << 20
_PART = 500
_CENSUS = ("person", "household")


@dataclass(frozen=True)
class Kept:
    """A forecast as it was kept. event: the cut up to which it was read; origin: the last day reported; value: that
    report; believed: what was believed by then; history: days from the first report to the last.

    median, low, high: the count on every EVERYth day after the origin; empty where nothing can be said. reach: what was
    asked of it, (level, by, early, on, late, probability), None for what is not told. target: (due, value) in force on
    the origin, and the verdict on it; None and empty without one.
    """

    event: int
    origin: int
    value: float
    believed: float
    history: int
    source: str
    median: tuple[int, ...] = ()
    low: tuple[int, ...] = ()
    high: tuple[int, ...] = ()
    reach: tuple[tuple, ...] = ()
    target: tuple[int, int] | None = None
    verdict: str = ""

    def reached(self, level: float) -> tuple[float, float, float]:
        """The days (early, on, late) on which `level` is reached, NaN when not within WITHIN days."""
        for asked, _, early, on, late, _ in self.reach:
            if asked == level:
                return tuple(math.nan if day is None else float(day) for day in (early, on, late))
        return tuple(self._crossing(path, level) for path in (self.high, self.median, self.low))

    def probability(self, level: float, by: int) -> float:
        """The probability that `level` is reached by the day `by`, NaN when it was not told."""
        told = (one[5] for one in self.reach if one[0] == level and one[1] == by)
        found = next(told, None)
        return math.nan if found is None else float(found)

    def _crossing(self, path: Sequence[int], level: float) -> float:
        if not path:
            return math.nan
        values = np.array([self.believed, *path], dtype=float)
        hit = np.flatnonzero(values >= level)
        if not hit.size:
            return math.nan
        at = int(hit[0])
        if not at:
            return float(self.origin)
        rise = (level - values[at - 1]) / (values[at] - values[at - 1])
        ahead = math.ceil(EVERY * (at - 1 + rise))
        return float(self.origin + ahead) if ahead <= WITHIN else math.nan


# ------------------------------------------------------------------------------------------------------------ reading


def stored(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    counts: Collection[tuple[str, str]],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> dict[Count, list[Kept]]:
    """The last forecasts of each count (step, unit) in each territory, the newest first, at most KEPT of them.

    Of those made at or before `cut` from reports up to the day `on`; of territories that the reader may not see, and of
    totals above him that tell one territory apart, there are none.
    """
    known = known or definitions(engine, cut=cut)
    rows = []
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        above = None if seen is None else mixed(connection, scope=scope)
        for at in range(0, len(territories), _PART):
            asked = {"on": on, "cut": cut, "steps": sorted({step for step, _ in counts}), "kept": KEPT}
            asked["territories"] = list(territories[at : at + _PART])
            rows += [row for row in connection.execute(_last(), asked) if (row.step, row.unit) in counts]
    if not rows:
        return {}
    told = [_kept(row) for row in rows]
    frame = pd.DataFrame(
        {
            "territory_code": [row.territory for row in rows],
            "source": [one.source for one in told],
            "value": [one.believed for one in told],
        }
    )
    frame = released(frame, seen=seen, open_sources=known.public_sources, mixed=above)
    found: dict[Count, list[Kept]] = {}
    for at in frame.index[frame["state"] == "shown"]:
        row = rows[at]
        found.setdefault((row.territory, row.step, row.unit), []).append(told[at])
    return found


@cache
def _last() -> sa.Select:
    """The last rows of each count, newest first; parameters `territories`, `steps`, `on`, `cut` and `kept`."""
    place = sa.func.row_number().over(
        partition_by=(forecast.c.territory, forecast.c.step, forecast.c.unit), order_by=forecast.c.event.desc()
    )
    inner = (
        sa.select(forecast, place.label("place"))
        .where(
            forecast.c.territory.in_(parameters("territories")),
            forecast.c.step.in_(parameters("steps")),
            forecast.c.event <= parameter("cut"),
            forecast.c.origin <= parameter("on"),
        )
        .subquery()
    )
    return sa.select(inner).where(inner.c.place <= parameter("kept")).order_by(inner.c.event.desc())


def _kept(row: sa.Row) -> Kept:
    body = json.loads(row.body)
    told = body.get("target")
    return Kept(
        event=row.event,
        origin=row.origin,
        value=float(row.value),
        believed=float(row.believed),
        history=row.history,
        source=body.get("source", ""),
        median=tuple(body.get("median", ())),
        low=tuple(body.get("low", ())),
        high=tuple(body.get("high", ())),
        reach=tuple(map(tuple, body.get("reach", ()))),
        target=(told[0], told[1]) if told else None,
        verdict=body.get("verdict", ""),
    )


def newest(engine: sa.Engine, *, cut: int | None = None) -> tuple[int, int]:
    """The last cut that forecasts were kept for, and how many were: what a kept answer depends on besides its cut.

    cut: of those kept for a cut up to this one.
    """
    with engine.connect() as connection:
        return tuple(connection.execute(_NEWEST, {"cut": _ALWAYS if cut is None else cut}).one())


def _newest() -> sa.Select:
    until = forecast.c.event <= sa.bindparam("cut")
    last = sa.select(sa.func.coalesce(sa.func.max(forecast.c.event), 0)).where(until).scalar_subquery()
    return sa.select(last, sa.func.count()).select_from(forecast).where(forecast.c.event == last)


_NEWEST = _newest()


def newest_of_steps(engine: sa.Engine, *, cut: int) -> dict[str, tuple[int, int]]:
    """For each step that has forecasts made at or before `cut`: the last cut among them, and how many there are."""
    now = newest(engine, cut=cut)
    found = _by_step.get(engine, (cut, now))
    if found is None:
        with engine.connect() as connection:
            found = {step: (last, many) for step, last, many in connection.execute(_BY_STEP, {"cut": cut})}
        _by_step.keep(engine, {(cut, now): found})
    return found


_by_step: Keeper = Keeper(16)
_BY_STEP = (
    sa.select(forecast.c.step, sa.func.max(forecast.c.event), sa.func.count())
    .where(forecast.c.event <= sa.bindparam("cut"))
    .group_by(forecast.c.step)
)


# ------------------------------------------------------------------------------------------------------------- making


BACK = 12
"""Before the first forecasts, those of so many of the last files received are made up for: a date that is told is worth
more where it can be seen how good the last ones were."""


def open_cuts(engine: sa.Engine, *, cut: int) -> list[int]:
    """The cuts that forecasts are to be made for, oldest first: the last one, and before the first ones BACK more."""
    return [cut] if newest(engine)[0] else [*last_files(engine, cut=cut, many=BACK), cut]


def last_files(engine: sa.Engine, *, cut: int, many: int) -> list[int]:
    """The events of the last files received before the cut, the oldest first."""
    statement = (
        sa.select(event.c.number)
        .where(event.c.kind == "import", event.c.number < cut)
        .order_by(event.c.number.desc())
        .limit(many)
    )
    with engine.connect() as connection:
        return sorted(connection.execute(statement).scalars())


def due_series(engine: sa.Engine, *, cut: int, known: Definitions | None = None) -> list[Count]:
    """The stocks (territory, step, unit) that need a forecast at `cut`.

    Of the steps that have a target somewhere: what an event has touched since the last forecasts of the step, the sums
    above it, and what a target has been set for or changed since.
    """
    known = known or definitions(engine, cut=cut)
    found: set[Count] = set()
    with engine.connect() as connection:
        held = targets(connection, cut=cut, known=known)
        by_count: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for (indicator, code), told in held.items():
            definition = known.indicators[indicator]
            if rises(definition):
                newest = max(one.event for one in told)
                by_count.setdefault(count_of(definition), []).append((code, newest))
        done = {(step, unit): number for step, unit, number in connection.execute(_DONE, {"cut": cut})}
        for (step, unit), promised in by_count.items():
            after = done.get((step, unit), 0)
            asked = {"step": step, "unit": unit, "after": after, "cut": cut}
            touched = set(connection.execute(_touched(), asked).scalars())
            newly = {code for code, number in promised if number > after}
            if newly - touched:
                there = set(connection.execute(_touched(), asked | {"after": 0}).scalars())
                touched |= newly & there
            found |= {(code, step, unit) for code in touched}
    return sorted(found, key=lambda one: (one[1], one[2], one[0]))


_DONE = (
    sa.select(forecast.c.step, forecast.c.unit, sa.func.max(forecast.c.event))
    .where(forecast.c.event <= sa.bindparam("cut"))
    .group_by(forecast.c.step, forecast.c.unit)
)


@cache
def _touched() -> sa.Select:
    """The territories whose stock an event after `after`, up to `cut`, has said anything of."""

    def said(table: sa.Table) -> sa.Exists:
        inside = (table.c.event > parameter("after")) & (table.c.event <= parameter("cut"))
        return sa.exists().where(table.c.series == series.c.id, inside)

    return (
        sa.select(series.c.territory)
        .distinct()
        .where(
            series.c.step == sa.bindparam("step"),
            series.c.unit == sa.bindparam("unit"),
            series.c.measure == "stock",
            *(series.c[name] == ALL for name in BREAKDOWNS),
            sa.or_(said(observation), said(rollup)),
        )
    )


def foreseen(
    engine: sa.Engine,
    *,
    cut: int,
    counts: Iterable[Count],
    known: Definitions | None = None,
    pause: Callable[[], None] | None = None,
) -> list[dict[str, Any]]:
    """The forecasts of these stocks as known at `cut`: rows for the table `forecast`.

    The reference population is the census of the territory that was published by the last day reported, for persons and
    households; for other units, and where there is no census, the target. Without either, and of a single report,
    nothing is foreseen, and the row says so by holding no path. The other territories of the rollout are those of the
    same level in the same prefecture; for prefectures and what is above them, all prefectures. pause: called between
    two stocks.
    """
    known = known or definitions(engine, cut=cut)
    wanted: dict[tuple[str, str], list[str]] = {}
    for code, step, unit in counts:
        wanted.setdefault((step, unit), []).append(code)
    rows: list[dict[str, Any]] = []
    if not wanted:
        return rows
    with engine.connect() as connection:
        places = {code: (parent, level) for code, parent, level in connection.execute(_PLACES)}
        held = targets(connection, cut=cut, known=known)
        counted = _censuses(connection)
    groups = _groups(places)
    for (step, unit), codes in wanted.items():
        beside = {code for key in {groups.get(code) for code in codes} for code in _members(groups, places, key)}
        told = stocks(
            engine,
            counts={(step, unit)},
            territories=sorted(beside | set(codes)),
            on=_ALWAYS,
            cut=cut,
            scope=KINGDOM,
            known=known,
        )
        mine = {code: one for (code, _, _), one in told.items()}
        promised = _promised(held, known, step, unit)
        maker = _Maker(known, step, unit, mine, promised, counted, groups, places)
        # Those that share a panel one after the other: what a panel says is kept while it is the same.
        for code in sorted(codes, key=lambda one: (groups.get(one, ("", "")), one)):
            if code in mine:
                rows.append(maker.row(code) | {"territory": code, "step": step, "unit": unit, "event": cut})
            if pause is not None:
                pause()
    return rows


_PLACES = sa.select(territory.c.code, territory.c.parent, territory.c.level)


def _groups(places: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """For each territory the level and the prefecture of those that it is compared with."""
    found = {}
    for code, (_, level) in places.items():
        above = code
        while above in places and places[above][1] != "prefecture" and places[above][0]:
            above = places[above][0]
        under = places.get(above, ("", ""))[1] == "prefecture" and above != code
        found[code] = (level, above) if under else ("prefecture", "")
    return found


def _members(groups: Mapping, places: Mapping, key: tuple[str, str] | None) -> list[str]:
    return [code for code, one in groups.items() if one == key and places[code][1] == (key or ("",))[0]]


def _censuses(connection: sa.Connection) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(territory, unit) → (day of publication, count), oldest first."""
    statement = sa.select(census.c.territory, census.c.unit, census.c.published_on, census.c.value)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for code, unit, published, value in connection.execute(statement.order_by(census.c.year)):
        found.setdefault((code, unit), []).append((published, value))
    return found


def _promised(held: Mapping, known: Definitions, step: str, unit: str) -> dict[str, list[tuple[Target, dict]]]:
    """The targets of one count by territory, each with its indicator's definition."""
    found: dict[str, list[tuple[Target, dict]]] = {}
    for (indicator, code), told in held.items():
        definition = known.indicators[indicator]
        if count_of(definition) == (step, unit) and rises(definition):
            found.setdefault(code, []).extend((one, definition) for one in told)
    return found


class _Maker:
    """What makes the forecasts of one count."""

    def __init__(self, known, step, unit, told: dict[str, Stock], promised, counted, groups, places):
        self.known, self.step, self.unit = known, step, unit
        self.told, self.promised, self.counted, self.groups = told, promised, counted, groups
        self.inside: dict[tuple[str, str], list[str]] = {}
        for code in told:
            if places[code][1] == groups[code][0]:
                self.inside.setdefault(groups[code], []).append(code)
        self.panels: dict[tuple, dict] = {}

    def row(self, code: str) -> dict[str, Any]:
        """The forecast of one territory, without its key."""
        one = self.told[code]
        dates = one.days.astype("datetime64[D]")
        origin = int(one.days[-1])
        mine = [target for target, _ in self.promised.get(code, ())]
        target = in_force(mine, on=origin)
        # One report says how many, and nothing of where it goes.
        size = self.size(code, origin, target) if len(one.days) > 1 else 0.0
        body: dict[str, Any] = {"every": EVERY, "source": one.source}
        at = one.last_believed
        probability = math.nan
        if size:
            panel = self.panel(code, origin)
            paths = method.forecast(dates, one.values, size, EVERY * STEPS, panel)
            for name, path in zip(("median", "low", "high"), paths, strict=True):
                body[name] = np.rint(path[EVERY - 1 :: EVERY]).astype(int).tolist()
            body["denominator"] = int(size)
            body["reach"] = []
            for level, by in self.asked(target, origin):
                days = method.reach_date(dates, one.values, size, level, panel)
                chance = method.reach_probability(dates, one.values, size, level, np.datetime64(by, "D"), panel)
                told = [None if day is None else int(day.astype(np.int64)) for day in days]
                body["reach"].append([level, by, *told, None if math.isnan(chance) else round(chance, 4)])
                if level == target.value:
                    probability = chance
        if target is not None:
            step = self.known.steps.get(self.step, {})
            definition = self.known.indicators[target.indicator]
            body["target"] = [target.due, target.value]
            body["verdict"] = word(
                target,
                actual=float(one.believed[at]),
                on_date=int(one.days[at]),
                on=origin,
                probability=probability,
                higher_is_better=rises(definition),
                held_elsewhere=not step.get("prefecture_can_act", False),
            ).code
        return {
            "origin": origin,
            "value": int(one.values[-1]),
            "believed": int(round(one.believed[at])),
            "history": origin - int(one.days[0]),
            "body": json.dumps(body, separators=(",", ":")),
        }

    def size(self, code: str, origin: int, target: Target | None) -> float:
        """The reference population on a day; 0 when there is none."""
        if self.unit in _CENSUS:
            for published, count in reversed(self.counted.get((code, self.unit), [])):
                if published <= origin:
                    return float(count)
        return float(target.value) if target is not None else 0.0

    def panel(self, code: str, origin: int) -> dict:
        """The other territories of the rollout up to a day, itself among them where it is one of them."""
        key = (self.groups[code], origin)
        if key not in self.panels:
            # As many as are needed at once: those of one group share few last days.
            if len(self.panels) > 4:
                self.panels.clear()
            found = {}
            for other in self.inside.get(self.groups[code], ()):
                one = self.told[other].until(origin)
                target = in_force((target for target, _ in self.promised.get(other, ())), on=origin)
                size = self.size(other, origin, target)
                if one is not None and size:
                    found[other] = (one.days.astype("datetime64[D]"), one.values, size)
            self.panels[key] = found
        return self.panels[key]

    def asked(self, target: Target | None, origin: int) -> list[tuple[int, int]]:
        """(level, by) of the next milestone and of the target."""
        if target is None:
            return []
        found = [(target.value, target.due)]
        stage = next_milestone(target.plan, on=origin)
        if stage is not None and stage[0] != target.due:
            found.insert(0, (int(stage[1]), stage[0]))
        return found


# ------------------------------------------------------------------------------------------------------------ judging


JUDGED_COLUMNS = ["indicator", "step", "unit", "horizon", "n", "median_error", "inside_share", "bias", "first", "last"]


def judged(engine: sa.Engine, *, cut: int, scope: str, known: Definitions | None = None) -> pd.DataFrame:
    """How good the forecasts of earlier cuts have been, as far as it is known at `cut` what came.

    One row per indicator and horizon (days ahead): step, unit; n (forecasts compared); median_error (the median of how
    far the forecast was from what came, as a share of what came); inside_share (0 to 1, how often the 80 % band held
    what came); bias (the mean error with its sign, as a share of what came: above 0, too much was foreseen); first,
    last (days: of the last reports that the forecasts rest on). One forecast is compared for each last report, the
    newest; what came is read between the two figures that are believed around the day. Of what the reader may see.
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        rows = connection.execute(_made(), {"cut": cut, "days": JUDGED_DAYS}).all()
    counts = {(row.step, row.unit) for row in rows}
    by_count = {count_of(body): [] for body in known.indicators.values() if count_of(body) in counts}
    for indicator, body in known.indicators.items():
        if count_of(body) in by_count:
            by_count[count_of(body)].append(indicator)
    rows = [row for row in rows if (row.step, row.unit) in by_count]
    # Of forecasts of one last report the newest: an event that confirms a figure is no second forecast.
    newest = {(row.territory, row.step, row.unit, row.origin): row for row in sorted(rows, key=lambda r: r.event)}
    # Of what rests on the newest reports nothing has come yet.
    known_until = max((row.origin for row in rows), default=0) + NEAR
    newest = {key: row for key, row in newest.items() if row.origin + HORIZONS[0] <= known_until}
    codes = sorted({key[0] for key in newest})
    told = stocks(engine, counts=set(by_count), territories=codes, on=_ALWAYS, cut=cut, scope=scope, known=known)
    errors: dict[tuple[str, str, int], list[tuple[float, bool, int]]] = {}
    for (code, step, unit, origin), row in newest.items():
        one = told.get((code, step, unit))
        made = _kept(row)
        if one is None or not made.median or one.source != made.source:
            continue
        for horizon in HORIZONS:
            came = _came(one, origin + horizon)
            place = horizon // EVERY - 1
            if came is not None and came > 0:
                inside = made.low[place] <= came <= made.high[place]
                error = (made.median[place] - came) / came
                errors.setdefault((step, unit, horizon), []).append((error, inside, origin))
    found = []
    for (step, unit, horizon), told_errors in errors.items():
        off, inside, origins = (np.array(part) for part in zip(*told_errors, strict=True))
        said = (
            len(off),
            float(np.median(np.abs(off))),
            float(np.mean(inside)),
            float(np.mean(off)),
            int(origins.min()),
            int(origins.max()),
        )
        found += [(indicator, step, unit, horizon, *said) for indicator in by_count[step, unit]]
    order = {indicator: at for at, indicator in enumerate(known.indicators)}
    found.sort(key=lambda row: (order[row[0]], row[3]))
    return of_rows(found, JUDGED_COLUMNS)


def _came(one: Stock, day: int) -> float | None:
    """What had come by a day, between the believed figures around it; None when they are too far from it."""
    good = ~np.isnan(one.believed)
    days, values = one.days[good], one.believed[good]
    after = int(np.searchsorted(days, day))
    if after == len(days) or days[after] - day > NEAR:
        return None
    if days[after] == day:
        return float(values[after])
    if not after or day - days[after - 1] > NEAR:
        return None
    return float(np.interp(day, days[after - 1 : after + 1], values[after - 1 : after + 1]))


@cache
def _made() -> sa.Select:
    """The forecasts made by `cut` whose last report is at most `days` older than the newest of all."""
    inside = forecast.c.event <= parameter("cut")
    newest = sa.select(sa.func.max(forecast.c.origin)).where(inside).scalar_subquery()
    return sa.select(forecast).where(inside, forecast.c.origin >= newest - parameter("days"))
