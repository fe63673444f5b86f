"""Meetings: each state is one event, what a room has seen stays, and what is changed behind a closing is noticed."""

import datetime as dt
import hashlib
import json
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from data.database import as_day, migrate, next_event, write
from data.meetings import (
    SEALED,
    Frozen,
    Meeting,
    MeetingRefused,
    add_code,
    change,
    close,
    digest,
    freeze,
    intact,
    prepare,
    show,
    undo,
    withdraw,
)
from data.schema import declaration, definition, event, follow_code, meeting, recommendation, shown_slide, slide

TODAY = dt.date(2026, 11, 23)
ITEM = {"id": "i1", "subject": "pace", "programme": "rsu", "indicator": "rsu.registered_share"}
SITTING = Meeting(
    "session",
    dt.date(2026, 11, 30),
    "09.273",
    chair="السيد العامل",
    place="قاعة الاجتماعات",
    next_on=dt.date(2026, 12, 21),
    services=("x_interior", "x_cnss"),
    attendance={"x_interior": "present", "x_cnss": "excused"},
    agenda=(ITEM | {"urgent": True}, {"id": "i2", "subject": "words", "title": {"ar": "مختلفات", "fr": "Divers"}}),
)


@pytest.fixture
def write_as(reference_engine):
    """A function that prepares the meeting above and answers with the functions that write to it."""

    def run(**given):
        return Writer(reference_engine, prepare(reference_engine, replace(SITTING, **given), **WHO, today=TODAY))

    return run


WHO = {"actor": "preparer"}


class Writer:
    """One meeting and the event that its writer has seen last."""

    def __init__(self, engine, stored):
        self.engine, self.id, self.seen = engine, stored.id, stored.event

    def _seen(self, stored):
        self.seen = stored.event
        return stored

    def change(self, **given):
        said = replace(SITTING, **given)
        return self._seen(change(self.engine, self.id, said, seen=self.seen, **WHO, today=TODAY))

    def freeze(self, *keys, at=1, body="{}"):
        made = [
            Frozen(audience, locale, key, "", "", body)
            for audience in ("office", "outside")
            for locale in ("ar", "fr", "en")
            for key in keys or ("cover", "i1/pace")
        ]
        return self._seen(freeze(self.engine, self.id, made, at=at, seen=self.seen, **WHO))

    def show(self, key="cover"):
        show(self.engine, self.id, key, **WHO)
        with self.engine.connect() as connection:
            statement = sa.select(sa.func.max(meeting.c.event)).where(meeting.c.id == self.id)
            self.seen = connection.execute(statement).scalar_one()

    def close(self):
        return self._seen(close(self.engine, self.id, seen=self.seen, **WHO))

    def withdraw(self):
        return self._seen(withdraw(self.engine, self.id, seen=self.seen, **WHO))

    def undo(self):
        return self._seen(undo(self.engine, self.id, seen=self.seen, **WHO))

    def states(self):
        statement = sa.select(meeting).where(meeting.c.id == self.id).order_by(meeting.c.event)
        with self.engine.connect() as connection:
            return connection.execute(statement).mappings().all()

    def recommend(self):
        """A recommendation of this meeting, as it is written."""
        with write(self.engine) as connection:
            number = next_event(connection, kind="recommendation", actor="preparer")
            row = {
                "id": f"r{number}",
                "event": number,
                "meeting": self.id,
                "number": 1,
                "text": "متابعة",
                "due": 20_800,
            }
            connection.execute(sa.insert(recommendation).values(lead="x_cnss", state="assigned", baseline=12, **row))


def refused(run):
    """The faults (about, code) with which something is refused."""
    with pytest.raises(MeetingRefused) as raised:
        run()
    return [(fault.about, fault.code) for fault in raised.value.faults]


