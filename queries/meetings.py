"""Meetings as they are read: each with its agenda, what it froze, what was shown, what a closing sealed.

Nothing here depends on what was imported or redefined after a meeting was opened: the slides are read as they were
stored, and whoever reads a closed meeting reads its recommendations as they stood at its closing.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa

from data.schema import declaration, meeting, recommendation, shown_slide, slide
from queries import territories
from queries.definitions import Definitions
from queries.methods.calendar import first_working

KINDS = ("session", "committee", "visit")
VISIT = "visit"
STATES = ("prepared", "open", "presented", "closed", "withdrawn")
HELD = ("presented", "closed")
"""The states of a meeting that a room has seen."""
SUBJECTS = ("pace", "stages", "transition", "window", "actions", "branches", "words")
"""What an item of an agenda is about: a count beside its path, a programme's stages, a transition, a filing window, the
office's actions, the branches of the law, or a subject in words alone."""


@dataclass(frozen=True)
class Item:
    """An item of an agenda. id: its own within the meeting; subject: of SUBJECTS; indicator, programme: what it is
    about, as the subject asks; title: the office's words by language (empty: the subject's own); service: whose matter
    it is; urgent: marked so."""

    id: str
    subject: str
    programme: str = ""
    indicator: str = ""
    title: Mapping[str, str] = None
    service: str = ""
    urgent: bool = False

    def called(self, locale: str) -> str:
        """The title in a language, or in the next one that it has; empty: it has none."""
        said = self.title or {}
        return next((said[one] for one in (locale, "ar", "fr", "en") if said.get(one)), "")


@dataclass(frozen=True)
class Meeting:
    """A meeting as known at a cut. id; event: of this state; kind, on_date, territory (code), chair (a function),
    place, reference; begins: minutes after midnight in Casablanca (None: not said); room: in the place; rapporteur: a
    function; previous: the id of the one before (empty: none); next_date (None: not settled); services: ids
    invited; attendance: service → present or excused; agenda; state (of STATES); cut, frozen: what was known when it
    was frozen, and the event whose slides hold (None: nothing is frozen); digest: over what closing sealed."""

    id: str
    event: int
    kind: str
    on_date: int
    territory: str
    chair: str
    place: str
    reference: str
    previous: str
    next_date: int | None
    services: tuple[str, ...]
    attendance: Mapping[str, str]
    agenda: tuple[Item, ...]
    state: str
    cut: int | None
    frozen: int | None
    digest: str
    begins: int | None = None
    room: str = ""
    rapporteur: str = ""


def meetings(engine: sa.Engine, *, cut: int, scope: str, withdrawn: bool = False) -> list[Meeting]:
    """The meetings of the territories that a reader of `scope` sees, the latest day first. withdrawn: these too."""
    last = _last(cut).subquery()
    statement = (
        sa.select(meeting)
        .join(last, sa.and_(meeting.c.id == last.c.id, meeting.c.event == last.c.event))
        .order_by(meeting.c.on_date.desc(), meeting.c.event.desc())
    )
    if not withdrawn:
        statement = statement.where(meeting.c.state != "withdrawn")
    with engine.connect() as connection:
        seen = territories.visible(connection, scope=scope)
        above = frozenset(territories.lineage(connection, of=scope)[:-1])
        rows = connection.execute(statement).all()
    # What stands above the scope is in view for comparison; its meetings are not his.
    return [_meeting(row) for row in rows if seen is None or (row.territory in seen and row.territory not in above)]


def of_id(engine: sa.Engine, id: str, *, cut: int, scope: str) -> Meeting | None:
    """One meeting; None where there is none of that id, or it is not for a reader of `scope`."""
    return next((one for one in meetings(engine, cut=cut, scope=scope, withdrawn=True) if one.id == id), None)


