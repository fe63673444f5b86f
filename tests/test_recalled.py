"""The slides on which a meeting opens and ends, and the marks on series: worded, complete, never too long."""

import datetime as dt
from dataclasses import replace

import pytest

from data.recommendations import Recommendation, record, tell
from findings.meetings import of_id
from findings.reader import Reader
from findings.recalled import marks, readback_slides, recalled_slide, recalled_slides
from i18n import LOCALES, words
from panels.slide import MOST_NUMBERS, OUTSIDE, from_json
from queries.cuts import latest_cut
from tests.decks import HERE, STEP, UNIT
from tests.queries.conftest import Book
from tests.sessions import DAY, end, settle, sit

BEFORE = dt.date(2023, 8, 7)
ASKED = Recommendation("Ouvrir le samedi", "education", slide="i1/pace", step=STEP, unit=UNIT)
FRENCH, ARABIC = LOCALES.index("fr"), LOCALES.index("ar")


@pytest.fixture
def office(reference_engine):
    """A database whose office has three services."""
    settle(reference_engine)
    return reference_engine


@pytest.fixture
def ask(office):
    return lambda meeting, **more: record(office, meeting.id, replace(ASKED, **more), actor="preparer")


@pytest.fixture
def reader(office):
    """A function that makes a reader of the present cut in a language."""

    def make(locale="fr", **more):
        asked = {"cut": latest_cut(office), "scope": "MA", "role": "administrator", "locale": locale} | more
        return Reader(office, **asked)

    return make


@pytest.fixture
def meeting(office, reader):
    """A function that reads a meeting."""
    return lambda stored: of_id(office, stored.id, cut=latest_cut(office), scope="MA")


@pytest.fixture
def two(office):
    """A meeting of August and the one that follows it in September."""
    first = sit(office, on=BEFORE, next_on=DAY)
    return first, sit(office, previous=first.id)


def test_a_first_meeting_opens_on_nothing(office, reader, meeting):
    alone = meeting(sit(office))
    assert recalled_slide(reader(), alone, None) is None and recalled_slides(reader(), alone, None) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_meeting_opens_on_what_became_of_the_last_ones_recommendations(office, ask, two, reader, meeting, locale):
    made = [ask(two[0], due=dt.date(2023, 8, day)) for day in (20, 21, 22)] + [ask(two[0])]
    for one, state in zip(made, ("done", "under_way", "blocked"), strict=False):
        tell(office, one.id, state, seen=one.event, actor="preparer")
    slide = recalled_slide(reader(locale), meeting(two[1]), meeting(two[0]))
    w = words(locale)
    assert (slide.key, slide.kind, slide.item) == ("recommendations", "table", "")
    # Done; two whose date has passed, whatever is said of them; one whose day is that of the meeting.
    assert [n.value for n in slide.numbers] == [1, 1, 2] and len(slide.numbers) <= MOST_NUMBERS
    states = [row[4] for row in slide.table.rows]
    assert w("recommendations.state_done") in states[0] and "✔" in states[0]
    assert all("■" in said and w("recommendations.state_overdue") in said for said in states[1:3])
    assert w("recommendations.state_blocked") in states[2] and "○" in states[3]
    assert len(slide.lines) == 2 and w.date(dt.date(2023, 8, 21)) in slide.lines[0]
    assert from_json(slide.to_json()) == slide


def test_what_is_still_open_of_older_meetings_comes_back_with_its_meeting(office, ask, reader, meeting):
    oldest = sit(office, on=dt.date(2023, 7, 3), next_on=BEFORE)
    still, done = ask(oldest, text="encore"), ask(oldest, text="faite")
    tell(office, done.id, "done", seen=done.event, actor="preparer")
    before = sit(office, on=BEFORE, next_on=DAY, previous=oldest.id)
    ask(before, text="nouvelle")
    slide = recalled_slide(reader(), meeting(sit(office, previous=before.id)), meeting(before))
    assert [row[1] for row in slide.table.rows] == ["nouvelle", "encore"]
    assert words("fr").date_short(dt.date(2023, 7, 3)) in slide.table.rows[1][0] and still.number == 1


def test_what_a_visit_recommended_comes_back_in_the_next_session_and_what_it_got_done_is_told_once(
    office, ask, reader, meeting
):
    before = sit(office, on=BEFORE, next_on=DAY)
    ask(before, text="de la séance")
    visit = sit(office, kind="visit", on=dt.date(2023, 8, 21), next_on=None)
    ask(visit, text="de la visite", due=DAY)
    done = ask(visit, text="faite depuis", due=DAY)
    tell(office, done.id, "done", seen=done.event, actor="preparer")
    following = sit(office, previous=before.id)
    slide = recalled_slide(reader(), meeting(following), meeting(before))
    assert [row[1] for row in slide.table.rows] == ["de la séance", "de la visite", "faite depuis"]
    name = words("fr").date_short(dt.date(2023, 8, 21))
    assert [name in row[0] for row in slide.table.rows] == [False, True, True]
    # Three of two meetings: the title does not lay them all to one.
    assert words("fr").date(BEFORE) not in slide.title and "réunions précédentes" in slide.title
    later = sit(office, on=dt.date(2023, 10, 16), next_on=None, previous=following.id)
    slide = recalled_slide(reader(), meeting(later), meeting(following))
    assert [row[1] for row in slide.table.rows] == ["de la visite", "de la séance"]


