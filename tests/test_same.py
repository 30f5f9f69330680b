from eval.scale import same

HITS = {"谁？": [[1, 0.5, {"lexical": 1}], [2, 0.25, {"dense": 1}]]}


def changed(**values):
    return {"谁？": [[1, values.get("score", 0.5), values.get("lists", {"lexical": 1})], [2, 0.25, {"dense": 1}]]}


def test_scores_may_differ_by_less_than_a_millionth_and_lists_not_at_all():
    assert same.differing(HITS, changed(score=0.5 + 5e-7)) == []
    assert same.differing(HITS, changed(score=0.5 + 5e-6)) == ["谁？"]
    assert same.differing(HITS, changed(lists={"lexical": 2})) == ["谁？"]


def test_another_order_or_number_of_hits_differs():
    assert same.differing(HITS, {"谁？": HITS["谁？"][::-1]}) == ["谁？"]
    assert same.differing(HITS, {"谁？": HITS["谁？"][:1]}) == ["谁？"]
    assert same.differing(HITS, {"who?": []}) == []


def test_one_program_finds_the_same_twice(searcher):
    asked = ["墨子用什么做木鸢？", "How many kilograms of honey does a honeybee colony need?"]
    one = same.find(searcher, asked)
    assert all(one[text] for text in asked)
    assert same.differing(one, same.find(searcher, asked)) == []
