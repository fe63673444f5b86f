"""From bytes to rows of text: what the file is, and a child process that parses it under limits.

The bytes come from outside. A legal workbook of 1.7 kB with cells A1 and XFD1048576 makes its reader ask for 550 GB and
abort the process it runs in: so another process runs it, and this one says a sentence when it dies.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from data.importer.report import Problem

MOST_BYTES = 2 << 30
MOST_UNPACKED = 1 << 30
MOST_RATIO = 250
RATIO_FROM = 20 << 20
"""Below this many unpacked bytes a workbook may be as dense as it likes."""
MOST_MEMBERS = 3000
MEMORY_GIGABYTES = 1
MOST_BOOK_BYTES = 50 << 20
"""A workbook or a page of more than this is refused: what a prefecture has in a year takes less than one."""

_CHILD = Path(__file__).with_name("parse.py")
_SIGNATURES = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
    (b"\x1f\x8b", "GZIP"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"{\\rtf", "RTF"),
    (b"MIME-Version:", "MHTML"),
    (b"<?xml", "XML"),
)
_COMPOUND = b"\xd0\xcf\x11\xe0"
_HTML = re.compile(rb"\s*(<!doctype\s+html|<!--|<(html|head|body|meta|table|style|title|div)\b)", re.IGNORECASE)
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"

Progress = Callable[[str, int, int], None]
"""Called with a stage (reading, checking, storing, summing), rows done, and rows there are (0: unknown)."""


@dataclass(frozen=True, slots=True)
class Received:
    """The bytes as they came: a private copy, so that what is hashed is what is parsed."""

    path: Path
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Rows of text. `table` has `line` and one text column per column of `header`, named by its place, None when the
    file cannot be read at all; `problems` are those of the file and of lines that are no rows; `ragged` counts these.
    `form`: the rows are the cells of a form that the program wrote (data.importer.form). `grid`: they are the cells of
    some other table (data.importer.grid), with `merged` ranges (sheet, first line, first column, last line, last
    column), the sheets that were `left` out because they are hidden, and whether the sheet is a text file, whose cells
    have no letters. `encoding`: that of a text which was not UTF-8;
    `epoch`: the first year of the calendar in which bare numbers count days.
    """

    table: pa.Table | None
    header: tuple[str, ...]
    problems: tuple[Problem, ...]
    ragged: int
    form: bool = False
    grid: bool = False
    merged: tuple[tuple, ...] = ()
    left: tuple[str, ...] = ()
    text: bool = False
    encoding: str = ""
    epoch: int = 1900

    @property
    def rows_read(self) -> int:
        return (0 if self.table is None else self.table.num_rows) + self.ragged


@contextmanager
def received(source: Path | str | bytes) -> Iterator[Received]:
    """A private copy of the bytes and its SHA-256, gone when the block ends. Raises OSError as opening does."""
    with tempfile.TemporaryDirectory(prefix="tatabbu-") as folder:
        path = Path(folder) / "received"
        digest, size = hashlib.sha256(), 0
        with open(path, "wb") as copy:
            if isinstance(source, bytes):
                digest.update(source)
                size = copy.write(source)
            else:
                with open(source, "rb") as file:
                    while (block := file.read(1 << 20)) and size <= MOST_BYTES:
                        digest.update(block)
                        size += copy.write(block)
        yield Received(path=path, digest=digest.hexdigest(), size=size)


def _kind(got: Received) -> str | Problem:
    """`csv`, `book` or `html`, by what the bytes say; the name of the file is not asked."""
    if got.size > MOST_BYTES:
        return Problem("file_too_large", values={"gigabytes": MOST_BYTES >> 30})
    with open(got.path, "rb") as file:
        head = file.read(4096)
    if not head.removeprefix(b"\xef\xbb\xbf").strip() and got.size <= 4096:
        return Problem("empty_file")
    kind = "csv"
    if head.startswith((b"PK", _COMPOUND)):
        kind = "book"
    elif _HTML.match(_narrow(head)):
        kind = "html"
    if kind != "csv" and got.size > MOST_BOOK_BYTES:
        return Problem("book_too_large", values={"megabytes": MOST_BOOK_BYTES >> 20})
    if head.startswith(b"PK"):
        return _look_into_zip(got) or kind
    if kind == "csv":
        for signature, name in _SIGNATURES:
            if head.startswith(signature):
                return Problem("not_a_table", seen=name, values={"found": name})
    return kind


