"""Proofs: what the id printed on a panel leads back to: slides of meetings, and what left the house otherwise."""

import json
from dataclasses import dataclass

import sqlalchemy as sa

from data.schema import meeting, proof, slide
from queries import territories

OUTSIDE = "outside"
"""There is such a panel, and it is not for this reader."""


@dataclass(frozen=True)
class Proof:
    """What a panel is made of, as it was kept. body: JSON of panels.slide.Slide; locale: its language; meeting: the id
    of the meeting that froze it, with its kind, day and territory (empty, None: it left the house outside a meeting,
    and at says when, in seconds since 1970-01-01 UTC)."""

    panel: str
    locale: str
    body: str
    meeting: str = ""
    kind: str = ""
    on_date: int | None = None
    territory: str = ""
    at: int | None = None


def of_panel(engine: sa.Engine, panel: str, *, locale: str, cut: int, scope: str) -> Proof | str | None:
    """What the panel of that id is made of, in the language asked for where there is one; OUTSIDE where a reader of
    `scope` may not see it; None where there is none.

    A reader sees what is of his own territory and below. Of what stands above him he may read totals, but what was
    made there for a meeting is not his.
    """
    with engine.connect() as connection:
        found = [*_frozen(connection, panel, cut), *_kept(connection, panel)]
        seen = territories.visible(connection, scope=scope)
        above = frozenset(territories.lineage(connection, of=scope)[:-1])
    mine = [one for one, of in found if seen is None or (of in seen and of not in above)]
    if not mine:
        return OUTSIDE if found else None
    # What a meeting froze comes before a copy of it; the language asked for before another.
    return min(mine, key=lambda one: (one.locale != locale, not one.meeting, one.locale))


def _frozen(connection: sa.Connection, panel: str, cut: int) -> list[tuple[Proof, str]]:
    """The slides of meetings with that id, as the last freezing left them first, each with whose territory it is."""
    last = (
        sa.select(meeting.c.id, sa.func.max(meeting.c.event).label("event"))
        .where(meeting.c.event <= cut)
        .group_by(meeting.c.id)
        .subquery()
    )
    statement = (
        sa.select(slide.c.locale, slide.c.body, meeting.c.id, meeting.c.kind, meeting.c.on_date, meeting.c.territory)
        .join(last, last.c.id == slide.c.meeting)
        .join(meeting, sa.and_(meeting.c.id == last.c.id, meeting.c.event == last.c.event))
        .where(slide.c.panel == panel)
        .order_by((slide.c.event == meeting.c.frozen).desc(), slide.c.event.desc(), slide.c.position)
    )
    return [
        (
            Proof(panel, row.locale, row.body, row.id, row.kind, row.on_date, row.territory),
            # A drill-down is of the territory that it shows: the caïd of the place may look his own up.
            json.loads(row.body).get("territory") or row.territory,
        )
        for row in connection.execute(statement)
    ]


def _kept(connection: sa.Connection, panel: str) -> list[tuple[Proof, str]]:
    statement = sa.select(proof.c.locale, proof.c.body, proof.c.at, proof.c.scope).where(proof.c.panel == panel)
    return [(Proof(panel, row.locale, row.body, at=row.at), row.scope) for row in connection.execute(statement)]
