"""Events: what was taken in, from which source, up to which day."""

from collections.abc import Sequence

import pandas as pd
import sqlalchemy as sa

from data.schema import event, event_slice, observation, rollup, series
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
    withdrawn_by (event or NaN); details (JSON). A reader of a scope below the kingdom sees only events that touched
    his territories, and no file names of others.
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
        return pd.DataFrame.from_records(result.mappings().all(), columns=EVENT_COLUMNS)


def freshness(engine: sa.Engine, *, on: int, cut: int, scope: str) -> pd.DataFrame:
    """How fresh each source is, per step.

    One row per source and step: source, step, first_date and last_date (days since 1970-01-01), observations (figures
    brought by events that were not withdrawn), territories (how many the largest event brought), last_event (number),
    late (last_date is older than the step's `stale_after` on the day `on`). Read from what events declare, so that it
    costs the same whatever the tables hold; for a scope below the kingdom, from the counts of its territories.
    """
    known = definitions(engine, cut=cut)
    undo = event.alias("undo")
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        if seen is None:
            kept = ~sa.exists().where(undo.c.withdraws == event_slice.c.event, undo.c.number <= cut)
            statement = (
                sa.select(
                    event_slice.c.source,
                    event_slice.c.step,
                    sa.func.min(event_slice.c.from_date).label("first_date"),
                    sa.func.max(event_slice.c.to_date).label("last_date"),
                    sa.func.sum(event_slice.c.observations).label("observations"),
                    sa.func.max(event_slice.c.territories).label("territories"),
                    sa.func.max(event_slice.c.event).label("last_event"),
                )
                .where(event_slice.c.event <= cut, event_slice.c.observations > 0, kept)
                .group_by(event_slice.c.source, event_slice.c.step)
                .order_by(event_slice.c.source, event_slice.c.step)
            )
        else:
            statement = (
                sa.select(
                    series.c.source,
                    series.c.step,
                    sa.func.min(observation.c.to_date).label("first_date"),
                    sa.func.max(observation.c.to_date).label("last_date"),
                    sa.func.count().label("observations"),
                    sa.func.count(sa.distinct(series.c.territory)).label("territories"),
                    sa.func.max(observation.c.event).label("last_event"),
                )
                .join(observation, observation.c.series == series.c.id)
                .where(
                    observation.c.event <= cut,
                    observation.c.to_date <= on,
                    observation.c.value.is_not(None),
                    series.c.territory.in_(sorted(seen)),
                )
                .group_by(series.c.source, series.c.step)
                .order_by(series.c.source, series.c.step)
            )
        result = connection.execute(statement)
        frame = pd.DataFrame.from_records(result.all(), columns=list(result.keys()))
    stale = frame["step"].map({k: v.get("stale_after", 45) for k, v in known.steps.items()}).fillna(45)
    frame["late"] = (on - frame["last_date"]) > stale
    return frame


def data_dates(engine: sa.Engine, *, territories: Sequence[str], cut: int, scope: str) -> list[int]:
    """The days at which a count or a sum of any of `territories` is known, newest first (days since 1970-01-01)."""
    with engine.connect() as connection:
        seen = visible(connection, scope=scope)
        codes = [code for code in territories if seen is None or code in seen]
        days: set[int] = set()
        for table in (observation, rollup):
            statement = (
                sa.select(table.c.to_date)
                .join(series, series.c.id == table.c.series)
                .where(series.c.territory.in_(codes), table.c.event <= cut, table.c.value.is_not(None))
                .distinct()
            )
            days.update(connection.execute(statement).scalars())
    return sorted(days, reverse=True)
