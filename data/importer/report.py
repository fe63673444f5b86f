"""What the importer hands back: problems as values, never as words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from data.importer.personal import without_persons

SEEN = 40
"""How many characters of a cell are repeated back: enough to find it, too few to echo a person's file."""


def clipped(text: str) -> str:
    """The text as it may be repeated back: one line, without control characters, at most SEEN characters, and nobody's
    name or number in it."""
    return shortened(without_persons(text))


def shortened(text: str) -> str:
    """The text on one line, without control characters, at most SEEN characters: of what is known to be a place."""
    shown = "".join(character if character.isprintable() else " " for character in text[: SEEN + 1])
    return shown if len(shown) <= SEEN else shown[: SEEN - 1] + "…"


def file_name(name: str) -> str:
    """What a file is called in reports and in the log of events: without folders, and without whom it names."""
    path = PurePath(name.replace("\\", "/"))
    spoken = path.stem.replace("_", " ")
    shown = without_persons(spoken)
    return path.name if shown == spoken else f"{shown}{path.suffix}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `code` names it; `line` (from 1, the header counted) and `column` (as the layout
    names it) say where, None for the whole file; `seen` is what stood there, clipped; `values` fill the sentence. In a
    form `cell` says where as a spreadsheet does (D12), and `sheet` in which sheet of several."""

    code: str
    line: int | None = None
    column: str | None = None
    seen: str = ""
    values: dict = field(default_factory=dict)
    cell: str = ""
    sheet: str = ""


def noted(what: str, seen: str = "", **values) -> Problem:
    """Something that was understood and refuses nothing, of which a person may want to know."""
    return Problem(f"noted_{what}", seen=seen, values=values)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one file. `accepted + refused + quarantined == rows_read`, always.

    `event` is the number of the event that holds the rows, None when nothing was stored. `already` says that the same
    bytes were taken in before by that event, and that nothing changed now. `unchanged` counts the accepted rows that
    say what was already known. `doubts`: how many rows wait for a yes or no by the rule that doubts them; a territory
    that went silent is among them and is no row. `rejected`: the refused lines as they came, to be handed back. `noted`
    says what was understood that a person may want to see: it refuses nothing. `sheet` is there when the file is some
    table of another layout (data.importer.Sheet), for whoever maps its columns.
    """

    file: str
    rows_read: int = 0
    accepted: int = 0
    refused: int = 0
    quarantined: int = 0
    event: int | None = None
    problems: tuple[Problem, ...] = ()
    already: bool = False
    unchanged: int = 0
    doubts: Mapping[str, int] = field(default_factory=dict)
    rejected: Any = field(default=None, repr=False)
    noted: tuple[Problem, ...] = ()
    sheet: object | None = field(default=None, repr=False)

    @property
    def stored(self) -> bool:
        """Whether the tables hold what the file says."""
        return self.event is not None
