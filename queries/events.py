"""Events: what was taken in, from which source, up to which day."""

import json
from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from data.schema import event, event_slice, observation, rollup, series
from queries.cuts import is_current
from queries.definitions import definitions
from queries.territories import visible

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

    One row per event: number; kind (import, withdrawal, reference); recorded_at (seconds since 1970-01-01 UTC); actor
    (a role); source; file_name; rows_read, accepted, refused, quarantined (rows); withdraws (event or NaN);
    withdrawn_by (event or NaN); details (JSON, without the list of figures that the event confirmed). A reader of a
    scope below the kingdom sees only events that touched his territories, and no file names of others.
    """
    undo = event.alias("undo")
    statement = (
        sa.select(event, undo.c.number.label("withdrawn_by"))
        .outerjoin(undo, sa.and_(undo.c.withdraws == event.c.number, undo.c.number <= cut))
        .where(event.c.number <= cut)
        .order_by(event.c.number.desc())
        .limit(limit)
    )
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        if seen is not None:
            touched = (
                sa.select(observation.c.event)
                .join(series, series.c.id == observation.c.series)
                .where(series.c.territory.in_(sorted(seen)))
            )
            statement = statement.where(sa.or_(event.c.kind == "reference", event.c.number.in_(touched)))
        result = connection.execute(statement)
        frame = pd.DataFrame.from_records(result.mappings().all(), columns=EVENT_COLUMNS)
    frame["details"] = [_short(text) for text in frame["details"]]
    return frame


def _short(details: str) -> str:
    """The details of an event without the keys that it confirmed, which may be as many as its rows."""
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
            mine = series.c.territory.in_(sorted(seen)) | series.c.source.in_(sorted(known.public_sources))
            rows = connection.execute(_counted(cut=cut, on=on).where(mine)).all()
        else:
            rows = _declared(connection, cut=cut, on=on)
    frame = pd.DataFrame.from_records(rows, columns=FRESHNESS_COLUMNS)
    if frame.empty:
        return frame.assign(late=False)
    stale = frame["step"].map({k: v.get("stale_after", 45) for k, v in known.steps.items()}).fillna(45)
    frame["late"] = (on - frame["last_date"]) > stale
    return frame


FRESHNESS_COLUMNS = ["source", "step", "first_date", "last_date", "observations", "territories", "last_event"]


def _declared(connection: sa.Connection, *, cut: int, on: int) -> list[tuple]:
    """FRESHNESS_COLUMNS out of what events declare."""
    ended = sa.case((event_slice.c.to_date <= on, event_slice.c.to_date))
    statement = (
        sa.select(
            event_slice.c.source,
            event_slice.c.step,
            sa.func.min(event_slice.c.from_date),
            sa.func.max(ended),
            sa.func.sum(event_slice.c.observations),
            sa.func.max(event_slice.c.territories),
            sa.func.max(event_slice.c.event),
            sa.func.max(event_slice.c.to_date),
        )
        .where(
            event_slice.c.event <= cut,
            event_slice.c.from_date <= on,
            event_slice.c.observations > 0,
            ~_withdrawn(event_slice.c.event, cut=cut),
        )
        .group_by(event_slice.c.source, event_slice.c.step)
        .order_by(event_slice.c.source, event_slice.c.step)
    )
    rows = []
    for source, step, first, last, observations, territories, number, reach in connection.execute(statement).all():
        if reach > on:
            row = observation.alias("row")
            newest = (
                sa.select(row.c.to_date)
                .where(row.c.series == series.c.id, row.c.to_date <= on, is_current(row, cut=cut))
                .order_by(row.c.to_date.desc())
                .limit(1)
                .correlate(series)
                .scalar_subquery()
            )
            of_step = sa.select(sa.func.max(newest)).where(series.c.source == source, series.c.step == step)
            last = connection.execute(of_step).scalar()
        if last is not None:
            rows.append((source, step, first, last, observations, territories, number))
    return rows


def _counted(*, cut: int, on: int) -> sa.Select:
    """FRESHNESS_COLUMNS out of the figures themselves, up to the day `on`."""
    return (
        sa.select(
            series.c.source,
            series.c.step,
            sa.func.min(observation.c.from_date),
            sa.func.max(observation.c.to_date),
            sa.func.count(),
            sa.func.count(sa.distinct(series.c.territory)),
            sa.func.max(observation.c.event),
        )
        .select_from(observation)
        .join(series, series.c.id == observation.c.series)
        .join(event, event.c.number == observation.c.event)
        .where(
            observation.c.event <= cut,
            observation.c.to_date <= on,
            observation.c.value.is_not(None),
            # A withdrawal says again what other files say, which is counted with those.
            event.c.kind == "import",
            ~_withdrawn(observation.c.event, cut=cut),
        )
        .group_by(series.c.source, series.c.step)
        .order_by(series.c.source, series.c.step)
    )


def _withdrawn(number: sa.ColumnElement[int], *, cut: int) -> sa.ColumnElement[bool]:
    undo = event.alias("undo")
    return sa.exists().where(undo.c.withdraws == number, undo.c.number <= cut)


def data_dates(engine: sa.Engine, *, territories: Sequence[str], cut: int, scope: str) -> list[int]:
    """The days at which a count or a sum of any of `territories` is known, newest first (days since 1970-01-01)."""
    opened = definitions(engine, cut=cut).public_sources
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        mine = series.c.territory.in_(list(territories))
        if seen is not None:
            own = series.c.territory.in_([code for code in territories if code in seen])
            mine = sa.and_(mine, sa.or_(own, series.c.source.in_(sorted(opened))))
        days: set[int] = set()
        for table in (observation, rollup):
            row = table.alias("row")
            statement = (
                sa.select(row.c.to_date)
                .join(series, series.c.id == row.c.series)
                .where(mine, is_current(row, cut=cut))
                .distinct()
            )
            days.update(connection.execute(statement).scalars())
    return sorted(days, reverse=True)
