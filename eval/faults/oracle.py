"""What must be in a library, whatever was killed while it was worked on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from eval.faults import corpus


@dataclass
class Oracle:
    """What must be in the library, whatever was killed."""

    texts: dict[str, str] = field(default_factory=dict)  # of the documents
    reviews: set[int] = field(default_factory=set)  # acknowledged
    queue: set[str] = field(default_factory=set)  # acknowledged

    def complaints(self, found: Mapping[str, Any], wanted: Mapping[str, str], begun: int) -> Iterator[str]:
        """What is not as it must be; `wanted` is what the documents were to become, `begun` the last review begun."""
        if "told" in found:
            yield f"a fresh start was told: {found['told']}"
            return
        if found["documents"] not in (self.texts, wanted):
            lost = sorted(self.texts.keys() & wanted.keys() - found["documents"].keys())
            yield f"the documents are neither as before nor as wanted (lost: {lost})"
        if found["fault"]:
            yield found["fault"]
        there = {int(number) for number in found["reviews"]}
        if not self.reviews <= there:
            yield f"reviews lost: {sorted(self.reviews - there)}"
        if not there - self.reviews <= set(range(begun, begun + 1)):
            yield f"reviews that nobody kept: {sorted(there - self.reviews)}"
        if not all(found["reviews"].values()):
            yield "a review is not what was kept"
        if not self.queue <= set(found["queue"]):
            yield f"queued answers lost: {sorted(self.queue - set(found['queue']))}"
        yield from self._quotes(found["documents"], found["answers"])

    @staticmethod
    def _quotes(texts: Mapping[str, str], answers: Mapping[str, Any]) -> Iterator[str]:
        for question, cited in answers.items():
            for source, start, end, quote in cited:
                if corpus.bare(texts.get(source, "")[start:end]) != corpus.bare(quote):
                    yield f"{question}: “{quote}” does not stand at {source} {start}–{end}"
            wanted = corpus.QUESTIONS.get(question)
            if wanted and corpus.BASE in texts and corpus.bare(wanted) not in [corpus.bare(one[-1]) for one in cited]:
                yield f"{question}: “{wanted}” is not cited any more"
