"""From the cells of a sheet to its table: where the header stands and what lies above and below it.

A header may take several lines (a year over its months), with cells merged or only written once; notes stand above and
below; a line of column numbers may lie between. What a column is called is its *path*, its header from the top line
down; its *key* is the path with every date in it left open, so that next month's sheet has the same keys.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from data.importer import dates, identity, numerals
from data.importer.check import OWN_COLUMN
from data.importer.form import letters
from data.importer.personal import without_persons
from data.importer.read import Reading
from data.importer.vocabulary import Vocabulary, meaning, mended, tidy

TEXT, NUMBER, DATE, FORMULA = "s", "n", "d", "f"
NAMING = ("code", "territory", "prefecture", "region")
"""Roles of the columns that say where; a header has at least one of them, if its words are known."""
LOOKED_AT = 60
"""Lines with cells among which a header is looked for."""
MOST_ABOVE, MOST_BELOW = 3, 4
"""Lines of a header above and below the one that names the territories."""
MOST_SPREAD = 400_000
LONGEST_HEADER = 60
OPEN = "{date}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it stands. kind: text, number, date or formula (a number that the workbook computes), as the program
    that wrote the sheet took it."""

    text: str
    kind: str = TEXT


@dataclass
class Sheet:
    """One sheet. cells: by line, then column, both from 1. spread: (line, column) of a cell that was merged into
    another, and that other's place."""

    name: str
    cells: dict[int, dict[int, Cell]] = field(default_factory=dict)
    spread: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    mended: int = 0

    def at(self, line: int, column: int) -> Cell | None:
        """The cell, or the one that it was merged into."""
        cell = self.cells.get(line, {}).get(column)
        if cell is None and (line, column) in self.spread:
            line, column = self.spread[line, column]
            cell = self.cells.get(line, {}).get(column)
        return cell


@dataclass(frozen=True)
class Column:
    """A column of a table. place: from 1, in its sheet; path, key: what it is called."""

    place: int
    path: tuple[str, ...]
    key: str


@dataclass(frozen=True)
class Table:
    """A table of a sheet: the lines of its header, its columns, the lines of its body (those without any cell left
    out), the texts above and below it."""

    sheet: Sheet
    header: tuple[int, ...]
    columns: tuple[Column, ...]
    body: tuple[int, ...]
    above: tuple[str, ...]
    below: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """What its columns are called, each once, in their order."""
        return tuple(dict.fromkeys(column.key for column in self.columns if column.key))

    @property
    def signature(self) -> str:
        """What a sheet with the same headers has too, whatever its dates."""
        return hashlib.sha256("|".join(self.keys).encode()).hexdigest()[:16]

    def texts(self, place: int) -> Iterator[str]:
        """What a column's cells say, line by line, empty ones left out."""
        for line in self.body:
            cell = self.sheet.cells.get(line, {}).get(place)
            if cell is not None:
                yield cell.text


def sheets(reading: Reading) -> list[Sheet]:
    """The sheets of a file that was handed over cell by cell."""
    found: dict[str, Sheet] = {}
    repaired: dict[str, str] = {}
    columns = (reading.table.column(at).to_pylist() for at in range(5))
    for line, name, column, text, kind in zip(*columns, strict=True):
        sheet = found.setdefault(name, Sheet(without_persons(name)))
        if kind == TEXT and not text.isascii():
            better = repaired.setdefault(text, mended(text))
            sheet.mended += better != text
            text = better
        if tidy(text):
            sheet.cells.setdefault(line, {})[int(column)] = Cell(text, kind)
    room = MOST_SPREAD
    for name, top, left, bottom, right in reading.merged:
        sheet = found.get(name)
        if sheet is None or sheet.cells.get(top, {}).get(left) is None:
            continue
        last_line, last_column = max(sheet.cells), max(max(cells) for cells in (sheet.cells[top], *_some(sheet)))
        bottom, right = min(bottom, last_line), min(right, max(last_column, left))
        room -= (bottom - top + 1) * (right - left + 1)
        if room < 0:
            break
        for line in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (line, column) != (top, left):
                    sheet.spread[line, column] = (top, left)
    return list(found.values())


def _some(sheet: Sheet) -> Iterator[dict[int, Cell]]:
    for at, cells in enumerate(sheet.cells.values()):
        if at == LOOKED_AT:
            return
        yield cells


def tables(found: Sequence[Sheet], words: Vocabulary) -> list[Table]:
    """The tables that sheets hold: one a sheet, of those that have one; only those with the headers of the first."""
    held = [table for sheet in found if (table := table_of(sheet, words))]
    if not held:
        return []
    best = max(held, key=lambda table: len(table.body))
    return [table for table in held if table.signature == best.signature]


