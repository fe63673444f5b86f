"""Meetings: prepared, opened on one frozen cut, shown, closed and sealed. Each thing written here is one event.

What is wrong comes back as faults, never as words, and never with what was written.
"""

import datetime as dt
import hashlib
import json
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from data.actions import looks_personal
from data.database import as_date, as_day, next_event, write
from data.faults import Fault, Refused
from data.schema import (
    declaration,
    definition,
    event,
    follow_code,
    meeting,
    recommendation,
    shown_slide,
    slide,
    territory,
)

KINDS = ("session", "committee", "visit")
PREPARED, OPEN, PRESENTED, CLOSED, WITHDRAWN = "prepared", "open", "presented", "closed", "withdrawn"
SUBJECTS = ("pace", "stages", "transition", "window", "actions", "branches", "words")
PRESENT, EXCUSED = ATTENDANCE = ("present", "excused")
FIELDS = frozenset({"id", "subject", "programme", "indicator", "title", "service", "urgent"})
"""What an item of an agenda may say."""
EARLIEST = dt.date(2010, 1, 1)
PLANNED_AHEAD = 366
MOST_ITEMS, MOST_SERVICES = 20, 60
LONGEST_LINE, LONGEST_TITLE = 120, 200
MINUTES_OF_A_DAY = 24 * 60
SETTLED = ("on", "territory", "previous", "agenda")
"""What the slides are made of: it stays as long as they do."""


@dataclass(frozen=True)
class Meeting:
    """What is prepared: kind (of KINDS), day, territory (code), the chair's function, the place, the office's own
    reference, the meeting before (id, or empty), the next one's day, the services invited (ids), which of them came or
    were excused (service → present or excused), and the agenda: one mapping per item with id, subject, programme,
    indicator, title (by language), service, urgent. begins: minutes after midnight in Casablanca (None: not said);
    room: in the place; rapporteur: the function of who keeps the minutes (empty: nobody was named)."""

    kind: str
    on: dt.date
    territory: str
    chair: str = ""
    place: str = ""
    reference: str = ""
    previous: str = ""
    next_on: dt.date | None = None
    services: tuple[str, ...] = ()
    attendance: Mapping[str, str] = field(default_factory=dict)
    agenda: tuple[Mapping[str, Any], ...] = ()
    begins: int | None = None
    room: str = ""
    rapporteur: str = ""


@dataclass(frozen=True)
class Frozen:
    """A slide to be frozen: audience, locale, key, parent, panel id, and its body as JSON."""

    audience: str
    locale: str
    key: str
    parent: str
    panel: str
    body: str


class MeetingRefused(Refused):
    """Nothing was stored; `faults` says why."""


@dataclass(frozen=True)
class Stored:
    """What became of a meeting: its id, and the number of the event that says so."""

    id: str
    event: int


def prepare(
    engine: sa.Engine, new: Meeting, *, actor: str, today: dt.date, within: Collection[str] | None = None
) -> Stored:
    """Store a new meeting. within: the territories of which the writer may say anything, None for all.

    Raises MeetingRefused with every fault.
    """
    with write(engine) as connection:
        _refuse(faults(connection, new, today=today, within=within))
        number = next_event(connection, kind="meeting", actor=actor)
        return _say(connection, f"m{number}", new, number, PREPARED, "prepared")


def change(
    engine: sa.Engine,
    id: str,
    new: Meeting,
    *,
    seen: int,
    actor: str,
    today: dt.date,
    within: Collection[str] | None = None,
) -> Stored:
    """Put other words in the place of a meeting's. Once it is frozen its day, territory, agenda and the meeting before
    stay; once it is closed nothing may be changed. seen: the event of the state that the writer had before him.

    Raises MeetingRefused with every fault.
    """
    with write(engine) as connection:
        row = _held(connection, id, seen=seen, within=within)
        before = _as_meeting(row)
        wrong = faults(connection, new, today=today, within=within, before=before, id=id)
        if row.state in (CLOSED, WITHDRAWN):
            wrong.append(Fault(row.state))
        elif row.frozen is not None:
            wrong += [Fault("frozen", name) for name in SETTLED if _said(before, name) != _said(new, name)]
        _refuse(wrong)
        if before == new:
            return Stored(id, seen)
        number = next_event(connection, kind="meeting", actor=actor)
        return _say(connection, id, new, number, row.state, "changed", row=row)


