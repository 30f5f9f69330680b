"""Exports and copies in a browser."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from browser import CHROMIUM

CHINESE = "哈萨克斯坦为什么追求中等强国地位？"
ZORVIA = "When was the Zorvian lighthouse treaty signed?"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def copied(watched, card: str, what: str) -> str:
    """What is on the clipboard after a copy button was pressed with the keyboard."""
    button = watched.page.locator(f"#{card} [data-copy={what}]")
    button.focus()
    watched.page.keyboard.press("Enter")
    watched.page.wait_for_function("(id) => document.querySelector(`#${id} .wz-copied`).textContent !== ''", arg=card)
    return str(watched.page.evaluate("navigator.clipboard.readText()"))


def choose(watched, dropdown: str, label: str) -> None:
    watched.page.click(f"{dropdown} input")
    watched.page.locator("[role=option]", has_text=label).click()


def download(watched) -> tuple[str, bytes]:
    with watched.page.expect_download() as waiting:
        watched.page.click("#wz-export-download")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_a_reader_copies_references_and_keeps_the_conversation(opened):
    watched = opened()
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched.ask(CHINESE)
    watched.page.wait_for_selector("#wz-sources [data-article=kazakhstan]", state="attached")
    watched.page.click("a.cite[href='#card-1-1']")
    reference = "周明, 李琼. 追求中等强国地位的身份认知与行为选择：哈萨克斯坦的实践及成效[Z]. [出版地不详]: [出版者不详]."
    assert copied(watched, "card-1-1", "reference") == reference
    quote, source = copied(watched, "card-1-1", "quote").split("\n")
    assert quote.strip("“”") == watched.text("#card-1-1 .wz-original mark").strip()
    assert source == reference

    watched.page.click("#wz-export > button")
    choose(watched, "#wz-export-style", "BibTeX")
    assert copied(watched, "card-1-1", "reference").splitlines()[:2] == ["@misc{kazakhstan,", "  author = {周明 and 李琼},"]
    watched.ask(ZORVIA)
    choose(watched, "#wz-export-style", "GB/T")
    choose(watched, "#wz-export-format", "Markdown")
    name, data = download(watched)
    assert name.endswith(".md")
    assert ZORVIA in data.decode()
    assert CHINESE not in data.decode()
    watched.page.click("#wz-export-scope label:has-text('整个对话')")
    name, data = download(watched)
    assert CHINESE in data.decode()
    assert "\\<img src=x onerror=alert(1)\\>" in data.decode()
    assert data.decode().count("\n## ") == 2
    watched.page.keyboard.press("Escape")
    watched.page.wait_for_selector("#wz-export > button[aria-expanded=false]")
    assert watched.page.evaluate("document.activeElement.closest('#wz-export') !== null")

    watched.page.click("a.cite[href='#card-2-1']")
    assert "<img src=x onerror=alert(1)>" in copied(watched, "card-2-1", "quote")


def test_on_a_phone_the_options_fit_and_a_word_file_comes_down(opened):
    watched = opened(locale="en-US", width=390)
    watched.page.click("#wz-export > button")
    watched.page.click("#wz-export-download")
    watched.page.wait_for_selector("text=There is no answer to export yet")
    watched.page.keyboard.press("Escape")
    watched.ask("Why does Kazakhstan pursue middle-power status?")
    watched.page.wait_for_selector("#wz-sources [data-article=kazakhstan]", state="attached")
    watched.page.click("#wz-export > button")
    box = watched.page.locator("#wz-export [data-testid=accordion-content]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert watched.wide() <= 0
    name, data = download(watched)
    assert name.endswith(".docx")
    lines = [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]
    assert "References (APA 7)" in lines
    assert any(line.startswith("Zhou, M., & Li, Q. (n.d.). 追求") for line in lines)
