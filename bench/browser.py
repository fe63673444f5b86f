"""What a person waits for, in a real browser: the numbers, the last chart, and the bytes that came for them.

The bare page shows one title through the same server; the static page is one HTML file with the same five figures and
Plotly's own script, served and compressed by the same middleware, with no Streamlit at all.
"""

import hashlib
import html
import importlib.resources
import json
import os
import shutil
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, sync_playwright

import findings
from bench.figures import Figure, kb, ms
from bench.made import folder
from bench.servers import Server, bare, dashboard, static
from data.database import as_day, engine_for
from data.settings import DEFAULT_TERRITORY
from ui.engine import today
from ui.show import CHART, PATH_HEIGHT

ROUNDS = 5
NUMBERS, LAST_CHART_COLD, LAST_CHART_WARM = 1.3, 1.5, 1.8
COLD_BYTES, WARM_BYTES = 2_500_000, 65_000
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NUMBER, TITLE = ".tt-number", '[data-testid="stHeading"] h1'
CHART_DRAWN = ".js-plotly-plot .scatterlayer .trace"

_WATCH = """
    (wanted) => {
        window.reached = {};
        const look = () => {
            for (const [selector, count] of wanted) {
                if (!(selector in window.reached) && document.querySelectorAll(selector).length >= count) {
                    window.reached[selector] = null;
                    requestAnimationFrame(() => { window.reached[selector] = performance.now(); });
                }
            }
        };
        new MutationObserver(look).observe(document, {childList: true, subtree: true});
    }
"""
"""Notes at which millisecond of the page's life so many elements of each kind stood in it and were painted."""


@dataclass
class Opened:
    """One page opened: seconds until each selector was on the screen, and bytes over the wire."""

    seconds: dict[str, float]
    received: int


def measure() -> Iterator[Figure]:
    """Each page opened in turns, each time in a browser that has never seen it, and then once more."""
    local = folder() / "local"
    with dashboard(local) as ours, bare(local) as plain, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
        numbers, charts = _counts(browser, ours)
        with static(local, _static_site(local)) as page:
            pages = {
                "ours": (ours.address, {NUMBER: numbers, CHART_DRAWN: charts}),
                "bare": (plain.address, {TITLE: 1}),
                "static": (f"{page.address}/app/static/index.html", {CHART_DRAWN: charts}),
            }
            cold, warm = _rounds(browser, pages)
        browser.close()
    yield from _told(cold, warm, charts)


def _told(cold: dict[str, list[Opened]], warm: dict[str, list[Opened]], charts: int) -> Iterator[Figure]:
    def median(of: list[Opened], selector: str) -> float:
        return statistics.median(one.seconds[selector] for one in of)

    def ratio(name: str, ours: float, other: float, what: str, bound: float) -> Figure:
        measured = f"{ours / other:.2f} × ({ms(ours)} to {ms(other)})"
        return Figure("browser", f"{name}, to {what}", measured, f"{bound} ×", ours <= bound * other)

    numbers, title = median(cold["ours"], NUMBER), median(cold["bare"], TITLE)
    yield ratio("headline numbers readable, cold", numbers, title, "a bare page's title", NUMBERS)
    for name, of, bound in (("cold", cold, LAST_CHART_COLD), ("warm", warm, LAST_CHART_WARM)):
        drawn, least = median(of["ours"], CHART_DRAWN), median(of["static"], CHART_DRAWN)
        yield ratio(f"the last of {charts} charts drawn, {name}", drawn, least, "a static page's", bound)
    for name, of, bound in (("cold page", cold, COLD_BYTES), ("warm page", warm, WARM_BYTES)):
        received, static_bytes = max(one.received for one in of["ours"]), max(one.received for one in of["static"])
        measured = f"{kb(received)} (static page: {kb(static_bytes)})"
        yield Figure("browser", f"bytes over the wire, {name}", measured, kb(bound), received <= bound)


def _chromium() -> str:
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if name and (path := shutil.which(name)):
            return path
    raise RuntimeError("No Chromium or Chrome was found: `make bench` names one, or set CHROMIUM.")


