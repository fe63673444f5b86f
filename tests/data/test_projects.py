"""Projects that the office lists: read from a file, checked, kept as events, undone; never a person."""

import datetime as dt

import pytest
import sqlalchemy as sa

from data.importer import Territories
from data.projects import checked, list_projects, read_file, template, undo_projects, withdraw_project
from data.schema import event, project

TODAY = dt.date(2026, 11, 23)
GOOD = {"programme": "INDH", "title": "Dar Attalib", "territory": "09.273.01.15", "date": "2023-05-02"}


@pytest.fixture(scope="module")
def places():
    return Territories.load()


@pytest.fixture
def read(places):
    """A function from rows to the projects and the codes of what is wrong."""

    def run(*rows, within=None):
        found, problems = checked(rows, territories=places, today=TODAY, within=within)
        return found, [(problem.code, problem.column) for problem in problems]

    return run


@pytest.fixture
def listed(reference_engine, read):
    """A function that lists projects; the number of the event."""

    def run(*rows):
        found, problems = read(*(GOOD | row for row in rows))
        assert problems == []
        return list_projects(reference_engine, found, actor="preparer")

    return run


@pytest.fixture
def held(reference_engine):
    """A function that gives the titles of the projects that are on the list."""

    def run():
        with reference_engine.connect() as connection:
            rows = connection.execute(sa.select(project).order_by(project.c.event)).all()
        last = {row.id: row for row in rows}
        return sorted(row.title for row in last.values() if not row.withdrawn)

    return run


def test_a_row_becomes_a_project_with_its_numbers(read):
    found, problems = read(GOOD | {"amount": "1200000", "beneficiaries": "", "source": "PV 4"})
    assert problems == []
    assert (found[0].amount, found[0].beneficiaries, found[0].source) == (1_200_000, None, "PV 4")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"programme": ""}, ("empty_cell", "programme")),
        ({"territory": "nowhere"}, ("unknown_territory", "territory")),
        ({"date": "2/5/2023"}, ("not_a_date", "date")),
        ({"date": "2027-05-02"}, ("future_date", "date")),
        ({"date": "1999-05-02"}, ("too_early", "date")),
        ({"amount": "-3"}, ("not_a_number", "amount")),
        ({"amount": "1" * 13}, ("number_too_large", "amount")),
        ({"title": "x" * 161}, ("long_text", "title")),
        ({"title": "M. X, 0612345678"}, ("personal_text", "title")),
    ],
)
def test_what_is_wrong_is_named_with_its_column(read, wrong, code):
    found, problems = read(GOOD | wrong)
    assert found == () and problems == [code]


def test_a_text_that_looks_like_an_identity_is_not_repeated(places):
    _, (problem,) = checked([GOOD | {"source": "AB123456"}], territories=places, today=TODAY)
    assert problem.code == "personal_text" and problem.seen == ""


def test_nobody_lists_a_project_of_another_scope(read):
    assert read(GOOD, within={"02.411"})[1] == [("outside_scope", "territory")]


def test_a_file_is_read_with_its_lines(places):
    text = template() + "INDH,Dar Attalib,09.273.01.15,2023-05-02,500000,120,\nINDH,X,09.273,soon,,,\n"
    found = read_file(text.encode(), territories=places, today=TODAY)
    assert [one.title for one in found.projects] == ["Dar Attalib"]
    assert [(p.code, p.line) for p in found.problems] == [("not_a_date", 3)]
    assert read_file(b"programme,title\nINDH,X\n", territories=places, today=TODAY).problems[0].code == "no_column"


def test_a_list_is_one_event_and_the_same_again_is_none(reference_engine, listed, held):
    number = listed({"title": "A"}, {"title": "B"})
    assert held() == ["A", "B"]
    with reference_engine.connect() as connection:
        row = connection.execute(sa.select(event).where(event.c.number == number)).one()
    assert (row.kind, row.accepted) == ("project", 2)
    assert listed({"title": "A"}) is None


def test_an_event_is_undone_and_so_is_the_undoing(reference_engine, listed, held):
    first, second = listed({"title": "A"}, {"title": "B"}), listed({"title": "C"})
    undone = undo_projects(reference_engine, first, actor="preparer")
    assert held() == ["C"]
    assert undo_projects(reference_engine, undone, actor="preparer") and held() == ["A", "B", "C"]
    assert undo_projects(reference_engine, first, actor="preparer") is None
    assert undo_projects(reference_engine, second, actor="preparer", within={"02.411"}) is None


def test_one_project_is_taken_off_and_what_was_changed_meanwhile_is_not_undone(reference_engine, listed, held):
    number = listed({"title": "A"}, {"title": "B"})
    assert withdraw_project(reference_engine, f"p{number}-1", actor="preparer", within={"02.411"}) is None
    gone = withdraw_project(reference_engine, f"p{number}-1", actor="preparer")
    assert held() == ["B"]
    assert withdraw_project(reference_engine, f"p{number}-1", actor="preparer") is None
    assert undo_projects(reference_engine, number, actor="preparer") is None
    assert undo_projects(reference_engine, gone, actor="preparer") and held() == ["A", "B"]
