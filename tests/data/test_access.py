"""The journal of accesses: a chain that shows every change, kept without delaying anybody."""

import json
import os
import stat
import threading
import time

import pytest
import sqlalchemy as sa

from data.access import FIRST, LOCAL, LOST, PAGE, Access, Journal, digest_of, main, record, verify
from data.database import engine_for, migrate, write
from data.schema import access, event


def seen(name="situation", **columns):
    return Access(PAGE, LOCAL, "administrator", "MA", {"page": name}, **columns)


@pytest.fixture
def unlocked(engine):
    """The engine of a journal whose owner has taken the guards off its table, as one who owns the database can."""

    def take_off():
        with write(engine) as connection:
            for name in ("access_kept", "access_held", "access_next"):
                on = " ON access" if connection.dialect.name == "postgresql" else ""
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
        return engine

    return take_off


def rows(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(access).order_by(access.c.number)).mappings().all()


def test_rows_are_numbered_and_each_names_the_digest_of_the_one_before(engine):
    assert record(engine, [seen("map"), seen("method")]) == 2
    assert record(engine, [seen("events", at=1_700_000_000)]) == 3
    kept = rows(engine)
    assert [row["number"] for row in kept] == [1, 2, 3]
    assert [row["before"] for row in kept] == [FIRST, kept[0]["digest"], kept[1]["digest"]]
    assert kept[2]["at"] == 1_700_000_000 and json.loads(kept[2]["details"]) == {"page": "events"}
    assert verify(engine) is None


def test_an_empty_journal_is_whole_and_nothing_to_keep_writes_nothing(engine):
    assert verify(engine) is None
    assert record(engine, []) == 0 and rows(engine) == []


def test_an_access_is_no_event(engine):
    record(engine, [seen()])
    with engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(event)).scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access SET role = 'reader' WHERE number = 1",
        "DELETE FROM access WHERE number = 2",
        "DELETE FROM access",
    ],
)
def test_the_database_itself_refuses_to_change_or_take_away_a_row(engine, statement):
    record(engine, [seen(), seen()])
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), write(engine) as connection:
        connection.exec_driver_sql(statement)
    assert len(rows(engine)) == 2


def test_a_row_cannot_be_put_in_the_place_of_another(engine):
    record(engine, [seen(), seen()])
    kept = dict(rows(engine)[0]) | {"role": "reader"}
    with pytest.raises(sa.exc.DBAPIError), write(engine) as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(sa.insert(access).prefix_with("OR REPLACE").values(kept))
        else:
            connection.exec_driver_sql("TRUNCATE access")
    assert [row["role"] for row in rows(engine)] == ["administrator", "administrator"]


@pytest.mark.parametrize("column", ["at", "who", "role", "scope", "what", "details", "before", "digest"])
def test_a_changed_field_breaks_the_chain_at_its_row(engine, unlocked, column):
    record(engine, [seen() for _ in range(5)])
    with write(unlocked()) as connection:
        value = 1 if column == "at" else "x"
        connection.execute(sa.update(access).where(access.c.number == 3).values({column: value}))
    assert verify(engine) == 3


def test_a_row_that_is_gone_breaks_the_chain_at_its_number(engine, unlocked):
    record(engine, [seen() for _ in range(5)])
    with write(unlocked()) as connection:
        connection.execute(sa.delete(access).where(access.c.number == 4))
    assert verify(engine) == 4


def test_two_rows_that_changed_places_break_the_chain(engine, unlocked):
    record(engine, [seen("map"), seen("method"), seen("events")])
    with write(unlocked()) as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(sa.update(access).where(access.c.number == old).values(number=new))
    assert verify(engine) == 2


def test_an_account_has_one_digest_in_an_office_and_another_in_the_next(tmp_path):
    here, there = tmp_path / "a", tmp_path / "b"
    name = "Name@Office.ma"
    assert digest_of(name, here) == digest_of(" name@office.ma ", here)
    assert digest_of(name, here) != digest_of(name, there)
    assert digest_of(name, here) != digest_of("other@office.ma", here)
    assert "name" not in digest_of(name, here) and len(digest_of(name, here)) == 64


@pytest.mark.skipif(os.name != "posix", reason="the rights of a file are those of a Unix")
def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    digest_of("name@office.ma", tmp_path)
    key = tmp_path / "access.key"
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    digest_of("other@office.ma", tmp_path)
    assert key.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["access.key"]


def test_many_at_once_make_one_key_and_one_chain(engine, tmp_path):
    journal, found = Journal(pause=0), set()

    def work():
        found.add(digest_of("name@office.ma", tmp_path))
        for _ in range(20):
            journal.note(engine, seen())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.close()
    assert len(found) == 1 and len(rows(engine)) == 160 and verify(engine) is None


def test_what_is_noted_is_kept_soon_and_nobody_waits_for_it(engine):
    journal = Journal(pause=0.01)
    started = time.perf_counter()
    for _ in range(200):
        journal.note(engine, seen())
    assert time.perf_counter() - started < 0.5
    deadline = time.monotonic() + 20
    while len(rows(engine)) < 200 and time.monotonic() < deadline:
        time.sleep(0.02)
    journal.close()
    assert len(rows(engine)) == 200 and verify(engine) is None


def test_a_locked_database_loses_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'tatabbu.db'}"
    holder = engine_for(url)
    migrate(holder)
    hasty = sa.create_engine(url, connect_args={"timeout": 0.05})

    @sa.event.listens_for(hasty, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @sa.event.listens_for(hasty, "connect")
    def _settle(connection, _record):
        connection.isolation_level = None

    journal = Journal(pause=60)
    with write(holder):
        for _ in range(3):
            journal.note(hasty, seen())
        assert journal.flush() is False
    journal.note(hasty, seen("map"))
    assert journal.flush() is True
    assert [json.loads(row["details"])["page"] for row in rows(holder)] == ["situation"] * 3 + ["map"]
    assert verify(holder) is None
    holder.dispose()
    hasty.dispose()


def test_what_had_to_be_dropped_is_said_in_the_journal(engine):
    journal = Journal(pause=60, most=2)
    for _ in range(5):
        journal.note(engine, seen())
    assert journal.flush() is True
    kept = rows(engine)
    assert [row["what"] for row in kept] == [PAGE, PAGE, LOST] and json.loads(kept[2]["details"]) == {"rows": 3}


def test_a_database_that_was_removed_does_not_hold_up_the_others(engine, tmp_path):
    gone = engine_for(f"sqlite:///{tmp_path / 'gone.db'}")
    journal = Journal(pause=60)
    journal.note(gone, seen())
    journal.note(engine, seen("map"))
    assert journal.flush() is True
    assert len(rows(engine)) == 1
    gone.dispose()


def test_the_command_says_whether_the_chain_is_whole(engine, unlocked, database_url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", database_url)
    record(engine, [seen(), seen()])
    assert main(["--verify"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"rows": 2, "broken": None, "last_digest": rows(engine)[1]["digest"]}
    with write(unlocked()) as connection:
        connection.execute(sa.update(access).where(access.c.number == 2).values(role="reader"))
    assert main(["--verify"]) == 1
    assert json.loads(capsys.readouterr().out)["broken"] == 2
