"""Targets in: what was promised, where, by when and by whom; read from a file, checked, kept as one event.

A target is never overwritten: what is said anew is a new row beside the old one, and one that is withdrawn is a row
without a value. docs/targets.md shows the file. What is wrong is handed back as values, never as words.
"""

import datetime as dt
import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import sqlalchemy as sa

from data.catalogue import Catalogue
from data.database import as_day, next_event, write
from data.importer.names import Territories
from data.importer.read import Reading, read, received
from data.importer.report import Problem, clipped
from data.schema import milestone, target

COLUMNS = (
    "indicator",
    "territory",
    "due",
    "value",
    "starts",
    "start_value",
    "path",
    "milestones",
    "set_by",
    "source",
    "address",
)
REQUIRED = ("indicator", "territory", "due", "value", "starts", "set_by", "source")
LINEAR, STEPPED, MILESTONES = PATHS = ("linear", "stepped", "milestones")
SET_BY = ("assigned", "adopted", "announced", "arithmetical")
EARLIEST = dt.date(2001, 1, 1)
MOST_DIGITS = 12
MOST_TEXT = 200
MOST_MILESTONES = 60


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as it is said. due, starts: days since 1970-01-01; value: count, None to withdraw what was said of this
    indicator, territory and due date; milestones: (day, value), ascending; line: where it stands in its file."""

    indicator: str
    territory: str
    due: int
    value: int | None
    starts: int
    set_by: str
    source: str
    start_value: int = 0
    path: str = LINEAR
    milestones: tuple[tuple[int, int], ...] = ()
    address: str = ""
    line: int | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str, int]:
        """What is promised, where, by when."""
        return self.indicator, self.territory, self.due


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its promises without a problem, the problems, the lines there are, and its SHA-256."""

    promises: tuple[Promise, ...]
    problems: tuple[Problem, ...]
    rows_read: int = 0
    digest: str = ""


def read_file(
    source: Path | str | bytes,
    *,
    catalogue: Catalogue,
    territories: Territories,
    within: Collection[str] | None = None,
) -> Read:
    """The targets that a CSV file or a workbook says, and what is wrong with it.

    within: the codes that whoever hands the file in may write of, None for all. Raises OSError as opening does.
    """
    with received(source) as got:
        found: Reading = read(got)
        digest = got.digest
    if found.table is None:
        return Read((), found.problems, digest=digest)
    names = [name.strip().lower() for name in found.header]
    problems = list(found.problems)
    for place, name in enumerate(names):
        if name in names[:place]:
            problems.append(Problem("repeated_column", 1, name, clipped(name)))
        elif name and name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, 1)
            values = {"number": place + 1, "columns": near}
            problems.append(Problem("unknown_column", 1, name[:40], clipped(name), values))
    missing = [name for name in REQUIRED if name not in names]
    problems += [Problem("no_column", 1, name, values={"required": list(REQUIRED)}) for name in missing]
    if missing:
        return Read((), tuple(problems), found.rows_read, digest)
    columns = {name: found.table.column(str(place)).to_pylist() for place, name in enumerate(names) if name in COLUMNS}
    lines = found.table.column("line").to_pylist()
    rows = [
        {"line": line} | {name: cells[at] or "" for name, cells in columns.items()} for at, line in enumerate(lines)
    ]
    promises, wrong = checked(rows, catalogue=catalogue, territories=territories, within=within)
    told = tuple(sorted((*problems, *wrong), key=lambda problem: problem.line or 0))
    return Read(promises, told, found.rows_read, digest)


def checked(
    rows: Iterable[Mapping],
    *,
    catalogue: Catalogue,
    territories: Territories,
    within: Collection[str] | None = None,
) -> tuple[tuple[Promise, ...], tuple[Problem, ...]]:
    """The targets that the rows speak of, and what is wrong with them; those with a problem are left out.

    A row has the columns of COLUMNS as text, of which those that are not required may be missing, and may have `line`.
    """
    promises: dict[tuple, Promise] = {}
    problems: list[Problem] = []
    for row in rows:
        check = _Check(row, catalogue, territories, within)
        one = check.promise()
        if one is not None and one.key in promises:
            check.tell("target_twice", "due", other=promises[one.key].line or 0)
        elif one is not None:
            promises[one.key] = one
        problems += check.problems
    return tuple(promises.values()), tuple(problems)


