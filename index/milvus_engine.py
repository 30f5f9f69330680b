"""Milvus as the engine of a library, and what is due there once a change is committed or a generation is removed."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from index import milvus_text, milvus_vectors
from index.errors import StoreError
from index.milvus import Collection, Server, gone, named, pointer
from index.milvus_text import MilvusTexts
from index.milvus_vectors import MilvusVectorStores
from index.stores import Engine

_KINDS = (milvus_text.KIND, milvus_vectors.KIND)


def engine(server: Server) -> Engine:
    """The stores of a server."""

    def settle(folder: Path) -> None:
        """Takes out the rows that went with a commit, and moves the aliases to the collections it reads."""
        for kind in _KINDS:
            if (file := pointer(folder, kind)).is_file():
                with suppress(StoreError):  # what cannot be done now is done after the next commit
                    held = Collection.opened(server, file)
                    held.delete(sorted(gone(folder, kind)))
                    server.point(f"{server.name}_{kind}", held.name)

    def forget(folder: Path) -> None:
        """Drops the collections of a folder that no other folder beside it tells of."""
        others = {name for beside in folder.parent.iterdir() if beside != folder for name in _names(beside)}
        for name in sorted(_names(folder) - others):
            server.drop(name)

    return Engine(MilvusTexts(server), MilvusVectorStores(server), settle, forget)


def _names(folder: Path) -> set[str]:
    return {named(pointer(folder, kind)) for kind in _KINDS} - {""}
