"""Targets in: what a file may say, what is wrong with it and where, and nothing ever overwritten."""

import pytest
import sqlalchemy as sa

from data.schema import event, milestone, target
from data.targets import COLUMNS, PATHS, SET_BY, Promise, checked, read_file, set_targets, template, withdraw_target
from i18n import LOCALES, words
from i18n.problems import grouped
from queries.methods import path, verdict

RSU = "rsu.registered_share"
FINE = {
    "indicator": RSU,
    "territory": "09.273",
    "due": "2023-12-31",
    "value": "35000",
    "starts": "2023-01-02",
    "set_by": "assigned",
    "source": "letter 12",
}


@pytest.fixture
def check(known, places):
    """A function that checks one row; its promise (None when something is wrong) and the codes of the problems."""

    def run(within=None, **changed):
        promises, problems = checked([FINE | changed | {"line": 2}], catalogue=known, territories=places, within=within)
        return (promises[0] if promises else None), [(p.code, p.column) for p in problems]

    return run


@pytest.fixture
def rows(engine):
    """A function that reads what the tables say of targets, in the order of their events."""

    def read():
        with engine.connect() as connection:
            return connection.execute(sa.select(target).order_by(target.c.event)).all()

    return read


@pytest.fixture
def keep(reference_engine):
    """A function that keeps promises; the number of the event."""
    return lambda *promises, **more: set_targets(reference_engine, promises, actor="preparer", **more)


@pytest.fixture
def promise(day):
    """A function that makes a promise out of ISO dates."""

    def run(value=1000, due="2023-12-31", territory="09.273", **more):
        return Promise(
            RSU, territory, day(due), value, day("2023-01-02"), more.pop("set_by", "assigned"), "letter 12", **more
        )

    return run


@pytest.fixture
def said(reference_engine):
    """A function that counts the rows of a table that events of kind target wrote."""

    def count(table):
        own = sa.select(event.c.number).where(event.c.kind == "target")
        with reference_engine.connect() as connection:
            return connection.execute(
                sa.select(sa.func.count()).select_from(table).where(table.c.event.in_(own))
            ).scalar_one()

    return count


def test_the_words_of_the_write_side_are_those_of_the_methods():
    assert set(PATHS) == set(path.KINDS)
    assert SET_BY == verdict.SET_BY


def test_a_whole_row_is_a_promise(check, day):
    one, problems = check(
        start_value="120", milestones="2023-06-30=9000; 2023-09-30=18000", path="stepped", address="https://x.ma/1"
    )
    assert problems == []
    assert (one.due, one.starts, one.value, one.start_value) == (day("2023-12-31"), day("2023-01-02"), 35000, 120)
    assert one.milestones == ((day("2023-06-30"), 9000), (day("2023-09-30"), 18000))
    assert (one.path, one.set_by, one.source, one.address) == ("stepped", "assigned", "letter 12", "https://x.ma/1")


def test_a_path_is_a_line_without_stages_and_goes_by_them_where_there_are_some(check):
    assert check()[0].path == "linear"
    assert check(milestones="2023-06-30=9000")[0].path == "milestones"


