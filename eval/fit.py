"""Fits the weights of `rag.evidence`: `python -m eval.fit` prints them and what they give on tune.

The ranker's own score is compared with the passage's by listwise softmax on train questions; the ranker has seen those
questions too, so `--without-ranked` halves of the articles are not needed only because the weights are few.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
import torch
from numpy.typing import NDArray

from eval import metrics, questions
from eval.questions import Question
from index import settings
from index.clean import fold
from index.search import Searcher
from rag.evidence import WEIGHTS, Weights, looked_at
from rag.question import analyse

_HITS = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """A question's candidates: standardised signs, (n, signs), and which answer, (n,)."""

    language: str
    signs: NDArray[np.float64]
    right: NDArray[np.bool_]


def look(asked: Sequence[Question], searcher: Searcher) -> list[Looked]:
    """The candidates of each answerable question as `rag.evidence` sees them."""
    found = []
    for question in asked:
        text = question.standalone or question.text
        sentences, _, table, _ = looked_at(searcher, analyse(text), searcher.search(text, _HITS).hits)
        wanted = [part for gold in (*question.gold, *question.also) for part in metrics.parts(gold.quote)]
        right = np.array([any(part in fold(s.text) or fold(s.text) in part for part in wanted) for s in sentences])
        found.append(Looked(question.language, (table - table.mean(axis=0)) / (table.std(axis=0) + 1e-6), right))
    return found


def fit(found: Sequence[Looked]) -> NDArray[np.float64]:
    """Weights that put what answers first, by the softmax of the scores (L-BFGS, a little ridge)."""
    useful = [(torch.from_numpy(x.signs), torch.from_numpy(x.right)) for x in found if x.right.any()]
    weights = torch.from_numpy(np.asarray(astuple(WEIGHTS), dtype=np.float64)).requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=50)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        told = [torch.log_softmax(signs @ weights, 0)[right].logsumexp(0) for signs, right in useful]
        loss = -torch.stack(told).mean() + 0.001 * (weights**2).sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()


def first(found: Sequence[Looked], weights: NDArray[np.float64], depth: int = 1) -> float:
    """Share of questions with something that answers among the first sentences."""
    return float(np.mean([x.right[np.argsort(-(x.signs @ weights))[:depth]].any() for x in found]))


def main() -> None:
    """Prints weights and figures."""
    searcher = Searcher.open(settings.load({}))
    asked = [q for q in questions.load(questions.SETS / "questions.jsonl", ["train", "tune"]) if q.answerable]
    train = look([q for q in asked if q.split == "train"], searcher)
    tune = look([q for q in asked if q.split == "tune"], searcher)
    fitted = fit(train)
    for name, weights in (("in use", np.asarray(astuple(WEIGHTS))), ("fitted", fitted)):
        told = ", ".join(f"{f.name} {w:.2f}" for f, w in zip(fields(Weights), weights, strict=True))
        sys.stdout.write(f"{name}: {told}\n")
        for spoken in ("zh", "en"):
            own = [x for x in tune if x.language == spoken]
            shares = ", ".join(f"first {k}: {first(own, weights, k):.3f}" for k in (1, 3, 5))
            sys.stdout.write(f"  tune {spoken}, {len(own)} questions, right among the {shares}\n")


if __name__ == "__main__":
    main()
