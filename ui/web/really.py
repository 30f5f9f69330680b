"""A button that loses something, and the question that stands before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from index.records import Language
from ui.web.escape import escape
from ui.web.texts import texts

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}


class Really:
    """The button, the question it leads to, and its two answers; the harmless answer has the keyboard's focus."""

    def __init__(self, label: str, elem_id: str) -> None:
        """`label` names the text on the button."""
        own = texts("zh")
        self._label, self._id = label, elem_id
        self.button = gr.Button(own[label], size="sm", elem_id=elem_id)
        with gr.Column(visible=False, elem_id=f"{elem_id}-really", elem_classes="wz-really") as self.box:
            self.question = gr.HTML(apply_default_css=False)
            with gr.Row():
                self.no = gr.Button(own["really_no"], size="sm", elem_id=f"{elem_id}-no")
                self.yes = gr.Button(own["really_yes"], size="sm", elem_id=f"{elem_id}-yes")

    def events(
        self,
        ask: Callable[..., str],
        asked: Sequence[Any],
        remove: Callable[..., Sequence[Any]],
        given: Sequence[Any],
        outputs: Sequence[Any],
    ) -> None:
        """`ask` makes the question, empty where there is nothing to lose, from `asked`; `remove` the outputs from `given`."""

        def put(*values: Any) -> list[Any]:
            question = ask(*values)
            said = f'<p class="wz-really-question" role="alert">{escape(question)}</p>'
            return [gr.update(visible=bool(question)), said if question else ""]

        leave = gr.update(visible=False)
        self.button.click(put, list(asked), [self.box, self.question], **_QUICK).then(None, js=self._focus("no"), **_QUICK)
        self.no.click(lambda: leave, None, self.box, **_QUICK).then(None, js=self._focus(""), **_QUICK)
        self.yes.click(lambda *values: [leave, *remove(*values)], list(given), [self.box, *outputs], **_QUICK).then(
            None, js=self._focus(""), **_QUICK
        )

    def labelled(self) -> list[Any]:
        """The components whose words change with the language."""
        return [self.button, self.no, self.yes, self.box]

    def labels(self, shown: Language) -> list[Any]:
        """Their words; a question that stands in the other language is taken back."""
        own = texts(shown)
        return [own[self._label], own["really_no"], own["really_yes"], gr.update(visible=False)]

    def _focus(self, which: str) -> str:
        name = f"{self._id}-{which}" if which else self._id
        return f"() => setTimeout(() => document.getElementById('{name}')?.focus(), 100)"
