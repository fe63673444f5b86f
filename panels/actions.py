"""Actions of the office: their list, what they cost by kind, and their marks under the history of a count."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.situation import on_date, step_name

MARK = "▲"
MARKED = 40
"""More marks than that would cover the axis: the latest are drawn."""


def listing(frame: pd.DataFrame, *, name: str, locale: str) -> Panel:
    """The actions of `queries.actions.actions`, one row each: what, where, when, who, for what, cost, note.

    name: listed or withdrawn, as the frame holds them.
    """
    w = words(locale)
    rows = []
    for a in rows_of(frame):
        where = w("actions.where", name=w.territory(a.territory_code), place=a.place) if a.place else None
        rows.append(
            (
                w(f"actions.kind_{a.kind}"),
                where or w.territory(a.territory_code),
                w.period(on_date(a.from_date), on_date(a.to_date)),
                service_name(a.service, w) if a.service else "",
                step_name(a.step, w) if a.step else w("actions.every_step"),
                w("actions.cost_unknown") if a.cost is None else dirhams(a.cost, w),
                a.note,
            )
        )
    names = ("kind", "where", "when", "service", "step", "cost", "note")
    return Panel(
        subject="actions",
        kind="table",
        title=w(f"actions.{name}"),
        frame=frame,
        parts={"head": tuple(w(f"actions.column_{column}") for column in names), "rows": rows, "css": "tt-actions"},
    )


def costs(frame: pd.DataFrame, *, locale: str) -> Panel:
    """How many actions of each kind, and what they cost together; rows of `queries.actions.by_kind`."""
    w = words(locale)
    rows = []
    for k in rows_of(frame):
        known = k.actions - k.without_cost
        cost = dirhams(k.cost, w) if known else w("actions.cost_unknown")
        if known and k.without_cost:
            cost = w("actions.cost_partly", cost=cost, n=w.count("action", k.without_cost))
        rows.append((w(f"actions.kind_{k.kind}"), w.number(k.actions), cost))
    return Panel(
        subject="actions",
        kind="table",
        title=w("actions.costs_title"),
        frame=frame,
        parts={"head": tuple(w(f"actions.column_{name}") for name in ("kind", "actions", "cost")), "rows": rows},
    )


def dirhams(cost: float, w: Words) -> str:
    """An amount in dirhams."""
    return w("actions.dirhams", n=w.number(int(cost)))


def service_name(service: str, w: Words) -> str:
    """The name of a service of the settings; its id when it is no longer among them."""
    try:
        return w.name("service", service)
    except KeyError:
        return service


def choices(frame: pd.DataFrame, *, locale: str) -> dict[str, tuple[str, int, dict[str, Any]]]:
    """The actions that may be chosen, by id: how a list names it, its last event, and what it says field by field."""
    w = words(locale)
    found = {}
    for a in rows_of(frame):
        named = w(
            "actions.choice",
            kind=w(f"actions.kind_{a.kind}"),
            place=w.territory(a.territory_code),
            when=w.period(on_date(a.from_date), on_date(a.to_date)),
        )
        said = {
            "kind": a.kind,
            "territory": a.territory_code,
            "first": on_date(a.from_date),
            "last": on_date(a.to_date),
            "service": a.service,
            "step": a.step,
            "cost": None if a.cost is None else int(a.cost),
            "place": a.place,
            "note": a.note,
        }
        found[a.id] = (named, int(a.event), said)
    return found


@dataclass(frozen=True)
class Mark:
    """One action under the axis of time: its days within the history, what the pointer says of it, its sign, and
    whether that stands at its last day."""

    first: dt.date
    last: dt.date
    said: str
    mark: str = MARK
    at_end: bool = False


def marks_of(frame: pd.DataFrame, w: Words) -> list[dict[str, str]]:
    """The actions of `queries.actions.beside` as the chart of a slide marks them: date, until (ISO), text, kind."""
    found = []
    for a in rows_of(frame):
        begins, ends = on_date(a.from_date), on_date(a.to_date)
        named = {"kind": w(f"actions.kind_{a.kind}"), "place": w.in_territory(a.territory_code)}
        text = w("actions.mark", **named, when=w.period(begins, ends))
        found.append({"date": begins.isoformat(), "until": ends.isoformat(), "text": text, "kind": "action"})
    return found[-MARKED:]


def marked(path: Panel, frame: pd.DataFrame | None, *, locale: str) -> Panel:
    """A `path` panel with the actions of `queries.actions.beside` under its axis of time; the same panel without any.

    `parts` gains `marks` (a tuple of Mark, within the days of the path) and `legend`, the line that says what they are
    and that what followed one is not laid to it.
    """
    dates = path.parts["dates"]
    if frame is None or not len(dates):
        return path
    w = words(locale)
    found = []
    for a in rows_of(frame):
        begins, ends = on_date(a.from_date), on_date(a.to_date)
        if ends < dates[0] or begins > dates[-1]:
            continue
        said = w(
            "actions.mark",
            kind=w(f"actions.kind_{a.kind}"),
            place=w.in_territory(a.territory_code),
            when=w.period(begins, ends),
        )
        found.append(Mark(max(begins, dates[0]), min(ends, dates[-1]), said))
    if not found:
        return path
    legend = w("actions.legend", mark=MARK, n=w.count("action", len(found)))
    # Its own drawings: those of the path without marks are shared by all who show it.
    return replace(path, parts=path.parts | {"marks": tuple(found[-MARKED:]), "legend": legend}, drawn={})
