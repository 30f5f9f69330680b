"""Question → ranked passages: hybrid retrieval over both sides, fused by reciprocal rank."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from index import damage, glossary, rerank, stores
from index import encoder as encoders
from index.encoder import PROBES, Encoder
from index.errors import LibraryMismatch
from index.fusion import balanced, fuse, nearness, sides
from index.glossary import Entry
from index.kept import Kept
from index.library import Library
from index.lists import Ids
from index.records import ANSWERING, Hit, Language, SearchResult
from index.rerank import ASIDE, SIGNS, Asked, Signs, Translated, term_weights
from index.script import language
from index.settings import Settings
from index.stores import TextStore
from index.terms import Terms

_POOL = 80  # fused passages that are weighed by what their sentences say
_BACKGROUND = 90  # percentile; on tune it lets every answerable question through (eval/LOG.md)
_DEPTH = 100  # passages taken from each list
_DEEP = 8  # times that many vectors, so that both sides of enough passages are among them
_LIMITED = 4000  # vectors looked at where the question is limited to documents or articles

Named = Sequence[tuple[str, Entry]]
"""Concepts that a question names, each with the form found in it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each list and field counts; chosen on the tune split (eval/LOG.md)."""

    text: float = 1.0
    grams: float = 0.3
    head: float = 0.3
    near: float = 0.4  # of the passages around it: what they are about, this one is about too
    alias: float = 0.4  # of another form of a concept named in the question
    across: float = 0.2  # of the list over the other language, reached through the glossary
    words: float = 1.0  # of the list over passages that stand in the other language only
    dense: float = 1.0  # of the nearest texts in the question's language
    dense_across: float = 0.5  # of the nearest texts in the other one, where the encoder crosses


class Searcher:
    """A library opened for questions."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder,
        weights: Weights = Weights(),
        signs: Signs = SIGNS,
        terms: Terms | None = None,
    ) -> None:
        """`terms` are those of an earlier state of the library, used again where its glossary is the same."""
        self.library = library
        self.encoder = encoder
        self.weights = weights
        self.signs = signs
        manifest = library.manifest()
        built = manifest.get("encoder", {})
        if built and built["fingerprint"] != encoder.fingerprint:
            other = "another version of it" if built["name"] == encoder.name else f"“{encoder.name}”"
            raise LibraryMismatch(
                f"The library in {library.folder} was built with the encoder “{built['name']}” and {other} is in use now; "
                "run `wenzheng index`, or set the encoder back."
            )
        self.languages: frozenset[Language] = frozenset(built.get("languages", ()))
        self.crosses = bool(built.get("crosses"))
        self.glossary = glossary.parse(manifest.get("glossary", ""))
        self.terms = (terms or Terms()).taught(self.glossary.words())
        self.kept = Kept()
        self._beside = ThreadPoolExecutor(2, "full text")
        self._grounds: dict[Language, tuple[int, float | None]] = {}
        self._within: tuple[tuple[int, str], Ids] | None = None

    @classmethod
    def open(cls, settings: Settings) -> Searcher:
        """The library and encoder that the settings name; raises LibraryError or EncoderError."""
        return cls(Library.open(Path(settings.library), stores.chosen(settings)), encoders.of(settings))

    def encoder_for(self, spoken: Language) -> Encoder | None:
        """The encoder, where it knows the language."""
        return self.encoder if spoken in self.languages else None

    # -- the story --------------------------------------------------------------------------

    @damage.told
    def search(self, question: str, k: int = 10, limits: Mapping[str, Sequence[str]] | None = None) -> SearchResult:
        """The `k` best passages for a question in either language.

        `limits` gives by facet (`source`, `article`) the values allowed.
        """
        spoken = language(question)
        named = self.glossary.named(question)
        # Full text is searched beside the encoder and the vectors: neither holds the interpreter while it works.
        fulltext, beside = self.library.indexes(self.terms).fulltext, self._beside.submit
        lexical = beside(self._lexical, fulltext, question, spoken, named, limits)
        across = beside(self._across, fulltext, spoken, named, limits)
        translated = self.translated(question, spoken)
        words = beside(self._words, fulltext, question, spoken, named, translated, limits)
        own, other = self._dense(question, spoken, limits)
        lists = {
            "lexical": (1.0, lexical.result()),
            "lexical, other language": (self.weights.words, words.result()),
            "glossary": (self.weights.across, across.result()),
            "dense": (self.weights.dense, own),
            "dense, other language": (self.weights.dense_across, other),
        }
        facts = self.library.passage_facts(number for _, hits in lists.values() for number, _ in hits)
        scores, found_by = fuse(lists, facts)
        scores = {number: score * (1.0 if facts[number].kind in ANSWERING else ASIDE) for number, score in scores.items()}
        order = sorted(scores, key=lambda number: (-scores[number], number))
        pool = self.library.passages(order[:_POOL])
        ranked = rerank.rerank(
            question,
            spoken,
            pool,
            scores,
            dict(lists["lexical, other language"][1]) | dict(lists["lexical"][1]),
            self.library,
            self.encoder_for(spoken),
            self.terms,
            self.asked(question, spoken, translated),
            self.kept,
            self.signs,
        )
        best = dict(ranked)
        order = balanced([*best, *order[_POOL:]], order, {number: facts[number].spoken for number in order})[:k]
        passages = {p.id: p for p in (*pool, *self.library.passages([number for number in order if number not in best]))}
        return SearchResult(
            question,
            spoken,
            tuple(
                Hit(passages[number], rank, best.get(number, 0.0), tuple(found_by[number]), tuple(found_by[number].values()))
                for rank, number in enumerate(order, start=1)
            ),
            also_searched(named, spoken),
            nearness(own, other),
            self._background(spoken),
        )

    def asked(self, question: str, spoken: Language, translated: Translated | None = None) -> Asked:
        """What the question asks about, each term with its other forms and how much it tells."""
        translated = self.translated(question, spoken) if translated is None else translated
        fulltext = self.library.indexes(self.terms).fulltext
        return term_weights(question, spoken, self.terms, fulltext, self.glossary, translated)

    def strange(self, question: str) -> bool:
        """Whether a question holds a word of two letters or more that stands in no passage in its language."""
        spoken, fulltext = language(question), self.library.indexes(self.terms).fulltext
        return any(len(word) > 1 and not fulltext.frequency(spoken, term) for word, term in self.terms.words(question))

    def translated(self, question: str, spoken: Language) -> Translated:
        """By term of the question, words that the encoder holds for its translation and that stand in one language only."""
        lexicon, other = self.library.indexes(self.terms).lexicon, _other(spoken)
        words = [(w, term) for w, term in self.terms.words(question) if not term[0].isdigit() and language(w) == spoken]
        if not (self.crosses and spoken in self.languages and words and lexicon.size(other)):
            return {}
        gap = "" if spoken == "zh" else " "
        pairs = [gap.join((one, two)) for (one, _), (two, _) in pairwise(words)]
        # By themselves: beside the question its vector would differ in the seventh decimal, and close scores with it.
        found = lexicon.translate([word for word, _ in words], pairs, other, self.encoder.encode)
        return {term: near for (_, term), near in zip(words, found, strict=True) if near}

    # -- the lists --------------------------------------------------------------------------

    def _lexical(
        self, fulltext: TextStore, question: str, spoken: Language, named: Named, limits: Mapping[str, Sequence[str]] | None
    ) -> list[tuple[int, float]]:
        """BM25 on the side in the question's language, other forms of its concepts included."""
        w = self.weights
        own = dict.fromkeys(self.terms.terms(question), 1.0)
        for _, entry in named:
            for form in _forms(entry, spoken):
                for term in self.terms.terms(form):
                    own.setdefault(term, w.alias)
        fields: dict[str, dict[str, float]] = {
            spoken: {term: weight * w.text for term, weight in own.items()},
            f"{spoken}_head": {term: weight * w.head for term, weight in own.items()},
            f"{spoken}_near": {term: weight * w.near for term, weight in own.items()},
        }
        if spoken == "zh":
            fields["zh_grams"] = dict.fromkeys(self.terms.grams(question), w.grams)
        return fulltext.search(fields, _DEPTH, limits)

    def _words(
        self,
        fulltext: TextStore,
        question: str,
        spoken: Language,
        named: Named,
        translated: Translated,
        limits: Mapping[str, Sequence[str]] | None,
    ) -> list[tuple[int, float]]:
        """BM25 on passages that stand in the other language only: names and numbers as they are, the rest translated."""
        other, w = _other(spoken), self.weights
        terms = dict.fromkeys(self.terms.terms(question), 1.0)
        terms |= {term: 1.0 for _, entry in named for form in _forms(entry, other) for term in self.terms.terms(form)}
        for near in translated.values():
            for term, cosine in near.items():
                terms[term] = max(cosine, terms.get(term, 0.0))
        fields = {
            other: {term: weight * w.text for term, weight in terms.items()},
            f"{other}_head": {term: weight * w.head for term, weight in terms.items()},
            f"{other}_near": {term: weight * w.near for term, weight in terms.items()},
        }
        return fulltext.search(fields, _DEPTH, {**(limits or {}), "sides": [other]})

    def _across(
        self, fulltext: TextStore, spoken: Language, named: Named, limits: Mapping[str, Sequence[str]] | None
    ) -> list[tuple[int, float]]:
        """BM25 on the side in the other language, by the concepts that the glossary knows."""
        other = _other(spoken)
        forms = [form for _, entry in named for form in _forms(entry, other)]
        terms = {term: 1.0 for form in forms for term in self.terms.terms(form)}
        return fulltext.search({other: terms, f"{other}_head": dict.fromkeys(terms, self.weights.head)}, _DEPTH, limits)

    def _dense(
        self, question: str, spoken: Language, limits: Mapping[str, Sequence[str]] | None
    ) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """Nearest passages by their side in the question's language, and by the other side.

        Two lists, since cosines across languages are lower throughout.  Empty where the encoder
        does not know the question's language, or does not cross.
        """
        if spoken not in self.languages:
            return [], []
        return self._nearest([question], spoken, limits)[0]

    def _nearest(
        self, questions: Sequence[str], spoken: Language, limits: Mapping[str, Sequence[str]] | None = None
    ) -> list[tuple[list[tuple[int, float]], list[tuple[int, float]]]]:
        vectors = self.library.indexes(self.terms).vectors
        if not vectors.size:
            return [([], []) for _ in questions]
        only = self._codes(limits) if limits else None
        depth = _DEEP * _DEPTH if only is None else min(len(only), _LIMITED)
        found = vectors.search_all(self.encoder.encode(questions, question=True), depth, only)
        languages = self.library.passage_languages(code // 2 for hits in found for code, _ in hits)
        both = [sides(hits, languages, spoken, crosses=self.crosses) for hits in found]
        return [(own[:_DEPTH], other[:_DEPTH]) for own, other in both]

    def _codes(self, limits: Mapping[str, Sequence[str]]) -> Ids:
        """The numbers that the sides of the passages allowed have among the vectors."""
        key = self.library.generation, json.dumps({facet: sorted(values) for facet, values in limits.items()}, sort_keys=True)
        if self._within is None or self._within[0] != key:
            ids = np.asarray(self.library.passages_within(limits), dtype=np.int64)
            self._within = key, np.concatenate([2 * ids, 2 * ids + 1])
        return self._within[1]

    def _background(self, spoken: Language) -> float | None:
        """The nearness that nine in ten everyday sentences stay below: nearer questions are about the library."""
        generation = self.library.generation
        if self._grounds.get(spoken, (-1, None))[0] != generation:
            probes = [text for row in PROBES for text in (row[2:] if spoken == "zh" else row[:2])]
            reached: list[float] = []
            if spoken in self.languages:
                reached = [near for lists in self._nearest(probes, spoken) if (near := nearness(*lists)) is not None]
            self._grounds[spoken] = (generation, float(np.percentile(reached, _BACKGROUND)) if reached else None)
        return self._grounds[spoken][1]


def _other(spoken: Language) -> Language:
    return "en" if spoken == "zh" else "zh"


def _forms(entry: Entry, spoken: Language) -> tuple[str, ...]:
    return entry.zh if spoken == "zh" else entry.en


def also_searched(named: Named, spoken: Language) -> tuple[str, ...]:
    """Other forms of the concepts in the question, one or two each, for the reader to see."""
    shown: list[str] = []
    for form, entry in named:
        own, other = (entry.zh, entry.en) if spoken == "zh" else (entry.en, entry.zh)
        for candidate in (*[f for f in own if f.casefold() != form][:1], other[0]):
            if candidate.casefold() != form and candidate not in shown:
                shown.append(candidate)
    return tuple(shown)
