"""Chain: the stages in the order of the way, as reading goes, and below them where files wait and who holds them."""

from collections.abc import Mapping, Sequence
from typing import Any

from panels.drawing.sheet import GREEN, GRID, GROUND, INK, SLATE, TONE_FILL, WHITE, Box, Sheet
from panels.measure import widest_word

_GAP = 1.15
"""Room for the arrow between two stages, in sizes of text."""


def draw(sheet: Sheet, chart: Mapping[str, Any], box: Box, outlines: object) -> None:
    """A chart of kind chain, in a box of the sheet."""
    nodes, passages = chart.get("nodes", ()), chart.get("passages", ())
    # More stages than a wall can hold: rather small than cut off.
    for size in (
        *(sheet.size * larger for larger in (1.4, 1.2, 1.0)),
        (sheet.size + sheet.least) / 2,
        *(sheet.least * 0.95**i for i in range(30)),
    ):
        upper = _boxes(sheet, nodes, box, size, draw=False)
        lower = _waiting(sheet, passages, (box[0], 0, box[2], 0), size, draw=False)
        between = sheet.pad * 1.5 if nodes and passages else 0
        if upper is not None and lower is not None and upper + lower + between <= box[3] - box[1]:
            spare = box[3] - box[1] - upper - lower - between
            top = box[1] + min(spare * 0.3, size)
            _boxes(sheet, nodes, (box[0], top, box[2], box[3]), size, draw=True)
            low = top + upper + between + min(spare * 0.2, size)
            _waiting(sheet, passages, (box[0], low, box[2], low), size, draw=True)
            return


def _boxes(sheet: Sheet, nodes: Sequence[Mapping], box: Box, size: float, *, draw: bool) -> float | None:
    """The stages as boxes with an arrow between two; their whole height, None when they do not fit."""
    if not nodes:
        return 0.0
    gap, pad, big = _GAP * size, size * 0.38, size * 1.35
    room = box[2] - box[0]
    least = max(
        max(widest_word(node["name"], size) for node in nodes),
        max(widest_word(node["text"], big, weight=600) for node in nodes),
    )
    per = min(len(nodes), int((room + gap) // (least + 2 * pad + gap)))
    if per < 1:
        return None
    lines = -(-len(nodes) // per)
    per = -(-len(nodes) // lines)
    wide = min((room - (per - 1) * gap) / per, size * 14)
    step = wide + gap
    names = [sheet.folded(node["name"], wide - 2 * pad, size) for node in nodes]
    texts = [sheet.folded(node["text"], wide - 2 * pad, big, 600) for node in nodes]
    named, said = max(map(len, names)), max(map(len, texts))
    tall = sheet.tall(named, size) + sheet.tall(said, big) + pad
    if draw:
        for i, node in enumerate(nodes):
            row, place = divmod(i, per)
            begin, top = place * step, box[1] + row * (tall + pad)
            left, right = sorted((sheet.at(begin), sheet.at(begin + wide)))
            held = node.get("state", "shown") == "shown"
            sheet.rect((left, top, right, top + tall), GROUND if held else WHITE, stroke=GRID, round_=size * 0.3)
            sheet.rect((sheet.at(begin), top, sheet.at(begin + 6), top + tall), GREEN if held else GRID)
            inside = sheet.at(begin + pad)
            at = top + pad / 2 + sheet.tall(named, size) / 2
            sheet.block(inside, at, names[i], size=size)
            at = top + pad / 2 + sheet.tall(named, size) + sheet.tall(said, big) / 2
            sheet.block(inside, at, texts[i], size=big, weight=600)
            if i + 1 < len(nodes) and place + 1 < per:
                sheet.arrow(sheet.at(begin + wide + gap / 2), top + tall / 2, gap * 0.72, INK)
    return lines * tall + (lines - 1) * pad


def _waiting(sheet: Sheet, passages: Sequence[Mapping], box: Box, size: float, *, draw: bool) -> float | None:
    """Where files wait: a row for each passage, the one that comes first marked in shape and word; the whole height."""
    if not passages:
        return 0.0
    w, pad, room, small = sheet.w, size * 0.5, box[2] - box[0], min(size, sheet.least)
    head = sheet.folded(w("svg.waiting"), room, size, 500)
    y = box[1]
    if draw:
        sheet.block(sheet.at(0), y + sheet.tall(len(head), size) / 2, head, size=size, weight=500)
    y += sheet.tall(len(head), size) + pad / 2
    most = max((one["waiting"] for one in passages if one.get("waiting") is not None), default=0) or 1
    numbers = max(sheet.wide(one["text"], size, 600) for one in passages)
    # Where numbers are short, names have more of the row.
    natural = max(sheet.wide(one["name"], size, 600 if one.get("priority") else 400) for one in passages)
    below = max(sheet.wide(f"{w('svg.priority')} · {one.get('body', '')}", small) for one in passages)
    names = min(max(natural, below) + size * 1.4, room * 0.58, room - numbers - 3 * pad - size * 8)
    bars = room - names - numbers - 3 * pad
    if bars < size * 3 or max(widest_word(one["name"], size) for one in passages) > names - 1.3 * size:
        return None
    for one in passages:
        first, elsewhere = one.get("priority"), one.get("held_elsewhere")
        fill = SLATE if elsewhere else TONE_FILL["bad"] if first else GREEN
        lead = size * 1.3
        name = sheet.folded(one["name"], names - lead, size, 600 if first else 400)
        said = [w("svg.priority")] if first else []
        said += [one["body"]] if one.get("body") else []
        below = sheet.broken(" · ".join(said), names - lead, small) if said else []
        tall = sheet.tall(len(name), size) + (sheet.tall(len(below), small) if below else 0) + pad / 2
        if draw:
            middle = y + tall / 2
            if first:
                sheet.rect((box[0], y, box[2], y + tall), GROUND, round_=size * 0.3)
                sheet.shape(sheet.at(size * 0.6), middle, size * 0.8, "◆", fill)
            top = y + pad / 4
            sheet.block(
                sheet.at(lead), top + sheet.tall(len(name), size) / 2, name, size=size, weight=600 if first else 400
            )
            if below:
                at = top + sheet.tall(len(name), size) + sheet.tall(len(below), small) / 2
                sheet.block(sheet.at(lead), at, below, size=small)
            start = names + pad
            long = (one.get("waiting") or 0) / most * bars
            half = min(size * 0.7, tall * 0.36)
            if long:
                sheet.rect((sheet.at(start), middle - half, sheet.at(start + long), middle + half), fill)
            sheet.block(sheet.at(start + long + pad), middle, [one["text"]], size=size, weight=600)
        y += tall + pad / 3
    return y - box[1]
