"""The child process: bytes of unknown origin in, rows of text out. Run by its path, never imported by the rest.

    python -I parse.py INPUT OUTPUT NOTES csv|book|html table|cells

OUTPUT becomes an Arrow stream: `line` (int64, as an editor or a spreadsheet numbers it) and one text column per column
of the header, named by its place; the header itself is in the schema's metadata. NOTES receives one JSON object a line:
`rows` while it works, `problem` for what is wrong with the file or with one of its lines, `done` at the end. Without
`done` the child did not finish, whatever its exit code says.

A workbook with a sheet whose first cell is FORM_MARK is a form that the program wrote: what it means is settled by
the parent, so that its cells are handed over as they stand, one a row: `line`, sheet, column (from 1), text. A note
says so. With `cells`, whatever has not the columns of the long layout (`territory`, `value`) comes the same way, with
the kind of each cell (text, number, date, formula: a number that the workbook computes) as a fifth column, and a note
names the ranges that were merged. Elsewhere `=` stands in the place of such a number.

A text that is not UTF-8 is written again as UTF-8 first: UTF-16 by its mark or its zeros, else Windows-1256 where its
bytes stand in runs as Arabic letters do, else Latin-1 (with the signs of Windows-1252).

It knows nothing of the house: no database, no settings, no other module of ours.
"""

import codecs
import csv
import datetime as dt
import html.parser
import io
import json
import os
import re
import sys
import time
import zipfile
import zlib
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.csv

BLOCK = 8 << 20
BATCH = 50_000
MEMORY = 1 << 30
"""Bytes that a file may make the child ask for beyond what it holds once its libraries are loaded."""
OPEN_FILES = 64
TEXT_SECONDS, BOOK_SECONDS = 60, 9
"""What reading may take of a processor, besides a second for each half megabyte."""
DELIMITERS = ",;\t"
MOST_COLUMNS = 200
MOST_SHEETS = 30
FORM_MARK = "tatabbu-form"
"""The first cell of the sheet that says how a form is laid out (exports/forms.py)."""
FORM_COLUMNS = ["sheet", "column", "text"]
MOST_CELLS = 500_000
"""Cells that say something; a form of a year of days for all communes of a region has fewer."""
GRID_COLUMNS = [*FORM_COLUMNS, "kind"]
MOST_GRID_CELLS = 400_000
MOST_GRID_COLUMNS = 1000
MOST_MERGED = 50_000
MOST_TAGS = 3_000_000
LONG_LAYOUT = {"territory", "value"}
"""What the header of the layout of one row a figure has in any case."""
GRID_DELIMITERS = ";\t|,"
TEXT, NUMBER, DATE, FORMULA = "s", "n", "d", "f"
COMPUTED = "="
"""What stands in the place of a number that the workbook computes, where the kind of a cell is not handed over."""
_WINDOWS_1252 = {at: text for at in range(0x80, 0xA0) if (text := bytes([at]).decode("cp1252", errors="ignore"))}
_ARABIC = bytes(
    at for at in range(0x80, 0x100) if 0x621 <= ord(bytes([at]).decode("cp1256", errors="replace")) <= 0x6D5
)
"""Bytes that are Arabic letters in Windows-1256."""
DOCTYPES = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


class Wrong(Exception):
    """The file as a whole cannot be read; the arguments are a code, a line (or None) and values."""


class NotUtf8(Exception):
    """The text has another encoding; the argument is the first line that says so."""


class Notes:
    """The line of talk to the parent."""

    def __init__(self, path: str):
        self.file = open(path, "w", encoding="utf-8", buffering=1)  # noqa: SIM115 (lives as long as the process)
        self.told = time.monotonic()

    def say(self, **note) -> None:
        self.file.write(json.dumps(note) + "\n")

    def progress(self, rows: int) -> None:
        if time.monotonic() - self.told > 0.5:
            self.told = time.monotonic()
            self.say(rows=rows)


