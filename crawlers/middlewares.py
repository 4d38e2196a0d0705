"""Manners and guards between the spider and the network: where to go, what robots.txt allows, when to wait."""

import asyncio
import random
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import load_object

from crawlers.addresses import Postponed, Refused
from crawlers.job import CrawlJob, job_of

AGENT = "LangNgheBot"
ROBOTS_KEPT = timedelta(hours=24)
"""RFC 9309, section 2.4: a copy of robots.txt is not to be used for longer."""
MAX_CRAWL_DELAY_S = 60.0
_ROBOTS_FLAG = "robots_txt"


class PublicAddresses:
    """Lets through only requests to the source's own domains, at public addresses; redirects come by here too."""

    def __init__(self, job: CrawlJob) -> None:
        self._job = job

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(job_of(crawler))

    async def process_request(self, request: Request) -> None:
        host = (urlsplit(request.url).hostname or "").lower()
        if not self._job.is_home(host):
            raise Refused(f"Ngoài các miền của nguồn: {host}")
        await self._job.guard.check(request.url)


class Robots:
    """robots.txt as RFC 9309 has it: 4xx allows all; 5xx, timeouts and broken connections: not in this run."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._job = job_of(crawler)
        self._rules: dict[str, asyncio.Task[Protego]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get(_ROBOTS_FLAG):
            return
        parts = urlsplit(request.url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._rules:
            self._rules[site] = asyncio.ensure_future(self._fetch(f"{site}/robots.txt"))
        rules = await asyncio.shield(self._rules[site])
        if not rules.can_fetch(request.url, AGENT):
            raise Refused(f"robots.txt không cho phép: {request.url[:300]}")

    async def _fetch(self, url: str) -> Protego:
        body = self._job.ledger.known_robots(url, since=datetime.now(UTC) - ROBOTS_KEPT)
        if body is None:
            body = await self._download(url)
            self._job.ledger.keep_robots(url, body)
        rules = Protego.parse(body)
        self._slow_down(rules.crawl_delay(AGENT))
        return rules

    async def _download(self, url: str) -> str:
        request = Request(url, meta={_ROBOTS_FLAG: True, "max_retry_times": 1}, callback=NO_CALLBACK, priority=1000)
        try:
            assert self._crawler.engine
            response = await self._crawler.engine.download_async(request)
        except Refused:
            raise
        except Exception as error:
            raise Postponed(f"Không đọc được {url}: {type(error).__name__}") from error
        if response.status >= 500 or response.status == 429:
            raise Postponed(f"{url} trả lời {response.status}")
        return _robots_text(response.body) if response.status < 300 else ""

    def _slow_down(self, delay_s: float | None) -> None:
        """Crawl-delay holds beside AutoThrottle, which must not go below it, and without."""
        if not delay_s:
            return
        asked = min(float(delay_s), MAX_CRAWL_DELAY_S)
        if throttle := self._crawler.get_extension(AutoThrottle):
            throttle.mindelay = max(throttle.mindelay, asked)
        assert self._crawler.engine
        downloader = self._crawler.engine.downloader
        downloader._delay = max(downloader._delay, asked)
        for slot in downloader.slots.values():
            slot.delay = max(slot.delay, asked)


class PatientRetry:
    """Tries again what may pass, after Retry-After or an exponential pause that the whole host observes."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._codes = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        self._errors = tuple(load_object(error) for error in settings.getlist("RETRY_EXCEPTIONS"))
        self._base_s = settings.getfloat("RETRY_PAUSE_S")
        self._longest_s = settings.getfloat("RETRY_LONGEST_PAUSE_S")
        self._not_before: defaultdict[str, float] = defaultdict(float)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        while (wait := self._not_before[_host(request)] - time.monotonic()) > 0:
            if wait > self._longest_s:
                raise Postponed(f"{_host(request)} xin quay lại sau {wait:.0f} giây")
            await asyncio.sleep(wait)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        if response.status not in self._codes:
            return response
        asked = retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        self._pause(request, self._growing(request) if asked is None else asked)
        return self._again(request, f"HTTP {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if isinstance(exception, IgnoreRequest) or not isinstance(exception, self._errors):
            return None
        self._pause(request, self._growing(request))
        return self._again(request, type(exception).__name__)

    def _again(self, request: Request, reason: str) -> Request | None:
        assert self._crawler.spider
        return get_retry_request(request, spider=self._crawler.spider, reason=reason, give_up_log_level="INFO")

    def _growing(self, request: Request) -> float:
        """Full jitter around 1, 2, 4 ... times the base pause."""
        tries = int(request.meta.get("retry_times", 0))
        return min(self._base_s * 2.0**tries * random.uniform(0.5, 1.5), self._longest_s)

    def _pause(self, request: Request, wait_s: float) -> None:
        host = _host(request)
        self._not_before[host] = max(self._not_before[host], time.monotonic() + wait_s)


def retry_after(header: bytes | None, *, now: datetime) -> float | None:
    """Seconds a server asks to wait, given as a number or a date; None without a header that can be read."""
    text = (header or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _robots_text(body: bytes) -> str:
    """UTF-8 is the rule; a byte order mark tells UTF-16 apart. Read at most 500 KiB, as RFC 9309 allows."""
    encoding = "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    return body[: 500 * 1024].decode(encoding, "replace")


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc
