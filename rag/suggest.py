"""Questions that may come next, drawn from what an answer cites; none is given that the library does not answer.

They come from the headings beside the cited sections, and from what the cited sentences name besides
what was asked about.  No language model is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.glossary import Entry, Glossary
from index.library import Library
from index.records import Hit, Kind, Language, Passage, Sentence
from index.script import language as language_of
from rag.answer import Answerer
from rag.records import Answer, Citation

MOST = 3
"""Questions given after one answer."""

_TRIED = 8  # candidates looked into for them
_ARTICLES = 2  # articles whose headings are used
_NEAR = 4  # headings of each
_RELATED = frozenset({"institution", "place", "initiative", "treaty", "programme", "event"})

_NUMBER = re.compile(
    r"\s*(?:[（(][一二三四五六七八九十\d]+[)）]\s*|[一二三四五六七八九十]+[、．.\s]\s*|第[一二三四五六七八九十\d]+[章节]\s*|"
    r"\d+(?:\.\d+)*[.、．\s]\s*|[IVXLC]+[.．]\s+)"
)
_EMPTY = re.compile(
    r"结语|结论|引言|导言|绪论|前言|余论|序言|专题序言|摘要|参考文献|目录|本期目录|注释|附录|致谢|研究现状|文献综述|"
    r"conclusions?|introduction|references|bibliography|abstracts?|keywords|(?:table of )?contents|notes|appendix|acknowledge?ments",
    re.IGNORECASE,
)
_ASKED_ZH: tuple[tuple[str, str], ...] = (
    (r"[？?]$", "{}"),
    (r"(?:动因|动力|原因|根源|概念|逻辑|含义|角色|内涵|本质|来历|由来|起源)$", "{}是什么？"),
    (r"(?:影响|局限性?|限度|挑战|困境|阻力|障碍|举措|措施|路径|路径选择|做法|努力|条件|作用|步骤|办法|种类|类型|表现|原则|模式|成效|启示|策略|特点|特征|因素|差异)$", "{}有哪些？"),
    (r"(?:前景|方向|展望)$", "{}如何？"),
    (r"", "文章怎样论述“{}”？"),
)  # fmt: skip
_ASKED_EN: tuple[tuple[str, str], ...] = (
    (r"\?$", "{}"),
    (r"^(?:the )?(?:impact|role|concept|logic|rationale|significance|nature) of ", "What is the {}?"),
    (r"^(?:the )?(?:limitations|limits|drivers|causes|effects|roots|prospects|main models|basic principles|future prospects) of ", "What are the {}?"),
    (r"", "What does the article say about “{}”?"),
)  # fmt: skip
_RELATION: dict[Language, str] = {"zh": "{new}与{old}有什么关系？", "en": "How do {new} and {old} relate to each other?"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and what an answer to it must cite to be one."""

    text: str
    article: str
    section: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()  # one of which a cited sentence must name


@dataclass(frozen=True, slots=True)
class Section:
    """A section of an article with its heading in the reader's language, number taken off."""

    path: tuple[str, ...]
    heading: str


def suggest(
    answerer: Answerer,
    answer: Answer,
    asked: Sequence[str] = (),
    limits: Mapping[str, Sequence[str]] | None = None,
    most: int = MOST,
) -> Iterator[str | None]:
    """Questions that the library answers, in the language of the answer; `asked` are those asked before.

    None for every candidate that was tried and let go, so that the caller can stop or let others in between.
    """
    given = 0
    known = {_bare(text) for text in (*asked, answer.question, answer.understood)}
    searcher = answerer.searcher
    hits = searcher.search(answer.understood or answer.question, limits=limits).hits
    for candidate in candidates(answer, searcher.library, searcher.glossary, hits)[:_TRIED]:
        if _bare(candidate.text) in known:
            continue
        known.add(_bare(candidate.text))
        tried = answerer.answer(candidate.text, limits=limits, language=answer.language)
        holds = answers(candidate, tried)
        yield candidate.text if holds else None
        given += holds
        if given == most:
            return


def openings(answerer: Answerer, spoken: Language, most: int = MOST) -> Iterator[str | None]:
    """Questions to begin with, one an article, for a library of which nothing is known; None as in `suggest`."""
    library, given = answerer.searcher.library, 0
    own = [(name, record) for name, record in library.articles().items() if record.language == spoken and record.kind != "part"]
    for name, record in own[:_TRIED]:
        sections = outline([s for s in library.sentences(document=record.source) if s.article == name], library, spoken)
        for section in sections[:_NEAR]:
            candidate = Suggestion(ask(section.heading, spoken), name, section.path)
            if answers(candidate, answerer.answer(candidate.text, language=spoken)):
                yield candidate.text
                given += 1
                break
            yield None
        if given == most:
            return


