"""The crawl's only way to the store: one thread, and one transaction for all that waits.

While a transaction is on its way to the disk, further pages queue up; the next one takes them all (group commit).
"""

import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from sqlalchemy import Connection

from crawlers.config import SourceConfig
from crawlers.counts import MAX_ERRORS, CrawlCounts
from langnghe.errors import StoreError
from langnghe.records import Mention
from langnghe.settings import Settings
from langnghe.store import frontier
from langnghe.store.engine import Store
from langnghe.store.frontier import FoundUrl, Validator
from langnghe.store.mentions import Saved, quarantine_within, save_within
from langnghe.store.tables import UrlState

_MOST_AT_ONCE = 64
Bad = tuple[dict[str, Any], str]


class DiskFull(StoreError):
    """Less room than the operator's floor: nothing more is written."""


def check_room(settings: Settings) -> None:
    """Raises DiskFull when the disk of the home has less room than the operator's floor."""
    free_mb = shutil.disk_usage(settings.home).free // 2**20
    if free_mb < settings.min_free_mb:
        raise DiskFull(f"Đĩa chỉ còn {free_mb} MB, dưới mức {settings.min_free_mb} MB: hãy dọn bớt đĩa.")


@dataclass(frozen=True)
class Reading:
    """What a spider took from one page."""

    mentions: Sequence[Mention] = ()
    found: Sequence[FoundUrl] = ()
    next_page: FoundUrl | None = None
    """Where the list goes on; followed only if this page brought something new."""
    bad: Sequence[Bad] = ()
    listed: int = 0


@dataclass(frozen=True)
class Visit:
    """One fetched page; saved whole or not at all."""

    url: FoundUrl
    in_frontier: bool
    """False for the source's own list URLs, which are fetched at every run."""
    reading: Reading = Reading()
    validator: Validator | None = None
    unchanged: bool = False


@dataclass(frozen=True)
class Failure:
    url: FoundUrl
    in_frontier: bool
    reason: str
    permanent: bool
    postponed: bool = False


@dataclass
class _Task:
    step: Visit | Failure
    done: "Future[list[FoundUrl]]" = field(default_factory=Future)


