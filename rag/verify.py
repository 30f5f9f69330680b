"""No statement reaches the reader unless the words it cites stand in the source."""

from __future__ import annotations

from index.clean import fold
from index.library import Library
from index.records import Sentence
from rag.records import Draft


def stands(sentence: Sentence, source: str, library: Library) -> bool:
    """Whether a sentence's clean text is what stands in its span of the source.

    Footnotes, marks and page furniture inside the span are passed over; white space and glyphs
    are folded.
    """
    return fold(sentence.text) in fold(library.text_between(source, sentence.start, sentence.end))


TRANSLATED = 0.9
"""Support of a claim that is the memory's translation of the words it cites, not the words themselves."""


def support(draft: Draft) -> float:
    """How well a draft is supported by what it cites, 0 to 1: its own words, or their translation."""
    words = [fold(e.sentence.context or e.sentence.text) for e in draft.evidence]
    return 1.0 if fold(draft.text) in words else TRANSLATED
