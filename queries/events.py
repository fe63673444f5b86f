"""Events: what was taken in, from which source, up to which day."""

import json
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import (
    action,
    capacity,
    event,
    event_slice,
    observation,
    project,
    quarantine,
    remark,
    rollup,
    ruling,
    series,
)
from queries.cuts import is_current, parameter, parameters
from queries.definitions import definitions
from queries.frames import of_rows
from queries.meetings import events_of
from queries.territories import lineage, visible

EVENT_COLUMNS = [
    "number",
    "kind",
    "recorded_at",
    "actor",
    "source",
    "file_name",
    "rows_read",
    "accepted",
    "refused",
    "quarantined",
    "withdraws",
    "withdrawn_by",
    "details",
]


def log(engine: sa.Engine, *, cut: int, scope: str, limit: int = 200) -> pd.DataFrame:
    """The last events, newest first.

    One row per event: number; kind (import, withdrawal, reference, action, meeting, …); recorded_at (seconds since
    1970-01-01 UTC); actor (a role); source; file_name; rows_read, accepted, refused, quarantined (rows); withdraws
    (event or NaN); withdrawn_by (event or NaN); details (JSON, without the list of figures that the event confirmed). A
    reader of a scope below the kingdom sees only events that touched his territories, and no file names of others.
    """
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        asked = {"cut": cut, "limit": limit}
        if seen is not None:
            # A meeting of what stands above the scope is none of his.
            own = seen - frozenset(lineage(connection, of=scope)[:-1])
            asked |= {"seen": sorted(seen), "own": sorted(own)}
        rows = connection.execute(_logged(all_of_them=seen is None), asked).all()
        undone = dict(connection.execute(_WITHDRAWALS, {"cut": cut}).all())
    return of_rows([(*row, undone.get(row[0]), _short(details)) for *row, details in rows], EVENT_COLUMNS)


@cache
def _logged(*, all_of_them: bool) -> sa.Select:
    """EVENT_COLUMNS but `withdrawn_by`, with the parameters `cut`, `limit` and, for some territories only, `seen` and
    `own`."""
    statement = (
        sa.select(*(event.c[name] for name in EVENT_COLUMNS if name != "withdrawn_by"))
        .where(event.c.number <= parameter("cut"))
        .order_by(event.c.number.desc())
        .limit(parameter("limit"))
    )
    if all_of_them:
        return statement
    touched = (
        sa.select(observation.c.event)
        .join(series, series.c.id == observation.c.series)
        .where(series.c.territory.in_(parameters("seen")))
    )
    waited = sa.select(quarantine.c.event).where(quarantine.c.territory.in_(parameters("seen")))
    ruled = (
        sa.select(ruling.c.event)
        .join(quarantine, quarantine.c.event == ruling.c.file)
        .where(
            quarantine.c.territory.in_(parameters("seen")),
            quarantine.c.place.between(ruling.c.first_place, ruling.c.last_place),
        )
    )
    entered = (
        sa.select(t.c.event).where(t.c.territory.in_(parameters("seen"))) for t in (action, project, capacity, remark)
    )
    held = events_of(parameters("own"))
    numbers = (event.c.number.in_(one) for one in (touched, waited, ruled, *entered, *held))
    return statement.where(sa.or_(event.c.kind == "reference", *numbers))


_WITHDRAWALS = sa.select(event.c.withdraws, event.c.number).where(
    event.c.withdraws.is_not(None), event.c.number <= parameter("cut")
)
"""Each withdrawn event and the one that withdrew it. Beside the log, since a join looks at every event for each."""


def _short(details: str) -> str:
    """The details of an event without the keys that it confirmed, which may be as many as its rows."""
    if '"confirmed"' not in details:
        return details
    return json.dumps({name: said for name, said in json.loads(details).items() if name != "confirmed"})


