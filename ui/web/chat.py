"""A conversation → the messages of the chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from index.records import Language
from ui.web import render, scope
from ui.web.cards import Turn
from ui.web.conversations import Asked, Conversation
from ui.web.escape import escape
from ui.web.runs import LANG
from ui.web.scope import Articles
from ui.web.texts import texts

Message = dict[str, Any]


def messages(
    conversation: Conversation,
    turns: Sequence[Turn],
    articles: Articles,
    shown: Language,
    note: str = "",
    *,
    growing: bool = False,
) -> list[Message]:
    """Questions and answers in turn; `note` is said after the last question while it has no answer, or below its answer."""
    by_number = {turn.number: turn for turn in turns}
    found = []
    for number, asked in enumerate(conversation.asked, start=1):
        last = number == len(conversation.asked)
        found.append({"role": "user", "content": question(asked, articles, shown)})
        reply = _reply(asked, by_number.get(number), articles, shown, note if last else "", growing=last and growing)
        found.append({"role": "assistant", "content": reply})
    return found


def question(asked: Asked, articles: Articles, shown: Language) -> str:
    """What was asked, and within which limits."""
    limits = scope.told(asked.articles, asked.language, articles, shown)
    return render.question(asked.question) + (f'<p class="wz-limits">{escape(limits)}</p>' if limits else "")


def waiting(shown: Language) -> str:
    """What stands in an answer's place until it comes."""
    return render.note(texts(shown)["searching"], "wait")


def failed(reason: str, shown: Language) -> str:
    """Why there is no answer."""
    return render.note(texts(shown)["failed"].format(reason=reason))


def _reply(asked: Asked, turn: Turn | None, articles: Articles, shown: Language, note: str, *, growing: bool) -> str:
    stopped = render.note(texts(shown)["stopped"]) if asked.stopped else ""
    if turn is None:
        return note or stopped or render.note(texts(shown)["ask_gone"])
    return (
        _understood(turn)
        + render.answer(_plain(turn))
        + (_holds(articles, shown) if turn.answer.refused else "")
        + stopped
        + note
    )


def _understood(turn: Turn) -> str:
    """How a question that leans on the ones before it was completed."""
    said = turn.answer
    if said.understood in ("", said.question):
        return ""
    text = texts(said.language)["ask_understood"].format(question=said.understood)
    return f'<p class="wz-understood" lang="{LANG[said.language]}">{escape(text)}</p>'


def _plain(turn: Turn) -> Turn:
    """Without the completed question among the terms searched for: it stands above the answer already."""
    said = turn.answer
    others = tuple(term for term in said.also_searched if term != said.understood)
    return turn if others == said.also_searched else replace(turn, answer=replace(said, also_searched=others))


def _holds(articles: Articles, shown: Language) -> str:
    """What there is to ask about."""
    own = texts(shown)
    count = sum(record.kind != "part" for record in articles.values())
    return (
        f'<p class="wz-holds">{escape(own["ask_library"].format(articles=count))} '
        f'<a href="./source?lang={shown}">{escape(own["ask_library_link"])}</a></p>'
    )
