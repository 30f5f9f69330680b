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


class WordSpace:
    """Vectors of words; Chinese ones from the table, English ones from the English half, which is slow to load."""

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
        known = [at for at, word in enumerate(words) if language(word) == "zh"]
        if known:
            result[known] = self._table.words([words[at] for at in known])
        english = [at for at, word in enumerate(words) if language(word) != "zh" and word.isalpha()]
        if english and not chinese:
            result[english] = self._encoder.english.encode([words[at] for at in english])
        return result


@lru_cache(maxsize=1)
def space() -> WordSpace:
    """The one there is."""
    return WordSpace()
