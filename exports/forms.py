"""Forms: the workbook that an office fills in, and that comes back without being mapped.

One sheet a count: the letterhead, what is asked and how, then a header line with the cell that names the count, the
column of names and one real date a column; below, one line a territory. Only the cells to fill in are unlocked. A
further sheet, very hidden, says the layout again for the program: data/importer/form.py reads it. There is no formula.
"""

import datetime as dt
import io
import re

import xlsxwriter

from i18n import words
from panels import Panel

MARK = "tatabbu-form"
VERSION = 1
"""Goes up when a form of the present program could not be read by the one before it."""

LAYOUT_SHEET = "tatabbu"
MOST_DATES, MOST_ROWS = 120, 3000
A4 = 9
_FIRST_DAY = dt.date(1970, 1, 1)
_CODE_WIDTH, _NAME_WIDTH, _DATE_WIDTH = 13, 30, 12
_LONGEST_TAB = 31
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
"""Marks of direction, which older spreadsheets draw as boxes; the cells have a direction of their own."""
_GREY, _GREEN, _TINT, _OCHRE = "#4f5b56", "#0b5d4e", "#eef5f2", "#fbeac4"


class FormTooLarge(ValueError):
    """More dates or territories than a sheet of paper, or a person, can take."""


def form(panel: Panel, *, locale: str) -> bytes:
    """The workbook of a panel of kind form, as bytes of an XLSX file.

    Raises FormTooLarge beyond MOST_DATES dates or MOST_ROWS territories, ValueError without any.
    """
    rows, dates = panel.parts["rows"], panel.parts["dates"]
    if not rows or not dates or not panel.parts["counts"]:
        raise ValueError("a form has at least one territory, one date and one count")
    if len(dates) > MOST_DATES or len(rows) > MOST_ROWS:
        raise FormTooLarge(f"{len(dates)} dates of {MOST_DATES}, {len(rows)} territories of {MOST_ROWS}")
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    writer = _Writer(book, panel, rtl=words(locale).rtl)
    tabs = [writer.sheet(place, count) for place, count in enumerate(panel.parts["counts"], 1)]
    writer.layout(tabs)
    # The same panel gives the same bytes on the same day: no hour of making is kept.
    book.set_properties({"title": _plain(panel.title), "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
    book.close()
    return made.getvalue()


class _Writer:
    """The sheets of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook, panel: Panel, *, rtl: bool):
        self.book, self.panel, self.rtl = book, panel, rtl
        self.align = "right" if rtl else "left"
        side = {"align": self.align, "valign": "vcenter"}
        self.head = self._format(bold=True, border=1, bg_color=_TINT, text_wrap=True, **side)
        self.code = self._format(font_color=_GREY, font_size=9, border=1, **side)
        self.name = self._format(border=1, **side)
        self.date = self._format(
            bold=True, border=1, bg_color=_TINT, align="center", valign="vcenter", num_format="dd/mm/yyyy"
        )
        self.cell = self._format(border=1, locked=False, num_format="0", align="center", valign="vcenter")
        self.line = self._format(**side)
        self.title = self._format(bold=True, font_size=14, font_color=_GREEN, **side)
        self.small = self._format(font_size=10, font_color=_GREY, **side)
        self.fiction = self._format(bold=True, bg_color=_OCHRE, **side)

    def _format(self, **properties) -> xlsxwriter.format.Format:
        order = {"reading_order": 2 if self.rtl else 1}
        return self.book.add_format(properties | order)

    def sheet(self, place: int, count: dict) -> str:
        """Write the sheet of one count; its name."""
        parts = self.panel.parts
        tab = _tab(place, count["tab"], several=len(parts["counts"]) > 1)
        sheet = self.book.add_worksheet(tab)
        if self.rtl:
            sheet.right_to_left()
        line = 0
        for text in parts["letterhead"]:
            sheet.write_string(line, 0, _plain(text), self.line)
            line += 1
        line += 1 if parts["letterhead"] else 0
        sheet.write_string(line, 0, _plain(self.panel.title), self.title)
        sheet.write_string(line + 1, 0, _plain(count["title"]), self.head_line())
        line += 2
        if self.panel.demonstration:
            sheet.write_string(line, 0, parts["badge"], self.fiction)
            line += 1
        for text in parts["how"]:
            sheet.write_string(line, 0, _plain(text), self.small)
            line += 1
        self._grid(sheet, line + 1, count)
        return tab

    def head_line(self) -> xlsxwriter.format.Format:
        return self._format(bold=True, align=self.align, valign="vcenter")

    def _grid(self, sheet: xlsxwriter.worksheet.Worksheet, header: int, count: dict) -> None:
        parts = self.panel.parts
        rows, dates = parts["rows"], parts["dates"]
        first, last = header + 1, header + len(rows)
        sheet.write_string(
            header, 0, _key(count), self._format(font_color=_GREY, font_size=8, border=1, text_wrap=True)
        )
        sheet.write_string(header, 1, parts["name_head"], self.head)
        for at, day in enumerate(dates, 2):
            sheet.write_datetime(header, at, _FIRST_DAY + dt.timedelta(days=day), self.date)
        for line, (code, name) in enumerate(rows, first):
            sheet.write_string(line, 0, code, self.code)
            sheet.write_string(line, 1, name, self.name)
            for at in range(2, len(dates) + 2):
                sheet.write_blank(line, at, None, self.cell)
        title, text = parts["refusal"]
        sheet.data_validation(
            first,
            2,
            last,
            len(dates) + 1,
            {
                "validate": "integer",
                "criteria": ">=",
                "value": 0,
                "ignore_blank": True,
                "error_title": title,
                "error_message": text,
            },
        )
        sheet.set_column(0, 0, _CODE_WIDTH)
        sheet.set_column(1, 1, _NAME_WIDTH)
        sheet.set_column(2, len(dates) + 1, _DATE_WIDTH)
        sheet.set_row(header, 30)
        sheet.freeze_panes(first, 2)
        # Without a password: whoever has to add a line may, and the importer says what it cannot place.
        sheet.protect("", {"format_columns": True, "format_rows": True})
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(header)
        sheet.set_footer("&C&P / &N")
        sheet.print_area(0, 0, last, len(dates) + 1)

    def layout(self, tabs: list[str]) -> None:
        """Write the sheet that the program reads."""
        parts = self.panel.parts
        said: list[tuple[str, ...]] = [
            (MARK, str(VERSION)),
            ("demonstration", "1" if self.panel.demonstration else "0"),
            ("delivery", parts["delivery"]),
            ("source", parts["source"]),
        ]
        said += [
            ("count", c["step"], c["unit"], c["measure"], tab) for c, tab in zip(parts["counts"], tabs, strict=True)
        ]
        said += [("date", (_FIRST_DAY + dt.timedelta(days=day)).isoformat()) for day in parts["dates"]]
        said += [("territory", code, name) for code, name in parts["rows"]]
        sheet = self.book.add_worksheet(LAYOUT_SHEET)
        for line, texts in enumerate(said):
            for at, text in enumerate(texts):
                sheet.write_string(line, at, text)
        sheet.protect()
        sheet.very_hidden()


def _plain(text: str) -> str:
    return text.translate(_ISOLATES)


def _key(count: dict) -> str:
    """The cell that names a count."""
    return f"{count['step']}/{count['unit']}/{count['measure']}"


def _tab(place: int, name: str, *, several: bool) -> str:
    """The name of a sheet, as a spreadsheet takes it: short, without its signs, unlike any other."""
    plain = " ".join(re.sub(r"[\[\]:*?/\\']", " ", name).split())
    return (f"{place}. {plain}" if several else plain)[:_LONGEST_TAB].strip() or str(place)
