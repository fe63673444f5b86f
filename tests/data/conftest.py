"""What the tests of the write side share: the real definitions and territories, and counts typed in the test."""

import datetime as dt
import faulthandler
import json
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

    def run(*lines, accept_rest=False, name="counts.csv", judged=True, **how):
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
            judged=judged,
            **how,
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


class Nursery:
    """A child process that parses one file after the other, made again when it has died: for tests that read many.

    It does what the real one does, limits included, without loading its libraries for each file.
    """

    def __init__(self):
        self.child = 0

    def _bear(self) -> None:
        orders, given = os.pipe()
        heard, answers = os.pipe()
        self.child = os.fork()
        if self.child == 0:
            os.close(given)
            os.close(heard)
            # A reader that panics or is stopped writes pages of it.
            faulthandler.disable()
            # Once for all files: the time that each may take adds up here.
            parse.limit(0, 3600)
            parse.limit = lambda size, seconds: None
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            with os.fdopen(orders) as lines, os.fdopen(answers, "wb", buffering=0) as said:
                for line in lines:
                    try:
                        parse.main(*json.loads(line))
                        said.write(b"y")
                    except BaseException:
                        said.write(b"n")
            os._exit(0)
        os.close(orders)
        os.close(answers)
        self.given, self.heard = given, heard

    def parse(self, arguments, notes, size, progress):
        """What takes the place of `data.importer.read._run_child`."""
        if not self.child:
            self._bear()
        os.write(self.given, (json.dumps(arguments) + "\n").encode())
        answer = os.read(self.heard, 1)
        if answer == b"y":
            return None
        if not answer:
            self.close()
        return Problem("reader_died", values={"gigabytes": parse.MEMORY >> 30})

    def close(self) -> None:
        """Let the child go."""
        if self.child:
            os.close(self.given)
            os.close(self.heard)
            os.waitpid(self.child, 0)
            self.child = 0


@pytest.fixture(scope="session")
def nursery():
    """One child process for all files of the tests that ask for it."""
    held = Nursery()
    yield held
    held.close()


@pytest.fixture
def quick_child(monkeypatch, nursery):
    """Files are parsed by a child process that stays, where processes can be forked."""
    if hasattr(os, "fork"):
        monkeypatch.setattr(sys.modules["data.importer.read"], "_run_child", nursery.parse)


@pytest.fixture
def database_of():
    """A function from an engine to its address, for another process."""
    return lambda engine: engine.url.render_as_string(hide_password=False)
