"""A schedule in words: as people say it, or as the cron line where nobody would say it."""

import re

from langnghe.store.schedules import Timing
from ui.i18n import Words

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def schedule_words(t: Words, timing: Timing | None) -> str:
    if timing is None:
        return t("schedule.unreadable")
    if timing.every_minutes is not None:
        return _every(t, timing.every_minutes)
    cron = timing.cron or ""
    minute, hour, day, month, weekdays = cron.split()
    times, days = _times(t, minute, hour), _days(t, weekdays)
    if times is None or days is None or (day, month) != ("*", "*"):
        return t("schedule.cron", cron=cron)
    return t("schedule.on_days", times=times, days=days) if days else times


def _every(t: Words, minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return t("schedule.minutes", n=minutes) if rest else t("schedule.hours", n=hours)


def _times(t: Words, minute: str, hour: str) -> str | None:
    """`*/30 6-22`, `15 7-18/2`, `30 6,18`; None for what is rarer."""
    span = re.fullmatch(r"(\d+)-(\d+)(?:/(\d+))?", hour)
    step = re.fullmatch(r"\*/(\d+)", minute)
    if step and hour == "*":
        return t("schedule.minutes", n=int(step[1]))
    if step and span and not span[3]:
        return t("schedule.minutes_between", n=int(step[1]), first=span[1], last=span[2])
    if not minute.isdecimal():
        return None
    if span:
        every = int(span[3] or 1)
        last = int(span[2]) - (int(span[2]) - int(span[1])) % every
        return t("schedule.hours_between", n=every, first=_clock(span[1], minute), last=_clock(str(last), minute))
    if re.fullmatch(r"\d+(,\d+)*", hour):
        return t("schedule.at", times=", ".join(_clock(one, minute) for one in hour.split(",")))
    return None


def _days(t: Words, weekdays: str) -> str | None:
    """Empty for every day, None for what is rarer than a range or a list of names."""
    if weekdays == "*":
        return ""
    first, _, last = weekdays.partition("-")
    if first in _DAYS and last in _DAYS:
        return t("schedule.days_from_to", first=t(f"weekday.{first}"), last=t(f"weekday.{last}"))
    names = weekdays.split(",")
    return ", ".join(t(f"weekday.{name}") for name in names) if set(names) <= set(_DAYS) else None


def _clock(hour: str, minute: str) -> str:
    return f"{int(hour):02d}:{int(minute):02d}"
