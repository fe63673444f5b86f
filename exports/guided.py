"""A finished PDF with marks of direction, for programs that guess at the order of its text.

A PDF says where each sign stands. `pdftotext` (poppler) and Chrome (pdfium) read a line by the places of its signs and
guess which stretches run from right to left; Unicode's marks of direction (U+200E, U+200F), which nobody sees, tell
them. Each is given with the sign that it stands beside, as what that sign says (`ActualText`, ISO 32000-1, 14.9.4): no
sign is moved, and no ink is added.

What the two do with a line, on a page that is mostly written from right to left, from the line's right end:
- poppler takes a stretch from left to right from the first Latin letter, digit or sign of numbers on, up to the next
  letter from right to left. What stands between the two (a space, a bracket) goes with the wrong one without a mark.
- pdfium takes stretches of one kind one after another: Latin letters; digits and their signs; letters from right to
  left; the rest. After one from right to left it turns a bracket round, though the file says already what it is; after
  U+200E it does not. Of a sign's own text with more marks from right to left than from left to right it turns the
  order, so a mark from right to left never comes alone.

Reads and writes what typst writes, as `exports/tagged.py` does.
"""

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from exports import tagged

LRM, RLM = "\u200e", "\u200f"
_TO_RIGHT = ("L", "EN", "AN")
_TO_LEFT = ("R", "AL")
_WEAK = ("EN", "AN", "ES", "ET", "CS", "NSM", "BN")
"""The kinds of character (of Unicode's bidirectional algorithm) that pdfium takes as one stretch with digits."""


def guided(content: bytes) -> bytes:
    """A PDF of `exports/typeset.py` with marks of direction."""
    file = tagged.File(content)
    fonts: dict[int, _Font] = {}
    pages = []
    for number in file.page_numbers:
        page = file.of(tagged.Reference(number))
        named = file.of(file.of(page["Resources"]).get("Font", {}))
        for font in named.values():
            if font not in fonts:
                fonts[font] = _Font(file, file.of(font))
        drawn = file.of(page["Contents"]).content
        pages.append((int(page["Contents"]), drawn, {name: fonts[font] for name, font in named.items()}))
    changed = {}
    if any(font.signed for font in fonts.values()):
        for _, drawn, named in pages:
            for mark, letter in pairwise(_pieces(drawn, named)):
                _part(mark, letter)
        for font in fonts.values():
            if font.parted:
                changed[font.place] = font.rewritten()
    for number, drawn, named in pages:
        marked = _marked(drawn, named)
        if marked != drawn:
            changed[number] = marked
    return _with_streams(file, changed) if changed else content


class _Font:
    """What each code of a font stands for, and how wide it is (thousandths of the size)."""

    def __init__(self, file: tagged.File, said: dict) -> None:
        self.letters = file.letters(said)
        self.signed = any(_parts(text) for text in self.letters.values())
        self.said = dict(self.letters)
        self.parted: dict[int, str] = {}
        self.place, self.told = int(said["ToUnicode"]), file.of(said["ToUnicode"]).content
        descendant = file.of(file.of(said["DescendantFonts"])[0])
        widths = file.of(descendant["W"])
        self.wide: dict[int, float] = {}
        while widths:
            if isinstance(widths[1], list):
                self.wide.update(enumerate(widths[1], widths[0]))
                widths = widths[2:]
            else:
                self.wide.update(dict.fromkeys(range(widths[0], widths[1] + 1), widths[2]))
                widths = widths[3:]
        blank = next((code for code, text in self.letters.items() if text == " "), None)
        self.space = None if blank is None else blank.to_bytes(2)

    def part(self, code: int, text: str) -> None:
        """Have a code stand for another text."""
        self.parted[code] = self.letters[code] = text

    def rewritten(self) -> bytes:
        """What the file says of the codes, with those that stand for another text now."""

        def other(found: re.Match[bytes]) -> bytes:
            text = self.parted.get(int(found[1], 16))
            return found[0] if text is None else b"<%s> <%s>" % (found[1], _hex(text))

        return re.sub(rb"<([0-9A-Fa-f]{4})>\s*<[0-9A-Fa-f]+>(?=\s*\n)", other, self.told)

    def advance(self, shown: Iterable[bytes | float]) -> float:
        """How far what is shown goes, in thousandths of the size."""
        return sum(
            sum(self.wide.get(int.from_bytes(one[at : at + 2]), 0) for at in range(0, len(one), 2))
            if isinstance(one, bytes)
            else -one
            for one in shown
        )


