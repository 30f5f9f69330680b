"""What the derived indexes are made of, read from a library a stretch at a time, however large it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index import rows
from index.contents import Contents
from index.entries import Row
from index.records import ArticleRecord

_STRETCH = 2_000  # passages, or vectors, read at a time
_ROW = "p.id, p.language, p.text, p.translation, p.section, p.article, p.context, d.name, p.kind"


class Passages:
    """The passages of all documents or of some, in order, as often as they are gone through."""

    def __init__(self, library: Contents, names: Sequence[str] | None = None) -> None:
        self._library, self._names = library, names

    def __iter__(self) -> Iterator[Row]:
        if self._names is not None:
            for number in sorted(_numbers(self._library, self._names)):
                yield from self._library.select(f"{_FROM} WHERE p.document = ? ORDER BY p.id", (number,))
            return
        last = -1
        while found := self._library.select(f"{_FROM} WHERE p.id > ? ORDER BY p.id LIMIT {_STRETCH}", (last,)):
            yield from found
            last = found[-1][0]


_FROM = f"SELECT {_ROW} FROM passages p JOIN documents d ON d.id = p.document"


class StoredVectors:
    """The vectors of one encoder by `text_key`, read as they are asked for."""

    def __init__(self, library: Contents, encoder: str) -> None:
        self._library, self._encoder = library, encoder

    def among(self, keys: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for at in range(0, len(keys), _STRETCH):
            part = keys[at : at + _STRETCH]
            marks = ",".join("?" * len(part))
            found |= self._library.select(
                f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({marks})", (self._encoder, *part)
            )
        return found

    def __len__(self) -> int:
        return int(self._library.select("SELECT count(*) FROM vectors WHERE encoder = ?", (self._encoder,))[0][0])


class Going(NamedTuple):
    """What documents leave behind in the indexes when they go."""

    names: Sequence[str]
    passages: Sequence[int]
    lone: Sequence[tuple[str, str]]  # language and text of those that stand in one language only


def going(library: Contents, names: Sequence[str]) -> Going:
    """What is to be taken out of the indexes with some documents; to be asked before they are deleted."""
    found = [row for number in _numbers(library, names) for row in library.select(_GOING, (number,))]
    lone = [(spoken, text) for _, spoken, text, translation in found if not translation]
    return Going(names, [row[0] for row in found], lone)


_GOING = "SELECT id, language, text, translation FROM passages WHERE document = ?"


def articles(library: Contents, names: Sequence[str]) -> dict[str, ArticleRecord]:
    """The records of some documents' articles, by id."""
    return {
        key: rows.record(json.loads(record))
        for number in _numbers(library, names)
        for key, record in library.select("SELECT id, record FROM articles WHERE document = ?", (number,))
    }


def _numbers(library: Contents, names: Sequence[str]) -> list[int]:
    return [row[0] for name in names for row in library.select("SELECT id FROM documents WHERE name = ?", (name,))]
