"""Trend: the history of counts in one territory, as known at a cut."""

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, observation, rollup, series
from queries.cuts import is_current, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.frames import array_of, of_columns
from queries.territories import mixed, visible

_NAMES = ["territory_code", "step", "unit", "measure", "source"]
COLUMNS = [*_NAMES, "basis", "from_date", "on_date", "value", "reporting", "expected"]


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
        asked = {"on": on, "cut": cut, "territories": list(territories)}
        if steps is not None:
            asked["steps"] = list(steps)
        names = connection.execute(_names(all_steps=steps is None), asked).all()
        reported, summed = (
            connection.execute(_points(table, all_steps=steps is None), asked).all() for table in (observation, rollup)
        )
    frame = _frame(names, reported, summed)
    frame = released(frame, seen=seen, open_sources=known.public_sources, mixed=above)
    return frame.reset_index(drop=True)


def _frame(names: Sequence[tuple], reported: Sequence[tuple], summed: Sequence[tuple]) -> pd.DataFrame:
    """COLUMNS out of the answers to `_names` and, for each table, to `_points`.

    The texts of a series are put beside its points here: they are the same for each, and texts are dear to fetch. A
    series that another process adds in between has no point at the cut.
    """
    rows = np.array([*map(tuple, reported), *map(tuple, summed)], dtype=np.int64).reshape(-1, 6)
    identity, *texts = map(array_of, zip(*names, strict=True)) if names else [np.empty(0, dtype=object)] * 6
    place = np.searchsorted(identity, rows[:, 0]) if names else np.empty(0, dtype=int)
    basis = np.array(["reported", "summed"], dtype=object).repeat([len(reported), len(summed)])
    numbers = dict(zip(["from_date", "on_date", "value", "reporting", "expected"], rows[:, 1:].T, strict=True))
    numbers["value"] = numbers["value"].astype(float)
    return of_columns(
        {name: text[place] for name, text in zip(_NAMES, texts, strict=True)} | {"basis": basis} | numbers
    )


@cache
def _names(*, all_steps: bool) -> sa.Select:
    """The number and the texts of each series asked for, in the order of the numbers; parameters as in `_points`."""
    names = (series.c.territory, series.c.step, series.c.unit, series.c.measure, series.c.source)
    return sa.select(series.c.id, *names).where(*_wanted(all_steps=all_steps)).order_by(series.c.id)


@cache
def _points(table: sa.Table, *, all_steps: bool) -> sa.Select:
    """Series, dates and numbers of `histories`, with the parameters `on`, `cut`, `territories` and perhaps `steps`."""
    row = table.alias("row")
    counted = (row.c.reporting, row.c.expected) if table is rollup else (sa.literal(0), sa.literal(0))
    return (
        sa.select(row.c.series, row.c.from_date, row.c.to_date, row.c.value, *counted)
        .select_from(series)
        .join(row, row.c.series == series.c.id)
        .where(*_wanted(all_steps=all_steps), row.c.to_date <= parameter("on"), is_current(row, cut=parameter("cut")))
        .order_by(series.c.id, row.c.to_date, row.c.from_date)
    )


def _wanted(*, all_steps: bool) -> list[sa.ColumnElement[bool]]:
    """The totals of the parameter `territories`, of all steps or of the parameter `steps`."""
    totals = [series.c[name] == ALL for name in BREAKDOWNS]
    steps = [] if all_steps else [series.c.step.in_(parameters("steps"))]
    return [series.c.territory.in_(parameters("territories")), *steps, *totals]


def best_history(frame: pd.DataFrame, known: Definitions, *, territory: str, step: str, unit: str) -> pd.DataFrame:
    """One history of a count out of the frame of `histories`, as `best_histories` picks it."""
    return best_histories(frame, known, counts=[(territory, step, unit)])[territory, step, unit]


def best_histories(
    frame: pd.DataFrame, known: Definitions, *, counts: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str, str], pd.DataFrame]:
    """For each count (territory, step, unit) one history out of the frame of `histories`, in one pass over it.

    For each date the source of lower rank speaks, then the territory's own report, then, among the periods of a flow,
    the shortest. Sums over some of the children are left out, and flows where there is a stock. One row per
    date, with the columns of `histories`.
    """
    wanted = list(counts)
    found: dict[tuple[str, str, str], dict[str, list]] = {count: {} for count in wanted}
    few = frame["state"] == "shown"
    for name, values in zip(_NAMES, zip(*wanted, strict=True), strict=False):
        few &= frame[name].isin(set(values))
    places = np.flatnonzero(few)
    columns = (frame[name].to_numpy()[places].tolist() for name in COLUMNS)
    for place, territory, step, unit, measure, *row in zip(places.tolist(), *columns, strict=True):
        if (territory, step, unit) in found:
            found[territory, step, unit].setdefault(measure, []).append((place, *row))
    return {
        count: frame.take(_best(of.get("stock") or of.get("flow") or [], known.source_rank))
        for count, of in found.items()
    }


def _best(rows: list[tuple], rank: dict[str, int]) -> list[int]:
    """The places of the rows that speak, by date. A row is a place in the frame and COLUMNS from `source` on."""
    best: dict[int, tuple] = {}
    for place, source, basis, from_date, on_date, _, reporting, expected in rows:
        summed = basis == "summed"
        if summed and reporting < expected:
            # With it the line would rise when one more child reports.
            continue
        order = (rank.get(source, 999), summed, on_date - from_date, place)
        if on_date not in best or order < best[on_date]:
            best[on_date] = order
    return [best[date][-1] for date in sorted(best)]