def freshness(engine: sa.Engine, *, on: int, cut: int, scope: str) -> pd.DataFrame:
    """How fresh each source is on the day `on`, per step.

    One row per source and step: source, step, first_date and last_date (days since 1970-01-01, none after `on`),
    observations (figures brought by files that were not withdrawn and begin by `on`), territories (how many the largest
    file brought; for a scope below the kingdom, how many there are), last_event (number), late (last_date is older than
    the step's `stale_after`). Read from what events declare, so that it costs the same whatever the tables hold; only
    where a file goes on after `on` is the last day before it looked up. For a scope below the kingdom the figures of
    its territories and of the public sources are counted instead, up to `on`.
    """
    known = definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        if seen is not None:
            asked = {"on": on, "cut": cut, "seen": sorted(seen), "open": sorted(known.public_sources)}
            rows = connection.execute(_counted(), asked).all()
        else:
            rows = _declared(connection, cut=cut, on=on)
    frame = of_rows(rows, FRESHNESS_COLUMNS)
    pairs = zip(frame["step"], frame["last_date"], strict=True)
    frame["late"] = np.array([on - last > known.stale_after(step) for step, last in pairs], dtype=bool)
    return frame


FRESHNESS_COLUMNS = ["source", "step", "first_date", "last_date", "observations", "territories", "last_event"]


def _declared(connection: sa.Connection, *, cut: int, on: int) -> list[tuple]:
    """FRESHNESS_COLUMNS out of what events declare."""
    rows = []
    for source, step, *counted, reach in connection.execute(_slices(), {"on": on, "cut": cut}).all():
        if reach > on:
            asked = {"on": on, "cut": cut, "source": source, "step": step}
            counted[1] = connection.execute(_newest(), asked).scalar()
        if counted[1] is not None:
            rows.append((source, step, *counted))
    return rows


@cache
def _slices() -> sa.Select:
    """FRESHNESS_COLUMNS by source and step, and the last day of all, with the parameters `on` and `cut`."""
    on, cut = parameter("on"), parameter("cut")
    return (
        sa.select(
            event_slice.c.source,
            event_slice.c.step,
            sa.func.min(event_slice.c.from_date),
            sa.func.max(sa.case((event_slice.c.to_date <= on, event_slice.c.to_date))),
            sa.func.sum(event_slice.c.observations),
            sa.func.max(event_slice.c.territories),
            sa.func.max(event_slice.c.event),
            sa.func.max(event_slice.c.to_date),
        )
        .where(
            event_slice.c.event <= cut,
            event_slice.c.from_date <= on,
            event_slice.c.observations > 0,
            event_slice.c.event.not_in(_withdrawn(cut)),
        )
        .group_by(event_slice.c.source, event_slice.c.step)
        .order_by(event_slice.c.source, event_slice.c.step)
    )


@cache
def _newest() -> sa.Select:
    """The last day up to `on` of a source's step as known at `cut`, with the parameters `source` and `step` too."""
    row, on = observation.alias("row"), parameter("on")
    newest = (
        sa.select(row.c.to_date)
        .where(row.c.series == series.c.id, row.c.to_date <= on, is_current(row, cut=parameter("cut")))
        .order_by(row.c.to_date.desc())
        .limit(1)
        .correlate(series)
        .scalar_subquery()
    )
    mine = sa.and_(series.c.source == sa.bindparam("source"), series.c.step == sa.bindparam("step"))
    return sa.select(sa.func.max(newest)).where(mine)


@cache
def _counted() -> sa.Select:
    """FRESHNESS_COLUMNS out of the figures themselves, with the parameters `on`, `cut`, `seen` and `open`."""
    on, cut = parameter("on"), parameter("cut")
    # Two indexes find them; one condition with OR between would have every series looked at for each figure.
    mine = sa.union(
        sa.select(series.c.id).where(series.c.territory.in_(parameters("seen"))),
        sa.select(series.c.id).where(series.c.source.in_(parameters("open"))),
    )
    # A withdrawal says again what other files say, which is counted with those.
    left_out = sa.union(
        sa.select(event.c.number).where(event.c.kind.not_in(("import", "ruling", "remark"))), _withdrawn(cut)
    )
    one = (
        sa.select(
            observation.c.series,
            sa.func.min(observation.c.from_date).label("first"),
            sa.func.max(observation.c.to_date).label("last"),
            sa.func.count().label("size"),
            sa.func.max(observation.c.event).label("event"),
        )
        .where(
            observation.c.series.in_(mine),
            observation.c.event <= cut,
            observation.c.to_date <= on,
            observation.c.value.is_not(None),
            observation.c.event.not_in(left_out),
        )
        .group_by(observation.c.series)
        .subquery()
    )
    return (
        sa.select(
            series.c.source,
            series.c.step,
            sa.func.min(one.c.first),
            sa.func.max(one.c.last),
            # PostgreSQL makes a sum of whole numbers a decimal one.
            sa.cast(sa.func.sum(one.c.size), sa.Integer),
            sa.func.count(sa.distinct(series.c.territory)),
            sa.func.max(one.c.event),
        )
        .join(one, one.c.series == series.c.id)
        .group_by(series.c.source, series.c.step)
        .order_by(series.c.source, series.c.step)
    )