def limit(size: int, seconds: int) -> None:
    """Limits on memory, time, open files and written bytes; the parent watches the clock where there are none."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with open("/proc/self/statm") if os.path.exists("/proc/self/statm") else io.StringIO("0") as statm:
        held = int(statm.read().split()[0]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_AS: held + MEMORY,
        resource.RLIMIT_CPU: seconds + size // 500_000,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_FSIZE: max(2 << 30, 20 * size),
        resource.RLIMIT_CORE: 0,
    }
    for what, most in wanted.items():
        hard = resource.getrlimit(what)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):  # macOS refuses some of them
            continue


class Rows:
    """The Arrow stream, opened when the header is known."""

    def __init__(self, path: str, notes: Notes):
        self.path, self.notes, self.writer, self.count = path, notes, None, 0

    def header(self, names: list[str]) -> None:
        if len(names) > MOST_COLUMNS:
            raise Wrong("too_many_columns", None, {"columns": len(names), "most": MOST_COLUMNS})
        fields = [
            pa.field("line", pa.int64()),
            *(pa.field(str(i), pa.string()) for i in range(len(names))),
        ]
        self.schema = pa.schema(fields, metadata={"header": json.dumps(names)})
        self.writer = pa.ipc.new_stream(self.path, self.schema)
        self.width = len(names)

    def add(self, lines, columns) -> None:
        batch = pa.RecordBatch.from_arrays([pa.array(lines, pa.int64()), *columns], schema=self.schema)
        self.writer.write_batch(batch)
        self.count += len(batch)
        self.notes.progress(self.count)

    def add_records(self, lines: list[int], records: list[list[str]]) -> None:
        columns = zip(*records, strict=True) if records else ()
        if records:
            self.add(lines, [pa.array(column, pa.string()) for column in columns])

    def ragged(self, line: int, found: int) -> None:
        values = {"found": found, "expected": self.width}
        self.notes.say(problem=["wrong_cell_count", line, values])


def _look(path: str) -> tuple[bool, bool]:
    """Whether the text has quotes and whether its lines end in a bare carriage return. Raises Wrong on no text."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    quotes = lone = False
    lines, crlf, cr, lf = 1, 0, 0, 0
    with open(path, "rb") as file:
        while True:
            block = file.read(BLOCK)
            if b"\0" in block:
                raise NotUtf8(None) if lines == 1 and not lf else Wrong("binary_file", None, {})
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n")
                raise NotUtf8(line) from None
            if not block:
                break
            quotes = quotes or b'"' in block
            newlines = block.count(b"\n")
            lines, lf = lines + newlines, lf + newlines
            cr, crlf = cr + block.count(b"\r"), crlf + block.count(b"\r\n")
    lone = cr > crlf + 1  # one pair may lie across two blocks
    return quotes, lone


def decoded(path: str, line: int | None, notes: Notes) -> str:
    """The address of the same text written as UTF-8. Raises Wrong where no encoding fits."""
    with open(path, "rb") as file:
        head = file.read(4096)
    name = _encoding(path, head, line)
    notes.say(encoding=name)
    again = path + ".utf8"
    codec = "latin-1" if name == "windows-1252" else name
    with open(path, "rb") as file, open(again, "w", encoding="utf-8", newline="") as copy:
        decoder = codecs.getincrementaldecoder(codec)()
        try:
            while True:
                block = file.read(BLOCK)
                text = decoder.decode(block, final=not block)
                copy.write(text.translate(_WINDOWS_1252) if codec == "latin-1" else text)
                if not block:
                    return again
        except UnicodeDecodeError:
            raise Wrong("binary_file", None, {}) from None


