"""Stand-ins for the tests: an encoder without a model, and a corpus of a few short documents."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index.encoder import Vectors
from index.records import Language
from index.terms import Terms

_TERMS = Terms()


def slot(piece: str, dimensions: int) -> tuple[int, float]:
    """Where a piece of text counts in a vector, and with which sign; the same on every machine."""
    digest = hashlib.blake2b(piece.encode(), digest_size=8).digest()
    return int.from_bytes(digest[:4], "big") % dimensions, 1.0 if digest[4] & 1 else -1.0


def pieces(text: str) -> list[str]:
    """Pairs of neighbouring Chinese characters, and words of other scripts that are not too short to tell anything."""
    folded = _TERMS.fold(text)
    runs = re.findall(r"[\u4e00-\u9fff]+", folded)
    return [run[k : k + 2] for run in runs for k in range(max(1, len(run) - 1))] + re.findall(r"[a-z]{4,}|\d+", folded)


@dataclass
class FakeEncoder:
    """Texts that share characters and words get near vectors; keeps what it was given to encode."""

    name: str = "fake"
    fingerprint: str = "fake-256"
    dimensions: int = 256
    spoken: frozenset[Language] = frozenset({"zh", "en"})
    delay: float = 0.0  # seconds a call takes
    seen: list[str] = field(default_factory=list)  # texts encoded as passages
    on_encode: Callable[[], None] = lambda: None

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        self.on_encode()
        time.sleep(self.delay)
        if not question:
            self.seen += texts
        rows = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for piece in pieces(text):
                at, sign = slot(piece, self.dimensions)
                row[at] += sign
            row[0] += 1e-3  # no text is the zero vector
            row /= np.linalg.norm(row)
        return rows

    def languages(self) -> frozenset[Language]:
        return self.spoken

    def crosses(self) -> bool:
        return False


def one_sentence(text: str, *names: str) -> bool:
    """Whether a message is what a user should see: one line, a full stop, the name, and what to do."""
    advice = (
        r"run|name|give|check|wait|free|move|mend|rename|convert|update|split|save|set |unset|write|leave|see|ask|must|wanted|"
        r"install|download|make"
    )
    return (
        "\n" not in text.strip()
        and text.strip().endswith((".", "。"))
        and "Traceback" not in text
        and all(name in text for name in names)
        and re.search(rf"\b(?:{advice})", text) is not None
    )


KITES = """风筝的制作与放飞

林晓

一、风筝的来历

风筝起源于中国的鲁国。墨子用木头做了第一只木鸢，飞了一天就坠落了。^[1]它后来改用竹子和纸来制作。\
风筝在唐代传到日本，在十四世纪传到欧洲。

二、制作的步骤

制作风筝有三个步骤。第一，削出薄而直的竹条。第二，用棉线把竹条扎成骨架。第三，把宣纸糊在骨架上面。\
竹条必须在阴凉处晾干，因为潮湿的竹条容易弯曲。

三、放飞的条件

放飞风筝需要每秒四米的微风。潍坊每年四月举办风筝节，二〇一九年有六十五个国家的选手参加。

| 品种 | 重量 | 产地 |
|---|---|---|
| 沙燕 | 90 克 | 北京 |
| 龙头 | 2500 克 | 潍坊 |

[1] 《韩非子·外储说左上》记有此事，参见王某：《古代工艺考》，北京：中华书局，1990年，第12页。
"""

TEA = """茶园的虫害

苏茉莉

一、虫害的种类

茶小绿叶蝉是茶园最常见的害虫。这种害虫吸食嫩芽的汁液，使茶叶减产三成。茶尺蠖在夏季啃食老叶。

二、防治的办法

茶农悬挂黄色粘板来诱捕茶小绿叶蝉。对此，研究所建议每亩悬挂二十五块粘板。合作社在二〇二一年停止喷洒农药。
"""

BEES = """The Winter Cluster of Honeybees

Ada Moore

Introduction

Honeybees survive the winter by forming a tight cluster around their queen. The cluster keeps a temperature of \
thirty-four degrees at its centre.^[1] It shrinks when the air outside grows colder. Workers shiver their flight \
muscles to produce heat.

Food Stores

A colony needs twenty kilograms of honey to last until spring. Beekeepers in Slovenia leave the upper box untouched. \
Mice enter weak hives in November because the guards have joined the cluster.

[1] Ada Moore, Notes on Wintering, Ljubljana: Apis Press, 2015, p. 7.
"""

CLOCKS = """The Tower Clock of Marlow

Ben Carver

The tower clock of Marlow was built in 1784 by Josiah Finch. Its pendulum weighs ninety pounds. The clock is wound \
every Friday by the sexton. In 1902 a lightning strike cracked the northern dial. The council replaced the dial with \
one of opal glass.
"""

CORPUS = {"kites.txt": KITES, "tea.txt": TEA, "bees.txt": BEES, "clocks.txt": CLOCKS}

GLOSSARY = (
    "zh\ten\tzh_aliases\ten_aliases\tkind\n"
    "风筝\tkite\t纸鸢|鹞子\tpaper kite\tthing\n"
    "蜂群\thoneybee colony\t蜜蜂群\tbee colony\tthing\n"
    "茶小绿叶蝉\ttea green leafhopper\t\tleafhopper\tanimal\n"
)

CATALOG = """
[[article]]
id = "kites"
source = "kites.txt"
begins = "风筝的制作与放飞"
title_zh = "风筝的制作与放飞"
title_en = "Making and Flying Kites"
authors = [{zh = "林晓", en = "Lin Xiao"}]
journal_zh = "《民间工艺》"
year = 2020
language = "zh"

[[article]]
id = "bees"
source = "bees.txt"
begins = "The Winter Cluster of Honeybees"
title_en = "The Winter Cluster of Honeybees"
authors = [{en = "Ada Moore"}]
language = "en"

[[article]]
id = "clocks"
source = "clocks.txt"
begins = "The Tower Clock of Marlow"
title_en = "The Tower Clock of Marlow"
authors = [{en = "Ben Carver"}]
language = "en"
"""

TRANSLATIONS = (
    '{"zh": "风筝起源于中国的鲁国。", "en": "The kite originated in the state of Lu in China."}\n'
    '{"zh": "墨子用木头做了第一只木鸢，飞了一天就坠落了。", "en": "Mozi made the first wooden bird; it flew for a day and fell."}\n'
    '{"zh": "它后来改用竹子和纸来制作。", "en": "It was later made of bamboo and paper."}\n'
    '{"zh": "放飞风筝需要每秒四米的微风。", "en": "Flying a kite needs a light wind of four metres a second."}\n'
    '{"zh": "茶小绿叶蝉是茶园最常见的害虫。", "en": "The tea green leafhopper is the most common pest of tea gardens."}\n'
)


def write_corpus(folder: Path) -> Path:
    """The corpus with glossary, catalogue and translations, as files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in CORPUS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "glossary.tsv").write_text(GLOSSARY, encoding="utf-8")
    (folder / "catalog.toml").write_text(CATALOG, encoding="utf-8")
    (folder / "translations").mkdir(exist_ok=True)
    (folder / "translations" / "memory.jsonl").write_text(TRANSLATIONS, encoding="utf-8")
    return folder
