"""How the page looks to this reader: light or dark, size of print; and the ways past its head."""

from __future__ import annotations

from index.records import Language
from ui.web.escape import escape
from ui.web.login_html import badge
from ui.web.runs import LANG
from ui.web.texts import texts
from ui.web.visitor import visitor

SIZES = (100, 125, 150)
"""Per cent of the usual size of print."""


def head(shown: Language, title: str, rest: str = "", main: str = "wz-main") -> str:
    """The head of a page: its name, `rest` as HTML, and how it looks; `look.js` reads the page's language from it.

    `main` is the id of what the page is for.
    """
    return f'<div class="wz-header" lang="{LANG[shown]}">{skip(shown, main)}<h1>{escape(title)}</h1>{rest}{controls(shown)}</div>'


def controls(shown: Language) -> str:
    """Light, dark and the size of print, as `look.js` understands them."""
    own = texts(shown)
    themes = {"": own["look_system"], "light": own["look_light"], "dark": own["look_dark"]}
    sizes = {str(size): f"{size} %" for size in SIZES}
    groups = _group(own["look_theme"], "theme", themes) + _group(own["look_size"], "size", sizes)
    account = visitor()
    who = f" · <bdi>{escape(account.name)}</bdi>" if account else ""
    menu = f'<div class="wz-look-menu">{groups}{badge(account, shown)}</div>'
    return f'<details class="wz-look"><summary>{escape(own["look"])}{who}</summary>{menu}</details>'


def skip(shown: Language, main: str) -> str:
    """The first thing that the keyboard reaches: past the head, to what the page is for."""
    return f'<a class="wz-skip" href="#{main}">{escape(texts(shown)["skip"])}</a>'


def _group(label: str, name: str, choices: dict[str, str]) -> str:
    buttons = "".join(
        f'<button type="button" data-wz-{name}="{value}" aria-pressed="false">{escape(said)}</button>'
        for value, said in choices.items()
    )
    return f'<div class="wz-look-group" role="group" aria-label="{escape(label)}"><span>{escape(label)}</span>{buttons}</div>'
