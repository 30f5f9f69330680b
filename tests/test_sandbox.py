"""Files made to hang a reader or to eat memory cost a process of their own, and end in one sentence."""

from __future__ import annotations

import io
import os
import resource
import zipfile
import zlib

import pytest
from pdfs import pdf as two_pages
from test_files import word, word_xml

from index import files, sandbox
from index.errors import DocumentError

_MANY = 1_000_000  # empty paragraphs: 6 MB of XML, two hundred in memory
_MEMORY = 230_000_000  # bytes of address space; an ordinary document takes some 165


@pytest.fixture(scope="module")
def heavy():
    out = io.BytesIO()
    document = word_xml(f"<w:p><w:r><w:t>text</w:t></w:r></w:p>{'<w:p/>' * _MANY}")
    with zipfile.ZipFile(io.BytesIO(document)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.namelist():
            made.writestr(part, given.read(part))
    return out.getvalue()


def pdf(stream: bytes) -> bytes:
    """A PDF of one page whose content is this deflated stream."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(stream), stream),
    ]  # fmt: skip
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"xref\n0 5\n0000000000 65535 f \n%strailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (table, len(out))


def test_what_the_process_gives_is_what_the_reader_gives(tmp_path):
    path = tmp_path / "文.docx"
    path.write_bytes(word(lambda document: document.add_paragraph("一句话，and another.")))
    assert files.read(path).text == files.READERS[".docx"][1](path.read_bytes(), str(path)).text == "一句话，and another."


def test_the_pages_of_a_pdf_come_with_its_text(tmp_path):
    path = tmp_path / "pages.pdf"
    path.write_bytes(two_pages(["First page.", "Second page."]))
    found = files.read(path)
    assert [found.text[page.offset :].split("\n")[0] for page in found.pages] == ["First page.", "Second page."]
    assert [page.label for page in found.pages] == ["1", "2"]


def test_what_the_reader_refuses_is_refused_in_its_words(tmp_path):
    path = tmp_path / "坏.pdf"
    path.write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(DocumentError, match="no PDF or a broken one") as found:
        files.read(path)
    assert found.value.why == "broken"


def test_a_file_that_eats_memory_is_given_up(heavy):
    light = word(lambda document: document.add_paragraph("a text"))
    assert sandbox.read(".docx", light, "light.docx", memory=_MEMORY).text == "a text"
    with pytest.raises(DocumentError, match="was given up") as found:
        sandbox.read(".docx", heavy, "heavy.docx", memory=_MEMORY)
    assert found.value.why == "costly"
    assert len(str(found.value).splitlines()) == 1


def test_a_file_that_takes_too_long_is_given_up(heavy):
    with pytest.raises(DocumentError, match="seconds to read and was given up"):
        sandbox.read(".docx", heavy, "slow.docx", seconds=0.3)


def test_a_pdf_that_unpacks_without_end_is_refused():
    packer = zlib.compressobj(9)
    stream = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    assert len(stream) < 1_000_000
    with pytest.raises(DocumentError):
        sandbox.read(".pdf", pdf(stream), "bomb.pdf", memory=1_000_000_000)


def test_a_docx_of_nested_entities_is_not_expanded():
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(word_xml("<w:p><w:r><w:t>TEXT</w:t></w:r></w:p>"))) as given,
        zipfile.ZipFile(out, "w") as made,
    ):
        for part in given.namelist():
            data = given.read(part)
            if part == "word/document.xml":
                body = data.decode().partition("?>")
                markup = body[2] or body[0]
                data = f'<!DOCTYPE x [<!ENTITY e0 "lollol">{levels}]>{markup}'.replace("TEXT", "before &e9; after").encode()
            made.writestr(part, data)
    try:
        text = sandbox.read(".docx", out.getvalue(), "laughs.docx", memory=600_000_000).text
    except DocumentError:
        return
    assert "lol" not in text


def test_the_process_gets_no_settings_or_keys(monkeypatch):
    monkeypatch.setenv("WENZHENG_SERVER_KEY", "secret")
    assert "secret" not in str(sandbox._environment())
    assert "HOME" not in sandbox._environment()


def test_the_process_may_write_no_file(tmp_path):
    child = os.fork()
    if child == 0:  # the limits stay with the process that they were set for
        status = 1
        try:
            sandbox._limit(10**12, 60)
            with (tmp_path / "left").open("w") as stream:
                stream.write("x")
        except OSError:
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) in (0, -25)  # an error, or SIGXFSZ
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".html"])
def test_intricate_formats_are_read_apart_and_plain_text_here(tmp_path, monkeypatch, suffix):
    def apart(*_):
        raise DocumentError("read apart")

    monkeypatch.setattr(sandbox, "read", apart)
    (tmp_path / f"a{suffix}").write_bytes(b"<p>text</p>")
    with pytest.raises(DocumentError, match="read apart"):
        files.read(tmp_path / f"a{suffix}")
    (tmp_path / "a.txt").write_text("text")
    assert files.read(tmp_path / "a.txt").text == "text"
