"""The frozen records of a run: every question asked, with its measures and what they were taken of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A quotation and where it stands; `article` is empty where the library does not hold it."""

    quote: str
    source: str = ""
    article: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim of the answer as it was given; `citations` are places in those of its row, from 1."""

    text: str
    citations: tuple[int, ...]
    support: float
    verdict: str


@dataclass(frozen=True, slots=True)
class Row:
    """One question of one language; `values` holds the measures that apply to it."""

    id: str
    language: str
    kind: str
    answerable: bool
    refused: bool
    values: dict[str, float]
    length: int  # characters of the answer in Chinese, words in English
    milliseconds: float
    answer: str
    citations: tuple[Span, ...]
    claims: tuple[Statement, ...] = ()
    question: str = ""
    history: tuple[str, ...] = ()  # earlier questions of the same reader
    gold: tuple[Span, ...] = ()

    @property
    def quotes(self) -> tuple[str, ...]:
        """The words cited."""
        return tuple(span.quote for span in self.citations)

    @property
    def failed(self) -> bool:
        """Whether it should have been answered and cites no gold, or should have been refused and was not."""
        return self.values.get("any gold", 1.0) < 1.0 if self.answerable else not self.refused


@dataclass(frozen=True, slots=True)
class Run:
    """All rows with the fingerprints of what was measured."""

    split: str
    fingerprints: dict[str, str]
    rows: tuple[Row, ...]
    when: str = ""  # it was done, ISO 8601 in UTC

    def values(self, spoken: str, measure: str) -> list[float]:
        """A measure of one language by question, in the order of the set."""
        return [row.values[measure] for row in self.rows if row.language == spoken and measure in row.values]
