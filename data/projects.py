"""Projects of other programmes that the office lists beside the gaps: which programme, where, since when, how much.

Counts and amounts, no person. Each thing written here is one event, nothing is overwritten, and every event can be
undone. What is wrong is handed back as problems, never as words, and never with a text that looks like an identity.
"""

import datetime as dt
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from data.actions import looks_personal
from data.database import as_day, next_event, write
from data.importer.names import Territories
from data.importer.report import Problem, clipped
from data.importer.table import table
from data.schema import project

COLUMNS = ("programme", "title", "territory", "date", "amount", "beneficiaries", "source")
REQUIRED = ("programme", "title", "territory", "date")
EARLIEST = dt.date(2005, 1, 1)
MOST_TEXT = 160
MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Project:
    """A project as it is listed. programme: whose it is, in the office's words; on_date: the day since 1970-01-01 on
    which it was approved or began; amount: dirhams, None where not known; beneficiaries: how many persons it is meant
    for, None where not known; source: where that stands."""

    programme: str
    title: str
    territory: str
    on_date: int
    amount: int | None = None
    beneficiaries: int | None = None
    source: str = ""
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its projects without a problem, the problems, the lines there are, and its SHA-256."""

    projects: tuple[Project, ...]
    problems: tuple[Problem, ...]
    rows_read: int = 0
    digest: str = ""


def read_file(
    source: Path | str | bytes, *, territories: Territories, today: dt.date, within: Collection[str] | None = None
) -> Read:
    """The projects that a CSV file or a workbook lists, and what is wrong with it. within: the codes that whoever hands
    the file in may write of, None for all. Raises OSError as opening does."""
    found = table(source, columns=COLUMNS, required=REQUIRED)
    projects, wrong = checked(found.rows, territories=territories, today=today, within=within)
    told = tuple(sorted((*found.problems, *wrong), key=lambda problem: problem.line or 0))
    return Read(projects, told, found.rows_read, found.digest)


def checked(
    rows: Iterable[Mapping], *, territories: Territories, today: dt.date, within: Collection[str] | None = None
) -> tuple[tuple[Project, ...], tuple[Problem, ...]]:
    """The projects that the rows speak of, texts by the names of COLUMNS, and what is wrong with the others."""
    projects, problems = [], []
    for row in rows:
        said = {name: str(row.get(name) or "").strip() for name in COLUMNS}
        wrong = list(_wrong(said, row.get("line"), territories, today, within))
        if wrong:
            problems += wrong
            continue
        numbers = {name: int(said[name]) if said[name] else None for name in ("amount", "beneficiaries")}
        projects.append(
            Project(
                programme=said["programme"],
                title=said["title"],
                territory=territories.find(said["territory"]),
                on_date=as_day(dt.date.fromisoformat(said["date"])),
                source=said["source"],
                line=row.get("line"),
                **numbers,
            )
        )
    return tuple(projects), tuple(problems)


def _wrong(said: Mapping[str, str], line, territories: Territories, today: dt.date, within) -> Iterable[Problem]:
    def tell(code: str, column: str, *, echo: bool = True, **values) -> Problem:
        return Problem(code, line, column, clipped(said[column]) if echo else "", values)

    for name in REQUIRED:
        if not said[name]:
            yield tell("empty_cell", name)
    for name in ("programme", "title", "source"):
        if len(said[name]) > MOST_TEXT:
            yield tell("long_text", name, most=MOST_TEXT)
        if looks_personal(said[name]) and not re.fullmatch(r"https?://\S+", said[name]):
            yield tell("personal_text", name, echo=False)
    if said["territory"]:
        found = territories.find(said["territory"])
        if isinstance(found, tuple):
            yield tell(found[0], "territory", **found[1])
        elif within is not None and found not in within:
            yield tell("outside_scope", "territory")
    if said["date"]:
        try:
            if len(said["date"]) != 10 or not said["date"].isascii():
                raise ValueError
            day = dt.date.fromisoformat(said["date"])
        except ValueError:
            yield tell("not_a_date", "date")
        else:
            if day < EARLIEST:
                yield tell("too_early", "date", earliest=EARLIEST.isoformat())
            elif day > today:
                yield tell("future_date", "date", today=today.isoformat())
    for name in ("amount", "beneficiaries"):
        if said[name] and not re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", said[name]):
            large = re.fullmatch(r"[0-9]+", said[name])
            yield tell(
                "number_too_large" if large else "not_a_number", name, **({"digits": MOST_DIGITS} if large else {})
            )


def list_projects(
    engine: sa.Engine, projects: Sequence[Project], *, actor: str, file_name: str = "", file_hash: str = ""
) -> int | None:
    """Keep these projects as one event; its number, None when all of them are listed already."""
    with write(engine) as connection:
        held = {_as_project(row) for row in _current(connection).values() if not row.withdrawn}
        new = [one for one in dict.fromkeys(projects) if one not in held]
        if not new:
            return None
        number = next_event(
            connection,
            kind="project",
            actor=actor,
            file_name=file_name,
            file_hash=file_hash,
            rows_read=len(projects),
            accepted=len(new),
            details=json.dumps({"what": "listed", "projects": len(new)}),
        )
        rows = [_row(one) | {"id": f"p{number}-{at}", "event": number} for at, one in enumerate(new, 1)]
        connection.execute(sa.insert(project), rows)
    return number


def withdraw_project(engine: sa.Engine, id: str, *, actor: str, within: Collection[str] | None = None) -> int | None:
    """Take a project off the list as an event of its own; its number, None where it is not listed or not his."""
    with write(engine) as connection:
        held = _current(connection).get(id)
        if held is None or held.withdrawn or (within is not None and held.territory not in within):
            return None
        details = json.dumps({"what": "withdrawn", "projects": 1})
        number = next_event(connection, kind="project", actor=actor, details=details)
        row = held._asdict() | {"event": number, "withdrawn": 1}
        connection.execute(sa.insert(project).values(row))
    return number


def undo_projects(engine: sa.Engine, done: int, *, actor: str, within: Collection[str] | None = None) -> int | None:
    """Take back what an event did to the list, as an event of its own; its number.

    None where a later event has touched the same projects, where there is nothing to take back, or where one of them is
    of a territory that whoever asks may not write of.
    """
    with write(engine) as connection:
        held = _current(connection)
        touched = [row for row in held.values() if row.event == done]
        of_event = sa.select(sa.func.count()).select_from(project).where(project.c.event == done)
        if not touched or len(touched) != connection.execute(of_event).scalar_one():
            return None
        if within is not None and any(row.territory not in within for row in touched):
            return None
        details = json.dumps({"what": "undone", "projects": len(touched)})
        number = next_event(connection, kind="project", actor=actor, details=details)
        rows = [row._asdict() | {"event": number, "withdrawn": 1 - row.withdrawn} for row in touched]
        connection.execute(sa.insert(project), rows)
    return number


def _current(connection: sa.Connection) -> dict[str, sa.Row]:
    """The last word on each project."""
    return {row.id: row for row in connection.execute(sa.select(project).order_by(project.c.event))}


def _as_project(row: sa.Row) -> Project:
    return Project(row.programme, row.title, row.territory, row.on_date, row.amount, row.beneficiaries, row.source)


def _row(one: Project) -> dict:
    names = ("programme", "title", "territory", "on_date", "amount", "beneficiaries", "source")
    return {name: getattr(one, name) for name in names} | {"withdrawn": 0}


def template() -> str:
    """An empty file in the layout that is read."""
    return ",".join(COLUMNS) + "\n"
