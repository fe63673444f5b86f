"""Meetings as they are read: for whom, as known when, and slides that nothing changes, whatever is said afterwards."""

import datetime as dt
import json
import random
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data.actions import Action, record
from data.catalogue import catalogue
from data.database import next_event, write
from data.importer import withdraw as take_back
from data.meetings import Frozen, Meeting, change, close, freeze, prepare, show, undo, withdraw
from data.schema import definition, recommendation, target
from findings.agenda import choices, concerned, proposed
from findings.freezing import moved, slides_of
from findings.meetings import frozen, frozen_before
from findings.reader import Reader
from panels.slide import Figure, Slide
from queries.changes import events as told_events
from queries.definitions import definitions
from queries.events import log
from queries.meetings import Item, before, meetings, of_id, shown, slides

TODAY = dt.date(2026, 11, 23)
WHO = {"actor": "preparer"}
ITEM = {"id": "i1", "subject": "pace", "programme": "rsu", "indicator": "rsu.registered_share"}
SITTING = Meeting("session", dt.date(2026, 11, 23), "09.273", chair="السيد العامل", agenda=(ITEM,))
LOCALES = ("ar", "fr", "en")


@pytest.fixture
def held(reference_engine):
    """A function that prepares a meeting and returns its id and event."""

    def run(**given):
        return prepare(reference_engine, replace(SITTING, **given), **WHO, today=TODAY)

    return run


@pytest.fixture
def read(reference_engine, now):
    """A function that reads the meetings a scope sees, at the present cut unless another is named."""

    def run(cut=None, scope="MA", **more):
        return meetings(reference_engine, cut=now(reference_engine) if cut is None else cut, scope=scope, **more)

    return run


def opened(engine, stored, *keys, at=1, body="{}"):
    """The meeting opened with made-up slides."""
    made = [Frozen("office", "ar", key, "", "", body) for key in keys or ("cover", "i1/pace")]
    return freeze(engine, stored.id, made, at=at, seen=stored.event, **WHO)


def test_meetings_stand_from_the_latest_day_and_without_those_withdrawn(reference_engine, held, read):
    first, second, third = held(on=dt.date(2026, 10, 1)), held(on=dt.date(2026, 11, 1)), held(on=dt.date(2026, 9, 1))
    withdraw(reference_engine, second.id, seen=second.event, **WHO)
    assert [one.id for one in read()] == [first.id, third.id]
    assert [one.id for one in read(withdrawn=True)] == [second.id, first.id, third.id]
    (last, *_) = read()
    assert (last.kind, last.state, last.chair) == ("session", "prepared", "السيد العامل")
    assert last.agenda == (Item("i1", "pace", "rsu", "rsu.registered_share"),)


def test_a_meeting_is_what_it_was_at_the_cut(reference_engine, held, read):
    one = held()
    changed = replace(SITTING, chair="السيد الكاتب العام")
    change(reference_engine, one.id, changed, seen=one.event, **WHO, today=TODAY)
    assert read(cut=one.event)[0].chair == "السيد العامل"
    assert read()[0].chair == "السيد الكاتب العام"
    assert read(cut=one.event - 1) == []
    assert of_id(reference_engine, one.id, cut=one.event, scope="MA").event == one.event
    assert of_id(reference_engine, "m999", cut=99, scope="MA") is None


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("MA", {"MA", "09", "09.273", "09.273.01.15", "02.411"}),
        ("09", {"09", "09.273", "09.273.01.15"}),
        ("09.273", {"09.273", "09.273.01.15"}),
        ("09.273.01.15", {"09.273.01.15"}),
        ("02.411", {"02.411"}),
        ("nowhere", set()),
    ],
)
def test_a_reader_sees_the_meetings_of_his_scope_and_below_never_those_above(held, read, scope, seen):
    for territory in ("MA", "09", "09.273", "09.273.01.15", "02.411"):
        held(territory=territory)
    assert {one.territory for one in read(scope=scope)} == seen


def test_the_log_and_the_page_of_changes_tell_meetings_to_those_whose_they_are(reference_engine, held, now):
    stored = held()
    cut = now(reference_engine)
    for scope, there in (("MA", True), ("09", True), ("09.273", True), ("09.273.01.15", False), ("02.411", False)):
        logged = log(reference_engine, cut=cut, scope=scope)
        told = told_events(reference_engine, cut=cut, scope=scope)
        assert (stored.event in set(logged["number"])) is there, scope
        assert (stored.event in set(told["number"])) is there, scope
    mine = told_events(reference_engine, cut=cut, scope="09.273", kind="meeting")
    assert mine["details"].tolist() == [f'{{"meeting": "{stored.id}", "what": "prepared", "territory": "09.273"}}']


