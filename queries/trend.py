"""Trend: the history of counts in one territory, as known at a cut."""

from collections.abc import Sequence
from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, observation, rollup, series
from queries.cuts import is_current
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.territories import mixed, visible

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
]


def histories(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    steps: Sequence[str] | None = None,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """Every total of the territories' counts up to the day `on`, oldest first.

    One row per territory, step, unit, measure, source, basis and date; the columns are those of `queries.figures`
    (value float, NaN when withheld; from_date and on_date in days since 1970-01-01) and state. `steps`: only those.
    Breakdowns are left out.
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        above = None if seen is None else mixed(connection, scope=scope)
        wanted = series.c.territory.in_(list(territories))
        if steps is not None:
            wanted = wanted & series.c.step.in_(list(steps))
        rows = [
            line
            for table in (observation, rollup)
            for line in connection.execute(_statement(table).where(wanted), {"on": on, "cut": cut})
        ]
    frame = pd.DataFrame.from_records(rows, columns=COLUMNS)
    frame["value"] = frame["value"].astype(float)
    frame = released(frame, seen=seen, open_sources=known.public_sources, mixed=above)
    return frame.reset_index(drop=True)


@cache
def _statement(table: sa.Table) -> sa.Select:
    """The statement of `histories` for any counts, with the parameters `on` and `cut`."""
    row = table.alias("row")
    summed = table is rollup
    return (
        sa.select(
            series.c.territory,
            series.c.step,
            series.c.unit,
            series.c.measure,
            series.c.source,
            sa.literal("summed" if summed else "reported"),
            row.c.from_date,
            row.c.to_date,
            row.c.value,
            row.c.reporting if summed else sa.literal(0),
            row.c.expected if summed else sa.literal(0),
        )
        .select_from(series)
        .join(row, row.c.series == series.c.id)
        .where(
            *(series.c[name] == ALL for name in BREAKDOWNS),
            row.c.to_date <= sa.bindparam("on", type_=sa.Integer),
            is_current(row, cut=sa.bindparam("cut", type_=sa.Integer)),
        )
        .order_by(series.c.id, row.c.to_date, row.c.from_date)
    )


def best_history(frame: pd.DataFrame, known: Definitions, *, territory: str, step: str, unit: str) -> pd.DataFrame:
    """One history of a count out of the frame of `histories`: for each date the source that speaks.

    For each date the source of lower rank speaks, then the territory's own report, then, among the periods of a flow,
    the shortest. Sums over some of the children are left out, and flows where there is a stock. One row per
    date, with the columns of `histories`.
    """
    mine = frame[
        (frame["territory_code"] == territory)
        & (frame["step"] == step)
        & (frame["unit"] == unit)
        & (frame["state"] == "shown")
    ]
    if mine.empty:
        return mine
    if (mine["measure"] == "stock").any():
        mine = mine[mine["measure"] == "stock"]
    rank = mine["source"].map(known.source_rank).fillna(999)
    summed = mine["basis"] == "summed"
    partial = summed & (mine["reporting"] < mine["expected"])
    # With them the line would rise when one more child reports.
    mine, rank, summed = mine[~partial], rank[~partial], summed[~partial]
    ordered = mine.assign(_rank=rank, _summed=summed, _length=mine["on_date"] - mine["from_date"])
    ordered = ordered.sort_values(["on_date", "_rank", "_summed", "_length"], kind="stable")
    return ordered.drop_duplicates("on_date").drop(columns=["_rank", "_summed", "_length"])
