"""A page served with a login, and people who ask of it over plain HTTP, as browsers and as programs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from fakes import FakeEncoder, write_corpus
from serving import FAKE_CLI, served

from index import build
from index.settings import Settings
from ui.accounts import Accounts, Role

PASSWORD = "nine green bottles"
PEOPLE: Mapping[str, Role] = {"ann": "reader", "bo": "reader", "rex": "reviewer", "root": "admin"}


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Visitor:
    """Somebody at a client, with their cookie once they have one."""

    address: str
    cookie: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """One request; underscores in the names of headers stand for hyphens."""
        own = {"Cookie": self.cookie} if self.cookie else {}
        own |= {**self.extra, **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        try:
            connection.request(method, path, body, own)
            found = connection.getresponse()
            reply = Reply(found.status, {name.lower(): value for name, value in found.getheaders()}, found.read())
        finally:
            connection.close()
        return reply

    def get(self, path: str, **headers: str) -> Reply:
        return self.send("GET", path, **headers)

    def login(self, name: str, password: str = PASSWORD, path: str = "/login", **headers: str) -> Reply:
        """Sends the form of the login page and keeps the cookie that comes back."""
        form = urlencode({"name": name, "password": password}).encode()
        reply = self.send("POST", path, form, Content_Type="application/x-www-form-urlencoded", **headers)
        if "set-cookie" in reply.headers:
            self.cookie = reply.headers["set-cookie"].split(";")[0]
        return reply

    def json(self, path: str, data: Any, **headers: str) -> Reply:
        return self.send("POST", path, json.dumps(data).encode(), Content_Type="application/json", **headers)

    def call(self, name: str, **arguments: Any) -> tuple[str, Any]:
        """Kind and data of the last event of a documented endpoint."""
        place = f"/gradio_api/call/v2/{name}"
        event = json.loads(self.json(place, arguments).body)["event_id"]
        lines = self.get(f"{place}/{event}").text.splitlines()
        kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
        data = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
        return kinds[-1], data[-1]


@pytest.fixture(scope="session")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a page with a login, and the folder of its library; the accounts are those of PEOPLE."""
    folder = tmp_path_factory.mktemp("guarded")
    settings = Settings(library=folder / "library")
    build.index([write_corpus(folder / "corpus")], settings, FakeEncoder())
    accounts = Accounts(settings.library)
    for name, role in PEOPLE.items():
        accounts.add(name, role, PASSWORD)
    (settings.library / "runs").mkdir()
    (settings.library / "runs" / "20260101-000000-tune.html").write_text("figures", encoding="utf-8")
    variables = {"WENZHENG_LOGIN": "always", "WENZHENG_PROXIES": "127.0.0.1"}
    with served(FAKE_CLI, "ui", "--library", settings.library, "--port", log=folder, **variables) as address:
        yield address.rstrip("/"), settings.library


@pytest.fixture(scope="session")
def logged(guarded: tuple[str, Path]) -> Mapping[str, Visitor]:
    """Everybody, logged in."""
    people = {name: Visitor(guarded[0]) for name in PEOPLE}
    for name, visitor in people.items():
        assert visitor.login(name).status == 303
    return people
