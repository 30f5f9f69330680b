"""The page of documents in a browser: files dropped, watched, asked about and removed again."""

from __future__ import annotations

import io

import docx
import pdfs
import pytest
from browser import CHROMIUM

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


def test_files_are_added_asked_about_and_removed(opened, address, page_library):
    watched = opened()
    page = watched.page
    page.click("#wz-navigation a[href='./documents?lang=zh']")
    page.wait_for_selector(".wzd-doc")
    assert page.title() == "文证 Wenzheng"
    before = page.locator(".wzd-doc").count()
    assert "pdf" in watched.text("#wzd-limits")
    assert page.locator(".wzd-remove").count() == 0

    drop(page, ("otters.pdf", pdf(OTTERS)), ("坏文件.pdf", b"%PDF-1.4 nothing"), ("《瓷窑》.docx", word(KILNS)))
    page.wait_for_selector(".wzd-running .wzd-steps .wzd-now")
    assert "正在添加 otters.pdf、坏文件.pdf 及另外 1 个文件" in watched.text(".wzd-running")
    page.wait_for_selector(".wzd-added")
    added = page.locator(".wzd-added")
    assert added.count() == 2
    assert "The River Otters of Velm" in added.nth(0).inner_text()
    assert "没有遗漏的文字" in added.nth(0).inner_text()
    assert "龙泉湾的瓷窑" in added.nth(1).inner_text()
    refused = watched.text(".wzd-refused")
    assert "坏文件.pdf 未添加" in refused
    assert "文件已损坏，或者并不是 PDF" in refused
    assert page.locator(".wzd-doc").count() == before + 2
    assert {path.name for path in (page_library / KEPT).iterdir()} == {"otters.pdf", "《瓷窑》.docx"}
    assert (page_library / KEPT / "otters.pdf").read_bytes() == pdf(OTTERS)

    added.nth(0).locator("a", has_text="就此提问").click()
    page.wait_for_url(f"{address}?article=otters.pdf&lang=zh")
    page.wait_for_selector("#wz-box .submit-button")
    watched.ask("Who counted the river otters of Velm?")
    assert "Ida North" in watched.text(".wz-answer")
    page.click("a.cite[href='#card-1-1']")
    assert "otters.pdf" in watched.text("#card-1-1 .wz-file")

    page.goto(f"{address}documents")
    for name in ("otters.pdf", "《瓷窑》.docx"):
        page.locator(".wzd-doc", has_text=name).wait_for()
        remove(page, name)
        assert f"已移除“{name}”" in watched.text("#wzd-work section:first-child")
        page.wait_for_function("document.activeElement.matches('#wzd-list h2')")
    assert page.locator(".wzd-doc").count() == before
    assert list((page_library / KEPT).iterdir()) == []


def test_on_a_phone_in_english_a_hostile_name_is_shown_as_text(opened, address):
    watched = opened(locale="en-US", width=390)
    page = watched.page
    page.goto(f"{address}documents")
    page.wait_for_selector(".wzd-doc")
    assert watched.wide() <= 0
    assert "Up to 50 MB a file" in watched.text("#wzd-limits")
    drop(page, (HOSTILE, b"The Moths of Karel\n\nThe moths of Karel fly in June."), ("photo.jpg", b"\xff\xd8"))
    page.wait_for_selector(".wzd-added")
    assert f"{HOSTILE} Added as “img src=x onerror=alert(1) 《论文》.txt”" in watched.text(".wzd-added h3")
    assert "photo.jpg Not added" in watched.text(".wzd-refused")
    assert page.locator("#wzd-main :is(img, script)").count() == 0
    assert watched.wide() <= 0

    row = page.locator(".wzd-doc", has_text="onerror=alert(1)")
    row.locator("button[aria-expanded=false]").focus()
    page.keyboard.press("Enter")
    row.locator(".wzd-account").wait_for()
    page.wait_for_function("document.activeElement.getAttribute('aria-expanded') === 'true'")
    assert "Nothing is left over." in row.locator(".wzd-account").inner_text()
    assert watched.wide() <= 0

    page.click("#wzd-language label:has-text('中文')")
    page.wait_for_selector("#wzd-header h1:has-text('文献库')")
    page.wait_for_selector(".wzd-added .wzd-state:has-text('已添加')")
    remove(page, "onerror=alert(1)")
    assert page.locator(".wzd-added").count() == 0


def test_the_address_names_the_language(opened, address):
    watched = opened(locale="en-US")
    watched.page.goto(f"{address}documents?lang=zh")
    watched.page.wait_for_selector("#wzd-header h1:has-text('文献库')")
    assert watched.page.locator("#wzd-language input:checked").get_attribute("value") == "zh"
