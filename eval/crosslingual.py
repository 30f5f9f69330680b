"""Question → paragraph retrieval on a public set in both languages, text without translations, nothing tuned on it.

python -m eval.crosslingual ZH.json EN.json    two files in the form of SQuAD 1.1 with the same question ids, as XQuAD has them
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from eval.baseline import BM25
from eval.metrics import interval
from index import build, encoder
from index.errors import DocumentError
from index.records import Language
from index.search import Searcher
from index.settings import Settings

DEPTHS = (1, 5, 10)
_HITS = 60  # passages asked for: ten paragraphs of two or three, some of them met twice


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the paragraph that answers it."""

    id: str
    text: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Side:
    """A set in one language; paragraphs of both sides stand in the same order."""

    paragraphs: tuple[str, ...]
    questions: tuple[Asked, ...]


def read(path: Path) -> Side:
    """One side of a set; raises DocumentError where the file has not the form of SQuAD 1.1."""
    try:
        found = [p for article in json.loads(path.read_text(encoding="utf-8"))["data"] for p in article["paragraphs"]]
        asked = [Asked(str(q["id"]), q["question"], number) for number, p in enumerate(found) for q in p["qas"]]
        return Side(tuple(p["context"] for p in found), tuple(asked))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DocumentError(f"{path} cannot be read as a SQuAD 1.1 file ({error!r}); give one per language.") from error


def recall(questions: Sequence[Asked], search: Callable[[str], list[int]]) -> dict[int, list[float]]:
    """By depth, for each question whether its paragraph is among the first; `search` gives paragraphs, best first."""
    ranks = [(list(dict.fromkeys(search(q.text))), q.paragraph) for q in questions]
    return {k: [float(wanted in found[:k]) for found, wanted in ranks] for k in DEPTHS}


def library(paragraphs: Sequence[str], folder: Path) -> Searcher:
    """A library with one file for each paragraph, named by its number."""
    files = folder / "files"
    files.mkdir()
    for number, text in enumerate(paragraphs):
        (files / f"{number}.txt").write_text(text + "\n", encoding="utf-8")
    settings = Settings(library=folder / "library")
    build.index([files], settings, encoder.load(settings.encoder))
    return Searcher.open(settings)


def ours(searcher: Searcher) -> Callable[[str], list[int]]:
    """Full retrieval: the paragraphs of the hits."""
    return lambda text: [int(Path(hit.passage.source).stem) for hit in searcher.search(text, _HITS).hits]


def measure(chinese: Side, english: Side) -> list[tuple[str, str, dict[int, list[float]]]]:
    """(system, direction, recall by depth) for the four directions; directions read question → paragraph."""
    rows = []
    sides: dict[Language, Side] = {"zh": chinese, "en": english}
    for spoken, held in sides.items():
        with tempfile.TemporaryDirectory() as folder:
            searcher = library(held.paragraphs, Path(folder))
            plain = BM25(held.paragraphs)
            for asking, side in sides.items():
                direction = f"{asking}→{spoken}"
                rows.append(("Wenzheng", direction, recall(side.questions, ours(searcher))))
                rows.append(("BM25 (jieba / words)", direction, recall(side.questions, partial(plain.search, k=_HITS))))
            searcher.library.close()
    return sorted(rows, key=lambda row: row[0], reverse=True)


def table(rows: Sequence[tuple[str, str, dict[int, list[float]]]]) -> str:
    """The figures as a Markdown table, recall@1 with its 95 % interval."""
    lines = [f"| system | direction | questions | {' | '.join(f'recall@{k}' for k in DEPTHS)} |", "|---|---|---|---|---|---|"]
    for system, direction, found in rows:
        means = {k: sum(values) / len(values) for k, values in found.items()}
        low, high = interval(found[1])
        cells = [f"{means[1]:.3f} ({low:.2f}–{high:.2f})", *(f"{means[k]:.3f}" for k in DEPTHS[1:])]
        lines.append(f"| {system} | {direction} | {len(found[1])} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.crosslingual", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("chinese", type=Path)
    parser.add_argument("english", type=Path)
    given = parser.parse_args()
    chinese, english = read(given.chinese), read(given.english)
    if [q.id for q in chinese.questions] != [q.id for q in english.questions]:
        raise DocumentError(f"{given.chinese} and {given.english} hold different questions; give two sides of one set.")
    print(table(measure(chinese, english)))


if __name__ == "__main__":
    main()
