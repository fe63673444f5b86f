"""Recommendations: each edit is an event, what is wrong is refused, and a closed meeting only hears of states."""

import datetime as dt
import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from data.database import as_day
from data.meetings import Frozen, close, freeze
from data.recommendations import (
    Recommendation,
    RecommendationRefused,
    change,
    record,
    tell,
    undo,
    withdraw,
)
from data.schema import event, recommendation
from findings.meetings import of_id
from panels.slide import Figure, Slide
from queries.cuts import latest_cut
from tests.decks import DAY, HERE, STEP, UNIT, deck
from tests.sessions import NEXT, settle, sit
from ui.recording import offer

ROOT = Path(__file__).resolve().parents[2]
ASKED = Recommendation("Ouvrir trois guichets le samedi", "education", slide="i1/pace", step=STEP, unit=UNIT)
ID = "3f1c9a52-7d1e-4a57-9a39-0c2f6f0d8a11"


@pytest.fixture
def office(reference_engine):
    """A database whose office has three services."""
    settle(reference_engine)
    return reference_engine


@pytest.fixture
def sitting(office):
    """A function that opens a meeting with the hand-made deck; its id and present event."""
    return lambda **more: sit(office, **more)


@pytest.fixture
def stored(office):
    """A function that reads every state of a recommendation, the oldest first."""

    def read(id):
        statement = sa.select(recommendation).where(recommendation.c.id == id).order_by(recommendation.c.event)
        with office.connect() as connection:
            return connection.execute(statement).mappings().all()

    return read


def refused(run):
    """The faults (about, code) with which something is refused."""
    with pytest.raises(RecommendationRefused) as raised:
        run()
    return [(fault.about, fault.code) for fault in raised.value.faults]


def total(stated):
    """The whole of the deck's prefecture, as its slides show it."""
    (whole,) = [f.value for s in deck("fr") if s.key == stated for f in s.figures if f.what == STEP]
    return whole


def test_a_recommendation_takes_the_figure_of_its_slide_and_the_day_of_the_next_meeting(office, sitting, stored):
    done = record(office, sitting().id, replace(ASKED, expected=1200), actor="preparer")
    (row,) = stored(done.id)
    assert (row["number"], row["state"], row["lead"], row["due"]) == (1, "assigned", "education", as_day(NEXT))
    assert (row["territory"], row["baseline"], row["baseline_date"]) == (HERE, total("i1/pace"), DAY)
    assert row["expected"] == 1200 and done.number == 1


def test_of_a_course_the_baseline_is_the_last_day_that_the_room_was_shown(office, stored):
    """The slide of a pace says the count on every day since a year ago: the first one stood as the baseline."""
    told = [("2022-12-15", 511.0), ("2023-09-17", 36_597.0), ("2023-08-07", 30_000.0), ("2023-12-31", 70_000.0)]
    figures = [Figure(STEP, HERE, as_day(dt.date.fromisoformat(day)), v, str(v), UNIT) for day, v in told]
    slide = Slide(key="i1/pace", subject="pace", kind="path", title="x", item="i1", figures=tuple(figures))
    made = sit(office, opened=False)
    rows = [Frozen("office", "ar", slide.key, "", "", slide.to_json())]
    freeze(office, made.id, rows, at=1, seen=made.event, actor="preparer")
    (row,) = stored(record(office, made.id, ASKED, actor="preparer").id)
    assert (row["baseline"], row["baseline_date"]) == (36_597, as_day(dt.date(2023, 9, 17)))
    of = of_id(office, made.id, cut=latest_cut(office), scope="MA")
    begun = offer(office, of, locale="ar", cut=latest_cut(office))["slides"]["i1/pace"]
    assert (begun["on"], begun["official"]) == ("2023-09-17", 36_597)


def test_the_event_tells_it_in_codes_and_numbers_only(office, sitting):
    meeting = sitting()
    done = record(office, meeting.id, ASKED, actor="preparer")
    with office.connect() as connection:
        said = connection.execute(sa.select(event).where(event.c.number == done.event)).mappings().one()
    assert (said["kind"], said["actor"]) == ("recommendation", "preparer")
    assert json.loads(said["details"]) == {
        "recommendation": done.id,
        "meeting": meeting.id,
        "number": 1,
        "what": "recorded",
        "state": "assigned",
        "territory": HERE,
    }


