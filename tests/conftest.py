"""What several test modules share: the seeds, taken apart once a session."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from index import catalog, files
from index.clean import fold
from index.records import ArticleRecord, Document, Kind, SourceText
from index.structure import analyse

pytest_plugins = ["library_fixtures", "serving", "browser", "engines", "guarded"]

# How long an example takes says something about the machine, not about the code.
hypothesis_settings.register_profile("wenzheng", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("wenzheng")

_SEEDS = Path(__file__).parents[1] / "seeds"


@pytest.fixture(scope="session")
def seed_records() -> Mapping[str, tuple[ArticleRecord, ...]]:
    """The catalogue's records by file name."""
    return catalog.load(_SEEDS / catalog.NAME)


@pytest.fixture(scope="session")
def seeds(seed_records: Mapping[str, tuple[ArticleRecord, ...]]) -> Mapping[str, Document]:
    """The five seeds by the number their names begin with."""
    return {path.name[:3]: analyse(files.read(path), seed_records[path.name]) for path in sorted(_SEEDS.glob("0*.txt"))}


@pytest.fixture(scope="session")
def paragraphs(seeds: Mapping[str, Document]) -> Mapping[str, list[str]]:
    """The folded text of every paragraph of each seed."""
    found: dict[str, list[str]] = {}
    for name, document in seeds.items():
        texts: dict[int, str] = {}
        for sentence in document.sentences:
            texts[sentence.paragraph] = texts.get(sentence.paragraph, "") + sentence.text
        found[name] = [fold(text) for text in texts.values()]
    return found


Taken = Callable[..., Document]


@pytest.fixture(scope="session")
def taken() -> Taken:
    """Takes a text apart as if it were a file."""

    def take(text: str, records: Sequence[ArticleRecord] = ()) -> Document:
        return analyse(SourceText("text.txt", text, "0" * 64, "text/plain"), records)

    return take


@pytest.fixture(scope="session")
def body() -> Callable[[Document], list[str]]:
    """The sentences of the running text."""
    return lambda document: [s.text for s in document.sentences if s.kind is Kind.BODY]
