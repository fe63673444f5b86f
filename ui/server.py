"""`python -m ui.server`: prepares the database and serves the dashboard. `make run` ends here.

HOST (127.0.0.1) and PORT (8501) come from the environment. Bound to anything but this machine it does not start
until a login is configured.
"""

import ctypes
import errno
import gc
import importlib
import os
import re
import socket
import sys
import threading
from collections.abc import Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
from starlette.middleware import Middleware
from streamlit import App, file_util
from streamlit.web.server.starlette import starlette_server

from data.catalogue import CatalogueError
from data.database import MigrationRefused, engine_for, local_folder
from i18n import LOCALES, words
from ui import charts, foresee, sheets, wall
from ui.access import ROOT, SECRETS, ProxyWrong, allowed_hosts, is_loopback, login_configured, proxy
from ui.addresses import PAGES
from ui.assets import Assets, Compressed
from ui.document import in_language
from ui.engine import engine, today
from ui.follow import Followers
from ui.headers import SecurityHeaders, content_security_policy
from ui.proxy import ProxyLogin

STATIC = ROOT / "static"
STREAMLIT_FILES = Path(file_util.get_static_dir())

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8501

STARTED, PORT_TAKEN, REFUSED = 0, 1, 2
"""Exit codes. REFUSED: what was asked for would not be right; PORT_TAKEN: right, but somebody else is there."""

_CHART_SCRIPT = "PlotlyChart.*.js"


def send_at_once() -> None:
    """Have each message sent when it is said, not when the one before it was acknowledged.

    Streamlit makes its listening socket itself without naming the protocol, and asyncio then leaves Nagle's algorithm
    on: a run of a page waits up to 40 ms for the browser's delayed acknowledgement. A connection inherits the option
    from the socket it came in by.
    """
    bind = getattr(starlette_server, "_bind_socket", None)
    if bind is None:  # another version: slower, not wrong
        return

    def bind_without_delay(*arguments, **named) -> socket.socket:
        listening = bind(*arguments, **named)
        if listening.family in (socket.AF_INET, socket.AF_INET6):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening

    starlette_server._bind_socket = bind_without_delay


class CannotStart(Exception):
    """Why the server does not start: a key of the catalogues, its values (text: a port is not grouped), exit code."""

    def __init__(self, key: str, code: int = REFUSED, **values: str):
        super().__init__(key)
        self.key, self.code, self.values = key, code, values


def say(key: str, **values: str) -> None:
    """Print one sentence in all three languages: who starts a server has not chosen one yet."""
    for locale in LOCALES:
        print(words(locale)(key, **values), file=sys.stderr, flush=True)


def where(environ: Mapping[str, str]) -> tuple[str, int]:
    """The host and port to serve on. Raises CannotStart when others could reach it and nobody has to log in."""
    host = environ.get("HOST", "").strip() or DEFAULT_HOST
    seen = environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not (seen.isascii() and seen.isdigit() and 1 <= int(seen) <= 65535):
        raise CannotStart("server.port_wrong", seen=seen)
    try:
        proxy()
    except ProxyWrong as wrong:
        file = SECRETS[-1].relative_to(ROOT).as_posix()
        raise CannotStart("server.proxy_wrong", field=wrong.field, file=file) from wrong
    if not is_loopback(host) and not login_configured():
        raise CannotStart("server.exposed", host=host, file=SECRETS[-1].relative_to(ROOT).as_posix())
    return host, int(seen)


def check_free(host: str, port: int) -> None:
    """Raises CannotStart when nothing can listen there."""
    bare = host.strip("[]")
    try:
        with socket.socket(socket.AF_INET6 if ":" in bare else socket.AF_INET) as probe:
            if os.name != "nt":
                # As the server itself does: a port that was left a moment ago is free.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((bare, port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            other = port + 1 if port < 65535 else DEFAULT_PORT
            raise CannotStart("server.port_taken", PORT_TAKEN, port=str(port), other=str(other)) from error
        raise CannotStart("server.host_wrong", host=host) from error


