"""What programs may ask of a served page: over plain HTTP and through Gradio's client."""

from __future__ import annotations

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import gradio as gr
import pytest
from fakes import CORPUS, one_sentence
from gradio_client import Client
from serving import raw
from test_contract import ANSWER, CITATION, HIT

from ui.web.api import Calls, told
from ui.web.desk import Desk

QUESTION = "墨子用什么做了第一只木鸢？"
ENDPOINTS = {
    "/ask": ["question", "language", "documents", "history"],
    "/search": ["question", "k", "documents"],
    "/articles": [],
    "/passage": ["source", "start", "end", "around"],
    "/references": ["citations", "style"],
    "/export": ["questions", "format", "style", "language", "documents"],
}


@pytest.fixture(scope="module")
def client(server):
    opened = Client(server, verbose=False)
    yield opened
    opened.close()


def got(server, name, **arguments):
    kind, data = raw(server, name, arguments)
    assert kind == "complete", data
    return data[0]


# -- what there is ------------------------------------------------------------------------------


def test_the_documented_endpoints_are_these_and_each_argument_is_described(server):
    with urllib.request.urlopen(f"{server}/gradio_api/info", timeout=30) as reply:
        told = json.load(reply)["named_endpoints"]
    assert {name: [p["parameter_name"] for p in point["parameters"]] for name, point in told.items()} == ENDPOINTS
    assert all(point["description"].endswith(".") for point in told.values())


def test_an_answer_over_http_is_field_for_field_that_of_the_command_line(server):
    answer = got(server, "ask", question=f"  {QUESTION} ")
    assert list(answer) == ANSWER
    assert (answer["question"], answer["language"], answer["refused"]) == (QUESTION, "zh", False)
    cited = answer["citations"][0]
    assert list(cited) == CITATION
    assert CORPUS[cited["source"]][cited["start"] : cited["end"]].startswith(cited["quote"][:5])


def test_gradios_client_gets_the_same_answer_with_arguments_by_name_and_in_order(client, server):
    named = client.predict(question=QUESTION, api_name="/ask")
    in_order = client.predict(QUESTION, None, None, None, api_name="/ask")
    plain = got(server, "ask", question=QUESTION)
    assert [{**answer, "elapsed_ms": 0} for answer in (named, in_order)] == [{**plain, "elapsed_ms": 0}] * 2


def test_an_answer_may_be_limited_to_documents_and_articles_and_told_in_the_other_language(server):
    assert {c["article"] for c in got(server, "ask", question=QUESTION, documents=["kites"])["citations"]} == {"kites"}
    assert {c["source"] for c in got(server, "ask", question=QUESTION, documents=["kites.txt"])["citations"]} == {"kites.txt"}
    elsewhere = got(server, "ask", question=QUESTION, documents=["bees.txt"])
    assert all(passage["source"] == "bees.txt" for passage in elsewhere["nearest"] + elsewhere["citations"])
    assert got(server, "ask", question=QUESTION, language="en")["language"] == "en"


def test_a_follow_up_is_understood_by_the_questions_before_it(server):
    alone = got(server, "ask", question="它传到了哪里？")
    told = got(server, "ask", question="它传到了哪里？", history=["风筝起源于哪里？"])
    assert any("风筝" in text for text in told["also_searched"])
    assert told["also_searched"] != alone["also_searched"]


def test_a_search_gives_as_many_passages_as_wanted(server):
    found = got(server, "search", question="honey", k=2)
    assert list(found) == ["id", "question", "hits"]
    assert [hit["rank"] for hit in found["hits"]] == [1, 2]
    assert list(found["hits"][0]) == HIT
    assert {hit["source"] for hit in got(server, "search", question="honey", documents=["clocks"])["hits"]} == {"clocks.txt"}


def test_the_articles_come_with_their_records(server):
    articles = {article["id"]: article for article in got(server, "articles")}
    assert {article["source"] for article in articles.values()} == set(CORPUS)
    assert (articles["kites"]["title_en"], articles["kites"]["year"]) == ("Making and Flying Kites", 2020)
    assert articles["kites"]["authors"] == [{"zh": "林晓", "en": "Lin Xiao"}]


