"""The documents that are set on paper: the brief of the eve, the sheet of a territory, the sheet of a service.

Each is made of slides, the same in two languages where both are asked for, and is read back before anybody gets it: by
its structure, text by text, against what was written and against the figures of its slides.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa

import findings
from exports import drawn as drawings
from exports import paper, tagged
from exports.chain import chain_table
from exports.paper import Paper, Side
from exports.readback import Difference, NotReleased
from exports.record import Record
from findings import brief as eve
from findings import sheet as sheets
from findings.meetings import Recommendation
from findings.reader import ADMINISTRATOR, Reader
from i18n import LOCALES, Words, words
from panels.sheet import standing
from panels.slide import OFFICE, Figure, Slide

_FIRST_DAY = dt.date(1970, 1, 1)

Made = list[tuple[str, bytes]]
"""Files: the name of each and what is in it."""


def brief(record: Record) -> Made:
    """The brief of the eve of a meeting, one A4 page. Of the office alone: it is for whoever prepares the sitting."""

    def slides(of: Record) -> list[Slide]:
        reader = Reader(of.engine, of.cut, of.scope, of.role, of.locale)
        both = record.other is not None
        return eve.brief(reader, territory=of.territory, on=of.meeting.on_date, before=of.before, beside=both)

    return [
        of_record(record, "brief", slides, brief_blocks, title=lambda w: w("brief.title"), fit=True, audience=OFFICE)
    ]


def brief_blocks(_: Record | None, told: Sequence[Slide]) -> list[dict]:
    """The parts of the brief: a heading and its sentences each."""
    return [block for slide in told for block in (paper.heading(slide.title), paper.lines(slide.lines))]


def services(record: Record) -> Made:
    """A sheet for each service that has an item, an invitation or a recommendation: its items, its stages, what it is
    asked."""
    ids = [*record.meeting.services, *(item.service for item in record.meeting.agenda if item.service)]
    ids += [one.lead for one in (*record.recommendations, *record.pending)]
    return [service(record, id) for id in dict.fromkeys(filter(None, ids))]


def service(record: Record, id: str) -> tuple[str, bytes]:
    """The sheet of one service."""
    mine = {item.id for item in record.meeting.agenda if item.service == id}

    def told(of: Record) -> list[Slide]:
        return [_without_points(slide) for slide in of.way if slide.item in mine and may_be_printed(slide, of)]

    def blocks(of: Record, slides: Sequence[Slide], *, pictured: bool = True) -> list[dict]:
        w, found = words(of.locale), []
        names = {item.id: item.called(of.locale) for item in of.meeting.agenda}
        before = None
        for slide in slides:
            if slide.item != before and names.get(slide.item):
                found.append(paper.heading(names[slide.item]))
            before = slide.item
            whole = with_all_figures(slide, w)
            shown = {"drawn": pictured or slide.kind not in drawings.KINDS, "room": _room(record)}
            tabled = not (shown["drawn"] and drawn_whole(whole, w))
            found.append(paper.panel(whole, locale=of.locale, tabled=tabled, **shown))
        if not slides:
            found.append(paper.text(w("papers.no_item")))
        asked = {one.id: one for one in (*of.recommendations, *of.pending) if id in (one.lead, *one.partners)}
        found.append(paper.heading(w("papers.asked")))
        found += _recommended(list(asked.values()), of, w)
        return found

    name = re.sub(r"[^A-Za-z0-9_-]", "_", id)
    return of_record(
        record,
        f"service-{name}",
        told,
        blocks,
        shorter=partial(blocks, pictured=False),
        title=lambda w: w("papers.service"),
        under=lambda of: of.service(id),
    )


def may_be_printed(slide: Slide, of: Record) -> bool:
    """What is shown only when the chair asks is on paper only once he has."""
    return not slide.screen_only or slide.key in of.shown


def _room(record: Record) -> tuple[float, float]:
    """The room of a map or a chain on an upright page, whole or in one of two languages."""
    return (paper.ROOM[0] / 2 - 0.4, paper.ROOM[1]) if record.other is not None else paper.ROOM


def drawn_whole(slide: Slide, w: Words) -> bool:
    """Whether the drawing of a slide says all that its table does: the same names and counts are not printed twice."""
    if slide.kind == "chain":
        said = set(chain_table(slide, w).rows)
    elif slide.kind == "bars" and slide.chart.get("rows"):
        said = {(row["name"], row["text"]) for row in slide.chart["rows"]}
    elif slide.kind == "map" and drawings.whole(slide):
        said = {(one["name"], one["text"]) for one in slide.chart["territories"]}
    else:
        return False
    return set(slide.table.rows) <= said


def _without_points(slide: Slide) -> Slide:
    """A path with the last figure of each of its counts alone: the line is drawn, and its points are in the annexes."""
    if slide.kind != "path":
        return slide
    last: dict[tuple[str, str], int] = {}
    for one in slide.figures:
        last[one.what, one.territory] = max(one.on_date, last.get((one.what, one.territory), one.on_date))
    kept = tuple(one for one in slide.figures if one.on_date == last[one.what, one.territory])
    return Slide(**{**vars(slide), "figures": kept})


def _recommended(rows: Sequence[Recommendation], of: Record, w: Words) -> list[dict]:
    if not rows:
        return [paper.text(w("papers.asked_nothing"))]
    held = {**{one.id: one.on_date for one in of.held.values()}, of.meeting.id: of.meeting.on_date}
    names = ("recommendation", "text", "service", "due", "state")
    return [
        paper.table(
            [w(f"sheet.column_{name}") for name in names],
            [
                (
                    w("sheet.number_of", number=w.number(one.number), date=w.date_short(_day(held[one.meeting])))
                    if one.meeting in held
                    else w.number(one.number),
                    one.text,
                    w.join([of.service(one.lead), *map(of.service, one.partners)]),
                    w.date(_day(one.due)),
                    standing(one, of.on, w),
                )
                for one in sorted(rows, key=lambda one: (one.due, one.number))
            ],
            widths=(2, 4, 2.8, 1.5, 1.1),
        )
    ]


def territory(record: Record) -> Made:
    """The sheet of a meeting's territory, on its day."""
    locales = [record.locale, *([record.other.locale] if record.other else [])]
    return [
        sheet(
            record.engine,
            territory=record.territory,
            on=record.meeting.on_date,
            locales=locales,
            audience=record.audience,
            cut=record.cut,
            scope=record.scope,
            role=record.role,
            demonstration=record.demonstration,
        )
    ]