def table_of(sheet: Sheet, words: Vocabulary) -> Table | None:
    """The table of a sheet; None when nothing in it looks like one."""
    lines = sorted(sheet.cells)
    header = _header(sheet, lines[:LOOKED_AT], words)
    if header is None:
        return None
    top, bottom = header[0], header[-1]
    places = sorted({column for line in lines if line >= top for column in sheet.cells[line]})
    columns = tuple(_columns(sheet, header, places, words))
    named = {column.place for column in columns if column.key}
    said = {line: {c for c in sheet.cells[line] if c in named} for line in lines if line > bottom}
    heads = {column.place: sheet.cells[bottom].get(column.place) for column in columns}
    body = [
        line
        for line, there in said.items()
        if there and not all(heads[c] and heads[c].text == sheet.cells[line][c].text for c in there)
    ]
    last = max((line for line in body if any(is_value(sheet.cells[line][c]) for c in said[line])), default=0)
    while last + 1 in said and _goes_on(sheet, last, last + 1, said, words):
        last += 1
    below = [line for line in body if line > last]
    body = [line for line in body if line <= last]
    if not body:
        return None
    return Table(
        sheet=sheet,
        header=tuple(header),
        columns=columns,
        body=tuple(body),
        above=tuple(cell.text for line in lines if line < top for cell in sheet.cells[line].values()),
        below=tuple(cell.text for line in below for cell in sheet.cells[line].values()),
    )


def _goes_on(sheet: Sheet, last: int, line: int, said: Mapping[int, set[int]], words: Vocabulary) -> bool:
    """Whether a line without a number right below the last that has one is of the table («Temsia | environ 30»), and no
    note: it fills the same columns, and more than a place and a day."""
    if not said[last] or not said[last] <= said[line]:
        return False
    others = [sheet.cells[line][column] for column in sorted(said[line])[1:]]
    return len(others) > 1 or any(
        any(letter.isdigit() for letter in cell.text) and not _is_time(cell, words) for cell in others
    )


def is_value(cell: Cell) -> bool:
    """Whether a cell holds a number, written or computed."""
    return cell.kind in (NUMBER, FORMULA) or (cell.kind == TEXT and numerals.is_number(cell.text))


def _is_time(cell: Cell, words: Vocabulary) -> bool:
    return cell.kind == DATE or dates.moment(cell.text, words) is not None


def _header(sheet: Sheet, lines: Sequence[int], words: Vocabulary) -> list[int] | None:
    """The lines of the header, from the top down."""
    anchor = next((line for line in lines if _names_columns(sheet, line, words)), None)
    if anchor is None:
        return _header_by_shape(sheet, lines, words)
    naming = [c for c, cell in sheet.cells[anchor].items() if words.header(cell.text) in NAMING]
    header = [anchor]
    for line in _next(lines, anchor, MOST_BELOW):
        cells = sheet.cells[line]
        if any(column in cells for column in naming) or _has_counts(sheet, line, words):
            break
        header.append(line)
    if header[1:] and all(_is_numbering(cell) for cell in sheet.cells[header[-1]].values()):
        header.pop()
    for line in _next(lines[::-1], anchor, MOST_ABOVE):
        if header[0] - line > 2 or not _heads_columns(sheet, line, words):
            break
        header.insert(0, line)
    return header


def _next(lines: Sequence[int], line: int, most: int) -> Sequence[int]:
    at = list(lines).index(line) + 1
    return lines[at : at + most]


def _names_columns(sheet: Sheet, line: int, words: Vocabulary) -> bool:
    """Whether a line says in words what stands in the columns below it."""
    cells = sheet.cells[line]
    if len(cells) < 2 or _has_counts(sheet, line, words):
        return False
    return any(
        len(tidy(cell.text)) <= LONGEST_HEADER and words.header(cell.text) in NAMING
        for cell in cells.values()
        if cell.kind == TEXT
    )


def _has_counts(sheet: Sheet, line: int, words: Vocabulary) -> bool:
    """Whether a line has numbers that are neither years nor dates nor numbers of columns."""
    numbers = [cell for cell in sheet.cells[line].values() if is_value(cell)]
    if not numbers or all(_is_time(cell, words) for cell in numbers):
        return False
    if all(dates.is_serial(cell.text) for cell in numbers) and len(numbers) > 1:
        days = [int(float(tidy(cell.text).replace(",", "."))) for cell in numbers]
        steps = {after - before for before, after in zip(days, days[1:], strict=False)}
        # Dates without their format: days, weeks or months apart.
        if steps <= {1} or steps <= {7} or steps <= {28, 29, 30, 31}:
            return False
    return not all(_is_numbering(cell) for cell in sheet.cells[line].values())


def _is_numbering(cell: Cell) -> bool:
    text = tidy(cell.text).strip("()[] ")
    return len(text) <= 2 and (text.isdigit() or text.isalpha())


def _heads_columns(sheet: Sheet, line: int, words: Vocabulary) -> bool:
    """Whether a line above the one with names belongs to the header: most of it says when, what or of whom."""
    cells = sheet.cells[line]
    if _has_counts(sheet, line, words):
        return False
    merged = {origin for place, origin in sheet.spread.items() if origin[0] == line and place[0] == line}
    # A title is merged over all columns, the name's among them; what heads some columns is not.
    good = sum(
        _is_time(cell, words)
        or bool(_said(cell.text, words))
        or ((line, column) in merged and column > min(cells) or len(merged) > 1)
        for column, cell in cells.items()
        if column > 1 or len(cells) > 1
    )
    return good * 2 > len(cells) or (good * 2 == len(cells) and len(cells) > 1)


