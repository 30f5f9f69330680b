"""Trains the ranker of sentences: `python -m eval.train_ranker`; a quarter of an hour on two cores.

For each training question the sentences that answer it are marked (`seeds/training_questions.jsonl`, field
`answers`: by their beginnings); they compete with all others that a search for the question brings, by the softmax of
their scores (ListNet's top-one loss: Cao, Qin, Liu, Tsai and Li 2007).  Passages' ranks are no sign here, since the
encoder knows these questions; `eval.fit` weighs them on questions that the encoder was not trained on.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file

from eval import metrics, questions
from eval.questions import Question
from index import settings
from index.clean import fold
from index.encoder import Vectors
from index.library import Library
from index.records import ANSWERING, Language, Sentence
from index.rerank import side
from index.script import language
from index.search import Searcher
from rag.question import analyse
from rag.ranker import FILE, Array
from rag.signs import NAMES, Candidate, Wanted, signs

RANK, HIDDEN = 32, 64
_HITS = 15  # passages whose sentences compete
_SET_TIMES = 2  # how often a pass goes over the questions of the set, which are nearer to those to come


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the sentences that compete; rows of `signs` and `sentences` agree."""

    article: str
    signs: Array
    question: Vectors
    sentences: Vectors
    answers: Array  # share of the answer by sentence, summing to 1


class Texts:
    """The library's sentences, their translations and vectors."""

    def __init__(self, library: Library) -> None:
        found = [s for d in library.documents() for s in library.sentences(document=d["name"])]
        self.by_id = {s.id: s for s in found}
        self.translations = library.translations(list(self.by_id))
        self.of: dict[str, list[Sentence]] = {}
        for sentence in found:
            if sentence.kind in ANSWERING:
                self.of.setdefault(sentence.article, []).append(sentence)
        self._vectors: dict[str, Vectors] = {}
        texts = [s.context or s.text for s in found] + list(self.translations.values())
        for at in range(0, len(texts), 500):
            self._vectors |= library.vectors(texts[at : at + 500])

    def sides(self, sentence: Sentence, spoken: Language) -> tuple[Vectors, Vectors]:
        """Vectors of the side in the question's language and of the other; one stands for both where it is alone."""
        own = self._vectors.get(sentence.context or sentence.text)
        other = self._vectors.get(self.translations.get(sentence.id, ""))
        if language(sentence.text) != spoken:
            own, other = other, own
        own, other = (own if own is not None else other), (other if other is not None else own)
        nothing = np.zeros(384, dtype=np.float32)
        return (nothing if own is None else own), (nothing if other is None else other)

    def beside(self, sentence: Sentence, step: int) -> Sentence | None:
        """The sentence before or after in the same article."""
        found = self.by_id.get(sentence.id + step)
        return found if found and found.article == sentence.article else None


