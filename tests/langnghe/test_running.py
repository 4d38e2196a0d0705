"""A run of a source ends as a row that tells what happened, from the site to the index."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from crawlers.config import parse_source
from crawlers.counts import CrawlCounts, CrawlResult
from index.backends import open_index
from index.base import Filters, MentionQuery
from langnghe import running
from langnghe.errors import UsageError
from langnghe.running import Tools, judge, run_now, run_source
from langnghe.settings import Settings
from langnghe.store.engine import open_store
from langnghe.store.mentions import count_stages
from langnghe.store.runs import Run, Trigger, claim_run, get_run, list_runs, queue_run, reap_dead_runs, start_run
from langnghe.store.sources import save_source
from langnghe.store.tables import RunStatus, Stage
from nlp.annotate import Understanding, load_understanding
from tests.langnghe.newspaper import TEXTS, Newspaper, open_newspaper
from tests.samples import NOW

CONFIG = {
    "name": "bao-thu",
    "title": "Báo thử",
    "kind": "feed",
    "channel": "news",
    "urls": ["https://bao-thu.example/rss"],
    "expected": {"min": 5, "max": 200},
    "licence": "thử",
}


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    with open_newspaper() as paper:
        yield paper


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return load_understanding(Settings(_env_file=None))


@pytest.fixture
def tools(settings: Settings, paper: Newspaper, understanding: Understanding) -> Iterator[Tools]:
    """On SQLite, whose feed alone is read; what is different on PostgreSQL is tested with the store."""
    settings = settings.model_copy(
        update={"allowed_private_hosts": (paper.address,), "crawl_delay_s": 0.0, "extract_processes": 1}
    )
    store = open_store(settings)
    save_source(store, "bao-thu", paper.config(follow=False), True, NOW)
    tools = Tools(store, settings)
    tools.understanding = understanding
    yield tools
    store.close()


def run_once(tools: Tools, **given: Any) -> Run:
    queue_run(tools.store, "bao-thu", Trigger.MANUAL, tools.clock())
    run = claim_run(tools.store, tools.clock())
    assert run
    run_source(tools, run, **given)
    return get_run(tools.store, run.id)


def found(tools: Tools) -> int:
    index = open_index(tools.settings)
    try:
        return index.count(MentionQuery(filters=Filters(source=("bao-thu",))))
    finally:
        index.close()


def told(listed: int, *, reason: str = "finished", errors: list[str] | None = None, **counts: int) -> CrawlResult:
    return CrawlResult(counts=CrawlCounts(listed=listed, **counts), errors=errors or [], finish_reason=reason)


def test_a_run_goes_from_the_site_to_the_index_and_counts_every_stage(tools: Tools, paper: Newspaper) -> None:
    save_source(tools.store, "bao-thu", paper.config(), True, NOW)
    run = run_once(tools)
    assert (run.status, run.finish_reason) == (RunStatus.OK, "xong")
    n = len(TEXTS)
    assert {key: run.counts[key] for key in ("listed", "new", "annotated", "indexed", "quarantined")} == {
        "listed": n,
        "new": n,
        "annotated": n,
        "indexed": n,
        "quarantined": 0,
    }
    assert found(tools) == n
    assert run.duration is not None


def test_the_same_list_again_is_no_failure_and_neither_is_an_unchanged_one(tools: Tools, paper: Newspaper) -> None:
    run_once(tools)
    again = run_once(tools)
    assert (again.status, again.finish_reason) == (RunStatus.OK, "xong, không có gì mới")
    assert again.counts["listed"] == len(TEXTS)
    paper.unchanged = True
    unchanged = run_once(tools)
    assert (unchanged.status, unchanged.counts["listed"], unchanged.counts["not_modified"]) == (RunStatus.OK, 0, 1)


def test_a_list_that_became_empty_is_a_failed_run(tools: Tools, paper: Newspaper) -> None:
    run_once(tools)
    paper.n_articles = 0
    run = run_once(tools)
    assert run.status is RunStatus.FAILED
    assert run.finish_reason is not None
    assert "0 mục" in run.finish_reason


def test_a_site_that_refuses_is_a_failed_run_that_says_so(tools: Tools, paper: Newspaper) -> None:
    paper.status = 403
    run = run_once(tools)
    assert run.status is RunStatus.FAILED
    assert any("403" in error for error in run.errors)


def test_a_stopping_worker_puts_the_run_back_and_keeps_what_it_has(tools: Tools) -> None:
    tools.stop.set()
    run = run_once(tools)
    assert (run.status, run.started_at) == (RunStatus.QUEUED, None)
    tools.stop.clear()
    again = claim_run(tools.store, tools.clock())
    assert again
    assert again.id == run.id
    run_source(tools, again)
    assert found(tools) == len(TEXTS)


def test_a_source_whose_configuration_cannot_be_read_fails_alone(tools: Tools) -> None:
    save_source(tools.store, "bao-thu", {"name": "bao-thu"}, True, NOW)
    run = run_once(tools)
    assert run.status is RunStatus.FAILED
    assert run.finish_reason is not None
    assert run.finish_reason.startswith("Khai báo nguồn sai")


def test_without_weights_what_was_collected_waits_and_the_run_says_so(tools: Tools) -> None:
    without = Tools(tools.store, tools.settings.model_copy(update={"weights_dir": tools.settings.home / "none"}))
    run = run_once(without)
    assert run.status is RunStatus.FAILED
    assert run.finish_reason is not None
    assert run.finish_reason.startswith("đã thu thập, chưa phân tích được")
    assert count_stages(tools.store)[Stage.COLLECTED] == len(TEXTS)


def test_an_index_held_by_another_process_delays_and_fails_nothing(tools: Tools) -> None:
    held = open_index(tools.settings, writer=True)
    try:
        run = run_once(tools)
    finally:
        held.close()
    assert run.status is RunStatus.OK
    assert "Chưa đánh chỉ mục được, sẽ làm lại" in run.errors[-1]
    assert found(tools) == 0


def test_a_run_that_was_taken_for_dead_changes_nothing_any_more(
    tools: Tools, paper: Newspaper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BEAT_S", 0.05)
    save_source(tools.store, "bao-thu", paper.config(), True, NOW)
    paper.may_answer.clear()
    run_id = queue_run(tools.store, "bao-thu", Trigger.MANUAL, NOW)
    assert start_run(tools.store, run_id, NOW)

    def bury(_: CrawlCounts) -> None:
        reap_dead_runs(tools.store, now=tools.clock() + timedelta(hours=1), dead_after_s=1)
        paper.may_answer.set()

    run_source(tools, get_run(tools.store, run_id), on_progress=bury)
    run = get_run(tools.store, run_id)
    assert (run.status, run.finish_reason, run.counts.get("indexed")) == (RunStatus.FAILED, "mất tín hiệu", None)


def test_run_now_runs_a_source_that_is_switched_off_and_returns_its_row(tools: Tools, paper: Newspaper) -> None:
    save_source(tools.store, "bao-thu", paper.config(follow=False), False, NOW)
    seen: list[int] = []
    row = run_now(tools.store, tools.settings, "bao-thu", on_progress=seen.append)
    assert (row["status"], row["counts"]["indexed"], seen[-1]) == ("ok", len(TEXTS), len(TEXTS))


def test_run_now_refuses_what_is_unknown_or_running(tools: Tools) -> None:
    with pytest.raises(UsageError, match="Chưa có nguồn"):
        run_now(tools.store, tools.settings, "bao-la")
    start_run(tools.store, queue_run(tools.store, "bao-thu", Trigger.SCHEDULE, NOW), NOW)
    with pytest.raises(UsageError, match="đang được thu thập"):
        run_now(tools.store, tools.settings, "bao-thu")
    assert [run.status for run in list_runs(tools.store)] == [RunStatus.QUEUED, RunStatus.RUNNING]


@pytest.mark.parametrize(
    ("result", "status", "reason"),
    [
        (told(20, new=20), RunStatus.OK, "xong"),
        (told(20, same=0), RunStatus.OK, "xong, không có gì mới"),
        (told(5, changed=1), RunStatus.OK, "xong"),
        (told(0, not_modified=1), RunStatus.OK, "xong, không có gì mới"),
        (told(0), RunStatus.FAILED, "Thu được 0 mục, ít hơn mức khai báo 5-200."),
        (told(201, new=201), RunStatus.FAILED, "Thu được 201 mục, nhiều hơn mức khai báo 5-200."),
        (told(0, errors=["HTTP 500"]), RunStatus.FAILED, "Thu được 0 mục, ít hơn mức khai báo 5-200: HTTP 500"),
        (told(9, reason="stopped"), RunStatus.FAILED, "bị dừng giữa chừng"),
        (told(9, reason="disk_full", errors=["Đĩa chỉ còn 1 MB"]), RunStatus.FAILED, "đĩa đầy: Đĩa chỉ còn 1 MB"),
        (told(9, reason="closespider_timeout"), RunStatus.FAILED, "closespider_timeout"),
    ],
)
def test_a_run_is_judged_by_what_was_listed_and_how_it_ended(
    result: CrawlResult, status: RunStatus, reason: str
) -> None:
    outcome = judge(parse_source(CONFIG), result)
    assert (outcome.status, outcome.reason) == (status, reason)
