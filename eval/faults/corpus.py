"""Small documents that are told apart by every sentence, and questions that the base alone answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

BASE = "base.txt"
"""The document that no work is meant to touch."""

TEXT = """盐井与灯塔

盐工用竹筒从七十丈深的井里汲取卤水。盐灶每天烧掉四百斤柴火。运盐的马帮要走十九天才能到达省城。\
县志记载，咸丰三年的洪水冲毁了十二口盐井。

The lighthouse on Carrick Point was finished in 1811 by Margaret Doyle. Its lamp burned whale oil until 1867. \
Fishermen paid two shillings a year for its upkeep. The stairs inside the tower have ninety-six steps of granite.
"""

QUESTIONS = {
    "洪水冲毁了多少口盐井？": "县志记载，咸丰三年的洪水冲毁了十二口盐井。",
    "Who finished the lighthouse on Carrick Point?": "The lighthouse on Carrick Point was finished in 1811 by Margaret Doyle.",
}
"""Asked after every fault, each with the sentence of the base that answers it."""


def document(number: int) -> str:
    """The text of the document of a number, that of none other."""
    chinese = "".join(f"船队{number}的第{n}条船运来了{number * 13 + n}箱茶叶。" for n in range(1, 12))
    return f"船队{number}的货单\n\n{chinese}\n\nFleet {number} sailed to harbour {number * 3} with {number * 11} crates of tea.\n"


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Makes a folder hold these files and no others."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text:
            (folder / name).write_text(text, encoding="utf-8")


def bare(text: str) -> str:
    """The text without its white space, which a quotation does not keep."""
    return "".join(text.split())
