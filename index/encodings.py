"""Bytes → text: the encoding is the one that reads most plausibly; wrong glyphs are put right."""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import cache
from itertools import islice
from typing import NamedTuple

from index.errors import DocumentError

SAMPLE = 20_000  # characters are enough to tell encodings apart, and keep huge files quick

MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# A closed list: Python also has "codecs" such as idna that no page should be able to call.
DECLARED = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk"), ("gb18030",)),
    **dict.fromkeys(("big5", "big5-hkscs", "cp950"), ("cp950", "big5hkscs")),
    **dict.fromkeys(("iso-8859-1", "latin1", "windows-1252"), ("cp1252",)),
}

# PDF fonts often name radicals where characters are meant; NFKC leaves nearly all of the second
# block as they are.
RADICALS = str.maketrans(
    {chr(point): unicodedata.normalize("NFKC", chr(point)) for point in range(0x2F00, 0x2FD6)}
) | str.maketrans(
    "⺁⺃⺋⺎⺒⺓⺟⺠⺧⺩⺪⺫⺬⺮⺼⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻕⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻯⻰⻱⻲⻳",
    "厂乚㔾兀巳幺母民牛王疋目示竹肉虎西见角贝足车長长门阜雨青韦页风飞食首马骨鬼鱼鸟卤麦黄黾齐齿竜龙龜亀龟",
)

FREQUENT = frozenset(
    "，。、；：“”「」（）《》‘’–—…"
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发"
    "后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因"
    "只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应"
    "战向政美相见被利二等产或新制加西斯合回特代内信表化老给世位次度任先海通教原东提立及比员解治论各入"
    "這個們來為國說時會對過發後裡種經麼學現當沒動還進樣開從實軍無與長機關點業將兩間問應戰見產給東員論"
)
WESTERN = frozenset("‘’“”–—…•·©®°§£€«»½àáâãäåæçèéêëìíîïñòóôõöøùúûüýœßÀÁÄÇÈÉÊÖØÜ\xa0")
BINARY = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
FOREIGN = re.compile("[^\x00-\x7f\u3000]")  # what tells encodings apart: all but ASCII and blanks


class Decoded(NamedTuple):
    """A text without its byte order mark, and the Python codec that read it."""

    text: str
    encoding: str


def decode(data: bytes, name: str, declared: str = "") -> Decoded:
    """The text of the bytes, newlines untouched; `declared` is what the file says of itself.

    Raises DocumentError for binary data, damaged UTF-8 and encodings that cannot be told.
    """
    found = _marked(data) or _utf16(data) or _as(data, "utf-8") or _declared(data, declared) or _chinese(data) or _western(data)
    if not found:
        _refuse_damaged(data, name)
        found = _guessed(data)
    if not found:
        _refuse_binary(data.decode("latin-1"), name)
        raise DocumentError(
            f"{name} is in no encoding that can be told, but UTF-8, UTF-16, GB18030 or Big5 is "
            "wanted; save it as UTF-8 and index it again.",
            "encoding",
        )
    _refuse_binary(found.text, name)
    return found


def ordinary(text: str) -> str:
    """The text with radicals as the characters they stand for, one for one so that offsets hold."""
    return text.translate(RADICALS)


def sound(text: str) -> str:
    """The text with surrogates paired, and what no database can hold as U+FFFD."""
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return paired.replace("\0", "\ufffd")


