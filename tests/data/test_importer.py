"""Taking a file in: what is stored, what is refused, and what is said of it."""

import datetime as dt
import io
import random
import re
import sys
import threading
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.importer import import_file
from data.importer.check import LAYOUT, check
from data.importer.names import normal

HEAD = "territory,step,unit,measure,date,value"
TODAY = dt.date(2026, 11, 23)

# How a file is read and what is refused of it does not depend on the database.
on_one_engine = pytest.mark.parametrize("backend", ["sqlite"])


def rsu(territory, date, value):
    return f"{territory},rsu.registered,household,stock,{date},{value}"


def codes(report):
    return [(problem.code, problem.line, problem.column) for problem in report.problems]


def workbook(*sheets):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "yyyy-mm-dd"}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(at, column, cell)
    return content.getvalue()


# What is stored


def test_counts_are_stored_under_one_event_with_the_numbers_of_the_file(engine, take_in, figures, day):
    report = take_in(HEAD, rsu("09.273", "2023-09-14", 120), rsu("09.273.01.15", "2023-09-14", 7))
    assert (report.rows_read, report.accepted, report.refused, report.quarantined) == (2, 2, 0, 0)
    assert report.event == 1
    assert figures() == {
        ("09.273", "rsu.registered", "all", day("2023-09-14")): 120,
        ("09.273.01.15", "rsu.registered", "all", day("2023-09-14")): 7,
    }
    with engine.connect() as connection:
        slices = connection.execute(sa.text("SELECT * FROM event_slice")).mappings().all()
    assert len(slices) == 1
    assert (slices[0]["territories"], slices[0]["observations"], slices[0]["shape"]) == (2, 2, "")


def test_the_same_bytes_twice_change_nothing(take_in, rows_in):
    first = take_in(HEAD, rsu("09.273", "2023-09-14", 120))
    before = rows_in()
    second = take_in(HEAD, rsu("09.273", "2023-09-14", 120), name="another name.csv")
    assert (second.event, second.already) == (first.event, True)
    assert (first.already, rows_in()) == (False, before)


def test_a_correction_stands_beside_what_it_corrects(take_in, figures, day):
    take_in(HEAD, rsu("09.273", "2023-09-14", 120))
    take_in(HEAD, rsu("09.273", "2023-09-14", 130))
    key = ("09.273", "rsu.registered", "all", day("2023-09-14"))
    assert (figures(cut=1)[key], figures(cut=2)[key]) == (120, 130)


def test_a_row_that_says_what_is_known_is_accepted_and_not_written_again(take_in, rows_in):
    take_in(HEAD, rsu("09.273", "2023-09-14", 120))
    report = take_in(HEAD, rsu("09.273", "2023-09-14", 120), rsu("09.273", "2023-10-14", 121))
    assert (report.accepted, report.unchanged, rows_in()["observation"]) == (2, 1, 2)


def test_a_group_that_a_new_file_does_not_bring_is_no_longer_reported(take_in, figures, day):
    head = HEAD + ",sex"
    take_in(head, rsu("09.273", "2023-09-14", 60) + ",female", rsu("09.273", "2023-09-14", 40) + ",male")
    take_in(head, rsu("09.273", "2023-09-14", 99) + ",female")
    on = day("2023-09-14")
    assert figures() == {
        ("09.273", "rsu.registered", "female", on): 99,
        ("09.273", "rsu.registered", "male", on): None,
    }


def test_a_total_leaves_the_groups_and_other_territories_and_days_alone(take_in, figures):
    head = HEAD + ",sex"
    kept = [rsu("09.273", "2023-09-14", 60) + ",female", rsu("09.273", "2023-09-14", 40) + ",male"]
    take_in(head, *kept, rsu("09.001", "2023-09-14", 5) + ",male", rsu("09.273", "2023-08-14", 6) + ",male")
    take_in(HEAD, rsu("09.273", "2023-09-14", 100))
    take_in(head, *kept)
    assert None not in figures().values()
    assert len(figures()) == 5


