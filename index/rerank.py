"""Fused passages → a better order, by what their sentences say: the last stage of retrieval.

Reciprocal rank fusion knows only ranks.  Here each passage is weighed by lexical score, by the
cosine of question and passage on both sides, and by its best single sentence: an answer often is
one sentence in a passage about something else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import astuple, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder
from index.glossary import Glossary
from index.kept import Kept
from index.library import Library
from index.records import ANSWERING, Language, Passage, Sentence
from index.rows import passage_context
from index.script import language
from index.sought import Sought
from index.stores import TextStore
from index.terms import Terms


@dataclass(frozen=True, slots=True)
class Signs:
    """Weight of each sign, standardised among the candidates; chosen on the tune split (eval/LOG.md)."""

    fused: float = 0.4  # reciprocal rank fusion, which alone knows of the glossary across languages
    lexical: float = 0.7  # BM25 of the passage
    passage: float = 1.0  # cosine with the passage in the question's language
    passage_other: float = 0.7  # in the other language
    sentence: float = 1.0  # cosine with its nearest sentence in the question's language
    sentence_other: float = 0.7
    sentence_terms: float = 0.5  # share of the question's terms in one sentence
    passage_terms: float = 0.25  # in the whole passage
    words: float = 1.5  # cosines of its words with the question's, for a passage that stands in the other language only


SIGNS = Signs()
"""Those in use."""

ASIDE = 0.75
"""Factor on footnotes, contents, index and notices, which body text outranks."""


def rerank(
    question: str,
    spoken: Language,
    candidates: Sequence[Passage],
    fused: Mapping[int, float],
    lexical: Mapping[int, float],
    library: Library,
    encoder: Encoder | None,
    terms: Terms,
    asked: Asked,
    kept: Kept,
    signs: Signs = SIGNS,
) -> list[tuple[int, float]]:
    """(passage id, score) of the candidates, best first; scores are 0 or more, 0 for the worst.

    `fused` and `lexical` hold fusion and BM25 scores by passage id; `encoder` is None where it does not know the
    question's language.
    """
    if not candidates:
        return []
    said = library.said(list(dict.fromkeys(n for p in candidates for n in p.sentences)))
    told = {p.id: passage_context(p, {n: said[n].context for n in p.sentences if n in said}) + p.text for p in candidates}
    near = Nearness(question, spoken, library, encoder, kept)
    near.look_up(
        [side for p in candidates for side in (told[p.id], p.translation)]
        + [side for s in said.values() for side in (s.text, s.translation)]
    )
    # A side that is missing counts as the other does, as far as that is the rule among the candidates: an abstract in
    # the other language must not outrank the text, but in a library without translations nothing else is to be had.
    strange = {p.id for p in candidates if p.language != spoken and not p.translation}
    shares = (
        len(strange) / len(candidates),
        sum(p.translation is None and p.language == spoken for p in candidates) / len(candidates),
    )
    lone = {p.id: p.text for p in candidates if p.kind in ANSWERING and p.language != spoken and not p.translation}
    sides = {n: s.text if s.translation is None or near.same(s.text) else s.translation for n, s in said.items()}
    whole = {p.id: told[p.id] if p.language == spoken else p.translation or p.text for p in candidates}
    fold = kept.folded(terms, [*sides.values(), *whole.values(), *lone.values()])
    sought = Sought(terms, frozenset[str]().union(*asked))
    shared = {text: share(asked, sought.among(fold[text])) for text in (*sides.values(), *whole.values())}
    words = Words(question, spoken, library, encoder, terms, asked, kept).near(
        {n: sought.words(fold[text]) for n, text in lone.items()}
    )
    cosines = {n: near.sides(s.text, s.translation) for n, s in said.items()}
    rows = []
    for passage in candidates:
        own = [n for n in passage.sentences if n in said]
        lacks = (passage.id in strange, passage.translation is None and passage.id not in strange)
        factor = [share_ if lack else 1.0 for share_, lack in zip(shares, lacks, strict=True)]
        rows.append(
            (
                fused.get(passage.id, 0.0),
                lexical.get(passage.id, 0.0),
                *(f * cosine for f, cosine in zip(factor, near.sides(told[passage.id], passage.translation), strict=True)),
                factor[0] * max((cosines[n][0] for n in own), default=0.0),
                factor[1] * max((cosines[n][1] for n in own), default=0.0),
                max((shared[sides[n]] for n in own), default=0.0),
                shared[whole[passage.id]],
                words.get(passage.id, 0.0),
            )
        )
    table = np.asarray(rows, dtype=np.float64)
    standard = (table - table.mean(axis=0)) / (table.std(axis=0) + 1e-9)
    standard[:, -1] *= shares[0]
    scores = standard @ np.asarray(astuple(signs))
    scores -= scores.min()
    aside = np.array([1.0 if p.kind in ANSWERING else ASIDE for p in candidates])
    ranked = zip((p.id for p in candidates), (scores * aside).tolist(), strict=True)
    return sorted(ranked, key=lambda item: (-item[1], item[0]))


Asked = dict[frozenset[str], float]
"""What a question asks about: terms of which one is enough, and how much that tells."""


Translated = Mapping[str, Mapping[str, float]]
"""By term of a question, terms of the other language and their cosine with it."""


def term_weights(
    question: str, spoken: Language, terms: Terms, fulltext: TextStore, glossary: Glossary, translated: Translated
) -> Asked:
    """The question's terms with their inverse document frequency (Robertson and Sparck Jones 1976).

    A term of a concept that the glossary knows may stand in another of its forms, if that is one word,
    and any term in a translation.
    """
    others: dict[str, set[str]] = {}
    for form, entry in glossary.named(question):
        forms = [terms.terms(other) for other in (*entry.zh, *entry.en)]
        single = {found[-1] for other, found in zip((*entry.zh, *entry.en), forms, strict=True) if _is_word(other, found)}
        for term in terms.terms(form):
            others.setdefault(term, set()).update(single)
    asked: Asked = {}
    for term in dict.fromkeys(terms.terms(question)):
        across = translated.get(term, {})
        other: Language = "en" if spoken == "zh" else "zh"
        frequency = fulltext.frequency(spoken, term) or max(fulltext.frequency(other, t) for t in (term, *across))
        weight = math.log(1 + (fulltext.size - frequency + 0.5) / (frequency + 0.5))
        asked[frozenset({term, *others.get(term, ()), *across})] = weight
    return asked


def _is_word(form: str, found: Sequence[str]) -> bool:
    """Whether a form is one term, or has itself as its last (search mode gives the parts first)."""
    return len(found) == 1 or (bool(found) and found[-1] == form.casefold())


def share(asked: Asked, terms: Set[str]) -> float:
    """Share of the weight of what is asked that stands among `terms`."""
    if not terms:
        return 0.0
    total = sum(asked.values())
    return sum(weight for group, weight in asked.items() if not group.isdisjoint(terms)) / total if total else 0.0


class Words:
    """How near the words of a question come to those of texts in the other language, whose vectors the library keeps."""

    def __init__(
        self,
        question: str,
        spoken: Language,
        library: Library,
        encoder: Encoder | None,
        terms: Terms,
        asked: Asked,
        kept: Kept,
    ) -> None:
        self._library, self._encoder, self._kept = library, encoder, kept
        found = dict.fromkeys(pair for pair in terms.words(question) if language(pair[0]) == spoken)
        self._words = [word for word, _ in found]
        weights = [next((weight for group, weight in asked.items() if term in group), 0.0) for _, term in found]
        self._weights = np.asarray(weights, dtype=np.float32) / (sum(weights) or 1.0)

    @cached_property
    def _vectors(self) -> NDArray[np.float32]:
        assert self._encoder is not None
        return self._encoder.encode(self._words)

    def near(self, words: Mapping[int, Set[str]]) -> dict[int, float]:
        """By text, given by its words, the mean over the question's by how much they tell of the best cosine with one of it."""
        if self._encoder is None or not self._words or not words:
            return {}
        known = self._kept.vectors(self._library, frozenset().union(*words.values()))
        told = {number: [known[word] for word in own if word in known] for number, own in words.items()}
        return {
            number: float(self._weights @ (self._vectors @ np.stack(own).T).max(axis=1).clip(min=0.0))
            for number, own in told.items()
            if own
        }


