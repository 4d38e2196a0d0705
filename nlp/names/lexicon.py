"""One trie over folded syllables: the names of units, streets and landmarks, and the words in front of names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from langnghe.text import canonical
from nlp.names.found import LEVELS
from nlp.names.gazetteer import CITY, Unit, UnitKind, UnitTables, read_yaml
from nlp.names.words import Words, read_words, same_syllable

_INNER_GAP = re.compile(r"[^\S\n]{0,2}[.\-–]?[^\S\n]{0,2}")
_HEAD_GAP = re.compile(r"[^\S\n]{0,2}\.?[^\S\n]{0,2}")
_END = "\0"
_SHORTENED = frozenset({"tdm", "brvt"})


class NameKind(StrEnum):
    UNIT = "unit"
    OUTSIDE = "outside"
    STREET = "street"
    LANDMARK = "landmark"


@dataclass(frozen=True, slots=True)
class Name:
    kind: NameKind
    toned: tuple[str, ...]
    """Syllables as they are written with diacritics."""
    codes: tuple[str, ...] = ()
    safe: bool = True
    """May stand without a type word."""


@dataclass(frozen=True, slots=True)
class Head:
    kind: str
    """`ward`, `district`, … for units; `street`, `road`, `alley`, `landmark`, `school`, `hospital` …"""
    toned: tuple[str, ...]

    @property
    def is_unit(self) -> bool:
        return self.kind in LEVELS


Trie = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Match:
    stop: int
    """Index behind the last syllable."""
    names: tuple[Name, ...]
    exact: bool
    """Written with the name's own diacritics."""

    def codes(self) -> tuple[str, ...]:
        """Every unit that bears the name."""
        return tuple(dict.fromkeys(code for name in self.names for code in name.codes))

    def has(self, kind: NameKind) -> bool:
        return any(name.kind is kind for name in self.names)

    def only(self, kind: NameKind) -> bool:
        return all(name.kind is kind for name in self.names)


def is_city(match: Match) -> bool:
    return any(CITY in name.codes for name in match.names)


@dataclass(frozen=True, slots=True)
class Lexicon:
    names: Trie
    heads: Trie
    plain_names: frozenset[tuple[str, ...]]
    titles: frozenset[tuple[str, ...]]
    never_lower: frozenset[tuple[str, ...]]
    compounds: frozenset[tuple[str, str]]
    """Toned pairs that end in what looks like a word in front of a name: `yêu cầu`."""
    numbers: dict[str, tuple[str, ...]]
    """Units that are named by a number, e.g. `4` → Quận 4 and every Phường 4."""

    def name_at(self, words: Words, i: int) -> Match | None:
        """The longest name that begins at syllable i."""
        best: Match | None = None
        if i >= len(words):
            return None
        node, j = self.names, i
        while node := node.get(words.plain[j]):  # type: ignore[assignment]
            j += 1
            if found := node.get(_END):
                best = _fitting(words, i, j, found) or best
            if j >= len(words) or not _INNER_GAP.fullmatch(words.text, words.ends[j - 1], words.starts[j]):
                break
        return best

    def head_at(self, words: Words, i: int) -> tuple[int, Head] | None:
        """The longest word in front of names that begins at syllable i, and the index behind it."""
        best: tuple[int, Head] | None = None
        if i >= len(words):
            return None
        node, j = self.heads, i
        while node := node.get(words.plain[j]):  # type: ignore[assignment]
            j += 1
            if head := node.get(_END):
                best = j, head
            if j >= len(words) or not _HEAD_GAP.fullmatch(words.text, words.ends[j - 1], words.starts[j]):
                break
        return best


def _fitting(words: Words, i: int, j: int, found: list[Name]) -> Match | None:
    plain, toned = words.plain[i:j], words.toned[i:j]
    exact = [name for name in found if toned == list(name.toned)]
    if exact:
        return Match(j, tuple(exact), True)
    loose = [name for name in found if all(map(same_syllable, plain, toned, name.toned))]
    return Match(j, tuple(loose), False) if loose else None


