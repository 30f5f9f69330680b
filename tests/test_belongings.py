"""What one reader adds is seen, found and quoted by nobody else, until an admin shares it; conversations are one's own."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fakes import FakeEncoder
from test_accounts import GOOD, quick  # noqa: F401 - a fixture
from test_desk import OTTERS, QUESTION

from index import build
from index.errors import LibraryError, UsageError
from index.library import Library
from index.reviews import Reviews
from index.search import Searcher
from index.uploads import Given
from index.veil import VeiledLibrary, VeiledSearcher
from rag.answer import Answerer
from rag.recall import pack, recall, stamp
from ui.accounts import Account, Accounts
from ui.belongings import Belongings
from ui.web import visitor
from ui.web.api import Calls
from ui.web.conversations import Asked as Question
from ui.web.conversations import Kept, asking, keep, new
from ui.web.desk import Desk
from ui.web.intake import Intake
from ui.web.review import ReviewPage
from ui.web.shelf import Shelf as Conversations
from ui.web.source import Shelf

ANN, BO, ROOT = Account("ann", "reader"), Account("bo", "reader"), Account("root", "admin")
NAME = "otters.txt"


@contextmanager
def by(account: Account):
    """As if this account asked."""
    token = visitor._visitor.set(account)
    try:
        yield
    finally:
        visitor._visitor.reset(token)


@pytest.fixture
def belongings(settings, quick):  # noqa: F811
    accounts = Accounts(settings.library)
    for account in (ANN, BO, ROOT):
        accounts.add(account.name, account.role, GOOD)
    return Belongings(accounts)


@pytest.fixture
def desk(corpus, settings, belongings):
    build.index([corpus], settings, FakeEncoder())
    made = Desk(Answerer(Searcher(Library.open(settings.library), FakeEncoder())), rights=visitor.Rights(belongings))
    yield made
    made.answerer.searcher.library.close()


@pytest.fixture
def intake(desk):
    return Intake(desk, encoder=lambda other: FakeEncoder())


def ended(job):
    until = time.monotonic() + 30
    while not job.ended:
        assert time.monotonic() < until
        time.sleep(0.01)
    return job


def add(intake, account, tmp_path, text=OTTERS, name=NAME):
    path = tmp_path / "given"
    path.write_text(text, encoding="utf-8")
    with by(account):
        job = ended(intake.add([Given(path, name)], account.name))
    assert job.error is None
    return job


def remove(intake, account, name=NAME):
    with by(account):
        return ended(intake.remove(name, account.name))


def names(intake, account):
    with by(account):
        return {held.name for held in intake.holdings()}


@pytest.fixture
def added(intake, tmp_path):
    """The intake after ann has added a document."""
    assert len(add(intake, ANN, tmp_path).added) == 1
    return intake


# -- hidden ---------------------------------------------------------------------------------------


def test_whoever_added_a_document_asks_it_and_finds_it(added, desk):
    with by(ANN):
        assert NAME in {c["source"] for c in Calls(desk).ask(QUESTION)["citations"]}
        assert NAME in {hit["source"] for hit in Calls(desk).search(QUESTION)["hits"]}
        assert desk.records()
    assert NAME in names(added, ANN)


def test_somebody_else_gets_none_of_its_words(added, desk):
    calls = Calls(desk)
    with by(BO):
        given = [calls.ask(QUESTION), calls.search(QUESTION, 100), calls.articles()]
        assert "Velm" not in str([value for one in given for value in (one if isinstance(one, list) else [one])]).replace(
            QUESTION, ""
        )
        assert NAME not in str(given)
        assert NAME not in {record.source for record in desk.records().values()}
        with pytest.raises(LibraryError, match="holds no document"):
            calls.passage(NAME, 0, 20)
        with pytest.raises(UsageError, match="holds no document"):
            calls.ask(QUESTION, documents=[NAME])
        for turn in desk.stream(QUESTION, 1):
            assert NAME not in {card.citation.source for card in turn.cards}
    assert NAME not in names(added, BO)


def test_an_admin_sees_it(added, desk):
    assert NAME in names(added, ROOT)
    with by(ROOT):
        assert NAME in {c["source"] for c in Calls(desk).ask(QUESTION)["citations"]}


def test_its_article_and_its_account_are_not_opened_by_somebody_else(added, desk, settings):
    shelf = Shelf(settings.library, desk.rights)
    with by(ANN):
        article = next(record.id for record in shelf.records() if record.source == NAME)
        assert shelf.view(article) is not None
        assert added.account(NAME).holding.name == NAME
    with by(BO):
        assert shelf.view(article) is None
        assert NAME not in {record.source for record in shelf.records()}
        with pytest.raises(LibraryError, match="holds no document"):
            added.account(NAME)


def test_a_forged_conversation_brings_back_no_quotation_of_it(added, desk):
    with by(ANN), desk.held() as answerer:
        answer = answerer.answer(QUESTION)
        library = answerer.searcher.library
        packed = pack(answer, stamp(library))
        assert recall(packed, QUESTION, library) is not None
    with by(BO), desk.held() as answerer:
        assert recall(packed, QUESTION, answerer.searcher.library) is None


def test_the_review_desk_shows_nothing_around_what_is_hidden(added, desk, settings):
    page = object.__new__(ReviewPage)  # without its components
    page.desk, page._reviews = desk, Reviews.open(settings.library)
    with by(ANN):
        assert page.reviews.sentences_of(NAME, 0, 1000)
    with by(BO):
        assert page.reviews.sentences_of(NAME, 0, 1000) == []
    page._reviews.close()


def test_the_work_of_others_is_not_shown(desk, tmp_path):
    import threading

    go = threading.Event()
    slow = Intake(desk, encoder=lambda other: FakeEncoder(on_encode=lambda: bool(go.wait(30))))
    path = tmp_path / "given"
    path.write_text(OTTERS, encoding="utf-8")
    with by(ANN):
        job = slow.add([Given(path, NAME)], "visit of ann")
    with by(BO):
        assert slow.join("visit of bo") == []
        assert slow.shown("visit of bo") == []
    with by(ANN):
        assert slow.join("another visit of ann") == [job]
    go.set()
    ended(job)


def test_a_document_that_nobody_is_noted_for_is_seen_by_admins_alone(added, belongings):
    belongings.forget(NAME)  # as after a crash between two steps
    assert [NAME in names(added, account) for account in (ANN, BO, ROOT)] == [False, False, True]


def test_hidden_documents_take_no_place_among_the_best(desk, intake, tmp_path, monkeypatch):
    monkeypatch.setattr("index.search._DEPTH", 5)  # short lists, so that a small crowd fills them
    # More passages than any list of the search is long, each nearer to the question than the one to be found.
    crowd = "".join(
        f"The river otters number {n} were counted at the river. {'Otters were counted. ' * 20}\n\n" for n in range(150)
    )
    add(intake, ANN, tmp_path, f"Who counted the river otters\n\n{crowd}", "crowd.txt")
    add(
        intake,
        BO,
        tmp_path,
        f"Mills of Tarn\n\nOle South wrote in 1950 of mills, bridges, ferries, fishers, floods and markets, {'of fairs and feasts, ' * 8}and of otters.\n",
        "tarn.txt",
    )
    with by(BO):
        hits = Calls(desk).search("Who counted the river otters?", 1)["hits"]
    assert [hit["source"] for hit in hits] == ["tarn.txt"]


def test_every_way_to_words_of_a_document_is_veiled(added, settings):
    library = Library.open(settings.library)
    try:
        article = next(record for record in library.articles().values() if record.source == NAME)
        sentences = library.sentences(document=NAME)
        ids = [sentence.id for sentence in sentences]
        passages = library.passages_within({"source": [NAME]})
        veiled = VeiledLibrary(library, {NAME})
        assert library.passages(passages)
        assert veiled.passages(passages) == []
        assert veiled.sentences(ids) == veiled.sentences(document=NAME) == []
        assert veiled.neighbours(sentences[0], 5, 5) == []
        assert veiled.translations(ids) == {}
        assert veiled.reading(article.id) == []
        assert veiled.notes(article.id, 0, 10**9) == []
        assert veiled.footnotes(ids) == []
        assert veiled.article(article.id) is None
        assert article.id not in veiled.articles()
        assert NAME not in {document["name"] for document in veiled.documents()}
        assert veiled.pieces(NAME) == []
        for read in (veiled.source_text, lambda name: veiled.text_between(name, 0, 20)):
            with pytest.raises(LibraryError):
                read(NAME)
        assert library.passage_facts(passages)
        assert veiled.passage_facts(passages) == {}
        searcher = VeiledSearcher(Searcher(library, FakeEncoder()), {NAME})
        assert NAME not in {hit.passage.source for hit in searcher.search(QUESTION, 50, {"source": [NAME]}).hits}
    finally:
        library.close()


# -- shared and removed ---------------------------------------------------------------------------


def test_an_admin_shares_a_document_and_takes_that_back(added, belongings):
    belongings.share(NAME)
    assert NAME in names(added, BO)
    assert belongings.documents() == [(NAME, ("ann",), True)]
    belongings.share(NAME, shared=False)
    assert NAME not in names(added, BO)
    with pytest.raises(UsageError, match="was not added"):
        belongings.share("bees.txt")


def test_what_an_admin_adds_is_for_all(intake, tmp_path):
    add(intake, ROOT, tmp_path)
    assert NAME in names(intake, BO)
    assert remove(intake, BO).error is not None
    assert remove(intake, ROOT).error is None


def test_nobody_removes_what_is_not_theirs(added):
    job = remove(added, BO)
    assert "was not added on this page" in str(job.error)
    assert NAME in names(added, ANN)
    with by(BO):
        assert not any(held.kept for held in added.holdings())
    with by(ANN):
        assert [held.name for held in added.holdings() if held.kept] == [NAME]
    assert remove(added, ANN).error is None
    assert NAME not in names(added, ROOT)


def test_the_same_file_added_by_two_is_both_theirs_until_the_last_leaves_it(added, tmp_path):
    assert add(added, BO, tmp_path, name="mine.txt").known == (("mine.txt", NAME),)
    assert NAME in names(added, BO)
    assert remove(added, ANN).error is None
    assert NAME not in names(added, ANN)
    assert NAME in names(added, BO)
    assert remove(added, BO).error is None
    assert NAME not in names(added, ROOT)


def test_documents_of_a_removed_account_are_left_to_the_admins(added, belongings):
    belongings.accounts.remove("ann")
    belongings.accounts.add("ann", "reader", GOOD)  # somebody else of that name
    assert NAME not in names(added, ANN)
    assert NAME in names(added, ROOT)


def test_where_nobody_logs_in_everything_is_seen(added, desk):
    alone = Desk(desk.answerer)
    assert NAME in {c["source"] for c in Calls(alone).ask(QUESTION)["citations"]}


# -- conversations --------------------------------------------------------------------------------


def test_conversations_are_those_of_the_account_on_whatever_browser(desk):
    shelf, talk = Conversations(desk), replace(asking(new(), Question("Who built the tower clock?")), title="clocks")
    with by(ANN):
        store, *_ = shelf.keep(None, talk, "en")
        assert "clock" not in str(store)  # the browser may be used by others
        assert shelf.read(store) == keep(Kept(), talk)
        assert shelf.read(None) == keep(Kept(), talk)
    with by(BO):
        assert shelf.read(store).conversations == ()
        shelf.keep(store, new(), "en")
    with by(ANN):
        assert shelf.read(None).conversations == (talk,)


def test_conversations_go_with_their_account(desk, belongings):
    with by(ANN):
        Conversations(desk).keep(None, asking(new(), Question("Who?")), "en")
    belongings.accounts.remove("ann")
    belongings.accounts.add("ann", "reader", GOOD)
    assert belongings.conversations(ANN) is None
