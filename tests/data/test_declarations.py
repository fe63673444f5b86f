"""The right of reply: what a service declares goes to the minutes and to the remarks, never into the figures."""

import datetime as dt
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data.database import as_day
from data.declarations import Declaration, DeclarationRefused, declare, take_back
from data.meetings import close
from data.remarks import SET_ASIDE, rule_on
from data.schema import declaration, event, observation, remark
from tests.decks import DAY, HERE, STEP, UNIT
from tests.sessions import settle, sit

TODAY = dt.date(2023, 9, 18)
ID = "3f1c9a52-7d1e-4a57-9a39-0c2f6f0d8a11"
VALUE = Declaration(
    "education",
    slide="i1/gap",
    value=10_100,
    territory="09.273.01.13",
    step=STEP,
    unit=UNIT,
    official_source="office",
    source="declared in the meeting of 18 September 2023",
    reason="a value declared in a meeting",
)
WORDS = Declaration("cnss", slide="i1/cause", text="Les dossiers de juillet sont en cours de saisie")


@pytest.fixture
def office(reference_engine):
    """A database whose office has three services."""
    settle(reference_engine)
    return reference_engine


@pytest.fixture
def say(office):
    """A function that declares something in a meeting."""
    return lambda meeting, new, **more: declare(office, meeting.id, new, actor="preparer", today=TODAY, **more)


@pytest.fixture
def rows(office):
    """A function that reads a table, in the order of its events."""

    def read(table):
        with office.connect() as connection:
            return connection.execute(sa.select(table).order_by(table.c.event)).mappings().all()

    return read


def refused(run):
    """The faults (about, code) with which something is refused."""
    with pytest.raises(DeclarationRefused) as raised:
        run()
    return [(fault.about, fault.code) for fault in raised.value.faults]


def test_a_declared_value_goes_to_the_minutes_and_to_the_remarks_and_not_to_the_figures(office, say, rows):
    done = say(sit(office), VALUE)
    (row,) = rows(declaration)
    assert (row["number"], row["service"], row["value"], row["official"]) == (1, "education", 10_100, 9_743)
    assert (row["on_date"], row["remark"]) == (DAY, done.remark)
    (beside,) = rows(remark)
    assert (beside["id"], beside["state"], beside["value"], beside["official"]) == (done.remark, "open", 10_100, 9_743)
    assert (beside["source"], beside["reason"]) == (VALUE.source, VALUE.reason)
    assert (beside["territory"], beside["to_date"], beside["measure"]) == ("09.273.01.13", DAY, "stock")
    assert rows(observation) == []


def test_the_event_tells_it_in_codes_and_numbers_only(office, say, rows):
    meeting = sit(office)
    done = say(meeting, replace(WORDS))
    (said,) = [row for row in rows_of_events(office) if row["number"] == done.event]
    assert said["kind"] == "declaration"
    told = {"declaration": done.id, "meeting": meeting.id, "number": 1, "what": "declared", "territory": HERE}
    assert json.loads(said["details"]) == told


def rows_of_events(engine):
    with engine.connect() as connection:
        return connection.execute(sa.select(event)).mappings().all()


def test_words_alone_are_no_remark_on_a_figure(office, say, rows):
    done = say(sit(office), WORDS)
    (row,) = rows(declaration)
    assert (row["text"], row["value"], row["on_date"], done.remark) == (WORDS.text, None, None, "")
    assert rows(remark) == []


def test_words_that_go_with_a_value_are_why_the_remark_says_another(office, say, rows):
    say(sit(office), replace(VALUE, text="Double saisie en août"))
    assert rows(remark)[0]["reason"] == "Double saisie en août"


def test_words_that_call_a_function_by_its_title_stay_in_the_minutes(office, say, rows):
    say(sit(office), replace(VALUE, text="Selon M. le directeur provincial"))
    assert rows(declaration)[0]["text"] == "Selon M. le directeur provincial"
    assert rows(remark)[0]["reason"] == VALUE.reason


