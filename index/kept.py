"""What was read and made of a library's texts, kept from one question to the next: many come again soon."""

from __future__ import annotations

from collections.abc import Iterable

from index.encoder import Vectors
from index.library import Library
from index.sought import folded
from index.terms import Terms

_MOST = 20_000  # vectors, which take 31 MB; texts folded, which take 20


class Kept:
    """Vectors and folded texts of one library."""

    def __init__(self) -> None:
        self._held: tuple[int, dict[str, Vectors | None]] = (-1, {})
        self._folded: dict[str, str] = {}

    def vectors(self, library: Library, texts: Iterable[str]) -> dict[str, Vectors]:
        """Vectors (dim,) of texts by the library's encoder; texts that have none are left out."""
        generation = library.generation
        held, known = self._held  # in one go: another thread may put the next ones there
        if held != generation:
            known = {}
        wanted = list(dict.fromkeys(texts))
        if missing := [text for text in wanted if text not in known]:
            if len(known) + len(missing) > _MOST:
                known = {text: known[text] for text in wanted if text in known}  # another thread may be reading the one before
            known.update(dict.fromkeys(missing) | library.vectors(missing))
            self._held = generation, known
        return {text: vector for text in wanted if (vector := known[text]) is not None}

    def folded(self, terms: Terms, texts: Iterable[str]) -> dict[str, str]:
        """By text what `Terms.fold` makes of it, which is the same for all terms."""
        known, wanted = self._folded, list(dict.fromkeys(texts))
        if missing := [text for text in wanted if text not in known]:
            if len(known) + len(missing) > _MOST:
                known = {text: known[text] for text in wanted if text in known}
            known.update(folded(terms, missing))
            self._folded = known
        return {text: known[text] for text in wanted}
