"""The crawling process: `python -m crawlers.child`, started by `crawlers.run.crawl`.

One JSON line on stdin says what to do; JSON lines on stdout tell how it goes, the last one how it ended.
SIGTERM, SIGINT and the end of stdin (the parent died) stop it cleanly.
"""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TextIO

from scrapy import signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.log import configure_logging
from scrapy.utils.reactor import install_reactor

from crawlers.addresses import AddressGuard, PinnedResolver
from crawlers.config import SourceConfig
from crawlers.counts import CrawlResult
from crawlers.job import CrawlJob
from crawlers.kinds import SPIDERS
from crawlers.ledger import Ledger
from crawlers.manners import scrapy_settings
from crawlers.pool import ReadingPool
from langnghe.errors import LangNgheError
from langnghe.settings import Settings
from langnghe.store.engine import open_store

REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
_TELL_EVERY_S = 0.2
_REASONS = {"shutdown": "stopped", "cancelled": "stopped"}


@dataclass
class _Reporter:
    """Speaks to the parent; a parent that is gone is no reason to fail."""

    out: TextIO
    _told_at: float = field(default=0.0)

    def tell(self, kind: str, value: Any) -> None:
        try:
            self.out.write(json.dumps({kind: value}, ensure_ascii=False) + "\n")
            self.out.flush()
        except OSError:
            return

    def tell_counts(self, ledger: Ledger) -> None:
        if time.monotonic() - self._told_at >= _TELL_EVERY_S:
            self._told_at = time.monotonic()
            self.tell("counts", ledger.counts.model_dump())


def main() -> int:
    reporter = _Reporter(_take_stdout())
    order = json.loads(sys.stdin.readline())
    config, settings = SourceConfig.model_validate(order["config"]), Settings.model_validate(order["settings"])
    try:
        result = _crawl(config, settings, order["overrides"], reporter)
    except LangNgheError as error:
        reporter.tell("error", str(error))
        return error.exit_code
    reporter.tell("result", result.model_dump())
    return 0


def _take_stdout() -> TextIO:
    """Whatever else prints goes to stderr, so that the lines stay lines of ours."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def _crawl(config: SourceConfig, settings: Settings, overrides: dict[str, Any], reporter: _Reporter) -> CrawlResult:
    store = open_store(settings)
    ledger = Ledger(store, config, settings, clock=CrawlJob.now)
    ledger.on_saved = lambda: reporter.tell_counts(ledger)
    guard = AddressGuard(settings.allowed_private_hosts)
    pool = ReadingPool(settings.extract_processes, **_pool_options(overrides))
    job = CrawlJob(config, settings, guard, ledger, pool)
    try:
        reason = _run_spider(job, scrapy_settings(config, settings) | overrides)
    finally:
        ledger.close()
        pool.close()
    ledger.count_pending()
    store.close()
    return CrawlResult(counts=ledger.counts, errors=ledger.errors, finish_reason=_REASONS.get(reason, reason))


def _pool_options(overrides: dict[str, Any]) -> dict[str, float]:
    return {"limit_s": float(overrides["PAGE_LIMIT_S"])} if "PAGE_LIMIT_S" in overrides else {}


def _run_spider(job: CrawlJob, scrapy: dict[str, Any]) -> str:
    """Runs the reactor until the crawl is over; returns Scrapy's reason."""
    configure_logging(scrapy)
    install_reactor(REACTOR)
    from twisted.internet import reactor as installed

    reactor: Any = installed
    reactor.installNameResolver(PinnedResolver(job.guard))
    runner = AsyncCrawlerRunner(scrapy)
    crawler = runner.create_crawler(SPIDERS[job.config.kind])
    _watch(crawler, job)
    ended: list[str] = []

    def close(reason: str) -> None:
        ended.append(reason)

    crawler.signals.connect(close, signals.spider_closed)
    stop = _stopper(crawler)

    async def run() -> None:
        try:
            await runner.crawl(crawler, job=job)
        finally:
            reactor.callLater(0, reactor.stop)

    def begin() -> None:
        loop = asyncio.get_event_loop()
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_, stop)
        Thread(target=_wait_for_parent, args=(loop, stop), daemon=True).start()
        run_task.append(asyncio.ensure_future(run()))

    run_task: list[asyncio.Future[None]] = []
    reactor.callWhenRunning(begin)
    reactor.run(installSignalHandlers=False)
    run_task[0].result()
    return ended[0] if ended else "crashed"


def _watch(crawler: Crawler, job: CrawlJob) -> None:
    """Scrapy's own figures and the spider's bugs go into the ledger."""

    def count(**_: Any) -> None:
        job.ledger.set_requests(int(crawler.stats.get_value("downloader/request_count", 0) or 0))

    def complain(failure: Any, **_: Any) -> None:
        job.ledger.complain(f"Lỗi chương trình khi đọc trang: {failure.type.__name__}: {failure.getErrorMessage()}")

    crawler.signals.connect(count, signals.response_received, weak=False)
    crawler.signals.connect(count, signals.spider_closed, weak=False)
    crawler.signals.connect(complain, signals.spider_error, weak=False)


def _stopper(crawler: Crawler) -> Callable[[], None]:
    stopping: list[asyncio.Future[None]] = []

    def stop() -> None:
        if not stopping:
            stopping.append(asyncio.ensure_future(crawler.stop_async()))

    return stop


def _wait_for_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    while os.read(0, 1024):
        pass
    with suppress(RuntimeError):  # the crawl is over and its loop closed
        loop.call_soon_threadsafe(stop)


if __name__ == "__main__":
    sys.exit(main())
