"""Workbooks whose cells are computed: a sum may be, a figure may not."""

import io
import zipfile

import pytest
import xlsxwriter

from data.importer.parse import formulas

HEAD = ("territory", "step", "unit", "measure", "date", "value")
ROW = ("09.273.01.17", "rsu.registered", "household", "stock", "2026-11-01")


def long_layout(*values):
    """A workbook of the long layout; a value that begins with = is a formula whose last value was 41."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for column, name in enumerate(HEAD):
            sheet.write_string(0, column, name)
        for line, value in enumerate(values, start=1):
            for column, text in enumerate((*ROW[:4], f"2026-{line:02d}-01")):
                sheet.write_string(line, column, text)
            if str(value).startswith("="):
                sheet.write_formula(line, 5, value, None, 41)
            else:
                sheet.write_number(line, 5, value)
    return content.getvalue()


def by_hand(*, figure=4_120, total=13_863):
    """A sheet made by hand whose total is computed; `figure` may be, too."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("RSU")
        sheet.write_string(0, 0, "الأسر المسجلة في السجل الاجتماعي الموحد إلى غاية 01/11/2026")
        sheet.write_row(1, 0, ("الجماعة", "عدد الأسر"))
        rows = (("أيت ملول", figure), ("القليعة", 9_743), ("المجموع", "=SUM(B3:B4)"))
        for line, (name, value) in enumerate(rows, start=2):
            sheet.write_string(line, 0, name)
            if str(value).startswith("="):
                sheet.write_formula(line, 1, value, None, total if line == 4 else 4_120)
            else:
                sheet.write_number(line, 1, value)
    return content.getvalue()


@pytest.fixture
def take(take_in):
    def take(content, **how):
        return take_in(content, name="a.xlsx", **how)

    return take


def test_a_computed_figure_is_refused_with_its_line_and_what_to_do(take):
    report = take(long_layout(40, "=20+21"))
    assert report.event is None
    assert [(p.code, p.line, p.column, p.seen) for p in report.problems] == [("formula", 3, "value", "=")]


def test_the_other_rows_may_be_accepted_without_it(take):
    report = take(long_layout(40, "=20+21", 42), accept_rest=True, judged=False)
    assert (report.rows_read, report.accepted, report.refused) == (3, 2, 1)


def test_a_figure_of_a_sheet_made_by_hand_may_not_be_computed(take):
    layout = take(by_hand(), look=True).sheet.guess.layout
    good = take(by_hand(), layout=layout, judged=False)
    assert [p.code for p in good.problems] == []
    assert good.event is not None
    bad = take(by_hand(figure="=2060*2"), layout=layout, judged=False)
    assert bad.event is None
    assert [(p.code, p.line) for p in bad.problems] == [("formula", 3)]


def test_the_sum_of_a_sheet_made_by_hand_is_checked_although_it_is_computed(take):
    layout = take(by_hand(), look=True).sheet.guess.layout
    report = take(by_hand(total=99_999), layout=layout, judged=False)
    assert [p.code for p in report.problems] == ["total_differs"]


def test_cells_that_are_computed_are_found_in_both_formats(tmp_path):
    book = tmp_path / "a.xlsx"
    book.write_bytes(by_hand(figure="=2060*2"))
    assert formulas(str(book)) == {"RSU": {(3, 2), (5, 2)}}
    ods = tmp_path / "a.ods"
    table = (
        '<office:document-content xmlns:office="o" xmlns:table="t"><table:table table:name="x">'
        '<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="2"/>'
        '</table:table-row><table:table-row><table:table-cell table:number-columns-repeated="4"/>'
        '<table:table-cell table:formula="of:=1+1"/></table:table-row></table:table></office:document-content>'
    )
    with zipfile.ZipFile(ods, "w") as archive:
        archive.writestr("content.xml", table)
    assert formulas(str(ods)) == {"x": {(4, 5)}}
