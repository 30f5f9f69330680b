"""Hits → sentences that may answer, each with what it is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index import tables
from index.records import ANSWERING, Hit, Kind, Language, Sentence
from index.rerank import Nearness
from index.rerank import side as side_of
from index.script import language
from index.search import Searcher
from rag import ranker
from rag.question import Analysis
from rag.records import Evidence
from rag.signs import NAMES, Candidate, Wanted, signs

_READ = 15  # hits whose sentences are looked at
_NOISE = (Kind.CAPTION, Kind.AUTHOR, Kind.META)
_LISTS = (Kind.INDEX, Kind.CONTENTS)  # whose lines say nothing to a reader of another language
_COVERAGE = NAMES.index("exact")


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each sign, standardised among the sentences; fitted on the train split by `eval.fit`."""

    ranker: float = 1.95  # what the ranker makes of the sentence alone
    passage: float = 1.05  # score of its passage
    rank: float = 0.0  # one over the rank of its passage
    near: float = 0.0  # cosine with the question, the side in its language
    body: float = 0.3  # body text, abstract or table, and not an aside


WEIGHTS = Weights()
"""Those in use."""


def gather(searcher: Searcher, question: Analysis, hits: Sequence[Hit]) -> list[Evidence]:
    """Sentences of the best hits, best first; the score is the odds against the best one, which has 1.

    Weights were fitted by softmax, so the exponential of a score is what the sentence's chance is proportional to.
    """
    sentences, homes, table, coverage = looked_at(searcher, question, hits)
    if not sentences:
        return []
    standard = (table - table.mean(axis=0)) / (table.std(axis=0) + 1e-6)
    scores = standard @ np.asarray(astuple(WEIGHTS))
    scores = _hand_on(sentences, np.exp(scores - scores.max()))
    translations = searcher.library.translations([s.id for s in sentences])
    found = [
        Evidence(s, homes[s.id], float(score), float(covered), translations.get(s.id))
        for s, score, covered in zip(sentences, scores, coverage, strict=True)
        if not asks(s)
    ]
    return sorted(found, key=lambda e: (-e.score, e.sentence.id))


def both(one: Sequence[Evidence], other: Sequence[Evidence]) -> list[Evidence]:
    """The same sentences weighed for two wordings of a question: by the geometric mean, so that both must speak for one."""
    worth = {e.sentence.id: e.score for e in other}
    found = [replace(e, score=math.sqrt(e.score * worth[e.sentence.id])) for e in one if e.sentence.id in worth]
    best = max((e.score for e in found), default=0.0) or 1.0
    return sorted((replace(e, score=e.score / best) for e in found), key=lambda e: (-e.score, e.sentence.id))


def looked_at(
    searcher: Searcher, question: Analysis, hits: Sequence[Hit]
) -> tuple[list[Sentence], dict[int, Hit], NDArray[np.float64], NDArray[np.float32]]:
    """Sentences of the best hits, the hit of each by id, their signs in the order of `Weights`, (n, 5), and how much of
    the question's terms each holds, (n,)."""
    library = searcher.library
    homes: dict[int, Hit] = {}
    for hit in hits[:_READ]:
        for number in hit.passage.sentences:
            homes.setdefault(number, hit)
    sentences = [s for s in library.sentences(list(homes)) if s.kind not in _NOISE and not tables.is_head(s)]
    translated = library.translations([s.id for s in sentences if s.kind in _LISTS])
    sentences = [s for s in sentences if s.kind not in _LISTS or s.id in translated or language(s.text) == question.language]
    if not sentences:
        return [], homes, np.empty((0, 5)), np.empty(0, dtype=np.float32)
    wanted = Wanted.of(question, searcher.asked(question.text, question.language), searcher.terms)
    near = Nearness(question.text, question.language, library, searcher.encoder_for(question.language), searcher.kept)
    candidates, told = _candidates(searcher, question, sentences, near)
    rows = signs(wanted, candidates, searcher.terms)
    scores = ranker.load().score(rows, near.question, told)
    table = [
        (
            score,
            homes[c.sentence.id].score,
            1 / homes[c.sentence.id].rank,
            c.near,
            float(c.sentence.kind in ANSWERING and homes[c.sentence.id].passage.kind is not Kind.FOOTNOTE),
        )
        for score, c in zip(scores, candidates, strict=True)
    ]
    return sentences, homes, np.asarray(table, dtype=np.float64), rows[:, _COVERAGE]


def _candidates(
    searcher: Searcher, question: Analysis, sentences: Sequence[Sentence], near: Nearness
) -> tuple[list[Candidate], NDArray[np.float32]]:
    """Each sentence with what stands beside it, and the vectors of its side in the question's language, (n, dim)."""
    translations = searcher.library.translations([s.id for s in sentences])
    near.look_up([text for s in sentences for text in (s.context or s.text, translations.get(s.id))])
    beside = _beside(searcher, sentences)
    candidates = [
        Candidate(
            s,
            side_of(s, question.language, translations),
            *near.sides(s.context or s.text, translations.get(s.id)),
            *(other if (other := beside.get(s.id + step)) and other.article == s.article else None for step in (-1, 1)),
        )
        for s in sentences
    ]
    return candidates, np.stack([near.vector(s.context or s.text, translations.get(s.id)) for s in sentences])


def _beside(searcher: Searcher, sentences: Sequence[Sentence]) -> dict[int, Sentence]:
    known = {s.id: s for s in sentences}
    missing = {n for s in sentences for n in (s.id - 1, s.id + 1)} - set(known)
    return known | {s.id: s for s in searcher.library.sentences(sorted(missing))}


def side(evidence: Evidence, spoken: Language) -> str:
    """A piece of evidence in a language where there is that, else as it stands."""
    own = evidence.sentence.context or evidence.sentence.text
    return evidence.translation if language(own) != spoken and evidence.translation else own


def asks(sentence: Sentence) -> bool:
    """Whether the sentence is itself a question, which answers nothing."""
    return sentence.text.rstrip("”’」』）) ").endswith(("？", "?"))


def _hand_on(sentences: Sequence[Sentence], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """What a question in the text is worth goes to the sentence after it, where its author answers it."""
    place = {sentence.id: at for at, sentence in enumerate(sentences)}
    result = scores.copy()
    for at, sentence in enumerate(sentences):
        after = sentence.id
        while asks(sentence) and after in place and asks(sentences[place[after]]):
            after += 1
        if after in place and sentences[place[after]].paragraph == sentence.paragraph:
            result[place[after]] = max(result[place[after]], scores[at])
    return result
