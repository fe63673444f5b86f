"""Followers: a meeting on the telephones of those in the room, by a code that dies when the meeting is closed.

A page of our own beside Streamlit's, of a few kilobytes: thirty telephones on one poor network would wait long for two
megabytes each, and a page that asks for what is new every two seconds goes on by itself when the network comes back.
Whoever has the code sees the slides that were shown, and nothing else; there is nothing to take along.
"""

import asyncio
import hashlib
import json
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote

import sqlalchemy as sa
from anyio import to_thread

from data.meetings import digest_of_code
from exports.pack import FAMILY, FONT, FONTS, RANGES
from exports.wall import HAND, pictures
from findings.follow import Followed, followed, seen_html
from i18n import LOCALES, words
from ui.access import ROOT

PATH = "/follow"
SCRIPT = ROOT / "static/follow/follow.js"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: what is read aloud is not mistaken."""
CODE_LENGTH = 10
"""Fifty bits: at twenty wrong codes a minute nobody comes upon one."""
MOST = 30
"""How many follow at once."""
GONE_AFTER = 30.0
"""Seconds without a word after which a follower has left."""
WRONG_A_MINUTE = 20
KEPT_FOR = 1.0
"""Seconds for which an answer is the same for all who ask."""
_PENDING = ("prepared", "open")
_OVER = ("closed", "withdrawn")


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_of(typed: str) -> str:
    """A code as it is kept, however it was typed: small letters, spaces and hyphens, O for zero, I or L for one."""
    plain = typed.upper().replace(" ", "").replace("-", "")[:40]
    return plain.translate(str.maketrans("OIL", "011"))


def written(code: str) -> str:
    """A code as it is read aloud: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def address_of(code: str, *, base: str, locale: str, demonstration: bool) -> str:
    """The address that leads to the meeting of a code; base: that of this house."""
    return f"{base.rstrip('/')}{PATH}/{quote(code)}?lang={locale}{'&demo=1' if demonstration else ''}"


