"""A sheet with two lines of headers is dropped in Arabic, its mapping confirmed, its report read, by clicks."""

import re

import pytest

from tests.data.sheets import LQLIAA, xlsx_bytes

ROWS = [
    ["حصيلة التقييد في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول"],
    [],
    ["الجماعة", "2023", "", "2024"],
    ["", "نونبر", "دجنبر", "يناير"],
    ["أيت ملول", 1200, 1300, 1412],
    ["لقلعية", 300, 310, 320],
    ["المجموع", 1500, 1610, 1732],
    ["المصدر: قسم العمل الاجتماعي"],
]
MERGED = [(2, 0, 3, 0), (2, 1, 2, 2)]
VIEW = "lang=ar&territory=09.273&on=2024-02-15"


def plain(text):
    return re.sub(r"[\u2066-\u2069]", "", text).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.fixture(scope="module")
def office(serve):
    """The address of a dashboard that has taken in nothing but the published figures."""
    return serve()


def drop(page, office, settled, rows, name):
    page.goto(f"{office}/events?{VIEW}")
    settled(page)
    content = xlsx_bytes(("ورقة1", rows), merged=MERGED, right_to_left=True)
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    page.locator(".st-key-file input[type=file]").set_input_files(file)
    page.locator(".st-key-take-in button").click()


def test_a_sheet_of_two_headers_is_mapped_in_arabic_and_known_from_then_on(page, office, settled):
    drop(page, office, settled, ROWS, "tables.xlsx")
    screen = page.locator(".st-key-mapping-screen")
    screen.wait_for()
    settled(page)
    said = plain(screen.inner_text())
    assert "ترتيب أعمدة الملف" in said and "1 412" in said and "31/01/2024" in said
    assert "أسماء تحتاج إلى تأكيد" in said and "لقلعية" in said
    cells = page.locator(".st-key-mapping-preview tbody tr").first.locator("td")
    boxes = [cells.nth(at).bounding_box() for at in range(4)]
    # From right to left: the territory first, the number last.
    assert boxes[0]["x"] > boxes[1]["x"] > boxes[3]["x"]
    page.locator(".st-key-mapping-do button").click()
    page.wait_for_selector("text=تم حفظ المعطيات")
    settled(page)
    report = plain(page.locator(".st-key-hand-in").inner_text())
    assert "المقبولة: 6" in report and "المرفوضة: 0" in report
    assert "خانات مجاميع قورنت بأجزائها ولم تحفظ: 3" in report
    assert page.locator(".st-key-mapping-screen").count() == 0

    page.goto(f"{office}/?lang=ar&territory={LQLIAA}&on=2024-02-15")
    settled(page)
    reading = page.locator(f".st-key-programme-rsu .tt-reading[data-territory='{LQLIAA}']")
    assert "320" in plain(reading.inner_text())

    later = [*ROWS[:3], ["", "نونبر", "دجنبر", "يناير"], ["أيت ملول", 1200, 1301, 1412], ["لقلعية", 300, 310, 320]]
    drop(page, office, settled, later, "again.xlsx")
    page.wait_for_selector("text=تم حفظ المعطيات")
    settled(page)
    report = plain(page.locator(".st-key-hand-in").inner_text())
    assert page.locator(".st-key-mapping-screen").count() == 0
    assert "وعدلها هذا الملف: 1" in report and "وأعيد إرسالها دون تغيير: 5" in report


def test_a_sheet_of_persons_is_refused_in_arabic_by_its_columns_alone(page, office, settled):
    rows = [["الجماعة", "الاسم الكامل", "رقم البطاقة الوطنية"], ["القليعة", "س ص", "AB123456"]]
    page.goto(f"{office}/events?{VIEW}")
    settled(page)
    file = {"name": "list.xlsx", "mimeType": "application/octet-stream", "buffer": xlsx_bytes(("ورقة1", rows))}
    page.locator(".st-key-file input[type=file]").set_input_files(file)
    page.locator(".st-key-take-in button").click()
    page.wait_for_selector("text=لم يحفظ أي شيء")
    settled(page)
    said = plain(page.locator("body").inner_text())
    assert "العمود الاسم الكامل يتضمن معطيات تخص أشخاصا" in said
    assert "AB123456" not in said and "س ص" not in said