class _Check:
    """What looks at one row."""

    def __init__(self, row: Mapping, catalogue: Catalogue, territories: Territories, within: Collection[str] | None):
        self.row = {name: str(row.get(name) or "").strip() for name in COLUMNS}
        self.line = row.get("line")
        self.catalogue, self.territories, self.within = catalogue, territories, within
        self.problems: list[Problem] = []

    def tell(self, code: str, column: str, seen: str | None = None, **values) -> None:
        shown = clipped(self.row[column] if seen is None else seen)
        self.problems.append(Problem(code, self.line, column, shown, values))

    def promise(self) -> Promise | None:
        """The target of the row; None when something is wrong with it."""
        withdrawn = not self.row["value"]
        due = self.day("due")
        # Of what is withdrawn nothing but its key is asked.
        starts = due if withdrawn and not self.row["starts"] else self.day("starts")
        value = None if withdrawn else self.count("value")
        base = self.count("start_value") if self.row["start_value"] else 0
        indicator, territory = self.indicator(), self.territory()
        set_by = self.one_of("set_by", SET_BY)
        stages = self.milestones() if not withdrawn else ()
        path = self.one_of("path", PATHS) if self.row["path"] else MILESTONES if stages else LINEAR
        for name in ("source", "address"):
            if len(self.row[name]) > MOST_TEXT:
                self.tell("long_text", name, most=MOST_TEXT)
        if not self.row["source"]:
            self.tell("empty_cell", "source")
        if self.row["address"] and not re.fullmatch(r"https?://\S+", self.row["address"]):
            self.tell("not_an_address", "address")
        if due is not None and starts is not None and due < starts:
            self.tell("due_before_start", "due", starts=self.row["starts"])
        elif stages and due is not None and starts is not None:
            days = [starts, *(day for day, _ in stages), due]
            if any(later <= earlier for earlier, later in pairwise(days)):
                self.tell("milestones_order", "milestones")
        if not withdrawn and path == LINEAR and stages:
            self.tell("milestones_unused", "path")
        if not withdrawn and path in (STEPPED, MILESTONES) and not stages and not self.told_of("milestones"):
            self.tell("milestones_missing", "path")
        if self.problems:
            return None
        return Promise(
            indicator=indicator,
            territory=territory,
            due=due,
            value=value,
            starts=starts,
            set_by=set_by,
            source=self.row["source"],
            start_value=base,
            path=path,
            milestones=stages,
            address=self.row["address"],
            line=self.line,
        )

    def told_of(self, column: str) -> bool:
        return any(problem.column == column for problem in self.problems)

    def indicator(self) -> str:
        name = self.row["indicator"]
        if not name:
            self.tell("empty_cell", "indicator")
        elif name not in self.catalogue.indicators:
            known = list(self.catalogue.indicators)
            self.tell("unknown_indicator", "indicator", allowed=difflib.get_close_matches(name, known, 3, 0.4) or known)
        return name

    def territory(self) -> str:
        name = self.row["territory"]
        answer = self.territories.find(name) if name else ("empty_cell", {})
        if isinstance(answer, tuple):
            self.tell(answer[0], "territory", **answer[1])
            return ""
        if self.within is not None and answer not in self.within:
            self.tell("outside_scope", "territory")
        return answer

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        text = self.row[column].lower()
        if not text:
            self.tell("empty_cell", column)
        elif text not in allowed:
            self.tell("not_one_of", column, allowed=list(allowed))
        return text

    def day(self, column: str, text: str | None = None) -> int | None:
        text = self.row[column] if text is None else text
        if not text:
            self.tell("empty_cell", column)
            return None
        try:
            if len(text) != 10 or not text.isascii():
                raise ValueError
            date = dt.date.fromisoformat(text)
        except ValueError:
            self.tell("not_a_date", column, text)
            return None
        if date < EARLIEST:
            self.tell("too_early", column, text, earliest=EARLIEST.isoformat())
        return as_day(date)

    def count(self, column: str, text: str | None = None) -> int | None:
        text = self.row[column] if text is None else text
        if re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", text):
            return int(text)
        code = "number_too_large" if re.fullmatch(r"[0-9]+", text) else "not_a_number"
        self.tell(code, column, text, **({"digits": MOST_DIGITS} if code == "number_too_large" else {}))
        return None

    def milestones(self) -> tuple[tuple[int, int], ...]:
        """The stages that a cell says: 2023-06-30=900000; 2023-09-30=1800000."""
        stages = []
        parts = [part.strip() for part in re.split(r"[;\n]", self.row["milestones"]) if part.strip()]
        if len(parts) > MOST_MILESTONES:
            self.tell("milestones_form", "milestones")
            return ()
        for part in parts:
            date, equals, number = (piece.strip() for piece in part.partition("="))
            if not equals:
                self.tell("milestones_form", "milestones", part)
                continue
            day, value = self.day("milestones", date), self.count("milestones", number)
            if day is not None and value is not None:
                stages.append((day, value))
        return tuple(stages)


