"""The vectors of words that texts are made of, kept from one question to the next: most words come again soon."""

from __future__ import annotations

from collections.abc import Set

from index.encoder import Vectors
from index.library import Library

_MOST = 20_000  # words; their vectors take 31 MB


class WordVectors:
    """What was read of the words of one library, until it changes."""

    def __init__(self) -> None:
        self._held: tuple[int, dict[str, Vectors | None]] = (-1, {})

    def of(self, library: Library, words: Set[str]) -> dict[str, Vectors]:
        """Vectors (dim,) of words by the library's encoder; words that have none are left out."""
        generation, known = self._held
        if generation != library.generation or len(known) > _MOST:
            known = {}
            self._held = library.generation, known  # not emptied: another thread may be reading the one before
        if missing := words - known.keys():
            known |= dict.fromkeys(missing) | library.vectors(sorted(missing))
        return {word: vector for word in words if (vector := known[word]) is not None}
