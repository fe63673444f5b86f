"""Letters: what leaves the office in Word after a meeting. Minutes, the letter that convenes it, a note, reminders.

Each is a list of lines and tables made from the record (`Block`), written by `exports.word` in the office's own
template, and read back before anybody gets it. Where a second language is asked for, the same blocks are made from the
record in that language.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from exports.chain import chain_table
from exports.direction import bare
from exports.office_templates import template
from exports.readback import release
from exports.record import ROUNDED_TO, Record
from exports.word import Block, Face, Grid, Line, lines_of, texts_of, written
from findings.meetings import Declaration, Item, Recommendation
from i18n import LOCALES, Words, words
from panels.slide import Slide, Table

MOST_LINES = 38
"""Printed lines: what a page holds of a table below the sentence that it belongs to, a prefecture's annexes or the
communes of a province. A longer one is in the annex alone."""

RECALLED, ASKED, DECLARED = "recalled", "recommendations", "declarations"
"""The parts of the minutes that are read back and belong to no slide."""

Made = list[tuple[str, bytes]]


def minutes(record: Record) -> Made:
    """The minutes of a meeting («محضر»)."""
    return [_file(record, "minutes", minutes_blocks, words(record.locale)(f"letters.minutes_{record.meeting.kind}"))]


def convening(record: Record) -> Made:
    """The letter that convenes a meeting, a page for each service invited."""
    return [_file(record, "convening", convening_blocks, words(record.locale)("letters.convening"))]


def note(record: Record) -> Made:
    """The note on a meeting's figures: a sentence an item."""
    return [_file(record, "note", note_blocks, words(record.locale)("letters.note"))]


def reminders(record: Record) -> Made:
    """A letter to each service that carries recommendations which are not reported as done."""
    title = words(record.locale)("letters.reminder")
    leads = dict.fromkeys(one.lead for one in record.pending)
    return [
        _file(record, f"reminder-{lead}", lambda of, lead=lead: reminder_blocks(of, lead=lead), title) for lead in leads
    ]


def file_name(record: Record, kind: str, ending: str) -> str:
    """What a document of a record is called: by kind, meeting, day, languages, and whether it is for outside."""
    day = _date(record.meeting.on_date).isoformat()
    languages = "-".join([record.locale] + ([record.other.locale] if record.other else []))
    parts = ["tatabbu", kind, record.meeting.id, day, languages] + (["outside"] if record.outside else [])
    return f"{'-'.join(parts)}.{ending}"


def _file(record: Record, kind: str, made: Callable[[Record], list[Block]], title: str) -> tuple[str, bytes]:
    blocks = made(record)
    others = made(record.other) if record.other else None
    w = words(record.locale)
    face = Face(
        title=title,
        notices=tuple((one.locale, text) for one in _both(record) for text in notices(one)),
        about=(kind, record.meeting.id, record.locale, record.audience, record.other.locale if record.other else ""),
        # A file of letters has no pages of its own: each letter is somebody's.
        pages="" if kind == "convening" else w("letters.footer", title=title, date=_date(record.meeting.on_date)),
        numbered=kind != "convening",
    )
    content = written(
        blocks,
        locale=record.locale,
        face=face,
        template=template("docx"),
        beside=(record.other.locale, others) if record.other else None,
    )
    said = [*texts_of(blocks), *texts_of(others or ())]
    return file_name(record, kind, "docx"), release("docx", content, record, said=said)


def notices(record: Record) -> tuple[str, ...]:
    """What every page of a document says: that its figures are made up, that they are rounded."""
    w, found = words(record.locale), []
    if record.demonstration:
        found.append(w("demo.notice", place_of=w.of_territory(record.territory)))
    if record.outside:
        found.append(w("letters.outside_notice", step=ROUNDED_TO))
    return tuple(found)


def _both(record: Record) -> tuple[Record, ...]:
    return (record, record.other) if record.other else (record,)


