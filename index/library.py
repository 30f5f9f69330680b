"""The library: SQLite as the truth, full-text and vector indexes derived from it.

A writer works in one transaction and builds the derived indexes of the next generation before it
commits; readers see the last committed generation or the next, never something between.  Derived
indexes that are missing, stale or damaged are built again from SQLite.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Vectors
from index.errors import LibraryBusy, LibraryError, LibraryMismatch, LibraryMissing
from index.fulltext import Entry, FullText
from index.records import ArticleRecord, Document, Footnote, Kind, Passage, Person, Piece, Sentence, SourceText
from index.terms import Terms
from index.vectors import VectorIndex

FILE = "library.sqlite"
LOCK = "write.lock"
DERIVED = "derived"
MANIFEST = "manifest.json"
FORMAT = 1
"""Version of the folder's format; a newer one is refused."""

_BETWEEN = (Kind.FOOTNOTE, Kind.MARK, Kind.FURNITURE, Kind.CAPTION)
"""What may stand inside the span of a sentence without belonging to it."""

_SCHEMA = """
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
CREATE TABLE vectors (encoder TEXT NOT NULL, text TEXT NOT NULL, vector BLOB NOT NULL, PRIMARY KEY (encoder, text))
    WITHOUT ROWID;
"""


def text_key(text: str) -> str:
    """The key under which the vector of a text is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Library:
    """One library folder, open for reading, or for writing under `writing()`."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._db = connection
        self._derived: tuple[int, FullText, VectorIndex] | None = None

    # -- opening ----------------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path) -> Library:
        """The library in a folder, for reading.

        Raises LibraryMissing when there is none, LibraryMismatch when it is newer than this
        program, LibraryError when SQLite cannot read it.
        """
        path = folder / FILE
        if not path.is_file():
            raise LibraryMissing(f"There is no library in {folder}; run `wenzheng index` to build one.")
        return cls(folder, _connect(path))

    @classmethod
    @contextmanager
    def writing(cls, folder: Path) -> Iterator[Library]:
        """The library in a folder, made if it is missing, held by this process alone for writing.

        Raises LibraryBusy when another process is writing.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / LOCK).open("w")
        except OSError as error:
            raise LibraryError(f"{folder} cannot be written ({error.strerror}); name another folder with --library.") from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LibraryBusy(f"Another process is writing to {folder}; wait for it to end and run again.") from error
            path = folder / FILE
            if not path.is_file():
                _create(path)
            library = cls(folder, _connect(path))
            try:
                yield library
            finally:
                library.close()
        finally:
            lock.close()

    def close(self) -> None:
        """Closes the connection; using the library afterwards is an error."""
        self._derived = None
        self._db.close()

    # -- manifest ---------------------------------------------------------------------------

    def manifest(self) -> dict[str, Any]:
        """What the library was built with: encoder, settings, versions, generation."""
        return {key: json.loads(value) for key, value in self._all("SELECT key, value FROM manifest")}

    @property
    def generation(self) -> int:
        """Rises by one with every committed change."""
        row = self._one("SELECT value FROM manifest WHERE key = 'generation'")
        return int(json.loads(row[0])) if row else 0

    # -- reading ----------------------------------------------------------------------------

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise LibraryError(
                f"{self.folder / FILE} is damaged ({error}); run `wenzheng index --rebuild` to build it again."
            ) from error

    def _one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        rows = self._all(sql, values)
        return rows[0] if rows else None

    def documents(self) -> list[dict[str, Any]]:
        """Name, hash, type, size and article titles of every document, by name."""
        rows = self._all("SELECT id, name, sha256, state, path, media_type, encoding, length(text) FROM documents ORDER BY name")
        names = ("id", "name", "sha256", "state", "path", "media_type", "encoding", "characters")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def source_text(self, name: str) -> str:
        """The decoded text of a document, as offsets count it."""
        row = self._one("SELECT text FROM documents WHERE name = ?", (name,))
        if row is None:
            raise LibraryError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
        return str(row[0])

    def pieces(self, name: str) -> list[Piece]:
        """What each stretch of a document is, in order."""
        row = self._one("SELECT pieces FROM documents WHERE name = ?", (name,))
        return [Piece(a, b, Kind(kind)) for a, b, kind in json.loads(row[0])] if row else []

    def text_between(self, name: str, start: int, end: int) -> str:
        """What stands in a span of a document but for footnotes, their marks and page furniture.

        Where the span lies inside a footnote, the footnote.
        """
        text = self.source_text(name)
        inside = [piece for piece in self.pieces(name) if piece.end > start and piece.start < end]
        own = [p for p in inside if p.kind not in _BETWEEN] or [p for p in inside if p.kind is Kind.FOOTNOTE]
        return "".join(text[max(start, piece.start) : min(end, piece.end)] for piece in own)

    def articles(self) -> dict[str, ArticleRecord]:
        """All articles and parts by id, in the order of documents and pages."""
        rows = self._all(
            "SELECT a.id, a.record FROM articles a JOIN documents d ON d.id = a.document ORDER BY d.name, a.position"
        )
        return {name: _record(json.loads(record)) for name, record in rows}

    def sentences(self, ids: Sequence[int] | None = None, *, document: str | None = None) -> list[Sentence]:
        """Sentences by id in the order given, or all of a document in reading order."""
        columns = 'id, article, kind, paragraph, section, start, "end", text, page, context'
        if document is not None:
            rows = self._all(
                f"SELECT {columns} FROM sentences WHERE document = (SELECT id FROM documents WHERE name = ?) ORDER BY id",
                (document,),
            )
        else:
            marks = ",".join("?" * len(ids or ()))
            rows = self._all(f"SELECT {columns} FROM sentences WHERE id IN ({marks})", ids or ())
            place = {number: at for at, number in enumerate(ids or ())}
            rows.sort(key=lambda row: place[row[0]])
        return [Sentence(r[0], r[1], Kind(r[2]), r[3], tuple(json.loads(r[4])), *r[5:]) for r in rows]

    def translations(self, ids: Sequence[int]) -> dict[int, str]:
        """Translations of sentences by id; those without one are left out."""
        marks = ",".join("?" * len(ids))
        return dict(
            self._all(f"SELECT id, translation FROM sentences WHERE id IN ({marks}) AND translation IS NOT NULL", ids)  # type: ignore[arg-type]
        )

    def neighbours(self, sentence: Sentence, before: int, after: int) -> list[Sentence]:
        """The sentence with those around it in the same article, in reading order."""
        rows = self._all(
            "SELECT id FROM sentences WHERE article = ? AND id BETWEEN ? AND ? ORDER BY id",
            (sentence.article, sentence.id - before, sentence.id + after),
        )
        return self.sentences([row[0] for row in rows])

    def footnotes(self, sentence_ids: Sequence[int]) -> list[Footnote]:
        """The footnotes whose marks these sentences bear, in order."""
        marks = ",".join("?" * len(sentence_ids))
        rows = self._all(
            'SELECT id, article, label, start, "end", text, page, sentence, same_as FROM footnotes '
            f"WHERE sentence IN ({marks}) ORDER BY id",
            sentence_ids,
        )
        return [Footnote(*row) for row in rows]

    def footnote(self, number: int) -> Footnote | None:
        """One footnote by id."""
        row = self._one(
            'SELECT id, article, label, start, "end", text, page, sentence, same_as FROM footnotes WHERE id = ?', (number,)
        )
        return Footnote(*row) if row else None

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Passages by id, in the order given."""
        marks = ",".join("?" * len(ids))
        rows = self._all(
            'SELECT p.id, d.name, p.article, p.kind, p.language, p.section, p.page, p.start, p."end", p.text, '
            f"p.sentences, p.translation FROM passages p JOIN documents d ON d.id = p.document WHERE p.id IN ({marks})",
            ids,
        )
        by_id = {row[0]: _passage(row) for row in rows}
        return [by_id[number] for number in ids if number in by_id]

    def passage_facts(self) -> dict[int, tuple[str, str, str, str]]:
        """Kind, language of the document's article, article and source of every passage, by id."""
        languages = {name: record.language for name, record in self.articles().items()}
        rows = self._all("SELECT p.id, p.kind, p.language, p.article, d.name FROM passages p JOIN documents d ON d.id = p.document")
        return {number: (kind, languages.get(article, language), article, name) for number, kind, language, article, name in rows}

    # -- derived indexes --------------------------------------------------------------------

    def derived(self, terms: Terms) -> tuple[FullText, VectorIndex]:
        """The full-text and vector indexes of the current generation.

        When the files are missing, stale or damaged they are built again from SQLite, in memory
        if the folder cannot be written.
        """
        generation = self.generation
        if self._derived is None or self._derived[0] != generation:
            self._derived = (generation, *self._open_derived(generation, terms))
        return self._derived[1], self._derived[2]

    def derived_is_sound(self) -> bool:
        """Whether the files of the current generation are whole, by their checksums."""
        return _is_sound(self.folder / DERIVED / str(self.generation))

    def _open_derived(self, generation: int, terms: Terms) -> tuple[FullText, VectorIndex]:
        folder = self.folder / DERIVED / str(generation)
        if _is_sound(folder):
            try:
                return FullText.read(folder), VectorIndex.read(folder)
            except LibraryError:
                pass  # whole but unreadable, as after a change of version: built again below
        try:
            self.build_derived(generation, terms)
            return FullText.read(folder), VectorIndex.read(folder)
        except OSError:
            return FullText.build(self._entries(terms), None), VectorIndex.build(*self._vectors())

    def build_derived(self, generation: int, terms: Terms) -> None:
        """Builds both indexes into a new folder and moves it into place, the manifest written last."""
        parent = self.folder / DERIVED
        parent.mkdir(exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix="building-", dir=parent))
        try:
            FullText.build(self._entries(terms), building)
            VectorIndex.build(*self._vectors()).write(building)
            _write_manifest(building)
            target = parent / str(generation)
            if target.exists():
                shutil.rmtree(target)
            os.replace(building, target)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise

    def _entries(self, terms: Terms) -> Iterator[Entry]:
        articles = self.articles()
        rows = self._all(
            "SELECT p.id, p.language, p.text, p.translation, p.section, p.article, p.context, d.name "
            "FROM passages p JOIN documents d ON d.id = p.document ORDER BY p.id"
        )
        sides = [_Sides(terms, *row) for row in rows]
        for at, own in enumerate(sides):
            near = [s for s in sides[max(0, at - 1) : at] + sides[at + 1 : at + 2] if s.article == own.article]
            yield own.entry(articles.get(own.article), near, terms)

    def _vectors(self) -> tuple[list[int], Vectors]:
        """Ids and vectors of all passage sides that have one: id × 2 for the text, + 1 for the translation."""
        encoder = self.manifest().get("encoder", {}).get("fingerprint", "")
        known = dict(self._all("SELECT text, vector FROM vectors WHERE encoder = ?", (encoder,)))
        ids: list[int] = []
        rows: list[Any] = []
        for number, text, translation, context in self._all("SELECT id, text, translation, context FROM passages ORDER BY id"):
            for side, content in ((0, f"{context}{text}"), (1, translation)):
                vector = known.get(text_key(content)) if content else None
                if vector is not None:
                    ids.append(number * 2 + side)
                    rows.append(np.frombuffer(vector, dtype=np.float32))
        return ids, np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)

    # -- writing ----------------------------------------------------------------------------

    def known_vectors(self, encoder: str, keys: Iterable[str]) -> set[str]:
        """Which of the text keys have a vector of this encoder."""
        wanted = set(keys)
        return {key for (key,) in self._all("SELECT text FROM vectors WHERE encoder = ?", (encoder,)) if key in wanted}

    def keep_vectors(self, encoder: str, keys: Sequence[str], vectors: Vectors) -> None:
        """Commits vectors; they are a cache by content, so an interrupted run does not lose them."""
        with _disk(self.folder), self._db:
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(encoder, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
            )

    def commit(
        self,
        *,
        remove: Sequence[str],
        add: Sequence[tuple[Document, str, Path, Sequence[Passage]]],
        translate: Callable[[str], str | None],
        manifest: dict[str, Any],
        terms: Terms,
    ) -> None:
        """One atomic change: documents out and in, manifest, derived indexes.

        `add` holds each document with its state (what its contents depend on), path and passages.
        On any error nothing changes.
        """
        with _disk(self.folder):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for name in remove:
                    self._db.execute("DELETE FROM documents WHERE name = ?", (name,))
                for document, state, path, found in add:
                    self._insert(document, state, path, found, translate)
                generation = self.generation + 1
                for key, value in {**manifest, "generation": generation}.items():
                    self._db.execute("INSERT OR REPLACE INTO manifest VALUES (?, ?)", (key, json.dumps(value, ensure_ascii=False)))
                self.build_derived(generation, terms)
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
        self._sweep(generation)

    def _sweep(self, generation: int) -> None:
        """Removes derived folders of older generations and what interrupted builds left behind."""
        for folder in (self.folder / DERIVED).iterdir():
            # The one before stays for readers that are about to open it.
            if folder.name not in {str(generation), str(generation - 1)}:
                shutil.rmtree(folder, ignore_errors=True)
        keys = "SELECT DISTINCT encoder FROM vectors"
        current = self.manifest().get("encoder", {}).get("fingerprint")
        for (encoder,) in self._all(keys):
            if encoder != current:
                with _disk(self.folder), self._db:
                    self._db.execute("DELETE FROM vectors WHERE encoder = ?", (encoder,))

    def _next(self, table: str) -> int:
        row = self._one(f"SELECT coalesce(max(id), -1) + 1 FROM {table}")
        return int(row[0]) if row else 0

    def _insert(
        self,
        document: Document,
        state: str,
        path: Path,
        found: Sequence[Passage],
        translate: Callable[[str], str | None],
    ) -> None:
        source = document.source
        number = self._next("documents")
        first, note, base = self._next("sentences"), self._next("footnotes"), self._next("passages")
        pieces = json.dumps([(p.start, p.end, p.kind) for p in document.pieces])
        self._db.execute(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, source.name, source.sha256, state, str(path), source.media_type, source.encoding, source.text, pieces,
                json.dumps(document.joins), json.dumps(document.exceptions, ensure_ascii=False),
            ),
        )  # fmt: skip
        taken = {row[0] for row in self._all("SELECT id FROM articles")}
        for at, record in enumerate(document.articles):
            if record.id in taken:
                raise LibraryError(f"{source.name}: the library already holds an article “{record.id}”; give it another id.")
            self._db.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", (record.id, number, at, json.dumps(asdict(record), ensure_ascii=False)))
        self._db.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (first + s.id, number, s.article, s.kind, s.paragraph, json.dumps(s.section, ensure_ascii=False), s.start, s.end, s.text, s.page, s.context, translate(s.text))
                for s in document.sentences
            ],
        )  # fmt: skip
        self._db.executemany(
            "INSERT INTO footnotes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    note + f.id, number, f.article, f.label, f.start, f.end, f.text, f.page,
                    None if f.sentence is None else first + f.sentence, None if f.same_as is None else note + f.same_as, translate(f.text),
                )
                for f in document.footnotes
            ],
        )  # fmt: skip
        contexts = {s.id: s.context for s in document.sentences}
        self._db.executemany(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    base + p.id, number, p.article, p.kind, p.language, json.dumps(p.section, ensure_ascii=False), p.page, p.start, p.end, p.text,
                    json.dumps([first + s for s in p.sentences]), p.translation,
                    passage_context(p, contexts),
                )
                for p in found
            ],
        )  # fmt: skip

    def sides(self, *, without: Sequence[str] = ()) -> list[str]:
        """Every text that may have a vector: passages with their context, and their translations."""
        marks = ",".join("?" * len(without))
        rows = self._all(
            "SELECT p.context || p.text, p.translation FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE d.name NOT IN ({marks})",
            without,
        )
        return [side for row in rows for side in row if side]


