"""Citations → cards: each with the sentences around its quotation and their translations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index import outline
from index.library import Library
from index.records import ArticleRecord, Kind, Passage, Sentence
from rag.records import Answer, Citation
from ui.web.why import Why

_BEFORE = 2  # sentences shown around a quotation
_AFTER = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a card, and whether it is the quotation."""

    text: str
    translation: str | None
    cited: bool
    paragraph: int


@dataclass(frozen=True, slots=True)
class Card:
    """A citation in its surroundings."""

    citation: Citation
    lines: tuple[Line, ...]
    record: ArticleRecord
    table: bool = False  # its lines are rows
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """A passage shown with a refusal, and what it is from."""

    passage: Passage
    record: ArticleRecord
    section_translation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation with its answer and all that proves it."""

    number: int  # from 1; part of every id in the page
    answer: Answer
    cards: tuple[Card, ...]
    nearest: tuple[Near, ...]


def turn(number: int, answer: Answer, library: Library, reasons: Mapping[int, Why] | None = None) -> Turn:
    """The turn as the page shows it; `reasons` tells by citation number why its passage was found."""
    articles = library.articles([*(c.article for c in answer.citations), *(p.article for p in answer.nearest)])
    return Turn(
        number,
        answer,
        tuple(_card(citation, library, articles, (reasons or {}).get(citation.number)) for citation in answer.citations),
        tuple(
            Near(passage, articles[passage.article], outline.translated(library, passage.article, passage.section))
            for passage in answer.nearest
        ),
    )


def _card(citation: Citation, library: Library, articles: Mapping[str, ArticleRecord], why: Why | None) -> Card:
    own = library.sentences([citation.sentence])
    around = _together(library.neighbours(own[0], _BEFORE, _AFTER), own[0]) if own else []
    translations = library.translations([sentence.id for sentence in around])
    lines = tuple(Line(s.text, translations.get(s.id), s.id == citation.sentence, s.paragraph) for s in around) or (
        Line(citation.quote, citation.quote_translation, True, 0),
    )
    return Card(citation, lines, articles[citation.article], table=bool(own) and own[0].kind is Kind.TABLE, why=why)


def _together(around: Sequence[Sentence], own: Sentence) -> list[Sentence]:
    """The unbroken run around a sentence of what stands under the same heading and is of the same kind."""
    at = next(place for place, sentence in enumerate(around) if sentence.id == own.id)
    first = last = at
    while first > 0 and _fits(around[first - 1], own):
        first -= 1
    while last + 1 < len(around) and _fits(around[last + 1], own):
        last += 1
    return list(around[first : last + 1])


def _fits(sentence: Sentence, own: Sentence) -> bool:
    return sentence.section == own.section and sentence.kind == own.kind
