"""The ranker of sentences: its signs, its network, and that what answers comes first."""

import numpy as np
import pytest

from index.records import Kind, Sentence
from index.terms import Terms
from rag import ranker
from rag.question import analyse
from rag.signs import NAMES, Candidate, Wanted, signs

TERMS = Terms()


def sentence(number, text):
    return Sentence(number, "a", Kind.BODY, 0, (), 0, len(text), text, None, "")


def scored(question, texts, asked=None):
    analysis = analyse(question)
    asked = asked or {frozenset({term}): 1.0 for term in TERMS.terms(question)}
    wanted = Wanted.of(analysis, asked, TERMS)
    rows = signs(wanted, [Candidate(sentence(n, t), t, 0.3, 0.3, None, None) for n, t in enumerate(texts)], TERMS)
    return rows, ranker.load().score(rows, np.zeros(384, dtype=np.float32), np.zeros((len(texts), 384), dtype=np.float32))


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("哪一年签署了合作协定？", "双方于2013年签署了合作协定。", "这座桥很长，河水很深。"),
        ("When was the agreement signed?", "The agreement was signed in 2013.", "The bridge is long and the river is deep."),
        ("为什么钢铁涨价？", "由于煤矿罢工，钢铁价格上涨。", "渔船在港口等待。"),
    ],
)
def test_what_answers_scores_higher_than_what_does_not(question, right, wrong):
    _, scores = scored(question, [wrong, right])
    assert scores[1] > scores[0]


def test_every_sign_has_a_name_and_a_finite_value():
    rows, _ = scored("中等强国合作体有哪些成员？", ["", "x", "五国组成合作体。" * 40, "12%"])
    assert rows.shape == (4, len(NAMES))
    assert np.isfinite(rows).all()
    assert not np.isnan(rows).any()


def test_words_that_are_near_count_softly_and_the_same_words_in_full():
    rows, _ = scored("轮船", ["轮船", "船只", "电力"])
    soft = rows[:, NAMES.index("soft")]
    assert soft[0] == pytest.approx(1.0)
    assert soft[0] > soft[1] > soft[2]


def test_an_english_word_is_near_its_chinese_translation():
    rows, _ = scored("steel", ["钢铁", "河流"])
    soft = rows[:, NAMES.index("soft")]
    assert soft[0] > soft[1]


def test_a_question_without_words_has_signs_too():
    rows, scores = scored("？？", ["五国组成合作体。"])
    assert np.isfinite(scores).all()
    assert rows.shape[0] == 1


def test_vectors_of_another_encoder_are_passed_over():
    rows, plain = scored("钢铁", ["钢铁涨价。"])
    other = ranker.load().score(rows, np.ones(16, dtype=np.float32), np.ones((1, 16), dtype=np.float32))
    assert other == pytest.approx(plain)
