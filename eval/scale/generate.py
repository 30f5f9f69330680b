"""`python -m eval.scale.generate`: a corpus of as many passages as wanted, with the seeds inside.

python -m eval.scale.generate corpus --passages 100000
wenzheng index corpus/seeds corpus/texts --library large

The seeds go to `seeds/` with their catalogue, glossary and translations; articles made from their sentences
and translations go to `texts/`, a thousand to a folder.  A smaller corpus of the same number is the
beginning of a larger one, and a run goes on where another one stopped.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import catalog, files, memory
from index.clean import HAN
from index.passages import passages
from index.records import ANSWERING, Document, Language, SourceText
from index.script import ends_sentence
from index.settings import Settings
from index.structure import analyse

_TOKEN = re.compile(rf"[{HAN}]|[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+|\s+|.")
_TURN = {"zh": 0.15, "en": 0.3}  # chance at each token to go on as another sentence does from here
_LONGEST = 300  # tokens of a sentence
_NEW = 0.5  # share of the English words met once that become new ones: an archive's words grow with it
_FOLDER = 1000  # articles a folder
_SAMPLE = 20  # articles that are taken apart to see how many passages one gives
_MARKS = {"zh": ("一二三四五六七八九十", "、"), "en": ("123456789", ". ")}


@dataclass(frozen=True, slots=True)
class Source:
    """The sentences of one language as tokens, and where each pair of neighbouring tokens occurs in them."""

    language: Language
    sentences: Sequence[Sequence[str]]
    pairs: Mapping[tuple[str, str], Sequence[tuple[int, int]]]  # (sentence, place of the second token)
    rare: Sequence[str]  # words met once
    once: frozenset[str]  # the same


def source(language: Language, texts: Sequence[str]) -> Source:
    """The statistics that articles of one language are made by."""
    sentences = [_TOKEN.findall(text) for text in texts]
    pairs: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for number, tokens in enumerate(sentences):
        for at in range(1, len(tokens)):
            pairs[tokens[at - 1], tokens[at]].append((number, at))
    counts = Counter(token for tokens in sentences for token in tokens)
    rare = [token for token, count in counts.items() if count == 1 and language == "en" and token.isalpha() and len(token) > 5]
    return Source(language, sentences, pairs, rare, frozenset(rare))


def sources(folder: Path) -> list[Source]:
    """The seeds' Chinese sentences and the English of their translations."""
    records = catalog.load(folder / catalog.NAME)
    translate = memory.load([folder / memory.FOLDER]).translate
    chinese: dict[str, None] = {}
    english: dict[str, None] = {}
    for path in files.find([folder]):
        for sentence in analyse(files.read(path), records.get(path.name, ())).sentences:
            if sentence.kind in ANSWERING and "|" not in sentence.text:
                other = translate(sentence.text)
                if other and ends_sentence(sentence.text) and ends_sentence(other):
                    chinese[sentence.text] = english[other] = None
    return [source("zh", list(chinese)), source("en", list(english))]


def sentence(made: random.Random, known: Source) -> str:
    """A sentence each of whose pairs of tokens stands in the seeds, new words and numbers aside.

    It begins as one of theirs does and now and then goes on as another that has the same two tokens:
    words keep their frequency and the words beside them, but hardly a sentence comes twice.
    """
    number, at = made.randrange(len(known.sentences)), 0
    tokens = [known.sentences[number][0]]
    while at + 1 < len(known.sentences[number]) and len(tokens) < _LONGEST:
        at += 1
        tokens.append(known.sentences[number][at])
        if made.random() < _TURN[known.language]:
            number, at = made.choice(known.pairs[tokens[-2], tokens[-1]])
    return "".join(_new(made, token, known) if token in known.once or token.isdecimal() else token for token in tokens)


def article(number: int, seed: int, known: Source) -> str:
    """An article with a title, headings and paragraphs as Markdown; the same for the same numbers."""
    made = random.Random(f"{seed} {number} {known.language}")  # noqa: S311 — not a secret
    numerals, stop = _MARKS[known.language]
    gap = "" if known.language == "zh" else " "
    lines = [f"# {_heading(made, known)}"]
    for numeral in numerals[: made.randint(3, 6)]:
        lines.append(f"## {numeral}{stop}{_heading(made, known)}")
        lines += [gap.join(sentence(made, known) for _ in range(made.randint(3, 7))) for _ in range(made.randint(5, 10))]
    return "\n\n".join(lines) + "\n"


def generate(folder: Path, wanted: int, *, seeds: Path, seed: int = 1, english: float = 0.2) -> int:
    """Writes the corpus of about `wanted` passages, a share of its articles in English; returns how many articles it made."""
    shutil.copytree(seeds, folder / "seeds", dirs_exist_ok=True)
    (folder / "texts").mkdir(exist_ok=True)
    known = sources(seeds)
    made, inside = _passages(known, seed, english), _inside(seeds)
    count = max(0, round((wanted - inside) / made))
    for number in range(count):
        language, path = _place(folder / "texts", number, seed, english)
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            unfinished.write_text(article(number, seed, known[language]), encoding="utf-8")
            unfinished.replace(path)
    return count


def _place(folder: Path, number: int, seed: int, english: float) -> tuple[int, Path]:
    """0 for Chinese or 1 for English, and the file of an article."""
    language = int(random.Random(f"{seed} {number}").random() < english)  # noqa: S311 — not a secret
    return language, folder / f"{number // _FOLDER:03}" / f"{seed}-{number:06}-{('zh', 'en')[language]}.txt"


def _heading(made: random.Random, known: Source) -> str:
    words = re.split(r"[，。；：！？,.;:!?（）()“”]", sentence(made, known))
    return max(words, key=len).strip()[: 20 if known.language == "zh" else 60]


def _new(made: random.Random, token: str, known: Source) -> str:
    """Another number of as many digits, or now and then a word made of the halves of two rare ones."""
    if token.isdecimal():
        return "".join(made.choice("123456789" if not at else "0123456789") for at in range(len(token)))
    if made.random() >= _NEW:
        return token
    first, last = made.choice(known.rare), made.choice(known.rare)
    return first[: len(first) // 2] + last[len(last) // 2 :].lower()


def _passages(known: Sequence[Source], seed: int, english: float) -> float:
    """How many passages an article gives, on average."""
    average = 0.0
    for language, share in zip(known, (1 - english, english), strict=True):
        found = [_taken_apart(article(number, seed, language)) for number in range(_SAMPLE)]
        average += share * sum(found) / len(found)
    return average


def _taken_apart(text: str) -> int:
    return len(_cut(analyse(SourceText("article.txt", text, "", "text/plain"))))


def _inside(seeds: Path) -> int:
    records = catalog.load(seeds / catalog.NAME)
    return sum(len(_cut(analyse(files.read(path), records.get(path.name, ())))) for path in files.find([seeds]))


def _cut(document: Document) -> Sequence[object]:
    return passages(document, Settings().passage_length, lambda text: None)


def main() -> None:
    """Writes a corpus and says how many articles it made."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.scale.generate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="another number makes other articles")
    parser.add_argument("--english", type=float, default=0.2, help="share of the articles made in English")
    parser.add_argument("--seeds", type=Path, default=Path("seeds"))
    given = parser.parse_args()
    count = generate(given.folder, given.passages, seeds=given.seeds, seed=given.seed, english=given.english)
    print(f"{given.folder} holds the seeds and {count:,} articles made from them, about {given.passages:,} passages.")


if __name__ == "__main__":
    main()
