"""Saved runs of the benchmark, read as the JSON files that `wenzheng eval --save` writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.errors import DocumentError
from index.records import LANGUAGES

FOLDER = "runs"
"""The folder of the runs, inside the library's."""


@dataclass(frozen=True, slots=True)
class Span:
    """A quotation and where it stands; `article` is empty where that is not known."""

    quote: str
    source: str
    article: str
    start: int
    end: int

    def meets(self, other: Span) -> bool:
        """Whether the two share a character of their source."""
        return bool(self.article) and self.source == other.source and self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a run, what was answered and what was to be cited."""

    id: str
    language: str
    kind: str
    question: str
    history: tuple[str, ...]
    answer: str
    answerable: bool
    refused: bool
    failed: bool
    values: dict[str, float]
    gold: tuple[Span, ...]
    cited: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """What a measure is called in both languages; more is better unless `less_is_better`."""

    name: str
    zh: str
    en: str
    less_is_better: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """The mean of a measure over `count` questions of a language and kind (all where empty), with its 95 % interval."""

    language: str
    kind: str
    measure: str
    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Run:
    """A saved run."""

    path: Path
    when: datetime
    split: str
    fingerprints: dict[str, str]
    measures: tuple[Measure, ...]
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """The name of its file without the ending."""
        return self.path.stem

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its questions."""
        return tuple(sorted({row.kind for row in self.rows}))


@dataclass(frozen=True, slots=True)
class Shelf:
    """The runs of a folder, the latest first, and a sentence for each file that is none."""

    runs: tuple[Run, ...]
    complaints: tuple[str, ...]

    def named(self, name: str | None) -> Run | None:
        """The run of that name, where there is one."""
        return next((run for run in self.runs if run.name == name), None)


def shelf(folder: Path) -> Shelf:
    """What a folder holds; a damaged file keeps no other from being read."""
    found, complaints = [], []
    for path in sorted(folder.glob("*.json")):
        try:
            state = path.stat()
            found.append(_read(path, state.st_mtime_ns, state.st_size))
        except FileNotFoundError:
            continue  # removed since the folder was listed
        except (OSError, DocumentError) as error:
            complaints.append(str(error))
    return Shelf(tuple(sorted(found, key=lambda run: (run.when, run.name), reverse=True)), tuple(complaints))


def remove(run: Run) -> None:
    """Removes a run and its report; one that is gone already is no error.  Raises DocumentError where the file cannot be removed."""
    try:
        for path in (run.path, run.path.with_suffix(".html")):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise DocumentError(f"{run.path.name} cannot be removed ({error.strerror}); see who owns {run.path.parent}.") from error


@lru_cache(maxsize=64)
def _read(path: Path, changed: int, size: int) -> Run:
    """Read once for as long as the file stays as it is."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if "rows" in data and "figures" not in data:
            raise DocumentError(
                f"{path.name} is a run of an earlier version, saved without its figures; "
                "run `wenzheng eval --run FILE --save FILE` on it to add them."
            )
        return Run(
            path,
            (datetime.fromisoformat(data["when"]) if data["when"] else datetime.fromtimestamp(changed / 1e9)).astimezone(),
            str(data["split"]),
            {str(name): str(value) for name, value in data["fingerprints"].items()},
            tuple(Measure(str(m["name"]), str(m["zh"]), str(m["en"]), bool(m["less_is_better"])) for m in data["measures"]),
            tuple(map(_figure, data["figures"])),
            tuple(map(_row, data["rows"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise DocumentError(
            f"{path.name} cannot be read as a run ({error!r}); take it out of {path.parent}, or measure again."
        ) from error


def _figure(data: dict[str, Any]) -> Figure:
    mean, low, high = (float(data[name]) for name in ("mean", "low", "high"))
    return Figure(_language(data), str(data["kind"]), str(data["measure"]), mean, low, high, int(data["count"]))


def _row(data: dict[str, Any]) -> Row:
    return Row(
        str(data["id"]),
        _language(data),
        str(data["kind"]),
        str(data["question"] or data["id"]),
        tuple(map(str, data["history"])),
        str(data["answer"]),
        bool(data["answerable"]),
        bool(data["refused"]),
        bool(data["failed"]),
        {str(name): float(value) for name, value in data["values"].items()},
        tuple(map(_span, data["gold"])),
        tuple(map(_span, data["citations"])),
    )


def _span(data: dict[str, Any]) -> Span:
    return Span(str(data["quote"]), str(data["source"]), str(data["article"]), int(data["start"]), int(data["end"]))


def _language(data: dict[str, Any]) -> str:
    if data["language"] not in LANGUAGES:
        raise ValueError(f"the language “{data['language']}”")
    return str(data["language"])


def score(row: Row, measure: str) -> float | None:
    """What a question contributes to a measure; None where the measure does not apply to it."""
    if measure == "wrong refusals":
        return float(row.refused) if row.answerable else None
    if measure == "caught":
        return None if row.answerable else float(row.refused)
    return row.values.get(measure)


def failures(
    run: Run, measure: str | None = None, *, language: str | None = None, kind: str | None = None, before: Run | None = None
) -> Sequence[Row]:
    """The questions that lose by a measure, the worst first; that failed altogether where none is named.

    With `before`, only those that did better in that run.
    """
    less = {m.name for m in run.measures if m.less_is_better}
    old = {(row.id, row.language): row for row in before.rows} if before else {}

    def loss(row: Row | None) -> float | None:
        """How much is lost, 0 to 1."""
        if row is None:
            return None
        if measure is None:
            return float(row.failed)
        value = score(row, measure)
        return None if value is None else value if measure in less else 1 - value

    found = []
    for row in run.rows:
        lost = loss(row) or 0.0
        earlier = loss(old.get((row.id, row.language)))
        fits = language in (None, row.language) and kind in (None, row.kind)
        if lost > 0 and fits and (before is None or (earlier is not None and earlier < lost)):
            found.append((-lost, row))
    return [row for _, row in sorted(found, key=lambda item: item[0])]
