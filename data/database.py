"""Engines, the write lock, and the numbers events get.

SQLite by default, PostgreSQL when a DATABASE_URL is given: the same tables, the same statements.
"""

import datetime as dt
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa

from data.schema import event

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
WRITE_LOCK = 0x7A7A_6275
"""Key of PostgreSQL's advisory lock: one writer at a time, so that event numbers follow commit order."""

_FIRST_DAY = dt.date(1970, 1, 1).toordinal()


class MigrationRefused(Exception):
    """The role does not own the schema; `command` says what its owner has to run."""

    def __init__(self, run: str):
        super().__init__(run)
        self.command = run


HINDRANCES = {"full": ("SQLITE_FULL", "53100"), "closed": ("SQLITE_READONLY", "SQLITE_CANTOPEN", "25006", "42501")}
"""How SQLite and PostgreSQL call a disk that is full, and a place in which nothing may be written."""


def hindrance(error: BaseException) -> str:
    """Why the database refused: `full` (no room left), `closed` (nothing may be written there), or empty: another
    reason, which may pass."""
    driver = getattr(error, "orig", None) or error
    said = getattr(driver, "sqlite_errorname", None) or getattr(driver, "sqlstate", None) or ""
    return next((why for why, names in HINDRANCES.items() if said.startswith(names)), "")


def as_day(date: dt.date) -> int:
    """The date as whole days since 1970-01-01, as the tables hold it."""
    return date.toordinal() - _FIRST_DAY


def as_date(day: int) -> dt.date:
    """The date that `day` days after 1970-01-01 is."""
    return dt.date.fromordinal(day + _FIRST_DAY)


def local_folder() -> Path:
    """The folder of what belongs to this office alone: databases, overlays, letterhead."""
    return _resolved(os.environ.get("TATABBU_LOCAL") or str(ROOT / "data" / "local"), os.getcwd())


@lru_cache(maxsize=8)
def _resolved(folder: str, _seen_from: str) -> Path:
    # A view asks many times, and each link on the way would be looked at each time.
    return Path(folder).resolve()


def database_url(local: Path | None = None) -> str:
    """DATABASE_URL where it is set, else the embedded database of the local folder."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        # The short forms are what hosting panels hand out; psycopg 3 is the driver we ship.
        for short in ("postgres://", "postgresql://"):
            if given.startswith(short):
                return "postgresql+psycopg://" + given.removeprefix(short)
        return given
    return f"sqlite:///{(local or local_folder()) / 'tatabbu.db'}"


DEMONSTRATION = "demonstration"
"""What the demonstration is called: its folder, its database, its schema on PostgreSQL."""


def demonstration_folder(local: Path | None = None) -> Path:
    """The folder of the made-up office of the demonstration: its settings, its chain of command."""
    return (local or local_folder()) / DEMONSTRATION


def demonstration_url(local: Path | None = None) -> str:
    """The demonstration's own database: a file beside the office's, or a schema of its own on PostgreSQL."""
    address = sa.make_url(database_url(local))
    if address.get_backend_name() == "sqlite":
        return f"sqlite:///{(local or local_folder()) / f'{DEMONSTRATION}.db'}"
    found = address.update_query_dict({"options": f"-csearch_path={DEMONSTRATION}"})
    return found.render_as_string(hide_password=False)


def engine_for(url: str | None = None, *, local: Path | None = None) -> sa.Engine:
    """An engine on the database at `url`, or on the one that the environment names."""
    address = sa.make_url(url or database_url(local))
    if address.get_backend_name() != "sqlite":
        return sa.create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=20)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    # As many connections as there are viewers at one moment: a reader never waits for another reader.
    pool = {"pool_size": 16, "max_overflow": -1} if address.database else {}
    engine = sa.create_engine(address, connect_args={"timeout": 60, "check_same_thread": False}, **pool)

    @sa.event.listens_for(engine, "connect")
    def _settle(connection, _record):
        # The driver must not open transactions by itself: a write begins with BEGIN IMMEDIATE, which takes
        # the lock at once instead of failing half way when two writers meet.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=60000",
            "cache_size=-65536",
            "mmap_size=268435456",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection):
        immediate = connection.get_execution_options().get("tatabbu_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def write(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that holds the write lock: all of it is kept, or nothing."""
    with engine.connect().execution_options(tatabbu_write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITE_LOCK)))
        yield connection


def next_event(connection: sa.Connection, *, kind: str, actor: str, **columns) -> int:
    """The number of a new event, written inside `write`; `columns` are those of the table `event`."""
    highest = connection.execute(sa.select(sa.func.coalesce(sa.func.max(event.c.number), 0))).scalar_one()
    number = highest + 1
    row = {"number": number, "kind": kind, "recorded_at": int(time.time()), "actor": actor, **columns}
    connection.execute(sa.insert(event).values(row))
    return number


_migrating = threading.Lock()


def _is_present(engine: sa.Engine) -> bool:
    """Whether the tables have the present schema, asked without Alembic: importing it is a quarter of a start."""
    newest = max((MIGRATIONS / "versions").glob("[0-9]*.py"))
    head = re.search(r'^revision = "(\w+)"', newest.read_text(encoding="utf-8"), re.MULTILINE)
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return (
            head is not None
            and connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == head[1]
        )


def migrate(engine: sa.Engine) -> None:
    """Bring the tables to the present schema. Two starts at once wait for each other.

    Raises MigrationRefused on PostgreSQL when the role may not create tables in its schema.
    """
    if _is_present(engine):
        return
    from alembic import command
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with _migrating, write(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        head = ScriptDirectory.from_config(config).get_current_head()
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
        if connection.dialect.name == "postgresql":
            may = sa.text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
            if not connection.execute(may).scalar_one():
                raise MigrationRefused("DATABASE_URL=… python -m data.migrations")
        command.upgrade(config, "head")
