"""Sitemaps and news sitemaps, one level of index deep or more, and the article pages they lead to."""

from dataclasses import replace
from typing import Any, ClassVar

from scrapy.http import Response

from crawlers.articles import ARTICLE, Articles
from crawlers.job import CrawlJob
from crawlers.ledger import Reading
from crawlers.sitemaps import parse_sitemap
from crawlers.spiders.base import LIST, SourceSpider, content_type
from langnghe.store.frontier import FoundUrl

DEEPEST = 3


class SitemapSpider(SourceSpider):
    name = "sitemap"
    revisited_role: ClassVar[str | None] = ARTICLE

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(job, **kwargs)
        self.articles = Articles(job, self.maker)

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        if found.role == ARTICLE:
            return await self.articles.read(found, response, content_type(response))
        max_size = self.settings.getint("DOWNLOAD_MAXSIZE")
        sitemap = parse_sitemap(response.body, content_type(response), max_size=max_size)
        reading = self.articles.listed(sitemap.pages)
        depth = int(found.meta.get("depth", 0)) + 1
        if depth > DEEPEST:
            return reading
        further = [
            FoundUrl(entry.url, entry.url, LIST, version=entry.published or self.run_mark, meta={"depth": depth})
            for entry in sitemap.sitemaps
            if entry.url
        ]
        return replace(reading, found=[*further, *reading.found])
