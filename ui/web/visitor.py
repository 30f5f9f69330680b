"""Who is asking: known to everything that a request sets off, without being handed from hand to hand."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from index.errors import UsageError
from ui.accounts import Account, Accounts, Role
from ui.belongings import Belongings

PAGES: Mapping[str, Role] = {"review": "reviewer", "measure": "admin"}
"""What it takes to open a page and to set off anything on it; a reader may open those not named."""

KEY = "wenzheng.visitor"
"""Where the scope of a request has the account."""

_REMEMBERED = 10_000  # visits
_visitor: ContextVar[Account | None] = ContextVar("visitor", default=None)


def visitor() -> Account | None:
    """Whoever asks; None where nobody logs in, and in what the program does by itself."""
    return _visitor.get()


@dataclass(frozen=True)
class Rights:
    """What whoever asks may see and do; everything where nobody logs in."""

    belongings: Belongings | None = None

    def hidden(self) -> frozenset[str]:
        """Names of documents that must not be shown."""
        account = visitor()
        return self.belongings.hidden(account) if self.belongings and account else frozenset()

    def may_remove(self, name: str) -> bool:
        """Whether the document may be taken out."""
        account = visitor()
        return self.belongings.may_remove(account, name) if self.belongings and account else True

    def mine(self) -> tuple[Belongings, Account] | None:
        """The belongings and the account, for what is done later; None where nobody logs in."""
        account = visitor()
        return (self.belongings, account) if self.belongings and account else None


EVERYTHING = Rights()
"""Those of whoever uses a page alone."""


@dataclass
class Visits:
    """Visits of the page, as Gradio numbers them, and whose they are: what was asked in one must not be read by others."""

    _owners: dict[str, str] = field(default_factory=dict)

    def of(self, session: str, account: Account) -> bool:
        """Whether the visit is this account's: it is that of whoever used it first."""
        if session not in self._owners and len(self._owners) >= _REMEMBERED:
            self._owners.pop(next(iter(self._owners)), None)
        return self._owners.setdefault(session, account.name) == account.name


@dataclass(frozen=True)
class Access:
    """What the gate and the page have to know; no `accounts` where nobody logs in."""

    accounts: Accounts | None = None
    visits: Visits = field(default_factory=Visits)

    @property
    def rights(self) -> Rights:
        """What whoever asks may see and do."""
        return Rights(Belongings(self.accounts) if self.accounts else None)


ALONE = Access()
"""Nobody logs in: whoever reaches the page is the one it is served for."""


class Checked(gr.Blocks):  # type: ignore[misc]  # Gradio is not followed
    """A page whose every event is checked just before it runs, whichever of Gradio's routes it came by."""

    access = ALONE

    async def process_api(self, block_fn: Any, *args: Any, **named: Any) -> dict[str, Any]:
        """Runs an event for whoever sent it; raises gr.Error for one that their role does not allow."""
        asked = named.get("request")
        requests = asked if isinstance(asked, list) else [asked]
        account = _account(requests[0])
        if self.access.accounts is not None:
            function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
            wanted = PAGES.get(function.page, "reader")
            if account is None or len(requests) > 1 or not account.may(wanted):
                raise gr.Error(f"This takes the role {wanted}; ask an admin for it.", print_exception=False)
            if (session := named.get("session_hash")) and not self.access.visits.of(session, account):
                raise gr.Error("This visit of the page is somebody else's; load the page again.", print_exception=False)
        token = _visitor.set(account)
        try:
            return dict(await super().process_api(block_fn, *args, **named))
        finally:
            _visitor.reset(token)


def _account(request: Any) -> Account | None:
    scope = getattr(getattr(request, "request", None), "scope", None) or {}
    found = scope.get(KEY)
    return found if isinstance(found, Account) else None


def required(host: str, login: str, accounts: Accounts) -> Accounts | None:
    """The accounts where the page asks for a login, else None.

    Raises UsageError where others could reach the page and nobody has an account.
    """
    if login not in ("auto", "always"):
        raise UsageError(f"login is “{login}”; it must be auto or always.")
    if loopback(host) and login == "auto":
        return None
    if not accounts.all():
        raise UsageError(
            f"The page would be open to others on {host} and nobody has an account; "
            "run `wenzheng users add NAME --role admin` first, or leave --host at 127.0.0.1."
        )
    return accounts


def loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    from ipaddress import ip_address

    bare = host.strip("[]").lower()
    try:
        return bare == "localhost" or ip_address(bare).is_loopback
    except ValueError:
        return False
