"""Where records lie, and how they are asked there: a file through DuckDB in this process, or a table where it is.

What an engine says of an error may repeat a cell, so no error of an engine is ever passed on: `Unreadable` names what
happened, and where it can, the line.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import duckdb
import numpy as np
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.base import PGDialect

from data.importer.records.statements import DATE, NUMBER, TEXT, Statements

MEMORY = "3GB"
MOST_HELD = 2_000_000_000
BYTES, BYTES_OF_TEXT = 4, 16
"""What a cell takes in memory at most, once it is a number, and as text of the length of a code."""
LOOK_EVERY = 0.2
MOST_THREADS = 8
_HEAD = 1 << 16

Told = Callable[[float], None]
"""Called now and then with the part of the present question that is done (0 to 1), 0 where the engine does not say."""


class Unreadable(Exception):
    """The records cannot be read; `code` names a problem, `line` where it is, when that is known."""

    def __init__(self, code: str, line: int | None = None, **values):
        super().__init__(code)
        self.code, self.line, self.values = code, line, values


class Holder(Protocol):
    """An engine with one table of records. `kinds`: what each column holds, by its name; `estimate`: how many records
    there are, roughly, 0 when not known before they are counted."""

    kinds: Mapping[str, str]
    relation: sa.TableClause
    estimate: int

    def ask(self, statement: sa.Select, told: Told) -> list[np.ndarray]:
        """The columns of the answer. Whatever `told` raises stops the engine. Raises Unreadable."""

    def hold(self, statements: Statements, told: Told) -> Statements:
        """The statements for records that are read once and held in memory, where the engine would otherwise read text
        again at every question; else the same statements. Raises Unreadable."""

    def unchanged(self) -> bool:
        """Whether the records are those that were there when the first question was asked."""


class _DuckDB(PGDialect):
    """DuckDB speaks PostgreSQL's SQL but for days, which have their own forms."""

    name = "duckdb"
    supports_statement_cache = False
    _backslash_escapes = False

    def __init__(self):
        super().__init__(paramstyle="named")


_DUCKDB = _DuckDB()


def _run(work: Callable[[], object], stop: Callable[[], None], told: Callable[[], None]) -> object:
    """What `work` returns, done in a thread of its own while this one calls `told`; what that raises stops the work."""
    done: list[object] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # handed to the thread that asked
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(LOOK_EVERY)
            told()
    except BaseException:
        # An engine that has not yet begun does not hear the first call.
        while thread.is_alive():
            stop()
            thread.join(LOOK_EVERY)
        raise
    if failed:
        raise failed[0]
    return done[0]


# Files


