"""The benchmark in a process of its own: started, watched and cancelled; it may go on while the page answers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Literal

from index.errors import DocumentError, UsageError
from ui.runs import FOLDER

_PATIENCE = 5.0  # seconds that a process told to end may take
_LONGEST = 120  # seconds that reading saved runs may take

Stage = Literal["idle", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class State:
    """How far the latest run is."""

    stage: Stage = "idle"
    name: str = ""  # of the run
    done: int = 0
    total: int = 0  # 0 until the questions are counted
    message: str = ""  # why it failed


@dataclass(frozen=True, slots=True)
class Change:
    """One measure in one language in two runs; `low` and `high` bound the difference after − before."""

    language: str
    measure: str
    before: float
    after: float
    low: float
    high: float
    worse: bool
    better: bool


@dataclass
class Bench:
    """One run at a time over one library, whoever asks for it."""

    library: Path
    _state: State = State()
    _process: subprocess.Popen[str] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """Where the runs are saved."""
        return self.library / FOLDER

    @property
    def state(self) -> State:
        """How far the latest run is."""
        return self._state

    def start(self, split: str, language: str | None = None, limit: int | None = None) -> None:
        """Begins a run; raises UsageError while another goes on."""
        with self._lock:
            if self._state.stage == "running":
                raise UsageError("A run is going on already; wait for its end or cancel it.")
            name = _free(self.folder, f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{split}")
            command = _command(
                f"--split={split}", f"--library={self.library}", f"--save={self.folder / name}.json",
                f"--html={self.folder / name}.html", "--progress",
            )  # fmt: skip
            command += [f"--language={language}"] if language else []
            command += [f"--limit={limit}"] if limit else []
            self._process = subprocess.Popen(  # noqa: S603 — our own program, its arguments a list
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                text=True, encoding="utf-8", errors="replace", env=_environment(), start_new_session=True,
            )  # fmt: skip
            self._state = State("running", name)
            threading.Thread(target=self._watch, args=(self._process, name), daemon=True, name="benchmark").start()

    def cancel(self) -> None:
        """Ends the run that goes on, with all that it started; nothing of it stays."""
        with self._lock:
            process, state = self._process, self._state
            if process is None or state.stage != "running":
                return
            self._state = replace(state, stage="cancelled")
        _end(process)
        for ending in (".json", ".html"):
            for path in (self.folder / f"{state.name}{ending}", self.folder / f".{state.name}{ending}.part"):
                path.unlink(missing_ok=True)

    def _watch(self, process: subprocess.Popen[str], name: str) -> None:
        """Follows what the process tells until it ends; the last line that is no progress says why it failed."""
        assert process.stderr is not None
        said = self._follow(process.stderr, name)
        status = process.wait()
        process.stderr.close()
        with self._lock:
            if self._state.name == name and self._state.stage == "running":
                stage: Stage = "done" if status == 0 else "failed"
                self._state = replace(self._state, stage=stage, message=said if status else "")

    def _follow(self, lines: IO[str], name: str) -> str:
        last = ""
        for line in lines:
            told = _progress(line)
            if told is None:
                last = line.strip() or last
                continue
            with self._lock:
                if self._state.name == name:
                    self._state = replace(self._state, done=told[0], total=told[1])
        return last


def compare(before: Path, after: Path) -> tuple[Change, ...]:
    """What changed between two saved runs; raises DocumentError with the reason where they cannot be compared."""
    return _compare(before, before.stat().st_mtime_ns, after, after.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _compare(before: Path, before_changed: int, after: Path, after_changed: int) -> tuple[Change, ...]:
    told = json.loads(_tell(f"--run={after}", f"--against={before}", "--json"))
    return tuple(Change(**change) for change in told["changes"])


def report(run: Path) -> Path:
    """The HTML report of a saved run, made where it is missing or older than the run."""
    path = run.with_suffix(".html")
    if not path.exists() or path.stat().st_mtime_ns < run.stat().st_mtime_ns:
        _tell(f"--run={run}", f"--html={path}")
    return path


def _tell(*options: str) -> str:
    """What `wenzheng eval` prints; raises DocumentError with its last words where it fails."""
    done = subprocess.run(  # noqa: S603 — our own program, its arguments a list
        _command(*options), stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace",
        env=_environment(), timeout=_LONGEST, check=False,
    )  # fmt: skip
    if done.returncode:
        raise DocumentError(([line for line in done.stderr.splitlines() if line.strip()] or ["The runs could not be read."])[-1])
    return done.stdout


def _command(*options: str) -> list[str]:
    return [sys.executable, "-m", "ui.cli", "eval", *options]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}


def _progress(line: str) -> tuple[int, int] | None:
    """(done, total) of a line of progress, None for any other."""
    try:
        told = json.loads(line)
        return int(told["done"]), int(told["total"])
    except (ValueError, KeyError, TypeError):
        return None


def _free(folder: Path, name: str) -> str:
    """The name, numbered where a run of that second is there already."""
    names = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next((free for free in names if not (folder / f"{free}.json").exists()), name)


def _end(process: subprocess.Popen[str]) -> None:
    """Ends a process and all that it started, first asked and then made to, and waits until it is gone."""
    for sent in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):  # it ended by itself
            os.killpg(process.pid, sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_PATIENCE)
