"""A question's way through the page: taken, written claim by claim, stopped or done, and what may be asked next."""

from __future__ import annotations

import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from index.errors import WenzhengError
from index.records import LANGUAGES, Language
from rag.answer import Answerer
from rag.recall import pack, stamp
from rag.records import Answer
from rag.suggest import MOST, suggest
from ui.web import chat, conversations, marks, origin, render, scope
from ui.web.cards import Turn
from ui.web.conversations import Asked, Conversation
from ui.web.desk import Desk
from ui.web.door import TurnedAway
from ui.web.texts import texts

_REMEMBERED = 1000  # runs; far more than can be in work at once


def _runs() -> deque[str]:
    return deque(maxlen=_REMEMBERED)


@dataclass
class Asking:
    """What happens to a question; the page ties it to its components.

    Every question is a run of its own.  A run that was stopped shows nothing more, however far its step has come:
    the reader may have asked something else by then.
    """

    desk: Desk
    _stopped: deque[str] = field(default_factory=_runs)
    _done: deque[str] = field(default_factory=_runs)
    _suggesting: dict[str, str] = field(default_factory=dict)  # conversation to what looks for suggestions in it

    def take(
        self, question: str, run: str, talk: Conversation, turns: list[Turn], shown: Language, language: str, values: list[str]
    ) -> tuple[Any, ...]:
        """Shows the question at once and the box as busy → run, talk, turns, chat, box, retry, notice, suggestions.

        The run is empty where there is nothing to do.  A question that was still in work is stopped.
        """
        question, own, articles = question.strip(), texts(shown), self.desk.records()
        self._suggesting.pop(talk.id, None)
        if run and talk.asked:
            self._stopped.append(run)
            talk = conversations.answered(talk, stopped=True)
        why = self._closed(question, shown)
        if not question or why:
            left = chat.messages(talk, turns, articles, shown) if run else gr.skip()
            return "", talk, turns, left, gr.skip(), gr.skip(), notice(why), *[gr.skip()] * (MOST + 1)
        asked = Asked(question, language=_language(language), articles=scope.limited(values or (), articles))
        now = conversations.asking(talk if talk.id else conversations.new(), asked)
        said = chat.messages(now, turns, articles, shown, chat.waiting(shown))
        busy = gr.update(value="", submit_btn=False, stop_btn=own["stop"]), gr.update(interactive=False)
        return secrets.token_urlsafe(9), now, turns, said, *busy, notice(""), *hidden()

    def take_again(
        self, run: str, talk: Conversation, turns: list[Turn], shown: Language, language: str, values: list[str]
    ) -> tuple[Any, ...]:
        """The last question once more, in place of its answer, within the limits that are set now."""
        question = talk.asked[-1].question if talk.asked else ""
        before = replace(talk, asked=talk.asked[:-1])
        taken = self.take(question, "", before, [t for t in turns if t.number < len(talk.asked)], shown, language, values)
        return taken if taken[0] else ("", talk, turns, *taken[3:])  # not let in: what stands there goes on standing

    def _closed(self, question: str, shown: Language) -> str:
        """Why a question is not taken; empty where it is."""
        most = self.desk.longest
        if not question or len(question) > most:
            return texts(shown)["ask_too_long"].format(found=len(question), most=most) if question else ""
        try:
            self.desk.door.enter(origin.client())
        except TurnedAway as away:
            self.desk.ledger.turned_away("page", away.why)
            return away.said(shown)
        return ""

    def write(self, run: str, talk: Conversation, turns: list[Turn], shown: Language) -> Iterator[tuple[Any, ...]]:
        """The growing answer, its proofs in the panel beside it → talk, chat, turns, panel."""
        if not run:
            yield (gr.skip(),) * 4
            return
        asked, arrived = talk.asked[-1], origin.arrived()
        try:
            with self.desk.ledger.question("page", asked.question, arrived) as note:
                yield from self._grow(run, talk, turns, shown, self.desk.door.begin(arrived), note)
        except TurnedAway as away:
            yield talk, chat.messages(talk, turns, {}, shown, chat.failed(away.said(shown), shown)), gr.skip(), gr.skip()
        except WenzhengError as error:
            yield talk, chat.messages(talk, turns, {}, shown, chat.failed(str(error), shown)), gr.skip(), gr.skip()
        except Exception:  # whatever a model may raise: the reader gets a sentence and the box again
            logging.getLogger(__name__).exception("A question of the page failed")
            broken = chat.failed(texts(shown)["ask_broken"], shown)
            yield talk, chat.messages(talk, turns, {}, shown, broken), gr.skip(), gr.skip()
        finally:
            self._done.append(run)

    def _grow(
        self, run: str, talk: Conversation, turns: list[Turn], shown: Language, until: float, note: Callable[[Answer], None]
    ) -> Iterator[tuple[Any, ...]]:
        """The growing answer; past `until`, of the clock that never goes back, what was proved by then, marked as broken off."""
        asked, number = talk.asked[-1], len(talk.asked)
        before = now = [turn for turn in turns if turn.number < number]
        limits = {"article": asked.articles} if asked.articles else None
        articles, told = self.desk.records(), -1
        proofs: list[str] | None = None
        with self.desk.held() as answerer:
            state = stamp(answerer.searcher.library)
        for turn in self.desk.stream(
            asked.question,
            number,
            conversations.history(talk),
            limits,
            asked.language,
            lambda: run in self._stopped or time.monotonic() > until,
        ):
            now = [*before, turn]
            note(turn.answer)
            talk = conversations.answered(talk, understood=turn.answer.understood, answer=pack(turn.answer, state))
            # Drawn anew only with new proofs or verdicts: cards that were opened meanwhile would close.
            told_before, proofs = proofs, [marks.of_card(turn.answer, c.citation.number, texts(shown)) for c in turn.cards]
            panel = render.panel(now, shown) if proofs != told_before else gr.skip()
            if run in self._stopped:
                break
            # The last step of an answer says again what the one before it said.
            growing = told != len(turn.answer.claims) and not turn.answer.refused
            told = len(turn.answer.claims)
            yield talk, chat.messages(talk, now, articles, shown, growing=growing), now, panel
        if run in self._stopped:
            yield (gr.skip(),) * 4  # Gradio shows the last of these once more at the end, when other things stand there
        elif time.monotonic() > until:
            slow = self.desk.door.too_slow()
            self.desk.ledger.turned_away("page", slow.why)
            talk = conversations.answered(talk, stopped=True)
            said = chat.failed(slow.said(shown), shown)
            yield talk, chat.messages(talk, now, articles, shown, said), now, gr.skip()

    def done(self, run: str, shown: Language) -> tuple[Any, ...]:
        """`rest`, unless another question is in work already."""
        return self.rest(shown) if not run or run in self._done else (gr.skip(),) * 3

    def rest(self, shown: Language) -> tuple[Any, ...]:
        """The box ready for the next question → run, box, retry."""
        return "", gr.update(submit_btn=texts(shown)["ask"], stop_btn=False), gr.update(interactive=True)

    def stop(self, run: str, talk: Conversation, turns: list[Turn], shown: Language) -> tuple[Any, ...]:
        """What was written so far, marked as stopped → talk, chat, run, box, retry."""
        self._stopped.append(run)
        if not run or not talk.asked:
            return gr.skip(), gr.skip(), *self.rest(shown)
        now = conversations.answered(talk, stopped=True)
        return now, chat.messages(now, turns, self.desk.records(), shown), *self.rest(shown)

    def halt(self, run: str, talk: Conversation) -> None:
        """Stops what is in work for a conversation that is left; nothing of it is shown any more."""
        self._suggesting.pop(talk.id, None)
        if run:
            self._stopped.append(run)

    def next(self, talk: Conversation, turns: list[Turn], shown: Language) -> Iterator[tuple[Any, ...]]:
        """What may be asked next, one question after the other as each is proved → label, buttons.

        Nothing more is shown when the reader has asked something else or left the conversation meanwhile.
        """
        found: list[str] = []
        turn = turns[-1] if turns else None
        if turn is None or not talk.asked or turn.number != len(talk.asked) or talk.asked[-1].stopped:
            yield hidden()
            return
        earlier = [text for one in talk.asked for text in (one.question, one.understood) if text]
        limits = {"article": talk.asked[-1].articles} if talk.asked[-1].articles else None
        proved: Iterator[str | None] | None = None
        mine = self._suggesting[talk.id] = secrets.token_urlsafe(9)
        # Some of the question before may have come late; and buttons get empty where nothing at all is yielded.
        yield hidden()
        while len(found) < MOST and not self.desk.door.stopping:
            try:
                with self.desk.spare() as answerer:
                    if answerer is None:
                        break  # others wait for answers
                    # The reader that comes with the program: fast, and the one that stands in for any other.
                    proved = proved or suggest(Answerer(answerer.searcher), turn.answer, earlier, limits)
                    text = next(proved)
            except (StopIteration, WenzhengError):
                break
            if self._suggesting.get(talk.id) != mine:
                yield (gr.skip(),) * (MOST + 1)  # Gradio shows the last of these once more at the end
                return
            if text:
                found.append(text)
                yield shown_(offer(turns, shown), found)
        if self._suggesting.get(talk.id) == mine:
            del self._suggesting[talk.id]


def notice(text: str) -> str:
    """What the page has to say about the box, told to screen readers too."""
    return f'<div class="wz-notice" role="status">{render.note(text) if text else ""}</div>'


def offer(turns: Sequence[Turn], shown: Language) -> str:
    """What stands above the suggestions."""
    own = texts(shown)
    return render.note(own["ask_instead"] if turns and turns[-1].answer.refused else own["ask_next"])


def hidden() -> tuple[Any, ...]:
    """No suggestions."""
    return gr.update(visible=False), *[gr.update(visible=False)] * MOST


def shown_(label: str, found: Sequence[str]) -> tuple[Any, ...]:
    """The suggestions found so far under their label."""
    buttons = [gr.update(value=text, visible=True) for text in found]
    return gr.update(value=label, visible=True), *buttons, *[gr.update(visible=False)] * (MOST - len(found))


def _language(value: str) -> Language | None:
    return next((one for one in LANGUAGES if one == value), None)
