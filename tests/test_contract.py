import json
from contextlib import closing

import pytest
from fakes import CORPUS

from index.library import Library
from ui.contract import answer_json, search_json

ANSWER = "id question language refused text claims citations also_searched nearest reader encoder elapsed_ms".split()
CLAIM = "text citations support verdict".split()
CITATION = (
    "number source article title authors section page start end quote quote_translation footnotes"
    " title_other section_translation"  # told besides those of the design
).split()
FOOTNOTE = "label text page".split()
HIT = "rank score source article title section page start end text translation found_by".split()
NEAREST = "source article title section page start end text translation".split()


@pytest.fixture(scope="module")
def articles(shelf):
    with closing(Library.open(shelf.library)) as library:
        return library.articles()


def through_json(data):
    return json.loads(json.dumps(data, ensure_ascii=False))


@pytest.mark.parametrize("question", ["墨子用什么做了第一只木鸢？", "How much honey does a colony need until spring?"])
def test_an_answer_has_exactly_the_fields_of_the_design(answerer, articles, question):
    data = answer_json(answerer.answer(question, id="q1"), articles)
    assert through_json(data) == data
    assert list(data) == ANSWER
    assert data["claims"]
    assert data["citations"]
    assert data["nearest"] == []
    for claim in data["claims"]:
        assert list(claim) == CLAIM
        assert claim["verdict"] in ("supported", "partly")
        assert all(isinstance(number, int) for number in claim["citations"])
    for citation in data["citations"]:
        assert list(citation) == CITATION
        assert 0 <= citation["start"] < citation["end"] <= len(CORPUS[citation["source"]])
        assert all(list(note) == FOOTNOTE for note in citation["footnotes"])
    assert (data["id"], data["question"], data["refused"]) == ("q1", question, False)
    assert data["language"] in ("zh", "en")
    assert isinstance(data["elapsed_ms"], int)


def test_a_citation_carries_its_footnote_as_label_text_and_page(answerer, articles):
    data = answer_json(answerer.answer("墨子用什么做了第一只木鸢？"), articles)
    (note,) = next(c["footnotes"] for c in data["citations"] if "木鸢" in c["quote"])
    assert (note["label"], note["page"]) == ("1", None)
    assert note["text"].startswith("《韩非子")


def test_a_refusal_has_the_same_fields_and_the_nearest_passages(answerer, articles):
    data = answer_json(answerer.answer("量子计算机怎样纠正错误？"), articles)
    assert through_json(data) == data
    assert list(data) == ANSWER
    assert (data["refused"], data["claims"], data["citations"], data["id"]) == (True, [], [], None)
    assert data["nearest"]
    assert all(list(passage) == NEAREST for passage in data["nearest"])


def test_a_search_has_exactly_the_fields_of_the_design(searcher, articles):
    data = search_json(searcher.search("风筝 kite honey"), articles, "s1")
    assert through_json(data) == data
    assert list(data) == ["id", "question", "hits"]
    assert [hit["rank"] for hit in data["hits"]] == list(range(1, len(data["hits"]) + 1))
    for hit in data["hits"]:
        assert list(hit) == HIT
        assert hit["found_by"]
        assert all(name.split(",")[0] in ("lexical", "dense", "glossary") for name in hit["found_by"])
        assert hit["title"]
        assert isinstance(hit["score"], float)
        assert CORPUS[hit["source"]][hit["start"] : hit["end"]].strip()
    assert data["hits"][0]["score"] > 0


def test_a_translation_is_given_beside_the_text_and_never_in_its_place(searcher, articles):
    data = search_json(searcher.search("放飞风筝需要多大的风？"), articles)
    hit = next(hit for hit in data["hits"] if "微风" in hit["text"])
    assert hit["translation"] is None or "light wind" in hit["translation"]
    assert "light wind" not in hit["text"]
