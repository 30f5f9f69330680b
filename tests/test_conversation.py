"""Follow-ups are completed from the questions before them; whole questions are left alone."""

import pytest

from index import glossary
from rag.conversation import complete, leans

BOOK = glossary.parse(
    "zh\ten\tzh_aliases\ten_aliases\tkind\n土耳其\tTürkiye\t\tTurkey\tplace\n印度尼西亚\tIndonesia\t印尼\t\tplace\n"
    "中等强国合作体\tMIKTA\tMIKTA\t\tinstitution\n上海合作组织\tShanghai Cooperation Organization\t上合组织\tSCO\tinstitution\n"
)


@pytest.mark.parametrize(
    ("history", "question", "whole"),
    [
        ("印尼在中等强国合作体里想要什么？", "那土耳其呢？", "土耳其在中等强国合作体里想要什么？"),
        ("What does Indonesia want from MIKTA?", "And for Turkey?", "What does Turkey want from MIKTA?"),
        ("What does Indonesia want from MIKTA?", "What about the SCO?", "What does Indonesia want from the SCO?"),
        ("上合组织是什么时候成立的？", "它有哪些成员？", "上合组织有哪些成员？"),
        ("When was the SCO founded?", "Who are its members?", "Who are SCO's members?"),
        ("When was the SCO founded?", "它有哪些成员？", "上海合作组织它有哪些成员？"),
        ("上合组织是什么时候成立的？", "Who are its members?", "Shanghai Cooperation Organization Who are its members?"),
        ("上合组织是什么时候成立的？", "那里面有土耳其吗？", "上合组织是什么时候成立的？那里面有土耳其吗？"),
        ("When was the SCO founded?", "why?", "When was the SCO founded? why?"),
    ],
)
def test_a_follow_up_is_completed(history, question, whole):
    assert complete(question, [history], BOOK) == whole


@pytest.mark.parametrize(
    "question",
    [
        "上海合作组织是怎样成立的？它有哪些成员？",
        "What is the SCO, and who are its members?",
        "Which countries belong to MIKTA?",
        "中等强国合作体有哪些成员？",
        "Which goods did Indonesia sell, and to whom did it sell them?",
    ],
)
def test_a_whole_question_is_left_alone(question):
    assert not leans(question, BOOK)
    assert complete(question, ["What does Turkey want?"], BOOK) == question


@pytest.mark.parametrize(
    "question", ["什么是光合作用？", "What is photosynthesis?", "量子计算机的纠错码是什么？", "How do bees make honey?"]
)
def test_a_short_question_with_a_matter_of_its_own_is_left_alone(question):
    def strange(text):
        return any(word in text for word in ("纠错", "bees"))

    assert complete(question, ["上合组织是什么时候成立的？"], BOOK, strange) == question


@pytest.mark.parametrize("question", ["主要成果是什么？", "为什么会失败？", "What are the results?", "Why did it fail?"])
def test_a_short_question_without_a_matter_of_its_own_leans(question):
    assert leans(question, BOOK, lambda text: False)


def test_a_word_that_stands_nowhere_in_the_documents_is_a_matter_of_its_own(answerer):
    then = answerer.answer("量子计算机的纠错码是什么？", history=["制作风筝有哪三个步骤？"])
    assert then.understood == then.question
    assert then.refused


def test_without_history_nothing_is_added():
    assert complete("那土耳其呢？", [], BOOK) == "那土耳其呢？"


def test_a_follow_up_to_a_follow_up_rests_on_what_was_understood():
    first = complete("那土耳其呢？", ["印尼在中等强国合作体里想要什么？"], BOOK)
    assert complete("那印尼呢？", [first], BOOK) == "印尼在中等强国合作体里想要什么？"


def test_earlier_questions_are_completed_before_they_are_leant_on():
    history = ["上合组织是什么时候成立的？", "它有哪些成员？"]
    assert complete("那里面有土耳其吗？", history, BOOK) == "上合组织有哪些成员？那里面有土耳其吗？"
    assert complete("那里面有土耳其吗？", [history[0], "上合组织有哪些成员？"], BOOK) == "上合组织有哪些成员？那里面有土耳其吗？"


def test_what_was_asked_before_is_not_answered_again(answerer):
    first = answerer.answer("制作风筝有哪三个步骤？")
    then = answerer.answer("那么竹条为什么要晾干？", history=[first.question])
    assert then.understood.startswith(first.question)
    assert any(citation.quote.startswith("竹条必须在阴凉处晾干") for citation in then.citations)


def test_an_answer_says_how_it_understood_the_question(answerer):
    answer = answerer.answer("它起源于哪里？", history=["风筝是什么时候出现的？"])
    assert answer.understood == "风筝起源于哪里？"
    assert answer.also_searched[0] == answer.understood
    assert answer.question == "它起源于哪里？"
    assert answer.citations
