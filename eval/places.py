"""Gold quotations → where they stand in a library, for people who look them up."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from eval import metrics
from eval.questions import Gold
from eval.records import Span
from index.clean import fold
from index.library import Library
from index.records import Sentence

_SHORTEST = 6  # characters of a sentence that may count as a piece of a quotation


class Places:
    """Finds quotations in a library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @cached_property
    def _folded(self) -> dict[str, list[tuple[str, Sentence]]]:
        """The sentences of each source with their folded texts."""
        names = [document["name"] for document in self._library.documents()]
        return {name: [(fold(s.text), s) for s in self._library.sentences(document=name)] for name in names}

    def find(self, gold: Gold, articles: Sequence[str]) -> Span:
        """The quotation with its place, first looked for in the articles that the question is about."""
        parts = metrics.parts(gold.quote)
        known = self._folded.get(gold.source, [])
        own = [(text, s) for text, s in known if s.article in articles]
        for sentences in (own, known):
            first = next((at for at, (text, _) in enumerate(sentences) if _holds(text, parts[0])), None)
            if first is not None:
                later = enumerate(sentences[first:], start=first)
                last = next((at for at, (text, _) in later if _holds(text, parts[-1])), first)
                begin, end = sentences[first][1], sentences[last][1]
                return Span(gold.quote, gold.source, begin.article, begin.start, max(begin.end, end.end))
        return Span(gold.quote, gold.source)


def _holds(text: str, part: str) -> bool:
    return part in text or (len(text) >= _SHORTEST and text in part)
