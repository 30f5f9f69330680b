"""What stands before the page, piece by piece: allowances, trust in proxies, the size and time of requests, probes, logs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import warnings
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from fakes import one_sentence
from starlette.requests import Request
from starlette.responses import JSONResponse

from index.errors import SettingsError
from index.settings import Settings, load
from ui.web import logs
from ui.web.allowance import Allowance
from ui.web.asking import Asking
from ui.web.bounds import Bounds
from ui.web.conversations import Conversation
from ui.web.desk import Desk
from ui.web.door import Door, TurnedAway
from ui.web.ledger import Ledger
from ui.web.probes import Probes
from ui.web.trust import Trust, networks, within


def alone(work):
    """What an asynchronous call gives, run in a thread of its own: the browser tests keep a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def called(app, path="/", client="192.0.2.7", method="GET", **options):
    """The reply of an application to one request from an address."""

    async def call():
        transport = httpx.ASGITransport(app, client=(client, 4000), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://page.test") as http:
            return await http.request(method, path, **options)

    return alone(call())


async def echo(scope, receive, send):
    """Tells what it sees of a request."""
    request = Request(scope, receive)
    body = await request.body()
    told = {"client": request.client.host, "scheme": request.url.scheme, "bytes": len(body), "headers": dict(request.headers)}
    await JSONResponse(told)(scope, receive, send)


# -- how often ----------------------------------------------------------------------------------


def test_a_client_may_ask_a_minutes_worth_at_once_and_then_as_fast_as_the_allowance_fills():
    now = [0.0]
    own = Allowance(60, clock=lambda: now[0])
    assert [own.take("192.0.2.1") for _ in range(60)] == [0.0] * 60
    assert own.take("192.0.2.1") == pytest.approx(1.0)
    assert own.take("192.0.2.2") == 0
    now[0] = 1.01
    assert own.take("192.0.2.1") == 0
    assert own.take("192.0.2.1") > 0


def test_the_addresses_of_one_customers_network_share_one_allowance():
    own = Allowance(1)
    assert own.take("2001:db8:1:2::1") == 0
    assert own.take("2001:db8:1:2:ffff::9") > 0
    assert own.take("2001:db8:1:3::1") == 0


def test_allowances_of_many_clients_are_forgotten_rather_than_kept_for_ever():
    own = Allowance(1)
    for number in range(10_500):
        own.take(f"client {number}")
    assert len(own._left) <= 10_000


# -- who is let in ------------------------------------------------------------------------------


def test_the_door_turns_away_when_full_when_asked_too_often_and_when_it_closes():
    waiting = [0]
    door = Door(Settings(waiting=2, rate=2), waiting=lambda: waiting[0])
    door.enter("192.0.2.1")
    waiting[0] = 2
    with pytest.raises(TurnedAway) as full:
        door.enter("192.0.2.2")
    waiting[0] = 1
    door.enter("192.0.2.1")
    with pytest.raises(TurnedAway) as often:
        door.enter("192.0.2.1")
    door.stopping = True
    with pytest.raises(TurnedAway) as closed:
        door.enter("192.0.2.3")
    told = [(caught.value.why, caught.value.status) for caught in (full, often, closed)]
    assert told == [("full", 503), ("rate", 429), ("stopping", 503)]
    for caught in (full, often, closed):
        assert one_sentence(str(caught.value), f"{caught.value.seconds} s")
        assert caught.value.said("zh").endswith("。")
        assert str(caught.value.seconds) in caught.value.said("zh")


def test_a_question_that_stood_in_line_too_long_is_not_begun(monkeypatch):
    door = Door(Settings(wait_seconds=5, answer_seconds=7))
    monkeypatch.setattr("ui.web.door.time.monotonic", lambda: 100.0)
    assert door.begin(96.0) == 107.0
    with pytest.raises(TurnedAway) as caught:
        door.begin(94.0)
    assert caught.value.why == "late"


def test_a_reader_who_waits_for_others_too_long_is_told_so(answerer):
    desk = Desk(answerer, door=Door(Settings(wait_seconds=1)))
    with desk._lock, pytest.raises(TurnedAway) as caught:
        desk.ask("风筝起源于哪里？", 1)
    assert caught.value.why == "late"


# -- whom to believe ----------------------------------------------------------------------------

CLAIMS = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.test",
    "X-Gradio-Server": "http://evil.test",
    "Forwarded": "for=203.0.113.9",
}


def test_forwarded_headers_are_believed_of_the_proxies_that_are_set_only():
    app = Trust(echo, ["10.0.0.0/8"])
    stranger, proxy = (called(app, client=client, headers=CLAIMS).json() for client in ("192.0.2.7", "10.1.2.3"))
    assert (stranger["client"], stranger["scheme"]) == ("192.0.2.7", "http")
    assert not {name.lower() for name in CLAIMS} & set(stranger["headers"])
    assert (proxy["client"], proxy["scheme"], proxy["headers"]["x-forwarded-host"]) == ("203.0.113.9", "https", "evil.test")


