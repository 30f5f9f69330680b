"""Footnote marks in running text: which block of notes each belongs to, and the text without them."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from index.clean import Mapped
from index.layout import Layout, Line
from index.notes import Mark, find_marks
from index.pages import pages_as_printed
from index.parts import Parts

MarkKey = tuple[int, str]
"""Block and label, which together name one mark of a source."""


@dataclass(frozen=True, slots=True)
class Owners:
    """Which block of notes the marks on a line belong to."""

    blocks: tuple[int, ...]  # by line; below 0: none
    letters: Mapping[int, tuple[str, ...]]  # by block, the bare letters that mark its notes, in order


@dataclass(frozen=True, slots=True)
class Taken:
    """A mark taken out of a text, with its place in the source."""

    key: MarkKey
    start: int
    end: int


def find_owners(lay: Layout, found: Parts) -> Owners:
    """For each line the block of notes at the foot of its page."""
    blocks = found.notes.blocks()
    letters = {block: tuple(n.label for n in notes if n.label and n.label.isalpha()) for block, notes in blocks.items()}
    first = {block: min(n.lines[0] for n in notes) for block, notes in blocks.items()}
    for at, _, block in found.notes.bare:
        first[block] = min(first.get(block, at), at)
    ends = {block: max(n.lines[-1] for n in notes) for block, notes in blocks.items()}
    order = sorted(first, key=lambda b: first[b])
    owner: list[int] = []
    k = 0
    for at in range(len(lay.lines)):
        while k < len(order) and at > max(ends.get(order[k], first[order[k]]), first[order[k]]):
            k += 1
        owner.append(order[k] if k < len(order) else -1)
    if lay.wrapped and any(line.break_before for line in lay.lines) and not (lay.paged and len(order) == 1):
        # Where pages are known, a page whose notes are lost must not take the next page's; a single block is of endnotes.
        pages = pages_as_printed(lay, found)
        page = [pages.number(line.start) for line in lay.lines]
        owner = [b if b >= 0 and page[first[b]] == page[at] else -1 - page[at] for at, b in enumerate(owner)]
    return Owners(tuple(owner), letters)


def take_marks(
    raw: Mapped, at: Sequence[int], lines: Sequence[Line], owners: Owners, seen: Container[MarkKey]
) -> tuple[Mapped, list[Taken]]:
    """The text of the lines `at` without its marks, and the marks; a bare letter that was seen is none."""
    blocks = sorted({owners.blocks[k] for k in at})
    taken: list[Taken] = []
    if not any(owners.letters.get(block) for block in blocks):
        for mark in find_marks(raw.text, ()):
            place = int(raw.origin[mark.start])
            block = next((owners.blocks[k] for k in at if lines[k].start <= place < lines[k].end), -1)
            taken.append(_taken(raw, mark, 0, block))
    else:
        starts = np.array([lines[k].start for k in at])
        for block in blocks:
            own = [lines[k].start for k in at if owners.blocks[k] == block]
            low = int(np.searchsorted(raw.origin, min(own)))
            following = starts[starts > max(own)]
            high = int(np.searchsorted(raw.origin, following[0])) if len(following) else len(raw)
            left = [label for label in owners.letters.get(block, ()) if (block, label) not in seen]
            taken += [_taken(raw, mark, low, block) for mark in find_marks(raw.text[low:high], left)]
    if not taken:
        return raw, taken
    mask = np.ones(len(raw), dtype=bool)
    for one in taken:
        mask[np.searchsorted(raw.origin, one.start) : np.searchsorted(raw.origin, one.end)] = False
    return raw.keep(mask), taken


def _taken(raw: Mapped, mark: Mark, shift: int, block: int) -> Taken:
    start, end = raw.part(shift + mark.start, shift + mark.end).span()
    return Taken((block, mark.label), start, end)
