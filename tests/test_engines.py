"""Every engine finds the same passages, through changes, faults and re-indexing."""

import sys
from contextlib import closing

import numpy as np
import pytest
from engines import needs_milvus, started
from fakes import CORPUS, FakeEncoder, one_sentence, write_corpus

from index import build, derived, library, stores
from index.compact import compact
from index.errors import LibraryError, LibraryMismatch, StoreError
from index.fulltext import FIELDS, Entry
from index.library import Library
from index.search import Searcher
from index.settings import Settings
from ui import doctor

QUESTIONS = ("风筝用什么糊？", "How heavy is the pendulum?", "茶树怕什么虫？", "Where do bees dance?", "Mozi")
WORDS = [f"w{number}" for number in range(40)]
ODD = ('a"b.txt', "c\\d.txt", "《中文》 e'f.txt", '" or key >= 0 or source == "', "g\nh.txt")


def entries(first, last):
    """Passages whose words are few and known; the sources have names that want care."""
    chance = np.random.default_rng(7)
    drawn = [chance.choice(40, 30, p=(weights := 1 / np.arange(1, 41)) / weights.sum()) for _ in range(last)]
    for number in range(first, last):
        words = [WORDS[at] for at in drawn[number]]
        terms = {"zh": words[:20], "zh_near": words[20:], "en": words[: number % 7]}
        yield Entry(number, terms, ODD[number % len(ODD)], f"article {number % 3}", ("zh", "en", "both")[number % 3])


