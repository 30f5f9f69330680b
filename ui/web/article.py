"""Library → one article as it is read: sections, paragraphs, sentences, footnotes at their marks.

The view knows nothing of HTML; `article_html` writes it out for any page that shows an article.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from index.library import Library
from index.records import ArticleRecord, Footnote, Kind, Sentence
from ui.web.note_marks import Mark, Places

_OUTSIDE = (Kind.TITLE, Kind.AUTHOR, Kind.ABSTRACT, Kind.META)
"""What stands under no heading, before the text or behind it."""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, its translation, and for Ibid. or 同上 the note that it repeats."""

    footnote: Footnote
    translation: str | None = None
    repeats: Footnote | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the article."""

    sentence: Sentence
    translation: str | None = None
    marks: tuple[Mark, ...] = ()
    page: str | None = None  # the page of the print, on its first sentence only


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a heading, or the rows of a table."""

    kind: Kind
    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """The clean text of a heading, for the contents."""
        return " ".join(line.sentence.text for line in self.lines)

    @property
    def translation(self) -> str | None:
        """Its translation, where every sentence has one."""
        told = [line.translation for line in self.lines]
        return " ".join(filter(None, told)) if all(told) else None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, up to the next heading of any level."""

    level: int  # 1 for the outermost; 0 for what stands before the first heading
    heading: Block | None
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]

    @property
    def title(self) -> str:
        """The heading as the sentences below it name it, with the spaces that their paths keep."""
        text = self.heading.text if self.heading else ""
        paths = (block.lines[0].sentence.section for block in self.blocks)
        return next((path[-1] for path in paths if path and _bare(path[-1]) == _bare(text)), text)


@dataclass(frozen=True, slots=True)
class ArticleView:
    """A whole article with its bibliographic record."""

    record: ArticleRecord
    sections: tuple[Section, ...]

    def blocks(self) -> Iterator[Block]:
        """Headings and paragraphs in reading order."""
        for section in self.sections:
            if section.heading:
                yield section.heading
            yield from section.blocks

    def lines(self) -> Iterator[Line]:
        """All sentences in reading order."""
        for block in self.blocks():
            yield from block.lines

    def notes(self) -> Iterator[Note]:
        """All footnotes, section by section."""
        for section in self.sections:
            yield from section.notes

    @property
    def translated(self) -> bool:
        """Whether any of it can be read in the other language."""
        return any(line.translation for line in self.lines())

    def spans(self, start: int, end: int) -> list[tuple[int, int]]:
        """The spans of the sentences that a place touches, or of the footnote that holds it whole; none outside the article.

        A place between two sentences is that of the later.
        """
        for note in self.notes():
            own = note.footnote
            if own.start <= start and end <= own.end:
                return [(own.start, own.end)]
        found = [line.sentence for line in self.lines()]
        touched = [(s.start, s.end) for s in found if s.start < end and s.end > start]
        inside = bool(found) and found[0].start <= start
        return touched or [(s.start, s.end) for s in found if inside and s.start >= start][:1]


def _bare(text: str) -> str:
    return "".join(text.split())


def view(library: Library, article: str) -> ArticleView | None:
    """An article as it is read; None where the library has none of that id."""
    record = library.article(article)
    if record is None:
        return None
    read = library.reading(article)
    if not read:
        return ArticleView(record, ())
    told = library.notes(article, read[0][0].id, read[-1][0].id)
    own = {note.id: note for note, _ in told}
    notes = [Note(n, translation, _repeated(library, n, own)) for n, translation in told]
    places = Places(library.source_text(record.source), library.pieces(record.source))
    sections = _sections(_blocks(_lines(read, notes, places)))
    return ArticleView(record, tuple(_with_notes(sections, notes)))


def _repeated(library: Library, note: Footnote, own: dict[int, Footnote]) -> Footnote | None:
    if note.same_as is None:
        return None
    return own.get(note.same_as) or library.footnote(note.same_as)


def _lines(read: Sequence[tuple[Sentence, str | None]], notes: Sequence[Note], places: Places) -> list[Line]:
    borne: dict[int, list[Footnote]] = {}
    for note in notes:
        if note.footnote.sentence is not None:
            borne.setdefault(note.footnote.sentence, []).append(note.footnote)
    lines, page = [], None
    for at, (sentence, translation) in enumerate(read):
        until = read[at + 1][0].start if at + 1 < len(read) else sentence.end
        marks = places.marks(sentence, max(until, sentence.end), borne.get(sentence.id, []))
        turned = sentence.page if sentence.page != page else None
        page = sentence.page or page
        lines.append(Line(sentence, translation, marks, turned))
    return lines


def _blocks(lines: Sequence[Line]) -> list[Block]:
    """Lines of one paragraph, and rows of one table, together."""
    grouped = groupby(lines, key=lambda line: (line.sentence.paragraph, line.sentence.kind, line.sentence.section))
    return [Block(kind, tuple(of)) for (_, kind, _), of in grouped]


def _sections(blocks: Sequence[Block]) -> list[Section]:
    """Every heading opens a section, and so does an abstract behind the text; a level is never left out on the way down."""
    sections = [Section(0, None, (), ())]
    for block in blocks:
        if block.kind is Kind.HEADING:
            deep = len(block.lines[0].sentence.section) + 1
            sections.append(Section(min(deep, sections[-1].level + 1), block, (), ()))
            continue
        if sections[-1].level and block.kind in _OUTSIDE and not block.lines[0].sentence.section:
            sections.append(Section(0, None, (), ()))
        sections[-1] = replace(sections[-1], blocks=(*sections[-1].blocks, block))
    return sections if sections[0].blocks else sections[1:]


def _with_notes(sections: Sequence[Section], notes: Sequence[Note]) -> Iterator[Section]:
    """Each footnote under the section of its sentence, an untied one under that which its place falls into."""
    home: dict[int, int] = {}
    starts: list[int] = []
    for at, section in enumerate(sections):
        lines = [line for block in (section.heading, *section.blocks) if block for line in block.lines]
        home.update((line.sentence.id, at) for line in lines)
        starts.append(max(lines[0].sentence.start, starts[-1] if starts else 0))
    held: dict[int, list[Note]] = {}
    for note in notes:
        own = note.footnote
        at = home[own.sentence] if own.sentence in home else max(0, bisect_right(starts, own.start) - 1)
        held.setdefault(at, []).append(note)
    for at, section in enumerate(sections):
        yield replace(section, notes=tuple(held.get(at, ())))
