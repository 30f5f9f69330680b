"""The page /source: one article as a whole, opened at a place, or the list of all articles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import WenzhengError
from index.library import Library
from index.records import LANGUAGES, ArticleRecord, Language
from ui.web import article_html, source_html
from ui.web.article import ArticleView, view
from ui.web.article_html import Side
from ui.web.desk import Desk
from ui.web.switch import language_switch
from ui.web.texts import preferred, texts
from ui.web.visitor import EVERYTHING, Rights

SIDES: tuple[Side, ...] = ("original", "translation", "both")

_VIEWS = 16  # articles kept as records, and as HTML of one side in one language
_PAGES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """What an address asks for; `start` is -1 where something is `told` that is no number."""

    article: str | None = None
    start: int | None = None
    end: int | None = None
    told: str = ""

    @property
    def span(self) -> tuple[int, int] | None:
        """The characters asked for; the one at `start` where no end after it is told."""
        if self.start is None:
            return None
        return self.start, max(self.end or 0, self.start + 1)


class Shelf:
    """The articles of a library folder as they are shown; what was shown last is kept while the library stays the same.

    It opens the library for each look, so that a question being answered never holds it up, and
    what was added meanwhile is there.
    """

    def __init__(self, folder: Path, rights: Rights = EVERYTHING) -> None:
        self.folder = folder
        self._rights = rights
        self._list = lru_cache(1)(self._records)
        self._view = lru_cache(_VIEWS)(self._read)
        self._page = lru_cache(_PAGES)(self._write)
        self._stamp = ""

    @contextmanager
    def _opened(self) -> Iterator[tuple[Library, str]]:
        """The library and the stamp of its state; raises WenzhengError."""
        library = Library.open(self.folder)
        try:
            stamp = str(library.manifest().get("stamp", ""))
            if stamp != self._stamp:  # what was shown of the state before is never asked for again
                self._stamp = stamp
                for kept in (self._list, self._view, self._page):
                    kept.cache_clear()
            yield library, stamp
        finally:
            library.close()

    def records(self) -> tuple[ArticleRecord, ...]:
        """All articles, without the front and back matter of journals; raises WenzhengError."""
        hidden = self._rights.hidden()
        with self._opened() as (_, stamp):
            return tuple(record for record in self._list(stamp) if record.source not in hidden)

    def view(self, article: str) -> ArticleView | None:
        """An article, or None where there is none of that id; raises WenzhengError."""
        hidden = self._rights.hidden()
        with self._opened() as (_, stamp):
            found = self._view(stamp, article)
        return None if found is None or found.record.source in hidden else found

    def page(self, article: str, side: Side, shown: Language) -> str:
        """The HTML of an article that `view` gave; raises WenzhengError."""
        with self._opened() as (_, stamp):
            return self._page(stamp, article, side, shown)

    def _records(self, stamp: str) -> tuple[ArticleRecord, ...]:
        with self._opened() as (library, _):
            return tuple(record for record in library.articles().values() if record.kind != "part")

    def _read(self, stamp: str, article: str) -> ArticleView | None:
        with self._opened() as (library, _):
            return view(library, article)

    def _write(self, stamp: str, article: str, side: Side, shown: Language) -> str:
        found = self._view(stamp, article)
        return source_html.article(found, side, shown) if found else ""


class SourcePage:
    """The components of the source page and what happens to them."""

    def __init__(self, desk: Desk) -> None:
        self.shelf = Shelf(desk.answerer.searcher.library.folder, desk.rights)
        own = texts("zh")
        gr.Navbar(main_page_name="提问 Ask")
        with gr.Row(elem_id="wz-top"):
            self.header = gr.HTML(source_html.header("zh"), elem_id="wz-header", apply_default_css=False)
            self.language = language_switch()
        self.side = gr.Radio(
            _sides("zh"), value="original", label=own["source_side"], show_label=False, container=False, elem_id="wz-src-side",
            visible=False,
        )  # fmt: skip
        self.search = gr.Textbox(
            elem_id="wz-src-search", label=own["source_search"], placeholder=own["source_search"], show_label=False,
            container=False, max_length=200,
        )  # fmt: skip
        self.shown = gr.HTML("", elem_id="wz-src-shown", apply_default_css=False)
        self.place: gr.State = gr.State(Place())
        self._events()

    def _events(self) -> None:
        page = gr.context.Context.root_block
        told = [self.header, self.side, self.search, self.shown]
        plain: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
        asked = [self.language, self.side, self.search, self.place]
        page.load(self._first, None, [self.language, self.place, *told], **plain)
        self.language.input(self._turn, asked, told, **plain)
        self.side.input(self._text, asked, self.shown, **plain)
        self.search.input(self._list, [self.language, self.search], self.shown, trigger_mode="always_last", **plain)

    def _first(self, request: gr.Request) -> list[Any]:
        """What the address asks for, in the language that it or else the browser asks for."""
        asked = request.query_params
        lang = asked.get("lang")
        shown: Language = lang if lang in LANGUAGES else preferred(request.headers.get("accept-language", ""))
        place = _place(asked)
        side = asked.get("side")
        return [shown, place, *self._turn(shown, side if side in SIDES else None, "", place)]

    def _turn(self, shown: Language, side: Side | None, words: str, place: Place) -> list[Any]:
        """Everything on the page."""
        own = texts(shown)
        header = source_html.header(shown)
        search = gr.update(label=own["source_search"], placeholder=own["source_search"])
        away = gr.update(visible=False)
        try:
            found = self.shelf.view(place.article) if place.article is not None else None
            if found is None or not _holds(found, place):
                return [header, away, search, self._lost(found, place, shown) + self._list(shown, words)]
            chosen = side or _fitting(found, shown)
            shown_sides = gr.update(choices=_sides(shown), value=chosen, label=own["source_side"], visible=found.translated)
            return [header, shown_sides, search, self._text(shown, chosen, words, place)]
        except WenzhengError as error:
            return [header, away, search, source_html.note(own["source_failed"].format(reason=error))]

    def _lost(self, found: ArticleView | None, place: Place, shown: Language) -> str:
        """Why the list is shown and no article."""
        own = texts(shown)
        if place.article is None:
            return ""
        if found is None:
            return source_html.note(own["source_unknown"].format(article=place.article))
        told = own["source_unknown_place"].format(title=found.record.title, place=place.told)
        return source_html.note(told) + source_html.opening(found.record, shown)

    def _text(self, shown: Language, side: Side, words: str, place: Place) -> str:
        """The article with its place marked."""
        try:
            found = self.shelf.view(place.article or "")
            if found is None:
                return self._lost(None, place, shown)
            markup = self.shelf.page(found.record.id, side if found.translated else "original", shown)
            return article_html.cited(markup, found.spans(*place.span)) if place.span else markup
        except WenzhengError as error:
            return source_html.note(texts(shown)["source_failed"].format(reason=error))

    def _list(self, shown: Language, words: str) -> str:
        try:
            return source_html.listing(self.shelf.records(), words, shown)
        except WenzhengError as error:
            return source_html.note(texts(shown)["source_failed"].format(reason=error))


def _place(asked: Mapping[str, str]) -> Place:
    """The place that an address tells."""
    told = asked.get("start") or ""
    return Place(asked.get("article") or None, _number(told), _number(asked.get("end")), told)


def _number(told: str | None) -> int | None:
    if not told:
        return None
    return int(told) if told.isascii() and told.isdigit() and len(told) <= 12 else -1


def _holds(found: ArticleView, place: Place) -> bool:
    return place.span is None or bool(found.spans(*place.span))


def _fitting(found: ArticleView, shown: Language) -> Side:
    """The original for who reads its language; else both sides."""
    return "original" if found.record.language == shown or not found.translated else "both"


def _sides(shown: Language) -> list[tuple[str, str]]:
    own = texts(shown)
    return [(own["source_original"], "original"), (own["source_translation"], "translation"), (own["source_both"], "both")]
