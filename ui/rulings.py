"""Rulings on a page: what waits, a yes or a no to one row or to all of a kind, and the way back."""

from collections.abc import Callable
from typing import Any

import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Problem, RulingRefused, Territories, rule, withdraw
from data.importer.doubt import RULES, THRESHOLDS
from i18n import Words
from i18n.problems import sentence
from ui import accesses, show
from ui.choices import Choices, complain
from ui.viewer import Viewer

EVERY = 0
"""In the place of a row: all of them."""

_DONE, _FAULT = "_ruling_done", "_ruling_fault"


def rulings(chosen: Choices, who: Viewer) -> None:
    """The rows that wait, by file and rule, then the last answers."""
    w = chosen.words
    if said := st.session_state.pop(_DONE, ""):
        st.success(said)
    if wrong := st.session_state.pop(_FAULT, ""):
        complain(wrong, w)
    answer = show.answer("rulings", chosen)
    if not answer.panels:
        show.empty(w("rulings.none"), w("rulings.none_next"))
    within = findings.writable(chosen.view.engine, scope=who.scope) if who.may_import else frozenset()
    file = None
    for panel in answer.panels:
        if panel.parts["file"] != file:
            file = panel.parts["file"]
            st.header(file, anchor=False)
        _group(panel, within, chosen, who)
    answered = answer.facts["answers"]
    if answered.parts["rows"]:
        st.header(answered.title, anchor=False)
        show.table(answered, chosen)
        if who.may_import:
            _undo(answered.parts["choices"], chosen, who)


def _group(panel: Any, within: frozenset[str] | None, chosen: Choices, who: Viewer) -> None:
    w, parts = chosen.words, panel.parts
    key = f"{parts['event']}-{parts['rule']}"
    with st.container(key=f"ruling-{key}", border=True):
        st.subheader(panel.title, anchor=False)
        st.markdown(parts["why"])
        show.table(panel, chosen)
        if len(parts["rows"]) < parts["n"]:
            st.markdown(w("rulings.more", n=w.count("row", parts["n"] - len(parts["rows"]))))
        if not who.may_import:
            return
        mine = {
            place: name for place, name in parts["choices"].items() if within is None or parts["codes"][place] in within
        }
        options = {EVERY: w("rulings.every", rows=w.count("row", parts["n"]))} if parts["n"] > 1 else {}
        options |= mine
        place = st.selectbox(
            w("rulings.which"),
            list(options),
            format_func=options.get,
            # A list of its own for each state: a choice must not slide onto another row.
            key=f"which-{key}-{chosen.view.cut}",
        )
        if place is None:
            return
        chosen_places = (place,) if place != EVERY else ()
        with st.container(horizontal=True, gap="small"):
            unnamed = parts["nameless"] and (place == EVERY or place in parts["nameless"])
            if not unnamed and st.button(w(f"rulings.yes_{_kind(parts['rule'])}"), key=f"yes-{key}", type="primary"):
                _answer(parts, chosen_places, "yes", chosen, who)
            if st.button(w(f"rulings.no_{_kind(parts['rule'])}"), key=f"no-{key}"):
                _answer(parts, chosen_places, "no", chosen, who)
        if unnamed:
            st.markdown(w("rulings.nameless"))


def _kind(rule_of_group: str) -> str:
    return "silent" if rule_of_group == "silent" else "row"


def _answer(parts: dict, places: tuple[int, ...], said: str, chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    asked = {"cut": view.cut, "scope": who.scope}
    places = places or findings.places_waiting(view.engine, file=parts["event"], rule=parts["rule"], **asked)

    def do() -> str:
        number = rule(
            view.engine,
            parts["event"],
            places,
            answer=said,
            actor=who.role,
            catalogue=catalogue(view.folder),
            territories=Territories.load(view.folder),
            within=findings.writable(view.engine, scope=who.scope),
        )
        accesses.changed("rulings", chosen, who, event=number, file=parts["event"])
        return w(f"rulings.done_{said}", rows=w.count("row", len(places)), number=str(number))

    _do(do, w)


def _do(work: Callable[[], str], w: Words) -> None:
    """Do it and read the page again; what stands against it is said instead."""
    try:
        st.session_state[_DONE] = work()
    except RulingRefused as refused:
        values = {name: str(value) for name, value in refused.fault.values.items()}
        st.session_state[_FAULT] = w(f"rulings.fault_{refused.fault.code}", **values)
    st.rerun()


def _undo(choices: dict[int, str], chosen: Choices, who: Viewer) -> None:
    """Take an answer back: its rows wait again."""
    w, view = chosen.words, chosen.view
    if not choices:
        return
    with st.expander(w("rulings.undo")):
        number = st.selectbox(
            w("rulings.undo_which"),
            list(choices),
            index=None,
            placeholder=w("rulings.undo_which"),
            format_func=choices.get,
            key=f"undo-ruling-{view.cut}",
        )
        if number is not None and st.button(w("rulings.undo_do"), key="undo-ruling-do", type="primary"):
            answer = withdraw(
                view.engine,
                number,
                actor=who.role,
                catalogue=catalogue(view.folder),
                territories=Territories.load(view.folder),
            )
            if isinstance(answer, Problem):
                st.session_state[_FAULT] = " ".join(sentence(answer, w))
            else:
                accesses.withdrawn(number, answer, chosen, who)
                st.session_state[_DONE] = w("rulings.undone_done", number=str(number), by=str(answer))
            st.rerun()


def rules(chosen: Choices) -> None:
    """What makes a row wait, rule by rule, with the numbers that they turn on."""
    show.table(findings.doubt_rules(RULES, THRESHOLDS, locale=chosen.view.locale), chosen)