def side(sentence: Sentence, spoken: Language, translations: Mapping[int, str]) -> str:
    """The side of a sentence in the question's language, where there is one."""
    own = sentence.context or sentence.text
    return own if language(own) == spoken else translations.get(sentence.id, own)


class Nearness:
    """Cosines of the question with texts whose vectors the library keeps; 0 for those it does not."""

    def __init__(self, question: str, spoken: Language, library: Library, encoder: Encoder | None, kept: Kept) -> None:
        self._spoken = spoken
        self._library = library
        self._kept = kept
        self._asked: NDArray[np.float32] | None = None if encoder is None else encoder.encode([question], question=True)[0]
        self._same: dict[str, bool] = {}
        self._known: dict[str, float] = {}
        self._vectors: dict[str, NDArray[np.float32]] = {}

    def look_up(self, texts: Sequence[str | None]) -> None:
        """Fetches the vectors of texts in one go."""
        if self._asked is not None:
            found = self._kept.vectors(self._library, (text for text in texts if text))
            self._vectors |= found
            if found:
                self._known |= zip(found, (np.stack(list(found.values())) @ self._asked).tolist(), strict=True)

    def same(self, text: str) -> bool:
        """Whether a text is in the question's language."""
        found = self._same.get(text)
        if found is None:
            found = self._same[text] = language(text) == self._spoken
        return found

    def sides(self, text: str, translation: str | None) -> tuple[float, float]:
        """Cosines of a text and its translation, the side in the question's language first.

        A side that is missing counts as the other does: a passage without a translation is no worse for it.
        """
        own, other = self._known.get(text), self._known.get(translation or "")
        if not self.same(text):
            own, other = other, own
        return (own if own is not None else other or 0.0), (other if other is not None else own or 0.0)

    @property
    def question(self) -> NDArray[np.float32]:
        """The question's vector, (dim,); without an encoder for its language a zero of one number."""
        return np.zeros(1, dtype=np.float32) if self._asked is None else self._asked

    def vector(self, text: str, translation: str | None) -> NDArray[np.float32]:
        """The vector of the side in the question's language, else of the other, else zero."""
        order = [text, translation or ""] if self.same(text) else [translation or "", text]
        return next((self._vectors[side] for side in order if side in self._vectors), np.zeros_like(self.question))
