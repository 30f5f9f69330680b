import numpy as np
import pytest

from index import encoder, packed

TEXTS = ["SCO", "middle power", "Why did Kazakhstan call itself a middle power?", "", "minilateralism and its discontents"]


@pytest.fixture(scope="module")
def model():
    return encoder.embedded().english._model


def test_texts_in_one_row_have_the_vectors_that_each_has_by_itself(model):
    assert packed.fits(model)
    found = packed.encode(model, TEXTS).numpy()
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    alone = np.stack([model.encode(text, normalize_embeddings=True, show_progress_bar=False) for text in TEXTS])
    assert np.abs(found - alone).max() < 1e-6


def test_more_than_a_row_of_tokens_is_left_to_the_model_itself(model):
    many = ["the bees sleep in the hive in winter"] * 40
    assert packed.encode(model, many) is None
    vectors = encoder.embedded().encode(many)
    assert np.abs(vectors - vectors[0]).max() < 1e-6


def test_a_model_that_puts_words_before_a_text_is_not_packed(model, monkeypatch):
    monkeypatch.setattr(model, "prompts", {"query": "query: ", "document": ""})
    assert not packed.fits(model)
