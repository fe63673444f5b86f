"""The writing side: a million count rows from CSV, beside DuckDB and an unchecked insert into the same tables."""

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import sqlalchemy as sa

from bench.figures import Figure, seconds
from bench.made import FILE_ROWS, LAST_DAY, count_file, folder
from data.catalogue import catalogue
from data.database import engine_for, migrate, next_event, write
from data.importer import Territories, import_file

TIMES = 4.0
ROUNDS = 3

_ROWS = """
    SELECT territory, step, unit, measure, date::DATE - DATE '1970-01-01', value
    FROM read_csv(?, header = true, types = {'territory': 'VARCHAR'})"""


def _unchecked(engine: sa.Engine, path: Path) -> None:
    """Read the file with DuckDB and insert its rows as they are: no check, no sums, no earlier figures looked at."""
    rows = duckdb.execute(_ROWS, [str(path)]).fetchall()
    with write(engine) as connection:
        number = next_event(connection, kind="import", actor="bench")
        numbers: dict[tuple, int] = {}
        observed = [
            (numbers.setdefault((place, step, unit, kind), len(numbers) + 1), day, day, number, value)
            for place, step, unit, kind, day, value in rows
        ]
        connection.exec_driver_sql(
            "INSERT INTO series (id, source, territory, step, unit, measure) VALUES (?, 'office', ?, ?, ?, ?)",
            [(identity, *key) for key, identity in numbers.items()],
        )
        connection.exec_driver_sql(
            "INSERT INTO observation (series, to_date, from_date, event, value) VALUES (?, ?, ?, ?, ?)", observed
        )


def _imported(engine: sa.Engine, path: Path) -> None:
    report = import_file(
        engine,
        path,
        name=path.name,
        actor="bench",
        today=LAST_DAY,
        catalogue=catalogue(folder()),
        territories=Territories.load(folder()),
    )
    if report.accepted != FILE_ROWS:
        raise AssertionError(f"{report.accepted} of {FILE_ROWS} rows were accepted: {report.problems[:3]}")


def _timed(work, path: Path) -> float:
    """The seconds that `work` takes on a new, empty database, which is thrown away."""
    with tempfile.TemporaryDirectory(dir=folder()) as kept:
        engine = engine_for(f"sqlite:///{Path(kept) / 'new.db'}")
        migrate(engine)
        taken = seconds(lambda: work(engine, path))
        engine.dispose()
    return taken


def measure() -> Iterator[Figure]:
    """Both ways in turns."""
    path = count_file()
    taken = [(_timed(_unchecked, path), _timed(_imported, path)) for _ in range(ROUNDS)]
    unchecked, ours = (statistics.median(one) for one in zip(*taken, strict=True))
    yield Figure(
        "write",
        "1 M count rows from CSV, checked, summed and stored",
        f"{ours / unchecked:.1f} × unchecked ({ours:.1f} s to {unchecked:.1f} s)",
        f"{TIMES:.0f} ×",
        ours <= TIMES * unchecked,
    )
    yield Figure("write", "rows a second", f"{FILE_ROWS / ours / 1000:.0f} thousand")
