"""Paper: a document as blocks in one language or in two, set by typst as tagged PDF/A. No browser, no network.

A *side* is the document in one language: its letterhead, its title, its blocks. Two sides stand side by side, the one
that reads from the left on the left; they hold the same blocks, so that each stands beside its own translation.

How the text is written, so that it comes out again as it went in (`exports/tagged.py` reads it):
- The font draws four letters in ten as one sign (لا, سر, بر): a reader of PDF that guesses at the order turns the two
  round. They are left unjoined (`rlig: 0` in the template) but for لا, which nobody writes in two: the letters that
  Unicode has for it stand in the file, a joiner (U+200D) before those that join. NFKC makes them two letters again.
- The narrow space of a grouped number (U+202F) is none of the font's: the space that does not break (U+00A0) is, and
  is as narrow in it. NFKC makes a space of either.
- The shape of a verdict is drawn, not written; its word is written.
- The finished file is given marks of direction for readers that guess at the order (`exports/guided.py`).
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exports import drawn as drawings
from exports import typeset
from exports.chain import chain_table
from exports.glyphs import covered
from exports.guided import guided
from i18n import Words, reads_against, words
from panels.slide import OUTSIDE, Slide, Table

ARCHIVE = ("a-2a", "ua-1")
"""PDF/A with its structure, which is what text is read by, and PDF/UA."""

ROOM = (17.6, 6.5)
"""Centimetres that a map or a chain may take on an upright page in one language: its width, and a quarter of it."""
WIDE, HALF = (26.3, 6.5), (12.9, 6.0)
"""The same on a page that lies, and there in one of two languages."""

_FIRST_DAY = dt.date(1970, 1, 1)

_JOINS = frozenset(map(chr, str.maketrans("ئبتثجحخسشصضطظعغفقكلمنهيـ", "ئبتثجحخسشصضطظعغفقكلمنهيـ")))
"""Letters that join the one after them."""

_ALEFS = str.maketrans("آأإا", "\ufef5\ufef7\ufef9\ufefb")
"""For each alef the sign of lam with it, standing alone; the one that is joined comes after it."""

_LAM = re.compile(
    rf"(?P<before>[\u0620-\u064a]?)(?P<marks>[\u064b-\u0652\u0670]*)ل(?P<alef>[{''.join(map(chr, _ALEFS))}])"
)

_SHAPES = {
    "▼": "down",
    "▲": "up",
    "◆": "diamond",
    "■": "square",
    "✔": "check",
    "○": "ring",
    "◇": "hollow",
    "–": "dash",
    "●": "dot",
}


_TONES = {"▼": "bad", "■": "bad", "◆": "care", "●": "good", "▲": "good", "✔": "good"}
_WITH_SHAPE = re.compile(
    rf"([\u2066-\u2068]*)([{''.join(one for one in _SHAPES if one != '–')}])[ \u00a0](.+)", re.DOTALL
)


@dataclass(frozen=True)
class Side:
    """A document in one language. under: lines below its title; beside: beside the letterhead; notices: what a reader
    has to know first; foot: at the foot of each page; fiction: the notice of the demonstration (empty: none)."""

    locale: str
    title: str
    blocks: tuple[dict[str, Any], ...]
    letterhead: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    foot: str = ""
    fiction: str = ""


@dataclass(frozen=True)
class Paper:
    """A document: one side or two, the day it bears, and how it is laid out. fit: it has to be one page."""

    sides: tuple[Side, ...]
    on: dt.date
    landscape: bool = False
    fit: bool = False
    size: float = 9.5
    shown: tuple[Slide, ...] = field(default=(), compare=False)
    """The panels that it shows, for who reads it back."""


class NotBesideEachOther(ValueError):
    """The two sides do not hold the same blocks."""


def pdf(paper: Paper) -> bytes:
    """The bytes of a PDF/A, tagged, the same for the same paper.

    Raises NotBesideEachOther when two sides have another number of blocks each.
    """
    if len({len(side.blocks) for side in paper.sides}) > 1:
        raise NotBesideEachOther([len(side.blocks) for side in paper.sides])
    data = {
        "sides": [_said(side) for side in paper.sides],
        "date": [paper.on.year, paper.on.month, paper.on.day],
        "landscape": paper.landscape,
        "fit": paper.fit,
        "size": paper.size,
    }
    return guided(typeset.compile_pdf("document", _written(data), standards=ARCHIVE))


def _said(side: Side) -> dict[str, Any]:
    w = words(side.locale)
    return {
        "lang": side.locale,
        "title": side.title,
        "blocks": [_turned(one, rtl=w.rtl) for one in _stepped(side.blocks)],
        "letterhead": list(side.letterhead),
        "beside": list(side.beside),
        "under": list(side.under),
        "notices": list(side.notices),
        "foot": side.foot,
        "fiction": side.fiction,
        "page": w("paper.page", page="{page}", pages="{pages}"),
    }


def _turned(block: dict[str, Any], *, rtl: bool) -> dict[str, Any]:
    """A block whose texts that read the other way say so: what somebody typed in another language."""

    def turned(text: Any) -> Any:
        if isinstance(text, str) and reads_against(text, rtl=rtl):
            return {"against": "ltr" if rtl else "rtl", "text": text}
        return text

    def table(one: dict[str, Any]) -> dict[str, Any]:
        return one | {"rows": [[turned(cell) for cell in row] for row in one["rows"]]}

    if block["kind"] == "table":
        return table(block)
    if block["kind"] == "lines":
        return block | {"items": [turned(one) for one in block["items"]]}
    if block["kind"] == "row":
        return block | {"blocks": [_turned(one, rtl=rtl) for one in block["blocks"]]}
    if block["kind"] == "panel":
        shown = table(block["table"]) if block["table"] else None
        return block | {"lines": [turned(one) for one in block["lines"]], "table": shown}
    return block


def _stepped(blocks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks, no heading more than one level below the one before: PDF/UA asks for it, and who hears it too."""
    above, found = 1, []
    for one in blocks:
        if "level" in one:
            above = min(one["level"], above + 1)
            one = one | {"level": above}
        if one["kind"] == "row":
            one = one | {"blocks": [part | {"level": min(part["level"], above + 1)} for part in one["blocks"]]}
        found.append(one)
    return found


