"""When a source is due: a cron line or an interval, in Vietnam's time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from apscheduler.triggers.interval import IntervalTrigger  # type: ignore[import-untyped]

from langnghe.errors import ConfigError

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
ANCHOR = datetime(2025, 1, 1, tzinfo=VIETNAM)
"""Intervals are counted from a midnight, so that "every 30 minutes" means at 8:00, 8:30 and so on."""
MAX_MINUTES = 366 * 24 * 60
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Schedule(Protocol):
    """One of the two is given; `crawlers.config.Schedule` is one."""

    @property
    def cron(self) -> str | None: ...

    @property
    def every_minutes(self) -> int | None: ...


@dataclass(frozen=True)
class Timing:
    """A schedule as the stored configuration of a source holds it."""

    cron: str | None = None
    """Five fields; weekdays by name or as cron numbers them, Sunday being 0 and 7."""
    every_minutes: int | None = None


def read_timing(config: Mapping[str, Any]) -> Timing | None:
    """The schedule in a source's stored configuration; None without one that can be read."""
    fields = config.get("schedule")
    if not isinstance(fields, Mapping):
        return None
    cron, minutes = fields.get("cron"), fields.get("every_minutes")
    if not isinstance(cron, str | None) or not isinstance(minutes, int | None):
        return None
    timing = Timing(cron, minutes)
    try:
        build_trigger(timing)
    except ConfigError:
        return None
    return timing


def build_trigger(schedule: Schedule) -> BaseTrigger:
    """Raises ConfigError for a schedule that cannot be followed."""
    try:
        if schedule.every_minutes is not None:
            if not 1 <= schedule.every_minutes <= MAX_MINUTES:
                raise ValueError(f"phải từ 1 đến {MAX_MINUTES} phút")
            return IntervalTrigger(minutes=schedule.every_minutes, start_date=ANCHOR, timezone=VIETNAM)
        return CronTrigger.from_crontab(_with_named_weekdays(schedule.cron or ""), timezone=VIETNAM)
    except (ValueError, TypeError) as error:
        raise ConfigError(f"Lịch không đọc được: {schedule.cron or schedule.every_minutes!r}: {error}") from error


def next_runs(schedule: Schedule, now: datetime, n: int = 3) -> list[datetime]:
    """The next `n` times after `now`, in Vietnam's time; fewer when the schedule comes to an end."""
    trigger, moments = build_trigger(schedule), list[datetime]()
    after = now.astimezone(VIETNAM) + timedelta(microseconds=1)
    while len(moments) < n and (moment := trigger.get_next_fire_time(None, after)):
        moments.append(moment)
        after = moment + timedelta(microseconds=1)
    return moments


def _with_named_weekdays(cron: str) -> str:
    """APScheduler counts weekdays from Monday = 0, cron from Sunday; names mean the same to both."""
    *others, weekdays = cron.split() or [""]
    named = [_named(part) for part in weekdays.split(",")]
    return " ".join([*others, ",".join(named)])


def _named(part: str) -> str:
    """`1-5/2` as `mon,wed,fri`, `5-7` as `fri,sat,sun`; what is no number or range of numbers stays."""
    found = re.fullmatch(r"(?:([0-7])(?:-([0-7]))?|\*)(?:/([1-7]))?", part)
    if not found or part == "*":
        return part
    first = int(found[1] or 0)
    last = int(found[2] or (6 if found[1] is None else first))
    return ",".join(_WEEKDAYS[day] for day in range(first, last + 1, int(found[3] or 1))) or part
