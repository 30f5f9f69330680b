"""English questions by numpy are the same as by sentence-transformers, and need no torch."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from index import encoder, minilm
from index.encoder import EnglishEncoder, SentenceEncoder

TEXTS = (
    "Which countries belong to MIKTA?",
    "the",
    "",
    "Kazakhstan’s “middle‑power” status — naïve café №5 ①",
    "What does 上合组织 mean?",
    "The SCO is regionalism by consensus. " * 100,
)


@cache
def whole() -> SentenceEncoder:
    own = encoder.embedded().english
    return SentenceEncoder(own.name, own.folder)


def small() -> minilm.MiniLM:
    found = minilm.load(encoder.embedded().english.folder)
    assert found is not None
    return found


def test_vectors_are_those_of_sentence_transformers():
    texts = [*TEXTS, *(text for row in encoder.PROBES for text in row[:2])]
    assert np.abs(small().encode(texts) - whole().encode(texts)).max() < 1e-5


def test_a_text_among_others_has_the_vector_that_it_has_alone():
    alone = np.concatenate([small().encode([text]) for text in TEXTS])
    assert np.abs(small().encode(TEXTS) - alone).max() < 1e-5


def test_a_question_in_either_language_needs_no_torch():
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from index import encoder; encoder.embedded().encode(['Who?', '谁？']); print('torch' in sys.modules)",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "False"


def test_numpy_multiplies_by_one_thread_once_the_model_is_loaded():
    own = [pool for pool in ThreadpoolController().lib_controllers if "numpy" in pool.filepath]
    if not own:
        pytest.skip("numpy brings no threads of its own here")
    for pool in own:
        pool.set_num_threads(2)
    minilm.load.__wrapped__(encoder.embedded().english.folder)
    assert {pool.get_num_threads() for pool in own} == {1}


@pytest.mark.parametrize("texts", [["text"] * (encoder._FEW + 1), ["word " * encoder._SHORT]])
def test_many_texts_and_long_ones_go_through_sentence_transformers(texts, monkeypatch):
    given = []
    monkeypatch.setattr(SentenceEncoder, "_encode", lambda self, found, question: given.append(len(found)))
    own = encoder.embedded().english
    EnglishEncoder(own.name, own.folder)._encode(texts, False)
    assert given == [len(texts)]


@pytest.mark.parametrize("fault", ["another kind", "no tokenizer", "a tokenizer cut short"])
def test_a_folder_that_is_not_as_wanted_is_left_to_sentence_transformers(fault, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(encoder.embedded().english.folder, folder)
    if fault == "another kind":
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"hidden_act": "relu"}))
    elif fault == "no tokenizer":
        (folder / "tokenizer.json").unlink()
    else:
        (folder / "tokenizer.json").write_text('{"version": "1.0"')
    assert minilm.load.__wrapped__(folder) is None
