"""Forecasts in: the rows that were computed from a cut, kept with that cut.

A forecast says nothing new of the counts, so it is no event: it belongs to the event up to which it was read.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from data.database import write
from data.schema import forecast

ALONE = 0x7A7A_6676
"""Key of PostgreSQL's advisory lock: one process computes at a time."""


def store(engine: sa.Engine, rows: Iterable[Mapping]) -> int:
    """Keep the forecasts of some counts, each step and unit whole or not at all; how many were kept.

    Where another process has kept forecasts of a step and unit of the same cut or of a later one, these are not.
    """
    by_count: dict[tuple[str, str], list[dict]] = {}
    for row in rows:
        by_count.setdefault((row["step"], row["unit"]), []).append(dict(row))
    kept = 0
    for (step, unit), told in by_count.items():
        newest = sa.select(sa.func.coalesce(sa.func.max(forecast.c.event), 0)).where(
            forecast.c.step == step, forecast.c.unit == unit
        )
        with write(engine) as connection:
            if connection.execute(newest).scalar_one() >= max(row["event"] for row in told):
                continue
            connection.execute(sa.insert(forecast), told)
        kept += len(told)
    return kept


@contextmanager
def alone(engine: sa.Engine) -> Iterator[bool]:
    """Whether no other process computes forecasts on this database, which none will begin until the block ends.

    On SQLite nobody is kept away: whoever stores first is kept.
    """
    if engine.dialect.name != "postgresql":
        yield True
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got = connection.execute(sa.select(sa.func.pg_try_advisory_lock(ALONE))).scalar_one()
        try:
            yield bool(got)
        finally:
            if got:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(ALONE)))
