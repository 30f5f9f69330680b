"""What searches passages by terms and by vectors, wherever it runs, and which of them a setting chooses.

SQLite stays the truth.  A store keeps in the folder of a generation what it needs to find its rows again: Tantivy
and FAISS the rows themselves, Milvus the names of its collections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from index.encoder import Vectors
from index.fulltext import Entry, FullText
from index.lists import Block, Ids
from index.settings import Settings
from index.vectors import Found, VectorIndex


class TextStore(Protocol):
    """Passages by their terms."""

    @property
    def size(self) -> int: ...

    def frequency(self, field: str, term: str) -> int: ...

    def search(
        self, terms: Mapping[str, Mapping[str, float]], k: int, limits: Mapping[str, Sequence[str]] | None = None
    ) -> Found: ...


class VectorStore(Protocol):
    """Passages by their vectors; a change is seen once `write` has saved it."""

    @property
    def size(self) -> int: ...

    @property
    def exact(self) -> bool:
        """Whether it learns nothing from its vectors, so that it never outgrows what it has learned."""
        ...

    def add(self, ids: Ids, vectors: Vectors) -> None: ...

    def remove(self, ids: Sequence[int]) -> None: ...

    def write(self, folder: Path) -> None: ...

    def search(self, query: Vectors, k: int, only: Ids | None = None) -> Found: ...

    def search_all(self, queries: Vectors, k: int, only: Ids | None = None) -> list[Found]: ...


class TextStores(Protocol):
    """Makes, changes and opens a store of terms."""

    def build(self, entries: Iterable[Entry], folder: Path | None) -> TextStore: ...

    def update(self, before: Path, folder: Path, gone: Iterable[str], entries: Iterable[Entry]) -> TextStore: ...

    def read(self, folder: Path) -> TextStore: ...


class VectorStores(Protocol):
    """Makes and opens a store of vectors."""

    def gather(self, size: int, blocks: Callable[[], Iterable[Block]]) -> VectorStore: ...

    def read(self, folder: Path) -> VectorStore: ...


def _nothing(folder: Path) -> None:
    """What lies in the folder alone needs no care outside it."""


class Engine(NamedTuple):
    """Both stores, and what is due outside the folder of a generation once it is committed and before it is removed."""

    texts: TextStores
    vectors: VectorStores
    settle: Callable[[Path], None] = _nothing
    forget: Callable[[Path], None] = _nothing


EMBEDDED = Engine(FullText, VectorIndex)
"""Tantivy and FAISS in the library's folder."""


def chosen(settings: Settings) -> Engine:
    """The engine that the setting names."""
    if settings.store == "embedded":
        return EMBEDDED
    from index import milvus, milvus_engine

    return milvus_engine.engine(milvus.Server(settings.milvus_uri, settings.milvus_token, settings.milvus_name))
