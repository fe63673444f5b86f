"""Since: what a figure gained from one meeting to the next, and how much of that is revision of what was shown.

*Then* is the figure as the meeting before saw it: at its cut, of its day. *Known* is what the present cut knows of that
same day, *now* what it knows of the present day. Revision is known less then, read event by event from those between
the two cuts; activity is now less known (`queries.methods.split`). Figures are those of `queries.figures`, so a sum of
children is compared with a sum, and where another source has taken over the jump between the two is a part of its own.

Why an event moved the figure follows from what it is. A file brings late figures and corrections, and so does a ruling
on rows that waited; of a sum each territory below it that the file speaks of is looked at. A withdrawal or an erasure
takes a file back. A change of the reference lists is one of definition where the indicator or its step has changed,
else one of territories, which move sums. A move of persons between territories is no reason: no source dates them, so
it is told by the corrections of both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

import numpy as np
import sqlalchemy as sa

from data.schema import ALL, definition, event, observation, series, territory
from queries import territories
from queries.cuts import SAYS_NO_FIGURE, parameter
from queries.definitions import Definitions, definitions
from queries.figures import COMPLETE, Figure, figures, is_partial, spoken
from queries.frames import rows_of
from queries.methods import split
from queries.methods.disclosure import MISSING, SHOWN, WITHHELD

UNTOUCHING = (*SAYS_NO_FIGURE, "action", "target", "capacity", "project")
"""The kinds after which every count is what it was."""

Count = tuple[str, str]
"""step, unit."""

Speaker = tuple[str, str]
"""source, basis."""


@dataclass(frozen=True)
class Moment:
    """When a figure is read: as known at which cut, of which day, under which definitions, of which count."""

    cut: int
    on: int
    known: Definitions
    count: Count


@dataclass(frozen=True)
class Reason:
    """A part of what was revised: reason (of `queries.methods.split.REASONS`, or source), value, the events that did
    it, the source that they are of (empty: several), and the day of the last of them."""

    reason: str
    value: int
    events: tuple[int, ...] = ()
    source: str = ""
    on_date: int | None = None


@dataclass(frozen=True)
class Since:
    """What a figure gained in one territory. then, known, now: rows of `queries.figures`, None where there is none;
    state: shown, missing (then or now) or withheld; activity: None where it cannot be told from the change of source;
    reasons: the parts of the rest, that of the change of source among them."""

    territory: str
    count: Count
    then: Figure | None
    known: Figure | None
    now: Figure | None
    state: str
    activity: int | None = None
    reasons: tuple[Reason, ...] = ()

    @property
    def change(self) -> int | None:
        """Now less then; None where one of them is not shown."""
        return int(self.now.value) - int(self.then.value) if self.state == SHOWN else None

    @property
    def revision(self) -> int | None:
        """What of the change is revision of what was shown."""
        return sum(one.value for one in self.reasons if one.reason != split.SOURCE) if self.state == SHOWN else None

    @property
    def jump(self) -> int:
        """What of the change is that of the source."""
        return sum(one.value for one in self.reasons if one.reason == split.SOURCE)


@dataclass(frozen=True)
class Row:
    """A line of the table of children: `code` of one, or OTHERS or UNALLOCATED; a figure that cannot be shown is None.

    change less activity and revision is what the source makes of it."""

    code: str
    then: int | None = None
    now: int | None = None
    change: int | None = None
    activity: int | None = None
    revision: int | None = None
    state: str = SHOWN


OTHERS, UNALLOCATED = "others", "unallocated"
"""Children that are withheld, together; and what the figure of their parent says beyond them."""


@dataclass(frozen=True)
class Found:
    """What since answers. whole: the territory that was asked for; children: those whose sum it is, in administrative
    order; level: theirs; rows: the table, whose every column adds up to the whole; together: codes in the row OTHERS;
    unit_changed: (then, now) where the indicator counts another unit than it did, which is not compared; defined_on:
    the day since which the definition is another, None: it is the same."""

    whole: Since
    children: tuple[Since, ...] = ()
    level: str = ""
    rows: tuple[Row, ...] = ()
    together: frozenset[str] = frozenset()
    unit_changed: tuple[str, str] | None = None
    defined_on: int | None = None

    @cached_property
    def by_code(self) -> dict[str, Since]:
        """The whole and those children that are shown by themselves."""
        own = {one.territory: one for one in self.children if one.territory not in self.together}
        return {self.whole.territory: self.whole} | own


def since(
    engine: sa.Engine,
    *,
    of: str,
    then: Moment,
    now: Moment,
    scope: str,
    role: str,
    indicator: str = "",
    shown: Mapping[str, int] | None = None,
) -> Found:
    """What a count gained in a territory and in its children between two moments.

    The count of each moment is the one that the indicator had then. shown: what the slides of the meeting before said,
    by territory; where a file was erased since, the tables do not say it any more.
    """
    if then.count[1] != now.count[1]:
        whole = Since(of, now.count, None, None, None, MISSING)
        return Found(whole, unit_changed=(then.count[1], now.count[1]))
    return _Reading(engine, of, then, now, scope, role, indicator, dict(shown or {})).found()


@dataclass
class _Told:
    """What was known of the day that was shown at one cut: rows of `queries.figures`, and those that speak."""

    speaking: dict[str, Figure]
    every: dict[tuple[str, Speaker], Figure]
    count: Count


@dataclass
class _Reading:
    engine: sa.Engine
    of: str
    then: Moment
    now: Moment
    scope: str
    role: str
    indicator: str
    shown: dict[str, int]
    kin: dict[str, tuple[territories.Family, ...]] = field(default_factory=dict)
    said: dict[tuple[str, Count], list[sa.Row]] = field(default_factory=dict)

    def found(self) -> Found:
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(territory.c.code, territory.c.parent, territory.c.level)).all()
            self.seen = territories.visible(connection, scope=self.scope)
        self.parents = {code: parent for code, parent, _ in rows}
        self.levels = {code: level for code, _, level in rows}
        # The figure itself comes first: it says of which children it is the sum.
        then, known, now = self.then, replace(self.now, on=self.then.on), self.now
        own = [self._told(moment, (self.of,)).speaking.get(self.of) for moment in (now, then)]
        family = self._family(own[0] or own[1])
        self.codes = (self.of, *family.children) if family else (self.of,)
        self.events = self._events()
        ends = [self._told(moment, self.codes) for moment in (then, known, now)]
        moves = self._moves(ends[0], ends[1])
        whole, *children = (self._since(code, ends, moves.get(code, [])) for code in self.codes)
        level = self.levels[family.children[0]] if family else ""
        together = self._together(children, level)
        return Found(
            whole,
            tuple(children),
            level,
            tuple(_rows(whole, children, together)),
            together,
            defined_on=self._defined_on(),
        )

    def _told(self, moment: Moment, codes: Sequence[str]) -> _Told:
        step, unit = moment.count
        where = sa.and_(
            series.c.territory.in_(list(codes)),
            series.c.step == step,
            series.c.unit == unit,
            series.c.measure == "stock",
        )
        asked = {"on": moment.on, "cut": moment.cut, "scope": self.scope, "known": moment.known}
        frame = figures(self.engine, where=where, **asked, with_change=False)
        every = {(row.territory_code, (row.source, row.basis)): row for row in map(Figure._make, rows_of(frame))}
        return _Told({code: row for (code, _, _), row in spoken(frame).items()}, every, moment.count)

    def _family(self, figure: Figure | None) -> territories.Family | None:
        """The children whose sum a figure is; of one that was reported, the first kind that there is."""
        held = self._families(self.of)
        if figure is not None and figure.basis == "summed":
            return next((one for one in held if one.expected == figure.expected), held[0] if held else None)
        return held[0] if held else None

    def _families(self, of: str) -> tuple[territories.Family, ...]:
        if of not in self.kin:
            with self.engine.connect() as connection:
                self.kin[of] = territories.families(connection, of=of)
        return self.kin[of]

    # Events

    def _events(self) -> list[sa.Row]:
        """The events between the two cuts that may have moved what is known of the day that was shown."""
        asked = {"after": self.then.cut, "cut": self.now.cut, "on": self.then.on}
        with self.engine.connect() as connection:
            events = connection.execute(_EVENTS, asked).all()
            # An indicator may have been redefined twice, and be what it was.
            between = {self._moment_of(number).count for number in self._defining}
            counts = {self.then.count, self.now.count, *between}
            rows = [
                (count, *row)
                for count in sorted(counts)
                for row in connection.execute(_touched(), asked | dict(zip(("step", "unit"), count, strict=True)))
            ]
        self.touched: dict[int, set[tuple[Count, str, str]]] = {}
        for count, number, code, source in rows:
            if self._is_inside(code):
                self.touched.setdefault(number, set()).add((count, code, source))
        return [row for row in events if row.kind in ("reference", "erasure") or row.number in self.touched]

    def _is_inside(self, code: str) -> bool:
        if code == self.of or self.of in self._above(code):
            return True
        # An office stands below its prefecture, and yet may be a part of a commune.
        return any(code in one.children for one in self._families(self.of))

    def _above(self, code: str) -> list[str]:
        found = []
        while code := self.parents.get(code, ""):
            found.append(code)
        return found

    def _moment_of(self, number: int) -> Moment:
        """The day that was shown, as known after an event: under the definitions and of the count of then and there."""
        known = definitions(self.engine, cut=number).seen_by(self.role)
        numerator = (known.indicators.get(self.indicator) or {}).get("numerator") or {}
        count = (numerator.get("step", ""), numerator.get("unit", ""))
        return Moment(number, self.then.on, known, count if count[1] == self.now.count[1] else self.now.count)

    def _moves(self, first: _Told, last: _Told) -> dict[str, list[Reason]]:
        """What each event moved, by territory."""
        moves: dict[str, list[Reason]] = {}
        before = first
        for row in self.events:
            after = last if row is self.events[-1] else self._told(self._moment_of(row.number), self.codes)
            for code in self.codes:
                moves.setdefault(code, []).extend(self._move(code, row, before, after))
            before = after
        return moves

    def _move(self, code: str, row: sa.Row, before: _Told, after: _Told) -> Iterable[Reason]:
        """What one event moved in one territory, by reason."""
        was, is_now = before.speaking.get(code), after.speaking.get(code)
        if was is None and is_now is None:
            return

        def part(reason: str, value: int) -> Iterable[Reason]:
            if value:
                yield Reason(reason, value, (row.number,), row.source, row.recorded_at // 86_400)

        delta = _value(is_now) - _value(was)
        if row.kind in ("withdrawal", "erasure"):
            yield from part(split.WITHDRAWAL, delta)
        elif before.count != after.count:
            yield from part(split.DEFINITION, delta)
        elif was is not None and is_now is not None and _speaker(was) != _speaker(is_now):
            same = after.every.get((code, _speaker(was)))
            kept = 0
            if same is not None and same.state == SHOWN:
                kept = _value(same) - _value(was)
                yield from self._by_kind(code, row, was, kept, part, after.count)
            yield from part(split.SOURCE, delta - kept)
        else:
            yield from self._by_kind(code, row, is_now if was is None else was, delta, part, after.count)

    def _by_kind(self, code: str, row: sa.Row, figure: Figure, delta: int, part, count: Count) -> Iterable[Reason]:
        if row.kind == "reference":
            reason = split.DEFINITION if self._is_defined_by(row.number) else split.TERRITORIES
            yield from part(reason, delta)
            return
        correction = late = 0
        if figure.basis == "reported":
            # A file may correct one day and bring another, and leave the figure what it was.
            if delta or (count, code, figure.source) in self.touched.get(row.number, ()):
                correction, _ = self._file_parts(code, figure.source, row.number, count)
            late = delta - correction
        else:
            for leaf in self._leaves(code, figure, row.number, count):
                one = self._file_parts(leaf, figure.source, row.number, count)
                correction, late = correction + one[0], late + one[1]
        yield from part(split.CORRECTION, correction)
        yield from part(split.LATE, late)
        yield from part(split.REST, delta - correction - late)

    def _is_defined_by(self, number: int) -> bool:
        """Whether an event changed what is counted, or for how long a figure counts. Other words change neither."""
        before, after = self._moment_of(number - 1), self._moment_of(number)
        step = after.count[0]
        return before.count != after.count or before.known.stale_after(step) != after.known.stale_after(step)

    @cached_property
    def _defining(self) -> dict[int, int]:
        """The events between the cuts that wrote the indicator or its step anew, and their days."""
        steps = {self.then.count[0], self.now.count[0]}
        # An indicator that is redefined names another step; how a step between the two was defined moves nothing.
        changed = sa.or_(
            sa.and_(definition.c.kind == "step", definition.c.id.in_(sorted(steps))),
            sa.and_(definition.c.kind == "indicator", definition.c.id == self.indicator),
        )
        statement = (
            sa.select(event.c.number, event.c.recorded_at)
            .join(definition, definition.c.event == event.c.number)
            .where(definition.c.event > self.then.cut, definition.c.event <= self.now.cut, changed)
            .distinct()
        )
        with self.engine.connect() as connection:
            return {number: at // 86_400 for number, at in connection.execute(statement)}

    def _defined_on(self) -> int | None:
        return max((day for number, day in self._defining.items() if self._is_defined_by(number)), default=None)

    def _leaves(self, of: str, figure: Figure, number: int, count: Count) -> list[str]:
        """The territories below, each once, whose own report an event changed and which stand in the sum."""
        spoken_of = self.touched.get(number, ())
        touched = {code for of_count, code, source in spoken_of if (of_count, source) == (count, figure.source)}
        held = self._families(of)
        exact = [one for one in held if one.expected == figure.expected]
        return sorted(
            set(self._below(exact or held, touched, lambda one: self._history(one, figure.source, number, count)))
        )

    def _below(self, kin: Sequence[territories.Family], touched: set[str], reported) -> Iterable[str]:
        """reported: what a territory says itself of what its children would add up to."""
        offices = {code for code in touched if self.levels[code] in territories.OFFICES}
        for family in kin:
            found = []
            for child in family.children:
                mine = {code for code in touched if code == child or child in self._above(code)}
                if self.levels[child] in ("commune", "arrondissement"):
                    # Offices stand below their prefecture, and yet may be parts of a commune.
                    mine |= offices
                if child in touched or (mine and reported(child)):
                    found.append(child)
                elif mine:
                    found += self._below(self._families(child), touched, reported)
            if found:
                # Of several kinds of children one makes the sum: that of the tree comes first.
                yield from found
                return

    def _file_parts(self, code: str, source: str, number: int, count: Count) -> tuple[int, int]:
        before, after = (self._history(code, source, cut, count) for cut in (number - 1, number))
        return split.file_parts(before, after)

    def _history(self, code: str, source: str, cut: int, count: Count) -> dict[int, int]:
        """What a territory reported itself, as known at a cut: value by day, up to the day that was shown."""
        cells: dict[tuple[str, str], dict[int, int]] = {}
        for row in self._said(code, count):
            if row.source == source and row.event <= cut:
                cells.setdefault((row.sex, row.area), {})[row.to_date] = row.value
        cells = {cell: {day: v for day, v in said.items() if v is not None} for cell, said in cells.items()}
        found: dict[int, int] = {}
        for parts in (((ALL, ALL),), *COMPLETE):
            told = [cells.get(part, {}) for part in parts]
            for day in set(told[0]).intersection(*told[1:]):
                found.setdefault(day, sum(one[day] for one in told))
        return found

    def _said(self, code: str, count: Count) -> list[sa.Row]:
        if (code, count) not in self.said:
            asked = {"code": code, "step": count[0], "unit": count[1], "on": self.then.on, "cut": self.now.cut}
            with self.engine.connect() as connection:
                self.said[code, count] = connection.execute(_history(), asked).all()
        return self.said[code, count]

    # Parts

    def _since(self, code: str, ends: list[_Told], moves: list[Reason]) -> Since:
        was, known, is_now = (end.speaking.get(code) for end in ends)
        erased = [row for row in self.events if row.kind == "erasure"]
        if erased and was is not None and self.shown.get(code, was.value) != was.value:
            # The tables say at no cut any more what was erased, but the slide does.
            gone = int(was.value) - self.shown[code]
            numbers = tuple(row.number for row in erased)
            moves = [Reason(split.WITHDRAWAL, gone, numbers, on_date=erased[-1].recorded_at // 86_400), *moves]
            was = was._replace(value=float(self.shown[code]))
        count = self.now.count
        if any(one is not None and one.state == WITHHELD for one in (was, known, is_now)):
            return Since(code, count, None, None, None, WITHHELD)
        if was is None and is_now is None and self.seen is not None and code not in self.seen:
            return Since(code, count, None, None, None, WITHHELD)
        if is_now is None or (was is None and known is None):
            gone = self._reasons(was, known, moves, 0) if was is not None else ()
            return Since(code, count, was, known, is_now, MISSING, reasons=gone)
        jump, told_apart = self._jump(code, known, is_now, ends) if known is not None else (0, True)
        known_value = _value(known)
        activity, _ = split.parts(_value(was), known_value, _value(is_now), moved=[], jump=jump)
        if was is None:
            return Since(code, count, was, known, is_now, MISSING, activity if told_apart else None)
        if known is None:
            # Withdrawn, with nothing left of that day: whatever is told now was told since.
            activity = _value(is_now)
        reasons = self._reasons(was, known, moves, jump)
        return Since(code, count, was, known, is_now, SHOWN, activity if told_apart else None, reasons)

    @staticmethod
    def _reasons(was: Figure | None, known: Figure | None, moves: list[Reason], jump: int) -> tuple[Reason, ...]:
        """The parts of the change that are none of activity, each once, in the order in which they are said."""
        moved = [(one.reason, one.value) for one in moves]
        _, held = split.parts(_value(was), _value(known), _value(known) + jump, moved=moved, jump=jump)
        reasons = []
        for reason in (*split.REASONS, split.SOURCE):
            if reason not in held:
                continue
            mine = [one for one in moves if one.reason == reason]
            sources = {one.source for one in mine}
            source = sources.pop() if len(sources) == 1 else ""
            events = tuple(sorted({number for one in mine for number in one.events}))
            day = max((one.on_date for one in mine if one.on_date is not None), default=None)
            reasons.append(Reason(reason, held[reason], events, source, day))
        return tuple(reasons)

    def _jump(self, code: str, known: Figure, is_now: Figure, ends: list[_Told]) -> tuple[int, bool]:
        """How far the source that speaks now lies from the one that spoke, and whether that tells activity apart."""
        if _speaker(known) == _speaker(is_now):
            return 0, True
        same_day = ends[1].every.get((code, _speaker(is_now)))
        if same_day is not None and same_day.state == SHOWN:
            return _value(same_day) - _value(known), True
        still = ends[2].every.get((code, _speaker(known)))
        if still is not None and still.state == SHOWN and still.on_date > known.on_date:
            return _value(is_now) - _value(still), True
        return _value(is_now) - _value(known), False

    def _together(self, children: Sequence[Since], level: str) -> frozenset[str]:
        if not children:
            return frozenset()
        values = np.array([[_value(one.then, np.nan), _value(one.now, np.nan)] for one in children], dtype=float)
        withheld = np.array([[one.state == WITHHELD] for one in children])
        small = np.zeros(values.shape, dtype=bool)
        if level == "school":
            # A school is a breakdown of its prefecture: its small counts may point at a person.
            small = (values >= 1) & (values < self.now.known.small_cell)
        hidden = split.put_together(values, withheld=withheld, small=small)
        return frozenset(one.territory for one, gone in zip(children, hidden, strict=True) if gone)


def _rows(whole: Since, children: Sequence[Since], together: frozenset[str]) -> Iterable[Row]:
    """The table: a row per child that is shown, then those that are not, then what the whole says beyond them."""
    rows = [_row(one) for one in children if one.territory not in together]
    if not children:
        return []
    total = _row(whole)
    left = {}
    for name in _COLUMNS:
        held = [value for row in rows if (value := getattr(row, name)) is not None]
        mine = getattr(total, name)
        left[name] = None if mine is None else mine - sum(held)
    if together:
        # What no child accounts for is in it too: apart from it, it would tell what the hidden ones are.
        return [*rows, Row(OTHERS, **left, state=WITHHELD)]
    if any(left.values()):
        return [*rows, Row(UNALLOCATED, **left)]
    return rows


_COLUMNS = ("then", "now", "change", "activity", "revision")


def _row(one: Since) -> Row:
    shown = one.state != WITHHELD
    return Row(
        one.territory,
        int(one.then.value) if shown and one.then is not None else None,
        int(one.now.value) if shown and one.now is not None else None,
        one.change,
        one.activity,
        one.revision,
        one.state,
    )


def _value(figure: Figure | None, nothing: float = 0) -> int:
    if figure is None or figure.value != figure.value:
        return nothing
    return int(figure.value)


def _speaker(figure: Figure | None) -> Speaker | None:
    return None if figure is None else (figure.source, figure.basis)


def counted_alike(one: Since) -> bool:
    """Whether then and now are whole, or sums over as many children: else the change is also that of who reported."""
    pair = (one.then, one.now)
    return all(figure is None or not is_partial(figure) for figure in pair) or (
        None not in pair and one.then.reporting == one.now.reporting
    )


_EVENTS = (
    sa.select(event.c.number, event.c.kind, event.c.recorded_at, event.c.source)
    .where(
        event.c.number > sa.bindparam("after"),
        event.c.number <= sa.bindparam("cut"),
        event.c.kind.not_in(UNTOUCHING),
    )
    .order_by(event.c.number)
)


@cache
def _touched() -> sa.Select:
    """Which territories an event spoke of, by source: of the day that was shown or an earlier one."""
    return (
        sa.select(observation.c.event, series.c.territory, series.c.source)
        .join(series, series.c.id == observation.c.series)
        .where(
            series.c.step == sa.bindparam("step"),
            series.c.unit == sa.bindparam("unit"),
            series.c.measure == "stock",
            observation.c.event > parameter("after"),
            observation.c.event <= parameter("cut"),
            observation.c.to_date <= parameter("on"),
        )
        .distinct()
    )


@cache
def _history() -> sa.Select:
    """What was ever said of a total in a territory, or of its parts by sex or area, oldest first."""
    return (
        sa.select(series.c.source, series.c.sex, series.c.area, observation.c.to_date, observation.c.event)
        .add_columns(observation.c.value)
        .join(series, series.c.id == observation.c.series)
        .where(
            series.c.territory == sa.bindparam("code"),
            series.c.step == sa.bindparam("step"),
            series.c.unit == sa.bindparam("unit"),
            series.c.measure == "stock",
            *(series.c[name] == ALL for name in ("age_band", "reason", "cohort")),
            observation.c.to_date <= parameter("on"),
            observation.c.event <= parameter("cut"),
        )
        .order_by(observation.c.event)
    )
