"""Where a request comes from: forwarded headers are believed of the proxies that are set, and taken out of all others."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from index.errors import SettingsError

_TOLD = (b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-port", b"x-forwarded-prefix")
_HEADERS = frozenset((*_TOLD, b"x-gradio-server", b"x-real-ip", b"forwarded"))
"""What a proxy, or whoever claims to be one, may tell; Gradio believes some of it of anybody."""


def networks(value: str, setting: str) -> list[str]:
    """The addresses and networks of a setting, one by one; raises SettingsError for one that is neither."""
    found = [part.strip() for part in value.split(",") if part.strip()]
    for part in found:
        try:
            ipaddress.ip_network(part, strict=True)
        except ValueError as error:
            raise SettingsError(
                f"{setting} names “{part}”, which is no address or network; write it as 127.0.0.1 or 10.0.0.0/8."
            ) from error
    return found


def within(client: str, places: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(place) for place in places)


CLAIMED = "wenzheng.claimed"
"""Where a scope keeps through whom a request says it came, whether that is believed or not."""


class Trust:
    """Makes client and scheme of a request what a trusted proxy says they are; of others it takes out what they claim."""

    def __init__(self, app: ASGIApp, proxies: Sequence[str]) -> None:
        self.app = app
        self._proxies = proxies
        self._told: Any = ProxyHeadersMiddleware(app, list(proxies))  # type: ignore[arg-type]  # its own names for the same types

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        claimed = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"x-forwarded-for"]
        scope = {**scope, CLAIMED: claimed}
        if scope.get("client") and within(scope["client"][0], self._proxies):
            await self._told(scope, receive, send)
        else:
            headers = [(name, value) for name, value in scope["headers"] if name.lower() not in _HEADERS]
            await self.app({**scope, "headers": headers}, receive, send)
