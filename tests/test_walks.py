"""The asking page walked through as a reader does, in each corner, with axe at every stop; details are tested beside this."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from browser import CHROMIUM, Watched
from corners import CORNERS, corner, in_sight, sound

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

QUESTION = {"zh-CN": "哈萨克斯坦为什么追求中等强国地位？", "en-US": "Why does Kazakhstan pursue middle-power status?"}
FOLLOW_UP = {"zh-CN": "它面临哪些挑战？", "en-US": "What limits it?"}
REFUSED = {"zh-CN": "火星土壤里的高氯酸盐怎样测定？", "en-US": "What is a topological error-correcting code?"}
SAYS = {
    "zh-CN": {
        "state": r"\d 篇文献 · 编码器 embedded", "ask": "提问", "empty": "答案引用的原文", "supported": "有据", "also": "另以这些词检索过",
        "both": "对照", "refused": "没有回答这个问题", "contents": "目录",
    },
    "en-US": {
        "state": r"\d articles · encoder embedded", "ask": "Ask", "empty": "passages that an answer cites", "supported": "supported", "also": "Also searched for",
        "both": "Both", "refused": "do not answer this question", "contents": "Contents",
    },
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def warm(browser: Any, address: str) -> None:
    """Waits until the page suggests questions, which it leaves undone while it finds out which examples are answered."""
    watched = Watched(browser, address)
    for _ in range(20):
        watched.ask(REFUSED["zh-CN"])
        watched.page.wait_for_timeout(1500)
        if watched.page.locator("#wz-next button.wz-next:visible").count():
            break
    watched.context.close()


# -- the reader ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "width", "dark"), CORNERS)
def test_a_reader_asks_checks_a_claim_in_the_source_and_comes_back(opened, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page, says, home = watched.page, SAYS[locale], watched.page.url
    assert re.match(says["state"], watched.text(".wz-state"))
    assert says["empty"] in watched.text(".wz-empty")
    examples = page.locator("#wz-chat .example").all_text_contents()
    assert any(re.search("[一-鿿]", text) for text in examples)
    assert any(re.match("[A-Z][a-z ]", text.strip()) for text in examples)
    sound(watched)

    watched.ask(QUESTION[locale])
    mark = page.locator(".wz-answer a.cite").first
    assert mark.locator(".wz-shape").count() == 1
    assert says["supported"] in mark.get_attribute("aria-label")
    assert says["also"] in watched.text(".wz-answer")
    page.locator("#wz-next button.wz-next").first.wait_for(state="visible")
    assert in_sight(watched, ".wz-question")
    for fold in ("#wz-conversations", "#wz-scope"):
        page.click(f"{fold} .label-wrap")
    page.wait_for_selector("#wz-list label")
    page.locator("#wz-answer-language label").first.wait_for()
    sound(watched)
    for fold in ("#wz-conversations", "#wz-scope"):
        page.click(f"{fold} .label-wrap")

    mark.press("Enter")
    card = page.locator("#card-1-1")
    card.locator(".wz-original mark").wait_for(state="visible")
    assert in_sight(watched, "#card-1-1 .wz-original mark")
    assert card.locator(".wz-translation mark").count() == 1
    card.locator(".wz-why > summary").click()
    sound(watched)
    quote = re.sub(r"\s", "", card.locator(".wz-original mark").inner_text())
    address = card.locator("a.wz-open").get_attribute("href")
    card.locator(".wz-back").press("Enter")
    assert page.evaluate("document.activeElement.id") == "cite-1-1"
    assert in_sight(watched, "#cite-1-1")

    page.goto(home + address.removeprefix("./"))
    page.wait_for_selector(".wz-cited")
    page.wait_for_function("() => { const b = document.querySelector('.wz-cited').getBoundingClientRect(); return b.top >= 0 && b.top < innerHeight }")  # fmt: skip
    page.locator("#wz-src-side label", has_text=says["both"]).click()
    page.wait_for_selector(".wz-src-text.wz-src-both .wz-cited")
    cited = page.evaluate("() => { const s = document.querySelector('.wz-cited').cloneNode(true); s.querySelectorAll('button').forEach(b => b.remove()); return s.textContent }")  # fmt: skip
    assert re.sub(r"\s", "", cited) in quote or quote in re.sub(r"\s", "", cited)
    assert says["contents"] in watched.text(".wz-src-contents")
    sound(watched)
    page.locator(".wz-src-mark").first.press("Enter")
    page.wait_for_selector(".wz-src-pop:popover-open")
    sound(watched, ".wz-src-pop:popover-open")  # of the rest of a long article it has just been told

    page.goto(home)
    page.wait_for_selector(".wz-answer a.cite")
    page.wait_for_selector("#wz-box .submit-button")
    assert page.locator("#card-1-1").count() == 1
    watched.ask(FOLLOW_UP[locale])
    assert "哈萨克斯坦" in watched.text(".wz-understood") or "Kazakhstan" in watched.text(".wz-understood")


@pytest.mark.parametrize(("locale", "width", "dark"), CORNERS)
def test_a_refusal_helps_and_an_answer_can_be_taken_along(opened, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page = watched.page
    watched.ask(REFUSED[locale])
    assert SAYS[locale]["refused"] in watched.text(".wz-refusal")
    assert page.locator(".wz-near a.wz-open").count() == 3
    assert re.search(r"\d (篇文献|articles)", watched.text(".wz-holds"))
    button = page.locator("#wz-next button.wz-next").first
    button.wait_for(state="visible")
    suggested = button.inner_text()
    sound(watched)
    button.click()
    page.locator(".wz-question", has_text=suggested).wait_for()
    page.locator(".wz-answer").nth(1).locator("a.cite").first.wait_for()
    page.wait_for_selector("#wz-box .submit-button")
    page.click("#wz-new")
    page.wait_for_selector(".wz-empty")
    watched.ask(QUESTION[locale])
    page.wait_for_selector("#wz-sources [data-article=kazakhstan]", state="attached")
    page.click("#wz-export > button")
    page.locator("#wz-export-download").wait_for()
    sound(watched)
    with page.expect_download() as waiting:
        page.click("#wz-export-download")
    assert Path(waiting.value.path()).stat().st_size > 500


def test_a_question_on_a_full_chat_is_shown_with_its_answer_and_the_readers_own_scrolling_stays(opened):
    watched = opened(locale="en-US", width=390)
    box = "document.querySelector('#wz-chat .bubble-wrap')"
    watched.ask(QUESTION["en-US"])
    watched.ask(FOLLOW_UP["en-US"])
    top = "[...document.querySelectorAll('#wz-chat .wz-question')].at(-1).getBoundingClientRect().top"
    page = watched.page
    page.locator("#wz-next button.wz-next").first.wait_for(state="visible")
    page.wait_for_function(f"() => {{ const by = {top} - {box}.getBoundingClientRect().top; return by >= 0 && by < 200 }}")
    assert not page.locator("#wz-chat .scroll-down-button-container").is_visible()
    place = page.locator("#wz-chat").bounding_box()
    page.mouse.move(place["x"] + place["width"] / 2, place["y"] + 60)
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"() => {top} > {box}.getBoundingClientRect().top + 200")
    page.click("#wz-language label:has-text('中文')")
    page.wait_for_selector("#wz-box button:has-text('提问')")
    assert page.evaluate(f"{top} > {box}.getBoundingClientRect().top + 200")


def test_what_is_suggested_after_one_question_is_not_shown_under_another(opened):
    watched = opened()
    watched.ask(QUESTION["zh-CN"])
    page = watched.page
    page.locator("#wz-next button.wz-next").first.wait_for(state="visible")
    watched.ask(REFUSED["zh-CN"])
    page.click("#wz-new")
    page.wait_for_selector(".wz-empty")
    page.wait_for_timeout(1500)
    assert page.locator("#wz-next button.wz-next:visible").count() == 0


# -- a stored theme -----------------------------------------------------------------------------

FRAMES = """
window.grounds = [];
const look = () => {
  if (document.body) {
    const seen = [document.body, document.querySelector("gradio-app")].map((e) => e && getComputedStyle(e).backgroundColor);
    window.grounds.push(seen.filter((ground) => ground && !/, 0\\)$/.test(ground)).at(-1) ?? getComputedStyle(document.documentElement).colorScheme);
  }
  requestAnimationFrame(look);
};
look();
"""


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "documents"])
def test_a_theme_that_differs_from_the_systems_is_there_from_the_first_picture(opened, address, path, system):
    watched = opened(dark=system == "dark")
    watched.page.evaluate("theme => localStorage.setItem('wz-theme', theme)", "light" if system == "dark" else "dark")
    watched.page.add_init_script(FRAMES)
    watched.page.goto(address + path)
    watched.page.wait_for_selector(".wzd-doc" if path else "#wz-box .submit-button")
    seen = set(watched.page.evaluate("window.grounds"))
    bright = [sum(map(int, re.findall(r"\d+", ground)[:3])) > 380 if "rgb" in ground else ground == "light" for ground in seen]
    assert seen
    assert set(bright) == {system == "dark"}