def test_slides_are_read_in_their_order_for_their_audience_and_language_only(reference_engine, held, read):
    opened(reference_engine, held(), "cover", "i1/pace", "i1/gap", body='{"a": 1}')
    (one,) = read()
    assert slides(reference_engine, one, locale="ar") == ['{"a": 1}'] * 3
    assert slides(reference_engine, one, locale="fr") == slides(reference_engine, one, locale="ar", audience="x") == []
    show(reference_engine, one.id, "i1/gap", **WHO)
    show(reference_engine, one.id, "cover", **WHO)
    assert shown(reference_engine, one.id) == ("i1/gap", "cover")
    assert slides(reference_engine, replace(one, frozen=None), locale="ar") == []


def test_freezing_again_leaves_the_earlier_slides_to_be_compared_and_undoing_brings_them_back(
    reference_engine, held, read
):
    first = opened(reference_engine, held(), body='{"first": 1}')
    assert frozen_before(reference_engine, read()[0]) is None
    second = opened(reference_engine, first, body='{"second": 1}')
    (one,) = read()
    assert slides(reference_engine, one, locale="ar")[0] == '{"second": 1}'
    earlier = frozen_before(reference_engine, one)
    assert (earlier.frozen, earlier.cut) == (first.event, 1)
    assert slides(reference_engine, earlier, locale="ar")[0] == '{"first": 1}'
    undo(reference_engine, one.id, seen=second.event, **WHO)
    assert slides(reference_engine, read()[0], locale="ar")[0] == '{"first": 1}'


def test_the_meeting_before_is_the_last_one_that_was_held_there(reference_engine, held, read):
    early, late, away, only_prepared = (
        held(on=dt.date(2026, 8, 3)),
        held(on=dt.date(2026, 9, 7)),
        held(on=dt.date(2026, 9, 8), territory="02.411"),
        held(on=dt.date(2026, 9, 9)),
    )
    for one in (early, late, away):
        opened(reference_engine, one)
        show(reference_engine, one.id, "cover", **WHO)
    found, on = read(), (dt.date(2026, 9, 10) - dt.date(1970, 1, 1)).days
    assert before(found, territory="09.273", on=on, kind="session").id == late.id
    assert before(found, territory="09.273", on=on, kind="session", id=late.id).id == early.id
    assert before(found, territory="09.273", on=on - 10, kind="session").id == early.id
    assert before(found, territory="09", on=on, kind="session") is None
    assert only_prepared.id not in {early.id, late.id}


def test_a_session_goes_on_from_a_session_a_committee_from_a_committee_and_neither_from_a_visit(
    reference_engine, held, read
):
    def went(kind, day):
        stored = opened(reference_engine, held(kind=kind, on=dt.date(2026, 9, day)))
        show(reference_engine, stored.id, "cover", **WHO)
        return stored.id

    def goes_on_from(kind):
        found = before(read(), territory="09.273", on=(dt.date(2026, 9, 30) - dt.date(1970, 1, 1)).days, kind=kind)
        return found and found.id

    visit = went("visit", 1)
    assert [goes_on_from(kind) for kind in ("session", "committee", "visit")] == [None, None, visit]
    session = went("session", 2)
    # The first committee goes on from the session: it is what the room was shown last.
    assert [goes_on_from(kind) for kind in ("session", "committee", "visit")] == [session, session, session]
    committee, last = went("committee", 3), went("visit", 4)
    assert [goes_on_from(kind) for kind in ("session", "committee", "visit")] == [session, committee, last]


# What moved


def slide_of(key="i1/pace", *figures):
    return Slide(key=key, subject="pace", kind="text", title=key, figures=figures)


def figure(value, territory="09.273", on_date=20_000, state="shown"):
    return Figure("rsu.registered", territory, on_date, value, str(value), "household", state)


