"""Window: the applications of a year that may be filed on some days only, stage by stage, and the days that are left.

Definitions. The *chain* is the programme's steps of kind sequence, in their order. The *filing* is the first of them
that counts applications (without any, the last that the prefecture can act on). The *populations* are the leading
steps before it that follow no other programme's: those at school, then those who passed; the *population* of a day is
the last of these with a figure of the year. The *gate* is the last step between the two that the prefecture can act
on, in the population's unit: what must be done before the window closes. *Remaining* is the population less the gate.

A figure is of a window's year when it is dated in its *season*: at most SCHOOL_YEAR days before the window opens, and
after the one before it has closed; steps between population and filing at most STAGES_FROM days before it opens;
the filing and what follows from the first day of the window. A count that came as flows only is the sum of the closed
periods that do not overlap. Applications are never divided by students.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, observation, rollup, series
from queries.cuts import is_current, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.figures import figures
from queries.frames import of_rows
from queries.methods import disclosure
from queries.methods import pace as method
from queries.situation import day_of, has_begun
from queries.stocks import stocks
from queries.territories import children as children_of
from queries.territories import level_of, visible

SCHOOL_YEAR = 300
STAGES_FROM = 180
CLOSED_FOR = 120
"""Days after its last day for which a closed window is what the page opens on."""
UNANNOUNCED_FOR = 120
"""Days after it opened for which a window without a known last day is taken to be open."""

UNKNOWN, UNANNOUNCED, AHEAD, OPEN, LAST_DAY, CLOSED = STATES = (
    "unknown",
    "unannounced",
    "ahead",
    "open",
    "last_day",
    "closed",
)
RUNNING = (AHEAD, OPEN)
"""The states in which days are counted."""

POPULATION, REGISTERING, GATE, FILING, AFTER = ROLES = ("population", "registering", "gate", "filing", "after")

SCHOOLS = "school"


@dataclass(frozen=True)
class Window:
    """The window of a year. opens, closes: days since 1970-01-01, None where not known; address: where its dates were
    read; said: who told the office, where it entered them; note: in three languages, empty; made: whether it stands in
    the definitions or in the settings, and not only for a year of which nothing is known."""

    year: int
    opens: int | None = None
    closes: int | None = None
    address: str = ""
    said: str = ""
    note: Mapping[str, str] | None = None
    made: bool = True

    def state(self, on: int) -> str:
        """What can be said of it on a day: one of STATES."""
        if self.opens is None:
            return UNKNOWN
        if on < self.opens:
            return AHEAD if self.closes is not None else UNANNOUNCED
        if self.closes is None:
            return UNANNOUNCED
        if on == self.closes:
            return LAST_DAY
        return OPEN if on < self.closes else CLOSED


def programmes(known: Definitions) -> tuple[str, ...]:
    """The programmes that have a window, in their order."""
    entered = {one["programme"] for one in known.settings.get("window", ())}
    having = [p["id"] for p in known.ordered_programmes if p.get("windows") or p["id"] in entered]
    return tuple(programme for programme in having if _chain(known, programme))


def windows(known: Definitions, programme: str) -> tuple[Window, ...]:
    """The windows that are known of a programme, by year; those that the office entered take the place of others."""
    found: dict[int, Window] = {}
    for one in known.programmes[programme].get("windows") or ():
        closes = day_of(one["closes"]) if one.get("closes") else None
        found[one["year"]] = Window(
            one["year"], day_of(one["opens"]), closes, one.get("address") or "", note=one.get("note")
        )
    for one in known.settings.get("window", ()):
        if one["programme"] == programme:
            closes = day_of(one["closes"]) if one.get("closes") else None
            said = one.get("source", "")
            address = said if said.startswith(("https://", "http://")) else ""
            found[one["year"]] = Window(
                one["year"], day_of(one["opens"]), closes, address, said="" if address else said or "-"
            )
    return tuple(found[year] for year in sorted(found))


def present(held: Sequence[Window], *, on: int, year: int | None = None) -> Window:
    """The window that a page of the day `on` is about: that of `year` where it is asked for and known; else the one
    that is open; else the one that closed of late; else the next one; else that of a year of which nothing is known."""
    for one in held:
        if one.year == year:
            return one
    for one in held:
        if one.opens is not None and one.opens <= on <= _last_day(one):
            return one
    closed = [one for one in held if one.closes is not None and 0 < on - one.closes <= CLOSED_FOR]
    if closed:
        return closed[-1]
    ahead = [one for one in held if one.opens is not None and 0 < one.opens - on <= SCHOOL_YEAR]
    if ahead:
        return ahead[0]
    this_year = int(np.datetime64(on, "D").astype("datetime64[Y]").astype(int)) + 1970
    taken = {one.year for one in held}
    return Window(this_year if this_year not in taken else this_year + 1, made=False)


def _last_day(one: Window) -> int:
    return one.closes if one.closes is not None else one.opens + UNANNOUNCED_FOR


@dataclass(frozen=True)
class Season:
    """The days whose figures are of a window's year: of the populations, of the stages, of the filing and what follows,
    and the last one."""

    populations: int
    stages: int
    filing: int
    last: int

    def first(self, role: str) -> int:
        """The first day of a figure of a step of this role."""
        if role == POPULATION:
            return self.populations
        return self.stages if role in (REGISTERING, GATE) else self.filing


def season(one: Window, held: Sequence[Window], *, on: int) -> Season:
    """The season of a window as it is looked at on the day `on`."""
    opens = on if one.opens is None else one.opens
    before = [o for o in held if o.opens is not None and o.opens < opens]
    after = [o for o in held if o.opens is not None and o.opens > opens]
    begins = opens - SCHOOL_YEAR
    if before and before[-1].closes is not None:
        begins = max(begins, before[-1].closes + 1)
    last = min(on, after[0].opens - SCHOOL_YEAR - 1) if after else on
    if after and one.closes is not None:
        last = min(on, max(last, one.closes + CLOSED_FOR))
    return Season(begins, max(begins, opens - STAGES_FROM), begins if one.opens is None else opens, last)


@dataclass(frozen=True)
class Link:
    """A step of the chain: its role (of ROLES), the unit that it is counted in here, who holds it."""

    step: str
    unit: str
    role: str
    body: str
    can_move: bool


def chain(known: Definitions, programme: str) -> tuple[Link, ...]:
    """The steps of a programme's chain in their order, as its reader sees them."""
    steps = _chain(known, programme)
    filing = next((at for at, s in enumerate(steps) if "application" in s["units"]), None)
    if filing is None:
        filing = next((at for at in reversed(range(len(steps))) if steps[at]["prefecture_can_act"]), len(steps) - 1)
    leading = 0
    while leading < filing and all(f.partition(".")[0] == programme for f in steps[leading].get("follows") or ()):
        leading += 1
    unit = steps[leading - 1]["units"][0] if leading else ""
    gates = [at for at in range(leading, filing) if steps[at]["prefecture_can_act"] and unit in steps[at]["units"]]
    if not gates and leading and unit in steps[filing]["units"]:
        gates = [filing]
    found = []
    for at, body in enumerate(steps):
        role = POPULATION if at < leading else REGISTERING if at < filing else FILING if at == filing else AFTER
        if gates and at == gates[-1]:
            role = GATE
        counted = (
            unit if unit in body["units"] else "application" if "application" in body["units"] else body["units"][0]
        )
        found.append(Link(body["id"], counted, role, body["body"], bool(body["prefecture_can_act"])))
    return tuple(found)


