"""Events: what was taken in, and how fresh each source is."""

import datetime as dt
import json

import pandas as pd

from i18n import Words, words
from panels import Panel
from panels.situation import on_date, source_name, step_name

CASABLANCA = "Africa/Casablanca"


def log(frame: pd.DataFrame, *, locale: str) -> Panel:
    """The events, newest first: number, what, when, by which role, rows read, taken and refused."""
    w = words(locale)
    rows = []
    for e in frame.itertuples(index=False):
        kind = kind_of(e, w)
        if not pd.isna(e.withdrawn_by):
            kind = w("events.withdrawn_by", kind=kind, number=str(int(e.withdrawn_by)))
        if not pd.isna(e.withdraws):
            kind = w("events.withdraws", kind=kind, number=str(int(e.withdraws)))
        counted = e.kind == "import"
        rows.append(
            (
                w("events.number", number=str(int(e.number))),
                kind,
                recorded(e.recorded_at, w),
                w.file_name(e.file_name) if e.file_name else (source_name(e.source, w) if e.source else _offices(e, w)),
                w.number(int(e.rows_read)) if counted else "",
                w.number(int(e.accepted)) if counted else "",
                w.number(int(e.refused)) if counted else "",
                w.number(int(e.quarantined)) if counted else "",
            )
        )
    names = ("event", "what", "when", "file", "rows_read", "accepted", "refused", "quarantined")
    return Panel(
        subject="events",
        kind="table",
        title=w("events.log_title"),
        frame=frame,
        parts={"head": tuple(w(f"events.column_{c}") for c in names), "rows": rows, "css": "tt-log"},
    )


TOLD = ("action", "meeting", "recommendation", "declaration")
"""The kinds of events that say what became of the thing that they are about."""


def kind_of(e, w: Words) -> str:
    """What an event did; of an action, a meeting and what was said in one, what became of it."""
    what = json.loads(e.details).get("what") if e.kind in TOLD else None
    told = f"events.{e.kind}_{what}"
    return w(told if told in w else f"events.kind_{e.kind}")


def _offices(e, w: Words) -> str:
    """What an event changed of the chain of command; empty where it changed nothing of it."""
    changed = json.loads(e.details).get("offices") if e.kind == "reference" else None
    return w("events.offices_changed", **changed) if changed else ""


def withdrawable(frame: pd.DataFrame, *, locale: str) -> dict[int, tuple[str, str]]:
    """The imports that can be withdrawn, newest first: number → (as a list names it, its file).

    What ships with the product is not among them: it would come back at the next start.
    """
    live = frame[(frame["kind"] == "import") & frame["withdrawn_by"].isna() & (frame["actor"] != "reference")]
    return _chosen_from(live, locale=locale)


def erasable(frame: pd.DataFrame, *, locale: str) -> dict[int, tuple[str, str]]:
    """The imports that can be erased, newest first, withdrawn ones too: number → (as a list names it, its file)."""
    erased = set(frame.loc[frame["kind"] == "erasure", "withdraws"])
    there = frame[(frame["kind"] == "import") & (frame["actor"] != "reference") & ~frame["number"].isin(erased)]
    return _chosen_from(there, locale=locale)


def _chosen_from(frame: pd.DataFrame, *, locale: str) -> dict[int, tuple[str, str]]:
    w = words(locale)
    return {
        int(e.number): (
            w(
                "events.withdraw_choice",
                number=str(int(e.number)),
                file=w.file_name(e.file_name),
                when=recorded(e.recorded_at, w),
                rows=w.count("row", int(e.accepted)),
            ),
            e.file_name,
        )
        for e in frame.itertuples(index=False)
    }


def recorded(seconds: int, w) -> str:
    """The moment an event was recorded, on the clock of Casablanca."""
    moment = pd.Timestamp(int(seconds), unit="s", tz="UTC").tz_convert(CASABLANCA)
    return w("events.moment", date=w.date_short(moment.date()), time=f"{moment.hour:02d}:{moment.minute:02d}")


def freshness(frame: pd.DataFrame, *, locale: str) -> Panel:
    """How fresh each source is, per step."""
    w = words(locale)
    rows = []
    for f in frame.itertuples(index=False):
        last: dt.date = on_date(f.last_date)
        rows.append(
            (
                source_name(f.source, w),
                step_name(f.step, w),
                w.date(last),
                w("reading.late") if f.late else w("events.fresh"),
                w.number(int(f.territories)),
                w.number(int(f.observations)),
            )
        )
    names = ("source", "step", "last_date", "state", "territories", "observations")
    return Panel(
        subject="events",
        kind="table",
        title=w("events.freshness_title"),
        frame=frame,
        parts={"head": tuple(w(f"events.column_{c}") for c in names), "rows": rows},
    )