def test_what_moved_is_each_figure_that_is_another_and_each_slide_that_came_or_went():
    then = [slide_of("a", figure(10), figure(5, "09.273.01.15")), slide_of("gone", figure(1))]
    now = [slide_of("a", figure(12, on_date=20_001), figure(5, "09.273.01.15")), slide_of("new")]
    told = [(one.slide.key, one.then and one.then.value, one.now and one.now.value) for one in moved(then, now)]
    assert told == [("a", 10, 12), ("new", None, None), ("gone", None, None)]
    assert moved(then, then) == ()


def test_a_figure_that_is_withheld_now_or_no_longer_said_has_moved_and_is_told_once():
    then = [slide_of("a", figure(10)), slide_of("b", figure(10))]
    now = [slide_of("a", figure(None, state="withheld")), slide_of("b", figure(None, state="withheld"))]
    (one,) = moved(then, now)
    assert one.slide.key == "a" and one.now.state == "withheld"
    (one,) = moved(then[:1], [slide_of("a")])
    assert (one.then.value, one.now) == (10, None)


def test_of_several_figures_of_one_count_each_is_compared_with_its_own():
    then, now = [slide_of("a", figure(1), figure(2))], [slide_of("a", figure(1), figure(3))]
    (one,) = moved(then, now)
    assert (one.then.value, one.now.value) == (2, 3)


# The agenda


def asks(engine, now, role="preparer", scope="MA"):
    return Reader(engine, cut=now(engine), scope=scope, role=role, locale="fr")


def promise(engine, value, *, due="2026-12-31", starts="2026-01-01", indicator="rsu.registered_share"):
    """A target of the prefecture, adopted by a meeting."""
    with write(engine) as connection:
        number = next_event(connection, kind="target", actor="administrator")
        days = {"due": due, "starts": starts}
        days = {name: (dt.date.fromisoformat(day) - dt.date(1970, 1, 1)).days for name, day in days.items()}
        row = {"indicator": indicator, "territory": "09.273", "value": value, "set_by": "adopted", "event": number}
        connection.execute(
            sa.insert(target).values(row | days | {"path": "linear", "source": "test", "start_value": 0})
        )
    return number


def test_where_nothing_is_known_no_item_is_proposed(reference_engine, now, day):
    assert proposed(asks(reference_engine, now), territory="09.273", on=day("2026-11-23")) == []


def test_what_is_below_its_path_is_proposed_and_what_is_on_it_is_not(reference_engine, book, now, day):
    book.say(("09.273", "2026-11-20", 1_000))
    promise(reference_engine, 60_000)
    (item,) = proposed(asks(reference_engine, now), territory="09.273", on=day("2026-11-23"))
    assert (item.id, item.subject, item.indicator, item.urgent) == ("i1", "pace", "rsu.registered_share", False)
    book.say(("09.273", "2026-11-21", 59_000))
    assert proposed(asks(reference_engine, now), territory="09.273", on=day("2026-11-23")) == []


def test_what_moved_most_since_the_meeting_before_is_proposed(reference_engine, book, held, now, read, day):
    book.say(("09.273", "2026-10-01", 10_000), ("09.273", "2026-11-20", 15_000))
    book.say(("09.273", "2026-10-01", 10_000), ("09.273", "2026-11-20", 10_100), step="rnp.registered", unit="person")
    opened(reference_engine, held(on=dt.date(2026, 10, 5)))
    (last,) = read()
    found = proposed(asks(reference_engine, now), territory="09.273", on=day("2026-11-23"), before=last)
    assert [item.programme for item in found] == ["rsu"]


def test_what_a_meeting_recommended_and_is_overdue_is_proposed_until_it_is_done(reference_engine, held, now, day):
    one = held(on=dt.date(2026, 10, 5))

    def recommend(state, step="", due="2026-11-01"):
        with write(reference_engine) as connection:
            number = next_event(connection, kind="recommendation", actor="preparer")
            row = {"id": "r1", "event": number, "meeting": one.id, "number": 1, "text": "متابعة", "lead": "x"}
            row |= {"due": day(due), "state": state, "step": step, "unit": "household" if step else ""}
            connection.execute(sa.insert(recommendation).values(row))
        return proposed(asks(reference_engine, now), territory="09.273", on=day("2026-11-23"))

    assert [item.indicator for item in recommend("under_way", "rsu.registered")] == ["rsu.registered_share"]
    assert [item.subject for item in recommend("blocked")] == ["actions"]
    assert recommend("under_way", due="2026-11-30") == []
    assert recommend("done") == []


