"""Informal spellings written out (`ko dc j z` → `không được gì vậy`), as a copy beside the text, not instead of it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_TABLE = Path(__file__).parent / "data" / "teencode.yaml"
_TOKEN = re.compile(r"(?<![\w@#./:&?=•-])[^\W\d_]{1,6}(?![\w@&•]|[./:-]\w)")
_BEFORE = re.compile(r"(\w+)\s?$")
_SENTENCE_START = re.compile(r"(?:^|[.!?…\n:\"“(>*-]|[^\w\s,;])\s*$")
_UNITS = frozenset("kh")
_AFTER = re.compile(r"\s*(\w+|\S)")


@dataclass(frozen=True)
class _Teencode:
    words: dict[str, str]
    pronouns: dict[str, str]
    letter_names: frozenset[str]
    particles: frozenset[str]


def normalise_teencode(text: str) -> str:
    """Unknown words, numbers with units (`50k`, `50 k`), names (`Q.7`, `Bệnh viện K`), links and addresses stay."""
    return _TOKEN.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    token, table = match.group(), _load()
    word = token.lower()
    if token != word and not _opens_sentence(match):
        return token
    plain = table.words.get(word)
    if len(word) == 1:
        plain = _letter(match, word, plain, table)
    if plain is None:
        return token
    return plain if token == word else plain[0].upper() + plain[1:]


def _letter(match: re.Match[str], letter: str, plain: str | None, table: _Teencode) -> str | None:
    """A letter behind a number is a unit, behind `khu` or `lớp` a name; `v` needs the end of a clause."""
    before = _BEFORE.search(match.string, max(0, match.start() - 20), match.start())
    word_before = before.group(1).lower() if before else ""
    if word_before in table.letter_names:
        return None
    if word_before[-1:].isdigit() and (letter in _UNITS or letter in table.pronouns):
        return None
    if letter == "v":
        after = _AFTER.match(match.string, match.end())
        ends = after is None or not after.group(1)[0].isalnum() or after.group(1).lower() in table.particles
        return "vậy" if ends and word_before else None
    return plain or table.pronouns.get(letter)


def _opens_sentence(match: re.Match[str]) -> bool:
    """A capital elsewhere begins a name (`đường Hong Bang`); one letter in capitals is always one (`Bệnh viện K`)."""
    token = match.group()
    if len(token) == 1 or token[1:] != token[1:].lower():
        return False
    return bool(_SENTENCE_START.search(match.string, max(0, match.start() - 3), match.start()))


@cache
def _load() -> _Teencode:
    table = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return _Teencode(table["words"], table["pronouns"], frozenset(table["letter_names"]), frozenset(table["particles"]))
