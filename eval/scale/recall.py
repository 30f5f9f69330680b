"""`python -m eval.scale.recall --library DIR`: what each kind of vector index finds of the truly nearest, and what it costs.

The vectors are those that a library keeps of its passages, the questions those of the set, in both languages.  The depth
is what a search takes (800 vectors), recall@10 the share of the ten nearest that are among the first ten found.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.questions import SETS, load
from index import encoder as encoders
from index.encoder import Vectors
from index.library import Library
from index.settings import EMBEDDED

DEPTH = 800
"""Vectors that a question takes (`index.search`)."""

_STRETCH = 2000  # passages whose vectors are asked for at once


def gather(library: Library, most: int) -> Vectors:
    """Vectors of the passages' sides, (n, dim), evenly out of the library and `most` at the most."""
    (count,) = library.select("SELECT count(*) FROM passages")[0]
    step = max(1, -(-count // most))
    found: list[NDArray[np.float32]] = []
    rows = library.select("SELECT context || text, translation FROM passages WHERE id % ? = 0", (step,))
    for at in range(0, len(rows), _STRETCH):
        texts = [side for row in rows[at : at + _STRETCH] for side in row if side]
        known = library.vectors(texts)
        found += [np.array(known[text]) for text in texts if text in known]
    return np.stack(found[:most])


def kinds(count: int, dimension: int) -> Iterator[tuple[str, Callable[[], Any], str, tuple[int, ...]]]:
    """Name, how to make it empty, and the parameter that trades time for recall with its values."""
    import faiss

    product = faiss.METRIC_INNER_PRODUCT
    yield "exact", lambda: faiss.IndexFlatIP(dimension), "", (0,)
    yield "SQ8", lambda: faiss.index_factory(dimension, "SQ8", product), "", (0,)
    lists = min(4096, int(2 * count**0.5))
    for stored in ("Flat", "SQ8", "SQ6", "PQ48"):
        made = f"IVF{lists},{stored}"
        yield made, lambda made=made: faiss.index_factory(dimension, made, product), "nprobe", (32, 64, 128, 256)  # type: ignore[misc]
    for made in ("HNSW32", "HNSW32_SQ8"):
        yield made, lambda made=made: faiss.index_factory(dimension, made, product), "efSearch", (64, DEPTH)  # type: ignore[misc]


def measure(vectors: Vectors, questions: Vectors, only: str = "") -> list[dict[str, Any]]:
    """Recall@10, milliseconds a question and bytes of each kind over the same vectors and questions."""
    import faiss

    rows: list[dict[str, Any]] = []
    near = _exactly(vectors, questions)
    for name, make, parameter, values in kinds(*vectors.shape):
        if only and only not in name:
            continue
        began = time.process_time()
        index = make()
        if name.startswith("IVF"):
            index.cp.spherical = True
            index.train(vectors[:: max(1, len(vectors) // (40 * index.nlist))])
        elif not index.is_trained:
            index.train(vectors[:100_000])
        index.add(vectors)
        built = time.process_time() - began
        size = len(faiss.serialize_index(index)) if len(vectors) <= 200_000 else None
        for value in values:
            if parameter:
                faiss.ParameterSpace().set_index_parameter(index, parameter, value)
            took, same = [], []
            for number, question in enumerate(questions):
                began = time.thread_time()
                _, found = index.search(question[None], DEPTH)
                took.append(1000 * (time.thread_time() - began))
                same.append(len({*found[0, :10].tolist()} & near[number]) / 10)
            rows.append(
                {
                    "kind": name,
                    parameter or "parameter": value,
                    "vectors": len(vectors),
                    "built_s": round(built, 1),
                    "median_ms": round(float(np.median(took)), 2),
                    "p95_ms": round(float(np.percentile(took, 95)), 2),
                    "MB": None if size is None else round(size / 1e6),
                    "recall@10": round(float(np.mean(same)), 4),
                    "worst": round(min(same), 2),
                }
            )
            print(json.dumps(rows[-1]), flush=True)
    return rows


def _exactly(vectors: Vectors, questions: Vectors) -> list[set[int]]:
    """The ten nearest of each question by comparing all."""
    cosines = np.concatenate([questions @ vectors[at : at + 100_000].T for at in range(0, len(vectors), 100_000)], axis=1)
    return [set(np.argpartition(-row, 10)[:10].tolist()) for row in cosines]


def main() -> None:
    """Measures and prints a line of JSON for each kind and parameter."""
    parser = argparse.ArgumentParser(prog="python -m eval.scale.recall", description=__doc__)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--most", type=int, default=2_000_000, help="vectors at the most")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--only", default="", help="kinds whose name holds this")
    given = parser.parse_args()
    with closing(Library.open(given.library)) as library:
        vectors = gather(library, given.most)
    asked = [question.text for question in load(SETS / "questions.jsonl", ("tune",))][: given.questions]
    measure(vectors, encoders.load(EMBEDDED).encode(asked, question=True), given.only)


if __name__ == "__main__":
    main()
