"""Reconcile: what could explain that a number heard somewhere is not ours.

A *number heard* is a count (or a share) that somebody else gives for one of our counts: a step, a unit, a territory, a
day. *Our figure* is the one that speaks for it (`queries.figures`). A *candidate* is a number that comes out when one
thing is taken otherwise, and that our tables hold or that follows from them by one stated operation:

ours: our own figure (it is what was heard once it is rounded)
date: our figure of another day; between: the two days between which it went past what was heard
unit: the same step counted in another unit; per_household: our figure by the size of a census household
place: the same count above, below or beside the territory, or in one of the same name
step: another step or programme, in the same territory
source: another source for the same count; quoted: a statement that was printed
census: the census count itself
revision: our figure of that day as it was known before an event (files that came late, corrections)
partial: the sum over those that had reported; without: our figure less one of the children
flow: the count of a period where ours is the state at a day, or the other way round; change: the difference over about
30 days, or since the day before in our history; doubled: our figure with its last increase counted twice; twice: twice
our figure, which is what a total added to its own parts gives
share: one of the counts of the territory over a census count or over another step, in whatever units

A candidate explains the number heard when it rounds to it as it was said, or lies within the tolerance
(`queries.methods.reconcile`). Each candidate is a number that the reader may see: counts come through
`queries.figures` and `queries.trend`, and what events changed is only told of territories in the reader's scope.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import nan
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import census, event, grouping_member, jurisdiction, observation, rollup, series, territory
from queries.definitions import Definitions, definitions
from queries.figures import Figure, figures, is_partial, spoken
from queries.frames import of_rows, rows_of
from queries.methods import reconcile as method
from queries.situation import quotations
from queries.territories import lineage, visible
from queries.trend import COLUMNS as POINT_COLUMNS
from queries.trend import best_history, histories

REVISIONS = 12
"""How many of the last events that touched a count are asked what it was before them."""

KEPT_OF_A_KIND, KEPT_DOUBLED = 3, 1
"""How many candidates of one kind are handed back: a prefecture has ninety communes, and one of them is always near.

