"""Remarks on a page: other values beside official figures, the form to set one, and the ruling on it."""

import datetime as dt
from collections.abc import Callable

import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Problem, Territories, withdraw
from data.remarks import OPEN, SET_ASIDE, TAKEN_BACK, UPHELD, Fault, Remark, RemarkRefused, Stored, remark_on, rule_on
from findings import Answer
from i18n import Words
from i18n.problems import sentence
from ui import accesses, cache, show
from ui.choices import FIRST_DAY, Choices, complain
from ui.engine import today
from ui.viewer import KINGDOM, Viewer

_DONE, _FAULTS, _WRITTEN = "_remark_done", "_remark_faults", "_remarks_written"


def remarks(chosen: Choices, who: Viewer) -> None:
    """The open remarks with what may be done to them, the form of a new one, then those that were ruled on."""
    w = chosen.words
    if said := st.session_state.pop(_DONE, ""):
        st.success(said)
    for wrong in st.session_state.pop(_FAULTS, ()):
        complain(wrong, w)
    answer = show.answer("remarks", chosen)
    still, settled = answer.panels
    if still.parts["rows"]:
        st.header(still.title, anchor=False)
        show.table(still, chosen)
        if who.may_import:
            _rule(still.parts["choices"], chosen, who)
    else:
        show.empty(w("remarks.none"), w("remarks.none_next" if who.may_import else "remarks.none_reader"))
    if who.may_import:
        with st.expander(w("remarks.add")):
            _form(chosen, who)
    if settled.parts["rows"]:
        st.header(settled.title, anchor=False)
        show.table(settled, chosen)
        if who.may_import:
            _undo(answer, chosen, who)


def _may_rule(territory: str, within: frozenset[str] | None, who: Viewer) -> bool:
    """Whether he may rule on a remark: one who stands above the territory, never the territory itself."""
    return who.scope == KINGDOM or (within is not None and territory in within and territory != who.scope)