@dataclass
class _Sign:
    """A sign as it is drawn, or some that say one text together. shown: what is written to show it, strings and
    distances; left, right: the marks that stand beside it; wide: how far it goes; told: what it says has to be said
    with it; before: what is written before it; moved: how far from its place it begins."""

    text: str
    shown: list[bytes | float]
    left: str = ""
    right: str = ""
    wide: float = 0.0
    told: bool = False
    before: bytes = b""
    moved: float = 0.0

    def first(self) -> str:
        return unicodedata.bidirectional(self.text[:1] or "x")

    def last(self) -> str:
        return unicodedata.bidirectional(self.text[-1:] or "x")


@dataclass
class _Piece:
    """What is shown at once. at, ends, height: from where to where along the page, and how far up; said: what the file
    says that it says, if it says so; placed: the operators before; run: which stretch
    of one direction it is a part of; backwards: that is one from right to left."""

    first: int
    last: int
    placed: bytes
    at: float
    ends: float
    height: float
    size: float
    said: str | None
    reversed: bool
    run: int
    signs: list[_Sign]
    font: _Font
    backwards: bool = False
    drawn_anew: bool = False

    def said_first(self) -> str | None:
        """What the file says, before any change, of its first sign."""
        return self.font.said.get(_code(self.signs[0])) if self.said is None else self.said

    @property
    def kinds(self) -> set[str]:
        return {unicodedata.bidirectional(letter) for sign in self.signs for letter in sign.text}


_NUMBER = rb"[+-]?(?:\d+\.?\d*|\.\d+)"
_STEP = re.compile(
    rb"(?<![\w/])(?P<save>q)(?=\s)|(?<![\w/])(?P<restore>Q)(?=\s)"
    rb"|(?<![\w/])(?P<begin>BT)(?![\w])|(?P<scale>%(n)s) 0 0 %(n)s (?P<along>%(n)s) (?P<upwards>%(n)s) cm"
    rb"|(?:/Span<</ActualText(?P<said><[0-9A-F]*>|\((?:[^()\\]|\\.|\(\))*\))>>BDC)?(?P<reversed>/ReversedChars BMC)?"
    rb"(?P<placed>\s*(?:\d Tr)?/(?P<font>\w+) (?P<size>%(n)s) Tf 1 0 0 -1 (?P<x>%(n)s) (?P<y>%(n)s) Tm)(?=[\[(<])"
    % {b"n": _NUMBER}
)


def _marked(drawn: bytes, fonts: dict[str, _Font]) -> bytes:
    """A page's content with marks."""
    pieces = list(_pieces(drawn, fonts))
    kinds = Counter(unicodedata.bidirectional(one) for piece in pieces for sign in piece.signs for one in sign.text)
    if not any(kinds[kind] for kind in _TO_LEFT):
        return drawn
    # As poppler has it: a page is written in the direction that most of its letters have.
    from_right = sum(kinds[kind] for kind in _TO_LEFT) > kinds["L"]
    for _, run in groupby(pieces, key=lambda piece: piece.run):
        _say_direction(list(run), from_right)
    for mark, letter in pairwise(pieces):
        _place(mark, letter)
    for line in _lines(pieces):
        signs = [(sign, piece.backwards) for piece in line for sign in piece.signs]
        (_guide_from_right if from_right else _guide_from_left)(signs)
    for piece in pieces:
        piece.drawn_anew |= piece.backwards and _tighten(piece.signs)
    out, at = [], 0
    for piece in pieces:
        if (
            piece.drawn_anew
            or piece.said is not None
            or any(sign.told or sign.left or sign.right for sign in piece.signs)
        ):
            out += [drawn[at : piece.first], _written(piece)]
            at = piece.last
    return b"".join([*out, drawn[at:]])


def _say_direction(run: list[_Piece], from_right: bool) -> None:
    """Say of the pieces of one run whether it is drawn from right to left. A run of signs alone goes with its page."""
    kinds = set().union(*(piece.kinds for piece in run))
    backwards = any(piece.reversed for piece in run) or not kinds.isdisjoint(_TO_LEFT)
    for piece in run:
        piece.backwards = backwards or (from_right and kinds.isdisjoint(_TO_RIGHT))


