"""What the query language must know about the world; the caller puts it together, so that `index` needs no `nlp`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from langnghe.records import Channel, Intent, Language, PlaceCandidate, Sentiment, Urgency


def _apart(text: str) -> list[str]:
    return text.split()


def _nowhere(_: str) -> Sequence[PlaceCandidate]:
    return ()


def _itself(code: str) -> frozenset[str]:
    return frozenset({code})


def _nobody(_: str) -> Sequence[str]:
    return ()


def _codes(*codes: str) -> dict[str, Sequence[str]]:
    return {str(code): () for code in codes}


_FLOOR_LABELS: Mapping[str, Mapping[str, Sequence[str]]] = {
    "sentiment": _codes(*Sentiment),
    "intent": _codes(*Intent),
    "urgency": _codes(*Urgency),
    "channel": _codes(*Channel),
    "language": _codes(*Language),
}


@dataclass(frozen=True)
class QueryContext:
    """Every function must be quick and must not raise; what it does not know it answers with nothing."""

    now: datetime
    """Aware; what `tu:"hôm qua"` counts from."""
    segment: Callable[[str], Sequence[str]] = _apart
    """Vietnamese words of a text, in order; a word of several syllables becomes a phrase."""
    resolve_place: Callable[[str], Sequence[PlaceCandidate]] = _nowhere
    expand_place: Callable[[str], frozenset[str]] = _itself
    """A gazetteer code with everything that is the same ground: old wards, units of today."""
    resolve_agency: Callable[[str], Sequence[str]] = _nobody
    """Codes of the agencies that go by a name."""
    expand_teencode: Callable[[str], Sequence[str]] = _nobody
    """Other spellings of a word or phrase, `ko` for `không` or the other way round."""
    labels: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Field (`topic`, `sentiment`, ...) → code → names in any language."""

    def labels_of(self, field_name: str) -> Mapping[str, Sequence[str]]:
        return self.labels.get(field_name) or _FLOOR_LABELS.get(field_name, {})
