"""The documents of a meeting, by name: what makes each from the record. The full set is all of them.

A maker returns (file name, bytes) pairs, none where there is nothing to say, and hands over only what was read back.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from exports import annexes, letters, panels, papers, presentation
from exports.record import Record
from i18n import words

DOCUMENTS: dict[str, Callable[[Record], list[tuple[str, bytes]]]] = {
    "minutes": letters.minutes,
    "convening": letters.convening,
    "note": letters.note,
    "reminders": letters.reminders,
    "slides": presentation.slides,
    "brief": papers.brief,
    "territory": papers.territory,
    "services": papers.services,
    "annexes": annexes.annexes,
    "pack": panels.pack,
    "workbook": panels.workbooks,
    "pictures": panels.pictures,
}


def made(record: Record, names: Iterable[str] = ()) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Each document asked for (all without names) as it is made: its name and its files.

    Raises KeyError for a name that there is none of, before anything is made.
    """
    makers = [(name, DOCUMENTS[name]) for name in (names or DOCUMENTS)]
    return ((name, make(record)) for name, make in makers)


def about(file: str, record: Record) -> str:
    """Which of its kind a file is, in words: the service that it is for, the panel that it shows; empty where there is
    one of the kind."""
    led = (one.lead for one in (*record.recommendations, *record.pending))
    items = (item.service for item in record.meeting.agenda)
    for id in dict.fromkeys(filter(None, (*record.meeting.services, *items, *led))):
        if any(f"-{written}-{record.meeting.id}-" in file for written in (id, re.sub(r"[^A-Za-z0-9_-]", "_", id))):
            return record.service(id)
    shown = (slide for slide in record.slides if f"-{slide.panel}-{record.meeting.id}-" in file)
    w = words(record.locale)
    return next((w("documents.panel", title=slide.title, id=slide.panel) for slide in shown), "")
