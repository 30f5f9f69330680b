"""Accounts: their passwords, sessions and tokens, and how often a wrong password may be tried."""

from __future__ import annotations

import sqlite3
import stat
from functools import cache

import pytest
from fakes import FakeEncoder
from typer.testing import CliRunner

from index import build
from index.errors import UsageError
from ui import accounts as module
from ui.accounts import LONGEST, MOST, SHORTEST, WINDOW, Account, Accounts, TooManyFailures
from ui.cli import app
from ui.sessions import IDLE, PREFIX, Sessions
from ui.sessions import LONGEST as SESSION

GOOD = "nine green bottles"


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def quick(monkeypatch):
    """Hashing that takes no time: how strong it is has a test of its own."""
    from argon2 import PasswordHasher

    monkeypatch.setattr(module, "_hasher", cache(lambda: PasswordHasher(1, 8, 1)))
    module._nobody.cache_clear()
    yield
    module._nobody.cache_clear()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def accounts(tmp_path, clock, quick):
    made = Accounts(tmp_path / "library", clock)
    made.add("小王", "reader", GOOD)
    return made


@pytest.fixture
def sessions(accounts):
    return Sessions(accounts)


# -- passwords ------------------------------------------------------------------------------------


def test_passwords_are_kept_as_argon2id_hashes_that_cost_memory(tmp_path):
    accounts = Accounts(tmp_path)
    accounts.add("root", "admin", GOOD)
    hashed = accounts.select("SELECT password FROM accounts")[0][0]
    assert hashed.startswith("$argon2id$")
    memory = int(hashed.split("m=")[1].split(",")[0])  # KiB
    assert memory >= 19 * 1024  # the least that OWASP's password storage cheat sheet names
    assert GOOD.encode() not in accounts.path.read_bytes()


def test_the_file_is_for_its_owner_alone(accounts):
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("password", ["", "x" * (SHORTEST - 1), "x" * (LONGEST + 1), "Elizabeth.Bennet"])
def test_a_weak_password_is_refused(accounts, password):
    with pytest.raises(UsageError, match=f"{SHORTEST} to {LONGEST}"):
        accounts.add("elizabeth.bennet", "reader", password)
    assert len(accounts.all()) == 1


@pytest.mark.parametrize("name", ["", "a b", "a/b", "x" * 41, "<b>", "a\nb"])
def test_a_name_that_is_none_is_refused(accounts, name):
    with pytest.raises(UsageError, match="no name"):
        accounts.add(name, "reader", GOOD)


def test_an_account_is_added_once_and_with_a_role_that_there_is(accounts):
    with pytest.raises(UsageError, match="already"):
        accounts.add("小王", "admin", GOOD)
    with pytest.raises(UsageError, match="no role"):
        accounts.add("eve", "owner", GOOD)
    assert accounts.all() == [Account("小王", "reader")]


def test_only_the_right_password_lets_in(accounts):
    assert accounts.login("小王", GOOD, "10.0.0.1") == Account("小王", "reader")
    assert accounts.login("小王", GOOD + " ", "10.0.0.1") is None
    assert accounts.login("nobody", GOOD, "10.0.0.1") is None
    assert accounts.login("小王' OR 1=1 --", GOOD, "10.0.0.1") is None


def test_roles_hold_those_before_them():
    allowed = {role: [wanted for wanted in module.ROLES if Account("x", role).may(wanted)] for role in module.ROLES}
    assert allowed == {"reader": ["reader"], "reviewer": ["reader", "reviewer"], "admin": ["reader", "reviewer", "admin"]}


# -- how often ------------------------------------------------------------------------------------


def test_after_some_failures_not_even_the_right_password_is_looked_at_for_a_while(accounts, clock):
    for _ in range(MOST["both"]):
        assert accounts.login("小王", "wrong", "10.0.0.1") is None
    with pytest.raises(TooManyFailures, match="15 minutes"):
        accounts.login("小王", GOOD, "10.0.0.1")
    assert accounts.login("小王", GOOD, "10.0.0.2") is not None  # its owner elsewhere is not locked out
    clock.now += WINDOW + 1
    assert accounts.login("小王", GOOD, "10.0.0.1") is not None


def test_an_address_that_tries_many_names_is_stopped(accounts):
    for number in range(MOST["address"]):
        assert accounts.login(f"name{number}", "wrong", "10.0.0.1") is None
    with pytest.raises(TooManyFailures):
        accounts.login("小王", GOOD, "10.0.0.1")


def test_a_name_that_is_tried_from_many_addresses_is_held(accounts):
    for number in range(MOST["name"]):
        assert accounts.login("小王", "wrong", f"10.0.1.{number}") is None
    with pytest.raises(TooManyFailures):
        accounts.login("小王", GOOD, "10.0.2.1")


def test_failures_outlive_the_program(accounts, clock):
    for _ in range(MOST["both"]):
        accounts.login("小王", "wrong", "10.0.0.1")
    with pytest.raises(TooManyFailures):
        Accounts(accounts.folder, clock).login("小王", GOOD, "10.0.0.1")


# -- sessions -------------------------------------------------------------------------------------


