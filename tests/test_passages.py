from itertools import pairwise

import pytest
from fakes import BEES, KITES

from index.passages import passages
from index.records import ArticleRecord, Document, Footnote, Kind, Sentence, SourceText
from index.structure import analyse


def nothing(_text):
    return None


def taken(text, name="x.txt"):
    return analyse(SourceText(name, text, "0", "text/plain"), (ArticleRecord("x", name, title_zh=text.split("\n")[0]),))


def made(*sentences, footnotes=()):
    """A document of sentences given as (article, section, kind, text)."""
    built, at = [], 0
    for number, (article, section, kind, text) in enumerate(sentences):
        built.append(Sentence(number, article, kind, number, section, at, at + len(text), text))
        at += len(text)
    source = SourceText("x.txt", "".join(s.text for s in built), "0", "text/plain")
    records = tuple(ArticleRecord(a, "x.txt") for a in dict.fromkeys(s.article for s in built))
    return Document(source, records, tuple(built), tuple(footnotes), ())


LINE = "风筝在唐代传到日本，在十四世纪传到欧洲。"


@pytest.mark.parametrize("length", [10, 60, 240, 5000])
def test_every_answering_sentence_is_whole_in_exactly_one_passage_whatever_the_length(length):
    document = taken(KITES + "\n\n" + LINE * 40)
    found = [p for p in passages(document, length, nothing) if p.kind is not Kind.FOOTNOTE]
    texts = {s.id: s.text for s in document.sentences}
    held = [number for p in found for number in p.sentences]
    assert held == [s.id for s in document.sentences if s.kind not in (Kind.HEADING, Kind.TITLE)]
    assert all("".join(texts[n] for n in p.sentences) == p.text.replace("\n", "") for p in found)


def test_a_passage_aims_at_the_length_and_a_short_rest_joins_the_one_before():
    found = passages(made(*[("a", (), Kind.BODY, LINE)] * 31), 100, nothing)
    assert all(len(p.text) <= 100 for p in found[:-1])
    assert len(found[-1].text) <= 133
    assert min(len(p.text) for p in found) >= 60


def test_english_gets_more_characters_than_chinese():
    line = "The clock is wound every Friday by the sexton. "
    found = passages(made(*[("a", (), Kind.BODY, line.strip())] * 40), 100, nothing)
    assert 150 < max(len(p.text) for p in found) <= 100 * 2.5 + len(line)


def test_a_sentence_longer_than_the_length_stays_whole_and_nothing_is_logged(caplog):
    long = "风筝" * 150 + "。"
    found = passages(made(("a", (), Kind.BODY, LINE), ("a", (), Kind.BODY, long), ("a", (), Kind.BODY, LINE)), 50, nothing)
    assert any(long in p.text for p in found)
    assert caplog.records == []


def test_a_passage_never_crosses_articles_or_sections():
    parts = [(a, (s,), Kind.BODY, LINE) for a in "ab" for s in ("一", "二") for _ in range(3)]
    document = made(*parts)
    by_id = {s.id: s for s in document.sentences}
    for p in passages(document, 5000, nothing):
        assert {(by_id[n].article, by_id[n].section) for n in p.sentences} == {(p.article, p.section)}
    assert len(passages(document, 5000, nothing)) == 4


def test_an_abstract_is_apart_from_the_body_and_front_matter_from_both():
    kinds = (Kind.AUTHOR, Kind.META, Kind.ABSTRACT, Kind.BODY)
    found = passages(made(*[("a", (), kind, LINE) for kind in kinds]), 5000, nothing)
    assert [p.kind for p in found] == [Kind.AUTHOR, Kind.ABSTRACT, Kind.BODY]


def test_a_table_is_one_passage_with_a_line_for_each_row_and_nothing_else():
    found = [p for p in passages(taken(KITES), 240, nothing) if p.kind is Kind.TABLE]
    assert [p.text for p in found] == ["|品种|重量|产地|\n|沙燕|90克|北京|\n|龙头|2500克|潍坊|"]


def test_footnotes_are_passages_of_their_own_after_the_text_and_point_to_the_sentence_of_their_mark():
    document = taken(KITES)
    found = passages(document, 240, nothing)
    note = found[-1]
    assert [p.kind is Kind.FOOTNOTE for p in found] == [False] * (len(found) - 1) + [True]
    assert "韩非子" in note.text
    assert not any("韩非子" in p.text for p in found[:-1])
    (owner,) = note.sentences
    assert "木鸢" in document.sentences[owner].text
    assert document.source.text[note.start : note.end].endswith("第12页。")


def test_a_footnote_without_its_mark_is_searchable_all_the_same():
    note = Footnote(0, "a", "1", 0, 5, "无主的注释。")
    (_, found) = passages(made(("a", (), Kind.BODY, LINE), footnotes=[note]), 240, nothing)
    assert (found.kind, found.sentences, found.section, found.text) == (Kind.FOOTNOTE, (), (), "无主的注释。")


def test_ids_count_from_0_in_reading_order():
    found = passages(taken(KITES + "\n\n" + LINE * 40), 60, nothing)
    assert [p.id for p in found] == list(range(len(found)))
    text = [p for p in found if p.kind is not Kind.FOOTNOTE]
    assert all(a.end <= b.start for a, b in pairwise(text))


def test_english_sentences_are_joined_with_a_space_and_chinese_ones_without():
    english = next(p for p in passages(taken(BEES), 2400, nothing) if p.kind is Kind.BODY)
    assert "queen. The cluster" in english.text
    assert "鲁国。墨子" in next(p.text for p in passages(taken(KITES), 2400, nothing) if p.kind is Kind.BODY)


def test_the_span_of_a_passage_is_that_of_its_sentences():
    document = taken(KITES)
    for p in passages(document, 60, nothing):
        if p.kind is not Kind.FOOTNOTE:
            own = [document.sentences[n] for n in p.sentences]
            assert (p.start, p.end) == (own[0].start, own[-1].end)


def test_a_passage_is_translated_when_half_of_its_text_is():
    long, short = LINE, "好。"
    document = made(("a", (), Kind.BODY, long), ("a", (), Kind.BODY, short))
    (found,) = passages(document, 240, {long: "Long."}.get)
    assert found.translation == "Long."
    (found,) = passages(document, 240, {short: "Short."}.get)
    assert found.translation is None
    (found,) = passages(document, 240, {long: "Long.", short: "Short."}.get)
    assert found.translation == "Long. Short."
