"""Counts by the million: the keys of rows as whole numbers, and rows in and out of the tables in bulk."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa
import pyarrow.csv
import sqlalchemy as sa

from data.schema import SERIES_KEY, series

MISSING = -1
"""What stands for NULL in an array of values: counts are never negative."""
CHUNK = 100_000
_IDS = 2_000
_DAY_BITS = 17
_DAY = (1 << _DAY_BITS) - 1

Key = tuple[str, ...]
"""What names one count: the columns of SERIES_KEY."""


def packed(series_id: np.ndarray, to_date: np.ndarray, from_date: np.ndarray) -> np.ndarray:
    """One whole number per row; in its order the rows lie in the tables. Room for 2^29 series and days to 2328."""
    wide = series_id.astype(np.int64) << (2 * _DAY_BITS)
    return wide | (to_date.astype(np.int64) << _DAY_BITS) | from_date.astype(np.int64)


def unpacked(key: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """series, to_date and from_date of packed keys."""
    return key >> (2 * _DAY_BITS), (key >> _DAY_BITS) & _DAY, key & _DAY


def last_of_each(key: np.ndarray, event: np.ndarray) -> np.ndarray:
    """Places of the row with the highest event of each key, in the order of the keys."""
    order = np.lexsort((event, key))
    last = np.ones(len(order), bool)
    last[:-1] = key[order][1:] != key[order][:-1]
    return order[last]


def found(needles: np.ndarray, hay: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per needle whether it stands in the sorted `hay`, and its place there (0 where it does not)."""
    if not len(hay):
        return np.zeros(len(needles), bool), np.zeros(len(needles), np.int64)
    place = np.minimum(np.searchsorted(hay, needles), len(hay) - 1)
    here = hay[place] == needles
    return here, np.where(here, place, 0)


def history(
    connection: sa.Connection,
    table: sa.Table,
    *,
    ids: Sequence[int],
    first: int,
    last: int,
    columns: Sequence[str] = ("value",),
    cut: int | None = None,
) -> np.ndarray:
    """Every row of the series `ids` with to_date from `first` to `last`: one column of the result per column of the
    key (packed), the event, and each of `columns`, NULL as MISSING. cut: only rows of events up to it."""
    known = "" if cut is None else f" AND event <= {int(cut)}"
    read = ", ".join(f"coalesce({name}, {MISSING})" for name in columns)
    blocks = []
    wanted = sorted(ids)
    for at in range(0, len(wanted), _IDS):
        # Whole numbers of our own, written out: 2,000 parameters would be over the limit of older SQLite.
        listed = ",".join(str(int(one)) for one in wanted[at : at + _IDS])
        rows = connection.exec_driver_sql(
            f"SELECT series, to_date, from_date, event, {read} FROM {table.name} "
            f"WHERE series IN ({listed}) AND to_date BETWEEN {int(first)} AND {int(last)}{known}"
        ).cursor.fetchall()
        if rows:
            flat = np.fromiter(chain.from_iterable(rows), np.int64, len(rows) * (4 + len(columns)))
            blocks.append(flat.reshape(len(rows), 4 + len(columns)))
    if not blocks:
        return np.empty((0, 2 + len(columns)), np.int64)
    all_rows = np.concatenate(blocks)
    key = packed(all_rows[:, 0], all_rows[:, 1], all_rows[:, 2])
    return np.column_stack([key, all_rows[:, 3:]])


def current(connection: sa.Connection, table: sa.Table, **wanted) -> np.ndarray:
    """As `history`, the last word on each key only, in the order of the keys."""
    rows = history(connection, table, **wanted)
    return rows[last_of_each(rows[:, 0], rows[:, 1])]


def insert(
    connection: sa.Connection,
    table: sa.Table,
    columns: Sequence[str],
    arrays: Sequence[np.ndarray | Sequence],
    *,
    told: Callable[[int, int], None] | None = None,
) -> None:
    """Insert rows in bulk; MISSING in a column named `value` is NULL. `told` gets rows done, rows in all."""
    total = len(arrays[0])
    names = ", ".join(columns)
    for at in range(0, total, CHUNK):
        part = [array[at : at + CHUNK] for array in arrays]
        if connection.dialect.name == "postgresql":
            _copy(
                connection,
                f"COPY {table.name} ({names}) FROM STDIN WITH (FORMAT csv)",
                columns,
                part,
            )
        else:
            marks = ", ".join("?" * len(columns))
            lists = [_listed(name, array) for name, array in zip(columns, part, strict=True)]
            connection.exec_driver_sql(
                f"INSERT INTO {table.name} ({names}) VALUES ({marks})",
                list(zip(*lists, strict=True)),
            )
        if told:
            told(min(at + CHUNK, total), total)


def _listed(name: str, array) -> list:
    if not isinstance(array, np.ndarray):
        return list(array)
    if name != "value" or not (array == MISSING).any():
        return array.tolist()
    return [None if one == MISSING else one for one in array.tolist()]


def _copy(connection: sa.Connection, statement: str, columns: Sequence[str], part: Sequence) -> None:
    arrays = [
        pa.array(array, mask=(array == MISSING) if name == "value" else None)
        if isinstance(array, np.ndarray)
        else pa.array(list(array), pa.string())
        for name, array in zip(columns, part, strict=True)
    ]
    sink = pa.BufferOutputStream()
    # Every text in quotes: an empty text is then a text, and only a missing number is NULL.
    options = pa.csv.WriteOptions(include_header=False, quoting_style="needed")
    pa.csv.write_csv(pa.table(arrays, names=list(columns)), sink, options)
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(memoryview(sink.getvalue()))


def series_of(connection: sa.Connection, *, kinds: Iterable[tuple[str, str, str, str]]) -> dict[Key, int]:
    """The series of the given (source, step, unit, measure), their id by their key."""
    held: dict[Key, int] = {}
    columns = [series.c[name] for name in SERIES_KEY]
    for source, step, unit, measure in sorted(set(kinds)):
        found = connection.execute(
            sa.select(series.c.id, *columns).where(
                series.c.source == source,
                series.c.step == step,
                series.c.unit == unit,
                series.c.measure == measure,
            )
        )
        # The driver's own rows: a row of SQLAlchemy's costs five times as much, and these are thousands at each event.
        held.update((row[1:], row[0]) for row in found.cursor.fetchall())
    return held


def keys_of(connection: sa.Connection, *, ids: Sequence[int]) -> dict[int, Key]:
    """The keys of the series `ids`."""
    held: dict[int, Key] = {}
    columns = ", ".join(SERIES_KEY)
    wanted = sorted(int(one) for one in ids)
    for at in range(0, len(wanted), _IDS):
        listed = ",".join(map(str, wanted[at : at + _IDS]))
        rows = connection.exec_driver_sql(f"SELECT id, {columns} FROM series WHERE id IN ({listed})").cursor.fetchall()
        held.update((row[0], row[1:]) for row in rows)
    return held


def add_series(connection: sa.Connection, keys: Sequence[Key]) -> dict[Key, int]:
    """New series for keys that have none; their ids by their key."""
    if not keys:
        return {}
    highest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(series.c.id), 0))).scalar_one()
    ids = {key: highest + 1 + at for at, key in enumerate(keys)}
    columns = list(zip(*keys, strict=True))
    insert(
        connection,
        series,
        ("id", *SERIES_KEY),
        [np.array(list(ids.values()), np.int64), *columns],
    )
    return ids
