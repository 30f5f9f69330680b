"""SourceText → Document: the story of how a file becomes sentences that can be cited.

lines → parts and roles → paragraphs joined over page breaks → marks tied to notes → sentences
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from index.clean import HAN, Mapped, close_names, gather, tidy
from index.layout import Layout, Line, layout, printed_pages
from index.layout import page_number as number_of
from index.notes import IBID, Note, find_marks
from index.parts import Parts, Role, parts
from index.records import ArticleRecord, Document, Footnote, Kind, Piece, Sentence, SourceText
from index.script import ends_sentence
from index.script import sentences as split_sentences
from index.tables import rows
from index.terms import Terms

_FLOWING = (Kind.BODY, Kind.ABSTRACT, Kind.NOTICE)  # kinds whose lines make paragraphs
_LISTING = (Kind.AUTHOR, Kind.META, Kind.INDEX, Kind.CONTENTS)  # where spaces part names and entries
_PARAGRAPH_START = re.compile(
    r"第[一二三四五六七八九十][，,]|首先[，,]|其次[，,]|再次[，,]|最后[，,]|[（(]\d{1,2}[）)]|\d{1,2}[）)]|[-*•]\s"
)
_LIST_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s")
_NEARLY_FULL = 0.93  # of a full line: a paragraph's last line is usually shorter
_INDEX_ENTRY = re.compile(r"[（(]\d{4}\s*年第\s*\d+\s*期[）)]")
# Doubled characters that are words of their own and not a repeat at a page break.
_DOUBLED = frozenset("人往常种层处时刚渐仅大每频屡重个一天年多深代世纷默久步日月事家户会能要可更到向前后上下中内外不")
_TERMS = Terms()


@dataclass(slots=True)
class _Paragraph:
    kind: Kind
    part: str
    section: tuple[str, ...]
    lines: list[int] = field(default_factory=list)


def analyse(source: SourceText, records: Sequence[ArticleRecord] = ()) -> Document:
    """Takes a source apart into articles, sentences, footnotes, tables and furniture.

    `records` are the catalogue's articles of this source, in order; none means one article.
    Sentence, paragraph and footnote numbers count from 0 inside the document.
    """
    lay = layout(source.text, source.pages)
    found = parts(source, lay, records)
    kinds = bytearray(len(source.text))  # 0: nobody's yet; else 1 + position in Kind
    builder = _Builder(source, lay, found, kinds)
    builder.run()
    footnotes = builder.footnotes()
    return Document(
        source=source,
        articles=found.records,
        sentences=tuple(builder.sentences),
        footnotes=tuple(footnotes),
        pieces=_pieces(source.text, kinds),
        joins=tuple(sorted(set(builder.joins))),
        exceptions=tuple(builder.exceptions),
    )


_ORDER = tuple(Kind)


def _pieces(text: str, kinds: bytearray) -> tuple[Piece, ...]:
    """Runs of one kind; what nobody claimed is SPACE, or LEFT_OVER where it is no white space."""
    codes = np.frombuffer(bytes(kinds), dtype=np.uint8).copy()
    space = _ORDER.index(Kind.SPACE) + 1
    for match in re.finditer(r"\s+", text):
        part = codes[match.start() : match.end()]
        part[part == 0] = space
    if not len(codes):
        return ()
    cuts = np.flatnonzero(np.diff(codes)) + 1
    edges = [0, *cuts.tolist(), len(codes)]
    return tuple(Piece(a, b, _ORDER[codes[a] - 1] if codes[a] else Kind.LEFT_OVER) for a, b in pairwise(edges))


def _repeats(before: str, after: str) -> bool:
    """Whether the character at a page's end is printed again at the next page's head.

    安全 | 全球 is no repeat, since the character ends one word and begins the next; in 国家领 | 领导人
    it belongs to no word on its side.
    """
    char = after[:1]
    if before[-1:] != char or char in _DOUBLED or not re.match(f"[{HAN}]", char):
        return False
    return _TERMS.fold(char) in _TERMS.terms(before + after)


class _Builder:
    """Walks the lines once, in order, and collects what a Document holds."""

    def __init__(self, source: SourceText, lay: Layout, found: Parts, kinds: bytearray) -> None:
        self.text = source.text
        self.source = source
        self.lay = lay
        self.lines = lay.lines
        self.roles = found.roles
        self.parts = found
        self.kinds = kinds
        self.sentences: list[Sentence] = []
        self.joins: list[int] = []
        self.exceptions: list[str] = []
        self.blocks = found.notes.blocks()
        self.block_of_line = self._blocks_by_line()
        self.letters = {block: [n.label for n in notes if n.label and n.label.isalpha()] for block, notes in self.blocks.items()}
        self.labels_seen: dict[int, list[str]] = {}
        self.bearers: dict[tuple[int, str], int] = {}
        self.pages = self._pages()
        self.page_starts = [offset for offset, _ in self.pages]
        self.headings: list[tuple[int, str]] = []
        self.paragraph = 0
        self.entry: list[int] = []  # lines of the index entry that may still run on
        self.words = frozenset(re.findall(r"[a-zà-ÿ]{4,}", source.text.casefold())).__contains__

    # -- the walk ---------------------------------------------------------------------------

    def run(self) -> None:
        open_: _Paragraph | None = None
        waiting: list[int] = []  # table lines
        caption = ""
        part = ""
        for at, (line, role) in enumerate(zip(self.lines, self.roles, strict=True)):
            self._claim(line, role)
            if waiting and role.kind is not Kind.TABLE:
                self._table(waiting, caption)
                waiting = []
            if role.part != part:
                part, self.headings = role.part, []
            if role.kind in (Kind.TABLE, Kind.CAPTION) and open_ and self._complete(open_):
                self._close(open_)  # what stands before it also counts before it
                open_ = None
            if role.kind in _FLOWING:
                if open_ and (open_.kind, open_.part) == (role.kind, role.part) and not self._breaks(open_, at):
                    open_.lines.append(at)
                    continue
                self._close(open_)
                open_ = _Paragraph(role.kind, role.part, self._section(), [at])
            elif role.kind in (Kind.FURNITURE, Kind.FOOTNOTE):
                continue
            elif role.kind is Kind.TABLE:
                waiting.append(at)
            elif role.kind is Kind.CAPTION:
                caption = self._line_text(at) or caption
                self._emit(Kind.CAPTION, role.part, [at])
            else:
                self._close(open_)
                open_ = None
                if role.kind is Kind.HEADING:
                    self._heading(at, role)
                elif role.kind is Kind.TITLE:
                    self.headings = []
                    self._emit_run(at, role)
                elif role.kind is Kind.INDEX or (role.kind is Kind.CONTENTS):
                    self._emit_run(at, role)
                else:
                    self._emit(role.kind, role.part, [at])
        if waiting:
            self._table(waiting, caption)
        self._close(open_)

    def _claim(self, line: Line, role: Role) -> None:
        self._claim_as(role.kind, line.start, line.end)
        if role.skip:
            label = Kind.MARK if role.kind is Kind.FOOTNOTE else Kind.FURNITURE
            self._claim_as(label, line.start, line.start + role.skip)

    def _claim_as(self, kind: Kind, start: int, end: int) -> None:
        self.kinds[start:end] = bytes([_ORDER.index(kind) + 1]) * (end - start)

    def _close(self, open_: _Paragraph | None) -> None:
        if open_ is not None:
            self._emit(open_.kind, open_.part, open_.lines, section=open_.section)

    def _section(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)

    def _heading(self, at: int, role: Role) -> None:
        self.headings = [(level, text) for level, text in self.headings if level < role.level]
        above = self._section()
        line = self.lines[at]
        mapped = tidy(gather(self.text, [(line.start + role.skip, line.end)]), words=self.words)
        title = re.sub(r"\^\{\*\}|\^\[\d+\]|\^?[①-⑳]", "", mapped.text)
        numbered = re.match(rf"(?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})(?=[{HAN}“《])", title)
        if numbered and line.text[len(numbered.group())].isspace():
            title = f"{numbered.group()} {title[numbered.end() :]}"
        self._emit(Kind.HEADING, role.part, [at], section=above)
        self.headings.append((role.level, title))

    def _emit_run(self, at: int, role: Role) -> None:
        """Titles, contents and index entries; an index entry runs on until its issue is named."""
        if role.kind is Kind.INDEX:
            previous = self.sentences[-1] if self.sentences else None
            if (
                previous
                and previous.kind is Kind.INDEX
                and self.entry[-1:] == [at - 1]
                and not _INDEX_ENTRY.search(previous.text)
                and not previous.text.startswith("【")
                and not self.lines[at].blanks
            ):
                self.sentences.pop()
                self.paragraph -= 1
                self.entry = [*self.entry, at]
            else:
                self.entry = [at]
            self._emit(role.kind, role.part, self.entry)
        else:
            self._emit(role.kind, role.part, [at])

    # -- paragraphs -------------------------------------------------------------------------

    def _breaks(self, open_: _Paragraph, at: int) -> bool:
        """Whether a new paragraph begins at this line."""
        last = open_.lines[-1]
        before, line = self.lines[last], self.lines[at]
        turned = at != last + 1 or line.break_before  # a page was turned in between
        bare = self._without_marks(before.text)
        complete = ends_sentence(bare)
        colon = bare.endswith(("：", ":"))
        if _LIST_ITEM.match(line.text) and not turned:
            return True
        if self.lay.wrapped and (self.lay.spaced or not line.blanks or turned):
            short = before.width < _NEARLY_FULL * self.lay.full
            if self.lay.spaced or turned:
                return (complete and (short or bool(_PARAGRAPH_START.match(line.text)))) or (
                    colon and short and bool(_PARAGRAPH_START.match(line.text))
                )
            return False
        if not line.blanks and not turned:
            return False
        if colon:
            return not turned or not line.text.startswith(("“", "「"))
        return complete or (open_.kind is Kind.NOTICE and not turned)

    def _complete(self, open_: _Paragraph) -> bool:
        return ends_sentence(self._without_marks(self.lines[open_.lines[-1]].text))

    def _without_marks(self, text: str) -> str:
        text = re.sub(r"(?:\^\[\d+\]|\^?[①-⑳]|\^\{\*\})\s*\Z", "", text)
        return re.sub(rf"(?<=[{HAN}，。？！”）；])\s?[a-z]\Z", "", text) if any(self.letters.values()) else text

    def _line_text(self, at: int) -> str:
        line = self.lines[at]
        return tidy(gather(self.text, [(line.start, line.end)]), words=self.words).text

    def _emit(
        self,
        kind: Kind,
        part: str,
        at: Sequence[int],
        *,
        section: tuple[str, ...] | None = None,
    ) -> None:
        """Cleans the lines as one paragraph and appends its sentences."""
        spans = [(self.lines[k].start + self.roles[k].skip, self.lines[k].end) for k in at]
        spans = self._unrepeat(at, spans, kind)
        raw = gather(self.text, spans)
        clean, marks = self._take_marks(raw, at)
        clean = close_names(clean) if kind in _LISTING else tidy(clean, words=self.words)
        if not len(clean):
            return
        whole = kind in (Kind.HEADING, Kind.TITLE, Kind.AUTHOR, Kind.META, Kind.CAPTION, Kind.INDEX, Kind.CONTENTS)
        cuts = [(0, len(clean))] if whole else split_sentences(clean.text)
        breaks = [self.lines[b].start for a, b in pairwise(at) if b != a + 1 or self.lines[b].break_before]
        first = len(self.sentences)
        for a, b in cuts:
            piece = clean.part(a, b)
            start, end = piece.span()
            self.sentences.append(
                Sentence(
                    id=len(self.sentences),
                    article=part,
                    kind=kind,
                    paragraph=self.paragraph,
                    section=self._section() if section is None else section,
                    start=start,
                    end=end,
                    text=piece.text,
                    page=self._page(start),
                )
            )
            self.joins += [offset for offset in breaks if start < offset < end]
        for block, label, offset in marks:
            owner = next((s.id for s in reversed(self.sentences[first:]) if s.start < offset), first)
            self.bearers.setdefault((block, label), owner)
        self.paragraph += 1

    def _unrepeat(self, at: Sequence[int], spans: list[tuple[int, int]], kind: Kind) -> list[tuple[int, int]]:
        """Drops a character printed at the foot of one page and again at the head of the next."""
        if kind is not Kind.BODY:
            return spans
        for k in range(len(at) - 1):
            turned = at[k + 1] != at[k] + 1 or self.lines[at[k + 1]].break_before
            (start, end), (head, after) = spans[k], spans[k + 1]
            if turned and _repeats(self.text[max(start, end - 8) : end], self.text[head : min(after, head + 8)]):
                spans[k] = (start, end - 1)
                self._claim_as(Kind.FURNITURE, end - 1, end)
        return spans

    def _take_marks(self, raw: Mapped, at: Sequence[int]) -> tuple[Mapped, list[tuple[int, str, int]]]:
        """The text without its footnote marks, and (block, label, source offset) of each mark."""
        blocks = sorted({self.block_of_line[k] for k in at})
        letters: list[str] = []
        if any(self.letters.get(b) for b in blocks):
            return self._take_letters(raw, at)
        mask = np.ones(len(raw), dtype=bool)
        taken: list[tuple[int, str, int]] = []
        for mark in find_marks(raw.text, letters):
            offset = int(raw.origin[mark.start])
            block = self._block_at(offset, at)
            taken.append((block, mark.label, offset))
            mask[mark.start : mark.end] = False
            self._claim_mark(raw, mark.start, mark.end)
        return raw.keep(mask), taken

    def _take_letters(self, raw: Mapped, at: Sequence[int]) -> tuple[Mapped, list[tuple[int, str, int]]]:
        mask = np.ones(len(raw), dtype=bool)
        taken: list[tuple[int, str, int]] = []
        starts = np.array([self.lines[k].start for k in at])
        for block in sorted({self.block_of_line[k] for k in at}):
            own = [self.lines[k].start for k in at if self.block_of_line[k] == block]
            lo = int(np.searchsorted(raw.origin, min(own)))
            following = starts[starts > max(own)]
            hi = int(np.searchsorted(raw.origin, following[0])) if len(following) else len(raw)
            seen = self.labels_seen.setdefault(block, [])
            left = [label for label in self.letters.get(block, []) if label not in seen]
            for mark in find_marks(raw.text[lo:hi], left):
                offset = int(raw.origin[lo + mark.start])
                seen.append(mark.label)
                taken.append((block, mark.label, offset))
                mask[lo + mark.start : lo + mark.end] = False
                self._claim_mark(raw, lo + mark.start, lo + mark.end)
        return raw.keep(mask), taken

    def _claim_mark(self, raw: Mapped, start: int, end: int) -> None:
        for offset in raw.origin[start:end].tolist():
            self._claim_as(Kind.MARK, offset, offset + 1)

    def _block_at(self, offset: int, at: Sequence[int]) -> int:
        return next((self.block_of_line[k] for k in at if self.lines[k].start <= offset < self.lines[k].end), -1)

    def _table(self, at: Sequence[int], caption: str) -> None:
        part = self.roles[at[0]].part
        for k in at:  # what draws the table and stands in no row is furniture
            self._claim_as(Kind.FURNITURE, self.lines[k].start, self.lines[k].end)
        for row in rows(self.text, [self.lines[k] for k in at], caption):
            start, end = row.cells.span()
            self._claim_as(Kind.TABLE, start, end)
            self.sentences.append(
                Sentence(
                    len(self.sentences), part, Kind.TABLE, self.paragraph, self._section(), start, end,
                    row.cells.text, self._page(start), row.reading,
                )
            )  # fmt: skip
        self.paragraph += 1

    # -- footnotes --------------------------------------------------------------------------

    def _blocks_by_line(self) -> list[int]:
        """For each line the block of notes at the foot of its page."""
        first = {block: min(n.lines[0] for n in notes) for block, notes in self.blocks.items()}
        for at, _, block in self.parts.notes.bare:
            first[block] = min(first.get(block, at), at)
        ends = {block: max(n.lines[-1] for n in notes) for block, notes in self.blocks.items()}
        order = sorted(first, key=lambda b: first[b])
        owner: list[int] = []
        k = 0
        for at in range(len(self.lines)):
            while k < len(order) and at > max(ends.get(order[k], first[order[k]]), first[order[k]]):
                k += 1
            owner.append(order[k] if k < len(order) else -1)
        if not self.lay.wrapped or not any(line.break_before for line in self.lines):
            return owner
        # Where pages are known, a page whose notes are lost must not take the next page's.
        starts = [offset for offset, _ in self._printed_pages()]
        page = [bisect_right(starts, line.start) for line in self.lines]
        return [b if b >= 0 and page[first[b]] == page[at] else -1 - page[at] for at, b in enumerate(owner)]

    def footnotes(self) -> list[Footnote]:
        """Every note with the sentence that bears its mark; what does not fit is an exception."""
        result: list[Footnote] = []
        matched: set[tuple[int, str]] = set()
        for block, notes in sorted(self.blocks.items()):
            marks = [label for (b, label) in self.bearers if b == block]
            free = [label for label in marks if label not in {n.label for n in notes}]
            for note in notes:
                label = note.label or (free.pop(0) if free else None)
                result.append(self._footnote(len(result), note, block, label, result))
                if label is not None:
                    matched.add((block, label))
                if result[-1].sentence is None:
                    self.exceptions.append(f"note without mark: {label or '?'} {result[-1].text[:30]}")
        for (block, label), owner in self.bearers.items():
            if (block, label) not in matched:
                self.exceptions.append(f"mark without note: {label} in “{self.sentences[owner].text[-30:]}”")
        return result

    def _footnote(self, number: int, note: Note, block: int, label: str | None, before: list[Footnote]) -> Footnote:
        spans = [(self.lines[k].start + (note.skip if i == 0 else 0), self.lines[k].end) for i, k in enumerate(note.lines)]
        clean = tidy(gather(self.text, spans), words=self.words)
        owner = self.bearers.get((block, label)) if label else None
        article = self.sentences[owner].article if owner is not None else self.roles[note.lines[0]].part
        same = None
        if IBID.match(clean.text) and before and before[-1].article == article:
            same = before[-1].same_as if before[-1].same_as is not None else before[-1].id
        start, end = clean.span() if len(clean) else (spans[0][0], spans[-1][1])
        return Footnote(number, article, label or "", start, end, clean.text, self._page(start), owner, same)

    # -- pages ------------------------------------------------------------------------------

    def _pages(self) -> list[tuple[int, str | None]]:
        """(offset, label) of every page start, labels where they are known."""
        if self.source.pages:
            return [(page.offset, page.label) for page in self.source.pages]
        if self.lay.wrapped:
            return self._printed_pages()
        return [page for record in self.parts.records for page in self._counted_pages(record)]

    def _printed_pages(self) -> list[tuple[int, str | None]]:
        starts = [0]
        printed: dict[int, str] = {}
        ended = False
        for line, role in zip(self.lines, self.roles, strict=True):
            if role.kind is Kind.FURNITURE:
                value = number_of(line)
                if value is not None:
                    printed[len(starts) - 1] = value
                elif not re.fullmatch(r"[①-⑳]", line.text) and role.part and line.text and not line.text.startswith(("(", "（")):
                    ended = True
                continue
            if role.kind is Kind.FOOTNOTE:
                continue
            if (line.break_before or ended) and line is not self.lines[0] and starts[-1] != line.start:
                starts.append(line.start)
            ended = False
        labels = printed_pages(len(starts), printed)
        return list(zip(starts, labels, strict=True))

    def _counted_pages(self, record: ArticleRecord) -> Iterable[tuple[int, str | None]]:
        """Pages of an article whose page breaks show only as blocks of notes."""
        if record.kind == "part" or not (inside := self._lines_of(record)):
            return
        first, _, last = (record.pages or "").partition("-")
        if not (first.isdigit() and last.isdigit()):
            return
        starts: list[int] = []
        fresh = True  # the last page is known to have ended
        for at in inside:
            line, role = self.lines[at], self.roles[at]
            if role.kind is Kind.FOOTNOTE:
                fresh = True
            elif fresh or self._unfinished(at):
                starts.append(line.start)
                fresh = False
        # Only where every page of the article was seen is any of them claimed.
        if len(starts) == int(last) - int(first) + 1:
            yield from ((start, str(int(first) + number)) for number, start in enumerate(starts))
        end = inside[-1]
        while end + 1 < len(self.roles) and self.roles[end + 1].kind in (Kind.FOOTNOTE, Kind.FURNITURE):
            end += 1  # the notes of the last page stand after its text
        yield self.lines[end].end, None

    def _lines_of(self, record: ArticleRecord) -> range:
        """The lines of an article without its abstract elsewhere in the source."""
        own = [k for k, role in enumerate(self.roles) if role.part == record.id and role.kind is Kind.BODY]
        if not own:
            return range(0)
        first = next(k for k, role in enumerate(self.roles) if role.part == record.id)
        return range(first, own[-1] + 1)

    def _unfinished(self, at: int) -> bool:
        """Whether a body line goes on with the sentence of the body line just before it."""
        before = self.lines[at - 1]
        return (
            self.roles[at].kind is Kind.BODY
            and self.roles[at - 1].kind is Kind.BODY
            and self.lines[at].blanks > 0
            and not ends_sentence(self._without_marks(before.text))
            and not before.text.endswith(("：", ":"))
        )

    def _page(self, offset: int) -> str | None:
        at = bisect_right(self.page_starts, offset)
        return self.pages[at - 1][1] if at else None