def _pieces(drawn: bytes, fonts: dict[str, _Font]) -> Iterator[_Piece]:
    """What a page's content shows, piece by piece, as it stands there."""
    stack: list[tuple[float, float, float]] = []
    scale, along, up = 1.0, 0.0, 0.0
    at = run = 0
    while step := _STEP.search(drawn, at):
        at = step.end()
        if step["save"]:
            stack.append((scale, along, up))
        elif step["restore"]:
            scale, along, up = stack.pop()
        elif step["begin"]:
            run += 1
        elif step["scale"]:
            along, up = along + scale * float(step["along"]), up + scale * float(step["upwards"])
            scale *= float(step["scale"])
        else:
            tokens = tagged.Tokens(drawn, at)
            shown = tokens.value()
            tokens.value()
            ends = re.compile(rb"(?:\s*EMC){%d}" % ((step["said"] is not None) + (step["reversed"] is not None)))
            if (end := ends.match(drawn, tokens.at)) is None:
                continue  # several pieces that say one text together are left as they are
            at = end.end()
            font, size = fonts[step["font"].decode()], float(step["size"])
            shown = shown if isinstance(shown, list) else [shown]
            signs = _signs(shown, font)
            said = None
            if step["said"] is not None:
                said = _bare(tagged.text_of(tagged.Tokens(step["said"], 0).value()))
                written = "".join(sign.text for sign in signs)
                signs = [_Sign(said, shown, told=said != written)]
            for sign in signs:
                sign.wide = font.advance(sign.shown) * size / 1000
            x = along + scale * float(step["x"])
            yield _Piece(
                step.start(),
                at,
                step["placed"],
                x,
                x + scale * sum(sign.wide for sign in signs),
                up - scale * float(step["y"]),
                abs(scale) * size,
                said,
                step["reversed"] is not None,
                run,
                signs,
                font,
            )


def _tighten(signs: list[_Sign]) -> bool:
    """Whether letters of one word stood so far apart (ري in the heavier weight) that poppler reads a space there. They
    are drawn a hundredth of their size nearer, which nobody sees; the next space of the word makes up for it."""
    owed, found = 0.0, False
    for sign, after in pairwise(signs):
        if sign.text == " " and owed:
            sign.shown.append(owed)
            owed = 0.0
        elif sign.text != " " and after.text != " " and not isinstance(far := sign.shown[-1], bytes) and far < -_APART:
            sign.shown[-1] = -_APART
            owed, found = owed + far + _APART, True
    return found


_APART = 98
"""Thousandths of the size of letters; poppler begins another word at a tenth."""


def _hex(text: str) -> bytes:
    return text.encode("utf-16-be").hex().upper().encode()


def _number(value: float) -> bytes:
    """A number as a PDF has it, which knows no exponents."""
    return f"{value:.5f}".rstrip("0").rstrip(".").encode()


def _bare(text: str) -> str:
    """A text without what says nothing of it."""
    return text.translate(tagged.SAID_NOTHING)


def _signs(shown: list[bytes | float], font: _Font) -> list[_Sign]:
    """What is shown, sign by sign, each with the distance to the next."""
    found: list[_Sign] = []
    waiting: list[bytes | float] = []
    for one in shown:
        if isinstance(one, bytes):
            for at in range(0, len(one), 2):
                found.append(
                    _Sign(_bare(font.letters.get(int.from_bytes(one[at : at + 2]), "")), [*waiting, one[at : at + 2]])
                )
                waiting = []
        elif found:
            found[-1].shown.append(one)
        else:
            waiting.append(one)
    return found


