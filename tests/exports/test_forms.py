"""Blank forms: what a person sees and may change, and what the program reads again."""

import datetime as dt
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from exports import forms
from panels import Panel

CODES = [("09.273.01.17", "القليعة"), ("09.273.05.27", "التمسية")]
DATES = (19614, 19621, 19628)


def panel(*, demonstration=False, rows=CODES, dates=DATES, counts=1):
    return Panel(
        subject="forms",
        kind="form",
        title="استمارة: \u2068الأسر\u2069",
        frame=pd.DataFrame(rows, columns=["territory_code", "name"]),
        demonstration=demonstration,
        parts={
            "rows": list(rows),
            "dates": tuple(dates),
            "delivery": "weekly",
            "source": "office",
            "counts": [
                {
                    "step": f"rsu.step_{n}",
                    "unit": "household",
                    "measure": "stock",
                    "title": "=1+1",
                    "tab": "التقييد في [السجل] الاجتماعي: الموحد",
                }
                for n in range(counts)
            ],
            "letterhead": ("المملكة المغربية", "وزارة الداخلية"),
            "how": ("في كل خانة: العدد الإجمالي",),
            "name_head": "الجماعة",
            "badge": "أرقام افتراضية",
            "refusal": ("عدد صحيح فقط", "اكتبوا عددا صحيحا"),
        },
    )


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def header_of(sheet):
    return next(row[0].row for row in sheet.iter_rows() if str(row[0].value or "").endswith("/stock"))


def test_an_arabic_form_runs_from_right_to_left_and_a_french_one_does_not():
    assert opened(forms.form(panel(), locale="ar")).worksheets[0].sheet_view.rightToLeft
    assert not opened(forms.form(panel(), locale="fr")).worksheets[0].sheet_view.rightToLeft


def test_only_the_cells_to_fill_in_are_unlocked_and_there_is_no_password():
    sheet = opened(forms.form(panel(), locale="ar")).worksheets[0]
    header = header_of(sheet)
    assert sheet.protection.sheet and not sheet.protection.password
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {f"{column}{header + row}" for column in "CDE" for row in (1, 2)}


def test_a_cell_takes_a_whole_number_from_zero_on_and_says_so():
    sheet = opened(forms.form(panel(), locale="ar")).worksheets[0]
    header = header_of(sheet)
    (rule,) = sheet.data_validations.dataValidation
    assert (rule.type, rule.operator, rule.formula1, rule.allow_blank) == ("whole", "greaterThanOrEqual", "0", True)
    assert str(rule.sqref) == f"C{header + 1}:E{header + 2}"
    assert (rule.errorTitle, rule.error) == ("عدد صحيح فقط", "اكتبوا عددا صحيحا")


def test_dates_are_real_dates_over_their_columns():
    sheet = opened(forms.form(panel(), locale="ar")).worksheets[0]
    found = [cell.value for cell in sheet[header_of(sheet)][2:]]
    assert found == [dt.datetime(2023, 9, day) for day in (14, 21, 28)]  # noqa: DTZ001


def test_the_letterhead_stands_on_top_and_the_names_stay_in_sight():
    sheet = opened(forms.form(panel(), locale="ar")).worksheets[0]
    assert [sheet["A1"].value, sheet["A2"].value] == ["المملكة المغربية", "وزارة الداخلية"]
    assert sheet.freeze_panes == f"C{header_of(sheet) + 1}"
    # Older spreadsheets draw marks of direction as boxes.
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert not any(mark in text for text in texts for mark in "\u2066\u2067\u2068\u2069")


def test_it_prints_on_a4_lying_down_with_its_header_on_each_page():
    sheet = opened(forms.form(panel(), locale="ar")).worksheets[0]
    header = header_of(sheet)
    assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
    assert sheet.print_title_rows in (f"${header}:${header}", f"{header}:{header}")
    assert sheet.page_setup.fitToHeight in (0, "0")


def test_there_is_no_formula_whatever_the_texts_begin_with():
    content = forms.form(panel(), locale="ar")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert sheets and not any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)
    assert b"hyperlink" not in b"".join(sheets)


def test_the_layout_is_said_again_on_a_sheet_out_of_sight():
    book = opened(forms.form(panel(counts=2), locale="ar"))
    assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "visible", "veryHidden"]
    said = [[cell.value for cell in row if cell.value is not None] for row in book["tatabbu"].iter_rows()]
    assert said[0] == ["tatabbu-form", "1"]
    assert ["demonstration", "0"] in said and ["source", "office"] in said
    assert ["date", "2023-09-21"] in said and ["territory", "09.273.05.27", "التمسية"] in said
    counts = [row[:4] for row in said if row[0] == "count"]
    assert counts == [["count", f"rsu.step_{n}", "household", "stock"] for n in (0, 1)]


def test_sheets_have_names_that_every_spreadsheet_takes():
    names = opened(forms.form(panel(counts=3), locale="ar")).sheetnames
    assert len(set(names)) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


@pytest.mark.parametrize("made_up", [True, False])
def test_the_notice_of_the_demonstration_stands_inside_the_sheet(made_up):
    book = opened(forms.form(panel(demonstration=made_up), locale="ar"))
    texts = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert ("أرقام افتراضية" in texts) is made_up
    assert book["tatabbu"]["B2"].value == ("1" if made_up else "0")


def test_the_same_form_has_the_same_bytes():
    assert forms.form(panel(), locale="ar") == forms.form(panel(), locale="ar")


def test_a_form_that_nobody_could_fill_in_is_refused():
    with pytest.raises(forms.FormTooLarge):
        forms.form(panel(dates=range(19000, 19000 + forms.MOST_DATES + 1)), locale="ar")
    for nothing in ({"rows": []}, {"dates": ()}, {"counts": 0}):
        with pytest.raises(ValueError, match="at least one"):
            forms.form(panel(**nothing), locale="ar")
