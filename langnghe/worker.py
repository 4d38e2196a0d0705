"""The worker: takes runs from the queue one by one, and does what must be done again and again in between."""

import logging
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from threading import Event, Thread
from typing import TypeVar

from langnghe.errors import LangNgheError
from langnghe.ingest import utc_now
from langnghe.jobs import JOBS
from langnghe.running import Tools, run_source
from langnghe.scheduler import Timetable
from langnghe.settings import Settings
from langnghe.store.beats import beat_file
from langnghe.store.engine import open_store
from langnghe.store.runs import claim_run

TICK_S = 5.0
POLL_S = 2.0
_Result = TypeVar("_Result")
log = logging.getLogger(__name__)


def work(
    settings: Settings,
    *,
    once: bool = False,
    stop: Event | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> None:
    """Works until `stop` is set, or with `once` until nothing is due, queued or waiting.

    Any number of workers may share one store: a run and a batch belong to one of them. One that is killed loses
    nothing; another, or itself when it is back, takes over. With `once` the first error of a job is raised at the
    end; else errors are logged and tried again.
    """
    store = open_store(settings)
    tools = Tools(store, settings, clock, stop or Event())
    try:
        with closing(Timetable(store, settings, clock=clock)) as timetable:
            worker = _Worker(tools, timetable)
            worker.work_once() if once else worker.work_on()
    finally:
        store.close()


@dataclass
class _Worker:
    tools: Tools
    timetable: Timetable
    _wake: Event = field(default_factory=Event)
    _begun: dict[str, float] = field(default_factory=dict)
    _first_error: Exception | None = None

    def work_once(self) -> None:
        self._guarded("timetable", self.timetable.tick)
        self._run_jobs()
        while not self.tools.stop.is_set() and self._guarded("run", self._run_next):
            pass
        self._begun.clear()
        self._run_jobs()
        if self._first_error:
            raise self._first_error

    def work_on(self) -> None:
        """The main thread never waits on `stop` itself: a signal handler sets it, in this very thread."""
        clockwork = Thread(target=self._keep_time, name="timetable", daemon=True)
        clockwork.start()
        log.info("worker up")
        while not self.tools.stop.is_set():
            self._run_jobs()
            if not self._guarded("run", self._run_next):
                self._wake.wait(POLL_S)
        clockwork.join()
        log.info("worker down")

    def _keep_time(self) -> None:
        """Runs beside a long crawl, so that what falls due meanwhile is queued, or skipped, in time."""
        while not self.tools.stop.is_set():
            self._guarded("timetable", self._tick)
            self.tools.stop.wait(TICK_S)
        self._wake.set()

    def _tick(self) -> None:
        self.timetable.tick()
        beat_file(self.tools.settings.home).touch()

    def _run_jobs(self) -> None:
        for name, job in JOBS.items():
            last = self._begun.get(name)
            if not self.tools.stop.is_set() and (last is None or time.monotonic() - last >= job.every_s):
                self._guarded(name, partial(job.work, self.tools))
                self._begun[name] = time.monotonic()

    def _run_next(self) -> bool:
        """False when no run may begin."""
        run = claim_run(self.tools.store, self.tools.clock())
        if run is None:
            return False
        log.info("run %s of %s begins", run.id, run.source)
        run_source(self.tools, run)
        return True

    def _guarded(self, what: str, work: Callable[[], _Result]) -> _Result | None:
        """Nothing that goes wrong once ends the worker."""
        try:
            return work()
        except LangNgheError as error:
            log.warning("%s: %s", what, error)
            self._first_error = self._first_error or error
        except Exception as error:  # the end of a job
            log.exception("%s", what)
            self._first_error = self._first_error or error
        return None
