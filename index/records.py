"""The frozen records that pass from stage to stage of indexing and search.

Offsets are half-open and count code points of the decoded source text, newlines untouched
(for PDF, DOCX and HTML: of the extracted text that the library keeps).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, get_args

Language = Literal["zh", "en"]
"""Chinese in either script, or English."""

LANGUAGES: tuple[Language, ...] = get_args(Language)


class Kind(StrEnum):
    """What a stretch of a source is; every character of a source has exactly one."""

    BODY = "body"
    HEADING = "heading"
    TITLE = "title"
    AUTHOR = "author"
    ABSTRACT = "abstract"
    META = "meta"  # keywords, author's note, classification numbers
    TABLE = "table"
    CAPTION = "caption"
    FOOTNOTE = "footnote"
    MARK = "mark"  # a footnote mark in running text
    FURNITURE = "furniture"  # page numbers, running heads, editor's lines, stray marks
    CONTENTS = "contents"  # a table of contents
    INDEX = "index"  # the year's index of a journal
    NOTICE = "notice"  # preface, submission notes, subscription page
    SPACE = "space"
    LEFT_OVER = "left over"  # claimed by nothing: a fault, listed in the fidelity report


ANSWERING = frozenset({Kind.BODY, Kind.ABSTRACT, Kind.TABLE})
"""The kinds an answer is made of; all others are searchable, but these outrank them."""


@dataclass(frozen=True, slots=True)
class PageStart:
    """From `offset` on the text stands on the page called `label`."""

    offset: int
    label: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file as decoded or extracted text."""

    name: str  # file name without folders: the `source` of every citation
    text: str
    sha256: str  # of the file's bytes
    media_type: str  # "text/plain", "application/pdf" …
    encoding: str | None = None  # of text files
    pages: tuple[PageStart, ...] = ()  # where the file format itself knows its pages
    title: str | None = None  # as the file format gives it


@dataclass(frozen=True, slots=True)
class Person:
    """An author, in the scripts that are known."""

    zh: str | None = None
    en: str | None = None


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """The bibliographic record of one article (`seeds/catalog.toml`, or what a file tells of itself)."""

    id: str
    source: str
    title_zh: str | None = None
    title_en: str | None = None
    begins: str | None = None  # first line of the article in its source
    authors: tuple[Person, ...] = ()
    journal_zh: str | None = None
    journal_en: str | None = None
    year: int | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None  # "22-41"
    language: Language = "zh"
    kind: str = "article"  # article, digest, part (front and back matter), document
    keywords: tuple[str, ...] = ()
    abstract_zh: str | None = None
    abstract_en: str | None = None

    @property
    def title(self) -> str:
        """The title in the article's own language, else in the other, else its id."""
        own, other = (self.title_zh, self.title_en) if self.language == "zh" else (self.title_en, self.title_zh)
        return own or other or self.id


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of citation: one sentence, heading, table row or index entry, as clean text."""

    id: int  # unique in the library; position in reading order inside a document
    article: str
    kind: Kind
    paragraph: int  # number of the paragraph inside the document
    section: tuple[str, ...]  # headings above it, outermost first
    start: int  # in the source; the span may enclose footnotes and page furniture
    end: int
    text: str  # the clean text of that span
    page: str | None = None
    context: str = ""  # for a table row: caption and column names that make it readable


@dataclass(frozen=True, slots=True)
class Footnote:
    """One footnote, tied to the sentence that bears its mark."""

    id: int
    article: str
    label: str  # "1", "①", "a", "*" as printed
    start: int
    end: int
    text: str
    page: str | None = None
    sentence: int | None = None  # id of the sentence that bears the mark
    same_as: int | None = None  # id of the footnote that Ibid. or 同上 points to


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source of one kind; the pieces of a document cover it without gap."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Document:
    """A source, cleaned and taken apart."""

    source: SourceText
    articles: tuple[ArticleRecord, ...]
    sentences: tuple[Sentence, ...]
    footnotes: tuple[Footnote, ...]
    pieces: tuple[Piece, ...]
    joins: tuple[int, ...] = ()  # source offsets where a sentence was joined over a page break
    exceptions: tuple[str, ...] = ()  # marks without note and the like, one sentence each


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one article and section: the unit of retrieval."""

    id: int
    source: str
    article: str
    kind: Kind
    language: Language
    section: tuple[str, ...]
    page: str | None
    start: int
    end: int
    text: str
    sentences: tuple[int, ...]  # ids, in reading order
    translation: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What ranking needs to know of a sentence."""

    article: str
    text: str  # what its vector was made of: the reading of a table's row, else the sentence
    context: str
    translation: str | None


@dataclass(frozen=True, slots=True)
class PassageFacts:
    """What ranking needs to know of a passage."""

    kind: Kind
    language: Language  # of the passage
    spoken: Language  # of its article


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; higher score is better."""

    passage: Passage
    rank: int  # from 1
    score: float
    found_by: tuple[str, ...]  # "lexical", "dense" …
    ranks: tuple[int, ...] = ()  # in each of those lists, from 1


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits for one question, and what was searched for besides its own words."""

    question: str
    language: Language
    hits: tuple[Hit, ...]
    also_searched: tuple[str, ...] = ()
    nearness: float | None = None  # cosine of the nearest passage, the mean of its sides; None without an encoder
    background: float | None = None  # what nearness everyday sentences on other matters reach in this library
