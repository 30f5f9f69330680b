"""The number behind a statement: its verdict by shape, by words and by colour."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index.records import Language
from rag.records import Answer, Claim
from ui.web.escape import escape
from ui.web.texts import texts

_USUAL = ("supported", "partly", "original")  # shown in every legend; others only where they occur

_PLACE = escape("{where}")  # stays as it is when the sentence becomes HTML, and gives way to links

Texts = Mapping[str, str]


def verdict(claim: Claim) -> str:
    """The name of what is said of a statement; the words of the source themselves need no judge."""
    if claim.against:
        return "contradicted"
    return "original" if claim.original else claim.verdict


def named(own: Texts) -> dict[str, str]:
    """Every verdict in words."""
    return {
        "supported": own["mark_supported"],
        "partly": own["mark_partly"],
        "original": own["mark_original"],
        "contradicted": own["mark_contradicted"],
    }


def mark(turn: int, number: int, claim: Claim, title: str, own: Texts, *, first: bool) -> str:
    """A citation number; the first of its kind can be gone back to."""
    found = verdict(claim)
    place = f' id="cite-{turn}-{number}"' if first else ""
    label = escape(own["cite_title"].format(number=number, verdict=named(own)[found], title=title))
    return f'<a class="cite wz-is-{found}" href="#card-{turn}-{number}"{place} title="{label}">[{number}]{shape(found)}</a>'


def against(turn: int, claim: Claim, own: Texts) -> str:
    """That another document says otherwise, and where."""
    links = "".join(f'<a class="cite" href="#card-{turn}-{number}">[{number}]</a>' for number in claim.against)
    return f'<span class="wz-quoted">{escape(own["against"]).replace(_PLACE, links)}</span>' if links else ""


def shape(found: str) -> str:
    """A disc, half a disc, an open square or a cross: drawn by the style sheet, read out as nothing."""
    return f'<span class="wz-shape wz-is-{found}" aria-hidden="true"></span>'


def of_card(answer: Answer, number: int, own: Texts) -> str:
    """What is said of the statements that rest on a citation."""
    found = dict.fromkeys(verdict(claim) for claim in answer.claims if number in claim.citations)
    words = named(own)
    return "".join(f'<span class="wz-verdict">{shape(one)}{escape(words[one])}</span>' for one in found)


def legend(answers: Sequence[Answer], shown: Language) -> str:
    """What the shapes mean; nothing where no answer has any."""
    found = set(_verdicts(answers))
    if not found:
        return ""
    own = texts(shown)
    words = named(own)
    items = "".join(f"<li>{shape(one)}{escape(words[one])}</li>" for one in words if one in found or one in _USUAL)
    return f'<div class="wz-legend"><span>{escape(own["mark_legend"])}</span><ul>{items}</ul></div>'


def _verdicts(answers: Sequence[Answer]) -> Iterable[str]:
    return (verdict(claim) for answer in answers for claim in answer.claims)
