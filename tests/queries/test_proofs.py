"""What an id leads back to: the meeting that froze the panel, else the file that left the house; within the scope."""

import datetime as dt
from dataclasses import replace

import pytest

from data.meetings import Frozen, Meeting, freeze, prepare
from data.proofs import keep
from findings.proofs import OUTSIDE, proved, read_id
from queries.cuts import latest_cut
from tests.decks import COMMUNES, HERE, deck

TODAY = dt.date(2026, 11, 28)
ELSEWHERE, REGION = "09.001", "09"


def slide_of(locale, key="i1/gap"):
    return next(one for one in deck(locale) if one.key == key)


def kept(engine, slide, *, scope=HERE, locale="ar"):
    keep(
        engine, panel=slide.panel, locale=locale, scope=scope, asked=slide.asked, body=slide.to_json(), at=1_700_000_000
    )


def found(engine, panel, *, scope="MA", locale="ar"):
    return proved(engine, panel, locale=locale, cut=latest_cut(engine), scope=scope)


@pytest.fixture
def frozen(reference_engine):
    """A meeting that has frozen the deck in Arabic and French; the function that freezes it again."""
    new = Meeting(
        "session", dt.date(2023, 9, 18), HERE, agenda=({"id": "i1", "subject": "words", "title": {"ar": "س"}},)
    )
    stored = prepare(reference_engine, new, actor="preparer", today=TODAY)
    seen = [stored.event]

    def run(change=lambda slide: slide):
        slides = [
            Frozen("office", locale, one.key, one.parent, one.panel, change(one).to_json())
            for locale in ("ar", "fr")
            for one in deck(locale)
        ]
        done = freeze(reference_engine, stored.id, slides, at=1, seen=seen[-1], actor="preparer")
        seen.append(done.event)
        return stored.id

    run()
    return run


def test_a_panel_of_a_meeting_leads_back_to_it(reference_engine, frozen):
    slide = slide_of("ar")
    proof = found(reference_engine, slide.panel)
    assert proof.slide == slide and proof.kind == "session" and proof.territory == HERE and proof.at is None


def test_the_language_asked_for_is_answered_where_it_was_kept(reference_engine, frozen):
    slide = slide_of("ar")
    assert found(reference_engine, slide.panel, locale="fr").slide == slide_of("fr")
    assert found(reference_engine, slide.panel, locale="en").locale in ("ar", "fr")


def test_what_was_frozen_last_is_what_is_answered(reference_engine, frozen):
    frozen(lambda slide: replace(slide, title="again"))
    assert found(reference_engine, slide_of("ar").panel).slide.title == "again"


def test_a_meeting_comes_before_a_file(reference_engine, frozen):
    slide = slide_of("ar")
    kept(reference_engine, replace(slide, title="file"))
    assert found(reference_engine, slide.panel).slide == slide


def test_a_file_leads_back_to_what_it_was_made_of(reference_engine):
    slide = slide_of("ar")
    kept(reference_engine, slide)
    proof = found(reference_engine, slide.panel)
    assert proof.slide == slide and proof.meeting == "" and proof.at == 1_700_000_000


def test_an_unknown_id_leads_to_nothing(reference_engine):
    assert found(reference_engine, "00000000") is None


@pytest.mark.parametrize("scope", [HERE, REGION, "MA"])
def test_who_is_of_the_territory_or_above_it_sees_it(reference_engine, frozen, scope):
    assert found(reference_engine, slide_of("ar").panel, scope=scope).slide.key == "i1/gap"


@pytest.mark.parametrize("scope", [ELSEWHERE, COMMUNES[0], "01"])
def test_whoever_is_not_is_told_only_that_it_is_not_for_him(reference_engine, frozen, scope):
    slide = slide_of("ar")
    assert found(reference_engine, slide.panel, scope=scope) == OUTSIDE
    other = replace(slide, panel="ZZZZZZZZ")
    kept(reference_engine, other)
    assert found(reference_engine, other.panel, scope=scope) == OUTSIDE


def test_a_drill_down_is_of_the_place_that_it_shows(reference_engine, frozen):
    slide = slide_of("ar", f"i1/pace/{COMMUNES[0]}")
    assert found(reference_engine, slide.panel, scope=COMMUNES[0]).slide == slide
    assert found(reference_engine, slide.panel, scope=COMMUNES[1]) == OUTSIDE


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("JNMTGFM2", "JNMTGFM2"),
        ("jnmtgfm2", "JNMTGFM2"),
        (" jnmt-gfm2 ", "JNMTGFM2"),
        ("O0IL1ABC", "00111ABC"),
        ("oilABCDE", "011ABCDE"),
        ("JNMTGFM", ""),
        ("JNMTGFM22", ""),
        ("JNMTGFMU", ""),
        ("' OR 1=1", ""),
        ("٣٣٣٣٣٣٣٣", ""),
        ("", ""),
    ],
)
def test_an_id_is_read_as_it_is_copied_by_hand(said, read):
    assert read_id(said) == read
