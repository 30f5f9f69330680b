"""Files received from elsewhere: their names, their bytes, and what becomes of them in later runs."""

from __future__ import annotations

import unicodedata
from contextlib import closing
from dataclasses import replace

import pytest
from fakes import BEES, CLOCKS, CORPUS, KITES, TEA, FakeEncoder
from hypothesis import given as examples
from hypothesis import strategies as st

from index import build, catalog, fidelity, files, holdings, structure, uploads
from index.errors import LibraryBusy
from index.library import Library
from index.uploads import Given, safe, unused


@pytest.fixture
def received(tmp_path):
    """Files as a browser left them: under names that say nothing."""

    def receive(*told):
        folder = tmp_path / "received"
        folder.mkdir(exist_ok=True)
        made = []
        for name, content in told:
            path = folder / str(len(list(folder.iterdir())))
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            made.append(Given(path, name))
        return made

    return receive


@pytest.fixture
def add(received, settings, encoder):
    return lambda *told, **options: uploads.add(received(*told), settings, encoder, **options)


def kept(settings):
    folder = settings.library / build.KEPT
    return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.is_dir() else {}


def documents(settings):
    with closing(Library.open(settings.library)) as library:
        return [document["name"] for document in library.documents()]


# -- names --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("paper.pdf", "paper.pdf"),
        ("《国际问题研究》 2025年第6期.pdf", "《国际问题研究》 2025年第6期.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ("/etc/shadow.md", "shadow.md"),
        ("C:\\a.txt", "a.txt"),
        ("C:a.txt", "C a.txt"),
        ("..", "document"),
        ("", "document"),
        (".txt", "document.txt"),
        (".hidden.txt", "hidden.txt"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("aux.tar.txt", "_aux.tar.txt"),
        ("LPT¹.txt", "_LPT¹.txt"),
        ("console.txt", "console.txt"),
        ("README.md", "_README.md"),
        ("a\x00b\nc\u202etxt.exe.md", "ab ctxt.exe.md"),
        ("a<b>|c?.txt", "a b c.txt"),
        ("trailing. .txt ", "trailing.txt"),
        ("e\u0301.txt", "é.txt"),
        ("\udcff.txt", "document.txt"),
    ],
)
def test_a_name_is_made_that_of_a_file_on_every_system(name, expected):
    assert safe(name) == expected


def test_a_long_name_is_cut_between_characters_and_keeps_its_suffix():
    name = safe("中" * 300 + ".docx")
    assert name.endswith("中.docx")
    assert len(name.encode()) <= 180


@examples(st.text())
def test_no_name_leads_out_of_its_folder_or_hides(name):
    made = safe(name)
    assert made
    assert not made.startswith(files.PASSED_OVER)
    assert not set(made) & set('/\\\0<>:"|?*\n')
    assert made == made.strip(". ")
    assert len(made.encode()) <= 200
    assert safe(made) == made or len(made.encode()) > 150
    assert all(unicodedata.category(char) not in {"Cc", "Cf", "Cs"} for char in made)


def test_a_name_that_is_taken_gets_a_number_whatever_its_capitals():
    assert unused("a.txt", {"b.txt"}) == "a.txt"
    assert unused("A.txt", {"a.TXT"}) == "A (2).txt"
    assert unused("a.txt", {"a.txt", "a (2).txt"}) == "a (3).txt"


# -- what becomes of them -----------------------------------------------------------------------


def test_the_bytes_are_kept_and_become_a_document(add, settings):
    stages = []
    taken = add(("../蜜蜂.txt", BEES), progress=lambda stage, done, total: stages.append(stage))
    assert (taken.added, taken.known, taken.refused) == ((("../蜜蜂.txt", "蜜蜂.txt"),), (), ())
    assert kept(settings) == {"蜜蜂.txt": BEES.encode()}
    assert documents(settings) == ["蜜蜂.txt"]
    assert list(dict.fromkeys(stages)) == ["keep", "read", "encode", "write"]


def test_a_bad_file_is_refused_by_itself_and_not_kept(add, settings):
    taken = add(("x.pdf", b"%PDF-1.4 nothing"), ("tea.txt", TEA), ("photo.jpg", b"\xff\xd8"), ("blank.txt", " \n"))
    assert [name for _, name in taken.added] == ["tea.txt"]
    assert {one.name: one.error.why for one in taken.refused} == {"x.pdf": "broken", "photo.jpg": "type", "blank.txt": "empty"}
    assert list(kept(settings)) == documents(settings) == ["tea.txt"]


