"""Nguồn và lịch: what operators see and what their clicks do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from playwright.sync_api import Page, expect
from streamlit.testing.v1 import AppTest

from desk.sources import build_board
from index.backends import open_index
from langnghe.settings import Settings
from langnghe.store import runs
from langnghe.store.beats import beat_file
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import count_stages, quarantine_payload, save_mentions, send_to_quarantine
from langnghe.store.runs import Outcome, list_runs
from langnghe.store.schedules import Timing
from langnghe.store.sources import get_source, save_source, set_enabled
from langnghe.store.tables import RunStatus, Stage
from tests.samples import mention
from tests.ui.conftest import serve
from ui.i18n import words
from ui.schedules import schedule_words

NOW = datetime.now(UTC)
REFUSED = "Thu được 0 mục, ít hơn mức khai báo 5-200: HTTP 403 <script>alert(1)</script>"


def config(title: str, **fields: object) -> dict[str, object]:
    schedule = {"cron": None, "every_minutes": 30}
    return {"title": title, "kind": "feed", "schedule": schedule, "expected": {"min": 5, "max": 200}} | fields


def ended(store: Store, source: str, status: RunStatus, reason: str, at: datetime, **counts: int) -> None:
    run_id = runs.queue_run(store, source, "schedule", at)
    runs.start_run(store, run_id, at)
    runs.finish_run(store, run_id, Outcome(status, reason, counts, ["HTTP 403"]), at + timedelta(seconds=65))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source in order, one that fails, one that is off, one that nobody can read, and a full quarantine."""
    settings = Settings(home=tmp_path_factory.mktemp("nguon"), _env_file=None)
    store = open_store(settings)
    save_source(store, "bao-on", config("Báo ổn"), True, NOW)
    save_source(store, "bao-hong", config("Báo hỏng"), True, NOW)
    save_source(store, "bao-tat", config("Báo tắt", schedule={"cron": "30 6 * * *", "every_minutes": None}), False, NOW)
    save_source(store, "bao-la", {"kind": ["?"], "schedule": 7, "expected": "nhiều"}, True, NOW)
    ended(store, "bao-on", RunStatus.OK, "xong", NOW - timedelta(hours=1), listed=50, new=12, indexed=12)
    for hours in (3, 2, 1):
        ended(store, "bao-hong", RunStatus.FAILED, REFUSED, NOW - timedelta(hours=hours), listed=0, new=0)
    quarantine_payload(store, "bao-on", [({}, "Trang đòi xác nhận captcha.")] * 12, now=NOW)
    posts = [mention(f"bài {i}", source="bao-on") for i in range(3)]
    save_mentions(store, posts)
    send_to_quarantine(store, Stage.COLLECTED, [(post, "Không phân tích được") for post in posts[:2]], now=NOW)
    store.close()
    open_index(settings, writer=True).close()
    return settings.home


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = open_store(Settings(home=home, _env_file=None))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGNGHE_HOME", str(home))
    st.cache_resource.clear()
    st.cache_data.clear()
    beat_file(home).touch()


def page_of(**params: str) -> AppTest:
    def script() -> None:
        from ui.context import open_context
        from ui.views.sources import render

        render(open_context())

    test = AppTest.from_function(script, default_timeout=120)
    for key, value in params.items():
        test.query_params[key] = value
    test.run()
    assert not test.exception
    return test


def html(test: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in test.get("html"))


def test_the_page_tells_how_each_source_stands() -> None:
    shown = html(page_of())
    assert "4 nguồn, 3 đang bật" in shown
    assert "mỗi 30 phút" in shown
    assert "hằng ngày lúc 06:30" in shown
    assert "khai 5–200 mục" in shown
    assert "12 mới trong 50 mục" in shown
    assert "đang tắt" in shown
    assert "Không có worker nào đang chạy" not in shown


def test_a_source_that_fails_comes_first_with_its_reason_and_how_often() -> None:
    shown = html(page_of())
    assert "3 lượt liên tiếp không đạt." in shown
    assert "Thu được 0 mục, ít hơn mức khai báo 5-200: HTTP 403" in shown
    assert shown.index("Báo hỏng</a>") < shown.index("Báo ổn</a>")


def test_what_comes_from_outside_is_never_markup() -> None:
    shown = html(page_of(open="bao-hong"))
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_source_nobody_can_read_is_shown_as_such() -> None:
    shown = html(page_of())
    assert "Khai báo không đọc được" in shown
    assert "không có lịch đọc được" in shown


def test_an_opened_source_shows_its_runs_and_their_errors() -> None:
    assert "Các lượt chạy của Báo hỏng" not in html(page_of())
    shown = html(page_of(open="bao-hong"))
    assert "Các lượt chạy của Báo hỏng" in shown
    assert shown.count("1 lỗi") == 3
    assert "1:05" in shown


def test_the_next_three_runs_are_those_of_the_schedule(home: Path, store: Store) -> None:
    board = build_board(store, Settings(home=home, _env_file=None), now=datetime(2026, 11, 22, 1, 0, tzinfo=UTC))
    by_name = {source.name: source for source in board.sources}
    assert [f"{at:%H:%M}" for at in by_name["bao-on"].next_at] == ["08:30", "09:00", "09:30"]
    assert by_name["bao-tat"].next_at == ()


