"""Cutting a text into syllables, the one way both backends, queries and highlights share.

Backends get the syllables joined by spaces, so that their own analysers have nothing left to decide.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from langnghe.text import align_canonical, canonical, fold

MAX_SYLLABLE = 64
"""Characters; the rest of a longer run (machine text, base64) is not searchable."""
_CHARACTER_WORDS = r"[\p{Han}\p{Hiragana}]"
_ANY_SCRIPT = regex.compile(
    rf"{_CHARACTER_WORDS}|[[\p{{L}}\p{{Nd}}]--{_CHARACTER_WORDS}][[\p{{L}}\p{{Nd}}\p{{M}}]--{_CHARACTER_WORDS}]*+",
    regex.V1,
)
_LATIN_LETTERS = "0-9a-z\u00aa\u00b5\u00ba\u00df-\u00f6\u00f8-\u024f\u1e00-\u1eff"
_LATIN_ONLY = re.compile("[\x00-\u024f\u1e00-\u1eff\u2000-\u206f\u20a0-\u20bf\u2190-\u2bff\U0001f000-\U0001faff]*")
_LATIN = re.compile(f"[{_LATIN_LETTERS}]+")
"""The same cut as `_ANY_SCRIPT`, four times as fast, for texts of nothing but Latin letters, signs and emoji."""
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The syllables of a text and where they stand, as columns of one length."""

    exact: list[str]
    """Canonical, lower case, with their tones."""
    folded: list[str]
    spans: list[tuple[int, int]]
    """Half-open, in code points of the text that was cut."""

    def __len__(self) -> int:
        return len(self.exact)


def syllables(text: str) -> list[str]:
    """The canonical, lower-case syllables of a text. Han and Hiragana are cut character by character."""
    plain, _ = _aligned(text)
    return [_canonical(found[:MAX_SYLLABLE]) for found in _cutter(plain).findall(plain)]


def tokenise(text: str) -> Tokens:
    """`syllables(text)` with their folded forms and their places in `text`, whatever its normal form."""
    plain, offsets = _aligned(text)
    cuts = [match.span() for match in _cutter(plain).finditer(plain)]
    exact = [_canonical(plain[start:end][:MAX_SYLLABLE]) for start, end in cuts]
    return Tokens(exact, list(map(folded, exact)), [(offsets[start], offsets[end]) for start, end in cuts])


@lru_cache(maxsize=65536)
def folded(syllable: str) -> str:
    return fold(syllable)


@lru_cache(maxsize=65536)
def _canonical(syllable: str) -> str:
    """Tone placement, syllable by syllable: much cheaper than over the text, for few syllables are new."""
    return canonical(syllable)


def _cutter(plain: str) -> "re.Pattern[str] | regex.Pattern[str]":
    return _LATIN if _LATIN_ONLY.fullmatch(plain) else _ANY_SCRIPT


def _aligned(text: str) -> tuple[str, Sequence[int]]:
    """Lower case, NFC, without invisible characters, and where each character stood.

    Most texts are so but for the case, and every offset is its own; the others are aligned slowly.
    """
    plain = text.lower()
    if len(plain) == len(text) and unicodedata.is_normalized("NFC", text) and not _INVISIBLE.search(text):
        return plain, range(len(text) + 1)
    aligned = align_canonical(text)
    return aligned.text, aligned.offsets
