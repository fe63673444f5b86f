"""Transition: what became of those who were in the programme that ended, what remains, and by when."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Any

import pandas as pd

from i18n import Words, words
from panels import Panel, rows_of
from panels.html import link, made_up
from panels.lengths import Row
from panels.situation import counted, on_date, source_line, whole_or_partial

SHOWN, WITHHELD = "shown", "withheld"
OF_SWITCHED = ("confirmed", "waiting", "left")
"""The parts that those who were switched fall into, in the order in which they are drawn."""


@dataclass(frozen=True)
class Part:
    """One part, every text ready. length: its share of those who were switched, where that can be drawn; else None."""

    part: str
    name: str
    state: str
    number: str
    unit: str = ""
    dateline: str = ""
    late: str = ""
    length: float | None = None


def parts(
    frame: pd.DataFrame, left: Any, *, programme: str, former_on: int, territory: str, threshold: int, locale: str
) -> Panel:
    """The parts of a transition in one territory.

    frame: `queries.transition.parts`; left: the row of `queries.transition.remaining` of the same territory; former_on:
    the last day of the former programme. The band between two thresholds is not among them (`band`). `parts` holds
    parts (tuple of Part) and sentences (what is said of pace and date).
    """
    w = words(locale)
    shown = {row.part: row for row in rows_of(frame) if row.part != "band"}
    drawn = _lengths(shown)
    told = [_part(row, programme, drawn.get(part), threshold, w) for part, row in shown.items()]
    sources = dict.fromkeys(
        source_line(row.source, "", row.basis, w) for row in shown.values() if row.state == SHOWN and row.source
    )
    notes = [w("transition.no_index_note")]
    if left.former is None:
        notes.insert(0, w("transition.no_former_note", old=_old(frame, w), date=w.date(on_date(former_on))))
    if left.remaining_basis == "derived":
        notes.insert(0, w("transition.derived_note"))
    return Panel(
        subject="transition",
        kind="transition",
        title=finding(left, programme, frame, former_on, territory, w),
        frame=frame,
        units=tuple(dict.fromkeys(frame["unit"])),
        sources=tuple(sources),
        data_dates=tuple(sorted({int(day) for day in frame["on_date"].dropna()})),
        notes=tuple(notes),
        parts={"parts": tuple(told), "sentences": tuple(pace(left, _unit(frame), w))},
    )


def _unit(frame: pd.DataFrame) -> str:
    return frame["unit"].iloc[0] if len(frame) else "person"


def _old(frame: pd.DataFrame, w: Words) -> str:
    """The short name of the former programme."""
    former = frame.loc[frame["part"] == "former", "step"]
    return w.name("programme", former.iloc[0].partition(".")[0], field="short") if len(former) else ""


def _lengths(shown: Mapping[str, Any]) -> dict[str, float]:
    """The share of each part among all that were switched, where all of them are known and whole."""
    known = [shown[part] for part in OF_SWITCHED if part in shown]
    if not known or any(row.state != SHOWN or row.reporting < row.expected for row in known):
        return {}
    total = sum(row.value for row in known)
    return {row.part: row.value / total for row in known} if total else {}


def _part(row: Any, programme: str, length: float | None, threshold: int, w: Words) -> Part:
    old = w.name("programme", row.step.partition(".")[0], field="short")
    new = w.name("programme", programme, field="short")
    name = w(f"transition.part_{row.part}", old=old, new=new)
    if row.state != SHOWN:
        said = w("state.withheld", threshold=threshold) if row.state == WITHHELD else w(f"state.{row.state}")
        return Part(row.part, name, row.state, said)
    number, unit = w.parts(row.unit, int(row.value)) if row.value else (w.number(0), w(f"unit.{row.unit}"))
    date = w("app.as_of", date=w.date(on_date(row.on_date)))
    if row.basis == "summed" and row.reporting < row.expected:
        date = w("transition.partial", date=date, n=w.number(row.reporting), total=w.number(row.expected))
    return Part(row.part, name, row.state, number, unit, date, w("reading.late") if row.late else "", length)


def finding(left: Any, programme: str, frame: pd.DataFrame, former_on: int, territory: str, w: Words) -> str:
    place, unit, old = w.in_territory(territory), _unit(frame), _old(frame, w)
    said = {"place": place, "old": old, "new": w.name("programme", programme, field="short")}
    if left.state != SHOWN:
        return w("transition.finding_none", **said)
    said["date"] = w.date(on_date(left.remaining_date))
    said["remaining"] = counted(unit, int(left.remaining), w)
    if left.confirmed is None:
        return w("transition.finding_remaining", **said)
    said["confirmed"] = counted(unit, int(left.confirmed), w)
    if left.confirmed_share is None:
        return w("transition.finding_counts", **said)
    said |= {
        "former": counted(unit, int(left.former), w),
        "share": w.percent_words(left.confirmed_share),
        "former_date": w.date(on_date(former_on)),
    }
    return w("transition.finding_share", **said)


def pace(left: Any, unit: str, w: Words) -> list[str]:
    """What is said of the pace: how fast what remains falls, by when nobody is left, what is needed for the date."""
    if left.state != SHOWN or not left.pace_state:
        return []
    said = []
    if left.pace_state == "falling":
        per_day = w.count(unit, _a_day(left.per_day))
        said.append(w("transition.pace_falling", per_day=per_day, done_by=w.date(on_date(left.done_by))))
    else:
        said.append(w(f"transition.pace_{left.pace_state}"))
    if left.needed_per_day is not None:
        needed = w.count(unit, ceil(left.needed_per_day))
        said.append(w("transition.pace_needed", needed=needed, due=w.date(on_date(left.due))))
    return said


def _a_day(per_day: float) -> int | float:
    """A pace as it is printed: whole from ten on, with one decimal below."""
    return round(per_day) if per_day >= 10 else round(per_day, 1)


def transition_html(panel: Panel, *, locale: str) -> str:
    """The parts as cells, and the bar of those who were switched, from the side that reading begins at."""
    w, parts = words(locale), panel.parts
    cells = []
    for one in parts["parts"]:
        late = f' <span class="tt-late">{escape(one.late)}</span>' if one.late else ""
        if one.state == SHOWN:
            said = f'<div class="tt-number"><b>{escape(one.number)}</b> <span class="tt-unit">{escape(one.unit)}</span>'
            said += f'</div><div class="tt-date">{escape(one.dateline)}{late}</div>'
        else:
            said = f'<div class="tt-absent">{escape(one.number)}</div>'
        key = f'<span class="tt-swatch tt-part-{one.part}"></span> ' if one.length is not None else ""
        cells.append(f'<div class="tt-cell"><div class="tt-label">{key}{escape(one.name)}</div>{said}</div>')
    bar = "".join(
        f'<span class="tt-part tt-part-{one.part}" style="inline-size:{100 * one.length:.2f}%"></span>'
        for one in parts["parts"]
        if one.length
    )
    bar = f'<div class="tt-parts" aria-hidden="true">{bar}</div>' if bar else ""
    sentences = "".join(f'<p class="tt-remark">{escape(text)}</p>' for text in parts["sentences"])
    notes = "".join(f"<span>{escape(note)}</span>" for note in panel.notes)
    sources = " · ".join(link(source) for source in panel.sources)
    return (
        f'<section class="tt-transition" dir="{w.direction}"><p class="tt-finding">{escape(panel.title)}</p>'
        f'{made_up(panel, w)}<div class="tt-cells">{"".join(cells)}</div>{bar}{sentences}'
        f'<div class="tt-footer">{sources}{notes}</div></section>'
    )


def below(frame: pd.DataFrame, *, unit: str, old: str, territory: str, threshold: int, locale: str) -> Panel | None:
    """What remains in each child, in administrative order. frame: `queries.transition.below`; old: the id of the former
    programme. None where nothing is known of any."""
    if frame.empty or not (frame["state"] == SHOWN).any():
        return None
    w = words(locale)
    shared = frame["remaining_share"].notna().any()
    most = frame["remaining"].max()
    rows = []
    for row in rows_of(frame):
        length = (
            row.remaining_share if shared else (row.remaining / most if row.remaining is not None and most else None)
        )
        rows.append(
            Row(
                (
                    w.territory(row.territory_code),
                    _count(row.remaining, row, unit, threshold, w),
                    w("transition.no_stock") if row.former is None else counted(unit, int(row.former), w),
                    w("transition.no_share") if row.remaining_share is None else w.share(row.remaining_share),
                    "" if row.per_day is None else w.decimal(row.per_day, 1),
                    _done_by(row, w),
                ),
                None if length is None else min(length, 1.0),
                "waiting",
            )
        )
    names = ("territory", "remaining", "former", "share", "per_day", "done_by")
    old_name = w.name("programme", old, field="short")
    known = int((frame["state"] == SHOWN).sum())
    with_stock = int(frame["former"].notna().sum())
    said = {"place": w.in_territory(territory), "n": w.number(known), "total": w.number(len(frame)), "old": old_name}
    return Panel(
        subject="transition",
        kind="lengths",
        title=w("transition.below_share" if shared else "transition.below_counts", stocks=w.number(with_stock), **said),
        frame=frame,
        units=(unit,),
        sources=tuple(dict.fromkeys(source_line(name, "", "", w) for name in frame["source"] if name)),
        data_dates=tuple(sorted({int(day) for day in frame["remaining_date"].dropna()})),
        notes=(w("transition.below_note"),),
        parts={
            "head": tuple(
                w(f"transition.column_{name}", **({"old": old_name} if name == "former" else {})) for name in names
            ),
            "rows": tuple(rows),
            "bar": w("transition.column_bar_share" if shared else "transition.column_bar_count"),
        },
    )


def _count(value: float | None, row: Any, unit: str, threshold: int, w: Words) -> str:
    if value is not None:
        said = counted(unit, int(value), w)
        return w("transition.partial_count", n=said) if row.partial else said
    return w("state.withheld", threshold=threshold) if row.state == WITHHELD else w(f"state.{row.state}")


def _done_by(row: Any, w: Words) -> str:
    if not row.pace_state:
        return ""
    if row.pace_state == "falling":
        return w.date(on_date(row.done_by))
    return w(f"transition.done_{row.pace_state}")


def band(frame: pd.DataFrame, *, territory: str, locale: str) -> Panel | None:
    """The count between the two thresholds, for whoever prepares; None for a reader, to whom it is not given."""
    mine = [row for row in rows_of(frame) if row.part == "band"]
    if not mine:
        return None
    w, (row,) = words(locale), mine
    things = w.of_things(row.step, row.unit)
    if row.state == SHOWN:
        said = whole_or_partial(row, counted(row.unit, int(row.value), w), w)
        title = w(
            "transition.band",
            things=things,
            place=w.in_territory(territory),
            n=said,
            date=w.date(on_date(row.on_date)),
        )
    else:
        title = w("transition.band_none", things=things, place=w.in_territory(territory))
    return Panel(
        subject="transition",
        kind="notes",
        title=title,
        frame=frame[frame["part"] == "band"],
        units=(row.unit,),
        sources=(source_line(row.source, "", row.basis, w),) if row.source else (),
        data_dates=() if row.on_date is None else (int(row.on_date),),
        notes=(title, w("transition.band_note")),
    )
