"""The head of an article: which lines are its title, and which the names of its authors."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from index.clean import fold
from index.headings import LONGEST_HEADING, heading, stands_out
from index.layout import Layout, Line
from index.records import ArticleRecord, Kind
from index.script import ends_sentence
from index.tables import CAPTION

_UPPER = "A-ZÀ-ÖØ-ÞĀĆČĐĞİŁŃŌŐŘŚŞŠŪŹŻŽ"
_PARTICLE = r"(?:van|von|der|den|de|da|di|del|della|dos|du|la|le|bin|al|el)"
_NAMES = re.compile(
    rf"(?:[Bb]y\s+)?[{_UPPER}][\w.'’-]*(?:[\s,;&]+(?:and\s+)?(?:{_PARTICLE}\s+)*[{_UPPER}][\w.'’-]*){{1,11}}"
    r"|(?:作者[：:]\s*)?[\u4e00-\u9fff·]{2,4}(?:[、，,;；\s]+[\u4e00-\u9fff·]{2,4}){0,5}"
)
# What ties a name to its place of work, and is no part of it.
_TIE = re.compile(r"\^?\[\d{1,2}\]|\^\{\*\}|[*†‡§¶①-⑳¹²³⁴]|(?<=[^\W\d_])\d(?:,\d)*")
# What stands below the names: where they work, how to reach them, when and where the article came out.
_BELOW_NAMES = re.compile(
    r"\b(?:University|Universit\w+|Institut\w*|Department|School of|College|Cent(?:er|re) for|Academy|Faculty|Laboratory"
    r"|Received|Accepted|Revised|Published|Correspond\w+|E-?mail|ORCID|DOI|Copyright)\b|@|https?:|©"
    r"|(?:大学|学院|研究所|研究院|研究中心|教研部|社会科学院|党校|智库|编辑部)|收稿日期|修回日期|通讯作者|邮箱|(?:教授|研究员|讲师|博士生|博士后)[）)。]?$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[-*•|>]|\d+[.)、]")
_SUMMARY = ("abstract", "summary", "摘要", "提要", "内容提要", "内容摘要")
_HEAD_LINES = 20  # an article's head (number, authors, journal, titles) is no longer than this
_ABOVE = 8  # lines that may stand above a title which the file's own format names: journal, issue, address
_TITLE_LINES = 5
_BLOCK = 4  # lines of an address or of dates


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


def own_head(
    lay: Layout, taken: Container[int], labelled: Container[int], first: int, last: int, record: ArticleRecord
) -> dict[int, Kind]:
    """The head of a file without catalogue entry: title, names, and what is said of these and of the article beside them.

    It ends where a line is `labelled` (提要, Keywords), a heading, or prose; lines that are `taken` belong to something else.
    """
    found = _printed_title(lay, taken, first, last, record)
    if not found:
        return {}
    below = max(found) + 1
    end = next((k for k in range(below, min(last, below + _HEAD_LINES)) if k in labelled or _begins_text(lay.lines[k], lay)), 0)
    between = [lay.lines[k].text for k in range(below, end) if k not in taken]
    enclosed = _tells_of_authors(between)
    for at in range(below, end or last):
        text = lay.lines[at].text
        if at in taken:
            continue
        goes_on = _goes_on(lay, at, found.get(at - 1))
        if not goes_on and _is_names(text) and _is_of_head(lay, at):
            found[at] = Kind.AUTHOR
        elif enclosed or goes_on or (_BELOW_NAMES.search(text) and _is_note_of_head(lay, at)):
            found[at] = Kind.META
        else:
            break
    return found


def _printed_title(lay: Layout, taken: Container[int], first: int, last: int, record: ArticleRecord) -> dict[int, Kind]:
    """The lines of the title, and those of the journal's that stand above it; nothing where it is not printed as a title."""
    title = fold(record.title)
    for start in range(first, min(last, first + _ABOVE)):
        end, seen = start, ""
        while end < min(last, start + _TITLE_LINES) and len(seen) < len(title):
            seen += fold(lay.lines[end].text)
            end += 1
        of_title = range(start, end)
        if seen != title:
            continue
        if any(k in taken or CAPTION.match(lay.lines[k].text) for k in of_title) or not _is_title(lay, end - 1):
            return {}
        above = [k for k in range(first, start) if k not in taken]
        if any(ends_sentence(lay.lines[k].text) for k in above):
            return {}
        return dict.fromkeys(above, Kind.META) | dict.fromkeys(of_title, Kind.TITLE)
    return {}


def is_author_line(line: Line, record: ArticleRecord) -> bool:
    """Whether a line holds the names of the article's authors and nothing else."""
    text = re.sub(r"[□■&，,、;；]|and|等|\^\{?\*\}?", "", fold(line.text)).casefold()
    names = ("".join(filter(None, (p.zh for p in record.authors))), "".join(filter(None, (p.en for p in record.authors))))
    return bool(text) and any(text == re.sub(r"[,，、]|and", "", fold(n).casefold()) for n in names)


def _is_names(text: str) -> bool:
    return bool(_NAMES.fullmatch(_TIE.sub("", text).strip(" ,;，；")))


def _tells_of_authors(lines: Sequence[str]) -> bool:
    """Whether the lines between a title and the first label or heading are no text of their own."""
    prose = any(ends_sentence(line) or _ITEM.match(line) for line in lines)
    return not prose and any(_is_names(line) or _BELOW_NAMES.search(line) for line in lines)


def _is_title(lay: Layout, at: int) -> bool:
    """Whether a line is set like a title; one that a file tells in larger type may be as long as it likes."""
    apart = at + 1 < len(lay.lines) and lay.lines[at + 1].blanks and not ends_sentence(lay.lines[at].text)
    return _is_of_head(lay, at) or bool(lay.paged and apart)


def _is_of_head(lay: Layout, at: int) -> bool:
    """Whether a line is set like one of a head, and numbered like no heading."""
    return not heading(lay.lines[at], lay, complete=True) and stands_out(lay, at)


def _is_note_of_head(lay: Layout, at: int) -> bool:
    """Whether a line that speaks of names or dates is a line of the head and not of a sentence on them."""
    line = lay.lines[at]
    return line.width < 2 * LONGEST_HEADING and not re.search(r"[。！？]|\w{3,}[.!?](?:\s|$)", line.text)


def _goes_on(lay: Layout, at: int, before: Kind | None) -> bool:
    """Whether a line ends a block of the head, where blank lines part one from another and it is too short for a paragraph."""
    if not lay.paged or before is not Kind.META or lay.lines[at].blanks:
        return False
    end = next((k for k in range(at, len(lay.lines)) if k > at and lay.lines[k].blanks), len(lay.lines))
    return end - at < _BLOCK and not ends_sentence(lay.lines[at].text)


def _begins_text(line: Line, lay: Layout) -> bool:
    """Whether a line is a heading, so that the head is over."""
    return fold(line.text).casefold().rstrip(":：") in _SUMMARY or bool(heading(line, lay, complete=True))
