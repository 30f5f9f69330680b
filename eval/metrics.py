"""Measures, pure and per question; higher is better.

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
    return all(any(part in text for text in folded) for part in parts(quote))


def parts(quote: str) -> list[str]:
    """The sentences of a quotation, folded; the bars of a table row taken off."""
    bare = quote.strip("| ")
    return [fold(bare[a:b]) for a, b in sentences(bare)]


def relevant(gold: Sequence[str], text: str) -> bool:
    """Whether the text holds a gold quotation, or a whole sentence of one."""
    folded = fold(text)
    return any(part in folded for quote in gold for part in parts(quote))


def reciprocal_rank(gold: Sequence[str], texts: Sequence[str], k: int = 10) -> float:
    """1 / rank of the first relevant text among the first `k`, 0 if there is none."""
    return next((1 / rank for rank, text in enumerate(texts[:k], start=1) if relevant(gold, text)), 0.0)


def recall_at(gold: Sequence[str], texts: Sequence[str], k: int) -> float:
    """Share of the gold quotations that stand whole in the first `k` texts."""
    read = [fold(text) for text in texts[:k]]
    return float(np.mean([_stands(quote, read) for quote in gold]))


def ndcg(gold: Sequence[str], texts: Sequence[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), a text gaining 1 when it is relevant.

    The ideal order has as many relevant texts first as there are among all that were given, at least one.
    """
    gains = [float(relevant(gold, text)) for text in texts]
    discounts = 1 / np.log2(np.arange(2, k + 2))
    ideal = min(k, max(1, int(sum(gains))))
    return float(np.dot(gains[:k], discounts[: len(gains[:k])]) / discounts[:ideal].sum())


def cited(gold: Sequence[str], quotes: Sequence[str]) -> list[bool]:
    """For each gold quotation whether a sentence of it is among those cited, or holds one."""
    folded = [fold(quote) for quote in quotes]
    return [any(_overlap(part, quote) for part in parts(wanted) for quote in folded) for wanted in gold]


def touching(gold: Sequence[str], quotes: Sequence[str]) -> list[bool]:
    """For each quotation cited whether it touches gold."""
    wanted = [part for quote in gold for part in parts(quote)]
    return [any(_overlap(part, fold(quote)) for part in wanted) for quote in quotes]


def _overlap(part: str, quote: str) -> bool:
    return part in quote or quote in part


def interval(values: Sequence[float], rounds: int = 1000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean (Efron 1979)."""
    if not values:
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).choice(np.asarray(values), size=(rounds, len(values)))
    low, high = np.percentile(draws.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
