"""Every way a date is written: what it means, how it was found, how sure that is."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from langnghe.records import DateMethod
from nlp.dates import FoundDate, best_date, parse_date

NOW = datetime(2026, 1, 15, 5, 30, tzinfo=UTC)
"""12:30 on Thursday in Ho Chi Minh City."""


def read(raw: str, method: DateMethod = DateMethod.PAGE, zone: str = "Asia/Ho_Chi_Minh") -> FoundDate:
    return parse_date(raw, now=NOW, method=method, default_zone=zone)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC) - timedelta(hours=7)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("2025-09-18T10:00:00+07:00", local(2025, 9, 18, 10)),
        ("2025-09-18T03:00:00Z", local(2025, 9, 18, 10)),
        ("2025-09-18 10:00:00", local(2025, 9, 18, 10)),
        ("Thu, 18 Sep 2025 10:00:00 +0700", local(2025, 9, 18, 10)),
        ("Thu, 18 Sep 2025 10:00:00 GMT+7", local(2025, 9, 18, 10)),
        ("Thu, 18 Sep 2025 03:00:00 GMT", local(2025, 9, 18, 10)),
        ("Thu, 18 Sep 2025 10:00:00", local(2025, 9, 18, 10)),
        ("Thứ Hai, 18/09/2025 10:00 (GMT+7)", local(2025, 9, 18, 10)),
        ("Thứ năm, ngày 18 tháng 9 năm 2025 lúc 10h", local(2025, 9, 18, 10)),
        ("10:00 18.9.2025", local(2025, 9, 18, 10)),
        ("18-9-25 | 10:00 SA", local(2025, 9, 18, 10)),
        ("September 18, 2025 10:00 am", local(2025, 9, 18, 10)),
        ("1758164400", local(2025, 9, 18, 10)),
        ("1758164400000", local(2025, 9, 18, 10)),
        ("00:30 12/05/2025", local(2025, 5, 12, 0, 30)),
    ],
)
def test_full_dates_are_sure(raw: str, at: datetime) -> None:
    found = read(raw)
    assert (found.at, found.method) == (at, DateMethod.PAGE)
    assert found.confidence >= 0.8


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("20 phút trước", NOW - timedelta(minutes=20)),
        ("2 giờ trước", NOW - timedelta(hours=2)),
        ("2h", NOW - timedelta(hours=2)),
        ("một giờ trước", NOW - timedelta(hours=1)),
        ("3 ngày trước", NOW - timedelta(days=3)),
        ("hôm qua", local(2026, 1, 14)),
        ("Hôm qua lúc 10:30", local(2026, 1, 14, 10, 30)),
        ("tối qua", local(2026, 1, 14, 20)),
        ("sáng nay", local(2026, 1, 15, 8)),
        ("tuần trước", NOW - timedelta(weeks=1)),
        ("tháng trước", NOW - timedelta(days=30)),
        ("vừa xong", NOW),
        ("yesterday", local(2026, 1, 14)),
    ],
)
def test_relative_dates_say_so(raw: str, at: datetime) -> None:
    found = read(raw)
    assert (found.at, found.method) == (at, DateMethod.RELATIVE)
    assert 0 < found.confidence < 1


@pytest.mark.parametrize(
    ("raw", "at"),
    [("18/9", local(2025, 9, 18)), ("Chiều 4-12", local(2025, 12, 4, 15)), ("00:30 12/05", local(2025, 5, 12, 0, 30))],
)
def test_a_date_without_a_year_is_the_latest_that_is_past(raw: str, at: datetime) -> None:
    found = read(raw)
    assert found.at == at
    assert found.confidence < 0.7


def test_the_future_becomes_now_and_is_not_trusted() -> None:
    for raw in ("2030-01-01", "15/01/2026 23:59", "2026-01-15T13:00:00+07:00"):
        assert read(raw) == FoundDate(NOW, DateMethod.PAGE, 0.2)
    assert read("2026-01-15T12:35:00+07:00").confidence == 1.0, "five minutes are two clocks, not a mistake"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "0",
        "rác",
        "1970-01-01T00:00:00Z",
        "20250-01-01",
        "31/02/2025",
        "Mon, 32 Foo 2025 99:99:99",
        "\x00\ud800",
        "9" * 500,
    ],
)
def test_no_date_falls_back_to_the_moment_of_collection(raw: str) -> None:
    found = read(raw)
    assert found == FoundDate(None, DateMethod.PAGE, 0.0)
    assert best_date([found], now=NOW) == FoundDate(NOW, DateMethod.COLLECTED, 0.0)


def test_the_surest_date_wins_and_the_first_among_equals() -> None:
    page, url = read("18/9/2025"), read("https://vidu.vn/2025/09/17/ngap.html", DateMethod.URL)
    feed = read("Wed, 17 Sep 2025 09:00:00 +0700", DateMethod.FEED)
    assert best_date([url, page, feed], now=NOW) == feed
    assert best_date([page, url], now=NOW) == page
    assert best_date([], now=NOW).method is DateMethod.COLLECTED


def test_a_date_in_an_address_or_a_text_is_worth_less() -> None:
    url = read("https://tuoitre.vn/du-lich-2026011220174682.htm", DateMethod.URL)
    assert (url.at, url.method, url.confidence) == (local(2026, 1, 12), DateMethod.URL, 0.6)
    text = read("Chiều 4-12, tại Hội nghị lần thứ 34", DateMethod.TEXT)
    assert (text.at, text.method) == (local(2025, 12, 4, 15), DateMethod.TEXT)
    assert text.confidence < 0.5
    assert read("giá 3.5 triệu", DateMethod.TEXT).at is None


def test_a_source_elsewhere_has_its_own_zone_even_where_the_clock_jumps() -> None:
    later = NOW + timedelta(days=90)
    found = parse_date("2026-03-08 02:30", now=later, method=DateMethod.PAGE, default_zone="America/New_York")
    assert found.at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_the_zone_of_the_server_changes_nothing(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raws = ("hôm qua", "18/9/2025 00:30", "2 giờ trước", "Th 9 18, 2025", "Thu, 18 Sep 2025 10:00:00")
    expected = [read(raw) for raw in raws]
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert [read(raw) for raw in raws] == expected
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.text(max_size=40) | st.from_regex(r"\d{1,5}[/.-]\d{1,5}[/.-]\d{1,5} \d{1,3}:\d{1,3}", fullmatch=True))
def test_nothing_raises_and_nothing_lies_ahead(raw: str) -> None:
    found = read(raw)
    assert found.at is None or found.at <= NOW + timedelta(minutes=10)
    assert 0.0 <= found.confidence <= 1.0
