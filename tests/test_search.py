import random
from contextlib import closing
from dataclasses import replace

import pytest
from fakes import CORPUS, FakeEncoder, one_sentence, write_corpus

from index import build
from index.errors import LibraryMismatch
from index.fusion import balanced
from index.library import Library
from index.search import Searcher
from index.settings import Settings

FLOOD = {
    "zh": [
        "蜂群",
        "蜂蜜",
        "越冬",
        "茶小绿叶蝉",
        "虫害",
        "公斤",
        "防治",
        "诱捕",
        "粘板",
        "嫩芽",
        "钟楼",
        "摆锤",
        "需要",
        "茶农",
        "多少",
    ],
    "en": "colony honey winter leafhopper pest kilograms trap boards buds tower pendulum need farmers kite wind bees spring".split(),
}
GOLD = {"en": "twenty kilograms of honey", "zh": "悬挂黄色粘板来诱捕茶小绿叶蝉"}
ASKED = {
    ("en", "zh"): "蜂群越冬需要多少公斤蜂蜜？",
    ("en", "en"): "How many kilograms of honey does a honeybee colony need?",
    ("zh", "en"): "How do farmers trap the tea green leafhopper?",
    ("zh", "zh"): "茶农怎样诱捕茶小绿叶蝉？",
}


def texts(result):
    return [hit.passage.text for hit in result.hits]


def flood(spoken):
    """Two thousand sentences, each a passage, full of the words of the questions."""
    dice = random.Random(5)
    lines = []
    for number in range(2000):
        words = dice.sample(FLOOD[spoken], 5)
        lines.append(f"{''.join(words)}{number}号。" if spoken == "zh" else f"The {' '.join(words)} number {number} is here.")
    return ("" if spoken == "zh" else " ").join(lines)


@pytest.fixture(scope="module", params=["zh", "en"])
def flooded(request, tmp_path_factory):
    """The corpus, and beside it two thousand passages in the language that the gold passage is not in."""
    folder = tmp_path_factory.mktemp("flooded")
    corpus = write_corpus(folder / "corpus")
    gold = "en" if request.param == "zh" else "zh"
    (corpus / "flood.txt").write_text(flood(request.param), encoding="utf-8")
    settings = Settings(library=folder / "library", passage_length=24)
    build.index([corpus], settings, FakeEncoder())
    with closing(Library.open(settings.library)) as library:
        yield gold, Searcher(library, FakeEncoder())


@pytest.mark.parametrize("asked", ["zh", "en"])
def test_two_thousand_passages_in_one_language_do_not_push_out_the_gold_passage_of_the_other(flooded, asked):
    gold, searcher = flooded
    assert len(searcher.library.passages_within({"source": ["flood.txt"]})) >= 2000
    found = texts(searcher.search(ASKED[gold, asked], 10))
    assert any(GOLD[gold] in text for text in found), found


def test_words_and_vectors_both_find_and_a_hit_says_which(searcher):
    best = searcher.search("墨子用什么做木鸢？").hits[0]
    assert "木鸢" in best.passage.text
    assert {"lexical", "dense"} <= set(best.found_by)


def test_without_an_encoder_that_knows_the_language_words_alone_find(tmp_path):
    settings = Settings(library=tmp_path / "library")
    deaf = FakeEncoder(spoken=frozenset())
    build.index([write_corpus(tmp_path / "corpus")], settings, deaf)
    with closing(Library.open(settings.library)) as library:
        best = Searcher(library, deaf).search("墨子用什么做木鸢？").hits[0]
    assert "木鸢" in best.passage.text
    assert "dense" not in best.found_by


def test_an_english_question_finds_chinese_text_by_its_translation(searcher):
    best = searcher.search("Who made the first wooden bird that flew for a day?").hits[0]
    assert "木鸢" in best.passage.text
    assert "lexical" in best.found_by


def test_an_english_question_finds_chinese_text_by_the_glossary(searcher):
    result = searcher.search("leafhopper", 10)
    found = [hit for hit in result.hits if "粘板" in hit.passage.text]
    assert found
    assert found[0].passage.translation is None
    assert "茶小绿叶蝉" in result.also_searched


def test_traditional_characters_find_the_same_words_and_concepts_as_simplified(searcher):
    traditional, simplified = searcher.search("風箏起源於魯國嗎？", 50), searcher.search("风筝起源于鲁国吗？", 50)
    assert traditional.also_searched == simplified.also_searched != ()
    by_words = [[h.passage.id for h in r.hits if "lexical" in h.found_by] for r in (traditional, simplified)]
    assert sorted(by_words[0]) == sorted(by_words[1])
    assert any("鲁国" in h.passage.text and "lexical" in h.found_by for h in traditional.hits[:3])


