"""What is due is queued once, whatever happened to the worker meanwhile."""

import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from langnghe.errors import StoreError
from langnghe.scheduler import Timetable
from langnghe.settings import Settings
from langnghe.store import runs
from langnghe.store.engine import Store
from langnghe.store.runs import Outcome, list_runs
from langnghe.store.sources import remove_source, save_source, set_enabled
from langnghe.store.tables import RunStatus


def now() -> datetime:
    return datetime.now(UTC)


def config(**schedule: Any) -> dict[str, Any]:
    return {"schedule": {"cron": None, "every_minutes": None} | schedule}


def open_timetable(store: Store, settings: Settings) -> Timetable:
    return Timetable(store, settings, clock=now)


@pytest.fixture
def timetable(store: Store, settings: Settings) -> Iterator[Timetable]:
    opened = open_timetable(store, settings)
    yield opened
    opened.close()


def set_back(settings: Settings, **by: float) -> None:
    """As if the next time of every source had come that long ago, while nobody looked."""
    at = now() - timedelta(**by)
    engine = create_engine(f"sqlite:///{settings.home / 'schedule.sqlite3'}")
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT id, job_state FROM apscheduler_jobs")).all()
        assert rows
        for row in rows:
            state = pickle.dumps(pickle.loads(row.job_state) | {"next_run_time": at})
            connection.execute(
                text("UPDATE apscheduler_jobs SET next_run_time = :at, job_state = :state WHERE id = :id"),
                {"at": at.timestamp(), "state": state, "id": row.id},
            )
    engine.dispose()


def statuses(store: Store, source: str = "bao-a") -> list[RunStatus]:
    return [run.status for run in reversed(list_runs(store, source))]


def test_nothing_is_queued_before_its_time(store: Store, timetable: Timetable) -> None:
    save_source(store, "bao-a", config(every_minutes=1440), True, now())
    timetable.tick()
    assert statuses(store) == []


def test_a_worker_that_was_down_makes_up_for_many_missed_runs_once(store: Store, settings: Settings) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    before = open_timetable(store, settings)
    before.tick()
    before.close()
    set_back(settings, hours=5)
    after = open_timetable(store, settings)
    after.tick()
    after.tick()
    after.close()
    assert statuses(store) == [RunStatus.QUEUED]
    assert list_runs(store)[0].trigger == "schedule"


def test_a_run_missed_for_days_is_recorded_as_skipped(store: Store, settings: Settings, timetable: Timetable) -> None:
    save_source(store, "bao-a", config(cron="0 6 1 1 *"), True, now())
    timetable.tick()
    set_back(settings, days=3)
    timetable.tick()
    (run,) = list_runs(store)
    assert run.status is RunStatus.SKIPPED
    assert run.finish_reason is not None
    assert run.finish_reason.startswith("lỡ lượt")


def test_a_run_that_falls_due_while_the_one_before_goes_on_is_recorded_as_skipped(
    store: Store, settings: Settings, timetable: Timetable
) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    timetable.tick()
    set_back(settings, minutes=1)
    timetable.tick()
    run = runs.claim_run(store, now())
    assert run
    set_back(settings, minutes=1)
    timetable.tick()
    assert statuses(store) == [RunStatus.RUNNING, RunStatus.SKIPPED]
    runs.finish_run(store, run.id, Outcome(RunStatus.OK, "xong"), now())
    set_back(settings, minutes=1)
    timetable.tick()
    assert statuses(store) == [RunStatus.OK, RunStatus.SKIPPED, RunStatus.QUEUED]


def test_switching_a_source_off_and_on_is_taken_up_without_a_restart(
    store: Store, settings: Settings, timetable: Timetable
) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    timetable.tick()
    set_back(settings, minutes=1)
    set_enabled(store, "bao-a", False, now())
    timetable.tick()
    assert statuses(store) == []
    set_enabled(store, "bao-a", True, now())
    timetable.tick()
    assert statuses(store) == [], "what was due while it was off is not made up for"
    set_back(settings, minutes=1)
    timetable.tick()
    assert statuses(store) == [RunStatus.QUEUED]


def test_a_changed_schedule_is_taken_up_and_an_unchanged_one_keeps_its_time(store: Store, settings: Settings) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    save_source(store, "bao-b", config(every_minutes=30), True, now())
    before = open_timetable(store, settings)
    before.tick()
    before.close()
    set_back(settings, hours=1)
    save_source(store, "bao-a", config(cron="0 6 1 1 *"), True, now())
    after = open_timetable(store, settings)
    after.tick()
    after.close()
    assert (statuses(store, "bao-a"), statuses(store, "bao-b")) == ([], [RunStatus.QUEUED])


def test_a_source_that_is_removed_or_has_no_readable_schedule_is_never_due(
    store: Store, settings: Settings, timetable: Timetable
) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    save_source(store, "bao-b", config(cron="mỗi sáng"), True, now())
    timetable.tick()
    set_back(settings, minutes=1)
    remove_source(store, "bao-a")
    timetable.tick()
    assert list_runs(store) == []


def test_of_two_workers_one_keeps_the_timetable_and_the_other_takes_over(store: Store, settings: Settings) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    first, second = open_timetable(store, settings), open_timetable(store, settings)
    first.tick()
    set_back(settings, minutes=1)
    second.tick()
    assert statuses(store) == []
    first.close()
    second.tick()
    assert statuses(store) == [RunStatus.QUEUED]
    second.close()


def test_a_due_run_outlives_a_database_that_is_away(
    store: Store, settings: Settings, timetable: Timetable, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_source(store, "bao-a", config(every_minutes=30), True, now())
    timetable.tick()
    set_back(settings, minutes=1)
    from langnghe import scheduler

    def away(*_: object) -> None:
        raise StoreError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(scheduler, "queue_due_run", away)
        timetable.tick()
    assert statuses(store) == []
    timetable.tick()
    assert statuses(store) == [RunStatus.QUEUED]
