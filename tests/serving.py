"""A page served over the small corpus with the fake encoder, for tests of what programs ask of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from index.settings import Settings

ROOT = Path(__file__).parents[1]
FAKE_CLI = ROOT / "tests" / "fake_cli.py"
_STARTS = 120  # seconds, on a busy machine


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(*arguments: str | Path, log: Path, **variables: str) -> Iterator[str]:
    """The address of a page that Python serves with these arguments and, as the last, a port; its log goes to a folder.

    The environment is this one without its settings of the program, and with the variables given.
    """
    address = f"http://127.0.0.1:{free_port()}/"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WENZHENG_")}
    # A program in tests/ imports the packages of this checkout.
    clean["PYTHONPATH"] = str(ROOT)
    with (log / "ui.log").open("w") as stream:
        command = [sys.executable, *map(str, arguments), address.rsplit(":", 1)[1].strip("/")]
        process = subprocess.Popen(command, cwd=ROOT, env={**clean, **variables}, stdout=stream, stderr=stream)
    try:
        _wait_for(address, process, log / "ui.log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _STARTS
    while time.monotonic() < until:
        assert running.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except urllib.error.HTTPError as refused:  # a page with a login
            refused.close()
        except OSError:
            time.sleep(0.1)
            continue
        return
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def server(shelf: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page."""
    with served(FAKE_CLI, "ui", "--library", shelf.library, "--port", log=tmp_path_factory.mktemp("served")) as address:
        yield address.rstrip("/")


def raw(server: str, name: str, arguments: object, **headers: str) -> tuple[str, Any]:
    """Kind and data of the last event that a plain HTTP call gets, as curl would."""
    place = f"{server}/gradio_api/call/v2/{name}"
    request = urllib.request.Request(place, json.dumps(arguments).encode(), {"Content-Type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=30) as reply:
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(urllib.request.Request(f"{place}/{event}", headers=headers), timeout=30) as reply:
        lines = reply.read().decode().splitlines()
    kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    return kinds[-1], data[-1]