def test_what_a_client_adds_before_the_proxys_own_address_is_not_believed():
    app = Trust(echo, ["10.0.0.0/8"])
    told = called(app, client="10.1.2.3", headers={"X-Forwarded-For": "127.0.0.1, 203.0.113.9, 10.9.9.9"}).json()
    assert told["client"] == "203.0.113.9"


def test_a_proxy_that_is_no_address_is_told_in_one_sentence():
    assert networks("127.0.0.1, 10.0.0.0/8,::1", "proxies") == ["127.0.0.1", "10.0.0.0/8", "::1"]
    for wrong in ("localhost", "10.0.0.1/8", "*"):
        with pytest.raises(SettingsError) as caught:
            networks(wrong, "proxies")
        assert one_sentence(str(caught.value), "proxies", wrong)
    assert within("127.0.0.1", ["127.0.0.0/8"])
    assert not within("testclient", ["0.0.0.0/0"])


# -- how much -----------------------------------------------------------------------------------


@pytest.fixture
def desk(answerer):
    return Desk(answerer, door=Door(Settings(rate=3, upload_megabytes=1, body_seconds=1)))


@pytest.mark.parametrize(
    ("path", "size", "status"), [("/x", 15_000_000, 200), ("/x", 17_000_000, 413), ("/upload", 22_000_000, 413)]
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_request_that_is_too_large_is_refused_whether_it_says_so_or_not(desk, path, size, status, streamed):
    async def pieces():
        for _ in range(size // 1_000_000):
            yield b"a" * 1_000_000

    reply = called(Bounds(echo, desk), path, method="POST", content=pieces() if streamed else b"a" * size)
    assert reply.status_code == status
    assert status == 200 or one_sentence(reply.json()["detail"])
    assert desk.door.requests == 0


def test_a_request_that_does_not_arrive_is_given_up(desk):
    async def stalls():
        yield b"a"
        await asyncio.sleep(30)

    async def call():
        sent = []
        parts = iter([{"type": "http.request", "body": b"a", "more_body": True}])

        async def receive():
            found = next(parts, None)
            if found is None:
                await asyncio.sleep(30)
            return found

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "client": ("192.0.2.7", 1), "query_string": b""}
        await Bounds(echo, desk)(scope, receive, send)
        return sent

    sent = alone(call())
    assert sent[0]["status"] == 408
    assert one_sentence(json.loads(sent[1]["body"])["detail"])


def test_a_flood_of_requests_from_one_client_is_refused_in_its_language(desk):
    app = Bounds(echo, desk)
    replies = [called(app, method="POST", headers={"Accept-Language": "zh-CN"}) for _ in range(31)]
    assert {reply.status_code for reply in replies[:30]} == {200}
    assert replies[30].status_code == 429
    assert int(replies[30].headers["Retry-After"]) >= 1
    assert "过于频繁" in replies[30].json()["detail"]
    assert called(app, method="POST", client="192.0.2.8").status_code == 200
    assert called(app, method="GET").status_code == 200


# -- what machines look at ----------------------------------------------------------------------


def test_the_page_is_alive_at_once_and_ready_when_everything_is_loaded(desk):
    app = Probes(echo, desk)
    assert called(app, "/health").json() == {"alive": True}
    assert (called(app, "/ready").status_code, called(app, "/ready").json()["waits_for"]) == (503, "encoder")
    desk.warm()
    assert desk.warmed
    assert called(app, "/ready").json() == {"ready": True, "generation": 1}
    desk.door.stopping = True
    assert called(app, "/ready").json()["waits_for"] == "stopping"
    assert called(app, "/health").status_code == 200


def test_a_page_whose_library_is_gone_is_not_ready(desk, monkeypatch, tmp_path):
    desk.warmed = True
    monkeypatch.setattr(desk.answerer.searcher.library, "folder", tmp_path)
    assert called(Probes(echo, desk), "/ready").json()["waits_for"] == "library"


def test_figures_are_told_to_monitors_only(desk):
    app = Probes(echo, desk)
    assert called(app, "/metrics").status_code == 403
    told = called(app, "/metrics", client="127.0.0.1")
    assert told.headers["content-type"].startswith("text/plain")
    assert "wenzheng_library_generation 1.0" in told.text


def test_figures_tell_what_became_of_questions_and_not_what_was_asked(answerer):
    ledger = Ledger()
    question = "墨子用什么做了第一只木鸢？"
    with ledger.question("ask", question) as note:
        note(answerer.answer(question))
    with pytest.raises(ZeroDivisionError), ledger.question("page", question):
        _ = 1 / 0
    with pytest.raises(TurnedAway), ledger.question("page", question):
        raise TurnedAway("late", 5)
    ledger.turned_away("page", "full")
    text = ledger.metrics.text().decode()
    for line in (
        'wenzheng_questions_total{language="zh",outcome="answered",way="ask"} 1.0',
        'wenzheng_questions_total{language="",outcome="failed",way="page"} 1.0',
        'wenzheng_questions_total{language="",outcome="late",way="page"} 1.0',
        'wenzheng_turned_away_total{why="full"} 1.0',
        'wenzheng_stage_seconds_count{stage="search"} 1.0',
        "wenzheng_in_flight 0.0",
    ):
        assert line in text
    assert "墨子" not in text


# -- the log ------------------------------------------------------------------------------------


@pytest.fixture
def logged():
    """Begins a log of lines in memory; what was there before is put back."""
    root, own = logging.getLogger(), logging.getLogger("wenzheng")
    before = root.handlers[:], root.level, own.level
    stream = io.StringIO()

    def begin(**options):
        logs.begin(Settings(**options), stream)
        return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]

    yield begin
    logging.captureWarnings(False)
    root.handlers[:], root.level, own.level = before[0], before[1], before[2]


