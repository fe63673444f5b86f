"""A meeting followed on a telephone, in Chromium: what is shown arrives, the network may die, the link dies in time."""

import datetime as dt

import pytest
from axe_playwright_python.sync_playwright import Axe

from data.database import engine_for
from data.loading import prepare as prepare_database
from data.meetings import Frozen, Meeting, add_code, close, freeze, prepare, show
from queries.cuts import latest_cut
from queries.meetings import of_id
from tests.decks import deck

DAY = dt.date(2023, 9, 18)
CODE = "ABCDE12345"
PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture(scope="module")
def room(serve, tmp_path_factory):
    """An address that serves an office with a meeting that is open, its engine and the meeting's id."""
    local = tmp_path_factory.mktemp("room")
    engine = engine_for(f"sqlite:///{local / 'tatabbu.db'}")
    prepare_database(engine, today=dt.date(2026, 11, 23), local=local)
    stored = prepare(engine, Meeting("session", DAY, "09.273"), actor="preparer", today=DAY)
    slides = [
        Frozen("office", locale, one.key, one.parent, one.panel, one.to_json())
        for locale in ("ar", "fr", "en")
        for one in deck(locale)
    ]
    freeze(engine, stored.id, slides, at=stored.event, seen=stored.event, actor="preparer")
    add_code(engine, stored.id, CODE)
    yield serve(TATABBU_LOCAL=str(local)), engine, stored.id
    engine.dispose()


def test_a_telephone_follows_what_is_shown_through_a_dead_network_until_the_meeting_is_closed(
    room, new_page, complaints
):
    address, engine, meeting = room
    page = new_page(**PHONE)
    page.goto(f"{address}/follow/{CODE}?lang=ar")
    page.get_by_text("لم تعرض أي شريحة بعد").wait_for()
    show(engine, meeting, "cover", actor="preparer")
    show(engine, meeting, "i1/pace", actor="preparer")
    page.locator("section[data-now] h2").wait_for()
    assert page.locator("section").count() == 2
    title = next(one.title for one in deck("ar") if one.key == "i1/pace")
    assert page.locator("section[data-now] h2").inner_text() == title
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, "the page scrolls sideways"
    small = page.evaluate(
        "[...document.querySelectorAll('section *, header *')].filter(e => e.children.length === 0 && e.innerText)"
        ".map(e => parseFloat(getComputedStyle(e).fontSize)).reduce((a, b) => Math.min(a, b), 99)"
    )
    assert small >= 13
    assert [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")] == []

    page.context.set_offline(True)
    show(engine, meeting, "i1/gap", actor="preparer")
    page.get_by_text("انقطع الاتصال").wait_for(timeout=20_000)
    assert page.locator("section").count() == 2, "what was there stays while the network is away"
    page.context.set_offline(False)
    page.locator("section").nth(2).wait_for(timeout=20_000)
    assert not page.get_by_text("انقطع الاتصال").is_visible()

    now = of_id(engine, meeting, cut=latest_cut(engine), scope="MA")
    close(engine, meeting, seen=now.event, actor="preparer")
    page.get_by_text("اختتمت الجلسة").wait_for(timeout=20_000)
    assert page.locator("section").count() == 0
    # The network that was pulled, and the answer that says that the meeting is over, are errors of the console.
    expected = ("ERR_INTERNET_DISCONNECTED", "410 (Gone)")
    assert [one for one in complaints if not any(known in one for known in expected)] == []
    complaints.clear()
