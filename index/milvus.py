"""Collections of a Milvus server, or of Milvus Lite in a folder: the one import of pymilvus.

A row's key holds the version that brought it in, and a reader asks for the rows up to its own: what a writer puts
in is seen by nobody before the library has committed it, and what a killed writer left is cleared away by the next.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Vectors
from index.errors import LibraryError, StoreError
from index.vectors import Found

MOST = 16_384
"""Hits, and rows of one answer, that Milvus gives at most."""

_SHIFT = 40  # bits of a key for the number: a million million passages, eight million changes
_BATCH = 1_000  # rows sent or deleted together
_MANY = 5_000  # rows from which segments are closed, so that they get an index
_SECONDS = 60  # of silence
_FACETS = ("source", "article", "sides")


@dataclass(frozen=True, slots=True)
class Server:
    """Where Milvus is: an address, or a folder ending in .db for Milvus Lite."""

    uri: str
    token: str = field(default="", repr=False)
    name: str = "wenzheng"  # that names of collections begin with

    def client(self) -> Any:
        """A connection, shared by all who want one to the same place."""
        with self.told():
            return _client(self.uri, self.token)

    def point(self, alias: str, name: str) -> None:
        """Makes an alias name a collection; who asks by it sees the one before or this one, never none."""
        client = self.client()
        with self.told():
            held = next((one for one in client.list_collections() if alias in client.list_aliases(one)["aliases"]), None)
            if held is None:
                client.create_alias(name, alias)
            elif held != name:
                client.alter_alias(name, alias)

    def drop(self, name: str) -> None:
        """Removes a collection, if it is there, and the aliases that name it."""
        client = self.client()
        with self.told():
            if client.has_collection(name):
                for alias in client.list_aliases(name)["aliases"]:
                    client.drop_alias(alias)
                client.drop_collection(name)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns what pymilvus raises into StoreError."""
        try:
            yield
        except LibraryError:
            raise
        except Exception as error:  # Milvus', gRPC's, and plain ones for a wrong address
            reason = (str(getattr(error, "message", "")) or str(error)).strip().splitlines()[:1]
            raise StoreError(
                f"Milvus at {self.uri} did not do what was asked ({' '.join(reason)[:200]}); start it or mend milvus_uri, "
                "or set store to embedded."
            ) from error


@lru_cache(maxsize=8)
def _client(uri: str, token: str) -> Any:
    try:
        from pymilvus import MilvusClient
    except ImportError as error:
        raise StoreError("store is milvus, but its client is not installed; run `pip install 'wenzheng[milvus]'`.") from error
    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it prints what it raises
    if not uri.endswith(".db"):
        return MilvusClient(uri, token=token, timeout=_SECONDS)
    logging.getLogger("grpc._server").setLevel(logging.CRITICAL)  # Milvus Lite's own, for questions it need not know
    Path(uri).parent.mkdir(parents=True, exist_ok=True)
    return MilvusClient(uri)


