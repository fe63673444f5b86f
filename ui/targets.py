"""Targets on the screen: the course of a count, the map of its children, and the place to say what was promised."""

import csv
import datetime as dt
import io
from typing import Any

import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Problem, Territories
from data.targets import PATHS, Promise, checked, read_file, set_targets, template, withdraw_target
from findings import Answer
from i18n import Words
from i18n.problems import grouped
from ui import accesses, cache, show
from ui.choices import FIRST_DAY, Choices, asked, switch
from ui.viewer import Viewer

ENTERED = ("assigned", "adopted")
"""Who sets a target that is typed here: a letter or a meeting. What was announced comes by file."""

COURSE_HEIGHT = 320
_DONE, _FAULTS = "_targets_done", "_targets_faults"
"""What was just done to the targets, in a sentence, and whether anything changed; what was wrong with what was just
handed in, a line each."""


def indicators(chosen: Choices) -> list[str]:
    """The indicators of the page: those with a target first, then every other headline."""
    return list(cache.target_choices(chosen.view))


def course(answer: Answer, chosen: Choices) -> None:
    """The card of the count, and its course beside the planned path."""
    with st.container(key="target-course"):
        for panel in answer.panels:
            show.text(panel, chosen)
        path = answer.facts["course"]
        if path is not None:
            figure = findings.drawing(path, locale=chosen.view.locale, height=COURSE_HEIGHT)
            with st.container(key="target-chart"):
                show.text(path, chosen)
                st.plotly_chart(figure, key="target-course-chart", theme=None, config=show.CHART, alt=path.title)


def split_asked() -> str | None:
    """By what the shares of the children are asked to be made, None for the usual."""
    return asked("split") if asked("split") in findings.SPLITS else None


def split_switch(answer: Answer, chosen: Choices) -> None:
    """By what the shares of the children are made, where there are some; and where none could be, that."""
    offered, w = answer.facts["splits"], chosen.words
    if not offered:
        return
    names = {by: w(f"targets.split_{by}") for by in offered if by != "predecessor"}
    if len(names) < len(offered):
        names["predecessor"] = w("targets.split_predecessor", step=w.name("step", answer.facts["taken_over"]))
    st.caption(w("targets.split"))
    switch(w("targets.split"), "split", offered, default=offered[0], spell=names.get)
    if answer.facts["unshared"]:
        st.caption(w("targets.split_missing"))


def map_of(chosen: Choices, who: Viewer, *, indicator: str, split: str | None = None) -> Any:
    """The children on a map, by the pace they need or, for who prepares, by verdict; its panel. None where they have no
    boundaries."""
    territory = show.drawn_territory(chosen)
    where = show.boundaries(territory, None, chosen)
    if not where or chosen.territory != territory:
        return None
    w = chosen.words
    kinds = ("need", "verdict") if who.may_import else ("need",)
    by = asked("by") if asked("by") in kinds else kinds[0]
    wanted = {"territory": territory, "on": chosen.on_day, "indicator": indicator, "boundaries": where, "split": split}
    panel = show.answer("target_map", chosen, show=by, **wanted).panels[0]
    st.header(panel.title, anchor=False)
    drawn, beside = st.columns([3, 2], gap="medium")
    with beside:
        if len(kinds) > 1:
            switch(w("targets.show"), "by", kinds, default=kinds[0], spell=lambda k: w(f"targets.show_{k}"))
        show.text(panel, chosen)
    with drawn:
        figure = findings.drawing(panel, locale=chosen.view.locale, **show.map_room(territory, chosen))
        st.plotly_chart(figure, key=f"target-map-{by}", theme=None, config=show.MAP, alt=panel.title)
    return panel


def alerts(chosen: Choices, *, always: bool = False) -> None:
    """What is worth a word today, and the same as a file. always: also to say that there is nothing."""
    panel = show.answer("alerts", chosen, territory=chosen.territory, on=chosen.on_day).panels[0]
    if panel.parts["rows"] or always:
        st.header(panel.title, anchor=False)
    if panel.parts["rows"]:
        show.table(panel, chosen)
        hand_out(panel, chosen)


def hand_out(alerts, chosen: Choices) -> None:
    """The alerts as a file to send; those of the demonstration say in their first line that they are made up."""
    text = io.StringIO()
    rows = csv.writer(text)
    if alerts.demonstration:
        rows.writerow([chosen.words("demo.badge")])
    rows.writerow(alerts.parts["head"])
    rows.writerows([_plain(cell) for cell in row] for row in alerts.parts["rows"])
    w = chosen.words
    st.download_button(
        w("targets.alerts_file"),
        ("\ufeff" + text.getvalue()).encode(),
        file_name=f"tatabbu-alerts-{chosen.territory}-{chosen.on.isoformat()}.csv",
        mime="text/csv",
        key="alerts-file",
        on_click="ignore",
        type="tertiary",
    )


def _plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def enter_targets(chosen: Choices, who: Viewer, *, indicator: str) -> None:
    """The place to say what was promised: by a form for the chosen territory, or by a file; to take it back."""
    w = chosen.words
    done, changed = st.session_state.pop(_DONE, ("", False))
    if done:
        (st.success if changed else st.info)(done)
    faults = st.session_state.pop(_FAULTS, ())
    with st.expander(w("targets.enter"), expanded=bool(faults)):
        st.markdown(w("targets.enter_how"))
        if faults:
            st.error(w("targets.refused"))
        for line in faults:
            # As text: what was typed must not become a link or a picture.
            st.text(line)
        _form(chosen, who, indicator)
        st.divider()
        _file(chosen, who)
        _withdraw(chosen, who, indicator)


