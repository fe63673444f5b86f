"""The running dashboard and a real browser that forgives nothing: no request to another host, no error in the page."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SECONDS_TO_START = 180
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# At an address like /map Streamlit first asks whether it is served below that path; the 404 is the answer it needs,
# and the browser reports every 404 as an error.
PROBES = ("/_stcore/health", "/_stcore/host-config")


def pytest_collection_modifyitems(items) -> None:
    """Every test here needs the browser, and all of them share one server, so they run in one process."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def serve(tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Starts a dashboard as `make run` does and returns its address; `environ` adds to the environment."""
    running: list[subprocess.Popen] = []

    def start(**environ: str) -> str:
        port = free_port()
        folder = tmp_path_factory.mktemp("served")
        log = folder / "server.log"
        settings = {"TATABBU_LOCAL": str(folder / "local"), "PORT": str(port), **environ}
        kept = {name: value for name, value in os.environ.items() if name not in ("HOST", "DATABASE_URL")}
        with log.open("wb") as output:
            server = subprocess.Popen(
                [sys.executable, "-m", "ui.server"],
                cwd=ROOT,
                env={**kept, **settings},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running.append(server)
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and server.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=5):
                    return f"http://127.0.0.1:{port}"
            except (URLError, OSError):
                time.sleep(0.2)
        raise AssertionError(f"The dashboard did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")

    yield start
    for server in running:
        server.terminate()
    for server in running:
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.fixture(scope="session")
def server(serve) -> str:
    """The address of one dashboard for all tests, with the published figures and nothing else."""
    return serve()


def chromium() -> str:
    """The browser's path. None is a failure, not a skip: the screens would go unseen."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if name and (path := shutil.which(name)):
            return path
    raise AssertionError("No Chromium or Chrome was found: `make test` installs or names one, or set CHROMIUM.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What went wrong in the page so far: requests that left this machine, errors, refusals by the policy."""
    return []


@pytest.fixture
def new_page(browser, complaints) -> Iterator[Callable[..., Page]]:
    """Opens a page in a context of its own (arguments as for Playwright's new_context) that notes every complaint."""
    contexts = []

    def open_page(**options) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        watch(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(new_page) -> Page:
    """A page in a window of 1280 by 900."""
    return new_page()


def watch(page: Page, complaints: list[str]) -> None:
    """Note in `complaints` every request that leaves this machine and every error of the page."""

    def on_request(request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.hostname not in ("127.0.0.1", "localhost"):
            complaints.append(f"left this machine: {request.url}")

    def on_console(message) -> None:
        if message.type == "error" and not urlsplit(message.location.get("url", "")).path.endswith(PROBES):
            complaints.append(f"error in the console: {message.text} ({message.location.get('url', '')})")

    page.on("request", on_request)
    page.on("websocket", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(f"error in the page: {error}"))


def settle(page: Page, *, seconds: float = 30) -> None:
    """Wait until the session is connected, the script has run to its end and nothing on the page is stale."""
    page.wait_for_function(
        """() => {
            const app = document.querySelector('[data-testid="stApp"]');
            return app !== null
                && app.getAttribute('data-test-connection-state') === 'CONNECTED'
                && app.getAttribute('data-test-script-state') === 'notRunning'
                && document.querySelector('[data-testid="stMain"] [data-stale="true"]') === null;
        }""",
        timeout=seconds * 1000,
    )


@pytest.fixture
def visit(page, server) -> Callable[[str], Page]:
    """Opens an address of the dashboard, such as /?lang=fr, and waits until the page has settled."""

    def go(address: str = "/") -> Page:
        page.goto(server + address)
        settle(page)
        return page

    return go


@pytest.fixture
def settled() -> Callable[[Page], None]:
    """The function that waits for a page, for tests that click."""
    return settle
