"""A whole meeting in Arabic, by clicks and keys: prepared, opened, presented, ended; nothing of it changes after."""

import datetime as dt
import re
import sqlite3
import time

import pytest

from data.catalogue import catalogue
from data.database import as_day, engine_for
from data.importer import Territories, import_file
from data.loading import load_reference, prepare
from data.targets import Promise, set_targets
from tests.browser.test_wall import SETTINGS, at, key_of, whole_way

HERE = "09.273"
COMMUNES = ("09.273.01.05", "09.273.01.13", "09.273.01.15", "09.273.01.17", "09.273.05.19", "09.273.05.27")
INDICATOR = "rsu.registered_share"
TODAY = dt.date(2026, 11, 23)
HEAD = "territory,step,unit,measure,date,value"
RSU = ("rsu.registered", "household")


def counts(*, per_week, weeks=14, extra=0):
    """A weekly file of the households of the register in each commune, as a portal exports it."""
    first = dt.date(2023, 6, 11)
    said = [HEAD]
    for place, code in enumerate(COMMUNES):
        for week in range(weeks):
            day, value = first + dt.timedelta(7 * week), (place + 1) * (900 + per_week * week) + extra
            said.append(f"{code},{RSU[0]},{RSU[1]},stock,{day},{value}")
    return "\n".join(said).encode()


