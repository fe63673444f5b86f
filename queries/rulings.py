"""Rulings: rows of files that wait for a yes or no, and what was answered. No figure is read from here.

A row waits from the cut of its file on, until an event answers it; where that event or the file was withdrawn, what was
answered no longer counts. A reader sees the rows of the territories in his scope and below, never those above it.
"""

from functools import cache

import numpy as np
import pandas as pd
import sqlalchemy as sa

from data.schema import BREAKDOWNS, event, quarantine, ruling
from queries.cuts import parameter, parameters
from queries.definitions import Definitions, definitions
from queries.disclosure import released
from queries.frames import of_rows
from queries.territories import KINGDOM, lineage, visible

MOST = 2_000
"""Rows that are read at once: a file that waits as a whole is answered as a whole."""

WAITING_COLUMNS = [
    "event",
    "place",
    "rule",
    "line",
    "cell",
    "lines",
    "source",
    "territory_code",
    "step",
    "unit",
    "measure",
    *BREAKDOWNS,
    "from_date",
    "on_date",
    "value",
    "compared",
    "compared_date",
    "file_name",
    "recorded_at",
]
ANSWER_COLUMNS = ["event", "file", "answer", "actor", "recorded_at", "file_name", "rows", "undone_by"]
GROUP_COLUMNS = ["event", "rule", "rows", "first_place", "last_place"]


