import threading
from datetime import UTC, datetime, timedelta

import pytest

from langnghe.errors import UsageError
from langnghe.store import runs
from langnghe.store.engine import Store
from langnghe.store.runs import Outcome, Trigger
from langnghe.store.sources import remove_source, save_source
from langnghe.store.tables import RunStatus

NOW = datetime(2025, 11, 22, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
OK = Outcome(RunStatus.OK, "xong", {"new": 3}, ())


@pytest.fixture(autouse=True)
def two_sources(store: Store) -> None:
    for name in ("bao-a", "bao-b"):
        save_source(store, name, {"name": name}, True, NOW)


def ended(store: Store, source: str, status: RunStatus) -> int:
    run_id = runs.queue_run(store, source, Trigger.MANUAL, NOW)
    assert runs.start_run(store, run_id, NOW)
    assert runs.finish_run(store, run_id, Outcome(status, "vì sao"), LATER)
    return run_id


def test_a_run_goes_from_queued_over_running_to_its_end(store: Store) -> None:
    run_id = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    assert runs.get_run(store, run_id).status is RunStatus.QUEUED
    run = runs.claim_run(store, NOW + timedelta(seconds=5))
    assert run is not None
    assert (run.id, run.status, run.duration) == (run_id, RunStatus.RUNNING, None)
    assert runs.heartbeat(store, run_id, {"items": 2}, NOW + timedelta(seconds=15))
    assert runs.get_run(store, run_id).counts == {"items": 2}
    outcome = Outcome(RunStatus.OK, "xong", {"items": 4, "new": 3}, ["một trang hỏng"])
    assert runs.finish_run(store, run_id, outcome, NOW + timedelta(seconds=65))
    run = runs.get_run(store, run_id)
    assert (run.status, run.counts, run.errors) == (RunStatus.OK, {"items": 4, "new": 3}, ["một trang hỏng"])
    assert run.duration == timedelta(minutes=1)


def test_asking_twice_for_a_run_that_waits_asks_once(store: Store) -> None:
    first = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    assert runs.queue_run(store, "bao-a", Trigger.MANUAL, LATER) == first
    assert len(runs.list_runs(store)) == 1


def test_an_unknown_source_cannot_be_queued(store: Store) -> None:
    with pytest.raises(UsageError, match="Chưa có nguồn"):
        runs.queue_run(store, "bao-z", Trigger.MANUAL, NOW)


def test_a_source_never_runs_twice_at_once(store: Store) -> None:
    first = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    assert runs.start_run(store, first, NOW)
    second = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    assert second != first
    assert not runs.start_run(store, second, NOW)
    assert runs.claim_run(store, NOW) is None
    runs.finish_run(store, first, OK, LATER)
    claimed = runs.claim_run(store, LATER)
    assert claimed is not None
    assert claimed.id == second


def test_a_source_that_runs_does_not_hold_up_another(store: Store) -> None:
    runs.start_run(store, runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW), NOW)
    runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    other = runs.queue_run(store, "bao-b", Trigger.MANUAL, LATER)
    claimed = runs.claim_run(store, LATER)
    assert claimed is not None
    assert claimed.id == other


def test_of_many_workers_one_gets_a_run(store: Store) -> None:
    for source in ("bao-a", "bao-b"):
        runs.queue_run(store, source, Trigger.MANUAL, NOW)
    won: list[int] = []
    gate = threading.Barrier(6)

    def worker() -> None:
        gate.wait()
        while run := runs.claim_run(store, NOW):
            won.append(run.id)

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [1, 2]


def test_a_scheduled_run_is_skipped_while_the_one_before_goes_on(store: Store) -> None:
    first = runs.queue_due_run(store, "bao-a", NOW)
    assert first is not None
    assert runs.queue_due_run(store, "bao-a", LATER) is None
    skipped = runs.list_runs(store, "bao-a")[0]
    assert (skipped.status, skipped.finish_reason) == (RunStatus.SKIPPED, "lượt trước chưa xong")
    runs.start_run(store, first, NOW)
    runs.finish_run(store, first, OK, LATER)
    assert runs.queue_due_run(store, "bao-a", LATER) is not None


