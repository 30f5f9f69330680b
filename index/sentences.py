"""Paragraphs → the sentences that can be cited, clean, each knowing its place and its footnotes."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.clean import HAN, Mapped, close_names, gather
from index.layout import Layout, Line
from index.marks import MarkKey, Owners, Taken, take_marks
from index.pages import Pages
from index.paragraphs import Paragraph
from index.parts import Parts
from index.records import Kind, Piece, Sentence
from index.script import sentences as split_sentences
from index.tables import rows
from index.terms import Terms

_LISTING = (Kind.AUTHOR, Kind.META, Kind.INDEX, Kind.CONTENTS)  # where spaces part names and entries
_WHOLE = (*_LISTING, Kind.HEADING, Kind.TITLE, Kind.CAPTION)  # kinds that are never cut into sentences
# Doubled characters that are words of their own and not a repeat at a page break.
_DOUBLED = frozenset("人往常种层处时刚渐仅大每频屡重个一天年多深代世纷默久步日月事家户会能要可更到向前后上下中内外不")
_TERMS = Terms()


@dataclass(frozen=True, slots=True)
class Written:
    """The sentences of a source in reading order, and what was found in writing them."""

    sentences: tuple[Sentence, ...]
    joins: tuple[int, ...]  # source offsets where a sentence was joined over a page break
    bearers: Mapping[MarkKey, int]  # the sentence that bears each mark
    pieces: tuple[Piece, ...]  # inside lines: marks, table rows, repeated characters


@dataclass(frozen=True, slots=True)
class _Clean:
    text: Mapped
    marks: tuple[Taken, ...]
    pieces: tuple[Piece, ...]


def write(lay: Layout, found: Parts, paragraphs: Iterable[Paragraph], owners: Owners, pages: Pages) -> Written:
    """Cleans every paragraph and cuts it into sentences; one that comes out empty is left out."""
    sentences: list[Sentence] = []
    joins: set[int] = set()
    bearers: dict[MarkKey, int] = {}
    pieces: list[Piece] = []
    number = 0
    for paragraph in paragraphs:
        first = len(sentences)
        if paragraph.kind is Kind.TABLE:
            own = [lay.lines[k] for k in paragraph.lines]
            sentences += _rows(lay.text, own, paragraph, first, number, pages)
            # What draws the table and stands in no row is furniture.
            pieces += [Piece(line.start, line.end, Kind.FURNITURE) for line in own]
            pieces += [Piece(row.start, row.end, Kind.TABLE) for row in sentences[first:]]
            number += 1
            continue
        clean = _clean(lay, found, paragraph, owners, bearers)
        pieces += clean.pieces
        if not len(clean.text):
            continue
        sentences += _cut(clean.text, paragraph, first, number, pages)
        breaks = [lay.lines[b].start for a, b in pairwise(paragraph.lines) if _turned(lay.lines, a, b)]
        joins.update(offset for s in sentences[first:] for offset in breaks if s.start < offset < s.end)
        for mark in clean.marks:
            owner = next((s.id for s in reversed(sentences[first:]) if s.start < mark.start), first)
            bearers.setdefault(mark.key, owner)
        number += 1
    return Written(tuple(sentences), tuple(sorted(joins)), bearers, tuple(pieces))


def _rows(text: str, lines: Sequence[Line], table: Paragraph, first: int, number: int, pages: Pages) -> list[Sentence]:
    """The rows of a table as sentences, numbered from `first`."""
    made: list[Sentence] = []
    for row in rows(text, lines, table.caption):
        start, end = row.cells.span()
        made.append(
            Sentence(
                first + len(made), table.part, Kind.TABLE, number, table.section, start, end,
                row.cells.text, pages.at(start), row.reading,
            )
        )  # fmt: skip
    return made


def _cut(clean: Mapped, paragraph: Paragraph, first: int, number: int, pages: Pages) -> list[Sentence]:
    """The sentences of a paragraph, numbered from `first`."""
    cuts = [(0, len(clean))] if paragraph.kind in _WHOLE else split_sentences(clean.text)
    made: list[Sentence] = []
    for a, b in cuts:
        piece = clean.part(a, b)
        start, end = piece.span()
        made.append(
            Sentence(
                id=first + len(made),
                article=paragraph.part,
                kind=paragraph.kind,
                paragraph=number,
                section=paragraph.section,
                start=start,
                end=end,
                text=piece.text,
                page=pages.at(start),
            )
        )
    return made


def _clean(lay: Layout, found: Parts, paragraph: Paragraph, owners: Owners, seen: Container[MarkKey]) -> _Clean:
    """A paragraph as clean text, without the marks and repeated characters that stand in it."""
    at, lines = paragraph.lines, lay.lines
    spans = [(lines[k].start + found.roles[k].skip, lines[k].end) for k in at]
    repeated = _repeated(lay.text, lines, at, spans) if paragraph.kind is Kind.BODY else frozenset()
    raw = gather(lay.text, [(start, end - (end in repeated)) for start, end in spans])
    bare, marks = take_marks(raw, at, lines, owners, seen)
    pieces = [Piece(end - 1, end, Kind.FURNITURE) for end in sorted(repeated)]
    pieces += [Piece(mark.start, mark.end, Kind.MARK) for mark in marks]
    clean = close_names(bare) if paragraph.kind in _LISTING else lay.tidy(bare)
    return _Clean(clean, tuple(marks), tuple(pieces))


def _repeated(text: str, lines: Sequence[Line], at: Sequence[int], spans: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Ends of the lines whose last character the head of the next page prints again."""
    return frozenset(
        end
        for (a, b), ((start, end), (head, after)) in zip(pairwise(at), pairwise(spans), strict=True)
        if _turned(lines, a, b) and _repeats(text[max(start, end - 8) : end], text[head : min(after, head + 8)])
    )


def _turned(lines: Sequence[Line], before: int, at: int) -> bool:
    """Whether a page was turned between two lines of a paragraph."""
    return at != before + 1 or lines[at].break_before


def _repeats(before: str, after: str) -> bool:
    """Whether the character at a page's end is printed again at the next page's head.

    安全 | 全球 is no repeat, since the character ends one word and begins the next; in 国家领 | 领导人
    it belongs to no word on its side.
    """
    char = after[:1]
    if before[-1:] != char or char in _DOUBLED or not re.match(f"[{HAN}]", char):
        return False
    return _TERMS.fold(char) in _TERMS.terms(before + after)
