"""The levers on the screen: sliders kept in the address, the day they lead to, and the place to enter means."""

from collections.abc import Sequence

import streamlit as st

import findings
from data.capacity import MEANS, Said, checked, read_file, set_means, template, undo_means
from data.importer import Problem, Territories
from findings import Answer
from i18n.problems import grouped
from ui import accesses, cache, show
from ui.choices import Choices, asked, choose, put
from ui.engine import today
from ui.viewer import Viewer

COURSE_HEIGHT = 300
_DONE, _FAULTS = "_means_done", "_means_faults"
"""What was just done to the means (sentence, its event or None, cut); what was wrong with what was handed in, line by
line."""


def answer(chosen: Choices) -> Answer | None:
    """The choices of the page, and the answer to them; None where there is nothing that the prefecture can move."""
    w = chosen.words
    offered = list(cache.lever_choices(chosen.view))
    if not offered:
        return None
    with st.container(key="levers-choices"):
        indicator = choose(
            w("levers.indicator"),
            "indicator",
            offered,
            default=offered[0],
            spell=lambda i: w.name("indicator", i),
            labelled=False,
        )
    asked_for = {"territory": chosen.territory, "on": chosen.on_day, "indicator": indicator}
    # What is moved counts only where the means are known: whether they are does not depend on what is moved.
    return show.answer("levers", chosen, **asked_for, change=_changes())


def _changes() -> tuple[tuple[str, int], ...]:
    """How far each lever is moved, as the address says it."""
    found = []
    for name, most in findings.LEVERS.items():
        text = asked(_param(name))
        if text.isascii() and text.isdigit() and int(text):
            found.append((name, min(int(text), most)))
    return tuple(found)


def _param(name: str) -> str:
    return f"more_{name}"


def shown(found: Answer, chosen: Choices) -> None:
    """The day, the sliders, the course, the order of van-days, the means."""
    w = chosen.words
    card = found.panels[0]
    place = st.container()
    if found.facts["ready"]:
        _sliders(chosen)
    with place:
        show.text(card, chosen)
    if found.facts["course"] is not None:
        with st.container(key="levers-course"):
            show.text(found.facts["course"], chosen)
            figure = findings.drawing(found.facts["course"], locale=chosen.view.locale, height=COURSE_HEIGHT)
            alt = found.facts["course"].title
            st.plotly_chart(figure, key="levers-chart", theme=None, config=show.CHART, alt=alt)
    vans = found.facts["vans"]
    if vans is not None and vans.parts["rows"]:
        show.text(vans, chosen)
    elif vans is not None:
        st.markdown(vans.title)
    if found.facts["means"] is not None:
        show.table(found.facts["means"], chosen)
    else:
        show.empty(w("levers.no_means", place=w.in_territory(chosen.territory)), w("levers.no_means_next"))


def _sliders(chosen: Choices) -> None:
    """One slider for each of the means. Streamlit's run left to right whatever the page does: in Arabic the options are
    given from the most to none, so that none stands where reading begins."""
    w = chosen.words
    with st.container(key="levers-sliders"):
        st.subheader(w("levers.sliders"), anchor=False)
        columns = st.columns(3)
        for at, (name, most) in enumerate(findings.LEVERS.items()):
            steps = range(0, most + 1, 5 if name == "no_shows" else 1)
            options: Sequence[int] = list(reversed(steps)) if w.rtl else list(steps)
            text, widget = asked(_param(name)), f"slide-{name}"
            present = int(text) if text.isascii() and text.isdigit() else 0
            st.session_state[widget] = min(options, key=lambda n: abs(n - present))
            columns[at % 3].select_slider(
                w(f"levers.slide_{name}"),
                options,
                format_func=lambda n: w("levers.plus", n=w.number(n)) if n else w.number(0),
                key=widget,
                on_change=_put,
                args=(widget, name),
            )
        if _changes():
            st.button(w("levers.reset"), key="levers-reset", on_click=_reset)


def _put(widget: str, name: str) -> None:
    value = st.session_state.get(widget)
    put(_param(name), str(value) if value else "")


def _reset() -> None:
    for name in findings.LEVERS:
        put(_param(name), "")


