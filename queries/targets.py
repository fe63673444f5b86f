"""Targets: where counts stand beside what was promised, the pace it needs, who carries the gap, what is worth an alert.

Definitions. *Actual*: the stock that `queries.figures` shows, unless its last report is not believed
(`queries.methods.forecast.believed`); then the last one that is. *Planned*: what the path promised for the day of the
actual. *Gap*: the actual less the planned, turned so that it is above 0 where the count is ahead. Pace, verdict and
their edge cases are those of `queries.methods`. A sum over some of the children only is compared with nothing.
"""

import math
from collections import namedtuple
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import event, milestone, series, target
from queries import forecasts
from queries.cuts import parameter
from queries.definitions import Definitions, definitions
from queries.figures import COLUMNS as FIGURE_COLUMNS
from queries.figures import figures, is_partial, spoken
from queries.frames import of_rows
from queries.methods import pace as method
from queries.methods import verdict as verdicts
from queries.methods.path import STEPPED, exact, in_units, next_milestone, planned, split
from queries.promises import Target, count_of, in_force, rises, shared, targets, word
from queries.situation import census_counts, has_begun
from queries.sources import board
from queries.stocks import STALE_AFTER, TAIL, Count, Stock, stocks
from queries.territories import children as children_of
from queries.territories import level_of, lineage, members, visible

PROGRESS_COLUMNS = [
    "indicator",
    "programme",
    "step",
    "unit",
    "territory_code",
    "target",
    "starts",
    "due",
    "start_value",
    "path",
    "set_by",
    "target_source",
    "target_address",
    "target_event",
    "planned",
    "planned_today",
    "on_date",
    "actual",
    "reported",
    "reported_on",
    "gap",
    "gap_before",
    "remaining",
    "working_days",
    "needed_per_day",
    "recent_per_day",
    "recent_from",
    "recent_to",
    "times",
    "pace_state",
    "verdict",
    "verdict_now",
    "direction",
    "since",
    "milestone",
    "milestone_due",
    "milestone_early",
    "milestone_on",
    "milestone_late",
    "reach_early",
    "reach_on",
    "reach_late",
    "probability",
    "foreseen_from",
    "doubted",
    "recomputing",
    "body",
    "held_elsewhere",
    "late",
    "source",
    "reporting",
    "expected",
    "state",
]
_FLOATS = (
    "target",
    "starts",
    "due",
    "start_value",
    "target_event",
    "planned",
    "planned_today",
    "on_date",
    "actual",
    "reported",
    "reported_on",
    "gap",
    "gap_before",
    "remaining",
    "working_days",
    "needed_per_day",
    "recent_per_day",
    "recent_from",
    "recent_to",
    "times",
    "since",
    "milestone",
    "milestone_due",
    "milestone_early",
    "milestone_on",
    "milestone_late",
    "reach_early",
    "reach_on",
    "reach_late",
    "probability",
    "foreseen_from",
    "gap_part",
)

Standing = namedtuple("Standing", PROGRESS_COLUMNS)
"""A row of `progress`."""

NEEDED_TAIL = 80
"""Days before the last figure that the pace looks at; more of them would only be made into fractions."""

OTHER = "other"
"""The code of the row for all children that the reader may not see."""

NOT_ATTRIBUTABLE = ""
"""The code of the row for what the children's figures do not explain."""


def progress(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
    foresee: bool = True,
    found: pd.DataFrame | None = None,
    indicators: Collection[str] = (),
    shares: bool = False,
    only: Collection[str] | None = None,
) -> pd.DataFrame:
    """Where each count stands beside its target on the day `on`, as known at `cut`.

    One row per indicator and territory that has a target in force on the day (the nearest due date that is not over,
    else the last one), by programme, then indicator, then in the order of `territories`. Days are whole days since
    1970-01-01, counts and paces floats, NaN for what there is not:

    indicator, programme, step, unit, territory_code: what is counted, where
    target, due: how many by when; starts, start_value: where the path begins; path: linear, stepped, milestones;
        set_by: assigned, adopted, announced, arithmetical; target_source, target_address, target_event: who said it
    actual, on_date: the last figure believed, and its day; reported, reported_on: the figure as `queries.figures` shows
        it, which is another one where doubted (the last report is not believed)
    planned: promised for on_date; planned_today: promised for the day `on`
    gap: ahead of planned from 0, short below 0; gap_before: the same about four weeks (25 to 45 days) before on_date
    direction: closing, widening, stable, of a shortfall, from the day `since`; else empty
    remaining; working_days: days left after `on`; needed_per_day, recent_per_day: per working day, a day of Ramadan
        being a share of one; recent_from, recent_to: the days of the figures that the recent pace lies between;
        times: needed over recent; pace_state: a code of `queries.methods.pace`
    verdict_now: what the figures say (a code of `queries.methods.verdict`); verdict: what is shown, which moves when
        two events in a row say so, and never against the sign of the gap
    milestone, milestone_due: the next stage of the path after on_date, NaN when the target is next
    milestone_early, milestone_on, milestone_late, reach_early, reach_on, reach_late: the days on which the stage and
        the target are reached, with an 80 % band, NaN when not within 120 days; where the target is met, reach_on is
        the day on which it was, as far as it is known
    probability: 0 to 1 that the target is reached by its date, NaN below twelve weeks of history
    foreseen_from: the last day that the forecast rests on, NaN when there is none; recomputing: what is known has
        changed since it was made
    body: who holds the step; held_elsewhere: the prefecture cannot act; late: the figure is older than `stale_after`
    source, reporting, expected: of the figure, as in `queries.figures`
    state: shown, withheld, missing, or not_applicable when the step had not begun there

    Nothing that would tell a withheld count is told. Of a territory that the reader may not see there is a row only
    where anyone may read the source of its target. `foresee`: with the forecasts. found: the answer of
    `queries.figures` for these territories and the same day, cut and reader, where it has been read already.
    indicators: these have a row also where nothing was promised, with verdict no_target, the count and its recent pace.
    shares: where nothing was promised of a territory, its arithmetical share of what was promised of the nearest one
    above it. only: of these indicators alone.
    """
    told = standings(
        engine,
        territories=territories,
        on=on,
        cut=cut,
        scope=scope,
        known=known,
        foresee=foresee,
        found=found,
        indicators=indicators,
        shares=shares,
        only=only,
    )
    return of_rows(told, PROGRESS_COLUMNS, floats=[name for name in PROGRESS_COLUMNS if name in _FLOATS])