def _written(value: Any) -> Any:
    """Data with each of its texts as it is put on paper."""
    if isinstance(value, str):
        return written(value)
    if isinstance(value, Mapping):
        return {key: _written(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_written(one) for one in value]
    return value


def written(text: str) -> str:
    """A text as it is put on paper: `exports.tagged.normal` says the same of both.

    But for what no font of the house has a sign for, which PDF/A refuses: a question mark stands in its place.
    """
    text = unicodedata.normalize("NFC", text.replace("\u202f", "\u00a0"))
    return _LAM.sub(_joined, "".join(_sign(letter) for letter in text))


def _sign(letter: str) -> str:
    if ord(letter) in covered() or unicodedata.category(letter) == "Cf":
        return letter
    return " " if letter.isspace() or unicodedata.category(letter) == "Cc" else "?"


def _joined(found: re.Match) -> str:
    before, sign = found["before"] + found["marks"], found["alef"].translate(_ALEFS)
    return f"{before}\u200d{chr(ord(sign) + 1)}" if found["before"] in _JOINS else f"{before}{sign}"


# Blocks


def heading(text: str, level: int = 2) -> dict[str, Any]:
    """A heading of a part (2) or within one (3)."""
    return {"kind": "heading", "text": text, "level": level}


def text(said: str, *, sticky: bool = False) -> dict[str, Any]:
    """A paragraph. sticky: on the page of what comes next."""
    return {"kind": "text", "text": said, "sticky": sticky}


def lines(items: Iterable[str]) -> dict[str, Any]:
    """Sentences, one below the other."""
    return {"kind": "lines", "items": list(items)}


def contents(items: Iterable[str]) -> dict[str, Any]:
    """What is on which page: headings of the document, each with its page, which is set where the pages are known."""
    return {"kind": "contents", "items": list(items)}


def table(
    head: Sequence[str], rows: Iterable[Sequence], *, numeric: Sequence[int] = (), widths: Sequence[float] = ()
) -> dict[str, Any]:
    """A table; its header is repeated on each page, no row of it is torn. widths: of the columns, as shares. A cell may
    be a verdict of `verdict`."""
    return {"kind": "table", **_table(head, rows, numeric, widths)}


def _table(head: Sequence[str], rows: Iterable[Sequence], numeric: Sequence[int], widths: Sequence[float] = ()) -> dict:
    return {
        "head": list(head),
        "rows": [[_cell(one) for one in row] for row in rows],
        "numeric": list(numeric),
        "widths": list(widths),
    }


def _cell(text: Any) -> Any:
    """A cell; one that begins with the shape of a verdict has it drawn, as no font of the house has a sign for it."""
    if not isinstance(text, str):
        return text
    if begun := _WITH_SHAPE.match(text):
        opening, shape, word = begun.groups()
        return verdict(_TONES.get(shape, "none"), shape, opening + word)
    return text


def verdict(tone: str, shape: str, word: str) -> dict[str, str]:
    """A verdict in a cell: its shape is drawn, its word is written."""
    return {"tone": tone, "shape": _SHAPES.get(shape, "dot"), "word": word}


def row(blocks: Sequence[dict[str, Any]], *, across: int = 0) -> dict[str, Any]:
    """Blocks beside one another. across: how many have room there; without it as many as there are."""
    return {"kind": "row", "blocks": list(blocks), "across": across or len(blocks)}


def panel(
    slide: Slide,
    *,
    locale: str,
    level: int = 3,
    drawn: bool = True,
    tabled: bool = True,
    height: float = 3.4,
    room: tuple[float, float] = ROOM,
) -> dict[str, Any]:
    """A slide as a block: title, verdict, numbers, chart, sentences, table, and small below: sources, dates, its id.

    drawn, tabled: with its chart, with its table; height: of a chart, in centimetres; room: the width and height that a
    map or a chain may take. What has no chart on paper has its table.
    """
    w = words(locale)
    chart = _chart(slide, locale=locale, room=room) if drawn else None
    if chart is None and slide.kind in drawings.KINDS:
        # Nothing is lost where no drawing could be read.
        tabled = True
    if chart is not None and chart["kind"] != "drawing":
        chart["height"] = height
        if "ticks" in chart:
            chart["ticks"] = _apart(chart["ticks"], _APART if height > _LOW else _WIDE_APART)
    shown = (
        slide.table if tabled and slide.table.rows else _from_chart(slide, w) if tabled and chart is None else Table()
    )
    said = slide.verdict
    return {
        "kind": "panel",
        "level": level,
        "title": slide.title,
        "verdict": verdict(said["tone"], said["shape"], said["word"]) if said else None,
        "numbers": [{"label": n.label, "text": n.text, "unit": n.unit} for n in slide.numbers],
        "chart": chart,
        "alt": drawings.told(slide) if slide.kind in drawings.KINDS else slide.title,
        "lines": list(slide.lines),
        "table": _table(shown.head, shown.rows, shown.numeric) if shown.rows else None,
        "small": _small(slide, w),
    }


def _small(slide: Slide, w: Words) -> list[str]:
    """What stands small below a panel: notes, sources and their days, for whom it is, its id."""
    said = list(slide.notes)
    if slide.sources:
        said.append(w("paper.source", source=w.join(source.text for source in slide.sources)))
    if slide.dates:
        first, last = (_FIRST_DAY + dt.timedelta(days=day) for day in (min(slide.dates), max(slide.dates)))
        dates = w.date(last) if first == last else w("paper.dates_between", first=first, last=last)
        said.append(w("paper.dates", dates=dates))
    if slide.panel:
        said.append(w("paper.panel", id=slide.panel))
    return [" · ".join(said)] if said else []


def _from_chart(slide: Slide, w: Words) -> Table:
    """The figures of a chart that paper does not draw, in rows."""
    chart = slide.chart
    if slide.kind == "chain":
        return chain_table(slide, w)
    if slide.kind == "map":
        return Table((), tuple((one["name"], one["text"]) for one in chart.get("territories", ())), (1,))
    if slide.kind == "cover":
        return Table()
    return Table()


def _chart(slide: Slide, *, locale: str, room: tuple[float, float]) -> dict[str, Any] | None:
    """What paper draws of a slide: lengths and places as shares of the room there is, a map or a chain as `drawn` has
    it; None where it draws nothing."""
    chart = slide.chart
    if slide.kind in drawings.KINDS:
        return drawings.drawing(slide, locale=locale, width=room[0], height=room[1])
    if slide.kind == "bars" and chart.get("rows"):
        most = chart.get("most") or max((row["value"] or 0 for row in chart["rows"]), default=0) or 1
        return {
            "kind": "bars",
            "rows": [
                {
                    "name": row["name"],
                    "text": row["text"],
                    "length": None if row["value"] is None else min(max(row["value"] / most, 0), 1),
                    "planned": None if row.get("planned") is None else min(max(row["planned"] / most, 0), 1),
                    "tone": row.get("tone", "none"),
                    "shape": _SHAPES.get(row.get("shape", ""), "dot"),
                }
                for row in chart["rows"]
            ],
        }
    if slide.kind == "path" and chart.get("dates"):
        return _path(chart, locale=locale)
    return None


def _path(chart: Mapping[str, Any], *, locale: str) -> dict[str, Any]:
    w = words(locale)
    day = dt.date.fromisoformat
    planned = [(day(one["date"]), one["value"]) for one in chart.get("planned", ())]
    actual = [(day(on), value) for on, value in zip(chart["dates"], chart["values"], strict=True) if value is not None]
    target, band = chart.get("target"), chart.get("band", ())
    scale = chart.get("scale", ())
    days = [on for on, _ in planned + actual] + [day(one["date"]) for one in band]
    values = [value for _, value in planned + actual] + [one["value"] for one in scale] + [one["high"] for one in band]
    if target:
        days.append(day(target["date"]))
        values.append(target["value"])
    first, last = min(days), max(days)
    span, most = max((last - first).days, 1), max([*values, 1])

    def along(on: dt.date) -> float:
        return (on - first).days / span

    def point(on: dt.date, value: float) -> list[float]:
        return [along(on), value / most]

    labels = [text for text, value in zip(chart.get("labels", ()), chart["values"], strict=False) if value is not None]
    return {
        "kind": "path",
        "actual": [point(*one) for one in actual],
        "dots": [point(*one) for one in actual] if len(actual) <= _MOST_DOTS else [],
        "planned": [point(*one) for one in planned],
        "band": [{"at": along(day(one["date"])), "low": one["low"] / most, "high": one["high"] / most} for one in band],
        "target": {"point": point(day(target["date"]), target["value"]), "text": target["text"]} if target else None,
        "last": {"point": point(*actual[-1]), "text": labels[-1]} if actual and labels else None,
        "marks": [
            {"at": along(day(one["date"])), "text": one["text"]}
            for one in chart.get("marks", ())
            if first <= day(one["date"]) <= last
        ],
        "ticks": [{"at": along(day(one["date"])), "text": one["text"]} for one in chart.get("ticks", ())],
        "scale": [{"at": one["value"] / most, "text": one["text"]} for one in scale],
        "legend": [
            {"kind": kind, "text": w(f"targets.line_{kind}")}
            for kind, there in (("actual", actual), ("planned", planned))
            if there
        ],
    }


_MOST_DOTS = 24
_APART, _WIDE_APART = 0.12, 0.34
_LOW = 3.0
"""Centimetres: a chart as low as that has others beside it, and its words need more of its length."""


def _apart(ticks: list[dict], least: float) -> list[dict]:
    """The ticks whose words do not run into those of the one before."""
    kept: list[dict] = []
    for tick in ticks:
        if 0 <= tick["at"] <= 1 and (not kept or tick["at"] - kept[-1]["at"] >= least):
            kept.append(tick)
    return kept


# What stands around the blocks


def side(
    locale: str,
    title: str,
    blocks: Iterable[dict[str, Any]],
    *,
    on: dt.date,
    letterhead: Sequence[str],
    under: Sequence[str] = (),
    audience: str,
    territory: str,
    demonstration: bool,
    reference: str = "",
) -> Side:
    """A side with what every document of the office says around its blocks: who writes it, of which day, for whom, and
    that its figures are made up where they are."""
    w = words(locale)
    beside = [w("paper.dated", date=on)]
    if reference:
        beside.insert(0, w("paper.reference", reference=reference))
    notices = [w("paper.outside")] if audience == OUTSIDE else []
    return Side(
        locale=locale,
        title=title,
        blocks=tuple(blocks),
        letterhead=tuple(letterhead),
        beside=tuple(beside),
        under=tuple(under),
        notices=tuple(notices),
        foot=w("paper.foot_outside" if audience == OUTSIDE else "paper.foot", title=title),
        fiction=w("demo.notice", place_of=w.of_territory(territory)) if demonstration else "",
    )
