"""What those who follow a meeting by its code may see: the slides that were shown, as long as it is not closed."""

from dataclasses import dataclass

import sqlalchemy as sa

from data.schema import follow_code, meeting, recommendation, shown_slide, slide

LIVE = "readback"
"""What the keys of slides begin with that are made when they are shown: the recommendations read back."""


@dataclass(frozen=True)
class Followed:
    """A meeting that a code leads to. id; state (of queries.meetings.STATES); event: of that state; frozen: the event
    whose slides hold; shown: how many times a slide was turned to, and, once the recommendations were read back, how
    often one was recorded or changed: whoever asks again knows by it whether anything is new."""

    id: str
    state: str
    event: int
    frozen: int | None
    shown: int


def followed(engine: sa.Engine, digest: str) -> Followed | None:
    """The meeting of the code with this digest; None where there is none."""
    count = sa.select(sa.func.count()).where(shown_slide.c.meeting == meeting.c.id).scalar_subquery()
    said = sa.select(sa.func.count()).where(recommendation.c.meeting == meeting.c.id).scalar_subquery()
    read_back = sa.exists().where(shown_slide.c.meeting == meeting.c.id, shown_slide.c.key.startswith(LIVE))
    new = count + sa.case((read_back, said), else_=0)
    statement = (
        sa.select(meeting.c.id, meeting.c.state, meeting.c.event, meeting.c.frozen, new.label("shown"))
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
    is named by `last_shown`. What is made when it is shown has an empty body."""
    first = (
        sa.select(shown_slide.c.key, sa.func.min(shown_slide.c.number).label("number"))
        .where(shown_slide.c.meeting == of.id)
        .group_by(shown_slide.c.key)
        .subquery()
    )
    held = sa.and_(
        slide.c.meeting == of.id,
        slide.c.event == of.frozen,
        slide.c.locale == locale,
        slide.c.audience == "office",
        slide.c.key == first.c.key,
        ~first.c.key.startswith(LIVE),
    )
    statement = (
        sa.select(first.c.key, sa.func.coalesce(slide.c.body, "").label("body"))
        .join_from(first, slide, held, isouter=True)
        .where(sa.or_(slide.c.key.is_not(None), first.c.key.startswith(LIVE)))
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