def test_a_session_is_known_by_its_signed_cookie_alone(sessions, accounts):
    cookie = sessions.begin(Account("小王", "reader"))
    token, _, signature = cookie.partition(".")
    assert sessions.of_cookie(cookie) == Account("小王", "reader")
    forged = ["", token, f"{token}.", f"{token}.{'0' * 64}", f"x{cookie}", f"{cookie}0", f"{token}é.{signature}", "é.é"]
    assert [sessions.of_cookie(value) for value in forged] == [None] * len(forged)
    kept = accounts.path.read_bytes()
    assert token.encode() not in kept
    digest = accounts.select("SELECT token FROM sessions")[0][0]
    assert sessions.of_cookie(f"{digest}.{signature}") is None  # nor does what is kept let anybody in


def test_a_signature_of_another_key_is_none(sessions, accounts):
    cookie = sessions.begin(Account("小王", "reader"))
    with accounts.change() as db:
        db.execute("UPDATE secrets SET value = ?", (b"k" * 32,))
    assert sessions.of_cookie(cookie) is None


def test_a_session_ends_when_it_is_idle_and_when_it_is_old(sessions, accounts, clock):
    cookie = sessions.begin(Account("小王", "reader"))
    clock.now += IDLE - 1
    assert sessions.of_cookie(cookie)
    clock.now += IDLE - 1
    assert sessions.of_cookie(cookie)  # it was used meanwhile
    clock.now += IDLE + 1
    assert sessions.of_cookie(cookie) is None
    cookie, began = sessions.begin(Account("小王", "reader")), clock.now
    while clock.now - began < SESSION - IDLE:
        clock.now += IDLE - 1
        assert sessions.of_cookie(cookie)
    clock.now = began + SESSION
    assert sessions.of_cookie(cookie) is None


def test_a_clock_that_is_set_back_makes_no_session_last(sessions, clock):
    cookie = sessions.begin(Account("小王", "reader"))
    clock.now -= 3600
    assert sessions.of_cookie(cookie) is None


def test_a_login_begins_a_new_session_and_ends_the_one_before(sessions):
    before = sessions.begin(Account("小王", "reader"))
    after = sessions.begin(Account("小王", "reader"), before)
    assert after != before
    assert sessions.of_cookie(before) is None
    assert sessions.of_cookie(after)


def test_logging_out_ends_the_session(sessions):
    cookie = sessions.begin(Account("小王", "reader"))
    sessions.end(cookie)
    assert sessions.of_cookie(cookie) is None


def test_another_password_and_a_removal_end_what_was_begun_before(sessions, accounts):
    cookie, token = sessions.begin(Account("小王", "reader")), sessions.token("小王")
    assert token.startswith(PREFIX)
    assert sessions.of_token(token) == Account("小王", "reader")
    accounts.password("小王", "ten green bottles")
    assert sessions.of_cookie(cookie) is None
    assert sessions.of_token(token) is None
    cookie, token = sessions.begin(Account("小王", "reader")), sessions.token("小王")
    accounts.remove("小王")
    assert sessions.of_cookie(cookie) is None
    assert sessions.of_token(token) is None


def test_tokens_are_void_when_they_are_revoked(sessions):
    tokens = [sessions.token("小王"), sessions.token("小王")]
    assert sessions.revoke("小王") == 2
    assert [sessions.of_token(token) for token in tokens] == [None, None]


# -- the file and the command ---------------------------------------------------------------------


def test_accounts_outlive_a_rebuild_and_a_new_library_in_place_of_a_damaged_one(accounts, corpus, settings):
    build.index([corpus], settings, FakeEncoder())
    build.index([corpus], settings, FakeEncoder(), rebuild=True)
    (settings.library / "library.sqlite").unlink()
    build.index([corpus], settings, FakeEncoder())
    assert Accounts(settings.library).all() == [Account("小王", "reader")]


def test_the_file_of_the_accounts_is_whole_after_a_failure_in_a_change(accounts):
    def fail() -> None:
        with accounts.change() as db:
            db.execute("DELETE FROM accounts")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert len(accounts.all()) == 1
    with sqlite3.connect(accounts.path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_accounts_are_kept_from_the_command_line(tmp_path, quick):
    def run(*arguments: str, typed: str = "") -> str:
        return (
            CliRunner().invoke(app, ["users", *arguments, "--library", str(tmp_path)], input=typed, catch_exceptions=False).stdout
        )

    run("add", "ann", typed=f"{GOOD}\n")
    run("add", "root", "--role", "admin", typed=f"{GOOD}\n")
    assert run("list").splitlines() == ["ann\treader", "root\tadmin"]
    run("password", "ann", typed="ten green bottles\n")
    accounts = Accounts(tmp_path)
    assert accounts.login("ann", "ten green bottles", "here")
    token = run("token", "ann").strip()
    assert Sessions(accounts).of_token(token) == Account("ann", "reader")
    run("remove", "ann")
    assert run("list").splitlines() == ["root\tadmin"]
    with pytest.raises(UsageError, match="wenzheng users list"):
        run("remove", "ann")
