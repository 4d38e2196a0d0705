"""The same text published again: MinHash bands find candidates in one SQL lookup, exact Jaccard confirms them.

Bands alone never merge: two texts can be made to collide on purpose, or share a band by chance. Whoever looks
candidates up asks `similarity` before putting them into one cluster.
"""

import hashlib
import re
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from datasketch import MinHash  # type: ignore[import-untyped]

from langnghe.text import fold

SAME_TEXT = 0.8
"""Texts with at least this share of common word pairs are one text published twice."""

_ROWS = 4
_BANDS = 16
_SHORTEST = 5
"""Below so many words only the very same words count as the same text."""

_WORD = re.compile(r"\w+")
_PREFIX = re.compile(r"^\W*(?:(?:share|sharing|chia se|fwd?|forward|repost|re-?up|copy|cre|st|suu tam)\W*[:|\]]\W*)+")
_SUFFIX = re.compile(r"\W+(?:nguon|theo|source|cre|credit|via|(?:doc|xem) (?:them|tiep)(?: tai)?) ?:[^\n]{0,120}$")
_SHORT_TAG = b"short"


@dataclass(frozen=True)
class Signature:
    bands: tuple[int, ...]
    """Signed 64-bit; texts that share one are candidates. Empty for a text without a word."""
    values: tuple[int, ...]
    """The 64 MinHash values; empty for a text of fewer than five words."""


def signature(text: str) -> Signature:
    """Stays the same across processes, machines and versions, so it can be stored."""
    words = _words(text)
    if len(words) < _SHORTEST:
        return Signature((_signed(_SHORT_TAG + " ".join(words).encode()),) if words else (), ())
    sketch = _empty_sketch().copy()
    sketch.update_batch([shingle.encode() for shingle in _shingles(words)])
    values = sketch.hashvalues.astype(np.uint64)
    bands = (values.reshape(_BANDS, _ROWS) * _multipliers()).sum(axis=1, dtype=np.uint64) + _band_numbers()
    return Signature(tuple(bands.view(np.int64).tolist()), tuple(values.tolist()))


def similarity(a: str, b: str) -> float:
    """Exact Jaccard of the two texts' word pairs, 0 to 1; for a text of fewer than five words 1 or 0."""
    words_a, words_b = _words(a), _words(b)
    if min(len(words_a), len(words_b)) < _SHORTEST:
        return float(bool(words_a) and words_a == words_b)
    set_a, set_b = set(_shingles(words_a)), set(_shingles(words_b))
    return len(set_a & set_b) / len(set_a | set_b)


def _words(text: str) -> list[str]:
    """Folded words without what a repost adds: `Share:` before, `Nguồn: ...` behind, emoji, marks."""
    folded = fold(text)
    bare = _SUFFIX.sub("", _PREFIX.sub("", folded.strip()))
    return _WORD.findall(bare) or _WORD.findall(folded)


def _shingles(words: list[str]) -> list[str]:
    return [f"{first} {second}" for first, second in pairwise(words)]


def _signed(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little", signed=True)


@cache
def _empty_sketch() -> MinHash:
    """Copied for every text: making the permutations anew would cost more than the hashing."""
    return MinHash(num_perm=_BANDS * _ROWS, seed=1, hashfunc=zlib.crc32, scheme="affine32", gpu_mode="disable")


@cache
def _multipliers() -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Odd constants that mix the rows of a band into one number (multiply-add, modulo 2^64)."""
    return np.array([_signed(b"row%d" % row) | 1 for row in range(_ROWS)], dtype=np.int64).view(np.uint64)


@cache
def _band_numbers() -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array([_signed(b"band%d" % band) for band in range(_BANDS)], dtype=np.int64).view(np.uint64)
