"""BM25 as the inner product of two sparse vectors, for a store that knows sparse vectors but not our fields of terms.

The side of a passage holds how often a term stands in a field against the field's length, that of a question how
rare the term is, times its weight (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009, eq. 3.15,
with the constants and the rarity that Tantivy has, so that both engines score alike).
"""

from __future__ import annotations

import hashlib
import math
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import LibraryError
from index.fulltext import FIELDS

K1, B = 1.2, 0.75
FILE = "statistics.npz"
_DIMENSIONS = 2**32 - 1  # Milvus keeps the last number for itself

Sparse = dict[int, float]
"""Weight by dimension."""


@lru_cache(maxsize=200_000)
def dimension(name: str, term: str) -> int:
    """The dimension of a term in a field; of a million terms some hundred share theirs with another."""
    return int.from_bytes(hashlib.blake2b(f"{name}\0{term}".encode(), digest_size=8).digest(), "big") % _DIMENSIONS


@dataclass(frozen=True, slots=True)
class Counted:
    """One passage: how often each dimension occurs, by field, and the length of each field."""

    counts: Mapping[str, Mapping[int, int]]

    @classmethod
    def of(cls, terms: Mapping[str, Sequence[str]]) -> Counted:
        """The counts of terms by field."""
        return cls({name: Counter(dimension(name, term) for term in found) for name, found in terms.items() if found})

    @property
    def dimensions(self) -> set[int]:
        """All that occur."""
        return {one for counts in self.counts.values() for one in counts}

    def weights(self, means: Mapping[str, float]) -> Sparse:
        """Its side of the inner product, by the mean length of each field."""
        found: Sparse = {}
        for name, counts in self.counts.items():
            length = _kept_length(sum(counts.values()))
            norm = K1 * (1 - B + B * length / max(means.get(name, 0.0), 1e-9))
            for one, often in counts.items():
                found[one] = found.get(one, 0.0) + often * (1 + K1) / (often + norm)
        return found


def _kept_length(length: int) -> int:
    """A length as Tantivy keeps it in one byte: exact to 40, then in steps of an eighth of the power of two below."""
    rest = length - 24
    if rest < 16:
        return length
    step = 1 << (rest.bit_length() - 4)
    return 24 + rest // step * step


@dataclass(frozen=True)
class Statistics:
    """In how many passages each dimension occurs, and the mean lengths that all weights were made with."""

    passages: int = 0
    means: Mapping[str, float] = field(default_factory=dict)
    dimensions: NDArray[np.uint32] = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    counts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def frequency(self, one: int) -> int:
        """In how many passages a dimension occurs."""
        at = int(np.searchsorted(self.dimensions, one))
        return int(self.counts[at]) if at < len(self.dimensions) and self.dimensions[at] == one else 0

    def changed(self, added: Iterable[Iterable[int]] = (), removed: Iterable[Iterable[int]] = ()) -> Statistics:
        """With passages added and removed, each given by its dimensions."""
        passages, parts, signs = self.passages, [self.dimensions], [self.counts]
        for sign, some in ((1, added), (-1, removed)):
            for one in some:
                found = np.fromiter(one, dtype=np.uint32)
                passages += sign
                parts.append(found)
                signs.append(np.full(len(found), sign, dtype=np.int64))
        dimensions, places = np.unique(np.concatenate(parts), return_inverse=True)
        counts = np.zeros(len(dimensions), dtype=np.int64)
        np.add.at(counts, places, np.concatenate(signs))
        kept = counts > 0
        return Statistics(passages, self.means, dimensions[kept], counts[kept])

    def question(self, terms: Mapping[str, Mapping[str, float]]) -> Sparse:
        """The question's side of the inner product; terms that stand nowhere are left out."""
        found: Sparse = {}
        for name, weights in terms.items():
            for term, weight in weights.items():
                one = dimension(name, term)
                often = self.frequency(one)
                if weight > 0 and often:
                    found[one] = found.get(one, 0.0) + weight * math.log(1 + (self.passages - often + 0.5) / (often + 0.5))
        return found

    @classmethod
    def read(cls, folder: Path) -> Statistics:
        """Those saved in a folder; raises LibraryError when there are none."""
        try:
            with np.load(folder / FILE, allow_pickle=False) as found:
                means = dict(zip(FIELDS, found["means"].tolist(), strict=True))
                return cls(int(found["passages"]), means, found["dimensions"], found["counts"])
        except (OSError, ValueError, KeyError) as error:
            raise LibraryError(f"{folder / FILE} cannot be read as counts of terms; run `wenzheng index`.") from error

    def write(self, folder: Path) -> None:
        """Saves them in a folder."""
        means = np.array([self.means.get(name, 0.0) for name in FIELDS])
        with (folder / FILE).open("wb") as stream:
            np.savez(stream, passages=self.passages, means=means, dimensions=self.dimensions, counts=self.counts)
            stream.flush()
            os.fsync(stream.fileno())


def mean_lengths(some: Sequence[Counted]) -> dict[str, float]:
    """The mean length of each field; passages that lack it count as empty."""
    totals = {name: sum(sum(one.counts.get(name, {}).values()) for one in some) for name in FIELDS}
    return {name: total / max(1, len(some)) for name, total in totals.items()}
