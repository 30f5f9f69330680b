"""SourceText → Document: the story of how a file becomes sentences that can be cited.

lines → parts and roles → paragraphs joined over page breaks → sentences without marks → marks tied to notes
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from index.footnotes import tie
from index.layout import Layout, layout
from index.marks import find_owners
from index.pages import find_pages
from index.paragraphs import paragraphs
from index.parts import Parts, parts
from index.records import ArticleRecord, Document, Kind, Piece, SourceText
from index.sentences import write

_ORDER = tuple(Kind)


def analyse(source: SourceText, records: Sequence[ArticleRecord] = ()) -> Document:
    """Takes a source apart into articles, sentences, footnotes, tables and furniture.

    `records` are the catalogue's articles of this source, in order; none means one article.
    Sentence, paragraph and footnote numbers count from 0 inside the document.
    """
    text = source.text
    lay = layout(text, source.pages)
    found = parts(source, lay, records)
    pages = find_pages(source, lay, found)
    written = write(lay, found, paragraphs(lay, found), find_owners(lay, found), pages)
    footnotes, exceptions = tie(lay, found, written, pages)
    kinds = bytearray(len(text))  # 0: nobody's yet; else 1 + position in Kind
    for piece in (*_of_lines(lay, found), *written.pieces):
        kinds[piece.start : piece.end] = bytes([_ORDER.index(piece.kind) + 1]) * (piece.end - piece.start)
    return Document(
        source=source,
        articles=found.records,
        sentences=written.sentences,
        footnotes=footnotes,
        pieces=_pieces(text, kinds),
        joins=written.joins,
        exceptions=exceptions,
    )


def _of_lines(lay: Layout, found: Parts) -> Iterator[Piece]:
    """What each line is, and the label or mark that it opens with."""
    for line, role in zip(lay.lines, found.roles, strict=True):
        yield Piece(line.start, line.end, role.kind)
        if role.skip:
            yield Piece(line.start, line.start + role.skip, Kind.MARK if role.kind is Kind.FOOTNOTE else Kind.FURNITURE)


def _pieces(text: str, kinds: bytearray) -> tuple[Piece, ...]:
    """Runs of one kind; what nobody claimed is SPACE, or LEFT_OVER where it is no white space."""
    codes = np.frombuffer(bytes(kinds), dtype=np.uint8).copy()
    space = _ORDER.index(Kind.SPACE) + 1
    for match in re.finditer(r"\s+", text):
        part = codes[match.start() : match.end()]
        part[part == 0] = space
    if not len(codes):
        return ()
    cuts = np.flatnonzero(np.diff(codes)) + 1
    edges = [0, *cuts.tolist(), len(codes)]
    return tuple(Piece(a, b, _ORDER[codes[a] - 1] if codes[a] else Kind.LEFT_OVER) for a, b in pairwise(edges))
