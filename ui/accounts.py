"""Who may use a page that others can reach, and as what: accounts, their passwords, and how often a wrong one may be tried.

They lie in a file of their own beside the library's, so that no rebuild of the library loses them.
"""

from __future__ import annotations

import re
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

from index.errors import LibraryError, UsageError, WenzhengError

FILE = "accounts.sqlite"
"""In the folder of the library."""

Role = Literal["reader", "reviewer", "admin"]
"""Each may do what those before it may: ask and add documents of its own; review; measure, share and remove."""

ROLES: tuple[Role, ...] = get_args(Role)

SHORTEST, LONGEST = 10, 200
"""Characters of a password; a longer one would only cost time to hash."""

WINDOW = 15 * 60
"""Seconds that a failed login is remembered."""

MOST = {"both": 5, "address": 30, "name": 100}
"""Failed logins in that time of one name from one address, of any name from one address, of one name from anywhere."""

_NAME = re.compile(r"[\w.@-]{1,40}")
_TABLES = """
CREATE TABLE IF NOT EXISTS accounts (name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failures (key TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS failures_of ON failures (key, at);
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE, began REAL NOT NULL, seen REAL NOT NULL);
CREATE TABLE IF NOT EXISTS tokens (token TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS documents (name TEXT NOT NULL, account TEXT NOT NULL, PRIMARY KEY (name, account));
CREATE TABLE IF NOT EXISTS conversations (
    account TEXT PRIMARY KEY REFERENCES accounts (name) ON DELETE CASCADE, kept TEXT NOT NULL);
"""


class TooManyFailures(WenzhengError):
    """Logins failed so often that none is tried for a while."""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may come in."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Whether this account has the role or one above it."""
        return ROLES.index(self.role) >= ROLES.index(role)


@dataclass(frozen=True)
class Accounts:
    """The accounts of a library folder; every method is one transaction over a connection of its own."""

    folder: Path
    clock: Callable[[], float] = field(default=time.time, repr=False)

    @property
    def path(self) -> Path:
        """The file; none of the program's users but its owner may read it."""
        return self.folder / FILE

    def all(self) -> list[Account]:
        """Everybody, by name."""
        if not self.path.is_file():
            return []
        return [Account(*row) for row in self.select("SELECT name, role FROM accounts ORDER BY name")]

    def find(self, name: str) -> Account:
        """The account of a name; raises UsageError where there is none."""
        found = next((account for account in self.all() if account.name == _plain(name)), None)
        if found is None:
            raise UsageError(f"There is no account “{name}”; see `wenzheng users list`.")
        return found

    def add(self, name: str, role: str, password: str) -> Account:
        """A new account; raises UsageError for a name that is taken or none, an unknown role or a weak password."""
        name = _plain(name)
        if not _NAME.fullmatch(name):
            raise UsageError(f"“{name}” is no name of an account; it must be 1 to 40 letters, digits, dots, hyphens or @ signs.")
        account = Account(name, _role(role))
        hashed = _hashed(name, password)
        with self.change() as db:
            try:
                db.execute("INSERT INTO accounts VALUES (?, ?, ?)", (name, account.role, hashed))
            except sqlite3.IntegrityError:
                raise UsageError(f"There is an account “{name}” already; run `wenzheng users password {name}`.") from None
        return account

    def remove(self, name: str) -> None:
        """Takes an account out with its sessions, tokens and conversations; its documents are left to the admins."""
        found = self.find(name)
        with self.change() as db:
            db.execute("DELETE FROM accounts WHERE name = ?", (found.name,))
            db.execute("DELETE FROM documents WHERE account = ?", (found.name,))

    def password(self, name: str, password: str) -> None:
        """Another password; whoever was logged in under the old one is logged out, and its tokens are void."""
        found = self.find(name)
        hashed = _hashed(found.name, password)
        with self.change() as db:
            db.execute("UPDATE accounts SET password = ? WHERE name = ?", (hashed, found.name))
            for table in ("sessions", "tokens"):
                db.execute(f"DELETE FROM {table} WHERE account = ?", (found.name,))

    def login(self, name: str, password: str, address: str) -> Account | None:
        """The account where name and password are right, else None.

        Raises TooManyFailures where too many logins of that name or from that address failed of late; the password
        is not looked at then.  A name that there is not takes as long as a wrong password.
        """
        name = _plain(name)[:100]
        keys = {f"both {address} {name}": MOST["both"], f"address {address}": MOST["address"], f"name {name}": MOST["name"]}
        self._refuse_many(keys)
        row = next(iter(self.select("SELECT role, password FROM accounts WHERE name = ?", (name,))), None)
        right = _verified(row[1] if row else _nobody(), password[:LONGEST])
        if row is None or not right:
            with self.change() as db:
                db.execute("DELETE FROM failures WHERE at < ?", (self.clock() - WINDOW,))
                db.executemany("INSERT INTO failures VALUES (?, ?)", [(key, self.clock()) for key in keys])
            return None
        with self.change() as db:
            db.execute("DELETE FROM failures WHERE key = ?", (f"both {address} {name}",))
            if _hasher().check_needs_rehash(row[1]):
                db.execute("UPDATE accounts SET password = ? WHERE name = ?", (_hasher().hash(password), name))
        return Account(name, row[0])

    def _refuse_many(self, keys: dict[str, int]) -> None:
        since = self.clock() - WINDOW
        for key, most in keys.items():
            found = self.select("SELECT count(*), min(at) FROM failures WHERE key = ? AND at > ?", (key, since))[0]
            if found[0] >= most:
                minutes = max(1, round((found[1] - since) / 60))
                raise TooManyFailures(f"Too many logins failed; try again in {minutes} minutes.")

    # -- the file ---------------------------------------------------------------------------

    def select(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows; raises LibraryError where the file cannot be read."""
        with self._open() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """One transaction, committed whole or not at all; raises LibraryError where the file cannot be written."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            fresh = not self.path.is_file()
            if fresh:
                self.folder.mkdir(parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            with closing(sqlite3.connect(self.path, timeout=10, isolation_level=None)) as db:
                db.execute("PRAGMA foreign_keys = ON")
                if fresh or not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
                    db.executescript(_TABLES)
                yield db
        except (sqlite3.DatabaseError, OSError) as error:
            raise LibraryError(
                f"{self.path} cannot be read or written ({error}); check its permissions and the space left on the disk."
            ) from error


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _role(name: str) -> Role:
    found = next((role for role in ROLES if role == name), None)
    if found is None:
        raise UsageError(f"“{name}” is no role; it must be one of {', '.join(ROLES)}.")
    return found


# -- passwords ----------------------------------------------------------------------------------


def _hashed(name: str, password: str) -> str:
    """Raises UsageError for a password that is too short, too long, or the name."""
    if not SHORTEST <= len(password) <= LONGEST or password.casefold() == name.casefold():
        raise UsageError(
            f"The password has {len(password)} characters; it must have {SHORTEST} to {LONGEST} and must not be the name itself."
        )
    return str(_hasher().hash(password))


def _verified(hashed: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return bool(_hasher().verify(hashed, password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> Any:
    """Argon2id with the parameters that argon2-cffi takes from RFC 9106 for machines with little memory."""
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """The hash of no password, so that a name that there is not is not told by a quick answer."""
    import secrets

    return str(_hasher().hash(secrets.token_hex()))