def standings(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
    foresee: bool = True,
    found: pd.DataFrame | None = None,
    indicators: Collection[str] = (),
    shares: bool = False,
    only: Collection[str] | None = None,
) -> list[Standing]:
    """The rows of `progress`: a frame of so many columns takes longer to make than they take to find."""
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        held = targets(connection, cut=cut, known=known, territories=territories)
    read = _Reader(engine, known, on=on, cut=cut, scope=scope, seen=seen, foresee=foresee, found=found)
    wanted = []
    for indicator in _ordered(known):
        if only is not None and indicator not in only:
            continue
        for code in territories:
            one = in_force(held.get((indicator, code), ()), on=on)
            if one is None and shares:
                one = read.inherited(indicator, code)
            if one is not None and not read.may_see(one):
                continue
            if one is not None or (indicator in indicators and (seen is None or code in seen)):
                wanted.append(_Wanted(indicator, code, one))
    return [
        Standing._make(float(row[name]) if name in _FLOATS else row[name] for name in PROGRESS_COLUMNS)
        for row in read.rows(wanted)
    ]


def _ordered(known: Definitions) -> list[str]:
    """Indicators by programme, each programme's headline first."""
    return [i["id"] for p in known.ordered_programmes for i in known.indicators_of(p["id"])]


def _frame(rows: Iterable[dict[str, Any]], more: Sequence[str] = ()) -> pd.DataFrame:
    names = [*PROGRESS_COLUMNS, *more]
    return of_rows(([row[name] for name in names] for row in rows), names, floats=[n for n in names if n in _FLOATS])


@dataclass(frozen=True)
class _Wanted:
    """A count that is looked at beside its target, or without one."""

    indicator: str
    territory: str
    target: Target | None


