"""Periods of time as people ask for them, in Vietnam's time, and the period before to compare with."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from index.base import Interval

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}))?")


class Period(StrEnum):
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"
    ALL = "all"
    CUSTOM = "custom"


_DAYS = {Period.DAY: 1, Period.WEEK: 7, Period.MONTH: 30}


@dataclass(frozen=True)
class TimeRange:
    """Half-open, aware; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def before(self) -> "TimeRange | None":
        """The same hours, so many whole days earlier, so that a part of a day meets the same part of a day."""
        if self.since is None or self.until is None:
            return None
        shift = self.shift
        return TimeRange(self.since - shift, self.until - shift)

    @property
    def shift(self) -> timedelta:
        """What lies between a moment here and its like in the period before."""
        assert self.since
        assert self.until
        hours = -(-(self.until - self.since) // timedelta(hours=1))
        return timedelta(hours=hours) if hours < 24 else timedelta(days=-(-hours // 24))


def time_range(period: Period, *, now: datetime, since: str | None = None, until: str | None = None) -> TimeRange:
    """What `period` means at `now`. 24 hours roll; 7 and 30 days are whole days of the calendar with today as
    the last. `since` and `until` (`2026-11-22` or `2026-11-22T14`, Vietnam's time, the last one included) count
    for CUSTOM only; one that cannot be read is open."""
    end = now.astimezone(VIETNAM).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if period is Period.ALL:
        return TimeRange()
    if period is Period.CUSTOM:
        return TimeRange(parse_moment(since), parse_moment(until, end=True))
    if period is Period.DAY:
        return TimeRange(end - timedelta(hours=24), end)
    midnight = datetime.combine((end - timedelta(hours=1)).date(), time.min, VIETNAM)
    return TimeRange(midnight - timedelta(days=_DAYS[period] - 1), end)


def parse_moment(text: str | None, *, end: bool = False) -> datetime | None:
    """The beginning, or with `end` the end, of the day or hour that `text` names; None if it names none."""
    match = _MOMENT.fullmatch(text or "")
    if not match:
        return None
    try:
        day = datetime.combine(date.fromisoformat(match[1]), time(int(match[2] or 0)), VIETNAM)
        return day + (timedelta(hours=1) if match[2] else timedelta(days=1)) if end else day
    except (ValueError, OverflowError):
        return None


def interval_for(span: timedelta) -> Interval:
    """Bars that fit a screen: 3 to 100 of them."""
    if span <= timedelta(days=2):
        return Interval.HOUR
    if span <= timedelta(days=93):
        return Interval.DAY
    return Interval.WEEK if span <= timedelta(days=700) else Interval.MONTH


def bucket_end(start: datetime, interval: Interval) -> datetime:
    """The end of the bucket that begins at `start`, in Vietnam's time."""
    local = start.astimezone(VIETNAM)
    if interval is Interval.MONTH:
        return (local.replace(day=1) + timedelta(days=32)).replace(day=1)
    return (
        local
        + {
            Interval.HOUR: timedelta(hours=1),
            Interval.DAY: timedelta(days=1),
            Interval.WEEK: timedelta(days=7),
        }[interval]
    )


def utc_now() -> datetime:
    return datetime.now(UTC)
