"""Language models: one protocol, and the two ways to reach one.

They write, they are never believed: what they write is verified by whoever asked for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from index.errors import ModelError
from index.settings import Settings


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: Literal["system", "user", "assistant"]
    text: str


class LanguageModel(Protocol):
    """Anything that answers a chat, piece by piece."""

    @property
    def name(self) -> str:
        """What an answer says it was written by."""
        ...

    @property
    def window(self) -> int:
        """Tokens of chat and answer together that it takes."""
        ...

    def tokens(self, text: str) -> int:
        """How many tokens a text is, by its own tokenizer where that is at hand."""
        ...

    def stream(self, messages: Sequence[Message], *, limit: int, cancelled: Callable[[], bool] = lambda: False) -> Iterator[str]:
        """The answer in pieces, at most `limit` tokens; ends soon after `cancelled` is true.

        Raises ModelError when the model cannot be had, fails, or is too slow.
        """
        ...


def load(settings: Settings) -> LanguageModel:
    """The language model that the settings name; raises ModelError when they name none."""
    if settings.server:
        from index.llm.server import ServerModel

        return ServerModel(settings.server, settings.model, settings.server_key, settings.timeout)
    if settings.model:
        from index.llm.local import LocalModel

        return LocalModel.find(settings.model, settings.device, settings.timeout, remote_code=settings.trusts_code)
    raise ModelError(
        "No language model is set; set WENZHENG_MODEL to a folder or the name of a model on this machine, "
        "or WENZHENG_SERVER to the address of an OpenAI-compatible server."
    )
