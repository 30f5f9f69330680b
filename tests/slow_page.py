"""A page whose reader takes its time, or breaks: `python slow_page.py LIBRARY PORT`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer
from rag.question import Analysis
from rag.readers.extractive import ExtractiveReader
from rag.records import Draft, Evidence
from ui.web import app
from ui.web.desk import Desk

SLOW = 4.0  # seconds before every statement but the first
SLOWLY = "慢慢说"  # in a question that is to be answered so


@dataclass(frozen=True)
class SlowReader:
    """Writes what the extractive reader writes, slowly; breaks where the question says so."""

    name: str = "slow"

    def read(
        self, question: Analysis, evidence: Sequence[Evidence], searcher: Searcher, cancelled: Callable[[], bool] = lambda: False
    ) -> Iterator[Draft]:
        if "broken" in question.text:
            raise RuntimeError("<b>the reader broke</b>")
        for place, draft in enumerate(ExtractiveReader().read(question, evidence, searcher)):
            until = time.monotonic() + SLOW * (place > 0 and SLOWLY in question.text)
            while time.monotonic() < until:
                if cancelled():
                    return
                time.sleep(0.02)
            yield draft


if __name__ == "__main__":
    settings = Settings(library=Path(sys.argv[1]))
    app.launch(Desk(Answerer(Searcher.open(settings), SlowReader())), "127.0.0.1", int(sys.argv[2])).block_thread()
