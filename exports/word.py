"""A Word document from lines and tables in reading order, in the direction of its language.

What Word calls right to left is said at each level that it looks at: the section, the paragraph, the run, the table.
Every paragraph of a panel stands in a hidden bookmark, so that minutes which were edited can be read back.
"""

import datetime as dt
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from exports.direction import in_line, parted, runs, sayable
from exports.office_templates import FILES, TemplateRefused
from i18n import reads_against

FONT = "Arial"
"""On every Windows and every Mac, with Arabic letters of its own; a template's font stands in its place."""

PREFIX = "_T_"
"""What the bookmarks of the house begin with: with a low line in front, Word hides them."""

GREEN, GREY, OCHRE, TINT = RGBColor(0x0B, 0x5D, 0x4E), RGBColor(0x4F, 0x5B, 0x56), "FBEAC4", "EEF5F2"
LANGUAGES = {"ar": "ar-MA", "fr": "fr-MA", "en": "en-GB"}

_SIZES = {"title": 16, "heading": 13, "heading2": 11.5, "small": 8, "notice": 10, "letterhead": 11, "subtitle": 11.5}
_STYLES = {
    "title": "Title",
    "heading": "Heading 1",
    "heading2": "Heading 2",
    "bullet": "List Bullet",
}
_LEVELS = {"heading": 0, "heading2": 1}


@dataclass(frozen=True)
class Line:
    """A paragraph. style: letterhead, title, subtitle, heading, heading2, text, strong, bullet, small, notice, center,
    break (a new page begins after it). mark: the panel or part that it belongs to; empty: none. lead: what stands
    before the text in bold."""

    text: str
    style: str = "text"
    mark: str = ""
    lead: str = ""


