"""Sources: where each delivery stands, who has reported, and whose offices those are."""

import json

import pytest
import sqlalchemy as sa

from data.database import next_event, write
from data.schema import definition, jurisdiction, territory
from queries.definitions import definitions
from queries.sources import board, offices

PREFECTURE, LQLIAA, TEMSIA, AIT_MELLOUL = "09.273", "09.273.01.17", "09.273.05.27", "09.273.01.05"
COMMUNES = 6
WEEKLY = {
    "id": "weekly",
    "source": "office",
    "service": "",
    "channel": "file",
    "periodicity": "weekly",
    "expected_day": 1,
    "reminder_days": 2,
    "level": "commune",
    "counts": [{"step": "rsu.registered", "unit": "household"}],
    "starts": "2023-01-02",
}


@pytest.fixture
def settle(reference_engine):
    """A function that puts deliveries into the settings, and the office's territory."""

    def put(*deliveries, office=None):
        body = {"office": office or {}, "delivery": list(deliveries)}
        with write(reference_engine) as connection:
            number = next_event(connection, kind="reference", actor="reference")
            row = {"kind": "setting", "id": "office", "event": number, "body": json.dumps(body)}
            connection.execute(sa.insert(definition).values(row))

    return put


@pytest.fixture
def stand(reference_engine, now, day):
    """A function from a day to the rows of the board by delivery, and who is silent."""

    def read(iso, *, of=PREFECTURE, scope="MA", cut=None):
        cut = cut or now(reference_engine)
        known = definitions(reference_engine, cut=cut)
        frame, silent = board(reference_engine, of=of, on=day(iso), cut=cut, scope=scope, known=known)
        return {row.delivery: row for row in frame.itertuples(index=False)}, silent

    return read


@pytest.fixture
def annexes(reference_engine):
    """Three offices: two within Ait Melloul, one over Lqliaa and Temsia; the last of the prefecture was closed."""
    rows = [("A01", 901, None), ("A02", 902, None), ("A03", 903, None), ("A04", 904, 19000)]
    covers = {"A01": [AIT_MELLOUL], "A02": [AIT_MELLOUL], "A03": [LQLIAA, TEMSIA], "A04": [LQLIAA]}
    with write(reference_engine) as connection:
        for code, position, ended in rows:
            connection.execute(
                sa.insert(territory).values(
                    code=f"09.273.{code}",
                    parent=PREFECTURE,
                    level="annex",
                    kind="annex",
                    position=position,
                    ended=ended,
                )
            )
        connection.execute(
            sa.insert(jurisdiction),
            [{"office": f"09.273.{code}", "territory": one} for code, all_of in covers.items() for one in all_of],
        )


def test_without_a_declaration_the_board_is_empty(stand):
    assert stand("2023-09-20") == ({}, {})


def test_a_delivery_of_which_nothing_came_is_late_since_its_first_day(settle, stand):
    settle(WEEKLY)
    rows, silent = stand("2023-01-05")
    row = rows["weekly"]
    assert (row.state, row.days, row.missed, row.reported, row.expected) == ("late", 3, 1, 0, COMMUNES)
    assert row.last_date != row.last_date and row.event != row.event
    assert len(silent["weekly"]) == COMMUNES


def test_who_has_not_reported_is_named_in_administrative_order(settle, stand, book, day):
    settle(WEEKLY)
    book.say((LQLIAA, "2023-09-18", 120))
    number = book.say((TEMSIA, "2023-09-14", 30), (AIT_MELLOUL, "2023-09-11", 60))
    rows, silent = stand("2023-09-20")
    row = rows["weekly"]
    assert (row.state, row.reported, row.expected) == ("incomplete", 2, COMMUNES)
    assert (row.last_date, row.event) == (day("2023-09-18"), number - 1)
    codes = ["09.273.01.05", "09.273.01.13", "09.273.01.15", "09.273.05.19"]
    assert list(silent["weekly"]) == codes


def test_an_office_has_reported_when_all_counts_have_come(settle, stand, book):
    persons = {"step": "rnp.registered", "unit": "person"}
    settle(WEEKLY | {"level": "prefecture", "counts": [*WEEKLY["counts"], persons]})
    book.say((PREFECTURE, "2023-09-18", 120))
    assert stand("2023-09-20")[0]["weekly"].state == "late"
    book.say((PREFECTURE, "2023-09-17", 400), step="rnp.registered", unit="person")
    assert stand("2023-09-20")[0]["weekly"].state == "received"


