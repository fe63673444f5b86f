"""The slides of a meeting for PowerPoint: charts and tables that can be edited, in the direction of the language.

A chart is a chart of the program with its own workbook, a map is outlines that can be moved: nothing is a picture. The
workbook inside a chart holds no formula: a name that begins with an equals sign is a name.
"""

import datetime as dt
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pptx
import xlsxwriter
from lxml import etree
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.slide import Slide as Page
from pptx.slide import SlideLayout
from pptx.util import Emu, Inches, Pt

from exports.direction import MARKS, RLM, in_line, sayable
from exports.letters import Made, carried_by, file_name, notices, recommended, said_once, slide_tables, source_line
from exports.office_templates import FILES, TemplateRefused, template
from exports.outlines import outlines
from exports.readback import release
from exports.record import Record
from exports.slide_areas import TITLES, Area, content_area, title_area
from exports.word import Grid
from i18n import Words, reads_against, words
from panels.measure import lines as lines_of
from panels.measure import widest_word
from panels.measure import width as wide_of
from panels.slide import MOST_NUMBERS, Slide

FONT = "Arial"
LANGUAGES = {"ar": "ar-MA", "fr": "fr-MA", "en": "en-GB"}
GREEN, INK, GREY = RGBColor(0x0B, 0x5D, 0x4E), RGBColor(0x1A, 0x24, 0x21), RGBColor(0x4F, 0x5B, 0x56)
TINT, OCHRE, WHITE = RGBColor(0xEE, 0xF5, 0xF2), RGBColor(0xFB, 0xEA, 0xC4), RGBColor(0xFF, 0xFF, 0xFF)
TONES = {
    "bad": RGBColor(0xA6, 0x3A, 0x1C),
    "watch": RGBColor(0x9A, 0x6B, 0x00),
    "good": GREEN,
    "none": RGBColor(0x6B, 0x77, 0x72),
}
PLANNED = RGBColor(0x8A, 0x94, 0x90)
TINTS = [RGBColor.from_string(one) for one in ("DCEBE6", "B4D6CB", "7FB8A8", "3F8E7A", "0B5D4E")]
NO_FIGURE = RGBColor(0xE3, 0xE3, 0xE0)

MOST_ROWS = 12
"""Rows of a table on a slide; what is longer goes on on the next one."""
MOST_BARS, MOST_MARKERS = 20, 20
_JUDGED = ("good", "watch", "bad")
_LARGEST_TITLE, _SMALLEST_TITLE = 26, 14
_SIZES = (16, 14, 12)
"""The letters of a table: what does not find room at the smallest goes on on the next slide."""
_SPARE, _LINE, _MARGIN, _ABOVE = 1.12, 1.2, 8, 5
"""How much wider than ours the letters of the reader's machine may be, the height of a line of the font's size, and
what a cell keeps free beside and above its text, in points: the file does not know how the program will break its
lines."""
_ASKED = "recommended"
_FIRST_DAY, _DAY_ZERO = dt.date(1970, 1, 1), dt.date(1899, 12, 30)
_WIDE, _HIGH = Inches(13.333), Inches(7.5)
_NARROW = "\u202f"


def slides(record: Record) -> Made:
    """The presentation of a meeting: the presenter's way, the drill-downs that were shown, what was recommended."""
    deck = _deck(record, {}, {})
    smallest = {key: min(sizes) for key, sizes in deck.sizes.items() if len(set(sizes)) > 1}
    if smallest or any(many > 1 for many in deck.parts.values()):
        # What goes on on further slides says so on each, in letters of one size: both are known only once it was drawn.
        deck = _deck(record, smallest, deck.parts)
    content = deck.saved()
    counted = [deck.w.number(part) for many in deck.parts.values() for part in range(1, many + 1)]
    return [
        (file_name(record, "slides", "pptx"), release("pptx", content, record, said=deck.said, more=counted)),
    ]


def _deck(record: Record, most: Mapping[str, int], parts: Mapping[str, int]) -> "_Deck":
    """The slides of a record. most: the largest letters of the tables of a key; parts: how many slides it takes."""
    deck = _Deck(record, words(record.locale), template("pptx"), most, parts)
    shown = set(record.shown)
    for one in record.slides:
        if one.subject == "readback" or (one.screen_only and one.key not in shown):
            continue
        if not one.parent or one.key in shown:
            deck.add(one)
    if record.recommendations:
        deck.add_recommendations()
    return deck


# Workbooks inside charts


