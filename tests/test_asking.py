"""Conversations, scope, stop and follow-ups of the asking page, in a browser; what every reader does in every corner."""

from __future__ import annotations

import re
import time

import pytest
from browser import CHROMIUM
from corners import corner, fold, opposite_corners, reload, sound
from serving import served
from slow_page import SLOWLY
from test_page import CHINESE, ENGLISH

SCOPE = {
    "zh-CN": {
        "question": CHINESE, "document": "限 4 篇文献", "article": "限 1 篇文献 · English", "limited": "限于：", "other": "English", "retry": "重试",
        "title": "追求中等强国地位的身份认知与行为选择",
        "titles": {"小多边主义与全球治理：混合模式的有效性", "中国对小多边主义的认知与中国式多边主义", "全球核秩序中的小多边主义和有效多边主义", "四方安全对话、奥库斯与澳大利亚的安全小多边主义：中国崛起与安全合作新路径", "专题序言"},
    },
    "en-US": {
        "question": ENGLISH, "document": "limited to 4 articles", "article": "limited to 1 article · 中文", "limited": "Limited to:", "other": "中文", "retry": "Retry",
        "title": "Identity Perception and Behavioral Choice in the Pursuit of Middle-Power Status",
        "titles": {"Minilateralism and Global Governance: Effectiveness of Hybrid Models", "China’s Perception of Minilateralism and Chinese-style Multilateralism", "Minilateralism and Effective Multilateralism in the Global Nuclear Order", "The Quad, AUKUS and Australian Security Minilateralism: China’s Rise and New Approaches to Security Cooperation", "专题序言"},
    },
}  # fmt: skip
STOP = {
    "zh-CN": {"first": CHINESE, "second": "小多边主义是什么？", "stopped": "已停止"},
    "en-US": {"first": ENGLISH, "second": "What is minilateralism?", "stopped": "Stopped."},
}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def slow_address(page_library, tmp_path_factory):
    """The page with a reader that takes its time."""
    with served("tests/slow_page.py", page_library, log=tmp_path_factory.mktemp("log")) as address:
        yield address


@pytest.fixture
def slowly(opened, slow_address):
    """Opens the slow page in a corner."""
    return lambda locale, width, dark: corner(opened, locale, width, dark, address=slow_address)


# -- conversations ------------------------------------------------------------------------------


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


@opposite_corners
def test_a_question_is_limited_to_a_document_then_an_article_and_answered_in_the_other_language(opened, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page, told = watched.page, SCOPE[locale]
    fold(watched, "#wz-scope")
    page.click("#wz-articles input")
    page.locator("[role='option']", has_text="002_").click()
    page.keyboard.press("Escape")
    page.wait_for_selector(f"#wz-scope .label-wrap:has-text('{told['document']}')")
    sound(watched)
    watched.ask(told["question"])
    shown = page.locator("#turn-1 .wz-title")
    assert shown.count()
    assert set(shown.all_inner_texts()) <= told["titles"]
    assert told["limited"] in watched.text(".wz-limits")

    page.locator("#wz-articles .token-remove, #wz-articles .remove-all").first.click()
    page.click("#wz-articles input")
    page.locator("[role='option']", has_text=told["title"]).click()
    page.keyboard.press("Escape")
    page.click(f"#wz-answer-language label:has-text('{told['other']}')")
    page.wait_for_selector(f"#wz-scope .label-wrap:has-text('{told['article']}')")
    watched.ask(told["question"])
    spoken = "en" if locale == "zh-CN" else "zh-Hans"
    answer = page.locator(".wz-answer").nth(1)
    assert answer.get_attribute("lang") == spoken
    assert bool(re.search("[一-鿿]", answer.locator("p").first.inner_text())) == (locale == "en-US")
    assert all(told["title"] in title for title in page.locator("#turn-2 .wz-title").all_inner_texts())
    assert page.locator("#turn-2 .wz-card").count()
    assert page.evaluate("document.documentElement.lang") != spoken  # the page itself goes on in its own
    assert watched.text("#wz-retry") == told["retry"]

    button = page.locator("#wz-next button.wz-next").first
    button.wait_for(state="visible")
    suggested = button.inner_text()
    sound(watched)
    button.click()
    page.locator(".wz-question", has_text=suggested).wait_for()
    page.locator(".wz-answer").nth(2).locator("a.cite").first.wait_for()
    page.wait_for_selector("#wz-box .submit-button")
    assert all(told["title"] in title for title in page.locator("#turn-3 .wz-title").all_inner_texts())


# -- stopping, asking again and earlier conversations ---------------------------------------------


@opposite_corners
def test_a_question_is_stopped_asked_again_and_found_in_an_earlier_conversation(slowly, locale, width, dark):
    watched = slowly(locale, width, dark)
    page, told = watched.page, STOP[locale]
    page.fill("#wz-box textarea", told["first"] + SLOWLY)
    page.press("#wz-box textarea", "Enter")
    page.wait_for_selector(".wz-answer a.cite")
    page.wait_for_selector("#card-1-1", state="attached")
    page.click("#wz-box .stop-button")
    began = time.monotonic()
    page.wait_for_selector("#wz-box .submit-button")
    page.wait_for_selector(f".wz-note:has-text('{told['stopped']}')")
    assert time.monotonic() - began < 3
    assert page.locator(".wz-answer a.cite").count() == 1
    page.wait_for_selector("#wz-conversations:has-text('1')")

    page.click("#wz-new")
    page.wait_for_selector(".wz-empty")
    # The worker is free too: the next question gets its answer without waiting for the rest of that one.
    watched.ask(told["second"])
    answer = watched.text(".wz-answer")
    page.wait_for_selector("#wz-retry:not([disabled])")
    page.click("#wz-retry")
    page.wait_for_selector("#wz-box .stop-button", state="attached")
    page.wait_for_selector("#wz-box .submit-button")
    page.wait_for_selector(".wz-answer a.cite")
    assert watched.text(".wz-answer") == answer
    assert page.locator(".wz-question").count() == page.locator(".wz-turn").count() == 1

    page.wait_for_selector("#wz-conversations:has-text('2')")
    page.wait_for_timeout(300)  # what is shown is kept in the browser a moment later
    reload(watched)
    page.wait_for_selector(".wz-answer a.cite")
    assert watched.text(".wz-answer") == answer
    fold(watched, "#wz-conversations")
    rows = page.locator("#wz-list label")
    rows.nth(1).wait_for()
    assert [text.strip() for text in rows.all_inner_texts()] == [told["second"], told["first"] + SLOWLY]
    sound(watched)
    rows.nth(1).click()
    page.wait_for_selector(f".wz-note:has-text('{told['stopped']}')")
    page.wait_for_selector(f".wz-turn summary:has-text('{told['first']}')")
    assert page.locator(".wz-answer a.cite").count() == page.locator(".wz-turn .wz-card").count() == 1
    assert watched.text(".wz-question").strip() == told["first"] + SLOWLY
    page.fill("#wz-title input, #wz-title textarea", "<b>我的论文</b>")
    page.click("#wz-rename")
    page.wait_for_selector("#wz-list label:has-text('<b>我的论文</b>')")
    page.click("#wz-delete")
    page.wait_for_selector(".wz-empty")
    page.wait_for_function("document.querySelectorAll('#wz-list label').length === 1")
    assert [text.strip() for text in rows.all_inner_texts()] == [told["second"]]
    reload(watched)
    assert page.locator(".wz-question").count() == 0


def test_a_broken_reader_is_one_sentence_and_the_box_is_ready(slowly):
    slowly = slowly("zh-CN", 1440, False)
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
