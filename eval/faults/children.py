"""Children that carry out one order each and are killed at a moment of a stage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_TYPICAL = 0.1  # seconds of a stage that was never yet seen to its end
_REVIEWING = 0.3  # seconds after which a reviewer is killed at the latest


@dataclass(frozen=True, slots=True)
class Ended:
    """What was heard of a child."""

    killed: bool
    stage: str  # in which it was killed, or the last one
    kept: tuple[str, ...]  # acknowledged
    found: dict[str, Any]
    told: str


class Children:
    """The process that forks a child for every order."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "eval.faults.child"]
        self._process = subprocess.Popen(  # noqa: S603 — our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
        )
        self._durations: dict[tuple[str, str], float] = {}
        if self._line()[0] != "ready":
            raise RuntimeError("The process that forks children did not start.")

    def run(self, order: Mapping[str, Any], *, work: str = "", stage: str = "", share: float = 0.0) -> Ended:
        """Lets a child carry out an order; kills it when a share of the typical length of a stage of it is over."""
        if self._process.stdin is None:
            raise RuntimeError("The process that forks children takes no orders.")
        self._process.stdin.write(json.dumps(order, ensure_ascii=False) + "\n")
        self._process.stdin.flush()
        child, last, began, timer = int(self._line()[1]), "", time.monotonic(), None
        kept: list[str] = []
        found: dict[str, Any] = {}
        told = ""
        while (line := self._line())[0] != "end":
            if line[0] == "stage":
                self._took(work, last, began, timer)
                last, began = line[1], time.monotonic()
                if last == stage:
                    longest = _REVIEWING if stage == "review" else self._durations.get((work, stage), _TYPICAL)
                    timer = threading.Timer(share * longest, _kill, [child])
                    timer.start()
            elif line[0] == "kept":
                kept += line[1:]
                self._took(work, last, began, timer)
            elif line[0] == "found":
                found = json.loads(" ".join(line[1:]))
            elif line[0] == "told":
                told = " ".join(line[1:])
        if timer:
            timer.cancel()
        return Ended(int(line[1]) == -signal.SIGKILL, last, tuple(kept), found, told)

    def close(self) -> None:
        """Ends the process."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait(60)
        if self._process.stdout:
            self._process.stdout.close()

    def _took(self, work: str, stage: str, began: float, timer: object) -> None:
        if stage and stage != "review" and timer is None:
            self._durations[work, stage] = time.monotonic() - began

    def _line(self) -> list[str]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError("The process that forks children ended.")
        return line.rstrip("\n").split(" ")


def _kill(child: int) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself
        os.kill(child, signal.SIGKILL)