def test_preparing_a_meeting_is_one_event_that_tells_it_in_codes_only(reference_engine, write_as):
    held = write_as(chair="  السيد العامل ")
    (row,) = held.states()
    assert (row["kind"], row["territory"], row["state"]) == ("session", "09.273", "prepared")
    assert (row["on_date"], row["next_date"]) == (as_day(SITTING.on), as_day(SITTING.next_on))
    assert row["chair"] == "السيد العامل" and row["cut"] is None and row["frozen"] is None
    assert json.loads(row["agenda"]) == [dict(one) for one in SITTING.agenda]
    assert json.loads(row["attendance"]) == {"x_interior": "present", "x_cnss": "excused"}
    with reference_engine.connect() as connection:
        said = connection.execute(sa.select(event).where(event.c.number == held.seen)).mappings().one()
    assert (said["kind"], said["actor"]) == ("meeting", "preparer")
    assert json.loads(said["details"]) == {"meeting": held.id, "what": "prepared", "territory": "09.273"}


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"kind": "party"}, ("kind", "unknown_kind")),
        ({"territory": "99.999"}, ("territory", "unknown_territory")),
        ({"on": dt.date(2009, 12, 31)}, ("on", "date")),
        ({"on": TODAY + dt.timedelta(367), "next_on": None}, ("on", "date")),
        ({"next_on": SITTING.on}, ("next_on", "next_date")),
        ({"next_on": TODAY + dt.timedelta(367)}, ("next_on", "next_date")),
        ({"chair": "x" * 121}, ("chair", "long")),
        ({"place": "x" * 121}, ("place", "long")),
        ({"reference": "x" * 121}, ("reference", "long")),
        ({"room": "x" * 121}, ("room", "long")),
        ({"rapporteur": "JB 123456"}, ("rapporteur", "personal")),
        ({"begins": -1}, ("begins", "no_hour")),
        ({"begins": 24 * 60}, ("begins", "no_hour")),
        ({"chair": "JB 123456"}, ("chair", "personal")),
        ({"place": "06 61 23 45 67"}, ("place", "personal")),
        ({"previous": "m999"}, ("previous", "unknown_previous")),
        ({"services": tuple(f"s{n}" for n in range(61)), "attendance": {}}, ("services", "many")),
        ({"services": ("x_cnss", "x_cnss"), "attendance": {}}, ("services", "same_service")),
        ({"services": ("JB 123456",), "attendance": {}}, ("services", "unknown_service")),
        ({"attendance": {"x_cnss": "late"}}, ("services", "attendance")),
        ({"attendance": {"x_health": "present"}}, ("services", "attendance")),
        ({"agenda": tuple(ITEM | {"id": f"i{n}"} for n in range(21))}, ("agenda", "many")),
        ({"agenda": (ITEM, ITEM)}, ("agenda", "same_item")),
        ({"agenda": (ITEM | {"id": ""},)}, ("agenda", "same_item")),
        ({"agenda": (ITEM | {"id": "i1/pace"},)}, ("agenda", "unknown_item")),
        ({"agenda": (ITEM | {"who": "x"},)}, ("agenda", "unknown_item")),
        ({"agenda": (ITEM | {"subject": "gossip"},)}, ("agenda", "unknown_subject")),
        ({"agenda": (ITEM | {"indicator": "rsu.nothing"},)}, ("agenda", "unknown_indicator")),
        ({"agenda": (ITEM | {"programme": "nothing"},)}, ("agenda", "unknown_programme")),
        ({"agenda": (ITEM | {"title": {"fr": "x" * 201}},)}, ("agenda", "long")),
        ({"agenda": (ITEM | {"title": {"fr": "voir JB123456"}},)}, ("agenda", "personal")),
    ],
)
def test_each_of_these_meetings_is_refused_and_nothing_is_stored(reference_engine, write_as, given, fault):
    assert refused(lambda: write_as(**given)) == [fault]
    with reference_engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(meeting)).scalar_one() == 0
        assert connection.execute(sa.select(sa.func.max(event.c.number))).scalar_one() == 1


def test_a_refusal_never_repeats_what_was_written(write_as):
    with pytest.raises(MeetingRefused) as raised:
        write_as(chair="JB 123456", agenda=(ITEM | {"title": {"ar": "الهاتف 0661234567"}},))
    assert "123456" not in str(raised.value) and "0661234567" not in repr(raised.value.faults)


def test_the_meeting_before_is_another_one_of_no_later_day(write_as):
    first = write_as()
    second = write_as(on=dt.date(2026, 12, 1), previous=first.id)
    assert second.states()[-1]["previous"] == first.id
    assert refused(lambda: first.change(previous=second.id)) == [("previous", "unknown_previous")]
    assert refused(lambda: first.change(previous=first.id)) == [("previous", "unknown_previous")]
    first.withdraw()
    assert refused(lambda: write_as(previous=first.id)) == [("previous", "unknown_previous")]


