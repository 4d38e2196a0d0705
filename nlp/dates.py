"""When something was published, how that was found and how sure it is; unsure dates stay out of trends.

Own patterns come first: they know Vietnamese words, day before month, `18/9` without a year, and are a thousand times
quicker than dateparser, which is asked only about what they cannot read.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

import dateparser  # type: ignore[import-untyped]

from langnghe.records import DateMethod
from langnghe.text import fold

EARLIEST_YEAR = 1995
"""Before the web: an empty field written as 1970-01-01, or a slip."""
CLOCK_SLACK = timedelta(minutes=10)
"""Two clocks may differ so much without one being wrong."""
FUTURE_CONFIDENCE = 0.2
TEXT_CEILING = 0.4
"""A date inside a text is when something happened, seldom when it was published."""

_HOUR_OF = {"rang sang": 4, "sang": 8, "trua": 12, "chieu": 15, "toi": 20, "dem": 22, "khuya": 23}
_DAYS_BACK = {"hom nay": 0, "today": 0, "hom qua": 1, "yesterday": 1, "hom kia": 2, "hom truoc": 2}
_UNITS: dict[str, tuple[timedelta, float]] = {
    "giay": (timedelta(seconds=1), 0.9),
    "phut": (timedelta(minutes=1), 0.9),
    "gio": (timedelta(hours=1), 0.85),
    "ngay": (timedelta(days=1), 0.7),
    "tuan": (timedelta(weeks=1), 0.5),
    "thang": (timedelta(days=30), 0.3),
    "nam": (timedelta(days=365), 0.2),
}
_UNIT_OF = {
    **{name: name for name in _UNITS},
    **dict.fromkeys(("s", "sec", "second"), "giay"),
    **dict.fromkeys(("p", "ph", "m", "min", "minute"), "phut"),
    **dict.fromkeys(("g", "h", "hr", "hour", "tieng"), "gio"),
    **dict.fromkeys(("d", "day", "hom"), "ngay"),
    **dict.fromkeys(("w", "wk", "week"), "tuan"),
    **dict.fromkeys(("mo", "month"), "thang"),
    **dict.fromkeys(("y", "yr", "year"), "nam"),
}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, start=1)}
_PART = r"(?P<part>rang sang|sang|trua|chieu|toi|dem|khuya)"
_CLOCK = re.compile(
    r"(?<![\d/.-])(?P<hour>[01]?\d|2[0-3])\s?(?::|h|g|gio)\s?(?P<minute>[0-5]\d)?(?::(?P<second>[0-5]\d))?(?:\.\d+)?"
    r"\s?(?P<half>[ap]m|sa|ch)?(?![\d/-])"
)
_ZONE = re.compile(
    r"(?:gmt|utc)?\s?(?P<sign>[+-])(?P<hours>[01]?\d)(?::?(?P<minutes>[0-5]\d))?\)?\s*$|(?P<utc>\b(?:utc|gmt|z))\)?\s*$"
)
_YMD = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})(?!\d)")
_DMY = re.compile(r"(?<![\d/])(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>\d{4}|\d\d)(?!\d)")
_WORDS = re.compile(
    r"(?P<day>\d{1,2})\s*(?:thang|thg|th)\s*(?P<month>\d{1,2})(?:\s*(?:,|nam|/|-)?\s*(?P<year>(?:19|20)\d\d))?(?!\d)"
)
_ENGLISH = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?P<name>[a-z]{3})[a-z]*\.?,?\s+(?P<year>\d{4})|"
    r"(?P<name2>[a-z]{3})[a-z]*\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<year2>\d{4})"
)
_DM = re.compile(
    r"(?<![\d/.,-])(?<!khoan )(?<!dieu )(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})"
    r"(?![\d/]|[.,-]\d|\s?(?:ty|ti|trieu|%|ha|km|m\b))"
)
_COUNT = r"(?<!\w)(?:(?P<count>\d{1,4})\s?|(?P<word>mot|an?|vai|hai|ba|bon)\s)(?P<unit>[a-z]+?)s?"
_AGO = re.compile(rf"{_COUNT}(?:\s(?:truoc|ago|qua))?$")
_AGO_IN_TEXT = re.compile(rf"{_COUNT}\s(?:truoc|ago)\b")
_COUNTS = {"mot": 1, "a": 1, "an": 1, "vai": 3, "hai": 2, "ba": 3, "bon": 4}
_LAST = re.compile(r"(?P<unit>tuan|thang|nam) (?:truoc|qua|ngoai|roi)|last (?P<unit2>week|month|year)")
_JUST_NOW = re.compile(r"vua xong|vua moi|vua dang|moi day|just now|bay gio|now|moi dang")
_DIGITS = re.compile(r"\d{8,14}")
_URL_DATE = re.compile(
    r"/(?P<year>20\d\d)[/-]?(?P<month>[01]\d)[/-]?(?P<day>[0-3]\d)(?=\D)|[-_](?P<stamp>20\d{6})(?:\d{6,12})?\."
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[t ]|$)")


@dataclass(frozen=True)
class FoundDate:
    at: datetime | None
    """Aware, UTC; None when nothing could be read."""
    method: DateMethod
    confidence: float
    """0 to 1."""


@dataclass(frozen=True)
class _Reading:
    at: datetime
    """Aware."""
    confidence: float
    relative: bool = False


@dataclass(frozen=True)
class _Clue:
    text: str
    """Folded, blanks tidied."""
    now: datetime
    """Aware, in the zone of the source."""
    zone: tzinfo


def parse_date(raw: str, *, now: datetime, method: DateMethod, default_zone: str = "Asia/Ho_Chi_Minh") -> FoundDate:
    """Reads one date as a feed, a page or a text gives it; a date without a zone is meant in `default_zone`.

    A date in the future becomes `now` with little confidence; 1970 and what cannot be read give None. Never raises
    for any `raw`.
    """
    zone = ZoneInfo(default_zone)
    text = " ".join(fold(raw[:400]).replace("\u00a0", " ").split())
    clue = _Clue(text, now.astimezone(zone), zone)
    reading = _read(clue, method) if text else None
    if reading is None or reading.at.astimezone(UTC).year < EARLIEST_YEAR:
        return FoundDate(None, method, 0.0)
    found = FoundDate(
        reading.at.astimezone(UTC), DateMethod.RELATIVE if reading.relative else method, reading.confidence
    )
    if method is DateMethod.TEXT:
        found = replace(found, method=method, confidence=min(found.confidence, TEXT_CEILING))
    if reading.at > now + CLOCK_SLACK:
        return replace(found, at=now.astimezone(UTC), confidence=min(found.confidence, FUTURE_CONFIDENCE))
    return found


def best_date(found: Sequence[FoundDate], *, now: datetime) -> FoundDate:
    """The surest of several; among equals the first. Without any, the moment of collection with confidence 0."""
    read = [date for date in found if date.at is not None]
    if not read:
        return FoundDate(now.astimezone(UTC), DateMethod.COLLECTED, 0.0)
    return max(read, key=lambda date: date.confidence)


def _read(clue: _Clue, method: DateMethod) -> _Reading | None:
    readers: Sequence[Callable[[_Clue], _Reading | None]] = (_iso, _mail, _epoch, _written, _relative, _day_and_month)
    if method is DateMethod.URL:
        readers = (_from_url,)
    elif method is DateMethod.TEXT:
        readers = (_written, _relative, _day_and_month)
    else:
        readers = (*readers, _by_dateparser)
    for read in readers:
        try:
            if reading := read(clue):
                return reading
        except (ValueError, OverflowError):
            continue
    return None


def _iso(clue: _Clue) -> _Reading | None:
    if not _ISO.match(clue.text):
        return None
    at = datetime.fromisoformat(clue.text.upper())
    if at.tzinfo:
        return _Reading(at, 1.0)
    return _Reading(at.replace(tzinfo=clue.zone), 0.9 if len(clue.text) > 10 else 0.7)


def _mail(clue: _Clue) -> _Reading | None:
    """RFC 822 and 5322; a missing zone is the source's, not Greenwich."""
    if not re.match(r"(?:[a-z]{3,9},?\s+)?\d{1,2}[ -][a-z]{3}[a-z]*[ -]\d{2,4}\s+\d", clue.text):
        return None
    text = re.sub(r"(?:gmt|utc)([+-]\d)\b", r"\g<1>", clue.text)
    text = re.sub(r"([+-])(\d{1,2})(?::?(\d\d))?$", lambda m: f"{m[1]}{m[2]:0>2}{m[3] or '00'}", text)
    at = parsedate_to_datetime(text)
    if at.tzinfo:
        return _Reading(at, 1.0)
    return _Reading(at.replace(tzinfo=clue.zone), 0.85)


