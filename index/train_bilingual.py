"""Public pairs and the project's own → the weights of the bilingual encoder (index/model)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import torch

from index.glossary import NAME, parse
from index.table import TableEncoder
from index.training.measure import measure
from index.training.pairs import own_pairs
from index.training.public import public_pairs
from index.training.questions import own_questions, public_questions
from index.training.teacher import Teacher
from index.training.trainer import Options, Trainer


def train(data: Path, seeds: Path, out: Path, options: Options, *, device: str = "cpu",
          without: frozenset[str] = frozenset(), log: Callable[[str], None] = lambda line: None) -> TableEncoder:  # fmt: skip
    """The public sets in `data` and the project's own in `seeds` → an encoder, saved in `out`.

    `without`: ids of articles whose translations and questions are not trained on.
    """
    out.mkdir(parents=True, exist_ok=True)
    words = parse((seeds / NAME).read_text(encoding="utf-8")).words()
    pairs = [*public_pairs(data), *own_pairs(seeds, without)]
    own, public = own_questions(seeds, without), public_questions(data)
    log(f"{len(pairs)} pairs, {len(own)} passages with questions of the project's own, {len(public)} public ones")
    trainer = Trainer(pairs, own, public, Teacher(out / "teacher", device=device), words, options, device)
    log(f"{len(trainer.tokens)} rows; training")
    trainer.run(out / "checkpoint.pt", log)
    encoder = trainer.encoder(words)
    encoder.save(out)
    return encoder


def main() -> None:
    """Command line: `python -m index.train_bilingual --data FOLDER --out FOLDER [--measure FOLDER]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets, one folder each")
    parser.add_argument("--out", type=Path, required=True, help="gets the table, the teacher's vectors and the checkpoint")
    parser.add_argument("--seeds", type=Path, default=Path("seeds"), help="glossary, translations, training questions")
    parser.add_argument("--without", nargs="*", default=[], metavar="ARTICLE", help="articles to leave out, to measure on them")
    parser.add_argument("--threads", type=int, default=0, help="of torch on a processor; 0: all")
    parser.add_argument("--measure", type=Path, metavar="FOLDER", help="trains nothing, but measures the table in this folder")
    for name in Options.__slots__:
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(getattr(Options(), name)), default=getattr(Options(), name))
    given = vars(parser.parse_args())
    if given["threads"]:
        torch.set_num_threads(given["threads"])
    options = Options(**{name: given[name] for name in Options.__slots__})
    device = "cuda" if torch.cuda.is_available() else "cpu"
    without = frozenset(given["without"])
    if given["measure"]:
        teacher = Teacher(given["out"] / "teacher", device=device)
        for name, (first, second) in measure(given["data"], TableEncoder.load(given["measure"]), teacher).items():
            _say(f"{name}: {first:.3f}, {second:.3f}")
        return
    train(given["data"], given["seeds"], given["out"], options, device=device, without=without, log=_say)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    main()
