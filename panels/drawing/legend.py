"""The legend below a chart: marks and their words, in as many lines as they need, beginning where reading begins."""

from collections.abc import Callable, Sequence

from panels.drawing.sheet import BOTTOM, INK, LINE, TOP, Box, Sheet

Item = tuple[Callable[[float, float, float], None], str]
"""What draws the mark (its middle, its side), and the words beside it."""


def shape(sheet: Sheet, of: str, fill: str) -> Callable[[float, float, float], None]:
    return lambda x, y, side: sheet.shape(x, y, side, of, fill)


def stroke(sheet: Sheet, colour: str, thick: float, *, dashed: bool = False) -> Callable[[float, float, float], None]:
    return lambda x, y, side: sheet.line([(x - side, y), (x + side, y)], colour, thick, dashed=dashed)


def upright(sheet: Sheet) -> Callable[[float, float, float], None]:
    """The mark of where the path says that a bar should be."""
    return lambda x, y, side: sheet.line([(x, y - side * 0.6), (x, y + side * 0.6)], INK, max(side * 0.22, 3))


def below(sheet: Sheet, items: Sequence[Item], box: Box) -> Box:
    """Draw the legend at the foot of a box; what is left of the box above it."""
    if not items:
        return box
    left, top, right, bottom = box
    size, side = sheet.least, sheet.least * 0.8
    lead, gap = side * 2 + size * 0.4, size * 1.2
    lines: list[list[tuple[Item, float]]] = [[]]
    used = 0.0
    for item in items:
        long = lead + sheet.wide(item[1], size)
        if lines[-1] and used + long > right - left:
            lines.append([])
            used = 0.0
        lines[-1].append((item, long))
        used += long + gap
    step = LINE * size
    first = bottom - BOTTOM * size - (len(lines) - 1) * step
    begin = right if sheet.rtl else left
    way = -1 if sheet.rtl else 1
    for number, line in enumerate(lines):
        y, x = first + number * step, begin
        for (mark, said), long in line:
            mark(x + way * side, y - (TOP - BOTTOM) * size / 2, side)
            for place, part in enumerate(sheet.broken(said, right - left - lead, size)[:1]):
                sheet.text(x + way * lead, y + place * step, part, size=size)
            x += way * (long + gap)
    return (left, top, right, first - TOP * size - sheet.pad)
