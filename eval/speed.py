"""Times and sizes on this machine: building, a second run, searching, asking, a cold start, memory."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from eval import questions
from index import build, encoder
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer
from rag.records import Answer

Found = TypeVar("Found")

_COLD = 3  # starts of the program, of which the median is given


def measure(settings: Settings) -> list[tuple[str, str]]:
    """(what, figure) rows; builds its own library in a temporary folder."""
    rows: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        own = replace(settings, library=Path(folder) / "library")
        model = encoder.load(own.encoder)
        rows.append(("build the library of the seeds from nothing", _seconds(lambda: build.index([own.seeds], own, model))))
        rows.append(("a second run with nothing changed", _seconds(lambda: build.index([own.seeds], own, model))))
        rows.append(("size of the library", f"{_megabytes(own.library):.1f} MB"))
        searcher = Searcher.open(own)
        answerer = Answerer(searcher)
        asked = questions.load(questions.SETS / "questions.jsonl", ["tune"])
        for language in ("zh", "en"):
            # Half for each, since a question that was lately encoded is not encoded again.
            texts = [question.text for question in asked if question.language == language]
            answerer.answer(texts[0])  # loads what is loaded at the first question
            searched, answered = texts[2::2], texts[1::2]
            rows.append(
                (f"search, {language}, {len(searched)} questions", _spread([_timed(searcher.search, t)[0] for t in searched]))
            )
            asks = [_timed(answerer.answer, text) for text in answered]
            rows.append((f"ask, {language}, {len(answered)} questions", _spread([time for time, _ in asks])))
            rows.append((f"of that, {language}", _stages([answer for _, answer in asks])))
        for language, text in (("zh", "MIKTA由哪些国家组成？"), ("en", "Which countries belong to MIKTA?")):
            rows.append((f"cold `wenzheng ask`, {language}", _cold(own.library, text)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(("peak memory of building and asking in one process", f"{peak:.0f} MB"))
    return rows


def table(rows: Sequence[tuple[str, str]]) -> str:
    """The rows as a Markdown table."""
    return "\n".join(["| what | figure |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in rows)])


def _seconds(work: Callable[[], object]) -> str:
    began = time.perf_counter()
    work()
    return f"{time.perf_counter() - began:.2f} s"


def _timed(work: Callable[[str], Found], text: str) -> tuple[float, Found]:
    """Milliseconds, and what came of it."""
    began = time.perf_counter()
    found = work(text)
    return (time.perf_counter() - began) * 1000, found


def _spread(times: Sequence[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    return f"median {statistics.median(times):.0f} ms, 95th percentile {statistics.quantiles(times, n=20)[-1]:.0f} ms"


def _stages(answers: Sequence[Answer]) -> str:
    """The share of each stage in the time of all questions."""
    spent: Counter[str] = Counter()
    for answer in answers:
        spent.update(answer.stages)
    return ", ".join(f"{stage} {time / spent.total():.0%}" for stage, time in spent.items())


def _cold(library: Path, text: str) -> str:
    """Median wall time of whole program starts, and peak memory of the largest."""
    command = [sys.executable, "-m", "ui.cli", "ask", text, "--json", "--library", str(library)]
    times = []
    for _ in range(_COLD):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 — our own program
        times.append(time.perf_counter() - began)
        json.loads(done.stdout)
    return f"{statistics.median(times):.2f} s"


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