def test_a_first_session_opens_on_what_a_visit_recommended(office, ask, reader, meeting):
    visit = sit(office, kind="visit", on=BEFORE, next_on=None)
    ask(visit, text="de la visite", due=DAY)
    elsewhere = sit(office, kind="visit", on=BEFORE, next_on=None, territory="02.411")
    ask(elsewhere, text="ailleurs", step="", unit="", due=DAY)
    slide = recalled_slide(reader(), meeting(sit(office)), None)
    assert [row[1] for row in slide.table.rows] == ["de la visite"]
    assert words("fr").date(BEFORE) in slide.title


def test_what_the_figure_did_since_is_said_to_follow(office, ask, two, reader, meeting):
    # Shown by the deck as of the 18th of September; the third meeting is of October.
    ask(two[1])
    Book(office).say((HERE, "2023-10-09", 41_200))
    third = sit(office, on=dt.date(2023, 10, 30), next_on=None, previous=two[1].id)
    slide = recalled_slide(reader(), meeting(third), meeting(two[1]))
    (row,) = slide.table.rows
    assert "suivi de 41\u202f200" in row[5] and words("fr")("recommendations.not_caused") in slide.notes
    assert "est passé de 36\u202f597 à 41\u202f200" in slide.lines[0]
    assert {41_200, 36_597} <= {f.value for f in slide.figures}
    assert {f.text for f in slide.figures} >= {n.text for n in slide.numbers}


def test_every_number_of_a_row_is_among_the_figures(office, ask, two, reader, meeting):
    ask(two[1], expected=2_500)
    (slide,) = readback_slides(reader(), meeting(two[1]))
    assert {f.value for f in slide.figures} == {1, 36_597, 2_500}
    assert all(f.text in slide.table.rows[0][4] for f in slide.figures if f.value != 1)


def test_many_recommendations_take_further_slides_of_at_most_eight_rows(office, ask, two, reader, meeting):
    for place in range(19):
        ask(two[0], text=f"n {place}", step="", unit="", due=DAY)
    slides = recalled_slides(reader(), meeting(two[1]), meeting(two[0]))
    assert [slide.key for slide in slides] == ["recommendations", "recommendations/2", "recommendations/3"]
    assert [len(slide.table.rows) for slide in slides] == [8, 8, 3]
    assert slides[0].numbers and not slides[1].numbers and len({slide.panel for slide in slides}) == 3


def test_long_texts_take_more_slides_than_short_ones(office, ask, two, reader, meeting):
    for _ in range(4):
        ask(two[0], text="mot " * 120, step="", unit="")
    slides = recalled_slides(reader(), meeting(two[1]), meeting(two[0]))
    assert len(slides) > 1 and sum(len(slide.table.rows) for slide in slides) == 4


@pytest.mark.parametrize("locale", LOCALES)
def test_a_meeting_without_a_recommendation_is_read_back_too(two, reader, meeting, locale):
    (slide,) = readback_slides(reader(locale), meeting(two[1]))
    assert slide.key == "readback" and slide.table.rows == () and slide.title


def test_a_closed_meeting_is_read_back_as_it_was_sealed(office, ask, two, reader, meeting):
    ask(two[1])
    sealed = readback_slides(reader(), meeting(two[1]))
    end(office, two[1])
    again = readback_slides(reader(), meeting(two[1]))
    assert [slide.table for slide in again] == [slide.table for slide in sealed]


def test_for_outside_figures_are_rounded_and_it_says_so(office, ask, two, reader, meeting):
    ask(two[1])
    (slide,) = readback_slides(reader(), meeting(two[1]), audience=OUTSIDE)
    assert 36_595 in {f.value for f in slide.figures} and 36_597 not in {f.value for f in slide.figures}
    assert words("fr")("recommendations.rounded", n=5) in slide.notes and slide.audience == OUTSIDE


@pytest.mark.parametrize("locale", LOCALES)
def test_another_word_of_the_office_heads_the_slides_and_the_sentences(office, ask, two, reader, meeting, locale):
    ask(two[0], due=dt.date(2023, 8, 20))
    own = {"ar": "\u062a\u062f\u0628\u064a\u0631", "fr": "mesure", "en": "measure"}
    settle(office, office={"recommendation": own, "recommendations": own})
    slide = recalled_slide(reader(locale), meeting(two[1]), meeting(two[0]))
    assert own[locale] in slide.title.lower() and own[locale] in slide.lines[0].lower()
    assert words(locale)("recommendations.many") not in slide.title.lower()


def test_a_series_carries_the_marks_of_its_recommendations_and_meetings(office, ask, two, reader):
    ask(two[0]), ask(two[0], territory="09.273.01.13", slide="i1/gap"), ask(two[0], step="", unit="")
    found = marks(reader(), HERE, STEP)
    assert [(one["kind"], one["date"], one["until"]) for one in found] == [
        ("meeting", "2023-08-07", "2023-08-07"),
        ("recommendation", "2023-08-07", "2023-09-18"),
        ("recommendation", "2023-08-07", "2023-09-18"),
        ("meeting", "2023-09-18", "2023-09-18"),
    ]
    assert [one["kind"] for one in marks(reader(), HERE, "rnp.registered")] == ["meeting", "meeting"]
    # In the commune: its own recommendation and the meetings held above it, not those about its prefecture.
    assert [one["kind"] for one in marks(reader(), "09.273.01.13", STEP)] == ["meeting", "recommendation", "meeting"]
    assert marks(reader(scope="09.273.01.13"), "09.273.01.13", STEP) == []
