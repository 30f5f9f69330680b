"""The library: SQLite as the truth, full-text and vector indexes derived from it.

A writer works in one transaction and builds the derived indexes of the next generation before it
commits; readers see the last committed generation or the next, never something between.  Derived
indexes that are missing, stale or damaged are built again from SQLite.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from index import database, derived, migrate, rows, seals
from index.database import FILE, Connection
from index.derived import Indexes
from index.encoded import Encoded
from index.encoder import Vectors
from index.errors import LibraryError, LibraryMissing
from index.terms import Terms


class Library(Encoded):
    """One library folder, open for reading, or for writing under `writing()`."""

    def __init__(self, folder: Path, connection: Connection) -> None:
        super().__init__(folder, connection)
        self._indexes: tuple[int, Indexes] | None = None
        self._vouched: tuple[int, set[str]] = (-1, set())

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
        return cls(folder, database.connect(path))

    @classmethod
    @contextmanager
    def writing(cls, folder: Path) -> Iterator[Library]:
        """The library in a folder, made if it is missing, held by this process alone for writing.

        Raises LibraryBusy when another process is writing.
        """
        with database.locked(folder):
            path = folder / FILE
            if path.is_file():
                migrate.up_to_date(path)
            else:
                database.create(path)
            library = cls(folder, database.connect(path))
            try:
                # A change that outgrew the cache would lock readers out long before it is committed.
                library.select("PRAGMA cache_spill = OFF")
                library.select(f"CREATE INDEX IF NOT EXISTS {rows.FACTS} ON passages (id, kind, language, article)")
                with library.damage_told():
                    yield library
            finally:
                library.close()

    def close(self) -> None:
        """Closes the connection; using the library afterwards is an error."""
        self._indexes = None
        self._db.close()

    def vouch(self, source: str) -> None:
        """Raises LibraryError where what is held of a document is not what was written; looks once in each state."""
        generation = self.generation
        if self._vouched[0] != generation:
            self._vouched = (generation, set())
        if source in self._vouched[1]:
            return
        path = self.folder / FILE
        with database.told(path):
            whole = seals.holds(self._db, source)
        if not whole and self.generation == generation:  # else it changed while it was read
            raise database.fault(path, f"what it holds of {source} is not what was written")
        self._vouched[1].add(source)

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
        passages = self.select(
            "SELECT p.id, p.language, p.text, p.translation, p.section, p.article, p.context, d.name, p.kind "
            "FROM passages p JOIN documents d ON d.id = p.document ORDER BY p.id"
        )
        encoder = self.manifest().get("encoder", {}).get("fingerprint", "")
        vectors = dict(self.select("SELECT text, vector FROM vectors WHERE encoder = ?", (encoder,)))
        return derived.build(folder, self._stamp, passages, self.articles(), vectors, terms)

    # -- writing ----------------------------------------------------------------------------

    def keep_vectors(self, encoder: str, keys: Sequence[str], vectors: Vectors) -> None:
        """Commits vectors; they are a cache by content, so an interrupted run does not lose them."""
        with self.change():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(encoder, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
            )

    def change(self) -> AbstractContextManager[Connection]:
        """One transaction: all of it is committed, or on any error nothing."""
        return database.change(self._db, self.folder)

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
                seals.keep(self._db, [addition.document.source.name for addition in add])
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
            database.tidy(self._db, "DELETE FROM vectors WHERE encoder <> ?", (current,))
