"""Workers run what is queued and due, and lose nothing however they end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from index.backends import open_index
from index.base import MentionQuery
from langnghe import running
from langnghe.errors import ConfigError, IndexUnavailable
from langnghe.jobs import DEAD_AFTER_S
from langnghe.settings import Settings
from langnghe.store import runs
from langnghe.store.beats import beat_file, last_beat
from langnghe.store.engine import Store, open_store
from langnghe.store.mentions import count_stages, save_mentions
from langnghe.store.runs import Trigger, list_runs, queue_run
from langnghe.store.sources import list_sources, save_source, set_enabled
from langnghe.store.tables import RunStatus, Stage
from langnghe.worker import work
from nlp.annotate import Understanding, load_understanding
from tests.langnghe.newspaper import TEXTS, Newspaper, open_newspaper
from tests.samples import mention

START_TIMEOUT_S = 180
NO_SOURCES = "no-sources"


def now() -> datetime:
    return datetime.now(UTC)


def much_later() -> datetime:
    """When the leases and the heartbeats of whoever died have run out."""
    return now() + timedelta(seconds=DEAD_AFTER_S + 600)


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    with open_newspaper() as paper:
        yield paper


@pytest.fixture
def settings(tmp_path: Path, paper: Newspaper) -> Settings:
    (tmp_path / NO_SOURCES).mkdir()
    return Settings(
        home=tmp_path / "var",
        sources_dir=tmp_path / NO_SOURCES,
        allowed_private_hosts=(paper.address,),
        crawl_delay_s=0.0,
        extract_processes=1,
        _env_file=None,
    )


@pytest.fixture
def store(settings: Settings, paper: Newspaper) -> Iterator[Store]:
    opened = open_store(settings)
    save_source(opened, "bao-thu", paper.config(follow=False), True, now())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    return load_understanding(Settings(_env_file=None))


@pytest.fixture(autouse=True)
def loaded_once(understanding: Understanding, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same model for every worker of this process: loading it takes seconds."""
    monkeypatch.setattr(running, "load_understanding", lambda _: understanding)


