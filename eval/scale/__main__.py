"""`python -m eval.scale`: time, memory and disk of a library against the number of its passages.

python -m eval.scale --sizes 1000 10000 --json curves.json --plot curves.svg
python -m eval.scale --sizes 1000 10000 100000 1000000 --folder /large/disk --json curves.json --plot curves.svg

At each size a corpus is made (see `eval.scale.generate`), indexed from nothing, one document is added and
removed, and the library is opened, searched and asked, each step in a process of its own.  What the JSON file
holds already is not measured again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from eval.scale import generate, plot
from eval.scale.steps import STEPS
from index.errors import WenzhengError

Figures = dict[str, dict[str, dict[str, Any]]]
"""By size and step what it cost."""


def measure(size: int, folder: Path, seeds: Path, english: float) -> dict[str, dict[str, Any]]:
    """All steps at one size, in a folder that keeps corpus and library."""
    corpus, library = folder / f"corpus-{size}", folder / f"library-{size}"
    generate.generate(corpus, size, seeds=seeds, english=english)
    return {step: _step(step, corpus, library) for step in STEPS}


def table(figures: Figures) -> str:
    """The figures as a Markdown table, a row a measure."""
    sizes = sorted(figures, key=int)
    lines = [f"| | {' | '.join(f'{int(size):,}' for size in sizes)} |", "|---|" + "---|" * len(sizes)]
    for step in STEPS:
        names = dict.fromkeys(name for size in sizes for name in figures[size].get(step, {}))
        for name in names:
            cells = [figures[size].get(step, {}).get(name, "–") for size in sizes]
            lines.append(f"| {step}: {name} | {' | '.join(f'{c:,}' if isinstance(c, int | float) else c for c in cells)} |")
    return "\n".join(lines)


def _step(step: str, corpus: Path, library: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "eval.scale.steps", step, str(corpus), str(library)]
    print(step, file=sys.stderr, flush=True)
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 — our own program
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.scale", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], help="passages")
    parser.add_argument("--folder", type=Path, help="keeps corpora and libraries, of which the largest wants 20 GB; else they go")
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    parser.add_argument("--english", type=float, default=0.2, help="share of the made articles that are in English")
    parser.add_argument("--json", type=Path, help="the figures, kept after each size")
    parser.add_argument("--plot", type=Path, help="the curves, as SVG")
    given = parser.parse_args()
    figures: Figures = json.loads(given.json.read_text(encoding="utf-8")) if given.json and given.json.is_file() else {}
    with tempfile.TemporaryDirectory() as passing:
        for size in given.sizes:
            if str(size) in figures:
                continue
            try:
                figures[str(size)] = measure(size, given.folder or Path(passing), given.seeds, given.english)
            except WenzhengError as error:
                print(error, file=sys.stderr)
                raise SystemExit(1) from None
            except subprocess.CalledProcessError as error:
                raise SystemExit(error.returncode) from None
            if given.json:
                given.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if given.plot:
        given.plot.write_text(plot.svg(figures), encoding="utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