def sheet(
    engine: sa.Engine,
    *,
    territory: str,
    on: int,
    locales: Sequence[str],
    audience: str = OFFICE,
    cut: int,
    scope: str,
    role: str = ADMINISTRATOR,
    demonstration: bool = False,
) -> tuple[str, bytes]:
    """The sheet of a territory on a day, from any page: its file name and the PDF. Raises NotReleased."""
    settled = findings.office(engine, cut=cut)
    told = [
        sheets.sheet(
            Reader(engine, cut, scope, role, locale),
            territory=territory,
            on=on,
            audience=audience,
            demonstration=demonstration,
        )
        for locale in locales
    ]

    def laid_out(slides: Sequence[Sequence[Slide]], size: float, share: float = 1.0) -> Paper:
        sides = [
            paper.side(
                locale,
                words(locale)("sheet.title", place=words(locale).place(territory)),
                _territory_blocks(mine, locale, beside=len(locales) > 1, share=share),
                on=_day(on),
                letterhead=letterhead(settled, territory=territory, locale=locale),
                audience=audience,
                territory=territory,
                demonstration=demonstration,
            )
            for locale, mine in zip(locales, slides, strict=True)
        ]
        return Paper(tuple(_paired(sides)), _day(on), landscape=len(locales) > 1, size=size)

    made, told = _with_the_map(told, laid_out)
    parts = ["tatabbu", "sheet", territory, _day(on).isoformat(), "-".join(locales)]
    name = "-".join([*parts, *(["outside"] if audience != OFFICE else [])]) + ".pdf"
    return name, released(made, zip(locales, told, strict=True))


