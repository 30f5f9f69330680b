"""Public pairs and the project's own → the weights of the bilingual encoder (index/model)."""

from __future__ import annotations

import csv
import gzip
import html
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from index.clean import HAN, fold
from index.records import Passage

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
        for unit in ElementTree.parse(stream).iter("tu"):
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


def own_pairs(seeds: Path) -> list[Pair]:
    """The project's glossary with all its forms, and its translations of the seeds."""
    found: list[Pair] = []
    with (seeds / "glossary.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
            chinese = [row["zh"], *filter(None, row["zh_aliases"].split("|"))]
            english = [row["en"], *filter(None, row["en_aliases"].split("|"))]
            found += [Pair("glossary", zh, en) for zh in chinese for en in english if _PAIRED.search(zh)]
    for path in sorted((seeds / "translations").glob("*.jsonl")):
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

        from index.encoder import EMBEDDED, load

        model = SentenceTransformer(str(load(EMBEDDED).folder), local_files_only=True, device=self._device)
        for start in range(0, len(new), 8192):
            shard = new[start : start + 8192]
            rows = np.asarray(model.encode(shard, batch_size=64, normalize_embeddings=True), dtype=np.float16)
            path = self._folder / f"{len(list(self._folder.glob('*.npy'))):05d}"
            path.with_suffix(".json").write_text(json.dumps(shard, ensure_ascii=False), encoding="utf-8")
            np.save(path.with_suffix(".npy"), rows)
            self._take(shard, rows)

    def rows(self, texts: Sequence[str]) -> Floats:
        """The vectors of known texts."""
        return self._rows[[self._place[text] for text in texts]].astype(np.float32)


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


def own_questions(seeds: Path, path: Path) -> list[Asked]:
    """The project's training questions with their passages, as indexing cuts them."""
    from index import catalog, files, memory
    from index.passages import passages
    from index.settings import Settings
    from index.structure import analyse

    records = catalog.load(seeds / catalog.NAME)
    pairs = memory.load([seeds / memory.FOLDER])
    cut: dict[str, list[Passage]] = {}
    for source in files.find([seeds]):
        document = analyse(files.read(source), records.get(source.name, ()))
        for passage in passages(document, Settings().passage_length, pairs.translate):
            cut.setdefault(passage.article, []).append(passage)
    asked = []
    for line in _lines(path):
        item = json.loads(line)
        # A passage may begin elsewhere since the questions were written: what counts is that it holds the place.
        found = next((p for p in cut.get(item["article"], ()) if item["passage_start"] in p.text), None)
        if found is not None:
            asked.append(Asked(found.article, found.text, found.translation, tuple(item["zh"]), tuple(item["en"])))
    return asked
