from contextlib import closing
from dataclasses import replace

import pytest
from fakes import CATALOG, CORPUS, TRANSLATIONS, FakeEncoder, one_sentence

from index import build
from index.errors import DocumentError, LibraryMissing
from index.library import Library
from index.search import Searcher

EVERYTHING = tuple(sorted(CORPUS))


@pytest.fixture
def run(corpus, settings):
    """Indexes the corpus with a fresh encoder; gives the report and what was encoded."""

    def go(*paths, **options):
        encoder = options.pop("encoder", None) or FakeEncoder()
        report = build.index(paths or [corpus], options.pop("settings", settings), encoder, **options)
        return report, encoder.seen

    return go


def opened(settings):
    return closing(Library.open(settings.library))


def generation(settings):
    with opened(settings) as library:
        return library.generation


def test_a_first_run_adds_everything_and_encodes_every_side_once(run, settings):
    report, seen = run()
    assert (report.added, report.failed) == (EVERYTHING, ())
    assert report.encoded == len(seen) == len(set(seen))
    with opened(settings) as library:
        assert sorted(set(library.sides())) == sorted(seen)


def test_a_second_run_with_nothing_changed_encodes_nothing_and_writes_nothing(run, settings):
    run()
    files = {path: path.read_bytes() for path in settings.library.rglob("*") if path.is_file() and path.suffix != ".lock"}
    report, seen = run()
    assert (report.unchanged, report.added, report.updated, report.removed) == (EVERYTHING, (), (), ())
    assert (report.encoded, seen, generation(settings)) == (0, [], 1)
    assert {p: p.read_bytes() for p in settings.library.rglob("*") if p.is_file() and p.suffix != ".lock"} == files


def test_a_changed_file_is_updated_and_only_its_new_text_is_encoded(run, corpus, settings):
    run()
    (corpus / "tea.txt").write_text(CORPUS["tea.txt"] + "\n新来的蚜虫只吃嫩叶。\n", encoding="utf-8")
    report, seen = run()
    assert (report.updated, report.added, len(report.unchanged)) == (("tea.txt",), (), 3)
    assert len(seen) <= 2
    assert any("蚜虫" in text for text in seen)
    with opened(settings) as library:
        assert "蚜虫" in library.source_text("tea.txt")
        assert len(library.documents()) == 4