def _rule(choices: dict[str, tuple[str, int, str]], chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    within = findings.writable(chosen.view.engine, scope=who.scope)
    mine = {id: said for id, said in choices.items() if within is None or said[2] in within}
    if not mine:
        return
    id = st.selectbox(
        w("remarks.which"),
        list(mine),
        format_func=lambda i: mine[i][0],
        # A list of its own for each state: a choice must not slide onto another remark.
        key=f"remark-{chosen.view.cut}",
    )
    if id is None:
        return
    _, seen, territory = mine[id]
    with st.container(horizontal=True, gap="small"):
        if _may_rule(territory, within, who):
            if st.button(w("remarks.uphold"), key="remark-uphold", type="primary"):
                _settle(id, UPHELD, seen, chosen, who)
            if st.button(w("remarks.set_aside"), key="remark-set-aside"):
                _settle(id, SET_ASIDE, seen, chosen, who)
        if st.button(w("remarks.take_back"), key="remark-take-back"):
            _settle(id, TAKEN_BACK, seen, chosen, who)


def _settle(id: str, state: str, seen: int, chosen: Choices, who: Viewer) -> None:
    view = chosen.view
    within = findings.writable(view.engine, scope=who.scope)
    if state != TAKEN_BACK and within is not None:
        within = within - {who.scope}

    def work() -> Stored:
        return rule_on(
            view.engine,
            id,
            state,
            seen=seen,
            actor=who.role,
            catalogue=catalogue(view.folder),
            territories=Territories.load(view.folder),
            within=within,
        )

    _do(work, state, chosen, who)


def _do(work: Callable[[], Stored], state: str, chosen: Choices, who: Viewer) -> None:
    """Do it and read the page again; what stands against it is said instead."""
    w = chosen.words
    try:
        done = work()
    except RemarkRefused as refused:
        st.session_state[_FAULTS] = [_sentence(fault, w) for fault in refused.faults]
    else:
        accesses.changed("remarks", chosen, who, remark=done.id, event=done.event)
        st.session_state[_DONE] = w(f"remarks.done_{state}", number=str(done.event))
        st.session_state[_WRITTEN] = st.session_state.get(_WRITTEN, 0) + (state == OPEN)
    st.rerun()


def _sentence(fault: Fault, w: Words) -> str:
    name = w(f"remarks.form_{fault.about}") if fault.about else ""
    return w(f"remarks.fault_{fault.code}", **({"name": name} | fault.values))


def _form(chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    places = cache.places(view)
    within = findings.writable(view.engine, scope=who.scope)
    offered = [code for code in places.labels if within is None or code in within]
    counts = list(findings.count_choices(view.engine, cut=view.reference, role=view.role))
    # An empty form after each one that was written.
    key = f"remark-{st.session_state.get(_WRITTEN, 0)}"
    with st.form(key=f"form-{key}", border=False, enter_to_submit=False):
        first, second = st.columns(2)
        with first:
            territory = st.selectbox(
                w("remarks.form_territory"),
                offered,
                index=offered.index(chosen.territory) if chosen.territory in offered else 0,
                format_func=places.labels.get,
                key=f"territory-{key}",
            )
            step, unit = st.selectbox(
                w("remarks.form_step"), counts, format_func=lambda one: w.things(*one), key=f"step-{key}"
            )
            on = st.text_input(w("remarks.form_last"), w.date(chosen.on), max_chars=40, key=f"on-{key}")
        with second:
            value = st.text_input(w("remarks.form_value"), max_chars=20, key=f"value-{key}")
            source = st.text_input(w("remarks.form_source"), max_chars=300, key=f"source-{key}")
            reason = st.text_area(
                w("remarks.form_reason"), max_chars=600, key=f"reason-{key}", help=w("remarks.form_help")
            )
        if not st.form_submit_button(w("remarks.save"), type="primary", key=f"save-{key}"):
            return
    day, number = w.parse_date(on.strip()), w.parse_number(value)
    if day is None or number is None or number.share or number.value != int(number.value):
        code, about = ("date", "last") if day is None else ("number", "value")
        st.session_state[_FAULTS] = [_sentence(Fault(code, about), w)]
        st.rerun()
    _write(territory, step, unit, day, int(number.value), reason, source, chosen, who)


def _write(
    territory: str,
    step: str,
    unit: str,
    day: dt.date,
    value: int,
    reason: str,
    source: str,
    chosen: Choices,
    who: Viewer,
) -> None:
    view = chosen.view
    asked = {"territory": territory, "step": step, "unit": unit, "on": (day - FIRST_DAY).days}
    known = findings.official_figure(view.engine, cut=view.cut, scope=who.scope, **asked)
    official, of, measure, first, last = known or (None, "", "stock", asked["on"], asked["on"])
    new = Remark(
        territory=territory,
        step=step,
        unit=unit,
        measure=measure,
        first=FIRST_DAY + dt.timedelta(days=first),
        last=FIRST_DAY + dt.timedelta(days=last),
        value=value,
        reason=reason,
        source=source,
        official=official,
        official_source=of,
    )

    def work() -> Stored:
        return remark_on(
            view.engine,
            new,
            actor=who.role,
            today=today(demonstration=view.demonstration),
            catalogue=catalogue(view.folder),
            within=findings.writable(view.engine, scope=who.scope),
        )

    _do(work, OPEN, chosen, who)


def _undo(answer: Answer, chosen: Choices, who: Viewer) -> None:
    """Take back that a remark was upheld: its figure goes, and it is open again."""
    w, view = chosen.words, chosen.view
    within = findings.writable(view.engine, scope=who.scope)
    upheld = answer.panels[1].parts["upheld"]
    mine = {number: name for number, (name, code) in upheld.items() if _may_rule(code, within, who)}
    if not mine:
        return
    with st.expander(w("remarks.undo")):
        number = st.selectbox(
            w("remarks.undo_which"),
            list(mine),
            index=None,
            placeholder=w("remarks.undo_which"),
            format_func=mine.get,
            key=f"undo-remark-{view.cut}",
        )
        if number is not None and st.button(w("remarks.undo_do"), key="undo-remark-do", type="primary"):
            done = withdraw(
                view.engine,
                number,
                actor=who.role,
                catalogue=catalogue(view.folder),
                territories=Territories.load(view.folder),
            )
            if isinstance(done, Problem):
                st.session_state[_FAULTS] = [" ".join(sentence(done, w))]
            else:
                accesses.withdrawn(number, done, chosen, who)
                st.session_state[_DONE] = w("remarks.undone", number=str(number), by=str(done))
            st.rerun()
