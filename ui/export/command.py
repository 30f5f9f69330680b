"""`wenzheng ask --format`: answers into a file or onto the standard output."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from index.errors import UsageError
from index.records import ArticleRecord
from rag import references
from rag.records import Answer
from ui.export import FORMATS, export


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file asked for on the command line; raises UsageError where it cannot be made."""

    format: str
    style: str | None = None  # GB/T for Chinese answers and APA for English ones, unless said otherwise
    output: Path | None = None

    def __post_init__(self) -> None:
        if self.format not in FORMATS:
            raise UsageError(f"--format is “{self.format}”; it must be one of {', '.join(FORMATS)}.")
        if self.style not in (None, *references.STYLES):
            raise UsageError(f"--style is “{self.style}”; it must be one of {', '.join(references.STYLES)}.")
        if self.format == "docx" and self.output is None:
            raise UsageError("--format docx makes a Word file; say where to with --output FILE.")
        if self.output and not self.output.absolute().parent.is_dir():
            raise UsageError(f"--output is {self.output}, in a folder that does not exist; make it or name another.")

    def save(self, answers: Sequence[Answer], articles: Mapping[str, ArticleRecord]) -> None:
        """Writes the answers, in the language of the first."""
        self.write(file_of(answers, articles, self.format, self.style))

    def write(self, data: bytes) -> None:
        """Writes what the file is to hold; raises UsageError where that cannot be done."""
        if self.output is None:
            sys.stdout.buffer.write(data)
            return
        try:
            self.output.write_bytes(data)
        except OSError as error:
            raise UsageError(f"{self.output} cannot be written ({error}); name another file with --output.") from error


def file_of(answers: Sequence[Answer], articles: Mapping[str, ArticleRecord], format: str, style: str | None) -> bytes:
    """The answers as a file of a format, in the language of the first; `style` None is GB/T for Chinese and APA for English."""
    language = answers[0].language if answers else "en"
    usual: references.Style = "gbt" if language == "zh" else "apa"
    chosen = next((one for one in references.STYLES if one == style), usual)
    return export(answers, articles, format, chosen, language, date.today())
