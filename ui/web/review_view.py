"""A statement waiting for review → what the desk shows of it: its spans in the text around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index import outline
from index.clean import fold
from index.records import ArticleRecord, Footnote, Sentence
from index.reviews import Queued, Review, Reviews, Span, Statement


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence around a citation."""

    sentence: Sentence
    translation: str | None
    cited: bool
    marked: bool  # where the reviewer said before that the words stand


@dataclass(frozen=True, slots=True)
class Block:
    """An unbroken run of sentences of one article."""

    record: ArticleRecord
    lines: tuple[Line, ...]
    notes: tuple[Footnote, ...]  # of the cited sentences
    path: tuple[str, ...] = ()  # the headings above the first in the other language; empty without a translation


@dataclass(frozen=True, slots=True)
class View:
    """One statement with all that is needed to judge it."""

    answer: Queued
    number: int  # of the statement, from 1
    blocks: tuple[Block, ...]
    gone: tuple[Span, ...]  # cited, but the library no longer holds these words at that place
    mine: Review | None  # what this reviewer said before

    @property
    def statement(self) -> Statement:
        """What is to be judged."""
        return self.answer.statements[self.number - 1]


def view(reviews: Reviews, answer: Queued, number: int, around: int, mine: Review | None) -> View:
    """The statement with `around` sentences before and after each of its spans."""
    spans = answer.statements[number - 1].cited
    found = {span: _standing(reviews, span) for span in spans}
    marked = [s.id for span in (mine.corrected if mine else ()) for s in _standing(reviews, span)]
    own = [s for span in spans for s in found[span]]
    known = {s.id: s for s in own}
    for sentence in [*own, *reviews.library.sentences(marked)]:
        known |= {s.id: s for s in reviews.library.neighbours(sentence, around, around)}
    cited = {s.id for s in own}
    blocks = [_block(reviews, [known[n] for n in run], cited, set(marked)) for run in _runs(known.values())]
    blocks.sort(
        key=lambda block: next((at for at, s in enumerate(own) if any(s.id == k.sentence.id for k in block.lines)), len(own))
    )
    return View(answer, number, tuple(blocks), tuple(span for span in spans if not found[span]), mine)


def marks(reviews: Reviews, places: Iterable[tuple[str, int, int]]) -> tuple[Span, ...]:
    """The sentences at these places of source, start and end; what is no sentence of the library is left out."""
    found: dict[int, Span] = {}
    for source, start, end in places:
        for sentence in reviews.sentences_of(source, start, end):
            found[sentence.id] = Span(source, sentence.article, sentence.start, sentence.end, sentence.text)
    return tuple(found[key] for key in sorted(found))


def _standing(reviews: Reviews, span: Span) -> list[Sentence]:
    """The sentences of a span; none where other words stand there now."""
    touched = reviews.sentences_of(span.source, span.start, span.end)
    same = fold(span.quote) in fold("".join(sentence.text for sentence in touched))
    return touched if same else []


def _runs(sentences: Iterable[Sentence]) -> list[list[int]]:
    """Ids in unbroken runs of one article each."""
    runs: list[list[Sentence]] = []
    for sentence in sorted(sentences, key=lambda s: s.id):
        last = runs[-1][-1] if runs else None
        if last is None or sentence.id != last.id + 1 or sentence.article != last.article:
            runs.append([])
        runs[-1].append(sentence)
    return [[sentence.id for sentence in run] for run in runs]


def _block(reviews: Reviews, sentences: Sequence[Sentence], cited: set[int], marked: set[int]) -> Block:
    library = reviews.library
    translations = library.translations([s.id for s in sentences])
    notes = library.footnotes([s.id for s in sentences if s.id in cited])
    lines = tuple(Line(s, translations.get(s.id), s.id in cited, s.id in marked) for s in sentences)
    resolved = tuple(library.footnote(n.same_as) or n if n.same_as is not None else n for n in notes)
    path = outline.translated(library, sentences[0].article, sentences[0].section)
    return Block(library.articles()[sentences[0].article], lines, resolved, path)
