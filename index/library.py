"""The library: SQLite as the truth, full-text and vector indexes derived from it.

A writer works in one transaction and builds the derived indexes of the next generation before it
commits; readers see the last committed generation or the next, never something between.  Derived
indexes that are missing, stale or damaged are built again from SQLite.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from index import database, derived, migrate, rows, seals, stored
from index.database import FILE, Connection
from index.derived import Indexes
from index.encoded import Encoded
from index.encoder import Vectors
from index.errors import LibraryError, LibraryMissing, StoreError
from index.stores import EMBEDDED, Engine
from index.terms import Terms

_SMALL = 2_000
"""Passages up to which indexes are built anew when something goes out: a second or two, and nothing is left over."""


class Library(Encoded):
    """One library folder, open for reading, or for writing under `writing()`."""

    def __init__(self, folder: Path, connection: Connection, engine: Engine = EMBEDDED) -> None:
        super().__init__(folder, connection)
        self.engine = engine
        self._indexes: tuple[int, Indexes] | None = None
        self._vouched: tuple[int, set[str]] = (-1, set())

    # -- opening ----------------------------------------------------------------------------

    @classmethod
    def open(cls, folder: Path, engine: Engine = EMBEDDED) -> Library:
        """The library in a folder, for reading; `engine` searches its passages.

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
        return cls(folder, database.connect(path), engine)

    @classmethod
    @contextmanager
    def writing(cls, folder: Path, engine: Engine = EMBEDDED) -> Iterator[Library]:
        """The library in a folder, made if it is missing, held by this process alone for writing.

        Raises LibraryBusy when another process is writing.
        """
        with database.locked(folder):
            path = folder / FILE
            if path.is_file():
                migrate.up_to_date(path)
            else:
                database.create(path)
            library = cls(folder, database.connect(path), engine)
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
            found = derived.read(folder, self._stamp, self.engine)
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

    def indexes_are_sound(self, *, wholly: bool = False) -> bool:
        """Whether the files of the current generation are whole, by their checksums; `wholly` as in `derived.is_sound`."""
        return derived.is_sound(self._derived, self._stamp, wholly=wholly)

    def engine_fault(self) -> str | None:
        """Why the engine cannot search, in one sentence; None where it can, or will once the indexes are built again."""
        try:
            derived.read(self._derived, self._stamp, self.engine)
        except StoreError as error:
            return str(error)
        return None

    def gone(self) -> int:
        """How many passages went out since the indexes were built whole (see `index.compact`)."""
        return derived.gone(self._derived)

    @property
    def _derived(self) -> Path:
        return self.folder / derived.FOLDER / str(self.generation)

    def mend(self, terms: Terms) -> None:
        """Builds the derived indexes again where they are not sound; removes what interrupted runs left."""
        self.indexes(terms)
        self._sweep(self.generation)

    def _build(self, folder: Path | None, terms: Terms) -> Indexes:
        encoder = self.manifest().get("encoder", {}).get("fingerprint", "")
        return derived.build(
            folder, self._stamp, stored.Passages(self), self.articles(), stored.StoredVectors(self, encoder), terms, self.engine
        )

    # -- writing ----------------------------------------------------------------------------

    def keep_vectors(self, encoder: str, keys: Sequence[str], vectors: Vectors) -> None:
        """Commits vectors; they are a cache by content, so an interrupted run does not lose them."""
        with self.change():
            self._db.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [(encoder, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
            )

    def keep_only(self, keys: Iterable[str]) -> int:
        """Removes the vectors of all texts but those of the keys; returns how many that were."""
        with self.change():
            self._db.execute("CREATE TEMP TABLE wanted (text TEXT PRIMARY KEY) WITHOUT ROWID")
            self._db.executemany("INSERT OR IGNORE INTO wanted VALUES (?)", ((key,) for key in keys))
            removed = self._db.execute("DELETE FROM vectors WHERE text NOT IN (SELECT text FROM wanted)").rowcount
            self._db.execute("DROP TABLE wanted")
        return removed

    def shrink(self) -> None:
        """Gives the space that is free inside SQLite's file back to the disk; where that is too full for it, another time."""
        database.tidy(self._db, "VACUUM")

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
        anew: bool = False,
    ) -> None:
        """One atomic change: documents out and in, manifest, derived indexes, which are built whole where `anew` is set.

        On any error nothing changes.
        """
        before, old = self.generation, self.manifest()
        facts = {**manifest, "generation": before + 1, "stamp": secrets.token_hex(8)}
        folder = self.folder / derived.FOLDER / str(before + 1)
        anew = anew or any(facts.get(name, old.get(name)) != old.get(name) for name in ("encoder", "glossary"))
        try:
            with self.change():
                out = stored.going(self, remove)
                for name in remove:
                    self._db.execute("DELETE FROM documents WHERE name = ?", (name,))
                for addition in add:
                    rows.insert(self._db, addition)
                for key, value in facts.items():
                    self._db.execute(
                        "INSERT OR REPLACE INTO manifest VALUES (?, ?)", (key, json.dumps(value, ensure_ascii=False))
                    )
                seals.keep(self._db, [addition.document.source.name for addition in add])
                if anew or not self._update(folder, old.get("stamp", ""), out, add, terms):
                    self._build(folder, terms)
        except BaseException:
            derived.discard(folder, self.engine)  # on a full disk it would be in the way
            raise
        self._sweep(before + 1)

    def _update(self, folder: Path, old: str, out: stored.Going, add: Sequence[rows.Addition], terms: Terms) -> bool:
        """Works a change into the derived indexes; False where they are to be built anew, since they are not sound or it pays."""
        before = folder.with_name(str(int(folder.name) - 1))
        held, gone = self._one("SELECT count(*) FROM passages") or (0,), derived.gone(before) + len(out.passages)
        if out.passages and (held[0] < _SMALL or gone > held[0]):
            return False
        names = [addition.document.source.name for addition in add]
        change = derived.Change(out.names, out.passages, out.lone, stored.Passages(self, names), stored.articles(self, names))
        encoder = self.manifest().get("encoder", {}).get("fingerprint", "")
        every, vectors = stored.Passages(self), stored.StoredVectors(self, encoder)
        return derived.update(before, old, folder, self._stamp, change, every, vectors, terms, self.engine) is not None

    def _sweep(self, generation: int) -> None:
        """Removes what no reader can need any more: old generations, vectors of other encoders."""
        self.engine.settle(self._derived)
        # The generation before stays for readers that are about to open it.
        derived.sweep(self.folder / derived.FOLDER, (generation - 1, generation), self.engine)
        current = self.manifest().get("encoder", {}).get("fingerprint")
        for other in ("<", ">"):  # not "<>", for which every vector would be looked at
            if self._one(f"SELECT 1 FROM vectors WHERE encoder {other} ? LIMIT 1", (current,)):
                # The change is committed and whole; a disk too full for this is swept the next time.
                database.tidy(self._db, f"DELETE FROM vectors WHERE encoder {other} ?", (current,))
