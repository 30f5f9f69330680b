"""`python -m eval.faults.kill`: processes killed at random moments, and what must still be there looked for after each.

python -m eval.faults.kill --rounds 200

Each round gives a child one piece of work on a small library with the built-in encoder (a first indexing, an update, a
rebuild, a removal, files taken in, reviews, or reviews by one process while another one indexes), kills it with SIGKILL
at a random moment of a random stage, and asks a fresh start what it finds.  Wanted: each document is wholly as it was or
wholly as it should become, each review and queued answer that was acknowledged is there, every quotation stands
word for word at its place in the source, the questions asked find what they found before, and SQLite finds no
fault; then the same work done again must succeed.  Exit status 1 where anything of that fails.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from eval.faults.children import Children
from eval.faults.trial import WORK, Trial


def table(trial: Trial) -> str:
    """How often which stage was hit and what was left, as Markdown; the complaints below."""
    rows = [f"| {work} | {stage} | {state} | {count} |" for (work, stage, state), count in sorted(trial.outcomes.items())]
    return "\n".join(["| work | killed in | documents afterwards | rounds |", "|---|---|---|---|", *rows, *trial.said])


def trial(folder: Path, rounds: int, seed: int) -> Trial:
    """That many rounds in a folder, the kinds of work in turn."""
    children = Children()
    try:
        made = Trial(folder, children, random.Random(seed))  # noqa: S311 — no secret
        made.begin()
        for number in range(rounds):
            made.round(WORK[number % len(WORK)])
            if sys.stderr.isatty():
                sys.stderr.write(f"\r{number + 1}/{rounds}")
        return made
    finally:
        children.close()


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.faults.kill", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=14)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wenzheng-") as folder:
        done = trial(Path(folder), given.rounds, given.seed)
    print(table(done))
    print(f"\n{sum(done.outcomes.values())} looks, {len(done.oracle.reviews)} reviews kept, {len(done.said)} faults")
    if done.said:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