def test_the_switch_turns_a_source_on_and_follows_changes_from_elsewhere(store: Store) -> None:
    test = page_of()
    toggle = next(t for t in test.toggle if "Báo tắt" in t.label)
    assert toggle.value is False
    toggle.set_value(True).run()
    assert get_source(store, "bao-tat").enabled is True
    set_enabled(store, "bao-tat", False, NOW)
    test.run()
    assert next(t for t in test.toggle if "Báo tắt" in t.label).value is False


def test_run_now_queues_one_run_and_waits_for_it(store: Store) -> None:
    test = page_of()
    test.button(key="run-bao-on").click().run()
    queued = list_runs(store, "bao-on")[0]
    assert (queued.status, queued.trigger) == (RunStatus.QUEUED, "manual")
    assert test.button(key="run-bao-on").disabled
    assert "Chờ chạy" in html(test)
    runs.start_run(store, queued.id, NOW)
    runs.finish_run(store, queued.id, Outcome(RunStatus.OK, "xong"), NOW)


def test_without_a_sign_of_life_the_page_says_that_no_worker_runs(home: Path) -> None:
    import os

    long_ago = (NOW - timedelta(hours=3)).timestamp()
    os.utime(beat_file(home), (long_ago, long_ago))
    shown = html(page_of())
    assert "Không có worker nào đang chạy" in shown
    assert "Tín hiệu cuối lúc" in shown


def test_the_quarantine_is_grouped_by_reason_and_what_can_be_retried_goes_back(store: Store) -> None:
    test = page_of()
    shown = html(test)
    assert shown.index("Trang đòi xác nhận captcha.") < shown.index("Không phân tích được")
    assert count_stages(store)[Stage.QUARANTINED] == 2
    button = test.button(key="retry")
    assert button.label == "Thử lại 2 bài"
    button.click().run()
    assert count_stages(store)[Stage.QUARANTINED] == 0
    assert "Không phân tích được" not in html(test)


def test_the_page_speaks_english() -> None:
    shown = html(page_of(lang="en"))
    assert "every 30 minutes" in shown
    assert "3 failed runs in a row." in shown


@pytest.mark.parametrize(
    ("timing", "vi", "en"),
    [
        (Timing(every_minutes=20), "mỗi 20 phút", "every 20 minutes"),
        (Timing(every_minutes=60), "mỗi 1 giờ", "every hour"),
        (Timing(every_minutes=90), "mỗi 90 phút", "every 90 minutes"),
        (Timing("*/15 * * * *"), "mỗi 15 phút", "every 15 minutes"),
        (Timing("*/30 6-22 * * *"), "mỗi 30 phút, từ 6 đến 22 giờ", "every 30 minutes, 6 to 22 h"),
        (Timing("30 6 * * *"), "hằng ngày lúc 06:30", "daily at 06:30"),
        (Timing("0 6,18 * * *"), "hằng ngày lúc 06:00, 18:00", "daily at 06:00, 18:00"),
        (
            Timing("15 7-18/2 * * mon-fri"),
            "mỗi 2 giờ từ 07:15 đến 17:15, thứ Hai đến thứ Sáu",
            "every 2 hours from 07:15 to 17:15, Monday to Friday",
        ),
        (Timing("0 8 * * sat,sun"), "hằng ngày lúc 08:00, thứ Bảy, Chủ nhật", "daily at 08:00, Saturday, Sunday"),
        (Timing("0 8 1 * *"), "theo cron 0 8 1 * *", "cron 0 8 1 * *"),
        (Timing("0 8 * * 1-5"), "theo cron 0 8 * * 1-5", "cron 0 8 * * 1-5"),
        (Timing("5,35 * * * *"), "theo cron 5,35 * * * *", "cron 5,35 * * * *"),
        (None, "không có lịch đọc được", "no readable schedule"),
    ],
)
def test_schedules_are_told_in_words(timing: Timing | None, vi: str, en: str) -> None:
    assert (schedule_words(words("vi"), timing), schedule_words(words("en"), timing)) == (vi, en)


@pytest.fixture(scope="module")
def own_address(home: Path) -> Iterator[str]:
    yield from serve(home)


def open_page(page: Page, address: str) -> None:
    page.goto(f"{address}/nguon-va-lich")
    page.locator(".st-key-retry, .ln-reasons").first.wait_for(timeout=60_000)


@pytest.mark.parametrize("width", [1440, 390])
def test_in_a_browser_nothing_overflows_and_the_history_opens_by_keyboard(
    page: Page, own_address: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    open_page(page, own_address)
    link = page.get_by_role("link", name="Báo hỏng")
    expect(link).to_have_attribute("aria-expanded", "false")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_role("region", name="Các lượt chạy của Báo hỏng").wait_for()
    assert "open=bao-hong" in page.url
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_in_a_browser_run_now_queues_a_run(page: Page, own_address: str, store: Store) -> None:
    open_page(page, own_address)
    before = len(list_runs(store, "bao-tat"))
    row = page.locator(".st-key-source-bao-tat")
    row.get_by_role("button", name="Chạy ngay").click()
    row.get_by_text("Chờ chạy").wait_for()
    assert len(list_runs(store, "bao-tat")) == before + 1
