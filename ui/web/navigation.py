"""Links between the pages, in both languages; Gradio's own bar knows one name for each."""

from __future__ import annotations

from index.records import Language
from ui.web.escape import escape
from ui.web.texts import texts
from ui.web.visitor import PAGES, visitor


def navigation(shown: Language, here: str) -> str:
    """All pages as links in the language shown, that at `here` marked; the asking page is at the empty path."""
    own = texts(shown)
    names = {
        "": own["ask_nav_ask"],
        "source": own["ask_nav_source"],
        "documents": own["ask_nav_documents"],
        "review": own["ask_nav_review"],
        "measure": own["ask_nav_measure"],
    }
    links = "".join(
        f'<a href="./{path}?lang={shown}"{" aria-current=page" if path == here else ""}>{escape(name)}</a>'
        for path, name in names.items()
        if (account := visitor()) is None or account.may(PAGES.get(path, "reader"))
    )
    return f'<nav class="wz-nav" aria-label="{escape(own["ask_nav"])}">{links}</nav>'
