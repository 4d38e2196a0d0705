"""The label sets are whole, and the corpus keeps to them."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from langnghe.records import Channel, Flag, Intent, PiiType, Sentiment, Urgency
from nlp.labels import CHANNELS, FLAGS, HEADS, INTENTS, PII_TYPES, SENTIMENTS, TOPICS, URGENCIES, Label

CORPUS = Path(__file__).parents[2] / "nlp" / "data" / "corpus"


@pytest.mark.parametrize(
    ("labels", "codes"),
    [
        (SENTIMENTS, Sentiment),
        (INTENTS, Intent),
        (URGENCIES, Urgency),
        (CHANNELS, Channel),
        (FLAGS, Flag),
        (PII_TYPES, PiiType),
    ],
)
def test_every_code_has_a_label_in_both_languages(labels: dict[str, Label], codes: type[StrEnum]) -> None:
    assert list(labels) == list(codes)
    assert all(label.vi and label.en for label in labels.values())


def test_there_are_sixteen_topics_and_other_is_the_last() -> None:
    assert len(TOPICS) == 16
    assert list(TOPICS)[-1] == "other"
    assert HEADS["topic"] == tuple(TOPICS)


def test_no_two_labels_of_a_set_read_alike() -> None:
    for labels in (TOPICS, SENTIMENTS, INTENTS, URGENCIES, CHANNELS, FLAGS, PII_TYPES):
        assert len({label.vi for label in labels.values()}) == len(labels)
        assert len({label.en for label in labels.values()}) == len(labels)


def _rows() -> Iterator[dict[str, Any]]:
    for path in sorted(CORPUS.glob("*.jsonl")):
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def test_the_corpus_uses_known_labels_only() -> None:
    rows = list(_rows())
    assert len(rows) >= 6000
    for row in rows:
        assert 1 <= len(row["topics"]) <= 3
        assert set(row["topics"]) <= set(TOPICS)
        assert row["channel"] in CHANNELS
        assert all(row[head] in HEADS[head] for head in ("sentiment", "intent", "urgency"))
        assert {pii["type"] for pii in row["pii"]} <= set(PII_TYPES)


def test_spans_of_the_corpus_stand_in_their_texts() -> None:
    for row in _rows():
        surfaces = [*row["places"], *row["agencies"], *(pii["text"] for pii in row["pii"])]
        assert all(surface in row["text"] for surface in surfaces), row["text"]
