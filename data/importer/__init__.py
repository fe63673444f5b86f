"""Counts in: read, check, store; `python -m data.importer FILE…`."""

import datetime as dt
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from data.database import local_folder
from data.importer import form, rejects
from data.importer.check import check
from data.importer.doubt import Held, sifted
from data.importer.erase import erase
from data.importer.interrupted import Interrupted, interrupted, noted
from data.importer.names import Territories
from data.importer.quarantine import RulingRefused, rule
from data.importer.read import Progress, Reading, read, received
from data.importer.report import Problem, Report
from data.importer.store import store, taken_in
from data.importer.typed import TypedCell, take_typed
from data.importer.withdraw import withdraw

__all__ = [
    "Interrupted",
    "Problem",
    "Progress",
    "Report",
    "RulingRefused",
    "Territories",
    "TypedCell",
    "erase",
    "import_file",
    "interrupted",
    "rule",
    "take_typed",
    "withdraw",
]


def import_file(
    engine: sa.Engine,
    path_or_bytes: Path | str | bytes,
    *,
    name: str,
    actor: str,
    today: dt.date,
    catalogue,
    territories: Territories | None = None,
    accept_rest: bool = False,
    within: Collection[str] | None = None,
    demonstration: bool = False,
    judged: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Take in one file of counts (docs/load-your-own-file.md) as one event, or say what is wrong with it.

    `name` is what the file is called in reports. `territories` are, if not given, those of the reference list with the
    office's own spellings. Nothing is stored when there is a problem, unless `accept_rest`: then the rows without one
    are. `within` are the codes that whoever hands the file in may write, None for all. `demonstration`: the database is
    that of made-up counts, which takes its own forms only. Rows that look wrong wait for a yes or no
    (data.importer.doubt), unless not `judged`: figures that were looked at before they came. The same bytes a second
    time change nothing. Reading and checking happen outside the write lock; storing is one transaction. `progress` is
    called with a stage, rows done and rows there are (0: unknown).

    Raises OSError when the file cannot be opened, sqlalchemy.exc.SQLAlchemyError when the database refuses.
    """
    territories = territories or Territories.load(local_folder())
    name = Path(name.replace("\\", "/")).name
    with received(path_or_bytes) as got:
        with engine.connect() as connection:
            earlier = taken_in(connection, digest=got.digest)
        if earlier is not None and not earlier.refused:
            return _known(name, earlier)
        reading = read(got, progress=progress)
        digest = got.digest
        workbook, delimiter = rejects.shape(got.path)
        lost = [problem.line for problem in reading.problems if problem.line] if reading.ragged else []
        ragged = rejects.raw_lines(got.path, lost, delimiter) if lost and not workbook else {}
    if reading.table is None:
        return Report(file=name, problems=reading.problems)
    filled = form.taken(reading.table, demonstration=demonstration) if reading.form else None
    if filled is not None:
        if not filled.table.num_rows:
            return Report(file=name, rows_read=filled.refused, refused=filled.refused, problems=filled.problems)
        reading = Reading(filled.table, form.HEADER, filled.problems, filled.refused)
    if progress:
        progress("checking", reading.rows_read, reading.rows_read)
    checked = check(
        reading.table,
        reading.header,
        catalogue=catalogue,
        territories=territories,
        today=today,
        ragged=reading.ragged,
        within=within,
    )
    if filled is not None:
        checked = replace(checked, problems=tuple(filled.placed(problem) for problem in checked.problems))
    # An earlier event that had to refuse rows may be followed by one that need not: a spelling was added since.
    if earlier is not None and checked.refused >= earlier.refused:
        return _known(name, earlier, (*reading.problems, *checked.problems))
    problems = tuple(sorted((*reading.problems, *checked.problems), key=lambda p: p.line or 0))
    if filled is not None:
        rejected = rejects.of_form(problems)
    else:
        came = {"ragged": ragged, "workbook": workbook, "delimiter": delimiter}
        rejected = rejects.gathered(reading.table, reading.header, problems, **came)
    if checked.refused == checked.rows_read or (problems and not accept_rest):
        return Report(
            file=name,
            rows_read=checked.rows_read,
            refused=checked.rows_read,
            problems=problems,
            rejected=rejected,
        )
    tree, held = territories.tree(), Held()
    if judged:
        with engine.connect() as connection:
            is_place = territories.names_one
            checked, held = sifted(connection, checked, catalogue=catalogue, tree=tree, is_place=is_place)
    # What was cut short in the demonstration is nobody's loss.
    with nullcontext() if demonstration else noted(name=name, digest=digest):
        stored = store(
            engine,
            checked,
            held=held,
            where=_cells(filled),
            name=name,
            digest=digest,
            actor=actor,
            tree=tree,
            stale_after={step: definition.stale_after for step, definition in catalogue.steps.items()},
            progress=progress,
        )
    return Report(
        file=name,
        rows_read=checked.rows_read,
        accepted=checked.accepted,
        refused=checked.refused,
        quarantined=checked.quarantined,
        event=stored.event,
        problems=problems,
        already=stored.already,
        unchanged=stored.unchanged,
        doubts=held.by_rule(),
        rejected=rejected,
    )


def _cells(filled: form.Taken | None) -> Callable[[int], tuple[int | None, str]] | None:
    """For a form, from a row to the line and the cell that a reader sees."""
    if filled is None:
        return None

    def where(line: int) -> tuple[int | None, str]:
        placed = filled.placed(Problem("", line, "value"))
        return placed.line, f"{placed.sheet} {placed.cell}".strip()

    return where


def _known(name: str, earlier: sa.Row, problems: tuple[Problem, ...] = ()) -> Report:
    return Report(
        file=name,
        rows_read=earlier.rows_read,
        accepted=earlier.accepted,
        refused=earlier.refused,
        quarantined=earlier.quarantined,
        event=earlier.number,
        problems=problems,
        already=True,
    )