class Ledger:
    """Counts as it saves. `on_saved` is called in the writing thread after every transaction."""

    def __init__(
        self, store: Store, config: SourceConfig, settings: Settings, *, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._source = config.name
        self._settings = settings
        self._clock = clock
        self._queue: SimpleQueue[_Task | None] = SimpleQueue()
        self._lock = Lock()
        self._counts = CrawlCounts()
        self.errors: list[str] = []
        self.on_saved: Callable[[], None] = lambda: None
        self._thread = Thread(target=self._write_all, name="ledger", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> CrawlCounts:
        return self._counts

    def submit(self, step: Visit | Failure) -> "Future[list[FoundUrl]]":
        """Resolves after the commit to those of `step.found` that are still to be fetched.

        Raises StoreError or DiskFull in the future; then nothing of the step was stored.
        """
        task = _Task(step)
        self._queue.put(task)
        return task.done

    def close(self) -> None:
        """Waits until all that was submitted is stored."""
        self._queue.put(None)
        self._thread.join()

    def complain(self, line: str) -> None:
        with self._lock:
            if line not in self.errors and len(self.errors) < MAX_ERRORS:
                self.errors.append(line)

    def set_requests(self, n: int) -> None:
        self._add(requests=n - self._counts.requests)

    def to_fetch(self, *, limit: int) -> list[FoundUrl]:
        with self._store.read() as connection:
            return frontier.pending(connection, self._source, limit=limit)

    def to_revisit(self, role: str, *, within: timedelta, limit: int) -> list[FoundUrl]:
        with self._store.read() as connection:
            return frontier.recent(connection, self._source, role, since=self._clock() - within, limit=limit)

    def validators(self, urls: Iterable[str]) -> dict[str, Validator]:
        with self._store.read() as connection:
            return frontier.load_validators(connection, list(urls))

    def known_robots(self, url: str, *, since: datetime) -> str | None:
        with self._store.read() as connection:
            return frontier.load_robots(connection, url, since=since)

    def keep_robots(self, url: str, body: str) -> None:
        with self._store.write() as connection:
            frontier.save_robots(self._store, connection, url, body, now=self._clock())

    def count_pending(self) -> None:
        with self._store.read() as connection:
            n = frontier.count_urls(connection, self._source)[UrlState.PENDING]
        self._add(pending=n - self._counts.pending)

    def _write_all(self) -> None:
        while (task := self._queue.get()) is not None:
            tasks = [task]
            while len(tasks) < _MOST_AT_ONCE and not self._queue.empty():
                if (task := self._queue.get()) is None:
                    self._write(tasks)
                    return
                tasks.append(task)
            self._write(tasks)

    def _write(self, tasks: Sequence[_Task]) -> None:
        try:
            check_room(self._settings)
            with self._store.write() as connection:
                outcomes = [self._apply(connection, task.step) for task in tasks]
        except Exception as error:  # noqa: BLE001  whoever waits for the page gets it; the thread lives on
            self._fail(tasks, error)
            return
        for task, (due, counted) in zip(tasks, outcomes, strict=True):
            self._add(**counted)
            task.done.set_result(due)
        self.on_saved()

    def _fail(self, tasks: Sequence[_Task], error: Exception) -> None:
        """One page that the database refuses must not take the others with it."""
        if len(tasks) == 1 or isinstance(error, StoreError):
            for task in tasks:
                task.done.set_exception(error)
            return
        for task in tasks:
            self._write([task])

    def _apply(self, connection: Connection, step: Visit | Failure) -> tuple[list[FoundUrl], dict[str, int]]:
        return self._apply_visit(connection, step) if isinstance(step, Visit) else self._apply_failure(connection, step)

    def _apply_visit(self, connection: Connection, visit: Visit) -> tuple[list[FoundUrl], dict[str, int]]:
        now, reading = self._clock(), visit.reading
        saved = save_within(self._store, connection, reading.mentions) if reading.mentions else Saved()
        due = self._add_found(connection, reading, is_news=bool(saved.new or saved.changed))
        quarantine_within(connection, self._source, reading.bad, now=now)
        if visit.validator:
            frontier.save_validator(self._store, connection, visit.url.href, visit.validator, now=now)
        if visit.in_frontier:
            frontier.finish(self._store, connection, self._source, visit.url, now=now)
        counted = {
            "pages": int(not visit.unchanged),
            "not_modified": int(visit.unchanged and not visit.in_frontier),
            "listed": reading.listed,
            "items": saved.new + saved.changed + saved.same,
            "new": saved.new,
            "changed": saved.changed,
            "same": saved.same,
            "bad": len(reading.bad),
        }
        return due, counted

    def _add_found(self, connection: Connection, reading: Reading, *, is_news: bool) -> list[FoundUrl]:
        """Adds what the page led to; the list's next page in the same transaction, or a crash would end the list."""
        now = self._clock()
        due = frontier.add(self._store, connection, self._source, reading.found, now=now)
        first = {one.key: one for one in reversed(reading.found)}
        found = [first[key] for key in due]
        if reading.next_page and (found or is_news):
            frontier.add(self._store, connection, self._source, [reading.next_page], now=now)
            found.append(reading.next_page)
        return found

    def _apply_failure(self, connection: Connection, failure: Failure) -> tuple[list[FoundUrl], dict[str, int]]:
        if failure.postponed:
            return [], {"postponed": 1}
        if failure.in_frontier:
            given_up = frontier.fail(
                connection,
                self._source,
                failure.url.key,
                failure.reason,
                max_attempts=self._settings.max_attempts,
                permanent=failure.permanent,
                now=self._clock(),
            )
            if given_up:
                payload = {"url": failure.url.href, "role": failure.url.role}
                quarantine_within(connection, self._source, [(payload, failure.reason)], now=self._clock())
                return [], {"failed": 1, "bad": 1}
        return [], {"failed": 1}

    def _add(self, **counted: int) -> None:
        with self._lock:
            old = self._counts
            self._counts = old.model_copy(update={name: getattr(old, name) + n for name, n in counted.items()})
