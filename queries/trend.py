"""Trend: the history of counts in one territory, as known at a cut."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from weakref import WeakKeyDictionary

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
        return _Reader.of(connection, scope=scope, known=known).read(territories, steps, on=on, cut=cut)


@dataclass(frozen=True)
class _Reader:
    """What reads histories for one reader. seen, above: as `released` takes them, looked up once."""

    connection: sa.Connection
    known: Definitions
    seen: frozenset[str] | None
    above: dict[str, tuple[tuple[int, int], ...]] | None

    @classmethod
    def of(cls, connection: sa.Connection, *, scope: str, known: Definitions) -> "_Reader":
        seen = visible(connection, scope=scope)
        return cls(connection, known, seen, None if seen is None else mixed(connection, scope=scope))

    @property
    def rules(self) -> tuple:
        """All that decides, besides the tables, what is released and which source speaks."""
        above = None if self.above is None else tuple(self.above.items())
        known = self.known
        return self.seen, above, known.public_sources, known.small_cell, tuple(known.source_rank.items())

    def read(self, territories: Sequence[str], steps: Sequence[str] | None, *, on: int, cut: int) -> pd.DataFrame:
        """The answer of `histories`."""
        asked = {"on": on, "cut": cut, "territories": list(territories)}
        if steps is not None:
            asked["steps"] = list(steps)
        names = self.connection.execute(_names(all_steps=steps is None), asked).all()
        reported, summed = (
            self.connection.execute(_points(table, all_steps=steps is None), asked).all()
            for table in (observation, rollup)
        )
        frame = _frame(names, reported, summed)
        smallest = self.known.small_cell
        frame = released(
            frame, seen=self.seen, open_sources=self.known.public_sources, mixed=self.above, smallest=smallest
        )
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
    said = _said(frame, set(wanted))
    return {count: frame.take(_best(said.get(count, []), known.source_rank)) for count in wanted}


def nearest_histories(
    engine: sa.Engine,
    *,
    line: Sequence[str],
    counts: Iterable[tuple[str, str]],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
) -> dict[tuple[str, str], tuple[str, pd.DataFrame]]:
    """For each count (step, unit) the nearest territory that has a path, and its history.

    The nearest is the last one of `line` whose history, as `best_histories` picks it, has at least two dates; a count
    without any is left out. Territories are read one after the other, from the nearest up: where the nearest has all
    the paths, those above it, which hold as many points, need not be fetched.
    """
    known = known or definitions(engine, cut=cut)
    wanted, found = [count for count in dict.fromkeys(counts) if count[0] not in known.hidden_steps], {}
    with engine.connect() as connection:
        reader = _Reader.of(connection, scope=scope, known=known)
        for territory in reversed(line):
            missing = [count for count in wanted if count not in found]
            if not missing:
                break
            for count, path in _paths(engine, reader, territory, missing, on=on, cut=cut).items():
                if path is not None:
                    found[count] = (territory, path)
    return found


_MOST_PATHS = 256
_kept: WeakKeyDictionary[sa.Engine, OrderedDict[tuple, pd.DataFrame | None]] = WeakKeyDictionary()
"""Paths by the last event that touched their step in their territory: what an event said never changes."""
_keeping = Lock()


def _paths(
    engine: sa.Engine, reader: _Reader, territory: str, counts: Sequence[tuple[str, str]], *, on: int, cut: int
) -> dict[tuple[str, str], pd.DataFrame | None]:
    """The path of each count in one territory; None where it has fewer than two dates.

    An event touches few steps of a territory: only their points are fetched, the other paths are those of before.
    """
    asked = {"on": on, "cut": cut, "territories": [territory], "steps": sorted({step for step, _ in counts})}
    last: dict[str, int] = {}
    for table in (observation, rollup):
        for step, number in reader.connection.execute(_last_events(table), asked):
            last[step] = max(number, last.get(step, 0))
    rules = reader.rules
    keys = {(step, unit): (territory, step, unit, on, last[step], rules) for step, unit in counts if step in last}
    with _keeping:
        kept = _kept.setdefault(engine, OrderedDict())
        found = {count: kept[key] for count, key in keys.items() if key in kept}
    unread = [count for count in keys if count not in found]
    if unread:
        frame = reader.read([territory], sorted({step for step, _ in unread}), on=on, cut=cut)
        said = _said(frame, {(territory, *count) for count in unread})
        for count in unread:
            places = _best(said.get((territory, *count), []), reader.known.source_rank)
            found[count] = frame.take(places) if len(places) >= 2 else None
    with _keeping:
        for count, path in found.items():
            kept[keys[count]] = path
            kept.move_to_end(keys[count])
        while len(kept) > _MOST_PATHS:
            kept.popitem(last=False)
    return found


@cache
def _last_events(table: sa.Table) -> sa.Select:
    """The last event that said anything of each step, with the parameters of `_points`; what it nulled counts too."""
    row = table.alias("row")
    return (
        sa.select(series.c.step, sa.func.max(row.c.event))
        .join(row, row.c.series == series.c.id)
        .where(*_wanted(all_steps=False), row.c.to_date <= parameter("on"), row.c.event <= parameter("cut"))
        .group_by(series.c.step)
    )


def _said(frame: pd.DataFrame, wanted: set[tuple[str, str, str]]) -> dict[tuple[str, str, str], list[tuple]]:
    """The rows of the frame of `histories` that are shown, by count, of stocks where there are any; rows for `_best`.

    In plain Python: four conditions on columns of texts take longer than one look at each row.
    """
    found: dict[tuple[str, str, str], dict[str, list[tuple]]] = {}
    names = ["territory_code", "step", "unit", "state", "measure", *_TOLD]
    columns = (frame[name].tolist() for name in names)
    for place, (territory, step, unit, state, measure, *told) in enumerate(zip(*columns, strict=True)):
        if state == "shown" and (territory, step, unit) in wanted:
            found.setdefault((territory, step, unit), {}).setdefault(measure, []).append((place, *told))
    return {count: of.get("stock") or of.get("flow") or [] for count, of in found.items()}


_TOLD = ["source", "basis", "from_date", "on_date", "reporting", "expected"]


def _best(rows: list[tuple], rank: dict[str, int]) -> list[int]:
    """The places of the rows that speak, by date. A row is a place in the frame, and _TOLD."""
    best: dict[int, tuple] = {}
    for place, source, basis, from_date, on_date, reporting, expected in rows:
        summed = basis == "summed"
        if summed and reporting < expected:
            # With it the line would rise when one more child reports.
            continue
        order = (rank.get(source, 999), summed, on_date - from_date, place)
        if on_date not in best or order < best[on_date]:
            best[on_date] = order
    return [best[date][-1] for date in sorted(best)]
