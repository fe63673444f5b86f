"""What the documents of a meeting are made from: its slides as they were frozen, and what was said and asked in it.

One object for the minutes, the slides, the paper and the pack: whoever makes a document reads it here and asks nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

import findings
from findings import meetings
from findings.meetings import Declaration, Meeting, Recommendation
from findings.reader import Reader
from findings.recalled import coming_back
from i18n import words
from panels.slide import OFFICE, OUTSIDE, Slide

ROUNDED_TO = 5
"""What counts are rounded to in copies for outside."""

_STAND_IN = ("ar", "fr", "en")


class NotForThisReader(LookupError):
    """The meeting is none of those that the reader sees."""


@dataclass(frozen=True)
class Record:
    """A meeting as its documents tell it, in one language and for one audience.

    slides: as they were frozen, those on the presenter's way first, then the drill-downs. recommendations,
    declarations: of this meeting. before: the meeting before (None: none, or not for this reader). recalled: what it
    and the field visits since recommended, and what others left open, as it stood when this meeting was frozen, which
    is what the room was shown. pending: what this meeting and those before it on the same territory asked and was not
    yet done at the cut: what a reminder is about; held: those meetings, by id. office, unit, letterhead: as the
    office calls itself (empty: it has settled nothing). services: names by id. territory: its code. on: the day of
    which it is told whether something is overdue.
    """

    meeting: Meeting
    slides: tuple[Slide, ...]
    recommendations: tuple[Recommendation, ...]
    declarations: tuple[Declaration, ...]
    before: Meeting | None
    recalled: tuple[Recommendation, ...]
    pending: tuple[Recommendation, ...]
    held: Mapping[str, Meeting]
    letterhead: tuple[str, ...]
    office: str
    unit: str
    services: Mapping[str, str]
    territory: str
    locale: str
    audience: str
    demonstration: bool
    cut: int
    scope: str
    on: int
    shown: tuple[str, ...] = ()
    """The keys of the slides that were shown, in that order; none before the first."""
    engine: sa.Engine | None = field(default=None, compare=False, repr=False)
    role: str = "administrator"
    """For documents that ask further questions, such as the sheet of a territory: of which database, and for whom."""
    other: "Record | None" = field(default=None, compare=False)
    """The same record in the second language, where two stand side by side."""

    @property
    def outside(self) -> bool:
        """Whether it is for outside: its counts are rounded, and its documents say so."""
        return self.audience == OUTSIDE

    @property
    def way(self) -> tuple[Slide, ...]:
        """The slides on the presenter's way."""
        return tuple(one for one in self.slides if not one.parent)

    @property
    def details(self) -> tuple[Slide, ...]:
        """The drill-downs."""
        return tuple(one for one in self.slides if one.parent)

    def service(self, id: str) -> str:
        """What a service is called; its id where the settings no longer know it."""
        if id in self.services:
            return self.services[id]
        try:
            return words(self.locale).name("service", id)
        except KeyError:
            return id


def record(
    engine: sa.Engine,
    meeting: Meeting,
    *,
    locale: str,
    audience: str = OFFICE,
    cut: int,
    scope: str,
    demonstration: bool = False,
    on: int | None = None,
    beside: str = "",
    role: str = "administrator",
) -> Record:
    """The record of a meeting as known at a cut. demonstration: its database is the made-up one. on: the day it is made
    on, by default that of the meeting. beside: a second language, whose record stands in `other`.

    Raises NotForThisReader where a reader of `scope` does not see the meeting.
    """
    seen = {one.id: one for one in meetings.meetings(engine, cut=cut, scope=scope, withdrawn=True)}
    if meeting.id not in seen:
        raise NotForThisReader(meeting.id)
    slides = tuple(meetings.frozen(engine, meeting, locale=locale, audience=audience))
    slides = tuple(one for one in slides if not one.parent) + tuple(one for one in slides if one.parent)
    before = seen.get(meeting.previous)
    shown_at = cut if meeting.cut is None else meeting.cut
    reader = Reader(engine, shown_at, scope, role, locale)
    recalled = [one.recommendation for one in coming_back(reader, meeting, before)]
    held = {
        one.id: one
        for one in seen.values()
        if one.territory == meeting.territory and one.on_date <= meeting.on_date and one.state != "withdrawn"
    }
    pending = [one for one in meetings.carried(engine, list(held), cut=cut) if one.state != "done"]
    asked = meetings.recommended(engine, meeting, cut=cut)
    said = meetings.declared(engine, meeting, cut=cut)
    if audience == OUTSIDE:
        asked, recalled, pending = ([_rounded(one) for one in some] for some in (asked, recalled, pending))
        said = [replace(one, value=_to_five(one.value), official=_to_five(one.official)) for one in said]
    settled = findings.office(engine, cut=meetings.known_at(meeting, cut=cut))
    office = settled.get("office", {})
    name, unit = (_said(office.get(part, {}), locale) for part in ("name", "unit"))
    lines = tuple(line for line in office.get("letterhead", {}).get(locale, ()) if line)
    return Record(
        meeting=meeting,
        slides=slides,
        recommendations=tuple(asked),
        declarations=tuple(said),
        before=before,
        recalled=tuple(recalled),
        pending=tuple(pending),
        held=held,
        letterhead=lines or tuple(line for line in (name, unit) if line) or (words(locale).place(meeting.territory),),
        office=name,
        unit=unit,
        services={one["id"]: _said(one["name"], locale) or one["id"] for one in settled.get("service", ())},
        territory=meeting.territory,
        locale=locale,
        audience=audience,
        demonstration=demonstration or any(one.demonstration for one in slides),
        cut=cut,
        scope=scope,
        on=meeting.on_date if on is None else on,
        engine=engine,
        role=role,
        shown=tuple(dict.fromkeys(meetings.shown(engine, meeting.id))),
        other=record(
            engine,
            meeting,
            locale=beside,
            audience=audience,
            cut=cut,
            scope=scope,
            demonstration=demonstration,
            on=on,
            role=role,
        )
        if beside and beside != locale
        else None,
    )


def _said(texts: Mapping[str, str], locale: str) -> str:
    """A text of the settings in a language, or in the next one that they have."""
    return next((texts[one] for one in (locale, *_STAND_IN) if texts.get(one)), "")


def _to_five(value: int | None) -> int | None:
    return None if value is None else (value + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def _rounded(one: Recommendation) -> Recommendation:
    return replace(one, baseline=_to_five(one.baseline), expected=_to_five(one.expected))
