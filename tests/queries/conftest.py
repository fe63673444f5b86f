"""What the tests of the read side share: counts drawn by hand, written into the tables as an event would."""

import datetime as dt
import shutil

import pytest
import sqlalchemy as sa

from data.catalogue import catalogue
from data.database import as_day, engine_for, next_event, write
from data.importer import Territories, import_file
from data.loading import load_published
from data.schema import ALL, SERIES_KEY, citation, event_slice, observation, rollup, series
from queries.cuts import latest_cut

TODAY = dt.date(2026, 11, 23)


def on(iso):
    """An ISO date as the tables hold it."""
    return as_day(dt.date.fromisoformat(iso))


@pytest.fixture(scope="session")
def day():
    """A function from an ISO date to whole days."""
    return on


class Book:
    """Writes counts directly. A row is (territory, date or (from, to), value); a sum has reporting and expected too."""

    def __init__(self, engine):
        self.engine = engine

    def event(self, kind="import", **columns):
        """The number of a new event that says nothing yet."""
        with write(self.engine) as connection:
            return next_event(connection, kind=kind, actor="administrator", **columns)

    def say(self, *rows, event=None, address="", note="", **key):
        """Reported counts, as one event; its number."""
        return self._write(observation, rows, event, address, note, key)

    def sum(self, *rows, event=None, **key):
        """Sums over children, as one event; its number."""
        return self._write(rollup, rows, event, "", "", key)

    def declare(self, event, *, step, first, last, territories=1, observations=1, unit="household", source="office"):
        """What an event says it brought."""
        row = {
            "event": event,
            "source": source,
            "step": step,
            "unit": unit,
            "measure": "stock",
            "shape": "",
            "from_date": on(first),
            "to_date": on(last),
            "territories": territories,
            "observations": observations,
        }
        with write(self.engine) as connection:
            connection.execute(sa.insert(event_slice).values(row))

    def _write(self, table, rows, event, address, note, key):
        shared = dict.fromkeys(SERIES_KEY, ALL) | {
            "source": "office",
            "step": "rsu.registered",
            "unit": "household",
            "measure": "stock",
        }
        assert key.keys() <= shared.keys(), key
        with write(self.engine) as connection:
            number = event or next_event(connection, kind="import", actor="administrator")
            for territory, date, value, *counted in rows:
                first, last = (date, date) if isinstance(date, str) else date
                row = {
                    "series": self._series(connection, shared | key | {"territory": territory}),
                    "from_date": on(first),
                    "to_date": on(last),
                    "event": number,
                }
                said = dict(zip(("reporting", "expected"), counted, strict=True)) if table is rollup else {}
                connection.execute(sa.insert(table).values(row | said | {"value": value}))
                if address or note:
                    connection.execute(sa.insert(citation).values(row | {"address": address, "note": note}))
        return number

    def _series(self, connection, key):
        known = connection.execute(sa.select(series.c.id).where(*(series.c[k] == v for k, v in key.items()))).scalar()
        if known is not None:
            return known
        number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(series.c.id), 0) + 1)).scalar_one()
        connection.execute(sa.insert(series).values(key | {"id": number}))
        return number


@pytest.fixture
def book(reference_engine):
    """Counts to write into a database that has the territories and definitions that ship, and no count."""
    return Book(reference_engine)


@pytest.fixture(scope="session")
def known():
    """The definitions that ship with the product."""
    return catalogue()


@pytest.fixture(scope="session")
def places():
    """The territories that ship with the product."""
    return Territories.load()


@pytest.fixture
def take_in(reference_engine, known, places):
    """A function that imports lines of CSV and returns the number of the event."""

    def run(*lines):
        report = import_file(
            reference_engine,
            "\n".join(lines).encode(),
            name="counts.csv",
            actor="administrator",
            today=TODAY,
            catalogue=known,
            territories=places,
            # Drawn small figures say what a test wants them to.
            judged=False,
        )
        assert report.event is not None, report.problems
        return report.event

    return run


@pytest.fixture(scope="session")
def published_sqlite(reference_file, tmp_path_factory):
    """A SQLite database with the figures that ship. Nothing may be written to it."""
    path = tmp_path_factory.mktemp("published") / "published.db"
    shutil.copyfile(reference_file, path)
    engine = engine_for(f"sqlite:///{path}")
    load_published(engine, today=TODAY)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def published_postgresql(postgresql, run_on_server, reference_template):
    """A PostgreSQL database with the figures that ship. Nothing may be written to it."""
    run_on_server(f"CREATE DATABASE published TEMPLATE {reference_template}")
    engine = engine_for(postgresql("published").render_as_string(hide_password=False))
    load_published(engine, today=TODAY)
    yield engine
    engine.dispose()


@pytest.fixture
def published(backend, request):
    """The territories, the definitions and the published figures. Nothing may be written to it."""
    return request.getfixturevalue(f"published_{backend}")


@pytest.fixture
def now():
    """A function from an engine to the last cut."""
    return latest_cut