def test_a_writer_of_a_scope_writes_of_nothing_outside_it(reference_engine, write_as):
    held, within = write_as(), frozenset({"02.411"})
    assert refused(lambda: prepare(reference_engine, SITTING, **WHO, today=TODAY, within=within)) == [
        ("territory", "outside")
    ]
    of = {"seen": held.seen, **WHO, "within": within}
    elsewhere = replace(SITTING, territory="02.411")
    for write_to in (
        lambda: change(reference_engine, held.id, elsewhere, today=TODAY, **of),
        lambda: withdraw(reference_engine, held.id, **of),
        lambda: undo(reference_engine, held.id, **of),
        lambda: freeze(reference_engine, held.id, [Frozen("office", "ar", "cover", "", "", "{}")], at=1, **of),
        lambda: close(reference_engine, held.id, **of),
    ):
        assert refused(write_to) == [("territory", "outside")]
    held.freeze()
    assert refused(lambda: show(reference_engine, held.id, "cover", **WHO, within=within)) == [("territory", "outside")]


def test_what_another_has_changed_meanwhile_is_not_written_over(reference_engine, write_as):
    held = write_as()
    before = held.seen
    held.change(chair="السيد الكاتب العام")
    late = {"seen": before, **WHO}
    for write_to in (
        lambda: change(reference_engine, held.id, SITTING, today=TODAY, **late),
        lambda: withdraw(reference_engine, held.id, **late),
        lambda: undo(reference_engine, held.id, **late),
        lambda: freeze(reference_engine, held.id, [Frozen("office", "ar", "cover", "", "", "{}")], at=1, **late),
        lambda: close(reference_engine, held.id, **late),
    ):
        assert refused(write_to) == [("", "changed_meanwhile")]
    assert refused(lambda: withdraw(reference_engine, "m99", seen=1, **WHO)) == [("", "unknown")]


