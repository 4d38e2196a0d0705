"""Where a text names a public body: an alias of the table, or a pattern such as `UBND phường X`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nlp.names.found import Found, Kind
from nlp.names.gazetteer import CITY
from nlp.names.lexicon import Lexicon, folded_key, is_city, syllables
from nlp.names.placescan import places_at
from nlp.names.reading import Reading, word_set
from nlp.names.words import Words, same_syllable

_END = "\0"
_TIGHT = re.compile(r"[^\S\n]?[-–&.,]?[^\S\n]?")
_CHAIN = re.compile(r"[^\S\n]?(?:[-–][^\S\n]?)?")
_HOTLINES = frozenset({"113", "114", "115", "1022"})
_CITY_WORDS = frozenset({"tp", "thành"})
_OUTER = frozenset({"công", "sở", "bộ", "ubnd", "ủy"})
"""What a part of a larger body is named with: `Phòng Cảnh sát hình sự` + `Công an TP.HCM`."""
_DEEPEST = 2

Trie = dict[str, Any]


class Group(StrEnum):
    TABLE = "table"
    WITH_UNIT = "with_unit"
    ALONE = "alone"
    NAMED = "named"
    INSTITUTION = "institution"
    """A hospital or school that the table need not hold."""


@dataclass(frozen=True, slots=True)
class Alias:
    written: str
    toned: tuple[str, ...]
    code: str | None
    group: Group
    needs_city: bool
    """Means the body of the city only with the city's name behind it."""
    acronym: bool


@dataclass(frozen=True, slots=True)
class Body:
    first: int
    stop: int
    alias: Alias
    tail: Found | None = None
    """The unit, level or city that follows the alias."""
    code: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyLexicon:
    trie: Trie
    places: Lexicon
    levels: frozenset[tuple[str, ...]]
    capital_only: frozenset[tuple[str, ...]]
    never_behind: frozenset[str]
    asked: Mapping[tuple[str, ...], frozenset[str]]
    """Aliases that are a body only behind one of these words, or with a tail."""


def make_alias(written: str, code: str | None, group: Group, *, needs_city: bool = False) -> Alias:
    acronym = all(char.isupper() for char in written if char.isalpha())
    return Alias(written, syllables(written), code, group, needs_city, acronym)


def add_alias(trie: Trie, alias: Alias) -> None:
    for syllable in folded_key(alias.toned):
        trie = trie.setdefault(syllable, {})
    trie.setdefault(_END, []).append(alias)


def scan_agencies(words: Words, lexicon: AgencyLexicon) -> list[Body]:
    scanner = _Scanner(words, lexicon, Reading(words, lexicon.places))
    found: list[Body] = []
    i = 0
    while i < len(words):
        body = scanner.chained_at(i)
        if body:
            found.append(body)
        i = body.stop if body else i + 1
    return found


