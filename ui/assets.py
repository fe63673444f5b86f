"""What the browser fetches besides the session: scripts, fonts, boundaries, and the document itself.

Streamlit sends its files uncompressed (a cold page weighs 7.5 MB) and lets the browser ask again for ours. Here each
file is compressed once for each coding, kept on disk under the hash of its content, and sent with the right to keep
it for good when its name can never mean other bytes.
"""

import gzip
import hashlib
import mimetypes
import os
import re
import tempfile
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
from anyio import to_thread

from ui.addresses import MISSING
from ui.document import language_asked

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

_COMPRESSED_ALREADY = {".woff2", ".woff", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".gz", ".zip", ".pdf"}
_HASH_IN_NAME = re.compile(r"\.[0-9a-f]{8,64}\.[a-z0-9]+$")
_TYPES = {
    # Not from the machine's registry: on Windows it may call a script text/plain, and the browser then refuses it.
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_NOT_A_PAGE = ("/_stcore/", "/media/", "/component/", "/app/", "/auth/", "/oauth2callback")
_CONDITIONS = {b"accept-encoding", b"if-modified-since", b"if-none-match", b"range"}


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    # Quality 9 takes half a second for the largest script; 11 takes ten seconds to save another tenth.
    "br": lambda plain: brotli.compress(plain, quality=9),
    # What every client takes: a browser offers br only over TLS or to its own machine.
    "gzip": lambda plain: gzip.compress(plain, 9, mtime=0),
}
"""The content codings we send, the better one first."""

_ENDING = {"br": ".br", "gzip": ".gz"}


@dataclass(frozen=True)
class Body:
    """The bytes of one file in one coding; `coding` is empty for a file sent as it is."""

    etag: str
    coding: str
    content: bytes