def test_of_two_who_open_a_meeting_at_once_one_is_told_that_the_other_did(reference_engine, write_as):
    held, at, told = write_as(), threading.Barrier(2), []

    def open_it(audience):
        made = [Frozen(audience, "ar", key, "", "", "{}") for key in ("cover", "i1/pace")]
        at.wait()
        try:
            told.append(("done", freeze(reference_engine, held.id, made, at=1, seen=held.seen, **WHO).event))
        except MeetingRefused as refusal:
            told.append(("refused", [fault.code for fault in refusal.faults]))

    both = [threading.Thread(target=open_it, args=(audience,)) for audience in ("office", "outside")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(what for what, _ in told) == ["done", "refused"]
    assert dict(told)["refused"] == ["changed_meanwhile"]
    with reference_engine.connect() as connection:
        kept = connection.execute(sa.select(slide.c.event, slide.c.audience)).all()
    assert {row.event for row in kept} == {dict(told)["done"]} and len({row.audience for row in kept}) == 1


def test_saving_what_is_already_said_is_no_event(write_as):
    held = write_as()
    assert held.change().event == held.states()[-1]["event"]
    assert len(held.states()) == 1


def test_opening_keeps_the_slides_of_each_audience_and_language_in_their_order(reference_engine, write_as):
    held = write_as()
    held.freeze("cover", "i1/pace", "i1/gap")
    last = held.states()[-1]
    assert (last["state"], last["cut"], last["frozen"]) == ("open", 1, held.seen)
    with reference_engine.connect() as connection:
        rows = connection.execute(sa.select(slide).order_by(slide.c.audience, slide.c.locale, slide.c.position)).all()
    assert len(rows) == 18
    assert [(row.position, row.key) for row in rows[:3]] == [(1, "cover"), (2, "i1/pace"), (3, "i1/gap")]


def test_opening_is_refused_without_slides_on_a_cut_that_has_not_come_and_with_a_key_twice(write_as):
    held = write_as()
    assert refused(lambda: freeze(held.engine, held.id, [], at=1, seen=held.seen, **WHO)) == [
        ("agenda", "nothing_to_freeze")
    ]
    assert refused(lambda: held.freeze(at=99)) == [("", "unknown_cut")]
    assert refused(lambda: held.freeze(at=0)) == [("", "unknown_cut")]
    assert refused(lambda: held.freeze("cover", "cover")) == [("agenda", "same_slide")]
    assert len(held.states()) == 1


def test_a_meeting_is_frozen_again_until_its_first_slide_is_shown(reference_engine, write_as):
    held = write_as()
    first = held.freeze().event
    second = held.freeze(body='{"again": 1}').event
    assert held.states()[-1]["frozen"] == second > first
    held.show()
    assert held.states()[-1]["state"] == "presented"
    assert refused(held.freeze) == [("", "presented")]
    with reference_engine.connect() as connection:
        of_first = connection.execute(sa.select(sa.func.count()).where(slide.c.event == first)).scalar_one()
    assert of_first == 12


def test_once_frozen_what_slides_are_made_of_stays_and_the_rest_may_be_put_right(write_as):
    first = write_as(on=dt.date(2026, 11, 25))
    held = write_as()
    held.freeze()
    assert refused(lambda: held.change(on=dt.date(2026, 12, 1))) == [("on", "frozen")]
    assert refused(lambda: held.change(territory="09")) == [("territory", "frozen")]
    assert refused(lambda: held.change(agenda=SITTING.agenda[:1])) == [("agenda", "frozen")]
    assert refused(lambda: held.change(previous=first.id)) == [("previous", "frozen")]
    frozen = held.states()[-1]["frozen"]
    held.change(attendance={"x_interior": "present", "x_cnss": "present"}, reference="12/2026")
    last = held.states()[-1]
    assert (last["frozen"], last["state"], last["reference"]) == (frozen, "open", "12/2026")


def test_an_item_that_leaves_out_what_is_empty_is_the_same_item(write_as):
    held = write_as()
    held.freeze()
    whole = {"title": {}, "service": "", "urgent": False, "programme": "", "indicator": ""}
    held.change(agenda=tuple(whole | item for item in SITTING.agenda), reference="9/2026")
    assert held.states()[-1]["reference"] == "9/2026"


def test_an_item_about_what_is_no_longer_defined_does_not_keep_attendance_from_being_noted(reference_engine, write_as):
    held = write_as()
    held.freeze()
    with write(reference_engine) as connection:
        number = next_event(connection, kind="reference", actor="reference")
        gone = {"kind": "indicator", "id": ITEM["indicator"], "event": number, "body": None}
        connection.execute(sa.insert(definition).values(gone))
    held.change(attendance={"x_cnss": "present"})
    assert refused(write_as) == [("agenda", "unknown_indicator")]


def test_only_a_slide_that_was_frozen_is_shown_and_only_while_the_meeting_is_open(reference_engine, write_as):
    held = write_as()
    assert refused(held.show) == [("", "not_open")]
    held.freeze()
    assert refused(lambda: held.show("i9/pace")) == [("", "unknown_slide")]
    held.show("cover")
    held.show("i1/pace")
    held.show("cover")
    with reference_engine.connect() as connection:
        rows = connection.execute(sa.select(shown_slide.c.number, shown_slide.c.key).order_by(shown_slide.c.number))
        assert list(map(tuple, rows)) == [(1, "cover"), (2, "i1/pace"), (3, "cover")]
    assert [row["state"] for row in held.states()] == ["prepared", "open", "presented"]
    held.close()
    assert refused(held.show) == [("", "not_open")]


def test_a_meeting_that_a_room_has_seen_is_neither_withdrawn_nor_brought_back_to_before(write_as):
    held = write_as()
    held.freeze()
    held.show()
    assert refused(held.withdraw) == [("", "presented")]
    assert refused(held.undo) == [("", "presented")]
    held.change(reference="7/2026")
    assert held.undo().event == held.states()[-1]["event"]
    assert (held.states()[-1]["state"], held.states()[-1]["reference"]) == ("presented", "")
    held.close()
    assert refused(held.withdraw) == refused(held.undo) == [("", "closed")]
    assert refused(lambda: held.change(reference="8/2026")) == [("", "closed")]
    assert refused(held.close) == [("", "not_open")]


def test_undoing_goes_back_one_step_each_time(write_as):
    held = write_as()
    held.change(place="")
    held.undo()
    assert held.states()[-1]["place"] == SITTING.place
    held.withdraw()
    assert held.states()[-1]["state"] == "withdrawn"
    assert refused(held.withdraw) == [("", "withdrawn")]
    assert refused(held.freeze) == [("", "withdrawn")]
    assert refused(lambda: held.change(place="x")) == [("", "withdrawn")]
    held.undo()
    assert held.states()[-1]["state"] == "prepared"
    held.freeze()
    held.undo()
    last = held.states()[-1]
    assert (last["state"], last["cut"], last["frozen"]) == ("prepared", None, None)
    new = write_as()
    new.undo()
    assert new.states()[-1]["state"] == "withdrawn"


def test_a_meeting_that_was_not_opened_is_not_closed(write_as):
    assert refused(write_as().close) == [("", "not_open")]


def closed(write_as):
    """A meeting that was opened, shown, that recommended something, and was closed."""
    held = write_as()
    held.freeze()
    held.show()
    held.recommend()
    held.close()
    return held


def test_a_closing_seals_what_it_was_and_says_so_years_later(reference_engine, write_as):
    held = closed(write_as)
    sealed = held.states()[-1]["digest"]
    assert len(sealed) == 64
    assert intact(reference_engine, held.id) is True
    held.recommend()
    write_as()
    assert intact(reference_engine, held.id) is True
    assert intact(reference_engine, write_as().id) is None
    assert intact(reference_engine, "m999") is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE slide SET body = '[]' WHERE key = 'i1/pace' AND locale = 'fr' AND audience = 'outside'",
        "UPDATE slide SET parent = 'cover' WHERE key = 'i1/pace' AND locale = 'ar'",
        "DELETE FROM slide WHERE key = 'i1/pace' AND locale = 'en'",
        "UPDATE slide SET position = position + 10 WHERE locale = 'en' AND audience = 'office'",
        "UPDATE recommendation SET text = 'x'",
        "UPDATE recommendation SET baseline = 13",
        "DELETE FROM recommendation",
        "DELETE FROM shown_slide",
        "UPDATE meeting SET chair = 'x' WHERE state = 'closed'",
        "UPDATE meeting SET attendance = '{}' WHERE state = 'closed'",
        "UPDATE meeting SET digest = 'x' WHERE state = 'closed'",
        "UPDATE meeting SET begins = 540 WHERE state = 'closed'",
        "UPDATE meeting SET room = 'x' WHERE state = 'prepared'",
    ],
)
def test_whatever_is_changed_behind_a_closing_is_noticed(reference_engine, write_as, statement):
    held = closed(write_as)
    with reference_engine.begin() as connection:
        assert connection.exec_driver_sql(statement).rowcount
    assert intact(reference_engine, held.id) is False