def test_a_territory_may_be_named(check):
    assert check(territory="Inezgane-Aït Melloul")[0].territory == "09.273"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"indicator": "rsu.registred_share"}, ("unknown_indicator", "indicator")),
        ({"indicator": ""}, ("empty_cell", "indicator")),
        ({"territory": "Nowhere"}, ("unknown_territory", "territory")),
        ({"territory": ""}, ("empty_cell", "territory")),
        ({"due": "31/12/2023"}, ("not_a_date", "due")),
        ({"due": "٢٠٢٣-١٢-٣١"}, ("not_a_date", "due")),
        ({"due": "2023-02-30"}, ("not_a_date", "due")),
        ({"starts": ""}, ("empty_cell", "starts")),
        ({"starts": "1999-01-01"}, ("too_early", "starts")),
        ({"due": "2022-12-31"}, ("due_before_start", "due")),
        ({"value": "35 000"}, ("not_a_number", "value")),
        ({"value": "-5"}, ("not_a_number", "value")),
        ({"value": "9" * 13}, ("number_too_large", "value")),
        ({"start_value": "x"}, ("not_a_number", "start_value")),
        ({"set_by": "governor"}, ("not_one_of", "set_by")),
        ({"set_by": ""}, ("empty_cell", "set_by")),
        ({"source": ""}, ("empty_cell", "source")),
        ({"source": "a" * 201}, ("long_text", "source")),
        ({"address": "by mail"}, ("not_an_address", "address")),
        ({"path": "curve"}, ("not_one_of", "path")),
        ({"path": "stepped"}, ("milestones_missing", "path")),
        ({"path": "linear", "milestones": "2023-06-30=1"}, ("milestones_unused", "path")),
        ({"milestones": "2023-06-30"}, ("milestones_form", "milestones")),
        ({"milestones": "June=1"}, ("not_a_date", "milestones")),
        ({"milestones": "2023-09-30=1; 2023-06-30=2"}, ("milestones_order", "milestones")),
        ({"milestones": "2023-01-02=1"}, ("milestones_order", "milestones")),
        ({"milestones": "2023-12-31=1"}, ("milestones_order", "milestones")),
    ],
)
def test_what_is_wrong_is_said_with_its_column_and_the_row_is_left_out(check, changed, expected):
    one, problems = check(**changed)
    assert one is None
    assert problems == [expected]


def test_a_territory_outside_the_scope_is_refused(check):
    assert check(within={"09.273"})[1] == []
    assert check(within={"09.001"}) == (None, [("outside_scope", "territory")])


def test_two_rows_of_one_target_are_told_with_the_line_of_the_first(known, places):
    rows = [FINE | {"line": 2}, FINE | {"line": 5, "value": "1"}]
    promises, problems = checked(rows, catalogue=known, territories=places)
    assert len(promises) == 1
    assert (problems[0].code, problems[0].line, problems[0].values) == ("target_twice", 5, {"other": 2})


@pytest.mark.parametrize("locale", LOCALES)
def test_every_problem_is_a_sentence_with_a_way_to_mend_it_in_three_languages(known, places, locale):
    wrong = [
        {"indicator": "rsu.registred_share"},
        {"due": "2022-12-31"},
        {"path": "stepped"},
        {"path": "linear", "milestones": "2023-06-30=1"},
        {"milestones": "2023-06-30"},
        {"milestones": "2023-12-31=1"},
        {"source": "a" * 201},
        {"set_by": "governor"},
        {"starts": "1999-01-01"},
    ]
    rows = [FINE | changed | {"line": at + 2} for at, changed in enumerate([*wrong, {}, {}])]
    _, problems = checked(rows, catalogue=known, territories=places)
    w = words(locale)
    lines = list(grouped(problems, w))
    assert len(lines) == len(wrong) + 1
    for line in lines:
        assert "{" not in line.replace("{set_by}", "")
        assert len(line) > 30


def test_a_file_is_read_with_commas_or_semicolons_and_its_columns_in_any_order(known, places, day):
    for mark in ",;":
        lines = [mark.join(reversed(FINE)), mark.join(reversed(FINE.values()))]
        found = read_file("\n".join(lines).encode(), catalogue=known, territories=places)
        assert found.problems == ()
        assert found.promises[0].value == 35000
        assert found.promises[0].line == 2
        assert len(found.digest) == 64


def test_a_workbook_is_read_like_a_file(known, places, tmp_path):
    import datetime as dt

    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "targets.xlsx", {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, list(FINE))
    cells = dict(FINE, due=dt.date(2023, 12, 31), value=35000)
    for at, cell in enumerate(cells.values()):
        sheet.write(1, at, cell)
    book.close()
    found = read_file(tmp_path / "targets.xlsx", catalogue=known, territories=places)
    assert found.problems == ()
    assert found.promises[0].value == 35000