# Blocks


def minutes_blocks(record: Record) -> list[Block]:
    """The minutes, in reading order."""
    w, held = words(record.locale), record.meeting
    blocks = _letterhead(record, w, on=held.on_date)
    blocks.append(Line(w(f"letters.minutes_{held.kind}"), "title"))
    blocks.append(Line(w("letters.subtitle", place_in=w.in_territory(held.territory)), "subtitle"))
    opening = w(
        f"letters.opening_{held.kind}",
        when=_when(record, w),
        chair=_function(held.chair, w),
        place_in=w.in_territory(held.territory),
    )
    blocks.append(Line(opening))
    blocks += _place(record, w)
    blocks += _attendance(record, w)
    blocks.append(Line(w("letters.agenda"), "heading"))
    blocks += _agenda(record, w)
    if record.recalled:
        several = _of_several(record)
        blocks.append(Line(_recalled(record, w), "heading"))
        blocks.append(_recommendations(record.recalled, record, w, mark=RECALLED, state=True, meeting=several))
    blocks.append(Line(w("letters.figures"), "heading"))
    blocks += _figures(record, w)
    blocks.append(Line(w("letters.remarks"), "heading"))
    blocks += [Line(_declared(one, record, w), "bullet", mark=DECLARED) for one in record.declarations]
    blocks.append(Line(w("letters.declared_note" if record.declarations else "letters.no_remarks"), "text"))
    blocks.append(Line(w("letters.recommendations"), "heading"))
    if record.recommendations:
        blocks.append(_recommendations(record.recommendations, record, w, mark=ASKED))
    else:
        blocks.append(Line(w("letters.no_recommendations")))
    if held.next_date is not None:
        blocks.append(Line(w("letters.next_meeting", date=_date(held.next_date))))
    if record.slides:
        blocks.append(Line(w("letters.frozen"), "small"))
    blocks.append(_signatures(record, w))
    if held.services:
        blocks.append(Line(w("letters.copies"), "strong"))
        blocks += [Line(record.service(one), "bullet") for one in held.services]
    return blocks


def convening_blocks(record: Record) -> list[Block]:
    """The letters of convocation, each on a page of its own."""
    w, held = words(record.locale), record.meeting
    blocks: list[Block] = []
    for place, service in enumerate(held.services or ("",)):
        if place:
            blocks.append(Line("", "break"))
        to = w("letters.addressee", service=record.service(service)) if service else w("letters.addressee_all")
        blocks += _letter_head(record, w, to, w(f"letters.convening_{held.kind}"))
        asked = {"when": _when(record, w), "chair": _function(held.chair, w)}
        blocks.append(Line(w(f"letters.invite_{held.kind}", place_in=w.in_territory(held.territory), **asked)))
        blocks += _place(record, w)
        blocks.append(Line(w("letters.agenda"), "strong"))
        blocks += _agenda(record, w)
        blocks.append(Line(w("letters.prepare")))
        blocks += _closing(record, w)
    return blocks


def note_blocks(record: Record) -> list[Block]:
    """The note: the sentence of each item's slides, what is overdue, what was recommended."""
    w, held = words(record.locale), record.meeting
    blocks = _letterhead(record, w, on=held.on_date)
    blocks.append(Line(w("letters.note"), "title"))
    subject = w("letters.note_object", date=_date(held.on_date))
    blocks.append(Line(subject, lead=w("letters.object")))
    for item in held.agenda:
        slides = [one for one in record.way if one.item == item.id and not one.screen_only]
        if not slides:
            continue
        blocks.append(Line(item_name(item, record, w), "heading2"))
        said = dict.fromkeys(one.title for one in slides)
        blocks += [Line(title, "bullet", mark=one.panel) for title, one in zip(said, slides, strict=False)]
    if not record.slides:
        blocks.append(Line(w("letters.not_frozen")))
    late = [one for one in record.recalled if one.overdue(record.meeting.on_date)]
    if record.before or record.recalled:
        blocks.append(Line(_recalled(record, w), "heading2"))
        if late:
            several = _of_several(record)
            blocks.append(_recommendations(late, record, w, mark=RECALLED, state=True, meeting=several, short=True))
        else:
            blocks.append(Line(w("letters.note_overdue")))
    if record.recommendations:
        blocks.append(Line(w("letters.recommendations"), "heading2"))
        blocks.append(_recommendations(record.recommendations, record, w, mark=ASKED, short=True))
    return blocks


