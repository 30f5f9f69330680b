"""One protocol, its readers.  A reader proposes; verification decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from index.errors import SettingsError
from index.search import Searcher
from index.settings import Settings
from rag.question import Analysis
from rag.records import Draft, Evidence


class Declined(Exception):
    """The reader has read the evidence and says that it holds no answer."""


class Reader(Protocol):
    """Turns evidence into statements that rest on it."""

    @property
    def name(self) -> str:
        """What the answer says it was read by."""
        ...

    def read(
        self, question: Analysis, evidence: Sequence[Evidence], searcher: Searcher, cancelled: Callable[[], bool]
    ) -> Iterable[Draft]:
        """Statements in reading order, each as soon as it is written; ends soon after `cancelled` is true.

        Raises Declined, and ModelError when a model fails.
        """
        ...


def choose(settings: Settings) -> Reader:
    """The reader that the settings name; raises SettingsError for one there is not, ModelError without a model."""
    if settings.reader == "extractive":
        from rag.readers.extractive import ExtractiveReader

        return ExtractiveReader()
    if settings.reader == "llm":
        from index import llm
        from rag.readers.llm import LanguageModelReader

        return LanguageModelReader(llm.load(settings), seconds=2.0 * settings.timeout)
    raise SettingsError(f"The reader “{settings.reader}” is unknown; set it to extractive or llm.")
