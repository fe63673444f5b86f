"""The whole round in Arabic, by clicks: a sheet of two headers, its mapping, its report, a doubted row, its rejects."""

import io
import re

import openpyxl

from tests.data.sheets import LQLIAA, xlsx_bytes

MONTHS = ("يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر")
STEADY = (1000, 1010, 1022, 1030, 1041, 1050, 1062, 1070)
JUMP = 5000
ROWS = [
    ["حصيلة التقييد في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول"],
    [],
    ["الجماعة", "2023", *[""] * 8],
    ["", *MONTHS],
    ["القليعة", *STEADY, JUMP],
    ["التمسية", *(300 + n for n in range(8)), "غير مقروء"],
    ["المصدر: قسم العمل الاجتماعي"],
]
MERGED = [(2, 0, 3, 0), (2, 1, 2, 9)]


def plain(text):
    return re.sub(r"[\u2066-\u2069]", "", text).replace("\u202f", " ").replace("\u00a0", " ")


def test_the_round_of_a_sheet_in_arabic(page, serve, settled):
    address = serve()
    page.goto(f"{address}/events?lang=ar&territory=09.273&on=2023-10-15")
    settled(page)
    content = xlsx_bytes(("ورقة1", ROWS), merged=MERGED, right_to_left=True)
    file = {"name": "months.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page.locator(".st-key-file input[type=file]").set_input_files(file)
    settled(page)
    page.locator(".st-key-accept-rest label").first.click()
    settled(page)
    page.locator(".st-key-take-in button").click()

    # The guess is shown with what it would read, and confirmed.
    screen = page.locator(".st-key-mapping-screen")
    screen.wait_for()
    settled(page)
    assert "31/01/2023" in plain(screen.inner_text()) and "1 000" in plain(screen.inner_text())
    page.locator(".st-key-mapping-do button").click()

    # The report: what was taken, what waits, what was refused.
    page.locator(".st-key-rejects button").wait_for()
    settled(page)
    report = plain(page.locator(".st-key-hand-in").inner_text())
    numbers = {name: int(re.search(rf"{name}: (\d+)", report)[1]) for name in ("المقروءة", "المقبولة", "المرفوضة")}
    assert numbers == {"المقروءة": 18, "المقبولة": 16, "المرفوضة": 1}
    assert "في انتظار التحقق" in report and "تغير يفوق المعتاد" in report

    # The rejects come back as a workbook under the sheet's own headers, with one column more.
    with page.expect_download() as taken:
        page.locator(".st-key-rejects button").click()
    sheet = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes())).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert any("غير مقروء" in row for row in rows)
    assert any("سبب الرفض (tatabbu)" in [str(cell) for cell in row] for row in rows)
    assert not any("القليعة" in row for row in rows)

    # The row that waits is in no figure until it is said to be right.
    page.get_by_role("link", name="الاطلاع عليها والجواب").click()
    settled(page)
    page.get_by_role("heading", name="في انتظار التحقق").first.wait_for()
    main = page.get_by_test_id("stMain")
    assert "5 000" in plain(main.inner_text()) and "1 070" in plain(main.inner_text())
    page.get_by_role("button", name="نعم، الرقم صحيح").click()
    settled(page)
    page.get_by_text("لا يوجد أي سطر في انتظار التحقق").wait_for()

    page.goto(f"{address}/?lang=ar&territory={LQLIAA}&on=2023-10-15")
    settled(page)
    reading = page.locator(f".st-key-programme-rsu .tt-reading[data-territory='{LQLIAA}']")
    assert "5 000" in plain(reading.inner_text())
