"""What the tests of pages share: the app opened by its front door, on databases of an office of its own."""

import datetime as dt
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def office(tmp_path_factory):
    """The folder of an office that has started once: its database holds the published figures."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture
def opened(office, monkeypatch):
    """A function that opens a page by the front door, `app.py`, with the choices of an address."""
    monkeypatch.setenv("TATABBU_LOCAL", str(office))

    def run(page="situation", **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        if page != "situation":
            app.switch_page(f"pages/{page}.py").run()
        return app

    return run


@pytest.fixture
def without_figures(tmp_path, monkeypatch):
    """An office whose database has no figure: the published ones were withdrawn after the first start.

    A database that is only migrated cannot be met by a reader, since every start loads the reference lists.
    """
    from data.catalogue import catalogue
    from data.importer import withdraw
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    number = withdraw(engine(), 2, actor="administrator", catalogue=catalogue())
    assert number == 3
    yield tmp_path
    engine().dispose()


@pytest.fixture(scope="session")
def html():
    """A function from a page to all of its HTML."""
    return lambda app: "\n".join(e.proto.body for e in app.get("html"))


@pytest.fixture(scope="session")
def today():
    """The present day on the clock of Casablanca, as the pages read it."""
    from ui.engine import today

    return today


@pytest.fixture(scope="session")
def on():
    """A function from an ISO date to a date."""
    return dt.date.fromisoformat
