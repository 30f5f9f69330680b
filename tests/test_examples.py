"""The worked examples run as they are, and the guide tells of what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from test_api import ENDPOINTS

ROOT = Path(__file__).parents[1]


def client(*arguments):
    return subprocess.run(
        [sys.executable, ROOT / "examples" / "client.py", *arguments], capture_output=True, encoding="utf-8", timeout=60
    )


def test_the_client_lists_asks_and_reads_around_a_citation(server):
    ran = client(server, "How much honey does a colony need until spring?")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "4 articles" in ran.stdout
    assert "[1] The Winter Cluster of Honeybees (bees.txt" in ran.stdout
    assert re.search(r"^> .*twenty kilograms of honey", ran.stdout, re.MULTILINE)
    assert "\n3. " in ran.stdout


def test_the_client_ends_with_the_servers_own_sentence(server):
    ran = client(server, "x" * 1001)
    assert ran.returncode == 1
    assert ran.stderr.strip().endswith("it must have 1 to 1000.")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("name", ["api.md", "api.zh-CN.md"])
def test_the_guide_names_every_endpoint_and_argument(name):
    told = set(re.findall(r"`(\w+)`", (ROOT / "docs" / name).read_text(encoding="utf-8")))
    assert {point.strip("/") for point in ENDPOINTS} <= told
    assert {argument for arguments in ENDPOINTS.values() for argument in arguments} <= told
