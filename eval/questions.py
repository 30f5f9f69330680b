"""The question sets: one JSON object a line, gold by verbatim quotation."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import DocumentError
from index.records import Language

Split = Literal["train", "tune", "report"]
"""train: for learned parts; tune: for choosing weights; report: for figures, never looked at before."""

SETS = Path(__file__).parent / "sets"


@dataclass(frozen=True, slots=True)
class Gold:
    """A quotation that answers, as it stands in its source (white space and glyphs aside)."""

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Question:
    """One item in one language."""

    id: str
    language: Language
    kind: str  # factoid, number, definition, list, why, how, compare, summary, yesno, cross, followup, falsepremise, unanswerable
    split: Split
    articles: tuple[str, ...]
    text: str
    points: tuple[str, ...]  # what a right answer says
    gold: tuple[Gold, ...]  # empty where the documents hold no answer
    also: tuple[Gold, ...] = ()  # says the same elsewhere: as good a citation
    history: tuple[str, ...] = ()  # earlier questions of the same reader, the oldest first
    standalone: str | None = None  # a follow-up as a question complete in itself

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return bool(self.gold)


def load(path: Path, splits: Iterable[Split] = ("train", "tune", "report")) -> list[Question]:
    """Both languages of every item of the splits; raises DocumentError for no such file, or naming a line that is no item."""
    wanted = set(splits)
    questions: list[Question] = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentError(
            f"{path} cannot be read ({error}); a question set is wanted: the project's own comes with its repository (eval/sets), "
            "another is named with --sets."
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
            gold, also = (tuple(Gold(g["source"], g["quote"]) for g in item.get(name, ())) for name in ("gold", "also"))
            for language in ("zh", "en"):
                own = item[language]
                if item["split"] in wanted:
                    questions.append(
                        Question(
                            item["id"], language, item["kind"], item["split"], tuple(item["articles"]),
                            own["question"], tuple(own.get("points", ())), gold, also,
                            tuple(item.get("history", {}).get(language, ())), item.get("standalone", {}).get(language),
                        )
                    )  # fmt: skip
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise DocumentError(f"{path}, line {number} is no question item ({error!r}); see eval/sets/README.md.") from error
    return questions
