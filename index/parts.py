"""Which part of a source each line belongs to, and what kind of line it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from index.clean import fold
from index.layout import Layout, Line, running_heads
from index.layout import page_number as number_of
from index.notes import Notes, find_notes
from index.records import ArticleRecord, Kind, SourceText
from index.script import ends_sentence, language
from index.tables import is_row, is_rule

_NUMERAL = "一二三四五六七八九十"
_HEADINGS = (
    (1, re.compile(rf"[{_NUMERAL}]{{1,3}}(?:、|\s)\s*\S")),
    (1, re.compile(r"(?:结\s*语|结\s*论|引\s*言|导\s*论|余\s*论|Conclusion|Introduction|References|参考文献)")),
    (2, re.compile(rf"[（(][{_NUMERAL}]{{1,3}}[）)]")),
    (3, re.compile(r"\d{1,2}(?:[.．、]\s*|\s+)(?=[^\d\s.])")),
)
_MARKDOWN = re.compile(r"(#{1,6})\s+(?=\S)")
_LONGEST_HEADING = 46  # em
_WIDEST_ALONE = 30  # em, of a heading known by nothing but that it stands alone
_UNNUMBERED = 2  # level of such a heading
_GOES_ON = ("，", "、", "；", "：", ",", ";", ":")
_NAMES = re.compile(
    r"(?:[Bb]y\s+)?[A-Z][\w.'’-]*(?:[\s,&]+(?:and\s+)?[A-Z][\w.'’-]*){1,11}"
    r"|(?:作者[：:]\s*)?[\u4e00-\u9fff·]{2,4}(?:[、，,\s]+[\u4e00-\u9fff·]{2,4}){0,5}"
)
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
_CAPTION = re.compile(r"[图表]\s*\d{1,2}(?![\d年月])\s*\S|资料来源\s*[：:]|(?:Figure|Table)\s+\d+[.:]?\s")
_BACK = (
    (Kind.ABSTRACT, "abstracts", re.compile(r"Abstracts|英文摘要")),
    (Kind.INDEX, "index", re.compile(r".{0,30}年?总目录|.{0,20}全年目录")),
    (Kind.NOTICE, "notes", re.compile(r"投稿(?:注意事项|须知|指南)|征稿启事|稿约")),
    (Kind.NOTICE, "subscription", re.compile(r"欢迎订阅|征订启事")),
)
_FRONT = (
    (Kind.NOTICE, re.compile(r"专题序言|编者按|卷首语")),
    (Kind.CONTENTS, re.compile(r".{0,4}目录|目\s*次|(?:Table of )?Contents")),
)
_HEAD_LINES = 20  # an article's head (number, authors, journal, titles) is no longer than this


@dataclass(frozen=True, slots=True)
class Role:
    """What a line is: `skip` characters at its start belong to a label or mark, not to its text."""

    kind: Kind
    part: str  # id of the article or other part
    level: int = 0  # of a heading, 1 is highest
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a source in order, the role of every line, and the notes found."""

    records: tuple[ArticleRecord, ...]
    roles: tuple[Role, ...]
    notes: Notes


