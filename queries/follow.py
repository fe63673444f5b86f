"""What those who follow a meeting by its code may see: the slides that were shown, as long as it is not closed."""

from dataclasses import dataclass

import sqlalchemy as sa

from data.schema import follow_code, meeting, shown_slide, slide


@dataclass(frozen=True)
class Followed:
    """A meeting that a code leads to. id; state (of queries.meetings.STATES); event: of that state; frozen: the event
    whose slides hold; shown: how many times a slide was turned to, so that whoever asks again knows whether anything is
    new."""

    id: str
    state: str
    event: int
    frozen: int | None
    shown: int


def followed(engine: sa.Engine, digest: str) -> Followed | None:
    """The meeting of the code with this digest; None where there is none."""
    count = sa.select(sa.func.count()).where(shown_slide.c.meeting == meeting.c.id).scalar_subquery()
    statement = (
        sa.select(meeting.c.id, meeting.c.state, meeting.c.event, meeting.c.frozen, count.label("shown"))
        .join(follow_code, follow_code.c.meeting == meeting.c.id)
        .where(follow_code.c.digest == digest)
        .order_by(meeting.c.event.desc())
        .limit(1)
    )
    with engine.connect() as connection:
        row = connection.execute(statement).first()
    return None if row is None else Followed(**row._asdict())


def shown_slides(engine: sa.Engine, of: Followed, *, locale: str) -> list[tuple[str, str]]:
    """The slides that were shown, in the order in which each was first shown: (key, body as JSON). The one on the wall
    is named by `last_shown`. What is made when it is shown (the recommendations read back) is not among them."""
    first = (
        sa.select(shown_slide.c.key, sa.func.min(shown_slide.c.number).label("number"))
        .where(shown_slide.c.meeting == of.id)
        .group_by(shown_slide.c.key)
        .subquery()
    )
    statement = (
        sa.select(slide.c.key, slide.c.body)
        .join(first, first.c.key == slide.c.key)
        .where(
            slide.c.meeting == of.id,
            slide.c.event == of.frozen,
            slide.c.locale == locale,
            slide.c.audience == "office",
        )
        .order_by(first.c.number)
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def last_shown(engine: sa.Engine, id: str) -> str:
    """The key of the slide that is on the wall; empty: none was shown yet."""
    statement = (
        sa.select(shown_slide.c.key).where(shown_slide.c.meeting == id).order_by(shown_slide.c.number.desc()).limit(1)
    )
    with engine.connect() as connection:
        return connection.execute(statement).scalar() or ""
