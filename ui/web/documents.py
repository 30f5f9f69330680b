"""The page of documents: what the library holds, files dropped into it, documents taken out again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr

from index.errors import WenzhengError
from index.records import Language
from index.uploads import Given
from ui.web import documents_html, intake_html
from ui.web.desk import Desk
from ui.web.intake import Account, Intake, Job
from ui.web.switch import language_switch
from ui.web.texts import preferred, texts

_LOOK = 0.3  # seconds between two looks at a job

# Gradio cleans the names of files it stores; the owner's own name goes beside them.
_NAMES = "(files, names, ...rest) => [files, (files || []).map((file) => file.orig_name || ''), ...rest]"
_ON_LOAD = """element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (button) trigger(button.dataset.act, { name: button.dataset.name });
});"""


class DocumentsPage:
    """The components of the page and what happens to them."""

    def __init__(self, desk: Desk) -> None:
        self.intake = Intake(desk)
        self._megabytes = desk.door.settings.upload_megabytes
        own = texts("zh")
        with gr.Row(elem_id="wzd-top"):
            self.header = gr.HTML(documents_html.header("zh"), elem_id="wzd-header", apply_default_css=False)
            self.language = language_switch("wzd-language")
        with gr.Column(elem_id="wzd-main"):
            self.drop = gr.File(file_count="multiple", label=own["documents_drop"], elem_id="wzd-drop", height=150)
            self.names = gr.JSON(visible=False)
            self.limits = gr.HTML(intake_html.limits("zh", self._megabytes), elem_id="wzd-limits", apply_default_css=False)
            self.work = gr.HTML("", elem_id="wzd-work", apply_default_css=False)
            self.list = gr.HTML("", elem_id="wzd-list", apply_default_css=False, js_on_load=_ON_LOAD)
        self._events()

    def _events(self) -> None:
        told = [self.language, self.header, self.drop, self.limits, self.work, self.list]
        page = gr.context.Context.root_block
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        # A second lot is taken while the first is in work, and waits its turn there.
        follow: dict[str, Any] = {**quiet, "trigger_mode": "multiple", "concurrency_limit": None}

        followed = page.load(self._first, None, told, queue=False, **quiet).then(
            self._follow, self.language, [self.work, self.list], **follow
        )
        added = self.drop.upload(
            self._add, [self.drop, self.names, self.language], [self.drop, self.work, self.list], js=_NAMES, **follow
        )
        removed = self.list.delete(self._remove, self.language, [self.work, self.list], **follow)
        again = self.language.input(self._relabel, self.language, told[1:], queue=False, **quiet).then(
            self._follow, self.language, [self.work, self.list], **follow
        )
        # They would go on in the language that they began with; the work itself goes on by itself.
        self.language.input(None, None, None, cancels=[followed, added, removed, again], **quiet)
        self.list.expand(self._open, self.language, self.list, queue=False, **quiet)
        self.list.collapse(self._close, self.language, self.list, queue=False, **quiet)

    # -- what is shown ----------------------------------------------------------------------

    def _first(self, request: gr.Request) -> list[Any]:
        """The page in the language that its address names, else the browser."""
        named = request.query_params.get("lang")
        shown: Language = (
            "zh" if named == "zh" else "en" if named == "en" else preferred(request.headers.get("accept-language", ""))
        )
        return [shown, *self._relabel(shown, request)]

    def _relabel(self, shown: Language, request: gr.Request) -> list[Any]:
        return [
            documents_html.header(shown),
            gr.update(label=texts(shown)["documents_drop"]),
            intake_html.limits(shown, self._megabytes),
            self._work(shown, request),
            self._list(shown),
        ]

    def _work(self, shown: Language, request: gr.Request) -> str:
        return intake_html.jobs(self.intake.shown(request.session_hash or ""), shown)

    def _list(self, shown: Language, opened: Account | None = None, focus: str | None = None) -> str:
        try:
            return documents_html.listing(self.intake.holdings(), shown, opened, focus)
        except WenzhengError as error:
            return intake_html.failed(error, shown)

    def _open(self, shown: Language, event: gr.EventData) -> str:
        """The list with the account of one document."""
        try:
            opened = self.intake.account(unquote(str(event.name)))
        except WenzhengError as error:
            return intake_html.failed(error, shown)
        return self._list(shown, opened, opened.holding.name)

    def _close(self, shown: Language, event: gr.EventData) -> str:
        return self._list(shown, focus=unquote(str(event.name)))

    # -- what is done -----------------------------------------------------------------------

    def _add(
        self, paths: list[str] | None, names: list[Any] | None, shown: Language, request: gr.Request
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Takes the files in and shows how far that has come."""
        if not paths:
            yield gr.skip(), gr.skip(), gr.skip()
            return
        given = [Given(Path(path), str(name or Path(path).name)) for path, name in _paired(paths, names)]
        job = self.intake.add(given, request.session_hash or "")
        yield None, self._work(shown, request), gr.skip()
        for work, listed in self._watch([job], shown, request):
            yield gr.skip(), work, listed

    def _remove(self, shown: Language, request: gr.Request, event: gr.EventData) -> Iterator[tuple[Any, Any]]:
        job = self.intake.remove(unquote(str(event.name)), request.session_hash or "")
        yield from self._watch([job], shown, request)

    def _follow(self, shown: Language, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        """What was in work already when the page was opened, or when its language changed."""
        yield gr.skip(), gr.skip()  # Gradio empties what a handler that says nothing was to fill
        if waiting := self.intake.join(request.session_hash or ""):
            yield from self._watch(waiting, shown, request)

    def _watch(self, jobs: list[Job], shown: Language, request: gr.Request) -> Iterator[tuple[Any, Any]]:
        """How far the jobs have come, again and again until they have ended."""
        before = ""
        while not all(job.ended for job in jobs):
            if (now := self._work(shown, request)) != before:
                yield now, gr.skip()
                before = now
            time.sleep(_LOOK)
        # A list drawn anew has lost the button that was pressed.
        yield self._work(shown, request), self._list(shown, focus=jobs[0].names[0] if jobs[0].removes else None)


def _paired(paths: list[str], names: list[Any] | None) -> list[tuple[str, Any]]:
    """Each path with the name told for it, where there is one for each."""
    told = names if isinstance(names, list) and len(names) == len(paths) else [None] * len(paths)
    return list(zip(paths, told, strict=True))
