"""Hits → sentences that may answer, each with what it is worth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from index import tables
from index.records import ANSWERING, Hit, Kind, Sentence
from index.rerank import Nearness, share, side
from index.search import Searcher
from rag.question import Analysis
from rag.records import Evidence

_READ = 15  # hits whose sentences are looked at
_NOISE = (Kind.CAPTION, Kind.AUTHOR, Kind.META)


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight of each sign, standardised among the sentences; chosen on the tune split (eval/LOG.md)."""

    coverage: float = 0.5  # share of the question's terms that the sentence holds
    near: float = 1.0  # cosine with the question, the side in its language
    near_other: float = 0.7  # the other side
    passage: float = 1.0  # score of its passage
    cue: float = 0.4  # wording that fits the kind of question
    body: float = 0.3  # body text, abstract or table, and not an aside


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
    """Sentences of the best hits, best first; the best scores 1 and the worst 0."""
    library = searcher.library
    homes: dict[int, Hit] = {}
    for hit in hits[:_READ]:
        for number in hit.passage.sentences:
            homes.setdefault(number, hit)
    sentences = [s for s in library.sentences(list(homes)) if s.kind not in _NOISE and not tables.is_head(s)]
    if not sentences:
        return []
    translations = library.translations([s.id for s in sentences])
    asked = searcher.asked(question.text, question.language)
    near = Nearness(question.text, question.language, library, searcher.encoder_for(question.language))
    near.look_up([side for s in sentences for side in (s.context or s.text, translations.get(s.id))])
    cue = re.compile(_CUES.get(question.kind, r"(?!)"), re.IGNORECASE)
    rows = []
    for sentence in sentences:
        hit = homes[sentence.id]
        text = side(sentence, question.language, translations)
        rows.append(
            (
                share(asked, frozenset(searcher.terms.terms(text))),
                *near.sides(sentence.context or sentence.text, translations.get(sentence.id)),
                hit.score,
                float(bool(cue.search(text))),
                float(sentence.kind in ANSWERING and hit.passage.kind is not Kind.FOOTNOTE),
            )
        )
    signs = np.asarray(rows, dtype=np.float64)
    scores = (signs - signs.mean(axis=0)) / (signs.std(axis=0) + 1e-9) @ np.asarray(astuple(Weights()))
    scores = _hand_on(sentences, (scores - scores.min()) / (np.ptp(scores) or 1.0))
    found = [
        Evidence(
            sentence=sentence,
            hit=homes[sentence.id],
            score=float(score),
            coverage=row[0],
            translation=translations.get(sentence.id),
        )
        for sentence, score, row in zip(sentences, scores, rows, strict=True)
        if not asks(sentence)
    ]
    return sorted(found, key=lambda e: (-e.score, e.sentence.id))


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