class _Reader:
    """What reads the figures, the histories and the forecasts that stand beside some targets, for one reader."""

    def __init__(self, engine, known: Definitions, *, on: int, cut: int, scope: str, seen, foresee=True, found=None):
        self.engine, self.known, self.on, self.cut, self.scope = engine, known, on, cut, scope
        self.seen, self.foresee, self.found = seen, foresee, found
        self.asked = {"on": on, "cut": cut, "scope": scope, "known": known}

    def may_see(self, one: Target) -> bool:
        """Whether the reader may know of a target."""
        return self.seen is None or one.territory in self.seen or one.source in self.known.public_sources

    def inherited(self, indicator: str, code: str) -> Target | None:
        """The target of a territory, else its arithmetical share of that of the nearest territory above it."""
        with self.engine.connect() as connection:
            line = lineage(connection, of=code)
            held = targets(connection, cut=self.cut, known=self.known, territories=line)
            below = {above: children_of(connection, of=above) for above in line[:-1]}
        one, shares = None, {}
        for place in line:
            own = in_force(held.get((indicator, place), ()), on=self.on)
            if own is not None and self.may_see(own):
                one = own
            elif place in shares:
                one = shares[place]
            elif shares and place != code:
                # A region on the way from the kingdom to its prefectures.
                continue
            elif shares:
                one = _together(code, [shares[child] for child in self._inside(code) if child in shares])
            if one is not None and place != code:
                shares = _shares(self.engine, one, below[place], by=None, **self.asked)
        return one if one is not None and one.territory == code else None

    def _inside(self, code: str) -> tuple[str, ...]:
        with self.engine.connect() as connection:
            return children_of(connection, of=code)

    def rows(self, wanted: Sequence[_Wanted]) -> list[dict[str, Any]]:
        """A row of PROGRESS_COLUMNS for each count."""
        if not wanted:
            return []
        codes = list(dict.fromkeys(one.territory for one in wanted))
        counts = {count_of(self.known.indicators[one.indicator]) for one in wanted}
        where = sa.and_(series.c.territory.in_(codes), series.c.step.in_(sorted({step for step, _ in counts})))
        said = figures(self.engine, where=where, with_change=False, **self.asked) if self.found is None else self.found
        figure = spoken(said[FIGURE_COLUMNS])
        speaking = {key: row.source for key, row in figure.items()}
        read = {"territories": codes, "counts": counts}
        told = stocks(self.engine, **read, **self.asked, since=self.on - TAIL, speaking=speaking)
        kept = forecasts.stored(self.engine, **read, **self.asked) if self.foresee else {}
        found = []
        for one in wanted:
            key = (one.territory, *count_of(self.known.indicators[one.indicator]))
            found.append(self._row(one, key, figure.get(key), told.get(key), kept.get(key, [])))
        self._met_on(found)
        return found

    def _row(self, wanted: _Wanted, key: Count, figure, told: Stock | None, kept: list[forecasts.Kept]) -> dict:
        _, step, unit = key
        one, body = wanted.target, self.known.steps.get(step, {})
        held_elsewhere = not body.get("prefecture_can_act", False)
        row = _NOTHING | {
            "indicator": wanted.indicator,
            "programme": self.known.indicators[wanted.indicator]["programme"],
            "step": step,
            "unit": unit,
            "territory_code": wanted.territory,
            "verdict": _without_count(one),
            "verdict_now": _without_count(one),
            "body": body.get("body", ""),
            "held_elsewhere": held_elsewhere,
            "state": self._without_figure(wanted.territory, step),
        }
        if one is not None:
            row |= {
                "target": one.value,
                "starts": one.starts,
                "due": one.due,
                "start_value": one.start_value,
                "path": one.path,
                "set_by": one.set_by,
                "target_source": one.source,
                "target_address": one.address,
                "target_event": one.event,
                "planned_today": float(planned(one.plan, on=self.on)),
            }
        if figure is None or figure.measure != "stock":
            return row
        for name in ("late", "source", "reporting", "expected", "state"):
            row[name] = getattr(figure, name)
        if figure.state != "shown":
            return row
        row |= {"reported": figure.value, "reported_on": figure.on_date}
        if is_partial(figure):
            return row | {"actual": figure.value, "on_date": figure.on_date}
        return row | self._reckoned(wanted, _up_to(told, figure), kept, held_elsewhere)

    def _without_figure(self, code: str, step: str) -> str:
        if not has_begun(self.known, step=step, code=code, on=self.on):
            return "not_applicable"
        # Nothing is known of what the reader may not see: not even that it is missing.
        return "missing" if self.seen is None or code in self.seen else "withheld"

    def _reckoned(self, wanted: _Wanted, stock: Stock, kept: list[forecasts.Kept], held_elsewhere: bool) -> dict:
        """What follows from a count, and from its target where it has one."""
        one, higher = wanted.target, rises(self.known.indicators[wanted.indicator])
        at = stock.last_believed
        tail = slice(int(np.searchsorted(stock.days, stock.days[at] - NEEDED_TAIL)), None)
        pace = method.pace(
            stock.days[tail],
            stock.values[tail],
            believed=stock.believed[tail],
            on=self.on,
            target=None if one is None else one.value,
            due=None if one is None else one.due,
            higher_is_better=higher,
            **self.known.working,
        )
        day, actual = int(stock.days[at]), float(stock.believed[at])
        found: dict[str, Any] = {
            "on_date": day,
            "actual": actual,
            "remaining": _float(pace.remaining),
            "working_days": _float(pace.working_days_left),
            "needed_per_day": _float(pace.needed),
            "recent_per_day": _float(pace.recent.per_day),
            "recent_from": _float(pace.recent.from_date),
            "recent_to": _float(pace.recent.to_date),
            "times": _float(pace.times),
            "pace_state": pace.state,
            "doubted": stock.is_doubted,
        }
        last = kept[0] if kept and kept[0].source == stock.source else None
        found["recomputing"] = last is not None and stock.event > last.event
        if found["recomputing"] and day - last.origin > OUTLIVED:
            last = None
        if last is not None:
            found["foreseen_from"] = last.origin
        if one is None:
            return found
        stage = next_milestone(one.plan, on=day)
        if stage is not None and stage[0] != one.due:
            found |= {"milestone": float(stage[1]), "milestone_due": stage[0]}
        if pace.state == method.MET and higher:
            found["reach_on"] = _first_at(stock, one.value)
            # What was there already when the part that was read begins, was met before. A share is no promise.
            found["met_before"] = found["reach_on"] == stock.days[0] and one.set_by != verdicts.ARITHMETICAL
        elif last is not None and higher:
            found |= dict(zip(_REACH, last.reached(one.value), strict=True))
            if "milestone" in found:
                found |= dict(zip(_MILESTONE, last.reached(found["milestone"]), strict=True))
            if one.set_by != verdicts.ARITHMETICAL:
                found["probability"] = last.probability(one.value, one.due)
        said = word(
            one,
            actual=actual,
            on_date=day,
            on=self.on,
            probability=found.get("probability"),
            higher_is_better=higher,
            held_elsewhere=held_elsewhere,
        )
        # The gap is that of the figure's own day, also once the due date is over.
        promised = planned(one.plan, on=day)
        gap = method.gap(actual, planned=promised, higher_is_better=higher)
        return (
            found
            | {"planned": float(promised), "gap": float(gap), "exact_gap": gap}
            | {"verdict_now": said.code, "verdict": _shown(before(one, kept, stock), said.code, gap)}
            | _moved(one, stock, higher)
        )

    def _met_on(self, rows: list[dict[str, Any]]) -> None:
        """Say since when what was met long ago is: from the whole history, which is only read for these."""
        met = [row for row in rows if row["pace_state"] == method.MET and row["met_before"]]
        if not met:
            return
        whole = stocks(
            self.engine,
            territories=list(dict.fromkeys(row["territory_code"] for row in met)),
            counts={(row["step"], row["unit"]) for row in met},
            **self.asked,
            speaking={(row["territory_code"], row["step"], row["unit"]): row["source"] for row in met},
        )
        for row in met:
            stock = whole.get((row["territory_code"], row["step"], row["unit"]))
            if stock is not None:
                row["reach_on"] = _first_at(stock, row["target"])