def _counts(browser: Browser, ours: Server) -> tuple[int, int]:
    """How many headline numbers and charts the page has. Opening it once also fills the server's own caches."""
    page = browser.new_page()
    page.goto(ours.address)
    page.wait_for_selector(CHART_DRAWN)
    page.wait_for_function(
        "document.querySelector('[data-testid=\"stApp\"]').getAttribute('data-test-script-state') === 'notRunning'"
    )
    page.wait_for_timeout(1500)
    found = page.locator(NUMBER).count(), page.locator(CHART_DRAWN).count()
    page.close()
    return found


def _rounds(browser: Browser, pages: dict) -> tuple[dict[str, list[Opened]], dict[str, list[Opened]]]:
    cold, warm = ({name: [] for name in pages} for _ in range(2))
    for _ in range(ROUNDS):
        for name, (address, wanted) in pages.items():
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            cold[name].append(_open(context, address, wanted))
            warm[name].append(_open(context, address, wanted))
            context.close()
    return cold, warm


def _open(context: BrowserContext, address: str, wanted: dict[str, int]) -> Opened:
    page = context.new_page()
    page.add_init_script(f"({_WATCH})({json.dumps(list(wanted.items()))})")
    received = _Received(context.new_cdp_session(page))
    page.goto(address, wait_until="commit")
    page.wait_for_function(
        "wanted => window.reached && wanted.every(selector => window.reached[selector])", arg=list(wanted)
    )
    page.wait_for_load_state("load")
    page.wait_for_timeout(700)  # what the page fetches for later counts as well
    reached = page.evaluate("window.reached")
    page.close()
    return Opened({selector: reached[selector] / 1000 for selector in wanted}, received.total)


class _Received:
    """Bytes that came over the wire for a page: answers as they were sent, and what the websocket brought."""

    def __init__(self, session):
        self.total = 0
        self._from_cache: set[str] = set()
        session.on("Network.requestServedFromCache", lambda e: self._from_cache.add(e["requestId"]))
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._finished)
        session.on("Network.webSocketFrameReceived", self._frame)
        session.send("Network.enable")

    def _answered(self, event: dict) -> None:
        if event["response"].get("fromDiskCache") or event["response"].get("fromPrefetchCache"):
            self._from_cache.add(event["requestId"])

    def _finished(self, event: dict) -> None:
        if event["requestId"] not in self._from_cache:
            self.total += int(event["encodedDataLength"])

    def _frame(self, event: dict) -> None:
        payload = event["response"]["payloadData"]
        self.total += len(payload) * 3 // 4 if event["response"]["opcode"] == 2 else len(payload)


def _static_site(local: Path) -> Path:
    """A folder with one HTML page that draws the figures of the Situation page, and Plotly's script beside it."""
    site = local / "static-site"
    shutil.rmtree(site, ignore_errors=True)
    site.mkdir(parents=True)
    script = importlib.resources.files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    name = f"plotly.{hashlib.sha256(script).hexdigest()[:12]}.js"
    (site / name).write_bytes(script)
    engine = engine_for(f"sqlite:///{local / 'tatabbu.db'}")
    answer = findings.find(
        "situation",
        engine,
        cut=findings.latest_cut(engine),
        scope="MA",
        locale="ar",
        territory=DEFAULT_TERRITORY,
        on=as_day(today()),
    )
    engine.dispose()
    drawings = [
        json.loads(findings.drawing(path, locale="ar", height=PATH_HEIGHT).to_json()) for path in answer.paths.values()
    ]
    places = "".join(
        f'<h2>{html.escape(p.title)}</h2><div id="chart-{at}"></div>' for at, p in enumerate(answer.paths.values())
    )
    (site / "index.html").write_text(
        f'<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8"><script src="{name}"></script>'
        f"<body>{places}<script>{json.dumps(drawings)}.forEach((figure, at) => "
        f'Plotly.newPlot("chart-" + at, figure.data, figure.layout, {json.dumps(CHART)}));</script></body></html>',
        encoding="utf-8",
    )
    return site
