"""The page of meetings: the list, the form, the agenda, opening and closing, what each service is sent beforehand."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from html import escape
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
import streamlit as st

import findings
from data import meetings as writing
from data.meetings import ATTENDANCE, KINDS, Fault, MeetingRefused, Stored
from findings import agenda, meetings
from findings.freezing import before_of, moved
from findings.meetings import Item, Meeting
from findings.reader import Reader
from i18n import LOCALES, words
from ui import accesses, cache, documents, followers, freezing, show
from ui.choices import FIRST_DAY, Choices, asked, complain, put, unfold
from ui.engine import today
from ui.kept import kept
from ui.reconcile import service_named
from ui.viewer import READER, Viewer

MEETING, SERVICE = "meeting", "service"
"""The choices of the address that lead to one meeting, and to what it asks of one service."""
HELD = ("open", "presented", "closed")
"""The states in which a meeting is for every reader."""
PAGE_OF = {
    "pace": ("targets", "indicator"),
    "stages": ("stages", "programme"),
    "transition": ("transition", "programme"),
    "window": ("window", "programme"),
    "actions": ("actions", ""),
    "branches": ("branches", ""),
}
"""Where what an item is about is looked at beforehand, and the choice of that page which leads to it."""

_DONE, _FAULTS, _MADE = "_meeting_done", "_meeting_faults", "_meetings_made"


def page(chosen: Choices, who: Viewer) -> None:
    """The page: one meeting where the address names one that may be seen, else the list."""
    view, w = chosen.view, chosen.words
    found = meetings.meetings(view.engine, cut=view.cut, scope=view.scope, withdrawn=True)
    desk = Desk(chosen, who, found)
    wanted = asked(MEETING)
    one = next((m for m in found if m.id == wanted), None)
    service = asked(SERVICE)
    if one is not None and service and one.state != "withdrawn":
        _for_service(one, service, desk)
        return
    if one is not None and not (who.may_import or one.state in HELD):
        one = None
    if wanted and one is None:
        complain(w("meetings.not_there"), w)
    if one is None:
        _list(desk)
    else:
        _one(one, desk)


@dataclass(frozen=True)
class Desk:
    """What every part of the page needs: the choices, who looks, the meetings there are."""

    chosen: Choices
    who: Viewer
    found: list[Meeting]

    @property
    def engine(self) -> sa.Engine:
        return self.chosen.view.engine

    @property
    def within(self) -> frozenset[str] | None:
        return findings.writable(self.engine, scope=self.who.scope)

    @property
    def today(self) -> dt.date:
        return today(demonstration=self.chosen.view.demonstration)

    @property
    def reader(self) -> Reader:
        view = self.chosen.view
        word = id(words(view.locale))
        return Reader(view.engine, cut=view.cut, scope=view.scope, role=view.role, locale=view.locale, wording=word)

    def may_write(self, one: Meeting) -> bool:
        """Whether he may write to a meeting."""
        return self.who.may_import and (self.within is None or one.territory in self.within)

    def shows(self, slide: Any) -> bool:
        """Whether he is shown a slide: what is for the screen of who prepares is not for readers."""
        return not slide.screen_only or self.who.may_import

    def address(self, page: str = "", **more: str) -> str:
        """The address of a page of this view; without a page, of this one."""
        view = self.chosen.view
        said = {"lang": view.locale} | ({"demo": "1"} if view.demonstration else {}) | more
        return f"./{page}?{urlencode(said)}"

    def do(self, what: str, write: Callable[[], Stored], *, leave: bool = False) -> None:
        """Do one thing to a meeting and read the page again; what is wrong is said instead, and nothing is changed."""
        try:
            done = write()
        except MeetingRefused as refused:
            w = self.chosen.words
            st.session_state[_FAULTS] = (self.chosen.view.cut, [_sentence(fault, w) for fault in refused.faults])
            st.rerun()
        st.session_state.pop(_FAULTS, None)
        if what == "prepared":
            st.session_state[_MADE] = st.session_state.get(_MADE, 0) + 1
        accesses.changed("meetings", self.chosen, self.who, meeting=done.id, event=done.event, did=what)
        st.session_state[_DONE] = (what, done)
        put(MEETING, "" if leave else done.id)
        st.rerun()

    def writer(self) -> dict[str, Any]:
        """What a write is told of him."""
        return {"actor": self.who.role, "within": self.within}


def _sentence(fault: Fault, w: Any) -> str:
    name = w(f"meetings.form_{fault.about}") if fault.about else ""
    return w(f"meetings.fault_{fault.code}", **({"name": name} | fault.values))


def _told(desk: Desk) -> None:
    """What was just done, with the button that undoes it; what was wrong with what was just asked for."""
    w, cut = desk.chosen.words, desk.chosen.view.cut
    at, sentences = st.session_state.get(_FAULTS, (None, []))
    for sentence in sentences if at == cut else []:
        complain(sentence, w)
    what, done = st.session_state.get(_DONE, ("", None))
    if done is None or done.event != cut:
        st.session_state.pop(_DONE, None)
        return
    said, button = st.columns([5, 1], vertical_alignment="center")
    said.success(w(f"meetings.done_{what}", event=str(done.event)))
    if what != "closed" and button.button(w("meetings.undo"), key="meeting-undo"):
        desk.do("undone", lambda: writing.undo(desk.engine, done.id, seen=done.event, **desk.writer()))


# The list


def _list(desk: Desk) -> None:
    chosen, w = desk.chosen, desk.chosen.words
    st.title(w("meetings.title"), anchor=False)
    st.markdown(w("meetings.intro"))
    _told(desk)
    seen = [one for one in desk.found if one.state in HELD or (desk.who.may_import and one.state == "prepared")]
    if seen:
        st.html(meetings.listing(seen, locale=w.locale, address=lambda id: desk.address("meetings", **{MEETING: id})))
    else:
        show.empty(w("meetings.empty"), w("meetings.empty_next" if desk.who.may_import else "meetings.empty_reader"))
    if not desk.who.may_import:
        return
    with st.expander(w("meetings.prepare"), expanded=not seen):
        # Each meeting has an empty form of its own, or the last one would be there again.
        new = _form(f"new-{st.session_state.get(_MADE, 0)}", None, desk)
        if new is not None:
            desk.do("prepared", lambda: writing.prepare(desk.engine, new, **desk.writer(), today=desk.today))
    gone = [one for one in desk.found if one.state == "withdrawn" and desk.may_write(one)]
    if gone and unfold(w("meetings.withdrawn_ones"), "withdrawn"):
        for one in gone:
            said, button = st.columns([5, 1], vertical_alignment="center")
            said.markdown(meetings.title(one, locale=chosen.view.locale))
            if button.button(w("meetings.bring_back"), key=f"back-{one.id}"):
                desk.do("restored", lambda one=one: _undo(one, desk))


def _undo(one: Meeting, desk: Desk) -> Stored:
    return writing.undo(desk.engine, one.id, seen=one.event, **desk.writer())


def _said(one: Meeting) -> writing.Meeting:
    """A meeting as its writer says it."""
    return writing.Meeting(
        kind=one.kind,
        on=_date(one.on_date),
        territory=one.territory,
        chair=one.chair,
        place=one.place,
        reference=one.reference,
        previous=one.previous,
        next_on=None if one.next_date is None else _date(one.next_date),
        services=one.services,
        attendance=dict(one.attendance),
        agenda=tuple(_item(item) for item in one.agenda),
        begins=one.begins,
        room=one.room,
        rapporteur=one.rapporteur,
    )


def _item(item: Item) -> dict[str, Any]:
    return asdict(item) | {"title": dict(item.title or {})}


def _date(day: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(day)


AUTOMATIC = "*"
"""The choice of the form that leaves the meeting before to be found by its day."""


def _form(key: str, before: writing.Meeting | None, desk: Desk, *, frozen: bool = False) -> writing.Meeting | None:
    """The fields of a meeting; the meeting when it was handed in and every field is understood. frozen: without those
    that its slides are made of."""
    chosen, w = desk.chosen, desk.chosen.words
    places = cache.places(chosen.view)
    offered = [code for code in places.labels if desk.within is None or code in desk.within]
    services = list(findings.service_choices(desk.engine, cut=chosen.view.reference))
    invited = before.services if before else tuple(services)
    services += [id for id in invited if id not in services]
    here = before.territory if before else chosen.territory
    earlier = [one for one in desk.found if one.state in ("presented", "closed")]
    # A meeting is prepared for the day that the last one settled, as long as that day has not passed.
    last = meetings.before(desk.found, territory=here, on=10**6, kind=KINDS[0])
    settled = last.next_date if last and last.next_date and last.next_date >= chosen.on_day else chosen.on_day
    named = {"": w("meetings.no_previous"), AUTOMATIC: w("meetings.previous_automatic")}
    named |= {one.id: meetings.title(one, locale=w.locale) for one in earlier}
    with st.form(key=f"form-{key}", border=False, enter_to_submit=False):
        first, second = st.columns(2)
        with first:
            kind = st.selectbox(
                w("meetings.form_kind"),
                KINDS,
                index=KINDS.index(before.kind) if before else 0,
                format_func=lambda k: w(f"meetings.kind_{k}"),
                key=f"kind-{key}",
            )
            on = st.text_input(
                w("meetings.form_on"),
                w.date(before.on if before else _date(settled)),
                max_chars=40,
                key=f"on-{key}",
                disabled=frozen,
            )
            begins = st.text_input(
                w("meetings.form_begins"),
                "" if before is None or before.begins is None else w.hour(before.begins),
                max_chars=20,
                key=f"begins-{key}",
                help=w("meetings.form_begins_help", example=w.hour(600)),
            )
            where = st.selectbox(
                w("meetings.form_territory"),
                offered,
                index=offered.index(here) if here in offered else 0,
                format_func=places.labels.get,
                key=f"territory-{key}",
                disabled=frozen,
            )
            previous = st.selectbox(
                w("meetings.form_previous"),
                list(named),
                index=list(named).index(before.previous) if before and before.previous in named else int(not before),
                format_func=named.get,
                key=f"previous-{key}",
                disabled=frozen,
            )
        with second:
            chair = st.text_input(
                w("meetings.form_chair"),
                before.chair if before else w("meetings.chair_default"),
                max_chars=200,
                key=f"chair-{key}",
                help=w("meetings.form_help"),
            )
            rapporteur = st.text_input(
                w("meetings.form_rapporteur"),
                before.rapporteur if before else "",
                max_chars=200,
                key=f"rapporteur-{key}",
                help=w("meetings.form_help"),
            )
            place = st.text_input(
                w("meetings.form_place"), before.place if before else "", max_chars=200, key=f"place-{key}"
            )
            room = st.text_input(
                w("meetings.form_room"), before.room if before else "", max_chars=200, key=f"room-{key}"
            )
            reference = st.text_input(
                w("meetings.form_reference"), before.reference if before else "", max_chars=200, key=f"reference-{key}"
            )
            next_on = st.text_input(
                w("meetings.form_next_on"),
                w.date(before.next_on) if before and before.next_on else "",
                max_chars=40,
                key=f"next-{key}",
            )
        chosen_services = ()
        if services:
            st.markdown(w("meetings.form_services"))
            boxes = st.columns(3)
            chosen_services = tuple(
                id
                for place_of, id in enumerate(services)
                if boxes[place_of % 3].checkbox(service_named(id, w), value=id in invited, key=f"invite-{id}-{key}")
            )
        label = w("meetings.save_change" if before else "meetings.save")
        if not st.form_submit_button(label, type="primary", key=f"save-{key}"):
            return None
    day, wrong = _typed(on, "on", desk)
    following, wrong_next = _typed(next_on, "next_on", desk) if next_on.strip() else (None, [])
    hour = w.parse_hour(begins)
    if begins.strip() and hour is None:
        name = w("meetings.form_begins")
        wrong = [*wrong, w("meetings.fault_no_hour", name=name, example=w.hour(600))]
    if wrong or wrong_next:
        st.session_state[_FAULTS] = (chosen.view.cut, [*wrong, *wrong_next])
        st.rerun()
    day_number = (day - FIRST_DAY).days
    if previous == AUTOMATIC:
        found = meetings.before(desk.found, territory=where, on=day_number, kind=kind)
        previous = found.id if found else ""
    attendance = {id: how for id, how in (before.attendance if before else {}).items() if id in chosen_services}
    items = before.agenda if before else _proposed(desk, where, day_number, previous)
    return writing.Meeting(
        kind,
        day,
        where,
        chair,
        place,
        reference,
        previous,
        following,
        chosen_services,
        attendance,
        items,
        begins=hour,
        room=room,
        rapporteur=rapporteur,
    )


def _typed(text: str, name: str, desk: Desk) -> tuple[dt.date | None, list[str]]:
    """A day that was typed, and the sentence that says that it is none."""
    w = desk.chosen.words
    day = w.parse_date(text)
    if day is not None:
        return day, []
    return None, [w("meetings.fault_no_date", name=w(f"meetings.form_{name}"), example=w.date_short(desk.chosen.on))]


def _proposed(desk: Desk, territory: str, on: int, previous: str) -> tuple[dict[str, Any], ...]:
    """The agenda that is proposed for a meeting; titles are left to what the items are about."""
    before = next((one for one in desk.found if one.id == previous), None)
    # What is known today is what a meeting to come can be prepared on.
    known_on = min(on, (desk.today - FIRST_DAY).days)
    return tuple(_item(i) for i in agenda.proposed(desk.reader, territory=territory, on=known_on, before=before))


# One meeting


def _one(one: Meeting, desk: Desk) -> None:
    w, locale = desk.chosen.words, desk.chosen.view.locale
    writes = desk.may_write(one)
    back = escape(w("meetings.back"))
    st.html(f'<a class="tt-invite" href="{escape(desk.address("meetings"))}" target="_self">{back}</a>')
    st.title(meetings.title(one, locale=locale), anchor=False)
    _told(desk)
    _standing(one, desk)
    if writes:
        _steps(one, desk)
    if one.frozen is not None:
        _moved(one, desk)
    panel = meetings.agenda(one, locale=locale)
    st.header(panel.title, anchor=False)
    if panel.parts["rows"]:
        show.table(panel, desk.chosen)
    else:
        st.info(w("meetings.agenda_empty"))
    if writes and one.state == "prepared":
        _edit_agenda(one, desk)
    _services(one, desk)
    if writes and one.state not in ("closed", "withdrawn"):
        _attendance(one, desk)
        with st.expander(w("meetings.edit")):
            edited = _form(f"{one.id}-{one.event}", _said(one), desk, frozen=one.frozen is not None)
            if edited is not None:
                desk.do("changed", lambda: _change(one, edited, desk))
    _outcome(one, desk)
    if writes and one.state in ("open", "presented"):
        with st.expander(w("follow.title")):
            followers.offer(one, desk.chosen, desk.who)
    documents.documents(one, desk.chosen, desk.who)
    if one.frozen is not None:
        _slides(meetings.frozen(desk.engine, one, locale=locale), desk, name="slides", label=w("meetings.slides"))


def _change(one: Meeting, said: writing.Meeting, desk: Desk) -> Stored:
    return writing.change(desk.engine, one.id, said, seen=one.event, **desk.writer(), today=desk.today)


def _standing(one: Meeting, desk: Desk) -> None:
    """How the meeting stands: state, hour, chair, place, the meetings before and after, what was known, the seal; the
    way to the wall."""
    w = desk.chosen.words
    said = [(w("meetings.state"), escape(w(f"meetings.state_{one.state}")))]
    texts = (
        ("begins", "" if one.begins is None else w.hour(one.begins)),
        ("place", one.place),
        ("room", one.room),
        ("chair", meetings.chair(one.chair, w)),
        ("rapporteur", one.rapporteur),
        ("reference", one.reference),
    )
    said += [(w(f"meetings.form_{name}"), escape(text)) for name, text in texts]
    previous = next((m for m in desk.found if m.id == one.previous), None)
    if previous is not None:
        leads = escape(desk.address("meetings", **{MEETING: previous.id}))
        name = escape(meetings.short_title(previous, locale=w.locale))
        said.append((w("meetings.form_previous"), f'<a href="{leads}" target="_self">{name}</a>'))
    if one.next_date is not None:
        said.append((w("meetings.form_next_on"), escape(w.date(_date(one.next_date)))))
    if one.cut is not None:
        said.append((w("meetings.frozen"), escape(w("meetings.known_at", event=str(one.cut)))))
    if one.state == "closed":
        said.append((w("meetings.digest"), f'<span class="tt-digest">{escape(one.digest)}</span>'))
    rows = (f"<div><dt>{escape(label)}</dt><dd>{text}</dd></div>" for label, text in said if text)
    st.html(f'<dl class="tt-facts" dir="{w.direction}">{"".join(rows)}</dl>')
    if one.state == "closed":
        if writing.intact(desk.engine, one.id):
            st.success(w("meetings.intact"))
        else:
            st.error(w("meetings.tampered"))
    if one.frozen is not None:
        leads = desk.address("", wall="1", **{MEETING: one.id})
        st.html(f'<a class="tt-present" href="{escape(leads)}" target="_self">{escape(w("meetings.present"))}</a>')
    _note(w("meetings.link_help"), w)


def _note(sentence: str, w: Any) -> None:
    st.html(f'<p class="tt-aside" dir="{w.direction}">{escape(sentence)}</p>')


def _steps(one: Meeting, desk: Desk) -> None:
    """What may be done next: open, freeze again, undo the opening, close, withdraw."""
    w = desk.chosen.words
    if one.state not in ("prepared", "open", "presented"):
        return
    told = st.container()
    with st.container(key="meeting-steps", horizontal=True, gap="small", vertical_alignment="center"):
        if one.state in ("prepared", "open"):
            label = w("meetings.open" if one.state == "prepared" else "meetings.freeze_again")
            kind = "primary" if one.state == "prepared" else "secondary"
            ready = bool(one.agenda)
            if st.button(label, key="meeting-freeze", type=kind, disabled=not ready):
                with told:
                    desk.do("opened" if one.state == "prepared" else "frozen", lambda: _freeze(one, desk))
        if one.state == "open" and st.button(w("meetings.undo_opening"), key="meeting-unfreeze"):
            desk.do("unfrozen", lambda: _undo(one, desk))
        if one.frozen is not None:
            with st.popover(w("meetings.close"), width="content"):
                st.markdown(w("meetings.close_sure"))
                if st.button(w("meetings.close_yes"), key="meeting-close", type="primary"):
                    close = {"seen": one.event, **desk.writer()}
                    desk.do("closed", lambda: writing.close(desk.engine, one.id, **close))
        if one.state != "presented" and st.button(w("meetings.withdraw"), key="meeting-withdraw"):
            gone = {"seen": one.event, **desk.writer()}
            desk.do("withdrawn", lambda: writing.withdraw(desk.engine, one.id, **gone), leave=True)
    _note(w(f"meetings.next_{one.state}"), w)


def _freeze(one: Meeting, desk: Desk) -> Stored:
    return freezing.freeze(one, desk.chosen, actor=desk.who.role, within=desk.within)


def _moved(one: Meeting, desk: Desk) -> None:
    """What moved since the last freezing but one, as long as it may be frozen again; later on demand."""
    w, locale = desk.chosen.words, desk.chosen.view.locale
    earlier = meetings.frozen_before(desk.engine, one)
    if earlier is None or not desk.who.may_import:
        return
    if one.state != "open" and not unfold(w("meetings.moved"), "moved"):
        return
    then = meetings.frozen(desk.engine, earlier, locale=locale)
    panel = meetings.moved(moved(then, meetings.frozen(desk.engine, one, locale=locale)), locale=locale)
    st.header(panel.title, anchor=False)
    if panel.parts["rows"]:
        show.table(panel, desk.chosen)
    else:
        st.info(w("meetings.moved_nothing"))


def _edit_agenda(one: Meeting, desk: Desk) -> None:
    """The agenda, item by item: up, down, urgent, away; a new item; the proposed agenda in the place of this one."""
    w, said = desk.chosen.words, _said(one)
    items = list(said.agenda)

    def keep(changed: Sequence[dict[str, Any]]) -> None:
        desk.do("changed", lambda: _change(one, replace(said, agenda=tuple(changed)), desk))

    with st.expander(w("meetings.edit_agenda"), expanded=not items):
        for place, item in enumerate(one.agenda):
            key = f"{item.id}-{one.event}"
            with st.container(key=f"item-{key}", horizontal=True, vertical_alignment="center", gap="small"):
                name = meetings.item_title(item, locale=w.locale)
                st.markdown(w("meetings.item_line", number=place + 1, name=name), width="stretch")
                if st.button(w("meetings.not_urgent" if item.urgent else "meetings.make_urgent"), key=f"urgent-{key}"):
                    keep([i | {"urgent": not i["urgent"]} if n == place else i for n, i in enumerate(items)])
                if st.button(w("meetings.up"), key=f"up-{key}", disabled=place == 0):
                    keep(_swapped(items, place - 1))
                if st.button(w("meetings.down"), key=f"down-{key}", disabled=place == len(items) - 1):
                    keep(_swapped(items, place))
                if st.button(w("meetings.remove"), key=f"remove-{key}"):
                    keep(items[:place] + items[place + 1 :])
        new = _new_item(one, desk)
        if new is not None:
            keep([*items, new])
        if st.button(w("meetings.propose"), key="meeting-propose", help=w("meetings.propose_help")):
            keep(_proposed(desk, one.territory, one.on_date, one.previous))


def _swapped(items: Sequence[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    return [*items[:place], items[place + 1], items[place], *items[place + 2 :]]


def _new_item(one: Meeting, desk: Desk) -> dict[str, Any] | None:
    """The form of a new item; the item when it was handed in."""
    w = desk.chosen.words
    offered = agenda.choices(desk.reader)
    services = list(findings.service_choices(desk.engine, cut=desk.chosen.view.reference))
    key = f"{one.id}-{one.event}"
    with st.form(key=f"add-{key}", border=False, enter_to_submit=False):
        place = st.selectbox(
            w("meetings.add_about"),
            range(len(offered)),
            format_func=lambda n: meetings.about(offered[n], locale=w.locale),
            key=f"about-{key}",
        )
        columns = st.columns(len(LOCALES))
        titles = {
            locale: column.text_input(
                w("meetings.add_title", language=w(f"app.language_{locale}")),
                max_chars=300,
                key=f"title-{locale}-{key}",
            ).strip()
            for locale, column in zip(LOCALES, columns, strict=True)
        }
        whose = st.selectbox(
            w("meetings.add_service"),
            [AUTOMATIC, *services],
            format_func=lambda s: w("meetings.service_automatic") if s == AUTOMATIC else service_named(s, w),
            key=f"whose-{key}",
        )
        urgent = st.checkbox(w("meetings.urgent"), key=f"is-urgent-{key}")
        if not st.form_submit_button(w("meetings.add"), key=f"add-item-{key}"):
            return None
    title = {locale: text for locale, text in titles.items() if text}
    new = offered[place]
    if new.subject == "words" and not title:
        st.session_state[_FAULTS] = (desk.chosen.view.cut, [w("meetings.fault_no_title")])
        st.rerun()
    if whose == AUTOMATIC:
        concerned = agenda.concerned(desk.reader.known, new) if new.programme else ()
        whose = next(iter(concerned), "")
    taken = [int(item.id[1:]) for item in one.agenda if item.id[1:].isdigit()]
    return _item(new) | {"id": f"i{max(taken, default=0) + 1}", "title": title, "service": whose, "urgent": urgent}


def _services(one: Meeting, desk: Desk) -> None:
    """For each service invited what concerns it, with the link that it can be sent beforehand; who came."""
    w = desk.chosen.words
    if not one.services:
        return
    st.header(w("meetings.services"), anchor=False)
    known = desk.reader.known
    concerns = {
        service: [item for item in one.agenda if service in agenda.concerned(known, item)] for service in one.services
    }
    st.html(
        meetings.services_html(
            concerns,
            attendance=one.attendance,
            locale=w.locale,
            address=lambda id: desk.address("meetings", **{MEETING: one.id, SERVICE: id}),
            caption=w("meetings.services"),
        )
    )


def _attendance(one: Meeting, desk: Desk) -> None:
    """Who came and who was excused, of the services invited."""
    w = desk.chosen.words
    if not one.services:
        return
    with st.expander(w("meetings.attendance")), st.form(key=f"came-{one.id}-{one.event}", border=False):
        options = ["", *ATTENDANCE]
        came = {
            id: st.radio(
                service_named(id, w),
                options,
                index=options.index(one.attendance.get(id, "")),
                format_func=lambda how: w(f"meetings.attendance_{how or 'unknown'}"),
                horizontal=True,
                key=f"came-{id}-{one.event}",
            )
            for id in one.services
        }
        if st.form_submit_button(w("meetings.save_attendance"), key=f"save-came-{one.event}"):
            said = replace(_said(one), attendance={id: how for id, how in came.items() if how})
            desk.do("changed", lambda: _change(one, said, desk))


def _outcome(one: Meeting, desk: Desk) -> None:
    """What the meeting recommended, as it stood at its closing once it is closed."""
    w, cut = desk.chosen.words, desk.chosen.view.cut
    found = meetings.recommended(desk.engine, one, cut=cut)
    if one.frozen is None and not found:
        return
    on = one.on_date if one.state == "closed" else (desk.today - FIRST_DAY).days
    panel = meetings.say_recommended(found, on=on, locale=w.locale)
    st.header(panel.title, anchor=False)
    if found:
        show.table(panel, desk.chosen)
    else:
        st.info(w("meetings.recommended_none"))


def _slides(slides: Sequence[Any], desk: Desk, *, name: str, label: str) -> None:
    """Slides to be read, on demand: those on the way of the presenter, each followed by its own below it."""
    if not slides or not unfold(label, name):
        return
    locale = desk.chosen.view.locale
    below: dict[str, list[Any]] = {}
    for slide in slides:
        if desk.shows(slide):
            below.setdefault(slide.parent, []).append(slide)
    for slide in below.get("", ()):
        st.html("".join(meetings.read_out(s, locale=locale) for s in (slide, *below.get(slide.key, ()))))


# What a service is sent


def _for_service(one: Meeting, service: str, desk: Desk) -> None:
    """The items of a meeting that concern a service, where each can be looked at, and its slides."""
    w, locale = desk.chosen.words, desk.chosen.view.locale
    if desk.who.may_import or one.state in HELD:
        leads, back = desk.address("meetings", **{MEETING: one.id}), w("meetings.back_to_meeting")
        st.html(f'<a class="tt-invite" href="{escape(leads)}" target="_self">{escape(back)}</a>')
    st.title(meetings.title(one, locale=locale), anchor=False)
    if service not in one.services:
        complain(w("meetings.not_invited"), w)
        return
    known = desk.reader.known
    items = [item for item in one.agenda if service in agenda.concerned(known, item)]
    st.header(w("meetings.for_service", name=service_named(service, w)), anchor=False)
    if not items:
        st.info(w("meetings.nothing_for_service"))
        return
    lines = []
    for item in items:
        page_name, choice = PAGE_OF.get(item.subject, ("", ""))
        title = escape(meetings.item_title(item, locale=locale))
        if page_name:
            about = {choice: item.indicator if choice == "indicator" else item.programme} if choice else {}
            leads = desk.address(page_name, territory=one.territory, **about)
            title = f'<a href="{escape(leads)}" target="_self">{title}</a>'
        urgent = f' <span class="tt-badge">{escape(w("meetings.urgent"))}</span>' if item.urgent else ""
        lines.append(f"<li>{title}{urgent}</li>")
    st.html(f'<ol class="tt-concerned" dir="{w.direction}">{"".join(lines)}</ol>')
    if one.frozen is not None:
        slides = meetings.frozen(desk.engine, one, locale=locale)
        _note(w("meetings.service_frozen"), w)
    else:
        view = desk.chosen.view
        slides = _draft(view.address, view.cut, view.scope, locale, id(words(locale)), one.id, one.event, desk, one)
        _note(w("meetings.service_draft"), w)
    mine = {item.id for item in items}
    concerned = [slide for slide in slides if slide.item in mine]
    for slide in concerned:
        if not slide.parent and desk.shows(slide):
            st.html(meetings.read_out(slide, locale=locale))


@kept(16)
def _draft(
    database: str, cut: int, scope: str, locale: str, stamp: int, id: str, event: int, _desk: Desk, _one: Meeting
) -> list[Any]:
    """The slides that a meeting would have if it were opened now."""
    from findings.deck import deck

    reader = replace(_desk.reader, role=READER)
    before = before_of(_desk.engine, _one, cut=cut, scope=scope)
    made = deck(reader, _one, audience="office", before=before)
    return [replace(slide, demonstration=True) for slide in made] if _desk.chosen.view.demonstration else list(made)