def _chain(known: Definitions, programme: str) -> list[dict]:
    mine = known.programmes[programme].get("step", ())
    return [known.steps[key] for key in mine if key in known.steps and known.steps[key]["kind"] == "sequence"]


STAGE_COLUMNS = [
    "step",
    "unit",
    "role",
    "body",
    "can_move",
    "value",
    "on_date",
    "from_date",
    "measure",
    "source",
    "basis",
    "address",
    "reporting",
    "expected",
    "late",
    "share_before",
    "state",
]

_SAID = ("value", "on_date", "from_date", "measure", "source", "basis", "address", "reporting", "expected", "late")


@dataclass(frozen=True)
class Clock:
    """What is left to do before the window closes. population_step: whose population it is, empty where none has a
    figure; population, population_on; gate_step, registered, registered_on; remaining; days_left (calendar days),
    working_days (after the day, up to the last); needed_per_day, recent_per_day (of the gate, per working day), times;
    pace_state: of `queries.methods.pace`. Floats, NaN where not known."""

    population_step: str = ""
    population: float = math.nan
    population_on: float = math.nan
    gate_step: str = ""
    registered: float = math.nan
    registered_on: float = math.nan
    remaining: float = math.nan
    days_left: float = math.nan
    working_days: float = math.nan
    needed_per_day: float = math.nan
    recent_per_day: float = math.nan
    times: float = math.nan
    pace_state: str = method.NO_FIGURE


