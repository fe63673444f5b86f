"""Counts in: read, check, store; `python -m data.importer FILE…`."""

import datetime as dt
from collections.abc import Callable, Collection
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from data.database import local_folder
from data.importer import form, grid, identity, rejects, unfold
from data.importer.before import last_stocks
from data.importer.check import LAYOUT, check
from data.importer.doubt import Held, sifted
from data.importer.erase import erase
from data.importer.guess import Guess, guess
from data.importer.interrupted import Interrupted, interrupted
from data.importer.interrupted import noted as under_way
from data.importer.layouts import ROLES, Layout, LayoutError, Rule, fitting, keep, layouts, named
from data.importer.measure import beside_known
from data.importer.names import Territories
from data.importer.personal import without_persons
from data.importer.quarantine import RulingRefused, rule
from data.importer.read import Progress, Reading, read, received
from data.importer.report import Problem, Report, clipped, file_name
from data.importer.report import noted as note
from data.importer.store import store, taken_in
from data.importer.typed import TypedCell, take_typed
from data.importer.unfold import Proposal
from data.importer.vocabulary import vocabulary
from data.importer.withdraw import withdraw

__all__ = [
    "ROLES",
    "Guess",
    "Interrupted",
    "Layout",
    "LayoutError",
    "Problem",
    "Progress",
    "Proposal",
    "Report",
    "Rule",
    "RulingRefused",
    "Sheet",
    "Territories",
    "TypedCell",
    "erase",
    "import_file",
    "interrupted",
    "keep",
    "named",
    "rule",
    "take_typed",
    "withdraw",
]

MOST_SHOWN = 12
"""Rows of a preview."""


