"""The gate before everything that is served: who comes in, from which site, and to what."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import anyio
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from index.records import LANGUAGES, Language
from ui.accounts import Account, TooManyFailures
from ui.sessions import LONGEST, Sessions
from ui.web import login_html
from ui.web.texts import preferred, texts
from ui.web.trust import CLAIMED
from ui.web.visitor import KEY, PAGES, Access, loopback

COOKIE = "wenzheng-session"

OPEN = ("/health", "/healthz", "/livez", "/ready", "/readyz", "/gradio_api/startup-events")
"""What is told without a login: whether the program is up.  By the last Gradio starts its queue, from this machine."""

SHUT = ("dev/", "vibe", "undo-vibe", "proxy=", "deep_link", "monitoring", "process_recording", "profiling", "run-history", "runs")
"""Routes that Gradio has for programs of other kinds, under /gradio_api/ or at the root; this page uses none of them."""

_FORM = 4096  # bytes of a login
_AT_ONCE = 2  # passwords looked at: each takes 64 MiB and a core
_DATA = "/gradio_api/"

Reply = Callable[[Scope, Receive, Send], Awaitable[None]]


class Gate:
    """Lets a request pass, or answers it; `runs` is the folder of the benchmark's reports."""

    def __init__(self, app: ASGIApp, access: Access, runs: Path) -> None:
        self.app = app
        self.access = access
        self.sessions = Sessions(access.accounts) if access.accounts else None
        self.runs = runs.resolve()
        self._limit: anyio.CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # the page speaks plain HTTP only
        scope.pop(KEY, None)
        reply = await self._reply(scope, receive)
        await (reply or self.app)(scope, receive, send)

    async def _reply(self, scope: Scope, receive: Receive) -> Reply | None:
        """What to answer in the page's place; None where the request may pass."""
        headers, path = Headers(scope=scope), _path(scope)
        shut = path.removeprefix(_DATA).removeprefix("/")
        if shut.startswith(SHUT):
            return _refusal(HTTPStatus.NOT_FOUND, "There is no such thing here.")
        if not _same_site(headers, scope):
            return _refusal(HTTPStatus.FORBIDDEN, "Another site sent this request; open the page by its own address.")
        if self.sessions is None:
            return None if _near(headers, scope) else _refusal(HTTPStatus.FORBIDDEN, _FAR)
        if path in OPEN:
            return None
        account = await anyio.to_thread.run_sync(self._known, headers, self.sessions)
        if path in ("/login", "/logout"):
            return await self._enter(scope, receive, headers, path, account)
        if account is None:
            return _unknown(scope, headers, path)
        if refused := self._refused(scope, path, account):
            return refused
        scope[KEY] = account
        return None

    # -- who it is ----------------------------------------------------------------------------

    def _known(self, headers: Headers, sessions: Sessions) -> Account | None:
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return sessions.of_token(token.strip())
        return sessions.of_cookie(_cookie(headers))

    def _refused(self, scope: Scope, path: str, account: Account) -> Reply | None:
        """Why this account may not have this, None where it may."""
        wanted = PAGES.get(path.strip("/"), "reader")
        named = path.partition("/file=")[2] or path.partition("/file/")[2]
        if named and any(Path(place).resolve().is_relative_to(self.runs) for place in (named, f"/{named}")):
            wanted = "admin"
        if not account.may(wanted):
            return _refusal(HTTPStatus.FORBIDDEN, f"This takes the role {wanted}; ask an admin for it.")
        session = _session(scope, path)
        if session and not self.access.visits.of(session, account):
            return _refusal(HTTPStatus.FORBIDDEN, "This visit of the page is somebody else's; load the page again.")
        return None

    # -- in and out ---------------------------------------------------------------------------

    async def _enter(self, scope: Scope, receive: Receive, headers: Headers, path: str, account: Account | None) -> Reply | None:
        assert self.sessions is not None
        asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
        onward = _onward(asked.get("next", [""])[0])
        shown = _language(asked.get("lang", [""])[0], headers)
        if path == "/logout":
            if scope["method"] != "POST":
                return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Logging out takes a POST.")
            await anyio.to_thread.run_sync(self.sessions.end, _cookie(headers))
            gone = RedirectResponse("./login", HTTPStatus.SEE_OTHER)
            gone.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
            return gone
        if scope["method"] in ("GET", "HEAD"):
            return RedirectResponse(onward, HTTPStatus.SEE_OTHER) if account else _login(shown, onward)
        if scope["method"] != "POST":
            return _refusal(HTTPStatus.METHOD_NOT_ALLOWED, "Logging in takes a POST.")
        return await self._login(scope, receive, headers, shown, onward)

    async def _login(self, scope: Scope, receive: Receive, headers: Headers, shown: Language, onward: str) -> Reply:
        assert self.sessions is not None
        body = await _body(receive)
        if body is None:
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This is no login.")
        form = parse_qs(body.decode("utf-8", "replace"))
        name, password = form.get("name", [""])[0], form.get("password", [""])[0]
        address = (scope.get("client") or ("unknown", 0))[0]
        own = texts(shown)
        self._limit = self._limit or anyio.CapacityLimiter(_AT_ONCE)
        try:
            found = await anyio.to_thread.run_sync(self.sessions.accounts.login, name, password, address, limiter=self._limit)
        except TooManyFailures:
            return _login(shown, onward, own["login_often"], name, HTTPStatus.TOO_MANY_REQUESTS)
        if found is None:
            return _login(shown, onward, own["login_wrong"], name, HTTPStatus.UNAUTHORIZED)
        value = await anyio.to_thread.run_sync(partial(self.sessions.begin, found, _cookie(headers)))
        reply = RedirectResponse(onward, HTTPStatus.SEE_OTHER)
        # Lax: a link to a sentence works from another site; what another site sends by itself comes without the session.
        reply.set_cookie(COOKIE, value, max_age=LONGEST, path="/", httponly=True, samesite="lax", secure=_secure(scope, headers))
        return reply