def examples(seeds: Path, searcher: Searcher) -> Iterator[Example]:
    """An example for each training question whose answer is marked."""
    texts = Texts(searcher.library)
    for line in (seeds / "training_questions.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        own = texts.of[item["article"]]
        for spoken in ("zh", "en"):
            for text, marked in zip(item[spoken], item.get("answers", {}).get(spoken, ()), strict=False):
                right = {s.id for s in own if any(s.text.startswith(begins) for begins in marked)}
                yield from _example(item["article"], text, right, texts, searcher)


def set_examples(asked: Sequence[Question], searcher: Searcher) -> Iterator[Example]:
    """An example for each answerable question of a set."""
    texts = Texts(searcher.library)
    folded = {s.id: fold(s.text) for own in texts.of.values() for s in own}
    for question in asked:
        wanted = [part for gold in (*question.gold, *question.also) for part in metrics.parts(gold.quote)]
        right = {n for n, text in folded.items() if any(part in text or text in part for part in wanted)}
        yield from _example(question.articles[0], question.standalone or question.text, right, texts, searcher)


def _example(article: str, text: str, answers: set[int], texts: Texts, searcher: Searcher) -> Iterator[Example]:
    """The sentences of the hits, and the answers where they lack them; nothing where there is no answer."""
    if not answers:
        return
    hits = searcher.search(text, _HITS).hits
    found = dict.fromkeys([*(n for hit in hits for n in hit.passage.sentences), *sorted(answers)])
    pool = [texts.by_id[n] for n in found if texts.by_id[n].kind in ANSWERING]
    analysis = analyse(text)
    spoken = analysis.language
    wanted = Wanted.of(analysis, searcher.asked(text, spoken), searcher.terms)
    asked = searcher.encoder.encode([text], question=True)[0]
    candidates, vectors = [], []
    for sentence in pool:
        own, other = texts.sides(sentence, spoken)
        vectors.append(own)
        candidates.append(
            Candidate(
                sentence, side(sentence, spoken, texts.translations), float(own @ asked), float(other @ asked),
                texts.beside(sentence, -1), texts.beside(sentence, 1),
            )
        )  # fmt: skip
    right = np.array([s.id in answers for s in pool], dtype=np.float32)
    if right.any():
        yield Example(article, signs(wanted, candidates, searcher.terms), asked, np.stack(vectors), right / right.sum())


class Net(torch.nn.Module):
    """The ranker in training."""

    def __init__(self, mean: torch.Tensor, scale: torch.Tensor) -> None:
        super().__init__()
        self.mean, self.scale = mean, scale
        self.ask = torch.nn.Parameter(torch.randn(384, RANK) * 0.1)
        self.tell = torch.nn.Parameter(torch.randn(384, RANK) * 0.1)
        self.first = torch.nn.Linear(len(NAMES) + RANK, HIDDEN)
        self.second = torch.nn.Linear(HIDDEN, 1, bias=False)
        self.drop = torch.nn.Dropout(0.2)

    def forward(self, signs: torch.Tensor, question: torch.Tensor, sentences: torch.Tensor) -> torch.Tensor:
        together = (question @ self.ask).unsqueeze(-2) * (sentences @ self.tell)
        inputs = self.drop(torch.cat([(signs - self.mean) / self.scale, together], dim=-1))
        return self.second(self.drop(torch.relu(self.first(inputs)))).squeeze(-1)  # type: ignore[no-any-return]


def train(found: Sequence[Example], passes: int, seed: int = 4) -> tuple[Net, float]:
    """The net after some passes, and the loss of the last."""
    torch.manual_seed(seed)
    every = torch.from_numpy(np.concatenate([e.signs for e in found]))
    net = Net(every.mean(0), every.std(0) + 1e-3)
    decay: list[dict[str, Any]] = [
        {"params": [net.ask, net.tell], "weight_decay": 0.1},
        {"params": [*net.first.parameters(), *net.second.parameters()]},
    ]
    optimiser = torch.optim.AdamW(decay, lr=2e-3, weight_decay=0.01)
    dice = random.Random(seed)  # noqa: S311 — no secret
    mean = 0.0
    for number in range(passes):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * (1 - number / passes)
        order = dice.sample(range(len(found)), len(found))
        losses = []
        for at in range(0, len(order), 32):
            signs_, question, sentences, answers = _batch([found[k] for k in order[at : at + 32]])
            scores = net(signs_, question, sentences).masked_fill(answers < 0, -1e9)
            loss = -(answers.clamp(min=0) * torch.log_softmax(scores, dim=1)).sum(1).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.append(float(loss.detach()))
        mean = sum(losses) / len(losses)
    return net.eval(), mean


def _batch(found: Sequence[Example]) -> tuple[torch.Tensor, ...]:
    """Padded to one length; answers are -1 where there is no sentence."""
    longest = max(len(e.answers) for e in found)
    signs_ = torch.zeros(len(found), longest, len(NAMES))
    sentences = torch.zeros(len(found), longest, 384)
    answers = torch.full((len(found), longest), -1.0)
    for at, e in enumerate(found):
        size = len(e.answers)
        signs_[at, :size] = torch.from_numpy(e.signs)
        sentences[at, :size] = torch.from_numpy(e.sentences)
        answers[at, :size] = torch.from_numpy(e.answers)
    return signs_, torch.from_numpy(np.stack([e.question for e in found])), sentences, answers


def first_right(net: Net, found: Sequence[Example]) -> float:
    """Share of questions whose first sentence answers."""
    with torch.inference_mode():
        best = [
            int(net(torch.from_numpy(e.signs), torch.from_numpy(e.question), torch.from_numpy(e.sentences)).argmax())
            for e in found
        ]
    return float(np.mean([e.answers[k] > 0 for e, k in zip(found, best, strict=True)]))


def save(net: Net, path: Path) -> None:
    """Writes the weights for `rag.ranker`."""
    arrays = {
        "mean": net.mean, "scale": net.scale, "ask": net.ask, "tell": net.tell,
        "first": net.first.weight.T, "first_bias": net.first.bias, "second": net.second.weight[0],
    }  # fmt: skip
    save_file({name: value.detach().numpy().astype(np.float16).copy() for name, value in arrays.items()}, path)


def main() -> None:
    """Measures with each third of the articles left out, then trains on all, writes the weights and measures on tune."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.train_ranker", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--out", type=Path, default=FILE)
    given = parser.parse_args()
    chosen = settings.load({})
    searcher = Searcher.open(chosen)
    found = [*examples(chosen.seeds, searcher)]
    held = questions.load(questions.SETS / "questions.jsonl", ["train", "tune"])
    found += _SET_TIMES * [*set_examples([q for q in held if q.answerable and q.split == "train"], searcher)]
    tune = list(set_examples([q for q in held if q.answerable and q.split == "tune"], searcher))
    articles = sorted({e.article for e in found})
    for part in range(3):
        out = set(articles[part::3])
        net, loss = train([e for e in found if e.article not in out], given.passes)
        right = first_right(net, [e for e in found if e.article in out])
        sys.stderr.write(f"without {len(out)} articles: loss {loss:.3f}, first sentence right on those {right:.3f}\n")
    net, loss = train(found, given.passes)
    save(net, given.out)
    right = first_right(net, tune)
    sys.stderr.write(
        f"{len(found)} questions, loss {loss:.3f}, first sentence right on tune {right:.3f}, written to {given.out}\n"
    )


if __name__ == "__main__":
    main()
