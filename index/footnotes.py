"""Every footnote with the sentence that bears its mark, and what of the two does not fit together."""

from __future__ import annotations

from collections.abc import Sequence

from index.layout import Layout
from index.marks import MarkKey
from index.notes import IBID, Note
from index.pages import Pages
from index.parts import Parts
from index.records import Footnote
from index.sentences import Written


def tie(lay: Layout, found: Parts, written: Written, pages: Pages) -> tuple[tuple[Footnote, ...], tuple[str, ...]]:
    """The footnotes in order; a note without mark or a mark without note is an exception, one sentence each."""
    footnotes: list[Footnote] = []
    exceptions: list[str] = []
    matched: set[MarkKey] = set()
    for block, notes in sorted(found.notes.blocks().items()):
        printed = {note.label for note in notes}
        free = [label for owner, label in written.bearers if owner == block and label not in printed]
        for note in notes:
            label = note.label or (free.pop(0) if free else None)  # one whose mark is lost takes a mark left over
            bearer = written.bearers.get((block, label)) if label else None
            article = found.roles[note.lines[0]].part if bearer is None else written.sentences[bearer].article
            footnotes.append(_footnote(lay, note, label, bearer, article, footnotes, pages))
            if label is not None:
                matched.add((block, label))
            if bearer is None:
                exceptions.append(f"note without mark: {label or '?'} {footnotes[-1].text[:30]}")
    for (block, label), bearer in written.bearers.items():
        if (block, label) not in matched:
            exceptions.append(f"mark without note: {label} in “{written.sentences[bearer].text[-30:]}”")
    return tuple(footnotes), tuple(exceptions)


def _footnote(
    lay: Layout,
    note: Note,
    label: str | None,
    bearer: int | None,
    article: str,
    before: Sequence[Footnote],
    pages: Pages,
) -> Footnote:
    """A note as clean text; Ibid. and 同上 point to the note before it in the same article."""
    spans = [(lay.lines[k].start + (note.skip if i == 0 else 0), lay.lines[k].end) for i, k in enumerate(note.lines)]
    clean = lay.tidied(spans)
    same = None
    if IBID.match(clean.text) and before and before[-1].article == article:
        same = before[-1].same_as if before[-1].same_as is not None else before[-1].id
    start, end = clean.span() if len(clean) else (spans[0][0], spans[-1][1])
    return Footnote(len(before), article, label or "", start, end, clean.text, pages.at(start), bearer, same)