class Collection:
    """One collection of a server, up to a version."""

    def __init__(self, server: Server, name: str, version: int) -> None:
        self.server, self.name, self.version = server, name, version
        self._client = server.client()

    @classmethod
    def new(cls, server: Server, kind: str, pointer: Path, dimension: int | None) -> Collection:
        """An empty one, of vectors of some dimension or of sparse terms; `pointer` tells of it before it is there."""
        name = f"{server.name}_{kind}_{secrets.token_hex(6)}"
        pointer.write_text(json.dumps({"collection": name, "version": 0}), encoding="utf-8")
        from pymilvus import DataType, MilvusClient

        made, client = cls(server, name, 0), server.client()
        schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("key", DataType.INT64, is_primary=True)
        schema.add_field("number", DataType.INT64)
        index = MilvusClient.prepare_index_params()
        if dimension is None:
            for facet in _FACETS:
                schema.add_field(facet, DataType.VARCHAR, max_length=65_535)
            schema.add_field("terms", DataType.SPARSE_FLOAT_VECTOR)
            index.add_index("terms", index_type="SPARSE_INVERTED_INDEX", metric_type="IP")
        else:
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
            graph = {"M": 24, "efConstruction": 200}
            index.add_index("vector", index_type="HNSW", metric_type="IP", params=graph)
        with server.told():
            client.create_collection(name, schema=schema, index_params=index, consistency_level="Bounded")
        return made

    @classmethod
    def opened(cls, server: Server, pointer: Path) -> Collection:
        """The one that a file tells of; raises LibraryError where it is gone, StoreError where Milvus does not answer."""
        try:
            found = json.loads(pointer.read_text(encoding="utf-8"))
            name, version = str(found["collection"]), int(found["version"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LibraryError(f"{pointer} tells of no collection; run `wenzheng index`.") from error
        made, client = cls(server, name, version), server.client()
        with server.told():
            there = client.has_collection(name)
            if there:
                client.load_collection(name)
                # Waits until all that was written before is seen; later questions need not wait.
                client.query(name, filter="key == 0", output_fields=["key"], consistency_level="Strong")
        if not there:
            raise LibraryError(f"Milvus at {server.uri} holds no collection {name}; run `wenzheng index`.")
        return made

    def next(self, pointer: Path) -> Collection:
        """The same one at the next version, cleared of what an interrupted run left of it; `pointer` tells of it."""
        later = Collection(self.server, self.name, self.version + 1)
        pointer.write_text(json.dumps({"collection": self.name, "version": later.version}), encoding="utf-8")
        with self.server.told():
            self._client.delete(self.name, filter=f"key >= {later.version << _SHIFT}")
        return later

    @property
    def _own(self) -> str:
        return f"key < {(self.version + 1) << _SHIFT}"

    def key(self, number: int) -> int:
        """The key of a number that comes in with this version."""
        return self.version << _SHIFT | number

    def insert(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Puts rows in; returns how many."""
        rest, count = iter(rows), 0
        with self.server.told():
            while batch := list(islice(rest, _BATCH)):
                self._client.insert(self.name, batch)
                count += len(batch)
            if count >= _MANY:
                self._client.flush(self.name)
        return count

    def delete(self, keys: Sequence[int]) -> None:
        """Takes rows out by their keys."""
        with self.server.told():
            for at in range(0, len(keys), _BATCH):
                self._client.delete(self.name, ids=list(keys[at : at + _BATCH]))

    def select(self, condition: str, fields: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """The rows of this version that meet a condition, in no order."""
        with self.server.told():
            rows = self._client.query_iterator(
                self.name, batch_size=_BATCH, filter=f"({condition}) and {self._own}", output_fields=[*fields]
            )
            try:
                while batch := rows.next():
                    yield from batch
            finally:
                rows.close()

    def nearest(
        self, name: str, queries: Sequence[Any], k: int, condition: str = "", **params: Any
    ) -> list[list[tuple[int, int, float]]]:
        """Key, number and inner product of the `k` best rows for each query, best first."""
        if not k:
            return [[] for _ in queries]
        where = f"({condition}) and {self._own}" if condition else self._own
        with self.server.told():
            found = self._client.search(
                self.name,
                data=list(queries),
                anns_field=name,
                limit=min(k, MOST),
                filter=where,
                output_fields=["number"],
                search_params={"metric_type": "IP", "params": params},
            )
        return [[(hit["key"], hit["entity"]["number"], float(hit["distance"])) for hit in hits] for hits in found]


def among(facet: str, values: Iterable[Any]) -> str:
    """The condition that a field has one of the values, written so that none can be read as anything else."""
    return f"{facet} in {json.dumps(list(values), ensure_ascii=False)}"


def plain(query: Vectors) -> list[list[float]]:
    """Vectors (n, dim) as lists."""
    return [row.tolist() for row in query]


# -- what the folder of a generation tells --------------------------------------------------------


def pointer(folder: Path, kind: str) -> Path:
    """The file that names the collection of a kind, and the version of it that the folder is of."""
    return folder / f"{kind}.milvus.json"


def named(file: Path) -> str:
    """The collection that such a file names, empty where there is none."""
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["collection"])
    except (OSError, ValueError, TypeError, KeyError):
        return ""


def gone(folder: Path, kind: str) -> frozenset[int]:
    """Keys of rows that went out with the change that made the folder, and may still be there."""
    try:
        return frozenset(np.load(_gone_file(folder, kind), allow_pickle=False).tolist())
    except (OSError, ValueError):
        return frozenset()


def keep_gone(folder: Path, kind: str, keys: Iterable[int]) -> None:
    """Saves what `gone` reads."""
    np.save(_gone_file(folder, kind), np.array(sorted(keys), dtype=np.int64))


def _gone_file(folder: Path, kind: str) -> Path:
    return folder / f"{kind}.gone.npy"


def best(hits: Sequence[tuple[int, int, float]], gone: frozenset[int], k: int) -> Found:
    """The `k` best of some rows without those that went out; of the same score the lower number first."""
    kept = [(number, score) for key, number, score in hits if key not in gone]
    return sorted(kept, key=lambda hit: (-hit[1], hit[0]))[:k]
