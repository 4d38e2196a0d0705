"""Annotated mentions for tests of the index, made from a text and the few values a test is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from langnghe.records import (
    AgencyMention,
    Annotation,
    Channel,
    DateMethod,
    Language,
    Mention,
    MentionKind,
    PlaceCandidate,
    PlaceMention,
    Score,
    mention_id,
)
from langnghe.text import canonical

NOON = datetime(2025, 10, 22, 5, 0, tzinfo=UTC)
"""12:00 on a Wednesday in Ho Chi Minh City."""


def build_mention(text: str, **fields: Any) -> Mention:
    """A mention of `text`; keywords are fields of `Mention` or `Annotation`, labels plain codes.

    `name` tells mentions with the same text apart.
    """
    name = fields.pop("name", text)
    masked = fields.pop("masked", None)
    mention_fields = {key: fields.pop(key) for key in list(fields) if key in Mention.model_fields}
    source = mention_fields.get("source", "bao-thu")
    basic: dict[str, Any] = {
        "id": mention_id(source, name),
        "source": source,
        "channel": Channel.NEWS,
        "kind": MentionKind.POST,
        "text": text,
        "published_at": NOON,
        "published_method": DateMethod.FEED,
        "published_confidence": 1.0,
        "collected_at": NOON + timedelta(hours=1),
    }
    mention = Mention(**(basic | mention_fields))
    return mention.model_copy(update={"annotation": _annotation(masked or mention.full_text, fields)})


def _annotation(masked: str, fields: dict[str, Any]) -> Annotation:
    clean = fields.pop("clean", canonical(masked))
    return Annotation(
        weights="test@0",
        annotated_at=NOON,
        masked=masked,
        clean=clean,
        normalised=fields.pop("normalised", clean),
        language=fields.pop("language", Language.VI),
        topics=tuple(Score(label=label, probability=0.9) for label in fields.pop("topics", ("flooding",))),
        sentiment=Score(label=fields.pop("sentiment", "negative"), probability=0.9),
        intent=Score(label=fields.pop("intent", "report"), probability=0.9),
        urgency=Score(label=fields.pop("urgency", "normal"), probability=0.9),
        places=tuple(_place(code) for code in fields.pop("places", ())),
        agencies=tuple(
            AgencyMention(start=0, end=1, surface=code, code=code, name=code) for code in fields.pop("agencies", ())
        ),
        **fields,
    )


def _place(code: str | Sequence[tuple[str, float]]) -> PlaceMention:
    candidates = [(code, 1.0)] if isinstance(code, str) else code
    return PlaceMention(
        start=0,
        end=1,
        surface="nơi",
        candidates=tuple(PlaceCandidate(code=c, name=c, weight=weight) for c, weight in candidates),
    )
