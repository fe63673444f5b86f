"""Typing: a grid of figures, dates by territories, as it is about to be typed over."""

from collections.abc import Mapping, Sequence

import pandas as pd

from i18n import words
from panels import Panel
from panels.events import recorded
from panels.situation import on_date


def grid(
    cells: pd.DataFrame,
    codes: Sequence[str],
    dates: Sequence[int],
    *,
    step: str,
    unit: str,
    territory: str,
    locale: str,
) -> Panel:
    """The grid of one count. cells: `queries.typing.cells`.

    `parts` holds `rows` (code, name); `dates`: (day, as a column is headed, as a sentence names it), oldest first;
    `values`: (code, day) → (count, event).
    """
    w = words(locale)
    days = [on_date(day) for day in dates]
    values = {
        (code, int(day)): (int(value), int(number))
        for code, day, value, number in cells.itertuples(index=False, name=None)
    }
    return Panel(
        subject="typing",
        kind="grid",
        title=w("typing.grid_title", things=w.of_things(step, unit), place_in=w.in_territory(territory)),
        frame=cells,
        units=(unit,),
        data_dates=tuple(dates),
        parts={
            "rows": [(code, w.territory(code)) for code in codes],
            "dates": [(day, w.date_short(date), w.date(date)) for day, date in zip(dates, days, strict=True)],
            "values": values,
        },
    )


def changes(panel: Panel, typed: Mapping[tuple[str, int], int | None], *, locale: str) -> Panel:
    """What would change in a grid, cell by cell, in the order of its lines and dates.

    typed: what stands in cells now, by (code, day), None where a cell is empty. `parts` holds `head` and `rows` (place,
    date, what was known, what it becomes); `cells` (code, day, count) to store; `emptied` (code, day, event): cells
    that were cleared, whose figure stays until its event is withdrawn. The title counts what is new and what changed.
    """
    w = words(locale)
    known, names = panel.parts["values"], dict(panel.parts["rows"])
    rows, cells, emptied, new = [], [], [], 0
    for code in names:
        for day, _, said in panel.parts["dates"]:
            if (code, day) not in typed:
                continue
            value, (old, number) = typed[code, day], known.get((code, day), (None, 0))
            if value == old:
                continue
            if value is None:
                emptied.append((code, day, number))
                continue
            new += old is None
            cells.append((code, day, value))
            was = w("typing.unknown") if old is None else w.number(old)
            rows.append((names[code], said, was, w.number(value)))
    return Panel(
        subject="typing",
        kind="table",
        title=w("typing.changes", new=new, changed=len(cells) - new),
        frame=pd.DataFrame(cells, columns=["territory_code", "on_date", "value"]),
        units=panel.units,
        parts={
            "head": tuple(w(f"typing.column_{name}") for name in ("place", "date", "was", "becomes")),
            "rows": rows,
            "cells": tuple(cells),
            "emptied": tuple(emptied),
        },
    )


def totals(panel: Panel, typed: Mapping[tuple[str, int], int | None], *, locale: str) -> Panel:
    """The sum of each date's cells as they stand, and how many of them are filled in."""
    w = words(locale)
    known, rows = panel.parts["values"], panel.parts["rows"]
    sums, counted = [], []
    for day, _, _ in panel.parts["dates"]:
        cells = [typed.get((code, day), known.get((code, day), (None, 0))[0]) for code, _ in rows]
        said = [value for value in cells if value is not None]
        sums.append(w.number(sum(said)) if said else w("typing.unknown"))
        counted.append(w("sources.reported", n=len(said), expected=len(rows)))
    return Panel(
        subject="typing",
        kind="table",
        title=w("typing.totals"),
        frame=panel.frame,
        units=panel.units,
        parts={
            "head": (w("typing.totals"), *(short for _, short, _ in panel.parts["dates"])),
            "rows": [(w("typing.sum"), *sums), (w("typing.filled"), *counted)],
            "css": "tt-totals",
        },
    )


def typed(frame: pd.DataFrame, *, locale: str) -> dict[int, str]:
    """The events that were typed and can be taken back, newest first: number → as a list names it."""
    w = words(locale)
    return {
        int(e.number): w(
            "events.withdraw_choice",
            number=str(int(e.number)),
            file=w.file_name(e.file_name),
            when=recorded(e.recorded_at, w),
            rows=w.count("figure", int(e.accepted)),
        )
        for e in frame.itertuples(index=False)
    }
