"""Where in the clean text of a sentence the marks of its footnotes stood."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Footnote, Kind, Piece, Sentence

_OWN = frozenset(Kind) - {Kind.FOOTNOTE, Kind.MARK, Kind.FURNITURE, Kind.CAPTION, Kind.SPACE}


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote's mark stands before the character `at` of the sentence's clean text."""

    at: int
    note: int  # id of the footnote
    label: str


class Places:
    """The source of an article, asked for the places of marks."""

    def __init__(self, text: str, pieces: Sequence[Piece]) -> None:
        self.text = text
        self.pieces = pieces
        self._starts = [piece.start for piece in pieces]

    def marks(self, sentence: Sentence, until: int, notes: Sequence[Footnote]) -> tuple[Mark, ...]:
        """The marks of these notes in a sentence that ends before `until`; at its end where the source does not tell."""
        if not notes:
            return ()
        printed = [piece for piece in self._within(sentence.start, until) if self._is_mark(piece)]
        found: list[Mark] = []
        for note in notes:
            own = next((piece for piece in printed if note.label in self.text[piece.start : piece.end]), None)
            if own is not None:
                printed.remove(own)
            at = len(sentence.text) if own is None else self._clean(sentence, own.start)
            found.append(Mark(at, note.id, note.label))
        return tuple(sorted(found, key=lambda mark: mark.at))

    def _within(self, start: int, end: int) -> Sequence[Piece]:
        first = max(0, bisect_left(self._starts, start + 1) - 1)
        return self.pieces[first : bisect_left(self._starts, end)]

    def _is_mark(self, piece: Piece) -> bool:
        """Whether it is a mark in running text, not the one that a footnote begins with."""
        if piece.kind is not Kind.MARK:
            return False
        at = bisect_left(self._starts, piece.start) + 1
        after = [follows.kind for follows in self.pieces[at : at + 2] if follows.kind is not Kind.SPACE]
        return not after or after[0] is not Kind.FOOTNOTE

    def _clean(self, sentence: Sentence, place: int) -> int:
        """A place of the source in the clean text, by counting what is no white space."""
        if place >= sentence.end:
            return len(sentence.text)
        if self._count(sentence.start, sentence.end) != _solid(sentence.text):
            return len(sentence.text)
        before = self._count(sentence.start, place)
        for at, char in enumerate(sentence.text):
            if before <= 0:
                return at
            before -= not char.isspace()
        return len(sentence.text)

    def _count(self, start: int, end: int) -> int:
        own = (piece for piece in self._within(start, end) if piece.kind in _OWN)
        return sum(_solid(self.text[max(start, piece.start) : min(end, piece.end)]) for piece in own)


def _solid(text: str) -> int:
    return sum(not char.isspace() for char in text)
