"""`wenzheng ui` with a fake encoder and a reader that takes as long as the question says: `python slow_server.py LIBRARY PORT`.

A question “… (slow 2)” takes 2 seconds; one with “(broken)” breaks the reader.  Other settings come from the environment.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from fakes import FakeEncoder

from index import settings as own
from index.library import Library
from index.search import Searcher
from rag.answer import Answerer
from rag.question import Analysis
from rag.readers.extractive import ExtractiveReader
from rag.records import Draft, Evidence
from ui.web import app


@dataclass(frozen=True)
class TimedReader:
    """Writes what the extractive reader writes, when it is time."""

    name: str = "timed"

    def read(
        self, question: Analysis, evidence: Sequence[Evidence], searcher: Searcher, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Draft]:
        if "(broken)" in question.text:
            raise RuntimeError(f"broke on {question.text}")
        found = re.search(r"\(slow ([\d.]+)\)", question.text)
        until = time.monotonic() + (float(found[1]) if found else 0)
        while time.monotonic() < until and not cancelled():
            time.sleep(0.02)
        yield from ExtractiveReader().read(question, evidence, searcher)


if __name__ == "__main__":
    settings = own.load({"library": sys.argv[1], "port": sys.argv[2]})
    app.serve(Answerer(Searcher(Library.open(settings.library), FakeEncoder()), TimedReader()), settings)
