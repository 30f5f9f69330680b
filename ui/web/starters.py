"""The questions of the empty page: only those that this library answers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from index.errors import WenzhengError
from index.records import LANGUAGES, Language
from rag.answer import Answerer
from rag.suggest import openings
from ui.web.desk import Desk
from ui.web.texts import EXAMPLES

_MOST = 4  # of one language
_PAUSE = 0.02  # seconds: a lock that is let go and taken again at once comes to nobody else


@dataclass
class Starters:
    """What an empty page offers; until `look` is done, the questions about the seeds."""

    desk: Desk
    _found: dict[Language, tuple[str, ...]] = field(default_factory=lambda: dict(EXAMPLES))

    def look(self) -> None:
        """Keeps the examples that are answered, and draws others from the documents where none is."""
        try:
            found = {spoken: tuple(filter(self._answered, EXAMPLES[spoken])) for spoken in LANGUAGES}
            self._found = {spoken: asked or self._drawn(spoken) for spoken, asked in found.items()}
        except WenzhengError:
            return  # the reader's own question will say so

    def offered(self, shown: Language) -> list[dict[str, str]]:
        """As the chat takes them, those in the language of the interface first."""
        order = sorted(self._found, key=lambda spoken: spoken != shown)
        return [{"text": question} for spoken in order for question in self._found[spoken]]

    def _answered(self, question: str) -> bool:
        time.sleep(_PAUSE)
        with self.desk.held() as answerer:  # the reader that comes with the program: a language model would be at it for minutes
            return not Answerer(answerer.searcher).answer(question).refused

    def _drawn(self, spoken: Language) -> tuple[str, ...]:
        with self.desk.held() as answerer:
            drawn = openings(Answerer(answerer.searcher), spoken, _MOST)
        found: list[str] = []
        while True:
            time.sleep(_PAUSE)
            with self.desk.held():  # others may ask between two of its steps
                text = next(drawn, "")
            if text == "":
                return tuple(found)
            found += [text] if text else []
