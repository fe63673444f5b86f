"""Reading back: a finished document is opened again, every figure in it is compared with what it was made from.

Two questions are asked of each document. Is every figure in it one that the record says: of its slides, of its
recommendations and declarations, a date, a reference? And, where the maker gives the texts that it wrote, are they the
same figures, each as often? One difference, and the document is not handed over.
"""

import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pypdfium2
from lxml import etree

from exports.direction import bare
from exports.record import ROUNDED_TO, Record
from i18n import LOCALES, Words, words
from i18n.numbers import SCALES
from panels.slide import Slide

# Figures of a text

_SPACES = "\u202f\u00a0\u2009"
_SCALE = re.compile(rf"[{_SPACES} ]+(?:de[{_SPACES} ]+)?({'|'.join(sorted(SCALES, key=len, reverse=True))})\b")
_ARABIC_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_DAY_ZERO = dt.date(1899, 12, 30)
"""Day 0 of a spreadsheet."""


def figures(text: str, *, locale: str) -> list[tuple[str, str]]:
    """The figures of a text in their order, each as a canonical form and as it is printed.

    A number loses its groups and has a point before its decimals («36 597» is 36597, «1,8 مليون» is 1800000); a share
    keeps its sign («35 %» is 35%); what is no number but digits joined by points, strokes or hyphens stays as it is
    written: a date, the number of a law, a code, a reference.
    """
    found = []
    plain = bare(text).translate(_ARABIC_DIGITS)
    at = 0
    while match := _DIGITS.search(plain, at):
        first, end = match.span()
        at = end
        printed = plain[first:end]
        canonical = _canonical(printed, locale)
        if scale := _SCALE.match(plain, end):
            number = Decimal(canonical) if re.fullmatch(r"\d+(\.\d+)?", canonical) else None
            if number is not None:
                canonical = _plain(number * SCALES[scale[1]])
                printed = plain[first : scale.end()]
        elif sign := re.match(rf"[{_SPACES} ]?(?:%|٪)", plain[end:]):
            canonical += "%"
            printed = plain[first : end + sign.end()]
            at = end + sign.end()
        if first and plain[first - 1] in "−" and canonical:
            canonical, printed = f"-{canonical}", f"−{printed}"
        found.append((canonical, printed))
    return found


_DIGITS = re.compile(rf"\d{{1,3}}(?:([{_SPACES}])\d{{3}}(?!\d))(?:\1\d{{3}}(?!\d))*(?:[.,]\d+)?|\d+(?:[.,/:-]\d+)*")


def _canonical(printed: str, locale: str) -> str:
    joined = re.sub(f"[{_SPACES}]", "", printed)
    if joined != printed:
        return _plain(Decimal(joined.replace(",", ".")))
    if locale == "en" and re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", joined):
        return _plain(Decimal(joined.replace(",", "")))
    if re.fullmatch(r"\d+", joined):
        return joined if joined.startswith("0") and len(joined) > 1 else str(int(joined))
    decimal = "." if locale == "en" else ","
    if re.fullmatch(rf"(?:0|[1-9]\d*)[{decimal}]\d+", joined):
        return _plain(Decimal(joined.replace(",", ".")))
    return joined


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# What a record says


def texts_of_slide(slide: Slide) -> Iterator[str]:
    """Every text that a slide shows or prints."""
    yield slide.title
    for one in slide.numbers:
        yield from (one.label, one.text, one.unit)
        yield f"{one.text} {one.unit}"
    if slide.verdict:
        yield from (text for text in slide.verdict.values() if isinstance(text, str))
    yield from _strings(slide.chart)
    yield from slide.table.head
    for row in slide.table.rows:
        yield from row
    yield from slide.lines
    yield from slide.notes
    yield from (one.text for one in slide.figures)
    yield from (one.text for one in slide.sources)
    yield slide.panel


