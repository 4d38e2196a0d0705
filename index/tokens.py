"""Cutting a text into syllables, the one way both backends, queries and highlights share.

Backends get the syllables joined by spaces, so that their own analysers have nothing left to decide.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from langnghe.text import align_canonical, canonical, fold

MAX_SYLLABLE = 64
"""Characters; the rest of a longer run (machine text, base64) is not searchable."""
_CHARACTER_WORDS = r"[\p{Han}\p{Hiragana}]"
_SYLLABLE = regex.compile(
    rf"{_CHARACTER_WORDS}|[[\p{{L}}\p{{Nd}}]--{_CHARACTER_WORDS}][[\p{{L}}\p{{Nd}}\p{{M}}]--{_CHARACTER_WORDS}]*+",
    regex.V1,
)


@dataclass(frozen=True, slots=True)
class Token:
    exact: str
    """Canonical, lower case, with its tones."""
    folded: str
    start: int
    end: int
    """Half-open, in code points of the text that was cut."""


def syllables(text: str) -> list[str]:
    """The canonical, lower-case syllables of a text. Han and Hiragana are cut character by character."""
    return [found[:MAX_SYLLABLE] for found in _SYLLABLE.findall(canonical(text).lower())]


@lru_cache(maxsize=65536)
def folded(syllable: str) -> str:
    return fold(syllable)


def tokenise(text: str) -> list[Token]:
    """`syllables(text)` with their folded forms and their places in `text`, whatever its normal form."""
    plain, offsets = _aligned(text)
    tokens = []
    for match in _SYLLABLE.finditer(plain):
        syllable = match.group()[:MAX_SYLLABLE]
        tokens.append(Token(syllable, folded(syllable), offsets[match.start()], offsets[match.end()]))
    return tokens


def _aligned(text: str) -> tuple[str, Sequence[int]]:
    """Most texts are NFC and keep their length, so that every offset is its own; the others are aligned slowly."""
    shaped = canonical(text)
    plain = shaped.lower()
    if len(text) == len(shaped) == len(plain) and unicodedata.is_normalized("NFC", text):
        return plain, range(len(text) + 1)
    aligned = align_canonical(text)
    return aligned.text, aligned.offsets
