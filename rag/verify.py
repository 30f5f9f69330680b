"""No statement reaches the reader unless the words it cites stand in the source."""

from __future__ import annotations

from index.clean import fold
from index.library import Library
from index.records import Sentence


def stands(sentence: Sentence, source: str, library: Library) -> bool:
    """Whether a sentence's clean text is what stands in its span of the source.

    Footnotes, marks and page furniture inside the span are passed over; white space and glyphs
    are folded.
    """
    return fold(sentence.text) in fold(library.text_between(source, sentence.start, sentence.end))
