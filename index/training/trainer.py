"""Pairs, questions and a teacher → a trained table: what is learned from, in which order, and by which losses."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from index.table import DIMENSION, TableEncoder, Tokens, quantise
from index.training.pairs import OWN, WORDS, Pair
from index.training.questions import Asked
from index.training.student import Table
from index.training.teacher import Floats, Teacher


@dataclass(frozen=True, slots=True)
class Options:
    """What was tried is in model/README.md; these are the values that were kept."""

    passes: int = 4
    rate: float = 2e-3
    temperature: float = 0.05
    dropout: float = 0.1  # share of a text's tokens that a batch does not see: no rare word alone may decide
    rows: int = 120_000
    own_times: int = 3  # how often a pass goes over the project's own pairs
    question_times: int = 2  # how often a pass goes over the questions
    seed: int = 0


class Trainer:
    """All that a run needs, tokenised and embedded; texts are arrays of row numbers."""

    def __init__(self, pairs: Sequence[Pair], own: Sequence[Asked], public: Sequence[Asked], teacher: Teacher,
                 words: Sequence[str], options: Options, device: str) -> None:  # fmt: skip
        self.options, self.own, self.public, self.device = options, own, public, device
        cut = Tokens(words)
        tokens = {text: cut(text) for text in _chinese(pairs, own, public)}
        counts = Counter(chain.from_iterable(tokens[text] for text in _chinese(pairs, own, public)))
        self.tokens = ["[unk]", *(token for token, _ in counts.most_common(options.rows - 1))]
        place = {token: number for number, token in enumerate(self.tokens)}
        self.ids = {text: np.array([place[t] for t in found if t in place] or [0]) for text, found in tokens.items()}

        latin = [token for token in self.tokens[1:] if token[0].isascii()]
        questions = [question for asked in own for question in asked.en_questions]
        passages = [asked.en or "" for asked in own]
        teacher.learn([*(pair.en for pair in pairs), *questions, *passages, *latin])
        self.pairs = list(pairs)
        self.english = torch.from_numpy(teacher.rows([pair.en for pair in pairs])).to(device)
        rows = torch.from_numpy(teacher.rows(questions)).to(device)
        self.asked_english = torch.split(rows, [len(asked.en_questions) for asked in own])
        self.passages_english = torch.from_numpy(teacher.rows(passages)).to(device)
        self.numbers = {text: n for n, text in enumerate({x for pair in pairs for x in (pair.zh, pair.en)})}
        self.table = Table(self._first_rows(dict(zip(latin, teacher.rows(latin), strict=True)), place), options.dropout)

    def _first_rows(self, latin: dict[str, Floats], place: dict[str, int]) -> torch.Tensor:
        """Each token's mean English vector over the pairs that hold it, those of short texts counting more."""
        rows = torch.zeros(len(self.tokens), DIMENSION, device=self.device)
        total = torch.zeros(len(self.tokens), device=self.device)
        for start in range(0, len(self.pairs), 4096):
            texts = [self.ids[pair.zh] for pair in self.pairs[start : start + 4096]]
            sizes = np.array([len(text) for text in texts])
            flat = torch.from_numpy(np.concatenate(texts)).to(self.device)
            which = torch.from_numpy(np.repeat(np.arange(start, start + len(texts)), sizes)).to(self.device)
            weight = torch.from_numpy(np.repeat(sizes, sizes).astype(np.float32) ** -0.5).to(self.device)
            rows.index_add_(0, flat, self.english[which] * weight[:, None])
            total.index_add_(0, flat, weight)
        rows /= total.clamp(min=1e-6)[:, None]
        for token, vector in latin.items():
            rows[place[token]] = 0.7 * torch.from_numpy(vector).to(self.device) + 0.3 * rows[place[token]]
        rows[0] = self.english.mean(0)
        return rows

    def _batches(self, rng: np.random.Generator) -> list[tuple[Callable[[NDArray[np.int64]], torch.Tensor], NDArray[np.int64]]]:
        """A pass: every loss with the numbers it is to be taken over, in random order."""

        def cut(numbers: Sequence[int] | NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
            order = rng.permutation(np.asarray(numbers, dtype=np.int64))
            return [order[k : k + size] for k in range(0, len(order), size) if len(order) - k > 8]

        def chosen(own: bool, words: bool) -> list[int]:
            return [n for n, p in enumerate(self.pairs) if (p.source in OWN) == own and (p.source in WORDS) == words]

        plan: list[tuple[Callable[[NDArray[np.int64]], torch.Tensor], NDArray[np.int64]]] = []
        # Words among words and sentences among sentences: the harder choice.
        for own, words, size in ((False, True, 1024), (False, False, 512), (True, True, 1024), (True, False, 512)):
            for _ in range(self.options.own_times if own else 1):
                plan += [(self._translation_loss, batch) for batch in cut(chosen(own, words), size)]
        for _ in range(self.options.question_times):
            # Passages of one article side by side: the wrong ones are near the right one.
            for asked, loss, size in ((self.own, self._own_loss, 100), (self.public, self._public_loss, 256)):
                names = rng.permutation(list(dict.fromkeys(a.article for a in asked)))
                by_name: dict[str, list[int]] = {}
                for number, item in enumerate(asked):
                    by_name.setdefault(item.article, []).append(number)
                order = np.array([n for name in names for n in by_name[name]], dtype=np.int64)
                plan += [(loss, order[k : k + size]) for k in range(0, len(order), size)]
        self._rng = self.table.rng = rng
        return [plan[k] for k in rng.permutation(len(plan))]

    def _choice(self, left: torch.Tensor, right: torch.Tensor, answer: torch.Tensor | None = None) -> torch.Tensor:
        """Cross entropy of choosing the answer for each row of `left` among the rows of `right`; lower is better."""
        target = torch.arange(len(left), device=self.device) if answer is None else answer
        return functional.cross_entropy(left @ right.T / self.options.temperature, target)

    def _translation_loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        """Each Chinese text finds its English and the reverse, and comes near it; lower is better."""
        pairs = [self.pairs[n] for n in batch]
        (chinese,) = self.table([self.ids[pair.zh] for pair in pairs])
        english = self.english[torch.from_numpy(batch).to(self.device)]
        near = chinese @ english.T / self.options.temperature
        # Another pair with the same Chinese or the same English is no wrong answer.
        same = torch.zeros_like(near, dtype=torch.bool)
        for side in ("zh", "en"):
            numbers = torch.tensor([self.numbers[getattr(pair, side)] for pair in pairs], device=self.device)
            same |= numbers[:, None] == numbers
        near = near.masked_fill(same.fill_diagonal_(False), -1e4)
        target = torch.arange(len(pairs), device=self.device)
        both = functional.cross_entropy(near, target) + functional.cross_entropy(near.T, target)
        return both + 4 * (1 - (chinese * english).sum(1)).mean()

    def _own_loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        """Questions in both languages find the passage, Chinese ones its English too; lower is better."""
        asked = [self.own[n] for n in batch]
        passages, questions = self.table(
            [self.ids[item.zh] for item in asked], [self.ids[q] for item in asked for q in item.zh_questions]
        )
        english = self.passages_english[torch.from_numpy(batch).to(self.device)]

        def answers(sizes: Iterable[int]) -> torch.Tensor:
            return torch.from_numpy(np.repeat(np.arange(len(asked)), list(sizes))).to(self.device)

        own = answers(len(item.zh_questions) for item in asked)
        across = answers(len(item.en_questions) for item in asked)
        loss = self._choice(questions, passages, own) + 0.5 * self._choice(questions, english, own)
        loss = loss + self._choice(torch.cat([self.asked_english[n] for n in batch]), passages, across)
        loss = loss + 0.5 * (self._choice(passages, english) + self._choice(english, passages))
        return loss + 2 * (1 - (passages * english).sum(1)).mean()

    def _public_loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        """One question of each paragraph finds it, and the reverse; lower is better."""
        asked = [self.public[n] for n in batch]
        passages, questions = self.table(
            [self.ids[item.zh] for item in asked], [self.ids[str(self._rng.choice(item.zh_questions))] for item in asked]
        )
        return self._choice(questions, passages) + self._choice(passages, questions)

    def run(self, checkpoint: Path, log: Callable[[str], None]) -> None:
        """All passes; a run that was broken off goes on after its last whole pass."""
        done = 0
        # A checkpoint of other data or other options is passed over.
        key = hashlib.sha256("\n".join([repr(self.options), *self.tokens]).encode()).hexdigest()
        state: dict[str, Any] = {}
        if checkpoint.is_file():
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        if state.get("key") == key:
            self.table.rows, self.table.first, self.table.second = state["rows"], state["first"], state["second"]
            self.table.steps, done = state["steps"], state["passes"]
        for number in range(done, self.options.passes):
            plan = self._batches(np.random.default_rng([self.options.seed, number]))
            losses = []
            for at, (loss, batch) in enumerate(plan):
                value = loss(batch)
                value.backward()  # type: ignore[no-untyped-call]
                left = 1 - (number + at / len(plan)) / self.options.passes
                self.table.step(self.options.rate * max(0.05, left))
                losses.append(value.item())
            log(f"pass {number + 1} of {self.options.passes}: {len(plan)} batches, mean loss {np.mean(losses):.3f}")
            table = self.table
            state = {"rows": table.rows, "first": table.first, "second": table.second}
            torch.save(state | {"steps": table.steps, "passes": number + 1, "key": key}, checkpoint)

    def encoder(self, words: Sequence[str]) -> TableEncoder:
        """What was learned, in the form it is kept in."""
        return TableEncoder(self.tokens, *quantise(self.table.rows.cpu().numpy()), words)


def _chinese(pairs: Iterable[Pair], *asked: Iterable[Asked]) -> Iterator[str]:
    """Every Chinese text that is trained on, as often as it stands there."""
    yield from (pair.zh for pair in pairs)
    for item in chain(*asked):
        yield item.zh
        yield from item.zh_questions