@dataclass(frozen=True)
class Course:
    """A programme's window in a territory: the window, its state, the stages (a frame), the clock."""

    programme: str
    window: Window
    state: str
    stages: pd.DataFrame
    clock: Clock


def course(
    engine: sa.Engine,
    *,
    programme: str,
    territory: str,
    on: int,
    cut: int,
    scope: str,
    year: int | None = None,
    known: Definitions | None = None,
) -> Course:
    """The stages of the window that the day is about, or of that of `year`, and its clock.

    One row of the stages per step of the chain: step, unit, role, body, can_move (as `chain`); value (count, NaN unless
    shown), on_date, from_date, measure (stock or flow), source, basis, address, reporting, expected, late: as in
    `queries.figures`; share_before: of the nearest step before that counts the same unit, 0 to 1, NaN where either is
    not known or a partial sum; state: shown, withheld, missing (no figure of this year), not_applicable. Nothing is
    withheld of totals of territories that the reader may see. Raises KeyError for a programme that is not defined.
    """
    known = known or definitions(engine, cut=cut)
    held = windows(known, programme)
    one = present(held, on=on, year=year)
    span = season(one, held, on=on)
    links = chain(known, programme)
    read = _Reader(engine, known, cut=cut, scope=scope, span=span)
    said = read.said([territory], links)
    rows = []
    before: dict[str, float] = {}
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        is_school = level_of(connection, territory) == SCHOOLS
    for link in links:
        row = dict.fromkeys(STAGE_COLUMNS, math.nan) | {"source": "", "basis": "", "measure": "", "address": ""}
        row |= {"reporting": 0, "expected": 0, "late": False}
        row |= {name: getattr(link, name) for name in ("step", "unit", "role", "body", "can_move")}
        figure = said.get((territory, link.step))
        if figure is None:
            row["state"] = _without(known, territory, link.step, seen, on=on)
        else:
            row |= {name: figure[name] for name in _SAID} | {"state": figure["state"]}
            if is_school and 1 <= row["value"] < known.small_cell:
                row |= {"value": math.nan, "state": disclosure.WITHHELD}
        whole = row["state"] == "shown" and not _partial(row)
        # Who passed is no part of who was at school: free candidates were not.
        if link.role != POPULATION and link.unit in before and whole and before[link.unit] > 0:
            row["share_before"] = row["value"] / before[link.unit]
        if whole:
            before[link.unit] = row["value"]
        else:
            # What follows a stage that nobody measured is compared with nothing.
            before.pop(link.unit, None)
        rows.append([row[name] for name in STAGE_COLUMNS])
    floats = ("value", "on_date", "from_date", "share_before")
    stages = of_rows(rows, STAGE_COLUMNS, floats=floats)
    clock = read.clock(territory, links, {link.step: said.get((territory, link.step)) for link in links}, one, on=on)
    if is_school:
        clock, stages = _without_single_pupils(clock, stages, known.small_cell)
    return Course(programme, one, one.state(on), stages, clock)