@pytest.fixture
def start_worker(settings: Settings, paper: Newspaper) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Starts the real command as a process of its own."""
    environment = os.environ | {
        "LANGNGHE_HOME": str(settings.home),
        "LANGNGHE_SOURCES_DIR": str(settings.sources_dir),
        "LANGNGHE_ALLOWED_PRIVATE_HOSTS": json.dumps([paper.address]),
        "LANGNGHE_CRAWL_DELAY_S": "0",
        "LANGNGHE_EXTRACT_PROCESSES": "1",
    }
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        root = Path(__file__).parents[2]
        started.append(subprocess.Popen([sys.executable, "-m", "langnghe", "worker"], cwd=root, env=environment))
        return started[-1]

    yield start
    paper.may_answer.set()
    for process in started:
        process.kill()
        process.wait()


def found(settings: Settings) -> int:
    index = open_index(settings)
    try:
        return index.count(MentionQuery())
    finally:
        index.close()


def statuses(store: Store) -> list[tuple[str, RunStatus]]:
    return [(run.trigger, run.status) for run in reversed(list_runs(store))]


def test_a_queued_run_is_run_to_its_end(store: Store, settings: Settings) -> None:
    queue_run(store, "bao-thu", Trigger.MANUAL, now())
    work(settings, once=True)
    assert statuses(store) == [("manual", RunStatus.OK)]
    assert found(settings) == len(TEXTS)


def test_with_nothing_to_do_it_ends(settings: Settings, store: Store) -> None:
    work(settings, once=True)
    assert list_runs(store) == []


def test_what_an_import_or_a_crash_left_waiting_is_drained(store: Store, settings: Settings) -> None:
    save_mentions(store, [mention(text) for text in TEXTS])
    work(settings, once=True)
    assert count_stages(store)[Stage.INDEXED] == len(TEXTS)
    assert found(settings) == len(TEXTS)


def test_source_files_of_the_program_are_registered_switched_off(settings: Settings, store: Store) -> None:
    shipped = Settings(_env_file=None).sources_dir
    work(settings.model_copy(update={"sources_dir": shipped}), once=True)
    sources = {source.name: source for source in list_sources(store)}
    assert len(sources) >= 13
    assert [name for name, source in sources.items() if source.enabled] == ["bao-thu"]


def test_a_job_that_fails_keeps_no_run_from_its_end_and_is_told_at_last(store: Store, settings: Settings) -> None:
    (settings.sources_dir / "hong.yaml").write_text("name: [", "utf-8")
    queue_run(store, "bao-thu", Trigger.MANUAL, now())
    with pytest.raises(ConfigError, match=r"hong\.yaml"):
        work(settings, once=True)
    assert statuses(store) == [("manual", RunStatus.OK)]


def test_a_source_that_fails_keeps_no_other_from_running(store: Store, settings: Settings, paper: Newspaper) -> None:
    save_source(store, "a-hong", {"name": "a-hong"}, True, now())
    save_source(store, "b-hong", paper.config(name="b-hong", urls=["http://127.0.0.1:9/rss"]), True, now())
    for name in ("a-hong", "b-hong", "bao-thu"):
        queue_run(store, name, Trigger.MANUAL, now())
    work(settings, once=True)
    assert {run.source: run.status for run in list_runs(store)} == {
        "a-hong": RunStatus.FAILED,
        "b-hong": RunStatus.FAILED,
        "bao-thu": RunStatus.OK,
    }


def test_an_index_that_another_process_writes_is_told_and_nothing_is_lost(store: Store, settings: Settings) -> None:
    save_mentions(store, [mention("bài chờ")])
    held = open_index(settings, writer=True)
    try:
        with pytest.raises(IndexUnavailable):
            work(settings, once=True)
    finally:
        held.close()
    work(settings, once=True)
    assert found(settings) == 1


def test_a_dead_workers_run_is_failed_and_run_once_more(store: Store, settings: Settings) -> None:
    runs.start_run(store, queue_run(store, "bao-thu", Trigger.SCHEDULE, now()), now())
    work(settings, once=True, clock=much_later)
    assert statuses(store) == [("schedule", RunStatus.FAILED), ("retry", RunStatus.OK)]


def test_a_retry_that_dies_too_is_not_tried_again_and_neither_is_a_source_switched_off(
    store: Store, settings: Settings
) -> None:
    runs.start_run(store, queue_run(store, "bao-thu", Trigger.RETRY, now()), now())
    work(settings, once=True, clock=much_later)
    assert statuses(store) == [("retry", RunStatus.FAILED)]
    runs.start_run(store, queue_run(store, "bao-thu", Trigger.SCHEDULE, now()), now())
    set_enabled(store, "bao-thu", False, now())
    work(settings, once=True, clock=much_later)
    assert statuses(store)[1:] == [("schedule", RunStatus.FAILED)]


def test_two_workers_never_run_the_same_run(store: Store, settings: Settings, paper: Newspaper) -> None:
    queue_run(store, "bao-thu", Trigger.MANUAL, now())

    def one() -> None:
        with suppress(IndexUnavailable):  # the other one is writing the index
            work(settings, once=True)

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses(store) == [("manual", RunStatus.OK)]
    assert paper.asked.count("/rss") == 1


def test_killed_in_the_middle_of_a_run_the_next_worker_makes_up_for_it(
    store: Store, settings: Settings, paper: Newspaper, start_worker: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    save_source(store, "bao-thu", paper.config(), True, now())
    queue_run(store, "bao-thu", Trigger.SCHEDULE, now())
    paper.may_answer.clear()
    process = start_worker()
    assert paper.article_asked.wait(START_TIMEOUT_S)
    process.kill()
    process.wait()
    paper.may_answer.set()
    assert statuses(store) == [("schedule", RunStatus.RUNNING)]
    work(settings, once=True, clock=much_later)
    assert statuses(store) == [("schedule", RunStatus.FAILED), ("retry", RunStatus.OK)]
    assert list_runs(store)[1].finish_reason == "mất tín hiệu"
    assert count_stages(store) == dict.fromkeys(Stage, 0) | {Stage.INDEXED: len(TEXTS)}
    assert found(settings) == len(TEXTS)


def test_asked_to_end_it_puts_its_run_back_ends_cleanly_and_the_next_one_goes_on(
    store: Store, settings: Settings, paper: Newspaper, start_worker: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    save_source(store, "bao-thu", paper.config(), True, now())
    queue_run(store, "bao-thu", Trigger.MANUAL, now())
    paper.may_answer.clear()
    process = start_worker()
    assert paper.article_asked.wait(START_TIMEOUT_S)
    assert beat_file(settings.home).exists()
    process.send_signal(signal.SIGTERM)
    paper.may_answer.set()
    assert process.wait(START_TIMEOUT_S) == 0
    assert statuses(store) == [("manual", RunStatus.QUEUED)]
    work(settings, once=True)
    assert statuses(store) == [("manual", RunStatus.OK)]
    assert found(settings) == len(TEXTS)


def test_a_stop_before_the_start_starts_nothing(store: Store, settings: Settings) -> None:
    queue_run(store, "bao-thu", Trigger.MANUAL, now())
    stop = Event()
    stop.set()
    work(settings, stop=stop)
    assert statuses(store) == [("manual", RunStatus.QUEUED)]


def test_no_sign_of_life_is_none_and_the_newest_counts(tmp_path: Path) -> None:
    assert last_beat(tmp_path) is None
    for host, at in (("a", 1_000_000_000), ("b", 1_700_000_000)):
        beat = tmp_path / f"worker-{host}.beat"
        beat.touch()
        os.utime(beat, (at, at))
    assert last_beat(tmp_path) == datetime.fromtimestamp(1_700_000_000, UTC)
