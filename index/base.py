"""What every search backend promises. `tests/index/contract.py` holds each one to it.

A backend stores redacted mentions only (`langnghe.records.redacted`), so that whatever it returns may be shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from index.nodes import Node
from langnghe.records import Mention, Span


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Interval(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Facet(StrEnum):
    TOPIC = "topic"
    """Every topic of a mention, not only the primary one."""
    SENTIMENT = "sentiment"
    INTENT = "intent"
    URGENCY = "urgency"
    PLACE = "place"
    """Gazetteer codes, old and new; see `langnghe.records.PlaceCandidate.code`."""
    AGENCY = "agency"
    SOURCE = "source"
    CHANNEL = "channel"
    LANGUAGE = "language"
    FLAG = "flag"


class Filters(BaseModel):
    """Values of one field are alternatives; fields narrow each other. Empty means no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    since: datetime | None = None
    """Published at or after; aware."""
    until: datetime | None = None
    """Published before; aware."""
    topic: tuple[str, ...] = ()
    sentiment: tuple[str, ...] = ()
    intent: tuple[str, ...] = ()
    urgency: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    """Gazetteer codes, already expanded (an old district with its wards and their units of today)."""
    agency: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    cluster: str | None = None
    """All copies of one text."""
    without_copies: bool = False
    without_spam: bool = False
    """Leaves out mentions whose intent is `spam` and those flagged as gambling SEO or advertising."""
    sure_dates: bool = False
    """Leaves out mentions whose date has a confidence under 0.5, as trends do."""


class MentionQuery(BaseModel):
    """What pages, exports, alerts and the API ask; the one form of a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Node | None = None
    filters: Filters = Filters()
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True)
class Hit:
    mention: Mention
    """Redacted."""
    score: float
    highlights: tuple[Span, ...]
    """Spans of `mention.full_text` that the text part of the query matched; in order, apart."""


@dataclass(frozen=True)
class Page:
    total: int
    """Exact."""
    hits: list[Hit]
    next_cursor: str | None
    """Give it to the next `search` to go on, however deep; None at the end."""


@dataclass(frozen=True)
class Bucket:
    key: str
    count: int


@dataclass(frozen=True)
class TimeBucket:
    start: datetime
    """Aware, the beginning of the hour, day, week (Monday) or month in Asia/Ho_Chi_Minh."""
    count: int
    by: dict[str, int]
    """Counts by the values of the facet asked for; empty without one."""


@dataclass(frozen=True)
class Rejected:
    """A mention that the backend will never accept as it is."""

    id: str
    reason: str


class MentionIndex(Protocol):
    """Every method raises IndexUnavailable when the backend cannot answer now."""

    def upsert(self, mentions: Sequence[Mention]) -> list[Rejected]:
        """Adds or replaces by id; searchable when it returns. Redacts by itself. A lower revision than the
        one held is ignored. One bad mention never blocks the others."""

    def delete(self, ids: Sequence[str]) -> None: ...

    def search(self, query: MentionQuery, *, limit: int = 20, cursor: str | None = None) -> Page: ...

    def count(self, query: MentionQuery) -> int: ...

    def facets(self, query: MentionQuery, facets: Sequence[Facet], *, limit: int = 20) -> dict[Facet, list[Bucket]]:
        """Largest bucket first, ties by key."""

    def histogram(self, query: MentionQuery, interval: Interval, *, by: Facet | None = None) -> list[TimeBucket]:
        """By publication time, oldest first, empty buckets between the first and the last included."""

    def scan(self, query: MentionQuery) -> Iterator[Hit]:
        """Every hit in the query's order, streamed, never cut."""

    def clear(self) -> None:
        """Empties the index, for a rebuild from the store."""

    def close(self) -> None: ...
