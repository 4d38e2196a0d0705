"""Plain rows in, labelled rows out: the form of `nlp/data/corpus`, for people who script."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from langnghe.records import Flag, Intent
from nlp.annotate import Understanding
from nlp.classify import Labels
from nlp.clean import clean_text
from nlp.language import detect_language
from nlp.pii import find_pii, mask
from nlp.spam import spam_flags

BATCH = 256
SPAM_FLAGS = {Flag.GAMBLING_SEO, Flag.ADVERTISING}


def classify_rows(rows: Iterable[dict[str, Any]], understanding: Understanding) -> Iterator[dict[str, Any]]:
    """Each row with all its own fields and: `topics` (codes, best first), `topic_scores` (code → probability),
    `sentiment`, `intent`, `urgency`, `places`, `agencies` (surface strings), `pii` ({type, text}), `spam` (bool),
    `language`, `needs_review`. In the order they came, in batches."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        yield from _classify_batch(batch, understanding)


def _classify_batch(batch: list[dict[str, Any]], understanding: Understanding) -> Iterator[dict[str, Any]]:
    pii = [find_pii(row["text"]) for row in batch]
    masked = [mask(row["text"], spans) for row, spans in zip(batch, pii, strict=True)]
    clean = [clean_text(text) for text in masked]
    labels = understanding.classifier.classify(clean)
    for i, row in enumerate(batch):
        found = [{"type": str(span.type), "text": row["text"][span.start : span.end]} for span in pii[i]]
        places = [place.surface for place in understanding.gazetteer.find(masked[i])]
        agencies = [agency.surface for agency in understanding.agencies.find(masked[i])]
        yield {
            **row,
            **_labels(labels[i], clean[i]),
            "places": places,
            "agencies": agencies,
            "pii": found,
        }


def _labels(labels: Labels, clean: str) -> dict[str, Any]:
    return {
        "topics": [score.label for score in labels.topics],
        "topic_scores": {code: round(score, 4) for code, score in labels.topic_scores.items()},
        "sentiment": labels.sentiment.label,
        "intent": labels.intent.label,
        "urgency": labels.urgency.label,
        "spam": labels.intent.label == Intent.SPAM or bool(SPAM_FLAGS & set(spam_flags(clean))),
        "language": str(detect_language(clean)),
        "needs_review": labels.needs_review,
    }
