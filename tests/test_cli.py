import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fakes import CORPUS, FakeEncoder, one_sentence

from index import encoder as encoders
from ui import cli, progress

FAKE_CLI = Path(__file__).parent / "fake_cli.py"
COMMANDS = ("index", "ask", "search", "translate", "eval", "review", "models", "ui", "doctor")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """No settings and no library of the project's own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("WENZHENG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(encoders, "load", lambda name: FakeEncoder())


@pytest.fixture
def wenzheng(monkeypatch, capsys):
    """Runs the command line in this process; gives exit status, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["wenzheng", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code or 0
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def program(*arguments, **options):
    """Runs the command line as a program of its own."""
    return subprocess.run(
        [sys.executable, FAKE_CLI, *map(str, arguments)], capture_output=True, encoding="utf-8", timeout=60, **options
    )


# -- as a program ---------------------------------------------------------------------------------


def test_from_files_to_an_answer_and_out_again(corpus, tmp_path):
    library = tmp_path / "mine"
    built = program("index", corpus, "--library", library)
    assert (built.returncode, built.stdout) == (0, "")
    assert built.stderr.splitlines() == [f"added {name}" for name in sorted(CORPUS)]
    asked = program("ask", "风筝起源于哪里？", "--json", "--library", library)
    answer = json.loads(asked.stdout)
    assert (asked.returncode, asked.stderr) == (0, "")
    cited = answer["citations"][0]
    assert CORPUS[cited["source"]][cited["start"] : cited["end"]] == cited["quote"] == "风筝起源于中国的鲁国。"


def test_a_users_mistake_ends_in_one_sentence_without_a_traceback(tmp_path):
    missing = program("ask", "风筝起源于哪里？", "--library", tmp_path / "none")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert one_sentence(missing.stderr, "none", "wenzheng index")


def test_help_and_the_command_line_itself_load_no_model_library():
    code = (
        "import sys\nsys.argv = ['wenzheng', '--help']\nimport ui.cli\nui.cli.main()\n"
        "heavy = {'torch', 'gradio', 'sentence_transformers', 'transformers', 'faiss', 'numpy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert all(command in ran.stdout for command in COMMANDS)


def test_a_reader_that_wants_no_more_output_causes_no_complaint(shelf):
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.Popen(
        [sys.executable, FAKE_CLI, "search", "风筝", "--library", shelf.library],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    assert ran.communicate(timeout=60)[1] == ""


# -- in this process ------------------------------------------------------------------------------


def test_the_help_lists_every_command(wenzheng):
    code, out, err = wenzheng("--help")
    assert (code, err) == (0, "")
    assert all(f" {command} " in out for command in COMMANDS)


def test_no_command_shows_the_help(wenzheng):
    _, out, err = wenzheng()
    assert "ask" in out
    assert err == ""


def test_the_help_of_each_command_names_its_options(wenzheng):
    for command, options in {
        "index": ("--rebuild", "--remove", "--list", "--library"),
        "ask": ("--json", "--batch", "--reader", "--document", "--language", "--library"),
        "search": ("-k", "--json", "--batch", "--library"),
        "doctor": ("--library",),
    }.items():
        code, out, _ = wenzheng(command, "--help")
        assert code == 0
        assert all(option in out for option in options)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nope",),
        ("ask",),
        ("ask", "--nope"),
        ("ask", ""),
        ("ask", "   "),
        ("ask", "风筝\udcff"),
        ("ask", "a", "--batch", "b"),
        ("ask", "a", "--language", "fr"),
        ("ask", "a", "b"),
        ("ask", "a", "--batch"),
        ("ask", "--batch", "none.jsonl"),
        ("search",),
        ("search", "a", "-k", "0"),
        ("search", "a", "-k", "many"),
        ("ui", "--port", "99999"),
    ],
)
def test_bad_use_ends_in_status_2_and_one_sentence(wenzheng, arguments):
    code, out, err = wenzheng(*arguments)
    assert (code, out) == (2, "")
    assert one_sentence(err)


def test_a_setting_that_makes_no_sense_ends_in_status_2(wenzheng, monkeypatch):
    monkeypatch.setenv("WENZHENG_PORT", "many")
    code, out, err = wenzheng("search", "a")
    assert (code, out) == (2, "")
    assert one_sentence(err, "WENZHENG_PORT")


@pytest.mark.parametrize(
    "arguments", [("ask", "a"), ("search", "a"), ("index", "--list"), ("index", "--remove", "a.txt"), ("index", "none")]
)
def test_failure_ends_in_status_1_and_one_sentence(wenzheng, arguments):
    code, out, err = wenzheng(*arguments)
    assert (code, out) == (1, "")
    assert one_sentence(err)


@pytest.mark.parametrize(("option", "value"), [("--reader", "oracle"), ("--document", "none.txt")])
def test_a_reader_or_document_there_is_not_is_bad_use(wenzheng, shelf, option, value):
    code, out, err = wenzheng("ask", "风筝", option, value, "--library", shelf.library)
    assert (code, out) == (2, "")
    assert value in err
    assert len(err.splitlines()) == 1


def test_an_answer_for_people_shows_text_quotations_places_and_notes(wenzheng, shelf):
    code, out, err = wenzheng("ask", "墨子用什么做了第一只木鸢？", "--library", shelf.library)
    assert (code, err) == (0, "")
    assert "[1]" in out
    assert "kites.txt" in out
    assert "韩非子" in out


def test_a_refusal_is_no_failure_and_shows_the_nearest_passages(wenzheng, shelf):
    code, out, _ = wenzheng("ask", "量子计算机怎样纠正错误？", "--library", shelf.library)
    assert code == 0
    assert "- " in out


def test_a_search_for_people_and_for_programs_find_the_same(wenzheng, shelf):
    _, shown, _ = wenzheng("search", "蜂蜜 honey", "-k", "3", "--library", shelf.library)
    _, out, _ = wenzheng("search", "蜂蜜 honey", "-k", "3", "--json", "--library", shelf.library)
    hits = json.loads(out)["hits"]
    assert len(hits) == 3
    assert all(hit["text"] in shown for hit in hits)


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_batch_gives_one_json_object_a_line_in_order_with_its_id(wenzheng, shelf, tmp_path, command):
    questions = [("q1", "风筝起源于哪里？"), (None, "Who built the tower clock?"), ("q3", "honey\u2028colony")]
    lines = [json.dumps({"id": i, "question": q} if i else {"question": q}, ensure_ascii=False) for i, q in questions]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\ufeff" + "\n\n".join(lines) + "\n", encoding="utf-8")
    code, out, err = wenzheng(command, "--batch", batch, "--library", shelf.library)
    assert (code, err) == (0, "")
    found = [json.loads(line) for line in out.split("\n") if line]
    assert [(data["id"], data["question"]) for data in found] == questions


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '"a"',
        "{}",
        '{"id": "a"}',
        '{"question": null}',
        '{"question": 7}',
        '{"question": " "}',
        '{"question": "\\ud800"}',
    ],
)
def test_a_bad_line_of_a_batch_is_named_before_anything_is_answered(wenzheng, shelf, tmp_path, line):
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"id": "q1", "question": "风筝"}\n' + line + "\n", encoding="utf-8")
    code, out, err = wenzheng("ask", "--batch", batch, "--library", shelf.library)
    assert (code, out) == (2, "")
    assert one_sentence(err, "batch.jsonl, line 2")


