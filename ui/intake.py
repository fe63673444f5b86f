"""The place to hand in a file, and to take one back."""

import csv
import io
from hashlib import sha256

import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Problem, Report, Territories, erase, import_file, interrupted, rejects, withdraw
from i18n.problems import grouped, notes, sentence, told
from ui import accesses, cache, mapping
from ui.choices import Choices
from ui.engine import today
from ui.viewer import Viewer

SHOWN_PROBLEMS = 40
LARGEST_FILE_MB = 50
RULINGS = "pages/rulings.py"
TYPES = ["csv", "txt", "tsv", "xlsx", "xls", "ods", "html", "htm"]
"""By their names; what a file is, its bytes say."""


def hand_in(chosen: Choices, who: Viewer) -> None:
    """A box for a file of counts; what was taken, what was not, and why."""
    w = chosen.words
    _tell_interrupted(chosen)
    with st.container(key="hand-in", border=True):
        st.header(w("events.hand_in"), anchor=False)
        st.markdown(w("events.hand_in_how"))
        st.download_button(
            w("events.template"),
            # The mark tells a spreadsheet program that the names are UTF-8.
            ("\ufeff" + template(chosen)).encode(),
            file_name=f"tatabbu-{chosen.territory}.csv",
            mime="text/csv",
            key="template",
            on_click="ignore",
            type="tertiary",
        )
        given = st.file_uploader(
            w("events.file"),
            type=TYPES,
            key="file",
            label_visibility="collapsed",
            max_upload_size=LARGEST_FILE_MB,
        )
        rest = st.checkbox(w("events.accept_rest"), key="accept-rest")
        review = st.checkbox(w("mapping.review"), key="review")
        if given is None:
            st.session_state.pop("report", None)
            return

        def take_in(**how) -> Report:
            return _take_in(given, who, chosen, rest=rest, **how)

        if st.button(w("events.take_in"), type="primary", key="take-in"):
            _keep(take_in(look=review), chosen, who)
        report = st.session_state.get("report")
        if report is None:
            return
        tell(report, chosen)
        if mapping.needed(report):
            again = mapping.screen(report, chosen, who, take_in=take_in)
            if again is not None:
                _keep(again, chosen, who)
                st.rerun()


def _tell_interrupted(chosen: Choices) -> None:
    """What became of imports that a kill or a power cut has ended: told once, to the first who may hand files in."""
    w = chosen.words
    if chosen.view.demonstration:
        return
    for found in interrupted(chosen.view.engine, local=chosen.view.folder):
        if found.event is None:
            st.warning(w("importer.interrupted_before", file=found.file))
        else:
            st.info(w("importer.interrupted_after", file=found.file, event=str(found.event)))


def _keep(report: Report, chosen: Choices, who: Viewer) -> None:
    """Keep what became of a file for the runs to come."""
    st.session_state["report"] = report
    if report.event is not None and not report.already:
        accesses.handed_in(report.event, chosen, who)
        # The page was drawn before this event: it is read again with what was just taken in.
        st.rerun()


