"""Source text → lines, and how its lines are set: wrapped or one paragraph a line, paged or not."""

from __future__ import annotations

import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.clean import Mapped, fold, gather, repair, tidy
from index.records import PageStart

_PAGE_NUMBER = re.compile(r"[·•\-—–|\s]*(\d{1,4})[·•\-—–|\s]*")
# What stands at the edge of a page that the file itself tells: its number in words; date and address, as browsers print them.
_PAGE_EDGE = re.compile(
    r"\D{0,60}?(?:第\s*\d{1,4}\s*页|[Pp]age\s+\d{1,4}|\b\d{1,4}\s*[/／]\s*\d{1,4})(?:\s*(?:of|[，,]?\s*共)\s*\d{1,4}(?:\s*页)?)?"
    r"|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},?\s+(?:[上下]午)?\d{1,2}:\d\d.*|(?:about:|https?://|file://)\S*(?:\s+\d+/\d+)?"
)
_NOTE_MARK = re.compile(r"\^?[\[①-⑳*]")  # notes that say the same of two places differ in figures only
_ISSUE_HEAD = re.compile(r".{2,30}(?:19|20)\d\d年第\d{1,2}期")
_WRAPPED_BELOW = 60  # em; no page sets a line of body text wider than this
_RUNNING_HEAD = 3  # a line standing on so many pages at top or bottom is a running head
_RUNNING_HEAD_PAGED = 2  # the same where the file itself tells its pages, and top and bottom are no guess
_WIDEST_HEAD = 40  # em


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line that is not blank."""

    start: int  # of the first character that is not white space
    end: int  # after the last such character
    text: str  # that stretch, glyphs repaired
    width: float  # in em: a Chinese character is 1, a Latin letter 0.5
    blanks: int  # blank lines before it
    break_before: bool  # a page, or a new flow of text, begins here


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a source and how they are set."""

    text: str  # of the source, untouched
    lines: tuple[Line, ...]
    wrapped: bool  # lines end where the page is full, not where the paragraph ends
    spaced: bool  # a blank line follows nearly every line, and means nothing
    full: float  # em; width of a full line, where wrapped
    paged: bool  # the file itself tells where its pages begin
    words: frozenset[str]  # in Latin script, to know those that a line's end hyphenated

    def tidied(self, spans: Iterable[tuple[int, int]]) -> Mapped:
        """The spans of the source as one clean text."""
        return self.tidy(gather(self.text, spans))

    def tidy(self, mapped: Mapped) -> Mapped:
        """Text of this source with its white space closed up."""
        return tidy(mapped, words=self.words.__contains__)


def _width(text: str) -> float:
    """Width in em."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def layout(text: str, pages: Sequence[PageStart] = ()) -> Layout:
    """Splits the text into lines and measures them.

    Text pulled out of a PDF often marks the top of each page by one space before its first line;
    where that happens in wrapped text it counts as a break, as do the page starts given.
    """
    starts = {page.offset for page in pages}
    found: list[tuple[int, int, str, int, bool]] = []
    blanks = 0
    at = 0
    pending = False
    for raw in text.split("\n"):
        end = at + len(raw)
        pending = pending or any(s in starts for s in (range(at, end + 1) if starts else ()))
        stripped = raw.strip()
        if stripped:
            lead = len(raw) - len(raw.lstrip())
            flows = raw.startswith(" ") and lead == 1
            found.append((at + lead, at + lead + len(stripped), stripped, blanks, pending or flows))
            blanks, pending = 0, False
        else:
            blanks += 1
        at = end + 1
    widths = [_width(line[2][:400]) for line in found]
    long = sorted(w for w in widths if w > 10)
    wrapped = bool(long) and (bool(starts) or long[int(len(long) * 0.9)] < _WRAPPED_BELOW)
    spaced = wrapped and sum(line[3] > 0 for line in found) > 0.4 * len(found)
    lines = tuple(
        Line(start, end, repair(line), width, blank, brk and (wrapped or bool(starts)))
        for (start, end, line, blank, brk), width in zip(found, widths, strict=True)
    )
    full = statistics.median([w for w in long if w > 0.6 * long[-1]]) if long else 0.0
    words = frozenset(re.findall(r"[a-zà-ÿ]{4,}", text.casefold()))
    return Layout(text, lines, wrapped, spaced, full, bool(starts), words)


def page_number(line: Line) -> str | None:
    """The digits, where a line holds nothing else than a page number."""
    match = _PAGE_NUMBER.fullmatch(line.text)
    return match.group(1) if match else None


def running_heads(lines: Sequence[Line], titles: Sequence[str], *, paged: bool = False) -> set[int]:
    """Positions of running heads: a title or journal issue on a line of its own, or a repeated edge line.

    `titles` are the titles of the articles and journals of the source; `paged` says that the file itself tells its pages.
    """
    enough = _RUNNING_HEAD_PAGED if paged else _RUNNING_HEAD
    known = {fold(title) for title in titles}
    heads = {at for at, line in enumerate(lines) if (key := fold(line.text)) in known or _ISSUE_HEAD.fullmatch(key)}
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        top = any(lines[k].break_before for k in range(max(0, at - 1), at + 1))
        bottom = any(lines[k].break_before for k in range(at + 1, min(len(lines), at + 3)))
        bottom = bottom or (paged and at >= len(lines) - 2)  # the last page ends with the file
        if (top or bottom) and line.width < _WIDEST_HEAD and not (paged and _NOTE_MARK.match(line.text)):
            places.setdefault(re.sub(r"\d+", "#", fold(line.text)), []).append(at)
        if (top or bottom) and paged and _PAGE_EDGE.fullmatch(line.text):
            heads.add(at)
    for key, found in places.items():
        if len(found) >= enough and len(key) > 1:
            heads.update(found)
    return heads


def printed_pages(count: int, printed: dict[int, str]) -> list[str | None]:
    """Labels of `count` pages: counted from the printed numbers where all agree, else only those.

    `printed` maps a page's position to the digits read there, which may stand reversed.
    """
    labels: list[str | None] = [None] * count
    shifts: Counter[int] = Counter()
    for at, digits in printed.items():
        # As printed counts a little more, so that a lone number is never read backwards.
        shifts.update({int(digits) - at: 3})
        if digits != digits[::-1]:
            shifts.update({int(digits[::-1]) - at: 2})
    if not shifts:
        return labels
    shift = shifts.most_common(1)[0][0]
    if all(shift in (int(d) - at, int(d[::-1]) - at) for at, d in printed.items()):
        return [str(max(1, at + shift)) for at in range(count)]
    for at, digits in printed.items():
        labels[at] = digits
    return labels
