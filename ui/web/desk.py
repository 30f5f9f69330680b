"""One answerer for many readers: the page asks here, never the answerer itself."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from index.errors import LibraryBusy, WenzhengError
from index.library import Library
from index.records import ArticleRecord, Language
from index.search import Searcher
from index.terms import Terms
from index.veil import VeiledSearcher
from rag.answer import Answerer
from rag.records import Answer
from ui.web import cards, why
from ui.web.cards import Turn
from ui.web.door import Door
from ui.web.ledger import Ledger
from ui.web.texts import EXAMPLES
from ui.web.visitor import EVERYTHING, Rights

_TRIES = 3  # states of the library that one question may live to see

Found = TypeVar("Found")


@dataclass
class Desk:
    """Answers one question at a time, from the library as it is now.

    The connection to SQLite, the full-text index and the encoder are shared by all threads, and
    what they build at their first use must be built once: hence the lock.  Indexing never holds it.
    """

    answerer: Answerer
    door: Door = field(default_factory=Door)
    ledger: Ledger = field(default_factory=Ledger)
    warmed: bool = False  # whether everything is loaded that the first question would have to wait for
    rights: Rights = EVERYTHING
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._state = self.answerer.searcher.library.state
        self._articles = _count(self.answerer)
        self._records = self._state, self.answerer.searcher.library.articles()

    def ask(self, question: str, number: int, history: Sequence[str] = ()) -> Turn:
        """The answer with all that the page shows of it; raises WenzhengError."""
        return self.of_one_state(lambda answerer: _turn(number, answerer.answer(question, history=history), answerer.searcher))

    @property
    def longest(self) -> int:
        """Characters of a question, at most; a longer text is no question, and would be searched for word by word."""
        return self.door.settings.question_length

    def articles(self) -> int:
        """How many articles there are to answer from; never waits for a question in work."""
        if self._lock.acquire(blocking=False):
            try:
                self._articles = _count(self._current())
            except WenzhengError:
                pass  # a question will say so
            finally:
                self._lock.release()
        return self._articles

    def stream(
        self,
        question: str,
        number: int,
        history: Sequence[str] = (),
        limits: Mapping[str, Sequence[str]] | None = None,
        language: Language | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Turn]:
        """The growing answer; others may ask between two of its steps.  Raises WenzhengError.

        Where the library changes in the midst, the answer grows anew from what is there now.
        """
        for _ in range(_TRIES):
            with self._mine():
                mine = self._current()
            seen = self._seen(mine)
            answers = seen.stream(question, limits=limits, language=language, history=history, cancelled=cancelled)
            while True:
                with self._mine():
                    if self._current() is not mine:
                        break
                    try:
                        answer = next(answers, None)
                        turn = _turn(number, answer, seen.searcher) if answer else None
                    except Exception:
                        if mine.searcher.library.state == self._state:
                            raise
                        break  # rows went while it read them
                if turn is None:
                    return
                yield turn
        raise LibraryBusy("The library changed several times while this was being answered; ask again.")

    def records(self) -> Mapping[str, ArticleRecord]:
        """All articles and parts by id; never waits for a question in work."""
        if self._lock.acquire(blocking=False):
            try:
                library = self._current().searcher.library
                if self._records[0] != self._state:
                    self._records = self._state, library.articles()
            except WenzhengError:
                pass  # a question will say so
            finally:
                self._lock.release()
        hidden = self.rights.hidden()
        return {key: record for key, record in self._records[1].items() if record.source not in hidden}

    @contextmanager
    def held(self) -> Iterator[Answerer]:
        """The answerer for a short look, everybody else waiting."""
        with self._mine():
            yield self._seen(self._current())

    @contextmanager
    def spare(self) -> Iterator[Answerer | None]:
        """The answerer where nobody else wants it at this moment, else None: for what can be left undone."""
        if not self._lock.acquire(blocking=False):
            yield None
            return
        try:
            yield self._seen(self._current())
        finally:
            self._lock.release()

    def warm(self) -> None:
        """Loads what the first question in each language would have to wait for."""
        for questions in EXAMPLES.values():
            try:
                self.ask(questions[0], 1)
            except WenzhengError:
                return  # the reader's own question will say so
        self.warmed = True

    @contextmanager
    def _mine(self) -> Iterator[None]:
        """The lock; raises TurnedAway where others hold it too long."""
        if not self._lock.acquire(timeout=self.door.settings.wait_seconds):
            raise self.door.not_reached()
        try:
            yield
        finally:
            self._lock.release()

    # -- states of the library --------------------------------------------------------------

    def of_one_state(self, work: Callable[[Answerer], Found]) -> Found:
        """What `work` finds in one state of the library; where it changed in the midst, once more in the new one."""
        with self._mine():
            for _ in range(_TRIES):
                answerer = self._current()
                try:
                    with answerer.searcher.library.damage_told():
                        found = work(self._seen(answerer))
                except Exception:
                    if answerer.searcher.library.state == self._state:
                        raise
                    continue  # rows went while it read them
                if answerer.searcher.library.state == self._state:
                    return found
        raise LibraryBusy("The library changed several times while this was being answered; ask again.")

    def refresh(self) -> None:
        """Turns to the library as it is now, opened beside the one in use so that no question waits for it."""
        fresh, state = self._reopened()
        # Where they are to be built, not by the stemmer that a question has in hand.
        fresh.searcher.library.indexes(Terms(fresh.searcher.glossary.words()))
        with self._lock:
            self._turn_to(fresh, state)

    def _current(self) -> Answerer:
        """The answerer, over the library as it is now; called under the lock."""
        if self.answerer.searcher.library.state != self._state:
            self._turn_to(*self._reopened())
        return self.answerer

    def _seen(self, answerer: Answerer) -> Answerer:
        """The answerer as whoever asks may use it."""
        hidden = self.rights.hidden()
        return replace(answerer, searcher=VeiledSearcher(answerer.searcher, hidden)) if hidden else answerer

    def _reopened(self) -> tuple[Answerer, tuple[int, int]]:
        """The same reader and encoder over the library opened anew, with its glossary, and which state that was."""
        old = self.answerer.searcher
        library = Library.open(old.library.folder, old.library.engine)
        try:
            state = library.state
            return replace(self.answerer, searcher=Searcher(library, old.encoder, old.weights, old.signs, old.terms)), state
        except BaseException:
            library.close()
            raise

    def _turn_to(self, fresh: Answerer, state: tuple[int, int]) -> None:
        old, self.answerer, self._state = self.answerer, fresh, state
        self._articles = _count(fresh)
        old.searcher.library.close()


def _count(answerer: Answerer) -> int:
    return sum(record.kind != "part" for record in answerer.searcher.library.articles().values())


def _turn(number: int, answer: Answer, searcher: Searcher) -> Turn:
    return cards.turn(number, answer, searcher.library, why.reasons(answer, searcher))