def parts(source: SourceText, lay: Layout, records: Sequence[ArticleRecord]) -> Parts:
    """Takes a source apart; without a record the whole source is one article."""
    lines = lay.lines
    known = tuple(records) or (_own_record(source, lay),)
    furniture: set[int] = set()
    if lay.wrapped:
        titles = [t for r in records for t in (r.title_zh, r.journal_zh) if t]
        furniture = running_heads(lines, titles)
        furniture |= {at for at, line in enumerate(lines) if number_of(line) is not None}
    starts = _starts(lines, known if records else ())
    furniture -= set(starts)
    notes = find_notes(source.text, lines, furniture, wrapped=lay.wrapped)
    found, sections = _sections(source, lines, known, starts)
    roles: list[Role | None] = [None] * len(lines)
    for at in furniture:
        roles[at] = Role(Kind.FURNITURE, "")
    for at, _, _ in notes.bare:
        roles[at] = Role(Kind.FURNITURE, "")
    for note in notes.notes:
        for k, at in enumerate(note.lines):
            roles[at] = Role(Kind.FOOTNOTE, "", skip=note.skip if k == 0 else 0)
    for first, last, part, kind in sections:
        record = next((r for r in known if r.id == part), None)
        if kind is Kind.BODY and record is not None:
            _article(lines, lay, roles, first, last, record, headed=bool(records))
        elif kind is Kind.ABSTRACT:
            _abstracts(lines, roles, first, last, known)
        else:
            _matter(lines, roles, first, last, kind)
        for at in range(first, last):
            role = roles[at]
            roles[at] = Role(Kind.BODY, part) if role is None else replace(role, part=role.part or part)
    return Parts(found, tuple(role for role in roles if role is not None), notes)


def _own_record(source: SourceText, lay: Layout) -> ArticleRecord:
    """What a file without catalogue entry tells of itself."""
    stem = PurePath(source.name).stem
    title = source.title
    for line in lay.lines[:3]:
        heading = _MARKDOWN.match(line.text)
        if not title and (heading or (line.width < 40 and not ends_sentence(line.text) and len(lay.lines) > 1)):
            title = line.text[heading.end() :] if heading else line.text
    spoken = language(source.text[:20_000])
    return ArticleRecord(
        id=source.name,
        source=source.name,
        title_zh=(title or stem) if spoken == "zh" else None,
        title_en=(title or stem) if spoken == "en" else None,
        language=spoken,
        kind="document",
    )


def _starts(lines: Sequence[Line], records: Sequence[ArticleRecord]) -> dict[int, str]:
    """First line of each article, found in order; an article not found is left out."""
    starts: dict[int, str] = {}
    at = 0
    for record in records:
        opening = fold(record.begins or record.title)
        near = [k for k in range(at, len(lines)) if fold(lines[k].text).startswith(opening)]
        # A line of its own rather than one of the contents that goes on with a page number.
        hit = next((k for k in near if fold(lines[k].text) == opening), near[0] if near else None)
        if hit is None:
            continue
        starts[hit] = record.id
        at = hit + 1
    return starts


def _sections(
    source: SourceText, lines: Sequence[Line], records: Sequence[ArticleRecord], starts: dict[int, str]
) -> tuple[tuple[ArticleRecord, ...], list[tuple[int, int, str, Kind]]]:
    """(first line, line after the last, part, kind) of every part; front and back matter get records."""
    stem = PurePath(source.name).stem
    marks: list[tuple[int, str, Kind]] = [(at, part, Kind.BODY) for at, part in starts.items()]
    extra: list[ArticleRecord] = []
    last = max(starts, default=-1)
    if starts:
        for at in range(last + 1, len(lines)):
            for kind, name, pattern in _BACK:
                if pattern.fullmatch(lines[at].text):
                    marks.append((at, f"{stem}#{name}", kind))
                    extra.append(_part_record(source, f"{stem}#{name}", lines[at].text))
        if min(starts) > 0:
            marks.append((0, f"{stem}#front", Kind.CONTENTS))
            extra.append(_part_record(source, f"{stem}#front", lines[0].text))
    else:
        marks.append((0, records[0].id, Kind.BODY))
    marks.sort()
    ends = [at for at, _, _ in marks[1:]] + [len(lines)]
    sections = [(at, end, part, kind) for (at, part, kind), end in zip(marks, ends, strict=True)]
    return (*records, *extra), sections


def _part_record(source: SourceText, part: str, title: str) -> ArticleRecord:
    spoken = language(title)
    return ArticleRecord(
        id=part,
        source=source.name,
        title_zh=title if spoken == "zh" else None,
        title_en=title if spoken == "en" else None,
        language=spoken,
        kind="part",
    )


