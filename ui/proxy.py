"""The login that a proxy does: what it says of an account reaches the pages only when it was the proxy that said it."""

import secrets

from ui.access import Proxy

VOUCHED = "x-tatabbu-vouched"
"""The header in which this middleware tells the pages, in the same process, whose connection it is."""

MARK = secrets.token_hex(16)
"""What that header begins with: known to this process alone, so that nobody outside can write one."""


class ProxyLogin:
    """ASGI middleware: takes what outsiders say of themselves off each request, and adds what the proxy vouches for.

    The peer must be the one who really connected: `ui.server` keeps uvicorn from putting another in its place.
    """

    def __init__(self, app, *, proxy: Proxy):
        self.app = app
        self._proxy = proxy
        own = (VOUCHED, proxy.header, proxy.secret_header)
        self._taken_off = {name.encode() for name in own if name}

    async def __call__(self, scope, receive, send):
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        said: dict[str, list[str]] = {}
        kept = []
        for name, value in scope["headers"]:
            if name.lower() in self._taken_off:
                said.setdefault(name.lower().decode("latin-1"), []).append(_text(value))
            else:
                kept.append((name, value))
        peer = (scope.get("client") or ("",))[0]
        account = self._proxy.vouches(peer, said)
        if account:
            kept.append((VOUCHED.encode(), f"{MARK}{account}".encode()))
        await self.app({**scope, "headers": kept}, receive, send)


def _text(value: bytes) -> str:
    """A header as text: names with accents come in UTF-8 from proxies of today."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def vouched(value: str | None) -> str:
    """The account in a value of the header VOUCHED; empty where this process did not write it."""
    if not value or not secrets.compare_digest(value[: len(MARK)].encode(), MARK.encode()):
        return ""
    # Headers are read as Latin-1, whatever was written.
    return value[len(MARK) :].encode("latin-1", "replace").decode("utf-8", "replace")
