"""What people talk about in a period: volume, sentiment, subjects, places, agencies, against the period before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt

from desk.lexicon import Lexicon
from desk.periods import TimeRange, bucket_end, interval_for
from index.base import Bucket, Facet, Filters, Hit, Interval, MentionIndex, MentionQuery, Sort, TimeBucket
from langnghe.records import Sentiment, Urgency

URGENT = (str(Urgency.CRITICAL), str(Urgency.HIGH))
RANKED = (Facet.TOPIC, Facet.AGENCY, Facet.CHANNEL, Facet.SOURCE)
_Z_95 = 1.959964
_MAX_BUCKETS = 400


@dataclass(frozen=True)
class Change:
    """A count now and in the period before."""

    now: int
    before: int | None
    """None where there is no period before to compare with."""

    @property
    def ratio(self) -> float | None:
        """Relative change, 0.25 for a quarter more; None without posts before."""
        return (self.now - self.before) / self.before if self.before else None


@dataclass(frozen=True)
class Share:
    """A part of all posts with its 95 % interval (Wilson, 1927), 0 to 1."""

    key: str
    count: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranked:
    key: str
    change: Change


@dataclass(frozen=True)
class Volume:
    start: datetime
    end: datetime
    count: int
    by_sentiment: Mapping[str, int]
    before: int | None
    """Posts at the like moment of the period before."""


@dataclass(frozen=True)
class Overview:
    query: MentionQuery
    """The question that every number answers; narrow it to see the posts behind one."""
    total: Change
    copies: int
    """How many of the total repeat another post."""
    negative: Change
    urgent: Change
    unsure_dates: int
    """Posts whose date is too unsure to be counted here at all."""
    interval: Interval
    volume: tuple[Volume, ...]
    sentiment: tuple[Share, ...]
    ranked: Mapping[Facet, tuple[Ranked, ...]]
    places: tuple[Ranked, ...]
    newest: tuple[Hit, ...]
    newest_urgent: tuple[Hit, ...]


def build_overview(index: MentionIndex, filters: Filters, lexicon: Lexicon, *, limit: int = 8) -> Overview:
    """Counts only posts with sure dates. Raises IndexUnavailable."""
    query = MentionQuery(filters=filters.model_copy(update={"sure_dates": True}))
    before = _before(query)
    total = _change(index, query, before)
    interval, buckets = _histogram(index, query)
    return Overview(
        query=query,
        total=total,
        copies=total.now - index.count(narrowed(query, without_copies=True)),
        negative=_change(index, query, before, sentiment=(str(Sentiment.NEGATIVE),)),
        urgent=_change(index, query, before, urgency=URGENT),
        unsure_dates=index.count(narrowed(query, sure_dates=False)) - total.now,
        interval=interval,
        volume=_volume(index, query, before, interval, buckets),
        sentiment=_shares(index, query, total.now),
        ranked=_ranked(index, query, before, limit),
        places=_places(index, query, before, lexicon, limit),
        newest=tuple(index.search(query, limit=limit).hits),
        newest_urgent=tuple(index.search(narrowed(query, urgency=URGENT), limit=limit).hits),
    )


def narrowed(query: MentionQuery, **changes: object) -> MentionQuery:
    """The same question with some filters replaced."""
    return query.model_copy(update={"filters": query.filters.model_copy(update=changes)})


def newest_date(index: MentionIndex) -> datetime | None:
    """When the newest post of all was published, for screens that have nothing to show."""
    hits = index.search(MentionQuery(filters=Filters(sure_dates=True), sort=Sort.NEWEST), limit=1).hits
    return hits[0].mention.published_at if hits else None


def wilson(count: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share of `count` in `n`; (0, 1) for none (Wilson, JASA 22, 1927)."""
    if n == 0:
        return 0.0, 1.0
    p, z2 = count / n, _Z_95**2
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z_95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)


def _before(query: MentionQuery) -> MentionQuery | None:
    earlier = TimeRange(query.filters.since, query.filters.until).before
    return narrowed(query, since=earlier.since, until=earlier.until) if earlier else None


