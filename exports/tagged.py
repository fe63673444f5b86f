"""A tagged PDF read as its standard says: by the elements of its structure, in their order, each text whole.

What a page shows stands in the file in the order in which it is drawn; what it says stands in the structure, which is
what a screen reader speaks. A line from right to left is drawn from its other end (`ReversedChars`), and where a glyph
is not what was written the file says what was (`ActualText`): ISO 32000-1, 14.8.2 and 14.9.4. Programs that look at the
places of glyphs alone guess the order of a line of two directions; some turn a bracket round once more.

Reads what typst writes (a table of cross references, text of two bytes a glyph), not any PDF there is.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

SAID_NOTHING = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200d\u200e\u200f\u00ad"))
"""Marks of direction, joiners and soft hyphens: they say how a line is laid out, nothing of what is in it."""

_IN_LINE = {"Span", "Link", "Strong", "Em", "Lbl"}
"""Elements that are a part of the line they stand in."""


class NotTagged(ValueError):
    """The file has no structure to be read by, or is none that can be read here."""


@dataclass(frozen=True)
class Element:
    """A text of the structure: tag (H1, P, TH, TD, Caption, …), page (from 0) on which it begins, and the text."""

    tag: str
    page: int
    text: str


def normal(text: str) -> str:
    """A text as what it says can be compared: without marks of direction; every form of a letter, and every space, as
    the one it stands for (NFKC: a joined lam-alef is its two letters); runs of spaces as one.
    """
    return " ".join(unicodedata.normalize("NFKC", text.translate(SAID_NOTHING)).split())


def elements(content: bytes) -> list[Element]:
    """The texts of a tagged PDF in reading order, one for each element of the structure that holds any. What is not in
    the structure, running heads and feet, is not among them.

    Raises NotTagged when there is no structure.
    """
    file = File(content)
    return [Element(tag, page, text) for tag, page, text in _walk(file, file.structure, None)]


def running(content: bytes) -> list[str]:
    """What each page says outside the structure: its running head and foot, in the order in which they are drawn."""
    file = File(content)
    return [" ".join(piece.text for piece in pieces if piece.mcid is None) for pieces in file.pages]


def pages(content: bytes) -> int:
    """How many pages the file has."""
    return len(File(content).page_numbers)


def language(content: bytes) -> str:
    """The language that the file says it is in."""
    return text_of(File(content).catalogue.get("Lang", b""))


def _walk(file: "File", element: dict, page: int | None) -> Iterator[tuple[str, int, str]]:
    """The texts at and below an element: its own run on, those of elements in it stand by themselves."""
    own, inner, begins = [], [], None
    page = file.number_of(element["Pg"]) if "Pg" in element else page
    children = file.of(element.get("K", []))
    for child in children if isinstance(children, list) else [children]:
        child = file.of(child)
        if isinstance(child, int):
            own += file.marked(page, child)
            begins = page if begins is None else begins
        elif child.get("Type") == "MCR":
            at = file.number_of(child["Pg"]) if "Pg" in child else page
            own += file.marked(at, child["MCID"])
            begins = at if begins is None else begins
        elif child.get("Type") != "OBJR":
            below = list(_walk(file, child, page))
            if child.get("S") in _IN_LINE:
                own += [_Piece(None, 0, 0, 0, text, False) for _, _, text in below]
                begins = below[0][1] if below and begins is None else begins
            else:
                inner += below
    text = _run_on(own)
    if text.strip():
        yield element.get("S", ""), begins or 0, text
    yield from inner


@dataclass
class _Piece:
    """A piece of text as it is drawn. mcid: of the marked content it stands in; at, height: where it begins, along the
    page and upwards; size: of its letters; backwards: drawn from its other end."""

    mcid: int | None
    at: float
    height: float
    size: float
    text: str
    backwards: bool

    @property
    def right_to_left(self) -> bool:
        said = self.text.translate(SAID_NOTHING)
        return self.backwards or any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in said)

    @property
    def blank(self) -> bool:
        return not self.text.translate(SAID_NOTHING).strip(" ")


def _run_on(pieces: list[_Piece]) -> str:
    """What the pieces of one element say, one after another.

    They stand in their order, but for two habits of typst: a stretch from right to left that it draws in several pieces
    is drawn from its left end; and the space at which a line was broken, which takes no room, is drawn anywhere on the
    line.
    """
    lines: list[list[_Piece]] = []
    for piece in pieces:
        if lines and abs(piece.height - lines[-1][0].height) < piece.size * _SAME_LINE:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return "".join(piece.text for line in lines for piece in _in_order(line))


def _in_order(line: list[_Piece]) -> list[_Piece]:
    end = min((piece.at for piece in line if not piece.blank), default=0.0)
    told: list[_Piece] = []
    stretch: list[_Piece] = []
    for piece in line:
        if piece.blank and piece.at <= end:
            continue
        if stretch and not (piece.right_to_left and piece.at >= stretch[-1].at):
            told += reversed(stretch)
            stretch = []
        (stretch if piece.right_to_left else told).append(piece)
    return [*told, *reversed(stretch), *(piece for piece in line if piece.blank and piece.at <= end)]


_SAME_LINE = 0.6
"""Of the size of its letters: what stands less above the line before is on it."""


class Reference(int):
    """The number of an object that stands elsewhere in the file."""


@dataclass
class _Stream:
    said: dict[str, Any]
    raw: bytes

    @cached_property
    def content(self) -> bytes:
        return zlib.decompress(self.raw) if self.said.get("Filter") == "FlateDecode" else self.raw


@dataclass
class File:
    content: bytes
    _seen: dict[int, Any] = field(default_factory=dict)

    @cached_property
    def offsets(self) -> dict[int, int]:
        """Where each object stands, by the table of cross references."""
        start = int(re.findall(rb"startxref\s+(\d+)", self.content)[-1])
        if self.content[start : start + 4] != b"xref":
            raise NotTagged("no table of cross references")
        found, at = {}, start + 4
        while heading := re.compile(rb"\s*(\d+) (\d+)\s").match(self.content, at):
            first, number, at = int(heading[1]), int(heading[2]), heading.end()
            for place in range(number):
                line = re.compile(rb"\s*(\d{10}) (\d{5}) ([nf])").match(self.content, at)
                if line[3] == b"n":
                    found[first + place] = int(line[1])
                at = line.end()
        self.end = at
        return found

    @cached_property
    def catalogue(self) -> dict:
        at = self.content.index(b"<<", self.content.rindex(b"trailer"))
        return self.of(Tokens(self.content, at).value()["Root"])

    @cached_property
    def structure(self) -> dict:
        if "StructTreeRoot" not in self.catalogue:
            raise NotTagged("no structure")
        return self.of(self.catalogue["StructTreeRoot"])

    @cached_property
    def page_numbers(self) -> list[int]:
        """The objects that are pages, in their order."""
        found: list[int] = []

        def below(node: Reference) -> None:
            said = self.of(node)
            if said["Type"] == "Page":
                found.append(int(node))
            for kid in self.of(said.get("Kids", [])):
                below(kid)

        below(self.catalogue["Pages"])
        return found

    @cached_property
    def pages(self) -> list[list[_Piece]]:
        """The pieces of text of each page, as they are drawn."""
        return [self._drawn(self.of(Reference(number))) for number in self.page_numbers]

    def number_of(self, page: Reference) -> int:
        return self.page_numbers.index(int(page))

    @cached_property
    def contents(self) -> list[dict[int | None, list[_Piece]]]:
        """The pieces of each marked content, by page."""
        found = []
        for pieces in self.pages:
            marked: dict[int | None, list[_Piece]] = {}
            for piece in pieces:
                marked.setdefault(piece.mcid, []).append(piece)
            found.append(marked)
        return found

    def marked(self, page: int | None, mcid: int) -> list[_Piece]:
        """The pieces of one marked content."""
        return self.contents[page or 0].get(mcid, [])

    def of(self, value: Any) -> Any:
        """A value, or the object that it refers to."""
        if not isinstance(value, Reference):
            return value
        if value not in self._seen:
            at = self.content.index(b"obj", self.offsets[int(value)]) + 3
            tokens = Tokens(self.content, at)
            found = tokens.value()
            if isinstance(found, dict) and (begun := re.compile(rb"\s*stream\r?\n").match(self.content, tokens.at)):
                length = self.of(found["Length"])
                found = _Stream(found, self.content[begun.end() : begun.end() + length])
            self._seen[value] = found
        return self._seen[value]

    def _drawn(self, page: dict) -> list[_Piece]:
        pieces: list[_Piece] = []
        self._draw(self.of(page["Contents"]).content, self.of(page["Resources"]), (1.0, 0.0, 0.0), None, pieces)
        return pieces

    def _draw(
        self, content: bytes, resources: dict, placed: tuple[float, float, float], mcid, pieces: list[_Piece]
    ) -> None:
        """Add the pieces that a stream of content draws. placed: how large it is drawn, and how far along the page and
        upwards (nothing here is turned)."""
        fonts = {name: self.letters(self.of(font)) for name, font in self.of(resources.get("Font", {})).items()}
        forms = self.of(resources.get("XObject", {}))
        letters, stack, marks, operands = {}, [], [("", mcid)], []
        scale, shift, up = placed
        line, size = (0.0, 0.0), 0.0
        tokens = Tokens(content, 0)
        while True:
            if not operands:
                tokens.take(_DRAWS_NO_TEXT)
                while begun := tokens.take(_BEGINS):
                    if begun["font"]:
                        letters, size = (
                            fonts.get(begun["font"].decode("latin-1"), {}),
                            abs(scale * float(begun["size"])),
                        )
                        line = (float(begun["x"]), float(begun["y"]))
                    else:
                        stack.append((scale, shift, up))
                        shift, up = shift + scale * float(begun["along"]), up + scale * float(begun["upwards"])
                        scale *= float(begun["scale"])
                    tokens.take(_DRAWS_NO_TEXT)
            if (token := tokens.token()) is None:
                break
            if not isinstance(token, _Operator):
                operands.append(token)
                continue
            match str(token):
                case "q":
                    stack.append((scale, shift, up))
                case "Q":
                    scale, shift, up = stack.pop()
                case "cm":
                    shift, up = shift + scale * operands[4], up + scale * operands[5]
                    scale *= operands[0]
                case "Tm":
                    line = (operands[4], operands[5])
                case "BT":
                    line = (0.0, 0.0)
                case "Tf":
                    letters, size = fonts.get(operands[0], {}), abs(scale * operands[1])
                case "BMC":
                    marks.append((operands[0], None))
                case "BDC":
                    said = operands[1] if isinstance(operands[1], dict) else {}
                    if "ActualText" in said:
                        at = None if "MCID" in said else len(pieces)
                        marks.append(("ActualText", (at, text_of(said["ActualText"]))))
                    else:
                        marks.append((operands[0], said.get("MCID")))
                case "EMC":
                    name, told = marks.pop()
                    if name == "ActualText" and told[0] is not None:
                        shown = pieces[told[0] :]
                        at = min((piece.at for piece in shown), default=shift + scale * line[0])
                        height = shown[0].height if shown else up - scale * line[1]
                        backwards = any(piece.backwards for piece in shown)
                        pieces[told[0] :] = [_Piece(_marked(marks), at, height, size, told[1], backwards)]
                case "Tj" | "TJ":
                    strings = operands[0] if isinstance(operands[0], list) else [operands[0]]
                    codes = b"".join(part for part in strings if isinstance(part, bytes))
                    said = [letters.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2)]
                    backwards = any(name == "ReversedChars" for name, _ in marks)
                    text = "".join(reversed(said) if backwards else said)
                    at, height = shift + scale * line[0], up - scale * line[1]
                    pieces.append(_Piece(_marked(marks), at, height, size, text, backwards))
                case "Do":
                    form = self.of(forms.get(operands[0]))
                    if isinstance(form, _Stream) and form.said.get("Subtype") == "Form":
                        matrix = form.said.get("Matrix", [1, 0, 0, 1, 0, 0])
                        inner = self.of(form.said.get("Resources", resources))
                        where = (scale * matrix[0], shift + scale * matrix[4], up + scale * matrix[5])
                        self._draw(form.content, inner, where, _marked(marks), pieces)
            operands = []

    def letters(self, font: dict) -> dict[int, str]:
        """What each code of a font stands for."""
        said = self.of(font.get("ToUnicode"))
        if not isinstance(said, _Stream):
            return {}
        found = {}
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", said.content, re.DOTALL):
            for code, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]*)>", block):
                found[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", said.content, re.DOTALL):
            for low, high, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                for code in range(int(low, 16), int(high, 16) + 1):
                    found[code] = chr(int(text, 16) + code - int(low, 16))
        return found


def _marked(marks: list) -> int | None:
    """The marked content that a piece stands in: the innermost that has a number."""
    return next((told for name, told in reversed(marks) if name != "ActualText" and told is not None), None)


def text_of(said: bytes) -> str:
    return said[2:].decode("utf-16-be") if said[:2] == b"\xfe\xff" else said.decode("latin-1")


class _Operator(str):
    """A word of a stream of content that does something."""


_TOKEN = re.compile(
    rb"(?:[\s\x00]|%[^\r\n]*)*(?:(?P<sign><<|>>|[\[\]])|/(?P<name>[^\s\x00()<>\[\]{}/%]*)|<(?P<hex>[0-9A-Fa-f\s]*)>"
    rb"|(?P<reference>\d+ \d+ R\b)|(?P<number>[+-]?(?:\d+\.?\d*|\.\d+))|(?P<string>\()|(?P<word>[A-Za-z'\"*][\w*'\"]*))"
)
_DRAWS_NO_TEXT = re.compile(
    rb"(?:\s*(?:(?:[+-]?[\d.]+\s+)*(?:Tr|ET|scn?|SCN?|rg|RG|re|[gGkKmlchSsfwMJjn])|/\w+\s+(?:cs|CS|gs))(?=[\s/\[(<]|$))+"
)
"""Colours, lines and areas, one after another: they say nothing, and are half of what is drawn."""
_NUMBER = rb"[+-]?(?:\d+\.?\d*|\.\d+)"
_BEGINS = re.compile(
    rb"\s*(?:/(?P<font>\w+)\s+(?P<size>%(n)s)\s+Tf\s+(?:%(n)s\s+){4}(?P<x>%(n)s)\s+(?P<y>%(n)s)\s+Tm"
    rb"|q\s+(?P<scale>%(n)s)\s+(?:%(n)s\s+){3}(?P<along>%(n)s)\s+(?P<upwards>%(n)s)\s+cm)(?![\w*])" % {b"n": _NUMBER}
)
"""How typst begins a piece of text and a group, at once: word by word they are most of the time that a page takes."""
_STRING = re.compile(rb"([^()\\]*(?:\\[0-7]{3}[^()\\]*|\\[^0-7][^()\\]*)*)\)", re.DOTALL)
"""The rest of a string without brackets of its own, its octal numbers of three digits."""
_ESCAPE = re.compile(rb"\\(?:([0-7]{3})|(.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 8) & 255])
    return b"" if found[2] in (b"\n", b"\r") else _ESCAPED.get(found[2], found[2])


@dataclass
class Tokens:
    """The values of a stretch of bytes, one after another."""

    content: bytes
    at: int

    def value(self) -> Any:
        return self.token()

    def take(self, what: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """What a pattern finds here, gone on behind; None where it finds nothing."""
        if found := what.match(self.content, self.at):
            self.at = found.end()
        return found

    def token(self) -> Any:
        """The next value: number, name (text), string (bytes), list, dict, reference or operator; None at the end."""
        found = _TOKEN.match(self.content, self.at)
        if found is None:
            return None
        self.at, kind = found.end(), found.lastgroup
        raw = found[kind]
        match kind:
            case "name" if b"#" not in raw:
                return raw.decode("latin-1")
            case "name":
                return re.sub(rb"#([0-9A-Fa-f]{2})", lambda two: bytes.fromhex(two[1].decode()), raw).decode("latin-1")
            case "hex":
                digits = re.sub(rb"\s", b"", raw).decode()
                return bytes.fromhex(digits + "0" * (len(digits) % 2))
            case "reference":
                return Reference(raw.split()[0])
            case "number":
                return float(raw) if b"." in raw else int(raw)
            case "string":
                return self._string()
            case "word":
                return {b"true": True, b"false": False}.get(raw, _Operator(raw.decode("latin-1")))
        if raw == b"[":
            return self._until(b"]")
        if raw == b"<<":
            flat = self._until(b">>")
            return dict(zip(flat[::2], flat[1::2], strict=True))
        return _Operator(raw.decode())

    def _until(self, end: bytes) -> list:
        values = []
        while (value := self.token()) is not None and not (isinstance(value, _Operator) and value == end.decode()):
            values.append(value)
        return values

    def _string(self) -> bytes:
        if plain := _STRING.match(self.content, self.at):
            self.at = plain.end()
            return _ESCAPE.sub(_unescaped, plain[1]) if b"\\" in plain[1] else plain[1]
        said, depth = bytearray(), 1
        while True:
            byte = self.content[self.at : self.at + 1]
            self.at += 1
            if byte == b"\\":
                octal = re.compile(rb"[0-7]{1,3}").match(self.content, self.at)
                if octal:
                    said.append(int(octal[0], 8) & 255)
                    self.at = octal.end()
                    continue
                next_ = self.content[self.at : self.at + 1]
                self.at += 1
                said += b"" if next_ in (b"\n", b"\r") else _ESCAPED.get(next_, next_)
                continue
            depth += (byte == b"(") - (byte == b")")
            if not depth or not byte:
                return bytes(said)
            said += byte
