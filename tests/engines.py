"""The engines that the contract of `index.stores` is tried on: in the library's folder, Milvus Lite in a folder, and its server."""

from __future__ import annotations

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from serving import free_port

from index.settings import Settings

KINDS = ("embedded", "folder", "server")
needs_milvus = pytest.mark.skipif(
    not (importlib.util.find_spec("pymilvus") and importlib.util.find_spec("milvus_lite")),
    reason="Milvus Lite is not installed (pip install 'wenzheng[milvus]')",
)


def started(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Milvus Lite's server over a folder, and its address."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "milvus_lite",
        "server",
        "--data-dir",
        str(folder),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        assert running.poll() is None
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return running, f"http://127.0.0.1:{port}"
        time.sleep(0.1)
    raise AssertionError("no server")


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of Milvus Lite's server and its folder."""
    folder = tmp_path_factory.mktemp("milvus")
    running, address = started(folder)
    yield address, folder
    running.terminate()
    running.wait(timeout=30)


@pytest.fixture(params=[KINDS[0], *(pytest.param(kind, marks=needs_milvus) for kind in KINDS[1:])])
def kind(request: pytest.FixtureRequest) -> str:
    """Which engine a test runs on."""
    return str(request.param)


@pytest.fixture
def place(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path | None]:
    """The address of the engine, and where it keeps its files."""
    if kind == "server":
        return request.getfixturevalue("milvus_server")  # type: ignore[no-any-return]
    folder = tmp_path / "milvus.db"
    return str(folder), folder if kind == "folder" else None


@pytest.fixture
def engine_settings(kind: str, place: tuple[str, Path | None], tmp_path: Path) -> Settings:
    """Settings with a library of their own that is searched by the engine."""
    own = Settings(library=tmp_path / "library")
    name = "t" + "".join(letter for letter in tmp_path.name if letter.isalnum())[-40:]
    return own if kind == "embedded" else replace(own, store="milvus", milvus_uri=place[0], milvus_name=name)
