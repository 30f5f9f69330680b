"""The public sets in a folder → pairs; each reader gives (Chinese, English)."""

from __future__ import annotations

import csv
import gzip
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from index.clean import HAN, fold
from index.training.pairs import Pair, is_chinese, lines


def _key(text: str) -> str:
    """A sentence without case, marks and white space, to compare sets with each other."""
    return re.sub(r"[\W_]+", "", fold(text).casefold())


_NO_GLOSS = re.compile(
    r"(?:CL:|(?:old |erhua |archaic |Japanese |nonstandard )?variant of|see (?:also )?\S*\[|also written|"
    r"also pr\.|abbr\. for|used in|same as|surname |\(dated\) variant)"
)


def _cedict(data: Path) -> Iterator[tuple[str, str]]:
    for line in lines(data / "cedict" / "cedict_1_0_ts_utf-8_mdbg.txt.gz"):
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
    held = {_key(line) for side in ("cmn", "eng") for line in lines(data / "tatoeba_test" / f"tatoeba.cmn-eng.{side}")}
    for line in lines(data / "tatoeba" / "cmn.txt.gz"):
        english, chinese = line.split("\t")[:2]
        if _key(english) not in held and _key(chinese) not in held:
            yield chinese, english


def _captions(data: Path) -> Iterator[tuple[str, str]]:
    for line in lines(data / "3am" / "train.tsv.gz"):
        english, _, chinese = line.partition("\t")
        yield chinese, " ".join(english.replace(" '", "'").split())


def _wikipedia(data: Path) -> Iterator[tuple[str, str]]:
    for line in lines(data / "mlqe_pe" / "post_edits.en-zh.tsv.gz"):
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
    for line in lines(path):
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
        text = "\n".join(lines(data / "udhr" / name))
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
        for line in lines(data / "omw" / name):
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
    for line in lines(data / "python_docs" / "pairs.en-zh.jsonl.gz"):
        item = json.loads(line)
        english, chinese = " ".join(item["en"].split()), "".join(item["zh"].split("\n"))
        if 40 <= len(english) <= 500 and not re.search(r"[`<>|*_={}\[\]%\\#]|::|--|\w\(\)|\w\.\w", english):
            kept += 1
            if kept % 3 == 0:
                yield chinese, english


_READERS = {
    "cedict": _cedict, "tatoeba": _tatoeba, "3am": _captions, "mlqe_pe": _wikipedia, "tico19": _health,
    "un_sdg": _goals, "udhr": _rights, "omw": _wordnet, "quantecon": _economics, "python_docs": _python,
}  # fmt: skip


def public_pairs(data: Path) -> list[Pair]:
    """All public pairs without doubles, set by set."""
    found: dict[tuple[str, str], Pair] = {}
    for source, reader in _READERS.items():
        for zh, en in reader(data):
            zh, en = zh.strip(), html.unescape(en).strip()
            if is_chinese(zh) and re.search("[A-Za-z]", en):
                found.setdefault((zh, en), Pair(source, zh, en))
    return list(found.values())
