"""A form goes out, is filled in and comes back; figures are typed on the grid and taken back: in Arabic, by clicks."""

import datetime as dt
import io
import re

import openpyxl
import pytest

LQLIAA, TEMSIA = "09.273.01.17", "09.273.05.27"
SETTINGS = """
[office]
territory = "09.273"
letterhead = {ar = ["المملكة المغربية", "وزارة الداخلية"]}

[[delivery]]
id = "rsu_weekly"
name = {ar = "حصيلة التقييد الأسبوعية", fr = "Bilan hebdomadaire", en = "Weekly count"}
channel = "email"
periodicity = "weekly"
expected_day = 1
reminder_days = 2
level = "commune"
counts = [{step = "rsu.registered", unit = "household"}]
starts = 2023-01-02
"""
VIEW = "lang=ar&territory=09.273&on=2023-09-18"

IN_THE_GRID = """([text, times]) => {
    const cells = [...document.querySelectorAll('.st-key-typing-grid canvas table tbody td')];
    return cells.length > 0 && cells.filter(cell => cell.textContent.trim() === text).length === times;
}"""


@pytest.fixture(scope="module")
def office(serve, tmp_path_factory):
    """The address of a dashboard whose office expects one delivery a week from its communes."""
    folder = tmp_path_factory.mktemp("expecting")
    (folder / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    return serve(TATABBU_LOCAL=str(folder))


@pytest.fixture
def go(page, office, settled):
    """Opens an address of that dashboard."""

    def run(address):
        page.goto(office + address)
        settled(page)
        return page

    return run


def plain(text):
    return re.sub(r"[\u2066-\u2069]", "", text).replace("\u202f", " ").replace("\u00a0", " ")


def grid(page, settled):
    """What stands in the grid: value by (name, date), read from the table that the drawing holds for screen readers."""
    page.wait_for_selector(".st-key-typing-grid canvas table tbody td", state="attached")
    settled(page)
    table = page.locator(".st-key-typing-grid canvas table")
    heads = [plain(head).strip() for head in table.locator("th").all_text_contents()]
    rows = [
        [plain(cell).strip() for cell in row.locator("td").all_text_contents()]
        for row in table.locator("tbody tr").all()
    ]
    return heads, {row[-1]: dict(zip(heads[:-1], row[:-1], strict=True)) for row in rows}


def test_a_form_is_taken_filled_in_and_handed_back(go, page, settled):
    go(f"/sources?{VIEW}")
    title = plain(page.locator("h2").first.inner_text())
    assert "1 من أصل 1" in title
    assert plain(page.locator(".tt-sources tbody tr td").last.inner_text()).startswith("متأخرة منذ")
    with page.expect_download() as download:
        page.locator(".st-key-form-download button").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    assert sheet.sheet_view.rightToLeft and sheet["A1"].value == "المملكة المغربية"
    lines = {row[0].value: row[0].row for row in sheet.iter_rows() if row[0].value}
    header = lines["rsu.registered/household/stock"]
    columns = {cell.value: cell.column for cell in sheet[header] if isinstance(cell.value, dt.datetime)}
    assert [day.date().isoformat() for day in columns] == ["2023-08-28", "2023-09-04", "2023-09-11", "2023-09-18"]
    last = columns[max(columns)]
    sheet.cell(lines[LQLIAA], last, 4321)
    sheet.cell(lines[TEMSIA], last, 0)
    filled = io.BytesIO()
    book.save(filled)

    go(f"/events?{VIEW}")
    form = {"name": "form.xlsx", "mimeType": "application/octet-stream", "buffer": filled.getvalue()}
    page.locator(".st-key-file input[type=file]").set_input_files(form)
    page.locator(".st-key-take-in button").click()
    done = page.locator(".st-key-hand-in [data-testid='stAlert']")
    done.wait_for()
    assert "المقبولة: 2" in plain(done.inner_text())

    go(f"/?lang=ar&territory={LQLIAA}&on=2023-09-18")
    reading = page.locator(f".st-key-programme-rsu .tt-reading[data-territory='{LQLIAA}']")
    assert "4 321" in plain(reading.inner_text())
    go(f"/typing?{VIEW}")
    heads, cells = grid(page, settled)
    # Time runs from right to left, the names stand on the right.
    assert heads[0] == "18/09/2023" and heads[1] == "11/09/2023"
    assert cells["القليعة"]["18/09/2023"] == "4321"
    assert cells["التمسية"]["18/09/2023"] == "0"
    assert cells["إنزكان"]["18/09/2023"] in ("", "–")
    go(f"/sources?{VIEW}")
    reported = plain(page.locator(".tt-sources tbody tr td").nth(3).inner_text())
    assert reported.startswith("2 من 6") and "إنزكان" in reported


def test_a_form_that_was_spoilt_is_refused_with_its_cell(go, page):
    go(f"/sources?{VIEW}")
    with page.expect_download() as download:
        page.locator(".st-key-form-download button").click()
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    line = next(row[0].row for row in sheet.iter_rows() if row[0].value == LQLIAA)
    sheet.cell(line, 4, "غير متوفر")
    filled = io.BytesIO()
    book.save(filled)
    go(f"/events?{VIEW}")
    form = {"name": "form.xlsx", "mimeType": "application/octet-stream", "buffer": filled.getvalue()}
    page.locator(".st-key-file input[type=file]").set_input_files(form)
    page.locator(".st-key-take-in button").click()
    page.locator(".st-key-hand-in [data-testid='stAlert']").wait_for()
    said = plain(page.locator(".st-key-hand-in").inner_text())
    assert f"الخلية D{line}: غير متوفر: ليس عددا" in said
    assert "لم يحفظ أي شيء" in said


def test_a_figure_is_typed_looked_at_stored_and_taken_back(go, page, settled):
    go(f"/typing?{VIEW}")
    page.wait_for_selector(".st-key-typing-grid canvas", state="attached")
    settled(page)
    box = page.locator(".st-key-typing-grid canvas").first.bounding_box()
    # The first line, the date beside the names: the oldest.
    page.mouse.click(box["x"] + box["width"] - 260, box["y"] + 52)
    page.keyboard.press("Enter")
    page.wait_for_selector("#portal input, .gdg-style input, [class*=gdg] input", state="attached")
    page.keyboard.type("57", delay=50)
    page.keyboard.press("Enter")
    changes = page.locator(".st-key-typing-changes")
    changes.wait_for()
    settled(page)
    assert "أرقام جديدة 1" in plain(changes.inner_text()) and "57" in changes.inner_text()
    # What was typed is still there in another language, and after a look at another page of the dashboard.
    page.get_by_text("Français", exact=True).click()
    page.wait_for_url("**lang=fr*")
    settled(page)
    assert "57" in page.locator(".st-key-typing-changes").inner_text()
    page.locator('[data-testid="stPageLink-NavLink"][href^="sources"]').click()
    page.wait_for_selector(".tt-sources")
    page.locator('[data-testid="stPageLink-NavLink"][href^="typing"]').click()
    page.locator(".st-key-typing-changes").wait_for()
    settled(page)
    page.locator(".st-key-typing-store button").click()
    saved = page.locator(".st-key-typing-saved")
    saved.wait_for()
    settled(page)
    assert page.locator(".st-key-typing-changes").count() == 0
    page.wait_for_function(IN_THE_GRID, arg=["57", 1])
    page.locator(".st-key-typing-undo button").click()
    saved.wait_for(state="detached")
    settled(page)
    page.wait_for_function(IN_THE_GRID, arg=["57", 0])
