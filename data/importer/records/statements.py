"""The questions asked of records, as one GROUP BY each, for whatever engine holds them.

Every engine is asked the same statement; only how it counts days differs. Nothing but groups and their sizes comes
back: never a key, never a column about persons, and of text columns only the territories' own codes or names.

A day is a whole number, days since 1970-01-01. A week ends on Sunday. Text is a day when, spaces around it taken off,
it begins with YYYY-MM-DD (or DD/MM/YYYY where the layout says so) and ends there, or goes on with a space or a T.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from data.database import as_day
from data.importer.records.layout import OLDEST, Layout

DATE, TEXT, NUMBER, DAY = "date", "text", "number", "day"
"""What a column holds; a moment counts as a date; DAY is a day already counted, UNREADABLE where a cell says none."""

UNREADABLE = -1_000_000

MOST_PLACES = 20_000
"""Different cells that a territory's column may have."""


# Days, as each engine counts them


class day_of_date(FunctionElement):
    """The day of a column of dates or moments."""

    type = sa.Integer()
    inherit_cache = True


class day_of_text(FunctionElement):
    """The day that a text says, NULL where it says none."""

    type = sa.Integer()
    inherit_cache = True


class day_of_good_text(FunctionElement):
    """The day of a column of text in which each cell is known to say a day, or to be empty."""

    type = sa.Integer()
    inherit_cache = True


class month_of_day(FunctionElement):
    """The first day of the month of a day."""

    type = sa.Integer()
    inherit_cache = True


class quotient(FunctionElement):
    """A whole number, not negative, over another, rounded down."""

    type = sa.Integer()
    inherit_cache = True


def _arguments(element, compiler, kw) -> list[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


def _whole(text: str, by: int) -> str:
    return f"FLOOR(({text}) / {by})"


@compiles(day_of_date)
def _(element, compiler, **kw):
    # No engine's own arithmetic: year, month and day are asked for as every engine can, the rest is Fliegel and Van
    # Flandern's count of days.
    (column,) = element.clauses
    year, month, day = (compiler.process(sa.extract(part, column), **kw) for part in ("year", "month", "day"))
    early = f"(CASE WHEN {month} <= 2 THEN 1 ELSE 0 END)"
    years = f"({year} + 4800 - {early})"
    months = f"({month} + 12 * {early} - 3)"
    days = f"{day} + {_whole(f'153 * {months} + 2', 5)} + 365 * {years} + {_whole(years, 4)}"
    return f"CAST({days} - {_whole(years, 100)} + {_whole(years, 400)} - 2472633 AS INTEGER)"


@compiles(day_of_date, "duckdb")
@compiles(day_of_date, "postgresql")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    return f"(CAST({column} AS DATE) - DATE '1970-01-01')"


@compiles(day_of_date, "hive")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    return f"datediff(CAST({column} AS DATE), DATE '1970-01-01')"


@compiles(day_of_text, "duckdb")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    shape = f"substr({column}, 5, 1) = '-' AND substr({column}, 8, 1) = '-' AND {_ends(column)}"
    return f"(CASE WHEN {shape} THEN TRY_CAST(substr({column}, 1, 10) AS DATE) - DATE '1970-01-01' END)"


@compiles(day_of_good_text, "duckdb")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    return f"(TRY_CAST({column} AS DATE) - DATE '1970-01-01')"


# A cast of what is no date stops a statement of PostgreSQL, so the calendar itself is in the expression.
_LEAP = "(19(92|96)|20([02468][048]|[13579][26]))"
_CALENDAR = (
    "^((199[0-9]|20[0-9][0-9])-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    f"|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP}-02-29)([ T].*)?$"
)


@compiles(day_of_text, "postgresql")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    cast = f"CAST(substr({column}, 1, 10) AS DATE) - DATE '1970-01-01'"
    return f"(CASE WHEN {column} ~ '{_CALENDAR}' THEN {cast} END)"


@compiles(day_of_good_text, "postgresql")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    return f"(CAST(substr(NULLIF(trim({column}), ''), 1, 10) AS DATE) - DATE '1970-01-01')"


