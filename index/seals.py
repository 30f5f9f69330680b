"""Digests of what the library holds of each document, so that damage on the disk is told from a fault of the program.

SQLite finds a page that makes no sense, but not a bit that turned in the middle of a text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from index.database import Connection

TABLE = (
    "CREATE TABLE IF NOT EXISTS seals (document INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE, digest TEXT NOT NULL)"
)
_DOCUMENT = "name, sha256, media_type, encoding, text, pieces, joins, exceptions"  # not where its file lies, which may move
_PARTS = (
    ("documents", _DOCUMENT, "id"), ("articles", "*", "document"), ("sentences", "*", "document"), ("footnotes", "*", "document"),
    ("passages", "*", "document"),
)  # fmt: skip
_MANIFEST = "seal"  # the manifest's key of its own digest


def keep(db: Connection, names: Sequence[str]) -> None:
    """Seals documents by name and the manifest as they are now; part of the transaction that wrote them."""
    db.execute(TABLE)
    for name in names:
        (number,) = db.execute("SELECT id FROM documents WHERE name = ?", (name,)).fetchone()
        db.execute("INSERT OR REPLACE INTO seals VALUES (?, ?)", (number, _document(db, number)))
    db.execute("INSERT OR REPLACE INTO manifest VALUES (?, ?)", (_MANIFEST, f'"{_manifest(db)}"'))


def keep_all(db: Connection) -> None:
    """Seals every document of a library that had no seals."""
    keep(db, [name for (name,) in db.execute("SELECT name FROM documents ORDER BY id").fetchall()])


def holds(db: Connection, name: str) -> bool:
    """Whether a document is as it was sealed; a library that was never sealed is believed."""
    if not _sealed(db):
        return True
    found = db.execute("SELECT d.id, s.digest FROM documents d LEFT JOIN seals s ON s.document = d.id WHERE d.name = ?", (name,))
    return all(digest == _document(db, number) for number, digest in found.fetchall())


def broken(db: Connection) -> Iterator[str]:
    """What is not as it was sealed, a few words each; reads all of the library but its vectors.

    A library that was never sealed has nothing to say.
    """
    if not _sealed(db):
        return
    kept = db.execute("SELECT value FROM manifest WHERE key = ?", (_MANIFEST,)).fetchone()
    if kept != (f'"{_manifest(db)}"',):
        yield "its manifest is not what was written"
    seals = dict(db.execute("SELECT document, digest FROM seals").fetchall())
    names = dict(db.execute("SELECT id, name FROM documents ORDER BY id").fetchall())
    if seals.keys() != names.keys():
        yield "its documents are not those that were written"
    for number in seals.keys() & names.keys():
        if seals[number] != _document(db, number):
            yield f"what it holds of {names[number]} is not what was written"


def _sealed(db: Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'seals'").fetchone() is not None


def _document(db: Connection, number: int) -> str:
    """The digest of all rows of a document."""
    digest = hashlib.sha256()
    for table, columns, key in _PARTS:
        for row in db.execute(f"SELECT {columns} FROM {table} WHERE {key} = ? ORDER BY id", (number,)):
            digest.update(repr(row).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()


def _manifest(db: Connection) -> str:
    rows = db.execute("SELECT key, value FROM manifest WHERE key <> ? ORDER BY key", (_MANIFEST,)).fetchall()
    return hashlib.sha256(repr(rows).encode("utf-8", "backslashreplace")).hexdigest()
