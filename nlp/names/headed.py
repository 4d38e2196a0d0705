"""Places behind a type word: `phường X`, `Q.7`, `đường X`, `hẻm 41 X`, `chợ X`, `Trường THPT X`."""

import re

from nlp.names.found import LEVELS, Found, Kind
from nlp.names.gazetteer import CITY
from nlp.names.lexicon import Head, Match, NameKind, is_city
from nlp.names.reading import Reading, word_set

_COMPACT = re.compile(r"([pqf])0?(\d{1,2})")
_ROAD_CODE = re.compile(r"(?:ql|tl|hl|dt|dh|d|n|c|ta|lk)\d{1,3}[a-z]?")
_DOTTED = re.compile(r"[^\S\n]?\.?[^\S\n]?")
_WIDEST_NUMBER = {"ward": 28, "district": 12}
_SHORT_HEADS = frozenset({"p", "f", "x", "q", "h", "tt", "tx", "d", "dg", "cc", "to", "ho"})
"""Mean something else too, unless a dot, a capital or a number follows."""
_DOTTED_HEADS = _SHORT_HEADS | {"tp", "kp", "ql", "tl", "hl", "dt", "dh", "kdc", "kcn", "kcx", "kdt", "bv"}
_NEED_NUMBER = frozenset({"ql", "tl", "hl", "dt", "to", "kp"})
_ROAD_WORDS = frozenset({"vanh", "quoc", "xa", "tinh", "ven"})
_DIRECTIONS = frozenset({"dong", "tay", "nam", "bac"})
_PAIRS = frozenset(
    {"giao lộ", "ngã ba", "ngã tư", "ngã năm", "ngã sáu", "nút giao", "góc", "góc đường", "hầm chui", "kênh", "cảng"}
    | {"bán đảo", "tuyến metro", "metro", "nhà máy xử lý nước thải", "rạch"}
)
"""Landmarks named after two places: `ngã tư Cao Thắng - Võ Văn Tần`."""
_HOUSED = frozenset({"chung cư", "cc", "nhà tập thể", "cư xá", "khu tập thể", "tòa nhà"})
"""A house number may stand in front of their name: `chung cư 727 Trần Hưng Đạo`."""
_COUNTED_HEADS = frozenset({"số", "metro", "phố"})


def compact_unit(reading: Reading, i: int) -> Found | None:
    """`P4`, `q7`."""
    match = _COMPACT.fullmatch(reading.words.plain[i])
    if not match:
        return None
    kind = "district" if match[1] == "q" else "ward"
    if not 1 <= int(match[2]) <= _WIDEST_NUMBER[kind] or _is_quarter_or_code(reading, i, match[1]):
        return None
    return _numbered_unit(reading, i, i + 1, kind, match[2])


def _is_quarter_or_code(reading: Reading, i: int, letter: str) -> bool:
    """`Q1/2026` is a quarter of a year; `F1` is a ward only in front of a district."""
    words = reading.words
    if letter == "q":
        return words.gap(i).startswith(("/", "-")) and i + 1 < len(words) and words.plain[i + 1].startswith("20")
    district = ("go", "binh", "tan", "phu")
    return letter == "f" and not any(w[0] == "q" or w in district for w in words.plain[i + 1 : i + 4])


def _numbered_unit(reading: Reading, first: int, stop: int, kind: str, number: str) -> Found:
    number = number.lstrip("0")
    return Found(first, stop, Kind.UNIT, reading.lexicon.numbers.get(number, ()), kind, number)


def headed(reading: Reading, i: int, j: int, head: Head) -> list[Found]:
    """The place whose type word stands at i..j, and what lies inside its name; empty where none follows."""
    if j >= len(reading.words) or not _head_fits(reading, i, j, head):
        return []
    if head.is_unit:
        unit = _unit(reading, i, j, head.kind)
        return [unit] if unit else []
    if head.kind == "street":
        street = _street(reading, i, j)
        return [street] if street else []
    if head.kind in ("numbered_street", "road", "alley", "hamlet"):
        return _numbered(reading, i, j, head.kind)
    return _landmark(reading, i, j, head)