class _Room:
    """Who follows which meeting, and how often a wrong code was tried. Of a follower a mark is known that his page drew
    by chance, for as long as he follows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._here: dict[str, OrderedDict[str, float]] = {}
        self._wrong: deque[float] = deque(maxlen=WRONG_A_MINUTE)

    def has_room(self, meeting: str, mark: str) -> bool:
        """Whether a follower may come in, or is in already; notes that he was here."""
        now = self._clock()
        here = self._here.setdefault(meeting, OrderedDict())
        while here and next(iter(here.values())) < now - GONE_AFTER:
            here.popitem(last=False)
        if mark not in here and len(here) >= MOST:
            return False
        here[mark] = now
        here.move_to_end(mark)
        return True

    def count(self, meeting: str) -> int:
        """How many follow a meeting at this moment."""
        now = self._clock()
        return sum(one >= now - GONE_AFTER for one in self._here.get(meeting, {}).values())

    def too_many_wrong(self) -> bool:
        """Whether codes are being tried out."""
        return len(self._wrong) == WRONG_A_MINUTE and self._wrong[0] > self._clock() - 60

    def wrong(self) -> None:
        self._wrong.append(self._clock())


room = _Room()


class Followers:
    """ASGI middleware: answers what begins with PATH, passes everything else on.

    engine_of: the engine of the office's database, or with `demonstration` of the demonstration's.
    """

    def __init__(self, app, *, engine_of: Callable[..., sa.Engine], among: _Room = room):
        self.app = app
        self._engine_of, self._room = engine_of, among
        self._kept: OrderedDict[tuple, tuple[float, bytes]] = OrderedDict()
        self._asking = asyncio.Lock()
        # The name says which bytes these are: the browser may keep them for good, and a new version has another.
        digest = hashlib.sha256(SCRIPT.read_bytes()).hexdigest()[:12]
        self._script = f"/app/static/follow/{SCRIPT.name}?{digest}"

    async def __call__(self, scope, receive, send):
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == PATH or path.startswith(f"{PATH}/")):
            await self.app(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(scope, send, 405, b"", "text/plain")
            return
        asked = {name: said[-1] for name, said in parse_qs(scope["query_string"].decode("latin-1")).items()}
        locale = asked.get("lang") if asked.get("lang") in LOCALES else LOCALES[0]
        wants_state = path.endswith("/state")
        code = code_of(path.removeprefix(PATH).strip("/").removesuffix("/state") or asked.get("code", ""))
        made_up = asked.get("demo") == "1"
        if not code:
            await self._page(scope, send, 200, self._form(locale, made_up, ""))
            return
        if self._room.too_many_wrong():
            await self._page(scope, send, 429, self._form(locale, made_up, "follow.too_many_wrong"))
            return
        found = await to_thread.run_sync(self._found, code, made_up)
        if found is None:
            self._room.wrong()
            await self._page(scope, send, 404, self._form(locale, made_up, "follow.unknown"))
        elif found.state in _OVER:
            await self._page(scope, send, 410, self._form(locale, made_up, "follow.over"))
        elif wants_state:
            await self._state(scope, send, found, asked, locale, made_up)
        else:
            await self._page(scope, send, 200, await self._slides(found, code, locale, made_up))

    def _found(self, code: str, made_up: bool) -> Followed | None:
        return followed(self._engine_of(demonstration=made_up), digest_of_code(code))

    async def _state(self, scope, send, found: Followed, asked: dict[str, str], locale: str, made_up: bool) -> None:
        if not self._room.has_room(f"{made_up}{found.id}", asked.get("mark", "")[:40]):
            await _answer(scope, send, 429, b"{}", "application/json")
            return
        told: dict[str, object] = {"shown": found.shown}
        if asked.get("after") != str(found.shown):
            told["html"] = (await self._html(found, locale, made_up)).decode()
        await _answer(scope, send, 200, json.dumps(told, ensure_ascii=False).encode(), "application/json")

    async def _html(self, found: Followed, locale: str, made_up: bool) -> bytes:
        """What a follower sees, made once for all who ask at the same moment."""
        key = (made_up, found.id, found.frozen, found.shown, locale)
        async with self._asking:
            if key not in self._kept:
                engine = self._engine_of(demonstration=made_up)
                made = await to_thread.run_sync(_seen, engine, found, locale, made_up)
                self._kept[key] = (time.monotonic(), made)
                while len(self._kept) > 12:
                    self._kept.popitem(last=False)
            return self._kept[key][1]

    async def _slides(self, found: Followed, code: str, locale: str, made_up: bool) -> str:
        w = words(locale)
        mark = secrets.token_urlsafe(9)
        state = f"{PATH}/{code}/state?lang={locale}&mark={mark}{'&demo=1' if made_up else ''}"
        slides = (await self._html(found, locale, made_up)).decode()
        waiting = "" if slides else f'<p class="tf-wait">{escape(w("follow.waiting"))}</p>'
        said = "".join(
            f' data-{name}="{escape(w(f"follow.{key}"))}"' for name, key in (("closed", "over"), ("lost", "lost"))
        )
        languages = "".join(
            f'<a href="{PATH}/{code}?lang={one}{"&demo=1" if made_up else ""}"'
            f"{' aria-current=true' if one == locale else ''}>{escape(words(one)(f'app.language_{one}'))}</a>"
            for one in LOCALES
        )
        body = (
            f"<header><b>{escape(w('app.name'))}</b><nav>{languages}</nav></header>"
            f'<p id="state" role="status" hidden></p><main id="slides">{slides}{waiting}</main>'
            f'<button id="again" hidden>{escape(w("follow.to_the_wall"))}</button>'
            f'<script src="{escape(self._script)}" defer></script>'
        )
        return _document(w, body, attributes=f' data-state="{escape(state)}" data-shown="{found.shown}"{said}')

    def _form(self, locale: str, made_up: bool, wrong: str) -> str:
        w = words(locale)
        told = f'<p class="tf-wrong" role="alert">{escape(w(wrong))}</p>' if wrong else ""
        demo = '<input type="hidden" name="demo" value="1">' if made_up else ""
        body = (
            f"<header><b>{escape(w('app.name'))}</b></header><main>{told}"
            f'<form action="{PATH}"><label for="code">{escape(w("follow.code"))}</label>'
            f'<input id="code" name="code" maxlength="20" autocomplete="off" autocapitalize="characters" dir="ltr">'
            f'<input type="hidden" name="lang" value="{locale}">{demo}'
            f"<button>{escape(w('follow.enter'))}</button></form></main>"
        )
        return _document(w, body)

    async def _page(self, scope, send, status: int, page: str) -> None:
        await _answer(scope, send, status, page.encode(), "text/html; charset=utf-8")


def _seen(engine: sa.Engine, found: Followed, locale: str, made_up: bool) -> bytes:
    def drawn(slide):
        return pictures(slide, HAND, locale=locale)

    return seen_html(engine, found, locale=locale, demonstration=made_up, drawn=drawn).encode()


def _document(w, body: str, *, attributes: str = "") -> str:
    return (
        f'<!doctype html><html lang="{w.locale}" dir="{w.direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(w('follow.title'))}</title>"
        '<link rel="icon" type="image/svg+xml" href="/app/static/icons/favicon.svg">'
        f"<style>{_faces()}{_STYLE}</style></head><body{attributes}>{body}</body></html>"
    )


def _faces() -> str:
    """The typefaces of the house, by their addresses. A chart was measured in them: in another its letters collide."""
    faces = []
    for file in sorted(FONTS.glob("*.woff2")):
        found = FONT.search(file.name)
        faces.append(
            f'@font-face{{font-family:"{FAMILY}";font-weight:{found["weight"]};font-display:swap;'
            f"src:url(/app/static/fonts/{file.name}) format('woff2');unicode-range:{RANGES[found['script']]}}}"
        )
    return "".join(faces)


async def _answer(scope, send, status: int, content: bytes, kind: str) -> None:
    headers = {"content-type": kind, "content-length": str(len(content)), "cache-control": "no-store"}
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


_STYLE = (Path(__file__).parent / "styles" / "follow.css").read_text(encoding="utf-8")