class _Sides:
    """One passage as terms on its Chinese and its English side."""

    def __init__(
        self, terms: Terms, number: int, language: str, text: str, translation: str | None, section: str,
        article: str, context: str, source: str,
    ) -> None:  # fmt: skip
        own = f"{context} {text}"
        chinese, english = (own, translation or "") if language == "zh" else (translation or "", own)
        self.id, self.article, self.source = number, article, source
        self.section = " ".join(json.loads(section))
        self.chinese = terms.terms(chinese)
        self.english = terms.terms(english)
        self.grams = terms.grams(chinese)

    def entry(self, record: ArticleRecord | None, near: Sequence[_Sides], terms: Terms) -> Entry:
        """What full text keeps of it: its own terms, its headings', its neighbours'."""
        titles = (record.title_zh or "", " ".join(record.keywords), record.title_en or "") if record else ("",) * 3
        fields = {
            "zh": self.chinese,
            "zh_grams": self.grams,
            "zh_head": terms.terms(f"{self.section} {titles[0]} {titles[1]}") if self.chinese else [],
            "zh_near": [term for side in near for term in side.chinese],
            "en": self.english,
            "en_head": terms.terms(titles[2]) if self.english else [],
            "en_near": [term for side in near for term in side.english],
        }
        return Entry(self.id, fields, self.source, self.article)


