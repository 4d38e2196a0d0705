"""What one crawl works with; the spider carries it, and Scrapy's components take it from there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from scrapy.crawler import Crawler

from crawlers.addresses import AddressGuard
from crawlers.config import SourceConfig
from crawlers.ledger import Ledger
from crawlers.pool import ReadingPool
from langnghe.settings import Settings


@dataclass(frozen=True)
class CrawlJob:
    config: SourceConfig
    settings: Settings
    guard: AddressGuard
    ledger: Ledger
    pool: ReadingPool

    def is_home(self, host: str) -> bool:
        """Whether a host belongs to the source's domains."""
        return any(host == domain or host.endswith("." + domain) for domain in self.config.domains)

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)


def job_of(crawler: Crawler) -> CrawlJob:
    return cast("CrawlJob", crawler.spider.job)  # type: ignore[union-attr]