def _first_at(stock: Stock, level: float) -> float:
    """The day of the first believed report that was at a level; NaN when none was."""
    there = np.flatnonzero(stock.believed >= level)
    return float(stock.days[there[0]]) if there.size else math.nan


OUTLIVED = 7
"""A forecast that is made anew is still told while it rests on a figure at most so many days before the last one: what
was foreseen long ago says nothing of today, and its verdict would turn round with every one that is made up for."""

_REACH = ("reach_early", "reach_on", "reach_late")
_MILESTONE = ("milestone_early", "milestone_on", "milestone_late")

_NOTHING = (
    dict.fromkeys(PROGRESS_COLUMNS, math.nan)
    | dict.fromkeys(("path", "set_by", "target_source", "target_address", "direction", "source"), "")
    | dict.fromkeys(("doubted", "recomputing", "late"), False)
    | {"reporting": 0, "expected": 0, "pace_state": method.NO_FIGURE, "exact_gap": None, "met_before": False}
)
"""A row of which nothing is known yet. exact_gap: the gap as a fraction; met_before: the target was met before the part
of the history that was read. No frame carries these two."""


def _without_count(one: Target | None) -> str:
    """The verdict where there is no count."""
    if one is None:
        return verdicts.NO_TARGET
    return verdicts.INDICATIVE if one.set_by == verdicts.ARITHMETICAL else verdicts.NO_FIGURE


def _together(code: str, parts: Sequence[Target]) -> Target | None:
    """The shares of the prefectures of a region as its own."""
    if not parts:
        return None
    stages = zip(*(part.milestones for part in parts), strict=True)
    return shared(
        parts[0],
        code,
        value=sum(part.value for part in parts),
        start_value=sum(part.start_value for part in parts),
        milestones=[sum(value for _, value in stage) for stage in stages],
    )


def _float(number) -> float:
    return math.nan if number is None else float(number)


def _up_to(told: Stock | None, figure) -> Stock:
    """The history of a count that ends with the figure which is shown."""
    day, value = int(figure.on_date), float(figure.value)
    stock = told.until(day) if told is not None else None
    if stock is None:
        return Stock(np.array([day]), np.array([value]), 0, figure.source, figure.basis)
    if stock.days[-1] < day:
        # The figure is the sum of a breakdown, which has no history of its own.
        return Stock(np.append(stock.days, day), np.append(stock.values, value), stock.event, stock.source, stock.basis)
    return stock


def before(one: Target, kept: Iterable[forecasts.Kept], stock: Stock) -> list[str]:
    """The verdicts that the events before the last one gave on the same target, oldest first."""
    codes: list[str] = []
    for made in kept:
        if made.event >= stock.event:
            continue
        if made.target != (one.due, one.value) or not made.verdict:
            break
        codes.append(made.verdict)
    return codes[::-1]


def _shown(previous: Sequence[str], code: str, gap: Fraction) -> str:
    """The verdict to show: steady, and never against the sign of the gap, which stands beside it."""
    shown = verdicts.steady(previous, code)
    if shown != code and (shown == verdicts.BELOW if gap >= 0 else shown in (verdicts.ON_PATH, verdicts.AHEAD)):
        return verdicts.WATCH
    return shown


def _moved(one: Target, stock: Stock, higher: bool) -> dict[str, Any]:
    """The gap of about four weeks before, and where a shortfall is going."""

    def gap_at(at: int) -> Fraction:
        return method.gap(values[at], planned=planned(one.plan, on=int(days[at])), higher_is_better=higher)

    good = ~np.isnan(stock.believed)
    days, values = stock.days[good], stock.believed[good].tolist()
    age = days[-1] - days
    earlier = np.flatnonzero((age >= method.NEWEST) & (age <= method.OLDEST))
    if not earlier.size:
        return {}
    # The one nearest to four weeks; of two as near, the later.
    nearest = int(earlier[::-1][np.argmin(np.abs(age[earlier[::-1]] - 7 * method.WEEKS))])
    then, now = gap_at(nearest), gap_at(-1)
    found: dict[str, Any] = {"gap_before": float(then)}
    distance = abs(exact(one.value) - exact(one.start_value))
    going = method.direction([days[nearest], days[-1]], [then, now], distance=distance)
    if going is None:
        return found
    since, at = going.since, nearest
    if going.code == method.STABLE:
        # Followed back as far as it holds.
        while at >= 0 and abs(now - gap_at(at)) <= distance * method.TOLERANCE:
            since, at = int(days[at]), at - 1
    return found | {"direction": going.code, "since": since}


# ----------------------------------------------------------------------------------------------------------- one path


@dataclass(frozen=True)
class Course:
    """A count and its path. planned: on_date, planned, the corners of the path; actual: on_date, value, believed
    (whether the report is), complete (whether its week is over; those of a week that is not are left out of the pace);
    ahead: on_date, median, low, high, every week from the last report on; row: the row of `progress`, None where the
    territory has no target."""

    planned: pd.DataFrame
    actual: pd.DataFrame
    ahead: pd.DataFrame
    row: pd.Series | None


