"""Cuts: an event number up to which the tables are read, and how a statement reads up to it."""

import sqlalchemy as sa

from data.schema import event


def latest_cut(engine: sa.Engine) -> int:
    """The number of the last event; 0 in an empty database."""
    with engine.connect() as connection:
        return connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.number), 0))).scalar_one()


def latest_events(engine: sa.Engine) -> tuple[int, int]:
    """The number of the last event, and that of the last one that changed territories or definitions; 0: none yet."""
    last = sa.func.coalesce(sa.func.max(event.c.number), 0)
    reference = sa.select(last).where(event.c.kind == "reference").scalar_subquery()
    with engine.connect() as connection:
        return tuple(connection.execute(sa.select(last, reference)).one())


def parameter(name: str) -> sa.BindParameter[int]:
    """A whole number that is given when a statement is run: building one takes longer than answering it."""
    return sa.bindparam(name, type_=sa.Integer)


def parameters(name: str) -> sa.BindParameter[str]:
    """A list of texts for `in_` that is given when a statement is run."""
    return sa.bindparam(name, type_=sa.Text, expanding=True)


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
