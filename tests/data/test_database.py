"""Engines, the write lock, event numbers, migrations."""

import subprocess
import sys
import threading

import pytest
import sqlalchemy as sa

from data import database
from data.database import MigrationRefused, as_date, as_day, engine_for, migrate, next_event, write
from data.schema import event, metadata


def test_a_day_is_counted_from_the_first_of_january_1970():
    assert as_day(as_date(0)) == 0
    assert as_date(0).isoformat() == "1970-01-01"
    assert as_day(as_date(19_618)) == 19_618
    assert as_date(19_618).isoformat() == "2023-09-18"


def test_the_short_form_of_a_postgresql_address_gets_our_driver(monkeypatch):
    for given in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        monkeypatch.setenv("DATABASE_URL", given)
        assert database.database_url() == "postgresql+psycopg://u@h/d"


def test_migrated_tables_are_those_of_the_schema(engine):
    inspector = sa.inspect(engine)
    for table in metadata.sorted_tables:
        there = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert there == {column.name: column.nullable for column in table.columns}, table.name
        keys = inspector.get_pk_constraint(table.name)["constrained_columns"]
        assert keys == [column.name for column in table.primary_key.columns], table.name
    assert {"registry", "enrollment"} <= set(inspector.get_view_names())


def test_migrating_again_changes_nothing(engine):
    before = sa.inspect(engine).get_table_names()
    migrate(engine)
    assert sa.inspect(engine).get_table_names() == before


def test_two_starts_at_once_migrate_one_database(database_url):
    engines = [engine_for(database_url) for _ in range(2)]
    failures = []

    def start(engine):
        try:
            migrate(engine)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert "observation" in sa.inspect(engines[0]).get_table_names()
    for engine in engines:
        engine.dispose()


def test_events_are_numbered_without_a_gap_in_the_order_they_are_kept(engine):
    def record(actor):
        for _ in range(10):
            with write(engine) as connection:
                next_event(connection, kind="import", actor=actor)

    threads = [threading.Thread(target=record, args=(actor,)) for actor in ("preparer", "administrator", "reader")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.connect() as connection:
        numbers = connection.execute(sa.select(event.c.number).order_by(event.c.number)).scalars().all()
    assert numbers == list(range(1, 31))


def test_a_write_that_fails_leaves_no_event_and_no_gap(engine):
    with pytest.raises(RuntimeError), write(engine) as connection:
        next_event(connection, kind="import", actor="preparer")
        raise RuntimeError("the power went")
    with write(engine) as connection:
        assert next_event(connection, kind="import", actor="preparer") == 1


def test_a_reader_is_not_kept_waiting_by_a_writer(engine):
    with write(engine) as connection:
        next_event(connection, kind="import", actor="preparer")
        with engine.connect() as reader:
            assert reader.execute(sa.select(sa.func.count()).select_from(event)).scalar_one() == 0


def test_a_role_that_may_not_make_tables_is_told_what_its_owner_runs(postgresql, run_on_server):
    run_on_server("CREATE ROLE visitor LOGIN")
    run_on_server("CREATE DATABASE visited")
    run_on_server("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    engine = engine_for(postgresql("visited").set(username="visitor").render_as_string(hide_password=False))
    with pytest.raises(MigrationRefused) as refused:
        migrate(engine)
    assert "python -m data.migrations" in refused.value.command
    engine.dispose()


def test_a_start_on_the_present_schema_does_without_alembic(engine):
    code = (
        "import sys; from data.database import engine_for, migrate; "
        "engine = engine_for(sys.argv[1]); migrate(engine); print('alembic' in sys.modules)"
    )
    url = engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", code, url], cwd=database.ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
