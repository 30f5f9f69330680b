"""Any bytes at all into every place where bytes of others come in; what once failed is tried again and again.

`python tests/fuzz.py TARGET` looks further, guided by which lines are reached.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from fakes import BEES, CORPUS, GLOSSARY, KITES, TRANSLATIONS
from fuzz_targets import TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

FOUND = Path(__file__).parent / "data" / "fuzz"
"""By target the inputs on which it once failed."""

PIECES = [
    *"。！？!?.；;：:，,\n\r\t\u3000\u2028\x85\ufeff\u200b\U0001f600\ud7ff０１①②abcＡé\u0301的一是风筝",
    *"[1] ［2］ 【3】 ^[1] ^① [^1] [1-9] [1,2] 【 ] <think> </think> ## | --- |---| ·29· 同上 Ibid. “ ” 「 」 《 》 « » ꎬ ꎮ %PDF-1.7".split(),
    *"<p> </p> <table> <td> <w:p> <w:r> <w:t> </w:t> </w:r> </w:p> <w:tbl> <w:tr> <w:tc> &#0; &amp; <!-- --> charset=gb18030 [[article]]".split(),
    "第一，", "一、风筝的来历\n\n", "风筝起源于哪里？", "它呢？", "How about ", "二〇一九年", "1,234.5 ", "not ", "\n\n[1] 参见王某，第9页。\n",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40).map(
    lambda parts: "".join(parts).encode("utf-8", "replace")
)
CUTTINGS = st.builds(
    lambda text, edges: "".join(text[min(a, b) : max(a, b)] for a, b in edges).encode(),
    st.sampled_from([*CORPUS.values(), GLOSSARY, TRANSLATIONS]),
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=6),
)
ROUNDS = {"query": 40, "pdf": 40, "html": 40, "word": 40, "docx": 20}  # the slow ones


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_whatever_comes_in_is_taken_or_refused_in_one_sentence(target):
    @settings(max_examples=ROUNDS.get(target, 80))
    @given(TEXTS | CUTTINGS | st.binary(max_size=200))
    def hold(data):
        TARGETS[target](data)

    hold()


@pytest.mark.parametrize("target", ["pdf", "docx", "html", "encodings"])
def test_a_sound_file_with_any_bytes_changed_is_read_or_refused_in_one_sentence(target):
    dice = random.Random(9)
    for _ in range(25):
        data = bytearray(sound(target))
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.3:
            del data[dice.randrange(len(data)) :]
        TARGETS[target](bytes(data))


def sound(target):
    from pdfs import pdf
    from test_files import word

    if target == "pdf":
        return pdf(["one page of kites", "another of bees"], title="Kites")
    if target == "docx":
        return word(lambda document: [document.add_paragraph(text) for text in KITES.split("\n\n")])
    page = f"<html><head><title>Kites</title></head><body><p>{KITES.replace(chr(10), '</p><p>')}</p><table><tr><td>{BEES}</td></tr></table>"
    return page.encode() if target == "html" else KITES.encode("gb18030")


@pytest.mark.parametrize("path", sorted(FOUND.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_once_failed_holds_now(path):
    TARGETS[path.parent.name](path.read_bytes())
