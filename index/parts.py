"""Which part of a source each line belongs to, and what kind of line it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.articles import find_starts, own_record, stretches
from index.layout import Layout, page_number, running_heads
from index.notes import Notes, find_notes
from index.records import ArticleRecord, Kind, SourceText
from index.roles import Role, abstracts, article, matter


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a source in order, the role of every line, and the notes found."""

    records: tuple[ArticleRecord, ...]
    roles: tuple[Role, ...]
    notes: Notes


def parts(source: SourceText, lay: Layout, records: Sequence[ArticleRecord]) -> Parts:
    """Takes a source apart; without a record the whole source is one article."""
    lines = lay.lines
    known = tuple(records) or (own_record(source, lay),)
    starts = find_starts(lines, records)
    furniture = _furniture(lay, records) - set(starts)
    notes = find_notes(source.text, lines, furniture, wrapped=lay.wrapped, apart=lay.paged)
    found, sections = stretches(source, lines, known, starts)
    roles = _taken(furniture, notes)
    for stretch in sections:
        record = next((r for r in known if r.id == stretch.part), None)
        if stretch.kind is Kind.BODY and record is not None:
            roles |= article(lay, roles, stretch, record, headed=bool(records))
        elif stretch.kind is Kind.ABSTRACT:
            roles |= abstracts(lay, roles, stretch, known)
        else:
            roles |= matter(lay, roles, stretch)
        for at in range(stretch.first, stretch.last):
            role = roles.get(at, Role(Kind.BODY, ""))
            roles[at] = replace(role, part=role.part or stretch.part)
    return Parts(found, tuple(roles[at] for at in range(len(lines))), notes)


def _furniture(lay: Layout, records: Sequence[ArticleRecord]) -> set[int]:
    """Page numbers and running heads, which only wrapped text has."""
    if not lay.wrapped:
        return set()
    titles = [t for r in records for t in (r.title_zh, r.journal_zh) if t]
    return running_heads(lay.lines, titles, paged=lay.paged) | {
        at for at, line in enumerate(lay.lines) if page_number(line) is not None
    }


def _taken(furniture: set[int], notes: Notes) -> dict[int, Role]:
    """The lines known before any part is looked at."""
    roles = {at: Role(Kind.FURNITURE, "") for at in furniture}
    roles |= {at: Role(Kind.FURNITURE, "") for at, _, _ in notes.bare}
    for note in notes.notes:
        roles |= {at: Role(Kind.FOOTNOTE, "", skip=note.skip if k == 0 else 0) for k, at in enumerate(note.lines)}
    return roles
