"""What the operators' page shows of each source, and what waits between the stages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from langnghe.settings import Settings
from langnghe.store.beats import last_beat
from langnghe.store.engine import Store
from langnghe.store.mentions import count_quarantined, count_stages
from langnghe.store.quarantine import QuarantineReason, quarantine_reasons
from langnghe.store.runs import Run, consecutive_failures, recent_runs
from langnghe.store.schedules import Timing, next_runs, read_timing
from langnghe.store.sources import StoredSource, list_sources
from langnghe.store.tables import RunStatus, Stage

WORKER_SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class SourceState:
    name: str
    title: str
    kind: str | None
    """As `crawlers.config.SourceKind`; None for a configuration that cannot be read."""
    expected: tuple[int, int] | None
    """How many entries a healthy run lists."""
    enabled: bool
    timing: Timing | None
    next_at: Sequence[datetime]
    """The next three; empty while switched off."""
    runs: Sequence[Run]
    """Newest first, at most twenty."""
    failures: int
    """Failed runs in a row, up to the newest."""

    @property
    def current(self) -> Run | None:
        """The run that goes on, else the one that waits."""
        found = {run.status: run for run in self.runs}
        return found.get(RunStatus.RUNNING) or found.get(RunStatus.QUEUED)

    @property
    def last(self) -> Run | None:
        """The newest run that ended."""
        return next((run for run in self.runs if run.status in {RunStatus.OK, RunStatus.FAILED}), None)


@dataclass(frozen=True)
class Board:
    sources: Sequence[SourceState]
    """Those that fail first, then those switched on, by title."""
    n_waiting: int
    """Mentions between collecting and the index."""
    n_quarantined: int
    reasons: Sequence[QuarantineReason]
    worker_beat: datetime | None
    is_worker_silent: bool

    @property
    def is_busy(self) -> bool:
        return any(source.current for source in self.sources)


def build_board(store: Store, settings: Settings, *, now: datetime) -> Board:
    """Raises StoreError."""
    runs, failures, stages = recent_runs(store), consecutive_failures(store), count_stages(store)
    states = [
        _state(source, runs.get(source.name, []), failures.get(source.name, 0), now) for source in list_sources(store)
    ]
    beat = last_beat(settings.home)
    return Board(
        sources=sorted(states, key=lambda s: (not (s.enabled and s.failures), not s.enabled, s.title.casefold())),
        n_waiting=stages[Stage.COLLECTED] + stages[Stage.ANNOTATED],
        n_quarantined=count_quarantined(store),
        reasons=quarantine_reasons(store),
        worker_beat=beat,
        is_worker_silent=beat is None or now - beat > WORKER_SILENT_AFTER,
    )


def _state(source: StoredSource, runs: Sequence[Run], failures: int, now: datetime) -> SourceState:
    config, timing = source.config, read_timing(source.config)
    return SourceState(
        name=source.name,
        title=str(config.get("title") or source.name),
        kind=config.get("kind") if isinstance(config.get("kind"), str) else None,
        expected=_expected(config),
        enabled=source.enabled,
        timing=timing,
        next_at=next_runs(timing, now) if timing and source.enabled else (),
        runs=runs,
        failures=failures,
    )


def _expected(config: dict[str, Any]) -> tuple[int, int] | None:
    match config.get("expected"):
        case {"min": int(low), "max": int(high)}:
            return low, high
    return None
