"""Question → ranked passages: hybrid retrieval over both sides, fused by reciprocal rank."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from index import damage, glossary, rerank, stores
from index import encoder as encoders
from index.encoder import PROBES, Encoder
from index.errors import LibraryMismatch
from index.glossary import Entry
from index.library import Library
from index.lists import Ids
from index.records import ANSWERING, Hit, Language, SearchResult
from index.rerank import ASIDE, SIGNS, Asked, Signs, Translated, term_weights
from index.script import language
from index.settings import Settings
from index.terms import Terms

RRF_K = 10
"""Cormack, Clarke and Büttcher 2009: a hit's score is the sum of 1 / (k + rank) over the lists.

They took 60 for lists of hundreds; 10 did better on the tune split, where few passages answer.
"""

_POOL = 80  # fused passages that are weighed by what their sentences say
_BACKGROUND = 90  # percentile; on tune it lets every answerable question through (eval/LOG.md)
_DEPTH = 100  # passages taken from each list
_DEEP = 8  # times that many vectors, so that both sides of enough passages are among them
_LIMITED = 4000  # vectors looked at where the question is limited to documents or articles
_QUOTA = 3  # of the first ten hits kept for documents in each language that has evidence
_QUOTA_SLOTS = (3, 6, 9)  # positions, from 0, where a language that is missing is let in


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
        translated = self.translated(question, spoken)
        own, other = self._dense(question, spoken, limits)
        lists = {
            "lexical": (1.0, self._lexical(question, spoken, named, limits)),
            "lexical, other language": (self.weights.words, self._words(question, spoken, named, translated, limits)),
            "glossary": (self.weights.across, self._across(spoken, named, limits)),
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
        # By themselves, since beside the question they would be filled up to its length.
        vectors = self.encoder.encode([*(word for word, _ in words), *pairs])
        found = lexicon.translate(vectors[: len(words)], vectors[len(words) :], other)
        return {term: near for (_, term), near in zip(words, found, strict=True) if near}

    # -- the lists --------------------------------------------------------------------------

    def _lexical(
        self, question: str, spoken: Language, named: Sequence[tuple[str, Entry]], limits: Mapping[str, Sequence[str]] | None
    ) -> list[tuple[int, float]]:
        """BM25 on the side in the question's language, other forms of its concepts included."""
        fulltext = self.library.indexes(self.terms).fulltext
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
        question: str,
        spoken: Language,
        named: Sequence[tuple[str, Entry]],
        translated: Translated,
        limits: Mapping[str, Sequence[str]] | None,
    ) -> list[tuple[int, float]]:
        """BM25 on passages that stand in the other language only: names and numbers as they are, the rest translated."""
        fulltext, other, w = self.library.indexes(self.terms).fulltext, _other(spoken), self.weights
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
        self, spoken: Language, named: Sequence[tuple[str, Entry]], limits: Mapping[str, Sequence[str]] | None
    ) -> list[tuple[int, float]]:
        """BM25 on the side in the other language, by the concepts that the glossary knows."""
        fulltext = self.library.indexes(self.terms).fulltext
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
        return [_sides(hits, languages, spoken, crosses=self.crosses) for hits in found]

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


def nearness(*lists: Sequence[tuple[int, float]]) -> float | None:
    """The mean of the best cosines of the lists that hold anything."""
    best = [hits[0][1] for hits in lists if hits]
    return sum(best) / len(best) if best else None


def fuse(
    lists: Mapping[str, tuple[float, Sequence[tuple[int, float]]]], known: Container[int]
) -> tuple[dict[int, float], dict[int, dict[str, int]]]:
    """Reciprocal rank fusion: scores, and by the name of each list that found a passage its rank there.

    `lists` holds by name a weight and (passage, score) pairs, best first.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    found_by: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for name, (weight, hits) in lists.items():
        for rank, (number, _) in enumerate(hits, start=1):
            if number in known and weight:
                scores[number] += weight / (RRF_K + rank)
                found_by[number][name] = rank
    return dict(scores), dict(found_by)


def _sides(
    hits: Sequence[tuple[int, float]], languages: Mapping[int, Language], spoken: Language, *, crosses: bool
) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """Passages by their side in the question's language, and where the encoder crosses, by the other."""
    lists: tuple[list[tuple[int, float]], list[tuple[int, float]]] = ([], [])
    for code, score in hits:
        number, translated = divmod(code, 2)
        if number in languages:
            same = (languages[number] == spoken) != bool(translated)
            if same or crosses:
                lists[not same].append((number, score))
    return lists[0][:_DEPTH], lists[1][:_DEPTH]


def balanced(order: Sequence[int], fused: Sequence[int], languages: Mapping[int, str]) -> list[int]:
    """The order with the best documents of every language among the first ten.

    A language found at all but missing from the first ten gets its best hits at the quota slots,
    so that no number of documents in one language can push the other out.  Its best are those of
    fusion, since signs weighed across languages favour the question's own.
    """
    result = list(order)
    for spoken in sorted(set(languages.values())):
        first = set(result[:10])
        missing = _QUOTA - sum(languages[number] == spoken for number in first)
        late = [number for number in fused if languages[number] == spoken and number not in first][: max(0, missing)]
        for slot, number in zip(_QUOTA_SLOTS[-len(late) :] if late else (), late, strict=True):
            result.remove(number)
            result.insert(slot, number)
    return result


def also_searched(named: Sequence[tuple[str, Entry]], spoken: Language) -> tuple[str, ...]:
    """Other forms of the concepts in the question, one or two each, for the reader to see."""
    shown: list[str] = []
    for form, entry in named:
        own, other = (entry.zh, entry.en) if spoken == "zh" else (entry.en, entry.zh)
        for candidate in (*[f for f in own if f.casefold() != form][:1], other[0]):
            if candidate.casefold() != form and candidate not in shown:
                shown.append(candidate)
    return tuple(shown)
