"""Hits → sentences that may answer, each with what it is worth."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.records import ANSWERING, Hit, Kind, Sentence
from index.script import language
from index.search import Searcher
from rag.question import Analysis
from rag.records import Evidence

_READ = 12  # hits whose sentences are looked at
_NOISE = (Kind.CAPTION, Kind.AUTHOR, Kind.META)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each sign counts in a sentence's score; chosen on the tune split (eval/LOG.md)."""

    coverage: float = 0.45  # of the question's terms by the sentence itself
    context: float = 0.15  # by its headings and neighbours
    dense: float = 0.25  # cosine with the question, where the encoder knows the language
    rank: float = 0.15  # of its passage
    cue: float = 0.12  # wording that fits the kind of question
    aside: float = 0.7  # factor on footnotes and other matter


WEIGHTS = Weights()

_CUES: Mapping[str, str] = {
    "why": r"因为|由于|原因|源于|源自|之所以|旨在|出于|为了|以便|动因|归因|根源|使得|because|due to|owing|reason|since|in order to|aim|driv|stem",
    "definition": r"是指|指的是|即|被视为|所谓|定义|一般指|是一[种个类]|refers? to|is defined|is an?|are|means|so-called",
    "number": r"\d",
    "when": r"(?:19|20)\d\d|\d{1,2}月|january|february|march|april|june|july|august|september|october|november|december",
    "list": r"第[一二三四五六]|首先|其次|再次|最后|[一二三四五]是|包括|分别|以下|、.*、|first|second|third|includ|following|namely",
    "compare": r"相比|不同|区别|差异|而|则|相较|反之|compared|unlike|whereas|while|differ|in contrast|than",
    "how": r"通过|以.*方式|采取|推动|利用|借助|措施|路径|by |through|using|via|measures?|adopt",
    "who": r"[总主部院校秘][统席长书]|学者|作者|专家|president|minister|scholar|author|professor",
    "summary": r"总之|综上|总的来[说看]|由此|结论|表明|认为|in (?:sum|short|conclusion)|overall|shows?|argues?",
}


def gather(searcher: Searcher, question: Analysis, hits: Sequence[Hit]) -> list[Evidence]:
    """Sentences of the best hits, best first."""
    read = hits[:_READ]
    ids = list(dict.fromkeys(number for hit in read for number in hit.passage.sentences))
    sentences = {s.id: s for s in searcher.library.sentences(ids) if s.kind not in _NOISE}
    translations = searcher.library.translations(list(sentences))
    weights = _term_weights(searcher, question)
    dense = _dense(searcher, question, list(sentences.values()), translations)
    cue = re.compile(_CUES.get(question.kind, r"(?!)"), re.IGNORECASE)
    best = max((hit.score for hit in read), default=1.0)
    found: dict[int, Evidence] = {}
    for hit in read:
        around = _side(searcher, question, f"{' '.join(hit.passage.section)} {hit.passage.text}", hit.passage.translation)
        near = _share(weights, around)
        for number in hit.passage.sentences:
            sentence = sentences.get(number)
            if sentence is None or (number in found):
                continue
            translation = translations.get(number)
            own = _share(weights, _side(searcher, question, f"{sentence.context} {sentence.text}", translation))
            text = sentence.text if question.language == "zh" or translation is None else translation
            w = WEIGHTS
            score = (
                w.coverage * own
                + w.context * near
                + w.dense * dense.get(number, own)
                + w.rank * hit.score / best
                + w.cue * bool(cue.search(text))
            )
            if sentence.kind not in ANSWERING or hit.passage.kind is Kind.FOOTNOTE:
                score *= w.aside
            found[number] = Evidence(sentence, hit, min(1.0, score), max(own, near), translation)
    return sorted(found.values(), key=lambda e: (-e.score, e.sentence.id))


def _side(searcher: Searcher, question: Analysis, text: str, translation: str | None) -> set[str]:
    """Terms of a text on both its sides: a question in one language may name things in the other."""
    return set(searcher.terms.terms(f"{text} {translation or ''}"))


def _term_weights(searcher: Searcher, question: Analysis) -> dict[frozenset[str], float]:
    """The question's concepts, each a set of terms of which one is enough, with their weight.

    A term's weight is its inverse document frequency (Robertson and Sparck Jones 1976).
    """
    fulltext, _ = searcher.library.indexes(searcher.terms)
    groups: dict[frozenset[str], float] = {}
    forms: dict[str, set[str]] = {}
    for form, entry in searcher.glossary.named(question.text):
        alternatives = {term for other in (*entry.zh, *entry.en) for term in searcher.terms.terms(other)[:1]}
        for term in searcher.terms.terms(form):
            forms.setdefault(term, set()).update(alternatives)
    for term in dict.fromkeys(searcher.terms.terms(question.text)):
        frequency = fulltext.frequency(question.language, term)
        weight = math.log(1 + (fulltext.size - frequency + 0.5) / (frequency + 0.5))
        # A word that no document holds tells nothing about which of them answers, but counts as missing.
        groups[frozenset({term, *forms.get(term, ())})] = weight if frequency else min(weight, 3.0)
    return groups


def _share(weights: Mapping[frozenset[str], float], terms: set[str]) -> float:
    total = sum(weights.values())
    return sum(w for group, w in weights.items() if group & terms) / total if total else 0.0


def _dense(
    searcher: Searcher, question: Analysis, sentences: Sequence[Sentence], translations: Mapping[int, str]
) -> dict[int, float]:
    """Cosine of question and sentence, on the side that the encoder knows."""
    if question.language not in searcher.languages or not sentences:
        return {}
    texts = {s.id: _text_for(question, s, translations.get(s.id)) for s in sentences}
    known = searcher.library.vectors(list(set(texts.values())))
    asked = searcher.encoder.encode([question.text], question=True)[0]
    return {number: float(np.clip(known[text] @ asked, 0, 1)) for number, text in texts.items() if text in known}


def _text_for(question: Analysis, sentence: Sentence, translation: str | None) -> str:
    """The side of a sentence that is compared with the question."""
    if translation and language(sentence.text) != question.language:
        return translation
    return sentence.context or sentence.text