@dataclass(frozen=True, slots=True)
class _Scanner:
    words: Words
    lexicon: AgencyLexicon
    reading: Reading

    def chained_at(self, i: int) -> Body | None:
        """`Phòng Cảnh sát hình sự Công an TP.HCM` is one body, and in the city."""
        words, body = self.words, self._body_at(i, depth=0)
        if body is None or body.stop >= len(words) or not words.capital[body.stop]:
            return body
        outer = self._body_at(body.stop, depth=0) if _CHAIN.fullmatch(words.gap(body.stop - 1)) else None
        if outer is None or outer.alias.toned[0] not in _OUTER:
            return body
        code = (body.code or outer.code) if _is_here(outer.tail) else None
        return Body(body.first, outer.stop, body.alias, outer.tail, code)

    def _body_at(self, i: int, *, depth: int) -> Body | None:
        words = self.words
        known = words.plain[i] in self.lexicon.trie or words.plain[i] in word_set("school_words")
        if not known or depth > _DEEPEST or words.in_address(i, i + 1) or self._is_spoilt(i):
            return None
        best = self._hospital(i) or self._school(i)
        for stop, alias in self._aliases_at(i):
            if alias.group is Group.NAMED and best and best.code and not self._capital_follows(best):
                continue
            body = self._completed(i, stop, alias, depth)
            if body and (best is None or (body.stop, body.code is not None) > (best.stop, best.code is not None)):
                best = body
        return best

    def _is_spoilt(self, i: int) -> bool:
        """`cơ sở y tế`, `CLB Công an TP.HCM`."""
        if i == 0 or not self.words.joined(i - 1):
            return False
        return self.words.toned[i - 1] in self.lexicon.never_behind or self.reading.part_of_word(i)

    def _capital_follows(self, body: Body) -> bool:
        return body.stop < len(self.words) and self.words.cased(body.stop)

    def _hospital(self, i: int) -> Body | None:
        """`Bệnh viện X`, `Trạm y tế phường X`, whether the table holds it or not."""
        place = self._place_at(i) if self.words.plain[i] in word_set("hospital_words") else None
        if place is None or place.head != "hospital":
            return None
        return Body(i, place.stop, make_alias("", None, Group.INSTITUTION))

    def _school(self, i: int) -> Body | None:
        """`Trường THPT X thu tiền`: a school that does something; elsewhere it is a place only."""
        words = self.words
        place = self._place_at(i) if words.plain[i] in word_set("school_words") else None
        if place is None or place.head != "school":
            return None
        behind = words.plain[place.stop] if words.joined(place.stop - 1) else ""
        before = words.plain[i - 1] if i else ""
        acts = self.reading.opens(i) and behind in word_set("acts_behind")
        return (
            Body(i, place.stop, make_alias("", None, Group.INSTITUTION))
            if acts or before in word_set("acts_before")
            else None
        )

    def _place_at(self, i: int) -> Found | None:
        found = places_at(self.reading, i)
        return found[0] if found and found[0].first == i else None

    def _aliases_at(self, i: int) -> list[tuple[int, Alias]]:
        """Index behind each alias that begins at i; the patterns with a name of their own last."""
        words = self.words
        found: list[tuple[int, Alias]] = []
        node, j = self.lexicon.trie, i
        while below := node.get(words.plain[j]):
            node, j = below, j + 1
            found += [(j, alias) for alias in node.get(_END, ()) if self._fits(i, j, alias)]
            if j >= len(words) or not _TIGHT.fullmatch(words.text, words.ends[j - 1], words.starts[j]):
                break
        return sorted(found, key=lambda item: item[1].group is Group.NAMED)

    def _fits(self, i: int, j: int, alias: Alias) -> bool:
        words, toned = self.words, self.words.toned[i:j]
        if not words.capital[i] and alias.toned in self.lexicon.capital_only:
            return False
        if toned != list(alias.toned):
            loose = all(map(same_syllable, words.plain[i:j], toned, alias.toned))
            if not loose or not (words.unmarked or alias.acronym):
                return False
        short = alias.acronym and j - i == 1 and len(alias.toned[0]) < 4 and alias.toned[0][0].isalpha()
        return not short or (words.surface(i, j).isupper() and not words.shouting)

    def _completed(self, i: int, stop: int, alias: Alias, depth: int) -> Body | None:
        """The alias with what belongs behind it; None where that is missing."""
        if alias.toned[-1] in _HOTLINES and stop == i + 1:
            return Body(i, stop, alias, code=alias.code) if self._is_called(i) else None
        if alias.group is Group.NAMED:
            return self._named(i, stop, alias, depth)
        end, tail = self._tail(stop, alias)
        if alias.group is Group.TABLE:
            if not self._is_table_body(i, alias, tail):
                return None
            return Body(i, end, alias, tail, alias.code if _is_here(tail) else None)
        if alias.group is Group.WITH_UNIT and end == stop:
            return None
        return Body(i, end, alias, tail)

    def _is_table_body(self, i: int, alias: Alias, tail: Found | None) -> bool:
        if alias.needs_city:
            marked = self.words.capital[i] or alias.acronym or len(alias.toned) > 1
            return tail is not None and _is_here(tail) and marked
        asked = self.lexicon.asked.get(alias.toned)
        return tail is not None or asked is None or (i > 0 and self.words.toned[i - 1] in asked)

    def _tail(self, stop: int, alias: Alias) -> tuple[int, Found | None]:
        """Index behind the unit, level or city that follows, and the unit itself."""
        words = self.words
        if stop >= len(words) or not words.joined(stop - 1):
            return stop, None
        city = self.lexicon.places.name_at(words, stop)
        if city and is_city(city) and words.plain[stop] != "sai":
            return city.stop, Found(stop, city.stop, Kind.UNIT, (CITY,))
        unit = self._place_at(stop)
        is_unit = unit is not None and unit.kind in (Kind.UNIT, Kind.OUTSIDE)
        if unit and is_unit and unit.head:
            return unit.stop, unit
        if level := self._level_at(stop):
            return level.stop, level
        if unit and is_unit and words.cased(stop):
            whole = alias.group is Group.TABLE and not alias.needs_city and unit.kind is Kind.UNIT
            return (stop, None) if whole else (unit.stop, unit)
        return self._unknown_tail(stop, alias)

    def _level_at(self, stop: int) -> Found | None:
        """`phường`, `các phường`, `thành phố` without a name."""
        for length in (3, 2, 1):
            level = tuple(self.words.toned[stop : stop + length])
            if len(level) == length and level in self.lexicon.levels:
                is_ours = self.words.toned[stop] in _CITY_WORDS
                return Found(stop, stop + length, Kind.UNIT if is_ours else Kind.LANDMARK, (CITY,) if is_ours else ())
        return None

    def _unknown_tail(self, stop: int, alias: Alias) -> tuple[int, Found | None]:
        """`Đội CSGT Rạch Chiếc`; `Tòa án nhân dân khu vực 7 TP.HCM`."""
        words = self.words
        if alias.group is Group.TABLE:
            return stop, None
        if words.cased(stop):
            run = self.reading.capital_run(stop)
            person = run - stop > 2 and words.plain[stop] in word_set("surnames")
            return (run, Found(stop, run, Kind.LANDMARK)) if run > stop and not person else (stop, None)
        if alias.toned[-1] in ("vực", "sở") and words.plain[stop].isdecimal():
            behind = self.lexicon.places.name_at(words, stop + 1) if words.joined(stop) else None
            end = behind.stop if behind and is_city(behind) else stop + 1
            return end, Found(stop, end, Kind.LANDMARK)
        return stop, None

    def _named(self, i: int, stop: int, alias: Alias, depth: int) -> Body | None:
        """`Ban quản lý` + `chợ Tân Định`; `Chi cục` + `Bảo vệ môi trường`; `Thanh tra` + `Sở Y tế`."""
        words = self.words
        if stop >= len(words) or not words.joined(stop - 1) or not (words.capital[i] or alias.toned[0] == "ban"):
            return None
        if i and words.joined(i - 1) and words.cased(i - 1) and len(alias.toned) == 1:
            return None
        inner = self._body_at(stop, depth=depth + 1) if words.capital[stop] else None
        if inner:
            return Body(i, inner.stop, alias, inner.tail, inner.code)
        if alias.toned[:2] == ("ban", "quản") and words.toned[stop] != "chung":
            place = self._place_at(stop)
            if place and place.kind is Kind.LANDMARK:
                return Body(i, place.stop, alias)
        return self._with_own_name(i, stop, alias)

    def _with_own_name(self, i: int, stop: int, alias: Alias) -> Body | None:
        words = self.words
        numbered = words.plain[stop].isdecimal() and alias.toned[0] == "tổ"
        run = stop + 1 if numbered else self.reading.institution_run(stop)
        if not any(words.cased(k) or words.plain[k].isdecimal() for k in range(stop, run)):
            return None
        end, tail = self._tail(run, make_alias(alias.written, None, Group.WITH_UNIT))
        return Body(i, max(run, end), alias, tail)

    def _is_called(self, i: int) -> bool:
        """A hotline's number, not a count, a house or a date."""
        words = self.words
        gap_before, gap_after = (words.gap(i - 1) if i else " "), words.gap(i)
        ends = gap_after == "." or gap_after.startswith((". ", ".\n", ".."))
        if any(mark in gap_before[-1:] + gap_after[:1] for mark in "./-%+•") and not ends:
            return False
        if words.joined(i) and words.plain[i + 1] in word_set("not_called"):
            return False
        before = words.plain[i - 1] if i else ""
        return words.plain[i] == "1022" or i == 0 or before in word_set("called") or gap_before.strip() in (",", "/")


def _is_here(tail: Found | None) -> bool:
    return tail is None or tail.codes == (CITY,)
