"""Questions with the passages that answer them: public ones and the project's own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.training.pairs import lines

_LONGEST = 1000  # characters of a passage with questions; an end farther away belongs to something else


@dataclass(frozen=True, slots=True)
class Asked:
    """A passage, the English of it where there is one, and questions that it answers."""

    article: str
    zh: str
    en: str | None
    zh_questions: tuple[str, ...]
    en_questions: tuple[str, ...] = ()


def squad(path: Path, without: frozenset[str] = frozenset()) -> Iterator[Asked]:
    """The paragraphs of a file in the form of SQuAD, but for the articles of some titles."""
    for number, article in enumerate(json.loads(path.read_text(encoding="utf-8"))["data"]):
        if article.get("title") not in without:
            for paragraph in article["paragraphs"]:
                asked = tuple(dict.fromkeys(item["question"] for item in paragraph["qas"]))
                yield Asked(article.get("title") or f"{path.name} {number}", paragraph["context"], None, asked)


def held_titles(data: Path) -> frozenset[str]:
    """Articles of DRCD for measuring: those of its test part that its dev part lacks, and every seventh other."""
    dev, test = (
        list(dict.fromkeys(a["title"] for a in json.loads((data / "drcd" / f"DRCD_{part}.json").read_text())["data"]))
        for part in ("dev", "test")
    )
    return frozenset(set(test) - set(dev)) | frozenset([title for title in test if title in dev][::7])


def public_questions(data: Path) -> list[Asked]:
    """cmrc2018_dev, and DRCD_dev without the held articles."""
    held = held_titles(data)
    return [*squad(data / "cmrc2018" / "cmrc2018_dev.json"), *squad(data / "drcd" / "DRCD_dev.json", held)]


def own_questions(seeds: Path, without: frozenset[str] = frozenset()) -> list[Asked]:
    """The project's training questions with their passages: whole sentences from one place to another.

    However indexing cuts passages, the questions keep theirs.
    """
    from index import catalog, files, memory
    from index.structure import analyse

    records = catalog.load(seeds / catalog.NAME)
    pairs = memory.load([seeds / memory.FOLDER])
    sentences: dict[str, list[str]] = {}
    for source in files.find([seeds]):
        for sentence in analyse(files.read(source), records.get(source.name, ())).sentences:
            sentences.setdefault(sentence.article, []).append(sentence.text)
    asked = []
    for line in lines(seeds / "training_questions.jsonl"):
        item = json.loads(line)
        if item["article"] not in without:
            run = _run(sentences.get(item["article"], []), item["passage_start"], item["passage_end"])
            english = [found for text in run if (found := pairs.translate(text))]
            if english:
                asked.append(Asked(item["article"], "".join(run), " ".join(english), tuple(item["zh"]), tuple(item["en"])))
    return asked


def _run(sentences: Sequence[str], start: str, end: str) -> Sequence[str]:
    """The sentences from the one where `start` begins to the one where `end` ends; none if they are not found."""
    text = "".join(sentences)
    first = text.find(start)
    last = text.find(end, max(0, first), first + _LONGEST) + len(end)
    if first < 0 or last < len(end):
        return ()
    edges = np.cumsum([0, *map(len, sentences)])
    return sentences[int(np.searchsorted(edges, first, "right")) - 1 : int(np.searchsorted(edges, last))]
