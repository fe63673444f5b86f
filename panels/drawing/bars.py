"""Bars: a row for each territory, growing from where reading begins, with where the path says they should be."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from panels.drawing import legend
from panels.drawing.sheet import GROUND, INK, TONE_FILL, Box, Sheet
from panels.measure import widest_word

IN_ONE_COLUMN = 20
"""Up to so many bars stand one below the other."""

MOST_COLUMNS = 6
_SHORTEST = 3.0
"""The longest bar has so many sizes of its letters, or there are fewer columns."""


@dataclass(frozen=True)
class _Plan:
    """How the rows are set: columns, size of text, room and lines of the names, room of the verdicts' words."""

    columns: int
    size: float
    names: float
    lines: tuple[list[str], ...]
    worded: float
    bar: float


def draw(sheet: Sheet, chart: Mapping[str, Any], box: Box, outlines: object) -> None:
    """A chart of kind bars, in a box of the sheet."""
    rows = chart.get("rows", ())
    if not rows:
        return
    planned = any(row.get("planned") is not None for row in rows)
    # Which rows have their word beside them is known only when they are set; the legend is set first all the same.
    for worded in (True, False):
        items = [(legend.upright(sheet), sheet.w("svg.planned"))] if planned else []
        items += [] if worded else _verdicts(sheet, rows)
        before = len(sheet.parts), len(sheet.texts)
        room = legend.below(sheet, items, box)
        plan = _plan(sheet, chart, room, worded=worded)
        if plan:
            _rows(sheet, chart, room, plan)
            return
        del sheet.parts[before[0] :], sheet.texts[before[1] :]
    raise AssertionError("bars always find room: the last plan has no least size")


def _verdicts(sheet: Sheet, rows: Sequence[Mapping]) -> list[legend.Item]:
    """Each verdict in use, once, in the order in which it is met."""
    found = {
        (row["shape"], row["word"]): TONE_FILL.get(row.get("tone"), INK)
        for row in rows
        if row.get("word") and row.get("shape")
    }
    return [(legend.shape(sheet, shape, fill), word) for (shape, word), fill in found.items()]


def _plan(sheet: Sheet, chart: Mapping, box: Box, *, worded: bool) -> _Plan | None:
    rows = chart["rows"]
    sizes = [sheet.size * 1.3, sheet.size * 1.15, sheet.size, (sheet.size + sheet.least) / 2, sheet.least]
    first = 1 if len(rows) <= IN_ONE_COLUMN else 2
    if worded:
        columns = [1] if first == 1 and any(row.get("word") for row in rows) else []
    else:
        columns = list(range(first, MOST_COLUMNS + 1))
        # More than a wall can hold: rather small than cut off.
        sizes += [sheet.least * 0.93**i for i in range(1, 20)]
    # Few columns before large letters: long bars are compared more easily.
    for count, size in [(c, z) for c in columns for z in sizes if z >= sheet.least] + [
        (c, z) for z in sizes if z < sheet.least for c in columns
    ]:
        if plan := _fitting(sheet, chart, box, count, size, worded=worded):
            return plan
    return None


def _fitting(sheet: Sheet, chart: Mapping, box: Box, columns: int, size: float, *, worded: bool) -> _Plan | None:
    """The plan of so many columns and such a size; None when it does not fit."""
    rows = chart["rows"]
    left, top, right, bottom = box
    wide = (right - left - (columns - 1) * size) / columns
    word = 0.0
    if worded:
        word = max(
            (sheet.wide(line, size) for row in rows for line in sheet.folded(row.get("word", ""), wide * 0.24, size)),
            default=0.0,
        )
    marked = size * 1.3 if any(row.get("shape") for row in rows) else 0.0
    least = max(widest_word(row["name"], size) for row in rows)
    natural = max(sheet.wide(row["name"], size) for row in rows)
    for names in sorted({min(natural, wide * 0.36), min(natural, wide * 0.26), least}, reverse=True):
        names = max(names, least)
        bar = wide - names - size * 0.6 - marked - (word + size * 0.4 if word else 0.0)
        texts = max(sheet.wide(row["text"], size, 600) for row in rows)
        if bar - texts < (_SHORTEST if size >= sheet.least else 1.5) * size:
            continue
        lines = tuple(sheet.folded(row["name"], names, size) for row in rows)
        words = [len(sheet.folded(row.get("word", ""), word, size)) if word else 1 for row in rows]
        per = math.ceil(len(rows) / columns)
        needed = [sheet.tall(max(len(line), said), size) + size * 0.06 for line, said in zip(lines, words, strict=True)]
        if max(sum(needed[i : i + per]) for i in range(0, len(rows), per)) <= bottom - top:
            return _Plan(columns, size, names, lines, word, bar)
    return None


