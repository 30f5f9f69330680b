"""How far two reviewers of the same statements agree beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from index.reviews import VERDICTS, Review, Verdict


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two reviewers, how often each pair of their verdicts occurred, and Cohen's kappa."""

    first: str
    second: str
    counts: Mapping[tuple[Verdict, Verdict], int]  # (the first's verdict, the second's)
    kappa: float | None  # None where it is undefined

    @property
    def shared(self) -> int:
        """Statements that both judged."""
        return sum(self.counts.values())

    @property
    def agreed(self) -> int:
        """Statements on which their verdicts are the same."""
        return sum(self.counts.get((verdict, verdict), 0) for verdict in VERDICTS)


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa of pairs of verdicts; None where there is no pair, or where chance alone would agree always.

    kappa = (p_o - p_e) / (1 - p_e), p_o the share of pairs that agree, p_e the sum over verdicts of the product of
    the two reviewers' shares of it (J. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and
    Psychological Measurement 20(1), 1960, 37-46).
    """
    total = len(pairs)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    agreed = sum(a == b for a, b in pairs)
    chance = sum(first[verdict] * second[verdict] for verdict in first)  # in whole numbers, so that "always" is exact
    if chance == total * total:
        return None
    return (agreed * total - chance) / (total * total - chance)


def agreements(reviews: Iterable[Review]) -> list[Agreement]:
    """Every pair of reviewers that judged a statement in common, by name."""
    said: dict[str, dict[tuple[str, str, int], Verdict]] = {}
    for review in reviews:
        if review.verdict is not None:
            said.setdefault(review.reviewer, {})[review.key[:3]] = review.verdict
    found = []
    for first, second in combinations(sorted(said), 2):
        pairs = [(said[first][place], said[second][place]) for place in said[first] if place in said[second]]
        if pairs:
            found.append(Agreement(first, second, Counter(pairs), kappa(pairs)))
    return found
