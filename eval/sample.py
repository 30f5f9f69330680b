"""Translations drawn at random, to be read against their originals.

python -m eval.sample [--count 100] [--seed 1]
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from index import memory


def main() -> None:
    """Prints numbered pairs."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.sample", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    given = parser.parse_args()
    pairs = [pair for pair in memory.pairs(given.seeds / memory.FOLDER) if len(pair[0]) >= 15]
    for number, (zh, en) in enumerate(random.Random(given.seed).sample(pairs, given.count), start=1):  # noqa: S311 — no secret
        print(f"{number}.\n{zh}\n{en}\n")


if __name__ == "__main__":
    main()
