"""A panel as a picture for a telephone: what it says, its chart or its table, its sources, its id. No browser."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from exports import typeset
from exports.outlines import outlines
from i18n import Words, words
from panels.drawing.sheet import INK, TONE_FILL, Sheet
from panels.measure import printable, widest_word
from panels.measure import width as wide_of
from panels.plot import LABELLED
from panels.slide import Slide
from panels.svg import sheet_of

WIDTH = 1080
"""Pixels across: what a telephone shows at its full width."""

_CHART_WIDTH = 1000.0
"""The width of a chart in its own units: its letters of 24 and more are 9 points on a telephone."""

_CHART_HEIGHT = {"bars": 150.0, "path": 640.0, "map": 760.0, "chain": 1400.0}
_ROW_HEIGHT, _MOST_ROWS_DRAWN = 58.0, 40

_ROWS = 40
"""A table of more rows is a workbook and no picture: the first ones are shown and the others counted."""

_ROOM, _INSET = 1000.0, 10.0
"""The width of the page between its margins and the room beside the text of a cell, as the template has them."""

_SIZES = (28.0, 25.0, 22.0, 20.0, 18.0, 16.0, 14.0)

_FIRST_DAY = dt.date(1970, 1, 1)


def png(slide: Slide, *, locale: str, width: int = WIDTH) -> bytes:
    """The picture of a slide, `width` pixels across and as high as it needs, as the bytes of a PNG."""
    # A point of the page is a pixel: 72 of them an inch.
    return typeset.compile_png("picture", _said(slide, words(locale), width), pixels=72)


def _said(slide: Slide, w: Words, width: int) -> dict[str, Any]:
    """Everything that the template sets, worded."""
    chart = _chart(slide, w)
    # A map of many places has no room for their names: they and their figures stand below it.
    nameless = slide.kind == "map" and LABELLED < len(slide.chart.get("territories", ())) <= _ROWS
    table = slide.table if not chart or nameless else type(slide.table)()
    rows = [[printable(cell) for cell in row] for row in table.rows[:_ROWS]]
    head = [printable(cell) for cell in table.head] if rows else []
    widths, size = columns(head, rows)
    lines = [printable(line) for line in slide.lines or slide.chart.get("lines", ())]
    if len(table.rows) > _ROWS:
        lines.append(w("picture.more_rows", n=len(table.rows) - _ROWS))
    return {
        "width": width,
        "lang": w.locale,
        "rtl": w.rtl,
        "title": printable(slide.title),
        "notice": w("demo.badge") if slide.demonstration else "",
        "numbers": [
            {"label": one.label, "text": one.text, "unit": one.unit, "size": _number_size(slide, one.text)}
            for one in slide.numbers
        ],
        "verdict": _verdict(slide, w),
        "chart": chart,
        "head": head,
        "rows": rows,
        "columns": widths,
        "numeric": list(table.numeric),
        "table_size": size,
        "lines": lines,
        "foot": _foot(slide, w),
        "panel": w("picture.panel", id=slide.panel) if slide.panel else "",
    }


def _chart(slide: Slide, w: Words) -> str:
    """The chart in the letters of the wall: a telephone in the hand is as wide as a wall from the last row."""
    if slide.kind not in _CHART_HEIGHT:
        return ""
    where, height = slide.chart, _CHART_HEIGHT[slide.kind]
    near = outlines(where["parent"], where["level"]) if slide.kind == "map" and where.get("parent") else None
    if slide.kind == "bars":
        height += _ROW_HEIGHT * min(len(where.get("rows", ())), _MOST_ROWS_DRAWN)
    sheet = sheet_of(slide, locale=w.locale, width=_CHART_WIDTH, height=height, outlines=near, wall=True)
    if sheet is None or not sheet.texts:
        return ""
    if slide.kind == "chain":
        # A picture is as high as what it holds.
        sheet.height = max(bottom for _, (_, _, _, bottom) in sheet.texts) + sheet.pad
    return sheet.whole(slide.title)


def _number_size(slide: Slide, text: str) -> float:
    """As large as the widest headline number lets all of them be."""
    share = (1000 - 24 * (len(slide.numbers) - 1)) / len(slide.numbers) - 40
    return min(72.0, min(share / max(wide_of(one.text, 1, weight=600), 0.1) for one in slide.numbers))


def _verdict(slide: Slide, w: Words) -> dict[str, str] | None:
    if not slide.verdict:
        return None
    sheet = Sheet(w, 20, 20, 16, 16)
    sheet.shape(10, 10, 18, slide.verdict["shape"], TONE_FILL.get(slide.verdict["tone"], INK))
    return {"tone": slide.verdict["tone"], "word": slide.verdict["word"], "shape": sheet.whole("")}


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[float], float]:
    """The widths of the columns of a table, in units of the picture, and the size of its letters: no word is wider than
    its column, and what is left over goes where it saves most lines."""
    if not rows:
        return [], _SIZES[0]
    for size in _SIZES:
        least, natural = [], []
        for at in range(len(head)):
            texts = [(head[at], 600), *((row[at], 400) for row in rows if at < len(row))]
            least.append(max(widest_word(text, size, weight=weight) for text, weight in texts) + 2 * _INSET + 2)
            natural.append(max(wide_of(text, size, weight=weight) for text, weight in texts) + 2 * _INSET + 2)
        if sum(least) <= _ROOM or size == _SIZES[-1]:
            break
    spare = max(_ROOM - sum(least), 0.0)
    wanted = [a - b for a, b in zip(natural, least, strict=True)]
    share = min(spare / (sum(wanted) or 1.0), 1.0)
    found = [a + share * b for a, b in zip(least, wanted, strict=True)]
    return [one * _ROOM / sum(found) for one in found], size


def _foot(slide: Slide, w: Words) -> list[str]:
    """Notes, what the figures are of, and where they come from."""
    said = [printable(note) for note in slide.notes]
    # The deck says it at length on most of its slides: a telephone is small.
    if slide.audience == "outside" and not {w("deck.rounded"), w("since.rounded")} & {*slide.notes, *slide.lines}:
        said.append(w("picture.rounded"))
    if slide.sources:
        said.append(w("picture.sources", sources=w.join(one.text for one in slide.sources)))
    if slide.dates:
        days = sorted({_FIRST_DAY + dt.timedelta(days=day) for day in slide.dates})
        one_day = len(days) == 1
        said.append(
            w("picture.data_date", date=days[0]) if one_day else w("picture.data_dates", first=days[0], last=days[-1])
        )
    return said
