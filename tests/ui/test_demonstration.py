"""The demonstration by the front door: what it says before it is made, over its pages, and when it is removed."""

import shutil
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import demonstration
from data.demonstration.making import MAKING
from i18n import words
from ui.viewer import Viewer

ROOT = Path(__file__).parents[2]
LOCALES = ("ar", "fr", "en")


@pytest.fixture
def opened(monkeypatch):
    """A function that opens the front door of the office in a folder, with the choices of an address."""

    def run(folder, page="situation", **address):
        monkeypatch.setenv("TATABBU_LOCAL", str(folder))
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        for name, value in address.items():
            app.query_params[name] = value
        app.run()
        if page != "situation":
            app.switch_page(f"pages/{page}.py").run()
        assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
        return app

    return run


def text_of(app):
    """All of the text and HTML of a page."""
    said = [e.proto.body for e in app.get("html")] + [e.value for e in (*app.markdown, *app.title, *app.info)]
    return unescape("\n".join(said))


@pytest.mark.parametrize("locale", LOCALES)
def test_before_it_is_made_it_says_what_it_is_and_offers_to_make_it(opened, tmp_path, locale):
    app, w = opened(tmp_path, demo="1", lang=locale), words(locale)
    assert app.title[0].value == w("demo.offer_title")
    assert w.date(demonstration.LAST_DAY) in text_of(app)
    assert app.button(key="demo-make").label == w("demo.make")
    assert w("demo.back") in text_of(app)


def test_a_reader_is_told_who_can_make_it_and_is_given_no_button(opened, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "MA"))
    app = opened(tmp_path, demo="1", lang="ar")
    assert [info.value for info in app.info] == [words("ar")("demo.offer_reader")]
    assert [b for b in app.button if b.key == "demo-make"] == []


def test_a_click_makes_it_and_then_it_is_there(opened, tmp_path, demonstration_local, monkeypatch):
    told = []

    def made(local=None, *, progress, freeze, foresee):
        # What takes a minute was made once for all tests; the page's part is what is seen here.
        progress("preparing", 0, 1)
        progress("writing", 1, 2)
        shutil.copytree(demonstration_local, tmp_path, dirs_exist_ok=True)
        progress("writing", 2, 2)
        progress("freezing", 2, 2)
        told.append(True)
        return True

    monkeypatch.setattr(demonstration, "make", made)
    app = opened(tmp_path, demo="1", lang="fr")
    app.button(key="demo-make").click().run()
    assert told == [True]
    assert not app.exception
    assert words("fr").date(demonstration.PRESENT_DAY) in app.title[0].value
    assert 'class="tt-demo"' in text_of(app)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("page", ["situation", "map", "events"])
def test_each_page_of_it_says_that_the_figures_are_made_up(opened, demonstration_local, locale, page):
    app, w = opened(demonstration_local, page, demo="1", lang=locale), words(locale)
    assert w("demo.notice", place_of=w.of_territory("09.273")) in text_of(app)
    assert w("demo.badge") in text_of(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_annex_has_its_figures(opened, demonstration_local, locale):
    app = opened(demonstration_local, demo="1", lang=locale, territory="09.273.XA04")
    w = words(locale)
    assert w.in_territory("09.273.XA04") in app.title[0].value
    assert 'class="tt-complaint"' not in text_of(app)
    assert "demo-notice" not in [b.key for b in app.button]


def test_a_day_and_an_office_of_the_real_pages_are_nobodys_mistake_in_it(opened, demonstration_local):
    app = opened(demonstration_local, demo="1", lang="fr", on="2025-01-31", territory="09.273.A01")
    assert 'class="tt-complaint"' not in text_of(app)
    assert words("fr").date(demonstration.PRESENT_DAY) in app.title[0].value
    assert words("fr").in_territory("09.273") in app.title[0].value


def test_an_invented_office_is_nobodys_mistake_outside_it(opened, demonstration_local, tmp_path):
    shutil.copytree(demonstration_local, tmp_path, dirs_exist_ok=True)
    app = opened(tmp_path, lang="fr", territory="09.273.XA01")
    assert 'class="tt-complaint"' not in text_of(app)


def test_a_code_that_there_is_not_is_still_said_to_be_unknown(opened, demonstration_local):
    app = opened(demonstration_local, demo="1", lang="fr", territory="99.999")
    assert 'class="tt-complaint"' in text_of(app)


def test_where_nothing_is_known_of_a_place_the_way_to_the_demonstration_is_shown(opened, tmp_path, demonstration_local):
    w = words("ar")
    app = opened(tmp_path, lang="ar")
    assert w("demo.invite") in text_of(app)
    assert "demo=1" in text_of(app)
    assert w("demo.invite") not in text_of(opened(tmp_path, lang="ar", territory="MA"))
    assert w("demo.invite") not in text_of(opened(demonstration_local, lang="ar", demo="1"))


def test_who_answers_for_everything_removes_it_on_a_second_look(opened, tmp_path, demonstration_local):
    shutil.copytree(demonstration_local, tmp_path, dirs_exist_ok=True)
    app = opened(tmp_path, demo="1", lang="en")
    assert app.button(key="demo-remove").label == words("en")("demo.remove_yes")
    app.button(key="demo-remove").click().run()
    assert not app.exception
    assert not demonstration.is_ready(tmp_path)
    assert "demo" not in app.query_params
    assert {path.name for path in tmp_path.iterdir()} & {"demonstration", "demonstration.db", MAKING} == set()
    assert (tmp_path / "tatabbu.db").is_file()


@pytest.mark.parametrize("who", [Viewer("reader", "MA"), Viewer("preparer", "MA"), Viewer("administrator", "09.273")])
def test_nobody_else_is_offered_to_remove_it(opened, demonstration_local, monkeypatch, who):
    monkeypatch.setattr("ui.frame.viewer", lambda: who)
    app = opened(demonstration_local, demo="1", lang="ar")
    assert 'class="tt-demo"' in text_of(app)
    assert [b for b in app.button if b.key == "demo-remove"] == []