def waiting(
    engine: sa.Engine, *, cut: int, scope: str, known: Definitions | None = None, limit: int = MOST
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that wait, the latest file first, in the order of rule and line.

    The first frame has one row per row of a file: event (of the file), place (within it), rule, line (of the file, NaN:
    the file does not bring it) or cell (of a form), lines (how many say the same), the key of the count, from_date and
    on_date (days), value (NaN: withheld, or not brought), compared and compared_date (what the rule measured it
    against, NaN: nothing), file_name, recorded_at (seconds), state. At most `limit` rows.

    The second has one row per file and rule: event, rule, rows (how many wait that the reader may see), first_place and
    last_place.
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        own = _own(connection, scope=scope)
        asked = {"cut": cut, "limit": limit} | ({} if own is None else {"own": sorted(own)})
        rows = connection.execute(_waiting(all_of_them=own is None), asked).all()
        asked.pop("limit")
        groups = connection.execute(_grouped(all_of_them=own is None), asked).all()
    floats = ("line", "value", "compared", "compared_date")
    frame = of_rows([row for row in rows if row[8] not in known.hidden_steps], WAITING_COLUMNS, floats=floats)
    absent = frame["value"].isna().to_numpy()
    frame = released(frame, seen=own, open_sources=frozenset(), smallest=known.small_cell)
    closed = (frame["state"] != "shown").to_numpy() & ~absent
    # What it was measured against would tell as much.
    frame.loc[closed, ["compared", "compared_date"]] = np.nan
    return frame.reset_index(drop=True), of_rows(groups, GROUP_COLUMNS)


def _own(connection: sa.Connection, *, scope: str) -> frozenset[str] | None:
    """The territories of a scope and below it; None: every one."""
    if scope == KINGDOM:
        return None
    return (visible(connection, scope=scope) or frozenset()) - frozenset(lineage(connection, of=scope)[:-1])


def _still_waits() -> sa.ColumnElement[bool]:
    """Whether a row of `quarantine` waits at the parameter `cut`."""
    cut = parameter("cut")
    gone, undo = event.alias("gone"), event.alias("undo")
    withdrawn = sa.exists().where(gone.c.withdraws == quarantine.c.event, gone.c.number <= cut)
    undone = sa.exists().where(undo.c.withdraws == ruling.c.event, undo.c.number <= cut)
    answered = sa.exists().where(
        ruling.c.file == quarantine.c.event,
        ruling.c.event <= cut,
        quarantine.c.place.between(ruling.c.first_place, ruling.c.last_place),
        ~undone,
    )
    return sa.and_(quarantine.c.event <= cut, ~withdrawn, ~answered)


@cache
def _waiting(*, all_of_them: bool) -> sa.Select:
    key = [quarantine.c[name] for name in ("source", "territory", "step", "unit", "measure", *BREAKDOWNS)]
    statement = (
        sa.select(
            *(quarantine.c[name] for name in ("event", "place", "rule", "line", "cell", "lines")),
            *key,
            *(quarantine.c[name] for name in ("from_date", "to_date", "value", "compared", "compared_date")),
            event.c.file_name,
            event.c.recorded_at,
        )
        .join(event, event.c.number == quarantine.c.event)
        .where(_still_waits())
        .order_by(quarantine.c.event.desc(), quarantine.c.place)
        .limit(parameter("limit"))
    )
    return statement if all_of_them else statement.where(quarantine.c.territory.in_(parameters("own")))


@cache
def _grouped(*, all_of_them: bool) -> sa.Select:
    statement = (
        sa.select(
            quarantine.c.event,
            quarantine.c.rule,
            sa.func.count(),
            sa.func.min(quarantine.c.place),
            sa.func.max(quarantine.c.place),
        )
        .where(_still_waits())
        .group_by(quarantine.c.event, quarantine.c.rule)
        .order_by(quarantine.c.event.desc(), sa.func.min(quarantine.c.place))
    )
    return statement if all_of_them else statement.where(quarantine.c.territory.in_(parameters("own")))


def places_waiting(engine: sa.Engine, *, file: int, rule: str, cut: int, scope: str) -> tuple[int, ...]:
    """The places of all rows of a file that wait by a rule and that a reader of the scope may see."""
    with engine.connect() as connection:
        own = _own(connection, scope=scope)
        statement = sa.select(quarantine.c.place).where(
            quarantine.c.event == file, quarantine.c.rule == rule, _still_waits()
        )
        asked = {"cut": cut}
        if own is not None:
            statement = statement.where(quarantine.c.territory.in_(parameters("own")))
            asked["own"] = sorted(own)
        return tuple(connection.execute(statement.order_by(quarantine.c.place), asked).scalars())


def answers(engine: sa.Engine, *, cut: int, scope: str, limit: int = 50) -> pd.DataFrame:
    """The last answers, newest first.

    One row per event: event, file (whose rows), answer (yes, no), actor (a role), recorded_at (seconds), file_name,
    rows (how many), undone_by (event, NaN: it stands). Below the kingdom only those of which every row is the reader's.
    """
    undo = event.alias("undo")
    size = sa.func.sum(ruling.c.last_place - ruling.c.first_place + 1)
    undone_by = (
        sa.select(sa.func.min(undo.c.number))
        .where(undo.c.withdraws == event.c.number, undo.c.number <= parameter("cut"))
        .correlate(event)
        .scalar_subquery()
    )
    taken = event.alias("taken")
    statement = (
        sa.select(
            event.c.number,
            ruling.c.file,
            sa.func.min(ruling.c.answer),
            event.c.actor,
            event.c.recorded_at,
            taken.c.file_name,
            sa.cast(size, sa.Integer),
            undone_by,
        )
        .join(ruling, ruling.c.event == event.c.number)
        .join(taken, taken.c.number == ruling.c.file)
        .where(event.c.number <= parameter("cut"))
        .group_by(event.c.number, ruling.c.file, event.c.actor, event.c.recorded_at, taken.c.file_name)
        .order_by(event.c.number.desc())
        .limit(parameter("limit"))
    )
    asked = {"cut": cut, "limit": limit}
    with engine.connect() as connection:
        own = _own(connection, scope=scope)
        if own is not None:
            foreign = sa.exists().where(
                quarantine.c.event == ruling.c.file,
                quarantine.c.place.between(ruling.c.first_place, ruling.c.last_place),
                quarantine.c.territory.not_in(parameters("own")),
            )
            others = sa.select(ruling.c.event).where(foreign)
            statement = statement.where(event.c.number.not_in(others))
            asked["own"] = sorted(own)
        rows = connection.execute(statement, asked).all()
    return of_rows(rows, ANSWER_COLUMNS, floats=("undone_by",))