def test_a_group_whose_line_was_refused_is_not_taken_to_be_gone(take_in, figures, day):
    head = HEAD + ",sex"
    take_in(head, rsu("09.273", "2023-09-14", 60) + ",female", rsu("09.273", "2023-09-14", 40) + ",male")
    lines = [rsu("09.273", "2023-09-14", 61) + ",female", rsu("09.273", "2023-09-14", "4O") + ",male"]
    report = take_in(head, *lines, accept_rest=True)
    assert (report.accepted, report.refused) == (1, 1)
    assert figures()["09.273", "rsu.registered", "male", day("2023-09-14")] == 40


def test_an_address_and_a_note_are_kept_with_the_figure_they_belong_to(engine, take_in):
    head = HEAD + ",source,address,note"
    take_in(head, rsu("MA", "2023-09-27", 2800000) + ',published,https://example.org/a?b=1,"two, words"')
    take_in(head, rsu("MA", "2023-09-27", 2800000) + ",published,https://example.org/later,")
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT event, address, note FROM citation ORDER BY event")).all()
        values = connection.execute(sa.text("SELECT event, value FROM observation ORDER BY event")).all()
    assert [tuple(row) for row in found] == [
        (1, "https://example.org/a?b=1", "two, words"),
        (2, "https://example.org/later", ""),
    ]
    assert [tuple(row) for row in values] == [(1, 2800000), (2, 2800000)]


def test_a_flow_has_a_period_and_two_periods_that_end_alike_are_two_counts(take_in, rows_in):
    head = "territory,step,unit,measure,from,to,value"
    line = "09.273,rsu.registered,household,flow,{},2023-09-30,{}"
    report = take_in(head, line.format("2023-09-01", 5), line.format("2023-07-01", 15))
    assert (report.accepted, rows_in()["observation"]) == (2, 2)


def test_a_figure_of_zero_is_a_figure(take_in, figures, day):
    take_in(HEAD, rsu("09.273", "2023-09-14", 0))
    assert figures()["09.273", "rsu.registered", "all", day("2023-09-14")] == 0


# How a file may be written


def test_a_workbook_with_real_dates_and_numbers_is_read(take_in, figures, day):
    header = HEAD.split(",")
    rows = [header, ["09.273", "rsu.registered", "household", "stock", dt.date(2023, 9, 14), 120]]
    report = take_in(workbook(rows), name="counts.xlsx")
    assert report.problems == ()
    assert figures() == {("09.273", "rsu.registered", "all", day("2023-09-14")): 120}


@on_one_engine
def test_lines_of_a_workbook_are_numbered_as_the_spreadsheet_does(take_in):
    header = HEAD.split(",")
    row = ["09.273", "rsu.registered", "household", "stock", "2023-09-14", 12.5]
    report = take_in(workbook([[], [], header, [], row]), name="counts.xlsx")
    assert codes(report) == [("decimal", 5, "value")]


@on_one_engine
def test_a_workbook_with_counts_on_two_sheets_is_refused_and_a_sheet_of_remarks_is_not_counts(take_in):
    header = HEAD.split(",")
    row = ["09.273", "rsu.registered", "household", "stock", "2023-09-14", 12]
    assert codes(take_in(workbook([header, row], [header, row]))) == [("several_tables", None, None)]
    assert take_in(workbook([["remarks"], ["read me"]], [header, row])).accepted == 1


@pytest.mark.parametrize(
    ("delimiter", "end", "quote", "mark"),
    [
        (",", "\n", "", ""),
        (",", "\n", '"', ""),
        (";", "\r\n", "", "\ufeff"),
        (";", "\r\n", '"', "\ufeff"),
        ("\t", "\n", "", "\ufeff"),
        (",", "\r", "", ""),
    ],
)
def test_text_is_read_however_a_spreadsheet_wrote_it(known, places, tmp_path, delimiter, end, quote, mark):
    from data.importer.read import read, received

    rows = [HEAD.split(","), rsu("09.273", "2023-09-14", 1).split(","), [""] * 6, rsu("MA", "2023-09-14", 2).split(",")]
    text = mark + end.join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows) + end + end
    with received(text.encode()) as got:
        # What has not the columns of this layout would come cell by cell.
        reading = read(got, cells=True)
    checked = check(reading.table, reading.header, catalogue=known, territories=places, today=TODAY)
    assert checked.problems == ()
    assert checked.value.tolist() == [1, 2]
    assert reading.table.column("line").to_pylist() == [2, 4]


