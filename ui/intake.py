"""The place to hand in a file, and to take one back."""

import streamlit as st

from data.catalogue import catalogue
from data.importer import Problem, Report, import_file, withdraw
from i18n.problems import grouped, sentence
from ui.choices import Choices
from ui.engine import engine, today
from ui.viewer import Viewer

SHOWN_PROBLEMS = 40
LARGEST_FILE_MB = 50


def hand_in(chosen: Choices, who: Viewer) -> None:
    """A box for a file of counts; what was taken, what was not, and why."""
    w = chosen.words
    with st.container(key="hand-in", border=True):
        st.subheader(w("events.hand_in"), anchor=False)
        st.markdown(w("events.hand_in_how"))
        given = st.file_uploader(
            w("events.file"),
            type=["csv", "xlsx"],
            key="file",
            label_visibility="collapsed",
            max_upload_size=LARGEST_FILE_MB,
        )
        rest = st.checkbox(w("events.accept_rest"), key="accept-rest")
        if given is None:
            st.session_state.pop("report", None)
            return
        if st.button(w("events.take_in"), type="primary", key="take-in"):
            st.session_state["report"] = _take_in(given, who, rest=rest, w=w)
            if st.session_state["report"].event is not None:
                # The page was drawn before this event: it is read again with what was just taken in.
                st.rerun()
        if st.session_state.get("report") is not None:
            tell(st.session_state["report"], chosen)


def _take_in(given, who: Viewer, *, rest: bool, w) -> Report:
    said = st.empty()
    with said.container():
        bar = st.progress(0.0, text=w("events.taking_in"))

        def progress(stage: str, done: int, total: int) -> None:
            share = min(done / total, 1.0) if total else 0.0
            bar.progress(share, text=w("events.progress", stage=w(f"importer.stage.{stage}"), n=w.number(done)))

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
    said.empty()
    return report


def tell(report: Report, chosen: Choices) -> None:
    """What became of a file: in one sentence, then each problem with its line, what was seen, and how to mend it."""
    w = chosen.words
    if report.already:
        st.info(w("importer.already", file=report.file, event=report.event))
    elif report.stored:
        fields = ("file", "event", "rows_read", "accepted", "refused", "unchanged")
        st.success(w("importer.stored", **{name: getattr(report, name) for name in fields}))
    else:
        problems = w.count("problem", len(report.problems)) if report.problems else w.number(0)
        st.error(w("importer.refused", file=report.file, rows_read=report.rows_read, problems=problems))
    lines = list(grouped(report.problems, w))
    for line in lines[:SHOWN_PROBLEMS]:
        st.text(line)
    if len(lines) > SHOWN_PROBLEMS:
        st.caption(w("events.more_problems", n=w.count("problem", len(lines) - SHOWN_PROBLEMS)))


def withdrawals(imports: tuple[int, ...], chosen: Choices, who: Viewer) -> None:
    """Take a file back: its figures are no longer read, its trace stays."""
    w = chosen.words
    with st.expander(w("events.withdraw")):
        st.markdown(w("events.withdraw_how"))
        number = st.selectbox(
            w("events.withdraw_which"), imports, format_func=lambda n: w("events.number", number=str(n)), key="withdraw"
        )
        if st.button(w("events.withdraw_do"), key="withdraw-do"):
            answer = withdraw(engine(), number, actor=who.role, catalogue=catalogue())
            if isinstance(answer, Problem):
                st.error(" ".join(sentence(answer, w)))
            else:
                st.rerun()
