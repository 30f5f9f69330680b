"""Rows → figures: means with their intervals, by language and by kind of question."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from eval import metrics
from eval.measures import ANSWERS, RETRIEVAL
from eval.records import Row, Run
from index.records import LANGUAGES


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean of a measure over `count` questions, with its 95 % interval."""

    language: str
    kind: str  # of the questions; empty for all of them
    measure: str
    mean: float
    low: float
    high: float
    count: int


def figures(run: Run) -> list[Figure]:
    """Every figure of a run: each language over all questions, then over those of each kind."""
    found = []
    for spoken in LANGUAGES:
        own = [row for row in run.rows if row.language == spoken]
        found += _figures(spoken, "", own)
        for kind in sorted({row.kind for row in own}):
            found += _figures(spoken, kind, [row for row in own if row.kind == kind])
    return found


def summary(run: Run) -> dict[str, dict[str, tuple[float, float, float]]]:
    """By language and measure the mean and its 95 % interval; refusals are shares of their questions."""
    return {
        spoken: {f.measure: (f.mean, f.low, f.high) for f in _figures(spoken, "", [r for r in run.rows if r.language == spoken])}
        for spoken in LANGUAGES
    }


def _figures(spoken: str, kind: str, rows: Sequence[Row]) -> list[Figure]:
    return [
        Figure(spoken, kind, name, sum(column) / len(column), *metrics.interval(column), len(column))
        for name, column in _columns(rows).items()
        if column
    ]


def _columns(rows: Sequence[Row]) -> dict[str, list[float]]:
    """The values of each measure, in the order of the rows."""
    columns = {name: [row.values[name] for row in rows if name in row.values] for name in (*RETRIEVAL, *ANSWERS)}
    columns["wrong refusals"] = [float(row.refused) for row in rows if row.answerable]
    columns["caught"] = [float(row.refused) for row in rows if not row.answerable]
    return columns


def lengths(run: Run, spoken: str, kinds: Sequence[str] = ("factoid", "number")) -> float:
    """Median length of the answers to questions of some kinds: characters in Chinese, words in English."""
    found = [r.length for r in run.rows if r.language == spoken and r.kind in kinds and not r.refused]
    return statistics.median(found) if found else 0.0


def times(run: Run, spoken: str) -> tuple[float, float]:
    """Median and 95th percentile of the milliseconds a question took."""
    found = [r.milliseconds for r in run.rows if r.language == spoken]
    return (statistics.median(found), statistics.quantiles(found, n=20)[-1]) if len(found) > 1 else (0.0, 0.0)
