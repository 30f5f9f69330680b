"""`python -m eval.limit`: how many readers at once a page bears, and what becomes of those past that.

python -m eval.limit --from 20 --by 20 --to 400 --every 3 --seconds 30
python -m eval.limit --server http://127.0.0.1:7860

The readers of `eval.load` become more, step by step, until the 95th percentile passes the bound or somebody is turned away; one
more step with twice as many shows what happens past the limit.  Past so many readers as there are questions that no two answers
share, readers ask what others ask too.  Exit status 1 where a question met an error, or got another answer than alone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval import questions
from eval.load import SOON, Asked, Tally, candidates, choose, drive, late
from eval.served import Served, served
from index.errors import UsageError, WenzhengError

_OWN = 40  # readers with questions of their own; the set has enough for these


def steps(first: int, by: int, last: int) -> Iterator[int]:
    """How many readers there are at each step."""
    yield from range(first, last + 1, by)


def run(page: Served, own: Sequence[Sequence[Asked]], readers: int, every: float, seconds: float) -> tuple[Tally, float]:
    """So many readers at once, each with a session of his own; with the seconds that it took until all were answered."""
    began = time.monotonic()
    tally = drive(page, [own[number % len(own)] for number in range(readers)], every, seconds)
    return tally, time.monotonic() - began


def row(readers: int, tally: Tally, seconds: float) -> str:
    """One step as a row of the table."""
    times = [time for _, time in tally.seconds]
    spread = f"{statistics.median(times):.2f} s | {late(tally.seconds):.2f} s" if times else "– | –"
    faults = len(tally.errors) + len(tally.mixed) + len(tally.changed)
    return f"| {readers} | {len(times) / seconds:.1f} | {spread} | {len(tally.away)} | {faults} |"


def main() -> None:
    """Prints a Markdown table, a row as soon as it is known."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.limit", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--from", dest="first", type=int, default=20)
    parser.add_argument("--by", type=int, default=20)
    parser.add_argument("--to", dest="last", type=int, default=400)
    parser.add_argument("--every", type=float, default=3.0, help="seconds from question to question of one reader")
    parser.add_argument("--seconds", type=float, default=30.0, help="that each step takes")
    parser.add_argument("--bound", type=float, default=SOON, help="seconds of the 95th percentile")
    parser.add_argument("--server", help="address of a served page; else one is served for the test")
    parser.add_argument("--library", type=Path, help="of the page served for the test")
    parser.add_argument("--sets", type=Path, default=questions.SETS / "questions.jsonl")
    given = parser.parse_args()
    well = True
    try:
        if min(given.first, given.by, given.every, given.seconds) <= 0:
            raise UsageError("--from, --by, --every and --seconds must be above 0.")
        with served(given.library, given.server) as page:
            own = choose(page, candidates(given.sets), min(_OWN, given.last), 1)
            print("| readers | answers a second | median | 95th percentile | not let in | faults |\n|---|---|---|---|---|---|")
            past = given.last
            for readers in steps(given.first, given.by, given.last):
                tally, took = run(page, own, readers, given.every, given.seconds)
                print(row(readers, tally, took), flush=True)
                well = well and not (tally.errors or tally.mixed or tally.changed)
                past = readers * 2
                if tally.away or (tally.seconds and late(tally.seconds) > given.bound):
                    break
            tally, took = run(page, own, past, given.every, given.seconds)
            print(row(past, tally, took), *tally.away[:1], *tally.errors[:3], sep="\n")
            well = well and not (tally.errors or tally.mixed or tally.changed)
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    raise SystemExit(0 if well else 1)


if __name__ == "__main__":
    main()