_PAGES = 2
_LETTERS = 8.0
_TRIED = ((_LETTERS, 1.0), (7.7, 1.0), (7.4, 1.0), (7.2, 1.0), (7.2, 0.75))
"""Points of the letters of a sheet and the share of its height that its map has: rather smaller than that the map makes
the sheet longer."""


def _with_the_map(told: list[list[Slide]], laid_out: Callable[..., Paper]) -> tuple[Paper, list[list[Slide]]]:
    """A sheet with its map in the largest letters in which that makes it no longer than two pages, or than it is
    anyway; without the map where none does. The slides that are on it."""
    without = [[slide for slide in mine if slide.kind != "map"] for mine in told]
    bare = laid_out(without, _LETTERS)
    if without == told:
        return bare, told
    most = max(_PAGES, tagged.pages(paper.pdf(bare)))
    for size, share in _TRIED:
        made = laid_out(told, size, share)
        if tagged.pages(paper.pdf(made)) <= most:
            return made, told
    return bare, without


def _territory_blocks(slides: Sequence[Slide], locale: str, *, beside: bool, share: float = 1.0) -> list[dict]:
    """The blocks of a sheet: its paths two by two where there is the room, that is in one language. share: of the
    height that its map may have."""
    w, found, paths = words(locale), [], [slide for slide in slides if slide.kind == "path"]
    for slide in slides:
        if slide.kind == "path":
            if slide is paths[0]:
                found.append(paper.heading(w("sheet.paths")))
                drawn = [paper.panel(one, locale=locale, height=2.5) for one in paths]
                wide = 3 if len(drawn) == 3 else 2
                pairs = [paper.row(drawn[at : at + wide]) for at in range(0, len(drawn), wide)]
                found += drawn if beside or len(drawn) == 1 else pairs
            continue
        room = (paper.HALF[0] if beside else paper.ROOM[0], share * (_NAMED if drawings.whole(slide) else _UNNAMED))
        block = paper.panel(slide, locale=locale, level=2, tabled=slide.kind != "map", room=room)
        if block["table"]:
            block["table"]["widths"] = list(_WIDTHS[slide.key][: len(block["table"]["head"])])
        found.append(block)
    return found or [paper.text(w("sheet.nothing"))]


_NAMED, _UNNAMED = 4.6, 6.4
"""Centimetres of the map of a sheet, with few territories or many."""

_WIDTHS = {
    "sheet/programmes": (1.7, 1.7, 2.5, 2.1, 2, 3),
    "sheet/standings": (3, 0.9, 1.1, 1.6, 1, 1, 2.4),
    "sheet/counts": (1.6, 3.3, 3.3, 2.7, 1.6),
    "sheet/recommendations": (1.9, 5, 2.4, 1.5, 1.1),
}


def letterhead(settled: Mapping[str, Any], *, territory: str, locale: str) -> tuple[str, ...]:
    """The lines of the office's letterhead in a language, or in the next one it has; else its territory's name."""
    office = settled.get("office", {})
    lines = next((office["letterhead"][one] for one in (locale, *LOCALES) if office.get("letterhead", {}).get(one)), ())
    return tuple(filter(None, lines)) or (words(locale).place(office.get("territory") or territory),)