def set_targets(
    engine: sa.Engine,
    promises: Sequence[Promise],
    *,
    actor: str,
    file_name: str = "",
    file_hash: str = "",
    rows_read: int | None = None,
) -> int | None:
    """Keep what these targets say as one event; its number, None when they say nothing new.

    Raises ValueError when two of them speak of the same indicator, territory and due date.
    """
    if len({one.key for one in promises}) < len(promises):
        raise ValueError("two targets of one indicator, territory and due date")
    with write(engine) as connection:
        before = dict(_current(connection))
        new = [one for one in promises if _differs(one, before.get(one.key))]
        if not new:
            return None
        number = next_event(
            connection,
            kind="target",
            actor=actor,
            file_name=file_name,
            file_hash=file_hash,
            rows_read=len(promises) if rows_read is None else rows_read,
            accepted=len(new),
            refused=max((rows_read or 0) - len(promises), 0),
        )
        rows = [_row(one, number) for one in new]
        connection.execute(sa.insert(target), rows)
        stages = [
            {"indicator": one.indicator, "territory": one.territory, "due": one.due, "event": number}
            | {"on_date": day, "value": value}
            for one in new
            for day, value in one.milestones
        ]
        if stages:
            connection.execute(sa.insert(milestone), stages)
    return number


def withdraw_target(engine: sa.Engine, *, indicator: str, territory: str, due: int, actor: str) -> int | None:
    """Take a target back as an event of its own; its number, None when there is none in force. What was said stays."""
    with engine.connect() as connection:
        held = dict(_current(connection)).get((indicator, territory, due))
    if held is None or held.value is None:
        return None
    return set_targets(engine, [_without_value(held)], actor=actor)


def _without_value(held: Promise) -> Promise:
    return Promise(
        indicator=held.indicator,
        territory=held.territory,
        due=held.due,
        value=None,
        starts=held.starts,
        set_by=held.set_by,
        source=held.source,
        start_value=held.start_value,
        path=LINEAR,
        address=held.address,
    )


def _differs(one: Promise, held: Promise | None) -> bool:
    """Whether a promise says something new. What is not there need not be withdrawn."""
    if one.value is None:
        return held is not None and held.value is not None
    return one != held


def _row(one: Promise, number: int) -> dict:
    names = [c.name for c in target.c if c.name != "event"]
    return {name: getattr(one, name) for name in names} | {"event": number}


def _current(connection: sa.Connection) -> Iterator[tuple[tuple[str, str, int], Promise]]:
    """The last word on each target."""
    stages: dict[tuple, list[tuple[int, int]]] = {}
    for row in connection.execute(sa.select(milestone).order_by(milestone.c.on_date)):
        stages.setdefault((row.indicator, row.territory, row.due, row.event), []).append((row.on_date, row.value))
    for row in connection.execute(sa.select(target).order_by(target.c.event)).mappings():
        held = {name: said for name, said in row.items() if name != "event"}
        said = stages.get((row["indicator"], row["territory"], row["due"], row["event"]), ())
        one = Promise(**held, milestones=tuple(said))
        yield one.key, one


def template(indicators: Iterable[str], territories: Iterable[str]) -> str:
    """An empty file in the layout that is read: one line for each indicator and territory."""
    lines = [",".join(COLUMNS)]
    empty = "," * (len(COLUMNS) - 2)
    codes = list(territories)
    lines += [f"{indicator},{code}{empty}" for indicator in indicators for code in codes]
    return "\n".join(lines) + "\n"
