"""PDF files written by hand, as small as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence

_HELVETICA = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
_CHINESE = (  # a font whose characters are those of UTF-16
    "<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/UniGB-UTF16-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType0"
    "/BaseFont/Song/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 4>>>>]>>"
)


def pdf(pages: Sequence[str], catalog: str = "", cmap: str = "", title: str = "") -> bytes:
    """A page for each text; `cmap` says which character a byte of the font stands for."""
    font = _HELVETICA.replace(">>", " /ToUnicode 4 0 R>>") if cmap else _HELVETICA
    to_unicode = stream(f"1 begincodespacerange <00><ff> endcodespacerange {cmap}")
    return _whole([_shown(text) for text in pages], [font, to_unicode], catalog, title)


def headed(head: str, lines: Sequence[str]) -> bytes:
    """One page: a head in larger type, the lines below it."""
    return _whole([f"/F1 18 Tf 50 780 Td 30 TL ({head}) Tj T* /F1 12 Tf 16 TL {_told(lines)}"], [_HELVETICA])


def printed(pages: Sequence[Sequence[tuple[float, float, str]]], title: str = "") -> bytes:
    """Pages of lines in any script, each with the size of its type and its height on the page in points."""
    drawn = [
        " ET BT ".join(f"/F1 {size} Tf 1 0 0 1 50 {y} Tm <{line.encode('utf-16-be').hex()}> Tj" for size, y, line in page)
        for page in pages
    ]
    return _whole(drawn, [_CHINESE], "", title)


def stream(content: str) -> str:
    """An object that holds what is drawn on a page."""
    return f"<</Length {len(content)}>>\nstream\n{content}\nendstream"


def _shown(text: str) -> str:
    return f"/F1 12 Tf 14 TL 50 700 Td {_told(text.split(chr(10)))}" if text else ""


def _told(lines: Sequence[str]) -> str:
    return " T* ".join(f"({line}) Tj" for line in lines)


def _whole(drawn: Sequence[str], fonts: Sequence[str], catalog: str = "", title: str = "") -> bytes:
    """The file of pages with this drawn on them; the first of the fonts is theirs, the rest is what it refers to from 4 on."""
    first = 3 + len(fonts)
    kids = " ".join(f"{first + 2 * number} 0 R" for number in range(len(drawn)))
    objects = [
        f"<</Type/Catalog/Pages 2 0 R {catalog}>>",
        f"<</Type/Pages/Count {len(drawn)}/Kids[{kids}]>>",
        *fonts,
    ]
    for number, content in enumerate(drawn):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {first + 2 * number + 1} 0 R/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(stream(f"BT {content} ET" if content else ""))
    objects.append(f"<</Title({title})>>")
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"<</Size {len(objects) + 1}/Root 1 0 R/Info {len(objects)} 0 R>>"
    end = f"trailer\n{trailer}\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode("latin-1")
