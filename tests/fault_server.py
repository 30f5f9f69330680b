"""Indexes in children that can be killed: imports once, then forks for every line on stdin.

A line is JSON: [folder to index, library].  Answered on stdout: the child's process number, each
stage as it begins, and "end" with the child's status when it is gone.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeEncoder

from index import build, files
from index.settings import Settings
from index.terms import Terms


def say(*words: object) -> None:
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def index_slowly(folder: str, library: str) -> None:
    """One run, drawn out so that it can be hit at any place."""
    quick = files.read

    def slow(path: Path) -> object:
        time.sleep(0.01)
        return quick(path)

    files.read = slow
    build._BATCH = 2
    told: set[str] = set()

    def progress(stage: str, _done: int, _total: int) -> None:
        if stage not in told:
            told.add(stage)
            say(stage)

    build.index([Path(folder)], Settings(library=Path(library)), FakeEncoder(delay=0.01), progress=progress)


def main() -> None:
    Terms(["风筝"]).terms("风筝 kites")  # dictionaries are read before the first child
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                index_slowly(*json.loads(line))
            finally:
                os._exit(0)
        say("child", child)
        say("end", os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
