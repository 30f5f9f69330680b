"""A page as one browser after another meets it: its functions by the parts of the page that call them, without a browser."""

from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eval.served import Served

_PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Page:
    """The functions of a served page."""

    served: Served
    functions: dict[tuple[str, str], int]  # by part of the page, or their own name after another one, and event
    queued: frozenset[int]

    @classmethod
    def of(cls, served: Served) -> Page:
        """Those that the page tells of; raises OSError where it does not answer."""
        with urllib.request.urlopen(f"{served.address}/config", timeout=_PATIENCE) as reply:  # noqa: S310 — started here
            config = json.load(reply)
        parts = {item["id"]: item["props"].get("elem_id") for item in config["components"]}
        found: dict[tuple[str, str], int] = {}
        for item in config["dependencies"]:
            for part, event in item["targets"]:
                found.setdefault((parts.get(part) or item["api_name"], event), item["id"])
        return cls(served, found, frozenset(item["id"] for item in config["dependencies"] if item["queue"]))


@dataclass
class Visit:
    """One page open in one browser."""

    page: Page
    name: str
    _gone: threading.Event = field(default_factory=threading.Event)

    def does(self, part: str, event: str, *data: Any, asked: str = "", **more: Any) -> list[Any]:
        """What a part of the page gives for an event; `asked` is the query of its address.  Raises Failed or OSError."""
        function = self.page.functions[part, event]
        if function in self.page.queued:
            return self.page.served.call(function, list(data), self.name, **more)
        request = urllib.request.Request(  # noqa: S310 — started here
            f"{self.page.served.address}/gradio_api/run/predict?{asked}",
            json.dumps({"data": data, "fn_index": function, "session_hash": self.name, **more}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:  # noqa: S310
            return list(json.load(reply)["data"])

    @contextmanager
    def opened(self) -> Iterator[Visit]:
        """Open until the end, as the connection says that lasts as long as a page is there."""
        address = f"{self.page.served.address}/gradio_api/heartbeat/{self.name}"
        with urllib.request.urlopen(address, timeout=_PATIENCE):  # noqa: S310
            yield self


def upload(address: str, name: str, data: bytes) -> str:
    """Sends a file as a browser does, and returns where the server keeps it."""
    edge = "wenzheng-soak"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\n'
    request = urllib.request.Request(  # noqa: S310 — a page that was started here
        f"{address}/gradio_api/upload",
        head.encode() + data + f"\r\n--{edge}--\r\n".encode(),
        {"Content-Type": f"multipart/form-data; boundary={edge}"},
    )
    with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:  # noqa: S310
        return str(json.load(reply)[0])
