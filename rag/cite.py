"""Statements that are proved → claims with numbered citations, and the text that shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index import outline
from index.library import Library
from index.records import ArticleRecord, Footnote, Language, Person
from rag.records import Citation, Claim, Draft, Evidence
from rag.verify import Checked

_QUOTED = {"zh": "（原文为英文，无译文）", "en": " (quoted in the original; no translation)"}
_AGAINST = {"zh": "（另一文献的说法不同，见{}）", "en": " (another document says otherwise: {})"}


def cite(
    proved: Sequence[tuple[Draft, Checked]], disputed: Mapping[int, int], library: Library
) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Claims with numbered citations, one number a sentence, in the order of the text.

    `disputed` leads from a sentence to the one of another document that it is at odds with.  Raises LibraryError where
    a document cited was damaged since it was written.
    """
    for source in dict.fromkeys(item.hit.passage.source for draft, _ in proved for item in draft.evidence):
        library.vouch(source)
    articles = library.articles(item.sentence.article for draft, _ in proved for item in draft.evidence)
    citations: dict[int, Citation] = {}
    for draft, _ in proved:
        for item in draft.evidence:
            if item.sentence.id not in citations:
                citations[item.sentence.id] = citation(len(citations) + 1, item, articles[item.sentence.article], library)
    claims = []
    for draft, found in proved:
        own = [item.sentence.id for item in draft.evidence]
        claims.append(
            Claim(
                text=draft.text,
                citations=tuple(citations[number].number for number in own),
                support=found.support,
                verdict=found.verdict or "partly",
                original=draft.original,
                item=draft.item,
                against=tuple(citations[disputed[number]].number for number in own if number in disputed),
            )
        )
    return tuple(claims), tuple(citations.values())


def text(claims: Sequence[Claim], language: Language) -> str:
    """The claims as running text with their numbers; items of a list on lines of their own."""
    result = ""
    for claim in claims:
        note = _QUOTED[language] if claim.original else ""
        note += _AGAINST[language].format(_marks(claim.against)) if claim.against else ""
        gap = "" if not result else "\n" if claim.item else "" if language == "zh" else " "
        result += f"{gap}{claim.text}{note}{'' if language == 'zh' else ' '}{_marks(claim.citations)}"
    return result


def _marks(numbers: Sequence[int]) -> str:
    return "".join(f"[{number}]" for number in numbers)


def name(person: Person, language: Language) -> str | None:
    """A person's name in a language, else in the other."""
    return (person.zh or person.en) if language == "zh" else (person.en or person.zh)


def citation(number: int, item: Evidence, record: ArticleRecord, library: Library) -> Citation:
    """The citation of a sentence under a number."""
    sentence, hit = item.sentence, item.hit
    return Citation(
        number=number,
        source=hit.passage.source,
        article=sentence.article,
        title=record.title,
        authors=tuple(filter(None, (name(person, record.language) for person in record.authors))),
        section=sentence.section,
        page=sentence.page,
        start=sentence.start,
        end=sentence.end,
        quote=sentence.text,
        quote_translation=item.translation,
        footnotes=_footnotes(sentence.id, library),
        sentence=sentence.id,
        passage=hit.passage.id,
        context=sentence.context,
        title_other=_other_title(record),
        section_translation=outline.translated(library, sentence.article, sentence.section),
        hit=hit,
    )


def _other_title(record: ArticleRecord) -> str | None:
    other = record.title_en if record.language == "zh" else record.title_zh
    return other if other != record.title else None


def _footnotes(sentence: int, library: Library) -> tuple[Footnote, ...]:
    """The author's own sources, Ibid. followed to what it repeats."""
    notes = library.footnotes([sentence])
    return tuple(library.footnote(note.same_as) or note if note.same_as is not None else note for note in notes)
