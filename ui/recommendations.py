"""The page of all recommendations: filters, the list by meeting, the one that is open, its forms, what a service takes
along, and what was declared."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import streamlit as st

import findings
from data.declarations import DeclarationRefused, take_back
from data.recommendations import (
    CHANGED,
    RECORDED,
    STATED,
    TOLD,
    WITHDRAWN,
    Recommendation,
    RecommendationRefused,
    change,
    record,
    tell,
    undo,
    withdraw,
)
from exports import tables
from findings import Answer
from findings.meetings import Meeting, frozen
from findings.recommendations import STATES, list_html
from i18n import Words, words
from ui import accesses, cache, show
from ui.choices import FIRST_DAY, Choices, asked, choose, complain, put
from ui.reconcile import service_named
from ui.recording import offer, sentence, together, typed_day, typed_number
from ui.viewer import Viewer

ONE = "recommendation"
"""The choice in the address: the recommendation that is open."""

OVERDUE = "overdue"

_DONE, _FAULTS, _RECORDED = "_recommendation_done", "_recommendation_faults", "_recommendations_recorded"
"""What was just done, (what, Stored); what was wrong with what was just handed in, (cut, sentences); how many this
session has recorded: each has an empty form of its own."""


_UNFILTERED = {"service": "", "state": "", "meeting": "", "overdue": False, "first": None, "last": None}


def labels(chosen: Choices) -> Any:
    """What the office calls a recommendation."""
    return findings.recommendation_labels(cache.office(chosen.view).get("office", {}), locale=chosen.view.locale)


def title(chosen: Choices) -> None:
    """The title of the page and what it is for."""
    w = chosen.words
    st.title(w("recommendations.title", labels=findings.capital(labels(chosen).many)), anchor=False)
    st.markdown(w("recommendations.intro"))


def filters(chosen: Choices) -> Answer:
    """The choices over the list, kept in the address; the answer to them."""
    w = chosen.words
    everything = show.answer(
        "recommendations", chosen, territory=chosen.territory, on=chosen.on_day, **_UNFILTERED, recommendation=""
    )
    named, services = _apart(everything.facts["meetings"]), everything.facts["services"]
    with st.container(key="recommendations-choices"):
        first, second, third = st.columns([3, 3, 4], vertical_alignment="bottom")
        with first:
            service = choose(
                w("recommendations.form_service"),
                "service",
                ["", *services],
                default="",
                spell=lambda s: service_named(s, w) if s else w("recommendations.all_services"),
            )
        with second:
            state = choose(
                w("recommendations.column_state"),
                "state",
                ["", OVERDUE, *STATES],
                default="",
                spell=lambda s: w(f"recommendations.state_{s}") if s else w("recommendations.all_states"),
            )
        with third:
            meeting = choose(
                w("recommendations.form_meeting"),
                "meeting",
                ["", *named],
                default="",
                spell=lambda m: named[m] if m else w("recommendations.all_meetings"),
            )
        fourth, fifth = st.columns(2, vertical_alignment="bottom")
        with fourth:
            since = _day("since", w("recommendations.filter_since"), chosen)
        with fifth:
            until = _day("until", w("recommendations.filter_until"), chosen)
    return show.answer(
        "recommendations",
        chosen,
        territory=chosen.territory,
        on=chosen.on_day,
        service=service,
        state="" if state == OVERDUE else state,
        meeting=meeting,
        overdue=state == OVERDUE,
        first=since,
        last=until,
        recommendation=asked(ONE)[:80],
    )


def _day(name: str, label: str, chosen: Choices) -> int | None:
    """A day of the address, typed in words or digits; None where none is asked for. What is no day is said."""
    w = chosen.words
    day = w.parse_date(asked(name)[:40]) if asked(name) else None
    widget = f"type-{name}"
    st.session_state[widget] = w.date(day) if day else asked(name)[:40]
    st.text_input(label, key=widget, max_chars=40, on_change=_put_day, args=(widget, name, w))
    if asked(name) and day is None:
        complain(w("recommendations.fault_date", name=label, example=w.date_short(chosen.on)), w)
    return None if day is None else (day - FIRST_DAY).days


def _put_day(widget: str, name: str, w: Words) -> None:
    typed = str(st.session_state.get(widget, "")).strip()
    day = w.parse_date(typed)
    put(name, day.isoformat() if day else typed)


def listed(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """The list, a table for each meeting, the latest first."""
    w, facts = chosen.words, answer.facts
    if not facts["all_of_them"]:
        nothing = "empty_next" if who.may_import else "empty_reader"
        show.empty(w("recommendations.empty"), w(f"recommendations.{nothing}"))
        return
    if not answer.panels:
        show.empty(w("recommendations.none_of_these"), w("recommendations.none_of_these_next"))
        return
    n = facts["late"]
    st.markdown(w("recommendations.late", n=n) if n else w("recommendations.none_late"))
    for panel in answer.panels:
        st.header(panel.title, anchor=False)
        st.html(list_html(panel, locale=chosen.view.locale, address=_address, chosen=asked(ONE)))
    st.caption(w("recommendations.not_caused"))


def _address(id: str) -> str:
    """The address of one recommendation, with the other choices kept."""
    return "?" + urlencode(st.query_params.to_dict() | {ONE: id})


# The one that is open


def opened(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """The recommendation of the address: how it stands, what was said of it, and what may be done to it."""
    w, facts = chosen.words, answer.facts
    id = asked(ONE)
    if not id:
        return
    if facts["one"] is None:
        complain(w("recommendations.fault_unknown"), w)
        return
    with st.container(key="recommendation-open", border=True):
        st.header(w("recommendations.open_title", label=findings.capital(facts["labels"].one)), anchor=False)
        st.caption(facts["alone"].title)
        st.html(list_html(facts["alone"], locale=chosen.view.locale))
        if len(facts["history"].parts["rows"]) > 1:
            st.caption(facts["history"].title)
            show.table(facts["history"], chosen)
        if who.may_import and _is_his(facts["one"].meeting, chosen, who):
            _forms(facts["one"], chosen, who)
        st.button(w("recommendations.leave"), key="recommendation-leave", on_click=put, args=(ONE, ""))


def _is_his(meeting: Meeting, chosen: Choices, who: Viewer) -> bool:
    within = findings.writable(chosen.view.engine, scope=who.scope)
    return within is None or meeting.territory in within


def _forms(one: Any, chosen: Choices, who: Viewer) -> None:
    """The state as its service tells it; while the meeting is open also its words, and to take it back."""
    w, said = chosen.words, one.recommendation
    is_open = one.meeting.state in ("open", "presented")
    if said.state == "withdrawn":
        if is_open and st.button(w("recommendations.bring_back"), key="recommendation-back", type="primary"):
            _do("undone", chosen, who, lambda to: undo(to.engine, said.id, seen=said.event, **to.writer))
        return
    key = f"{said.id}-{said.event}"
    with st.form(f"tell-{key}", border=False, enter_to_submit=False):
        first, second = st.columns([1, 2])
        with first:
            state = st.selectbox(
                w("recommendations.column_state"),
                TOLD,
                index=TOLD.index(said.state),
                format_func=lambda s: w(f"recommendations.state_{s}"),
                key=f"state-{key}",
            )
        with second:
            note = st.text_input(
                w("recommendations.form_note"),
                said.note,
                max_chars=600,
                key=f"note-{key}",
                help=w("recommendations.form_help"),
            )
        if st.form_submit_button(w("recommendations.save_state"), type="primary", key=f"save-state-{key}"):
            _do(
                STATED,
                chosen,
                who,
                lambda to: tell(to.engine, said.id, state, note=note, seen=said.event, **to.writer),
            )
    if not is_open:
        st.caption(w("recommendations.sealed"))
        return
    with st.expander(w("recommendations.edit")):
        before = Recommendation(
            text=said.text,
            lead=said.lead,
            partners=said.partners,
            due=FIRST_DAY + dt.timedelta(days=said.due),
            territory=said.territory,
            step=said.step,
            unit=said.unit,
            expected=said.expected,
            slide=said.slide,
        )
        edited = _form(key, one.meeting, before, chosen, who, w("recommendations.save_change"))
        if edited is not None:
            _do(
                CHANGED,
                chosen,
                who,
                lambda to: change(to.engine, said.id, edited(), seen=said.event, **to.writer),
            )
        if st.button(w("recommendations.take_back"), key=f"take-back-{said.id}"):
            _do(WITHDRAWN, chosen, who, lambda to: withdraw(to.engine, said.id, seen=said.event, **to.writer))


# To record outside the wall


def kept(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """The form of a new one, where a meeting is open; what was wrong with what was handed in."""
    w = chosen.words
    told = st.empty()
    mine = {id: of for id, of in answer.facts["open"].items() if _is_his(of, chosen, who)}
    with st.expander(w("recommendations.add", label=labels(chosen).one)):
        if mine:
            id = st.selectbox(
                w("recommendations.form_meeting"),
                list(mine),
                format_func=_apart({id: answer.facts["named"][id] for id in mine}).get,
                key=f"record-meeting-{'-'.join(mine)}",
            )
            key = f"new-{id}-{st.session_state.get(_RECORDED, 0)}"
            new = _form(key, mine[id], None, chosen, who, w("recommendations.save"))
            if new is not None:
                _do(RECORDED, chosen, who, lambda to: record(to.engine, id, new(), **to.writer))
        else:
            st.markdown(w("recommendations.no_open_meeting"))
    cut, sentences = st.session_state.get(_FAULTS, (None, []))
    with told.container():
        for one in sentences if cut == chosen.view.cut else []:
            complain(one, w)


def _form(
    key: str, meeting: Meeting, before: Recommendation | None, chosen: Choices, who: Viewer, save: str
) -> Callable[[], Recommendation] | None:
    """The fields of a recommendation; when it was handed in, a function that reads what was typed (raises
    RecommendationRefused)."""
    w, view = chosen.words, chosen.view
    offered = offer(view.engine, meeting, locale=view.locale, cut=view.reference)
    services = _apart({one["id"]: one["name"] for one in offered["services"]})
    counts = {(one["step"], one["unit"]): one["name"] for one in offered["counts"]}
    places = {one["code"]: one["name"] for one in offered["places"]}
    shown = [slide for slide in frozen(view.engine, meeting, locale=view.locale) if not slide.parent]
    slides = {
        slide.key: w("recommendations.slide", place=str(place), title=slide.title)
        for place, slide in enumerate(shown, 1)
    }
    said = before or Recommendation("", "", due=dt.date.fromisoformat(offered["due"]))
    if said.step:
        counts.setdefault((said.step, said.unit), said.step)
    if said.territory:
        places.setdefault(said.territory, w.place(said.territory))
    counts, places = _apart(counts), _apart(places)
    if not services:
        st.info(w("recommendations.no_services"))
        return None

    def at(options: list, value: Any, otherwise: int | None = 0) -> int | None:
        return options.index(value) if value in options else otherwise

    with st.form(f"form-{key}", border=False, enter_to_submit=False):
        keys = ["", *slides]
        slide = st.selectbox(
            w("recommendations.form_slide"),
            keys,
            index=at(keys, said.slide),
            format_func=lambda k: slides[k] if k else w("recommendations.no_slide"),
            key=f"slide-{key}",
        )
        text = st.text_area(
            w("recommendations.form_text"),
            said.text,
            max_chars=600,
            key=f"text-{key}",
            help=w("recommendations.form_help"),
        )
        first, second, third = st.columns([3, 3, 2])
        lead = first.selectbox(
            w("recommendations.form_lead"),
            list(services),
            index=at(list(services), said.lead, None),
            placeholder=w("recommendations.choose_service"),
            format_func=services.get,
            key=f"lead-{key}",
        )
        partners = second.multiselect(
            w("recommendations.form_partners"),
            list(services),
            default=[one for one in said.partners if one in services],
            placeholder=w("recommendations.form_partners"),
            format_func=services.get,
            key=f"partners-{key}",
        )
        proposed = before is None and offered["due_proposed"]
        due = third.text_input(
            w("wall.due_proposed" if proposed else "recommendations.form_due"),
            w.date(said.due) if said.due else "",
            max_chars=40,
            key=f"due-{key}",
        )
        fourth, fifth, sixth = st.columns([3, 3, 2])
        pairs = [("", ""), *counts]
        count = fourth.selectbox(
            w("recommendations.form_step"),
            pairs,
            index=at(pairs, (said.step, said.unit)),
            format_func=lambda c: counts[c] if c[0] else w("recommendations.no_count"),
            key=f"count-{key}",
        )
        where = fifth.selectbox(
            w("recommendations.form_territory"),
            list(places),
            index=at(list(places), said.territory or meeting.territory),
            format_func=places.get,
            key=f"territory-{key}",
        )
        gain = sixth.text_input(
            w("recommendations.form_expected"),
            "" if said.expected is None else w.number(said.expected),
            max_chars=20,
            key=f"expected-{key}",
            help=w("recommendations.expected_help"),
        )
        if not st.form_submit_button(save, type="primary", key=f"save-{key}"):
            return None

    def read() -> Recommendation:
        step, unit = count
        return replace(
            said,
            text=text,
            lead=lead or "",
            partners=tuple(partners),
            territory=where if step else "",
            step=step,
            unit=unit,
            slide=slide,
            **together(due=lambda: typed_day(due, w, "due"), expected=lambda: typed_number(gain, w, "expected")),
        )

    return read


def _apart(named: dict[Any, str]) -> dict[Any, str]:
    """Names of which no two are alike: a list that is chosen from knows its options by their words."""
    found: dict[Any, str] = {}
    for key, name in named.items():
        taken = sum(name == other for other in list(named.values())[: len(found)])
        found[key] = f"{name} ({taken + 1})" if taken else name
    return found


class _To:
    """What a write needs to know of the viewer: the engine, who acts and where."""

    def __init__(self, chosen: Choices, who: Viewer):
        self.engine = chosen.view.engine
        self.writer = {"actor": who.role, "within": findings.writable(self.engine, scope=who.scope)}


def _do(what: str, chosen: Choices, who: Viewer, write: Callable[[_To], Any]) -> None:
    """Do one thing and read the page again; what is wrong is said instead, and nothing is changed."""
    try:
        stored = write(_To(chosen, who))
    except (RecommendationRefused, DeclarationRefused) as refused:
        st.session_state[_FAULTS] = (chosen.view.cut, [sentence(fault, chosen.words) for fault in refused.faults])
        if what not in (RECORDED,):
            # The forms of the one that is open stand above the place where faults are said: there they are said again.
            for fault in refused.faults:
                complain(sentence(fault, chosen.words), chosen.words)
            st.session_state.pop(_FAULTS)
        return
    st.session_state.pop(_FAULTS, None)
    if what == RECORDED:
        st.session_state[_RECORDED] = st.session_state.get(_RECORDED, 0) + 1
    accesses.changed("recommendations", chosen, who, id=stored.id, event=stored.event)
    st.session_state[_DONE] = (what, stored)
    st.rerun()


def done(chosen: Choices, who: Viewer) -> None:
    """What was just done, and the button that undoes it, until something else is done or the page is left."""
    w = chosen.words
    what, stored = st.session_state.get(_DONE, ("", None))
    if stored is None or stored.event != chosen.view.cut:
        st.session_state.pop(_DONE, None)
        return
    said, button = st.columns([5, 1], vertical_alignment="center")
    said.success(w(f"recommendations.done_{what}", event=str(stored.event), number=str(stored.number)))
    if what != "taken_back":
        with button:
            if st.button(w("recommendations.undo"), key="recommendation-undo"):
                _do("undone", chosen, who, lambda to: undo(to.engine, stored.id, seen=stored.event, **to.writer))


# For one service, and what was declared


def of_service(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """The extract of the service that was chosen, as a file, and the letter that calls it to mind."""
    w, facts = chosen.words, answer.facts
    panel = facts["extract"]
    if panel is None:
        if facts["services"]:
            st.caption(w("recommendations.choose_for_extract"))
        return
    st.header(panel.title, anchor=False)
    if not panel.parts["rows"]:
        st.markdown(w("recommendations.none_of_these"))
        return
    st.html(list_html(panel, locale=chosen.view.locale))
    show.text(panel, chosen, part="notes")
    service = asked("service")
    name = f"tatabbu-{service}-{chosen.on.isoformat()}.xlsx"
    st.download_button(
        w("recommendations.download"),
        tables.table(panel, locale=chosen.view.locale),
        file_name=name,
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        key="recommendations-extract",
        on_click=accesses.taken,
        args=(name, chosen, who),
    )
    letters = {locale: text for locale, text in facts["letters"].items() if text}
    if not who.may_import:
        return
    with st.expander(w("recommendations.letters")):
        if not letters:
            st.markdown(w("recommendations.no_letter"))
        for locale, text in letters.items():
            st.caption(w(f"app.language_{locale}"))
            if chosen.view.demonstration:
                text = f"{words(locale)('demo.badge')}\n\n{text}"
            with st.container(key=f"reminder-{locale}-letter"):
                st.code(text, language=None, wrap_lines=True)


def declared(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """What services declared in meetings; while a meeting is open it may be taken back."""
    w, panel = chosen.words, answer.facts["declared"]
    if panel is None:
        return
    st.header(panel.title, anchor=False)
    show.table(panel, chosen)
    st.caption(w("declarations.never_figures"))
    offered = panel.parts["choices"]
    if not offered or not who.may_import:
        return
    with st.expander(w("declarations.take_back")):
        id = st.selectbox(
            w("declarations.which"),
            list(offered),
            format_func=lambda i: offered[i][0],
            index=None,
            placeholder=w("declarations.which"),
            key=f"declaration-{chosen.view.cut}",
        )
        if id is not None and st.button(w("declarations.take_back"), key="declaration-take-back"):
            seen = offered[id][1]
            _do("taken_back", chosen, who, lambda to: take_back(to.engine, id, seen=seen, **to.writer))