def reminder_blocks(record: Record, *, lead: str) -> list[Block]:
    """The reminder to a service: what is overdue, then what is still to come."""
    w = words(record.locale)
    to = w("letters.addressee", service=record.service(lead))
    blocks = _letter_head(record, w, to, w("letters.reminder_object"), on=record.on)
    blocks.append(Line(w("letters.remind", date=_date(record.on))))
    carried = sorted((one for one in record.pending if one.lead == lead), key=lambda one: (one.due, one.number))
    for name, some in (
        ("overdue_list", [one for one in carried if one.overdue(record.on)]),
        ("due_list", [one for one in carried if not one.overdue(record.on)]),
    ):
        if some:
            blocks.append(Line(w(f"letters.{name}", n=len(some)), "strong"))
            blocks.append(_recommendations(some, record, w, meeting=True))
    blocks.append(Line(w("letters.answer")))
    return blocks + _closing(record, w)


def slides_told(record: Record) -> list[Slide]:
    """The slides that the minutes tell: those that were shown, drill-downs too; before any was, those on the way that
    may stand on a wall. What a meeting recommended is told from its recommendations."""
    shown = set(record.shown)
    told = [one for one in record.slides if (one.key in shown if shown else not one.parent and not one.screen_only)]
    return [one for one in told if one.item]


# Parts


def _letterhead(record: Record, w: Words, *, on: int | None = None) -> list[Block]:
    """The lines over a letter. on: its day; without one there is room to write it in."""
    blocks: list[Block] = [Line(line, "letterhead") for line in record.letterhead]
    if record.meeting.reference:
        blocks.append(Line(w("letters.reference", reference=record.meeting.reference), "letterhead"))
    dated = w("letters.on_blank") if on is None else w("letters.on_date", date=_date(on))
    blocks.append(Line(dated, "letterhead"))
    blocks.append(Line("", "text"))
    return blocks


def _letter_head(record: Record, w: Words, to: str, about: str, *, on: int | None = None) -> list[Block]:
    blocks = _letterhead(record, w, on=on)
    blocks.append(Line(to, "strong"))
    blocks.append(Line(about, lead=w("letters.object")))
    blocks.append(Line(w("letters.greeting")))
    return blocks


def _closing(record: Record, w: Words) -> list[Block]:
    """What ends a letter of the office: it is signed for whoever heads it."""
    signs = ("", _signing("", record.territory, w))
    return [Line(w("letters.closing")), Line(""), Grid((), (signs,), widths=(1, 2), plain=True, room=2.4)]


def _signatures(record: Record, w: Words) -> Grid:
    """Who signs the minutes, each with a function and room to sign: the rapporteur where there is one, the chair."""
    held = record.meeting
    signs = [(w(f"letters.signed_chair_{held.kind}"), _signing(held.chair, held.territory, w))]
    if held.rapporteur:
        signs.insert(0, (w(f"letters.rapporteur_{held.kind}"), _signing(held.rapporteur, held.territory, w)))
    else:
        signs.insert(0, ("", ""))
    return Grid((), tuple(zip(*signs, strict=True)), plain=True, room=2.4)


def _when(record: Record, w: Words) -> str:
    """The day of a meeting with its name, and its hour where that was said."""
    held, day = record.meeting, w.weekday_date(_date(record.meeting.on_date))
    return (
        w("letters.when", day=day) if held.begins is None else w("letters.when_at", day=day, hour=w.hour(held.begins))
    )


