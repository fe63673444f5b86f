"""The place to have an extract of a register aggregated: a file here, one from the browser, or a database."""

import logging
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

import findings
from data.catalogue import catalogue
from data.importer import Problem, Territories, records
from data.importer.records import LayoutWrong, RecordsReport
from i18n.problems import grouped
from i18n.records import details, headline, lasting
from ui import accesses
from ui.access import record_connections
from ui.choices import Choices
from ui.engine import today
from ui.intake import SHOWN_PROBLEMS
from ui.viewer import ADMINISTRATOR, Viewer, local_mode

LARGEST_FILE_MB = 500
LOOK_EVERY = 1.0
"""Seconds between two looks at work that goes on; nothing is said of it before the first has passed."""

PATH, UPLOAD, CONNECTION = "path", "upload", "connection"
_JOB = "records-job"
_CHOSEN = "records-chosen"
_KEPT = ("records-from", "records-layout", "records-path", "records-connection", "records-rest")

_log = logging.getLogger(__name__)


class _Stopped(Exception):
    """Whoever started the work has stopped it."""


@dataclass
class _Job:
    """Work that goes on while the page may be left; all of it is the session's own."""

    name: str
    stage: str = "aggregating"
    done: int = 0
    total: int = 0
    started: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    report: RecordsReport | None = None
    failed: bool = False

    def told(self, stage: str, done: int, total: int) -> None:
        """Progress of the work; where it is to be stopped, this stops it."""
        if self.stop.is_set():
            raise _Stopped
        if stage != self.stage:
            self.started = time.monotonic()
        self.stage, self.done, self.total = stage, done, total

    def run(self, work: Callable[["_Job"], RecordsReport]) -> None:
        """Do the work, in a thread of its own."""
        try:
            self.report = work(self)
        except _Stopped:
            pass
        except OSError:
            self.report = RecordsReport(file=self.name, problems=(Problem("not_opened", seen=self.name),))
        except Exception as error:
            # The name of the error alone: what an error says may hold a cell of the file.
            _log.log(logging.ERROR, "aggregation ended by %s", type(error).__name__)
            self.failed = True
        finally:
            self.ended.set()


def hand_in(chosen: Choices, who: Viewer) -> None:
    """A box for an extract of a register; while it is aggregated how far that is, then what was taken in."""
    if chosen.view.demonstration:
        return
    w = chosen.words
    with st.container(key="hand-in-records", border=True):
        st.header(w("records.title"), anchor=False)
        st.markdown(w("records.how"))
        job = st.session_state.get(_JOB)
        if job is not None and not job.ended.is_set():
            st.fragment(_watch, run_every=LOOK_EVERY)(job, chosen)
            return
        _choose(chosen, who)
        if job is not None:
            _end(job, chosen, who)


def _choose(chosen: Choices, who: Viewer) -> None:
    """What to aggregate and how to read it."""
    # While the work went on these were not drawn, and so forgotten; they are wanted again when something was refused.
    for key, value in st.session_state.pop(_CHOSEN, {}).items():
        st.session_state.setdefault(key, value)
    w, view = chosen.words, chosen.view
    known = catalogue(view.folder)
    try:
        layouts = records.layouts(view.folder, known)
    except LayoutWrong as wrong:
        st.error(w("importer.records_layout", faults=str(wrong)))
        return
    if not layouts:
        st.info(w("records.no_layout"))
        return
    held = record_connections() if who.may_import else {}
    ways = [PATH] if local_mode() and who.role == ADMINISTRATOR else []
    ways += [UPLOAD, *([CONNECTION] if held else [])]
    way = st.radio(
        w("records.from"),
        ways,
        format_func=lambda one: w(f"records.from_{one}"),
        horizontal=True,
        key="records-from",
        label_visibility="visible" if len(ways) > 1 else "collapsed",
    )
    name = st.selectbox(
        w("records.layout"),
        list(layouts),
        index=None,
        format_func=lambda one: getattr(layouts[one].name, w.locale),
        placeholder=w("records.layout_choose"),
        key="records-layout",
    )
    source = _source(way, held, chosen)
    rest = st.checkbox(w("events.accept_rest"), key="records-rest")
    layout = layouts.get(name)
    if layout is not None:
        st.markdown(w("records.layout_reads", columns=w.join(layout.columns)))
    if st.button(w("records.start"), type="primary", key="records-start", disabled=not (source and layout)):
        how = {
            "layout": layout,
            "actor": who.role,
            "today": today(),
            "catalogue": known,
            "territories": Territories.load(view.folder),
            "accept_rest": rest,
            "within": findings.writable(view.engine, scope=who.scope),
        }
        _start(source, how, chosen)
        st.rerun()