def test_a_missing_a_repeated_and_an_unknown_column_are_told(known, places):
    found = read_file(b"indicator,territory,valeu,valeu\nx,y,1,2\n", catalogue=known, territories=places)
    codes = [(p.code, p.column) for p in found.problems]
    assert ("no_column", "value") in codes
    assert ("repeated_column", "valeu") in codes
    assert ("unknown_column", "valeu") in codes
    assert found.promises == ()


def test_what_is_no_table_is_refused(known, places):
    found = read_file(b"%PDF-1.7 ...", catalogue=known, territories=places)
    assert [p.code for p in found.problems] == ["not_a_table"]


def test_the_template_has_the_layout_that_is_read(known, places):
    text = template([RSU], ["09.273", "09.001"])
    assert text.splitlines()[0].split(",") == list(COLUMNS)
    assert all(len(line.split(",")) == len(COLUMNS) for line in text.splitlines())
    found = read_file(text.encode(), catalogue=known, territories=places)
    assert {p.code for p in found.problems} == {"empty_cell"}


def test_one_event_holds_all_that_is_said_at_once(keep, promise, said, reference_engine):
    number = keep(
        promise(), promise(territory="09.001", path="stepped", milestones=((19500, 5),)), file_name="t.csv", rows_read=3
    )
    assert said(target) == 2
    assert said(milestone) == 1
    with reference_engine.connect() as connection:
        row = connection.execute(sa.select(event).where(event.c.number == number)).one()
    assert (row.kind, row.actor, row.file_name) == ("target", "preparer", "t.csv")
    assert (row.rows_read, row.accepted, row.refused) == (3, 2, 1)


def test_what_is_said_again_is_no_event(keep, promise):
    assert keep(promise()) is not None
    assert keep(promise()) is None
    assert keep(promise(path="stepped", milestones=((19500, 5),))) is not None
    assert keep(promise(path="stepped", milestones=((19500, 5),))) is None
    assert keep(promise(path="stepped", milestones=((19500, 6),))) is not None


def test_a_new_word_stands_beside_the_old_one(keep, promise, reference_engine, said):
    keep(promise(value=1000))
    keep(promise(value=900, set_by="adopted"))
    assert said(target) == 2


def test_a_withdrawn_target_keeps_what_was_said_and_cannot_be_withdrawn_twice(keep, promise, reference_engine, said):
    keep(promise())
    key = {"indicator": RSU, "territory": "09.273", "due": promise().due, "actor": "preparer"}
    assert withdraw_target(reference_engine, **key) is not None
    assert withdraw_target(reference_engine, **key) is None
    assert said(target) == 2
    assert keep(promise()) is not None


def test_an_empty_value_withdraws_what_is_there_and_nothing_else(check, keep, promise):
    one, problems = check(value="", starts="")
    assert problems == []
    assert one.value is None
    assert keep(one) is None
    keep(promise(value=7))
    assert keep(one) is not None


def test_two_words_on_one_target_at_once_are_refused(keep, promise):
    with pytest.raises(ValueError, match="two targets"):
        keep(promise(value=1), promise(value=2))


def test_what_the_office_says_of_a_published_target_survives_the_next_start(reference_engine, day, tmp_path):
    from data.loading import load_reference

    published = Promise(RSU, "MA", day("2023-12-31"), None, day("2022-11-17"), "announced", "published")
    number = set_targets(reference_engine, [published], actor="administrator")
    (tmp_path / "calendar.csv").write_text("date,kind\n2023-07-03,local\n", encoding="utf-8")
    assert load_reference(reference_engine, local=tmp_path) > number
    with reference_engine.connect() as connection:
        last = connection.execute(
            sa.select(target.c.value)
            .where(target.c.indicator == RSU, target.c.territory == "MA")
            .order_by(target.c.event.desc())
        ).first()
    assert last.value is None
