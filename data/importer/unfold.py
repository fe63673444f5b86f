"""From tables of sheets and a layout to rows of the layout of one row a figure, each knowing the cell it came from.

Totals are known by their name or because they are the sum of what stands above them; they are held against their parts
and never become rows. A name that stands only on the first line of its block holds for the lines below it. What cannot
be understood for certain is refused with its cell, proposed (a name) or asked (a date, a measure); nothing is guessed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pyarrow as pa

from data.importer import dates, measure, numerals
from data.importer.check import COMPUTED
from data.importer.dates import Moment
from data.importer.form import letters
from data.importer.grid import DATE, FORMULA, TEXT, Cell, Column, Table
from data.importer.layouts import Layout, Rule
from data.importer.names import Territories
from data.importer.personal import without_persons
from data.importer.places import Placed, Placer
from data.importer.report import Problem, clipped, noted, shortened
from data.importer.vocabulary import Vocabulary, meaning, tidy
from data.schema import BREAKDOWNS

HEADER = ("territory", "step", "unit", "measure", "date", "from", "to", "value", *BREAKDOWNS, "source")
_TERRITORY, _STEP, _UNIT, _MEASURE, _DATE, _FROM, _TO, _VALUE = range(8)
_PARTS = slice(8, 8 + len(BREAKDOWNS))
ROW_PARTS = ("sex", "area", "age_band", "reason")
MOST_PROPOSALS = 200


@dataclass(frozen=True, slots=True)
class Proposal:
    """A name of the sheet that nobody could be sure of. parent: the code of what holds it, if known; candidates: codes,
    the likeliest first; lines: how many lines use it; likely: whether the first candidate is worth proposing."""

    name: str
    parent: str
    candidates: tuple[str, ...]
    lines: int
    likely: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row came from. columns: the place of the column of each name of HEADER that a cell of its own says."""

    table: int
    line: int
    value: int
    name: int
    header: int
    when: int


@dataclass(frozen=True)
class Unfolded:
    """What sheets say. `table` has `line` (from 1) and a text column for each name of HEADER, named by its place;
    `problems` are those of cells; `refused` counts the cells that are no rows; `asked` are questions, as problems of
    the whole file, that have to be answered first; `noted` says what was understood that a person may want to see."""

    table: pa.Table
    problems: tuple[Problem, ...]
    refused: int
    asked: tuple[Problem, ...]
    noted: tuple[Problem, ...]
    proposals: tuple[Proposal, ...]
    _places: tuple[_Place, ...] = field(repr=False, default=())
    tables: tuple[Table, ...] = field(repr=False, default=())
    _text: bool = False

    def placed(self, problem: Problem) -> Problem:
        """A problem that the check of `table` found, said of the cell that a reader sees."""
        if problem.line is None or not 1 <= problem.line <= len(self._places) or problem.column is None:
            return replace(problem, line=None, column=None)
        line, column = self._cell(problem.line - 1, problem.column)
        code, values = problem.code, dict(problem.values)
        other = values.pop("line", None)
        if isinstance(other, int) and 1 <= other <= len(self._places):
            code, values["other_cell"] = f"form_{code}", self._address(other - 1, problem.column)
        return self._told(
            self._places[problem.line - 1].table, replace(problem, code=code, values=values), line, column
        )

    def _cell(self, at: int, column: str) -> tuple[int, int]:
        place = self._places[at]
        if column == "territory":
            return place.line, place.name
        if column in ("date", "from", "to"):
            return (place.line, place.when) if place.when else (place.header, place.value)
        return place.line, place.value

    def _address(self, at: int, column: str) -> str:
        line, place = self._cell(at, column)
        return f"{letters(place)}{line}"

    def _told(self, table: int, problem: Problem, line: int, column: int) -> Problem:
        return told(self.tables, table, problem, line, column, text=self._text)


