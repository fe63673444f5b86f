"""The servers that are measured, each in a process of its own: the dashboard, a bare page, a static page.

The bare page is one `st.title` behind the same middleware, with the same configuration: what it takes is what
Streamlit and our own front take together before a single figure is shown.
"""

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from data.database import local_folder
from ui.access import ROOT

BARE_PAGE = Path(__file__).with_name("bare_page.py")
SECONDS_TO_START = 180


@dataclass(frozen=True)
class Server:
    """A running server: its address, and the number of its process."""

    address: str
    process: int

    def resident_bytes(self) -> int:
        """How much memory of the machine the process holds now."""
        pages = Path(f"/proc/{self.process}/statm")
        if pages.exists():
            return int(pages.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")
        said = subprocess.run(["ps", "-o", "rss=", "-p", str(self.process)], capture_output=True, text=True, check=True)
        return int(said.stdout) * 1024

    def processor_seconds(self) -> float | None:
        """How much of a processor the process has used since it began; None where the system does not tell."""
        said = Path(f"/proc/{self.process}/stat")
        if not said.exists():
            return None
        user, system = said.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def _running(command: list[str], *, ready: str, local: Path, **environ: str) -> Iterator[Server]:
    port = free_port()
    local.mkdir(parents=True, exist_ok=True)
    log = local / f"{Path(command[-1]).stem}-{port}.log"
    settings = {"PORT": str(port), "HOST": "127.0.0.1", "TATABBU_LOCAL": str(local), "DATABASE_URL": "", **environ}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(process, address + ready, log)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    log.unlink()


def _wait(process: subprocess.Popen, address: str, log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"The server did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


def dashboard(local: Path, *, database: Path | None = None):
    """The dashboard as `make run` starts it, with the figures of `database` or else the published ones."""
    url = {"DATABASE_URL": f"sqlite:///{database}"} if database else {}
    return _running(["ui.server"], ready="/_stcore/health", local=local, **url)


def bare(local: Path):
    """One title and nothing else, behind the same middleware."""
    return _running(["bench.servers", "bare"], ready="/_stcore/health", local=local)


def static(local: Path, site: Path):
    """The files of `site`, compressed and kept by the same middleware, with no Streamlit behind it."""
    return _running(["bench.servers", "static"], ready="/app/static/index.html", local=local, BENCH_SITE=str(site))


def _serve_bare(port: int) -> None:
    from streamlit import App

    from ui.server import middleware

    stack, _ = middleware(cache=local_folder() / "cache" / "files")
    # The configuration stands beside the dashboard's own script; the bare page is served under the same one.
    sys.argv = [str(ROOT / "app.py")]
    App(BARE_PAGE, middleware=stack).run(config={"server.address": "127.0.0.1", "server.port": port})


def _serve_static(port: int, site: Path) -> None:
    import uvicorn

    from ui.assets import Assets, Compressed

    async def nothing_else(scope, _receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body", "body": b""})

    compressed = Compressed(local_folder() / "cache" / "files")
    compressed.warm(site.iterdir())
    app = Assets(nothing_else, roots={"/app/static/": (site, False)}, compressed=compressed)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off")


def main() -> None:
    """Serve what the first argument names, until stopped."""
    parser = argparse.ArgumentParser(prog="python -m bench.servers")
    parser.add_argument("which", choices=("bare", "static"))
    port = int(os.environ["PORT"])
    if parser.parse_args().which == "bare":
        _serve_bare(port)
    else:
        _serve_static(port, Path(os.environ["BENCH_SITE"]))


if __name__ == "__main__":
    main()
