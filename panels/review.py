"""Review: what came of a quarter, in three tables of one sentence each. Services stand in the order of the settings."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.actions import service_name
from panels.situation import on_date
from panels.sources import called
from panels.targets import SHAPE, tone_of

COUNTED = ("carried", "made", "done", "under_way", "blocked", "assigned", "overdue")


def quarter_name(year: int, number: int, *, locale: str) -> str:
    """A quarter in words."""
    return words(locale)(f"review.quarter_{number}", year=year)


def services(frame: pd.DataFrame, *, year: int, number: int, locale: str) -> Panel:
    """Recommendations by service. frame: `queries.review.by_service`. The last row is that of all of them."""
    w = words(locale)
    rows = [
        (service_name(row.service, w), *(w.number(int(getattr(row, c))) for c in COUNTED)) for row in rows_of(frame)
    ]
    total = {c: int(frame[c].sum()) if len(frame) else 0 for c in COUNTED}
    if len(rows) > 1:
        rows.append((w("review.all_services"), *(w.number(total[c]) for c in COUNTED)))
    said = {"quarter": quarter_name(year, number, locale=locale)}
    if not len(frame):
        title = w("review.services_none", **said)
    else:
        title = w("review.services_title", **said, made=total["made"], done=total["done"], overdue=total["overdue"])
    head = tuple(w(f"review.column_{name}") for name in ("service", *COUNTED))
    return Panel("review", "table", title, frame, parts={"head": head, "rows": tuple(rows), "css": "tt-review"})


def deliveries(frame: pd.DataFrame, settings: Mapping[str, Any], *, year: int, number: int, locale: str) -> Panel:
    """Deliveries of the quarter. frame: `queries.review.delivered`; settings: as their file says them."""
    w = words(locale)
    blocks = {block["id"]: block for block in settings.get("delivery", ())}
    rows = []
    for row in rows_of(frame):
        if not row.offices:
            rows.append((called(blocks[row.delivery], locale=locale), *[w("state.not_applicable")] * 4))
            continue
        counts = (row.expected, row.complete, row.incomplete, row.missing)
        rows.append((called(blocks[row.delivery], locale=locale), *(w.number(int(one)) for one in counts)))
    said = {"quarter": quarter_name(year, number, locale=locale)}
    expected, complete = (int(frame[name].sum()) if len(frame) else 0 for name in ("expected", "complete"))
    if not len(frame) or not expected:
        title = w("review.deliveries_none", **said)
    else:
        title = w("review.deliveries_title", **said, expected=expected, complete=complete)
    head = tuple(w(f"review.column_{name}") for name in ("delivery", "expected", "complete", "incomplete", "missing"))
    return Panel("review", "table", title, frame, parts={"head": head, "rows": tuple(rows), "css": "tt-review"})


def paths(frame: pd.DataFrame, *, territory: str, year: int, number: int, ended: bool, locale: str) -> Panel:
    """Each priority beside its path at the start and at the end of the quarter. frame: `queries.review.paths`.

    ended: whether the quarter is over; else its end is the day asked.
    """
    w = words(locale)
    rows = []
    for row in rows_of(frame):
        # The figures are counts: the name of the indicator may be that of a share.
        cells: list[Any] = [w.things(row.step, row.unit)]
        for side in ("start", "end"):
            cells += [_actual(row, side, w), _verdict(row, side, w)]
        cells.append(w.name("body", row.body) if row.held_elsewhere and row.body else "")
        rows.append(tuple(cells))
    said = {"quarter": quarter_name(year, number, locale=locale), "place_in": w.in_territory(territory)}
    judged = [row for row in rows_of(frame) if row.verdict_end in ("on_path", "ahead", "met")]
    if not len(frame):
        title = w("review.paths_none", **said)
    else:
        moved = sum(row.verdict_start != row.verdict_end for row in rows_of(frame))
        title = w("review.paths_title", **said, n=len(frame), good=len(judged), moved=moved)
    names = ("indicator", "figure_start", "verdict_start", "figure_end" if ended else "figure_now")
    names += ("verdict_end" if ended else "verdict_now", "body")
    head = tuple(w(f"review.column_{name}") for name in names)
    return Panel("review", "table", title, frame, parts={"head": head, "rows": tuple(rows), "css": "tt-review"})


def _actual(row: Any, side: str, w: Words) -> str:
    state, value = getattr(row, f"state_{side}"), getattr(row, f"actual_{side}")
    if state == "withheld":
        return w("targets.withheld")
    if state == "not_applicable":
        return w("state.not_applicable")
    return w("state.missing") if value is None or math.isnan(value) else w.number(round(value))


def _verdict(row: Any, side: str, w: Words) -> Any:
    code = getattr(row, f"verdict_{side}") or "no_target"
    tone = tone_of(code, held_elsewhere=bool(row.held_elsewhere))
    return f"{SHAPE[code]} {w(f'targets.verdict_{code}')}", f"tt-tone-{tone}"


def meetings(held: Sequence[tuple[Any, int]], *, locale: str) -> tuple[tuple[str, str, str], ...]:
    """The meetings of the quarter, oldest first: id, what it was, how many recommendations it made."""
    w = words(locale)
    return tuple(
        (
            one.id,
            w(f"review.meeting_{one.kind}", date=on_date(one.on_date), place=w.place(one.territory)),
            w("review.meeting_made", n=count),
        )
        for one, count in held
    )
