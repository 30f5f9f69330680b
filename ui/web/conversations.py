"""The conversations of one browser: what of them is kept there, and how it changes."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.records import LANGUAGES, Language

MOST = 50
"""Conversations kept; the oldest make room."""

LONGEST_TITLE = 60
"""Characters."""

ROOM = 600_000
"""Bytes of JSON.  Browsers give a page some 5 MB, and what is encrypted and written in base 64 grows by a third."""

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was put, and what is needed to show its answer again."""

    question: str
    understood: str = ""  # as the answerer completed it
    language: Language | None = None  # wanted of the answer; None: that of the question
    articles: tuple[str, ...] = ()  # it was limited to; none means all
    stopped: bool = False
    answer: Mapping[str, Any] | None = None  # as `rag.recall` packs it


@dataclass(frozen=True, slots=True)
class Conversation:
    """Questions that follow on each other."""

    id: str
    title: str = ""  # given by the reader; else the first question is
    asked: tuple[Asked, ...] = ()

    @property
    def name(self) -> str:
        """What it is listed as."""
        return self.title or " ".join((self.asked[0].question if self.asked else "").split())[:LONGEST_TITLE]


@dataclass(frozen=True, slots=True)
class Kept:
    """All conversations of a browser, the latest first, and which of them is open."""

    conversations: tuple[Conversation, ...] = ()
    open: str = ""

    def find(self, id: str) -> Conversation | None:
        """The conversation of that id."""
        return next((one for one in self.conversations if one.id == id), None)


def new() -> Conversation:
    """A conversation in which nothing was asked yet."""
    return Conversation(secrets.token_urlsafe(9))


def history(conversation: Conversation) -> list[str]:
    """The questions before the last as they were understood, the oldest first."""
    return [one.understood or one.question for one in conversation.asked[:-1]]


def asking(conversation: Conversation, asked: Asked) -> Conversation:
    """With one more question."""
    return replace(conversation, asked=(*conversation.asked, asked))


def answered(conversation: Conversation, **told: Any) -> Conversation:
    """With something told of its last question."""
    return replace(conversation, asked=(*conversation.asked[:-1], replace(conversation.asked[-1], **told)))


# -- what is kept -------------------------------------------------------------------------------


def keep(kept: Kept, conversation: Conversation) -> Kept:
    """With this conversation as the latest and open; without it where nothing was asked in it."""
    others = tuple(one for one in kept.conversations if one.id != conversation.id)
    known = kept.find(conversation.id)
    # The title may have been changed in another window since.
    now = replace(conversation, title=known.title) if known else conversation
    return _within(Kept((now, *others) if now.asked else others, conversation.id))


def opened(kept: Kept, id: str) -> Kept:
    """With another conversation open, or none."""
    return replace(kept, open=id)


def renamed(kept: Kept, id: str, title: str) -> Kept:
    """With another name for a conversation; an empty one gives it back its first question's."""
    title = " ".join(title.split())[:LONGEST_TITLE]
    return replace(kept, conversations=tuple(replace(c, title=title) if c.id == id else c for c in kept.conversations))


def removed(kept: Kept, id: str) -> Kept:
    """Without a conversation."""
    return Kept(tuple(one for one in kept.conversations if one.id != id), "" if kept.open == id else kept.open)


def _within(kept: Kept) -> Kept:
    """As many of the latest as there is room for; of one that is too long by itself the earliest answers are let go."""
    shown = list(kept.conversations[:MOST])
    while len(shown) > 1 and _size(shown) > ROOM:
        shown.pop()
    at = 0
    while shown and _size(shown) > ROOM and at < len(shown[0].asked):
        asked = list(shown[0].asked)
        asked[at] = replace(asked[at], answer=None)
        shown[0] = replace(shown[0], asked=tuple(asked))
        at += 1
    if shown and _size(shown) > ROOM:  # questions alone are too many
        shown[0] = replace(shown[0], asked=shown[0].asked[-MOST:])
    return replace(kept, conversations=tuple(shown))


def _size(conversations: Sequence[Conversation]) -> int:
    return len(json.dumps([_plain(one) for one in conversations], ensure_ascii=False).encode())


# -- as plain values ----------------------------------------------------------------------------


def write(kept: Kept) -> dict[str, Any]:
    """As values for JSON."""
    return {"version": _VERSION, "open": kept.open, "conversations": [_plain(one) for one in kept.conversations]}


def read(value: Any) -> Kept:
    """From what a browser holds, which may be anything; what cannot be read is left out."""
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        return Kept()
    found = (_conversation(one) for one in _rows(value.get("conversations"))[:MOST])
    return Kept(tuple(one for one in found if one), _text(value.get("open")))


def _plain(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "title": conversation.title,
        "asked": [
            {
                "question": one.question,
                "understood": one.understood,
                "language": one.language,
                "articles": list(one.articles),
                "stopped": one.stopped,
                "answer": one.answer,
            }
            for one in conversation.asked
        ],
    }


def _conversation(value: Any) -> Conversation | None:
    if not isinstance(value, dict) or not _text(value.get("id")):
        return None
    asked = tuple(one for one in map(_asked, _rows(value.get("asked"))) if one)
    return Conversation(value["id"], _text(value.get("title"))[:LONGEST_TITLE], asked) if asked else None


def _asked(value: Any) -> Asked | None:
    if not isinstance(value, dict) or not _text(value.get("question")):
        return None
    spoken, answer = value.get("language"), value.get("answer")
    return Asked(
        question=value["question"],
        understood=_text(value.get("understood")),
        language=spoken if spoken in LANGUAGES else None,
        articles=tuple(filter(None, map(_text, _rows(value.get("articles"))))),
        stopped=value.get("stopped") is True,
        answer=answer if isinstance(answer, dict) else None,
    )


def _rows(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