def candidates(answer: Answer, library: Library, glossary: Glossary, hits: Sequence[Hit] = ()) -> list[Suggestion]:
    """What could be asked next, unproved, headings and relations by turns; `hits` are those of the question answered."""
    places: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    cited: tuple[Citation | Passage, ...] = (*answer.citations, *answer.nearest)
    for place in cited:
        places.setdefault((place.source, place.article), []).append(place.section)
    beside: list[list[Suggestion]] = []
    for (source, article), paths in list(places.items())[:_ARTICLES]:
        sections = outline([s for s in library.sentences(document=source) if s.article == article], library, answer.language)
        # What was cited is answered; what merely came near to a refused question can be asked for.
        found = [hit.passage.section for hit in hits if hit.passage.article == article]
        near = neighbours(sections, paths, found, own=answer.refused)
        beside.append([Suggestion(ask(one.heading, answer.language), article, one.path) for one in near])
    headings = [one for row in zip_longest(*beside) for one in row if one]
    related = relations(answer, glossary)
    return [one for at, heading in enumerate(headings or [None]) for one in (heading, *related[at : at + 1]) if one]


def outline(sentences: Sequence[Sentence], library: Library, spoken: Language) -> list[Section]:
    """The sections of an article that have a heading in that language and say something by it."""
    headings = {_bare(s.text): s for s in sentences if s.kind is Kind.HEADING}
    translations = library.translations([s.id for s in headings.values()])
    paths = dict.fromkeys(s.section[:depth] for s in sentences if s.kind is Kind.BODY for depth in range(1, len(s.section) + 1))
    found = []
    for path in paths:
        own = headings.get(_bare(path[-1]))
        text = path[-1] if language_of(path[-1]) == spoken else translations.get(own.id, "") if own else ""
        heading = _NUMBER.sub("", text, count=1).strip() if _NUMBER.match(text) else text.strip()
        if heading and not _EMPTY.fullmatch(heading):
            found.append(Section(path, heading))
    return found


def neighbours(
    sections: Sequence[Section], cited: Sequence[tuple[str, ...]], found: Sequence[tuple[str, ...]] = (), *, own: bool
) -> list[Section]:
    """Sections that were found but not cited, best first, then those nearest to the cited, the following before the preceding.

    Cited ones are among them only with `own`.
    """
    at = [place for place, section in enumerate(sections) if any(path[: len(section.path)] == section.path for path in cited)]
    home = max(at, default=-1)
    taken = set() if own else set(at)
    rank = {path: number for number, path in reversed(list(enumerate(found)))}
    order = sorted(
        (place for place in range(len(sections)) if place not in taken),
        key=lambda place: (rank.get(sections[place].path, len(found)), abs(place - home), place < home),
    )
    return [sections[place] for place in order[:_NEAR]]


def ask(heading: str, spoken: Language) -> str:
    """A heading as a question."""
    forms = _ASKED_ZH if spoken == "zh" else _ASKED_EN
    found, form = next((found, form) for pattern, form in forms if (found := re.search(pattern, heading, re.IGNORECASE)))
    if spoken == "en" and found.group().strip("?"):
        heading = re.sub(r"^the ", "", found.group().lower()) + heading[found.end() :]
    if "“" in form:
        heading = re.sub(r"[“\"]([^”\"]*)[”\"]", r"‘\1’", heading)
    return form.format(heading)


def relations(answer: Answer, glossary: Glossary) -> list[Suggestion]:
    """What the cited sentences name, asked about together with what the question names."""
    question = answer.understood or answer.question
    old = [entry for _, entry in glossary.named(question)]
    if not old:
        return []
    topic = _printed(old[0], question, answer.language)
    seen = list(old)
    found = []
    for citation in answer.citations:
        said = f"{citation.quote} {citation.quote_translation or ''}"
        for _, entry in glossary.named(said):
            if entry.kind in _RELATED and entry not in seen and not _overlaps(entry, old[0]):
                seen.append(entry)
                text = _RELATION[answer.language].format(new=_printed(entry, said, answer.language), old=topic)
                found.append(Suggestion(text, citation.article, forms=(*entry.zh, *entry.en)))
    return found


def answers(suggestion: Suggestion, answer: Answer) -> bool:
    """Whether the answer rests on what the question was drawn from."""
    return not answer.refused and any(_rests(citation, suggestion) for citation in answer.citations)


def _rests(citation: Citation, suggestion: Suggestion) -> bool:
    if suggestion.forms:
        said = f"{citation.quote} {citation.quote_translation or ''}".casefold()
        return any(form.casefold() in said for form in suggestion.forms)
    return citation.article == suggestion.article and citation.section[: len(suggestion.section)] == suggestion.section


def _overlaps(one: Entry, other: Entry) -> bool:
    """Whether one is named inside the other, as ASEAN is in the ASEAN Forum."""
    return any(a in b or b in a for a in (one.zh[0], one.en[0]) for b in (other.zh[0], other.en[0]))


def _printed(entry: Entry, text: str, spoken: Language) -> str:
    """What is named, as the text has it where it does so in that language, an English one with its article."""
    forms = entry.zh if spoken == "zh" else entry.en
    found = (re.search(rf"(?<![A-Za-z])(?:the )?{re.escape(form)}(?![A-Za-z])", text, re.IGNORECASE) for form in forms)
    return next((re.sub(r"^The ", "the ", match.group()) for match in found if match), forms[0])


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
