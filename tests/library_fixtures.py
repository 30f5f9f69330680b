"""Fixtures of the tests that need a library: the small corpus and the encoder of `fakes`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import FakeEncoder, write_corpus

from index import build
from index.library import Library
from index.search import Searcher
from index.settings import Settings
from rag.answer import Answerer


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder with the small corpus, to be changed at will."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a library of their own."""
    return Settings(library=tmp_path / "library")


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A library of the small corpus, for reading only."""
    folder = tmp_path_factory.mktemp("shelf")
    made = Settings(library=folder / "library")
    build.index([write_corpus(folder / "corpus")], made, FakeEncoder())
    return made


@pytest.fixture
def searcher(shelf: Settings) -> Iterator[Searcher]:
    library = Library.open(shelf.library)
    yield Searcher(library, FakeEncoder())
    library.close()


@pytest.fixture
def answerer(searcher: Searcher) -> Answerer:
    return Answerer(searcher)
