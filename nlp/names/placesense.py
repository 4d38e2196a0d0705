"""Which unit a name means: by its type word, the date, the other places of the text; doubt is kept as weights."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from langnghe.records import PlaceCandidate
from nlp.names.found import LEVELS, Found, Kind
from nlp.names.gazetteer import CITY, UnitKind, UnitTables
from nlp.names.words import Words

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
_NEXT_DOOR, _SAME_TEXT = 200.0, 6.0
_NEXT_DOOR_WORDS = 4
_WINDOW = 20
"""So many places before and behind are looked at."""
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
    contexts = [
        Context(place, [*found[max(0, i - _WINDOW) : i], *found[i + 1 : i + 1 + _WINDOW]], words, tables, after)
        for i, place in enumerate(found)
    ]
    return [weighed(tuple(context.scores().items()), tables) for context in contexts]


@lru_cache(maxsize=4096)
def weighed(scores: tuple[tuple[str, float], ...], tables: UnitTables) -> Sense:
    """Scores of codes as candidates with weights that add up to 1, and the units of today they lie in."""
    best = sorted(scores, key=lambda item: -item[1])[:_MOST_CANDIDATES]
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


def _possible(place: Found) -> list[str]:
    """The units of the right level that bear the name."""
    if place.kind is not Kind.UNIT:
        return []
    level = LEVELS.get(place.head or "", "")
    return [code for code in place.codes if code == CITY or not level or code[0] in level]


@dataclass(frozen=True, slots=True)
class Context:
    """One place and the others named around it."""

    place: Found
    others: list[Found]
    words: Words
    tables: UnitTables
    after: bool
    """Written since the merger."""

    def scores(self) -> dict[str, float]:
        """Belief in each unit that may be meant; empty for a place elsewhere, a street, a landmark."""
        possible = _possible(self.place)
        if not possible or self._is_elsewhere():
            return {}
        after = self.after and not self._is_past(self.place)
        scores = {code: _belief(code, self.place, self.tables, after=after) for code in possible}
        if len(scores) > 1:
            for other in self.others:
                self._weigh_by(other, scores)
        return scores

    def _weigh_by(self, other: Found, scores: dict[str, float]) -> None:
        possible = _possible(other)
        if not possible or CITY in possible:
            return
        if other.name == self.place.name and other.head and not self.place.head:
            likely = {code: _SAME_NAME for code in scores if self._is_typed(code, other)}
        elif len(possible) < len(scores) or set(possible) != set(scores):
            likely = {code: self._nearness(code, other, possible) for code in scores}
        else:
            return
        for code, strength in likely.items():
            scores[code] *= strength

    def _nearness(self, code: str, other: Found, possible: Sequence[str]) -> float:
        next_door = self._is_next_door(other)
        if any(_related(code, anchor, self.tables) for anchor in possible):
            today = next_door and code[0] == "n" and other.head in _OLD_HEADS and not self._is_past(other)
            return (_NEXT_DOOR if next_door else _SAME_TEXT) * (_NO_DISTRICTS_NOW if today else 1)
        districts = _districts(code, self.tables)
        return _SAME_DISTRICT if any(districts & _districts(anchor, self.tables) for anchor in possible) else 1.0

    def _is_next_door(self, other: Found) -> bool:
        """`phường 4, quận 5`: what follows at once counts before what stands in front."""
        if 0 <= other.first - self.place.stop < _NEXT_DOOR_WORDS:
            return True
        behind = (o for o in self.others if 0 <= o.first - self.place.stop < _NEXT_DOOR_WORDS)
        return 0 <= self.place.first - other.stop < 2 and not any(o.head in _OLD_HEADS for o in behind)

    def _is_typed(self, code: str, other: Found) -> bool:
        unit = self.tables.units[code]
        return other.head is not None and unit.type_word in _TYPES[other.head] and code[0] in "nd"

    def _is_past(self, place: Found) -> bool:
        """`phường 13 cũ`; `(trước đây thuộc P.4, Q.8)`."""
        if self.words.toned[place.stop : place.stop + 1] == ["cũ"]:
            return True
        before = self.words.toned[max(0, place.first - 3) : place.first]
        return "đây" in before and "trước" in before

    def _is_elsewhere(self) -> bool:
        """`phường Phú Mỹ, Hải Phòng`; or only another province is named, and it has a unit of this name."""
        place = self.place
        if CITY in place.codes or place.head in ("province", "city"):
            return False
        outside = [other for other in self.others if other.kind is Kind.OUTSIDE]
        behind = [other for other in outside if 0 <= other.first - place.stop < 3]
        if place.head and any(other.head in (None, "province", "city") for other in behind):
            return True
        provinces = {_glued(other.name) for other in outside}
        if not self._holds(provinces, place):
            return False
        return not any(other.kind is Kind.UNIT and not self._holds(provinces, other) for other in self.others)

    def _holds(self, provinces: set[str], place: Found) -> bool:
        return not provinces.isdisjoint(self.tables.elsewhere.get(_glued(place.name), ()))


def _belief(code: str, place: Found, tables: UnitTables, *, after: bool) -> float:
    if code == CITY:
        return 1.0
    unit = tables.units[code]
    belief = _BELIEF["typed" if place.head else "bare"][code[0]][after]
    if place.head and unit.type_word not in _TYPES[place.head]:
        belief *= _WRONG_TYPE
    if (place.name and place.name in unit.aliases) or (code in tables.earlier and place.head != "district"):
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


def _glued(name: str) -> str:
    return name.replace(" ", "").replace("-", "")
