"""Where each article of a source begins and ends, and what stands before the first and after the last."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from index.clean import fold
from index.headings import MARKDOWN, stands_out
from index.layout import Layout, Line
from index.records import ArticleRecord, Kind, SourceText
from index.script import ends_sentence, language

_BACK = (
    (Kind.ABSTRACT, "abstracts", re.compile(r"Abstracts|英文摘要")),
    (Kind.INDEX, "index", re.compile(r".{0,30}年?总目录|.{0,20}全年目录")),
    (Kind.NOTICE, "notes", re.compile(r"投稿(?:注意事项|须知|指南)|征稿启事|稿约")),
    (Kind.NOTICE, "subscription", re.compile(r"欢迎订阅|征订启事")),
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lines from `first` up to `last`, which are one article (BODY) or one kind of matter around articles."""

    first: int
    last: int
    part: str  # id of its record
    kind: Kind


def own_record(source: SourceText, lay: Layout) -> ArticleRecord:
    """What a file without catalogue entry tells of itself."""
    stem = PurePath(source.name).stem
    title = source.title
    for at, line in enumerate(lay.lines[:3]):
        markup = MARKDOWN.match(line.text)
        alone = line.width < 40 and not ends_sentence(line.text) and len(lay.lines) > 1
        if not title and (markup or (alone and (not lay.paged or stands_out(lay, at)))):
            title = line.text[markup.end() :] if markup else line.text
    spoken = language(source.text[:20_000])
    return ArticleRecord(
        id=source.name,
        source=source.name,
        title_zh=(title or stem) if spoken == "zh" else None,
        title_en=(title or stem) if spoken == "en" else None,
        language=spoken,
        kind="document",
    )


def find_starts(lines: Sequence[Line], records: Sequence[ArticleRecord]) -> dict[int, str]:
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


def stretches(
    source: SourceText, lines: Sequence[Line], records: Sequence[ArticleRecord], starts: Mapping[int, str]
) -> tuple[tuple[ArticleRecord, ...], list[Stretch]]:
    """The whole source as stretches in order; front and back matter get records of their own."""
    stem = PurePath(source.name).stem
    marks: list[tuple[int, str, Kind]] = [(at, part, Kind.BODY) for at, part in starts.items()]
    extra: list[ArticleRecord] = []
    if starts:
        for at in range(max(starts) + 1, len(lines)):
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
    return (*records, *extra), [Stretch(at, end, part, kind) for (at, part, kind), end in zip(marks, ends, strict=True)]


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