def told(tables: Sequence[Table], table: int, problem: Problem, line: int, column: int, *, text: bool) -> Problem:
    """The problem at a cell: of a spreadsheet by its letters, of a text by its line and the header of its column."""
    head = next((c for c in tables[table].columns if c.place == column), None)
    if text:
        name = " / ".join(head.path) if head and head.path else letters(column)
        return replace(problem, line=line, column=clipped(name), cell="", sheet="")
    sheet = tables[table].sheet.name if len(tables) > 1 else ""
    return replace(problem, line=line, column=None, cell=f"{letters(column)}{line}", sheet=sheet)


def unfold(
    tables: Sequence[Table],
    layout: Layout,
    *,
    territories: Territories,
    words: Vocabulary,
    catalogue,
    on: dt.date | None = None,
    text: bool = False,
    epoch: int = 1900,
) -> Unfolded:
    """The rows that the tables say under this layout. on: the date of figures that have none in the sheet. text: the
    sheet is a text file, whose cells have no letters. epoch: the calendar of the workbook's bare numbers of days."""
    reader = _Reader(tables, layout, territories=territories, words=words, catalogue=catalogue, on=on, text=text)
    reader.epoch = layout.epoch or epoch
    for at in range(len(tables)):
        reader.read(at)
    return reader.result()


@dataclass
class _Block:
    """The lines since the last sum: (values by column place, whether they are figures of their own)."""

    rows: list[dict[int, int | None]] = field(default_factory=list)

    def sums(self) -> dict[int, int]:
        """The sum of each column in which every line has a number."""
        found: dict[int, int] = {}
        for place in {place for row in self.rows for place in row}:
            values = [row.get(place) for row in self.rows]
            if None not in values:
                found[place] = sum(values)
        return found


