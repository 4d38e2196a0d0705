"""Topics, sentiment, intent and urgency of cleaned, masked texts: an encoder, and n-grams as its second voice."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from langnghe.records import Score
from nlp.labels import HEADS
from nlp.metrics import softmax
from nlp.runtime import Weights, check_finite, load_weights
from nlp.tokenizer import PAD_ID, START_ID, encode

UNSURE = 0.5
"""Below this probability of the primary topic a person should look."""
_BATCH = 16


@dataclass(frozen=True)
class Labels:
    topics: tuple[Score, ...]
    """Best first, at least one: the primary topic, then those above the weights' threshold."""
    topic_scores: dict[str, float]
    """Calibrated probability of being the primary topic, of all topics; they add up to 1 but for rounding."""
    sentiment: Score
    intent: Score
    urgency: Score
    needs_review: bool


class Classifier:
    """Texts to labels. Equal texts get equal labels, whatever stands beside them."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.name = f"{weights.manifest.name}@{weights.digest[:8]}"

    def classify(self, texts: Sequence[str]) -> list[Labels]:
        """Labels in the order of the texts; a text without any word gets the labels of an empty one.

        Raises WeightsError when the model answers with something that is no number.
        """
        manifest = self._weights.manifest
        first, second = self._outputs(texts), self._weights.ngrams.logits(texts)
        mixed = {head: first[head] + manifest.mixes[head] * second[head] for head in HEADS}
        found = {head: softmax(mixed[head] / manifest.temperatures[head]) for head in HEADS}
        return [self._labels({head: found[head][i] for head in HEADS}) for i in range(len(texts))]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sentence vectors (n, hidden) of length 1, in the order of the texts."""
        vectors = self._outputs(texts)["sentence"]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
        return unit

    def _labels(self, found: dict[str, NDArray[np.float64]]) -> Labels:
        order = np.argsort(-found["topic"], kind="stable")
        topics = [Score(label=HEADS["topic"][i], probability=_shown(found["topic"][i])) for i in order]
        named = tuple(t for i, t in enumerate(topics) if i == 0 or t.probability >= self._weights.manifest.threshold)
        return Labels(
            topics=named,
            topic_scores={topic: _shown(p) for topic, p in zip(HEADS["topic"], found["topic"], strict=True)},
            sentiment=_best("sentiment", found),
            intent=_best("intent", found),
            urgency=_best("urgency", found),
            needs_review=topics[0].probability < UNSURE,
        )

    def _outputs(self, texts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Mean outputs of each text's windows; every name holds one row a text."""
        ids = encode(self._weights.tokenizer, list(texts))
        pieces = [(i, window) for i, text in enumerate(ids) for window in windows(text, self._limit)]
        n_windows = np.bincount([i for i, _ in pieces], minlength=len(ids)).astype(float)
        sums = {name: np.zeros((len(ids), width)) for name, width in self._weights.runtime.widths.items()}
        order = sorted(range(len(pieces)), key=lambda place: len(pieces[place][1]))
        for at in range(0, len(order), _BATCH):
            chosen = [pieces[place] for place in order[at : at + _BATCH]]
            outputs = self._weights.runtime.run(padded([window for _, window in chosen]))
            check_finite(outputs)
            for name, total in sums.items():
                np.add.at(total, [i for i, _ in chosen], outputs[name])
        return {name: total / np.maximum(n_windows, 1.0)[:, None] for name, total in sums.items()}

    @property
    def _limit(self) -> int:
        return self._weights.manifest.max_tokens - 1


def load_classifier(weights_dir: Path, *, threads: int = 2) -> Classifier:
    """Raises WeightsError when files are missing or damaged, of another version or of another label set."""
    return Classifier(load_weights(weights_dir, threads=threads))


def windows(ids: Sequence[int], limit: int) -> list[Sequence[int]]:
    """The whole text, or of a longer one its beginning and its end: that is where people say what they want."""
    return [ids] if len(ids) <= limit else [ids[:limit], ids[-limit:]]


def padded(rows: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    """(n, longest + 1), a start token before each."""
    table = np.full((len(rows), 1 + max(map(len, rows))), PAD_ID, dtype=np.int64)
    table[:, 0] = START_ID
    for i, row in enumerate(rows):
        table[i, 1 : 1 + len(row)] = row
    return table


def _best(head: str, found: dict[str, NDArray[np.float64]]) -> Score:
    place = int(found[head].argmax())
    return Score(label=HEADS[head][place], probability=_shown(found[head][place]))


def _shown(probability: float) -> float:
    """Four digits: what a batch's shape changes lies below them, so annotating again gives the same record."""
    return round(float(probability), 4)
