"""A form that comes back: the cells of a workbook that the program wrote become rows of the layout of files.

exports/forms.py writes it. One sheet a count: in its header line the cell that names the count (`step/unit/measure`),
beside it a column of names, then one date a column; below, one line a territory, its code under the cell that names the
count. A further sheet, out of sight, says the same in a layout of keys and values. The count is looked for by its cell,
a date by its header and a territory by its code, so that a form whose sheets were renamed, whose lines were sorted or
whose columns were moved is still understood. What cannot be placed for certain is refused with its cell; an empty cell
is a figure that was not reported, never a zero.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pyarrow as pa

from data.importer.report import Problem, clipped

MARK = "tatabbu-form"
VERSION = 1
HEADER = ("territory", "step", "unit", "measure", "date", "value", "source")
"""The columns of the rows that a form becomes, as `data.importer.check` reads them."""

_COUNT = re.compile(r"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)/([a-z_]+)/([a-z_]+)")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SERIAL = re.compile(r"[34567]\d{4}")
"""A date whose format was lost: whole days since 30 December 1899, from 1982 to 2119."""
_FIRST_SERIAL = dt.date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row came from: its sheet (empty when the form has one), its line, and the columns of its cells."""

    sheet: str
    line: int
    value: int
    name: int
    header: int

    def cell(self, column: str) -> tuple[str, int]:
        """The address of the cell that holds a column of the layout, and its line."""
        if column == "date":
            return f"{letters(self.value)}{self.header}", self.header
        return f"{letters(self.name if column == 'territory' else self.value)}{self.line}", self.line


@dataclass(frozen=True, slots=True)
class Taken:
    """What a form says. `table` has `line` (from 1) and one text column per column of HEADER, named by its place;
    `problems` are those of cells and of the form itself; `refused` counts the cells that are no rows."""

    table: pa.Table
    problems: tuple[Problem, ...]
    refused: int
    _places: tuple[_Place, ...] = field(repr=False, default=())

    def placed(self, problem: Problem) -> Problem:
        """A problem that the check of `table` found, said of the cell that a reader sees."""
        if problem.line is None or not 1 <= problem.line <= len(self._places) or problem.column is None:
            return replace(problem, line=None, column=None)
        place = self._places[problem.line - 1]
        cell, line = place.cell(problem.column)
        code, values = problem.code, dict(problem.values)
        other = values.pop("line", None)
        if isinstance(other, int) and 1 <= other <= len(self._places):
            code, values["other_cell"] = f"form_{code}", self._places[other - 1].cell(problem.column)[0]
        elif code == "empty_cell" and problem.column == "territory":
            code = "form_nameless"
        return replace(problem, code=code, line=line, column=None, cell=cell, sheet=place.sheet, values=values)


@dataclass(frozen=True)
class _Layout:
    """What the sheet out of sight says. counts: (step, unit, measure); names: of territories, by code."""

    version: int
    demonstration: bool
    source: str
    counts: tuple[tuple[str, str, str], ...]
    names: Mapping[str, str]
    dates: frozenset[str]


class _Sheet:
    """One sheet: its cells by line and column, both from 1."""

    def __init__(self, name: str):
        self.name = name
        self.lines: dict[int, dict[int, str]] = {}

    def put(self, line: int, column: int, text: str) -> None:
        self.lines.setdefault(line, {})[column] = text

    def marks(self) -> Iterator[tuple[int, int, tuple[str, str, str]]]:
        """Line and column of each cell that names a count, and the count."""
        for line, cells in sorted(self.lines.items()):
            for column, text in cells.items():
                if found := _COUNT.fullmatch(text.strip()):
                    yield line, column, found.groups()

    @cached_property
    def layout(self) -> _Layout | None:
        """What it says when it is the sheet of the layout."""
        if self.lines.get(1, {}).get(1, "").strip() != MARK:
            return None
        said: dict[str, list[tuple[str, ...]]] = {}
        for cells in self.lines.values():
            key, *rest = (cells.get(column, "").strip() for column in range(1, 5))
            said.setdefault(key, []).append(tuple(rest))

        def one(key: str) -> str:
            return said.get(key, [("",)])[0][0]

        return _Layout(
            version=int(one(MARK)) if one(MARK).isdecimal() else 0,
            demonstration=one("demonstration") == "1",
            source=one("source"),
            counts=tuple(dict.fromkeys(said.get("count", ()))),
            names={code: name for code, name, *_ in said.get("territory", ())},
            dates=frozenset(day for day, *_ in said.get("date", ())),
        )


def letters(column: int) -> str:
    """A column's letters, as a spreadsheet has them: 1 is A, 28 is AB."""
    text = ""
    while column:
        column, place = divmod(column - 1, 26)
        text = chr(65 + place) + text
    return text


def taken(cells: pa.Table, *, demonstration: bool) -> Taken:
    """The rows that the cells of a form say (`line`, then sheet, column, text), as far as each can be placed.

    demonstration: whether they are meant for the database of made-up counts. A form of the other one, or of a later
    version of the program, is refused as a whole.
    """
    sheets: dict[str, _Sheet] = {}
    for line, name, column, text in zip(*(cells.column(at).to_pylist() for at in range(4)), strict=True):
        sheets.setdefault(name, _Sheet(name)).put(line, int(column), text)
    layout = next(sheet.layout for sheet in sheets.values() if sheet.layout)
    if not 1 <= layout.version <= VERSION:
        return Taken(_table([]), (Problem("form_version"),), 0)
    if layout.demonstration != demonstration:
        code = "form_of_demonstration" if layout.demonstration else "form_of_office"
        return Taken(_table([]), (Problem(code),), 0)
    reader = _Reader(layout, several=len(layout.counts) > 1)
    for sheet in sheets.values():
        if not sheet.layout:
            reader.read(sheet)
    problems = [*reader.problems]
    problems += [Problem("form_count_missing", seen=step) for step, unit, m in reader.missing()]
    if not reader.rows and not problems:
        problems.append(Problem("form_empty"))
    return Taken(_table(reader.rows), tuple(problems), reader.refused, tuple(reader.places))