_FAR = (
    "This page is served without a login, to this machine alone, and this request came by another name or from elsewhere; "
    "the operator may run it with WENZHENG_LOGIN=always and `wenzheng users add`."
)


def _path(scope: Scope) -> str:
    """The path below the prefix that a proxy may have put before it."""
    path, prefix = str(scope["path"]), str(scope.get("root_path", ""))
    return (path[len(prefix) :] if prefix and path.startswith(prefix) else path) or "/"


def _same_site(headers: Headers, scope: Scope) -> bool:
    """Whether the page itself, the address bar or a program sent the request.

    Browsers say so themselves over https and on this machine (Fetch Metadata), and no script can make them say otherwise;
    else they name the site in every request that changes anything (Fetch standard).
    """
    if site := headers.get("sec-fetch-site"):
        followed = scope["method"] in ("GET", "HEAD") and headers.get("sec-fetch-mode") == "navigate"
        return site in ("none", "same-origin") or followed
    return "origin" not in headers or urlsplit(headers["origin"]).netloc == headers.get("host")


def _near(headers: Headers, scope: Scope) -> bool:
    """Whether the request names this machine and came through no proxy for somebody elsewhere, believed or not.

    Another name may be one that a hostile site had point here for a moment.
    """
    if not loopback(urlsplit(f"//{headers.get('host', '')}").hostname or ""):
        return False
    told = scope.get(CLAIMED, headers.getlist("x-forwarded-for"))
    passed = [part.strip() for line in told for part in line.split(",") if part.strip()]
    return all(loopback(part) for part in passed)


def _secure(scope: Scope, headers: Headers) -> bool:
    return scope.get("scheme") == "https" or headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https"


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return str(found.value) if found else ""


def _session(scope: Scope, path: str) -> str:
    """The visit of the page that a request reads from, as Gradio names it in address or path."""
    if path.startswith(f"{_DATA}heartbeat/"):
        return path.rsplit("/", 1)[-1]
    asked: dict[str, list[str]] = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return asked.get("session_hash", [""])[0]


def _onward(wanted: str) -> str:
    """Where to go after the login: a page of this one, never another site."""
    parts = urlsplit(wanted)
    plain = not (parts.scheme or parts.netloc) and "\\" not in wanted and wanted.isprintable()
    return "./" + wanted.lstrip("/") if plain and not wanted.lstrip("/").startswith(("login", "logout")) else "./"


def _language(named: str, headers: Headers) -> Language:
    return next((one for one in LANGUAGES if one == named), preferred(headers.get("accept-language", "")))


async def _body(receive: Receive) -> bytes | None:
    """The body of a request, None where it is longer than a login can be."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
        if len(body) > _FORM or message["type"] == "http.disconnect":
            return None
    return body


def _login(shown: Language, onward: str, wrong: str = "", name: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    return HTMLResponse(login_html.page(shown, onward, wrong, name), status, {"Cache-Control": "no-store"})


def _unknown(scope: Scope, headers: Headers, path: str) -> Reply:
    """People are led to the login; programs are told."""
    if scope["method"] == "GET" and "text/html" in headers.get("accept", "") and not path.startswith(_DATA):
        query = scope.get("query_string", b"").decode("latin-1")
        onward = quote(path + (f"?{query}" if query else ""), safe="")
        return RedirectResponse(f"{'../' * (path.count('/') - 1) or './'}login?next={onward}", HTTPStatus.SEE_OTHER)
    return _refusal(HTTPStatus.UNAUTHORIZED, "Log in first; programs send a token of `wenzheng users token NAME` as a bearer.")


def _refusal(status: HTTPStatus, why: str) -> Response:
    return PlainTextResponse(json.dumps({"detail": why}), status, media_type="application/json")
