"""The place to hand in a file, and to take one back."""

import time

import streamlit as st

from data.catalogue import catalogue
from data.importer import Report, import_file, withdraw
from ui.choices import Choices
from ui.engine import engine, today
from ui.viewer import Viewer

SHOWN_PROBLEMS = 50


def hand_in(chosen: Choices, who: Viewer) -> None:
    """A box for a file of counts; what was taken, what was not, and why."""
    w = chosen.words
    with st.container(key="hand-in", border=True):
        st.subheader(w("events.hand_in"), anchor=False)
        st.markdown(w("events.hand_in_how"))
        given = st.file_uploader(
            w("events.file"), type=["csv", "xlsx"], key="file", label_visibility="collapsed", max_upload_size=50
        )
        rest = st.checkbox(w("events.accept_rest"), key="accept-rest")
        if given is None:
            st.session_state.pop("report", None)
            return
        if st.button(w("events.take_in"), type="primary", key="take-in"):
            st.session_state["report"] = _take_in(given, who, rest=rest, w=w)
            if st.session_state["report"].event is not None:
                # The view above was read before this event: read it again with what was just taken in.
                st.rerun()
        report = st.session_state.get("report")
        if report is not None:
            tell(report, chosen)


def _take_in(given, who: Viewer, *, rest: bool, w) -> Report:
    bar = st.progress(0.0, text=w("events.taking_in"))
    began = time.monotonic()

    def progress(_stage: str, rows: int, _seconds: float) -> None:
        bar.progress(min(0.95, (time.monotonic() - began) / 60), text=w("events.progress", n=w.count("row", rows)))

    report = import_file(
        engine(),
        given.getvalue(),
        name=given.name,
        actor=who.role,
        today=today(),
        catalogue=catalogue(),
        accept_rest=rest,
        progress=progress,
    )
    bar.empty()
    return report


def tell(report: Report, chosen: Choices) -> None:
    """What became of a file: in one sentence, then each problem with its line, what was seen, and how to mend it."""
    w = chosen.words
    if report.already:
        st.info(w("importer.already", event=str(report.event)))
    elif report.event is not None:
        st.success(w("importer.taken", accepted=w.count("row", report.accepted), event=str(report.event)))
    else:
        st.error(w("importer.refused", refused=w.number(report.refused)))
    for problem in report.problems[:SHOWN_PROBLEMS]:
        st.markdown(sentence(problem, w))
    left = len(report.problems) - SHOWN_PROBLEMS
    if left > 0:
        st.caption(w("importer.more", n=w.count("problem", left)))


def sentence(problem, w) -> str:
    """One problem in the reader's language."""
    return problem.code


def withdrawals(imports: tuple[int, ...], chosen: Choices, who: Viewer) -> None:
    """Take a file back: its figures are no longer read, its trace stays."""
    w = chosen.words
    with st.expander(w("events.withdraw")):
        st.markdown(w("events.withdraw_how"))
        number = st.selectbox(
            w("events.withdraw_which"), imports, format_func=lambda n: w("events.number", number=str(n)), key="withdraw"
        )
        if st.button(w("events.withdraw_do"), key="withdraw-do"):
            withdraw(engine(), number, actor=who.role)
            st.rerun()
