"""The working calendar as data: the holidays that move and the days of Ramadan, and the office's own days over them.

Holidays of fixed date are computed by who reads it; those here were announced, or are expected, each with its source
(data/reference/calendar/README.md). An office lays its own over them in `calendar.csv` of its folder, one day a line.
What is wrong in it is handed back as values, never as words.
"""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from data.catalogue import CatalogueError
from data.catalogue import Fault as CatalogueFault
from data.importer.report import Problem, clipped

REFERENCE = Path(__file__).resolve().parent / "reference" / "calendar"
FILE = "calendar.csv"
COLUMNS = ("date", "name_ar", "name_fr", "kind", "source")
WORKED = "worked"
KINDS = ("religious", "exceptional", "local", WORKED)
"""What a day of the office's own may be; `worked` takes a holiday away, which fell on another day than was foreseen."""
EARLIEST = dt.date(2001, 1, 1)


class CalendarRefused(CatalogueError):
    """The office's own calendar cannot be used as it is; `problems` says why."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__(
            CatalogueFault(FILE, f"line {one.line or 1}", one.column or "-", one.code, one.seen) for one in problems
        )


def body(local: Path) -> str:
    """The calendar as JSON, for the table `definition`.

    holidays: first day and number of days of each holiday that moves; worked: days that are no holiday after all;
    ramadan: first and last day, minutes worked on a day of it and on an ordinary day; last: the last day of the years
    that are covered. Days are ISO dates. Raises CalendarRefused.
    """
    own = overlay(local)
    moving = [{"date": row["date"], "days": int(row["days"])} for row in _rows("holidays.csv")]
    ramadan = [
        {
            "first": row["first_day"],
            "last": row["last_day"],
            "minutes": int(row["working_minutes"]),
            "ordinary": int(row["ordinary_minutes"]),
        }
        for row in _rows("ramadan.csv")
    ]
    years = [row["date"][:4] for row in moving]
    found = {
        "holidays": [*moving, *({"date": day, "days": 1} for day, kind in own if kind != WORKED)],
        "worked": [day for day, kind in own if kind == WORKED],
        "ramadan": ramadan,
        "last": f"{max(years)}-12-31",
    }
    return json.dumps(found, sort_keys=True, separators=(",", ":"))


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def overlay(local: Path) -> list[tuple[str, str]]:
    """(ISO date, kind) of the office's own days, in order; none where it has no such file. Raises CalendarRefused."""
    path = local / FILE
    if not path.is_file():
        return []
    try:
        rows, problems = checked(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CalendarRefused([Problem("not_utf8", 1)]) from error
    if problems:
        raise CalendarRefused(problems)
    return [(row["date"], row["kind"]) for row in rows]


def checked(text: str) -> tuple[list[dict[str, str]], tuple[Problem, ...]]:
    """The office's own days out of the text of their file, by date, and what is wrong with its lines."""
    head = text.partition("\n")[0]
    # A French spreadsheet writes a semicolon.
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    names = [(name or "").strip() for name in reader.fieldnames or ()]
    missing = [name for name in ("date", "kind") if name not in names]
    if missing:
        return [], (Problem("no_column", 1, missing[0], values={"required": list(COLUMNS)}),)
    rows: list[dict[str, str]] = []
    problems: list[Problem] = []
    for cells in reader:
        row = {str(key).strip(): (cell or "").strip() for key, cell in cells.items() if isinstance(cell, str | None)}
        if any(row.values()):
            found = list(_wrong(row, reader.line_num, {one["date"] for one in rows}))
            problems += found
            rows += [] if found else [row]
    return sorted(rows, key=lambda row: row["date"]), tuple(problems)


def _wrong(row: Mapping[str, str], line: int, taken: set[str]) -> Iterator[Problem]:
    day, kind = row["date"], row["kind"]
    try:
        date = dt.date.fromisoformat(day)
    except ValueError:
        yield Problem("not_a_date", line, "date", clipped(day))
    else:
        if date < EARLIEST:
            yield Problem("too_early", line, "date", day, {"earliest": EARLIEST.isoformat()})
        elif day in taken:
            yield Problem("day_twice", line, "date", day)
    if kind not in KINDS:
        yield Problem("not_one_of", line, "kind", clipped(kind), {"allowed": list(KINDS)})