def _epoch(clue: _Clue) -> _Reading | None:
    if not _DIGITS.fullmatch(clue.text):
        return None
    if len(clue.text) in (8, 14):
        form = "%Y%m%d%H%M%S"[: 6 if len(clue.text) == 8 else None]
        return _Reading(datetime.strptime(clue.text, form).replace(tzinfo=clue.zone), 0.7)
    seconds = int(clue.text) / (1000 if len(clue.text) == 13 else 1)
    return _Reading(datetime.fromtimestamp(seconds, UTC), 0.9) if len(clue.text) in (10, 13) else None


def _written(clue: _Clue) -> _Reading | None:
    """A date with its year, in figures or words, with or without a clock and a zone."""
    for form in (_YMD, _DMY, _WORDS, _ENGLISH):
        match = form.search(clue.text)
        if not match:
            continue
        parts = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
        if "year" not in parts:
            continue
        month = _MONTHS[parts["name"]] if parts.get("name") in _MONTHS else int(parts.get("month", 0))
        year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
        return _with_clock(clue, match, datetime(year, month, int(parts["day"]), tzinfo=clue.zone), 0.95, 0.7)
    return None


def _day_and_month(clue: _Clue) -> _Reading | None:
    """`18/9`, `Chiều 4-12`: the latest such day that is not ahead."""
    match = _WORDS.search(clue.text) or _DM.search(clue.text)
    if not match:
        return None
    day, month = int(match["day"]), int(match["month"])
    latest = clue.now + timedelta(days=1)
    at = _latest(day, month, latest)
    return _with_clock(clue, match, at, 0.65, 0.55) if at else None