def _rows(sheet: Sheet, chart: Mapping, box: Box, plan: _Plan) -> None:
    rows, size = chart["rows"], plan.size
    left, top, right, bottom = box
    wide = (right - left - (plan.columns - 1) * size) / plan.columns
    per = math.ceil(len(rows) / plan.columns)
    words = [sheet.folded(row.get("word", ""), plan.worded, size) if plan.worded else [""] for row in rows]
    needed = [
        sheet.tall(max(len(line), len(said)), size) + size * 0.06 for line, said in zip(plan.lines, words, strict=True)
    ]
    low, unit = _scale(sheet, chart, plan)
    for column in range(plan.columns):
        mine = range(column * per, min((column + 1) * per, len(rows)))
        if not mine:
            break
        # What is left over is shared out, but no row is wider than three lines: few bars are not a wall of colour.
        spare = (bottom - top - sum(needed[i] for i in mine)) / len(mine)
        y = top
        for i in mine:
            tall = min(needed[i] + spare, max(needed[i], size * 3.4))
            _row(sheet, rows[i], plan, column * (wide + size), (y, y + tall), plan.lines[i], words[i], low, unit)
            y += tall


def _scale(sheet: Sheet, chart: Mapping, plan: _Plan) -> tuple[float, float]:
    """The least value that is drawn (0 or below), and how long a unit is so that each number stands beside its bar."""
    rows, gap = chart["rows"], plan.size * 0.4
    held = [v for row in rows for v in (row.get("value"), row.get("planned")) if v is not None]
    low = min(0.0, *held) if held else 0.0
    most = max(float(chart.get("most") or 0), *held, 0.0) if held else 1.0
    unit = plan.bar / ((most - low) or 1.0)
    for row in rows:
        reach = max(row.get("value") or 0.0, row.get("planned") or 0.0, 0.0) - low
        if reach > 0:
            unit = min(unit, (plan.bar - sheet.wide(row["text"], plan.size, 600) - 2 * gap) / reach)
    return low, max(unit, 0.0)


def _row(
    sheet: Sheet,
    row: Mapping,
    plan: _Plan,
    begin: float,
    span: tuple[float, float],
    name: list[str],
    word: list[str],
    low: float,
    unit: float,
) -> None:
    size, (top, bottom) = plan.size, span
    middle, gap = (top + bottom) / 2, size * 0.4
    half = min((bottom - top) * 0.34, size * 0.8)
    fill = TONE_FILL.get(row.get("tone"), INK)
    sheet.block(sheet.at(begin), middle, name, size=size)
    start = begin + plan.names + size * 0.6
    zero = start - low * unit
    value, planned = row.get("value"), row.get("planned")
    track = start + plan.bar
    sheet.rect((sheet.at(start), bottom - 1, sheet.at(track), bottom), GROUND)
    end = zero
    if value is not None:
        edge = start + (value - low) * unit
        sheet.rect((sheet.at(min(zero, edge)), middle - half, sheet.at(max(zero, edge)), middle + half), fill)
        end = max(zero, edge)
    long = sheet.wide(row["text"], size, 600)
    if planned is not None:
        mark = start + (planned - low) * unit
        thick = max(size * 0.18, 3)
        x = sheet.at(mark)
        # A white edge: on a bar of any colour it is seen where the path passes.
        sheet.line([(x, middle - half * 1.25), (x, middle + half * 1.25)], "#FFFFFF", thick * 2)
        sheet.line([(x, middle - half * 1.25), (x, middle + half * 1.25)], INK, thick)
        if end - gap < mark < end + long + 2 * gap:
            end = max(end, mark)
    sheet.block(sheet.at(end + gap), middle, [row["text"]], size=size, weight=600)
    if row.get("shape"):
        x = track + size * 0.7
        sheet.shape(sheet.at(x), middle, size * 0.72, row["shape"], fill)
        if plan.worded:
            sheet.block(sheet.at(x + size * 0.75), middle, word, size=size)
