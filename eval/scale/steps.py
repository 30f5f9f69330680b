"""One step of the curves, each in a process of its own so that its memory is its own: `python -m eval.scale.steps`.

Prints one JSON object: seconds of wall clock and of processor, peak memory in megabytes, and what the step is about.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eval import questions
from eval.scale import generate
from index import build, encoder
from index.library import Library
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer

_MORE = 999_999  # number of the article that is added and removed; no corpus comes so far


def index(corpus: Path, settings: Settings) -> dict[str, Any]:
    """Builds the library from nothing, or goes on with it."""
    spent: dict[str, float] = defaultdict(float)
    stage, since = "", time.perf_counter()

    def told(now: str, _done: int, _total: int) -> None:
        nonlocal stage, since
        spent[stage] += time.perf_counter() - since
        stage, since = now, time.perf_counter()

    done = build.index([corpus / "seeds", corpus / "texts"], settings, encoder.load(settings.encoder), progress=told)
    told("", 0, 0)
    with closing(Library.open(settings.library)) as library:
        held = library.select("SELECT count(*) FROM passages")[0][0]
    stages = {f"{stage} s": round(seconds, 2) for stage, seconds in spent.items() if stage}
    return {
        "passages": held,
        "documents added": len(done.added),
        "texts encoded": done.encoded,
        **stages,
        **sizes(settings.library),
    }


def add(corpus: Path, settings: Settings) -> dict[str, Any]:
    """Adds one Chinese article; the encoder is loaded before the clock starts."""
    known = generate.sources(corpus / "seeds")[0]
    path = corpus / "more" / "one-more-article.txt"
    path.parent.mkdir(exist_ok=True)
    path.write_text(generate.article(_MORE, 0, known), encoding="utf-8")
    model = encoder.load(settings.encoder)
    model.encode(["预热"])
    return _timed(lambda: build.index([path], settings, model))


def remove(corpus: Path, settings: Settings) -> dict[str, Any]:
    """Removes the article that `add` added."""
    return _timed(lambda: build.remove(["one-more-article.txt"], settings))


def opening(corpus: Path, settings: Settings) -> dict[str, Any]:
    """Opens the library and answers the first question."""
    opened: list[Searcher] = []
    found = _timed(lambda: opened.append(Searcher.open(settings)))
    first = _timed(lambda: opened[0].search("MIKTA由哪些国家组成？"))
    return {"open s": found["s"], "first search s": first["s"], "s": round(found["s"] + first["s"], 3)}


def search(corpus: Path, settings: Settings) -> dict[str, Any]:
    """Searches for the questions of the tune split."""
    searcher = Searcher.open(settings)
    return _spread(lambda text: searcher.search(text))


def ask(corpus: Path, settings: Settings) -> dict[str, Any]:
    """Answers the questions of the tune split."""
    answerer = Answerer(Searcher.open(settings))
    return _spread(lambda text: answerer.answer(text))


STEPS = {"index": index, "add": add, "remove": remove, "open": opening, "search": search, "ask": ask}


def sizes(library: Path) -> dict[str, float]:
    """Megabytes on disk; a file that has several names counts once."""
    files = {path.stat().st_ino: path for path in library.rglob("*") if path.is_file()}.values()
    large = {path: path.stat().st_size / 1e6 for path in files}
    derived = sum(size for path, size in large.items() if "derived" in path.parts)
    return {"disk MB": round(sum(large.values()), 1), "of that indexes MB": round(derived, 1)}


def _timed(work: Callable[[], object]) -> dict[str, Any]:
    began, used = time.perf_counter(), time.process_time()
    work()
    return {"s": round(time.perf_counter() - began, 3), "processor s": round(time.process_time() - used, 3)}


def _spread(work: Callable[[str], object], most: int = 40) -> dict[str, Any]:
    """Median and 95th percentile in milliseconds, of each language half of the questions; the first loads what is to be loaded."""
    asked = questions.load(questions.SETS / "questions.jsonl", ["tune"])
    figures: dict[str, Any] = {}
    every: list[float] = []
    used: list[float] = []
    for language in ("zh", "en"):
        texts = [question.text for question in asked if question.language == language and not question.history][: most + 1]
        work(texts[0])
        spent = [_timed(lambda text=text: work(text)) for text in texts[1:]]  # type: ignore[misc]
        times = [cost["s"] * 1000 for cost in spent]
        figures[f"median {language} ms"] = round(statistics.median(times), 1)
        every += times
        used += [cost["processor s"] * 1000 for cost in spent]
    return {
        **figures,
        "median ms": round(statistics.median(every), 1),
        "95th percentile ms": round(_late(every), 1),
        "median processor ms": round(statistics.median(used), 1),
    }


def _late(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


def main() -> None:
    """Takes one step and prints what it cost."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale.steps", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("library", type=Path)
    given = parser.parse_args()
    began = time.perf_counter()
    figures = STEPS[given.step](given.corpus, Settings(library=given.library))
    figures.setdefault("s", round(time.perf_counter() - began, 3))
    figures.setdefault("processor s", round(time.process_time(), 2))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    json.dump({**figures, "peak MB": round(peak)}, sys.stdout)


if __name__ == "__main__":
    main()
