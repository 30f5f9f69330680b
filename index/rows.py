"""Records ↔ rows of the library's SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.errors import LibraryError
from index.records import ArticleRecord, Document, Kind, Passage, Person, Sentence

SCHEMA = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, state TEXT NOT NULL,
    path TEXT, media_type TEXT NOT NULL, encoding TEXT, text TEXT NOT NULL, pieces BLOB NOT NULL,
    joins TEXT NOT NULL, exceptions TEXT NOT NULL);
CREATE TABLE articles (
    id TEXT PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    position INTEGER NOT NULL, record TEXT NOT NULL);
CREATE TABLE sentences (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    article TEXT NOT NULL, kind TEXT NOT NULL, paragraph INTEGER NOT NULL, section TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, page TEXT, context TEXT NOT NULL,
    translation TEXT);
CREATE INDEX sentences_document ON sentences (document);
CREATE TABLE footnotes (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    article TEXT NOT NULL, label TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    text TEXT NOT NULL, page TEXT, sentence INTEGER, same_as INTEGER, translation TEXT);
CREATE INDEX footnotes_sentence ON footnotes (sentence);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    article TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, section TEXT NOT NULL, page TEXT,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, sentences TEXT NOT NULL,
    translation TEXT, context TEXT NOT NULL);
CREATE INDEX passages_document ON passages (document);
CREATE INDEX passages_facts ON passages (id, kind, language, article);
CREATE INDEX articles_document ON articles (document);
CREATE INDEX footnotes_document ON footnotes (document);
CREATE TABLE vectors (encoder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (encoder, text));
"""

FACTS = "passages_facts"
"""The index that lets a question learn of hundreds of passages without reading their texts."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A document on its way into the library."""

    document: Document
    state: str  # digest of all that its contents depend on
    path: Path
    passages: Sequence[Passage]
    translate: Callable[[str], str | None]


def insert(db: sqlite3.Connection, addition: Addition) -> None:
    """Adds a document with all that belongs to it; its own numbers become the library's.

    Raises LibraryError when another document already has an article of the same id.
    """
    number, first, note, base = (_next(db, table) for table in ("documents", "sentences", "footnotes", "passages"))
    document, translate = addition.document, addition.translate
    source = document.source
    _add(
        db,
        "documents",
        [
            (
                number, source.name, source.sha256, addition.state, str(addition.path), source.media_type, source.encoding,
                source.text, json.dumps([(p.start, p.end, p.kind) for p in document.pieces]), json.dumps(document.joins),
                _json(document.exceptions),
            )
        ],
    )  # fmt: skip
    for record in document.articles:
        if db.execute("SELECT 1 FROM articles WHERE id = ?", (record.id,)).fetchone():
            raise LibraryError(f"{source.name}: the library already holds an article “{record.id}”; give it another id.")
    _add(db, "articles", [(r.id, number, at, _json(asdict(r))) for at, r in enumerate(document.articles)])
    _add(
        db,
        "sentences",
        [
            (
                first + s.id, number, s.article, s.kind, s.paragraph, _json(s.section), s.start, s.end, s.text, s.page,
                s.context, translate(s.text),
            )
            for s in document.sentences
        ],
    )  # fmt: skip
    _add(
        db,
        "footnotes",
        [
            (
                note + f.id, number, f.article, f.label, f.start, f.end, f.text, f.page,
                None if f.sentence is None else first + f.sentence, None if f.same_as is None else note + f.same_as,
                translate(f.text),
            )
            for f in document.footnotes
        ],
    )  # fmt: skip
    contexts = {s.id: s.context for s in document.sentences}
    _add(
        db,
        "passages",
        [
            (
                base + p.id, number, p.article, p.kind, p.language, _json(p.section), p.page, p.start, p.end, p.text,
                json.dumps([first + s for s in p.sentences]), p.translation, passage_context(p, contexts),
            )
            for p in addition.passages
        ],
    )  # fmt: skip


def _next(db: sqlite3.Connection, table: str) -> int:
    return int(db.execute(f"SELECT coalesce(max(id), -1) + 1 FROM {table}").fetchone()[0])


def _add(db: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)


_json = json.JSONEncoder(ensure_ascii=False).encode  # `json.dumps` would make an encoder for each value


def passage_context(passage: Passage, contexts: Mapping[int, str]) -> str:
    """The readings of a table's rows, which the cells alone do not tell; empty for running text."""
    if passage.kind is not Kind.TABLE:
        return ""
    return "\n".join(contexts[s] for s in passage.sentences) + "\n"


def record(data: Mapping[str, Any]) -> ArticleRecord:
    """A bibliographic record from its JSON."""
    plain = ArticleRecord(**{**data, "authors": (), "keywords": tuple(data["keywords"])})
    return replace(plain, authors=tuple(Person(**person) for person in data["authors"]))


def sentence(row: Sequence[Any]) -> Sentence:
    """A sentence from its row, without the document and the translation."""
    return Sentence(row[0], row[1], Kind(row[2]), row[3], _section(row[4]), *row[5:])


@lru_cache(maxsize=1024)
def _section(headings: str) -> tuple[str, ...]:
    """Headings from their JSON; sentences that stand together have the same."""
    return tuple(json.loads(headings))


def passage(row: Sequence[Any]) -> Passage:
    """A passage from its row, the source's name in second place."""
    return Passage(
        row[0], row[1], row[2], Kind(row[3]), row[4], _section(row[5]), row[6], row[7], row[8], row[9],
        tuple(json.loads(row[10])), row[11],
    )  # fmt: skip
