"""The right of reply: a value or a remark that the representative of a service declares in a meeting.

It goes to the minutes, never into the figures. A value declared about a count becomes besides a remark («observation»)
beside the official figure, on which somebody rules later. Taken back until the meeting is closed.
"""

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa

from data import remarks
from data.actions import looks_personal
from data.catalogue import catalogue as load_catalogue
from data.database import as_date, as_day, local_folder, next_event, write
from data.faults import Fault, Refused
from data.importer.check import MOST_DIGITS
from data.importer.personal import names_somebody, note_looks_personal
from data.meetings import CLOSED, OPEN, PRESENTED
from data.recommendations import LONGEST, known_services, units_of
from data.said import figure, has_slide, last_state
from data.schema import declaration, event, remark, territory

DECLARED, TAKEN_BACK = "declared", "taken_back"
"""What an event did to a declaration."""

_NOT_A_FAULT = ("open_already", "same")
"""What keeps a value from becoming a remark without keeping it from the minutes: one waits for a ruling already, or the
service confirms the figure."""


@dataclass(frozen=True)
class Declaration:
    """What is declared: by which service, against which slide; a value of a count (territory, step, unit, of the day
    `on`), words, or both. measure, first: of the count, as the official figure has them; official_source: whose that
    figure is. source, reason: how the remark that it becomes says where the value comes from, and why, where no words
    go with it."""

    service: str
    slide: str = ""
    text: str = ""
    value: int | None = None
    on: dt.date | None = None
    territory: str = ""
    step: str = ""
    unit: str = ""
    measure: str = "stock"
    first: dt.date | None = None
    official_source: str = ""
    source: str = ""
    reason: str = ""


class DeclarationRefused(Refused):
    """Nothing was stored; `faults` says why."""


@dataclass(frozen=True)
class Stored:
    """What became of a declaration: its id, the number of the event that says so, its number in its meeting, and the id
    of the remark that it became (empty: none)."""

    id: str
    event: int
    number: int
    remark: str = ""


def declare(
    engine: sa.Engine,
    meeting: str,
    new: Declaration,
    *,
    actor: str,
    today: dt.date,
    id: str = "",
    catalogue=None,
    within: Collection[str] | None = None,
) -> Stored:
    """Store what a service declares in an open meeting, and the remark that a value becomes. id: given by whoever sends
    it, so that what is sent twice is stored once. within: the territories of which the writer may say anything.

    Raises DeclarationRefused with every fault.
    """
    known = catalogue or load_catalogue(local_folder())
    with write(engine) as connection:
        held = last_state(connection, meeting)
        _refuse(_may_not(held, within))
        if id:
            sent = _last(connection, id)
            if sent is not None and sent.meeting == meeting:
                return Stored(id, sent.event, sent.number, sent.remark)
            if sent is not None or not 8 <= len(id) <= 64 or not id.replace("-", "").replace("_", "").isalnum():
                raise DeclarationRefused([Fault("unknown", "id")])
        new = replace(new, text=new.text.strip(), territory=new.territory or (held.territory if new.step else ""))
        asked = {"territory": new.territory, "step": new.step, "unit": new.unit}
        units = units_of(connection, new.step)
        shown = figure(connection, held, new.slide, **asked, units=units) if new.step else None
        if new.value is not None and new.on is None:
            # Of the day of the figure that it answers, else of the meeting's own.
            day = as_date(held.on_date if shown is None else shown[1])
            new = replace(new, on=min(day, today))
        _refuse([*_not_open(held), *_faults(connection, held, new, today=today, within=within)])
        official = None if shown is None else shown[0]
        became = ""
        if new.value is not None:
            became = _remark(connection, new, official, known, actor=actor, today=today, within=within)
        highest = sa.select(sa.func.coalesce(sa.func.max(declaration.c.number), 0))
        number = connection.execute(highest.where(declaration.c.meeting == meeting)).scalar_one() + 1
        at = next_event(connection, kind="declaration", actor=actor)
        row = {
            "id": id or f"d{at}",
            "meeting": meeting,
            "number": number,
            "slide": new.slide,
            "service": new.service,
            **asked,
            "on_date": None if new.value is None else as_day(new.on),
            "value": new.value,
            "official": official,
            "text": new.text,
            "remark": became,
            "withdrawn": 0,
        }
        return _say(connection, held, row, DECLARED, at)


