"""Where a text names places: units with or without their type word, streets, alleys, landmarks.

Only surfaces and what they may mean; which unit is meant is decided in `nlp.placesense`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from nlp.gazetteer import CITY
from nlp.lexicon import Head, Lexicon, Match, Name, NameKind
from nlp.runs import COUNTED, SURNAMES, capital_run, institution_run, is_city
from nlp.words import Words

_COMPACT = re.compile(r"([pqf])0?(\d{1,2})")
_ROAD_CODE = re.compile(r"(?:ql|tl|hl|dt|dh|d|n|c|ta|lk)\d{1,3}[a-z]?")
_BIG_ROAD = re.compile(r"(?:ql|tl|dt)\d{1,3}[a-z]?")
_NUMBER = re.compile(r"[^\W\d_]{0,2}\d[^\W_]*(?:[/.\-][^\W_]{1,5})*")
_MEASURE = re.compile(r"\d+(?:m|m2|km|ha|h|k|tr|ty|g|p)")
_SPACES = re.compile(r"[^\S\n]{0,3}")
_DOTTED = re.compile(r"[^\S\n]?\.?[^\S\n]?")
_LISTED = re.compile(r"[^\S\n]?(?:[,–-]|và|với|giao)?[^\S\n]?")
_OPENS = re.compile(r"[.!?:\n\"“”'‘’(\[…|]\s*$")
_MASKED = re.compile(r"•[^\S\n]?$")
LEVELS = {
    "ward": "no",
    "commune": "no",
    "township": "no",
    "special": "nd",
    "district": "d",
    "rural": "d",
    "town": "d",
    "city": "dc",
    "province": "p",
}
"""Type word of a unit → the first letters of the codes it may mean."""
UNIT_HEADS = frozenset(LEVELS)
_WIDEST_NUMBER = {"ward": 28, "district": 12}
_SHORT_HEADS = frozenset({"p", "f", "x", "q", "h", "tt", "tx", "d", "dg", "cc", "to", "ho"})
_DOTTED_HEADS = frozenset({"tp", "kp", "ql", "tl", "hl", "dt", "dh", "kdc", "kcn", "kcx", "kdt", "bv", "cc"})
_NEED_NUMBER = frozenset({"ql", "tl", "hl", "dt", "to", "kp"})
_ALONG = frozenset("tren doc doan khuc goc mat".split())
_NEAR = frozenset("tren o tai ben doc doan khuc goc tu den ra ve khu gan ngoai qua giap so vo cuoi dau truoc".split())
_BUSINESSES = frozenset("ty cty tnhh hang san doan hieu an bao may clb quan nuoc luc".split())
_PAIRS = frozenset(
    {
        "giao lộ",
        "ngã ba",
        "ngã tư",
        "ngã năm",
        "ngã sáu",
        "nút giao",
        "góc",
        "góc đường",
        "hầm chui",
        "kênh",
        "cảng",
        "bán đảo",
        "tuyến metro",
        "metro",
        "nhà máy xử lý nước thải",
        "rạch",
    }
)
"""Landmarks named after two places: `ngã tư Cao Thắng - Võ Văn Tần`."""
_HOUSED = frozenset({"chung cư", "cc", "nhà tập thể", "cư xá", "khu tập thể", "tòa nhà"})


class Kind(StrEnum):
    UNIT = "unit"
    OUTSIDE = "outside"
    STREET = "street"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True)
class Found:
    first: int
    stop: int
    kind: Kind
    codes: tuple[str, ...] = ()
    head: str | None = None
    """Kind of the type word that stands in the text."""
    name: str = ""
    """Folded name alone."""


def scan(words: Words, lexicon: Lexicon) -> list[Found]:
    """In the order of the text; what lies inside a landmark's name (`chợ Thủ Đức, TP.HCM`) follows it."""
    scanner = _Scanner(words, lexicon)
    found: list[Found] = []
    i = 0
    plain, capital, n = words.plain, words.capital, len(words)
    names, heads = lexicon.names, lexicon.heads
    while i < n:
        key = plain[i]
        if key not in names and key not in heads and not capital[i] and key.isalpha():
            i += 1
            continue
        here = scanner.at(i, found[-1] if found else None)
        found += here
        i = here[0].stop if here else i + 1
    return found


