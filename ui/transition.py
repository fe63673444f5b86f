"""What the page of a transition does with Streamlit: which programme and unit, the panels, the former stock typed."""

import datetime as dt
from typing import Any

import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Territories
from data.importer.typed import TypedCell, take_typed
from findings import Answer
from i18n.problems import grouped
from ui import accesses, cache, show
from ui.choices import FIRST_DAY, Choices, choose, switch
from ui.engine import today
from ui.viewer import Viewer

SOURCE = "office"
"""Whoever types the former stock speaks for the office."""

_SAVED, _FAULTS = "_transition_saved", "_transition_faults"


def choose_count(chosen: Choices) -> dict[str, Any] | None:
    """The programme, the unit, and the territory whose children are listed, at which level; None: nothing took over."""
    w = chosen.words
    offered = cache.transition_choices(chosen.view)
    if not offered:
        return None
    names = tuple(offered)
    programme = names[0]
    if len(names) > 1:
        programme = choose(
            w("transition.programme"), "programme", names, default=names[0], spell=lambda p: w.name("programme", p)
        )
    units = offered[programme]
    below = show.drawn_territory(chosen)
    with st.container(key="transition-choices", horizontal=True):
        unit = units[0]
        if len(units) > 1:
            unit = switch(w("transition.unit"), "unit", units, default=units[0], spell=lambda u: w(f"unit.{u}.plural"))
        level = show.level_switch(below, chosen)
    return {"programme": programme, "unit": unit, "level": level, "below": below}


def title(answer: Answer, chosen: Choices, *, programme: str, **_: Any) -> str:
    """The title of the page: from what, to what, where, when."""
    w = chosen.words
    old = answer.facts["former"].partition(".")[0]
    return w(
        "transition.title",
        old=w.name("programme", old, field="short"),
        new=w.name("programme", programme, field="short"),
        place=w.in_territory(chosen.territory),
        date=w.date(chosen.on),
    )


def tell(answer: Answer, chosen: Choices) -> None:
    """What became of those who were switched, what remains below, why some wait, and for whom the band is."""
    facts, w = answer.facts, chosen.words
    show.text(answer.panels[0], chosen)
    if facts["below"] is not None:
        show.text(facts["below"], chosen)
    if facts["reasons"] is not None:
        show.text(facts["reasons"], chosen)
    elif not facts["empty"]:
        st.markdown(w("transition.reasons_none", place=w.in_territory(chosen.territory)))
    if facts["band"] is not None:
        with st.expander(w("transition.band_heading")):
            titled_notes(facts["band"], chosen)


def titled_notes(panel: Any, chosen: Choices) -> None:
    """A panel that is only sentences, with its source below."""
    show.text(panel, chosen)
    if panel.sources:
        show.text(panel, chosen, part="footer")


def enter_former(answer: Answer, chosen: Choices, who: Viewer, *, programme: str, unit: str, **_: Any) -> None:
    """The place to type the office's own stock of the former programme on its last day: an event like any other."""
    w, step = chosen.words, answer.facts["former"]
    within = findings.writable(chosen.view.engine, scope=who.scope)
    if within is not None and chosen.territory not in within:
        return
    on = FIRST_DAY + dt.timedelta(days=answer.facts["former_on"])
    old = w.name("programme", step.partition(".")[0], field="short")
    faults = st.session_state.pop(_FAULTS, ())
    saved = st.session_state.pop(_SAVED, "")
    if saved:
        st.success(saved)
    with st.expander(w("transition.enter", old=old, date=w.date(on)), expanded=bool(faults)):
        place = w.in_territory(chosen.territory)
        st.markdown(w("transition.enter_how", things=w.of_things(step, unit), place=place, date=w.date(on)))
        if faults:
            st.error(w("transition.refused"))
        for line in faults:
            # As text: what was typed must not become a link or a picture.
            st.text(line)
        with st.form("former", border=False):
            typed = st.text_input(w("transition.field_value"), max_chars=14, key="former-value")
            if not st.form_submit_button(w("transition.save"), type="primary"):
                return
        _store(typed, TypedCell(chosen.territory, step, unit, on, _digits(typed, chosen)), chosen, who, old)


def _digits(typed: str, chosen: Choices) -> str:
    """A whole number as it is typed («3,5 مليون», 40 000), in digits; what is none is left for the check to name."""
    found = chosen.words.parse_number(typed) if typed.strip() else None
    plain = found is not None and not found.share and found.value == int(found.value) and typed.strip()[:1].isdigit()
    return str(int(found.value)) if plain else typed.strip()


def _store(typed: str, cell: TypedCell, chosen: Choices, who: Viewer, old: str) -> None:
    w, view = chosen.words, chosen.view
    report = take_typed(
        view.engine,
        [cell],
        source=SOURCE,
        label=w("transition.label", old=old, date=w.date_short(cell.on_date)),
        actor=who.role,
        today=today(demonstration=view.demonstration),
        catalogue=catalogue(view.folder),
        territories=Territories.load(view.folder),
        within=findings.writable(view.engine, scope=who.scope),
        opened=view.cut,
    )
    if report.event is not None:
        accesses.handed_in(report.event, chosen, who)
        st.session_state[_SAVED] = w("transition.saved", event=str(report.event))
    elif report.problems or not typed.strip():
        st.session_state[_FAULTS] = tuple(grouped(report.problems, w))
    else:
        st.session_state[_SAVED] = w("transition.unchanged")
    st.rerun()