def _without_single_pupils(clock: Clock, stages: pd.DataFrame, smallest: int) -> tuple[Clock, pd.DataFrame]:
    """The clock and the stages of a school without what tells of a few pupils."""
    nothing = dict.fromkeys(("remaining", "registered", "needed_per_day", "recent_per_day", "times"), math.nan)
    if any(1 <= value < smallest for value in (clock.population, clock.registered, clock.remaining)):
        clock = replace(clock, **nothing, pace_state=method.NO_FIGURE)
        if clock.population < smallest:
            clock = replace(clock, population=math.nan, population_step="")
        at = stages["step"] == clock.gate_step
        stages = stages.copy()
        stages.loc[at & (stages["state"] == disclosure.SHOWN), "state"] = disclosure.WITHHELD
        stages.loc[at, ["value", "share_before"]] = math.nan
    return clock, stages


def _without(known: Definitions, territory: str, step: str, seen: frozenset[str] | None, *, on: int) -> str:
    if not has_begun(known, step=step, code=territory, on=on):
        return "not_applicable"
    return "missing" if seen is None or territory in seen else "withheld"


def _partial(row: Mapping[str, Any]) -> bool:
    return row["basis"] == "summed" and row["reporting"] < row["expected"]


CHILD_COLUMNS = [
    "territory_code",
    "population_step",
    "population",
    "registered",
    "filed",
    "remaining",
    "needed_per_day",
    "on_date",
    "source",
    "state",
]


