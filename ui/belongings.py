"""What is whose: documents that readers added, and their conversations.

A file that was added on the page is seen by the accounts that added it and by admins, until an admin shares it.  What
nobody is noted for is seen by admins alone, so that a crash between two steps shows nothing to anybody else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from index.build import KEPT
from index.errors import UsageError
from ui.accounts import Account, Accounts

ALL = ""
"""Stands for everybody in place of an account."""


@dataclass(frozen=True)
class Belongings:
    """The belongings of the accounts of a library."""

    accounts: Accounts

    def hidden(self, account: Account) -> frozenset[str]:
        """Names of documents that this account may not see."""
        return frozenset() if account.may("admin") else self._added() - self._seen(account.name, ALL)

    def may_remove(self, account: Account, name: str) -> bool:
        """Whether the document is theirs to take out."""
        return account.may("admin") or name in self._seen(account.name)

    def take(self, account: Account, names: Iterable[str]) -> None:
        """Notes whose these documents are; what an admin adds is for all."""
        owner = ALL if account.may("admin") else account.name
        with self.accounts.change() as db:
            db.executemany("INSERT OR IGNORE INTO documents VALUES (?, ?)", [(name, owner) for name in names])

    def leave(self, account: Account, name: str) -> bool:
        """The document is no more this account's; whether it is nobody's now and may go."""
        if account.may("admin"):
            return True
        with self.accounts.change() as db:
            db.execute("DELETE FROM documents WHERE name = ? AND account = ?", (name, account.name))
            return db.execute("SELECT 1 FROM documents WHERE name = ?", (name,)).fetchone() is None

    def forget(self, name: str) -> None:
        """The document is gone from the library."""
        with self.accounts.change() as db:
            db.execute("DELETE FROM documents WHERE name = ?", (name,))

    def share(self, name: str, *, shared: bool = True) -> None:
        """Shows a document to everybody, or to those who added it only; raises UsageError for one that was not added."""
        if name not in self._added():
            raise UsageError(f"“{name}” was not added on the page; see `wenzheng users documents`.")
        with self.accounts.change() as db:
            if shared:
                db.execute("INSERT OR IGNORE INTO documents VALUES (?, ?)", (name, ALL))
            else:
                db.execute("DELETE FROM documents WHERE name = ? AND account = ?", (name, ALL))

    def documents(self) -> list[tuple[str, tuple[str, ...], bool]]:
        """Every document that was added: its name, whose it is, and whether all may see it."""
        owners: dict[str, list[str]] = {name: [] for name in sorted(self._added())}
        for name, account in self.accounts.select("SELECT name, account FROM documents ORDER BY account"):
            if name in owners:
                owners[name].append(account)
        return [(name, tuple(filter(None, found)), ALL in found) for name, found in owners.items()]

    def _added(self) -> frozenset[str]:
        """What lies in the library's own folder of files: there before a document is committed, and until it is out."""
        folder = self.accounts.folder / KEPT
        return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()

    def _seen(self, *accounts: str) -> frozenset[str]:
        marks = ",".join("?" * len(accounts))
        return frozenset(
            row[0] for row in self.accounts.select(f"SELECT name FROM documents WHERE account IN ({marks})", accounts)
        )

    # -- conversations ----------------------------------------------------------------------

    def conversations(self, account: Account) -> Any:
        """What was put away for an account, None where nothing was."""
        found = self.accounts.select("SELECT kept FROM conversations WHERE account = ?", (account.name,))
        return json.loads(found[0][0]) if found else None

    def keep(self, account: Account, kept: Any) -> None:
        """Puts the account's conversations away, in place of what was there."""
        with self.accounts.change() as db:
            db.execute("INSERT OR REPLACE INTO conversations VALUES (?, ?)", (account.name, json.dumps(kept, ensure_ascii=False)))
