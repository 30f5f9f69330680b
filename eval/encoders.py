"""Speed of the embedded encoder beside all-MiniLM-L6-v2, each in a process of its own, in one run.

python -m eval.encoders
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from eval import questions
from index import encoder, memory
from index.records import Language
from index.settings import EMBEDDED

_PASSAGES = 600  # texts of three sentences of the translation memory, in each language
_QUESTIONS = 100
_MINILM = "all-MiniLM-L6-v2"


def texts(seeds: Path, spoken: Language) -> list[str]:
    """Passages of three neighbouring sentences."""
    sides = [pair[spoken == "en"] for pair in memory.pairs(seeds / memory.FOLDER) if len(pair[0]) > 20]
    return [(" " if spoken == "en" else "").join(sides[at : at + 3]) for at in range(0, 3 * _PASSAGES, 3)]


def measure(name: str, spoken: Language, seeds: Path) -> dict[str, float]:
    """Figures of one encoder on one language, for this process."""
    passages = texts(seeds, spoken)
    asked = [q.text for q in questions.load(questions.SETS / "questions.jsonl", ["train", "tune"]) if q.language == spoken]
    began = time.perf_counter()
    embedded = encoder.load(EMBEDDED)
    model = embedded.english if name == _MINILM and isinstance(embedded, encoder.EmbeddedEncoder) else embedded
    model.encode(asked[:1], question=True)
    loaded = time.perf_counter() - began
    model.encode(passages[:32])
    began = time.perf_counter()
    model.encode(passages)
    bulk = len(passages) / (time.perf_counter() - began)
    times = []
    for question in asked[:_QUESTIONS]:
        began = time.perf_counter()
        model.encode([question], question=True)
        times.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"load": loaded, "passages": bulk, "questions": 1 / statistics.median(times), "peak": peak}


def table(rows: Sequence[tuple[str, str, dict[str, float]]]) -> str:
    """The figures as a Markdown table."""
    lines = [
        "| encoder | text | load, first question in | passages a second | questions a second | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {spoken} | {f['load']:.1f} s | {f['passages']:,.0f} | {f['questions']:,.0f} | {f['peak']:,.0f} MB |"
        for name, spoken, f in rows
    ]
    return "\n".join(lines)


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.encoders", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    parser.add_argument("--one", nargs=2, metavar=("ENCODER", "LANGUAGE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one[0], given.one[1], given.seeds)))
        return
    rows = []
    for name, spoken in (("embedded", "zh"), ("embedded", "en"), (_MINILM, "zh"), (_MINILM, "en")):
        command = [sys.executable, "-m", "eval.encoders", "--one", name, spoken, "--seeds", str(given.seeds)]
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 — this module again
        rows.append((name, spoken, json.loads(done.stdout)))
    print(table(rows))


if __name__ == "__main__":
    main()
