"""One run of a source, from its site to the index, as a row that people can follow."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from threading import Event, Thread
from typing import Any, Self

from crawlers.config import SourceConfig, parse_source
from crawlers.counts import CrawlCounts, CrawlResult, yield_problem
from crawlers.run import crawl
from index.backends import open_index
from langnghe.errors import IndexUnavailable, LangNgheError, StoreError, UsageError
from langnghe.ingest import IngestCounts, ingest, utc_now
from langnghe.registry import ensure_stored
from langnghe.settings import Settings
from langnghe.store.engine import Store
from langnghe.store.runs import Outcome, Run, Trigger, finish_run, get_run, heartbeat, queue_run, release_run, start_run
from langnghe.store.sources import get_source
from langnghe.store.tables import RunStatus
from nlp.annotate import Understanding, load_understanding

BEAT_S = 10.0
REASONS = {
    "stopped": "bị dừng giữa chừng",
    "disk_full": "đĩa đầy",
    "store_error": "không ghi được cơ sở dữ liệu",
    "already_running": "nguồn đang được một tiến trình khác thu thập",
    "crashed": "tiến trình thu thập hỏng",
}
log = logging.getLogger(__name__)


class Stopping(Exception):
    """Leaves a crawl that would take too long to end."""


class RunLost(Exception):
    """The run was taken for dead; another worker may have begun it anew."""


@dataclass
class Tools:
    """What jobs work with; of one process."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    stop: Event = field(default_factory=Event)

    @cached_property
    def understanding(self) -> Understanding:
        """Raises WeightsError."""
        return load_understanding(self.settings)


class Heartbeat:
    """Shows every few seconds that a run goes on, however long one page takes."""

    def __init__(self, tools: Tools, run_id: int) -> None:
        self.counts: dict[str, int] = {}
        self.lost = False
        self._tools = tools
        self._run_id = run_id
        self._ended = Event()
        self._thread = Thread(target=self._beat_on, name=f"heartbeat-{run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def note(self, counts: dict[str, int]) -> None:
        """How far the run is. Raises RunLost or Stopping when it must not go on."""
        self.counts = counts
        if self.lost:
            raise RunLost
        if self._tools.stop.is_set():
            raise Stopping

    def _beat_on(self) -> None:
        while not self._ended.wait(BEAT_S):
            try:
                self.lost = not heartbeat(self._tools.store, self._run_id, self.counts, self._tools.clock())
            except StoreError as error:
                log.warning("heartbeat of run %s: %s", self._run_id, error)


def run_source(tools: Tools, run: Run, *, on_progress: Callable[[CrawlCounts], None] = lambda _: None) -> None:
    """Collects, ingests and ends the run, whatever happens; only StoreError is raised.

    When the worker is asked to stop the run goes back into the queue; what was collected so far is kept.
    """
    with Heartbeat(tools, run.id) as beat:

        def follow(counts: CrawlCounts) -> None:
            on_progress(counts)
            beat.note(counts.model_dump())

        try:
            outcome = _collect(tools, run, follow)
            outcome = _ingested(tools, outcome, beat)
        except Stopping:
            release_run(tools.store, run.id)
            return
        except RunLost:
            log.warning("run %s of %s was taken for dead", run.id, run.source)
            return
    finish_run(tools.store, run.id, outcome, tools.clock())


def run_now(
    store: Store, settings: Settings, name: str, *, on_progress: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Runs one source in this process, switched on or not; the run's row as it ended.

    Raises UsageError for an unknown source and for one that is running already. `on_progress` is told the items.
    """
    tools = Tools(store, settings)
    ensure_stored(store, settings, name, tools.clock())
    run_id = queue_run(store, name, Trigger.MANUAL, tools.clock())
    if not start_run(store, run_id, tools.clock()):
        raise UsageError(f"Nguồn {name} đang được thu thập; lượt mới đã xếp hàng, worker sẽ chạy sau lượt này.")
    try:
        run_source(tools, get_run(store, run_id), on_progress=lambda counts: on_progress(counts.items))
    except KeyboardInterrupt:
        finish_run(store, run_id, Outcome(RunStatus.FAILED, "người vận hành dừng giữa chừng"), tools.clock())
        raise
    run = get_run(store, run_id)
    return asdict(run) | {"status": str(run.status)}


def judge(config: SourceConfig, result: CrawlResult) -> Outcome:
    """A run is in order when the crawl ended by itself and listed as many entries as the source declares.

    Entries known already count: a quiet source lists them all the same. A list that the server calls unchanged
    (304) is no miss either.
    """
    counts = result.counts.model_dump()
    if result.finish_reason != "finished":
        reason = REASONS.get(result.finish_reason, result.finish_reason)
        return Outcome(RunStatus.FAILED, _with_first(reason, result.errors), counts, result.errors)
    if problem := yield_problem(config, result.counts):
        return Outcome(RunStatus.FAILED, _with_first(problem, result.errors), counts, result.errors)
    is_news = result.counts.new + result.counts.changed > 0
    return Outcome(RunStatus.OK, "xong" if is_news else "xong, không có gì mới", counts, result.errors)


def ingest_waiting(tools: Tools, follow: Callable[[IngestCounts], None]) -> IngestCounts:
    index = open_index(tools.settings, writer=True)
    try:
        return ingest(tools.store, index, tools.understanding, tools.settings, clock=tools.clock, on_progress=follow)
    finally:
        index.close()


def _collect(tools: Tools, run: Run, follow: Callable[[CrawlCounts], None]) -> Outcome:
    try:
        if tools.stop.is_set():
            raise Stopping
        config = parse_source(get_source(tools.store, run.source).config)
        result = crawl(config, tools.settings, on_progress=follow, stop=tools.stop)
        if result.finish_reason == "stopped" and tools.stop.is_set():
            raise Stopping
        return judge(config, result)
    except (Stopping, RunLost):
        raise
    except LangNgheError as error:
        return Outcome(RunStatus.FAILED, str(error), errors=[str(error)])
    except Exception as error:  # the end of a job: one source never stops the worker
        log.exception("run %s of %s", run.id, run.source)
        return Outcome(RunStatus.FAILED, f"lỗi chương trình: {error!r}", errors=[repr(error)])


def _ingested(tools: Tools, outcome: Outcome, beat: Heartbeat) -> Outcome:
    """The outcome with the later stages in it. An index that is away delays what was collected and no more."""
    counts = dict(outcome.counts)

    def follow(done: IngestCounts) -> None:
        counts.update(annotated=done.annotated, indexed=done.indexed, quarantined=done.quarantined)
        beat.note(dict(counts))

    try:
        problem = ingest_waiting(tools, follow).index_error
    except IndexUnavailable as error:
        problem = str(error)
    except Stopping:  # what waits is drained by the next worker
        problem = None
    except RunLost:
        raise
    except Exception as error:  # the end of a job
        log.exception("ingesting after a run")
        told = str(error) if isinstance(error, LangNgheError) else f"lỗi chương trình: {error!r}"
        if outcome.status is RunStatus.OK:
            outcome = replace(outcome, status=RunStatus.FAILED, reason=f"đã thu thập, chưa phân tích được: {told}")
        return replace(outcome, counts=counts, errors=[*outcome.errors, told])
    errors = [*outcome.errors, f"Chưa đánh chỉ mục được, sẽ làm lại: {problem}"] if problem else outcome.errors
    return replace(outcome, counts=counts, errors=errors)


def _with_first(reason: str, errors: list[str]) -> str:
    return f"{reason.rstrip('.')}: {errors[0]}" if errors else reason