def _matter(lines: Sequence[Line], roles: list[Role | None], first: int, last: int, kind: Kind) -> None:
    """Front and back matter: headings inside it switch between contents and notices."""
    for at in range(first, last):
        for other, pattern in _FRONT:
            if pattern.fullmatch(lines[at].text):
                kind = other
                roles[at] = roles[at] or Role(Kind.HEADING, "", 1)
        if roles[at] is None:
            roles[at] = Role(Kind.FURNITURE if is_rule(lines[at]) else kind, "")


def _abstracts(lines: Sequence[Line], roles: list[Role | None], first: int, last: int, records: Sequence[ArticleRecord]) -> None:
    """Abstracts in another language, each tied to the article whose title stands above it."""
    current: ArticleRecord | None = None
    for at in range(first, last):
        text = fold(lines[at].text).casefold()
        match = next((r for r in records if r.title_en and fold(r.title_en).casefold() == text), None)
        if match:
            current = match
            roles[at] = Role(Kind.TITLE, current.id)
        elif current is None:
            roles[at] = Role(Kind.NOTICE, "")
        elif _is_author_line(lines[at], current):
            roles[at] = Role(Kind.AUTHOR, current.id)
        elif roles[at] is None:
            roles[at] = Role(Kind.ABSTRACT, current.id)


def _is_author_line(line: Line, record: ArticleRecord) -> bool:
    text = re.sub(r"[□■&,，、;；]|and|等|\^\{?\*\}?", "", fold(line.text)).casefold()
    names = ("".join(filter(None, (p.zh for p in record.authors))), "".join(filter(None, (p.en for p in record.authors))))
    return bool(text) and any(text == re.sub(r"[,，、]|and", "", fold(n).casefold()) for n in names)


def _article(
    lines: Sequence[Line],
    lay: Layout,
    roles: list[Role | None],
    first: int,
    last: int,
    record: ArticleRecord,
    *,
    headed: bool,
) -> None:
    """The head of an article, then its headings, tables, captions and meta lines."""
    body = _head(lines, roles, first, last, record) if headed else _own_head(lines, lay, roles, first, last, record)
    labels = {at: found for at in range(first, last) if roles[at] is None and (found := _label(lines[at]))}
    for at, (kind, skip) in labels.items():
        roles[at] = Role(kind, "", skip=skip if kind is Kind.ABSTRACT else 0)
        follow = range(at + 1, last)
        if kind is Kind.ABSTRACT:
            _run_on(lines, lay, roles, follow)
        elif nearby := [k for k in labels if at < k <= at + _META_REACH]:
            for k in range(at + 1, nearby[0]):
                roles[k] = roles[k] or Role(Kind.META, "")
    complete = True
    for at in range(body, last):
        line = lines[at]
        if roles[at] is not None:
            complete = complete if roles[at].kind in (Kind.FOOTNOTE, Kind.FURNITURE) else True  # type: ignore[union-attr]
            continue
        if _EDITOR.match(line.text):
            roles[at] = Role(Kind.FURNITURE, "")
        elif is_row(line):
            roles[at] = Role(Kind.TABLE, "")
        elif _CAPTION.match(line.text) and line.width < 2 * _LONGEST_HEADING * (1 if lay.wrapped else 4):
            roles[at] = Role(Kind.CAPTION, "")
        elif level := _heading(line, lay, complete=complete) or (
            0 if headed or not complete or not _alone(lines, lay, at) else _UNNUMBERED
        ):
            markup = _MARKDOWN.match(line.text)
            roles[at] = Role(Kind.HEADING, "", level, markup.end() if markup else 0)
        else:
            complete = ends_sentence(re.sub(r"\^?\[\d+\]|\^?[①-⑳]|[a-z]\s*$|\^\{\*\}", "", line.text)) or line.text.endswith(
                ("：", ":")
            )
            continue
        complete = True


