"""The wall of a meeting in a browser: keys, sizes, contrast, overflow, a network that dies, the pack from a disk."""

import datetime as dt
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
import unicodedata
from dataclasses import replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe

from data.database import engine_for
from data.meetings import Frozen, Meeting, close, freeze, prepare
from exports.pack import pack
from findings.meetings import of_id
from i18n import words
from panels.slide import Number, Table
from queries.cuts import latest_cut
from tests.browser.conftest import ROOT, SECONDS_TO_START, free_port
from tests.decks import HERE, STEP, UNIT, deck

SIZES = ((1024, 768), (1920, 1080), (3840, 2160))
LOCALES = ("ar", "fr", "en")
SETTINGS = """
[office]
territory = "09.273"
[office.name]
ar = "عمالة إنزكان أيت ملول"
fr = "Préfecture d'Inezgane-Aït Melloul"
[[service]]
id = "cnss"
[service.name]
ar = "وكالة الصندوق الوطني للضمان الاجتماعي"
fr = "Agence de la Caisse nationale de sécurité sociale"
"""

LONG = {
    "ar": "بلغ عدد الأسر المسجلة في السجل الاجتماعي الموحد بعمالة إنزكان أيت ملول 36\u202f597 إلى غاية 18 شتنبر 2023، "
    "أي دون المستوى المبرمج لهذا التاريخ (40\u202f000) بفارق 3\u202f403 أسر؛ وهو فارق آخذ في الاتساع منذ الجلسة.",
    "fr": "Au 18 septembre 2023, dans la préfecture d'Inezgane-Aït Melloul, on compte 36\u202f597 ménages au RSU, "
    "soit 3\u202f403 de moins que le niveau programmé à cette date (40\u202f000)\u00a0; l'écart se creuse.",
    "en": "On 18 September 2023 there are 36\u202f597 households registered in the prefecture of Inezgane-Aït Melloul, "
    "3\u202f403 below the level planned for that date (40\u202f000); the gap is widening since the last meeting.",
}

LARGE = ("246\u202f325", "217\u202f323", "11\u202f013")


def slides(locale):
    """The hand-made deck with what a wall finds hardest: a title of three lines, a table of thirty rows of sentences,
    a slide that is only for when the chair asks."""
    made = deck(locale)
    long = [replace(one, title=LONG[locale]) if one.key in ("i1/pace", "i1/gap") else one for one in made]
    pace = next(one for one in long if one.key == "i1/pace")
    # Three numbers of a large prefecture, with their units: more than stand beside each other at 4:3.
    label, unit = f"{pace.numbers[-1].label} 18/09/2023", words(locale).things(STEP, UNIT)[:9]
    large = replace(pace, key="i1/large", numbers=[Number(label, text, unit) for text in LARGE])
    rows = tuple((str(number), LONG[locale], "18/09/2023") for number in range(1, 31))
    at = next(number for number, one in enumerate(long) if one.key == "i1/options")
    table = replace(long[at], key="i1/long", table=Table(("1", "2", "3"), rows))
    asked = replace(long[at], key="i1/asked", screen_only=True)
    return [*long[:at], table, asked, large, *long[at:]]


class Office:
    """A dashboard of its own with one meeting frozen in it, that can be stopped and started again."""

    def __init__(self, folder: Path):
        self.local, self.port, self.process = folder / "local", free_port(), None
        self.local.mkdir()
        (self.local / "settings.toml").write_text(SETTINGS, encoding="utf-8")
        self.start()
        engine = engine_for(f"sqlite:///{self.local / 'tatabbu.db'}")
        new = Meeting("session", dt.date(2023, 9, 18), HERE, next_on=dt.date(2023, 10, 16))
        made = prepare(engine, new, actor="administrator", today=dt.date(2023, 9, 18))
        rows = [
            Frozen("office", locale, one.key, one.parent, one.panel, one.to_json())
            for locale in LOCALES
            for one in slides(locale)
        ]
        self.meeting = made.id
        freeze(engine, made.id, rows, at=made.event, seen=made.event, actor="administrator")
        engine.dispose()

    def start(self):
        environ = {name: value for name, value in os.environ.items() if name not in ("HOST", "DATABASE_URL")}
        environ |= {"TATABBU_LOCAL": str(self.local), "PORT": str(self.port)}
        with (self.local / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ui.server"],
                cwd=ROOT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=5):
                    return
            except (URLError, OSError):
                time.sleep(0.2)
        raise AssertionError((self.local / "server.log").read_text(encoding="utf-8", errors="replace"))

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def address(self, locale="ar"):
        return f"http://127.0.0.1:{self.port}/?lang={locale}&meeting={self.meeting}&wall=1"

    def rows(self, statement):
        with sqlite3.connect(self.local / "tatabbu.db") as connection:
            return connection.execute(statement).fetchall()

    def shown(self):
        return [key for (key,) in self.rows("SELECT key FROM shown_slide ORDER BY number")]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.stop()


