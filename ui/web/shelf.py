"""The list of earlier conversations: kept, opened, renamed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from index.errors import WenzhengError
from index.records import Language
from rag.recall import recall
from ui.web import cards, chat, conversations, render, scope, why
from ui.web.cards import Turn
from ui.web.conversations import Conversation, Kept
from ui.web.desk import Desk
from ui.web.texts import texts


@dataclass
class Shelf:
    """What happens to conversations; `store` is what the browser holds, never to be trusted."""

    desk: Desk

    def read(self, store: Any) -> Kept:
        """The conversations: those of the account where somebody is logged in, else what the browser holds."""
        mine = self.desk.rights.mine()
        return conversations.read(mine[0].conversations(mine[1]) if mine else store)

    def write(self, kept: Kept) -> dict[str, Any]:
        """Puts them away; for the browser all of them, or where they belong to an account only which one is open."""
        mine = self.desk.rights.mine()
        if mine is None:
            return conversations.write(kept)
        mine[0].keep(mine[1], conversations.write(kept))
        return conversations.write(Kept(open=kept.open))

    def keep(self, store: Any, talk: Conversation, shown: Language) -> tuple[Any, ...]:
        """Puts the conversation away as it is now → store, list."""
        kept = conversations.keep(self.read(store), talk)
        return self.write(kept), *self.listed(kept, shown)

    def open(self, store: Any, id: str, shown: Language) -> tuple[Any, ...]:
        """Another conversation as it was left → store, list, and what `show` gives."""
        kept = conversations.opened(self.read(store), id)
        return self.write(kept), *self.listed(kept, shown), *self.show(kept.find(id), shown)

    def rename(self, store: Any, talk: Conversation, title: str, shown: Language) -> tuple[Any, ...]:
        """Another name for this conversation → store, list."""
        kept = conversations.renamed(conversations.opened(self.read(store), talk.id), talk.id, title)
        return self.write(kept), *self.listed(kept, shown)

    def delete(self, store: Any, talk: Conversation, shown: Language) -> tuple[Any, ...]:
        """This conversation deleted, an empty one in its place → store, list, and what `show` gives."""
        kept = conversations.removed(conversations.opened(self.read(store), talk.id), talk.id)
        return self.write(kept), *self.listed(kept, shown), *self.show(None, shown)

    def listed(self, kept: Kept, shown: Language) -> tuple[Any, ...]:
        """The list with the open conversation chosen → fold, list, title, rename, delete."""
        own = texts(shown)
        names = [(one.name, one.id) for one in kept.conversations]
        found = kept.find(kept.open)
        label = own["ask_conversations"].format(count=len(names))
        return (
            gr.update(label=label, visible=bool(names)),
            gr.update(
                choices=names,
                value=found.id if found else None,
                label=own["ask_open"],
                info=own["login_conversations" if self.desk.rights.mine() else "ask_conversations_hint"],
            ),
            gr.update(value=found.name if found else "", label=own["ask_title"], interactive=bool(found)),
            gr.update(value=own["ask_rename"], interactive=bool(found)),
            gr.update(value=own["ask_delete"], interactive=bool(found)),
        )

    def show(self, talk: Conversation | None, shown: Language) -> tuple[Any, ...]:
        """A conversation, or an empty one → talk, turns, chat, panel, language, articles."""
        if talk is None:
            return conversations.new(), [], [], render.panel((), shown), "", []
        turns, articles = self.turns(talk), self.desk.records()
        last = talk.asked[-1]
        return (
            talk,
            turns,
            chat.messages(talk, turns, articles, shown),
            render.panel(turns, shown),
            last.language or "",
            scope.again(last.articles, articles),
        )

    def turns(self, talk: Conversation) -> list[Turn]:
        """The answers whose proofs still stand in the library."""
        found = []
        try:
            with self.desk.held() as answerer:
                library = answerer.searcher.library
                for number, asked in enumerate(talk.asked, start=1):
                    answer = recall(asked.answer, asked.question, library) if asked.answer else None
                    if answer:
                        found.append(cards.turn(number, answer, library, why.reasons(answer, answerer.searcher)))
        except WenzhengError:
            return []  # the next question will say what is wrong with the library
        return found
