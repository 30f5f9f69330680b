"""What a browser keeps of its conversations, and what comes of it when it is read again."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import build
from index.library import Library
from rag.recall import pack, recall, stamp
from ui.web import chat, conversations, scope
from ui.web.asking import Asking, hidden
from ui.web.conversations import MOST, ROOM, Asked, Conversation, Kept
from ui.web.desk import Desk
from ui.web.shelf import Shelf

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["version", "open", "conversations", "id", "title", "asked", "question", "answer"]), inner
        )
    ),
    max_leaves=20,
)


def talk(id: str, *questions: str, **told) -> Conversation:
    return Conversation(id, asked=tuple(Asked(question, **told) for question in questions))


def bare(answer):
    """Without the scores of search, which are not kept."""
    return replace(answer, citations=tuple(replace(c, hit=None) for c in answer.citations))


# -- the list -----------------------------------------------------------------------------------


def test_the_latest_conversation_comes_first_and_is_open():
    kept = Kept()
    for one in (talk("a", "甲"), talk("b", "乙"), talk("a", "甲", "丙")):
        kept = conversations.keep(kept, one)
    assert [c.id for c in kept.conversations] == ["a", "b"]
    assert kept.open == "a"
    assert [asked.question for asked in kept.conversations[0].asked] == ["甲", "丙"]


def test_a_conversation_in_which_nothing_was_asked_is_not_kept():
    assert conversations.keep(Kept(), conversations.new()).conversations == ()


def test_a_name_stays_when_the_conversation_goes_on():
    kept = conversations.renamed(conversations.keep(Kept(), talk("a", "甲")), "a", "  我的\n题目 ")
    kept = conversations.keep(kept, talk("a", "甲", "乙"))
    assert kept.conversations[0].name == "我的 题目"
    assert conversations.renamed(kept, "a", " ").conversations[0].name == "甲"


def test_what_is_deleted_is_gone_and_not_open():
    kept = conversations.keep(conversations.keep(Kept(), talk("a", "甲")), talk("b", "乙"))
    assert conversations.removed(kept, "b") == Kept((talk("a", "甲"),), "")
    assert conversations.removed(kept, "a").open == "b"


def test_the_oldest_make_room():
    kept = Kept()
    for number in range(MOST + 5):
        kept = conversations.keep(kept, talk(str(number), "问"))
    assert [c.id for c in kept.conversations] == [str(n) for n in range(MOST + 4, 4, -1)]


def test_what_is_kept_fits_into_the_room_there_is():
    kept = Kept()
    for number in range(8):
        kept = conversations.keep(kept, talk(str(number), "问", answer={"text": "长" * (ROOM // 15)}))
    assert len(json.dumps(conversations.write(kept), ensure_ascii=False).encode()) < ROOM * 1.1
    assert 2 < len(kept.conversations) < 8
    assert kept.conversations[0].id == "7"


def test_of_one_endless_conversation_the_earliest_answers_are_let_go():
    long = talk("a", *map(str, range(10)), answer={"text": "长" * (ROOM // 15)})
    (only,) = conversations.keep(Kept(), long).conversations
    assert [asked.question for asked in only.asked] == [asked.question for asked in long.asked]
    held = [asked.answer is not None for asked in only.asked]
    assert held == sorted(held)
    assert True in held


def test_what_was_written_is_read_again():
    asked = Asked("问？", "甲问？", "en", ("kites", "bees"), True, {"claims": [1, None]})
    kept = Kept((Conversation("a", "名", (asked,)), talk("b", "乙")), "b")
    assert conversations.read(json.loads(json.dumps(conversations.write(kept)))) == kept


@given(ANYTHING)
def test_whatever_a_browser_holds_is_read_without_harm(value):
    kept = conversations.read(value)
    assert conversations.read(conversations.write(kept)) == kept


@given(ANYTHING)
def test_no_conversation_is_read_from_rows_of_another_shape(value):
    kept = conversations.read(
        {"version": 1, "open": "a", "conversations": [{"id": "a", "asked": [{"question": "问", "answer": value}]}]}
    )
    assert kept.conversations[0].asked[0].answer == (value if isinstance(value, dict) else None)


# -- answers brought back -----------------------------------------------------------------------


@pytest.mark.parametrize("question", ["制作风筝有哪三个步骤？", "How do honeybees survive the winter?"])
def test_an_answer_is_brought_back_as_it_was(answerer, question):
    library = answerer.searcher.library
    answer = answerer.answer(question)
    assert answer.claims
    packed = json.loads(json.dumps(pack(answer, stamp(library))))
    back = recall(packed, question, library)
    same = {"id": None, "dropped": 0, "stages": {}}
    near = [replace(claim, support=round(claim.support, 3)) for claim in answer.claims]
    assert bare(back) == replace(bare(answer), claims=tuple(near), **same)
    assert [(c.hit.rank, c.hit.found_by, c.hit.ranks) for c in back.citations] == [
        (c.hit.rank, c.hit.found_by, c.hit.ranks) for c in answer.citations
    ]
    assert not any(c.quote in json.dumps(packed, ensure_ascii=False) for c in answer.citations if c.quote not in answer.text)


def test_a_refusal_is_brought_back_from_the_same_library_only(answerer):
    library = answerer.searcher.library
    answer = answerer.answer("量子计算机怎样纠正错误？")
    assert answer.refused
    packed = pack(answer, stamp(library))
    assert recall(packed, answer.question, library).nearest == answer.nearest
    assert recall({**packed, "stamp": "another"}, answer.question, library) is None


def test_an_answer_whose_words_have_changed_is_not_brought_back(answerer, corpus, settings, encoder):
    answer = answerer.answer("制作风筝有哪三个步骤？")
    packed = pack(answer, "")
    kites = corpus / "kites.txt"
    kites.write_text(kites.read_text(encoding="utf-8").replace("第二，用棉线", "第二，用麻线"), encoding="utf-8")
    build.index([corpus], settings, encoder)
    library = Library.open(settings.library)
    assert recall(packed, answer.question, library) is None
    library.close()


@given(ANYTHING)
def test_whatever_was_put_away_is_an_answer_or_none(value):
    class Nothing:
        def manifest(self):
            return {}

    assert recall(value, "问", Nothing()) is None


def test_numbers_without_their_citation_are_not_brought_back(answerer):
    library = answerer.searcher.library
    packed = pack(answerer.answer("制作风筝有哪三个步骤？"), stamp(library))
    assert recall({**packed, "citations": packed["citations"][1:]}, "问", library) is None


def test_an_answer_that_is_gone_says_so(answerer):
    shelf = Shelf(Desk(answerer))
    answer = answerer.answer("制作风筝有哪三个步骤？")
    packed = pack(answer, "")
    packed["citations"][0][3] = "0" * 16
    gone = talk("a", answer.question, answer=packed)
    assert shelf.turns(gone) == []
    (_, reply) = chat.messages(gone, [], {}, "zh")
    assert "重新提问" in reply["content"]
    assert answer.claims[0].text not in reply["content"]


# -- scope --------------------------------------------------------------------------------------


def test_a_choice_of_documents_and_articles_is_a_choice_of_articles(answerer):
    articles = answerer.searcher.library.articles()
    values = [value for _, value in scope.choices(articles, "zh")]
    assert scope.chosen("bees", articles) == ["article:bees"]
    assert scope.chosen("clocks.txt", articles) == ["article:clocks"]
    assert scope.chosen("nothing", articles) == []
    for value in values:
        assert scope.again(scope.limited([value], articles), articles) == [value]
    assert scope.limited([], articles) == ()
    assert scope.limited(["article:gone"], articles) == ("gone",)


def test_labels_are_in_the_language_of_the_interface(answerer):
    articles = answerer.searcher.library.articles()
    assert ("Making and Flying Kites", "article:kites") in scope.choices(articles, "en")
    assert ("风筝的制作与放飞", "article:kites") in scope.choices(articles, "zh")


def test_a_question_tells_its_limits(answerer):
    articles = answerer.searcher.library.articles()
    told = chat.question(Asked("问", language="en", articles=("kites",)), articles, "zh")
    assert "限于：风筝的制作与放飞" in told
    assert "English" in told
    assert "wz-limits" not in chat.question(Asked("问"), articles, "zh")


def test_hostile_text_of_a_browser_stays_text():
    hostile = "<img src=x onerror=alert(1)>\n\n![x](http://evil.example/x.png)"
    one = Conversation("a", hostile, (Asked(hostile, hostile, None, (hostile,)),))
    for message in chat.messages(one, [], {}, "en"):
        assert "<img" not in message["content"]
        assert "![" not in message["content"]
        assert "\n" not in message["content"]


# -- what may be asked next -----------------------------------------------------------------------


def test_suggestions_of_the_question_before_are_taken_away_where_there_are_none(answerer, monkeypatch):
    """Gradio empties the buttons where a step yields nothing, and what came late of the question before would stand there empty."""
    asking = Asking(Desk(answerer))
    monkeypatch.setattr("ui.web.asking.suggest", lambda *_: iter(()))
    run, now, *_ = asking.take("制作风筝有哪三个步骤？", "", Conversation(""), [], "zh", "", [])
    *_, (now, _, turns, _) = asking.write(run, now, [], "zh")
    assert list(asking.next(now, turns, "zh")) == [hidden()]
