"""A served page as its readers' browsers meet it: sessions of its queue, over HTTP."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from index.errors import UsageError, WenzhengError

_PATIENCE = 60  # seconds an answer may take
_START = 180  # and the start of a server on a busy machine
_AWAY = (OSError, http.client.HTTPException, ValueError, KeyError, StopIteration)


class Failed(WenzhengError):
    """A question got no answer."""


class TurnedAway(Failed):
    """A question was not let in, and the page said so."""


@dataclass(frozen=True, slots=True)
class Served:
    """The address of a page and the number of its function that answers."""

    address: str
    function: int
    process: int | None = None  # its number, where it was started here

    @classmethod
    def at(cls, address: str) -> Served:
        """The page at an address; raises UsageError where there is none."""
        try:
            config = json.loads(_read(f"{address}/config"))
            return cls(address, next(item["id"] for item in config["dependencies"] if item["api_name"] == "ask"))
        except _AWAY as error:
            raise UsageError(f"At {address} no page of Wenzheng is served ({error}); run `wenzheng ui` there.") from error

    def ask(self, question: str, session: str) -> dict[str, Any]:
        """The answer as the page's queue sends it to a session; raises Failed where it sends none."""
        return dict(self.call(self.function, [question, None, None, None], session)[0])

    def call(self, function: int, data: list[Any], session: str, **more: Any) -> list[Any]:
        """What one of the page's functions gives in the end; raises Failed where it gives nothing."""
        asked = {"data": data, "fn_index": function, "session_hash": session, **more}
        try:
            event = json.loads(_read(f"{self.address}/gradio_api/queue/join", asked))["event_id"]
            with urllib.request.urlopen(  # noqa: S310 — checked in served()
                f"{self.address}/gradio_api/queue/data?session_hash={session}", timeout=_PATIENCE
            ) as reply:
                for line in reply:
                    message = json.loads(line[6:]) if line.startswith(b"data: ") else {}
                    if message.get("msg") == "process_completed" and message["event_id"] == event:
                        if not message["success"]:
                            raise Failed(str(message["output"]))
                        return list(message["output"]["data"])
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            raise (TurnedAway if error.code in (429, 503) else Failed)(f"{error.code}: {said}") from error
        except _AWAY as error:
            raise Failed(repr(error)) from error
        raise Failed("the connection ended before the answer")


@contextmanager
def served(library: Path | None, address: str | None = None) -> Iterator[Served]:
    """The page at the address, or one over the library that is served for as long as it is wanted."""
    if address:
        if not address.startswith(("http://", "https://")):
            raise UsageError(f"“{address}” is no address of a server; write it as http://127.0.0.1:7860.")
        yield Served.at(address.rstrip("/"))
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "ui.cli", "ui", *(("--library", str(library)) if library else ()), "--port", str(port)]
    with tempfile.TemporaryFile() as said:  # a pipe that nobody reads would stop it
        running = subprocess.Popen(command, stdout=said, stderr=said)  # noqa: S603 — our own program
        try:
            yield replace(_started(f"http://127.0.0.1:{port}", running, said), process=running.pid)
        finally:
            running.terminate()
            running.wait(timeout=_PATIENCE)


def _started(address: str, running: subprocess.Popen[bytes], said: IO[bytes]) -> Served:
    """The page as soon as it is there; raises WenzhengError with what it printed where it ended instead."""
    ends = time.monotonic() + _START
    while time.monotonic() < ends and running.poll() is None:
        try:
            return Served.at(address)
        except UsageError:
            time.sleep(0.1)
    if running.poll() is None:
        raise WenzhengError(f"The page at {address} did not start within {_START} seconds; run `wenzheng ui` to see why.")
    said.seek(0)
    told = said.read().decode(errors="replace").strip().splitlines()
    raise WenzhengError(told[-1] if told else "The page ended at once; run `wenzheng ui` to see why.")


def _read(address: str, body: dict[str, Any] | None = None) -> bytes:
    """What is at an address, or what it answers to a JSON object."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=_PATIENCE) as reply:  # noqa: S310
        return bytes(reply.read())