def passage_context(passage: Passage, contexts: dict[int, str]) -> str:
    """The readings of a table's rows, which the cells alone do not tell; empty for running text."""
    if passage.kind is not Kind.TABLE:
        return ""
    return "\n".join(contexts[s] for s in passage.sentences) + "\n"


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        row = connection.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()
    except sqlite3.DatabaseError as error:
        raise LibraryError(
            f"{path} is no library this program can read ({error}); move it away and run `wenzheng index`."
        ) from error
    found = int(json.loads(row[0])) if row else 0
    if found > FORMAT:
        connection.close()
        raise LibraryMismatch(
            f"{path} was written by a newer version (format {found}, this program knows {FORMAT}); update the program."
        )
    return connection


def _create(path: Path) -> None:
    """An empty library, whole or not at all."""
    with _disk(path.parent):
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        connection = sqlite3.connect(building)
        try:
            connection.executescript(_SCHEMA)
            connection.execute("INSERT INTO manifest VALUES ('format', ?)", (json.dumps(FORMAT),))
            connection.execute("INSERT INTO manifest VALUES ('generation', '0')")
            connection.commit()
        finally:
            connection.close()
        os.replace(building, path)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Turns a full or read-only disk into one sentence; SQLite has rolled back by then."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise LibraryError(f"{folder} cannot be written ({error}); free some space and run `wenzheng index` again.") from error
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be written ({error.strerror}); free some space and run `wenzheng index` again."
        ) from error


def _checksums(folder: Path) -> dict[str, str]:
    sums = {}
    for path in sorted(folder.rglob("*")):
        # Tantivy's lock files come and go.
        if path.is_file() and path.name != MANIFEST and not path.name.endswith(".lock"):
            sums[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return sums


def _write_manifest(folder: Path) -> None:
    path = folder / MANIFEST
    with path.open("w", encoding="utf-8") as stream:
        json.dump(_checksums(folder), stream)
        stream.flush()
        os.fsync(stream.fileno())


def _is_sound(folder: Path) -> bool:
    try:
        return bool(json.loads((folder / MANIFEST).read_text(encoding="utf-8")) == _checksums(folder))
    except (OSError, ValueError):
        return False


def _record(data: dict[str, Any]) -> ArticleRecord:
    record = ArticleRecord(**{**data, "authors": (), "keywords": tuple(data["keywords"])})
    return replace(record, authors=tuple(Person(**person) for person in data["authors"]))


def _passage(row: Sequence[Any]) -> Passage:
    return Passage(
        row[0], row[1], row[2], Kind(row[3]), row[4], tuple(json.loads(row[5])), row[6], row[7], row[8], row[9],
        tuple(json.loads(row[10])), row[11],
    )  # fmt: skip


