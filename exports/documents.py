"""The documents of a meeting, by name: what makes each from the record. The full set is all of them.

A maker returns (file name, bytes) pairs, none where there is nothing to say, and hands over only what was read back.
"""

from collections.abc import Callable, Iterable, Iterator

from exports import annexes, letters, panels, papers, presentation
from exports.record import Record

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
