"""Two students of the same teacher, further trained on the same batches: the kept table, and a transformer above it.

python -m eval.students --data FOLDER --out FOLDER

The transformer reads the table's vectors in their order, two layers, and adds to their sum what it makes of them;
it begins as the table itself (its last projection is zero), so whatever it gives comes from word order and context.
Single words are not trained on again: they have no order.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from index.encoder import MODEL
from index.table import DIMENSION, TableEncoder
from index.training.measure import measure
from index.training.pairs import own_pairs
from index.training.public import public_pairs
from index.training.questions import own_questions, public_questions
from index.training.student import Table
from index.training.teacher import Floats, Teacher
from index.training.trainer import Options, Trainer

_READ = 160  # tokens of a text that the transformer reads; the sum takes all
_WORDS = ("cedict", "omw", "quantecon")


class Above(torch.nn.Module):
    """Token vectors, (n, length, 384) → what is added to their sum, (n, 384)."""

    def __init__(self, layers: int) -> None:
        super().__init__()
        layer = torch.nn.TransformerEncoderLayer(DIMENSION, 6, 2 * DIMENSION, 0.1, "gelu", batch_first=True, norm_first=True)
        self.layers = torch.nn.TransformerEncoder(layer, layers, norm=torch.nn.LayerNorm(DIMENSION), enable_nested_tensor=False)
        self.place = torch.nn.Parameter(torch.randn(_READ, DIMENSION) * 0.02)
        self.out = torch.nn.Linear(DIMENSION, DIMENSION)
        torch.nn.init.zeros_(self.out.weight)
        torch.nn.init.zeros_(self.out.bias)

    def forward(self, tokens: torch.Tensor, empty: torch.Tensor) -> torch.Tensor:
        """`empty` is true where there is no token."""
        read = self.layers(functional.normalize(tokens, dim=-1) * 4 + self.place[: tokens.shape[1]], src_key_padding_mask=empty)
        return (self.out(read) * ~empty.unsqueeze(-1)).sum(1)  # type: ignore[no-any-return]


class TransformerStudent(Table):
    """A table with a transformer above it, trained in the table's place."""

    def __init__(self, rows: torch.Tensor, dropout: float, layers: int) -> None:
        super().__init__(rows, dropout)
        self.above = Above(layers)
        self.optimiser = torch.optim.AdamW(self.above.parameters(), lr=3e-4, weight_decay=0.01)

    def __call__(self, *groups: Sequence[NDArray[np.int64]]) -> tuple[torch.Tensor, ...]:
        texts = [self._thinned(text) for text in chain.from_iterable(groups)]
        used, places = np.unique(np.concatenate(texts), return_inverse=True)
        self._used = torch.from_numpy(used)
        self._leaf = self.rows[self._used].requires_grad_()
        cuts = np.split(places, np.cumsum([len(text) for text in texts[:-1]]))
        return torch.split(self.vectors(self._leaf, cuts), [len(group) for group in groups])

    def vectors(self, rows: torch.Tensor, texts: Sequence[NDArray[np.int64]]) -> torch.Tensor:
        """Vectors of texts given as places in `rows`, (n, 384), length 1; texts of like length go together."""
        found: list[torch.Tensor] = []
        order = np.argsort([len(text) for text in texts], kind="stable")
        for at in range(0, len(order), 64):
            own = [torch.from_numpy(texts[k]) for k in order[at : at + 64]]
            sums = torch.stack([rows[text].sum(0) for text in own])
            read = torch.nn.utils.rnn.pad_sequence([text[:_READ] for text in own], batch_first=True, padding_value=-1)
            found.append(sums + self.above(rows[read.clamp(min=0)], read < 0))
        return functional.normalize(torch.cat(found)[torch.from_numpy(np.argsort(order))], dim=1)

    def step(self, rate: float) -> None:
        super().step(rate)
        self.optimiser.step()
        self.optimiser.zero_grad()


class Encoder(TableEncoder):
    """A student as it is measured."""

    def __init__(self, table: Table, kept: TableEncoder) -> None:
        self.table, self.kept = table, kept

    def encode(self, texts: Sequence[str]) -> Floats:
        places = [rows(self.kept, text) for text in texts]
        with torch.inference_mode():
            if isinstance(self.table, TransformerStudent):
                self.table.above.eval()
                return self.table.vectors(self.table.rows, places).numpy()
            found = torch.stack([self.table.rows[torch.from_numpy(p)].sum(0) for p in places])
            return functional.normalize(found, dim=1).numpy()


def rows(kept: TableEncoder, text: str) -> NDArray[np.int64]:
    """A text as rows of the kept table."""
    return np.array([kept._place[t] for t in kept.tokenize(text) if t in kept._place] or [0], dtype=np.int64)


def main() -> None:
    """Trains both and prints the figures of the start and of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets, one folder each")
    parser.add_argument("--out", type=Path, required=True, help="gets the teacher's vectors")
    parser.add_argument("--pairs", type=int, default=40_000, help="public sentence pairs, drawn at random")
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=0)
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    seeds = Path("seeds")
    public = [pair for pair in public_pairs(given.data) if pair.source not in _WORDS]
    pairs = [*random.Random(7).sample(public, min(given.pairs, len(public))), *own_pairs(seeds)]  # noqa: S311 — no secret
    kept = TableEncoder.load(MODEL)
    teacher = Teacher(given.out / "teacher")
    options = Options(passes=1, own_times=1, rate=3e-4)
    trainer = Trainer(pairs, own_questions(seeds), public_questions(given.data), teacher, kept.tokenize.words, options, "cpu")
    trainer.ids = {text: rows(kept, text) for text in trainer.ids}
    first = torch.from_numpy(kept._rows.astype(np.float32) * kept._scale.astype(np.float32)[:, None])
    students: dict[str, Table] = {
        "the table as kept": Table(first.clone(), options.dropout),
        "the table, one pass more": Table(first.clone(), options.dropout),
        f"a transformer of {given.layers} layers above it, the same pass": TransformerStudent(
            first.clone(), options.dropout, given.layers
        ),
    }
    for number, (name, student) in enumerate(students.items()):
        torch.manual_seed(0)
        trainer.table = student
        began = time.perf_counter()
        if number:
            trainer.run(given.out / f"student{number}-{given.layers}.pt", _say)
        _say(f"{name}: {(time.perf_counter() - began) / 60:.0f} minutes")
        for what, (one, other) in measure(given.data, Encoder(student, kept), teacher).items():
            _say(f"  {what}: {one:.3f}, {other:.3f}")
        began = time.perf_counter()
        Encoder(student, kept).encode([item.zh for item in trainer.own[:200]])
        _say(f"  {200 / (time.perf_counter() - began):.0f} passages a second")


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
