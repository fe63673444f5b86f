"""Sheets of a workbook as an office reads and prints them: columns as wide as their words, rows as high as their lines.

A spreadsheet works out the height of a row when somebody types in it, and not each program does when it opens a file:
what is broken over lines is given its height here. A sheet is one page across, its head is repeated on each page and
its foot says which page of how many; nothing is a formula.
"""

import datetime as dt
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import xlsxwriter

from exports.forms import A4
from i18n import Words
from panels import SourceLine
from panels.measure import lines, widest_word
from panels.measure import width as wide_of

HARMLESS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Text stays text: xlsxwriter would make formulas, links and numbers of what looks like one."""

_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
"""Marks of direction, which older spreadsheets draw as boxes; the cells have a direction of their own."""

FONT = "Arial"
_SIZE, _TITLE_SIZE, _SMALL_SIZE = 11, 14, 10
_GREY, _GREEN, _TINT, _OCHRE = "#4f5b56", "#0b5d4e", "#eef5f2", "#fbeac4"
_LONGEST_CELL = 32_000
_ROOM = 740.0
"""Points across: an A4 page lying down between its margins. What needs more is printed smaller."""
_NARROWEST = 52.0
_FROZEN = 260.0
"""Points: a first column that is wider leaves no room beside it on a small screen."""
_SPARE = 1.06
"""Our own letters are measured, those of the reader's machine may be wider."""
_INSET, _LINE, _BETWEEN = 8.0, 1.36, 3.0
_DAY, _MONTH, _WHOLE, _BROKEN, _SHARE = "dd/mm/yyyy", "mm/yyyy", "#,##0", "#,##0.0#", "0.0%"
_NUMBER_LETTERS, _DATE_LETTERS = 11, 10
_MARGIN = 0.5
_BOLD = 600
_CONTROL = re.compile("[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Amount:
    """A number and how it is printed: percent where it is a share. unit: what it counts, where the text said it."""

    value: float
    share: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Month:
    """A month, as a date that is printed without its day."""

    first: dt.date


Cell = str | Amount | Month | dt.date


@dataclass(frozen=True)
class Form:
    """One sheet. over: lines above the table, as (text, title, notice or small). below: lines under it."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    over: Sequence[tuple[str, str]] = ()
    below: Sequence[str] = ()
    notices: Mapping[int, str] = field(default_factory=dict)
    """Rows whose second cell wears the colour of a notice."""
    widest: float = 360.0
    """Points: what is longer in a column is broken over lines."""
    sentences: bool = False
    """Whether numbers and dates are answers among sentences, and stand where these begin."""


class Sheets:
    """A workbook in the making. notice: what each printed page says over its table; foot: what stands beside the number
    of the page."""

    def __init__(self, w: Words, *, title: str, notice: str = "", foot: str = ""):
        self.w, self._notice, self._foot, self._title = w, notice, foot, title
        self._made = io.BytesIO()
        self.book = xlsxwriter.Workbook(self._made, HARMLESS)
        side = {"align": "right" if w.rtl else "left", "valign": "top", "reading_order": 2 if w.rtl else 1}
        side |= {"font_name": FONT, "font_size": _SIZE, "text_wrap": True}
        boxed = side | {"border": 1}
        # A minus is written before its number in every language.
        number = boxed | {"align": "right", "reading_order": 1, "text_wrap": False}
        add = self.book.add_format
        self._over = {
            "title": add(side | {"bold": True, "font_size": _TITLE_SIZE, "font_color": _GREEN}),
            "notice": add(side | {"bold": True, "bg_color": _OCHRE}),
            "small": add(side | {"font_size": _SMALL_SIZE, "font_color": _GREY}),
        }
        self._head = add(boxed | {"bold": True, "bg_color": _TINT})
        self._head_of_numbers = add(boxed | {"bold": True, "bg_color": _TINT, "align": "right"})
        self._text, self._noted = add(boxed), add(boxed | {"bold": True, "bg_color": _OCHRE})
        self._numbers = {
            (how, sentences): add(number | {"num_format": how, "align": side["align"] if sentences else "right"})
            for how in (_DAY, _MONTH, _WHOLE, _BROKEN, _SHARE)
            for sentences in (False, True)
        }
        self._names: set[str] = set()

    def add(self, form: Form) -> None:
        """One sheet: what stands over its table, the table, what stands below."""
        sheet = self._new(form.name)
        columns = max([len(form.head), *(len(row) for row in form.rows)], default=1) or 1
        wide = _widths(form.head, form.rows, columns, form.widest)
        for at, points in enumerate(wide):
            sheet.set_column(at, at, _letters(points))
        across = self._across(wide, form)
        line = 0
        for said, how in form.over:
            line = self._line(sheet, line, said, how, across)
        line += bool(form.over)
        numeric = set() if form.sentences else _numeric(form.rows, columns)
        for at, said in enumerate(form.head):
            sheet.write_string(line, at, plain(said), self._head_of_numbers if at in numeric else self._head)
        self._high(sheet, line, form.head, wide, bold=True)
        sheet.repeat_rows(line)
        sheet.freeze_panes(line + 1, 1 if columns > 2 and wide[0] < _FROZEN else 0)
        for place, row in enumerate(form.rows):
            line += 1
            for at, cell in enumerate(row):
                self._write(sheet, line, at, cell, form, noted=place in form.notices and at == 1)
            self._high(sheet, line, row, wide)
        line += 1 + bool(form.below)
        for said in form.below:
            line = self._line(sheet, line, said, "small", across)

    def bytes(self) -> bytes:
        """The file; the same sheets, the same bytes: no hour of making is kept."""
        self.book.set_properties({"title": plain(self._title), "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        self.book.close()
        return self._made.getvalue()

    def _across(self, wide: Sequence[float], form: Form) -> tuple[int, float]:
        """The last column that the lines over a table go over, and how wide they are together: as wide as the table,
        and where that is narrow, as a sentence needs."""
        longest = max((_wide(plain(s), _TITLE_SIZE) for s, how in form.over if how == "title"), default=0.0)
        total, last = sum(wide), len(wide) - 1
        while total < min(longest, _ROOM * 0.8):
            last, total = last + 1, total + _DEFAULT
        return last, total

    def _line(
        self, sheet: xlsxwriter.worksheet.Worksheet, line: int, said: str, how: str, across: tuple[int, float]
    ) -> int:
        last, room = across
        text, size = plain(said)[:_LONGEST_CELL], {"title": _TITLE_SIZE, "small": _SMALL_SIZE}.get(how, _SIZE)
        if last:
            sheet.merge_range(line, 0, line, last, "", self._over[how])
        sheet.write_string(line, 0, text, self._over[how])
        many = _many(text, size, room, bold=how != "small")
        if many > 1 or size > _SIZE:
            sheet.set_row(line, many * size * _LINE + _BETWEEN)
        return line + 1

    def _high(
        self,
        sheet: xlsxwriter.worksheet.Worksheet,
        line: int,
        cells: Sequence[Cell],
        wide: Sequence[float],
        *,
        bold: bool = False,
    ) -> None:
        """Give a row whose words are broken over lines the height that they need; the others grow by themselves."""
        many = max(
            (_many(plain(cell), _SIZE, wide[at], bold=bold) for at, cell in enumerate(cells) if isinstance(cell, str)),
            default=1,
        )
        if many > 1:
            # A row is never higher than a spreadsheet lets it be.
            sheet.set_row(line, min(many * _SIZE * _LINE + _BETWEEN, 409))

    def _new(self, name: str) -> xlsxwriter.worksheet.Worksheet:
        base = re.sub(r"[\[\]:*?/\\]", " ", plain(name))[:28].strip("' ") or "-"
        unique, number = base, 2
        while unique.casefold() in self._names:
            unique, number = f"{base} {number}", number + 1
        self._names.add(unique.casefold())
        sheet = self.book.add_worksheet(unique)
        if self.w.rtl:
            sheet.right_to_left()
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=_MARGIN, right=_MARGIN, top=0.75, bottom=0.75)
        if self._notice:
            sheet.set_header("&C&B" + _printed(self._notice))
        # Signs only: a foot has no direction of its own, and words of two would change places in it.
        sheet.set_footer(f"&L{_printed(self._foot)}&C&P / &N")
        return sheet

    def _write(
        self, sheet: xlsxwriter.worksheet.Worksheet, line: int, at: int, cell: Cell, form: Form, *, noted: bool
    ) -> None:
        if isinstance(cell, Amount):
            how = _SHARE if cell.share else _WHOLE if float(cell.value).is_integer() else _BROKEN
            sheet.write_number(line, at, cell.value, self._numbers[how, form.sentences])
        elif isinstance(cell, Month):
            sheet.write_datetime(line, at, cell.first, self._numbers[_MONTH, form.sentences])
        elif isinstance(cell, dt.date):
            sheet.write_datetime(line, at, cell, self._numbers[_DAY, form.sentences])
        else:
            sheet.write_string(line, at, plain(cell)[:_LONGEST_CELL], self._noted if noted else self._text)


def _numeric(rows: Sequence[Sequence[Cell]], columns: int) -> set[int]:
    """The columns that hold numbers or dates, beside the words of those that are withheld."""
    return {at for at in range(columns) if any(at < len(row) and not isinstance(row[at], str) for row in rows)}


_DEFAULT = 48.0
"""Points: how wide a column is that nobody made wider."""


def plain(said: str | SourceLine | tuple) -> str:
    """A cell as text: a source line's words, a cell's words without the class that it wears."""
    text = said[0] if isinstance(said, tuple) else said
    text = text.text if isinstance(text, SourceLine) else text
    return text.translate(_ISOLATES)


def _printed(text: str) -> str:
    """A text for the head or foot of a page, where `&` begins a command."""
    return plain(text).replace("&", "&&")


def _letters(points: float) -> float:
    """A width as a spreadsheet counts it: in digits of its own font, seven dots wide, and five dots beside them."""
    return max((points * 96 / 72 - 5) / 7, 1)


def _wide(text: str, size: float, *, bold: bool = True) -> float:
    return wide_of(_CONTROL.sub(" ", text), size, weight=_BOLD if bold else 400) * _SPARE


def _many(text: str, size: float, room: float, *, bold: bool) -> int:
    """In how many lines a text stands."""
    free = max((room - _INSET) / _SPARE, 1.0)
    return sum(len(lines(part, size, free, weight=_BOLD if bold else 400)) for part in _parts(text))


def _parts(text: str) -> list[str]:
    """The lines that a text has of itself, without what has no width and cannot be measured."""
    return [_CONTROL.sub(" ", part) for part in text.split("\n")]


def _widths(head: Sequence[str], rows: Sequence[Sequence[Cell]], columns: int, widest: float) -> list[float]:
    """The widths of columns in points: no word is wider than its column, and what room a page has beyond that goes
    where it saves most lines."""
    least, natural = [], []
    for at in range(columns):
        texts = [(plain(head[at]), True)] if at < len(head) else []
        digits = 0
        for row in rows:
            cell = row[at] if at < len(row) else ""
            if isinstance(cell, str):
                texts.append((plain(cell), False))
            else:
                digits = max(digits, _NUMBER_LETTERS if isinstance(cell, Amount) else _DATE_LETTERS)
        parts = [(part, bold) for text, bold in texts for part in _parts(text)]
        narrow = max([_NARROWEST, digits * _SIZE * 0.6, *(_word(part, bold) + _INSET for part, bold in parts)])
        narrow = min(narrow, widest)
        longest = max((_wide(part, _SIZE, bold=bold) for part, bold in parts), default=0.0)
        least.append(narrow)
        # A hair more than it takes, so that what fits is not measured to be too long.
        natural.append(min(max(narrow, longest + _INSET + 2), widest))
    wanted = [a - b for a, b in zip(natural, least, strict=True)]
    share = min(max(_ROOM - sum(least), 0.0) / (sum(wanted) or 1.0), 1.0)
    return [a + share * b for a, b in zip(least, wanted, strict=True)]


def _word(text: str, bold: bool) -> float:
    return widest_word(text, _SIZE, weight=_BOLD if bold else 400) * _SPARE
