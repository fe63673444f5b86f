"""A meeting drawn by hand, with the deck of tests/decks.py frozen, recommendations and declarations: for documents."""

import datetime as dt
import json

import sqlalchemy as sa

from data import meetings as writing
from data.database import as_day, next_event, write
from data.schema import declaration, recommendation
from exports.record import record
from findings import meetings
from i18n import LOCALES
from queries.cuts import latest_cut
from tests.decks import DAY, HERE, STEP, UNIT, deck

TODAY = dt.date(2023, 9, 18)
AUGUST = dt.date(2023, 8, 7)
AGENDA = (
    {
        "id": "i1",
        "subject": "pace",
        "programme": "rsu",
        "indicator": "rsu.registered_share",
        "title": {"ar": "وتيرة التسجيل", "fr": "Le rythme des inscriptions", "en": "The pace of registration"},
        "service": "",
        "urgent": True,
    },
    {
        "id": "i2",
        "subject": "words",
        "programme": "",
        "indicator": "",
        "title": {"ar": "حملات التحسيس", "fr": "Les campagnes de sensibilisation", "en": "Awareness campaigns"},
        "service": "",
        "urgent": False,
    },
)


def recommend(engine, meeting, number, text, *, lead="cnss", due=dt.date(2023, 10, 16), state="assigned", **more):
    """Write one state of a recommendation; its event."""
    row = {
        "id": f"{meeting}-{number}",
        "meeting": meeting,
        "number": number,
        "text": text,
        "lead": lead,
        "partners": json.dumps(more.pop("partners", [])),
        "due": as_day(due),
        "state": state,
    }
    with write(engine) as connection:
        event = next_event(connection, kind="recommendation", actor="administrator")
        connection.execute(sa.insert(recommendation).values(row | more | {"event": event}))
    return event


def declare(engine, meeting, number, *, service="cnss", text="", **more):
    """Write what a service declared; its event."""
    row = {"id": f"{meeting}-d{number}", "meeting": meeting, "number": number, "service": service, "text": text}
    with write(engine) as connection:
        event = next_event(connection, kind="declaration", actor="administrator")
        connection.execute(sa.insert(declaration).values(row | more | {"event": event}))
    return event


def frozen_deck(drawn=deck):
    """The deck in each language and for each audience, as a meeting freezes it."""
    return [
        writing.Frozen(audience, locale, one.key, one.parent, one.panel, one.to_json())
        for locale in LOCALES
        for audience in ("office", "outside")
        for one in drawn(locale, audience=audience)
    ]


def sitting(engine, *, close=False, drawn=deck):
    """The meeting of 18 September 2023 and the one before it, on a database that has its reference data."""
    shared = {"actor": "administrator", "today": TODAY}
    earlier = writing.prepare(
        engine, writing.Meeting("session", AUGUST, HERE, chair="السيد العامل", agenda=AGENDA), **shared
    )
    recommend(engine, earlier.id, 1, "فتح شباك إضافي يوم السبت", due=dt.date(2023, 9, 4))
    recommend(engine, earlier.id, 2, "تنظيم حملة للتحسيس", lead="education", due=dt.date(2023, 9, 15), state="done")
    stored = writing.prepare(
        engine,
        writing.Meeting(
            "session",
            TODAY,
            HERE,
            chair="السيد العامل",
            place="مقر العمالة",
            room="قاعة الاجتماعات الكبرى",
            begins=10 * 60,
            rapporteur="رئيس قسم العمل الاجتماعي",
            reference="145/2023",
            previous=earlier.id,
            next_on=dt.date(2023, 10, 16),
            services=("cnss", "education"),
            attendance={"cnss": "present", "education": "excused"},
            agenda=AGENDA,
        ),
        **shared,
    )
    at = latest_cut(engine)
    frozen = writing.freeze(engine, stored.id, frozen_deck(drawn), at=at, seen=stored.event, actor="administrator")
    figure = {"territory": HERE, "step": STEP, "unit": UNIT, "baseline": 36_597, "baseline_date": DAY}
    recommend(
        engine, stored.id, 1, "إضافة محطتين للتسجيل", partners=["education"], slide="i1/pace", expected=2_610, **figure
    )
    recommend(engine, stored.id, 2, "موافاة العمالة بلائحة الملفات في الانتظار (قبل نهاية الشهر)", lead="education")
    declare(
        engine,
        stored.id,
        1,
        slide="i1/cause",
        territory=HERE,
        step=STEP,
        unit=UNIT,
        on_date=DAY,
        value=36_812,
        official=36_597,
        text="حسب منظومة المصلحة",
    )
    if close:
        writing.close(engine, stored.id, seen=frozen.event, actor="administrator")
    return meetings.of_id(engine, stored.id, cut=latest_cut(engine), scope="MA")


def record_of(held, locale="fr", **more):
    """The record of a meeting, as (its database, the meeting), for the documents of its office."""
    engine, meeting = held
    return record(engine, meeting, locale=locale, cut=latest_cut(engine), scope="MA", **more)
