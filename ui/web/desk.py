"""One answerer for many readers: the page asks here, never the answerer itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from index.errors import UsageError, WenzhengError
from index.records import Language
from rag.answer import Answerer
from ui.contract import answer_json
from ui.web import cards, why
from ui.web.cards import Turn
from ui.web.texts import EXAMPLES

LONGEST_QUESTION = 1000
"""Characters; a longer text is no question, and would be searched for word by word."""


@dataclass
class Desk:
    """Answers one question at a time.

    The connection to SQLite, the full-text index and the encoder are shared by all threads, and
    what they build at their first use must be built once: hence the lock.
    """

    answerer: Answerer
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, question: str, number: int, history: Sequence[str] = ()) -> Turn:
        """The answer with all that the page shows of it; raises WenzhengError."""
        with self._lock:
            answer, searcher = self.answerer.answer(question, history=history), self.answerer.searcher
            return cards.turn(number, answer, searcher.library, why.reasons(answer, searcher))

    def ask_json(self, question: str, language: Language | None) -> dict[str, Any]:
        """The answer as `wenzheng ask --json` gives it; raises WenzhengError."""
        if not question.strip() or len(question) > LONGEST_QUESTION:
            raise UsageError(f"A question of 1 to {LONGEST_QUESTION} characters is wanted; this one has {len(question.strip())}.")
        with self._lock:
            answer = self.answerer.answer(question.strip(), language=language)
            return answer_json(answer, self.answerer.searcher.library.articles())

    def articles(self) -> int:
        """How many articles there are to answer from."""
        with self._lock:
            return sum(record.kind != "part" for record in self.answerer.searcher.library.articles().values())

    def warm(self) -> None:
        """Loads what the first question in each language would have to wait for."""
        for questions in EXAMPLES.values():
            try:
                self.ask(questions[0], 1)
            except WenzhengError:
                return  # the reader's own question will say so
