"""Translation memories as TMX 1.4 (LISA, 2005), the exchange format of translators' tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lxml import etree

from index.errors import DocumentError

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_CANNOT = {c: None for c in range(32) if c not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


def write(pairs: Iterable[tuple[str, str]], path: Path) -> int:
    """Writes (Chinese, English) pairs to a file, and how many there were.

    Raises DocumentError when the file cannot be written.
    """
    count = 0
    try:
        with path.open("wb") as stream, etree.xmlfile(stream, encoding="utf-8") as xml:
            xml.write_declaration()
            with xml.element("tmx", version="1.4"):
                xml.write(
                    etree.Element(
                        "header", creationtool="wenzheng", creationtoolversion="1", segtype="sentence",
                        adminlang="en", srclang="zh-CN", datatype="plaintext", attrib={"o-tmf": "jsonl"},
                    )
                )  # fmt: skip
                with xml.element("body"):
                    for zh, en in pairs:
                        unit = etree.Element("tu")
                        for code, text in (("zh-CN", zh), ("en", en)):
                            variant = etree.SubElement(unit, "tuv", attrib={_LANG: code})
                            etree.SubElement(variant, "seg").text = text.translate(_XML_CANNOT)
                        xml.write(unit)
                        count += 1
    except OSError as error:
        raise DocumentError(f"{path} cannot be written ({error.strerror}); name another file, or free some space.") from error
    return count


def read(path: Path) -> Iterator[tuple[str, str]]:
    """The (Chinese, English) pairs of a file; units that lack either language are passed over.

    Inline markup is dropped, its text kept.  Entities are not resolved and nothing is fetched.
    Raises DocumentError where the file is no TMX.
    """
    try:
        with path.open("rb") as stream:
            units = etree.iterparse(
                stream, tag="tu", events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
            )
            for _, unit in units:
                sides: dict[str, str] = {}
                for variant in unit.iterfind("tuv"):
                    code = (variant.get(_LANG) or variant.get("lang") or "").split("-")[0].split("_")[0].casefold()
                    segment = variant.find("seg")
                    if segment is not None:
                        sides.setdefault(code, " ".join("".join(segment.itertext()).split()))
                if sides.get("zh") and sides.get("en"):
                    yield sides["zh"], sides["en"]
                unit.clear()
            if units.root is None or etree.QName(units.root).localname != "tmx":
                raise DocumentError(f"{path} is XML but no TMX; give a file whose root is <tmx>.")
    except OSError as error:
        raise DocumentError(f"{path} cannot be read ({error.strerror}); check its name and permissions.") from error
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"{path} is no well-formed TMX ({error.msg}); give the file whole, as it was exported.") from error
