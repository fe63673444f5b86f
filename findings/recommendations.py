"""All recommendations, as their page asks for them: by meeting, of one service, with what followed them."""

import sqlalchemy as sa

from findings.reader import Answer, Reader
from findings.recalled import labels_of
from panels import recommendations as say
from queries import recommendations as told
from queries.meetings import Meeting, meetings
from queries.recommendations import STATES
from queries.territories import KINGDOM, inside_of

OPEN_MEETINGS = ("open", "presented")

__all__ = ["OPEN_MEETINGS", "STATES", "answer", "list_html", "meeting_called"]

list_html = say.list_html


def answer(
    reader: Reader,
    *,
    territory: str,
    on: int,
    service: str,
    state: str,
    meeting: str,
    overdue: bool,
    first: int | None,
    last: int | None,
    recommendation: str,
) -> Answer:
    """The recommendations that the filters leave, a table for each meeting.

    facts: labels; all_of_them: how many there are without the filters; late: how many of the listed are overdue; found:
    those listed; open: the meetings that take some; meetings: id → name, of those that made any; one: the one that was
    asked for by its id (None: there is none for this reader), with its history; services: those with any; extract and
    letters (locale → text) of the service asked for; declared: what was declared in the meetings listed.
    """
    asked = {"cut": reader.cut, "scope": reader.scope, "on": on, "known": reader.known}
    everything = told.followed(reader.engine, **asked)
    inside = _inside(reader.engine, territory)
    here = [
        one
        for one in everything
        if inside is None or one.meeting.territory in inside or one.recommendation.territory in inside
    ]
    chosen = {"service": service, "state": state, "meeting": meeting, "overdue": overdue, "first": first, "last": last}
    found = told.followed(reader.engine, **asked, territory=territory, **chosen)
    called = labels_of(reader)
    held = meetings(reader.engine, cut=reader.cut, scope=reader.scope)
    mine = [of for of in held if inside is None or of.territory in inside]
    named = {of.id: meeting_called(of, locale=reader.locale) for of in held}
    one = next((f for f in everything if f.recommendation.id == recommendation), None)
    if one is None and recommendation:
        gone = told.followed(reader.engine, **asked, state="withdrawn")
        one = next((f for f in gone if f.recommendation.id == recommendation), None)
    declared = [
        d
        for d in told.declared(reader.engine, [of.id for of in mine], cut=reader.cut)
        if not d.withdrawn
        and d.step not in reader.known.hidden_steps
        and (not meeting or d.meeting == meeting)
        and (not service or d.service == service)
    ]
    with_any = {f.meeting.id for f in here}
    office = reader.known.office
    facts = {
        "labels": called,
        "all_of_them": len(here),
        "late": sum(f.overdue for f in found),
        "found": tuple(found),
        "open": {of.id: of for of in mine if of.state in OPEN_MEETINGS},
        "named": named,
        "meetings": {of.id: named[of.id] for of in held if of.id in with_any},
        "one": one,
        "alone": say.listing([one], called, locale=reader.locale)[0] if one else None,
        "history": say.history(told.history(reader.engine, recommendation, cut=reader.cut), locale=reader.locale)
        if one
        else None,
        "services": tuple(dict.fromkeys(s for f in here for s in (f.recommendation.lead, *f.recommendation.partners))),
        "extract": say.extract(found, service, called, on=on, locale=reader.locale) if service else None,
        "letters": {
            locale: say.letter(found, service, say.labels(office, locale=locale), office=office, on=on, locale=locale)
            for locale in dict.fromkeys((reader.locale, "ar", "fr"))
        }
        if service
        else {},
        "declared": say.declarations(declared, {of.id: of for of in held}, locale=reader.locale) if declared else None,
    }
    return Answer(say.listing(found, called, locale=reader.locale), facts=facts)


def meeting_called(of: Meeting, *, locale: str) -> str:
    """A meeting as a list names it."""
    return say.called_by(of, locale=locale)


def _inside(engine: sa.Engine, territory: str) -> frozenset[str] | None:
    if territory == KINGDOM:
        return None
    with engine.connect() as connection:
        return inside_of(connection, of=territory)
