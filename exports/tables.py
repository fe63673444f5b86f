"""A panel as a workbook: its title, its table, its notes, for a body to take along. There is no formula.

Whatever begins like a formula is written as text: a workbook is opened by somebody else, on a machine of theirs.
"""

import datetime as dt
import io

import xlsxwriter

from exports.forms import A4
from i18n import words
from panels import Panel, SourceLine

HARMLESS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""Text stays text: xlsxwriter would make formulas, links and numbers of what looks like one."""

_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
"""Marks of direction, which older spreadsheets draw as boxes; the cells have a direction of their own."""
_WIDTH, _FIRST_WIDTH = 22, 38
_GREY, _GREEN, _TINT, _OCHRE = "#4f5b56", "#0b5d4e", "#eef5f2", "#fbeac4"


def table(panel: Panel, *, locale: str) -> bytes:
    """The workbook of a panel of kind table: `parts["head"]` and `parts["rows"]`, as bytes of an XLSX file."""
    w = words(locale)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, HARMLESS)
    sheet = book.add_worksheet()
    if w.rtl:
        sheet.right_to_left()
    side = {"align": "right" if w.rtl else "left", "valign": "vcenter", "text_wrap": True}
    side["reading_order"] = 2 if w.rtl else 1
    title = book.add_format(side | {"bold": True, "font_size": 14, "font_color": _GREEN, "text_wrap": False})
    head = book.add_format(side | {"bold": True, "border": 1, "bg_color": _TINT})
    cell = book.add_format(side | {"border": 1})
    small = book.add_format(side | {"font_size": 10, "font_color": _GREY, "text_wrap": False})
    fiction = book.add_format(side | {"bold": True, "bg_color": _OCHRE, "text_wrap": False})
    sheet.write_string(0, 0, plain(panel.title), title)
    line = 1
    if panel.demonstration:
        sheet.write_string(line, 0, plain(w("demo.badge")), fiction)
        line += 1
    line += 1
    for at, name in enumerate(panel.parts["head"]):
        sheet.write_string(line, at, plain(name), head)
    sheet.freeze_panes(line + 1, 0)
    for row in panel.parts["rows"]:
        line += 1
        for at, said in enumerate(row):
            sheet.write_string(line, at, plain(said), cell)
    for note in panel.notes:
        line += 1
        sheet.write_string(line + 1, 0, plain(note), small)
    sheet.set_column(0, 0, _FIRST_WIDTH)
    sheet.set_column(1, len(panel.parts["head"]), _WIDTH)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    # The same panel gives the same bytes on the same day: no hour of making is kept.
    book.set_properties({"title": plain(panel.title), "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
    book.close()
    return made.getvalue()


def plain(said: str | SourceLine | tuple) -> str:
    """A cell as text: a source line's words, a cell's words without the class that it wears."""
    text = said[0] if isinstance(said, tuple) else said
    text = text.text if isinstance(text, SourceLine) else text
    return text.translate(_ISOLATES)
