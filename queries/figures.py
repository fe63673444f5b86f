"""Figures: the latest count of each step, as known at a cut, and which source speaks.

A stock is shown by its latest value at or before the day asked, with its own date. A flow is shown by its last closed
period. An `all` row is a total in its own right; where there is none, exactly one complete breakdown is summed. A
territory's own report speaks before the sum of its children; both are kept, and a sum over some of the children only
speaks where nothing else does. Among sources, those that are not late speak before those that are, then the lower
rank, then the later date.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, citation, observation, rollup, series
from queries.cuts import is_current
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.territories import visible

CHANGE_FROM, CHANGE_TO = 45, 25
""""Over 30 days" compares with the last figure between so many and so many days before."""

COMPLETE = {"sex": frozenset({"female", "male"}), "area": frozenset({"urban", "rural"})}
"""Breakdowns whose parts are known, so that they can be seen to be complete."""

COLUMNS = [
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
    "late",
    "speaks",
    "state",
]


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
    value: the count, float, NaN when withheld
    reporting, expected: for a sum, how many children reported in full, and how many there are; else 0
    previous_date, previous_value: the last figure 25 to 45 days earlier (stocks only), NaN when none is comparable
    address, note: where a published figure stands, and what is said of it
    late: the figure is older than the step's `stale_after` days
    speaks: True on the one row that is shown for its territory, step, unit and measure; the others are alternatives
    state: shown, withheld
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        parts = [
            _latest(connection, observation, where=where, on=on, cut=cut, with_change=with_change),
            _latest(connection, rollup, where=where, on=on, cut=cut, with_change=with_change),
        ]
    rows = [row for part in parts for row in part]
    if not rows:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in COLUMNS})
    frame = pd.DataFrame.from_records(rows, columns=[*_KEY, *COLUMNS[5:15]])
    for column in ("value", "previous_date", "previous_value"):
        frame[column] = pd.to_numeric(frame[column]).astype(float)
    frame = _totals(frame)
    stale = frame["step"].map({k: v.get("stale_after", 45) for k, v in known.steps.items()}).fillna(45)
    frame["late"] = (on - frame["on_date"]) > stale
    frame["speaks"] = _speaks(frame, known)
    opened = frozenset(k for k, v in known.sources.items() if v.get("public"))
    return released(frame, seen=seen, open_sources=opened)[COLUMNS]


_KEY = ["territory_code", "step", "unit", "measure", "source"]


def _latest(connection, table: sa.Table, *, where, on: int, cut: int, with_change: bool) -> Sequence[tuple]:
    """Rows of COLUMNS up to `note`, with the breakdown columns of sex and area put into the key for `_totals`."""
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
            # A sum over more children than before says nothing of the change.
            comparable.append(before.c.reporting == row.c.reporting)
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
            series.c.sex,
            series.c.area,
            row.c.from_date,
            row.c.to_date,
            row.c.value,
            row.c.reporting if summed else sa.literal(0),
            row.c.expected if summed else sa.literal(0),
            previous(before.c.to_date) if with_change else none,
            previous(before.c.value) if with_change else none,
            none if summed else citation.c.address,
            none if summed else citation.c.note,
        )
        .select_from(series)
        .join(row, sa.and_(row.c.series == series.c.id, row.c.to_date == last_date, is_current(row, cut=cut)))
        .where(where, series.c.age_band == ALL, series.c.reason == ALL, series.c.cohort == ALL)
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
    basis = "summed" if summed else "reported"
    return [(*r[:5], (r[5], r[6], basis), *r[7:14], r[14] or "", r[15] or "") for r in connection.execute(statement)]


def _totals(frame: pd.DataFrame) -> pd.DataFrame:
    """One total per count: its `all` row, else the sum of exactly one complete breakdown by sex or area."""
    split = pd.DataFrame(frame["basis"].tolist(), columns=["sex", "area", "basis"], index=frame.index)
    frame = frame.assign(basis=split["basis"], sex=split["sex"], area=split["area"])
    total = frame[(frame["sex"] == ALL) & (frame["area"] == ALL)]
    parts = frame[(frame["sex"] != ALL) ^ (frame["area"] != ALL)]
    if parts.empty:
        return total
    key = [*_KEY, "basis"]
    has_total = set(total[key].itertuples(index=False, name=None))
    made = []
    for name, group in parts.groupby(key, sort=False):
        if name in has_total:
            continue
        for dimension, complete in COMPLETE.items():
            mine = group[group[dimension] != ALL]
            newest = mine[mine["on_date"] == mine["on_date"].max()] if len(mine) else mine
            if set(newest[dimension]) == complete and newest["from_date"].nunique() == 1:
                row = newest.iloc[0].copy()
                row["value"] = newest["value"].sum()
                same_day = newest["previous_date"].nunique() == 1 and newest["previous_value"].notna().all()
                row["previous_value"] = newest["previous_value"].sum() if same_day else np.nan
                row["reporting"] = newest["reporting"].min()
                made.append(row)
                break
    return pd.concat([total, pd.DataFrame(made)], ignore_index=True) if made else total


def _speaks(frame: pd.DataFrame, known: Definitions) -> pd.Series:
    """Which row is shown for its territory, step, unit and measure."""
    order = pd.DataFrame(
        {
            # A sum over some of the children is no total: it speaks only where nothing else does.
            "partial": (frame["basis"] == "summed") & (frame["reporting"] < frame["expected"]),
            "summed": frame["basis"] == "summed",
            "late": frame["late"],
            "rank": frame["source"].map(known.source_rank).fillna(999),
            "age": -frame["on_date"],
            "length": frame["on_date"] - frame["from_date"],
        },
        index=frame.index,
    ).sort_values(["partial", "late", "rank", "summed", "age", "length"], kind="stable")
    first = frame.loc[order.index].drop_duplicates(["territory_code", "step", "unit", "measure"]).index
    return pd.Series(frame.index.isin(first), index=frame.index)
