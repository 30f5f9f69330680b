"""Retrieval figures: evidence recall, recall@k and MRR, for each language, beside the baseline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.metrics import found_within, interval, recall_at, reciprocal_rank
from eval.questions import Question
from index.search import Searcher

_DEPTH = 40  # hits asked for: 5,000 characters need some 25 passages


@dataclass(frozen=True, slots=True)
class Figures:
    """Mean over questions with its 95 % interval, by measure."""

    count: int
    values: dict[str, tuple[float, float, float]]  # mean, low, high


MEASURES = ("within 2,000", "within 5,000", "MRR@10", "recall@10")


def measure(questions: Sequence[Question], search: Callable[[str], list[str]]) -> dict[str, Figures]:
    """Figures by language over the answerable questions; `search` gives the texts of the hits."""
    result: dict[str, Figures] = {}
    for language in ("zh", "en"):
        rows = []
        for question in questions:
            if question.language == language and question.answerable:
                quotes = [gold.quote.strip("| ") for gold in question.gold]
                texts = search(question.text)
                rows.append(
                    (
                        found_within(quotes, texts, 2000),
                        found_within(quotes, texts, 5000),
                        reciprocal_rank(quotes, texts),
                        recall_at(quotes, texts, 10),
                    )
                )
        columns = zip(*rows, strict=True) if rows else ((),) * len(MEASURES)
        values = {
            name: (sum(column) / max(1, len(column)), *interval(column))
            for name, column in zip(MEASURES, map(list, columns), strict=True)
        }
        result[language] = Figures(len(rows), values)
    return result


def ours(searcher: Searcher) -> Callable[[str], list[str]]:
    """The program's own search as a function from question to texts."""
    return lambda question: [hit.passage.text for hit in searcher.search(question, _DEPTH).hits]


def table(named: dict[str, dict[str, Figures]]) -> str:
    """The figures of several systems as a Markdown table."""
    lines = [f"| system | questions | {' | '.join(MEASURES)} |", "|---|---|" + "---|" * len(MEASURES)]
    for name, by_language in named.items():
        for language, figures in by_language.items():
            cells = [f"{mean:.3f} ({low:.2f}–{high:.2f})" for mean, low, high in figures.values.values()]
            lines.append(f"| {name} | {language}, {figures.count} | {' | '.join(cells)} |")
    return "\n".join(lines)
