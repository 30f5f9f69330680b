"""The copy buttons of the cards, and what they put on the clipboard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.records import ArticleRecord, Language
from rag import exchange, references
from ui.export import cited_articles
from ui.web.cards import Turn
from ui.web.escape import escape
from ui.web.texts import texts


def copying(card: str, shown: Language) -> str:
    """The copy buttons of the card with this id."""
    own = texts(shown)
    offered = "".join(
        f'<button type="button" class="wz-copy" data-card="{card}" data-copy="{what}">{escape(own[f"export_copy_{what}"])}</button>'
        for what in ("reference", "quote")
    )
    said = f'data-copied="{escape(own["export_copied"])}" data-failed="{escape(own["export_not_copied"])}"'
    return f'<p class="wz-copying">{offered}<span class="wz-copied" role="status" {said}></span></p>'


def sources(turns: Sequence[Turn], shown: Language) -> str:
    """What the copy buttons of a conversation need: each article in every style, each quotation with its page."""
    cited = cited_articles([turn.answer for turn in turns], records(turns))
    return "".join(_article(record, shown) for record in cited) + "".join(_quote(turn, shown) for turn in turns)


def records(turns: Sequence[Turn]) -> Mapping[str, ArticleRecord]:
    """The articles that a conversation shows, by id; the library need not be asked again."""
    cited = {card.citation.article: card.record for turn in turns for card in turn.cards}
    return cited | {near.passage.article: near.record for turn in turns for near in turn.nearest}


def _article(record: ArticleRecord, shown: Language) -> str:
    said: dict[str, str] = {style: references.reference(record, style).text for style in references.STYLES}
    said |= {"bibtex": exchange.bibtex([record]), "ris": exchange.ris([record]), "note": exchange.digest_note(record, shown)}
    attributes = "".join(f' data-{name}="{_lines(text)}"' for name, text in said.items())
    return f'<span data-article="{escape(record.id)}"{attributes}></span>'


def _quote(turn: Turn, shown: Language) -> str:
    """The quotations of one answer, each with the article that it is from."""
    own = texts(shown)
    result = ""
    for citation in turn.answer.citations:
        page = own["export_paged"].format(page=citation.page) if citation.page else ""
        said = own["export_said"].format(quote=citation.quote, page=page)
        card = f"card-{turn.number}-{citation.number}"
        result += f'<span data-card="{card}" data-from="{escape(citation.article)}" data-quote="{escape(said)}"></span>'
    return result


def _lines(text: str) -> str:
    """Escaped word by word, as `escape` makes one space of many and one line of all: RIS tells its fields by two spaces."""
    return "&#10;".join("&#32;".join(map(escape, line.split(" "))) for line in text.splitlines())
