"""The headers that every answer carries, and the Content-Security-Policy."""

import base64
import hashlib
import re

_INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<body>.*?)</script>", re.DOTALL | re.IGNORECASE)


def script_hashes(html: str) -> list[str]:
    """The CSP source of each inline script in `html`: what the browser will hash, byte for byte."""
    sources = []
    for script in _INLINE_SCRIPT.finditer(html):
        if "src=" not in script["attributes"]:
            digest = hashlib.sha256(script["body"].encode()).digest()
            sources.append(f"'sha256-{base64.b64encode(digest).decode()}'")
    return sources


def content_security_policy(html: str) -> str:
    """The policy under which the document `html` works and nothing else does."""
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *script_hashes(html)]),
        # Streamlit styles its elements at run time (emotion), and so does Plotly: both write <style> and style="".
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


class SecurityHeaders:
    """ASGI middleware: sets the headers on each HTTP answer, whoever made it."""

    def __init__(self, app, *, policy: str):
        self.app = app
        headers = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]
        self._names = {name for name, _ in self._headers}

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message.get("headers", ()) if name.lower() not in self._names]
                message = {**message, "headers": [*kept, *self._headers]}
            await send(message)

        await self.app(scope, receive, send_with_headers)
