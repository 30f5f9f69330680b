"""What a request may cost before anybody looks at it: its size, the time it takes to arrive, and how many one client sends."""

from __future__ import annotations

import asyncio
import math
import time

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.records import Language
from index.uploads import MOST_FILES
from ui.web.allowance import Allowance
from ui.web.desk import Desk
from ui.web.texts import preferred, texts

ARRIVED = "wenzheng.arrived"
"""In the scope of a request: when it came, of the clock that never goes back."""

_PLAIN = 16_000_000  # bytes of a request that brings no files; a browser's conversations are a few millions at most
_EACH = 10  # requests for each question that a client may ask; the page makes six
_ENVELOPE = 1_000_000  # bytes around the files of an upload


class _Refused(Exception):
    """What is told instead of going on."""

    def __init__(self, status: int, name: str, **facts: object) -> None:
        self.status, self.name, self.facts = status, name, facts


class Bounds:
    """Refuses requests past the bounds with one sentence, and counts those that are open."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self._desk = desk
        self._settings = desk.door.settings
        self._posts = Allowance(self._settings.rate * _EACH)
        self._uploads = self._settings.upload_megabytes * 1_000_000 * MOST_FILES + _ENVELOPE

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope[ARRIVED] = time.monotonic()
        lasting = "/heartbeat/" in scope["path"]  # as long as the page is open
        self._desk.door.requests += not lasting

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._desk.ledger.metrics.responses.labels(f"{message['status'] // 100}xx").inc()
            await send(message)

        try:
            if scope["method"] == "POST":
                await self._post(scope, receive, watched)
            else:
                await self.app(scope, receive, watched)
        except _Refused as refused:
            await self._tell(refused, scope, receive, watched)
        finally:
            self._desk.door.requests -= not lasting

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request with a body, which is counted as it comes; raises _Refused unless a reply has begun."""
        most = self._uploads if scope["path"].endswith("/upload") else _PLAIN
        if seconds := self._posts.take((scope.get("client") or ("",))[0]):
            raise _Refused(429, "busy", seconds=math.ceil(seconds))
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > most:
            raise _Refused(413, "large", found=int(declared), most=most)
        until, found, whole, begun = scope[ARRIVED] + self._settings.body_seconds, 0, False, False
        refused: _Refused | None = None

        async def counted() -> Message:
            # Raised in here, the refusal would reach the client as whatever the application makes of it.
            nonlocal found, whole, refused
            if whole:
                return await receive()  # only that the client went away is still to come
            try:
                message = await asyncio.wait_for(receive(), max(0.0, until - time.monotonic()))
            except TimeoutError:
                refused = _Refused(408, "stalled", seconds=self._settings.body_seconds)
                return {"type": "http.disconnect"}
            found += len(message.get("body", b""))
            whole = not message.get("more_body")
            if found > most:
                refused = _Refused(413, "large", found=found, most=most)
                return {"type": "http.disconnect"}
            return message

        async def unless_refused(message: Message) -> None:
            nonlocal begun
            if refused is None or begun:
                begun = True
                await send(message)

        try:
            await self.app(scope, counted, unless_refused)
        except Exception:
            if refused is None or begun:
                raise
        if refused is not None and not begun:
            raise refused

    async def _tell(self, refused: _Refused, scope: Scope, receive: Receive, send: Send) -> None:
        shown: Language = preferred(Headers(scope=scope).get("accept-language", ""))
        said = texts(shown)[f"serving_{refused.name}"].format(**refused.facts)
        self._desk.ledger.turned_away("request", refused.name)
        headers = {"Connection": "close"}  # the rest of the body is not waited for
        if refused.status == 429:
            headers["Retry-After"] = str(refused.facts["seconds"])
        await JSONResponse({"detail": said}, refused.status, headers)(scope, receive, send)
