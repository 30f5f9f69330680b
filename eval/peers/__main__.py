"""Side by side with LangChain, LlamaIndex, Haystack and txtai: the same passages, encoder folder and questions, in one run.

python -m eval.peers

The others get the passages of the library ready made, each as it is printed and in its translation; Wenzheng starts from
the source files and also cleans, ties notes and encodes sentences.  Every system runs in processes of its own.  A cold
start is a new process up to its first hits.  Needs the extra `peers`; a system that is not installed is left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from eval import questions
from eval.peers.ours import Wenzheng
from eval.peers.task import DEPTH, Peer, Task, Text, encoder_clock, indexed, searched
from eval.peers.with_haystack import Haystack
from eval.peers.with_langchain import LangChain
from eval.peers.with_llamaindex import LlamaIndex
from eval.peers.with_txtai import Txtai
from index import encoder, settings
from index.library import Library

PEERS: Mapping[str, type[Peer]] = {"langchain": LangChain, "llamaindex": LlamaIndex, "haystack": Haystack, "txtai": Txtai}
OURS = "wenzheng"
_LESS = ("index", "index, no encoder", "median zh", "median en", "p95 zh", "p95 en", "cold zh", "peak")
_MORE = ("within 5,000 zh", "within 5,000 en", "recall@10 zh", "recall@10 en")
_COLD = 3  # starts, of which the median counts


def task(limit: int | None) -> Task:
    """The passages of the library in use, with their translations."""
    library = Library.open(settings.load({}).library)
    passages = library.passages(sorted(library.passages_within({})))[:limit]
    texts = [Text(f"{n}:zh", p.text) for n, p in enumerate(passages)]
    texts += [Text(f"{n}:en", p.translation) for n, p in enumerate(passages) if p.translation]
    return Task(tuple(texts), tuple(p.text for p in passages), str(encoder.MODEL))


def one(name: str, part: str, kept: Path, folder: Path) -> dict[str, float]:
    """The figures of one system's part, for this process."""
    given = Task.load(kept)
    with encoder_clock() as clock:
        peer: Peer = Wenzheng(clock) if name == OURS else PEERS[name]()
        if part == "index":
            return indexed(peer, given, folder, clock)
        asked = [q for q in questions.load(questions.SETS / "questions.jsonl", ["report"]) if q.answerable]
        search = peer.open(given, folder)
        if part == "cold":
            return {"hits": float(len(search(asked[0].text, DEPTH)))}
        return searched(search, given, asked)


def figures(name: str, kept: Path, folder: Path) -> dict[str, float]:
    """All figures of a system; raises CalledProcessError where it fails."""

    def run(part: str) -> tuple[float, dict[str, float]]:
        command = [sys.executable, "-W", "ignore", "-m", "eval.peers", "--one", name, part, str(kept), str(folder)]
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 — this module again
        return time.perf_counter() - began, json.loads(done.stdout.splitlines()[-1])

    found = run("index")[1]
    cold = [run("cold")[0] for _ in range(_COLD)]
    asked = run("search")[1]
    return found | asked | {"cold zh": statistics.median(cold), "peak": asked["peak"]}


def table(found: Mapping[str, Mapping[str, float]], passages: int) -> str:
    """Figures, and how many times the best of the others they are."""
    names = list(found)
    lines = ["| | " + " | ".join(names) + " | best other / ours |", "|---|" + "---|" * (len(names) + 1)]
    for measure in (*_LESS, *_MORE):
        cells = [f"{found[name][measure]:,.{3 if measure in _MORE else 2}f}" for name in names]
        others = [found[name][measure] for name in names if name != OURS]
        best = (min if measure in _LESS else max)(others, default=float("nan"))
        ratio = best / found[OURS][measure] if measure in _LESS else found[OURS][measure] - best
        lines.append(f"| {_unit(measure)} | {' | '.join(cells)} | {f'{ratio:.2f} ×' if measure in _LESS else f'{ratio:+.3f}'} |")
    return f"{passages:,} passages\n\n" + "\n".join(lines)


def _unit(measure: str) -> str:
    units = {"index": "s", "index, no encoder": "s", "cold zh": "s", "peak": "MB, searching"}
    return f"{measure}, {units.get(measure, 'ms')}" if measure in _LESS else measure


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.peers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--passages", type=int, help="only the first so many")
    parser.add_argument("--only", nargs="*", choices=list(PEERS), default=list(PEERS))
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        name, part, kept, folder = given.one
        print(json.dumps(one(name, part, Path(kept), Path(folder))))
        return
    wanted = task(given.passages)
    found: dict[str, Mapping[str, float]] = {}
    with tempfile.TemporaryDirectory() as place:
        kept = Path(place) / "task.json"
        wanted.save(kept)
        for name in (OURS, *given.only):
            (Path(place) / name).mkdir()
            try:
                found[name] = figures(name, kept, Path(place) / name)
            except subprocess.CalledProcessError as failure:
                if name == OURS:
                    raise
                reason = (failure.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
                sys.stderr.write(f"{name} is left out: {reason}\n")
    print(table(found, len(wanted.originals)))


if __name__ == "__main__":
    main()
