import math
import random

import pytest
from fakes import one_sentence

from index.errors import LibraryError
from index.fulltext import FOLDER, Entry, FullText

K1, B = 1.2, 0.75
WORDS = [f"w{k}" for k in range(40)]


def kept_length(length):
    """A field's length as Tantivy keeps it in one byte: exact up to 40, then in ever wider steps."""
    table, step = list(range(41)), 2
    while table[-1] < length:
        table += [table[-1] + step * k for k in range(1, 9)]
        step *= 2
    return max(value for value in table if value <= length)


def slow_bm25(documents, query):
    """Robertson's formula over whole documents, term by term; the average length is the exact one."""
    average = sum(map(len, documents.values())) / len(documents)
    scores = {}
    for number, words in documents.items():
        score = 0.0
        for term, weight in query.items():
            holding = sum(term in other for other in documents.values())
            if term in words:
                rarity = math.log(1 + (len(documents) - holding + 0.5) / (holding + 0.5))
                frequency = words.count(term)
                norm = K1 * (1 - B + B * kept_length(len(words)) / average)
                score += weight * rarity * frequency * (K1 + 1) / (frequency + norm)
        if score:
            scores[number] = score
    return scores


@pytest.fixture(scope="module")
def documents():
    dice = random.Random(11)
    weights = [1 / (k + 1) for k in range(len(WORDS))]
    return {number: dice.choices(WORDS, weights, k=dice.randint(3, 300)) for number in range(200)}


@pytest.fixture(scope="module")
def index(documents):
    return FullText.build((Entry(n, {"zh": words}, f"s{n % 3}", f"a{n % 7}") for n, words in documents.items()), None)


@pytest.mark.parametrize("query", [{"w0": 1.0}, {"w30": 1.0}, {"w1": 1.0, "w20": 1.0}, {"w2": 0.3, "w9": 2.0, "w35": 1.0}])
def test_scores_and_ranking_agree_with_a_slow_bm25(documents, index, query):
    wanted = slow_bm25(documents, query)
    found = index.search({"zh": query}, 200)
    assert {number for number, _ in found} == set(wanted)
    for number, score in found:
        assert score == pytest.approx(wanted[number], rel=0.001)
    order = [number for number, _ in found]
    for place, number in enumerate(order):
        for later in order[place + 1 :]:
            assert wanted[number] > wanted[later] * 0.999, (number, later)


def test_a_field_length_is_kept_as_the_slow_formula_says():
    assert [kept_length(n) for n in (1, 39, 40, 41, 42, 55, 56, 60, 300)] == [1, 39, 40, 40, 42, 54, 56, 60, 280]


def test_equal_scores_come_in_the_order_of_ids():
    index = FullText.build((Entry(n, {"zh": ["same"]}, "s", "a") for n in (9, 3, 7, 1)), None)
    assert [number for number, _ in index.search({"zh": {"same": 1.0}}, 10)] == [1, 3, 7, 9]


def test_the_weight_of_a_term_multiplies_its_score(index):
    once, twice = (dict(index.search({"zh": {"w5": weight}}, 200)) for weight in (1.0, 2.0))
    assert all(twice[number] == pytest.approx(2 * score, rel=1e-4) for number, score in once.items())


def test_a_term_of_weight_0_or_none_at_all_finds_nothing(index):
    assert index.search({"zh": {"w5": 0.0}}, 10) == []
    assert index.search({"zh": {}, "en": {}}, 10) == []
    assert index.search({"zh": {"unheard": 1.0}}, 10) == []


def test_fields_do_not_mix_and_their_scores_add_up():
    index = FullText.build([Entry(1, {"zh": ["x"], "en": ["y"]}, "s", "a"), Entry(2, {"zh": ["y"], "en": ["x"]}, "s", "a")], None)
    assert [n for n, _ in index.search({"zh": {"x": 1.0}}, 5)] == [1]
    both = dict(index.search({"zh": {"x": 1.0}, "en": {"y": 1.0}}, 5))
    assert set(both) == {1}
    assert both[1] == pytest.approx(2 * dict(index.search({"zh": {"x": 1.0}}, 5))[1], rel=1e-4)