def course(
    engine: sa.Engine,
    *,
    indicator: str,
    territory: str,
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> Course:
    """A count of a territory, the path that was promised for it, and what is expected of it. Counts as floats.

    Nothing is told where the figure is withheld. Raises KeyError when the indicator is not defined at `cut`.
    """
    known = known or definitions(engine, cut=cut)
    step, unit = count_of(known.indicators[indicator])
    found = progress(engine, territories=[territory], on=on, cut=cut, scope=scope, known=known)
    mine = found[found["indicator"] == indicator]
    row = mine.iloc[0] if len(mine) else None
    asked = {"counts": {(step, unit)}, "territories": [territory], "on": on, "cut": cut, "scope": scope, "known": known}
    key = (territory, step, unit)
    speaking = {key: row["source"]} if row is not None and row["source"] else None
    stock = stocks(engine, **asked, speaking=speaking).get(key)
    if row is not None and row["state"] != "shown":
        stock = None
    kept = forecasts.stored(engine, **asked).get(key, []) if stock is not None else []
    with engine.connect() as connection:
        held = targets(connection, cut=cut, known=known, territories=[territory])
    one = in_force(held.get((indicator, territory), ()), on=on) if row is not None else None
    return Course(_path(one), _actual(stock, known), _ahead(stock, kept), row)


def _path(one: Target | None) -> pd.DataFrame:
    points: list[tuple[int, float]] = []
    for day, value in one.plan.points if one is not None else ():
        if one.path == STEPPED and points:
            # A stair holds each value to the eve of the next.
            points.append((day - 1, points[-1][1]))
        points.append((day, float(value)))
    return of_rows(points, ["on_date", "planned"], floats=("planned",))


def _actual(stock: Stock | None, known: Definitions) -> pd.DataFrame:
    columns = ["on_date", "value", "believed", "complete"]
    if stock is None:
        return of_rows([], columns, floats=("value",))
    working = {name: value for name, value in known.working.items() if name != "ramadan_share"}
    recent = method.recent(stock.days[-NEEDED_TAIL:], stock.values[-NEEDED_TAIL:], **working)
    trusted = np.abs(stock.believed - stock.values) < 0.5
    rows = zip(
        stock.days.tolist(),
        stock.values.tolist(),
        trusted.tolist(),
        (~np.isin(stock.days, recent.left_out)).tolist(),
        strict=True,
    )
    return of_rows(list(rows), columns, floats=("value",))


def _ahead(stock: Stock | None, kept: list[forecasts.Kept]) -> pd.DataFrame:
    columns = ["on_date", "median", "low", "high"]
    last = kept[0] if kept and stock is not None and kept[0].source == stock.source else None
    rows: list[tuple] = []
    if last is not None and last.median:
        rows.append((last.origin, last.believed, last.believed, last.believed))
        days = range(last.origin + forecasts.EVERY, last.origin + forecasts.EVERY * (len(last.median) + 1), 7)
        rows += zip(days, last.median, last.low, last.high, strict=True)
    return of_rows(rows, columns, floats=("median", "low", "high"))


# ---------------------------------------------------------------------------------------------------------- a split


SPLIT_BY = ("population", "households", "predecessor")
_CENSUS_UNIT = {"population": "person", "households": "household"}


def split_choices(known: Definitions, indicator: str) -> tuple[str, ...]:
    """By what a target of an indicator can be shared out (of SPLIT_BY), the usual one first; by the predecessor's stock
    only where the step took over from another."""
    step, unit = count_of(known.indicators[indicator])
    usual = _usual_split(unit)
    taken_over = ("predecessor",) if known.steps.get(step, {}).get("predecessor") in known.steps else ()
    return (usual, *(by for by in _CENSUS_UNIT if by != usual), *taken_over)


def _usual_split(unit: str) -> str:
    return "population" if unit == "person" else "households"


def split_target(
    engine: sa.Engine,
    indicator: str,
    parent: str,
    level: str | None = None,
    *,
    by: str | None = None,
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> list[Target]:
    """The arithmetical shares of a territory's target among its children, in administrative order.

    by: population or households of the census that was known when the path starts (of the day `on` where none was), or
    predecessor, the stock of the step that was taken over from; without it, persons go by population and all else by
    households. Largest remainder, the stages of the path and its base too, so that the shares add up to the target.
    Empty where the territory has no target in force, or where the weight of a child is not known to the reader: a share
    of it would tell the others'. Of children that he may not see there is none. Raises ValueError for another `by`.
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        held = targets(connection, cut=cut, known=known, territories=[parent])
        one = in_force(held.get((indicator, parent), ()), on=on)
        codes = children_of(connection, of=parent, level=level)
        seen = visible(connection, scope=scope)
    if one is None or not codes or (seen is not None and parent not in seen and one.source not in known.public_sources):
        return []
    found = _shares(engine, one, codes, by=by, on=on, cut=cut, scope=scope, known=known)
    return [share for code, share in found.items() if seen is None or code in seen]


def _shares(
    engine: sa.Engine,
    one: Target,
    codes: Sequence[str],
    *,
    by: str | None,
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
) -> dict[str, Target]:
    """The share of each child; none at all where a weight is missing."""
    weights = _weights(engine, one, codes, by=by, on=on, cut=cut, scope=scope, known=known)
    if weights is None or not sum(weights):
        return {}
    values = split(one.value, weights=weights)
    bases = split(one.start_value, weights=weights) if one.start_value else [0] * len(codes)
    stages = [split(value, weights=weights) for _, value in one.milestones]
    return {
        code: shared(
            one,
            code,
            value=int(values[at]),
            start_value=int(bases[at]),
            milestones=[int(stage[at]) for stage in stages],
        )
        for at, code in enumerate(codes)
    }


def _weights(engine, one: Target, codes, *, by: str | None, on, cut, scope, known: Definitions) -> list | None:
    step, unit = count_of(known.indicators[one.indicator])
    by = by or _usual_split(unit)
    if by not in SPLIT_BY:
        raise ValueError(f"a target is split by one of {', '.join(SPLIT_BY)}, not {by}")
    if by == "predecessor":
        taken_from = known.steps.get(step, {}).get("predecessor", "")
        where = sa.and_(series.c.territory.in_(list(codes)), series.c.step == taken_from, series.c.unit == unit)
        asked = {"on": on, "cut": cut, "scope": scope, "known": known}
        said = spoken(figures(engine, where=where, with_change=False, **asked))
        found = [said.get((code, taken_from, unit)) for code in codes]
        whole = all(f is not None and f.state == "shown" and f.measure == "stock" and not is_partial(f) for f in found)
        return [f.value for f in found] if whole else None
    with engine.connect() as connection:
        for day in (one.starts, on):
            counted = census_counts(connection, territories=codes, on=day)
            weights = [counted.get((code, _CENSUS_UNIT[by])) for code in codes]
            if None not in weights:
                return [count for _, count in weights]
    return None


# -------------------------------------------------------------------------------------------------- who carries the gap


CHILDREN_COLUMNS = [*PROGRESS_COLUMNS, "gap_part"]


def children(
    engine: sa.Engine,
    *,
    indicator: str,
    parent: str,
    on: int,
    cut: int,
    scope: str,
    level: str | None = None,
    by: str | None = None,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """Where each child of a territory stands, and what it carries of the territory's gap, in administrative order.

    One row per child, as in `progress`, and gap_part: whole units (float, NaN for a child without a figure), ahead
    above 0. A child without a target of its own has its arithmetical share of its parent's (`split_target`), set_by
    arithmetical; where the parent has none, of the parent's own share of what was promised above it. Where no share can
    be made its target is NaN and its verdict no_target. One more row makes the parts
    add up to the parent's gap, rounded to a unit: its code is NOT_ATTRIBUTABLE (what the children's figures do not
    explain: figures of other days, children without one, targets that do not add up), or OTHER where children that the
    reader may not see are in it. There is no such row where the parent has no gap that he may know.
    Raises KeyError when the indicator is not defined at `cut`.
    """
    known = known or definitions(engine, cut=cut)
    if indicator not in known.indicators:
        raise KeyError(indicator)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        codes = children_of(connection, of=parent, level=level)
        held = targets(connection, cut=cut, known=known, territories=codes)
    read = _Reader(engine, known, on=on, cut=cut, scope=scope, seen=seen)
    above = read.inherited(indicator, parent)
    own = {code: in_force(held.get((indicator, code), ()), on=on) for code in codes}
    shares: dict[str, Target] = {}
    if above is not None and not all(own.values()):
        shares = _shares(engine, above, codes, by=by, **read.asked)
    kept = [code for code in codes if seen is None or code in seen]
    wanted = [_Wanted(indicator, code, own[code] or shares.get(code)) for code in kept]
    # Their parent with them, so that all is read at once.
    *rows, over = read.rows([*wanted, _Wanted(indicator, parent, above)])
    parts = _parts(rows, over)
    for row, part in zip(rows, parts, strict=False):
        row["gap_part"] = part
    if len(parts) > len(rows):
        whole = len(kept) == len(codes)
        rows.append(
            _NOTHING
            | {name: over[name] for name in ("indicator", "programme", "step", "unit", "body", "held_elsewhere")}
            | {
                "territory_code": NOT_ATTRIBUTABLE if whole else OTHER,
                "verdict": verdicts.NO_TARGET,
                "verdict_now": verdicts.NO_TARGET,
                "state": "not_applicable" if whole else "withheld",
                "gap_part": parts[-1],
            }
        )
    return _frame(rows, ["gap_part"])


def courses(
    engine: sa.Engine,
    frame: pd.DataFrame,
    *,
    indicator: str,
    parent: str,
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> dict[str, Course]:
    """The course of each child of a territory that has a figure, all read at once: by code, without rows.

    frame: the answer of `children` for the same indicator, parent, day and reader: of each child its own path, or that
    of its share.
    """
    known = known or definitions(engine, cut=cut)
    told = frame[(frame["state"] == "shown") & frame["actual"].notna()]
    codes = told["territory_code"].tolist()
    if not codes:
        return {}
    step, unit = count_of(known.indicators[indicator])
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        held = targets(connection, cut=cut, known=known, territories=codes)
    read = _Reader(engine, known, on=on, cut=cut, scope=scope, seen=seen)
    own = {code: in_force(held.get((indicator, code), ()), on=on) for code in codes}
    shares: dict[str, Target] = {}
    above = read.inherited(indicator, parent) if not all(own.values()) else None
    if above is not None:
        # A share depends on all the children that it is shared among.
        every = frame.loc[~frame["territory_code"].isin([OTHER, NOT_ATTRIBUTABLE]), "territory_code"].tolist()
        with engine.connect() as connection:
            level = level_of(connection, every[0])
            among = children_of(connection, of=parent, level=level)
        shares = _shares(engine, above, among or every, by=None, **read.asked)
    count = {"counts": {(step, unit)}, "territories": codes}
    speaking = {(row.territory_code, step, unit): row.source for row in told.itertuples(index=False)}
    stock = stocks(engine, **count, **read.asked, speaking=speaking)
    kept = forecasts.stored(engine, **count, **read.asked)
    found = {}
    for code in codes:
        key = (code, step, unit)
        mine = stock.get(key)
        ahead = _ahead(mine, kept.get(key, []))
        found[code] = Course(_path(own[code] or shares.get(code)), _actual(mine, known), ahead, None)
    return found


def _parts(rows: Sequence[Mapping[str, Any]], over: Mapping[str, Any]) -> list[float]:
    """What each row carries of the gap over them, in whole units; one more, the rest, where that gap is known."""
    gaps = [row["exact_gap"] for row in rows]
    total = over["exact_gap"]
    there = [gap for gap in gaps if gap is not None]
    if total is None:
        whole = iter(in_units(there).tolist())
        return [math.nan if gap is None else float(next(whole)) for gap in gaps]
    whole = iter(in_units([*there, total - sum(there, Fraction(0))]).tolist())
    return [*(math.nan if gap is None else float(next(whole)) for gap in gaps), float(next(whole))]


# -------------------------------------------------------------------------------------------------------------- alerts


WILL_MISS, STALLED, FELL, LATE_SOURCE = "will_miss", "stalled", "fell", "late_source"
ALERTS = (WILL_MISS, STALLED, FELL, LATE_SOURCE)
ALERT_COLUMNS = [
    "kind",
    "indicator",
    "step",
    "unit",
    "territory_code",
    "since",
    "value",
    "other",
    "body",
    "held_elsewhere",
    "delivery",
]


def alerts(
    engine: sa.Engine,
    *,
    on: int,
    cut: int,
    scope: str,
    territory: str | None = None,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """What is worth a word on the day `on`: by kind, then programme, then in administrative order.

    Of `territory` (the office's own where none is named) and of all below it that the reader may see; for a region and
    the kingdom, down to prefectures. One row per alert; since is a day, value and other floats:

    will_miss: a target whose date is over, or whose verdict was below the path at two events in a row. value: the
        count; other: what was planned for its day; since: the day of the first report of that run, or the due date
    stalled: no change over four complete weeks, the target not being met. value: the count; other: the target; since:
        the day from which the count has stood
    fell: the last report is below the one before it in a step that cannot fall. value: the last report; other: the one
        before; since: the day of the last report
    late_source: a delivery of the settings of which what is due has not come, or not from everybody (delivery: its id;
        value: offices that have not reported; other: offices there are; since: the day it was due); where the settings
        name none, a figure that is older than its step's `stale_after` (value: its age in days; other: `stale_after`;
        since: the day after which it was late)

    indicator, step, unit, territory_code: what and where (step and unit alone for a delivery's first count); body: who
    can act; held_elsewhere: not the prefecture.
    """
    known = known or definitions(engine, cut=cut)
    of = territory or known.office.get("territory", "") or scope
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        codes = _watched(connection, of, seen)
        held = targets(connection, cut=cut, known=known, territories=codes)
    promised = [
        one
        for indicator in _ordered(known)
        for code in codes
        if (one := in_force(held.get((indicator, code), ()), on=on)) is not None
    ]
    read = _Reader(engine, known, on=on, cut=cut, scope=scope, seen=seen)
    found = {kind: [] for kind in ALERTS}
    rows = read.rows([_Wanted(one.indicator, one.territory, one) for one in promised])
    asked = read.asked
    counts = {count_of(known.indicators[one.indicator]) for one in promised}
    kept = forecasts.stored(engine, territories=codes, counts=counts, **asked) if rows else {}
    told = stocks(engine, territories=codes, counts=counts, since=on - TAIL, **asked) if rows else {}
    for one, row in zip(promised, rows, strict=True):
        if row["state"] != "shown" or math.isnan(row["actual"]):
            continue
        key = (row["territory_code"], row["step"], row["unit"])
        stock = told.get(key)
        previous = before(one, kept.get(key, ()), stock) if stock is not None else []
        if verdicts.is_alert(previous, row["verdict_now"]):
            since = one.due if row["verdict_now"] == verdicts.EXPIRED else _since(one, kept.get(key, ()), stock, row)
            found[WILL_MISS].append(_alert(WILL_MISS, row, since, row["actual"], row["planned"]))
        if row["pace_state"] == method.RECENT_ZERO and stock is not None:
            found[STALLED].append(_alert(STALLED, row, _stood_since(stock), row["actual"], row["target"]))
    found[FELL] = _fallen(known, codes, promised, told)
    found[LATE_SOURCE] = _late(engine, known, of, rows, asked)
    return of_rows([row for kind in ALERTS for row in found[kind]], ALERT_COLUMNS, floats=("since", "value", "other"))


def _watched(connection: sa.Connection, of: str, seen: Collection[str] | None) -> list[str]:
    """A territory and what alerts look at below it, in administrative order."""
    level = level_of(connection, of)
    below: tuple[str, ...] = ("prefecture",)
    if level not in ("country", "region"):
        below = ("district", "annex", "commune", "arrondissement", "school")
    if level == "country":
        below = ("region", "prefecture")
    found = [of, *(code for kind in below for code in connection.execute(members(of=of, level=kind)).scalars())]
    return [code for code in dict.fromkeys(found) if seen is None or code in seen]


def _alert(kind: str, row: Mapping[str, Any], since: float, value: float, other: float) -> tuple:
    names = ("indicator", "step", "unit", "territory_code")
    return (kind, *(row[n] for n in names), since, value, other, row["body"], row["held_elsewhere"], "")


def _since(one: Target, kept: Iterable[forecasts.Kept], stock: Stock | None, row: Mapping[str, Any]) -> float:
    """The day of the report with which the alarming run of verdicts begins."""
    since = row["on_date"]
    for made in kept:
        if stock is not None and made.event >= stock.event:
            continue
        if made.target != (one.due, one.value) or made.verdict not in verdicts.ALARMING:
            break
        since = made.origin
    return since


def _stood_since(stock: Stock) -> float:
    """The first day of the run of believed figures that equal the last."""
    good = ~np.isnan(stock.believed)
    days, values = stock.days[good], stock.believed[good]
    other = np.flatnonzero(values != values[-1])
    return float(days[other[-1] + 1] if other.size else days[0])


def _fallen(known: Definitions, codes: Sequence[str], wanted: Sequence[Target], told: Mapping[Count, Stock]) -> list:
    """The last reports that are below the one before them, of steps that only grow."""
    rows = []
    looked_at: set[Count] = set()
    for one in wanted:
        definition = known.indicators[one.indicator]
        step, unit = count_of(definition)
        if known.steps.get(step, {}).get("can_fall", False):
            continue
        for code in codes:
            key = (code, step, unit)
            stock = told.get(key)
            if key in looked_at or stock is None or len(stock.values) < 2:
                continue
            looked_at.add(key)
            last, previous = stock.values[-1], stock.values[-2]
            if last < previous:
                body = known.steps[step]
                row = {"indicator": one.indicator, "step": step, "unit": unit, "territory_code": code}
                row |= {"body": body.get("body", ""), "held_elsewhere": not body.get("prefecture_can_act", False)}
                rows.append(_alert(FELL, row, float(stock.days[-1]), float(last), float(previous)))
    return rows


def _late(engine: sa.Engine, known: Definitions, of: str, rows: Sequence[Mapping[str, Any]], asked: Mapping) -> list:
    deliveries = {delivery["id"]: delivery for delivery in known.settings.get("delivery", ())}
    found = []
    if deliveries:
        holder = {service["id"]: service.get("body", "") for service in known.settings.get("service", ())}
        standing, _ = board(engine, of=of, **asked)
        for row in standing.itertuples(index=False):
            if row.state not in ("late", "incomplete"):
                continue
            delivery = deliveries[row.delivery]
            count = next(count for count in delivery["counts"] if count["step"] in known.steps)
            step = known.steps[count["step"]]
            body = holder.get(delivery.get("service", ""), "") or step.get("body", "")
            silent = float(row.expected - row.reported)
            held_elsewhere = not step.get("prefecture_can_act", False)
            found.append(
                (LATE_SOURCE, "", count["step"], count["unit"], of, row.due, silent, float(row.expected))
                + (body, held_elsewhere, row.delivery)
            )
        return found
    for row in rows:
        if row["late"] and row["state"] == "shown" and row["territory_code"] == of:
            most = known.steps.get(row["step"], {}).get("stale_after", STALE_AFTER)
            age = asked["on"] - row["reported_on"]
            found.append(_alert(LATE_SOURCE, row, row["reported_on"] + most + 1, float(age), float(most)))
    return found


# ------------------------------------------------------------------------------------------------------------- history


HISTORY_COLUMNS = [
    "indicator",
    "territory_code",
    "due",
    "event",
    "recorded_at",
    "actor",
    "value",
    "starts",
    "start_value",
    "path",
    "milestones",
    "set_by",
    "source",
    "address",
    "current",
]


def all_targets(engine: sa.Engine, *, cut: int, scope: str, known: Definitions | None = None) -> pd.DataFrame:
    """Everything that was ever said of targets up to `cut`: who set what, and when; the newest first.

    One row per statement: indicator, territory_code, due (day), event (number), recorded_at (seconds since 1970-01-01
    UTC), actor (a role), value (count, NaN: withdrawn), starts (day), start_value, path, milestones (a tuple of (day,
    value)), set_by, source, address, current (whether it is the last word on its indicator, territory and due date). Of
    territories that the reader may not see only what anyone may read.
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        said = connection.execute(_HISTORY, {"cut": cut}).all()
        stages: dict[tuple, list[tuple[int, int]]] = {}
        for row in connection.execute(_STAGES, {"cut": cut}):
            stages.setdefault((row.indicator, row.territory, row.due, row.event), []).append((row.on_date, row.value))
    last: set[tuple] = set()
    rows = []
    for row in said:
        key = (row.indicator, row.territory, row.due)
        current = key not in last
        last.add(key)
        if row.indicator not in known.indicators:
            continue
        if seen is None or row.territory in seen or row.source in known.public_sources:
            milestones = tuple(sorted(stages.get((*key, row.event), ())))
            rows.append((*row[:10], milestones, *row[10:], current and row.value is not None))
    return of_rows(rows, HISTORY_COLUMNS, floats=("value",))


_HISTORY = (
    sa.select(
        target.c.indicator,
        target.c.territory,
        target.c.due,
        target.c.event,
        event.c.recorded_at,
        event.c.actor,
        target.c.value,
        target.c.starts,
        target.c.start_value,
        target.c.path,
        target.c.set_by,
        target.c.source,
        target.c.address,
    )
    .join(event, event.c.number == target.c.event)
    .where(target.c.event <= parameter("cut"))
    .order_by(target.c.event.desc(), target.c.indicator, target.c.territory, target.c.due)
)
_STAGES = sa.select(milestone).where(milestone.c.event <= parameter("cut"))
