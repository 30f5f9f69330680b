"""Large print and narrow windows: nothing is wider than the window and no text is cut off (WCAG 2.2, 1.4.4 and 1.4.10)."""

from __future__ import annotations

import pytest
from browser import CHROMIUM
from corners import fold, whole

ASKED = {"zh-CN": "软制衡战略有什么作用？", "en-US": "How did Kazakhstan form a soft balancing strategy?"}
REFUSED = {"zh-CN": "量子计算机的纠错码是什么？", "en-US": "What is a topological error-correcting code?"}
# Width in pixels and size of print in percent: a window of 1280 or 1440 that is magnified four or two times, and
# letters of twice their size on a phone and beside it.
SIZES = [(320, 100), (720, 100), (390, 200), (1440, 200)]
PAGES = {
    "source": ("?article=kazakhstan&start=9000&side=both", ".wz-src-both"),
    "source?": ("", ".wz-src-list"),
    "documents": ("", ".wzd-doc"),
    "review": ("", "#wz-rv-tools"),
    "measure": ("", "#wz-m-shelf"),
}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")]


def in_every_size(watched) -> None:
    for width, print_ in SIZES:
        watched.page.set_viewport_size({"width": width, "height": 900})
        watched.page.evaluate("size => { document.documentElement.style.fontSize = `${size}%`; }", print_)
        watched.page.wait_for_timeout(150)
        whole(watched)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_the_asking_page_fits_narrow_windows_and_large_print(opened, locale):
    watched = opened(locale=locale, dark=locale == "zh-CN")
    in_every_size(watched)
    watched.ask(REFUSED[locale])
    watched.ask(ASKED[locale])
    page = watched.page
    page.wait_for_selector("#wz-conversations")
    page.locator("#wz-next button.wz-next").first.wait_for(state="visible")
    page.evaluate("document.querySelectorAll('.wz-evidence details').forEach((part) => (part.open = true))")
    for name in ("#wz-conversations", "#wz-scope"):
        fold(watched, name)
    page.wait_for_selector("#wz-list label")
    in_every_size(watched)
    page.click("#wz-export > button")
    page.locator("#wz-export-download").wait_for()
    in_every_size(watched)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_every_other_page_fits_narrow_windows_and_large_print(opened, address, locale):
    watched = opened(locale=locale, dark=locale == "en-US")
    for name, (query, ready) in PAGES.items():
        watched.page.goto(f"{address}{name.rstrip('?')}{query}")
        watched.page.wait_for_selector(ready)
        in_every_size(watched)