def test_the_choices_name_every_count_and_each_way_of_looking_at_a_programme(reference_engine, now):
    offered = choices(asks(reference_engine, now))
    subjects = {item.subject for item in offered}
    assert subjects == {"pace", "stages", "transition", "window", "actions", "branches", "words"}
    assert len(set(offered)) == len(offered)
    assert all(item.indicator for item in offered if item.subject == "pace")


def test_an_item_concerns_its_own_service_and_those_that_hold_its_steps(reference_engine, now):
    known = definitions(reference_engine, cut=now(reference_engine))
    services = [{"id": "a", "body": "cnss"}, {"id": "b", "body": "interior"}, {"id": "c"}]
    known = replace(known, settings={"service": services})
    assert concerned(known, Item("i1", "pace", "rsu", "rsu.registered_share")) == ("b",)
    assert concerned(known, Item("i1", "pace", "rsu", "rsu.registered_share", service="c")) == ("c", "b")
    assert concerned(known, Item("i1", "actions")) == ("a", "b", "c")
    assert concerned(known, Item("i1", "actions", service="c")) == ("c",)


# Nothing of a frozen meeting changes


def everything(engine, one):
    """All that a meeting has frozen, as it is stored."""
    return {
        (locale, audience): slides(engine, one, locale=locale, audience=audience)
        for locale in LOCALES
        for audience in ("office", "outside")
    }


def redefine(engine, **changes):
    """The indicator of the agenda means something else from now on."""
    with write(engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        other = {"step": "rnp.registered", "unit": "person"}
        body = json.dumps({"id": "rsu.registered_share", "programme": "rsu", "numerator": other})
        row = {"kind": "indicator", "id": "rsu.registered_share", "category": "rsu", "event": number, "body": body}
        connection.execute(sa.insert(definition).values(row | changes))


@pytest.mark.parametrize("seed", range(3))
def test_nothing_of_a_frozen_meeting_changes_whatever_is_said_afterwards(reference_engine, book, held, now, read, seed):
    chance = random.Random(seed)
    book.say(("09.273", "2026-11-02", 9_000), ("09.273", "2026-11-16", 9_743), ("09.273.01.15", "2026-11-16", 4_000))
    promise(reference_engine, 60_000)
    stored = held()
    cut = now(reference_engine)
    made = slides_of(reference_engine, stored.id, cut=cut, locales=LOCALES)
    opened_by = freeze(reference_engine, stored.id, [Frozen(**one) for one in made], at=cut, seen=stored.event, **WHO)
    (one,) = read()
    as_frozen = everything(reference_engine, one)
    assert all(as_frozen.values())
    imported = []

    def bring():
        day = f"2026-11-{chance.randint(1, 22):02}"
        imported.append(book.say(("09.273", day, chance.randint(0, 90_000))))

    def act():
        spent = Action("campaign", "09.273", dt.date(2026, 11, 3), dt.date(2026, 11, 9), cost=chance.randint(0, 10**6))
        record(reference_engine, spent, actor="administrator", today=TODAY)

    def take():
        if imported:
            place = chance.randrange(len(imported))
            take_back(reference_engine, imported.pop(place), actor="administrator", catalogue=catalogue())

    def aim():
        promise(reference_engine, chance.randint(10_000, 90_000))

    for step in (chance.choice((bring, bring, take, aim, act)) for _ in range(12)):
        step()
        assert everything(reference_engine, read()[0]) == as_frozen
    redefine(reference_engine)
    redefine(reference_engine, body=None)
    (later,) = read()
    assert everything(reference_engine, later) == as_frozen
    assert [slide.to_json() for slide in frozen(reference_engine, later, locale="fr")] == as_frozen["fr", "office"]
    # And what was known at the cut of the opening is still what it was: the slides are made again, to the letter.
    again = list(slides_of(reference_engine, stored.id, cut=cut, locales=LOCALES))
    assert [one["body"] for one in again if (one["locale"], one["audience"]) == ("ar", "office")] == as_frozen[
        "ar", "office"
    ]
    show(reference_engine, later.id, again[0]["key"], **WHO)
    (presented,) = read()
    close(reference_engine, later.id, seen=presented.event, **WHO)
    bring()
    assert everything(reference_engine, read()[0]) == as_frozen
    assert opened_by.event == read()[0].frozen
