"""What is kept of visits to the page: Gradio's account of each, which it never ends by itself.

Gradio keeps for every visit of a browser, and for every call of a program, what each component of the page says: a
third of a megabyte, for the last ten thousand of them.  Of Gradio this uses `state_holder` with its `session_data` and
`time_last_used`, and `config_values`, which its documentation does not name; tests hold them to what is expected here.
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

CLOSED = 100
"""Pages that were closed and are remembered still: a browser that lost its connection comes back to its conversation."""

_LONGEST = timedelta(hours=1)  # for which Gradio too keeps the conversation of a closed page
_PROGRAM = timedelta(minutes=1)  # after the last sign of a visit that never was an open page
_EVERY = 5.0  # seconds between two looks
_BEAT = "/heartbeat/"  # a request that lasts as long as its page is open, with the name of the visit after it


class Visits:
    """Sees which pages are open, and forgets visits that nobody comes back to."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._beats: Counter[str] = Counter()  # 0 for pages that were closed
        self._looked = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        visit = scope["path"].partition(_BEAT)[2] if scope["type"] == "http" else ""
        if visit:
            self._beats[visit] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            if visit:
                self._beats[visit] -= 1
            # Here and in no thread: Gradio writes to its account in the loop that serves, which this is part of.
            if (holder := getattr(scope.get("app"), "state_holder", None)) and time.monotonic() - self._looked > _EVERY:
                self._looked = time.monotonic()
                self.sweep(holder, datetime.now())

    def sweep(self, holder: Any, now: datetime) -> None:
        """Forgets programs after a minute, closed pages after an hour or when a hundred others were closed since."""
        closed: list[str] = []
        for visit, state in list(holder.session_data.items()):  # the one that was idle longest first
            state.config_values.clear()  # for links to a page as it stands, which this page does not offer
            idle = now - holder.time_last_used.get(visit, now)
            if visit not in self._beats:
                if idle > _PROGRAM:
                    _forget(holder, visit)
            elif not self._beats[visit]:
                if idle > _LONGEST:
                    _forget(holder, visit)
                else:
                    closed.append(visit)
        for visit in closed[:-CLOSED]:
            _forget(holder, visit)
        self._beats = Counter({v: beats for v, beats in self._beats.items() if beats or v in holder.session_data})


def _forget(holder: Any, visit: str) -> None:
    with holder.lock:
        holder.session_data.pop(visit, None)
        holder.time_last_used.pop(visit, None)
