"""The baseline: what one writes with Scrapy and trafilatura alone. `plain_spider.py FEED OUTPUT.jsonl`"""

import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import feedparser  # type: ignore[import-untyped]
import trafilatura
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response


class PlainSpider(Spider):
    name = "plain"

    async def start(self) -> AsyncIterator[Request]:
        yield Request(sys.argv[1], self.parse)

    def parse(self, response: Response, **_: Any) -> Iterator[Request]:
        for entry in feedparser.parse(response.body).entries:
            yield Request(entry.link, self.parse_article)

    def parse_article(self, response: Response) -> Iterator[dict[str, Any]]:
        found = trafilatura.extract(
            response.text, url=response.url, output_format="json", with_metadata=True, include_comments=False
        )
        if found:
            yield {"url": response.url} | json.loads(found)


if __name__ == "__main__":
    process = CrawlerProcess(
        {
            "ROBOTSTXT_OBEY": True,
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "ERROR",
            "FEEDS": {sys.argv[2]: {"format": "jsonlines", "encoding": "utf-8"}},
        }
    )
    process.crawl(PlainSpider)
    process.start()
