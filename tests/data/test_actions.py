"""Actions of the office: each one is an event, what is wrong is refused, and nothing of a person is kept."""

import datetime as dt
import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data.actions import Action, ActionRefused, change, looks_personal, record, undo, withdraw
from data.database import as_day, next_event, write
from data.schema import action, definition, event

TODAY = dt.date(2026, 11, 23)
VISIT = Action("visit", "09.273.01.15", dt.date(2026, 10, 3), dt.date(2026, 10, 5), place="Dar Chabab")


@pytest.fixture
def stored(reference_engine):
    """A function that reads every state of an action, oldest first."""

    def read(id):
        statement = sa.select(action).where(action.c.id == id).order_by(action.c.event)
        with reference_engine.connect() as connection:
            return connection.execute(statement).mappings().all()

    return read


@pytest.fixture
def keep(reference_engine):
    """A function that records an action, by default the one above."""

    def run(new=VISIT, **given):
        return record(reference_engine, new, **({"actor": "preparer", "today": TODAY} | given))

    return run


def refused(run):
    """The faults (about, code) with which something is refused."""
    with pytest.raises(ActionRefused) as raised:
        run()
    return [(fault.about, fault.code) for fault in raised.value.faults]


def test_recording_an_action_is_one_event_that_tells_it_in_codes_only(reference_engine, keep, stored):
    done = keep(replace(VISIT, cost=12_000, step="rsu.registered", note="  Avec le caïd  "))
    (row,) = stored(done.id)
    assert (row["kind"], row["territory"], row["event"], row["withdrawn"]) == ("visit", "09.273.01.15", done.event, 0)
    assert (row["from_date"], row["to_date"]) == (as_day(VISIT.first), as_day(VISIT.last))
    assert (row["cost"], row["step"], row["note"]) == (12_000, "rsu.registered", "Avec le caïd")
    with reference_engine.connect() as connection:
        said = connection.execute(sa.select(event).where(event.c.number == done.event)).mappings().one()
    assert (said["kind"], said["actor"]) == ("action", "preparer")
    assert json.loads(said["details"]) == {
        "action": done.id,
        "what": "recorded",
        "kind": "visit",
        "territory": "09.273.01.15",
    }


def test_changing_an_action_leaves_its_former_state_in_the_table(reference_engine, keep, stored):
    done = keep()
    again = change(reference_engine, done.id, replace(VISIT, cost=300), seen=done.event, actor="preparer", today=TODAY)
    assert again.id == done.id and again.event == done.event + 1
    assert [row["cost"] for row in stored(done.id)] == [None, 300]


def test_a_change_that_changes_nothing_is_no_event(reference_engine, keep, stored):
    done = keep()
    again = change(reference_engine, done.id, VISIT, seen=done.event, actor="preparer", today=TODAY)
    assert again == done and len(stored(done.id)) == 1


def test_an_action_that_somebody_changed_meanwhile_is_not_changed_over_it(reference_engine, keep, stored):
    done = keep()
    change(reference_engine, done.id, replace(VISIT, cost=300), seen=done.event, actor="preparer", today=TODAY)
    late = {"seen": done.event, "actor": "preparer"}
    assert refused(lambda: change(reference_engine, done.id, replace(VISIT, cost=5), **late, today=TODAY)) == [
        ("", "changed_meanwhile")
    ]
    assert refused(lambda: withdraw(reference_engine, done.id, **late)) == [("", "changed_meanwhile")]
    assert len(stored(done.id)) == 2


def test_taking_back_an_action_and_undoing_that_brings_it_back(reference_engine, keep, stored):
    done = keep()
    gone = withdraw(reference_engine, done.id, seen=done.event, actor="preparer")
    assert refused(lambda: withdraw(reference_engine, done.id, seen=gone.event, actor="preparer")) == [
        ("", "withdrawn")
    ]
    back = undo(reference_engine, done.id, seen=gone.event, actor="preparer")
    assert [row["withdrawn"] for row in stored(done.id)] == [0, 1, 0] and back.event == gone.event + 1


def test_undoing_what_was_just_recorded_takes_it_back(reference_engine, keep, stored):
    done = keep()
    undo(reference_engine, done.id, seen=done.event, actor="preparer")
    assert [row["withdrawn"] for row in stored(done.id)] == [0, 1]


