"""The second voice: a linear model over hashed words and letter runs. It knows rare names that subwords blur."""

import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.labels import HEADS
from nlp.tokenizer import prepared

BUCKETS = 1 << 17
_FACTOR = np.uint32(16777619)
Features = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Bucket numbers and their values; buckets are distinct."""


def counted(text: str) -> tuple[Features, Features]:
    """Damped counts (1 + log n) of single words and pairs, and of runs of two to five letters."""
    text = prepared(text)
    words = np.array([zlib.crc32(word.encode("utf-8", "replace")) for word in text.split()], dtype=np.uint32)
    return _damped([words, words[:-1] * _FACTOR ^ words[1:]]), _damped(_letter_runs(text))


def weighted(text: str, rarity: NDArray[np.float32]) -> Features:
    """Counts times the rarity of their buckets, words and letters each of length 1."""
    parts = []
    for places, values in counted(text):
        scaled = values * rarity[places]
        parts.append((places, scaled / max(float(np.linalg.norm(scaled)), 1e-9)))
    places = np.concatenate([part[0] for part in parts])
    values = np.concatenate([part[1] for part in parts]).astype(np.float32)
    return places, values


@dataclass(frozen=True)
class Ngrams:
    rarity: NDArray[np.float32]
    """(BUCKETS,) inverse document frequency."""
    rows: NDArray[np.int8]
    """(BUCKETS, outputs of all heads side by side)."""
    scales: NDArray[np.float32]
    """(outputs,) what one step of `rows` is worth."""
    intercepts: NDArray[np.float32]

    def logits(self, texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """(n, labels) of each head."""
        table = np.zeros((len(texts), len(self.scales)))
        for i, text in enumerate(texts):
            places, values = weighted(text, self.rarity)
            table[i] = (values @ self.rows[places].astype(np.float32)) * self.scales + self.intercepts
        ends = np.cumsum([len(labels) for labels in HEADS.values()])
        return dict(zip(HEADS, np.split(table, ends[:-1], axis=1), strict=True))


def load_ngrams(path: Path) -> Ngrams:
    """Raises OSError, KeyError or ValueError for a file that is none of ours."""
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        found = Ngrams(*(arrays[name] for name in ("rarity", "rows", "scales", "intercepts")))
    if found.rows.shape != (BUCKETS, sum(map(len, HEADS.values()))) or found.rarity.shape != (BUCKETS,):
        raise ValueError(f"{path}: shape {found.rows.shape}")
    return found


def save_ngrams(path: Path, ngrams: Ngrams) -> None:
    with path.open("wb") as file:
        np.savez_compressed(
            file, rarity=ngrams.rarity, rows=ngrams.rows, scales=ngrams.scales, intercepts=ngrams.intercepts
        )


def _letter_runs(text: str) -> list[NDArray[np.uint32]]:
    letters = np.frombuffer(f" {text} ".encode("utf-32-le", "replace"), dtype=np.uint32)
    runs, found = letters.copy(), []
    for length in range(2, 6):
        runs = runs[:-1] * _FACTOR ^ letters[length - 1 :]
        found.append(runs * np.uint32(2654435761) ^ np.uint32(length))
    return found


def _damped(hashes: list[NDArray[np.uint32]]) -> Features:
    mixed = [(one ^ (one >> np.uint32(15))) * np.uint32(2246822519) for one in hashes]
    places, counts = np.unique(np.concatenate(mixed) >> np.uint32(32 - 17), return_counts=True)
    return places.astype(np.int64), (1.0 + np.log(counts)).astype(np.float32)