@dataclass(frozen=True)
class Sheet:
    """A table of another layout than one row a figure, as far as it is understood. guess: what its columns probably are
    (or are, when `known`); asked: what a person has to answer; proposals: names to confirm; rows: the first figures as
    they would be stored, by the names of data.importer.unfold.HEADER; count: how many there are; looked: it was only to
    be looked at."""

    guess: Guess
    known: bool
    asked: tuple[Problem, ...]
    proposals: tuple[Proposal, ...]
    rows: tuple[dict[str, str], ...]
    count: int
    looked: bool = False


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
    layout: Layout | None = None,
    on: dt.date | None = None,
    local: Path | None = None,
    look: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Take in one file of counts (docs/load-your-own-file.md) as one event, or say what is wrong with it.

    `name` is what the file is called in reports. `territories` are, if not given, those of the reference list with the
    office's own spellings. Nothing is stored when there is a problem, unless `accept_rest`: then the rows without one
    are. `within` are the codes that whoever hands the file in may write, None for all. `demonstration`: the database is
    that of made-up counts, which takes its own forms only. A table of another layout than one row a figure is taken by
    `layout`, else by the one that the office (its folder `local`) or the product has for its headers; where there is
    none the report has a guess. `on` is the date of figures that have none in the sheet. With `look` such a table is
    only looked at, whatever is known of it. Rows that look wrong wait for a yes or no (data.importer.doubt), unless not
    `judged`: figures that were looked at before they came. The same bytes a second time change nothing. Reading and
    checking happen outside the write lock; storing is one transaction. `progress` is called with a stage, rows done and
    rows there are (0: unknown).

    Raises OSError when the file cannot be opened, sqlalchemy.exc.SQLAlchemyError when the database refuses.
    """
    local = local or local_folder()
    territories = territories or Territories.load(local)
    name = file_name(name)
    with received(path_or_bytes) as got:
        with engine.connect() as connection:
            earlier = taken_in(connection, digest=got.digest)
        if earlier is not None and not earlier.refused:
            return _known(name, earlier)
        reading = read(got, cells=True, progress=progress)
        digest = got.digest
        workbook, delimiter = rejects.shape(got.path)
        lost = [problem.line for problem in reading.problems if problem.line] if reading.ragged else []
        ragged = rejects.raw_lines(got.path, lost, delimiter) if lost and not workbook else {}
    if reading.table is None:
        return Report(file=name, problems=reading.problems)
    nominative = _nominative(reading, territories)
    if nominative:
        count = reading.rows_read if not reading.grid else 0
        return Report(file=name, rows_read=count, refused=count, problems=nominative)
    noted, sheet, filled = (), None, None
    if reading.encoding:
        noted = (note("encoding", encoding=reading.encoding),)
    if reading.grid:
        answer = _sheet(
            reading, layout, catalogue=catalogue, territories=territories, on=on, local=local, file=name, look=look
        )
        if isinstance(answer, Report):
            return replace(answer, noted=(*noted, *answer.noted))
        filled, sheet = answer
        noted += filled.noted
        if reading.left:
            noted += (note("hidden", sheets=[clipped(one) for one in reading.left[:8]]),)
        reading = Reading(filled.table, unfold.HEADER, filled.problems, filled.refused)
    elif reading.form:
        filled = form.taken(reading.table, demonstration=demonstration)
        if not filled.table.num_rows:
            return Report(file=name, rows_read=filled.refused, refused=filled.refused, problems=filled.problems)
        reading = Reading(filled.table, form.HEADER, filled.problems, filled.refused)
    if sheet is not None and not reading.table.num_rows:
        problems = reading.problems or (Problem("sheet_no_figures"),)
        count = reading.ragged
        return Report(file=name, rows_read=count, refused=count, problems=problems, noted=noted, sheet=sheet)
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
    if sheet is not None and checked.keys and not sheet.guess.layout.sure:
        said = sheet.guess.layout.measure or "stock"
        with engine.connect() as connection:
            shown = beside_known(*last_stocks(connection, checked), said=said)
        if shown:
            asked = Problem("which_measure", values={"asks": "measure", "said": said, "shown": shown})
            return Report(
                file=name,
                rows_read=checked.rows_read,
                refused=checked.rows_read,
                problems=(asked, *reading.problems),
                noted=noted,
                sheet=replace(sheet, asked=(*sheet.asked, asked)),
            )
    # An earlier event that had to refuse rows may be followed by one that need not: a spelling was added since.
    if earlier is not None and checked.refused >= earlier.refused:
        return _known(name, earlier, (*reading.problems, *checked.problems))
    problems = tuple(sorted((*reading.problems, *checked.problems), key=lambda p: p.line or 0))
    if sheet is not None:
        rejected = rejects.of_sheet(filled.tables, problems, workbook=workbook, delimiter=delimiter)
    elif filled is not None:
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
            noted=noted,
            sheet=sheet,
        )
    tree, held = territories.tree(), Held()
    if judged:
        with engine.connect() as connection:
            is_place = territories.names_one
            checked, held = sifted(connection, checked, catalogue=catalogue, tree=tree, is_place=is_place)
    # What was cut short in the demonstration is nobody's loss.
    with nullcontext() if demonstration else under_way(name=name, digest=digest):
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
        noted=(*noted, *stored.noted),
        sheet=sheet,
    )


def _cells(filled: form.Taken | unfold.Unfolded | None) -> Callable[[int], tuple[int | None, str]] | None:
    """For a form or a sheet, from a row to the line and the cell that a reader sees."""
    if filled is None:
        return None

    def where(line: int) -> tuple[int | None, str]:
        placed = filled.placed(Problem("", line, "value"))
        return placed.line, f"{placed.sheet} {placed.cell}".strip()

    return where


def _nominative(reading: Reading, territories: Territories) -> tuple[Problem, ...]:
    """One problem for each column that holds persons, named by its header; nothing of its cells is repeated."""
    if reading.form:
        return ()
    if not reading.grid:
        unknown = [at for at, header in enumerate(reading.header) if header.strip().lower() not in LAYOUT]
        columns = {reading.header[at]: reading.table.column(str(at)).slice(0, identity.SAMPLE) for at in unknown}
        kinds = {
            head: identity.of_column(head, cells.to_pylist(), is_place=territories.names_one)
            for head, cells in columns.items()
        }
        return tuple(Problem("nominative", 1, clipped(head), values={"kind": k}) for head, k in kinds.items() if k)
    found = []
    for sheet in grid.sheets(reading):
        found += [
            Problem("nominative", line, clipped(head), values={"kind": kind})
            for line, head, kind in grid.nominative(sheet, is_place=territories.names_one)
        ]
    return tuple(found)


def _sheet(reading: Reading, layout: Layout | None, *, catalogue, territories, on, local: Path, file: str, look: bool):
    """What a table of another layout says, with how it was understood; a report when it cannot be taken as it is."""
    words = vocabulary(local)
    book = grid.sheets(reading)
    tables = grid.tables(book, words)
    if not tables:
        return Report(file=file, problems=(Problem("no_table"),))
    named = [
        Problem("nominative", table.header[-1], form.letters(column.place), values={"kind": identity.NAME})
        for table in tables
        for column in table.columns
        if any(without_persons(text) != text for text in column.path)
    ]
    if named:
        return Report(file=file, problems=tuple(named))
    keys = tables[0].keys
    known = layout or fitting(keys, layouts(local))
    guessed = guess(tables, territories=territories, words=words, catalogue=catalogue, file=file)
    if layout is not None and not layout.covers(keys):
        missing = [clipped(key) for key in keys if layout.rule(key) is None]
        return Report(file=file, problems=(Problem("layout_other", seen=layout.id, values={"columns": missing[:8]}),))
    used = known or guessed.layout
    other = guessed.layout.step
    counted = {used.step, *(rule.step for rule in used.column)}
    differs = layout is None and known is not None and other and used.step and other not in counted
    filled = unfold.unfold(
        tables,
        used,
        territories=territories,
        words=words,
        catalogue=catalogue,
        on=on,
        text=reading.text,
        epoch=reading.epoch,
    )
    asked = filled.asked if known else (*guessed.asked, *filled.asked)
    if differs:
        # The same headers over the counts of another step: what is written above them decides who is asked.
        values = {"asks": "count", "known": used.step, "found": other}
        asked = (Problem("which_count_other", values=values), *asked)
    sheet = Sheet(
        guess=replace(guessed, layout=used),
        known=known is not None,
        asked=asked,
        proposals=filled.proposals,
        rows=tuple(
            {name: without_persons(filled.table.column(str(at))[row].as_py()) for at, name in enumerate(unfold.HEADER)}
            for row in range(min(MOST_SHOWN, filled.table.num_rows))
        ),
        count=filled.table.num_rows,
        looked=look,
    )
    if known is None or asked or look:
        problems = (*(() if known else (Problem("unknown_layout", values={"option": "--layout"}),)), *asked)
        if look and known:
            problems += filled.problems
        count = filled.table.num_rows + filled.refused
        return Report(file=file, rows_read=count, refused=count, problems=problems, noted=filled.noted, sheet=sheet)
    steps = catalogue.steps
    kinds = {
        (step, unit)
        for step, unit in zip(*_columns(filled.table, "step", "unit"), strict=True)
        if step in steps and unit in steps[step].units
    }
    said = kinds and note("layout", counts=[list(kind) for kind in sorted(kinds)][:6], measure=used.measure or "stock")
    left = [clipped(sheet.name) for sheet in book if sheet.name not in {table.sheet.name for table in tables}]
    others = (note("other_sheets", sheets=left[:8]),) if left else ()
    return replace(filled, noted=(*filter(None, (said,)), *others, *filled.noted)), sheet


def _columns(table, *names: str) -> list[list[str]]:
    return [table.column(str(unfold.HEADER.index(name))).to_pylist() for name in names]


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