def _latest(day: int, month: int, until: datetime) -> datetime | None:
    for year in range(until.year, until.year - 5, -1):
        try:
            at = datetime(year, month, day, tzinfo=until.tzinfo)
        except ValueError:
            continue
        if at <= until:
            return at
    return None


def _relative(clue: _Clue) -> _Reading | None:
    if _JUST_NOW.search(clue.text):
        return _Reading(clue.now, 0.8, relative=True)
    match = _AGO.search(clue.text) or _AGO_IN_TEXT.search(clue.text)
    if match and (unit := _UNIT_OF.get(match["unit"])):
        step, confidence = _UNITS[unit]
        count = _COUNTS[match["word"]] if match["word"] else int(match["count"])
        return _Reading(clue.now - count * step, confidence, relative=True)
    for words, days in _DAYS_BACK.items():
        if match := re.search(rf"\b{words}\b", clue.text):
            return _day_back(clue, match, days)
    if match := re.search(rf"\b{_PART} (?P<when>nay|qua)\b", clue.text):
        return _day_back(clue, match, 1 if match["when"] == "qua" else 0)
    if match := _LAST.search(clue.text):
        step, confidence = _UNITS[_UNIT_OF[match["unit"] or match["unit2"]]]
        return _Reading(clue.now - step, confidence - 0.1, relative=True)
    return None


def _day_back(clue: _Clue, match: re.Match[str], days: int) -> _Reading:
    day = (clue.now - timedelta(days=days)).replace(hour=0, minute=0, second=0, microsecond=0)
    reading = _with_clock(clue, match, day, 0.85, 0.7)
    at = min(reading.at, clue.now) if days == 0 else reading.at
    return _Reading(at, reading.confidence, relative=True)


def _with_clock(clue: _Clue, date: re.Match[str], day: datetime, sure: float, day_only: float) -> _Reading:
    """Adds the clock beside a date, or the hour that a part of the day stands for."""
    rest = f"{clue.text[: date.start()]} | {clue.text[date.end() :]}"
    if match := _CLOCK.search(rest):
        hour = int(match["hour"]) % 24
        if match["half"] in ("pm", "ch") and hour < 12:
            hour += 12
        elif match["half"] in ("am", "sa") and hour == 12:
            hour = 0
        at = day.replace(hour=hour, minute=int(match["minute"] or 0), second=int(match["second"] or 0))
        return _Reading(_in_zone(at, rest), sure)
    around = clue.text[max(0, date.start() - 20) : date.end()]
    if match := re.search(rf"\b{_PART}\b", around):
        return _Reading(day.replace(hour=_HOUR_OF[match["part"]]), day_only)
    return _Reading(day, day_only)


def _in_zone(at: datetime, text: str) -> datetime:
    match = _ZONE.search(text)
    if not match:
        return at
    if match["utc"]:
        return at.replace(tzinfo=UTC)
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    return at.replace(tzinfo=timezone(-offset if match["sign"] == "-" else offset))


def _from_url(clue: _Clue) -> _Reading | None:
    match = _URL_DATE.search(clue.text)
    if not match:
        return None
    day = match["stamp"] or match["year"] + match["month"] + match["day"]
    return _Reading(datetime.strptime(day, "%Y%m%d").replace(tzinfo=clue.zone), 0.6)


def _by_dateparser(clue: _Clue) -> _Reading | None:
    at = dateparser.parse(
        clue.text[:80],
        languages=["vi", "en"],
        settings={
            "DATE_ORDER": "DMY",
            "RELATIVE_BASE": clue.now.replace(tzinfo=None),
            "PREFER_DATES_FROM": "past",
            "REQUIRE_PARTS": ["day", "month", "year"],
        },
    )
    if at is None:
        return None
    return _Reading(at if at.tzinfo else at.replace(tzinfo=clue.zone), 0.5)
