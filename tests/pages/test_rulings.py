"""Rulings: the rows that wait, said and answered on a page by those who may."""

import datetime as dt
from html import escape

import pytest

from data.catalogue import catalogue
from data.importer import Territories, import_file
from i18n import words

TEMSIA = "09.273.05.27"
HEAD = "territory,step,unit,measure,date,value"
STEADY = (1000, 1010, 1022, 1030, 1041, 1050, 1062, 1070)


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """An office whose second file says a jump of one commune."""
    from ui.engine import engine, today

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    days = [dt.date(2023, 3, 5) + dt.timedelta(7 * at) for at in range(10)]
    lines = [
        f"{TEMSIA},rnp.registered,person,stock,{day},{n}" for day, n in zip(days, (*STEADY, 5000, 1090), strict=True)
    ]
    report = import_file(
        engine(),
        "\n".join([HEAD, *lines]).encode(),
        name="weekly.csv",
        actor="preparer",
        today=today(),
        catalogue=catalogue(),
        territories=Territories.load(),
    )
    assert report.quarantined == 1
    yield report
    engine().dispose()


@pytest.fixture
def page(planted, opened_here):
    """The page of rulings."""
    return lambda **address: opened_here("rulings", **address)


@pytest.fixture
def opened_here():
    """A function that opens a page by the front door, in the office that the environment names."""
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    root = Path(__file__).parents[2]

    def run(page, **address):
        app = AppTest.from_file(str(root / "app.py"), default_timeout=120)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, app.exception
        return app

    return run


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_a_row_that_waits_is_said_with_its_rule_and_what_it_was_measured_against(planted, page, html, locale):
    w = words(locale)
    app = page(lang=locale)
    assert [t.value for t in app.title] == [w("rulings.title")]
    assert any(w("rulings.rule_jump") in s.value for s in app.subheader)
    assert escape(w.place(TEMSIA)) in html(app)
    assert w.number(1070) in html(app)


def test_a_yes_makes_it_a_figure_and_can_be_taken_back(planted, page):
    w = words("fr")
    app = page(lang="fr")
    app.button(key=f"yes-{planted.event}-jump").click().run()
    assert any(
        w("rulings.done_yes", rows=w.count("row", 1), number=str(planted.event + 1)) in s.value for s in app.success
    )
    assert w("rulings.none") in "".join(i.value for i in app.info)
    chooser = next(s for s in app.selectbox if s.key.startswith("undo-ruling-"))
    chooser.set_value(chooser.options and planted.event + 1).run()
    app.button(key="undo-ruling-do").click().run()
    assert any(w("rulings.rule_jump") in s.value for s in app.subheader)


def test_a_no_leaves_it_out_and_the_log_says_so(planted, page, opened_here, html):
    w = words("ar")
    app = page(lang="ar")
    app.button(key=f"no-{planted.event}-jump").click().run()
    assert w("rulings.none") in "".join(i.value for i in app.info)
    assert escape(w("events.kind_ruling")) in html(opened_here("events", lang="ar"))


def test_with_nothing_that_waits_the_page_says_so(opened):
    w = words("ar")
    app = opened("rulings", lang="ar")
    assert w("rulings.none") in "".join(i.value for i in app.info)


def test_the_method_page_says_every_rule_with_its_numbers(opened, html):
    w = words("fr")
    said = html(opened("method", lang="fr"))
    for rule in ("jump", "doubled", "fall", "ceiling", "silent", "parts", "person"):
        assert escape(w(f"rulings.rule_{rule}")) in said
    assert escape(w.percent_words(1.2)) in said