def scan_at(words: Words, i: int, lexicon: Lexicon) -> Found | None:
    """The place that begins at syllable i."""
    found = _Scanner(words, lexicon).at(i, None)
    return found[0] if found and found[0].first == i else None


class _Scanner:
    def __init__(self, words: Words, lexicon: Lexicon) -> None:
        self.words = words
        self.lexicon = lexicon

    def at(self, i: int, previous: Found | None) -> list[Found]:
        words = self.words
        key = words.plain[i]
        name = self.lexicon.name_at(words, i) if key in self.lexicon.names else None
        if name and is_city(name) and not words.in_address(i, name.stop):
            return [Found(i, name.stop, Kind.UNIT, (CITY,))]
        if key[0] in "pqf" and (found := self._compact(i)):
            return [found]
        if key in self.lexicon.heads and not (name and self._bare(i, name, previous)):
            head = self.lexicon.head_at(words, i)
            if head and (headed := self._headed(i, *head)):
                return headed
        if key[-1].isdigit() or key[0].isdigit():
            if found := self._numeric(i):
                return [found]
        if name and (found := self._bare(i, name, previous)):
            return [found]
        return self._street_by_context(i, previous)

    # --- units -------------------------------------------------------------------------------------------------

    def _compact(self, i: int) -> Found | None:
        """`P4`, `q7`."""
        match = _COMPACT.fullmatch(self.words.plain[i])
        if not match:
            return None
        kind = "district" if match[1] == "q" else "ward"
        if not 1 <= int(match[2]) <= _WIDEST_NUMBER[kind] or self._is_quarter_or_code(i, match[1]):
            return None
        return self._numbered_unit(i, i + 1, kind, match[2])

    def _is_quarter_or_code(self, i: int, letter: str) -> bool:
        after = self.words.gap(i)
        if letter == "q":
            return after.startswith(("/", "-")) and i + 1 < len(self.words) and self.words.plain[i + 1].startswith("20")
        nearby = self.words.plain[i + 1 : i + 4]
        return letter == "f" and not any(w.startswith("q") or w in ("go", "binh", "tan", "phu") for w in nearby)

    def _numbered_unit(self, first: int, stop: int, kind: str, number: str) -> Found:
        codes = self.lexicon.numbers.get(number.lstrip("0"), ())
        return Found(first, stop, Kind.UNIT, codes, kind, number.lstrip("0"))

    def _unit(self, i: int, j: int, kind: str) -> list[Found]:
        words = self.words
        if j >= len(words) or not _DOTTED.fullmatch(words.gap(j - 1)):
            return []
        if words.plain[j].isdigit():
            widest = _WIDEST_NUMBER.get(kind, 0)
            fits = 1 <= int(words.plain[j]) <= widest and not words.gap(j).startswith(("/", "%"))
            return [self._numbered_unit(i, j + 1, kind, words.plain[j])] if fits else []
        short = words.plain[j - 1] in _SHORT_HEADS and "." not in words.gap(j - 1)
        if (short and not words.cased(j)) or (words.plain[j - 1] in _SHORT_HEADS and len(words.plain[j]) == 1):
            return []
        return self._named_unit(i, j, kind, short=short)

    def _named_unit(self, i: int, j: int, kind: str, *, short: bool) -> list[Found]:
        words = self.words
        match = self.lexicon.name_at(words, j)
        run = capital_run(words, self.lexicon, j, dashes=kind in ("ward", "province"))
        codes = tuple(code for code in _codes(match, NameKind.UNIT) if code[0] in LEVELS[kind])
        loose = match and not match.exact and not words.unmarked and not words.cased(j)
        if match and codes and not loose and (run <= match.stop or self._starts_other(match.stop)):
            return [Found(i, match.stop, Kind.UNIT, codes, kind, _plain(words, j, match.stop))]
        if (
            match
            and match.stop >= run
            and not short
            and (words.cased(j) or match.exact)
            and _has(match, NameKind.OUTSIDE)
        ):
            return [Found(i, match.stop, Kind.OUTSIDE, (), kind, _plain(words, j, match.stop))]
        if (
            run > j
            and not short
            and kind not in ("city", "province")
            and not (run - j > 2 and words.plain[j] in SURNAMES)
        ):
            return [Found(i, run, Kind.OUTSIDE, (), kind, _plain(words, j, run))]
        return []

    def _starts_other(self, i: int) -> bool:
        head = self.lexicon.head_at(self.words, i)
        if (
            head
            and self.words.toned[i : head[0]] == list(head[1].toned)
            and (head[1].kind in UNIT_HEADS or not self.words.capital[i])
        ):
            return True
        return self.lexicon.name_at(self.words, i) is not None

    # --- behind a type word ------------------------------------------------------------------------------------

    def _headed(self, i: int, j: int, head: Head) -> list[Found]:
        words = self.words
        if not self._head_fits(i, j, head) or j >= len(words):
            return []
        if head.kind in UNIT_HEADS:
            return self._unit(i, j, head.kind)
        if head.kind == "street":
            return self._street(i, j)
        if head.kind in ("numbered_street", "road", "alley", "hamlet"):
            return self._numbered(i, j, head.kind)
        return self._landmark(i, j, head)

    def _head_fits(self, i: int, j: int, head: Head) -> bool:
        words = self.words
        if i > 0 and words.joined(i - 1) and (words.toned[i - 1], head.toned[0]) in self.lexicon.compounds:
            return False
        if words.gap(j - 1).strip() == "." and words.plain[j - 1] not in _SHORT_HEADS | _DOTTED_HEADS:
            return False
        if words.toned[i:j] == list(head.toned):
            named = words.cased(i) and i > 0 and words.joined(i - 1) and words.cased(i - 1) and not self._opens(i - 1)
            return not (named and j - i == 1 and len(head.toned[0]) > 2) and not (
                head.toned[0] == "hồ" and j - i == 1 and words.cased(i) and not self._opens(i)
            )
        return words.unmarked and words.plain[i:j] == words.toned[i:j]

    def _street(self, i: int, j: int) -> list[Found]:
        words = self.words
        if not _DOTTED.fullmatch(words.gap(j - 1)):
            return []
        if (
            (inner := self.lexicon.head_at(words, j))
            and inner[1].kind in ("road", "alley", "landmark")
            and not words.capital[j]
            or words.plain[j] in ("vanh", "quoc", "xa", "tinh", "ven")
        ):
            return []
        match = self.lexicon.name_at(words, j)
        run = capital_run(words, self.lexicon, j)
        if match and is_city(match):
            return []
        if match and match.stop >= run and (words.cased(j) or match.stop - j > 1):
            stop = match.stop + 2 if words.toned[match.stop : match.stop + 2] == ["nối", "dài"] else match.stop
            return [Found(j, stop, Kind.STREET, name=_plain(words, j, stop))]
        if run > j and not words.plain[j][-1].isdigit():
            return [Found(j, run, Kind.STREET, name=_plain(words, j, run))]
        if words.plain[j][0].isdigit() or _ROAD_CODE.fullmatch(words.plain[j]):
            stop = self._number(j)
            return [Found(i, stop, Kind.STREET)] if stop and not self._counts(stop) else []
        return []

    def _counts(self, stop: int) -> bool:
        """`đường 4 lần`, `hẻm 1,2 mét`: the number counts or measures."""
        words = self.words
        if _MEASURE.fullmatch(words.plain[stop - 1]):
            return True
        return stop < len(words) and (
            (words.joined(stop - 1) and words.plain[stop] in COUNTED and not words.capital[stop])
            or (words.gap(stop - 1) == "," and words.plain[stop][0].isdigit())
        )

    def _number(self, j: int) -> int | None:
        """Index behind a number such as `7`, `1806/127/2A`, `2-9`, `C7B` at syllable j."""
        words = self.words
        match = _NUMBER.match(words.text, words.starts[j])
        if not match:
            return None
        stop = j
        while stop < len(words) and words.ends[stop] <= match.end():
            stop += 1
        return stop if stop > j else None

    def _numbered(self, i: int, j: int, kind: str) -> list[Found]:
        """Roads, alleys and hamlets: a number, a name, or a number and a name."""
        words = self.words
        if not _DOTTED.fullmatch(words.gap(j - 1)):
            return []
        stop = self._number(j)
        if stop and self._counts(stop):
            return []
        if (
            kind == "road"
            and words.plain[j - 1] == "lo"
            and words.plain[i] == "dai"
            and (street := self._street(i, j))
            and self._known_street(j)
        ):
            return street
        if stop is None and words.plain[j - 1] in _NEED_NUMBER:
            return []
        if kind == "alley" and stop is None:
            return self._street(i, j)
        if stop is None or (kind == "alley" and words.joined(stop - 1)):
            skip = 1 if stop and stop < len(words) and words.toned[stop] in ("đường", "duong") else 0
            stop = self._name_end(stop + skip if stop else j, dashes=kind == "road") or stop
        if stop is None:
            return []
        wide = Kind.STREET if kind in ("road", "numbered_street") else Kind.LANDMARK
        found = [Found(i, stop, wide, name=_plain(words, i, stop))]
        return found + (self._inside(j, stop) if kind == "road" else [])

    def _known_street(self, j: int) -> bool:
        match = self.lexicon.name_at(self.words, j)
        return match is not None and _has(match, NameKind.STREET)

    def _name_end(self, j: int, *, dashes: bool = False) -> int | None:
        words = self.words
        if j >= len(words):
            return None
        match = self.lexicon.name_at(words, j)
        run = capital_run(words, self.lexicon, j, dashes=dashes)
        if match and match.stop >= run and (words.cased(j) or (match.stop - j > 1 and (match.exact or words.unmarked))):
            return match.stop
        return run if run > j else None

    def _landmark(self, i: int, j: int, head: Head) -> list[Found]:
        words = self.words
        if not (words.joined(j - 1) or (words.gap(j - 1) == "." and words.plain[j - 1] in _SHORT_HEADS)):
            return []
        label = " ".join(head.toned)
        if label == "khu" and words.plain[j] in ("dong", "tay", "nam", "bac"):
            return []
        if label in ("khu", "nhà ở xã hội", "chung cư") and (unit := self.lexicon.name_at(words, j)):
            codes = _codes(unit, NameKind.UNIT)
            if codes and (label != "chung cư" or any(code[0] == "p" for code in codes)):
                return []
        if head.kind != "landmark":
            stop = self._institution(j, head.kind)
        else:
            numbered = self._number(j) if label in _HOUSED else None
            stop = self._name_end(numbered if numbered and words.joined(numbered - 1) else j, dashes=label in _PAIRS)
            if stop is None and (
                words.plain[j].isdigit() and head.toned[-1] in ("số", "metro", "phố") or _dated(words, j)
            ):
                stop = self._number(j)
            if stop and label == "bến xe" and words.joined(stop - 1) and words.toned[stop] in ("mới", "cũ"):
                stop += 1
            if stop and label in ("góc", "góc đường") and "-" not in words.text[words.starts[j] : words.ends[stop - 1]]:
                return [Found(j, stop, Kind.STREET, name=_plain(words, j, stop))]
            if stop == j + 1 and len(words.plain[j]) == 1 and "khu" in head.toned and len(head.toned) == 1:
                return []
        if stop is None:
            return []
        return [Found(i, stop, Kind.LANDMARK, head=head.kind, name=_plain(words, j, stop)), *self._inside(j, stop)]

    def _institution(self, j: int, kind: str) -> int | None:
        if kind == "hall" and _dated(self.words, j):
            return self._number(j)
        city = self.lexicon.name_at(self.words, j)
        stop = max(institution_run(self.words, self.lexicon, j), self._name_end(j) or j)
        if city and is_city(city) and stop == city.stop:
            return None
        linked = stop < len(self.words) and self.words.joined(stop - 1)
        unit = self.lexicon.head_at(self.words, stop) if linked else None
        if unit and unit[1].kind in UNIT_HEADS and (named := self._headed(stop, *unit)):
            return named[0].stop
        return (
            stop
            if stop > j
            and any(self.words.cased(k) or self.words.plain[k].isdigit() for k in range(j, stop))
            or (stop > j and self.words.unmarked)
            else None
        )

    def _inside(self, j: int, stop: int) -> list[Found]:
        """The city, and units with their type word, inside a longer name."""
        found: list[Found] = []
        while j < stop:
            name = self.lexicon.name_at(self.words, j)
            head = self.lexicon.head_at(self.words, j)
            if name and is_city(name) and name.stop <= stop and self.words.plain[j] != "sai":
                found.append(Found(j, name.stop, Kind.UNIT, (CITY,)))
                j = name.stop
                continue
            if head and head[1].kind in UNIT_HEADS and (unit := self._headed(j, *head)) and unit[0].stop <= stop:
                found += unit
                j = unit[0].stop
                continue
            j += 1
        return found

    # --- without a type word -----------------------------------------------------------------------------------

    def _numeric(self, i: int) -> Found | None:
        """`QL13`, `ĐT743`; a house number in front of a street."""
        words = self.words
        if _BIG_ROAD.fullmatch(words.plain[i]) and words.capital[i]:
            return Found(i, i + 1, Kind.STREET, name=words.plain[i])
        return None

    def _bare(self, i: int, match: Match, previous: Found | None) -> Found | None:
        words, stop = self.words, match.stop
        cased = all(words.capital[k] or words.plain[k][0].isdigit() for k in range(i, stop)) and not words.shouting
        adjacent = previous is not None and previous.stop == i
        if self._belongs_to_longer(i, stop, adjacent=adjacent):
            return None
        for name in sorted(match.names, key=lambda n: self._preference(i, match, n)):
            if self._acceptable(i, match, name, cased=cased):
                codes = _codes(match, NameKind.UNIT) if name.kind is NameKind.UNIT else ()
                return Found(i, stop, Kind(name.kind.value), codes, name=_plain(words, i, stop))
        return None

    def _preference(self, i: int, match: Match, name: Name) -> int:
        """What a bare name is taken for first: a ward is not meant by the name of a province or of a street's hero."""
        if name.kind is NameKind.STREET and i > 0 and self.words.joined(i - 1) and self.words.plain[i - 1][0].isdigit():
            return -1
        levels = {code[0] for code in _codes(match, NameKind.UNIT)}
        if name.kind is NameKind.OUTSIDE:
            return 0 if not levels & {"d", "p", "c"} else 3
        if name.kind is NameKind.STREET:
            return 1 if levels == {"o"} and match.stop - i > 2 else 4
        return 1 if name.kind is NameKind.LANDMARK and not levels else 2

    def _acceptable(self, i: int, match: Match, name: Name, *, cased: bool) -> bool:
        words = self.words
        if all(words.plain[k][0].isdigit() for k in range(i, match.stop)):
            return False
        if cased and (match.exact or words.unmarked):
            return name.safe or (name.kind is NameKind.STREET and self._in_street_context(i))
        if (
            not name.safe
            or not (match.exact or words.unmarked)
            or (words.cased(i) and not cased and name.kind is not NameKind.LANDMARK)
        ):
            return False
        length = match.stop - i
        if name.kind is NameKind.UNIT:
            return tuple(words.plain[i : match.stop]) in self.lexicon.plain_names
        if name.kind is NameKind.STREET:
            return length >= 3 or (length == 2 and i > 0 and words.plain[i - 1] in _NEAR)
        if name.kind is NameKind.LANDMARK:
            return length >= 3 and (match.exact or words.unmarked)
        return length >= 2 and name.toned not in self.lexicon.never_lower

    def _belongs_to_longer(self, i: int, stop: int, *, adjacent: bool) -> bool:
        words = self.words
        if i > 0 and words.joined(i - 1) and not adjacent:
            if (
                words.cased(i - 1)
                and not self._opens(i - 1)
                and words.plain[i - 1] not in _NEAR
                and not words.plain[i - 1][-1].isdigit()
            ):
                return True
            if words.plain[i - 1] in _BUSINESSES or self._titled(i):
                return True
        if words.joined(stop - 1) and words.cased(stop) and words.cased(i):
            return not self._starts_other(stop)
        return False

    def _titled(self, i: int) -> bool:
        """A title stands in front: what follows is a person."""
        before = self.words.plain[max(0, i - 3) : i]
        return any(tuple(before[-n:]) in self.lexicon.titles for n in (1, 2, 3) if len(before) >= n)

    def _opens(self, i: int) -> bool:
        """Syllable i begins a sentence, so that its capital says nothing."""
        return i == 0 or _OPENS.search(self.words.gap(i - 1)) is not None

    def _in_street_context(self, i: int) -> bool:
        words = self.words
        if i == 0:
            return False
        return (
            words.plain[i - 1] in _ALONG
            or words.plain[i - 1][0].isdigit()
            or bool(_MASKED.search(words.text, 0, words.starts[i]))
        )

    def _street_by_context(self, i: int, previous: Found | None) -> list[Found]:
        """A name in capitals behind a house number, `trên`, `đoạn`, or next to another street."""
        words = self.words
        if not words.cased(i) or i == 0 or self._titled(i):
            return []
        if words.plain[i] not in SURNAMES and not (
            i > 1 and "/" in words.gap(i - 2) and words.plain[i - 1][0].isdigit() and words.joined(i - 1)
        ):
            return []
        stop = capital_run(words, self.lexicon, i)
        beside = (
            previous is not None
            and previous.kind is Kind.STREET
            and previous.stop == i
            and _LISTED.fullmatch(words.gap(i - 1))
        )
        housed = words.joined(i - 1) and (
            "/" in words.gap(i - 2) if i > 1 and words.plain[i - 1][0].isdigit() else False
        )
        along = words.joined(i - 1) and words.plain[i - 1] in _ALONG
        numbered = (
            words.joined(i - 1)
            and i > 1
            and words.plain[i - 1][0].isdigit()
            and words.plain[i - 2] in ("so", "nha", "tai")
        )
        if stop - i >= 2 and (beside or along or housed or numbered):
            return [Found(i, stop, Kind.STREET, name=_plain(words, i, stop))]
        return []




def _codes(match: Match | None, kind: NameKind) -> tuple[str, ...]:
    if match is None:
        return ()
    return tuple(dict.fromkeys(code for name in match.names if name.kind is kind for code in name.codes))


def _has(match: Match, kind: NameKind) -> bool:
    return any(name.kind is kind for name in match.names)


def _plain(words: Words, first: int, stop: int) -> str:
    return " ".join(words.plain[first:stop])


def _dated(words: Words, j: int) -> bool:
    """`công viên 23/9`, `cầu 30/4`."""
    return (
        words.plain[j].isdigit() and words.gap(j) in ("/", "-") and j + 1 < len(words) and words.plain[j + 1].isdigit()
    )
