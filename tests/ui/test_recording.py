"""What the wall sends is read again, stored once, and answered in the language of whoever sits before it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from data.database import as_day
from data.schema import declaration, recommendation, remark
from findings.meetings import of_id, proposed_due
from findings.reader import ADMINISTRATOR, Reader
from i18n import LOCALES, words
from queries.cuts import latest_cut
from tests.decks import HERE, STEP, UNIT
from tests.queries.conftest import Book
from tests.sessions import NEXT, end, settle, sit, with_item
from ui.recording import offer, record
from ui.viewer import Viewer

TODAY = dt.date(2023, 9, 18)
PREPARER = Viewer("preparer", "MA")
ID = "3f1c9a52-7d1e-4a57-9a39-0c2f6f0d8a11"
ASKED = {
    "kind": "recommend",
    "id": ID,
    "slide": "i1/pace",
    "text": "Ouvrir le samedi",
    "lead": "education",
    "partners": ["cnss"],
    "due": "",
    "territory": HERE,
    "step": STEP,
    "unit": UNIT,
    "expected": "1 200",
}
SAID = {
    "kind": "declare",
    "id": ID,
    "slide": "i1/gap",
    "service": "education",
    "on": "",
    "value": "10 100",
    "text": "",
    "territory": "09.273.01.13",
    "step": STEP,
    "unit": UNIT,
}


@pytest.fixture
def office(reference_engine):
    """A database whose office has three services."""
    settle(reference_engine)
    return reference_engine


@pytest.fixture
def sitting(office):
    """A meeting that is open."""
    return of_id(office, sit(office, agenda=[with_item()]).id, cut=latest_cut(office), scope="MA")


@pytest.fixture
def send(office, sitting):
    """A function that has the wall send something."""

    def run(payload, *, who=PREPARER, locale="fr", **more):
        return record(office, sitting, payload | more, who=who, today=TODAY, locale=locale)

    return run


@pytest.fixture
def rows(office):
    """A function that reads a table."""

    def read(table):
        with office.connect() as connection:
            return connection.execute(sa.select(table).order_by(table.c.event)).mappings().all()

    return read


@pytest.mark.parametrize("locale", LOCALES)
def test_the_forms_offer_services_the_next_day_and_what_the_slides_show(office, sitting, locale):
    found = offer(office, sitting, locale=locale, cut=latest_cut(office))
    w = words(locale)
    assert [one["id"] for one in found["services"]] == ["education", "cnss", "health"]
    assert (found["due"], found["due_proposed"]) == (NEXT.isoformat(), False)
    assert {"step": STEP, "unit": UNIT, "name": w.things(STEP, UNIT)} in found["counts"]
    assert {"code": HERE, "name": w.place(HERE)} in found["places"] and len(found["places"]) == 7
    begun = found["slides"]["i1/pace"]
    assert begun == {"territory": HERE, "step": STEP, "unit": UNIT, "on": "2023-09-18", "official": 36_597}


def test_without_a_next_meeting_a_date_a_month_later_is_proposed_and_called_so(office):
    of = of_id(office, sit(office, next_on=None).id, cut=latest_cut(office), scope="MA")
    found = offer(office, of, locale="ar", cut=latest_cut(office))
    # The 18th of October 2023 is a Wednesday.
    assert (found["due"], found["due_proposed"]) == ("2023-10-18", True)


@pytest.mark.parametrize(
    ("held", "due"),
    [
        (dt.date(2026, 1, 30), dt.date(2026, 3, 2)),  # the 28th of February is a Saturday
        (dt.date(2026, 1, 22), dt.date(2026, 2, 23)),  # a Sunday
        (dt.date(2023, 12, 29), dt.date(2024, 1, 29)),
        (dt.date(2024, 1, 31), dt.date(2024, 2, 29)),
        (dt.date(2026, 11, 6), dt.date(2026, 12, 7)),
        (dt.date(2026, 10, 18), dt.date(2026, 11, 19)),  # the 18th of November is a holiday
    ],
)
def test_the_date_that_is_proposed_is_a_working_day_a_month_later(office, held, due):
    known = Reader(office, latest_cut(office), "MA", ADMINISTRATOR, "ar").known
    assert proposed_due(known, as_day(held)) == as_day(due)


def test_places_that_a_slide_only_compares_with_are_not_offered(office):
    commune = "09.273.01.13"
    of = of_id(office, sit(office, territory=commune).id, cut=latest_cut(office), scope="MA")
    found = offer(office, of, locale="fr", cut=latest_cut(office))
    assert [one["code"] for one in found["places"]] == [commune]
    assert found["slides"]["i1/gap"]["territory"] == commune and "i1/pace" not in found["slides"]


def test_a_recommendation_from_the_wall_is_stored_with_its_figure(send, rows):
    answer = send(ASKED)
    (row,) = rows(recommendation)
    assert answer == {"ok": True, "number": 1, "id": ID, "event": row["event"], "faults": []}
    assert (row["text"], row["lead"], row["expected"], row["baseline"]) == (ASKED["text"], "education", 1200, 36_597)


def test_what_is_sent_again_after_the_network_came_back_is_stored_once(send, rows):
    assert send(ASKED) == send(ASKED) and len(rows(recommendation)) == 1
    assert send(SAID, id=ID[::-1]) == send(SAID, id=ID[::-1]) and len(rows(declaration)) == 1


def test_a_declared_value_becomes_a_remark_that_says_where_it_comes_from(office, send, rows):
    Book(office).say(("09.273.01.13", "2023-09-18", 9_743))
    assert send(SAID)["ok"]
    (row,) = rows(remark)
    w = words("fr")
    assert row["source"] == w("declarations.source", service="education", date=dt.date(2023, 9, 18))
    assert (row["value"], row["official"], row["state"]) == (10_100, 9_743, "open")
    assert rows(declaration)[0]["remark"] == row["id"]


def test_a_remark_in_words_goes_to_the_minutes(send, rows):
    answer = send(SAID, value=None, text="Saisie en cours", step="", unit="", territory="")
    assert answer["ok"] and rows(remark) == [] and rows(declaration)[0]["text"] == "Saisie en cours"


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_wrong_is_said_in_sentences_of_the_language(send, rows, locale):
    w = words(locale)
    answer = send(ASKED, locale=locale, text="", lead="", slide="i9/x")
    assert answer["ok"] is False and answer["faults"] == [
        w("recommendations.fault_empty", name=w("recommendations.form_text")),
        w("recommendations.fault_no_lead"),
        w("recommendations.fault_unknown_slide"),
    ]
    both = send(ASKED, locale=locale, due="demain", expected="beaucoup")
    assert len(both["faults"]) == 2
    for wrong in ({"due": "demain"}, {"expected": "beaucoup"}, {"expected": "env. 12"}, {"due": "2023-09-01"}):
        refused = send(ASKED, locale=locale, **wrong)
        assert refused["ok"] is False and len(refused["faults"]) == 1
    assert rows(recommendation) == []


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"kind": "close"},
        {"kind": "recommend"},
        {"kind": "declare"},
        ASKED | {"text": ["x"], "partners": "cnss", "due": 12, "expected": {}},
        ASKED | {"text": "x" * 100_000},
        SAID | {"value": "nan"},
        SAID | {"value": -3},
        SAID | {"value": 10**30},
    ],
)
def test_whatever_a_browser_sends_is_answered_and_nothing_of_it_is_stored(send, rows, payload):
    answer = send(payload)
    assert answer["ok"] is False and answer["faults"] and all(answer["faults"])
    assert rows(recommendation) == [] and rows(declaration) == []


def test_a_reader_records_nothing(send, rows):
    assert send(ASKED, who=Viewer("reader", "MA"))["ok"] is False and rows(recommendation) == []


def test_a_preparer_of_another_territory_records_nothing(send, rows):
    assert send(ASKED, who=Viewer("preparer", "02.411"))["faults"] == [
        words("fr")("recommendations.fault_outside_meeting")
    ]
    assert rows(recommendation) == []


def test_a_closed_meeting_says_so(office, sitting, send):
    stored = type("Stored", (), {"id": sitting.id, "event": sitting.event})
    end(office, stored)
    assert send(ASKED)["faults"] == [words("fr")("recommendations.fault_closed")]
