"""Measures of retrieval, pure and per question; higher is better.

Texts are compared folded (`index.clean.fold`): width, glyphs and white space do not count.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.clean import fold
from index.script import sentences


def found_within(gold: Sequence[str], texts: Sequence[str], characters: int) -> float:
    """Share of the gold quotations that stand whole in the first `characters` of the texts.

    A quotation of several sentences counts when each of them stands there.
    """
    read: list[str] = []
    left = characters
    for text in texts:
        if left <= 0:
            break
        read.append(fold(text[:left]))
        left -= len(text)
    return float(np.mean([_stands(quote, read) for quote in gold]))


def _stands(quote: str, folded: Sequence[str]) -> bool:
    parts = [fold(quote[a:b]) for a, b in sentences(quote)]
    return all(any(part in text for text in folded) for part in parts)


def relevant(gold: Sequence[str], text: str) -> bool:
    """Whether the text holds a gold quotation, or a whole sentence of one."""
    folded = fold(text)
    return any(fold(quote[a:b]) in folded for quote in gold for a, b in sentences(quote))


def reciprocal_rank(gold: Sequence[str], texts: Sequence[str], k: int = 10) -> float:
    """1 / rank of the first relevant text among the first `k`, 0 if there is none."""
    return next((1 / rank for rank, text in enumerate(texts[:k], start=1) if relevant(gold, text)), 0.0)


def recall_at(gold: Sequence[str], texts: Sequence[str], k: int) -> float:
    """Share of the gold quotations that stand whole in the first `k` texts."""
    read = [fold(text) for text in texts[:k]]
    return float(np.mean([_stands(quote, read) for quote in gold]))


def interval(values: Sequence[float], rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean (Efron 1979)."""
    if not values:
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).choice(np.asarray(values), size=(rounds, len(values)))
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
