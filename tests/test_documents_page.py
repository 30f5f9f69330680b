"""The page of documents in a browser: files dropped, watched, asked about and removed again; two that disagree."""

from __future__ import annotations

import io
import re

import docx
import pdfs
import pytest
from browser import CHROMIUM
from corners import corner, opposite_corners, own, sound
from fakes import KITES

from index.build import KEPT

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]

OTTERS = (
    "The River Otters of Velm",
    "Ida North",
    "The river otters of Velm were counted in 1931 by Ida North.",
    "She found forty otters between the mill and the sea.",
)
KILNS = ("龙泉湾的瓷窑", "许青禾", "龙泉湾的瓷窑在一九五三年由许青禾主持修复。", "修复后的瓷窑每月烧制四百件青瓷。")
HOSTILE = "<img src=x onerror=alert(1)> 《论文》.txt"
PAPER = f"{KITES}\n[7] 无人引用的一条注释，北京：某社，1999年，第3页。\n"
# What is shown while files are worked on, kept the first time, for it may be gone before it is looked at.
WATCH = """() => new MutationObserver(() => {
  const running = document.querySelector(".wzd-running");
  if (!running?.querySelector(".wzd-now") || window.worked) return;
  window.worked = { steps: [...running.querySelectorAll(".wzd-steps li")].map((step) => step.innerText), told: running.innerText };
}).observe(document.body, { childList: true, subtree: true, attributes: true })"""
STAGES = ("keep", "read", "encode", "write", "open")


def pdf(lines: tuple[str, ...]) -> bytes:
    """One page with the lines on it, the first set as a title."""
    return pdfs.headed(lines[0], lines[1:])


def word(lines: tuple[str, ...]) -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def drop(page, *files):
    page.set_input_files("#wzd-drop input[type=file]", [{"name": name, "mimeType": "", "buffer": data} for name, data in files])


def remove(page, name):
    row = page.locator(".wzd-doc", has_text=name)
    row.locator(".wzd-remove summary").click()
    row.locator(".wzd-remove button").click()
    row.wait_for(state="detached")


