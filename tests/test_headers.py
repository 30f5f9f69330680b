"""What the browser is told with every reply."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from ui.web.headers import OTHERS, POLICY, Headers, policy


def run(work):
    """In a thread of its own, since a browser test before may have left an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def sent(*messages: dict, first: str = "") -> list[dict]:
    """What goes out of a program that sends these messages through the headers."""
    out: list[dict] = []

    async def app(scope, receive, send):
        for message in messages:
            await send(message)

    async def send(message):
        out.append(message)

    run(Headers(app, first)({"type": "http"}, None, send))
    return out


def start(kind: bytes) -> dict:
    return {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}


def body(text: bytes, more: bool = False) -> dict:
    return {"type": "http.response.body", "body": text, "more_body": more}


def headers(message: dict) -> dict[str, str]:
    return {name.decode().lower(): value.decode() for name, value in message["headers"]}


def test_a_page_lets_in_its_own_scripts_and_no_others():
    script = "window.config = {a: 1};\nrun()"
    page = f"<html><script src=x.js></script><SCRIPT data-a>{script}</SCRIPT></html>".encode()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    out = sent(start(b"text/html; charset=utf-8"), body(page[:30], more=True), body(page[30:]))
    assert [message["type"] for message in out] == ["http.response.start", "http.response.body"]
    assert out[1]["body"] == page
    rules = headers(out[0])["content-security-policy"]
    assert f"script-src 'self' 'unsafe-eval' 'sha256-{digest}';" in rules
    assert rules.count("sha256-") == 1


def test_the_first_script_stands_before_all_else_and_is_let_in():
    page = b"<html><head lang=zh><script src=x.js></script></head><header></header></html>"
    opening = {**start(b"text/html"), "headers": [(b"content-type", b"text/html"), (b"content-length", str(len(page)).encode())]}
    out = sent(opening, body(page), first="paint()")
    assert out[1]["body"] == page.replace(b"<head lang=zh>", b"<head lang=zh><script>paint()</script>")
    assert headers(out[0])["content-length"] == str(len(out[1]["body"]))
    assert base64.b64encode(hashlib.sha256(b"paint()").digest()).decode() in headers(out[0])["content-security-policy"]
    assert sent(start(b"text/html"), body(b""), first="paint()")[1]["body"] == b""


def test_other_replies_pass_at_once():
    out = sent(start(b"text/event-stream"), body(b"data: 1\n\n", more=True), body(b"data: 2\n\n"))
    assert [message.get("body") for message in out] == [None, b"data: 1\n\n", b"data: 2\n\n"]
    assert headers(out[0])["x-content-type-options"] == "nosniff"
    assert "sha256" not in headers(out[0])["content-security-policy"]


def test_the_policy_is_strict_where_the_page_can_bear_it():
    rules = dict(rule.split(" ", 1) for rule in policy().split("; "))
    assert rules["default-src"] == "'self'"
    assert "unsafe-inline" not in rules["script-src"]
    assert rules["object-src"] == rules["frame-src"] == rules["frame-ancestors"] == "'none'"
    assert not any(word in policy() for word in ("http:", "https:", "*"))
    assert rules.keys() == POLICY.keys()


@pytest.mark.parametrize("name", OTHERS)
def test_the_other_headers_are_on_every_reply(name):
    for kind in (b"text/html", b"application/json"):
        assert headers(sent(start(kind), body(b""))[0])[name.lower()] == OTHERS[name]


def test_what_is_no_reply_passes():
    seen = []

    async def app(scope, receive, send):
        seen.append(scope["type"])

    run(Headers(app)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
