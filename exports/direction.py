"""The direction of a text in documents of office programs, which know paragraphs and runs but not every mark.

The words of the house hold their values in isolates (U+2066 to U+2069). Word and PowerPoint draw these as boxes in some
fonts; U+200E and U+200F they have always known. So an isolate that runs against its line is written between two of
them, and one that runs along with it needs none.
"""

import re
import unicodedata

from i18n import FSI, LRI, PDI, RLI, reads_against

LRM, RLM = "\u200e", "\u200f"

MARKS = dict.fromkeys(
    map(ord, (FSI, LRI, PDI, RLI, LRM, RLM, "\u061c", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e"))
)
"""What steers the direction and is no letter: with `str.translate` it is gone."""

_UNSAYABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
"""What no XML may hold."""

_NUMBER = re.compile(r"\d+(?:[.,:/\u202f\u00a0]\d+)*")
_STRONG = {"L": False, "R": True, "AL": True}
_PAIRS = {"(": ")", "[": "]", "{": "}", "«": "»"}


def bare(text: str) -> str:
    """The letters of a text, without any mark of direction."""
    return text.translate(MARKS)


def sayable(text: str) -> str:
    """The text without what no XML may hold."""
    return _UNSAYABLE.sub("", text)


def in_line(text: str, *, rtl: bool) -> str:
    """The text for a line of that direction, its isolates written as office programs understand them."""
    out: list[str] = []
    at = 0
    while at < len(text):
        mark = text[at]
        if mark == PDI:
            at += 1
        elif mark not in (FSI, LRI, RLI):
            out.append(mark)
            at += 1
        else:
            end = _closing(text, at)
            inside, after = text[at + 1 : end], text[end + 1 :]
            own = mark == RLI or (mark == FSI and bool(_first_strong(inside)))
            said = in_line(inside, rtl=own)
            if own == rtl or not said:
                out.append(said)
            else:
                out.append(_against(said, after, rtl=rtl))
            at = end + 1
    return "".join(out)


def parted(text: str, *, rtl: bool) -> list[tuple[str, bool]]:
    """A text in the parts that are set each as a paragraph, with whether each reads against the document: its lines,
    where one of them does, and else the text as it is."""
    lines = text.split("\n")
    ways = [reads_against(line, rtl=rtl) for line in lines]
    if any(ways) and not all(ways):
        return list(zip(lines, ways, strict=True))
    return [(text, all(ways))]


def runs(text: str, *, rtl: bool) -> list[tuple[str, bool]]:
    """The text of a line in pieces of one direction each, with whether it runs from right to left: what is neither goes
    with the line. Together the pieces are the text."""
    found: list[tuple[str, bool]] = []
    start = 0
    for first, last in _other_way(text, rtl=rtl):
        if start < first:
            found.append((text[start:first], rtl))
        found.append((text[first:last], not rtl))
        start = last
    if start < len(text):
        found.append((text[start:], rtl))
    return found


def _against(said: str, after: str, *, rtl: bool) -> str:
    """A text that runs against its line. A number holds by itself, unless something that joins numbers comes next."""
    own, line = (LRM, RLM) if rtl else (RLM, LRM)
    following = after[:1]
    if rtl and _NUMBER.fullmatch(said):
        return said if not following or following.isspace() or _strong(following) is rtl else said + line
    # Whatever of the same direction, or a digit, comes next would be drawn to this piece.
    ahead = next((c for c in after if _strong(c) is not None or c.isdigit() or c in (FSI, LRI, RLI)), None)
    return own + said + own + ("" if ahead is None or _strong(ahead) is rtl else line)


def _other_way(text: str, *, rtl: bool) -> list[tuple[int, int]]:
    """Where pieces that run against the line begin and end."""
    found: list[list[int]] = []
    open_piece: list[int] | None = None
    for at, letter in enumerate(text):
        way = _way(letter)
        if way is None:
            continue
        if way is rtl:
            open_piece = None
        elif open_piece is None:
            open_piece = [at, at + 1]
            found.append(open_piece)
        else:
            open_piece[1] = at + 1
    for piece in found:
        # A bracket that is opened inside is closed inside.
        waiting = [_PAIRS[c] for c in text[piece[0] : piece[1]] if c in _PAIRS]
        for c in text[piece[0] : piece[1]]:
            if c in waiting:
                waiting.remove(c)
        while waiting and text[piece[1] : piece[1] + 1] == waiting[-1]:
            waiting.pop()
            piece[1] += 1
    return [(first, last) for first, last in found]


def _way(letter: str) -> bool | None:
    """Whether a letter runs from right to left; None for what takes its direction from others."""
    if letter == RLM:
        return True
    if letter == LRM or letter.isdigit():
        return False
    return _strong(letter)


def _strong(letter: str) -> bool | None:
    return _STRONG.get(unicodedata.bidirectional(letter))


def _closing(text: str, opened: int) -> int:
    """Where the isolate opened there is closed; the end of the text where nothing closes it."""
    depth = 0
    for at in range(opened, len(text)):
        depth += (text[at] in (FSI, LRI, RLI)) - (text[at] == PDI)
        if depth == 0:
            return at
    return len(text)


def _first_strong(text: str) -> bool | None:
    depth = 0
    for letter in text:
        depth += (letter in (FSI, LRI, RLI)) - (letter == PDI)
        if depth == 0 and letter != PDI and (way := _strong(letter)) is not None:
            return way
    return None
