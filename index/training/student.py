"""The student: a table of token vectors under training."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional


class Table:
    """Token vectors under training, with an Adam that touches only the rows of the batch.

    `rows`: float32, (tokens, 384); row 0 is for texts without a known token.
    """

    def __init__(self, rows: torch.Tensor, dropout: float) -> None:
        self.rows, self.dropout = rows, dropout
        self.rng = np.random.default_rng(0)
        self.first, self.second = torch.zeros_like(rows), torch.zeros_like(rows)
        self.steps = 0

    def __call__(self, *groups: Sequence[NDArray[np.int64]]) -> tuple[torch.Tensor, ...]:
        """For each group of texts, given as rows of the table, their vectors: (n, 384), length 1."""
        texts = [self._thinned(text) for text in chain.from_iterable(groups)]
        used, places = np.unique(np.concatenate(texts), return_inverse=True)
        device = self.rows.device
        self._used = torch.from_numpy(used).to(device)
        self._leaf = self.rows[self._used].requires_grad_()
        starts = torch.from_numpy(np.cumsum([0] + [len(text) for text in texts[:-1]])).to(device)
        sums = functional.embedding_bag(torch.from_numpy(places).to(device), self._leaf, starts, mode="sum")
        return torch.split(functional.normalize(sums, dim=1), [len(group) for group in groups])

    def _thinned(self, text: NDArray[np.int64]) -> NDArray[np.int64]:
        kept = text[self.rng.random(len(text)) >= self.dropout]
        return kept if len(kept) else text

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step of Adam on the rows that the last call used."""
        used, gradient = self._used, self._leaf.grad
        assert gradient is not None
        self.steps += 1
        self.first[used] = first = self.first[used].lerp(gradient, 0.1)
        self.second[used] = second = self.second[used].lerp(gradient.square(), 0.001)
        first, second = first / (1 - 0.9**self.steps), second / (1 - 0.999**self.steps)
        self.rows[used] -= rate * first / (second.sqrt() + 1e-8)
