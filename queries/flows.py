"""Flows: what was counted from one day to another, in total or by one breakdown, as one source tells it.

Of each territory, step and unit the source of lower rank speaks, its own report before the sum of its children. Several
periods may hold one another (a week in a month): the shortest are kept, those that reach into one of them are not.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, observation, rollup, series
from queries.cuts import is_current, parameter, parameters
from queries.definitions import Definitions
from queries.disclosure import released
from queries.frames import array_of, of_columns
from queries.territories import mixed, visible

COLUMNS = [
    "territory_code",
    "step",
    "unit",
    "source",
    "basis",
    "group",
    "from_date",
    "on_date",
    "value",
    "reporting",
    "expected",
]


def flows(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    steps: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    known: Definitions,
    breakdown: str = "",
    measure: str = "flow",
) -> pd.DataFrame:
    """The counts of some steps in some territories, closed by the day `on`.

    One row per territory, step, unit, group and period, in the order of the days:

    territory_code, step, unit, source, basis: the key of the count, as in `queries.figures`
    group: the value of `breakdown` (reason, cohort…); empty for totals
    from_date, on_date: the period, days since 1970-01-01 (equal for a stock)
    value: float
    reporting, expected: for a sum, how many children are in it, and how many there are; else 0

    What the reader may not see is left out. Cells are as they were told: whoever shows them by group passes them
    through `queries.disclosure.released` first.
    """
    if not territories or not steps:
        return of_columns({name: np.empty(0, dtype=object) for name in COLUMNS})
    asked = {"on": on, "cut": cut, "territories": list(territories), "steps": list(steps), "measure": measure}
    with engine.connect() as connection:
        names = {row[0]: tuple(row)[1:] for row in connection.execute(_names(breakdown), asked)}
        reported, summed = (
            connection.execute(_points(table, breakdown), asked).all() for table in (observation, rollup)
        )
        seen = visible(connection, scope=scope)
        above = None if seen is None else mixed(connection, scope=scope)
    rows = np.array([*map(tuple, reported), *map(tuple, summed)], dtype=np.int64).reshape(-1, 6)
    basis = np.array(["reported", "summed"], dtype=object).repeat([len(reported), len(summed)])
    held = np.array([number in names for number in rows[:, 0].tolist()], dtype=bool)
    rows, basis = rows[held], basis[held]
    texts = list(zip(*(names[number] for number in rows[:, 0].tolist()), strict=True)) or [()] * 5
    columns = dict(zip(["territory_code", "step", "unit", "source", "group"], map(array_of, texts), strict=True))
    frame = of_columns(
        columns
        | {
            "basis": basis,
            "from_date": rows[:, 1],
            "on_date": rows[:, 2],
            "value": rows[:, 3].astype(float),
            "reporting": rows[:, 4],
            "expected": rows[:, 5],
        }
    )
    frame = released(frame, seen=seen, open_sources=known.public_sources, mixed=above)
    frame = frame[frame["state"] == "shown"]
    frame = frame[~frame["step"].isin(known.hidden_steps)]
    return _spoken(frame, known)[COLUMNS].reset_index(drop=True)


def _spoken(frame: pd.DataFrame, known: Definitions) -> pd.DataFrame:
    """The rows of the source that speaks of each count."""
    if frame.empty:
        return frame
    rank = frame["source"].map(lambda name: known.source_rank.get(name, 999)).to_numpy(dtype=int)
    order = rank * 2 + (frame["basis"] == "summed").to_numpy()
    keys = [frame[name] for name in ("territory_code", "step", "unit")]
    best = pd.Series(order, index=frame.index).groupby(keys, sort=False).transform("min")
    kept = frame[order == best.to_numpy()]
    kept = kept.sort_values(["territory_code", "step", "unit", "group", "on_date", "from_date"], kind="stable")
    return _apart(kept)


def _apart(frame: pd.DataFrame) -> pd.DataFrame:
    """Of periods of one count that overlap, the shorter ones."""
    starts, ends = frame["from_date"].to_numpy(), frame["on_date"].to_numpy()
    group = frame.groupby(["territory_code", "step", "unit", "group"], sort=False).ngroup().to_numpy()
    if not len(frame) or not ((group[1:] == group[:-1]) & (starts[1:] <= ends[:-1])).any():
        return frame
    kept: list[int] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    for place in np.lexsort((starts, ends - starts)).tolist():
        spans = taken.setdefault(int(group[place]), [])
        if all(ends[place] < first or starts[place] > last for first, last in spans):
            spans.append((int(starts[place]), int(ends[place])))
            kept.append(place)
    return frame.iloc[sorted(kept)]


def _wanted(breakdown: str) -> list[sa.ColumnElement[bool]]:
    return [
        *(series.c[name] == ALL if name != breakdown else series.c[name] != ALL for name in BREAKDOWNS),
        series.c.measure == sa.bindparam("measure", type_=sa.Text),
        series.c.territory.in_(parameters("territories")),
        series.c.step.in_(parameters("steps")),
    ]


@cache
def _names(breakdown: str) -> sa.Select:
    group = series.c[breakdown] if breakdown else sa.literal("")
    return sa.select(
        series.c.id, series.c.territory, series.c.step, series.c.unit, series.c.source, group.label("grouped")
    ).where(*_wanted(breakdown))


@cache
def _points(table: sa.Table, breakdown: str) -> sa.Select:
    row = table.alias("row")
    counted = (row.c.reporting, row.c.expected) if table is rollup else (sa.literal(0), sa.literal(0))
    return (
        sa.select(row.c.series, row.c.from_date, row.c.to_date, row.c.value, *counted)
        .select_from(series)
        .join(row, row.c.series == series.c.id)
        .where(*_wanted(breakdown), row.c.to_date <= parameter("on"), is_current(row, cut=parameter("cut")))
    )
