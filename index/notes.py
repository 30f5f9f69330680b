"""Footnotes: their blocks at the foot of pages, their marks in running text, and which is whose.

Numbering restarts on every page, so marks and notes are matched block by block: the text since
the last block of notes belongs to the next one.  Endnotes are the case of one block.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.clean import CJK, HAN, SHARED
from index.layout import Line

_NOTE = re.compile(r"\^?\[(\d{1,3})\](?=\D)|\^?([①-⑳])|\^?\{(\*)\}|\^\{(\*)\}")
_LETTER_NOTE = re.compile(r"([a-z])[\u3000\u2003]\s*")
_BARE_MARK = re.compile(r"[①-⑳]")
_MARK = re.compile(r"\^\[(\d{1,3})\]|\^?([①-⑳])|\^\{(\*)\}")
_NOTE_LIKE = re.compile(r"参见|https?:|载[《“]|Ibid|同上")
_LOST_MARK_LINES = 5  # a flow of text that lost its mark is no longer than this
IBID = re.compile(r"(?:\*?\s*ibid\b|同上|同前)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote as found: `lines` by position, `skip` characters of the first line are its mark."""

    label: str | None  # as printed; None where the mark is lost
    lines: tuple[int, ...]
    skip: int
    block: int


@dataclass(frozen=True, slots=True)
class Notes:
    """All notes of a source and the lines that hold only marks."""

    notes: tuple[Note, ...]
    bare: tuple[tuple[int, str, int], ...]  # (line, label, block): marks set apart from their text

    def blocks(self) -> dict[int, list[Note]]:
        """Notes by block, in reading order."""
        grouped: dict[int, list[Note]] = {}
        for note in self.notes:
            grouped.setdefault(note.block, []).append(note)
        return grouped

    @property
    def lettered(self) -> bool:
        """Whether any note is marked with a bare letter."""
        return any(note.label and note.label.isalpha() for note in self.notes)


def note_label(source: str, line: Line) -> tuple[str, int] | None:
    """The label a line opens with as a footnote, and how many characters it takes."""
    letter = _LETTER_NOTE.match(source, line.start)
    if letter:
        return letter.group(1), letter.end() - line.start
    match = _NOTE.match(line.text)
    if not match:
        return None
    return next(g for g in match.groups() if g), match.end()


def find_notes(source: str, lines: Sequence[Line], furniture: set[int], *, wrapped: bool, apart: bool = False) -> Notes:
    """Finds the blocks of notes.

    In wrapped text a block runs from its first mark to the end of the page; else, and where blank
    lines set `apart` what is of another size or place, a note is a paragraph.  A short flow of text that reads like a reference, stands where a page breaks and
    lost its mark is a note too.
    """
    notes: list[Note] = []
    bare: list[tuple[int, str, int]] = []
    block = -1
    inside = False
    paged = any(line.break_before for line in lines)
    for at, line in enumerate(lines):
        if at in furniture:
            # A page number may stand between text and notes; after notes it ends the page.
            inside = inside and bool(_bare_label(line))
            continue
        found = note_label(source, line)
        if _bare_label(line):
            if not inside:
                block, inside = block + 1, True
            bare.append((at, line.text.lstrip("^"), block))
        elif found:
            if not inside:
                block, inside = block + 1, True
            notes.append(Note(found[0], (at,), found[1], block))
        elif line.break_before and wrapped and _lost_note(lines, at):
            if not inside or not _continues_address(lines, at):
                if not inside:
                    block, inside = block + 1, True
                notes.append(Note(None, (at,), 0, block))
            elif notes:
                notes[-1] = _longer(notes[-1], at)
        elif inside and not (line.break_before or ((apart or not paged) and line.blanks) if wrapped else line.blanks):
            pending = [label for _, label, owner in bare if owner == block]
            taken = [note.label for note in notes if note.block == block]
            if notes and notes[-1].block == block and not (pending and line.blanks):
                notes[-1] = _longer(notes[-1], at)
            else:
                left = [label for label in pending if label not in taken]
                notes.append(Note(left[0] if left else None, (at,), 0, block))
        else:
            inside = False
    return Notes(tuple(_counted_on(notes, furniture)), tuple(bare))


def _counted_on(notes: Sequence[Note], furniture: set[int]) -> list[Note]:
    """The notes; a block that nothing but a turned page parts from the last, and that counts on from it, joins it."""
    found: list[Note] = []
    for note in notes:
        last = found[-1] if found else None
        if last and last.block != note.block and last.label and note.label and (last.label + note.label).isdecimal():
            turned = all(at in furniture for at in range(last.lines[-1] + 1, note.lines[0]))
            if turned and int(note.label) == int(last.label) + 1:
                found.append(replace(note, block=last.block))
                continue
        found.append(note)
    return found


def _bare_label(line: Line) -> bool:
    return bool(_BARE_MARK.fullmatch(line.text))


def _longer(note: Note, at: int) -> Note:
    return Note(note.label, (*note.lines, at), note.skip, note.block)


def _lost_note(lines: Sequence[Line], at: int) -> bool:
    """Whether the flow of text that begins here is a short one that reads like a reference."""
    flow = [lines[at].text]
    for line in lines[at + 1 : at + 1 + _LOST_MARK_LINES]:
        if line.break_before:
            return bool(_NOTE_LIKE.search("".join(flow)))
        flow.append(line.text)
    return _continues_address(lines, at)


def _continues_address(lines: Sequence[Line], at: int) -> bool:
    return bool(re.match(r"https?\s*:", lines[at].text))


@dataclass(frozen=True, slots=True)
class Mark:
    """A footnote mark at [start, end) of a text."""

    label: str
    start: int
    end: int


def find_marks(text: str, letters: Sequence[str]) -> list[Mark]:
    """Marks in running text; `letters` are the bare letters that may come next, in order.

    A bare letter counts only in the order of its page's notes and after Chinese text, since
    nothing else sets it apart from a word.
    """
    marks = [Mark(next(g for g in m.groups() if g), *m.span()) for m in _MARK.finditer(text)]
    at = 0
    for letter in letters:
        match = re.compile(rf"(?<=[{CJK}{SHARED}\d)%]){letter}(?![A-Za-z\d])").search(text, at)
        if not match:
            break
        marks.append(Mark(letter, *match.span()))
        at = match.end()
    return sorted(marks, key=lambda mark: mark.start)


def unmarked(text: str, *, lettered: bool) -> str:
    """The text of a line without the mark at its end; only where `lettered` can that be a bare letter."""
    text = re.sub(r"(?:\^\[\d+\]|\^?[①-⑳]|\^\{\*\})\s*\Z", "", text)
    return re.sub(rf"(?<=[{HAN}，。？！”）；])\s?[a-z]\Z", "", text) if lettered else text
