"""Some rounds of `python -m eval.faults.kill`, which takes as many as one likes; its oracle sees what it is there to see."""

from __future__ import annotations

import random

import pytest

from eval.faults import corpus, kill
from eval.faults.child import ENDLESS, review
from eval.faults.oracle import Oracle
from eval.faults.trial import WORK, Trial


@pytest.mark.slow
def test_a_library_killed_at_while_it_is_worked_on_loses_nothing_and_quotes_nothing_wrong(tmp_path):
    done = kill.trial(tmp_path, len(WORK), seed=random.randrange(1000))
    assert not done.said, kill.table(done)
    assert sum(done.outcomes.values()) >= len(WORK)
    assert {work for work, _, _ in done.outcomes} == {*WORK}


FOUND = {
    "documents": {"base.txt": corpus.TEXT},
    "answers": {
        "洪水冲毁了多少口盐井？": [["base.txt", at := corpus.TEXT.index("县志"), at + 21, "县志记载，咸丰三年的洪水冲毁了十二口盐井。"]],
        "Who finished the lighthouse on Carrick Point?": [
            ["base.txt", at := corpus.TEXT.index("The lighthouse"), corpus.TEXT.index(" Its lamp"),
             "The lighthouse on Carrick Point was finished in 1811 by Margaret Doyle."]
        ],
    },
    "fault": None,
    "reviews": {"1": True, "2": True},
    "queue": ["answer-1"],
}  # fmt: skip
ORACLE = Oracle({"base.txt": corpus.TEXT}, {1, 2}, {"answer-1"})


def complaints(**changed):
    return list(ORACLE.complaints({**FOUND, **changed}, ORACLE.texts, 3))


def test_the_oracle_is_content_with_what_is_as_it_should_be_and_one_review_that_was_in_hand():
    assert complaints() == []
    assert complaints(reviews={"1": True, "2": True, "3": True}) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"documents": {}},
        {"documents": {"base.txt": corpus.TEXT + "x"}},
        {"reviews": {"1": True}},
        {"reviews": {"1": True, "2": False}},
        {"reviews": {"1": True, "2": True, "9": True}},
        {"queue": []},
        {"fault": "It is damaged."},
        {"answers": {"问？": [["base.txt", 0, 5, "盐井与塔灯"]]}},
        {"answers": {"洪水冲毁了多少口盐井？": []}},
        {"told": "There is no library."},
    ],
)
def test_the_oracle_complains_of_whatever_is_lost_or_wrong(changed):
    if "told" in changed:
        assert list(ORACLE.complaints(changed, ORACLE.texts, 3))
    else:
        assert complaints(**changed)


def test_what_a_killed_round_leaves_is_counted_by_work_and_stage(tmp_path):
    trial = Trial(tmp_path, None, random.Random(1))
    trial._record("update", "write", iter(()), FOUND, {"base.txt": corpus.TEXT})
    trial._record("update", "write", iter(["lost"]), FOUND, {})
    assert trial.outcomes == {("update", "write", "as wanted"): 1, ("update", "write", "a fault"): 1}
    assert "| update | write | as wanted | 1 |" in kill.table(trial)
    assert "update, write: lost" in kill.table(trial)


def test_a_review_shows_by_its_own_words_which_one_it_is():
    assert len({review(number) for number in (0, 1, ENDLESS)}) == 3
