"""Meetings for tests: an office with services, and a sitting that was opened on the hand-made deck."""

import datetime as dt
import json

import sqlalchemy as sa

from data.database import next_event, write
from data.meetings import Frozen, Meeting, close, freeze, prepare
from data.schema import definition
from i18n import LOCALES
from tests.decks import HERE, deck

DAY = dt.date(2023, 9, 18)
NEXT = dt.date(2023, 10, 16)
SERVICES = ("education", "cnss", "health")


def settle(engine, office=None, services=SERVICES):
    """Have the tables know an office with these services."""
    with write(engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        body = json.dumps({"office": office or {}, "service": [{"id": one} for one in services]})
        row = {"kind": "setting", "id": "office", "event": number, "category": "", "body": body}
        connection.execute(sa.insert(definition).values(row))


def sit(engine, *, on=DAY, next_on=NEXT, territory=HERE, previous="", kind="session", opened=True, at=1, agenda=()):
    """A meeting, open on the hand-made deck in each language; its id and present event."""
    new = Meeting(
        kind, on, territory, next_on=next_on, previous=previous, services=("education",), agenda=tuple(agenda)
    )
    stored = prepare(engine, new, actor="preparer", today=dt.date(2026, 11, 23))
    if not opened:
        return stored
    slides = [
        Frozen("office", locale, one.key, one.parent, one.panel, one.to_json())
        for locale in LOCALES
        for one in deck(locale)
    ]
    return freeze(engine, stored.id, slides, at=at, seen=stored.event, actor="preparer")


def end(engine, stored):
    """Close a meeting; its last event."""
    return close(engine, stored.id, seen=stored.event, actor="preparer")


def with_item(**more):
    """An item of an agenda about the households of the register."""
    item = {
        "id": "i1",
        "subject": "pace",
        "programme": "rsu",
        "indicator": "",
        "title": {},
        "service": "",
        "urgent": False,
    }
    return item | more
