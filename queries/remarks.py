"""Remarks: other values that territories set beside official figures, as known at a cut, and what became of them.

The state of a remark is that of its last event that was not withdrawn: a ruling that is taken back leaves it open
again. A reader sees those of the territories in his scope and below, never those above it.
"""

from collections.abc import Collection
from functools import cache

import pandas as pd
import sqlalchemy as sa

from data.schema import event, remark, territory
from queries.cuts import parameter, parameters
from queries.definitions import Definitions, definitions
from queries.frames import of_rows
from queries.territories import KINGDOM, lineage, visible

COLUMNS = [
    "id",
    "event",
    "territory_code",
    "step",
    "unit",
    "measure",
    "from_date",
    "on_date",
    "value",
    "official",
    "official_source",
    "reason",
    "source",
    "state",
    "recorded_at",
    "actor",
]
OPEN = "open"


def remarks(
    engine: sa.Engine,
    *,
    cut: int,
    scope: str,
    territories: Collection[str] | None = None,
    only_open: bool = False,
    known: Definitions | None = None,
) -> pd.DataFrame:
    """The remarks, in administrative order, then the latest day first.

    One row per remark: id, event (of its present state), territory_code, step, unit, measure, from_date and on_date
    (days), value (the other value), official (the figure beside which it was set, NaN: there was none),
    official_source, reason, source, state (open, upheld, set_aside, taken_back), recorded_at (seconds) and actor (a
    role) of that state. territories: only of these. only_open: only those not ruled on.
    """
    known = known or definitions(engine, cut=cut)
    with engine.connect() as connection:
        seen = None
        if scope != KINGDOM:
            seen = (visible(connection, scope=scope) or frozenset()) - frozenset(lineage(connection, of=scope)[:-1])
        asked: dict = {"cut": cut}
        statement = _remarks()
        for codes, name in ((seen, "seen"), (territories, "codes")):
            if codes is not None:
                statement = statement.where(remark.c.territory.in_(parameters(name)))
                asked[name] = sorted(codes)
        rows = connection.execute(statement, asked).all()
    kept = [row for row in rows if row[3] not in known.hidden_steps and (not only_open or row[13] == OPEN)]
    return of_rows(kept, COLUMNS, floats=("official",))


@cache
def _remarks() -> sa.Select:
    newer, undo, later = remark.alias("newer"), event.alias("undo"), event.alias("later")
    cut = parameter("cut")
    undone = sa.exists().where(undo.c.withdraws == remark.c.event, undo.c.number <= cut)
    newer_undone = sa.exists().where(later.c.withdraws == newer.c.event, later.c.number <= cut)
    superseded = sa.exists().where(
        newer.c.id == remark.c.id, newer.c.event > remark.c.event, newer.c.event <= cut, ~newer_undone
    )
    return (
        sa.select(
            remark.c.id,
            remark.c.event,
            remark.c.territory,
            remark.c.step,
            remark.c.unit,
            remark.c.measure,
            remark.c.from_date,
            remark.c.to_date,
            remark.c.value,
            remark.c.official,
            remark.c.official_source,
            remark.c.reason,
            remark.c.source,
            remark.c.state,
            event.c.recorded_at,
            event.c.actor,
        )
        .join(event, event.c.number == remark.c.event)
        .join(territory, territory.c.code == remark.c.territory)
        .where(remark.c.event <= cut, ~undone, ~superseded)
        .order_by(territory.c.position, remark.c.to_date.desc(), remark.c.id)
    )