FIRST_ELEMENTS = ("Html", "PageLink", "ButtonGroup", "Selectbox", "TextInput")
"""The elements of the frame and of the first readings, as Streamlit names the files that draw them."""

_IMPORTED = re.compile(r'(?:from|import)\s*"\./([^"]+\.js)"')


def code_of_first_view(index: str) -> list[str]:
    """The scripts that draw the first readings and that the document does not name: their names, no order.

    Streamlit asks for each of some forty small files only when the first element of its kind has arrived; fetched
    beside its first script they are there by then.
    """
    folder = STREAMLIT_FILES / "static/js"
    wanted = [file.name for name in FIRST_ELEMENTS for file in sorted(folder.glob(f"{name}.*.js"))]
    found: dict[str, None] = {}
    while wanted:
        name = wanted.pop()
        if name in found or name in index or not (folder / name).is_file():
            continue
        found[name] = None
        wanted += _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    return list(found)


def chart_scripts() -> list[Path]:
    """Streamlit's code of charts."""
    return [file.resolve() for file in (STREAMLIT_FILES / "static/js").glob(_CHART_SCRIPT)]


def documents(index: str) -> dict[str, str]:
    """Streamlit's index page in each language, Arabic first."""
    chart = [f"./static/js/{file.name}" for file in chart_scripts()]
    soon = [f"./static/js/{name}" for name in code_of_first_view(index)]
    pages = {}
    for locale in LOCALES:
        scripts = ("arabic", "latin") if locale == "ar" else ("latin",)
        fonts = [file.name for script in scripts for file in sorted((STATIC / "fonts").glob(f"*-{script}-400.*.woff2"))]
        pages[locale] = in_language(
            index,
            locale=locale,
            title=words(locale)("server.title"),
            without_script=words(locale)("server.noscript"),
            icon="./app/static/icons/favicon.svg",
            sheet=sheets.linked(),
            fonts=[f"./app/static/fonts/{name}" for name in fonts],
            soon=soon,
            scripts=chart,
        )
    return pages


def middleware(*, cache: Path, ours: Mapping[Path, Path] | None = None) -> tuple[list[Middleware], Compressed]:
    """What stands in front of Streamlit, and the store of compressed files behind it. ours: as in `Assets`."""
    index = (STREAMLIT_FILES / "index.html").read_bytes()
    pages = documents(index.decode())
    compressed = Compressed(cache)
    roots = {
        "/static/": (STREAMLIT_FILES / "static", True),
        "/app/static/": (STATIC, False),
        sheets.FOLDER: (sheets.PATH.parent, False),
        wall.folder(): (STATIC / "wall", True),
    }
    # Until the theme has arrived Streamlit asks for its own typeface, 170 kB for a word or two: it gets ours.
    theirs = (STREAMLIT_FILES / "static/media").glob("SourceSansVF-Upright.*")
    face = next((STATIC / "fonts").glob("*-latin-400.*.woff2"))
    instead = {f"/static/media/{file.name}": f"/app/static/fonts/{face.name}" for file in theirs}
    before = proxy()
    stack = [
        *([Middleware(ProxyLogin, proxy=before)] if before else []),
        Middleware(SecurityHeaders, policy=content_security_policy(pages[LOCALES[0]])),
        Middleware(Followers, engine_of=engine),
        Middleware(
            Assets,
            roots=roots,
            compressed=compressed,
            index=index,
            documents=pages,
            instead=instead,
            pages={page.address for page in PAGES},
            ours=ours,
        ),
    ]
    return stack, compressed


def files_to_warm() -> list[Path]:
    """The files that a first view asks for: what Streamlit's index page names, the charts, the boundaries."""
    index = (STREAMLIT_FILES / "index.html").read_text(encoding="utf-8")
    theirs = [file for file in sorted((STREAMLIT_FILES / "static").rglob("*")) if file.suffix in (".js", ".css")]
    return [*(file for file in theirs if file.name in index), *sorted(STATIC.rglob("*.json"))]


