"""Single words of both languages as vectors of one space: what a sentence shares with a question word by word.

The space is always that of the embedded encoder, whichever encoder the library was built with.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache

import numpy as np

from index import encoder
from index.encoder import EmbeddedEncoder, Vectors
from index.script import language
from index.table import DIMENSION, TableEncoder

_MOST = 20_000  # words whose vectors are kept; they take 31 MB


class WordSpace:
    """Vectors of words; Chinese ones from the table, English ones from the English half, which is slow to load."""

    def __init__(self) -> None:
        self._kept: dict[str, Vectors] = {}  # of Chinese words, (384,) each

    @cached_property
    def _encoder(self) -> EmbeddedEncoder:
        return encoder.embedded()

    @cached_property
    def _table(self) -> TableEncoder:
        return TableEncoder.load(self._encoder.folder)

    def vectors(self, words: Sequence[str], *, chinese: bool = False) -> Vectors:
        """Vectors of words, shape (n, 384), of length 1, or 0 for a word that is not known.

        `chinese` leaves English words at 0 instead of encoding them.
        """
        result = np.zeros((len(words), DIMENSION), dtype=np.float32)
        kept = self._kept
        if new := [word for word in words if word not in kept and language(word) == "zh"]:
            if len(kept) + len(new) > _MOST:
                kept = {word: kept[word] for word in words if word in kept}  # another thread may still read the old ones
            kept.update(zip(new, self._table.words(new), strict=True))
            self._kept = kept
        if known := [at for at, word in enumerate(words) if word in kept]:
            result[known] = [kept[words[at]] for at in known]
        if not chinese and (english := [at for at, word in enumerate(words) if word.isalpha() and language(word) != "zh"]):
            result[english] = self._encoder.english.encode([words[at] for at in english])
        return result


@lru_cache(maxsize=1)
def space() -> WordSpace:
    """The one there is."""
    return WordSpace()
