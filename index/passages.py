"""Sentences → passages: whole sentences of one article and section, near one length."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from langchain_text_splitters import TextSplitter

from index.records import ArticleRecord, Document, Footnote, Kind, Passage, Sentence
from index.script import language

# It warns of every sentence longer than a passage aims at, which is no fault here.
logging.getLogger("langchain_text_splitters.base").setLevel(logging.ERROR)

_APART = (Kind.TABLE, Kind.INDEX, Kind.CONTENTS, Kind.NOTICE)  # never mixed with other kinds
_PASSED_OVER = (Kind.HEADING, Kind.TITLE)  # searchable through the passages below them
_ENGLISH = 2.5  # characters of English that say as much as one of Chinese (the seeds' abstracts: 2.4)


class _SentenceSplitter(TextSplitter):
    """Merges whole sentences up to the chunk size; a sentence is never cut."""

    def __init__(self, length: int, sentences: Sequence[str]) -> None:
        super().__init__(chunk_size=length, chunk_overlap=0, strip_whitespace=False)
        self._sentences = sentences

    def split_text(self, text: str) -> list[str]:
        return self._merge_splits(self._sentences, "")


def _group(sentences: Sequence[Sentence], length: int) -> list[list[Sentence]]:
    """Sentences in runs whose text is near `length`; a short last run joins the one before."""
    chunks = _SentenceSplitter(length, [s.text for s in sentences]).split_text("")
    groups: list[list[Sentence]] = []
    at = 0
    for chunk in chunks:
        group: list[Sentence] = []
        size = 0
        while at < len(sentences) and size < len(chunk):
            group.append(sentences[at])
            size += len(sentences[at].text)
            at += 1
        groups.append(group)
    if len(groups) > 1 and sum(len(s.text) for s in groups[-1]) < length // 3:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def passages(document: Document, length: int, translate: Callable[[str], str | None]) -> list[Passage]:
    """The passages of a document; ids count from 0.

    `length` is in characters of Chinese; English gets proportionally more.  `translate` gives a
    sentence in the other language where the translation memory holds it.
    """
    records = {record.id: record for record in document.articles}
    found: list[Passage] = []
    usable = [s for s in document.sentences if s.kind not in _PASSED_OVER]

    def key(sentence: Sentence) -> tuple[str, tuple[str, ...], str]:
        return sentence.article, sentence.section, sentence.kind if sentence.kind in _APART else _side(sentence.kind)

    for (article, section, _), run in groupby(usable, key=key):
        sentences = list(run)
        spoken = language("".join(s.text for s in sentences[:5]))
        room = length if spoken == "zh" else int(length * _ENGLISH)
        # A table is one passage while it can be: its rows explain each other.
        room = room * 3 if sentences[0].kind is Kind.TABLE else room
        for group in _group(sentences, room):
            found.append(_passage(len(found), document.source.name, records.get(article), group, section, translate))
    for note in filter(lambda note: note.text, document.footnotes):  # a mark at the very end of a file has none
        found.append(_note_passage(len(found), document.source.name, note, document.sentences, translate))
    return found


def _side(kind: Kind) -> str:
    return "abstract" if kind is Kind.ABSTRACT else "head" if kind in (Kind.META, Kind.AUTHOR) else "body"


def _passage(
    number: int,
    source: str,
    record: ArticleRecord | None,
    sentences: Sequence[Sentence],
    section: tuple[str, ...],
    translate: Callable[[str], str | None],
) -> Passage:
    text = _joined(sentence.text for sentence in sentences)
    kinds = [s.kind for s in sentences]
    return Passage(
        id=number,
        source=source,
        article=record.id if record else sentences[0].article,
        kind=Kind.BODY if Kind.BODY in kinds else kinds[0],
        language=language(text),
        section=section,
        page=sentences[0].page,
        start=min(s.start for s in sentences),
        end=max(s.end for s in sentences),
        text=text,
        sentences=tuple(s.id for s in sentences),
        translation=_translated([s.text for s in sentences], translate),
    )


def _note_passage(
    number: int, source: str, note: Footnote, sentences: Sequence[Sentence], translate: Callable[[str], str | None]
) -> Passage:
    owner = sentences[note.sentence] if note.sentence is not None else None
    return Passage(
        id=number,
        source=source,
        article=note.article,
        kind=Kind.FOOTNOTE,
        language=language(note.text),
        section=owner.section if owner else (),
        page=note.page,
        start=note.start,
        end=note.end,
        text=note.text,
        sentences=(owner.id,) if owner else (),
        translation=translate(note.text),
    )


def _joined(texts: Iterable[str]) -> str:
    """Sentences as running text: a space only after English, a line for each table row."""
    result = ""
    for text in texts:
        gap = " " if result and language(result[-20:]) == "en" and not result[-1].isspace() else ""
        result += ("\n" if "|" in text and result else gap) + text
    return result


def _translated(texts: Sequence[str], translate: Callable[[str], str | None]) -> str | None:
    """The sentences' translations together; None unless at least half of the text has one."""
    found = [(text, translate(text)) for text in texts]
    known = sum(len(text) for text, other in found if other)
    if known * 2 < sum(len(text) for text in texts):
        return None
    return _joined(other for _, other in found if other)
