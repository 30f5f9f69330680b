"""What machines look at: /health, /ready and /metrics, answered before anything else is asked of the page."""

from __future__ import annotations

from contextlib import closing

from anyio import to_thread
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import LibraryError
from index.library import Library
from ui.web.desk import Desk
from ui.web.metrics import TYPE
from ui.web.trust import networks, within


class Probes:
    """Answers them; who may read the figures is set."""

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self.app = app
        self._desk = desk
        self._monitors = networks(desk.door.settings.monitors, "monitors")
        desk.ledger.metrics.look_at(lambda: desk.door.waiting(), self._generation, lambda: not self._missing())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", "")) if scope["type"] == "http" else ""
        if path not in ("/health", "/ready", "/metrics") or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        client = (scope.get("client") or ("",))[0]
        if path == "/metrics" and not within(client, self._monitors):
            reply: Response = PlainTextResponse("These figures are for the addresses set as monitors only.\n", 403)
        elif path == "/health":
            reply = JSONResponse({"alive": True})
        elif path == "/ready":
            reply = await to_thread.run_sync(self._ready)
        else:
            reply = Response(await to_thread.run_sync(self._desk.ledger.metrics.text), media_type=TYPE)
        reply.headers["Cache-Control"] = "no-store"
        await reply(scope, receive, send)

    def _ready(self) -> Response:
        missing = self._missing()
        if missing:
            return JSONResponse({"ready": False, "waits_for": missing}, 503, {"Retry-After": "5"})
        return JSONResponse({"ready": True, "generation": self._generation()})

    def _missing(self) -> str:
        """What stands in the way of an answer, empty where nothing does."""
        if self._desk.door.stopping:
            return "stopping"
        if self._generation() < 0:
            return "library"
        return "" if self._desk.warmed or self._desk.ledger.answers else "encoder"

    def _generation(self) -> int:
        """The generation that is committed now; over a connection of its own, for questions in work hold the desk's."""
        try:
            with closing(Library.open(self._desk.answerer.searcher.library.folder)) as library:
                return library.generation
        except LibraryError:
            return -1
