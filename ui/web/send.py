"""The button on the asking page that sends the last answer to the reviewers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from index.errors import WenzhengError
from index.records import Language
from index.reviews import Reviews
from ui import queue
from ui.web import review_html
from ui.web.cards import Turn
from ui.web.desk import Desk
from ui.web.texts import texts


class Asking(Protocol):
    """What the button needs of a page where questions are asked."""

    turns: gr.State
    language: gr.Radio


def send_to_review(desk: Desk, page: Asking) -> None:
    """Adds the button below a page; its label follows the page's language."""
    folder = desk.answerer.searcher.library.folder
    own = texts("zh")
    with gr.Row(elem_id="wz-send"):
        told = gr.HTML(elem_id="wz-send-told", apply_default_css=False)
        button = gr.Button(own["review_send"], size="sm", elem_id="wz-send-button")

    def send(turns: list[Turn], shown: Language) -> str:
        return review_html.notice(_sent(folder, turns, shown))

    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    button.click(send, [page.turns, page.language], told, **quick)
    page.language.change(lambda shown: (texts(shown)["review_send"], ""), page.language, [button, told], **quick)
    page.turns.change(lambda: "", None, told, **quick)


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
