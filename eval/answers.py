"""Answer figures: is the gold evidence cited, do citations touch it, who is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from eval.questions import Question
from index.clean import fold
from index.script import sentences
from rag.answer import Answerer
from rag.records import Answer


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Means over the questions of one language; shares between 0 and 1."""

    count: int
    any_gold: float  # answerable questions with at least one gold sentence cited
    recall: float  # of gold quotations, those with a sentence cited
    touching: float  # of citations, those that touch gold
    wrong_refusals: float  # of answerable questions
    caught: float  # of unanswerable questions, those refused
    median_length: float  # characters of the answer
    median_ms: float


def measure(questions: Sequence[Question], answerer: Answerer) -> dict[str, AnswerFigures]:
    """Figures by language."""
    result = {}
    for language in ("zh", "en"):
        own = [(q, answerer.answer(q.text)) for q in questions if q.language == language]
        asked = [(q, a) for q, a in own if q.answerable]
        hopeless = [a for q, a in own if not q.answerable]
        touched = [t for q, a in asked for t in _touching(q, a)]
        result[language] = AnswerFigures(
            len(own),
            _mean([any(_cited(q, a)) for q, a in asked]),
            _mean([c for q, a in asked for c in _cited(q, a)]),
            _mean(touched),
            _mean([a.refused for _, a in asked]),
            _mean([a.refused for a in hopeless]),
            median([len(a.text) for _, a in asked if not a.refused] or [0]),
            median([a.elapsed_ms for _, a in own] or [0]),
        )
    return result


def _cited(question: Question, answer: Answer) -> list[bool]:
    """For each gold quotation whether a sentence of it is cited."""
    quotes = [fold(citation.quote) for citation in answer.citations]
    return [any(_overlap(part, quote) for part in _parts(gold.quote) for quote in quotes) for gold in question.gold]


def _touching(question: Question, answer: Answer) -> list[bool]:
    """For each citation whether it touches gold."""
    parts = [part for gold in question.gold for part in _parts(gold.quote)]
    return [any(_overlap(part, fold(citation.quote)) for part in parts) for citation in answer.citations]


def _parts(quote: str) -> list[str]:
    bare = quote.strip("| ")
    return [fold(bare[a:b]) for a, b in sentences(bare)]


def _overlap(part: str, quote: str) -> bool:
    return part in quote or quote in part


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else float("nan")


def table(by_language: dict[str, AnswerFigures]) -> str:
    """The figures as a Markdown table."""
    names = (
        "any gold cited | gold cited | citations touching gold | wrong refusals | unanswerable caught | median length | median ms"
    )
    lines = [f"| language | questions | {names} |", "|---|---|---|---|---|---|---|---|---|"]
    for language, f in by_language.items():
        shares = " | ".join(f"{v:.3f}" for v in (f.any_gold, f.recall, f.touching, f.wrong_refusals, f.caught))
        lines.append(f"| {language} | {f.count} | {shares} | {f.median_length:.0f} | {f.median_ms:.0f} |")
    return "\n".join(lines)
