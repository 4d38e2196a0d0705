"""Home addresses: a house number with its street, alley, hamlet or building.

The ward or commune behind it is left readable: it tells an agency where the matter is, not whose door it is.
"""

import re
from collections.abc import Sequence
from functools import cache

from langnghe.text import fold
from nlp.cues import EndCue, load_cues

Span = tuple[int, int]

_UPPER = "A-ZÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ"
_NUMBER = r"\d{1,4}(?:[A-Za-d]\d{0,3}[A-D]?)?"
_ALLEY_NUMBER = rf"[A-Z]?{_NUMBER}(?:/{_NUMBER}){{1,8}}"
_NAME = rf"[{_UPPER}][^\W\d_]*(?: [{_UPPER}][^\W\d_]*){{0,3}}(?: \d{{1,3}}(?![\d/.,]))?(?: nối dài| noi dai)?"
_LANE = rf"(?:hẻm|hem|ngõ|ngo|ngách|kiệt|kiet|hẽm)\s(?:số\s)?{_NUMBER}(?:/{_NUMBER})*"
_WAY = (
    rf"(?:{_LANE}\s)?(?:(?:đường|duong|đ\.|phố|hẻm|hem)\s?)?(?:(?:số|so)\s\d{{1,3}}[A-Z]?|[A-Z]{{1,3}}\d{{1,3}}[A-Z]?|{_NAME})"
    rf"|{_LANE}"
    r"|(?:đường|duong)\s\d{1,3}[A-Z]?"
)
_AREA = rf"(?:tổ|to|khu phố|kp|ấp|ap|thôn|xóm|cư xá|cu xa|lô|lo|khu|chung cư|hương lộ|tỉnh lộ|quốc lộ|nhà trọ|liên khu)\s(?:(?:đường|duong)\s)?(?:\d{{1,3}}[A-Z]?|{_NAME}|[A-Z])"
_PLACE = rf"(?:{_AREA}|{_WAY})(?:,?\s(?:{_AREA}|(?:đường|duong|hẻm|hem)\s(?:{_WAY})))*"
_LABEL = r"(?:(?:số nhà|nhà số|phòng trọ số|phòng|căn hộ|căn|số|so)\s)?"
_SLASHED = re.compile(rf"(?<![\w/.,-]){_LABEL}{_ALLEY_NUMBER}(?![\w/%]|[.,]\d),?\s{_PLACE}")
_BARE_SLASHED = re.compile(rf"(?<![\w/.,-])(?:số\s)?{_ALLEY_NUMBER}(?![\w/%]|[.,]\d)")
_PLAIN = re.compile(rf"(?<![\w/.,-]){_LABEL}{_NUMBER}(?:-\d{{1,4}})?(?![\w/%]|[.,]\d),?\s{_PLACE}")
_FLAT = re.compile(
    rf"(?<!\w)(?:căn(?: hộ)?|phòng|can ho)\s(?:số\s)?(?:[A-Z]{{1,2}}\.?\d{{1,4}}(?:[.-]\d{{1,3}})?|\d{{1,2}}[.-]\d\d[A-Z]?|\d{{3,4}}(?=,?\s{_PLACE}))"
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
    r"^(?:số\s)?(?:(?:[0-2]?\d|3[01])/(?:0?\d|1[0-2])(?:/(?:19|20)\d\d)?|24/(?:7|24)|\d{1,3}/(?:19|20)\d\d)(?!\w)"
)


def find_residences(text: str, persons: Sequence[Span] = ()) -> list[Span]:
    """`persons`: spans of names; a number and a street right behind one is where that person lives."""
    if not any(char.isdigit() for char in text):
        return []
    found = [_trimmed(m) for m in _SLASHED.finditer(text) if _is_alley_home(text, m, persons)]
    found += [_trimmed(m) for m in _PLAIN.finditer(text) if _is_home(text, m, persons)]
    found += [
        m.span() for m in _BARE_SLASHED.finditer(text) if _is_home(text, m, persons) and not _DATE_LIKE.match(m.group())
    ]
    found += [_trimmed(m) for m in _FLAT.finditer(text) if _is_flat(text, m)]
    found += [_trimmed(m) for m in _LANE_HOME.finditer(text) if _HOME_LANE.search(_left(text, m))]
    return _longest([span for span in found if _has_name_or_alley(text[slice(*span)])])


def _has_name_or_alley(address: str) -> bool:
    return "/" in address or bool(_VOWEL.search(fold(address)))


_HOME_LANE = re.compile(rf"(?:ở trọ|ngụ)\s$|[Gg]ia đình(?: [{_UPPER}]\w+){{2,5}},\s$")


def _left(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 60) : match.start()]


def _is_alley_home(text: str, match: re.Match[str], persons: Sequence[Span]) -> bool:
    """`112/7 đường D2`: people live in alleys; firms there say what they are."""
    left = _left(text, match)
    if _is_home(text, match, persons):
        return True
    if _WAY_WORD.search(match.group()) and not load_cues()["business"].search(left):
        return True
    if load_cues()["not_an_address"].search(left) or load_cues()["business"].search(left):
        return False
    return not _DATE_LIKE.match(match.group())


def _is_home(text: str, match: re.Match[str], persons: Sequence[Span]) -> bool:
    left = _left(text, match)
    if any(0 <= match.start() - end <= 14 and _AFTER_OWNER.match(text[end : match.start()]) for _, end in persons):
        return True
    if _door().length(left) or (
        _LIVING_LABEL.match(match.group())
        and not left.endswith(("trước ", "truoc "))
        and not load_cues()["business"].search(left)
    ):
        return True
    return (
        load_cues()["home"].search(left)
        and not load_cues()["business"].search(left)
        and not load_cues()["not_an_address"].search(left)
    )


def _is_flat(text: str, match: re.Match[str]) -> bool:
    return bool(re.match(r"(?:căn|can)", match.group())) or load_cues()["home"].search(_left(text, match))


def _trimmed(match: re.Match[str]) -> Span:
    """Without the ward behind it and without a sentence that begins there."""
    core = _UNIT_WORD.sub("", match.group())
    return match.start(), match.start() + len(core)


@cache
def _door() -> EndCue:
    """Nothing but a blank stands between these and the address."""
    return EndCue(_DOOR_WORDS, " :")


def _longest(found: Sequence[Span]) -> list[Span]:
    kept: list[Span] = []
    for start, end in sorted(found, key=lambda span: span[0] - span[1]):
        if all(end <= a or start >= b for a, b in kept):
            kept.append((start, end))
    return sorted(kept)
