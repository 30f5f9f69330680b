"""Readers of intricate formats in a process of their own, with little memory and little time.

A file made to hang its reader, or to unpack without end, costs that process and no more; what it takes from the
program is the bytes of the file, and what it gives is text.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

from index.content import Content
from index.errors import DocumentError
from index.records import PageStart

MEMORY = 3_000_000_000
"""Bytes of address space; the largest XML that a DOCX may hold takes some two thirds of it."""

SECONDS = 120
"""That reading may take, and as many of the processor's."""

SECONDS_PER_MB = 2
"""On top of that, for large files."""

_LARGEST_TEXT = 400_000_000  # bytes of JSON


def read(suffix: str, data: bytes, name: str, *, memory: int = MEMORY, seconds: float = SECONDS) -> Content:
    """What the reader for a suffix gives for the bytes of a file.

    Raises DocumentError as that reader does, and where it wants more than it may have.
    """
    seconds += SECONDS_PER_MB * len(data) / 1_000_000
    command = [sys.executable, "-c", "from index.sandbox import main; main()", suffix, str(memory), str(int(seconds) + 1), name]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, its arguments a list
            command, input=data, capture_output=True, timeout=seconds, check=False, env=_environment(), cwd="/",
            start_new_session=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _too_much(name, f"more than {seconds:.0f} seconds") from None
    if done.returncode or len(done.stdout) > _LARGEST_TEXT:
        raise _too_much(name, "more memory or time than a document may")
    told = json.loads(done.stdout)
    if "error" in told:
        raise DocumentError(told["error"], why=told["why"])
    return Content(told["text"], told["encoding"], tuple(PageStart(*page) for page in told["pages"]), told["title"])


def main() -> None:
    """In the process of its own: bytes in, JSON out."""
    suffix, memory, seconds, name = sys.argv[1:]
    _limit(int(memory), int(seconds))
    from index.files import READERS

    try:
        text, encoding, pages, title = READERS[suffix][1](sys.stdin.buffer.read(), name)
        told = {"text": text, "encoding": encoding, "pages": [(page.offset, page.label) for page in pages], "title": title}
    except DocumentError as error:
        # A parser that gets no more memory calls the file broken, each in its own words.
        if error.why == "broken" and _peak() > int(memory) / 2:
            raise SystemExit(1) from error
        told = {"error": str(error), "why": error.why}
    sys.stdout.write(json.dumps(told))


def _limit(memory: int, seconds: int) -> None:
    """What this process may have from here on; it writes no file, and leaves none behind when it dies."""
    limits = [
        (resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0),
    ]  # fmt: skip
    for limit, wanted in limits:
        most = resource.getrlimit(limit)[1]
        least = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(limit, (least, least))


def _peak() -> int:
    """The most bytes that this process has held; what `getrusage` tells begins with what its parent held."""
    try:
        held = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(held.partition("VmHWM:")[2].split()[0]) * 1024


def _environment() -> dict[str, str]:
    """Where Python finds this program, and nothing else: no keys, no settings."""
    home = str(Path(__file__).parents[1])
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT") if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join([home, *filter(None, sys.path)]), "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}


def _too_much(name: str, found: str) -> DocumentError:
    return DocumentError(
        f"{name} took {found} to read and was given up; save it anew or export its text, and add that instead.", "costly"
    )
