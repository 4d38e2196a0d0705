"""What workers do again and again beside the runs: drain what waits, bury dead runs, know the shipped sources."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from langnghe.ingest import IngestCounts
from langnghe.registry import register_shipped
from langnghe.running import Stopping, Tools, ingest_waiting
from langnghe.store.mentions import count_stages
from langnghe.store.runs import Run, Trigger, queue_run, reap_dead_runs
from langnghe.store.sources import list_sources
from langnghe.store.tables import Stage

DEAD_AFTER_S = 120.0
"""Longer than a writer may have to wait for the database, so that no living run is buried."""
log = logging.getLogger(__name__)


def drain(tools: Tools) -> IngestCounts | None:
    """Ingests whatever waits, after an import, a crash, an index that was away. None when nothing waits
    and when the worker must stop, which loses no batch.

    Raises IndexUnavailable when another process writes the index now, WeightsError, StoreError.
    """
    stages = count_stages(tools.store)
    if not stages[Stage.COLLECTED] + stages[Stage.ANNOTATED]:
        return None
    with suppress(Stopping):
        return ingest_waiting(tools, partial(_go_on, tools))
    return None


def _go_on(tools: Tools, _: IngestCounts) -> None:
    if tools.stop.is_set():
        raise Stopping


def reap(tools: Tools) -> list[Run]:
    """Fails the runs whose worker died and queues each once more."""
    dead = reap_dead_runs(tools.store, now=tools.clock(), dead_after_s=DEAD_AFTER_S)
    for run in dead:
        log.warning("run %s of %s gave no sign for %s s", run.id, run.source, DEAD_AFTER_S)
        if _deserves_retry(tools, run):
            queue_run(tools.store, run.source, Trigger.RETRY, tools.clock())
    return dead


def _deserves_retry(tools: Tools, run: Run) -> bool:
    """Once, so that a source that kills its workers does so twice at most before its next turn."""
    sources = {source.name: source for source in list_sources(tools.store)}
    if run.trigger == Trigger.RETRY or run.source not in sources:
        return False
    return run.trigger == Trigger.MANUAL or sources[run.source].enabled


def register(tools: Tools) -> None:
    """Puts new source files of the program into the store, switched off. Raises ConfigError."""
    register_shipped(tools.store, tools.settings, tools.clock())


@dataclass(frozen=True)
class Job:
    """Something workers do again and again beside the runs."""

    work: Callable[[Tools], object]
    every_s: float


JOBS: dict[str, Job] = {
    "register": Job(register, every_s=3600),
    "reap": Job(reap, every_s=20),
    "drain": Job(drain, every_s=10),
}
