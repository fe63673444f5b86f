"""Maps and chains on paper: the drawing of the wall, its texts set by the paper itself.

Shapes go as an SVG without a letter; each text goes beside it, with its place, and is set in the house's font as every
other text of the page is: so it is written as `paper.written` writes, and comes out again as it went in.
"""

from dataclasses import replace
from typing import Any

from exports.outlines import outlines
from panels.drawing.sheet import Sheet
from panels.plot import LABELLED
from panels.slide import Slide
from panels.svg import sheet_of

KINDS = ("map", "chain")
"""What is drawn here; bars and paths are drawn by the template itself."""

LETTER = 7.0
"""Points of the smallest text where there is the room."""
GOOD, LEAST = 6.4, 5.6
"""Points that are as good, and points below which nothing is drawn: the table says it."""

_HIGHER = (1.2, 1.4, 1.6, 1.8)

_POINTS = 72 / 2.54
_UNITS, _SMALLEST = 1000.0, 24.0
"""A drawing of so many units and more has that for its smallest text."""


def drawing(slide: Slide, *, locale: str, width: float, height: float) -> dict[str, Any] | None:
    """The map or the chain of a slide in a room of so many centimetres, for the template; None where there is nothing
    to draw, or no layout could be read.

    width, height: in units of the drawing, which the template makes as wide as its block; svg: the shapes; texts: x, y,
    said, side, size, weight, fill.
    """
    sheet = _sheet(slide, locale, width * _POINTS, height * _POINTS)
    if sheet is None:
        return None
    return {
        "kind": "drawing",
        "width": sheet.width + 2 * sheet.edge,
        "height": sheet.height,
        "svg": sheet.whole("", lettered=False),
        "texts": [
            {
                "x": one.x,
                "y": one.y,
                "said": one.said,
                "side": one.side,
                "size": one.size,
                "weight": one.weight,
                "fill": one.fill,
            }
            for one in sheet.letters
        ],
    }


def _sheet(slide: Slide, locale: str, wide: float, tall: float) -> Sheet | None:
    """The sheet of a room in points. A chain is as high as what it holds, and is given more height than the room has
    where its letters would be small."""
    if slide.kind not in KINDS:
        return None
    chart = slide.chart
    near = outlines(chart["parent"], chart["level"]) if slide.kind == "map" and chart.get("parent") else None
    if slide.kind == "map" and not any(one["code"] in (near or {}) for one in chart.get("territories", ())):
        # Tiles of names and numbers are a table, and there is one.
        return None
    units = max(wide * _SMALLEST / LETTER, _UNITS)
    found = None
    for height in (tall, *(tall * more for more in _HIGHER)) if slide.kind == "chain" else (tall,):
        asked = {"locale": locale, "width": units, "height": height * units / wide, "wall": True, "hatched": True}
        # The notice stands on each page.
        sheet = sheet_of(replace(slide, demonstration=False), outlines=near, **asked)
        if sheet is None or not sheet.letters:
            return None
        smallest = min(one.size for one in sheet.letters) * wide / units
        if smallest >= LEAST:
            found = sheet
        if smallest >= GOOD:
            break
    if found is not None and slide.kind == "chain":
        found.height = min(found.height, max(bottom for _, (_, _, _, bottom) in found.texts) + found.pad)
    return found


def whole(slide: Slide) -> bool:
    """Whether the drawing of a map says the name and number of each territory, not its colour alone."""
    return len(slide.chart.get("territories", ())) <= LABELLED


def told(slide: Slide, *, most: int = 60) -> str:
    """What the drawing says, in words, for whoever does not see it: its title, then names and numbers."""
    chart = slide.chart
    if slide.kind == "chain":
        rows = [(one["name"], one["text"]) for one in (*chart.get("nodes", ()), *chart.get("passages", ()))]
    else:
        groups = {one["key"]: one["text"] for one in chart.get("groups", ())}
        rows = [
            (one["name"], one["text"] or groups.get(one["group"], "")) for one in chart.get("territories", ())[:most]
        ]
    return " · ".join([slide.title, *(": ".join(filter(None, row)) for row in rows)])
