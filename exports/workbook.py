"""The data behind a panel as a workbook: real numbers and dates on the first sheet, what they mean on the second.

What is withheld is a word and no number. There is no formula, whatever a name begins with.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xlsxwriter

from exports.forms import A4
from exports.tables import HARMLESS, plain
from i18n import Words, words
from panels.slide import OUTSIDE, Figure, Slide

_FIRST_DAY = dt.date(1970, 1, 1)
_GREY, _GREEN, _TINT, _OCHRE = "#4f5b56", "#0b5d4e", "#eef5f2", "#fbeac4"
_LONGEST_CELL = 32_000
_NARROWEST, _WIDEST = 10, 46
_MARKS = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
_MEASURES = {
    "planned": "targets.planned_today",
    "target": "targets.column_target",
    "needed_per_day": "targets.column_needed",
    "recent_per_day": "targets.column_recent",
    "gap": "targets.column_gap",
    "change": "workbook.change",
}
"""What a slide says besides steps and indicators; another measure stands under its own name."""


@dataclass(frozen=True)
class Amount:
    """A number and how it is printed: percent where it is a share."""

    value: float
    share: bool = False


Cell = str | Amount | dt.date
Grid = tuple[str, Sequence[str], Sequence[Sequence[Cell]]]
"""The name of a sheet, its heads, its rows."""


def workbook(slide: Slide, *, locale: str) -> bytes:
    """The workbook of a slide or of a panel made into one, as bytes of an XLSX file; the same slide, the same bytes.

    First sheet: its table, else what its chart is drawn from, else its figures. Second: definitions, notes, sources,
    dates. Then what else there is of the three.
    """
    w = words(locale)
    grids = _grids(slide, w)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, HARMLESS)
    writer = _Writer(book, slide, w)
    writer.sheet(*grids[0], first=True)
    writer.meaning()
    for grid in grids[1:]:
        writer.sheet(*grid, first=False)
    book.set_properties({"title": plain(slide.title), "created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
    book.close()
    return made.getvalue()


def _grids(slide: Slide, w: Words) -> list[Grid]:
    """What there is to hand out of the table, the chart and the figures."""
    read = _Reading(slide, w)
    found: list[Grid] = []
    if slide.table.rows:
        numeric = set(slide.table.numeric)
        rows = [[read(cell, at in numeric) for at, cell in enumerate(row)] for row in slide.table.rows]
        found.append((w("workbook.data"), slide.table.head, rows))
    if slide.kind in _CHARTS and slide.chart:
        found += [(name, head, rows) for name, head, rows in _CHARTS[slide.kind](slide, read, w) if rows]
    if slide.figures:
        found.append((w("workbook.figures"), *_figures(slide, read, w)))
    if not found:
        found.append((w("workbook.data"), slide.table.head, [[line] for line in slide.lines]))
    return found


class _Reading:
    """Makes a cell of what is printed: the number or the day that it is, else its words."""

    def __init__(self, slide: Slide, w: Words):
        self._w, self._outside = w, slide.audience == OUTSIDE
        point = re.escape(w.decimal(1.5).translate(_MARKS)[1])
        group = re.escape(w.number(1000).translate(_MARKS)[1])
        # What begins with a nought and goes on is a code.
        whole = rf"0|[1-9]\d{{0,2}}(?:{group}\d{{3}})+|[1-9]\d*"
        self._number = re.compile(rf"([+\u2212-]?)({whole})(?:{point}(\d+))?(\s?%)?")
        said: dict[str, set[float | None]] = {}
        for one in slide.figures:
            said.setdefault(one.text.translate(_MARKS), set()).add(one.value)
        self._values = {text: next(iter(values)) for text, values in said.items() if len(values) == 1}

    def __call__(self, printed: str, numeric: bool = False) -> Cell:
        text = printed.translate(_MARKS).strip()
        value = self._values.get(text)
        if value is not None and any(letter.isdigit() for letter in text):
            return self.told(value, text)
        if numeric and (amount := self._read(text)):
            return amount
        return self._w.parse_date(text) or printed

    def told(self, value: float | None, printed: str) -> Cell:
        """A value as a cell. What is printed for outside is rounded, and so is the number beside it."""
        text = printed.translate(_MARKS).strip()
        if value is None:
            return printed
        if self._outside and (amount := self._read(text)):
            return amount
        return Amount(value, share=text.endswith("%"))

    def _read(self, text: str) -> Amount | None:
        found = self._number.fullmatch(text)
        if found is None:
            return None
        sign, whole, decimals, percent = found.groups()
        value = float(f"{re.sub(r'[^0-9]', '', whole)}.{decimals or 0}")
        value = -value if sign and sign != "+" else value
        return Amount(value / 100, share=True) if percent else Amount(value)


def _bars(slide: Slide, read: _Reading, w: Words) -> list[Grid]:
    chart = slide.chart
    head = [w("map.column_territory"), w("workbook.code"), chart.get("unit", "")]
    planned = any(row.get("planned") is not None for row in chart["rows"])
    worded = any(row.get("word") for row in chart["rows"])
    head += [w("targets.column_planned")] * planned + [w("targets.column_verdict")] * worded
    rows = []
    for row in chart["rows"]:
        cells: list[Cell] = [row["name"], row["code"], read.told(row["value"], row["text"])]
        cells += [read.told(row.get("planned"), row.get("planned_text", ""))] * planned
        rows.append(cells + [row.get("word", "")] * worded)
    return [(w("workbook.chart"), head, rows)]


def _path(slide: Slide, read: _Reading, w: Words) -> list[Grid]:
    chart = slide.chart
    actual = {
        day: read.told(value, text)
        for day, value, text in zip(chart["dates"], chart["values"], chart["labels"], strict=True)
    }
    planned = {one["date"]: read.told(one["value"], "") for one in chart.get("planned", ())}
    aimed = {target["date"]: read.told(target["value"], "")} if (target := chart.get("target")) else {}
    head = [w("workbook.date"), chart.get("unit", ""), w("targets.column_planned")]
    head += [w("targets.column_target")] * bool(aimed)
    columns = [actual, planned, aimed][: len(head) - 1]
    rows = [
        [dt.date.fromisoformat(day), *(column.get(day, "") for column in columns)]
        for day in sorted({*actual, *planned, *aimed})
    ]
    marks = [
        [dt.date.fromisoformat(one["date"]), dt.date.fromisoformat(one.get("until") or one["date"]), one["text"]]
        for one in chart.get("marks", ())
    ]
    return [
        (w("workbook.chart"), head, rows),
        (w("workbook.marks"), (w("workbook.date"), w("workbook.until"), w("workbook.what")), marks),
    ]


def _map(slide: Slide, read: _Reading, w: Words) -> list[Grid]:
    groups = {one["key"]: one["text"] for one in slide.chart.get("groups", ())}
    rows = [
        [one["name"], one["code"], read(one["text"], True), groups.get(one["group"], "")]
        for one in slide.chart.get("territories", ())
    ]
    head = (w("map.column_territory"), w("workbook.code"), slide.chart.get("unit", ""), w("workbook.group"))
    return [(w("workbook.chart"), head, rows)]


def _chain(slide: Slide, read: _Reading, w: Words) -> list[Grid]:
    nodes = [[one["name"], one["step"], read.told(one["value"], one["text"])] for one in slide.chart.get("nodes", ())]
    waiting = [
        [one["name"], one.get("body", ""), read.told(one.get("waiting"), one["text"])]
        for one in slide.chart.get("passages", ())
    ]
    return [
        (w("workbook.chart"), (w("workbook.what"), w("workbook.code"), w("workbook.value")), nodes),
        (w("svg.waiting"), (w("workbook.what"), w("workbook.body"), w("svg.waiting")), waiting),
    ]


_CHARTS: dict[str, Callable[[Slide, _Reading, Words], list[Grid]]] = {
    "bars": _bars,
    "path": _path,
    "map": _map,
    "chain": _chain,
}


def _figures(slide: Slide, read: _Reading, w: Words) -> tuple[Sequence[str], list[list[Cell]]]:
    names = ("what", "code", "territory", "date", "value", "unit")
    rows: list[list[Cell]] = []
    for one in slide.figures:
        unit = w(f"unit.{one.unit}") if f"unit.{one.unit}" in w else one.unit
        day = _FIRST_DAY + dt.timedelta(days=one.on_date) if one.on_date else ""
        rows.append([named(one, w), one.what, _place(one.territory, w), day, read.told(one.value, one.text), unit])
    return [w(f"workbook.{name}") for name in names], rows


def named(figure: Figure, w: Words) -> str:
    """What a figure is of, in words: a step, an indicator, a measure; its own name where we have no words for it."""
    for kind in ("step", "indicator"):
        try:
            return w.name(kind, figure.what)
        except KeyError:
            continue
    return w(_MEASURES[figure.what]) if figure.what in _MEASURES else figure.what


def _place(code: str, w: Words) -> str:
    try:
        return w.territory(code) if code else ""
    except KeyError:
        return code


def meaning(slide: Slide, w: Words) -> list[tuple[str, Cell]]:
    """What the figures of a slide mean and where they come from: (what is asked, what is answered)."""
    rows: list[tuple[str, Cell]] = []
    if slide.panel:
        rows.append((w("workbook.panel"), slide.panel))
    if slide.territory:
        rows.append((w("workbook.territory"), _place(slide.territory, w)))
    if slide.on_date:
        rows.append((w("workbook.on"), _FIRST_DAY + dt.timedelta(days=slide.on_date)))
    rows.append((w("workbook.audience"), w(f"workbook.audience_{slide.audience}")))
    if isinstance(slide.asked.get("cut"), int):
        rows.append((w("workbook.cut"), Amount(slide.asked["cut"])))
    asked = [slide.asked[key] for key in ("indicator", "step") if isinstance(slide.asked.get(key), str)]
    for what in dict.fromkeys([*asked, *(one.what for one in slide.figures)]):
        rows += _definition(what, w)
    rows += [(w("workbook.note"), note) for note in slide.notes]
    for source in slide.sources:
        rows.append((w("workbook.source"), source.text))
        if source.address:
            rows.append((w("workbook.address"), source.address))
    rows += [(w("workbook.data_date"), _FIRST_DAY + dt.timedelta(days=day)) for day in sorted(set(slide.dates))]
    return rows


def _definition(what: str, w: Words) -> list[tuple[str, Cell]]:
    """What an indicator or a step is; nothing for a measure, whose name says it."""
    found: list[tuple[str, Cell]] = []
    for kind, fields in (("indicator", ("denominator_name", "caveat")), ("step", ())):
        try:
            found.append((w(f"workbook.{kind}"), w.name(kind, what)))
        except KeyError:
            continue
        for field in fields:
            try:
                found.append((w(f"method.{field.removesuffix('_name')}"), w.name(kind, what, field=field)))
            except KeyError:
                continue
    return found


class _Writer:
    """The sheets of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook, slide: Slide, w: Words):
        self.book, self.slide, self.w = book, slide, w
        side = {"align": "right" if w.rtl else "left", "valign": "top", "reading_order": 2 if w.rtl else 1}
        wrapped = side | {"text_wrap": True, "border": 1}
        self.title = book.add_format(side | {"bold": True, "font_size": 14, "font_color": _GREEN})
        self.fiction = book.add_format(side | {"bold": True, "bg_color": _OCHRE})
        self.small = book.add_format(side | {"font_size": 10, "font_color": _GREY})
        self.head = book.add_format(wrapped | {"bold": True, "bg_color": _TINT})
        self.text = book.add_format(wrapped)
        self.date = book.add_format(wrapped | {"num_format": "dd/mm/yyyy"})
        self.whole = book.add_format(wrapped | {"num_format": "#,##0"})
        self.broken = book.add_format(wrapped | {"num_format": "#,##0.0#"})
        self.share = book.add_format(wrapped | {"num_format": "0.0%"})
        self._names: set[str] = set()

    def sheet(self, name: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], *, first: bool) -> None:
        """One sheet of data below its title; the first one also says the notice and the code."""
        sheet, line = self._new(name), 0
        for said, how in self._over(first):
            sheet.write_string(line, 0, plain(said), how)
            line += 1
        line += 1
        columns = max([len(head), *(len(row) for row in rows)], default=1)
        wide = [_NARROWEST] * columns
        for at, said in enumerate(head):
            sheet.write_string(line, at, plain(said), self.head)
            wide[at] = max(wide[at], min(len(said) + 2, _WIDEST))
        sheet.freeze_panes(line + 1, 1 if columns > 1 else 0)
        for row in rows:
            line += 1
            for at, cell in enumerate(row):
                self._write(sheet, line, at, cell)
                wide[at] = max(wide[at], min(len(cell) + 2 if isinstance(cell, str) else 14, _WIDEST))
        for at, width in enumerate(wide):
            sheet.set_column(at, at, width)

    def meaning(self) -> None:
        """The sheet of definitions, sources and dates."""
        sheet, w = self._new(self.w("workbook.meaning")), self.w
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, w("workbook.asked"), self.head)
        sheet.write_string(0, 1, w("workbook.answered"), self.head)
        line = 1
        if self.slide.demonstration:
            sheet.write_string(line, 0, plain(w("workbook.kind_of_data")), self.text)
            sheet.write_string(line, 1, plain(w("demo.badge")), self.fiction)
            line += 1
        for asked, answered in meaning(self.slide, w):
            sheet.write_string(line, 0, plain(asked), self.text)
            self._write(sheet, line, 1, answered)
            line += 1

    def _over(self, first: bool) -> list[tuple[str, xlsxwriter.format.Format]]:
        w, slide = self.w, self.slide
        said = [(slide.title, self.title)]
        if slide.demonstration:
            said.append((w("demo.badge"), self.fiction))
        if slide.audience == OUTSIDE:
            said.append((w("picture.rounded"), self.small))
        if first and slide.panel:
            said.append((w("picture.panel", id=slide.panel), self.small))
        return said

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
        return sheet

    def _write(self, sheet: xlsxwriter.worksheet.Worksheet, line: int, at: int, cell: Cell) -> None:
        if isinstance(cell, Amount):
            whole = float(cell.value).is_integer()
            sheet.write_number(line, at, cell.value, self.share if cell.share else self.whole if whole else self.broken)
        elif isinstance(cell, dt.date):
            sheet.write_datetime(line, at, cell, self.date)
        else:
            sheet.write_string(line, at, plain(cell)[:_LONGEST_CELL], self.text)
