"""Answers → blocks of text, the same for every kind of file; each writer escapes them in its own way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Literal

from index.records import ArticleRecord, Language, Passage
from index.script import language as language_of
from rag import exchange, references
from rag.cite import name
from rag.plain import clean
from rag.records import Answer, Citation, Claim
from ui.web.texts import texts

_ITALIC = re.compile("\\*([^\\s*\u4e00-\u9fff][^*\u4e00-\u9fff]*)\\*")

Style = references.Style | exchange.Format
"""How references are written: in a style for readers or in a data format."""

BlockKind = Literal[
    "title",
    "made",
    "question",
    "answer",
    "item",
    "remark",
    "heading",
    "source",
    "quote",
    "translation",
    "note",
    "reference",
    "code",
]
PieceKind = Literal["text", "italic", "label", "mark"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a block; of a mark, `target` is the anchor that it points to."""

    text: str
    kind: PieceKind = "text"
    target: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, and what it is."""

    kind: BlockKind
    pieces: tuple[Piece, ...]
    language: Language
    anchor: str = ""


def cited_articles(answers: Sequence[Answer], articles: Mapping[str, ArticleRecord]) -> list[ArticleRecord]:
    """The articles that answers cite, each once, in the order of their first citation."""
    return [articles[id] for id in dict.fromkeys(citation.article for answer in answers for citation in answer.citations)]


def blocks(
    answers: Sequence[Answer],
    articles: Mapping[str, ArticleRecord],
    style: Style,
    language: Language,
    made: date | None = None,
) -> list[Block]:
    """A title, each question with its answer and evidence, and the bibliography."""
    return list(_Writer(articles, style, language).all(answers, made))


def entries(
    records: Sequence[ArticleRecord], style: Style, pages: Mapping[str, Sequence[str]]
) -> list[tuple[ArticleRecord, tuple[Piece, ...]]]:
    """The bibliography: each record with its reference, in the order of the style."""
    if style == "bibtex":
        return [(record, (Piece(exchange.bibtex([record])),)) for record in records]
    if style == "ris":
        return [(record, (Piece(exchange.ris([record]).replace("\r\n", "\n")),)) for record in records]
    known = {record.id: record for record in records}
    return [
        (known[entry.article], tuple(Piece(run.text, "italic" if run.italic else "text") for run in entry.runs))
        for entry in references.bibliography(records, style, pages)
    ]


class _Writer:
    """What stays the same while one file is put together."""

    def __init__(self, articles: Mapping[str, ArticleRecord], style: Style, language: Language) -> None:
        self.articles = articles
        self.style = style
        self.language = language
        self.own = texts(language)
        self.numbers: dict[str, int] = {}  # of the articles in the bibliography

    def all(self, answers: Sequence[Answer], made: date | None) -> Iterator[Block]:
        found = entries(cited_articles(answers, self.articles), self.style, _pages(answers))
        self.numbers = {record.id: number for number, (record, _) in enumerate(found, start=1)}
        yield self._says("title", self.own["export_title"])
        if made is not None:
            yield self._says("made", self.own["export_made"].format(date=made.isoformat()))
        for number, answer in enumerate(answers, start=1):
            yield from self._turn(number, answer)
        if found:
            named = self.own[f"export_style_{self.style}"]
            yield self._says("heading", self.own["export_bibliography_in"].format(style=named))
        for record, pieces in found:
            yield self._reference(record, pieces)

    def _turn(self, number: int, answer: Answer) -> Iterator[Block]:
        yield self._text("question", answer.question)
        if answer.understood and answer.understood != answer.question:
            yield self._says("remark", self.own["export_understood"].format(question=clean(answer.understood)))
        if answer.refused:
            yield self._text("answer", answer.text, answer.language)
        else:
            yield from self._claims(number, answer)
        if terms := [term for term in answer.also_searched if term != answer.understood]:
            yield self._says("remark", self.own["export_also"].format(terms=self.own["export_and"].join(map(clean, terms))))
        yield self._says("remark", self.own["export_answered"].format(reader=clean(answer.reader), encoder=clean(answer.encoder)))
        if answer.citations:
            yield self._says("heading", self.own["export_evidence"])
        for citation in answer.citations:
            yield from self._citation(number, citation)
        if answer.nearest:
            yield self._says("heading", self.own["export_nearest"])
        for passage in answer.nearest:
            yield from self._near(passage)

    def _claims(self, number: int, answer: Answer) -> Iterator[Block]:
        """Statements that follow one another make a paragraph; items of a list stand alone."""
        gap = () if answer.language == "zh" else (Piece(" "),)
        for item, group in groupby(answer.claims, lambda claim: claim.item):
            said = [self._claim(number, answer, claim) for claim in group]
            if item:
                yield from (Block("item", pieces, answer.language) for pieces in said)
            else:
                joined = said[0] + tuple(piece for pieces in said[1:] for piece in (*gap, *pieces))
                yield Block("answer", joined, answer.language)

    def _claim(self, number: int, answer: Answer, claim: Claim) -> tuple[Piece, ...]:
        own = texts(answer.language)
        remarks = (own["export_quoted"] if claim.original else "") + (own["export_partly"] if claim.verdict == "partly" else "")
        against: tuple[Piece, ...] = ()
        if claim.against:
            before, after = own["export_against"].split("{marks}")
            against = (Piece(before, "label"), *_marks(number, claim.against), Piece(after, "label"))
        said = (Piece(clean(claim.text)), *((Piece(remarks, "label"),) if remarks else ()), *against)
        return (*said, *_marks(number, claim.citations))

    def _citation(self, number: int, citation: Citation) -> Iterator[Block]:
        spoken = language_of(citation.quote)
        record = self.articles[citation.article]
        head = self._where(record, self._path(citation), citation.page, self.numbers.get(record.id))
        yield Block(
            "source", (Piece(f"[{citation.number}] ", "label"), Piece(head)), self.language, _anchor(number, citation.number)
        )
        if citation.context:
            yield self._labelled("note", self.own["export_table"], citation.context, spoken)
        yield self._labelled("quote", self.own["export_original"], citation.quote, spoken)
        if citation.quote_translation:
            other: Language = "en" if spoken == "zh" else "zh"
            yield self._labelled("translation", self.own["export_translation"], citation.quote_translation, other)
        for note in citation.footnotes:
            label = self.own["export_note"].format(label=clean(note.label))
            yield Block("note", (Piece(label, "label"), *_slanted(clean(note.text))), spoken)
        yield self._place(citation.source, citation.start, citation.end)

    def _near(self, passage: Passage) -> Iterator[Block]:
        head = self._where(self.articles[passage.article], passage.section, passage.page, None)
        yield self._says("source", head)
        yield self._labelled("quote", self.own["export_original"], passage.text, passage.language)
        if passage.translation:
            other: Language = "en" if passage.language == "zh" else "zh"
            yield self._labelled("translation", self.own["export_translation"], passage.translation, other)
        yield self._place(passage.source, passage.start, passage.end)

    def _where(self, record: ArticleRecord, section: Sequence[str], page: str | None, number: int | None) -> str:
        """Authors and title, section, page and number in the bibliography on one line."""
        authors = self.own["export_and"].join(filter(None, (name(person, self.language) for person in record.authors)))
        title = self.own["export_by" if authors else "export_alone"].format(authors=authors, title=self._title(record))
        paged = self.own["export_page"].format(page=page) if page else ""
        listed = self.own["export_article"].format(number=number) if number else ""
        return " · ".join(clean(part) for part in (title, " › ".join(section), paged, listed) if part)

    def _title(self, record: ArticleRecord) -> str:
        """The title as printed, with that in the reader's language where it has one."""
        other = record.title_zh if self.language == "zh" else record.title_en
        return f"{record.title} [{other}]" if other and other != record.title else record.title

    def _path(self, citation: Citation) -> Sequence[str]:
        """The headings as printed, with their translation for who does not read their language."""
        section, translated = citation.section, citation.section_translation
        if not translated or language_of("".join(section)) == self.language:
            return section
        return [heading if heading == told else f"{heading} [{told}]" for heading, told in zip(section, translated, strict=True)]

    def _reference(self, record: ArticleRecord, pieces: tuple[Piece, ...]) -> Block:
        spoken = references.original_language(record)
        if self.style in exchange.FORMATS:
            return Block("code", pieces, spoken)
        note = exchange.digest_note(record, self.language)
        # Chinese has no italics: slanted characters are a fault of type.
        cleaned = tuple(Piece(_inner(p.text), "text" if language_of(p.text) == "zh" else p.kind) for p in pieces)
        return Block("reference", (*cleaned, *((Piece(f" {clean(note)}", "label"),) if note else ())), spoken)

    def _place(self, source: str, start: int, end: int) -> Block:
        return self._says("remark", self.own["export_place"].format(source=clean(source), start=start, end=end))

    def _says(self, kind: BlockKind, text: str) -> Block:
        return Block(kind, (Piece(text),), self.language)

    def _text(self, kind: BlockKind, text: str, spoken: Language | None = None) -> Block:
        return Block(kind, (Piece(clean(text)),), spoken or language_of(text))

    def _labelled(self, kind: BlockKind, label: str, text: str, spoken: Language) -> Block:
        return Block(kind, (Piece(label, "label"), Piece(clean(text))), spoken)


def _marks(turn: int, numbers: Sequence[int]) -> tuple[Piece, ...]:
    return tuple(Piece(f"[{number}]", "mark", _anchor(turn, number)) for number in numbers)


def _anchor(turn: int, number: int) -> str:
    return f"quote-{turn}-{number}"


def _slanted(text: str) -> Iterator[Piece]:
    """A footnote's pieces: titles in italics stand between asterisks in its file."""
    for place, part in enumerate(_ITALIC.split(text)):
        if part:
            yield Piece(part, "italic" if place % 2 else "text")


def _inner(text: str) -> str:
    """Cleaned, but with the spaces at its ends, which part it from its neighbours."""
    return " " * text.startswith(" ") + clean(text) + " " * (text.endswith(" ") and text != " ")


def _pages(answers: Sequence[Answer]) -> dict[str, list[str]]:
    """The pages cited of each article, each once, in ascending order where they are numbers."""
    found: dict[str, set[str]] = {}
    for answer in answers:
        for citation in answer.citations:
            if citation.page:
                found.setdefault(citation.article, set()).add(citation.page)
    return {id: sorted(pages, key=lambda page: (not page.isdigit(), page.zfill(9))) for id, pages in found.items()}
