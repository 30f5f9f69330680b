"""What the browser is told with every reply: load nothing from elsewhere, run nothing that is not the page's own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Mapping[str, str] = {
    "default-src": "'self'",
    # Gradio makes functions of the templates of its HTML component and of `js`.
    "script-src": "'self' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",  # its components carry style attributes
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""The content security policy; scripts inside the page are let in by what they are, not because they are inside."""

OTHERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

_INLINE = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)


def policy(page: bytes = b"") -> str:
    """The policy for a page, with the digests of the scripts that stand in it."""
    # The browser reads every line end as \n before it reckons the digest.
    scripts = dict.fromkeys(_digest(found.replace(b"\r\n", b"\n").replace(b"\r", b"\n")) for found in _INLINE.findall(page))
    rules = {**POLICY, "script-src": " ".join([POLICY["script-src"], *scripts])}
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _digest(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"


_HEAD = re.compile(rb"<head(?:\s[^>]*)?>", re.IGNORECASE)


class Headers:
    """Puts the headers on every reply; a page is held back until all of it is known.

    `first` is a script that stands in every page before all else.
    """

    def __init__(self, app: ASGIApp, first: str = "") -> None:
        self.app = app
        self.first = f"<script>{first}</script>".encode() if first else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        held: list[Message] = []
        body = bytearray()

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _is_page(message):
                    held.append(message)
                    return
                _put(message, policy())
            elif held and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                start, page = held.pop(), _HEAD.sub(lambda head: head.group() + self.first, bytes(body), count=1)
                if page != body:  # to HEAD there is no page
                    MutableHeaders(raw=start["headers"])["Content-Length"] = str(len(page))
                _put(start, policy(page))
                await send(start)
                message = {**message, "body": page}
            await send(message)

        await self.app(scope, receive, pass_on)


def _is_page(start: Message) -> bool:
    return MutableHeaders(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _put(start: Message, rules: str) -> None:
    headers = MutableHeaders(raw=start["headers"])
    headers["Content-Security-Policy"] = rules
    for name, value in OTHERS.items():
        headers[name] = value
