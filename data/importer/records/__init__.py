"""Records in: one row per person, household or application, aggregated where they lie; only counts come here.

A file (CSV or Parquet, of any size) is read by DuckDB in this process, a table is asked by the database that holds it.
A layout says what its columns mean. What is made of them goes on as the rows of any file of counts do.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from data.catalogue import Catalogue
from data.counts import current, found, packed, series_of
from data.database import as_day, local_folder
from data.importer.check import Checked
from data.importer.identity import by_header
from data.importer.names import Territories
from data.importer.read import Progress
from data.importer.records import engines
from data.importer.records.counts import Book, digest_of
from data.importer.records.engines import Holder, Unreadable
from data.importer.records.layout import Layout, LayoutWrong, layouts
from data.importer.records.statements import MOST_PLACES, Days, Statements
from data.importer.report import Problem, Report, file_name
from data.importer.store import store, taken_in
from data.schema import ALL, BREAKDOWNS, SERIES_KEY, event, observation

__all__ = ["Layout", "LayoutWrong", "RecordsReport", "Revised", "layouts", "take_file", "take_table"]

SAMPLE = 10_000
"""Records whose territories are looked at before all are asked for."""
LEAST_SAMPLE = 200
MOST_DIFFERENT = 0.5
"""The part of different cells in the sample above which a column holds no territories, but something about each row."""
MOST_SAID = 20
"""Groups of unknown territories that are told apart."""

_TERRITORY, _STEP, _MEASURE = (SERIES_KEY.index(name) for name in ("territory", "step", "measure"))


@dataclass(frozen=True, slots=True)
class Revised:
    """What an extract says otherwise than the one before it, of the periods that were closed then: `more` and `fewer`
    records, over all steps. event: of the extract before; on: its last day."""

    event: int
    on: dt.date
    more: int
    fewer: int


@dataclass(frozen=True, slots=True)
class RecordsReport(Report):
    """What became of an extract of records; rows are records.

    layout: its name; on: the day up to which it speaks; figures: counts made of it; territories: how many it names;
    left_out: accepted records that the layout does not count; before_entry: dates that lie before the entry, counted as
    of its day; personal: the kinds of identity among the columns that were not read (data.importer.identity.KINDS);
    revised: beside the extract before it, None when it is the first; wrong: records that cannot be counted, of an
    extract of which nothing was stored.
    """

    layout: str = ""
    on: dt.date | None = None
    figures: int = 0
    territories: int = 0
    left_out: int = 0
    before_entry: int = 0
    personal: tuple[str, ...] = ()
    wrong: int = 0
    revised: Revised | None = None

    @property
    def accepted_rest_would_do(self) -> bool:
        """Whether some records can be counted although others cannot."""
        return self.event is None and 0 < self.uncounted < self.rows_read

    @property
    def uncounted(self) -> int:
        """Records that cannot be counted, whether or not the others were stored."""
        return self.refused if self.event is not None else self.wrong


def take_file(engine: sa.Engine, path: Path | str, *, layout: Layout, name: str, **how) -> RecordsReport:
    """Take in a CSV or Parquet file of records as one event, or say what is wrong with it; as `take_table`.

    Raises OSError when the file cannot be opened.
    """
    name = file_name(name)
    return _taken(engine, lambda: engines.file(path), layout=layout, name=name, **how)


def take_table(engine: sa.Engine, url: str, *, layout: Layout, **how) -> RecordsReport:
    """Take in the records of the layout's table in the database at `url`, as one event, or say what is wrong.

    `how`: `actor`, `today`, `catalogue`; `territories`, if not given the reference list with the office's own; `on`,
    the day up to which the extract speaks, else the last that it names; `accept_rest`, to store the records that can be
    counted although others cannot; `within`, the codes that whoever asks may write, None for all; `progress`, called
    with a stage, records done and records there are (0: unknown), and what it raises stops the work. Nothing is stored
    then, nor when there is a problem. Records that give the same counts as before change nothing.

    Raises sqlalchemy.exc.SQLAlchemyError when the dashboard's own database refuses.
    """
    if layout.table is None:
        return RecordsReport(file=layout.id, layout=layout.id, problems=(Problem("records_no_table_named"),))
    place = f"{layout.schema_name}.{layout.table}" if layout.schema_name else layout.table
    return _taken(
        engine,
        lambda: engines.table(url, layout.table, schema=layout.schema_name),
        layout=layout,
        name=place,
        **how,
    )


def _taken(
    engine: sa.Engine,
    opened: Callable[[], AbstractContextManager[Holder]],
    *,
    layout: Layout,
    name: str,
    actor: str,
    today: dt.date,
    catalogue: Catalogue,
    territories: Territories | None = None,
    on: dt.date | None = None,
    accept_rest: bool = False,
    within: Collection[str] | None = None,
    progress: Progress | None = None,
) -> RecordsReport:
    territories = territories or Territories.load(local_folder())
    nothing = RecordsReport(file=name, layout=layout.id)
    try:
        with opened() as holder:
            work = Aggregation(holder, layout, catalogue, territories, on or today, within, progress)
            counts = work.counts(on)
            if isinstance(counts, Problem):
                whole = {"rows_read": work.rows, "refused": work.rows, "wrong": work.rows}
                return replace(nothing, problems=(counts,), personal=work.personal, **whole)
            if not holder.unchanged():
                raise Unreadable("records_changed")
    except Unreadable as wrong:
        problem = Problem(wrong.code, wrong.line, values=dict(wrong.values))
        return replace(nothing, problems=(problem,))
    checked, day = counts
    report = replace(
        nothing,
        rows_read=checked.rows_read,
        refused=checked.refused,
        problems=checked.problems,
        on=day,
        figures=len(checked.value),
        territories=work.places,
        left_out=work.left_out,
        before_entry=work.before_entry,
        personal=work.personal,
    )
    if not checked.accepted or (checked.problems and not accept_rest) or not len(checked.value):
        return replace(report, refused=checked.rows_read, wrong=checked.refused)
    digest = digest_of(checked, layout, day)
    with engine.connect() as connection:
        known = taken_in(connection, digest=digest)
        revised = _revised(connection, checked, layout)
    if known is not None:
        return replace(report, accepted=checked.accepted, event=known.number, already=True)
    stored = store(
        engine,
        checked,
        name=name,
        digest=digest,
        actor=actor,
        tree=territories.tree(),
        stale_after={step: definition.stale_after for step, definition in catalogue.steps.items()},
        details={"layout": layout.id, "on": day.isoformat()},
        progress=progress,
    )
    return replace(
        report,
        accepted=checked.accepted,
        event=stored.event,
        already=stored.already,
        unchanged=stored.unchanged,
        revised=revised,
    )


class Aggregation:
    """One extract being asked for its counts. `rows`: records there are, once they are counted."""

    def __init__(self, holder: Holder, layout: Layout, known: Catalogue, territories: Territories, last: dt.date,
                 within: Collection[str] | None, progress: Progress | None):  # fmt: skip
        self.holder, self.layout, self.territories = holder, layout, territories
        self.within, self.progress = within, progress
        self.statements = Statements(layout, holder.kinds, holder.relation)
        first = tuple(as_day(layout.first_day(one, known)) for one in layout.dated)
        self.days = Days(first=first, last=as_day(last))
        self.last = last
        self.rows = self.left_out = self.before_entry = self.places = 0
        self.personal = tuple(
            dict.fromkeys(kind for name in holder.kinds if name not in layout.columns and (kind := by_header(name)))
        )
        self.groups = [name for name in ("sex", "area", "birth") if getattr(layout, name)]
        self.cohorts = layout.cohorts and len(layout.dated) > 1
        answers = 3 + len(layout.dated) + len(self.groups)
        self.answers = answers + bool(layout.key) + (len(layout.dated) if self.cohorts else 0)
        self.answered = 0

    def _told(self, part: float) -> None:
        if self.progress:
            total = self.rows or self.holder.estimate
            done = int(total * (self.answered + part) / self.answers)
            self.progress("aggregating", done, total)

    def ask(self, statement: sa.Select) -> list[np.ndarray]:
        """The columns of the answer, with the progress told meanwhile."""
        self._told(0.0)
        answer = self.holder.ask(statement, self._told)
        self.answered += 1
        return answer

    def counts(self, on: dt.date | None) -> tuple[Checked, dt.date] | Problem:
        """The counts and the last day they speak of, or why there are none."""
        layout, statements = self.layout, self.statements
        for name in layout.columns:
            if name not in self.holder.kinds:
                return Problem("records_missing_column", 1, name)
        few, different = (int(column[0]) for column in self.ask(statements.spread(SAMPLE)))
        column = layout.territory.column
        if few >= LEAST_SAMPLE and different > MOST_DIFFERENT * few:
            return Problem("records_not_territories", 1, column)
        if layout.key:
            keyed, keys = (int(one[0]) for one in self.ask(statements.repeated()))
        self.statements = statements = self.holder.hold(statements, self._told)
        self.answered += 1
        answer = self._checked()
        if len(answer[0]) > MOST_PLACES:
            return Problem("records_not_territories", 1, column)
        width = 2 if layout.territory.parent else 1
        cells, (records, left_out, wrong) = answer[:width], answer[width : width + 3]
        self.rows, self.left_out = int(records.sum()), int(left_out.sum())
        if not self.rows:
            return Problem("no_rows")
        if layout.key and keyed != keys:
            return Problem("records_repeated_key", None, layout.key, values={"rows": keyed - keys})
        code_of, problems = self._matched(cells, records - left_out)
        placed = np.array([code >= 0 for code in code_of])
        refused = int((records - left_out)[~placed].sum() + wrong[placed].sum())
        last = -1
        faulty = unreadable = False
        dates = statements.date_columns()
        for at, (name, limit) in enumerate(dates):
            numbers = answer[width + 3 + 4 * at : width + 7 + 4 * at]
            for problem, values, number in (
                ("records_not_a_date", {}, numbers[0]),
                ("records_future_date", {"last": self.last.isoformat()}, numbers[1]),
                ("records_before_start", {"starts": _date(self.days.first[limit]).isoformat()}, numbers[2]),
            ):
                faulty |= bool(number.any())
                rows = int(number[placed].sum())
                if rows:
                    problems.append(Problem(problem, None, name, values=values | {"rows": rows}))
            unreadable |= bool(numbers[0].any())
            last = max(last, int(numbers[3][placed].max(initial=-1)))
        self.before_entry = sum(int(number[placed].sum()) for number in answer[width + 3 + 4 * len(dates) :])
        if not placed.any():
            return problems[0] if problems else Problem("no_rows")
        if last < 0:
            return problems[0] if problems else Problem("records_no_dates")
        day = on or _date(last)
        # A record that is left out was not looked at: its days may be anything.
        self.days = replace(self.days, readable=not unreadable and not self.left_out, good=not faulty)
        return self._counted(cells, code_of, day, refused, tuple(problems)), day

    def _checked(self) -> list[np.ndarray]:
        """The answer to `Statements.checked`, got by half the work where every day lies within its limits."""
        limits = self.statements.limits()
        if limits is None:
            return self.ask(self.statements.checked(self.days))
        answer = self.ask(limits)
        width, dates = 2 if self.layout.territory.parent else 1, len(self.statements.date_columns())
        ends = answer[width + 1 : width + 1 + 2 * dates]
        if not self.statements.within_limits(self.days, ends):
            self.answered -= 1
            return self.ask(self.statements.checked(self.days))
        nothing = np.zeros(len(answer[0]), np.int64)
        days = [part for last in ends[1::2] for part in (nothing, nothing, nothing, last)]
        return [*answer[: width + 1], nothing, nothing, *days, *answer[width + 1 + 2 * dates :]]

    def _matched(self, cells: list[np.ndarray], records: np.ndarray) -> tuple[np.ndarray, list[Problem]]:
        """Per cell of the territory's column the place of its code in `self.codes`, -1 where there is none; and what is
        to be said of these. What stood in the cell is never said: it may be anything."""
        layout, territories = self.layout, self.territories
        answers: list[str | None] = []
        unknown: dict[tuple, int] = {}

        def refuse(code: str, places: tuple[str, ...], at: int) -> None:
            key = (code, places)
            if key not in unknown and len(unknown) >= MOST_SAID:
                key = ("records_unknown_territory", ())
            unknown[key] = unknown.get(key, 0) + int(records[at])
            answers.append(None)

        for at, texts in enumerate(zip(*(column.tolist() for column in cells), strict=True)):
            text, parent = texts[0].strip(), texts[1].strip() if len(texts) > 1 else ""
            answer = territories.find(text, kind=layout.territory.level, parent=parent) if text else ("", {})
            if isinstance(answer, str) and self.within is not None and answer not in self.within:
                refuse("records_outside_scope", (), at)
            elif isinstance(answer, str):
                answers.append(answer)
            elif answer[0] in ("ambiguous_territory", "territory_elsewhere"):
                refuse("records_ambiguous_territory", tuple(answer[1]["candidates"]), at)
            elif answer[0] == "unknown_kind":
                refuse("records_unknown_level", (), at)
            else:
                refuse("records_unknown_territory", tuple(answer[1].get("suggestions", ())), at)
        # Of two territories one of which holds the other, the larger would be taken for the whole of its parts.
        held = {code for code in answers if code}
        above = set().union(*(territories.above(code) for code in held)) & held
        for at, code in enumerate(answers):
            if code in above:
                unknown["records_above", (code,)] = unknown.get(("records_above", (code,)), 0) + int(records[at])
                answers[at] = None
        self.codes = sorted(held - above) + self._covered(held - above)
        self.places = len(held - above)
        place = {code: at for at, code in enumerate(self.codes)}
        column = layout.territory.column
        problems = [
            Problem(code, None, column, values={"rows": rows} | _named(code, places))
            for (code, places), rows in unknown.items()
            if rows
        ]
        return np.array([place[code] if code else -1 for code in answers], np.int64), problems

    def _covered(self, held: Collection[str]) -> list[str]:
        """The other territories of the same levels inside the one that the layout says to be covered."""
        covers, territories = self.layout.covers, self.territories
        if not covers:
            return []
        levels = {territories.by_code[code].level for code in held}
        return [
            code
            for code, one in territories.by_code.items()
            if one.level in levels
            and code not in held
            and covers in territories.above(code)
            and (self.within is None or code in self.within)
        ]

    def _cohort_of(self, code: str) -> str:
        """The territory that the cohorts of a territory are told for: its prefecture, or itself where there is none, or
        none that may be written."""
        by_code = self.territories.by_code
        above = [one for one in self.territories.above(code) if one in by_code and by_code[one].level == "prefecture"]
        return above[0] if above and (self.within is None or above[0] in self.within) else code

    def _counted(self, cells, code_of: np.ndarray, on: dt.date, refused: int, problems: tuple[Problem, ...]) -> Checked:
        layout, statements, days = self.layout, self.statements, self.days
        place = {texts: int(code_of[at]) for at, texts in enumerate(zip(*(c.tolist() for c in cells), strict=True))}
        width = len(cells)
        cohort_codes = sorted({self._cohort_of(code) for code in self.codes})
        cohort_place = {code: at for at, code in enumerate(cohort_codes)}
        cohort_of = np.array([cohort_place[self._cohort_of(code)] for code in self.codes], np.int64)
        book = Book(layout, self.codes, cohort_codes, on)

        def placed(answer: list[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
            """The places of the codes of an answer, and its other columns, without what has no place."""
            code = _looked_up(answer[:width], place)
            keep = code >= 0
            return code[keep], [column[keep] for column in answer[width:]]

        for at, one in enumerate(layout.milestones):
            code, (period, count) = placed(self.ask(statements.reached(at, days)))
            book.reached(one.step, layout.unit_of(one), code, period, count)
        if layout.refusals:
            code, (period, reason, count) = placed(self.ask(statements.refused(days)))
            step, unit = layout.refusals.step, layout.unit_of(layout.dated[-1])
            book.reached(step, unit, code, period, count, stock=False)
            book.reasons(step, unit, code, period, reason, count)
        names = {
            "sex": ("sex", ("female", "male")),
            "area": ("area", ("urban", "rural")),
            "birth": ("age_band", layout.birth.names if layout.birth else ()),
        }
        for name in self.groups:
            code, (part, *counts) = placed(self.ask(statements.grouped(name, days, on)))
            for one, count in zip(layout.milestones, counts, strict=True):
                book.groups(*names[name], one.step, layout.unit_of(one), code, part, count)
        if self.cohorts:
            told = None
            prefix = self._prefix(place)
            for at, one in enumerate(layout.dated):
                answer = self.ask(statements.cohort(at, days, prefix=prefix))
                if prefix:
                    code, rest = _looked_up(answer[:1], {(c,): p for c, p in cohort_place.items()}), answer[1:]
                    rest, code = [column[code >= 0] for column in rest], code[code >= 0]
                else:
                    code, rest = placed(answer)
                    code = cohort_of[code]
                told = book.cohorts(one.step, layout.unit_of(one), code, *rest, entered=told)
        return book.checked(rows_read=self.rows, refused=refused, problems=problems)

    def _prefix(self, place: Mapping[tuple[str, ...], int]) -> int:
        """How many letters of the territory's cells say its prefecture, of all cells alike; 0 when they do not.

        Codes do (09.273.01.15): the engine then groups by prefecture, and no finer than is told.
        """
        sizes = set()
        good: set[str] = set()
        for (text, *_), at in place.items():
            if at >= 0:
                code = self._cohort_of(self.codes[at])
                if not text.startswith(code):
                    return 0
                sizes.add(len(code))
                good.add(code)
        if len(sizes) != 1:
            return 0
        (size,) = sizes
        lost = {text[:size] for (text, *_), at in place.items() if at < 0}
        return 0 if lost & good else size


def _looked_up(columns: list[np.ndarray], place: Mapping[tuple[str, ...], int]) -> np.ndarray:
    """Per row the place of its cells, -1 for none; each different cell is looked up once."""
    if not len(columns[0]):
        return np.empty(0, np.int64)
    if len(columns) > 1:
        return np.array([place.get(texts, -1) for texts in zip(*(c.tolist() for c in columns), strict=True)], np.int64)
    return np.array([place.get((text,), -1) for text in columns[0].tolist()], np.int64)


def _named(code: str, places: tuple[str, ...]) -> dict[str, list[str]]:
    """What a problem says of territories of our own list."""
    if code == "records_unknown_territory":
        return {"suggestions": list(places)}
    return {"candidates": list(places)} if places else {}


def _date(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _revised(connection: sa.Connection, checked: Checked, layout: Layout) -> Revised | None:
    """What the extract says otherwise of the periods that the extract before it, of the same layout, had told."""
    undo = event.alias()
    rows = connection.execute(
        sa.select(event.c.number, event.c.details)
        .where(event.c.kind == "import", event.c.details.contains(f'"layout": "{layout.id}"', autoescape=True))
        .where(~sa.exists().where(undo.c.withdraws == event.c.number))
        .order_by(event.c.number.desc())
        .limit(1)
    ).one_or_none()
    if rows is None:
        return None
    before = dt.date.fromisoformat(json.loads(rows.details)["on"])
    totals = [
        at
        for at, key in enumerate(checked.keys)
        if key[_MEASURE] == "flow" and all(part == ALL for part in key[-len(BREAKDOWNS) :])
    ]
    mine = np.isin(checked.series, totals) & (checked.to_date <= as_day(before))
    held = series_of(connection, kinds={(k[0], k[2], k[3], k[4]) for k in (checked.keys[at] for at in totals)})
    ids = np.array([held.get(key, 0) for key in checked.keys], np.int64)
    key, value = packed(ids[checked.series], checked.to_date, checked.from_date)[mine], checked.value[mine]
    known = {int(ids[at]) for at in totals} - {0}
    now = current(connection, observation, ids=known, first=0, last=as_day(before))
    here, place = found(key, now[:, 0])
    old = np.where(here, np.maximum(now[place, 2], 0), 0) if len(now) else np.zeros(len(key), np.int64)
    change = value - old
    # Where nobody is any more the extract says nothing, for instance before its first period.
    gone = now[(now[:, 2] > 0) & ~found(now[:, 0], np.sort(key))[0], 2].sum() if checked.whole else 0
    return Revised(rows.number, before, int(change[change > 0].sum()), int(-change[change < 0].sum() + gone))
