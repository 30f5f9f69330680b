"""A causal language model in a folder on this machine, through transformers."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from queue import Empty
from typing import Any

from index import hub, weights
from index.errors import ModelError
from index.llm import Message

_WINDOW = 8192  # tokens used even of a model that takes more: evidence is short, and time grows with them


@dataclass(frozen=True)
class LocalModel:
    """Loaded at the first use; greedy, thinking off."""

    name: str
    folder: Path
    device: str = "auto"
    timeout: int = 60  # seconds without a new piece
    remote_code: bool = False  # whether the folder may bring code of its own

    @classmethod
    def find(cls, name: str, device: str = "auto", timeout: int = 60, *, remote_code: bool = False) -> LocalModel:
        """The model a setting names; raises ModelError when it is not on this machine."""
        folder = hub.resolve(name)
        if folder is None or not (folder / "config.json").is_file():
            raise ModelError(
                f"The language model “{name}” is neither a folder with a config.json nor a model on this machine; "
                f"run `wenzheng models --fetch {name}`, or set WENZHENG_MODEL to another."
            )
        return cls(name, folder, device, timeout, remote_code)

    @cached_property
    def _parts(self) -> tuple[Any, Any]:
        """Tokenizer and model."""
        if why := weights.fault(self.folder, remote_code=self.remote_code):
            raise ModelError(f"The language model in {self.folder} is not loaded: {why}; or set WENZHENG_MODEL to another.")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        own: dict[str, Any] = {"local_files_only": True, "trust_remote_code": self.remote_code}
        try:
            tokenizer: Any = AutoTokenizer.from_pretrained(str(self.folder), **own)
            model: Any = AutoModelForCausalLM.from_pretrained(str(self.folder), **own, dtype="auto", use_safetensors=True)
            if model.dtype == torch.float16 and self.placed == "cpu":
                model = model.to(torch.float32)  # processors have no fast half precision of this kind
            return tokenizer, model.to(self.placed).eval()
        except Exception as error:  # the library raises whatever its parts raise
            raise ModelError(
                f"The language model in {self.folder} cannot be loaded ({_first_line(error)}); "
                "a folder of transformers with safetensors and a tokenizer is wanted: set WENZHENG_MODEL to one."
            ) from error

    @cached_property
    def placed(self) -> str:
        """Where it runs: cuda, mps or cpu."""
        if self.device != "auto":
            return self.device
        import torch

        return "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"

    @property
    def window(self) -> int:
        most = getattr(self._parts[1].config, "max_position_embeddings", _WINDOW)
        return min(int(most), _WINDOW)

    def tokens(self, text: str) -> int:
        return len(self._parts[0].encode(text, add_special_tokens=False))

    def describe(self) -> str:
        """Device and precision, for people."""
        return f"{self.placed}, {str(self._parts[1].dtype).removeprefix('torch.')}"

    def stream(self, messages: Sequence[Message], *, limit: int, cancelled: Callable[[], bool] = lambda: False) -> Iterator[str]:
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList, TextIteratorStreamer

        tokenizer, model = self._parts
        done = threading.Event()
        failure: list[BaseException] = []

        class Cancel(StoppingCriteria):
            def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **_: Any) -> torch.Tensor:
                stop = done.is_set() or cancelled()
                return torch.full((input_ids.shape[0],), stop, device=input_ids.device)

        try:
            asked = tokenizer.apply_chat_template(
                [{"role": m.role, "content": m.text} for m in messages],
                add_generation_prompt=True, enable_thinking=False, return_tensors="pt", return_dict=True,
            ).to(self.placed)  # fmt: skip
        except Exception as error:
            raise ModelError(
                f"The language model in {self.folder} has no chat template that takes these turns ({_first_line(error)}); "
                "set WENZHENG_MODEL to one made for chat."
            ) from error
        streamer = TextIteratorStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=self.timeout)

        def write() -> None:
            try:
                with torch.inference_mode():
                    model.generate(
                        **asked, max_new_tokens=limit, do_sample=False, temperature=None, top_p=None, top_k=None,
                        streamer=streamer, stopping_criteria=StoppingCriteriaList([Cancel()]),
                    )  # fmt: skip
            except BaseException as error:
                failure.append(error)
                streamer.end()  # type: ignore[no-untyped-call]  # or the reader would wait out its timeout

        worker = threading.Thread(target=write, daemon=True)
        worker.start()
        try:
            yield from (piece for piece in streamer if piece)
        except Empty as error:
            raise ModelError(
                f"The language model “{self.name}” wrote nothing for {self.timeout} seconds; "
                "set WENZHENG_TIMEOUT higher or WENZHENG_MODEL to a smaller one."
            ) from error
        finally:
            done.set()
            worker.join(timeout=self.timeout)
        if failure:
            raise ModelError(
                f"The language model “{self.name}” failed while writing ({_first_line(failure[0])}); "
                "ask again, or set WENZHENG_MODEL to a smaller one."
            ) from failure[0]


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
