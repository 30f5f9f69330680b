"""The source view in a browser: opened from a card, read on both sides, shared, by mouse and by keyboard."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browser import CHROMIUM, HOSTILE_NAME

from index.library import Library

CHINESE = "哈萨克斯坦为什么追求中等强国地位？"
ENGLISH = "Why does Kazakhstan pursue middle-power status?"
ARTICLE = "kazakhstan"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.fixture
def reads(opened):
    """Opens the source page at an address."""

    def open_(query: str = "", ready: str = ".wz-src", **options):
        return opened(path=f"source{query}", ready=ready, **options)

    return open_


def in_sight(watched, selector: str) -> bool:
    return bool(
        watched.page.evaluate(
            "s => { const box = document.querySelector(s).getBoundingClientRect();"
            " return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth; }",
            selector,
        )
    )


@pytest.mark.parametrize(("locale", "question", "side"), [("zh-CN", CHINESE, "original"), ("en-US", ENGLISH, "both")])
def test_a_card_opens_the_article_at_its_quotation(opened, page_library, locale, question, side):
    watched = opened(locale=locale)
    watched.ask(question)
    watched.page.click("a.cite[href='#card-1-1']")
    link = watched.page.locator("#card-1-1 a.wz-open")
    assert link.inner_text() == ("查看全文" if side == "original" else "Open in source")
    with watched.context.expect_page() as another:
        link.click()
    page = another.value
    page.wait_for_selector(".wz-cited")
    asked = parse_qs(urlsplit(page.url).query)
    library = Library.open(page_library)
    source = library.articles()[ARTICLE].source
    wanted = library.text_between(source, int(asked["start"][0]), int(asked["end"][0]))
    library.close()
    told = page.evaluate("() => { const s = document.querySelector('.wz-cited'); s.querySelectorAll('button').forEach(b => b.remove()); return s.textContent }")  # fmt: skip
    assert bare(told) == bare(wanted)
    page.wait_for_function("() => { const b = document.querySelector('.wz-cited').getBoundingClientRect(); return b.top > 0 && b.bottom < innerHeight }")  # fmt: skip
    assert page.locator(f".wz-src-text.wz-src-{side}").count() == 1
    assert watched.page.locator("a.cite").count() > 0  # the answer stays where it was


def test_a_refusals_passages_can_be_opened(opened):
    watched = opened()
    watched.ask("量子计算机的纠错码是什么？")
    assert watched.page.locator(".wz-near a.wz-open").count() == watched.page.locator(".wz-near").count() == 3


def test_both_sides_stay_level_and_the_place_is_kept(reads):
    watched = reads("?article=kazakhstan&start=7700&side=both")
    tops = watched.page.evaluate(
        "[...document.querySelectorAll('.wz-src-row')].map(row =>"
        " [...row.querySelectorAll('.wz-src-cell')].map(cell => cell.getBoundingClientRect().top))"
    )
    assert len(tops) > 50
    assert all(len(row) == 2 and abs(row[0] - row[1]) < 1 for row in tops)
    where = "document.querySelector('.wz-cited').getBoundingClientRect().top"
    before = watched.page.evaluate(where)
    watched.page.click("#wz-src-side label:has-text('译文')")
    watched.page.wait_for_selector(".wz-src-text.wz-src-translation")
    watched.page.wait_for_function("location.search.includes('side=translation')")
    assert abs(watched.page.evaluate(where) - before) < 2
    assert urlsplit(watched.page.url).path == "/source"
    assert "material" in watched.text(".wz-src-text")


def test_a_footnote_opens_and_closes_by_keyboard(reads):
    watched = reads("?article=kazakhstan&start=1037")
    watched.page.locator(".wz-src-mark").nth(3).focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_selector(".wz-src-pop:popover-open")
    watched.page.wait_for_timeout(100)
    assert in_sight(watched, ".wz-src-pop:popover-open")
    assert "Ibid." in watched.text(".wz-src-pop:popover-open") or "Safranchuk" in watched.text(".wz-src-pop:popover-open")
    watched.page.keyboard.press("Escape")
    watched.page.wait_for_selector(".wz-src-pop:popover-open", state="detached")
    assert "wz-src-mark" in watched.page.evaluate("document.activeElement.className")


def test_contents_lead_to_their_heading_and_stay_in_sight(reads):
    watched = reads("?article=kazakhstan")
    entry = watched.page.locator(".wz-src-contents a").nth(4)
    heading = entry.get_attribute("data-to")
    entry.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_function(
        "id => { const b = document.getElementById(id).getBoundingClientRect(); return b.top >= 0 && b.top < 200 }", arg=heading
    )
    watched.page.wait_for_selector(f".wz-src-contents a[data-to='{heading}'][aria-current]")
    assert in_sight(watched, ".wz-src-contents summary")
    assert in_sight(watched, ".wz-src-share")


def test_a_selection_has_its_span_and_its_link_opens_there(reads, address):
    watched = reads("?article=kazakhstan")
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    spans = watched.page.evaluate(
        """() => {
            window.spans = [];
            document.addEventListener("wz-span", (event) => window.spans.push(event.detail));
            const [first, , third] = [...document.querySelectorAll(".wz-src-body .wz-s")];
            const range = document.createRange();
            range.setStart(first.firstChild, 2);
            range.setEnd(third.firstChild, 3);
            getSelection().addRange(range);
            return [Number(first.dataset.start), Number(third.dataset.end)];
        }"""
    )
    watched.page.wait_for_selector(".wz-src-share:has-text('所选')")
    assert watched.page.evaluate("window.spans.at(-1)") == {"start": spans[0], "end": spans[1]}
    watched.page.click(".wz-src-share")
    watched.page.wait_for_selector(".wz-src-said:has-text('已复制')")
    link = watched.page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}source?article=kazakhstan&start={spans[0]}&end={spans[1]}")
    watched.page.goto(link)
    watched.page.wait_for_selector(".wz-cited")
    assert watched.page.locator(".wz-cited").count() == 3


def test_an_unknown_article_or_place_is_said_and_the_list_is_there(reads):
    watched = reads(f"?article={quote('<img src=x onerror=alert(4)>')}&lang=en", ready=".wz-src-list")
    assert "holds no article “<img src=x onerror=alert(4)>”" in watched.text("#wz-src-shown")
    assert watched.page.locator(".wz-src-list li").count() == 6
    watched.page.locator("#wz-src-search textarea").press_sequentially("zhou ming")
    watched.page.wait_for_function("document.querySelectorAll('.wz-src-list li').length === 1")
    watched.page.click(".wz-src-list a")
    watched.page.wait_for_selector(".wz-src-head h1:has-text('哈萨克斯坦')")
    assert watched.text(".wz-src-share") == "Copy a link to this place"
    for start in ("99999999", "x", "9" * 400):
        watched.page.goto(watched.page.url.split("/source")[0] + f"/source?article=kazakhstan&lang=en&start={start}")
        watched.page.wait_for_selector(".wz-src-note:has-text('does not hold the place')")
        assert watched.wide() <= 0
    assert watched.page.locator(".wz-src-note a").count() == 1


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_nothing_scrolls_sideways_on_a_phone(reads, locale):
    watched = reads("?article=kazakhstan&start=6420&side=both", locale=locale, width=390)
    assert watched.page.locator(".wz-src-contents details[open]").count() == 0
    assert watched.wide() <= 0
    for side in (0, 1):
        watched.page.locator("#wz-src-side label").nth(side).click()
        watched.page.wait_for_selector(f".wz-src-{('original', 'translation')[side]}")
        assert watched.wide() <= 0
    watched.page.locator(".wz-src-mark").first.click()
    watched.page.wait_for_selector(".wz-src-pop:popover-open")
    assert in_sight(watched, ".wz-src-pop:popover-open")
    watched.page.keyboard.press("Escape")
    watched.page.click("#wz-language label:has-text('English')" if locale == "zh-CN" else "#wz-language label:has-text('中文')")
    watched.page.wait_for_selector(f".wz-src-contents summary:has-text('{'Contents' if locale == 'zh-CN' else '目录'}')")
    assert watched.wide() <= 0


def test_a_hostile_document_does_no_harm(reads, page_library):
    library = Library.open(page_library)
    article = next(name for name, record in library.articles().items() if record.source == HOSTILE_NAME)
    library.close()
    watched = reads(f"?article={quote(article)}&lang=en")
    watched.page.wait_for_timeout(300)
    assert "<script>alert(3)</script>" in watched.text(".wz-src-text")
    assert HOSTILE_NAME in watched.text(".wz-src-head")
    assert watched.page.locator("#wz-src-shown :is(img, script, a[href^='javascript'])").count() == 0


def test_an_article_is_there_within_moments(reads, address):
    watched = reads("?article=kazakhstan&start=7700")
    began = time.perf_counter()
    watched.page.goto(f"{address}source?article=kazakhstan&start=28400&side=both")
    watched.page.wait_for_selector(".wz-cited")
    assert time.perf_counter() - began < 5  # about one on two idle cores; others may be using them
