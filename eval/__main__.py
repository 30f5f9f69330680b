"""`python -m eval`: the figures of retrieval and answers, offline, on one split of the questions.

python -m eval                      report split, beside the baseline
python -m eval --split tune         the split that weights are chosen on
python -m eval --speed              times and sizes instead
"""

from __future__ import annotations

import argparse
from pathlib import Path

from eval import answers, questions, retrieval
from eval.baseline import BM25, raw_splits
from index import settings
from index.search import Searcher
from rag.answer import Answerer


def main() -> None:
    """Prints Markdown tables."""
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--split", choices=("train", "tune", "report"), default="report")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--speed", action="store_true", help="build times, question times, memory and sizes")
    given = parser.parse_args()
    chosen = settings.load({"library": given.library})
    if given.speed:
        from eval import speed

        print(speed.table(speed.measure(chosen)))
        return
    asked = questions.load(questions.SETS / "questions.jsonl", [given.split])
    searcher = Searcher.open(chosen)
    raw = raw_splits(chosen.seeds)
    baseline = BM25(raw)
    print(f"Retrieval, split {given.split}: mean and 95 % bootstrap interval\n")
    print(
        retrieval.table(
            {
                "Wenzheng": retrieval.measure(asked, retrieval.ours(searcher)),
                "BM25 (jieba), raw files split at 400": retrieval.measure(
                    asked, lambda text: [raw[n] for n in baseline.search(text, 40)]
                ),
            }
        )
    )
    print(f"\nAnswers, split {given.split}\n")
    print(answers.table(answers.measure(asked, Answerer(searcher))))


if __name__ == "__main__":
    main()
