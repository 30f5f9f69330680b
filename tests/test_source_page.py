"""The source view in a browser: opened from a card, read on both sides, shared, by mouse and by keyboard."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from browser import CHROMIUM, HOSTILE_NAME
from corners import bare, corner, every_corner, in_sight

from index.library import Library

SAYS = {
    "zh-CN": {
        "question": "软制衡战略有什么作用？", "open": "查看全文", "side": "original", "both": "对照", "translation": "译文", "original": "原文",
        "copied": "链接已复制", "contents": "目录", "other": "English", "turned": "Contents",
    },
    "en-US": {
        "question": "How did Kazakhstan form a soft balancing strategy?", "open": "Open in source", "side": "both", "both": "Both",
        "translation": "Translation", "original": "Original", "copied": "The link is copied", "contents": "Contents", "other": "中文", "turned": "目录",
    },
}  # fmt: skip
ARTICLE = "kazakhstan"
# The words of the quotation, without the marks of footnotes in it; and whether it can be seen.
CITED = "() => { const s = document.querySelector('.wz-cited').cloneNode(true); s.querySelectorAll('button').forEach((b) => b.remove()); return s.textContent; }"
QUOTED = (
    "() => { const b = document.querySelector('.wz-cited').getBoundingClientRect(); return b.top > 0 && b.bottom < innerHeight; }"
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture
def reads(opened):
    """Opens the source page at an address."""

    def open_(query: str = "", ready: str = ".wz-src", **options):
        return opened(path=f"source{query}", ready=ready, **options)

    return open_


@every_corner
def test_a_quotation_is_read_in_the_article_on_both_sides_and_its_link_opens_the_same_place(
    opened, address, page_library, locale, width, dark
):
    watched = corner(opened, locale, width, dark)
    told = SAYS[locale]
    watched.ask(told["question"])
    watched.page.click("a.cite[href='#card-1-1']")
    link = watched.page.locator("#card-1-1 a.wz-open")
    assert link.inner_text() == told["open"]
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with watched.context.expect_page() as another:
        link.click()
    answer, watched.page = watched.page, another.value
    page = watched.page
    page.wait_for_selector(".wz-cited")
    asked = parse_qs(urlsplit(page.url).query)
    with closing(Library.open(page_library)) as library:
        source = library.articles()[ARTICLE].source
        wanted = bare(library.text_between(source, int(asked["start"][0]), int(asked["end"][0])))
    assert bare(page.evaluate(CITED)) == wanted
    page.wait_for_function(QUOTED)
    assert page.locator(f".wz-src-text.wz-src-{told['side']}").count() == 1
    assert answer.locator("a.cite").count() > 0  # the answer stays where it was

    # Both sides in step: level where there is room for two columns, else each sentence above its translation.
    page.locator("#wz-src-side label", has_text=told["both"]).click()
    page.wait_for_selector(".wz-src-text.wz-src-both .wz-cited")
    assert page.locator(".wz-cited").count() == 2
    rows = page.evaluate(
        "[...document.querySelectorAll('.wz-src-row')].map((row) => [...row.querySelectorAll('.wz-src-cell')]"
        ".map((cell) => cell.getBoundingClientRect()).map(({ top, bottom }) => [top, bottom]))"
    )
    assert len(rows) > 50
    assert all(len(row) == 2 for row in rows)
    assert all(abs(one[0] - two[0]) < 1 if width == 1440 else two[0] >= one[1] for one, two in rows)
    assert watched.wide() <= 0
    where = "document.querySelector('.wz-cited').getBoundingClientRect().top"
    before = page.evaluate(where)
    for name, side in (("translation", "translation"), ("original", "original")):
        page.locator("#wz-src-side label", has_text=told[name]).click()
        page.wait_for_selector(f".wz-src-text.wz-src-{side}")
        page.wait_for_function(f"location.search.includes('side={side}')")
        assert abs(page.evaluate(where) - before) < 2
        assert watched.wide() <= 0
    assert bare(page.evaluate(CITED)) == wanted

    # The footnote of the sentence, by keyboard: what it says, in sight, and the focus back on its mark.
    note = page.locator(".wz-cited .wz-src-mark").first
    note.press("Enter")
    page.wait_for_selector(".wz-src-pop:popover-open")
    page.wait_for_timeout(100)
    assert "软制衡作为次级国家参与国际制衡的一种方式" in watched.text(".wz-src-pop:popover-open")
    assert in_sight(watched, ".wz-src-pop:popover-open")
    assert watched.wide() <= 0
    page.keyboard.press("Escape")
    page.wait_for_selector(".wz-src-pop:popover-open", state="detached")
    assert note.evaluate("e => e === document.activeElement")

    # The link opens the same place for somebody else.
    page.locator(".wz-src-share").press("Enter")
    page.wait_for_selector(f".wz-src-said:has-text('{told['copied']}')")
    shared = page.evaluate("navigator.clipboard.readText()")
    assert {"article", "start", "end"} <= set(parse_qs(urlsplit(shared).query))
    fresh = corner(opened, locale, width, dark, path=shared.removeprefix(address), ready=".wz-cited")
    fresh.page.wait_for_function(QUOTED)
    assert bare(fresh.page.evaluate(CITED)) == wanted

    # The contents lead to a heading.
    if width == 390:
        assert fresh.page.locator(".wz-src-contents details[open]").count() == 0
        fresh.page.click(".wz-src-contents summary")
    assert told["contents"] in fresh.text(".wz-src-contents summary")
    entry = fresh.page.locator(".wz-src-contents a").nth(4)
    heading = entry.get_attribute("data-to")
    entry.press("Enter")
    fresh.page.wait_for_function(
        "id => { const b = document.getElementById(id).getBoundingClientRect(); return b.top >= 0 && b.top < 200 }", arg=heading
    )
    fresh.page.wait_for_selector(f".wz-src-contents a[data-to='{heading}'][aria-current]", state="attached")
    assert width == 390 or in_sight(fresh, ".wz-src-contents summary")
    fresh.page.click(f"#wz-language label:has-text('{told['other']}')")
    fresh.page.wait_for_selector(f".wz-src-contents summary:has-text('{told['turned']}')")
    assert fresh.wide() <= 0


def test_a_refusals_passages_can_be_opened(opened):
    watched = opened()
    watched.ask("量子计算机的纠错码是什么？")
    assert watched.page.locator(".wz-near a.wz-open").count() == watched.page.locator(".wz-near").count() == 3


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
    assert watched.page.locator(".wz-src-list li").count() == 7
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


def test_a_hostile_document_does_no_harm(reads, page_library):
    library = Library.open(page_library)
    article = next(name for name, record in library.articles().items() if record.source == HOSTILE_NAME)
    library.close()
    watched = reads(f"?article={quote(article)}&lang=en")
    watched.page.wait_for_timeout(300)
    assert "<script>alert(3)</script>" in watched.text(".wz-src-text")
    assert HOSTILE_NAME in watched.text(".wz-src-head")
    assert watched.page.locator("#wz-src-shown :is(img, script, a[href^='javascript'])").count() == 0
