"""Stages: where files wait on their way from a register to a right, which stage matters most, and who holds it.

Definitions. A *passage* leads from one sequence step to the next, as the definitions link them (`follows`; of several
steps before one, the last of its own programme, else the last of another). Programmes that hang on one register are
parallel branches: nothing leads from one to the other. A step that took over from an ended programme (`predecessor`)
was entered by people who never came through the register: its passage is no conversion, and has no share.

*By cohort*: of those who entered the register in one month, how many reached each step in which week. Then

    passed share    who has passed, of all who entered the passage in the last 52 weeks
    median wait     the weeks within which half have had an answer, those still waiting counted as waiting
                    (`queries.methods.stages`: Kaplan and Meier)
    waiting         entered less passed less left, of all cohorts
    oldest          the age of the earliest cohort of which somebody waits, from the end of its month of entry

*From stocks only*: the later stock over the earlier one is a "ratio of stocks", and their difference is what lies
between the two; neither says who passed or how long it takes, so no stage is named. A count of one unit is set beside
one of another only over a bridge that the definitions declare. What cannot be told is "not measured", never zero.

*Priority stage*: the passage which, lifted alone to the median of comparable prefectures (`queries.comparable`), adds
most finished files before the date: that of the target in force on a step of the chain, else the end of the year. It
is named where the passages are known by cohort in the prefecture and in five comparable ones at least. *Gap*: the share
of a cohort that passes all of these stages within twelve weeks each, beside that of the median, split over the stages.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import series
from queries.comparable import comparable
from queries.definitions import Definitions
from queries.disclosure import released
from queries.figures import figures, is_partial, spoken
from queries.flows import flows
from queries.frames import of_rows
from queries.methods import stages as method
from queries.methods.disclosure import SHOWN
from queries.promises import in_force, targets
from queries.situation import has_begun
from queries.territories import level_of, visible

WINDOW = 52 * 7
"""Days of entries that shares and waits are taken from."""

NEAR = 31
"""Two stocks whose days are further apart than this have no ratio."""

COHORT, STOCKS, NONE = "cohort", "stocks", "none"

FIRST_DAY = dt.date(1970, 1, 1)

COLUMNS = [
    "programme",
    "from_step",
    "to_step",
    "from_unit",
    "unit",
    "bridge",
    "skipped",
    "basis",
    "why",
    "entered",
    "passed",
    "passed_share",
    "within_share",
    "median_weeks",
    "waiting",
    "oldest_month",
    "oldest_weeks",
    "from_value",
    "from_date",
    "to_value",
    "on_date",
    "source",
    "partial",
    "waits",
    "body",
    "can_act",
    "state",
]


@dataclass(frozen=True)
class Passage:
    """The way from one step to the next. pairs: (unit before, unit after, bridge), the one to be preferred first;
    bridge: "same", "one_to_one". conversion: whether all who reach the step come this way. waits: whether who has not
    passed waits. exits: the steps by which files leave instead."""

    programme: str
    from_step: str
    to_step: str
    pairs: tuple[tuple[str, str, str], ...]
    conversion: bool
    waits: bool
    body: str
    can_act: bool
    exits: tuple[str, ...] = ()


def passages(known: Definitions) -> dict[str, Passage]:
    """The passage that leads to each step which has one, by step, in the order of the definitions."""
    order = {step: place for place, step in enumerate(known.steps)}
    found = {}
    for key, step in known.steps.items():
        before = [name for name in step.get("follows", ()) if name in order and known.steps[name]["kind"] == "sequence"]
        if step["kind"] != "sequence" or not before:
            continue
        own = [name for name in before if known.steps[name]["programme"] == step["programme"]]
        start = max(own or before, key=order.get)
        found[key] = Passage(
            programme=step["programme"],
            from_step=start,
            to_step=key,
            pairs=_pairs(known.steps[start], step),
            conversion=not step.get("predecessor"),
            waits=step.get("waits", True),
            body=step["body"],
            can_act=bool(step.get("prefecture_can_act")),
            exits=tuple(
                name
                for name, other in known.steps.items()
                if other["kind"] == "exit" and start in other.get("follows", ())
            ),
        )
    return found


def _pairs(before: Mapping, after: Mapping) -> tuple[tuple[str, str, str], ...]:
    """The units in which two steps may be set beside each other: those that both count, then those that are bridged."""
    same = [(unit, unit, "same") for unit in after["units"] if unit in before["units"]]
    over = [
        (bridge["from"], bridge["to"], "one_to_one")
        for bridge in after.get("bridges", ())
        if bridge.get("one_to_one") and bridge["from"] in before["units"]
    ]
    return tuple(same + over)


def chains(known: Definitions) -> dict[str, tuple[Passage, ...]]:
    """For each programme that has passages: those from the first register to each of its last steps, in order."""
    found = passages(known)
    starts = {passage.from_step for passage in found.values() if passage.programme == _of(passage.from_step)}
    lines: dict[str, tuple[Passage, ...]] = {}
    for programme in known.programmes:
        leaves = [key for key, one in found.items() if one.programme == programme and key not in starts]
        line: dict[str, Passage] = {}
        for leaf in leaves:
            line |= {one.to_step: one for one in way_to(leaf, found)}
        if line:
            lines[programme] = tuple(one for key, one in found.items() if key in line)
    return lines


def _of(step: str) -> str:
    return step.partition(".")[0]


def way_to(step: str, found: Mapping[str, Passage]) -> list[Passage]:
    """The passages from the first step to this one, in order."""
    line: list[Passage] = []
    while step in found and all(one.to_step != step for one in line):
        line.insert(0, found[step])
        step = found[step].from_step
    return line


@dataclass(frozen=True)
class Priority:
    """What `stages` found of a chain. step: the stage whose lift adds most, empty where none does; unit, gain: how many
    more files pass the last stage `last` by the day `due`. due_kind: "target" or "year_end". peers: how many comparable
    prefectures the reference is made of, the least over the stages. gains: by stage, one row each: step, unit, gain (of
    the last stage's unit), own_share, reference_share (passing within `method.WITHIN` weeks), part (of the gap, for a
    thousand entries), log. gap: for a thousand entries; NaN where it cannot be split. unmeasured: stages of the chain
    that are not known by cohort."""

    step: str
    last: str
    unit: str
    gain: float
    due: int
    due_kind: str
    peers: int
    gains: pd.DataFrame
    gap: float
    unmeasured: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stages:
    """frame: one row per passage. nodes: one row per sequence step. cohorts: one row per passage and month of entry.
    chain: the steps that the passages of the programme asked for lead to. priority: None where no stage can be named;
    then `why` says why not: stocks (no cohorts), level (not a prefecture), peers (fewer than five), date (no day left),
    none (no lift adds anything)."""

    frame: pd.DataFrame
    nodes: pd.DataFrame
    cohorts: pd.DataFrame
    chain: tuple[str, ...]
    priority: Priority | None = None
    why: str = ""


def stages(
    engine: sa.Engine, *, territory: str, programme: str, on: int, cut: int, scope: str, known: Definitions
) -> Stages:
    """The passages of all programmes in a territory on the day `on`, and the priority stage of the chain of one.

    `frame` has one row per passage, in order, and one more for each step that only has stocks while those between are
    not measured (`skipped` names them):

    programme, from_step, to_step: whose step, from where to where; from_unit, unit: in what each is counted
    bridge: same, one_to_one, or empty where the units cannot be compared
    basis: cohort, stocks or none; why: for none, what is missing (see `_why`)
    entered, passed: of the cohorts of the last 52 weeks; passed_share: 0 to 1, of a ratio of stocks perhaps more
    within_share: who passes within `method.WITHIN` weeks; median_weeks: whole weeks, NaN where fewer than half passed
    waiting: files; of stocks the difference; NaN where nobody waits by definition or nothing is known
    oldest_month (text, "2023-03"), oldest_weeks: of those who wait, by cohort only
    from_value, from_date, to_value, on_date: the two stocks and their days, NaN where there is none
    source: who says so; partial: not all children are in it; waits, body, can_act: as the definitions have them
    state: shown, missing, not_applicable, withheld

    `nodes` has one row per sequence step, in order: programme, step, unit (the first of its units that is told), value,
    on_date, source, basis, address, late, state.

    `cohorts` has one row per passage of the chain and month of entry: from_step, to_step, unit, cohort, entered,
    passed, waiting, state; counts from 1 to one less than the least shown are withheld.
    """
    line, chain = tuple(passages(known).values()), chains(known).get(programme, ())
    reading = _Reading(engine, territory, line, chain, on=on, cut=cut, scope=scope, known=known)
    rows = [reading.row(one) for one in line]
    rows += reading.leaps(rows)
    order = {one.to_step: place for place, one in enumerate(line)}
    rows.sort(key=lambda row: (order[row["to_step"]], bool(row["skipped"])))
    frame = of_rows(([row[name] for name in COLUMNS] for row in rows), COLUMNS)
    in_chain = tuple(one.to_step for one in chain)
    why, found = reading.priority([row for row in rows if row["to_step"] in in_chain])
    return Stages(frame, reading.nodes(), reading.cohorts(), in_chain, found, why)


@dataclass
class _Reading:
    """What is read for one territory. line: all passages; chain: those of which a priority stage is asked."""

    engine: sa.Engine
    territory: str
    line: Sequence[Passage]
    chain: Sequence[Passage]
    _: KW_ONLY
    on: int
    cut: int
    scope: str
    known: Definitions
    waits: dict[str, tuple[method.Waits, tuple[str, str, str]]] = field(default_factory=dict, init=False)
    _weekly: dict[str, "_Weekly"] = field(default_factory=dict, init=False)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """The sequence steps, and those by which files leave."""
        exits = (name for one in self.line for name in one.exits)
        return tuple(dict.fromkeys((*self.sequence, *exits)))

    @cached_property
    def sequence(self) -> tuple[str, ...]:
        return tuple(step for step, body in self.known.steps.items() if body["kind"] == "sequence")

    @cached_property
    def stocks(self) -> dict[tuple[str, str, str], Any]:
        where = sa.and_(series.c.territory == self.territory, series.c.step.in_(self.steps))
        asked = {"on": self.on, "cut": self.cut, "scope": self.scope, "known": self.known, "with_change": False}
        found = figures(self.engine, where=where, **asked)
        return spoken(found)

    @cached_property
    def peers(self) -> tuple[str, ...]:
        """The comparable prefectures; none for what is no prefecture."""
        with self.engine.connect() as connection:
            if level_of(connection, self.territory) != "prefecture":
                return ()
            return comparable(connection, of=self.territory, on=self.on, scope=self.scope)

    def weekly(self, code: str) -> "_Weekly":
        """The weekly counts of a territory's cohorts."""
        if code not in self._weekly:
            codes = (self.territory,) if code == self.territory else self.peers
            of_chain = (name for one in self.chain for name in (one.from_step, one.to_step, *one.exits))
            found = flows(
                self.engine,
                territories=codes,
                steps=self.steps if code == self.territory else tuple(dict.fromkeys(of_chain)),
                breakdown="cohort",
                on=self.on,
                cut=self.cut,
                scope=self.scope,
                known=self.known,
            )
            names = found["territory_code"].to_numpy()
            for one in codes:
                self._weekly[one] = _Weekly(found[names == one])
        return self._weekly[code]

    def by_cohort(self, one: Passage, code: str) -> tuple[method.Waits, tuple[str, str, str]] | None:
        """The waits of a passage in a territory, and the units they are of; None where its cohorts are not known."""
        for pair in one.pairs:
            found = self.weekly(code).waits(one, pair, since=self.on - WINDOW)
            if found is not None:
                return found, pair
        return None

    def row(self, one: Passage) -> dict[str, Any]:
        """The row of a passage."""
        row = dict.fromkeys(COLUMNS, np.nan) | {
            "programme": one.programme,
            "from_step": one.from_step,
            "to_step": one.to_step,
            "skipped": (),
            "waits": one.waits,
            "body": one.body,
            "can_act": one.can_act,
            "basis": NONE,
            "why": "",
            "bridge": "",
            "from_unit": "",
            "unit": self.known.steps[one.to_step]["units"][0],
            "source": "",
            "oldest_month": "",
            "partial": False,
            "state": "missing",
        }
        if not has_begun(self.known, step=one.to_step, code=self.territory, on=self.on):
            return row | {"state": "not_applicable", "why": "not_begun"}
        found = self.by_cohort(one, self.territory) if one.conversion else None
        if found is not None:
            self.waits[one.to_step] = found
            row |= self._of_cohorts(one, *found)
        row |= self._stocks_of(one, row)
        if not one.conversion:
            return row | {"why": "parallel", "basis": NONE, "passed_share": np.nan, "waiting": np.nan}
        return row

    def _of_cohorts(self, one: Passage, found: method.Waits, pair: tuple[str, str, str]) -> dict[str, Any]:
        weekly = self.weekly(self.territory)
        everyone = weekly.waits(one, pair, since=None)
        oldest = weekly.oldest(one, pair) if one.waits else ""
        return {
            "basis": COHORT,
            "from_unit": pair[0],
            "unit": pair[1],
            "bridge": pair[2],
            "entered": float(round(found.entered)),
            "passed": float(round(found.passed.sum())),
            "passed_share": found.passed_share,
            "within_share": found.within(),
            "median_weeks": np.nan if found.median is None or not one.waits else float(found.median),
            "waiting": float(round(everyone.waiting.sum())) if one.waits else np.nan,
            "oldest_month": oldest,
            "oldest_weeks": float((weekly.last(one, pair) - _month_end(oldest)) // 7) if oldest else np.nan,
            "source": weekly.source,
            "partial": weekly.partial,
            "state": SHOWN,
        }

    def _stocks_of(self, one: Passage, row: Mapping[str, Any]) -> dict[str, Any]:
        """The stocks at both ends, and for a passage without cohorts their ratio."""
        pairs = [(row["from_unit"], row["unit"], row["bridge"])] if row["basis"] == COHORT else list(one.pairs)
        ends = [(pair, self.stock(one.from_step, pair[0]), self.stock(one.to_step, pair[1])) for pair in pairs]
        both = next((end for end in ends if _has(end[1]) and _has(end[2])), None)
        if row["basis"] == COHORT:
            return _ends(both[1], both[2]) if both else {}
        pair, before, after = both or self._best(one)
        known = _ends(before, after) | {"from_unit": pair[0], "unit": pair[1] or row["unit"], "bridge": pair[2]}
        if not both:
            shut = any(figure is not None and figure.state == "withheld" for figure in (before, after))
            return known | {"why": self._why(one, before, after), "state": "withheld" if shut else "missing"}
        if abs(before.on_date - after.on_date) > NEAR:
            return known | {"why": "dates", "state": "missing"}
        if is_partial(before) or is_partial(after):
            return known | {"why": "partial", "state": "missing", "partial": True}
        if not before.value:
            return known | {"why": "nobody", "state": "missing"}
        difference = before.value - after.value
        return known | {
            "basis": STOCKS,
            "passed_share": after.value / before.value,
            "waiting": difference if one.waits and difference >= 0 else np.nan,
            "source": after.source,
            "state": SHOWN,
        }

    def _best(self, one: Passage) -> tuple[tuple[str, str, str], Any, Any]:
        """Of a passage without both stocks in comparable units, what there is at each end, in any unit."""
        before, after = (
            next(
                (
                    (unit, figure)
                    for unit in self.known.steps[step]["units"]
                    if _has(figure := self.stock(step, unit)) or (figure is not None and figure.state == "withheld")
                ),
                ("", None),
            )
            for step in (one.from_step, one.to_step)
        )
        return (before[0], after[0], ""), before[1], after[1]

    @staticmethod
    def _why(one: Passage, before: Any, after: Any) -> str:
        """What is missing: both ends ("both"), one ("from", "to"), the same unit ("units"), any bridge ("bridge")."""
        if before is None or after is None:
            return "both" if before is None and after is None else "from" if before is None else "to"
        return "units" if one.pairs else "bridge"

    def stock(self, step: str, unit: str) -> Any:
        """The figure that speaks of a stock, or None."""
        found = self.stocks.get((self.territory, step, unit))
        return found if found is not None and found.measure == "stock" else None

    def leaps(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """For each step with a stock whose own passage is not measured: the ratio to the nearest known step before it.

        Printed figures often say only how many are registered and how many are paid.
        """
        by_step = {one.to_step: one for one in self.line}
        found: list[dict[str, Any]] = []
        for row in rows:
            if row["basis"] != NONE or row["why"] in ("parallel", "not_begun", "withheld", "units", "bridge", "dates"):
                continue
            skipped, step = [], row["from_step"]
            while step in by_step and by_step[step].conversion:
                skipped.insert(0, step)
                step = by_step[step].from_step
                ratio = self._leap(row, step)
                if ratio is not None:
                    found.append(dict(row) | ratio | {"from_step": step, "skipped": tuple(skipped)})
                    break
        return found

    def _leap(self, row: Mapping[str, Any], step: str) -> dict[str, Any] | None:
        for unit in self.known.steps[row["to_step"]]["units"]:
            before, after = self.stock(step, unit), self.stock(row["to_step"], unit)
            usable = _has(before) and _has(after) and not is_partial(before) and not is_partial(after)
            if usable and before.value and abs(before.on_date - after.on_date) <= NEAR:
                return _ends(before, after) | {
                    "from_unit": unit,
                    "unit": unit,
                    "bridge": "same",
                    "basis": STOCKS,
                    "why": "",
                    "passed_share": after.value / before.value,
                    "waiting": np.nan,
                    "source": after.source,
                    "state": SHOWN,
                }
        return None

    def nodes(self) -> pd.DataFrame:
        """The sequence steps with the stock that is told of each."""
        rows = []
        for step in self.sequence:
            body = self.known.steps[step]
            told = [(unit, figure) for unit in body["units"] if (figure := self.stock(step, unit)) is not None]
            shown = [pair for pair in told if _has(pair[1])]
            unit, figure = (shown or told or [(body["units"][0], None)])[0]
            if figure is not None:
                where = (figure.source, figure.basis, figure.address)
                said = (float(figure.value), float(figure.on_date), *where, bool(figure.late), figure.state)
            else:
                begun = has_begun(self.known, step=step, code=self.territory, on=self.on)
                said = (np.nan, np.nan, "", "", "", False, "missing" if begun else "not_applicable")
            rows.append((body["programme"], step, unit, *said))
        columns = ["programme", "step", "unit", "value", "on_date", "source", "basis", "address", "late", "state"]
        return of_rows(rows, columns, floats=("value", "on_date"))

    def cohorts(self) -> pd.DataFrame:
        """The passages of the chain that are known by cohort, month by month."""
        columns = ["from_step", "to_step", "unit", "cohort", "entered", "passed", "waiting"]
        rows = []
        for one in self.chain:
            if one.to_step in self.waits:
                pair = self.waits[one.to_step][1]
                rows += [
                    (one.from_step, one.to_step, pair[1], *counts)
                    for counts in self.weekly(self.territory).months(one, pair)
                ]
        frame = of_rows(rows, columns, floats=("entered", "passed", "waiting"))
        if frame.empty:
            return frame.assign(state=pd.Series(dtype=object))
        with self.engine.connect() as connection:
            seen = visible(connection, scope=self.scope)
        closed = np.zeros(len(frame), dtype=bool)
        for name in ("entered", "passed", "waiting"):
            cells = pd.DataFrame(
                {
                    "territory_code": self.territory,
                    "step": frame["to_step"],
                    "unit": frame["unit"],
                    "cohort": frame["cohort"],
                    "value": frame[name],
                }
            )
            asked = {"seen": None if seen is None else seen | {self.territory}, "smallest": self.known.small_cell}
            cells = released(cells, **asked)
            frame[name] = cells["value"].to_numpy()
            closed |= (cells["state"] == "withheld").to_numpy()
        return frame.assign(state=pd.Series(np.where(closed, "withheld", SHOWN), dtype=object))

    # The priority stage

    def priority(self, rows: Sequence[Mapping[str, Any]]) -> tuple[str, Priority | None]:
        """Why no stage can be named, or the one that is."""
        run = self._run()
        if not run:
            return "stocks", None
        if not self.peers:
            with self.engine.connect() as connection:
                is_prefecture = level_of(connection, self.territory) == "prefecture"
            return ("peers" if is_prefecture else "level"), None
        listed, counted = [], []
        for place, one in enumerate(run):
            told = [found for code in self.peers if (found := self.by_cohort(one, code)) is not None]
            listed.append(
                method.Stage(
                    self.waits[one.to_step][0],
                    method.reference([waits for waits, _ in told]),
                    self._turned(one, run[place + 1] if place + 1 < len(run) else None),
                )
            )
            counted.append((len(told), [waits.within() for waits, _ in told]))
        if all(stage.reference is None for stage in listed):
            return "peers", None
        due, kind = self._due(run)
        weeks = (due - self.on) // 7
        if weeks < 1:
            return "date", None
        gains = method.gains(listed, weeks=weeks)
        place = method.priority(listed, weeks=weeks)
        own = [stage.waits.within() for stage in listed]
        other = [
            float(np.median(shares)) if stage.reference is not None else np.nan
            for stage, (_, shares) in zip(listed, counted, strict=True)
        ]
        gap = method.split(own, other, entered=1000.0)
        blank = np.full(len(run), np.nan)
        units = [self.waits[one.to_step][1][1] for one in run]
        frame = of_rows(
            zip(
                (one.to_step for one in run),
                units,
                (one.body for one in run),
                (one.can_act for one in run),
                gains.tolist(),
                own,
                other,
                (blank if gap is None else gap.parts).tolist(),
                (blank if gap is None else gap.logs).tolist(),
                strict=True,
            ),
            ["step", "unit", "body", "can_act", "gain", "own_share", "reference_share", "part", "log"],
            floats=("gain", "own_share", "reference_share", "part", "log"),
        )
        measured = {one.to_step for one in run}
        found = Priority(
            step="" if place is None else run[place].to_step,
            last=run[-1].to_step,
            unit=units[-1],
            gain=np.nan if place is None else float(gains[place]),
            due=due,
            due_kind=kind,
            peers=min(n for n, _ in counted),
            gains=frame,
            gap=np.nan if gap is None else gap.gap,
            unmeasured=tuple(
                row["to_step"] for row in rows if row["to_step"] not in measured and row["why"] != "parallel"
            ),
        )
        return ("none" if place is None else ""), found

    def _run(self) -> list[Passage]:
        """The longest run of passages known by cohort, each beginning where the one before ends."""
        best: list[Passage] = []
        known = {one.to_step: one for one in self.chain if one.to_step in self.waits}
        for leaf in known:
            run: list[Passage] = []
            step = leaf
            while step in known:
                run.insert(0, known[step])
                step = known[step].from_step
            if len(run) > len(best):
                best = run
        return best

    def _turned(self, one: Passage, after: Passage | None) -> float:
        """How many of what the next passage counts come of one of what this one counts: the step's own bridge."""
        if after is None:
            return 1.0
        unit, wanted = self.waits[one.to_step][1][1], self.waits[after.to_step][1][0]
        if unit == wanted:
            return 1.0
        bridges = self.known.steps[one.to_step].get("bridges", ())
        bridge = next((b for b in bridges if (b["from"], b["to"]) == (unit, wanted)), None)
        before, turned = self.stock(one.to_step, unit), self.stock(one.to_step, wanted)
        if bridge is None or bridge.get("one_to_one") or not (_has(before) and _has(turned)) or not before.value:
            return 1.0
        return turned.value / before.value

    def _due(self, run: Sequence[Passage]) -> tuple[int, str]:
        """The day before which files are to be finished, and where it comes from."""
        steps = {one.to_step for one in run} | {one.from_step for one in run}
        with self.engine.connect() as connection:
            held = targets(connection, cut=self.cut, known=self.known, territories=[self.territory])
        due = [
            found.due
            for (indicator, _), told in held.items()
            if self.known.indicators[indicator]["numerator"]["step"] in steps
            and (found := in_force(told, on=self.on)) is not None
            and found.due > self.on
        ]
        if due:
            return min(due), "target"
        day = FIRST_DAY + dt.timedelta(days=self.on)
        return (dt.date(day.year, 12, 31) - FIRST_DAY).days, "year_end"


class _Weekly:
    """The weekly counts of the cohorts of one territory."""

    def __init__(self, frame: pd.DataFrame):
        self.source = frame["source"].iloc[0] if len(frame) else ""
        sums = (frame["basis"] == "summed").to_numpy(dtype=bool)
        self.partial = bool((frame["reporting"].to_numpy()[sums] < frame["expected"].to_numpy()[sums]).any())
        self.rows = dict(iter(frame.groupby(["step", "unit"], sort=False)))
        self.first = int(frame["on_date"].min()) if len(frame) else 0

    def last(self, one: Passage, pair: tuple[str, str, str]) -> int:
        """The last day up to which a passage is told: that of its later step. Afterwards, who passed is not known to
        wait; who enters no more is not told either, so the step before does not hold it back."""
        return int(self.rows[one.to_step, pair[1]]["on_date"].max())

    def table(self, step: str, unit: str, *, last: int) -> tuple[list[str], np.ndarray] | None:
        """The months of entry of a step's cohorts, and their counts by week; None where it has none."""
        rows = self.rows.get((step, unit))
        if rows is None:
            return None
        rows = rows[rows["on_date"].to_numpy(dtype=int) <= last]
        months = sorted(set(rows["group"].tolist()))
        places = {month: place for place, month in enumerate(months)}
        found = np.zeros((len(months), (last - self.first) // 7 + 1))
        at = [places[month] for month in rows["group"].tolist()]
        week = (rows["on_date"].to_numpy(dtype=int) - self.first) // 7
        np.add.at(found, (at, week), rows["value"].to_numpy(dtype=float))
        return months, found

    def of(
        self, one: Passage, pair: tuple[str, str, str]
    ) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray] | None:
        """The months, and by week who entered a passage, who passed it and who left instead; None: not known."""
        if (one.from_step, pair[0]) not in self.rows or (one.to_step, pair[1]) not in self.rows:
            return None
        last = self.last(one, pair)
        before = self.table(one.from_step, pair[0], last=last)
        after = self.table(one.to_step, pair[1], last=last)
        # Cohorts of another register's months are not these: of a step that is reached, each has entered.
        if not before[0] or not set(after[0]) <= set(before[0]):
            return None
        months, came = before
        went, gone = np.zeros_like(came), np.zeros_like(came)
        went[[months.index(month) for month in after[0]]] = after[1]
        for step in one.exits:
            out = self.table(step, pair[0], last=last) or self.table(step, pair[1], last=last)
            if out is not None:
                kept = [place for place, month in enumerate(out[0]) if month in months]
                gone[[months.index(out[0][place]) for place in kept]] += out[1][kept]
        return months, came, went, gone

    def waits(self, one: Passage, pair: tuple[str, str, str], *, since: int | None) -> method.Waits | None:
        """The waits of the cohorts that began to enter after the day `since` (None: of all); None: not known."""
        found = self.of(one, pair)
        if found is None:
            return None
        months, *counts = found
        kept = [place for place, month in enumerate(months) if since is None or _month_end(month) > since]
        return method.waits(*(count[kept] for count in counts)) if kept else None

    def months(self, one: Passage, pair: tuple[str, str, str]) -> list[tuple[str, float, float, float]]:
        """Each month of entry: who entered the passage, who passed it, who waits."""
        found = self.of(one, pair)
        if found is None:
            return []
        months, came, went, gone = found
        entered, passed, left = came.sum(axis=1), went.sum(axis=1), gone.sum(axis=1)
        waiting = np.maximum(entered - passed - left, 0)
        return list(zip(months, entered.tolist(), passed.tolist(), waiting.tolist(), strict=True))

    def oldest(self, one: Passage, pair: tuple[str, str, str]) -> str:
        """The earliest month of entry of which somebody waits."""
        return next((month for month, *_, waiting in self.months(one, pair) if waiting >= 1), "")


def _month_end(month: str) -> int:
    """The last day of a month, as days since 1970-01-01."""
    return int((np.datetime64(month, "M") + 1).astype("datetime64[D]").astype(int)) - 1


def _has(figure: Any) -> bool:
    return figure is not None and figure.state == SHOWN


def _ends(before: Any, after: Any) -> dict[str, Any]:
    """The two stocks of a passage and their days."""
    found: dict[str, Any] = {}
    for figure, value, day in ((before, "from_value", "from_date"), (after, "to_value", "on_date")):
        if _has(figure):
            found |= {value: float(figure.value), day: float(figure.on_date)}
    return found


BODY_COLUMNS = ["body", "programme", "to_step", "unit", "waiting", "median_weeks", "oldest_month", "basis", "can_act"]


def bodies(frame: pd.DataFrame) -> pd.DataFrame:
    """Who is concerned: for each stage where files wait, the body that holds it, how many, and how long.

    frame: that of `stages`. One row per body and stage, in the order of the definitions: body, programme, to_step,
    unit, waiting (files; of stocks the difference), median_weeks, oldest_month, basis, can_act. Units are never added
    up. Stages of which nothing is known are left out.
    """
    rows = [
        [row[name] for name in BODY_COLUMNS]
        for row in frame.to_dict("records")
        if row["state"] == SHOWN and row["waiting"] == row["waiting"] and not row["skipped"]
    ]
    order = {body: place for place, body in enumerate(dict.fromkeys(row[0] for row in rows))}
    rows.sort(key=lambda row: order[row[0]])
    return of_rows(rows, BODY_COLUMNS, floats=("waiting", "median_weeks"))


__all__ = ["COLUMNS", "Passage", "Priority", "Stages", "bodies", "chains", "passages", "stages"]