def take_back(engine: sa.Engine, id: str, *, seen: int, actor: str, within: Collection[str] | None = None) -> Stored:
    """Take a declaration back before its meeting is closed, and the remark that it became as long as nobody has ruled
    on it. Raises DeclarationRefused."""
    with write(engine) as connection:
        row = _last(connection, id)
        if row is None:
            raise DeclarationRefused([Fault("unknown")])
        held = last_state(connection, row.meeting)
        _refuse(_may_not(held, within))
        if row.event != seen:
            raise DeclarationRefused([Fault("changed_meanwhile")])
        _refuse([*_not_open(held), *([Fault("taken_back")] if row.withdrawn else [])])
        if row.remark:
            statement = sa.select(remark).where(remark.c.id == row.remark).order_by(remark.c.event.desc()).limit(1)
            said = connection.execute(statement).first()
            if said is not None and said.state == remarks.OPEN:
                remarks.take_back(connection, said, actor=actor)
        at = next_event(connection, kind="declaration", actor=actor)
        return _say(connection, held, row._asdict() | {"withdrawn": 1}, TAKEN_BACK, at)


def _faults(
    connection: sa.Connection, held: sa.Row, new: Declaration, *, today: dt.date, within: Collection[str] | None
) -> list[Fault]:
    found = []
    if not new.service:
        found.append(Fault("no_service", "service"))
    elif new.service not in known_services(connection):
        found.append(Fault("unknown_service", "service"))
    if new.value is None and not new.text:
        found.append(Fault("nothing_said", "text"))
    if len(new.text) > LONGEST:
        found.append(Fault("long", "text", {"most": LONGEST}))
    if looks_personal(new.text) or names_somebody(new.text):
        found.append(Fault("personal", "text"))
    if (new.step or new.unit) and new.unit not in units_of(connection, new.step):
        found.append(Fault("unknown_step", "step"))
    if new.territory:
        there = sa.select(territory.c.code).where(territory.c.code == new.territory)
        if connection.execute(there).first() is None:
            found.append(Fault("unknown_territory", "territory"))
        elif within is not None and new.territory not in within:
            found.append(Fault("outside", "territory"))
    if new.value is not None:
        if not new.step:
            found.append(Fault("no_figure", "value"))
        if not 0 <= new.value < 10**MOST_DIGITS:
            found.append(Fault("value", "value"))
        if new.on is not None and new.on > today:
            found.append(Fault("future", "on", {"latest": today}))
    if not has_slide(connection, held, new.slide):
        found.append(Fault("unknown_slide", "slide"))
    return found


def _remark(
    connection: sa.Connection,
    new: Declaration,
    official: int | None,
    known,
    *,
    actor: str,
    today: dt.date,
    within: Collection[str] | None,
) -> str:
    """Have a declared value stand beside the figure as a remark; its id, empty where it adds nothing to one."""
    # Of a text that names a function by its title only the minutes keep the words: remarks are read by everybody.
    said = new.text if new.text and not note_looks_personal(new.text) else new.reason
    made = remarks.Remark(
        territory=new.territory,
        step=new.step,
        unit=new.unit,
        measure=new.measure,
        first=(new.first or new.on) if new.measure == "flow" else new.on,
        last=new.on,
        value=new.value,
        reason=said[: remarks.LONGEST_REASON],
        source=new.source[: remarks.LONGEST_SOURCE],
        official=official,
        official_source=new.official_source if official is not None else "",
    )
    try:
        return remarks.set_beside(connection, made, known, actor=actor, today=today, within=within).id
    except remarks.RemarkRefused as refused:
        wrong = [fault for fault in refused.faults if fault.code not in _NOT_A_FAULT]
        _refuse([Fault(fault.code, fault.about, fault.values) for fault in wrong])
        return ""


def _refuse(found: list[Fault]) -> None:
    if found:
        raise DeclarationRefused(found)


def _may_not(held: sa.Row | None, within: Collection[str] | None) -> list[Fault]:
    if held is None:
        return [Fault("no_meeting")]
    return [Fault("outside_meeting")] if within is not None and held.territory not in within else []


def _not_open(held: sa.Row) -> list[Fault]:
    if held.state in (OPEN, PRESENTED):
        return []
    return [Fault("closed" if held.state == CLOSED else "not_open")]


def _last(connection: sa.Connection, id: str) -> sa.Row | None:
    statement = sa.select(declaration).where(declaration.c.id == id).order_by(declaration.c.event.desc()).limit(1)
    return connection.execute(statement).first()


def _say(connection: sa.Connection, held: sa.Row, row: dict, what: str, number: int) -> Stored:
    """Write one state of a declaration; the event tells it in codes and numbers only."""
    connection.execute(sa.insert(declaration).values(row | {"event": number}))
    told = {
        "declaration": row["id"],
        "meeting": held.id,
        "number": row["number"],
        "what": what,
        "territory": held.territory,
    }
    connection.execute(sa.update(event).where(event.c.number == number).values(details=json.dumps(told)))
    return Stored(row["id"], number, row["number"], row["remark"])