@pytest.fixture(scope="module")
def house(serve, tmp_path_factory):
    """An office with services, fourteen weeks of counts and a target; its address, its folder, its engine."""
    local = tmp_path_factory.mktemp("meeting")
    (local / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    engine = engine_for(f"sqlite:///{local / 'tatabbu.db'}")
    prepare(engine, today=TODAY, local=local)
    take(engine, local, counts(per_week=60), "one.csv")
    due, starts = as_day(dt.date(2023, 12, 31)), as_day(dt.date(2023, 1, 1))
    promise = Promise(INDICATOR, HERE, due, 90_000, starts, set_by="assigned", source="رسالة رقم 12")
    set_targets(engine, [promise], actor="administrator")
    yield serve(TATABBU_LOCAL=str(local)), local, engine
    engine.dispose()


def take(engine, local, content, name):
    report = import_file(
        engine,
        content,
        name=name,
        actor="administrator",
        today=TODAY,
        catalogue=catalogue(local),
        territories=Territories.load(local),
        judged=False,
        local=local,
    )
    assert report.event is not None, report.problems


def plain(text):
    return re.sub(r"[\u2066-\u2069]", "", text).replace("\u202f", " ").replace("\u00a0", " ")


def told(page):
    """What each page of each slide says, by its key: every number on the wall is in it."""
    found = {}
    for key in whole_way(page):
        found.setdefault(key, []).append(plain(page.inner_text(".tw-place")))
    return found


def test_a_whole_meeting_in_arabic_and_nothing_of_it_changes_afterwards(house, new_page, settled):
    address, local, engine = house
    page = new_page(viewport={"width": 1920, "height": 1080})

    # Prepare: the form, the agenda.
    page.goto(f"{address}/meetings?lang=ar&territory={HERE}&on=2023-09-18")
    settled(page)
    page.locator("[class*='st-key-on-new'] input").fill("18/09/2023")
    page.locator("[class*='st-key-next-new'] input").fill("16/10/2023")
    page.locator("[class*='st-key-save-new'] button").click()
    page.locator(".st-key-meeting-freeze button").wait_for()
    settled(page)
    (number,) = {row[0] for row in rows(local, "SELECT id FROM meeting")}
    agenda = rows(local, "SELECT agenda FROM meeting ORDER BY event DESC LIMIT 1")[0][0]
    assert INDICATOR in agenda, "the count that is below its path is on the agenda that is proposed"

    # Open: one frozen cut.
    page.locator(".st-key-meeting-freeze button").click()
    page.locator(".st-key-meeting-unfreeze button").wait_for(timeout=60_000)
    settled(page)
    assert rows(local, "SELECT COUNT(*) FROM slide")[0][0] > 0

    # Present with keys, and go down into a territory.
    page.goto(f"{address}/?lang=ar&meeting={number}&wall=1")
    page.wait_for_selector(".tw-wall[data-key] .tw-title")
    page.evaluate("document.fonts.ready")
    before = told(page)
    assert {"cover", "readback"} <= before.keys() and any(key.endswith("/pace") for key in before)
    page.keyboard.press("Home")
    while not key_of(page).endswith("/gap"):
        page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    page.locator(".tw-choice").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.tw-wall').dataset.key.split('/').length === 3")
    down = key_of(page)
    below = plain(page.inner_text(".tw-place"))
    assert down.rpartition("/")[2].startswith(HERE) and re.search(r"\d", below)
    page.keyboard.press("Escape")

    # Recommend, against the slide.
    page.keyboard.press("r")
    page.keyboard.type("تنظيم أيام للتسجيل بجماعة القليعة")
    page.select_option("select[name=lead]", "cnss")
    page.click(".tw-do")
    page.wait_for_selector(".tw-form", state="detached")
    page.keyboard.press("End")
    at(page, "readback")
    page.wait_for_function("() => document.querySelector('.tw-place').textContent.includes('القليعة')")
    # Those who follow by a code see it too: the wall says that it is shown.
    until = time.monotonic() + 20
    while time.monotonic() < until and ("readback",) not in rows(local, "SELECT key FROM shown_slide"):
        time.sleep(0.2)
    assert ("readback",) in rows(local, "SELECT key FROM shown_slide")

    # Close.
    page.goto(f"{address}/meetings?lang=ar&meeting={number}")
    settled(page)
    page.get_by_role("button", name="اختتام").first.click()
    page.locator(".st-key-meeting-close button").click()
    page.get_by_text("بصمة الاختتام").wait_for()
    settled(page)
    sealed = plain(page.locator(".tt-digest").inner_text())

    # Import other figures of the same days and later ones; redefine the indicator and the step's name.
    take(engine, local, counts(per_week=90, weeks=20, extra=7), "two.csv")
    (local / "indicators.toml").write_text(
        f'[[indicator]]\nid = "{INDICATOR}"\nprogramme = "rsu"\n'
        'numerator = {step = "rsu.indexed", unit = "household"}\n'
        'denominator = {census = "household"}\nname = {ar = "أخرى", fr = "Autre", en = "Other"}\n'
        'denominator_name = {ar = "الأسر", fr = "ménages", en = "households"}\n'
        'caveat = {ar = "-", fr = "-", en = "-"}\n',
        encoding="utf-8",
    )
    load_reference(engine, local=local)

    # Reopen: every number is the one that was shown.
    page.goto(f"{address}/?lang=ar&meeting={number}&wall=1")
    page.wait_for_selector(".tw-wall[data-key] .tw-title")
    page.evaluate("document.fonts.ready")
    after = told(page)
    # Before it was empty; now it says what was recommended, as it stood when the meeting was closed.
    assert "القليعة" not in str(before.pop("readback")) and "القليعة" in str(after.pop("readback"))
    assert after == before
    page.keyboard.press("Home")
    while not key_of(page).endswith("/gap"):
        page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    page.locator(".tw-choice").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.tw-wall').dataset.key.split('/').length === 3")
    assert (key_of(page), plain(page.inner_text(".tw-place"))) == (down, below)
    page.goto(f"{address}/meetings?lang=ar&meeting={number}")
    settled(page)
    assert plain(page.locator(".tt-digest").inner_text()) == sealed

    # The pages say what is known today: another figure of the register, and of the indicator, now redefined, none.
    page.goto(f"{address}/?lang=ar&territory={HERE}&on=2023-09-18&figures=1")
    settled(page)
    shown = f"{sum((n + 1) * (900 + 90 * 14) + 7 for n in range(len(COMMUNES))):,}".replace(",", " ")
    assert shown in plain(page.get_by_test_id("stMain").inner_text())


def rows(local, statement):
    with sqlite3.connect(local / "tatabbu.db") as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.parametrize("locale", ["ar", "fr", "en"])
def test_at_1024_the_switch_of_the_demonstration_keeps_clear_of_the_languages(house, new_page, settled, locale):
    page = new_page(viewport={"width": 1024, "height": 768})
    page.goto(f"{house[0]}/meetings?lang={locale}")
    settled(page)
    page.locator(".st-key-switch-demo p").wait_for()
    page.locator("[class*='st-key-bar-']").get_by_text("English").wait_for()
    page.wait_for_function("document.querySelector('.st-key-switch-demo').offsetWidth > 80")
    switch = page.locator(".st-key-switch-demo").bounding_box()
    languages = page.locator("[class*='st-key-bar-'] [data-testid='stButtonGroup']").last.bounding_box()
    first, second = sorted((switch, languages), key=lambda box: box["x"])
    assert second["x"] - (first["x"] + first["width"]) >= 8
    # In one row, none below the other.
    assert abs(switch["y"] - languages["y"]) < 20
