"""References and files over HTTP: the same that the page and the command line make."""

from __future__ import annotations

import base64
import io
import subprocess
import sys

import docx
import pytest
from fakes import one_sentence
from serving import FAKE_CLI, raw

QUESTION = "墨子用什么做了第一只木鸢？"
ENGLISH = "How much honey does a colony need until spring?"


def got(server, name, **arguments):
    kind, data = raw(server, name, arguments)
    assert kind == "complete", data
    return data[0]


def ran(*arguments):
    return subprocess.run(arguments, capture_output=True, timeout=60, check=False)


def test_the_citations_of_an_answer_become_references_as_they_are(server):
    citations = got(server, "ask", question=QUESTION)["citations"]
    (entry,) = got(server, "references", citations=citations, style="apa")
    assert entry["article"] == citations[0]["article"]
    assert citations[0]["title"] in entry["reference"]
    assert "(2020)" in entry["reference"]


@pytest.mark.parametrize(("style", "opening"), [("gbt", ""), ("apa", ""), ("chicago", ""), ("bibtex", "@"), ("ris", "TY  - ")])
def test_each_article_is_referred_to_once_in_every_style(server, style, opening):
    names = [article["id"] for article in got(server, "articles")]
    cited = [{"article": name, "page": page} for name in names for page in (None, "3", "3")]
    found = got(server, "references", citations=cited, style=style)
    assert sorted(entry["article"] for entry in found) == sorted(names)
    assert all(entry["reference"].startswith(opening) and entry["reference"].strip() for entry in found)


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("references", {"citations": [{"article": "none"}]}, "holds no article “none”"),
        ("references", {"citations": []}, "1 to 100 objects"),
        ("references", {"citations": [{"page": "3"}]}, "without “article”"),
        ("references", {"citations": [{"article": "x"}], "style": "mla"}, "style is “mla”"),
        ("export", {"questions": [{"question": " "}]}, "1 to 1000"),
        ("export", {"questions": [{"question": "x", "history": "y"}]}, "history"),
        ("export", {"questions": [{"question": "x"}], "format": "pdf"}, "format is “pdf”"),
        ("export", {"questions": [{"question": "x"}], "language": "fr"}, "language is “fr”"),
        ("export", {"questions": "x"}, "questions is no list"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_sentence(server, name, arguments, says):
    kind, data = raw(server, name, arguments)
    assert (kind, data["title"]) == ("error", "Wrong use")
    assert one_sentence(data["error"])
    assert says in data["error"]


def test_a_word_file_comes_whole(server):
    made = got(server, "export", questions=[{"question": QUESTION}], format="docx")
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(base64.b64decode(made["data"]))).paragraphs)
    assert made["name"] == "wenzheng.docx"
    assert QUESTION in text


@pytest.mark.parametrize(
    "options", [("--format", "markdown"), ("--format", "html", "--style", "chicago"), ("--format", "bibtex")]
)
@pytest.mark.parametrize("question", [QUESTION, ENGLISH])
def test_a_file_made_by_a_server_is_the_one_made_here(server, shelf, options, question):
    away = ran(sys.executable, "-m", "ui.cli", "ask", question, "--server", server, *options)
    here = ran(sys.executable, FAKE_CLI, "ask", question, *options, "--library", shelf.library)
    assert away.returncode == 0, away.stderr
    assert away.stdout == here.stdout != b""
