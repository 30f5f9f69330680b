"""Who comes in at a page that asks for a login, from which site, and to what."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from guarded import PASSWORD, Visitor

from index.errors import UsageError, WenzhengError
from ui.accounts import MOST, Accounts
from ui.remote import Remote
from ui.sessions import Sessions
from ui.web.gate import COOKIE, SHUT
from ui.web.visitor import required

HTML = {"Accept": "text/html"}
PAGES = ("/", "/source", "/documents", "/review", "/measure")
DATA = (
    "/config",
    "/gradio_api/info",
    "/gradio_api/openapi.json",
    "/theme.css",
    "/gradio_api/heartbeat/abc",
    "/gradio_api/upload_progress",
)


@pytest.fixture(scope="module")
def address(guarded):
    return guarded[0]


@pytest.fixture(scope="module")
def library(guarded):
    return guarded[1]


@pytest.fixture(scope="module")
def events(logged):
    """The first event of every page that is not the asking page, by page: its number and how many inputs it takes."""
    config = json.loads(logged["root"].get("/config").body)
    found = {}
    for page, own in config["page"].items():
        for one in config["dependencies"]:
            if one["id"] in own["dependencies"] and one["backend_fn"]:
                found.setdefault(page, (one["id"], len(one["inputs"])))
    return found


def sent(visitor: Visitor, event: tuple[int, int], session: str = "") -> str:
    """What comes of an event sent to Gradio's own route, past the page."""
    number, inputs = event
    data = {"fn_index": number, "data": [None] * inputs, "session_hash": session or f"s{time.monotonic_ns()}"}
    return visitor.json("/gradio_api/run/predict", data).text


# -- the door -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("host", "login", "asks"), [
    ("127.0.0.1", "auto", False), ("localhost", "auto", False), ("::1", "auto", False), ("127.0.0.1", "always", True),
    ("0.0.0.0", "auto", True), ("::", "auto", True), ("192.168.1.5", "auto", True), ("example.org", "auto", True),
])  # fmt: skip
def test_a_login_is_asked_for_wherever_others_reach_the_page(tmp_path, host, login, asks):
    accounts = Accounts(tmp_path)
    if asks:
        with pytest.raises(UsageError, match="wenzheng users add NAME --role admin"):
            required(host, login, accounts)
        accounts.add("root", "admin", PASSWORD)
        assert required(host, login, accounts) is accounts
    else:
        assert required(host, login, accounts) is None


def test_a_setting_that_is_none_is_told(tmp_path):
    with pytest.raises(UsageError, match="auto or always"):
        required("127.0.0.1", "never", Accounts(tmp_path))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_to_the_login_and_the_login_back_to_it(address, path):
    reply = Visitor(address).send("GET", f"{path}?lang=en", None, **HTML)
    assert reply.status == 303
    assert reply.headers["location"].startswith("./login?next=")
    back = Visitor(address).login("root", path=reply.headers["location"].removeprefix("."))
    assert (back.status, back.headers["location"]) == (303, f".{path}?lang=en")


@pytest.mark.parametrize("path", [*DATA, *PAGES])
def test_nothing_is_given_to_who_is_not_logged_in(address, path):
    reply = Visitor(address).get(path)
    assert reply.status == 401
    assert "wenzheng users token" in reply.text


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/queue/join",
        "/gradio_api/run/predict",
        "/gradio_api/call/ask",
        "/gradio_api/upload",
        "/gradio_api/cancel",
        "/gradio_api/reset",
    ],
)
def test_nothing_is_taken_from_who_is_not_logged_in(address, path):
    assert Visitor(address).json(path, {"data": []}).status == 401


@pytest.mark.parametrize("path", [f"{base}{name}" for name in SHUT for base in ("/gradio_api/", "/")])
def test_routes_that_the_page_does_not_use_are_shut(logged, path):
    assert logged["root"].get(path).status == 404
    assert logged["root"].json(path, {}).status == 404


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/login",
        "/a\r\nSet-Cookie: x=y",
    ],
)
def test_a_login_leads_to_no_other_site(address, onward):
    from urllib.parse import quote

    reply = Visitor(address).login("ann", path=f"/login?next={quote(onward, safe='')}")
    assert reply.headers["location"].startswith("./")
    assert "evil" not in reply.headers["location"]
    assert "x=y" not in reply.headers.get("set-cookie", "")


def test_what_is_typed_into_the_login_is_text(address):
    reply = Visitor(address).login('"><script>alert(1)</script>', "wrong")
    assert reply.status == 401
    assert "<script>alert" not in reply.text
    assert "&lt;script&gt;alert" in reply.text


def test_a_body_that_is_no_login_is_not_read(address):
    assert Visitor(address).login("x" * 10_000).status == 413


# -- sessions -------------------------------------------------------------------------------------


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_from_plain_http_behind_https(address):
    plain, behind = Visitor(address).login("ann"), Visitor(address).login("ann", X_Forwarded_Proto="https")
    for reply in (plain, behind):
        cookie = reply.headers["set-cookie"].lower()
        assert cookie.startswith(f"{COOKIE}=")
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
    assert "secure" not in plain.headers["set-cookie"].lower()
    assert "secure" in behind.headers["set-cookie"].lower()


def test_a_login_rotates_the_session(address):
    visitor = Visitor(address, f"{COOKIE}=chosen-by-somebody-else")
    visitor.login("ann")
    first = visitor.cookie
    assert "chosen" not in first
    visitor.login("ann")
    assert visitor.cookie != first
    assert Visitor(address, first).get("/config").status == 401
    assert visitor.get("/config").status == 200


