"""What the library holds → the HTML of the page of documents; everything untrusted is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from index.holdings import Holding
from index.records import Language
from ui.web import holding_html, look
from ui.web.escape import escape
from ui.web.intake import Account
from ui.web.navigation import navigation
from ui.web.render import Texts
from ui.web.runs import LANG
from ui.web.texts import texts


def header(shown: Language) -> str:
    """The name of the page and the ways to the others."""
    own = texts(shown)
    rest = f'<p class="wz-lead">{escape(own["documents_lead"])}</p>{navigation(shown, "documents")}'
    return look.head(shown, own["documents_title"], rest, main="wzd-main")


def listing(held: Sequence[Holding], shown: Language, opened: Account | None = None, focus: str | None = None) -> str:
    """Every document with its figures and articles, one of them with its account.

    `focus` names the document whose button was last pressed; where it is gone, the heading gets the focus.
    """
    own = texts(shown)
    articles = sum(len(holding.articles) for holding in held)
    head = own["documents_list"].format(documents=len(held), articles=articles) if held else own["documents_none"]
    rows = "".join(_row(holding, shown, opened, focus == holding.name) for holding in held)
    here = any(holding.name == focus for holding in held)
    mark = ' tabindex="-1" data-focus' if focus is not None and not here else ""
    return f'<div class="wzd-list" lang="{LANG[shown]}"><h2{mark}>{escape(head)}</h2>{rows}</div>'


def _row(held: Holding, shown: Language, opened: Account | None, focused: bool) -> str:
    own = texts(shown)
    account = opened if opened and opened.holding.name == held.name else None
    act, key = ("collapse", "documents_account_close") if account else ("expand", "documents_account")
    label = "" if account else f' aria-label="{escape(own["documents_account_label"].format(name=held.name))}"'
    focus = " data-focus" if focused else ""
    kept = f' <span class="wzd-state">{escape(own["documents_kept"])}</span>' if held.kept else ""
    return (
        f'<article class="wzd-doc"><h3><bdi>{escape(held.name)}</bdi>{kept}</h3>{holding_html.figures(held, shown)}'
        f"{holding_html.articles(held.articles, shown)}"
        f'<div class="wzd-acts"><button type="button" data-act="{act}" data-name="{quote(held.name, safe="")}" '
        f'aria-expanded="{"true" if account else "false"}"{label}{focus}>{escape(own[key])}</button>'
        f"{_removal(held, own) if held.kept else ''}</div>"
        f"{holding_html.account(account.fidelity, shown) if account else ''}</article>"
    )


def _removal(held: Holding, own: Texts) -> str:
    """A question before a document goes."""
    label = escape(own["documents_remove_label"].format(name=held.name))
    return (
        f'<details class="wzd-remove"><summary aria-label="{label}">{escape(own["documents_remove"])}</summary>'
        f"<p>{escape(own['documents_remove_sure'].format(name=held.name))}</p>"
        f'<button type="button" data-act="delete" data-name="{quote(held.name, safe="")}">{escape(own["documents_remove_yes"])}</button>'
        "</details>"
    )
