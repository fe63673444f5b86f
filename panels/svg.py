"""The chart of a slide as SVG, the same on the wall, in the pack and on paper. It words nothing and computes nothing.

The title, the numbers and the sources stand beside it and are set by whoever shows it; the notice of the demonstration
stands in it, so that even a part cut out of a screen says that it is made up.
"""

from collections.abc import Mapping, Sequence

from i18n import words
from panels.drawing import bars, chain, map, path
from panels.drawing.sheet import INK, NOTICE, Box, Sheet
from panels.slide import Slide

Outlines = Mapping[str, Sequence[Sequence[tuple[float, float]]]]

DRAWN = {"bars": bars.draw, "path": path.draw, "map": map.draw, "chain": chain.draw}
"""The kinds that have a chart; the others say it in lines or in a table."""

WALL_SIZE, WALL_LEAST = 28.0, 24.0
"""Ordinary and smallest text of a chart that is a thousand units wide or more, on a wall of 1920 by 1080."""

_FULL = 1000.0
_SMALLER = 0.78
"""Of a wall of 1024 by 768, whose units are as large in the room as those of a wall twice as wide."""


def svg(
    slide: Slide,
    *,
    locale: str,
    width: float,
    height: float,
    outlines: Outlines | None = None,
    wall: bool = False,
) -> str:
    """The chart of a slide, `width` by `height` units; empty for a kind without chart, or a chart without anything.

    outlines: of the territories of a map, as `exports.outlines` gives them; without them a map is a list of tiles.
    wall: text large enough for the last row of a room; else for a page or a telephone.
    """
    sheet = sheet_of(slide, locale=locale, width=width, height=height, outlines=outlines, wall=wall)
    return sheet.whole(slide.title) if sheet else ""


def sheet_of(
    slide: Slide,
    *,
    locale: str,
    width: float,
    height: float,
    outlines: Outlines | None = None,
    wall: bool = False,
    hatched: bool = False,
) -> Sheet | None:
    """As `svg`, the sheet with its measured texts; None where there is nothing to draw. hatched: for a printer that has
    no colours."""
    draw = DRAWN.get(slide.kind)
    if draw is None or not slide.chart:
        return None
    scale = 1.0 if width >= _FULL else _SMALLER
    size, least = (WALL_SIZE * scale, WALL_LEAST * scale) if wall else (width / 54, width / 64)
    edge = size * 0.15
    sheet = Sheet(words(locale), width - 2 * edge, height, size, least, edge, hatched)
    top = _head(sheet, str(slide.chart.get("unit", "")), made_up=slide.demonstration)
    draw(sheet, slide.chart, (0.0, top, sheet.width, height), outlines or {})
    return sheet


def _head(sheet: Sheet, unit: str, *, made_up: bool) -> float:
    """The line above the chart: what is counted where reading begins, the notice at the other end. Where it ends."""
    if not unit and not made_up:
        return 0.0
    pad, badge = sheet.pad, sheet.w("demo.badge") if made_up else ""
    size, line = sheet.least, sheet.tall(1, sheet.least)
    noticed = sheet.wide(badge, size, 500) + 2 * pad if badge else 0.0
    beside = sheet.wide(unit, size, 500) + noticed + 2 * pad <= sheet.width
    top = 0.0
    if unit:
        room = sheet.width - (noticed + 2 * pad if beside else 0)
        said = sheet.folded(unit, room, size, 500)
        tall = sheet.tall(len(said), size)
        sheet.block(sheet.at(0), top + tall / 2, said, size=size, weight=500)
        top += 0.0 if beside and badge else tall + pad / 2
    if badge:
        said = sheet.folded(badge, sheet.width - 2 * pad, size, 500)
        tall = sheet.tall(len(said), size)
        wide = max(sheet.wide(one, size, 500) for one in said) + 2 * pad
        plate: Box = (sheet.at(sheet.width - wide), top, sheet.at(sheet.width), top + tall)
        sheet.rect(plate, NOTICE, round_=size / 4)
        sheet.block(sheet.at(sheet.width - wide + pad), top + tall / 2, said, size=size, weight=500, fill=INK)
        top += max(tall, line) + pad / 2
    return top + pad / 2
