"""What a question wants named is read off its wording, and a sentence without it is no answer."""

import pytest

from rag import refuse
from rag.expected import expected


@pytest.mark.parametrize(
    ("question", "spoken", "what"),
    [
        ("《琼斯法案》是哪一年通过的？", "zh", "year"),
        ("When was the Jones Act passed?", "en", "year"),
        ("收购这家船厂花了多少美元？", "zh", "money"),
        ("How much did the company pay for the yard?", "en", "money"),
        ("中国船企的订单占全球的比例是多少？", "zh", "share"),
        ("What share of global orders went to China?", "en", "share"),
        ("韩国的军力排第几？", "zh", "rank"),
        ("Where does South Korea rank in military strength?", "en", "rank"),
        ("该组织有多少所大学参加？", "zh", "count"),
        ("How many universities take part?", "en", "count"),
        ("该行行长是谁？", "zh", "person"),
        ("Who is the president of the bank?", "en", "person"),
        ("那艘护卫舰叫什么名字？", "zh", "name"),
        ("What is the frigate called?", "en", "name"),
        ("首次会议在哪座城市举行？", "zh", "city"),
        ("In which city was the first meeting held?", "en", "city"),
    ],
)
def test_a_question_for_a_figure_or_a_name_says_so(question, spoken, what):
    assert expected(question, spoken).what == what


@pytest.mark.parametrize(
    ("question", "spoken"),
    [
        ("MIKTA为什么成立？", "zh"),
        ("Why was MIKTA founded?", "en"),
        ("什么是小多边主义？", "zh"),
        ("它为什么推出这项计划，是哪一年？", "zh"),  # the year comes second
        ("What is the plan, and when was it launched?", "en"),
        ("Has the pause been agreed, and for how long?", "en"),
        ("What shared concerns draw the three together?", "en"),
        ("报告提出了哪几条建议？", "zh"),
    ],
)
def test_other_questions_want_nothing_in_particular_named(question, spoken):
    assert expected(question, spoken) is None


@pytest.mark.parametrize(
    ("question", "spoken", "text", "held"),
    [
        ("哪一年通过的？", "zh", "该法于1920年通过。", True),
        ("哪一年通过的？", "zh", "该法要求船只在美国建造。", False),
        ("2013年的增长率是多少？", "zh", "2012年增长率为2.2%。", False),
        ("2013年的增长率是多少？", "zh", "2013年增长率为4.0%。", True),
        ("多少所大学参加？", "zh", "共有五十六所高校加入。", True),
        ("多少所大学参加？", "zh", "2015年建立，成员国高校踊跃加入。", False),
        ("How many states joined?", "en", "In 2015 it was founded.", False),
        ("How many states joined?", "en", "Twelve joined in 2015.", True),
        ("How much did it cost?", "en", "The work cost $3 billion.", True),
        ("How much did it cost?", "en", "The work took three years.", False),
    ],
)
def test_a_text_holds_what_is_wanted_or_not(question, spoken, text, held):
    assert expected(question, spoken).held(text) is held


def test_the_year_asked_about_may_stand_in_the_sentences_before():
    wanted = expected("2013年的增长率是多少？", "zh")
    assert wanted.held("增长率为4.0%。", "2013年，经济复苏。")


def test_what_the_question_names_itself_is_no_answer():
    assert not expected("2019年之前是哪一年提出的？", "zh").held("该倡议在2019年得到重申。")


@pytest.mark.parametrize(
    ("question", "lacks"),
    [("墨子做第一只木鸢花了多少钱？", "金额"), ("How many dollars did the first kite in Lu cost?", "sum of money")],
)
def test_a_near_miss_is_refused_and_says_what_is_not_given(answerer, question, lacks):
    answer = answerer.answer(question)
    assert answer.refused
    assert lacks in answer.text
    assert answer.nearest


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_a_refusal_names_every_kind_of_thing_in_both_languages(spoken):
    assert set(refuse._LACKING[spoken]) == set(refuse.What.__args__)
    for what in refuse._LACKING[spoken]:
        assert refuse._LACKING[spoken][what] in refuse.refusal(spoken, (), nearest=False, lacks=what)