def _said(text: str, words: Vocabulary) -> str:
    if len(tidy(text)) > LONGEST_HEADER:
        return ""
    kinds = (words.units, words.sex, words.area, words.measures, words.steps, words.headers)
    return next((found for kind in kinds if (found := meaning(kind, text))), "")


def _header_by_shape(sheet: Sheet, lines: Sequence[int], words: Vocabulary) -> list[int] | None:
    """The line above the first of two that both have a text and numbers, when its words are not known."""
    for at, line in enumerate(lines[1:], start=1):
        cells = list(sheet.cells[line].values())
        if (
            _has_counts(sheet, line, words)
            and any(cell.kind == TEXT and not is_value(cell) for cell in cells)
            and not _has_counts(sheet, lines[at - 1], words)
            and len(sheet.cells[lines[at - 1]]) >= 2
        ):
            return [lines[at - 1]]
    return None


def _columns(sheet: Sheet, header: Sequence[int], places: Sequence[int], words: Vocabulary) -> Iterator[Column]:
    merged = any(line in header for line, _ in sheet.spread)
    rows = []
    for line in header:
        row = {place: sheet.at(line, place) for place in places}
        rows.append({place: cell for place, cell in row.items() if cell is not None})
    if not merged and len(rows) > 1:
        _spread_by_hand(rows, places, words)
    for place in places:
        path: list[str] = []
        for row in rows:
            cell = row.get(place)
            text = tidy(cell.text) if cell else ""
            if text and (not path or path[-1] != text):
                path.append(text)
        # What we added to lines that came back is none of the sheet's own.
        if not (path and path[-1].endswith(OWN_COLUMN)):
            yield Column(place, tuple(path), _key(path, words))


def _spread_by_hand(rows: list[dict[int, Cell]], places: Sequence[int], words: Vocabulary) -> None:
    """Give a header that is written once above several columns to each of them: to those on its right, or, in a table
    whose names stand on the right, to those on its left."""
    low = rows[-1]
    for row in rows[:-1]:
        own = sorted(row)
        under = [place for place in places if place in low and place not in row and _may_share(low[place], words)]
        groups = [place for place in own if place in low and _may_share(row[place], words)]
        if not groups:
            continue
        names = [place for place, cell in low.items() if words.header(cell.text) in NAMING]
        names += [place for place, cell in row.items() if words.header(cell.text) in NAMING]
        mirrored = any(place < groups[0] for place in under) or (bool(names) and min(names) > max(groups))
        order = list(reversed(places)) if mirrored else list(places)
        held = None
        for place in order:
            cell = row.get(place)
            if cell is not None:
                held = cell if place in low else None
            elif held is not None and place in low and _may_share(low[place], words):
                row[place] = held


def _may_share(cell: Cell, words: Vocabulary) -> bool:
    """Whether a column's own header may stand under another: that of a figure and a date may, that of a name or
    a remark not. «Année 2023» is a date, whatever a column of years is called."""
    return words.header(cell.text) in ("", "value") or _is_time(cell, words)


def _key(path: Sequence[str], words: Vocabulary) -> str:
    parts: list[str] = []
    for text in path:
        if dates.moment(text, words, epoch=1900):
            part = OPEN
        elif found := dates.within(text, words):
            part = text.replace(found[1], OPEN).casefold()
        else:
            part = text.casefold()
        if not parts or parts[-1] != part:
            parts.append(part[:200])
    return " / ".join(parts)


def nominative(sheet: Sheet, *, is_place: Callable[[str], bool]) -> Iterator[tuple[int, str, str]]:
    """The columns of a sheet that hold persons: the line of what names the column, its name, the kind of identity.

    Without a header that says so, a column is known by its cells, and named by its own header or its letters.
    """
    lines = sorted(sheet.cells)
    by_column: dict[int, list[tuple[int, str]]] = {}
    for line in lines:
        for column, cell in sheet.cells[line].items():
            by_column.setdefault(column, []).append((line, cell.text))
    seen: set[int] = set()
    for line in lines[:LOOKED_AT]:
        cells = sheet.cells[line]
        if len(cells) < 2:
            continue
        for column, cell in cells.items():
            if column in seen or cell.kind != TEXT or len(cell.text) > LONGEST_HEADER:
                continue
            if not identity.by_header(cell.text):
                continue
            below = (text for at, text in by_column[column] if at > line)
            if kind := identity.of_column(cell.text, islice(below, identity.SAMPLE), is_place=is_place):
                seen.add(column)
                yield line, _name(cell.text, column), kind
    for column, said in by_column.items():
        if column in seen:
            continue
        if kind := identity.by_content(text for _, text in said):
            line, head = said[0]
            yield line, _name(head, column), kind


def _name(head: str, column: int) -> str:
    """What a column is called: by its header without what follows a colon («CIN: …»), by its letters where that may be
    somebody's."""
    said = tidy(head).partition(":")[0].strip()
    return letters(column) if not said or identity.looks_personal(said) else said[:LONGEST_HEADER]
