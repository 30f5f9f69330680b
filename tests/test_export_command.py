"""`wenzheng ask --format`."""

from __future__ import annotations

import io
import sys

import docx
import pytest
from fakes import FakeEncoder

from index import encoder as encoders
from ui import cli

QUESTION = "风筝起源于哪里？"


@pytest.fixture
def ask(monkeypatch, capsys, tmp_path):
    """Runs `wenzheng ask`; gives exit status, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(encoders, "load", lambda name: FakeEncoder())

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["wenzheng", "ask", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_an_answer_goes_to_stdout_as_markdown_with_its_references(ask, shelf):
    code, out, err = ask(QUESTION, "--format", "markdown", "--library", shelf.library)
    assert (code, err) == (0, "")
    assert f"## {QUESTION}" in out
    assert "### 参考文献（GB/T 7714—2015）" in out
    assert (
        "### 参考文献（芝加哥第 18 版）" in ask(QUESTION, "--format=markdown", "--style=chicago", "--library", shelf.library)[1]
    )


def test_a_batch_goes_into_one_word_file(ask, shelf, tmp_path):
    batch = tmp_path / "batch.jsonl"
    batch.write_text(f'{{"id": "1", "question": "{QUESTION}"}}\n{{"id": "2", "question": "{QUESTION}"}}\n', encoding="utf-8")
    code, out, err = ask("--batch", batch, "--format=docx", "--output", "out.docx", "--library", shelf.library)
    assert (code, out, err) == (0, "", "")
    lines = [paragraph.text for paragraph in docx.Document(io.BytesIO((tmp_path / "out.docx").read_bytes())).paragraphs]
    assert lines.count(QUESTION) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--format", "pdf"),
        ("--format", "docx"),
        ("--format", "html", "--json"),
        ("--format", "html", "--style", "mla"),
        ("--format", "html", "--output", "nowhere/out.html"),
        ("--output", "out.html"),
        ("--style", "apa"),
    ],
)
def test_bad_use_ends_in_status_2_and_one_sentence(ask, arguments):
    code, out, err = ask(QUESTION, *arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
