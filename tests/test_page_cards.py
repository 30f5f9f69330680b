"""Marks and cards, how the page looks, and who can use it, in a browser."""

from __future__ import annotations

import io
import re
import unicodedata
from contextlib import closing

import pytest
from browser import CHROMIUM
from corners import CORNERS, bare, corner, every_corner, in_sight, sound
from pypdf import PdfReader
from serving import ROOT

from index.library import Library

CHINESE = "哈萨克斯坦为什么追求中等强国地位？"
ENGLISH = "Why does Kazakhstan pursue middle-power status?"
UNANSWERED = {"zh-CN": "量子计算机的纠错码是什么？", "en-US": "What is a topological error-correcting code?"}

CARD = {
    "zh-CN": {
        "question": "软制衡战略有什么作用？", "proof": "证据 1", "verdict": "有据", "partly": "部分有据", "title": "追求中等强国地位的身份认知与行为选择",
        "authors": "周明、李琼", "notes": "作者原注", "words": "问题中出现", "word": "软制衡", "rank": r"字词匹配：第 \d+ 名", "page": "第 2 页", "second": "原文照引",
    },
    "en-US": {
        "question": "How did Kazakhstan form a soft balancing strategy?", "proof": "Proof 1", "verdict": "supported", "partly": "supported in part",
        "title": "Identity Perception and Behavioral Choice", "authors": "Zhou Ming, Li Qiong", "notes": "The author's own notes",
        "words": "Words of the question", "word": "soft", "rank": r"Words in common: rank \d+", "page": "p. 2", "second": "supported",
    },
}  # fmt: skip
FERRY = {"zh-CN": "谁在 1907 年建造了 Orrin 的第二艘渡轮？", "en-US": "Who built the second ferry of Orrin?"}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def inked(text: str) -> str:
    """Without white space and ligatures, which paper has its own of."""
    return bare(unicodedata.normalize("NFKC", text))


def press(watched, name: str, value: str) -> None:
    """Chooses how the page looks, as a reader does."""
    if not watched.page.locator(".wz-look[open]").count():
        watched.page.click(".wz-look > summary")
    watched.page.click(f".wz-look button[data-wz-{name}='{value}']")
    watched.page.keyboard.press("Escape")


def on(watched, selector: str) -> bool:
    return "wz-touched" in (watched.page.locator(selector).first.get_attribute("class") or "")


def point(watched, selector: str, shown: str) -> bool:
    """Points at something and says whether the other end was shown; anew where the answer moved away beneath the pointer."""
    for _ in range(5):
        watched.page.mouse.move(0, 0)
        watched.page.hover(selector)
        if on(watched, shown):
            return True
        watched.page.wait_for_timeout(300)
    return False


# -- marks and cards ----------------------------------------------------------------------------


