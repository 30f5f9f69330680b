"""Exact indexes and lists of vectors, made, opened and looked into: the one import of FAISS."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.vector_files import Kept

Ids = NDArray[np.int64]
Block = tuple[Ids, Vectors]
"""Ids, (n,), and their vectors, (n, dim)."""


def _faiss() -> Any:
    """FAISS as its Python code makes it at import, which its type hints do not know."""
    import faiss

    return faiss


def flat(dimension: int) -> Any:
    """An empty index that compares every vector."""
    faiss = _faiss()
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))


def rows(flat: Any) -> Block:
    """Ids and vectors of an exact index."""
    faiss = _faiss()
    ids = np.array(faiss.vector_to_array(flat.id_map), dtype=np.int64)
    vectors = flat.index.reconstruct_n(0, flat.ntotal) if flat.ntotal else np.empty((0, flat.d), dtype=np.float32)
    return ids, vectors


def trained(sample: Vectors, lists: int) -> Any:
    """An empty index whose centres are learned from a sample, always alike."""
    faiss = _faiss()
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(sample.shape[1]), sample.shape[1], lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.spherical = True
    index.train(np.ascontiguousarray(sample))
    return index


def opened(path: Path, *, mapped: bool) -> Any:
    """The index in a file, read or mapped; raises RuntimeError when it is none."""
    faiss = _faiss()
    if not mapped:
        return faiss.read_index(str(path))
    index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    lists_of(index).prefetch_nthread = 0  # it would start threads for every question
    return index


def save(index: Any, path: Path) -> None:
    """Writes an index into a file; raises RuntimeError when it cannot."""
    _faiss().write_index(index, str(path))


def kept(index: Any) -> Kept:
    """What is to be kept of new lists; where their file's head ends is known when it is written."""
    lists = lists_of(index)
    sums = [checksum(lists, number) for number in range(lists.nlist)]
    nothing = np.empty(0, dtype=np.int64)
    return Kept(0, np.asarray(sums, dtype=np.uint32), nothing, nothing, np.empty((0, index.d), dtype=np.float32))


def lists_of(index: Any) -> Any:
    """The lists of an index, in memory or mapped."""
    return _faiss().downcast_InvertedLists(index.invlists)


def checksum(lists: Any, number: int) -> int:
    """CRC-32 of one list: its codes, then its ids."""
    codes, ids = one(lists, number)
    return zlib.crc32(ids.data, zlib.crc32(codes.data))


def one(lists: Any, number: int) -> tuple[NDArray[np.uint8], Ids]:
    """Codes and ids of one list, as they stand in memory or on disk."""
    faiss = _faiss()
    count = lists.list_size(number)
    if not count:
        return np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.int64)
    codes = faiss.rev_swig_ptr(lists.get_codes(number), count * lists.code_size)
    return codes, faiss.rev_swig_ptr(lists.get_ids(number), count)


def head(path: Path, index: Any) -> int:
    """The checksum of all that stands in the file before the lists, the last thing in it."""
    length = path.stat().st_size - index.ntotal * (index.code_size + 8)
    with path.open("rb") as stream:
        return zlib.crc32(stream.read(max(0, length)))


def scan(index: Any, queries: Vectors, near: Vectors, numbers: Ids, k: int, chosen: Any) -> tuple[Vectors, Ids]:
    """The `k` best of the lists `numbers` (n, probes), whose centres have the cosines `near`, for each query (n, dim)."""
    faiss = _faiss()
    how = faiss.SearchParametersIVF(nprobe=numbers.shape[1], sel=chosen.sel if chosen else None)
    scores, ids = np.empty((len(queries), k), dtype=np.float32), np.empty((len(queries), k), dtype=np.int64)
    query, *told = [faiss.swig_ptr(part) for part in (queries, numbers, near, scores, ids)]
    index.search_preassigned_c(len(queries), query, k, *told, False, how)  # its Python face takes no selection
    return scores, ids


@contextmanager
def one_thread() -> Iterator[None]:
    """FAISS works by one thread in here: its threads wait for each other without sleeping.

    A search of a million vectors takes it a few milliseconds, in which full text wants the other core.
    """
    faiss = _faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def selection(only: Ids | None, gone: Ids | None) -> Any:
    """FAISS's parameters for ids that are allowed and not gone; None for all."""
    faiss = _faiss()
    if only is not None:
        allowed = np.zeros(int(only.max()) + 1, dtype=bool)
        allowed[only] = True
        if gone is not None:
            allowed[gone[gone < len(allowed)]] = False
        return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little")))
    if gone is not None and len(gone):
        return faiss.SearchParameters(sel=faiss.IDSelectorNot(faiss.IDSelectorBatch(gone)))
    return None
