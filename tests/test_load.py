"""A tiny load: readers at once get their own answers, and the measure itself notices when they do not."""

from __future__ import annotations

import pytest
from fakes import one_sentence
from serving import free_port

from eval.limit import row, steps
from eval.load import Asked, Tally, choose, constant, drive, late, table
from eval.served import Failed, Served, served
from index.errors import UsageError

QUESTIONS = [
    ("zh", "墨子用什么做了第一只木鸢？"),
    ("zh", "放飞风筝需要多大的风？"),
    ("zh", "茶尺蠖在什么季节啃食老叶？"),
    ("zh", "竹条为什么必须在阴凉处晾干？"),
    ("en", "How much honey does a colony need until spring?"),
    ("en", "Which temperature does the cluster keep at its centre?"),
    ("en", "What cracked the northern dial of the clock?"),
    ("en", "Who winds the clock every Friday?"),
]


def test_readers_at_once_each_get_their_own_answers(server):
    with served(None, server) as page:
        own = choose(page, iter(QUESTIONS), readers=4, each=1)
        tally = drive(page, own, every=0.4, seconds=2.4)
    assert [[asked.language for asked in questions] for questions in own] == [["zh", "en"]] * 4
    assert len(tally.seconds) == 4 * 6
    assert (tally.errors, tally.mixed, tally.changed) == ([], [], [])
    assert "| answers or proofs of another | 0 |" in table(tally, 4, 0.4)


def test_no_two_readers_ask_what_is_proved_by_one_place(server):
    with served(None, server) as page:
        own = choose(page, iter([*QUESTIONS[:1], *QUESTIONS]), readers=2, each=2)
    places = [place for questions in own for asked in questions for place in asked.places]
    assert len(places) == len(set(places))
    with served(None, server) as page, pytest.raises(UsageError, match="too few questions"):
        choose(page, iter(QUESTIONS), readers=3, each=2)


def answer(question):
    return {"id": None, "question": question, "text": question, "citations": [], "elapsed_ms": 5}


def test_an_answer_of_another_is_counted_and_another_time_is_not():
    asked, tally = Asked("one", "en", constant(answer("one")), frozenset()), Tally()
    tally.count(asked, 0.1, {**answer("one"), "elapsed_ms": 9})
    assert tally.well
    tally.count(asked, 0.1, answer("two"))
    assert tally.mixed == ["one: got the answer to “two”"]
    assert not tally.well


def test_the_proof_of_another_is_told_from_a_mere_change():
    asked = Asked("one", "en", constant(answer("one")), frozenset())
    tally = Tally(others={"one": frozenset({("b", 1, 2)})})
    for source in "ab":
        tally.count(asked, 0.1, {**answer("one"), "citations": [{"source": source, "start": 1, "end": 2}]})
    assert (len(tally.changed), len(tally.mixed)) == (1, 1)
    assert "proof of another" in tally.mixed[0]
    assert not tally.well


def test_errors_and_lateness_make_a_load_fail():
    asked, failed, slow = Asked("one", "en", constant(answer("one")), frozenset()), Tally(), Tally()
    failed.count(asked, 0.1, None, "away")
    assert failed.errors == ["one: away"]
    for seconds in [0.1] * 10 + [9.0] * 2:
        slow.count(asked, seconds, answer("one"))
    assert late(slow.seconds) > 1.5
    assert not failed.well
    assert not slow.well


def test_a_page_that_is_not_there_is_told_in_one_sentence():
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(UsageError) as caught, served(None, address):
        pass
    assert one_sentence(str(caught.value), address)
    with pytest.raises(Failed):
        Served(address, 0).ask("one", "session")


def test_questions_that_are_not_let_in_are_told_from_errors_and_make_a_load_fail():
    tally = Tally()
    tally.count(Asked("one", "en", constant(answer("one")), frozenset()), 0.1, answer("one"))
    assert tally.well
    tally.turned_away("503: Too many questions are waiting already.")
    assert not tally.well
    assert (tally.errors, len(tally.seconds)) == ([], 1)
    assert "| not let in | 1 |" in table(tally, 1, 1)


def test_each_step_towards_the_limit_is_a_row_with_what_was_really_answered_a_second():
    tally = Tally()
    for seconds in (0.1, 0.3):
        tally.count(Asked("one", "en", constant(answer("one")), frozenset()), seconds, answer("one"))
    tally.turned_away("503: full")
    assert list(steps(20, 20, 60)) == [20, 40, 60]
    assert row(20, tally, 4.0) == "| 20 | 0.5 | 0.20 s | 0.29 s | 1 | 0 |"
