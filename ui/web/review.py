"""The review desk: one statement at a time, judged by key or by mouse.  What it shows is made in `review_html`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr

from index.errors import WenzhengError
from index.records import Language
from index.reviews import Reviews, Verdict
from index.veil import VeiledLibrary
from ui import queue
from ui.agreement import agreements
from ui.web import review_files, review_view
from ui.web import review_html as html
from ui.web.desk import Desk
from ui.web.passing import Passing
from ui.web.really import Really
from ui.web.review_work import AROUND, Place, keep, opened, undo, work
from ui.web.switch import language_switch
from ui.web.texts import preferred, texts
from ui.web.visitor import visitor

_BUTTONS = (
    ("accept", "A", "primary"), ("wrong", "W", "secondary"), ("unsupported", "N", "secondary"), ("undo", "U", "secondary"),
    ("previous", "←", "secondary"), ("next", "→", "secondary"), ("wider", "M", "secondary"),
)  # fmt: skip
_READ_MARKS = """(place, comment, marks, shown) => {
  const marked = [...document.querySelectorAll(".wz-rv-text .wz-rv-marked")];
  const spans = marked.map(({ dataset }) => [dataset.source, Number(dataset.start), Number(dataset.end)]);
  return [place, comment, JSON.stringify(spans), shown];
}"""
_DOWNLOAD = (
    "() => setTimeout(() => document.querySelector('#wz-rv-file:is(button, a), #wz-rv-file :is(button, a)')?.click(), 100)"
)
_LONGEST_NAME = 60


class ReviewPage:
    """The components of the desk and what happens to them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._reviews = Reviews.open(desk.answerer.searcher.library.folder)
        self.passing = Passing()
        own = texts("zh")
        with gr.Row(elem_id="wz-top"):
            self.header = gr.HTML(html.header("zh"), elem_id="wz-rv-header", apply_default_css=False)
            self.language = language_switch()
        with gr.Row(elem_id="wz-rv-bar"):
            self.name = gr.Textbox(
                label=own["review_name"], placeholder=own["review_name_hint"], max_length=_LONGEST_NAME, elem_id="wz-rv-name"
            )
            self.batch = gr.Dropdown([], label=own["review_batch"], interactive=True, filterable=False, elem_id="wz-rv-batch")
        with gr.Accordion(own["review_more_tools"], open=False, elem_id="wz-rv-tools") as self.tools:
            self.hint = gr.HTML(html.notice(own["review_load_hint"]), apply_default_css=False)
            with gr.Row():
                self.load = gr.UploadButton(own["review_load"], file_types=[".json", ".jsonl"], size="sm", elem_id="wz-rv-load")
                self.export = gr.Button(own["review_export"], size="sm", elem_id="wz-rv-export")
                # Pressed by the browser when the file is there: by itself it would give the file of the time before.
                self.file = gr.DownloadButton(visible="hidden", elem_id="wz-rv-file")
            self.really = Really("really_batch", "wz-rv-delete")
        self.progress = gr.HTML(elem_id="wz-rv-progress", apply_default_css=False)
        self.shown = gr.HTML(elem_id="wz-rv-desk", apply_default_css=False)
        with gr.Column(elem_id="wz-rv-judge"):
            self.notice = gr.HTML(elem_id="wz-rv-notice", apply_default_css=False, padding=False)
            with gr.Row(elem_id="wz-rv-buttons"):
                self.buttons = {
                    label: gr.Button(_named(label, key, "zh"), size="sm", elem_id=f"wz-rv-{label}", variant=kind)
                    for label, key, kind in _BUTTONS
                }
        self.comment = gr.Textbox(
            label=own["review_comment"], placeholder=own["review_comment_hint"], max_length=2000, elem_id="wz-rv-comment"
        )
        self.shortcuts = gr.Checkbox(True, label=own["review_shortcuts"], container=False, elem_id="wz-rv-shortcuts")
        self.keys = gr.HTML(html.keys("zh"), apply_default_css=False)
        with gr.Accordion(own["review_agreement"], open=False, elem_id="wz-rv-agreement") as self.fold:
            self.agreement = gr.HTML(apply_default_css=False)
        self.place: gr.State = gr.State(Place())
        self.marks = gr.Textbox(visible=False)  # filled by the browser at the moment of a verdict
        self.kept = gr.BrowserState("", storage_key="wenzheng-reviewer", secret="wenzheng")  # noqa: S106 - hides nothing
        self._events()

    @property
    def reviews(self) -> Reviews:
        """The reviews; around what is cited of a document that is hidden from whoever asks stands nothing."""
        hidden = self.desk.rights.hidden()
        if not hidden:
            return self._reviews
        self._reviews.batches()  # turns to a library that took the place of this one
        return replace(self._reviews, library=VeiledLibrary(self._reviews.library, hidden))

    # -- events -----------------------------------------------------------------------------

    def _events(self) -> None:
        page = gr.context.Context.root_block
        private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        quick = {**private, "queue": False}
        told = [self.header, self.name, self.batch, self.tools, self.hint, self.load, self.export, self.comment, self.shortcuts]
        told += [self.keys, self.fold, *self.buttons.values(), *self.really.labelled()]
        work = [self.place, self.notice, self.progress, self.shown, self.comment, self.agreement]

        # Where the language is another than that of the first labels its change follows.
        page.load(self._first, self.kept, [self.language, self.name, self.batch, *work], **quick)
        self.language.change(self._relabel, [self.language, self.place], told, **quick).then(
            self._translate, [self.place, self.language], [self.progress, self.shown, self.agreement], **quick
        )
        self.name.submit(self._begin, [self.name, self.place, self.language], [self.kept, *work], **quick)
        self.batch.input(self._choose, [self.batch, self.place, self.language], work, **quick)

        inputs = [self.place, self.comment, self.marks, self.language]
        acts: dict[str, Callable[..., list[Any]]] = {
            "accept": partial(self._judge, "accept"),
            "wrong": partial(self._judge, "wrong span"),
            "unsupported": partial(self._judge, "not supported"),
            "undo": self._undo,
            "previous": partial(self._go, -1),
            "next": partial(self._go, 1),
            "wider": self._widen,
        }
        for label, button in self.buttons.items():
            button.click(partial(self._act, acts[label]), inputs, work, js=_READ_MARKS, **quick)
        self.comment.submit(partial(self._act, partial(self._go, 0)), inputs, work, **quick)

        self.really.events(
            self._ask, [self.batch, self.language], self._remove, [self.batch, self.place, self.language], [self.batch, *work]
        )
        loading = self.load.upload(self._load, [self.load, self.batch, self.language], [self.batch, self.notice], **private)
        loading.then(self._arrive, [self.batch, self.place, self.language], work, **quick)
        written = self.export.click(lambda: str(review_files.give(self.reviews, self.passing)), None, self.file, **quick)
        written.then(None, js=_DOWNLOAD, **quick)

    def _first(self, kept: str, request: gr.Request) -> list[Any]:
        """The desk in the language that the address or the browser asks for; `?batch=` opens that set of answers, else the last."""
        asked = request.query_params.get("lang")
        shown: Language = asked if asked in ("zh", "en") else preferred(request.headers.get("accept-language", ""))
        batches = self._batches(shown)
        wanted = request.query_params.get("batch")
        names = [batch for _, batch in batches]
        place = Place(_reviewer(str(kept or ""))[:_LONGEST_NAME], wanted if wanted in names else names[-1] if names else "")
        choice = gr.update(choices=batches, value=place.batch or None)
        return [shown, place.reviewer, choice, *self._show(opened(self.reviews, place), shown)]

    def _relabel(self, shown: Language, place: Place) -> list[Any]:
        """Everything that the desk itself says, in another language."""
        own = texts(shown)
        return [
            html.header(shown),
            gr.update(label=own["review_name"], placeholder=own["review_name_hint"]),
            gr.update(label=own["review_batch"], choices=self._batches(shown), value=place.batch or None),
            gr.update(label=own["review_more_tools"]),
            html.notice(own["review_load_hint"]),
            gr.update(label=own["review_load"]),
            own["review_export"],
            gr.update(label=own["review_comment"], placeholder=own["review_comment_hint"]),
            gr.update(label=own["review_shortcuts"]),
            html.keys(shown),
            gr.update(label=own["review_agreement"]),
            *(_named(label, key, shown) for label, key, _ in _BUTTONS),
            *self.really.labels(shown),
        ]

    def _batches(self, shown: Language) -> list[tuple[str, str]]:
        return [(f"{self._name(batch, shown)} ({count})", batch) for batch, count in self.reviews.batches().items()]

    def _name(self, batch: str, shown: Language) -> str:
        """What a set of answers is called."""
        return texts(shown)["review_conversations"] if batch == queue.CONVERSATIONS else batch

    def _show(self, place: Place, shown: Language, said: str = "") -> list[Any]:
        """Place, notice, progress, statement, comment and agreement, as they are now."""
        now = work(self.reviews, place)
        agreed = html.agreement(agreements(self.reviews.all(place.batch)), shown)
        if not now.statements:
            return [place, html.notice(said), "", html.empty(texts(shown)["review_nothing"]), "", agreed]
        place = replace(place, at=min(place.at, len(now.statements) - 1), asked=None)
        mine = now.said.get(place.at)
        desk = html.desk(self._view(place), shown)
        progress = html.progress(place.at, len(now.judged), len(now.statements), shown)
        return [place, html.notice(said), progress, desk, mine.comment if mine else "", agreed]

    def _view(self, place: Place) -> review_view.View:
        """The statement at a place, in the text around it."""
        now = work(self.reviews, place)
        answer, number = now.statements[place.at]
        return review_view.view(self.reviews, answer, number, place.around, now.said.get(place.at))

    def _translate(self, place: Place, shown: Language) -> list[Any]:
        """What is shown, in another language; place, notice and an unsaved comment stay as they are."""
        _, _, progress, desk, _, agreed = self._show(place, shown)
        return [progress, desk, agreed]

    def _begin(self, name: str, place: Place, shown: Language) -> list[Any]:
        """Takes the reviewer's name and goes to the first statement that they have not judged."""
        place = replace(place, reviewer=_reviewer(name), done=())
        said = texts(shown)["review_begun"].format(name=place.reviewer) if place.reviewer else ""
        return [place.reviewer, *self._show(opened(self.reviews, place), shown, said)]

    def _choose(self, batch: str | None, place: Place, shown: Language) -> list[Any]:
        return self._show(opened(self.reviews, replace(place, batch=batch or "", done=())), shown)

    # -- what the reviewer does ---------------------------------------------------------------

    def _act(self, act: Callable[..., list[Any]], place: Place, comment: str, marks: str, shown: Language) -> list[Any]:
        """One step; where it cannot be made the desk stays as it is and says why."""
        try:
            return act(place, comment, marks, shown)
        except WenzhengError as error:
            said = texts(shown)["review_failed"].format(reason=error)
            return [place, html.notice(said, "fault"), *(gr.skip() for _ in range(4))]

    def _judge(self, verdict: Verdict, place: Place, comment: str, marks: str, shown: Language) -> list[Any]:
        """Keeps a verdict and goes on to the next statement that has none."""
        own = texts(shown)
        if not self._may(place):
            return self._unnamed(place, shown)
        spans = review_view.marks(self.reviews, _places(marks)) if verdict == "wrong span" else ()
        if verdict == "wrong span" and not spans and place.asked != place.at and self._view(place).blocks:
            asked = html.notice(own["review_mark_first"], "fault")
            return [replace(place, asked=place.at), asked, *(gr.skip() for _ in range(4))]
        place = keep(self.reviews, place, comment, verdict=verdict, corrected=spans)
        now = work(self.reviews, place)
        said = own["review_saved_spans" if spans else "review_saved"].format(verdict=own[html.SAID[verdict]], count=len(spans))
        if now.finished:
            said += f"{'' if shown == 'zh' else ' '}{own['review_all_done']}"
        return self._show(replace(place, at=now.after(place.at), around=AROUND[0]), shown, said)

    def _go(self, step: int, place: Place, comment: str, _: str, shown: Language) -> list[Any]:
        """Keeps a comment that was changed and goes to a neighbouring statement, or stays."""
        now, said = work(self.reviews, place), ""
        before = now.said.get(place.at)
        if now.statements and comment.strip() != (before.comment if before else ""):
            if not self._may(place):
                return self._unnamed(place, shown)
            place, said = keep(self.reviews, place, comment), texts(shown)["review_comment_saved"]
        around = AROUND[0] if step else place.around
        at = max(0, min(place.at + step, len(now.statements) - 1))
        return self._show(replace(place, at=at, around=around), shown, said)

    def _undo(self, place: Place, _: str, __: str, shown: Language) -> list[Any]:
        own = texts(shown)
        if not place.done:
            return self._show(place, shown, own["review_no_undo"])
        return self._show(undo(self.reviews, place), shown, own["review_undone"])

    def _widen(self, place: Place, _: str, __: str, shown: Language) -> list[Any]:
        """More of the text around; after the most, the least again."""
        wider = next((around for around in AROUND if around > place.around), AROUND[0])
        return self._show(replace(place, around=wider), shown)

    def _may(self, place: Place) -> bool:
        return bool(place.reviewer and work(self.reviews, place).statements)

    def _unnamed(self, place: Place, shown: Language) -> list[Any]:
        """Nothing is kept under no name, and nothing that was typed is lost."""
        own = texts(shown)
        said = own["review_nothing"] if place.reviewer else own["review_wants_name"]
        return [place, html.notice(said, "fault"), *(gr.skip() for _ in range(4))]

    # -- files --------------------------------------------------------------------------------

    def _load(self, file: str, batch: str | None, shown: Language) -> Iterator[tuple[Any, str]]:
        """Takes a file in, telling how far it is."""
        try:
            for said, found in review_files.take(Path(file), self.reviews, self.desk, shown):
                yield gr.update(choices=self._batches(shown), value=found or batch), html.notice(said)
        except WenzhengError as error:
            yield gr.skip(), html.notice(texts(shown)["review_failed"].format(reason=error), "fault")

    def _ask(self, batch: str | None, shown: Language) -> str:
        """Whether the set is really to go; nothing where there is none."""
        answers = self.reviews.batches().get(batch or "", 0)
        said = len(self.reviews.all(batch or ""))
        if not answers and not said:
            return ""
        named = self._name(batch or "", shown)
        return texts(shown)["really_batch_question"].format(batch=named, answers=answers, reviews=said)

    def _remove(self, batch: str | None, place: Place, shown: Language) -> list[Any]:
        """The desk without the set, at the last of those left."""
        try:
            self.reviews.remove(batch or "")
        except WenzhengError as error:
            said = texts(shown)["review_failed"].format(reason=error)
            return [gr.skip(), place, html.notice(said, "fault"), *(gr.skip() for _ in range(4))]
        batches = self._batches(shown)
        last = batches[-1][1] if batches else ""
        done = texts(shown)["really_batch_done"].format(batch=self._name(batch or "", shown))
        choice = gr.update(choices=batches, value=last or None)
        return [choice, *self._show(opened(self.reviews, replace(place, batch=last, done=())), shown, done)]

    def _arrive(self, batch: str | None, place: Place, shown: Language) -> list[Any]:
        """The batch that was loaded, with what was told of the loading left in place."""
        place, _, *rest = self._choose(batch, place, shown)
        return [place, gr.skip(), *rest]


def _reviewer(name: str) -> str:
    """Whom verdicts are kept under: whoever is logged in, else the name that was given."""
    account = visitor()
    return account.name if account else " ".join(name.split())


def _named(label: str, key: str, shown: Language) -> str:
    return f"{texts(shown)[f'review_{label}']} ({key})"


def _places(marks: str) -> list[tuple[str, int, int]]:
    """What the browser says was marked; anything that is no place is left out."""
    try:
        found = json.loads(marks or "[]")
        return [(unquote(str(source)), int(start), int(end)) for source, start, end in found][:200]
    except (ValueError, TypeError):
        return []
