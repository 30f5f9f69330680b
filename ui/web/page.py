"""The asking page: its components and what ties them to what happens.

What happens to a question is in `asking`, to conversations in `shelf`; what is shown is made in `chat`
and `render`, what is said in `texts`.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from index.records import LANGUAGES, Language
from rag.suggest import MOST
from ui.web import chat, conversations, render, scope
from ui.web.asking import Asking, hidden, notice, offer
from ui.web.cards import Turn
from ui.web.conversations import Conversation
from ui.web.desk import Desk
from ui.web.export import Export
from ui.web.navigation import navigation
from ui.web.send import Send
from ui.web.shelf import Shelf
from ui.web.starters import Starters
from ui.web.switch import language_switch
from ui.web.texts import preferred, texts

READERS = 4
"""Questions in work at once; the desk answers them one by one."""

# What the browser keeps stays readable after a restart only with a key that stays; that it is encrypted protects nothing.
_KEY = "wenzheng"
# What another window of the same browser has put away since this one last did; see ask.js.
_LATEST = "(store, ...others) => [window.wzStore?.() ?? store, ...others]"
_FOCUS = "() => { document.querySelector('#wz-box textarea')?.focus({ preventScroll: true }); }"
_TELL = "(store) => { window.wzTell?.(store); }"


class Page:
    """The components of one page and what happens to them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.asking = Asking(desk)
        self.shelf = Shelf(desk)
        self.starters = Starters(desk)
        self.root: gr.Blocks = gr.context.Context.root_block
        own = texts("zh")
        with gr.Row(elem_id="wz-top"):
            self.header = gr.HTML(self._header("zh"), elem_id="wz-header", apply_default_css=False)
            self.navigation = gr.HTML("", elem_id="wz-navigation", apply_default_css=False)
            self.language = language_switch()
        with gr.Row(elem_id="wz-main"):
            with gr.Column(elem_id="wz-left"):
                self._conversations(own)
                self.chat = gr.Chatbot(
                    elem_id="wz-chat", label=own["chat"], show_label=False, container=False, height=None, buttons=[], latex_delimiters=[],
                    layout="bubble", feedback_options=None, autoscroll=False, placeholder=own["welcome"], examples=self.starters.offered("zh"),
                )  # fmt: skip
                with gr.Row(elem_id="wz-next"):
                    self.next = [gr.HTML(elem_id="wz-next-label", visible=False, apply_default_css=False)]
                    self.next += [gr.Button(size="sm", elem_classes="wz-next", visible=False) for _ in range(MOST)]
                self.box = gr.Textbox(
                    elem_id="wz-box", show_label=False, container=False, placeholder=own["placeholder"], label=own["question"],
                    lines=1, max_lines=6, submit_btn=False, interactive=False,  # until the conversation to go on with is there
                )  # fmt: skip
                self.notice = gr.HTML(notice(""), elem_id="wz-notice", apply_default_css=False)
                with gr.Row(elem_id="wz-actions"):
                    self._scope(own)
                    self.export = Export()
                    self.send = Send()
                    self.retry = gr.Button(own["retry"], size="sm", elem_id="wz-retry")
                    self.fresh = gr.Button(own["ask_new"], size="sm", elem_id="wz-new")
            self.panel = gr.HTML(render.panel((), "zh"), elem_id="wz-panel", apply_default_css=False)
        self.talk: gr.State = gr.State(Conversation(""))
        self.turns: gr.State = gr.State([])
        self.run: gr.State = gr.State("")
        self.store = gr.BrowserState(None, storage_key=_KEY, secret=_KEY)
        self._events()
        self.export.events(self.turns, self.language)
        self.send.events(desk.answerer.searcher.library.folder, self.turns, self.language)

    def warm(self) -> None:
        """Loads what the first question would have to wait for, and finds out which examples are answered."""
        self.desk.warm()
        self.starters.look()

    def _conversations(self, own: Any) -> None:
        with gr.Accordion(
            own["ask_conversations"].format(count=0), open=False, visible=False, elem_id="wz-conversations"
        ) as fold:
            listed = gr.Radio([], label=own["ask_open"], info=own["ask_conversations_hint"], container=False, elem_id="wz-list")
            with gr.Row(elem_id="wz-name"):
                title = gr.Textbox(
                    label=own["ask_title"],
                    show_label=False,
                    container=False,
                    max_length=conversations.LONGEST_TITLE,
                    elem_id="wz-title",
                )
                rename = gr.Button(own["ask_rename"], size="sm", elem_id="wz-rename")
                delete = gr.Button(own["ask_delete"], size="sm", elem_id="wz-delete")
        self.list = [fold, listed, title, rename, delete]

    def _scope(self, own: Any) -> None:
        with gr.Accordion(own["ask_scope"], open=False, elem_id="wz-scope") as fold:
            self.within = gr.Dropdown(
                [], value=[], multiselect=True, label=own["ask_articles"], info=own["ask_articles_hint"], elem_id="wz-articles"
            )
            self.spoken = gr.Radio(_spoken("zh"), value="", label=own["ask_language"], elem_id="wz-answer-language")
        self.scope = fold

    def _header(self, shown: Language) -> str:
        answerer = self.desk.answerer
        return render.header(shown, self.desk.articles(), answerer.searcher.encoder.name, answerer.reader.name)

    # -- events -----------------------------------------------------------------------------

    def _events(self) -> None:
        told = [
            self.header, self.navigation, self.chat, self.box, self.retry, self.fresh, self.panel, self.scope, self.within, self.spoken,
            *self.list, self.next[0],
        ]  # fmt: skip
        shown = [self.talk, self.turns, self.chat, self.panel, self.spoken, self.within]
        put = [self.store, *self.list]
        # Else a question would wait for the step of one that was stopped.
        queued: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
        quick: dict[str, Any] = {**queued, "queue": False}

        first = self.root.load(
            self._first, self.store, [self.language, self.store, *shown, *told], queue=False, api_visibility="private"
        )
        first.then(None, js=_FOCUS)
        self.language.change(
            self._relabel,
            [self.store, self.language, self.run, self.talk, self.turns, self.spoken, self.within],
            told,
            js=_LATEST,
            **quick,
        )
        for part in (self.within, self.spoken):
            part.change(self._summary, [self.within, self.spoken, self.language], self.scope, **quick)
        self.store.change(None, self.store, None, js=_TELL)

        put_as = [self.run, self.talk, self.turns, self.language, self.spoken, self.within]
        triggers = [
            (self.box.submit, self.asking.take, [self.box, *put_as]),
            (self.chat.example_select, self._take_example, put_as),
            (self.retry.click, self.asking.take_again, put_as),
            *((button.click, self.asking.take, [button, *put_as]) for button in self.next[1:]),
        ]
        for trigger in triggers:
            self._way(*trigger, put, quick, queued)

        stopped = self.box.stop(
            self.asking.stop, [self.run, self.talk, self.turns, self.language], [self.talk, self.chat, self.run, self.box, self.retry],
            **quick,
        )  # fmt: skip
        stopped.then(self.shelf.keep, [self.store, self.talk, self.language], put, js=_LATEST, **quick)
        listed, title, rename, delete = self.list[1:]
        left = [self.store, self.run, self.talk, self.language]
        leave = [*put, *shown, self.run, self.box, self.retry, self.notice, *self.next]
        listed.input(self._open, [*left, listed], leave, js=_LATEST, **quick)
        self.fresh.click(self._new, left, leave, js=_LATEST, **quick)
        delete.click(self._delete, left, leave, js=_LATEST, **quick)
        for trigger in (rename.click, title.submit):
            trigger(self.shelf.rename, [self.store, self.talk, title, self.language], put, js=_LATEST, **quick)

    def _way(self, trigger: Any, take: Any, inputs: list[Any], put: list[Any], quick: Any, queued: Any) -> None:
        """A question's way from what sets it off."""
        taken = trigger(
            take, inputs, [self.run, self.talk, self.turns, self.chat, self.box, self.retry, self.notice, *self.next], **quick
        )
        written = taken.then(
            self.asking.write, [self.run, self.talk, self.turns, self.language], [self.talk, self.chat, self.turns, self.panel],
            concurrency_id="ask", concurrency_limit=READERS, **queued,
        )  # fmt: skip
        rested = written.then(self.asking.done, [self.run, self.language], [self.run, self.box, self.retry], **quick)
        rested.then(self.shelf.keep, [self.store, self.talk, self.language], put, js=_LATEST, **quick)
        written.then(
            self.asking.next, [self.talk, self.turns, self.language], self.next,
            concurrency_id="next", concurrency_limit=1, **queued,
        )  # fmt: skip

    def _first(self, store: Any, request: gr.Request) -> list[Any]:
        """The page in the language that the browser asks for, the last conversation open.

        In the address `lang` overrules the browser, and `article` opens a new conversation about that article or document.
        """
        wanted = request.query_params.get("lang", "")
        shown: Language = wanted if wanted in LANGUAGES else preferred(request.headers.get("accept-language", ""))
        kept = self.shelf.read(store)
        within = scope.chosen(request.query_params.get("article", ""), self.desk.records())
        if within:
            kept = conversations.opened(kept, "")
        view = list(self.shelf.show(kept.find(kept.open), shown))
        view[5] = within or view[5]
        told = self._relabel(self.shelf.write(kept), shown, "", view[0], view[1], view[4], view[5])
        return [shown, self.shelf.write(kept), *view, *told]

    def _relabel(
        self, store: Any, shown: Language, run: str, talk: Conversation, turns: list[Turn], spoken: str, within: list[str]
    ) -> list[Any]:
        """Everything that the page itself says, in another language; answers stay as they were given."""
        own, articles = texts(shown), self.desk.records()
        return [
            self._header(shown),
            navigation(shown, ""),
            gr.update(
                value=chat.messages(talk, turns, articles, shown, chat.waiting(shown) if run else ""),
                label=own["chat"],
                placeholder=own["welcome"],
                examples=self.starters.offered(shown),
            ),
            gr.update(placeholder=own["placeholder"], label=own["question"], submit_btn=own["ask"], interactive=True),
            own["retry"],
            own["ask_new"],
            render.panel(turns, shown),
            gr.update(label=scope.summary(within, spoken, articles, shown)),
            gr.update(
                choices=scope.choices(articles, shown), value=within, label=own["ask_articles"], info=own["ask_articles_hint"]
            ),
            gr.update(choices=_spoken(shown), value=spoken, label=own["ask_language"]),
            *self.shelf.listed(conversations.opened(self.shelf.read(store), talk.id), shown),
            gr.update(value=offer(turns, shown)),
        ]

    def _summary(self, within: list[str], spoken: str, shown: Language) -> Any:
        """The heading of the fold says what is set in it."""
        return gr.update(label=scope.summary(within or [], spoken, self.desk.records(), shown))

    def _take_example(
        self,
        run: str,
        talk: Conversation,
        turns: list[Turn],
        shown: Language,
        spoken: str,
        within: list[str],
        event: gr.SelectData,
    ) -> tuple[Any, ...]:
        return self.asking.take(event.value["text"], run, talk, turns, shown, spoken, within)

    # -- leaving a conversation for another ------------------------------------------------------

    def _open(self, store: Any, run: str, talk: Conversation, shown: Language, id: str) -> tuple[Any, ...]:
        return *self.shelf.open(self._left(store, run, talk), id, shown), *self.asking.rest(shown), notice(""), *hidden()

    def _new(self, store: Any, run: str, talk: Conversation, shown: Language) -> tuple[Any, ...]:
        return self._open(store, run, talk, shown, "")

    def _delete(self, store: Any, run: str, talk: Conversation, shown: Language) -> tuple[Any, ...]:
        return *self.shelf.delete(self._left(store, run, talk), talk, shown), *self.asking.rest(shown), notice(""), *hidden()

    def _left(self, store: Any, run: str, talk: Conversation) -> Any:
        """The store with a conversation whose last question was still in work."""
        self.asking.halt(run, talk)
        if not run or not talk.asked:
            return store
        stopped = conversations.answered(talk, stopped=True)
        return self.shelf.write(conversations.keep(self.shelf.read(store), stopped))


def _spoken(shown: Language) -> list[tuple[str, str]]:
    """Languages an answer can be wanted in."""
    return [(texts(shown)["ask_language_follow"], ""), *((name, key) for key, name in scope.NAMES.items())]
