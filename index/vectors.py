"""Vectors → nearest passages: the one import of FAISS."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.errors import LibraryError

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
    def read(cls, folder: Path) -> VectorIndex:
        """The index saved in a folder; raises LibraryError when the file is no index."""
        import faiss

        try:
            return cls(faiss.read_index(str(folder / FILE)))
        except RuntimeError as error:
            raise LibraryError(f"{folder / FILE} cannot be read as a vector index; run `wenzheng index`.") from error

    def write(self, folder: Path) -> None:
        """Saves the index in a folder, on disk before it returns."""
        import faiss

        path = folder / FILE
        faiss.write_index(self._index, str(path))
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())

    def search(self, query: Vectors, k: int) -> list[tuple[int, float]]:
        """The `k` nearest ids to one vector (1, dim) with their cosine, nearest first."""
        k = min(k, self.size)
        if not k:
            return []
        scores, ids = self._index.search(query, k)
        found: NDArray[np.int64] = ids[0]
        return [(int(i), float(s)) for i, s in zip(found, scores[0], strict=True) if i >= 0]
