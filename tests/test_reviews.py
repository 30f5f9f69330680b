"""Reviews: kept through everything, agreed upon by the book, read by the benchmark as gold."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import asdict, replace

import pytest
from fakes import one_sentence

from eval import bench
from eval import reviews as gold
from index import build
from index.database import FILE
from index.errors import DocumentError, LibraryBusy, UsageError
from index.library import Library
from index.reviews import Queued, Review, Reviews, Span, Statement
from index.settings import Settings
from rag.answer import Answerer
from ui import exchange, queue
from ui.agreement import agreements, kappa

SPAN = Span("kites.txt", "kites", 10, 20, "风筝起源于中国的鲁国。")
REVIEW = Review(
    "conversations", "a1", 1, "甲", "风筝起源于哪里？", (), "zh", "风筝起源于鲁国。", (SPAN,), "supported", 0.9, "accept",
    "引文\u2028准确", (), "2026-01-02T03:04:05+00:00",
)  # fmt: skip


@pytest.fixture
def held(settings, corpus, encoder):
    """The reviews of a library of the small corpus."""
    build.index([corpus], settings, encoder)
    with closing(Reviews.open(settings.library)) as opened:
        yield opened


def judged(*verdicts, reviewer="甲"):
    return [replace(REVIEW, number=n, reviewer=reviewer, verdict=v) for n, v in enumerate(verdicts, start=1)]


# -- storage --------------------------------------------------------------------------------------


def test_a_library_without_reviews_has_none_and_is_not_written_to(held, settings):
    before = (settings.library / "library.sqlite").read_bytes()
    assert (held.all(), held.batches(), held.answers("conversations")) == ([], {}, [])
    assert (settings.library / "library.sqlite").read_bytes() == before


def test_a_review_comes_back_as_it_was_and_a_second_one_of_the_same_statement_takes_its_place(held):
    held.keep([REVIEW])
    changed = replace(REVIEW, verdict="wrong span", corrected=(replace(SPAN, start=30, end=40),))
    held.keep([changed, replace(REVIEW, reviewer="乙")])
    assert sorted(held.all(), key=lambda r: r.reviewer) == [replace(REVIEW, reviewer="乙"), changed]
    held.take_back(changed)
    assert held.all("conversations") == [replace(REVIEW, reviewer="乙")]
    assert held.all("other") == []


def test_answers_wait_in_their_order_and_none_waits_twice(held):
    first = Queued("b", "x", "问？", ("先问？",), "zh", (Statement("答。", (SPAN,), "partly", 0.5),))
    assert held.add([first, replace(first, answer="w")]) == 2
    assert held.add([first]) == 0
    assert held.answers("b") == [first, replace(first, answer="w")]
    assert held.batches() == {"b": 2}


def test_reviews_outlive_indexing_rebuilding_and_the_removal_of_what_they_cite(held, settings, corpus, encoder):
    held.keep([REVIEW])
    held.add([Queued("b", "x", "问？", (), "zh", (Statement("答。", (SPAN,), "partly", 0.5),))])
    (corpus / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    build.index([corpus], settings, encoder)
    build.index([corpus], settings, encoder, rebuild=True)
    build.remove(["kites.txt"], settings)
    with closing(Reviews.open(settings.library)) as again:
        assert again.all() == [REVIEW]
        assert again.batches() == {"b": 1}
        assert again.sentences_of(SPAN.source, SPAN.start, SPAN.end) == []


def test_answers_are_given_while_verdicts_are_kept(held, settings, encoder):
    from index.search import Searcher

    failed = []

    def reviewing():
        try:
            for n in range(1, 60):
                held.keep([replace(REVIEW, number=n)])
        except Exception as error:
            failed.append(error)

    with closing(Library.open(settings.library)) as library:
        answerer = Answerer(Searcher(library, encoder))
        thread = threading.Thread(target=reviewing)
        thread.start()
        while thread.is_alive():
            assert answerer.answer("风筝起源于哪里？").citations[0].quote == "风筝起源于中国的鲁国。"
        thread.join()
    assert failed == []
    assert len(held.all()) == 59


def test_a_verdict_that_cannot_be_kept_says_so_and_is_not_there(held, settings):
    held.library.select("PRAGMA busy_timeout = 50")
    with Library.writing(settings.library) as other, other.change(), pytest.raises(LibraryBusy) as caught:
        held.keep([REVIEW])
    assert one_sentence(str(caught.value), "wait")
    assert held.all() == []


def test_reviews_follow_a_library_that_took_the_place_of_theirs(held, settings, tmp_path):
    shutil.copytree(settings.library, tmp_path / "copy")
    held.keep([REVIEW])
    (tmp_path / "copy" / FILE).replace(settings.library / FILE)
    assert held.all() == []
    held.keep([replace(REVIEW, number=2)])
    with closing(Reviews.open(settings.library)) as again:
        assert [review.number for review in again.all()] == [2]


_ENDLESS = """
import sys, itertools, json
from pathlib import Path
from index import reviews
held = reviews.Reviews.open(Path(sys.argv[1]))
data = json.loads(sys.argv[2])
for number in itertools.count(1):
    held.keep([reviews.review({**data, "number": number})])
    print(number, flush=True)
