"""Texts in both languages that say the same: the record, and the project's own pairs."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.clean import HAN
from index.glossary import NAME

WORDS = frozenset({"cedict", "omw", "quantecon", "glossary"})
"""Sources whose pairs are of words; those of all others are of sentences."""

OWN = frozenset({"glossary", "translations"})
"""Sources that are the project's own."""

_CHINESE = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Pair:
    """One Chinese text and one English text that say the same."""

    source: str
    zh: str
    en: str


def is_chinese(text: str) -> bool:
    """Whether a text has a Chinese character, without which there is nothing to learn from it."""
    return _CHINESE.search(text) is not None


def lines(path: Path) -> Iterator[str]:
    """The lines of a text file, packed or not, without their ends."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from (line.rstrip("\n") for line in stream)
    else:
        with path.open(encoding="utf-8") as stream:
            yield from (line.rstrip("\n") for line in stream)


def own_pairs(seeds: Path, without: frozenset[str] = frozenset()) -> list[Pair]:
    """The project's glossary with all its forms, and its translations of the seeds but for some articles."""
    found: list[Pair] = []
    with (seeds / NAME).open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            chinese = [row["zh"], *filter(None, row["zh_aliases"].split("|"))]
            english = [row["en"], *filter(None, row["en_aliases"].split("|"))]
            found += [Pair("glossary", zh, en) for zh in chinese for en in english if is_chinese(zh)]
    for path in sorted((seeds / "translations").glob("*.jsonl")):
        if path.stem in without:
            continue
        for line in lines(path):
            item = json.loads(line)
            if is_chinese(item["zh"]):
                found.append(Pair("translations", item["zh"], item["en"]))
    return found
