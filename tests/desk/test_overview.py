from datetime import datetime, timedelta

import pytest

from desk.lexicon import Lexicon
from desk.overview import Overview, build_overview, narrowed, newest_date, wilson
from desk.periods import Period, time_range
from index.base import Facet, Filters, MentionIndex
from langnghe.records import Mention


def _filters(now: datetime, period: Period = Period.MONTH, **fields: object) -> Filters:
    span = time_range(period, now=now)
    return Filters(since=span.since, until=span.until, **fields)  # type: ignore[arg-type]


@pytest.fixture
def overview(index: MentionIndex, lexicon: Lexicon, now: datetime) -> Overview:
    return build_overview(index, _filters(now), lexicon)


@pytest.fixture
def inside(posts: list[Mention], now: datetime) -> list[Mention]:
    """The posts of the last 30 days with sure dates, counted by hand."""
    span = time_range(Period.MONTH, now=now)
    assert span.since
    assert span.until
    return [p for p in posts if span.since <= p.published_at < span.until and p.published_confidence >= 0.5]


def test_totals_are_those_of_the_posts(overview: Overview, inside: list[Mention]):
    assert overview.total.now == len(inside)
    assert overview.copies == sum(p.is_copy for p in inside)
    assert overview.negative.now == sum(_label(p, "sentiment") == "negative" for p in inside)
    assert overview.urgent.now == sum(_label(p, "urgency") in ("high", "critical") for p in inside)


def test_the_period_before_is_counted_over_the_same_hours(
    overview: Overview, posts: list[Mention], inside: list[Mention], now: datetime
):
    span = time_range(Period.MONTH, now=now).before
    assert span
    assert span.since
    assert span.until
    before = [p for p in posts if span.since <= p.published_at < span.until and p.published_confidence >= 0.5]
    assert overview.total.before == len(before)
    assert overview.total.ratio == pytest.approx((len(inside) - len(before)) / len(before))


def test_unsure_dates_stay_out_and_are_told(overview: Overview, posts: list[Mention], now: datetime):
    span = time_range(Period.MONTH, now=now)
    assert span.since
    unsure = [p for p in posts if p.published_confidence < 0.5 and p.published_at >= span.since]
    assert overview.unsure_dates == len(unsure) > 0


def test_bars_cover_every_day_and_add_up(overview: Overview):
    assert len(overview.volume) == 30
    assert sum(bar.count for bar in overview.volume) == overview.total.now
    assert sum(n for bar in overview.volume for n in bar.by_sentiment.values()) == overview.total.now
    assert all(a.end == b.start for a, b in zip(overview.volume, overview.volume[1:], strict=False))
    assert sum(bar.before or 0 for bar in overview.volume) == overview.total.before


def test_a_day_without_posts_is_a_bar_of_nothing(index: MentionIndex, lexicon: Lexicon, now: datetime):
    quiet = build_overview(index, _filters(now, Period.WEEK, topic=("fire_rescue",)), lexicon)
    assert quiet.total.now == 0
    some = build_overview(index, _filters(now, Period.DAY), lexicon)
    assert len(some.volume) == 24


def test_shares_add_up_and_lie_in_their_intervals(overview: Overview):
    assert sum(share.share for share in overview.sentiment) == pytest.approx(1)
    assert all(share.low < share.share < share.high for share in overview.sentiment)


def test_wilson_intervals_are_the_published_ones():
    low, high = wilson(81, 263)  # Newcombe, Statistics in Medicine 17 (1998), table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 20)[0] == 0.0


def test_every_ranked_number_is_what_its_link_finds(overview: Overview, index: MentionIndex, lexicon: Lexicon):
    for facet, rows in overview.ranked.items():
        for row in rows:
            assert index.count(narrowed(overview.query, **{str(facet): (row.key,)})) == row.change.now
    for row in overview.places:
        assert index.count(narrowed(overview.query, place=lexicon.expand_place(row.key))) == row.change.now
    assert overview.places
    assert overview.ranked[Facet.AGENCY]


def test_rankings_carry_the_change(overview: Overview, index: MentionIndex):
    row = overview.ranked[Facet.TOPIC][0]
    before = time_range(Period.CUSTOM, now=overview.volume[0].start)
    assert before
    assert row.change.before is not None


def test_newest_come_first_and_urgent_are_urgent(overview: Overview):
    dates = [hit.mention.published_at for hit in overview.newest]
    assert dates == sorted(dates, reverse=True)
    assert all(_label(hit.mention, "urgency") != "normal" for hit in overview.newest_urgent)
    assert overview.newest_urgent


def test_all_time_has_nothing_to_compare_with(index: MentionIndex, lexicon: Lexicon, posts: list[Mention]):
    overview = build_overview(index, Filters(), lexicon)
    assert overview.total.before is None
    assert overview.total.now == sum(p.published_confidence >= 0.5 for p in posts)
    assert sum(bar.count for bar in overview.volume) == overview.total.now
    assert all(bar.before is None for bar in overview.volume)


def test_an_empty_period_is_no_error(index: MentionIndex, lexicon: Lexicon, now: datetime):
    later = _filters(now + timedelta(days=900), Period.WEEK)
    overview = build_overview(index, later, lexicon)
    assert overview.total.now == 0
    assert overview.total.ratio is None
    assert overview.newest == ()


def test_the_newest_date_is_known(index: MentionIndex, posts: list[Mention]):
    assert newest_date(index) == max(p.published_at for p in posts if p.published_confidence >= 0.5)


def _label(post: Mention, head: str) -> str:
    return str(getattr(post.annotation, head).label)
