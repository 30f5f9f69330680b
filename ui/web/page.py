"""The components of the page and its events.  What they show is made in `render`, what they say in `texts`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from index.errors import WenzhengError
from index.records import Language
from ui.web import render
from ui.web.cards import Turn
from ui.web.desk import LONGEST_QUESTION, Desk
from ui.web.export import Export
from ui.web.texts import examples, preferred, texts

READERS = 4
"""Questions in work at once; the desk answers them one by one."""

Message = dict[str, Any]


class Page:
    """The components of one page and what happens to them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        own = texts("zh")
        with gr.Row(elem_id="wz-top"):
            self.header = gr.HTML(self._header("zh"), elem_id="wz-header", apply_default_css=False)
            self.language = gr.Radio(
                [("中文", "zh"), ("English", "en")],
                value="zh",
                label="中文 / English",
                show_label=False,
                container=False,
                elem_id="wz-language",
            )
        with gr.Row(elem_id="wz-main"):
            with gr.Column(elem_id="wz-left"):
                self.chat = gr.Chatbot(
                    elem_id="wz-chat", label=own["chat"], show_label=False, container=False, height=None, buttons=[], latex_delimiters=[],
                    layout="bubble", feedback_options=None, placeholder=own["welcome"], examples=_offered("zh"),
                )  # fmt: skip
                self.box = gr.Textbox(
                    elem_id="wz-box", show_label=False, container=False, placeholder=own["placeholder"], label=own["question"],
                    lines=1, max_lines=6, max_length=LONGEST_QUESTION, autofocus=True, submit_btn=own["ask"],
                )  # fmt: skip
                with gr.Row(elem_id="wz-actions"):
                    self.export = Export()
                    self.retry = gr.Button(own["retry"], size="sm", elem_id="wz-retry")
                    self.clear = gr.Button(own["clear"], size="sm", elem_id="wz-clear")
            self.panel = gr.HTML(render.panel((), "zh"), elem_id="wz-panel", apply_default_css=False)
        self.turns: gr.State = gr.State([])
        self.asked: gr.State = gr.State("")
        self._events()
        self.export.events(self.turns, self.language)

    def _header(self, shown: Language) -> str:
        answerer = self.desk.answerer
        return render.header(shown, self.desk.articles(), answerer.searcher.encoder.name, answerer.reader.name)

    # -- events -----------------------------------------------------------------------------

    def _events(self) -> None:
        told = [self.header, self.chat, self.box, self.retry, self.clear, self.panel]
        running = [self.box, self.retry]
        work = [self.chat, self.turns, self.panel]
        page = gr.context.Context.root_block
        private: dict[str, Any] = {"api_visibility": "private"}

        page.load(self._first, None, [self.language, *told], queue=False, **private)
        self.language.change(self._relabel, [self.language, self.turns], told, queue=False, show_progress="hidden", **private)

        writing = []
        for trigger, take, inputs in (
            (self.box.submit, self._take, [self.box, self.chat, self.language]),
            (self.chat.example_select, self._take_example, [self.chat, self.language]),
            (self.retry.click, self._take_again, [self.asked, self.chat, self.language]),
        ):
            taken = trigger(take, inputs, [self.asked, self.chat, *running], queue=False, show_progress="hidden", **private)
            written = taken.then(
                self._write, [self.asked, self.chat, self.turns, self.language], work,
                show_progress="hidden", concurrency_id="ask", concurrency_limit=READERS, **private,
            )  # fmt: skip
            written.then(self._rest, self.language, running, queue=False, show_progress="hidden", **private)
            writing.append(written)

        self.box.stop(
            self._stop,
            [self.chat, self.language],
            [self.chat, *running],
            cancels=writing,
            queue=False,
            show_progress="hidden",
            **private,
        )
        self.clear.click(
            self._empty,
            self.language,
            [self.asked, *work, *running],
            cancels=writing,
            queue=False,
            show_progress="hidden",
            **private,
        )

    def _first(self, request: gr.Request) -> list[Any]:
        """The page in the language that the browser asks for."""
        shown = preferred(request.headers.get("accept-language", ""))
        return [shown, *self._relabel(shown, [])]

    def _relabel(self, shown: Language, turns: list[Turn]) -> list[Any]:
        """Everything that the page itself says, in another language; answers stay as they were given."""
        own = texts(shown)
        return [
            self._header(shown),
            gr.update(label=own["chat"], placeholder=own["welcome"], examples=_offered(shown)),
            gr.update(placeholder=own["placeholder"], label=own["question"], submit_btn=own["ask"]),
            own["retry"],
            own["clear"],
            render.panel(turns, shown),
        ]

    # -- a question's way: take, write, rest -------------------------------------------------

    def _take(self, question: str, chat: list[Message], shown: Language) -> tuple[Any, ...]:
        """Shows the question at once and the box as busy."""
        question = question.strip()
        if not question:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        own = texts(shown)
        said = [*chat, _user(render.question(question)), _assistant(render.note(own["searching"], "wait"))]
        return question, said, gr.update(value="", submit_btn=False, stop_btn=own["stop"]), gr.update(interactive=False)

    def _take_example(self, chat: list[Message], shown: Language, event: gr.SelectData) -> tuple[Any, ...]:
        return self._take(event.value["text"], chat, shown)

    def _take_again(self, asked: str, chat: list[Message], shown: Language) -> tuple[Any, ...]:
        """The last question once more, in place of its answer."""
        last = max((place for place, message in enumerate(chat) if message["role"] == "user"), default=0)
        return self._take(asked, chat[:last], shown)

    def _write(self, asked: str, chat: list[Message], turns: list[Turn], shown: Language) -> Iterator[tuple[Any, ...]]:
        """The answer claim by claim, after its proofs stand in the panel."""
        if not _waits(chat):
            yield gr.skip(), gr.skip(), gr.skip()
            return
        number = sum(message["role"] == "user" for message in chat)
        before = [turn for turn in turns if turn.number < number]
        try:
            turn = self.desk.ask(asked, number, [turn.answer.understood for turn in before])
        except WenzhengError as error:
            yield [*chat[:-1], _assistant(render.note(texts(shown)["failed"].format(reason=error)))], before, gr.skip()
            return
        now = [*before, turn]
        for claims in range(1, max(1, len(turn.answer.claims)) + 1):
            panel = render.panel(now, shown) if claims == 1 else gr.skip()
            yield [*chat[:-1], _assistant(render.answer(turn, claims))], now, panel

    def _rest(self, shown: Language) -> tuple[Any, ...]:
        """The box ready for the next question."""
        return gr.update(submit_btn=texts(shown)["ask"], stop_btn=False), gr.update(interactive=True)

    def _stop(self, chat: list[Message], shown: Language) -> tuple[Any, ...]:
        """What was written so far, and that it was stopped."""
        return [*(chat[:-1] if _waits(chat) else chat), _assistant(render.note(texts(shown)["stopped"]))], *self._rest(shown)

    def _empty(self, shown: Language) -> tuple[Any, ...]:
        return "", [], [], render.panel((), shown), *self._rest(shown)


def _offered(shown: Language) -> list[dict[str, str]]:
    return [{"text": question} for question in examples(shown)]


def _waits(chat: list[Message]) -> bool:
    """Whether the last message is the one that an answer takes the place of."""
    return bool(chat) and chat[-1]["role"] == "assistant" and "wz-wait" in str(chat[-1]["content"])


def _user(content: str) -> Message:
    return {"role": "user", "content": content}


def _assistant(content: str) -> Message:
    return {"role": "assistant", "content": content}
