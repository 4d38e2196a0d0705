from datetime import UTC, datetime

import pytest

from langnghe.errors import ConfigError
from langnghe.store.schedules import Timing, next_runs, read_timing

SUNDAY = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
"""Eight in the morning in Vietnam."""


def shown(timing: Timing, now: datetime = SUNDAY) -> list[str]:
    return [f"{at:%a %d/%m %H:%M}" for at in next_runs(timing, now)]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (Timing("0 6 * * *"), ["Mon 23/11 06:00", "Tue 24/11 06:00", "Wed 25/11 06:00"]),
        (Timing("*/30 6-22 * * *"), ["Sun 22/11 08:30", "Sun 22/11 09:00", "Sun 22/11 09:30"]),
        (Timing("0 8 * * mon-fri"), ["Mon 23/11 08:00", "Tue 24/11 08:00", "Wed 25/11 08:00"]),
        (Timing(every_minutes=30), ["Sun 22/11 08:30", "Sun 22/11 09:00", "Sun 22/11 09:30"]),
        (Timing(every_minutes=90), ["Sun 22/11 09:00", "Sun 22/11 10:30", "Sun 22/11 12:00"]),
        (Timing(every_minutes=1440), ["Mon 23/11 00:00", "Tue 24/11 00:00", "Wed 25/11 00:00"]),
    ],
)
def test_the_next_three_runs_are_told_in_vietnams_time(timing: Timing, expected: list[str]) -> None:
    assert shown(timing) == expected


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        ("1-5", "mon-fri"),
        ("0", "sun"),
        ("7", "sun"),
        ("6,0", "sat,sun"),
        ("5-7", "fri-sun"),
        ("0-2", "sun,mon,tue"),
        ("0-6", "*"),
        ("1-5/2", "mon,wed,fri"),
        ("*/3", "sun,wed,sat"),
    ],
)
def test_weekdays_are_numbered_as_cron_does_it(numbers: str, names: str) -> None:
    assert next_runs(Timing(f"0 8 * * {numbers}"), SUNDAY, 7) == next_runs(Timing(f"0 8 * * {names}"), SUNDAY, 7)


def test_the_servers_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert shown(Timing("0 6 * * *"))[0] == "Mon 23/11 06:00"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_that_never_comes_has_no_next_run() -> None:
    assert next_runs(Timing("0 8 30 2 *"), SUNDAY) == []


@pytest.mark.parametrize(
    "timing",
    [
        Timing(),
        Timing(""),
        Timing("mỗi sáng"),
        Timing("99 * * * *"),
        Timing("0 8 * * 9"),
        Timing("0 8 * *"),
        Timing(every_minutes=0),
        Timing(every_minutes=-5),
        Timing(every_minutes=10**12),
    ],
)
def test_what_cannot_be_followed_is_told(timing: Timing) -> None:
    with pytest.raises(ConfigError, match="Lịch không đọc được"):
        next_runs(timing, SUNDAY)


@pytest.mark.parametrize(
    ("config", "timing"),
    [
        ({"schedule": {"cron": None, "every_minutes": 30}}, Timing(every_minutes=30)),
        ({"schedule": {"cron": "0 6 * * *"}}, Timing("0 6 * * *")),
        ({"schedule": {"cron": "hỏng"}}, None),
        ({"schedule": {"every_minutes": "ba mươi"}}, None),
        ({"schedule": {"cron": 5}}, None),
        ({"schedule": "hằng ngày"}, None),
        ({}, None),
    ],
)
def test_a_stored_schedule_is_read_or_there_is_none(config: dict[str, object], timing: Timing | None) -> None:
    assert read_timing(config) == timing