def _encoding(path: str, head: bytes, line: int | None) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        # Letters of Latin text are zeros in every second place; the digits and separators of an Arabic one too.
        even, odd = head[0::2].count(0), head[1::2].count(0)
        wide = max(even, odd) > len(head) // 8 and min(even, odd) <= max(even, odd) // 20
        if not wide or len(head) % 2:
            raise Wrong("binary_file", None, {})
        return "utf-16-le" if odd > even else "utf-16-be"
    high = pairs = runs = single = 0
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", block):
                raise Wrong("binary_file", None, {})
            high += len(re.findall(rb"[\x80-\xff]", block))
            pairs += len(re.findall(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}", block))
            runs += sum(map(len, re.findall(b"[%b]{2,}" % re.escape(_ARABIC), block)))
            single += len(re.findall(b"(?<![\x80-\xff])[%b](?![\x80-\xff])" % re.escape(_ARABIC), block))
    if pairs * 4 > high:
        # UTF-8 all but for a few letters: any other reading would spoil the rest.
        raise Wrong("not_utf8", line, {})
    return "windows-1256" if runs > 2 * single else "windows-1252"


def _delimiter(line: str) -> str:
    """The delimiter that the header uses most: a French spreadsheet writes a semicolon."""
    return max(DELIMITERS, key=line.count)


def _header_end(path: str) -> tuple[str, int, int]:
    """The first line that says something, the offset after it, its number."""
    with open(path, "rb") as file:
        number = 0
        while True:
            raw = file.readline(1 << 20)
            if not raw:
                raise Wrong("empty_file", None, {})
            number += 1
            text = raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip("\r\n")
            text = text.partition("\r")[0]
            if text.strip(DELIMITERS + " ") and not re.fullmatch(r"sep=.", text.strip()):
                return text, file.tell(), number


def plain_csv(path: str, rows: Rows) -> bool:
    """Read a text without quotes, where a line is a record. False when Arrow and the count of lines disagree."""
    header, offset, number = _header_end(path)
    delimiter = _delimiter(header)
    names = header.split(delimiter)
    rows.header(names)
    width, mark = len(names), ord(delimiter)
    arrow = {
        "read_options": pa.csv.ReadOptions(
            column_names=[str(i) for i in range(width)],
            block_size=2 * BLOCK,
            use_threads=False,
        ),
        "parse_options": pa.csv.ParseOptions(
            delimiter=delimiter,
            quote_char=False,
            escape_char=False,
            invalid_row_handler=lambda row: "skip",
        ),
        "convert_options": pa.csv.ConvertOptions(column_types={str(i): pa.string() for i in range(width)}),
    }
    with open(path, "rb") as file:
        file.seek(offset)
        rest, last = b"", False
        while not last:
            block = file.read(BLOCK)
            last = len(block) < BLOCK
            block = rest + block
            if last and block and not block.endswith(b"\n"):
                block += b"\n"
            cut = block.rfind(b"\n") + 1
            block, rest = block[:cut], block[cut:]
            if len(rest) > BLOCK:
                return False
            if not block:
                continue
            letters = np.frombuffer(block, np.uint8)
            ends = np.flatnonzero(letters == 10)
            starts = np.concatenate(([0], ends[:-1] + 1))
            cells = np.add.reduceat(letters == mark, starts, dtype=np.int32) + 1
            filler = (letters == mark) | (letters == 32) | (letters == 13) | (letters == 10) | (letters == 9)
            says = np.add.reduceat(~filler, starts, dtype=np.int32) > 0
            # Arrow drops lines of no length by itself; lines of delimiters only (a spreadsheet's empty rows) it keeps.
            length = ends - starts
            blank = (length == 0) | ((length == 1) & (letters[starts] == 13))
            fits = (cells == width) & ~blank
            for at in np.flatnonzero(says & ~fits):
                rows.ragged(int(number + 1 + at), int(cells[at]))
            if fits.any():
                table = pa.csv.read_csv(io.BytesIO(block), **arrow)
                if table.num_rows != int(fits.sum()):
                    return False
                keep = says[fits]
                if not keep.all():
                    table = table.filter(pa.array(keep))
                lines = number + 1 + np.flatnonzero(fits & says)
                rows.add(lines, [column.combine_chunks() for column in table.columns])
            number += len(ends)
    return True


def quoted_csv(path: str, rows: Rows) -> None:
    """Read a text with quotes, where a record may hold line ends."""
    header, _, _ = _header_end(path)
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=_delimiter(header))
        names, lines, records, start = None, [], [], 1
        try:
            for record in reader:
                line, start = start, reader.line_num + 1
                if not any(cell.strip() for cell in record):
                    continue
                if names is None:
                    if len(record) == 1 and re.fullmatch(r"sep=.?", record[0].strip()):
                        continue
                    names = record
                    rows.header(names)
                elif len(record) != len(names):
                    rows.ragged(line, len(record))
                else:
                    lines.append(line)
                    records.append(record)
                    if len(records) == BATCH:
                        rows.add_records(lines, records)
                        lines, records = [], []
        except csv.Error:
            raise Wrong("unreadable_line", start, {}) from None
        if names is None:
            raise Wrong("empty_file", None, {})
        rows.add_records(lines, records)


