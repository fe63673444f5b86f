"""The window by the front door: its clock in three languages, an empty database, the dates that an office enters."""

import datetime as dt
from html import unescape

import pytest

from i18n import words
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")


@pytest.fixture
def own(tmp_path, monkeypatch, opened):
    """An office of its own, whose settings may be written; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(
    ("on", "state"), [("2025-08-01", "open"), ("2025-09-30", "last_day"), ("2025-10-15", "closed")]
)
def test_with_published_figures_only_the_clock_runs_and_says_that_nothing_was_declared(opened, html, locale, on, state):
    app = sound(opened("window", lang=locale, on=on, territory="09.273"))
    page, w = unescape(html(app)), words(locale)
    assert w(f"window.state_{state}") in page
    assert w("window.silent_next") in app.info[0].value
    assert w.date(dt.date(2025, 9, 30)) in page and 'class="tt-row-bar' not in page


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", ["MA", "09", "09.273", "09.273.01.15", "06.141.01.0"])
def test_for_a_year_that_nobody_announced_there_is_no_clock(opened, html, locale, code):
    app = sound(opened("window", lang=locale, on="2026-11-20", territory=code))
    page, w = unescape(html(app)), words(locale)
    assert w("window.unknown", programme=w.name("programme", "minhaty", field="short"), year="2026") in page
    assert w("window.days_left") not in page
    for year in ("2019", "2020", "2022", "2025"):
        assert f">{year}<" in page


@pytest.mark.parametrize("locale", LOCALES)
def test_an_empty_database_still_has_its_dates(without_figures, opened, html, locale):
    app = sound(opened("window", lang=locale, on="2025-08-01"))
    assert words(locale)("window.state_open") in unescape(html(app))


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demonstration_counts_down_by_lycee_and_by_annex(demonstration_local, monkeypatch, opened, html, locale):
    monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
    app = sound(opened("window", lang=locale, demo="1"))
    page, w = unescape(html(app)), words(locale)
    place = w.in_territory("09.273")
    for key in ("window.children_title_school", "window.children_title_annex"):
        assert w(key, place=place) in page
    assert page.count(w("demo.badge")) >= 5 and w.count("working_day", 7) in page
    sound(opened("window", lang=locale, demo="1", territory="09.273.XA01"))
    before = unescape(html(sound(opened("window", lang=locale, demo="1", on="2023-03-10"))))
    assert w("window.children_counted_school", place=place) in before
    assert w("window.children_title_annex", place=place) not in before


def test_a_reader_is_shown_no_ranking(demonstration_local, monkeypatch, opened, html):
    monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273"))
    w = words("fr")
    app = sound(opened("window", lang="fr", demo="1", order="remaining"))
    page = unescape(html(app))
    assert page.index(w.territory("09.273.XL01")) < page.index(w.territory("09.273.XL02"))
    assert [e.label for e in app.expander] == [words("fr")("downloads.title")]
    assert "À traiter en premier" not in page
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("preparer", "09.273"))
    page = unescape(html(sound(opened("window", lang="fr", demo="1", order="remaining"))))
    # On the third lycée most is left.
    listed = page[page.index(w("window.children_title_school", place=w.in_territory("09.273"))) :]
    assert listed.index(w.territory("09.273.XL03")) < listed.index(w.territory("09.273.XL01"))
    assert "À traiter en premier" in page


def test_the_office_enters_the_dates_of_a_year_and_takes_them_back(own, opened, html):
    w = words("fr")
    app = sound(opened("window", lang="fr", on="2026-06-20"))
    app.text_input(key="window-opens").input("1er juin 2026")
    app.text_input(key="window-closes").input("31/7/2026")
    app.text_input(key="window-source").input("circulaire 4")
    app.button(key="window-save").click().run()
    assert [s.value for s in sound(app).success] == [w("window.saved", year="2026")]
    page = unescape(html(app))
    assert w("window.state_open") in page and w("window.by_office", said="circulaire 4") in page
    app.text_input(key="window-closes").input("15/7/2026")
    app.text_input(key="window-opens").input("1er juin 2026")
    app.button(key="window-save").click().run()
    assert w.date(dt.date(2026, 7, 15)) in unescape(html(sound(app)))
    app.button(key="window-undo").click().run()
    page = unescape(html(sound(app)))
    assert w.date(dt.date(2026, 7, 31)) in page and w.date(dt.date(2026, 7, 15)) not in page
    app.button(key="window-remove").click().run()
    assert w("window.state_open") not in unescape(html(sound(app)))


def test_what_is_wrong_with_the_dates_is_said_and_nothing_is_kept(own, opened, html, tmp_path):
    w = words("fr")
    app = sound(opened("window", lang="fr", on="2026-06-20"))
    app.text_input(key="window-year").input("x")
    app.text_input(key="window-opens").input("bientôt")
    app.button(key="window-save").click().run()
    page = unescape(html(sound(app)))
    assert w("window.fault_year") in page
    assert w("window.fault_opens", seen="bientôt", example=w.date_short(dt.date(2026, 6, 20))) in page
    app.text_input(key="window-year").input("2026")
    app.text_input(key="window-opens").input("31/7/2026")
    app.text_input(key="window-closes").input("1/6/2026")
    app.button(key="window-save").click().run()
    assert "2026-06-01" in unescape(html(sound(app)))
    assert not (tmp_path / "settings.toml").exists()
