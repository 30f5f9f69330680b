"""`python -m eval`: the figures of retrieval and answers, offline, on one split of the questions.

python -m eval                      report split, beside the baseline
python -m eval --split tune         the split that weights are chosen on
python -m eval --save runs/a.json --html runs/a.html --against runs/b.json --fail-on-regression
python -m eval --speed              times and sizes instead
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eval.bench import Wanted, bench
from index import entailment, settings
from index.errors import WenzhengError
from index.search import Searcher
from rag.answer import Answerer
from rag.readers import choose


def main() -> None:
    """Prints Markdown tables."""
    parser = argparse.ArgumentParser(prog="python -m eval", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--split", choices=("train", "tune", "report"), default="report")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--sets", type=Path, default=Wanted().sets, help="question set, JSON Lines as eval/sets/README.md has it")
    parser.add_argument("--language", choices=("zh", "en"), help="only questions in this language")
    parser.add_argument("--limit", type=int, help="only so many questions in each language")
    parser.add_argument("--save", type=Path, help="write the run to this file")
    parser.add_argument("--against", type=Path, help="a saved run to compare with")
    parser.add_argument("--html", type=Path, help="write the report with plots to this file")
    parser.add_argument("--fail-on-regression", action="store_true", help="exit status 1 when a measure got worse than --against")
    parser.add_argument("--speed", action="store_true", help="build times, question times, memory and sizes")
    given = parser.parse_args()
    try:
        chosen = settings.load({"library": given.library})
        if given.speed:
            from eval import speed

            print(speed.table(speed.measure(chosen)))
            return
        wanted = Wanted(given.split, given.sets, given.save, given.against, given.html, True, given.language, given.limit)
        answerer = Answerer(Searcher.open(chosen), choose(chosen), entailment.load(chosen))
        text, worse = bench(wanted, chosen, answerer, lambda done, total: None)
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None
    print(text)
    if worse and given.fail_on_regression:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
