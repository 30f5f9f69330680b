"""Whether one text follows from another, by an NLI cross-encoder in a folder on this machine."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args

from index import hub, weights
from index.errors import ModelError
from index.settings import Settings

Label = Literal["entailment", "neutral", "contradiction"]

_WINDOW = 512  # tokens of evidence and statement together; these models are trained on no more
_WORDS = "The bees sleep in winter. 蜜蜂冬眠。"  # a tokenizer for either language knows some of them


@dataclass(frozen=True, slots=True)
class Judgement:
    """The chances, 0 to 1, that evidence entails a statement, leaves it open or contradicts it; they sum to 1."""

    entailment: float
    neutral: float
    contradiction: float

    @property
    def contradicts(self) -> bool:
        """Whether contradiction is the most likely of the three."""
        return self.contradiction > max(self.entailment, self.neutral)


@dataclass(frozen=True)
class EntailmentModel:
    """A CrossEncoder of sentence-transformers; loaded at the first use."""

    name: str
    folder: Path
    labels: tuple[Label, Label, Label]  # in the order of the model's outputs
    device: str = "auto"
    remote_code: bool = False  # whether the folder may bring code of its own

    @classmethod
    def find(cls, name: str, device: str = "auto", *, remote_code: bool = False) -> EntailmentModel:
        """The model a setting names; raises ModelError when it is not on this machine or has not the three labels."""
        folder = hub.resolve(name)
        if folder is None or not (folder / "config.json").is_file():
            raise ModelError(
                f"The entailment model “{name}” is neither a folder with a config.json nor a model on this machine; "
                f"run `wenzheng models --fetch {name}`, or set WENZHENG_NLI to another."
            )
        return cls(name, folder, _labels(folder), device, remote_code)

    @cached_property
    def _model(self) -> Any:
        if why := weights.fault(self.folder, remote_code=self.remote_code):
            raise ModelError(f"The entailment model in {self.folder} is not loaded: {why}; or set WENZHENG_NLI to another.")
        # Read at import: without it a missing file makes the hub client try the network for minutes.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from sentence_transformers import CrossEncoder
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            model = CrossEncoder(
                str(self.folder),
                device=None if self.device == "auto" else self.device,
                local_files_only=True,
                trust_remote_code=self.remote_code,
                # Single precision whatever the file holds: processors have no fast half precision.
                model_kwargs={"use_safetensors": True, "dtype": "float32"},
            )
            _complete(model, self.folder)
            # XLM-R counts its positions from 2: of 514 that its config names it takes 512.
            places = getattr(model.config, "max_position_embeddings", None) or _WINDOW + 2
            model.max_seq_length = min(model.max_seq_length or _WINDOW, places - 2, _WINDOW)
            return model
        except Exception as error:  # the library raises whatever its parts raise
            raise ModelError(
                f"The entailment model in {self.folder} cannot be loaded ({_first_line(error)}); "
                "a cross-encoder's folder with safetensors and a tokenizer is wanted: set WENZHENG_NLI to one, or unset it."
            ) from error

    def judge(self, evidence: str, statement: str) -> Judgement:
        """What the model says of a statement, given evidence in either language.

        Of more than the model takes, the longer of the two loses its end.  Raises ModelError when
        the model cannot be loaded, fails, or answers with no numbers.
        """
        model = self._model
        try:
            row = model.predict([(evidence, statement)], activation_fn=_as_is, apply_softmax=True, show_progress_bar=False)[0]
            chances = {label: float(value) for label, value in zip(self.labels, row, strict=True)}
        except Exception as error:  # the library raises whatever its parts raise
            raise ModelError(
                f"The entailment model “{self.name}” failed on a statement ({_first_line(error)}); "
                "set WENZHENG_NLI to another, or unset it."
            ) from error
        # A chance that is no number is below no threshold, so it would let anything through.
        if not all(map(isfinite, chances.values())):
            raise ModelError(
                f"The entailment model “{self.name}” answers with what is no number; set WENZHENG_NLI to another, or unset it."
            )
        return Judgement(**chances)


def load(settings: Settings) -> EntailmentModel | None:
    """The model that the setting `nli` names, or None where it names none; raises ModelError as `find` does."""
    return EntailmentModel.find(settings.nli, settings.device, remote_code=settings.trusts_code) if settings.nli else None


def _labels(folder: Path) -> tuple[Label, Label, Label]:
    """The three labels in the order of the outputs, from `id2label` of the model's config.json."""
    try:
        named = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("id2label") or {}
        found = [name.strip().lower() for _, name in sorted((int(number), name) for number, name in named.items())]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ModelError(
            f"The config.json in {folder} cannot be read as a model's ({_first_line(error)}); set WENZHENG_NLI to another folder."
        ) from error
    wanted = get_args(Label)
    if sorted(found) != sorted(wanted) or sorted(map(int, named)) != [0, 1, 2]:
        shown = ", ".join(map(str, named.values()))[:200] or "none"
        raise ModelError(
            f"The model in {folder} has the labels {shown}, where {', '.join(wanted)} are wanted; "
            "set WENZHENG_NLI to an entailment (NLI) model."
        )
    return found[0], found[1], found[2]


def _complete(model: Any, folder: Path) -> None:
    """Raises ValueError where a part is missing that transformers makes up.

    Weights of the classifier that the files lack are drawn at random, and for a missing tokenizer
    stands one that knows no words: the model would load, and judge by chance.
    """
    from safetensors import safe_open

    held: set[str] = set()
    for path in folder.glob("*.safetensors"):
        with safe_open(path, "numpy") as weights:
            held.update(weights.keys())
    body = f"{model.model.base_model_prefix}."
    if missing := [name for name, _ in model.model.named_parameters() if not name.startswith(body) and name not in held]:
        raise ValueError(f"the weights of its classifier are missing: {missing[0]}")
    known = model.tokenizer.decode(model.tokenizer.encode(_WORDS), skip_special_tokens=True)
    if not any(map(str.isalnum, known)):
        raise ValueError("its tokenizer is missing or knows no words")


def _as_is(scores: Any) -> Any:
    """Keeps the outputs as they are for the softmax, whatever function the model's config names."""
    return scores


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
