"""Who is asking, and since when: what Gradio knows of the request that an event came with."""

from __future__ import annotations

from typing import Any

from gradio.context import LocalContext

from ui.web.bounds import ARRIVED


def client() -> str:
    """The address that the event at hand came from; empty outside of one."""
    return of(_request())


def arrived() -> float | None:
    """When the event at hand got in line, of the clock that never goes back; None outside of one."""
    request = _request()
    found = getattr(request, "scope", {}).get(ARRIVED)
    return found if isinstance(found, float) else None


def of(request: Any) -> str:
    """The address of a request of Starlette's; empty where it has none."""
    own = getattr(request, "client", None)
    return str(own.host) if own is not None else ""


def _request() -> Any:
    """Starlette's request inside Gradio's."""
    return getattr(LocalContext.request.get(None), "request", None)
