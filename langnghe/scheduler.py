"""Queues the runs that are due, from schedules that survive a restart.

APScheduler keeps the next time of every source in a small SQLite file of its own, so that its writes never wait
for a batch of mentions. All it does when a source is due is to queue a run; workers take runs from the queue.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from apscheduler.events import (  # type: ignore[import-untyped]
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
)
from apscheduler.executors.debug import DebugExecutor  # type: ignore[import-untyped]
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore  # type: ignore[import-untyped]
from apscheduler.schedulers.base import BaseScheduler  # type: ignore[import-untyped]
from filelock import FileLock, Timeout
from sqlalchemy.engine import make_url

from langnghe.errors import StoreError
from langnghe.settings import Settings
from langnghe.store.engine import Store, build_engine
from langnghe.store.runs import queue_due_run, skip_run
from langnghe.store.schedules import VIETNAM, Timing, build_trigger, read_timing
from langnghe.store.sources import list_sources

CATCH_UP_WITHIN = timedelta(hours=24)
"""A run missed for less is made up for, once, however many were missed; a run missed for longer is skipped."""
log = logging.getLogger(__name__)


class Timetable:
    """The schedules of the enabled sources. Of several workers one keeps the timetable; the others stand by."""

    def __init__(self, store: Store, settings: Settings, *, clock: Callable[[], datetime]) -> None:
        settings.home.mkdir(parents=True, exist_ok=True)
        self._store = store
        self._clock = clock
        self._lock = FileLock(settings.home / "scheduler.lock", thread_local=False)
        self._scheduler = _AskedScheduler(
            jobstores={
                "default": SQLAlchemyJobStore(
                    engine=build_engine(make_url(f"sqlite:///{settings.home.resolve() / 'schedule.sqlite3'}"))
                )
            },
            executors={"default": DebugExecutor()},
            job_defaults={
                "coalesce": True,
                "max_instances": 1,
                "misfire_grace_time": int(CATCH_UP_WITHIN.total_seconds()),
            },
            timezone=VIETNAM,
        )
        self._scheduler.add_listener(self._note, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._followed: dict[str, Timing] | None = None
        self._unwritten: list[Any] = []

    def tick(self) -> None:
        """Takes up what changed in the sources and queues what is due. Raises StoreError."""
        if not self._is_keeper():
            return
        while self._unwritten:
            self._write_down(self._unwritten[0])
            del self._unwritten[0]
        self._follow_sources()
        self._scheduler.run_due()

    def close(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown()
        self._lock.release()

    def _is_keeper(self) -> bool:
        if not self._lock.is_locked:
            with suppress(Timeout):
                self._lock.acquire(timeout=0)
                self._scheduler.start()
        return bool(self._lock.is_locked)

    def _follow_sources(self) -> None:
        enabled = [source for source in list_sources(self._store) if source.enabled]
        wanted = {s.name: timing for s in enabled if (timing := read_timing(s.config))}
        if wanted == self._followed:
            return
        kept = {job.id: repr(job.trigger) for job in self._scheduler.get_jobs()}
        for name in kept.keys() - wanted.keys():
            self._scheduler.remove_job(name)
        for name, timing in wanted.items():
            trigger = build_trigger(timing)
            if kept.get(name) != repr(trigger):
                self._scheduler.add_job(due, trigger, args=[name], id=name, name=name, replace_existing=True)
        self._followed = wanted

    def _note(self, event: Any) -> None:
        """Called before the next time is stored: a kill in between queues the run again, never loses it."""
        try:
            self._write_down(event)
        except StoreError as error:
            log.warning("a due run of %s is queued later: %s", event.job_id, error)
            self._unwritten.append(event)

    def _write_down(self, event: Any) -> None:
        now = self._clock()
        if event.code == EVENT_JOB_EXECUTED:
            queue_due_run(self._store, event.job_id, now)
        elif event.code == EVENT_JOB_MISSED:
            at = event.scheduled_run_time.astimezone(VIETNAM)
            skip_run(self._store, event.job_id, f"lỡ lượt {at:%H:%M %d/%m/%Y}, đã quá lâu để chạy bù", now)
        else:
            skip_run(self._store, event.job_id, "lượt trước chưa xong", now)


def due(source: str) -> str:
    """What APScheduler calls; the event that follows tells `Timetable` to queue the run."""
    return source


class _AskedScheduler(BaseScheduler):  # type: ignore[misc]
    """Has no thread of its own: it looks at the clock when asked, in the asker's thread."""

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def wakeup(self) -> None:
        """Nobody sleeps here."""

    def run_due(self) -> None:
        self._process_jobs()
