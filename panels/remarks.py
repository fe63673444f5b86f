"""Remarks: another value beside an official figure, in words."""

from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.changes import role_name
from panels.events import recorded
from panels.situation import counted, on_date, source_name, step_name

OPEN = "open"


def listing(frame: pd.DataFrame, *, title: str, locale: str) -> Panel:
    """Remarks as a table. frame: `queries.remarks.remarks`. title: the key of its title.

    `parts` holds `head` and `rows`, as `panels.html.rows_html` asks; `choices`: of the open ones (id → as a list names
    it, event, territory); `upheld`: of those upheld (event → as a list names it).
    """
    w = words(locale)
    rows, choices, upheld = [], {}, {}
    for row in rows_of(frame):
        said = w(f"remarks.state_{row.state}")
        if row.state != OPEN:
            when = recorded(int(row.recorded_at), w)
            said = w("remarks.state_by", state=said, role=role_name(row.actor, w), when=when)
        rows.append(
            (
                w.place(row.territory_code),
                step_name(row.step, w),
                day(row, w),
                official(row, w),
                counted(row.unit, int(row.value), w),
                w("remarks.because", reason=row.reason, source=row.source),
                said,
            )
        )
        named = w(
            "remarks.named",
            place=w.place(row.territory_code),
            step=step_name(row.step, w),
            date=day(row, w),
            value=counted(row.unit, int(row.value), w),
        )
        if row.state == OPEN:
            choices[row.id] = (named, int(row.event), row.territory_code)
        elif row.state == "upheld":
            upheld[int(row.event)] = (named, row.territory_code)
    names = ("place", "count", "date", "official", "value", "why", "state")
    return Panel(
        subject="remarks",
        kind="table",
        title=w(title),
        frame=frame,
        parts={
            "head": tuple(w(f"remarks.column_{c}") for c in names),
            "rows": rows,
            "choices": choices,
            "upheld": upheld,
        },
    )


def day(row: Any, w: Words) -> str:
    """The day or the period of a remark."""
    if row.measure == "flow":
        return w.period(on_date(row.from_date), on_date(row.on_date))
    return w.date_short(on_date(row.on_date))


def official(row: Any, w: Words) -> str:
    """The figure beside which a remark was set, with its source."""
    if row.official is None:
        return w("state.missing")
    return w("remarks.official", n=int(row.official), source=source_name(row.official_source, w))


def sentences(frame: pd.DataFrame, *, locale: str) -> dict[str, tuple[str, ...]]:
    """One sentence for each remark, by programme: what another says of a figure that is shown."""
    w = words(locale)
    found: dict[str, tuple[str, ...]] = {}
    for row in rows_of(frame):
        programme = row.step.partition(".")[0]
        said = w(
            "remarks.sentence",
            place=w.place(row.territory_code),
            step=step_name(row.step, w),
            date=day(row, w),
            value=counted(row.unit, int(row.value), w),
            source=row.source,
            official=official(row, w),
        )
        found[programme] = (*found.get(programme, ()), said)
    return found


def beside(frame: pd.DataFrame, *, locale: str) -> dict[tuple[str, str, str, int], str]:
    """What is said beside a figure that is the subject of a remark: by (territory, step, unit, day)."""
    w = words(locale)
    return {
        (row.territory_code, row.step, row.unit, int(row.on_date)): w(
            "remarks.subject", value=counted(row.unit, int(row.value), w), source=row.source
        )
        for row in rows_of(frame)
    }
