"""What the tests of the write side share: the real definitions and territories, and counts typed in the test."""

import datetime as dt

import pytest
import sqlalchemy as sa

from data.catalogue import catalogue
from data.database import as_day
from data.importer import Territories, import_file

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

    def run(*lines, accept_rest=False, name="counts.csv", judged=True):
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
