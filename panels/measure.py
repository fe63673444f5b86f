"""How wide a text is in the letters of the house, and where it may be broken: what is drawn must not meet or leave."""

import re
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FONTS = Path(__file__).resolve().parent / "fonts"
_FILES = {400: "Regular", 500: "Medium", 600: "SemiBold"}
_MEASURED_AT = 100
_OPEN, _CLOSE = "\u2066\u2067\u2068", "\u2069"
_MARKS = dict.fromkeys(map(ord, _OPEN + _CLOSE))

_SHAPES = re.compile("[\u25a0-\u25ff\u2605\u2606\u2691\u2713-\u2716]+[ \u00a0]?")
"""Signs that our letters do not have. They never stand without a word: a drawing has its own shapes."""

TOP, BOTTOM = 0.95, 0.44
"""How far letters reach above and below their line, as parts of the size: the accents of É, the tail of ي."""

LINE = 1.4
"""From one line to the next, as parts of the size."""


@lru_cache(maxsize=len(_FILES))
def _font(weight: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"IBMPlexSansArabic-{_FILES[weight]}.ttf"), _MEASURED_AT)


@lru_cache(maxsize=4096)
def _width(text: str, weight: int) -> float:
    # Where letters cannot be joined for want of a library, each is measured alone, which is wider: nothing meets.
    return _font(weight).getlength(text.translate(_MARKS)) / _MEASURED_AT


def printable(text: str) -> str:
    """The text without the signs that would be printed as empty boxes."""
    return _SHAPES.sub("", text).strip() or text


def width(text: str, size: float, *, weight: int = 400) -> float:
    """The width of a text that stands on one line."""
    return _width(text, weight) * size


def lines(text: str, size: float, room: float, *, weight: int = 400) -> list[str]:
    """The text in lines of at most `room`, broken at spaces and after hyphens; a longer word has a line to itself.

    A number grouped with a narrow space is one word. An isolate that a break cuts is closed and opened again.
    """
    found: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), size, weight=weight) > room:
            found.append(line.rstrip())
            line = piece.lstrip(" ")
        else:
            line += piece
    if line.strip() or not found:
        found.append(line.rstrip())
    return _isolates_closed(found)


def widest_word(text: str, size: float, *, weight: int = 400) -> float:
    """The width below which a text cannot be broken any further."""
    return max((width(piece.rstrip(), size, weight=weight) for piece in _pieces(text)), default=0.0)


def evenly(text: str, size: float, room: float, *, weight: int = 400) -> list[str]:
    """As `lines`, in no more lines and with the least width that these need: no word is left alone on the last."""
    most = len(lines(text, size, room, weight=weight))
    low, high = widest_word(text, size, weight=weight), room
    if most == 1 or low >= high:
        return lines(text, size, room, weight=weight)
    for _ in range(8):
        middle = (low + high) / 2
        low, high = (low, middle) if len(lines(text, size, middle, weight=weight)) <= most else (middle, high)
    return lines(text, size, high, weight=weight)


def _pieces(text: str) -> list[str]:
    """The pieces between which a line may end: each with the space or hyphen that it ends with."""
    pieces, piece = [], ""
    for place, letter in enumerate(text):
        piece += letter
        following = text[place + 1 : place + 2]
        if letter == " " or (letter == "-" and following.isalpha() and piece[:-1].strip()):
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces


def _isolates_closed(found: list[str]) -> list[str]:
    made, open_marks = [], ""
    for line in found:
        begun = open_marks + line
        for letter in line:
            if letter in _OPEN:
                open_marks += letter
            elif letter in _CLOSE:
                open_marks = open_marks[:-1]
        made.append(begun + _CLOSE * len(open_marks))
    return made