def children(
    engine: sa.Engine,
    *,
    programme: str,
    parent: str,
    level: str | None,
    on: int,
    cut: int,
    scope: str,
    year: int | None = None,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """The window in each child of a territory that the reader may see, in administrative order.

    One row per child of `level` (as in `queries.territories.children`): territory_code; population_step (empty: none
    has a figure of the year); population, registered (the gate), filed (the first step that files), remaining,
    needed_per_day (per working day until the last day, NaN without a clock): floats; on_date, source: of the gate, else
    of the population; state: shown, missing, withheld. At the level of schools a count of 1 to 9 is withheld, and so is
    one whose complement in its school is, and one school more where that would give it back.
    """
    known = known or definitions(engine, cut=cut)
    held = windows(known, programme)
    one = present(held, on=on, year=year)
    links = chain(known, programme)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        codes = [c for c in children_of(connection, of=parent, level=level) if seen is None or c in seen]
    if not codes:
        return of_rows([], CHILD_COLUMNS)
    read = _Reader(engine, known, cut=cut, scope=scope, span=season(one, held, on=on))
    said = read.said(codes, links)
    filing = next((link.step for link in links if link.role == FILING), "")
    time = read.time_left(one, on=on)
    rows = []
    for code in codes:
        mine = {link.step: said.get((code, link.step)) for link in links}
        clock = _left(links, mine)
        filed = mine.get(filing)
        whole = filed is not None and filed["state"] == "shown" and not _partial(filed)
        needed = clock.remaining / float(time) if time and clock.remaining > 0 else math.nan
        day = clock.registered_on if not math.isnan(clock.registered_on) else clock.population_on
        known_here = clock.population_step or not math.isnan(clock.registered) or whole
        rows.append(
            [code, clock.population_step, clock.population, clock.registered]
            + [filed["value"] if whole else math.nan, clock.remaining, needed, day]
            + [_source(mine, clock), "shown" if known_here else "missing"]
        )
    floats = ("population", "registered", "filed", "remaining", "needed_per_day", "on_date")
    frame = of_rows(rows, CHILD_COLUMNS, floats=floats)
    return _without_small(frame, known.small_cell) if level == SCHOOLS else frame


def _source(said: Mapping[str, Mapping | None], clock: Clock) -> str:
    """Who says the gate, else the population; empty where neither is known."""
    step = clock.gate_step if not math.isnan(clock.registered) else clock.population_step
    figure = said.get(step)
    return figure["source"] if figure is not None else ""


_CELLS = ("population", "registered", "filed", "remaining", "needed_per_day")


def _without_small(frame: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Schools without the counts that may tell of single pupils: the whole row is withheld."""
    small = np.zeros(len(frame), bool)
    for name in ("population", "registered", "filed", "remaining"):
        values = frame[name].to_numpy(float)
        state = disclosure.states(
            values, broken_down=np.ones(len(frame), bool), groups=np.zeros(len(frame), int), smallest=smallest
        )
        small |= state == disclosure.WITHHELD
    frame = frame.copy()
    for name in _CELLS:
        frame.loc[small, name] = math.nan
    frame.loc[small, "state"] = disclosure.WITHHELD
    return frame


def _left(links: Iterable[Link], said: Mapping[str, Mapping | None]) -> Clock:
    """The population, how many of it are registered and how many remain, as whole figures of the year say."""

    def whole(link: Link) -> Mapping | None:
        figure = said.get(link.step)
        return figure if figure is not None and figure["state"] == "shown" and not _partial(figure) else None

    populations = [link for link in links if link.role == POPULATION and whole(link) is not None]
    gate = next((link for link in links if link.role == GATE), None)
    found = Clock(gate_step=gate.step if gate else "")
    if populations:
        figure = whole(populations[-1])
        found = replace(
            found,
            population_step=populations[-1].step,
            population=float(figure["value"]),
            population_on=float(figure["on_date"]),
        )
    if gate is not None and whole(gate) is not None:
        figure = whole(gate)
        found = replace(found, registered=float(figure["value"]), registered_on=float(figure["on_date"]))
    remaining = found.population - found.registered
    return replace(found, remaining=max(remaining, 0.0) if not math.isnan(remaining) else math.nan)


class _Reader:
    """What reads the figures of a season for one reader."""

    def __init__(self, engine: sa.Engine, known: Definitions, *, cut: int, scope: str, span: Season):
        self.engine, self.known, self.cut, self.scope, self.span = engine, known, cut, scope, span
        self.asked = {"cut": cut, "scope": scope, "known": known}

    def said(self, codes: Sequence[str], links: Sequence[Link]) -> dict[tuple[str, str], dict[str, Any]]:
        """The figure of the season that speaks for each territory and step, by these two."""
        where = sa.and_(series.c.territory.in_(list(codes)), series.c.step.in_([link.step for link in links]))
        frame = figures(self.engine, where=where, on=self.span.last, with_change=False, **self.asked)
        wanted = {link.step: link for link in links}
        rank = self.known.source_rank
        best: dict[tuple[str, str], tuple[tuple, dict]] = {}
        for row in frame.to_dict("records"):
            link = wanted[row["step"]]
            if row["unit"] != link.unit or row["from_date"] < self.span.first(link.role):
                continue
            order = (
                row["state"] != "shown",
                _partial(row),
                row["measure"] != "stock",
                rank.get(row["source"], 999),
                row["basis"] == "summed",
                -row["on_date"],
            )
            key = (row["territory_code"], row["step"])
            if key not in best or order < best[key][0]:
                best[key] = (order, row)
        found = {key: row for key, (_, row) in best.items()}
        flows = {key: row for key, row in found.items() if row["measure"] == "flow" and row["state"] == "shown"}
        return found | self._summed(flows, wanted)

    def _summed(self, flows: Mapping[tuple, dict], links: Mapping[str, Link]) -> dict[tuple, dict]:
        """The flows as sums of the periods of the season that do not overlap, of the source that speaks."""
        if not flows:
            return {}
        asked = {
            "territories": sorted({code for code, _ in flows}),
            "steps": sorted({step for _, step in flows}),
            "on": self.span.last,
            "cut": self.cut,
        }
        with self.engine.connect() as connection:
            rows = [
                (*row, basis)
                for table, basis in ((observation, "reported"), (rollup, "summed"))
                for row in connection.execute(_flows(table), asked)
            ]
            seen = visible(connection, scope=self.scope)
        names = [
            "territory_code",
            "step",
            "unit",
            "source",
            "from_date",
            "to_date",
            "value",
            "reporting",
            "expected",
            "basis",
        ]
        frame = released(of_rows(rows, names, floats=("value",)), seen=seen, open_sources=self.known.public_sources)
        periods: dict[tuple, list[tuple[int, int, float]]] = {}
        for row in frame.to_dict("records"):
            key = (row["territory_code"], row["step"])
            speaking = flows.get(key)
            alike = speaking and all(row[name] == speaking[name] for name in ("unit", "source", "basis"))
            first = self.span.first(links[row["step"]].role)
            if alike and row["state"] == "shown" and row["from_date"] >= first and not _partial(row):
                periods.setdefault(key, []).append((row["to_date"], row["from_date"], row["value"]))
        found = {}
        for key, mine in periods.items():
            total, begins, ends = 0.0, None, -1
            # The shorter of two that end on one day: most periods then fit beside each other.
            for last, first, value in sorted(mine, key=lambda p: (p[0], -p[1])):
                if first > ends:
                    total, ends, begins = total + value, last, first if begins is None else begins
            found[key] = flows[key] | {"value": total, "from_date": begins, "on_date": ends}
        return found

    def time_left(self, one: Window, *, on: int):
        """The working time after the day up to the window's last one; None where there is no clock."""
        if one.closes is None or on >= one.closes:
            return None
        return method.working_time(on, one.closes, **self.known.working)

    def clock(self, territory: str, links: Sequence[Link], said: Mapping[str, Any], one: Window, *, on: int) -> Clock:
        """The clock of a territory."""
        found = _left(links, said)
        if one.closes is not None and on <= one.closes:
            holidays = self.known.working.get("holidays", ())
            left = method.working_days(on, one.closes, holidays=holidays)
            found = replace(found, days_left=float(one.closes - on), working_days=float(left))
        gate = next((link for link in links if link.role == GATE), None)
        if gate is None or math.isnan(found.registered):
            return found
        told = stocks(
            self.engine,
            counts={(gate.step, gate.unit)},
            territories=[territory],
            on=self.span.last,
            since=self.span.first(GATE),
            speaking={(territory, gate.step, gate.unit): said[gate.step]["source"]},
            **self.asked,
        ).get((territory, gate.step, gate.unit))
        if told is None:
            return found
        target = None if math.isnan(found.population) else round(found.population)
        # As received: the season is short, and a campaign of three days is a leap that is true.
        pace = method.pace(
            told.days,
            told.values,
            on=on,
            target=target,
            due=one.closes,
            **self.known.working,
        )
        return replace(
            found,
            needed_per_day=_float(pace.needed),
            recent_per_day=_float(pace.recent.per_day),
            times=_float(pace.times),
            pace_state=pace.state,
        )


def _float(number) -> float:
    return math.nan if number is None else float(number)


@cache
def _flows(table: sa.Table) -> sa.Select:
    """The closed periods of the flows of the parameters `territories` and `steps`, up to the day `on`."""
    row = table.alias("row")
    counted = (row.c.reporting, row.c.expected) if table is rollup else (sa.literal(0), sa.literal(0))
    return (
        sa.select(
            series.c.territory,
            series.c.step,
            series.c.unit,
            series.c.source,
            row.c.from_date,
            row.c.to_date,
            row.c.value,
            *counted,
        )
        .select_from(series)
        .join(row, row.c.series == series.c.id)
        .where(
            *(series.c[name] == ALL for name in BREAKDOWNS),
            series.c.measure == "flow",
            series.c.territory.in_(parameters("territories")),
            series.c.step.in_(parameters("steps")),
            row.c.to_date <= parameter("on"),
            is_current(row, cut=parameter("cut")),
        )
    )
