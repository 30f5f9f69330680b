"""Vectors of passages in Milvus."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import numpy as np

from index import milvus
from index.encoder import Vectors
from index.errors import LibraryError, LibraryMismatch
from index.lists import Block, Ids
from index.milvus import MOST, Collection, Server, among, best, plain
from index.vectors import Found

KIND = "vectors"
_FACTS = "vectors.facts.npz"
_BEAM = 200  # candidates HNSW keeps at least
_LISTED = 50_000  # ids that a question is limited to by name; of more, the nearest are sifted


class MilvusVectors:
    """Inner-product search over unit vectors by HNSW, which Milvus builds segment by segment."""

    exact = True  # it has no centres to learn, and so never outgrows them

    def __init__(self, server: Server, held: Collection | None, facts: Mapping[str, int], gone: frozenset[int]) -> None:
        """`facts` holds how many vectors there are and of what dimension; of a collection still to be made, none."""
        self._server, self._held, self._gone = server, held, gone
        self.size, self._dimension = facts.get("size", 0), facts.get("dimension", 0)
        self._blocks: list[Callable[[], Iterable[Block]]] = []
        self._out: set[int] = set()

    def add(self, ids: Ids, vectors: Vectors) -> None:
        """Takes in `vectors` (n, dim) under `ids` (n), in place of what stood under them, when it is written."""
        if self._held and self.size:
            self._fits(vectors)
        self.remove(np.asarray(ids).tolist())
        self._blocks.append(lambda: [(ids, vectors)])

    def remove(self, ids: Sequence[int]) -> None:
        """Takes ids out when it is written; those that it does not hold are passed over."""
        self._out.update(int(number) for number in ids)

    def write(self, folder: Path) -> None:
        """Brings the changes to Milvus as a version of their own, which the folder tells of."""
        blocks = chain.from_iterable(block() for block in self._blocks)
        pointer, before = milvus.pointer(folder, KIND), self._held
        gone: frozenset[int] = frozenset()
        if before is not None and self.size:
            before.delete(sorted(self._gone))
            gone = frozenset(self._keys(before))
            self._held = before.next(pointer)
        else:  # Milvus wants to know the dimension at once
            first = next(iter(blocks), None)
            self._dimension = first[1].shape[1] if first else 1
            self._held = Collection.new(self._server, "vectors", pointer, max(2, self._dimension))
            blocks = chain([first] if first else [], blocks)
        held, self.size = self._held, self.size - len(gone)
        for ids, vectors in blocks:
            self.size += held.insert(
                {"key": held.key(number), "number": number, "vector": vector}
                for number, vector in zip(np.asarray(ids).tolist(), vectors.tolist(), strict=True)
            )
        np.savez(folder / _FACTS, size=self.size, dimension=self._dimension)
        milvus.keep_gone(folder, KIND, gone)
        self._gone, self._blocks, self._out = gone, [], set()

    def _keys(self, held: Collection) -> Iterator[int]:
        numbers = sorted(self._out)
        for at in range(0, len(numbers), 1_000):
            for row in held.select(among("number", numbers[at : at + 1_000]), ("key",)):
                yield int(row["key"])

    def search(self, query: Vectors, k: int, only: Ids | None = None) -> Found:
        """The `k` nearest ids to one vector (1, dim), of the ids `only` where they are given; as `VectorIndex.search`."""
        return self.search_all(query, k, only)[0]

    def search_all(self, queries: Vectors, k: int, only: Ids | None = None) -> list[Found]:
        """The same for each of several vectors (n, dim); no more than Milvus gives at once (`MOST`)."""
        k = min(k, self.size)
        if self._held is None or not k or (only is not None and not len(only)):
            return [[] for _ in queries]
        self._fits(queries)
        listed = only is not None and len(only) <= _LISTED
        condition = among("number", np.asarray(only).tolist()) if listed else ""
        wide = MOST if only is not None and not listed else k + len(self._gone)
        found = self._held.nearest("vector", plain(queries), wide, condition, ef=max(_BEAM, min(wide, MOST)))
        allowed = None if only is None or listed else set(np.asarray(only).tolist())
        return [best([hit for hit in hits if allowed is None or hit[1] in allowed], self._gone, k) for hits in found]

    def _fits(self, vectors: Vectors) -> None:
        if vectors.shape[1] != self._dimension:
            raise LibraryMismatch(
                f"The encoder gives vectors of {vectors.shape[1]} numbers, but the library holds some of {self._dimension}; "
                "run `wenzheng index --rebuild`, or set the encoder back."
            )


class MilvusVectorStores:
    """The stores of vectors of one server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def gather(self, size: int, blocks: Callable[[], Iterable[Block]]) -> MilvusVectors:
        """A store for the vectors that `blocks` gives, filled when it is written."""
        made = MilvusVectors(self._server, None, {}, frozenset())
        made._blocks.append(blocks)
        return made

    def read(self, folder: Path) -> MilvusVectors:
        """What the folder tells of; raises LibraryError where it is not there any more."""
        held = Collection.opened(self._server, milvus.pointer(folder, KIND))
        try:
            with np.load(folder / _FACTS, allow_pickle=False) as found:
                facts = {name: int(found[name]) for name in ("size", "dimension")}
        except (OSError, ValueError, KeyError) as error:
            raise LibraryError(f"{folder / _FACTS} cannot be read; run `wenzheng index`.") from error
        return MilvusVectors(self._server, held, facts, milvus.gone(folder, KIND))
