"""Answers waiting for review and what reviewers said of them, kept in the library's SQLite file.

Both keep their own copies of every text and refer to no row of a document: they outlive indexing,
rebuilding and the removal of what they cite.  Their tables are made at the first write, so that a
library without reviews stays as it was.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from index.database import FILE
from index.errors import DocumentError, LibraryError
from index.library import Library
from index.records import Language, Sentence

Verdict = Literal["accept", "wrong span", "not supported"]
"""What a reviewer says; of a refusal: rightly refused, answered at the place marked, wrongly refused."""

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Kept = TypeVar("Kept")

_TABLES = (
    "CREATE TABLE IF NOT EXISTS queue (batch TEXT NOT NULL, answer TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (batch, answer))",
    "CREATE TABLE IF NOT EXISTS reviews (batch TEXT NOT NULL, answer TEXT NOT NULL, number INTEGER NOT NULL, "
    "reviewer TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (batch, answer, number, reviewer))",
)


@dataclass(frozen=True, slots=True)
class Span:
    """A quotation in its place; offsets as in `index.records`."""

    source: str
    article: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim to be judged, or the words of a refusal with the passages that came nearest."""

    text: str
    cited: tuple[Span, ...]
    program: str  # the program's own verdict: supported, partly or refused; "unknown" where a saved run does not tell it
    support: float | None


@dataclass(frozen=True, slots=True)
class Queued:
    """An answer waiting for review; `batch` is the id of the set of answers it came with."""

    batch: str
    answer: str  # its id: a digest of what was asked, said and cited
    question: str
    history: tuple[str, ...]
    language: Language
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """What one reviewer says of one statement; without a verdict it is a comment alone."""

    batch: str
    answer: str
    number: int  # of the statement in its answer, from 1
    reviewer: str
    question: str
    history: tuple[str, ...]
    language: Language
    claim: str
    cited: tuple[Span, ...]
    program: str
    support: float | None
    verdict: Verdict | None
    comment: str = ""
    corrected: tuple[Span, ...] = ()  # where the reviewer says the words stand
    time: str = ""  # UTC, ISO 8601

    @property
    def key(self) -> tuple[str, str, int, str]:
        """Tells one review from all others."""
        return self.batch, self.answer, self.number, self.reviewer


