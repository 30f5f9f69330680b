"""The four corners in which the page is tried: every pair of width, language and theme occurs in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from browser import Watched

from ui.web.texts import texts

CORNERS = [("zh-CN", 1440, False), ("zh-CN", 390, True), ("en-US", 1440, True), ("en-US", 390, False)]

in_each_corner = pytest.mark.parametrize(("locale", "width", "dark"), CORNERS)

# For what takes long and depends on one of the three at a time: each value of each occurs.
in_opposite_corners = pytest.mark.parametrize(("locale", "width", "dark"), [("zh-CN", 1440, False), ("en-US", 390, True)])


def corner(opened: Any, locale: str, width: int, dark: bool, **options: Any) -> Watched:
    """A page in a corner; what is as narrow as a phone is touched like one."""
    watched: Watched = opened(locale=locale, width=width, dark=dark, touch=width < 600, **options)
    assert watched.page.evaluate("document.body.classList.contains('dark')") == dark
    return watched


def own(locale: str) -> Mapping[str, str]:
    """What the page says in the language of a locale."""
    return texts("zh" if locale == "zh-CN" else "en")


def sound(watched: Watched) -> None:
    """Nothing is wider than the window and axe has nothing to say."""
    assert watched.wide() <= 0
    assert watched.violations() == []


def in_sight(watched: Watched, selector: str) -> bool:
    look = """s => { const b = document.querySelector(s).getBoundingClientRect();
      return b.height > 0 && b.bottom > 0 && b.top < innerHeight && b.left >= 0 && b.right <= innerWidth + 1; }"""
    return bool(watched.page.evaluate(look, selector))
