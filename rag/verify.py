"""No statement reaches the reader unless the words it cites stand in the source and say it.

A reader's word is never taken: quotations, numbers, names and negations of a statement must be in its evidence, in
either language, and enough of what it says besides.  Where an entailment model is set, it must also follow from them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from index.clean import fold
from index.entailment import EntailmentModel
from index.glossary import Glossary
from index.library import Library
from index.quantities import figures, spelled, values
from index.records import Language, Sentence
from index.rerank import Asked, share
from index.script import language
from index.search import Searcher
from index.terms import Terms
from rag.records import Draft, Evidence, Verdict

SUPPORTED, PARTLY = 0.6, 0.4
"""Chance of support from which a statement is shown as supported, and from which it is shown at all, marked as partly so."""

TRANSLATED = 0.9
"""Support of a statement that is the memory's translation of the words it cites, not the words themselves."""

CURVE = (13.0, -5.3)
"""Slope and offset of the logistic curve from `said` to the chance that a statement is supported (`eval.calibrate`, train)."""

Standing = Literal["found", "in another source", "stitched", "absent"]
"""Where a quotation stands: in the evidence cited, elsewhere in the library, only in pieces, or nowhere."""

_QUOTED = re.compile(r"“([^“”]{2,})”|「([^「」]{2,})」|\"([^\"]{2,})\"|《([^《》]{2,})》")
_NEGATION: dict[Language, re.Pattern[str]] = {
    "zh": re.compile(r"不(?!断|同|仅|少|久|但|只|过|得不)|没有|未(?!来)|并非|无法|从未|否认|拒绝|反对|禁止"),
    "en": re.compile(
        r"\b(?:not(?! only)|no|never|none|neither|nor|without|cannot|refus\w*|reject\w*|den(?:y|ied|ies)|oppos\w*)\b|n't\b", re.I
    ),
}
_LATIN_NAME = re.compile(r"(?<![.!?]\s)(?<!\A)\b[A-Z][\w'-]+(?:\s+(?:of\s+|and\s+)?[A-Z][\w'-]+)*")
_NAMED = ("person", "place", "institution", "treaty", "initiative", "event")
_PIECE = 6  # characters of a quotation that count as a piece of it


@dataclass(frozen=True, slots=True)
class Checked:
    """What verification found of a statement; no verdict means that it is dropped."""

    support: float
    verdict: Verdict | None
    faults: tuple[str, ...] = ()


def stands(sentence: Sentence, source: str, library: Library) -> bool:
    """Whether a sentence's clean text is what stands in its span of the source.

    Footnotes, marks and page furniture inside the span are passed over; white space and glyphs
    are folded.
    """
    return fold(sentence.text) in fold(library.text_between(source, sentence.start, sentence.end))


def check(draft: Draft, searcher: Searcher, entailment: EntailmentModel | None = None) -> Checked:
    """How well a statement is supported by what it cites.

    A model is asked only about a statement that is neither the source's words nor the memory's translation and that
    nothing else drops; it can lower the support, never raise it.  Raises ModelError when the model fails.
    """
    if not all(stands(e.sentence, e.hit.passage.source, searcher.library) for e in draft.evidence):
        return Checked(0.0, None, ("the words cited do not stand in the source",))
    whole = {fold(e.sentence.context or e.sentence.text) for e in draft.evidence} | {
        fold(e.sentence.text) for e in draft.evidence
    }
    if fold(draft.text) in whole:
        return Checked(1.0, "supported")
    if fold(draft.text) in {fold(e.translation) for e in draft.evidence if e.translation}:
        return Checked(TRANSLATED, "supported")
    sides = [text for e in draft.evidence for text in _sides(e)]
    found = faults(draft.text, sides, searcher)
    support = chance(said(draft.text, sides, searcher))
    if found or support < PARTLY:
        return Checked(support, None, found or ("too little of it is in what it cites",))
    if entailment is not None:
        judged = entailment.judge(_premise(draft), draft.text)
        # The lower of the two: neither the words nor the model alone is proof enough of what was reworded.
        support = min(support, judged.entailment)
        if judged.contradicts:
            return Checked(support, None, ("what it cites contradicts it",))
        if support < PARTLY:
            return Checked(support, None, ("it does not follow from what it cites",))
    return Checked(support, "supported" if support >= SUPPORTED else "partly")


