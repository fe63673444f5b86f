"""Cuts: an event number up to which the tables are read, and how a statement reads up to it."""

import sqlalchemy as sa

from data.schema import event


def latest_cut(engine: sa.Engine) -> int:
    """The number of the last event; 0 in an empty database."""
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.number), 0))).scalar_one()


def is_current(row: sa.FromClause, *, cut: int | sa.BindParameter[int]) -> sa.ColumnElement[bool]:
    """Whether a row of `observation` or `rollup` is the last word on its key at `cut`, and says a number."""
    newer = row.original.alias() if isinstance(row, sa.Alias) else row.alias()
    superseded = sa.exists().where(
        newer.c.series == row.c.series,
        newer.c.to_date == row.c.to_date,
        newer.c.from_date == row.c.from_date,
        newer.c.event > row.c.event,
        newer.c.event <= cut,
    )
    return sa.and_(row.c.event <= cut, row.c.value.is_not(None), ~superseded)
