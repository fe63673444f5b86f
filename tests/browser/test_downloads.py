"""A panel is taken from a page as picture and workbook, one click after the other, and its id leads back to it."""

import io
import re
from pathlib import Path

import openpyxl
from PIL import Image

MAY = "territory=MA&on=2023-05-15&indicator=rsu.registered_share"


def taken(page, place, number):
    with page.expect_download(timeout=60_000) as waited:
        page.locator(f".st-key-download-{place} button").nth(number).click()
    return waited.value.suggested_filename, Path(waited.value.path()).read_bytes()


def test_both_files_are_taken_in_a_row_and_the_id_leads_back(visit, settled):
    page = visit(f"/map?lang=fr&{MAY}")
    assert page.locator(".st-key-download-0").count() == 0
    page.locator(".st-key-downloads summary").click()
    page.wait_for_selector(".st-key-download-0 button")
    settled(page)
    # The second click does not wait for what the first one sets off.
    (name, picture), (other, book) = taken(page, 0, 0), taken(page, 0, 1)
    assert Image.open(io.BytesIO(picture)).width == 1080
    found = re.fullmatch(r"(tatabbu-([0-9A-Z]{8})-[0-9a-f]{16}-[0-9a-f]{12})\.png", name)
    assert found and other == f"{found[1]}.xlsx"
    sheets = openpyxl.load_workbook(io.BytesIO(book)).worksheets
    assert any(found[2] in str(cell.value) for row in sheets[0].iter_rows() for cell in row)
    title = sheets[0].cell(1, 1).value
    page = visit(f"/?lang=fr&id={found[2].lower()}")
    assert title in re.sub("[\u2066-\u2069]", "", page.locator(".tt-proof h2").inner_text())
    assert found[2] in page.locator(".tt-proof").inner_text()
