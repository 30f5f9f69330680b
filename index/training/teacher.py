"""The teacher of English: all-MiniLM-L6-v2, whose space Chinese is brought into."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.bilingual import english_folder

Floats = NDArray[np.float32]


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

        model = SentenceTransformer(str(english_folder()), local_files_only=True, device=self._device)
        for start in range(0, len(new), 8192):
            shard = new[start : start + 8192]
            rows = np.asarray(model.encode(shard, batch_size=64, normalize_embeddings=True), dtype=np.float16)
            path = self._folder / f"{len(list(self._folder.glob('*.npy'))):05d}"
            path.with_suffix(".json").write_text(json.dumps(shard, ensure_ascii=False), encoding="utf-8")
            np.save(path.with_suffix(".npy"), rows)
            self._take(shard, rows)

    def rows(self, texts: Sequence[str]) -> Floats:
        """The vectors of known texts."""
        return self._rows[np.array([self._place[text] for text in texts], dtype=np.int64)].astype(np.float32)