@pytest.fixture
def wall(new_page, office):
    """Opens the wall in a language at a size."""

    def open_wall(locale="ar", size=(1920, 1080), **options):
        page = new_page(viewport={"width": size[0], "height": size[1]}, **options)
        page.goto(office.address(locale))
        page.wait_for_selector(".tw-wall[data-key] .tw-title")
        page.evaluate("document.fonts.ready")
        return page

    return open_wall


def key_of(page):
    return page.get_attribute(".tw-wall", "data-key")


def at(page, key):
    page.wait_for_function("key => document.querySelector('.tw-wall').dataset.key === key", arg=key, timeout=5000)


def way(locale="ar"):
    return [one.key for one in slides(locale) if not one.parent and not one.screen_only]


def whole_way(page):
    """Turn to the end, a page of a slide at a time; yields at each."""
    page.keyboard.press("Home")
    before = None
    while (now := (key_of(page), page.get_attribute(".tw-wall", "data-page"))) != before:
        before = now
        yield now[0]
        page.keyboard.press("PageDown")


def test_keys_turn_slides_without_the_server_and_tell_it_which_is_shown(wall, office):
    page = wall()
    assert key_of(page) == "cover"
    page.keyboard.press("ArrowLeft")  # in Arabic the next page lies to the left
    at(page, "recommendations")
    page.keyboard.press("ArrowRight")
    at(page, "cover")
    page.keyboard.press("PageDown")
    at(page, "recommendations")
    page.keyboard.press("PageUp")
    at(page, "cover")
    page.keyboard.press("End")
    at(page, "readback")
    page.keyboard.press("Home")
    at(page, "cover")
    until = time.monotonic() + 20
    while time.monotonic() < until and "recommendations" not in office.shown():
        time.sleep(0.2)
    assert {"cover", "recommendations"} <= set(office.shown())
    assert office.rows("SELECT state FROM meeting ORDER BY event DESC LIMIT 1") == [("presented",)]


def test_in_french_the_right_arrow_is_the_next_slide(wall):
    page = wall("fr")
    page.keyboard.press("ArrowRight")
    at(page, "recommendations")
    page.keyboard.press("ArrowLeft")
    at(page, "cover")


def test_enter_goes_down_into_a_territory_and_escape_comes_back(wall):
    page = wall()
    while key_of(page) != "i1/gap":
        page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    names = page.locator(".tw-choice").all_inner_texts()
    assert names == [
        "أيت ملول",
        "الدشيرة الجهادية",
        "إنزكان",
        "القليعة",
        "أولاد دحو",
        "التمسية",
    ]  # fmt: skip - in administrative order, not by figure
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    at(page, "i1/pace/09.273.01.13")
    page.keyboard.press("PageDown")
    at(page, "i1/pace/09.273.01.15")
    page.keyboard.press("Escape")
    at(page, "i1/gap")
    assert page.locator("[data-leads]").count() > 0
    page.locator("[data-leads]").first.click()
    at(page, "i1/pace/09.273.01.05")
    page.keyboard.press("Backspace")
    at(page, "i1/gap")


def test_a_key_blackens_the_screen_and_the_next_one_lights_it(wall):
    page = wall()
    page.keyboard.press("b")
    assert page.locator(".tw-wall.tw-black").count() == 1
    page.keyboard.press("b")
    assert page.locator(".tw-wall.tw-black").count() == 0
    # A keyboard that writes Arabic: the key in the place of B.
    page.evaluate(
        "window.dispatchEvent(new KeyboardEvent('keydown', {key: 'ﻻ', code: 'KeyB', bubbles: true, cancelable: true}))"
    )
    assert page.locator(".tw-wall.tw-black").count() == 1


