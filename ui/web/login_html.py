"""The page that asks for name and password; it stands alone, so that nothing else is served before the login."""

from __future__ import annotations

from pathlib import Path
from string import Template
from urllib.parse import quote

from index.records import Language
from ui.accounts import LONGEST, Account
from ui.web.escape import escape
from ui.web.runs import LANG
from ui.web.texts import texts

_PAGE = Path(__file__).parent / "login.html"


def page(shown: Language, onward: str, wrong: str = "", name: str = "") -> str:
    """The page in a language; `onward` is where the login leads, `wrong` what to tell of the last try."""
    own = texts(shown)
    other: Language = "en" if shown == "zh" else "zh"
    told = f'<p class="wrong" role="alert" id="wrong">{escape(wrong)}</p>' if wrong else ""
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        lang=LANG[shown],
        title=escape(own["login_title"]),
        lead=escape(own["login_lead"]),
        name_label=escape(own["login_name"]),
        password_label=escape(own["login_password"]),
        enter=escape(own["login_enter"]),
        help=escape(own["login_help"]),
        told=told,
        name=escape(name[:100]),
        longest=LONGEST,
        described='aria-invalid="true" aria-describedby="wrong"' if wrong else "",
        action=escape(f"./login?lang={shown}&next={quote(onward, safe='')}"),
        other=escape(f"./login?lang={other}&next={quote(onward, safe='')}"),
        other_lang=LANG[other],
        other_name={"zh": "中文", "en": "English"}[other],
    )


def badge(account: Account | None, shown: Language) -> str:
    """Who is logged in, and the way out; nothing where nobody logs in."""
    if account is None:
        return ""
    own = texts(shown)
    who = f"<bdi>{escape(account.name)}</bdi> · {escape(own[f'login_{account.role}'])}"
    leave = f'<input type="submit" value="{escape(own["login_leave"])}">'
    return f'<form class="wz-account" method="post" action="./logout"><span>{who}</span>{leave}</form>'
