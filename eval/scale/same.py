"""`python -m eval.scale.same`: whether two versions of the program find the same, over one library.

python -m eval.scale.same before.json --library large        # with the one version: keeps what it finds
python -m eval.scale.same before.json --library large        # with the other: compares, status 1 where they differ

All questions of the tune and train splits are searched for; hits must be the same, in the same order, found by the
same lists, with scores that agree to a millionth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from eval.questions import SETS, load
from index.search import Searcher
from index.settings import Settings

_CLOSE = 1e-6

Found = Mapping[str, Sequence[Any]]
"""By question its hits, each as [passage, score, by list the rank there]."""


def find(searcher: Searcher, questions: Sequence[str], k: int = 20) -> Found:
    """What a searcher finds for questions."""
    return {
        text: [
            [hit.passage.id, hit.score, dict(zip(hit.found_by, hit.ranks, strict=True))] for hit in searcher.search(text, k).hits
        ]
        for text in questions
    }


def differing(one: Found, other: Found) -> list[str]:
    """The questions of both for which different passages were found, or the same otherwise."""

    def apart(mine: Sequence[Any], theirs: Sequence[Any]) -> bool:
        same = [(hit[0], hit[2]) for hit in mine] == [(hit[0], hit[2]) for hit in theirs]
        return not same or any(abs(a[1] - b[1]) > _CLOSE for a, b in zip(mine, theirs, strict=True))

    return [text for text in one if text in other and apart(one[text], other[text])]


def main() -> None:
    """Keeps what is found, or compares with what was kept."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.scale.same", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("kept", type=Path, help="JSON file, written where there is none")
    parser.add_argument("--library", type=Path, default=Settings().library)
    parser.add_argument("--most", type=int, help="questions at the most, from all over the splits")
    given = parser.parse_args()
    texts = list(dict.fromkeys(question.text for question in load(SETS / "questions.jsonl", ("tune", "train"))))
    step = max(1, len(texts) // given.most) if given.most else 1
    searcher = Searcher.open(Settings(library=given.library))
    with closing(searcher.library):
        found = find(searcher, texts[::step])
    if not given.kept.is_file():
        given.kept.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        print(f"Kept what was found for {len(found)} questions in {given.kept}.")
        return
    before = json.loads(given.kept.read_text(encoding="utf-8"))
    apart = differing(before, found)
    print(f"{len(apart)} of {len(before.keys() & found.keys())} questions find otherwise than in {given.kept}.", *apart, sep="\n")
    sys.exit(1 if apart else 0)


if __name__ == "__main__":
    main()
