"""Documents in and out beside the questions: one change after another, each in a thread of its own."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from index import build, fidelity, holdings, uploads
from index import encoder as encoders
from index.encoder import Encoder
from index.errors import DocumentError, LibraryBusy, LibraryError, WenzhengError
from index.fidelity import Fidelity
from index.holdings import Holding
from index.library import Library
from index.settings import Settings
from index.uploads import Given, Refused
from index.veil import VeiledLibrary
from ui import accounts
from ui.web import heap
from ui.web.desk import Desk
from ui.web.passing import Passing
from ui.web.visitor import visitor

_PATIENCE = 120  # seconds that another process may be writing
_KEPT = 20  # finished jobs that are remembered

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Account:
    """What was understood of a document."""

    holding: Holding
    fidelity: Fidelity


@dataclass
class Job:
    """One change of the library, as far as it has come; written by its thread, read by pages."""

    owners: set[str]  # the visits of the page that asked for it, or found it in work
    names: tuple[str, ...]
    removes: bool = False
    stage: str = "wait"  # wait, busy, keep, read, encode, write, open
    done: int = 0
    total: int = 0
    ended: bool = False
    added: tuple[tuple[str, Account], ...] = ()  # with the name given
    known: tuple[tuple[str, str], ...] = ()
    refused: tuple[Refused, ...] = ()
    error: WenzhengError | None = None
    account: accounts.Account | None = field(default_factory=visitor)  # of whoever began it

    def show(self, stage: str, done: int, total: int) -> None:
        """The progress callback of `index.build`."""
        self.stage, self.done, self.total = stage, done, total


@dataclass
class Intake:
    """Takes files in and documents out of the library of a desk.

    It works over a connection and an encoder of its own, so that the desk answers meanwhile; the
    encoder is made at the first change and kept, since memory that a model leaves is not all given back.
    """

    desk: Desk
    encoder: Callable[[Encoder], Encoder] = encoders.another
    jobs: list[Job] = field(default_factory=list)
    _one: threading.Lock = field(default_factory=threading.Lock)
    _own: Encoder | None = None
    _passing: Passing = field(default_factory=Passing)

    @property
    def library(self) -> Path:
        """The folder of the library."""
        return self.desk.answerer.searcher.library.folder

    def holdings(self) -> list[Holding]:
        """What is in the library now, for whoever asks; as kept counts what they may take out."""
        rights = self.desk.rights
        with closing(Library.open(self.library)) as library:
            found, hidden = holdings.holdings(library), rights.hidden()
        return [replace(held, kept=held.kept and rights.may_remove(held.name)) for held in found if held.name not in hidden]

    def account(self, name: str) -> Account:
        """What was understood of a document; raises LibraryError where there is none of that name."""
        with closing(Library.open(self.library)) as library:
            return _account(VeiledLibrary(library, self.desk.rights.hidden()), name)

    def add(self, given: Sequence[Given], owner: str) -> Job:
        """Takes files in; they are moved away from where they lie."""
        own = self._passing.folder()
        moved = [Given(own / str(number), one.name) for number, one in enumerate(given)]
        try:
            for before, after in zip(given, moved, strict=True):
                if before.path.is_file():  # else it is refused by its name later
                    shutil.move(before.path, after.path)
        except OSError:
            shutil.rmtree(own, ignore_errors=True)
            raise
        return self._begin(Job({owner}, tuple(one.name for one in given)), lambda job: self._add(job, moved, own))

    def remove(self, name: str, owner: str) -> Job:
        """Takes a document out that was taken in here."""
        return self._begin(Job({owner}, (name,), removes=True), lambda job: self._remove(job, name))

    def join(self, owner: str) -> list[Job]:
        """The jobs in work, which this visit of the page now sees to their end."""
        found = [job for job in self.jobs if not job.ended and job.account == visitor()]
        for job in found:
            job.owners.add(owner)
        return found

    def shown(self, owner: str) -> list[Job]:
        """The jobs of a visit of the page."""
        return [job for job in self.jobs if owner in job.owners]

    # -- in the job's own thread ------------------------------------------------------------

    def _begin(self, job: Job, work: Callable[[Job], None]) -> Job:
        self.jobs = [
            *[other for other in self.jobs if other.ended][-_KEPT:],
            *[other for other in self.jobs if not other.ended],
            job,
        ]
        # In the context of the request: whoever asked is known to the thread too.
        threading.Thread(target=copy_context().run, args=(self._run, job, work), daemon=True, name="intake").start()
        return job

    def _run(self, job: Job, work: Callable[[Job], None]) -> None:
        try:
            with self._one:
                work(job)
        except WenzhengError as error:
            job.error = error
        except Exception:
            job.error = LibraryError("Something failed that should not; see the terminal for what, and try again.")
            raise
        finally:
            job.ended = True
            heap.give_back()  # reading and encoding a file takes a hundred megabytes for a moment

    def _add(self, job: Job, given: Sequence[Given], folder: Path) -> None:
        try:
            encoder = self._own = self._own or self.encoder(self.desk.answerer.searcher.encoder)
            taken = _patiently(job, lambda: uploads.add(given, self._settings(), encoder, progress=job.show))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if (belongings := self.desk.rights.belongings) and job.account:
            belongings.take(job.account, [name for _, name in (*taken.added, *taken.known)])
        job.show("open", 0, 1)
        with closing(Library.open(self.library)) as library:
            job.added = tuple((name, _account(library, held)) for name, held in taken.added)
        job.known, job.refused = taken.known, taken.refused
        if taken.added:
            self.desk.refresh()

    def _remove(self, job: Job, name: str) -> None:
        if not any(held.kept and held.name == name for held in self.holdings()):
            raise DocumentError(
                f"“{name}” was not added on this page, or is removed already; see `wenzheng index --list`.", "gone"
            )
        job.show("write", 0, 1)
        belongings = self.desk.rights.belongings
        if belongings is None or job.account is None or belongings.leave(job.account, name):
            _patiently(job, lambda: build.remove([name], self._settings()))
            if belongings:
                belongings.forget(name)
        for other in self.jobs:  # a report on what is gone would only offer to ask about it
            other.added = tuple(one for one in other.added if one[1].holding.name != name)
        job.show("open", 0, 1)
        self.desk.refresh()

    def _settings(self) -> Settings:
        """Passages of the length that those of the library have, and files as large as the page takes."""
        with closing(Library.open(self.library)) as library:
            length = library.manifest().get("passage_length", Settings().passage_length)
        return Settings(library=self.library, passage_length=length, upload_megabytes=self.desk.door.settings.upload_megabytes)


def _account(library: Library, name: str) -> Account:
    held = next((holding for holding in holdings.holdings(library) if holding.name == name), None)
    if held is None:
        raise LibraryError(f"The library holds no document “{name}”; see `wenzheng index --list`.")
    return Account(held, fidelity.measure(holdings.document(library, name)))


def _patiently(job: Job, change: Callable[[], Done]) -> Done:
    """Makes a change, waiting for another process that is writing."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return change()
        except LibraryBusy:
            if time.monotonic() > until:
                raise
            job.show("busy", 0, 0)
            time.sleep(1)
