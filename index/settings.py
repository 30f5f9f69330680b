"""Settings, each with its origin: the command line, WENZHENG_* variables, wenzheng.toml, or built in."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from index.errors import SettingsError

FILE = "wenzheng.toml"
EMBEDDED = "embedded"
"""The encoder that comes with the program and needs no download."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set; the file and the variables use the same names."""

    library: Path = Path("library")  # folder of the library
    seeds: Path = Path("seeds")  # corpus, catalogue, glossary and translations
    encoder: str = EMBEDDED  # or a folder, or a model name that is on this machine
    encoding: str = "exact"  # of documents; "fast" takes numbers of 16 bits where the machine reckons with them
    reader: str = "extractive"
    model: str = ""  # language model: a folder, a model on this machine, or its name at the server
    server: str = ""  # base address of an OpenAI-compatible server
    server_key: str = field(default="", repr=False)  # its key, where it wants one
    nli: str = ""  # entailment model that checks statements: a folder, or a model on this machine; none where empty
    device: str = "auto"  # of a local language or entailment model: cuda, mps, cpu
    store: str = "embedded"  # what searches the passages: embedded (Tantivy and FAISS), or milvus
    milvus_uri: str = "http://127.0.0.1:19530"  # of the server; or a folder ending in .db, for Milvus Lite
    milvus_token: str = field(default="", repr=False)  # user:password, where it wants one
    milvus_name: str = "wenzheng"  # that names of collections begin with
    ray: str = ""  # fan indexing out: local, or the address of a Ray cluster; this process alone where empty
    timeout: int = 60  # seconds a language model may be silent
    passage_length: int = 320  # characters a passage aims at; whole sentences always
    host: str = "127.0.0.1"  # of the web page
    port: int = 7860
    root_path: str = ""  # under which a reverse proxy shows the page, such as /wenzheng
    proxies: str = ""  # addresses or networks of reverse proxies whose forwarded headers are believed, with commas
    monitors: str = "127.0.0.1, ::1"  # addresses or networks that may read /metrics
    question_length: int = 1000  # characters of a question, at most
    upload_megabytes: int = 50  # of one file added on the page, at most
    rate: int = 1200  # questions a minute from one address, at most
    waiting: int = 64  # questions that may stand in line
    wait_seconds: int = 60  # that a question may stand in line
    answer_seconds: int = 300  # that an answer may take to write
    body_seconds: int = 300  # that a request or an upload may take to arrive
    shutdown_seconds: int = 30  # that answers in work have to end when the page is stopped
    log: str = "plain"  # or json: one object a line
    log_questions: str = "no"  # or yes: the texts of questions too
    login: str = "auto"  # who reaches the page logs in: auto (all but this machine itself) or always
    token: str = field(default="", repr=False)  # of an account at the page that --server names
    remote_code: str = "no"  # yes: a model's folder may bring program code that is run
    origins: Mapping[str, str] = None  # type: ignore[assignment]

    @property
    def trusts_code(self) -> bool:
        """Whether a model's folder may bring program code; raises SettingsError for a value that says neither."""
        if self.remote_code not in ("yes", "no"):
            raise SettingsError(f"{self.origin('remote_code')} sets remote_code to “{self.remote_code}”; it must be yes or no.")
        return self.remote_code == "yes"

    def shown(self, name: str) -> str:
        """The value of a setting, for people; a key stays hidden."""
        value = str(getattr(self, name))
        return "(set)" if name in ("server_key", "milvus_token", "token") and value else value

    def origin(self, name: str) -> str:
        """Where the value of a setting comes from, for people."""
        return (self.origins or {}).get(name, "built in")


_MOST = {"port": 65_535}
_ONE_OF = {
    "encoding": ("exact", "fast"),
    "store": ("embedded", "milvus"),
    "log": ("plain", "json"),
    "log_questions": ("no", "yes"),
}
_NAMES = {f.name: f for f in fields(Settings) if f.name != "origins"}


def load(overrides: Mapping[str, Any] | None = None, folder: Path | None = None) -> Settings:
    """Settings from `folder`/wenzheng.toml, the environment and `overrides`, the later ones winning.

    An empty variable counts as unset.  Raises SettingsError for an unknown name, a value of the
    wrong type, or a file that is no TOML.
    """
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    path = (folder or Path.cwd()) / FILE
    if path.is_file():
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise SettingsError(f"{path} cannot be read ({error.strerror}); check its permissions.") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path} is no valid TOML ({error}); mend the line it names.") from error
        for name, value in found.items():
            values[name], origins[name] = value, str(path)
    for key, value in os.environ.items():
        if key.startswith("WENZHENG_") and value:
            name = key.removeprefix("WENZHENG_").lower()
            values[name], origins[name] = value, key
    for name, value in (overrides or {}).items():
        if value is not None:
            values[name], origins[name] = value, "command line"
    checked = {name: _check(name, value, origins[name]) for name, value in values.items()}
    return Settings(**checked, origins=origins)


def _check(name: str, value: Any, origin: str) -> Any:
    if name not in _NAMES:
        known = ", ".join(sorted(_NAMES))
        raise SettingsError(f"{origin} sets “{name}”, which is no setting; the settings are {known}.")
    default = _NAMES[name].default
    if isinstance(default, int):
        most = _MOST.get(name, sys.maxsize)
        whole = type(value) is int or (isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}\s*", value))
        if not whole or not 0 < int(value) <= most:
            limit = f" and at most {most}" if name in _MOST else ""
            raise SettingsError(f"{origin} sets {name} to “{value}”; it must be a whole number above 0{limit}.")
        return int(value)
    if not isinstance(value, str | Path) or not str(value).strip():
        raise SettingsError(f"{origin} sets {name} to “{value}”; it must be a text that is not empty.")
    if name in _ONE_OF and value not in _ONE_OF[name]:
        raise SettingsError(f"{origin} sets {name} to “{value}”; it must be {' or '.join(_ONE_OF[name])}.")
    if not isinstance(default, Path):
        return str(value)
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise SettingsError(f"{origin} sets {name} to “{value}”, but there is no such user; write the folder out.") from error