@compiles(day_of_date, "sqlite")
@compiles(day_of_text, "sqlite")
@compiles(day_of_good_text, "sqlite")
def _(element, compiler, **kw):
    # SQLite has no dates, only text; what is no day of the calendar comes back as another one.
    (column,) = _arguments(element, compiler, kw)
    column = f"trim({column})"
    day = f"substr({column}, 1, 10)"
    # The count of days of SQLite begins at noon: half a day is exact.
    count = f"CAST(julianday({day}) - 2440587.5 AS INTEGER)"
    return f"(CASE WHEN {_ends(column)} AND date(julianday({day})) = {day} THEN {count} END)"


@compiles(day_of_text, "hive")
@compiles(day_of_good_text, "hive")
def _(element, compiler, **kw):
    (column,) = _arguments(element, compiler, kw)
    column = f"trim({column})"
    shape = f"substr({column}, 5, 1) = '-' AND substr({column}, 8, 1) = '-' AND {_ends(column)}"
    return f"(CASE WHEN {shape} THEN datediff(TRY_CAST(substr({column}, 1, 10) AS DATE), DATE '1970-01-01') END)"


def _ends(column: str) -> str:
    return f"(length({column}) = 10 OR substr({column}, 11, 1) IN (' ', 'T'))"


class cell_of(FunctionElement):
    """The cell, where it is one of the texts that follow; held as one byte, not as text."""

    type = sa.Text()
    inherit_cache = True


@compiles(cell_of, "duckdb")
def _(element, compiler, **kw):
    text, *cells = _arguments(element, compiler, kw)
    return f"TRY_CAST({text} AS ENUM({', '.join(cells)}))"


class year_of_text(FunctionElement):
    """The year that a cell of four signs says, NULL for any other cell."""

    type = sa.Integer()
    inherit_cache = True


@compiles(year_of_text, "duckdb")
def _(element, compiler, **kw):
    (text,) = _arguments(element, compiler, kw)
    return f"TRY_CAST(CASE WHEN length({text}) = 4 THEN {text} END AS SMALLINT)"


@compiles(month_of_day)
def _(element, compiler, **kw):
    # The first of March 0000 lies 719,468 days before 1970: years that begin in March have their leap day last.
    (day,) = _arguments(element, compiler, kw)
    shifted = f"({day} + 719468)"
    era = _whole(shifted, 146097)
    inside = f"({shifted} - 146097 * {era})"
    year = _whole(f"{inside} - {_whole(inside, 1460)} + {_whole(inside, 36524)} - {_whole(inside, 146096)}", 365)
    of_year = f"({inside} - (365 * {year} + {_whole(year, 4)} - {_whole(year, 100)}))"
    month = _whole(f"5 * {of_year} + 2", 153)
    of_month = f"({of_year} - {_whole(f'153 * {month} + 2', 5)})"
    return f"CAST({day} - {of_month} AS INTEGER)"


@compiles(month_of_day, "duckdb")
def _(element, compiler, **kw):
    (day,) = _arguments(element, compiler, kw)
    return f"({day} - day(DATE '1970-01-01' + CAST({day} AS INTEGER)) + 1)"


@compiles(month_of_day, "postgresql")
def _(element, compiler, **kw):
    (day,) = _arguments(element, compiler, kw)
    # Not EXTRACT, which answers with a numeric: twice as slow.
    return f"({day} - CAST(date_part('day', DATE '1970-01-01' + {day}) AS INTEGER) + 1)"


@compiles(month_of_day, "sqlite")
def _(element, compiler, **kw):
    (day,) = _arguments(element, compiler, kw)
    return f"({day} - CAST(strftime('%d', {day} + 2440587.5) AS INTEGER) + 1)"


@compiles(month_of_day, "hive")
def _(element, compiler, **kw):
    (day,) = _arguments(element, compiler, kw)
    return f"({day} - day(date_add(DATE '1970-01-01', {day})) + 1)"


@compiles(quotient)
def _(element, compiler, **kw):
    top, bottom = _arguments(element, compiler, kw)
    return f"CAST(FLOOR(({top}) / {bottom}) AS INTEGER)"


@compiles(quotient, "postgresql")
@compiles(quotient, "sqlite")
def _(element, compiler, **kw):
    top, bottom = _arguments(element, compiler, kw)
    return f"(({top}) / {bottom})"


