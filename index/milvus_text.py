"""Terms of passages in Milvus, with their counts in the library's folder.

BM25 is made by us (see `index.bm25`) and not by Milvus' function: that takes text for one field and reckons how rare
a term is segment by segment, where we weigh terms over seven fields and reckon over all passages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from index import bm25, milvus
from index.bm25 import Counted, Statistics
from index.errors import StoreError
from index.fulltext import Entry
from index.milvus import Collection, Server, among, best
from index.vectors import Found

KIND = "terms"
_LEARNED = 5_000  # passages whose mean lengths all weights are made with


class MilvusText:
    """A BM25 index over fields of terms; scores are those of `FullText`."""

    def __init__(self, held: Collection, statistics: Statistics, gone: frozenset[int]) -> None:
        self._held, self._statistics, self._gone = held, statistics, gone

    @property
    def size(self) -> int:
        """How many passages it holds."""
        return self._statistics.passages

    def frequency(self, field: str, term: str) -> int:
        """In how many passages the field holds the term."""
        return self._statistics.frequency(bm25.dimension(field, term))

    def search(
        self, terms: Mapping[str, Mapping[str, float]], k: int, limits: Mapping[str, Sequence[str]] | None = None
    ) -> Found:
        """The `k` best passage ids with their BM25 score, best first; as `FullText.search`."""
        query = self._statistics.question(terms)
        if not query or any(not values for values in (limits or {}).values()):
            return []
        condition = " and ".join(among(facet, values) for facet, values in (limits or {}).items())
        return best(self._held.nearest("terms", [query], k + len(self._gone), condition)[0], self._gone, k)


class MilvusTexts:
    """The stores of terms of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def build(self, entries: Iterable[Entry], folder: Path | None) -> MilvusText:
        """Puts all passages into a new collection that the folder tells of."""
        place = _writable(folder)
        held = Collection.new(self._server, "terms", milvus.pointer(place, KIND), None)
        return self._filled(held, place, Statistics(), frozenset(), (), entries)

    def update(self, before: Path, folder: Path, gone: Iterable[str], entries: Iterable[Entry]) -> MilvusText:
        """Takes the passages of some sources out and puts others in; who reads the folder before sees nothing of it."""
        old, names = self.read(before), list(gone)
        old._held.delete(sorted(old._gone))
        held = old._held.next(milvus.pointer(folder, KIND))
        rows = list(old._held.select(among("source", names), ("key", KIND))) if names else []
        keys = frozenset(int(row["key"]) for row in rows)
        return self._filled(held, folder, old._statistics, keys, [row["terms"] for row in rows], entries)

    def read(self, folder: Path) -> MilvusText:
        """What the folder tells of; raises LibraryError where it is not there any more."""
        statistics = Statistics.read(folder)
        return MilvusText(Collection.opened(self._server, milvus.pointer(folder, KIND)), statistics, milvus.gone(folder, KIND))

    def _filled(
        self, held: Collection, folder: Path, known: Statistics, gone: frozenset[int],
        removed: Iterable[Iterable[int]], entries: Iterable[Entry],
    ) -> MilvusText:  # fmt: skip
        counted = ((entry, Counted.of(entry.terms)) for entry in entries)
        first = list(islice(counted, _LEARNED)) if not known.means else []
        means = known.means or bm25.mean_lengths([one for _, one in first])
        statistics = Statistics(known.passages, means, known.dimensions, known.counts).changed(removed=removed)
        rest = chain(first, counted)
        while some := list(islice(rest, _LEARNED)):
            statistics = statistics.changed(one.dimensions for _, one in some)
            held.insert(_row(held, entry, one.weights(means)) for entry, one in some)
        statistics.write(folder)
        milvus.keep_gone(folder, KIND, gone)
        return MilvusText(held, statistics, gone)


def _row(held: Collection, entry: Entry, weights: bm25.Sparse) -> dict[str, Any]:
    facets = {"source": entry.source, "article": entry.article, "sides": entry.sides}
    return {"key": held.key(entry.id), "number": entry.id, "terms": weights, **facets}


def _writable(folder: Path | None) -> Path:
    if folder is None:
        raise StoreError(
            "The passages do not stand in Milvus as the library has them, and its folder cannot be written; "
            "run `wenzheng index` where it can."
        )
    return folder
