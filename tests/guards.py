"""Takes each guard out of a copy of the program, one at a time, and sees that a test notices: `python tests/guards.py [WORD]`.

Each takes some seconds; all of them some minutes.  Exit status 1 where a guard can go and nothing fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUARDS: tuple[tuple[str, str, str, str, str], ...] = (
    # name, file, what is taken out, what stands in its place, the tests that must notice
    ("login wanted off this machine", "ui/web/visitor.py", 'if loopback(host) and login == "auto":', "if True:", "test_gate.py -k wherever_others"),
    ("an account wanted before opening", "ui/web/visitor.py", "if not accounts.all():", "if False:", "test_gate.py -k wherever_others"),
    ("login asked for", "ui/web/gate.py", "if account is None:", "if False:", "test_gate.py -k not_logged_in"),
    ("no onward to other sites", "ui/web/gate.py", "plain = not (parts.scheme or parts.netloc)", "plain = True", "test_gate.py -k no_other_site"),
    ("typed text escaped", "ui/web/login_html.py", "name=escape(name[:100])", "name=name[:100]", "test_gate.py -k typed"),
    ("login body bounded", "ui/web/gate.py", "len(body) > _FORM or", "False or", "test_gate.py -k no_login"),
    ("cookie HttpOnly", "ui/web/gate.py", "path=\"/\", httponly=True, samesite=\"lax\", secure=_secure(scope, headers)", "path=\"/\", httponly=False, samesite=\"lax\", secure=_secure(scope, headers)", "test_gate.py -k cookie"),
    ("cookie SameSite", "ui/web/gate.py", "httponly=True, samesite=\"lax\", secure=_secure(scope, headers)", "httponly=True, samesite=\"none\", secure=_secure(scope, headers)", "test_gate.py -k cookie"),
    ("cookie Secure", "ui/web/gate.py", "secure=_secure(scope, headers)", "secure=False", "test_gate.py -k cookie"),
    ("session rotated", "ui/sessions.py", "        self.end(before)\n", "", "test_accounts.py -k before"),
    ("session signed", "ui/sessions.py", "if not token or not hmac.compare_digest(signature.encode(), self._signature(token).encode()):", "if not token:", "test_accounts.py -k signed"),
    ("session idle", "ui/sessions.py", "and -_SKEW <= now - seen < IDLE", "", "test_accounts.py -k idle"),
    ("session old", "ui/sessions.py", "-_SKEW <= now - began < LONGEST and ", "", "test_accounts.py -k 'idle or set_back'"),
    ("session digest kept", "ui/sessions.py", "(_digest(token), account.name, now, now)", "(token, account.name, now, now)", "test_accounts.py -k signed"),
    ("logout ends it", "ui/web/gate.py", "await anyio.to_thread.run_sync(self.sessions.end, _cookie(headers))", "pass", "test_gate.py -k logging_out"),
    ("logout by POST", "ui/web/gate.py", 'if path == "/logout":\n            if scope["method"] != "POST":', 'if path == "/logout":\n            if False:', "test_gate.py -k logging_out"),
    ("failures counted", "ui/accounts.py", "        self._refuse_many(keys)\n", "", "test_accounts.py -k 'failures or many'"),
    ("strong hash", "ui/accounts.py", "return PasswordHasher()", "return PasswordHasher(1, 8, 1)", "test_accounts.py -k argon2id"),
    ("weak passwords", "ui/accounts.py", "if not SHORTEST <= len(password) <= LONGEST or", "if", "test_accounts.py -k weak"),
    ("file for its owner", "ui/accounts.py", "mode=0o600", "mode=0o644", "test_accounts.py -k owner"),
    ("password ends sessions", "ui/accounts.py", 'db.execute(f"DELETE FROM {table} WHERE account = ?", (found.name,))', "pass", "test_accounts.py -k another_password"),
    ("removal ends sessions", "ui/accounts.py", '"PRAGMA foreign_keys = ON"', '"PRAGMA foreign_keys = OFF"', "test_accounts.py test_belongings.py -k 'another_password or go_with'"),
    ("other sites (browser's word)", "ui/web/gate.py", 'return site in ("none", "same-origin") or followed', "return True", "test_gate.py -k another_site"),
    ("other sites (origin)", "ui/web/gate.py", 'return "origin" not in headers or urlsplit(headers["origin"]).netloc == headers.get("host")', "return True", "test_gate.py -k another_site"),
    ("this machine's name", "ui/web/gate.py", "return None if _near(headers, scope) else", "return None if True else", "test_gate.py -k this_machine"),
    ("proxies for others", "ui/web/gate.py", "return all(loopback(part) for part in passed)", "return True", "test_gate.py -k this_machine"),
    ("routes shut", "ui/web/gate.py", "if shut.startswith(SHUT):", "if False:", "test_gate.py -k shut"),
    ("page by role", "ui/web/gate.py", "if not account.may(wanted):", "if False:", "test_gate.py -k 'page_is_open or reports'"),
    ("event by role", "ui/web/visitor.py", "if account is None or len(requests) > 1 or not account.may(wanted):", "if False:", "test_gate.py -k event_above"),
    ("reports for admins", "ui/web/gate.py", 'wanted = "admin"\n', "pass\n", "test_gate.py -k reports"),
    ("visit of its owner (events)", "ui/web/visitor.py", '(session := named.get("session_hash")) and not', 'False and (session := "") and not', "test_gate.py -k visit"),
    ("visit of its owner (streams)", "ui/web/gate.py", "if session and not self.access.visits.of(session, account):", "if False:", "test_gate.py -k visit"),
    ("a wrong token stays wrong", "ui/web/gate.py", "            return sessions.of_token(token.strip())\n", "            return sessions.of_token(token.strip()) or sessions.of_cookie(_cookie(headers))\n", "test_gate.py -k wrong_token"),
    ("documents hidden", "ui/belongings.py", "self._added() - self._seen(account.name, ALL)", "frozenset()", "test_belongings.py"),
    ("documents of nobody hidden", "ui/belongings.py", "self._added() - self._seen(account.name, ALL)", "frozenset(n for n, a, s in self.documents() if a and account.name not in a and not s)", "test_belongings.py -k nobody_is_noted"),
    ("veil over answers", "ui/web/desk.py", "if hidden else answerer", "if False else answerer", "test_belongings.py"),
    ("veil over records", "ui/web/desk.py", "if record.source not in hidden}", "}", "test_belongings.py -k somebody_else"),
    ("veil over sources", "ui/web/source.py", "return None if found is None or found.record.source in hidden else found", "return found", "test_belongings.py -k not_opened"),
    ("veil over the review desk", "ui/web/review.py", "if not hidden:", "if True:", "test_belongings.py -k review_desk"),
    ("veil over search", "index/veil.py", "return super().search(question, k, {**(limits or {}), \"source\": sources})", "return super().search(question, k, limits)", "test_belongings.py -k 'best or veiled'"),
    ("jobs of others", "ui/web/intake.py", "and job.account == visitor()", "", "test_belongings.py -k others_is_not"),
    ("removal by its owner", "ui/belongings.py", "return account.may(\"admin\") or name in self._seen(account.name)", "return True", "test_belongings.py -k 'not_theirs or admin_adds'"),
    ("conversations by account", "ui/web/shelf.py", "mine[0].conversations(mine[1]) if mine else store", "store", "test_belongings.py -k conversations"),
    ("parser's memory", "index/sandbox.py", "(resource.RLIMIT_AS, memory),", "", "test_sandbox.py -k memory"),
    ("parser's time", "index/sandbox.py", "timeout=seconds,", "timeout=None,", "test_sandbox.py -k too_long"),
    ("parser's files", "index/sandbox.py", "(resource.RLIMIT_FSIZE, 0),", "", "test_sandbox.py -k no_file"),
    ("parser's environment", "index/sandbox.py", "return {**kept,", "return {**os.environ,", "test_sandbox.py -k settings"),
    ("parser apart", "index/files.py", "sandbox.read(suffix, data, str(path))", "reader(data, str(path))", "test_sandbox.py -k apart"),
    ("zip bombs", "index/read_docx.py", "        _refuse_bomb(data, name)\n", "", "test_files.py -k unpacks"),
    ("pickled weights", "index/weights.py", "if pickled and not any(", "if False and not any(", "test_weights.py -k pickled"),
    ("code of models", "index/weights.py", "if not remote_code and (named := _own_code(folder)):", "if False and (named := \"\"):", "test_weights.py -k code"),
    ("names of uploads", "index/uploads.py", 'last = unicodedata.normalize("NFC", re.split(r"[/\\\\]", name)[-1])', 'last = unicodedata.normalize("NFC", name)', "test_uploads.py -k leads_out"),
    ("licences", "tests/licences.py", "return bool(ALLOWED.search(told)) and", "return True or", "test_licences.py -k not_on_the_list"),
)  # fmt: skip


def noticed(copy: Path, guard: tuple[str, str, str, str, str]) -> bool:
    """Whether the tests that are named fail without the guard."""
    name, place, old, new, tests = guard
    path = copy / place
    whole = path.read_text(encoding="utf-8")
    if old not in whole:
        raise SystemExit(f"{name}: {place} no longer says {old!r}; tell this list how the guard looks now.")
    path.write_text(whole.replace(old, new), encoding="utf-8")
    try:
        words, _, chosen = tests.partition(" -k ")
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-x",
            "-p",
            "no:cacheprovider",
            *(f"tests/{word}" for word in words.split()),
        ]
        command += ["-k", chosen.strip("'")] if chosen else []
        done = subprocess.run(
            command, cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False
        )
    finally:
        path.write_text(whole, encoding="utf-8")
    told = done.stdout.splitlines()
    # An error in a fixture is no test that notices.
    return any(line.startswith("FAILED ") for line in told) and not any(line.startswith("ERROR ") for line in told)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "library", "__pycache__", ".*_cache"))
        left = []
        for guard in GUARDS:
            if not sys.argv[1:] or sys.argv[1] in guard[0]:
                well = noticed(copy, guard)
                left += [] if well else [guard[0]]
                sys.stdout.write(f"{'noticed ' if well else 'UNSEEN  '} {guard[0]}\n")
                sys.stdout.flush()
    raise SystemExit(1 if left else 0)


if __name__ == "__main__":
    main()
