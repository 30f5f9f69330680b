"""The command line with the fake encoder, for tests that run it as a program."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fakes import FakeEncoder

from index import encoder
from ui.cli import main

encoder.load = lambda name: FakeEncoder()
main()