@compiles(quotient, "duckdb")
def _(element, compiler, **kw):
    top, bottom = _arguments(element, compiler, kw)
    return f"(({top}) // {bottom})"


@compiles(quotient, "hive")
def _(element, compiler, **kw):
    top, bottom = _arguments(element, compiler, kw)
    return f"(({top}) DIV {bottom})"


# The questions


@dataclass(frozen=True)
class Days:
    """What the first question found of the days. `first` and `last`: the days believed, by place in `Layout.dated`.

    `readable`: each cell is empty or says a day. `good`: each day said lies within its limits.
    """

    first: tuple[int, ...]
    last: int
    readable: bool = False
    good: bool = False


@dataclass(frozen=True)
class Statements:
    """The questions of one layout about one table, whose columns are of the given kinds (DATE, TEXT, NUMBER)."""

    layout: Layout
    kinds: Mapping[str, str]
    relation: sa.TableClause = field(compare=False)

    def _column(self, name: str) -> sa.ColumnElement:
        return self.relation.c[name]

    def _text(self, name: str) -> sa.ColumnElement:
        """The cell without spaces around it, as text."""
        column = self._column(name)
        if self.kinds[name] != TEXT:
            column = sa.cast(column, sa.Text)
        return sa.func.trim(column)

    def _place(self) -> list[sa.ColumnElement]:
        """The territory and, where the layout has one, what is above it, as they stand in the column."""
        names = [self.layout.territory.column, *filter(None, [self.layout.territory.parent])]
        texts = [self._column(n) if self.kinds[n] == TEXT else sa.cast(self._column(n), sa.Text) for n in names]
        return [sa.func.coalesce(text, "").label(f"place_{at}") for at, text in enumerate(texts)]

    def _day(self, name: str, *, readable: bool) -> sa.ColumnElement:
        if self.kinds[name] == DAY:
            return self._column(name)
        if self.kinds[name] == DATE:
            return day_of_date(self._column(name))
        text = self._text(name)
        if self.layout.dates == "dmy":
            # 14/09/2023 or 14-09-2023 10:15; the signs between are put where the year-first form has them.
            parts = [(7, 4), (3, 1), (4, 2), (6, 1), (1, 2)]
            turned = sa.func.substr(text, *parts[0])
            for part in parts[1:]:
                turned = turned.concat(sa.func.substr(text, *part))
            text = sa.func.replace(turned, "/", "-").concat(sa.func.substr(text, 11))
        elif readable:
            text = self._column(name)
        return day_of_good_text(text) if readable else day_of_text(text)

    def _said(self, name: str) -> sa.ColumnElement:
        """Whether the cell is filled."""
        if self.kinds[name] in (DATE, DAY):
            return self._column(name).is_not(None)
        return sa.and_(self._column(name).is_not(None), self._text(name) != "")

    def _has(self, name: str, *, readable: bool) -> sa.ColumnElement:
        """Whether the cell says a day: as `_said`, for columns that are known to be readable."""
        if self.kinds[name] not in (DATE, DAY) and readable:
            return self._day(name, readable=True).is_not(None)
        return self._said(name)

    def _there(self, name: str, *, readable: bool) -> sa.ColumnElement:
        """Something where the cell says a day, NULL where it says none."""
        if self.kinds[name] in (DATE, DAY):
            return self._column(name)
        return sa.case((self._has(name, readable=readable), 1))

    def _among(self, name: str, cells: Collection[str]) -> sa.ColumnElement:
        return sa.and_(self._column(name).is_not(None), self._text(name).in_(list(cells)))

    def _kept(self) -> list[sa.ColumnElement]:
        """Without the records that the layout leaves out."""
        status = self.layout.status
        if status is None or not status.left_out:
            return []
        return [sa.not_(self._among(status.column, status.left_out))]

    def date_columns(self) -> list[tuple[str, int]]:
        """Each column of days once, with the place of the step whose limits hold for it."""
        found: dict[str, int] = {}
        for at, one in enumerate(self.layout.dated):
            found.setdefault(one.column, at)
        return list(found.items())

    def _sound(self, days: Days) -> list[sa.ColumnElement]:
        """Without the records of which a day cannot be believed."""
        if days.good:
            return []
        rules = []
        for name, at in self.date_columns():
            day = self._day(name, readable=days.readable)
            rules.append(sa.or_(sa.not_(self._said(name)), day.between(days.first[at], days.last)))
        return rules

    def checked(self, days: Days) -> sa.Select:
        """One row per cell of the territory's columns: place_0[, place_1], records, left_out, wrong (records with a day
        that cannot be believed), then for each column of days unreadable, late, early, and its last believed day; then
        for each milestone after the first how many are dated before their entry."""
        inner: list[sa.ColumnElement] = [*self._place()]
        kept = sa.and_(sa.true(), *self._kept())
        inner.append(sa.case((kept, 1), else_=0).label("kept"))
        for at, (name, _) in enumerate(self.date_columns()):
            inner.append(self._day(name, readable=days.readable).label(f"day_{at}"))
            inner.append(sa.case((self._said(name), 1), else_=0).label(f"said_{at}"))
        rows = sa.select(*inner).subquery("rows_checked")
        live, faults, wrong = rows.c.kept == 1, [], []
        for at, (_, limit) in enumerate(self.date_columns()):
            day, said = rows.c[f"day_{at}"], rows.c[f"said_{at}"] == 1
            lost = sa.and_(said, sa.or_(day.is_(None), day == UNREADABLE))
            faults.append([lost, day > days.last, sa.and_(day < days.first[limit], day != UNREADABLE)])
            wrong += faults[-1]
        # Of a comparison with nothing nobody knows that it is false.
        sound = sa.and_(live, sa.case((sa.or_(*wrong), 1), else_=0) == 0)
        counted = []
        for at, found in enumerate(faults):
            counted += [_how_many(sa.and_(live, fault)) for fault in found]
            counted.append(sa.func.coalesce(sa.func.max(sa.case((sound, rows.c[f"day_{at}"]))), -1))
        day_of = {name: rows.c[f"day_{at}"] for at, (name, _) in enumerate(self.date_columns())}
        first, *later = (day_of[one.column] for one in self.layout.milestones)
        counted += [_how_many(sa.and_(sound, day < first)) for day in later]
        places = [column for column in rows.c if column.name.startswith("place_")]
        return (
            sa.select(
                *places,
                sa.func.count(),
                _how_many(rows.c.kept == 0),
                _how_many(sa.and_(live, sa.or_(*wrong))),
                *counted,
            )
            .group_by(*places)
            .limit(MOST_PLACES + 1)
        )

    def limits(self) -> sa.Select | None:
        """As `checked`, for a table whose days are dates and that leaves nothing out: place_0[, place_1], records, for
        each column of days its first and its last, then for each milestone after the first how many are dated before
        their entry. Half the work, and enough where all days lie within their limits. None where it cannot be asked."""
        names = [name for name, _ in self.date_columns()]
        if self._kept() or any(self.kinds[name] not in (DATE, DAY) for name in names):
            return None
        rows = sa.select(*self._place(), *(self._column(name) for name in names)).subquery("rows_limits")
        inside = [column for column in rows.c if column.name.startswith("place_")]
        of = {name: rows.c[name] for name in names}
        first, *later = (of[one.column] for one in self.layout.milestones)
        ends = []
        for name in names:
            for end in (sa.func.min(of[name]), sa.func.max(of[name])):
                ends.append(sa.func.coalesce(day_of_date(end) if self.kinds[name] == DATE else end, -1))
        early = [_how_many(day < first) for day in later]
        return sa.select(*inside, sa.func.count(), *ends, *early).group_by(*inside).limit(MOST_PLACES + 1)

    def within_limits(self, days: Days, ends: Sequence) -> bool:
        """Whether the first and last days that `limits` found, column after column, are all believed."""
        for at, (_, limit) in enumerate(self.date_columns()):
            first, last = ends[2 * at : 2 * at + 2]
            if ((first < days.first[limit]) & (last != -1)).any() or (last > days.last).any():
                return False
        return True

    def held(self) -> tuple[sa.Select, dict[str, str]]:
        """Every column that is asked for, without the key, as small as it can be held in memory, and what each then
        holds: text is read once, and not by every question."""
        layout, columns, kinds = self.layout, {}, {}
        for name in filter(None, (layout.territory.column, layout.territory.parent)):
            columns[name], kinds[name] = self._column(name), self.kinds[name]
        dates = [one.column for one in layout.dated]
        if layout.birth and layout.birth.only_year_of_date:
            dates.append(layout.birth.column)
        elif layout.birth:
            columns[layout.birth.column] = year_of_text(self._text(layout.birth.column))
            kinds[layout.birth.column] = NUMBER
        for name in dates:
            day = sa.func.coalesce(self._day(name, readable=False), UNREADABLE)
            columns[name], kinds[name] = sa.cast(sa.case((self._said(name), day)), sa.Integer), DAY
        for name, groups in cells_of(layout):
            texts = [sa.literal(cell) for group in groups for cell in group]
            if texts and name not in columns:
                columns[name], kinds[name] = cell_of(self._text(name), *texts), "other"
        return sa.select(*(column.label(name) for name, column in columns.items())), kinds

    def spread(self, sample: int) -> sa.Select:
        """One row: how many of the first `sample` records there are, and how many different territories they name."""
        rows = sa.select(*self._place()).limit(sample).subquery("first_rows")
        return sa.select(sa.func.count(), sa.func.count(sa.distinct(rows.c.place_0)))

    def repeated(self) -> sa.Select:
        """One row: records with a key, and different keys."""
        key = self._column(self.layout.key)
        return sa.select(sa.func.count(key), sa.func.count(sa.distinct(key))).where(*self._kept())

    def _period(self, day: sa.ColumnElement) -> sa.ColumnElement:
        return month_of_day(day) if self.layout.every == "month" else week_of(day)

    def reached(self, at: int, days: Days) -> sa.Select:
        """Who reached the step at that place, by territory and period: place_0[, place_1], period, records.

        A period is a week's number (see `end_of_week`), or the first day of a month.
        """
        name = self.layout.dated[at].column
        period = self._period(self._day(name, readable=days.readable)).label("period")
        rows = (
            sa.select(*self._place(), period)
            .where(self._has(name, readable=days.readable), *self._kept(), *self._sound(days))
            .subquery("rows_reached")
        )
        return sa.select(*rows.c, sa.func.count()).group_by(*rows.c)

    def refused(self, days: Days) -> sa.Select:
        """Refused records by territory, period and reason (its place in the layout, -1 for any other cell)."""
        refusals = self.layout.refusals
        period = self._period(self._day(refusals.column, readable=days.readable)).label("period")
        cells = list(refusals.reasons.values()) if refusals.reason else []
        reason = self._group(refusals.reason, cells) if cells else sa.literal_column("-1")
        rows = (
            sa.select(*self._place(), period, reason.label("reason"))
            .where(*self._refused(days), *self._kept(), *self._sound(days))
            .subquery("rows_refused")
        )
        return sa.select(*rows.c, sa.func.count()).group_by(*rows.c)

    def _refused(self, days: Days) -> list[sa.ColumnElement]:
        status, refusals = self.layout.status, self.layout.refusals
        said = [self._has(refusals.column, readable=days.readable)]
        return [*said, self._among(status.column, status.refused)] if status and status.refused else said

    def _group(self, name: str, cells: Sequence[Collection[str]]) -> sa.ColumnElement:
        """The place of the group of cells that a cell is in, -1 for any other."""
        if not cells:
            return sa.literal_column("-1")
        text = self._text(name)
        return sa.case(*((text.in_(list(group)), at) for at, group in enumerate(cells)), else_=-1)

    def grouped(self, name: str, days: Days, on: dt.date) -> sa.Select:
        """Records by territory and group of `sex`, `area` or `birth` (its place in the layout, -1 for any other cell):
        place_0[, place_1], part, then for each milestone how many have reached it by the last day believed."""
        layout = self.layout
        part = {"sex": self._sex, "area": self._area, "birth": lambda: self._band(on)}[name]()
        reached = [
            self._there(one.column, readable=days.readable).label(f"reached_{at}")
            for at, one in enumerate(layout.milestones)
        ]
        rows = (
            sa.select(*self._place(), part.label("part"), *reached)
            .where(*self._kept(), *self._sound(days))
            .subquery("rows_grouped")
        )
        keys = [column for column in rows.c if column.name.startswith("p")]
        return sa.select(*keys, *(sa.func.count(rows.c[one.name]) for one in reached)).group_by(*keys)

    def _sex(self) -> sa.ColumnElement:
        return self._group(self.layout.sex.column, [self.layout.sex.female, self.layout.sex.male])

    def _area(self) -> sa.ColumnElement:
        return self._group(self.layout.area.column, [self.layout.area.urban, self.layout.area.rural])

    def _band(self, on: dt.date) -> sa.ColumnElement:
        """The band of the age reached in the year of `on`; a year of a later birth, or too long ago, is in none."""
        birth = self.layout.birth
        ages = [*zip(birth.bands, (*(first - 1 for first in birth.bands[1:]), OLDEST), strict=True)]
        years = [(on.year - last, on.year - first) for first, last in ages]
        kind = self.kinds[birth.column]
        if birth.only_year_of_date:
            day = self._day(birth.column, readable=False) if kind != DATE else day_of_date(self._column(birth.column))
            limits = [(as_day(dt.date(first, 1, 1)), as_day(dt.date(last, 12, 31))) for first, last in years]
            return sa.case(*((day.between(*one), at) for at, one in enumerate(limits)), else_=-1)
        if kind == NUMBER:
            year = self._column(birth.column)
            # From the youngest on, so that one comparison a band is enough.
            later = [(year > first - 1, at) for at, (first, _) in enumerate(years)]
            return sa.case((year > on.year, -1), *later, else_=-1)
        return self._group(birth.column, [[str(year) for year in range(a, b + 1)] for a, b in years])

    def cohort(self, at: int, days: Days, *, prefix: int = 0) -> sa.Select:
        """Those who entered, by territory, month of entry (its first day) and week in which they reached the step at
        that place; who is dated before his entry counts as there on the day of it. The territory is cut to its first
        `prefix` letters where that says its prefecture."""
        entry, step = self.layout.dated[0], self.layout.dated[at]
        entered = self._day(entry.column, readable=days.readable)
        day = self._day(step.column, readable=days.readable)
        later = entered if step.column == entry.column else sa.case((day < entered, entered), else_=day)
        places = self._place()
        if prefix:
            places = [sa.func.substr(places[0].element, 1, prefix).label("place_0")]
        is_refusal = self.layout.refusals is not None and at == len(self.layout.milestones)
        rules = self._refused(days) if is_refusal else [self._has(step.column, readable=days.readable)]
        if step.column != entry.column:
            rules.append(self._has(entry.column, readable=days.readable))
        days_of = (
            sa.select(*places, entered.label("entered"), later.label("reached"))
            .where(*rules, *self._kept(), *self._sound(days))
            .subquery("days_of_cohort")
        )
        inside = [column for column in days_of.c if column.name.startswith("place_")]
        rows = sa.select(
            *inside, month_of_day(days_of.c.entered).label("month"), week_of(days_of.c.reached).label("week")
        ).subquery("rows_cohort")
        return sa.select(*rows.c, sa.func.count()).group_by(*rows.c)


def cells_of(layout: Layout):
    """The columns of which only some cells mean something, and these cells, in groups."""
    if layout.sex:
        yield layout.sex.column, (layout.sex.female, layout.sex.male)
    if layout.area:
        yield layout.area.column, (layout.area.urban, layout.area.rural)
    if layout.status:
        yield layout.status.column, (layout.status.left_out, layout.status.refused)
    if layout.refusals and layout.refusals.reason:
        yield layout.refusals.reason, tuple(layout.refusals.reasons.values())


def _how_many(condition: sa.ColumnElement) -> sa.ColumnElement:
    return sa.func.count(sa.case((condition, 1)))


def week_of(day: sa.ColumnElement) -> sa.ColumnElement:
    """The number of the week of a day, which ends on `end_of_week`."""
    return quotient(day + 3, sa.literal_column("7"))


def end_of_week(week):
    """The Sunday of weeks by their number: 1970-01-04 is the end of week 0."""
    return week * 7 + 3
