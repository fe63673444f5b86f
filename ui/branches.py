"""The four branches on the screen, and the projects of other programmes: their list, their form, the way back."""

import streamlit as st

import findings
from data.importer import Problem, Territories
from data.projects import Project, checked, list_projects, read_file, template, undo_projects, withdraw_project
from findings import Answer
from i18n import Words
from i18n.problems import grouped
from ui import accesses, cache, show
from ui.choices import Choices, choose
from ui.engine import today
from ui.viewer import Viewer

_DONE, _FAULTS = "_projects_done", "_projects_faults"
"""What was just done to the list (sentence, its event or None, cut); what was wrong with what was handed in, line by
line."""


def standing(chosen: Choices) -> None:
    """A table for each branch, then who is in several programmes at once."""
    answer = show.answer("branches", chosen, territory=chosen.territory, on=chosen.on_day)
    for panel in answer.panels:
        show.table(panel, chosen)
        show.text(panel, chosen, part="footer")
    if answer.facts["overlaps"].parts["rows"]:
        show.table(answer.facts["overlaps"], chosen)
        show.text(answer.facts["overlaps"], chosen, part="footer")
    else:
        st.markdown(answer.facts["overlaps"].title)


def convergence(chosen: Choices, who: Viewer) -> None:
    """What is left in each child beside the projects that are listed there; whoever may write finds the forms."""
    w = chosen.words
    st.header(w("branches.convergence_title", place=w.in_territory(chosen.territory)), anchor=False)
    st.markdown(w("branches.convergence_intro"))
    offered = list(cache.target_choices(chosen.view))
    if not offered:
        return
    with st.container(key="branches-choices"):
        first, second = st.columns([2, 3], vertical_alignment="bottom")
        with first:
            indicator = choose(
                w("branches.indicator"),
                "indicator",
                offered,
                default=offered[0],
                spell=lambda i: w.name("indicator", i),
                labelled=False,
            )
        with second:
            drawn = show.drawn_territory(chosen)
            level = show.level_switch(drawn, chosen) if drawn == chosen.territory else None
    asked = {"territory": chosen.territory, "on": chosen.on_day, "indicator": indicator, "level": level}
    answer = show.answer("convergence", chosen, **asked)
    if answer.facts["gaps"] is not None:
        show.text(answer.facts["gaps"], chosen)
    listed = answer.panels[0]
    if listed.parts["rows"]:
        show.table(listed, chosen)
    else:
        show.empty(listed.title, w("branches.listed_none_next"))
    if who.may_import:
        _enter(answer, chosen, who)