@on_one_engine
def test_a_quoted_cell_may_hold_line_ends_and_the_next_line_keeps_its_number(take_in):
    head = HEAD + ",note"
    lines = [rsu("09.273", "2023-09-14", 1) + ',"one\ntwo\nthree"', rsu("09.273", "2023-08-14", "x") + ","]
    assert codes(take_in(head, *lines)) == [("not_a_number", 5, "value")]


@on_one_engine
def test_columns_stand_in_any_order_in_any_case(take_in):
    report = take_in("VALUE,Date,measure,unit,step,Territory", "5,2023-09-14,Stock,household,rsu.registered,09.273")
    assert (report.accepted, report.problems) == (1, ())


# Territories


@on_one_engine
@pytest.mark.parametrize("name", ["Inezgane-Aït Melloul", "INEZGANE AIT MELLOUL", "إنزكان أيت ملول", "إنزكان-آيت ملول"])
def test_a_name_is_known_whatever_its_case_accents_and_spaces(take_in, figures, day, name):
    assert take_in(HEAD, rsu(name, "2023-09-14", 4)).problems == ()
    assert figures() == {("09.273", "rsu.registered", "all", day("2023-09-14")): 4}


@on_one_engine
def test_a_bare_name_that_several_territories_share_is_refused_with_its_candidates(take_in, places):
    report = take_in(HEAD, rsu("Salé", "2023-09-14", 4))
    assert codes(report) == [("ambiguous_territory", 2, "territory")]
    named = {places.by_code[code].level for code in report.problems[0].values["candidates"]}
    assert {"prefecture", "commune"} <= named


def test_a_kind_or_a_parent_tells_territories_of_one_name_apart(take_in, figures, places):
    head = HEAD + ",kind,parent"
    lines = [
        rsu("Salé", "2023-09-14", 4) + ",prefecture,",
        rsu("Salé", "2023-09-14", 3) + ",commune,Rabat-Salé-Kénitra",
    ]
    assert take_in(head, *lines).problems == ()
    assert {places.by_code[key[0]].level for key in figures()} == {"prefecture", "commune"}


def test_every_name_that_two_territories_share_is_refused_when_it_stands_alone(places):
    shared = [name for name, owners in places._by_name.items() if len(owners) > 1]
    assert len(shared) > 100
    for name in shared:
        answer = places.find(name)
        assert answer[0] == "ambiguous_territory"
        assert set(answer[1]["candidates"]) == set(places._by_name[name])


@on_one_engine
def test_a_misspelt_name_is_refused_with_what_was_probably_meant(take_in):
    report = take_in(HEAD, rsu("Inezgan Ait Meloul", "2023-09-14", 4))
    assert codes(report) == [("unknown_territory", 2, "territory")]
    assert report.problems[0].values["suggestions"][0] == "09.273"


@on_one_engine
def test_a_code_that_lost_its_leading_zero_is_refused_with_the_whole_code(take_in):
    report = take_in(HEAD, rsu("9.273", "2023-09-14", 4))
    assert report.problems[0].values["suggestions"] == ["09.273"]


def test_the_spellings_of_the_office_are_known_beside_those_of_the_product(tmp_path):
    from data.importer import Territories

    (tmp_path / "spellings.csv").write_text("code,locale,spelling\n09.273,fr,La Préfecture d'ici\n", encoding="utf-8")
    assert Territories.load(tmp_path).find("la prefecture d ici") == "09.273"


def test_a_name_is_compared_without_case_accents_spaces_and_vowel_signs():
    assert normal("Aït-Melloul") == normal("AIT MELLOUL") == normal("ait  melloul")
    assert normal("أيت ملول") == normal("آيت ملول") == normal("أَيت مـلول")
    assert normal("Salé") != normal("Sali")


# What is refused