def test_a_file_of_the_same_bytes_is_known_under_any_name(add, corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    taken = add(("my tea.txt", TEA), ("new.txt", "猫的一天\n\n猫在窗台上睡觉。"), ("copy.txt", "猫的一天\n\n猫在窗台上睡觉。"))
    assert taken.known == (("my tea.txt", "tea.txt"), ("copy.txt", "new.txt"))
    assert taken.added == (("new.txt", "new.txt"),)
    assert list(kept(settings)) == ["new.txt"]


def test_two_copies_of_a_bad_file_are_both_refused(add):
    taken = add(("a.pdf", b"%PDF-1.4 nothing"), ("b.pdf", b"%PDF-1.4 nothing"))
    assert (taken.added, taken.known, [one.name for one in taken.refused]) == ((), (), ["a.pdf", "b.pdf"])


def test_a_file_that_shares_only_its_name_gets_one_of_its_own(add, corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    taken = add(("tea.txt", "猫的一天\n\n猫在窗台上睡觉。"), ("TEA.txt", "狗的一天\n\n狗在院子里跑。"))
    assert taken.added == (("tea.txt", "tea (2).txt"), ("TEA.txt", "TEA (3).txt"))
    assert len(documents(settings)) == 6


def test_files_beyond_the_limits_are_refused(received, settings, encoder, monkeypatch):
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    given = received(("long.txt", "a" * 1_000_001), ("clocks.txt", CLOCKS[:400]), ("tea.txt", TEA))
    taken = uploads.add(given, replace(settings, upload_megabytes=1), encoder)
    assert {one.name: one.error.why for one in taken.refused} == {"long.txt": "large", "tea.txt": "many"}
    assert list(kept(settings)) == ["clocks.txt"]


def test_nothing_is_kept_where_another_process_is_writing(add, corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    with Library.writing(settings.library), pytest.raises(LibraryBusy):
        add(("cats.txt", "猫的一天\n\n猫在窗台上睡觉。"))
    assert kept(settings) == {}


def test_a_file_that_an_interrupted_run_left_is_taken_up(add, settings):
    folder = settings.library / build.KEPT
    folder.mkdir(parents=True)
    (folder / "bees.txt").write_text(BEES, encoding="utf-8")
    assert add(("bees again.txt", BEES)).added == (("bees again.txt", "bees.txt"),)
    assert list(kept(settings)) == documents(settings) == ["bees.txt"]


# -- later runs ---------------------------------------------------------------------------------


def test_indexing_other_folders_leaves_them_and_a_rebuild_reads_them_again(add, corpus, settings):
    add(("kites on a page.md", KITES.replace("^[1]", "")))
    report = build.index([corpus], settings, FakeEncoder())
    assert (report.removed, report.unchanged) == ((), ("kites on a page.md",))
    report = build.index([corpus], settings, FakeEncoder(), rebuild=True)
    assert "kites on a page.md" in report.updated
    assert len(documents(settings)) == 5


def test_a_library_built_from_nothing_finds_them_again(add, corpus, settings):
    add(("cats.txt", "猫的一天\n\n猫在窗台上睡觉。"))
    (settings.library / "library.sqlite").unlink()
    assert "cats.txt" in build.index([corpus], settings, FakeEncoder()).added


def test_removing_takes_the_kept_file_too_and_no_other(add, corpus, settings):
    build.index([corpus], settings, FakeEncoder())
    add(("cats.txt", "猫的一天\n\n猫在窗台上睡觉。"))
    build.remove(["cats.txt", "tea.txt"], settings)
    assert kept(settings) == {}
    assert (corpus / "tea.txt").is_file()
    assert build.index([corpus], settings, FakeEncoder()).added == ("tea.txt",)


class Killed(BaseException):
    """What a kill is: nothing that comes after it is done."""


@pytest.mark.parametrize("moment", ["commit", "settle"])
def test_a_removal_that_is_killed_is_none_or_a_whole_one(add, settings, encoder, monkeypatch, moment):
    """Before its commit the document stays with its file; after it both are gone, also when the next run looks round."""
    add(("cats.txt", "猫的一天\n\n猫在窗台上睡觉。"), ("tea.txt", TEA))

    def killed(*_, **__):
        raise Killed

    real = Library.commit
    with monkeypatch.context() as patched:
        patched.setattr(build.removal, "settle", lambda *_: None)  # a killed process would not come so far
        if moment == "commit":
            patched.setattr(Library, "commit", killed)
        else:
            patched.setattr(Library, "commit", lambda self, **told: (real(self, **told), killed()))
        with pytest.raises(Killed):
            build.remove(["cats.txt"], settings)
    build.index([], settings, encoder)
    stays = {"tea.txt"} | ({"cats.txt"} if moment == "commit" else set())
    with closing(Library.open(settings.library)) as library:
        assert {document["name"] for document in library.documents()} == stays
    assert {path.name for path in (settings.library / "uploads").iterdir()} == stays
    assert build.remove(["tea.txt"], settings).removed == ("tea.txt",)


# -- what is told of them -----------------------------------------------------------------------


def test_holdings_tell_every_document_in_figures(add, corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    add(("cats.txt", "猫的一天\n\n猫在窗台上睡觉。"))
    with closing(Library.open(settings.library)) as library:
        held = {holding.name: holding for holding in holdings.holdings(library)}
    assert {name for name, holding in held.items() if holding.kept} == {"cats.txt"}
    kites = held["kites.txt"]
    assert [record.id for record in kites.articles] == ["kites"]
    assert (kites.characters, kites.footnotes, kites.tied, kites.sections) == (len(KITES), 1, 1, 3)
    assert 0 < kites.translated < kites.sentences


def test_a_document_from_the_library_is_accounted_for_as_the_file_is(corpus, settings, encoder):
    build.index([corpus], settings, encoder)
    records = catalog.load(corpus / catalog.NAME)
    with closing(Library.open(settings.library)) as library:
        for name in CORPUS:
            of_file = structure.analyse(files.read(corpus / name), records.get(name, ()))
            assert fidelity.measure(holdings.document(library, name)) == fidelity.measure(of_file)
