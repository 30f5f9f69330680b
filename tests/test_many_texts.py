"""Many texts at once are encoded as one by one, if with shorter numbers."""

import numpy as np

from index import encoder
from index.encoder import PROBES
from index.settings import EMBEDDED


def test_many_english_texts_get_the_vectors_that_each_gets_alone():
    model = encoder.load(EMBEDDED)
    texts = [f"{text} {number}" for number in range(6) for row in PROBES for text in row[:1]]
    assert len(texts) > encoder._FEW
    many = model.encode(texts)
    alone = np.concatenate([model.encode([text]) for text in texts[::12]])
    assert np.allclose(np.linalg.norm(many, axis=1), 1, atol=1e-6)
    assert (many[::12] * alone).sum(axis=1).min() > 0.999
