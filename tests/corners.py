"""The four corners in which a reader's steps are walked, and what is looked at in each.

Four corners hold every pair of width, language and theme.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from browser import Watched

from ui.web.texts import texts

CORNERS = [("zh-CN", 1440, False), ("zh-CN", 390, True), ("en-US", 1440, True), ("en-US", 390, False)]

every_corner = pytest.mark.parametrize(("locale", "width", "dark"), CORNERS)

# For what takes long and depends on one of the three at a time: each value of each occurs.
opposite_corners = pytest.mark.parametrize(("locale", "width", "dark"), [("zh-CN", 1440, False), ("en-US", 390, True)])

# Whatever is drawn beyond the window, and texts of which a part is cut off by the box that they stand in.
_CUT = """() => {
  const text = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const meant = (element) => element.closest(".wz-sr, .wz-brief, [hidden], .options, [role=listbox], footer");
  const found = [];
  for (const element of document.querySelectorAll("main *, #wz-told")) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || meant(element)) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width < 2 || box.height < 2) continue;
    const scrolls = (at) => at && at !== document.body && (/auto|scroll/.test(getComputedStyle(at).overflowX) || scrolls(at.parentElement));
    if (text(element) && (box.left < -1 || box.right > innerWidth + 1) && !scrolls(element)) found.push(["outside", element]);
    const wide = /hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 2;
    const high = /hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 2;
    if ((wide || high) && element.innerText?.trim() && style.display !== "inline") found.push([wide ? "wide" : "high", element]);
  }
  return found.map(([how, element]) => `${how}: ${element.outerHTML.slice(0, 160)}`);
}"""


def corner(opened: Any, locale: str, width: int, dark: bool, **options: Any) -> Watched:
    """A page opened in a corner, which its theme is seen to be that of; what is as narrow as a phone is touched like one."""
    watched: Watched = opened(locale=locale, width=width, dark=dark, **{"touch": width < 600, **options})
    assert watched.page.evaluate("document.body.classList.contains('dark')") == dark
    return watched


def own(locale: str) -> Mapping[str, str]:
    """What the page says in the language of a locale."""
    return texts("zh" if locale == "zh-CN" else "en")


def sound(watched: Watched, within: str | None = None) -> None:
    """Nothing is wider than the window and axe has nothing to say of the page, or of what is new within it."""
    assert watched.wide() <= 0
    assert watched.violations(within) == []


def whole(watched: Watched) -> None:
    """Nothing is wider than the window, and no text is cut off."""
    assert watched.wide() <= 0
    for _ in range(10):
        cut = watched.page.evaluate(_CUT)
        if not cut:
            break
        watched.page.wait_for_timeout(200)  # the page is still laid out anew after a change of its width
    assert cut == [], cut


def in_sight(watched: Watched, selector: str) -> bool:
    look = """s => { const b = document.querySelector(s).getBoundingClientRect();
      return b.height > 0 && b.bottom > 0 && b.top < innerHeight && b.left >= 0 && b.right <= innerWidth + 1; }"""
    return bool(watched.page.evaluate(look, selector))


def bare(text: str) -> str:
    """Without white space."""
    return re.sub(r"\s+", "", text)


def fold(watched: Watched, name: str) -> None:
    """Opens a fold of the page, or closes it."""
    watched.page.click(f"{name} .label-wrap")


def reload(watched: Watched) -> None:
    """Leaves the page, which breaks off what it was still listening to, and opens it again."""
    before = len(watched.complaints)
    watched.page.reload()
    watched.page.wait_for_selector("#wz-box .submit-button")
    watched.complaints[before:] = [
        told for told in watched.complaints[before:] if not re.search("BodyStreamBuffer|Connection errored out|AbortError", told)
    ]


def choose(watched: Watched, dropdown: str, label: str) -> None:
    """Chooses from a list by its words."""
    watched.page.click(f"{dropdown} input")
    watched.page.locator(f"{dropdown} [role=option]", has_text=label).click()


def copied(watched: Watched, card: str, what: str) -> str:
    """What is on the clipboard after a copy button was pressed with the keyboard."""
    said = watched.page.locator(f"#{card} .wz-copied")
    said.evaluate("e => { e.textContent = ''; }")
    watched.page.locator(f"#{card} [data-copy={what}]").press("Enter")
    watched.page.wait_for_function("(id) => document.querySelector(`#${id} .wz-copied`).textContent !== ''", arg=card)
    return str(watched.page.evaluate("navigator.clipboard.readText()"))


def download(watched: Watched) -> tuple[str, bytes]:
    """Name and bytes of what the button of the export gives."""
    with watched.page.expect_download() as waiting:
        watched.page.click("#wz-export-download")
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()
