"""What is refused comes back as it came, with one column more, and no cell of it is a formula."""

import csv
import io

import openpyxl
import pytest
import xlsxwriter

from data.importer import rejects
from data.importer.__main__ import handed_back, main
from i18n import words

HEAD = "territory,step,unit,measure,date,value,note"
GOOD = "09.273.05.27,rsu.registered,household,stock,2023-09-14,120,"

# What is handed back does not depend on the database.
pytestmark = pytest.mark.parametrize("backend", ["sqlite"])


def rows_of(content, delimiter=","):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=delimiter))


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_the_refused_lines_come_back_with_the_reason_in_the_readers_language(take_in, locale):
    w = words(locale)
    report = take_in(HEAD, GOOD, GOOD.replace("120", "x1"), GOOD.replace("120", "7").replace("09.273.05.27", "nowhere"))
    head, first, second = rows_of(handed_back(report, w))
    assert head == [*HEAD.split(","), f"{w('importer.rejects_heading')} (tatabbu)"]
    assert first[:7] == GOOD.replace("120", "x1").split(",")
    assert w("importer.not_a_number", seen="x1") in first[7]
    assert second[0] == "nowhere"


def test_a_semicolon_stays_a_semicolon_and_a_line_of_other_length_comes_back_whole(take_in):
    lines = [line.replace(",", ";") for line in (HEAD, GOOD, GOOD + ",more,and more", "short,line")]
    rows = rows_of(handed_back(take_in(*lines), words("en")), ";")
    assert rows[1][:7] == GOOD.split(",") and rows[1][8:] == ["more", "and more"]
    assert rows[2][:7] == ["short", "line", "", "", "", "", ""] and rows[2][7]


def test_nothing_that_comes_back_is_a_formula(take_in):
    risky = ["=1+1", "+2", "-3", "@SUM(A1)", "\t=4"]
    report = take_in(HEAD, *[f'{GOOD.rsplit(",", 2)[0]},x,"{text}"' for text in risky])
    cells = [cell for row in rows_of(handed_back(report, words("fr"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_a_workbook_comes_back_as_one_without_formulas(take_in):
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        for at, line in enumerate((HEAD, GOOD, GOOD.replace("120", "x"))):
            for column, cell in enumerate(line.split(",")):
                sheet.write_string(at, column, cell)
        sheet.write_string(2, 6, "=HYPERLINK(1)")
    report = take_in(content.getvalue(), name="counts.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(handed_back(report, words("ar")))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert len(rows) == 2 and rows[1][0] == "09.273.05.27"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}


def test_what_comes_back_is_taken_in_when_it_was_mended_with_its_further_column(take_in):
    report = take_in(HEAD, GOOD.replace("120", "x1"))
    mended = handed_back(report, words("ar")).replace(b"x1", b"121")
    assert take_in(mended).accepted == 1


def test_a_file_without_a_refused_line_has_nothing_to_hand_back(take_in):
    assert take_in(HEAD, GOOD).rejected is None
    assert take_in("no,columns", "a,b").rejected is None


def test_the_command_writes_what_was_refused_beside_the_file(database_url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", database_url)
    (tmp_path / "counts.csv").write_text("\n".join((HEAD, GOOD, GOOD.replace("120", "x1"))), encoding="utf-8")
    target = tmp_path / "refused.csv"
    assert main([str(tmp_path / "counts.csv"), "--accept-rest", "--rejects", str(target), "--lang", "en"]) == 0
    assert len(rows_of(target.read_bytes())) == 2
    assert "refused.csv" in capsys.readouterr().out


def test_no_more_lines_are_handed_back_than_somebody_can_mend(take_in, monkeypatch):
    monkeypatch.setattr(rejects, "MOST_ROWS", 3)
    report = take_in(HEAD, *[GOOD.replace("120", f"x{at}") for at in range(9)])
    assert len(report.rejected.rows) == 3