"""


def test_a_process_killed_between_two_verdicts_loses_none_that_it_acknowledged(held, settings):
    command = [sys.executable, "-c", _ENDLESS, str(settings.library), json.dumps(asdict(REVIEW))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as working:
        told = [int(working.stdout.readline()) for _ in range(25)]
        os.kill(working.pid, signal.SIGKILL)
        told += [int(line) for line in working.stdout]
    numbers = {review.number for review in held.all()}
    assert set(told) <= numbers
    assert len(numbers) <= len(told) + 1
    assert held.library.fault() is None


# -- agreement ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        # 20 and 15 alike of 50: p_o .7; p_e = .5 * .6 + .5 * .4 = .5; (.7 - .5) / .5
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
        # three verdicts, 6 of 9 alike: p_e = 3 * (1/3 * 1/3) = 1/3; (2/3 - 1/3) / (2/3)
        ([("a", "a"), ("w", "w"), ("n", "n")] * 2 + [("a", "w"), ("w", "n"), ("n", "a")], 0.5),
        ([("a", "a"), ("n", "n")], 1.0),
        ([("a", "n"), ("n", "a")], -1.0),
        ([("a", "a"), ("a", "n")], 0.0),
        ([], None),
        ([("a", "a")] * 3, None),  # chance alone would agree always
    ],
)
def test_kappa_agrees_with_cases_worked_by_hand(pairs, wanted):
    assert kappa(pairs) == (wanted if wanted is None else pytest.approx(wanted))


def test_agreement_counts_only_what_both_judged_and_no_bare_comments():
    mine = judged("accept", "accept", "not supported", None)
    other = judged("accept", "wrong span", "not supported", "accept", "accept", reviewer="乙")
    (found,) = agreements([*mine, *other])
    assert (found.first, found.second, found.shared, found.agreed) == ("乙", "甲", 3, 2)
    assert found.counts == {("accept", "accept"): 1, ("wrong span", "accept"): 1, ("not supported", "not supported"): 1}
    # p_o 2/3; p_e = (1*2 + 1*0 + 1*1) / 9 = 1/3
    assert found.kappa == pytest.approx(0.5)
    assert agreements(mine) == []


# -- the queue ------------------------------------------------------------------------------------


def test_an_answer_is_queued_with_its_spans_once(held, answerer):
    answer = answerer.answer("风筝起源于哪里？")
    assert queue.add(held, answer)
    assert not queue.add(held, answerer.answer("风筝起源于哪里？"))
    (waiting,) = held.answers(queue.CONVERSATIONS)
    (statement,) = waiting.statements
    assert statement.text == answer.claims[0].text
    assert [(c.source, c.start, c.end, c.quote) for c in statement.cited] == [
        (c.source, c.start, c.end, c.quote) for c in answer.citations
    ]
    span = statement.cited[0]
    assert [s.text for s in held.sentences_of(span.source, span.start, span.end)] == [span.quote]


def test_a_follow_up_without_its_history_is_queued_as_it_was_understood(answerer):
    answer = answerer.answer("它传到了哪里？", history=["风筝起源于哪里？"])
    assert answer.understood != answer.question
    assert queue.of(answer, "b").question == answer.understood
    kept = queue.of(answer, "b", ["风筝起源于哪里？"])
    assert (kept.question, kept.history) == (answer.question, ("风筝起源于哪里？",))


def test_a_refusal_is_one_statement_with_the_nearest_passages(answerer):
    waiting = queue.of(answerer.answer("量子计算机怎样纠正错误？"), "b")
    (statement,) = waiting.statements
    assert (statement.program, statement.support) == ("refused", 0.0)


def test_an_older_run_gives_statements_by_their_numbers_and_places_by_their_words(held):
    rows = [
        {"question": "Q?", "language": "en", "refused": False, "answer": "One. [1] Two. [1][2]", "quotes": ["风筝起源于中国的鲁国。", "lost"]},
        {"question": "R?", "language": "en", "refused": True, "answer": "Not answered.", "quotes": []},
    ]  # fmt: skip
    answered, refused = queue.of_run(rows, "b", held, "run.json")
    assert [s.text for s in answered.statements] == ["One.", "Two."]
    assert [[c.source for c in s.cited] for s in answered.statements] == [["kites.txt"], ["kites.txt", ""]]
    assert (answered.statements[0].program, answered.statements[0].support) == ("unknown", None)
    assert refused.statements[0].program == "refused"


def test_a_run_that_tells_places_gives_them_and_asks_the_library_where_it_does_not(held):
    place = {"quote": "它后来改用竹子和纸来制作。", "source": "kites.txt", "article": "kites", "start": 3, "end": 9}
    lost = {"quote": "风筝起源于中国的鲁国。", "source": "", "article": "", "start": 0, "end": 0}
    claims = [
        {"text": "一。", "citations": [1], "support": 0.5, "verdict": "partly"},
        {"text": "二。", "citations": [2], "support": 1.0, "verdict": "supported"},
    ]
    row = {"question": "问？", "history": ["先？"], "language": "zh", "refused": False, "answer": "一。[1]二。[2]"}
    row |= {"citations": [place, lost], "claims": claims}
    (answer,) = queue.of_run([row], "b", held, "run.json")
    assert answer.history == ("先？",)
    assert answer.statements[0].cited == (Span(**place),)
    assert answer.statements[1].cited[0].source == "kites.txt"
    assert (answer.statements[0].program, answer.statements[0].support) == ("partly", 0.5)


def test_a_run_that_tells_too_little_is_refused_in_one_sentence(held):
    with pytest.raises(DocumentError) as caught:
        queue.of_run([{"language": "zh", "answer": "", "quotes": []}], "b", held, "old.json")
    assert one_sentence(str(caught.value), "old.json")


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"question": " "}', '{"question": "a", "history": "b"}', '{"question": 3}'])
def test_a_line_that_asks_nothing_is_refused_in_one_sentence(line):
    with pytest.raises(DocumentError) as caught:
        queue.questions_of(line, "q.jsonl")
    assert one_sentence(str(caught.value), "q.jsonl")


# -- exchange -------------------------------------------------------------------------------------


def test_what_is_exported_and_imported_is_the_same(held, settings, tmp_path, corpus, encoder):
    held.keep([REVIEW, *judged("accept", "wrong span", None, reviewer="乙")])
    file = tmp_path / "reviews.jsonl"
    assert exchange.exchange(settings.library, file, None).startswith("4 reviews")
    other = Settings(library=tmp_path / "other")
    build.index([corpus], other, encoder)
    assert exchange.exchange(other.library, None, file).startswith("4 reviews")
    with closing(Reviews.open(other.library)) as taken:
        assert taken.all() == held.all()


def test_export_and_import_are_one_at_a_time(settings, held, tmp_path):
    for give, take in ((None, None), (tmp_path / "a", tmp_path / "b")):
        with pytest.raises(UsageError) as caught:
            exchange.exchange(settings.library, give, take)
        assert one_sentence(str(caught.value), "--export")


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "perhaps"},
        {"number": "1"},
        {"cited": [{"source": "x"}]},
        {"cited": 3},
        {"claim": None},
        {"extra": 1},
        {"language": "fr"},
    ],
)
def test_a_line_that_is_no_review_is_refused_and_nothing_is_taken(settings, held, tmp_path, change):
    file = tmp_path / "reviews.jsonl"
    file.write_text(exchange.lines([REVIEW]) + json.dumps({**asdict(REVIEW), **change}) + "\n", encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        exchange.exchange(settings.library, None, file)
    assert one_sentence(str(caught.value), "reviews.jsonl, line 2")
    assert held.all() == []


# -- gold -----------------------------------------------------------------------------------------


def test_accepted_and_corrected_spans_are_gold_and_the_rest_is_none():
    right = replace(SPAN, start=30, end=40, quote="墨子用木头做了第一只木鸢，飞了一天就坠落了。")
    said = judged("accept", "wrong span", "not supported", None)
    said[1] = replace(said[1], corrected=(right,), cited=(replace(SPAN, quote="别处。"),))
    said[2] = replace(said[2], cited=(replace(SPAN, quote="无关。"),))
    (question,) = gold.questions(said)
    assert [g.quote for g in question.gold] == [SPAN.quote, right.quote]
    assert (question.text, question.language, question.kind, question.points) == (
        REVIEW.question,
        "zh",
        "reviewed",
        (REVIEW.claim,),
    )
    assert question.answerable


def test_a_refusal_accepted_is_unanswerable_and_a_question_with_nothing_settled_is_left_out():
    refused = replace(REVIEW, program="refused")
    (question,) = gold.questions([refused])
    assert (question.kind, question.answerable) == ("unanswerable", False)
    assert gold.questions([replace(refused, verdict="not supported")]) == []
    (other,) = gold.questions([replace(refused, verdict="wrong span", corrected=(SPAN,))])
    assert other.gold[0].quote == SPAN.quote
    assert gold.questions([REVIEW, replace(REVIEW, reviewer="乙", verdict="not supported")]) == []
    assert gold.questions([REVIEW, *(replace(REVIEW, reviewer=name, verdict="accept") for name in "乙丙")])


def test_an_accepted_citation_of_the_export_counts_as_gold_in_a_run(held, settings, answerer, tmp_path):
    for question in ("风筝起源于哪里？", "量子计算机怎样纠正错误？"):
        waiting = queue.of(answerer.answer(question), "b")
        statement = waiting.statements[0]
        held.keep(
            [
                replace(
                    REVIEW, answer=waiting.answer, question=question, claim=statement.text, cited=statement.cited,
                    program=statement.program, support=statement.support,
                )
            ]
        )  # fmt: skip
    file = tmp_path / "reviews.jsonl"
    exchange.exchange(settings.library, file, None)
    assert gold.holds(file)
    asked = gold.load(file)
    assert sorted(q.kind for q in asked) == ["reviewed", "unanswerable"]
    save = tmp_path / "run.json"
    text, _ = bench.bench(bench.Wanted(sets=file, save=save), Settings(), answerer, lambda done, total: None)
    assert "| zh | 2 |" in text
    rows = {row["kind"]: row for row in json.loads(save.read_text(encoding="utf-8"))["rows"]}
    assert rows["reviewed"]["values"]["any gold"] == rows["reviewed"]["values"]["gold cited"] == 1.0
    assert rows["unanswerable"]["refused"]


def test_a_limit_counts_the_reviewed_questions_of_each_language(tmp_path):
    file = tmp_path / "reviews.jsonl"
    spoken = ("en", "en", "en", "zh", "zh")
    said = [replace(REVIEW, answer=f"a{n}", question=f"{n}?", language=one, verdict="accept") for n, one in enumerate(spoken)]
    file.write_text(exchange.lines(said), encoding="utf-8")
    assert [q.text for q in bench.chosen(bench.Wanted(sets=file, limit=2))] == ["0?", "1?", "3?", "4?"]
    assert [q.text for q in bench.chosen(bench.Wanted(sets=file, limit=1, language="zh"))] == ["3?"]
