"""The record of a meeting: what its documents are made from, in a language, for an audience, within a scope."""

import dataclasses
import datetime as dt

import pytest

from data import meetings as writing
from exports import letters
from exports.record import NotForThisReader, record
from exports.word import texts_of
from findings import meetings
from i18n import words
from queries.cuts import latest_cut
from tests.decks import HERE, STEP, deck
from tests.papers import declare, frozen_deck, recommend, sitting


@pytest.fixture
def held(reference_engine):
    return sitting(reference_engine)


def of(engine, meeting, **asked):
    usual = {"locale": "ar", "cut": latest_cut(engine), "scope": "MA"}
    return record(engine, meeting, **usual | asked)


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
@pytest.mark.parametrize("audience", ["office", "outside"])
def test_it_holds_the_slides_that_were_frozen_in_that_language_and_for_that_audience(
    reference_engine, held, locale, audience
):
    found = of(reference_engine, held, locale=locale, audience=audience)
    assert list(found.slides) == deck(locale, audience=audience)
    assert [one.key for one in found.way + found.details] == [one.key for one in found.slides]
    assert found.outside == (audience == "outside")
    assert found.demonstration


def test_last_times_recommendations_are_told_as_the_room_saw_them(reference_engine, held):
    recommend(reference_engine, held.previous, 1, "فتح شباك إضافي يوم السبت", due=dt.date(2023, 9, 4), state="done")
    found = of(reference_engine, held)
    assert [(one.number, one.state) for one in found.recalled] == [(1, "assigned"), (2, "done")]
    assert [one.overdue(found.on) for one in found.recalled] == [True, False]
    # A reminder is written later: what is done since is asked of nobody.
    assert [(one.meeting, one.number) for one in found.pending] == [(held.id, 1), (held.id, 2)]


def test_what_a_field_visit_left_open_comes_back_with_its_day(reference_engine):
    shared = {"actor": "administrator", "today": dt.date(2023, 9, 18)}
    went = writing.prepare(
        reference_engine, writing.Meeting("visit", dt.date(2023, 8, 21), HERE, chair="السيد العامل"), **shared
    )
    at = latest_cut(reference_engine)
    writing.freeze(reference_engine, went.id, frozen_deck(), at=at, seen=went.event, actor="administrator")
    recommend(reference_engine, went.id, 1, "إصلاح ربط الملحقة بالشبكة")
    found = of(reference_engine, sitting(reference_engine), locale="fr")
    assert {(one.meeting, one.number) for one in found.recalled} == {
        (found.before.id, 1),
        (found.before.id, 2),
        (went.id, 1),
    }
    texts = list(texts_of(letters.minutes_blocks(found)))
    w = words("fr")
    assert w("letters.recalled_several") in texts and w("letters.column_meeting") in texts
    assert w.date(dt.date(2023, 8, 21)) in texts
    # Of the meeting before alone, the heading says which it is.
    alone = dataclasses.replace(found, recalled=tuple(o for o in found.recalled if o.meeting == found.before.id))
    texts = list(texts_of(letters.minutes_blocks(alone)))
    assert w("letters.recalled", date=dt.date(2023, 8, 7)) in texts and w("letters.column_meeting") not in texts


def test_what_is_told_of_a_closed_meeting_is_what_was_sealed(reference_engine):
    meeting = sitting(reference_engine, close=True)
    before = of(reference_engine, meeting)
    recommend(reference_engine, meeting.id, 1, "إضافة محطتين للتسجيل", state="done")
    declare(reference_engine, meeting.id, 2, text="بعد الجلسة")
    after = of(reference_engine, meeting)
    assert (after.recommendations, after.declarations) == (before.recommendations, before.declarations)
    assert len(before.recommendations) == 2 and len(before.declarations) == 1


def test_copies_for_outside_have_their_counts_rounded(reference_engine, held):
    found = of(reference_engine, held, audience="outside")
    assert (found.recommendations[0].baseline, found.recommendations[0].expected) == (36_595, 2_610)
    assert (found.declarations[0].value, found.declarations[0].official) == (36_810, 36_595)
    assert found.recommendations[0].step == STEP


@pytest.mark.parametrize("scope", ["09.273.01.05", "04.441"])
def test_a_reader_who_does_not_see_the_meeting_gets_no_record(reference_engine, held, scope):
    with pytest.raises(NotForThisReader):
        of(reference_engine, held, scope=scope)


def test_a_reader_of_the_prefecture_gets_it(reference_engine, held):
    assert of(reference_engine, held, scope=HERE).slides


def test_a_meeting_that_is_not_frozen_has_a_record_without_slides(reference_engine, held):
    earlier = meetings.of_id(reference_engine, held.previous, cut=latest_cut(reference_engine), scope="MA")
    found = of(reference_engine, earlier)
    assert found.slides == () and found.before is None and found.recalled == ()
    assert [one.number for one in found.recommendations] == [1, 2]
    assert not found.demonstration and dataclasses.replace(found) == found


def test_the_second_language_stands_beside(reference_engine, held):
    found = of(reference_engine, held, beside="fr")
    assert found.other.locale == "fr" and found.other.other is None
    assert [one.key for one in found.other.slides] == [one.key for one in found.slides]
