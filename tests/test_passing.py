"""Files made for downloads, or on their way in, do not stay."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from ui.web.passing import Passing


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The temporary folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_download_stays_for_some_minutes_and_goes_with_the_next(place):
    passing = Passing()
    first = passing.download("a.txt")
    first.write_text("a")
    second = passing.download("a.txt")
    assert first.is_file()
    assert second != first
    os.utime(first.parent, (time.time() - 3600,) * 2)
    passing.download("b.txt")
    assert not first.parent.exists()
    assert second.parent.is_dir()


def test_nothing_is_left_when_it_is_not_used_any_more(place):
    passing = Passing()
    passing.download("a.txt").write_text("a")
    assert list(place.iterdir())
    del passing
    assert not list(place.iterdir())


def test_nothing_is_left_of_a_page_that_was_stopped_in_order(tmp_path):
    # As `ui.web.serving.until_stopped` ends the process.
    program = (
        "import atexit, os; from ui.web.passing import Passing; p = Passing(); p.folder(); atexit._run_exitfuncs(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", program], env={**os.environ, "TMPDIR": str(tmp_path)}, check=True)
    assert not list(tmp_path.iterdir())