def test_undoing_a_change_brings_back_what_there_was_before_it(reference_engine, keep, stored):
    done = keep()
    changed = change(
        reference_engine,
        done.id,
        replace(VISIT, cost=300, kind="campaign"),
        seen=done.event,
        actor="preparer",
        today=TODAY,
    )
    undo(reference_engine, done.id, seen=changed.event, actor="preparer")
    assert [(row["kind"], row["cost"]) for row in stored(done.id)] == [
        ("visit", None),
        ("campaign", 300),
        ("visit", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"kind": "party"}, ("kind", "unknown_kind")),
        ({"territory": "99.999"}, ("territory", "unknown_territory")),
        ({"last": dt.date(2026, 10, 1)}, ("last", "reversed")),
        ({"last": dt.date(2027, 12, 31)}, ("last", "too_late")),
        ({"first": dt.date(2025, 10, 1)}, ("last", "too_long")),
        ({"first": dt.date(1926, 10, 3), "last": dt.date(1926, 10, 3)}, ("first", "too_early")),
        ({"cost": -1}, ("cost", "cost")),
        ({"cost": 10**12}, ("cost", "cost")),
        ({"step": "rsu.nothing"}, ("step", "unknown_step")),
        ({"service": "nobody"}, ("service", "unknown_service")),
        ({"place": "x" * 121}, ("place", "long")),
        ({"note": "x" * 501}, ("note", "long")),
    ],
)
def test_what_is_wrong_with_an_action_is_said_and_nothing_is_stored(reference_engine, keep, wrong, fault):
    assert refused(lambda: keep(replace(VISIT, **wrong))) == [fault]
    with reference_engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(action)).scalar() == 0
        assert connection.execute(sa.select(event).where(event.c.kind == "action")).first() is None


def test_everything_that_is_wrong_is_said_at_once(keep):
    wrong = replace(VISIT, kind="party", cost=-1, last=dt.date(2026, 10, 1))
    assert refused(lambda: keep(wrong)) == [("kind", "unknown_kind"), ("last", "reversed"), ("cost", "cost")]


PERSONAL = [
    "BK123456",
    "cin: jb 45678",
    "06 12 34 56 78",
    "+212 612-345678",
    "0612345678",
    "a.b@office.ma",
    "٠٦١٢٣٤٥٦٧٨",
]


@pytest.mark.parametrize("text", PERSONAL)
@pytest.mark.parametrize("field", ["place", "note"])
def test_a_text_that_looks_like_a_persons_identity_is_refused_and_not_repeated(keep, text, field):
    with pytest.raises(ActionRefused) as raised:
        keep(replace(VISIT, **{field: f"contact {text}"}))
    (fault,) = raised.value.faults
    assert (fault.about, fault.code, fault.values) == (field, "personal", {})
    assert text not in str(raised.value)


@pytest.mark.parametrize(
    "text", ["12/09/2023", "2023-09-12", "1 200 dossiers", "RN 10", "القانون رقم 72.18", "18 000 DH, 3 jours", "Lot 4B"]
)
def test_dates_amounts_and_numbers_of_laws_are_no_identity(text):
    assert not looks_personal(text)


def test_a_writer_of_a_scope_keeps_actions_of_his_own_territories_only(reference_engine, keep):
    within = {"09.273", "09.273.01.15"}
    done = keep(within=within)
    assert refused(lambda: keep(replace(VISIT, territory="09"), within=within)) == [("territory", "outside")]
    assert refused(
        lambda: withdraw(reference_engine, done.id, seen=done.event, actor="preparer", within={"02.411"})
    ) == [("territory", "outside")]
    moved = replace(VISIT, territory="MA")
    given = {"seen": done.event, "actor": "preparer", "today": TODAY, "within": within}
    assert refused(lambda: change(reference_engine, done.id, moved, **given)) == [("territory", "outside")]


def test_an_action_may_be_planned_ahead_but_not_for_ever(keep):
    keep(replace(VISIT, first=dt.date(2027, 1, 1), last=dt.date(2027, 1, 2)))


def test_a_service_is_one_of_the_settings(reference_engine, keep, stored):
    with write(reference_engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        body = json.dumps({"service": [{"id": "education"}]})
        row = {"kind": "setting", "id": "office", "event": number, "category": "", "body": body}
        connection.execute(sa.insert(definition).values(row))
    done = keep(replace(VISIT, service="education"))
    assert stored(done.id)[0]["service"] == "education"


def test_an_action_that_does_not_exist_cannot_be_changed(reference_engine):
    given = {"seen": 1, "actor": "preparer"}
    assert refused(lambda: withdraw(reference_engine, "a99", **given)) == [("", "unknown")]
    assert refused(lambda: undo(reference_engine, "a99", **given)) == [("", "unknown")]
