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
from index.records import Language, SearchResult
from index.search import Searcher
from rag import conflict, refuse, verify
from rag import evidence as evidences
from rag.cite import cite, text
from rag.conversation import complete
from rag.expected import What
from rag.question import Analysis, analyse
from rag.readers import Declined, Reader
from rag.readers.extractive import ExtractiveReader
from rag.readers.extractive import draft as quoted
from rag.records import Answer, Draft, Evidence
from rag.verify import Checked

_HITS = 20  # passages searched for
_NEAREST = 3  # passages shown with a refusal


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
    disputed: Mapping[int, int] = field(default_factory=dict)  # sentence to the one of another document that it is at odds with


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
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Answer:
        """The proved answer to a question; `language` overrides the language of the question.

        `history` holds the earlier questions of the conversation as they were understood, the oldest first.
        Ends soon after `cancelled` is true; what it gives then is not whole.
        """
        with self.searcher.library.damage_told():
            asking = self._look(question, limits, language, id, history)
            read = _Read(self.reader.name)
            for read in self._read(asking, cancelled):  # noqa: B007 — the last is what is wanted
                pass
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
        with self.searcher.library.damage_told():
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
        understood = complete(question, history, self.searcher.glossary, self.searcher.strange)
        asked = replace(analyse(question), text=understood)
        found = self.searcher.search(understood, _HITS, limits)
        searched = time.perf_counter()
        evidence = evidences.gather(self.searcher, asked, found.hits)
        if understood != question:  # else the earlier question would be answered again
            evidence = evidences.both(evidence, evidences.gather(self.searcher, replace(asked, text=question), found.hits))
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
            yield self._disputed(read, asking)

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

    def _disputed(self, read: _Read, asking: _Asking) -> _Read:
        """The whole of it, and where another document gives another figure than is said, that too."""
        pair = conflict.find(asking.asked, asking.evidence)
        cited = {item.sentence.id for draft, _ in read.proved for item in draft.evidence}
        if pair is None or not cited & {item.sentence.id for item in pair}:
            return replace(read, whole=True)
        others = [quoted(asking.asked.language, item, self.searcher) for item in pair if item.sentence.id not in cited]
        checked = tuple((other, verify.check(other, self.searcher)) for other in others)
        if not all(found.verdict for _, found in checked):
            return replace(read, whole=True)
        one, two = (item.sentence.id for item in pair)
        return replace(read, proved=(*read.proved, *checked), whole=True, disputed={one: two, two: one})

    def _answer(self, asking: _Asking, read: _Read) -> Answer:
        claims, citations = cite(read.proved, read.disputed, self.searcher.library)
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
            else text(claims, spoken),
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


def _ms(seconds: float) -> float:
    return seconds * 1000
