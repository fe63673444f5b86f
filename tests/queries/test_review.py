"""Review: what came of a quarter, by service, by delivery, by priority."""

import dataclasses

import pytest
import sqlalchemy as sa

from data import meetings as writing
from data.database import as_date, next_event, write
from data.schema import event, recommendation
from queries.cuts import latest_cut
from queries.definitions import definitions
from queries.review import Quarter, by_service, delivered, paths, quarter, quarter_of, quarters
from tests.queries.conftest import on

HERE = "09.273"
SUMMER = Quarter(2023, 3)


def at(iso):
    """Noon of a day, in seconds."""
    return on(iso) * 86_400 + 43_200


@pytest.fixture
def hold(reference_engine):
    """A function that holds a meeting; its id."""

    def run(iso, territory=HERE, kind="session", agenda=()):
        new = writing.Meeting(kind, as_date(on(iso)), territory, agenda=tuple(agenda))
        stored = writing.prepare(reference_engine, new, actor="preparer", today=as_date(on(iso)))
        row = writing.Frozen("office", "fr", "cover", "", "", "{}")
        asked = {"at": stored.event, "seen": stored.event, "actor": "preparer"}
        writing.freeze(reference_engine, stored.id, [row], **asked)
        return stored.id

    return run


@pytest.fixture
def recommend(reference_engine):
    """A function that writes the states of one recommendation, each with the day on which it was entered."""
    numbers = iter(range(1, 100))

    def run(meeting, lead, due, *states):
        number = next(numbers)
        for state, entered in states:
            with write(reference_engine) as connection:
                said = next_event(connection, kind="recommendation", actor="preparer")
                connection.execute(sa.update(event).where(event.c.number == said).values(recorded_at=at(entered)))
                row = {"id": f"r{number}", "event": said, "meeting": meeting, "number": number, "text": "-"}
                row |= {"lead": lead, "due": on(due), "state": state}
                connection.execute(sa.insert(recommendation).values(row))

    return run


@pytest.fixture
def ask(reference_engine):
    """A function that asks for a part of the review."""

    def run(part, of=HERE, quarter=SUMMER, on_day="2023-10-15", scope="MA", settings=None, **more):
        cut = latest_cut(reference_engine)
        known = definitions(reference_engine, cut=cut)
        known = dataclasses.replace(known, settings=settings or {})
        asked = {"of": of, "quarter": quarter, "on": on(on_day), "cut": cut, "scope": scope, "known": known}
        return part(reference_engine, **asked, **more)

    return run


def test_a_quarter_has_three_months_and_one_after_it():
    assert (quarter_of(on("2023-09-30")), quarter_of(on("2023-10-01"))) == (SUMMER, SUMMER.next)
    assert (SUMMER.first, SUMMER.last) == (on("2023-07-01"), on("2023-09-30"))
    assert Quarter(2023, 4).next == Quarter(2024, 1) and Quarter(2024, 1).previous == Quarter(2023, 4)
    assert quarter(SUMMER.id) == SUMMER
    with pytest.raises(ValueError):
        quarter("2023-5")


def test_quarters_reach_back_to_the_first_meeting(reference_engine, hold):
    def found(of=HERE):
        cut = latest_cut(reference_engine)
        return [q.id for q in quarters(reference_engine, of=of, on=on("2023-11-05"), cut=cut, scope="MA")]

    assert found() == ["2023-4", "2023-3"]
    hold("2023-02-10")
    assert found() == ["2023-4", "2023-3", "2023-2", "2023-1"]
    assert found("01.511") == ["2023-4", "2023-3"]


def test_carried_and_made_add_up_to_what_became_of_them(hold, recommend, ask):
    spring, summer = hold("2023-06-12"), hold("2023-08-21")
    recommend(spring, "cnss", "2023-07-15", ("assigned", "2023-06-12"), ("done", "2023-07-20"))
    recommend(spring, "cnss", "2023-06-25", ("assigned", "2023-06-12"), ("done", "2023-06-24"))
    recommend(spring, "health", "2023-07-15", ("assigned", "2023-06-12"), ("blocked", "2023-07-20"))
    recommend(
        summer, "cnss", "2023-09-18", ("assigned", "2023-08-21"), ("under_way", "2023-09-01"), ("done", "2023-10-09")
    )
    recommend(summer, "cnss", "2023-12-18", ("assigned", "2023-08-21"))
    recommend(summer, "cnss", "2023-09-18", ("assigned", "2023-08-21"), ("withdrawn", "2023-08-22"))
    frame, held = ask(by_service)
    cnss, health = (row._asdict() for row in frame.itertuples(index=False))
    counted = {"carried": 1, "made": 2, "done": 1, "under_way": 1, "blocked": 0, "assigned": 1, "overdue": 1}
    assert cnss == {"service": "cnss"} | counted
    assert (health["carried"], health["blocked"], health["overdue"]) == (1, 1, 1)
    assert [(meeting.id, made) for meeting, made in held] == [(summer, 2)]
    for row in (cnss, health):
        ways = ("done", "under_way", "blocked", "assigned")
        assert row["carried"] + row["made"] == sum(row[way] for way in ways)