@opposite_corners
def test_files_are_added_asked_about_and_removed(opened, address, page_library, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page, texts, shown = watched.page, own(locale), locale[:2]
    page.click(f"#wz-navigation a[href='./documents?lang={shown}']")
    page.wait_for_selector(".wzd-doc")
    assert page.title() == "文证 Wenzheng"
    before = page.locator(".wzd-doc").count()
    limits = watched.text("#wzd-limits")
    assert all(told in limits for told in ("pdf", "docx", "md", "html", "txt", "50", "20"))
    assert texts["documents_drop"] in watched.text("#wzd-drop")
    assert page.locator(".wzd-remove").count() == 0
    sound(watched)

    names = ("otters.pdf", "坏文件.pdf", "《瓷窑》.docx", HOSTILE, "photo.jpg")
    page.evaluate(f"({WATCH})()")
    drop(
        page,
        ("otters.pdf", pdf(OTTERS)), ("坏文件.pdf", b"%PDF-1.4 nothing"), ("《瓷窑》.docx", word(KILNS)),
        (HOSTILE, PAPER.encode()), ("photo.jpg", b"\xff\xd8"),
    )  # fmt: skip
    page.wait_for_function("window.worked")
    worked = page.evaluate("window.worked")
    assert all(texts[f"documents_stage_{stage}"] in step for stage, step in zip(STAGES, worked["steps"], strict=True))
    first = texts["documents_more"].format(names=texts["join_names"].join(names[:2]), count=3)
    assert texts["documents_adding"].format(names=first) in worked["told"]
    page.wait_for_selector(".wzd-added")
    added = page.locator(".wzd-added")
    assert added.count() == 3
    otters, kilns, paper = (added.nth(n).inner_text() for n in range(3))
    assert "The River Otters of Velm" in otters
    assert texts["documents_pages"].format(count=1) in otters
    assert texts["documents_left_none"] in otters
    assert "龙泉湾的瓷窑" in kilns
    for told in (
        texts["documents_added_as"].format(name="img src=x onerror=alert(1) 《论文》.txt"),
        HOSTILE,
        "风筝的制作与放飞",
        texts["documents_sections"].format(count=3),
        texts["documents_footnotes_loose"].format(count=2, loose=1),
        f"{texts['documents_part_tables']} ",
        texts["documents_odd_note"].format(text="7 无人引用的一条注释"),
        texts["documents_ask"],
    ):
        assert told in paper
    assert page.locator(".wzd-refused").count() == 2
    broken, picture = (page.locator(".wzd-refused", has_text=name).inner_text() for name in ("坏文件.pdf", "photo.jpg"))
    assert texts["documents_why_broken"].format(kind="PDF") in broken
    assert texts["documents_why_type"].split("{")[0] in picture
    assert page.locator(".wzd-doc").count() == before + 3
    assert page.locator("#wzd-main :is(img, script)").count() == 0
    kept = {path.name for path in (page_library / KEPT).iterdir()}
    assert kept == {"otters.pdf", "《瓷窑》.docx", "img src=x onerror=alert(1) 《论文》.txt"}
    assert (page_library / KEPT / "otters.pdf").read_bytes() == pdf(OTTERS)
    sound(watched)

    row = page.locator(".wzd-doc", has_text="onerror=alert(1)")
    row.locator("button[aria-expanded=false]").focus()
    page.keyboard.press("Enter")
    row.locator(".wzd-account").wait_for()
    page.wait_for_function("document.activeElement.getAttribute('aria-expanded') === 'true'")
    assert texts["documents_left_none"] in row.locator(".wzd-account").inner_text()
    row.locator(".wzd-remove summary").click()
    sound(watched)
    row.locator(".wzd-remove summary").click()

    added.nth(0).locator("a", has_text=texts["documents_ask"]).click()
    page.wait_for_url(f"{address}?article=otters.pdf&lang={shown}")
    page.wait_for_selector("#wz-box .submit-button")
    watched.ask("Who counted the river otters of Velm?")
    assert "Ida North" in watched.text(".wz-answer")
    page.click("a.cite[href='#card-1-1']")
    assert "otters.pdf" in watched.text("#card-1-1 .wz-file")

    page.goto(f"{address}documents?lang={shown}")
    for name in ("otters.pdf", "《瓷窑》.docx", "img src=x onerror=alert(1) 《论文》.txt"):
        page.locator(".wzd-doc", has_text=name).wait_for()
        remove(page, name)
        assert texts["documents_removed"].format(name=name) in watched.text("#wzd-work section:first-child")
        page.wait_for_function("document.activeElement.matches('#wzd-list h2')")
    assert page.locator(".wzd-doc").count() == before
    assert list((page_library / KEPT).iterdir()) == []
    sound(watched)


def test_the_language_may_change_while_a_report_is_shown(opened):
    watched = opened(locale="en-US", width=390, path="documents", ready=".wzd-doc")
    page = watched.page
    drop(page, ("moths.txt", b"The Moths of Karel\n\nThe moths of Karel fly in June."))
    page.wait_for_selector(".wzd-added")
    page.click("#wzd-language label:has-text('中文')")
    page.wait_for_selector("#wzd-header h1:has-text('文献库')")
    page.wait_for_selector(".wzd-added .wzd-state:has-text('已添加')")
    remove(page, "moths.txt")
    assert page.locator(".wzd-added").count() == 0


def test_the_address_names_the_language(opened, address):
    watched = opened(locale="en-US")
    watched.page.goto(f"{address}documents?lang=zh")
    watched.page.wait_for_selector("#wzd-header h1:has-text('文献库')")
    assert watched.page.locator("#wzd-language input:checked").get_attribute("value") == "zh"


# -- two sources that disagree ------------------------------------------------------------------------

DISAGREE = {
    "zh-CN": (
        "帆镇的灯塔是哪一年建成的？",
        ("《灯塔志》.txt", "帆镇灯塔志\n\n帆镇的灯塔于1841年建成，由引水员行会出资。\n\n守灯人每晚点亮四十盏灯。\n".encode()),
        ("《石匠账簿》.docx", word(("帆镇石匠账簿", "据石匠账簿记载，帆镇的灯塔1852年建成。", "石料从北方的采石场运来。"))),
        ("1841", "1852"),
        "另有文献说法不同",
    ),
    "en-US": (
        "How many ships did the harbour of Vessel Town hold?",
        ("chronicle.txt", b"The Chronicle of Vessel Town\n\nThe harbour of Vessel Town could hold 40 ships at once.\n"),
        ("almanac.md", b"# Almanac\n\nIn its great days the harbour of Vessel Town would hold 65 ships.\n"),
        ("40", "65"),
        "another source says otherwise",
    ),
}


@opposite_corners
def test_two_documents_that_disagree_are_both_shown_and_said_to(opened, address, locale, width, dark):
    question, *files, figures, said = DISAGREE[locale]
    watched = opened(locale=locale, width=width, dark=dark, path="documents", ready=".wzd-doc")
    page = watched.page
    drop(page, *files)
    page.wait_for_function("document.querySelectorAll('.wzd-added').length === 2")
    try:
        page.goto(address)
        page.wait_for_selector("#wz-box .submit-button")
        watched.ask(question)
        text = watched.text(".wz-answer")
        assert text.count(said) == 2
        assert all(figure in text for figure in figures)
        marks = page.locator(".wz-answer a.cite.wz-is-contradicted")
        assert marks.count() == 2
        shape = "e => getComputedStyle(e.querySelector('.wz-shape'), '::before').content + e.querySelector('.wz-shape').className"
        assert "contradicted" in marks.first.evaluate(shape)
        assert said in page.inner_text(".wz-legend")
        sources = set()
        for number in (1, 2):
            link = page.locator(f".wz-answer .wz-quoted a.cite[href='#card-1-{number}']")
            link.press("Enter")
            card = page.locator(f"#card-1-{number}")
            card.locator(".wz-original mark").wait_for(state="visible")
            assert figures[0] in card.inner_text() or figures[1] in card.inner_text()
            assert card.locator(".wz-verdict").inner_text().strip() == said
            sources.add(re.split(" · ", card.locator(".wz-file span").inner_text())[0])
        assert sources == {name for name, _ in files}
        assert watched.wide() <= 0
        assert watched.violations() == []
    finally:
        page.goto(f"{address}documents")
        for name, _ in files:
            page.locator(".wzd-doc", has_text=name).wait_for()
            remove(page, name)
