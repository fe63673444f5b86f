"""The sheet that charts are drawn on as SVG: measured text, shapes of verdicts, colours. Knows no kind of chart.

Attributes only, no style and no script: the pages' policy lets it pass, and typst reads the same text. Text has no
`direction` (typst ignores it): Arabic stands in a right-to-left isolate and is anchored by side.
"""

from dataclasses import dataclass, field
from html import escape

from i18n import PDI, RLI, Words
from panels.measure import BOTTOM, LINE, TOP, evenly, lines, width

INK, QUIET, GRID, GROUND, WHITE = "#16211E", "#414C47", "#C3C9C4", "#EEF1EE", "#FFFFFF"
GREEN, SLATE, GREY, NOTICE = "#0B5D4E", "#3F4E6E", "#6A716D", "#FBEAC4"
TONE_FILL = {"good": GREEN, "care": "#A86A00", "bad": "#A4262C", "elsewhere": SLATE, "none": GREY}
"""What another body holds never wears the prefecture's red. Each of them comes with a shape and a word."""

FAMILY = "IBM Plex Sans Arabic, Noto Sans Arabic, Arial, sans-serif"
_HEAVY = {400: "", 500: "IBM Plex Sans Arabic Medm, ", 600: "IBM Plex Sans Arabic SmBld, "}
"""typst knows a weight as a family of its own; a browser passes over a family that it does not know."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True)
class Letters:
    """A line of text as it lies on a sheet. x, y: of the end that `side` names (start: its left, middle, end: its
    right), where its letters stand."""

    x: float
    y: float
    said: str
    side: str
    size: float
    weight: int
    fill: str


@dataclass
class Sheet:
    """A drawing of so many units, in one language. size: of its ordinary text; least: of the smallest that may be.
    edge: left free on either side, besides: the first letter of a line may reach a little out of its width. hatched:
    what colours tell apart is hatched too, for a printer that has none."""

    w: Words
    width: float
    height: float
    size: float
    least: float
    edge: float = 0.0
    hatched: bool = False
    parts: list[str] = field(default_factory=list)
    texts: list[tuple[str, Box]] = field(default_factory=list)
    letters: list[Letters] = field(default_factory=list)

    @property
    def rtl(self) -> bool:
        return self.w.rtl

    @property
    def pad(self) -> float:
        return self.size * 0.5

    def at(self, along: float) -> float:
        """The x of a place that is so far from the side where reading begins."""
        return self.width - along if self.rtl else along

    def wide(self, text: str, size: float | None = None, weight: int = 400) -> float:
        return width(text, size or self.size, weight=weight)

    def folded(self, text: str, room: float, size: float | None = None, weight: int = 400) -> list[str]:
        return evenly(text, size or self.size, room, weight=weight)

    def broken(self, text: str, room: float, size: float | None = None, weight: int = 400) -> list[str]:
        return lines(text, size or self.size, room, weight=weight)

    def text(
        self,
        x: float,
        y: float,
        said: str,
        *,
        anchor: str = "begin",
        size: float | None = None,
        weight: int = 400,
        fill: str = INK,
    ) -> Box:
        """One line of text, its letters standing on y. anchor: begin, middle or end, as reading goes. Its box."""
        size = size or self.size
        side = {"middle": "middle", "left": "start", "right": "end"}.get(anchor) or (
            "end" if (anchor == "begin") is self.rtl else "start"
        )
        long = self.wide(said, size, weight)
        left = x - {"start": 0.0, "middle": long / 2, "end": long}[side]
        box = (left, y - TOP * size, left + long, y + BOTTOM * size)
        run = f"{RLI}{said}{PDI}" if self.rtl else said
        heavy = f' font-weight="{weight}" font-family="{_HEAVY[weight]}{FAMILY}"' if weight != 400 else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="{side}" fill="{fill}"{heavy}>'
            f"{escape(run)}</text>"
        )
        self.texts.append((said, box))
        self.letters.append(Letters(x + self.edge, y, said, side, size, weight, fill))
        return box

    def block(self, x: float, middle: float, said: list[str], **how) -> Box:
        """Lines of text, the middle of all at a height. The box of them all."""
        size = how.get("size") or self.size
        first = middle - (len(said) - 1) * LINE * size / 2 + (TOP - BOTTOM) * size / 2
        boxes = [self.text(x, first + i * LINE * size, line, **how) for i, line in enumerate(said)]
        return (min(b[0] for b in boxes), boxes[0][1], max(b[2] for b in boxes), boxes[-1][3])

    def tall(self, how_many: int, size: float | None = None) -> float:
        """The height of so many lines of text."""
        return (size or self.size) * (LINE * (how_many - 1) + TOP + BOTTOM)

    def rect(self, box: Box, fill: str, *, stroke: str = "", thick: float = 2, round_: float = 0) -> None:
        left, top, right, bottom = box
        edge = f' stroke="{stroke}" stroke-width="{thick:.1f}"' if stroke else ""
        edge += f' rx="{round_:.1f}"' if round_ else ""
        self.parts.append(
            f'<rect x="{min(left, right):.1f}" y="{top:.1f}" width="{abs(right - left):.1f}" '
            f'height="{max(bottom - top, 0):.1f}" fill="{fill}"{edge}/>'
        )

    def line(self, points: list[tuple[float, float]], colour: str, thick: float, *, dashed: bool = False) -> None:
        dash = f' stroke-dasharray="{3 * thick:.1f} {2 * thick:.1f}"' if dashed else ""
        at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f'<polyline points="{at}" fill="none" stroke="{colour}" stroke-width="{thick:.1f}" '
            f'stroke-linejoin="round" stroke-linecap="butt"{dash}/>'
        )

    def area(self, points: list[tuple[float, float]], fill: str, *, stroke: str = "", thick: float = 0) -> None:
        at = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        edge = f' stroke="{stroke}" stroke-width="{thick:.1f}"' if stroke else ""
        self.parts.append(f'<polygon points="{at}" fill="{fill}"{edge}/>')

    def dot(self, x: float, y: float, radius: float, fill: str, *, stroke: str = "", thick: float = 2) -> None:
        edge = f' stroke="{stroke}" stroke-width="{thick:.1f}"' if stroke else ""
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"{edge}/>')

    def shape(self, x: float, y: float, side: float, shape: str, fill: str) -> None:
        """The shape of a verdict as it is written (●, ▲, …), drawn round a point: our letters have none of them."""
        h = side / 2
        turned = {"▲": 1, "△": 1, "▼": -1, "▽": -1}.get(shape)
        hollow = shape in "○◇△▽□☆"
        inside, edge = (WHITE, fill) if hollow else (fill, "")
        if turned:
            points = [(x, y - turned * h), (x + h, y + turned * h), (x - h, y + turned * h)]
            self.area(points, inside, stroke=edge, thick=side / 7)
        elif shape in ("◆", "◇"):
            self.area([(x, y - h), (x + h, y), (x, y + h), (x - h, y)], inside, stroke=edge, thick=side / 7)
        elif shape in ("■", "□"):
            self.rect((x - h * 0.85, y - h * 0.85, x + h * 0.85, y + h * 0.85), inside, stroke=edge, thick=side / 7)
        elif shape in ("✔", "✓"):
            self.line([(x - h, y), (x - h / 4, y + h * 0.8), (x + h, y - h * 0.8)], fill, side / 5)
        elif shape in ("×", "✕"):
            self.line([(x - h, y - h), (x + h, y + h)], fill, side / 6)
            self.line([(x - h, y + h), (x + h, y - h)], fill, side / 6)
        elif shape in ("–", "-", "—"):
            self.line([(x - h, y), (x + h, y)], fill, side / 5)
        else:
            self.dot(x, y, h * 0.9, inside, stroke=edge, thick=side / 7)

    def arrow(self, x: float, y: float, long: float, colour: str) -> None:
        """An arrow as reading goes, its middle at a point."""
        way = -1 if self.rtl else 1
        tip, back, half = x + way * long / 2, x - way * long / 2, long * 0.28
        neck = tip - way * long * 0.4
        self.line([(back, y), (neck, y)], colour, long * 0.14)
        self.area([(tip, y), (neck, y - half), (neck, y + half)], colour)

    def whole(self, label: str, *, lettered: bool = True) -> str:
        """The drawing as one SVG text. lettered: with its texts; else whoever shows it sets `letters` upon it."""
        whole = self.width + 2 * self.edge
        parts = [part for part in self.parts if lettered or not part.startswith("<text ")]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:g} {self.height:g}" role="img" '
            f'aria-label="{escape(label)}" lang="{self.w.locale}" direction="ltr" font-family="{FAMILY}">'
            f'<g transform="translate({self.edge:g} 0)">{"".join(parts)}</g></svg>'
        )