def proposed_due(known: Definitions, on: int) -> int:
    """A month after a day, or the first working day from then on: what is proposed as a recommendation's date as long
    as no next meeting is settled. Days since 1970-01-01."""
    later = pd.Timestamp(on, unit="D") + pd.DateOffset(months=1)
    return first_working((later - pd.Timestamp(0)).days, holidays=known.working.get("holidays", ()))


def before(found: Sequence[Meeting], *, territory: str, on: int, kind: str, id: str = "") -> Meeting | None:
    """Of some meetings the one that a meeting of a territory, day and kind goes on from: the last that was held there,
    no later; None where there is none. A session goes on from the last session, where there was none from the last
    committee, and the other way round; never from a field visit, which shows the room nothing. A visit goes on from
    whatever was last. id: that of the meeting itself."""
    held = (one for one in found if one.state in HELD and one.territory == territory)
    earlier = [one for one in held if one.on_date <= on and one.id != id and (kind == VISIT or one.kind != VISIT)]
    return max(earlier, key=lambda one: (kind == VISIT or one.kind == kind, one.on_date, one.event), default=None)


def slides(engine: sa.Engine, of: Meeting, *, locale: str, audience: str = "office") -> list[str]:
    """The frozen slides of a meeting in a language, in their order, each as `panels.slide.from_json` reads it; empty as
    long as nothing is frozen."""
    if of.frozen is None:
        return []
    statement = (
        sa.select(slide.c.body)
        .where(
            slide.c.meeting == of.id,
            slide.c.event == of.frozen,
            slide.c.locale == locale,
            slide.c.audience == audience,
        )
        .order_by(slide.c.position)
    )
    with engine.connect() as connection:
        return list(connection.execute(statement).scalars())


def frozen_before(engine: sa.Engine, of: Meeting) -> Meeting | None:
    """A meeting as its last freezing but one left it, for its slides; None where it was frozen once at most."""
    earlier = sa.select(sa.func.max(slide.c.event)).where(slide.c.meeting == of.id, slide.c.event < (of.frozen or 0))
    with engine.connect() as connection:
        number = connection.execute(earlier).scalar()
        if number is None:
            return None
        at = sa.select(meeting.c.cut).where(meeting.c.id == of.id, meeting.c.event == number)
        return replace(of, frozen=number, cut=connection.execute(at).scalar())


def shown(engine: sa.Engine, id: str) -> tuple[str, ...]:
    """The keys of the slides that were shown in a meeting, in the order in which they were; the last is on the wall."""
    statement = sa.select(shown_slide.c.key).where(shown_slide.c.meeting == id).order_by(shown_slide.c.number)
    with engine.connect() as connection:
        return tuple(connection.execute(statement).scalars())


def events_of(codes: sa.BindParameter[str]) -> Iterator[sa.Select]:
    """The events of the meetings of some territories, of what they recommended and of what was declared in them."""
    held = sa.select(meeting.c.id).where(meeting.c.territory.in_(codes))
    yield sa.select(meeting.c.event).where(meeting.c.territory.in_(codes))
    for table in (recommendation, declaration):
        yield sa.select(table.c.event).where(table.c.meeting.in_(held))


def _last(cut: int) -> sa.Select:
    return (
        sa.select(meeting.c.id, sa.func.max(meeting.c.event).label("event"))
        .where(meeting.c.event <= cut)
        .group_by(meeting.c.id)
    )


def items(said: Sequence[Mapping[str, Any]]) -> tuple[Item, ...]:
    """The items of an agenda, as the table says them; what a later version added to one is left out."""
    return tuple(Item(**{name: value for name, value in one.items() if name in _FIELDS}) for one in said)


_FIELDS = frozenset(one.name for one in fields(Item))


def _meeting(row: sa.Row) -> Meeting:
    return Meeting(
        **row._asdict()
        | {
            "services": tuple(json.loads(row.services)),
            "attendance": json.loads(row.attendance),
            "agenda": items(json.loads(row.agenda)),
        }
    )