Of the increases that may have been counted twice one will do: they are much alike."""

CLOSE_DAYS = 45
"""Two days of a history that lie further apart say nothing of what was between them."""

LONGEST_DELIVERY = 31
"""An increase over more days than these is no delivery that somebody may have counted twice."""

LAST_DAYS = 14
"""How many of the last increases are tried when one of them may have been counted twice."""


class Candidate(NamedTuple):
    """One number that could be what was heard. Dates are days since 1970-01-01; what does not apply is NaN or empty.

    kind: as the module says; changes: how many things differ from our figure. territory_code, step, unit, measure,
    source, basis, from_date, on_date: the count behind it; value: the number it would give (a share: 1 is the whole).
    reporting, expected: of a sum, how many children reported and how many there are. other_value, other_date: the
    second number of an operation (the end of an interval, the persons of a household, the child left out, the increase
    counted twice; of a share over another unit the denominator in the unit of the numerator) and its day; other_code:
    the child. divided: of a share its numerator. divisor, divisor_kind (census
    or step), divisor_step, divisor_unit, divisor_date (of a census its year): of a share what it was divided by.
    event, recorded_at: before which event it was known so, and when that was (seconds since 1970-01-01 UTC). address:
    where a published figure stands.
    """

    kind: str
    changes: int
    value: float
    territory_code: str = ""
    step: str = ""
    unit: str = ""
    measure: str = ""
    source: str = ""
    basis: str = ""
    from_date: float = nan
    on_date: float = nan
    reporting: int = 0
    expected: int = 0
    other_value: float = nan
    other_date: float = nan
    other_code: str = ""
    divided: float = nan
    divisor: float = nan
    divisor_kind: str = ""
    divisor_step: str = ""
    divisor_unit: str = ""
    divisor_date: float = nan
    event: float = nan
    recorded_at: float = nan
    address: str = ""


COLUMNS = [*Candidate._fields, "gap", "band"]
"""Of `reconciled`: those of Candidate; gap (value less what was heard) and band (said, near, far)."""


class Asked(NamedTuple):
    """The count that was spoken of: territory, step, unit, and the day (days since 1970-01-01)."""

    territory: str
    step: str
    unit: str
    on: int


class Heard(NamedTuple):
    """What was heard: the value (of a share: 1 is the whole), the last place that was said of it, whether a share."""

    value: float
    precision: float
    share: bool = False


class Known(NamedTuple):
    """The frames in which candidates are looked for.

    figures: `queries.figures` of the territories at the day; history: `queries.trend.histories` of the count, all days;
    beside: every territory to compare with (the line above, children, neighbours, namesakes); children: those below;
    bases: (territory, unit) → (year, count) of each census; printed: `queries.situation.quotations`; earlier: (event,
    recorded_at, figure) of the count as known before each of its last events.
    """

    figures: pd.DataFrame
    history: pd.DataFrame
    beside: Sequence[str]
    children: Sequence[str]
    bases: Mapping[tuple[str, str], Sequence[tuple[int, int]]]
    printed: pd.DataFrame
    earlier: Sequence[tuple[int, int, Any]]


def reconciled(
    engine: sa.Engine,
    *,
    asked: Asked,
    heard: Heard,
    today: int,
    cut: int,
    scope: str,
    namesakes: Sequence[str] = (),
    known: Definitions | None = None,
) -> tuple[Any | None, pd.DataFrame]:
    """Our figure for the count asked, and what could explain the number heard, the best explanation first.

    The figure is a row of `queries.figures` (None where there is none that may be shown). The frame has one row per
    candidate with COLUMNS, three of a kind at most. today: the last day that may be known (histories, censuses).
    namesakes: territories whose name could be taken for the one that was said. known: definitions as the reader sees
    them; nothing is told of a step that is kept from him. Raises KeyError when the step asked is none that he knows.
    """
    known = known or definitions(engine, cut=cut)
    if asked.step not in known.steps:
        raise KeyError(asked.step)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        line = lineage(connection, of=asked.territory)
        below = _below(connection, asked.territory)
        near = _neighbours(connection, asked.territory)
        beside = tuple(dict.fromkeys(code for code in (*reversed(line[:-1]), *below, *near, *namesakes)))
        if seen is not None:
            own = seen - set(lineage(connection, of=scope)[:-1])
        bases = _censuses(connection, (asked.territory, *beside), today=today)
    wanted = _denominator_steps(known, asked)
    here = series.c.territory == asked.territory
    there = sa.and_(series.c.territory.in_(list(beside)), series.c.step.in_(sorted({asked.step, *wanted})))
    found = figures(engine, where=sa.or_(here, there), on=asked.on, cut=cut, scope=scope, known=known)
    history = histories(
        engine, territories=[asked.territory], on=today, cut=cut, scope=scope, steps=[asked.step], known=known
    )
    earlier = ()
    if seen is None or asked.territory in own:
        earlier = _earlier(engine, asked=asked, cut=cut, scope=scope, known=known)
    all_of_it = Known(
        figures=found,
        history=history,
        beside=beside,
        children=below,
        bases=bases,
        printed=quotations(engine, on=today, cut=cut, territories=[asked.territory]),
        earlier=earlier,
    )
    ours = our_figure(found, asked)
    return ours, explanations(all_of_it, known, asked=asked, heard=heard)


def our_figure(found: pd.DataFrame, asked: Asked) -> Any | None:
    """The figure that speaks for the count asked, out of the frame of `queries.figures`; None where none is shown."""
    figure = spoken(found).get((asked.territory, asked.step, asked.unit))
    return figure if figure is not None and figure.state == "shown" else None


def explanations(all_of_it: Known, known: Definitions, *, asked: Asked, heard: Heard) -> pd.DataFrame:
    """The candidates that the frames hold, ranked; rows and columns as those of `reconciled`. Asks no database."""
    ours = our_figure(all_of_it.figures, asked)
    make = _shares if heard.share else _counts
    found = _distinct(c for c in make(all_of_it, known, asked, heard, ours) if not np.isnan(c.value))
    if not found:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in COLUMNS})
    order, band = method.ranked(
        [c.value for c in found],
        heard=heard.value,
        precision=heard.precision,
        share=heard.share,
        changes=[c.changes for c in found],
    )
    held: dict[str, int] = {}
    rows = []
    for place in order:
        candidate = found[place]
        held[candidate.kind] = held.get(candidate.kind, 0) + 1
        most = KEPT_DOUBLED if candidate.kind == "doubled" else KEPT_OF_A_KIND
        if held[candidate.kind] > most and candidate.changes:
            continue
        said = band[place]
        if candidate.kind == "between":
            if said != method.FAR:
                # One of the two days explains it by itself.
                continue
            # Both ends are far, and yet the number was ours on a day in between.
            said = method.NEAR
        rows.append((*candidate, candidate.value - heard.value, said))
    # A stretch of days that is told apart from the rest above joins those that explain.
    rows.sort(key=lambda row: method.BANDS.index(row[-1]))
    floats = ("value", "from_date", "on_date", "other_value", "other_date", "divided", "divisor", "divisor_date")
    return of_rows(rows, COLUMNS, floats=(*floats, "event", "recorded_at", "gap"))


def _distinct(candidates: Iterator[Candidate]) -> list[Candidate]:
    """The candidates, each number of a count and day once: the first that says it."""
    found: dict[tuple, Candidate] = {}
    for c in candidates:
        key = (c.territory_code, c.step, c.unit, c.measure, c.source, c.from_date, c.on_date, c.value, c.divisor)
        found.setdefault((*key, c.other_code, c.other_date, c.divisor_unit, c.divisor_step), c)
    return list(found.values())


def _of(figure: Any, kind: str, changes: int, **columns: Any) -> Candidate:
    """The candidate that a figure, or a point of a history, is by itself."""
    named = (
        "value",
        "territory_code",
        "step",
        "unit",
        "measure",
        "source",
        "basis",
        "from_date",
        "on_date",
        "reporting",
        "expected",
    )
    values = {name: getattr(figure, name) for name in named} | {"address": getattr(figure, "address", "")}
    return Candidate(kind, changes, **(values | columns))


def _counts(all_of_it: Known, known: Definitions, asked: Asked, heard: Heard, ours: Any) -> Iterator[Candidate]:
    """Every candidate for a count, those that say the same thing most plainly first."""
    shown = [row for row in map(Figure._make, rows_of(all_of_it.figures)) if row.state == "shown"]
    if ours is not None:
        yield _of(ours, "partial" if is_partial(ours) else "ours", 0)
    # The figures first: unlike the points of a history they know the address at which they were printed.
    yield from _other_counts(shown, all_of_it.beside, asked)
    yield from _other_days(all_of_it.history, known, asked, heard, ours)
    for unit in ("person", "household"):
        for year, value in all_of_it.bases.get((asked.territory, unit), ()):
            changes = 1 if unit == asked.unit else 2
            yield Candidate("census", changes, value, asked.territory, unit=unit, divisor_date=year)
    yield from _printed(all_of_it.printed, asked, "count")
    now = (ours.on_date, ours.value) if ours is not None else None
    for number, recorded_at, figure in all_of_it.earlier:
        if now != (figure.on_date, figure.value):
            yield _of(figure, "revision", 1, event=number, recorded_at=recorded_at)
    if ours is not None:
        yield from _operations(ours, shown, all_of_it, known, asked)


def _other_days(
    history: pd.DataFrame, known: Definitions, asked: Asked, heard: Heard, ours: Any
) -> Iterator[Candidate]:
    """Our figure of other days, other sources of any day, sums that were partial, and the counts of a period."""
    best = best_history(history, known, territory=asked.territory, step=asked.step, unit=asked.unit)
    points = [_Point._make(row) for row in rows_of(best)]
    values = [point.value for point in points]
    measure = points[0].measure if points else ""
    for place in method.nearest(values, heard.value, most=KEPT_OF_A_KIND + 1):
        if ours is None or points[place].on_date != ours.on_date:
            yield _of(points[place], "date", 1)
    stale = max(CLOSE_DAYS, known.steps.get(asked.step, {}).get("stale_after", CLOSE_DAYS))
    for place in method.crossings(values, heard.value):
        first, last = points[place], points[place + 1]
        if measure == "stock" and last.on_date - first.on_date <= stale:
            nearer, other = sorted((first, last), key=lambda point: abs(point.value - heard.value))
            yield _of(nearer, "between", 1, other_value=other.value, other_date=other.on_date)
    spoken_days = {(point.on_date, point.source, point.basis) for point in points}
    others: dict[str, list[_Point]] = {}
    for point in (_Point._make(row) for row in rows_of(history)):
        if (
            point.state != "shown"
            or point.unit != asked.unit
            or (point.on_date, point.source, point.basis) in (spoken_days if point.measure == measure else ())
        ):
            continue
        kind = "source"
        if measure and point.measure != measure:
            kind = "flow"
        elif is_partial(point):
            kind = "partial"
        others.setdefault(kind, []).append(point)
    for kind, mine in others.items():
        for place in method.nearest([point.value for point in mine], heard.value, most=KEPT_OF_A_KIND):
            same_day = ours is not None and mine[place].on_date == ours.on_date
            yield _of(mine[place], kind, 1 if same_day or kind == "flow" else 2)


_Point = NamedTuple("_Point", [(name, Any) for name in (*POINT_COLUMNS, "state")])


def _other_counts(shown: list[Figure], beside: Sequence[str], asked: Asked) -> Iterator[Candidate]:
    """What speaks for the day in another unit, another place, another step; and what other sources say of the day."""
    near = set(beside)
    for row in shown:
        if row.territory_code == asked.territory:
            if row.step == asked.step and row.unit != asked.unit:
                yield _of(row, "unit", 1 if row.speaks else 2)
            elif row.step == asked.step and not row.speaks and not is_partial(row):
                yield _of(row, "source", 1)
            elif row.step != asked.step and row.speaks:
                yield _of(row, "step", 1 if row.unit == asked.unit else 2)
        elif row.territory_code in near and row.step == asked.step and row.speaks:
            yield _of(row, "place", 1 if row.unit == asked.unit else 2)


def _printed(printed: pd.DataFrame, asked: Asked, measure: str) -> Iterator[Candidate]:
    """The statements that were printed of the step: where a number that is heard may come from."""
    for row in printed.itertuples(index=False):
        if row.step == asked.step and row.measure == measure:
            value = row.value / 100_000 if measure == "share" else row.value
            yield Candidate(
                "quoted",
                2 if measure == "count" else 3,
                value,
                asked.territory,
                asked.step,
                row.unit,
                on_date=row.on_date,
                address=row.address,
            )


def _operations(
    ours: Any, shown: list[Figure], all_of_it: Known, known: Definitions, asked: Asked
) -> Iterator[Candidate]:
    """What one operation makes of our figure: what was added, left out, counted twice, or turned into another unit."""
    bases = all_of_it.bases
    years = {year: count for year, count in bases.get((asked.territory, "household"), ()) if count}
    for year, persons in bases.get((asked.territory, "person"), ()):
        if year not in years or asked.unit not in ("household", "person"):
            continue
        size = persons / years[year]
        unit = "person" if asked.unit == "household" else "household"
        value = ours.value * size if asked.unit == "household" else ours.value / size
        yield _of(ours, "per_household", 2, value=round(value), unit=unit, other_value=size, divisor_date=year)
    children = set(all_of_it.children)
    if ours.measure == "stock" and not is_partial(ours):
        for row in shown:
            same = (row.step, row.unit, row.measure) == (asked.step, asked.unit, ours.measure)
            if row.territory_code in children and same and row.speaks and 0 < row.value < ours.value:
                yield _of(
                    ours,
                    "without",
                    2,
                    value=ours.value - row.value,
                    other_value=row.value,
                    other_code=row.territory_code,
                )
    best = best_history(all_of_it.history, known, territory=asked.territory, step=asked.step, unit=asked.unit)
    days = best["on_date"].to_numpy()
    values = best["value"].to_numpy(dtype=float)
    upto = int(np.searchsorted(days, ours.on_date, side="right")) if len(days) else 0
    if ours.measure == "stock":
        if not np.isnan(ours.previous_value):
            change = ours.value - ours.previous_value
            yield _of(ours, "change", 1, value=change, from_date=ours.previous_date, other_value=ours.previous_value)
        for place in range(max(upto - LAST_DAYS, 1), upto):
            more = values[place] - values[place - 1]
            if more and days[place] - days[place - 1] <= LONGEST_DELIVERY:
                yield _of(ours, "doubled", 2, value=ours.value + more, other_value=more, other_date=days[place])
                yield _of(
                    ours,
                    "change",
                    2,
                    value=more,
                    from_date=days[place - 1],
                    on_date=days[place],
                    other_value=values[place - 1],
                )
    yield _of(ours, "twice", 2, value=2 * ours.value)


def _shares(all_of_it: Known, known: Definitions, asked: Asked, heard: Heard, ours: Any) -> Iterator[Candidate]:
    """Every share that the counts of the territory make, over each census and over the steps that come before.

    The share as the indicator defines it asks for no change; another census year, another step, another unit, another
    day or another place for one each.
    """
    defined = _definition(known, asked)
    speaking = spoken(all_of_it.figures)
    steps = (asked.step, *_denominator_steps(known, asked))
    for code in (asked.territory, *all_of_it.beside):
        for unit in dict.fromkeys((asked.unit, *known.steps.get(asked.step, {}).get("units", ()))):
            figure = speaking.get((code, asked.step, unit))
            if figure is None or figure.state != "shown" or is_partial(figure):
                continue
            changed = (code != asked.territory) + (unit != asked.unit)
            for over in _divisors(code, steps, speaking, all_of_it.bases):
                asks = changed + _departures(over, unit, defined, all_of_it.bases.get((code, over.divisor_unit), ()))
                # Elsewhere only the share as it is defined: any other would be two things at once.
                if code != asked.territory and asks > 1:
                    continue
                if figure.step == over.divisor_step and figure.unit == over.divisor_unit:
                    continue
                kind = "place" if code != asked.territory else "share"
                whole = over.in_unit(unit, code, speaking, all_of_it.bases) if over.divisor_unit != unit else nan
                yield over.of(figure, kind, asks, other_value=whole)
    yield from _shares_of_other_days(all_of_it, known, asked, heard, defined, speaking)
    yield from _printed(all_of_it.printed, asked, "share")


class _Divisor(NamedTuple):
    """What a count is divided by: the count, whether of a census or of a step, and which."""

    divisor: float
    divisor_kind: str
    divisor_step: str
    divisor_unit: str
    divisor_date: float

    def of(self, figure: Any, kind: str, changes: int, **columns: Any) -> Candidate:
        """The candidate that a figure over this makes."""
        share = figure.value / self.divisor
        return _of(figure, kind, changes, value=share, divided=figure.value, **self._asdict(), **columns)

    def in_unit(self, unit: str, code: str, speaking: Mapping, bases: Mapping) -> float:
        """The same denominator counted in another unit; NaN where it is not known."""
        if self.divisor_kind == "census":
            return dict(bases.get((code, unit), ())).get(self.divisor_date, nan)
        other = speaking.get((code, self.divisor_step, unit))
        return other.value if other is not None and other.state == "shown" and not is_partial(other) else nan


def _divisors(code: str, steps: Sequence[str], speaking: Mapping, bases: Mapping) -> list[_Divisor]:
    """What the counts of a territory may be divided by: each census in each unit, each of the steps in each unit."""
    found = [
        _Divisor(value, "census", "", unit, year)
        for unit in ("household", "person")
        for year, value in bases.get((code, unit), ())
        if value
    ]
    for (place, step, unit), row in speaking.items():
        if place == code and step in steps and row.state == "shown" and not is_partial(row) and row.value:
            found.append(_Divisor(row.value, "step", step, unit, row.on_date))
    return found


def _departures(over: _Divisor, unit: str, defined: Mapping | None, years: Sequence[tuple[int, int]]) -> int:
    """In how many ways a denominator is not the one that the indicator names; where none has one, each is a change."""
    newest = max((year for year, _ in years), default=0)
    asks = int(over.divisor_unit != unit)
    if defined is None:
        return asks + 1
    if "census" in defined:
        same = over.divisor_kind == "census"
        return asks + int(not same) + int(same and over.divisor_date != newest)
    return asks + int(over.divisor_step != defined["step"])


def _shares_of_other_days(
    all_of_it: Known, known: Definitions, asked: Asked, heard: Heard, defined: Mapping | None, speaking: Mapping
) -> Iterator[Candidate]:
    """The share as it is defined on the days on which it comes nearest, over the denominator of the day asked."""
    best = best_history(all_of_it.history, known, territory=asked.territory, step=asked.step, unit=asked.unit)
    points = [_Point._make(row) for row in rows_of(best)]
    steps = _denominator_steps(known, asked)
    for over in _divisors(asked.territory, steps, speaking, all_of_it.bases):
        years = all_of_it.bases.get((asked.territory, over.divisor_unit), ())
        if _departures(over, asked.unit, defined, years):
            continue
        for place in method.nearest([p.value / over.divisor for p in points], heard.value, most=KEPT_OF_A_KIND):
            yield over.of(points[place], "date", 1)


def _definition(known: Definitions, asked: Asked) -> Mapping | None:
    """The denominator that an indicator names for the count asked; None where none has one."""
    for indicator in known.indicators.values():
        of = indicator["numerator"]
        if (of["step"], of["unit"]) == (asked.step, asked.unit) and indicator.get("denominator"):
            return indicator["denominator"]
    return None


def _denominator_steps(known: Definitions, asked: Asked) -> tuple[str, ...]:
    """The steps that come before the one asked, whatever the distance, and the one that its indicator names."""
    defined = _definition(known, asked) or {}
    found: dict[str, None] = {defined["step"]: None} if "step" in defined else {}
    left = [asked.step]
    while left:
        body = known.steps.get(left.pop(0), {})
        for step in (*body.get("follows", ()), body.get("predecessor")):
            if step and step != asked.step and step not in found:
                found[step] = None
                left.append(step)
    return tuple(found)


def _below(connection: sa.Connection, code: str) -> tuple[str, ...]:
    """The territories and offices that lie in one: its children, a grouping's members, an office's communes."""
    own = sa.select(territory.c.code).where(territory.c.parent == code)
    grouped = sa.select(grouping_member.c.member).where(grouping_member.c.grouping == code)
    covered = sa.select(jurisdiction.c.territory).where(jurisdiction.c.office == code)
    return _in_order(connection, own.union(grouped, covered))


def _neighbours(connection: sa.Connection, code: str) -> tuple[str, ...]:
    """The territories of the same level and parent, and the groupings and offices that hold the territory."""
    me, other = territory.alias("me"), territory.alias("other")
    same = (
        sa.select(other.c.code)
        .join(me, sa.and_(me.c.parent == other.c.parent, me.c.level == other.c.level))
        .where(me.c.code == code, me.c.parent != "", other.c.code != code)
    )
    grouping = sa.select(grouping_member.c.grouping).where(grouping_member.c.member == code)
    office = sa.select(jurisdiction.c.office).where(jurisdiction.c.territory == code)
    return _in_order(connection, same.union(grouping, office))


def _in_order(connection: sa.Connection, codes: sa.CompoundSelect) -> tuple[str, ...]:
    inside = sa.select(codes.subquery().c.code)
    statement = sa.select(territory.c.code).where(territory.c.code.in_(inside)).order_by(territory.c.position)
    return tuple(connection.execute(statement).scalars())


def _censuses(
    connection: sa.Connection, codes: Sequence[str], *, today: int
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(territory, unit) → (year, count) of each census published by `today`, the newest first."""
    statement = (
        sa.select(census.c.territory, census.c.unit, census.c.year, census.c.value)
        .where(census.c.territory.in_(list(codes)), census.c.published_on <= today)
        .order_by(census.c.year.desc())
    )
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for code, unit, year, value in connection.execute(statement):
        found.setdefault((code, unit), []).append((year, value))
    return found


def _earlier(
    engine: sa.Engine, *, asked: Asked, cut: int, scope: str, known: Definitions
) -> list[tuple[int, int, Any]]:
    """(event, recorded_at, figure): the count asked as it was known before each of the last events that touched it."""
    count = sa.and_(series.c.territory == asked.territory, series.c.step == asked.step, series.c.unit == asked.unit)
    touched = sa.union(
        *(
            sa.select(table.c.event).join(series, series.c.id == table.c.series).where(count, table.c.event <= cut)
            for table in (observation, rollup)
        )
    )
    statement = (
        sa.select(event.c.number, event.c.recorded_at)
        .where(event.c.number.in_(touched))
        .order_by(event.c.number.desc())
        .limit(REVISIONS)
    )
    with engine.connect() as connection:
        events = connection.execute(statement).all()
    found = []
    for number, recorded_at in events:
        before = figures(engine, where=count, on=asked.on, cut=number - 1, scope=scope, known=known, with_change=False)
        figure = our_figure(before, asked)
        if figure is not None:
            found.append((number, recorded_at, figure))
    return found
