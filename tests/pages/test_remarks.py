"""Remarks on a page: written, shown beside the figure, ruled on."""

from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.catalogue import catalogue
from data.importer import Territories, import_file
from i18n import words

ROOT = Path(__file__).parents[2]
TEMSIA = "09.273.05.27"
VIEW = {"lang": "ar", "territory": TEMSIA, "on": "2023-09-18"}


@pytest.fixture
def office_here(tmp_path, monkeypatch):
    """An office with one figure of its own."""
    from ui.engine import engine, today

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    content = f"territory,step,unit,measure,date,value\n{TEMSIA},rsu.registered,household,stock,2023-09-14,1200"
    import_file(
        engine(),
        content.encode(),
        name="a.csv",
        actor="preparer",
        today=today(),
        catalogue=catalogue(),
        territories=Territories.load(),
    )
    yield tmp_path
    engine().dispose()


@pytest.fixture
def page(office_here):
    def run(name="remarks", **address):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for key, value in (VIEW | address).items():
            app.query_params[key] = value
        app.run()
        if name != "situation":
            app.switch_page(f"pages/{name}.py").run()
        assert not app.exception, app.exception
        return app

    return run


def write(app, value="1 250", reason="counted again"):
    app.selectbox(key="step-remark-0").set_value(("rsu.registered", "household"))
    app.text_input(key="value-remark-0").set_value(value)
    app.text_input(key="source-remark-0").set_value("annex")
    app.text_area(key="reason-remark-0").set_value(reason)
    return next(button for button in app.button if button.label == words("ar")("remarks.save")).click().run()


def test_another_value_stands_beside_the_official_one_until_it_is_ruled_on(page, html):
    w = words("ar")
    app = write(page())
    assert any(w("remarks.done_open", number="4") in s.value for s in app.success)
    figures = page("situation", figures="1")
    text = html(figures)
    assert w.number(1200) in text and w.number(1250) in text
    assert "tt-objection" in text and "annex" in text
    app = page()
    app.button(key="remark-uphold").click().run()
    assert any(w("remarks.done_upheld", number="5") in s.value for s in app.success)
    assert w("remarks.settled_title") in [h.value for h in app.header]


def test_a_value_that_is_no_number_and_a_name_are_refused_in_words(page, html):
    w = words("ar")
    app = write(page(), value="many")
    assert escape(w("remarks.fault_number", name=w("remarks.form_value"))) in html(app)
    app = write(page(), reason="according to Mme Alaoui")
    assert escape(w("remarks.fault_personal", name=w("remarks.form_reason"))) in html(app)
    assert "Alaoui" not in html(app)


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_with_no_remark_the_page_says_so(opened, locale):
    w = words(locale)
    app = opened("remarks", lang=locale)
    assert w("remarks.none") in "".join(i.value for i in app.info)


def test_a_day_that_is_none_is_refused(page, html):
    w = words("ar")
    app = page()
    app.text_input(key="on-remark-0").set_value("some day")
    app = write(app)
    assert escape(w("remarks.fault_date", name=w("remarks.form_last"))) in html(app)
