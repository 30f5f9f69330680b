"""The questions that a command is given: one as its argument, or a file of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from index.errors import UsageError


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the questions before it, and the name that its answer is to bear."""

    id: str | None
    text: str
    history: tuple[str, ...] = ()


def given(question: str | None, batch: Path | None) -> list[Question]:
    """The questions from the argument or a batch file; UsageError for what is neither."""
    if (question is None) == (batch is None):
        raise UsageError("One question or --batch FILE is wanted; see `wenzheng ask --help`.")
    if question is not None:
        return [Question(None, _asked(question, "The question"))]
    assert batch is not None
    try:
        # Not splitlines: a JSON string may hold the other line separators of Unicode as they are.
        lines = batch.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f'{batch} cannot be read ({error}); a UTF-8 file of {{"id", "question"}} lines is wanted.') from error
    return [_question(line, f"{batch}, line {number}") for number, line in enumerate(lines, start=1) if line.strip()]


def _question(line: str, where: str) -> Question:
    """One line of a batch file."""
    try:
        item = json.loads(line)
        asked = _asked(item["question"], f"{where}: the question")
        earlier = item.get("history") or []
        if not isinstance(earlier, list) or not all(isinstance(text, str) for text in earlier):
            raise TypeError("history must be a list of questions")
        return Question(item.get("id"), asked, tuple(earlier))
    except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f'{where} is no {{"id", "question"}} object ({error}); mend it.') from error


def _asked(question: str, where: str) -> str:
    """The question; UsageError where it is empty or no text that could be shown again."""
    if not question.strip():
        raise UsageError(f"{where} is empty; ask something.")
    try:
        question.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{where} is no valid Unicode text; write it in UTF-8.") from error
    return question
