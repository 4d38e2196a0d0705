"""Runs of sources, each a row: queued, running with a heartbeat, then ok, failed or skipped.

A run belongs to the worker whose conditional update moved it from queued to running. A worker that stops
beating is taken for dead; what it does afterwards no longer counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from langnghe.store.engine import Store
from langnghe.store.sources import unknown_source
from langnghe.store.tables import RunStatus, runs, sources

LOST_SIGNAL = "mất tín hiệu"
MAX_ERRORS = 50
"""Errors kept with a run; one line says how many more there were."""
_OPEN = (RunStatus.QUEUED, RunStatus.RUNNING)


class Trigger(StrEnum):
    SCHEDULE = "schedule"
    MANUAL = "manual"
    RETRY = "retry"
    """A second try after the worker of the first died."""


@dataclass(frozen=True)
class Run:
    id: int
    source: str
    trigger: str
    status: RunStatus
    queued_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, int]
    """Per stage; the keys of `crawlers.run.CrawlCounts`, then `annotated`, `indexed`, `quarantined`."""
    errors: list[str]
    finish_reason: str | None

    @property
    def duration(self) -> timedelta | None:
        """Of a run that began and ended."""
        return self.finished_at - self.started_at if self.started_at and self.finished_at else None


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: RunStatus
    reason: str
    """One plain line in Vietnamese."""
    counts: Mapping[str, int] = field(default_factory=dict)
    errors: Sequence[str] = ()


def queue_run(store: Store, source: str, trigger: str, now: datetime) -> int:
    """Asks for a run and returns its id; one that waits already is not asked for twice.

    Raises UsageError for an unknown source.
    """
    with store.write() as connection:
        if not _lock_source(connection, source):
            raise unknown_source(source)
        waiting = [id_ for id_, status in _open_runs(connection, source) if status is RunStatus.QUEUED]
        return waiting[0] if waiting else _add(connection, source, trigger, RunStatus.QUEUED, now)


def queue_due_run(store: Store, source: str, now: datetime) -> int | None:
    """Queues a scheduled run, or records it as skipped and returns None when the one before has not ended."""
    with store.write() as connection:
        _lock_source(connection, source)
        if _open_runs(connection, source):
            _add(connection, source, Trigger.SCHEDULE, RunStatus.SKIPPED, now, "lượt trước chưa xong")
            return None
        return _add(connection, source, Trigger.SCHEDULE, RunStatus.QUEUED, now)


def skip_run(store: Store, source: str, reason: str, now: datetime) -> int:
    """Records a scheduled run that never began."""
    with store.write() as connection:
        return _add(connection, source, Trigger.SCHEDULE, RunStatus.SKIPPED, now, reason)


def start_run(store: Store, run_id: int, now: datetime) -> bool:
    """Takes a queued run, unless another worker has it or another run of its source is going on."""
    with store.write() as connection:
        source = connection.scalar(select(runs.c.source).where(runs.c.id == run_id))
        if source is None:
            return False
        _lock_source(connection, source)
        if any(status is RunStatus.RUNNING for _, status in _open_runs(connection, source)):
            return False
        taken = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.status == RunStatus.QUEUED)
            .values(status=RunStatus.RUNNING, started_at=now, heartbeat_at=now)
        )
        return taken.rowcount == 1


def claim_run(store: Store, now: datetime) -> Run | None:
    """The run that waits longest and may begin, taken for the caller; None when there is none."""
    with store.read() as connection:
        waiting = select(runs.c.id).where(runs.c.status == RunStatus.QUEUED).order_by(runs.c.queued_at, runs.c.id)
        ids = list(connection.scalars(waiting))
    taken = next((id_ for id_ in ids if start_run(store, id_, now)), None)
    return None if taken is None else get_run(store, taken)


def heartbeat(store: Store, run_id: int, counts: Mapping[str, int], now: datetime) -> bool:
    """Shows that the run goes on. False: it was taken for dead, and whoever runs it must stop."""
    return _change_running(store, run_id, {"heartbeat_at": now, "counts": dict(counts)})


def finish_run(store: Store, run_id: int, outcome: Outcome, now: datetime) -> bool:
    """False, and nothing is changed, when the run was taken for dead meanwhile."""
    return _change_running(
        store,
        run_id,
        {
            "status": outcome.status,
            "finish_reason": outcome.reason,
            "counts": dict(outcome.counts),
            "errors": _shortened(outcome.errors),
            "heartbeat_at": now,
            "finished_at": now,
        },
    )


def release_run(store: Store, run_id: int) -> bool:
    """Puts a run that a stopping worker could not end back into the queue."""
    return _change_running(store, run_id, {"status": RunStatus.QUEUED, "started_at": None, "heartbeat_at": None})


def reap_dead_runs(store: Store, *, now: datetime, dead_after_s: float) -> list[Run]:
    """Fails the runs whose worker gave no sign for so long, and returns them as they are now."""
    silent = (runs.c.status == RunStatus.RUNNING) & (runs.c.heartbeat_at < now - timedelta(seconds=dead_after_s))
    reaped = (
        update(runs)
        .where(silent)
        .values(status=RunStatus.FAILED, finish_reason=LOST_SIGNAL, finished_at=now)
        .returning(*runs.c)
    )
    with store.write() as connection:
        return [_run(row) for row in connection.execute(reaped)]


def get_run(store: Store, run_id: int) -> Run:
    """Raises LookupError for an id that was never given out."""
    with store.read() as connection:
        row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise LookupError(f"no run {run_id}")
    return _run(row)


def list_runs(store: Store, source: str | None = None, *, limit: int = 50) -> list[Run]:
    """Newest first."""
    shown = select(runs).order_by(runs.c.id.desc()).limit(limit)
    if source is not None:
        shown = shown.where(runs.c.source == source)
    with store.read() as connection:
        return [_run(row) for row in connection.execute(shown)]


def recent_runs(store: Store, *, per_source: int = 20) -> dict[str, list[Run]]:
    """The newest runs of each source, newest first."""
    place = func.row_number().over(partition_by=runs.c.source, order_by=runs.c.id.desc())
    ranked = select(runs.c.id, place.label("place")).subquery()
    newest = select(runs).join(ranked, ranked.c.id == runs.c.id).where(ranked.c.place <= per_source)
    found: dict[str, list[Run]] = {}
    with store.read() as connection:
        for row in connection.execute(newest.order_by(runs.c.id.desc())):
            found.setdefault(row.source, []).append(_run(row))
    return found


def consecutive_failures(store: Store) -> dict[str, int]:
    """How often each source failed since it last succeeded; sources in order are left out."""
    earlier = runs.alias("earlier")
    last_ok = (
        select(func.coalesce(func.max(earlier.c.id), 0))
        .where(earlier.c.source == runs.c.source, earlier.c.status == RunStatus.OK)
        .scalar_subquery()
    )
    failed = (
        select(runs.c.source, func.count().label("n"))
        .where(runs.c.status == RunStatus.FAILED, runs.c.id > last_ok)
        .group_by(runs.c.source)
    )
    with store.read() as connection:
        return {row.source: row.n for row in connection.execute(failed)}


def _lock_source(connection: Connection, source: str) -> bool:
    """Keeps others from changing the runs of this source until the end of the transaction; False if it is unknown."""
    row = select(sources.c.name).where(sources.c.name == source).with_for_update()
    return connection.scalar(row) is not None


def _open_runs(connection: Connection, source: str) -> list[tuple[int, RunStatus]]:
    """Runs that wait or go on, oldest first."""
    rows = connection.execute(
        select(runs.c.id, runs.c.status).where(runs.c.source == source, runs.c.status.in_(_OPEN)).order_by(runs.c.id)
    )
    return [(row.id, RunStatus(row.status)) for row in rows]


def _add(
    connection: Connection, source: str, trigger: str, status: RunStatus, now: datetime, reason: str | None = None
) -> int:
    row: dict[str, Any] = {"source": source, "trigger": trigger, "status": status, "queued_at": now}
    row |= {"counts": {}, "errors": [], "finish_reason": reason}
    row["finished_at"] = now if status is RunStatus.SKIPPED else None
    key = connection.execute(runs.insert().values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _change_running(store: Store, run_id: int, values: dict[str, Any]) -> bool:
    with store.write() as connection:
        changed = connection.execute(
            update(runs).where(runs.c.id == run_id, runs.c.status == RunStatus.RUNNING).values(values)
        )
        return changed.rowcount == 1


def _shortened(errors: Sequence[str]) -> list[str]:
    more = len(errors) - MAX_ERRORS
    return [*errors[:MAX_ERRORS], f"… và {more} lỗi nữa"] if more > 0 else list(errors)


def _run(row: Row[Any]) -> Run:
    fields = dict(row._mapping)
    return Run(**fields | {"status": RunStatus(fields["status"])})
