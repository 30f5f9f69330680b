"""A library that was changed step by step finds what one built at once finds."""

from contextlib import closing
from dataclasses import replace

import pytest
from fakes import CORPUS, FakeEncoder

from index import build, derived, library, plan
from index.compact import compact
from index.fulltext import FIELDS
from index.library import Library
from index.records import LANGUAGES
from index.search import Searcher
from index.vocabulary import Vocabulary
from ui import doctor, listing

QUESTIONS = ("风筝用什么糊？", "How heavy is the pendulum?", "茶树怕什么虫？", "Where do bees dance?", "猫在哪里睡觉？")
CATS = "猫的一天\n\n猫在窗台上睡觉。猫不怕水。\n\n夜里它们去屋顶。"
DOGS = "The dogs\n\nA dog guards the gate. The pendulum frightens it."


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Nothing is so small that it is built anew."""
    monkeypatch.setattr(library, "_SMALL", 0)


@pytest.fixture
def built(monkeypatch):
    """How often indexes were built whole."""
    whole, times = derived.build, []
    monkeypatch.setattr(derived, "build", lambda *told: (times.append(told[0]), whole(*told))[1])
    return times


def opened(settings):
    return closing(Library.open(settings.library))


def found(settings):
    """By question what full text finds in any field and the nearest text with its cosine; the words and the sizes."""
    with opened(settings) as held:
        terms = Searcher(held, FakeEncoder()).terms
        indexes = held.indexes(terms)
        words = Vocabulary.read(settings.library / derived.FOLDER / str(held.generation))
        told = {}
        for text in QUESTIONS:
            wanted = dict.fromkeys(terms.terms(text) + terms.grams(text), 1.0)
            hits = [number for number, _ in indexes.fulltext.search(dict.fromkeys(FIELDS, wanted), 100)]
            (code, cosine), *_ = indexes.vectors.search(FakeEncoder().encode([text]), 1)
            near = held.passages([code // 2])[0]
            told[text] = (
                sorted(p.text for p in held.passages(hits)),
                near.translation if code % 2 else near.text,
                round(cosine, 5),
            )
        return (
            told,
            indexes.fulltext.size,
            indexes.vectors.size,
            {spoken: sorted(words.best(spoken).items()) for spoken in LANGUAGES},
        )


def test_documents_added_changed_and_removed_leave_what_a_fresh_library_holds(corpus, settings, tmp_path, built):
    build.index([corpus], settings, FakeEncoder())
    (corpus / "cats.txt").write_text(CATS, encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    (corpus / "dogs.txt").write_text(DOGS, encoding="utf-8")
    (corpus / "cats.txt").write_text(CATS.replace("屋顶", "阁楼"), encoding="utf-8")
    (corpus / "tea.txt").unlink()
    build.index([corpus], settings, FakeEncoder())
    build.remove(["bees.txt"], settings)
    (corpus / "bees.txt").unlink()
    fresh = replace(settings, library=tmp_path / "fresh")
    build.index([corpus], fresh, FakeEncoder())
    assert len(built) == 2  # the first of either library
    assert found(settings) == found(fresh)


def test_files_of_the_indexes_that_did_not_change_are_not_written_again(corpus, settings):
    build.index([corpus], settings, FakeEncoder())
    before = settings.library / derived.FOLDER / "1"
    sums = {path.name: path.read_bytes() for path in (before / "fulltext").iterdir() if path.suffix == ".idx"}
    (corpus / "cats.txt").write_text(CATS, encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    for name, content in sums.items():
        assert (before / "fulltext" / name).samefile(settings.library / derived.FOLDER / "2" / "fulltext" / name)
        assert (before / "fulltext" / name).read_bytes() == content


def test_when_as_much_has_gone_as_there_is_the_indexes_are_built_anew(corpus, settings, built):
    build.index([corpus], settings, FakeEncoder())
    build.remove(["tea.txt"], settings)
    with opened(settings) as held:
        assert derived.gone(settings.library / derived.FOLDER / str(held.generation)) > 0
    build.remove(["bees.txt", "kites.txt"], settings)
    assert len(built) == 2
    with opened(settings) as held:
        assert derived.gone(settings.library / derived.FOLDER / str(held.generation)) == 0


def test_a_change_over_damaged_indexes_builds_them_anew(corpus, settings, built):
    build.index([corpus], settings, FakeEncoder())
    (settings.library / derived.FOLDER / "1" / "counts.json").write_text("{}", encoding="utf-8")
    (corpus / "cats.txt").write_text(CATS, encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    assert len(built) == 2
    with opened(settings) as held:
        assert held.indexes_are_sound()


def test_another_glossary_builds_the_indexes_anew(corpus, settings, built):
    build.index([corpus], settings, FakeEncoder())
    path = corpus / "glossary.tsv"
    path.write_text(path.read_text(encoding="utf-8") + "木鸢\twooden bird\t\t\tthing\n", encoding="utf-8")
    build.index([corpus], settings, FakeEncoder())
    assert len(built) == 2


def test_a_run_that_is_stopped_keeps_the_documents_it_had_committed_and_goes_on_with_the_rest(corpus, settings, monkeypatch):
    monkeypatch.setattr(plan, "_STRETCH", 1)

    class Stopping(FakeEncoder):
        def encode(self, texts, *, question=False):
            if any("honey" in text or "蜂" in text for text in texts):
                raise KeyboardInterrupt
            return super().encode(texts, question=question)

    (corpus / "a.txt").write_text(CATS, encoding="utf-8")
    with pytest.raises(KeyboardInterrupt):
        build.index([corpus], settings, Stopping())
    with opened(settings) as held:
        names = {document["name"] for document in held.documents()}
        assert "a.txt" in names
        assert len(names) < len(CORPUS) + 1
        assert "猫" in Searcher(held, FakeEncoder()).search("猫在哪里睡觉？").hits[0].passage.text
    again = FakeEncoder()
    report = build.index([corpus], settings, again)
    assert set(report.unchanged) == names
    assert {*report.added, *report.unchanged} == {*CORPUS, "a.txt"}
    assert not any("窗台" in text for text in again.seen)


def test_documents_are_committed_a_stretch_at_a_time_and_found_alike(corpus, settings, tmp_path, monkeypatch):
    whole = replace(settings, library=tmp_path / "whole")
    build.index([corpus], whole, FakeEncoder())
    monkeypatch.setattr(plan, "_STRETCH", 1)
    report = build.index([corpus], settings, FakeEncoder())
    assert report.added == tuple(sorted(CORPUS))
    with opened(settings) as held:
        assert held.generation == len(CORPUS)
    assert found(settings) == found(whole)


def test_an_article_id_may_go_from_one_document_to_another_that_comes_before_it(corpus, settings, monkeypatch):
    monkeypatch.setattr(plan, "_STRETCH", 1)
    build.index([corpus], settings, FakeEncoder())
    catalogue = corpus / "catalog.toml"
    text = catalogue.read_text(encoding="utf-8")
    with opened(settings) as held:
        owner = {key: record.source for key, record in held.articles().items()}
    two = [key for key in owner if f'"{key}"' in text and owner[key] in CORPUS][:2]
    if len(two) < 2:
        pytest.skip("the corpus has fewer than two catalogued articles")
    swapped = text.replace(f'"{two[0]}"', '"?"').replace(f'"{two[1]}"', f'"{two[0]}"').replace('"?"', f'"{two[1]}"')
    catalogue.write_text(swapped, encoding="utf-8")
    report = build.index([corpus], settings, FakeEncoder())
    assert not report.failed
    with opened(settings) as held:
        now = {key: record.source for key, record in held.articles().items()}
    assert (now[two[0]], now[two[1]]) == (owner[two[1]], owner[two[0]])


def test_a_large_file_is_read_again_only_when_it_was_touched(corpus, settings, monkeypatch):
    build.index([corpus], settings, FakeEncoder())
    folder = settings.library / derived.FOLDER / "1"
    monkeypatch.setattr(derived, "_LARGE", 0)
    read = []
    whole = derived._sum
    monkeypatch.setattr(derived, "_sum", lambda path: (read.append(path.name), whole(path))[1])
    with opened(settings) as held:
        assert held.indexes_are_sound()
        assert read == []
        (folder / "counts.json").write_bytes((folder / "counts.json").read_bytes())
        assert held.indexes_are_sound()
        assert read == ["counts.json"]
        assert derived.is_sound(folder, held.manifest()["stamp"], wholly=True)
        assert len(read) > 5


def test_compacting_removes_what_removed_documents_left_and_nothing_that_is_of_use(corpus, settings, tmp_path):
    build.index([corpus], settings, FakeEncoder())
    build.remove(["tea.txt"], settings)
    (corpus / "tea.txt").unlink()
    fresh = replace(settings, library=tmp_path / "fresh")
    build.index([corpus], fresh, FakeEncoder())
    before = found(settings)
    with opened(settings) as held, opened(fresh) as other:
        assert held.gone() > 0
        [[much]], [[enough]] = (part.select("SELECT count(*) FROM vectors") for part in (held, other))
        assert much > enough
    done = compact(settings)
    assert (done.passages > 0, done.vectors) == (True, much - enough)
    assert found(settings) == before
    with opened(settings) as held:
        assert held.gone() == 0
        assert held.select("SELECT count(*) FROM vectors") == [(enough,)]
        assert held.indexes_are_sound(wholly=True)
    again = FakeEncoder()
    assert build.index([corpus], settings, again).unchanged
    assert again.seen == []


def test_the_doctor_tells_what_went_out_and_how_to_get_its_space_back(corpus, settings):
    build.index([corpus], settings, FakeEncoder())
    build.remove(["tea.txt"], settings)
    assert any("wenzheng index --compact" in line for line in doctor.examine(settings)[0])
    [told] = listing.compacted(settings)
    assert "that had gone out of its indexes" in told
    assert not any("--compact" in line for line in doctor.examine(settings)[0])
