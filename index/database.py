"""The library's SQLite file: made whole or not at all, opened, locked and changed, and its faults told in one sentence."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index import rows
from index.errors import LibraryBusy, LibraryError, LibraryMismatch

Connection = sqlite3.Connection

FILE = "library.sqlite"
LOCK = "write.lock"
FORMAT = 2
"""Version of the folder's format; a newer one is refused, an older one is read, and brought up to date by `index.migrate`."""

_NO_ACCESS = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
"""SQLite's primary error codes that tell of the disk and not of the file's contents."""


def create(path: Path) -> None:
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


def connect(path: Path) -> Connection:
    """A connection to a library's file; raises LibraryMismatch when it is newer, LibraryError when it cannot be read."""
    try:
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise fault(path, error) from error
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        found = format_of(connection)
        if found > FORMAT:
            raise LibraryMismatch(
                f"{path} was written by a newer version (format {found}, this program knows {FORMAT}); update the program."
            )
    except (sqlite3.DatabaseError, ValueError, TypeError) as error:
        connection.close()
        raise fault(path, error) from error
    except LibraryMismatch:
        connection.close()
        raise
    return connection


def format_of(db: Connection) -> int:
    """The format of a library, 0 where it does not say."""
    row = db.execute("SELECT value FROM manifest WHERE key = 'format'").fetchone()
    return int(json.loads(row[0])) if row else 0


def copy(db: Connection, path: Path) -> None:
    """Puts a copy of the database in place, whole or not at all."""
    with _disk(path.parent):
        building = path.with_name(f"{path.name}.building")
        building.unlink(missing_ok=True)
        target = sqlite3.connect(building)
        try:
            db.backup(target)
        finally:
            target.close()
        building.replace(path)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made if it is missing, held by this process alone; raises LibraryBusy when another one holds it."""
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
            raise LibraryError(f"{folder} cannot be locked ({error.strerror}); name another folder with --library.") from error
        yield
    finally:
        lock.close()


def select(db: Connection, path: Path, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows that a statement gives; raises LibraryError in the words of `fault`."""
    with told(path):
        return db.execute(sql, values).fetchall()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Raises what SQLite raises in the words of `fault`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise fault(path, error) from error


@contextmanager
def change(db: Connection, folder: Path) -> Iterator[Connection]:
    """One transaction: all of it is committed, or on any error nothing."""
    with _disk(folder):
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:  # on a full disk SQLite may have rolled back by itself
                db.execute("ROLLBACK")
            raise


def tidy(db: Connection, sql: str, values: Sequence[Any] = ()) -> None:
    """Runs a statement that may as well be run another time: where the disk is too full for it, nothing happens."""
    with suppress(sqlite3.OperationalError):
        db.execute(sql, values)


def fault(path: Path, error: Exception | str) -> LibraryError:
    """What to tell of an SQLite error: somebody holds the file, it cannot be reached, or it is damaged."""
    code = getattr(error, "sqlite_errorcode", None)
    said = " ".join(str(error).split())[:200]
    if "Could not decode" in said:  # the rest of it is the damaged text
        said = said.partition(" with text ")[0]
    if code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy(f"Another process is writing to {path}; wait for it to end and run again.")
    if code is not None and code & 0xFF in _NO_ACCESS:
        return LibraryError(f"{path} cannot be read or written ({said}); check its permissions and the space left on the disk.")
    return LibraryError(f"{path} is damaged or no library ({said}); move it away and run `wenzheng index` to build a new one.")


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """Turns a full or read-only disk into one sentence; SQLite has rolled back by then."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _NO_ACCESS:
            raise fault(folder / FILE, error) from error
        raise LibraryError(f"{folder} cannot be written ({error}); free some space and run `wenzheng index` again.") from error
    except OSError as error:
        raise LibraryError(
            f"{folder} cannot be written ({error.strerror}); free some space and run `wenzheng index` again."
        ) from error
