"""One protocol, its readers.  A reader proposes; verification decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from index.errors import SettingsError
from index.search import Searcher
from rag.question import Analysis
from rag.records import Draft, Evidence


class Reader(Protocol):
    """Turns evidence into statements that rest on it."""

    @property
    def name(self) -> str:
        """What the answer says it was read by."""
        ...

    def read(self, question: Analysis, evidence: Sequence[Evidence], searcher: Searcher) -> list[Draft]:
        """Statements in reading order; empty when the evidence does not answer."""
        ...


def choose(name: str) -> Reader:
    """The reader a setting names; raises SettingsError for one there is not."""
    if name == "extractive":
        from rag.readers.extractive import ExtractiveReader

        return ExtractiveReader()
    raise SettingsError(f"The reader “{name}” is unknown; the one there is is extractive.")
