"""Followers: who has the code sees what was shown and nothing else, and nothing once the meeting is closed."""

import asyncio
import datetime as dt
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from data.meetings import CLOSED, Frozen, Meeting, MeetingRefused, add_code, close, freeze, prepare, show
from data.recommendations import Recommendation, change, record
from queries.cuts import latest_cut
from queries.meetings import of_id
from tests.decks import deck
from tests.sessions import settle
from ui.follow import MOST, WRONG_A_MINUTE, Followers, _Room, address_of, code_of, new_code, written

DAY = dt.date(2023, 9, 18)
CODE = "ABCDE12345"


class Client:
    """Asks the middleware as a browser does; what it passes on is answered with 299."""

    def __init__(self, engine, clock=None):
        async def beyond(scope, receive, send):
            await send({"type": "http.response.start", "status": 299, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        self.room = _Room(clock) if clock else _Room()
        self.app = Followers(beyond, engine_of=lambda *, demonstration: engine, among=self.room)

    def get(self, path, query="", method="GET"):
        """Status, headers and text of an answer."""
        sent = []

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": []}
        # In a thread of its own: beside the tests with a browser this one has a loop that runs already.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(self.app(scope, None, send))).result()
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], headers, b"".join(one.get("body", b"") for one in sent[1:]).decode()


@pytest.fixture
def meeting(reference_engine):
    """The id of a meeting that is open on the deck drawn by hand, with its code."""
    engine = reference_engine
    new = Meeting("session", DAY, "09.273", chair="السيد العامل")
    stored = prepare(engine, new, actor="preparer", today=DAY)
    slides = [
        Frozen("office", locale, one.key, one.parent, one.panel, one.to_json())
        for locale in ("ar", "fr", "en")
        for one in deck(locale)
    ]
    freeze(engine, stored.id, slides, at=stored.event, seen=stored.event, actor="preparer")
    add_code(engine, stored.id, CODE)
    return stored.id


def shut(engine, id):
    now = of_id(engine, id, cut=latest_cut(engine), scope="MA")
    close(engine, id, seen=now.event, actor="preparer")


def test_before_the_first_slide_a_follower_sees_that_there_is_none_yet(reference_engine, meeting):
    status, headers, page = Client(reference_engine).get(f"/follow/{CODE}", "lang=fr")
    assert status == 200 and 'lang="fr" dir="ltr"' in page
    assert "Aucune planche" in page and "<section" not in page
    assert headers["cache-control"] == "no-store"


def test_only_the_slides_that_were_shown_are_seen(reference_engine, meeting):
    client, slides = Client(reference_engine), {one.key: one for one in deck("fr")}
    show(reference_engine, meeting, "cover", actor="preparer")
    show(reference_engine, meeting, "i1/gap", actor="preparer")
    page = client.get(f"/follow/{CODE}", "lang=fr")[2]
    assert page.count("<section") == 2 and page.count("<section data-now>") == 1
    assert slides["i1/gap"].table.rows[0][1] in page
    assert slides["i1/options"].table.rows[0][1] not in page


def test_who_asks_again_is_told_only_what_is_new(reference_engine, meeting):
    client = Client(reference_engine)
    show(reference_engine, meeting, "cover", actor="preparer")
    told = json.loads(client.get(f"/follow/{CODE}/state", "lang=ar&mark=a&after=0")[2])
    assert told["shown"] == 1 and "<section data-now>" in told["html"] and 'dir="rtl"' in told["html"]
    again = client.get(f"/follow/{CODE}/state", "lang=ar&mark=a&after=1")[2]
    assert json.loads(again) == {"shown": 1}
    show(reference_engine, meeting, "i1/pace", actor="preparer")
    assert json.loads(client.get(f"/follow/{CODE}/state", "lang=ar&mark=a&after=1")[2])["shown"] == 2


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_a_slide_that_has_a_chart_is_followed_with_it_in_letters_that_a_telephone_can_show(
    reference_engine, meeting, locale
):
    drawn = [one.key for one in deck(locale) if one.kind in ("bars", "path", "map", "chain")]
    for key in drawn:
        show(reference_engine, meeting, key, actor="preparer")
    page = Client(reference_engine).get(f"/follow/{CODE}", f"lang={locale}")[2]
    cards = page.split("<section")[1:]
    assert len(cards) == len(drawn) > 2 and all("<svg" in one for one in cards)
    # The card is three quarters as wide as the units of its chart: twelve points on the glass.
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', page)) >= 16


def test_recommendations_read_back_are_followed_as_they_stand(reference_engine, meeting):
    settle(reference_engine)
    client, said = Client(reference_engine), Recommendation("Ouvrir le guichet le samedi", "education", due=DAY)

    def state(after):
        return json.loads(client.get(f"/follow/{CODE}/state", f"lang=fr&mark=a&after={after}")[2])

    first = record(reference_engine, meeting, said, actor="preparer")
    show(reference_engine, meeting, "cover", actor="preparer")
    told = state(0)
    assert told["shown"] == 1 and said.text not in told["html"], "nothing is seen before it is on the wall"
    show(reference_engine, meeting, "readback", actor="preparer")
    told = state(1)
    assert said.text in told["html"].split("<section data-now>")[1]
    now = replace(said, text="Ouvrir deux guichets le samedi")
    change(reference_engine, first.id, now, seen=first.event, actor="preparer")
    again = state(told["shown"])
    assert now.text in again["html"] and said.text not in again["html"]
    assert "html" not in state(again["shown"])


def test_the_slide_on_the_wall_is_marked_when_the_presenter_goes_back(reference_engine, meeting):
    for key in ("cover", "i1/pace", "cover"):
        show(reference_engine, meeting, key, actor="preparer")
    html = json.loads(Client(reference_engine).get(f"/follow/{CODE}/state", "lang=fr&mark=a&after=0")[2])["html"]
    assert html.startswith("<section data-now>") and html.count("<section") == 2


def test_the_link_dies_at_closing(reference_engine, meeting):
    client = Client(reference_engine)
    show(reference_engine, meeting, "i1/gap", actor="preparer")
    assert client.get(f"/follow/{CODE}")[0] == 200
    shut(reference_engine, meeting)
    status, _, page = client.get(f"/follow/{CODE}", "lang=fr")
    assert status == 410 and "close" in page
    assert deck("fr")[3].table.rows[0][1] not in page
    assert client.get(f"/follow/{CODE}/state", "mark=a&after=0")[0] == 410
    assert of_id(reference_engine, meeting, cut=latest_cut(reference_engine), scope="MA").state == CLOSED


def test_a_new_code_takes_the_place_of_the_one_before(reference_engine, meeting):
    client, other = Client(reference_engine), new_code()
    add_code(reference_engine, meeting, other)
    assert client.get(f"/follow/{CODE}")[0] == 404
    assert client.get(f"/follow/{other}")[0] == 200


def test_no_code_is_made_for_a_meeting_that_is_not_open(reference_engine):
    stored = prepare(reference_engine, Meeting("session", DAY, "09.273"), actor="preparer", today=DAY)
    with pytest.raises(MeetingRefused):
        add_code(reference_engine, stored.id, CODE)


def test_what_the_chair_had_shown_to_the_room_alone_is_not_followed(reference_engine):
    one = replace(deck("ar")[3], screen_only=True)
    stored = prepare(reference_engine, Meeting("session", DAY, "09.273"), actor="preparer", today=DAY)
    frozen = [Frozen("office", "ar", one.key, "", one.panel, one.to_json())]
    freeze(reference_engine, stored.id, frozen, at=1, seen=stored.event, actor="preparer")
    add_code(reference_engine, stored.id, CODE)
    show(reference_engine, stored.id, one.key, actor="preparer")
    assert "<section" not in Client(reference_engine).get(f"/follow/{CODE}")[2]


def test_more_than_thirty_find_no_room_until_one_has_left(reference_engine, meeting):
    now = [0.0]
    client = Client(reference_engine, clock=lambda: now[0])
    show(reference_engine, meeting, "cover", actor="preparer")

    def ask(mark):
        return client.get(f"/follow/{CODE}/state", f"mark={mark}&after=0")[0]

    assert {ask(f"m{n}") for n in range(MOST)} == {200}
    assert ask("late") == 429 and ask("m3") == 200
    assert client.room.count(f"False{meeting}") == MOST
    now[0] = 31.0
    assert ask("late") == 200 and client.room.count(f"False{meeting}") == 1


def test_codes_cannot_be_tried_out(reference_engine, meeting):
    now = [0.0]
    client = Client(reference_engine, clock=lambda: now[0])
    assert {client.get(f"/follow/{new_code()}")[0] for _ in range(WRONG_A_MINUTE)} == {404}
    assert client.get(f"/follow/{CODE}")[0] == 429
    now[0] = 61.0
    assert client.get(f"/follow/{CODE}")[0] == 200


def test_a_code_is_taken_however_it_is_typed(reference_engine, meeting):
    assert code_of(" abcde-12345 ") == CODE and code_of("oO1lI") == "00111"
    assert written(CODE) == "ABCDE-12345"
    assert Client(reference_engine).get("/follow", "code=abcde-l2345&lang=en")[0] == 200


def test_without_a_code_it_is_asked_for_and_nothing_is_counted_as_tried(reference_engine):
    client = Client(reference_engine)
    for _ in range(WRONG_A_MINUTE + 1):
        status, _, page = client.get("/follow", "lang=fr")
    assert status == 200 and '<input id="code"' in page


def test_what_stands_in_the_address_is_not_repeated_in_the_page(reference_engine):
    page = Client(reference_engine).get("/follow/<script>alert(1)</script>", "lang=fr")[2]
    assert "alert(" not in page.lower()


def test_nothing_else_is_answered_here(reference_engine):
    client = Client(reference_engine)
    assert client.get("/")[0] == 299 and client.get("/followers")[0] == 299
    assert client.get("/follow", method="POST")[0] == 405


def test_the_address_names_this_house_and_the_language():
    found = address_of(CODE, base="http://10.0.0.5:8501/", locale="ar", demonstration=True)
    assert found == f"http://10.0.0.5:8501/follow/{CODE}?lang=ar&demo=1"