def test_a_silent_run_is_failed_and_what_its_worker_says_later_does_not_count(store: Store) -> None:
    run_id = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    runs.start_run(store, run_id, NOW)
    assert runs.reap_dead_runs(store, now=NOW + timedelta(seconds=119), dead_after_s=120) == []
    (reaped,) = runs.reap_dead_runs(store, now=NOW + timedelta(seconds=121), dead_after_s=120)
    assert (reaped.id, reaped.status, reaped.finish_reason) == (run_id, RunStatus.FAILED, "mất tín hiệu")
    assert not runs.heartbeat(store, run_id, {}, LATER)
    assert not runs.finish_run(store, run_id, OK, LATER)
    assert not runs.release_run(store, run_id)
    assert runs.get_run(store, run_id).status is RunStatus.FAILED


def test_a_beating_run_is_left_alone(store: Store) -> None:
    run_id = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    runs.start_run(store, run_id, NOW)
    runs.heartbeat(store, run_id, {}, NOW + timedelta(seconds=100))
    assert runs.reap_dead_runs(store, now=NOW + timedelta(seconds=200), dead_after_s=120) == []


def test_a_released_run_waits_again(store: Store) -> None:
    run_id = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    runs.start_run(store, run_id, NOW)
    assert runs.release_run(store, run_id)
    again = runs.claim_run(store, LATER)
    assert again is not None
    assert (again.id, again.started_at) == (run_id, LATER)


def test_a_thousand_errors_are_cut_aloud(store: Store) -> None:
    run_id = runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    runs.start_run(store, run_id, NOW)
    runs.finish_run(store, run_id, Outcome(RunStatus.FAILED, "hỏng", {}, [f"lỗi {i}" for i in range(1000)]), LATER)
    errors = runs.get_run(store, run_id).errors
    assert (len(errors), errors[-1]) == (runs.MAX_ERRORS + 1, "… và 950 lỗi nữa")


def test_failures_are_counted_since_the_last_success(store: Store) -> None:
    for status in (RunStatus.FAILED, RunStatus.OK, RunStatus.FAILED, RunStatus.FAILED):
        ended(store, "bao-a", status)
    runs.skip_run(store, "bao-a", "quá hạn", LATER)
    ended(store, "bao-b", RunStatus.FAILED)
    ended(store, "bao-b", RunStatus.OK)
    assert runs.consecutive_failures(store) == {"bao-a": 2}


def test_the_newest_runs_of_each_source_are_found_in_one_go(store: Store) -> None:
    of_a = [ended(store, "bao-a", RunStatus.OK) for _ in range(4)]
    of_b = [ended(store, "bao-b", RunStatus.FAILED)]
    found = runs.recent_runs(store, per_source=3)
    assert {source: [run.id for run in some] for source, some in found.items()} == {
        "bao-a": of_a[:0:-1],
        "bao-b": of_b,
    }


def test_history_is_newest_first_and_limited(store: Store) -> None:
    ids = [ended(store, "bao-a", RunStatus.OK) for _ in range(5)]
    assert [run.id for run in runs.list_runs(store, "bao-a", limit=3)] == ids[:1:-1]


def test_the_history_of_a_removed_source_stays_and_its_waiting_run_can_still_be_taken(store: Store) -> None:
    ended(store, "bao-a", RunStatus.OK)
    runs.queue_run(store, "bao-a", Trigger.MANUAL, NOW)
    remove_source(store, "bao-a")
    assert runs.claim_run(store, LATER) is not None
    assert len(runs.list_runs(store, "bao-a")) == 2


def test_an_id_never_given_out_is_no_run(store: Store) -> None:
    assert not runs.start_run(store, 99, NOW)
    with pytest.raises(LookupError):
        runs.get_run(store, 99)
