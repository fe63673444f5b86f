"""Levers by the front door: with published figures, on nothing, on the demonstration; sliders in the address; means."""

import shutil
from html import unescape

import pytest

from i18n import words
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
MINHATY = "minhaty.household_in_rsu_share"
RSU = "rsu.registered_share"


@pytest.fixture
def own(tmp_path, monkeypatch, opened):
    """An office of its own, whose means may be written; its engine."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


@pytest.fixture(scope="module")
def foreseen_local(demonstration_local, tmp_path_factory):
    """The folder of an office whose demonstration has the forecasts of its last event, those of its own prefecture."""
    from data.database import demonstration_url, engine_for
    from data.forecasts import store
    from findings import latest_cut
    from queries.definitions import definitions
    from queries.forecasts import due_series, foreseen

    folder = tmp_path_factory.mktemp("foreseen")
    shutil.copytree(demonstration_local, folder, dirs_exist_ok=True)
    engine = engine_for(demonstration_url(folder))
    cut = latest_cut(engine)
    known = definitions(engine, cut=cut)
    counts = [one for one in due_series(engine, cut=cut, known=known) if one[1] == "rsu.registered"]
    assert counts
    store(engine, foreseen(engine, cut=cut, counts=counts, known=known))
    engine.dispose()
    return folder


@pytest.fixture
def foretold(foreseen_local, monkeypatch, opened):
    """The demonstration with its forecasts, for the pages."""
    monkeypatch.setenv("TATABBU_LOCAL", str(foreseen_local))


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("code", ["MA", "09.273", "09.273.01.15"])
def test_without_means_the_page_says_what_to_enter_and_has_no_slider(opened, html, locale, code):
    app, w = sound(opened("levers", lang=locale, territory=code, on="2023-06-30")), words(locale)
    assert w("levers.no_means_next") in app.info[0].value
    assert not app.select_slider and w("levers.assumption") in unescape(html(app))


@pytest.mark.parametrize("locale", LOCALES)
def test_an_empty_database_says_that_there_is_no_day_to_bring_forward(without_figures, opened, html, locale):
    page = unescape(html(sound(opened("levers", lang=locale))))
    assert words(locale)("levers.no_target", place=words(locale).in_territory("09.273")) in page


@pytest.mark.parametrize("locale", LOCALES)
def test_an_annex_without_a_target_has_its_means_and_nothing_to_move(foretold, opened, html, locale):
    w = words(locale)
    app = sound(opened("levers", lang=locale, demo="1", territory="09.273.XA01", indicator=MINHATY))
    page = unescape(html(app))
    assert not app.select_slider and w("levers.means_title", place=w.in_territory("09.273.XA01")) in page
    assert w("levers.no_target", place=w.in_territory("09.273.XA01")) in page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_demonstration_moves_with_its_levers(foretold, opened, html, locale):
    w = words(locale)
    app = sound(opened("levers", lang=locale, demo="1", territory="09.273", indicator=RSU))
    assert len(app.select_slider) == 6 and w("levers.word_same") in unescape(html(app))
    app.select_slider(key="slide-hours_a_week").set_value(10).run()
    assert app.query_params["more_hours_a_week"] in ("10", ["10"])
    page = unescape(html(sound(app)))
    assert w("levers.word_changed") in page and w("levers.capacity_new") in page
    app.button(key="levers-reset").click().run()
    assert "more_hours_a_week" not in app.query_params and w("levers.capacity_new") not in unescape(html(sound(app)))


def test_in_arabic_sliders_begin_on_the_right(foretold, opened):
    arabic = opened("levers", lang="ar", demo="1", indicator=RSU).select_slider(key="slide-desk")
    french = opened("levers", lang="fr", demo="1", indicator=RSU).select_slider(key="slide-desk")
    assert list(arabic.options)[-1] == words("ar").number(0) and list(french.options)[0] == words("fr").number(0)
    assert arabic.value == french.value == 0


def test_a_link_with_more_than_there_is_shows_the_most(foretold, opened):
    app = sound(opened("levers", lang="fr", demo="1", indicator=RSU, more_desk="9999", more_staff="x"))
    assert app.select_slider(key="slide-desk").value == 20 and app.select_slider(key="slide-staff").value == 0


def test_means_are_entered_on_the_page_and_undone(own, opened, html):
    w = words("fr")
    app = sound(opened("levers", lang="fr", territory="09.273"))
    app.selectbox(key="means-office").select("09.273.01.15")
    app.text_input(key="means-date").input("2 mai 2023")
    app.text_input(key="means-desk").input("3")
    app.text_input(key="means-hours_a_week").input("40")
    app.button(key="means-save").click().run()
    page = unescape(html(sound(app)))
    assert app.success and w("levers.means_title", place=w.in_territory("09.273")) in page
    # Without a figure nothing can be estimated: the means are listed, and no slider is offered.
    assert not app.select_slider
    app.button(key="means-undo").click().run()
    assert w("levers.means_title", place=w.in_territory("09.273")) not in unescape(html(sound(app)))


def test_what_is_wrong_with_the_means_is_said_and_nothing_is_kept(own, opened):
    w = words("fr")
    app = opened("levers", lang="fr", territory="09.273")
    app.text_input(key="means-date").input("demain peut-être")
    app.text_input(key="means-desk").input("trois")
    app.button(key="means-save").click().run()
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == [w("levers.refused")]
    assert len(app.text) == 2


def test_a_reader_finds_no_form(opened, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273"))
    app = sound(opened("levers", lang="fr"))
    assert not app.expander
