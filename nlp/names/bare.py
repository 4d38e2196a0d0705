"""Places named without a type word: `Gò Vấp`, `Trần Xuân Soạn`, `QL13`; only when hardly anything else is meant."""

import re

from nlp.names.found import Found, Kind
from nlp.names.lexicon import Match, Name, NameKind
from nlp.names.reading import Reading, word_set

_BIG_ROAD = re.compile(r"(?:ql|tl|dt)\d{1,3}[a-z]?")
_BESIDE = re.compile(r"[^\S\n]?(?:[,–-]|và|với|giao)?[^\S\n]?")
_MASKED = re.compile(r"•[^\S\n]?$")


def road_code(reading: Reading, i: int) -> Found | None:
    """`QL13`, `ĐT743`."""
    words = reading.words
    if words.capital[i] and _BIG_ROAD.fullmatch(words.plain[i]):
        return Found(i, i + 1, Kind.STREET, name=words.plain[i])
    return None


def bare_name(reading: Reading, i: int, match: Match, previous: Found | None) -> Found | None:
    words, stop = reading.words, match.stop
    if all(words.plain[k][0].isdecimal() for k in range(i, stop)) or _belongs_to_longer(reading, i, stop, previous):
        return None
    for name in sorted(match.names, key=lambda name: _rank(reading, i, match, name)):
        if _is_safe(reading, i, match, name):
            codes = match.codes() if name.kind is NameKind.UNIT else ()
            return Found(i, stop, Kind(name.kind.value), codes, name=words.key(i, stop))
    return None


def _rank(reading: Reading, i: int, match: Match, name: Name) -> int:
    """What is meant first: hardly a ward by the name of another province or of a street's hero."""
    levels = {code[0] for code in match.codes()}
    if name.kind is NameKind.STREET:
        if reading.behind_number(i):
            return -1
        return 1 if levels == {"o"} and match.stop - i > 2 else 4
    if name.kind is NameKind.OUTSIDE:
        return 3 if levels & {"d", "p", "c"} else 0
    return 1 if name.kind is NameKind.LANDMARK and not levels else 2


def _is_safe(reading: Reading, i: int, match: Match, name: Name) -> bool:
    words = reading.words
    if not (match.exact or words.unmarked):
        return False
    if not words.shouting and all(words.capital[k] or words.plain[k][0].isdecimal() for k in range(i, match.stop)):
        return name.safe or (name.kind is NameKind.STREET and _in_street_context(reading, i))
    if not name.safe or (words.cased(i) and name.kind is not NameKind.LANDMARK):
        return False
    return _is_safe_in_lower_case(reading, i, match, name)


def _is_safe_in_lower_case(reading: Reading, i: int, match: Match, name: Name) -> bool:
    words, length = reading.words, match.stop - i
    if name.kind is NameKind.UNIT:
        return tuple(words.plain[i : match.stop]) in reading.lexicon.plain_names
    if name.kind is NameKind.STREET:
        return length >= 3 or (length == 2 and i > 0 and words.plain[i - 1] in word_set("near"))
    if name.kind is NameKind.LANDMARK:
        return length >= 3
    return length >= 2 and name.toned not in reading.lexicon.never_lower


def _belongs_to_longer(reading: Reading, i: int, stop: int, previous: Found | None) -> bool:
    """`Nguyễn Tân Bình`, `Công ty An Phú`, `Tân Bình Group`."""
    words = reading.words
    if i > 0 and words.joined(i - 1) and not (previous is not None and previous.stop == i):
        before = words.plain[i - 1]
        plain_word = before in word_set("near") or before[-1].isdecimal() or reading.opens(i - 1)
        if (words.cased(i - 1) and not plain_word) or before in word_set("businesses") or reading.titled(i):
            return True
    return words.joined(stop - 1) and words.cased(stop) and words.cased(i) and not reading.starts_other(stop)


def _in_street_context(reading: Reading, i: int) -> bool:
    words = reading.words
    if i == 0:
        return False
    masked = _MASKED.search(words.text, 0, words.starts[i]) is not None
    return masked or words.plain[i - 1] in word_set("along") or words.plain[i - 1][0].isdecimal()


def street_by_context(reading: Reading, i: int, previous: Found | None) -> Found | None:
    """A name in capitals that the lexicon does not hold, behind a house number, `trên`, `đoạn`, or beside a street."""
    words = reading.words
    if i == 0 or not words.cased(i) or reading.titled(i):
        return None
    numbered = reading.behind_number(i) and i > 1
    slashed = numbered and "/" in words.gap(i - 2)
    if not slashed and words.plain[i] not in word_set("surnames"):
        return None
    housed = numbered and words.plain[i - 2] in word_set("house")
    along = words.joined(i - 1) and words.plain[i - 1] in word_set("along")
    if not (slashed or housed or along or _is_beside_street(reading, i, previous)):
        return None
    stop = reading.capital_run(i)
    return Found(i, stop, Kind.STREET, name=words.key(i, stop)) if stop - i >= 2 else None


def _is_beside_street(reading: Reading, i: int, previous: Found | None) -> bool:
    if previous is None or previous.kind is not Kind.STREET or previous.stop != i:
        return False
    return _BESIDE.fullmatch(reading.words.gap(i - 1)) is not None
