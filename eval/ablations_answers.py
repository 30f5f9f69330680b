"""What each part of answering gives: the same questions with one part taken away; and follow-ups beside their twins.

python -m eval.ablations_answers [--split tune]
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eval import figures, questions, run
from eval.questions import Question
from eval.records import Run
from index import settings
from index.glossary import Glossary
from index.search import Searcher
from index.settings import Settings
from rag import evidence as evidences
from rag import refuse, verify
from rag.answer import Answerer
from rag.question import Analysis
from rag.readers.extractive import ExtractiveReader
from rag.records import Draft, Evidence
from rag.verify import Checked

_SHOWN = ("any gold", "gold cited", "touching", "points", "wrong refusals", "caught")


@dataclass(frozen=True, slots=True)
class PassageReader:
    """The extractive reader, each statement citing every sentence of its passage."""

    name: str = "extractive, whole passages cited"

    def read(
        self, question: Analysis, evidence: Sequence[Evidence], searcher: Searcher, cancelled: Callable[[], bool]
    ) -> list[Draft]:
        """As the extractive reader reads; the citations are wider."""
        return [
            replace(draft, evidence=tuple(self._whole(draft.evidence[0], searcher)))
            for draft in ExtractiveReader().read(question, evidence, searcher, cancelled)
        ]

    def _whole(self, item: Evidence, searcher: Searcher) -> list[Evidence]:
        others = searcher.library.sentences(item.hit.passage.sentences)
        translations = searcher.library.translations([s.id for s in others])
        return [
            item,
            *(replace(item, sentence=s, translation=translations.get(s.id)) for s in others if s.id != item.sentence.id),
        ]


@contextmanager
def changed(module: Any, name: str, value: object) -> Iterator[None]:
    """A constant of a module set otherwise for a while."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def measure(asked: Sequence[Question], chosen: Settings, split: str) -> Iterator[tuple[str, Run]]:
    """A run for each row."""
    searcher = Searcher.open(chosen)
    whole = Answerer(searcher)
    yield "all of it", run.measure(split, asked, whole)
    with changed(evidences, "WEIGHTS", replace(evidences.WEIGHTS, ranker=0.0, near=1.0)):
        yield "cosine in place of the learned ranker", run.measure(split, asked, whole)
    plain = Searcher(searcher.library, searcher.encoder)
    plain.glossary = Glossary()
    yield "without glossary", run.measure(split, asked, Answerer(plain))
    with changed(verify, "check", lambda *_: Checked(1.0, "supported")):
        yield "without verification", run.measure(split, asked, whole)
    with changed(refuse, "NAMED_ENOUGH", 0.0):
        yield "without asking whether what is wanted is named", run.measure(split, asked, whole)
    yield "whole passages cited", run.measure(split, asked, Answerer(searcher, PassageReader()))


def twins(asked: Sequence[Question], chosen: Settings, split: str) -> Iterator[tuple[str, Run]]:
    """Follow-ups with their history, and the same questions complete in themselves."""
    answerer = Answerer(Searcher.open(chosen))
    leaning = [q for q in asked if q.history and q.standalone]
    yield f"{len(leaning) // 2} follow-ups as asked", run.measure(split, leaning, answerer)
    alone = [replace(q, text=q.standalone or q.text, history=()) for q in leaning]
    yield "the same complete in themselves", run.measure(split, alone, answerer)


def table(rows: Sequence[tuple[str, Run]]) -> str:
    """Chinese / English in each cell, as Markdown."""
    lines = [
        f"| | {' | '.join(_SHOWN)} | characters cited |",
        f"|---{'|---' * (len(_SHOWN) + 1)}|",
    ]
    for name, found in rows:
        told = figures.summary(found)
        cells = [" / ".join(f"{told[s][m][0]:.3f}" if m in told[s] else "–" for s in ("zh", "en")) for m in _SHOWN]
        cited = [sum(map(len, row.quotes)) for row in found.rows if not row.refused]
        lines.append(f"| {name} | {' | '.join(cells)} | {sum(cited) / max(1, len(cited)):.0f} |")
    return "\n".join(lines)


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.ablations_answers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--split", choices=("train", "tune", "report"), default="report")
    parser.add_argument("--library", type=Path)
    given = parser.parse_args()
    asked = questions.load(questions.SETS / "questions.jsonl", [given.split])
    chosen = settings.load({"library": given.library})
    print(table(list(measure(asked, chosen, given.split))), table(list(twins(asked, chosen, given.split))), sep="\n\n")


if __name__ == "__main__":
    main()
