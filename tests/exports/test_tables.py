"""A table as a workbook: what stands in it, and that nothing in it is ever a formula."""

import datetime as dt
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from exports import tables
from i18n import words
from panels import Panel, SourceLine

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.org")', "http://example.org")


def panel(**fields):
    parts = {
        "head": ("المرحلة", "=A1"),
        "rows": [(text, SourceLine(text, "https://example.org")) for text in DANGEROUS],
    }
    usual = {"subject": "stages", "kind": "table", "title": "=2+2", "frame": pd.DataFrame(), "notes": ("=3+3",)}
    return Panel(**usual | {"parts": parts} | fields)


def cells(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_no_cell_is_a_formula_or_a_link(locale):
    content = tables.table(panel(), locale=locale)
    found = cells(content)
    assert {cell.data_type for cell in found} == {"s"}
    assert set(DANGEROUS) <= {cell.value for cell in found}
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert not any(b"<f>" in book.read(name) or b"hyperlink" in book.read(name) for name in book.namelist())


def test_the_demonstration_says_so_in_the_sheet():
    said = words("fr")("demo.badge")
    assert said in [cell.value for cell in cells(tables.table(panel(demonstration=True), locale="fr"))]
    assert said not in [cell.value for cell in cells(tables.table(panel(), locale="fr"))]


def test_an_arabic_sheet_runs_right_to_left_and_holds_no_marks_of_direction():
    content = tables.table(panel(title="\u2068عدد\u2069"), locale="ar")
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.active.sheet_view.rightToLeft and book.active["A1"].value == "عدد"


def test_the_same_panel_gives_the_same_bytes():
    assert tables.table(panel(), locale="fr") == tables.table(panel(), locale="fr")


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_counts_and_days_are_numbers_and_dates_with_the_unit_in_the_head(locale):
    w, day = words(locale), dt.date(2023, 9, 18)
    rows = [(w.name("step", "asd.paid"), w.count("student", 1_072), w.date(day))]
    found = cells(tables.table(panel(parts={"head": ("a", "b", "c"), "rows": rows}), locale=locale))
    assert [cell.value for cell in found if cell.data_type == "n"] == [1_072]
    assert [cell.value.date() for cell in found if cell.data_type == "d"] == [day]
    assert any(w("unit.student.plural") in str(cell.value) for cell in found)


def test_sources_of_a_sheet_stand_below_it():
    found = [cell.value for cell in cells(tables.table(panel(sources=(SourceLine("HCP"),)), locale="fr"))]
    assert found[-1] == "HCP"


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_a_month_is_a_date_and_nothing_is_a_nought(locale):
    w = words(locale)
    nothing = w("reading.nothing", n=w.number(0), unit=w("unit.application"))
    rows = [(w.month(dt.date(2023, 3, 1)), w.count("application", 1_340)), (w.month(dt.date(2023, 4, 1)), nothing)]
    found = cells(tables.table(panel(parts={"head": ("a", "b"), "rows": rows}), locale=locale))
    months = [cell for cell in found if cell.data_type == "d"]
    assert [cell.value.date() for cell in months] == [dt.date(2023, 3, 1), dt.date(2023, 4, 1)]
    assert {cell.number_format for cell in months} == {"mm/yyyy"}
    assert [cell.value for cell in found if cell.data_type == "n"] == [1_340, 0]
