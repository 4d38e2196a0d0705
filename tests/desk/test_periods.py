from datetime import UTC, datetime, timedelta

import pytest

from desk.periods import VIETNAM, Period, TimeRange, bucket_end, interval_for, parse_moment, time_range
from index.base import Interval

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=VIETNAM)


def test_last_24_hours_roll_and_end_with_the_hour_that_runs():
    span = time_range(Period.DAY, now=NOW)
    assert span == TimeRange(datetime(2026, 11, 21, 15, tzinfo=VIETNAM), datetime(2026, 11, 22, 15, tzinfo=VIETNAM))


@pytest.mark.parametrize(("period", "first"), [(Period.WEEK, 16), (Period.MONTH, 24)])
def test_days_are_whole_days_in_vietnam_with_today_as_the_last(period: Period, first: int):
    span = time_range(period, now=NOW)
    assert span.since
    assert span.since.astimezone(VIETNAM).day == first
    assert span.since.astimezone(VIETNAM).hour == 0


def test_a_server_in_another_zone_sees_the_same_days():
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # 00:30 on the 23rd in Vietnam
    span = time_range(Period.WEEK, now=late)
    assert span.since == datetime(2026, 11, 17, tzinfo=VIETNAM)


def test_the_period_before_meets_the_same_hours_of_the_same_weekdays():
    span = time_range(Period.WEEK, now=NOW)
    assert span.before == TimeRange(span.since - timedelta(days=7), span.until - timedelta(days=7))


def test_an_open_range_has_no_period_before():
    assert time_range(Period.ALL, now=NOW).before is None
    assert TimeRange(since=NOW).before is None


def test_custom_days_and_hours_include_the_last_one():
    span = time_range(Period.CUSTOM, now=NOW, since="2026-11-01", until="2026-11-02T09")
    assert span == TimeRange(datetime(2026, 11, 1, tzinfo=VIETNAM), datetime(2026, 11, 2, 10, tzinfo=VIETNAM))


@pytest.mark.parametrize("text", ["", "hôm qua", "2026-13-01", "2026-11-22T25", "9999-12-31", "٢٠٢٦-11-22", None])
def test_what_is_no_moment_is_open(text: str | None):
    assert parse_moment(text, end=True) is None


@pytest.mark.parametrize(("days", "interval"), [(1, "hour"), (30, "day"), (300, "week"), (3000, "month")])
def test_bars_fit_the_screen(days: int, interval: str):
    assert interval_for(timedelta(days=days)) == interval


def test_months_end_where_the_next_begins():
    january = datetime(2026, 1, 1, tzinfo=VIETNAM)
    assert bucket_end(january, Interval.MONTH) == datetime(2026, 2, 1, tzinfo=VIETNAM)
