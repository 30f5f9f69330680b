"""The page in a browser: asked, pressed and measured as a reader would."""

from __future__ import annotations

import json
import urllib.request

import pytest
from browser import CHROMIUM, HOSTILE_NAME

CHINESE = "哈萨克斯坦为什么追求中等强国地位？"
ENGLISH = "Why does Kazakhstan pursue middle-power status?"
UNANSWERED = "量子计算机的纠错码是什么？"
HOSTILE_QUESTION = '<script>alert(1)</script><img src=x onerror=alert(2)> ![x](http://evil.example/x.png) "onload=alert(3) '

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


# -- what a reader does -------------------------------------------------------------------------


def test_the_switch_changes_the_interface_and_leaves_the_answer(opened):
    watched = opened()
    watched.ask(CHINESE)
    answer = watched.text(".wz-answer")
    watched.page.click("#wz-language label:has-text('English')")
    watched.page.wait_for_selector("#wz-box button:has-text('Ask')")
    assert watched.text("#wz-retry") == "Retry"
    assert "articles" in watched.text("#wz-header")
    watched.page.click("a.cite[href='#card-1-1']")
    assert "Original" in watched.text("#card-1-1")
    assert watched.text(".wz-answer") == answer


def test_a_refusal_shows_the_nearest_passages(opened):
    watched = opened()
    watched.ask(UNANSWERED)
    assert "没有回答这个问题" in watched.text(".wz-refusal")
    assert watched.page.locator(".wz-near").count() == 3
    assert watched.page.locator("a.cite").count() == 0


def test_an_example_is_asked_by_a_click(opened):
    watched = opened(locale="en-US")
    watched.page.locator("#wz-chat .example", has_text="Kazakhstan").click()
    watched.page.wait_for_selector(".wz-answer a.cite")
    assert "Kazakhstan" in watched.text(".wz-question")


# -- what must not happen -----------------------------------------------------------------------


def test_a_hostile_question_does_no_harm(opened):
    watched = opened()
    scripts = watched.page.locator("script").count()
    watched.ask(HOSTILE_QUESTION)
    watched.page.wait_for_timeout(500)
    assert watched.text(".wz-question") == HOSTILE_QUESTION.strip()
    assert watched.page.locator("script").count() == scripts
    assert watched.page.locator("#wz-main img").count() == 0
    assert watched.text("#turn-1 > summary").strip() == HOSTILE_QUESTION.strip()


def test_a_hostile_document_is_shown_as_text(opened):
    watched = opened(locale="en-US")
    watched.ask("When was the Zorvian lighthouse treaty signed?")
    assert "<img src=x onerror=alert(1)>" in watched.text(".wz-answer")
    watched.page.click("a.cite[href='#card-1-1']")
    card = watched.page.locator("#card-1-1")
    card.locator(".wz-original mark").wait_for(state="visible")
    watched.page.wait_for_timeout(300)
    assert "<script>alert(3)</script>" in card.inner_text()
    assert HOSTILE_NAME in card.locator(".wz-file").inner_text()
    assert watched.page.locator("#wz-main :is(img, script, a[href^='javascript'])").count() == 0


def test_nothing_is_asked_where_nothing_is_typed(opened):
    watched = opened()
    watched.page.press("#wz-box textarea", "Enter")
    watched.page.wait_for_timeout(700)
    assert watched.page.locator(".wz-question").count() == 0
    assert watched.page.locator("#wz-box .submit-button").is_visible()


# -- the endpoint -------------------------------------------------------------------------------


def test_the_endpoint_gives_the_contract(address):
    request = urllib.request.Request(
        f"{address}gradio_api/call/ask",
        json.dumps({"data": [CHINESE, None, None, None]}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as reply:
        event = json.load(reply)["event_id"]
    with urllib.request.urlopen(f"{address}gradio_api/call/ask/{event}", timeout=60) as reply:
        data = next(line for line in reply.read().decode().splitlines() if line.startswith("data: "))
    answer = json.loads(data.removeprefix("data: "))[0]
    assert answer["question"] == CHINESE
    assert answer["language"] == "zh"
    assert answer["citations"][0]["number"] == 1