def _withdrawn(cut: sa.BindParameter[int]) -> sa.Select:
    """The events that were withdrawn up to a cut."""
    undo = event.alias("undo")
    return sa.select(undo.c.withdraws).where(undo.c.withdraws.is_not(None), undo.c.number <= cut)


def data_dates(engine: sa.Engine, *, territories: Sequence[str], cut: int, scope: str) -> list[int]:
    """The days at which a count or a sum of any of `territories` is known, newest first (days since 1970-01-01)."""
    asked = {"cut": cut, "territories": list(territories)}
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        if seen is not None:
            asked["seen"] = sorted(seen)
            asked["open"] = sorted(definitions(engine, cut=cut).public_sources)
        days: set[int] = set()
        for table in (observation, rollup):
            said = connection.execute(_days(table, all_of_them=seen is None), asked).all()
            days.update(day for day, rows, values in said if rows == values)
            doubtful = [day for day, rows, values in said if rows > values > 0]
            if doubtful:
                current = _current_days(table, all_of_them=seen is None)
                days.update(connection.execute(current, asked | {"days": doubtful}).scalars())
    return sorted(days, reverse=True)


def days_said(
    engine: sa.Engine, *, territories: Sequence[str], steps: Sequence[str], after: int, cut: int, scope: str
) -> set[int] | None:
    """The days of which the events after `after`, up to `cut`, said something of these steps in any of `territories`.

    None where one of them emptied a figure: other days may then no longer be known.
    """
    asked = {"cut": cut, "territories": list(territories), "steps": list(steps), "after": after}
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        if seen is not None:
            asked["seen"] = sorted(seen)
            asked["open"] = sorted(definitions(engine, cut=cut).public_sources)
        said = [
            row
            for table in (observation, rollup)
            for row in connection.execute(_days_since(table, all_of_them=seen is None), asked)
        ]
    return None if any(rows > values for _, rows, values in said) else {day for day, _, _ in said}


@cache
def _days_since(table: sa.Table, *, all_of_them: bool) -> sa.Select:
    """As `_days`, with the parameters `steps` and `after` besides."""
    row = table.alias("row")
    counted = sa.select(row.c.to_date, sa.func.count(), sa.func.count(row.c.value))
    since = row.c.event > parameter("after"), series.c.step.in_(parameters("steps"))
    return _rows_of_days(counted, row, all_of_them=all_of_them).where(*since).group_by(row.c.to_date)


@cache
def _days(table: sa.Table, *, all_of_them: bool) -> sa.Select:
    """Each day, how many rows there are of it and how many of them say a number; parameters as in `_rows_of_days`.

    Where all say one the last of them does too: only of the other days each row has to be looked at.
    """
    row = table.alias("row")
    counted = sa.select(row.c.to_date, sa.func.count(), sa.func.count(row.c.value))
    return _rows_of_days(counted, row, all_of_them=all_of_them).group_by(row.c.to_date)


@cache
def _current_days(table: sa.Table, *, all_of_them: bool) -> sa.Select:
    """Those of the parameter `days` at which a row is current; the other parameters as in `_rows_of_days`."""
    row = table.alias("row")
    current = _rows_of_days(sa.select(row.c.to_date), row, all_of_them=all_of_them).distinct()
    days = sa.bindparam("days", type_=sa.Integer, expanding=True)
    return current.where(row.c.to_date.in_(days), is_current(row, cut=parameter("cut")))


def _rows_of_days(statement: sa.Select, row: sa.FromClause, *, all_of_them: bool) -> sa.Select:
    """The rows of `data_dates`, with `cut`, `territories` and, for some territories only, `seen` and `open`."""
    mine = series.c.territory.in_(parameters("territories"))
    statement = statement.join(series, series.c.id == row.c.series).where(mine, row.c.event <= parameter("cut"))
    if all_of_them:
        return statement
    own = series.c.territory.in_(parameters("seen"))
    return statement.where(sa.or_(own, series.c.source.in_(parameters("open"))))