def enter_means(chosen: Choices, who: Viewer) -> None:
    """The place to enter the means of an office, by a form or a file, and the way back."""
    w = chosen.words
    said, done, cut = st.session_state.get(_DONE, ("", None, 0))
    # Until something else happens: where a page's file is run alone, the first run of two is not seen.
    if said and cut == chosen.view.cut:
        left, right = st.columns([5, 1], vertical_alignment="center")
        (left.success if done else left.info)(said)
        if done:
            right.button(w("levers.undo"), key="means-undo", on_click=_undo, args=(done, chosen, who))
    faults = st.session_state.pop(_FAULTS, ())
    with st.expander(w("levers.enter"), expanded=bool(faults)):
        st.markdown(w("levers.enter_how"))
        if faults:
            st.error(w("levers.refused"))
        for line in faults:
            # As text: what was typed must not become a link or a picture.
            st.text(line)
        _form(chosen, who)
        st.divider()
        _file(chosen, who)


def _form(chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    places = cache.places(view)
    within = findings.writable(view.engine, scope=who.scope)
    offered = [code for code in places.labels if within is None or code in within]
    with st.form("means", border=False, enter_to_submit=False):
        first, second = st.columns(2)
        office = first.selectbox(
            w("levers.field_office"),
            offered,
            index=offered.index(chosen.territory) if chosen.territory in offered else 0,
            format_func=places.labels.get,
            key="means-office",
        )
        date = second.text_input(w("levers.field_date"), w.date(chosen.on), max_chars=40, key="means-date")
        columns = st.columns(3)
        typed = {
            name: columns[at % 3].text_input(w(f"levers.column_{name}"), max_chars=6, key=f"means-{name}")
            for at, name in enumerate(MEANS)
        }
        if not st.form_submit_button(w("levers.save"), type="primary", key="means-save"):
            return
    day = w.parse_date(date.strip())
    rows = [
        {"territory": office, "means": name, "date": day.isoformat() if day else date.strip(), "value": text.strip()}
        for name, text in typed.items()
        if text.strip()
    ]
    found, problems = checked(
        rows, territories=Territories.load(view.folder), today=today(demonstration=view.demonstration), within=within
    )
    _take(found, problems, chosen, who)


def _file(chosen: Choices, who: Viewer) -> None:
    w, view = chosen.words, chosen.view
    st.download_button(
        w("levers.template"),
        ("\ufeff" + template([chosen.territory])).encode(),
        file_name="tatabbu-means.csv",
        mime="text/csv",
        key="means-template",
        on_click="ignore",
        type="tertiary",
    )
    given = st.file_uploader(
        w("events.file"), type=["csv", "xlsx"], key="means-file", label_visibility="collapsed", max_upload_size=5
    )
    if given is None or not st.button(w("levers.take_in"), key="means-take-in"):
        return
    found = read_file(
        given.getvalue(),
        territories=Territories.load(view.folder),
        today=today(demonstration=view.demonstration),
        within=findings.writable(view.engine, scope=who.scope),
    )
    _take(found.said, found.problems, chosen, who, file_name=given.name[:200], file_hash=found.digest)


def _take(said: tuple[Said, ...], problems: tuple[Problem, ...], chosen: Choices, who: Viewer, **received: str) -> None:
    """Keep all that was said, or say what is wrong and keep nothing."""
    w = chosen.words
    if problems:
        st.session_state[_FAULTS] = tuple(grouped(problems, w))
        st.rerun()
    number = set_means(chosen.view.engine, said, actor=who.role, **received) if said else None
    if number is None:
        st.session_state[_DONE] = (w("levers.nothing_new"), None, chosen.view.cut)
    else:
        accesses.changed("capacity", chosen, who, event=number)
        st.session_state[_DONE] = (w("levers.stored", event=str(number)), number, number)
    st.rerun()


def _undo(done: int, chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    within = findings.writable(chosen.view.engine, scope=who.scope)
    number = undo_means(chosen.view.engine, done, actor=who.role, within=within)
    if number is None:
        st.session_state[_DONE] = (w("levers.cannot_undo"), None, chosen.view.cut)
        return
    accesses.changed("capacity", chosen, who, event=number)
    st.session_state[_DONE] = (w("levers.undone", event=str(number)), number, number)