def test_logging_out_takes_a_post_and_ends_the_session(address):
    visitor = Visitor(address)
    visitor.login("ann")
    assert visitor.get("/logout").status == 405
    assert visitor.get("/config").status == 200
    assert visitor.send("POST", "/logout").status == 303
    assert visitor.get("/config").status == 401


def test_too_many_failed_logins_are_told_in_the_language_of_the_page(address):
    for _ in range(MOST["both"]):
        assert Visitor(address).login("mallory", "wrong").status == 401
    reply = Visitor(address).login("mallory", "wrong", path="/login?lang=zh")
    assert reply.status == 429
    assert "请过一刻钟再试" in reply.text


# -- other sites ----------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
])  # fmt: skip
@pytest.mark.parametrize("path", ["/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/upload", "/login", "/logout"])
def test_another_site_changes_nothing(logged, path, headers):
    reply = logged["ann"].send("POST", path, b"{}", **headers)
    assert reply.status == 403
    assert "Another site" in reply.text
    assert logged["ann"].get("/config").status == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}]
)
def test_another_site_reads_nothing(logged, headers):
    assert logged["ann"].send("GET", "/config", None, **headers).status == 403


def test_a_link_from_another_site_opens_the_page(logged):
    reply = logged["ann"].send("GET", "/source", None, **{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    assert reply.status == 200


def test_the_page_itself_may_write(address, logged, events):
    own = {"Origin": address, "Sec-Fetch-Site": "same-origin"}
    assert (
        logged["ann"]
        .json("/gradio_api/queue/join", {"fn_index": events["source"][0], "data": [], "session_hash": "w1"}, **own)
        .status
        == 200
    )


def test_a_page_without_a_login_answers_to_this_machine_by_its_own_name_only(server):
    visitor = Visitor(server)
    assert visitor.get("/config").status == 200
    assert visitor.get("/config", Host="localhost:7860").status == 200
    assert visitor.get("/config", Host="127.0.0.1:7860", X_Forwarded_For="127.0.0.1").status == 200
    for headers in (
        {"Host": "rebound.example:7860"},
        {"X_Forwarded_For": "203.0.113.9"},
        {"X_Forwarded_For": "127.0.0.1, 203.0.113.9"},
    ):
        reply = visitor.get("/config", **headers)
        assert reply.status == 403
        assert "WENZHENG_LOGIN=always" in reply.text


def test_another_site_changes_nothing_on_a_page_without_a_login(server):
    assert Visitor(server).send("POST", "/gradio_api/queue/join", b"{}", Origin="https://evil.example").status == 403


# -- roles ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "open_"), [("ann", 3), ("rex", 4), ("root", 5)])
def test_a_page_is_open_to_its_role_and_those_above(logged, name, open_):
    statuses = [logged[name].send("GET", path, None, **HTML).status for path in PAGES]
    assert statuses == [200] * open_ + [403] * (len(PAGES) - open_)


@pytest.mark.parametrize(
    ("name", "page", "wanted"), [("ann", "review", "reviewer"), ("ann", "measure", "admin"), ("rex", "measure", "admin")]
)
def test_an_event_above_the_role_is_refused_on_gradios_own_routes(logged, events, name, page, wanted):
    assert f"This takes the role {wanted}" in sent(logged[name], events[page])
    assert "This takes the role" not in sent(logged["root"], events[page])


def test_an_event_above_the_role_is_refused_in_the_queue(logged, events):
    number, inputs = events["measure"]
    body = {"fn_index": number, "data": [None] * inputs, "session_hash": "queued"}
    assert logged["ann"].json("/gradio_api/queue/join", body).status == 200
    stream = logged["ann"].get("/gradio_api/queue/data?session_hash=queued").text
    assert "This takes the role admin" in stream


def test_reports_of_the_benchmark_are_for_admins(logged, library):
    name = library / "runs" / "20260101-000000-tune.html"
    assert logged["ann"].get(f"/gradio_api/file={name}").status == 403
    assert logged["ann"].get(f"/gradio_api/file={library}/x/../runs/{name.name}").status == 403
    assert logged["root"].get(f"/gradio_api/file={name}").body == b"figures"


@pytest.mark.parametrize("path", ["accounts.sqlite", "library.sqlite", "runs/../accounts.sqlite", "runs/%2e%2e/accounts.sqlite"])
def test_no_other_file_of_the_library_is_served(logged, library, path):
    assert logged["root"].get(f"/gradio_api/file={library}/{path}").status in (403, 404)


def test_a_visit_of_the_page_is_that_of_whoever_began_it(logged, events):
    assert "somebody else" not in sent(logged["ann"], events[""], "ours")
    assert "somebody else" in sent(logged["bo"], events[""], "ours")
    assert logged["bo"].get("/gradio_api/queue/data?session_hash=ours").status == 403
    assert logged["bo"].get("/gradio_api/heartbeat/ours").status == 403


# -- programs -------------------------------------------------------------------------------------


def test_a_program_asks_with_a_token(address, library):
    token = Sessions(Accounts(library)).token("ann")
    assert Remote(address, 30, token).call("search", question="tower clock", k=1)["hits"]
    assert Visitor(address, extra={"Authorization": f"Bearer {token}"}).get("/measure").status == 403
    for wrong in ("", token[:-1], "wz_"):
        with pytest.raises(WenzhengError, match="WENZHENG_TOKEN"):
            Remote(address, 30, wrong).call("search", question="tower clock", k=1)


def test_a_wrong_token_is_not_made_good_by_a_cookie(logged):
    assert logged["ann"].get("/config", Authorization="Bearer wz_wrong").status == 401


def test_the_library_folder_holds_the_accounts(library):
    assert (library / "accounts.sqlite").is_file()
    assert not Path("accounts.sqlite").exists()
