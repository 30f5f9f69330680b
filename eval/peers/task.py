"""What every system is given, and what is measured of it."""

from __future__ import annotations

import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from eval import metrics
from eval.questions import Question

DEPTH = 40  # texts asked for: 5,000 characters need some 25 passages

_FIRST = ("上合组织是地区主义的一种形式。", "The organisation is a form of regionalism.")  # taken in before the clock runs
_WARM = 3  # questions of another split asked before the clock runs

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

    sources: str  # folder of the files that the passages were cut from
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
        texts = tuple(Text(**text) for text in kept["texts"])
        return cls(kept["sources"], texts, tuple(kept["originals"]), kept["encoder"])


class Peer(Protocol):
    """A system: indexes texts into a folder, and opens that folder for questions."""

    def index(self, task: Task, folder: Path) -> None: ...

    def open(self, task: Task, folder: Path) -> Search: ...


@dataclass
class Clock:
    """Seconds spent in the encoder, on the wall and of the processors."""

    wall: float = 0.0
    processor: float = 0.0
    depth: int = 0  # blocks within blocks: one model may hold another

    @contextmanager
    def running(self) -> Iterator[None]:
        """Counts the time of its block, once where it stands in another one."""
        wall, processor = time.perf_counter(), time.process_time()
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1
            if not self.depth:
                self.wall += time.perf_counter() - wall
                self.processor += time.process_time() - processor


@contextmanager
def encoder_clock() -> Iterator[Clock]:
    """Counts the time inside sentence-transformers, its loading of models included, whoever calls it."""
    from sentence_transformers import SentenceTransformer

    clock = Clock()
    inner = {name: getattr(SentenceTransformer, name) for name in ("__init__", "encode")}

    def timed(name: str) -> Callable[..., Any]:
        def call(self: Any, *args: Any, **named: Any) -> Any:
            with clock.running():
                return inner[name](self, *args, **named)

        return call

    for name in inner:
        setattr(SentenceTransformer, name, timed(name))
    try:
        yield clock
    finally:
        for name, method in inner.items():
            setattr(SentenceTransformer, name, method)


def indexed(peer: Peer, task: Task, folder: Path, clock: Clock) -> dict[str, float]:
    """Seconds of indexing on the wall and of the processors, with the encoder's and without, and the peak memory in MB.

    Two sentences are taken in before, so that imports and dictionaries are not counted here: the cold start counts them.
    """
    with tempfile.TemporaryDirectory() as scratch:
        files, first = Path(scratch) / "files", Path(scratch) / "first"
        for made in (files, first):
            made.mkdir()
        for number, text in enumerate(_FIRST):
            (files / f"{number}.txt").write_text(text, encoding="utf-8")
        few = tuple(Text(f"{number}:zh", text) for number, text in enumerate(_FIRST))
        peer.index(replace(task, sources=str(files), texts=few, originals=_FIRST), first)
    before, whole = replace(clock), Clock()
    with whole.running():
        peer.index(task, folder)
    return {
        "index s": whole.wall,
        "index processor s": whole.processor,
        "store s": whole.wall - (clock.wall - before.wall),
        "store processor s": whole.processor - (clock.processor - before.processor),
        "peak indexing": peak(),
    }


def searched(search: Search, task: Task, asked: Sequence[Question], warm: Sequence[Question]) -> dict[str, float]:
    """Median and 95th percentile of a warm search in milliseconds, its processor time, and the evidence found, by language.

    Evidence counts for the questions whose sources are all among those indexed; with none such there is no figure of it.
    """
    here = {path.name for path in Path(task.sources).rglob("*")}
    found: dict[str, float] = {}
    for spoken in ("zh", "en"):
        for question in [q for q in warm if q.language == spoken][:_WARM]:
            search(question.text, DEPTH)
        times, within, recall = [], [], []
        spent = 0.0
        for question in [q for q in asked if q.language == spoken]:
            clock = Clock()
            with clock.running():
                ids = search(question.standalone or question.text, DEPTH)
            times.append(clock.wall * 1000)
            spent += clock.processor * 1000
            if not {g.source for g in question.gold} <= here:
                continue
            texts = [task.originals[number] for number in dict.fromkeys(int(i.split(":")[0]) for i in ids)]
            gold = [g.quote for g in question.gold]
            within.append(metrics.found_within(gold, texts, 5000))
            recall.append(metrics.recall_at(gold, texts, 10))
        found |= {
            f"median {spoken}": statistics.median(times),
            f"p95 {spoken}": statistics.quantiles(times, n=20)[-1],
            f"processor {spoken}": spent / len(times),
        }
        if within:
            found |= {f"within 5,000 {spoken}": statistics.mean(within), f"recall@10 {spoken}": statistics.mean(recall)}
    return found | {"peak searching": peak()}


def peak() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
