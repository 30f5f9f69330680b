"""Vectors → nearest passages.

While there are few, every vector is compared with the question.  Beyond that they stand in lists round
centres, one byte a number, and only the lists nearest the question are read (FAISS IVF with SQ8); their file is
mapped, not read.  `python -m eval.scale.recall` measures what other kinds give.  Changes of a large index are
kept beside it, exact, until there are enough of them to be worked in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import lists, vector_files
from index.encoder import Vectors
from index.errors import LibraryError, LibraryMismatch
from index.lists import Block, Ids
from index.vector_files import Kept

FILE = "vectors.faiss"
EXACT = 20_000
"""Up to so many vectors are compared one by one: 3 ms a question, 31 MB."""

_PROBES = 256  # lists read for a question (eval/LOG.md has the recall of fewer and more)
_MOST_LISTS = 4096
_SAMPLE = 40  # vectors for each centre that training sees; FAISS asks for 39
_CHANGES = 20_000  # vectors added or removed until they are worked into the lists, in a smaller index
_SHARE = 8  # sooner: when they are an eighth of it, since each question is compared with all of them
_BLOCK = 50_000  # vectors handed to FAISS at once

Found = list[tuple[int, float]]
"""Ids with their cosine, nearest first; of the same cosine the lower id first."""


class VectorIndex:
    """Inner-product search over unit vectors; ids are the caller's, 0 or more."""

    def __init__(self, base: Any, path: Path | None = None, kept: Kept | None = None) -> None:
        """`base` is a FAISS index; where it has lists, `kept` tells of them, and `path` is the file they are mapped from."""
        self._base, self._path = base, path
        self._lists = lists.lists_of(base) if kept else None
        self._sums = kept.sums if kept else np.empty(0, dtype=np.uint32)
        self._head = kept.head if kept else 0
        self._checked = np.full(len(self._sums), path is None)
        self._held: Ids | None = None  # the ids in the lists, sorted, once a change has asked for them
        self._gone = kept.gone if kept else np.empty(0, dtype=np.int64)
        self._fresh = lists.flat(int(base.d))
        if kept and len(kept.ids):
            self._fresh.add_with_ids(kept.vectors, kept.ids)

    @property
    def size(self) -> int:
        """How many vectors it holds."""
        return int(self._base.ntotal) - len(self._gone) + int(self._fresh.ntotal)

    @property
    def exact(self) -> bool:
        """Whether every vector is compared with the question."""
        return self._lists is None

    # -- making -----------------------------------------------------------------------------

    @classmethod
    def build(cls, ids: Sequence[int] | Ids, vectors: Vectors) -> VectorIndex:
        """An index of `vectors` (n, dim) under `ids` (n)."""
        return cls.gather(len(ids), lambda: [(np.asarray(ids, dtype=np.int64), vectors)])

    @classmethod
    def gather(cls, size: int, blocks: Callable[[], Iterable[Block]]) -> VectorIndex:
        """An index of the `size` vectors that `blocks` gives block by block; no more than a sample of a large one is held.

        `blocks` is called twice where there are many: the centres are learned from the sample first.
        """
        if size <= EXACT:
            found = [(ids, vectors) for ids, vectors in blocks() if len(ids)]
            index = lists.flat(found[0][1].shape[1] if found else 1)
            for ids, vectors in found:
                index.add_with_ids(np.ascontiguousarray(vectors), ids)
            return cls(index)
        count = min(_MOST_LISTS, int(2 * size**0.5))
        step = max(1, size // (_SAMPLE * count))
        at, sample = 0, []
        for _, vectors in blocks():
            sample.append(np.array(vectors[-at % step :: step]))
            at += len(vectors)
        index = lists.trained(np.concatenate([part for part in sample if len(part)]), count)
        for ids, vectors in blocks():
            for begin in range(0, len(ids), _BLOCK):
                part = slice(begin, begin + _BLOCK)
                index.add_with_ids(np.ascontiguousarray(vectors[part]), ids[part])
        return cls(index, None, lists.kept(index))

    # -- on disk ----------------------------------------------------------------------------

    @classmethod
    def read(cls, folder: Path, name: str = FILE) -> VectorIndex:
        """The index saved in a folder; raises LibraryError when the file is no index.

        Of a large one only the centres are read: a list is read, and checked, when a question first comes to it.
        """
        path = folder / name
        try:
            kept = vector_files.read(path)
            if kept is None:
                return cls(lists.opened(path, mapped=False))
            base = lists.opened(path, mapped=True)
            if len(kept.sums) != base.nlist or kept.head != lists.head(path, base):
                raise RuntimeError("other lists than those it was kept for")
            return cls(base, path, kept)
        except (RuntimeError, AttributeError, OSError) as error:
            raise LibraryError(f"{path} cannot be read as a vector index; run `wenzheng index`.") from error

    def write(self, folder: Path, name: str = FILE) -> None:
        """Saves the index in a folder, on disk before it returns; lists that did not change are linked, not written anew."""
        path, mapped = folder / name, self._path
        try:
            if mapped is None:
                vector_files.replace(path, lambda new: lists.save(self._base, new))
            elif mapped != path:
                vector_files.replace(path, lambda new: vector_files.link(mapped, new))
            if self.exact:
                vector_files.beside(path).unlink(missing_ok=True)
                return
            self._head = self._head or lists.head(path, self._base)
            ids, vectors = lists.rows(self._fresh)
            vector_files.save(path, Kept(self._head, self._sums, self._gone, ids, vectors))
        except (RuntimeError, OSError) as error:  # FAISS keeps the system's reason in a long message of its own
            raise LibraryError(f"{path} cannot be written; free some space and run `wenzheng index` again.") from error

    # -- changing ---------------------------------------------------------------------------

    def add(self, ids: Sequence[int] | Ids, vectors: Vectors) -> None:
        """Takes in `vectors` (n, dim) under `ids` (n), in place of what stood under them; `write` saves it."""
        wanted = np.asarray(ids, dtype=np.int64)
        if not len(wanted):
            return
        if not self.size:
            self._become(VectorIndex.build(wanted, vectors))
            return
        self._fits(vectors)
        self._take_out(wanted)
        (self._base if self.exact else self._fresh).add_with_ids(np.ascontiguousarray(vectors), wanted)
        self._settle()

    def remove(self, ids: Sequence[int] | Ids) -> None:
        """Takes ids out; those that it does not hold are passed over; `write` saves it."""
        self._take_out(np.asarray(ids, dtype=np.int64))
        self._settle()

    def _take_out(self, ids: Ids) -> None:
        if self._lists is None:
            self._base.remove_ids(ids)
            return
        if self._held is None:
            self._held = np.sort(np.concatenate([lists.one(self._lists, number)[1] for number in range(self._lists.nlist)]))
        self._fresh.remove_ids(ids)
        self._gone = np.union1d(self._gone, ids[np.isin(ids, self._held)]).astype(np.int64)

    def _settle(self) -> None:
        """Works the changes in when there are enough of them, or the index has outgrown its kind."""
        if self.exact:
            if self.size > EXACT:
                self._become(VectorIndex.build(*lists.rows(self._base)))
        elif len(self._gone) + self._fresh.ntotal > min(_CHANGES, self.size // _SHARE):
            self.compact()

    def compact(self) -> None:
        """Works the changes of a large index into its lists, which all are read for it."""
        if self._lists is None or not len(self._gone) + self._fresh.ntotal:
            return
        if self._path is not None:
            self._check(np.arange(len(self._sums)))
        base = self._base if self._path is None else lists.opened(self._path, mapped=False)
        base.remove_ids(self._gone)
        ids, vectors = lists.rows(self._fresh)
        if len(ids):
            base.add_with_ids(vectors, ids)
        self._become(VectorIndex(base, None, lists.kept(base)))

    def _become(self, other: VectorIndex) -> None:
        self.__dict__.update(other.__dict__)

    # -- searching --------------------------------------------------------------------------

    def search(self, query: Vectors, k: int, only: Ids | None = None) -> Found:
        """The `k` nearest ids to one vector (1, dim), of the ids `only` where they are given.

        Raises LibraryMismatch for a vector of another length than those it holds, LibraryError where what a question
        comes to is damaged.
        """
        return self.search_all(query, k, only)[0]

    def search_all(self, queries: Vectors, k: int, only: Ids | None = None, probes: int | None = None) -> list[Found]:
        """The same for each of several vectors (n, dim); of a large index `probes` lists are read for each."""
        k = min(k, self.size)
        if not k or (only is not None and not len(only)):
            return [[] for _ in queries]
        self._fits(queries)
        with lists.one_thread():
            parts = [self._from_base(np.ascontiguousarray(queries), k, only, probes or _PROBES)]
            if self._fresh.ntotal:
                parts.append(self._fresh.search(queries, min(k, self._fresh.ntotal), params=lists.selection(only, None)))
        scores = np.concatenate([part[0] for part in parts], axis=1)
        ids = np.concatenate([part[1] for part in parts], axis=1)
        return [_best(row, told, k) for row, told in zip(ids, scores, strict=True)]

    def _from_base(self, queries: Vectors, k: int, only: Ids | None, probes: int) -> tuple[Any, Any]:
        chosen = lists.selection(only, self._gone)
        if self._lists is None:
            return self._base.search(queries, k, params=chosen)  # type: ignore[no-any-return]
        # To meet as many that are allowed; of two ids one often has no vector.
        probes = probes if only is None else 2 * probes * self.size // len(only) + 1
        probes = min(probes, self._base.nlist)
        near, numbers = self._base.quantizer.search(queries, probes)
        self._check(np.unique(numbers[numbers >= 0]))
        return lists.scan(self._base, queries, near, numbers, k, chosen)

    def _check(self, numbers: NDArray[Any]) -> None:
        """Compares the lists that were not yet looked at with their checksums."""
        for number in numbers[~self._checked[numbers]].tolist():
            if lists.checksum(self._lists, number) != self._sums[number]:
                raise LibraryError(f"{self._path} is damaged; run `wenzheng index` to build it again.")
            self._checked[number] = True

    def _fits(self, vectors: Vectors) -> None:
        if vectors.shape[1] != self._base.d:
            raise LibraryMismatch(
                f"The encoder gives vectors of {vectors.shape[1]} numbers, but the library holds some of {self._base.d}; "
                "run `wenzheng index --rebuild`, or set the encoder back."
            )


def _best(ids: Ids, scores: NDArray[np.float32], k: int) -> Found:
    known = ids >= 0
    ids, scores = ids[known], scores[known]
    order = np.lexsort((ids, -scores))[:k]
    return list(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