def test_what_was_entered_after_the_quarter_is_read_as_it_stands(hold, recommend, ask):
    summer = hold("2023-08-21")
    recommend(summer, "cnss", "2023-09-18", ("assigned", "2024-01-05"), ("done", "2024-01-06"))
    frame, _ = ask(by_service)
    assert frame["done"].tolist() == [1] and frame["overdue"].tolist() == [0]


def test_services_stand_in_the_order_of_the_settings_and_not_by_their_numbers(hold, recommend, ask):
    summer = hold("2023-08-21")
    for lead in ("zeta", "health", "health", "cnss", "alpha"):
        recommend(summer, lead, "2023-12-01", ("assigned", "2023-08-21"))
    frame, _ = ask(by_service, settings={"service": [{"id": "cnss"}, {"id": "health"}]})
    assert frame["service"].tolist() == ["cnss", "health", "alpha", "zeta"]


def test_another_territory_and_a_narrower_reader_see_nothing_of_it(hold, recommend, ask):
    summer = hold("2023-08-21")
    recommend(summer, "cnss", "2023-12-01", ("assigned", "2023-08-21"))
    assert ask(by_service, of="01.511")[0].empty
    assert ask(by_service, scope="09.273.01.05")[0].empty
    assert not ask(by_service, of="09")[0].empty


DELIVERY = {
    "id": "rsu",
    "source": "office",
    "level": "commune",
    "periodicity": "monthly",
    "expected_day": 5,
    "starts": "2023-01-01",
    "counts": [{"step": "rsu.registered", "unit": "household"}],
}
COMMUNES = ("09.273.01.05", "09.273.01.13", "09.273.01.15", "09.273.01.17", "09.273.05.19", "09.273.05.27")


def test_a_cycle_is_complete_where_every_office_has_figures_dated_in_it(book, ask):
    book.say(*((code, "2023-06-30", 5) for code in COMMUNES))
    book.say(*((code, "2023-07-31", 5) for code in COMMUNES[:4]))
    frame = ask(delivered, settings={"delivery": [DELIVERY]})
    assert frame.iloc[0].to_dict() == {
        "delivery": "rsu", "expected": 3, "complete": 1, "incomplete": 1, "missing": 1, "offices": 6,
    }  # fmt: skip
    half = ask(delivered, on_day="2023-08-20", settings={"delivery": [DELIVERY]})
    assert half["expected"].tolist() == [2]


def test_a_withdrawn_figure_was_not_delivered(book, ask):
    number = book.say(*((code, "2023-06-30", 5) for code in COMMUNES))
    book.say(*((code, "2023-06-30", None) for code in COMMUNES))
    assert number and ask(delivered, settings={"delivery": [DELIVERY]})["missing"].tolist() == [3]


def test_a_priority_of_an_agenda_is_listed_even_without_a_target(book, hold, ask):
    item = {"id": "i1", "subject": "pace", "programme": "rsu", "indicator": ""}
    hold("2023-08-21", agenda=[item])
    book.say((HERE, "2023-06-30", 500), (HERE, "2023-09-30", 900))
    _, held = ask(by_service)
    frame = ask(paths, held=[meeting for meeting, _ in held])
    (mine,) = (row for row in frame.itertuples(index=False) if row.on_agenda)
    assert (mine.actual_start, mine.actual_end) == (500, 900)
    assert (mine.verdict_start, mine.verdict_end) == ("no_target", "no_target")
    assert ask(paths).empty


def test_the_verdicts_of_both_ends_are_those_of_their_own_days(published, day):
    cut = latest_cut(published)
    known = definitions(published, cut=cut)
    asked = {"of": "MA", "on": day("2023-12-31"), "cut": cut, "scope": "MA", "known": known}
    frame = paths(published, quarter=SUMMER, **asked)
    (rsu,) = (row for row in frame.itertuples(index=False) if row.step == "rsu.registered")
    assert rsu.actual_end > rsu.actual_start and rsu.planned_end > rsu.planned_start
    assert rsu.verdict_end in ("on_path", "ahead", "watch", "below")
