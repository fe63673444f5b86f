"""The panels of a meeting by themselves: the one-file pack; a workbook and a picture of each on the presenter's way."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from exports import pack as packing
from exports.letters import Made, file_name
from exports.picture import png
from exports.readback import release
from exports.record import Record
from exports.workbook import Amount, meaning, workbook
from findings.meetings import known_at
from findings.reader import Reader
from findings.recalled import readback_slides
from i18n import words
from panels.slide import Slide


def pack(record: Record) -> Made:
    """The meeting in one HTML file for each language: slides, drill-downs, and what was recommended as the last one."""
    made = []
    for one in _languages(record):
        slides = [*one.slides, *_read_back(one)]
        content = packing.pack(slides, locale=one.locale, title=title(one), office=one.office)
        w = words(one.locale)
        texts = [title(one), one.office, w("map.credit"), w("targets.line_band")]
        made.append((file_name(one, "pack", "html"), release("html", content, one, more=texts)))
    return made


def workbooks(record: Record) -> Made:
    """The data behind each panel, as a workbook that its id names."""
    made = []
    for one in _languages(record):
        for slide in _told(one):
            # Definitions, their thresholds and the number of the cut are no figures of a slide.
            meant = [cell for _, cell in meaning(slide, words(one.locale))]
            texts = [cell for cell in meant if isinstance(cell, str)]
            values = [cell.value for cell in meant if isinstance(cell, Amount)]
            # For outside a cell holds what is printed, no more.
            w = words(one.locale)
            values += [float(said.value) for figure in slide.figures if (said := w.parse_number(figure.text))]
            content = release("xlsx", workbook(slide, locale=one.locale), one, more=texts, values=values)
            made.append((_named(one, slide, "xlsx"), content))
    return made


def pictures(record: Record) -> Made:
    """Each panel as a picture that can be read on a telephone."""
    return [
        (_named(one, slide, "png"), png(slide, locale=one.locale)) for one in _languages(record) for slide in _told(one)
    ]


def title(record: Record) -> str:
    """What the meeting is called: its kind, territory and day."""
    w, of = words(record.locale), record.meeting
    kind = w(f"wall.kind_{of.kind}")
    return w("wall.meeting_title", kind=kind, place_of=w.of_territory(of.territory), date=_day(of.on_date))


def _languages(record: Record) -> tuple[Record, ...]:
    """The record in each of its languages, by itself."""
    alone = replace(record, other=None)
    return (alone,) if record.other is None else (alone, record.other)


def _told(record: Record) -> Iterator[Slide]:
    """The slides that have figures, in the order in which they were shown."""
    return (slide for slide in record.way if slide.figures and not slide.screen_only)


def _named(record: Record, slide: Slide, ending: str) -> str:
    return file_name(record, f"{slide.key.replace('/', '-')}-{slide.panel}", ending)


def _read_back(record: Record) -> list[Slide]:
    if record.engine is None:
        return []
    cut = known_at(record.meeting, cut=record.cut)
    reader = Reader(record.engine, cut, record.scope, record.role, record.locale)
    return readback_slides(reader, record.meeting, audience=record.audience, demonstration=record.demonstration)


def _day(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(day)