class _Reader:
    def __init__(self, tables, layout: Layout, *, territories, words, catalogue, on, text):
        self.tables: tuple[Table, ...] = tuple(tables)
        self.layout, self.words, self.catalogue, self.on, self.text = layout, words, catalogue, on, text
        self.placer = Placer(territories, words)
        self.epoch = 1900
        self.rows: list[tuple[str, ...]] = []
        self.places: list[_Place] = []
        self.problems: list[Problem] = []
        self.refused = 0
        self.asked: dict[str, Problem] = {}
        self.counted: dict[str, int] = defaultdict(int)
        self.read_as: dict[tuple[str, str, str], int] = defaultdict(int)
        self.unsure: dict[tuple[str, str], tuple[Placed, int]] = {}
        self.steps = {layout.step, *(rule.step for rule in layout.column)} - {""}

    # One table

    def read(self, at: int) -> None:
        self.at, self.table = at, self.tables[at]
        table = self.table
        rules = {column.place: self.layout.rule(column.key) for column in table.columns}
        self.columns = {column.place: column for column in table.columns}
        self.by_role: dict[str, list[int]] = defaultdict(list)
        for place, rule in rules.items():
            if rule is not None:
                self.by_role[rule.role].append(place)
        self.rules: dict[int, Rule] = {
            place: rule for place, rule in rules.items() if rule is not None and rule.role in ("value", "total")
        }
        self.signs = {place: numerals.decimal_sign(table.texts(place)) for place in self.rules}
        self.order = self._order()
        self.heads = {place: self._head(self.columns[place]) for place in self.rules}
        around = [table.sheet.name, *table.above, *table.below]
        self.around = self._around(around)
        # What this sheet says of itself goes before what the layout remembers of another.
        self.within = self.placer.mentioned((*table.above, table.sheet.name)) or self.layout.within
        names = self.by_role["territory"] or self.by_role["prefecture"] or self.by_role["region"]
        if names:
            self.placer.learn_level(
                (t for t in table.texts(names[0]) if not self.words.is_total(t)), parent=self.within
            )
        self.spread: dict[int, list[tuple[int, tuple[int, int]]]] = defaultdict(list)
        for (line, place), origin in table.sheet.spread.items():
            if origin[0] != line:
                self.spread[line].append((place, origin))
        self.held: dict[int, str] = {}
        self.heading = ""
        self.block, self.whole, self.subtotals = _Block(), _Block(), _Block()
        for line in table.body:
            self._line(line)

    def _around(self, texts: Iterable[str]) -> Moment | None:
        """The date that the name of the sheet or a note says of all figures; None when none or several do."""
        found = {said[0] for text in texts if (said := dates.within(text, self.words, order=self.order or "dmy"))}
        whole = {one for one in found if one.month or one.quarter}
        found = whole or found
        return found.pop() if len(found) == 1 else None

    def _order(self) -> str:
        texts = [text for role in ("date", "from", "to") for place in self.by_role[role] for text in self._plain(place)]
        texts += [text for place in self.rules for text in self.columns[place].path]
        shown = dates.order_of(texts)
        if shown == "?" and not self.layout.order:
            seen = next(t for t in texts if (pair := dates.day_month(t)) and pair[0] != pair[1])
            self.asked.setdefault("which_order", Problem("which_order", seen=clipped(seen), values={"asks": "order"}))
        return shown if shown in ("dmy", "mdy") else self.layout.order or "dmy"

    def _plain(self, place: int) -> Iterable[str]:
        for line in self.table.body:
            cell = self.table.sheet.cells.get(line, {}).get(place)
            if cell is not None and cell.kind != DATE:
                yield cell.text

    def _head(self, column: Column) -> Moment | None:
        """The date that a column's header says."""
        found: Moment | None = None
        for text in reversed(column.path):
            when = self._moment(text)
            if when is None and (said := dates.within(text, self.words, order=self.order)):
                when = said[0]
            if when is not None:
                found = when if found is None else found.joined(when)
        return found

    def _moment(self, text: str) -> Moment | None:
        return dates.moment(text, self.words, order=self.order, epoch=self.epoch)

    # One line

    def _line(self, line: int) -> None:
        sheet = self.table.sheet
        figures = {}
        for place in self.rules:
            cell = sheet.cells.get(line, {}).get(place)
            if cell is None:
                continue
            if self.words.is_absent(cell.text):
                self.counted["absent"] += 1
            else:
                figures[place] = cell
        written = {place: tidy(cell.text) for place, cell in sheet.cells[line].items() if place not in self.rules}
        if not figures:
            self._heading(written)
            return
        names = [place for role in ("territory", "prefecture", "region") for place in self.by_role[role]]
        said = next((written[p] for p in names if p in written and self.words.is_total(written[p])), "")
        first = min(written, default=0)
        if not said and first and first not in names and self.words.is_total(written[first]):
            said = written[first]
        values = {place: self._whole(place, cell) for place, cell in figures.items()}
        if said:
            self._total(line, values, said)
            return
        for role in ("region", "prefecture"):
            for place in self.by_role[role]:
                if place in written:
                    self._enter(place, role)
        self._fill(line, written)
        placed, name_place, name = self._territory(line, written)
        if placed is None or not placed.code:
            if self._is_sum(values):
                self._sum_checked(line, values)
                return
            self._nowhere(line, figures, placed, name_place or first or min(figures), name)
            self._count_part(values)
            return
        if placed.how in ("near", "padded"):
            self.read_as[placed.how, name, placed.code] += 1
        # A prefecture's own line among those of its communes is its own report: kept beside their sum, no part of it.
        if not self._is_above(placed.code):
            self._count_part(values)
        for place, cell in sorted(figures.items()):
            if self.rules[place].role == "total":
                self._across(line, place, values)
            else:
                self._figure(line, place, cell, placed.code, name_place, written)

    def _heading(self, written: Mapping[int, str]) -> None:
        """A line without figures: the name of a prefecture or region above its block, or a remark."""
        if len(written) != 1:
            return
        text = next(iter(written.values()))
        placed = self.placer.place(text, level="prefecture")
        if not placed.code or placed.how == "near":
            placed = self.placer.place(text, level="region")
        if placed.code and placed.how != "near":
            self.heading = placed.code
            self.block = _Block()

    def _enter(self, place: int, role: str) -> None:
        """A new block begins: what was said below it before is said no more."""
        self.block = _Block()
        if role == "region":
            for other in self.by_role["prefecture"]:
                self.held.pop(other, None)

    def _fill(self, line: int, written: dict[int, str]) -> None:
        """Names and dates that are written once hold for the lines below. The territory's own name does so where
        another column tells the lines of one territory apart."""
        roles = ["region", "prefecture", "date", "year", "from", "to", "step"]
        if any(place in written for role in (*roles[2:], *ROW_PARTS) for place in self.by_role[role]):
            roles += ["territory", "code"]
        for role in roles:
            for place in self.by_role[role]:
                if place in written:
                    self.held[place] = written[place]
                elif place in self.held:
                    written.setdefault(place, self.held[place])
        for place, origin in self.spread.get(line, ()):
            if place not in written and place not in self.rules:
                cell = self.table.sheet.cells.get(origin[0], {}).get(origin[1])
                if cell is not None:
                    written[place] = tidy(cell.text)

    def _territory(self, line: int, written: Mapping[int, str]) -> tuple[Placed | None, int, str]:
        def one(role: str) -> tuple[str, int]:
            return next(((written[p], p) for p in self.by_role[role] if p in written), ("", 0))

        parent = self.heading or self.within
        region, region_place = one("region")
        prefecture, prefecture_place = one("prefecture")
        code, code_place = one("code")
        name, name_place = one("territory")
        if region:
            above = self.placer.place(region, level="region")
            parent = above.code or parent
            if not above.code and not (prefecture or name or code):
                return above, region_place, region
        lower = bool(self.by_role["territory"]) or (bool(code) and not prefecture)
        if prefecture and lower:
            around = parent if region or self._is_region(parent) else ""
            above = self.placer.place(prefecture, level="prefecture", parent=around)
            if not above.code and not code:
                return above, prefecture_place, prefecture
            parent = above.code or parent
        if name or code:
            return self.placer.place(name, code=code, parent=parent), name_place or code_place, name or code
        own = self.table.sheet.cells[line]
        if prefecture and (not lower or prefecture_place in own):
            around = parent if (region and not lower) or self._is_region(parent) else ""
            placed = self.placer.place(prefecture, level="prefecture", parent=around)
            return placed, prefecture_place, prefecture
        if region and not self.by_role["prefecture"] and not lower:
            return self.placer.place(region, level="region"), region_place, region
        return None, 0, ""

    def _is_region(self, code: str) -> bool:
        found = self.placer.territories.by_code.get(code)
        return found is not None and found.level == "region"

    def _is_above(self, code: str) -> bool:
        """Whether a territory holds the others of this table: the block's prefecture, or the one it is all about."""
        return code in (self.heading, self.within) or (
            bool(self.placer.level) and _depth(self.placer.territories.by_code[code].level) < _depth(self.placer.level)
        )

    def _nowhere(self, line: int, figures, placed: Placed | None, place: int, name: str) -> None:
        self.refused += len(figures)
        if placed is None:
            self._say(Problem("sheet_nameless"), line, place)
            return
        parent = self.heading or self.within
        held = self.unsure.get((name, parent))
        self.unsure[name, parent] = (placed, (held[1] if held else 0) + 1)
        said = list(placed.candidates)
        seen = shortened(name) if said else clipped(name)
        if placed.how == "unknown_territory":
            problem = Problem("sheet_unknown", seen=seen, values={"suggestions": said})
        elif placed.how == "ambiguous_territory":
            problem = Problem("sheet_ambiguous", seen=seen, values={"candidates": said})
        elif placed.how == "territory_elsewhere":
            problem = Problem("sheet_elsewhere", seen=seen, values={"candidates": said})
        else:
            problem = Problem("sheet_code_other", seen=seen, values={"candidates": said})
        self._say(problem, line, place)

    # Figures

    def _digits(self, place: int, cell: Cell) -> str:
        return numerals.plain(cell.text, decimal=self.signs[place] if cell.kind == TEXT else ".")

    def _whole(self, place: int, cell: Cell) -> int | None:
        text = self._digits(place, cell)
        return int(text) if text.isdecimal() and len(text) <= 15 else None

    def _figure(self, line: int, place: int, cell: Cell, territory: str, name: int, written: Mapping[int, str]) -> None:
        rule, layout = self.rules[place], self.layout
        when, when_place = self._when(place, written)
        if when is None and when_place:
            self.refused += 1
            self._say(Problem("not_a_date", seen=clipped(written[when_place])), line, when_place)
            return
        step = rule.step or layout.step
        if not step and self.by_role["step"]:
            said = written.get(self.by_role["step"][0], "")
            step = meaning(self.words.steps, said, least=3) or tidy(said)
        if not step:
            self.asked.setdefault("which_count", Problem("which_count", values={"asks": "count"}))
        unit = rule.unit or layout.unit
        if not unit and step in self.catalogue.steps and len(self.catalogue.steps[step].units) == 1:
            unit = self.catalogue.steps[step].units[0]
        if step and not unit:
            self.asked.setdefault("which_count", Problem("which_count", values={"asks": "count"}))
        kind = layout.measure or "stock"
        date = start = end = ""
        if when is None:
            self.asked.setdefault("which_date", Problem("which_date", values={"asks": "date", "option": "--date"}))
        elif kind == "stock":
            date = when[1].isoformat()
        else:
            start, end = (day.isoformat() for day in when)
        parts = []
        for name_of in BREAKDOWNS:
            said = getattr(rule, name_of, "")
            if not said and name_of in ROW_PARTS and self.by_role[name_of]:
                said = self._part(name_of, written.get(self.by_role[name_of][0], ""))
            parts.append(said)
        # A sum may be computed, and is only held against its parts; a figure is what somebody wrote.
        value = COMPUTED if cell.kind == FORMULA else self._digits(place, cell)
        self.rows.append((territory, step, unit, kind, date, start, end, value, *parts, layout.source))
        self.places.append(_Place(self.at, line, place, name or place, self.table.header[-1], when_place))

    def _part(self, name: str, text: str) -> str:
        known = {"sex": self.words.sex, "area": self.words.area}.get(name)
        if known is not None:
            return meaning(known, text) or text
        return text

    def _when(self, place: int, written: Mapping[int, str]) -> tuple[tuple[dt.date, dt.date] | None, int]:
        """The days that a figure is about, and the column that says so (0: its header, or a note). None with a column:
        what stands there is no date; None without: nothing says the date, and a person has to."""

        def one(role: str) -> tuple[Moment | None, int, str]:
            for at in self.by_role[role]:
                if at in written:
                    return self._moment(written[at]), at, written[at]
            return None, 0, ""

        start, start_place, start_text = one("from")
        end, end_place, _ = one("to")
        if start_text and end_place:
            first, last = (one_end and one_end.span() for one_end in (start, end))
            return ((first[0], last[1]) if first and last else None), start_place if start is None else end_place
        day, day_place, day_text = one("date")
        year, year_place, _ = one("year")
        if day_text and day is None:
            return None, day_place
        found = self.heads[place]
        for part in (day, year):
            if part is not None:
                found = part if found is None else found.joined(part)
        said = day_place or year_place
        if (found is None or (found.year is None and found.day is None)) and self.around is not None:
            found = self.around if found is None else found.joined(Moment(year=self.around.year))
        if self.on is not None and (found is None or found.year is None):
            found = (
                Moment(self.on.year, self.on.month, self.on.day)
                if found is None
                else found.joined(Moment(year=self.on.year))
            )
        if found is None or found.year is None:
            return None, 0
        if found.day == 1 and found.month and self._grain() == "month":
            found = replace(found, day=None)
        try:
            return found.span(), said
        except ValueError:
            return None, said

    def _grain(self) -> str:
        """Whether the first of a month means the month: where all dates of a header are firsts, that is asked."""
        if not hasattr(self, "_grains"):
            self._grains: dict[int, str] = {}
        if self.at not in self._grains:
            heads = {head for head in self.heads.values() if head is not None and head.day is not None}
            cells = set()
            for place in self.by_role["date"]:
                cells |= {m for text in self.table.texts(place) if (m := self._moment(text)) and m.day is not None}
            shown = heads or cells
            grain = "day"
            if len(shown) > 1 and all(one.day == 1 for one in shown):
                grain = self.layout.grain
                if not grain:
                    seen = min(shown, key=lambda m: (m.year or 0, m.month or 0))
                    day = dt.date(seen.year or 2000, seen.month, 1).isoformat()
                    self.asked.setdefault("which_grain", Problem("which_grain", seen=day, values={"asks": "grain"}))
                    grain = "month"
            self._grains[self.at] = grain
        return self._grains[self.at]

    # Sums

    def _count_part(self, values: Mapping[int, int | None]) -> None:
        self.block.rows.append(dict(values))
        self.whole.rows.append(dict(values))

    def _candidates(self) -> list[dict[int, int]]:
        found = [self.block.sums(), self.whole.sums(), self.subtotals.sums()]
        return [sums for sums in found if sums]

    def _is_sum(self, values: Mapping[int, int | None]) -> bool:
        """Whether a line without a name of its own is the sum of those above it, in every column that can be held
        against them."""
        if None in values.values() or not any(values.values()):
            return False
        for block in (self.block, self.whole):
            sums = block.sums()
            shared = values.keys() & sums.keys()
            if len(block.rows) > 1 and shared == values.keys() and all(values[p] == sums[p] for p in shared):
                return True
        return False

    def _sum_checked(self, line: int, values: Mapping[int, int | None]) -> None:
        self.counted["totals"] += len(values)
        self.subtotals.rows.append(dict(values))
        self.block = _Block()

    def _total(self, line: int, values: Mapping[int, int | None], said: str) -> None:
        """A line that is called a sum: held against the lines since the last one, against all, against the sums."""
        options = self._candidates()
        best, wrong = {}, None
        for sums in options:
            misses = [p for p, value in values.items() if p in sums and value is not None and value != sums[p]]
            if wrong is None or len(misses) < len(wrong):
                best, wrong = sums, misses
        for place in wrong or ():
            problem = Problem("total_differs", seen=str(values[place]), values={"parts": best[place]})
            self._say(problem, line, place)
        self.counted["totals"] += len(values)
        self.subtotals.rows.append(dict(values))
        self.block = _Block()

    def _across(self, line: int, place: int, values: Mapping[int, int | None]) -> None:
        """A column that sums others of its line: those of the same count and year, where they are flows."""
        self.counted["totals"] += 1
        rule = self.rules[place]
        head = self.heads[place]
        same = [
            other
            for other, one in self.rules.items()
            if one.role == "value"
            and (not rule.unit or one.unit in ("", rule.unit))
            and (not rule.step or one.step in ("", rule.step))
            and (head is None or self.heads[other] is None or self.heads[other].year in (None, head.year))
        ]
        parts = [values.get(other) for other in same]
        several_dates = len({self.heads[other] for other in same}) > 1
        if None in parts or len(parts) < 2 or (several_dates and (self.layout.measure or "stock") == "stock"):
            return
        if values[place] is not None and values[place] != sum(parts):
            problem = Problem("total_differs", seen=str(values[place]), values={"parts": sum(parts)})
            self._say(problem, line, place)

    def _say(self, problem: Problem, line: int, column: int) -> None:
        self.problems.append(told(self.tables, self.at, problem, line, column, text=self.text))

    # All of it

    def result(self) -> Unfolded:
        self._parts_of_a_total()
        self._ask_measure()
        said = [noted(how, shortened(name), territory=code, n=n) for (how, name, code), n in self.read_as.items()]
        said += [noted(what, n=n) for what, n in sorted(self.counted.items()) if n]
        repaired = sum(table.sheet.mended for table in self.tables)
        if repaired:
            said.append(noted("mojibake", n=repaired))
        ignored = [
            column.path[-1]
            for column in (self.tables[0].columns if self.tables else ())
            if column.path and (rule := self.layout.rule(column.key)) and rule.role == "ignored"
        ]
        if ignored:
            said.append(noted("ignored", columns=[clipped(one) for one in ignored[:8]]))
        proposals = [
            Proposal(name, parent, placed.candidates, lines, likely=placed.how == "unknown_territory")
            for (name, parent), (placed, lines) in self.unsure.items()
            if name[:1] not in "=+-@"
            and len(name) <= 100
            and name.isprintable()
            # Who is named where a place is expected is not asked about.
            and (placed.candidates or without_persons(name) == name)
        ]
        return Unfolded(
            table=_table(self.rows),
            problems=tuple(self.problems),
            refused=self.refused,
            asked=tuple(self.asked.values()),
            noted=tuple(said),
            proposals=tuple(proposals[:MOST_PROPOSALS]),
            _places=tuple(self.places),
            tables=self.tables,
            _text=self.text,
        )

    def _parts_of_a_total(self) -> None:
        """Women and men beside the total of both: the total is a figure of its own, held against the two."""
        groups: dict[tuple, dict[str, tuple[int, int]]] = defaultdict(dict)
        sex = HEADER.index("sex")
        for at, row in enumerate(self.rows):
            if row[_VALUE].isdecimal() and row[_VALUE].isascii():
                key = (row[:_VALUE], row[sex + 1 :])
                groups[key][row[sex]] = (int(row[_VALUE]), at)
        for said in groups.values():
            total = said.get("", said.get("all"))
            if total and {"female", "male"} <= said.keys():
                parts = said["female"][0] + said["male"][0]
                if parts != total[0]:
                    place = self.places[total[1]]
                    problem = Problem("total_differs", seen=str(total[0]), values={"parts": parts})
                    self.problems.append(
                        told(self.tables, place.table, problem, place.line, place.value, text=self.text)
                    )

    def _ask_measure(self) -> None:
        if self.layout.sure:
            return
        series: dict[tuple, list[tuple[str, int]]] = defaultdict(list)
        for row in self.rows:
            if row[_VALUE].isdecimal() and row[_VALUE].isascii() and (row[_DATE] or row[_TO]):
                key = (*row[:_DATE], *row[_PARTS])
                series[key].append((row[_DATE] or row[_TO], int(row[_VALUE])))
        shown = measure.by_numbers([value for _, value in sorted(held)] for held in series.values())
        said = self.layout.measure or "stock"
        if shown and shown != said:
            values = {"asks": "measure", "said": said, "shown": shown}
            self.asked.setdefault("which_measure", Problem("which_measure", values=values))


def _depth(level: str) -> int:
    order = ("country", "region", "prefecture", "grouping", "commune", "arrondissement")
    return order.index(level) if level in order else len(order)


def _table(rows: Sequence[tuple[str, ...]]) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(HEADER)
    arrays = [pa.array(range(1, len(rows) + 1), pa.int64()), *(pa.array(column, pa.string()) for column in columns)]
    return pa.table(arrays, names=["line", *map(str, range(len(HEADER)))])
