"""Rulings: what waits for a yes or no, in words, and what was answered."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.events import recorded
from panels.situation import counted, on_date, step_name

BREAKDOWNS = ("sex", "age_band", "area", "reason", "cohort")
ALL = "all"


def waiting(frame: pd.DataFrame, groups: pd.DataFrame, *, threshold: int, locale: str) -> tuple[Panel, ...]:
    """What waits, one panel per file and rule. frame, groups: `queries.rulings.waiting`.

    `parts` holds `head` and `rows`, as `panels.html.rows_html` asks; `event`, `rule`; `why`: the rule in a sentence;
    `choices`: the place of each listed row → as a list names it; `codes`: its territory; `n`: how many rows wait, of
    which perhaps not all are listed; `nameless`: the places whose text was not kept and which no yes can be said to.
    """
    w = words(locale)
    held: dict[tuple[int, str], list[Any]] = {}
    for row in rows_of(frame):
        held.setdefault((int(row.event), row.rule), []).append(row)
    panels = []
    for group in rows_of(groups):
        listed = held.get((int(group.event), group.rule), [])
        if not listed:
            continue
        first = listed[0]
        # A text is compared with nothing.
        compared = () if group.rule == "person" else (f"compared_{group.rule}",)
        head = ("place", "count", "date", "value", *compared, "line")
        panels.append(
            Panel(
                subject="rulings",
                kind="table",
                title=w(
                    "rulings.group",
                    rule=w(f"rulings.rule_{group.rule}"),
                    rows=w.count("row", int(group.rows)),
                ),
                frame=frame,
                parts={
                    "head": tuple(w(f"rulings.column_{name}") for name in head),
                    "rows": [_row(row, threshold, w, compared=bool(compared)) for row in listed],
                    "css": "tt-rulings",
                    "event": int(group.event),
                    "rule": group.rule,
                    "file": w(
                        "rulings.file",
                        file=first.file_name,
                        number=str(int(first.event)),
                        when=recorded(int(first.recorded_at), w),
                    ),
                    "why": w(f"rulings.why_{group.rule}"),
                    "choices": {int(row.place): _named(row, w) for row in listed},
                    "codes": {int(row.place): row.territory_code for row in listed},
                    "n": int(group.rows),
                    "nameless": frozenset(int(row.place) for row in listed if row.reason == ""),
                },
            )
        )
    return tuple(panels)


def rules(names: Sequence[str], thresholds: Mapping[str, float], *, locale: str) -> Panel:
    """What makes a row wait. names: the rules in their order; thresholds: what they turn on (those that end in `_share`
    are shares). `parts` holds `head` and `rows`."""
    w = words(locale)
    said = {
        name: w.percent_words(value) if name.endswith("_share") else w.number(int(value))
        for name, value in thresholds.items()
    }
    rows = [(w(f"rulings.rule_{name}"), w(f"rulings.explain_{name}", **said)) for name in names]
    return Panel(
        subject="rulings",
        kind="table",
        title=w("rulings.rules_title"),
        frame=pd.DataFrame({"rule": list(names)}),
        parts={"head": (w("rulings.column_rule"), w("rulings.column_waits")), "rows": rows},
    )


def _row(row: Any, threshold: int, w: Words, *, compared: bool) -> tuple:
    return (
        w.place(row.territory_code),
        count_name(row, w),
        _day(row, w),
        _value(row, threshold, w),
        *([_compared(row, w)] if compared else []),
        row.cell or ("" if row.line is None else w.number(int(row.line))),
    )


def _day(row: Any, w: Words) -> str:
    if row.measure == "flow":
        return w.period(on_date(row.from_date), on_date(row.on_date))
    return w.date_short(on_date(row.on_date))


def _value(row: Any, threshold: int, w: Words) -> str:
    if row.state == "shown":
        return counted(row.unit, int(row.value), w)
    return w("state.withheld", threshold=threshold) if row.state == "withheld" else w("state.missing")


def _compared(row: Any, w: Words) -> str:
    if row.compared is None:
        return ""
    if row.compared_date is None:
        return w.number(int(row.compared))
    return w("rulings.compared", n=int(row.compared), date=w.date_short(on_date(row.compared_date)))


def count_name(row: Any, w: Words) -> str:
    """What a row counts: its step, and the groups that it is broken down by."""
    groups = [group_name(name, getattr(row, name), w) for name in BREAKDOWNS if getattr(row, name) != ALL]
    return w("rulings.count", step=step_name(row.step, w), groups=w.join(groups)) if groups else step_name(row.step, w)


def group_name(name: str, group: str, w: Words) -> str:
    """The group of a breakdown in words; as the file writes it where it has none."""
    if not group:
        return w("rulings.not_kept")
    if name == "reason":
        try:
            return w.name("reason", group)
        except KeyError:
            return group
    key = f"rulings.group_{name}_{group}"
    return w(key) if key in w else group


def _named(row: Any, w: Words) -> str:
    return w("rulings.row", place=w.place(row.territory_code), count=count_name(row, w), date=_day(row, w))


def answers(frame: pd.DataFrame, *, locale: str) -> Panel:
    """The last answers, newest first. frame: `queries.rulings.answers`. `parts` holds `head`, `rows` and `choices`: the
    number of each answer that stands → as a list names it."""
    w = words(locale)
    rows, choices = [], {}
    for row in rows_of(frame):
        said = w(f"rulings.answer_{row.answer}")
        if row.undone_by is not None:
            said = w("rulings.undone", answer=said, number=str(int(row.undone_by)))
        number, size = str(int(row.event)), w.count("row", int(row.rows))
        when, role = recorded(int(row.recorded_at), w), _role(row.actor, w)
        rows.append((w("events.number", number=number), said, size, row.file_name, when, role))
        if row.undone_by is None:
            choices[int(row.event)] = w(
                "rulings.answered", number=number, answer=w(f"rulings.answer_{row.answer}"), rows=size, when=when
            )
    names = ("event", "answer", "rows", "file", "when", "role")
    return Panel(
        subject="rulings",
        kind="table",
        title=w("rulings.answers_title"),
        frame=frame,
        parts={"head": tuple(w(f"rulings.column_{c}") for c in names), "rows": rows, "choices": choices},
    )


def _role(actor: str, w: Words) -> str:
    return w(f"role.{actor}") if f"role.{actor}" in w else actor
