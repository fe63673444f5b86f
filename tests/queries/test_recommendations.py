"""Recommendations as they are read: whose, in which state at a cut, overdue or not, and what their figure did since."""

import datetime as dt
from dataclasses import replace

import pytest

from data.database import as_day
from data.declarations import Declaration, declare
from data.recommendations import Recommendation, record, tell, withdraw
from queries.definitions import definitions
from queries.recommendations import declared, followed, history, of_meetings
from tests.decks import DAY, HERE, STEP, UNIT
from tests.sessions import end, settle, sit

AFTER = as_day(dt.date(2023, 11, 1))
SEFROU = "03.561"
ASKED = Recommendation("Ouvrir le samedi", "education", slide="i1/pace", step=STEP, unit=UNIT)


@pytest.fixture
def office(reference_engine):
    """A database whose office has three services."""
    settle(reference_engine)
    return reference_engine


@pytest.fixture
def ask(office):
    """A function that records a recommendation in a meeting."""
    return lambda meeting, **more: record(office, meeting.id, replace(ASKED, **more), actor="preparer")


@pytest.fixture
def read(office, now):
    """A function that reads what is followed, as known at the last cut, on the first of November 2023."""

    def run(**asked):
        asked = {"cut": now(office), "scope": "MA", "on": AFTER} | asked
        return followed(office, **asked)

    return run


def ids(found):
    return [one.recommendation.id for one in found]


def test_the_latest_meeting_comes_first_and_within_it_the_numbers(office, ask, read):
    first, second = sit(office, on=dt.date(2023, 8, 7)), sit(office)
    made = [ask(second).id, ask(first).id, ask(second).id]
    assert ids(read()) == [made[0], made[2], made[1]]


def test_an_earlier_cut_reads_the_state_of_its_time(office, ask, read):
    done = ask(sit(office))
    told = tell(office, done.id, "done", seen=done.event, actor="preparer")
    assert [one.recommendation.state for one in read(cut=done.event)] == ["assigned"]
    assert [one.recommendation.state for one in read(cut=told.event)] == ["done"]
    assert read(cut=done.event - 1) == []


def test_a_date_that_has_passed_is_overdue_unless_it_is_done(office, ask, read):
    meeting = sit(office)
    late, done, ahead = ask(meeting), ask(meeting), ask(meeting, due=dt.date(2023, 11, 1))
    tell(office, done.id, "done", seen=done.event, actor="preparer")
    assert [one.overdue for one in read()] == [True, False, False]
    assert ids(read(overdue=True)) == [late.id]
    assert ids(read(overdue=True, on=AFTER + 1)) == [late.id, ahead.id]


def test_filters_leave_what_they_say(office, ask, read):
    here, there = sit(office), sit(office, territory=SEFROU, on=dt.date(2023, 10, 2), next_on=dt.date(2023, 11, 6))
    mine, other = ask(here, partners=("cnss",)), ask(there, lead="health", territory=SEFROU, step="", unit="")
    told = tell(office, other.id, "blocked", note="en attente", seen=other.event, actor="preparer")
    assert told.event
    assert ids(read(service="cnss")) == ids(read(service="education")) == [mine.id]
    assert ids(read(state="blocked")) == ids(read(service="health")) == [other.id]
    assert ids(read(territory=HERE)) == [mine.id] and ids(read(territory=SEFROU)) == [other.id]
    assert ids(read(territory="MA")) == [other.id, mine.id]
    assert ids(read(meeting=there.id)) == [other.id]
    assert ids(read(first=as_day(dt.date(2023, 9, 19)))) == [other.id]
    assert ids(read(last=DAY)) == [mine.id]


def test_a_territory_that_a_recommendation_is_about_finds_it_although_the_meeting_was_held_above(office, ask, read):
    done = ask(sit(office), territory="09.273.01.13", slide="i1/gap")
    assert ids(read(territory="09.273.01.13")) == [done.id]
    assert read(territory="09.273.01.15") == []


def test_what_was_withdrawn_is_listed_only_where_it_is_asked_for(office, ask, read):
    done = ask(sit(office))
    withdraw(office, done.id, seen=done.event, actor="preparer")
    assert read() == [] and ids(read(state="withdrawn")) == [done.id]


@pytest.mark.parametrize(
    ("scope", "seen"), [("MA", True), ("09", True), (HERE, True), ("09.273.01.15", False), (SEFROU, False)]
)
def test_a_reader_sees_those_of_meetings_within_his_scope(office, ask, read, scope, seen):
    ask(sit(office))
    assert bool(read(scope=scope)) is seen


def test_the_figure_that_followed_is_that_of_a_later_day(office, ask, read, book):
    ask(sit(office))
    (one,) = read()
    assert (one.recommendation.baseline, one.now, one.now_date) == (36_597, None, None)
    book.say((HERE, "2023-09-18", 37_000))
    assert read()[0].now is None
    book.say((HERE, "2023-10-16", 41_200), (HERE, "2023-12-18", 50_000))
    (one,) = read()
    assert (one.now, one.now_date) == (41_200, as_day(dt.date(2023, 10, 16)))


def test_a_figure_that_the_reader_may_not_see_is_not_told_to_him(office, ask, now, book):
    ask(sit(office))
    book.say((HERE, "2023-10-16", 41_200))
    known = definitions(office, cut=now(office))
    hidden = replace(known, hidden_steps=frozenset({STEP}))
    (one,) = followed(office, cut=now(office), scope="MA", on=AFTER, known=hidden)
    said = one.recommendation
    assert (said.step, said.baseline, said.expected, one.now) == ("", None, None, None)
    assert said.text == ASKED.text


def test_a_figure_of_a_territory_outside_the_readers_scope_is_not_told_to_him(office, ask, read):
    ask(sit(office), territory=SEFROU)
    (one,) = read(scope=HERE)
    assert one.recommendation.step == "" and one.recommendation.text == ASKED.text


def test_a_closed_meetings_recommendations_are_read_as_it_closed(office, ask):
    meeting = sit(office)
    done = ask(meeting)
    closed = end(office, meeting)
    tell(office, done.id, "done", seen=done.event, actor="preparer")
    assert [one.state for one in of_meetings(office, [meeting.id], cut=closed.event)] == ["assigned"]


def test_the_history_has_each_state_with_its_note_and_role(office, ask, now):
    done = ask(sit(office))
    tell(office, done.id, "blocked", note="pas de matériel", seen=done.event, actor="administrator")
    said = [(one.state, one.note, one.actor) for one in history(office, done.id, cut=now(office))]
    assert said == [("assigned", "", "preparer"), ("blocked", "pas de matériel", "administrator")]


def test_what_was_declared_is_read_by_meeting_and_number(office, now):
    meeting = sit(office)
    for text in ("un", "deux"):
        declare(office, meeting.id, Declaration("cnss", text=text), actor="preparer", today=dt.date(2023, 9, 18))
    assert [(d.number, d.text) for d in declared(office, [meeting.id], cut=now(office))] == [(1, "un"), (2, "deux")]
