"""Mentions made for tests, with only what a test cares about spelt out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from langnghe.records import (
    Annotation,
    Channel,
    DateMethod,
    Language,
    Mention,
    MentionKind,
    Score,
    mention_id,
)
from langnghe.text import canonical

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


def mention(text: str, *, native: str | None = None, source: str = "thu-nghiem", **fields: Any) -> Mention:
    """A collected mention, one hour old at NOW unless `published_at` says otherwise."""
    given = {
        "id": mention_id(source, native or text),
        "source": source,
        "channel": Channel.FORUM,
        "kind": MentionKind.POST,
        "native_id": native,
        "text": text,
        "published_at": NOW - timedelta(hours=1),
        "published_method": DateMethod.API,
        "published_confidence": 1.0,
        "collected_at": NOW,
    }
    return Mention(**(given | fields))


def annotated(post: Mention, **fields: Any) -> Mention:
    """The mention with an annotation that says nothing remarkable but for `fields`."""
    masked = fields.get("masked", post.full_text)
    given = {
        "weights": "test@0",
        "annotated_at": NOW,
        "masked": masked,
        "clean": canonical(masked),
        "normalised": canonical(masked),
        "language": Language.VI,
        "topics": (Score(label="other", probability=0.9),),
        "sentiment": Score(label="neutral", probability=0.9),
        "intent": Score(label="chatter", probability=0.9),
        "urgency": Score(label="normal", probability=0.9),
    }
    return post.model_copy(update={"annotation": Annotation(**(given | fields))})
