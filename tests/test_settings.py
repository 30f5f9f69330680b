from pathlib import Path

import pytest
from fakes import one_sentence

from index import settings
from index.errors import SettingsError


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in ("LIBRARY", "SEEDS", "ENCODER", "READER", "PASSAGE_LENGTH", "HOST", "PORT"):
        monkeypatch.delenv(f"WENZHENG_{name}", raising=False)


def test_nothing_set_means_built_in_values_with_their_origin(tmp_path):
    found = settings.load(folder=tmp_path)
    assert (found.library, found.encoder, found.port) == (Path("library"), settings.EMBEDDED, 7860)
    assert found.origin("port") == "built in"


def test_the_command_line_beats_the_environment_and_the_environment_the_file(tmp_path, monkeypatch):
    (tmp_path / settings.FILE).write_text('port = 1111\nhost = "0.0.0.0"\nreader = "a"\n', encoding="utf-8")
    monkeypatch.setenv("WENZHENG_PORT", "2222")
    monkeypatch.setenv("WENZHENG_READER", "b")
    found = settings.load({"reader": "c", "library": None}, tmp_path)
    assert (found.host, found.port, found.reader, found.library) == ("0.0.0.0", 2222, "c", Path("library"))
    assert found.origin("host") == str(tmp_path / settings.FILE)
    assert found.origin("port") == "WENZHENG_PORT"
    assert found.origin("reader") == "command line"


def test_an_empty_variable_counts_as_unset(tmp_path, monkeypatch):
    monkeypatch.setenv("WENZHENG_LIBRARY", "")
    assert settings.load(folder=tmp_path).library == Path("library")


def test_a_tilde_in_a_folder_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings.load({"library": "~/books"}, tmp_path).library == tmp_path / "books"


@pytest.mark.parametrize(
    "line",
    [
        "colour = 1",
        'port = "many"',
        "port = 0",
        "port = -3",
        "port = 7.9",
        "port = true",
        "port = 70000",
        "passage_length = [1]",
        "library = 7",
        'library = ""',
        "encoder = false",
        'library = "~nobody-of-that-name/x"',
        "port = ",
        'port = "８０"',
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_its_origin_in_one_sentence(tmp_path, line):
    path = tmp_path / settings.FILE
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        settings.load(folder=tmp_path)
    assert one_sentence(str(caught.value), str(path))


def test_an_unknown_variable_is_refused_with_the_names_there_are(tmp_path, monkeypatch):
    monkeypatch.setenv("WENZHENG_LIBARY", "x")
    with pytest.raises(SettingsError, match=r"WENZHENG_LIBARY .* library, log, .*login, .*model, .*nli, passage_length, port"):
        settings.load(folder=tmp_path)


def test_a_settings_file_in_another_encoding_is_refused_in_one_sentence(tmp_path):
    (tmp_path / settings.FILE).write_bytes('host = "主机"'.encode("gb18030"))
    with pytest.raises(SettingsError) as caught:
        settings.load(folder=tmp_path)
    assert one_sentence(str(caught.value), settings.FILE)


def test_a_settings_file_that_cannot_be_opened_is_named_in_one_sentence(tmp_path, monkeypatch):
    (tmp_path / settings.FILE).write_text("port = 1\n", encoding="utf-8")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(SettingsError) as caught:
        settings.load(folder=tmp_path)
    assert one_sentence(str(caught.value), settings.FILE)
