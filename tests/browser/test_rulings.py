"""A file with a planted jump, in Arabic, by clicks: handed in, the row that waits answered, what was refused taken."""

import csv
import datetime as dt
import io
import re

TEMSIA = "09.273.05.27"
HEAD = "territory,step,unit,measure,date,value"
STEADY = (1000, 1010, 1022, 1030, 1041, 1050, 1062, 1070)


def plain(text):
    return re.sub(r"[\u2066-\u2069]", "", text).replace("\u202f", " ").replace("\u00a0", " ")


def weekly():
    """A steady count, a jump, and one line that nobody can read."""
    days = [dt.date(2023, 3, 5) + dt.timedelta(7 * at) for at in range(10)]
    rows = [
        f"{TEMSIA},rnp.registered,person,stock,{day},{n}" for day, n in zip(days, (*STEADY, 5000, "=1+1"), strict=True)
    ]
    return "\n".join([HEAD, *rows]).encode()


def test_a_jump_waits_is_answered_and_what_was_refused_comes_back(page, serve, settled):
    address = serve()

    def heading(text):
        page.get_by_role("heading", name=text).first.wait_for()

    page.goto(f"{address}/events?lang=ar&territory=09.273")
    settled(page)
    page.locator(".st-key-file input[type=file]").set_input_files(
        {"name": "weekly.csv", "mimeType": "text/csv", "buffer": weekly()}
    )
    settled(page)
    page.locator(".st-key-accept-rest label").first.click()
    settled(page)
    page.locator(".st-key-take-in button").click()
    # The page has these words elsewhere too: what became of the file is told when its refused lines can be taken.
    page.locator(".st-key-rejects button").wait_for()
    settled(page)
    said = plain(page.locator(".st-key-hand-in").inner_text())
    assert "تغير يفوق المعتاد" in said
    with page.expect_download() as taken:
        page.locator(".st-key-rejects button").click()
    content = taken.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert len(rows) == 2 and rows[0][-1] == "سبب الرفض (tatabbu)"
    assert rows[1][5] == "'=1+1" and rows[1][6]

    page.get_by_role("link", name="الاطلاع عليها والجواب").click()
    settled(page)
    heading("في انتظار التحقق")
    main = page.get_by_test_id("stMain")
    assert "5 000" in plain(main.inner_text()) and "1 070" in plain(main.inner_text())
    page.get_by_role("button", name="نعم، الرقم صحيح").click()
    settled(page)
    page.get_by_text("لا يوجد أي سطر في انتظار التحقق").wait_for()

    page.goto(f"{address}/changes?lang=ar&territory=09.273")
    settled(page)
    # The list arrives before the figures of the event that it opens on.
    page.wait_for_function("() => document.querySelector('[data-testid=stMain]').innerText.includes('5\u202f000')")
    told = plain(page.get_by_test_id("stMain").inner_text())
    assert "جواب على أسطر في انتظار التحقق" in told and "5 000" in told