def _as(data: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(data.decode(codec), codec)
    except UnicodeError:
        return None


def _marked(data: bytes) -> Decoded | None:
    codec = next((codec for mark, codec in MARKS if data.startswith(mark)), None)
    return _as(data, codec) if codec else None


def _utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark, where the bytes hold NULs and one byte order reads well."""
    if b"\0" not in data or len(data) % 2:
        return None
    scores = {codec: _share(data[: 2 * SAMPLE].decode(codec, "replace"), _plain()) for codec in ("utf-16-le", "utf-16-be")}
    best = max(scores, key=scores.__getitem__)
    return _as(data, best) if scores[best] > 0.7 else None


def _declared(data: bytes, declared: str) -> Decoded | None:
    codecs_ = DECLARED.get(declared.lower().replace("_", "-"), ())
    return next(filter(None, (_as(data, codec) for codec in codecs_)), None)


def _chinese(data: bytes) -> Decoded | None:
    """The Chinese encoding with the most plausible reading, if any reads as Chinese at all.

    Most Big5 files are valid GB18030 as well, and some the other way round.
    """
    read = (_as(data, "gb18030"), _as(data, "cp950") or _as(data, "big5hkscs"))
    scored = [(_chinese_score(found.text), found) for found in read if found]
    score, found = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return found if score else None


def _chinese_score(text: str) -> float:
    """Share of common characters plus share of the most frequent ones; 0 if not Chinese."""
    sample = _foreign(text)
    common, frequent = _share(sample, _common()), _share(sample, FREQUENT)
    # Korean reads as common Chinese characters, but hardly ever as the most frequent ones.
    chinese = common > 0.7 and (frequent > 0.05 or len(sample) < 50)
    return common + frequent if chinese else 0.0


def _western(data: bytes) -> Decoded | None:
    """Windows-1252, where nearly all that is not ASCII are its quotes, dashes and letters."""
    found = _as(data, "cp1252")
    return found if found and _share(_foreign(found.text), WESTERN) > 0.9 else None


def _guessed(data: bytes) -> Decoded | None:
    """The guess of charset-normalizer, which is often wrong on short texts: the last resort."""
    from charset_normalizer import from_bytes

    best = from_bytes(data[: 10 * SAMPLE]).best()
    found = _as(data, best.encoding) if best else None
    return found if found and _share(_foreign(found.text), _plain()) > 0.9 else None


def _refuse_damaged(data: bytes, name: str) -> None:
    text = data[: 10 * SAMPLE].decode("utf-8", "replace")
    if text.count("\ufffd") * 10 > len(_foreign(text)):
        return
    text = data.decode("utf-8", "replace")
    broken, sound_part = text.count("\ufffd"), text[: text.index("\ufffd")]
    raise DocumentError(
        f"{name} is UTF-8 broken in {broken} place{'s' if broken > 1 else ''}, first at "
        f"byte {len(sound_part.encode())}, but only sound text can be quoted; "
        "repair it or save it as UTF-8 again.",
        "encoding",
    )


def _refuse_binary(text: str, name: str) -> None:
    controls = len(BINARY.findall(text, 0, SAMPLE))
    if "\0" in text or controls * 10 > len(text[:SAMPLE]):
        raise DocumentError(
            f"{name} holds binary data (NUL bytes or control characters), but text is wanted; "
            "give it the suffix of its real format or leave it out.",
            "binary",
        )


def _foreign(text: str, limit: int = SAMPLE) -> str:
    return "".join(match[0] for match in islice(FOREIGN.finditer(text), limit))


def _share(sample: str, known: frozenset[str]) -> float:
    return sum(map(known.__contains__, sample)) / len(sample) if sample else 0.0


@cache
def _common() -> frozenset[str]:
    """The level of everyday characters of GB2312 (3,755) and of Big5 (5,401), and signs."""
    signs = "？！『』〈〉【】〔〕％～①②③④⑤⑥⑦⑧⑨⑩"
    wide = "".join(map(chr, range(0xFF10, 0xFF5B)))  # full-width digits and letters
    simplified = _level("gb2312", range(0xB0, 0xD8))
    traditional = _level("big5", range(0xA4, 0xC7))
    return FREQUENT | WESTERN | frozenset(signs + wide + simplified + traditional)


def _level(codec: str, leads: range) -> str:
    return "".join(bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in range(64, 255))


@cache
def _plain() -> frozenset[str]:
    """What a plain text is mostly made of: common Chinese, Western letters and signs, ASCII."""
    return _common() | frozenset(map(chr, (9, 10, 13, 0x3000, *range(32, 127))))