@every_corner
def test_a_mark_and_its_card_show_each_other_by_pointer_and_keyboard(opened, page_library, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page, told = watched.page, CARD[locale]
    watched.ask(told["question"])
    mark, card, other = "a.cite[href='#card-1-1']", "#card-1-1", "#card-1-2"
    assert point(watched, mark, card)
    assert not on(watched, other)
    assert not page.locator(card).get_attribute("open")
    assert point(watched, f"{card} > summary", mark)
    assert not on(watched, card)
    page.hover("#wz-header h1")
    assert not on(watched, mark)
    page.focus(mark)
    assert on(watched, card)
    page.keyboard.press("Enter")
    page.locator(f"{card} .wz-original mark").wait_for(state="visible")
    assert in_sight(watched, f"{card} .wz-original mark")
    assert page.evaluate("document.activeElement.closest('.wz-card').id") == "card-1-1"
    assert on(watched, mark)
    left, panel = (page.locator(name).bounding_box() for name in ("#wz-left", "#wz-panel"))
    assert (panel["x"] >= left["x"] + left["width"]) == (width == 1440)
    label = page.locator(mark).first.get_attribute("aria-label")
    assert told["proof"] in label
    assert watched.text(f"{card} .wz-verdict").strip() == told["verdict"]
    assert told["verdict"] in label
    assert told["partly"] in watched.text(".wz-legend")

    said, where = watched.text(f"{card} .wz-title"), watched.text(f"{card} .wz-where")
    assert said.startswith(told["title"])
    assert where.startswith(told["authors"])
    assert "三 哈萨克斯坦追求中等强国地位的具体实践 › （一）通过软制衡获得外交权威" in where
    place = watched.text(f"{card} .wz-file span")
    start, end = (int(number) for number in re.findall(r"(\d+)–(\d+)", place)[0])
    with closing(Library.open(page_library)) as library:
        assert bare(watched.text(f"{card} .wz-original mark")) == bare(library.text_between(place.split(" · ")[0], start, end))
    assert "soft balancing" in watched.text(f"{card} .wz-translation mark").lower()
    assert watched.text(f"{card} .wz-notes .wz-label") == told["notes"]
    (note,) = page.locator(f"{card} .wz-notes li").all_inner_texts()
    assert note.startswith("④ 软制衡作为次级国家参与国际制衡的一种方式，与硬制衡相对，是指通过经济策略、")
    assert note.endswith("Vol. 16, No. 1, 2020, pp. 1 - 22.")
    page.locator(f"{card} .wz-why > summary").press("Enter")
    assert told["word"] in watched.text(f"{card} .wz-why li:has-text('{told['words']}')")
    assert re.search(told["rank"], watched.text(f"{card} .wz-why"))
    sound(watched)

    page.locator(f"{card} .wz-back").press("Enter")
    assert page.evaluate("document.activeElement.id") == "cite-1-1"
    assert in_sight(watched, "#cite-1-1")
    page.focus(f"{other} > summary")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{other}[open]")
    assert on(watched, "a.cite[href='#card-1-2']")
    page.click(f"{other} .wz-back")
    assert page.evaluate("document.activeElement.id") == "cite-1-2"

    watched.ask(FERRY[locale])  # its file has pages and no translation
    assert not page.locator("#turn-1").get_attribute("open")
    page.click("a.cite[href='#card-2-1']")
    assert told["page"] in watched.text("#card-2-1 .wz-where")
    assert watched.text("#card-2-1 .wz-verdict").strip() == told["second"]
    shape = page.locator("a.cite[href='#card-2-1'] .wz-shape")
    assert page.locator(f"{mark} .wz-shape").get_attribute("class") == "wz-shape wz-is-supported"
    assert shape.get_attribute("class") == f"wz-shape wz-is-{'original' if locale == 'zh-CN' else 'supported'}"
    page.click(mark)  # the proofs of an earlier answer can still be reached
    page.locator(f"{card} .wz-original mark").wait_for(state="visible")


# -- how it looks -------------------------------------------------------------------------------


def test_light_dark_and_size_of_print_are_remembered(opened):
    watched = opened(dark=True)
    dark = "document.body.classList.contains('dark')"
    size = "parseFloat(getComputedStyle(document.querySelector('.wz-lead')).fontSize)"
    assert watched.page.evaluate(dark)
    usual = watched.page.evaluate(size)
    press(watched, "theme", "light")
    press(watched, "size", "150")
    assert not watched.page.evaluate(dark)
    watched.page.reload()
    watched.page.wait_for_selector("#wz-box button:has-text('提问')")
    watched.page.wait_for_function("document.documentElement.style.fontSize === '150%'")
    assert not watched.page.evaluate(dark)
    assert watched.page.evaluate(size) == pytest.approx(1.5 * usual)
    assert watched.page.locator(".wz-look button[aria-pressed='true']").count() == 2
    watched.page.set_viewport_size({"width": 390, "height": 900})
    assert watched.wide() <= 0
    press(watched, "theme", "")
    assert watched.page.evaluate(dark)
    watched.page.emulate_media(color_scheme="light")
    watched.page.wait_for_function(f"!{dark}")


def test_what_is_printed_holds_every_quotation_and_no_control(opened):
    watched = opened(locale="en-US", dark=True)
    watched.ask(ENGLISH)
    quotes = watched.page.locator(".wz-translation mark").all_text_contents()
    printed = "".join(page.extract_text() for page in PdfReader(io.BytesIO(watched.page.pdf())).pages)
    assert quotes
    assert all(inked(quote) in inked(printed) for quote in quotes)
    assert "Retry" not in printed
    assert not watched.page.locator("#card-1-1").get_attribute("open")


# -- who can use it -----------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "question"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_axe_finds_nothing_against_the_page(opened, locale, question):
    """In the corners of a language that are not walked through with axe in `test_walks`."""
    watched = opened(locale=locale)
    walked = {(width, "dark" if dark else "light") for walked_in, width, dark in CORNERS if walked_in == locale}
    others = sorted({(width, theme) for width in (1440, 390) for theme in ("light", "dark")} - walked)
    assert len(others) == 2
    spoken, other = ("zh-Hans", "en") if locale == "zh-CN" else ("en", "zh-Hans")

    def looked_at() -> None:
        for width, theme in others:
            watched.page.set_viewport_size({"width": width, "height": 900})
            press(watched, "theme", theme)
            assert watched.violations() == []

    looked_at()
    watched.ask(question)
    watched.page.click("a.cite[href='#card-1-1']")
    watched.page.click("#card-1-1 .wz-why > summary")
    looked_at()
    assert watched.page.evaluate("document.documentElement.lang") == spoken
    assert watched.page.locator("#card-1-1 .wz-original mark").evaluate("e => e.closest('[lang]').lang") == "zh-Hans"
    assert watched.page.locator("#card-1-1 .wz-translation mark").evaluate("e => e.closest('[lang]').lang") == "en"
    watched.ask(UNANSWERED[locale])
    looked_at()
    watched.page.click(f"#wz-language label:has-text('{'English' if spoken == 'zh-Hans' else '中文'}')")
    watched.page.wait_for_function("lang => document.documentElement.lang === lang", arg=other)
    assert watched.page.locator("#card-1-1 .wz-label").first.evaluate("e => e.closest('[lang]').lang") == other


def test_the_keyboard_reaches_content_first_and_a_screen_reader_is_told_of_the_answer(opened):
    watched = opened(locale="en-US")
    first = watched.page.locator("a[href], button, input, textarea, summary, [tabindex]").first
    assert first.inner_text() == "Skip to the content"
    first.focus()
    assert first.bounding_box()["y"] >= 0
    watched.page.keyboard.press("Enter")
    assert watched.page.evaluate("document.activeElement.id") == "wz-main"
    watched.ask(ENGLISH)
    watched.page.wait_for_function("/answer is there/.test(document.getElementById('wz-told').textContent)")
    assert watched.page.get_attribute("#wz-told", "role") == "status"
    assert watched.page.locator("#wz-chat [aria-live='polite']").count() == 0
    watched.ask(UNANSWERED["en-US"])
    watched.page.wait_for_function("/do not answer/.test(document.getElementById('wz-told').textContent)")


# -- what is asked of others ---------------------------------------------------------------------


def test_no_file_of_the_page_names_another_host():
    for path in (*ROOT.glob("ui/web/*.css"), *ROOT.glob("ui/web/**/*.js")):
        assert not re.search(r"(?:https?:)?//[a-z\d]", re.sub(r"^\s*//.*", "", path.read_text(encoding="utf-8"), flags=re.M)), (
            path
        )