def test_a_new_file_is_added_beside_the_others(run, corpus):
    run()
    (corpus / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。", encoding="utf-8")
    report, _ = run()
    assert (report.added, report.updated, len(report.unchanged)) == (("cats.txt",), (), 4)


def test_a_document_whose_file_is_gone_is_removed(run, corpus, settings):
    run()
    (corpus / "tea.txt").unlink()
    report, seen = run()
    assert (report.removed, seen) == (("tea.txt",), [])
    with opened(settings) as library:
        assert [d["name"] for d in library.documents()] == ["bees.txt", "clocks.txt", "kites.txt"]
        assert "tea.txt" not in library.articles()


def test_files_outside_the_folder_indexed_are_left_alone(run, corpus, settings, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。", encoding="utf-8")
    run(corpus, other)
    (other / "cats.txt").unlink()
    assert run(corpus)[0].removed == ()
    assert run(other)[0].removed == ("cats.txt",)


def test_a_file_moved_to_another_folder_is_followed_there(run, corpus, settings, tmp_path):
    run()
    other = tmp_path / "other"
    other.mkdir()
    (corpus / "tea.txt").rename(other / "tea.txt")
    report, seen = run(other)
    assert (report.updated, report.failed, seen) == (("tea.txt",), (), [])
    assert run(corpus)[0].removed == ()
    (other / "tea.txt").unlink()
    assert run(other)[0].removed == ("tea.txt",)


def test_a_rebuild_reads_and_encodes_everything_again(run, settings):
    _, texts = run()
    report, again = run(rebuild=True)
    assert (report.updated, report.unchanged) == (EVERYTHING, ())
    assert sorted(again) == sorted(texts)
    assert generation(settings) == 2


def test_two_files_of_one_name_are_refused_whichever_run_they_come_in(run, corpus, settings, tmp_path):
    (corpus / "sub").mkdir()
    (corpus / "sub" / "tea.txt").write_text("另一篇\n\n内容不同的一句话。", encoding="utf-8")
    report, _ = run()
    assert len(report.failed) == 1
    assert one_sentence(report.failed[0], "tea.txt", "sub")
    assert set(report.added) == set(EVERYTHING)
    report, _ = run()
    assert (len(report.failed), report.updated, generation(settings)) == (1, (), 1)


def test_two_articles_of_one_id_fail_that_file_and_leave_the_others(run, corpus):
    (corpus / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。", encoding="utf-8")
    more = '\n[[article]]\nid = "bees"\nsource = "cats.txt"\nbegins = "猫的一天"\n'
    (corpus / "catalog.toml").write_text(CATALOG + more, encoding="utf-8")
    report, _ = run()
    assert report.added == EVERYTHING
    assert len(report.failed) == 1
    assert one_sentence(report.failed[0], "cats.txt", "bees", "catalog.toml")


def test_one_id_twice_in_one_document_fails_that_file_alone(run, corpus):
    (corpus / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。\n\n狗的一天\n\n狗在门口睡觉。", encoding="utf-8")
    more = "".join(f'\n[[article]]\nid = "pets"\nsource = "cats.txt"\nbegins = "{t}"\n' for t in ("猫的一天", "狗的一天"))
    (corpus / "catalog.toml").write_text(CATALOG + more, encoding="utf-8")
    report, _ = run()
    assert report.added == EVERYTHING
    assert one_sentence(*report.failed, "pets")


def test_a_renamed_file_keeps_its_article_id(run, corpus, settings):
    run()
    (corpus / "bees.txt").rename(corpus / "apis.txt")
    (corpus / "catalog.toml").write_text(CATALOG.replace("bees.txt", "apis.txt"), encoding="utf-8")
    report, seen = run()
    assert (report.added, report.removed, report.failed, seen) == (("apis.txt",), ("bees.txt",), (), [])
    with opened(settings) as library:
        assert library.articles()["bees"].source == "apis.txt"


def test_two_articles_can_change_ids_in_one_run(run, corpus, settings):
    run()
    swapped = CATALOG.replace('"bees"', '"x"').replace('"clocks"', '"bees"').replace('"x"', '"clocks"')
    (corpus / "catalog.toml").write_text(swapped, encoding="utf-8")
    report, _ = run()
    assert (report.updated, report.failed) == (("bees.txt", "clocks.txt"), ())
    with opened(settings) as library:
        assert library.articles()["bees"].source == "clocks.txt"


def test_a_change_of_the_catalogue_updates_its_document_only(run, corpus, settings):
    run()
    (corpus / "catalog.toml").write_text(CATALOG.replace("year = 2020", "year = 2021"), encoding="utf-8")
    report, seen = run()
    assert (report.updated, len(report.unchanged), seen) == (("kites.txt",), 3, [])
    with opened(settings) as library:
        assert library.articles()["kites"].year == 2021


def test_a_change_of_a_translation_reaches_sentences_and_passages(run, corpus, settings):
    run()
    changed = TRANSLATIONS.replace("the state of Lu", "the land of Lu")
    (corpus / "translations" / "memory.jsonl").write_text(changed, encoding="utf-8")
    report, _ = run()
    assert "kites.txt" in report.updated
    with opened(settings) as library:
        found = [t for s in library.sentences(document="kites.txt") for t in library.translations([s.id]).values()]
    assert "The kite originated in the land of Lu in China." in found


def test_translations_of_the_folder_given_reach_its_subfolders_and_their_changes_too(run, corpus, settings):
    (corpus / "sub").mkdir()
    (corpus / "sub" / "cats.txt").write_text("猫在窗台上睡觉。", encoding="utf-8")
    memory = corpus / "translations" / "cats.jsonl"
    for number, line in enumerate(("The cat sleeps on the sill.", "The cat is asleep on the sill.")):
        memory.write_text(f'{{"zh": "猫在窗台上睡觉。", "en": "{line}"}}\n', encoding="utf-8")
        report, _ = run()
        assert "cats.txt" in (report.updated if number else report.added)
        with opened(settings) as library:
            ids = [s.id for s in library.sentences(document="cats.txt")]
            assert line in library.translations(ids).values()


def test_a_change_of_the_glossary_needs_no_encoding_and_reads_no_document(run, corpus, settings):
    run()
    path = corpus / "glossary.tsv"
    path.write_text(path.read_text(encoding="utf-8") + "木鸢\twooden bird\t\t\tthing\n", encoding="utf-8")
    report, seen = run()
    assert (report.unchanged, seen, generation(settings)) == (EVERYTHING, [], 2)
    with opened(settings) as library:
        assert "木鸢" in library.manifest()["glossary"]


def test_another_encoder_encodes_everything_again_and_the_old_vectors_go(run, settings):
    _, texts = run()
    other = FakeEncoder(name="other", fingerprint="other-32", dimensions=32)
    report, seen = run(encoder=other)
    assert (report.unchanged, sorted(seen)) == (EVERYTHING, sorted(texts))
    with opened(settings) as library:
        assert library.manifest()["encoder"]["fingerprint"] == "other-32"
        assert library.known_vectors("fake-256", [build.text_key(t) for t in texts]) == set()
        assert Searcher(library, other).search("风筝").hits


def test_only_languages_that_the_encoder_tells_apart_are_encoded(run):
    _, seen = run(encoder=FakeEncoder(spoken=frozenset({"en"})))
    assert any("honey" in text for text in seen)
    assert not any("风筝" in text for text in seen)


def test_another_passage_length_updates_every_document(run, settings):
    run()
    report, _ = run(settings=replace(settings, passage_length=60))
    assert report.updated == EVERYTHING


def test_a_file_that_cannot_be_read_leaves_what_the_library_held_of_it(run, corpus, settings):
    run()
    (corpus / "tea.txt").write_bytes(b"")
    report, _ = run()
    assert one_sentence(*report.failed, "tea.txt")
    assert (report.removed, generation(settings)) == ((), 1)
    with opened(settings) as library:
        assert library.source_text("tea.txt") == CORPUS["tea.txt"]


@pytest.mark.parametrize("name", ["catalog.toml", "glossary.tsv", "translations/memory.jsonl"])
def test_a_broken_file_beside_the_documents_stops_the_run_in_one_sentence_and_changes_nothing(run, corpus, settings, name):
    run()
    (corpus / name).write_bytes(b"\xff\xfe{[")
    with pytest.raises(DocumentError) as caught:
        run()
    assert one_sentence(str(caught.value), name.split("/")[-1])
    assert generation(settings) == 1


def test_removing_by_name_takes_the_document_out_and_no_other(run, settings):
    run()
    assert build.remove(["tea.txt", "bees.txt"], settings).removed == ("tea.txt", "bees.txt")
    with opened(settings) as library:
        assert [d["name"] for d in library.documents()] == ["clocks.txt", "kites.txt"]
        assert library.manifest()["glossary"]
        assert library.manifest()["encoder"]["name"] == "fake"


def test_removing_what_the_library_does_not_hold_is_refused_and_removes_nothing(run, settings):
    run()
    with pytest.raises(DocumentError) as caught:
        build.remove(["tea.txt", "none.txt"], settings)
    assert one_sentence(str(caught.value), "none.txt")
    assert generation(settings) == 1


def test_removing_from_no_library_makes_none(settings):
    with pytest.raises(LibraryMissing):
        build.remove(["tea.txt"], settings)
    assert not settings.library.exists()


def test_progress_tells_every_stage_from_nothing_to_all(run):
    told = {}
    run(progress=lambda stage, done, total: told.setdefault(stage, []).append((done, total)))
    assert list(told) == ["read", "encode", "write"]
    for steps in told.values():
        assert steps[0][0] == 0
        assert steps[-1][0] == steps[-1][1] > 0
        assert steps == sorted(steps)


def test_a_run_with_nothing_changed_builds_lost_indexes_again_and_sweeps_what_is_left_over(run, settings):
    run()
    folder = settings.library / "derived"
    (folder / "1" / "manifest.json").unlink()
    (folder / "building-left").mkdir()
    run()
    with opened(settings) as library:
        assert library.indexes_are_sound()
    assert [path.name for path in folder.iterdir()] == ["1"]


def test_an_empty_folder_makes_a_library_that_finds_nothing(run, settings, tmp_path):
    (tmp_path / "empty").mkdir()
    report, _ = run(tmp_path / "empty")
    assert report == build.Report()
    with opened(settings) as library:
        assert Searcher(library, FakeEncoder()).search("风筝").hits == ()
