"""A small table out of a file: rows of text under known names, for what is no count of a register."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from data.importer.read import Reading, read, received
from data.importer.report import Problem, clipped


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file says: its rows, by name of the column and with `line`; what is wrong with its columns; the lines that
    there are, and its SHA-256."""

    rows: tuple[dict, ...]
    problems: tuple[Problem, ...]
    rows_read: int = 0
    digest: str = ""


def table(source: Path | str | bytes, *, columns: Sequence[str], required: Sequence[str]) -> Rows:
    """The rows of a CSV file or a workbook whose first line names columns; none where a required one is missing.

    Raises OSError as opening does.
    """
    with received(source) as got:
        found: Reading = read(got)
        digest = got.digest
    if found.table is None:
        return Rows((), found.problems, digest=digest)
    names = [name.strip().lower() for name in found.header]
    problems = list(found.problems)
    for place, name in enumerate(names):
        if name in names[:place]:
            problems.append(Problem("repeated_column", 1, name, clipped(name)))
        elif name and name not in columns:
            near = difflib.get_close_matches(name, columns, 1)
            problems.append(
                Problem("unknown_column", 1, clipped(name), clipped(name), {"number": place + 1, "columns": near})
            )
    missing = [name for name in required if name not in names]
    problems += [Problem("no_column", 1, name, values={"required": list(required)}) for name in missing]
    if missing:
        return Rows((), tuple(problems), found.rows_read, digest)
    cells = {name: found.table.column(str(place)).to_pylist() for place, name in enumerate(names) if name in columns}
    lines = found.table.column("line").to_pylist()
    rows = tuple(
        {"line": line} | {name: (column[at] or "").strip() for name, column in cells.items()}
        for at, line in enumerate(lines)
    )
    return Rows(rows, tuple(problems), found.rows_read, digest)
