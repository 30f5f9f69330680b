"""An answer shown while it grows: proved claim by proved claim, and never more than is proved."""

import itertools

import pytest
from chat_server import Script, serving
from test_llm_reader import HONEY, answering, number, shown

from index.llm.server import ServerModel
from rag.answer import Answerer
from rag.readers.llm import LanguageModelReader

QUESTION = "制作风筝有哪三个步骤？"


def told(answer):
    return [claim.text for claim in answer.claims]


def two(asked):
    """What a model says that copies two of the sentences it is shown."""
    (first, one), (second, other) = itertools.islice(shown(asked).items(), 2)
    return [f"{one} ", f"[{first}] ", other, f" [{second}]"]


@pytest.mark.parametrize("question", [QUESTION, HONEY, "量子计算机怎样纠正错误？"])
def test_the_last_answer_of_a_stream_is_the_answer(answerer, question):
    *_, last = answerer.stream(question)
    whole = answerer.answer(question)
    assert (last.text, last.claims, last.citations, last.nearest) == (whole.text, whole.claims, whole.citations, whole.nearest)


def test_a_stream_grows_by_claims_and_never_takes_one_back(answerer):
    answers = list(answerer.stream(QUESTION))
    assert len(answers[-1].claims) > 1
    assert not any(answer.refused for answer in answers)
    for earlier, later in itertools.pairwise(answers):
        assert told(later)[: len(earlier.claims)] == told(earlier)
        assert later.citations[: len(earlier.citations)] == earlier.citations


def test_a_refusal_comes_once_and_whole(answerer):
    (only,) = answerer.stream("量子计算机怎样纠正错误？")
    assert only.refused
    assert only.nearest


def test_a_claim_of_a_model_is_shown_before_the_model_has_ended(searcher):
    sent = []
    script = Script()

    def say(asked):
        for piece in two(asked):
            yield piece
            sent.append(script.sent)

    script.say = say
    with serving(script) as address:
        answerer = Answerer(searcher, LanguageModelReader(ServerModel(address, "m", timeout=5, retries=0)))
        answers = list(answerer.stream(HONEY))
    assert [len(answer.claims) for answer in answers] == [1, 2, 2]


def test_a_cancelled_stream_of_a_model_ends_with_what_was_proved(searcher):
    def say(asked):
        yield from two(asked)
        yield from itertools.repeat(" And so on and so forth.", 5000)

    with answering(searcher, say) as answerer:
        seen = []
        for answer in answerer.stream(HONEY, cancelled=lambda: bool(seen)):
            seen.append(answer)
    assert seen
    assert not any(answer.refused for answer in seen)
    assert len(seen) <= 2


def test_a_stream_cancelled_before_anything_was_proved_is_no_refusal(searcher):
    with answering(searcher, lambda asked: itertools.repeat("So it goes on. ", 5000)) as answerer:
        assert list(answerer.stream(HONEY, cancelled=lambda: True)) == []


def test_where_a_model_fails_in_the_middle_the_last_answer_holds_none_of_its_claims(searcher):
    def say(asked):
        return [
            "Every colony needs twenty kilograms of honey to live until the spring. [",
            number(asked, "twenty kilograms"),
            "] More. ",
        ]

    with answering(searcher, say, cut=True) as answerer:
        *growing, last = answerer.stream(HONEY)
    assert any(answer.reader.startswith("llm") for answer in growing)
    assert last.reader.startswith("extractive (llm: m")
    assert not set(told(growing[0])) & set(told(last))


def test_every_stage_has_its_time_and_together_they_are_the_whole(answerer):
    answer = answerer.answer(QUESTION)
    assert list(answer.stages) == ["search", "evidence", "reading", "verification"]
    assert all(milliseconds >= 0 for milliseconds in answer.stages.values())
    assert sum(answer.stages.values()) == pytest.approx(answer.elapsed_ms, abs=1)
