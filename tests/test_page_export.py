"""Exports and copies in a browser, in every corner."""

from __future__ import annotations

import html
import io
import re
from contextlib import closing

import docx
import pytest
from browser import CHROMIUM
from corners import CORNERS, choose, copied, corner, download, every_corner, sound

from index.library import Library
from rag import exchange, references

ASKED = {"zh-CN": "软制衡战略有什么作用？", "en-US": "How did Kazakhstan form a soft balancing strategy?"}
FERRY = {"zh-CN": "谁在 1907 年建造了 Orrin 的第二艘渡轮？", "en-US": "Who built the second ferry of Orrin?"}
ZORVIA = "When was the Zorvian lighthouse treaty signed?"
STYLES = {"gbt": "GB/T", "apa": "APA", "chicago": "18", "bibtex": "BibTeX", "ris": "RIS"}
FORMATS = {".md": "Markdown", ".docx": "DOCX", ".html": "HTML"}
WORDS = {
    "zh-CN": {"page": "第 2 页", "all": "整个对话", "last": "最近一次回答", "list": "参考文献", "nothing": "还没有可以导出的回答", ".docx": "Word"},
    "en-US": {"page": "p. 2", "all": "The whole", "last": "The latest", "list": "References", "nothing": "no answer to export yet", ".docx": "DOCX"},
}  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


@pytest.fixture(scope="module")
def wanted(page_library):
    """The reference to the article on Kazakhstan in each style."""
    with closing(Library.open(page_library)) as library:
        record = library.articles()["kazakhstan"]
    told = {style: references.reference(record, style).text for style in references.STYLES}
    assert told["gbt"].startswith("周明, 李琼. 追求中等强国地位的身份认知与行为选择：哈萨克斯坦的实践及成效[Z].")
    assert told["apa"].startswith("Zhou, M., & Li, Q. (n.d.). 追求")
    return told | {"bibtex": exchange.bibtex([record]).rstrip("\n"), "ris": "\n".join(exchange.ris([record]).splitlines())}


def words(suffix: str, data: bytes) -> str:
    """What a reader of the file reads."""
    if suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)
    text = data.decode()
    return html.unescape(re.sub(r"<[^>]+>", "", text)) if suffix == ".html" else re.sub(r"\\([^\w\s])", r"\1", text)


def flat(text: str) -> str:
    """Without white space, and without the stars of Markdown's slanted words."""
    return re.sub(r"[\s*]", "", text)


@every_corner
def test_a_reader_copies_references_and_takes_the_answers_along_in_every_style(opened, wanted, locale, width, dark):
    watched = corner(opened, locale, width, dark)
    page, told = watched.page, WORDS[locale]
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("#wz-export > button")
    page.click("#wz-export-download")
    page.wait_for_selector(f"text={told['nothing']}")
    page.keyboard.press("Escape")
    page.wait_for_selector("#wz-export > button[aria-expanded=false]")
    assert page.evaluate("document.activeElement.closest('#wz-export') !== null")

    watched.ask(ASKED[locale])
    watched.ask(FERRY[locale])
    page.wait_for_selector("#wz-sources [data-article=kazakhstan]", state="attached")
    page.wait_for_selector("#wz-sources [data-article='ferries.pdf']", state="attached")
    page.click("a.cite[href='#card-1-1']")
    quote, source = copied(watched, "card-1-1", "quote").split("\n")
    assert quote.strip("“”") == watched.text("#card-1-1 .wz-original mark").strip()
    assert source == wanted["gbt" if locale == "zh-CN" else "apa"]  # what is usual in the language is chosen at first
    page.click("a.cite[href='#card-2-1']")
    assert told["page"] in copied(watched, "card-2-1", "quote")

    page.click("#wz-export > button")
    box = page.locator("#wz-export [data-testid=accordion-content]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    sound(watched)
    page.click(f"#wz-export-scope label:has-text('{told['all']}')")
    # Another kind of file for a style in another corner: three of them have every pair.
    suffixes = list(FORMATS)[CORNERS.index((locale, width, dark)) % 3 :] + list(FORMATS) * 2
    for suffix, (style, name) in zip(suffixes, STYLES.items(), strict=False):
        choose(watched, "#wz-export-style", name)
        assert copied(watched, "card-1-1", "reference") == wanted[style]
        if not page.locator("#wz-export-download").is_visible():
            page.click("#wz-export > button")
        choose(watched, "#wz-export-format", told.get(suffix, FORMATS[suffix]))
        said, data = download(watched)
        assert said.endswith(suffix)
        text = words(suffix, data)
        assert ASKED[locale] in text
        assert FERRY[locale] in text
        assert told["list"] in text
        assert flat(wanted[style]) in flat(text)
        assert flat("The second ferry of Orrin was built in 1907 by Ada Quill.") in flat(text)
        assert told["page"] in text
    page.click(f"#wz-export-scope label:has-text('{told['last']}')")
    text = words(suffix, download(watched)[1])
    assert FERRY[locale] in text
    assert ASKED[locale] not in text


def test_a_hostile_text_is_copied_and_exported_as_text(opened):
    watched = opened()
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    watched.ask(ZORVIA)
    watched.page.wait_for_selector("#wz-sources [data-article^=hostile]", state="attached")
    watched.page.click("a.cite[href='#card-1-1']")
    assert "<img src=x onerror=alert(1)>" in copied(watched, "card-1-1", "quote")
    watched.page.click("#wz-export > button")
    for label, suffix in (("BibTeX", ".bib"), ("RIS", ".ris"), ("Markdown", ".md")):
        choose(watched, "#wz-export-format", label)
        name, data = download(watched)
        assert name.endswith(suffix)
        assert "The Lamps of Zorvia" in data.decode()
    assert "\\<img src=x onerror=alert(1)\\>" in data.decode()
