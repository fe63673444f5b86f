"""The child process: bytes of unknown origin in, rows of text out. Run by its path, never imported by the rest.

    python -I parse.py INPUT OUTPUT NOTES csv|xlsx

OUTPUT becomes an Arrow stream: `line` (int64, as an editor or a spreadsheet numbers it) and one text column per column
of the header, named by its place; the header itself is in the schema's metadata. NOTES receives one JSON object a line:
`rows` while it works, `problem` for what is wrong with the file or with one of its lines, `done` at the end. Without
`done` the child did not finish, whatever its exit code says.

A workbook with a sheet whose first cell is FORM_MARK is a form that the program wrote: what it means is settled by
the parent, so that its cells are handed over as they stand, one a row: `line`, sheet, column (from 1), text. A note
says so.

It knows nothing of the house: no database, no settings, no other module of ours.
"""

import codecs
import csv
import datetime as dt
import io
import json
import os
import re
import sys
import time
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.csv

BLOCK = 8 << 20
BATCH = 50_000
MEMORY = 1 << 30
"""Bytes that a file may make the child ask for beyond what it holds once its libraries are loaded."""
OPEN_FILES = 64
DELIMITERS = ",;\t"
MOST_COLUMNS = 200
MOST_SHEETS = 30
FORM_MARK = "tatabbu-form"
"""The first cell of the sheet that says how a form is laid out (exports/forms.py)."""
FORM_COLUMNS = ["sheet", "column", "text"]
MOST_CELLS = 500_000
"""Cells that say something; a form of a year of days for all communes of a region has fewer."""
DOCTYPES = tuple(
    mark.encode(encoding) for mark in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


class Wrong(Exception):
    """The file as a whole cannot be read; the arguments are a code, a line (or None) and values."""


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


def limit(size: int) -> None:
    """Limits on memory, time, open files and written bytes; the parent watches the clock where there are none."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with open("/proc/self/statm") if os.path.exists("/proc/self/statm") else io.StringIO("0") as statm:
        held = int(statm.read().split()[0]) * resource.getpagesize()
    wanted = {
        resource.RLIMIT_AS: held + MEMORY,
        resource.RLIMIT_CPU: 60 + size // 500_000,
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
                raise Wrong("binary_file", None, {})
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n")
                raise Wrong("not_utf8", line, {}) from None
            if not block:
                break
            quotes = quotes or b'"' in block
            newlines = block.count(b"\n")
            lines, lf = lines + newlines, lf + newlines
            cr, crlf = cr + block.count(b"\r"), crlf + block.count(b"\r\n")
    lone = cr > crlf + 1  # one pair may lie across two blocks
    return quotes, lone


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


def workbook(path: str, rows: Rows) -> None:
    """Read the one sheet of a workbook that holds counts."""
    import python_calamine

    _refuse_entities(path)
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
                    form(book, rows)
                    return
                is_table = {"territory", "value"} <= {_cell(cell).strip().lower() for cell in head}
                if found is None or (is_table and not found[1]):
                    found = (sheet, is_table) if head or found is None else found
                elif is_table:
                    raise Wrong("several_tables", None, {"sheets": 2})
        except (python_calamine.CalamineError, OSError, ValueError):
            raise Wrong("xlsx_broken", None, {}) from None
        if found is None:
            raise Wrong("empty_file", None, {})
        names, lines, records = None, [], []
        for number, row in enumerate(found[0].iter_rows(), start=1):
            record = [_cell(cell) for cell in row]
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


def form(book, rows: Rows) -> None:
    """Hand over the cells of a form that say something, sheet by sheet."""
    rows.notes.say(form=True)
    rows.header(FORM_COLUMNS)
    lines, records, count = [], [], 0
    for name in book.sheet_names:
        for line, row in enumerate(book.get_sheet_by_name(name).iter_rows(), start=1):
            for column, value in enumerate(row, start=1):
                text = _cell(value)
                if not text.strip():
                    continue
                count += 1
                if count > MOST_CELLS:
                    raise Wrong("too_many_cells", None, {"most": MOST_CELLS})
                lines.append(line)
                records.append([name, str(column), text])
            if len(records) >= BATCH:
                rows.add_records(lines, records)
                lines, records = [], []
    rows.add_records(lines, records)


def main(source: str, output: str, notes_path: str, kind: str) -> None:
    pa.set_cpu_count(1)
    notes = Notes(notes_path)
    limit(os.path.getsize(source))
    rows = Rows(output, notes)
    try:
        if kind == "xlsx":
            workbook(source, rows)
        else:
            quotes, lone_returns = _look(source)
            if quotes or lone_returns:
                quoted_csv(source, rows)
            elif not plain_csv(source, rows):
                rows.writer.close()
                notes.say(again=True)
                rows = Rows(output, notes)
                quoted_csv(source, rows)
        rows.writer.close()
    except Wrong as wrong:
        code, line, values = wrong.args
        notes.say(problem=[code, line, values], whole=True)
    except MemoryError:
        notes.say(problem=["too_much_memory", None, {"gigabytes": MEMORY >> 30}], whole=True)
    notes.say(done=True, rows=rows.count)


if __name__ == "__main__":
    main(*sys.argv[1:])
