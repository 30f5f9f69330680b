"""The head of an article: which lines are its title, and which the names of its authors."""

from __future__ import annotations

import re
from collections.abc import Container

from index.clean import fold
from index.headings import heading, stands_out
from index.layout import Layout, Line
from index.records import ArticleRecord, Kind
from index.tables import CAPTION

_NAMES = re.compile(
    r"(?:[Bb]y\s+)?[A-Z][\w.'’-]*(?:[\s,&]+(?:and\s+)?[A-Z][\w.'’-]*){1,11}"
    r"|(?:作者[：:]\s*)?[\u4e00-\u9fff·]{2,4}(?:[、，,\s]+[\u4e00-\u9fff·]{2,4}){0,5}"
)
_HEAD_LINES = 20  # an article's head (number, authors, journal, titles) is no longer than this


def head(lay: Layout, first: int, last: int, record: ArticleRecord) -> dict[int, Kind]:
    """Title and authors at the head of an article of the catalogue; no line between them is left out."""
    title = fold(record.title_zh or record.title)
    seen = ""
    end = first
    for at in range(first, min(last, first + _HEAD_LINES)):
        seen += re.sub(r"\^\{\*\}|[《》]", "", fold(lay.lines[at].text))
        if title in seen:
            end = at + 1
            break
    found = dict.fromkeys(range(first, end), Kind.TITLE)
    while end < last and is_author_line(lay.lines[end], record):
        found[end] = Kind.AUTHOR
        end += 1
    return found


def own_head(lay: Layout, taken: Container[int], first: int, last: int, record: ArticleRecord) -> dict[int, Kind]:
    """The title and the names below it of a file without catalogue entry; lines that are `taken` belong to neither."""
    title = fold(record.title)
    at = next((k for k in range(first, min(last, first + 3)) if fold(lay.lines[k].text) == title), None)
    if at is None or at in taken or CAPTION.match(lay.lines[at].text) or not _is_of_head(lay, at):
        return {}
    found = {at: Kind.TITLE}
    while (at := at + 1) < last and at not in taken and _NAMES.fullmatch(lay.lines[at].text) and _is_of_head(lay, at):
        found[at] = Kind.AUTHOR
    return found


def is_author_line(line: Line, record: ArticleRecord) -> bool:
    """Whether a line holds the names of the article's authors and nothing else."""
    text = re.sub(r"[□■&，,、;；]|and|等|\^\{?\*\}?", "", fold(line.text)).casefold()
    names = ("".join(filter(None, (p.zh for p in record.authors))), "".join(filter(None, (p.en for p in record.authors))))
    return bool(text) and any(text == re.sub(r"[,，、]|and", "", fold(n).casefold()) for n in names)


def _is_of_head(lay: Layout, at: int) -> bool:
    """Whether a line is set like one of a head, and numbered like no heading."""
    return not heading(lay.lines[at], lay, complete=True) and stands_out(lay, at)
