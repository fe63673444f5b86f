"""Where a slide of the office's template has room: beside its logo, below its title, above whatever stands at its foot.

A template says where its texts go by the places of its master and its layouts, and what else it shows it does not say:
a logo, a coloured bar, a line. So the place for what is drawn is the template's own, without what its pictures and
shapes take of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.slide import SlideLayout

TITLES = (PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE)
_FOOT = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)
_BODIES = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT)
_GROUND = 0.6
"""What covers more than this part of a slide is its ground, and is written on."""
_THIN = 0.004
"""A line that is thinner than this part of the slide is no more than a line."""
_GAP, _EDGE = 0.015, 0.03


@dataclass(frozen=True)
class Area:
    """A rectangle of a slide, in the units of the file."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    def meets(self, other: "Area") -> bool:
        """Whether they have any room in common."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def holds(self, other: "Area") -> bool:
        """Whether the other lies within it, but for a tenth of it."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return across >= other.width * 0.9 and down >= other.height * 0.9

    def without(self, other: "Area", gap: int) -> "Area":
        """The largest part of it beside the other: above, below, to the left or to the right."""
        if not self.meets(other):
            return self
        beside = (
            Area(self.left, self.top, self.right, other.top - gap),
            Area(self.left, other.bottom + gap, self.right, self.bottom),
            Area(self.left, self.top, other.left - gap, self.bottom),
            Area(other.right + gap, self.top, self.right, self.bottom),
        )
        return max(beside, key=lambda one: max(one.width, 0) * max(one.height, 0))


def title_area(layout: SlideLayout, wide: int, high: int) -> Area | None:
    """The layout's place for a title, clear of its logo; None without such a place. A bar that the title stands in is
    its ground."""
    own = next((area for kind, area in _places(layout) if kind in TITLES), None)
    if own is None:
        return None
    own = _within(own, Area(0, 0, wide, high))
    for one in _shown(layout, wide, high):
        if not one.holds(own):
            own = own.without(one, int(wide * _GAP))
    return own


def content_area(layout: SlideLayout, wide: int, high: int, *, below: int) -> Area:
    """The room below the title, clear of everything that the layout and its master show.

    below: where the title ends. The sides are those of the master's place for text, else those of the title.
    """
    slide = Area(0, 0, wide, high)
    places = [*_places(layout), *_places(layout.slide_master)]
    bodies = [_within(area, slide) for kind, area in places if kind in _BODIES]
    body = max(bodies, key=lambda one: one.width * one.height, default=None)
    if body is None or body.width < wide * 0.4 or body.bottom - below < high * 0.3:
        side = next((area for kind, area in places if kind in TITLES), slide)
        edge = int(wide * _EDGE)
        body = Area(max(side.left, edge), below, min(side.right, wide - edge), int(high * (1 - _EDGE)))
    found = Area(body.left, max(below, body.top if body.top - below < high * 0.1 else below), body.right, body.bottom)
    for one in _shown(layout, wide, high):
        found = found.without(one, int(wide * _GAP))
    return found


def _places(part: Any) -> Iterator[tuple[Any, Area]]:
    for one in part.placeholders:
        kind = one.placeholder_format.type
        if kind not in _FOOT and one.width and one.height and one.left is not None and one.top is not None:
            yield kind, Area(one.left, one.top, one.left + one.width, one.top + one.height)


def _shown(layout: SlideLayout, wide: int, high: int) -> Iterator[Area]:
    """What a slide of this layout shows of itself: pictures and shapes, its ground and lines left out."""
    hidden = layout._element.get("showMasterSp") in ("0", "false")
    for shape in _shapes((layout,) if hidden else (layout, layout.slide_master)):
        area = Area(shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
        area = _within(area, Area(0, 0, wide, high))
        thin = area.width <= wide * _THIN or area.height <= high * _THIN
        ground = area.width >= wide * _GROUND and area.height >= high * _GROUND
        if area.width > 0 and area.height > 0 and not thin and not ground:
            yield area


def _shapes(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        for shape in part.shapes:
            placed = None not in (shape.left, shape.top, shape.width, shape.height)
            if not shape.is_placeholder and placed and shape._element.tag != qn("p:cxnSp"):
                yield shape


def _within(one: Area, slide: Area) -> Area:
    return Area(
        max(one.left, slide.left), max(one.top, slide.top), min(one.right, slide.right), min(one.bottom, slide.bottom)
    )