def _table(rows: Sequence[tuple[str, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(HEADER)
    arrays = [pa.array(range(1, len(rows) + 1), pa.int64()), *(pa.array(column, pa.string()) for column in columns)]
    return pa.table(arrays, names=["line", *map(str, range(len(HEADER)))])


class _Reader:
    """Rows out of sheets, and what could not be placed."""

    def __init__(self, layout: _Layout, *, several: bool):
        self.layout, self.several = layout, several
        self.rows: list[tuple[str, ...]] = []
        self.places: list[_Place] = []
        self.problems: list[Problem] = []
        self.refused = 0
        self._read: set[tuple[str, str, str]] = set()

    def missing(self) -> list[tuple[str, str, str]]:
        """The counts of the form that no sheet holds any more."""
        return [count for count in self.layout.counts if count not in self._read]

    def read(self, sheet: _Sheet) -> None:
        """Take in a sheet. One that names no count of this form is somebody's own, and is left alone."""
        marks = list(sheet.marks())
        for at, (header, code_column, count) in enumerate(marks):
            if count in self.layout.counts:
                self._read.add(count)
                # Whoever copied the counts below each other has several of them in one sheet.
                ends = marks[at + 1][0] if at + 1 < len(marks) else max(sheet.lines) + 1
                self._read_block(sheet, range(header, ends), code_column, count)

    def _read_block(self, sheet: _Sheet, span: range, code_column: int, count: tuple[str, str, str]) -> None:
        header, name_column = span.start, code_column + 1
        lines = {line: cells for line, cells in sheet.lines.items() if line in span and line > header}
        filled = Counter(column for cells in lines.values() for column in cells)
        for column in (code_column, name_column):
            filled.pop(column, None)
        dates = self._dates(sheet, header, filled)
        for line, cells in sorted(lines.items()):
            said = {column: text for column, text in cells.items() if column in dates}
            if not said:
                continue
            territory, named = self._territory(cells, code_column, name_column)
            moved = self._other_name(territory, cells.get(name_column, ""))
            if moved:
                self._tell(sheet, "form_row_moved", line, name_column, moved, refused=len(said), owner=territory)
                continue
            for column, text in sorted(said.items()):
                self.rows.append((territory, *count, dates[column], text, self.layout.source))
                where = sheet.name if self.several else ""
                self.places.append(_Place(where, line, value=column, name=named, header=header))

    def _territory(self, cells: Mapping[int, str], code_column: int, name_column: int) -> tuple[str, int]:
        """The territory of a line, by its code or else by its name, and the column that says it."""
        code = cells.get(code_column, "").strip()
        if code or name_column not in cells:
            return code, code_column
        return cells[name_column].strip(), name_column

    def _other_name(self, territory: str, name: str) -> str:
        """The name that stands beside a code, when it is that of another territory of the form."""
        own = self.layout.names.get(territory)
        shown = " ".join(name.split())
        if own is None or not shown or shown == " ".join(own.split()):
            return ""
        others = {" ".join(other.split()) for code, other in self.layout.names.items() if code != territory}
        return shown if shown in others else ""

    def _dates(self, sheet: _Sheet, header: int, filled: Mapping[int, int]) -> dict[int, str]:
        """The date of each column with a figure. A header that is no date of the form is refused, unless all dates of
        the form stand there: then the column is a remark."""
        heads = sheet.lines.get(header, {})
        days = {column: _day(text) for column, text in heads.items()}
        found = Counter(day for day in days.values() if day in self.layout.dates)
        complete = found.keys() == self.layout.dates
        dates = {}
        for column, count in sorted(filled.items()):
            day, text = days.get(column, ""), heads.get(column, "")
            if found[day] == 1:
                dates[column] = day
            elif found[day] > 1:
                self._tell(sheet, "form_date_twice", header, column, text, refused=count)
            elif day:
                self._tell(sheet, "form_date_changed", header, column, day, refused=count)
            elif not complete:
                self._tell(sheet, "form_date_lost", header, column, text, refused=count)
        return dates

    def _tell(self, sheet: _Sheet, code: str, line: int, column: int, seen: str, *, refused: int, **values) -> None:
        self.refused += refused
        where = sheet.name if self.several else ""
        cell = f"{letters(column)}{line}"
        self.problems.append(Problem(code, line, None, clipped(seen), values, cell=cell, sheet=where))


def _day(text: str) -> str:
    """The ISO date that a header means, empty when it is none."""
    text = text.strip()
    try:
        if found := _DAY_FIRST.fullmatch(text):
            day, month, year = map(int, found.groups())
            return dt.date(year, month, day).isoformat()
        if _SERIAL.fullmatch(text):
            return (_FIRST_SERIAL + dt.timedelta(days=int(text))).isoformat()
        return dt.date.fromisoformat(text[:10]).isoformat() if re.match(r"\d{4}-\d{2}-\d{2}", text) else ""
    except ValueError:
        return ""