def _is_long(names) -> bool:
    """Whether a header is that of the layout of one row a figure."""
    return {name.strip().strip('"\ufeff').strip().lower() for name in names} >= LONG_LAYOUT


class Cells:
    """Cells of any table, handed over as they stand."""

    def __init__(self, rows: Rows):
        self.rows, self.count, self.lines, self.records, self.merged = rows, 0, [], [], 0
        rows.notes.say(grid=True)
        rows.header(GRID_COLUMNS)

    def put(self, line: int, sheet: str, column: int, text: str, kind: str = TEXT) -> None:
        self.count += 1
        if self.count > MOST_GRID_CELLS:
            raise Wrong("sheet_too_large", None, {"most": MOST_GRID_CELLS})
        if column > MOST_GRID_COLUMNS:
            raise Wrong("too_many_columns", None, {"columns": column, "most": MOST_GRID_COLUMNS})
        self.lines.append(line)
        self.records.append([sheet, str(column), text, kind])
        if len(self.records) >= BATCH:
            self.flush()

    def merge(self, sheet: str, first_line: int, first_column: int, last_line: int, last_column: int) -> None:
        self.merged += 1
        if self.merged <= MOST_MERGED:
            self.rows.notes.say(merged=[sheet, first_line, first_column, last_line, last_column])

    def flush(self) -> None:
        self.rows.add_records(self.lines, self.records)
        self.lines, self.records = [], []


def _unquoted(line: str) -> str:
    """The line without what stands in quotation marks, where a delimiter is none."""
    return re.sub(r'"[^"]*"', "", line) if '"' in line else line