def _source(way: str, held: Mapping[str, str], chosen: Choices):
    """What is to be read, as it was typed, sent or chosen; nothing until there is something."""
    w = chosen.words
    if way == PATH:
        return st.text_input(w("records.path"), key="records-path").strip()
    if way == CONNECTION:
        name = st.selectbox(w("records.connection"), list(held), key="records-connection")
        return (name, held[name])
    return st.file_uploader(
        w("records.file"), type=["csv", "parquet"], key="records-file", max_upload_size=LARGEST_FILE_MB
    )


def _start(source, how: dict, chosen: Choices) -> None:
    engine = chosen.view.engine
    if isinstance(source, str):
        name = Path(source).name

        def work(job: _Job) -> RecordsReport:
            return records.take_file(engine, source, name=name, progress=job.told, **how)

    elif isinstance(source, tuple):
        name, url = source

        def work(job: _Job) -> RecordsReport:
            return records.take_table(engine, url, progress=job.told, **how)

    else:
        name = source.name

        def work(job: _Job) -> RecordsReport:
            with _out_of_sight(source) as path:
                return records.take_file(engine, path, name=name, progress=job.told, **how)

    st.session_state[_CHOSEN] = {key: st.session_state[key] for key in _KEPT if key in st.session_state}
    job = _Job(name)
    st.session_state[_JOB] = job
    threading.Thread(target=job.run, args=(work,), daemon=True, name="records").start()


@contextmanager
def _out_of_sight(given) -> Iterator[str]:
    """A path to the bytes received, on a file without a name: it ends with this process, however that ends."""
    with tempfile.TemporaryFile() as file:
        given.seek(0)
        shutil.copyfileobj(given, file)
        file.flush()
        for folder in ("/proc/self/fd", "/dev/fd"):
            if os.path.isdir(folder):
                yield f"{folder}/{file.fileno()}"
                return
        # Windows names its files, and does not let two open one that is to go.
        with tempfile.TemporaryDirectory(prefix="tatabbu-") as folder:
            path = Path(folder) / "received"
            given.seek(0)
            with open(path, "wb") as copy:
                shutil.copyfileobj(given, copy)
            yield str(path)


def _watch(job: _Job, chosen: Choices) -> None:
    """How far the work is, and the button that stops it."""
    w = chosen.words
    if job.ended.is_set():
        st.rerun()
    stage = w(f"importer.stage.{job.stage}")
    if job.stop.is_set():
        st.progress(0.0, text=w("records.cancelling"))
        return
    share = min(job.done / job.total, 1.0) if job.total else 0.0
    spent = time.monotonic() - job.started
    text = stage
    if job.total and job.done and spent >= LOOK_EVERY:
        text = w(
            "records.rate",
            stage=stage,
            done=w("records.of", done=w.number(job.done), total=w.number(job.total)),
            rate=w.number(round(job.done / spent)),
            left=lasting(spent / job.done * (job.total - job.done), w),
        )
    st.progress(share, text=text)
    st.button(w("records.cancel"), key="records-cancel", on_click=job.stop.set)


def _end(job: _Job, chosen: Choices, who: Viewer) -> None:
    """What became of the work; said until the next begins."""
    w, report = chosen.words, job.report
    if report is None:
        st.error(w("records.failed")) if job.failed else st.info(w("importer.cancelled"))
        return
    if report.event is not None and not report.already and _fresh(job):
        accesses.handed_in(report.event, chosen, who)
        # The page was drawn before this event: it is read again with what was just taken in.
        st.rerun()
    show = st.info if report.already else st.success if report.event is not None else st.error
    show(headline(report, w))
    for line in details(report, w):
        st.markdown(line)
    for line in list(grouped(report.problems, w))[:SHOWN_PROBLEMS]:
        st.text(line)


def _fresh(job: _Job) -> bool:
    """Whether this is the first look at what the work has stored."""
    seen = st.session_state.get("records-seen")
    st.session_state["records-seen"] = id(job)
    return seen != id(job)
