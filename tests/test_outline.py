"""Titles and headings for readers of the other language: shown, said to be translated, and never instead of the original."""

from __future__ import annotations

import html
from collections.abc import Iterator
from contextlib import closing

import pytest
from fakes import FakeEncoder

from index import build, outline
from index.library import Library
from index.records import Hit, Kind
from index.settings import Settings
from rag import cite
from rag.records import Answer, Claim, Evidence
from ui import shown
from ui.contract import answer_json
from ui.export import export
from ui.web import cards, render

TEXT = "论港口\n\n一、港口是什么\n\n港口是船只停靠的地方。\n\n（一）无译文的标题\n\n税率对各国一视同仁。\n"
CATALOGUE = '[[article]]\nid = "ports"\nsource = "p.txt"\ntitle_zh = "论港口"\ntitle_en = "On Ports"\n'
PAIRS = '{"zh": "一、港口是什么", "en": "I. What Is a \\"Port\\"?"}\n'


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("outline")
    (folder / "translations").mkdir()
    (folder / "p.txt").write_text(TEXT, encoding="utf-8")
    (folder / "catalog.toml").write_text(CATALOGUE, encoding="utf-8")
    (folder / "translations" / "p.jsonl").write_text(PAIRS, encoding="utf-8")
    settings = Settings(library=folder / "library")
    assert not build.index([folder], settings, FakeEncoder()).failed
    with closing(Library.open(settings.library)) as opened:
        yield opened


@pytest.fixture(scope="module")
def answer(library: Library) -> Answer:
    """An English answer that cites the sentence under the translated heading and the one below the other."""
    body = [s for s in library.sentences(document="p.txt") if s.kind is Kind.BODY]
    passages = library.passages([row[0] for row in library.select("SELECT id FROM passages ORDER BY id")])
    found = []
    for number, sentence in enumerate(body, start=1):
        passage = next(p for p in passages if sentence.id in p.sentences)
        evidence = Evidence(sentence, Hit(passage, 1, 1.0, ("lexical",)), 1.0, 1.0, "A sentence.")
        found.append(cite.citation(number, evidence, library.articles()["ports"], library))
    claims = (Claim("A sentence.", (1,), 1.0, "supported"), Claim("Another.", (2,), 1.0, "supported"))
    return Answer("What?", "en", False, "A sentence. [1]", claims, tuple(found), (), (), "extractive", "fake", 1)


def test_a_heading_without_translation_stays_as_it_is_and_a_path_without_any_is_empty(library: Library) -> None:
    path = ("一、港口是什么", "（一）无译文的标题")
    assert outline.translated(library, "ports", path) == ('I. What Is a "Port"?', "（一）无译文的标题")
    assert outline.translated(library, "ports", path[1:]) == ()
    assert outline.translated(library, "ports", ()) == ()
    assert outline.translated(library, "another", path) == ()


def test_programs_get_both_titles_and_both_paths(library: Library, answer: Answer) -> None:
    told = answer_json(answer, library.articles())["citations"][0]
    assert (told["title"], told["title_other"]) == ("论港口", "On Ports")
    assert (told["section"], told["section_translation"]) == (["一、港口是什么"], ['I. What Is a "Port"?'])


def test_a_card_shows_an_english_reader_english_and_the_original_below(library: Library, answer: Answer) -> None:
    card = html.unescape(render.panel([cards.turn(1, answer, library)], "en"))
    assert card.index("On Ports") < card.index("论港口")
    assert 'I. What Is a "Port"?' in card
    assert "(translation)" in card
    assert "一、港口是什么" in card


def test_a_card_shows_a_chinese_reader_what_is_printed(library: Library, answer: Answer) -> None:
    card = render.panel([cards.turn(1, answer, library)], "zh")
    assert card.index("论港口") < card.index("On Ports")
    assert "What Is a" not in card


def test_a_mark_names_the_title_in_the_language_of_the_answer(library: Library, answer: Answer) -> None:
    assert "On Ports" in render.answer(cards.turn(1, answer, library))


def test_a_terminal_shows_both_titles_to_who_asks_in_the_other_language(library: Library, answer: Answer) -> None:
    data = answer_json(answer, library.articles())
    assert "[1] On Ports [论港口]" in shown.answer(data)
    assert "[1] 论港口 (" in shown.answer({**data, "language": "zh"})


def test_an_export_gives_headings_with_their_translation(library: Library, answer: Answer) -> None:
    file = html.unescape(export([answer], library.articles(), "html", "apa", "en").decode())
    assert '一、港口是什么 [I. What Is a "Port"?]' in file
    assert "论港口 [On Ports]" in file
    assert "What Is a" not in export([answer], library.articles(), "html", "gbt", "zh").decode()