def _narrow(head: bytes) -> bytes:
    """The beginning of a text as bytes of ASCII, without the mark of its encoding."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) & ~1].decode("utf-16", errors="replace").encode("ascii", errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf")


def _look_into_zip(got: Received) -> Problem | None:
    """What the directory of the archive says before anything is unpacked."""
    try:
        with zipfile.ZipFile(got.path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        return Problem("xlsx_broken")
    if len(members) > MOST_MEMBERS:
        return Problem("xlsx_members", values={"members": len(members), "most": MOST_MEMBERS})
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        return Problem("xlsx_too_large", values={"gigabytes": MOST_UNPACKED >> 30})
    if unpacked > RATIO_FROM and unpacked > MOST_RATIO * max(got.size, 1):
        return Problem(
            "xlsx_ratio",
            values={"ratio": unpacked // max(got.size, 1), "most": MOST_RATIO},
        )
    for member in members:
        path = PurePosixPath(member.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts:
            return Problem("xlsx_path")
        if member.flag_bits & 1:
            return Problem("xlsx_locked")
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        return Problem("xlsx_macros")
    if not any(name.startswith("xl/workbook") for name in names) and not _is_ods(got):
        return Problem("not_a_table", seen="ZIP", values={"found": "ZIP"})
    return None


def _is_ods(got: Received) -> bool:
    """Whether the archive calls itself a spreadsheet of OpenDocument: its first member says so, uncompressed."""
    with open(got.path, "rb") as file:
        return _ODS in file.read(200)


def read(got: Received, *, cells: bool = False, progress: Progress | None = None) -> Reading:
    """The rows of the file as text, or what is wrong with it.

    cells: a table of another layout than one row a figure is handed over cell by cell (`Reading.grid`); otherwise its
    first line is the header of its columns, whatever they are called.
    """
    kind = _kind(got)
    if isinstance(kind, Problem):
        return Reading(table=None, header=(), problems=(kind,), ragged=0)
    folder = got.path.parent
    output, notes = folder / "rows.arrow", folder / "notes"
    notes.touch()
    how = [kind, "cells" if cells or kind == "html" else "table"]
    fate = _run_child([str(got.path), str(output), str(notes), *how], notes, got.size, progress)
    said = _said(notes)
    encoding = next((note["encoding"] for note in said if "encoding" in note), "")
    again = max((at for at, note in enumerate(said) if note.get("again")), default=-1)
    said = said[again + 1 :]
    problems = [
        Problem(code, line=line, values=values) for code, line, values in (n["problem"] for n in said if "problem" in n)
    ]
    whole = next((n["problem"][0] for n in said if n.get("whole")), None)
    if whole is None and not any(note.get("done") for note in said):
        return Reading(table=None, header=(), problems=(fate or Problem("reader_died"),), ragged=0)
    if whole is not None:
        return Reading(
            table=None,
            header=(),
            problems=tuple(p for p in problems if p.code == whole),
            ragged=0,
        )
    with pa.OSFile(str(output), "rb") as file, pa.ipc.open_stream(file) as stream:
        header = tuple(json.loads(stream.schema.metadata[b"header"]))
        table = stream.read_all()
    return Reading(
        table=table,
        header=header,
        problems=tuple(problems),
        ragged=len(problems),
        form=any(note.get("form") for note in said),
        grid=any(note.get("grid") for note in said),
        merged=tuple(tuple(note["merged"]) for note in said if "merged" in note),
        left=tuple(note["left"] for note in said if "left" in note),
        text=kind == "csv",
        encoding=encoding,
        epoch=next((note["epoch"] for note in said if "epoch" in note), 1900),
    )


def _said(notes: Path) -> list[dict]:
    said = []
    for line in notes.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            said.append(json.loads(line))
        except ValueError:  # the child was stopped in the middle of a line
            break
    return said


def _last_rows(notes: Path) -> int:
    with open(notes, "rb") as file:
        file.seek(max(0, notes.stat().st_size - 200))
        for line in reversed(file.read().splitlines()):
            try:
                return int(json.loads(line).get("rows", 0))
            except (ValueError, AttributeError):
                continue
    return 0


def _run_child(arguments: list[str], notes: Path, size: int, progress: Progress | None) -> Problem | None:
    """Run the child to its end; None when it ended by itself, else what ended it."""
    # Nothing of our settings goes along: the child has no business with the database's address.
    kept = ("SYSTEMROOT", "PATH", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }
    seconds = 180 + size // 200_000
    end = time.monotonic() + seconds
    child = subprocess.Popen(
        [sys.executable, "-I", str(_CHILD), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
    )
    try:
        while True:
            try:
                code = child.wait(timeout=0.25)
                break
            except subprocess.TimeoutExpired:
                if progress:
                    progress("reading", _last_rows(notes), 0)
                if time.monotonic() > end:
                    return Problem("reader_too_slow", values={"seconds": seconds})
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if code == 0:
        return None
    if hasattr(signal, "SIGXCPU") and code in (-signal.SIGXCPU, -signal.SIGKILL):
        return Problem("reader_too_slow", values={"seconds": seconds})
    return Problem("reader_died", values={"gigabytes": MEMORY_GIGABYTES})
