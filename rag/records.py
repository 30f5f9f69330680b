"""The frozen records from evidence to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from index.records import Footnote, Hit, Language, Passage, Sentence

Verdict = Literal["supported", "partly"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a hit, with what it is worth for the question."""

    sentence: Sentence
    hit: Hit
    score: float  # chance to answer, as a multiple of that of the best sentence looked at: 1 for that
    coverage: float  # share of the weight of the question's terms that it holds
    translation: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What a reader writes: one statement and the evidence it rests on, best first."""

    text: str
    evidence: tuple[Evidence, ...]
    original: bool = False  # quoted in the document's language for want of a translation
    item: bool = False  # an item of a list


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and the place where it stands; offsets as in `index.records`."""

    number: int
    source: str
    article: str
    title: str
    authors: tuple[str, ...]
    section: tuple[str, ...]
    page: str | None
    start: int
    end: int
    quote: str  # the clean text of the span
    quote_translation: str | None
    footnotes: tuple[Footnote, ...]
    sentence: int  # id, for the interface
    passage: int
    context: str = ""  # for a table row: caption and column names
    title_other: str | None = None  # the title in the other language, where the record has one
    section_translation: tuple[str, ...] = ()  # the headings in the other language; empty where there is no translation
    hit: Hit | None = None  # the passage found that holds it, and how it was found; for the interface


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of the answer with its proof."""

    text: str
    citations: tuple[int, ...]
    support: float  # 0 to 1
    verdict: Verdict
    original: bool = False
    item: bool = False
    against: tuple[int, ...] = ()  # citations of another document that give another figure


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader gets: claims that are proved, or a refusal with the nearest passages."""

    question: str
    language: Language
    refused: bool
    text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    also_searched: tuple[str, ...]
    nearest: tuple[Passage, ...]
    reader: str
    encoder: str
    elapsed_ms: int
    id: str | None = None
    understood: str = ""  # the question, completed from the conversation where it leans on it
    dropped: int = 0  # drafts that verification did not let through
    stages: Mapping[str, float] = field(default_factory=dict, compare=False)  # milliseconds by stage
