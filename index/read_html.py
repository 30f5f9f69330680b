"""HTML → text: what a reader of the page would call its text; the one import of trafilatura."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from index.content import Content, broken, clean_title
from index.encodings import decode, sound

CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
WRAP = re.compile(r"\s*\n\s*")
UNSEEN = ("script", "style", "noscript", "template", "head", "nav")
BLOCKS = "address article br dd div dl dt h1 h2 h3 h4 h5 h6 li ol p pre section table td tr ul"


def read_html(data: bytes, name: str) -> Content:
    """The main text of a page as paragraphs, and its title; a page that cannot be taken apart is refused."""
    import logging

    import trafilatura
    from trafilatura.settings import DEFAULT_CONFIG

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    config = deepcopy(DEFAULT_CONFIG)
    # Under 250 characters, much in Chinese, it would fall back to a dump that takes in the menus.
    config["DEFAULT"]["MIN_EXTRACTED_SIZE"] = "1"
    declared = CHARSET.search(data[:4096])
    markup, encoding = decode(data, name, declared[1].decode() if declared else "")
    try:
        tree = _tree(markup)
        title = clean_title(tree.findtext(".//title"))
        _hide(tree)
        _frame(tree)
        main = trafilatura.extract(deepcopy(tree), include_comments=False, config=config)
        text = sound(main or _stripped(tree))
    except Exception as error:  # whatever lxml and trafilatura stumble over
        raise broken(name, "HTML") from error
    lines = filter(None, (line.strip() for line in text.splitlines()))
    return Content("\n\n".join(lines).replace("|\n\n|", "|\n|"), encoding, title=title)


def _tree(markup: str) -> Any:
    """The parsed page; trafilatura's own parser drops what is nested deeper than 256 levels."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    tree = html.document_fromstring(markup.encode(), parser=parser)
    if parser.error_log.filter_types(etree.ErrorTypes.ERR_RESOURCE_LIMIT):
        raise ValueError("nested so deeply that lxml left out the rest")
    return tree


def _hide(tree: Any) -> None:
    """Takes out what no reader sees, and the line breaks that HTML counts as mere spaces."""
    from lxml import etree

    etree.strip_elements(tree, *UNSEEN, with_tail=False)
    for node in tree.iter():
        if next(node.iterancestors("pre"), None) is None:
            node.tail = node.tail and WRAP.sub(" ", node.tail)
            if node.tag != "pre":
                node.text = node.text and WRAP.sub(" ", node.text)


def _frame(tree: Any) -> None:
    """Puts a bare page into an article, else trafilatura loses its headings and lists."""
    body = tree.find("body")
    bare = body is not None and body.find("p") is not None
    if bare and next(tree.iter("article", "main"), None) is None:
        article = body.makeelement("article")
        article[:], article.text, body.text = body[:], body.text, None
        body.append(article)


def _stripped(tree: Any) -> str:
    from lxml import etree

    for block in tree.iter(*BLOCKS.split()):
        block.text, block.tail = f"\n{block.text or ''}", f"\n{block.tail or ''}"
    return str(etree.tostring(tree, method="text", encoding="unicode"))
