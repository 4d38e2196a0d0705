"""Fitting the second voice: logistic regression over hashed words and letter runs (needs scikit-learn)."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from nlp.corpus import Row, product_text
from nlp.labels import HEADS
from nlp.metrics import softmax
from nlp.ngrams import BUCKETS, Ngrams, counted, weighted
from nlp.noise import noised

MIXES = np.round(np.arange(0.0, 3.01, 0.1), 1)
TEMPERATURES = np.exp(np.linspace(np.log(0.3), np.log(3.0), 60))


def fit_ngrams(rows: Sequence[Row], *, seed: int = 1, strength: float = 10.0) -> Ngrams:
    """One regression a head on every row and a noised copy of it."""
    rng = random.Random(seed)
    texts = [product_text(row) for row in rows]
    texts += [noised(text, rng) for text in texts]
    rarity = rarities(texts)
    known = matrix(texts, rarity)
    weights, intercepts = [], []
    for head, labels in HEADS.items():
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=150, tol=1e-3)
        model.fit(known, [labels.index(row.label(head)) for row in rows] * 2)
        # A label that no row has gets no votes.
        columns, bias = np.zeros((BUCKETS, len(labels))), np.full(len(labels), -9.0)
        columns[:, model.classes_], bias[model.classes_] = model.coef_.T, model.intercept_
        weights.append(columns)
        intercepts.append(bias)
    whole = np.concatenate(weights, axis=1)
    scales = np.maximum(np.abs(whole).max(axis=0), 1e-9) / 127.0
    return Ngrams(
        rarity,
        np.round(whole / scales).astype(np.int8),
        scales.astype(np.float32),
        np.concatenate(intercepts).astype(np.float32),
    )


def rarities(texts: Sequence[str]) -> NDArray[np.float32]:
    """(BUCKETS,) smoothed inverse document frequency; zero for what stands in one text only."""
    documents = np.zeros(BUCKETS)
    for text in texts:
        for places, _ in counted(text):
            documents[places] += 1
    rarity = np.log((1 + len(texts)) / (1 + documents)) + 1.0
    return np.where(documents >= 2, rarity, 0.0).astype(np.float32)


def matrix(texts: Sequence[str], rarity: NDArray[np.float32]) -> csr_matrix:
    found = [weighted(text, rarity) for text in texts]
    ends = np.cumsum([0, *(len(places) for places, _ in found)])
    values, places = (np.concatenate([one[i] for one in found]) for i in (1, 0))
    return csr_matrix((values, places, ends), shape=(len(texts), BUCKETS))


def best_mix(
    first: NDArray[np.float64], second: NDArray[np.float64], targets: NDArray[np.int64]
) -> tuple[float, float]:
    """How much of the second voice's logits to add to the first's, and the temperature of the sum (Guo et al. 2017):
    the pair under which the targets are likeliest."""
    losses = {
        (float(mix), round(float(t), 4)): _surprise((first + mix * second) / t, targets)
        for mix in MIXES
        for t in TEMPERATURES
    }
    return min(losses, key=losses.__getitem__)


def _surprise(logits: NDArray[np.float64], targets: NDArray[np.int64]) -> float:
    found: NDArray[np.float64] = softmax(logits)[np.arange(len(targets)), targets]
    return float(-np.log(found + 1e-12).mean())