def of_record(
    record: Record,
    kind: str,
    slides: Callable[[Record], list[Slide]],
    blocks: Callable[[Record, Sequence[Slide]], list[dict]],
    *,
    title: Callable[[Words], str],
    shorter: Callable[[Record, Sequence[Slide]], list[dict]] | None = None,
    under: Callable[[Record], str] = lambda of: "",
    audience: str = "",
    fit: bool = False,
    landscape: bool = False,
    size: float = 9.2,
) -> tuple[str, bytes]:
    """A document of a meeting: the same in each language of the record. shorter: its blocks without maps and chains, of
    which it is made where these would make it longer."""
    held, day = record.meeting, _day(record.meeting.on_date)
    audience = audience or record.audience
    records = (record, *([record.other] if record.other else []))
    told = [(of.locale, slides(of)) for of in records]

    def laid_out(blocks: Callable[[Record, Sequence[Slide]], list[dict]]) -> Paper:
        sides = []
        for of, (_, mine) in zip(records, told, strict=True):
            w = words(of.locale)
            about = w(f"papers.of_{held.kind}", date=day, place=w.place(of.territory))
            sides.append(
                paper.side(
                    of.locale,
                    title(w),
                    blocks(of, mine),
                    on=day,
                    letterhead=of.letterhead,
                    under=tuple(filter(None, (under(of), about))),
                    audience=audience,
                    territory=of.territory,
                    demonstration=of.demonstration,
                    reference=held.reference,
                )
            )
        both = record.other is not None
        return Paper(tuple(_paired(sides)), day, landscape=landscape or (both and fit), fit=fit, size=size)

    made = laid_out(blocks)
    if shorter is not None and any(slide.kind in drawings.KINDS for _, mine in told for slide in mine):
        bare = laid_out(shorter)
        made = made if tagged.pages(paper.pdf(made)) <= tagged.pages(paper.pdf(bare)) else bare
    parts = ["tatabbu", kind, held.id, day.isoformat(), "-".join(of.locale for of in records)]
    name = "-".join([*parts, *(["outside"] if audience != OFFICE else [])]) + ".pdf"
    return name, released(made, told)


def _paired(sides: list[Side]) -> list[Side]:
    """Sides of as many blocks each: the one language may have a note that the other has not."""
    if len({len(side.blocks) for side in sides}) < 2:
        return sides
    most = max(len(side.blocks) for side in sides)
    empty = paper.text("")
    return [Side(**{**vars(side), "blocks": (*side.blocks, *[empty] * (most - len(side.blocks)))}) for side in sides]


def with_all_figures(slide: Slide, w: Words) -> Slide:
    """A slide with those of its figures that no text of it says in a table of their own, where there are any."""
    if slide.kind == "chain" and not slide.table.rows:
        slide = replace(slide, table=chain_table(slide, w))
    block = paper.panel(slide, locale=w.locale, drawn=False)
    said = " ".join(map(tagged.normal, (*texts(block), *_of_chart(block["chart"] or {}))))
    left = [one for one in figures_of(slide) if tagged.normal(one.text) not in said]
    if not left:
        return slide
    rows = tuple((_what(one, w), w.place(one.territory), w.date(_day(one.on_date)), one.text) for one in left)
    shown = slide.table if slide.table.rows else None
    if shown is not None:
        return Slide(**{**vars(slide), "lines": (*slide.lines, *(" – ".join(row) for row in rows))})
    head = tuple(w(f"papers.column_{name}") for name in ("what", "territory", "date", "value"))
    return Slide(**{**vars(slide), "table": type(slide.table)(head, rows, (3,))})


def figures_of(slide: Slide) -> list[Figure]:
    """The figures of a slide that are shown; the numbers along an axis are none."""
    return [one for one in slide.figures if one.state == "shown" and one.what != "scale"]


def _what(figure: Figure, w: Words) -> str:
    """What a figure is of, in words."""
    for kind in ("step", "indicator"):
        try:
            return w.name(kind, figure.what)
        except KeyError:
            continue
    key = f"papers.measure_{figure.what}"
    return w(key) if key in w else w("papers.measure_other")


def _day(day: int) -> dt.date:
    return _FIRST_DAY + dt.timedelta(days=day)


# Read back before it is handed over


def released(made: Paper, told: Iterable[tuple[str, Sequence[Slide]]]) -> bytes:
    """The PDF of a paper, once it says what was written and every figure of its slides. Raises NotReleased."""
    content = paper.pdf(made)
    differences = compared(content, made, told)
    if differences:
        raise NotReleased("pdf", differences)
    return content


