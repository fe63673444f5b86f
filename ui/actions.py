"""The journal of actions: what is listed, the form to record one, to change it, to take it back, and to undo that."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict

import streamlit as st

import findings
from data.actions import (
    HIGHEST_COST,
    KINDS,
    RECORDED,
    Action,
    ActionRefused,
    Fault,
    Stored,
    change,
    record,
    undo,
    withdraw,
)
from findings import Answer
from i18n import Words
from ui import accesses, cache, show
from ui.choices import FIRST_DAY, Choices, asked, choose, complain, put, switch, unfold
from ui.engine import today
from ui.reconcile import service_named, step_named
from ui.viewer import Viewer

ORDERS = ("administrative", "chronological")
_DONE = "_action_done"
"""What was just done, for the sentence that says so and the button that undoes it: (what, Stored)."""

_RECORDED = "_actions_recorded"
"""How many actions this session has recorded: each has an empty form of its own, or the last one would be there again.
"""

_FAULTS = "_action_faults"
"""What was wrong with what was just handed in, until something else is: (cut, sentences)."""


def filters(chosen: Choices) -> Answer:
    """The choices over the list, kept in the address; the answer to them."""
    w = chosen.words
    with st.container(key="actions-choices"):
        columns = st.columns([4, 3, 3, 3], vertical_alignment="bottom")
        with columns[0]:
            kind = choose(
                w("actions.filter_kind"),
                "kind",
                ["", *KINDS],
                default="",
                spell=lambda k: w(f"actions.kind_{k}") if k else w("actions.all_kinds"),
            )
        with columns[1]:
            since = _day("since", w("actions.filter_since"), chosen)
        with columns[2]:
            until = _day("until", w("actions.filter_until"), chosen)
        with columns[3]:
            order = switch(
                w("actions.order"), "order", ORDERS, default=ORDERS[0], spell=lambda o: w(f"actions.order_{o}")
            )
    return show.answer(
        "actions",
        chosen,
        territory=chosen.territory,
        kinds=(kind,) if kind else (),
        first=since,
        last=until,
        chronological=order == "chronological",
    )


def _day(name: str, label: str, chosen: Choices) -> int | None:
    """A day of the address, typed in words or digits; None where none is asked for. What is no day is said."""
    w = chosen.words
    day = w.parse_date(asked(name)[:40]) if asked(name) else None
    widget = f"type-{name}"
    st.session_state[widget] = w.date(day) if day else asked(name)[:40]
    st.text_input(label, key=widget, max_chars=40, on_change=_put_day, args=(widget, name, w))
    if asked(name) and day is None:
        complain(w("actions.fault_date", name=label, example=w.date_short(chosen.on)), w)
    return None if day is None else (day - FIRST_DAY).days


def _put_day(widget: str, name: str, w: Words) -> None:
    typed = str(st.session_state.get(widget, "")).strip()
    day = w.parse_date(typed)
    put(name, day.isoformat() if day else typed)


def listed(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """The list, what the actions cost by kind; those taken back on demand."""
    w = chosen.words
    panel = answer.panels[0]
    if panel.parts["rows"]:
        show.table(panel, chosen)
        st.header(answer.facts["costs"].title, anchor=False)
        show.table(answer.facts["costs"], chosen)
    else:
        show.empty(w("actions.empty"), w("actions.empty_next" if who.may_import else "actions.empty_reader"))
    gone = answer.facts["withdrawn"]
    if gone.parts["rows"] and unfold(gone.title, "withdrawn"):
        show.table(gone, chosen)


def kept(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """What one who may write finds besides: what was just done, the form of a new action, and of those there are."""
    w = chosen.words
    _say_done(chosen, who)
    told = st.empty()
    _forms(answer, chosen, who)
    with told.container():
        cut, sentences = st.session_state.get(_FAULTS, (None, []))
        for sentence in sentences if cut == chosen.view.cut else []:
            complain(sentence, w)


def _forms(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """The form of a new action, and of one that there is."""
    w = chosen.words
    with st.expander(w("actions.add")):
        new = _form(f"new-{st.session_state.get(_RECORDED, 0)}", None, chosen, who, w("actions.save"))
        if new is not None:
            _do(RECORDED, chosen, who, lambda to: record(to.engine, new, **to.writer, today=to.today))
    choices, gone = answer.facts["choices"], answer.facts["gone"]
    if not choices and not gone:
        return
    with st.expander(w("actions.edit")):
        named = choices | {id: (w("actions.gone", name=name), *rest) for id, (name, *rest) in gone.items()}
        # A list of its own for each state of the journal: a choice must not slide onto another action.
        id = st.selectbox(
            w("actions.which"),
            list(named),
            index=None,
            placeholder=w("actions.which"),
            format_func=lambda i: named[i][0],
            key=f"action-{chosen.view.cut}",
        )
        if id is None:
            return
        _, seen, said = named[id]
        if id in gone:
            if st.button(w("actions.bring_back"), key="action-back", type="primary"):
                _do("undone", chosen, who, lambda to: undo(to.engine, id, seen=seen, **to.writer))
            return
        edited = _form(f"{id}-{seen}", Action(**said), chosen, who, w("actions.save_change"))
        if edited is not None:
            _do(
                "changed", chosen, who, lambda to: change(to.engine, id, edited, seen=seen, **to.writer, today=to.today)
            )
        if st.button(w("actions.take_back"), key=f"take-back-{id}"):
            _do("withdrawn", chosen, who, lambda to: withdraw(to.engine, id, seen=seen, **to.writer))


class _To:
    """What a write needs to know of the viewer: the engine, who acts and where, and the present day."""

    def __init__(self, chosen: Choices, who: Viewer):
        self.engine = chosen.view.engine
        self.writer = {"actor": who.role, "within": findings.writable(self.engine, scope=who.scope)}
        self.today = today(demonstration=chosen.view.demonstration)


def _do(what: str, chosen: Choices, who: Viewer, write: Callable[[_To], Stored]) -> None:
    """Do one thing to the journal and read the page again; what is wrong is said instead, and nothing is changed."""
    try:
        done = write(_To(chosen, who))
    except ActionRefused as refused:
        _fail([_sentence(fault, chosen.words) for fault in refused.faults], chosen)
        return
    st.session_state.pop(_FAULTS, None)
    if what == RECORDED:
        st.session_state[_RECORDED] = st.session_state.get(_RECORDED, 0) + 1
    accesses.changed("actions", chosen, who, action=done.id, event=done.event)
    st.session_state[_DONE] = (what, done)
    st.rerun()


def _fail(sentences: list[str], chosen: Choices) -> None:
    st.session_state[_FAULTS] = (chosen.view.cut, sentences)


def _say_done(chosen: Choices, who: Viewer) -> None:
    """What was just done, and the button that undoes it, until something else is done or the page is left."""
    w = chosen.words
    what, done = st.session_state.get(_DONE, ("", None))
    if done is None or done.event != chosen.view.cut:
        st.session_state.pop(_DONE, None)
        return
    said, button = st.columns([5, 1], vertical_alignment="center")
    with said:
        st.success(w(f"actions.done_{what}", event=str(done.event)))
    with button:
        if st.button(w("actions.undo"), key="action-undo"):
            _do("undone", chosen, who, lambda to: undo(to.engine, done.id, seen=done.event, **to.writer))


def _sentence(fault: Fault, w: Words) -> str:
    name = w(f"actions.form_{fault.about}") if fault.about else ""
    return w(f"actions.fault_{fault.code}", **({"name": name} | fault.values))


def _form(key: str, before: Action | None, chosen: Choices, who: Viewer, save: str) -> Action | None:
    """The fields of an action; the action when it was handed in and every field is understood."""
    w, view = chosen.words, chosen.view
    places = cache.places(view)
    within = findings.writable(view.engine, scope=who.scope)
    offered = [code for code in places.labels if within is None or code in within]
    steps = list(dict.fromkeys(s for s, _ in findings.count_choices(view.engine, cut=view.reference, role=view.role)))
    services = list(findings.service_choices(view.engine, cut=view.reference))
    said = asdict(before) if before else {}
    territory = said.get("territory") or (chosen.territory if chosen.territory in offered else offered[0])
    with st.form(key=f"form-{key}", border=False, enter_to_submit=False):
        first, second = st.columns(2)
        with first:
            kind = st.selectbox(
                w("actions.form_kind"),
                KINDS,
                index=KINDS.index(said.get("kind", KINDS[0])),
                format_func=lambda k: w(f"actions.kind_{k}"),
                key=f"kind-{key}",
            )
            begins = st.text_input(
                w("actions.form_first"), w.date(said.get("first", chosen.on)), max_chars=40, key=f"first-{key}"
            )
            place = st.text_input(
                w("actions.form_place"),
                said.get("place", ""),
                max_chars=200,
                key=f"place-{key}",
                help=w("actions.form_help"),
            )
            cost = st.text_input(
                w("actions.form_cost"),
                "" if said.get("cost") is None else w.number(said["cost"]),
                max_chars=20,
                key=f"cost-{key}",
            )
        with second:
            where = st.selectbox(
                w("actions.form_territory"),
                offered,
                index=offered.index(territory) if territory in offered else 0,
                format_func=places.labels.get,
                key=f"territory-{key}",
            )
            last = said.get("last")
            ends = st.text_input(
                w("actions.form_last"),
                w.date(last) if last and last != said.get("first") else "",
                max_chars=40,
                key=f"last-{key}",
            )
            service = st.selectbox(
                w("actions.form_service"),
                ["", *services],
                index=services.index(said["service"]) + 1 if said.get("service") in services else 0,
                format_func=lambda s: service_named(s, w) if s else w("actions.no_service"),
                key=f"service-{key}",
            )
            step = st.selectbox(
                w("actions.form_step"),
                ["", *steps],
                index=steps.index(said["step"]) + 1 if said.get("step") in steps else 0,
                format_func=lambda s: step_named(s, w) if s else w("actions.every_step"),
                key=f"step-{key}",
            )
        note = st.text_area(
            w("actions.form_note"), said.get("note", ""), max_chars=600, key=f"note-{key}", help=w("actions.form_help")
        )
        if not st.form_submit_button(save, type="primary", key=f"save-{key}"):
            return None
    first_day, first_wrong = _typed_day(begins, "first", chosen)
    last_day, last_wrong = _typed_day(ends, "last", chosen) if ends.strip() else (first_day, [])
    amount, cost_wrong = _typed_cost(cost, w)
    wrong = [*first_wrong, *last_wrong, *cost_wrong]
    if first_day is None or last_day is None or wrong:
        _fail(wrong, chosen)
        return None
    return Action(kind, where, first_day, last_day, service, step, amount, place.strip(), note.strip())


def _typed_day(typed: str, about: str, chosen: Choices) -> tuple[dt.date | None, list[str]]:
    w = chosen.words
    day = w.parse_date(typed.strip())
    if day is not None:
        return day, []
    return None, [w("actions.fault_date", name=w(f"actions.form_{about}"), example=w.date_short(chosen.on))]


def _typed_cost(typed: str, w: Words) -> tuple[int | None, list[str]]:
    """An amount in dirhams as it was typed; None where nothing was."""
    if not typed.strip():
        return None, []
    number = w.parse_number(typed)
    if number is None or number.share or number.value != int(number.value):
        return None, [_sentence(Fault("cost", "cost", {"most": HIGHEST_COST}), w)]
    return int(number.value), []
