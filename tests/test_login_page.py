"""The login as a reader meets it in the browser: both languages, both themes, a phone; and the way out again."""

from __future__ import annotations

import pytest
from browser import CHROMIUM, Watched
from guarded import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")]


@pytest.fixture
def page(browser, guarded):
    """Opens the login page; every window is closed in the end."""
    windows: list[Watched] = []

    def open_(path: str = "login", **options) -> Watched:
        windows.append(Watched(browser, f"{guarded[0]}/", path=path, ready="#password", **options))
        return windows[-1]

    yield open_
    for window in windows:
        assert window.hosts <= {"127.0.0.1", "data:"} | {host for host in window.hosts if host.startswith("data:")}
        window.context.close()


def enter(window: Watched, name: str, password: str = PASSWORD) -> None:
    window.page.fill("#name", name)
    window.page.fill("#password", password)
    window.page.press("#password", "Enter")


@pytest.mark.parametrize(
    ("locale", "dark", "width", "title"), [("zh-CN", False, 1440, "登录文证"), ("en-US", True, 375, "Log in to Wenzheng")]
)
def test_the_login_page_is_accessible_in_both_languages_and_themes_and_on_a_phone(page, locale, dark, width, title):
    window = page(locale=locale, dark=dark, width=width)
    assert window.text("h1") == title
    assert window.wide() <= 0
    assert window.violations() == []
    enter(window, "nobody", "wrong password")
    window.page.wait_for_selector("#wrong")
    assert window.page.input_value("#name") == "nobody"
    assert window.page.input_value("#password") == ""
    assert window.violations() == []


def test_a_reader_comes_in_by_the_page_that_was_asked_for_and_goes_out_again(page):
    window = page("source?lang=en", locale="en-US")
    enter(window, "ann")
    window.page.wait_for_selector("#wz-src-shown h2, #wz-src-shown h3, #wz-src-shown a")
    assert window.page.url.endswith("/source?lang=en")
    links = window.page.locator(".wz-nav a").all_inner_texts()
    assert links == ["Ask", "Sources", "Documents"]
    window.page.click(".wz-look summary")
    assert "ann" in window.text(".wz-account")
    assert window.violations() == []
    window.page.click(".wz-account input")
    window.page.wait_for_selector("#password")
    window.page.goto(window.page.url.replace("/login", "/source"))
    window.page.wait_for_selector("#password")


def test_the_language_of_the_login_page_can_be_changed(page):
    window = page(locale="en-US")
    window.page.click("text=中文")
    window.page.wait_for_selector("h1:has-text('登录文证')")
    assert window.page.get_attribute("html", "lang") == "zh-Hans"