def test_the_log_is_one_object_a_line_and_holds_no_question_unless_that_is_set(logged, answerer):
    lines = logged(log="json")
    for texts in (False, True):
        with Ledger(texts=texts).question("ask", "墨子用什么做了第一只木鸢？") as note:
            note(answerer.answer("墨子用什么做了第一只木鸢？"))
    quiet, told = lines()
    assert (quiet["event"], quiet["way"], quiet["outcome"], quiet["characters"]) == ("question", "ask", "answered", 13)
    assert set(quiet["stages_ms"]) == {"search", "evidence", "reading", "verification"}
    assert "墨子" not in json.dumps(quiet, ensure_ascii=False)
    assert told["question"] == "墨子用什么做了第一只木鸢？"


def test_an_error_is_logged_by_its_kind_and_place_without_what_it_quotes(logged):
    lines = logged(log="json")
    try:
        raise ValueError("the question was: 机密")
    except ValueError:
        logging.getLogger("ui.web.asking").exception("A question of the page failed")
        logging.getLogger("foreign").error("cannot parse %s", "机密")
    warnings.simplefilter("always")
    warnings.warn("old", UserWarning, stacklevel=1)
    failed, foreign, warned = lines()
    assert (failed["error"], failed["event"], foreign["event"]) == (
        "ValueError",
        "A question of the page failed",
        "cannot parse %s",
    )
    assert any("test_bounds.py" in place for place in failed["trace"])
    assert warned["logger"] == "py.warnings"
    assert "机密" not in json.dumps([failed, foreign, warned], ensure_ascii=False)


def test_what_a_setting_cannot_be_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setenv("WENZHENG_LOG", "xml")
    with pytest.raises(SettingsError) as caught:
        load()
    assert one_sentence(str(caught.value), "WENZHENG_LOG", "plain or json")


# -- what a reader of the page is told ----------------------------------------------------------


@pytest.mark.parametrize(("shown", "said"), [("zh", "排不上队"), ("en", "ask again in about")])
def test_the_newest_question_of_a_full_page_gets_a_sentence_and_what_stood_there_goes_on_standing(answerer, shown, said):
    waiting = [0]
    asking = Asking(Desk(answerer, door=Door(Settings(waiting=1), waiting=lambda: waiting[0])))
    run, talk, *_ = asking.take("风筝起源于哪里？", "", Conversation(""), [], shown, "", [])
    *_, (talk, _, turns, _) = asking.write(run, talk, [], shown)
    waiting[0] = 1
    for taken in (asking.take("谁造了钟？", "", talk, turns, shown, "", []), asking.take_again("", talk, turns, shown, "", [])):
        assert (taken[0], taken[1], taken[2]) == ("", talk, turns)
        assert said in taken[6]
    waiting[0] = 0
    assert asking.take("谁造了钟？", "", talk, turns, shown, "", [])[0]


def test_a_question_of_the_page_that_takes_too_long_keeps_what_was_proved_and_says_so(answerer, monkeypatch):
    desk = Desk(answerer, door=Door(Settings()))
    asking = Asking(desk)
    run, talk, *_ = asking.take("风筝起源于哪里？", "", Conversation(""), [], "en", "", [])
    monkeypatch.setattr(desk.door, "begin", lambda arrived: 0.0)
    *_, (talk, messages, _, _) = asking.write(run, talk, [], "en")
    assert talk.asked[-1].stopped
    assert "took too long" in messages[-1]["content"]
    assert asking.done(run, "en")[0] == ""
