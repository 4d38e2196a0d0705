"""Bytes to text. What is strictly UTF-8 is UTF-8, whatever the header says; old Vietnamese encodings are recognised.

Servers often declare a charset that the page does not have, and Vietnamese pages of the nineties use cp1258,
TCVN3 or VNI without saying so. Each reading is judged by how many everyday Vietnamese words it shows.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from charset_normalizer import from_bytes

_META = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]{2,30})""", re.I)
_HEADER = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,30})""", re.I)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WORDS = """
và của là không người được có cho trong với những một các này đã để từ đến tại cũng như về ra vào khi đường nước
phường quận thành phố việc nhà làm rất bị nhiều năm ngày dân phải nên thì đây trên dưới chưa vẫn đang sẽ
"""
_EVERYDAY = frozenset(_WORDS.split())
_UNICODE_ONLY = re.compile("[ăđĩũơưạ-ỹ]", re.I)
"""Letters that no converter leaves when it takes an old encoding for Latin-1."""
_MOJIBAKE = re.compile("Ä‘|Æ°|Æ¡|á»[\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œ]|áº[\x80-\xbf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œ]")
_LATIN = re.compile("[\x80-\xff]")
_SAMPLE = 200_000

_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\xadõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
_VNI_MARKS = {
    "ø": "\u0300",
    "ù": "\u0301",
    "û": "\u0309",
    "õ": "\u0303",
    "ï": "\u0323",
    "â": "\u0302",
    "ê": "\u0306",
    "à": "\u0302\u0300",
    "á": "\u0302\u0301",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "è": "\u0306\u0300",
    "é": "\u0306\u0301",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}
_VNI = re.compile("([aeouyôö])([øùûõïâêàáåãäèéúüë])|([ôöñæóòî])", re.I)


@dataclass(frozen=True)
class Decoded:
    text: str
    encoding: str
    suspect: bool
    """The encoding was guessed, or the text shows signs of having been decoded wrongly before."""


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Never raises: in the last resort bytes that cannot be read become U+FFFD and the text is suspect."""
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return Decoded(body.decode(encoding, "replace"), encoding.removesuffix("-sig"), suspect=False)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _guess(body, content_type)
    return Decoded(text, "utf-8", suspect=_decoded_wrongly(text) or _looks_old(text))


def _guess(body: bytes, content_type: str | None) -> Decoded:
    """Strict readings first; ties go to what was declared."""
    readings = list(_readings(body, content_type))
    return max(readings, key=lambda reading: _vietnamese(reading.text))


def _readings(body: bytes, content_type: str | None) -> Iterator[Decoded]:
    if (cut := _cut_utf8(body)) is not None:
        yield Decoded(cut, "utf-8", suspect=False)
    declared = _declared(body, content_type)
    for encoding in declared:
        if (text := _strict(body, encoding)) is not None:
            yield Decoded(text, encoding, suspect=encoding in {"cp1258", "windows-1258"})
    if (text := _strict(body, "cp1258")) is not None:
        yield Decoded(text, "cp1258", suspect=True)
    latin = body.decode("latin-1")
    yield Decoded("".join(_TCVN3.get(char, char) for char in latin), "tcvn3", suspect=True)
    yield Decoded(_from_vni(latin), "vni", suspect=True)
    if found := from_bytes(body[:_SAMPLE]).best():
        yield Decoded(body.decode(found.encoding, "replace"), found.encoding, suspect=True)


def _cut_utf8(body: bytes) -> str | None:
    """UTF-8 with a few broken bytes, as pages cut in the middle of a character have."""
    text = body.decode("utf-8", "replace")
    return text if text.count("\ufffd") <= max(2, len(text) // 1000) else None


def _declared(body: bytes, content_type: str | None) -> list[str]:
    names = _HEADER.findall(content_type or "") + [name.decode("ascii") for name in _META.findall(body[:4096])]
    known = []
    for name in names:
        try:
            known.append(codecs.lookup(name).name)
        except LookupError:
            continue
    return list(dict.fromkeys(known))


def _strict(body: bytes, encoding: str) -> str | None:
    try:
        return unicodedata.normalize("NFC", body.decode(encoding))
    except (UnicodeDecodeError, LookupError):
        return None


def _from_vni(latin: str) -> str:
    return unicodedata.normalize("NFC", _VNI.sub(_vni_letter, latin))


def _vni_letter(match: re.Match[str]) -> str:
    base, mark, single = match.groups()
    letter, marks = (single, "") if single else (base, _VNI_MARKS[mark.lower()])
    plain = _VNI_LETTERS.get(letter.lower(), letter.lower())
    return unicodedata.normalize("NFC", (plain.upper() if letter.isupper() else plain) + marks)


def _vietnamese(text: str) -> float:
    """Share of everyday words among all, 0 to 1."""
    words = re.findall(r"[^\W\d_]+", _without_markup(text).lower())
    return sum(word in _EVERYDAY for word in words) / max(len(words), 1)


def _decoded_wrongly(text: str) -> bool:
    """UTF-8 that somebody took for Latin-1 and wrote as UTF-8 again: `á»` stands in every second word."""
    return "á»" in text and len(_MOJIBAKE.findall(text[:_SAMPLE])) > 2


def _looks_old(text: str) -> bool:
    """TCVN3 or VNI letters that a careless converter has put into UTF-8."""
    if text.isascii() or _UNICODE_ONLY.search(text):
        return False
    latin = _without_markup(text)[:20_000]
    if len(_LATIN.findall(latin)) < 20:
        return False
    now = _vietnamese(latin)
    old = max(_vietnamese("".join(_TCVN3.get(char, char) for char in latin)), _vietnamese(_from_vni(latin)))
    return old > 2 * now and old > 0.05


def _without_markup(text: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", text[:_SAMPLE], flags=re.S | re.I)
