"""Cells of a sheet from what is printed: the number or the day that a text says, with the unit that it counts in.

A number in a cell has lost the word that stood after it. So its unit goes into the head of its column, and into a
column beside it where one column counts several things.
"""

import datetime as dt
import math
import re
from collections.abc import Iterable, Sequence
from functools import cache

from exports.named import unit_named
from exports.sheets import Amount, Cell, Month
from i18n import Words, words
from panels.slide import Figure

SHARE = "share"
_MARKS = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
_COUNTED = ("person", "household", "insured", "beneficiary", "application", "student", "file", "day", "week", "month")
"""What a cell may count without a figure of its slide saying so."""


class Reading:
    """Makes a cell of what is printed: the number or the day that it is, else its words.

    figures: what stands behind the printed numbers. outside: a cell holds what is printed, which is rounded, and never
    the exact number behind it.
    """

    def __init__(self, w: Words, figures: Iterable[Figure] = (), *, outside: bool = False):
        self._w, self._outside = w, outside
        point = re.escape(w.decimal(1.5).translate(_MARKS)[1])
        group = re.escape(w.number(1000).translate(_MARKS)[1])
        # What begins with a nought and goes on is a code.
        whole = rf"0|[1-9]\d{{0,2}}(?:{group}\d{{3}})+|[1-9]\d*"
        self._number = re.compile(rf"([+\u2212-]?)({whole})(?:{point}(\d+))?(\s?%)?")
        self._first = re.compile(rf"(?:{whole})(?![{group}{point}]?\d)")
        said: dict[str, set[tuple[float | None, str]]] = {}
        for one in figures:
            said.setdefault(one.text.translate(_MARKS).strip(), set()).add((one.value, one.unit))
        self._values = {text: next(iter(found)) for text, found in said.items() if len(found) == 1}

    def __call__(self, printed: str, numeric: bool = False) -> Cell:
        """The cell of a text of a table. numeric: whether its column holds numbers."""
        text = printed.translate(_MARKS).strip()
        value, unit = self._values.get(text, (None, ""))
        if value is not None and any(letter.isdigit() for letter in text):
            # The word after a number that has no unit of its own would be lost with it.
            if unit or self._read(text):
                return self.told(value, text, unit)
            return printed
        if numeric and (amount := self._read(text)):
            return amount
        return self._counted(text) or self._w.parse_date(text) or _months(self._w.locale).get(text) or printed

    def told(self, value: float | None, printed: str, unit: str = "") -> Cell:
        """A value as a cell, with what it counts: as its slide says, or as it is printed."""
        text = printed.translate(_MARKS).strip()
        if value is None:
            return printed
        unit = unit or self._values.get(text, (None, ""))[1]
        if self._outside and text:
            if amount := self._read(text):
                return Amount(amount.value, amount.share, unit)
            said = self._w.parse_number(text)
            if said is None:
                return printed
            return Amount(math.copysign(float(said.value), value), said.share, unit)
        return Amount(value, unit == SHARE or text.endswith("%"), unit)

    def _read(self, text: str) -> Amount | None:
        found = self._number.fullmatch(text)
        if found is None:
            return None
        sign, whole, decimals, percent = found.groups()
        value = float(f"{re.sub(r'[^0-9]', '', whole)}.{decimals or 0}")
        value = -value if sign and sign != "+" else value
        return Amount(value / 100, share=True) if percent else Amount(value)

    def _counted(self, text: str) -> Amount | None:
        """A count with the word of its unit, as the house writes it («1 072 تلميذا»)."""
        found = self._first.search(text)
        if found is None:
            return None
        number = int(re.sub(r"[^0-9]", "", found[0]))
        for unit in _COUNTED:
            said = (
                self._w.count(unit, number)
                if number
                else self._w("reading.nothing", n=found[0], unit=unit_named(unit, self._w))
            )
            if said.translate(_MARKS) == text:
                return Amount(float(number), unit=unit)
        return None


@cache
def _months(locale: str) -> dict[str, Month]:
    """The months that a table may name, by their words."""
    w = words(locale)
    days = (dt.date(year, month, 1) for year in range(_FIRST_YEAR, _FIRST_YEAR + _YEARS) for month in range(1, 13))
    return {w.month(day).translate(_MARKS): Month(day) for day in days}


_FIRST_YEAR, _YEARS = 2000, 60


def with_units(head: Sequence[str], rows: Sequence[Sequence[Cell]], w: Words) -> tuple[list[str], list[list[Cell]]]:
    """The table with the units of its numbers: in the head where a column counts one thing, else in a column beside."""
    heads: list[str] = []
    columns: list[list[Cell]] = []
    for at, said in enumerate(head):
        cells = [row[at] if at < len(row) else "" for row in rows]
        units = [cell.unit if isinstance(cell, Amount) and not cell.share else "" for cell in cells]
        several = {unit for unit, cell in zip(units, cells, strict=True) if isinstance(cell, Amount) and not cell.share}
        columns.append(cells)
        if len(several) == 1 and any(several):
            (unit,) = several
            heads.append(_with_unit(said, unit, w))
        else:
            heads.append(said)
        # One of which nobody knows what it counts is not told to count what the others do.
        if len(several) > 1:
            heads.append(w("workbook.unit"))
            columns.append([unit_named(unit, w) for unit in units])
    return heads, [list(row) for row in zip(*columns, strict=True)]


def _with_unit(said: str, unit: str, w: Words) -> str:
    """The head of a column with its unit, unless it says it already."""
    one, many = unit_named(unit, w), unit_named(unit, w, plural=True)
    if not one or any(word.casefold() in said.translate(_MARKS).casefold() for word in (one, many)):
        return said
    return w("workbook.column_unit", name=said, unit=many)
