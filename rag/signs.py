"""What can be seen of a sentence that may answer a question, as numbers: the input of the ranker.

The word-by-word part follows K-NRM (Xiong, Dai, Callan, Liu and Power 2017): for each word of the question its
cosines with the words of the sentence, counted softly by how near they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from index.encoder import Vectors
from index.records import Kind, Sentence
from index.rerank import Asked, share
from index.terms import Terms
from index.words import space
from rag.question import Analysis
from rag.question import Kind as Asks

_CENTRES = np.array([0.9, 0.75, 0.6, 0.45, 0.3, 0.15])  # of the kernels, in cosines
_WIDTH = 0.08
_KINDS = get_args(Asks)
_WORDS = 40  # of a question that are looked at
_NUMBER = re.compile(r"\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
_POINTS_BACK = re.compile(
    r"(?:这|此|该|其|它|对此|为此|因此|由此|同时|此外|但|然而|而|不过|this|these|that|it |its |they |such |therefore|thus|however)",
    re.I,
)
_ORDINAL = re.compile(
    r"(?:第[一二三四五六七]|首先|其次|再次|最后|[一二三四五]是|其[一二三四]|一方面|另一方面|first|second|third|finally)", re.I
)
_PERSON = re.compile(r"[总主部院校秘][统席长书]|学者|作者|专家|首相|总理|president|minister|scholar|professor", re.I)
CUES: Mapping[str, str] = {
    "why": r"因为|由于|原因|源于|源自|之所以|旨在|出于|为了|以便|动因|归因|根源|使得|because|due to|owing|reason|since|in order to|aim|driv|stem",
    "definition": r"是指|指的是|即|被视为|所谓|定义|一般指|是一[种个类]|refers? to|is defined|is an?|are|means|so-called",
    "number": r"\d|[一二三四五六七八九十百千万亿]+[个项艘次年倍成]|per cent|percent|billion|million",
    "when": r"(?:19|20)\d\d|\d{1,2}月|january|february|march|april|june|july|august|september|october|november|december",
    "list": r"第[一二三四五六]|首先|其次|再次|最后|[一二三四五]是|包括|分别|以下|、.*、|first|second|third|includ|following|namely",
    "compare": r"相比|不同|区别|差异|而|则|相较|反之|compared|unlike|whereas|while|differ|in contrast|than",
    "how": r"通过|以.*方式|采取|推动|利用|借助|措施|路径|by |through|using|via|measures?|adopt",
    "who": r"[总主部院校秘][统席长书]|学者|作者|专家|president|minister|scholar|author|professor",
    "summary": r"总之|综上|总的来[说看]|由此|结论|表明|认为|in (?:sum|short|conclusion)|overall|shows?|argues?",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question taken apart once for all sentences."""

    analysis: Analysis
    asked: Asked
    groups: tuple[frozenset[str], ...]  # by word, the terms of which one is enough
    vectors: Vectors  # of the words, (words, 384)
    weights: NDArray[np.float32]  # how much each word tells, summing to 1

    @classmethod
    def of(cls, analysis: Analysis, asked: Asked, terms: Terms) -> Wanted:
        """From a question and what it asks about (`Searcher.asked`).

        Latin names in a Chinese question are matched as they stand, so that the English half need not be loaded.
        """
        groups, words, weights = [], [], []
        for word, term in terms.words(analysis.text)[:_WORDS]:
            group = next((g for g in asked if term in g), frozenset({term}))
            groups.append(group)
            words.append(word)
            weights.append(asked.get(group, 0.0))
        told = np.asarray(weights, dtype=np.float32)
        return cls(
            analysis,
            asked,
            tuple(groups),
            space().vectors(words, chinese=analysis.language == "zh"),
            told / (told.sum() or 1.0),
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence with what stands around it."""

    sentence: Sentence
    side: str  # in the question's language where there is one
    near: float  # cosine with the question, that side
    near_other: float
    before: Sentence | None
    after: Sentence | None


NAMES = (
    *(f"kernel {centre}" for centre in _CENTRES), "exact", "soft", "weakest", "soft before", "soft after", "soft heading",
    "near", "near other", "cue", "number", "year", "person", "points back", "ordinal", "length", "table", "abstract",
    "footnote", "first", "asks number", "asks number × number", "asks when × year", "asks who × person", "asks list × ordinal",
    *(f"asks {kind}" for kind in _KINDS),
)  # fmt: skip


def signs(wanted: Wanted, candidates: Sequence[Candidate], terms: Terms) -> NDArray[np.float32]:
    """The signs of each candidate, shape (candidates, len(NAMES))."""
    kind = wanted.analysis.kind
    cue = re.compile(CUES.get(kind, r"(?!)"), re.IGNORECASE)
    asks = [float(kind == other) for other in _KINDS]
    rows = [(*_match(wanted, c, terms), *_form(c, kind, cue), *asks) for c in candidates]
    return np.asarray(rows, dtype=np.float32).reshape(len(candidates), len(NAMES))


def _match(wanted: Wanted, c: Candidate, terms: Terms) -> tuple[float, ...]:
    best, kernels = _kernels(wanted, c.side, c.sentence.text, terms)
    soft = float(wanted.weights @ best)
    heavy = np.argsort(-wanted.weights)[:3]
    return (
        *kernels.tolist(),
        share(wanted.asked, _terms(terms, c.side)),
        soft,
        float(best[heavy].min()) if len(heavy) else 0.0,
        _soft(wanted, c.before.text, terms) if c.before else 0.0,
        _soft(wanted, c.after.text, terms) if c.after else 0.0,
        _soft(wanted, " ".join(c.sentence.section), terms),
        c.near,
        c.near_other,
    )


def _form(c: Candidate, kind: str, cue: re.Pattern[str]) -> tuple[float, ...]:
    text = c.sentence.text
    number, year = bool(_NUMBER.search(text)), bool(_YEAR.search(text))
    person, ordinal = bool(_PERSON.search(c.side)), bool(_ORDINAL.match(text))
    return tuple(
        float(value)
        for value in (
            bool(cue.search(c.side)), number, year, person, bool(_POINTS_BACK.match(text)), ordinal,
            np.log1p(len(text)), c.sentence.kind is Kind.TABLE, c.sentence.kind is Kind.ABSTRACT,
            c.sentence.kind is Kind.FOOTNOTE, c.before is None or c.before.paragraph != c.sentence.paragraph,
            kind == "number", kind == "number" and number, kind == "when" and year, kind == "who" and person,
            kind == "list" and ordinal,
        )
    )  # fmt: skip


def _kernels(wanted: Wanted, side: str, text: str, terms: Terms) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """By word of the question the best cosine in a sentence, and the kernels' counts over all words."""
    if not len(wanted.weights):
        return np.zeros(0, dtype=np.float32), np.zeros(len(_CENTRES), dtype=np.float32)
    words = _cut(terms, text)[0] if side == text else (*_cut(terms, text)[0], *_cut(terms, side)[0])
    # English words would have to be encoded, sentence by sentence; those of the question are matched as they stand.
    cosines = wanted.vectors @ space().vectors(words, chinese=True).T
    held = _terms(terms, side) | _terms(terms, text)
    exact = np.array([bool(group & held) for group in wanted.groups], dtype=np.float32)
    best = np.maximum(exact, cosines.max(axis=1, initial=0.0))
    counts = np.exp(-((cosines[:, :, None] - _CENTRES) ** 2) / (2 * _WIDTH**2)).sum(axis=1)
    return best, (wanted.weights @ np.log1p(counts)).astype(np.float32)


def _soft(wanted: Wanted, text: str, terms: Terms) -> float:
    return float(wanted.weights @ _kernels(wanted, text, text, terms)[0])


def _terms(terms: Terms, text: str) -> frozenset[str]:
    return _cut(terms, text)[1]


@lru_cache(maxsize=5_000)  # some 4 KB each
def _cut(terms: Terms, text: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a text, each once, and its terms."""
    found = terms.words(text)
    return tuple(dict.fromkeys(word for word, _ in found)), frozenset(term for _, term in found)
