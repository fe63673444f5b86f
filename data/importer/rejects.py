"""What was refused of a file, to be handed back: the lines as they came, with one column more that says why.

It is the file of whoever handed it in: nothing of it is stored, no cell of it leaves as a formula, and where somebody
was named or numbered in it stands a sign instead.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import xlsxwriter

from data.importer.check import OWN_COLUMN
from data.importer.form import letters
from data.importer.grid import Table
from data.importer.personal import without_persons
from data.importer.report import Problem

MOST_ROWS = 200_000
"""Lines that are handed back at most: whoever has more wrong ones mends what makes the file, not its lines."""
CELLS = ("sheet", "cell", "seen")
"""The columns of what is handed back of a form."""

_RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Rejected:
    """The refused lines of a file: their header, and per line what is wrong with it and its cells. `workbook`: it came
    as one; else `delimiter` parted its cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[Problem, ...], tuple[str, ...]], ...]
    workbook: bool = False
    delimiter: str = ","


def shape(path: Path) -> tuple[bool, str]:
    """Whether a file is a workbook, and the delimiter of its header where it is a text."""
    with open(path, "rb") as file:
        if file.read(4).startswith((b"PK", b"\xd0\xcf")):
            return True, ","
        file.seek(0)
        for raw in iter(lambda: file.readline(1 << 20), b""):
            line = raw.decode("utf-8-sig", errors="replace").strip()
            if line.strip(",;\t ") and not re.fullmatch(r"sep=.", line):
                return False, max(",;\t", key=line.count)
    return False, ","


def raw_lines(path: Path, lines: Collection[int], delimiter: str) -> dict[int, tuple[str, ...]]:
    """The cells of the records of a text file that begin on these lines, however many there are."""
    wanted, found, start = set(lines), {}, 1
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            for record in reader:
                if start in wanted:
                    found[start] = tuple(record)
                    if len(found) == len(wanted):
                        break
                start = reader.line_num + 1
        except csv.Error:
            pass  # what cannot be read is not handed back either: its line is in the report
    return found


def gathered(
    table: pa.Table,
    header: Sequence[str],
    problems: Sequence[Problem],
    *,
    ragged: Mapping[int, tuple[str, ...]],
    workbook: bool,
    delimiter: str,
) -> Rejected | None:
    """The lines that the problems are of; None where no problem is one of a line."""
    by_line: dict[int, list[Problem]] = {}
    for problem in problems:
        if problem.line is not None and problem.line > 1:
            by_line.setdefault(problem.line, []).append(problem)
    if not by_line:
        return None
    line = table.column("line").to_numpy()
    at = np.flatnonzero(np.isin(line, list(by_line)))[:MOST_ROWS]
    kept = table.take(pa.array(at))
    columns = [kept.column(str(place)).to_pylist() for place in range(len(header))]
    cells = {int(one): row for one, row in zip(line[at], zip(*columns, strict=True), strict=True)}
    cells |= {one: row for one, row in ragged.items() if one in by_line}
    rows = tuple((tuple(by_line[one]), tuple(cells[one])) for one in sorted(cells))
    return Rejected(tuple(header), rows, workbook, delimiter)


def of_form(problems: Sequence[Problem]) -> Rejected | None:
    """The cells of a form that were refused, one a line."""
    rows = tuple(((one,), (one.sheet, one.cell, one.seen)) for one in problems if one.cell)
    return Rejected(CELLS, rows, workbook=True) if rows else None


def of_sheet(
    tables: Sequence[Table], problems: Sequence[Problem], *, workbook: bool, delimiter: str
) -> Rejected | None:
    """The lines of a sheet of another layout that have a problem, with the names of its columns; where several sheets
    have some, their cells, one a line."""
    by_line: dict[tuple[str, int], list[Problem]] = {}
    for problem in problems:
        if problem.line is not None:
            by_line.setdefault((problem.sheet, problem.line), []).append(problem)
    names = {name for name, _ in by_line}
    if len(names) != 1:
        return of_form(problems)
    (name,) = names
    table = next(one for one in tables if not name or one.sheet.name == name)
    rows = []
    for line in sorted(line for _, line in by_line)[:MOST_ROWS]:
        cells = (table.sheet.at(line, column.place) for column in table.columns)
        rows.append((tuple(by_line[name, line]), tuple(cell.text if cell else "" for cell in cells)))
    header = tuple(" / ".join(column.path) or letters(column.place) for column in table.columns)
    return Rejected(header, tuple(rows), workbook, delimiter)


def written(rejected: Rejected, *, heading: str, say: Callable[[Problem], str]) -> bytes:
    """The refused lines as a file in the shape received. heading: of the column that says why; say: a problem."""
    head = (*map(without_persons, rejected.header), f"{heading} {OWN_COLUMN}")
    width = len(rejected.header)
    rows = []
    for problems, cells in rejected.rows:
        # A line that had too many cells keeps them all, after the reason; one that had too few is filled up.
        padded = (*map(without_persons, cells), *[""] * (width - len(cells)))
        why = " ".join(dict.fromkeys(map(say, problems)))
        rows.append((*padded[:width], why, *padded[width:]))
    return _workbook(head, rows) if rejected.workbook else _text(head, rows, rejected.delimiter)


def _text(head: tuple[str, ...], rows: list[tuple[str, ...]], delimiter: str) -> bytes:
    text = io.StringIO()
    out = csv.writer(text, delimiter=delimiter)
    for row in (head, *rows):
        out.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in row])
    # The mark tells a spreadsheet program that the text is UTF-8.
    return ("\ufeff" + text.getvalue()).encode()


def _workbook(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> bytes:
    content = io.BytesIO()
    options = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((head, *rows)):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell[:32_000])
    return content.getvalue()
