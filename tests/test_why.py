"""What a card says of how its passage was found is what the search did."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from index.search import Searcher
from rag.answer import Answerer
from ui.web import why
from ui.web.why import Why

QUESTION = "风筝起源于哪里？"


@pytest.fixture
def answer(answerer):
    return answerer.answer(QUESTION)


def test_a_citation_knows_the_lists_that_found_its_passage_and_the_ranks_there(answer, searcher):
    hits = {hit.passage.id: hit for hit in searcher.search(QUESTION, 20).hits}
    found = why.reasons(answer, searcher)
    assert set(found) == {citation.number for citation in answer.citations}
    for citation in answer.citations:
        hit = hits[citation.passage]
        assert found[citation.number].rank == hit.rank
        assert found[citation.number].lists == tuple(zip(hit.found_by, hit.ranks, strict=True))
    assert found[1].lists[0][0] == "lexical"


def test_ranks_are_those_of_the_lists(searcher):
    hits = searcher.search(QUESTION, 20).hits
    for name in {name for hit in hits for name in hit.found_by}:
        ranks = [rank for hit in hits for found, rank in zip(hit.found_by, hit.ranks, strict=True) if found == name]
        assert len(set(ranks)) == len(ranks)
        assert min(ranks) >= 1
    assert any(rank == 1 for hit in hits[:1] for rank in hit.ranks)


def test_words_and_terms_are_those_that_stand_in_the_passage(answer, searcher):
    first = why.reasons(answer, searcher)[1]
    assert "风筝" in first.words
    assert "起源于" in first.words
    assert ("风筝", "kite") in first.glossary
    assert first.learned == ()


def test_a_word_is_shown_as_the_reader_wrote_it_and_not_with_its_parts(answerer, searcher):
    found = why.reasons(answerer.answer("What forms the tight Cluster of Honeybees?"), searcher)
    assert {"Cluster", "Honeybees"} <= set(found[1].words)
    assert why._longest(["中等", "强国", "中等强国", "in", "inside"]) == ("中等强国", "in", "inside")


def test_a_word_found_through_the_learned_table_is_shown_with_its_translation(answer, searcher, monkeypatch):
    crossed = tuple(replace(c, hit=replace(c.hit, found_by=("lexical, other language",), ranks=(4,))) for c in answer.citations)
    monkeypatch.setattr(Searcher, "translated", lambda *_: {"起源": {"origin": 0.8, "nowhere": 0.9}})
    first = why.reasons(replace(answer, citations=crossed), searcher)[1]
    assert first.learned == (("起源", "originated"),)
    assert "起源" in why.shown(first, "en")
    assert "learned table" in why.shown(first, "en")


def test_without_a_hit_nothing_is_said(answer, searcher):
    lost = replace(answer, citations=tuple(replace(citation, hit=None) for citation in answer.citations))
    assert why.reasons(lost, searcher) == {}
    assert why.shown(None, "zh") == ""


@pytest.mark.parametrize(("language", "words"), [("zh", "字词匹配：第 2 名"), ("en", "Words in common: rank 2")])
def test_reasons_are_told_in_the_language_of_the_page(language, words):
    told = why.shown(Why(3, (("lexical", 2), ("a <new> list", 1)), ("<b>",), (("风筝", "kite"),)), language)
    text = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), told)
    assert words in text
    assert "<b>" not in told
    assert "<new>" not in told
    assert '<bdi lang="en">kite</bdi>' in told


def test_the_contract_of_ask_knows_nothing_of_hits(answer, answerer: Answerer):
    from ui.contract import answer_json

    told = answer_json(answer, answerer.searcher.library.articles())
    assert not any({"hit", "ranks"} & set(citation) for citation in told["citations"])
