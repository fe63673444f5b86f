"""Taking back what a file said: what the others say stands again, and nothing is deleted."""

import pytest
import sqlalchemy as sa

from data.importer import Problem
from data.importer import withdraw as take_back

HEAD = "territory,step,unit,measure,date,value"


def rsu(territory, date, value):
    return f"{territory},rsu.registered,household,stock,{date},{value}"


@pytest.fixture
def undo(engine, known, places):
    return lambda number: take_back(engine, number, actor="administrator", catalogue=known, territories=places)


def test_what_an_earlier_file_said_stands_again(take_in, undo, figures, day):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1))
    take_in(HEAD, rsu("09.273", "2023-09-14", 2), rsu("09.001", "2023-09-14", 5))
    assert undo(2) == 3
    on = day("2023-09-14")
    assert figures() == {("09.273", "rsu.registered", "all", on): 1, ("09.001", "rsu.registered", "all", on): None}
    assert figures(cut=2)["09.273", "rsu.registered", "all", on] == 2


def test_sums_follow_a_withdrawal(take_in, undo, figures, day):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1))
    take_in(HEAD, rsu("09.273", "2023-09-14", 2), rsu("09.001", "2023-09-14", 5))
    key = ("09", "rsu.registered", "all", day("2023-09-14"))
    assert figures("rollup")[key] == 7
    undo(2)
    assert figures("rollup")[key] == 1


def test_what_a_later_file_said_is_not_touched(take_in, undo, figures, rows_in):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1))
    take_in(HEAD, rsu("09.273", "2023-09-14", 2))
    before = rows_in()["observation"]
    undo(1)
    assert (list(figures().values()), rows_in()["observation"]) == ([2], before)


def test_what_another_file_said_too_stays_when_the_first_to_say_it_is_withdrawn(take_in, undo, figures):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1), rsu("09.001", "2023-09-14", 8))
    assert take_in(HEAD, rsu("09.273", "2023-09-14", 1), rsu("09.273", "2023-10-14", 3)).unchanged == 1
    undo(1)
    assert {(key[0], value) for key, value in figures().items()} == {("09.273", 1), ("09.273", 3), ("09.001", None)}
    undo(2)
    assert set(figures().values()) == {None}


def test_withdrawing_the_file_that_only_confirmed_leaves_what_it_confirmed(take_in, undo, figures):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1))
    take_in(HEAD, rsu("09.273", "2023-09-14", 1), rsu("09.273", "2023-10-14", 3))
    undo(2)
    assert sorted(figures().values(), key=str) == [1, None]


def test_two_withdrawals_reach_past_each_other(take_in, undo, figures):
    for value in (1, 2, 3):
        take_in(HEAD, rsu("09.273", "2023-09-14", value))
    undo(2)
    assert list(figures().values()) == [3]
    undo(3)
    assert list(figures().values()) == [1]


def test_a_group_that_a_withdrawn_file_had_ended_is_reported_again(take_in, undo, figures):
    head = HEAD + ",sex"
    take_in(head, rsu("09.273", "2023-09-14", 60) + ",female", rsu("09.273", "2023-09-14", 40) + ",male")
    take_in(head, rsu("09.273", "2023-09-14", 99) + ",female")
    undo(2)
    assert {key[2]: value for key, value in figures().items()} == {"female": 60, "male": 40}


def test_the_address_of_a_figure_comes_back_with_it(engine, take_in, undo):
    head = HEAD + ",source,address"
    take_in(head, rsu("MA", "2023-09-27", 1) + ",published,https://one.example/")
    take_in(head, rsu("MA", "2023-09-27", 2) + ",published,https://two.example/")
    undo(2)
    with engine.connect() as connection:
        statement = "SELECT o.value, c.address FROM observation o LEFT JOIN citation c ON c.series = o.series "
        statement += "AND c.to_date = o.to_date AND c.event = o.event WHERE o.event = 3"
        assert [tuple(row) for row in connection.execute(sa.text(statement))] == [(1, "https://one.example/")]


def test_the_same_bytes_may_come_in_again_after_their_withdrawal(take_in, undo, figures):
    lines = HEAD, rsu("09.273", "2023-09-14", 1)
    take_in(*lines)
    undo(1)
    again = take_in(*lines)
    assert (again.event, again.already, list(figures().values())) == (3, False, [1])
    assert take_in(*lines).already


def test_an_event_is_withdrawn_once_and_only_if_it_took_in_a_file(take_in, undo, rows_in):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1))
    assert undo(1) == 2
    before = rows_in()
    refused = [undo(1), undo(2), undo(99)]
    assert all(isinstance(answer, Problem) for answer in refused)
    assert [answer.code for answer in refused] == ["already_withdrawn", "not_an_import", "unknown_event"]
    assert rows_in() == before


def test_the_event_says_what_it_withdraws_and_how_much_it_moved(engine, take_in, undo):
    take_in(HEAD, rsu("09.273", "2023-09-14", 1))
    take_in(HEAD, rsu("09.273", "2023-09-14", 2), rsu("09.001", "2023-09-14", 5))
    undo(2)
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT * FROM event WHERE number = 3")).mappings().one()
    assert (row["kind"], row["withdraws"], row["actor"]) == ("withdrawal", 2, "administrator")
    assert row["details"] == '{"restored": 1, "emptied": 1}'
