"""`python -m eval.soak`: a page under mixed load for hours, and whether its memory, file handles and threads stay flat.

python -m eval.soak --minutes 120

Over a copy of the library it serves the page.  Programs ask, browsers open the page, converse, export and judge, files
are added and taken out on the documents page, another process indexes a folder that changes each time, and a reviewer
keeps verdicts; --only chooses among them.  Every few seconds the page's process is measured.  Exit status 1 on an error, a
quotation that does not stand in its source, a review that is not there in the end, or a growth in the second half of the
run beyond the bounds of `eval.soak.verdict`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from eval import questions
from eval.load import candidates
from eval.served import served
from eval.soak.load import KINDS, Soak
from eval.soak.verdict import faults, table
from index.errors import UsageError, WenzhengError
from index.library import Library

_QUESTIONS = 60


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--only", action="append", choices=KINDS, help="one kind of load; may be given several times")
    parser.add_argument("--library", type=Path, default=Path("library"), help="is copied, not changed")
    parser.add_argument("--sets", type=Path, default=questions.SETS / "questions.jsonl")
    parser.add_argument("--save", type=Path, help="the samples, as JSON Lines")
    given = parser.parse_args()
    try:
        if min(given.minutes, given.readers) <= 0:
            raise UsageError("--minutes and --readers must be above 0.")
        Library.open(given.library).close()
        with tempfile.TemporaryDirectory(prefix="wenzheng-") as folder:
            library = Path(folder) / "library"
            shutil.copytree(given.library, library)
            asked = [text for _, text in itertools.islice(candidates(given.sets), _QUESTIONS)]
            with served(library) as page:
                soak = Soak(page, library, Path(folder) / "files")
                samples = soak.run(given.minutes * 60, given.readers, asked, given.only or KINDS)
    except WenzhengError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2 if isinstance(error, UsageError) else 1) from None
    if given.save:
        given.save.write_text("".join(f"{json.dumps(asdict(one))}\n" for one in samples), encoding="utf-8")
    print(table(samples, soak.tally))
    if wrong := faults(samples, soak.tally):
        print("", *wrong, sep="\n")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
