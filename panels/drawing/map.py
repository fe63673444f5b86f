"""Map: outlines filled by group, names on few territories, a legend with every way of having no number."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from panels.drawing.sheet import BOTTOM, GROUND, INK, LINE, QUIET, TONE_FILL, TOP, WHITE, Box, Sheet
from panels.plot import GROUP_FILL, LABELLED, MARKED, STATE_FILL, STATE_MARK, tints_for

EDGE = "#FFFFFF"
_STATE_SHAPE = {"zero": "0", "missing": "–", "withheld": "■", "not_applicable": "×"}
Rings = Sequence[Sequence[tuple[float, float]]]


def draw(sheet: Sheet, chart: Mapping[str, Any], box: Box, outlines: Mapping[str, Rings]) -> None:
    """A chart of kind map, in a box of the sheet."""
    groups = {group["key"]: group for group in chart.get("groups", ())}
    places = chart.get("territories", ())
    fills = _fills(groups)
    hatches = _hatches(groups) if sheet.hatched else {}
    drawn = [place for place in places if place["code"] in outlines]
    if drawn:
        box = _footnote(sheet, box)
    box = _legend(sheet, groups, fills, hatches, box)
    if not drawn:
        _tiles(sheet, places, groups, fills, hatches, box)
        return
    named = len(places) <= LABELLED
    labels = {place["code"]: _folded(sheet, place, box) for place in drawn} if named else {}
    column = max((wide for _, wide in labels.values()), default=0.0) + sheet.size if named else 0.0
    shapes = _shapes(drawn, outlines, box)
    if named and any(
        _spot(shapes[code], wide + 8, sheet.tall(len(lines), sheet.least)) is None
        for code, (lines, wide) in labels.items()
    ):
        # Not every name finds room inside its territory: some stand beside the map.
        shapes = _shapes(drawn, outlines, (box[0] + column, box[1], box[2] - column, box[3]))
    for place in drawn:
        group = groups.get(place["group"], {})
        shape, fill = shapes[place["code"]], fills.get(place["group"], GROUND)
        _outline(sheet, shape, fill, group.get("state") == "zero")
        _hatch(sheet, shape, hatches.get(place["group"], 0), fill)
    if named:
        low, _, high, _ = shapely.total_bounds(list(shapes.values()))
        near = (max(box[0], low - column), box[1], min(box[2], high + column), box[3])
        _names(sheet, drawn, shapes, labels, near)
    elif len(drawn) <= MARKED:
        for place in drawn:
            state = groups.get(place["group"], {}).get("state", "shown")
            if state in STATE_MARK:
                spot = shapely.maximum_inscribed_circle(shapes[place["code"]])
                x, y = spot.coords[0]
                if spot.length > sheet.least * 0.35:
                    _mark(sheet, x, y, sheet.least * 0.5, state)


def _shapes(drawn: Sequence[Mapping], outlines: Mapping[str, Rings], box: Box) -> dict[str, shapely.Geometry]:
    """The outlines of the territories as they lie in the box, by code."""
    put = _projection([outlines[place["code"]] for place in drawn], box)
    return {place["code"]: _polygon(outlines[place["code"]], put) for place in drawn}


def _fills(groups: Mapping[str, Mapping]) -> dict[str, str]:
    """The colour of each group: a tint, that of a verdict, that of having no number."""
    tints = [group["tint"] for group in groups.values() if group.get("tint") is not None]
    shades = tints_for(max(tints) + 1) if tints else []
    fills = {}
    for key, group in groups.items():
        tone = group.get("tone", "none")
        if group.get("tint") is not None:
            fills[key] = shades[group["tint"]]
        elif group.get("state", "shown") in STATE_FILL:
            fills[key] = STATE_FILL[group["state"]]
        elif tone == "elsewhere":
            fills[key] = TONE_FILL["elsewhere"]
        else:
            fills[key] = GROUP_FILL.get(key) or (TONE_FILL[tone] if tone in TONE_FILL and tone != "none" else GROUND)
    return fills


def _footnote(sheet: Sheet, box: Box) -> Box:
    """What has to be said of the outlines, at the foot; what is left above it."""
    size = sheet.least
    said = f"{sheet.w('map.indicative')} · {sheet.w('map.credit')}"
    lines = sheet.broken(said, box[2] - box[0], size)
    first = box[3] - BOTTOM * size - (len(lines) - 1) * LINE * size
    for number, line in enumerate(lines):
        sheet.text(sheet.at(0), first + number * LINE * size, line, size=size, fill=QUIET)
    return (box[0], box[1], box[2], first - TOP * size - sheet.pad / 2)


def _legend(
    sheet: Sheet, groups: Mapping[str, Mapping], fills: Mapping[str, str], hatches: Mapping[str, int], box: Box
) -> Box:
    """The groups, one below the other where reading begins; what is left beside them."""
    if not groups:
        return box
    left, top, right, bottom = box
    size, gap = sheet.least, sheet.pad
    swatch = size * 1.5
    most = (right - left) * 0.3 - swatch - gap
    folded = [sheet.folded(group["text"], most, size) for group in groups.values()]
    wide = max(sheet.wide(line, size) for lines in folded for line in lines)
    tall = sum(sheet.tall(len(lines), size) + gap / 2 for lines in folded)
    size = size if tall <= bottom - top else size * (bottom - top) / tall
    y = top
    for (key, group), lines in zip(groups.items(), folded, strict=True):
        high = sheet.tall(len(lines), size) + gap / 2
        middle = y + high / 2
        state = group.get("state", "shown")
        _swatch(sheet, sheet.at(0), middle, swatch, size, fills[key], state, hatches.get(key, 0))
        sheet.block(sheet.at(swatch + gap), middle, lines, size=size)
        y += high
    taken = swatch + gap + wide + 2 * gap
    return (left, top, right - taken, bottom) if sheet.rtl else (left + taken, top, right, bottom)


def _hatches(groups: Mapping[str, Mapping]) -> dict[str, int]:
    """The hatching of each group that has a colour of its own: tints by their order, the darkest without; verdicts as
    they come. What has no number wears its mark."""
    darkest = max((group["tint"] for group in groups.values() if group.get("tint") is not None), default=0)
    found = {}
    for place, (key, group) in enumerate(groups.items()):
        if group.get("state", "shown") == "shown":
            tint = group.get("tint")
            found[key] = (place if tint is None else 0 if tint == darkest else tint) % len(_HATCHING)
    return found


_HATCHING: tuple[tuple[tuple[int, float], ...], ...] = (
    (),
    ((1, 1.0),),
    ((-1, 0.5),),
    ((1, 0.6), (-1, 0.6)),
    ((0, 0.4),),
)
"""Hatchings: of each set of lines its slope (0: upright) and how far they are apart, in sizes of the smallest text."""


def _hatch(sheet: Sheet, shape: shapely.Geometry, hatching: int, fill: str) -> None:
    """The lines of a hatching inside a shape: dark on what is light, light on what is dark."""
    left, top, right, bottom = shape.bounds
    for slope, step in _HATCHING[hatching]:
        apart = step * sheet.least
        # Counted from the edge of the sheet, so that neighbours alike are hatched as one.
        first, last = math.floor((left - bottom) / apart), math.ceil((right + bottom) / apart)
        feet = [at * apart for at in range(first, last + 1)]
        rays = [[(x + slope * top, top), (x + slope * bottom, bottom)] for x in feet]
        for line in _lines(shapely.MultiLineString(rays).intersection(shape)):
            sheet.line(list(line.coords), WHITE if _dark(fill) else INK, max(sheet.least * 0.05, 0.8))


def _lines(found: shapely.Geometry) -> list[shapely.Geometry]:
    return [one for one in getattr(found, "geoms", [found]) if one.geom_type == "LineString" and one.length]


def _dark(fill: str) -> bool:
    red, green, blue = (int(fill[at : at + 2], 16) for at in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def _swatch(
    sheet: Sheet, x: float, y: float, wide: float, size: float, fill: str, state: str, hatching: int = 0
) -> None:
    end = x - wide if sheet.rtl else x + wide
    edge = "#0B5D4E" if state == "zero" else "#8B938E"
    box = (min(x, end), y - size * 0.5, max(x, end), y + size * 0.5)
    sheet.rect(box, fill, stroke=edge, thick=2)
    _hatch(sheet, shapely.box(*box), hatching, fill)
    _mark(sheet, (x + end) / 2, y, size * 0.5, state)


def _mark(sheet: Sheet, x: float, y: float, side: float, state: str) -> None:
    if state not in _STATE_SHAPE:
        return
    if state == "zero":
        sheet.dot(x, y, side * 0.4, "none", stroke=INK, thick=side * 0.18)
    else:
        sheet.shape(x, y, side, _STATE_SHAPE[state], WHITE if state == "withheld" else INK)


def _projection(many: Sequence[Rings], box: Box):
    """What puts a point of the outlines into the box, in proportion and in the middle."""
    points = [point for rings in many for ring in rings for point in ring]
    low = min(x for x, _ in points), min(y for _, y in points)
    high = max(x for x, _ in points), max(y for _, y in points)
    across, down = high[0] - low[0] or 1e-9, high[1] - low[1] or 1e-9
    scale = min((box[2] - box[0] - 6) / across, (box[3] - box[1] - 6) / down)
    off = (
        (box[0] + box[2]) / 2 - scale * (low[0] + high[0]) / 2,
        (box[1] + box[3]) / 2 - scale * (low[1] + high[1]) / 2,
    )
    return lambda point: (point[0] * scale + off[0], point[1] * scale + off[1])


def _polygon(rings: Rings, put) -> shapely.Geometry:
    """The outline as drawn, without what is too small to be seen on the sheet."""
    made = shapely.Polygon()
    for ring in rings:
        if len(ring) >= 4:
            made = made.symmetric_difference(shapely.make_valid(shapely.Polygon([put(point) for point in ring])))
    lighter = made.simplify(0.4)
    return lighter if lighter.area else made


def _outline(sheet: Sheet, shape: shapely.Geometry, fill: str, empty: bool) -> None:
    parts = [one for one in getattr(shape, "geoms", [shape]) if one.geom_type == "Polygon"]
    rings = [ring for one in parts for ring in (one.exterior, *one.interiors)]
    if not rings:
        return
    at = "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in list(ring.coords)[:-1]) + "Z" for ring in rings)
    edge = "#0B5D4E" if empty else "#5E6762"
    sheet.parts.append(f'<path d="{at}" fill="{fill}" fill-rule="evenodd" stroke="{edge}" stroke-width="1.5"/>')


def _folded(sheet: Sheet, place: Mapping, box: Box) -> tuple[list[tuple[str, int]], float]:
    """The name of a territory in lines, its number below them (text, weight), and how wide they are."""
    most = max((box[2] - box[0]) * 0.22, sheet.least * 5)
    lines = [(line, 500) for line in sheet.folded(place["name"], most, sheet.least, 500)]
    lines += [(line, 600) for line in sheet.folded(place["text"], most, sheet.least, 600)] if place.get("text") else []
    return lines, max(sheet.wide(line, sheet.least, weight) for line, weight in lines)


def _names(sheet: Sheet, places, shapes, labels, box: Box) -> None:
    """Names inside the territories that hold them; the others beside the map, each with a line to its territory."""
    size = sheet.least
    inside, beside = [], []
    for place in places:
        lines, wide = labels[place["code"]]
        shape = shapes[place["code"]]
        spot = _spot(shape, wide + 8, sheet.tall(len(lines), size))
        if spot:
            inside.append((lines, shape, wide, spot))
        else:
            x, y = shapely.maximum_inscribed_circle(shape).coords[0]
            beside.append((place, x, y))
    left, _, right, _ = shapely.total_bounds(list(shapes.values()))
    leaders = []
    for side in ("left", "right"):
        mine = [one for one in beside if bool(one[1] <= (left + right) / 2) is (side == "left")]
        leaders += _column(sheet, side, sorted(mine, key=lambda one: one[2]), labels, box)
    # After the lines, which no name may lose a letter to, and out of their way where there is room.
    crossed = shapely.MultiLineString(leaders)
    for lines, shape, wide, spot in inside:
        free = _spot(shape, wide + 8, sheet.tall(len(lines), size), crossed) or spot
        _label(sheet, lines, (free[0] + free[2]) / 2, free, "middle")


def _spot(shape: shapely.Geometry, wide: float, tall: float, clear_of: shapely.Geometry | None = None) -> Box | None:
    """Where in a territory a label of that size lies wholly, as near to its middle as can be; None: nowhere."""
    middle = shapely.maximum_inscribed_circle(shape).coords[0]
    left, top, right, bottom = shape.bounds
    steps = [i / 16 for i in range(1, 16)]
    grid = [(left + a * (right - left), top + b * (bottom - top)) for a in steps for b in steps]
    shapely.prepare(shape)
    for x, y in [middle, *sorted(grid, key=lambda at: math.dist(at, middle))]:
        spot = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        lies = shapely.box(*spot)
        if shape.contains(lies) and (clear_of is None or not clear_of.intersects(lies)):
            return spot
    return None


def _column(sheet: Sheet, side: str, mine, labels, box: Box) -> list[list[tuple[float, float]]]:
    """Labels one below the other at an edge, as near to the height of their territories as the others let them. The
    lines that lead to them."""
    leaders: list[list[tuple[float, float]]] = []
    if not mine:
        return leaders
    size, gap = sheet.least, sheet.pad * 0.6
    talls = [sheet.tall(len(labels[place["code"]][0]), size) for place, _, _ in mine]
    gap = min(gap, max((box[3] - box[1] - sum(talls)) / max(len(mine) - 1, 1), 0))
    tops, floor = [], box[1]
    for (_, _, y), tall in zip(mine, talls, strict=True):
        tops.append(max(floor, y - tall / 2))
        floor = tops[-1] + tall + gap
    # Pushed up again from the foot where they went below it.
    ceiling = box[3]
    for i in reversed(range(len(mine))):
        tops[i] = min(tops[i], ceiling - talls[i])
        ceiling = tops[i] - gap
    for (place, x, y), top, tall in zip(mine, tops, talls, strict=True):
        lines, wide = labels[place["code"]]
        edge = box[0] if side == "left" else box[2]
        inner = edge + wide + 6 if side == "left" else edge - wide - 6
        leaders.append([(inner, top + tall / 2), (x, y)])
        sheet.line(leaders[-1], WHITE, 5)
        sheet.line(leaders[-1], INK, 2)
        sheet.dot(x, y, 5, INK, stroke=WHITE, thick=2)
        spot = (edge, top, edge + wide, top + tall) if side == "left" else (edge - wide, top, edge, top + tall)
        _label(sheet, lines, edge, spot, side)
    return leaders


def _label(sheet: Sheet, lines, x: float, spot: Box, anchor: str) -> None:
    """A name and its number on a plate of its own: on a dark tint no letter is read from the last row."""
    size = sheet.least
    if anchor == "middle":
        sheet.rect(spot, WHITE, round_=size * 0.25)
    first = spot[1] + TOP * size
    for number, (line, weight) in enumerate(lines):
        sheet.text(x, first + number * LINE * size, line, size=size, weight=weight, anchor=anchor)


def _tiles(sheet: Sheet, places, groups, fills, hatches, box: Box) -> None:
    """Territories without outlines: one tile each, in the order given, its colour and mark beside name and number."""
    if not places:
        return
    for size in [sheet.least * 0.95**i for i in range(30)]:
        for columns in range(1, 7):
            wide = (box[2] - box[0] - (columns - 1) * size) / columns
            lead = size * 1.9
            folded = [sheet.folded(p["name"], wide - lead, size, 500) for p in places]
            if max(sheet.wide(line, size, 500) for lines in folded for line in lines) > wide - lead:
                continue
            per = -(-len(places) // columns)
            numbers = [sheet.folded(p.get("text", ""), wide - lead, size, 600) for p in places]
            talls = [
                sheet.tall(len(a) + (len(b) if b[0] else 0), size) + size * 0.4
                for a, b in zip(folded, numbers, strict=True)
            ]
            if max(sum(talls[i : i + per]) for i in range(0, len(places), per)) > box[3] - box[1]:
                continue
            shift = sheet.width - box[2] if sheet.rtl else box[0]
            for i, place in enumerate(places):
                column = i // per
                top = box[1] + sum(talls[column * per : i])
                begin = shift + column * (wide + size)
                state = groups.get(place["group"], {}).get("state", "shown")
                fill = fills.get(place["group"], GROUND)
                hatch, middle = hatches.get(place["group"], 0), top + sheet.tall(1, size) / 2
                _swatch(sheet, sheet.at(begin), middle, size * 1.4, size, fill, state, hatch)
                y = top + TOP * size
                for line in folded[i]:
                    sheet.text(sheet.at(begin + lead), y, line, size=size, weight=500)
                    y += LINE * size
                for line in numbers[i] if numbers[i][0] else ():
                    sheet.text(sheet.at(begin + lead), y, line, size=size, weight=600)
                    y += LINE * size
            return
