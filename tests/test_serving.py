"""A served page as its operator meets it: turned away with a sentence, logged, measured, stopped in order, shared by two."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import CORPUS, FakeEncoder, one_sentence
from serving import free_port, raw

from index import build
from index.settings import Settings
from index.uploads import Given, add
from ui.accounts import Accounts
from ui.sessions import Sessions

PROGRAM = Path(__file__).parent / "slow_server.py"
QUESTION = "墨子用什么做了第一只木鸢？"


class Page:
    """A page served by a process of its own, with settings of its own."""

    def __init__(self, library: Path, told: Path, **settings: object) -> None:
        port = free_port()
        self.address, self.log = f"http://127.0.0.1:{port}", told
        clean = {name: value for name, value in os.environ.items() if not name.startswith("WENZHENG_")}
        clean |= {f"WENZHENG_{name.upper()}": str(value) for name, value in settings.items()}
        clean["PYTHONPATH"] = str(Path(__file__).parents[1])
        self.token = ""
        if settings.get("login") == "always":
            accounts = Accounts(library)
            if not accounts.all():
                accounts.add("ann", "reader", "nine green bottles")
            self.token = Sessions(accounts).token("ann")
        with told.open("w") as stream:
            command = [sys.executable, str(PROGRAM), str(library), str(port)]
            self.process = subprocess.Popen(command, env=clean, cwd=told.parent, stdout=stream, stderr=stream)
        for _ in range(600):
            assert self.process.poll() is None, told.read_text()
            if self.get("/ready")[0] == 200:
                return
            time.sleep(0.1)
        raise AssertionError(told.read_text())

    @property
    def own(self) -> dict[str, str]:
        """What names the account of the program that asks, where the page wants one."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text; status 0 where nobody is there."""
        try:
            with urllib.request.urlopen(
                urllib.request.Request(f"{self.address}{path}", headers={**self.own, **headers}), timeout=20
            ) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""

    def join(self, question: str, **headers: str) -> tuple[int, dict, str]:
        """Status, JSON and Retry-After of a question that a program puts in line."""
        request = urllib.request.Request(
            f"{self.address}/gradio_api/call/v2/ask",
            json.dumps({"question": question}).encode(),
            {"Content-Type": "application/json", **self.own, **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as reply:
                return reply.status, json.load(reply), ""
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error), error.headers.get("Retry-After", "")

    def lines(self) -> list[dict]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=30)


@contextmanager
def served(library: Path, told: Path, **settings: object):
    page = Page(library, told, **settings)
    try:
        yield page
    finally:
        if page.process.poll() is None:
            page.process.kill()
        page.process.wait(timeout=10)


@pytest.fixture(scope="module")
def page(shelf, tmp_path_factory):
    """One page for all that leaves it as it was; clients are told apart by what a trusted proxy says."""
    told = tmp_path_factory.mktemp("serving") / "log"
    with served(
        shelf.library, told, waiting=3, rate=30, answer_seconds=2, proxies="127.0.0.1", login="always", log="json"
    ) as one:
        yield one


def client(number: int) -> dict[str, str]:
    return {"X-Forwarded-For": f"192.0.2.{number}"}


@contextmanager
def asking(page, question):
    """A question in work; gives the list that its answer will be put into."""
    found: list[tuple[str, object]] = []
    thread = threading.Thread(target=lambda: found.append(raw(page.address, "ask", {"question": question}, **page.own)))
    thread.start()
    for _ in range(200):
        if "wenzheng_in_flight 1.0" in page.get("/metrics")[1]:
            break
        time.sleep(0.05)
    yield found
    thread.join(timeout=30)


def test_the_newest_questions_past_the_limit_get_one_sentence_and_all_others_their_answer(page):
    with ThreadPoolExecutor(20) as readers:
        joined = list(readers.map(lambda number: page.join(f"{QUESTION} (slow 0.3) {number}", **client(number)), range(20)))
    taken = [reply["event_id"] for status, reply, _ in joined if status == 200]
    away = [(status, reply["detail"], soon) for status, reply, soon in joined if status != 200]
    assert 3 <= len(taken) <= 3 + 4 + 4  # as many as may wait, those in work, and what was done meanwhile
    assert {status for status, _, _ in away} == {503}
    assert all(one_sentence(said, f"{soon} s") for _, said, soon in away)
    assert f'wenzheng_turned_away_total{{why="full"}} {len(away):.1f}' in page.get("/metrics")[1]
    for event in taken:
        assert "event: complete" in page.get(f"/gradio_api/call/v2/ask/{event}")[1]
    assert page.join(QUESTION, **client(1))[0] == 200


