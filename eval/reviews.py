"""The verdicts of reviewers → questions with gold: what `wenzheng review --export` wrote, read as a question set.

Reviewers of one statement are counted: it is settled where one verdict has more voices than each of the others.
Gold are the spans of accepted statements and the spans that reviewers marked in place of wrong ones, in their source's
words; the words of accepted statements are the points of a right answer.  A refusal accepted makes the question
unanswerable.  A question of which nothing was settled so is left out: that a claim does not stand tells nothing of
what would.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from eval.questions import Gold, Question, Split
from index import reviews as records
from index.errors import DocumentError
from index.reviews import Queued, Review, Verdict


def holds(path: Path) -> bool:
    """Whether a file's first line is a review; question items name no reviewer."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            first = json.loads(next((line for line in lines if line.strip()), "null"))
    except (OSError, ValueError):
        return False
    return isinstance(first, dict) and "reviewer" in first


def load(path: Path, splits: Iterable[Split] = ("report",)) -> list[Question]:
    """The questions of exported reviews, all of the split `report`; answers that only wait for one are none.

    Raises DocumentError naming a line that is neither.
    """
    found: list[Review | Queued] = []
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").split("\n"), start=1):
        if line.strip():
            try:
                found.append(records.entry(json.loads(line)))
            except (ValueError, DocumentError) as error:
                raise DocumentError(f"{path}, line {number} is no review; give what `wenzheng review --export` wrote.") from error
    return questions(one for one in found if isinstance(one, Review)) if "report" in splits else []


def questions(reviews: Iterable[Review]) -> list[Question]:
    """Every question whose answers were judged so that gold or its absence is known, in the order given."""
    by_question: dict[tuple[str, str, tuple[str, ...]], dict[tuple[str, int], list[Review]]] = {}
    for review in reviews:
        if review.verdict is not None:
            asked = by_question.setdefault((review.language, review.question, review.history), {})
            asked.setdefault((review.answer, review.number), []).append(review)
    made = [_question(list(statements.values())) for statements in by_question.values()]
    return [question for question in made if question is not None]


def settled(votes: Sequence[Review]) -> Verdict | None:
    """The verdict with the most voices; None where two have as many."""
    (first, most), *rest = Counter(review.verdict for review in votes).most_common(2)
    return None if rest and rest[0][1] == most else first


def _question(statements: Sequence[Sequence[Review]]) -> Question | None:
    gold: dict[Gold, str] = {}  # with its article
    points: list[str] = []
    unanswerable = False
    for votes in statements:
        verdict, one = settled(votes), votes[0]
        if verdict == "accept" and one.program == "refused":
            unanswerable = True
        elif verdict == "accept":
            gold |= {Gold(span.source, span.quote): span.article for span in one.cited if span.source}
            points.append(one.claim)
        elif verdict == "wrong span":
            spans = [span for vote in votes if vote.verdict == verdict for span in vote.corrected]
            gold |= {Gold(span.source, span.quote): span.article for span in spans}
    if not gold and not unanswerable:
        return None
    first = statements[0][0]
    return Question(
        id=first.answer,
        language=first.language,
        kind="reviewed" if gold else "unanswerable",
        split="report",
        articles=tuple(dict.fromkeys(gold.values())),
        text=first.question,
        points=tuple(dict.fromkeys(points)),
        gold=tuple(gold),
        history=first.history,
    )
