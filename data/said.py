"""What the frozen slides of a meeting say: which there are, and the figure beside which something is recorded in it.

Read from the slides alone: what is written in the minutes stands beside what the room saw, whatever came in since.
"""

import json
from collections.abc import Collection, Iterator

import sqlalchemy as sa

from data.schema import meeting, slide

READ_BACK, CALLED_BACK = "readback", "recommendations"
"""The slides that are made anew each time they are shown, and those of the last meeting's recommendations."""


def last_state(connection: sa.Connection, id: str) -> sa.Row | None:
    """The last state of a meeting; None where there is none of that id."""
    statement = sa.select(meeting).where(meeting.c.id == id).order_by(meeting.c.event.desc()).limit(1)
    return connection.execute(statement).first()


def has_slide(connection: sa.Connection, of: sa.Row, key: str) -> bool:
    """Whether a meeting has a slide of this key. Empty: what is said against none."""
    if not key or key.partition("/")[0] in (READ_BACK, CALLED_BACK):
        return True
    there = sa.select(slide.c.key).where(slide.c.meeting == of.id, slide.c.event == of.frozen, slide.c.key == key)
    return connection.execute(there.limit(1)).first() is not None


def figure(
    connection: sa.Connection, of: sa.Row, key: str, *, territory: str, step: str, unit: str, units: Collection[str]
) -> tuple[int, int] | None:
    """The figure of a count that the slide `key` shows, as (value, day): the last up to the meeting's day; of the other
    slides of its item where it shows none itself. None where none of them does. units: in what the step is counted:
    where that is one thing alone, a figure that does not say it is of it."""
    meant = (unit, "") if len(units) == 1 else (unit,)
    for figures in _figures(connection, of, key):
        mine = [
            (int(said["on_date"]), round(said["value"]))
            for said in figures
            if said["what"] == step
            and said["territory"] == territory
            and said.get("unit", "") in meant
            and said.get("state", "shown") == "shown"
            and said.get("value") is not None
            and said["on_date"] <= of.on_date
        ]
        if mine:
            # A course says the count on many days: what the room was told is the last.
            day, value = max(mine, key=lambda one: one[0])
            return value, day
    return None


def _figures(connection: sa.Connection, of: sa.Row, key: str) -> Iterator[list[dict]]:
    """The figures of a slide, then those of the others of its item in their order; of one language and audience."""
    first = (
        sa.select(slide.c.audience, slide.c.locale)
        .where(slide.c.meeting == of.id, slide.c.event == of.frozen)
        .order_by(slide.c.audience, slide.c.locale)
        .limit(1)
    )
    group = connection.execute(first).first()
    if group is None:
        return
    asked = sa.select(slide.c.key, slide.c.body).where(
        slide.c.meeting == of.id,
        slide.c.event == of.frozen,
        slide.c.audience == group.audience,
        slide.c.locale == group.locale,
    )
    item = f"{key.partition('/')[0]}/"
    near = asked.where(sa.or_(slide.c.key == key, slide.c.key.startswith(item, autoescape=True)))
    rows = connection.execute(near.order_by(slide.c.position)).all()
    for row in sorted(rows, key=lambda row: row.key != key):
        yield json.loads(row.body).get("figures", [])
