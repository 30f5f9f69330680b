"""Reviews ↔ JSON Lines: exported for the benchmark and other reviewers, imported without a loss."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from index import reviews as records
from index.errors import DocumentError, UsageError
from index.reviews import Review, Reviews


def lines(reviews: Iterable[Review]) -> str:
    """One JSON object a line."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in reviews)


def parse(text: str, name: str) -> list[Review]:
    """The reviews of an exported file; raises DocumentError naming a line that is none."""
    found = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                found.append(records.review(json.loads(line)))
            except (ValueError, DocumentError) as error:
                raise DocumentError(f"{name}, line {number} is no review; give what `wenzheng review --export` wrote.") from error
    return found


def holds_reviews(text: str) -> bool:
    """Whether a file's first line is a review."""
    try:
        first = json.loads(next((line for line in text.split("\n") if line.strip()), "null"))
    except ValueError:
        return False
    return isinstance(first, dict) and "reviewer" in first


def exchange(library: Path, give: Path | None, take: Path | None) -> str:
    """Writes the reviews of a library to a file or takes those of a file in, and tells how many.

    Raises UsageError where not just one of the two is wanted, DocumentError for a file that cannot be used.
    """
    if (give is None) == (take is None):
        raise UsageError("One of --export FILE and --import FILE is wanted; see `wenzheng review --help`.")
    held = Reviews.open(library)
    try:
        if give is not None:
            found = held.all()
            give.write_text(lines(found), encoding="utf-8")
            return f"{len(found):,} reviews written to {give}"
        assert take is not None
        return f"{held.keep(parse(take.read_text(encoding='utf-8-sig'), take.name)):,} reviews taken in from {take}"
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(f"{give or take} cannot be read or written ({error}); name another file.") from error
    finally:
        held.close()
