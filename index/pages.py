"""Which page a place of a source stands on, where the file, its page numbers or its notes tell."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from index.layout import Layout, page_number, printed_pages
from index.notes import unmarked
from index.parts import Parts
from index.records import ArticleRecord, Kind, SourceText
from index.script import ends_sentence


@dataclass(frozen=True, slots=True)
class Pages:
    """Where each page starts, in order, and what it is called."""

    starts: tuple[int, ...]
    labels: tuple[str | None, ...]  # None: not known

    def at(self, offset: int) -> str | None:
        """The label of the page that the offset stands on."""
        page = self.number(offset)
        return self.labels[page - 1] if page else None

    def number(self, offset: int) -> int:
        """How many pages have started up to the offset."""
        return bisect_right(self.starts, offset)


def find_pages(source: SourceText, lay: Layout, found: Parts) -> Pages:
    """The pages that the file itself knows, else those printed on, else those counted."""
    if source.pages:
        return _pages((page.offset, page.label) for page in source.pages)
    if lay.wrapped:
        return pages_as_printed(lay, found)
    return _pages(page for record in found.records for page in _counted(lay, found, record))


def pages_as_printed(lay: Layout, found: Parts) -> Pages:
    """Pages of wrapped text, told by its breaks, its running heads and the numbers it prints."""
    starts = [0]
    printed: dict[int, str] = {}
    ended = False
    for line, role in zip(lay.lines, found.roles, strict=True):
        if role.kind is Kind.FURNITURE:
            value = page_number(line)
            if value is not None:
                printed[len(starts) - 1] = value
            elif not re.fullmatch(r"[①-⑳]", line.text) and role.part and line.text and not line.text.startswith(("(", "（")):
                ended = True
            continue
        if role.kind is Kind.FOOTNOTE:
            continue
        if (line.break_before or ended) and line is not lay.lines[0] and starts[-1] != line.start:
            starts.append(line.start)
        ended = False
    return Pages(tuple(starts), tuple(printed_pages(len(starts), printed)))


def _pages(pages: Iterable[tuple[int, str | None]]) -> Pages:
    listed = list(pages)
    return Pages(tuple(start for start, _ in listed), tuple(label for _, label in listed))


def _counted(lay: Layout, found: Parts, record: ArticleRecord) -> Iterator[tuple[int, str | None]]:
    """Pages of an article whose page breaks show only as blocks of notes."""
    if record.kind == "part" or not (inside := _lines_of(found, record)):
        return
    first, _, last = (record.pages or "").partition("-")
    if not (first.isdigit() and last.isdigit()):
        return
    starts: list[int] = []
    lettered = found.notes.lettered
    fresh = True  # the last page is known to have ended
    for at in inside:
        if found.roles[at].kind is Kind.FOOTNOTE:
            fresh = True
        elif fresh or _unfinished(lay, found, at, lettered=lettered):
            starts.append(lay.lines[at].start)
            fresh = False
    # Only where every page of the article was seen is any of them claimed.
    if len(starts) == int(last) - int(first) + 1:
        yield from ((start, str(int(first) + number)) for number, start in enumerate(starts))
    end = inside[-1]
    while end + 1 < len(found.roles) and found.roles[end + 1].kind in (Kind.FOOTNOTE, Kind.FURNITURE):
        end += 1  # the notes of the last page stand after its text
    yield lay.lines[end].end, None


def _lines_of(found: Parts, record: ArticleRecord) -> range:
    """The lines of an article without its abstract elsewhere in the source."""
    own = [k for k, role in enumerate(found.roles) if role.part == record.id and role.kind is Kind.BODY]
    if not own:
        return range(0)
    first = next(k for k, role in enumerate(found.roles) if role.part == record.id)
    return range(first, own[-1] + 1)


def _unfinished(lay: Layout, found: Parts, at: int, *, lettered: bool) -> bool:
    """Whether a body line goes on with the sentence of the body line just before it."""
    before = lay.lines[at - 1].text
    return (
        found.roles[at].kind is Kind.BODY
        and found.roles[at - 1].kind is Kind.BODY
        and lay.lines[at].blanks > 0
        and not ends_sentence(unmarked(before, lettered=lettered))
        and not before.endswith(("：", ":"))
    )
