"""The library: SQLite as the truth, full-text and vector indexes derived from it.

A writer works in one transaction and builds the derived indexes of the next generation before it
commits; readers see the last committed generation or the next, never something between.  Derived
indexes that are missing, stale or damaged are built again from SQLite.
"""

from __future__ import annotations

import fcntl
import json
import secrets
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index import derived, rows
from index.derived import Indexes
from index.encoder import Vectors
from index.errors import LibraryBusy, LibraryError, LibraryMismatch, LibraryMissing
from index.records import ANSWERING, ArticleRecord, Footnote, Kind, Language, Passage, Piece, Sentence
from index.terms import Terms

FILE = "library.sqlite"
LOCK = "write.lock"
_MOST_KEYS = 5_000  # of one question to SQLite
FORMAT = 1
"""Version of the folder's format; a newer one is refused."""

_NO_ACCESS = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
"""SQLite's primary error codes that tell of the disk and not of the file's contents."""

_BETWEEN = (Kind.FOOTNOTE, Kind.MARK, Kind.FURNITURE, Kind.CAPTION)
"""What may stand inside the span of a sentence without belonging to it."""


@dataclass(frozen=True, slots=True)
class PassageFacts:
    """What ranking needs to know of a passage."""

    kind: Kind
    language: Language  # of the passage
    spoken: Language  # of its article
    article: str
    source: str