def unit_vectors(count, dimension=16):
    made = np.random.default_rng(3).normal(size=(count, dimension)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def same(one, other):
    """Whether hits are of the same ids with the same scores."""
    return [number for number, _ in one] == [number for number, _ in other] and np.allclose(
        [score for _, score in one], [score for _, score in other], rtol=1e-4
    )


def texts(engine, folder, some=200):
    folder.mkdir()
    engine.texts.build(entries(0, some), folder)
    return engine.texts.read(folder)


ASKED = {"zh": {"w1": 1.0, "w9": 1.0, "w30": 0.5}, "zh_near": {"w3": 0.3}, "en": {"w2": 2.0, "absent": 1.0}}


def test_terms_are_found_with_the_scores_of_the_embedded_engine(engine_settings, tmp_path):
    own = texts(stores.chosen(engine_settings), tmp_path / "own").search(ASKED, 50)
    embedded = texts(stores.EMBEDDED, tmp_path / "embedded").search(ASKED, 50)
    assert len(own) == 50
    assert same(own, embedded)


def test_the_same_holds_of_many_segments(engine_settings, tmp_path, place, kind):
    if kind != "embedded":
        from index import milvus, milvus_text

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(milvus, "_MANY", 1)
            patched.setattr(milvus_text, "_LEARNED", 50)
            engine = stores.chosen(engine_settings)
            own = texts(engine, tmp_path / "own")
            vectors = made(engine, tmp_path / "own", 300, 50)
            files = [path for path in place[1].rglob("data_*.parquet") if engine_settings.milvus_name in str(path)]
            assert len({path.parent for path in files}) == 2
            assert len(files) >= 4
    else:
        own, vectors = texts(stores.EMBEDDED, tmp_path / "own"), made(stores.EMBEDDED, tmp_path / "own", 300, 50)
    # The mean lengths of the first segment stand for all, so that scores may differ a little.
    embedded = texts(stores.EMBEDDED, tmp_path / "embedded")
    best = {number for number, _ in own.search(ASKED, 10)}
    assert len(best & {number for number, _ in embedded.search(ASKED, 10)}) >= 9
    exact = made(stores.EMBEDDED, tmp_path / "embedded", 300, 50)
    for query in unit_vectors(320)[300:]:
        assert same(vectors.search(query[None], 10), exact.search(query[None], 10))


def test_limits_hold_whatever_the_names_hold(engine_settings, tmp_path):
    held = texts(stores.chosen(engine_settings), tmp_path / "own")
    for at, name in enumerate(ODD):
        found = [number for number, _ in held.search(ASKED, 200, {"source": [name]})]
        assert found
        assert {number % len(ODD) for number in found} == {at}
    both = [number for number, _ in held.search(ASKED, 200, {"source": ODD[:2], "sides": ["en"], "article": ["article 1"]})]
    assert both
    assert all(number % 5 < 2 and number % 3 == 1 for number in both)
    assert held.search(ASKED, 10, {"source": ["none"]}) == held.search(ASKED, 10, {"source": []}) == []


def test_sizes_frequencies_and_weights(engine_settings, tmp_path):
    held = texts(stores.chosen(engine_settings), tmp_path / "own")
    every = list(entries(0, 200))
    assert held.size == 200
    for field, term in (("zh", "w9"), ("en", "w2"), ("zh", "absent"), ("zh_head", "w9")):
        assert held.frequency(field, term) == sum(term in entry.terms.get(field, ()) for entry in every)
    assert held.search({"zh": {"w9": 0.0}}, 10) == held.search({}, 10) == held.search({"zh": {"absent": 1.0}}, 10) == []
    once, twice = held.search({"zh": {"w30": 1.0}}, 3), held.search({"zh": {"w30": 2.0}}, 3)
    assert [2 * score for _, score in once] == pytest.approx([score for _, score in twice], rel=1e-5)


def test_a_change_is_seen_in_its_own_folder_only(engine_settings, tmp_path):
    engine = stores.chosen(engine_settings)
    before = texts(engine, tmp_path / "1")
    earlier = before.search(ASKED, 200)
    (tmp_path / "2").mkdir()
    engine.texts.update(tmp_path / "1", tmp_path / "2", [ODD[0]], entries(200, 240))
    after = engine.texts.read(tmp_path / "2")
    assert same(engine.texts.read(tmp_path / "1").search(ASKED, 200), earlier)
    assert after.size == 200
    found = {number for number, _ in after.search(ASKED, 300)}
    assert max(found) >= 200
    assert not {number for number in found if number < 200 and number % 5 == 0}
    engine.settle(tmp_path / "2")
    assert {number for number, _ in after.search(ASKED, 300)} == found


def made(engine, folder, count=60, block=60):
    every = unit_vectors(count)

    def blocks():
        return [(np.arange(at, min(count, at + block)), every[at : at + block]) for at in range(0, count, block)]

    folder.mkdir(exist_ok=True)
    engine.vectors.gather(count, blocks).write(folder)
    return engine.vectors.read(folder)


def test_vectors_are_found_with_their_cosine_and_can_be_limited(engine_settings, tmp_path):
    held, every = made(stores.chosen(engine_settings), tmp_path / "own"), unit_vectors(60)
    assert held.size == 60
    cosines = every @ every[7]
    assert [number for number, _ in held.search(every[7:8], 5)] == np.argsort(-cosines)[:5].tolist()
    assert held.search(every[7:8], 1)[0] == (7, pytest.approx(1.0, abs=1e-5))
    only = np.arange(0, 60, 2)
    assert [number for number, _ in held.search(every[7:8], 5, only)] == only[np.argsort(-cosines[only])][:5].tolist()
    assert held.search(every[7:8], 5, only[:0]) == held.search(every[7:8], 0) == []
    assert [hits[0][0] for hits in held.search_all(every[3:6], 2)] == [3, 4, 5]
    with pytest.raises(LibraryMismatch) as told:
        held.search(unit_vectors(1, 8), 5)
    assert one_sentence(str(told.value))


def test_vectors_changed_are_those_of_the_new_folder(engine_settings, tmp_path):
    engine, every = stores.chosen(engine_settings), unit_vectors(80)
    made(engine, tmp_path / "1")
    changing = engine.vectors.read(tmp_path / "1")
    changing.remove([7, 8, 999])
    changing.add(np.array([8, 60]), np.stack([every[70], every[71]]))
    (tmp_path / "2").mkdir()
    changing.write(tmp_path / "2")
    after = engine.vectors.read(tmp_path / "2")
    assert after.size == 60
    assert 7 not in [number for number, _ in after.search(every[7:8], 60)]
    assert after.search(every[70:71], 1)[0] == (8, pytest.approx(1.0, abs=1e-5))
    assert after.search(every[71:72], 1)[0][0] == 60
    assert engine.vectors.read(tmp_path / "1").search(every[7:8], 1)[0][0] == 7


def test_a_store_of_nothing_finds_nothing(engine_settings, tmp_path):
    engine = stores.chosen(engine_settings)
    assert texts(engine, tmp_path / "own", 0).search(ASKED, 10) == []
    held = made(engine, tmp_path / "own", 0)
    assert (held.size, held.search(unit_vectors(1), 5)) == (0, [])


# -- a whole library --------------------------------------------------------------------------------


def told(settings):
    """By question the passages found, best first, by their text."""
    with closing(Library.open(settings.library, stores.chosen(settings))) as held:
        searcher = Searcher(held, FakeEncoder())
        return {text: [(hit.passage.text, round(hit.score, 3)) for hit in searcher.search(text).hits] for text in QUESTIONS}


def step_by_step(settings, folder, monkeypatch):
    """What is found after each of several changes."""
    monkeypatch.setattr(library, "_SMALL", 0)
    seen = []
    write_corpus(folder)

    def run():
        build.index([folder], settings, FakeEncoder())
        seen.append(told(settings))

    run()
    (folder / "cats.txt").write_text("猫的一天\n\n猫在窗台上睡觉。风筝吓到了它。\n\n夜里它们去屋顶。", encoding="utf-8")
    run()
    (folder / "clocks.txt").write_text(CORPUS["clocks.txt"].replace("ninety", "eighty"), encoding="utf-8")
    run()
    (folder / "cats.txt").unlink()
    (folder / "dogs.txt").write_text("The dogs\n\nA dog guards the gate. The pendulum frightens it.", encoding="utf-8")
    run()
    compact(settings)
    seen.append(told(settings))
    return seen


def test_a_library_changed_step_by_step_finds_what_the_embedded_one_finds(engine_settings, tmp_path, monkeypatch):
    own = step_by_step(engine_settings, tmp_path / "corpus", monkeypatch)
    embedded = step_by_step(Settings(library=tmp_path / "other"), tmp_path / "again", monkeypatch)
    assert (own[0], own[-1]) == (embedded[0], embedded[-1])
    for mine, other in zip(own[1:-1], embedded[1:-1], strict=True):  # scores keep the mean lengths of the first build
        for question in QUESTIONS:
            assert mine[question][0][0] == other[question][0][0]
            assert len({text for text, _ in mine[question]} & {text for text, _ in other[question]}) >= len(other[question]) - 1


@pytest.fixture
def held(kind, engine_settings, tmp_path):
    """A library in Milvus."""
    if kind == "embedded":
        pytest.skip("of Milvus only")
    build.index([write_corpus(tmp_path / "corpus")], engine_settings, FakeEncoder())
    return engine_settings


def client(settings):
    from index.milvus import Server

    return Server(settings.milvus_uri, "", settings.milvus_name).client()


def collections(settings):
    return sorted(name for name in client(settings).list_collections() if name.startswith(settings.milvus_name))


def test_a_change_that_fails_is_seen_by_nobody_and_is_cleared_away(held, tmp_path, monkeypatch):
    monkeypatch.setattr(library, "_SMALL", 0)
    before, names = told(held), collections(held)
    (tmp_path / "corpus" / "cats.txt").write_text("猫的一天\n\n猫怕风筝。", encoding="utf-8")

    def fail(*_):
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(derived, "_write_manifest", fail)
        with pytest.raises(LibraryError, match="free some space"):
            build.index([tmp_path / "corpus"], held, FakeEncoder())
    assert (told(held), collections(held)) == (before, names)
    build.index([tmp_path / "corpus"], held, FakeEncoder())
    assert told(held)["风筝用什么糊？"] != before["风筝用什么糊？"]
    rows = client(held).query(names[0], filter="", output_fields=["count(*)"])[0]["count(*)"]
    with closing(Library.open(held.library)) as opened:
        assert rows == opened.select("SELECT count(*) FROM passages")[0][0]


def test_reindexing_answers_from_the_old_collections_until_the_aliases_name_the_new_ones(held, tmp_path):
    aliases = [f"{held.milvus_name}_{kind}" for kind in ("terms", "vectors")]
    asked = client(held)
    before = [asked.describe_alias(alias)["collection_name"] for alias in aliases]
    reader = Searcher(Library.open(held.library, stores.chosen(held)), FakeEncoder())
    seen = []

    def ask():
        assert [asked.describe_alias(alias)["collection_name"] for alias in aliases] == before
        seen.append([hit.passage.text for hit in reader.search(QUESTIONS[0]).hits])

    ask()
    with pytest.MonkeyPatch.context() as patched:
        whole = derived._write_manifest
        patched.setattr(derived, "_write_manifest", lambda *given: (ask(), whole(*given)))
        compact(held)
    after = [asked.describe_alias(alias)["collection_name"] for alias in aliases]
    assert set(before).isdisjoint(after)
    assert [hit.passage.text for hit in reader.search(QUESTIONS[0]).hits] == seen[0] == seen[1]
    compact(held)  # the generation before stays for readers, the one before that goes
    assert set(before).isdisjoint(collections(held))
    assert len(collections(held)) == 4
    reader.library.close()


def test_collections_dropped_by_hand_are_made_again_from_sqlite(held):
    before = told(held)
    for name in collections(held):
        for alias in client(held).list_aliases(name)["aliases"]:
            client(held).drop_alias(alias)
        client(held).drop_collection(name)
    assert told(held) == before


def test_a_library_moves_to_milvus_and_back_by_the_setting(held):
    embedded = Settings(library=held.library)
    assert told(embedded) == told(held) == told(embedded)


@needs_milvus
def test_a_server_that_does_not_answer_is_told_in_one_sentence_and_harms_nothing(tmp_path):
    running, address = started(tmp_path / "data")
    own = Settings(library=tmp_path / "library", store="milvus", milvus_uri=address)
    build.index([write_corpus(tmp_path / "corpus")], own, FakeEncoder())
    folder = tmp_path / "library" / derived.FOLDER
    before, found = sorted(folder.rglob("*")), told(own)
    running.terminate()
    running.wait(timeout=30)
    with pytest.MonkeyPatch.context() as patched:
        from index import milvus

        patched.setattr(milvus, "_SECONDS", 1)
        with pytest.raises(StoreError) as error:
            told(own)
        assert one_sentence(str(error.value), address)
        lines, sound = doctor.examine(own)
        assert not sound
        assert str(error.value) in "\n".join(lines)
    assert sorted(folder.rglob("*")) == before
    assert set(found) == set(QUESTIONS)


def test_a_client_that_is_not_installed_is_told_in_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    from index.milvus import Server

    with pytest.raises(StoreError) as error:
        Server("http://127.0.0.1:1").client()
    assert one_sentence(str(error.value), "wenzheng[milvus]")


def test_fields_are_those_of_the_statistics():
    from index.bm25 import Counted, mean_lengths

    assert list(mean_lengths([Counted.of({"zh": ["a", "b"]}), Counted.of({})])) == list(FIELDS)
    assert mean_lengths([Counted.of({"zh": ["a", "b"]}), Counted.of({})])["zh"] == 1.0
