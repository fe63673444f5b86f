"""Forms that come back: filled in by hand, saved by another program, moved about, spoilt."""

import datetime as dt
import io
import re

import openpyxl
import pandas as pd
import pytest

from data.importer import form, import_file
from data.importer.parse import FORM_MARK
from exports import forms
from i18n import FSI, PDI, words
from i18n.problems import grouped
from panels import Panel

TODAY = dt.date(2026, 11, 23)
CODES = {"09.273.01.17": "القليعة", "09.273.01.15": "أيت ملول", "09.273.05.27": "التمسية"}
REGISTERED = {
    "step": "rsu.registered",
    "unit": "household",
    "measure": "stock",
    "title": "عدد الأسر",
    "tab": "تسجيل أسرة في السجل الاجتماعي الموحد",
}
PERSONS = {
    "step": "rnp.registered",
    "unit": "person",
    "measure": "stock",
    "title": "عدد الأشخاص",
    "tab": "سجل: [السكان]",
}
DATES = [19614, 19621, 19628]
"""14, 21 and 28 September 2023."""
LETTERHEAD = ("المملكة المغربية", "وزارة الداخلية")
HEADER = len(LETTERHEAD) + 1 + 2 + 1 + 2
"""The line of the header: a letterhead, a space, two titles, one line of instructions, a space."""


def blank(*counts, demonstration=False, locale="ar", codes=None, dates=DATES):
    """A form as bytes."""
    rows = list((codes or CODES).items())
    panel = Panel(
        subject="forms",
        kind="form",
        title="استمارة",
        frame=pd.DataFrame(rows, columns=["territory_code", "name"]),
        demonstration=demonstration,
        parts={
            "rows": rows,
            "dates": tuple(dates),
            "delivery": "weekly",
            "source": "office",
            "counts": list(counts or [REGISTERED]),
            "letterhead": LETTERHEAD,
            "how": ("في كل خانة: العدد الإجمالي",),
            "name_head": "الجماعة",
            "badge": words(locale)("demo.badge"),
            "refusal": ("عدد صحيح فقط", "اكتبوا عددا صحيحا"),
        },
    )
    return forms.form(panel, locale=locale)


