"""`chat_server` in a process of its own, which can be killed while it writes: its address on stdout, then what it has sent."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from chat_server import Script, serving


def slowly(asked):
    for number, piece in enumerate(json.loads(sys.argv[1])):
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        yield piece
        time.sleep(0.02)


if __name__ == "__main__":
    with serving(Script(say=slowly)) as address:
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        sys.stdin.read()