def _lines(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces that stand against each other on one line."""
    line: list[_Piece] = []
    for piece in sorted(pieces, key=lambda one: (one.height, one.at)):
        if line and (abs(piece.height - line[-1].height) > 0.01 or abs(piece.at - line[-1].ends) > 0.1 * piece.size):
            yield line
            line = []
        line.append(piece)
    if line:
        yield line


def _parts(text: str) -> tuple[str, str] | None:
    """The letters and the vowel signs of a text that has both."""
    signs = "".join(one for one in text if unicodedata.category(one) == "Mn")
    letters = "".join(one for one in text if unicodedata.category(one) != "Mn")
    return (letters, signs) if signs and letters else None


def _part(mark: _Piece, letter: _Piece) -> tuple[str, str] | None:
    """What the one and the other say of a vowel sign that is drawn by itself above or below its letter, where both say
    both; None for any other two pieces. Their codes stand for that from here on."""
    said = mark.said_first()
    if len(mark.signs) != 1 or said != letter.said_first() or abs(mark.at - letter.at) > 0.01:
        return None
    if mark.height == letter.height or not (parts := _parts(said)):
        return None
    for piece, text in ((letter, parts[0]), (mark, parts[1])):
        if piece.said is None:
            piece.font.part(_code(piece.signs[0]), text)
    return parts


def _code(sign: _Sign) -> int:
    """The code of the first of what a sign shows."""
    return int.from_bytes(next(one for one in sign.shown if isinstance(one, bytes)))


def _place(mark: _Piece, letter: _Piece) -> None:
    """Have a vowel sign stand where its letter begins, a hair before it: both readers take a line by where its pieces
    begin, and poppler by how high they stand. A space is drawn with it there."""
    parts, font = _part(mark, letter), mark.font
    if not parts:
        return
    sign, below = mark.signs[0], letter.signs[0]
    below.text, below.told = parts[0], letter.font.letters[_code(below)] != parts[0]
    sign.text, sign.told = parts[1], True
    mark.reversed = mark.backwards = letter.backwards = True
    if font.space is not None:
        x, y = map(float, mark.placed.rpartition(b"1 0 0 -1 ")[2].split()[:2])
        level, space = y + mark.height - letter.height, font.space.hex().encode()
        sign.before = b" 1 0 0 -1 %s %s Tm<%s>Tj" % (_number(x - 2 * _HAIR), _number(level), space)
        sign.shown = [font.space, font.wide[int.from_bytes(font.space)] - 1000 * _HAIR / mark.size, *sign.shown]
        sign.moved = -_HAIR


_HAIR = 0.02
"""Points: what comes that much before something else is read before it, and nobody sees it."""


def _guide_from_right(signs: list[tuple[_Sign, bool]]) -> None:
    """Mark the signs of a line, from its left end, each with whether it is drawn from right to left, for a page that is
    written from right to left."""
    for at, (sign, backwards) in enumerate(signs):
        before, before_backwards = signs[at - 1] if at else (None, True)
        after, after_backwards = signs[at + 1] if at + 1 < len(signs) else (None, True)
        open_left = before is not None and before_backwards and before.last() not in _TO_LEFT
        if not backwards:
            if open_left:
                sign.left = RLM + LRM
            if after is not None and after_backwards and after.first() not in _TO_LEFT:
                sign.right = LRM + RLM
            elif after_backwards and sign.text.strip() and sign.last() not in _TO_RIGHT:
                sign.right = LRM
        elif len(sign.text) == 1 and unicodedata.mirrored(sign.text):
            sign.left = RLM if open_left else ""
            sign.right = LRM
        elif open_left and sign.last() in _WEAK:
            sign.left = RLM + LRM


def _guide_from_left(signs: list[tuple[_Sign, bool]]) -> None:
    """The same for a page that is written from left to right."""
    for at, (sign, backwards) in enumerate(signs):
        if not backwards:
            continue
        before, before_backwards = signs[at - 1] if at else (None, False)
        after, after_backwards = signs[at + 1] if at + 1 < len(signs) else (None, False)
        if not before_backwards and sign.first() not in _TO_LEFT:
            sign.left = RLM
        if after and not after_backwards and after.first() not in _TO_RIGHT:
            sign.right = LRM


def _written(piece: _Piece) -> bytes:
    """A piece with its marks."""
    begins, _, place = piece.placed.rpartition(b"1 0 0 -1 ")
    x, y = map(float, place.split()[:2])
    out = [begins]

    def show(signs: list[_Sign]) -> None:
        nonlocal x
        if signs:
            moved = signs[0].moved
            said = (
                b"<%s>" % one.hex().encode() if isinstance(one, bytes) else _number(one)
                for sign in signs
                for one in sign.shown
            )
            out.append(b" 1 0 0 -1 %s %s Tm[%s]TJ" % (_number(x + moved), _number(y), b" ".join(said)))
            x += sum(sign.wide for sign in signs)
            signs.clear()

    plain: list[_Sign] = []
    for sign in piece.signs:
        if sign.told or sign.left or sign.right:
            show(plain)
            out.append(b"/Span<</ActualText<FEFF%s>>>BDC%s" % (_hex(sign.left + sign.text + sign.right), sign.before))
            show([sign])
            out.append(b"\nEMC")
        else:
            plain.append(sign)
    show(plain)
    if piece.reversed:
        # The stretch stands around its signs: pdfium drops one of two that end with the same mark.
        return b"/ReversedChars BMC%s\nEMC" % b"".join(out)
    return b"".join(out)


def _with_streams(file: tagged.File, changed: dict[int, bytes]) -> bytes:
    """The file with other contents of some streams, its table of cross references made anew."""
    numbers = sorted(file.offsets, key=file.offsets.__getitem__)
    ends = [
        *(file.offsets[one] for one in numbers[1:]),
        file.content.rindex(b"xref", 0, file.content.rindex(b"startxref")),
    ]
    out, places = bytearray(file.content[: file.offsets[numbers[0]]]), {}
    for number, end in zip(numbers, ends, strict=True):
        places[number] = len(out)
        written = file.content[file.offsets[number] : end]
        if number in changed:
            packed = zlib.compress(changed[number])
            said = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), written[: written.index(b"stream")], count=1)
            written = said + b"stream\n" + packed + b"\nendstream\nendobj\n"
        out += written
    start = len(out)
    many = max(places) + 1
    out += b"xref\n0 %d\n0000000000 65535 f\r\n" % many
    for number in range(1, many):
        out += b"%010d 00000 n\r\n" % places[number]
    trailer = file.content[file.content.rindex(b"trailer") : file.content.rindex(b"startxref")]
    return bytes(out + trailer + b"startxref\n%d\n%%%%EOF" % start)
