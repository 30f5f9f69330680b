"""What became of every character of a source: the report of `wenzheng index --report`."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Document, Kind, Sentence

_GROUPS: dict[str, tuple[Kind, ...]] = {
    "body": (Kind.BODY,),
    "footnotes": (Kind.FOOTNOTE, Kind.MARK),
    "tables": (Kind.TABLE, Kind.CAPTION),
    "furniture": (Kind.FURNITURE,),
    "other": (
        Kind.TITLE,
        Kind.AUTHOR,
        Kind.ABSTRACT,
        Kind.META,
        Kind.HEADING,
        Kind.CONTENTS,
        Kind.INDEX,
        Kind.NOTICE,
    ),
    "white space": (Kind.SPACE,),
    "left over": (Kind.LEFT_OVER,),
}
_UNREAD = frozenset({Kind.MARK, Kind.FURNITURE, Kind.SPACE})  # kinds that stand in no sentence or note
_SHOWN = 60  # characters of a left-over stretch that the report shows


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Characters that stand in no sentence, footnote, mark or furniture: lost, if nobody looks."""

    line: int  # of the source, from 1
    text: str


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The accounts of one source; `characters` adds up to the length of its text."""

    source: str
    characters: dict[Kind, int]  # white space counts as SPACE wherever it stands
    sentences: int
    joined: int  # sentences put together over at least one page break
    footnotes: int
    borne: int  # footnotes whose mark was found in a sentence
    exceptions: tuple[str, ...]
    left_over: tuple[LeftOver, ...]

    def group(self, name: str) -> int:
        """Characters of a column of the report."""
        return sum(self.characters.get(kind, 0) for kind in _GROUPS[name])

    @property
    def total(self) -> int:
        return sum(self.characters.values())


def measure(document: Document) -> Fidelity:
    """Counts a document's characters by kind and looks for those that no sentence or footnote took in.

    The second look trusts no kind: a stretch called body that stands in no sentence is left over too.
    """
    text = document.source.text
    taken = bytearray(len(text))  # 1 where a sentence or footnote stands
    spans = [(s.start, s.end) for s in document.sentences] + [(n.start, n.end) for n in document.footnotes]
    for start, end in spans:
        taken[start:end] = b"\1" * (end - start)
    counts: Counter[Kind] = Counter()
    lost: list[LeftOver] = []
    for piece in document.pieces:
        gone = [] if piece.kind in _UNREAD else _untaken(taken, piece.start, piece.end)
        printed = _printed(text[piece.start : piece.end])
        missing = sum(_printed(text[a:b]) for a, b in gone)
        counts[Kind.SPACE] += piece.end - piece.start - printed
        counts[piece.kind] += printed - missing
        counts[Kind.LEFT_OVER] += missing
        lost += [LeftOver(text.count("\n", 0, a) + 1, text[a:b].strip()) for a, b in gone if _printed(text[a:b])]
    return Fidelity(
        source=document.source.name,
        characters={kind: counts[kind] for kind in Kind if counts[kind]},
        sentences=len(document.sentences),
        joined=sum(_encloses(document.joins, sentence) for sentence in document.sentences),
        footnotes=len(document.footnotes),
        borne=sum(note.sentence is not None for note in document.footnotes),
        exceptions=document.exceptions,
        left_over=tuple(lost),
    )


def _printed(text: str) -> int:
    return len("".join(text.split()))


def _untaken(taken: bytearray, start: int, end: int) -> list[tuple[int, int]]:
    """The runs of zeros in a span."""
    return [(start + run.start(), start + run.end()) for run in re.finditer(b"\0+", taken[start:end])]


def _encloses(joins: Sequence[int], sentence: Sentence) -> bool:
    at = bisect_right(joins, sentence.start)
    return at < len(joins) and joins[at] < sentence.end


def text(reports: Sequence[Fidelity]) -> str:
    """The reports as plain text: two tables, then what each source holds besides and what went wrong."""
    groups = list(_GROUPS)
    lines = _table(
        [
            ["characters", *groups, "in all"],
            *([r.source, *(f"{r.group(name):,}" for name in groups), f"{r.total:,}"] for r in reports),
        ]
    )
    lines += ["", *_table(
        [
            ["", "sentences", "joined over pages", "footnotes", "with bearer", "without", "exceptions", "left over"],
            *(
                [r.source, *map(str, (r.sentences, r.joined, r.footnotes, r.borne, r.footnotes - r.borne)),
                 str(len(r.exceptions)), str(len(r.left_over))]
                for r in reports
            ),
        ]
    )]  # fmt: skip
    for report in reports:
        other = [f"{kind} {report.characters[kind]:,}" for kind in _GROUPS["other"] if kind in report.characters]
        found = [f"  other: {', '.join(other)}"] if other else []
        found += [f"  exception: {exception}" for exception in report.exceptions]
        found += [f"  left over: line {rest.line}: {_short(rest.text)}" for rest in report.left_over]
        lines += ["", report.source, *found] if found else []
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows with the first column to the left and numbers to the right."""
    widths = [max(_width(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for first, *rest in rows:
        cells = [first + " " * (widths[0] - _width(first))]
        cells += [" " * (width - _width(cell)) + cell for cell, width in zip(rest, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return lines


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character, as in a file's name, takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _short(text: str) -> str:
    """One line of what can be shown: control characters would drive the terminal."""
    shown = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
