"""The line of questions, which is Gradio's queue: how many wait in it, and who may join it.

Of Gradio's queue this uses `push` and `event_queue_per_concurrency_id`, which its documentation does not name; tests hold
them to what is expected here.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from fastapi import HTTPException

from ui.web import origin
from ui.web.desk import Desk
from ui.web.door import TurnedAway
from ui.web.texts import preferred

ASK = "ask"
"""What Gradio calls the line of questions; those of the page and of programs stand in the same."""

OTHERS = 500  # events that are no questions and may wait besides


def stand(page: gr.Blocks, desk: Desk) -> None:
    """Has the door of the desk look at the line of the page, and programs turned away at it with a status of HTTP.

    The page asks the door itself, before it lets a question join.
    """
    queue: Any = page._queue
    push = queue.push
    desk.door.waiting = lambda: _waiting(queue)

    async def guarded(body: Any, request: Any, username: str | None) -> Any:
        function = page.fns.get(body.fn_index)
        if function is not None and function.concurrency_id == ASK and function.api_visibility == "public":
            try:
                desk.door.enter(origin.of(request))
            except TurnedAway as away:
                desk.ledger.turned_away(str(function.api_name), away.why)
                said = away.said(preferred(request.headers.get("accept-language", "")))
                raise HTTPException(away.status, said, {"Retry-After": str(away.seconds)}) from away
        return await push(body=body, request=request, username=username)

    queue.push = guarded


def _waiting(queue: Any) -> int:
    own = queue.event_queue_per_concurrency_id.get(ASK)
    return len(own.queue) if own is not None else 0