def withdraw(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Take a meeting off the list, unless it has been shown: what a room has seen is not undone."""
    with write(engine) as connection:
        row = _held(connection, id, seen=seen, within=within)
        _refuse([Fault(row.state)] if row.state in (PRESENTED, CLOSED, WITHDRAWN) else [])
        number = next_event(connection, kind="meeting", actor=actor)
        return _say(connection, id, _as_meeting(row), number, WITHDRAWN, "withdrawn", row=row)


def undo(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Bring back what a meeting was before its last event; one that had just been prepared is withdrawn.

    An opening is undone only as long as no slide was shown, a closing never. Raises MeetingRefused.
    """
    with write(engine) as connection:
        row = _held(connection, id, seen=seen, within=within)
        statement = sa.select(meeting).where(meeting.c.id == id, meeting.c.event < seen)
        earlier = connection.execute(statement.order_by(meeting.c.event.desc()).limit(1)).first()
        seen_by_a_room = row.state == PRESENTED and (earlier is None or earlier.state != PRESENTED)
        wrong = [Fault(row.state)] if row.state == CLOSED or seen_by_a_room else []
        if earlier is not None and within is not None and earlier.territory not in within:
            wrong.append(Fault("outside", "territory"))
        _refuse(wrong)
        number = next_event(connection, kind="meeting", actor=actor)
        if earlier is None:
            return _say(connection, id, _as_meeting(row), number, WITHDRAWN, "withdrawn", row=row)
        return _say(connection, id, _as_meeting(earlier), number, earlier.state, "restored", row=earlier)


def freeze(
    engine: sa.Engine,
    id: str,
    slides: Iterable[Frozen],
    *,
    at: int,
    seen: int,
    actor: str,
    within: Collection[str] | None = None,
) -> Stored:
    """Open a meeting on what was known at the cut `at`, or freeze it again as long as no slide of it was shown.

    slides: of every audience and language, each in its order. Raises MeetingRefused.
    """
    slides = list(slides)
    with write(engine) as connection:
        row = _held(connection, id, seen=seen, within=within)
        wrong = [Fault(row.state)] if row.state not in (PREPARED, OPEN) else []
        if not slides:
            wrong.append(Fault("nothing_to_freeze", "agenda"))
        keys = [(one.audience, one.locale, one.key) for one in slides]
        if len(set(keys)) < len(keys):
            wrong.append(Fault("same_slide", "agenda"))
        number = next_event(connection, kind="meeting", actor=actor)
        if not 0 < at < number:
            wrong.append(Fault("unknown_cut"))
        _refuse(wrong)
        positions: dict[tuple[str, str], int] = {}
        rows = []
        for one in slides:
            group = (one.audience, one.locale)
            positions[group] = positions.get(group, 0) + 1
            rows.append(
                {
                    "meeting": id,
                    "event": number,
                    "audience": one.audience,
                    "locale": one.locale,
                    "position": positions[group],
                    "key": one.key,
                    "parent": one.parent,
                    "panel": one.panel,
                    "body": one.body,
                }
            )
        connection.execute(sa.insert(slide), rows)
        kept = row._asdict() | {"cut": at, "frozen": number}
        return _say(connection, id, _as_meeting(row), number, OPEN, "frozen", row=kept)


LIVE = "readback"
"""What the key of a slide begins with that is made when it is shown: what the meeting has recommended so far."""


def show(engine: sa.Engine, id: str, key: str, *, actor: str, within: Collection[str] | None = None) -> None:
    """Note that a slide is on the wall. The first one ends the time in which the meeting may be frozen again."""
    with write(engine) as connection:
        row = _last(connection, id)
        if row is None or row.frozen is None or row.state not in (OPEN, PRESENTED):
            raise MeetingRefused([Fault("not_open")])
        if within is not None and row.territory not in within:
            raise MeetingRefused([Fault("outside", "territory")])
        there = sa.select(slide.c.key).where(slide.c.meeting == id, slide.c.event == row.frozen, slide.c.key == key)
        if not key.startswith(LIVE) and connection.execute(there.limit(1)).first() is None:
            raise MeetingRefused([Fault("unknown_slide")])
        if row.state == OPEN:
            number = next_event(connection, kind="meeting", actor=actor)
            _say(connection, id, _as_meeting(row), number, PRESENTED, "presented", row=row)
        last = sa.select(sa.func.coalesce(sa.func.max(shown_slide.c.number), 0)).where(shown_slide.c.meeting == id)
        number = connection.execute(last).scalar_one() + 1
        connection.execute(sa.insert(shown_slide).values(meeting=id, number=number, key=key, at=int(time.time())))


def close(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Close a meeting and seal it: a digest over what was said of it, its slides and which of them were shown, its
    recommendations and what was declared in it.

    Raises MeetingRefused.
    """
    with write(engine) as connection:
        row = _held(connection, id, seen=seen, within=within)
        _refuse([Fault("not_open")] if row.state not in (OPEN, PRESENTED) else [])
        number = next_event(connection, kind="meeting", actor=actor)
        stored = _say(connection, id, _as_meeting(row), number, CLOSED, "closed", row=row)
        # The row of the closing is sealed too, so it stands before its digest is known.
        sealed = digest(connection, id, frozen=row.frozen, until=number)
        at = sa.and_(meeting.c.id == id, meeting.c.event == number)
        connection.execute(sa.update(meeting).where(at).values(digest=sealed))
        return stored


SEALED = {
    name: tuple(columns.split())
    for name, columns in {
        "meeting": "id event kind on_date territory chair place reference previous next_date services attendance "
        "agenda state cut frozen",
        "slide": "audience locale position key parent panel body",
        "shown_slide": "meeting number key at",
        "recommendation": "id event meeting number slide text lead partners due territory step unit baseline "
        "baseline_date expected state note",
        "declaration": "id event meeting number slide service territory step unit on_date value official text remark "
        "withdrawn",
    }.items()
}
"""The columns that a seal covers, by table, in their order. Named one by one and never changed: a column that a later
version adds must not make every meeting closed before it look as if it had been changed."""

SEALED_WHERE_SAID = ("begins", "room", "rapporteur")
"""Columns of a meeting that came later: sealed in the rows that say something in them, so that what was closed before
they came keeps its seal, and nobody gives it an hour afterwards."""


def digest(connection: sa.Connection, id: str, *, frozen: int, until: int) -> str:
    """SHA-256 over what was said of a meeting up to its closing, the event `until`; the slides that the event `frozen`
    froze and which of them were shown; the recommendations and declarations as they stood before the closing. Whoever
    computes it again later and finds another one knows that rows were changed."""
    hashed = hashlib.sha256()

    def sealed(table: sa.Table) -> sa.Select:
        return sa.select(*(table.c[name] for name in SEALED[table.name]))

    parts = (
        sealed(meeting).where(meeting.c.id == id, meeting.c.event <= until),
        sealed(slide).where(slide.c.meeting == id, slide.c.event == frozen),
        sealed(shown_slide).where(shown_slide.c.meeting == id),
        *(sealed(t).where(t.c.meeting == id, t.c.event < until) for t in (recommendation, declaration)),
    )
    for place, part in enumerate(parts):
        # Sorted here: what comes first among texts is not the same in every database.
        for row in sorted(json.dumps(tuple(row), ensure_ascii=False) for row in connection.execute(part)):
            hashed.update(f"{place} {row}\n".encode())
    later = sa.select(meeting.c.event, *(meeting.c[name] for name in SEALED_WHERE_SAID))
    for row in connection.execute(later.where(meeting.c.id == id, meeting.c.event <= until).order_by(meeting.c.event)):
        if any(value not in (None, "") for value in row[1:]):
            hashed.update(f"said {json.dumps(tuple(row), ensure_ascii=False)}\n".encode())
    return hashed.hexdigest()


def intact(engine: sa.Engine, id: str) -> bool | None:
    """Whether what a closing sealed is as it was then; None for a meeting that is not closed."""
    with engine.connect() as connection:
        row = _last(connection, id)
        if row is None or row.state != CLOSED:
            return None
        return digest(connection, id, frozen=row.frozen, until=row.event) == row.digest


def add_code(engine: sa.Engine, id: str, code: str) -> None:
    """Let whoever has the code follow the meeting, in the place of the code before it, until the meeting is closed:
    only its digest is kept. Raises MeetingRefused when there is nothing to follow."""
    with write(engine) as connection:
        row = _last(connection, id)
        _refuse([Fault("not_open")] if row is None or row.state not in (OPEN, PRESENTED) else [])
        connection.execute(sa.delete(follow_code).where(follow_code.c.meeting == id))
        values = {"digest": digest_of_code(code), "meeting": id, "at": int(time.time())}
        connection.execute(sa.insert(follow_code).values(values))


def digest_of_code(code: str) -> str:
    """What is kept of a code: it has fifty bits of chance, so that no dictionary leads back to it."""
    return hashlib.sha256(code.encode()).hexdigest()


def faults(
    connection: sa.Connection,
    new: Meeting,
    *,
    today: dt.date,
    within: Collection[str] | None = None,
    before: Meeting | None = None,
    id: str = "",
) -> list[Fault]:
    """Everything that is wrong with a meeting; none when it may be stored. before: what it said until now, whose items
    may be about what is no longer defined; id: its own, where it has one."""
    found = []
    if new.kind not in KINDS:
        found.append(Fault("unknown_kind", "kind"))
    if not connection.execute(sa.select(territory.c.code).where(territory.c.code == new.territory)).first():
        found.append(Fault("unknown_territory", "territory"))
    elif within is not None and new.territory not in within:
        found.append(Fault("outside", "territory"))
    latest = today + dt.timedelta(PLANNED_AHEAD)
    if not EARLIEST <= new.on <= latest:
        found.append(Fault("date", "on", {"earliest": EARLIEST, "latest": latest}))
    if new.next_on is not None and not new.on < new.next_on <= latest:
        found.append(Fault("next_date", "next_on", {"earliest": new.on, "latest": latest}))
    if new.begins is not None and not 0 <= new.begins < MINUTES_OF_A_DAY:
        found.append(Fault("no_hour", "begins"))
    for name in ("chair", "rapporteur", "place", "room", "reference"):
        text = getattr(new, name)
        if len(text) > LONGEST_LINE:
            found.append(Fault("long", name, {"most": LONGEST_LINE}))
        if name != "reference" and looks_personal(text):
            found.append(Fault("personal", name))
    if new.previous and not _is_before(connection, new, id):
        found.append(Fault("unknown_previous", "previous"))
    if len(new.services) > MOST_SERVICES:
        found.append(Fault("many", "services", {"most": MOST_SERVICES}))
    if len(set(new.services)) < len(new.services):
        found.append(Fault("same_service", "services"))
    if not set(new.attendance.values()) <= set(ATTENDANCE) or not set(new.attendance) <= set(new.services):
        found.append(Fault("attendance", "services"))
    if any(len(id) > LONGEST_LINE or looks_personal(id) for id in new.services):
        found.append(Fault("unknown_service", "services"))
    return found + _agenda_faults(connection, new.agenda, before.agenda if before else ())


def _agenda_faults(
    connection: sa.Connection, agenda: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> list[Fault]:
    """What is wrong with the items of an agenda, each thing once."""
    codes = []
    found = [Fault("many", "agenda", {"most": MOST_ITEMS})] if len(agenda) > MOST_ITEMS else []
    ids = [one.get("id") for one in agenda]
    if len(set(ids)) < len(ids) or not all(ids):
        codes.append("same_item")
    for one in agenda:
        if one.get("subject") not in SUBJECTS:
            codes.append("unknown_subject")
        if not set(one) <= FIELDS or "/" in str(one.get("id")):
            codes.append("unknown_item")
        texts = list((one.get("title") or {}).values())
        if any(len(text) > LONGEST_TITLE for text in texts):
            found.append(Fault("long", "agenda", {"most": LONGEST_TITLE}))
        if any(looks_personal(text) for text in texts):
            codes.append("personal")
        for kind in ("indicator", "programme"):
            if one.get(kind) and one not in before and not _is_defined(connection, kind, one[kind]):
                codes.append(f"unknown_{kind}")
    return found + [Fault(code, "agenda") for code in dict.fromkeys(codes)]


def _is_before(connection: sa.Connection, new: Meeting, id: str) -> bool:
    """Whether the meeting before is one, of no later day, and not the meeting itself."""
    row = _last(connection, new.previous)
    return row is not None and row.id != id and row.state != WITHDRAWN and row.on_date <= as_day(new.on)


def _is_defined(connection: sa.Connection, kind: str, id: str) -> bool:
    statement = sa.select(definition.c.body).where(definition.c.kind == kind, definition.c.id == id)
    return connection.execute(statement.order_by(definition.c.event.desc()).limit(1)).scalar() is not None


def _said(of: Meeting, name: str) -> Any:
    value = getattr(of, name)
    # An item that leaves something out says the same as one that says it is empty.
    return [{key: said for key, said in one.items() if said} for one in value] if name == "agenda" else value


def _refuse(found: Sequence[Fault]) -> None:
    if found:
        raise MeetingRefused(list(found))


def _last(connection: sa.Connection, id: str) -> sa.Row | None:
    statement = sa.select(meeting).where(meeting.c.id == id).order_by(meeting.c.event.desc()).limit(1)
    return connection.execute(statement).first()


def _held(connection: sa.Connection, id: str, *, seen: int, within: Collection[str] | None) -> sa.Row:
    """A meeting's last state; refuses an unknown one, one of others, and one changed meanwhile."""
    row = _last(connection, id)
    if row is None:
        raise MeetingRefused([Fault("unknown")])
    if within is not None and row.territory not in within:
        raise MeetingRefused([Fault("outside", "territory")])
    if row.event != seen:
        raise MeetingRefused([Fault("changed_meanwhile")])
    return row


def _as_meeting(row: sa.Row) -> Meeting:
    return Meeting(
        kind=row.kind,
        on=as_date(row.on_date),
        territory=row.territory,
        chair=row.chair,
        place=row.place,
        reference=row.reference,
        previous=row.previous,
        next_on=None if row.next_date is None else as_date(row.next_date),
        services=tuple(json.loads(row.services)),
        attendance=json.loads(row.attendance),
        agenda=tuple(json.loads(row.agenda)),
        begins=row.begins,
        room=row.room,
        rapporteur=row.rapporteur,
    )


def _say(
    connection: sa.Connection,
    id: str,
    said: Meeting,
    number: int,
    state: str,
    what: str,
    *,
    row: sa.Row | Mapping[str, Any] | None = None,
) -> Stored:
    """Write one state of a meeting; the event tells it in codes and numbers only."""
    before = {} if row is None else row if isinstance(row, Mapping) else row._asdict()
    lines = ("chair", "rapporteur", "place", "room", "reference")
    said = replace(said, **{name: getattr(said, name).strip() for name in lines})
    connection.execute(
        sa.insert(meeting).values(
            id=id,
            event=number,
            kind=said.kind,
            on_date=as_day(said.on),
            territory=said.territory,
            chair=said.chair,
            place=said.place,
            room=said.room,
            begins=said.begins,
            rapporteur=said.rapporteur,
            reference=said.reference,
            previous=said.previous,
            next_date=None if said.next_on is None else as_day(said.next_on),
            services=json.dumps(list(said.services)),
            attendance=json.dumps(dict(said.attendance)),
            agenda=json.dumps([dict(one) for one in said.agenda], ensure_ascii=False),
            state=state,
            cut=before.get("cut"),
            frozen=before.get("frozen"),
            digest=before.get("digest", ""),
        )
    )
    told = {"meeting": id, "what": what, "territory": said.territory}
    connection.execute(sa.update(event).where(event.c.number == number).values(details=json.dumps(told)))
    return Stored(id, number)
