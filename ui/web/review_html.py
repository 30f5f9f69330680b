"""The review desk's views → HTML; every text from outside passes `escape`.

Every sentence stands in an element of the class `wz-rv-s` that carries data-source, data-start and
data-end, in the original and in the translation alike: what is marked in either is marked in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from index.records import Kind, Language
from index.reviews import VERDICTS, Review
from index.script import language as language_of
from rag.cite import name
from ui.agreement import Agreement
from ui.web import look
from ui.web.escape import escape, escape_note
from ui.web.navigation import navigation
from ui.web.review_view import Block, Line, View
from ui.web.texts import texts

Texts = Mapping[str, str]

_LANG = {"zh": "zh-Hans", "en": "en"}
SAID = {"accept": "review_accept", "wrong span": "review_wrong", "not supported": "review_unsupported"}
"""The names of the texts for the verdicts."""

_PROGRAM = {"supported", "partly", "refused"}


def header(shown: Language) -> str:
    """The name of the page and the ways to the others."""
    own = texts(shown)
    rest = f'<p class="wz-lead">{escape(own["review_lead"])}</p>{navigation(shown, "review")}'
    return look.head(shown, own["review_title"], rest)


def notice(text: str, kind: str = "told") -> str:
    """What the desk says about the last thing done."""
    return f'<p class="wz-rv-notice wz-rv-{kind}">{escape(text)}</p>' if text else ""


def empty(text: str) -> str:
    """Stands in place of a statement where there is none to judge."""
    return f'<p class="wz-rv-empty">{escape(text)}</p>'


def progress(at: int, judged: int, total: int, shown: Language) -> str:
    """How far the reviewer is."""
    if not total:
        return ""
    own = texts(shown)
    said = own["review_progress"].format(judged=judged, total=total)
    place = own["review_place"].format(at=at + 1, total=total)
    return (
        f'<div class="wz-rv-progress"><progress max="{total}" value="{judged}" aria-label="{escape(said)}"></progress>'
        f"<span>{escape(said)}</span><span>{escape(place)}</span></div>"
    )


def keys(shown: Language) -> str:
    """The keys and what they do."""
    own = texts(shown)
    pairs = [line.split(" = ") for line in own["review_keys"].split("; ")]
    items = "".join(
        f"<li>{' '.join(f'<kbd>{escape(key)}</kbd>' for key in named.split(' '))} {escape(does)}</li>" for named, does in pairs
    )
    return f'<ul class="wz-rv-keys">{items}</ul>'


# -- one statement --------------------------------------------------------------------------------


def desk(view: View, shown: Language) -> str:
    """The statement, what the program and the reviewer say of it, and its spans in context."""
    own = texts(shown)
    said = view.statement
    lang = _LANG[view.answer.language]
    label = own["review_refusal" if said.program == "refused" else "review_claim"]
    blocks = "".join(_block(block, own, shown) for block in view.blocks)
    if not (view.blocks or view.gone):
        blocks = empty(own["review_no_text"])
    return (
        f'<div class="wz-rv" id="wz-main" tabindex="-1" data-claim="{escape(view.answer.answer)} {view.number}"><section class="wz-rv-head" lang="{lang}">{_history(view, own)}<p class="wz-rv-label" lang="{_LANG[shown]}">{escape(own["question"])}</p>'
        f'<p class="wz-rv-question">{escape(view.answer.question)}</p>'
        f'<p class="wz-rv-label" lang="{_LANG[shown]}">{escape(label)}</p><p class="wz-rv-claim">{escape(said.text)}</p>'
        f'<p class="wz-rv-verdicts" lang="{_LANG[shown]}">{_program(view, own)}{_mine(view.mine, own)}</p>{_whole(view, own, shown)}</section>'
        f"{_gone(view, own)}{blocks}</div>"
    )


def _history(view: View, own: Texts) -> str:
    earlier = "".join(f"<li>{escape(text)}</li>" for text in view.answer.history)
    return (
        f'<p class="wz-rv-label">{escape(own["review_history"])}</p><ul class="wz-rv-history">{earlier}</ul>' if earlier else ""
    )


def _program(view: View, own: Texts) -> str:
    said = view.statement
    kind = said.program if said.program in _PROGRAM else "unknown"
    text = own[f"review_program_{kind}"]
    if said.support is not None and kind not in ("refused", "unknown"):
        text += own["review_support"].format(support=f"{said.support:.2f}")
    return f'<span class="wz-rv-program wz-rv-{kind}">{escape(text)}</span>'


def _mine(review: Review | None, own: Texts) -> str:
    if review is None or review.verdict is None:
        return f'<span class="wz-rv-mine">{escape(own["review_none_yet"])}</span>'
    said = own["review_mine"].format(verdict=own[SAID[review.verdict]])
    return f'<span class="wz-rv-mine wz-rv-done">{escape(said)}</span>'


def _whole(view: View, own: Texts, shown: Language) -> str:
    """All statements of the answer, this one marked."""
    if len(view.answer.statements) < 2:
        return ""
    items = "".join(
        f"<li{' aria-current=true' if number == view.number else ''}>{escape(statement.text)}</li>"
        for number, statement in enumerate(view.answer.statements, start=1)
    )
    return f'<details class="wz-rv-whole"><summary lang="{_LANG[shown]}">{escape(own["review_whole"])}</summary><ol>{items}</ol></details>'


def _gone(view: View, own: Texts) -> str:
    """Citations of which nothing but the kept words is left."""
    return "".join(
        f'<blockquote class="wz-rv-gone"><p class="wz-rv-label">{escape(own["review_gone"].format(source=span.source or "?"))}</p>'
        f'<p lang="{_LANG[language_of(span.quote)]}">{escape(span.quote)}</p></blockquote>'
        for span in view.gone
    )


# -- context --------------------------------------------------------------------------------------


def _block(block: Block, own: Texts, shown: Language) -> str:
    record, first = block.record, next((line for line in block.lines if line.cited), block.lines[0])
    other = record.title_en if record.language == "zh" else record.title_zh
    authors = own["join_names"].join(filter(None, (name(person, shown) for person in record.authors)))
    page = own["page"].format(page=first.sentence.page) if first.sentence.page else ""
    section = first.sentence.section
    foreign = block.path and language_of("".join(section)) != shown
    path = f"{' › '.join(block.path)} {own['section_translated']}" if foreign else " › ".join(section)
    where = " · ".join(escape(part) for part in (authors, path, page) if part)
    titles = escape(record.title) + (
        f' <span class="wz-rv-other">{escape(other)}</span>' if other and other != record.title else ""
    )
    place = urlencode({"article": record.id, "start": first.sentence.start, "end": first.sentence.end, "lang": shown})
    context = next((line.sentence.context for line in block.lines if line.cited and line.sentence.context), "")
    return (
        f'<section class="wz-rv-block"><h2>{titles}</h2><p class="wz-rv-where">{where}</p>'
        f"{f'<p class=wz-rv-where>{escape(context)}</p>' if context else ''}"
        f'<div class="wz-rv-pair">{_side(block, own, shown, translated=False)}{_side(block, own, shown, translated=True)}</div>'
        f"{_notes(block, own)}"
        f'<p class="wz-rv-links"><a href="source?{escape(place)}" target="_blank" rel="noopener">{escape(own["review_article"])}</a></p></section>'
    )


def _side(block: Block, own: Texts, shown: Language, *, translated: bool) -> str:
    """The sentences of a block in paragraphs, in the original as a list to choose from."""
    said = [(line, line.translation if translated else line.sentence.text) for line in block.lines]
    there = [(line, text) for line, text in said if text]
    if not there:
        return f'<div class="wz-rv-side"><p class="wz-rv-label">{escape(own["translation_none"])}</p></div>'
    spoken = language_of(" ".join(text for _, text in there))
    gap = "" if spoken == "zh" else " "
    paragraphs: dict[int, list[str]] = {}
    for line, text in there:
        paragraphs.setdefault(line.sentence.paragraph, []).append(
            _sentence(line, text, block.record.source, translated=translated)
        )
    inner = "".join(f'<p role="presentation">{gap.join(sentences)}</p>' for sentences in paragraphs.values())
    label = own["translation"] if translated else own["original"]
    remark = f' <span class="wz-rv-remark">{escape(own["translation_note" if translated else "review_pick"])}</span>'
    listed = "" if translated else f' role="listbox" aria-multiselectable="true" aria-label="{escape(own["review_list"])}"'
    kind = "translation" if translated else "text"
    return (
        f'<div class="wz-rv-side"><p class="wz-rv-label" lang="{_LANG[shown]}">{escape(label)}{remark}</p>'
        f'<div class="wz-rv-{kind}" lang="{_LANG[spoken]}"{listed}>{inner}</div></div>'
    )


def _sentence(line: Line, text: str, source: str, *, translated: bool) -> str:
    sentence = line.sentence
    if sentence.kind is Kind.TABLE:
        text = " | ".join(cell.strip() for cell in text.removeprefix("|").removesuffix("|").split("|"))
    names = ["wz-rv-s"]
    names += ["wz-rv-cited"] if line.cited else []
    names += ["wz-rv-marked"] if line.marked else []
    names += ["wz-rv-row"] if sentence.kind is Kind.TABLE else []
    names += ["wz-rv-heading"] if sentence.kind in (Kind.HEADING, Kind.TITLE) else []
    chosen = (
        "" if translated else f' role="option" aria-selected="{str(line.marked).lower()}" tabindex="{0 if line.cited else -1}"'
    )
    return (
        f'<span class="{" ".join(names)}" data-source="{escape(quote(source))}" data-start="{sentence.start}" '
        f'data-end="{sentence.end}"{chosen}>{escape(text)}</span>'
    )


def _notes(block: Block, own: Texts) -> str:
    items = "".join(f"<li><span>{escape(one.label)}</span> {escape_note(one.text)}</li>" for one in block.notes)
    return (
        f'<div class="wz-rv-notes"><p class="wz-rv-label">{escape(own["footnotes"])}</p><ul>{items}</ul></div>' if items else ""
    )


# -- agreement ------------------------------------------------------------------------------------


def agreement(found: Sequence[Agreement], shown: Language) -> str:
    """Every pair of reviewers: kappa, and how often which verdicts met."""
    own = texts(shown)
    if not found:
        return empty(own["review_alone"])
    return "".join(_pair(pair, own) for pair in found)


def _pair(pair: Agreement, own: Texts) -> str:
    value = own["review_undefined"] if pair.kappa is None else f"{pair.kappa:.3f}".replace("-", "−")
    head = "".join(f'<th scope="col">{escape(own[SAID[verdict]])}</th>' for verdict in VERDICTS)
    rows = "".join(
        f'<tr><th scope="row">{escape(own[SAID[a]])}</th>{"".join(f"<td>{pair.counts.get((a, b), 0)}</td>" for b in VERDICTS)}</tr>'
        for a in VERDICTS
    )
    said = own["review_kappa"].format(first=pair.first, second=pair.second, kappa=value, agreed=pair.agreed, shared=pair.shared)
    corner = own["review_corner"].format(first=pair.first, second=pair.second)
    return (
        f'<div class="wz-rv-agreement"><p>{escape(said)}</p><div class="wz-rv-scroll" tabindex="0" role="region" aria-label="{escape(corner)}"><table>'
        f'<thead><tr><th scope="col">{escape(corner)}</th>{head}</tr></thead><tbody>{rows}</tbody></table></div></div>'
    )
