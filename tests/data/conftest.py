"""What the tests of the write side share: the real definitions and territories, and counts typed in the test."""

import datetime as dt
import os
import sys

import pytest
import sqlalchemy as sa

from data.catalogue import catalogue
from data.database import as_day
from data.importer import Problem, Territories, import_file, parse

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="session")
def known():
    """The definitions that ship with the product."""
    return catalogue()


@pytest.fixture(scope="session")
def places():
    """The territories that ship with the product."""
    return Territories.load()


@pytest.fixture
def take_in(engine, known, places):
    """A function that imports lines of CSV (or bytes) and returns the report."""

    def run(*lines, accept_rest=False, name="counts.csv"):
        content = lines[0] if isinstance(lines[0], bytes) else "\n".join(lines).encode()
        return import_file(
            engine,
            content,
            name=name,
            actor="administrator",
            today=TODAY,
            catalogue=known,
            territories=places,
            accept_rest=accept_rest,
        )

    return run


@pytest.fixture
def figures(engine):
    """A function that reads what the tables say now: value by (territory, step, sex, last day), of one table."""

    def read(table="observation", cut=10**9, columns=""):
        statement = sa.text(
            f"SELECT s.territory, s.step, s.sex, o.to_date, o.value {columns} FROM {table} o "
            "JOIN series s ON s.id = o.series "
            f"WHERE o.event = (SELECT max(n.event) FROM {table} n WHERE n.series = o.series "
            "AND n.to_date = o.to_date AND n.from_date = o.from_date AND n.event <= :cut)"
        )
        with engine.connect() as connection:
            rows = connection.execute(statement, {"cut": cut}).all()
        return {tuple(row[:4]): row[4] if not columns else tuple(row[4:]) for row in rows}

    return read


@pytest.fixture
def rows_in(engine):
    """A function that counts the rows of each table that an import writes."""

    def count():
        with engine.connect() as connection:
            names = ("event", "event_slice", "series", "observation", "rollup", "citation")
            return {n: connection.execute(sa.text(f"SELECT count(*) FROM {n}")).scalar_one() for n in names}

    return count


@pytest.fixture
def day():
    """A function from an ISO date to the tables' whole days."""
    return lambda iso: as_day(dt.date.fromisoformat(iso))


def fork_and_parse(arguments, notes, size, progress):
    """What the child process does, in a fork that need not load its libraries again: for tests that read many files."""
    child = os.fork()
    if child == 0:
        try:
            parse.main(*arguments)
            os._exit(0)
        except BaseException:
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    return None if status == 0 else Problem("reader_died", values={"gigabytes": parse.MEMORY >> 30})


@pytest.fixture
def quick_child(monkeypatch):
    """Files are parsed in a fork of this process, where there are forks."""
    if hasattr(os, "fork"):
        monkeypatch.setattr(sys.modules["data.importer.read"], "_run_child", fork_and_parse)
