"""The wall by the front door: who presents, who follows, what is said where there is nothing to show."""

import datetime as dt
import json
from html import escape

import pytest
import sqlalchemy as sa

from data.database import write
from data.meetings import Frozen, Meeting, close, freeze, prepare, show
from data.recommendations import Recommendation, record
from data.schema import meeting
from findings.meetings import shown
from i18n import words
from tests.decks import HERE, deck
from tests.sessions import settle
from ui.viewer import Viewer

LOCALES = ("ar", "fr", "en")
DAY = dt.date(2023, 9, 18)


@pytest.fixture
def office(tmp_path, monkeypatch):
    from ui.engine import engine

    monkeypatch.setenv("TATABBU_LOCAL", str(tmp_path))
    yield tmp_path
    engine().dispose()


@pytest.fixture
def here(office):
    from ui.engine import engine

    return engine()


@pytest.fixture
def prepared(here):
    return prepare(here, Meeting("session", DAY, HERE), actor="administrator", today=DAY)


@pytest.fixture
def frozen(here, prepared):
    slides = [
        Frozen("office", locale, one.key, one.parent, one.panel, one.to_json())
        for locale in LOCALES
        for one in deck(locale)
    ]
    return freeze(here, prepared.id, slides, at=prepared.event, seen=prepared.event, actor="administrator")


def mounted(app):
    """What the components of a page were given: the deck, and what changes, as far as they are there."""
    found = [one.proto for one in app.get("bidi_component")]
    decks = [json.loads(one.bytes) for one in found if one.WhichOneof("data") == "bytes"]
    return decks, [one for one in found if one.WhichOneof("data") != "bytes"]


def wall(opened, id, locale="ar"):
    app = opened(lang=locale, meeting=id, wall="1")
    assert [e.value for e in (*app.exception, *app.error)] == []
    return app


@pytest.mark.parametrize("locale", LOCALES)
def test_the_wall_brings_every_frozen_slide_at_once_and_no_control(opened, frozen, locale):
    app = wall(opened, frozen.id, locale)
    (told,), live = mounted(app)
    assert {one["key"] for one in told["slides"]} == {one.key for one in deck(locale)}
    assert (told["mode"], told["locale"], len(live)) == ("present", locale, 1)
    assert not app.button and not app.selectbox and not app.title


@pytest.mark.parametrize("locale", LOCALES)
def test_a_meeting_that_is_not_open_or_unknown_is_said_in_words(opened, prepared, html, locale):
    for id, start in ((prepared.id, "wall.not_open"), ("m999", "wall.not_found")):
        app = wall(opened, id, locale)
        assert escape(words(locale)(start)) in html(app)
        assert mounted(app) == ([], [])


def test_a_meeting_of_another_territory_is_not_found(opened, frozen, html, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("preparer", "02.411"))
    app = wall(opened, frozen.id)
    assert mounted(app) == ([], []) and "لا توجد جلسة" in html(app)


def test_a_reader_is_sent_only_the_slides_that_were_shown(opened, here, frozen, monkeypatch):
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", HERE))
    (told,), live = mounted(wall(opened, frozen.id))
    assert told["slides"] == [] and live == []
    for key in ("cover", "i1/gap"):
        show(here, frozen.id, key, actor="administrator")
    (told,), live = mounted(wall(opened, frozen.id))
    assert [one["key"] for one in told["slides"]] == ["cover", "i1/gap"]
    assert (told["mode"], live) == ("follow", [])


def test_a_reader_is_sent_the_recommendations_once_they_are_read_back(opened, here, frozen, monkeypatch):
    settle(here)
    record(here, frozen.id, Recommendation("Ouvrir le guichet", "education", due=DAY), actor="administrator")
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", HERE))
    show(here, frozen.id, "cover", actor="administrator")
    (told,), _ = mounted(wall(opened, frozen.id))
    assert [one["key"] for one in told["slides"]] == ["cover"]
    show(here, frozen.id, "readback", actor="administrator")
    (told,), _ = mounted(wall(opened, frozen.id))
    assert [one["key"] for one in told["slides"]] == ["cover", "readback"]
    assert "Ouvrir le guichet" in told["slides"][1]["html"]


def test_the_link_of_a_reader_dies_when_the_meeting_is_closed(opened, here, frozen, html, monkeypatch):
    show(here, frozen.id, "cover", actor="administrator")
    with here.connect() as connection:
        last = connection.execute(sa.select(sa.func.max(meeting.c.event)).where(meeting.c.id == frozen.id)).scalar_one()
    close(here, frozen.id, seen=last, actor="administrator")
    (told,), live = mounted(wall(opened, frozen.id))
    assert (told["mode"], live) == ("read", [])
    monkeypatch.setattr("ui.frame.viewer", lambda: Viewer("reader", HERE))
    app = wall(opened, frozen.id)
    assert mounted(app) == ([], []) and "انتهت هذه الجلسة" in html(app)


def test_what_the_browser_says_twice_is_noted_once_and_a_reader_says_nothing(here, frozen):
    import streamlit as st

    from findings.meetings import of_id
    from ui import wall as page
    from ui.cache import View

    of = of_id(here, frozen.id, cut=frozen.event, scope="MA")
    view = View(cut=frozen.event, scope="MA", locale="ar")
    said = {"kind": "show", "id": "a1", "key": "cover"}
    st.session_state["_wall_heard"] = [
        said,
        said,
        {"kind": "show", "id": "a2", "key": "no such slide"},
        "not a mapping",
    ]
    page._deal_with(view, of, Viewer("administrator", "MA"))
    st.session_state["_wall_heard"] = [said]
    page._deal_with(view, of, Viewer("administrator", "MA"))
    assert shown(here, frozen.id) == ("cover",)
    assert set(st.session_state["_wall_done"]) == {"a1", "a2"}
    with write(here) as connection:
        state = connection.execute(sa.select(meeting.c.state).order_by(meeting.c.event.desc()).limit(1)).scalar_one()
    assert state == "presented"