@pytest.mark.parametrize(
    ("limits", "sources"),
    [
        ({"source": ["bees.txt"]}, {"bees.txt"}),
        ({"article": ["kites"]}, {"kites.txt"}),
        ({"article": ["kites", "clocks"]}, {"kites.txt", "clocks.txt"}),
        ({"article": ["kites"], "source": ["bees.txt"]}, set()),
        ({"source": ["none.txt"]}, set()),
    ],
)
def test_limits_let_nothing_else_through(searcher, limits, sources):
    for question in ("风筝与蜂群", "kite, colony and clock"):
        assert {hit.passage.source for hit in searcher.search(question, 50, limits).hits} <= sources
    assert {hit.passage.source for hit in searcher.search("风筝 kite clock honey", 50, limits).hits} == sources


def test_no_more_hits_than_asked_for_ranked_from_one(searcher):
    for k in (1, 3, 50):
        hits = searcher.search("风筝 kite clock honey 茶园", k).hits
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert 1 <= len(hits) <= k
        assert len({hit.passage.id for hit in hits}) == len(hits)


def test_a_question_without_words_finds_no_text_by_words(searcher):
    for question in ("？？？", "的", "the"):
        assert not any("lexical" in hit.found_by for hit in searcher.search(question).hits)


def test_the_same_question_gives_the_same_hits_and_scores_every_time(shelf, searcher):
    with closing(Library.open(shelf.library)) as library:
        other = Searcher(library, FakeEncoder())
        for question in ("风筝的骨架", "honey in winter", "粘板 clock"):
            first = searcher.search(question, 20)
            assert other.search(question, 20) == first == searcher.search(question, 20)


def test_the_order_does_not_hang_on_the_order_of_indexing(tmp_path, searcher):
    corpus, settings = write_corpus(tmp_path / "corpus"), Settings(library=tmp_path / "library")
    for name in sorted(CORPUS, reverse=True):
        build.index([corpus / name], settings, FakeEncoder())
    with closing(Library.open(settings.library)) as library:
        other = Searcher(library, FakeEncoder())
        for question in ("制作风筝的步骤", "honey in winter"):
            assert texts(other.search(question, 5))[:3] == texts(searcher.search(question, 5))[:3]


def test_a_deleted_document_never_answers_in_an_open_or_a_new_searcher(settings, corpus, encoder):
    build.index([corpus], settings, encoder)
    with closing(Library.open(settings.library)) as library, closing(Library.open(settings.library)) as again:
        old = Searcher(library, encoder)
        assert any(hit.passage.source == "kites.txt" for hit in old.search("风筝的骨架", 50).hits)
        build.remove(["kites.txt"], settings)
        for searcher in (old, Searcher(again, encoder)):
            for limits in (None, {"source": ["kites.txt"]}, {"article": ["kites"]}):
                hits = searcher.search("风筝的骨架", 50, limits).hits
                assert not any(hit.passage.source == "kites.txt" for hit in hits)
                assert limits is None or not hits


def test_the_text_before_an_update_never_answers(settings, corpus, encoder):
    build.index([corpus], settings, encoder)
    (corpus / "clocks.txt").write_text(CORPUS["clocks.txt"].replace("ninety", "eighty"), encoding="utf-8")
    build.index([corpus], settings, encoder)
    with closing(Library.open(settings.library)) as library:
        found = texts(Searcher(library, encoder).search("ninety pounds pendulum", 50))
    assert not any("ninety" in text for text in found)
    assert any("eighty pounds" in text for text in found)


@pytest.mark.parametrize("change", [{"fingerprint": "other"}, {"fingerprint": "other", "dimensions": 32, "name": "small"}])
def test_an_encoder_that_did_not_build_the_library_is_refused_in_one_sentence(searcher, change):
    with pytest.raises(LibraryMismatch) as caught:
        Searcher(searcher.library, replace(FakeEncoder(), **change))
    assert one_sentence(str(caught.value), str(searcher.library.folder), "wenzheng index")


def test_every_language_found_has_a_place_among_the_first_ten():
    order = list(range(30))
    languages = {number: "en" if number in (17, 25) else "zh" for number in order}
    result = balanced(order, order, languages)
    assert {17, 25} <= set(result[:10])
    assert result[:4] == [0, 1, 2, 3]
    assert sorted(result) == order
    assert balanced(order, order, dict.fromkeys(order, "zh")) == order
    assert balanced([], [], {}) == []
