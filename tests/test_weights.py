"""Folders of models with pickled weights or code of their own are refused before anything of them is loaded."""

from __future__ import annotations

import json
import pickle
import shutil

import pytest

from index import encoder, weights
from index.encoder import MODEL, SentenceEncoder
from index.entailment import EntailmentModel
from index.errors import EncoderError, ModelError, SettingsError
from index.llm.local import LocalModel
from index.settings import Settings


class Bomb:
    """Pickled, it makes a file when it is opened."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "model"
    made.mkdir()
    (made / "config.json").write_text(
        json.dumps({"model_type": "bert", "id2label": {"0": "entailment", "1": "neutral", "2": "contradiction"}})
    )
    return made


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.PTH", "model.ckpt", "x.pkl"])
@pytest.mark.parametrize("place", ["", "2_Dense"])
def test_pickled_weights_are_refused(folder, name, place):
    (folder / place).mkdir(exist_ok=True)
    (folder / place / name).write_bytes(pickle.dumps({}))
    assert "pickled weights" in str(weights.fault(folder))
    assert "pickled weights" in str(weights.fault(folder, remote_code=True))
    (folder / place / "model.safetensors").write_bytes(b"")
    assert weights.fault(folder) is None  # then those are loaded


def test_a_pickled_bomb_does_not_go_off(folder, tmp_path):
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(tmp_path / "boom")))
    for load, error in (
        (lambda: encoder.load(str(folder)).encode(["x"]), EncoderError),
        (lambda: LocalModel.find(str(folder)).window, ModelError),
        (lambda: EntailmentModel.find(str(folder)).judge("a", "b"), ModelError),
    ):
        with pytest.raises(error, match="pickled weights"):
            load()
    assert not (tmp_path / "boom").exists()


def test_code_in_a_folder_is_not_run_unless_it_is_allowed(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "evil.Module"}]))
    (folder / "evil.py").write_text(f"open({str(tmp_path / 'boom')!r}, 'w').close()\nclass Module: pass\n")
    with pytest.raises(EncoderError, match="WENZHENG_REMOTE_CODE=yes"):
        encoder.load(str(folder)).encode(["x"])
    assert not (tmp_path / "boom").exists()
    assert "evil.Module" in str(weights.fault(folder))
    assert weights.fault(folder, remote_code=True) is None
    assert encoder.of(Settings(encoder=str(folder), remote_code="yes")).remote_code
    assert not encoder.of(Settings(encoder=str(folder))).remote_code


@pytest.mark.parametrize("mapped", [{"AutoModel": "modeling.Own"}, {"AutoTokenizer": ["tokenization.Own", None]}])
def test_code_that_transformers_would_load_is_refused(folder, mapped):
    (folder / "config.json").write_text(json.dumps({"auto_map": mapped}))
    for load in (lambda: LocalModel.find(str(folder)).window, lambda: SentenceEncoder("x", folder).encode(["x"])):
        with pytest.raises((ModelError, EncoderError), match="code of its own"):
            load()


def test_the_models_that_come_with_the_program_are_let_through(tmp_path):
    assert weights.fault(MODEL) is None
    assert weights.fault(encoder.embedded().english.folder) is None
    shutil.copytree(MODEL, tmp_path / "copy")
    assert weights.fault(tmp_path / "copy") is None
    (tmp_path / "copy" / "bilingual.py").write_text("")  # that a loader might take for ours
    assert "code of its own" in str(weights.fault(tmp_path / "copy"))


def test_the_setting_is_yes_or_no():
    assert [Settings(remote_code=value).trusts_code for value in ("yes", "no")] == [True, False]
    with pytest.raises(SettingsError, match="yes or no"):
        _ = Settings(remote_code="maybe").trusts_code