def test_a_figure_that_the_slide_does_not_show_has_no_baseline(office, sitting, stored):
    done = record(office, sitting().id, replace(ASKED, step="asd.paid", unit="household"), actor="preparer")
    assert stored(done.id)[0]["baseline"] is None


def test_a_figure_of_another_slide_of_the_same_item_is_the_baseline(office, sitting, stored):
    # The chain of the cause shows the steps, the options do not.
    asked = replace(ASKED, slide="i1/options", territory="09.273.01.13")
    done = record(office, sitting().id, asked, actor="preparer")
    assert stored(done.id)[0]["baseline"] == 9_743


def test_a_figure_and_a_territory_are_optional(office, sitting, stored):
    done = record(office, sitting().id, Recommendation("Tenir la liste à jour", "cnss"), actor="preparer")
    row = stored(done.id)[0]
    assert (row["territory"], row["step"], row["unit"], row["baseline"]) == ("", "", "", None)


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"text": "  "}, ("text", "empty")),
        ({"text": "x" * 501}, ("text", "long")),
        ({"text": "Appeler le 0612345678"}, ("text", "personal")),
        ({"text": "Saisir M. Mohamed Alaoui"}, ("text", "personal")),
        ({"lead": ""}, ("lead", "no_lead")),
        ({"lead": "nobody"}, ("lead", "unknown_service")),
        ({"partners": ("cnss", "nobody")}, ("partners", "unknown_service")),
        ({"due": dt.date(2023, 9, 17)}, ("due", "due")),
        ({"due": dt.date(2033, 9, 17)}, ("due", "due")),
        ({"territory": "99.999"}, ("territory", "unknown_territory")),
        ({"step": "rsu.nothing"}, ("step", "unknown_step")),
        ({"unit": "student"}, ("step", "unknown_step")),
        ({"step": "", "unit": "", "expected": 5}, ("expected", "no_figure")),
        ({"expected": 0}, ("expected", "expected")),
        ({"expected": 10**10}, ("expected", "expected")),
        ({"slide": "i9/pace"}, ("slide", "unknown_slide")),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_stored(office, sitting, wrong, fault):
    meeting = sitting()
    assert refused(lambda: record(office, meeting.id, replace(ASKED, **wrong), actor="preparer")) == [fault]
    with office.connect() as connection:
        assert connection.execute(sa.select(recommendation.c.id)).first() is None
        assert connection.execute(sa.select(event).where(event.c.kind == "recommendation")).first() is None


def test_a_text_that_looks_like_a_person_is_not_repeated(office, sitting):
    with pytest.raises(RecommendationRefused) as raised:
        record(office, sitting().id, replace(ASKED, text="cin BK123456"), actor="preparer")
    assert "BK123456" not in str(raised.value) and raised.value.faults[0].values == {}


@pytest.mark.parametrize("text", ["السيد القائد يتولى الأمر", "M. le pacha ouvre le samedi", "Lycée Mohamed Zerktouni"])
def test_a_function_or_a_school_is_no_person(office, sitting, stored, text):
    assert stored(record(office, sitting().id, replace(ASKED, text=text), actor="preparer").id)


def test_without_the_next_meetings_day_a_date_has_to_be_said(office, sitting):
    meeting = sitting(next_on=None)
    assert refused(lambda: record(office, meeting.id, ASKED, actor="preparer")) == [("due", "no_due")]
    record(office, meeting.id, replace(ASKED, due=dt.date(2023, 9, 18)), actor="preparer")


def test_what_is_sent_twice_under_one_id_is_stored_once(office, sitting, stored):
    meeting = sitting()
    first = record(office, meeting.id, ASKED, actor="preparer", id=ID)
    again = record(office, meeting.id, replace(ASKED, text="autre"), actor="preparer", id=ID)
    assert again == first and len(stored(ID)) == 1
    close(office, meeting.id, seen=meeting.event, actor="preparer")
    assert record(office, meeting.id, ASKED, actor="preparer", id=ID) == first