def test_a_client_that_asks_too_often_is_told_when_to_come_back_and_its_neighbour_is_not(page):
    often, other = client(101), client(102)
    statuses = []
    while 429 not in statuses and len(statuses) < 60:
        status, told, soon = page.join("", **often)  # no question costs no time
        statuses.append(status)
    assert 30 <= len(statuses) <= 40
    assert (statuses[-1], int(soon) >= 1, one_sentence(told["detail"], f"{soon} s")) == (429, True, True)
    chinese = page.join("", **often, **{"Accept-Language": "zh-CN"})[1]["detail"]
    assert "过于频繁" in chinese
    assert page.join(QUESTION, **other)[0] == 200


def test_the_figures_are_for_monitors_and_not_for_whom_a_proxy_lets_through(page):
    assert page.get("/metrics")[0] == 200
    assert page.get("/metrics", **client(103))[0] == 403
    assert page.get("/health", **client(103))[0] == 200


def test_an_answer_that_takes_too_long_and_a_fault_are_told_and_nothing_of_the_question_is_logged(page):
    kind, told = raw(page.address, "ask", {"question": f"{QUESTION} (slow 9)"}, **page.own)
    assert kind == "error"
    assert one_sentence(told["error"])
    assert "too long" in told["error"]
    kind, told = raw(page.address, "ask", {"question": f"{QUESTION} (broken)"}, **page.own)
    assert kind == "error"
    assert one_sentence(told["error"])
    assert raw(page.address, "ask", {"question": QUESTION}, **page.own)[0] == "complete"
    outcomes = [line["outcome"] for line in page.lines() if line["event"] == "question"]
    assert outcomes[-3:] == ["slow", "failed", "answered"]
    assert "墨子" not in page.log.read_text()


def test_a_stopped_page_ends_its_answers_takes_no_new_questions_and_then_is_gone(page):
    with asking(page, f"{QUESTION} (slow 1.7)") as found:
        page.process.send_signal(signal.SIGTERM)
        time.sleep(0.7)
        status, told, soon = page.join(QUESTION, **client(104))
        ready = page.get("/ready")[0]
    assert (status, bool(soon), ready) == (503, True, 503)
    assert one_sentence(told["detail"])
    kind, answer = found[0]
    assert (kind, answer[0]["refused"]) == ("complete", False)
    assert page.process.wait(timeout=20) == 0
    assert [(line["event"], line["broken_off"]) for line in page.lines() if line["event"] == "stopped"] == [("stopped", False)]


def test_two_pages_over_one_library_both_answer_from_what_is_taken_in_and_neither_waits_for_ever_to_stop(tmp_path):
    settings, corpus = Settings(library=tmp_path / "library"), tmp_path / "corpus"
    corpus.mkdir()
    for name in list(CORPUS)[:2]:
        (corpus / name).write_text(CORPUS[name], encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    text = tmp_path / "otters"
    text.write_text("The River Otters of Velm\n\nThe river otters of Velm were counted in 1931 by Ida North on the mill bank.\n")
    question = {"question": "Who counted the river otters of Velm?"}
    with (
        served(settings.library, tmp_path / "one", rate=4, shutdown_seconds=1) as one,
        served(settings.library, tmp_path / "two") as two,
    ):
        assert [raw(page.address, "ask", question, **page.own)[1][0]["refused"] for page in (one, two)] == [True, True]
        assert add([Given(text, "otters.txt")], settings, FakeEncoder()).added
        answers = [raw(page.address, "ask", question, **page.own)[1][0] for page in (one, two)]
        assert [{c["source"] for c in answer["citations"]} for answer in answers] == [{"otters.txt"}] * 2
        assert [json.loads(page.get("/ready")[1])["generation"] for page in (one, two)] == [2, 2]
        # Without a proxy that is trusted nobody gets another address by saying so.
        joined = [one.join("", **{"X-Forwarded-For": f"127.0.0.{number + 2}"})[0] for number in range(12)]
        assert (429 in joined, one.get("/metrics", **client(1))[0]) == (True, 200)
        # And a page without a login is for this machine alone, through whatever proxy.
        assert one.get("/", **client(2))[0] == 403
        event = two.join(f"{question['question']} (slow 60)")[1]["event_id"]
        with ThreadPoolExecutor(1) as reader:
            waiting = reader.submit(two.get, f"/gradio_api/call/v2/ask/{event}")
            time.sleep(0.5)
            two.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            two.process.send_signal(signal.SIGTERM)  # the second time it ends at once
            assert two.process.wait(timeout=5) == 128 + signal.SIGTERM
            waiting.result()