def faults(text: str, sides: list[str], searcher: Searcher) -> tuple[str, ...]:
    """Quotations, numbers, names and negations of a statement that its evidence does not bear out."""
    return (
        *_quotations(text, sides, searcher),
        *_numbers(text, sides),
        *_names(text, sides, searcher.glossary),
        *_negations(text, sides),
    )


def _premise(draft: Draft) -> str:
    """What a statement cites as one text: of each sentence the side in the statement's language, else the original."""
    spoken = language(draft.text)
    sides = []
    for item in draft.evidence:
        own = item.sentence.context or item.sentence.text
        sides.append(item.translation if item.translation and language(own) != spoken else own)
    return " ".join(sides)


def _sides(evidence: Evidence) -> list[str]:
    return [text for text in (evidence.sentence.text, evidence.sentence.context, evidence.translation) if text]


def standing(quotation: str, sides: list[str], searcher: Searcher) -> Standing:
    """Where a quotation stands; white space, width and traditional characters are folded."""
    key = _key(quotation, searcher.terms)
    held = [_key(side, searcher.terms) for side in sides]
    if any(key in side for side in held):
        return "found"
    library = searcher.library
    if any(key in _key(library.source_text(d["name"]), searcher.terms) for d in library.documents()):
        return "in another source"
    pieces = [key[at : at + _PIECE] for at in range(0, len(key) - _PIECE + 1, _PIECE)]
    if len(pieces) > 1 and all(any(piece in side for side in held) for piece in pieces):
        return "stitched"
    return "absent"


def _key(text: str, terms: Terms) -> str:
    return fold(terms.fold(text))


def _quotations(text: str, sides: list[str], searcher: Searcher) -> list[str]:
    found = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    where = [(quotation, standing(quotation, sides, searcher)) for quotation in found]
    return [f"the quotation “{quotation}” is {stood}" for quotation, stood in where if stood != "found"]


def _numbers(text: str, sides: list[str]) -> list[str]:
    held = frozenset().union(*(values(side) for side in sides))
    return [f"the number {number:g} is not in what it cites" for number in sorted((figures(text) | spelled(text)) - held)]


def _names(text: str, sides: list[str], glossary: Glossary) -> list[str]:
    """Names in the statement that its evidence has in no form."""
    folded = " ".join(sides).casefold()
    entries = {id(entry) for side in sides for _, entry in glossary.named(side)}
    named = glossary.named(text)
    missing = [
        form
        for form, entry in named
        if entry.kind in _NAMED and id(entry) not in entries and not any(f.casefold() in folded for f in (*entry.zh, *entry.en))
    ]
    known = " ".join(f for _, entry in named for f in (*entry.zh, *entry.en)).casefold()
    if language(text) == "en":
        for match in _LATIN_NAME.finditer(text):
            name = match.group().removesuffix("'s").casefold()
            if not all(word in folded or word in known for word in re.findall(r"[a-z][\w-]{2,}", name)):
                missing.append(match.group())
    return [f"“{name}” is not in what it cites" for name in missing]


def _negations(text: str, sides: list[str]) -> list[str]:
    """A statement may not deny what its evidence does not; sides of the same language are compared."""
    spoken = language(text)
    own = [side for side in sides if language(side) == spoken]
    held = [_NEGATION[language(side)].search(side) for side in (own or sides)]
    return ["it denies what it cites does not deny"] if _NEGATION[spoken].search(text) and not any(held) else []


def chance(share: float) -> float:
    """The chance that a statement is supported of which the evidence says this share; calibrated, see eval/LOG.md."""
    slope, offset = CURVE
    return 1 / (1 + math.exp(-(slope * share + offset)))


def said(text: str, sides: list[str], searcher: Searcher) -> float:
    """How much of a statement its evidence says, 0 to 1.

    The share of its terms, by how much they tell, that stand in the evidence in any form known to the glossary or the
    learned table; where the encoder knows the language, the mean of that and the best cosine.
    """
    spoken = language(text)
    asked: Asked = searcher.asked(text, spoken)
    held = frozenset(term for side in sides for term in searcher.terms.terms(side))
    shared = share(asked, held)
    encoder = searcher.encoder_for(spoken)
    if encoder is None or not sides:
        return shared
    vectors = encoder.encode([text, *sides])
    near = float(max(0.0, (vectors[1:] @ vectors[0]).max()))
    return (shared + near) / 2
