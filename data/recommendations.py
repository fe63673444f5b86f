"""Recommendations of a meeting: recorded against a slide, changed while it lasts, told by their services afterwards.

Each thing written here is one event, told in codes and numbers only. What is wrong comes back as faults, never as
words, and never with what was written. A closed meeting takes no recommendation and no other words for one; what became
of those that it made may be told for as long as it takes.
"""

import datetime as dt
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from data.actions import looks_personal
from data.database import as_date, as_day, next_event, write
from data.faults import Fault, Refused
from data.importer.personal import names_somebody
from data.meetings import CLOSED, OPEN, PRESENTED
from data.said import figure, has_slide, last_state
from data.schema import definition, event, recommendation, territory

ASSIGNED, UNDER_WAY, BLOCKED, DONE, WITHDRAWN = "assigned", "under_way", "blocked", "done", "withdrawn"
TOLD = (ASSIGNED, UNDER_WAY, BLOCKED, DONE)
"""What may be said of a recommendation; that it is overdue is read from its date."""

RECORDED, CHANGED, STATED, RESTORED = "recorded", "changed", "stated", "restored"
"""What an event did to a recommendation, besides withdrawing it."""

LONGEST = 500
LATEST = 731
"""How many days after its meeting a recommendation may be due: more than two years is a misplaced digit."""
MOST_EXPECTED = 10**9

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{7,63}")


@dataclass(frozen=True)
class Recommendation:
    """What is asked of a service: the text, the lead service and its partners (ids of the settings), the day on which
    it is due (None: that of the next meeting), the figure that it is about (territory, step and unit; empty: none) and
    what that figure is expected to gain (None: not said); slide: the key of the slide it is recorded against."""

    text: str
    lead: str
    partners: tuple[str, ...] = ()
    due: dt.date | None = None
    territory: str = ""
    step: str = ""
    unit: str = ""
    expected: int | None = None
    slide: str = ""


class RecommendationRefused(Refused):
    """Nothing was stored; `faults` says why."""


@dataclass(frozen=True)
class Stored:
    """What became of a recommendation: its id, the number of the event that says so, its number in its meeting."""

    id: str
    event: int
    number: int


def record(
    engine: sa.Engine,
    meeting: str,
    new: Recommendation,
    *,
    actor: str,
    id: str = "",
    within: Collection[str] | None = None,
) -> Stored:
    """Store a new recommendation of an open meeting, with the figure that its slide shows. id: given by whoever sends
    it, so that what is sent twice is stored once. within: the territories of which the writer may say anything, None
    for all.

    Raises RecommendationRefused with every fault.
    """
    with write(engine) as connection:
        held = last_state(connection, meeting)
        _refuse(_may_not(held, within))
        if id:
            sent = _last(connection, id)
            if sent is not None and sent.meeting == meeting:
                return Stored(id, sent.event, sent.number)
            _refuse([Fault("unknown", "id")] if sent is not None or not _CLIENT_ID.fullmatch(id) else [])
        new = _settled(new, held)
        _refuse([*_not_open(held), *faults(connection, held, new, within=within)])
        highest = sa.select(sa.func.coalesce(sa.func.max(recommendation.c.number), 0))
        number = connection.execute(highest.where(recommendation.c.meeting == meeting)).scalar_one() + 1
        at = next_event(connection, kind="recommendation", actor=actor)
        kept = {"id": id or f"t{at}", "number": number, "state": ASSIGNED, "note": ""}
        return _say(connection, held, new, kept | _baseline(connection, held, new), RECORDED, at)


def change(
    engine: sa.Engine,
    id: str,
    new: Recommendation,
    *,
    seen: int,
    actor: str,
    within: Collection[str] | None = None,
) -> Stored:
    """Put other words in the place of a recommendation's, as long as its meeting is not closed. seen: the event of the
    state that the writer had before him. Its figure is read from the slide again where it is about another one.

    Raises RecommendationRefused with every fault: one is that somebody has changed it meanwhile.
    """
    with write(engine) as connection:
        row, held = _held(connection, id, seen=seen, within=within)
        new = _settled(new, held)
        wrong = [*_not_open(held), *faults(connection, held, new, within=within)]
        _refuse([*wrong, *([Fault("withdrawn")] if row.state == WITHDRAWN else [])])
        before = _as_recommendation(row)
        if before == new:
            return Stored(id, seen, row.number)
        same = (before.slide, before.territory, before.step, before.unit) == (
            new.slide,
            new.territory,
            new.step,
            new.unit,
        )
        kept = row._asdict()
        kept |= {} if same else _baseline(connection, held, new)
        at = next_event(connection, kind="recommendation", actor=actor)
        return _say(connection, held, new, kept, CHANGED, at)