@dataclass
class Reviews:
    """The reviews of a library over a connection of their own, so that readers and reviewers do not wait for each other."""

    library: Library
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._file = self._inode()

    @classmethod
    def open(cls, folder: Path) -> Reviews:
        """The reviews of the library in a folder; raises LibraryMissing and its kin."""
        return cls(Library.open(folder))

    def close(self) -> None:
        """Closes the connection."""
        self.library.close()

    # -- answers to be reviewed ---------------------------------------------------------------

    def add(self, answers: Iterable[Queued]) -> int:
        """Puts answers at the end of their batches and returns how many were not yet there."""
        rows = [(a.batch, a.answer, _text(asdict(a))) for a in answers]
        return self._write("INSERT OR IGNORE INTO queue VALUES (?, ?, ?)", rows)

    def batches(self) -> dict[str, int]:
        """Every batch with how many answers it holds, that which an answer came to last at the end."""
        return dict(self._read("queue", "SELECT batch, count(*) FROM queue GROUP BY batch ORDER BY max(rowid)"))

    def answers(self, batch: str) -> list[Queued]:
        """The answers of a batch in the order they came."""
        return [
            self._record(queued, row[0])
            for row in self._read("queue", "SELECT record FROM queue WHERE batch = ? ORDER BY rowid", (batch,))
        ]

    def remove(self, batch: str) -> None:
        """Takes a batch out with all that was said of it, at once or not at all; other batches stay as they are."""
        with self._lock:
            self._follow()
            with self.library.change() as db:
                for table in _TABLES:
                    db.execute(table)
                db.execute("DELETE FROM queue WHERE batch = ?", (batch,))
                db.execute("DELETE FROM reviews WHERE batch = ?", (batch,))

    # -- reviews ------------------------------------------------------------------------------

    def keep(self, reviews: Iterable[Review]) -> int:
        """Commits reviews, each in place of what the same reviewer said of the same statement before."""
        return self._write("INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?)", [(*r.key, _text(asdict(r))) for r in reviews])

    def take_back(self, review: Review) -> None:
        """Removes what a reviewer said of a statement."""
        self._write("DELETE FROM reviews WHERE batch = ? AND answer = ? AND number = ? AND reviewer = ?", [review.key])

    def all(self, batch: str | None = None) -> list[Review]:
        """Reviews of one batch or of all, in the order of batch, answer, statement and reviewer."""
        limit, values = ("", ()) if batch is None else (" WHERE batch = ?", (batch,))
        sql = f"SELECT record FROM reviews{limit} ORDER BY batch, answer, number, reviewer"
        return [self._record(review, row[0]) for row in self._read("reviews", sql, values)]

    # -- the text around ----------------------------------------------------------------------

    def sentences_of(self, source: str, start: int, end: int) -> list[Sentence]:
        """The sentences that a span of a document touches, in reading order; none where the document is gone."""
        found = self.library.select(
            "SELECT s.id FROM sentences s JOIN documents d ON d.id = s.document "
            'WHERE d.name = ? AND s.start < ? AND s."end" > ? ORDER BY s.id',
            (source, end, start),
        )
        return self.library.sentences([row[0] for row in found])

    def places(self) -> dict[str, Span]:
        """Every sentence of the library by its text, the first where several say the same."""
        found: dict[str, Span] = {}
        rows = self.library.select(
            'SELECT d.name, s.article, s.start, s."end", s.text FROM sentences s JOIN documents d ON d.id = s.document ORDER BY s.id'
        )
        for row in rows:
            found.setdefault(row[4], Span(*row))
        return found

    # -- rows ---------------------------------------------------------------------------------

    def _record(self, make: Callable[[Any], Kept], text: str) -> Kept:
        """The record of a row; raises LibraryError where it is damaged, which is not the file's end: the others can be saved."""
        try:
            return make(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError, DocumentError) as error:
            raise LibraryError(
                f"{self.library.folder / FILE} holds a damaged review ({text[:60]}…); put a copy of the file from before in its place."
            ) from error

    def _read(self, table: str, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            self._follow()
            there = self.library.select("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
            return self.library.select(sql, values) if there else []

    def _write(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> int:
        """One transaction; it is on the disk when this returns."""
        with self._lock:
            self._follow()
            with self.library.change() as db:
                for table in _TABLES:
                    db.execute(table)
                return max(0, db.executemany(sql, rows).rowcount)

    def _follow(self) -> None:
        """Turns to the library that has taken this one's place: what is written to a removed file is lost."""
        if self._inode() != self._file:
            fresh = Library.open(self.library.folder)
            self.library.close()
            self.library, self._file = fresh, self._inode()

    def _inode(self) -> int:
        try:
            return (self.library.folder / FILE).stat().st_ino
        except OSError:
            return 0


def review(data: Mapping[str, Any]) -> Review:
    """A review from its JSON; raises DocumentError where it is none."""
    try:
        if data["verdict"] not in (None, *VERDICTS):
            raise ValueError(f"the verdict is “{data['verdict']}”")
        made = Review(
            **{**data, "history": tuple(data["history"]), "cited": _spans(data["cited"]), "corrected": _spans(data["corrected"])}
        )
        texts = (
            made.batch,
            made.answer,
            made.reviewer,
            made.question,
            made.claim,
            made.program,
            made.comment,
            made.time,
            *made.history,
        )
        if made.language not in ("zh", "en") or type(made.number) is not int or not all(isinstance(text, str) for text in texts):
            raise TypeError("a field is of another kind")
        return made
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError(f"This is no review ({error}); give what `wenzheng review --export` wrote.") from error


def entry(data: Mapping[str, Any]) -> Review | Queued:
    """A line of an exported file: a review, or an answer that waits for one; raises DocumentError where it is neither."""
    if not isinstance(data, Mapping) or "statements" not in data:
        return review(data)
    try:
        made = queued(data)
        said = (
            made.batch,
            made.answer,
            made.question,
            *made.history,
            *(text for s in made.statements for text in (s.text, s.program)),
        )
        if made.language not in ("zh", "en") or not all(isinstance(text, str) for text in said):
            raise TypeError("a field is of another kind")
        return made
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DocumentError(
            f"This is no answer waiting for review ({error}); give what `wenzheng review --export` wrote."
        ) from error


def queued(data: Mapping[str, Any]) -> Queued:
    """An answer waiting for review from its JSON."""
    statements = tuple(Statement(s["text"], _spans(s["cited"]), s["program"], s["support"]) for s in data["statements"])
    return Queued(**{**data, "history": tuple(data["history"]), "statements": statements})


def _spans(data: Iterable[Mapping[str, Any]]) -> tuple[Span, ...]:
    made = tuple(Span(**one) for one in data)
    for span in made:
        if (
            type(span.start) is not int
            or type(span.end) is not int
            or not all(isinstance(t, str) for t in (span.source, span.quote))
        ):
            raise TypeError("a span is none")
    return made


def _text(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False)
