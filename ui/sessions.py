"""Who is behind a request: sessions of browsers, kept as signed cookies, and tokens of programs.

Only digests are kept, so that whoever reads the file cannot come in with what stands there.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from ui.accounts import Account, Accounts

IDLE = 12 * 3600
"""Seconds after its last request that a session ends."""

LONGEST = 7 * 24 * 3600
"""Seconds after its login that a session ends, however busy."""

PREFIX = "wz_"
"""What a program's token begins with, so that one that got into a file by mistake can be found."""

_SKEW = 300  # seconds that a clock may have been set back before a session counts as forged
_NOTED = 60  # seconds between two notes of a session's last request


@dataclass(frozen=True)
class Sessions:
    """The sessions and tokens of the accounts of a library."""

    accounts: Accounts

    def begin(self, account: Account, before: str = "") -> str:
        """A new session → the value of its cookie; that of `before`, where there was one, ends.

        Always a new one, so that nobody can have somebody log in to a session that they know.
        """
        token, now = secrets.token_urlsafe(32), self.accounts.clock()
        self.end(before)
        with self.accounts.change() as db:
            db.execute("DELETE FROM sessions WHERE seen < ? OR began < ?", (now - IDLE, now - LONGEST))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?, ?)", (_digest(token), account.name, now, now))
        return f"{token}.{self._signature(token)}"

    def of_cookie(self, value: str) -> Account | None:
        """Whose session it is; None where it is forged, ended, expired or unknown."""
        token = self._signed(value)
        if token is None:
            return None
        found = self.accounts.select(
            "SELECT a.name, a.role, s.began, s.seen FROM sessions s JOIN accounts a ON a.name = s.account WHERE s.token = ?",
            (_digest(token),),
        )
        if not found:
            return None
        name, role, began, seen = found[0]
        now = self.accounts.clock()
        if not (-_SKEW <= now - began < LONGEST and -_SKEW <= now - seen < IDLE):
            return None
        if now - seen > _NOTED:
            with self.accounts.change() as db:
                db.execute("UPDATE sessions SET seen = ? WHERE token = ?", (now, _digest(token)))
        return Account(name, role)

    def end(self, value: str) -> None:
        """Logs out; nothing happens where there is no such session."""
        token = self._signed(value)
        if token is not None:
            with self.accounts.change() as db:
                db.execute("DELETE FROM sessions WHERE token = ?", (_digest(token),))

    # -- programs ---------------------------------------------------------------------------

    def token(self, name: str) -> str:
        """A new token for programs of an account; it is shown this once."""
        account, made = self.accounts.find(name), PREFIX + secrets.token_urlsafe(32)
        with self.accounts.change() as db:
            db.execute("INSERT INTO tokens VALUES (?, ?)", (_digest(made), account.name))
        return made

    def revoke(self, name: str) -> int:
        """Voids all tokens of an account; how many there were."""
        account = self.accounts.find(name)
        with self.accounts.change() as db:
            return int(db.execute("DELETE FROM tokens WHERE account = ?", (account.name,)).rowcount)

    def of_token(self, value: str) -> Account | None:
        """Whose token it is, None where it is nobody's."""
        found = self.accounts.select(
            "SELECT a.name, a.role FROM tokens t JOIN accounts a ON a.name = t.account WHERE t.token = ?", (_digest(value),)
        )
        return Account(*found[0]) if found else None

    # -- signatures -------------------------------------------------------------------------

    def _signed(self, value: str) -> str | None:
        """The token of a cookie's value where the signature is ours."""
        token, _, signature = value.partition(".")
        if not token or not hmac.compare_digest(signature.encode(), self._signature(token).encode()):
            return None
        return token

    def _signature(self, token: str) -> str:
        return hmac.new(self._key(), token.encode(), hashlib.sha256).hexdigest()

    def _key(self) -> bytes:
        """Made once for the file, so that several processes that serve one library know each other's sessions."""
        wanted = "SELECT value FROM secrets WHERE name = 'sessions'"
        found = self.accounts.select(wanted)
        if not found:
            with self.accounts.change() as db:
                db.execute("INSERT OR IGNORE INTO secrets VALUES ('sessions', ?)", (secrets.token_bytes(32),))
            found = self.accounts.select(wanted)
        return bytes(found[0][0])


def _digest(token: str) -> str:
    """Of a random token of 256 bits a plain hash is enough: there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()