def test_a_service_that_confirms_the_figure_makes_no_remark(office, say, rows):
    done = say(sit(office), replace(VALUE, value=9_743))
    assert done.remark == "" and rows(remark) == [] and len(rows(declaration)) == 1


def test_a_figure_that_is_the_subject_of_an_open_remark_gets_no_second_one(office, say, rows):
    meeting = sit(office)
    first = say(meeting, VALUE)
    second = say(meeting, replace(VALUE, service="cnss", value=9_900))
    assert first.remark and second.remark == "" and len(rows(remark)) == 1 and len(rows(declaration)) == 2


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"service": ""}, ("service", "no_service")),
        ({"service": "nobody"}, ("service", "unknown_service")),
        ({"value": None}, ("text", "nothing_said")),
        ({"value": -1}, ("value", "value")),
        ({"step": "", "unit": "", "territory": ""}, ("value", "no_figure")),
        ({"step": "rsu.nothing"}, ("step", "unknown_step")),
        ({"territory": "99.999"}, ("territory", "unknown_territory")),
        ({"on": dt.date(2023, 9, 19)}, ("on", "future")),
        ({"text": "x" * 501}, ("text", "long")),
        ({"text": "0612345678"}, ("text", "personal")),
        ({"slide": "i9/gap"}, ("slide", "unknown_slide")),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(office, say, rows, wrong, fault):
    meeting = sit(office)
    assert refused(lambda: say(meeting, replace(VALUE, **wrong))) == [fault]
    assert rows(declaration) == [] and rows(remark) == []


def test_what_is_sent_twice_under_one_id_is_stored_once(office, say, rows):
    meeting = sit(office)
    assert say(meeting, VALUE, id=ID) == say(meeting, VALUE, id=ID)
    assert len(rows(declaration)) == 1 and len(rows(remark)) == 1


def test_what_is_taken_back_takes_its_remark_with_it(office, say, rows):
    meeting = sit(office)
    done = say(meeting, VALUE)
    gone = take_back(office, done.id, seen=done.event, actor="preparer")
    assert [row["withdrawn"] for row in rows(declaration)] == [0, 1]
    assert [row["state"] for row in rows(remark)] == ["open", "taken_back"]
    assert gone.event == max(row["number"] for row in rows_of_events(office))
    assert refused(lambda: take_back(office, done.id, seen=gone.event, actor="preparer")) == [("", "taken_back")]
    assert refused(lambda: take_back(office, done.id, seen=done.event, actor="preparer")) == [("", "changed_meanwhile")]
    # The figure may be answered again.
    assert say(meeting, VALUE).remark


def test_a_remark_that_was_ruled_on_stays_what_it_is(office, say, rows):
    meeting = sit(office)
    done = say(meeting, VALUE)
    opened = rows(remark)[0]["event"]
    rule_on(office, done.remark, SET_ASIDE, seen=opened, actor="administrator")
    take_back(office, done.id, seen=done.event, actor="preparer")
    assert [row["state"] for row in rows(remark)] == ["open", "set_aside"]


def test_a_closed_meeting_hears_nothing_more(office, say, rows):
    meeting = sit(office)
    done = say(meeting, WORDS)
    close(office, meeting.id, seen=meeting.event, actor="preparer")
    assert refused(lambda: say(meeting, WORDS)) == [("", "closed")]
    assert refused(lambda: take_back(office, done.id, seen=done.event, actor="preparer")) == [("", "closed")]


def test_a_writer_of_a_scope_writes_in_meetings_of_his_own_territories_only(office, say):
    meeting = sit(office)
    assert refused(lambda: say(meeting, WORDS, within={"02.411"})) == [("", "outside_meeting")]
    assert refused(lambda: say(meeting, VALUE, within={HERE})) == [("territory", "outside")]


def test_a_value_without_a_day_is_of_the_day_of_the_figure_that_it_answers(office, say, rows):
    say(sit(office), replace(VALUE, territory="", step="rnp.registered", unit="person", slide=""))
    # The chain of the deck does not say of which slide it is asked: the meeting's own day.
    assert rows(declaration)[0]["on_date"] == as_day(TODAY) and rows(declaration)[0]["official"] is None
