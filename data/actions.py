"""Actions of the office: campaigns, days of a mobile unit, opening hours extended, visits.

Each thing written here is one event. What is wrong with an action comes back as faults, never as words, and never with
what was written: a text that looks like a person's identity must not be repeated anywhere.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from data.database import as_date, as_day, next_event, write
from data.faults import Fault, Refused
from data.schema import action, definition, event, territory

KINDS = ("campaign", "mobile_unit", "extended_hours", "visit", "other")
RECORDED, CHANGED, WITHDRAWN, RESTORED = "recorded", "changed", "withdrawn", "restored"
"""What an event did to an action."""

EARLIEST = dt.date(2010, 1, 1)
PLANNED_AHEAD = 366
"""How many days after today an action may still be planned to end."""
LONGEST = 366
"""How many days an action may last: what lasts longer is how the office works, not an action."""
HIGHEST_COST = 10**9
"""Dirhams. More than that is a misplaced digit."""
LONGEST_PLACE, LONGEST_NOTE = 120, 500

_DATE = re.compile(r"\b(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2})\b")
_CARD = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,2}[ .-]?\d{4,}(?!\d)")
_ADDRESS = re.compile(r"[^\s@]+\s?@\s?[^\s@]+\.[^\s@]+")
_LONG = re.compile(r"\d{7,}")
_SPACED = re.compile(r"(?:\+|\b)\d(?:[ .\-/()]?\d){8,}")


@dataclass(frozen=True)
class Action:
    """What the office did somewhere: kind (of KINDS), territory (code), first and last day, the service of the settings
    that did it (empty: none), the step it was meant to move (empty: all), its cost in dirhams (None: not known), where
    exactly and whatever else is worth a note."""

    kind: str
    territory: str
    first: dt.date
    last: dt.date
    service: str = ""
    step: str = ""
    cost: int | None = None
    place: str = ""
    note: str = ""


class ActionRefused(Refused):
    """The action was not stored; `faults` says why."""


@dataclass(frozen=True)
class Stored:
    """What became of an action: its id, and the number of the event that says so."""

    id: str
    event: int


def looks_personal(text: str) -> bool:
    """Whether a text holds what looks like somebody's identity: a card's or telephone's number, an e-mail address."""
    plain = "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c
        for c in unicodedata.normalize("NFKC", text)
        if unicodedata.category(c) != "Cf"
    )
    plain = _DATE.sub(" ", plain)
    return any(pattern.search(plain) for pattern in (_CARD, _ADDRESS, _LONG, _SPACED))


def record(
    engine: sa.Engine, new: Action, *, actor: str, today: dt.date, within: Collection[str] | None = None
) -> Stored:
    """Store a new action. within: the territories of which the writer may say anything, None for all.

    Raises ActionRefused with every fault.
    """
    with write(engine) as connection:
        _refuse(faults(connection, new, today=today, within=within))
        number = next_event(connection, kind="action", actor=actor)
        return _say(connection, f"a{number}", new, RECORDED, number)


def change(
    engine: sa.Engine,
    id: str,
    new: Action,
    *,
    seen: int,
    actor: str,
    today: dt.date,
    within: Collection[str] | None = None,
) -> Stored:
    """Put another action in the place of one. seen: the event of the state that the writer had before him.

    Raises ActionRefused with every fault: one is that somebody has changed it meanwhile.
    """
    with write(engine) as connection:
        before, gone = _held(connection, id, seen=seen, within=within)
        wrong = faults(connection, new, today=today, within=within)
        _refuse([*wrong, *([Fault("withdrawn")] if gone else [])])
        if before == new:
            return Stored(id, seen)
        number = next_event(connection, kind="action", actor=actor)
        return _say(connection, id, new, CHANGED, number)


