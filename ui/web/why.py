"""Why a passage was found: the lists that hold it, its ranks there, and the words that led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.glossary import Entry
from index.records import Hit, Language
from index.script import language as language_of
from index.search import Searcher
from rag.records import Answer
from ui.web.escape import escape
from ui.web.runs import lang
from ui.web.texts import texts

_LEARNED = "lexical, other language"  # the list that words translated by the encoder's table make
_MOST = 8  # words or pairs shown of a kind: more would not be read


@dataclass(frozen=True, slots=True)
class Why:
    """What led from a question to a passage."""

    rank: int  # among the passages found, from 1
    lists: tuple[tuple[str, int], ...] = ()  # each list that holds it with its rank there
    words: tuple[str, ...] = ()  # of the question, that stand in it or in its translation
    glossary: tuple[tuple[str, str], ...] = ()  # a term of the question, its other form there
    learned: tuple[tuple[str, str], ...] = ()  # a word of the question, the nearest one there in the other language


def reasons(answer: Answer, searcher: Searcher) -> dict[int, Why]:
    """By number of a citation, why its passage was found."""
    question = answer.understood or answer.question
    found = {citation.number: citation.hit for citation in answer.citations if citation.hit is not None}
    spoken = language_of(question)
    crossed = any(_LEARNED in hit.found_by for hit in found.values())
    translated = searcher.translated(question, spoken) if crossed else {}
    by_passage: dict[int, Why] = {}
    for hit in found.values():
        if hit.passage.id not in by_passage:
            by_passage[hit.passage.id] = _why(question, hit, searcher, translated)
    return {number: by_passage[hit.passage.id] for number, hit in found.items()}


def _why(question: str, hit: Hit, searcher: Searcher, translated: Mapping[str, Mapping[str, float]]) -> Why:
    sides = [hit.passage.text, *filter(None, [hit.passage.translation])]
    standing = {term: word for side in sides for word, term in searcher.terms.words(side)}
    asked = searcher.terms.words(question)
    named: dict[Entry, list[str]] = {}
    for side in sides:
        for form, entry in searcher.glossary.named(side):
            named.setdefault(entry, []).append(form)
    return Why(
        hit.rank,
        tuple(zip(hit.found_by, hit.ranks, strict=False)),
        tuple(_as_written(word, question) for word in _longest(word for word, term in asked if term in standing)[:_MOST]),
        _other_forms(searcher.glossary.named(question), named)[:_MOST],
        _nearest(asked, translated, standing)[:_MOST] if _LEARNED in hit.found_by else (),
    )


def _longest(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, without those that are part of another: search mode gives a word and its parts."""
    once = list(dict.fromkeys(words))
    return tuple(word for word in once if not any(word != other and word in other for other in once if not word.isascii()))


def _other_forms(asked: Iterable[tuple[str, Entry]], named: Mapping[Entry, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    """Terms of the question with the form that stands in the passage, where that is not the same words."""
    pairs = []
    for form, entry in asked:
        others = [other for other in named.get(entry, ()) if _bare(other) != _bare(form)]
        if others:
            across = next((other for other in others if language_of(other) != language_of(form)), others[0])
            pairs.append((_spelled(form, entry), _spelled(across, entry)))
    return tuple(pairs)


def _bare(form: str) -> str:
    return "".join(filter(str.isalnum, form))


def _spelled(form: str, entry: Entry) -> str:
    """A folded form as the glossary writes it."""
    return next((known for known in (*entry.zh, *entry.en) if known.casefold() == form), form)


def _as_written(word: str, question: str) -> str:
    """A folded word as the question has it, where it stands there unchanged but for case."""
    at = question.lower().find(word)
    return question[at : at + len(word)] if at >= 0 else word


def _nearest(
    asked: Iterable[tuple[str, str]], translated: Mapping[str, Mapping[str, float]], standing: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    pairs: dict[str, str] = {}
    for word, term in asked:
        near = {other: cosine for other, cosine in translated.get(term, {}).items() if other in standing}
        if near:
            pairs[word] = standing[max(near, key=lambda other: near[other])]
    return tuple(pairs.items())


# -- as shown -----------------------------------------------------------------------------------


def shown(why: Why | None, language: Language) -> str:
    """The reasons as a part of a card that opens."""
    if why is None:
        return ""
    own = texts(language)
    names = {
        "lexical": own["why_lexical"],
        _LEARNED: own["why_learned_list"],
        "glossary": own["why_glossary_list"],
        "dense": own["why_dense"],
        "dense, other language": own["why_dense_other"],
    }
    ranked = own["why_list"]
    lists = "".join(f"<li>{escape(ranked.format(name=names.get(name, name), rank=rank))}</li>" for name, rank in why.lists)
    told = (
        (own["why_words"], [_run(word) for word in why.words]),
        (own["why_glossary"], [_pair(*pair) for pair in why.glossary]),
        (own["why_learned"], [_pair(*pair) for pair in why.learned]),
    )
    gap, join = "" if language == "zh" else " ", own["join_names"]
    rest = "".join(f"<li>{escape(label)}{gap}{join.join(items)}</li>" for label, items in told if items)
    rank = escape(own["why_rank"].format(rank=why.rank))
    return f'<details class="wz-why"><summary>{escape(own["why"])}</summary><p>{rank}</p><ul>{lists}{rest}</ul></details>'


def _run(text: str) -> str:
    return f'<bdi lang="{lang(text)}">{escape(text)}</bdi>'


def _pair(one: str, other: str) -> str:
    return f"{_run(one)} → {_run(other)}"
