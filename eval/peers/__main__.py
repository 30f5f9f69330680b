"""Side by side with LangChain, LlamaIndex, Haystack and txtai: the same passages, encoder folder and questions, in one run.

python -m eval.peers

The others get the passages ready made, each as it is printed and in its translation; Wenzheng starts from the source
files and also cleans, ties notes and encodes sentences.  Every part of every system runs in a process of its own on the
same cores; searches and cold starts go round the systems in turn.  A cold start is a new process up to its first hits.
Needs the extra `peers` (see pyproject.toml); a system that is not installed, or fails, is left out and said so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from eval import questions
from eval.peers import table
from eval.peers.table import OURS, Figures
from eval.peers.task import DEPTH, Clock, Peer, Task, Text, encoder_clock, indexed, searched
from eval.questions import SETS, Question

FAST = f"{OURS} fast"
"""Wenzheng with `encoding` set to fast."""

PEERS = ("langchain", "llamaindex", "haystack", "txtai")
_PACKAGES = ("langchain", "llama-index-core", "haystack-ai", "txtai", "sentence-transformers", "torch", "faiss-cpu")


def system(name: str, clock: Clock) -> Peer:
    """A system by its name, nothing of the others imported."""
    if name.startswith(OURS):
        from eval.peers.ours import Wenzheng

        return Wenzheng(clock, fast=name == FAST)
    if name == "langchain":
        from eval.peers.with_langchain import LangChain

        return LangChain()
    if name == "llamaindex":
        from eval.peers.with_llamaindex import LlamaIndex

        return LlamaIndex()
    if name == "haystack":
        from eval.peers.with_haystack import Haystack

        return Haystack()
    from eval.peers.with_txtai import Txtai

    return Txtai()


def task(sources: Path, library: Path | None = None) -> Task:
    """The passages of a library with their translations; none yet where it is still to be built."""
    from index import encoder
    from index.library import Library

    texts: list[Text] = []
    originals: list[str] = []
    if library is not None:
        opened = Library.open(library)
        passages = opened.passages(sorted(opened.passages_within({})))
        originals = [p.text for p in passages]
        texts = [Text(f"{n}:zh", p.text) for n, p in enumerate(passages)]
        texts += [Text(f"{n}:en", p.translation) for n, p in enumerate(passages) if p.translation]
        opened.close()
    return Task(str(sources), tuple(texts), tuple(originals), str(encoder.MODEL))


def answerable(split: questions.Split) -> list[Question]:
    """The questions of a split that the seeds answer."""
    return [q for q in questions.load(SETS / "questions.jsonl", [split]) if q.answerable]


def one(name: str, part: str, split: questions.Split, kept: Path, folder: Path) -> dict[str, float]:
    """The figures of one system's part, for this process."""
    given = Task.load(kept)
    if part == "index":
        with encoder_clock() as clock:
            return indexed(system(name, clock), given, folder, clock)
    search = system(name, Clock()).open(given, folder)
    if part == "search":
        return searched(search, given, answerable(split), answerable("train"))
    spoken = part.removeprefix("cold ")
    first = next(q for q in answerable(split) if q.language == spoken)
    search(first.text, DEPTH)
    return {f"cold processor {spoken}": time.process_time()}


def figures(name: str, part: str, split: str, kept: Path, folder: Path, cores: int) -> dict[str, float]:
    """The same in a new process; raises CalledProcessError or TimeoutExpired where it fails."""
    # Threads that wait without sleeping stand in each other's way where torch and FAISS both bring theirs.
    alone = {"OMP_NUM_THREADS": str(cores), "OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false"}
    alone |= {"HF_HUB_OFFLINE": "1", "HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False"}
    command = [sys.executable, "-W", "ignore", "-m", "eval.peers", "--split", split, "--one", name, part, str(kept), str(folder)]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=True, timeout=3600, env=os.environ | alone)  # noqa: S603 — this module
    took = time.perf_counter() - began
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found | ({part: took} if part.startswith("cold") else {})


def measure(names: Sequence[str], sources: Path, split: str, rounds: int, cores: int) -> tuple[int, dict[str, Figures]]:
    """How many passages there were, and the figures of every system that came through."""
    found: defaultdict[str, list[Figures]] = defaultdict(list)
    left_out: set[str] = set()
    with tempfile.TemporaryDirectory() as place:
        kept = Path(place) / "task.json"
        task(sources).save(kept)

        def run(name: str, part: str) -> None:
            if name in left_out:
                return
            folder = Path(place) / name
            folder.mkdir(exist_ok=True)
            try:
                found[name].append(figures(name, part, split, kept, folder, cores))
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as failure:
                if name == OURS:
                    sys.stderr.write((failure.stderr or b"").decode(errors="replace"))
                    raise
                left_out.add(name)
                sys.stderr.write(f"{name} is left out: {_reason(failure)}\n")
            else:
                sys.stderr.write(f"{time.strftime('%H:%M:%S')} {name}, {part}: {found[name][-1]}\n")

        run(OURS, "index")
        made = task(sources, Path(place) / OURS / "library")
        made.save(kept)
        for name in names:
            run(name, "index")
        for _ in range(rounds):
            for part in ("cold zh", "cold en", "search"):
                for name in (OURS, *names):
                    run(name, part)
    passages = len(made.originals)
    return passages, {n: table.rated(table.joined(r), passages) for n, r in found.items() if n not in left_out}


def _reason(failure: subprocess.CalledProcessError | subprocess.TimeoutExpired) -> str:
    if isinstance(failure, subprocess.TimeoutExpired):
        return f"it took longer than {failure.timeout:.0f} s"
    return ((failure.stderr or b"").decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]


def _conditions(passages: int, given: argparse.Namespace) -> dict[str, Any]:
    """What the run was made with."""
    versions = {}
    for name in _PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    load = os.getloadavg()[1]
    return {"passages": passages, "split": given.split, "cores": given.cores, "rounds": given.rounds, "load": load} | versions


def main() -> None:
    """Prints a Markdown table in each language."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.peers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sources", type=Path, default=Path("seeds"), help="folder of the files to index")
    parser.add_argument("--only", nargs="*", choices=(FAST, *PEERS), default=[FAST, *PEERS])
    parser.add_argument("--split", choices=("train", "tune", "report"), default="report", help="of the questions")
    parser.add_argument("--rounds", type=int, default=3, help="of searches and cold starts; the median counts")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--json", type=Path, help="a file for the figures and the versions")
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        name, part, kept, folder = given.one
        print(json.dumps(one(name, part, given.split, Path(kept), Path(folder))))
        return
    if hasattr(os, "sched_setaffinity"):  # else no way but OpenMP's number
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
    passages, found = measure(given.only, given.sources, given.split, given.rounds, given.cores)
    made = _conditions(passages, given)
    if given.json:
        given.json.write_text(json.dumps({"made": made, "figures": found}, indent=1) + "\n", encoding="utf-8")
    print(", ".join(f"{name} {value}" for name, value in made.items()))
    for spoken in ("en", "zh"):
        print(f"\n{table.markdown(found, 'zh' if spoken == 'zh' else 'en')}")


if __name__ == "__main__":
    main()