@pytest.mark.parametrize(
    "other",
    [{"source": "published"}, {"unit": "person"}, {"step": "rsu.scored"}],
)
def test_figures_of_another_source_unit_or_step_are_not_the_delivery(settle, stand, book, other):
    settle(WEEKLY | {"level": "prefecture"})
    book.say((PREFECTURE, "2023-09-18", 120), **other)
    assert stand("2023-09-20")[0]["weekly"].state == "late"


def test_sums_over_children_are_no_report(settle, stand, book):
    settle(WEEKLY | {"level": "prefecture"})
    book.sum((PREFECTURE, "2023-09-18", 120, 6, 6))
    assert stand("2023-09-20")[0]["weekly"].state == "late"


def test_a_breakdown_is_a_report(settle, stand, book):
    settle(WEEKLY | {"level": "prefecture"})
    book.say((PREFECTURE, "2023-09-18", 120), sex="female")
    assert stand("2023-09-20")[0]["weekly"].state == "received"


def test_the_board_of_a_past_day_and_of_an_earlier_cut_says_what_was_known(settle, stand, book, reference_engine, now):
    settle(WEEKLY | {"level": "prefecture"})
    before = now(reference_engine)
    book.say((PREFECTURE, "2023-09-18", 120))
    book.say((PREFECTURE, "2023-09-25", 130))
    assert stand("2023-09-20")[0]["weekly"].state == "received"
    assert stand("2023-09-20", cut=before)[0]["weekly"].state == "late"


def test_a_figure_that_was_taken_back_is_no_report(settle, stand, book):
    settle(WEEKLY | {"level": "prefecture"})
    book.say((PREFECTURE, "2023-09-11", 100), (PREFECTURE, "2023-09-18", 120))
    book.say((PREFECTURE, "2023-09-18", None))
    assert stand("2023-09-19")[0]["weekly"].state == "late"


def test_the_offices_of_a_level_are_those_that_still_work(annexes, settle, reference_engine, day):
    settle(WEEKLY)
    with reference_engine.connect() as connection:
        asked = {"scope": "MA", "on": day("2023-09-20"), "level": "annex"}
        assert offices(connection, of=PREFECTURE, **asked) == ("09.273.A01", "09.273.A02", "09.273.A03")
        # A commune is covered by several offices, and an office covers several communes.
        assert offices(connection, of=AIT_MELLOUL, **asked) == ("09.273.A01", "09.273.A02")
        assert offices(connection, of=TEMSIA, **asked) == ("09.273.A03",)
        assert offices(connection, of="09.273.A03", **asked) == ("09.273.A03",)


def test_a_view_wider_than_the_office_lists_the_offices_of_the_office(annexes, settle, stand):
    settle(WEEKLY | {"level": "annex"}, office={"territory": PREFECTURE})
    assert stand("2023-09-20", of="MA")[0]["weekly"].expected == 3
    assert stand("2023-09-20", of=TEMSIA)[0]["weekly"].expected == 1


@pytest.mark.parametrize(("scope", "expected"), [("MA", COMMUNES), ("09.273", COMMUNES), (LQLIAA, 1), ("02.411", 0)])
def test_a_reader_of_a_narrower_scope_is_shown_his_own_offices_only(settle, stand, book, scope, expected):
    settle(WEEKLY, office={"territory": PREFECTURE})
    book.say((LQLIAA, "2023-09-18", 120), (TEMSIA, "2023-09-18", 30))
    rows, silent = stand("2023-09-20", scope=scope)
    assert rows["weekly"].expected == expected
    if scope == LQLIAA:
        assert (rows["weekly"].state, silent["weekly"]) == ("received", ())
    if scope == "02.411":
        assert rows["weekly"].state == "without_offices"


def test_a_delivery_whose_steps_are_kept_from_the_role_is_left_out(settle, reference_engine, now, day):
    settle(WEEKLY)
    cut = now(reference_engine)
    known = definitions(reference_engine, cut=cut)
    shown = type(known)(
        known.programmes,
        {step: body for step, body in known.steps.items() if step != "rsu.registered"},
        known.indicators,
        known.sources,
        known.settings,
    )
    frame, _ = board(reference_engine, of=PREFECTURE, on=day("2023-09-20"), cut=cut, scope="MA", known=shown)
    assert frame.empty
