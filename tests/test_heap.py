"""Memory that was let go is of use again, whichever thread let it go."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")

# Eight threads ask for memory at once; printed is how many heaps there are for it.
HEAPS = """
import ctypes, os, sys, threading
from ui.web import heap
if sys.argv[1] == "few":
    heap.few_arenas()
at_once = threading.Barrier(8)
def ask():
    at_once.wait()
    held = [bytearray(5_000) for _ in range(1000)]
    at_once.wait()
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
told = ctypes.c_void_p(libc.fopen(sys.argv[2].encode(), b"w"))
libc.malloc_info(0, told)
libc.fclose(told)
"""


def heaps(which: str, place: Path) -> int:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_"))}
    subprocess.run([sys.executable, "-c", HEAPS, which, str(place)], check=True, env=environment)
    return place.read_text().count("<heap nr=")


def test_all_threads_share_two_heaps(tmp_path):
    assert heaps("few", tmp_path / "few") == 2
    assert heaps("as it is", tmp_path / "many") > 2


def test_what_is_free_goes_back_to_the_system():
    program = """
from ui.web import heap
def held():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
kept = []
for number in range(100_000):  # what is in use lies between and behind what is let go
    kept.append(bytearray(6_000 if number % 10 else 600))
kept = kept[::10]
before = held()
heap.give_back()
assert before - held() > 200_000_000, (before, held())
"""
    subprocess.run([sys.executable, "-c", program], check=True)
