"""The language-model path against a real OpenAI-compatible server that serves a tiny real model."""

import time

import pytest
from fakes import one_sentence
from model_server import serving
from tiny_model import build, never_ends, teach

from index import llm
from index.clean import fold
from index.errors import ModelError
from index.llm import Message
from index.llm.local import LocalModel
from index.settings import Settings
from rag.answer import Answerer
from rag.evidence import gather
from rag.question import analyse
from rag.readers.llm import LanguageModelReader

CHAT = [Message("system", "You are brief."), Message("user", "蜂群怎样越冬？")]
HONEY = "How much honey does a colony need until spring?"
KITE = "风筝起源于哪里？"
ENDLESS = 100_000  # tokens; minutes of writing


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server that serves whatever folder a request names."""
    with serving(tmp_path_factory.mktemp("served") / "home") as server:
        yield server


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return never_ends(build(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def reach():
    """Gives the model that a server has under a name."""
    given = []

    def make(server, name=""):
        given.append(llm.load(Settings(server=server.address, model=str(name), timeout=20)))
        return given[-1]

    yield make
    for model in given:
        model._client.close()  # what the collector finds open is a warning


@pytest.fixture
def model(reach, served, tiny):
    return reach(served, tiny)


# -- the stream ----------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [5, 60, 400])
def test_a_served_model_writes_piece_by_piece_what_it_writes_without_a_server(model, tiny, limit):
    pieces = list(model.stream(CHAT, limit=limit))
    alone = "".join(LocalModel.find(str(tiny), device="cpu", timeout=20).stream(CHAT, limit=limit))
    assert len(pieces) > limit // 2
    assert len(alone) >= limit
    # The server counts the empty lines that end the prompt, after the thoughts left empty there, to the answer.
    assert "".join(pieces).strip() == alone.strip()


def test_a_cancelled_stream_ends_soon_and_the_server_is_free_again(model):
    seen = []
    began = time.monotonic()
    for piece in model.stream(CHAT, limit=ENDLESS, cancelled=lambda: len(seen) >= 3):
        seen.append(piece)
    assert len(seen) == 3
    assert list(model.stream(CHAT, limit=5))  # one answer at a time: it would wait for the first
    assert time.monotonic() - began < 10


def test_a_closed_stream_ends_soon_and_the_server_is_free_again(model):
    stream = model.stream(CHAT, limit=ENDLESS)
    assert next(stream)
    began = time.monotonic()
    stream.close()
    assert time.monotonic() - began < 2
    assert list(model.stream(CHAT, limit=5))
    assert time.monotonic() - began < 10


# -- answers -------------------------------------------------------------------------------------


def test_nonsense_of_a_served_model_is_replaced_and_the_reason_told(searcher, model):
    answer = Answerer(searcher, LanguageModelReader(model)).answer(HONEY)
    assert answer.reader == f"extractive (llm: {model.name} wrote nothing that its evidence proves)"
    assert any("twenty kilograms" in citation.quote for citation in answer.citations)
    for claim in answer.claims:
        assert any(fold(claim.text) == fold(c.quote) for c in answer.citations if c.number in claim.citations)


@pytest.mark.parametrize(
    ("question", "words", "said", "stands"),
    [
        (HONEY, "twenty kilograms", "A colony needs twenty kilograms of honey until spring.", True),
        (HONEY, "twenty kilograms", "A colony needs 95 kilograms of honey until spring.", False),
        (KITE, "鲁国", "风筝起源于中国的鲁国。", True),
        (KITE, "鲁国", "风筝不起源于中国的鲁国。", False),
    ],
    ids=["en proved", "en other number", "zh proved", "zh denied"],
)
def test_a_served_model_is_quoted_only_with_what_its_evidence_proves(
    searcher, reach, served, tmp_path, question, words, said, stands
):
    chat, number = _asked(searcher, question, words)
    taught = teach(build(tmp_path / "taught"), chat, f"{said}[{number}]")
    answer = Answerer(searcher, LanguageModelReader(reach(served, taught))).answer(question)
    assert (said in answer.text) is stands
    assert answer.reader.startswith("llm: " if stands else "extractive (llm: ")
    assert answer.dropped >= (not stands)  # it did say so
    assert any(words in citation.quote for citation in answer.citations)


class Listener:
    """A language model that only listens."""

    name = "listener"
    window = 8192

    def __init__(self):
        self.heard = []

    def tokens(self, text):
        return len(text)

    def stream(self, messages, **_):
        self.heard = list(messages)
        return iter(())


def _asked(searcher, question, words):
    """The chat that a question makes, and the number that a sentence with these words has in it."""
    listener = Listener()
    analysed = analyse(question)
    evidence = gather(searcher, analysed, searcher.search(question).hits)
    list(LanguageModelReader(listener).read(analysed, evidence, searcher))
    return listener.heard, next(n for n, item in enumerate(evidence, start=1) if words in item.sentence.text)


# -- what goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["someone/some-model", "/nowhere/at/all"])
def test_a_model_that_the_server_cannot_find_is_told_in_one_sentence(reach, served, name):
    with pytest.raises(ModelError) as error:
        list(reach(served, name).stream(CHAT, limit=5))
    assert one_sentence(str(error.value), served.address)


def test_a_server_that_lists_no_model_asks_for_a_name(reach, served):
    with pytest.raises(ModelError) as error:
        list(reach(served).stream(CHAT, limit=5))
    assert one_sentence(str(error.value), served.address, "WENZHENG_MODEL")


def test_a_server_of_one_model_refuses_another_and_its_death_is_told_in_one_sentence(reach, tiny, tmp_path):
    with serving(tmp_path / "home", tiny) as server:
        with pytest.raises(ModelError) as error:
            list(reach(server, "another").stream(CHAT, limit=5))
        assert one_sentence(str(error.value), server.address)

        model = reach(server, tiny)
        stream = model.stream(CHAT, limit=ENDLESS)
        assert next(stream)
        server.kill()
        with pytest.raises(ModelError) as error:
            list(stream)
        assert one_sentence(str(error.value), server.address)

        with pytest.raises(ModelError) as error:
            list(model.stream(CHAT, limit=5))
        assert one_sentence(str(error.value), server.address, "WENZHENG_SERVER")
