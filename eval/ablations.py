"""What each part of retrieval gives: the same questions with one part taken away.

python -m eval.ablations [--split tune]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path

from eval import questions, retrieval
from eval.questions import Question
from index import build, encoder, memory, settings
from index.glossary import Glossary
from index.rerank import SIGNS, Signs
from index.search import Searcher, Weights
from index.settings import Settings

_NOTHING = Signs(*([0.0] * len(fields(Signs))))
_WEIGHTS = Weights()
_LEXICAL = Weights(across=0.0, dense=0.0, dense_across=0.0)


@contextmanager
def without_translations(chosen: Settings) -> Iterator[Searcher]:
    """A searcher over the seeds with no translation memory beside them."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "seeds"
        shutil.copytree(chosen.seeds, bare, ignore=shutil.ignore_patterns(memory.FOLDER))
        own = replace(chosen, library=Path(folder) / "library", seeds=bare)
        build.index([bare], own, encoder.load(own.encoder))
        searcher = Searcher.open(own)
        yield searcher
        searcher.library.close()


def searchers(chosen: Settings) -> Iterator[tuple[str, Searcher]]:
    """By name, retrieval with something taken away."""

    def fresh(weights: Weights = _WEIGHTS, signs: Signs = SIGNS) -> Searcher:
        whole = Searcher.open(chosen)
        return Searcher(whole.library, whole.encoder, weights, signs)

    yield "all of it", fresh()
    yield "lexical only (BM25 on the question's side)", fresh(_LEXICAL, replace(_NOTHING, lexical=1.0))
    yield "dense only", fresh(signs=replace(_NOTHING, passage=1.0, passage_other=0.7))
    blind = fresh()
    blind.languages = frozenset()
    yield "without encoder", blind
    plain = fresh()
    plain.glossary = Glossary()
    yield "without glossary", plain
    yield "without reranking", fresh(signs=replace(_NOTHING, fused=1.0))
    with without_translations(chosen) as single:
        yield "without translations", single
        single.glossary = Glossary()
        yield "without translations and glossary", single
        yield "… and without the learned table", _without_table(single)
        blind = Searcher(single.library, single.encoder)
        blind.languages = frozenset()
        yield "without translations and encoder", blind


def _without_table(searcher: Searcher) -> Searcher:
    class Blind(Searcher):
        def translated(self, question: str, spoken: object) -> dict[str, dict[str, float]]:
            return {}

    found = Blind(searcher.library, searcher.encoder)
    found.glossary = Glossary()
    return found


def measure(asked: Sequence[Question], chosen: Settings) -> dict[str, dict[str, retrieval.Figures]]:
    """Figures by row and language."""
    return {name: retrieval.measure(asked, retrieval.ours(searcher)) for name, searcher in searchers(chosen)}


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.ablations", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--split", choices=("train", "tune", "report"), default="report")
    parser.add_argument("--library", type=Path)
    given = parser.parse_args()
    asked = questions.load(questions.SETS / "questions.jsonl", [given.split])
    print(retrieval.table(measure(asked, settings.load({"library": given.library}))))


if __name__ == "__main__":
    main()
