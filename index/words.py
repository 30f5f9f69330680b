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

    def vectors(self, words: Sequence[str], *, only: bool = False) -> Vectors:
        """Vectors of words, shape (n, 384), of length 1, or 0 for a word that is not known.

        `only` passes over English words that were not met before instead of encoding them.
        """
        result = np.zeros((len(words), DIMENSION), dtype=np.float32)
        chinese = [at for at, word in enumerate(words) if language(word) == "zh"]
        if chinese:
            result[chinese] = self._table.words([words[at] for at in chinese])
        english = [at for at, word in enumerate(words) if language(word) != "zh" and word.isalpha()]
        new = [words[at] for at in english if words[at] not in self._met]
        if new and not only:
            for word, vector in zip(new, self._encoder.english.encode(new), strict=True):
                self._met[word] = vector
        for at in english:
            if words[at] in self._met:
                result[at] = self._met[words[at]]
        return result

    @cached_property
    def _met(self) -> dict[str, Vectors]:
        return {}


@lru_cache(maxsize=1)
def space() -> WordSpace:
    """The one there is."""
    return WordSpace()
