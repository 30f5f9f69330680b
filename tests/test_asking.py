"""Conversations, scope, stop and follow-ups of the asking page, in a browser."""

from __future__ import annotations

import re
import time

import pytest
from browser import CHROMIUM, Watched
from serving import served
from slow_page import SLOWLY
from test_page import CHINESE, ENGLISH, UNANSWERED

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def slow_address(page_library, tmp_path_factory):
    """The page with a reader that takes its time."""
    with served("tests/slow_page.py", page_library, log=tmp_path_factory.mktemp("log")) as address:
        yield address


@pytest.fixture
def slowly(browser, slow_address):
    watched = Watched(browser, slow_address)
    yield watched
    watched.context.close()
    assert watched.complaints == []


def reload(watched) -> None:
    """Leaves the page, which breaks off what it was still listening to, and opens it again."""
    before = len(watched.complaints)
    watched.page.reload()
    watched.page.wait_for_selector("#wz-box .submit-button")
    watched.complaints[before:] = [
        told for told in watched.complaints[before:] if not re.search("BodyStreamBuffer|Connection errored out|AbortError", told)
    ]


def fold(watched, name: str) -> None:
    watched.page.click(f"{name} .label-wrap")


# -- conversations ------------------------------------------------------------------------------


def test_a_conversation_survives_a_reload_and_goes_on(opened):
    watched = opened()
    watched.ask(CHINESE)
    answer = watched.text(".wz-answer")
    watched.page.wait_for_selector("#wz-conversations")
    reload(watched)
    watched.page.wait_for_selector(".wz-answer a.cite")
    assert watched.text(".wz-answer") == answer
    watched.page.click("a.cite[href='#card-1-1']")
    watched.page.locator("#card-1-1 .wz-original mark").wait_for(state="visible")
    watched.ask("它面临哪些挑战？")
    assert "哈萨克斯坦" in watched.text(".wz-understood")
    assert watched.page.locator(".wz-turn").count() == 2


def test_conversations_are_opened_renamed_and_deleted(opened):
    watched = opened()
    watched.ask(CHINESE)
    watched.page.wait_for_selector("#wz-conversations")
    watched.page.click("#wz-new")
    watched.page.wait_for_selector(".wz-empty")
    watched.ask("小多边主义是什么？")
    fold(watched, "#wz-conversations")
    rows = watched.page.locator("#wz-list label")
    rows.nth(1).wait_for()
    assert [text.strip() for text in rows.all_inner_texts()] == ["小多边主义是什么？", CHINESE]
    rows.nth(1).click()
    watched.page.locator(".wz-question", has_text=CHINESE).wait_for()
    watched.page.wait_for_selector(f".wz-turn summary:has-text('{CHINESE}')")
    watched.page.fill("#wz-title input, #wz-title textarea", "<b>我的论文</b>")
    watched.page.click("#wz-rename")
    watched.page.wait_for_selector("#wz-list label:has-text('<b>我的论文</b>')")
    watched.page.click("#wz-delete")
    watched.page.wait_for_selector(".wz-empty")
    assert [text.strip() for text in rows.all_inner_texts()] == ["小多边主义是什么？"]
    reload(watched)
    assert watched.page.locator(".wz-question").count() == 0


def test_browsers_see_nothing_of_each_other(opened):
    mine, yours = opened(), opened(locale="en-US")
    mine.ask("哈萨克斯坦的中等强国地位有哪些局限？甲甲甲")
    yours.ask("What are the limits of Kazakhstan's middle-power status? zzz")
    for watched, other in ((mine, "zzz"), (yours, "甲甲甲")):
        watched.page.wait_for_selector("#wz-conversations")
        fold(watched, "#wz-conversations")
        watched.page.wait_for_selector("#wz-list label")
        assert watched.page.locator("#wz-list label").count() == 1
        assert other not in watched.page.content()
        reload(watched)
        watched.page.wait_for_selector(".wz-question")
        assert other not in watched.page.content()


def test_two_windows_of_a_browser_lose_nothing_of_each_other(opened, address):
    watched = opened()
    second = watched.context.new_page()
    second.goto(address)
    second.wait_for_selector("#wz-box .submit-button")
    watched.ask(CHINESE)
    watched.page.wait_for_selector("#wz-conversations")
    second.fill("#wz-box textarea", "小多边主义是什么？")
    second.press("#wz-box textarea", "Enter")
    second.wait_for_selector(".wz-answer")
    second.wait_for_selector("#wz-conversations:has-text('2')")


# -- scope and language -------------------------------------------------------------------------


