"""What every system is given, and what is measured of it."""

from __future__ import annotations

import json
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from eval import metrics
from eval.questions import Question

DEPTH = 40  # texts asked for: 5,000 characters need some 25 passages

Search = Callable[[str, int], Sequence[str]]
"""A question and how many texts → ids of texts, best first."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text to be found: a passage, or its translation."""

    id: str  # number of the passage, and its side
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """The same passages, encoder and questions for all."""

    texts: tuple[Text, ...]
    originals: tuple[str, ...]  # by number of the passage, what is printed: gold stands there
    encoder: str  # folder of a sentence-transformers model

    def save(self, path: Path) -> None:
        """Writes the task for processes of their own."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Task:
        """The task as it was saved."""
        kept = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(Text(**text) for text in kept["texts"]), tuple(kept["originals"]), kept["encoder"])


class Peer(Protocol):
    """A system: indexes texts into a folder, and opens that folder for questions."""

    def index(self, task: Task, folder: Path) -> None: ...

    def open(self, task: Task, folder: Path) -> Search: ...


@dataclass
class Clock:
    """Seconds spent in the encoder."""

    spent: float = 0.0


@contextmanager
def encoder_clock() -> Iterator[Clock]:
    """Counts the time inside sentence-transformers, whoever calls it."""
    from sentence_transformers import SentenceTransformer

    clock, inner = Clock(), SentenceTransformer.encode
    depth = 0

    def timed(self: Any, *args: Any, **named: Any) -> Any:
        nonlocal depth
        depth += 1
        began = time.perf_counter()
        try:
            return inner(self, *args, **named)
        finally:
            depth -= 1
            if not depth:
                clock.spent += time.perf_counter() - began

    SentenceTransformer.encode = timed  # type: ignore[method-assign]
    try:
        yield clock
    finally:
        SentenceTransformer.encode = inner  # type: ignore[method-assign]


def indexed(peer: Peer, task: Task, folder: Path, clock: Clock) -> dict[str, float]:
    """Seconds of indexing, with the encoder's time and without, and the peak memory in MB."""
    before, began = clock.spent, time.perf_counter()
    peer.index(task, folder)
    whole = time.perf_counter() - began
    encoding = clock.spent - before
    return {"index": whole, "index, no encoder": whole - encoding, "peak": peak()}


def searched(search: Search, task: Task, asked: Sequence[Question]) -> dict[str, float]:
    """Median and 95th percentile of a warm search in milliseconds, and the evidence found, by language."""
    found: dict[str, float] = {}
    for spoken in ("zh", "en"):
        own = [q for q in asked if q.language == spoken]
        for question in own[:3]:
            search(question.text, DEPTH)
        times, within, recall = [], [], []
        for question in own:
            began = time.perf_counter()
            ids = search(question.standalone or question.text, DEPTH)
            times.append((time.perf_counter() - began) * 1000)
            texts = [task.originals[number] for number in dict.fromkeys(int(i.split(":")[0]) for i in ids)]
            gold = [g.quote for g in question.gold]
            within.append(metrics.found_within(gold, texts, 5000))
            recall.append(metrics.recall_at(gold, texts, 10))
        found |= {
            f"median {spoken}": statistics.median(times),
            f"p95 {spoken}": statistics.quantiles(times, n=20)[-1],
            f"within 5,000 {spoken}": statistics.mean(within),
            f"recall@10 {spoken}": statistics.mean(recall),
        }
    return found | {"peak": peak()}


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
