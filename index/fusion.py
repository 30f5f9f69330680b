"""Several lists of passages → one: fused by reciprocal rank, and no language pushed out by the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from index.records import Language

RRF_K = 10
"""Cormack, Clarke and Büttcher 2009: a hit's score is the sum of 1 / (k + rank) over the lists.

They took 60 for lists of hundreds; 10 did better on the tune split, where few passages answer.
"""

_QUOTA = 3  # of the first ten hits kept for documents in each language that has evidence
_QUOTA_SLOTS = (3, 6, 9)  # positions, from 0, where a language that is missing is let in


def nearness(*lists: Sequence[tuple[int, float]]) -> float | None:
    """The mean of the best cosines of the lists that hold anything."""
    best = [hits[0][1] for hits in lists if hits]
    return sum(best) / len(best) if best else None


def fuse(
    lists: Mapping[str, tuple[float, Sequence[tuple[int, float]]]], known: Container[int]
) -> tuple[dict[int, float], dict[int, dict[str, int]]]:
    """Reciprocal rank fusion: scores, and by the name of each list that found a passage its rank there.

    `lists` holds by name a weight and (passage, score) pairs, best first.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    found_by: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for name, (weight, hits) in lists.items():
        for rank, (number, _) in enumerate(hits, start=1):
            if number in known and weight:
                scores[number] += weight / (RRF_K + rank)
                found_by[number][name] = rank
    return dict(scores), dict(found_by)


def sides(
    hits: Sequence[tuple[int, float]], languages: Mapping[int, Language], spoken: Language, *, crosses: bool
) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """Passages by their side in the question's language, and where the encoder crosses, by the other."""
    lists: tuple[list[tuple[int, float]], list[tuple[int, float]]] = ([], [])
    for code, score in hits:
        number, translated = divmod(code, 2)
        if number in languages:
            same = (languages[number] == spoken) != bool(translated)
            if same or crosses:
                lists[not same].append((number, score))
    return lists


def balanced(order: Sequence[int], fused: Sequence[int], languages: Mapping[int, str]) -> list[int]:
    """The order with the best documents of every language among the first ten.

    A language found at all but missing from the first ten gets its best hits at the quota slots,
    so that no number of documents in one language can push the other out.  Its best are those of
    fusion, since signs weighed across languages favour the question's own.
    """
    result = list(order)
    for spoken in sorted(set(languages.values())):
        first = set(result[:10])
        missing = _QUOTA - sum(languages[number] == spoken for number in first)
        late = [number for number in fused if languages[number] == spoken and number not in first][: max(0, missing)]
        for slot, number in zip(_QUOTA_SLOTS[-len(late) :] if late else (), late, strict=True):
            result.remove(number)
            result.insert(slot, number)
    return result
