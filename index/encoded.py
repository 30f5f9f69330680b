"""What of a library has vectors: the texts that may have one, and the vectors kept of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from index import derived
from index.contents import Contents
from index.encoder import Vectors
from index.records import ANSWERING, Language

_MOST_KEYS = 5_000  # of one question to SQLite


class Encoded(Contents):
    """Contents with the vectors of their texts."""

    def sides(self, names: Sequence[str] | None = None) -> list[str]:
        """Every text that may have a vector, of all documents or of some: passages with their context, sentences, translations."""
        among, values = _among(names)
        kinds = ",".join(f"'{kind}'" for kind in sorted(ANSWERING))
        found = self.select(
            f"SELECT p.context || p.text, p.translation FROM passages p JOIN documents d ON d.id = p.document WHERE {among} "
            "UNION ALL SELECT CASE s.context WHEN '' THEN s.text ELSE s.context END, s.translation "
            f"FROM sentences s JOIN documents d ON d.id = s.document WHERE s.kind IN ({kinds}) AND {among}",
            (*values, *values),
        )
        return [side for row in found for side in row if side]

    def one_sided(self, names: Sequence[str] | None = None) -> list[tuple[Language, str]]:
        """Language and text of the answering passages that have no translation, of all documents or of some."""
        among, values = _among(names)
        kinds = ",".join(f"'{kind}'" for kind in sorted(ANSWERING))
        return self.select(
            "SELECT p.language, p.text FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE p.translation IS NULL AND p.kind IN ({kinds}) AND {among}",
            values,
        )

    def vectors(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """Vectors (dim,) of texts by the library's encoder; texts that have none are left out."""
        built = self._one("SELECT json_extract(value, '$.fingerprint') FROM manifest WHERE key = 'encoder'")
        encoder = built[0] if built else ""
        keys = {derived.text_key(text): text for text in texts}
        found: list[tuple[str, bytes]] = []
        order = list(keys)
        for at in range(0, len(order), _MOST_KEYS):
            part = order[at : at + _MOST_KEYS]
            marks = ",".join("?" * len(part))
            found += self.select(f"SELECT text, vector FROM vectors WHERE encoder = ? AND text IN ({marks})", (encoder, *part))
        known = [(keys[key], vector) for key, vector in found if key in keys]
        if len({len(vector) for _, vector in known}) > 1:
            raise ValueError("vectors of different lengths")  # of a damaged file, which `damage_told` says
        table = np.frombuffer(b"".join(vector for _, vector in known), dtype=np.float32)
        return dict(zip((text for text, _ in known), table.reshape(len(known), -1), strict=True)) if known else {}

    def known_vectors(self, encoder: str, keys: Iterable[str]) -> set[str]:
        """Which of the text keys have a vector of this encoder."""
        wanted, known = list(keys), set[str]()
        for at in range(0, len(wanted), _MOST_KEYS):
            part = wanted[at : at + _MOST_KEYS]
            marks = ",".join("?" * len(part))
            known.update(
                key
                for (key,) in self.select(f"SELECT text FROM vectors WHERE encoder = ? AND text IN ({marks})", (encoder, *part))
            )
        return known


def _among(names: Sequence[str] | None) -> tuple[str, Sequence[str]]:
    """A condition on documents `d`, and its values."""
    return ("1", ()) if names is None else (f"d.name IN ({','.join('?' * len(names))})", names)