def build_lexicon(tables: UnitTables) -> Lexicon:
    heads = read_yaml("place_heads.yaml")
    landmarks = read_yaml("landmarks.yaml")
    names: Trie = {}
    never = set(map(syllables, tables.words["never_bare"]))
    for name in (*_unit_names(tables), *_outside_names(tables), *_landmark_names(landmarks)):
        unsafe = name.toned in never and name.kind is not NameKind.STREET
        _put(names, folded_key(name.toned)).append(replace(name, safe=False) if unsafe else name)
    return Lexicon(
        names,
        _head_trie(heads),
        frozenset(tuple(name.split()) for name in tables.words["plain_names"]),
        frozenset(tuple(title.split()) for title in tables.words["titles"]),
        frozenset(map(syllables, tables.words["never_lower"])),
        frozenset((a, b) for a, b in map(syllables, tables.words["compounds"])),
        _numbers(tables),
    )


def syllables(name: str) -> tuple[str, ...]:
    """Lower case, canonical tone placement."""
    return tuple(read_words(canonical(name)).toned)


def folded_key(toned: Iterable[str]) -> tuple[str, ...]:
    return tuple(read_words(" ".join(toned)).plain)


def _put(trie: Trie, key: tuple[str, ...]) -> list[Name]:
    for syllable in key:
        trie = trie.setdefault(syllable, {})
    found: list[Name] = trie.setdefault(_END, [])
    return found


def _unit_names(tables: UnitTables) -> Iterable[Name]:
    codes: dict[tuple[str, ...], list[str]] = {}
    for unit in tables.units.values():
        for name in _names_of(unit):
            if unit.code not in codes.setdefault(name, []):
                codes[name].append(unit.code)
    for name, found in codes.items():
        safe = not name[-1].isdecimal() and (len(name) > 1 or name[0] in _SHORTENED)
        yield Name(NameKind.UNIT, name, tuple(found), safe)
    for alias in tables.city_aliases:
        yield Name(NameKind.UNIT, syllables(alias), (CITY,))


def _names_of(unit: Unit) -> Iterable[tuple[str, ...]]:
    if unit.kind is UnitKind.CITY or unit.code == "p:79":
        return
    yield syllables(unit.short)
    for alias in unit.aliases:
        yield syllables(alias)


def _outside_names(tables: UnitTables) -> Iterable[Name]:
    for name in sorted({*tables.provinces, *tables.towns}):
        yield Name(NameKind.OUTSIDE, syllables(name), (), len(name.split()) > 1 or name in ("Huế", "Pleiku"))


def _landmark_names(landmarks: dict[str, str]) -> Iterable[Name]:
    common = set(_listed(landmarks["common_streets"]))
    for name in dict.fromkeys([*_listed(landmarks["streets"]), *common]):
        yield Name(NameKind.STREET, syllables(name), (), name not in common)
    for name in _listed(landmarks["landmarks"]):
        yield Name(NameKind.LANDMARK, syllables(name))


def _listed(text: str) -> list[str]:
    return [name.strip() for name in text.split(";") if name.strip()]


def _numbers(tables: UnitTables) -> dict[str, tuple[str, ...]]:
    codes: dict[str, list[str]] = {}
    for unit in tables.units.values():
        for name in (unit.short, *unit.aliases):
            if name.isdecimal():
                codes.setdefault(name, []).append(unit.code)
    return {name: tuple(found) for name, found in codes.items()}


def _head_trie(heads: dict[str, list[str]]) -> Trie:
    trie: Trie = {}
    for kind, listed in heads.items():
        for head in listed:
            toned = syllables(head)
            node = trie
            for syllable in folded_key(toned):
                node = node.setdefault(syllable, {})
            node.setdefault(_END, Head(kind, toned))
    return trie
