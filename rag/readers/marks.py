"""What a model writes → statements with the numbers they cite, piece by piece as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_MARK = re.compile(r"\s*[\[［【〔]\s*(\d{1,3}(?:\s*[,，、;；和–—~-]\s*\d{1,3})*)\s*[\]］】〕]")
_MARKS = re.compile(rf"(?:{_MARK.pattern})+")
_ENDS = re.compile(r"[。！？!?]|\.(?=\s|\[|［|【|\Z)|\n")
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_BULLET = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)、]|[（(]\d{1,2}[)）])\s+")
_RANGE = re.compile(r"(\d+)\s*[–—~-]\s*(\d+)")
_CLOSING = "”’」』）)】》\"'"
_LONGEST = 600  # characters without an end: taken as one statement


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the answer, its marks taken off."""

    text: str
    numbers: tuple[int, ...]  # as cited, whether or not there is such a number
    item: bool = False  # an item of a list


def statements(pieces: Iterable[str]) -> Iterator[Statement]:
    """Statements as soon as each is whole: its end and the marks after it have come, and something follows."""
    waiting = ""
    for piece in pieces:
        waiting = _THOUGHT.sub("", waiting + piece) if "</think>" in waiting + piece else waiting + piece
        if waiting.lstrip().startswith("<think>"):
            continue
        while (cut := _cut(waiting)) is not None:
            found = _statement(waiting[:cut])
            waiting = waiting[cut:]
            if found:
                yield found
    if found := _statement(_THOUGHT.sub("", waiting)):
        yield found


def _cut(text: str) -> int | None:
    """Where the first statement ends, its marks included; None while more of them may come."""
    at = 0
    while match := _ENDS.search(text, at):
        end = match.end()
        while end < len(text) and text[end] in _CLOSING:
            end += 1
        marks = _MARKS.match(text, end)
        end = marks.end() if marks else end
        rest = text[end:].lstrip(" ")
        if not rest or (rest[0] in "[［【〔" and not re.search(r"[\]］】〕]", rest)):
            return None
        if text[:end].strip():
            return end
        at = end
    return _LONGEST if len(text) > 2 * _LONGEST else None


def _statement(text: str) -> Statement | None:
    numbers: list[int] = []
    for match in _MARK.finditer(text):
        spread = _RANGE.sub(lambda m: ",".join(map(str, range(int(m[1]), min(int(m[2]), int(m[1]) + 20) + 1))), match.group(1))
        numbers += [int(number) for number in re.findall(r"\d+", spread)]
    bare = _MARKS.sub("", text).strip()
    item = bool(_BULLET.match(bare))
    bare = _BULLET.sub("", bare, count=1).replace("**", "").strip()
    bare = re.sub(r"\s+([。，.,!?])", r"\1", bare)
    return Statement(bare, tuple(dict.fromkeys(numbers)), item) if re.search(r"\w", bare) else None