@dataclass(frozen=True)
class Grid:
    """A table; the first row heads it and comes back on each page. numeric: columns of numbers. widths: of the columns,
    one to another. plain: without lines and head, for signatures; room: below them, in centimetres, to sign in. mark:
    as of Line."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    widths: tuple[float, ...] = ()
    plain: bool = False
    mark: str = ""
    room: float = 0


Block = Line | Grid

A_LINE, HALF_A_LINE = 92, 66
"""Letters of a table in one line across the page, its columns together; in half of a page that lies down."""

MOST_WHOLE = 38
"""Lines of a table that stays on one page where two languages stand side by side."""


def lines_of(table: Grid, *, across: int = A_LINE) -> int:
    """About how many printed lines a table takes, its head too."""
    widths = table.widths or (1.0,) * len(table.head or table.rows[0])
    room = [max(across * width / sum(widths), 1) for width in widths]
    rows = ([table.head] if table.head else []) + list(table.rows)
    return sum(max(math.ceil(len(text) / letters) for text, letters in zip(row, room, strict=True)) for row in rows)


def texts_of(blocks: Sequence[Block]) -> Iterator[str]:
    """Every text of the blocks, in their order."""
    for one in blocks:
        if isinstance(one, Line):
            yield from (text for text in (one.lead, one.text) if text)
        else:
            yield from one.head
            for row in one.rows:
                yield from row


@dataclass(frozen=True)
class Face:
    """What surrounds a document. title: for its properties. notices: on every page, each (locale, text). about: what it
    is the document of, for reading it back (kind, meeting, locale, audience, second locale). pages: beside the numbers
    of its pages; numbered: whether it has any."""

    title: str
    notices: tuple[tuple[str, str], ...] = ()
    about: tuple[str, ...] = ()
    pages: str = ""
    numbered: bool = True


def written(
    blocks: Sequence[Block],
    *,
    locale: str,
    face: Face,
    template: bytes | None = None,
    beside: tuple[str, Sequence[Block]] | None = None,
) -> bytes:
    """The document as bytes of a DOCX file. beside: the same blocks in a second language, one by one: the two stand in
    two columns, the right one first where the first language runs from right to left.

    Raises TemplateRefused where the template cannot be opened.
    """
    writer = _Writer(locale, template)
    if beside is None:
        for one, *after in zip(blocks, [*blocks[1:], None], [*blocks[2:], None, None], strict=False):
            writer.add(one, writer.document, locale, after=after)
    else:
        writer.side_by_side(blocks, *beside)
    writer.surround(face)
    made = io.BytesIO()
    writer.document.save(made)
    return made.getvalue()


def opened(content: bytes, name: str) -> Document:
    """The document of a template, emptied but for its section. Raises TemplateRefused."""
    try:
        document = docx.Document(io.BytesIO(content))
        body = document.element.body
        for child in list(body):
            if child.tag != qn("w:sectPr"):
                body.remove(child)
        _ = document.sections[0], document.styles["Normal"]
    except Exception as error:  # whatever the library meets in a broken part has a class of its own
        raise TemplateRefused("damaged", name) from error
    return document


class _Writer:
    """The state of one document: what is open, how it is called."""

    def __init__(self, locale: str, template: bytes | None):
        self.locale, self.rtl = locale, locale == "ar"
        self.own = template is None
        self.document = docx.Document() if self.own else opened(template, FILES["docx"])
        self.marks = 0
        self.named: dict[str, int] = {}
        if self.own:
            self._set_styles()
            self._set_page()
        section = self.document.sections[0]._sectPr
        if self.rtl:
            _put(section, "w:bidi")

    # Page and styles

    def _set_styles(self) -> None:
        for name, size in (("Normal", 11), ("Title", 16), ("Heading 1", 13), ("Heading 2", 11.5), ("List Bullet", 11)):
            style = self.document.styles[name]
            style.font.size = Pt(size)
            style.font.name = FONT
            properties = style.element.get_or_add_rPr()
            fonts = properties.find(qn("w:rFonts"))
            for attribute in list(fonts.attrib):
                if attribute.endswith("Theme"):
                    del fonts.attrib[attribute]
            for face in ("ascii", "hAnsi", "cs", "eastAsia"):
                fonts.set(qn(f"w:{face}"), FONT)
            _put(properties, "w:szCs", val=str(round(size * 2)))
            style.paragraph_format.space_after = Pt(4)
            style.paragraph_format.space_before = Pt({"Heading 1": 12, "Heading 2": 8}.get(name, 0))
            if name != "Normal" and name != "List Bullet":
                style.font.color.rgb = GREEN
                style.font.bold = True
                _put(properties, "w:bCs")
            if name == "Title":
                # The line under the library's own title cuts through Arabic descenders.
                border = style.element.pPr.find(qn("w:pBdr"))
                if border is not None:
                    style.element.pPr.remove(border)

    def _set_page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)
        section.top_margin, section.bottom_margin = Cm(1.8), Cm(1.8)
        section.header_distance = section.footer_distance = Cm(0.9)

    def _lie_down(self) -> None:
        section = self.document.sections[0]
        if section.page_width < section.page_height:
            section.page_width, section.page_height = section.page_height, section.page_width
            section.orientation = WD_ORIENT.LANDSCAPE
            if self.own:
                section.bottom_margin = Cm(1.3)

    # Blocks

    def add(self, one: Block, where: Document | _Cell, locale: str, *, after: Sequence[Block | None] = ()) -> None:
        """after: the next two. A line stays with the table that it tells, a table with its small print, and nobody
        signs on a page that says nothing."""
        if isinstance(one, Grid):
            noted = any(isinstance(next_one, Line) and next_one.style == "small" for next_one in after[:1])
            self._grid(one, where, locale, one.mark, noted=noted)
            return
        paragraph = where.add_paragraph()
        self._line(one, paragraph, locale, one.mark)
        grids = [isinstance(next_one, Grid) and (place == 0 or next_one.plain) for place, next_one in enumerate(after)]
        if any(grids):
            paragraph.paragraph_format.keep_with_next = True

    def _said(self, paragraph: Paragraph, mark: str) -> None:
        """Put a paragraph into a bookmark of its part. One that spans several is taken apart by other programs."""
        if not mark:
            return
        self.marks += 1
        self.named[mark] = self.named.get(mark, 0) + 1
        number, name = str(1000 + self.marks), f"{PREFIX}{mark}_{self.named[mark]}"
        paragraph._p.get_or_add_pPr().addnext(_element("w:bookmarkStart", id=number, name=name))
        paragraph._p.append(_element("w:bookmarkEnd", id=number))

    def _line(self, one: Line, paragraph: Paragraph, locale: str, mark: str = "") -> None:
        rtl = locale == "ar"
        if not one.lead and reads_against(one.text, rtl=rtl):
            # What somebody typed in the other language is set as that language is.
            rtl = not rtl
        wanted = _STYLES.get(one.style)
        styled = wanted is not None and self._has(wanted)
        if styled:
            paragraph.style = self.document.styles[wanted]
        self._direct(paragraph, rtl=rtl)
        center = one.style in ("title", "subtitle", "notice", "center")
        _put(paragraph._p.get_or_add_pPr(), "w:jc", val="center" if center else "start")
        if one.style in _LEVELS:
            paragraph.paragraph_format.keep_with_next = True
            if not styled:
                _put(paragraph._p.pPr, "w:outlineLvl", val=str(_LEVELS[one.style]))
        if one.style == "small":
            paragraph.paragraph_format.space_after = Pt(8)
        if one.style == "letterhead":
            paragraph.paragraph_format.space_after = Pt(0)
        if one.style in ("strong", "heading", "heading2"):
            paragraph.paragraph_format.keep_with_next = True
        if one.style == "notice":
            _put(paragraph._p.get_or_add_pPr(), "w:shd", val="clear", color="auto", fill=OCHRE)
        plain = one.style in ("text", "bullet", "small", "center", "break")
        if one.style == "bullet" and not styled:
            paragraph.paragraph_format.left_indent = Cm(0.6)
        if one.lead:
            self._write(paragraph, one.lead + " ", locale, rtl=rtl, bold=True, size=_SIZES.get(one.style))
        size = None if styled else _SIZES.get(one.style)
        colour = GREY if one.style == "small" else GREEN if not styled and one.style in (*_LEVELS, "title") else None
        self._write(paragraph, one.text, locale, rtl=rtl, bold=not plain and not styled, size=size, colour=colour)
        if one.style == "break":
            paragraph.add_run().add_break(WD_BREAK.PAGE)
        self._said(paragraph, mark)

    def _grid(self, one: Grid, where: Document | _Cell, locale: str, mark: str = "", *, noted: bool = False) -> None:
        if not one.head and not one.rows:
            return
        rtl = locale == "ar"
        columns = len(one.head or one.rows[0])
        lines = ([one.head] if one.head else []) + list(one.rows)
        room = self._room(where)
        if isinstance(where, _Cell):
            table = where.add_table(rows=len(lines), cols=columns)
        else:
            table = where.add_table(rows=len(lines), cols=columns)
        if not one.plain:
            if self._has("Table Grid"):
                table.style = self.document.styles["Table Grid"]
            else:
                _draw_lines(table)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        properties = table._tbl.tblPr
        if rtl:
            _put(properties, "w:bidiVisual")
        widths = one.widths or (1.0,) * columns
        shares = [int(room * part / sum(widths)) for part in widths]
        table.autofit = False
        for at, share in enumerate(shares):
            table.columns[at].width = share
        for place, texts in enumerate(lines):
            row = table.rows[place]
            heads = place == 0 and bool(one.head)
            row_properties = row._tr.get_or_add_trPr()
            row_properties.append(_element("w:cantSplit"))
            if heads:
                row_properties.append(_element("w:tblHeader"))
            for at, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
                cell.width = shares[at]
                # Units stand under units: numbers end on the right in every language.
                side = "center" if one.plain else "end" if at in one.numeric and not rtl else "start"
                size = None if one.plain else 8.5 if isinstance(where, _Cell) else 9.5
                for part, against in parted(text, rtl=rtl):
                    paragraph = cell.paragraphs[0] if not cell.paragraphs[0].runs else cell.add_paragraph()
                    self._direct(paragraph, rtl=rtl is not against)
                    _put(paragraph._p.get_or_add_pPr(), "w:jc", val=side)
                    paragraph.paragraph_format.space_after = Pt(1)
                    paragraph.paragraph_format.space_before = Pt(1)
                    self._write(paragraph, part, locale, rtl=rtl is not against, bold=heads or one.plain, size=size)
                    # What is signed and where it is signed are on one page; a table leaves no row of it alone, nor
                    # what stands below it.
                    ends = place in (0, int(bool(one.head)), len(lines) - 2) and place < len(lines) - 1
                    last = noted and place == len(lines) - 1
                    paragraph.paragraph_format.keep_with_next = bool(one.room) if one.plain else ends or last
                    self._said(paragraph, mark)
                if heads:
                    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=TINT))
        if one.room:
            # An empty row as high as that: what is written there by hand.
            row = table.add_row()
            row.height = Cm(min(one.room, 1.2) if isinstance(where, _Cell) else one.room)
            row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        # Two tables without a paragraph between them would become one.
        after = where.add_paragraph()
        after.paragraph_format.space_after = Pt(2)
        after.paragraph_format.line_spacing = Pt(4)
        after.paragraph_format.keep_with_next = noted

    def side_by_side(self, blocks: Sequence[Block], other_locale: str, others: Sequence[Block]) -> None:
        """The blocks of two languages in two columns, a row a block, so that what says the same stands level; a table
        for each part between two breaks, on a page of its own."""
        self._lie_down()
        pairs = list(zip(blocks, others, strict=True))
        breaks = [at for at, (one, _) in enumerate(pairs) if isinstance(one, Line) and one.style == "break"]
        for first, last in zip([0, *(at + 1 for at in breaks)], [*breaks, len(pairs)], strict=True):
            if first:
                self._line(pairs[first - 1][0], self.document.add_paragraph(), self.locale)
            self._columns(pairs[first:last], other_locale)

    def _columns(self, pairs: Sequence[tuple[Block, Block]], other_locale: str) -> None:
        table = self.document.add_table(rows=0, cols=2)
        if self.rtl:
            _put(table._tbl.tblPr, "w:bidiVisual")
        table.autofit = False
        room = self._room(self.document)
        for at, (one, other) in enumerate(pairs):
            after = pairs[at + 1][0] if at + 1 < len(pairs) else None
            if isinstance(one, Line) and not one.text and isinstance(after, Grid):
                # There is no room for an empty line.
                continue
            row = table.add_row()
            if not isinstance(one, Grid) or max(lines_of(x, across=HALF_A_LINE) for x in (one, other)) <= MOST_WHOLE:
                row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
            for cell, block, locale in ((row.cells[0], one, self.locale), (row.cells[1], other, other_locale)):
                cell.width = room // 2
                mark = f"{block.mark}_{locale}" if block.mark else ""
                if isinstance(block, Grid):
                    self._grid(block, cell, locale, mark)
                    # The paragraph that a new cell holds would stand above the table.
                    cell._tc.remove(cell.paragraphs[0]._p)
                else:
                    self._line(block, cell.paragraphs[0], locale, mark)
                    # A page that lies down is low: a letter with its signature has to stand on one.
                    if block.style not in _LEVELS and block.style != "title":
                        cell.paragraphs[0].paragraph_format.space_after = Pt(1)
                    if isinstance(after, Grid):
                        cell.paragraphs[0].paragraph_format.keep_with_next = True

    # Around

    def surround(self, face: Face) -> None:
        """The notices in every header, the numbers of the pages in an empty footer, what the file says of itself."""
        section = self.document.sections[0]
        headers = [section.header]
        footers = [section.footer]
        if section.different_first_page_header_footer:
            headers.append(section.first_page_header)
            footers.append(section.first_page_footer)
        if self.document.settings.odd_and_even_pages_header_footer:
            headers.append(section.even_page_header)
            footers.append(section.even_page_footer)
        for header in headers if face.notices else ():
            first = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
            for locale, notice in face.notices:
                empty = not first.text and not first._p.findall(f".//{qn('w:drawing')}")
                self._line(Line(notice, "notice"), first if empty else header.add_paragraph(), locale)
        for footer in footers if face.numbered else ():
            if any(p.text.strip() or len(p._p.findall(f".//{qn('w:instrText')}")) for p in footer.paragraphs):
                continue
            paragraph = footer.paragraphs[0] if footer.paragraphs else footer.add_paragraph()
            self._direct(paragraph, rtl=self.rtl)
            _put(paragraph._p.get_or_add_pPr(), "w:jc", val="center")
            if face.pages:
                self._write(paragraph, f"{face.pages}    ", self.locale, size=8, colour=GREY)
            for at, field in enumerate(("PAGE", "NUMPAGES")):
                if at:
                    self._write(paragraph, " / ", self.locale, size=8, colour=GREY)
                _field(paragraph, field)
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = sayable(in_line(face.title, rtl=self.rtl)), "", ""
        properties.identifier, properties.language = ":".join(["tatabbu", *face.about]), LANGUAGES[self.locale]
        # Said twice: an office program keeps bookmarks and forgets properties that it does not know, or the reverse.
        first = next(self.document.element.body.iter(qn("w:p")), None)
        if first is not None and face.about:
            name = f"{PREFIX}is_{'_'.join(re.sub('[^A-Za-z0-9]', '', one) for one in face.about)}"[:40]
            first.append(_element("w:bookmarkStart", id="999", name=name))
            first.append(_element("w:bookmarkEnd", id="999"))
        properties.last_modified_by, properties.keywords = "", ""
        # When a paper was made is said in it, where it matters; its properties keep no hour.
        properties.created = properties.modified = dt.datetime(2000, 1, 1)  # noqa: DTZ001

    # Texts

    def _has(self, style: str) -> bool:
        return any(one.name == style for one in self.document.styles)

    def _direct(self, paragraph: Paragraph, *, rtl: bool) -> None:
        properties = paragraph._p.get_or_add_pPr()
        _put(properties, "w:bidi", **({} if rtl else {"val": "0"}))

    def _write(
        self,
        paragraph: Paragraph,
        text: str,
        locale: str,
        *,
        rtl: bool | None = None,
        bold: bool = False,
        size: float | None = None,
        colour: RGBColor | None = None,
    ) -> None:
        rtl = locale == "ar" if rtl is None else rtl
        for piece, from_right in runs(sayable(in_line(text, rtl=rtl)), rtl=rtl):
            run = paragraph.add_run(piece)
            properties = run._r.get_or_add_rPr()
            if self.own:
                fonts = _put(properties, "w:rFonts")
                for face in ("ascii", "hAnsi", "cs"):
                    fonts.set(qn(f"w:{face}"), FONT)
            if bold:
                _put(properties, "w:b")
                _put(properties, "w:bCs")
            if colour is not None:
                run.font.color.rgb = colour
            if size is not None:
                _put(properties, "w:sz", val=str(round(size * 2)))
                _put(properties, "w:szCs", val=str(round(size * 2)))
            if from_right:
                _put(properties, "w:rtl")
            _put(properties, "w:lang", val=LANGUAGES["fr" if locale == "ar" else locale], bidi=LANGUAGES["ar"])

    def _room(self, where: Document | _Cell) -> int:
        section = self.document.sections[0]
        room = section.page_width - section.left_margin - section.right_margin
        return room if not isinstance(where, _Cell) else room // 2 - Cm(0.5)


_SCHEMA = {
    # The schema wants the children of these in its own order; Word refuses a file that has them otherwise.
    "pPr": """pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
        suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
        snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
        textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange""",
    "rPr": """rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid
        vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em
        lang eastAsianLayout specVanish oMath""",
    "tblPr": """tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc tblCellSpacing
        tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription""",
    "sectPr": """headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders lnNumType
        pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter docGrid printerSettings
        sectPrChange""",
}
_ORDER = {name: children.split() for name, children in _SCHEMA.items()}


def _element(tag: str, **attributes: str):
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def _put(parent, tag: str, **attributes: str):
    """The child of that tag, in the place that the schema wants, with these attributes; its own one where it has it."""
    found = parent.find(qn(tag))
    if found is None:
        found = OxmlElement(tag)
        order = _ORDER[parent.tag.rpartition("}")[2]]
        place = order.index(tag[2:])
        after = next((c for c in parent if _rank(c, order) > place), None)
        if after is None:
            parent.append(found)
        else:
            after.addprevious(found)
    for name, value in attributes.items():
        found.set(qn(f"w:{name}"), value)
    return found


def _rank(child, order: list[str]) -> int:
    name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
    return order.index(name) if name in order else len(order)


def _draw_lines(table: Table) -> None:
    """Lines for a table whose template has no style of that name."""
    borders = _put(table._tbl.tblPr, "w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color="808080"))


def _field(paragraph: Paragraph, instruction: str) -> None:
    """A field that Word fills in itself: begun, said, ended, without a value of ours."""
    for kind in ("begin", None, "separate", "end"):
        run = paragraph.add_run()
        run.font.size = Pt(8)
        run.font.color.rgb = GREY
        if kind is None:
            said = OxmlElement("w:instrText")
            said.set(qn("xml:space"), "preserve")
            said.text = f" {instruction} "
            run._r.append(said)
        else:
            run._r.append(_element("w:fldChar", fldCharType=kind))
