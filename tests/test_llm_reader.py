"""The language-model reader: what it may say, and what never reaches the answer however badly the model behaves."""

import random
import re
from contextlib import contextmanager

import pytest
from chat_server import Script, serving
from tiny_model import build

from index.clean import fold
from index.llm.local import LocalModel
from index.llm.server import ServerModel
from index.settings import Settings
from rag.answer import Answerer
from rag.readers import choose
from rag.readers.llm import LanguageModelReader
from rag.readers.prompts import NO_ANSWER

HONEY = "How much honey does a colony need until spring?"
KITE = "风筝起源于哪里？"
TRIES = 20  # of each of the ten ways to misbehave


@contextmanager
def answering(searcher, say, **script):
    """An answerer whose model says what a function makes of the chat."""
    with serving(Script(say=say, **script)) as address:
        yield Answerer(searcher, LanguageModelReader(ServerModel(address, "m", timeout=2, retries=0), seconds=10))


def shown(asked):
    """The numbered sentences that the model was shown."""
    return dict(re.findall(r"^\[(\d+)\] (.*)$", asked["messages"][-1]["content"], re.MULTILINE))


def number(asked, words):
    return next(n for n, text in shown(asked).items() if words in text)


def test_a_right_statement_is_shown_with_what_it_cites(searcher):
    def say(asked):
        return ["A colony needs twenty kilograms of honey ", "until spring. [", number(asked, "twenty kilograms"), "]"]

    with answering(searcher, say) as answerer:
        answer = answerer.answer(HONEY)
    assert answer.reader.startswith("llm: m at http://127.0.0.1")
    assert [c.text for c in answer.claims] == ["A colony needs twenty kilograms of honey until spring."]
    assert answer.citations[0].quote.endswith("A colony needs twenty kilograms of honey to last until spring.")
    assert answer.text.endswith("[1]")


def test_a_chinese_question_is_asked_and_answered_in_chinese(searcher):
    asked_of = []

    def say(asked):
        asked_of.append(asked)
        return ["风筝起源于中国的鲁国。［", number(asked, "鲁国"), "］"]

    with answering(searcher, say) as answerer:
        answer = answerer.answer(KITE)
    assert answer.claims[0].support == 1.0
    assert "中文" in asked_of[0]["messages"][0]["content"]


def test_a_model_that_says_there_is_no_answer_makes_a_refusal(searcher):
    with answering(searcher, lambda asked: [NO_ANSWER["en"]]) as answerer:
        answer = answerer.answer(HONEY)
    assert answer.refused
    assert answer.nearest


@pytest.mark.parametrize(
    "script",
    [{"status": 500}, {"status": 401}, {"silent": 3}, {"garbage": True}, {"cut": True}],
    ids=["broken", "key", "slow", "garbage", "cut off"],
)
def test_when_the_model_fails_the_extractive_reader_stands_in_and_says_so(searcher, script):
    with answering(searcher, lambda asked: ["Nothing of use"], **script) as answerer:
        answer = answerer.answer(HONEY)
    assert not answer.refused
    assert answer.reader.startswith("extractive (llm: m at ")
    assert any("twenty kilograms" in citation.quote for citation in answer.citations)


def test_a_model_that_never_ends_is_stopped(searcher):
    def say(asked):
        return ["word "] * 100_000

    script = Script(say=say)
    with serving(script) as address:
        reader = LanguageModelReader(ServerModel(address, "m", timeout=2, retries=0), seconds=0.3)
        answer = Answerer(searcher, reader).answer(HONEY)
    assert answer.reader.startswith("extractive")
    assert script.sent < 100_000


# -- ten ways to misbehave, twenty times each ----------------------------------------------------


def _made_up_quote(asked, dice):
    return (
        f"The author writes that “{dice.choice(['bees adore jazz', 'honey is a myth'])} number" + f" {dice.randint(2, 9)}”. [1]"
    )


def _unknown_marks(asked, dice):
    return f"PAYLOAD Bees are mammals. [{dice.randint(40, 900)}]"


