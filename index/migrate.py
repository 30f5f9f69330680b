"""Libraries of older formats → the format of this program, step by step, with a copy of the file as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from index import database, seals
from index.database import FORMAT, Connection
from index.errors import LibraryMismatch


def _sealed(db: Connection) -> None:
    """From format 1: what belongs to a document is found without looking through all, and sealed."""
    for table in ("articles", "footnotes"):
        db.execute(f"CREATE INDEX IF NOT EXISTS {table}_document ON {table} (document)")
    seals.keep_all(db)


STEPS: Mapping[int, Callable[[Connection], None]] = {1: _sealed}
"""By format what makes the next one of it, inside the transaction of the whole change."""


def up_to_date(path: Path) -> Path | None:
    """Brings a library's file to the present format and returns where the copy of it as it was lies; None where it was.

    Called by the one writer.  All of it is committed, or on any error nothing.  Raises LibraryMismatch for a format
    that has no step, LibraryError when the disk is full.
    """
    with closing(database.connect(path)) as db:
        found = database.format_of(db)
        if found >= FORMAT:
            return None
        if found not in STEPS:
            raise LibraryMismatch(
                f"{path} is of format {found}, but this program knows {min(STEPS)} to {FORMAT}; "
                "move it away and run `wenzheng index` to build a new one."
            )
        copy = path.with_name(f"{path.name}.format-{found}")
        database.copy(db, copy)
        with database.change(db, path.parent):
            for number in range(found, FORMAT):
                STEPS[number](db)
            db.execute("UPDATE manifest SET value = ? WHERE key = 'format'", (str(FORMAT),))
            seals.keep(db, ())
        return copy
