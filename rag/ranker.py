"""Signs of sentences → how likely each answers: a small network, trained by `eval.train_ranker`, run in numpy."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors

FILE = Path(__file__).parent / "ranker.safetensors"

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Ranker:
    """One hidden layer over the signs and the products of the question's and the sentence's projections."""

    mean: Array  # of the signs in training, (signs,)
    scale: Array
    ask: Array  # projection of a question's vector, (384, rank)
    tell: Array  # projection of a sentence's vector, (384, rank)
    first: Array  # (signs + rank, hidden)
    first_bias: Array
    second: Array  # (hidden,)

    def score(self, signs: Array, question: Vectors, sentences: Vectors) -> Array:
        """A score for each sentence, shape (n,): higher answers better; comparable within one question.

        `signs` is (n, signs), `question` (384,), `sentences` (n, 384); a zero vector where there is none; vectors of another length are passed over.
        """
        fits = question.shape[-1] == len(self.ask)  # vectors of another encoder mean nothing to it
        together = (question @ self.ask) * (sentences @ self.tell) if fits else np.zeros((len(signs), self.ask.shape[1]))
        inputs = np.concatenate([(signs - self.mean) / self.scale, together], axis=1)
        hidden = np.maximum(inputs @ self.first + self.first_bias, 0.0)
        return np.asarray(hidden @ self.second, dtype=np.float32)


@lru_cache(maxsize=1)
def load() -> Ranker:
    """The ranker in the repository."""
    from safetensors.numpy import load_file

    arrays = load_file(FILE)
    return Ranker(*(arrays[field.name].astype(np.float32) for field in fields(Ranker)))