def test_a_citation_can_be_read_in_its_place(server):
    cited = next(c for c in got(server, "ask", question=QUESTION)["citations"] if "木鸢" in c["quote"])
    read = got(server, "passage", source=cited["source"], start=cited["start"], end=cited["end"], around=1)
    inside = [sentence for sentence in read["sentences"] if sentence["inside"]]
    assert [sentence["text"] for sentence in inside] == [cited["quote"]]
    assert (inside[0]["footnotes"][0]["label"], inside[0]["translation"]) == ("1", cited["quote_translation"])
    places = [sentence["start"] for sentence in read["sentences"]]
    assert len(places) == 3
    assert places == sorted(places)
    assert read["article"] == "kites"
    alone = got(server, "passage", source=cited["source"], start=cited["start"], end=cited["end"], around=0)
    assert alone["sentences"] == inside


# -- what must not happen -----------------------------------------------------------------------

WRONG = [
    ("ask", {}),
    ("ask", {"question": "   "}),
    ("ask", {"question": "风" * 1001}),
    ("ask", {"question": 5}),
    ("ask", {"question": ["风筝"]}),
    ("ask", {"question": "\ud800"}),
    ("ask", {"question": "风筝", "language": "fr"}),
    ("ask", {"question": "风筝", "language": ["zh"]}),
    ("ask", {"question": "风筝", "documents": "kites"}),
    ("ask", {"question": "风筝", "documents": ["none"]}),
    ("ask", {"question": "风筝", "documents": [["kites"]]}),
    ("ask", {"question": "风筝", "history": [""]}),
    ("ask", {"question": "风筝", "history": ["风"] * 101}),
    ("search", {"question": ""}),
    ("search", {"question": "风筝", "k": 0}),
    ("search", {"question": "风筝", "k": 101}),
    ("search", {"question": "风筝", "k": "3"}),
    ("search", {"question": "风筝", "k": True}),
    ("passage", {}),
    ("passage", {"source": "none.txt", "start": 0, "end": 1}),
    ("passage", {"source": "../../etc/passwd", "start": 0, "end": 1}),
    ("passage", {"source": "kites.txt", "start": 5, "end": 5}),
    ("passage", {"source": "kites.txt", "start": -1, "end": 5}),
    ("passage", {"source": "kites.txt", "start": 0, "end": 10**12}),
    ("passage", {"source": "kites.txt", "start": 0, "end": 15_000}),
    ("passage", {"source": "kites.txt", "start": 0, "end": 5, "around": 21}),
]


@pytest.mark.parametrize(("name", "arguments"), WRONG, ids=lambda value: json.dumps(value)[:40])
def test_what_makes_no_sense_is_told_in_one_sentence(server, name, arguments):
    kind, told = raw(server, name, arguments)
    assert kind == "error"
    assert one_sentence(told["error"])


def test_a_fault_of_the_servers_own_tells_a_client_nothing_of_it(answerer, monkeypatch, caplog):
    def fail(*args, **named):
        raise RuntimeError("secret")

    monkeypatch.setattr(answerer, "answer", fail)
    with pytest.raises(gr.Error) as caught:
        told(Calls(Desk(answerer)).ask)(QUESTION)
    assert one_sentence(caught.value.message)
    assert "secret" not in caught.value.message
    assert "secret" in caplog.text


def test_readers_who_ask_at_once_each_get_their_own_answer(server):
    questions = [
        QUESTION,
        "风筝起源于哪里？",
        "How much honey does a colony need until spring?",
        "Who built the tower clock?",
    ] * 3
    alone = {text: {**got(server, "ask", question=text), "elapsed_ms": 0} for text in set(questions)}
    assert len({json.dumps(answer["text"]) for answer in alone.values()}) == 4
    with ThreadPoolExecutor(len(questions)) as readers:
        answers = list(readers.map(lambda text: got(server, "ask", question=text), questions))
    assert [{**answer, "elapsed_ms": 0} for answer in answers] == [alone[text] for text in questions]
