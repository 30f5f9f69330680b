"""Lines → paragraphs: what a page break or a line's end parted is put together again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.clean import HAN, close_names, gather
from index.layout import Layout
from index.notes import unmarked
from index.parts import Parts
from index.records import Kind
from index.roles import Role
from index.script import ends_sentence

_FLOWING = (Kind.BODY, Kind.ABSTRACT, Kind.NOTICE)  # kinds whose lines make paragraphs
_PARAGRAPH_START = re.compile(
    r"第[一二三四五六七八九十][，,]|首先[，,]|其次[，,]|再次[，,]|最后[，,]|[（(]\d{1,2}[）)]|\d{1,2}[）)]|[-*•]\s"
)
_LIST_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s")
_NEARLY_FULL = 0.93  # of a full line: a paragraph's last line is usually shorter
_INDEX_ENTRY = re.compile(r"[（(]\d{4}\s*年第\s*\d+\s*期[）)]")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of one kind that belong together; a heading, a caption or a table is one too."""

    kind: Kind
    part: str
    section: tuple[str, ...]  # headings above it, outermost first
    lines: tuple[int, ...]  # positions; notes and page furniture between them are left out
    caption: str = ""  # of a table


def paragraphs(lay: Layout, found: Parts) -> Iterator[Paragraph]:
    """The paragraphs of a source in reading order."""
    sections = _sections(lay, found)
    caption = ""
    for group in _groups(lay, found):
        first = group[0]
        role, line = found.roles[first], lay.lines[first]
        if role.kind is Kind.CAPTION:
            caption = lay.tidied([(line.start, line.end)]).text or caption
        yield Paragraph(role.kind, role.part, sections[first], tuple(group), caption if role.kind is Kind.TABLE else "")


def _sections(lay: Layout, found: Parts) -> list[tuple[str, ...]]:
    """For each line the headings above it."""
    sections: list[tuple[str, ...]] = []
    headings: list[tuple[int, str]] = []
    part = ""
    for at, role in enumerate(found.roles):
        if role.part != part or role.kind is Kind.TITLE:
            part, headings = role.part, []
        if role.kind is Kind.HEADING:
            headings = [(level, title) for level, title in headings if level < role.level]
        sections.append(tuple(title for _, title in headings))
        if role.kind is Kind.HEADING:
            headings.append((role.level, _title(lay, role, at)))
    return sections


def _title(lay: Layout, role: Role, at: int) -> str:
    """A heading as it stands in a heading path: without marks, its number set apart."""
    line = lay.lines[at]
    clean = lay.tidied([(line.start + role.skip, line.end)]).text
    title = re.sub(r"\^\{\*\}|\^\[\d+\]|\^?[①-⑳]", "", clean)
    numbered = re.match(rf"(?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})(?=[{HAN}“《])", title)
    if numbered and line.text[len(numbered.group())].isspace():
        title = f"{numbered.group()} {title[numbered.end() :]}"
    return title


def _groups(lay: Layout, found: Parts) -> Iterator[list[int]]:
    """Positions of the lines that belong together; a table or caption may come before what runs around it."""
    lettered = found.notes.lettered
    open_: list[int] = []
    table: list[int] = []
    for at, role in enumerate(found.roles):
        if table and role.kind is not Kind.TABLE:
            yield table
            table = []
        if role.kind in (Kind.FURNITURE, Kind.FOOTNOTE):
            continue
        if role.kind in (Kind.TABLE, Kind.CAPTION):
            if open_ and _complete(lay, found, open_[-1], lettered=lettered):
                yield open_  # what stands before it also counts before it
                open_ = []
            if role.kind is Kind.TABLE:
                table.append(at)
            else:
                yield [at]
        elif open_ and _goes_on(lay, found, open_, at, lettered=lettered):
            open_.append(at)
        else:
            if open_:
                yield open_
            open_ = [at]
    if table:
        yield table
    if open_:
        yield open_


def _complete(lay: Layout, found: Parts, last: int, *, lettered: bool) -> bool:
    """Whether nothing can be missing after this line."""
    return found.roles[last].kind not in _FLOWING or ends_sentence(unmarked(lay.lines[last].text, lettered=lettered))


def _goes_on(lay: Layout, found: Parts, open_: Sequence[int], at: int, *, lettered: bool) -> bool:
    """Whether this line belongs to the paragraph or index entry that is open."""
    before, role = found.roles[open_[-1]], found.roles[at]
    if role.kind in _FLOWING:
        return (before.kind, before.part) == (role.kind, role.part) and not _breaks(lay, open_[-1], at, role.kind, lettered)
    if role.kind is Kind.INDEX and before.kind is Kind.INDEX:
        return open_[-1] == at - 1 and not lay.lines[at].blanks and _names_no_issue(lay, open_)
    return False


def _names_no_issue(lay: Layout, entry: Sequence[int]) -> bool:
    """Whether an index entry must run on: it does until its issue is named; a rubric never does."""
    clean = close_names(gather(lay.text, [(lay.lines[k].start, lay.lines[k].end) for k in entry])).text
    return not _INDEX_ENTRY.search(clean) and not clean.startswith("【")


def _breaks(lay: Layout, last: int, at: int, kind: Kind, lettered: bool) -> bool:
    """Whether a new paragraph begins at this line."""
    before, line = lay.lines[last], lay.lines[at]
    turned = at != last + 1 or line.break_before  # a page was turned in between
    bare = unmarked(before.text, lettered=lettered)
    complete = ends_sentence(bare)
    colon = bare.endswith(("：", ":"))
    if _LIST_ITEM.match(line.text) and not turned:
        return True
    if lay.wrapped and (lay.spaced or not line.blanks or turned):
        short = before.width < _NEARLY_FULL * lay.full
        if lay.spaced or turned:
            return (complete and (short or bool(_PARAGRAPH_START.match(line.text)))) or (
                colon and short and bool(_PARAGRAPH_START.match(line.text))
            )
        return False
    if not line.blanks and not turned:
        return False
    if colon:
        return not turned or not line.text.startswith(("“", "「"))
    return complete or (kind is Kind.NOTICE and not turned)