def _strings(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for value in said.values():
            yield from _strings(value)
    elif isinstance(said, list | tuple):
        for value in said:
            yield from _strings(value)


def _numbers(said: Any) -> Iterator[float]:
    if isinstance(said, bool):
        return
    if isinstance(said, int | float):
        yield said
    elif isinstance(said, dict):
        for value in said.values():
            yield from _numbers(value)
    elif isinstance(said, list | tuple):
        for value in said:
            yield from _numbers(value)


def _day(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _days(record: Record) -> set[dt.date]:
    """Every day that a document of the record may print."""
    held = record.meeting
    days = {held.on_date, held.next_date, record.on}
    days |= {one.on_date for one in record.held.values()} | ({record.before.on_date} if record.before else set())
    for one in (*record.recommendations, *record.recalled, *record.pending):
        days |= {one.due, one.baseline_date}
    days |= {one.on_date for one in record.declarations}
    for slide in record.slides:
        days |= {slide.on_date, *slide.dates, *(one.on_date for one in slide.figures)}
    found = {_day(one) for one in days if one}
    for slide in record.slides:
        for text in _strings(slide.chart):
            if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
                found.add(dt.date.fromisoformat(text))
    return found


@dataclass(frozen=True)
class Allowed:
    """What a document of a record may say. said: canonical figures; values: numbers as workbooks and charts hold them;
    days: as such."""

    said: frozenset[str]
    values: frozenset[float]
    days: frozenset[dt.date]


def allowed(record: Record, more: Iterable[str] = ()) -> Allowed:
    """What any document of this record may say; `more`: further texts of its own, such as those of a settled legend."""
    said: set[str] = set()
    values: set[float] = set()
    days: set[dt.date] = set()
    for one in (record, record.other) if record.other else (record,):
        w = words(one.locale)
        texts = [text for slide in one.slides for text in texts_of_slide(slide)]
        texts += _texts_of_record(one, w)
        texts += [*more, *_laws()]
        days |= _days(one)
        for day in days:
            texts += [w.date(day), w.date_short(day), day.isoformat(), w.month(day), w.date(day).replace("1er", "1")]
        counts = [one.baseline for one in (*record.recommendations, *record.recalled, *record.pending)]
        counts += [one.expected for one in (*record.recommendations, *record.recalled, *record.pending)]
        counts += [value for one in record.declarations for value in (one.value, one.official)]
        texts += [w.number(value) for value in counts if value is not None]
        texts += [w.number(place) for place in range(1, _places(one) + 1)]
        texts += [w.number(len(slide.table.rows)) for slide in one.slides]
        for text in texts:
            said |= {canonical for canonical, _ in figures(text, locale=one.locale)}
        for slide in one.slides:
            values |= {value for value in _numbers(slide.chart) if value is not None}
            values |= {x.value for x in (*slide.numbers, *slide.figures) if x.value is not None}
        values |= {float(value) for value in counts if value is not None}
    # A share's sign or its lack is what distinguishes 35 % from 35; a sentence says the size of a change without sign.
    said |= {one[1:] for one in said if one.startswith("-")}
    return Allowed(frozenset(said), frozenset(values), frozenset(days))


def _texts_of_record(record: Record, w: Words) -> list[str]:
    held = record.meeting
    texts = [held.chair, held.place, held.reference, held.id, *record.letterhead, record.office, record.unit]
    texts += [held.room, held.rapporteur]
    texts += [w.hour(held.begins)] if held.begins is not None else []
    texts += record.services.values()
    texts += [item.called(record.locale) for item in held.agenda]
    for one in (*record.recommendations, *record.recalled, *record.pending):
        texts += [one.text, one.note]
    texts += [one.text for one in record.declarations]
    codes = {record.territory} | {one.territory for one in (*record.recommendations, *record.declarations)}
    texts += [w.place(code) for code in codes if code] + [w.of_territory(code) for code in codes if code]
    texts.append(str(ROUNDED_TO))
    return texts


def _places(record: Record) -> int:
    """Up to where things are counted off: items, recommendations, slides."""
    most = max((one.number for one in (*record.recommendations, *record.recalled, *record.pending)), default=0)
    return max(most, *map(len, (record.meeting.agenda, record.way, record.declarations, record.pending)))


def _laws() -> tuple[str, ...]:
    """The numbers of laws and decrees that the house cites."""
    return ("09.08", "09-08", "09.21", "09-21", "72.18", "72-18", "2.23.1068", "2-23-1068")


# What a document says


@dataclass(frozen=True)
class Said:
    """A text or a number of a document. where: its place in the file, for whoever looks for it; value: of a cell or a
    point that holds a number; day: of one that holds a date. counted: whether it is one of the texts that a maker
    wrote (the number of a page is not, nor the second copy of a chart's numbers)."""

    where: str
    text: str = ""
    value: float | None = None
    day: dt.date | None = None
    counted: bool = True


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def _xml(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(content, parser)


def paragraph_text(paragraph: etree._Element) -> str:
    """The text of a paragraph of Word, tabs and breaks too, without what fields compute."""
    parts, depth = [], 0
    for node in paragraph.iter():
        if node.tag == f"{_W}fldChar":
            kind = node.get(f"{_W}fldCharType")
            depth += {"begin": 1, "end": -1}.get(kind, 0)
        elif node.tag == f"{_W}t" and not depth:
            parts.append(node.text or "")
        elif node.tag in (f"{_W}tab", f"{_W}br") and node.getparent().tag == f"{_W}r":
            parts.append("\n" if node.tag == f"{_W}br" else "\t")
        elif node.tag in (f"{_W}noBreakHyphen",):
            parts.append("-")
    return "".join(parts)


def _docx(content: bytes) -> Iterator[Said]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in sorted(packed.namelist()):
            if re.fullmatch(r"word/(document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml", name):
                body = name == "word/document.xml"
                for place, paragraph in enumerate(_xml(packed.read(name)).iter(f"{_W}p"), 1):
                    yield Said(f"{name.removeprefix('word/')} {place}", paragraph_text(paragraph), counted=body)


def _pptx(content: bytes) -> Iterator[Said]:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in sorted(
            packed.namelist(), key=lambda one: [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", one)]
        ):
            if re.fullmatch(r"ppt/(slides|notesSlides)/\w+\.xml", name):
                for place, paragraph in enumerate(_xml(packed.read(name)).iter(f"{_A}p"), 1):
                    parts = []
                    for node in paragraph.iter(f"{_A}t", f"{_A}br"):
                        inside_field = node.getparent().tag == f"{_A}fld"
                        parts.append("\n" if node.tag == f"{_A}br" else "" if inside_field else node.text or "")
                    where = f"{name.removeprefix('ppt/')} {place}"
                    yield Said(where, "".join(parts))
            elif re.fullmatch(r"ppt/charts/chart\w*\.xml", name):
                yield from _chart(_xml(packed.read(name)), name.removeprefix("ppt/"))
            elif re.fullmatch(r"ppt/embeddings/.+\.xlsx", name):
                for said in _xlsx(packed.read(name)):
                    yield replace(said, where=f"{name.removeprefix('ppt/')} {said.where}", counted=False)


def _chart(root: etree._Element, name: str) -> Iterator[Said]:
    for cache in root.iter(f"{_C}numCache", f"{_C}numLit"):
        dated = "y" in (cache.findtext(f"{_C}formatCode") or "").lower()
        for point in cache.iter(f"{_C}v"):
            where = f"{name} {cache.getparent().getparent().tag.rpartition('}')[2]}"
            value = float(point.text)
            if dated:
                yield Said(where, day=_DAY_ZERO + dt.timedelta(days=round(value)), counted=False)
            else:
                yield Said(where, value=value, counted=False)
    for point in root.iterfind(f".//{_C}strCache//{_C}v"):
        yield Said(name, point.text or "", counted=False)
    for text in root.iter(f"{_A}t"):
        yield Said(name, text.text or "", counted=False)


def _xlsx(content: bytes) -> Iterator[Said]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=False)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                value, where = cell.value, f"{sheet.title}!{cell.coordinate}"
                if isinstance(value, dt.datetime | dt.date):
                    yield Said(where, day=value.date() if isinstance(value, dt.datetime) else value)
                elif isinstance(value, bool) or value is None:
                    continue
                elif isinstance(value, int | float):
                    yield Said(where, value=float(value))
                else:
                    yield Said(where, str(value))


def _pdf(content: bytes) -> Iterator[Said]:
    document = pypdfium2.PdfDocument(content)
    try:
        pages = {str(number) for number in range(1, len(document) + 1)}
        for place, page in enumerate(document, 1):
            for line in page.get_textpage().get_text_bounded().splitlines():
                alone = [canonical for canonical, _ in figures(line, locale="fr")]
                # A line that holds the number of its page, and of how many, and nothing else.
                if alone and set(alone) <= pages and not any(letter.isalpha() for letter in line):
                    continue
                yield Said(str(place), line)
    finally:
        document.close()


class _Html(HTMLParser):
    """The texts of a page: what is written between tags, and the strings of the data that a script holds as JSON."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.silent = ""
        self.data: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "json" in (dict(attrs).get("type") or ""):
            self.data = []
        elif tag in ("script", "style"):
            self.silent = tag
        self.texts += [value for name, value in attrs if name in ("aria-label", "title", "alt") and value]

    def handle_endtag(self, tag: str) -> None:
        if self.data is not None and tag == "script":
            try:
                self.texts += list(_readable(json.loads("".join(self.data))))
            except json.JSONDecodeError:
                self.texts.append("".join(self.data))
            self.data = None
        elif tag == self.silent:
            self.silent = ""

    def handle_data(self, data: str) -> None:
        if self.data is not None:
            self.data.append(data)
        elif not self.silent and data.strip():
            self.texts.append(data)


_CODED = frozenset(
    ["key", "parent", "item", "code", "id", "territory", "asked", "panel", "on_date", "dates", "group", "step", "event"]
)
"""Names under which data hold codes that no reader sees."""


def _readable(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        if "<" in said and ">" in said:
            inner = _Html()
            inner.feed(said)
            yield from inner.texts
        else:
            yield said
    elif isinstance(said, dict):
        for name, value in said.items():
            if name not in _CODED:
                yield from _readable(value)
    elif isinstance(said, list):
        for value in said:
            yield from _readable(value)


def _html(content: bytes) -> Iterator[Said]:
    reader = _Html()
    reader.feed(content.decode("utf-8"))
    reader.close()
    for place, text in enumerate(reader.texts, 1):
        yield Said(str(place), text)


READERS: dict[str, Callable[[bytes], Iterator[Said]]] = {
    "docx": _docx,
    "pptx": _pptx,
    "xlsx": _xlsx,
    "pdf": _pdf,
    "html": _html,
}
"""How each kind of document is read. A picture has no text."""


# Comparing


@dataclass(frozen=True)
class Difference:
    """A figure of a document that is not as it was frozen. where: its place in the file; printed: what should stand
    there (empty: nothing of the kind); found: what stands there (empty: it is missing); slide: the sentence near it."""

    where: str
    printed: str
    found: str
    slide: str = ""


class NotReleased(Exception):
    """A document that does not say what was frozen: it is handed to nobody."""

    def __init__(self, kind: str, differences: list[Difference]):
        super().__init__(f"{kind}: " + "; ".join(f"{d.where}: {d.printed!r} / {d.found!r}" for d in differences[:5]))
        self.kind, self.differences = kind, differences

    def said(self, w: Words) -> list[str]:
        """What is wrong, a sentence each, in a reader's language."""
        return [w("readback.refused", kind=self.kind.upper())] + [told(one, w) for one in self.differences]


def told(one: Difference, w: Words) -> str:
    """A difference in words."""
    code = "changed" if one.printed and one.found else "unknown" if one.found else "lacking"
    values = {"printed": one.printed, "found": one.found, "slide": one.slide, "where": one.where}
    return w(f"readback.{code}{'_slide' if one.slide else ''}", **values)


def release(
    kind: str,
    content: bytes,
    record: Record,
    *,
    said: Iterable[str] | None = None,
    more: Iterable[str] = (),
    values: Iterable[float] = (),
) -> bytes:
    """The document as it was given, once it has been read back.

    kind: of READERS; any other is a picture and passes. said: the texts that the maker wrote, where he knows them: the
    document then says each of their figures as often. more, values: texts and numbers of the document that no slide
    holds, such as a definition's threshold. Raises NotReleased.
    """
    if kind not in READERS:
        return content
    found = list(READERS[kind](content))
    may = allowed(record, more)
    may = replace(may, values=may.values | frozenset(values))
    locales = {record.locale} | ({record.other.locale} if record.other else set())
    differences: dict[Difference, None] = {}
    count: Counter[str] = Counter()
    sample: dict[str, tuple[str, str, str]] = {}
    for one in found:
        if kind == "pdf":
            one = replace(one, text=_with_groups(one.text, may.said))
        for canonical, printed in _figures_of(one, may, locales):
            if canonical is None:
                near = bare(one.text)[:120] if one.text != printed else ""
                differences[Difference(one.where, "", printed, near)] = None
                continue
            if one.counted:
                count[canonical] += 1
                sample.setdefault(canonical, (one.where, printed, one.text))
    if said is not None:
        expected: Counter[str] = Counter()
        shown: dict[str, tuple[str, str]] = {}
        for text in said:
            for canonical, printed in _in_texts(text, may, locales):
                if canonical is None:
                    continue
                expected[canonical] += 1
                shown.setdefault(canonical, (printed, bare(text)[:120]))
        for canonical in expected - count:
            printed, text = shown[canonical]
            differences[Difference("", printed, "", text)] = None
        for canonical in count - expected:
            where, printed, text = sample[canonical]
            differences[Difference(where, "", printed, bare(text)[:120])] = None
    if differences:
        raise NotReleased(kind, list(differences))
    return content


_SIGN_FIRST = re.compile(r"(?<![\d\u00a0])(?<!\d )%([ \u00a0])(\d+(?:,\d+)?)(?![\d\u202f])")
_SPACED = re.compile(r"(?<![\d.,/])\d+(?: \d+)+(?:,\d+)?(?![\d./])")


def _with_groups(text: str, known: frozenset[str]) -> str:
    """The text of a page with the groups of its numbers joined as they were printed.

    What reads a page may give every space between digits as a plain one: «36 597» is a number, or two in neighbouring
    cells. The reading in which all are figures of the record holds; without one, groups of three are taken for groups.
    A line that has kept its narrow spaces means what it says. In a line from right to left the sign of a share may come
    before its digits, as it is seen.
    """
    text = _SIGN_FIRST.sub(r"\2\1%", bare(text))
    if re.search(r"\d[\u202f\u00a0]\d", text):
        return text

    def joined(match: re.Match[str]) -> str:
        whole, comma, decimals = match[0].partition(",")
        groups = whole.split(" ")
        ends = decimals if comma else ""
        return (_reading(groups, ends, known) or _widest(groups)) + (f",{ends}" if comma else "")

    return _SPACED.sub(joined, text)


def _reading(groups: list[str], decimals: str, known: frozenset[str]) -> str | None:
    if not groups:
        return ""
    for many in range(len(groups), 0, -1):
        some, rest = groups[:many], groups[many:]
        if many > 1 and (len(some[0]) > 3 or any(len(one) != 3 for one in some[1:])):
            continue
        number = "".join(some)
        canonical = number if many == 1 and number.startswith("0") and len(number) > 1 else str(int(number))
        if not rest and decimals:
            canonical = _plain(Decimal(f"{canonical}.{decimals}"))
        if canonical in known or f"{canonical}%" in known:
            following = _reading(rest, decimals, known)
            if following is not None:
                return "\u202f".join(some) + ("  " + following if following else "")
    return None


def _widest(groups: list[str]) -> str:
    text = groups[0]
    open_number = len(groups[0]) <= 3
    for one in groups[1:]:
        open_number = open_number and len(one) == 3
        text += ("\u202f" if open_number else "  ") + one
        open_number = open_number or len(one) <= 3
    return text


def _figures_of(one: Said, may: Allowed, locales: set[str]) -> Iterator[tuple[str | None, str]]:
    """The figures of a text or cell: canonical form (None: no figure of the record) and as printed."""
    if one.day is not None:
        yield (None if one.day not in may.days else one.day.isoformat()), one.day.isoformat()
    elif one.value is not None:
        ok = one.value in may.values or any(
            abs(one.value - value) <= 1e-9 * max(1.0, abs(value)) for value in may.values
        )
        yield (f"{one.value:g}" if ok else None), f"{one.value:.15g}"
    elif one.text:
        yield from _in_texts(one.text, may, locales)


def _in_texts(text: str, may: Allowed, locales: set[str]) -> Iterator[tuple[str | None, str]]:
    """The figures of a text, read as in the language in which they are known; codes as they are."""
    readings = [figures(text, locale=locale) for locale in sorted(locales, key=LOCALES.index)]
    for variants in zip(*readings, strict=True):
        known = next((canonical for canonical, _ in variants if canonical in may.said), None)
        yield known, variants[0][1]
