import random

import pytest

from index.sought import Sought, folded
from index.terms import Terms

WORDS = ["合作组织", "上海合作组织", "中等强国"]
PIECES = [
    *"中等强国上海合作组织的发展與歷史关係，。、；“”（）",
    "minilateralism", "Minilaterals", "powers", "China's", "dying", "die", "the", "２０２４", "1,000.5", "12", " ", "\n", "«", "»", "é", "Ｇ２０", "Россия",
]  # fmt: skip


@pytest.fixture(scope="module")
def terms():
    return Terms(WORDS)


def texts(count):
    dice = random.Random(3)
    return ["".join(dice.choices(PIECES, k=dice.randint(0, 40))) for _ in range(count)]


def test_the_terms_found_are_those_that_cutting_the_whole_text_gives(terms):
    every = texts(300)
    dice = random.Random(4)
    whole = [term for text in every for term in terms.terms(text)]
    for _ in range(10):
        wanted = frozenset(dice.sample(whole, 12))
        sought, fold = Sought(terms, wanted), folded(terms, every)
        for text in every:
            assert sought.among(fold[text]) == wanted & set(terms.terms(text)), (text, wanted)
            assert sought.words(fold[text]) == {word for word, _ in terms.words(text)}, text


def test_texts_folded_together_are_folded_as_each_by_itself(terms):
    for some in (texts(50), ["«中»", "文»"], ["a\x1eb", "乾"], [], [""], ["漢字", "漢字"]):
        assert folded(terms, some) == {text: terms.fold(text) for text in some}


def test_a_word_inside_a_longer_one_counts_only_where_the_segmenter_gives_it(terms):
    sought = Sought(terms, {"海合", "合作", "12"})
    assert sought.among("上海合作组织") == {"合作"}
    assert sought.among("1,212") == set()
