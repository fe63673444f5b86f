"""Changes: every event, and the figures that it touched, with what was known of them before and after.

A figure is touched by an event that wrote a row of it: brought it, corrected it, said it again after a withdrawal, or
said that it is no longer reported. Sums of children follow from these and are not listed.
"""

from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import ALL, BREAKDOWNS, action, event, observation, quarantine, remark, ruling, series, territory
from queries.cuts import SAYS_NO_FIGURE, parameter, parameters
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.frames import of_rows
from queries.meetings import events_of
from queries.territories import KINGDOM, inside_of, lineage, visible

EVENT_COLUMNS = [
    "number",
    "kind",
    "recorded_at",
    "actor",
    "source",
    "file_name",
    "withdraws",
    "details",
    "figures",
]
ROW_COLUMNS = [
    "territory_code",
    "step",
    "unit",
    "measure",
    "source",
    *BREAKDOWNS,
    "from_date",
    "on_date",
    "value",
    "before",
]
AROUND = 60
"""Rows read on either side of a page: of a breakdown that lies across its edge no cell must show another."""


def events(
    engine: sa.Engine,
    *,
    cut: int,
    scope: str,
    kind: str = "",
    territory_code: str = "",
    first: int | None = None,
    last: int | None = None,
    limit: int = 25,
    offset: int = 0,
) -> pd.DataFrame:
    """The events, newest first, from the place `offset` on.

    One row per event: number, kind, recorded_at (seconds since 1970-01-01 UTC), actor (a role), source, file_name,
    withdraws (event, NaN: none), details (JSON), figures (how many it touched, of those that the reader may see). kind,
    territory_code (it and below), first and last (seconds): only those. At most `limit` rows. Below the kingdom only
    events that touched the reader's territories, and those of the reference lists.
    """
    with engine.connect() as connection:
        codes = _codes(connection, scope=scope, territory_code=territory_code)
        statement = _events(all_of_them=codes is None, everywhere=not territory_code)
        asked = {"cut": cut, "limit": limit, "offset": offset}
        if codes is not None:
            asked["codes"] = sorted(codes)
        if kind:
            statement = statement.where(event.c.kind == kind)
        if first is not None:
            statement = statement.where(event.c.recorded_at >= first)
        if last is not None:
            statement = statement.where(event.c.recorded_at < last)
        rows = connection.execute(statement, asked).all()
    return of_rows(rows, EVENT_COLUMNS, floats=("withdraws",))


def _codes(connection: sa.Connection, *, scope: str, territory_code: str) -> frozenset[str] | None:
    """The territories whose figures are listed: of the scope and below, within `territory_code`. None: all."""
    own = None
    if scope != KINGDOM:
        own = (visible(connection, scope=scope) or frozenset()) - frozenset(lineage(connection, of=scope)[:-1])
    if not territory_code or territory_code == KINGDOM:
        return own
    wanted = inside_of(connection, of=territory_code)
    return wanted if own is None else wanted & own


_TELLING = ("action", "reference", "ruling", "erasure", "remark", *SAYS_NO_FIGURE)
"""The kinds of events whose details are read."""


@cache
def _events(*, all_of_them: bool, everywhere: bool) -> sa.Select:
    row = observation.alias("row")
    counted = sa.select(sa.func.count()).where(row.c.event == event.c.number)
    if not all_of_them:
        counted = counted.where(row.c.series == series.c.id, series.c.territory.in_(parameters("codes"))).select_from(
            row.join(series, row.c.series == series.c.id)
        )
    statement = (
        sa.select(
            *(event.c[name] for name in EVENT_COLUMNS if name not in ("figures", "details")),
            # The keys that an event confirmed may be as many as its rows.
            sa.case(
                (event.c.kind.in_(_TELLING), event.c.details),
                else_="{}",
            ),
            counted.correlate(event).scalar_subquery(),
        )
        .where(event.c.number <= parameter("cut"))
        .order_by(event.c.number.desc())
        .limit(parameter("limit"))
        .offset(parameter("offset"))
    )
    if all_of_them:
        return statement
    codes = parameters("codes")
    touched = (
        sa.select(observation.c.event)
        .join(series, series.c.id == observation.c.series)
        .where(series.c.territory.in_(codes))
    )
    acted = sa.select(action.c.event).where(action.c.territory.in_(codes))
    waited = sa.select(quarantine.c.event).where(quarantine.c.territory.in_(codes))
    ruled = (
        sa.select(ruling.c.event)
        .join(quarantine, quarantine.c.event == ruling.c.file)
        .where(
            quarantine.c.territory.in_(codes),
            quarantine.c.place.between(ruling.c.first_place, ruling.c.last_place),
        )
    )
    remarked = sa.select(remark.c.event).where(remark.c.territory.in_(codes))
    mine = [event.c.number.in_(one) for one in (touched, acted, waited, ruled, remarked, *events_of(codes))]
    # What changes the reference lists touches every territory, but is of none.
    return statement.where(sa.or_(*mine, *([event.c.kind == "reference"] if everywhere else [])))


