"""Calibrates the support score of statements in other words: `python -m eval.calibrate` prints the curve and its error.

What a right answer says (the points of a question) cites the sentences that hold it: supported.  The same points cite
the sentences of another question of the same article, and points whose numbers were changed cite their own: not
supported.  A logistic curve (Platt 1999) is fitted on train; the expected calibration error (Guo, Pleiss, Sun and
Weinberger 2017; ten bins) and the area under the ROC curve are those of tune.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval import metrics, questions
from eval.questions import Question
from index import settings
from index.clean import fold
from index.records import ANSWERING, Sentence
from index.search import Searcher
from rag import verify

_BINS = 10
_STEPS = 5_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement with the sentences it cites, and whether they say it."""

    language: str
    text: str
    cited: tuple[Sentence, ...]
    supported: bool


def statements(asked: Sequence[Question], searcher: Searcher, seed: int = 7) -> Iterator[Statement]:
    """For each point of a question a supported statement, and one or two that are not."""
    dice = random.Random(seed)  # noqa: S311 — no secret
    library = searcher.library
    every = [s for d in library.documents() for s in library.sentences(document=d["name"]) if s.kind in ANSWERING]
    folded = [(s, fold(s.text)) for s in every]
    gold: dict[str, list[Sentence]] = {}
    for question in asked:
        wanted = [part for g in question.gold for part in metrics.parts(g.quote)]
        gold.setdefault(question.id, [s for s, text in folded if any(part in text for part in wanted)])
    for question in asked:
        own = gold[question.id]
        others = [q for q in asked if q.articles == question.articles and not {s.id for s in gold[q.id]} & {s.id for s in own}]
        for point in question.points if own else ():
            yield Statement(question.language, point, tuple(own), True)
            if others and (wrong := gold[dice.choice(others).id]):
                yield Statement(question.language, point, tuple(wrong), False)
            if changed := _changed(point, dice):
                yield Statement(question.language, changed, tuple(own), False)


def _changed(point: str, dice: random.Random) -> str | None:
    """The point with one of its numbers changed; None where it has none."""
    found = list(re.finditer(r"\d+", point))
    if not found:
        return None
    match = dice.choice(found)
    return f"{point[: match.start()]}{int(match.group()) + dice.randint(1, 9)}{point[match.end() :]}"


def measured(found: Sequence[Statement], searcher: Searcher) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """For each statement how much of it is said, whether a check of quotations, numbers, names or negations drops it,
    and whether it is supported."""
    translations = searcher.library.translations([s.id for statement in found for s in statement.cited])
    said, dropped = [], []
    for statement in found:
        sides = [text for s in statement.cited for text in (s.text, s.context, translations.get(s.id)) if text]
        dropped.append(bool(verify.faults(statement.text, sides, searcher)))
        said.append(verify.said(statement.text, sides, searcher))
    return np.asarray(said), np.asarray(dropped), np.asarray([s.supported for s in found])


def fit(said: NDArray[np.float64], supported: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and offset of the logistic curve, by Newton's method."""
    table = np.stack([said, np.ones_like(said)], axis=1)
    weights = np.zeros(2)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (supported - chance)
        weights += np.linalg.solve((table * (chance * (1 - chance))[:, None]).T @ table + 1e-6 * np.eye(2), slope)
    return float(weights[0]), float(weights[1])


def calibration_error(chance: NDArray[np.float64], supported: NDArray[np.bool_]) -> float:
    """Mean distance between the chance stated and the share supported, by bin, weighted by size; lower is better."""
    bins = np.minimum((chance * _BINS).astype(int), _BINS - 1)
    gaps = [abs(chance[bins == k].mean() - supported[bins == k].mean()) * (bins == k).mean() for k in set(bins.tolist())]
    return float(sum(gaps))


def area(chance: NDArray[np.float64], supported: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a supported statement has the higher chance."""
    yes, no = chance[supported], chance[~supported]
    return float((yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean())


def main() -> None:
    """Fits on train, prints what it gives on tune."""
    searcher = Searcher.open(settings.load({}))
    split = {
        name: [q for q in questions.load(questions.SETS / "questions.jsonl", [name]) if q.answerable]
        for name in ("train", "tune")
    }
    told = {name: list(statements(asked, searcher)) for name, asked in split.items()}
    table = {name: measured(found, searcher) for name, found in told.items()}
    said, dropped, supported = table["train"]
    slope, offset = fit(said[~dropped], supported[~dropped])
    sys.stdout.write(f"fitted on {len(said)} statements of train: slope {slope:.2f}, offset {offset:.2f}\n")
    for spoken in ("zh", "en"):
        said, dropped, supported = table["tune"]
        own = np.array([s.language == spoken for s in told["tune"]])
        kept = own & ~dropped
        chance = np.array([verify.chance(share) for share in said[kept]])  # the curve in use
        sys.stdout.write(
            f"tune {spoken}: {own.sum()} statements; dropped by a check {dropped[own & supported].mean():.3f} of the supported, "
            f"{dropped[own & ~supported].mean():.3f} of the others; of the rest area {area(chance, supported[kept]):.3f}, "
            f"calibration error {calibration_error(chance, supported[kept]):.3f}\n"
        )
        for name, line in (("supported", verify.SUPPORTED), ("partly", verify.PARTLY)):
            passes = chance >= line
            sys.stdout.write(
                f"  from {line} ({name}): {passes[supported[kept]].mean():.3f} of the supported, {passes[~supported[kept]].mean():.3f} of the others\n"
            )


if __name__ == "__main__":
    main()
