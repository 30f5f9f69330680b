"""A language model behind an OpenAI-compatible server: Ollama, vLLM, llama.cpp and the like."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from index.clean import HAN
from index.errors import ModelError
from index.llm import Message

_WINDOW = 8192  # tokens; what a server is commonly started with
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class ServerModel:
    """Greedy, streamed, thinking off where the server lets it be."""

    server: str  # base address, such as http://127.0.0.1:11434/v1
    model: str = ""  # its name there; the server's first one where none is set
    key: str = field(default="", repr=False)
    timeout: int = 60  # seconds for the first answer, and in all for one stream four times as much
    retries: int = 2

    @cached_property
    def _client(self) -> Any:
        try:
            import openai
        except ImportError as error:
            raise ModelError("The package openai is not installed; run `pip install 'wenzheng[server]'`.") from error
        return openai.OpenAI(base_url=self.server, api_key=self.key or "none", timeout=self.timeout, max_retries=self.retries)

    @property
    def name(self) -> str:
        return f"{self.model or 'default'} at {self.server}"

    @property
    def window(self) -> int:
        return _WINDOW

    def tokens(self, text: str) -> int:
        """An upper estimate: one for a Chinese character, one for three others."""
        han = len(_HAN.findall(text))
        return han + (len(text) - han) // 3 + 1

    @cached_property
    def _chosen(self) -> str:
        if self.model:
            return self.model
        with self._told():
            names = [model.id for model in self._client.models.list().data]
        if not names:
            raise ModelError(f"The server {self.server} offers no model; set WENZHENG_MODEL to the name of one.")
        return str(names[0])

    def stream(self, messages: Sequence[Message], *, limit: int, cancelled: Callable[[], bool] = lambda: False) -> Iterator[str]:
        asked = {
            "model": self._chosen,
            "messages": [{"role": m.role, "content": m.text} for m in messages],
            "max_tokens": limit,
            "temperature": 0.0,
            "stream": True,
        }
        began = time.monotonic()
        with self._told():
            answer, ended = self._begun(asked), False
            try:
                for event in answer:
                    if cancelled():
                        return
                    if time.monotonic() - began > 4 * self.timeout:
                        raise ModelError(
                            f"The server {self.server} was still writing after {4 * self.timeout} seconds; "
                            "set WENZHENG_TIMEOUT higher or WENZHENG_MODEL to a smaller model."
                        )
                    for choice in event.choices or ():
                        if choice.delta and choice.delta.content:
                            yield choice.delta.content
                        ended = ended or bool(choice.finish_reason)
            finally:
                with suppress(Exception):  # a connection that is broken already cannot be closed
                    answer.close()
            if not ended:
                raise ModelError(f"The server {self.server} broke off in the middle of its answer; check its log.")

    def _begun(self, asked: dict[str, Any]) -> Any:
        """The stream; without the switch for thinking where a server does not know it."""
        import openai

        try:
            return self._client.chat.completions.create(**asked, extra_body={"chat_template_kwargs": {"enable_thinking": False}})
        except (openai.BadRequestError, openai.UnprocessableEntityError):
            return self._client.chat.completions.create(**asked)

    def _told(self) -> _Told:
        return _Told(self.server, self.timeout)


@dataclass(frozen=True, slots=True)
class _Told:
    """Turns what the client and the connection raise into one sentence."""

    server: str
    timeout: int

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, Exception) or isinstance(error, ModelError):
            return
        import openai

        if isinstance(error, openai.APITimeoutError):
            raise ModelError(
                f"The server {self.server} did not answer within {self.timeout} seconds; "
                "check that it runs, or set WENZHENG_TIMEOUT higher."
            ) from error
        if isinstance(error, openai.APIConnectionError):
            raise ModelError(f"The server {self.server} cannot be reached; check that it runs and WENZHENG_SERVER.") from error
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            raise ModelError(f"The server {self.server} refuses the key; set WENZHENG_SERVER_KEY to a valid one.") from error
        if isinstance(error, openai.NotFoundError):
            raise ModelError(f"The server {self.server} does not know the model; set WENZHENG_MODEL to one it has.") from error
        # Whatever else comes out of reading what a server sent is the server's fault.
        line = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        raise ModelError(f"The server {self.server} gave no usable answer ({line}); check its log.") from error
