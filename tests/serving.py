"""A page served over the small corpus with the fake encoder, for tests of what programs ask of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.settings import Settings

FAKE_CLI = Path(__file__).parent / "fake_cli.py"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def server(shelf: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the page."""
    address = f"http://127.0.0.1:{free_port()}"
    command = [sys.executable, str(FAKE_CLI), "ui", "--library", str(shelf.library), "--port", address.rsplit(":", 1)[1]]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WENZHENG_")}
    folder = tmp_path_factory.mktemp("served")
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(command, cwd=folder, env=clean, stdout=log, stderr=log)
    try:
        for _ in range(600):
            assert running.poll() is None, (folder / "log").read_text()
            try:
                urllib.request.urlopen(f"{address}/config", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        running.terminate()
        running.wait(timeout=30)


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
