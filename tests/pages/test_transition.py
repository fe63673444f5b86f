"""The page of a transition by the front door: what remains, the former stock typed, what a reader is not shown."""

import datetime as dt
from html import escape, unescape

import pytest
import sqlalchemy as sa

from data.schema import event, observation, series
from i18n import words
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
HERE = {"territory": "09.273", "on": "2023-09-17"}
FORMER = "ramed.covered"
DATE = dt.date(2022, 11, 30)


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


def former(w):
    return w.name("programme", "ramed", field="short")


@pytest.fixture
def own(tmp_path, monkeypatch, opened, on):
    """An office of its own, in which some wait and others are confirmed; its engine."""
    from data.catalogue import catalogue
    from data.importer import import_file
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    counts = (("switched", "2022-12-01", 940), ("confirmed", "2023-09-10", 500), ("waiting", "2023-09-10", 400))
    lines = [f"09.273,amo_tadamon.{step},person,stock,{day},{value}" for step, day, value in counts]
    text = "\n".join(["territory,step,unit,measure,date,value", *lines])
    asked = {"name": "a.csv", "actor": "preparer", "today": on("2026-11-23"), "catalogue": catalogue()}
    assert import_file(engine(), text.encode(), **asked).event
    yield engine
    engine().dispose()


def held(engine):
    """What is known of the former programme in the prefecture: value and kind of event."""
    statement = (
        sa.select(observation.c.value, event.c.kind)
        .join(series, series.c.id == observation.c.series)
        .join(event, event.c.number == observation.c.event)
        .where(series.c.step == FORMER, series.c.territory == "09.273")
    )
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


def typed(app, value):
    app.text_input(key="former-value").set_value(value)
    next(b for b in app.button if b.label in {words(locale)("transition.save") for locale in LOCALES}).click().run()
    return app


@pytest.mark.parametrize("locale", LOCALES)
def test_without_the_former_stock_there_are_counts_and_no_percentage(own, opened, html, locale):
    page = unescape(html(sound(opened("transition", lang=locale, **HERE))))
    # The style sheet is sent with a page, and has percentages of its own.
    page = page.partition('<section class="tt-transition')[2].partition("</section>")[0]
    w = words(locale)
    assert w("transition.no_former_note", old=former(w), date=w.date(DATE)) in page
    assert w.percent_words(0.5) not in page and w.share(0.4) not in page


@pytest.mark.parametrize("locale", LOCALES)
def test_the_former_stock_is_typed_and_stored_as_any_event(own, opened, html, locale):
    app = sound(typed(opened("transition", lang=locale, **HERE), "1000"))
    w = words(locale)
    assert held(own()) == [(1000, "import")]
    assert len(app.success) == 1
    page = unescape(html(app))
    assert w.percent_words(0.5) in page
    assert w("transition.no_former_note", old=former(w), date=w.date(DATE)) not in page


def test_what_is_no_count_is_refused_and_nothing_is_stored(own, opened):
    app = typed(opened("transition", lang="fr", **HERE), "-5")
    assert [e.value for e in app.error] == [words("fr")("transition.refused")] and held(own()) == []
    assert typed(opened("transition", lang="fr", **HERE), "mille").error and held(own()) == []


def test_a_preparer_of_another_place_and_a_reader_are_given_no_form(own, opened, monkeypatch):
    for role, scope in (("reader", "MA"), ("preparer", "02.411")):
        monkeypatch.setattr("ui.frame.viewer", lambda role=role, scope=scope: Viewer(role, scope))
        app = sound(opened("transition", lang="fr", **HERE | {"territory": "MA"}))
        assert not [box for box in app.text_input if box.key == "former-value"]


def test_the_band_between_the_thresholds_is_on_the_preparer_s_screen_only(own, opened, html, monkeypatch):
    w = words("fr")
    said = w.name("step", "amo_tadamon.between_thresholds")
    assert w("transition.band_heading") in [e.label for e in opened("transition", lang="fr", **HERE).expander]
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273"))
    for page in ("transition", "situation", "events", "map"):
        app = sound(opened(page, lang="fr", figures="1", **HERE))
        assert said not in unescape(html(app))
        assert w("transition.band_heading") not in [e.label for e in app.expander]


@pytest.mark.parametrize("locale", LOCALES)
def test_without_any_figure_it_says_so_and_what_to_do(without_figures, opened, locale):
    app = sound(opened("transition", lang=locale))
    w = words(locale)
    assert w("transition.empty", place=w.in_territory("09.273")) in app.info[0].value


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("level", ["commune", "annex"])
def test_the_demonstration_says_what_remains_below(demonstration_local, monkeypatch, opened, html, locale, level):
    monkeypatch.setenv("TATABBU_LOCAL", str(demonstration_local))
    page = html(sound(opened("transition", demo="1", lang=locale, level=level)))
    w = words(locale)
    below = "09.273.XA04" if level == "annex" else "09.273.01.15"
    assert escape(w.territory(below)) in page and escape(w("transition.column_done_by")) in page
    assert w("demo.badge") in page


def test_the_kingdom_lists_its_prefectures(opened, html):
    app = sound(opened("transition", lang="fr", territory="MA", on="2025-12-31"))
    assert words("fr").date(DATE) in "".join(e.label for e in app.expander)
