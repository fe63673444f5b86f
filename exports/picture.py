"""A panel as a picture for a telephone: what it says, its chart or its table, its sources, its id. No browser."""

import datetime as dt
from typing import Any

from exports import typeset
from exports.outlines import outlines
from i18n import Words, words
from panels.drawing.sheet import INK, TONE_FILL, Sheet
from panels.measure import printable
from panels.measure import width as wide_of
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

_FIRST_DAY = dt.date(1970, 1, 1)


def png(slide: Slide, *, locale: str, width: int = WIDTH) -> bytes:
    """The picture of a slide, `width` pixels across and as high as it needs, as the bytes of a PNG."""
    # A point of the page is a pixel: 72 of them an inch.
    return typeset.compile_png("picture", _said(slide, words(locale), width), pixels=72)


def _said(slide: Slide, w: Words, width: int) -> dict[str, Any]:
    """Everything that the template sets, worded."""
    chart = _chart(slide, w)
    table = slide.table if not chart else type(slide.table)()
    rows = [[printable(cell) for cell in row] for row in table.rows[:_ROWS]]
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
        "head": list(table.head) if rows else [],
        "rows": rows,
        "columns": _shares(table.head, rows),
        "numeric": list(table.numeric),
        "table_size": 28 if len(table.head) <= 4 else 24,
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


def _shares(head: tuple[str, ...], rows: list[list[str]]) -> list[float]:
    """How the width is shared among the columns: by their longest text, none less than a fifth of the widest."""
    if not rows:
        return []
    longest = [max(len(row[at]) if at < len(row) else 0 for row in [head, *rows]) for at in range(len(head))]
    most = max(longest) or 1
    return [max(min(one, 40) / min(most, 40), 0.2) for one in longest]


def _foot(slide: Slide, w: Words) -> list[str]:
    """Notes, what the figures are of, and where they come from."""
    said = [printable(note) for note in slide.notes]
    if slide.audience == "outside":
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
