"""What a backend keeps of a mention: searchable forms, filterable values, and the redacted mention to show."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from index.tokens import folded, syllables
from langnghe.records import Annotation, Flag, Intent, Mention, PlaceCandidate, redacted

COPY, SPAM, UNSURE_DATE = "copy", "spam", "unsure_date"
"""Marks, for the filters that leave mentions out."""
SURE_DATE = 0.5
BELIEVED = 0.5
"""A place counts for a mention when more than so much belief lies on it."""
_SPAM_FLAGS = frozenset({Flag.GAMBLING_SEO, Flag.ADVERTISING})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_TIE_BITS = 14
_SAME = "\x00"


@dataclass(frozen=True)
class IndexDocument:
    id: str
    revision: int
    exact: str
    """Canonical syllables with their tones, joined by spaces."""
    folded: str
    """The same syllables without diacritics."""
    published: int
    """Milliseconds since 1970."""
    collected: int
    order: int
    """See `order_of`."""
    values: dict[str, tuple[str, ...]]
    """Values by the name of the facet, and `cluster` and `mark`."""
    body: str
    """The redacted mention as JSON; `load_body` reads it."""


def build_document(mention: Mention) -> IndexDocument:
    """Raises ValueError for a mention that is not annotated and so not masked."""
    shown = redacted(mention)
    assert shown.annotation
    words = syllables(shown.annotation.clean)
    return IndexDocument(
        id=shown.id,
        revision=shown.revision,
        exact=" ".join(words),
        folded=" ".join(map(folded, words)),
        published=milliseconds(shown.published_at),
        collected=milliseconds(shown.collected_at),
        order=order_of(shown),
        values=field_values(shown),
        body=_dump_body(shown, shown.annotation),
    )


def load_body(body: str | bytes) -> Mention:
    mention = Mention.model_validate_json(body)
    annotation = mention.annotation
    assert annotation
    masked = mention.full_text if annotation.masked == _SAME else annotation.masked
    clean = masked if annotation.clean == _SAME else annotation.clean
    normalised = clean if annotation.normalised == _SAME else annotation.normalised
    texts = {"masked": masked, "clean": clean, "normalised": normalised}
    return mention.model_copy(update={"annotation": annotation.model_copy(update=texts)})


def order_of(mention: Mention) -> int:
    """Orders by publication and, within a millisecond, by a hash of the id. Few mentions share one value."""
    tie = int.from_bytes(hashlib.sha256(mention.id.encode()).digest()[:2]) >> (16 - _TIE_BITS)
    return (milliseconds(mention.published_at) << _TIE_BITS) + tie


def milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def field_values(mention: Mention) -> dict[str, tuple[str, ...]]:
    """What `IndexDocument.values` holds. The mention must be annotated."""
    annotation = mention.annotation
    assert annotation
    flags = {*mention.flags, *annotation.flags}
    return {
        "topic": tuple(score.label for score in annotation.topics),
        "sentiment": (annotation.sentiment.label,),
        "intent": (annotation.intent.label,),
        "urgency": (annotation.urgency.label,),
        "place": tuple(sorted(_place_codes(annotation))),
        "agency": tuple(sorted({agency.code for agency in annotation.agencies if agency.code})),
        "source": (mention.source,),
        "channel": (mention.channel.value,),
        "language": (annotation.language.value,),
        "flag": tuple(sorted(flag.value for flag in flags)),
        "cluster": (mention.cluster_id or mention.id,),
        "mark": tuple(_marks(mention, annotation, flags)),
    }


def _place_codes(annotation: Annotation) -> set[str]:
    return {code for place in annotation.places for code in _believed((*place.candidates, *place.units))}


def _believed(candidates: Iterable[PlaceCandidate]) -> Iterable[str]:
    return (candidate.code for candidate in candidates if candidate.weight > BELIEVED)


def _marks(mention: Mention, annotation: Annotation, flags: set[Flag]) -> Iterable[str]:
    if mention.is_copy:
        yield COPY
    if annotation.intent.label == Intent.SPAM or flags & _SPAM_FLAGS:
        yield SPAM
    if mention.published_confidence < SURE_DATE:
        yield UNSURE_DATE


def _dump_body(mention: Mention, annotation: Annotation) -> str:
    """Three copies of the text are left out where they say the same; they would double the index."""
    same = {
        "masked": annotation.masked == mention.full_text,
        "clean": annotation.clean == annotation.masked,
        "normalised": annotation.normalised == annotation.clean,
    }
    shorter = annotation.model_copy(update={name: _SAME for name, is_same in same.items() if is_same})
    return mention.model_copy(update={"annotation": shorter}).model_dump_json()