def _take_in(given, who: Viewer, chosen: Choices, *, rest: bool, **how) -> Report:
    w, view = chosen.words, chosen.view
    said = st.empty()
    with said.container():
        bar = st.progress(0.0, text=w("events.taking_in"))

        def progress(stage: str, done: int, total: int) -> None:
            share = min(done / total, 1.0) if total else 0.0
            bar.progress(share, text=w("events.progress", stage=w(f"importer.stage.{stage}"), n=w.number(done)))

        report = import_file(
            view.engine,
            given.getvalue(),
            name=given.name,
            actor=who.role,
            today=today(demonstration=view.demonstration),
            catalogue=catalogue(view.folder),
            territories=Territories.load(view.folder),
            accept_rest=rest,
            within=findings.writable(view.engine, scope=who.scope),
            local=view.folder,
            progress=progress,
            **how,
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
        _tell_waiting(report, chosen)
    elif mapping.needed(report):
        st.info(w("mapping.ask", file=report.file, rows_read=report.rows_read))
    else:
        problems = w.number(len(report.problems))
        st.error(w("importer.refused", file=report.file, rows_read=report.rows_read, problems=problems))
    _hand_back(report, chosen)
    # That its layout is unknown is said by the screen that asks for it.
    lines = list(grouped((problem for problem in report.problems if problem.code != "unknown_layout"), w))
    for line in lines[:SHOWN_PROBLEMS]:
        st.text(line)
    if len(lines) > SHOWN_PROBLEMS:
        st.caption(w("events.more_problems", n=w.count("problem", len(lines) - SHOWN_PROBLEMS)))
    if report.noted:
        with st.container(key="noted"):
            st.markdown(f"**{w('mapping.noted')}**")
            for line in notes(report.noted, w):
                st.text(line)


def _hand_back(report: Report, chosen: Choices) -> None:
    """The refused lines as a file, in the shape in which they came."""
    w = chosen.words
    if report.rejected is None:
        return
    ending = "xlsx" if report.rejected.workbook else "csv"
    content = rejects.written(report.rejected, heading=w("importer.rejects_heading"), say=lambda one: told(one, w))
    # Streamlit tells large files apart by samples of their bytes and by their name.
    name = f"tatabbu-rejects-{sha256(content).hexdigest()[:12]}.{ending}"
    st.download_button(
        w("importer.rejects", rows=w.count("row", len(report.rejected.rows))),
        content,
        file_name=name,
        key="rejects",
        on_click="ignore",
    )


def _tell_waiting(report: Report, chosen: Choices) -> None:
    """How many rows wait for a yes or no, by which rules, and the way to them."""
    w = chosen.words
    if report.doubts:
        rules = w.join(w("rulings.group", rule=w(f"rulings.rule_{name}"), rows=n) for name, n in report.doubts.items())
        st.warning(w("rulings.waits", rows=w.count("row", report.quarantined), rules=rules))
        kept = st.query_params.to_dict() | {"territory": chosen.territory}
        st.page_link(RULINGS, label=w("rulings.link"), query_params=kept)


def withdrawals(imports: dict[int, tuple[str, str]], chosen: Choices, who: Viewer) -> None:
    """Take a file back, after a second look: its figures are no longer read, its trace stays."""
    w = chosen.words
    if done := st.session_state.pop("withdrawn", None):
        st.success(done)
    if not imports:
        return
    with st.expander(w("events.withdraw")):
        st.markdown(w("events.withdraw_how"))
        # A list of its own for each state of the log: a choice must not slide onto another file when one is added.
        number = st.selectbox(
            w("events.withdraw_which"),
            list(imports),
            index=None,
            placeholder=w("events.withdraw_which"),
            format_func=lambda n: imports[n][0],
            key=f"withdraw-{chosen.view.cut}",
        )
        if number is None:
            return
        st.markdown(w("events.withdraw_sure", file=imports[number][1], number=str(number)))
        if st.button(w("events.withdraw_yes"), key="withdraw-do", type="primary"):
            view = chosen.view
            answer = withdraw(
                view.engine,
                number,
                actor=who.role,
                catalogue=catalogue(view.folder),
                territories=Territories.load(view.folder),
            )
            if isinstance(answer, Problem):
                st.error(" ".join(sentence(answer, w)))
            else:
                accesses.withdrawn(number, answer, chosen, who)
                st.session_state["withdrawn"] = w("importer.withdrawn", event=number, by=answer)
                st.rerun()


def erasures(imports: dict[int, tuple[str, str]], chosen: Choices, who: Viewer) -> None:
    """Take out for good what a file brought, at every cut, after a second look: its number typed once more."""
    w = chosen.words
    if done := st.session_state.pop("erased", None):
        st.success(done)
    if not imports:
        return
    with st.expander(w("events.erase")):
        st.markdown(w("events.erase_how"))
        number = st.selectbox(
            w("events.erase_which"),
            list(imports),
            index=None,
            placeholder=w("events.erase_which"),
            format_func=lambda n: imports[n][0],
            key=f"erase-{chosen.view.cut}",
        )
        if number is None:
            return
        st.warning(w("events.erase_sure", number=str(number)))
        typed = st.text_input(w("events.erase_type", number=str(number)), key=f"erase-sure-{number}", max_chars=12)
        if typed.strip() == str(number) and st.button(w("events.erase_yes"), key="erase-do", type="primary"):
            view = chosen.view
            answer = erase(
                view.engine,
                number,
                actor=who.role,
                catalogue=catalogue(view.folder),
                territories=Territories.load(view.folder),
            )
            if isinstance(answer, Problem):
                st.error(" ".join(sentence(answer, w)))
            else:
                accesses.changed("erasure", chosen, who, event=number, by=answer)
                st.session_state["erased"] = w("importer.erased", event=number, by=answer)
                st.rerun()


def template(chosen: Choices) -> str:
    """An empty file in the layout that is read: a row for each headline count of each child of the chosen territory."""
    w, places = chosen.words, cache.places(chosen.view)
    inside = [
        code
        for code, parent in places.parents.items()
        # A prefecture of arrondissements stands beside the communes: its counts would be asked for twice.
        if parent == chosen.territory and places.levels[code] != "grouping"
    ] or [chosen.territory]
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(["territory", "step", "unit", "measure", "date", "value", "note"])
    for step, unit in cache.headline_counts(chosen.view):
        for code in inside:
            rows.writerow([code, step, unit, "stock", chosen.on.isoformat(), "", w.territory(code)])
    return text.getvalue()