FINE = rsu("09.273", "2023-09-14", 5)
WRONG = [
    ("text for a number", rsu("09.273", "2023-09-14", "many"), ("not_a_number", 2, "value")),
    ("a negative number", rsu("09.273", "2023-09-14", -5), ("negative", 2, "value")),
    ("a decimal number", rsu("09.273", "2023-09-14", "5.5"), ("decimal", 2, "value")),
    ("digits in groups", rsu("09.273", "2023-09-14", "412 530"), ("grouped_number", 2, "value")),
    ("a number beyond all counts", rsu("09.273", "2023-09-14", "9" * 30), ("number_too_large", 2, "value")),
    ("no value", rsu("09.273", "2023-09-14", ""), ("empty_cell", 2, "value")),
    ("no territory", rsu("", "2023-09-14", 5), ("empty_cell", 2, "territory")),
    ("a future date", rsu("09.273", "2026-11-24", 5), ("future_date", 2, "date")),
    ("a date before the step starts", rsu("09.273", "2001-01-01", 5), ("before_start", 2, "date")),
    ("a date before all registers", rsu("09.273", "0202-01-01", 5), ("too_early", 2, "date")),
    ("a day that is not", rsu("09.273", "2023-02-30", 5), ("not_a_date", 2, "date")),
    ("a date in another order", rsu("09.273", "14/09/2023", 5), ("not_a_date", 2, "date")),
    ("no date", rsu("09.273", "", 5), ("no_date", 2, "date")),
    ("an unknown territory", rsu("Atlantis", "2023-09-14", 5), ("unknown_territory", 2, "territory")),
    ("an unknown step", FINE.replace("rsu.r", "rzu.r"), ("unknown_step", 2, "step")),
    (
        "a unit of another step",
        FINE.replace("household", "file"),
        ("unit_not_of_step", 2, "unit"),
    ),
    ("no unit at all", FINE.replace("household", ""), ("empty_cell", 2, "unit")),
    ("an unknown measure", FINE.replace("stock", "total"), ("unknown_measure", 2, "measure")),
]