def edited(content, edit=lambda book: None):
    """The form after somebody has worked in it, saved by a program that did not write it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    edit(book)
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def filled(cells, *counts, **options):
    def edit(book):
        for address, value in cells.items():
            book.worksheets[0][address] = value

    return edited(blank(*counts, **options), edit)


@pytest.fixture
def hand_in(engine, known, places):
    """A function that hands a form in and returns the report."""

    def run(content, **options):
        return import_file(
            engine,
            content,
            name="form.xlsx",
            actor="preparer",
            today=TODAY,
            catalogue=known,
            territories=places,
            **options,
        )

    return run


def cell(column, row):
    """The address of a cell of the grid: the first territory is row 1, the first date column C."""
    return f"{column}{HEADER + row}"


def test_the_writer_and_the_two_readers_know_the_form_by_the_same_mark():
    assert forms.MARK == form.MARK == FORM_MARK
    assert forms.VERSION == form.VERSION


def test_a_filled_form_is_taken_with_no_mapping_and_an_empty_cell_is_no_zero(hand_in, figures, day):
    report = hand_in(filled({cell("C", 1): 120, cell("D", 1): 0, cell("E", 3): 45}))
    assert (report.rows_read, report.accepted, report.refused, report.problems) == (3, 3, 0, ())
    assert figures() == {
        ("09.273.01.17", "rsu.registered", "all", day("2023-09-14")): 120,
        ("09.273.01.17", "rsu.registered", "all", day("2023-09-21")): 0,
        ("09.273.05.27", "rsu.registered", "all", day("2023-09-28")): 45,
    }


def test_several_counts_have_a_sheet_each(hand_in, figures):
    def edit(book):
        assert len(book.worksheets) == 3
        book.worksheets[0][cell("C", 1)] = 7
        book.worksheets[1][cell("C", 1)] = 20

    report = hand_in(edited(blank(REGISTERED, PERSONS), edit))
    assert report.accepted == 2
    assert {(key[1], value) for key, value in figures().items()} == {("rsu.registered", 7), ("rnp.registered", 20)}


def test_a_text_in_a_cell_is_refused_with_the_cell_as_the_reader_sees_it(hand_in):
    report = hand_in(filled({cell("C", 1): 120, cell("D", 2): "غير متوفر"}))
    assert report.event is None
    (problem,) = report.problems
    assert (problem.code, problem.cell, problem.line, problem.sheet) == (
        "not_a_number",
        cell("D", 2),
        HEADER + 2,
        "",
    )
    (line,) = grouped(report.problems, words("fr"))
    # The Arabic text stands apart in the French sentence, so that neither turns the other round.
    assert f"{FSI}غير متوفر{PDI}" in line
    assert re.sub(f"[{FSI}{PDI}]", "", line).startswith(f"Cellule {cell('D', 2)}\u00a0: غير متوفر")


def test_the_same_text_in_many_cells_is_said_once_with_their_addresses(hand_in):
    report = hand_in(filled({cell("C", row): "-" for row in (1, 2, 3)}))
    (line,) = grouped(report.problems, words("en"))
    assert "Cells with the same problem: 3" in line
    assert cell("C", 3) in line


def test_of_several_sheets_the_problem_names_the_one(hand_in):
    def edit(book):
        book.worksheets[1].title = "السكان"
        book.worksheets[1][cell("C", 1)] = 1.5

    (problem,) = hand_in(edited(blank(REGISTERED, PERSONS), edit)).problems
    assert (problem.code, problem.sheet, problem.cell) == ("decimal", "السكان", cell("C", 1))
    assert "السكان" in next(grouped([problem], words("ar")))


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (-3, "negative"),
        ("1 200", "grouped_number"),
        (2.5, "decimal"),
        (True, "not_a_number"),
    ],
)
def test_what_is_no_count_is_refused(hand_in, typed, code):
    (problem,) = hand_in(filled({cell("E", 1): typed})).problems
    assert (problem.code, problem.cell) == (code, cell("E", 1))


def test_the_rest_is_stored_when_that_is_asked_for(hand_in, figures):
    report = hand_in(filled({cell("C", 1): 120, cell("D", 2): "?"}), accept_rest=True)
    assert (report.rows_read, report.accepted, report.refused) == (2, 1, 1)
    assert list(figures().values()) == [120]


def test_a_sheet_that_was_renamed_moved_and_given_notes_is_still_read(hand_in, figures):
    def edit(book):
        sheet = book.worksheets[0]
        sheet.title = "نسخة نهائية"
        book.create_sheet("ملاحظات", 0)["A1"] = "صححها رئيس المصلحة"
        sheet.insert_rows(1, 3)
        sheet["H2"] = "ملاحظة على الهامش"
        sheet[f"B{HEADER + 3 + 9}"] = "تم الملء يوم الخميس"
        sheet[f"C{HEADER + 3 + 1}"] = 120
        # Remarks beside the lines: all dates of the form are still there.
        sheet[f"F{HEADER + 3}"] = "ملاحظات"
        sheet[f"F{HEADER + 3 + 1}"] = "رقم مؤقت"

    report = hand_in(edited(blank(), edit))
    assert report.problems == ()
    assert list(figures().values()) == [120]


def test_lines_and_columns_that_changed_places_keep_their_meaning(hand_in, figures, day):
    def edit(book):
        sheet = book.worksheets[0]
        for column in "ABCDE":
            first, last = sheet[cell(column, 1)], sheet[cell(column, 3)]
            first.value, last.value = last.value, first.value
        early, late = sheet[cell("C", 0)], sheet[cell("E", 0)]
        early.value, late.value = late.value, early.value
        sheet[cell("C", 1)] = 9

    assert hand_in(edited(blank(), edit)).problems == ()
    assert figures() == {("09.273.05.27", "rsu.registered", "all", day("2023-09-28")): 9}


def test_names_sorted_without_their_codes_are_refused(hand_in):
    def edit(book):
        sheet = book.worksheets[0]
        sheet[cell("B", 1)], sheet[cell("B", 2)] = "أيت ملول", "القليعة"
        sheet[cell("C", 1)] = 120

    (problem,) = hand_in(edited(blank(), edit)).problems
    assert (problem.code, problem.cell, problem.seen) == ("form_row_moved", cell("B", 1), "أيت ملول")
    assert problem.values == {"owner": "09.273.01.17"}


def test_a_spelling_mended_in_the_form_is_no_problem(hand_in):
    assert hand_in(filled({cell("B", 1): "لقليعة (بلدية)", cell("C", 1): 120})).accepted == 1


def test_a_line_that_was_added_is_taken_when_its_name_is_known(hand_in, figures):
    report = hand_in(filled({cell("B", 4): "أولاد دحو", cell("C", 4): 33}))
    assert report.problems == ()
    assert [(key[0], value) for key, value in figures().items()] == [("09.273.05.19", 33)]


def test_a_line_that_was_added_with_an_unknown_name_is_refused_at_its_name(hand_in):
    (problem,) = hand_in(filled({cell("B", 4): "المجموع", cell("C", 4): 33})).problems
    assert (problem.code, problem.cell, problem.seen) == ("unknown_territory", cell("B", 4), "المجموع")


def test_figures_without_a_name_are_refused(hand_in):
    (problem,) = hand_in(filled({cell("C", 5): 33})).problems
    assert (problem.code, problem.cell) == ("form_nameless", cell("A", 5))
    assert next(grouped([problem], words("ar")))


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (dt.datetime(2023, 9, 15), "form_date_changed"),  # noqa: DTZ001
        ("15/09/2023", "form_date_changed"),
        ("شتنبر", "form_date_lost"),
        (None, "form_date_lost"),
        (dt.datetime(2023, 9, 21), "form_date_twice"),  # noqa: DTZ001
    ],
)
def test_a_date_that_was_changed_is_refused_at_its_cell(hand_in, header, code):
    problems = hand_in(filled({cell("C", 0): header, cell("C", 1): 120, cell("C", 2): 130})).problems
    assert [(problem.code, problem.cell) for problem in problems] == [(code, cell("C", 0))]
    assert next(grouped(problems, words("ar")))


def test_a_date_changed_over_an_empty_column_harms_nothing(hand_in, figures):
    moved = dt.datetime(2023, 9, 15)  # noqa: DTZ001
    assert hand_in(filled({cell("C", 0): moved, cell("D", 1): 120})).problems == ()
    assert list(figures().values()) == [120]


@pytest.mark.parametrize("header", ["14/09/2023", "14.9.2023", 45183, "2023-09-14"])
def test_a_date_that_lost_its_format_is_still_that_date(hand_in, figures, day, header):
    assert hand_in(filled({cell("C", 0): header, cell("C", 1): 120})).problems == ()
    assert list(figures()) == [("09.273.01.17", "rsu.registered", "all", day("2023-09-14"))]


def test_a_date_that_has_not_come_is_refused_at_its_header(hand_in):
    ahead = (TODAY - dt.date(1970, 1, 1)).days + 7
    (problem,) = hand_in(filled({cell("C", 1): 120}, dates=[ahead])).problems
    assert (problem.code, problem.cell) == ("future_date", cell("C", 0))


def test_two_values_of_one_cell_name_each_other(hand_in):
    problems = hand_in(filled({cell("A", 4): "09.273.01.17", cell("C", 4): 5, cell("C", 1): 6})).problems
    assert {(p.code, p.cell, p.values["other_cell"]) for p in problems} == {
        ("form_two_values", cell("C", 1), cell("C", 4)),
        ("form_two_values", cell("C", 4), cell("C", 1)),
    }
    assert cell("C", 4) in next(grouped(problems, words("ar")))


def test_a_count_whose_sheet_has_gone_is_said(hand_in):
    def edit(book):
        book.worksheets[0][cell("C", 1)] = 7
        book.worksheets[1][cell("A", 0)] = "رمز"

    (problem,) = hand_in(edited(blank(REGISTERED, PERSONS), edit)).problems
    assert (problem.code, problem.seen) == ("form_count_missing", "rnp.registered")


def test_two_counts_copied_into_one_sheet_are_told_apart(hand_in, figures):
    def edit(book):
        first, second = book.worksheets[:2]
        first[cell("C", 1)], second[cell("C", 1)] = 7, 20
        for row in second.iter_rows(min_row=HEADER, max_row=HEADER + 3, max_col=5):
            for one in row:
                first.cell(one.row + 20, one.column, one.value)
        book.remove(second)

    assert hand_in(edited(blank(REGISTERED, PERSONS), edit)).problems == ()
    assert {(key[1], value) for key, value in figures().items()} == {("rsu.registered", 7), ("rnp.registered", 20)}


def test_a_blank_form_says_that_nothing_was_filled_in(hand_in):
    report = hand_in(blank())
    assert [problem.code for problem in report.problems] == ["form_empty"]
    assert report.event is None


@pytest.mark.parametrize(("made", "code"), [(True, "form_of_demonstration"), (False, "form_of_office")])
def test_a_form_goes_back_to_the_database_that_it_came_from(hand_in, figures, made, code):
    content = filled({cell("C", 1): 120} if not made else {f"C{HEADER + 2}": 120}, demonstration=made)
    (problem,) = hand_in(content, demonstration=not made).problems
    assert problem.code == code
    assert figures() == {}
    assert hand_in(content, demonstration=made).accepted == 1


def test_a_form_of_a_later_version_is_refused(hand_in):
    def edit(book):
        book["tatabbu"]["B1"] = "2"
        book.worksheets[0][cell("C", 1)] = 7

    assert [p.code for p in hand_in(edited(blank(), edit)).problems] == ["form_version"]


def test_a_form_holds_nothing_outside_the_scope_of_who_hands_it_in(hand_in):
    report = hand_in(filled({cell("C", 1): 1, cell("C", 2): 2}), within={"09.273.01.17"})
    (problem,) = report.problems
    assert (problem.code, problem.cell) == ("outside_scope", cell("A", 2))


def test_the_same_form_twice_changes_nothing(hand_in, rows_in):
    content = filled({cell("C", 1): 120})
    first = hand_in(content)
    before = rows_in()
    again = hand_in(content)
    assert (again.already, again.event) == (True, first.event)
    assert rows_in() == before


def test_a_form_of_too_many_cells_is_refused_before_it_is_understood(hand_in, monkeypatch):
    rows = {f"09.273.{n:05d}": "x" * 3 for n in range(2990)}
    dates = list(range(19500, 19600))

    def edit(book):
        for line in book.worksheets[0].iter_rows(min_row=HEADER + 1, min_col=3):
            for one in line:
                one.value = 1
        copy = book.copy_worksheet(book.worksheets[0])
        copy.title = "نسخة"

    report = hand_in(edited(blank(codes=rows, dates=dates), edit))
    assert [problem.code for problem in report.problems] == ["too_many_cells"]


def test_a_formula_bomb_in_a_form_is_stopped_as_in_any_workbook(hand_in):
    content = blank()
    assert b"<f>" not in content
    report = hand_in(content[: len(content) // 2])
    assert [problem.code for problem in report.problems] == ["xlsx_broken"]