def _place(record: Record, w: Words) -> list[Block]:
    """Where a meeting is held: the room, then the place; nothing where neither was said."""
    said = [one for one in (record.meeting.room, record.meeting.place) if one]
    return (
        [
            Line(
                w.join(said) if len(said) < 2 else w("letters.room_in", room=said[0], place=said[1]),
                lead=w("letters.place"),
            )
        ]
        if said
        else []
    )


USUAL = ("governor", "secretary", "division")
"""The functions that usually chair or keep minutes: said in the reader's language, whatever language they were typed
in."""


def _usual(typed: str) -> str:
    """Which of the usual functions a text names in any language, with its form of address or without; empty: none."""
    for one in USUAL:
        for of in map(words, LOCALES):
            forms = (of(f"letters.{kind}_{one}").casefold() for kind in ("chair", "function"))
            if typed.strip().casefold() in forms:
                return one
    return ""


def _function(typed: str, w: Words) -> str:
    """The function of whoever chairs, as a sentence says it; the governor where nothing was typed."""
    usual = _usual(typed) if typed.strip() else "governor"
    return w(f"letters.chair_{usual}") if usual else typed


def _signing(typed: str, territory: str, w: Words) -> str:
    """A function as it stands over a signature: the usual ones with the prefecture or province that they are of."""
    usual = _usual(typed) if typed.strip() else "governor"
    if not usual:
        return typed
    if w.kind(territory) not in (w("kind.prefecture"), w("kind.province")):
        return w(f"letters.function_{usual}")
    # In Arabic whoever governs is named with the name itself, every other function with the form that says whose.
    of = w.place(territory) if w.rtl and usual == USUAL[0] else w.of_territory(territory)
    return w(f"letters.signs_{usual}", of=of)


def _attendance(record: Record, w: Words) -> list[Block]:
    held = record.meeting
    blocks: list[Block] = []
    groups = {
        "present": [one for one in held.services if held.attendance.get(one) == "present"],
        "excused": [one for one in held.services if held.attendance.get(one) == "excused"],
        "invited": [one for one in held.services if one not in held.attendance],
    }
    for name, services in groups.items():
        if services:
            blocks.append(Line(w(f"letters.{name}"), "strong"))
            blocks += [Line(record.service(one), "bullet") for one in services]
    return blocks


def _agenda(record: Record, w: Words) -> list[Block]:
    found = []
    for place, item in enumerate(record.meeting.agenda, 1):
        name = item_name(item, record, w)
        name = w("letters.urgent", item=name) if item.urgent else name
        found.append(Line(w("letters.agenda_item", number=place, item=name)))
    return found


def item_name(item: Item, record: Record, w: Words) -> str:
    """What an item is called: in the office's words, or by its programme and subject."""
    if name := item.called(record.locale):
        return name
    subject = w(f"letters.subject_{item.subject}")
    try:
        programme = w.name("programme", item.programme) if item.programme else ""
    except KeyError:
        programme = ""
    return w("letters.of_programme", programme=programme, subject=subject) if programme else subject


def _figures(record: Record, w: Words) -> list[Block]:
    blocks: list[Block] = []
    told = slides_told(record)
    for place, item in enumerate(record.meeting.agenda, 1):
        slides = [one for one in told if one.item == item.id]
        if slides:
            blocks.append(Line(w("letters.agenda_item", number=place, item=item_name(item, record, w)), "heading2"))
            for one in slides:
                blocks += slide_blocks(one, w)
    return blocks or [Line(w("letters.not_frozen"))]


