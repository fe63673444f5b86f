"""The means of offices: desks, staff, hours, files an hour, appointments missed, van-days; entered by hand or by file.

What is said anew stands beside what was said before; an event is undone by one that says again what stood before it.
What is wrong is handed back as problems, never as words.
"""

import datetime as dt
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from data.actions import looks_personal
from data.database import as_day, next_event, write
from data.importer.names import Territories
from data.importer.report import Problem, clipped
from data.importer.table import table
from data.schema import capacity

HIGHEST = {
    "desk": 200,
    "staff": 500,
    "hours_a_week": 100,
    "files_an_hour": 60,
    "no_shows": 100,
    "mobile_unit_days": 200,
}
"""The means that an office says, and the most of each: more is a misplaced digit. hours_a_week: of opening;
files_an_hour: of one desk; no_shows: percent of appointments; mobile_unit_days: of a month."""

MEANS = tuple(HIGHEST)
COLUMNS = ("territory", "means", "date", "value", "source")
REQUIRED = ("territory", "means", "date", "value")
EARLIEST = dt.date(2010, 1, 1)
MOST_TEXT = 160


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one of the means of an office from a day on (since 1970-01-01); value: None takes it back."""

    territory: str
    means: str
    on_date: int
    value: int | None
    source: str = "office"
    line: int | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str, int]:
        """Of what it is said."""
        return self.territory, self.means, self.on_date


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its lines without a problem, the problems, the lines there are, and its SHA-256."""

    said: tuple[Said, ...]
    problems: tuple[Problem, ...]
    rows_read: int = 0
    digest: str = ""


def read_file(
    source: Path | str | bytes, *, territories: Territories, today: dt.date, within: Collection[str] | None = None
) -> Read:
    """The means that a CSV file or a workbook says, and what is wrong with it. within: the codes that whoever hands the
    file in may write of, None for all. Raises OSError as opening does."""
    found = table(source, columns=COLUMNS, required=REQUIRED)
    said, wrong = checked(found.rows, territories=territories, today=today, within=within)
    told = tuple(sorted((*found.problems, *wrong), key=lambda problem: problem.line or 0))
    return Read(said, told, found.rows_read, found.digest)


def checked(
    rows: Iterable[Mapping], *, territories: Territories, today: dt.date, within: Collection[str] | None = None
) -> tuple[tuple[Said, ...], tuple[Problem, ...]]:
    """What the rows say, texts by the names of COLUMNS, and what is wrong with the others."""
    found: dict[tuple, Said] = {}
    problems: list[Problem] = []
    for row in rows:
        cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
        wrong = list(_wrong(cells, row.get("line"), territories, today, within))
        if wrong:
            problems += wrong
            continue
        one = Said(
            territory=territories.find(cells["territory"]),
            means=cells["means"].lower(),
            on_date=as_day(dt.date.fromisoformat(cells["date"])),
            value=int(cells["value"]),
            source=cells["source"] or "office",
            line=row.get("line"),
        )
        if one.key in found and found[one.key].value != one.value:
            problems.append(Problem("target_twice", one.line, "value", values={"other": found[one.key].line or 0}))
        found[one.key] = one
    return tuple(found.values()), tuple(problems)


def _wrong(cells: Mapping[str, str], line, territories: Territories, today: dt.date, within) -> Iterator[Problem]:
    def tell(code: str, column: str, *, echo: bool = True, **values) -> Problem:
        return Problem(code, line, column, clipped(cells[column]) if echo else "", values)

    for name in REQUIRED:
        if not cells[name]:
            yield tell("empty_cell", name)
    if cells["territory"]:
        found = territories.find(cells["territory"])
        if isinstance(found, tuple):
            yield tell(found[0], "territory", **found[1])
        elif within is not None and found not in within:
            yield tell("outside_scope", "territory")
    means = cells["means"].lower()
    if means and means not in MEANS:
        yield tell("not_one_of", "means", allowed=list(MEANS))
    if cells["date"]:
        try:
            if len(cells["date"]) != 10 or not cells["date"].isascii():
                raise ValueError
            day = dt.date.fromisoformat(cells["date"])
        except ValueError:
            yield tell("not_a_date", "date")
        else:
            if day < EARLIEST:
                yield tell("too_early", "date", earliest=EARLIEST.isoformat())
            elif day > today:
                yield tell("future_date", "date", today=today.isoformat())
    if cells["value"]:
        if not re.fullmatch(r"[0-9]{1,6}", cells["value"]):
            yield tell("not_a_number", "value")
        elif means in HIGHEST and int(cells["value"]) > HIGHEST[means]:
            yield tell("above_most", "value", most=HIGHEST[means])
    if len(cells["source"]) > MOST_TEXT:
        yield tell("long_text", "source", most=MOST_TEXT)
    if looks_personal(cells["source"]):
        yield tell("personal_text", "source", echo=False)


def set_means(
    engine: sa.Engine, said: Sequence[Said], *, actor: str, file_name: str = "", file_hash: str = ""
) -> int | None:
    """Keep what is said as one event; its number, None when it says nothing new."""
    with write(engine) as connection:
        held = {key: (row.value, row.source) for key, row in _current(connection).items()}
        new = [one for one in said if held.get(one.key, (None, ""))[0] != one.value]
        if not new:
            return None
        return _store(connection, new, "said", actor, len(said), file_name=file_name, file_hash=file_hash)


def undo_means(engine: sa.Engine, done: int, *, actor: str, within: Collection[str] | None = None) -> int | None:
    """Say again what stood before an event, as an event of its own; its number.

    None where a later event has said something of the same means, where there is nothing to take back, or where some
    are of a territory that whoever asks may not write of.
    """
    with write(engine) as connection:
        rows = connection.execute(sa.select(capacity).where(capacity.c.event == done)).all()
        held = _current(connection)
        if not rows or any(held[_key(row)].event != done for row in rows):
            return None
        if within is not None and any(row.territory not in within for row in rows):
            return None
        before = _current(connection, until=done - 1)
        again = [Said(*_key(row), before[_key(row)].value if _key(row) in before else None, row.source) for row in rows]
        return _store(connection, again, "undone", actor, len(again))


def _store(connection: sa.Connection, said: Sequence[Said], what: str, actor: str, read: int, **received: str) -> int:
    details = json.dumps({"what": what, "means": len(said)})
    number = next_event(
        connection, kind="capacity", actor=actor, rows_read=read, accepted=len(said), details=details, **received
    )
    names = ("territory", "means", "on_date", "value", "source")
    rows = [{name: getattr(one, name) for name in names} | {"event": number} for one in said]
    connection.execute(sa.insert(capacity), rows)
    return number


def _key(row: sa.Row) -> tuple[str, str, int]:
    return row.territory, row.means, row.on_date


def _current(connection: sa.Connection, *, until: int | None = None) -> dict[tuple[str, str, int], sa.Row]:
    """The last word on each of the means of each office and day, up to an event."""
    statement = sa.select(capacity).where(capacity.c.means.in_(MEANS)).order_by(capacity.c.event)
    if until is not None:
        statement = statement.where(capacity.c.event <= until)
    return {_key(row): row for row in connection.execute(statement)}


def template(territories: Iterable[str]) -> str:
    """A file in the layout that is read, with a line for each of the means of each territory, to be filled in."""
    lines = [",".join(COLUMNS)]
    lines += [f"{code},{means},,," for code in territories for means in MEANS]
    return "\n".join(lines) + "\n"
