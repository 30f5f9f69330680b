"""Language models: a real tiny one through transformers, and a server that behaves well and badly."""

import time

import pytest
from chat_server import Script, serving
from fakes import one_sentence
from tiny_model import build

from index import llm
from index.errors import ModelError
from index.llm import Message
from index.llm.local import LocalModel
from index.llm.server import ServerModel
from index.settings import Settings

CHAT = [Message("system", "You are brief."), Message("user", "蜂群怎样越冬？")]


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    return LocalModel.find(str(build(tmp_path_factory.mktemp("tiny"))), timeout=30)


# -- a model in a folder -------------------------------------------------------------------------


def test_a_local_model_streams_text_up_to_its_limit(local):
    pieces = list(local.stream(CHAT, limit=24))
    text = "".join(pieces)
    assert text
    assert 1 <= local.tokens(text.replace("\ufffd", "")) <= 40
    assert "".join(local.stream(CHAT, limit=24)) == text  # greedy


def test_a_local_model_says_where_it_runs_and_how_much_it_takes(local):
    assert local.window == 4096
    assert local.describe().split(", ")[0] in {"cpu", "cuda", "mps"}
    assert local.tokens("蜂群越冬。") >= 3


def test_a_cancelled_local_model_stops_soon(local):
    seen = []
    began = time.monotonic()
    for piece in local.stream(CHAT, limit=2000, cancelled=lambda: len(seen) >= 3):
        seen.append(piece)
    assert len(seen) < 20
    assert time.monotonic() - began < 5


def test_closing_the_stream_stops_the_model(local):
    stream = local.stream(CHAT, limit=2000)
    next(stream)
    began = time.monotonic()
    stream.close()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["/nowhere/at/all", "someone/some-model"])
def test_a_model_that_is_not_here_is_named_at_once(name):
    began = time.monotonic()
    with pytest.raises(ModelError) as error:
        LocalModel.find(name)
    assert one_sentence(str(error.value), name)
    assert time.monotonic() - began < 5


def test_a_folder_that_holds_no_weights_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError) as error:
        list(LocalModel.find(str(tmp_path)).stream(CHAT, limit=3))
    assert one_sentence(str(error.value), str(tmp_path))


def test_no_model_set_is_one_sentence():
    with pytest.raises(ModelError) as error:
        llm.load(Settings())
    assert one_sentence(str(error.value), "WENZHENG_MODEL", "WENZHENG_SERVER")


# -- a server ------------------------------------------------------------------------------------


def test_a_server_streams_what_it_says():
    script = Script(say=lambda asked: ["蜂", "群", " sleeps"])
    with serving(script) as address:
        model = llm.load(Settings(server=address))
        assert list(model.stream(CHAT, limit=9)) == ["蜂", "群", " sleeps"]
    asked = script.asked[0]
    assert asked["model"] == "scripted"
    assert asked["temperature"] == 0
    assert asked["max_tokens"] == 9
    assert asked["chat_template_kwargs"] == {"enable_thinking": False}
    assert [m["role"] for m in asked["messages"]] == ["system", "user"]


def test_a_server_that_knows_no_switch_for_thinking_is_asked_without():
    script = Script(picky=True)
    with serving(script) as address:
        assert list(ServerModel(address, "m").stream(CHAT, limit=9)) == ["hello"]
    assert "chat_template_kwargs" not in script.asked[-1]


def test_a_cancelled_stream_ends():
    seen = []
    script = Script(say=lambda asked: ["x"] * 500)
    with serving(script) as address:
        for piece in ServerModel(address, "m").stream(CHAT, limit=9, cancelled=lambda: len(seen) >= 2):
            seen.append(piece)
    assert len(seen) <= 3


@pytest.mark.parametrize(
    ("script", "hint"),
    [
        (Script(status=401), "key"),
        (Script(status=404), "WENZHENG_MODEL"),
        (Script(status=500), "log"),
        (Script(status=400), "log"),
        (Script(silent=3), "WENZHENG_TIMEOUT"),
        (Script(garbage=True), "log"),
    ],
    ids=["key", "model", "broken", "bad request", "slow", "garbage"],
)
def test_a_server_that_misbehaves_is_told_in_one_sentence(script, hint):
    with serving(script) as address:
        model = ServerModel(address, "m", timeout=1, retries=0)
        with pytest.raises(ModelError) as error:
            list(model.stream(CHAT, limit=9))
        assert one_sentence(str(error.value), address, hint)


def test_a_stream_that_is_cut_off_gives_what_there_was_and_says_so():
    with serving(Script(say=lambda asked: ["whole ", "part"], cut=True)) as address:
        stream = ServerModel(address, "m", timeout=2, retries=0).stream(CHAT, limit=9)
        assert [next(stream), next(stream)] == ["whole ", "part"]
        with pytest.raises(ModelError) as error:
            list(stream)
    assert one_sentence(str(error.value), address)


def test_a_server_that_is_not_there_is_named_quickly():
    began = time.monotonic()
    with pytest.raises(ModelError) as error:
        list(ServerModel("http://127.0.0.1:9/v1", "m", retries=0).stream(CHAT, limit=3))
    assert one_sentence(str(error.value), "127.0.0.1:9")
    assert time.monotonic() - began < 10


def test_the_key_is_never_shown():
    model = ServerModel("http://127.0.0.1:9/v1", "m", key="secret-key")
    settings = Settings(server_key="secret-key")
    assert "secret-key" not in repr(model) + repr(settings) + model.name + settings.shown("server_key")