def test_an_address_limits_questions_to_an_article(opened, address):
    watched = opened()
    watched.page.goto(f"{address}?article=minilateral-china&lang=en")
    watched.page.wait_for_selector("#wz-scope:has-text('limited to 1 article')")
    watched.ask(ENGLISH)
    assert "Limited to:" in watched.text(".wz-limits")
    assert watched.page.locator(".wz-card, .wz-near").count()
    for title in watched.page.locator(".wz-title").all_inner_texts():
        assert title == "China’s Perception of Minilateralism and Chinese-style Multilateralism"


def test_articles_and_the_language_of_the_answer_are_chosen(opened):
    watched = opened()
    fold(watched, "#wz-scope")
    watched.page.click("#wz-articles input")
    watched.page.locator("[role='option']", has_text="追求中等强国地位").click()
    watched.page.keyboard.press("Escape")
    watched.page.click("#wz-answer-language label:has-text('English')")
    watched.page.wait_for_selector("#wz-scope .label-wrap:has-text('限 1 篇文献 · English')")
    watched.ask(CHINESE)
    assert watched.page.get_attribute(".wz-answer", "lang") == "en"
    assert "限于：追求中等强国地位" in watched.text(".wz-limits")
    watched.page.click("#wz-language label:has-text('English')")
    watched.page.wait_for_selector(".wz-limits:has-text('Limited to')")


# -- what comes next ----------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "question"), [("zh-CN", CHINESE), ("en-US", ENGLISH), ("zh-CN", UNANSWERED)])
def test_what_is_suggested_is_answered_by_a_click(opened, locale, question):
    watched = opened(locale=locale, width=390 if question == ENGLISH else 1440)
    watched.ask(question)
    button = watched.page.locator("#wz-next button.wz-next").first
    button.wait_for(state="visible")
    suggested = button.inner_text()
    assert watched.wide() <= 0
    button.click()
    watched.page.locator(".wz-question", has_text=suggested).wait_for()
    watched.page.locator(".wz-answer").nth(1).locator("a.cite").first.wait_for()
    if question == UNANSWERED:
        assert re.search(r"现有 \d+ 篇文献", watched.text(".wz-holds"))


# -- stopping and failing -----------------------------------------------------------------------


def test_stopping_leaves_what_was_written_and_frees_the_box_at_once(slowly):
    slowly.page.fill("#wz-box textarea", CHINESE + SLOWLY)
    slowly.page.press("#wz-box textarea", "Enter")
    slowly.page.wait_for_selector(".wz-answer a.cite")
    slowly.page.wait_for_selector("#card-1-1", state="attached")
    slowly.page.click("#wz-box .stop-button")
    began = time.monotonic()
    slowly.page.wait_for_selector("#wz-box .submit-button")
    slowly.page.wait_for_selector(".wz-note:has-text('已停止')")
    assert time.monotonic() - began < 3
    assert slowly.page.locator(".wz-answer a.cite").count() == 1
    # The worker is free too: the next question gets its first statement without waiting for the rest of this one.
    slowly.page.fill("#wz-box textarea", f"小多边主义是什么？{SLOWLY}")
    slowly.page.press("#wz-box textarea", "Enter")
    slowly.page.locator(".wz-answer").nth(1).wait_for()
    slowly.page.click("#wz-box .stop-button")
    slowly.page.locator(".wz-note", has_text="已停止").nth(1).wait_for()
    slowly.page.wait_for_selector("#wz-box .submit-button")
    slowly.page.wait_for_timeout(500)  # what is shown is kept in the browser a moment later
    reload(slowly)
    slowly.page.locator(".wz-note", has_text="已停止").nth(1).wait_for()
    assert slowly.page.locator(".wz-answer").count() == 2


def test_a_broken_reader_is_one_sentence_and_the_box_is_ready(slowly):
    slowly.page.fill("#wz-box textarea", f"{ENGLISH} broken")
    slowly.page.press("#wz-box textarea", "Enter")
    slowly.page.wait_for_selector(".wz-note:has-text('程序出错')")
    slowly.page.wait_for_selector("#wz-box .submit-button")
    assert slowly.page.locator(".wz-answer").count() == 0
    slowly.page.wait_for_selector("#wz-retry:not([disabled])")


def test_too_long_a_question_is_told_and_stays_in_the_box(opened):
    watched = opened(locale="en-US")
    watched.page.fill("#wz-box textarea", "why " * 300)
    watched.page.press("#wz-box textarea", "Enter")
    watched.page.wait_for_selector(".wz-notice:has-text('at most 1000')")
    assert watched.page.locator(".wz-question").count() == 0
    assert len(watched.page.input_value("#wz-box textarea")) == 1200
    watched.ask(ENGLISH)
    assert watched.text(".wz-notice").strip() == ""
