"""What every kind shares: start from what is pending, save before going on, keep what failed."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure as TwistedFailure

from crawlers.addresses import Postponed, Refused
from crawlers.job import CrawlJob
from crawlers.ledger import DiskFull, Failure, Reading, Visit
from crawlers.mentions import MentionMaker
from crawlers.pool import ReaderDied
from crawlers.walls import Blocked
from langnghe.errors import BadInput, StoreError
from langnghe.store.frontier import FoundUrl, Validator

LIST = "list"
MOST_BLOCKED = 5
"""Captchas in one run; asking on would only make it worse."""
GONE = frozenset({404, 410, 451})
"""Asking again is no use."""


class SourceSpider(Spider):
    """A kind of source says where to begin (`seeds`) and how to read what was fetched (`read`)."""

    name = "source"
    handle_httpstatus_list: ClassVar[list[int]] = [304]
    revisited_role: ClassVar[str | None] = None
    """Role of the pages that `revisit_hours` speaks of."""

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.job = job
        self.config = job.config
        self.maker = MentionMaker(job.config, job.settings)
        self.run_mark = job.now().isoformat()
        """As a version it makes a URL due once in every run."""
        self._left = job.config.max_pages
        self._asked: set[str] = set()
        self._closing = False
        self._n_blocked = 0

    def seeds(self) -> Iterable[FoundUrl]:
        """The lists that every run asks for."""
        return [FoundUrl(url, url, LIST) for url in self.config.urls]

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        """What a page gives. Raises BadInput for one that never will give anything."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Request]:
        seeds = list(self.seeds())
        validators = self.job.ledger.validators([seed.href for seed in seeds])
        for seed in seeds:
            yield self._request(seed, in_frontier=False, validator=validators.get(seed.href))
        for request in self._requests(self.job.ledger.to_fetch(limit=self._left)):
            yield request
        for request in self._revisits():
            yield request

    async def visit(self, response: Response, found: FoundUrl, in_frontier: bool) -> AsyncIterator[Request]:
        for request in self._requests(await self._save(await self._step(response, found, in_frontier))):
            yield request

    async def missed(self, failure: TwistedFailure) -> None:
        """Every fetch that did not end in a page comes here."""
        asked: Request = failure.request  # type: ignore[attr-defined]
        found, in_frontier = asked.cb_kwargs["found"], asked.cb_kwargs["in_frontier"]
        error = failure.value or RuntimeError(failure.getErrorMessage())
        reason = _reason(error)
        if not in_frontier:
            self.job.ledger.complain(f"{found.href}: {reason}")
        elif isinstance(error, Postponed):
            self.job.ledger.complain(reason)
        await self._save(
            Failure(found, in_frontier, reason, permanent=_is_permanent(error), postponed=isinstance(error, Postponed))
        )

    async def _step(self, response: Response, found: FoundUrl, in_frontier: bool) -> Visit | Failure:
        if response.status == 304:
            return Visit(found, in_frontier, unchanged=True)
        try:
            reading = await self.read(found, response)
        except BadInput as error:
            self.job.ledger.complain(f"{found.href}: {error}")
            return Failure(found, in_frontier, str(error), permanent=True)
        except ReaderDied as error:
            return Failure(found, in_frontier, str(error), permanent=False)
        except Blocked as error:
            self._n_blocked += 1
            if self._n_blocked >= MOST_BLOCKED:
                self._stop("blocked", error)
            return Failure(found, in_frontier, str(error), permanent=False)
        validated = not in_frontier or (self.config.revisit_hours and found.role == self.revisited_role)
        return Visit(found, in_frontier, reading, _validator(response) if validated else None)

    def next_list(self, found: FoundUrl, href: str) -> FoundUrl | None:
        """The page of the list behind `found`; None once the run has gone back far enough."""
        n = int(found.meta.get("n", 1))
        if n >= self.config.max_list_pages:
            return None
        return FoundUrl(href, href, LIST, version=self.run_mark, meta=found.meta | {"n": n + 1})

    async def _save(self, step: Visit | Failure) -> list[FoundUrl]:
        try:
            return await asyncio.wrap_future(self.job.ledger.submit(step))
        except DiskFull as error:
            self._stop("disk_full", error)
        except StoreError as error:
            self._stop("store_error", error)
        return []

    def _stop(self, reason: str, error: Exception) -> None:
        self.job.ledger.complain(str(error))
        if not self._closing:
            self._closing = True
            assert self.crawler.engine
            self._closing_task = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason=reason))

    def _requests(self, due: Iterable[FoundUrl]) -> Iterator[Request]:
        """What is over the run's limit stays pending."""
        for found in due:
            if found.key in self._asked or self._left <= 0 or self._closing:
                continue
            self._left -= 1
            yield self._request(found, in_frontier=True)

    def _revisits(self) -> Iterator[Request]:
        if not self.config.revisit_hours or self.revisited_role is None or self._left <= 0:
            return
        within = timedelta(hours=self.config.revisit_hours)
        again = self.job.ledger.to_revisit(self.revisited_role, within=within, limit=self._left)
        validators = self.job.ledger.validators([found.href for found in again])
        for found in again:
            if found.key not in self._asked:
                self._left -= 1
                yield self._request(found, in_frontier=True, validator=validators.get(found.href))

    def _request(self, found: FoundUrl, *, in_frontier: bool, validator: Validator | None = None) -> Request:
        self._asked.add(found.key)
        headers = {}
        if validator and validator.etag:
            headers["If-None-Match"] = validator.etag
        if validator and validator.last_modified:
            headers["If-Modified-Since"] = validator.last_modified
        return Request(
            found.href,
            callback=self.visit,
            errback=self.missed,
            headers=headers,
            cb_kwargs={"found": found, "in_frontier": in_frontier},
            dont_filter=True,
            priority=0 if in_frontier else 10,
        )


def content_type(response: Response) -> str | None:
    header = response.headers.get("Content-Type")
    return header.decode("latin-1") if header else None


def _validator(response: Response) -> Validator | None:
    etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
    if not etag and not modified:
        return None
    return Validator(etag.decode("latin-1") if etag else None, modified.decode("latin-1") if modified else None)


def _reason(error: BaseException) -> str:
    if isinstance(error, HttpError):
        return f"Máy chủ trả lời {error.response.status}."
    if isinstance(error, DownloadCancelledError) or "DOWNLOAD_MAXSIZE" in str(error):
        return "Trang lớn hơn mức cho phép."
    if isinstance(error, (Refused, Postponed)):
        return str(error)
    if isinstance(error, IgnoreRequest):
        return "Chuyển hướng quá nhiều lần." if "redirect" in str(error) else f"Bị bỏ qua: {error}"
    return f"Không tải được: {type(error).__name__}."


def _is_permanent(error: BaseException) -> bool:
    if isinstance(error, HttpError):
        return error.response.status in GONE
    return isinstance(error, (IgnoreRequest, DownloadCancelledError))