@pytest.mark.parametrize("id", ["short", "x" * 65, "with space in it", "<script>alert</script>"])
def test_an_id_that_no_client_of_ours_makes_is_refused(office, sitting, id):
    assert refused(lambda: record(office, sitting().id, ASKED, actor="preparer", id=id)) == [("id", "unknown")]


def test_the_id_of_another_meetings_recommendation_is_refused(office, sitting):
    record(office, sitting().id, ASKED, actor="preparer", id=ID)
    assert refused(lambda: record(office, sitting().id, ASKED, actor="preparer", id=ID)) == [("id", "unknown")]


def test_numbers_count_within_the_meeting(office, sitting):
    first, second = sitting(), sitting()
    made = [record(office, m.id, ASKED, actor="preparer").number for m in (first, first, second)]
    assert made == [1, 2, 1]


def test_the_lead_is_no_partner_of_itself(office, sitting, stored):
    done = record(office, sitting().id, replace(ASKED, partners=("cnss", "education", "cnss")), actor="preparer")
    assert json.loads(stored(done.id)[0]["partners"]) == ["cnss"]


def test_a_meeting_that_is_not_open_takes_none(office, sitting):
    meeting = sitting(opened=False)
    assert refused(lambda: record(office, meeting.id, ASKED, actor="preparer")) == [
        ("", "not_open"),
        ("slide", "unknown_slide"),
    ]
    assert refused(lambda: record(office, "m99", ASKED, actor="preparer")) == [("", "no_meeting")]


def test_a_closed_meeting_takes_no_recommendation_and_no_other_words_but_a_state(office, sitting, stored):
    meeting = sitting()
    done = record(office, meeting.id, ASKED, actor="preparer")
    close(office, meeting.id, seen=meeting.event, actor="preparer")
    late = {"seen": done.event, "actor": "preparer"}
    assert refused(lambda: record(office, meeting.id, ASKED, actor="preparer")) == [("", "closed")]
    assert refused(lambda: change(office, done.id, replace(ASKED, text="x"), **late)) == [("", "closed")]
    assert refused(lambda: withdraw(office, done.id, **late)) == [("", "closed")]
    assert refused(lambda: undo(office, done.id, **late)) == [("", "closed")]
    told = tell(office, done.id, "under_way", note="  deux guichets sur trois ", **late)
    assert (stored(done.id)[-1]["state"], stored(done.id)[-1]["note"]) == ("under_way", "deux guichets sur trois")
    undo(office, done.id, seen=told.event, actor="preparer")
    assert stored(done.id)[-1]["state"] == "assigned"


def test_changing_it_leaves_its_former_state_in_the_table_and_reads_the_slide_again(office, sitting, stored):
    done = record(office, sitting().id, ASKED, actor="preparer")
    new = replace(ASKED, text="Autre", slide="i1/gap", territory="09.273.01.13", due=dt.date(2023, 12, 1))
    again = change(office, done.id, new, seen=done.event, actor="preparer")
    rows = stored(done.id)
    assert [row["text"] for row in rows] == [ASKED.text, "Autre"] and again.number == done.number
    assert [row["baseline"] for row in rows] == [total("i1/pace"), 9_743]


def test_a_change_that_changes_nothing_is_no_event(office, sitting, stored):
    done = record(office, sitting().id, ASKED, actor="preparer")
    assert change(office, done.id, ASKED, seen=done.event, actor="preparer") == done
    assert tell(office, done.id, "assigned", seen=done.event, actor="preparer") == done and len(stored(done.id)) == 1


def test_what_somebody_changed_meanwhile_is_not_changed_over_it(office, sitting, stored):
    done = record(office, sitting().id, ASKED, actor="preparer")
    tell(office, done.id, "done", seen=done.event, actor="preparer")
    late = {"seen": done.event, "actor": "preparer"}
    for run in (
        lambda: change(office, done.id, replace(ASKED, text="x"), **late),
        lambda: tell(office, done.id, "blocked", **late),
        lambda: withdraw(office, done.id, **late),
        lambda: undo(office, done.id, **late),
    ):
        assert refused(run) == [("", "changed_meanwhile")]
    assert len(stored(done.id)) == 2