def slide_blocks(slide: Slide, w: Words) -> list[Block]:
    """A slide in words and a table: its sentence, its numbers, what it says further, where it comes from."""
    mark = slide.panel
    blocks: list[Block] = [Line(slide.title, "strong", mark)]
    told = [
        w("letters.number", label=one.label, text=w("letters.number_of", text=one.text, unit=one.unit))
        if one.unit
        else w("letters.number", label=one.label, text=one.text)
        for one in slide.numbers
        if not _said_in(slide.title, one.text)
    ]
    if slide.verdict:
        told.append(w("letters.verdict", word=slide.verdict["word"]))
    if told:
        # In one line, those alone that its title has not said: minutes are read by who has little time.
        blocks.append(Line(" · ".join(told), "bullet", mark))
    # What every page says over its text is not said again with each figure.
    spoken = {slide.title, w("deck.rounded"), w("since.rounded")}
    blocks += [Line(text, "text", mark) for text in slide.lines if text not in spoken]
    common: list[str] = []
    for whole in slide_tables(slide, w):
        table, same = said_once(whole, w)
        common += same
        if lines_of(table) > MOST_LINES:
            blocks.append(Line(w("letters.in_annex", rows=len(table.rows), panel=slide.panel), "small", mark))
        else:
            blocks.append(table)
    blocks += [Line(text, "small", mark) for text in slide.notes if text not in spoken]
    blocks.append(Line(" · ".join([*common, source_line(slide, w)]), "small", mark))
    return blocks


def _said_in(title: str, number: str) -> bool:
    """Whether a title says a number of three digits or more; a shorter one may be the day of a date in it."""
    number = bare(number)
    alone = rf"(?<![\d.,]){re.escape(number)}(?![\d%])"
    return sum(one.isdigit() for one in number) > 2 and re.search(alone, bare(title)) is not None


def said_once(table: Grid, w: Words) -> tuple[Grid, list[str]]:
    """A table without its columns of one long text that is the same in each row, and what they say, each once."""
    columns = list(zip(*table.rows, strict=True))
    same = [
        at
        for at, texts in enumerate(columns)
        if at and at not in table.numeric and len(texts) > 2 and len(set(texts)) == 1 and len(texts[0]) > _LEAST_SAME
    ]
    if not same:
        return table, []
    kept = [at for at in range(len(columns)) if at not in same]
    numeric = tuple(new for new, old in enumerate(kept) if old in table.numeric)
    lines = [tuple(row[at] for at in kept) for row in (table.head, *table.rows, table.widths)]
    one = replace(table, head=lines[0], rows=tuple(lines[1:-1]), numeric=numeric, widths=lines[-1])
    return one, [w("letters.number", label=table.head[at], text=columns[at][0]) for at in same]


_LEAST_SAME = 12
"""Letters: what is shorter takes no room in a column."""


def slide_tables(slide: Slide, w: Words) -> list[Grid]:
    """The table of a slide; of a chain its stages, and what waits before each."""
    table = chain_table(slide, w) if slide.kind == "chain" and not slide.table.rows else slide.table
    if not table.head or not table.rows:
        return []
    return [Grid(table.head, table.rows, table.numeric, widths_of(table), mark=slide.panel)]


def widths_of(table: Table) -> tuple[float, ...]:
    """What each column of a table needs beside the others: its longest word whole, and some of its longest text."""
    columns = list(zip(table.head, *table.rows, strict=True))
    words_of = [max(len(word) for text in texts for word in re.split(r"[ \n\-]", text)) for texts in columns]
    longest = [max(map(len, texts)) for texts in columns]
    return tuple(
        max(word, _LEAST) * 1.3 + 2 + max(min(long, _ENOUGH) - word, 0) / 4
        for word, long in zip(words_of, longest, strict=True)
    )


_LEAST, _ENOUGH = 3, 40
"""Letters: a column has room for so many, and what is longer breaks its lines."""