class _NoFormula:
    """Mixed into the library's writers of the workbook inside a chart, which take a text that begins with an equals
    sign for a formula."""

    @contextmanager
    def _open_worksheet(self, xlsx_file):
        workbook = xlsxwriter.Workbook(
            xlsx_file,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        # The same slide gives the same bytes: no hour of making is kept.
        workbook.set_properties({"created": dt.datetime(2000, 1, 1)})  # noqa: DTZ001
        yield workbook, workbook.add_worksheet()
        workbook.close()


class _CategoryWriter(_NoFormula, CategoryWorkbookWriter):
    pass


class _XyWriter(_NoFormula, XyWorkbookWriter):
    """The first column holds days, and says so: whoever edits the chart types dates."""

    def _populate_worksheet(self, workbook, worksheet):
        days = workbook.add_format({"num_format": "dd/mm/yyyy"})
        for series in self._chart_data:
            first = self.series_table_row_offset(series)
            numbers = workbook.add_format({"num_format": series.number_format})
            worksheet.write_column(first + 1, 0, series.x_values, days)
            worksheet.write_string(first, 1, series.name)
            worksheet.write_column(first + 1, 1, series.y_values, numbers)
        worksheet.set_column(0, 0, 12)


class _Categories(CategoryChartData):
    @property
    def _workbook_writer(self):
        return _CategoryWriter(self)


class _Points(XyChartData):
    @property
    def _workbook_writer(self):
        return _XyWriter(self)


class _Deck:
    """A presentation in the making. said: every text put on a slide or into its notes, for reading back. sizes: the
    letters of the tables of each key, slide by slide; parts: how many slides each took."""

    def __init__(
        self, record: Record, w: Words, own: bytes | None, most: Mapping[str, int], counted: Mapping[str, int]
    ):
        self.record, self.w, self.rtl = record, w, w.rtl
        self.said: list[str] = []
        self.sizes: dict[str, list[int]] = {}
        self.parts: Counter[str] = Counter()
        self._most, self._counted = most, counted
        try:
            self.file = pptx.Presentation(io.BytesIO(own)) if own else pptx.Presentation()
            if own:
                _empty(self.file)
            else:
                self.file.slide_width, self.file.slide_height = _WIDE, _HIGH
            self.layout = _layout(self.file)
            self.cover_layout = _cover_layout(self.file) if own else self.layout
        except Exception as error:  # whatever the library meets in a broken part has a class of its own
            if own:
                raise TemplateRefused("damaged", FILES["pptx"]) from error
            raise
        self.own = own is None
        self.wide, self.high = self.file.slide_width, self.file.slide_height
        self.edge = int(self.wide * 0.045)
        self.left, self.width, self.foot = self.edge, self.wide - 2 * self.edge, self.high - int(self.high * 0.07)

    def saved(self) -> bytes:
        properties = self.file.core_properties
        properties.title = self._say(self.w(f"letters.minutes_{self.record.meeting.kind}"), said=False)
        properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
        properties.language = LANGUAGES[self.w.locale]
        properties.created = properties.modified = dt.datetime(2000, 1, 1)  # noqa: DTZ001
        made = io.BytesIO()
        self.file.save(made)
        return made.getvalue()

    # One slide

    def add(self, slide: Slide) -> None:
        """Draw a slide; a table that is longer than a slide goes on on further ones."""
        tables = slide_tables(slide, self.w) if slide.kind in ("table", "chain") or not self._drawable(slide) else []
        told = [said_once(one, self.w) for one in tables]
        common = [text for _, texts in told for text in texts]
        waiting = self._page(slide, [one for one, _ in told], common)
        while waiting:
            waiting = self._page(slide, waiting, common)

    def _drawable(self, slide: Slide) -> bool:
        if slide.kind == "map":
            return bool(_rings(slide))
        if slide.kind == "bars":
            return len(slide.chart.get("rows", ())) <= MOST_BARS
        return slide.kind in ("path", "cover", "text")

    def _page(self, slide: Slide, tables: Sequence[Grid], common: Sequence[str] = ()) -> list[Grid]:
        """One slide of the file; what of the tables did not find room on it. common: what is said of all rows."""
        cover = slide.kind == "cover"
        page = self.file.slides.add_slide(self.cover_layout if cover else self.layout)
        title = slide.title if cover else self._parted(_group(slide), _unparted(slide, self.w))
        top = self._title(page, title, cover=cover)
        bottom = self.foot
        for notice in notices(self.record):
            bottom -= self._notice(page, notice, bottom)
        if (slide.sources or common) and not cover:
            bottom -= self._foot(page, slide, bottom, common)
        left, width = self.left, self.width
        if cover:
            self._cover_lines(page, slide.chart.get("lines", ()), top, bottom)
            self._notes(page, slide)
            return []
        if slide.numbers or slide.verdict:
            top += self._numbers(page, slide, top)
        room = (left, top, width, bottom - top - int(self.high * 0.015))
        waiting = list(tables)
        if tables:
            floor = top + room[3]
            while waiting:
                one, gap = waiting[0], int(self.high * 0.03)
                group = _group(slide)
                many, size = _fitting(
                    one, width, floor - top, first=waiting[0] is tables[0], most=self._most.get(group, _SIZES[0])
                )
                if not many:
                    break
                self.sizes.setdefault(group, []).append(size)
                shown = Grid(one.head, one.rows[:many], one.numeric, one.widths)
                top += self._table(page, shown, (left, top, width), size=size, name=slide.title) + gap
                rest = one.rows[many:]
                waiting[:1] = [Grid(one.head, rest, one.numeric, one.widths)] if rest else []
                if rest:
                    break
        elif slide.kind == "bars" and slide.chart.get("rows"):
            self._bars(page, slide, room)
        elif slide.kind == "path" and slide.chart.get("dates"):
            self._path(page, slide, room)
        elif slide.kind == "map" and self._drawable(slide):
            self._map(page, slide, room)
        elif slide.lines:
            said = [text for text in slide.lines if text != slide.title]
            self._lines(page, said, top, bottom, size=_size_of(said, width, bottom - top, most=20))
        self._notes(page, slide)
        return waiting

    def add_recommendations(self) -> None:
        """What the meeting recommended, read back with service and date."""
        w, record = self.w, self.record
        names = ("number", "text", "lead", "due")
        head = tuple(w(f"letters.column_{name}") for name in names)
        rows = [
            (w.number(one.number), recommended(one, w), carried_by(one, record, w), w.date(_date(one.due)))
            for one in record.recommendations
        ]
        waiting = Grid(head, tuple(rows), (), (0.8, 5.2, 2.4, 1.6))
        while waiting.rows:
            page = self.file.slides.add_slide(self.layout)
            top = self._title(page, self._parted(_ASKED, w("letters.recommendations")))
            bottom = self.foot
            for notice in notices(record):
                bottom -= self._notice(page, notice, bottom)
            room, most = bottom - top - int(self.high * 0.015), self._most.get(_ASKED, _SIZES[0])
            many, size = _fitting(waiting, self.width, room, first=True, most=most)
            self.sizes.setdefault(_ASKED, []).append(size)
            shown = Grid(head, waiting.rows[:many], (), waiting.widths)
            self._table(page, shown, (self.left, top, self.width), size=size, name=w("letters.recommendations"))
            waiting = Grid(head, waiting.rows[many:], (), waiting.widths)

    def _parted(self, key: str, title: str) -> str:
        """The title of the next slide of a key, with which of how many it is."""
        self.parts[key] += 1
        parts = self._counted.get(key, 1)
        return title if parts < 2 else self.w("recommendations.part_of", title=title, part=self.parts[key], parts=parts)

    # Parts

    def _title(self, page: Page, text: str, *, cover: bool = False) -> int:
        """The message over a slide, in the template's own place for it; where what comes below begins."""
        own = page.shapes.title
        height = int(self.high * 0.16)
        area = None if self.own or own is None else title_area(page.slide_layout, self.wide, self.high)
        if own is None:
            own = page.shapes.add_textbox(self.edge, int(self.high * 0.05), self.wide - 2 * self.edge, height)
        if self.own:
            own.left, own.top = self.edge, int(self.high * (0.26 if cover else 0.045))
            own.width, own.height = self.wide - 2 * self.edge, height
        elif area is not None and (area.left, area.top, area.width, area.height) != (
            own.left,
            own.top,
            own.width,
            own.height,
        ):
            own.left, own.top, own.width, own.height = area.left, area.top, area.width, area.height
        frame = own.text_frame
        frame.word_wrap = True
        if self.own:
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        largest = 40 if cover else _LARGEST_TITLE
        size = _size_of([text], own.width, own.height, most=largest, least=_SMALLEST_TITLE, bold=True)
        paragraph = frame.paragraphs[0]
        colour = GREEN if self.own else None
        self._write(paragraph, text, size=size, bold=True, colour=colour, center=cover)
        below = own.top + own.height + int(self.high * 0.015)
        if not self.own:
            room = content_area(page.slide_layout, self.wide, self.high, below=below)
            self.left, self.width, self.foot = room.left, room.width, room.bottom
            below = room.top
        return below

    def _cover_lines(self, page: Page, lines: Sequence[str], top: int, bottom: int) -> None:
        """What the cover says below its title: in the template's own place for it, else in the room that is left."""
        place = next((one for one in page.placeholders if one.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE), None)
        if place is not None:
            size = _size_of(lines, place.width, min(place.height, bottom - place.top), most=24, least=10, after=4)
            if size >= _SIZES[-1]:
                place.text_frame.word_wrap = True
                for at, text in enumerate(lines):
                    paragraph = place.text_frame.paragraphs[0] if not at else place.text_frame.add_paragraph()
                    self._write(paragraph, text, size=size, center=True)
                    paragraph.space_before, paragraph.space_after = Pt(0), Pt(4)
                return
            place._element.getparent().remove(place._element)
        size = _size_of(lines, self.width, bottom - top, most=24)
        self._lines(page, lines, top, bottom, size=size, center=True)

    def _notice(self, page: Page, text: str, bottom: int) -> int:
        """What every slide of a made-up or rounded deck says; how high it is."""
        height = max(int(self.high * 0.055), _high([text], self.width, 12, bold=True))
        box = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, self.left, bottom - height, self.width, height)
        box.fill.solid()
        box.fill.fore_color.rgb = OCHRE
        box.line.fill.background()
        _flatten(box)
        frame = box.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.margin_top = frame.margin_bottom = 0
        self._write(frame.paragraphs[0], text, size=12, bold=True, colour=INK, center=True)
        return height + int(self.high * 0.01)

    def _foot(self, page: Page, slide: Slide, bottom: int, common: Sequence[str] = ()) -> int:
        """The sources of a slide and the days of its figures; how high it is. The id of its panel is in the notes."""
        w = self.w
        days = sorted(set(slide.dates or ((slide.on_date,) if slide.on_date else ())))
        sources = w.join(dict.fromkeys(one.text for one in slide.sources))
        period = w.period(_date(days[0]), _date(days[-1])) if days else ""
        source = w("slides.source", sources=sources, date=period) if period and sources else sources
        text = " · ".join(filter(None, (*common, source)))
        height = max(int(self.high * 0.05), _high([text], self.width, 12))
        box = page.shapes.add_textbox(self.left, bottom - height, self.width, height)
        box.text_frame.word_wrap = True
        self._write(box.text_frame.paragraphs[0], text, size=12, colour=GREY)
        return height

    def _numbers(self, page: Page, slide: Slide, top: int) -> int:
        """At most three numbers beside each other, the first on the side where reading begins, then the verdict."""
        parts: list[tuple[str, str, RGBColor]] = []
        for one in slide.numbers[:MOST_NUMBERS]:
            said = self.w("letters.number_of", text=one.text, unit=one.unit) if one.unit else one.text
            parts.append((said, one.label, INK))
        if slide.verdict:
            said = self.w("slides.verdict", shape=slide.verdict["shape"], word=slide.verdict["word"])
            parts.append((said, "", TONES.get(slide.verdict.get("tone", ""), INK)))
        height = int(self.high * 0.13)
        width = self.width // len(parts)
        below = min(_size_of([small], width, height // 2, most=14, least=11) for _, small, _ in parts)
        room = height - max(_high([small], width, below) for _, small, _ in parts)
        # What stands beside one another is of one size.
        beside = [_size_of([one], width, room, most=36, bold=True, whole=True) for one, small, _ in parts if small]
        for place, (large, small, colour) in enumerate(parts):
            at = len(parts) - 1 - place if self.rtl else place
            box = page.shapes.add_textbox(self.left + at * width, top, width, height)
            frame = box.text_frame
            frame.word_wrap = True
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            if small:
                self._write(frame.paragraphs[0], large, size=min(beside), bold=True, colour=colour)
                self._write(frame.add_paragraph(), small, size=below, colour=GREY)
            else:
                size = _size_of([large], width, height, most=22, bold=True)
                self._write(frame.paragraphs[0], large, size=size, bold=True, colour=colour)
        return height + int(self.high * 0.01)

    def _lines(
        self, page: Page, lines: Iterable[str], top: int, bottom: int, *, size: int, center: bool = False
    ) -> None:
        box = page.shapes.add_textbox(self.left, top, self.width, bottom - top)
        frame = box.text_frame
        frame.word_wrap = True
        for place, text in enumerate(lines):
            paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
            self._write(paragraph, text, size=size, colour=INK, center=center)
            paragraph.space_after = Pt(8)

    def _table(self, page: Page, one: Grid, place: tuple[int, int, int], *, size: int, name: str) -> int:
        """A table of the program at (left, top, width); about how high it is."""
        left, top, width = place
        lines = [one.head, *one.rows]
        shares, _ = _shares(one, width, size)
        heights = _rows_high(one, shares, size)
        shape = page.shapes.add_table(len(lines), len(one.head), left, top, width, sum(heights))
        _describe(shape, self._say(name, said=False))
        table = shape.table
        if self.rtl:
            table._tbl.tblPr.set("rtl", "1")
        for at, share in enumerate(shares):
            table.columns[at].width = share
        for at_row, texts in enumerate(lines):
            table.rows[at_row].height = heights[at_row]
            for at, text in enumerate(texts):
                cell = table.cell(at_row, at)
                cell.vertical_anchor = MSO_ANCHOR.MIDDLE
                cell.margin_top = cell.margin_bottom = Emu(25_000)
                cell.fill.solid()
                cell.fill.fore_color.rgb = GREEN if not at_row else TINT if at_row % 2 else WHITE
                colour = WHITE if not at_row else INK
                for at_part, part in enumerate(text.split("\n")):
                    frame = cell.text_frame
                    paragraph = frame.add_paragraph() if at_part else frame.paragraphs[0]
                    self._write(paragraph, part, size=size, bold=not at_row, colour=colour, end=at in one.numeric)
        return sum(heights)

    # Charts

    def _bars(self, page: Page, slide: Slide, room: tuple[int, int, int, int]) -> None:
        w, chart = self.w, slide.chart
        rows, share = chart["rows"], bool(chart.get("share"))
        told = [(one, _shown(one["value"]), _shown(one.get("planned"))) for one in rows]
        data = _Categories(number_format=_number_format(share, self.w.locale, [v for _, v, _ in told]))
        data.categories = [self._say(self._bar_name(one), said=False) for one, _, _ in told]
        data.add_series(self._say(chart.get("unit", "") or w("slides.actual"), said=False), [v for _, v, _ in told])
        planned = any(p is not None for _, _, p in told)
        if planned:
            data.add_series(self._say(w("slides.planned"), said=False), [p for _, _, p in told])
        frame = page.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, *room, data)
        _describe(frame, self._say(slide.title, said=False))
        drawn = frame.chart
        self._dress(drawn, legend=planned)
        plot = drawn.plots[0]
        plot.gap_width, plot.overlap = 45, -5
        size = 14 if len(rows) <= 8 else 12
        names, values = drawn.category_axis, drawn.value_axis
        # The first place stands on top, as in the list.
        names.reverse_order = True
        names.tick_labels.font.size = Pt(size)
        names.format.line.color.rgb = GREY
        names.has_major_gridlines = False
        names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        _every_name(names._element)
        values.has_major_gridlines = False
        values.visible = False
        values.minimum_scale = 0
        if self.rtl:
            # Bars grow from the right, where the names stand.
            values.reverse_order = True
        # Two numbers beside each other's bars need two lines: without that room the length alone says the second.
        crowded = planned and len(rows) * 2 * size * _LINE > room[3] / Pt(1) * _PLOT
        for place, (series, colour) in enumerate(zip(plot.series, (GREEN, PLANNED), strict=False)):
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
            if crowded and place:
                continue
            labels = series.data_labels
            labels.show_value = True
            labels.font.size = Pt(size)
            labels.number_format = data.number_format
            labels.number_format_is_linked = False
            labels.position = XL_LABEL_POSITION.OUTSIDE_END
        for place, (one, _, _) in enumerate(told):
            tone = TONES.get(one.get("tone", "none"), GREEN) if planned or one.get("tone") in _JUDGED else GREEN
            point = plot.series[0].points[place]
            point.format.fill.solid()
            point.format.fill.fore_color.rgb = tone

    def _bar_name(self, row: dict) -> str:
        """The name beside a bar; what has no figure says so, since a bar without length could be a zero."""
        if row["value"] is None:
            said = self.w("slides.without_figure", name=row["name"], text=row["text"])
        elif row.get("shape"):
            said = self.w("slides.with_sign", name=row["name"], shape=row["shape"])
        else:
            return row["name"]
        # The names of an axis run from left to right in some programs: the sign would stand before the name.
        return f"{said}{RLM}" if self.rtl else said

    def _path(self, page: Page, slide: Slide, room: tuple[int, int, int, int]) -> None:
        w, chart = self.w, slide.chart
        points = [(_serial(d), v) for d, v in zip(chart["dates"], chart["values"], strict=True) if v is not None]
        planned = [(_serial(one["date"]), one["value"]) for one in chart.get("planned", ())]
        target = chart.get("target")
        data = _Points(number_format=_number_format(bool(chart.get("share")), w.locale, [v for _, v in points]))
        groups = [(w("slides.actual"), points, GREEN, 3.0), (w("slides.planned"), planned, PLANNED, 2.25)]
        if target:
            groups.append((w("slides.target"), [(_serial(target["date"]), target["value"])], TONES["watch"], 0))
        groups = [one for one in groups if one[1]]
        for name, some, _, _ in groups:
            series = data.add_series(self._say(name, said=False))
            for x, y in some:
                series.add_data_point(x, y)
        frame = page.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER_LINES, *room, data)
        _describe(frame, self._say(slide.title, said=False))
        drawn = frame.chart
        self._dress(drawn, legend=True)
        for series, (name, _, colour, thick) in zip(drawn.plots[0].series, groups, strict=True):
            series.smooth = False
            series.marker.style = XL_MARKER_STYLE.DIAMOND if not thick else XL_MARKER_STYLE.CIRCLE
            series.marker.size = 12 if not thick else 7
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = colour
            series.marker.format.line.color.rgb = colour
            series.format.line.color.rgb = colour
            series.format.line.width = Pt(thick or 1)
            if len(chart["dates"]) > MOST_MARKERS and name == w("slides.actual"):
                series.marker.style = XL_MARKER_STYLE.NONE
            if name == w("slides.planned"):
                series.marker.style = XL_MARKER_STYLE.NONE
                series.format.line.dash_style = 4  # MSO_LINE.DASH
        days, values = drawn.category_axis, drawn.value_axis
        days.has_major_gridlines = False
        days.tick_labels.number_format, days.tick_labels.number_format_is_linked = "dd/mm/yyyy", False
        days.tick_labels.font.size = values.tick_labels.font.size = Pt(12)
        every = [x for _, some, _, _ in groups for x, _ in some]
        days.minimum_scale, days.maximum_scale = min(every), max(every) + 1
        days.major_unit = max((max(every) - min(every)) // 4, 1)
        values.minimum_scale = 0
        values.tick_labels.number_format, values.tick_labels.number_format_is_linked = data.number_format, False
        values.major_gridlines.format.line.color.rgb = RGBColor(0xDD, 0xDD, 0xDD)
        if self.rtl:
            # Time still runs from left to right; the scale stands on the side where reading begins.
            _cross_at_end(values._element)
        last = drawn.plots[0].series[0].points[len(points) - 1].data_label
        last.has_text_frame = False
        label = last._get_or_add_dLbl()
        for flag in ("showVal",):
            label.find(qn(f"c:{flag}")).set("val", "1")
        last.position = XL_LABEL_POSITION.ABOVE
        last.font.size, last.font.bold = Pt(14), True
        for x_format in drawn._chartSpace.iterfind(f".//{qn('c:xVal')}//{qn('c:formatCode')}"):
            x_format.text = "dd/mm/yyyy"

    def _dress(self, chart: Any, *, legend: bool) -> None:
        chart.has_title = False
        chart.font.size, chart.font.name = Pt(12), FONT
        chart.has_legend = legend
        if legend:
            chart.legend.position = XL_LEGEND_POSITION.BOTTOM
            chart.legend.include_in_layout = False
            chart.legend.font.size = Pt(14)
        for properties in chart._chartSpace.iter(qn("a:pPr")):
            if self.rtl:
                properties.set("rtl", "1")

    def _map(self, page: Page, slide: Slide, room: tuple[int, int, int, int]) -> None:
        """Outlines as shapes, each with its name; beside them what the colours say."""
        chart = slide.chart
        rings = _rings(slide)
        groups = {one["key"]: one for one in chart["groups"]}
        left, top, width, height = room
        legend = int(width * 0.28)
        area_left = left + legend if not self.rtl else left
        area_width = width - legend
        xs = [x for one in rings.values() for ring in one for x, _ in ring]
        ys = [y for one in rings.values() for ring in one for _, y in ring]
        scale = min(area_width / max(max(xs) - min(xs), 1e-9), height / max(max(ys) - min(ys), 1e-9))
        x0 = area_left + (area_width - (max(xs) - min(xs)) * scale) / 2
        y0 = top + (height - (max(ys) - min(ys)) * scale) / 2
        few = len(chart["territories"]) <= 20
        labels = []
        for one in chart["territories"]:
            group = groups.get(one["group"], {})
            colour = _tint(group)
            for place, ring in enumerate(sorted(rings.get(one["code"], ()), key=len, reverse=True)):
                if len(ring) < 3:
                    continue
                points = [(int(x0 + (x - min(xs)) * scale), int(y0 + (y - min(ys)) * scale)) for x, y in ring]
                builder = page.shapes.build_freeform(*points[0], scale=1.0)
                builder.add_line_segments(points[1:], close=True)
                shape = builder.convert_to_shape()
                _flatten(shape)
                shape.fill.solid()
                shape.fill.fore_color.rgb = colour
                shape.line.color.rgb = WHITE
                shape.line.width = Pt(0.75)
                said = self.w("letters.number", label=one["name"], text=one["text"])
                shape.name = self._say(one["name"], said=False)
                _describe(shape, self._say(said, said=False))
                if not place and few:
                    labels.append((one, points, group))
        untold, taken = [], []
        for one, points, group in sorted(labels, key=lambda label: -_extent(label[1])):
            box = _label_box(one, points)
            if any(box.meets(other) for other in taken):
                untold.append(one)
            else:
                taken.append(box)
                self._label(page, one, box, group)
        # Those whose names would lie over others' are told beside the map, in the order of the list.
        beside = [self.w("letters.number", label=one["name"], text=one["text"]) for one, *_ in labels if one in untold]
        at = left if not self.rtl else left + area_width
        box = page.shapes.add_textbox(at + int(legend * 0.12), top, int(legend * 0.86), height)
        frame = box.text_frame
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        used = {one["group"] for one in chart["territories"]}
        entries = [one for one in chart["groups"] if one["key"] in used]
        self._write(frame.paragraphs[0], chart.get("unit", ""), size=14, bold=True, colour=INK)
        step = int(self.high * 0.055)
        heading = _high([chart.get("unit", "")], int(legend * 0.86), 14, bold=True)
        first = top + heading if beside else top + height // 2 - step * len(entries) // 2
        for place, one in enumerate(entries):
            side = at + int(legend * 0.88) if self.rtl else at + int(legend * 0.04)
            square = page.shapes.add_shape(
                MSO_SHAPE.RECTANGLE, side, first + place * step, int(step * 0.7), int(step * 0.7)
            )
            square.fill.solid()
            square.fill.fore_color.rgb = _tint(one)
            square.line.color.rgb = GREY
            _flatten(square)
            text = page.shapes.add_textbox(
                at + int(legend * (0.02 if self.rtl else 0.14)),
                first + place * step - step // 8,
                int(legend * 0.84),
                step,
            )
            text.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
            text.text_frame.word_wrap = True
            self._write(text.text_frame.paragraphs[0], one["text"], size=14, colour=INK)
        box.height = max(first - top - step // 4, step)
        frame.vertical_anchor = MSO_ANCHOR.BOTTOM
        if beside:
            ends = first + (len(entries) + 1) * step
            listed = page.shapes.add_textbox(at, ends, int(legend * 0.98), top + height - ends)
            listed.text_frame.word_wrap = True
            size = _size_of(beside, int(legend * 0.98), top + height - ends, most=12, least=10, after=0)
            for place, text in enumerate(beside):
                frame = listed.text_frame
                self._write(frame.paragraphs[0] if not place else frame.add_paragraph(), text, size=size, colour=INK)

    def _label(self, page: Page, one: dict, place: Area, group: dict) -> None:
        """A territory's name and figure in the middle of its largest outline."""
        box = page.shapes.add_textbox(place.left, place.top, place.width, place.height)
        frame = box.text_frame
        frame.word_wrap = False
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        colour = WHITE if (group.get("tint") or 0) >= 3 else INK
        self._write(frame.paragraphs[0], one["name"], size=_NAME, colour=colour, center=True)
        self._write(frame.add_paragraph(), one["text"], size=_FIGURE, bold=True, colour=colour, center=True)

    # Texts

    def _notes(self, page: Page, slide: Slide) -> None:
        """What the presenter has before him: further sentences, notes, sources, the id of the panel."""
        frame = page.notes_slide.notes_text_frame
        if frame is None:
            return
        texts = [*(text for text in slide.lines if slide.kind != "text"), *slide.notes, source_line(slide, self.w)]
        for place, text in enumerate(texts):
            paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
            self._write(paragraph, text)

    def _say(self, text: str, *, said: bool = True) -> str:
        if said:
            self.said.append(text)
        return sayable(in_line(text, rtl=self.rtl))

    def _write(
        self,
        paragraph: Any,
        text: str,
        *,
        size: float | None = None,
        bold: bool = False,
        colour: RGBColor | None = None,
        center: bool = False,
        end: bool = False,
    ) -> None:
        properties = paragraph._p.get_or_add_pPr()
        # What somebody typed in the other language is set as that language is.
        rtl = self.rtl is not reads_against(text, rtl=self.rtl)
        properties.set("rtl", "1" if rtl else "0")
        if center:
            properties.set("algn", "ctr")
        else:
            # The left and right of a paragraph are those of the slide, whichever way it is read.
            properties.set("algn", "r" if rtl or end else "l")
        run = paragraph.add_run()
        self.said.append(text)
        run.text = sayable(in_line(text, rtl=rtl)).replace("\v", " ")
        if size is not None:
            run.font.size = Pt(size)
        run.font.bold = bold or None
        if colour is not None:
            run.font.color.rgb = colour
        own = run._r.get_or_add_rPr()
        own.set("lang", LANGUAGES[self.w.locale])
        if self.own:
            for tag in ("a:latin", "a:cs"):
                face = OxmlElement(tag)
                face.set("typeface", FONT)
                own.append(face)


def _shares(one: Grid, width: int, size: int) -> tuple[list[int], bool]:
    """The widths of the columns, and whether every word is whole in its own: the highest row has as few lines as it
    can."""
    room, least, longest = width / Pt(1), [], []
    for at in range(len(one.head)):
        texts = [(one.head[at], 600), *((row[at], 400) for row in one.rows)]
        parts = [(part, weight) for text, weight in texts for part in text.split("\n")]
        least.append(max(widest_word(part, size, weight=weight) for part, weight in parts))
        longest.append(max(wide_of(part, size, weight=weight) for part, weight in parts))
    for lines in range(1, _MOST_LINES):
        wanted = [
            max(word, text / lines * (1 if lines == 1 else _UNEVEN)) * _SPARE + 2 * _MARGIN
            for word, text in zip(least, longest, strict=True)
        ]
        if sum(wanted) <= room:
            break
    # What is left goes where a text is still broken.
    short = [max(text * _SPARE + 2 * _MARGIN - own, 0) for text, own in zip(longest, wanted, strict=True)]
    spare = min(max(room - sum(wanted), 0), sum(short))
    wanted = [own + spare * part / (sum(short) or 1) for own, part in zip(wanted, short, strict=True)]
    whole = sum(least) * _SPARE + 2 * _MARGIN * len(least) <= room
    return [int(width * share / sum(wanted)) for share in wanted], whole


_PLOT = 0.85
"""How much of a chart its bars have, above the legend."""
_MOST_LINES, _UNEVEN = 30, 1.15
"""Lines are broken between words: those of a text are not all full."""


def _height(texts: Sequence[str], shares: Sequence[int], size: int, *, bold: bool = False) -> int:
    """About how high a row of a table becomes."""
    lines = 1
    for text, share in zip(texts, shares, strict=True):
        room = max((share / Pt(1) - 2 * _MARGIN) / _SPARE, 1)
        weight = 600 if bold else 400
        lines = max(lines, sum(len(lines_of(part, size, room, weight=weight)) for part in text.split("\n")))
    return Pt(lines * size * _LINE + _ABOVE)


def _rows_high(one: Grid, shares: Sequence[int], size: int) -> list[int]:
    """About how high the head and the rows of a table become."""
    return [_height(texts, shares, size, bold=not at) for at, texts in enumerate((one.head, *one.rows))]


def _fitting(one: Grid, width: int, height: int, *, first: bool, most: int) -> tuple[int, int]:
    """How many rows of a table find room, and at which size of letters: all of them at the largest that lets them, else
    as many as do at the smallest. first: on an empty slide, where at least one row is shown whatever its height. most:
    the largest letters that it may have."""
    sizes = [size for size in _SIZES if size <= most]
    for size in sizes:
        if len(one.rows) <= MOST_ROWS and _stands(one, width, height, size):
            return len(one.rows), size
    if not first:
        return 0, _SIZES[-1]
    size, many = _SIZES[-1], 0
    used, *heights = _rows_high(one, _shares(one, width, size)[0], size)
    for high in heights[:MOST_ROWS]:
        used += high
        if used > height and many:
            break
        many += 1
    # Evenly, so that no row stands alone on the last slide, and as large as so few let it be.
    many = -(-len(one.rows) // -(-len(one.rows) // many))
    part = Grid(one.head, one.rows[:many], one.numeric, one.widths)
    return many, next((size for size in sizes if _stands(part, width, height, size)), _SIZES[-1])


def _stands(one: Grid, width: int, height: int, size: int) -> bool:
    """Whether a table finds room at that size, its words whole."""
    shares, whole = _shares(one, width, size)
    return whole and sum(_rows_high(one, shares, size)) <= height


def _high(texts: Sequence[str], width: int, size: float, *, bold: bool = False, after: float = 0) -> int:
    """About how high texts below one another stand in a box of that width, with `after` points below each."""
    room = max((width / Pt(1) - 2 * 7.2) / _SPARE, 1)
    many = sum(len(lines_of(text, size, room, weight=600 if bold else 400)) for text in texts)
    return Pt(many * size * _LINE + after * len(texts) + 7.2)


def _size_of(
    texts: Sequence[str],
    width: int,
    height: int,
    *,
    most: int,
    least: int = 12,
    bold: bool = False,
    after: float = 8,
    whole: bool = False,
) -> int:
    """The largest letters at which texts stand within a box. whole: each on a line of its own, unbroken."""
    room = max((width / Pt(1) - 2 * 7.2) / _SPARE, 1)
    for size in range(most, least, -1):
        unbroken = not whole or all(wide_of(text, size, weight=600 if bold else 400) <= room for text in texts)
        if unbroken and _high(texts, width, size, bold=bold, after=after if len(texts) > 1 else 0) <= height:
            return size
    return least


def _group(slide: Slide) -> str:
    """What slides share that are one table in parts: their letters are of one size."""
    return slide.subject if slide.asked.get("part") else slide.key


def _unparted(slide: Slide, w: Words) -> str:
    """The title without which part of how many it is: a slide of the file may hold less than one of the wall."""
    part, title = slide.asked.get("part"), slide.title.replace("\u00a0", " ")
    for parts in range(2, _MOST_PARTS) if isinstance(part, int) else ():
        mark = w("recommendations.part_of", title="", part=part, parts=parts).replace("\u00a0", " ")
        if title.translate(MARKS).endswith(mark.translate(MARKS)):
            # Marks of direction are not counted: what is cut begins at the last bracket.
            return slide.title[: slide.title.rindex("(")].rstrip()
    return slide.title


_MOST_PARTS = 50


def _rings(slide: Slide) -> dict[str, list]:
    """The outlines of the places of a map that have any."""
    if not slide.chart.get("territories"):
        return {}
    drawn = outlines(slide.chart["parent"], slide.chart["level"])
    wanted = {one["code"] for one in slide.chart["territories"]}
    return {code: rings for code, rings in drawn.items() if code in wanted}


_NAME, _FIGURE = 11, 12
"""The letters of the name and of the figure of a place on a map."""


def _label_box(one: dict, points: list[tuple[int, int]]) -> Area:
    """What a name and a figure cover, in the middle of an outline."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    words_wide = max(wide_of(one["name"], _NAME), wide_of(one["text"], _FIGURE, weight=600))
    width, height = Pt(words_wide * _SPARE), Pt((_NAME + _FIGURE) * _LINE)
    left, top = (min(xs) + max(xs) - width) // 2, (min(ys) + max(ys) - height) // 2
    return Area(left, top, left + width, top + height)


def _extent(points: list[tuple[int, int]]) -> int:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _tint(group: dict) -> RGBColor:
    if group.get("tint") is not None:
        return TINTS[group["tint"]]
    return TONES[group["tone"]] if group.get("tone") in ("bad", "watch", "good") else NO_FIGURE


def _shown(value: float | None) -> float | None:
    return None if value is None else value


def _serial(iso: str) -> int:
    """A day as a spreadsheet counts it."""
    return (dt.date.fromisoformat(iso) - _DAY_ZERO).days


def _date(day: int) -> dt.date:
    return _FIRST_DAY + dt.timedelta(days=day)


def _number_format(share: bool, locale: str, values: Iterable[float | None]) -> str:
    """How a chart writes its numbers: as the house does, whatever the machine that opens it is set to."""
    if share:
        fine = any(v is not None and abs(v) < 0.1 and round(v * 100) != v * 100 for v in values)
        digits = "0.0" if fine else "0"
        return f"{digits}%" if locale == "en" else f'{digits}"\u00a0"%'
    if locale == "en":
        return "#,##0"
    gap = f'"{_NARROW}"'
    return f"[>=1000000]#{gap}###{gap}##0;[>=1000]#{gap}##0;0"


def _describe(shape: Any, text: str) -> None:
    """What a screen reader says of a shape."""
    for properties in shape._element.iter(qn("p:cNvPr")):
        properties.set("descr", text)
        return


def _flatten(shape: Any) -> None:
    """Without the shadow and the colours of a theme's own style."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _every_name(axis: etree._Element) -> None:
    """Have an axis write the name of each category: a program that finds them crowded leaves every other one out."""
    skip = OxmlElement("c:tickLblSkip")
    skip.set("val", "1")
    after = axis.find(qn("c:noMultiLvlLbl"))
    axis.append(skip) if after is None else after.addprevious(skip)


def _cross_at_end(axis: etree._Element) -> None:
    """Have an axis stand where the other one ends."""
    for tag in ("c:crosses", "c:crossesAt"):
        found = axis.find(qn(tag))
        if found is not None:
            axis.remove(found)
    crosses = OxmlElement("c:crosses")
    crosses.set("val", "max")
    axis.find(qn("c:crossAx")).addnext(crosses)


def _empty(file: Any) -> None:
    """Take the slides of a template out: its layouts stay."""
    listed = file.slides._sldIdLst
    for one in list(listed):
        file.part.drop_rel(one.rId)
        listed.remove(one)


def _layout(file: Any) -> SlideLayout:
    """The layout that has a place for a title and as little else as possible."""
    quiet = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)

    def rank(layout: SlideLayout) -> tuple[bool, int]:
        kinds = [one.placeholder_format.type for one in layout.placeholders]
        others = [kind for kind in kinds if kind not in quiet and kind not in TITLES]
        return not any(kind in TITLES for kind in kinds), len(others)

    return min(file.slide_layouts, key=rank)


def _cover_layout(file: Any) -> SlideLayout:
    """The layout that a template has for a cover: a title and a line below it; without one, that of every slide."""
    for layout in file.slide_layouts:
        kinds = {one.placeholder_format.type for one in layout.placeholders}
        if PP_PLACEHOLDER.CENTER_TITLE in kinds and PP_PLACEHOLDER.SUBTITLE in kinds:
            return layout
    return _layout(file)