class _File:
    """A CSV or Parquet file as DuckDB reads it. Nothing else can be read through it, and nothing is written."""

    def __init__(self, path: str, kind: str, threads: int):
        self.path = path
        self._before = self._state()
        # Nothing may be fetched from anywhere, nor any other file opened, whatever a statement says.
        settings = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": MEMORY,
            "threads": str(threads),
            "temp_directory": "",
            "preserve_insertion_order": "false",
            "enable_progress_bar": "true",
            "enable_progress_bar_print": "false",
        }
        quoted = "'" + path.replace("'", "''") + "'"
        self.connection = duckdb.connect(":memory:")
        for name, value in settings.items():
            self.connection.execute(f"SET {name} = '{value}'")
        self.connection.execute(f"SET allowed_paths = [{quoted}]")
        self.connection.execute("SET enable_external_access = false")
        self.connection.execute("SET lock_configuration = true")
        # Every column as text: 09.273 must not become a number because others of its column could be one.
        options = "" if kind == "parquet" else ", all_varchar = true, header = true, strict_mode = true"
        self.source = f"read_{kind}({quoted}{options})"
        described = self._described()
        self.kinds = {name: _kind_of(declared) for name, declared in described}
        self.relation = sa.table("records", *(sa.column(name) for name, _ in described))
        self.is_text = kind == "csv"
        self.estimate = self._estimate(kind)

    def _described(self) -> list[tuple[str, str]]:
        try:
            self.connection.execute(f"CREATE VIEW records AS SELECT * FROM {self.source}")
            rows = self.connection.execute("DESCRIBE records").fetchall()
        except duckdb.Error as error:
            raise _said_by_duckdb(error) from None
        return [(row[0], row[1]) for row in rows]

    def _state(self) -> tuple[int, int]:
        state = os.stat(self.path)
        return state.st_mtime_ns, state.st_size

    def _estimate(self, kind: str) -> int:
        if kind == "parquet":
            return self.connection.execute("SELECT count(*) FROM records").fetchone()[0]
        with open(self.path, "rb") as file:
            head = file.read(_HEAD)
        return int(self._before[1] / max(len(head), 1) * head.count(b"\n")) if len(head) == _HEAD else head.count(b"\n")

    def ask(self, statement: sa.Select, told: Told) -> list[np.ndarray]:
        found = self._done(_written(statement), told)
        return [np.ma.getdata(column) for column in found.values()]

    def _done(self, text: str, told: Told) -> dict[str, np.ndarray]:
        def look() -> None:
            told(max(self.connection.query_progress(), 0.0) / 100)

        try:
            return _run(lambda: self.connection.execute(text).fetchnumpy(), self.connection.interrupt, look)
        except duckdb.Error as error:
            raise _said_by_duckdb(error) from None

    def hold(self, statements: Statements, told: Told) -> Statements:
        columns, kinds = statements.held()
        texts = sum(kind == TEXT for kind in kinds.values())
        if not self.is_text or self.estimate * (BYTES_OF_TEXT * texts + BYTES * len(kinds)) > MOST_HELD:
            return statements
        self._done(f"CREATE TABLE held AS {_written(columns)}", told)
        return Statements(statements.layout, kinds, sa.table("held", *(sa.column(name) for name in kinds)))

    def unchanged(self) -> bool:
        try:
            return self._state() == self._before
        except OSError:
            return False

    def close(self) -> None:
        self.connection.close()


def _written(statement: sa.Select) -> str:
    return str(statement.compile(dialect=_DUCKDB, compile_kwargs={"literal_binds": True}))


def _said_by_duckdb(error: duckdb.Error) -> Unreadable:
    """What is wrong, without the words of the engine: they quote the line."""
    text = str(error)
    line = re.search(r"on Line: (\d+)", text)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Unreadable("records_memory", gigabytes=int(MEMORY.removesuffix("GB")))
    if "utf-8" in text.lower() or "unicode" in text.lower():
        return Unreadable("not_utf8", int(line[1]) if line else None)
    return Unreadable("records_unreadable", int(line[1]) if line else None)


@contextmanager
def file(path: str | Path) -> Iterator[_File]:
    """The records of a CSV or Parquet file. Raises Unreadable, OSError."""
    path = os.path.abspath(path)
    if set("*?[]{}") & set(path):
        # To the engine such a name means many files.
        raise Unreadable("records_name")
    with open(path, "rb") as opened:
        head = opened.read(4)
    if not head:
        raise Unreadable("empty_file")
    held = _File(path, "parquet" if head == b"PAR1" else "csv", min(os.cpu_count() or 1, MOST_THREADS))
    try:
        yield held
    finally:
        held.close()


