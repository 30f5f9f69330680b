"""Public pairs and the project's own → the weights of the bilingual encoder (index/model)."""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import html
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from index.bilingual import english_folder
from index.clean import HAN, fold
from index.glossary import NAME, parse
from index.table import DIMENSION, TableEncoder, Tokens, quantise

Floats = NDArray[np.float32]

_PAIRED = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Pair:
    """One Chinese text and one English text that say the same."""

    source: str
    zh: str
    en: str


def _lines(path: Path) -> Iterator[str]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from (line.rstrip("\n") for line in stream)
    else:
        with path.open(encoding="utf-8") as stream:
            yield from (line.rstrip("\n") for line in stream)


def _key(text: str) -> str:
    """A sentence without case, marks and white space, to compare sets with each other."""
    return re.sub(r"[\W_]+", "", fold(text).casefold())


# --- public sets: each reader gives (Chinese, English) --------------------------------------

_NO_GLOSS = re.compile(
    r"(?:CL:|(?:old |erhua |archaic |Japanese |nonstandard )?variant of|see (?:also )?\S*\[|also written|"
    r"also pr\.|abbr\. for|used in|same as|surname |\(dated\) variant)"
)


def _cedict(data: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(data / "cedict" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"):
        match = re.match(r"\S+ (\S+) \[[^\]]*\] /(.*)/", line)
        if not match:
            continue
        for gloss in match[2].split("/"):
            if _NO_GLOSS.match(gloss):
                continue
            bare = re.sub(r"\S*\[[^\]]*\]|\([^()]*\)", " ", gloss)
            bare = re.sub(rf"[{HAN}|]+", " ", bare)
            bare = " ".join(bare.split()).strip(" ,;:")
            if len(bare) > 1 and len(bare) < 160:
                yield match[1], bare


def _tatoeba(data: Path) -> Iterator[tuple[str, str]]:
    held = {_key(line) for side in ("cmn", "eng") for line in _lines(data / "tatoeba_test" / f"tatoeba.cmn-eng.{side}")}
    for line in _lines(data / "tatoeba" / "cmn.txt.gz"):
        english, chinese = line.split("\t")[:2]
        if _key(english) not in held and _key(chinese) not in held:
            yield chinese, english


def _captions(data: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(data / "3am" / "train.tsv.gz"):
        english, _, chinese = line.partition("\t")
        yield chinese, " ".join(english.replace(" '", "'").split())


def _wikipedia(data: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(data / "mlqe_pe" / "post_edits.en-zh.tsv.gz"):
        english, _, chinese = line.partition("\t")
        english = re.sub(r" (?=[.,;:!?)']|n't)|(?<=\() ", "", english)
        yield re.sub(rf"(?<=[{HAN}，。、；：]) +| +(?=[{HAN}，。、；：])", "", chinese), english


def _health(data: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(data / "tico19" / "all.en-zh.tmx.gz") as stream:
        for unit in ElementTree.parse(stream).iter("tu"):  # noqa: S314 (a file of the data folder, no web input)
            english, chinese = ("".join(seg.itertext()).strip() for seg in unit.iter("seg"))
            yield chinese, english
    for name, zh, en in (("f_en-zh_CN", 4, 3), ("g_en_zh-CN", 6, 5), ("g_zh-CN_en", 5, 6)):
        with (data / "tico19" / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            for row in list(csv.reader(stream))[1:]:
                if len(row) > max(zh, en):
                    for form in re.split(r"\s*[:;；：]\s*", row[zh]):
                        yield form, row[en]


def _yaml(path: Path) -> dict[str, str]:
    """Flat YAML of strings, as the goals are written: keys at the margin, long strings run on."""
    found: dict[str, str] = {}
    key = ""
    for line in _lines(path):
        match = re.match(r"([\w.-]+): ?(.*)", line)
        if match:
            key, found[match[1]] = match[1], match[2].strip(" '\"|>-")
        elif key and line.startswith(" "):
            found[key] = f"{found[key]} {line.strip()}".strip(" '\"")
    return found


def _goals(data: Path) -> Iterator[tuple[str, str]]:
    for name in ("global_goals", "global_indicators", "global_targets", "indicator", "metadata_fields"):
        english = _yaml(data / "un_sdg" / f"en.{name}.yml")
        for key, chinese in _yaml(data / "un_sdg" / f"zh-Hans.{name}.yml").items():
            if key in english:
                yield chinese, re.sub(r"<[^>]*>", "", english[key])


def _rights(data: Path) -> Iterator[tuple[str, str]]:
    def articles(name: str, mark: str) -> list[list[str]]:
        text = "\n".join(_lines(data / "udhr" / name))
        return [[line.strip() for line in part.splitlines() if line.strip()] for part in re.split(mark, text)[1:]]

    english = articles("eng.txt", r"\n\s*Article \d+\s*\n")
    for name in ("cmn_hans.txt", "cmn_hant.txt"):
        chinese = articles(name, r"\n\s*第[一二三四五六七八九十]+[条條]\s*\n")
        for ours, theirs in zip(chinese, english, strict=True):
            if len(ours) == len(theirs):
                yield from zip(ours, theirs, strict=True)
            yield "".join(ours), " ".join(theirs)


def _wordnet(data: Path) -> Iterator[tuple[str, str]]:
    english: dict[str, list[str]] = {}
    chinese: dict[str, list[str]] = {}
    for name, words in (
        ("wn-wikt-eng.tab.gz", english), ("wn-cldr-eng.tab", english),
        ("wn-data-cmn.tab.gz", chinese), ("wn-wikt-cmn.tab", chinese), ("wn-cldr-cmn.tab", chinese),
    ):  # fmt: skip
        for line in _lines(data / "omw" / name):
            synset, kind, word = (*line.split("\t"), "", "")[:3]
            if kind.endswith("lemma"):
                words.setdefault(synset, []).append(re.sub(r"[_+]", " " if words is english else "", word))
    for synset, forms in chinese.items():
        for word in dict.fromkeys(forms):
            if synset in english:
                yield word, ", ".join(dict.fromkeys(english[synset][:4]))


def _economics(data: Path) -> Iterator[tuple[str, str]]:
    text = (data / "quantecon_glossary" / "zh-cn.json").read_text(encoding="utf-8")
    for term in json.loads(text)["terms"]:
        yield term["zh-cn"], term["en"]


def _python(data: Path) -> Iterator[tuple[str, str]]:
    """Prose only: no paragraph with markup, since code teaches no Chinese; every third one."""
    kept = 0
    for line in _lines(data / "python_docs" / "pairs.en-zh.jsonl.gz"):
        item = json.loads(line)
        english, chinese = " ".join(item["en"].split()), "".join(item["zh"].split("\n"))
        if 40 <= len(english) <= 500 and not re.search(r"[`<>|*_={}\[\]%\\#]|::|--|\w\(\)|\w\.\w", english):
            kept += 1
            if kept % 3 == 0:
                yield chinese, english


PUBLIC = {
    "cedict": _cedict, "tatoeba": _tatoeba, "3am": _captions, "mlqe_pe": _wikipedia, "tico19": _health,
    "un_sdg": _goals, "udhr": _rights, "omw": _wordnet, "quantecon": _economics, "python_docs": _python,
}  # fmt: skip


def public_pairs(data: Path) -> list[Pair]:
    """All public pairs without doubles, set by set."""
    found: dict[tuple[str, str], Pair] = {}
    for source, reader in PUBLIC.items():
        for zh, en in reader(data):
            zh, en = zh.strip(), html.unescape(en).strip()
            if _PAIRED.search(zh) and re.search("[A-Za-z]", en):
                found.setdefault((zh, en), Pair(source, zh, en))
    return list(found.values())


def own_pairs(seeds: Path, without: frozenset[str] = frozenset()) -> list[Pair]:
    """The project's glossary with all its forms, and its translations of the seeds but for some articles."""
    found: list[Pair] = []
    with (seeds / NAME).open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            chinese = [row["zh"], *filter(None, row["zh_aliases"].split("|"))]
            english = [row["en"], *filter(None, row["en_aliases"].split("|"))]
            found += [Pair("glossary", zh, en) for zh in chinese for en in english if _PAIRED.search(zh)]
    for path in sorted((seeds / "translations").glob("*.jsonl")):
        if path.stem in without:
            continue
        for line in _lines(path):
            item = json.loads(line)
            if _PAIRED.search(item["zh"]):
                found.append(Pair("translations", item["zh"], item["en"]))
    return found


class Teacher:
    """English texts → vectors of all-MiniLM-L6-v2, each embedded once and kept in `folder`.

    Shape (n, 384), rows of length 1, float32 (kept as float16).
    """

    def __init__(self, folder: Path, *, device: str = "cpu") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._device = device
        self._place: dict[str, int] = {}
        self._rows = np.empty((0, 384), dtype=np.float16)
        for path in sorted(folder.glob("*.npy")):
            texts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            self._take(texts, np.load(path))

    def _take(self, texts: Sequence[str], rows: NDArray[np.float16]) -> None:
        for number, text in enumerate(texts):
            self._place[text] = len(self._rows) + number
        self._rows = np.concatenate([self._rows, rows])

    def learn(self, texts: Iterable[str]) -> None:
        """Embeds the texts not yet known, shard by shard, so that a broken run goes on."""
        new = sorted({t for t in texts if t not in self._place}, key=len)
        if not new:
            return
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(english_folder()), local_files_only=True, device=self._device)
        for start in range(0, len(new), 8192):
            shard = new[start : start + 8192]
            rows = np.asarray(model.encode(shard, batch_size=64, normalize_embeddings=True), dtype=np.float16)
            path = self._folder / f"{len(list(self._folder.glob('*.npy'))):05d}"
            path.with_suffix(".json").write_text(json.dumps(shard, ensure_ascii=False), encoding="utf-8")
            np.save(path.with_suffix(".npy"), rows)
            self._take(shard, rows)

    def rows(self, texts: Sequence[str]) -> Floats:
        """The vectors of known texts."""
        return self._rows[np.array([self._place[text] for text in texts], dtype=np.int64)].astype(np.float32)


# --- questions and the passages that answer -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A passage, the English of it where there is one, and questions that it answers."""

    article: str
    zh: str
    en: str | None
    zh_questions: tuple[str, ...]
    en_questions: tuple[str, ...] = ()


def _squad(path: Path, without: frozenset[str] = frozenset()) -> Iterator[Asked]:
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
    return [*_squad(data / "cmrc2018" / "cmrc2018_dev.json"), *_squad(data / "drcd" / "DRCD_dev.json", held)]


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
    for line in _lines(seeds / "training_questions.jsonl"):
        item = json.loads(line)
        if item["article"] not in without:
            run = _run(sentences.get(item["article"], []), item["passage_start"], item["passage_end"])
            english = [found for text in run if (found := pairs.translate(text))]
            if english:
                asked.append(Asked(item["article"], "".join(run), " ".join(english), tuple(item["zh"]), tuple(item["en"])))
    return asked


_LONGEST = 1000  # characters of a passage with questions; an end farther away belongs to something else


def _run(sentences: Sequence[str], start: str, end: str) -> Sequence[str]:
    """The sentences from the one where `start` begins to the one where `end` ends; none if they are not found."""
    text = "".join(sentences)
    first = text.find(start)
    last = text.find(end, max(0, first), first + _LONGEST) + len(end)
    if first < 0 or last < len(end):
        return ()
    edges = np.cumsum([0, *map(len, sentences)])
    return sentences[int(np.searchsorted(edges, first, "right")) - 1 : int(np.searchsorted(edges, last))]


# --- training -------------------------------------------------------------------------------

_WORDS = frozenset({"cedict", "omw", "quantecon", "glossary"})  # sources of words, all others are of sentences
_OWN = frozenset({"glossary", "translations"})


@dataclass(frozen=True, slots=True)
class Options:
    """What was tried is in model/README.md; these are the values that were kept."""

    passes: int = 4
    rate: float = 2e-3
    temperature: float = 0.05
    dropout: float = 0.1  # share of a text's tokens that a batch does not see: no rare word alone may decide
    rows: int = 120_000
    own_times: int = 3  # how often a pass goes over the project's own pairs
    question_times: int = 2  # how often a pass goes over the questions
    seed: int = 0


class Table:
    """Token vectors under training, with an Adam that touches only the rows of the batch.

    `rows`: float32, (tokens, 384); row 0 is for texts without a known token.
    """

    def __init__(self, rows: torch.Tensor, dropout: float) -> None:
        self.rows, self.dropout = rows, dropout
        self.rng = np.random.default_rng(0)
        self.first, self.second = torch.zeros_like(rows), torch.zeros_like(rows)
        self.steps = 0

    def __call__(self, *groups: Sequence[NDArray[np.int64]]) -> tuple[torch.Tensor, ...]:
        """For each group of texts, given as rows of the table, their vectors: (n, 384), length 1."""
        texts = [self._thinned(text) for text in chain.from_iterable(groups)]
        used, places = np.unique(np.concatenate(texts), return_inverse=True)
        device = self.rows.device
        self._used = torch.from_numpy(used).to(device)
        self._leaf = self.rows[self._used].requires_grad_()
        starts = torch.from_numpy(np.cumsum([0] + [len(text) for text in texts[:-1]])).to(device)
        sums = functional.embedding_bag(torch.from_numpy(places).to(device), self._leaf, starts, mode="sum")
        return torch.split(functional.normalize(sums, dim=1), [len(group) for group in groups])

    def _thinned(self, text: NDArray[np.int64]) -> NDArray[np.int64]:
        kept = text[self.rng.random(len(text)) >= self.dropout]
        return kept if len(kept) else text

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """One step of Adam on the rows that the last call used."""
        used, gradient = self._used, self._leaf.grad
        assert gradient is not None
        self.steps += 1
        self.first[used] = first = self.first[used].lerp(gradient, 0.1)
        self.second[used] = second = self.second[used].lerp(gradient.square(), 0.001)
        first, second = first / (1 - 0.9**self.steps), second / (1 - 0.999**self.steps)
        self.rows[used] -= rate * first / (second.sqrt() + 1e-8)


class Trainer:
    """All that a run needs, tokenised and embedded; texts are arrays of row numbers."""

    def __init__(self, pairs: Sequence[Pair], own: Sequence[Asked], public: Sequence[Asked], teacher: Teacher,
                 words: Sequence[str], options: Options, device: str) -> None:  # fmt: skip
        self.options, self.own, self.public, self.device = options, own, public, device
        cut = Tokens(words)
        tokens = {text: cut(text) for text in _chinese(pairs, own, public)}
        counts = Counter(chain.from_iterable(tokens[text] for text in _chinese(pairs, own, public)))
        self.tokens = ["[unk]", *(token for token, _ in counts.most_common(options.rows - 1))]
        place = {token: number for number, token in enumerate(self.tokens)}
        self.ids = {text: np.array([place[t] for t in found if t in place] or [0]) for text, found in tokens.items()}

        latin = [token for token in self.tokens[1:] if token[0].isascii()]
        questions = [question for asked in own for question in asked.en_questions]
        passages = [asked.en or "" for asked in own]
        teacher.learn([*(pair.en for pair in pairs), *questions, *passages, *latin])
        self.pairs = list(pairs)
        self.english = torch.from_numpy(teacher.rows([pair.en for pair in pairs])).to(device)
        rows = torch.from_numpy(teacher.rows(questions)).to(device)
        self.asked_english = torch.split(rows, [len(asked.en_questions) for asked in own])
        self.passages_english = torch.from_numpy(teacher.rows(passages)).to(device)
        self.numbers = {text: n for n, text in enumerate({x for pair in pairs for x in (pair.zh, pair.en)})}
        self.table = Table(self._first_rows(dict(zip(latin, teacher.rows(latin), strict=True)), place), options.dropout)

    def _first_rows(self, latin: dict[str, Floats], place: dict[str, int]) -> torch.Tensor:
        """Each token's mean English vector over the pairs that hold it, those of short texts counting more."""
        rows = torch.zeros(len(self.tokens), DIMENSION, device=self.device)
        total = torch.zeros(len(self.tokens), device=self.device)
        for start in range(0, len(self.pairs), 4096):
            texts = [self.ids[pair.zh] for pair in self.pairs[start : start + 4096]]
            sizes = np.array([len(text) for text in texts])
            flat = torch.from_numpy(np.concatenate(texts)).to(self.device)
            which = torch.from_numpy(np.repeat(np.arange(start, start + len(texts)), sizes)).to(self.device)
            weight = torch.from_numpy(np.repeat(sizes, sizes).astype(np.float32) ** -0.5).to(self.device)
            rows.index_add_(0, flat, self.english[which] * weight[:, None])
            total.index_add_(0, flat, weight)
        rows /= total.clamp(min=1e-6)[:, None]
        for token, vector in latin.items():
            rows[place[token]] = 0.7 * torch.from_numpy(vector).to(self.device) + 0.3 * rows[place[token]]
        rows[0] = self.english.mean(0)
        return rows

    def _batches(self, rng: np.random.Generator) -> list[tuple[Callable[[NDArray[np.int64]], torch.Tensor], NDArray[np.int64]]]:
        """A pass: every loss with the numbers it is to be taken over, in random order."""

        def cut(numbers: Sequence[int] | NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
            order = rng.permutation(np.asarray(numbers, dtype=np.int64))
            return [order[k : k + size] for k in range(0, len(order), size) if len(order) - k > 8]

        def chosen(own: bool, words: bool) -> list[int]:
            return [n for n, p in enumerate(self.pairs) if (p.source in _OWN) == own and (p.source in _WORDS) == words]

        plan: list[tuple[Callable[[NDArray[np.int64]], torch.Tensor], NDArray[np.int64]]] = []
        # Words among words and sentences among sentences: the harder choice.
        for own, words, size in ((False, True, 1024), (False, False, 512), (True, True, 1024), (True, False, 512)):
            for _ in range(self.options.own_times if own else 1):
                plan += [(self._translation_loss, batch) for batch in cut(chosen(own, words), size)]
        for _ in range(self.options.question_times):
            # Passages of one article side by side: the wrong ones are near the right one.
            for asked, loss, size in ((self.own, self._own_loss, 100), (self.public, self._public_loss, 256)):
                names = rng.permutation(list(dict.fromkeys(a.article for a in asked)))
                by_name: dict[str, list[int]] = {}
                for number, item in enumerate(asked):
                    by_name.setdefault(item.article, []).append(number)
                order = np.array([n for name in names for n in by_name[name]], dtype=np.int64)
                plan += [(loss, order[k : k + size]) for k in range(0, len(order), size)]
        self._rng = self.table.rng = rng
        return [plan[k] for k in rng.permutation(len(plan))]

    def _choice(self, left: torch.Tensor, right: torch.Tensor, answer: torch.Tensor | None = None) -> torch.Tensor:
        """Cross entropy of choosing the answer for each row of `left` among the rows of `right`; lower is better."""
        target = torch.arange(len(left), device=self.device) if answer is None else answer
        return functional.cross_entropy(left @ right.T / self.options.temperature, target)

    def _translation_loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        """Each Chinese text finds its English and the reverse, and comes near it; lower is better."""
        pairs = [self.pairs[n] for n in batch]
        (chinese,) = self.table([self.ids[pair.zh] for pair in pairs])
        english = self.english[torch.from_numpy(batch).to(self.device)]
        near = chinese @ english.T / self.options.temperature
        # Another pair with the same Chinese or the same English is no wrong answer.
        same = torch.zeros_like(near, dtype=torch.bool)
        for side in ("zh", "en"):
            numbers = torch.tensor([self.numbers[getattr(pair, side)] for pair in pairs], device=self.device)
            same |= numbers[:, None] == numbers
        near = near.masked_fill(same.fill_diagonal_(False), -1e4)
        target = torch.arange(len(pairs), device=self.device)
        both = functional.cross_entropy(near, target) + functional.cross_entropy(near.T, target)
        return both + 4 * (1 - (chinese * english).sum(1)).mean()

    def _own_loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        """Questions in both languages find the passage, Chinese ones its English too; lower is better."""
        asked = [self.own[n] for n in batch]
        passages, questions = self.table(
            [self.ids[item.zh] for item in asked], [self.ids[q] for item in asked for q in item.zh_questions]
        )
        english = self.passages_english[torch.from_numpy(batch).to(self.device)]

        def answers(sizes: Iterable[int]) -> torch.Tensor:
            return torch.from_numpy(np.repeat(np.arange(len(asked)), list(sizes))).to(self.device)

        own = answers(len(item.zh_questions) for item in asked)
        across = answers(len(item.en_questions) for item in asked)
        loss = self._choice(questions, passages, own) + 0.5 * self._choice(questions, english, own)
        loss = loss + self._choice(torch.cat([self.asked_english[n] for n in batch]), passages, across)
        loss = loss + 0.5 * (self._choice(passages, english) + self._choice(english, passages))
        return loss + 2 * (1 - (passages * english).sum(1)).mean()

    def _public_loss(self, batch: NDArray[np.int64]) -> torch.Tensor:
        """One question of each paragraph finds it, and the reverse; lower is better."""
        asked = [self.public[n] for n in batch]
        passages, questions = self.table(
            [self.ids[item.zh] for item in asked], [self.ids[str(self._rng.choice(item.zh_questions))] for item in asked]
        )
        return self._choice(questions, passages) + self._choice(passages, questions)

    def run(self, checkpoint: Path, log: Callable[[str], None]) -> None:
        """All passes; a run that was broken off goes on after its last whole pass."""
        done = 0
        # A checkpoint of other data or other options is passed over.
        key = hashlib.sha256("\n".join([repr(self.options), *self.tokens]).encode()).hexdigest()
        state: dict[str, Any] = {}
        if checkpoint.is_file():
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        if state.get("key") == key:
            self.table.rows, self.table.first, self.table.second = state["rows"], state["first"], state["second"]
            self.table.steps, done = state["steps"], state["passes"]
        for number in range(done, self.options.passes):
            plan = self._batches(np.random.default_rng([self.options.seed, number]))
            losses = []
            for at, (loss, batch) in enumerate(plan):
                value = loss(batch)
                value.backward()  # type: ignore[no-untyped-call]
                left = 1 - (number + at / len(plan)) / self.options.passes
                self.table.step(self.options.rate * max(0.05, left))
                losses.append(value.item())
            log(f"pass {number + 1} of {self.options.passes}: {len(plan)} batches, mean loss {np.mean(losses):.3f}")
            table = self.table
            state = {"rows": table.rows, "first": table.first, "second": table.second}
            torch.save(state | {"steps": table.steps, "passes": number + 1, "key": key}, checkpoint)

    def encoder(self, words: Sequence[str]) -> TableEncoder:
        """What was learned, in the form it is kept in."""
        return TableEncoder(self.tokens, *quantise(self.table.rows.cpu().numpy()), words)


def _chinese(pairs: Iterable[Pair], *asked: Iterable[Asked]) -> Iterator[str]:
    """Every Chinese text that is trained on, as often as it stands there."""
    yield from (pair.zh for pair in pairs)
    for item in chain(*asked):
        yield item.zh
        yield from item.zh_questions


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


# --- measuring ------------------------------------------------------------------------------


def _both_ways(encoder: TableEncoder, teacher: Teacher, pairs: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Share of Chinese sentences whose nearest English one is theirs, and the reverse; higher is better."""
    english = [en for _, en in pairs]
    teacher.learn(english)
    near = encoder.encode([zh for zh, _ in pairs]) @ teacher.rows(english).T
    numbers = np.arange(len(pairs))
    return float((near.argmax(1) == numbers).mean()), float((near.argmax(0) == numbers).mean())


def _found(encoder: TableEncoder, asked: Sequence[Asked]) -> tuple[float, float]:
    """Share of questions whose paragraph is the nearest of all, and among the nearest ten; higher is better."""
    answer = np.repeat(np.arange(len(asked)), [len(item.zh_questions) for item in asked])
    near = encoder.encode([q for item in asked for q in item.zh_questions]) @ encoder.encode([item.zh for item in asked]).T
    nearer = (near > near[np.arange(len(answer)), answer][:, None]).sum(1)
    return float((nearer < 1).mean()), float((nearer < 10).mean())


def _pud(data: Path, side: str) -> dict[str, str]:
    text = "\n".join(_lines(data / "ud_pud" / f"{side}_pud-ud-test.conllu.gz"))
    return dict(re.findall(r"# sent_id = (\S+)\n(?:#.*\n)*?# text = (.*)", text))


def measure(data: Path, encoder: TableEncoder, teacher: Teacher) -> dict[str, tuple[float, float]]:
    """Figures on the public sets that nothing was trained on; higher is better."""
    tatoeba = [list(_lines(data / "tatoeba_test" / f"tatoeba.cmn-eng.{side}")) for side in ("cmn", "eng")]
    chinese, english = _pud(data, "zh"), _pud(data, "en")
    held = held_titles(data)
    return {
        "Tatoeba test, zh→en and en→zh": _both_ways(encoder, teacher, list(zip(*tatoeba, strict=True))),
        "UD PUD, zh→en and en→zh": _both_ways(encoder, teacher, [(chinese[n], english[n]) for n in chinese if n in english]),
        "DRCD test, held articles, recall@1 and @10": _found(
            encoder, [item for item in _squad(data / "drcd" / "DRCD_test.json") if item.article in held]
        ),
        "CMRC 2018 trial, recall@1 and @10": _found(encoder, list(_squad(data / "cmrc2018" / "cmrc2018_trial.json"))),
    }


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
