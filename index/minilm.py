"""A few English texts → vectors, all-MiniLM-L6-v2 by numpy: a question need not wait for torch to be loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

FILES = ("model.safetensors", "tokenizer.json", "config.json", "sentence_bert_config.json")


class MiniLM:
    """A BERT encoder (Devlin et al. 2019) whose last states are averaged over a text's tokens.

    `weights` by their names in transformers' BertModel; `heads` in each layer; a norm adds `epsilon` to the variance.
    """

    def __init__(self, tokenizer: Any, weights: Mapping[str, Array], heads: int, layers: int, epsilon: float) -> None:
        self._tokenizer = tokenizer
        self._weights = weights
        self._heads = heads
        self._layers = layers
        self._epsilon = epsilon

    def encode(self, texts: Sequence[str]) -> Array:
        """Vectors of one text or more, shape (n, dim), rows of length 1: higher inner product is nearer."""
        ids = [self._tokenizer.encode(text).ids for text in texts]
        lengths = np.array([len(one) for one in ids])
        ends = [0, *np.cumsum(lengths).tolist()]
        # The tokens of all texts one after another need no padding; only attention must know where a text ends.
        places = np.concatenate([np.arange(length) for length in lengths])
        own = self._weights
        states = own["embeddings.word_embeddings.weight"][np.concatenate(ids)]
        states = states + own["embeddings.position_embeddings.weight"][places]
        states = self._norm(states + own["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(self._layers):
            states = self._layer(states, f"encoder.layer.{layer}", list(pairwise(ends)))
        means = np.add.reduceat(states, ends[:-1], axis=0) / lengths[:, None].astype(np.float32)
        vectors: Array = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), np.float32(1e-12))
        return vectors

    def _layer(self, states: Array, name: str, spans: Sequence[tuple[int, int]]) -> Array:
        query, key, value = (self._linear(states, f"{name}.attention.self.{part}") for part in ("query", "key", "value"))
        seen = np.concatenate([self._attend(query[a:b], key[a:b], value[a:b]) for a, b in spans])
        states = self._norm(self._linear(seen, f"{name}.attention.output.dense") + states, f"{name}.attention.output.LayerNorm")
        inner = _gelu(self._linear(states, f"{name}.intermediate.dense"))
        return self._norm(self._linear(inner, f"{name}.output.dense") + states, f"{name}.output.LayerNorm")

    def _attend(self, query: Array, key: Array, value: Array) -> Array:
        """Scaled dot products within one text, shape (tokens, dim) each."""
        count, dimension = query.shape
        size = dimension // self._heads
        query, key, value = (part.reshape(count, self._heads, size).transpose(1, 0, 2) for part in (query, key, value))
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(size))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        seen: Array = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return seen.transpose(1, 0, 2).reshape(count, dimension)

    def _linear(self, states: Array, name: str) -> Array:
        made: Array = states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return made

    def _norm(self, states: Array, name: str) -> Array:
        states = states - states.mean(axis=-1, keepdims=True)
        states /= np.sqrt((states * states).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        return states * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(x: Array) -> Array:
    """x Φ(x), the error function by Abramowitz and Stegun 7.1.26, which is at most 1.5e-7 off."""
    y = np.abs(x) * np.float32(np.sqrt(0.5))
    t = np.reciprocal(1 + np.float32(0.3275911) * y)
    tail = np.zeros_like(x)
    for factor in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail = (tail + np.float32(factor)) * t
    tail *= np.exp(-y * y) * np.float32(0.5)
    made: Array = x * np.where(x < 0, tail, 1 - tail)
    return made


def one_thread() -> None:
    """Lets numpy multiply by one thread from now on, in the whole process.

    Its threads wait for each other without sleeping: with other programs on the same two cores an English search took
    200 to 550 ms by two threads and 70 ms by one.
    """
    from threadpoolctl import ThreadpoolController

    for pool in ThreadpoolController().lib_controllers:
        if Path(pool.filepath).parent.name.startswith("numpy"):
            pool.set_num_threads(1)


@lru_cache(maxsize=1)
def load(folder: Path) -> MiniLM | None:
    """The model in a folder of sentence-transformers, once; None where it is none such, or something of it cannot be read."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    try:
        config, limits = (json.loads((folder / name).read_text(encoding="utf-8")) for name in FILES[2:])
        if (config["model_type"], config["hidden_act"]) != ("bert", "gelu"):
            return None
        weights = load_file(folder / FILES[0])
        tokenizer = Tokenizer.from_file(str(folder / FILES[1]))
        tokenizer.no_padding()
        tokenizer.enable_truncation(limits["max_seq_length"])
        one_thread()
        return MiniLM(tokenizer, weights, config["num_attention_heads"], config["num_hidden_layers"], config["layer_norm_eps"])
    except Exception:  # tokenizers raises no narrower one; sentence-transformers will tell what is wrong
        return None
