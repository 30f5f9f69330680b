"""A real OpenAI-compatible server on the loopback: `transformers serve` in a process of its own, offline, on the processor."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_STARTS = 120  # seconds it may take to answer on a busy machine, as in `serving`
_STOPS = 5  # seconds it may take to end when asked to


@dataclass(frozen=True)
class Served:
    """A server that answers."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def serving(home: Path, model: Path | None = None) -> Iterator[Served]:
    """Runs until the block is left, however it is left; `home` takes its log and an empty cache of models.

    With a model it serves that one only, without one whatever folder a request names.
    """
    (home / "hub").mkdir(parents=True)
    log = home / "server.log"
    port = _free_port()
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", *([str(model)] if model else [])]
    with log.open("wb") as written:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"],
            env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "HF_HUB_CACHE": str(home / "hub")},
            stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        _wait(process, port, log)
        yield Served(port, process)
    finally:
        process.terminate()
        try:
            process.wait(_STOPS)
        except subprocess.TimeoutExpired:  # it waits for answers that are still being written
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _STARTS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    why = f"not there after {_STARTS} seconds" if process.poll() is None else f"ended with {process.returncode}"
    raise RuntimeError(f"transformers serve is {why}:\n{log.read_text(encoding='utf-8', errors='replace')[-3000:]}")