def test_limits_are_exact_values_and_do_not_change_scores(documents, index):
    free = dict(index.search({"zh": {"w3": 1.0}}, 200))
    limited = dict(index.search({"zh": {"w3": 1.0}}, 200, {"source": ["s1"], "article": ["a2", "a3"]}))
    assert set(limited) == {n for n in free if n % 3 == 1 and n % 7 in (2, 3)}
    assert all(score == pytest.approx(free[n], rel=1e-5) for n, score in limited.items())
    assert index.search({"zh": {"w3": 1.0}}, 10, {"source": ["s"]}) == []
    assert index.search({"zh": {"w3": 1.0}}, 10, {"source": []}) == []


@pytest.mark.parametrize("rare", [0, 3, 60])
def test_a_limit_that_allows_most_passages_finds_what_looking_at_each_finds(rare):
    """`rare`: how many of the best may not be found, from none to more than are asked for."""
    words = {n: ["x"] * (1 + (n < 80) * (80 - n)) + ["y"] * (n % 5) for n in range(400)}
    index = FullText.build(
        [Entry(n, {"zh": own}, "s", "a", "zh en" if n < rare or n % 9 == 8 else "zh") for n, own in words.items()], None
    )
    free = index.search({"zh": {"x": 1.0, "y": 0.5}}, 400)
    limited = index.search({"zh": {"x": 1.0, "y": 0.5}}, 30, {"sides": ["zh"]})
    wanted = [(n, score) for n, score in free if not (n < rare or n % 9 == 8)][:30]
    assert [n for n, _ in limited] == [n for n, _ in wanted]
    assert [score for _, score in limited] == pytest.approx([score for _, score in wanted], rel=1e-5)


def test_a_source_name_with_spaces_and_han_characters_can_be_limited_to():
    name = "论 文 (1).TXT"
    index = FullText.build([Entry(1, {"zh": ["x"]}, name, "a"), Entry(2, {"zh": ["x"]}, "b", "a")], None)
    assert [n for n, _ in index.search({"zh": {"x": 1.0}}, 5, {"source": [name]})] == [1]


def test_the_frequency_of_a_term_counts_passages(documents, index):
    assert index.frequency("zh", "w8") == sum("w8" in words for words in documents.values())
    assert index.frequency("zh", "unheard") == 0
    assert index.size == len(documents)


def test_a_saved_index_finds_the_same(tmp_path, documents):
    entries = [Entry(n, {"zh": words}, "s", "a") for n, words in documents.items()]
    built = FullText.build(entries, tmp_path)
    assert FullText.read(tmp_path).search({"zh": {"w5": 1.0}}, 20) == built.search({"zh": {"w5": 1.0}}, 20)


def test_a_term_longer_than_the_engine_keeps_does_not_break_the_others():
    index = FullText.build([Entry(1, {"zh": ["a" * 100_000, "x"]}, "s", "a")], None)
    assert [n for n, _ in index.search({"zh": {"x": 1.0}}, 5)] == [1]
    assert index.search({"zh": {"a" * 100_000: 1.0}}, 5) == []


@pytest.mark.parametrize("damage", ["missing", "empty", "no meta", "bad meta"])
def test_a_folder_that_is_no_index_is_refused_in_one_sentence(tmp_path, damage):
    FullText.build([Entry(1, {"zh": ["x"]}, "s", "a")], tmp_path)
    folder = tmp_path / FOLDER
    if damage in ("missing", "empty"):
        for path in folder.iterdir():
            path.unlink()
        if damage == "missing":
            folder.rmdir()
    elif damage == "no meta":
        (folder / "meta.json").unlink()
    else:
        (folder / "meta.json").write_text("{", encoding="utf-8")
    with pytest.raises(LibraryError) as caught:
        FullText.read(tmp_path)
    assert one_sentence(str(caught.value), FOLDER)
