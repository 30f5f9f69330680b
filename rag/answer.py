"""Question → answer: the file to read first.

The question is analysed, passages are searched for, their sentences weighed; a reader drafts
statements from them; only statements whose quotations stand in the source become claims; with
none left, or with weak evidence, the answer is a refusal.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question with what was found for it."""

    question: str
    id: str | None
    asked: Analysis  # completed from the conversation, with the language of the answer
    found: SearchResult
    evidence: Sequence[Evidence]
    lacks: What | None
    began: float  # seconds, of the clock that never goes back
    stages: Mapping[str, float]  # milliseconds


@dataclass(frozen=True, slots=True)
class _Read:
    """How far a reader has come: what is proved of what it wrote."""

    reader: str
    proved: tuple[tuple[Draft, Checked], ...] = ()
    written: int = 0
    verification: float = 0.0  # milliseconds
    whole: bool = False


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
        asking = self._look(question, limits, language, id, history)
        *_, read = self._read(asking, lambda: False)
        return self._answer(asking, read)

    def stream(
        self,
        question: str,
        *,
        limits: Mapping[str, Sequence[str]] | None = None,
        language: Language | None = None,
        id: str | None = None,
        history: Sequence[str] = (),
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Answer]:
        """The answer as it grows by one proved claim after another; the last one is whole.

        Ends soon after `cancelled` is true, with what was proved by then.  Where a language model fails in the middle,
        the last answer is that of the extractive reader and holds none of the claims shown before.
        """
        asking = self._look(question, limits, language, id, history)
        for read in self._read(asking, cancelled):
            if read.proved or read.whole:
                yield self._answer(asking, read)

    # -- the story --------------------------------------------------------------------------

    def _look(
        self,
        question: str,
        limits: Mapping[str, Sequence[str]] | None,
        language: Language | None,
        id: str | None,
        history: Sequence[str],
    ) -> _Asking:
        """Searches, weighs the sentences found, and judges whether they name what is asked for."""
        began = time.perf_counter()
        understood = complete(question, history, self.searcher.glossary)
        asked = replace(analyse(question), text=understood)
        found = self.searcher.search(understood, _HITS, limits)
        searched = time.perf_counter()
        evidence = evidences.gather(self.searcher, asked, found.hits)
        lacks = refuse.lacking(asked, evidence)
        if language is not None:
            asked = replace(asked, language=language)
        stages = {"search": _ms(searched - began), "evidence": _ms(time.perf_counter() - searched)}
        return _Asking(question, id, asked, found, evidence, lacks, began, stages)

    def _read(self, asking: _Asking, cancelled: Callable[[], bool]) -> Iterator[_Read]:
        """How far the reader has come after each statement, and at the end unless it was cancelled.

        Where a language model fails or nothing that it wrote is proved, the extractive reader stands in and says so.
        """
        if asking.lacks is not None or refuse.is_weak(asking.evidence, asking.found):
            yield _Read(self.reader.name, whole=True)
            return
        standby = ExtractiveReader()
        read = begun = _Read(self.reader.name)
        try:
            for read in self._proved(self.reader, begun, asking, cancelled):
                yield read
            why = "wrote nothing that its evidence proves"
        except Declined:
            yield _Read(self.reader.name, whole=True)
            return
        except ModelError as error:
            read, why = replace(read, proved=()), str(error)
        if not (read.proved or cancelled() or self.reader.name == standby.name):
            read = begun = replace(read, reader=f"{standby.name} ({self.reader.name} {why})")
            for read in self._proved(standby, begun, asking, cancelled):
                yield read
        if not cancelled():
            yield replace(read, whole=True)

    def _proved(self, reader: Reader, begun: _Read, asking: _Asking, cancelled: Callable[[], bool]) -> Iterator[_Read]:
        """How far it has come after each statement of one reader."""
        read = begun
        for draft in reader.read(asking.asked, asking.evidence, self.searcher, cancelled):
            began = time.perf_counter()
            found = verify.check(draft, self.searcher, self.entailment)
            read = replace(
                read,
                proved=(*read.proved, (draft, found)) if found.verdict else read.proved,
                written=read.written + 1,
                verification=read.verification + _ms(time.perf_counter() - began),
            )
            yield read

    def _answer(self, asking: _Asking, read: _Read) -> Answer:
        claims, citations = self._cite(read.proved)
        found, spoken, refused = asking.found, asking.asked.language, not claims
        understood = asking.asked.text
        elapsed = _ms(time.perf_counter() - asking.began)
        reading = elapsed - sum(asking.stages.values()) - read.verification
        return Answer(
            question=asking.question,
            language=spoken,
            refused=refused,
            text=refuse.refusal(spoken, found.also_searched, nearest=bool(found.hits), lacks=asking.lacks)
            if refused
            else _text(claims, spoken),
            claims=claims,
            citations=citations,
            also_searched=(*((understood,) if understood != asking.question else ()), *found.also_searched),
            nearest=tuple(hit.passage for hit in found.hits[:_NEAREST]) if refused else (),
            reader=read.reader,
            encoder=self.searcher.encoder.name,
            elapsed_ms=round(elapsed),
            id=asking.id,
            understood=understood,
            dropped=read.written - len(read.proved),
            stages={**asking.stages, "reading": reading, "verification": read.verification},
        )

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


def _ms(seconds: float) -> float:
    return seconds * 1000


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
