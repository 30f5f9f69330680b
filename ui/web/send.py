"""The button on the asking page that sends the last answer to the reviewers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import WenzhengError
from index.records import Language
from index.reviews import Reviews
from ui import queue
from ui.web import review_html
from ui.web.cards import Turn
from ui.web.texts import texts


class Send:
    """The button, and what it says of what it did."""

    def __init__(self) -> None:
        self.told = gr.HTML(elem_id="wz-send-told", apply_default_css=False)
        self.button = gr.Button(texts("zh")["review_send"], size="sm", elem_id="wz-send-button")

    def events(self, folder: Path, turns: gr.State, language: gr.Radio) -> None:
        """Sends the last of `turns`; the label follows the page's language."""

        def send(conversation: list[Turn], shown: Language) -> str:
            return review_html.notice(_sent(folder, conversation, shown))

        quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        self.button.click(send, [turns, language], self.told, **quick)
        language.change(lambda shown: (texts(shown)["review_send"], ""), language, [self.button, self.told], **quick)
        # By the browser itself: an emptying on its way through the server could overtake what a click has led to.
        turns.change(None, None, self.told, js="() => ''", **quick)


def _sent(folder: Path, turns: list[Turn], shown: Language) -> str:
    """What to tell of the last answer of a conversation."""
    own = texts(shown)
    if not turns:
        return own["review_send_none"]
    try:
        reviews = Reviews.open(folder)
        try:
            return own["review_sent" if queue.add(reviews, turns[-1].answer) else "review_sent_before"]
        finally:
            reviews.close()
    except WenzhengError as error:
        return own["review_failed"].format(reason=error)
