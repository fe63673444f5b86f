"""Recommendations and declarations as they are read: each in its last state at a cut.

Whoever reads a closed meeting gives the number of the event that closed it: what became of a recommendation later is
not in the minutes of the meeting that made it.
"""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from data.schema import declaration, recommendation

STATES = ("assigned", "under_way", "blocked", "done", "withdrawn")
"""What a service says of a recommendation; that it is overdue is read from its date."""


@dataclass(frozen=True)
class Recommendation:
    """A recommendation as known at a cut. number: within its meeting, from 1; slide: the key of the slide it was
    recorded against; lead, partners: ids of services; due: day; territory, step, unit: the figure it is about (empty:
    none); baseline, baseline_date: that figure as it was shown; expected: what it is expected to gain; state: of
    STATES; note: what the service said of it."""

    id: str
    event: int
    meeting: str
    number: int
    slide: str
    text: str
    lead: str
    partners: tuple[str, ...]
    due: int
    territory: str
    step: str
    unit: str
    baseline: int | None
    baseline_date: int | None
    expected: int | None
    state: str
    note: str

    def overdue(self, on: int) -> bool:
        """Whether its date has passed on a day without its being reported as done."""
        return self.due < on and self.state not in ("done", "withdrawn")


@dataclass(frozen=True)
class Declaration:
    """What the representative of a service declared in a meeting: a value beside the official one, or a remark in
    words. remark: the id of the remark («observation») that it became; empty: none."""

    id: str
    event: int
    meeting: str
    number: int
    slide: str
    service: str
    territory: str
    step: str
    unit: str
    on_date: int | None
    value: int | None
    official: int | None
    text: str
    remark: str
    withdrawn: bool


def of_meetings(engine: sa.Engine, ids: list[str] | None, *, cut: int) -> list[Recommendation]:
    """The recommendations of these meetings (None: of all), withdrawn ones too, by meeting and number."""
    return [
        Recommendation(**row._asdict() | {"partners": tuple(json.loads(row.partners))})
        for row in _rows(engine, recommendation, ids, cut)
    ]


def declared(engine: sa.Engine, ids: list[str] | None, *, cut: int) -> list[Declaration]:
    """What was declared in these meetings (None: in all), what was taken back too, by meeting and number."""
    return [
        Declaration(**row._asdict() | {"withdrawn": bool(row.withdrawn)})
        for row in _rows(engine, declaration, ids, cut)
    ]


def _rows(engine: sa.Engine, table: sa.Table, ids: list[str] | None, cut: int) -> list[sa.Row]:
    last = sa.select(table.c.id, sa.func.max(table.c.event).label("event")).where(table.c.event <= cut)
    last = last.group_by(table.c.id).subquery()
    statement = (
        sa.select(table)
        .join(last, sa.and_(table.c.id == last.c.id, table.c.event == last.c.event))
        .order_by(table.c.meeting, table.c.number)
    )
    if ids is not None:
        statement = statement.where(table.c.meeting.in_(ids))
    with engine.connect() as connection:
        return list(connection.execute(statement).all())