_HEAPS = -8
"""M_ARENA_MAX of mallopt(3) in glibc."""


def keep_one_heap() -> bool:
    """Have the C library serve all threads from one heap; whether it does, which is so with glibc alone.

    Each thread would get a heap of its own, and what a view gave back to one of them is of no use to the next: a tenth
    of the server's memory. Python lets one thread at a time allocate anyway.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and mallopt(_HEAPS, 1) == 1


def make_ready(compressed: Compressed, ours: dict[Path, Path]) -> None:
    """What the first view would otherwise wait for: the libraries that draw it, and its files compressed. `ours` takes
    in the code of charts when it is ready."""
    importlib.import_module("findings")
    # What has been loaded by now stays: a full collection that goes through it again holds every viewer up by a third
    # of a second.
    gc.collect()
    gc.freeze()
    for file in chart_scripts():
        lighter = charts.prepared(file, folder=compressed.folder)
        compressed.warm([lighter])
        ours[file] = lighter
    compressed.warm(files_to_warm())


def application(*, cache: Path, address: str) -> App:
    """The ASGI application: Streamlit running app.py, behind our headers and our files; says `address` when ready."""
    # Until the lighter code is there the whole of it is sent, which no browser may keep for good.
    ours = {file: file for file in chart_scripts()}
    stack, compressed = middleware(cache=cache, ours=ours)

    @asynccontextmanager
    async def lifespan(_app):
        threading.Thread(target=make_ready, args=(compressed, ours), daemon=True).start()
        foresee.start()
        say("server.address", address=address)
        yield

    return App(ROOT / "app.py", middleware=stack, lifespan=lifespan)


def prepare() -> None:
    """Bring the database to the present schema and load what every office starts with."""
    # Late, because it reads every reference file: a refusal to start must not wait for that.
    from data.importer import interrupted
    from data.loading import prepare as prepare_database

    try:
        engine = engine_for()
    except OSError as error:
        raise CannotStart("server.database_closed", place=str(local_folder())) from error
    try:
        prepare_database(engine, today=today())
        # The Data page says it too, to whoever handed the file in: it is forgotten there.
        for cut_short in interrupted(engine, forget=False):
            if cut_short.event is None:
                say("importer.interrupted_before", file=cut_short.file)
            else:
                say("importer.interrupted_after", file=cut_short.file, event=str(cut_short.event))
    except MigrationRefused as refused:
        raise CannotStart("server.migration", command=refused.command) from refused
    except CatalogueError as wrong:
        raise CannotStart("server.files_wrong", problems=str(wrong)) from wrong
    except sa.exc.OperationalError as error:
        place = str(local_folder()) if engine.dialect.name == "sqlite" else engine.url.render_as_string()
        raise CannotStart("server.database_closed", place=place) from error
    finally:
        engine.dispose()


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Serve until stopped; the exit code."""
    keep_one_heap()
    try:
        host, port = where(environ)
        check_free(host, port)
        say("server.preparing")
        prepare()
    except CannotStart as reason:
        say(reason.key, **reason.values)
        return reason.code
    # Streamlit looks for its configuration and its secrets beside the script that was started, and puts that
    # script's folder on the import path. It must be the root, not ui/, wherever the command was typed.
    sys.argv = [str(ROOT / "app.py")]
    bare = host.strip("[]")
    shown = "localhost" if is_loopback(host) else f"[{bare}]" if ":" in bare else bare
    send_at_once()
    # Else uvicorn puts what X-Forwarded-For says in the place of a peer that connects from this machine: a proxy could
    # not be told from those who speak through it, nor from those who pretend to be it.
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    application(cache=local_folder() / "cache" / "files", address=f"http://{shown}:{port}").run(
        config={
            "server.address": bare,
            "server.port": port,
            "server.allowedHosts": allowed_hosts(host),
        }
    )
    return STARTED


if __name__ == "__main__":
    sys.exit(main())