@pytest.mark.parametrize(("line", "expected"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_wrong_line_is_refused_with_its_place_and_the_others_are_not(known, places, line, expected):
    rows = [line.split(","), rsu("09.001", "2023-09-14", 5).split(",")]
    columns = {str(at): pa.array(cells) for at, cells in enumerate(zip(*rows, strict=True))}
    table = pa.table({"line": pa.array([2, 3], pa.int64()), **columns})
    checked = check(table, HEAD.split(","), catalogue=known, territories=places, today=TODAY)
    assert codes(checked) == [expected]
    assert (checked.rows_read, checked.refused, checked.value.tolist()) == (2, 1, [5])


@on_one_engine
def test_nothing_is_stored_when_a_line_is_refused(take_in, rows_in):
    report = take_in(HEAD, *[line for _, line, _ in WRONG], rsu("09.001", "2023-09-14", 5))
    assert codes(report) == [(code, at + 2, column) for at, (_, _, (code, _, column)) in enumerate(WRONG)]
    assert (report.accepted, report.refused, report.event) == (0, report.rows_read, None)
    assert report.rows_read == len(WRONG) + 1
    assert set(rows_in().values()) == {0}


@on_one_engine
def test_the_other_lines_are_stored_when_asked(take_in, figures):
    report = take_in(HEAD, *[line for _, line, _ in WRONG], rsu("09.001", "2023-09-14", 5), accept_rest=True)
    assert len(report.problems) == len(WRONG)
    assert (report.accepted, report.refused, report.event) == (1, len(WRONG), 1)
    assert list(figures().values()) == [5]


@on_one_engine
def test_a_line_with_a_cell_too_many_or_too_few_is_refused_and_its_neighbours_are_read(take_in):
    report = take_in(HEAD, FINE + ",5", rsu("09.001", "2023-09-14", 5), "09.273", accept_rest=True)
    assert codes(report) == [("wrong_cell_count", 2, None), ("wrong_cell_count", 4, None)]
    assert (report.rows_read, report.accepted, report.refused) == (3, 1, 2)


@on_one_engine
def test_two_values_for_one_count_are_both_refused_and_each_names_the_other(take_in):
    lines = [rsu("09.273", "2023-09-14", 5), rsu("Inezgane-Aït Melloul", "2023-09-14", 6), rsu("MA", "2023-09-14", 7)]
    report = take_in(HEAD, *lines, accept_rest=True)
    assert codes(report) == [("two_values", 2, "value"), ("two_values", 3, "value")]
    assert [p.values for p in report.problems] == [{"line": 3, "other": 6}, {"line": 2, "other": 5}]
    assert report.accepted == 1


@on_one_engine
def test_a_line_that_stands_twice_with_one_value_is_no_contradiction(take_in, rows_in):
    report = take_in(HEAD, rsu("09.273", "2023-09-14", 5), rsu("09.273", "2023-09-14", 5))
    assert (report.accepted, report.problems, rows_in()["observation"]) == (2, (), 1)


@on_one_engine
def test_a_period_must_be_whole_in_order_and_not_of_a_stock(take_in):
    head = "territory,step,unit,measure,date,from,to,value"
    line = "09.273,rsu.registered,household,{},{},{},{},5"
    report = take_in(
        head,
        line.format("flow", "", "2023-09-01", ""),
        line.format("flow", "", "2023-09-30", "2023-09-01"),
        line.format("stock", "", "2023-09-01", "2023-09-30"),
        line.format("stock", "2023-09-14", "2023-09-01", "2023-09-30"),
    )
    found = [("half_period", 2, "to"), ("period_reversed", 3, "from"), ("stock_with_period", 4, "from")]
    assert codes(report) == [*found, ("date_twice", 5, "date")]


@on_one_engine
def test_a_column_that_is_missing_unknown_or_there_twice_is_named(take_in):
    line = rsu("09.273", "2023-09-14", 5)
    assert codes(take_in(HEAD.replace("unit", "units"), line)) == [
        ("unknown_column", 1, "units"),
        ("missing_column", 1, "unit"),
    ]
    assert codes(take_in(HEAD.replace("unit", "step"), line)) == [
        ("repeated_column", 1, "step"),
        ("missing_column", 1, "unit"),
    ]
    assert codes(take_in(HEAD.replace("date", "from"), line)) == [("missing_dates", 1, "date")]


@on_one_engine
def test_an_unknown_column_stops_the_file_unless_the_rest_is_accepted(take_in):
    lines = HEAD + ",colour", rsu("09.273", "2023-09-14", 5) + ",red"
    assert (take_in(*lines).event, take_in(*lines, accept_rest=True).accepted) == (None, 1)


@on_one_engine
@pytest.mark.parametrize("text", ["AB123456", "0612345678", "Mohammed Alaoui", "x" * 60])
def test_what_may_be_a_person_is_no_group(take_in, text):
    report = take_in(HEAD + ",reason", rsu("09.273", "2023-09-14", 5) + f",{text}")
    assert codes(report) == [("not_a_group", 2, "reason")]


@on_one_engine
def test_an_address_that_a_browser_would_run_is_refused(take_in):
    report = take_in(HEAD + ",address", rsu("09.273", "2023-09-14", 5) + ",javascript:alert(1)")
    assert codes(report) == [("not_an_address", 2, "address")]


@on_one_engine
def test_what_was_seen_is_repeated_in_forty_characters_at_most_and_on_one_line(take_in):
    report = take_in(HEAD, rsu("09.273", "2023-09-14", "a\u0007" + "b" * 500))
    assert len(report.problems[0].seen) == 40
    assert report.problems[0].seen.isprintable()


@on_one_engine
def test_a_whole_column_of_wrong_cells_is_listed_line_by_line(take_in):
    report = take_in(HEAD, *[rsu("09.273", "2023-09-14", "?") for _ in range(37)])
    assert codes(report) == [("not_a_number", line, "value") for line in range(2, 39)]


# Files that are no tables


@on_one_engine
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\n\n", "empty_file"),
        (HEAD.encode(), "no_rows"),
        (b"%PDF-1.7\n1 0 obj\n", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "book_broken"),
        (b"PK\x03\x04 nothing of an archive", "xlsx_broken"),
        (random.Random(7).randbytes(5000), "binary_file"),
        ("territory;Pr\u00e9fecture".encode("latin-1"), "no_table"),
        ("territory;Pr\u00e9fecture;\u00c9tat".encode() + b"\xe9", "not_utf8"),
        (HEAD.encode("utf-16"), "no_rows"),
        (b'territory,value\n"' + b"x" * 200_000, "unreadable_line"),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_what_it_is(take_in, rows_in, content, code):
    report = take_in(content, accept_rest=True)
    assert [problem.code for problem in report.problems] == [code]
    assert (report.event, report.accepted, set(rows_in().values())) == (None, 0, {0})


@on_one_engine
def test_the_line_that_is_not_utf8_is_named(take_in):
    content = "\n".join([HEAD, rsu("Salé", "2023-09-14", 5)] * 3).encode() + b"\nSal\xe9,"
    assert codes(take_in(content)) == [("not_utf8", 7, None)]


def archive(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name, text)
    return content.getvalue()


def bare_workbook(sheet):
    """The least workbook that a reader takes, around the rows of one sheet."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    doc = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    return {
        "[Content_Types].xml": "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
        "_rels/.rels": f"<Relationships xmlns='{package}'><Relationship Id='r1' Type='{doc}/officeDocument' "
        "Target='xl/workbook.xml'/></Relationships>",
        "xl/workbook.xml": f"<workbook xmlns='{space}' xmlns:r='{doc}'><sheets><sheet name='a' sheetId='1' r:id='r1'/>"
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"<Relationships xmlns='{package}'><Relationship Id='r1' Type='{doc}/worksheet' "
        "Target='worksheets/sheet1.xml'/></Relationships>",
        "xl/worksheets/sheet1.xml": f"<worksheet xmlns='{space}'><sheetData>{sheet}</sheetData></worksheet>",
    }


FAR = "<row r='1'><c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"


@on_one_engine
def test_a_tiny_workbook_that_asks_for_550_gigabytes_ends_in_a_sentence(take_in, rows_in):
    content = archive(bare_workbook(FAR))
    assert len(content) < 4000
    report = take_in(content, name="counts.xlsx")
    assert report.problems[0].code in ("reader_died", "too_much_memory")
    assert set(rows_in().values()) == {0}


@on_one_engine
def test_a_bare_workbook_without_the_far_cell_is_read(take_in):
    report = take_in(archive(bare_workbook("<row r='1'><c r='A1'><v>1</v></c></row>")))
    assert codes(report) == [("no_table", None, None)]


@on_one_engine
def test_a_workbook_that_is_a_bomb_or_hides_something_is_refused(take_in):
    inside = bare_workbook("")
    zeros = " " * (40 << 20)
    assert codes(take_in(archive(inside | {"xl/media/a.xml": zeros}))) == [("xlsx_ratio", None, None)]
    assert codes(take_in(archive(inside | {"../../etc/cron.d/a": "x"}))) == [("xlsx_path", None, None)]
    many = inside | {f"xl/media/{n}": "" for n in range(4000)}
    assert codes(take_in(archive(many))) == [("xlsx_members", None, None)]
    entity = "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>"
    assert codes(take_in(archive(inside | {"xl/sharedStrings.xml": entity}))) == [("xlsx_doctype", None, None)]
    hidden = inside | {"xl/sharedStrings.xml": entity.encode("utf-16")}
    assert codes(take_in(archive(hidden))) == [("xlsx_doctype", None, None)]
    assert codes(take_in(archive(inside | {"xl/vbaProject.bin": "x"}))) == [("xlsx_macros", None, None)]
    assert codes(take_in(archive({"readme.txt": "x"}))) == [("not_a_table", None, None)]


@on_one_engine
def test_a_million_empty_columns_and_a_workbook_of_too_many_bytes_are_refused_with_a_reason(take_in, monkeypatch):
    wide = f"{HEAD}{',' * 1_000_000}\n{rsu('09.273', '2023-09-14', 120)}".encode()
    assert codes(take_in(wide)) == [("too_many_columns", None, None)]
    # The package has a function of the same name as the module.
    monkeypatch.setattr(sys.modules["data.importer.read"], "MOST_BOOK_BYTES", 0)
    assert codes(take_in(archive(bare_workbook("")))) == [("book_too_large", None, None)]


# Many at once


def test_two_files_taken_in_at_once_are_both_stored(engine, known, places, figures):
    files = [
        "\n".join([HEAD, *[rsu(code, date, 5) for code in places.by_code]]) for date in ("2023-09-14", "2023-10-14")
    ]
    reports = []

    def run(content):
        asked = {"name": "a.csv", "actor": "a", "today": TODAY, "catalogue": known, "territories": places}
        reports.append(import_file(engine, content.encode(), judged=False, **asked))

    threads = [threading.Thread(target=run, args=(content,)) for content in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(report.event for report in reports) == [1, 2]
    assert len(figures()) == 2 * len(places.by_code)


def test_the_same_file_taken_in_twice_at_once_is_stored_once(engine, known, places, rows_in):
    content = "\n".join([HEAD, rsu("09.273", "2023-09-14", 5)]).encode()
    reports = []

    def run():
        reports.append(
            import_file(engine, content, name="a.csv", actor="a", today=TODAY, catalogue=known, territories=places)
        )

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {report.event for report in reports} == {1}
    assert (sum(not report.already for report in reports), rows_in()["event"]) == (1, 1)


def test_what_was_refused_comes_in_with_the_same_bytes_once_its_spelling_is_known(engine, known, places, tmp_path):
    from data.importer import Territories

    content = "\n".join([HEAD, rsu("Our place", "2023-09-14", 5), rsu("MA", "2023-09-14", 6)]).encode()
    given = {"name": "a.csv", "actor": "a", "today": TODAY, "catalogue": known}
    first = import_file(engine, content, **given, territories=places, accept_rest=True)
    again = import_file(engine, content, **given, territories=places)
    (tmp_path / "spellings.csv").write_text("code,locale,spelling\n09.273,en,Our place\n", encoding="utf-8")
    after = import_file(engine, content, **given, territories=Territories.load(tmp_path))
    assert (first.accepted, again.already, again.event) == (1, True, first.event)
    assert (after.already, after.accepted, after.unchanged) == (False, 2, 1)


# Any table at all

CELLS = {
    "territory": ["09.273", "MA", "Salé", "", "Atlantis", "9.273"],
    "step": ["rsu.registered", "rnp.registered", "", "x"],
    "unit": ["household", "person", "", "x"],
    "measure": ["stock", "flow", "", "x"],
    "date": ["2023-09-14", "2024-01-01", "", "x", "2030-01-01", "1999-01-01"],
    "from": ["", "2023-09-14", "2024-01-01", "x"],
    "to": ["", "2023-09-14", "2024-01-01", "x"],
    "value": ["1", "2", "007", "", "-1", "1.5", "1 000", "x", "9" * 20, " 5 "],
    "sex": ["", "female", "male", "x"],
    "reason": ["", "age", "AB123456", "two words"],
    "source": ["", "office", "x"],
    "address": ["", "https://a.example/", "x"],
    "parent": ["", "09", "x"],
    "kind": ["", "prefecture", "x"],
}
ROW = st.fixed_dictionaries({name: st.sampled_from(cells) | st.text(max_size=4) for name, cells in CELLS.items()})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(ROW, max_size=12), ragged=st.integers(0, 3))
def test_every_row_is_accepted_or_refused_and_every_refused_row_is_told_why(known, places, rows, ragged):
    table = pa.table(
        {
            "line": pa.array(range(2, 2 + len(rows)), pa.int64()),
            **{str(at): pa.array([row[name] for row in rows], pa.string()) for at, name in enumerate(CELLS)},
        }
    )
    checked = check(table, list(CELLS), catalogue=known, territories=places, today=TODAY, ragged=ragged)
    assert checked.rows_read == len(rows) + ragged
    assert checked.accepted + checked.refused == checked.rows_read
    told = {problem.line for problem in checked.problems if problem.line}
    assert len(told) == checked.refused - ragged
    assert len(checked.series) == checked.accepted - checked.repeated
    assert all(problem.column in LAYOUT for problem in checked.problems if problem.line)
    stored = set(zip(checked.series.tolist(), checked.from_date.tolist(), checked.to_date.tolist(), strict=True))
    assert len(stored) == len(checked.series)
    assert len(set(checked.keys)) == len(checked.keys)


# The guide


@on_one_engine
def test_the_example_of_the_guide_is_taken_in_as_it_stands(take_in):
    guide = (Path(__file__).resolve().parents[2] / "docs" / "load-your-own-file.md").read_text(encoding="utf-8")
    example = re.search(r"```csv\n(.*?)```", guide, re.DOTALL).group(1)
    report = take_in(example.encode())
    assert report.problems == ()
    assert report.accepted == len(example.splitlines()) - 1


def test_the_guide_names_every_column_of_the_layout():
    guide = (Path(__file__).resolve().parents[2] / "docs" / "load-your-own-file.md").read_text(encoding="utf-8")
    table = guide.split("## The columns")[1].split("**Names.**")[0]
    assert [name for name in LAYOUT if f"`{name}`" not in table] == []
