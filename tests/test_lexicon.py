"""Words of one language find the library's words in the other."""

from itertools import pairwise

import numpy as np
import pytest

from index import encoder
from index.errors import LibraryError
from index.lexicon import Lexicon
from index.settings import EMBEDDED
from index.terms import Terms
from index.vocabulary import Vocabulary

TEXTS = ["造船业的订单和钢铁的价格都在上涨。", "火车与轮船运送煤炭。", "2019 年 COVID 之后，钢铁减产。"]


def vocabulary(spoken, *texts):
    counts = Vocabulary()
    counts.add([(spoken, text) for text in texts], Terms())
    return counts.best(spoken)


@pytest.fixture(scope="module")
def model():
    return encoder.load(EMBEDDED)


@pytest.fixture(scope="module")
def lexicon(model):
    found = vocabulary("zh", *TEXTS)
    return Lexicon.build({"zh": (list(found), model.encode(list(found.values())))})


def translated(lexicon, model, *words):
    pairs = [f"{a} {b}" for a, b in pairwise(words)]
    return lexicon.translate(words, pairs, "zh", model.encode)


def test_the_vocabulary_holds_words_of_its_language_once_and_no_numbers():
    found = vocabulary("zh", *TEXTS)
    assert next(iter(found)) == "钢铁"
    assert "2019" not in found
    assert "covid" not in found


def test_an_english_word_stands_under_its_stem_with_the_form_most_often_met():
    found = vocabulary("en", "Ships sail. A ship sinks.", "Many ships were built.")
    assert found["ship"] == "ships"


def test_a_word_finds_its_translation_by_the_embedded_encoder(lexicon, model):
    steel, train, coal = translated(lexicon, model, "steel", "trains", "coal")
    assert "钢铁" in steel
    assert "火车" in train
    assert "煤炭" in coal
    assert all(0.45 <= cosine <= 1.0001 for near in (steel, train, coal) for cosine in near.values())


def test_a_word_without_a_neighbour_finds_none(lexicon, model):
    assert translated(lexicon, model, "grammar") == [{}]


def test_read_back_it_translates_alike(lexicon, model, tmp_path):
    lexicon.write(tmp_path)
    assert translated(Lexicon.read(tmp_path), model, "steel", "coal") == translated(lexicon, model, "steel", "coal")


def test_a_folder_without_the_list_of_words_is_refused(tmp_path):
    with pytest.raises(LibraryError, match="words"):
        Lexicon.read(tmp_path)


def test_no_words_are_no_table():
    empty = Lexicon.build({})
    assert empty.size("zh") == 0
    assert Lexicon.build({"en": (["one"], np.ones((1, 3), dtype=np.float32))}).size("en") == 1


def test_what_is_taken_out_of_the_vocabulary_leaves_it_as_it_was(tmp_path):
    counts, terms = Vocabulary(), Terms()
    counts.add([("en", "Ships sail."), ("zh", TEXTS[0])], terms)
    before = {spoken: counts.best(spoken) for spoken in ("zh", "en")}
    counts.add([("en", "A ship sinks; the ship was old."), ("zh", TEXTS[1])], terms)
    assert counts.best("en")["ship"] == "ship"
    counts.write(tmp_path)
    counts = Vocabulary.read(tmp_path)
    counts.take_out([("en", "A ship sinks; the ship was old."), ("zh", TEXTS[1])], terms)
    assert {spoken: counts.best(spoken) for spoken in ("zh", "en")} == before


def test_a_folder_without_counts_is_refused(tmp_path):
    with pytest.raises(LibraryError, match="counts"):
        Vocabulary.read(tmp_path)


class Said:
    """An encoder of three words, which tells what it was asked for."""

    def __init__(self):
        self.asked = []
        self.known = dict(zip(("eins", "zwei", "drei"), np.eye(3, dtype=np.float32), strict=True))

    def encode(self, texts):
        self.asked.append(list(texts))
        return np.stack([self.known[text] for text in texts])


def test_a_changed_table_finds_what_came_and_not_what_went():
    one, two, three = np.eye(3, dtype=np.float32)
    said = Said()
    table = Lexicon.build({"en": (["one", "two"], np.stack([one, two]))})
    assert table.translate(["eins", "zwei", "drei"], [], "en", said.encode) == [{"one": 1.0}, {"two": 1.0}, {}]
    table.change("en", ["one"], {"two": three, "three": two})
    assert table.size("en") == 2
    assert table.translate(["eins", "zwei", "drei"], [], "en", said.encode) == [{}, {"three": 1.0}, {"two": 1.0}]
    table.change("zh", [], {"三": three})
    assert table.translate(["drei"], [], "zh", said.encode) == [{"三": 1.0}]


def test_a_word_that_was_looked_up_is_not_encoded_again():
    said = Said()
    table = Lexicon.build({"en": (["one", "two"], np.eye(3, dtype=np.float32)[:2])})
    first = table.translate(["eins", "eins", "drei"], [], "en", said.encode)
    assert table.translate(["drei", "zwei", "eins"], [], "en", said.encode) == [first[2], {"two": 1.0}, first[0]]
    assert said.asked == [["eins", "drei"], ["zwei"]]
