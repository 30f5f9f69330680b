"""Several short texts → vectors in one row of tokens, so that none is filled up to the length of another.

Each text attends to itself alone and counts its places from the first, as in Krell, Kosec, Perez and Fitzgibbon,
Efficient Sequence Packing without Cross-contamination (2021): the vectors are those of one text at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST = 256
"""Tokens in a row: what every one of them attends to is a table of as many squared."""


def fits(model: Any) -> bool:
    """Whether a sentence-transformers model is a BERT whose tokens are averaged, on the processor, with nothing put before a text."""
    parts = [type(part).__name__ for part in model]
    return (
        parts in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
        and type(model[0].auto_model).__name__ == "BertModel"
        and model[1].pooling_mode == "mean"
        and not any(model.prompts.values())
        and model.device.type == "cpu"
    )


def encode(model: Any, texts: Sequence[str]) -> Any:
    """A tensor (texts, dim) of a model that `fits`, not of length 1; None where the texts have more than `MOST` tokens."""
    import torch

    rows = model.tokenizer(list(texts), truncation=True, max_length=model.max_seq_length)["input_ids"]
    sizes = [len(row) for row in rows]
    if sum(sizes) > MOST:
        return None
    with torch.inference_mode():
        home = torch.repeat_interleave(torch.arange(len(rows)), torch.tensor(sizes))
        apart = torch.full((), torch.finfo(torch.float32).min)
        told = model[0].auto_model(
            input_ids=torch.tensor([[token for row in rows for token in row]]),
            position_ids=torch.cat([torch.arange(size) for size in sizes])[None],
            attention_mask=torch.where(home[:, None] == home[None], torch.zeros(()), apart)[None, None],
        )
        sums = torch.zeros(len(rows), told.last_hidden_state.shape[-1])
        return sums.index_add_(0, home, told.last_hidden_state[0]) / torch.tensor(sizes)[:, None]