def _form(chosen: Choices, who: Viewer, indicator: str) -> None:
    w = chosen.words
    with st.form("target", border=False):
        first, second, third = st.columns(3)
        value = first.text_input(w("targets.field_value"), max_chars=14, key="target-value")
        starts = second.text_input(w("targets.field_starts"), max_chars=40, key="target-starts")
        due = third.text_input(w("targets.field_due"), max_chars=40, key="target-due")
        set_by = first.selectbox(
            w("targets.column_set_by"), ENTERED, format_func=lambda s: w(f"targets.by_{s}"), key="target-set-by"
        )
        path = second.selectbox(
            w("targets.column_path"), PATHS, format_func=lambda p: w(f"targets.path_{p}"), key="target-path"
        )
        source = third.text_input(w("targets.field_source"), max_chars=200, key="target-source")
        milestones = st.text_input(
            w("targets.field_milestones"),
            max_chars=400,
            key="target-milestones",
            help=w("targets.milestones_help", example="2023-06-30=5000;2023-09-30=9000"),
        )
        if not st.form_submit_button(w("targets.save"), type="primary"):
            return
    row = {
        "indicator": indicator,
        "territory": chosen.territory,
        "value": _digits(value, w),
        "starts": _iso(starts, w),
        "due": _iso(due, w),
        "set_by": set_by,
        "path": path,
        "source": source,
        "milestones": milestones,
    }
    within = findings.writable(chosen.view.engine, scope=who.scope)
    promises, problems = checked(
        [row],
        catalogue=catalogue(chosen.view.folder),
        territories=Territories.load(chosen.view.folder),
        within=within,
    )
    if problems:
        _tell(problems, w)
        return
    _store(promises, chosen, who)


def _iso(typed: str, w: Words) -> str:
    """A day as it is typed, in the form that a file has it; what is no day is left for the check to name."""
    day = w.parse_date(typed.strip()) if typed.strip() else None
    return day.isoformat() if day else typed.strip()


def _digits(typed: str, w: Words) -> str:
    """A whole number as it is typed («3,5 مليون», 40 000), in digits; what is none is left for the check to name."""
    found = w.parse_number(typed) if typed.strip() else None
    # A negative one is no count, and its sign is no part of what is understood.
    plain = found is not None and not found.share and found.value == int(found.value) and typed.strip()[:1].isdigit()
    return str(int(found.value)) if plain else typed.strip()


def _file(chosen: Choices, who: Viewer) -> None:
    w = chosen.words
    st.download_button(
        w("targets.template"),
        ("\ufeff" + template(indicators(chosen)[:1], [chosen.territory])).encode(),
        file_name="tatabbu-targets.csv",
        mime="text/csv",
        key="target-template",
        on_click="ignore",
        type="tertiary",
    )
    given = st.file_uploader(
        w("events.file"), type=["csv", "xlsx"], key="target-file", label_visibility="collapsed", max_upload_size=5
    )
    if given is None or not st.button(w("targets.take_in"), key="target-take-in"):
        return
    found = read_file(
        given.getvalue(),
        catalogue=catalogue(chosen.view.folder),
        territories=Territories.load(chosen.view.folder),
        within=findings.writable(chosen.view.engine, scope=who.scope),
    )
    if found.problems or not found.promises:
        _tell(found.problems, w)
        return
    _store(found.promises, chosen, who, file_name=given.name[:200], file_hash=found.digest)


def _withdraw(chosen: Choices, who: Viewer, indicator: str) -> None:
    w = chosen.words
    within = findings.writable(chosen.view.engine, scope=who.scope)
    if within is not None and chosen.territory not in within:
        return
    said = show.answer("target_history", chosen).panels[0].frame
    mine = said[said["current"] & (said["indicator"] == indicator) & (said["territory_code"] == chosen.territory)]
    if mine.empty:
        return
    days = [int(day) for day in mine["due"]]
    due = st.selectbox(
        w("targets.withdraw_which"),
        days,
        index=None,
        placeholder=w("targets.withdraw_which"),
        format_func=lambda day: w.date(FIRST_DAY + dt.timedelta(days=day)),
        key=f"target-withdraw-{chosen.view.cut}",
    )
    if due is not None and st.button(w("targets.withdraw"), key="target-withdraw-do"):
        number = withdraw_target(
            chosen.view.engine, indicator=indicator, territory=chosen.territory, due=due, actor=who.role
        )
        if number is not None:
            _said(w("targets.withdrawn_done", event=number), chosen, who, number)


def _store(promises: tuple[Promise, ...], chosen: Choices, who: Viewer, **received: str) -> None:
    w = chosen.words
    number = set_targets(chosen.view.engine, promises, actor=who.role, **received)
    if number is None:
        st.session_state[_DONE] = (w("targets.nothing_new"), False)
        st.rerun()
    _said(w("targets.stored", event=number), chosen, who, number)


def _said(sentence: str, chosen: Choices, who: Viewer, event: int) -> None:
    st.session_state[_DONE] = (sentence, True)
    accesses.changed("targets", chosen, who, event=event)
    st.rerun()


def _tell(problems: tuple[Problem, ...], w: Words) -> None:
    """Have what is wrong said over the form, where it is seen whichever of the two ways was taken."""
    st.session_state[_FAULTS] = tuple(grouped(problems, w))
    st.rerun()
