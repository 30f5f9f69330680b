"""Answers → the queue of the reviewers: from conversations, saved runs of the benchmark, files of questions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from index.errors import DocumentError
from index.reviews import Queued, Reviews, Span, Statement
from rag.records import Answer

CONVERSATIONS = "conversations"
"""The batch of answers sent from the asking page."""

LONGEST = 1000
"""Characters of a question in a file."""

MOST = 1000
"""Questions in a file."""

_MARKED = re.compile(r"((?:\[\d+\])+)")  # the citation numbers after a statement


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a file of questions."""

    question: str
    history: tuple[str, ...]


def add(reviews: Reviews, answer: Answer, batch: str = CONVERSATIONS, history: Sequence[str] = ()) -> bool:
    """Queues an answer and tells whether it was not yet there."""
    return reviews.add([of(answer, batch, history)]) > 0


def of(answer: Answer, batch: str, history: Sequence[str] = ()) -> Queued:
    """An answer as reviewers judge it; a follow-up without its history is queued as it was understood."""
    by_number = {c.number: Span(c.source, c.article, c.start, c.end, c.quote) for c in answer.citations}
    if answer.refused:
        nearest = tuple(Span(p.source, p.article, p.start, p.end, p.text) for p in answer.nearest)
        statements: tuple[Statement, ...] = (Statement(answer.text, nearest, "refused", 0.0),)
    else:
        statements = tuple(
            Statement(c.text, tuple(by_number[n] for n in c.citations), c.verdict, c.support) for c in answer.claims
        )
    question = answer.question if history else answer.understood or answer.question
    return _named(Queued(batch, "", question, tuple(history), answer.language, statements))


def _named(answer: Queued) -> Queued:
    """The answer with its id, the same for the same words wherever it comes from."""
    told = {**asdict(answer), "batch": "", "statements": [(s.text, [asdict(c) for c in s.cited]) for s in answer.statements]}
    return replace(answer, answer=hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16])


# -- files ----------------------------------------------------------------------------------------


def batch_of(path: Path) -> str:
    """The id of a file's batch: its name, and a digest that tells it from other files of that name."""
    return f"{path.stem} {hashlib.sha256(path.read_bytes()).hexdigest()[:6]}"


def text_of(path: Path) -> str:
    """A file's text; raises DocumentError where it is none."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{path.name} cannot be read ({error}); give a text file in UTF-8.") from error


def rows_of(text: str) -> list[Any] | None:
    """The rows of a run as `wenzheng eval --save` writes it; None where the text is no run."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data["rows"] if isinstance(data, dict) and isinstance(data.get("rows"), list) else None


def of_run(rows: Sequence[Any], batch: str, reviews: Reviews, name: str) -> list[Queued]:
    """The answers of a saved run; raises DocumentError where a row does not tell what was asked, said and cited."""
    places = _Places(reviews)
    try:
        return [_of_row(row, batch, places) for row in rows]
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise DocumentError(
            f"{name} does not tell of every answer what was asked, said and cited ({error!r}); save the run again with "
            "`wenzheng eval --save`."
        ) from error


def _of_row(row: Mapping[str, Any], batch: str, places: _Places) -> Queued:
    cited = [places.span(one) for one in row["citations" if "citations" in row else "quotes"]]
    if row["refused"]:
        statements: tuple[Statement, ...] = (Statement(row["answer"], tuple(cited), "refused", 0.0),)
    elif row.get("claims"):
        statements = tuple(
            Statement(c["text"], tuple(cited[n - 1] for n in c["citations"]), c["verdict"], c["support"]) for c in row["claims"]
        )
    else:
        statements = tuple(_claims(row["answer"], cited))
    history = tuple(map(str, row.get("history") or ()))
    return _named(Queued(batch, "", str(row["question"]), history, "zh" if row["language"] == "zh" else "en", statements))


def _claims(text: str, cited: Sequence[Span]) -> Iterator[Statement]:
    """The statements of an answer's text by the numbers that stand after each."""
    parts = _MARKED.split(text)
    for said, marks in zip(parts[::2], parts[1::2], strict=False):
        numbers = [int(number) for number in re.findall(r"\d+", marks)]
        yield Statement(said.strip(), tuple(cited[n - 1] for n in numbers if n <= len(cited)), "unknown", None)


class _Places:
    """Where quotations stand, for runs that hold the words of a citation without its place."""

    def __init__(self, reviews: Reviews) -> None:
        self._reviews = reviews
        self._by_text: dict[str, Span] | None = None

    def span(self, cited: str | Mapping[str, Any]) -> Span:
        """The span of a citation; without source where its words stand nowhere in the library."""
        if not isinstance(cited, str) and cited["source"]:
            return Span(cited["source"], cited["article"], cited["start"], cited["end"], cited["quote"])
        if self._by_text is None:
            self._by_text = self._reviews.places()
        quote = cited if isinstance(cited, str) else str(cited["quote"])
        return self._by_text.get(quote, Span("", "", 0, 0, quote))


def questions_of(text: str, name: str) -> list[Asked]:
    """The lines of a file of questions; raises DocumentError naming a line that is none."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            question, history = item["question"], item.get("history") or []
            if not isinstance(question, str) or not 0 < len(question.strip()) <= LONGEST:
                raise ValueError(f"a question of 1 to {LONGEST} characters is wanted")
            if not isinstance(history, list) or not all(isinstance(earlier, str) for earlier in history):
                raise TypeError("history must be a list of questions")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DocumentError(f'{name}, line {number} is no {{"id", "question"}} object ({error}); mend it.') from error
        found.append(Asked(question.strip(), tuple(history)))
    if not 0 < len(found) <= MOST:
        raise DocumentError(f"{name} holds {len(found)} questions; give a file of 1 to {MOST}.")
    return found