def _grid_delimiter(path: str) -> str:
    """The delimiter that most lines use equally often: a line of notes above the table says nothing of it."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        lines = [line for line in file.read(1 << 18).splitlines()[:300] if line.strip()]
    best, most = GRID_DELIMITERS[0], 0
    for mark in GRID_DELIMITERS:
        counts = [count for line in lines if (count := _unquoted(line).count(mark))]
        agreed = max(map(counts.count, set(counts)), default=0)
        if agreed > most:
            best, most = mark, agreed
    return best


def grid_csv(path: str, rows: Rows) -> None:
    """Hand over the cells of a text whose header is not that of the long layout."""
    cells, start = Cells(rows), 1
    with open(path, encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=_grid_delimiter(path))
        try:
            for record in reader:
                line, start = start, reader.line_num + 1
                if line == 1 and len(record) <= 2 and re.fullmatch(r"sep=.?", record[0].strip() if record else ""):
                    continue
                for column, text in enumerate(record, start=1):
                    if text and text.strip():
                        cells.put(line, "", column, text)
        except csv.Error:
            raise Wrong("unreadable_line", start, {}) from None
    if not cells.count:
        raise Wrong("empty_file", None, {})
    cells.flush()


def grid_book(book, rows: Rows, computed: dict[str, set[tuple[int, int]]]) -> None:
    """Hand over the cells of the sheets that are shown, with the ranges that were merged."""
    cells = Cells(rows)
    for meta in book.sheets_metadata:
        if not str(meta.typ).endswith("WorkSheet") or not str(meta.visible).endswith(".Visible"):
            rows.notes.say(left=meta.name)
            continue
        sheet = book.get_sheet_by_name(meta.name)
        first = sheet.start[1] + 1 if sheet.start else 1
        formulas = computed.get(meta.name, ())
        for line, row in enumerate(sheet.iter_rows(), start=1):
            for column, value in enumerate(row, start=first):
                if value == "" or value is None:
                    continue
                text = _cell(value)
                if text.strip():
                    kind = _kind(value)
                    formula = kind == NUMBER and (line, column) in formulas
                    cells.put(line, meta.name, column, text, FORMULA if formula else kind)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            cells.merge(meta.name, top + 1, left + 1, bottom + 1, right + 1)
    if not cells.count:
        raise Wrong("empty_file", None, {})
    cells.flush()


class _Page(html.parser.HTMLParser):
    """The tables of a page, without what scripts and styles say; a table within a cell is part of the cell."""

    def __init__(self, cells: Cells):
        super().__init__(convert_charrefs=True)
        self.cells, self.tables, self.depth, self.hidden, self.tags = cells, 0, 0, 0, 0
        self.line = self.column = 0
        self.text: list[str] | None = None
        self.span = (1, 1)
        self.taken: dict[int, int] = {}

    def handle_starttag(self, tag, attrs):
        self.tags += 1
        if self.tags > MOST_TAGS:
            raise Wrong("sheet_too_large", None, {"most": MOST_GRID_CELLS})
        if tag in ("script", "style"):
            self.hidden += 1
        elif tag == "table":
            self.depth += 1
            if self.depth == 1:
                self.tables, self.line, self.taken = self.tables + 1, 0, {}
                if self.tables > MOST_SHEETS:
                    raise Wrong("too_many_sheets", None, {"sheets": self.tables, "most": MOST_SHEETS})
        elif self.depth == 1 and tag == "tr":
            self._close()
            self.line, self.column = self.line + 1, 0
        elif self.depth == 1 and tag in ("td", "th"):
            self._close()
            self.line = self.line or 1
            said = dict(attrs)
            self.span = (self._size(said.get("rowspan")), self._size(said.get("colspan")))
            self.text = []
        elif tag in ("br", "p", "div") and self.text is not None:
            self.text.append(" ")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self.hidden = max(0, self.hidden - 1)
        elif tag == "table" and self.depth:
            if self.depth == 1:
                self._close()
            self.depth -= 1
        elif self.depth == 1 and tag in ("td", "th", "tr"):
            self._close()

    def handle_data(self, data):
        if self.text is not None and not self.hidden:
            self.text.append(data)

    def handle_decl(self, decl):
        self.unknown_decl(decl)

    def unknown_decl(self, data):
        if "ENTITY" in data.upper():
            raise Wrong("xlsx_doctype", None, {})

    @staticmethod
    def _size(text: str | None) -> int:
        size = int(text) if text and re.fullmatch(r"[0-9]{1,9}", text.strip()) else 1
        if size > 1 << 16:
            raise Wrong("too_many_columns", None, {"columns": size, "most": MOST_GRID_COLUMNS})
        return max(size, 1)

    def _close(self) -> None:
        if self.text is None:
            return
        text, self.text = " ".join("".join(self.text).split()), None
        high, wide = self.span
        self.column += 1
        while self.taken.get(self.column, 0) >= self.line:
            self.column += 1
        name = str(self.tables)
        if text:
            self.cells.put(self.line, name, self.column, text)
        last = self.column + wide - 1
        if last > 4 * MOST_GRID_COLUMNS:
            raise Wrong("too_many_columns", None, {"columns": last, "most": MOST_GRID_COLUMNS})
        if high > 1:
            self.taken |= dict.fromkeys(range(self.column, last + 1), self.line + high - 1)
        if text and (high > 1 or wide > 1):
            self.cells.merge(name, self.line, self.column, self.line + high - 1, last)
        self.column = last


def grid_html(path: str, rows: Rows) -> None:
    """Hand over the tables of a page of HTML, which portals name .xls."""
    try:
        _look(path)
    except NotUtf8 as other:
        path = decoded(path, other.args[0], rows.notes)
    cells = Cells(rows)
    page = _Page(cells)
    with open(path, encoding="utf-8-sig") as file:
        while block := file.read(1 << 16):
            if len(page.rawdata) > 1 << 20:
                raise Wrong("unreadable_line", None, {})  # one tag of a megabyte
            page.feed(block)
    page.close()
    page._close()
    if not cells.count:
        raise Wrong("empty_file", None, {})
    cells.flush()


def _kind(value) -> str:
    if isinstance(value, bool | str):
        return TEXT
    return NUMBER if isinstance(value, int | float) else DATE


def _cell(value) -> str:
    """A cell of a workbook as it would stand in a text file."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    return "" if value is None else str(value)


def _refuse_entities(path: str) -> None:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            tail = b""
            with archive.open(member) as file:
                while block := file.read(1 << 20):
                    if any(mark in tail + block for mark in DOCTYPES):
                        raise Wrong("xlsx_doctype", None, {})
                    tail = block[-32:]


def _holds(path: str, member: str) -> bool:
    with zipfile.ZipFile(path) as archive:
        return member in archive.namelist()


