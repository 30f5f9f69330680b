"""What each line of a stretch is: of an article, of abstracts in another language, of other matter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.articles import Stretch
from index.clean import fold
from index.headings import LONGEST_HEADING, MARKDOWN, heading, heading_alone, highest
from index.heads import head, is_author_line, own_head
from index.layout import Layout, Line
from index.records import ArticleRecord, Kind
from index.script import ends_sentence
from index.tables import CAPTION, is_row, is_rule

_LABELS = (
    (
        Kind.ABSTRACT,
        re.compile(r"[〔【\[]\s*(?:提\s*要|内容提要|摘\s*要|Abstract)\s*[〕】\]]\s*[：:]?|摘\s*要\s*[：:]|Abstract\s*[:：]"),
    ),
    (
        Kind.META,
        re.compile(
            r"[〔【\[]\s*(?:关\s*键\s*词|作者简介|中图分类号|文献标识码|文章编号|基金项目|收稿日期)\s*[〕】\]]"
            r"|关\s*键\s*词\s*[：:]|作者简介\s*[：:]|Key\s*words\s*[:：]|编译\s*[：:]"
        ),
    ),
)
_META_REACH = 4  # lines; an author's note may run over some lines before the next label
_EDITOR = re.compile(r"[（(【〔]?\s*责任编辑")
_FRONT = (
    (Kind.NOTICE, re.compile(r"专题序言|编者按|卷首语")),
    (Kind.CONTENTS, re.compile(r".{0,4}目录|目\s*次|(?:Table of )?Contents")),
)


@dataclass(frozen=True, slots=True)
class Role:
    """What a line is: `skip` characters at its start belong to a label or mark, not to its text."""

    kind: Kind
    part: str  # id of the article or other part
    level: int = 0  # of a heading, 1 is highest
    skip: int = 0


def matter(lay: Layout, taken: Mapping[int, Role], stretch: Stretch) -> dict[int, Role]:
    """Front and back matter: headings inside it switch between contents and notices."""
    roles = _inside(taken, stretch)
    kind = stretch.kind
    for at in range(stretch.first, stretch.last):
        for other, pattern in _FRONT:
            if pattern.fullmatch(lay.lines[at].text):
                kind = other
                roles.setdefault(at, Role(Kind.HEADING, "", 1))
        roles.setdefault(at, Role(Kind.FURNITURE if is_rule(lay.lines[at]) else kind, ""))
    return roles


def abstracts(lay: Layout, taken: Mapping[int, Role], stretch: Stretch, records: Sequence[ArticleRecord]) -> dict[int, Role]:
    """Abstracts in another language, each tied to the article whose title stands above it."""
    roles = _inside(taken, stretch)
    current: ArticleRecord | None = None
    for at in range(stretch.first, stretch.last):
        text = fold(lay.lines[at].text).casefold()
        match = next((r for r in records if r.title_en and fold(r.title_en).casefold() == text), None)
        if match:
            current = match
            roles[at] = Role(Kind.TITLE, current.id)
        elif current is None:
            roles[at] = Role(Kind.NOTICE, "")
        elif is_author_line(lay.lines[at], current):
            roles[at] = Role(Kind.AUTHOR, current.id)
        else:
            roles.setdefault(at, Role(Kind.ABSTRACT, current.id))
    return roles


def article(lay: Layout, taken: Mapping[int, Role], stretch: Stretch, record: ArticleRecord, *, headed: bool) -> dict[int, Role]:
    """An article's head, its labelled lines, headings, tables and captions; what is none of these gets no role.

    `headed` says that the catalogue knows the article.
    """
    roles = _inside(taken, stretch)
    first, last = stretch.first, stretch.last
    labelled = {at for at in range(first, last) if _label(lay.lines[at])}
    opening = head(lay, first, last, record) if headed else own_head(lay, roles, labelled, first, last, record)
    roles |= {at: Role(kind, "") for at, kind in opening.items()}
    _label_lines(lay, roles, stretch)
    complete = True
    for at in range(max(opening, default=first - 1) + 1, last):
        line = lay.lines[at]
        if at in roles:
            complete = complete or roles[at].kind not in (Kind.FOOTNOTE, Kind.FURNITURE)
            continue
        if _EDITOR.match(line.text):
            roles[at] = Role(Kind.FURNITURE, "")
        elif is_row(line):
            roles[at] = Role(Kind.TABLE, "")
        elif CAPTION.match(line.text) and line.width < 2 * LONGEST_HEADING * (1 if lay.wrapped else 4):
            roles[at] = Role(Kind.CAPTION, "")
        elif level := heading(line, lay, complete=complete) or (0 if headed else heading_alone(lay, at, complete=complete)):
            markup = MARKDOWN.match(line.text)
            roles[at] = Role(Kind.HEADING, "", level, markup.end() if markup else 0)
        complete = at in roles or _completes(line)
    if not headed:
        levels = highest({at: role.level for at, role in roles.items() if role.kind is Kind.HEADING}, lay)
        roles |= {at: replace(roles[at], level=level) for at, level in levels.items()}
    return roles


def _inside(taken: Mapping[int, Role], stretch: Stretch) -> dict[int, Role]:
    return {at: taken[at] for at in range(stretch.first, stretch.last) if at in taken}


def _label_lines(lay: Layout, roles: dict[int, Role], stretch: Stretch) -> None:
    """Adds the lines that open with a label (提要, 关键词), and those that run on from them."""
    labels = {at: label for at in range(stretch.first, stretch.last) if at not in roles and (label := _label(lay.lines[at]))}
    for at, (kind, skip) in labels.items():
        roles[at] = Role(kind, "", skip=skip if kind is Kind.ABSTRACT else 0)
        if kind is Kind.ABSTRACT:
            _run_on(lay, roles, range(at + 1, stretch.last))
        elif nearby := [k for k in labels if at < k <= at + _META_REACH]:
            for k in range(at + 1, nearby[0]):
                roles.setdefault(k, Role(Kind.META, ""))


def _label(line: Line) -> tuple[Kind, int] | None:
    for kind, pattern in _LABELS:
        if match := pattern.match(line.text):
            gap = len(line.text[match.end() :]) - len(line.text[match.end() :].lstrip())
            return kind, match.end() + gap
    return None


def _run_on(lay: Layout, roles: dict[int, Role], follow: range) -> None:
    """An abstract runs on to the end of its flow (wrapped) or of its unfinished paragraph."""
    for at in follow:
        line = lay.lines[at]
        if at in roles or _label(line) or line.break_before:
            return
        if (not lay.wrapped or not lay.spaced) and line.blanks and ends_sentence(lay.lines[at - 1].text):
            return
        roles[at] = Role(Kind.ABSTRACT, "")


def _completes(line: Line) -> bool:
    """Whether a heading may follow this line of body text."""
    bare = re.sub(r"\^?\[\d+\]|\^?[①-⑳]|[a-z]\s*$|\^\{\*\}", "", line.text)
    return ends_sentence(bare) or line.text.endswith(("：", ":"))
