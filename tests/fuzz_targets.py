"""What must hold for any bytes at all: one function a target, which raises where it does not.

Used by the property tests (`test_fuzz.py`) and by the coverage-guided fuzzer (`fuzz.py`).
"""

from __future__ import annotations

import io
import json
import re
import tempfile
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import docx as word_files
from fakes import FakeEncoder, one_sentence, write_corpus

from index import build, catalog, glossary, memory
from index.content import Content
from index.encodings import decode
from index.errors import DocumentError, UsageError, WenzhengError
from index.library import Library
from index.passages import passages
from index.read_docx import read_docx
from index.read_html import read_html
from index.read_pdf import read_pdf
from index.records import SourceText
from index.search import Searcher
from index.settings import Settings
from index.structure import analyse
from rag.answer import Answerer
from rag.readers.marks import statements
from ui import exchange
from ui.web import conversations

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def refusal(error: Exception, *names: str) -> None:
    """An error must be one sentence that says what to do."""
    assert one_sentence(str(error), *names), error


def bare(text: str) -> str:
    return "".join(text.split())


def text_of(data: bytes) -> str:
    """Any bytes as a text that SQLite can hold."""
    return data.decode("utf-8", "replace").replace("\0", "\ufffd")


def cleaning(data: bytes) -> None:
    """A text is cleaned and taken apart; sentences and passages lie in it, in order, and say what stands there."""
    text = text_of(data)
    document = analyse(SourceText("text.txt", text, "0" * 64, "text/plain"), ())
    end = 0
    for piece in document.pieces:
        assert piece.start == end, "the pieces leave a gap or overlap"
        end = piece.end
    assert end == len(text) or not document.pieces, "the pieces do not reach the end"
    for sentence in document.sentences:
        assert 0 <= sentence.start < sentence.end <= len(text), "a sentence lies outside the text"
        assert sentence.text.strip(), "a sentence without words"
    made = passages(document, 320, lambda _: None)
    held = {number for passage in made for number in passage.sentences}
    assert held <= {sentence.id for sentence in document.sentences}, "a passage of sentences that are not there"
    for passage in made:
        assert 0 <= passage.start < passage.end <= len(text), "a passage lies outside the text"


def marks(data: bytes) -> None:
    """What a model writes is taken apart however it is cut."""
    text = text_of(data[1:])
    step = 1 + (data[0] if data else 0) % 17
    whole = list(statements([text]))
    list(statements(text[at : at + step] for at in range(0, len(text), step)))
    for statement in whole:
        assert re.search(r"\w", statement.text), "a statement without words"
        assert all(0 <= number <= 999 for number in statement.numbers), "a number that no mark can hold"
        assert len(statement.numbers) == len(set(statement.numbers)), "a number twice"


def reading(read: Callable[[bytes, str], Content], data: bytes) -> None:
    """A reader gives a text that can be stored, its pages in order, or one sentence."""
    try:
        content = read(data, "given.bin")
    except DocumentError as error:
        refusal(error, "given.bin")
        return
    content.text.encode()
    starts = [page.offset for page in content.pages]
    assert starts == sorted(starts), "pages out of order"
    assert all(0 <= start <= len(content.text) for start in starts), "a page beyond the text"


def pdf(data: bytes) -> None:
    reading(read_pdf, data)


def html(data: bytes) -> None:
    reading(read_html, data)


def docx(data: bytes) -> None:
    reading(read_docx, data)


def word(data: bytes) -> None:
    """A sound package around any XML: what is behind the archive's checksums is reached."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, body in package().items():
            archive.writestr(name, body)
        head = f'<w:document xmlns:w="{W}"><w:body>'.encode()
        archive.writestr("word/document.xml", head + data + b"</w:body></w:document>")
    reading(read_docx, packed.getvalue())


@lru_cache(maxsize=1)
def package() -> dict[str, bytes]:
    """The parts of an empty Word document but its text."""
    saved = io.BytesIO()
    word_files.Document().save(saved)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != "word/document.xml"}


def encodings(data: bytes) -> None:
    reading(lambda given, name: Content(*decode(given, name)), data)


def lists(data: bytes) -> None:
    """Glossary, catalogue, translations, saved conversations and reviews: read, or told in one sentence."""
    text = data.decode("utf-8", "replace")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "catalog.toml").write_bytes(data)
        (place / "memory.jsonl").write_bytes(data)
        (place / "glossary.tsv").write_bytes(data)
        for work in (
            lambda: glossary.parse(text).named("风筝 kite"),
            lambda: glossary.read(place / "glossary.tsv"),
            lambda: catalog.load(place / "catalog.toml"),
            lambda: list(memory.pairs(place)),
            lambda: exchange.parse(text, "given"),
            lambda: conversations.read(json.loads(text)),
        ):
            try:
                work()
            except WenzhengError as error:
                refusal(error)
            except (json.JSONDecodeError, RecursionError):
                continue  # the browser's own JSON is read by Gradio


@lru_cache(maxsize=1)
def answerer() -> Answerer:
    folder = Path(tempfile.mkdtemp(prefix="wenzheng-fuzz-"))
    build.index([write_corpus(folder / "corpus")], Settings(library=folder / "library"), FakeEncoder())
    return Answerer(Searcher(Library.open(folder / "library"), FakeEncoder()))


def query(data: bytes) -> None:
    """Any question, with any earlier one, is answered with words that stand in the source, or refused."""
    asked, _, before = text_of(data).partition("\n")
    try:
        answer = answerer().answer(asked[:1000], history=[before[:1000]] if before.strip() else ())
    except UsageError as error:
        refusal(error)
        return
    for cited in answer.citations:
        stands = answerer().searcher.library.text_between(cited.source, cited.start, cited.end)
        assert bare(cited.quote) == bare(stands), "a quotation that does not stand in the source"
    assert answer.refused == (not answer.claims)
    for claim in answer.claims:
        assert set(claim.citations) <= {cited.number for cited in answer.citations}, "a claim cites what is not there"


TARGETS: dict[str, Callable[[bytes], None]] = {
    "cleaning": cleaning,
    "marks": marks,
    "query": query,
    "encodings": encodings,
    "html": html,
    "pdf": pdf,
    "docx": docx,
    "word": word,
    "lists": lists,
}
