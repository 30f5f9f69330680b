"""Wenzheng itself: from the source files, cleaning, notes, sentences and their vectors included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.peers.task import Clock, Search, Task
from index import build, encoder, settings
from index.encoder import Encoder, Vectors
from index.records import Language
from index.search import Searcher
from index.settings import Settings


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
        with self.clock.running():
            return self.inner.encode(texts, question=question)

    def languages(self) -> frozenset[Language]:
        return self.inner.languages()

    def crosses(self) -> bool:
        return self.inner.crosses()


@dataclass(frozen=True)
class Wenzheng:
    """The whole program's indexing and hybrid search, reranking included."""

    clock: Clock
    fast: bool = False  # English documents by numbers of 16 bits

    def index(self, task: Task, folder: Path) -> None:
        chosen = _settings(folder)
        # By the program's own setting, made before the clock is put around it.
        model = encoder.fast(encoder.load(chosen.encoder)) if self.fast else encoder.load(chosen.encoder)
        build.index([Path(task.sources)], chosen, Timed(model, self.clock))

    def open(self, task: Task, folder: Path) -> Search:
        searcher = Searcher.open(_settings(folder))
        numbers = {text: f"{number}:zh" for number, text in enumerate(task.originals)}
        return lambda question, k: [numbers[hit.passage.text] for hit in searcher.search(question, k).hits]


def _settings(folder: Path) -> Settings:
    """The settings in use, with a library of its own."""
    return replace(settings.load({}), library=folder / "library")
