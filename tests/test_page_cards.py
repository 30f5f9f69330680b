"""Marks and cards, how the page looks, and who can use it, in a browser."""

from __future__ import annotations

import io
import re
import unicodedata

import pytest
from browser import CHROMIUM, ROOT, served
from fakes import FakeEncoder
from pypdf import PdfReader

from index import build
from index.settings import Settings

CHINESE = "哈萨克斯坦为什么追求中等强国地位？"
ENGLISH = "Why does Kazakhstan pursue middle-power status?"
UNANSWERED = {"zh-CN": "量子计算机的纠错码是什么？", "en-US": "What is a topological error-correcting code?"}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

# Milliseconds from the click until the quotation has been painted inside the window.
TIMED = """async (selector) => {
  const began = performance.now();
  document.querySelector(selector).click();
  await new Promise((done) => requestAnimationFrame(() => { const line = new MessageChannel(); line.port1.onmessage = done;
    line.port2.postMessage(0); }));
  const took = performance.now() - began;
  const mark = document.querySelector(document.querySelector(selector).getAttribute("href") + " .wz-original mark");
  const box = mark.getBoundingClientRect();
  return mark.checkVisibility() && box.bottom > 0 && box.top < innerHeight ? took : Infinity;
}"""


def bare(text: str) -> str:
    """Without white space and ligatures, which paper has its own of."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def press(watched, name: str, value: str) -> None:
    """Chooses how the page looks, as a reader does."""
    if not watched.page.locator(".wz-look[open]").count():
        watched.page.click(".wz-look > summary")
    watched.page.click(f".wz-look button[data-wz-{name}='{value}']")
    watched.page.keyboard.press("Escape")


def on(watched, selector: str) -> bool:
    return "wz-touched" in (watched.page.locator(selector).first.get_attribute("class") or "")


# -- marks and cards ----------------------------------------------------------------------------


def test_a_mark_and_its_card_show_each_other_by_pointer_and_keyboard(opened):
    watched = opened()
    watched.ask(CHINESE)
    mark, card = "a.cite[href='#card-1-2']", "#card-1-2"
    watched.page.hover(mark)
    assert on(watched, card)
    assert not on(watched, "#card-1-1")
    assert not watched.page.locator(card).get_attribute("open")
    watched.page.hover(f"{card} > summary")
    assert on(watched, mark)
    assert not on(watched, card)
    watched.page.hover("#wz-header h1")
    assert not on(watched, mark)
    watched.page.focus(mark)
    assert on(watched, card)
    watched.page.focus(f"{card} > summary")
    assert on(watched, mark)
    label = watched.page.locator(mark).first.get_attribute("aria-label")
    assert "证据 2" in label
    assert "有据" in label
    assert watched.page.locator(f"{card} .wz-verdict").inner_text().strip() in label
    assert "部分有据" in watched.text(".wz-legend")
    watched.page.click(mark)
    watched.page.click(f"{card} .wz-why > summary")
    assert "哈萨克斯坦" in watched.text(f"{card} .wz-why li:has-text('问题中出现')")
    assert re.search(r"字词匹配：第 \d+ 名", watched.text(f"{card} .wz-why"))
    assert watched.page.evaluate(TIMED, "a.cite[href='#card-1-1']") < 100


@pytest.fixture(scope="module")
def thousand(tmp_path_factory):
    """A page over a thousand articles."""
    folder = tmp_path_factory.mktemp("thousand")
    papers = folder / "papers"
    papers.mkdir()
    for number in range(1000):
        words = f"The lighthouse of harbour number {number} was built in {1000 + number} by its keepers."
        (papers / f"{number}.txt").write_text(f"Harbour {number}\n\n{words} It has {number + 3} lamps.\n", encoding="utf-8")
    assert not build.index([papers], Settings(library=folder / "library"), FakeEncoder()).failed
    with served("tests/fake_cli.py", "ui", "--library", folder / "library", "--port", log=folder) as address:
        yield address


def test_the_quotation_is_there_at_once_in_a_library_of_a_thousand_articles(opened, thousand):
    watched = opened(address=thousand, locale="en-US")
    assert "1000 articles" in watched.text(".wz-state")
    watched.ask("Who built the lighthouse of harbour number 500?")
    assert watched.page.evaluate(TIMED, "a.cite[href='#card-1-1']") < 200


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
    assert all(bare(quote) in bare(printed) for quote in quotes)
    assert "Retry" not in printed
    assert not watched.page.locator("#card-1-1").get_attribute("open")


# -- who can use it -----------------------------------------------------------------------------


@pytest.mark.parametrize(("locale", "question"), [("zh-CN", CHINESE), ("en-US", ENGLISH)])
def test_axe_finds_nothing_against_the_page(opened, locale, question):
    watched = opened(locale=locale)
    spoken, other = ("zh-Hans", "en") if locale == "zh-CN" else ("en", "zh-Hans")

    def looked_at() -> None:
        for width, theme in ((1440, "light"), (1440, "dark"), (390, "dark"), (390, "light")):
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
