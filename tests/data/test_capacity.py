"""The means of offices: read from a file, checked, kept as events, undone."""

import datetime as dt

import pytest
import sqlalchemy as sa

from data.capacity import MEANS, checked, read_file, set_means, template, undo_means
from data.importer import Territories
from data.schema import capacity, event

TODAY = dt.date(2026, 11, 23)
GOOD = {"territory": "09.273.01.15", "means": "desk", "date": "2023-05-02", "value": "3"}


@pytest.fixture(scope="module")
def places():
    return Territories.load()


@pytest.fixture
def read(places):
    """A function from rows to what they say and the codes of what is wrong."""

    def run(*rows, within=None):
        said, problems = checked(rows, territories=places, today=TODAY, within=within)
        return said, [(problem.code, problem.column) for problem in problems]

    return run


@pytest.fixture
def keep(reference_engine, read):
    """A function that keeps what rows say; the number of the event."""

    def run(*rows):
        said, problems = read(*(GOOD | row for row in rows))
        assert problems == []
        return set_means(reference_engine, said, actor="preparer")

    return run


@pytest.fixture
def held(reference_engine):
    """A function that gives the present value of each of the means of the commune."""

    def run():
        with reference_engine.connect() as connection:
            wanted = sa.select(capacity).where(capacity.c.means.in_(MEANS)).order_by(capacity.c.event)
            last = {row.means: row.value for row in connection.execute(wanted)}
        return {name: value for name, value in last.items() if value is not None}

    return run


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"territory": "nowhere"}, ("unknown_territory", "territory")),
        ({"means": "elephants"}, ("not_one_of", "means")),
        ({"date": "yesterday"}, ("not_a_date", "date")),
        ({"date": "2027-01-01"}, ("future_date", "date")),
        ({"date": "2001-01-01"}, ("too_early", "date")),
        ({"value": "-2"}, ("not_a_number", "value")),
        ({"value": "2.5"}, ("not_a_number", "value")),
        ({"value": ""}, ("empty_cell", "value")),
        ({"value": "201"}, ("above_most", "value")),
        ({"means": "no_shows", "value": "101"}, ("above_most", "value")),
        ({"source": "tel 0612345678"}, ("personal_text", "source")),
    ],
)
def test_what_is_wrong_is_named_with_its_column(read, wrong, code):
    said, problems = read(GOOD | wrong)
    assert said == () and problems == [code]


def test_nobody_says_the_means_of_another_scope(read):
    assert read(GOOD, within={"02.411"})[1] == [("outside_scope", "territory")]


def test_two_values_for_one_day_are_a_problem_and_the_same_twice_is_not(read):
    assert read(GOOD, GOOD)[1] == []
    assert read(GOOD, GOOD | {"value": "4"})[1] == [("target_twice", "value")]


def test_a_file_to_fill_in_is_read_again(places):
    text = template(["09.273.01.15"])
    assert text.count("\n") == 1 + len(MEANS)
    assert {p.code for p in read_file(text.encode(), territories=places, today=TODAY).problems} == {"empty_cell"}
    filled = text.replace("desk,,,", "desk,2023-05-02,3,")
    assert [one.value for one in read_file(filled.encode(), territories=places, today=TODAY).said] == [3]


def test_what_is_said_is_one_event_and_the_same_again_is_none(reference_engine, keep, held):
    number = keep({}, {"means": "staff", "value": "5"})
    assert held() == {"desk": 3, "staff": 5}
    with reference_engine.connect() as connection:
        assert connection.execute(sa.select(event.c.kind).where(event.c.number == number)).scalar() == "capacity"
    assert keep({}) is None


def test_an_event_is_undone_and_so_is_the_undoing(reference_engine, keep, held):
    keep({})
    changed = keep({"value": "7"}, {"means": "staff", "value": "5"})
    assert undo_means(reference_engine, changed, actor="preparer", within={"02.411"}) is None
    undone = undo_means(reference_engine, changed, actor="preparer")
    assert held() == {"desk": 3}
    assert undo_means(reference_engine, changed, actor="preparer") is None
    undo_means(reference_engine, undone, actor="preparer")
    assert held() == {"desk": 7, "staff": 5}