def _change(index: MentionIndex, query: MentionQuery, before: MentionQuery | None, **changes: object) -> Change:
    return Change(
        index.count(narrowed(query, **changes)),
        index.count(narrowed(before, **changes)) if before else None,
    )


def _histogram(index: MentionIndex, query: MentionQuery) -> tuple[Interval, list[TimeBucket]]:
    """Bars over the time asked for; where it is open, over the time that has posts."""
    since, until = query.filters.since, query.filters.until
    if since is None or until is None:
        ends = [index.search(query.model_copy(update={"sort": s}), limit=1).hits for s in (Sort.OLDEST, Sort.NEWEST)]
        if not all(ends):
            return Interval.DAY, []
        since, until = since or ends[0][0].mention.published_at, until or ends[1][0].mention.published_at
    interval = interval_for(until - since)
    return interval, index.histogram(query, interval, by=Facet.SENTIMENT)


def _volume(
    index: MentionIndex,
    query: MentionQuery,
    before: MentionQuery | None,
    interval: Interval,
    buckets: Sequence[TimeBucket],
) -> tuple[Volume, ...]:
    earlier = {b.start: b.count for b in index.histogram(before, interval)} if before and buckets else {}
    shift = TimeRange(query.filters.since, query.filters.until).shift if before else timedelta()
    counted = {bucket.start: bucket for bucket in buckets}
    return tuple(
        Volume(
            start,
            bucket_end(start, interval),
            counted[start].count if start in counted else 0,
            counted[start].by if start in counted else {},
            earlier.get(start - shift, 0) if before else None,
        )
        for start in _starts(query.filters, interval, buckets)
    )


def _starts(filters: Filters, interval: Interval, buckets: Sequence[TimeBucket]) -> list[datetime]:
    """Every bar of the time asked for, so that silence shows as such; weeks and months as the index cut them."""
    starts = [bucket.start for bucket in buckets]
    if not starts or filters.since is None or filters.until is None or interval in (Interval.WEEK, Interval.MONTH):
        return starts
    found: list[datetime] = []
    start = starts[0]
    while start > filters.since and len(found) < _MAX_BUCKETS:
        start -= bucket_end(start, interval) - start
        found.append(start)
    found, start = found[::-1] + starts, bucket_end(starts[-1], interval)
    while start < filters.until and len(found) < _MAX_BUCKETS:
        found.append(start)
        start = bucket_end(start, interval)
    return found


def _shares(index: MentionIndex, query: MentionQuery, total: int) -> tuple[Share, ...]:
    counts = _counts(index.facets(query, [Facet.SENTIMENT])[Facet.SENTIMENT])
    return tuple(
        Share(key, n := counts.get(key, 0), n / total if total else 0.0, *wilson(n, total))
        for key in map(str, Sentiment)
    )


def _ranked(
    index: MentionIndex, query: MentionQuery, before: MentionQuery | None, limit: int
) -> Mapping[Facet, tuple[Ranked, ...]]:
    now = index.facets(query, RANKED, limit=limit)
    earlier = index.facets(before, RANKED, limit=1000) if before else {}
    return {facet: _compared(now[facet], earlier.get(facet), before is not None) for facet in RANKED}


def _compared(now: Sequence[Bucket], earlier: Sequence[Bucket] | None, has_before: bool) -> tuple[Ranked, ...]:
    before = _counts(earlier or ())
    return tuple(Ranked(b.key, Change(b.count, before.get(b.key, 0) if has_before else None)) for b in now)


def _places(
    index: MentionIndex, query: MentionQuery, before: MentionQuery | None, lexicon: Lexicon, limit: int
) -> tuple[Ranked, ...]:
    """Places by the count that their link opens: an old district counts with its wards and what came of them."""
    found = [b.key for b in index.facets(query, [Facet.PLACE], limit=200)[Facet.PLACE]]
    units = [key for key in found if lexicon.is_unit_of_today(key)][: 2 * limit]
    ranked = [Ranked(key, _change(index, query, before, place=lexicon.expand_place(key))) for key in units]
    return tuple(sorted(ranked, key=lambda r: (-r.change.now, r.key))[:limit])


def _counts(buckets: Sequence[Bucket]) -> dict[str, int]:
    return {bucket.key: bucket.count for bucket in buckets}
