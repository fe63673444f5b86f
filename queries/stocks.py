"""Stocks: the history of a count that pace, verdict and forecast are reckoned from.

A target is compared with a stock: "so many at that date". Of the histories that several sources tell of one stock, that
of the source which speaks is taken, its own report before the sum of its children; where it has no two figures at least
25 days apart, which say nothing of a pace, all sources together, as on the chart of `queries.trend`. Sums over some of
the children only are left out: they would rise when one more child reports.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise

import numpy as np
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, observation, rollup, series
from queries.cuts import is_current, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.frames import array_of, of_columns
from queries.methods.forecast import believed
from queries.territories import mixed, visible

TAIL = 366
"""Days of history that the pace and what is believed of the last reports are read from."""

APART = 25
"""Two figures that are fewer days apart say nothing of a pace over a month."""

STALE_AFTER = 45
"""Days after which a stock is late, for a step that does not say."""

_PART = 500
"""Territories asked for at once: an older SQLite takes a thousand parameters."""

Count = tuple[str, str, str]
"""territory, step, unit."""


@dataclass(frozen=True, eq=False)
class Stock:
    """The history of one stock. days (int64, since 1970-01-01, ascending, each once) and values (float), as received;
    event: the last one that said any of it; source: who says the last figure; basis: reported or summed."""

    days: np.ndarray
    values: np.ndarray
    event: int
    source: str
    basis: str

    @cached_property
    def believed(self) -> np.ndarray:
        """The values as they are believed, of the same length; NaN where a report is not believed.

        The last one that is believed is always a figure that was received: one that is only believed in part is not.
        """
        days, values = believed(self.days.astype("datetime64[D]"), self.values)
        found = np.full(len(self.days), np.nan)
        found[np.searchsorted(self.days, days.astype(np.int64))] = values
        as_received = np.flatnonzero(np.abs(found - self.values) < 0.5)
        if as_received.size:
            found[as_received[-1] + 1 :] = np.nan
            found[as_received[-1]] = self.values[as_received[-1]]
        return found

    @property
    def is_doubted(self) -> bool:
        """Whether the last report is not believed."""
        return bool(np.isnan(self.believed[-1]))

    @property
    def last_believed(self) -> int:
        """The place of the last report that is believed."""
        return int(np.flatnonzero(~np.isnan(self.believed))[-1])

    def until(self, day: int) -> "Stock | None":
        """What was reported for days up to this one; None when that is nothing."""
        kept = int(np.searchsorted(self.days, day, side="right"))
        if kept == len(self.days):
            return self
        return replace(self, days=self.days[:kept], values=self.values[:kept]) if kept else None


def stocks(
    engine: sa.Engine,
    *,
    counts: Collection[tuple[str, str]],
    territories: Sequence[str],
    on: int,
    cut: int,
    scope: str,
    known: Definitions | None = None,
    since: int | None = None,
    speaking: Mapping[Count, str] | None = None,
) -> dict[Count, Stock]:
    """The history of each stock (step, unit) in each territory up to the day `on`, as known at `cut`.

    since: not what is older than this day. speaking: for a count the source that speaks (`queries.figures.spoken`);
    where it is not named, the source of lower rank among those that are not late beside the newest figure. A count
    without any whole figure is left out, and so is what the reader may not see.
    """
    known = known or definitions(engine, cut=cut)
    asked = {"on": on, "cut": cut, "since": -1 if since is None else since, "steps": sorted({s for s, _ in counts})}
    if not asked["steps"] or not territories:
        return {}
    names, points = [], {observation: [], rollup: []}
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        above = None if seen is None else mixed(connection, scope=scope)
        for at in range(0, len(territories), _PART):
            part = asked | {"territories": list(territories[at : at + _PART])}
            names += [row for row in connection.execute(_names(), part) if (row.step, row.unit) in counts]
            for table, rows in points.items():
                rows += connection.execute(_points(table), part).all()
    held: dict[Count, list[Stock]] = {}
    for key, one in _told(names, points[observation], points[rollup], known, seen, above):
        held.setdefault(key, []).append(one)
    speaking = speaking or {}
    return {key: _chosen(told, known, key[1], speaking.get(key)) for key, told in held.items()}


def _told(names, reported, summed, known: Definitions, seen, above) -> Iterator[tuple[Count, Stock]]:
    """Each history told of a count, one for each source and basis, of what may be released."""
    if not names or not (reported or summed):
        return
    names = sorted(map(tuple, names))
    identity = np.array([row[0] for row in names], dtype=np.int64)
    rows = np.array([*map(tuple, reported), *map(tuple, summed)], dtype=np.int64).reshape(-1, 6)
    is_sum = np.zeros(len(rows), dtype=bool)
    is_sum[len(reported) :] = True
    place = np.minimum(np.searchsorted(identity, rows[:, 0]), len(identity) - 1)
    # A series of another unit of the same step; a sum over some of the children only.
    kept = (identity[place] == rows[:, 0]) & ~(is_sum & (rows[:, 4] < rows[:, 5]))
    rows, is_sum, place = rows[kept], is_sum[kept], place[kept]
    if seen is not None:
        # From one who sees everything there is nothing to hide.
        frame = of_columns(
            {
                "territory_code": array_of([row[1] for row in names])[place],
                "source": array_of([row[4] for row in names])[place],
                "basis": np.where(is_sum, "summed", "reported").astype(object),
                "value": rows[:, 2].astype(float),
                "reporting": rows[:, 4],
            }
        )
        frame = released(frame, seen=seen, open_sources=known.public_sources, mixed=above)
        left = frame.index.to_numpy()[(frame["state"] == "shown").to_numpy()]
        rows, is_sum, place = rows[left], is_sum[left], place[left]
    order = np.lexsort((rows[:, 1], is_sum, place))
    rows, is_sum, place = rows[order], is_sum[order], place[order]
    changes = np.flatnonzero((place[1:] != place[:-1]) | (is_sum[1:] != is_sum[:-1])) + 1
    bounds = [0, *changes.tolist(), len(rows)] if len(rows) else []
    for first, last in pairwise(bounds):
        _, code, step, unit, source = names[place[first]]
        part = rows[first:last]
        basis = "summed" if is_sum[first] else "reported"
        yield (code, step, unit), Stock(part[:, 1], part[:, 2].astype(float), int(part[:, 3].max()), source, basis)


def _chosen(told: list[Stock], known: Definitions, step: str, speaking: str | None) -> Stock:
    """The history of a count out of those that are told of it."""
    if len(told) == 1:
        return told[0]
    rank = known.source_rank
    if speaking is None:
        newest = max(one.days[-1] for one in told)
        late = known.steps.get(step, {}).get("stale_after", STALE_AFTER)
        fresh = [one for one in told if newest - one.days[-1] <= late]
        speaking = min(fresh, key=lambda one: (rank.get(one.source, 999), one.basis == "summed")).source
    own = _merged([one for one in told if one.source == speaking], rank)
    if own is not None and own.days[-1] - own.days[0] >= APART:
        return own
    if own is None:
        return _merged(told, rank)
    # What speaks last stays the last: a newer figure of another source is none of its history.
    everything = _merged(told, rank).until(int(own.days[-1]))
    return replace(everything, source=own.source, basis=own.basis)


def _merged(told: list[Stock], rank: Mapping[str, int]) -> Stock | None:
    """One history out of several: for each day the source of lower rank, then its own report before a sum."""
    if len(told) < 2:
        return told[0] if told else None
    order = sorted(told, key=lambda one: (rank.get(one.source, 999), one.basis == "summed"))
    days = np.concatenate([one.days for one in order])
    values = np.concatenate([one.values for one in order])
    # `unique` names the first place of each day, which is that of the one who speaks first.
    days, first = np.unique(days, return_index=True)
    last = order[int(np.searchsorted(np.cumsum([len(one.days) for one in order]), first[-1], side="right"))]
    return Stock(days, values[first], max(one.event for one in told), last.source, last.basis)


@cache
def _names() -> sa.Select:
    """The totals of the parameters `territories` and `steps` that are stocks: number and texts."""
    columns = (series.c.id, series.c.territory, series.c.step, series.c.unit, series.c.source)
    return sa.select(*columns).where(*_wanted())


@cache
def _points(table: sa.Table) -> sa.Select:
    """Their points: series, day, value, event, and for a sum over how many children it is and how many there are."""
    row = table.alias("row")
    counted = (row.c.reporting, row.c.expected) if table is rollup else (sa.literal(0), sa.literal(0))
    return (
        sa.select(row.c.series, row.c.to_date, row.c.value, row.c.event, *counted)
        .select_from(series)
        .join(row, row.c.series == series.c.id)
        .where(
            *_wanted(),
            row.c.to_date.between(parameter("since"), parameter("on")),
            is_current(row, cut=parameter("cut")),
        )
    )


def _wanted() -> list[sa.ColumnElement[bool]]:
    return [
        *(series.c[name] == ALL for name in BREAKDOWNS),
        series.c.measure == "stock",
        series.c.territory.in_(parameters("territories")),
        series.c.step.in_(parameters("steps")),
    ]
