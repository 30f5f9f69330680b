"""How the lines of a PDF page are set, by the size and place of their type, and its text with that to be seen.

A PDF has no paragraphs: its text comes as lines, and what parts a title from the names below it is only
that it is larger or stands apart. Such a line gets a blank line before it, and a small raised number
becomes a mark of a note, `^[1]`, so that the rest of the program reads them as in any other text.
"""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.clean import CJK

_ANOTHER_SIZE = 0.05  # of the larger one: less is a rounding of one size
_APART = 1.35  # of the usual distance between lines, in sizes of their type: from there on there is a gap
_RAISED = 0.8  # of the line's size: the largest type of a raised mark
_HEADLINE = 1.1  # of the usual size: the smallest type of a title
_HEADING_LINES = 4  # a longer block in larger type is text
_LONGEST_HEADLINE = 300  # characters
_SHORTEST_HEADLINE = 4  # characters; a single large letter opens a chapter
_MARK = re.compile(r"\s*\[?(\d{1,3}|[*†‡])\]?\s*")
_UNIT = re.compile(r"(?:\b[kcmd]?m|\d)\Z")  # what a raised number after it is a power of
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text of one size; `size` and the height `y` of its base line are in points, upwards."""

    text: str
    size: float
    y: float


@dataclass(frozen=True, slots=True)
class SetLine:
    """A line of a page; size and height are those of most of it, 0 where it is blank."""

    text: str
    size: float
    y: float


def lines(runs: Iterable[Run]) -> list[SetLine]:
    """The lines of a page from its runs in reading order, raised numbers as marks; those that stood alone are put back."""
    found: list[SetLine] = []
    for own in _by_line(runs):
        inked = [run for run in own if run.text.strip()]
        size, y = _most(inked)
        if found and len(inked) == 1 and _is_mark_alone(inked[0], found[-1]):
            found[-1] = replace(found[-1], text=found[-1].text + _mark(inked[0].text))
            continue
        text = ""
        for run in own:
            text += _mark(run.text) if _is_mark_of(run, text, size, y) else run.text
        found.append(SetLine(text.translate(_LIGATURES), size, y))
    return found


def usual_size(pages: Sequence[Sequence[SetLine]]) -> float:
    """The size that half of all characters do not exceed; 0 where there are none."""
    sizes = [line.size for page in pages for line in page for _ in line.text.strip()]
    return statistics.median(sizes) if sizes else 0.0


def set_apart(page: Sequence[SetLine], usual: float) -> str:
    """The text of a page, a blank line before each line that is of another size than the last or stands apart from it.

    The lines of a title or heading, known by type larger than the `usual`, become one.
    """
    inked = [line for line in page if line.size]
    gaps = [(a.y - b.y) / a.size for a, b in pairwise(inked) if a.y > b.y and _same_size(a, b)]
    gap = _APART * statistics.median(gaps) if gaps else math.inf
    blocks: list[list[SetLine]] = []
    for line in inked:
        if blocks and _same_size(blocks[-1][-1], line) and blocks[-1][-1].y - line.y <= gap * line.size:
            blocks[-1].append(line)
        else:
            blocks.append([line])
    return "\n\n".join(
        _joined(block) if _is_heading(block, usual) else "\n".join(line.text for line in block) for block in blocks
    )


def headline(page: Sequence[SetLine], usual: float) -> str | None:
    """The lines in the largest type of a page, as one; None where no type is clearly larger than the usual one."""
    large = [line for line in page if len(line.text.strip()) >= _SHORTEST_HEADLINE and line.size]
    top = max((line.size for line in large), default=0.0)
    if top <= _HEADLINE * usual:
        return None
    inked = [line for line in page if line.size]
    first = next(at for at, line in enumerate(inked) if line.size == top and len(line.text.strip()) >= _SHORTEST_HEADLINE)
    last = first + 1
    while last < len(inked) and _same_size(inked[last], inked[first]):
        last += 1
    title = _joined(inked[first:last])
    return title if len(title) <= _LONGEST_HEADLINE else None


def _is_heading(block: Sequence[SetLine], usual: float) -> bool:
    return len(block) <= _HEADING_LINES and block[0].size > (1 + _ANOTHER_SIZE) * usual


def _joined(block: Sequence[SetLine]) -> str:
    """The lines as one, with a space between them where words need it."""
    text = " ".join(" ".join(line.text for line in block).split())
    return re.sub(rf"(?<=[{CJK}])\s(?=[{CJK}])|(?<=\w-)\s(?=\w)", "", text)


def _by_line(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """The runs of each line; those that are set alike and follow one another are one."""
    own: list[Run] = []
    for run in runs:
        for number, part in enumerate(run.text.split("\n")):
            if number:
                yield own
                own = []
            if own and (own[-1].size, own[-1].y) == (run.size, run.y):
                own[-1] = replace(own[-1], text=own[-1].text + part)
            elif part:
                own.append(replace(run, text=part))
    yield own


def _most(own: Sequence[Run]) -> tuple[float, float]:
    """Size and height of most characters of a line."""
    chars: dict[tuple[float, float], int] = {}
    for run in own:
        chars[run.size, run.y] = chars.get((run.size, run.y), 0) + len(run.text)
    return max(chars, key=lambda key: chars[key]) if chars else (0.0, 0.0)


def _is_mark_of(run: Run, before: str, size: float, y: float) -> bool:
    """Whether a run is a mark in small raised type, of a line of that size and height."""
    small = run.size <= _RAISED * size + 0.5 and 0 < run.y - y < size
    return bool(small and _MARK.fullmatch(run.text)) and not _UNIT.search(before)


def _is_mark_alone(run: Run, before: SetLine) -> bool:
    """Whether a run on a line of its own is a mark of the line before, at its end or, in brackets, pushed below it."""
    pushed = run.text.strip().startswith("[") and _is_mark_of(replace(run, y=before.y + 1), before.text, before.size, before.y)
    return _is_mark_of(run, before.text, before.size, before.y) or (pushed and 0 < before.y - run.y < 2 * before.size)


def _mark(text: str) -> str:
    match = _MARK.fullmatch(text)
    label = match.group(1) if match else text
    return f"^[{label}]" if label.isdigit() else label


def _same_size(a: SetLine, b: SetLine) -> bool:
    return abs(a.size - b.size) <= _ANOTHER_SIZE * max(a.size, b.size)
