"""Home addresses: a house number with its street, alley, hamlet or building.

The ward or commune behind it is left readable: it tells an agency where the matter is, not whose door it is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from langnghe.text import fold
from nlp.privacy.cues import EndCue, load_cues
from nlp.privacy.spans import Span, keep_apart

_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NUMBER = r"\d{1,4}(?:[A-Za-d]\d{0,3}[A-D]?)?"
_NAME = rf"[{_UPPER}][^\W\d_]*(?: [{_UPPER}][^\W\d_]*){{0,3}}(?: \d{{1,3}}(?![\d/.,]))?(?: nối dài| noi dai)?"
_LANE = rf"(?:hẻm|hem|ngõ|ngo|ngách|kiệt|kiet|hẽm)\s(?:số\s)?{_NUMBER}(?:/{_NUMBER})*"
_WAY = (
    rf"(?:{_LANE}\s)?(?:(?:đường|duong|đ\.|phố|hẻm|hem)\s?)?(?:(?:số|so)\s\d{{1,3}}[A-Z]?|[A-Z]{{1,3}}\d{{1,3}}[A-Z]?|{_NAME})"
    rf"|{_LANE}"
    r"|(?:đường|duong)\s\d{1,3}[A-Z]?"
)
_AREA = (
    r"(?:tổ|to|khu phố|kp|ấp|ap|thôn|xóm|cư xá|cu xa|lô|lo|khu|chung cư|hương lộ|tỉnh lộ|quốc lộ|nhà trọ|liên khu)"
    rf"\s(?:(?:đường|duong)\s)?(?:\d{{1,3}}[A-Z]?|{_NAME}|[A-Z])"
)
_PLACE = rf"(?:{_AREA}|{_WAY})(?:,?\s(?:{_AREA}|(?:đường|duong|hẻm|hem)\s(?:{_WAY})))*"
_LABEL = re.compile(r"(?<!\w)(?:số nhà|nhà số|phòng trọ số|phòng|căn hộ|căn|số|so)\s$")
_HOUSE = r"(?<![\w/.,-].)"
"""Behind the first sign of a number: no part of a longer one."""
_SLASHED = re.compile(
    rf"[A-Z\d]{_HOUSE}(?:(?<=[A-Z])\d)?\d{{0,3}}(?:[A-Za-d]\d{{0,3}}[A-D]?)?(?:/{_NUMBER}){{1,8}}"
    rf"(?![\w/%]|[.,]\d)(?P<place>,?\s{_PLACE})?"
)
_PLAIN = re.compile(rf"\d{_HOUSE}\d{{0,3}}(?:[A-Za-d]\d{{0,3}}[A-D]?)?(?:-\d{{1,4}})?(?![\w/%]|[.,]\d),?\s{_PLACE}")
_FLAT_NUMBER = rf"(?:[A-Z]{{1,2}}\.?\d{{1,4}}(?:[.-]\d{{1,3}})?|\d{{1,2}}[.-]\d\d[A-Z]?|\d{{3,4}}(?=,?\s{_PLACE}))"
_FLAT = re.compile(
    rf"(?<!\w)(?:căn(?: hộ)?|phòng|can ho)\s(?:số\s)?{_FLAT_NUMBER}"
    rf"(?!\s?(?:m2|m²|m\b|triệu|tỷ|tỉ|ngàn)|[\w,]\d)(?:,?\s{_PLACE})?"
)
_LANE_HOME = re.compile(rf"{_LANE}\s(?:{_WAY})")
_UNIT_WORD = re.compile(
    r"[,\s]+(?:(?:P|Q|p|q|F|X)\.?\s?\d{0,2}|[Pp]hường|[Xx]ã|[Qq]uận|[Hh]uyện|TP\S*|Tp\S*|[Tt]hành|UBND|Công|Cong|[Đđ]ề|Tôi|Em|Xin|Mong)\b.*$"
)

_AFTER_OWNER = re.compile(r"^[\s,.(–-]{1,4}(?:ngụ|ở|tại|nhà|trú|địa chỉ)?[\s:]{0,2}$")
_DOOR_WORDS = (
    *("nhà", "nhà ở", "căn nhà", "số nhà", "nhà số", "tận nhà", "ngụ", "ngụ tại", "trú tại", "thường trú", "tạm trú"),
    *("ở trọ", "địa chỉ", "đ/c"),
)
_WAY_WORD = re.compile(r"\d[A-Za-d]?\s(?:đường|duong|hẻm|hem|ấp|tổ|cư xá|hương lộ)\s", re.I)
_LIVING_LABEL = re.compile(r"(?:nhà số|số nhà|phòng|căn)\s", re.I)
_VOWEL = re.compile("[aeiouy]")
_DATE_LIKE = re.compile(
    r"^(?:số\s|so\s)?(?:(?:[0-2]?\d|3[01])/(?:0?\d|1[0-2])(?:/(?:19|20)\d\d)?|24/(?:7|24)|\d{1,3}/(?:19|20)\d\d)(?!\w)"
)


_HOME_LANE = re.compile(rf"(?:ở trọ|ngụ)\s$|[Gg]ia đình(?: [{_UPPER}]\w+){{2,5}},\s$")
_DIGIT = re.compile(r"\d")
_SLASH = re.compile(r"\d[A-Za-d]?/\d")
_LEFT = 60


@dataclass(frozen=True)
class _Address:
    start: int
    text: str
    left: str
    """What stands before it."""

    @property
    def span(self) -> Span:
        return self.start, self.start + len(self.text)


def find_residences(text: str, owners: Sequence[Span] = ()) -> list[Span]:
    """`owners`: spans of names, phones and the like; a number and a street right behind one is where they live."""
    if not _DIGIT.search(text):
        return []
    found: list[_Address] = []
    if _SLASH.search(text):
        for match in _SLASHED.finditer(text):
            address = _address(text, match)
            if _is_alley_home(text, address, owners, has_street=match["place"] is not None):
                found.append(address)
    found += [a for m in _PLAIN.finditer(text) if _is_home(text, a := _address(text, m), owners)]
    found += [a for m in _FLAT.finditer(text) if _is_flat(a := _address(text, m))]
    found += [a for m in _LANE_HOME.finditer(text) if _HOME_LANE.search((a := _address(text, m)).left)]
    spans = (address.span for address in found if _has_name_or_alley(address.text))
    return keep_apart(sorted(spans, key=lambda span: span[0] - span[1]))


def _address(text: str, match: re.Match[str]) -> _Address:
    """With the label before it, without the ward behind it and without a sentence that begins there."""
    start = match.start()
    if label := _LABEL.search(text[max(0, start - 14) : start]):
        start -= len(label.group())
    core = _UNIT_WORD.sub("", text[start : match.end()])
    return _Address(start, core, text[max(0, start - _LEFT) : start])


def _has_name_or_alley(address: str) -> bool:
    return "/" in address or bool(_VOWEL.search(fold(address)))


def _is_alley_home(text: str, address: _Address, owners: Sequence[Span], *, has_street: bool) -> bool:
    """`112/7 đường D2`: people live in alleys; firms there say what they are. Without a street it takes a cue."""
    if _is_home(text, address, owners):
        return has_street or not _DATE_LIKE.match(address.text)
    cues = load_cues()
    if not has_street or cues["business"].search(address.left):
        return False
    if _WAY_WORD.search(address.text):
        return True
    return not cues["not_an_address"].search(address.left) and not _DATE_LIKE.match(address.text)


def _is_home(text: str, address: _Address, owners: Sequence[Span]) -> bool:
    if any(0 <= address.start - end <= 14 and _AFTER_OWNER.match(text[end : address.start]) for _, end in owners):
        return True
    if _door().length(address.left):
        return True
    cues = load_cues()
    if cues["business"].search(address.left):
        return False
    if _LIVING_LABEL.match(address.text) and not address.left.endswith(("trước ", "truoc ")):
        return True
    return cues["home"].search(address.left) and not cues["not_an_address"].search(address.left)


def _is_flat(address: _Address) -> bool:
    return address.text.startswith(("căn", "can")) or load_cues()["home"].search(address.left)


@cache
def _door() -> EndCue:
    """Nothing but a blank stands between these and the address."""
    return EndCue(_DOOR_WORDS, " :")
