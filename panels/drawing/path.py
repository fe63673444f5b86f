"""Path: the count as it went, what was planned, the target, and what the office did meanwhile, marked under the axis.

Time runs left to right in every language; the scale stands where reading begins.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from panels.drawing import legend
from panels.drawing.sheet import GREEN, GRID, INK, QUIET, SLATE, WHITE, Box, Sheet

BAND = "#D3E8DF"
KIND_SHAPE = {"action": "▲", "recommendation": "■", "meeting": "●"}
KIND_FILL = {"action": GREEN, "recommendation": SLATE, "meeting": INK}
MOST_LANES = 4
Point = tuple[float, float]


def _day(text: str) -> int:
    return dt.date.fromisoformat(text).toordinal()


def draw(sheet: Sheet, chart: Mapping[str, Any], box: Box, outlines: object) -> None:
    """A chart of kind path, in a box of the sheet."""
    dates = [_day(text) for text in chart.get("dates", ())]
    actual = [(day, value) for day, value in zip(dates, chart.get("values", ()), strict=False) if value is not None]
    planned = [(_day(one["date"]), one["value"]) for one in chart.get("planned", ())]
    target = chart.get("target")
    band = [(_day(one["date"]), one["low"], one["high"]) for one in chart.get("band", ())]
    marks = sorted(chart.get("marks", ()), key=lambda one: one["date"])
    days = [*dates, *(day for day, _ in planned), *(day for day, *_ in band)]
    days += [_day(target["date"])] if target else []
    days += [_day(tick["date"]) for tick in chart.get("ticks", ())] if not days else []
    if not days:
        return
    box = legend.below(sheet, _legend(sheet, actual, planned, target, band, marks), box)
    first, last = min(days), max(days)
    size, pad = sheet.size, sheet.pad
    values = [value for _, value in (*actual, *planned)] + [v for _, low, high in band for v in (low, high)]
    values += [target["value"]] if target else []
    values += [one["value"] for one in chart.get("scale", ())]
    low, high = min(0.0, *values, 0.0), max(*values, 0.0) or 1.0
    scale = [(one["value"], one["text"]) for one in chart.get("scale", ())]
    room = max((sheet.wide(text, sheet.least) for _, text in scale), default=0.0) + pad * 1.6
    ends = max((sheet.wide(tick["text"], sheet.least) for tick in chart.get("ticks", ())), default=0.0) / 2
    ends = max(ends, size)
    left = box[0] + max(ends, 0.0 if sheet.rtl else room)
    right = box[2] - max(ends, room if sheet.rtl else 0.0)
    across = max(last - first, 1)

    def x_of(day: float) -> float:
        return left + (min(max(day, first), last) - first) / across * (right - left)

    lanes = _lanes(sheet, marks, x_of, box[2] - box[0], (box[3] - box[1]) * 0.36)
    lane = sheet.tall(1, sheet.least)
    axis = box[3] - lane - len(lanes) * lane - pad * (1.2 if lanes else 0.4)
    top = box[1] + size * 1.6

    def y_of(value: float) -> float:
        return axis - (value - low) / (high - low) * (axis - top)

    _levels(sheet, scale, y_of, (left, right))
    _ticks(sheet, chart.get("ticks", ()), x_of, axis, box)
    for one in marks:
        x = x_of(_day(one["date"]))
        sheet.line([(x, axis), (x, top)], GRID, 2, dashed=True)
    if band:
        edge = [(x_of(day), y_of(up)) for day, _, up in band]
        sheet.area(edge + [(x_of(day), y_of(down)) for day, down, _ in reversed(band)], BAND)
    thick = max(size * 0.16, 3)
    drawn: list[list[Point]] = []
    if planned:
        drawn.append([(x_of(day), y_of(value)) for day, value in planned])
        sheet.line(drawn[-1], INK, thick * 0.8, dashed=True)
    if actual:
        drawn.append([(x_of(day), y_of(value)) for day, value in actual])
        sheet.line(drawn[-1], GREEN, thick * 1.3)
        few = len(actual) <= 14
        for x, y in drawn[-1][:-1] if few else ():
            sheet.dot(x, y, thick * 1.3, WHITE, stroke=GREEN, thick=thick * 0.8)
        sheet.dot(*drawn[-1][-1], thick * 2.2, GREEN)
    sheet.line([(left, axis), (right, axis)], INK, max(thick * 0.5, 2))
    taken: list[Box] = []
    limits = (box[0], box[1], box[2], axis - 2)
    if target:
        x, y = x_of(_day(target["date"])), y_of(target["value"])
        sheet.shape(x, y, size * 0.8, "◆", INK)
        taken.append((x - size * 0.4, y - size * 0.4, x + size * 0.4, y + size * 0.4))
    labels = list(chart.get("labels", ()))
    shown = [text for value, text in zip(chart.get("values", ()), labels, strict=False) if value is not None]
    if actual and shown:
        _label(sheet, drawn[-1][-1], shown[-1], size * 1.3, drawn, taken, limits)
    if target and target.get("text"):
        _label(sheet, (x, y), target["text"], size, drawn, taken, limits)
    for number, placed in enumerate(lanes):
        y = axis + lane + pad * 0.8 + (number + 0.5) * lane
        for one, at, said, starts in placed:
            fill = KIND_FILL.get(one["kind"], INK)
            if one.get("until") and one["until"] != one["date"]:
                end = x_of(_day(one["until"]))
                sheet.line([(at, y), (max(end, at + 1), y)], fill, sheet.least * 0.3)
            sheet.shape(at, y, sheet.least * 0.7, KIND_SHAPE.get(one["kind"], "●"), fill)
            if said:
                sheet.block(starts, y, [said], size=sheet.least, anchor="left")


def _legend(sheet: Sheet, actual, planned, target, band, marks) -> list[legend.Item]:
    thick = max(sheet.size * 0.16, 3)
    items: list[legend.Item] = []
    if actual:
        items.append((legend.stroke(sheet, GREEN, thick * 1.3), sheet.w("targets.line_actual")))
    if planned:
        items.append((legend.stroke(sheet, INK, thick * 0.8, dashed=True), sheet.w("targets.line_planned")))
    if target:
        items.append((legend.shape(sheet, "◆", INK), sheet.w("targets.column_target")))
    if band:
        items.append((legend.stroke(sheet, BAND, sheet.least * 0.7), sheet.w("targets.line_band")))
    for kind, shape in KIND_SHAPE.items():
        if any(one["kind"] == kind for one in marks):
            items.append((legend.shape(sheet, shape, KIND_FILL[kind]), sheet.w(f"svg.mark_{kind}")))
    return items


def _levels(sheet: Sheet, scale: Sequence[tuple[float, str]], y_of, across: tuple[float, float]) -> None:
    """The scale: its ends first, then whatever does not stand too near another."""
    kept: list[float] = []
    ordered = sorted(scale)
    ordered = [*ordered[:1], *ordered[-1:], *ordered[1:-1]]
    for value, text in ordered:
        y = y_of(value)
        if any(abs(y - other) < sheet.tall(1, sheet.least) for other in kept):
            continue
        kept.append(y)
        sheet.line([(across[0], y), (across[1], y)], GRID, 2)
        x = across[1] + sheet.pad * 1.3 if sheet.rtl else across[0] - sheet.pad * 1.3
        sheet.block(x, y, [text], size=sheet.least, fill=QUIET, anchor="left" if sheet.rtl else "right")


def _ticks(sheet: Sheet, ticks: Sequence[Mapping], x_of, axis: float, box: Box) -> None:
    """The days below the axis, the latest first: what would meet another is left out."""
    taken: list[tuple[float, float]] = []
    y = axis + sheet.pad * 0.3 + sheet.tall(1, sheet.least) / 2
    for tick in reversed(ticks):
        long = sheet.wide(tick["text"], sheet.least)
        x = x_of(_day(tick["date"]))
        middle = min(max(x, box[0] + long / 2), box[2] - long / 2)
        left, right = middle - long / 2, middle + long / 2
        if any(left < end + sheet.pad and right > start - sheet.pad for start, end in taken):
            continue
        taken.append((left, right))
        sheet.line([(x, axis), (x, axis + sheet.pad * 0.5)], INK, 2)
        sheet.block(middle, y, [tick["text"]], size=sheet.least, fill=QUIET, anchor="middle")


def _lanes(sheet: Sheet, marks: Sequence[Mapping], x_of, wide: float, most: float) -> list[list[tuple]]:
    """The marks in rows in which no two meet: (mark, x, its words, where they start). Words that find no room in the
    rows there are stay out, those of what the office asked for and of its meetings last."""
    size, gap = sheet.least, sheet.least * 0.5
    rows = max(min(MOST_LANES, int(most / sheet.tall(1, size))), 1)
    lanes: list[list[tuple]] = [[] for _ in range(rows)]
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]

    def free(row: int, left: float, right: float) -> bool:
        return all(right + gap < start or left - gap > end for start, end in taken[row])

    order = {"recommendation": 0, "meeting": 0}
    for one in sorted(marks, key=lambda one: (order.get(one["kind"], 1), one["date"])):
        x, half = x_of(_day(one["date"])), size * 0.45
        until = max(x_of(_day(one["until"])), x) if one.get("until") else x
        long = sheet.wide(one.get("text", ""), size)
        beside = [(max(until, x + half) + gap * 0.6, True), (x - half - gap * 0.6 - long, True), (0.0, False)]
        for starts, worded in beside:
            left = min(x - half, starts) if worded else x - half
            right = max(x + half, until, starts + long) if worded else max(x + half, until)
            if worded and (starts < 0 or starts + long > wide):
                continue
            row = next((row for row in range(rows) if free(row, left, right)), None)
            if row is not None:
                lanes[row].append((one, x, one.get("text", "") if worded else "", starts))
                taken[row].append((left, right))
                break
    return [lane for lane in lanes if lane]


def _label(
    sheet: Sheet,
    point: Point,
    said: str,
    size: float,
    drawn: Sequence[Sequence[Point]],
    taken: list[Box],
    limits: Box,
) -> None:
    """A number beside its point, where it hides least of the lines and meets no other number."""
    long, tall, gap = sheet.wide(said, size, 600), sheet.tall(1, size), size * 0.45
    x, y = point
    found: list[tuple[float, float, float]] = []
    for step in (1.0, 1.8, 2.8, 4.2, 6.0):
        for across, down in ((0, -1), (-1, -1), (1, -1), (1, 0), (-1, 0), (0, 1), (1, 1), (-1, 1)):
            middle = (x + across * (long / 2 + gap * step), y + down * (tall / 2 + gap * step))
            left = min(max(middle[0] - long / 2, limits[0]), limits[2] - long)
            top = min(max(middle[1] - tall / 2, limits[1]), limits[3] - tall)
            place = (left, top, left + long, top + tall)
            if any(_meet(place, other) for other in taken):
                continue
            hidden = sum(_inside(spot, place) for line in drawn for spot in _sampled(line))
            found.append((hidden + 3 * step, left, top))
    if not found:
        return
    _, left, top = min(found)
    place = (left, top, left + long, top + tall)
    sheet.rect((left - gap * 0.3, top, left + long + gap * 0.3, top + tall), WHITE, round_=size * 0.2)
    sheet.block(left, top + tall / 2, [said], size=size, weight=600, anchor="left")
    taken.append(place)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(point: Point, box: Box) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _sampled(line: Sequence[Point]) -> list[Point]:
    """Points along a line, some twelve a stretch."""
    if len(line) < 2:
        return list(line)
    return [
        (a[0] + (b[0] - a[0]) * i / 12, a[1] + (b[1] - a[1]) * i / 12)
        for a, b in zip(line, line[1:], strict=False)
        for i in range(12)
    ] + [line[-1]]