def tell(
    engine: sa.Engine,
    id: str,
    state: str,
    *,
    note: str = "",
    seen: int,
    actor: str,
    within: Collection[str] | None = None,
) -> Stored:
    """Say how a recommendation stands, and what its service said of it; also after its meeting was closed.

    Raises RecommendationRefused with every fault.
    """
    with write(engine) as connection:
        row, held = _held(connection, id, seen=seen, within=within)
        note = note.strip()
        wrong = [] if state in TOLD else [Fault("unknown_state", "state")]
        wrong += [Fault("withdrawn")] if row.state == WITHDRAWN else []
        _refuse([*wrong, *_text_faults(note, "note")])
        if (row.state, row.note) == (state, note):
            return Stored(id, seen, row.number)
        at = next_event(connection, kind="recommendation", actor=actor)
        kept = row._asdict() | {"state": state, "note": note}
        return _say(connection, held, _as_recommendation(row), kept, STATED, at)


def withdraw(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Take a recommendation back before its meeting is closed. Raises RecommendationRefused."""
    with write(engine) as connection:
        row, held = _held(connection, id, seen=seen, within=within)
        _refuse([*_not_open(held), *([Fault("withdrawn")] if row.state == WITHDRAWN else [])])
        at = next_event(connection, kind="recommendation", actor=actor)
        kept = row._asdict() | {"state": WITHDRAWN}
        return _say(connection, held, _as_recommendation(row), kept, WITHDRAWN, at)


def undo(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Bring back what a recommendation was before its last event; one that had just been recorded is taken back. What
    was said before its meeting was closed stays as it was sealed.

    Raises RecommendationRefused.
    """
    with write(engine) as connection:
        row, held = _held(connection, id, seen=seen, within=within)
        closed = held.state == CLOSED and seen < held.event
        _refuse([Fault("closed")] if closed else [] if held.state == CLOSED else _not_open(held))
        earlier = connection.execute(
            sa.select(recommendation)
            .where(recommendation.c.id == id, recommendation.c.event < seen)
            .order_by(recommendation.c.event.desc())
            .limit(1)
        ).first()
        at = next_event(connection, kind="recommendation", actor=actor)
        if earlier is None:
            kept = row._asdict() | {"state": WITHDRAWN}
            return _say(connection, held, _as_recommendation(row), kept, WITHDRAWN, at)
        what = WITHDRAWN if earlier.state == WITHDRAWN else RESTORED
        return _say(connection, held, _as_recommendation(earlier), earlier._asdict(), what, at)


def faults(
    connection: sa.Connection, held: sa.Row, new: Recommendation, *, within: Collection[str] | None = None
) -> list[Fault]:
    """Everything that is wrong with a recommendation of the meeting `held`; none when it may be stored."""
    found = [] if new.text.strip() else [Fault("empty", "text")]
    found += _text_faults(new.text, "text")
    services = known_services(connection)
    if not new.lead:
        found.append(Fault("no_lead", "lead"))
    elif new.lead not in services:
        found.append(Fault("unknown_service", "lead"))
    if not set(new.partners) <= services:
        found.append(Fault("unknown_service", "partners"))
    day = as_date(held.on_date)
    if new.due is None:
        found.append(Fault("no_due", "due"))
    elif not day <= new.due <= day + dt.timedelta(LATEST):
        found.append(Fault("due", "due", {"earliest": day, "latest": day + dt.timedelta(LATEST)}))
    if new.territory:
        there = sa.select(territory.c.code).where(territory.c.code == new.territory)
        if connection.execute(there).first() is None:
            found.append(Fault("unknown_territory", "territory"))
        elif within is not None and new.territory not in within:
            found.append(Fault("outside", "territory"))
    if (new.step or new.unit) and new.unit not in units_of(connection, new.step):
        found.append(Fault("unknown_step", "step"))
    if new.expected is not None:
        if not new.step:
            found.append(Fault("no_figure", "expected"))
        if not 0 < abs(new.expected) <= MOST_EXPECTED:
            found.append(Fault("expected", "expected", {"most": MOST_EXPECTED}))
    if not has_slide(connection, held, new.slide):
        found.append(Fault("unknown_slide", "slide"))
    return found


def known_services(connection: sa.Connection) -> set[str]:
    """The ids of the services of the office's settings, as they are now."""
    body = _defined(connection, "setting", "office")
    return {service["id"] for service in json.loads(body).get("service", ())} if body else set()


def units_of(connection: sa.Connection, step: str) -> tuple[str, ...]:
    """In what a step is counted, as it is defined now; nothing where it is not."""
    body = _defined(connection, "step", step)
    return tuple(json.loads(body).get("units", ())) if body else ()


def _defined(connection: sa.Connection, kind: str, id: str) -> str | None:
    statement = (
        sa.select(definition.c.body)
        .where(definition.c.kind == kind, definition.c.id == id)
        .order_by(definition.c.event.desc())
        .limit(1)
    )
    return connection.execute(statement).scalar()


def _text_faults(text: str, about: str) -> list[Fault]:
    found = [Fault("long", about, {"most": LONGEST})] if len(text.strip()) > LONGEST else []
    return [*found, Fault("personal", about)] if looks_personal(text) or names_somebody(text) else found


def _refuse(found: list[Fault]) -> None:
    if found:
        raise RecommendationRefused(found)


def _may_not(held: sa.Row | None, within: Collection[str] | None) -> list[Fault]:
    """What keeps the writer from this meeting altogether."""
    if held is None:
        return [Fault("no_meeting")]
    return [Fault("outside_meeting")] if within is not None and held.territory not in within else []


def _not_open(held: sa.Row) -> list[Fault]:
    """What keeps this meeting from taking anything more."""
    if held.state in (OPEN, PRESENTED):
        return []
    return [Fault("closed" if held.state == CLOSED else "not_open")]


def _settled(new: Recommendation, held: sa.Row) -> Recommendation:
    """The recommendation with what follows from its meeting: the next one's day, the territory of a figure."""
    due = new.due
    if due is None and held.next_date is not None:
        due = as_date(held.next_date)
    return replace(
        new,
        text=new.text.strip(),
        due=due,
        partners=tuple(dict.fromkeys(one for one in new.partners if one != new.lead)),
        territory=new.territory or (held.territory if new.step else ""),
    )


def _baseline(connection: sa.Connection, held: sa.Row, new: Recommendation) -> dict[str, int | None]:
    """The figure as the room saw it when the recommendation was made."""
    asked = {"territory": new.territory, "step": new.step, "unit": new.unit, "units": units_of(connection, new.step)}
    found = figure(connection, held, new.slide, **asked) if new.step else None
    return {"baseline": None, "baseline_date": None} | (
        {} if found is None else {"baseline": found[0], "baseline_date": found[1]}
    )


def _last(connection: sa.Connection, id: str) -> sa.Row | None:
    statement = (
        sa.select(recommendation).where(recommendation.c.id == id).order_by(recommendation.c.event.desc()).limit(1)
    )
    return connection.execute(statement).first()


def _held(connection: sa.Connection, id: str, *, seen: int, within: Collection[str] | None) -> tuple[sa.Row, sa.Row]:
    """A recommendation's last state and its meeting's; refuses an unknown one, one of others, and one changed
    meanwhile."""
    row = _last(connection, id)
    if row is None:
        raise RecommendationRefused([Fault("unknown")])
    held = last_state(connection, row.meeting)
    _refuse(_may_not(held, within))
    if row.event != seen:
        raise RecommendationRefused([Fault("changed_meanwhile")])
    return row, held


def _as_recommendation(row: sa.Row) -> Recommendation:
    return Recommendation(
        text=row.text,
        lead=row.lead,
        partners=tuple(json.loads(row.partners)),
        due=as_date(row.due),
        territory=row.territory,
        step=row.step,
        unit=row.unit,
        expected=row.expected,
        slide=row.slide,
    )


def _say(connection: sa.Connection, held: sa.Row, said: Recommendation, kept: dict, what: str, number: int) -> Stored:
    """Write one state of a recommendation; the event tells it in codes and numbers only."""
    connection.execute(
        sa.insert(recommendation).values(
            id=kept["id"],
            event=number,
            meeting=held.id,
            number=kept["number"],
            slide=said.slide,
            text=said.text,
            lead=said.lead,
            partners=json.dumps(list(said.partners)),
            due=as_day(said.due),
            territory=said.territory,
            step=said.step,
            unit=said.unit,
            baseline=kept["baseline"],
            baseline_date=kept["baseline_date"],
            expected=said.expected,
            state=kept["state"],
            note=kept["note"],
        )
    )
    told = {
        "recommendation": kept["id"],
        "meeting": held.id,
        "number": kept["number"],
        "what": what,
        "state": kept["state"],
        "territory": held.territory,
    }
    connection.execute(sa.update(event).where(event.c.number == number).values(details=json.dumps(told)))
    return Stored(kept["id"], number, kept["number"])
