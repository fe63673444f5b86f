"""The presenter's next slide: from the key to the painted slide, in a real browser, a hundred times.

The deck is what a meeting of ten items would bring: two hundred slides, a third of them with a chart, sent once. The
server runs beside and is told of each turn, as in a meeting.
"""

import datetime as dt
import statistics
from collections.abc import Iterator
from dataclasses import replace

from playwright.sync_api import Page, sync_playwright

from bench.browser import FLAGS, _chromium
from bench.figures import Figure, kb, ms
from bench.made import folder
from bench.servers import dashboard
from data.database import engine_for
from data.meetings import Frozen, Meeting, freeze, prepare
from exports.pack import MOST_BYTES, pack
from tests.decks import HERE, deck

TURNS, ITEMS = 100, 10
MOST = 0.3

_WATCH = """
    () => {
        window.turned = [];
        let began = 0;
        // Before the wall hears it: the clock runs from the moment the browser has the key.
        window.addEventListener('keydown', event => { began = event.timeStamp; }, true);
        new MutationObserver(() => {
            const from = began;
            began = 0;
            if (!from) return;
            // The frame after the one in which it is drawn: by then it is on the screen.
            requestAnimationFrame(() => requestAnimationFrame(() => window.turned.push(performance.now() - from)));
        }).observe(document, {subtree: true, attributes: true, attributeFilter: ['data-key', 'data-page']});
    }
"""


def measure() -> Iterator[Figure]:
    """Turns forward and back through the whole deck, a hundred of them."""
    local = folder() / "wall"
    with dashboard(local) as ours, sync_playwright() as playwright:
        meeting, packed = _frozen(local)
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(f"({_WATCH})()")
        page.goto(f"{ours.address}/?lang=ar&meeting={meeting}&wall=1")
        page.wait_for_selector(".tw-wall[data-key] .tw-title")
        page.wait_for_timeout(2000)
        taken = _turns(page)
        browser.close()
    late = statistics.quantiles(taken, n=20)[-1]
    said = f"{ms(late)} (median {ms(statistics.median(taken))}, most {ms(max(taken))})"
    yield Figure("wall", f"next slide painted, 95 % of {len(taken)} turns", said, ms(MOST), late < MOST)
    yield Figure("wall", f"one-file pack of {ITEMS} items", kb(packed), kb(MOST_BYTES), packed <= MOST_BYTES)


def _turns(page: Page) -> list[float]:
    taken: list[float] = []
    page.evaluate("() => { window.turned.length = 0; }")
    forward = True
    while len(taken) < TURNS:
        before = page.evaluate("() => document.querySelector('.tw-counter').textContent")
        page.keyboard.press("PageDown" if forward else "PageUp")
        page.wait_for_timeout(120)
        if page.evaluate("() => document.querySelector('.tw-counter').textContent") == before:
            forward = not forward
        taken = page.evaluate("() => window.turned")
    return [one / 1000 for one in taken[:TURNS]]


def _frozen(local) -> tuple[str, int]:
    """A meeting of ten items frozen in the office's database: its id, and the bytes of its pack in Arabic."""
    engine = engine_for(f"sqlite:///{local / 'tatabbu.db'}")
    new = Meeting("session", dt.date(2023, 9, 18), HERE)
    made = prepare(engine, new, actor="administrator", today=dt.date(2023, 9, 18))
    rows, packed = [], []
    for locale in ("ar", "fr", "en"):
        slides = deck(locale)
        for item in range(1, ITEMS + 1):
            for one in slides:
                if one.item == "i1" or item == 1:
                    key, parent = (name.replace("i1/", f"i{item}/") for name in (one.key, one.parent))
                    own = replace(one, key=key, parent=parent, item=one.item and f"i{item}")
                    rows.append(Frozen("office", locale, own.key, own.parent, own.panel, own.to_json()))
                    packed += [own] if locale == "ar" else []
    freeze(engine, made.id, rows, at=made.event, seen=made.event, actor="administrator")
    engine.dispose()
    return made.id, len(pack(packed, locale="ar", title=HERE))