class Compressed:
    """The files as they are sent, each compressed once: kept on disk, so that the next start finds them."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._bodies: dict[tuple, Body] = {}
        self._making: dict[Path, threading.Lock] = {}

    def body(self, file: Path, coding: str) -> Body:
        """The file in that coding; compresses it when nobody has before. Two requests at once do it once."""
        if not can_be_compressed(file) or not coding:
            plain = file.read_bytes()
            return Body(hashlib.sha256(plain).hexdigest()[:32], "", plain)
        state = file.stat()
        key = (file, coding, state.st_mtime_ns, state.st_size)
        found = self._bodies.get(key)
        if found is None:
            with self._making.setdefault(file, threading.Lock()):
                found = self._bodies.get(key) or self._made(file, coding)
                self._bodies[key] = found
        return found

    def warm(self, files) -> None:
        """Compress `files` ahead of the first request, in the coding that a browser of today asks for."""
        for file in files:
            if can_be_compressed(file):
                self.body(file, next(iter(CODINGS)))

    def _made(self, file: Path, coding: str) -> Body:
        plain = file.read_bytes()
        digest = hashlib.sha256(plain).hexdigest()[:32]
        beside = file.with_name(file.name + _ENDING[coding])
        hashed = _HASH_IN_NAME.search(file.name) is not None
        kept = beside if hashed and beside.is_file() else self.folder / f"{digest}{_ENDING[coding]}"
        try:
            content = kept.read_bytes()
        except OSError:
            content = CODINGS[coding](plain)
            self._keep(kept, content)
        return Body(f"{digest}-{coding}", coding, content)

    def _keep(self, kept: Path, content: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(dir=self.folder)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.replace(unfinished, kept)
        except OSError:
            # A full or read-only disk costs speed at the next start, nothing else.
            return


def can_be_compressed(file: Path) -> bool:
    """Whether compressing the file would make it smaller, as far as its name tells."""
    return file.suffix not in _COMPRESSED_ALREADY


class Assets:
    """ASGI middleware in front of Streamlit: answers for files and for the document, passes everything else on.

    `roots` maps the start of an address to (folder, whether all its names carry a hash); `documents` maps a language
    to the document that stands in for Streamlit's `index`, the first one for a reader who asks for none; `instead`
    sends whoever asks for one address to another; `pages` are the addresses of pages, without slashes: whoever asks for
    another is sent to the first page, which says so. Empty: every address that Streamlit answers is a page. `ours` are
    the files that are sent in the place of others, and may come while the server runs.
    """

    def __init__(
        self,
        app,
        *,
        roots: Mapping[str, tuple[Path, bool]],
        compressed: Compressed,
        index: bytes = b"",
        documents: Mapping[str, str] | None = None,
        instead: Mapping[str, str] | None = None,
        pages: Collection[str] = (),
        ours: Mapping[Path, Path] | None = None,
    ):
        self.app = app
        self._ours = {} if ours is None else ours
        self._at_hand: dict[tuple[str, str], tuple[dict[str, str], Body]] = {}
        self._roots = {start: (folder.resolve(), hashed) for start, (folder, hashed) in roots.items()}
        self._compressed = compressed
        self._index_length = str(len(index)).encode()
        self._documents = {locale: page.encode() for locale, page in (documents or {}).items()}
        self._coded = {
            (locale, coding): compress(page)
            for locale, page in self._documents.items()
            for coding, compress in CODINGS.items()
        }
        self._instead = dict(instead or {})
        self._pages = frozenset(pages)

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if _is_a_trick(path):
            await _answer(scope, send, 404)
            return
        if scope["method"] in ("GET", "HEAD"):
            if path in self._instead:
                await _answer(scope, send, 307, {"location": self._instead[path], "cache-control": ASK_AGAIN})
                return
            for start, (folder, hashed) in self._roots.items():
                if path.startswith(start):
                    await self._send_file(scope, send, folder, path.removeprefix(start), hashed=hashed)
                    return
            if self._documents and not path.startswith(_NOT_A_PAGE):
                await self._pass_on_for_the_document(scope, receive, send)
                return
        await self.app(scope, receive, send)

    async def _send_file(self, scope, send, folder: Path, name: str, *, hashed: bool) -> None:
        coding = _coding_taken(scope)
        at_hand = self._at_hand.get((scope["path"], coding))
        if at_hand is not None:
            headers, body = at_hand
            await _answer_with_body(scope, send, dict(headers), body)
            return
        file = await to_thread.run_sync(_found, folder, name)
        if file is None:
            await _answer(scope, send, 404)
            return
        if file in self._ours:
            # The hash in its name is that of the other file.
            file, hashed = self._ours[file], False
        body = await to_thread.run_sync(self._compressed.body, file, coding)
        headers = {
            "content-type": _TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream",
            "etag": f'"{body.etag}"',
            "cache-control": FOR_GOOD if hashed or _HASH_IN_NAME.search(file.name) else ASK_AGAIN,
        }
        if can_be_compressed(file):
            headers["vary"] = "Accept-Encoding"
        if hashed and body.coding:
            # A first view asks for ninety of them: two threads and a look at the disk for each took half a second.
            self._at_hand[scope["path"], coding] = dict(headers), body
        await _answer_with_body(scope, send, headers, body)

    async def _pass_on_for_the_document(self, scope, receive, send) -> None:
        """Let Streamlit decide whether the address is a page; if its answer is the index page, send ours instead."""
        plain = [(name, value) for name, value in scope["headers"] if name.lower() not in _CONDITIONS]
        replaced = False

        async def replace(message):
            nonlocal replaced
            if message["type"] == "http.response.start" and message["status"] == 200:
                headers = {name.lower(): value for name, value in message.get("headers", ())}
                kind, length = headers.get(b"content-type", b""), headers.get(b"content-length", b"")
                replaced = kind.startswith(b"text/html") and length == self._index_length
                if replaced:
                    await self._send_document(scope, send)
            if not replaced:
                await send(message)

        await self.app({**scope, "headers": plain}, receive, replace)

    async def _send_document(self, scope, send) -> None:
        if self._pages and scope["path"].strip("/") not in self._pages:
            asked = scope.get("query_string", b"").decode("latin-1")
            first = f"/?{MISSING}=1" + (f"&{asked}" if asked else "")
            await _answer(scope, send, 307, {"location": first, "cache-control": ASK_AGAIN})
            return
        locale = language_asked(scope.get("query_string", b""), offered=tuple(self._documents))
        coding = _coding_taken(scope)
        content = self._coded[locale, coding] if coding else self._documents[locale]
        body = Body(hashlib.sha256(content).hexdigest()[:32], coding, content)
        headers = {
            "content-type": "text/html; charset=utf-8",
            "etag": f'"{body.etag}"',
            "cache-control": ASK_AGAIN,
            "vary": "Accept-Encoding",
        }
        await _answer_with_body(scope, send, headers, body)


def _is_a_trick(path: str) -> bool:
    """Whether the address (already unquoted) tries to leave its folder, here or on Windows."""
    return "\\" in path or "\0" in path or path.startswith("//") or ".." in path.split("/")


def _found(folder: Path, name: str) -> Path | None:
    """The file of that name under `folder`; None for anything hidden, outside, or no file."""
    if not name or any(part.startswith(".") or ":" in part for part in name.split("/")):
        return None
    file = (folder / name).resolve()
    return file if file.is_relative_to(folder) and file.is_file() else None


def _header(scope, name: bytes) -> str:
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name)


def _coding_taken(scope) -> str:
    """The best of our codings that the client takes; empty when it takes none."""
    taken = set()
    for offer in _header(scope, b"accept-encoding").lower().split(","):
        coding, _, weight = offer.partition(";")
        try:
            wanted = float(weight.partition("=")[2] or 1) > 0
        except ValueError:
            wanted = False
        if wanted:
            taken.add(coding.strip())
    return next((coding for coding in CODINGS if coding in taken), "")


def _has_it(scope, etag: str) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in _header(scope, b"if-none-match").split(",")]
    return etag in known or "*" in known


async def _answer_with_body(scope, send, headers: dict[str, str], body: Body) -> None:
    if _has_it(scope, headers["etag"]):
        await _answer(scope, send, 304, headers)
        return
    if body.coding:
        headers["content-encoding"] = body.coding
    await _answer(scope, send, 200, headers, body.content)


async def _answer(scope, send, status: int, headers: Mapping[str, str] | None = None, content: bytes = b"") -> None:
    sent = dict(headers or {})
    if status != 304:
        sent["content-length"] = str(len(content))
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
        }
    )
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})
