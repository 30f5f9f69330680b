"""Wenzheng itself: from the source files, cleaning, notes, sentences and their vectors included."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.peers.task import Clock, Search, Task
from index import build, encoder, settings
from index.encoder import Encoder, Vectors
from index.records import Language
from index.search import Searcher


@dataclass(frozen=True)
class Timed:
    """An encoder that counts its time: Chinese texts do not pass through sentence-transformers here."""

    inner: Encoder
    clock: Clock

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def fingerprint(self) -> str:
        return self.inner.fingerprint

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        began = time.perf_counter()
        try:
            return self.inner.encode(texts, question=question)
        finally:
            self.clock.spent += time.perf_counter() - began

    def languages(self) -> frozenset[Language]:
        return self.inner.languages()

    def crosses(self) -> bool:
        return self.inner.crosses()


@dataclass(frozen=True)
class Wenzheng:
    """The whole program's indexing and hybrid search, reranking included."""

    clock: Clock

    def index(self, task: Task, folder: Path) -> None:
        chosen = replace(settings.load({}), library=folder / "library")
        build.index([chosen.seeds], chosen, Timed(encoder.load(chosen.encoder), self.clock))

    def open(self, task: Task, folder: Path) -> Search:
        searcher = Searcher.open(replace(settings.load({}), library=folder / "library"))
        numbers = _numbers(task)
        return lambda question, k: [numbers[hit.passage.text] for hit in searcher.search(question, k).hits]


def _numbers(task: Task) -> dict[str, str]:
    return {text: f"{number}:zh" for number, text in enumerate(task.originals)}