def test_a_question_can_be_limited_to_a_document_or_an_article(wenzheng, shelf):
    for name in ("kites.txt", "kites"):
        _, out, _ = wenzheng("search", "风筝 honey clock", "--document", name, "--json", "--library", shelf.library)
        assert {hit["source"] for hit in json.loads(out)["hits"]} == {"kites.txt"}


def test_the_answer_can_be_had_in_the_other_language(wenzheng, shelf):
    _, out, _ = wenzheng("ask", "风筝起源于哪里？", "--language", "en", "--json", "--library", shelf.library)
    answer = json.loads(out)
    assert answer["language"] == "en"
    assert "The kite originated" in answer["text"]


def test_indexing_tells_what_it_did_on_stderr_and_lists_on_stdout(wenzheng, corpus, tmp_path):
    library = ("--library", tmp_path / "library")
    code, out, err = wenzheng("index", corpus, *library)
    assert (code, out) == (0, "")
    assert err.splitlines() == [f"added {name}" for name in sorted(CORPUS)]
    (corpus / "tea.txt").unlink()
    assert "removed tea.txt" in wenzheng("index", corpus, *library)[2]
    assert wenzheng("index", "--remove", "bees.txt", *library)[2] == "removed bees.txt\n"
    code, out, err = wenzheng("index", "--list", *library)
    assert (code, err) == (0, "")
    assert "kites.txt" in out
    assert "bees.txt" not in out


