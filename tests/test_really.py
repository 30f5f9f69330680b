"""Runs and sets of answers are deleted in a browser: by keyboard, in both languages, and never at the first key."""

from __future__ import annotations

from contextlib import closing

import pytest
from browser import CHROMIUM
from test_measure_page import folder, two_runs  # noqa: F401 - fixtures

from index.reviews import Queued, Reviews, Span, Statement

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def focused(page, name):
    page.wait_for_function(f"document.activeElement?.id === '{name}'")


@pytest.mark.parametrize(("locale", "question"), [("zh-CN", "确定要删除"), ("en-US", "Really delete")])
def test_a_run_is_deleted_by_keyboard_after_a_question(opened, folder, two_runs, locale, question):  # noqa: F811
    watched = opened(path="measure?run=made-after", ready="#wz-m-figures table", locale=locale)
    page = watched.page
    page.focus("#wz-m-delete")
    press(page, "Enter")
    focused(page, "wz-m-delete-no")
    assert question in page.inner_text("#wz-m-delete-really")
    assert watched.violations() == []
    press(page, "Enter")
    focused(page, "wz-m-delete")
    page.wait_for_selector("#wz-m-delete-really", state="hidden")
    assert (folder / "made-after.json").exists()
    press(page, "Enter")
    focused(page, "wz-m-delete-no")
    press(page, "Tab", "Enter")
    page.wait_for_selector("#wz-m-delete-really", state="hidden")
    page.wait_for_function("!document.querySelector('#wz-m-shelf').innerText.includes('2020-01-02')")
    assert not (folder / "made-after.json").exists()
    assert (folder / "made-before.json").exists()
    assert page.locator("#wz-m-figures table").count()
    focused(page, "wz-m-delete")


@pytest.mark.parametrize(
    ("locale", "question", "done"), [("zh-CN", "1 条审阅记录", "已删除"), ("en-US", "Export the reviews", "is deleted")]
)
def test_a_set_of_answers_is_deleted_by_keyboard_after_a_question(opened, page_library, locale, question, done):
    spans = (Span("a.txt", "a", 0, 3, "quote"),)
    goes, stays = f"goes {locale}", f"stays {locale}"
    with closing(Reviews.open(page_library)) as held:
        held.add(
            Queued(batch, "one", "问题？", (), "zh", (Statement("论断", spans, "supported", 0.9),)) for batch in (stays, goes)
        )
    watched = opened(path=f"review?batch={goes}", ready=".wz-rv-claim", locale=locale)
    page = watched.page
    page.fill("#wz-rv-name input, #wz-rv-name textarea", "A")
    page.keyboard.press("Enter")
    page.wait_for_selector("#wz-rv-notice p")
    page.keyboard.press("a")
    page.wait_for_function("document.querySelector('#wz-rv-progress').innerText.includes('1')")
    page.locator("#wz-rv-tools button").first.press("Enter")
    page.focus("#wz-rv-delete")
    press(page, "Enter")
    focused(page, "wz-rv-delete-no")
    assert question in page.inner_text("#wz-rv-delete-really")
    assert watched.violations() == []
    press(page, "Tab", "Enter")
    page.wait_for_function(f"document.querySelector('#wz-rv-notice').innerText.includes('{done}')")
    with closing(Reviews.open(page_library)) as held:
        assert goes not in held.batches()
        assert held.all(goes) == []
        assert stays in held.batches()
        held.remove(stays)