class Library:
    """One library folder, open for reading, or for writing under `writing()`."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        self.folder = folder
        self._db = connection
        self._indexes: tuple[int, Indexes] | None = None

    # -- opening ----------------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path) -> Library:
        """The library in a folder, for reading.

        Raises LibraryMissing when there is none, LibraryMismatch when it is newer than this
        program, LibraryError when SQLite cannot read it.
        """
        path = folder / FILE
        try:
            there = path.is_file()
        except OSError as error:
            raise LibraryError(f"{path} cannot be opened ({error.strerror}); check its permissions.") from error
        if not there:
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
            except OSError as error:
                raise LibraryError(
                    f"{folder} cannot be locked ({error.strerror}); name another folder with --library."
                ) from error
            path = folder / FILE
            if not path.is_file():
                _create(path)
            library = cls(folder, _connect(path))
            try:
                # A change that outgrew the cache would lock readers out long before it is committed.
                library._all("PRAGMA cache_spill = OFF")
                yield library
            finally:
                library.close()
        finally:
            lock.close()

    def close(self) -> None:
        """Closes the connection; using the library afterwards is an error."""
        self._indexes = None
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

    @property
    def state(self) -> tuple[int, int]:
        """Another one after every committed change, and where another library has taken this one's place."""
        try:
            return self.generation, (self.folder / FILE).stat().st_ino
        except OSError:
            return self.generation, 0

    def fault(self) -> str | None:
        """What is wrong with the SQLite file, in one sentence; reads all of it."""
        try:
            found = self._all("PRAGMA quick_check(1)")
        except LibraryError as error:
            return str(error)
        return None if found == [("ok",)] else str(_fault(self.folder / FILE, " ".join(str(found[0][0]).split())))

    # -- reading ----------------------------------------------------------------------------

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(sql, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _fault(self.folder / FILE, error) from error

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the library's tables (see `index.rows`), for modules that tell of them in their own way."""
        return self._all(sql, values)

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

    def articles(self) -> dict[str, ArticleRecord]:
        """All articles and parts by id, in the order of documents and pages."""
        found = self._all(
            "SELECT a.id, a.record FROM articles a JOIN documents d ON d.id = a.document ORDER BY d.name, a.position"
        )
        return {name: rows.record(json.loads(record)) for name, record in found}

    def article(self, article: str) -> ArticleRecord | None:
        """One article or part by id."""
        row = self._one("SELECT record FROM articles WHERE id = ?", (article,))
        return rows.record(json.loads(row[0])) if row else None

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
        return dict(self._all(f"SELECT id, translation FROM sentences WHERE id IN ({marks}) AND translation IS NOT NULL", ids))

    def neighbours(self, sentence: Sentence, before: int, after: int) -> list[Sentence]:
        """The sentence with those around it in the same article, in reading order."""
        rows = self._all(
            "SELECT id FROM sentences WHERE article = ? AND id BETWEEN ? AND ? ORDER BY id",
            (sentence.article, sentence.id - before, sentence.id + after),
        )
        return self.sentences([row[0] for row in rows])

    def reading(self, article: str) -> list[tuple[Sentence, str | None]]:
        """All of an article in reading order, each sentence with its translation; empty where there is no such article."""
        found = self._all(
            'SELECT id, article, kind, paragraph, section, start, "end", text, page, context, translation FROM sentences '
            "WHERE document = (SELECT document FROM articles WHERE id = ?) AND article = ? ORDER BY id",
            (article, article),
        )
        return [(Sentence(r[0], r[1], Kind(r[2]), r[3], tuple(json.loads(r[4])), *r[5:10]), r[10]) for r in found]

    def notes(self, article: str, first: int, last: int) -> list[tuple[Footnote, str | None]]:
        """The footnotes of an article whose sentences are numbered `first` to `last`, each with its translation, in order."""
        found = self._all(
            'SELECT id, article, label, start, "end", text, page, sentence, same_as, translation FROM footnotes '
            "WHERE (sentence BETWEEN ? AND ? OR sentence IS NULL) AND article = ? ORDER BY id",
            (first, last, article),
        )
        return [(Footnote(*row[:9]), row[9]) for row in found]

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
        found = self._all(
            'SELECT p.id, d.name, p.article, p.kind, p.language, p.section, p.page, p.start, p."end", p.text, '
            f"p.sentences, p.translation FROM passages p JOIN documents d ON d.id = p.document WHERE p.id IN ({marks})",
            ids,
        )
        by_id = {row[0]: rows.passage(row) for row in found}
        return [by_id[number] for number in ids if number in by_id]

    def passage_facts(self) -> dict[int, PassageFacts]:
        """What ranking needs to know of every passage, by id."""
        languages = {name: record.language for name, record in self.articles().items()}
        found = self._all(
            "SELECT p.id, p.kind, p.language, p.article, d.name FROM passages p JOIN documents d ON d.id = p.document"
        )
        return {
            number: PassageFacts(Kind(kind), language, languages.get(article, language), article, name)
            for number, kind, language, article, name in found
        }

    # -- derived indexes --------------------------------------------------------------------

    def indexes(self, terms: Terms) -> Indexes:
        """The derived indexes of the current generation.

        When the files are missing, stale or damaged they are built again from SQLite, in memory
        if the folder cannot be written.
        """
        generation = self.generation
        if self._indexes is None or self._indexes[0] != generation:
            folder = self.folder / derived.FOLDER / str(generation)
            found = derived.read(folder, self._stamp)
            if found is None:
                try:
                    found = self._build(folder, terms)
                except (OSError, LibraryError):
                    found = self._build(None, terms)
            self._indexes = (generation, found)
        return self._indexes[1]

    @property
    def _stamp(self) -> str:
        """Tells one committed change from all others, of other libraries too."""
        return str(self.manifest().get("stamp", ""))

    def indexes_are_sound(self) -> bool:
        """Whether the files of the current generation are whole, by their checksums."""
        return derived.is_sound(self.folder / derived.FOLDER / str(self.generation), self._stamp)

    def mend(self, terms: Terms) -> None:
        """Builds the derived indexes again where they are not sound; removes what interrupted runs left."""
        if not self.indexes_are_sound():
            self.indexes(terms)
        self._sweep(self.generation)

    def _build(self, folder: Path | None, terms: Terms) -> Indexes:
        passages = self._all(
            "SELECT p.id, p.language, p.text, p.translation, p.section, p.article, p.context, d.name, p.kind "
            "FROM passages p JOIN documents d ON d.id = p.document ORDER BY p.id"
        )
        encoder = self.manifest().get("encoder", {}).get("fingerprint", "")
        vectors = dict(self._all("SELECT text, vector FROM vectors WHERE encoder = ?", (encoder,)))
        return derived.build(folder, self._stamp, passages, self.articles(), vectors, terms)

    def vectors(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Vectors (dim,) of texts by the library's encoder; texts that have none are left out."""
        encoder = self.manifest().get("encoder", {}).get("fingerprint", "")
        keys = {derived.text_key(text): text for text in texts}
        found: list[tuple[str, bytes]] = []
        order = list(keys)
        for at in range(0, len(order), _MOST_KEYS):
            part = order[at : at + _MOST_KEYS]
            marks = ",".join("?" * len(part))
            found += self._all(f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({marks})", (encoder, *part))
        return {keys[key]: np.frombuffer(vector, dtype=np.float32) for key, vector in found}

    # -- writing ----------------------------------------------------------------------------

    def known_vectors(self, encoder: str, keys: Iterable[str]) -> set[str]:
        """Which of the text keys have a vector of this encoder."""
        wanted = set(keys)
        return {key for (key,) in self._all("SELECT text FROM vectors WHERE encoder = ?", (encoder,)) if key in wanted}

    def keep_vectors(self, encoder: str, keys: Sequence[str], vectors: Vectors) -> None:
        """Commits vectors; they are a cache by content, so an interrupted run does not lose them."""
        with self.change():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(encoder, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
            )

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is committed, or on any error nothing."""
        with _disk(self.folder):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # on a full disk SQLite may have rolled back by itself
                    self._db.execute("ROLLBACK")
                raise

    def commit(
        self,
        *,
        remove: Sequence[str],
        add: Sequence[rows.Addition],
        manifest: dict[str, Any],
        terms: Terms,
    ) -> None:
        """One atomic change: documents out and in, manifest, derived indexes.

        On any error nothing changes.
        """
        generation = self.generation + 1
        facts = {**manifest, "generation": generation, "stamp": secrets.token_hex(8)}
        folder = self.folder / derived.FOLDER / str(generation)
        try:
            with self.change():
                for name in remove:
                    self._db.execute("DELETE FROM documents WHERE name = ?", (name,))
                for addition in add:
                    rows.insert(self._db, addition)
                for key, value in facts.items():
                    self._db.execute(
                        "INSERT OR REPLACE INTO manifest VALUES (?, ?)", (key, json.dumps(value, ensure_ascii=False))
                    )
                self._build(folder, terms)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)  # on a full disk it would be in the way
            raise
        self._sweep(generation)

    def _sweep(self, generation: int) -> None:
        """Removes what no reader can need any more: old generations, vectors of other encoders."""
        # The generation before stays for readers that are about to open it.
        derived.sweep(self.folder / derived.FOLDER, (generation - 1, generation))
        current = self.manifest().get("encoder", {}).get("fingerprint")
        if self._one("SELECT 1 FROM vectors WHERE encoder <> ? LIMIT 1", (current,)):
            # The change is committed and whole; a disk too full for this is swept the next time.
            with suppress(sqlite3.OperationalError):
                self._db.execute("DELETE FROM vectors WHERE encoder <> ?", (current,))

    def one_sided(self, *, without: Sequence[str] = ()) -> list[tuple[Language, str]]:
        """Language and text of the answering passages that have no translation."""
        marks = ",".join("?" * len(without))
        kinds = ",".join(f"'{kind}'" for kind in sorted(ANSWERING))
        return self._all(
            "SELECT p.language, p.text FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE p.translation IS NULL AND p.kind IN ({kinds}) AND d.name NOT IN ({marks})",
            without,
        )

    def sides(self, *, without: Sequence[str] = ()) -> list[str]:
        """Every text that may have a vector: passages with their context, sentences, translations of both."""
        marks = ",".join("?" * len(without))
        kinds = ",".join(f"'{kind}'" for kind in sorted(ANSWERING))
        rows = self._all(
            "SELECT p.context || p.text, p.translation FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE d.name NOT IN ({marks}) UNION ALL "
            "SELECT CASE s.context WHEN '' THEN s.text ELSE s.context END, s.translation "
            f"FROM sentences s JOIN documents d ON d.id = s.document WHERE s.kind IN ({kinds}) AND d.name NOT IN ({marks})",
            (*without, *without),
        )
        return [side for row in rows for side in row if side]


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise _fault(path, error) from error
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        row = connection.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()
        found = int(json.loads(row[0])) if row else 0
        if found > FORMAT:
            raise LibraryMismatch(
                f"{path} was written by a newer version (format {found}, this program knows {FORMAT}); update the program."
            )
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        connection.close()
        raise _fault(path, error) from error
    except LibraryMismatch:
        connection.close()
        raise
    return connection


def _fault(path: Path, error: Exception | str) -> LibraryError:
    """What to tell of an SQLite error: somebody holds the file, it cannot be reached, or it is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(f"Another process is writing to {path}; wait for it to end and run again.")
    if code is not None and code & 0xFF in _NO_ACCESS:
        return LibraryError(f"{path} cannot be read or written ({error}); check its permissions and the space left on the disk.")
    return LibraryError(f"{path} is damaged or no library ({error}); move it away and run `wenzheng index` to build a new one.")


def _create(path: Path) -> None:
    """An empty library, whole or not at all."""
    with _disk(path.parent):
        building = path.with_suffix(".building")
        building.unlink(missing_ok=True)
        connection = sqlite3.connect(building)
        try:
            connection.executescript(rows.SCHEMA)
            connection.execute("INSERT INTO manifest VALUES ('format', ?)", (json.dumps(FORMAT),))
            connection.execute("INSERT INTO manifest VALUES ('generation', '0')")
            connection.commit()
        finally:
            connection.close()
        building.replace(path)


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Turns a full or read-only disk into one sentence; SQLite has rolled back by then."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _NO_ACCESS:
            raise _fault(folder / FILE, error) from error
        raise LibraryError(f"{folder} cannot be written ({error}); free some space and run `wenzheng index` again.") from error
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be written ({error.strerror}); free some space and run `wenzheng index` again."
        ) from error
