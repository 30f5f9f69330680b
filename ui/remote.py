"""A page served elsewhere, asked over HTTP.

Of the standard library, so that a question asked this way waits for no import: no model library,
and not Gradio's client either, which takes longer to import than the server takes to answer.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from index.errors import UsageError, WenzhengError

WRONG_USE = "Wrong use"
"""What the server calls an error that is the caller's."""

_BROKEN = (OSError, http.client.HTTPException)


@dataclass(frozen=True, slots=True)
class Remote:
    """The address of a page that `wenzheng ui` serves, and how many seconds an answer may take."""

    address: str
    timeout: float = 60
    token: str = field(default="", repr=False)  # of `wenzheng users token`, where the page asks for a login

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.address)
            well = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            well = False
        if not well:
            raise UsageError(f"“{self.address}” is no address of a server; write it as http://127.0.0.1:7860.")

    def call(self, name: str, **arguments: Any) -> Any:
        """What an endpoint gives for these arguments.

        Raises UsageError where the server says that the call is wrong, WenzhengError where it cannot
        be reached, is no Wenzheng server, is too slow, or fails.
        """
        ends = time.monotonic() + self.timeout
        place = f"{self.address.rstrip('/')}/gradio_api/call/v2/{name}"
        try:
            event = self._event(place, arguments, ends)
            for kind, data in self._events(f"{place}/{event}", ends):
                if kind == "complete":
                    return self._first(data)
                if kind == "error":
                    raise self._failed(data)
        except TimeoutError as error:
            raise self._slow() from error
        except urllib.error.HTTPError as error:
            raise self._refused(error) from error
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise self._slow() from error
            raise self._away(error.reason) from error
        except _BROKEN as error:
            raise self._away(error) from error
        except ValueError as error:  # no JSON, no UTF-8
            raise self._foreign() from error
        raise self._away("the connection ended before the answer")

    def _first(self, data: Any) -> Any:
        if not isinstance(data, list) or not data:
            raise self._foreign()
        return data[0]

    def _event(self, place: str, arguments: dict[str, Any], ends: float) -> str:
        """The name under which the server works at the call."""
        body = json.dumps(arguments).encode()
        request = urllib.request.Request(place, body, {"Content-Type": "application/json", **self._who})  # noqa: S310 — checked above
        with urllib.request.urlopen(request, timeout=self._left(ends)) as reply:  # noqa: S310
            found = json.load(reply)
        if not isinstance(found, dict) or not isinstance(found.get("event_id"), str):
            raise self._foreign()
        return str(found["event_id"])

    def _events(self, place: str, ends: float) -> Iterator[tuple[str, Any]]:
        """Kind and data of each event that the server sends."""
        request = urllib.request.Request(place, headers=self._who)  # noqa: S310
        with urllib.request.urlopen(request, timeout=self._left(ends)) as reply:  # noqa: S310
            kind = ""
            for line in reply:
                self._left(ends)  # a server that only says it is alive would never be silent
                name, _, value = line.decode().rstrip("\r\n").partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    yield kind, json.loads(value)

    @property
    def _who(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def _left(self, ends: float) -> float:
        left = ends - time.monotonic()
        if left <= 0:
            raise self._slow()
        return left

    # -- what may go wrong ------------------------------------------------------------------

    def _failed(self, told: Any) -> WenzhengError:
        """The server's own sentence."""
        if not isinstance(told, dict) or not isinstance(told.get("error"), str):
            return WenzhengError(f"The server at {self.address} failed without saying why; see what it printed.")
        return (UsageError if told.get("title") == WRONG_USE else WenzhengError)(told["error"])

    def _refused(self, error: urllib.error.HTTPError) -> WenzhengError:
        with error:
            if error.code in (http.HTTPStatus.SERVICE_UNAVAILABLE, http.HTTPStatus.TOO_MANY_REQUESTS):
                soon = error.headers.get("Retry-After", "")
                seconds = int(soon) if soon.isdecimal() else 60
                why = "has" if error.code == http.HTTPStatus.SERVICE_UNAVAILABLE else "had from here"
                return WenzhengError(f"The server at {self.address} {why} too many questions in line; ask again in {seconds} s.")
            if error.code == http.HTTPStatus.UNAUTHORIZED:
                return WenzhengError(
                    f"The server at {self.address} wants a login; run `wenzheng users token NAME` there and set WENZHENG_TOKEN to it."
                )
            return self._foreign(f"it answered with status {error.code}")

    def _foreign(self, why: str = "it answered something else") -> WenzhengError:
        return WenzhengError(
            f"At {self.address} there is no Wenzheng server of this version ({why}); give the address that `wenzheng ui` printed."
        )

    def _away(self, why: object) -> WenzhengError:
        return WenzhengError(f"The server at {self.address} cannot be reached ({why}); see that `wenzheng ui` runs there.")

    def _slow(self) -> WenzhengError:
        return WenzhengError(
            f"The server at {self.address} gave no answer within {self.timeout:g} seconds; "
            "ask again, or set WENZHENG_TIMEOUT higher."
        )