def test_what_is_shown_only_when_the_chair_asks_stays_out_until_a_key_asks(wall):
    page = wall()
    page.keyboard.press("Home")
    assert "i1/asked" not in set(whole_way(page))
    while key_of(page) != "i1/long":
        page.keyboard.press("PageUp")
    page.keyboard.press("s")
    at(page, "i1/asked")
    assert page.inner_text(".tw-state") == "معروضة بطلب من الرئاسة"
    page.keyboard.press("s")
    assert key_of(page) != "i1/asked"


def test_a_key_shows_the_whole_screen(wall):
    page = wall()
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    assert page.evaluate("document.fullscreenElement.className").startswith("tw-wall")
    assert page.locator(".tw-title").is_visible()


def test_escape_on_a_slide_leaves_the_wall_for_the_page(wall, settled):
    page = wall()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "wall=1" not in address)
    settled(page)
    assert page.locator(".tw-wall").count() == 0


MEASURE = (Path(__file__).parent / "measure_wall.js").read_text(encoding="utf-8").partition("\n")[2]


@pytest.mark.parametrize("locale", ["ar", "fr"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_slide_is_large_dark_and_whole_at_each_size(wall, size, locale):
    page = wall(locale, size)
    wrong, turned = [], []
    for key in whole_way(page):
        found = page.evaluate(MEASURE)
        assert found["seen"] >= 2, key
        wrong += [f"{key}: {one}" for one in found["wrong"]]
        turned.append(key)
        assert page.locator(".tw-figure").count() <= 3
    assert wrong == []
    assert set(way(locale)) <= set(turned)
    # A table of thirty sentences takes several pages, none of which scrolls.
    assert turned.count("i1/long") > 3
    assert page.locator("[data-testid=stMain]").is_visible() is False or page.evaluate(
        "document.elementFromPoint(innerWidth / 2, innerHeight / 2).closest('.tw-wall') !== null"
    )


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_every_territory_below_a_slide_is_measured_too(wall, locale):
    page = wall(locale, (1024, 768))
    while key_of(page) != "i1/gap":
        page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    assert page.evaluate(MEASURE)["wrong"] == []
    page.keyboard.press("Enter")
    seen = set()
    while key_of(page) not in seen:
        seen.add(key_of(page))
        assert page.evaluate(MEASURE)["wrong"] == []
        page.keyboard.press("PageDown")
    assert len(seen) == 6


def serious(page):
    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"][:120]) for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_axe_finds_no_serious_fault_on_any_slide(wall, locale, complaints):
    page = wall(locale)
    found = [(key, fault) for key in whole_way(page) for fault in serious(page)]
    page.keyboard.press("?")
    found += [("help", fault) for fault in serious(page)]
    assert found == []


def test_demonstration_office_and_number_stand_on_every_slide(wall):
    page = wall()
    for key in whole_way(page):
        said = page.inner_text(".tw-wall")
        if key in way():
            assert "أرقام افتراضية" in said, key
        assert "عمالة إنزكان أيت ملول" in page.inner_text(".tw-of")
        assert page.inner_text(".tw-counter")


# The network of the room


STATE = "document.querySelector('[data-testid=stApp]').getAttribute('data-test-connection-state')"


def english_box(page):
    """Whether anything of Streamlit's stands above the wall."""
    return page.evaluate(
        """() => [[0.5, 0.5], [0.5, 0.2], [0.9, 0.05], [0.1, 0.9], [0.5, 0.05]].some(([x, y]) =>
            !document.elementFromPoint(innerWidth * x, innerHeight * y)?.closest('.tw-dialog'))"""
    )


def down(complaints):
    """Forget what the browser reports of a line that is down, and nothing else."""
    complaints[:] = [one for one in complaints if not one.startswith("error in the console") or "Policy" in one]


def test_the_network_dies_and_comes_back(wall, office, complaints):
    page = wall()
    page.wait_for_timeout(1500)
    page.keyboard.press("Home")
    page.context.set_offline(True)
    office.stop()
    page.wait_for_function(
        f"() => {STATE} !== 'CONNECTED'",
        timeout=30_000,
    )
    page.wait_for_function("() => document.querySelector('.tw-state').textContent !== ''")
    assert "الاتصال منقطع" in page.inner_text(".tw-state")
    for _ in range(8):  # long enough for Streamlit to lose patience and say so
        page.keyboard.press("PageDown")
        page.wait_for_timeout(1000)
        assert not english_box(page)
    assert key_of(page) not in ("cover", "recommendations")
    page.keyboard.press("Home")
    while key_of(page) != "i1/pace":
        page.keyboard.press("PageDown")
    page.keyboard.press("r")
    page.keyboard.type("تنظيم حملة تحسيسية بجماعة القليعة")
    page.select_option("select[name=lead]", "cnss")
    page.click(".tw-do")
    assert "محفوظ" in page.inner_text(".tw-toast")
    page.wait_for_timeout(1500)
    assert "1" in page.inner_text(".tw-state")
    # For a minute slides still turn, and nobody is told in English that the server is lost.
    until = time.monotonic() + 60
    while time.monotonic() < until:
        page.keyboard.press("PageDown")
        page.wait_for_function("() => document.querySelector('.tw-wall').dataset.key !== 'i1/pace'", timeout=5000)
        page.keyboard.press("PageUp")
        at(page, "i1/pace")
        assert not english_box(page)
        page.wait_for_timeout(2000)
    before = office.shown().count("i1/pace")
    page.context.set_offline(False)
    office.start()
    page.wait_for_function(
        f"() => {STATE} === 'CONNECTED'",
        timeout=90_000,
    )
    until = time.monotonic() + 30
    while time.monotonic() < until and office.shown().count("i1/pace") == before:
        page.wait_for_timeout(300)
    assert office.shown().count("i1/pace") > before
    page.wait_for_function("() => document.querySelector('.tw-state').textContent === ''", timeout=30_000)
    assert key_of(page) == "i1/pace"
    assert not english_box(page)
    until = time.monotonic() + 30
    said = "SELECT text, lead, slide FROM recommendation WHERE text LIKE '%القليعة'"
    while time.monotonic() < until and not office.rows(said):
        page.wait_for_timeout(300)
    assert office.rows(said) == [("تنظيم حملة تحسيسية بجماعة القليعة", "cnss", "i1/pace")]
    down(complaints)


def test_a_recommendation_is_refused_without_service_and_date_and_stored_once(wall, office):
    page = wall("fr")
    page.wait_for_timeout(1500)
    while key_of(page) != "i1/gap":
        page.keyboard.press("PageDown")
    page.keyboard.press("r")
    page.keyboard.type("Ouvrir le guichet le samedi")
    page.locator(".tw-day select").first.select_option("")
    page.click(".tw-do")
    assert "service pilote" in page.inner_text(".tw-faults") and "échéance" in page.inner_text(".tw-faults")
    page.reload()
    # A closed laptop: the form is there again with what was typed.
    page.wait_for_selector("textarea[name=text]")
    assert page.input_value("textarea[name=text]") == "Ouvrir le guichet le samedi"
    page.select_option("select[name=lead]", "cnss")
    for place, value in enumerate(("16", "10", "2023")):
        page.locator(".tw-day select").nth(place).select_option(value)
    page.locator(".tw-do").dblclick()
    page.wait_for_selector(".tw-form", state="detached")
    assert "enregistrée" in page.inner_text(".tw-toast")
    page.wait_for_timeout(1000)
    found = office.rows("SELECT lead, slide, territory FROM recommendation WHERE text LIKE 'Ouvrir le guichet%'")
    assert found == [("cnss", "i1/gap", HERE)]
    page.keyboard.press("End")
    at(page, "readback")
    page.wait_for_function("() => document.querySelector('.tw-place').textContent.includes('Ouvrir le guichet')")
    assert page.evaluate("Object.keys(JSON.parse(Object.values(localStorage)[0]).drafts)") == []


def test_who_was_writing_while_another_closed_the_meeting_is_told_why_it_was_not_recorded(new_page, tmp_path):
    office = Office(tmp_path)
    try:
        page = new_page(viewport={"width": 1024, "height": 768})
        page.goto(office.address("fr"))
        page.wait_for_selector(".tw-wall[data-key] .tw-title")
        page.wait_for_timeout(1500)
        page.keyboard.press("r")
        page.fill("textarea[name=text]", "Ouvrir le guichet le samedi")
        page.select_option("select[name=lead]", "cnss")
        engine = engine_for(f"sqlite:///{office.local / 'tatabbu.db'}")
        of = of_id(engine, office.meeting, cut=latest_cut(engine), scope="MA")
        close(engine, of.id, seen=of.event, actor="administrator")
        engine.dispose()
        page.click(".tw-do")
        page.wait_for_function(
            "said => document.querySelector('.tw-toast').textContent.includes(said)",
            arg=words("fr")("recommendations.fault_closed"),
        )
        # It is read from here on, and what was typed is not lost.
        assert page.locator(".tw-form").count() == 0
        assert "Ouvrir le guichet le samedi" in page.evaluate("Object.values(localStorage).join()")
        assert office.rows("SELECT COUNT(*) FROM recommendation") == [(0,)]
        page.close()
    finally:
        office.stop()


def test_what_a_service_declares_is_kept_beside_the_figures(wall, office):
    page = wall()
    page.wait_for_timeout(1500)
    page.keyboard.press("d")
    page.click(".tw-do")
    assert page.locator(".tw-faults li").count() == 2
    page.select_option("select[name=service]", "cnss")
    page.fill("textarea[name=text]", "تم إرسال الملفات المتبقية يوم الجمعة")
    page.click(".tw-do")
    page.wait_for_selector(".tw-form", state="detached")
    assert office.rows("SELECT service, text FROM declaration") == [("cnss", "تم إرسال الملفات المتبقية يوم الجمعة")]


# The pack


@pytest.fixture
def packed(browser, tmp_path):
    """Opens the pack of the deck from a disk, the network cut. What it asks of anybody and what goes wrong is a fault,
    at the end of the test."""
    asked, wrong, contexts = [], [], []

    def open_pack(locale="ar", size=(1920, 1080), *, before="", shown=".tw-wall .tw-title", **options):
        file = tmp_path / f"pack-{locale}.html"
        file.write_bytes(pack(slides(locale), locale=locale, title="جلسة عمل", office="عمالة إنزكان أيت ملول"))
        own = file.as_uri()
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, offline=True, **options)
        contexts.append(context)
        page = context.new_page()
        if before:
            page.add_init_script(before)
        page.on("request", lambda one: one.url == own or one.url.startswith("data:") or asked.append(one.url))
        page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(own)
        page.wait_for_selector(shown)
        return page

    yield open_pack
    for context in contexts:
        context.close()
    assert asked == [] and wrong == []


@pytest.mark.parametrize("size", [(1024, 768), (1366, 768), (1920, 1080)])
@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_the_pack_opens_from_a_disk_with_the_network_cut(packed, locale, size):
    page = packed(locale, size)
    assert page.evaluate("[...document.fonts].some(face => face.status === 'loaded')")
    turned, faults = [], []
    for key in whole_way(page):
        turned.append(key)
        faults += page.evaluate(MEASURE)["wrong"]
    assert list(dict.fromkeys(turned)) == way(locale)
    assert faults == [] and serious(page) == []
    page.keyboard.press("Home")
    while key_of(page) != "i1/gap":
        page.keyboard.press("PageDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    at(page, "i1/pace/09.273.01.05")
    page.keyboard.press("Escape")
    at(page, "i1/gap")


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_a_number_and_enter_go_to_a_slide_in_the_pack(packed, locale):
    page, keys = packed(locale), way(locale)
    page.keyboard.press("End")
    at(page, keys[-1])
    page.keyboard.press("3")
    assert page.inner_text(".tw-toast").replace("\u2068", "").replace("\u2069", "").startswith("3 ")
    page.keyboard.press("Enter")
    at(page, keys[2])
    # A number that there is none of, and one given up, turn nothing; Enter means a detail again.
    for typed in (("9", "9", "Enter"), ("1", "Escape")):
        for key in typed:
            page.keyboard.press(key)
        assert key_of(page) == keys[2] and page.inner_text(".tw-toast") == ""
    for key in ("0", str(keys.index("i1/gap") + 1), "Enter", "Enter"):
        page.keyboard.press(key)
    assert page.locator(".tw-choice").count() > 1


def test_the_pack_is_turned_by_the_mouse_alone(packed):
    page, keys = packed("fr", (1366, 768)), way("fr")
    page.mouse.move(300, 300)
    page.mouse.move(340, 300)
    page.click(".tw-tool-next")
    at(page, keys[1])
    page.click(".tw-tool-previous")
    at(page, keys[0])
    assert not page.is_visible(".tw-tool-back")
    for key in (str(keys.index("i1/gap") + 1), "Enter"):
        page.keyboard.press(key)
    page.click(".tw-more")
    page.click(".tw-choice >> nth=0")
    at(page, "i1/pace/09.273.01.05")
    page.mouse.move(300, 300)
    page.click(".tw-tool-back")
    at(page, "i1/gap")


@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_on_a_telephone_the_pack_is_a_page_that_scrolls_with_buttons(packed, locale):
    page, keys = packed(locale, (390, 844), has_touch=True, is_mobile=True), way(locale)
    for key in keys:
        at(page, key)
        wide = page.evaluate("() => [document.querySelector('.tw-stage').scrollWidth, window.innerWidth]")
        assert wide[0] <= wide[1], key
        smallest = page.evaluate(
            """() => Math.min(99, ...[...document.querySelectorAll('.tw-wall .tw-title, .tw-wall td, .tw-wall p')]
                .filter(one => one.checkVisibility()).map(one => parseFloat(getComputedStyle(one).fontSize)))"""
        )
        assert 13 <= smallest <= 24, key
        if page.locator(".tw-wall .tw-chart").count():
            assert page.is_visible(".tw-wall .tw-for-tall") and not page.is_visible(".tw-wall .tw-for-wide")
        page.tap(".tw-turn-next")
    assert not page.is_visible(".tw-turn-back")
    while key_of(page) != "i1/gap":
        page.tap(".tw-turn-previous")
    page.tap(".tw-more")
    page.tap(".tw-choice >> nth=0")
    at(page, "i1/pace/09.273.01.05")
    page.tap(".tw-turn-back")
    at(page, "i1/gap")


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("locale", ["ar", "fr"])
def test_each_slide_of_the_pack_is_printed_on_a_page_that_it_begins(packed, locale, script):
    shown = ".tw-wall .tw-title" if script else "section h1"
    page = packed(locale, java_script_enabled=script, shown=shown)
    printed = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    width, height = printed[0].get_size()
    assert width > height
    told = [one for one in slides(locale) if not one.parent and not one.screen_only]
    begun, pages = 0, [page.get_textpage().get_text_bounded() for page in printed]
    for slide in told:
        # Its numbers are in Latin digits and are read in any order of the line.
        wanted = sorted(re.findall(r"\d+", slide.title))
        number = next((at for at in range(begun, len(pages)) if _begins(pages[at], slide.title, wanted)), None)
        assert number is not None, slide.key
        begun = number + 1
    assert begun <= len(pages)
    # Nothing but long tables and what lies below takes a page more.
    assert len(pages) <= len(told) + 12
    assert all(text.strip() for text in pages)


def _begins(text, title, numbers):
    """Whether a page begins with a title: by its words, whole or turned round, and its numbers."""
    first = " ".join(text.split())[: 2 * len(title) + 20]
    words_of = [word for word in re.findall(r"\w{4,}", unicodedata.normalize("NFKC", title)) if word.isalpha()][:3]
    seen = unicodedata.normalize("NFKC", first)
    return all(word in seen or word[::-1] in seen for word in words_of) and all(one in first for one in numbers)


def test_a_browser_too_old_for_the_script_shows_the_slides_one_below_another(packed):
    page = packed("ar", before="delete Element.prototype.append;", shown="section h1")
    assert page.locator("main section h1").nth(3).is_visible()
    assert page.locator(".tw-wall").count() == 0


def test_the_pack_can_be_read_without_its_script(packed):
    page = packed("ar", (1280, 900), java_script_enabled=False, shown="section h1")
    titles = page.locator("section h1")
    assert titles.count() == len([one for one in slides("ar") if not one.screen_only])
    assert titles.nth(3).is_visible()
    narrow = packed("fr", (390, 844), java_script_enabled=False, shown="section h1")
    assert narrow.locator(".tw-for-tall").first.is_visible() and not narrow.locator(".tw-for-wide").first.is_visible()


def test_on_other_pages_the_lost_server_is_said_in_the_readers_language(new_page, office, complaints, settled):
    page = new_page()
    page.goto(office.address().partition("?")[0] + "?lang=fr")
    settled(page)
    office.stop()
    page.wait_for_selector("[role=dialog]", state="attached", timeout=30_000)
    assert page.inner_text("[role=dialog]").strip() == ""
    said = page.evaluate("() => getComputedStyle(document.querySelector('[role=dialog]'), '::before').content")
    assert "La connexion au serveur est interrompue" in said
    office.start()
    page.wait_for_selector("[role=dialog]", state="detached", timeout=60_000)
    down(complaints)