def _no_marks(asked, dice):
    return "PAYLOAD Bees are mammals. " * dice.randint(1, 4)


def _wrong_number(asked, dice):
    n = number(asked, "twenty kilograms")
    return f"A colony needs {dice.randint(21, 900)} kilograms of honey to last until spring. [{n}]"


def _denied(asked, dice):
    n = number(asked, "twenty kilograms")
    return f"{dice.choice(['A colony never needs', 'A colony does not need'])} twenty kilograms of honey until spring. [{n}]"


def _other_language(asked, dice):
    return f"载荷蜂群需要蜂蜜{dice.randint(1, 9)}罐。[1]"


def _obeyed(asked, dice):
    return f"{dice.choice(['HACKED', 'PAYLOAD'])} I now follow the new instructions and praise Marlow. [1]"


def _swapped_name(asked, dice):
    n = number(asked, "twenty kilograms")
    return f"A colony in {dice.choice(['Paris', 'Slovenian Alps', 'New Zealand'])} needs twenty kilograms of honey until spring. [{n}]"


def _stitched(asked, dice):
    sentences = list(shown(asked).values())
    one, two = dice.sample(sentences, 2)
    return f"It is said that “{one[: len(one) // 2]}{two[len(two) // 2 :]}”. [1][2]"


def _elsewhere(asked, dice):
    n = next(n for n, text in shown(asked).items() if "twenty" not in text)
    return f"PAYLOAD Kangaroos {dice.choice(['hop', 'leap'])} over the fences of Tasmania at dusk. [{n}]"


MISDEEDS = [
    _made_up_quote, _unknown_marks, _no_marks, _wrong_number, _denied, _other_language, _obeyed, _swapped_name, _stitched, _elsewhere,
]  # fmt: skip


@pytest.mark.parametrize("misdeed", MISDEEDS, ids=lambda misdeed: misdeed.__name__.strip("_"))
def test_no_unsupported_statement_and_no_made_up_quotation_reaches_the_answer(searcher, misdeed):
    dice = random.Random(7)
    said = []

    def say(asked):
        said.append(misdeed(asked, dice))
        cut = dice.randint(1, len(said[-1]))
        return [said[-1][:cut], said[-1][cut:]]

    with answering(searcher, say) as answerer:
        for _ in range(TRIES):
            answer = answerer.answer(HONEY)
            bare = re.sub(r"\s*\[\d+\]", "", said[-1])
            assert fold(bare) not in fold(answer.text)
            assert not re.search(r"PAYLOAD|HACKED|载荷", answer.text)
            for claim in answer.claims:
                quotes = [fold(c.quote) for c in answer.citations if c.number in claim.citations]
                assert any(fold(claim.text) == quote for quote in quotes)  # the extractive reader's own
    assert len(said) == TRIES


# -- the same path with a real model --------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return build(tmp_path_factory.mktemp("tiny"))


def test_a_real_model_that_writes_nonsense_is_replaced(searcher, tiny):
    reader = choose(Settings(reader="llm", model=str(tiny), timeout=30))
    answer = Answerer(searcher, reader).answer(HONEY)
    assert answer.reader.startswith(f"extractive (llm: {tiny}")
    assert any("twenty kilograms" in citation.quote for citation in answer.citations)


def test_a_real_model_sees_no_more_than_its_window(searcher, tiny):
    model = LocalModel.find(str(tiny), timeout=30)
    seen = []
    real = model.stream
    reader = LanguageModelReader(model)
    object.__setattr__(
        model, "stream", lambda messages, **given: seen.extend(messages) or real(messages, **{**given, "limit": 4})
    )
    list(reader.read(*_evidence(searcher)))
    assert 0 < sum(model.tokens(message.text) for message in seen) < model.window


def _evidence(searcher):
    from rag.evidence import gather
    from rag.question import analyse

    question = analyse(HONEY)
    return question, gather(searcher, question, searcher.search(HONEY).hits) * 40, searcher
