"""Hours, days, weeks and months of a time histogram, in Vietnam's time.

The zone is taken as UTC+7 throughout, as it has been since 1975, so that no two days overlap and both backends agree.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from index.base import Interval, TimeBucket
from langnghe.errors import UsageError

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UTC_OFFSET = timedelta(hours=7)
MAX_BUCKETS = 20_000
_LOCAL = timezone(UTC_OFFSET)
_HOUR_MS = 3_600_000
_FIRST_MONDAY_H = 4 * 24
"""Hours from Thursday, 1 January 1970 to the Monday after."""


def width_ms(interval: Interval) -> int:
    """The fixed width that a backend counts by; months are added up from days."""
    return {Interval.HOUR: 1, Interval.WEEK: 7 * 24}.get(interval, 24) * _HOUR_MS


def offset_ms(interval: Interval) -> int:
    """Where, after a multiple of the width since 1970, a bucket begins."""
    start_h = (_FIRST_MONDAY_H if interval is Interval.WEEK else 0) - UTC_OFFSET // timedelta(hours=1)
    return start_h * _HOUR_MS % width_ms(interval)


def time_buckets(counted: Mapping[int, tuple[int, Mapping[str, int]]], interval: Interval) -> list[TimeBucket]:
    """Buckets from counts by their beginning in milliseconds since 1970; gaps are filled with zeros.

    Raises UsageError when the span has more than `MAX_BUCKETS` buckets.
    """
    totals: dict[datetime, int] = {}
    parts: dict[datetime, dict[str, int]] = {}
    for start_ms, (count, by) in counted.items():
        start = _beginning(start_ms, interval)
        totals[start] = totals.get(start, 0) + count
        part = parts.setdefault(start, {})
        for key, n in by.items():
            part[key] = part.get(key, 0) + n
    starts = _all_starts(min(totals), max(totals), interval) if totals else []
    return [TimeBucket(start.astimezone(ZONE), totals.get(start, 0), parts.get(start, {})) for start in starts]


def _beginning(start_ms: int, interval: Interval) -> datetime:
    start = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=start_ms)).astimezone(_LOCAL)
    return start.replace(day=1) if interval is Interval.MONTH else start


def _all_starts(first: datetime, last: datetime, interval: Interval) -> list[datetime]:
    starts = [first]
    while starts[-1] < last:
        starts.append(_next(starts[-1], interval))
        if len(starts) > MAX_BUCKETS:
            raise UsageError("Khoảng thời gian quá dài để chia nhỏ như vậy; hãy thu hẹp thời gian hoặc chia theo tháng")
    return starts


def _next(start: datetime, interval: Interval) -> datetime:
    if interval is Interval.MONTH:
        return (start + timedelta(days=32)).replace(day=1)
    return start + timedelta(milliseconds=width_ms(interval))