def _head_fits(reading: Reading, i: int, j: int, head: Head) -> bool:
    words = reading.words
    if reading.part_of_word(i):
        return False
    if "." in words.gap(j - 1) and words.plain[j - 1] not in _DOTTED_HEADS:
        return False
    if words.toned[i:j] != list(head.toned):
        numbered = head.kind in _WIDEST_NUMBER and len(words.plain[i]) > 2 and words.plain[j].isdecimal()
        sure = words.unmarked or numbered
        return sure and words.plain[i:j] == words.toned[i:j]
    if j - i > 1 or not words.cased(i) or reading.opens(i):
        return True
    in_name = words.joined(i - 1) and words.cased(i - 1) and not reading.opens(i - 1) and len(head.toned[0]) > 2
    return not in_name and head.toned[0] != "hồ"


def _unit(reading: Reading, i: int, j: int, kind: str) -> Found | None:
    words = reading.words
    if not _DOTTED.fullmatch(words.gap(j - 1)):
        return None
    if words.plain[j].isdecimal():
        fits = 1 <= int(words.plain[j]) <= _WIDEST_NUMBER.get(kind, 0) and not _goes_on_in_digits(reading, j)
        return _numbered_unit(reading, i, j + 1, kind, words.plain[j]) if fits else None
    is_short = words.plain[j - 1] in _SHORT_HEADS
    if is_short and (len(words.plain[j]) == 1 or ("." not in words.gap(j - 1) and not words.cased(j))):
        return None
    return _named_unit(reading, i, j, kind, loose=not is_short or "." in words.gap(j - 1))


def _goes_on_in_digits(reading: Reading, j: int) -> bool:
    """`phường 4/5`, `quận 10%`; not so `P.12/Q.Gò Vấp`."""
    words = reading.words
    gap = words.gap(j)
    return gap.startswith("%") or (gap.startswith("/") and j + 1 < len(words) and words.plain[j + 1][0].isdecimal())


def _named_unit(reading: Reading, i: int, j: int, kind: str, *, loose: bool) -> Found | None:
    """`loose`: the type word is sure enough for a name that the lexicon does not hold."""
    words = reading.words
    match = reading.lexicon.name_at(words, j)
    run = reading.capital_run(j, dashes=kind in ("ward", "province"))
    if match and (match.exact or words.unmarked or words.cased(j)):
        codes = tuple(code for code in match.codes() if code[0] in LEVELS[kind])
        if codes and (run <= match.stop or reading.starts_other(match.stop)):
            return Found(i, match.stop, Kind.UNIT, codes, kind, words.key(j, match.stop))
        if loose and match.stop >= run and match.has(NameKind.OUTSIDE):
            return Found(i, match.stop, Kind.OUTSIDE, (), kind, words.key(j, match.stop))
    person = run - j > 2 and words.plain[j] in word_set("surnames")
    if loose and run > j and kind not in ("city", "province") and not person:
        return Found(i, run, Kind.OUTSIDE, (), kind, words.key(j, run))
    return None


def _street(reading: Reading, i: int, j: int) -> Found | None:
    """The name without its type word, unless a number is the name: `đường số 7`, `đường D2`."""
    words = reading.words
    if not _DOTTED.fullmatch(words.gap(j - 1)) or _is_other_head(reading, j):
        return None
    match = reading.lexicon.name_at(words, j)
    run = reading.capital_run(j)
    if match and is_city(match):
        return None
    if match and match.stop >= run and (words.cased(j) or match.stop - j > 1):
        longer = words.toned[match.stop : match.stop + 2] == ["nối", "dài"]
        stop = match.stop + 2 if longer else match.stop
        return Found(j, stop, Kind.STREET, name=words.key(j, stop))
    if run > j and not words.plain[j][-1].isdecimal():
        return Found(j, run, Kind.STREET, name=words.key(j, run))
    if words.plain[j][0].isdecimal() or _ROAD_CODE.fullmatch(words.plain[j]):
        end = reading.number(j)
        return Found(i, end, Kind.STREET, name=words.key(i, end)) if end else None
    return None


def _is_other_head(reading: Reading, j: int) -> bool:
    """`đường vành đai 3`, `đường hẻm`: another type word follows."""
    words = reading.words
    inner = reading.lexicon.head_at(words, j)
    other = inner is not None and inner[1].kind in ("road", "alley", "landmark") and not words.capital[j]
    return other or words.plain[j] in _ROAD_WORDS


