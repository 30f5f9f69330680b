"""A language model as reader: it sees numbered sentences and must cite them; verification decides what is shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.clean import fold
from index.llm import LanguageModel
from index.script import language
from index.search import Searcher
from rag.evidence import side
from rag.question import Analysis
from rag.readers import Declined, marks, prompts
from rag.records import Draft, Evidence

_SENTENCES = 24  # shown at most, best first
_ANSWER = 512  # tokens an answer may have
_SLACK = 64  # tokens kept free for the chat template


@dataclass(frozen=True)
class LanguageModelReader:
    """Drafts in the model's words; a statement without a mark that leads to evidence is no draft."""

    model: LanguageModel
    seconds: float = 120.0  # after which writing is stopped and what there is is taken

    @property
    def name(self) -> str:
        return f"llm: {self.model.name}"

    def read(
        self,
        question: Analysis,
        evidence: Sequence[Evidence],
        searcher: Searcher,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Draft]:
        """Statements with the sentences they cite, each as soon as the model has ended it.

        Raises Declined, and ModelError when the model fails.
        """
        shown, texts = self._shown(question, evidence)
        if not shown:
            return
        until = time.monotonic() + self.seconds
        pieces = self.model.stream(
            prompts.chat(question, shown, texts),
            limit=_ANSWER,
            cancelled=lambda: cancelled() or time.monotonic() > until,
        )
        written: set[str] = set()
        declined = False
        for said in marks.statements(pieces):
            declined = declined or _declines(said.text)
            cited = tuple(shown[number - 1] for number in said.numbers if 1 <= number <= len(shown))
            if cited and fold(said.text) not in written and language(said.text) == question.language and not _declines(said.text):
                written.add(fold(said.text))
                yield Draft(said.text, cited, item=said.item)
        if declined and not written:
            raise Declined

    def _shown(self, question: Analysis, evidence: Sequence[Evidence]) -> tuple[list[Evidence], list[str]]:
        """As much evidence as the model takes, and what is shown of each."""
        room = self.model.window - _ANSWER - _SLACK
        room -= sum(self.model.tokens(message.text) for message in prompts.chat(question, (), ()))
        shown: list[Evidence] = []
        texts: list[str] = []
        for item in evidence[:_SENTENCES]:
            text = side(item, question.language)
            room -= self.model.tokens(text) + 6
            if room < 0:
                break
            shown.append(item)
            texts.append(text)
        return shown, texts


def _declines(text: str) -> bool:
    return any(fold(text).rstrip("。.") == fold(line).rstrip("。.") for line in prompts.NO_ANSWER.values())
