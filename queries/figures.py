"""Figures: the latest count of each step, as known at a cut, and which source speaks.

A stock is shown by its latest value at or before the day asked, with its own date. A flow is shown by its last closed
period, the shortest of those that end on that day. An `all` row is a total in its own right; where there is none of
that day or later, exactly one complete breakdown is summed. Of all that is said of a count, a sum over some of the
children only speaks where nothing else does; what is not late speaks before what is; then the source of lower rank;
then a territory's own report before the sum of its children; then the later date. The others are kept as alternatives.
"""

from collections import namedtuple
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, citation, observation, rollup, series
from queries.cuts import is_current, parameter
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.frames import of_rows, rows_of
from queries.territories import mixed, visible

CHANGE_FROM, CHANGE_TO = 45, 25
""""Over 30 days" compares with the last figure between so many and so many days before."""

COMPLETE = ((("female", ALL), ("male", ALL)), ((ALL, "urban"), (ALL, "rural")))
"""Breakdowns, as (sex, area), whose parts are known, so that they can be seen to be complete."""

SHOWN = [
    "territory_code",
    "step",
    "unit",
    "measure",
    "source",
    "basis",
    "from_date",
    "on_date",
    "value",
    "reporting",
    "expected",
    "previous_date",
    "previous_value",
    "address",
    "note",
]
COLUMNS = [*SHOWN, "late", "speaks", "state"]

Figure = namedtuple("Figure", COLUMNS)
"""A row of `figures`."""

_Released = namedtuple("_Released", [*SHOWN, "state"])


