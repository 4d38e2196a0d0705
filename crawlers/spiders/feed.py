"""RSS, Atom and JSON Feed, and the article pages they lead to."""

from typing import Any, ClassVar

from scrapy.http import Response

from crawlers.articles import ARTICLE, Articles
from crawlers.feeds import parse_feed
from crawlers.job import CrawlJob
from crawlers.ledger import Reading
from crawlers.spiders.base import SourceSpider, content_type
from langnghe.store.frontier import FoundUrl


class FeedSpider(SourceSpider):
    name = "feed"
    revisited_role: ClassVar[str | None] = ARTICLE

    def __init__(self, job: CrawlJob, **kwargs: Any) -> None:
        super().__init__(job, **kwargs)
        self.articles = Articles(job, self.maker)

    async def read(self, found: FoundUrl, response: Response) -> Reading:
        if found.role == ARTICLE:
            return await self.articles.read(found, response, content_type(response))
        return self.articles.listed(parse_feed(response.body, content_type(response), url=response.url))
