"""The few measures that choosing, the report and the gate share."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    probabilities: NDArray[np.float64] = shifted / shifted.sum(axis=-1, keepdims=True)
    return probabilities


def label_f1(truth: Sequence[str], predicted: Sequence[str]) -> dict[str, float]:
    """F1 of every label that the truth holds."""
    support, named = Counter(truth), Counter(predicted)
    right = Counter(t for t, p in zip(truth, predicted, strict=True) if t == p)
    return {label: 2 * right[label] / (support[label] + named[label]) for label in sorted(support)}


def macro_f1(truth: Sequence[str], predicted: Sequence[str]) -> float:
    """Mean F1 of the labels that the truth holds."""
    scores = label_f1(truth, predicted)
    return sum(scores.values()) / max(1, len(scores))


def accuracy(truth: Sequence[str], predicted: Sequence[str]) -> float:
    return sum(t == p for t, p in zip(truth, predicted, strict=True)) / max(1, len(truth))


def set_f1(truth: Sequence[set[str]], predicted: Sequence[set[str]]) -> float:
    """Micro-F1 over sets of labels."""
    both = sum(len(t & p) for t, p in zip(truth, predicted, strict=True))
    return 2 * both / max(1, sum(map(len, truth)) + sum(map(len, predicted)))


def calibration_error(confidence: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error: mean distance of confidence from accuracy over equal bins, weighted by size."""
    belief, hits = np.asarray(confidence), np.asarray(right, dtype=float)
    place = np.minimum((belief * bins).astype(int), bins - 1)
    gaps = [abs(belief[place == b].sum() - hits[place == b].sum()) for b in range(bins)]
    return float(sum(gaps) / max(1, len(belief)))
