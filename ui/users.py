"""`wenzheng users`: accounts of a page that others can reach, their tokens, and what they share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from index.errors import UsageError
from ui.accounts import Accounts
from ui.options import LibraryOption
from ui.output import put, say

app = typer.Typer(help="Accounts of a page that others can reach.", no_args_is_help=True)

_Name = Annotated[str, typer.Argument(help="Name of the account.")]


@app.command()
def add(
    name: _Name,
    role: Annotated[str, typer.Option("--role", help="reader, reviewer or admin.")] = "reader",
    library: LibraryOption = None,
) -> None:
    """Add an account; its password is asked for, or read as one line where nobody types."""
    made = _accounts(library).add(name, role, _password())
    say(f"“{made.name}” may come in as {made.role}.")


@app.command()
def remove(name: _Name, library: LibraryOption = None) -> None:
    """Remove an account, and end its sessions."""
    _accounts(library).remove(name)
    say(f"“{name}” is removed; documents added by this account are now seen by admins only.")


@app.command("list")
def list_(library: LibraryOption = None) -> None:
    """List the accounts and their roles."""
    put(*(f"{account.name}\t{account.role}" for account in _accounts(library).all()))


@app.command()
def password(name: _Name, library: LibraryOption = None) -> None:
    """Set another password, and end the sessions and tokens under the old one."""
    accounts = _accounts(library)
    accounts.find(name)
    accounts.password(name, _password())
    say(f"The password of “{name}” is changed; it must log in again.")


@app.command()
def token(
    name: _Name,
    revoke: Annotated[bool, typer.Option("--revoke", help="Void all tokens of the account instead.")] = False,
    library: LibraryOption = None,
) -> None:
    """Make a token with which programs ask as this account; it is shown this once."""
    from ui.sessions import Sessions

    sessions = Sessions(_accounts(library))
    if revoke:
        say(f"{sessions.revoke(name)} tokens of “{name}” are void.")
    else:
        put(sessions.token(name))


@app.command()
def documents(library: LibraryOption = None) -> None:
    """List the documents that were added on the page, and who sees them."""
    from ui.belongings import Belongings

    for name, owners, shared in Belongings(_accounts(library)).documents():
        put(f"{name}\t{'all' if shared else ', '.join(owners) or 'admins'}")


@app.command()
def share(
    document: Annotated[str, typer.Argument(help="Name of a document that was added on the page.")],
    private: Annotated[bool, typer.Option("--private", help="Show it again to those only who added it.")] = False,
    library: LibraryOption = None,
) -> None:
    """Show a document that one reader added to all."""
    from ui.belongings import Belongings

    Belongings(_accounts(library)).share(document, shared=not private)
    say(f"“{document}” is shown to {'those who added it' if private else 'all'}.")


def _accounts(library: Path | None) -> Accounts:
    from index import settings

    return Accounts(settings.load({"library": library}).library)


def _password() -> str:
    """Never an argument, which others on the machine could read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    first = getpass("Password: ")
    if getpass("Once more: ") != first:
        raise UsageError("The two passwords differ; nothing was changed, run it again.")
    return first