def withdraw(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Take an action back: it is no longer listed or marked. Raises ActionRefused."""
    with write(engine) as connection:
        before, gone = _held(connection, id, seen=seen, within=within)
        _refuse([Fault("withdrawn")] if gone else [])
        number = next_event(connection, kind="action", actor=actor)
        return _say(connection, id, before, WITHDRAWN, number)


def undo(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Bring back what an action was before its last event; one that had just been recorded is taken back.

    Raises ActionRefused.
    """
    with write(engine) as connection:
        _held(connection, id, seen=seen, within=within)
        earlier = connection.execute(
            sa.select(action).where(action.c.id == id, action.c.event < seen).order_by(action.c.event.desc()).limit(1)
        ).first()
        number = next_event(connection, kind="action", actor=actor)
        if earlier is None:
            present, _ = _state(connection, id)
            return _say(connection, id, present, WITHDRAWN, number)
        if within is not None and earlier.territory not in within:
            raise ActionRefused([Fault("outside", "territory")])
        what = WITHDRAWN if earlier.withdrawn else RESTORED
        return _say(connection, id, _as_action(earlier), what, number)


def faults(
    connection: sa.Connection, new: Action, *, today: dt.date, within: Collection[str] | None = None
) -> list[Fault]:
    """Everything that is wrong with an action; none when it may be stored."""
    found = []
    if new.kind not in KINDS:
        found.append(Fault("unknown_kind", "kind"))
    if not connection.execute(sa.select(territory.c.code).where(territory.c.code == new.territory)).first():
        found.append(Fault("unknown_territory", "territory"))
    elif within is not None and new.territory not in within:
        found.append(Fault("outside", "territory"))
    if new.last < new.first:
        found.append(Fault("reversed", "last"))
    elif new.last > today + dt.timedelta(PLANNED_AHEAD):
        found.append(Fault("too_late", "last", {"latest": today + dt.timedelta(PLANNED_AHEAD)}))
    elif new.last - new.first >= dt.timedelta(LONGEST):
        found.append(Fault("too_long", "last", {"most": LONGEST}))
    if new.first < EARLIEST:
        found.append(Fault("too_early", "first", {"earliest": EARLIEST}))
    if new.cost is not None and not 0 <= new.cost <= HIGHEST_COST:
        found.append(Fault("cost", "cost", {"most": HIGHEST_COST}))
    if new.step and new.step not in _defined(connection, "step"):
        found.append(Fault("unknown_step", "step"))
    if new.service and new.service not in _services(connection):
        found.append(Fault("unknown_service", "service"))
    for name, text, most in (("place", new.place, LONGEST_PLACE), ("note", new.note, LONGEST_NOTE)):
        if len(text) > most:
            found.append(Fault("long", name, {"most": most}))
        if looks_personal(text):
            found.append(Fault("personal", name))
    return found


def _refuse(found: list[Fault]) -> None:
    if found:
        raise ActionRefused(found)


def _held(connection: sa.Connection, id: str, *, seen: int, within: Collection[str] | None) -> tuple[Action, bool]:
    """An action and whether it is taken back; refuses an unknown one, one of others, and one changed meanwhile."""
    last = connection.execute(sa.select(sa.func.max(action.c.event)).where(action.c.id == id)).scalar()
    if last is None:
        raise ActionRefused([Fault("unknown")])
    present, gone = _state(connection, id)
    if within is not None and present.territory not in within:
        raise ActionRefused([Fault("outside", "territory")])
    if last != seen:
        raise ActionRefused([Fault("changed_meanwhile")])
    return present, gone


def _state(connection: sa.Connection, id: str) -> tuple[Action, bool]:
    row = connection.execute(sa.select(action).where(action.c.id == id).order_by(action.c.event.desc()).limit(1)).one()
    return _as_action(row), bool(row.withdrawn)


def _as_action(row: sa.Row) -> Action:
    return Action(
        kind=row.kind,
        territory=row.territory,
        first=as_date(row.from_date),
        last=as_date(row.to_date),
        service=row.service,
        step=row.step,
        cost=row.cost,
        place=row.place,
        note=row.note,
    )


def _say(connection: sa.Connection, id: str, said: Action, what: str, number: int) -> Stored:
    """Write one state of an action; the event tells it in codes and numbers only."""
    said = replace(said, place=said.place.strip(), note=said.note.strip())
    connection.execute(
        sa.insert(action).values(
            id=id,
            event=number,
            kind=said.kind,
            territory=said.territory,
            from_date=as_day(said.first),
            to_date=as_day(said.last),
            service=said.service,
            step=said.step,
            cost=said.cost,
            place=said.place,
            note=said.note,
            withdrawn=int(what == WITHDRAWN),
        )
    )
    told = {"action": id, "what": what, "kind": said.kind, "territory": said.territory}
    connection.execute(sa.update(event).where(event.c.number == number).values(details=json.dumps(told)))
    return Stored(id, number)


def _defined(connection: sa.Connection, kind: str) -> dict[str, str]:
    """The definitions of a kind that hold now: id → JSON."""
    statement = (
        sa.select(definition.c.id, definition.c.body).where(definition.c.kind == kind).order_by(definition.c.event)
    )
    last = dict(connection.execute(statement).all())
    return {id: body for id, body in last.items() if body is not None}


def _services(connection: sa.Connection) -> set[str]:
    """The ids of the services of the office's settings."""
    body = _defined(connection, "setting").get("office")
    return {service["id"] for service in json.loads(body).get("service", ())} if body else set()