def _numbered(reading: Reading, i: int, j: int, kind: str) -> list[Found]:
    """Roads, alleys and hamlets: a number, a name, or a number and a name."""
    words = reading.words
    if not _DOTTED.fullmatch(words.gap(j - 1)):
        return []
    end = reading.number(j)
    if end is None:
        if words.plain[j][0].isdecimal() or words.plain[j - 1] in _NEED_NUMBER:
            return []
        if kind == "alley" or (words.plain[i:j] == ["dai", "lo"] and _is_known_street(reading, j)):
            street = _street(reading, i, j)
            return [street] if street else []
        end = reading.name_end(j, dashes=kind == "road")
    elif kind == "alley" and words.joined(end - 1):
        skip = int(words.plain[end] == "duong")
        end = reading.name_end(end + skip) or end
    if end is None:
        return []
    found = Found(i, end, Kind.LANDMARK if kind in ("alley", "hamlet") else Kind.STREET, name=words.key(i, end))
    return [found, *_inside(reading, j, end)] if kind == "road" else [found]


def _is_known_street(reading: Reading, j: int) -> bool:
    match = reading.lexicon.name_at(reading.words, j)
    return match is not None and match.has(NameKind.STREET)


def _landmark(reading: Reading, i: int, j: int, head: Head) -> list[Found]:
    words = reading.words
    if not (words.joined(j - 1) or (words.gap(j - 1) == "." and words.plain[j - 1] in _DOTTED_HEADS)):
        return []
    if head.kind == "landmark":
        label = " ".join(head.toned)
        if _is_vague(reading, j, label):
            return []
        end = _landmark_end(reading, j, label)
        if end and label in ("góc", "góc đường") and "-" not in words.surface(j, end):
            return [Found(j, end, Kind.STREET, name=words.key(j, end))]
    else:
        end = _institution_end(reading, j, head.kind)
    if end is None:
        return []
    return [Found(i, end, Kind.LANDMARK, head=head.kind, name=words.key(j, end)), *_inside(reading, j, end)]


def _is_vague(reading: Reading, j: int, label: str) -> bool:
    """`khu Dĩ An`, `khu Nam`, `chung cư Bình Dương`: the unit is the place."""
    words = reading.words
    if label == "khu" and (words.plain[j] in _DIRECTIONS or len(words.plain[j]) == 1):
        return True
    match: Match | None = reading.lexicon.name_at(words, j)
    codes = match.codes() if match else ()
    return (label in ("khu", "nhà ở xã hội") and bool(codes)) or (
        label == "chung cư" and any(code[0] == "p" for code in codes)
    )


def _landmark_end(reading: Reading, j: int, label: str) -> int | None:
    words = reading.words
    house = reading.number(j) if label in _HOUSED else None
    end = reading.name_end(house if house and words.joined(house - 1) else j, dashes=label in _PAIRS)
    if end is None and (
        reading.dated(j) or (words.plain[j].isdecimal() and label.rsplit(maxsplit=1)[-1] in _COUNTED_HEADS)
    ):
        return reading.number(j)
    if end and label == "bến xe" and words.joined(end - 1) and words.toned[end] in ("mới", "cũ"):
        return end + 1
    return end


def _institution_end(reading: Reading, j: int, kind: str) -> int | None:
    words = reading.words
    if kind == "hall" and reading.dated(j):
        return reading.number(j)
    stop = max(reading.institution_run(j), reading.name_end(j) or j)
    city = reading.lexicon.name_at(words, j)
    if city and is_city(city) and stop == city.stop:
        return None
    unit = reading.lexicon.head_at(words, stop) if stop < len(words) and words.joined(stop - 1) else None
    if unit and unit[1].is_unit and (named := headed(reading, stop, *unit)):
        return named[0].stop
    proper = words.unmarked or any(words.cased(k) or words.plain[k].isdecimal() for k in range(j, stop))
    return stop if stop > j and proper else None


def _inside(reading: Reading, j: int, stop: int) -> list[Found]:
    """The city, and units with their type word, inside a longer name."""
    found: list[Found] = []
    while j < stop:
        inner = _inner(reading, j)
        if inner and inner.stop <= stop:
            found.append(inner)
        j = inner.stop if inner else j + 1
    return found


def _inner(reading: Reading, j: int) -> Found | None:
    words = reading.words
    name = reading.lexicon.name_at(words, j)
    if name and is_city(name) and words.plain[j] != "sai":
        return Found(j, name.stop, Kind.UNIT, (CITY,))
    head = reading.lexicon.head_at(words, j)
    units = headed(reading, j, *head) if head and head[1].is_unit else []
    return units[0] if units else None