def _kind_of(declared: str) -> str:
    name = declared.upper()
    if name.startswith(("DATE", "TIMESTAMP")):
        return DATE
    if name.startswith(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")):
        return NUMBER
    return TEXT if name.startswith(("VARCHAR", "ENUM")) else "other"


# Tables


class _Table:
    """A table of a database, asked within one reading transaction so that all answers speak of one moment."""

    def __init__(self, connection: sa.Connection, name: str, schema: str | None):
        self.connection = connection
        try:
            described = sa.inspect(connection).get_columns(name, schema=schema)
        except sa.exc.NoSuchTableError:
            raise Unreadable("records_no_table", table=name) from None
        if not described:
            raise Unreadable("records_no_table", table=name)
        # SQLite keeps a date as the text that somebody put there, whatever the column is called.
        dated = TEXT if connection.dialect.name == "sqlite" else DATE
        kinds = ((one["name"], _kind_of_type(one["type"])) for one in described)
        self.kinds = {column: dated if kind == DATE else kind for column, kind in kinds}
        self.relation = sa.table(name, *(sa.column(one["name"]) for one in described), schema=schema)
        self.estimate = self._estimate(name, schema)

    def _estimate(self, name: str, schema: str | None) -> int:
        if self.connection.dialect.name != "postgresql":
            return 0
        quoted = self.connection.dialect.identifier_preparer.format_table(self.relation)
        found = sa.text("SELECT reltuples FROM pg_class WHERE oid = to_regclass(:name)")
        return max(int(self.connection.execute(found, {"name": quoted}).scalar() or 0), 0)

    def ask(self, statement: sa.Select, told: Told) -> list[np.ndarray]:
        def work() -> list[np.ndarray]:
            answer = self.connection.execute(statement)
            # The driver's own rows: a row of SQLAlchemy's costs five times as much.
            rows = answer.cursor.fetchall()
            width = len(answer.keys())
            return [_column(column) for column in zip(*rows, strict=True)] if rows else [np.empty(0, np.int64)] * width

        try:
            return _run(work, self._stop, lambda: told(0.0))
        except sa.exc.CompileError:
            raise Unreadable("records_text_dates") from None
        except Exception as error:
            if isinstance(error, sa.exc.SQLAlchemyError) or _is_of_driver(error):
                raise Unreadable("records_refused_by_engine") from None
            raise

    def hold(self, statements: Statements, told: Told) -> Statements:
        return statements

    def _stop(self) -> None:
        driver = self.connection.connection.driver_connection
        # psycopg and others cancel, sqlite3 interrupts; where neither is there the answer is waited for.
        for name in ("cancel", "interrupt"):
            if hasattr(driver, name):
                getattr(driver, name)()
                return

    def unchanged(self) -> bool:
        return True


def _is_of_driver(error: Exception) -> bool:
    return any(one.__name__ in ("DatabaseError", "InterfaceError", "Error") for one in type(error).__mro__)


def _column(values: Sequence) -> np.ndarray:
    if isinstance(values[0], str):
        return np.array(values, object)
    return np.array([-1 if one is None else int(one) for one in values], np.int64)


def _kind_of_type(declared: sa.types.TypeEngine) -> str:
    if isinstance(declared, sa.Date | sa.DateTime):
        return DATE
    if isinstance(declared, sa.Integer):
        return NUMBER
    return TEXT if isinstance(declared, sa.String) else "other"


_SHORT = ("postgres://", "postgresql://")


@contextmanager
def table(url: str, name: str, *, schema: str | None = None) -> Iterator[_Table]:
    """The records of a table of the database at `url`, which is only read. Raises Unreadable."""
    for short in _SHORT:
        if url.startswith(short):
            url = "postgresql+psycopg://" + url.removeprefix(short)
    try:
        address = sa.make_url(url)
        engine = _engine(address)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError):
        raise Unreadable("records_address") from None
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            elif connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN")
            yield _Table(connection, name, schema)
    except sa.exc.SQLAlchemyError:
        raise Unreadable("records_not_reached") from None
    finally:
        engine.dispose()


def _engine(address: sa.URL) -> sa.Engine:
    settings = {"hide_parameters": True, "poolclass": sa.NullPool}
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, **settings)
    if not address.database or not Path(address.database).is_file():
        # SQLite would make a new, empty file.
        raise Unreadable("records_not_reached")
    only_read = sa.URL.create(
        "sqlite", database=f"{Path(address.database).absolute().as_uri()}", query={"mode": "ro", "uri": "true"}
    )
    return sa.create_engine(only_read, connect_args={"check_same_thread": False}, **settings)
