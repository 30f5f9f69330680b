"""What a library holds, read from its rows: documents, articles, sentences, footnotes, passages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from index import database, rows, seals
from index.database import FILE, Connection
from index.errors import LibraryError, WenzhengError
from index.records import ArticleRecord, Footnote, Kind, Language, Passage, PassageFacts, Piece, Said, Sentence

_SENTENCE = 'id, article, kind, paragraph, section, start, "end", text, page, context'
_FOOTNOTE = 'id, article, label, start, "end", text, page, sentence, same_as'

_BETWEEN = (Kind.FOOTNOTE, Kind.MARK, Kind.FURNITURE, Kind.CAPTION)
"""What may stand inside the span of a sentence without belonging to it."""


class Contents:
    """The rows of one library folder, read over one connection."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        self.folder = folder
        self._db = connection

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the library's tables (see `index.rows`), for modules that tell of them in their own way."""
        return database.select(self._db, self.folder / FILE, sql, values)

    def _one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        found = self.select(sql, values)
        return found[0] if found else None

    # -- the library as a whole -------------------------------------------------------------

    def manifest(self) -> dict[str, Any]:
        """What the library was built with: encoder, settings, versions, generation."""
        with self.damage_told():
            return {key: json.loads(value) for key, value in self.select("SELECT key, value FROM manifest")}

    @property
    def generation(self) -> int:
        """Rises by one with every committed change."""
        row = self._one("SELECT value FROM manifest WHERE key = 'generation'")
        return int(json.loads(row[0])) if row else 0

    @property
    def state(self) -> tuple[int, int]:
        """Another one after every committed change, and where another library has taken this one's place."""
        try:
            return self.generation, (self.folder / FILE).stat().st_ino
        except OSError:
            return self.generation, 0

    def fault(self) -> str | None:
        """What is wrong with the SQLite file, in one sentence; reads all of it."""
        path, before = self.folder / FILE, self.state
        try:
            found = self.select("PRAGMA quick_check(1)")
            with database.told(path):
                said = next(seals.broken(self._db), None)
        except LibraryError as error:
            return str(error)
        if found != [("ok",)]:
            said = str(found[0][0])
        elif said is not None and self.state != before:
            return self.fault()  # it changed while it was read
        return None if said is None else str(database.fault(path, said))

    @contextmanager
    def damage_told(self) -> Iterator[None]:
        """Makes of an error that comes of damaged rows the sentence of `fault`; others stay what they are."""
        before = None
        try:
            before = self.state
            yield
        except WenzhengError:
            raise
        except Exception as error:
            # Where the library changed meanwhile, that is why, and reading all of it would be in vain.
            if (before is not None and self.state != before) or (said := self.fault()) is None:
                raise
            raise LibraryError(said) from error

    # -- documents and articles ---------------------------------------------------------------

    def documents(self) -> list[dict[str, Any]]:
        """Number, name, hash, state, path, type, encoding and size of every document, by name."""
        found = self.select(
            "SELECT id, name, sha256, state, path, media_type, encoding, length(text) FROM documents ORDER BY name"
        )
        names = ("id", "name", "sha256", "state", "path", "media_type", "encoding", "characters")
        return [dict(zip(names, row, strict=True)) for row in found]

    def source_text(self, name: str) -> str:
        """The decoded text of a document, as offsets count it."""
        row = self._one("SELECT text FROM documents WHERE name = ?", (name,))
        if row is None:
            raise LibraryError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
        return str(row[0])

    def pieces(self, name: str, start: int = 0, end: int | None = None) -> list[Piece]:
        """What each stretch of a document is, in order; of a span, those that reach into it."""
        row = self._one("SELECT pieces FROM documents WHERE name = ?", (name,))
        found = json.loads(row[0]) if row else []
        return [Piece(a, b, Kind(kind)) for a, b, kind in found if b > start and (end is None or a < end)]

    def text_between(self, name: str, start: int, end: int) -> str:
        """What stands in a span of a document but for footnotes, their marks and page furniture.

        Where the span lies inside a footnote, the footnote.
        """
        text = self.source_text(name)
        inside = self.pieces(name, start, end)
        own = [p for p in inside if p.kind not in _BETWEEN] or [p for p in inside if p.kind is Kind.FOOTNOTE]
        return "".join(text[max(start, piece.start) : min(end, piece.end)] for piece in own)

    def articles(self, ids: Iterable[str] | None = None) -> dict[str, ArticleRecord]:
        """All articles and parts by id, or those of the ids given that there are, in the order of documents and pages."""
        wanted = None if ids is None else sorted(set(ids))
        where = "" if wanted is None else f"WHERE a.id IN ({_marks(wanted)}) "
        found = self.select(
            f"SELECT a.id, a.record FROM articles a JOIN documents d ON d.id = a.document {where}ORDER BY d.name, a.position",
            wanted or (),
        )
        with self.damage_told():
            return {name: rows.record(json.loads(record)) for name, record in found}

    def article(self, article: str) -> ArticleRecord | None:
        """One article or part by id."""
        row = self._one("SELECT record FROM articles WHERE id = ?", (article,))
        return rows.record(json.loads(row[0])) if row else None

    # -- sentences and footnotes --------------------------------------------------------------

    def sentences(self, ids: Sequence[int] | None = None, *, document: str | None = None) -> list[Sentence]:
        """Sentences by id in the order given, or all of a document in reading order."""
        if document is not None:
            found = self.select(
                f"SELECT {_SENTENCE} FROM sentences WHERE document = (SELECT id FROM documents WHERE name = ?) ORDER BY id",
                (document,),
            )
        else:
            marks = ",".join("?" * len(ids or ()))
            found = self.select(f"SELECT {_SENTENCE} FROM sentences WHERE id IN ({marks})", ids or ())
            place = {number: at for at, number in enumerate(ids or ())}
            found.sort(key=lambda row: place[row[0]])
        return [rows.sentence(row) for row in found]

    def translations(self, ids: Sequence[int]) -> dict[int, str]:
        """Translations of sentences by id; those without one are left out."""
        marks = ",".join("?" * len(ids))
        return dict(self.select(f"SELECT id, translation FROM sentences WHERE id IN ({marks}) AND translation IS NOT NULL", ids))

    def said(self, ids: Sequence[int]) -> dict[int, Said]:
        """What ranking weighs of sentences, by id; those the library does not hold are left out."""
        found = self.select(f"SELECT id, article, text, context, translation FROM sentences WHERE id IN ({_marks(ids)})", ids)
        return {
            number: Said(article, context or text, context, translation) for number, article, text, context, translation in found
        }

    def neighbours(self, sentence: Sentence, before: int, after: int) -> list[Sentence]:
        """The sentence with those around it in the same article, in reading order."""
        found = self.select(
            "SELECT id FROM sentences WHERE article = ? AND id BETWEEN ? AND ? ORDER BY id",
            (sentence.article, sentence.id - before, sentence.id + after),
        )
        return self.sentences([row[0] for row in found])

    def reading(self, article: str) -> list[tuple[Sentence, str | None]]:
        """All of an article in reading order, each sentence with its translation; empty where there is no such article."""
        found = self.select(
            f"SELECT {_SENTENCE}, translation FROM sentences "
            "WHERE document = (SELECT document FROM articles WHERE id = ?) AND article = ? ORDER BY id",
            (article, article),
        )
        return [(rows.sentence(row), translation) for *row, translation in found]

    def notes(self, article: str, first: int, last: int) -> list[tuple[Footnote, str | None]]:
        """The footnotes of an article whose sentences are numbered `first` to `last`, each with its translation, in order."""
        found = self.select(
            f"SELECT {_FOOTNOTE}, translation FROM footnotes "
            "WHERE (sentence BETWEEN ? AND ? OR sentence IS NULL) AND article = ? ORDER BY id",
            (first, last, article),
        )
        return [(Footnote(*row), translation) for *row, translation in found]

    def footnotes(self, sentence_ids: Sequence[int]) -> list[Footnote]:
        """The footnotes whose marks these sentences bear, in order."""
        marks = ",".join("?" * len(sentence_ids))
        found = self.select(f"SELECT {_FOOTNOTE} FROM footnotes WHERE sentence IN ({marks}) ORDER BY id", sentence_ids)
        return [Footnote(*row) for row in found]

    def footnote(self, number: int) -> Footnote | None:
        """One footnote by id."""
        row = self._one(f"SELECT {_FOOTNOTE} FROM footnotes WHERE id = ?", (number,))
        return Footnote(*row) if row else None

    # -- passages ---------------------------------------------------------------------------

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Passages by id, in the order given."""
        marks = ",".join("?" * len(ids))
        found = self.select(
            'SELECT p.id, d.name, p.article, p.kind, p.language, p.section, p.page, p.start, p."end", p.text, '
            f"p.sentences, p.translation FROM passages p JOIN documents d ON d.id = p.document WHERE p.id IN ({marks})",
            ids,
        )
        by_id = {row[0]: rows.passage(row) for row in found}
        return [by_id[number] for number in ids if number in by_id]

    def passage_facts(self, ids: Iterable[int]) -> dict[int, PassageFacts]:
        """What ranking needs to know of passages, by id; those the library does not hold are left out."""
        wanted = sorted(set(ids))
        found = self.select(
            "SELECT p.id, p.kind, p.language, coalesce(json_extract(a.record, '$.language'), p.language) "
            f"FROM passages p{self._by_facts} LEFT JOIN articles a ON a.id = p.article WHERE p.id IN ({_marks(wanted)})",
            wanted,
        )
        return {number: PassageFacts(Kind(kind), language, spoken) for number, kind, language, spoken in found}

    def passage_languages(self, ids: Iterable[int]) -> dict[int, Language]:
        """The languages of passages, by id; those the library does not hold are left out."""
        wanted = sorted(set(ids))
        return dict(self.select(f"SELECT id, language FROM passages{self._by_facts} WHERE id IN ({_marks(wanted)})", wanted))

    def passages_within(self, limits: Mapping[str, Sequence[str]]) -> list[int]:
        """Ids of the passages that `limits` allows, by facet (`source`, `article`) the values."""
        where = {
            "source": "document IN (SELECT id FROM documents WHERE name IN ({}))",
            "article": "document IN (SELECT document FROM articles WHERE id IN ({0})) AND article IN ({0})",
        }
        parts, values = ["TRUE"], list[str]()
        for facet, allowed in limits.items():
            marks = ",".join(f"?{len(values) + at}" for at in range(1, len(allowed) + 1))
            parts.append(where[facet].format(marks))
            values += allowed
        return [number for (number,) in self.select(f"SELECT id FROM passages WHERE {' AND '.join(parts)}", values)]

    @cached_property
    def _by_facts(self) -> str:
        """Makes SQLite look into the index that holds all the facts; a library of an older version has none."""
        known = self._one("SELECT 1 FROM sqlite_master WHERE name = ?", (rows.FACTS,))
        return f" INDEXED BY {rows.FACTS}" if known else ""


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))
