"""Which unit a name means: decided by its type word, the date, and the other places of the text; doubt is kept as weights."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from langnghe.records import PlaceCandidate
from nlp.gazetteer import CITY, UnitKind, UnitTables
from nlp.placescan import LEVELS, Found, Kind
from nlp.words import Words

MERGED_AT = datetime(2025, 7, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
"""Resolution 1685/NQ-UBTVQH15: from here on the units of today."""
_TYPES = {
    "ward": ("Phường",),
    "commune": ("Xã",),
    "township": ("Thị trấn",),
    "special": ("Đặc khu",),
    "district": ("Quận",),
    "rural": ("Huyện",),
    "town": ("Thành phố",),
    "city": ("Thành phố",),
    "province": ("Tỉnh",),
}
_BELIEF = {
    # kind → weight (before, after) the merger, for a name with a ward's type word, and for a bare name
    "typed": {"n": (0.05, 3.0), "o": (1.0, 0.5), "d": (1.0, 1.0), "p": (1.0, 1.0)},
    "bare": {"n": (0.05, 2.0), "o": (1.0, 0.5), "d": (4.0, 3.0), "p": (8.0, 8.0)},
}
_OLD_HEADS = frozenset({"district", "rural", "town", "city"})
_WRONG_TYPE = 0.01
_BY_ALIAS = 0.3
_NEXT_DOOR, _SAME_TEXT = 50.0, 6.0
_NEXT_DOOR_WORDS = 4
_SAME_NAME = 6.0
"""`Bàu Bàng` in a text that also says `xã Bàu Bàng`."""
_SAME_DISTRICT = 3.0
_NO_DISTRICTS_NOW = 0.1
"""`phường X, quận Y` without a `cũ` is an address of the time when there were districts."""
_LEAST = 0.02
_MOST_CANDIDATES = 16


@dataclass(frozen=True, slots=True)
class Sense:
    candidates: tuple[PlaceCandidate, ...]
    units: tuple[PlaceCandidate, ...]


def make_sense(found: Sequence[Found], words: Words, tables: UnitTables, *, at: datetime | None) -> list[Sense]:
    """One for each place found, in the same order."""
    after = at is None or at >= MERGED_AT
    possible = [_possible(place, tables) for place in found]
    return [
        weighed({} if _is_elsewhere(i, found, tables) else _scores(i, found, possible, words, tables, after=after), tables)
        for i in range(len(found))
    ]


def weighed(scores: dict[str, float], tables: UnitTables) -> Sense:
    """Scores of codes as candidates with weights that add up to 1, and the units of today they lie in."""
    best = sorted(scores.items(), key=lambda item: -item[1])[:_MOST_CANDIDATES]
    total = sum(score for _, score in best)
    kept = [(code, score) for code, score in best if score >= _LEAST * total]
    candidates = _as_candidates(dict(kept), tables)
    units: dict[str, float] = defaultdict(float)
    for candidate in candidates:
        for heir, share in _units_of(candidate.code, tables).items():
            units[heir] += candidate.weight * share
    return Sense(candidates, _as_candidates(units, tables))


def _as_candidates(scores: dict[str, float], tables: UnitTables) -> tuple[PlaceCandidate, ...]:
    total = sum(scores.values())
    ranked = sorted(scores.items(), key=lambda item: -item[1])
    return tuple(
        PlaceCandidate(code=code, name=display_name(code, tables), weight=round(score / total, 6))
        for code, score in ranked
    )


def display_name(code: str, tables: UnitTables) -> str:
    """A name that stands by itself: an old ward with its district, what no longer exists with `cũ`."""
    unit = tables.units[code]
    if unit.kind in (UnitKind.CITY, UnitKind.UNIT):
        return unit.name
    if unit.kind is UnitKind.WARD and unit.parent:
        return f"{unit.name}, {tables.units[unit.parent].name} (cũ)"
    return f"{unit.name} (cũ)"


def _units_of(code: str, tables: UnitTables) -> dict[str, float]:
    """Too wide a place — the city, an old province — lies in no unit."""
    if code.startswith("n:"):
        return {code: 1.0}
    return tables.heirs[code] if code[0] in "od" else {}


def _possible(place: Found, tables: UnitTables) -> list[str]:
    if place.kind is not Kind.UNIT:
        return []
    level = LEVELS.get(place.head or "", "")
    return [code for code in place.codes if code == CITY or not level or code[0] in level]


def _scores(
    i: int, found: Sequence[Found], possible: Sequence[Sequence[str]], words: Words, tables: UnitTables, *, after: bool
) -> dict[str, float]:
    place = found[i]
    after = after and not _is_past(place, words)
    scores = {code: _belief(code, place, tables, after=after) for code in possible[i]}
    if len(scores) < 2:
        return scores
    near: dict[str, float] = defaultdict(lambda: 1.0)
    for k, other in enumerate(found):
        if k == i or not possible[k] or CITY in possible[k]:
            continue
        if other.name == place.name:
            if other.head and not place.head:
                near |= {code: _SAME_NAME for code in scores if _is_typed(code, other, tables)}
            continue
        next_door = 0 <= other.first - place.stop < _NEXT_DOOR_WORDS or 0 <= place.first - other.stop < 2
        for code in scores:
            strength = _nearness(code, possible[k], tables, next_door=next_door)
            if next_door and code[0] == "n" and other.head in _OLD_HEADS and not _is_past(other, words):
                strength *= _NO_DISTRICTS_NOW
            near[code] = max(near[code], strength)
    return {code: score * near[code] for code, score in scores.items()}


def _is_typed(code: str, place: Found, tables: UnitTables) -> bool:
    return place.head is not None and tables.units[code].type_word in _TYPES[place.head] and code[0] in "nd"


def _is_past(place: Found, words: Words) -> bool:
    """`phường 13 cũ`; `(trước đây thuộc P.4, Q.8)`."""
    if words.toned[place.stop : place.stop + 1] == ["cũ"]:
        return True
    before = words.toned[max(0, place.first - 3) : place.first]
    return "đây" in before and "trước" in before


def _nearness(code: str, others: Sequence[str], tables: UnitTables, *, next_door: bool) -> float:
    if any(_related(code, other, tables) for other in others):
        return _NEXT_DOOR if next_door else _SAME_TEXT
    if any(_districts(code, tables) & _districts(other, tables) for other in others):
        return _SAME_DISTRICT
    return 1.0


def _belief(code: str, place: Found, tables: UnitTables, *, after: bool) -> float:
    if code == CITY:
        return 1.0
    unit = tables.units[code]
    belief = _BELIEF["typed" if place.head else "bare"][code[0]][after]
    if place.head and unit.type_word not in _TYPES[place.head]:
        belief *= _WRONG_TYPE
    if (place.name and place.name in unit.aliases) or code in tables.earlier and place.head != "district":
        belief *= _BY_ALIAS
    return belief


def _related(code: str, other: str, tables: UnitTables) -> bool:
    """One lies in the other, in either era."""
    if code == other or other in _above(code, tables) or code in _above(other, tables):
        return True
    return code in tables.heirs.get(other, ()) or other in tables.heirs.get(code, ())


def _districts(code: str, tables: UnitTables) -> frozenset[str]:
    """The old districts that a ward, unit or district lies in."""
    if code[0] == "d":
        return frozenset({code})
    if code[0] == "o":
        return frozenset({tables.units[code].parent or ""})
    return tables.districts.get(code, frozenset())


def _above(code: str, tables: UnitTables) -> list[str]:
    above = []
    parent = tables.units[code].parent
    while parent and parent != CITY:
        above.append(parent)
        parent = tables.units[parent].parent
    return above


def _is_elsewhere(i: int, found: Sequence[Found], tables: UnitTables) -> bool:
    """`phường Phú Mỹ, Hải Phòng`; or only another province is named, and it has a unit of this name."""
    place = found[i]
    if place.kind is not Kind.UNIT or CITY in place.codes or place.head in ("province", "city"):
        return False
    behind = next((other for other in found[i + 1 :] if other.first - place.stop < 3), None)
    if place.head and behind and behind.kind is Kind.OUTSIDE and behind.head in (None, "province", "city"):
        return True
    provinces = {_glued(other.name) for other in found if other.kind is Kind.OUTSIDE}
    return any(_holds(province, place, tables) for province in provinces) and not any(
        other.kind is Kind.UNIT and k != i and not any(_holds(province, other, tables) for province in provinces)
        for k, other in enumerate(found)
    )


def _holds(province: str, place: Found, tables: UnitTables) -> bool:
    return province in tables.elsewhere.get(_glued(place.name), ())


def _glued(name: str) -> str:
    return name.replace(" ", "").replace("-", "")
