"""The journal of actions by the front door: read by all, written by those who may, undone at once."""

import datetime as dt
from html import unescape

import pytest

from data.actions import Action, record
from i18n import words
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")


@pytest.fixture
def journal(tmp_path, monkeypatch, opened):
    """An office of its own, whose journal may be written to."""
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield engine
    engine().dispose()


@pytest.fixture
def did(journal, today):
    """A function that records an action."""

    def run(territory="09.273", kind="visit", day=dt.date(2026, 10, 3), **columns):
        new = Action(kind, territory, day, day, **columns)
        return record(journal(), new, actor="administrator", today=dt.date(2026, 11, 23))

    return run


def sound(app):
    """That nothing went wrong: no exception, no error said."""
    assert [e.value for e in app.exception] == [] and [e.value for e in app.error] == []
    return app


@pytest.mark.parametrize("locale", LOCALES)
def test_the_journal_lists_actions_with_their_place_day_and_cost(did, opened, html, locale):
    did(cost=12_000, place="Dar Chabab")
    did("09.273.05.27", kind="mobile_unit")
    app = sound(opened("actions", lang=locale))
    w = words(locale)
    assert app.title[0].value == w("actions.title", place=w.in_territory("09.273"))
    page = unescape(html(app))
    for text in (w("actions.kind_visit"), w("actions.kind_mobile_unit"), "Dar Chabab", w.number(12_000)):
        assert text in page
    assert w.date(dt.date(2026, 10, 3)) in page


@pytest.mark.parametrize("locale", LOCALES)
def test_an_empty_journal_says_so_and_what_to_do(journal, opened, locale):
    app = sound(opened("actions", lang=locale))
    w = words(locale)
    assert w("actions.empty") in app.info[0].value and w("actions.empty_next") in app.info[0].value


def test_an_action_is_recorded_on_the_page_and_undone(journal, opened, html):
    w = words("fr")
    app = opened("actions", lang="fr")
    app.selectbox(key="kind-new-0").select("campaign")
    app.text_input(key="first-new-0").input("3 octobre 2026")
    app.text_input(key="last-new-0").input("5/10/2026")
    app.text_input(key="cost-new-0").input("18 000")
    app.text_input(key="place-new-0").input("Marché hebdomadaire")
    app.button(key="save-new-0").click().run()
    sound(app)
    assert [s.value for s in app.success] and "Marché hebdomadaire" in html(app)
    period = w.period(dt.date(2026, 10, 3), dt.date(2026, 10, 5))
    assert period in html(app) and w("actions.dirhams", n=w.number(18_000)) in html(app)
    assert app.text_input(key="place-new-1").value == ""
    app.button(key="action-undo").click().run()
    assert "Marché hebdomadaire" not in html(sound(app))


def test_what_is_wrong_is_said_and_a_persons_number_is_not_repeated(journal, opened, html, today):
    w = words("fr")
    app = opened("actions", lang="fr")
    app.text_input(key="first-new-0").input("hier")
    app.button(key="save-new-0").click().run()
    said = w("actions.fault_date", name=w("actions.form_first"), example=w.date_short(today()))
    assert said in unescape(html(sound(app)))
    app.text_input(key="first-new-0").input("3 octobre 2026")
    app.text_area(key="note-new-0").input("Appeler le 0612345678")
    app.button(key="save-new-0").click().run()
    assert "0612345678" not in html(app) and w("actions.fault_personal", name=w("actions.form_note")) in unescape(
        html(app)
    )
    assert "tt-table tt-actions" not in html(app)


def test_an_action_is_changed_taken_back_and_brought_back(did, opened, html):
    done = did(place="Dar Chabab")
    app = opened("actions", lang="fr")

    def choose():
        (box,) = [s for s in app.selectbox if s.key.startswith("action-")]
        box.select(done.id).run()

    choose()
    app.text_input(key=f"place-{done.id}-{done.event}").input("Souk")
    app.button(key=f"save-{done.id}-{done.event}").click().run()
    assert "Souk" in html(sound(app)) and "Dar Chabab" not in html(app)
    choose()
    app.button(key=f"take-back-{done.id}").click().run()
    assert "Souk" not in html(sound(app))
    choose()
    app.button(key="action-back").click().run()
    assert "Souk" in html(sound(app))


def test_a_reader_reads_the_journal_and_finds_no_form(did, opened, html, monkeypatch):
    did(place="Dar Chabab")
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", "09.273"))
    app = sound(opened("actions", lang="fr"))
    assert "Dar Chabab" in html(app) and not [b for b in app.button if b.key.startswith(("save-", "take-"))]


def test_filters_stand_in_the_address(did, opened, html):
    did(place="Dar Chabab")
    did(kind="campaign", place="Souk", day=dt.date(2026, 11, 2))
    page = html(sound(opened("actions", lang="fr", kind="campaign")))
    assert "Souk" in page and "Dar Chabab" not in page
    page = html(sound(opened("actions", lang="fr", until="2026-10-31")))
    assert "Souk" not in page and "Dar Chabab" in page
    app = opened("actions", lang="fr")
    app.text_input(key="type-since").input("1er novembre 2026").run()
    assert app.query_params["since"] == "2026-11-01" and "Dar Chabab" not in html(app)


def test_an_action_stands_in_the_log_of_events_in_words(did, opened, html):
    did()
    for locale in LOCALES:
        assert words(locale)("events.action_recorded") in unescape(html(sound(opened("events", lang=locale))))
