"""Made-up counts, as many as the promises speak of: a database for the reading side, a file for the writing side.

Both are built once and kept, since building them is not what is measured.
"""

import csv
import datetime as dt
import hashlib
import json
import os
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from data.catalogue import catalogue
from data.database import as_day, engine_for, local_folder, migrate, next_event, write
from data.importer import Territories
from data.loading import REFERENCE, load_reference, rows_of
from data.rollups import LEVELS, Tree

STEPS, WEEKS = 14, 200
LAST_DAY = dt.date(2026, 10, 25)
"""The last of the weeks: before the day on which anybody can run this, so that no figure lies in the future."""
SOURCE = "office"
FILE_ROWS = 1_000_000
FILE_STEPS, FILE_WEEKS = 7, 96
"""Few enough weeks that every one of these steps had begun."""


def folder() -> Path:
    """Where what was built is kept: nothing in it is of value."""
    path = local_folder() / "bench"
    path.mkdir(parents=True, exist_ok=True)
    return path


def steps(count: int = STEPS) -> list[tuple[str, str]]:
    """(step, unit) of the first steps of the catalogue, each with its first unit."""
    known = catalogue(folder())
    return [(name, step.units[0]) for name, step in list(known.steps.items())[:count]]


def _digest() -> str:
    """The state of everything that the built database depends on."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted((*REFERENCE.rglob("*.csv"), *(REFERENCE.parent / "migrations").rglob("*.py"))):
        digest.update(path.read_bytes())
    digest.update(json.dumps(catalogue(folder()).to_rows(), ensure_ascii=False).encode())
    return digest.hexdigest()[:12]


def _new(path: Path) -> Path:
    """`path`, with what an earlier state of this project or a broken run has left beside it removed."""
    for old in path.parent.glob(f"{path.name.partition('-')[0]}-*"):
        old.unlink()
    return path.with_name(f"{path.name}.unfinished")


def database() -> Path:
    """A SQLite file with 1,503 communes × 14 steps × 200 weeks, one event a week, and all ancestors' sums."""
    path = folder() / f"figures-{_digest()}.db"
    if path.exists():
        return path
    unfinished = _new(path)
    engine = engine_for(f"sqlite:///{unfinished}")
    migrate(engine)
    load_reference(engine, local=folder())
    tree = Territories.load(folder()).tree()
    communes = sorted(code for code, level in tree.level.items() if level == "commune")
    days = [as_day(LAST_DAY) - 7 * (WEEKS - 1 - week) for week in range(WEEKS)]
    with write(engine) as connection:
        events = _events(connection, days, len(communes))
        _counts(connection, tree, communes, np.array(days), np.array(events))
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    engine.dispose()
    for left in ("-wal", "-shm"):
        unfinished.with_name(unfinished.name + left).unlink(missing_ok=True)
    os.replace(unfinished, path)
    return path


def _events(connection, days: list[int], communes: int) -> list[int]:
    numbers = []
    for day in days:
        number = next_event(
            connection,
            kind="import",
            actor="bench",
            source=SOURCE,
            file_name=f"{day}.csv",
            file_hash=hashlib.sha256(str(day).encode()).hexdigest(),
            rows_read=communes * STEPS,
            accepted=communes * STEPS,
        )
        connection.exec_driver_sql(
            "INSERT INTO event_slice VALUES (?, ?, ?, ?, 'stock', '', ?, ?, ?, ?)",
            [(number, SOURCE, step, unit, day, day, communes, communes) for step, unit in steps()],
        )
        numbers.append(number)
    return numbers


def _counts(connection, tree: Tree, communes: list[str], days: np.ndarray, events: np.ndarray) -> None:
    """Series, observations and sums, in the order of their keys. Every commune reports, so every sum is whole."""
    random = np.random.default_rng(2)
    parents = [code for level in LEVELS for code in sorted(tree.above(communes)) if tree.level[code] == level]
    # The indexes are made at the end: a B-tree that grows in the order of its keys is ten times as fast to fill.
    connection.exec_driver_sql("DROP INDEX ix_observation_event")
    connection.exec_driver_sql("DROP INDEX ix_rollup_event")
    identity = 0
    for step, unit in steps():
        start = random.integers(20, 4000, len(communes))
        values = start[:, None] + np.cumsum(random.integers(0, 30, (len(communes), WEEKS)), axis=1)
        held = {code: (values[at], 1, 1) for at, code in enumerate(communes)}
        numbers = {}
        for code in (*communes, *parents):
            identity += 1
            numbers[code] = identity
        connection.exec_driver_sql(
            "INSERT INTO series (id, source, territory, step, unit, measure) VALUES (?, ?, ?, ?, ?, 'stock')",
            [(number, SOURCE, code, step, unit) for code, number in numbers.items()],
        )
        connection.exec_driver_sql(
            "INSERT INTO observation (series, to_date, from_date, event, value) VALUES (?, ?, ?, ?, ?)",
            list(chain.from_iterable(_rows(numbers[c], days, events, held[c][0]) for c in communes)),
        )
        for parent in parents:
            total = np.sum([held[child][0] for child in tree.children[parent]], axis=0)
            held[parent] = (total, tree.expected(parent), tree.expected(parent))
        connection.exec_driver_sql(
            "INSERT INTO rollup (series, to_date, from_date, event, value, reporting, expected) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (*row, held[parent][1], held[parent][2])
                for parent in parents
                for row in _rows(numbers[parent], days, events, held[parent][0])
            ],
        )
    connection.exec_driver_sql("CREATE INDEX ix_observation_event ON observation (event)")
    connection.exec_driver_sql("CREATE INDEX ix_rollup_event ON rollup (event)")


def _rows(number: int, days: np.ndarray, events: np.ndarray, values: np.ndarray):
    return zip(repeat(number), days.tolist(), days.tolist(), events.tolist(), values.tolist(), strict=False)


def count_file() -> Path:
    """A CSV file of a million count rows in the project's own layout: all communes, seven steps, week by week."""
    path = folder() / f"counts-{_digest()}.csv"
    if path.exists():
        return path
    unfinished = _new(path)
    communes = [row["code"] for row in rows_of(REFERENCE / "territories.csv") if row["level"] == "commune"]
    random = np.random.default_rng(3)
    written, day = 0, LAST_DAY - dt.timedelta(7 * FILE_WEEKS)
    level = random.integers(100, 40_000, (FILE_STEPS, len(communes)))
    with open(unfinished, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("territory", "step", "unit", "measure", "date", "value"))
        while written < FILE_ROWS:
            day += dt.timedelta(7)
            level += random.integers(0, 10, level.shape)
            for at, (step, unit) in enumerate(steps(FILE_STEPS)):
                block = list(zip(communes, level[at].tolist(), strict=True))[: FILE_ROWS - written]
                rows.writerows((code, step, unit, "stock", day.isoformat(), value) for code, value in block)
                written += len(block)
    os.replace(unfinished, path)
    return path
