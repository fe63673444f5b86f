"""Changes: every event in words, and what it made of the figures that it touched."""

from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.events import kind_of, recorded
from panels.rulings import count_name
from panels.situation import counted, on_date, source_name


def events(frame: pd.DataFrame, *, locale: str) -> Panel:
    """The events of one page, newest first. frame: `queries.changes.events`. `parts` holds `head`, `rows` and
    `choices`: the number of each event that touched figures → as a list names it."""
    w = words(locale)
    rows, choices = [], {}
    for row in rows_of(frame):
        number, kind, when = str(int(row.number)), kind_of(row, w), recorded(int(row.recorded_at), w)
        if row.withdraws is not None:
            kind = w("events.withdraws", kind=kind, number=str(int(row.withdraws)))
        size = w.count("figure", int(row.figures)) if row.figures else ""
        said = row.file_name or (source_name(row.source, w) if row.source else "")
        rows.append((w("events.number", number=number), kind, when, role_name(row.actor, w), said, size))
        if row.figures:
            choices[int(row.number)] = w("changes.event", number=number, kind=kind, when=when, figures=size)
    names = ("event", "what", "when", "role", "file", "figures")
    return Panel(
        subject="changes",
        kind="table",
        title=w("changes.events_title"),
        frame=frame,
        parts={"head": tuple(w(f"changes.column_{c}") for c in names), "rows": rows, "choices": choices},
    )


def kinds(found: tuple[str, ...], *, locale: str) -> dict[str, str]:
    """The kinds of events → as a list names them."""
    w = words(locale)
    return {kind: w(f"changes.kind_{kind}" if f"changes.kind_{kind}" in w else f"events.kind_{kind}") for kind in found}


def role_name(actor: str, w: Words) -> str:
    """Who acted, by role; as the event says it where it was the program itself."""
    for key in (f"role.{actor}", f"changes.actor_{actor}"):
        if key in w:
            return w(key)
    return actor


def touched(frame: pd.DataFrame, *, number: int, threshold: int, locale: str) -> Panel:
    """What an event made of figures: what was known before it and after it. frame: `queries.changes.touched`."""
    w = words(locale)
    rows = []
    for row in rows_of(frame):
        day = w.date_short(on_date(row.on_date))
        if row.measure == "flow":
            day = w.period(on_date(row.from_date), on_date(row.on_date))
        rows.append(
            (
                w.place(row.territory_code),
                count_name(row, w),
                source_name(row.source, w),
                day,
                _said(row, row.before, row.before_state, w("changes.unknown"), threshold, w),
                _said(row, row.value, row.state, w("changes.no_longer"), threshold, w),
            )
        )
    names = ("place", "count", "source", "date", "before", "after")
    return Panel(
        subject="changes",
        kind="table",
        title=w("changes.touched_title", number=str(number)),
        frame=frame,
        parts={"head": tuple(w(f"changes.column_{c}") for c in names), "rows": rows},
    )


def _said(row: Any, value: float | None, state: str, none: str, threshold: int, w: Words) -> str:
    if state == "withheld":
        return w("state.withheld", threshold=threshold)
    return none if value is None else counted(row.unit, int(value), w)
