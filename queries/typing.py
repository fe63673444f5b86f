"""Typing: what is known already of the cells of a grid, date by territory, that somebody is about to fill in."""

from collections.abc import Sequence
from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, event, observation, series
from queries.cuts import is_current, parameter, parameters
from queries.frames import of_rows
from queries.territories import lineage, visible

COLUMNS = ["territory_code", "on_date", "value", "event"]


def cells(
    engine: sa.Engine,
    *,
    territories: Sequence[str],
    step: str,
    unit: str,
    source: str,
    first: int,
    last: int,
    cut: int,
    scope: str,
) -> pd.DataFrame:
    """The totals that a source has reported of one stock, from the day `first` to the day `last`, as known at `cut`.

    One row per territory and date with a figure: territory_code, on_date (days since 1970-01-01), value (a count),
    event (the number of the one that said it). Breakdowns and sums over children are left out: only what was reported
    can be typed over. Of territories that one of `scope` does not answer for there is no row.
    """
    asked = {"step": step, "unit": unit, "source": source, "first": first, "last": last, "cut": cut}
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        if seen is not None:
            above = lineage(connection, of=scope)[:-1]
            territories = [code for code in territories if code in seen and code not in above]
        rows = []
        for at in range(0, len(territories), 500):
            rows += connection.execute(_said(), asked | {"territories": list(territories[at : at + 500])}).all()
    return of_rows([tuple(row) for row in rows], COLUMNS)


@cache
def _said() -> sa.Select:
    """COLUMNS, with the parameters `territories`, `step`, `unit`, `source`, `first`, `last` and `cut`."""
    row = observation.alias("row")
    return (
        sa.select(series.c.territory, row.c.to_date, row.c.value, row.c.event)
        .select_from(series)
        .join(row, row.c.series == series.c.id)
        .where(
            series.c.territory.in_(parameters("territories")),
            series.c.step == sa.bindparam("step"),
            series.c.unit == sa.bindparam("unit"),
            series.c.source == sa.bindparam("source"),
            series.c.measure == "stock",
            *(series.c[name] == ALL for name in BREAKDOWNS),
            row.c.to_date.between(parameter("first"), parameter("last")),
            is_current(row, cut=parameter("cut")),
        )
        .order_by(series.c.territory, row.c.to_date)
    )


def typed_events(engine: sa.Engine, *, cut: int, scope: str, limit: int = 10) -> pd.DataFrame:
    """The last events that were typed by hand and not withdrawn since, newest first, of those that one of `scope` may
    take back: they hold no figure of a territory that he does not answer for.

    One row per event: number, recorded_at (seconds since 1970-01-01 UTC), file_name (its label), accepted (figures).
    """
    with engine.connect() as connection:
        rows = connection.execute(_typed(), {"cut": cut, "limit": 20 * limit}).all()
        seen = visible(connection, scope=scope)
        if seen is not None:
            own = seen - set(lineage(connection, of=scope)[:-1])
            touched: dict[int, set[str]] = {}
            for number, code in connection.execute(_touched(), {"numbers": [row[0] for row in rows]}):
                touched.setdefault(number, set()).add(code)
            rows = [row for row in rows if touched.get(row[0]) and touched[row[0]] <= own]
    return of_rows([tuple(row) for row in rows[:limit]], ["number", "recorded_at", "file_name", "accepted"])


@cache
def _typed() -> sa.Select:
    undo = event.alias("undo")
    withdrawn = sa.exists().where(undo.c.withdraws == event.c.number, undo.c.number <= parameter("cut"))
    return (
        sa.select(event.c.number, event.c.recorded_at, event.c.file_name, event.c.accepted)
        .where(
            event.c.kind == "import",
            event.c.number <= parameter("cut"),
            event.c.details.like('%"typed"%'),
            ~withdrawn,
        )
        .order_by(event.c.number.desc())
        .limit(parameter("limit"))
    )


@cache
def _touched() -> sa.Select:
    numbers = sa.bindparam("numbers", type_=sa.Integer, expanding=True)
    return (
        sa.select(observation.c.event, series.c.territory)
        .join(series, series.c.id == observation.c.series)
        .where(observation.c.event.in_(numbers))
        .distinct()
    )