def source_line(slide: Slide, w: Words) -> str:
    """The sources of a slide, the days of its figures and its id, in one line."""
    days = sorted(set(slide.dates or ((slide.on_date,) if slide.on_date else ())))
    if not slide.sources or not days:
        return w("letters.panel", panel=slide.panel)
    sources = w.join(dict.fromkeys(one.text for one in slide.sources))
    return w("letters.source", sources=sources, date=w.period(_date(days[0]), _date(days[-1])), panel=slide.panel)


def _of_several(record: Record) -> bool:
    """Whether what comes back was not all asked by the meeting before."""
    return record.before is None or any(one.meeting != record.before.id for one in record.recalled)


def _recalled(record: Record, w: Words) -> str:
    """The heading over what comes back: of which meeting it is, or that it is of several."""
    if record.before is None or _of_several(record):
        return w("letters.recalled_several")
    return w("letters.recalled", date=_date(record.before.on_date))


def _recommendations(
    some: Iterable[Recommendation],
    record: Record,
    w: Words,
    *,
    mark: str = "",
    state: bool = False,
    meeting: bool = False,
    short: bool = False,
) -> Grid:
    """Recommendations in rows. state: what became of each as of the meeting; meeting: which one made it; short: without
    its figure and partners."""
    names = ["number", "text", "lead", "due"] + (["state"] if state else []) + (["meeting"] if meeting else [])
    rows = []
    for one in some:
        said = (one.text, record.service(one.lead)) if short else (recommended(one, w), carried_by(one, record, w))
        cells = [w.number(one.number), *said, w.date(_date(one.due))]
        if state:
            late = one.overdue(record.meeting.on_date)
            cells.append(w("letters.state_overdue" if late else f"letters.state_{one.state}"))
        if meeting:
            cells.append(w.date(_date(record.held[one.meeting].on_date)) if one.meeting in record.held else "")
        rows.append(tuple(cells))
    widths = {"number": 1.2, "text": 4.6, "lead": 2.3, "due": 2.0, "state": 1.6, "meeting": 2.0}
    head = tuple(w(f"letters.column_{name}") for name in names)
    return Grid(head, tuple(rows), (), tuple(widths[name] for name in names), mark=mark)


def carried_by(one: Recommendation, record: Record, w: Words) -> str:
    """The service that carries a recommendation, and its partners."""
    if not one.partners:
        return record.service(one.lead)
    partners = w.join(record.service(partner) for partner in one.partners)
    return w("letters.with_partners", lead=record.service(one.lead), partners=partners)


def recommended(one: Recommendation, w: Words) -> str:
    """The text of a recommendation, and in a line of its own the figure that it is about, where it has one."""
    if one.baseline is None or not one.territory:
        return one.text
    figure = w("letters.figure_place", place=w.territory(one.territory), n=one.baseline, date=_date(one.baseline_date))
    if things := _things(one.step, one.unit, w):
        where = w.in_territory(one.territory)
        figure = w("letters.figure", things=things, place_in=where, n=one.baseline, date=_date(one.baseline_date))
    if one.expected is not None:
        figure = w("letters.expected", figure=figure, expected=w.signed(one.expected))
    return f"{one.text}\n{w('letters.with_figure', figure=figure)}"


def _declared(one: Declaration, record: Record, w: Words) -> str:
    service = record.service(one.service)
    if one.value is None:
        return w("letters.declared_text", service=service, text=one.text)
    things = _things(one.step, one.unit, w)
    where = w.in_territory(one.territory or record.territory)
    about = w("letters.declared_about", things=things, place_in=where) if things else where
    asked = {"service": service, "n": one.value, "about": about}
    asked["date"] = _date(record.meeting.on_date if one.on_date is None else one.on_date)
    if one.official is None:
        said = w("letters.declared_alone", **asked)
    else:
        said = w("letters.declared_value", **asked, official=one.official)
    return w("letters.declared_more", said=said, text=one.text) if one.text else said


def _things(step: str, unit: str, w: Words) -> str:
    try:
        return w.things(step, unit) if step and unit else ""
    except KeyError:
        return ""


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)
