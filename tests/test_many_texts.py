"""Many texts at once are encoded as one by one, if with shorter numbers."""

import numpy as np
import pytest

from index import encoder, settings
from index.encoder import PROBES
from index.errors import SettingsError
from index.settings import EMBEDDED


def test_many_english_texts_get_the_vectors_that_each_gets_alone():
    model = encoder.load(EMBEDDED)
    quick = encoder.fast(model)
    assert quick.fingerprint == model.fingerprint
    texts = [f"{text} {number}" for number in range(6) for row in PROBES for text in row[:1]]
    assert len(texts) > encoder._FEW
    many = quick.encode(texts)
    alone = np.concatenate([model.encode([text]) for text in texts[::12]])
    assert np.allclose(np.linalg.norm(many, axis=1), 1, atol=1e-6)
    assert (many[::12] * alone).sum(axis=1).min() > 0.999


def test_documents_are_encoded_exactly_unless_the_setting_says_otherwise(tmp_path):
    assert settings.load(folder=tmp_path).encoding == "exact"
    assert settings.load({"encoding": "fast"}, tmp_path).encoding == "fast"
    with pytest.raises(SettingsError, match="exact or fast"):
        settings.load({"encoding": "int8"}, tmp_path)