def _enter(answer: Answer, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    said, done, cut = st.session_state.get(_DONE, ("", None, 0))
    # Until something else happens: where a page's file is run alone, the first run of two is not seen.
    if said and cut == chosen.view.cut:
        left, right = st.columns([5, 1], vertical_alignment="center")
        (left.success if done else left.info)(said)
        if done:
            right.button(w("branches.undo"), key="project-undo", on_click=_undo, args=(done, chosen, who))
    faults = st.session_state.pop(_FAULTS, ())
    with st.expander(w("branches.enter"), expanded=bool(faults)):
        st.markdown(w("branches.enter_how"))
        if faults:
            st.error(w("branches.refused"))
        for line in faults:
            # As text: what was typed must not become a link or a picture.
            st.text(line)
        _form(chosen, who)
        st.divider()
        _file(chosen, who)
        _withdraw(answer, chosen, who)


def _form(chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    places = cache.places(view)
    within = findings.writable(view.engine, scope=who.scope)
    offered = [code for code in places.labels if within is None or code in within]
    with st.form("project", border=False, enter_to_submit=False):
        first, second, third = st.columns(3)
        typed = {
            "programme": first.text_input(w("branches.field_scheme"), max_chars=160, key="project-programme"),
            "title": second.text_input(w("branches.field_title"), max_chars=160, key="project-title"),
            "territory": third.selectbox(
                w("branches.field_territory"),
                offered,
                index=offered.index(chosen.territory) if chosen.territory in offered else 0,
                format_func=places.labels.get,
                key="project-territory",
            ),
            "date": first.text_input(w("branches.field_date"), max_chars=40, key="project-date"),
            "amount": second.text_input(w("branches.field_amount"), max_chars=20, key="project-amount"),
            "beneficiaries": third.text_input(w("branches.field_beneficiaries"), max_chars=20, key="project-persons"),
            "source": st.text_input(w("branches.field_source"), max_chars=160, key="project-source"),
        }
        if not st.form_submit_button(w("branches.save"), type="primary", key="project-save"):
            return
    day = w.parse_date(typed["date"].strip())
    typed["date"] = day.isoformat() if day else typed["date"].strip()
    for name in ("amount", "beneficiaries"):
        typed[name] = _digits(typed[name], w)
    found, problems = checked(
        [typed],
        territories=Territories.load(view.folder),
        today=today(demonstration=view.demonstration),
        within=within,
    )
    _take(found, problems, chosen, who)


def _digits(typed: str, w: Words) -> str:
    """A whole number as it is typed, in digits; what is none is left for the check to name."""
    found = w.parse_number(typed) if typed.strip()[:1].isdigit() else None
    plain = found is not None and not found.share and found.value == int(found.value)
    return str(int(found.value)) if plain else typed.strip()


def _file(chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    st.download_button(
        w("branches.template"),
        ("\ufeff" + template()).encode(),
        file_name="tatabbu-projects.csv",
        mime="text/csv",
        key="project-template",
        on_click="ignore",
        type="tertiary",
    )
    given = st.file_uploader(
        w("events.file"), type=["csv", "xlsx"], key="project-file", label_visibility="collapsed", max_upload_size=5
    )
    if given is None or not st.button(w("branches.take_in"), key="project-take-in"):
        return
    found = read_file(
        given.getvalue(),
        territories=Territories.load(view.folder),
        today=today(demonstration=view.demonstration),
        within=findings.writable(view.engine, scope=who.scope),
    )
    _take(found.projects, found.problems, chosen, who, file_name=given.name[:200], file_hash=found.digest)


def _take(
    found: tuple[Project, ...], problems: tuple[Problem, ...], chosen: Choices, who: Viewer, **received: str
) -> None:
    """Keep all of the projects, or say what is wrong and keep none."""
    w = chosen.words
    if problems or not found:
        st.session_state[_FAULTS] = tuple(grouped(problems, w))
        st.rerun()
    number = list_projects(chosen.view.engine, found, actor=who.role, **received)
    if number is None:
        st.session_state[_DONE] = (w("branches.nothing_new"), None, chosen.view.cut)
    else:
        accesses.changed("projects", chosen, who, event=number)
        st.session_state[_DONE] = (w("branches.stored", event=str(number)), number, number)
    st.rerun()


def _withdraw(answer: Answer, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    named = answer.facts["choices"]
    if not named:
        return
    id = st.selectbox(
        w("branches.withdraw_which"),
        list(named),
        index=None,
        placeholder=w("branches.withdraw_which"),
        format_func=named.get,
        key=f"project-withdraw-{chosen.view.cut}",
    )
    if id is not None and st.button(w("branches.withdraw"), key="project-withdraw-do"):
        within = findings.writable(chosen.view.engine, scope=who.scope)
        number = withdraw_project(chosen.view.engine, id, actor=who.role, within=within)
        if number is not None:
            accesses.changed("projects", chosen, who, event=number)
            st.session_state[_DONE] = (w("branches.withdrawn", event=str(number)), number, number)
            st.rerun()


def _undo(done: int, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    within = findings.writable(chosen.view.engine, scope=who.scope)
    number = undo_projects(chosen.view.engine, done, actor=who.role, within=within)
    if number is None:
        st.session_state[_DONE] = (w("branches.cannot_undo"), None, chosen.view.cut)
        return
    accesses.changed("projects", chosen, who, event=number)
    st.session_state[_DONE] = (w("branches.undone", event=str(number)), number, number)