def compared(content: bytes, made: Paper, told: Iterable[tuple[str, Sequence[Slide]]]) -> list[Difference]:
    """Where a PDF is not what it was made from: a text that is not there, one that nobody wrote, a figure of a slide
    that no text says. None when it is the same."""
    found = tagged.elements(content)
    where = {tagged.normal(one.text): one.page + 1 for one in found}
    there = Counter(tagged.normal(one.text) for one in found if one.tag != "Figure")
    wanted = Counter(text for side in made.sides for block in side.blocks for text in map(_told, texts(block)) if text)
    around = {_told(text) for side in made.sides for text in (*_around(side),)}
    lacking = list((wanted - there).elements())
    strange = [text for text in (there - wanted).elements() if text not in around]
    differences = []
    for text in lacking:
        other = min(strange, key=lambda one: _apart(one, text), default="")
        if other and _apart(other, text) <= max(len(text), 8) // 2:
            strange.remove(other)
        else:
            other = ""
        changed = _first_change(text, other)
        page = str(where[other]) if other else ""
        differences.append(Difference(page, changed[0], changed[1], text[:120]))
    differences += [Difference(str(where[text]), "", text[:120], "") for text in strange]
    charts = [tagged.normal(one.text) for one in found if one.tag == "Figure"]
    differences += _charts_apart(charts, made)
    everything = " ".join([*there, *charts])
    for _, slides in told:
        for slide in slides:
            for figure in figures_of(slide):
                if _told(figure.text) not in everything:
                    differences.append(Difference("", figure.text, "", slide.title[:120]))
    return differences


def _told(text: str) -> str:
    """What paper is to say of a text."""
    return tagged.normal(paper.written(text))


def _charts_apart(charts: Sequence[str], made: Paper) -> list[Difference]:
    """Where the words and numbers of the charts are not those that were drawn: what a chart says is one element."""

    def letters(text: str) -> str:
        return "".join(sorted(text.replace(" ", "")))

    drawn = [
        [_told(text) for text in _of_chart(block["chart"])]
        for side in made.sides
        for whole in side.blocks
        for block in _parts(whole)
        if block["kind"] == "panel" and block["chart"]
    ]
    there = Counter(map(letters, charts))
    differences = []
    for said in drawn:
        if there[letters("".join(said))]:
            there[letters("".join(said))] -= 1
            continue
        lost = [text for text in said if not any(text in one for one in charts)] or said[:1]
        differences += [Difference("", text, "", " ".join(said)[:120]) for text in lost]
    return differences


def _around(side: Side) -> Iterator[str]:
    yield side.title
    yield from (*side.letterhead, *side.beside, *side.under, *side.notices)


def texts(block: Mapping[str, Any]) -> Iterator[str]:
    """Every text that a block writes, as it is written by itself; not those inside its chart."""
    match block["kind"]:
        case "heading" | "text":
            yield block["text"]
        case "lines" | "contents":
            yield from block["items"]
        case "table":
            yield from _cells(block)
        case "panel":
            yield block["title"]
            if block["verdict"]:
                yield block["verdict"]["word"]
            for one in block["numbers"]:
                yield one["label"]
                yield f"{one['text']} {one['unit']}".strip()
            yield from block["lines"]
            if block["table"]:
                yield from _cells(block["table"])
            yield from block["small"]
        case "row":
            for one in block["blocks"]:
                yield from texts(one)


def _parts(block: dict) -> list[dict]:
    return block["blocks"] if block["kind"] == "row" else [block]


def _cells(table: Mapping[str, Any]) -> Iterator[str]:
    yield from table["head"]
    for row in table["rows"]:
        for cell in row:
            yield cell["word"] if isinstance(cell, dict) else cell


def _of_chart(chart: Mapping[str, Any]) -> Iterator[str]:
    for row in chart.get("rows", ()):
        yield from (row["name"], row["text"])
    for name in ("scale", "ticks", "legend"):
        yield from (one["text"] for one in chart.get(name, ()))
    for name in ("target", "last"):
        if chart.get(name):
            yield chart[name]["text"]
    yield from (one["said"] for one in chart.get("texts", ()))


def _apart(one: str, other: str) -> int:
    """How many places of two texts differ, roughly: enough to say which became which."""
    return abs(len(one) - len(other)) + sum(a != b for a, b in zip(one, other, strict=False))


def _first_change(text: str, other: str) -> tuple[str, str]:
    """The words of two texts that differ first; the whole of the first where there is no other."""
    if not other:
        return text[:120], ""
    for a, b in zip(text.split(), other.split(), strict=False):
        if a != b:
            return a, b
    return text[:120], other[:120]
