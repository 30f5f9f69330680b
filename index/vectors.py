"""Vectors → nearest passages: the one import of FAISS."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.errors import LibraryError, LibraryMismatch

FILE = "vectors.faiss"


class VectorIndex:
    """Exact inner-product search over unit vectors; ids are the caller's."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @property
    def size(self) -> int:
        """How many vectors it holds."""
        return int(self._index.ntotal)

    @classmethod
    def build(cls, ids: Sequence[int], vectors: Vectors) -> VectorIndex:
        """An index of `vectors` (n, dim) under `ids` (n)."""
        import faiss

        index = faiss.IndexIDMap2(faiss.IndexFlatIP(max(1, vectors.shape[1] if vectors.size else 1)))
        if len(ids):
            index.add_with_ids(np.ascontiguousarray(vectors), np.asarray(ids, dtype=np.int64))
        return cls(index)

    @classmethod
    def read(cls, folder: Path, name: str = FILE) -> VectorIndex:
        """The index saved in a folder; raises LibraryError when the file is no index."""
        import faiss

        try:
            return cls(faiss.read_index(str(folder / name)))
        except RuntimeError as error:
            raise LibraryError(f"{folder / name} cannot be read as a vector index; run `wenzheng index`.") from error

    def write(self, folder: Path, name: str = FILE) -> None:
        """Saves the index in a folder, on disk before it returns."""
        import faiss

        path = folder / name
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # FAISS keeps the system's reason in a long message of its own
            raise LibraryError(f"{path} cannot be written; free some space and run `wenzheng index` again.") from error
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())

    def search(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """The `k` nearest ids to one vector (1, dim) with their cosine, nearest first.

        Raises LibraryMismatch for a vector of another length than those it holds.
        """
        k = min(k, self.size)
        if not k:
            return []
        if query.shape[1] != self._index.d:
            raise LibraryMismatch(
                f"The encoder gives vectors of {query.shape[1]} numbers, but the library holds some of {self._index.d}; "
                "run `wenzheng index --rebuild`, or set the encoder back."
            )
        scores, ids = self._index.search(query, k)
        found: NDArray[np.int64] = ids[0]
        return [(int(i), float(s)) for i, s in zip(found, scores[0], strict=True) if i >= 0]
