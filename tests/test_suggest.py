"""What may be asked next is drawn from the evidence, and the library answers it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from index import encoder as encoders
from index.library import Library
from index.script import language
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer
from rag.suggest import Section, Suggestion, answers, ask, candidates, neighbours, openings, outline, suggest

SECTIONS = [Section((str(number),), f"标题{number}") for number in range(6)]


# -- headings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("中等强国合作体的局限性", "中等强国合作体的局限性有哪些？"),
        ("澳大利亚拓展小多边合作的动因", "澳大利亚拓展小多边合作的动因是什么？"),
        ("共同债券的未来前景", "共同债券的未来前景如何？"),
        ("何谓“中等强国”？", "何谓“中等强国”？"),
        ("“全球”还是“枢纽”之争", "文章怎样论述“‘全球’还是‘枢纽’之争”？"),
    ],
)
def test_a_chinese_heading_becomes_a_question(heading, question):
    assert ask(heading, "zh") == question


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("The Limitations of MIKTA", "What are the limitations of MIKTA?"),
        ("The impact of common bonds", "What is the impact of common bonds?"),
        ('What Is a "Middle Power"?', 'What Is a "Middle Power"?'),
        ('The Debate on "Global" Policy', "What does the article say about “The Debate on ‘Global’ Policy”?"),
    ],
)
def test_an_english_heading_becomes_a_question(heading, question):
    assert ask(heading, "en") == question


def test_the_sections_beside_the_cited_one_come_first_the_following_before_the_preceding():
    near = neighbours(SECTIONS, [("2", "inner")], own=False)
    assert [section.path[0] for section in near] == ["3", "1", "4", "0"]
    assert neighbours(SECTIONS, [("2",)], own=True)[0].path == ("2",)


def test_sections_found_for_the_question_but_not_cited_come_before_all_others():
    near = neighbours(SECTIONS, [("2",)], [("2",), ("5",), ("0",), ("5",)], own=False)
    assert [section.path[0] for section in near] == ["5", "0", "3", "1"]


def test_an_outline_has_headings_without_numbers_and_none_that_says_nothing(taken, answerer):
    text = "题目\n\n作者\n\n一、引言\n\n第一句话在这里。\n\n二、风筝的来历\n\n（一）起源\n\n第二句话在这里。\n\n三、结语\n\n第三句话在这里。\n"
    found = outline(taken(text).sentences, answerer.searcher.library, "zh")
    assert [section.heading for section in found] == ["风筝的来历", "起源"]


# -- the library answers ------------------------------------------------------------------------


WIND = "放飞风筝需要多大的风？"


def test_nothing_is_suggested_that_was_asked(answerer):
    answer = answerer.answer(WIND)
    assert list(filter(None, suggest(answerer, answer))) == ["制作的步骤有哪些？"]
    assert list(filter(None, suggest(answerer, answer, asked=[" 制作的步骤有哪些"]))) == []


def test_what_the_library_does_not_answer_is_tried_and_let_go(answerer):
    answer = answerer.answer(WIND)
    offered = [one.text for one in candidates(answer, answerer.searcher.library, answerer.searcher.glossary)]
    given = list(suggest(answerer, answer))
    assert None in given
    assert set(filter(None, given)) < set(offered)


def test_an_answer_from_elsewhere_does_not_prove_a_suggestion(answerer):
    answer = answerer.answer("制作风筝有哪三个步骤？")
    cited = answer.citations[0]
    assert answers(Suggestion("", cited.article, cited.section), answer)
    assert not answers(Suggestion("", "bees", ()), answer)
    assert not answers(Suggestion("", cited.article, ("另一节",)), answer)
    assert not answers(Suggestion("", cited.article, forms=("蜜蜂",)), answer)


def test_candidates_within_limits_stay_within_them(answerer):
    limits = {"article": ["kites"]}
    answer = answerer.answer(WIND, limits=limits)
    given = list(filter(None, suggest(answerer, answer, limits=limits)))
    assert given
    for text in given:
        assert {c.article for c in answerer.answer(text, limits=limits).citations} == {"kites"}


def test_a_library_of_which_nothing_is_known_has_questions_to_begin_with(answerer):
    for spoken in ("zh", "en"):
        found = list(filter(None, openings(answerer, spoken)))
        assert all(language(text) == spoken for text in found)
        assert not any(answerer.answer(text).refused for text in found)
    assert list(filter(None, openings(answerer, "zh")))


@pytest.fixture(scope="module")
def seeded(page_library) -> Iterator[Answerer]:
    """Two of the seeds with the encoder that comes with the program."""
    settings = Settings(library=page_library)
    with closing(Library.open(page_library)) as library:
        yield Answerer(Searcher(library, encoders.load(settings.encoder)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    [
        "哈萨克斯坦为什么追求中等强国地位？",
        "什么是小多边主义？",
        "Why does Kazakhstan pursue middle-power status?",
        "量子计算机的纠错码是什么？",
        "Who won the football world cup in 1998?",
    ],
)
def test_over_the_seeds_every_suggestion_is_answered_in_its_language(seeded, question):
    answer = seeded.answer(question)
    found = list(filter(None, suggest(seeded, answer)))
    assert len(found) == len(set(found)) <= 3
    assert question not in found
    for text in found:
        following = seeded.answer(text)
        assert not following.refused
        assert language(text) == answer.language == following.language
    if "哈萨克斯坦" in question or "Kazakhstan" in question:
        assert found
        assert candidates(answer, seeded.searcher.library, seeded.searcher.glossary)
