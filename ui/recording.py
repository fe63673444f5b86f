"""What is recorded from the wall: a recommendation against the slide that is shown, and what a service declares.

Whatever the wall sends is somebody's typing: it is read again here, and what is wrong with it comes back in sentences.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

import findings
from data.declarations import Declaration, DeclarationRefused, declare
from data.recommendations import MOST_EXPECTED, Fault, Recommendation, RecommendationRefused
from data.recommendations import record as recommend
from findings.meetings import Meeting, counts_of, frozen, proposed_due
from findings.reader import ADMINISTRATOR, Reader
from i18n import Words, words
from ui.choices import FIRST_DAY
from ui.reconcile import service_named, step_named
from ui.viewer import KINGDOM, Viewer

RECOMMEND, DECLARE = "recommend", "declare"
MOST_TYPED = 2000
"""Letters of a text that are looked at: what is longer is refused as too long, and read no further."""


def offer(engine: sa.Engine, meeting: Meeting, *, locale: str, cut: int) -> dict[str, Any]:
    """What the forms of the wall offer: services (id, name), due (ISO, the next meeting's day, or where that is not
    settled the first working day a month later: then due_proposed), counts (step, unit, name) and places (code, name)
    of the meeting's slides; slides: by key the count and place that a form opened on it begins with (territory, step,
    unit, on, official)."""
    w = words(locale)
    known = Reader(engine, cut=cut, scope=KINGDOM, role=ADMINISTRATOR, locale=locale).known
    inside = findings.writable(engine, scope=meeting.territory)
    counts = dict.fromkeys(count for item in meeting.agenda for count in counts_of(known, item))
    places = dict.fromkeys([meeting.territory])
    begun: dict[str, dict[str, Any]] = {}
    held = FIRST_DAY + dt.timedelta(days=meeting.on_date)
    for slide in frozen(engine, meeting, locale=locale):
        for said in slide.figures:
            if said.what not in known.steps or said.unit not in known.steps[said.what]["units"]:
                continue
            counts.setdefault((said.what, said.unit))
            if inside is not None and said.territory not in inside:
                # A slide compares with what lies beside and above; a meeting recommends for its own.
                continue
            places.setdefault(said.territory)
            if said.state == "shown" and said.value is not None:
                first = {"territory": said.territory, "step": said.what, "unit": said.unit}
                on = (FIRST_DAY + dt.timedelta(days=said.on_date)).isoformat()
                begins = begun.setdefault(slide.key, first | {"on": on, "official": said.value})
                # Of a course the last day up to the meeting's: its first one was a year ago.
                same = all(begins[name] == value for name, value in first.items())
                if same and begins["on"] < on <= held.isoformat():
                    begins |= {"on": on, "official": said.value}
    settled = meeting.next_date is not None
    due = FIRST_DAY + dt.timedelta(days=meeting.next_date if settled else proposed_due(known, meeting.on_date))
    order = {code: at for at, (code, *_) in enumerate(findings.territory_choices(engine, scope=KINGDOM))}
    return {
        "services": [{"id": s, "name": service_named(s, w)} for s in findings.service_choices(engine, cut=cut)],
        "due": due.isoformat(),
        "due_proposed": not settled,
        "counts": [{"step": s, "unit": u, "name": count_name(s, u, w)} for s, u in counts],
        "places": [{"code": c, "name": w.place(c)} for c in sorted(places, key=lambda c: order.get(c, -1))],
        "slides": begun,
    }


def count_name(step: str, unit: str, w: Words) -> str:
    """A count by what it counts; by its step where nothing says that."""
    try:
        return w.things(step, unit)
    except KeyError:
        return step_named(step, w)


def record(
    engine: sa.Engine, meeting: Meeting, payload: Mapping[str, Any], *, who: Viewer, today: dt.date, locale: str
) -> dict[str, Any]:
    """Store what the wall sends: ok, number (within the meeting), id, event; faults: sentences, where nothing was
    stored. What is sent twice under one id is stored once."""
    w = words(locale)
    if not who.may_import:
        return _refused([w("recommendations.fault_reader")])
    kind = payload.get("kind")
    writer = {"actor": who.role, "within": findings.writable(engine, scope=who.scope), "id": _text(payload, "id")}
    try:
        if kind == RECOMMEND:
            new = _recommendation(payload, w)
            stored = recommend(engine, meeting.id, new, **writer)
        elif kind == DECLARE:
            new = _declaration(engine, meeting, payload, today=today, scope=who.scope, w=w)
            stored = declare(engine, meeting.id, new, today=today, **writer)
        else:
            return _refused([w("recommendations.fault_unknown")])
    except (RecommendationRefused, DeclarationRefused) as refused:
        return _refused([sentence(fault, w) for fault in refused.faults])
    return {"ok": True, "number": stored.number, "id": stored.id, "event": stored.event, "faults": []}


def sentence(fault: Any, w: Words) -> str:
    """What is wrong with a recommendation or a declaration, in words."""
    name = w(f"recommendations.form_{fault.about}") if f"recommendations.form_{fault.about}" in w else ""
    return w(f"recommendations.fault_{fault.code}", **({"name": name} | fault.values))


def typed_number(typed: Any, w: Words, about: str) -> int | None:
    """A whole number as it was typed, with its sign; None where nothing was. Raises RecommendationRefused."""
    text = "" if typed is None else str(typed).strip()
    if not text:
        return None
    negative = text[:1] in "-\u2212"
    digits = text.lstrip("+-\u2212 ")[:40]
    # Of a sentence with a number in it nobody knows what was meant.
    number = w.parse_number(digits) if digits[:1].isdigit() else None
    if number is None or number.share or number.value != int(number.value):
        raise RecommendationRefused([Fault("number", about, {"most": MOST_EXPECTED})])
    return -int(number.value) if negative else int(number.value)


def typed_day(typed: Any, w: Words, about: str) -> dt.date | None:
    """A day as it was typed, in words or digits or as an ISO date; None where nothing was. Raises
    RecommendationRefused."""
    text = "" if typed is None else str(typed).strip()
    if not text:
        return None
    day = w.parse_date(text[:40])
    if day is None:
        raise RecommendationRefused([Fault("date", about, {"example": w.date_short(dt.date(2026, 9, 30))})])
    return day


def together(**reads: Callable[[], Any]) -> dict[str, Any]:
    """What each of these reads; everything that is wrong with any of them is refused at once."""
    found, wrong = {}, []
    for name, read in reads.items():
        try:
            found[name] = read()
        except RecommendationRefused as refused:
            wrong += refused.faults
    if wrong:
        raise RecommendationRefused(wrong)
    return found


def declared(
    engine: sa.Engine, meeting: Meeting, new: Declaration, *, today: dt.date, scope: str, w: Words
) -> Declaration:
    """A declaration with what the official figure that it stands beside says of itself, as known when the meeting was
    frozen, and with the words by which the remark that it becomes says where it comes from."""
    day = FIRST_DAY + dt.timedelta(days=meeting.on_date)
    said = {"service": service_named(new.service, w) if new.service else "", "date": day}
    new = replace(new, source=w("declarations.source", **said), reason=w("declarations.reason", **said))
    if new.value is None or not new.step or meeting.cut is None:
        return new
    on = (min(new.on or day, today) - FIRST_DAY).days
    asked = {"territory": new.territory or meeting.territory, "step": new.step, "unit": new.unit}
    found = findings.official_figure(engine, **asked, on=on, cut=meeting.cut, scope=scope)
    if found is None:
        return new
    _, source, measure, first, last = found
    begins = FIRST_DAY + dt.timedelta(days=first) if measure == "flow" and last == on else None
    return replace(new, official_source=source, measure=measure, first=begins)


def _recommendation(payload: Mapping[str, Any], w: Words) -> Recommendation:
    partners = payload.get("partners") or ()
    typed = together(
        due=lambda: typed_day(payload.get("due"), w, "due"),
        expected=lambda: typed_number(payload.get("expected"), w, "expected"),
    )
    return Recommendation(
        text=_text(payload, "text"),
        lead=_text(payload, "lead"),
        partners=tuple(str(one) for one in partners) if isinstance(partners, list | tuple) else (),
        territory=_text(payload, "territory"),
        step=_text(payload, "step"),
        unit=_text(payload, "unit"),
        slide=_text(payload, "slide"),
        **typed,
    )


def _declaration(
    engine: sa.Engine, meeting: Meeting, payload: Mapping[str, Any], *, today: dt.date, scope: str, w: Words
) -> Declaration:
    typed = together(
        value=lambda: typed_number(payload.get("value"), w, "value"),
        on=lambda: typed_day(payload.get("on"), w, "on"),
    )
    value = typed["value"]
    new = Declaration(
        service=_text(payload, "service"),
        slide=_text(payload, "slide"),
        text=_text(payload, "text"),
        value=value,
        on=typed["on"] if value is not None else None,
        territory=_text(payload, "territory"),
        step=_text(payload, "step"),
        unit=_text(payload, "unit"),
    )
    return declared(engine, meeting, new, today=today, scope=scope, w=w)


def _text(payload: Mapping[str, Any], name: str) -> str:
    said = payload.get(name)
    return said[:MOST_TYPED] if isinstance(said, str) else ""


def _refused(sentences: list[str]) -> dict[str, Any]:
    return {"ok": False, "number": None, "faults": sentences}