def test_taking_it_back_and_undoing_that_brings_it_back(office, sitting, stored):
    done = record(office, sitting().id, ASKED, actor="preparer")
    gone = withdraw(office, done.id, seen=done.event, actor="preparer")
    assert refused(lambda: tell(office, done.id, "done", seen=gone.event, actor="preparer")) == [("", "withdrawn")]
    assert refused(lambda: withdraw(office, done.id, seen=gone.event, actor="preparer")) == [("", "withdrawn")]
    undo(office, done.id, seen=gone.event, actor="preparer")
    assert [row["state"] for row in stored(done.id)] == ["assigned", "withdrawn", "assigned"]


def test_undoing_what_was_just_recorded_takes_it_back(office, sitting, stored):
    done = record(office, sitting().id, ASKED, actor="preparer")
    undo(office, done.id, seen=done.event, actor="preparer")
    assert [row["state"] for row in stored(done.id)] == ["assigned", "withdrawn"]


def test_a_state_is_one_of_the_four_and_its_note_no_person(office, sitting):
    done = record(office, sitting().id, ASKED, actor="preparer")
    given = {"seen": done.event, "actor": "preparer"}
    assert refused(lambda: tell(office, done.id, "overdue", **given)) == [("state", "unknown_state")]
    assert refused(lambda: tell(office, done.id, "done", note="0612345678", **given)) == [("note", "personal")]
    assert refused(lambda: tell(office, done.id, "done", note="x" * 501, **given)) == [("note", "long")]


def test_a_writer_of_a_scope_writes_in_meetings_of_his_own_territories_only(office, sitting):
    meeting = sitting()
    within = {"02.411"}
    assert refused(lambda: record(office, meeting.id, ASKED, actor="preparer", within=within)) == [
        ("", "outside_meeting")
    ]
    done = record(office, meeting.id, ASKED, actor="preparer", within={HERE})
    asked = replace(ASKED, territory="02.411")
    given = {"seen": done.event, "actor": "preparer"}
    assert refused(lambda: change(office, done.id, asked, within={HERE}, **given)) == [("territory", "outside")]
    assert refused(lambda: tell(office, done.id, "done", within=within, **given)) == [("", "outside_meeting")]


def test_one_that_does_not_exist_cannot_be_changed(office):
    given = {"seen": 1, "actor": "preparer"}
    assert refused(lambda: tell(office, "t99", "done", **given)) == [("", "unknown")]
    assert refused(lambda: undo(office, "t99", **given)) == [("", "unknown")]


IMPORTING = """
import sys, time
from data.catalogue import catalogue
from data.database import engine_for
from data.importer import Territories, import_file
import data.importer as importer
import datetime as dt

engine = engine_for(sys.argv[1])
known, places = catalogue(), Territories.load()
lines = ["territory,step,unit,measure,date,value,note"]
for day in range(1, 29):
    for code in places.by_code:
        lines.append(f"{code},rnp.registered,person,stock,2023-08-{day:02},{10 + day},")
content = "\\n".join(lines).encode()
print("reading", flush=True)
import_file(engine, content, name="counts.csv", actor="a", today=dt.date(2026, 11, 23), catalogue=known,
            territories=places, judged=False)
print("stored", flush=True)
"""


def test_a_recommendation_typed_while_another_process_imports_does_not_wait_behind_it(
    office, sitting, stored, database_of
):
    meeting = sitting()
    importing = subprocess.Popen(
        [sys.executable, "-c", IMPORTING, database_of(office)],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert importing.stdout.readline().strip() == "reading"
        made = []
        # As many as can be typed while the file of 40,000 rows is read and checked.
        while importing.poll() is None and len(made) < 5:
            made.append(record(office, meeting.id, ASKED, actor="preparer"))
            time.sleep(0.02)
        out, _ = importing.communicate(timeout=300)
        assert out.strip() == "stored"
    finally:
        importing.kill()
    assert len(made) == 5
    with office.connect() as connection:
        taken_in = connection.execute(sa.select(sa.func.max(event.c.number)).where(event.c.kind == "import")).scalar()
    # All of them were kept before the file, which was being read when the first was typed.
    assert max(one.event for one in made) < taken_in