def test_a_column_that_a_later_version_adds_breaks_no_seal(reference_engine, write_as):
    held = closed(write_as)
    with reference_engine.begin() as connection:
        for table in ("meeting", "slide", "shown_slide", "recommendation", "declaration"):
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN added TEXT NOT NULL DEFAULT 'x'")
    assert intact(reference_engine, held.id) is True


def test_a_meeting_closed_before_it_could_have_an_hour_keeps_its_seal(reference_engine, write_as):
    held = closed(write_as)
    frozen, until = held.states()[-1]["frozen"], held.seen
    hashed = hashlib.sha256()
    with reference_engine.connect() as connection:
        tables = (meeting, slide, shown_slide, recommendation, declaration)
        for place, table in enumerate(tables):
            columns = [table.c[name] for name in SEALED[table.name]]
            own = sa.select(*columns).where((table.c.id if table is meeting else table.c.meeting) == held.id)
            for row in sorted(json.dumps(tuple(row), ensure_ascii=False) for row in connection.execute(own)):
                hashed.update(f"{place} {row}\n".encode())
        assert digest(connection, held.id, frozen=frozen, until=until) == hashed.hexdigest()


def test_a_database_of_an_earlier_version_keeps_its_meetings_and_their_seals(reference_engine, write_as):
    held = closed(write_as)
    with reference_engine.begin() as connection:
        for name in ("begins", "room", "rapporteur"):
            connection.exec_driver_sql(f"ALTER TABLE meeting DROP COLUMN {name}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
    migrate(reference_engine)
    assert intact(reference_engine, held.id) is True
    row = held.states()[-1]
    assert (row["begins"], row["room"], row["rapporteur"]) == (None, "", "")


def test_what_is_said_of_hour_room_and_rapporteur_is_kept_and_sealed(write_as, reference_engine):
    held = write_as(begins=600, room=" القاعة الكبرى ", rapporteur="رئيس القسم")
    held.freeze()
    held.change(begins=570, room="القاعة الكبرى", rapporteur="رئيس القسم")
    held.show()
    held.close()
    row = held.states()[-1]
    assert (row["begins"], row["room"], row["rapporteur"]) == (570, "القاعة الكبرى", "رئيس القسم")
    assert intact(reference_engine, held.id) is True
    with reference_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE meeting SET begins = 600")
    assert intact(reference_engine, held.id) is False


def test_the_digest_of_a_meeting_is_not_that_of_another(reference_engine, write_as):
    first, second = closed(write_as), closed(write_as)
    with reference_engine.connect() as connection:
        made = {
            digest(connection, one.id, frozen=one.states()[-1]["frozen"], until=one.seen) for one in (first, second)
        }
    assert len(made) == 2


def test_of_a_code_to_follow_by_only_its_digest_is_kept(reference_engine, write_as):
    held = write_as()
    held.freeze()
    add_code(reference_engine, held.id, "QX7P-2M4K")
    with reference_engine.connect() as connection:
        (row,) = connection.execute(sa.select(follow_code)).all()
    assert row.meeting == held.id and "QX7P" not in row.digest and len(row.digest) == 64
