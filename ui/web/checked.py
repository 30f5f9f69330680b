"""Arguments of the HTTP API: each is what it must be, or one sentence says what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.errors import UsageError

MOST = 100
"""Documents, articles, questions or earlier questions in one call."""


def question(text: Any, most: int, name: str = "question") -> str:
    """A question of at most so many characters without the space around it; UsageError where it is none."""
    if not isinstance(text, str):
        raise UsageError(f"{name} is of the type {type(text).__name__}; it must be text.")
    asked = text.strip()
    if not 0 < len(asked) <= most:
        raise UsageError(f"{name} has {len(asked)} characters; it must have 1 to {most}.")
    try:
        asked.encode()
    except UnicodeEncodeError as error:
        raise UsageError(f"{name} is no valid Unicode text; write it in UTF-8.") from error
    return asked


def texts(values: Any, name: str) -> Sequence[str]:
    """A list of texts, empty for null; UsageError where it is neither."""
    found = [] if values is None else values
    if not isinstance(found, list) or len(found) > MOST or not all(isinstance(value, str) for value in found):
        raise UsageError(f"{name} is no list of up to {MOST} texts; it must be one, or null.")
    return found


def whole(value: Any, name: str, least: int, most: int | None = None) -> int:
    """A whole number between the bounds; UsageError where it is none."""
    wanted = f"{least} to {most}" if most is not None else f"{least} or more"
    if type(value) is not int or value < least or (most is not None and value > most):
        raise UsageError(f"{name} is “{value}”; it must be a whole number, {wanted}.")
    return value


def objects(values: Any, name: str, wanted: str) -> Sequence[dict[str, Any]]:
    """A list of 1 to MOST objects that have the field `wanted` as text; UsageError where it is none."""
    if not isinstance(values, list) or not 0 < len(values) <= MOST:
        raise UsageError(f"{name} is no list of 1 to {MOST} objects; it must be one.")
    for value in values:
        if not isinstance(value, dict) or not isinstance(value.get(wanted), str):
            raise UsageError(f"{name} holds something without “{wanted}”; give one in every object.")
    return values


def choice(value: Any, name: str, offered: Sequence[str]) -> str:
    """One of the words offered; UsageError where it is none."""
    if value not in offered:
        raise UsageError(f"{name} is “{value}”; it must be one of {', '.join(offered)}.")
    return str(value)
