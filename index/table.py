"""Chinese text → vectors in the space of all-MiniLM-L6-v2, by a table of token vectors; numpy only."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.clean import HAN
from index.errors import EncoderError
from index.terms import Terms

DIMENSION = 384
FILES = ("table.safetensors", "tokens.txt", "words.txt", "config.json")

_HANS = re.compile(rf"[{HAN}][{HAN}]*")
_OTHERS = re.compile(r"[a-z\u00c0-\u024f][a-z\u00c0-\u024f]*|\d\d*(?:[.,]\d+)*")
_GAP = re.compile(rf"\s(?<=[{HAN}]\s)\s*(?=[{HAN}])")
_UNKNOWN = 0  # row of a text none of whose tokens is in the table


class Tokens:
    """Chinese text → tokens: words, the characters they are made of, Latin words, numbers.

    `words` are added to the segmenter's dictionary.  Order plays no part in what is made of them.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self.words = tuple(words)
        self._terms = Terms()

    @cached_property
    def _segmenter(self) -> Any:
        import rjieba

        segmenter = rjieba.Jieba()
        for word in self.words:
            segmenter.add_word(word, 2000, "nz")  # as index.terms does
        return segmenter

    def __call__(self, text: str) -> list[str]:
        folded = _GAP.sub("", self._terms.fold(text))
        runs = _HANS.findall(folded)
        found = [word for word in self._segmenter.cut_for_search("\n".join(runs)) if word != "\n"] if runs else []
        found += "".join(runs)  # so that a word which the table lacks is known by its characters
        found += [other.replace(",", "") for other in _OTHERS.findall(folded)]
        return found


class TableEncoder:
    """Sums the vectors of a text's tokens; a frequent token has learned to be short.

    `rows`: int8, (tokens, 384); `scale`: float16, (tokens,); a token's vector is their product.
    """

    def __init__(self, tokens: Sequence[str], rows: NDArray[np.int8], scale: NDArray[np.float16], words: Iterable[str]) -> None:
        self.tokenize = Tokens(words)
        self._tokens = tuple(tokens)
        self._rows = rows
        self._scale = scale

    @cached_property
    def _weights(self) -> NDArray[np.float32]:
        return self._scale.astype(np.float32)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self._tokens)}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts, shape (n, 384), rows of length 1: higher inner product is nearer."""
        result = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for number, text in enumerate(texts):
            known = [place for place in map(self._place.get, self.tokenize(text)) if place is not None]
            places = np.array(known or [_UNKNOWN], dtype=np.intp)
            result[number] = self._weights.take(places) @ self._rows.take(places, axis=0).astype(np.float32)
        result /= np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-12)
        return result

    def words(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of single words, shape (n, 384), of length 1, or 0 for a word whose characters are not known either."""
        result = np.zeros((len(words), DIMENSION), dtype=np.float32)
        for number, word in enumerate(words):
            places = [self._place[t] for t in ([word] if word in self._place else word) if t in self._place]
            if places:
                result[number] = self._scale[places].astype(np.float32) @ self._rows[places].astype(np.float32)
        result /= np.maximum(np.linalg.norm(result, axis=1, keepdims=True), 1e-12)
        return result

    @classmethod
    def load(cls, folder: Path) -> TableEncoder:
        """The table in a folder; raises EncoderError naming what is missing or does not fit."""
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            arrays = load_file(folder / "table.safetensors")
            rows, scale = arrays["rows"], arrays["scale"]
            tokens = (folder / "tokens.txt").read_text(encoding="utf-8").split("\n")[:-1]
            words = (folder / "words.txt").read_text(encoding="utf-8").split("\n")[:-1]
        except (OSError, KeyError, SafetensorError, UnicodeDecodeError) as error:
            raise EncoderError(
                f"The table of the encoder in {folder} cannot be read ({error}); restore the folder from the repository."
            ) from error
        if rows.shape != (len(tokens), DIMENSION) or scale.shape != (len(tokens),):
            raise EncoderError(
                f"The table of the encoder in {folder} has {len(rows)} rows for {len(tokens)} tokens; "
                "its files are of different versions: restore the folder from the repository."
            )
        return cls(tokens, rows, scale, words)

    def save(self, folder: Path) -> None:
        """Writes the table; the folder must exist."""
        from safetensors.numpy import save

        table = save({"rows": self._rows, "scale": self._scale})
        (folder / "table.safetensors").write_bytes(table)
        for name, lines in (("tokens.txt", self._tokens), ("words.txt", self.tokenize.words)):
            (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        # The digest lets the small file stand for the large one where a fingerprint is wanted.
        config = {"dimension": DIMENSION, "tokens": len(self._tokens), "sha256": hashlib.sha256(table).hexdigest()}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Rows as int8 with one scale each (float16): the product is at most half a step off."""
    scale = (np.abs(vectors).max(axis=1) / 127).astype(np.float16)
    safe = np.maximum(scale.astype(np.float32), np.finfo(np.float16).tiny)
    return np.clip(np.rint(vectors / safe[:, None]), -127, 127).astype(np.int8), scale