def _head(lines: Sequence[Line], roles: list[Role | None], first: int, last: int, record: ArticleRecord) -> int:
    """Marks title and authors; returns the first line after the head."""
    title = fold(record.title_zh or record.title)
    seen = ""
    end = first
    for at in range(first, min(last, first + _HEAD_LINES)):
        seen += re.sub(r"\^\{\*\}|[《》]", "", fold(lines[at].text))
        if title in seen:
            end = at + 1
            break
    for at in range(first, end):
        roles[at] = Role(Kind.TITLE, "")
    while end < last and _is_author_line(lines[end], record):
        roles[end] = Role(Kind.AUTHOR, "")
        end += 1
    return end


def _own_head(lines: Sequence[Line], lay: Layout, roles: list[Role | None], first: int, last: int, record: ArticleRecord) -> int:
    """Marks the title and the names below it of a file without catalogue entry; returns the first line after them."""
    title = fold(record.title)
    at = next((k for k in range(first, min(last, first + 3)) if fold(lines[k].text) == title), None)
    if (
        at is None
        or roles[at] is not None
        or _CAPTION.match(lines[at].text)
        or _heading(lines[at], lay, complete=True)
        or not _stands_out(lines, lay, at)
    ):
        return first
    roles[at] = Role(Kind.TITLE, "")
    while (at := at + 1) < last and roles[at] is None and _NAMES.fullmatch(lines[at].text):
        if _heading(lines[at], lay, complete=True) or not _stands_out(lines, lay, at):
            break
        roles[at] = Role(Kind.AUTHOR, "")
    return at


def _stands_out(lines: Sequence[Line], lay: Layout, at: int) -> bool:
    """Whether a line is short, ends no sentence, and is not the first of a paragraph that goes on below."""
    line = lines[at]
    if line.width > _LONGEST_HEADING or at + 1 == len(lines) or ends_sentence(line.text) or line.text.endswith(_GOES_ON):
        return False
    return line.width < 0.75 * lay.full if lay.spaced else bool(lines[at + 1].blanks)


def _alone(lines: Sequence[Line], lay: Layout, at: int) -> bool:
    """Whether a line stands by itself between blank lines, as headings do."""
    line = lines[at]
    opens = line.text[:1].isupper() or language(line.text[:1]) == "zh"
    return bool(line.blanks) and opens and line.width <= _WIDEST_ALONE and _stands_out(lines, lay, at)


def _label(line: Line) -> tuple[Kind, int] | None:
    for kind, pattern in _LABELS:
        if match := pattern.match(line.text):
            gap = len(line.text[match.end() :]) - len(line.text[match.end() :].lstrip())
            return kind, match.end() + gap
    return None


def _run_on(lines: Sequence[Line], lay: Layout, roles: list[Role | None], follow: range) -> None:
    """An abstract runs on to the end of its flow (wrapped) or of its unfinished paragraph."""
    for at in follow:
        line = lines[at]
        if roles[at] is not None or _label(line) or line.break_before:
            return
        if (not lay.wrapped or not lay.spaced) and line.blanks and ends_sentence(lines[at - 1].text):
            return
        roles[at] = Role(Kind.ABSTRACT, "")


def _heading(line: Line, lay: Layout, *, complete: bool) -> int:
    """Level of a heading, 0 if the line is none."""
    if markup := _MARKDOWN.match(line.text):
        return len(markup.group(1))
    if not complete or line.width > _LONGEST_HEADING or ends_sentence(line.text.rstrip("？?")):
        return 0
    for level, pattern in _HEADINGS:
        if pattern.match(line.text):
            if level == 1 and pattern.pattern.startswith("(?:") and not pattern.fullmatch(line.text):
                continue
            short = line.width < 0.75 * lay.full if lay.wrapped else True
            return level if short and not line.text.endswith(tuple(set(_GOES_ON) - {"：", ":"})) else 0
    return 0
