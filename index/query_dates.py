"""The days, months and relative times that `tu:` and `den:` understand."""

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta

from index.periods import ZONE
from langnghe.text import fold

_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})"),
)
_AGO = re.compile(r"(?P<n>\d{1,4}) ?(?P<unit>h|gio|d|ngay|w|tuan|m|thang)( truoc| qua)?")
_UNITS = {"h": 1, "gio": 1, "d": 24, "ngay": 24, "w": 168, "tuan": 168, "m": 720, "thang": 720}
"""Hours; a month back is 30 days."""
Period = tuple[datetime, datetime]


def parse_period(text: str, now: datetime) -> Period:
    """The beginning and the end, exclusive, of the day, month, year or moment that is meant, in Vietnam's time.

    Raises ValueError for anything else.
    """
    plain = " ".join(fold(text).replace("_", " ").split())
    today = datetime.combine(now.astimezone(ZONE).date(), time(), ZONE)
    if plain in _NAMED:
        return _NAMED[plain](today)
    if ago := _AGO.fullmatch(plain):
        moment = now - timedelta(hours=int(ago["n"]) * _UNITS[ago["unit"]])
        return moment, moment
    for form in _FORMS:
        if found := form.fullmatch(plain):
            return _calendar_period({name: int(value) for name, value in found.groupdict().items()}, today)
    raise ValueError(text)


def _calendar_period(parts: dict[str, int], today: datetime) -> Period:
    start = datetime(parts.get("year", today.year), parts.get("month", 1), parts.get("day", 1), tzinfo=ZONE)
    if "year" not in parts and start > today:
        start = start.replace(year=start.year - 1)
    if "day" in parts:
        return _day(start)
    return start, _first_of_next_month(start) if "month" in parts else start.replace(year=start.year + 1)


def _day(start: datetime) -> Period:
    return start, start + timedelta(days=1)


def _week(day: datetime) -> Period:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def _month(day: datetime) -> Period:
    start = day.replace(day=1)
    return start, _first_of_next_month(start)


def _first_of_next_month(start: datetime) -> datetime:
    return (start + timedelta(days=32)).replace(day=1)


_NAMED: dict[str, Callable[[datetime], Period]] = {
    "hom nay": _day,
    "today": _day,
    "hom qua": lambda today: _day(today - timedelta(days=1)),
    "yesterday": lambda today: _day(today - timedelta(days=1)),
    "hom kia": lambda today: _day(today - timedelta(days=2)),
    "tuan nay": _week,
    "tuan truoc": lambda today: _week(today - timedelta(days=7)),
    "thang nay": _month,
    "thang truoc": lambda today: _month(today.replace(day=1) - timedelta(days=1)),
    "nam nay": lambda today: _calendar_period({"year": today.year}, today),
    "nam ngoai": lambda today: _calendar_period({"year": today.year - 1}, today),
}