def test_a_report_tells_what_was_understood_and_makes_no_library(wenzheng, corpus, tmp_path):
    code, out, err = wenzheng("index", corpus, "--report", "--library", tmp_path / "library")
    assert (code, err) == (0, "")
    assert all(name in out for name in CORPUS)
    assert not (tmp_path / "library").exists()


def test_one_file_that_cannot_be_read_gives_status_1_and_the_others_are_indexed(wenzheng, corpus, tmp_path):
    (corpus / "empty.txt").write_bytes(b"")
    code, out, err = wenzheng("index", corpus, "--library", tmp_path / "library")
    assert (code, out) == (1, "")
    *done, failed = err.splitlines()
    assert len(done) == 4
    assert one_sentence(failed, "empty.txt")


def test_progress_is_silent_elsewhere_and_drawn_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    for stream, drawn in ((io.StringIO(), False), (Terminal(), True)):
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        with progress.drawn() as show:
            show("read", 0, 2)
            show("read", 2, 2)
            show("encode", 1, 2)
        assert ("read" in stream.getvalue()) == drawn


def test_an_error_on_a_terminal_does_not_leave_the_progress_running(monkeypatch):
    before = set(threading.enumerate())

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "xterm")

    def fail():
        with progress.drawn() as show:
            show("read", 1, 2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()


def test_an_interrupted_command_ends_quietly(wenzheng, shelf, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(encoders, "load", interrupt)
    assert wenzheng("search", "a", "--library", shelf.library) == (130, "", "")


class TestDoctor:
    @pytest.fixture(autouse=True)
    def folder(self, monkeypatch, tmp_path):
        fake = FakeEncoder()
        fake.folder = tmp_path
        monkeypatch.setattr(encoders, "load", lambda name: fake)

    def test_a_sound_library_is_said_to_be_sound(self, wenzheng, shelf):
        code, out, err = wenzheng("doctor", "--library", shelf.library)
        assert (code, err) == (0, "")
        assert "4 documents" in out
        assert "All is well." in out
        assert f"library = {shelf.library}  (command line)" in out

    def test_a_missing_library_needs_attention(self, wenzheng):
        code, out, _ = wenzheng("doctor")
        assert code == 1
        assert "wenzheng index" in out

    def test_another_encoder_needs_attention(self, wenzheng, shelf, monkeypatch, tmp_path):
        other = FakeEncoder(fingerprint="other")
        other.folder = tmp_path
        monkeypatch.setattr(encoders, "load", lambda name: other)
        code, out, _ = wenzheng("doctor", "--library", shelf.library)
        assert code == 1
        assert "built with the encoder" in out

    def test_a_damaged_library_needs_attention(self, wenzheng, corpus, tmp_path):
        library = tmp_path / "library"
        wenzheng("index", corpus, "--library", library)
        path = library / "library.sqlite"
        data = bytearray(path.read_bytes())
        data[40_000:44_000] = bytes(4000)
        path.write_bytes(data)
        code, out, _ = wenzheng("doctor", "--library", library)
        assert code == 1
        assert "damaged" in out

    def test_lost_indexes_are_told_but_mend_themselves(self, wenzheng, corpus, tmp_path):
        library = tmp_path / "library"
        wenzheng("index", corpus, "--library", library)
        (library / "derived" / "1" / "vectors.faiss").unlink()
        code, out, _ = wenzheng("doctor", "--library", library)
        assert code == 0
        assert "missing or damaged" in out
        wenzheng("search", "风筝", "--library", library)
        assert "missing or damaged" not in wenzheng("doctor", "--library", library)[1]
