"""One measured figure, its bound, and the table that all of them make.

A machine is fast or slow, and busy or not: wherever it can be, a figure is a ratio of two medians taken in turns
within the same minute. The milliseconds beside it are those of the machine that ran the bench.
"""

import datetime as dt
import gc
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "speed.md"
_RESULTS = "<!-- results: written by `python -m bench --write` -->"


@dataclass(frozen=True)
class Figure:
    """One line of the table. `measured` and `bound` are ready to read; `ok` is None for a line without a bound."""

    section: str
    name: str
    measured: str
    bound: str = ""
    ok: bool | None = None


def seconds(work: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> float:
    """How long `work` takes once."""
    start = clock()
    work()
    return clock() - start


def in_turns(
    *works: Callable[[], object], rounds: int, warm: int = 1, clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    """The median seconds of each of `works`, run one after the other in each round."""
    for work in works:
        for _ in range(warm):
            work()
    taken: list[list[float]] = [[] for _ in works]
    gc.collect()
    for _ in range(rounds):
        for at, work in enumerate(works):
            taken[at].append(seconds(work, clock=clock))
    return [statistics.median(one) for one in taken]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ms(value: float) -> str:
    """Seconds as milliseconds for the table."""
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:.0f} ms"


def kb(count: float) -> str:
    """Bytes as thousands of bytes for the table."""
    return f"{count / 1000:.1f} kB"


def table(figures: Iterable[Figure]) -> str:
    """The figures as a Markdown table, which is also what the terminal shows."""
    marks = {True: "yes", False: "**no**", None: ""}
    rows = [("section", "figure", "measured", "bound", "ok?")]
    rows += [(f.section, f.name, f.measured, f.bound, marks[f.ok]) for f in figures]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


ORDER = ("read", "targets", "write", "records", "large", "documents", "view", "wall", "browser")
"""The sections as they stand in the table."""


def write_page(figures: Sequence[Figure]) -> None:
    """Put the table into docs/speed.md, below what is said there about how it is measured.

    Lines of sections that were not run are kept from the page as it was.
    """
    text = PAGE.read_text(encoding="utf-8")
    before, _, old = text.partition(_RESULTS)
    run = {f.section for f in figures}
    kept = [f for f in _read(old) if f.section not in run]
    lines = sorted([*kept, *figures], key=lambda f: ORDER.index(f.section))
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    PAGE.write_text(f"{before}{_RESULTS}\n\nLast run: {day}, {machine}.\n\n{table(lines)}\n", encoding="utf-8")


def _read(text: str) -> list[Figure]:
    marks = {"yes": True, "**no**": False}
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [Figure(*row[:4], marks.get(row[4])) for row in rows[2:] if len(row) == 5]