def kinds(engine: sa.Engine, *, cut: int) -> tuple[str, ...]:
    """The kinds of events that there are."""
    statement = sa.select(event.c.kind).where(event.c.number <= cut).distinct().order_by(event.c.kind)
    with engine.connect() as connection:
        return tuple(connection.execute(statement).scalars())


def touched(
    engine: sa.Engine,
    *,
    number: int,
    cut: int,
    scope: str,
    territory_code: str = "",
    limit: int = 50,
    offset: int = 0,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """The figures that the event `number` touched, in administrative order, from the place `offset` on.

    One row per figure: the key of its count, from_date and on_date (days), value (after the event; NaN: no longer
    reported, or withheld), before (NaN: not known before, or withheld), state and before_state (shown, withheld,
    missing). At most `limit` rows, of territories that the reader may see, within `territory_code`.
    """
    known = known or definitions(engine, cut=cut)
    skip = max(0, offset - AROUND)
    with engine.connect() as connection:
        codes = _codes(connection, scope=scope, territory_code=territory_code)
        asked = {"number": number, "cut": cut, "limit": limit + (offset - skip) + AROUND, "offset": skip}
        statement = _touched()
        if codes is not None:
            statement = statement.where(series.c.territory.in_(parameters("codes")))
            asked["codes"] = sorted(codes)
        if known.hidden_steps:
            statement = statement.where(series.c.step.not_in(sorted(known.hidden_steps)))
        rows = connection.execute(statement, asked).all()
    frame = of_rows(rows, ROW_COLUMNS, floats=("value", "before"))
    after = _said(frame, frame["value"], known)
    before = _said(frame, frame["before"], known)
    frame = frame.assign(
        value=after["value"], state=after["state"], before=before["value"], before_state=before["state"]
    )
    return frame.iloc[offset - skip : offset - skip + limit].reset_index(drop=True)


def _said(frame: pd.DataFrame, value: pd.Series, known: Definitions) -> pd.DataFrame:
    """The counts of one column with what a reader may not see of them taken out. Every row is of his territories."""
    asked = frame.drop(columns=["value", "before"]).assign(value=value)
    return released(asked, seen=None, mixed=None, smallest=known.small_cell).reindex(frame.index)


@cache
def _touched() -> sa.Select:
    row, earlier = observation.alias("row"), observation.alias("earlier")
    before = (
        sa.select(earlier.c.value)
        .where(
            earlier.c.series == row.c.series,
            earlier.c.to_date == row.c.to_date,
            earlier.c.from_date == row.c.from_date,
            earlier.c.event < row.c.event,
        )
        .order_by(earlier.c.event.desc())
        .limit(1)
        .correlate(row)
        .scalar_subquery()
    )
    return (
        sa.select(
            series.c.territory,
            series.c.step,
            series.c.unit,
            series.c.measure,
            series.c.source,
            *(series.c[name] for name in BREAKDOWNS),
            row.c.from_date,
            row.c.to_date,
            row.c.value,
            before,
        )
        .select_from(row)
        .join(series, series.c.id == row.c.series)
        .outerjoin(territory, territory.c.code == series.c.territory)
        .where(row.c.event == parameter("number"), row.c.event <= parameter("cut"))
        .order_by(
            territory.c.position,
            series.c.territory,
            series.c.step,
            series.c.unit,
            series.c.measure,
            row.c.to_date,
            row.c.from_date,
            *(sa.case((series.c[name] == ALL, 0), else_=1) for name in BREAKDOWNS),
            series.c.id,
        )
        .limit(parameter("limit"))
        .offset(parameter("offset"))
    )
