"""Question → answer: the file to read first.

The question is analysed, passages are searched for, their sentences weighed; a reader drafts
statements from them; only statements whose quotations stand in the source become claims; with
none left, or with weak evidence, the answer is a refusal.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from index.entailment import EntailmentModel
from index.errors import ModelError
from index.records import ArticleRecord, Footnote, Language, Person, SearchResult
from index.search import Searcher
from rag import evidence as evidences
from rag import refuse, verify
from rag.conversation import complete
from rag.expected import What
from rag.question import Analysis, analyse
from rag.readers import Declined, Reader
from rag.readers.extractive import ExtractiveReader
from rag.records import Answer, Citation, Claim, Draft, Evidence
from rag.verify import Checked

_HITS = 20  # passages searched for
_NEAREST = 3  # passages shown with a refusal
_QUOTED = {"zh": "（原文为英文，无译文）", "en": " (quoted in the original; no translation)"}


@dataclass
class Answerer:
    """A library opened for questions, a reader, and a model that checks what it writes, where one is set."""

    searcher: Searcher
    reader: Reader = field(default_factory=ExtractiveReader)
    entailment: EntailmentModel | None = None

    def answer(
        self,
        question: str,
        *,
        limits: Mapping[str, Sequence[str]] | None = None,
        language: Language | None = None,
        id: str | None = None,
        history: Sequence[str] = (),
    ) -> Answer:
        """The proved answer to a question; `language` overrides the language of the question.

        `history` holds the earlier questions of the conversation as they were understood, the oldest first.
        """
        began = time.perf_counter()
        understood = complete(question, history, self.searcher.glossary)
        asked = replace(analyse(question), text=understood)
        found = self.searcher.search(understood, _HITS, limits)
        evidence = evidences.gather(self.searcher, asked, found.hits)
        lacks = refuse.lacking(asked, evidence)
        if language is not None:
            asked = replace(asked, language=language)
        unread = lacks is not None or refuse.is_weak(evidence, found)
        drafts, proved, reader = ([], [], self.reader.name) if unread else self._read(asked, evidence)
        claims, citations = self._cite(proved)
        refused = not claims
        nearest = tuple(hit.passage for hit in found.hits[:_NEAREST]) if refused else ()
        return Answer(
            question=question,
            language=asked.language,
            refused=refused,
            text=self._refusal(asked, found, lacks) if refused else _text(claims, asked.language),
            claims=claims,
            citations=citations,
            also_searched=(*((understood,) if understood != question else ()), *found.also_searched),
            nearest=nearest,
            reader=reader,
            encoder=self.searcher.encoder.name,
            elapsed_ms=round((time.perf_counter() - began) * 1000),
            id=id,
            understood=understood,
            dropped=len(drafts) - len(proved),
        )

    def _refusal(self, asked: Analysis, found: SearchResult, lacks: What | None) -> str:
        return refuse.refusal(asked.language, found.also_searched, nearest=bool(found.hits), lacks=lacks)

    def _read(self, asked: Analysis, evidence: Sequence[Evidence]) -> tuple[list[Draft], list[tuple[Draft, Checked]], str]:
        """What the reader wrote, what of it is proved, and who read.

        Where a language model fails or nothing that it wrote is proved, the extractive reader stands in and says so.
        """
        standby = ExtractiveReader()
        try:
            drafts = self.reader.read(asked, evidence, self.searcher)
            why = "wrote nothing that its evidence proves"
        except Declined:
            return [], [], self.reader.name
        except ModelError as error:
            drafts, why = [], str(error)
        proved = self._proved(drafts)
        if proved or self.reader.name == standby.name:
            return drafts, proved, self.reader.name
        other = standby.read(asked, evidence, self.searcher)
        return [*drafts, *other], self._proved(other), f"{standby.name} ({self.reader.name} {why})"

    def _proved(self, drafts: Sequence[Draft]) -> list[tuple[Draft, Checked]]:
        checked = [(draft, verify.check(draft, self.searcher, self.entailment)) for draft in drafts]
        return [(draft, found) for draft, found in checked if found.verdict]

    def _cite(self, proved: Sequence[tuple[Draft, Checked]]) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
        """Claims with numbered citations, one number a sentence, in the order of the text."""
        articles = self.searcher.library.articles()
        citations: dict[int, Citation] = {}
        claims: list[Claim] = []
        for draft, found in proved:
            numbers = []
            for item in draft.evidence:
                number = item.sentence.id
                if number not in citations:
                    citations[number] = self._citation(len(citations) + 1, item, articles)
                numbers.append(citations[number].number)
            verdict = found.verdict or "partly"
            claims.append(Claim(draft.text, tuple(numbers), found.support, verdict, draft.original, draft.item))
        return tuple(claims), tuple(citations.values())

    def _citation(self, number: int, item: Evidence, articles: Mapping[str, ArticleRecord]) -> Citation:
        sentence, hit = item.sentence, item.hit
        record = articles[sentence.article]
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
            footnotes=self._footnotes(sentence.id),
            sentence=sentence.id,
            passage=hit.passage.id,
            context=sentence.context,
        )

    def _footnotes(self, sentence: int) -> tuple[Footnote, ...]:
        """The author's own sources, Ibid. followed to what it repeats."""
        library = self.searcher.library
        notes = library.footnotes([sentence])
        return tuple(library.footnote(note.same_as) or note if note.same_as is not None else note for note in notes)


def name(person: Person, language: Language) -> str | None:
    """A person's name in a language, else in the other."""
    return (person.zh or person.en) if language == "zh" else (person.en or person.zh)


def _text(claims: Sequence[Claim], language: Language) -> str:
    """The claims as running text with their numbers; items of a list on lines of their own."""
    result = ""
    for claim in claims:
        marks = "".join(f"[{number}]" for number in claim.citations)
        note = _QUOTED[language] if claim.original else ""
        gap = "" if not result else "\n" if claim.item else "" if language == "zh" else " "
        result += f"{gap}{claim.text}{note}{marks if language == 'zh' else f' {marks}'}"
    return result
