"""The command line asking a page served elsewhere, and each way in which that fails."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fakes import one_sentence
from serving import FAKE_CLI, free_port

from index.errors import UsageError, WenzhengError
from ui.remote import Remote

QUESTION = "墨子用什么做了第一只木鸢？"
ENGLISH = "How much honey does a colony need until spring?"


def wenzheng(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "ui.cli", *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=60, **options
    )


def here(*arguments):
    return subprocess.run(
        [sys.executable, FAKE_CLI, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=60, check=True
    ).stdout


def without_time(line):
    return {**json.loads(line), "elapsed_ms": 0}


@contextmanager
def answering(*replies: tuple[int, bytes] | None) -> Iterator[str]:
    """A server that gives these replies in turn; None is silence until the client has gone."""
    left, over = list(replies), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def do_GET(self):
            reply = left.pop(0) if left else (500, b"")
            if reply is None:
                over.wait(20)
                return
            self.send_response(reply[0])
            self.end_headers()
            self.wfile.write(reply[1])

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        thread = threading.Thread(target=served.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{served.server_port}"
        finally:
            over.set()
            served.shutdown()
            thread.join()


EVENT = (200, b'{"event_id": "e"}')


# -- what it gives ------------------------------------------------------------------------------


@pytest.mark.parametrize("question", [QUESTION, ENGLISH, "量子计算机怎样纠正错误？"])
def test_the_answer_reads_the_same_as_one_given_here(server, shelf, question):
    there = wenzheng("ask", question, "--server", server)
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == here("ask", question, "--library", shelf.library)
    told = wenzheng("ask", question, "--server", f"{server}/", "--json")
    assert without_time(told.stdout) == without_time(here("ask", question, "--library", shelf.library, "--json"))


def test_a_batch_keeps_its_ids_its_order_and_its_conversations(server, shelf, tmp_path):
    lines = [
        {"id": "a", "question": "风筝起源于哪里？"},
        {"id": "b", "question": "它传到了哪里？", "history": ["风筝起源于哪里？"]},
        {"question": ENGLISH},
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    there = wenzheng("ask", "--batch", batch, "--server", server).stdout.splitlines()
    local = here("ask", "--batch", batch, "--library", shelf.library).splitlines()
    assert [without_time(line) for line in there] == [without_time(line) for line in local]
    assert [json.loads(line)["id"] for line in there] == ["a", "b", None]


def test_a_search_gives_the_same_and_obeys_its_options(server, shelf):
    options = ("honey", "-k", 2, "--document", "bees.txt")
    there = wenzheng("search", *options, "--server", server)
    assert there.stdout == here("search", *options, "--library", shelf.library)
    assert [line[:3] for line in there.stdout.splitlines() if not line.startswith("    ")] == [" 1.", " 2."]
    told = wenzheng("search", *options, "--server", server, "--json").stdout
    assert json.loads(told) == json.loads(here("search", *options, "--library", shelf.library, "--json"))


def test_the_language_of_the_answer_may_be_chosen(server):
    assert json.loads(wenzheng("ask", QUESTION, "--language", "en", "--json", "--server", server).stdout)["language"] == "en"


def test_asking_elsewhere_loads_no_model_library(server):
    code = (
        f"import sys\nsys.argv = ['wenzheng', 'ask', {QUESTION!r}, '--server', {server!r}]\nimport ui.cli\nui.cli.main()\n"
        "heavy = {'torch', 'gradio', 'gradio_client', 'sentence_transformers', 'transformers', 'faiss', 'tantivy', 'numpy', 'httpx'}"
        " & set(sys.modules)\nsys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")


# -- how it fails -------------------------------------------------------------------------------


def test_nobody_there_is_told_in_one_sentence_with_status_1():
    address = f"http://127.0.0.1:{free_port()}"
    ran = wenzheng("ask", QUESTION, "--server", address)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert one_sentence(ran.stderr, address, "cannot be reached", "wenzheng ui")


@pytest.mark.parametrize("address", ["127.0.0.1:7860", "ftp://x", "http://", "file:///etc/passwd", "http://x:99999", "http://[x"])
def test_what_is_no_address_is_bad_use(address):
    with pytest.raises(UsageError, match=r"is no address of a server") as caught:
        Remote(address)
    assert one_sentence(str(caught.value), "http://127.0.0.1:7860")


@pytest.mark.parametrize(
    "options",
    [("--library", "x"), ("--reader", "llm"), ("--document", "none.txt"), ("--language", "fr")],
    ids=lambda options: options[0],
)
def test_options_that_make_no_sense_there_are_bad_use(server, options):
    ran = wenzheng("ask", QUESTION, "--server", server, *options)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert one_sentence(ran.stderr)


@pytest.mark.parametrize(
    ("replies", "told"),
    [
        ([(200, b"<!doctype html><title>hello</title>")], "no Wenzheng server"),
        ([(404, b"")], "status 404"),
        ([(500, b"Internal Server Error")], "status 500"),
        ([(200, b"[]")], "no Wenzheng server"),
        ([(200, b"\xff\xfe")], "no Wenzheng server"),
        ([(503, b"")], "too many questions in line"),
        ([EVENT, (404, b"")], "status 404"),
        ([EVENT, (200, b"event: complete\ndata: {}\n\n")], "no Wenzheng server"),
        ([EVENT, (200, b"event: complete\ndata: [\n\n")], "no Wenzheng server"),
        ([EVENT, (200, b"event: heartbeat\ndata: null\n\n")], "connection ended"),
        ([EVENT, (200, b"event: error\ndata: null\n\n")], "failed without saying why"),
    ],
)
def test_another_or_a_broken_server_is_told_in_one_sentence(replies, told):
    with answering(*replies) as address, pytest.raises(WenzhengError, match=told) as caught:
        Remote(address, 10).call("ask", question=QUESTION)
    assert one_sentence(str(caught.value), address)


@pytest.mark.parametrize("replies", [[None], [EVENT, None]])
def test_a_server_that_stays_silent_is_left_after_the_time_set(replies):
    with answering(*replies) as address, pytest.raises(WenzhengError, match="within 1 seconds") as caught:
        Remote(address, 1).call("ask", question=QUESTION)
    assert one_sentence(str(caught.value), "WENZHENG_TIMEOUT")


def test_the_servers_own_sentence_is_passed_on_with_its_status(server):
    with pytest.raises(UsageError, match="1 to 1000"):
        Remote(server).call("ask", question="风" * 1001)