def figures(
    engine: sa.Engine,
    *,
    where: sa.ColumnElement[bool],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
    with_change: bool = True,
) -> pd.DataFrame:
    """The latest figure of each count that `where` (a condition on `series`) selects, at or before the day `on`.

    One row per territory, step, unit, measure, source and basis:

    territory_code, step, unit, measure, source: the key of the count
    basis: "reported" by the territory itself, or "summed" over its children
    from_date, on_date: days since 1970-01-01; equal for a stock, the closed period for a flow
    value: the count, float, NaN when withheld; of territories that the reader may not see there is no row
    reporting, expected: for a sum, how many children reported in full, and how many there are; else 0
    previous_date, previous_value: the last figure 25 to 45 days earlier (stocks only), NaN when none is comparable; a
        sum is compared where all children are in it on both days
    address, note: where a published figure stands, and what is said of it
    late: the figure is older than the step's `stale_after` days
    speaks: True on the one row that is shown for its territory, step, unit and measure; the others are alternatives
    state: shown, withheld
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        above = None if seen is None else mixed(connection, scope=scope)
        parts = [
            _latest(connection, observation, where=where, on=on, cut=cut, with_change=with_change),
            _latest(connection, rollup, where=where, on=on, cut=cut, with_change=with_change),
        ]
    # The office may keep a step from the reader's role.
    rows = _totals(row for part in parts for row in part if row.step not in known.hidden_steps)
    if not rows:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in COLUMNS})
    frame = of_rows((row.shown() for row in rows), SHOWN, floats=("value", "previous_date", "previous_value"))
    frame = released(frame, seen=seen, open_sources=known.public_sources, mixed=above, smallest=known.small_cell)
    left = [_Released._make(row) for row in rows_of(frame)]
    late = [on - row.on_date > known.stale_after(row.step) for row in left]
    # Among what the reader may see: a published figure speaks to him where the office's own is not his to read.
    speaks = _speaks(left, late, known)
    frame.insert(len(SHOWN), "late", np.array(late, dtype=bool))
    frame.insert(len(SHOWN) + 1, "speaks", np.array(speaks, dtype=bool))
    return frame.reset_index(drop=True)


def spoken(frame: pd.DataFrame) -> dict[tuple[str, str, str], Any]:
    """The rows of `figures` that speak, by territory, step and unit: of a stock and a flow, the stock."""
    found: dict[tuple[str, str, str], Any] = {}
    for row in map(Figure._make, rows_of(frame)):
        key = (row.territory_code, row.step, row.unit)
        if row.speaks and (row.measure == "stock" or key not in found):
            found[key] = row
    return found


def is_partial(figure: Any) -> bool:
    """Whether a figure is a sum over some of the children only, which is no total of its territory."""
    return figure.basis == "summed" and figure.reporting < figure.expected


class _Row(NamedTuple):
    """A figure as the tables have it: a total, or a part of a breakdown by sex or area. Columns as in `figures`."""

    territory_code: str
    step: str
    unit: str
    measure: str
    source: str
    basis: str
    sex: str
    area: str
    from_date: int
    on_date: int
    value: int
    reporting: int
    expected: int
    previous_date: int | None
    previous_value: int | None
    address: str
    note: str

    def shown(self) -> tuple:
        """The values of SHOWN."""
        return (*self[:6], *self[8:])


def _latest(connection, table: sa.Table, *, where, on: int, cut: int, with_change: bool) -> list[_Row]:
    """The last figure of each count at or before the day `on`, as one of the two tables has it."""
    statement = _statement(table, with_change=with_change).where(where)
    return [_Row(*row) for row in connection.execute(statement, {"on": on, "cut": cut}).all()]


@cache
def _statement(table: sa.Table, *, with_change: bool) -> sa.Select:
    """The statement of `_latest` for any counts, with the parameters `on` and `cut`. Building it costs more than it."""
    on, cut = parameter("on"), parameter("cut")
    row, earlier, before = table.alias("row"), table.alias("earlier"), table.alias("before")
    summed = table is rollup
    last_date = (
        sa.select(earlier.c.to_date)
        .where(earlier.c.series == series.c.id, earlier.c.to_date <= on, is_current(earlier, cut=cut))
        .order_by(earlier.c.to_date.desc())
        .limit(1)
        .correlate(series)
        .scalar_subquery()
    )

    def previous(column):
        comparable = [
            before.c.series == row.c.series,
            before.c.to_date.between(row.c.to_date - CHANGE_FROM, row.c.to_date - CHANGE_TO),
            is_current(before, cut=cut),
        ]
        if summed:
            # A sum over other children than before says nothing of the change, and as many need not be the same.
            comparable.append(row.c.reporting == row.c.expected)
            comparable.append(before.c.reporting == before.c.expected)
            comparable.append(before.c.expected == row.c.expected)
        found = sa.select(column).where(*comparable).order_by(before.c.to_date.desc()).limit(1)
        return sa.case((series.c.measure == "stock", found.correlate(row).scalar_subquery()))

    none = sa.null()
    statement = (
        sa.select(
            series.c.territory,
            series.c.step,
            series.c.unit,
            series.c.measure,
            series.c.source,
            sa.literal("summed" if summed else "reported"),
            series.c.sex,
            series.c.area,
            row.c.from_date,
            row.c.to_date,
            row.c.value,
            row.c.reporting if summed else sa.literal(0),
            row.c.expected if summed else sa.literal(0),
            previous(before.c.to_date) if with_change else none,
            previous(before.c.value) if with_change else none,
            sa.literal("") if summed else sa.func.coalesce(citation.c.address, ""),
            sa.literal("") if summed else sa.func.coalesce(citation.c.note, ""),
        )
        .select_from(series)
        .join(row, sa.and_(row.c.series == series.c.id, row.c.to_date == last_date, is_current(row, cut=cut)))
        .where(series.c.age_band == ALL, series.c.reason == ALL, series.c.cohort == ALL)
    )
    if not summed:
        statement = statement.outerjoin(
            citation,
            sa.and_(
                citation.c.series == row.c.series,
                citation.c.to_date == row.c.to_date,
                citation.c.from_date == row.c.from_date,
                citation.c.event == row.c.event,
            ),
        )
    return statement


def _totals(rows: Iterable[_Row]) -> list[_Row]:
    """One total per count: its `all` row, or the sum of exactly one complete breakdown by sex or area if that is newer.

    Parts of different days make no total. In plain Python: a frame costs more than it brings for so few rows.
    """
    counts: dict[tuple, dict[tuple[str, str], _Row]] = {}
    for row in rows:
        key = (row.territory_code, row.step, row.unit, row.measure, row.source, row.basis)
        cells = counts.setdefault(key, {})
        held = cells.get((row.sex, row.area))
        # Several periods of a flow may end on one day: the shortest is the last one closed.
        if held is None or row.from_date > held.from_date:
            cells[row.sex, row.area] = row
    return [total for cells in counts.values() if (total := _total(cells))]


def _total(cells: dict[tuple[str, str], _Row]) -> _Row | None:
    """The newest total that the cells of one count give; of two of one day the `all` row, then the sum by sex."""
    found = [cells[ALL, ALL]] if (ALL, ALL) in cells else []
    if len(cells) > len(found):
        for complete in COMPLETE:
            parts = [cells[part] for part in complete if part in cells]
            if len(parts) == len(complete) and len({(part.from_date, part.on_date) for part in parts}) == 1:
                found.append(_summed(parts))
    return max(found, key=lambda row: row.on_date, default=None)


def _summed(parts: list[_Row]) -> _Row:
    """The sum of parts of one day or period, compared with an earlier day where all parts have that day."""
    earlier = {part.previous_date for part in parts}
    comparable = len(earlier) == 1 and None not in earlier
    return parts[0]._replace(
        sex=ALL,
        area=ALL,
        value=sum(part.value for part in parts),
        reporting=min(part.reporting for part in parts),
        previous_date=parts[0].previous_date if comparable else None,
        previous_value=sum(part.previous_value for part in parts) if comparable else None,
    )


def _speaks(rows: list[_Released], late: list[bool], known: Definitions) -> list[bool]:
    """For each row, whether it is shown for its territory, step, unit and measure."""
    rank = known.source_rank
    best: dict[tuple, tuple[tuple, int]] = {}
    for place, (row, is_late) in enumerate(zip(rows, late, strict=True)):
        key = (row.territory_code, row.step, row.unit, row.measure)
        order = (
            row.state != "shown",
            # A sum over some of the children is no total: it speaks only where nothing else does.
            is_partial(row),
            is_late,
            rank.get(row.source, 999),
            row.basis == "summed",
            -row.on_date,
            row.on_date - row.from_date,
        )
        held = best.get(key)
        if held is None or order < held[0]:
            best[key] = (order, place)
    speaking = {place for _, place in best.values()}
    return [place in speaking for place in range(len(rows))]


def of_territory(
    engine: sa.Engine, *, territory: str, on: int, cut: int, scope: str, known: Definitions | None = None
) -> pd.DataFrame:
    """Every figure known of one territory by the day `on`; rows and columns as those of `figures`."""
    return figures(engine, where=series.c.territory == territory, on=on, cut=cut, scope=scope, known=known)