def _epoch(path: str) -> int:
    """The first year of the calendar in which a workbook counts days."""
    if not _holds(path, "xl/workbook.xml"):
        return 1900
    with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as file:
        return 1904 if re.search(rb"""date1904\s*=\s*["'](1|true)""", file.read(1 << 16)) else 1900


_FORMULA = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f[\s/>]")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})(\d{1,7})["']""")


def formulas(path: str) -> dict[str, set[tuple[int, int]]]:
    """The cells (line, column) that a workbook computes, by the name of their sheet.

    Of XLS the library that reads it does not tell: these files are read as they were last saved.
    """
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names and "xl/workbook.xml" not in names:
            return _formulas_of_ods(archive)
        if "xl/workbook.xml" not in names:
            return {}
        found = {}
        for name, member in _sheet_files(archive, names).items():
            cells = _formulas_of_sheet(archive, member)
            if cells:
                found[name] = cells
        return found


def _sheet_files(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """The file of each sheet of an XLSX, by the sheet's name."""
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in names:
        return {}
    targets = {
        one.get("Id"): one.get("Target", "").removeprefix("/xl/").removeprefix("./")
        for one in ElementTree.fromstring(archive.read(relations))
    }
    files = {}
    for one in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if one.tag.rpartition("}")[2] == "sheet":
            id = next((value for key, value in one.attrib.items() if key.rpartition("}")[2] == "id"), "")
            member = "xl/" + targets.get(id, "")
            if member in names:
                files[one.get("name", "")] = member
    return files


def _formulas_of_sheet(archive: zipfile.ZipFile, member: str) -> set[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    with archive.open(member) as file:
        tail = b""
        while block := file.read(BLOCK):
            block = tail + block
            if b"<f" in block or b":f" in block:
                for match in _FORMULA.finditer(block):
                    if place := _PLACE.search(match[1]):
                        column = 0
                        for letter in place[1]:
                            column = 26 * column + letter - 64
                        found.add((int(place[2]), column))
            tail = block[-600:]
    return found


def _formulas_of_ods(archive: zipfile.ZipFile) -> dict[str, set[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = {}
    name, line, column = "", 0, 0
    with archive.open("content.xml") as file:
        for step, one in ElementTree.iterparse(file, events=("start", "end")):
            tag = one.tag.rpartition("}")[2]
            said = {key.rpartition("}")[2]: value for key, value in one.attrib.items()}
            if step == "start" and tag == "table":
                name, line = said.get("name", ""), 0
            elif step == "start" and tag == "table-row":
                line, column = line + 1, 0
            elif step == "start" and tag in ("table-cell", "covered-table-cell"):
                if "formula" in said:
                    found.setdefault(name, set()).add((line, column + 1))
                column += int(said.get("number-columns-repeated", "1"))
            elif step == "end" and tag == "table-row":
                line += int(said.get("number-rows-repeated", "1")) - 1
                one.clear()
    return found


def workbook(path: str, rows: Rows, *, as_cells: bool) -> None:
    """Read the one sheet of a workbook that holds counts; with `as_cells`, of another layout, the cells of all."""
    import python_calamine

    zipped = zipfile.is_zipfile(path)
    computed: dict[str, set[tuple[int, int]]] = {}
    if zipped:
        _refuse_entities(path)
        try:
            computed = formulas(path)
        except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, OSError, EOFError, zlib.error):
            computed = {}  # what is broken is said by whoever reads the cells
    with open(path, "rb") as file:
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(file)
            sheets = book.sheet_names
            if len(sheets) > MOST_SHEETS:
                raise Wrong(
                    "too_many_sheets",
                    None,
                    {"sheets": len(sheets), "most": MOST_SHEETS},
                )
            found = None
            for name in sheets:
                sheet = book.get_sheet_by_name(name)
                head = next(
                    (row for row in sheet.iter_rows() if any(_cell(cell).strip() for cell in row)),
                    [],
                )
                if head and _cell(head[0]).strip() == FORM_MARK:
                    form(book, rows, computed)
                    return
                is_table = _is_long(_cell(cell) for cell in head)
                if found is None or (is_table and not found[1]):
                    found = (sheet, is_table) if head or found is None else found
                elif is_table:
                    raise Wrong("several_tables", None, {"sheets": 2})
            if as_cells and found is not None and not found[1]:
                rows.notes.say(epoch=_epoch(path) if zipped else 1900)
                grid_book(book, rows, computed)
                return
        except python_calamine.PasswordError:
            raise Wrong("xlsx_locked", None, {}) from None
        except (python_calamine.CalamineError, OSError, ValueError):
            code = "xlsx_broken" if zipped and _holds(path, "xl/workbook.xml") else "book_broken"
            raise Wrong(code, None, {}) from None
        if found is None:
            raise Wrong("empty_file", None, {})
        names, lines, records = None, [], []
        here = computed.get(found[0].name, ())
        first = found[0].start[1] + 1 if found[0].start else 1
        for number, row in enumerate(found[0].iter_rows(), start=1):
            record = [_cell(cell) for cell in row]
            if here:
                record = _without_computed(record, row, [(number, at) in here for at in range(first, first + len(row))])
            if not any(cell.strip() for cell in record):
                continue
            if names is None:
                names = record
                rows.header(names)
                continue
            lines.append(number)
            records.append(record)
            if len(records) == BATCH:
                rows.add_records(lines, records)
                lines, records = [], []
        if names is None:
            raise Wrong("empty_file", None, {})
        rows.add_records(lines, records)


def _without_computed(record: list[str], row: list, computed: list[bool]) -> list[str]:
    """A row with `=` in the place of each number that the workbook computes."""
    return [
        COMPUTED if formula and _kind(cell) == NUMBER else text
        for text, cell, formula in zip(record, row, computed, strict=True)
    ]


def form(book, rows: Rows, computed: dict[str, set[tuple[int, int]]]) -> None:
    """Hand over the cells of a form that say something, sheet by sheet."""
    rows.notes.say(form=True)
    rows.header(FORM_COLUMNS)
    lines, records, count = [], [], 0
    for name in book.sheet_names:
        here = computed.get(name, ())
        for line, row in enumerate(book.get_sheet_by_name(name).iter_rows(), start=1):
            for column, value in enumerate(row, start=1):
                text = _cell(value)
                if not text.strip():
                    continue
                if (line, column) in here and _kind(value) == NUMBER:
                    text = COMPUTED
                count += 1
                if count > MOST_CELLS:
                    raise Wrong("too_many_cells", None, {"most": MOST_CELLS})
                lines.append(line)
                records.append([name, str(column), text])
            if len(records) >= BATCH:
                rows.add_records(lines, records)
                lines, records = [], []
    rows.add_records(lines, records)


def text_file(source: str, rows: Rows, *, as_cells: bool) -> Rows:
    """Read a text; the rows that it came to (read a second time, they are others)."""
    try:
        quotes, lone_returns = _look(source)
    except NotUtf8 as other:
        source = decoded(source, other.args[0], rows.notes)
        quotes, lone_returns = _look(source)
    header = _header_end(source)[0]
    if as_cells and not _is_long(header.split(_delimiter(header))):
        grid_csv(source, rows)
    elif quotes or lone_returns:
        quoted_csv(source, rows)
    elif not plain_csv(source, rows):
        rows.writer.close()
        rows.notes.say(again=True)
        rows = Rows(rows.path, rows.notes)
        quoted_csv(source, rows)
    return rows


def main(source: str, output: str, notes_path: str, kind: str, hand_over: str) -> None:
    pa.set_cpu_count(1)
    notes = Notes(notes_path)
    limit(os.path.getsize(source), TEXT_SECONDS if kind == "csv" else BOOK_SECONDS)
    rows = Rows(output, notes)
    as_cells = hand_over == "cells"
    try:
        if kind == "book":
            workbook(source, rows, as_cells=as_cells)
        elif kind == "html":
            grid_html(source, rows)
        else:
            rows = text_file(source, rows, as_cells=as_cells)
        rows.writer.close()
    except Wrong as wrong:
        code, line, values = wrong.args
        notes.say(problem=[code, line, values], whole=True)
    except NotUtf8:
        notes.say(problem=["binary_file", None, {}], whole=True)
    except MemoryError:
        notes.say(problem=["too_much_memory", None, {"gigabytes": MEMORY >> 30}], whole=True)
    notes.say(done=True, rows=rows.count)


if __name__ == "__main__":
    main(*sys.argv[1:])
